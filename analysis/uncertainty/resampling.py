"""Redraw clusters: a block bootstrap by matrix products, and placebo splits of one text."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from scipy import sparse

from analysis.uncertainty import estimators
from analysis.uncertainty.design import clusters

# Resamples are held for some terms at a time: 48 MB of float32 for a group.
RESAMPLED_CELLS = 12_000_000
# A term with fewer hits than this on either half (expected) is not tried in a placebo.
MIN_EXPECTED = 5
# Where the observed rate of a nominal .05 must lie to be called calibrated.
CALIBRATED = (0.03, 0.07)


def bootstrap(
    counts, by="report", cluster="auto", statistic: Callable | None = None, names=None,
    n_resamples=10_000, seed=0, level=0.95, sizes=None,
) -> pd.DataFrame:
    """
    Redraw the clusters of each group with replacement; percentile intervals for any statistic.

    One resample is a row of multinomial weights over the group's clusters, so that all resamples
    of all terms are two matrix products: weights × hits, weights × tokens. Terms are taken in
    pieces, and memory stays bounded whatever their number.

    Percentile intervals of few clusters are too short (measured: nominal 95% covers 85-89% at 8
    clusters, 91-92% at 20): for rates, shares and ratios prefer `rates`, `shares` and
    `contrast.compare`; this is for
    statistics without a formula.

    Parameters
    ----------
    statistic : callable, optional
        Takes rates (share of tokens) as an array (groups, terms, n) and returns (k, terms, n),
        each term on its own. Default: the rate per 10,000 of each group.
    names : sequence of str, optional
        Names of the k results; the groups' labels when k is their number.

    Returns
    -------
    DataFrame
        `name`, `term`, `estimate`, `low`, `high`; by name as given, then term.

    References
    ----------
    Davison, A. C. and Hinkley, D. V. (1997). Bootstrap Methods and their Application, 2.4, 3.8.

    Examples
    --------
    >>> place = pd.MultiIndex.from_product([["甲"], range(8)], names=["report", "section"])
    >>> counts = pd.DataFrame({"改革": [2, 0, 1, 3, 0, 2, 1, 1]}, index=place)
    >>> table = bootstrap(counts, sizes=pd.Series(500, place), n_resamples=2000)
    >>> table[["estimate", "low", "high"]].to_numpy().tolist()
    [[25.0, 12.5, 37.5]]
    """
    design = clusters(counts, by, cluster, sizes)
    statistic = statistic or _per_10k
    drawn = _drawn(design, n_resamples, np.random.default_rng(seed))
    step = max(1, RESAMPLED_CELLS // (n_resamples * max(1, len(design.labels))))
    columns = [sparse.csc_array(design.matrix[design.member == g]) for g in range(len(drawn))]
    whole = (design.weights @ design.sizes)[:, None]
    estimates, limits = [], []
    for start in range(0, len(design.terms), step):
        part = [matrix[:, start : start + step] for matrix in columns]
        resampled = np.stack([_redrawn(p, d) for p, d in zip(part, drawn, strict=True)])
        hits = np.stack([np.asarray(p.sum(axis=0)).ravel() for p in part])
        estimates.append(statistic((hits / whole)[:, :, None])[:, :, 0])
        limits.append(_limits(statistic(resampled), level))
    return _resampled_table(design, names, np.hstack(estimates), np.concatenate(limits, axis=1))


def _per_10k(rate: np.ndarray) -> np.ndarray:
    return rate * 1e4


def _drawn(design, n_resamples: int, rng) -> list[tuple[np.ndarray, np.ndarray]]:
    """Draw, for each group, weights (clusters × resamples) and the tokens they add up to."""
    drawn = []
    for group in range(len(design.labels)):
        size = design.sizes[design.member == group]
        weights = rng.multinomial(len(size), np.full(len(size), 1 / len(size)), n_resamples)
        weights = np.ascontiguousarray(weights.T, dtype=np.float32)
        drawn.append((weights, np.maximum(size.astype(np.float32) @ weights, 1)))
    return drawn


def _redrawn(matrix, drawn) -> np.ndarray:
    """Return resampled rates, terms × resamples."""
    weights, tokens = drawn
    return (matrix.T.astype(np.float32) @ weights) / tokens


def _limits(values: np.ndarray, level: float) -> np.ndarray:
    """Return two percentiles over the last axis: order statistics, so that infinities may stand."""
    n = values.shape[-1]
    low = int(np.floor((1 - level) / 2 * (n - 1)))
    ordered = np.partition(values, [low, n - 1 - low], axis=-1)
    return ordered[..., [low, n - 1 - low]]


def _resampled_table(design, names, estimates, limits) -> pd.DataFrame:
    names = list(names if names is not None else design.labels)
    order = np.argsort(np.asarray(design.terms, dtype=object), kind="stable")
    return pd.DataFrame({
        "name": [name for name in names for _ in order],
        "term": np.tile(np.asarray(design.terms, dtype=object)[order], len(names)),
        "estimate": estimates[:, order].ravel(),
        "low": limits[:, order, 0].ravel().astype(float),
        "high": limits[:, order, 1].ravel().astype(float),
    })


def placebo(
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
    >>> bool(placebo(counts, "ratio").calibrated[0])
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
        first = estimators.moments(halves, matrix, sizes)
        second = estimators.moments(1 - halves, matrix, sizes)
        return estimators.p_of_score(estimators.ratio_score(first, second))
    if method == "g2":
        n_first, n_second = (halves @ sizes)[:, None], ((1 - halves) @ sizes)[:, None]
        score = estimators.g2(halves @ matrix, (1 - halves) @ matrix, n_first, n_second)
        return special.chdtrc(1, np.abs(score))
    raise ValueError(f"method is {method!r}; a placebo knows 'ratio' and 'g2'")
