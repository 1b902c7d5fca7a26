"""
Two texts as wholes: do they differ at all, in which words, and what would chance alone show?

All of it by exchanging the members of pairs of alike sections (`exchange`), so that subjects which
both texts have count neither for nor against a difference.
"""

from itertools import combinations

import numpy as np
import pandas as pd

from analysis import contrast
from analysis.contrast import Contrast, exchange
from analysis.counts import Counts
from analysis.uncertainty import false_discovery
from analysis.uncertainty.design import Refusal
from analysis.uncertainty.estimators import dense, divergence_parts, g2, p_of_score

# Terms with fewer hits on both sides together say little about a difference of wholes.
LEAST_HITS = 8
# The smallest p that these can give is .0005.
N_FLIPS = 1999


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
    parts = contrast._alike(
        counts, catalogue, target, reference, function, between, "section")[-1]
    matrix = dense(parts.design.matrix).astype(float)
    often = matrix.sum(axis=0) >= LEAST_HITS
    # Pairs are chosen to be alike. Chosen by the words that are tested, they would make chance look
    # smaller than it is (measured: .073 at .05); rarer words know nothing of those.
    matched = exchange.matching(parts, np.flatnonzero(~often))
    if matched is None:
        raise Refusal(f"fewer than {exchange.MIN_GROUPS} pairs of alike sections: no exchange",
                      "few sections")  # fmt: skip
    signs = 1.0 - 2.0 * _flips(matched.n_groups, n, seed)
    inner = _inner(matrix[:, often], parts.in_target, matched)
    values = ((signs @ inner) * signs).sum(axis=1)
    # All divisions that differ, or a sample of them with the division as it is in front.
    p = float((values >= values[0] - 1e-9).mean())
    divisions = matched.divisions(parts.in_target, min(n, 499), seed)
    bits = _parts_of_divergence(matrix, divisions).sum(axis=1)
    low, high = np.quantile(bits[1:], [0.025, 0.975])
    return {"divergence": float(bits[0]), "expected": float(bits[1:].mean()), "low": float(low),
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


def _parts_of_divergence(matrix: np.ndarray, divisions: np.ndarray) -> np.ndarray:
    """Parts of the divergence, divisions × terms."""
    first = divisions.astype(float) @ matrix
    second = matrix.sum(axis=0) - first
    p, q = (side / np.maximum(side.sum(axis=1, keepdims=True), 1) for side in (first, second))
    return divergence_parts(p, q)


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
    between=(), n: int = exchange.N_EXCHANGES, seed: int = 0, most: int = 24,
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
    parts = contrast._alike(
        counts, catalogue, target, reference, function, between, "section")[-1]
    matrix = dense(parts.design.matrix).astype(float)
    first, second = matrix[parts.in_target].sum(axis=0), matrix[~parts.in_target].sum(axis=0)
    p, q = first / max(first.sum(), 1), second / max(second.sum(), 1)
    table = pd.DataFrame({
        "share_target": p, "share_reference": q, "contribution": divergence_parts(p, q),
        "direction": np.where(p > q, "target", np.where(p < q, "reference", "")),
    }, index=pd.Index(parts.design.terms, name="term"))  # fmt: skip
    matched, beyond, by_chance = exchange.matching(parts), np.nan, np.nan
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


def placebo(found: Contrast) -> pd.DataFrame:
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
    half = exchange.Null(scores[1::2], hits)
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
