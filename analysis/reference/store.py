"""
A reference as files: made from a catalogue of many reports, read a slice at a time; counts, and no text.

Counted are words of two characters and more that are no stop words and no numbering, as they are cut, and
listed policy terms, phrases of the study corpus and terms of the policy domains that are more than one word,
as they are written. The vocabulary is those of them that stand in `MIN_REPORTS` reports of `MIN_PLACES`
places, and everything that is counted as written.
"""

import io
import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd
from scipy import sparse

from analysis import collocations, doctor, lexicons, paths, storage, structure, text_reuse, tokens, trend
from analysis import corpus as corpora
from analysis.counts import Counts, streaming
from analysis.reference.models import Subjects
from analysis.uncertainty.design import Refusal
from analysis.wordform import fold

# A term of fewer reports has no band worth drawing, and a name of one place is no term of a country.
MIN_REPORTS, MIN_PLACES = 40, 15
# Reports that lie together in the file, and cells of a row group: a slice by term or by year reads a tenth.
BLOCK, GROUP = 256, 1 << 15
# Texts of fewer tokens are no whole reports (the median is about 9,000).
SHORT = 2000
# Tasks of a smaller share are what a lost heading left of them (the median is half).
FEW = 0.1
# Findings of the corpus doctor that make a report doubtful as a peer; what is left on a page does not.
DOUBTED = ("same", "near", "place", "year", "level", "anachronism", "language", "cut", "damage")
PARTS = ("review", "guiding", "tasks", "self-government", "other")
# Columns of few values, and the encoding of numbers that rise.
_NARROW, _STEPS = ["term", "part", "count"], "DELTA_BINARY_PACKED"
_NUMBERING = re.compile("第[一二三四五六七八九十百零〇0-9]+[章节篇条款]")


class Lists(dict):
    """Word lists by name; a term is the list of itself, and "domains" are the policy domains that ship."""

    @classmethod
    def of(cls, words) -> "Lists":
        """Read a term, several, a mapping of names to terms, or "domains"."""
        if isinstance(words, str) and words == "domains":
            words = lexicons.load("domains").groupby("domain")["term"].apply(list).to_dict()
        if isinstance(words, dict):
            return cls({name: list(terms) for name, terms in words.items()})
        return cls({word: [word] for word in ([words] if isinstance(words, str) else words)})

    def members(self, names: pd.Index) -> sparse.csr_array:
        """Which terms belong to which lists, terms × lists; terms of a list that there are none of count nothing."""
        at = np.repeat(np.arange(len(self)), [len(terms) for terms in self.values()])
        row = names.get_indexer([term for terms in self.values() for term in terms])
        cells = np.unique(np.stack([row, at])[:, row >= 0], axis=1)
        shape = len(names), len(self)
        return sparse.csr_array(sparse.coo_array((np.ones(cells.shape[1]), tuple(cells)), shape))

    def sums(self, counts: Counts) -> np.ndarray:
        """Hits of each list by unit."""
        return (counts.matrix @ self.members(counts.terms)).toarray()


class NoReference(Refusal):
    """There is no reference to compare with; the message says how to make one."""


@dataclass(frozen=True)
class Reference:
    """
    Counts of many reports, read a slice at a time.

    Attributes
    ----------
    folder : Path
    reports : DataFrame
        One row a report, as `data/README.md` says; `n_review` … are tokens by part.
    terms : DataFrame
        One row a term: `term`, `kind`, `reports`, `hits`, `phi`, `phi_subject`, `phi_reports`.
    about : dict
        Source, status, rule of the vocabulary, what cut the words.
    """

    folder: Path
    reports: pd.DataFrame
    terms: pd.DataFrame
    about: dict

    @cached_property
    def names(self) -> pd.Index:
        """Terms, in order of their numbers."""
        return pd.Index(self.terms["term"], dtype="str", name="term")

    @cached_property
    def subjects(self) -> Subjects:
        """Rates of terms by subject."""
        return Subjects.read(self.folder / "subjects.parquet", self.names)

    @cached_property
    def place_names(self) -> np.ndarray:
        """Whether each term names a place of the reference, or of the lists of places, with its kind or without."""
        known = {_stem(place) for place in self.reports["place"]}
        known |= {*lexicons.terms("places"), *lexicons.terms("place_names")}
        return np.array([term in known or (term[-1] in "省市县区州" and term[:-1] in known) for term in self.names])

    @cached_property
    def windows(self) -> pd.DataFrame:
        """Fingerprints of wording: `report` (row of `reports`), `window` (`text_reuse.fingerprint`)."""
        file = self.folder / "windows.parquet"
        if not file.is_file():
            raise NoReference(f"{self.folder} holds no fingerprints of wording; make the reference again")
        return pd.read_parquet(file)

    def held(self) -> pd.DataFrame:
        """Say what the reference has of each level: `n_reports`, `n_places`, `first_year`, `last_year`, `doubtful`."""
        table = self.reports.assign(doubtful=self.reports["doubts"] != "")
        return table.groupby("level").agg(
            n_reports=("id", "size"), n_places=("place", "nunique"), first_year=("year", "min"),
            last_year=("year", "max"), doubtful=("doubtful", "sum"),
        )  # fmt: skip

    def above(self, place: str) -> str:
        """Name the province in which a place lies; `NoReference` where the place lies in none that has a report."""
        codes = self.reports[["place", "code"]].drop_duplicates()
        own = codes.loc[codes["place"].eq(place), "code"]
        upper = codes.loc[codes["code"].isin(own.str[:2] + "0000") & codes["place"].ne(place), "place"]
        if upper.empty:
            raise NoReference(f"The reference has no report of a province in which {place} lies.")
        return upper.iloc[0]

    def doubts(self) -> pd.DataFrame:
        """Count what is doubted: `doubt`, `n_reports`."""
        said = self.reports.loc[self.reports["doubts"] != "", "doubts"].str.split("; ").explode()
        said = said.str.replace("(?<=the text of ).*|(?<=leaves out section ).*|(?<=plans for ).*", "…", regex=True)
        return said.value_counts().rename_axis("doubt").reset_index(name="n_reports")

    def counts(
        self, terms: Iterable[str] | Mapping | None = None, *, part: str | Sequence[str] | None = "tasks",
        level: str | None = None, genre: str | None = None, years=None, places: Iterable[str] | None = None,
        doubtful: bool = True,
    ) -> Counts:  # fmt: skip
        """
        Read counts by report.

        Parameters
        ----------
        terms : iterable of str, or mapping of names to such, optional
            Terms of the reference; unknown ones get no column. All of them by default.
        part : str, list of str or None
            Functions that are counted together; None takes the whole report.
        level, genre, years, places
            Which reports; all where nothing is said. `years` is one year or several.
        doubtful : bool
            Keep reports that bear a doubt.

        Returns
        -------
        Counts
            Units are the chosen reports that have the part, with the columns of `reports`, and `n_tokens` of it.
        """
        from pyarrow import parquet

        parts = list(PARTS) if part is None else [part] if isinstance(part, str) else list(part)
        table = self.reports
        keep = table[[f"n_{name}" for name in parts]].sum(axis=1) > 0
        if level:
            keep &= table["level"] == level
        if genre:
            keep &= table["genre"] == genre
        if years is not None:
            keep &= table["year"].isin([years] if np.isscalar(years) else list(years))
        if places is not None:
            keep &= table["place"].isin(list(places))
        if not doubtful:
            keep &= table["doubts"] == ""
        chosen = table[keep]
        wanted = np.flatnonzero(keep)
        codes = np.arange(len(self.names))
        filters = [("report", ">=", int(wanted.min())), ("report", "<=", int(wanted.max()))] if len(wanted) else []
        if terms is not None:
            terms = [term for some in terms.values() for term in some] if isinstance(terms, Mapping) else terms
            codes = np.unique(self.names.get_indexer(list(set(terms))))
            codes = codes[codes >= 0]
            filters += [("term", "in", codes.tolist())] if len(codes) else []
        cells = parquet.read_table(self.folder / "counts.parquet", filters=filters or None)
        row, column = np.full(len(table), -1), np.full(len(self.names), -1)
        row[wanted], column[codes] = np.arange(len(wanted)), np.arange(len(codes))
        report = row[cells["report"].to_numpy()]
        inside = report >= 0
        if len(parts) < len(PARTS):
            inside &= np.isin(np.arange(len(PARTS)), [PARTS.index(name) for name in parts])[cells["part"].to_numpy()]
        report, term = report[inside], column[cells["term"].to_numpy()[inside]]
        hits = cells["count"].to_numpy()[inside].astype(np.int32)
        place = report, term
        if terms is not None:
            hits, place = hits[term >= 0], (report[term >= 0], term[term >= 0])
        shape = len(chosen), len(codes)
        matrix = sparse.csr_array(sparse.coo_array((hits, place), shape))
        units = chosen.assign(n_tokens=chosen[[f"n_{name}" for name in parts]].sum(axis=1)).reset_index(drop=True)
        units = units.rename(columns={"id": "report"})
        return Counts(matrix, units, self.names[codes])

    def series(self, place: str, words=None, *, part: str | None = None, doubtful: bool = False) -> pd.DataFrame:
        """
        Give the rates of one place's reports per 10,000 tokens: index `year`, terms (or word lists) as columns.

        `words` as in `reference.norms`; years of two reports are added up, years without one are missing.
        """
        lists = None if words is None else Lists.of(words)
        counts = self.counts(lists, part=part, places=[place], doubtful=doubtful)
        hits = counts.matrix.toarray() if lists is None else lists.sums(counts)
        names = list(counts.terms) if lists is None else list(lists)
        year = counts.units["year"].to_numpy()
        table = pd.DataFrame(hits, columns=pd.Index(names, name="term")).groupby(year).sum()
        return table.div(counts.sizes.groupby(year).sum(), axis=0).mul(1e4).rename_axis(index="year")

    def trends(self, place: str) -> pd.DataFrame:
        """Find what came and went in a place's whole reports: `trend.trend` of terms of three years and more."""
        return trend.trend(self._whole(place))

    def stages(self, place: str) -> pd.DataFrame:
        """Cut the years of a place's reports into stages of like vocabulary: `trend.stages` of these terms."""
        return trend.stages(self._whole(place))

    def _whole(self, place: str) -> pd.DataFrame:
        rates = self.series(place)
        if rates.empty:
            raise NoReference(f"The reference has no report of {place}: no years to follow.")
        return rates.loc[:, (rates > 0).sum() >= 3]


def load(folder: Path | None = None) -> Reference:
    """
    Open a reference; counts are read when they are asked for.

    Raises
    ------
    NoReference
        If there is none in the folder.
    """
    folder = Path(folder or paths.REFERENCE)
    if not (folder / "counts.parquet").is_file():
        raise NoReference(
            f"There is no reference in {folder}: reports are not compared with others. "
            "`python -m analysis reference CATALOGUE -o FOLDER` makes one from any reports of places and years."
        )
    reports = pd.read_csv(folder / "reports.csv", index_col="report", dtype={"code": str}, keep_default_na=False)
    terms = pd.read_csv(folder / "terms.csv", index_col="number", keep_default_na=False, na_values={
        name: [""] for name in ("phi", "phi_subject")})  # fmt: skip
    return Reference(folder, reports, terms, json.loads((folder / "reference.json").read_text(encoding="utf-8")))


def make(
    catalogue: Path | str, out: Path, *, extra: Collection[str] | None = None, source: str = "", status: str = "",
    files: Mapping[str, tuple[str, str]] | None = None, jobs: int | None = None, min_reports: int = MIN_REPORTS,
    min_places: int = MIN_PLACES,
) -> Path:  # fmt: skip
    """
    Count the reports of a catalogue and write the tables that `reference.load` reads.

    Parameters
    ----------
    catalogue : path
        As `corpus.load` takes it; `place` and the year of `date` say which reports are peers.
    out : path
        Folder for `reports.csv`, `terms.csv`, `counts.parquet`, `subjects.parquet`, `windows.parquet` and
        `reference.json`.
    extra : collection of str, optional
        Strings that are counted as written besides the listed ones; by default the phrases of the study corpus
        (`paths.CATALOGUE`).
    source, status : str
        Where the texts are from and what may be done with them; stated in `reference.json`.
    files : mapping of id to (path, sha256), optional
        Where a report stands in its collection, if the catalogue was made from something else.
    jobs : int, optional
        Processes.
    min_reports, min_places : int
        Least reports and places of a term that is a word.

    Returns
    -------
    Path
        `out`.

    Raises
    ------
    ValueError
        If a report has no place, or the catalogue cannot be read.
    """
    counts, table, named, windows = _sections(catalogue, extra, files or {}, jobs, (min_reports, min_places))
    out = Path(out)
    out.mkdir(parents=True, exist_ok=True)
    model = Subjects.fit(counts)
    terms = _terms(counts, table, named, model)
    storage.write(out / "reports.csv", storage.csv(table.reset_index(names="report")))
    storage.write(out / "terms.csv", storage.csv(terms.reset_index(names="number"), digits=4))
    _parquet(_cells(counts, table), out / "counts.parquet", row_group_size=GROUP, use_dictionary=_NARROW)
    _parquet(model.table(), out / "subjects.parquet")
    _parquet(windows, out / "windows.parquet", use_dictionary=["report"], column_encoding={"window": _STEPS})
    said = {
        "source": source, "status": status, "reports": len(table), "terms": len(terms),
        "wording": f"one window in {text_reuse.SAMPLED}, of {text_reuse.PRINTED} letters and digits",
        "vocabulary": f"words in at least {min_reports} reports of {min_places} places; what is counted as written",
        "cut_by": tokens.provenance(lexicon=lexicons.terms(tokens.DEFAULT), hmm=True, engine="auto"),
    }  # fmt: skip
    storage.write(out / "reference.json", json.dumps(said, ensure_ascii=False, indent=1) + "\n")
    return out


def _sections(
    catalogue: Path | str, extra: Collection[str] | None = None, files: Mapping = MappingProxyType({}),
    jobs: int | None = None, least: tuple[int, int] = (MIN_REPORTS, MIN_PLACES),
) -> tuple[Counts, pd.DataFrame, dict[str, str], pd.DataFrame]:  # fmt: skip
    """Counts by section, the table of reports, kinds of what is counted as written, fingerprints of wording."""
    reports = corpora.load(Path(catalogue))
    # Reports of one level and year have neighbouring numbers, so that they are read together.
    ordered = sorted(reports, key=lambda report: (report.level, report.year, report.place, report.id))
    reports = replace(reports, reports=tuple(ordered))
    if nameless := [report.id for report in reports if not report.place]:
        raise ValueError(f"{', '.join(nameless[:5])}: no place in the catalogue; peers are told apart by place")
    named = _named(_phrases() if extra is None else extra)
    cut = _words(streaming.count(reports, "section", n_jobs=jobs), named)
    written, windows = _written(reports, cut.units, sorted(named), jobs)
    counts = _together(cut, written)
    table = _reports(reports, counts, _doubts(Path(catalogue)), files)
    return _chosen(counts, table, named, *least), table, named, windows


def _phrases() -> list[str]:
    """Phrases that the study corpus makes its own: what notebooks count besides words and listed terms."""
    return list(collocations.phrases(tokens.table(corpora.load(paths.CATALOGUE)))["phrase"])


def _named(extra: Iterable[str]) -> dict[str, str]:
    """Strings that are counted as written, and what they are."""
    domains = lexicons.load("domains")["term"]
    several = [term for term in domains if sum(kind == "word" for *_, kind in tokens.segment(term)) > 1]
    kinds = {"domain": several, "phrase": extra, "lexicon": lexicons.terms("policy_terms")}
    return {fold(term): kind for kind, terms in kinds.items() for term in terms}


def _words(counts: Counts, named: Collection[str]) -> Counts:
    """Words of the vocabulary; sizes stay."""
    out = {*lexicons.stopwords(), *named}
    keep = [len(t) > 1 and t not in out and tokens.kind(t) == "word" and not _NUMBERING.fullmatch(t)
            for t in counts.terms]  # fmt: skip
    at = np.flatnonzero(keep)
    return Counts(counts.matrix[:, at], counts.units, counts.terms[at])


def _written(reports, units: pd.DataFrame, named: list[str], jobs) -> tuple[Counts, pd.DataFrame]:
    """Strings as written, by section; and a sample of the wording of each report."""
    from joblib import Parallel, delayed

    ids = reports.ids
    chunks = [reports.reports[at : at + 64] for at in range(0, len(ids), 64)]
    found = Parallel(n_jobs=jobs or 1)(delayed(_strings)(chunk, named) for chunk in chunks)
    keys = pd.MultiIndex.from_frame(units[["report", "function", "section"]].astype({"report": str, "function": str}))
    places = pd.MultiIndex.from_tuples([row for chunk in found for row in chunk[0]])
    rows = keys.get_indexer(places)
    columns, hits = (np.concatenate([chunk[k] for chunk in found]) for k in (1, 2))
    matrix = sparse.csr_array(sparse.coo_array((hits, (rows, columns)), (len(units), len(named))), dtype=np.int32)
    prints = [windows for chunk in found for windows in chunk[3]]
    report = np.repeat(np.arange(len(prints), dtype=np.uint16), [len(windows) for windows in prints])
    windows = pd.DataFrame({"report": report, "window": np.concatenate(prints)})
    return Counts(matrix, units, pd.Index(named, dtype="str", name="term")), windows


def _strings(reports, named: list[str]) -> tuple:
    """Places (report, function, section), columns and hits; and the fingerprint of each report."""
    places, columns, hits, prints = [], [], [], []
    for report in reports:
        text = report.form
        prints.append(text_reuse.fingerprint(report.text))
        present = [(k, term) for k, term in enumerate(named) if term in text]
        sections: dict[tuple, list[str]] = {}
        for start, end, section, function in structure.places(text, genre=report.genre):
            sections.setdefault((report.id, function, section), []).append(text[start:end])
        for place, lines in sections.items():
            body = "\n".join(lines)
            for k, term in present:
                if n := body.count(term):
                    places.append(place)
                    columns.append(k)
                    hits.append(n)
    return places, np.array(columns, int), np.array(hits, int), prints


def _stem(place: str) -> str:
    """
    Name a place without its kind.

    >>> [_stem(p) for p in ("太原市", "楚雄彝族自治州", "山西省", "内蒙古自治区")]
    ['太原', '楚雄', '山西', '内蒙古']
    """
    return re.sub(r"(?:[^\W\d]族)*(?:自治[区州县]|[省市州县区盟])$|(?<=.{2})[^族]{0,3}族.*$", "", place) or place


def _doubts(catalogue: Path) -> dict[str, list[str]]:
    """What the corpus doctor doubts about each report."""
    found = doctor.examine(catalogue)
    found = found[found["kind"].isin(DOUBTED)]
    return {id: list(rows["what"]) for id, rows in found.groupby("id", sort=False)}


def _together(first: Counts, second: Counts) -> Counts:
    matrix = sparse.hstack([first.matrix, second.matrix]).tocsc()
    terms = first.terms.append(second.terms)
    order = np.argsort(np.asarray(terms, dtype=object), kind="stable")
    return Counts(sparse.csr_array(matrix[:, order], dtype=np.int32), first.units, terms[order].rename("term"))


def _reports(reports, counts: Counts, doubts, files) -> pd.DataFrame:
    """One row a report: what the catalogue says, tokens by part, doubts."""
    units = counts.units.astype({"report": str, "function": str})
    sizes = units.pivot_table(index="report", columns="function", values="n_tokens", aggfunc="sum", fill_value=0)
    sizes = sizes.reindex(index=reports.ids, columns=PARTS, fill_value=0)
    rows = []
    for report, size in zip(reports, sizes.to_numpy(), strict=True):
        said = list(doubts.get(report.id, []))
        said += ["no tasks found"] * int(size[2] == 0) + ["short"] * int(size.sum() < SHORT)
        said += ["hardly any tasks found"] * int(0 < size[2] < FEW * size.sum())
        path, checksum = files.get(report.id, (report.path.name, report.sha256))
        source = reports.catalogue.loc[report.id, "source"]
        rows.append((report.id, report.place, report.code, report.level, report.genre, report.year, report.delivered,
                     source, path, checksum, *size, "; ".join(said)))  # fmt: skip
    columns = ["id", "place", "code", "level", "genre", "year", "delivered", "source", "path", "sha256",
               *(f"n_{part}" for part in PARTS), "doubts"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _chosen(counts: Counts, table: pd.DataFrame, named, min_reports: int, min_places: int) -> Counts:
    """Leave out words of too few reports or places."""
    place = pd.factorize(table["place"])[0]
    report = pd.Index(table["id"]).get_indexer(counts.units["report"].astype(str))
    cells = counts.matrix.tocoo()
    seen = sparse.csr_array((np.ones(len(cells.row), bool), (report[cells.row], cells.col)),
                            (len(table), len(counts.terms)))  # fmt: skip
    there = sparse.csr_array((np.ones(len(place), bool), (place, np.arange(len(place)))))
    reports, places = (np.bincount(m.tocoo().col, minlength=m.shape[1]) for m in (seen, there @ seen))
    keep = ((reports >= min_reports) & (places >= min_places)) | (counts.terms.isin(list(named)) & (reports > 0))
    at = np.flatnonzero(keep)
    return Counts(counts.matrix[:, at], counts.units, counts.terms[at])


def _terms(counts: Counts, table: pd.DataFrame, named, model) -> pd.DataFrame:
    """One row a term: kind, how common, how unevenly it lies over sections with and without its subject."""
    by_report = counts.regroup("report")
    spread = model.dispersions(counts)
    return pd.DataFrame(
        {
            "term": list(counts.terms),
            "kind": [named.get(term, "word") for term in counts.terms],
            "reports": np.bincount(by_report.matrix.tocoo().col, minlength=len(counts.terms)),
            "hits": np.asarray(by_report.matrix.sum(axis=0)).ravel(),
            **spread,
        }
    )


def _cells(counts: Counts, table: pd.DataFrame) -> pd.DataFrame:
    """Cells by block of reports, then term, part and report; the ranges of a row group say what it may hold."""
    counts = counts.regroup(["report", "function"])
    report = pd.Index(table["id"]).get_indexer(counts.units["report"].astype(str))
    part = pd.Index(PARTS).get_indexer(counts.units["function"].astype(str))
    cells = counts.matrix.tocoo()
    order = np.lexsort((report[cells.row], part[cells.row], cells.col, report[cells.row] // BLOCK))
    return pd.DataFrame(
        {
            "term": cells.col[order].astype(np.uint16 if len(counts.terms) < 1 << 16 else np.uint32),
            "part": part[cells.row][order].astype(np.uint8),
            "report": report[cells.row][order].astype(np.uint16 if len(table) < 1 << 16 else np.uint32),
            "count": cells.data[order].astype(np.uint16),
        }
    )


def _parquet(table: pd.DataFrame, path: Path, **options) -> None:
    """Write a table as small as it gets."""
    import pyarrow as pa
    from pyarrow import parquet

    made = pa.Table.from_pandas(table, preserve_index=False).replace_schema_metadata()
    buffer = io.BytesIO()
    parquet.write_table(made, buffer, compression="zstd", compression_level=19, **options)
    storage.write(path, buffer.getvalue())


def counted(corpus, country) -> Counts:
    """
    Count a corpus the way a reference was counted: its terms, by section.

    Parameters
    ----------
    corpus : Corpus
    country : Reference

    Returns
    -------
    Counts
        Units are sections (`report`, `function`, `section`; `place`, `level`, `genre`, `year` of the report), terms
        those of the reference.
    """
    from analysis.counts import count, strings

    cut = tokens.table(corpus)
    named = country.terms["term"][country.terms["kind"] != "word"]
    words = count(cut, "section").select(country.terms["term"][country.terms["kind"] == "word"])
    found = _together(words, strings(corpus, named, "section", tokens=cut))
    said = corpus.catalogue.loc[found.units["report"].astype(str), ["place", "level", "genre", "year"]]
    said = said.reset_index(drop=True)
    return Counts(found.matrix, pd.concat([found.units, said], axis=1), found.terms)
