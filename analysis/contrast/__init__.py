"""
Compare two sides: like for like, or refused by an exception that says what is unlike.

A stratum is level of issuer × place × genre × function. What both sides have is compared within
strata and pooled (Mantel-Haenszel); what only one has is never compared with something else.

    found = contrast.compare(counts, corpus.catalogue, target=2026, reference=2021, function="tasks")
    found.table                      # term: hits, rates, log ratio with interval, p, q
    contrast.changes(found, counts)  # rose, fell, stayed, unclear

Work reports share their table of contents. The test knows this: alike sections of the two sides are
paired by their words, and the members of each pair are exchanged (`exchange`). `bounds` has what
bounds a difference: verdicts, damage, zeros, quotations, and what a naive one is made of.
"""

from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from analysis.contrast import exchange
from analysis.contrast.bounds import (
    PARTS,
    absences,
    changes,
    choose,
    damage,
    decompose,
    drop_incomplete,
    incomplete_parts,
    keywords,
    main_source,
    naive_differences,
    quotations,
    verdicts,
    zeros,
)
from analysis.contrast.exchange import (
    CALIBRATED,
    LEVEL,
    MIN_EXPECTED,
    STRATUM,
    NotComparable,
    documents,
    every_pair,
    having,
    permutation_test,
    placebo,
    shift,
    split_placebo,
)
from analysis.counts import Counts
from analysis.uncertainty import MIN_COUNT, false_discovery, minimum_detectable_ratio
from analysis.uncertainty.design import as_label, clusters, opposed
from analysis.uncertainty.estimators import (
    Side,
    log2_ratio,
    moments,
    p_of_score,
    ratio_interval,
    ratio_score,
    shrink_dispersion,
)

__all__ = [
    "CALIBRATED", "LEVEL", "MIN_EXPECTED", "PARTS", "STRATUM", "Contrast", "NotComparable", "absences", "against",
    "changes", "choose", "compare", "damage", "decompose", "documents", "drop_incomplete", "every_pair",
    "having", "identification", "incomplete_parts", "keywords", "main_source", "naive_differences", "permutation_test",
    "placebo", "quotations", "shift", "split_placebo", "verdicts", "widest", "zeros",
]  # fmt: skip

COLUMNS = [
    "n_target", "n_reference", "per_10k_target", "per_10k_reference", "log_ratio", "low", "high",
    "p", "q", "mde_ratio",
]  # fmt: skip


@dataclass(frozen=True)
class Contrast:
    """
    Two sets of texts compared within shared strata.

    Attributes
    ----------
    target, reference : tuple of str
        Ids of the reports on either side that have a shared stratum; in time, the later one is
        the target.
    strata : DataFrame
        `level`, `place`, `genre`, `function` (but for those in `between`), `n_target`,
        `n_reference` (tokens), `clusters_target`, `clusters_reference`, `cluster` (their kind),
        `weight` (share of the Mantel-Haenszel weight).
    table : DataFrame, index `term`
        As in `compare`; `table.attrs["notes"]` says what was compared, and how.
    between : tuple of str
        In what the two sides differ; empty for like against like.
    n_groups : int
        Pairs of alike sections whose members were exchanged; 0 where the test rests on sections
        as they are.
    """

    target: tuple[str, ...]
    reference: tuple[str, ...]
    strata: pd.DataFrame
    table: pd.DataFrame
    between: tuple[str, ...] = ()
    n_groups: int = 0
    null: "exchange.Null | None" = field(default=None, repr=False)

    @property
    def likeness(self) -> str:
        """`like for like`, or in what the two sides differ: `between places`."""
        names = {"place": "places", "level": "levels", "genre": "genres", "function": "parts"}
        unlike = " and ".join(names.get(column, column) for column in self.between)
        return f"between {unlike}" if unlike else "like for like"

    @property
    def notes(self) -> list[str]:
        return self.table.attrs.get("notes", [])


def compare(
    counts: Counts, catalogue: pd.DataFrame, target, reference, function: str | None = None, *,
    between: Collection[str] = (), cluster: str = "auto", level: float = 0.95,
    n_exchanges: int = exchange.N_EXCHANGES, seed: int = 0,
) -> Contrast:  # fmt: skip
    """
    Compare the rates of every term between two sets of reports, like for like.

    Within stratum s the rates are X/N on either side; pooled, the ratio is Mantel and Haenszel's
    Σ X1 n0/(n1+n0) / Σ X0 n1/(n1+n0), its variance over sections (`estimators.moments`). The test
    statistic is the score of two gamma rates (`estimators.ratio_score`); what it is by chance is
    read from exchanges of alike sections of the two sides, within bands of hits
    (`exchange.null`). Where fewer than six sections can be paired, or genres differ, it is read
    from Student's distribution, which takes sections for random draws and is timid where two
    texts have the same table of contents.

    Parameters
    ----------
    counts : Counts
        Units with `report`, `function`, `section` (and `paragraph`). Give all terms and select
        afterwards: sections are paired by their words, and chance is learnt from all terms.
    catalogue : DataFrame, index `id`
        With `year`, `level`, `genre`, and `place` (taken for the same where it is not there).
    target, reference : id, list of ids, year, or query over the catalogue
    function : str, optional
        One function, or all that both sides have; "other" only where it is named, because text
        without a function is not like any other.
    between : collection of str
        Columns of `STRATUM` in which the two sides may differ: `["place"]` compares two cities,
        and says so. By default unlike texts are refused.
    cluster : str
        As in `design.clusters`: sections, or paragraphs where there are fewer than three.
    level : float
        Of the intervals.
    n_exchanges, seed : int
        0 takes sections for random draws.

    Returns
    -------
    Contrast
        `table`, index `term`: `n_target`, `n_reference`, `per_10k_target`, `per_10k_reference`
        (over the shared strata), `log_ratio` (base 2; 0 hits stand as 0.5), `low`, `high`, `p`,
        `q` (Benjamini-Hochberg over terms of at least 5 hits), `mde_ratio` (the ratio that is
        found four times in five), by log ratio falling, then term.

    Raises
    ------
    NotComparable
        If no stratum is in common, with what is missing; or if a report stands on both sides.

    References
    ----------
    Mantel, N. & Haenszel, W. (1959). JNCI 22, 719-748. Greenland, S. & Robins, J. M. (1985).
    Biometrics 41, 55-68 (rates). Good, P. (2005). Permutation, Parametric and Bootstrap Tests of
    Hypotheses (exchange within pairs).
    """
    ids, units, shared, stratum, parts = exchange._alike(
        counts, catalogue, target, reference, function, between, cluster)
    matched = exchange.matching(parts) if n_exchanges and "genre" not in between else None
    null = exchange.null(parts, matched, n_exchanges, seed) if matched is not None else None
    strata = shared.assign(**_described(parts))
    inside = set(units["report"][(stratum >= 0) & (units["n_tokens"] > 0)])
    used = [tuple(id for id in side if id in inside) for side in ids]
    table = _table(counts.terms, parts.sides(), level, null)
    differ = tuple(c for c in between if _differs(units, stratum, c))
    found = Contrast(used[1], used[0], strata, table, differ,
                     matched.n_groups if null is not None else 0, null)
    table.attrs["notes"] = _notes(found)
    return found


def widest(counts, catalogue: pd.DataFrame, function: str | None = "tasks", **options) -> Contrast:
    """
    Contrast the two reports farthest apart in time that can be compared like for like.

    Of pairs equally far apart the one with more text in shared strata. Where there is none, the
    contrast is empty, and its note says why.

    Parameters
    ----------
    counts, catalogue, function
        As in `compare`, which takes the `options` too.
    """
    ordered = catalogue.sort_values("year", kind="stable")
    years = ordered["year"]
    spans = [(years[b] - years[a], a, b) for k, a in enumerate(ordered.index)
             for b in ordered.index[k + 1 :] if years[b] > years[a]]  # fmt: skip
    note, found = "", []
    for gap, a, b in sorted(spans, key=lambda span: -span[0]):
        if found and gap < found[0][0]:
            break
        try:
            shared = _size(counts, catalogue, (a, b), function)
        except NotComparable as refusal:
            note = note or str(refusal)
            continue
        found.append((gap, shared, a, b))
    if found:
        _, _, a, b = max(found, key=lambda item: item[1])
        return compare(counts, catalogue, b, a, function, **options)
    n = "One report" if len(catalogue) == 1 else f"{len(catalogue)} reports"
    return _nothing(note or f"{n} in one year: nothing to compare over time.")


def _size(counts, catalogue, pair, function) -> int:
    ids = [pair[0]], [pair[1]]
    units = exchange._placed(counts, catalogue, ids)
    shared = exchange._shared(units, catalogue, ids, function, list(STRATUM))
    return int(units["n_tokens"][exchange._stratum(units, shared, list(STRATUM)) >= 0].sum())


def _nothing(note: str) -> Contrast:
    table = pd.DataFrame(columns=COLUMNS, index=pd.Index([], name="term"), dtype=float)
    table.attrs.update(notes=[note], why=note)
    return Contrast((), (), pd.DataFrame(columns=list(STRATUM)), table)


def against(counts, target, reference=None, *, by="report", cluster="auto", level=0.95, sizes=None):
    """
    Describe how one group of texts differs from others, whatever they are; no test is made.

    Parameters
    ----------
    counts : Counts, or DataFrame with index (group, cluster) and terms as columns
    target, reference : label or list of labels
        Groups on either side; reference None takes all the others.
    by, cluster, sizes
        As in `design.clusters`.

    Returns
    -------
    DataFrame, index `term`
        The columns of `compare`; p and q are those of sections drawn at random, which sections of
        several documents are not: they rank, they do not test. Also `cluster`,
        `clusters_target`, `clusters_reference`. By log ratio falling, then term; terms absent
        from both are left out.

    Examples
    --------
    >>> place = pd.MultiIndex.from_product([[2021, 2026], range(8)], names=["year", "section"])
    >>> hits = [3, 5, 4, 2, 6, 3, 4, 5, 0, 1, 2, 1, 0, 1, 1, 2]
    >>> counts = pd.DataFrame({"创新": hits}, index=place)
    >>> table = against(counts, 2021, 2026, sizes=pd.Series(400, place))
    >>> table[["log_ratio", "low", "high"]].round(2).to_numpy().tolist()
    [[2.0, 1.15, 2.95]]
    """
    design = clusters(counts, by, cluster, sizes)
    reference = opposed(design.labels, target, reference)
    chosen = [design.pick(label) for label in (target, reference)]
    sides = []
    for weight, label in zip(chosen, (target, reference), strict=True):
        side = moments(weight[None, :], design.matrix, design.sizes, design.inflate)
        if not side.tokens[0, 0]:
            raise NotComparable(f"group {as_label(label)!r} has no tokens to compare with", "empty")
        sides.append(Side(*(array[0] for array in side)))
    table = _table(design.terms, [(*sides[0],), (*sides[1],)], level, None)
    table = table.assign(
        cluster="/".join(dict.fromkeys(design.kind_of(x) for x in (target, reference))),
        clusters_target=int((chosen[0] * design.sizes > 0).sum()),
        clusters_reference=int((chosen[1] * design.sizes > 0).sum()),
    )
    table.attrs["notes"] = [f"{as_label(target)} against {as_label(reference)}: described, not "
                            "tested; intervals over sections"]  # fmt: skip
    return table


def _differs(units, stratum, column) -> bool:
    inside = units[(stratum >= 0) & (units["n_tokens"] > 0)]
    sides = [set(inside.loc[inside["side"] == side, column]) for side in (0, 1)]
    return sides[0] != sides[1]


def _described(parts) -> dict:
    design = parts.design
    tokens = np.bincount(design.member, design.sizes, len(design.labels))
    before, after = tokens[::2], tokens[1::2]
    weight = before * after / (before + after)
    kinds = ["/".join(dict.fromkeys(pair)) for pair in zip(design.kind[1::2], design.kind[::2],
                                                          strict=True)]  # fmt: skip
    return {
        "n_target": after.astype(int), "n_reference": before.astype(int),
        "clusters_target": design.n_clusters[1::2], "clusters_reference": design.n_clusters[::2],
        "cluster": kinds, "weight": weight / weight.sum(),
    }  # fmt: skip


def _table(terms, sides, level: float, null) -> pd.DataFrame:
    """Estimates of a comparison from its two sides, each (hits, variance, tokens, dof, raw)."""
    target, reference = (Side(*side[:4]) for side in sides)
    raw = [side[4] if len(side) > 4 else side[0] for side in sides]
    total = raw[0] + raw[1]
    score = ratio_score(target, reference)
    reach = null.reach(total, level) if null is not None else None
    low, high = ratio_interval(target, reference, reach, level)
    phi, dof = shrink_dispersion(target, reference)
    alpha = p_of_score(null.reach(total, 0.95)) if null is not None else 0.05
    with np.errstate(divide="ignore"):
        low, high = np.log2(low), np.log2(high)
    p = null.p(score, total) if null is not None else p_of_score(score)
    table = pd.DataFrame(
        {
            "n_target": raw[0].astype(np.int64),
            "n_reference": raw[1].astype(np.int64),
            "per_10k_target": target.hits / target.tokens * 1e4,
            "per_10k_reference": reference.hits / reference.tokens * 1e4,
            "log_ratio": log2_ratio(target.hits, target.tokens, reference.hits, reference.tokens),
            "low": low, "high": high, "p": p,
            "q": false_discovery(np.where(total >= MIN_COUNT, p, np.nan)),
            "mde_ratio": minimum_detectable_ratio(
                total, target.tokens, reference.tokens, *phi, dof, alpha=alpha),
        },
        index=pd.Index(terms, name="term"),
    )  # fmt: skip
    table = table[total > 0]
    return table.sort_index().sort_values("log_ratio", ascending=False, kind="stable")


def _notes(found: Contrast) -> list[str]:
    tokens = found.strata[["n_target", "n_reference"]].sum()
    clusters = found.strata[["clusters_target", "clusters_reference"]].sum()
    how = (f"chance read from exchanges of {found.n_groups} pairs of alike sections"
           if found.n_groups else "sections taken for random draws (too few, or too unlike, to be "
           "exchanged)")  # fmt: skip
    return [
        f"{' + '.join(found.target)} against {' + '.join(found.reference)}, {found.likeness}",
        f"{tokens.iloc[0]:,} and {tokens.iloc[1]:,} tokens, {clusters.iloc[0]} and "
        f"{clusters.iloc[1]} clusters ({', '.join(dict.fromkeys(found.strata['cluster']))})",
        f"95% intervals and p: {how}; q over {int(found.table['q'].notna().sum())} terms of at "
        f"least {MIN_COUNT} hits",
    ]


def identification(counts, catalogue: pd.DataFrame, by: str = "id") -> pd.DataFrame:
    """
    Say for every pair of reports (or years) whether it can be compared like for like.

    Parameters
    ----------
    by : {"id", "year"}

    Returns
    -------
    DataFrame
        `reference`, `target`, `identified` (bool), `functions` (shared within level, place and
        genre, joined by ", "), `unlike` (what differs: level, place, genre, function, joined by
        ", "), `through` (either of them in a sentence), `share_reference`, `share_target` (share
        of each side's tokens that lies in shared strata); pairs in order of date.
    """
    ordered = catalogue.sort_values("year", kind="stable")
    groups = [(id, [id]) for id in ordered.index]
    if by == "year":
        groups = [(year, list(rows.index)) for year, rows in ordered.groupby("year")]
    rows = [
        {"reference": a, "target": b, **_pair(counts, catalogue, (ids_a, ids_b))}
        for i, (a, ids_a) in enumerate(groups)
        for b, ids_b in groups[i + 1 :]
    ]
    columns = ["reference", "target", "identified", "functions", "unlike", "through",
               "share_reference", "share_target"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns).astype({"identified": bool})


def _pair(counts, catalogue, ids) -> dict:
    units, strata_of = exchange._placed(counts, catalogue, ids), list(STRATUM)
    try:
        shared = exchange._shared(units, catalogue, ids, None, strata_of)
    except NotComparable as refusal:
        unlike = ", ".join(column for column, *_ in refusal.missing)
        said = "; ".join(
            f"no {column} in common ({', '.join(a) or 'none'} vs {', '.join(b) or 'none'})"
            for column, a, b in refusal.missing)  # fmt: skip
        return {"identified": False, "functions": "", "unlike": unlike, "through": said,
                "share_reference": 0.0, "share_target": 0.0}  # fmt: skip
    inside = exchange._stratum(units, shared, strata_of) >= 0
    sizes = [units["n_tokens"][units["side"] == side] for side in (0, 1)]
    shares = [float(size[inside[units["side"] == side]].sum() / size.sum())
              for side, size in enumerate(sizes)]  # fmt: skip
    functions = ", ".join(dict.fromkeys(shared["function"]))
    return {"identified": True, "functions": functions, "unlike": "", "through": functions,
            "share_reference": shares[0], "share_target": shares[1]}  # fmt: skip
