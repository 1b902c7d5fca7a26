"""
Compare two sides: like for like, or refused by an exception that says what is unlike.

A stratum is level of issuer × place × genre × function. What both sides have is compared within
strata and pooled (Mantel-Haenszel); what only one has is never compared with something else.

    found = contrast.compare(counts, corpus.catalogue, target=2026, reference=2021, function="tasks")
    found.table                     # term: hits, rates, log ratio with interval, p, q
    changes.verdicts(found.table)   # rose, fell, stayed, unclear

Work reports share their table of contents. The test knows this: alike sections of the two sides are
paired by their words, and the members of each pair are exchanged (`exchange`). `changes` has what
bounds a difference: verdicts, damage, zeros, quotations; `decomposition` what a naive one is made of.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from analysis.contrast import exchange
from analysis.counts import Counts
from analysis.uncertainty import MIN_COUNT, Refusal, false_discovery, minimum_detectable_ratio
from analysis.uncertainty.design import Design, as_label, clusters, opposed
from analysis.uncertainty.estimators import (
    Side,
    log2_ratio,
    moments,
    p_of_score,
    ratio_interval,
    ratio_score,
    shrink_dispersion,
)

# What must agree for two texts to be alike.
STRATUM = ("level", "place", "genre", "function")
# Openings, closings and what no rule could place have nothing in common but that.
UNPLACED = "other"
# A difference is settled where q (Benjamini-Hochberg) stands below this.
LEVEL = 0.05
COLUMNS = [
    "n_target", "n_reference", "per_10k_target", "per_10k_reference", "log_ratio", "low", "high",
    "p", "q", "mde_ratio",
]  # fmt: skip


class NotComparable(Refusal):
    """
    Two sets of texts that cannot be compared as asked; the message says what is missing.

    Attributes
    ----------
    reason : str
        "unlike" (no stratum in common), "same" (a text on both sides), "empty" (a side without
        text).
    missing : tuple of (column, values of the reference, values of the target)
    between : tuple of str
        The columns to name in `between` for a comparison that is labelled as one of unlike texts;
        empty where none would do.
    """

    def __init__(self, message, reason="unlike", missing: Iterable[tuple] = (), between=()):
        super().__init__(message, reason, missing)
        self.between = tuple(between)


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


def documents(catalogue: pd.DataFrame, which) -> list[str]:
    """
    Choose reports by id, by year, by a query over the catalogue, or by a list of ids.

    Raises
    ------
    ValueError
        If an id is not in the catalogue, or nothing is chosen.

    Examples
    --------
    >>> rows = {"year": [2021, 2026], "level": ["city", "city"]}
    >>> table = pd.DataFrame(rows, index=pd.Index(["a", "b"], name="id"))
    >>> documents(table, 2021), documents(table, "level == 'city' and year > 2021")
    (['a'], ['b'])
    """
    if isinstance(which, (int, np.integer)):
        chosen = catalogue.index[catalogue["year"] == which]
    elif isinstance(which, str) and which not in catalogue.index:
        chosen = catalogue.query(which).index
    else:
        chosen = [which] if isinstance(which, str) else list(which)
    if unknown := [id for id in chosen if id not in catalogue.index]:
        raise ValueError(f"{unknown} are no ids of the catalogue: {', '.join(catalogue.index[:9])}")
    if not len(chosen):
        years = ", ".join(map(str, sorted(set(catalogue["year"]))))
        raise ValueError(f"no document for {which!r}; years in the catalogue: {years}")
    return list(chosen)


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
    ids, units, shared, stratum, parts = _alike(
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


def _alike(counts, catalogue, target, reference, function, between, cluster):
    """Find what both sides have: ids, units with side and strata, strata, and the clusters."""
    ids = documents(catalogue, reference), documents(catalogue, target)
    if both := sorted(set(ids[0]) & set(ids[1])):
        years = [sorted({str(year) for year in catalogue.loc[side, "year"]}) for side in ids]
        raise NotComparable(f"{', '.join(both)} stand{'s' * (len(both) == 1)} on both sides; "
                            "a contrast needs two sets", "same",
                            [("second set", *years)])  # fmt: skip
    wrong = sorted(set(between) - set(STRATUM))
    if wrong:
        raise ValueError(f"between {wrong[0]!r}: choose from {', '.join(STRATUM)}")
    strata_of = [column for column in STRATUM if column not in between]
    units = _placed(counts, catalogue, ids)
    shared = _shared(units, catalogue, ids, function, strata_of)
    stratum = _stratum(units, shared, strata_of)
    return ids, units, shared, stratum, _parts(counts, units, stratum, cluster)


def attempt(counts, catalogue, target, reference, function=None, **options) -> Contrast:
    """Make the contrast, or an empty one whose note is the refusal (`Contrast.notes`)."""
    try:
        if not (len(target) and len(reference)):
            raise NotComparable("No pair of reports is given.", "empty")
        return compare(counts, catalogue, list(target), list(reference), function, **options)
    except NotComparable as refusal:
        return _nothing(str(refusal))


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
    units = _placed(counts, catalogue, ids)
    shared = _shared(units, catalogue, ids, function, list(STRATUM))
    return int(units["n_tokens"][_stratum(units, shared, list(STRATUM)) >= 0].sum())


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


def _placed(counts, catalogue, ids) -> pd.DataFrame:
    """Units of the reports of both sides with side and strata; index: row of `counts`."""
    known = counts.units.reset_index(drop=True)
    units = known[known["report"].isin([*ids[0], *ids[1]])]
    units = units.astype({"function": "str", "report": "str"})
    row = catalogue.index.get_indexer(units["report"])
    extra = {column: _text(catalogue, column)[row] for column in ("level", "place", "genre")}
    return units.assign(side=units["report"].isin(ids[1]).astype(int), **extra)


def _text(catalogue, column) -> np.ndarray:
    """A column of the catalogue as text; empty where it says nothing."""
    if column not in catalogue:
        return np.full(len(catalogue), "", dtype=object)
    return catalogue[column].astype(object).where(catalogue[column].notna(), "").to_numpy()


def _shared(units, catalogue, ids, function, strata_of) -> pd.DataFrame:
    """Strata with tokens on both sides; raises NotComparable when there is none."""
    chosen = units["function"] == function if function else units["function"] != UNPLACED
    columns = ["side", *strata_of]
    seen = units.loc[chosen & (units["n_tokens"] > 0), columns].drop_duplicates()
    if not strata_of:
        seen = seen.assign(all="")
        strata_of = ["all"]
    found = [seen.loc[seen["side"] == side, strata_of] for side in (0, 1)]
    both = set.intersection(*(set(part.itertuples(index=False, name=None)) for part in found))
    if not both:
        raise _refusal(catalogue, ids, found, function, strata_of)
    return pd.DataFrame(sorted(both), columns=strata_of)


def _refusal(catalogue, ids, found, function, strata_of) -> NotComparable:
    years = ["/".join(str(y) for y in sorted(set(catalogue.loc[side, "year"]))) for side in ids]
    missing, said = [], []
    for column in [c for c in ("level", "place", "genre") if c in strata_of]:
        values = pd.Series(_text(catalogue, column), catalogue.index)
        left, right = (sorted(set(values[side])) for side in ids)
        if not set(left) & set(right):
            missing.append((column, left, right))
            said.append(f"no {column} in common ({', '.join(left)} vs {', '.join(right)})")
    reason, between = "unlike", tuple(column for column, *_ in missing)
    if not missing:
        left, right = (sorted(set(part.get("function", ()))) for part in found)
        missing.append(("function", left, right))
        sides = (", ".join(side) or "none" for side in (left, right))
        within = " and ".join(c for c in strata_of if c != "function")
        said.append(f"no function in common within {within} ({' vs '.join(sides)})")
        between = () if function or not (left and right) else ("function",)
        if function:
            empty = [year for year, part in zip(years, found, strict=True) if part.empty]
            said = [f"no text with function {function!r} in {' or '.join(empty) or 'a stratum'}"]
            reason = "empty"
    message = f"{years[0]} → {years[1]}: {'; '.join(said)}. "
    if between:
        message += f"Between unlike texts only by name: between={list(between)}. "
    remains = "What remains is to describe each report by itself (uncertainty.rates)."
    return NotComparable(message + remains, reason, missing, between)


def _stratum(units, shared, strata_of) -> np.ndarray:
    """The row of `shared` that each unit belongs to, -1 for text without a counterpart."""
    if not strata_of:
        return np.where(units["n_tokens"] > 0, 0, -1)
    number = {key: row for row, key in enumerate(shared.itertuples(index=False, name=None))}
    keys = zip(*(units[column] for column in strata_of), strict=True)
    return np.array([number.get(key, -1) for key in keys], dtype=int)


def _differs(units, stratum, column) -> bool:
    inside = units[(stratum >= 0) & (units["n_tokens"] > 0)]
    sides = [set(inside.loc[inside["side"] == side, column]) for side in (0, 1)]
    return sides[0] != sides[1]


def _parts(counts, units, stratum, cluster) -> "exchange.Parts":
    inside = stratum >= 0
    chosen = units[inside].assign(part=2 * stratum[inside] + units["side"][inside])
    part = Counts(counts.matrix[chosen.index.to_numpy()], chosen, counts.terms)
    design = clusters(part, "part", cluster)
    return exchange.Parts(_ordered(design))


def _ordered(design: Design) -> Design:
    """The same design with its groups numbered by label."""
    order = np.argsort(np.asarray(design.labels, dtype=int))
    place = np.empty(len(order), int)
    place[order] = np.arange(len(order))
    return Design(design.labels[order], place[design.member], design.terms, design.matrix,
                  design.sizes, design.kind[order], design.inflate)


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
    units, strata_of = _placed(counts, catalogue, ids), list(STRATUM)
    try:
        shared = _shared(units, catalogue, ids, None, strata_of)
    except NotComparable as refusal:
        unlike = ", ".join(column for column, *_ in refusal.missing)
        said = "; ".join(
            f"no {column} in common ({', '.join(a) or 'none'} vs {', '.join(b) or 'none'})"
            for column, a, b in refusal.missing)  # fmt: skip
        return {"identified": False, "functions": "", "unlike": unlike, "through": said,
                "share_reference": 0.0, "share_target": 0.0}  # fmt: skip
    inside = _stratum(units, shared, strata_of) >= 0
    sizes = [units["n_tokens"][units["side"] == side] for side in (0, 1)]
    shares = [float(size[inside[units["side"] == side]].sum() / size.sum())
              for side, size in enumerate(sizes)]  # fmt: skip
    functions = ", ".join(dict.fromkeys(shared["function"]))
    return {"identified": True, "functions": functions, "unlike": "", "through": functions,
            "share_reference": shares[0], "share_target": shares[1]}  # fmt: skip


def having(counts: Counts) -> list[str]:
    """Name the reports that have text in these counts, in order."""
    units = counts.units
    sizes = units["n_tokens"].groupby(units["report"].astype(str), sort=False).sum()
    return list(sizes[sizes > 0].index)


def common_part(counts: Counts, function: str | None) -> Counts:
    """
    Keep one function where at least two reports have it; otherwise everything.

    Parameters
    ----------
    counts : Counts
    function : str or None
        review, guiding, tasks, self-government; None keeps everything.
    """
    part = counts.restrict(function=function) if function else counts
    return part if len(having(part)) > 1 else counts


def incomplete_parts(corpus, ids=None) -> set[tuple[str, str]]:
    """
    Name the parts (report, function) that lack a page or a section, by `corpus.gaps`.

    A missing page breaks the part that goes on after it, a missing section the part before it.
    """
    found = set()
    for gap in corpus.gaps[corpus.gaps["what"].isin(["page", "section"])].itertuples():
        rows = corpus.paragraphs[corpus.paragraphs["report"] == gap.report]
        after = rows[rows["end"] > gap.start]
        part = after if gap.what == "page" else rows[rows["end"] <= gap.start][::-1]
        part = part[part["function"] != UNPLACED]
        if len(part) and (ids is None or gap.report in ids):
            found.add((gap.report, part["function"].iloc[0]))
    return found


def drop_incomplete(counts: Counts, corpus) -> Counts:
    """Leave out the parts that are not whole: what a page took away is not like what stayed."""
    columns = (counts.units[name].astype(str) for name in ("report", "function"))
    out = incomplete_parts(corpus)
    return counts.restrict(mask=[key not in out for key in zip(*columns, strict=True)])
