"""
A panel of reports: one row a place, year and measure, as regressions take it, every cell traceable.

    >>> from analysis import corpus, panel
    >>> reports = corpus.load()
    >>> table = panel.build(reports, ["改革", "domains"], part="tasks", progress=False)
    >>> cell = table[table.measure == "改革"].iloc[0]
    >>> cell.place, int(cell.year), int(cell.hits) == len(panel.trace(reports, "改革", cell.report, "改革", "tasks"))
    ('太原市', 2021, True)

`panel.within` asks what changed within places, `panel.files` writes, labels and merges.
"""

import csv
import io
import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import sparse

from analysis import lexicons, readers, storage, structure, text_reuse, tokens, wordform
from analysis.catalogue import places
from analysis.corpus import rules
from analysis.counts import Counts, streaming
from analysis.panel import within
from analysis.quantities import targets
from analysis.structure import agenda
from analysis.structure.functions import FUNCTIONS
from analysis.tokens import engines
from analysis.uncertainty import Refusal, rates

__all__ = ["COLUMNS", "MEASURES", "PARTS", "SHIPPED", "Dictionary", "balanced", "build", "coverage", "promised",
           "read_lists", "reordered", "trace", "within"]  # fmt: skip

PARTS = ("whole", *FUNCTIONS)
# Measures besides word lists; `build` says what each is.
MEASURES = ("length", "numerals", "shared", "targets", "agenda")
PLACE = ["panel_id", "report", "place", "code", "province", "level", "genre", "issuer", "year", "delivered"]
COLUMNS = [
    *PLACE, "part", "measure", "formula", "hits", "tokens", "value", "low", "high", "unit", "n_clusters", "cluster",
    "untouched", "restored", "doubtful", "gap",
]  # fmt: skip
# What a hit rests on: no edit; proved edits only; anything less.
CLASSES = ("untouched", "restored", "doubtful")
# Reports that a worker takes at once.
CHUNK = 64
# Below this many reports one process is done before others have started.
FEW = 600

# Dictionaries that ship with the package; `analysis/resources/lexicons/SOURCES.md` has their sources.
SHIPPED = ("domains", "instruments", "strictness")
# What the column with the name of a term's list may be called.
_LIST_COLUMNS = ("list", "domain", "category", "class")
# Half of a character, as a torn file may hold it: no UTF-8, so that the matcher cannot take it.
_HALF = re.compile("[\ud800-\udfff]")
# Facts of the reports of a portion that do not depend on the word lists: gaps, tokens of the files as received.
_GAPS, _SIZES = (
    storage.Kept("counts", code, lambda made: json.dumps(made).encode(), json.loads)
    for code in ("analysis.structure", "analysis.tokens.engines")
)


def build(
    corpus, lists=None, *, part: str | Collection[str] = "whole", measures: Collection[str] = (),
    literature: bool = False, without: Collection[str] = (), level: float = 0.95, n_jobs: int | None = None,
    progress: bool = True,
) -> pd.DataFrame:  # fmt: skip
    """
    Measure word lists in every report of a corpus.

    Parameters
    ----------
    corpus : Corpus
        Its texts are read one after the other and let go.
    lists
        Words, files, tables or names of shipped dictionaries, as `read_lists` takes them. Each
        list is a measure; within a dictionary the longest term counts.
    part : str or list of str
        "whole", "tasks", "review", "guiding", "self-government", "other".
    measures : list of str
        "length" (words, numbers and Latin tokens), "numerals" (numbers per 10,000 tokens), "shared" (share of letters
        and digits in passages copied from or to the report of the level above of the same year, formulas of the genre
        left out; `hits` are the passages; codes of places are needed, see `text_reuse`), "targets" (a measure
        `target_…` for each indicator of `quantities.targets`: the number set for the year, `low` and `high` as it is
        hedged, missing where open or where none is set), "agenda" (a measure `agenda_…` for each policy domain: the
        place of its first task among the tasks of the year, 1 first; `hits` are its tasks, and a domain without one
        has no value).
    literature : bool
        Add each list as it is usually computed: hits of the words as substrings, at each place the first
        of the list that fits, over all jieba tokens, punctuation included, of the file as received.
    without : list of str
        Ids of reports to leave out, e.g. the second of two for one place and year.
    level : float
        Confidence of the intervals.
    n_jobs : int, optional
        Processes; all cores unless told otherwise.

    Returns
    -------
    DataFrame
        `COLUMNS`, a row for each report, part and measure, in the order of the catalogue, of the parts and of the
        measures. `value` is hits per 10,000 tokens of the part with its interval (`uncertainty.rates`); `untouched`,
        `restored`, `doubtful` are shares of the hits (no edit under them, proved edits only, anything less);
        `gap` counts what is missing from the report. A report without the part has no value.
        ``attrs["notes"]`` says what was done.

    Raises
    ------
    ValueError
        If a place has two reports of one genre for one year (both are named), or a part or measure is unknown.
    """
    parts = [part] if isinstance(part, str) else list(part)
    _check(parts, PARTS, "part")
    _check(measures, MEASURES, "measure")
    named = read_lists(lists)
    if not named and not measures:
        raise ValueError("nothing to measure: give words, word lists or measures")
    corpus = _left_in(corpus, without)
    _refuse_doubles(corpus.catalogue)
    counts = streaming.count(corpus, "paragraph", n_jobs=n_jobs, progress=progress)
    found = _found(corpus, named, literature, n_jobs, progress)
    table = _table(corpus, counts, named, found, parts, measures, level)
    if literature:
        table = pd.concat([table, _literature(corpus.ids, named, found)], ignore_index=True)
    if "shared" in measures:
        table = pd.concat([table, _shared(corpus, progress)], ignore_index=True)
    if read := [one for name, one in (("targets", _targets), ("agenda", _agenda)) if name in measures]:
        table = pd.concat([table, _per_report(corpus, read, progress)], ignore_index=True)
    table = table.reindex(columns=[c for c in COLUMNS if c == "report" or c not in (*PLACE, "gap")])
    table = _described(corpus.catalogue, found).merge(table, on="report", how="right", validate="one_to_many")
    table = _ordered(table, corpus.ids, parts)[COLUMNS]
    table.attrs["notes"] = _notes(table, named, parts, without)
    return table


def _check(given: Iterable[str], known: Collection[str], what: str) -> None:
    if unknown := [name for name in given if name not in known]:
        raise ValueError(f"no {what} {unknown[0]!r}; choose {', '.join(known)}")


def _left_in(corpus, without: Collection[str]):
    unknown = sorted(set(without) - set(corpus.ids))
    if unknown:
        raise ValueError(f"no report {unknown[0]!r} to leave out")
    if not without:
        return corpus
    reports = tuple(report for report in corpus.reports if report.id not in set(without))
    return replace(corpus, catalogue=corpus.catalogue.drop(index=list(without)), reports=reports)


def _refuse_doubles(catalogue: pd.DataFrame) -> None:
    """Two reports of one place, genre and year would be one row twice: name them."""
    rows = catalogue.assign(id=catalogue.index)
    rows = rows[rows["place"] != ""]
    groups = rows.groupby(["place", "year", "genre"], sort=False)["id"].agg(list)
    doubled = groups[groups.str.len() > 1]
    if len(doubled):
        named = "; ".join(f"{' '.join(map(str, key))}: {', '.join(ids)}" for key, ids in doubled.items())
        raise ValueError(
            f"two reports for one place and year: {named}. Keep one of each: give the others as "
            "`without` (--without ID …)"
        )


@dataclass(frozen=True)
class Dictionary:
    """
    Terms, each with the names of the lists it counts for, in the order in which they were given.

    Terms of one dictionary do not count inside each other (印度 is no hit in 印度尼西亚); different dictionaries do not
    disturb each other.
    """

    name: str
    terms: dict[str, tuple[str, ...]]

    @cached_property
    def lists(self) -> list[str]:
        """Names of the lists, in the order of their first term."""
        return list(dict.fromkeys(name for names in self.terms.values() for name in names))

    @cached_property
    def members(self) -> list[np.ndarray]:
        """Positions in `lists` of the lists of each term."""
        place = {name: k for k, name in enumerate(self.lists)}
        return [np.array([place[name] for name in names]) for names in self.terms.values()]

    @cached_property
    def several(self) -> np.ndarray:
        """How many lists each term counts for."""
        return np.array([len(names) for names in self.terms.values()])

    @cached_property
    def _longest(self):
        return _automaton(map(wordform.fold, self.terms), "LeftmostLongest")

    @cached_property
    def _in_order(self) -> dict:
        return {name: _automaton(self.of(name), "LeftmostFirst") for name in self.lists}

    def of(self, name: str) -> list[str]:
        """Terms of one list, in their order."""
        return [term for term, names in self.terms.items() if name in names]

    def find(self, text: str) -> np.ndarray:
        """
        Find the terms from left to right, the longest at each place, none inside another.

        In the one form of text and terms (`wordform.fold`), so that ＧＤＰ is GDP.

        Parameters
        ----------
        text : str
            Folded, without half characters (`_whole`).

        Returns
        -------
        array of int, shape (n, 3)
            Position of the term in `terms`, start, end (characters of the text).

        Examples
        --------
        >>> Dictionary("d", {"印度": ("a",), "印度尼西亚": ("b",)}).find("印度和印度尼西亚").tolist()
        [[0, 0, 2], [1, 3, 8]]
        """
        found = self._longest.find_matches_as_indexes(text)
        return np.array(found, np.int64).reshape(-1, 3)

    def find_as_alternatives(self, text: str, name: str) -> np.ndarray:
        """
        Find the terms of one list as `str.count("|".join(terms))` of pandas does.

        From left to right, at each place the first of the list that fits, however long it is.

        >>> words = Dictionary("d", {"改革": ("a",), "改革开放": ("a",)})
        >>> words.find_as_alternatives("改革开放", "a").tolist()
        [[0, 0, 2]]
        """
        found = self._in_order[name].find_matches_as_indexes(text)
        return np.array(found, np.int64).reshape(-1, 3)

    def __getstate__(self) -> dict:
        # Automata are made again where they are needed: they do not travel between processes.
        return {"name": self.name, "terms": self.terms}


def _whole(text: str) -> str:
    """Put U+FFFD where a torn file has half of a character: offsets stay."""
    return _HALF.sub("\ufffd", text)


def _automaton(terms: Iterable[str], kind: str):
    import ahocorasick_rs

    return ahocorasick_rs.AhoCorasick(list(terms), matchkind=getattr(ahocorasick_rs.MatchKind, kind))


def read_lists(given) -> list[Dictionary]:
    """
    Read what a user calls a word list.

    Parameters
    ----------
    given : None, str, Path, DataFrame, mapping, or a list of these
        A name of `SHIPPED`; the path of a CSV with `term` and, for several lists in one file,
        `list` (or `domain`, `category`); the path of a text file with a term a line; a table with these columns;
        a mapping from names of lists to terms; any other string is a term, and a measure of its own.

    Returns
    -------
    list of Dictionary

    Raises
    ------
    ValueError
        If a file has no column `term`, a list is empty, or two measures have one name.

    Examples
    --------
    >>> [d.lists for d in read_lists(["改革", {"digital": ["数字经济", "大数据"]}])]
    [['改革'], ['digital']]
    """
    if given is None:
        return []
    several = given if isinstance(given, list | tuple | set | frozenset) else [given]
    found = [_read_one(each) for each in several]
    _check_names(found)
    return found


def _check_names(found: list[Dictionary]) -> None:
    seen: dict[str, str] = {}
    for dictionary in found:
        if not dictionary.terms:
            raise ValueError(f"{dictionary.name}: no term in this list; give at least one")
        for name in dictionary.lists:
            if name in seen:
                raise ValueError(f"the list {name!r} comes twice, from {seen[name]} and {dictionary.name}; rename one")
            seen[name] = dictionary.name


def _read_one(given) -> Dictionary:
    if isinstance(given, Dictionary):
        return given
    if isinstance(given, pd.DataFrame):
        return _from_rows(str(given.attrs.get("name", "lists")), given.to_dict("records"), list(given.columns))
    if isinstance(given, Mapping):
        listed = [(name, [terms] if isinstance(terms, str) else terms) for name, terms in given.items()]
        rows = [{"term": term, "list": str(name)} for name, terms in listed for term in terms]
        return _from_rows("lists", rows, ["term", "list"])
    if str(given) in SHIPPED:
        table = lexicons.load(str(given))
        return _from_rows(str(given), table.to_dict("records"), list(table.columns))
    path = Path(given)
    if isinstance(given, Path) or path.suffix.lower() in (".csv", ".txt", ".tsv"):
        return _from_file(path)
    term = str(given).strip()
    return Dictionary(term, {term: (term,)} if term else {})


def _from_file(path: Path) -> Dictionary:
    """A CSV with a header that has `term`, or a term a line; # begins a remark."""
    try:
        text = readers.decoded(path.read_bytes())[0].removeprefix("\ufeff")
    except readers.Unreadable as error:
        raise ValueError(f"{path.name} {error}; save it as CSV in UTF-8") from error
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    delimiter = max(",;\t", key=lines[0].count) if lines else ","
    header = [cell.strip().lower() for cell in next(csv.reader(lines[:1], delimiter=delimiter), [])]
    if "term" in header:
        reader = csv.DictReader(io.StringIO("\n".join(lines[1:])), fieldnames=header, delimiter=delimiter, restval="")
        return _from_rows(path.stem, list(reader), header)
    if len(header) > 1:
        raise ValueError(f"{path.name}: no column `term` among {', '.join(header)}; name the column of the words term")
    return _from_rows(path.stem, [{"term": line} for line in lines], ["term"])


def _from_rows(name: str, rows: list[dict], columns: list[str]) -> Dictionary:
    if "term" not in columns:
        raise ValueError(f"{name}: no column `term` among {', '.join(map(str, columns))}")
    column = next((c for c in _LIST_COLUMNS if c in columns), None)
    terms: dict[str, tuple[str, ...]] = {}
    for row in rows:
        term, label = str(row["term"]).strip(), str(row[column]).strip() if column else name
        if not term:
            continue
        if not label:
            raise ValueError(f"{name}: {term} has no {column}; say which list it belongs to")
        if label not in terms.get(term, ()):
            terms[term] = (*terms.get(term, ()), label)
    return Dictionary(name, terms)


@dataclass(frozen=True, eq=False)
class _Found:
    """What one pass over the texts finds; a row a hit, or a report."""

    hits: np.ndarray
    literature: np.ndarray
    reports: np.ndarray


def _found(corpus, named: list[Dictionary], literature: bool, n_jobs, progress: bool) -> _Found:
    """Go through the texts once: hits by paragraph and damage, gaps, and what the literature counts."""
    from joblib import Parallel, delayed
    from tqdm.auto import tqdm

    reports = [replace(report) for report in corpus.reports]
    portions = [(at, reports[at : at + CHUNK]) for at in range(0, len(reports), CHUNK)]
    run = Parallel(n_jobs=1 if len(reports) <= FEW else (n_jobs or -1), return_as="generator", batch_size=1)
    made = run(delayed(_portion)(at, some, named, literature) for at, some in portions)
    pieces = []
    with tqdm(total=len(reports), desc="measuring", unit=" reports", disable=None if progress else True) as bar:
        for piece, (_, some) in zip(made, portions, strict=True):
            pieces.append(piece)
            bar.update(len(some))
    join = {name: np.concatenate([getattr(p, name) for p in pieces]) for name in ("hits", "literature", "reports")}
    return _Found(**join)


def _portion(at: int, reports: list, named: list[Dictionary], literature: bool) -> _Found:
    own = [replace(report) for report in reports]
    key = [rules(), *((one.sha256, one.restoration, one.genre, one.decided) for one in own)]
    gaps = _GAPS.get(key, lambda: [len(structure.missing(one.text, genre=one.genre)) for one in own])
    sizes = _SIZES.get(key, lambda: [_jieba_tokens(one.raw) for one in own]) if literature else [0] * len(own)
    hits, listed, rows = [np.empty((0, 4), np.int32)], [np.empty((0, 4), np.int64)], []
    for position, report in enumerate(own, at):
        starts = np.array([start for start, _ in structure.paragraphs(report.text)], np.int64)
        rows.append((position, gaps[position - at], len(starts)))
        hits.append(_hits(position, _whole(report.form), starts, report.ledger, named))
        if literature:
            listed.append(_as_listed(position, _whole(report.raw), named, sizes[position - at]))
        own[position - at] = None
    return _Found(np.concatenate(hits), np.concatenate(listed), np.array(rows, np.int64).reshape(-1, 3))


def _jieba_tokens(text: str) -> int:
    """All tokens that jieba cuts a text into with its own dictionary, punctuation and blanks included."""
    return len(engines.get("auto", ()).cut(text, True))


def _hits(position: int, text: str, starts: np.ndarray, ledger, named: list[Dictionary]) -> np.ndarray:
    """Report, paragraph, measure and class of each hit."""
    rows, first = [], 0
    for dictionary in named:
        found, member, several = dictionary.find(text), dictionary.members, dictionary.several
        sure = _classes(ledger, found[:, 1:])
        paragraph = np.searchsorted(starts, found[:, 1], side="right") - 1
        repeat = several[found[:, 0]]
        measure = first + np.concatenate([np.empty(0, np.int64), *(member[term] for term in found[:, 0].tolist())])
        paragraph, sure = np.repeat(paragraph, repeat), np.repeat(sure, repeat)
        rows.append(np.stack([np.full(len(measure), position), paragraph, measure, sure], axis=1).astype(np.int32))
        first += len(dictionary.lists)
    return np.concatenate([np.empty((0, 4), np.int32), *rows])


def _classes(ledger, spans: np.ndarray) -> np.ndarray:
    """What each span rests on, as a position in `CLASSES`."""
    found = np.zeros(len(spans), np.int64)
    if not ledger.edits:
        return found
    for k, (start, end) in enumerate(spans.tolist()):
        edits = ledger.edits_in(start, end)
        if edits:
            found[k] = 1 if all(edit.confidence == "exact" for edit in edits) else 2
    return found


def _as_listed(position: int, raw: str, named: list[Dictionary], n_tokens: int) -> np.ndarray:
    """Report, measure, substring hits and all jieba tokens of a file as received."""
    names = [(dictionary, name) for dictionary in named for name in dictionary.lists]
    rows = [(position, k, len(d.find_as_alternatives(raw, name)), n_tokens) for k, (d, name) in enumerate(names)]
    return np.array(rows, np.int64).reshape(-1, 4)


def _table(corpus, counts: Counts, named, found: _Found, parts, measures, level: float) -> pd.DataFrame:
    """Rates with intervals, part by part, with what the hits rest on."""
    first = np.concatenate([[0], np.cumsum(found.reports[:, 2])])
    names = [name for dictionary in named for name in dictionary.lists]
    row = first[found.hits[:, 0]] + found.hits[:, 1]
    cells = (np.ones(len(row), np.int32), (row, found.hits[:, 2]))
    matrix = sparse.coo_array(cells, (len(counts.units), len(names))).tocsr()
    if "numerals" in measures:
        numbers = np.array([tokens.kind(term) == "number" for term in counts.terms], np.int32)
        matrix = sparse.hstack([matrix, (counts.matrix @ numbers)[:, None]]).tocsr()
        names = [*names, "numerals"]
    own = Counts(sparse.csr_array(matrix, dtype=np.int32), counts.units, pd.Index(names, dtype="str", name="term"))
    function = counts.units["function"].astype(str).to_numpy()
    pieces = []
    for part in parts if len(own.terms) or "length" in measures else ():
        inside = np.ones(len(function), bool) if part == "whole" else function == part
        pieces.append(_part(corpus, own.restrict(inside), found, inside[row], part, measures, level))
    return pd.concat([pd.DataFrame(columns=["report", "measure"]), *pieces], ignore_index=True)


def _part(corpus, counts: Counts, found: _Found, inside, part: str, measures, level: float) -> pd.DataFrame:
    order = [*counts.terms, *(["length"] if "length" in measures else [])]
    every = pd.MultiIndex.from_product([corpus.ids, order], names=["report", "measure"])
    some = counts.restrict(counts.sizes > 0)
    table = (
        rates(some, by="report", level=level).rename(columns={"term": "measure", "count": "hits"})
        if (len(some.units) and len(counts.terms))
        else pd.DataFrame(columns=["report", "measure"])
    )
    table = table.rename(columns={"n_tokens": "tokens", "per_10k": "value"}).assign(unit="per_10k")
    if "length" in measures:
        sizes = some.units.groupby("report", observed=True, sort=False)["n_tokens"].sum()
        length = pd.DataFrame({"report": sizes.index.astype(str), "measure": "length", "tokens": sizes.to_numpy(),
                               "value": sizes.to_numpy(float), "unit": "tokens"})  # fmt: skip
        table = pd.concat([table, length], ignore_index=True) if len(table) else length
    table = table.astype({"report": str, "measure": str}).set_index(["report", "measure"])
    table = table.join(_shares(corpus, found.hits[inside], list(counts.terms)))
    return table.reindex(every).reset_index().assign(part=part, formula="rate")


def _shares(corpus, hits: np.ndarray, names: list[str]) -> pd.DataFrame:
    """Shares of the hits of each report and measure by what they rest on."""
    shape = (len(corpus.ids), len(names), len(CLASSES))
    flat = np.ravel_multi_index(tuple(hits[:, [0, 2, 3]].astype(np.int64).T), shape) if len(hits) else []
    table = np.bincount(np.asarray(flat, np.int64), minlength=int(np.prod(shape))).reshape(-1, len(CLASSES))
    total = table.sum(axis=1, keepdims=True)
    share = np.divide(table, total, out=np.full(table.shape, np.nan), where=total > 0)
    index = pd.MultiIndex.from_product([corpus.ids, names], names=["report", "measure"])
    return pd.DataFrame(share, index=index, columns=list(CLASSES))


def _literature(ids: list[str], named: list[Dictionary], found: _Found) -> pd.DataFrame:
    names = np.array([name for dictionary in named for name in dictionary.lists], object)
    position, measure, hits, n_tokens = found.literature.T
    return pd.DataFrame({
        "report": np.array(ids, object)[position], "measure": names[measure], "part": "whole", "formula": "literature",
        "hits": hits, "tokens": n_tokens, "value": hits / np.maximum(n_tokens, 1), "unit": "share",
    })  # fmt: skip


def _above(catalogue: pd.DataFrame) -> pd.Series:
    """Id of the report of the level above for the same year and genre, by report; nothing where there is none."""
    code, level = catalogue["code"], catalogue["level"]
    of = pd.Series("", index=catalogue.index)
    for own, above, digits in (("district", "city", 4), ("city", "province", 2), ("province", "national", 0)):
        here = level.eq(own) & code.ne("")
        of[here] = above + code[here].str[:digits].str.ljust(6, "0")
    year, genre = catalogue["year"].astype(str), catalogue["genre"]
    known = level + code.where(level.ne("national"), "000000") + year + genre
    ids = pd.Series(catalogue.index, index=known)
    return (of + year + genre).map(ids[~ids.index.duplicated()]).dropna()


def _copied(corpus, progress: bool) -> pd.DataFrame:
    """Passages that reports share with the report of the level above, which is `report_b`."""
    from tqdm.auto import tqdm

    def shown(portions):
        return tqdm(portions, desc="comparing", disable=None if progress else True)

    above = _above(corpus.catalogue)
    ids = np.array(corpus.ids, object)
    table = text_reuse.passages([report.text for report in corpus.stream()], progress=shown)
    table = table.assign(report_a=ids[table["report_a"]], report_b=ids[table["report_b"]])
    turned = table.rename(
        columns=lambda c: {"a": f"{c[:-1]}b", "b": f"{c[:-1]}a"}[c[-1]] if c[-2:] in ("_a", "_b") else c
    )
    both = pd.concat([table, turned[table.columns]], ignore_index=True)
    return both[both["report_b"].eq(both["report_a"].map(above))].reset_index(drop=True)


def _shared(corpus, progress: bool) -> pd.DataFrame:
    above = _above(corpus.catalogue)
    found = text_reuse.pairs(corpus, _copied(corpus, progress)).set_index("report_a").reindex(above.index)
    rows = pd.DataFrame({
        "report": above.index, "measure": "shared", "part": "whole", "formula": "rate", "unit": "share",
        "hits": found["passages"].fillna(0).to_numpy(), "value": found["share_a"].fillna(0.0).to_numpy(),
    })  # fmt: skip
    return rows.merge(pd.DataFrame({"report": corpus.ids}), how="right").fillna(
        {"measure": "shared", "part": "whole", "formula": "rate", "unit": "share"}
    )


def _per_report(corpus, measures: list, progress: bool) -> pd.DataFrame:
    """Measures that are read from one report after the other."""
    from tqdm.auto import tqdm

    rows = []
    for report in tqdm(corpus.stream(), desc="reading", total=len(corpus), disable=None if progress else True):
        rows += [measure(report).assign(report=report.id, part="whole", formula="rate") for measure in measures]
    return pd.concat(rows, ignore_index=True)


def _targets(report) -> pd.DataFrame:
    """The number that a report sets for its year, one measure an indicator; open ends are missing."""
    found = _set_for_the_year(report).drop_duplicates("indicator").set_index("indicator").reindex(targets.NAMES)
    return pd.DataFrame({
        "measure": [f"target_{name}" for name in targets.NAMES], "unit": found["unit"].fillna("%").to_numpy(),
        "value": found[["low", "high"]].mean(axis=1).to_numpy(), "low": found["low"].to_numpy(),
        "high": found["high"].to_numpy(),
    })  # fmt: skip


def _set_for_the_year(report) -> pd.DataFrame:
    """Targets of the year planned for, as stated where targets are stated."""
    found = targets.records(report.text, report.paragraphs, report.sections, report.year, report.id)
    return found[found["status"].eq("target") & found["headline"] & found["year"].eq(report.year)]


def _agenda(report) -> pd.DataFrame:
    """Where each domain first stands among the tasks of the year, one measure a domain."""
    found = agenda.tasks(report).groupby("domain")["order"].agg(["min", "size"])
    found = found.reindex(dict.fromkeys(lexicons.load("domains")["domain"]))
    return pd.DataFrame({"measure": "agenda_" + found.index, "value": found["min"].to_numpy(float), "unit": "rank",
                         "hits": found["size"].fillna(0).to_numpy(int)})  # fmt: skip


def _described(catalogue: pd.DataFrame, found: _Found) -> pd.DataFrame:
    """What identifies each report, and what is missing from it."""
    series = catalogue[["code", "place", "level", "genre"]].apply(tuple, axis=1)
    order = {key: n for n, key in enumerate(sorted(set(series[catalogue["place"] != ""])), 1)}
    table = catalogue.assign(
        report=catalogue.index.astype(str), province=_provinces(catalogue), panel_id=series.map(order).astype("Int64")
    )
    return table[PLACE].assign(gap=found.reports[:, 1]).reset_index(drop=True)


def _provinces(catalogue: pd.DataFrame) -> list[str]:
    """Name the province by the first two digits of the code."""
    known = places.by_code()
    of = [known.get(f"{code[:2]}0000") for code in catalogue["code"]]
    return [each.name if each and each.level == "province" else "" for each in of]


def _ordered(table: pd.DataFrame, ids: list[str], parts: list[str]) -> pd.DataFrame:
    """In the order of the catalogue, of the parts, and of the measures; a part that is not there keeps its unit."""
    table["unit"] = table["unit"].fillna("per_10k").mask(table["measure"].eq("length"), "tokens")
    table["tokens"] = table["tokens"].fillna(0)
    rank = {"report": {id: k for k, id in enumerate(ids)}, "part": {part: k for k, part in enumerate(PARTS)}}
    order = pd.DataFrame({c: table[c].map(known) for c, known in rank.items()}).assign(formula=table["formula"])
    table = table.loc[
        order.sort_values(["report", "formula", "part"], ascending=[True, False, True], kind="stable").index
    ]
    return table.astype({"hits": "Int64", "tokens": "Int64", "n_clusters": "Int64", "gap": "int64"}).reset_index(
        drop=True
    )


def _notes(table: pd.DataFrame, named: list[Dictionary], parts: list[str], without) -> list[str]:
    """What was counted, and what the reader must know of it."""
    reports = table.drop_duplicates("report")
    notes = [
        f"{len(reports)} reports of {reports['place'].replace('', np.nan).nunique()} places, "
        f"{reports['year'].min()} to {reports['year'].max()}; part: {', '.join(parts)}"
    ]
    notes += [f"{d.name}: {len(d.terms)} terms in {len(d.lists)} lists, as written, the longest first" for d in named]
    if nameless := int(reports["place"].eq("").sum()):
        notes.append(f"{nameless} reports have no place in the catalogue: they join no series")
    rated = table["formula"].eq("rate") & table["unit"].isin(["per_10k", "tokens"])
    if gone := int(table.loc[rated, "value"].isna().groupby(table["report"]).any().sum()):
        notes.append(f"{gone} reports lack a part that was asked for")
    if gaps := int(reports["gap"].gt(0).sum()):
        notes.append(f"{gaps} reports have gaps")
    if without:
        notes.append(f"left out: {', '.join(without)}")
    return notes


def trace(corpus, lists, report: str, measure: str, part: str = "whole", literature: bool = False) -> pd.DataFrame:
    """
    List the hits whose number is a cell of the panel.

    Parameters
    ----------
    corpus, lists, part
        As in `build`.
    report, measure : str
        The cell: id of the report, and name of a list, "numerals", "shared", "target_…" (`term` is the hedge) or
        "agenda_…" (`term` is the task).
    literature : bool
        The cell of the literature's formula; places are then in the raw text alone.

    Returns
    -------
    DataFrame, in the order of the text
        `term`, `start`, `end` (in the restored text), `raw_start`, `raw_end`, `function` (of the section), `rests_on`
        (of `CLASSES`), `left`, `hit`, `right` (20 characters of context).

    Raises
    ------
    ValueError
        If no list has this name.

    Examples
    --------
    >>> from analysis import corpus
    >>> hits = trace(corpus.load(), {"both": ["改革", "开放"]}, "taiyuan-gov-2021", "both", "tasks")
    >>> sorted(set(hits["hit"]))
    ['开放', '改革']
    """
    own = corpus[report]
    spans = structure.places(own.text, genre=own.genre)
    if literature:
        dictionary = _holding(read_lists(lists), measure)
        found = dictionary.find_as_alternatives(_whole(own.raw), measure)
        at = [(dictionary.of(measure)[k], start, end) for k, start, end in found.tolist()]
    else:
        at = _places(corpus, lists, own, spans, measure)
    text, rows = own.raw if literature else own.text, []
    for term, start, end in at:
        function = "" if literature else next((f for a, b, _, f in spans if a <= start < b), "")
        if part not in ("whole", function):
            continue
        raw = (start, end) if literature else own.ledger.to_raw(start, end)
        sure = "" if literature else CLASSES[_classes(own.ledger, np.array([[start, end]]))[0]]
        context = text[max(0, start - 20) : start], text[start:end], text[end : end + 20]
        rows.append((term, start, end, *raw, function, sure, *context))
    columns = ["term", "start", "end", "raw_start", "raw_end", "function", "rests_on", "left", "hit", "right"]
    return pd.DataFrame(rows, columns=columns)


def _holding(named: list[Dictionary], measure: str) -> Dictionary:
    """The dictionary that has a list of this name."""
    for dictionary in named:
        if measure in dictionary.lists:
            return dictionary
    known = [name for dictionary in named for name in dictionary.lists]
    raise ValueError(f"no list {measure!r} to trace; there are {', '.join([*known, 'numerals', 'shared'])}")


def _places(corpus, lists, report, spans, measure: str) -> list[tuple[str, int, int]]:
    """Term, start and end of what a cell counts."""
    if measure == "numerals":
        return [
            (word, at + start, at + end)
            for at, stop, *_ in spans
            for word, start, end, kind in tokens.segment(report.text[at:stop])
            if kind == "number"
        ]
    if measure == "shared":
        copied = _copied(corpus, progress=False)
        copied = copied[copied["report_a"].eq(report.id) & ~copied["formula"]].sort_values("start_a")
        return list(copied[["report_b", "start_a", "end_a"]].itertuples(index=False, name=None))
    if measure.startswith("target_"):
        found = _set_for_the_year(report)
        found = found[found["indicator"].eq(measure.removeprefix("target_"))].head(1)
        return list(found[["hedge", "start", "end"]].itertuples(index=False, name=None))
    if measure.startswith("agenda_"):
        found = agenda.tasks(report)
        found = found[found["domain"].eq(measure.removeprefix("agenda_"))]
        return [(f"{row.order} {row.title}", row.start, row.end) for row in found.itertuples()]
    dictionary = _holding(read_lists(lists), measure)
    terms = list(dictionary.terms)
    found = dictionary.find(_whole(report.form)).tolist()
    return [(terms[k], start, end) for k, start, end in found if measure in dictionary.terms[terms[k]]]


def _series(corpus, place: str = "", genre: str = "work-report") -> list:
    """Reports of one place and genre by year: of the place with most of them unless it is named."""
    rows = corpus.catalogue[corpus.catalogue["genre"].eq(genre) & corpus.catalogue["place"].ne("")]
    sizes = rows.groupby(["place", "level"], sort=False)["year"].nunique()
    sizes = sizes[sizes.index.get_level_values("place") == place] if place else sizes
    if sizes.empty:
        raise Refusal(f"no {genre} of {place or 'a place'} in this corpus")
    chosen = sizes.idxmax()
    ids = rows.index[rows["place"].eq(chosen[0]) & rows["level"].eq(chosen[1])]
    return sorted((corpus[id] for id in ids), key=lambda report: report.year)


def promised(corpus, indicator: str = "gdp", place: str = "") -> pd.DataFrame:
    """
    Follow the targets of one place through the years, with the results that its reports state.

    Parameters
    ----------
    corpus : Corpus
    indicator : str
        One of `quantities.targets.NAMES`.
    place : str
        The place with most work reports unless named.

    Returns
    -------
    DataFrame
        `place`, `report`, `status` (target or result), `year` (that it is of), `low`, `high`, `unit`, `hedge`,
        `start`, `end`: the target of each report for its year, and the result that it states for the year before.
    """
    rows = []
    for report in _series(corpus, place):
        found = targets.records(report.text, report.paragraphs, report.sections, report.year, report.id)
        found = found[found["indicator"].eq(indicator) & found["headline"]]
        for status, year in (("result", report.year - 1), ("target", report.year)):
            own = found[found["status"].eq(status) & found["year"].eq(year)].head(1)
            rows.append(own.assign(place=report.place))
    columns = ["place", "report", "status", "year", "low", "high", "unit", "hedge", "start", "end"]
    table = pd.concat(rows, ignore_index=True)[columns]
    table.attrs["why"] = f"No report of one place states a target or result of {indicator}."
    return table


def reordered(corpus, place: str = "") -> pd.DataFrame:
    """
    Say how the order of the tasks changed between the first and the last report of one place, domain by domain.

    Parameters
    ----------
    corpus : Corpus
    place : str
        The place with most work reports unless named.

    Returns
    -------
    DataFrame
        `domain`, `rank_before`, `rank_after` (place of its first task among the tasks of the year, if it has one),
        `title_before`, `title_after` (that task, which the rank rests on), by the later rank. ``attrs["notes"]`` names
        the reports, their tasks, and those whose domain is unsure.
    """
    reports = _series(corpus, place)
    reports = [reports[0], reports[-1]]
    if reports[0] is reports[1]:
        raise Refusal(f"{reports[0].place} has one report: an order changes between two")
    listed = [agenda.tasks(report) for report in reports]
    sides = [
        tasks[tasks["domain"].ne("unsure")].drop_duplicates("domain").set_index("domain")[["order", "title"]]
        .set_axis([f"rank_{when}", f"title_{when}"], axis=1).astype({f"rank_{when}": "Int64"})
        for tasks, when in zip(listed, ("before", "after"), strict=True)
    ]  # fmt: skip
    table = sides[0].join(sides[1], how="outer")
    table = table.sort_values(["rank_after", "rank_before"]).reset_index()
    table[["title_before", "title_after"]] = table[["title_before", "title_after"]].fillna("")
    table.attrs["notes"] = [
        f"{report.id}: {len(tasks)} tasks, the domain of {int(tasks['domain'].eq('unsure').sum())} is unsure"
        for report, tasks in zip(reports, listed, strict=True)
    ]
    return table[["domain", "rank_before", "rank_after", "title_before", "title_after"]]


def coverage(table: pd.DataFrame, by: str = "place") -> pd.DataFrame:
    """
    Say which years of which places a panel has.

    Parameters
    ----------
    table : DataFrame
        What `build` gives.
    by : {"place", "year"}

    Returns
    -------
    DataFrame
        By place: `place`, `code`, `level`, `genre`, `first`, `last`, `years` (with a report), `missing` (years between
        first and last without one, as text), `gaps` (reports with gaps). By year: `level`, `genre`, `year`, `places`
        (with a report), `of` (places of this level and genre that ever have one), `share`.
    """
    reports = table.drop_duplicates("report")
    reports = reports[reports["place"].ne("")]
    if by == "year":
        keys = ["level", "genre"]
        ever = reports.groupby(keys, sort=False)["place"].nunique().rename("of").reset_index()
        found = reports.groupby([*keys, "year"], sort=True)["place"].nunique().rename("places").reset_index()
        found = found.merge(ever, on=keys)
        return found.assign(share=found["places"] / found["of"])
    rows = []
    for key, own in reports.groupby(["place", "code", "level", "genre"], sort=True):
        years = set(own["year"])
        missing = sorted(set(range(min(years), max(years) + 1)) - years)
        gaps = int(own["gap"].gt(0).sum())
        rows.append((*key, min(years), max(years), len(years), _spans_of(missing), gaps))
    columns = ["place", "code", "level", "genre", "first", "last", "years", "missing", "gaps"]
    return pd.DataFrame(rows, columns=columns)


def _spans_of(years: list[int]) -> str:
    """
    Write years as spans.

    >>> _spans_of([2003, 2005, 2006, 2007])
    '2003, 2005-2007'
    """
    spans: list[list[int]] = []
    for year in years:
        if spans and year == spans[-1][1] + 1:
            spans[-1][1] = year
        else:
            spans.append([year, year])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in spans)


def balanced(table: pd.DataFrame, years: tuple[int, int] | None = None) -> pd.DataFrame:
    """
    Keep the places that have a report in every year of a span, so that no place comes or goes.

    Parameters
    ----------
    table : DataFrame
        What `build` gives, of one level and genre.
    years : (int, int), optional
        First and last year; the span with most place-years (the longer of two) unless given.

    Returns
    -------
    DataFrame
        Rows of `table`; ``attrs["notes"]`` says which span, and how many places stay.
    """
    reports = table.drop_duplicates("report")
    reports = reports[reports["place"].ne("")]
    if reports.empty:
        raise ValueError("no report has a place: fill the column `place` of the catalogue")
    there = reports.assign(n=1).pivot_table(index=["place", "level", "genre"], columns="year", values="n") > 0
    there = there.reindex(columns=range(there.columns.min(), there.columns.max() + 1), fill_value=False)
    span = years or _best_span(there)
    stay = there.index[there.reindex(columns=range(span[0], span[1] + 1), fill_value=False).all(axis=1)]
    keys = pd.MultiIndex.from_frame(table[["place", "level", "genre"]])
    kept = table[keys.isin(stay) & table["year"].between(*span)].reset_index(drop=True)
    kept.attrs["notes"] = [f"balanced: {len(stay)} of {len(there)} places have every year from {span[0]} to {span[1]}"]
    return kept


def _best_span(there: pd.DataFrame) -> tuple[int, int]:
    """First and last year of the complete block with most cells; of two, the longer, then the later."""
    years, best = there.columns.to_numpy(), (0, 0, 0)
    for a in range(len(years)):
        complete = np.ones(len(there), bool)
        for b in range(a, len(years)):
            complete = complete & there.iloc[:, b].to_numpy()
            length = b - a + 1
            best = max(best, (int(complete.sum()) * length, length, a))
    _, length, a = best
    return int(years[a]), int(years[a + length - 1])
