"""
What both sides of a comparison have, and what chance does to it: alike sections are paired, their members exchanged.

Two work reports share their table of contents. Taking their sections for random draws counts the
difference of subjects as chance, which the comparison does not have: at a nominal .05 such a test
rejects .015. Here sections are paired by their words (TF-IDF cosine, one to one; what is left over
joins the pair that it is most like), and by chance either member could have stood on either side.

First the parts that are alike, or the refusal; then pairing and exchange; then two texts as wholes, the words of
their difference, and what tests find where there is nothing to find (`placebo` of a pair, `split_placebo` of one text).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np
import pandas as pd

from analysis.counts import Counts
from analysis.uncertainty import MIN_COUNT, Refusal, false_discovery
from analysis.uncertainty.design import Design, clusters
from analysis.uncertainty.estimators import (
    Side,
    dense,
    divergence_parts,
    g2,
    moments,
    p_of_score,
    ratio_score,
)

# What must agree for two texts to be alike.
STRATUM = ("level", "place", "genre", "function")
# Openings, closings and what no rule could place have nothing in common but that.
UNPLACED = "other"
# A difference is settled where q (Benjamini-Hochberg) stands below this.
LEVEL = 0.05
# A term with fewer hits than this on either half (expected) is not tried in a placebo.
MIN_EXPECTED = 5
# Where the observed rate of a nominal .05 must lie to be called calibrated.
CALIBRATED = (0.03, 0.07)
# The 1% point of a band of 25 terms then rests on 250 values.
N_EXCHANGES = 999
# Five pairs have 16 divisions that differ: no p below .06 could come of them.
MIN_GROUPS = 6
# What chance does to |z| depends on how many hits a term has; fewer terms than `MIN_TERMS` in a
# band say little about its tail, and share the next band's.
BANDS = (5, 10, 20, 40)
MIN_TERMS = 25
# Pairing more sections than this takes long, and nothing is gained.
MOST_SECTIONS = 2000


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


def having(counts: Counts) -> list[str]:
    """Name the reports that have text in these counts, in order."""
    units = counts.units
    sizes = units["n_tokens"].groupby(units["report"].astype(str), sort=False).sum()
    return list(sizes[sizes > 0].index)


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


def _parts(counts, units, stratum, cluster) -> "_Parts":
    inside = stratum >= 0
    chosen = units[inside].assign(part=2 * stratum[inside] + units["side"][inside])
    part = Counts(counts.matrix[chosen.index.to_numpy()], chosen, counts.terms)
    design = clusters(part, "part", cluster)
    return _Parts(_ordered(design))


def _ordered(design: Design) -> Design:
    """The same design with its groups numbered by label."""
    order = np.argsort(np.asarray(design.labels, dtype=int))
    place = np.empty(len(order), int)
    place[order] = np.arange(len(order))
    return Design(design.labels[order], place[design.member], design.terms, design.matrix,
                  design.sizes, design.kind[order], design.inflate)


@dataclass(frozen=True)
class _Parts:
    """Strata of a comparison: group 2k of the design is the reference in stratum k, 2k+1 the target."""

    design: Design

    @property
    def in_target(self) -> np.ndarray:
        """Whether each cluster stands on the side of the target."""
        return self.design.member % 2 == 1

    @property
    def n_strata(self) -> int:
        return len(self.design.labels) // 2

    def sides(self, in_target=None, columns=None) -> list[tuple]:
        """
        Pool both sides over the strata (Mantel-Haenszel), as observed or as divided otherwise.

        Parameters
        ----------
        in_target : array of bool, shape (n_divisions, n_clusters), optional
        columns : array of int, optional
            Terms to take.

        Returns
        -------
        list of two tuples: target, reference
            Hits, variance, tokens, dof (as `Side`) and raw hits; arrays of shape (n_terms,), or
            (n_divisions, n_terms).
        """
        alone = in_target is None
        in_target = np.atleast_2d(self.in_target if alone else in_target)
        matrix = self.design.matrix
        matrix = dense(matrix if columns is None else matrix[:, columns]).astype(float)
        strata = []
        for k in range(self.n_strata):
            here = self.design.member // 2 == k
            inflate = None if self.design.inflate is None else self.design.inflate[here]
            given = matrix[here], self.design.sizes[here], inflate
            mine = in_target[:, here].astype(float)
            strata.append((moments(mine, *given), moments(1 - mine, *given)))
        pooled = [_pool(strata), _pool([pair[::-1] for pair in strata])]
        return [tuple(array[0] for array in side) if alone else side for side in pooled]


def _pool(strata) -> tuple:
    """
    Mantel-Haenszel sum of the first of each pair of sides: hits, variance, tokens, dof, raw hits.

    Scaled so that with one stratum hits and tokens are those of the stratum.
    """
    shares = [other.tokens / np.maximum(own.tokens + other.tokens, 1) for own, other in strata]
    sides = [own for own, _ in strata]
    tokens = sum(side.tokens for side in sides)
    weighted = sum(s * side.tokens for s, side in zip(shares, sides, strict=True))
    scale = tokens / np.maximum(weighted, 1e-12)
    hits = scale * sum(s * side.hits for s, side in zip(shares, sides, strict=True))
    pieces = [(scale * s) ** 2 * side.variance for s, side in zip(shares, sides, strict=True)]
    variance = sum(pieces)
    dofs = [np.maximum(side.dof, 1e-12) for side in sides]
    spread = sum(v**2 / dof for v, dof in zip(pieces, dofs, strict=True))
    every = np.broadcast_to(sum(dofs), spread.shape)
    dof = np.divide(variance**2, spread, out=every.copy(), where=spread > 0)
    dof = np.where(every > 1e-9, dof, 0.0)
    raw = sum(side.hits for side in sides)
    return hits, variance, np.broadcast_to(tokens, hits.shape), dof, raw


@dataclass(frozen=True)
class _Matching:
    """Groups of alike clusters: the number of each cluster's group, -1 where it has no words."""

    group: np.ndarray

    @property
    def n_groups(self) -> int:
        return int(self.group.max(initial=-1)) + 1

    def divisions(self, in_target: np.ndarray, n: int, seed: int) -> np.ndarray:
        """
        Exchange the members of each group with probability one half, n times.

        Returns
        -------
        array of bool, shape (n or fewer, n_clusters)
            Whether each cluster stands on the target's side; the first row is the division as it
            is. All divisions that differ, if they are no more than n.
        """
        g = self.n_groups
        if 2 ** (g - 1) <= n + 1:
            flips = (np.arange(2 ** (g - 1))[:, None] >> np.arange(g)) & 1
        else:
            flips = np.random.default_rng(seed).integers(0, 2, (n + 1, g))
            flips[0] = 0
        flipped = np.where(self.group >= 0, flips[:, np.maximum(self.group, 0)], 0) == 1
        return in_target[None, :] ^ flipped


def matching(parts: _Parts, columns=None) -> _Matching | None:
    """
    Pair the sections of both sides, stratum by stratum; None where too few can be paired.

    Parameters
    ----------
    parts : _Parts
    columns : array of int, optional
        The terms by which sections are alike; by default all.
    """
    design, group, n = parts.design, np.full(len(parts.design.member), -1), 0
    matrix = design.matrix if columns is None else design.matrix[:, columns]
    if matrix.shape[1] < MIN_TERMS:
        return None
    for k in range(parts.n_strata):
        kinds = {design.kind[2 * k], design.kind[2 * k + 1]}
        # Paragraphs that stand in for sections are not drawn one by one.
        if len(kinds) > 1 or kinds == {"paragraph"}:
            return None
        worded = np.asarray(matrix.sum(axis=1)).ravel() > 0
        sides = [np.flatnonzero((design.member == 2 * k + s) & worded) for s in (0, 1)]
        if max(map(len, sides)) > MOST_SECTIONS or not min(map(len, sides)):
            return None
        found = _paired(*(dense(matrix[rows]) for rows in sides))
        group[np.concatenate(sides)] = found + n
        n += found.max(initial=-1) + 1
    return _Matching(group) if n >= MIN_GROUPS else None


def _paired(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """
    Number groups of alike rows of two tables (sections × terms), each with rows of both.

    >>> one, two = np.array([[5, 0, 0], [0, 4, 1]]), np.array([[0, 6, 0], [3, 0, 1]])
    >>> _paired(one, two).tolist()
    [0, 1, 1, 0]
    """
    from scipy.optimize import linear_sum_assignment

    both = np.vstack([first, second]).astype(float)
    idf = np.maximum(np.log((1 + len(both)) / (1 + (both > 0).sum(axis=0))), 0)
    vectors = np.log1p(both) * idf
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    near = (vectors[: len(first)] @ vectors[len(first) :].T).round(9)
    rows, columns = linear_sum_assignment(-near)
    group = np.full(len(both), -1)
    group[rows] = group[len(first) + columns] = np.arange(len(rows))
    for i in np.flatnonzero(group < 0):
        if i < len(first):
            group[i] = group[len(first) + near[i].argmax()]
        else:
            group[i] = group[near[:, i - len(first)].argmax()]
    return group


@dataclass(frozen=True)
class Null:
    """
    Scores of all tested terms under exchanges: what chance makes of them, by bands of hits.

    Attributes
    ----------
    scores : array, shape (n_divisions, n_terms)
        `ratio_score`; the first row is the division as it is.
    hits : array, shape (n_terms,)
        Of both sides together, at least `MIN_COUNT`.
    parts, divisions, columns
        What was divided, how, and which terms of it were scored.
    """

    scores: np.ndarray
    hits: np.ndarray
    parts: _Parts | None = None
    divisions: np.ndarray | None = None
    columns: np.ndarray | None = None

    @cached_property
    def _edges(self) -> np.ndarray:
        """Lower ends of the bands, the first the least hits of all."""
        edges = [MIN_COUNT]
        for edge in BANDS[1:]:
            inside = ((self.hits >= edges[-1]) & (self.hits < edge)).sum()
            if inside >= MIN_TERMS and (self.hits >= edge).sum() >= MIN_TERMS:
                edges.append(edge)
        return np.array(edges)

    def _band(self, hits) -> np.ndarray:
        return np.searchsorted(self._edges, hits, "right") - 1

    @cached_property
    def _sizes(self) -> list[np.ndarray]:
        """Sizes of the scores of each band, sorted."""
        band = self._band(self.hits)
        sizes = np.abs(self.scores)
        return [np.sort(sizes[:, band == b].ravel()) for b in range(len(self._edges))]

    def p(self, score, hits) -> np.ndarray:
        """Give the share of a band's scores by chance that are as large; of rare terms their own p."""
        size, band = np.abs(score), self._band(hits)
        p = p_of_score(score)
        for b, values in enumerate(self._sizes):
            here = band == b
            larger = len(values) - np.searchsorted(values, size[here] - 1e-9, "left")
            p[here] = np.maximum(larger, 1) / len(values)
        return p

    def reach(self, hits, level: float) -> np.ndarray:
        """Give the size of a score that chance exceeds in 1 - level of the cases, by term."""
        from scipy import special

        band = self._band(hits)
        reach = np.full(len(band), float(special.ndtri((1 + level) / 2)))
        for b, values in enumerate(self._sizes):
            reach[band == b] = np.quantile(values, level, method="higher")
        return reach


def null(parts: _Parts, matched: _Matching | None, n: int = N_EXCHANGES, seed: int = 0) -> Null | None:
    """Score every term of at least `MIN_COUNT` hits under exchanges; None where there are few."""
    if matched is None:
        return None
    hits = np.asarray(parts.design.matrix.sum(axis=0)).ravel()
    columns = np.flatnonzero(hits >= MIN_COUNT)
    if len(columns) < MIN_TERMS:
        return None
    divisions = matched.divisions(parts.in_target, n, seed)
    target, reference = (Side(*side[:4]) for side in parts.sides(divisions, columns))
    scores = np.nan_to_num(ratio_score(target, reference))
    return Null(scores, hits[columns], parts, divisions, columns)


# ------------------------------------------------------------------ two texts as wholes

# Terms with fewer hits on both sides together say little about a difference of wholes.
LEAST_HITS = 8
# The smallest p that these can give is .0005.
N_FLIPS = 1999
# Exchanges that show what divergence chance makes: they describe, the flips test.
N_BAND = 199


def permutation_test(
    counts: Counts, catalogue: pd.DataFrame, target, reference, function: str | None = None, *,
    between=(), n: int = N_FLIPS, seed: int = 0,
) -> dict:  # fmt: skip
    """
    Test whether two texts differ as wholes, by sign flips within pairs of alike sections.

    Sections are paired by terms of fewer than eight hits, and tested by the others.

    With x1, n1 hits and tokens of a group of alike sections on one side, x0, n0 on the other, and
    w = n1 n0 / (n1 + n0) (Mantel and Haenszel's weights), the statistic is
    Σ over terms of (Σ over groups of w (x1/n1 - x0/n0))² / expected hits; by chance every group may
    have either sign. The weights stay fixed, so that unequal lengths do not matter.

    Parameters
    ----------
    counts, catalogue, target, reference, function, between
        As in `contrast.compare`.
    n, seed : int
        Sign flips; all that there are, if they are no more than n.

    Returns
    -------
    dict
        `divergence` (Jensen-Shannon, bits), `expected`, `low`, `high` (its mean and middle 95% under
        exchanges), `p`, `n_groups`, `n_flips`.

    Raises
    ------
    Refusal
        If the texts are not alike (`NotComparable`), or fewer than six sections can be paired.
    """
    parts = _alike(
        counts, catalogue, target, reference, function, between, "section")[-1]
    matrix = dense(parts.design.matrix).astype(float)
    often = matrix.sum(axis=0) >= LEAST_HITS
    # Pairs are chosen to be alike. Chosen by the words that are tested, they would make chance look
    # smaller than it is (measured: .073 at .05); rarer words know nothing of those.
    matched = matching(parts, np.flatnonzero(~often))
    if matched is None:
        raise Refusal(f"fewer than {MIN_GROUPS} pairs of alike sections: no exchange",
                      "few sections")  # fmt: skip
    signs = 1.0 - 2.0 * _flips(matched.n_groups, n, seed)
    inner = _inner(matrix[:, often], parts.in_target, matched)
    values = ((signs @ inner) * signs).sum(axis=1)
    # All divisions that differ, or a sample of them with the division as it is in front.
    p = float((values >= values[0] - 1e-9).mean())
    divisions = matched.divisions(parts.in_target, min(n, N_BAND), seed)
    bits = _divergences(matrix, divisions)
    low, high = np.quantile(bits[1:], [0.025, 0.975])
    sides = [matrix[side].sum(axis=0) for side in (parts.in_target, ~parts.in_target)]
    own = divergence_parts(*(side / max(side.sum(), 1) for side in sides)).sum()
    return {"divergence": float(own), "expected": float(bits[1:].mean()), "low": float(low),
            "high": float(high), "p": p, "n_groups": matched.n_groups,
            "n_flips": len(values) - 1}  # fmt: skip


def _flips(groups: int, n: int, seed: int) -> np.ndarray:
    if 2 ** (groups - 1) <= n + 1:
        return (np.arange(2 ** (groups - 1))[:, None] >> np.arange(groups)) & 1
    flips = np.random.default_rng(seed).integers(0, 2, (n + 1, groups))
    flips[0] = 0
    return flips


def _inner(x: np.ndarray, in_target: np.ndarray, matched) -> np.ndarray:
    """Products of the groups' differences, each term weighed by its share of all hits."""
    groups = range(matched.n_groups)
    sides = [np.array([x[(matched.group == j) & (in_target == side)].sum(axis=0) for j in groups])
             for side in (True, False)]  # fmt: skip
    sizes = [side.sum(axis=1, keepdims=True) for side in sides]
    weight = sizes[0] * sizes[1] / np.maximum(sizes[0] + sizes[1], 1)
    apart = weight * (sides[0] / np.maximum(sizes[0], 1) - sides[1] / np.maximum(sizes[1], 1))
    share = x.sum(axis=0) / max(x.sum(), 1)
    return apart / np.maximum(share, 1e-12) @ apart.T


def _divergences(matrix: np.ndarray, divisions: np.ndarray) -> np.ndarray:
    """
    Jensen-Shannon divergence of both sides of each division, in bits, to five digits.

    The entropy of the middle less the mean entropy of the sides, in single precision.
    """
    matrix = matrix[:, matrix.any(axis=0)].astype(np.float32)
    first = divisions.astype(np.float32) @ matrix
    second = matrix.sum(axis=0) - first
    sizes = [np.maximum(side.sum(axis=1, dtype=float), 1) for side in (first, second)]
    scale = [(0.5 / n).astype(np.float32)[:, None] for n in sizes]
    middle = first * scale[0] + second * scale[1]
    # Counts are whole numbers: their logarithms are looked up.
    most = int(matrix.sum(axis=0).max(initial=0)) + 1
    table = (np.arange(most + 1) * np.log(np.maximum(np.arange(most + 1), 1))).astype(np.float32)
    own = [table[side.astype(np.int32)].sum(axis=1, dtype=float) / n - np.log(n)
           for side, n in zip((first, second), sizes, strict=True)]  # fmt: skip
    whole = (middle * np.log(middle)).sum(axis=1, dtype=float)
    return np.maximum((own[0] + own[1]) / 2 - whole, 0) / np.log(2)


def every_pair(
    counts: Counts, catalogue: pd.DataFrame, reports=None, function: str | None = None, *,
    between=(), n: int = N_FLIPS, seed: int = 0,
) -> pd.DataFrame:  # fmt: skip
    """
    Make `permutation_test` for every pair of reports; pairs that are not alike get a reason instead of a p.

    Returns
    -------
    DataFrame
        `a`, `b` (in order of the catalogue), `divergence`, `expected`, `low`, `high`, `p`,
        `n_groups`, `unlike` (why there is no test; else empty).
    """
    ids = [id for id in (catalogue.index if reports is None else reports)]
    rows = []
    for a, b in combinations(ids, 2):
        row = {"a": a, "b": b, "unlike": ""}
        try:
            options = {"between": between, "n": n, "seed": seed}
            rows.append(row | permutation_test(counts, catalogue, b, a, function, **options))
        except Refusal as refusal:
            columns = [column for column, *_ in refusal.missing]
            rows.append(row | {"unlike": ", ".join(columns) or refusal.reason,
                               "divergence": _bits(counts, a, b, function)})  # fmt: skip
    columns = ["a", "b", "divergence", "expected", "low", "high", "p", "n_groups", "unlike"]
    table = pd.DataFrame(rows, columns=columns)
    tested = table["p"].notna()
    table.attrs["notes"] = [
        f"{int((table['p'] < 0.05).sum())} of {int(tested.sum())} pairs that are alike differ as "
        f"wholes (p < .05); {int((~tested).sum())} unlike pairs are described, not tested"
    ]  # fmt: skip
    return table


def _bits(counts, a, b, function) -> float:
    part = counts.restrict(function=function) if function else counts
    first, second = (np.asarray(part.restrict(report=id).matrix.sum(axis=0), float).ravel()
                     for id in (a, b))  # fmt: skip
    if not (first.sum() and second.sum()):
        return np.nan
    return float(divergence_parts(first / first.sum(), second / second.sum()).sum())


def shift(
    counts: Counts, catalogue: pd.DataFrame, target, reference, function: str | None = None, *,
    between=(), n: int = N_EXCHANGES, seed: int = 0, most: int = 24,
) -> pd.DataFrame:  # fmt: skip
    """
    Break the divergence of two texts down to words, beside what chance would make of each.

    Parameters
    ----------
    counts : Counts
        All counted words.
    most : int
        How many of the largest contributions are told to stand out (`attrs`).

    Returns
    -------
    DataFrame, index `term`
        `share_target`, `share_reference`, `contribution` (bits; they add up to the divergence),
        `direction` (target, reference), `low`, `high` (middle 95% of the signed contribution when
        alike sections are exchanged; NaN without exchanges), `beyond` (the contribution lies
        outside); by contribution falling, then term. `attrs`: `divergence`; `beyond` (how many of
        the `most` largest lie outside) and `by_chance` (how many do on average in exchanges).
    """
    if not (len(target) and len(reference)):
        columns = ["share_target", "share_reference", "contribution", "direction", "low", "high",
                   "beyond"]  # fmt: skip
        table = pd.DataFrame(columns=columns, index=pd.Index([], name="term"), dtype=float)
        table.attrs.update(divergence=np.nan, beyond=0, by_chance=np.nan,
                           why="No two reports are given.")  # fmt: skip
        return table
    parts = _alike(
        counts, catalogue, target, reference, function, between, "section")[-1]
    matrix = dense(parts.design.matrix).astype(float)
    first, second = matrix[parts.in_target].sum(axis=0), matrix[~parts.in_target].sum(axis=0)
    p, q = first / max(first.sum(), 1), second / max(second.sum(), 1)
    table = pd.DataFrame({
        "share_target": p, "share_reference": q, "contribution": divergence_parts(p, q),
        "direction": np.where(p > q, "target", np.where(p < q, "reference", "")),
    }, index=pd.Index(parts.design.terms, name="term"))  # fmt: skip
    matched, beyond, by_chance = matching(parts), np.nan, np.nan
    if matched is None:
        table = table.assign(low=np.nan, high=np.nan, beyond=False)
    else:
        divisions = matched.divisions(parts.in_target, n, seed)
        # Words that do not differ on either side by one hit in a hundred need no null.
        size = np.argsort(-table["contribution"].to_numpy(), kind="stable")
        limits, by_chance = _chance(matrix, divisions, most)
        signed = np.where(p < q, -1, 1) * table["contribution"]
        out = (signed < limits[0] - 1e-12) | (signed > limits[1] + 1e-12)
        table = table.assign(low=limits[0], high=limits[1], beyond=out)
        beyond = int(np.asarray(out)[size[:most]].sum())
    table = table.sort_index().sort_values("contribution", ascending=False, kind="stable")
    table.attrs.update(divergence=float(table["contribution"].sum()), beyond=beyond,
                       by_chance=by_chance)  # fmt: skip
    if matched is not None:
        table.attrs["notes"] = [
            f"of the {most} largest contributions {beyond} lie beyond what exchanges of alike "
            f"sections give a word; by chance {by_chance:.1f} do"
        ]  # fmt: skip
    return table


def _chance(matrix, divisions, most: int) -> tuple[np.ndarray, float]:
    """Middle 95% of each word's signed part, and how many of the `most` largest lie outside it."""
    first = divisions.astype(float) @ matrix
    second = matrix.sum(axis=0) - first
    p, q = (side / np.maximum(side.sum(axis=1, keepdims=True), 1) for side in (first, second))
    parts = divergence_parts(p, q)
    signed = np.where(p < q, -parts, parts)
    limits = np.quantile(signed, [0.025, 0.975], axis=0)
    out = (signed < limits[0] - 1e-12) | (signed > limits[1] + 1e-12)
    largest = np.argpartition(-parts, min(most, parts.shape[1] - 1), axis=1)[:, :most]
    return limits, float(np.take_along_axis(out, largest, axis=1).sum(axis=1)[1:].mean())


def placebo(found) -> pd.DataFrame:
    """
    Ask what the tests of a comparison would find if nothing but chance set its sides apart.

    Alike sections of the two sides are exchanged, and every term is tested. The calibrated test is
    read from one half of the exchanges and tried on the other.

    Parameters
    ----------
    found : Contrast
        From `contrast.compare`.

    Returns
    -------
    DataFrame
        `method` (exchange: the test used here; sections: taken for random draws; g2: over tokens),
        `n_terms`, `n_exchanges`, `rejected` (share of terms at .05 by chance), `at_01`, `any`
        (share of exchanges with any q < .05), `observed` (terms below .05 as the sides are); empty
        where nothing could be exchanged.
    """
    columns = ["method", "n_terms", "n_exchanges", "rejected", "at_01", "any", "observed"]
    if found.null is None:
        return pd.DataFrame(columns=columns)
    scores, hits = found.null.scores, found.null.hits
    half = Null(scores[1::2], hits)
    rest = scores[2::2]
    parts, divisions = found.null.parts, found.null.divisions.astype(float)
    matrix = dense(parts.design.matrix[:, found.null.columns]).astype(float)
    first, n1 = divisions @ matrix, (divisions @ parts.design.sizes)[:, None]
    tokens = g2(first, matrix.sum(axis=0) - first, n1, parts.design.sizes.sum() - n1)
    made = {
        "exchange": (np.array([half.p(row, hits) for row in rest]), found.null.p(scores[0], hits)),
        "sections": (p_of_score(rest), p_of_score(scores[0])),
        "g2": (_chi2(tokens[2::2]), _chi2(tokens[0])),
    }
    rows = [(method, len(hits), len(p), (p < 0.05).mean(), (p < 0.01).mean(),
             np.mean([(false_discovery(row) < 0.05).any() for row in p]),
             int((own < 0.05).sum())) for method, (p, own) in made.items()]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _chi2(score) -> np.ndarray:
    from scipy import special

    return special.chdtrc(1, np.abs(score))


def split_placebo(
    counts, method: str | Sequence[str] = ("ratio", "g2"), n_splits=200, seed=0, by="report",
    cluster="auto", block=1, min_expected=MIN_EXPECTED, alpha=0.05, sizes=None,
) -> pd.DataFrame:
    """
    Compare a text with itself: how often does a test call two random halves different?

    Each group is cut into runs of `block` adjacent clusters; a random half of them (by tokens) is
    tested against the rest. There is nothing to find, so a test at .05 should reject .05 of its
    terms. "ratio" is the test over sections, "g2" is Dunning's G² against χ² with 1 degree of
    freedom, as most tools print it.

    With `block` above 1 whole stretches of text go together, and what neighbours share counts
    against tests whose clusters are too small to hold it.

    Returns
    -------
    DataFrame
        A row for each group and method: the columns `group`, `method`, `cluster`, `n_clusters`,
        `block`, `n_terms`, `n_splits`, `rejected` (share of terms at `alpha`), `any_bonferroni`
        (share of splits that find a "keyword" even so), `calibrated` (`rejected` within .03-.07).
        Groups with fewer than 4 runs have NaN.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> place = pd.MultiIndex.from_product([["甲"], range(20)], names=["report", "section"])
    >>> counts = pd.DataFrame(rng.poisson(2, (20, 300)), index=place)
    >>> bool(split_placebo(counts, "ratio").calibrated[0])
    True
    """
    methods = [method] if isinstance(method, str) else list(method)
    design = clusters(counts, by, cluster, sizes)
    rng = np.random.default_rng(seed)
    rows = [row for group in range(len(design.labels))
            for row in _trials(design, group, methods, n_splits, block, min_expected, alpha, rng)]
    return pd.DataFrame(rows)


def _trials(design, group, methods, n_splits, block, min_expected, alpha, rng) -> list[dict]:
    """Split one group many times; return a row for each method."""
    here = (design.member == group) & (design.sizes > 0)
    matrix, sizes = design.matrix[here].tocsc(), design.sizes[here]
    enough = np.asarray(matrix.sum(axis=0)).ravel() >= 2 * min_expected
    matrix = matrix[:, np.flatnonzero(enough)].toarray()
    halves = _halves(sizes, n_splits, block, rng)
    shown = {"group": design.labels[group], "cluster": design.kind[group],
             "n_clusters": len(sizes), "block": block, "n_terms": int(enough.sum()),
             "n_splits": len(halves)}
    rows = []
    for method in methods:
        share = any_found = np.nan
        if len(halves) and enough.any():
            p = _split_p(method, halves, matrix, sizes)
            share, any_found = np.mean(p < alpha), np.mean((p * p.shape[1] < alpha).any(axis=1))
        held = CALIBRATED[0] <= share <= CALIBRATED[1]
        rows.append({**shown, "method": method, "rejected": share, "any_bonferroni": any_found,
                     "calibrated": bool(held)})
    return rows


def _halves(sizes: np.ndarray, n_splits: int, block: int, rng) -> np.ndarray:
    """Return random halves as 0/1 rows: runs of clusters in random order, up to half the tokens."""
    run = np.arange(len(sizes)) // block
    if run[-1:].sum() < 3:
        return np.empty((0, len(sizes)))
    size = np.bincount(run, sizes)
    order = rng.permuted(np.tile(np.arange(len(size)), (n_splits, 1)), axis=1)
    before = np.cumsum(size[order], axis=1) - size[order] / 2
    chosen = np.zeros((n_splits, len(size)))
    np.put_along_axis(chosen, order, (before <= sizes.sum() / 2).astype(float), axis=1)
    halves = chosen[:, run]
    count = chosen.sum(axis=1)
    return halves[(count >= 2) & (count <= len(size) - 2)]


def _split_p(method: str, halves, matrix, sizes) -> np.ndarray:
    """Return the p values of a test, splits × terms."""
    from scipy import special

    if method == "ratio":
        first = moments(halves, matrix, sizes)
        second = moments(1 - halves, matrix, sizes)
        return p_of_score(ratio_score(first, second))
    if method == "g2":
        n_first, n_second = (halves @ sizes)[:, None], ((1 - halves) @ sizes)[:, None]
        score = g2(halves @ matrix, (1 - halves) @ matrix, n_first, n_second)
        return special.chdtrc(1, np.abs(score))
    raise ValueError(f"method is {method!r}; a placebo knows 'ratio' and 'g2'")
