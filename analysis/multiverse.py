"""
Multiverse analysis: recompute findings under every combination of choices that could have been made.

    stated = multiverse.findings(rows)              # findings as data
    table = multiverse.run(stated)                  # finding × specification: does it hold?
    multiverse.by_factor(table)                     # on which choices does it hang?

Counts are shared between specifications: texts are restored and cut once for each way to restore
and cut them, and every further choice is a sum over the same hits. Intervals here are those of
sections drawn at random (`contrast.against`), which are a little wider than those of exchanges.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import sparse

from analysis import corpus, lexicons, occurrences, paths, text_reuse, tokens
from analysis.counts import Counts
from analysis.glossary import label
from analysis.uncertainty.design import clusters, opposed
from analysis.uncertainty.estimators import Side, log2_ratio, moments, ratio_interval
from analysis.weighting import class_tfidf

# The first option of each is the analysis as reported.
SPECIFICATIONS = {
    # How far texts are restored: all edits, those proved by bytes or tables, none.
    "restoration": ["full", "exact", "none"],
    # The lists of policy terms and places when words are cut.
    "lexicon": [True, False],
    # jieba's hidden Markov model for characters that no dictionary word covers.
    "hmm": [True, False],
    # "characters" cuts nothing: terms as written, rates per character.
    "engine": ["auto", "characters"],
    # Function words and units of measure among the tokens, or out of terms and denominators.
    "stop": [False, True],
    # What counts as drawn together: sections where there are enough, or paragraphs.
    "cluster": ["auto", "paragraph"],
    # With wording that two reports share, or without.
    "shared": [True, False],
}
# What a finding is made of; `k` is the length of a top list and 0 elsewhere.
COLUMNS = ["statistic", "term", "kind", "target", "reference", "function", "k"]
# What an evaluation tells of each finding; low and high may be missing.
_RESULT = ("estimate", "low", "high")


def findings(rows) -> pd.DataFrame:
    """
    State findings as data.

    Parameters
    ----------
    rows : iterable of tuple
        (name, statistic, term, kind, target, reference, function, k). The statistic is "ratio"
        (log2 ratio of the term's rates, target over reference) or "rank" (the term is among the
        `k` heaviest of the target by class TF-IDF). `reference` None takes all the others,
        `function` None all parts; `kind` as in `occurrences.KINDS`.

    Examples
    --------
    >>> findings([("太原 marks 2021", "ratio", "太原", "word", "a", "b", "tasks", 0)]).term.tolist()
    ['太原']
    """
    table = pd.DataFrame(list(rows), columns=["finding", *COLUMNS]).set_index("finding")
    unknown = sorted(set(table["statistic"]) - {"ratio", "rank"})
    if unknown:
        raise ValueError(f"statistic {unknown[0]!r} of a finding: take 'ratio' or 'rank'")
    return table


def from_table(found: pd.DataFrame, target, reference=None, function=None, names=None):
    """
    State the rows of a comparison as ratio findings; they need a column `kind`.

    Parameters
    ----------
    names : tuple of str, optional
        What the two sides are called; by default their ids, or "the others".
    """
    one, other = names or (target, reference or label("the others"))
    rows = []
    for row in found.itertuples():
        more, less = (one, other) if row.log_ratio > 0 else (other, one)
        rows.append((f"{label(row.Index)}: {more} > {less}", "ratio", row.Index, row.kind, target,
                     reference, function, 0))  # fmt: skip
    return findings(rows)


def run(
    finding: pd.DataFrame | str | Sequence[str],
    specifications: Mapping[str, Sequence] = SPECIFICATIONS,
    evaluate: Callable | None = None,
    *,
    holds: Callable[[Mapping], bool] | None = None,
    one_at_a_time: bool = False,
    catalogue: Path | None = None,
) -> pd.DataFrame:
    """
    Recompute findings over every combination of choices, and mark where they hold.

    The first option of each choice is the analysis as reported. By default a finding holds where
    its estimate has the sign of the reported one and its interval leaves out 0.

    Parameters
    ----------
    finding : DataFrame, or str or sequence of str
        From `findings`; or names, if `evaluate` knows what they mean.
    specifications : mapping of str to sequence
        The options of each choice.
    evaluate : callable, optional
        Called with one option of each choice by keyword. Returns `estimate`, and `low` and
        `high` if there is an interval: a mapping for one finding, a DataFrame with findings as
        index for several. A ValueError counts as "cannot be said" and is kept as `note`. By default
        the reports of the catalogue are counted.
    holds : callable, optional
        Takes one finding's result (a mapping) and says whether it holds.
    one_at_a_time : bool
        Change one choice at a time instead of all combinations.
    catalogue : Path, optional
        `paths.CATALOGUE` unless given.

    Returns
    -------
    DataFrame
        `finding`, a column for each choice, `estimate`, `low`, `high`, `holds` (bool; false where
        nothing can be said), `note`, `share` (of the combinations in which the finding holds);
        by finding as given, then in the order of the choices. `attrs["factors"]` names the choices.

    References
    ----------
    Steegen, S., Tuerlinckx, F., Gelman, A. and Vanpaemel, W. (2016). Increasing transparency
    through a multiverse analysis. Perspectives on Psychological Science 11(5), 702-712.

    Examples
    --------
    >>> def evaluate(stop, unit):
    ...     return {"estimate": 1.0, "low": -0.2 if stop and unit == "paragraph" else 0.4}
    >>> choices = {"stop": [False, True], "unit": ["section", "paragraph"]}
    >>> table = run("创新 rises", choices, evaluate)
    >>> table.holds.tolist(), table.share[0].item()
    ([True, True, True, False], 0.75)
    """
    stated = isinstance(finding, pd.DataFrame)
    names = list(finding.index) if stated else [finding] if isinstance(finding, str) else [*finding]
    settings = _settings(specifications, one_at_a_time)
    if evaluate is None:
        if not stated:
            raise ValueError("give findings as a table (`findings`), or say how to evaluate them")
        evaluate = _Counted(finding, Path(catalogue or paths.CATALOGUE))
    columns = ["finding", *specifications, *_RESULT, "holds", "note", "share"]
    results = [_attempt(evaluate, setting) for setting in settings] if names else []
    results = [_by_name(result) for result in results]
    rows = []
    for name in names:
        found = [_result(result, name, len(names)) for result in results]
        judge = holds or _same_side(found[0])
        verdicts = [not one["note"] and bool(judge(one)) for one in found]
        rows += [{"finding": name, **setting, **one, "holds": verdict, "share": np.mean(verdicts)}
                 for setting, one, verdict in zip(settings, found, verdicts, strict=True)]
    table = pd.DataFrame(rows, columns=columns)
    table.attrs["factors"] = list(specifications)
    return table


def _settings(choices: Mapping[str, Sequence], one_at_a_time: bool) -> list[dict]:
    """Return the combinations, the reported one first."""
    empty = [name for name, options in choices.items() if not len(options)]
    if empty or not choices:
        raise ValueError(f"choice {(empty or ['(none)'])[0]!r} has no option; give at least one")
    if not one_at_a_time:
        return [dict(zip(choices, options, strict=True)) for options in product(*choices.values())]
    base = {name: options[0] for name, options in choices.items()}
    return [base, *({**base, name: option} for name, options in choices.items()
                    for option in options[1:])]


def _attempt(evaluate: Callable, setting: Mapping):
    """Evaluate one combination; a refusal is a result too."""
    try:
        return evaluate(**setting)
    except ValueError as refusal:
        return str(refusal)


def _by_name(result):
    """A table of results as a dict, so that each is found at once; anything else as it is."""
    return result.to_dict("index") if isinstance(result, pd.DataFrame) else result


def _result(result, name: str, n_findings: int) -> dict:
    """Read one finding's numbers out of what an evaluation returned."""
    nothing = dict.fromkeys(_RESULT, np.nan)
    if isinstance(result, str):
        return {**nothing, "note": result or "refused"}
    if any(isinstance(value, dict) for value in result.values()):
        if name not in result:
            return {**nothing, "note": f"no row for {name}"}
        result = result[name]
    elif n_findings > 1:
        raise ValueError("several findings need a DataFrame from evaluate, findings as its index")
    read = {key: float(result[key]) if key in result else np.nan for key in _RESULT}
    return {**read, "note": "no estimate" if np.isnan(read["estimate"]) else ""}


def _same_side(reported: Mapping) -> Callable[[Mapping], bool]:
    """Hold where the sign is the reported one and the interval, if any, leaves out 0."""
    sign = np.sign(reported["estimate"])

    def judge(result: Mapping) -> bool:
        near = result["low"] if sign > 0 else result["high"]
        near = result["estimate"] if np.isnan(near) else near
        return sign != 0 and np.sign(near) == sign and np.sign(result["estimate"]) == sign

    return judge


def by_factor(table: pd.DataFrame, factors: Iterable[str] | None = None) -> pd.DataFrame:
    """
    Show on which choices a finding hangs: the share in which it holds, option by option.

    Parameters
    ----------
    table : DataFrame
        From `run`.
    factors : iterable of str, optional
        The choices to tell apart; by default all of them.

    Returns
    -------
    DataFrame
        `finding`, `choice`, `option` (as text), `n`, `share`; in the order of the table.

    Examples
    --------
    >>> def evaluate(stop, unit):
    ...     return {"estimate": 1.0, "low": -0.2 if stop else 0.4}
    >>> table = run("创新 rises", {"stop": [False, True], "unit": ["section"]}, evaluate)
    >>> by_factor(table)[["option", "share"]].to_numpy().tolist()
    [['False', 1.0], ['True', 0.0], ['section', 0.5]]
    """
    if table.empty:
        return pd.DataFrame(columns=["finding", "choice", "option", "n", "share"])
    pieces = []
    for choice in table.attrs["factors"] if factors is None else factors:
        option = table[choice].astype(str).rename("option")
        held = table.groupby(["finding", option], sort=False).holds.agg(["size", "mean"])
        held = held.set_axis(["n", "share"], axis=1).reset_index()
        held.insert(1, "choice", choice)
        pieces.append(held)
    place = {name: row for row, name in enumerate(dict.fromkeys(table.finding))}
    stacked = pd.concat(pieces, ignore_index=True)
    return stacked.sort_values("finding", key=lambda f: f.map(place), kind="stable",
                               ignore_index=True)


class _Counted:
    """Evaluate findings on the reports of a catalogue, sharing what specifications have in common."""

    def __init__(self, stated: pd.DataFrame, catalogue: Path):
        self.stated, self.catalogue = stated, catalogue
        self.terms = sorted(set(stated["term"]))
        place = {term: at for at, term in enumerate(self.terms)}
        # Findings that are read off one comparison or one list, with their places in the result.
        self.groups, keys = [], ["statistic", "target", "reference", "function"]
        numbered = stated.astype(object).assign(at=range(len(stated)))
        for key, part in numbered.groupby(keys, dropna=False, sort=False):
            at, terms = part["at"].to_numpy(int), [place[term] for term in part["term"]]
            names = list(zip(part["term"], part["k"], strict=True))
            self.groups.append((tuple(None if k != k else k for k in key), at, terms, names))
        self.ranked = "rank" in set(stated["statistic"])
        self.kind = dict(zip(stated["term"], stated["kind"], strict=True))
        self.texts, self.cuts, self.counted = {}, {}, {}

    def __call__(self, *, restoration="full", lexicon=True, hmm=True, engine="auto", stop=False,
                 cluster="auto", shared=True) -> pd.DataFrame:  # fmt: skip
        key = restoration, lexicon, hmm, engine, stop, shared
        cut = self._cut(restoration, lexicon, hmm)
        if key not in self.counted:
            self.counted[key] = cut.count(engine == "characters", stop, shared)
        few, every = self.counted[key]
        values = np.full((len(self.stated), 3), np.nan)
        for (statistic, target, reference, function), at, terms, names in self.groups:
            if statistic == "ratio":
                values[at] = cut.ratios(few, target, reference, function, cluster)[terms]
            else:
                ranks = _ranks(every, target, function)
                values[at] = [_inside(ranks, term, k) for term, k in names]
        return pd.DataFrame(values, self.stated.index, [*_RESULT])

    def _texts(self, restoration: str):
        if restoration not in self.texts:
            reports = corpus.load(self.catalogue, level=restoration)
            common = text_reuse.shared(reports)
            strings = occurrences.match_strings(reports, dict.fromkeys(self.terms, "string"))
            repeated = text_reuse.in_shared_passage(strings, common).to_numpy(bool)
            self.texts[restoration] = reports, common, strings, repeated
        return self.texts[restoration]

    def _cut(self, restoration: str, lexicon: bool, hmm: bool) -> "_Cut":
        key = restoration, lexicon, hmm
        if key not in self.cuts:
            self.cuts[key] = _Cut.of(*self._texts(restoration), self.terms, self.kind, self.ranked,
                                     tokens.DEFAULT if lexicon else None, hmm)  # fmt: skip
        return self.cuts[key]


class _Cut:
    """One way to restore and to cut the texts: every further choice is a sum over these rows."""

    @classmethod
    def of(cls, reports, common, strings, again, terms, kind, ranked, lexicon, hmm) -> "_Cut":
        words = tokens.table(reports, lexicon=lexicon, hmm=hmm)
        words = words[words["kind"].isin([*tokens.COUNTED])]
        new, names = cls(), pd.Index(terms, dtype="str", name="term")
        groups = words.groupby(["report", "paragraph"], sort=False, observed=True).ngroup()
        new.unit = groups.to_numpy()
        first = np.unique(new.unit, return_index=True)[1]
        columns = ["report", "function", "section", "paragraph"]
        new.units = words.iloc[first][columns].astype({"report": object, "function": object})
        new.units = new.units.reset_index(drop=True)
        new.length = (words["end"] - words["start"]).to_numpy()
        new.code = words["token"].cat.codes.to_numpy()
        new.vocabulary = pd.Index(words["token"].cat.categories)
        new.stop = new.vocabulary.isin(list(lexicons.stopwords()))
        new.repeated = text_reuse.in_shared_passage(words, common).to_numpy(bool)
        new.terms = names
        new.is_word = np.array([kind[term] == "word" for term in names], bool)
        keys = ["report", "paragraph"]
        index = pd.MultiIndex.from_frame(new.units[keys])
        at = index.get_indexer(pd.MultiIndex.from_frame(strings[keys])) if len(strings) else []
        new.strings = np.asarray(at, int), names.get_indexer(strings["term"]), again
        new.worded, new.designs = None, {}
        if ranked:
            new.worded = new.vocabulary.isin(occurrences.words(words)["term"].unique())
        return new

    def count(self, characters: bool, stop: bool, shared: bool) -> tuple[Counts, Counts | None]:
        """Counts of the findings' terms, and of all words if top lists are asked for."""
        kept = np.ones(len(self.unit), bool) if shared else ~self.repeated
        kept &= ~(stop & self.stop[self.code])
        size = np.bincount(self.unit[kept], self.length[kept] if characters else None,
                           len(self.units))  # fmt: skip
        units = self.units.assign(n_tokens=size.astype(np.int64))
        row, column, repeated = self.strings
        there = (row >= 0) & (shared | ~repeated)
        there &= characters | ~self.is_word[column]
        rows, columns = row[there], column[there]
        if not characters:
            place = self.terms.get_indexer(self.vocabulary)
            place[place >= 0] = np.where(self.is_word[place[place >= 0]], place[place >= 0], -1)
            word = place[self.code]
            here = (word >= 0) & (shared | ~self.repeated)
            rows = np.concatenate([rows, self.unit[here]])
            columns = np.concatenate([columns, word[here]])
        few = _matrix(rows, columns, len(units), len(self.terms))
        return Counts(few, units, self.terms), self._every(kept, units)

    def ratios(self, counts: Counts, target, reference, function, cluster) -> np.ndarray:
        """Log ratio with limits of each term; NaN where a side is not there under these choices."""
        design = self._design(function, cluster)
        nothing = np.full((len(counts.terms), 3), np.nan)
        try:
            reference = opposed(design.labels, target, reference)
        except KeyError:
            return nothing
        matrix = design.matrix @ counts.matrix
        sizes = design.matrix @ counts.sizes.to_numpy(float)
        weights = np.array([design.pick(label) for label in (target, reference)])
        both = moments(weights, matrix.toarray(), sizes, design.inflate)
        if not both.tokens.all():
            return nothing
        sides = [Side(*(array[k] for array in both)) for k in (0, 1)]
        with np.errstate(divide="ignore"):
            low, high = np.log2(ratio_interval(*sides))
        middle = log2_ratio(sides[0].hits, sides[0].tokens, sides[1].hits, sides[1].tokens)
        return np.where(np.isnan(middle)[:, None], np.nan, np.column_stack([middle, low, high]))

    def _design(self, function, cluster):
        """Which units make which cluster: the matrix of the design gathers units."""
        if (function, cluster) not in self.designs:
            rows = np.ones(len(self.units), bool)
            if function:
                rows = (self.units["function"] == function).to_numpy()
            at = np.flatnonzero(rows)
            cells = np.ones(len(at)), (np.arange(len(at)), at)
            chooser = sparse.csr_array(cells, (len(at), len(self.units)))
            # Every unit counts as having text, so that the design does not depend on the choices.
            units = self.units[rows].assign(n_tokens=1).reset_index(drop=True)
            every = Counts(chooser, units, pd.RangeIndex(len(self.units)))
            self.designs[function, cluster] = clusters(every, "report", cluster)
        return self.designs[function, cluster]

    def _every(self, kept, units) -> Counts | None:
        if self.worded is None:
            return None
        names = np.flatnonzero(self.worded)
        place = np.full(len(self.vocabulary), -1)
        place[names] = np.arange(len(names))
        column = place[self.code]
        here = kept & (column >= 0)
        matrix = _matrix(self.unit[here], column[here], len(units), len(names))
        return Counts(matrix, units, pd.Index(self.vocabulary[names], dtype="str", name="term"))


def _matrix(rows, columns, n_units: int, n_terms: int) -> sparse.csr_array:
    cells = np.ones(len(rows), np.int32), (rows, columns)
    return sparse.csr_array(sparse.coo_array(cells, (n_units, n_terms)), dtype=np.int32)


def _ranks(counts: Counts, target, function) -> pd.Series:
    """The rank of every word of a report by class TF-IDF."""
    part = counts.restrict(function=function) if function else counts
    weights = class_tfidf(part)
    own = weights[weights["report"] == target]
    return pd.Series(np.arange(1, len(own) + 1), index=own["term"])


def _inside(ranks: pd.Series, term: str, k: int) -> tuple[float, float, float]:
    """How far inside the top k a term stands; a term that is not there stands last of all."""
    return (k + 0.5 - ranks.get(term, len(ranks) + 1), np.nan, np.nan)
