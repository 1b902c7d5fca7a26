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
from dataclasses import replace
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
# What a finding is made of.
COLUMNS = ["term", "kind", "target", "reference", "function"]
# What an evaluation tells of each finding; low and high may be missing.
_RESULT = ("estimate", "low", "high")


def findings(rows) -> pd.DataFrame:
    """
    State findings as data: log2 ratios of a term's rates, target over reference.

    Parameters
    ----------
    rows : iterable of tuple
        (name, term, kind, target, reference, function). `reference` None takes all the others,
        `function` None all parts; `kind` as in `occurrences.KINDS`.

    Returns
    -------
    DataFrame, index `finding`

    Examples
    --------
    >>> findings([("太原 marks 2021", "太原", "word", "a", "b", "tasks")]).term.tolist()
    ['太原']
    """
    return pd.DataFrame(list(rows), columns=["finding", *COLUMNS]).set_index("finding")


def from_table(found: pd.DataFrame, target, reference=None, function=None, names=None) -> pd.DataFrame:
    """
    State the rows of a comparison as findings; they need a column `kind`.

    Parameters
    ----------
    found : DataFrame, index `term`
        With `log_ratio` and `kind`.
    target, reference, function
        As in `findings`.
    names : tuple of str, optional
        What the two sides are called; by default their ids, or "the others".

    Returns
    -------
    DataFrame
        As `findings` gives it.
    """
    one, other = names or (target, reference or label("the others"))
    rows = []
    for row in found.itertuples():
        more, less = (one, other) if row.log_ratio > 0 else (other, one)
        rows.append((f"{label(row.Index)}: {more} > {less}", row.Index, row.kind, target, reference, function))
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


# What costs nothing to vary once words are cut: characters instead of words, stop words out, shared wording in.
_VARIANTS = list(product([False, True], repeat=3))


class _Counted:
    """Evaluate findings on the reports of a catalogue, sharing what specifications have in common."""

    def __init__(self, stated: pd.DataFrame, catalogue: Path):
        self.index, self.catalogue, self.n = stated.index, catalogue, len(stated)
        kind = dict(zip(stated["term"], stated["kind"], strict=True))
        self.terms = pd.Index(sorted(kind), dtype="str", name="term")
        self.is_word = np.array([kind[term] == "word" for term in self.terms], bool)
        # Findings that are read off one comparison, with their places in the result.
        numbered = stated.astype(object).assign(at=range(self.n), column=self.terms.get_indexer(stated["term"]))
        self.groups = [
            (tuple(None if k != k else k for k in key), part["at"].to_numpy(int), part["column"].to_numpy(int))
            for key, part in numbered.groupby(["target", "reference", "function"], dropna=False, sort=False)
        ]
        # Reports that no finding speaks of are not cut; what they share with the others still counts.
        every = any(reference is None for (_, reference, _), *_ in self.groups)
        self.named = None if every else {id for (*ids, _), *_ in self.groups for id in ids}
        self.texts, self.found = {}, {}

    def __call__(self, *, restoration="full", lexicon=True, hmm=True, engine="auto", stop=False,
                 cluster="auto", shared=True) -> pd.DataFrame:  # fmt: skip
        key = restoration, lexicon, hmm
        if (*key, cluster) not in self.found:
            cut = self.found.setdefault(key, None) or self._cut(*key)
            self.found[key], self.found[*key, cluster] = cut, self._values(cut, cluster)
        at = _VARIANTS.index((engine == "characters", stop, shared))
        return pd.DataFrame(self.found[*key, cluster][at], self.index, [*_RESULT])

    def _values(self, cut: "_Cut", cluster: str) -> np.ndarray:
        """Estimates with limits, variants × findings × 3."""
        values = np.full((len(_VARIANTS), self.n, 3), np.nan)
        for pair, at, columns in self.groups:
            values[:, at] = cut.ratios(*pair, cluster)[:, columns]
        return values

    def _texts(self, restoration: str):
        if restoration not in self.texts:
            reports = corpus.load(self.catalogue, level=restoration)
            common = text_reuse.shared(reports)
            if self.named is not None:
                reports = replace(reports, reports=tuple(r for r in reports if r.id in self.named))
            strings = occurrences.match_strings(reports, dict.fromkeys(self.terms, "string"))
            repeated = text_reuse.in_shared_passage(strings, common).to_numpy(bool)
            self.texts[restoration] = reports, common, strings, repeated, {}
        return self.texts[restoration]

    def _cut(self, restoration: str, lexicon: bool, hmm: bool) -> "_Cut":
        reports, common, strings, again, designs = self._texts(restoration)
        words = tokens.table(reports, lexicon=tokens.DEFAULT if lexicon else None, hmm=hmm)
        words = words[words["kind"].isin([*tokens.COUNTED])]
        return _Cut(words, text_reuse.in_shared_passage(words, common).to_numpy(bool), strings, again,
                    self.terms, self.is_word, designs)  # fmt: skip


class _Cut:
    """One way to restore and to cut the texts: every further choice is a sum over these rows."""

    def __init__(self, words, repeated, strings, again, terms, is_word, designs):
        keys = ["report", "paragraph"]
        unit = words.groupby(keys, sort=False, observed=True).ngroup().to_numpy()
        first = np.unique(unit, return_index=True)[1]
        columns = ["report", "function", "section", "paragraph"]
        units = words.iloc[first][columns].astype({"report": object, "function": object})
        # Other cuts of the same texts have the same paragraphs, and so the same designs.
        self.units, self.designs = units.reset_index(drop=True), designs
        code, vocabulary = words["token"].cat.codes.to_numpy(), pd.Index(words["token"].cat.categories)
        stop = vocabulary.isin(list(lexicons.stopwords()))[code]
        # Words that are terms, as they are cut; and every term as it is written.
        own = terms.get_indexer(vocabulary)
        own[own >= 0] = np.where(is_word[own[own >= 0]], own[own >= 0], -1)
        own = own[code]
        index = pd.MultiIndex.from_frame(self.units[keys])
        row = index.get_indexer(pd.MultiIndex.from_frame(strings[keys])) if len(strings) else np.zeros(0, int)
        column = terms.get_indexer(strings["term"])
        length = (words["end"] - words["start"]).to_numpy()
        self.counts, self.sizes = [], []
        for characters, no_stop, shared in _VARIANTS:
            kept = (shared | ~repeated) & ~(no_stop & stop)
            size = np.bincount(unit[kept], length[kept] if characters else None, len(self.units))
            written = (row >= 0) & (shared | ~again) & (characters | ~is_word[column])
            worded = (own >= 0) & (shared | ~repeated) & (not characters)
            cells = [row[written] * len(terms) + column[written], unit[worded] * len(terms) + own[worded]]
            hits = np.bincount(np.concatenate(cells), minlength=len(self.units) * len(terms))
            self.counts.append(hits.reshape(len(self.units), len(terms)))
            self.sizes.append(size)

    def ratios(self, target, reference, function, cluster) -> np.ndarray:
        """Log ratio with limits of each term under each variant; NaN where a side is not there."""
        design, n = self._design(function, cluster), len(_VARIANTS)
        nothing = np.full((n, self.counts[0].shape[1], 3), np.nan)
        try:
            reference = opposed(design.labels, target, reference)
        except KeyError:
            return nothing
        # Each variant is a group of clusters of its own, so that one product serves all.
        matrix = np.vstack([design.matrix @ counts for counts in self.counts])
        sizes = np.concatenate([design.matrix @ size for size in self.sizes])
        inflate = None if design.inflate is None else np.tile(design.inflate, n)
        weights = np.vstack([np.kron(np.eye(n), design.pick(label)) for label in (target, reference)])
        both = moments(weights, matrix, sizes, inflate)
        sides = [Side(*(array[at] for array in both)) for at in (slice(None, n), slice(n, None))]
        there = (sides[0].tokens > 0) & (sides[1].tokens > 0)
        with np.errstate(divide="ignore", invalid="ignore"):
            low, high = np.log2(ratio_interval(*sides))
            middle = log2_ratio(sides[0].hits, sides[0].tokens, sides[1].hits, sides[1].tokens)
        found = np.stack([middle, low, high], axis=-1)
        return np.where((there & ~np.isnan(middle))[..., None], found, nothing)

    def _design(self, function, cluster):
        """Which units make which cluster: the matrix of the design gathers units."""
        key = function, cluster, self.units["paragraph"].to_numpy().tobytes()
        if key not in self.designs:
            rows = (self.units["function"] == function).to_numpy() if function else np.ones(len(self.units), bool)
            at = np.flatnonzero(rows)
            cells = np.ones(len(at)), (np.arange(len(at)), at)
            chooser = sparse.csr_array(cells, (len(at), len(self.units)))
            # Every unit counts as having text, so that the design does not depend on the choices.
            units = self.units[rows].assign(n_tokens=1).reset_index(drop=True)
            every = Counts(chooser, units, pd.RangeIndex(len(self.units)))
            self.designs[key] = clusters(every, "report", cluster)
        return self.designs[key]
