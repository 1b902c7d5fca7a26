"""
What chance does to a comparison: pair alike sections of two sides, and exchange the members.

Two work reports share their table of contents. Taking their sections for random draws counts the
difference of subjects as chance, which the comparison does not have: at a nominal .05 such a test
rejects .015. Here sections are paired by their words (TF-IDF cosine, one to one; what is left over
joins the pair that it is most like), and by chance either member could have stood on either side.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from analysis.uncertainty import MIN_COUNT
from analysis.uncertainty.design import Design
from analysis.uncertainty.estimators import Side, dense, moments, p_of_score, ratio_score

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


@dataclass(frozen=True)
class Parts:
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
class Matching:
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


def matching(parts: Parts, columns=None) -> Matching | None:
    """
    Pair the sections of both sides, stratum by stratum; None where too few can be paired.

    Parameters
    ----------
    parts : Parts
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
    return Matching(group) if n >= MIN_GROUPS else None


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
    parts: Parts | None = None
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


def null(parts: Parts, matched: Matching | None, n: int = N_EXCHANGES, seed: int = 0) -> Null | None:
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
