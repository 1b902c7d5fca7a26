"""
Two wordings of one thing: a term that falls beside a near-neighbour that rises.

A suggestion with its evidence, never a claim: words in the same company may be rivals, halves of
a list, or opposites. The contexts are quoted so that a reader can judge.
"""

from collections.abc import Collection, Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import sparse

# Words on either side that make a context (Levy, Goldberg & Dagan 2015 find 2 to 10 alike).
WINDOW = 5
# Contexts are smoothed as in Levy, Goldberg & Dagan (2015, 3.2), or rare words lead every list.
SMOOTHING = 0.75
# A term seen less often has too few contexts to be likened to another.
MIN_COUNT = 5
# Context words shown for a pair.
SHOWN = 6


class Contexts(NamedTuple):
    """Weights of context words, one row a term."""

    matrix: sparse.csr_array
    terms: pd.Index
    words: pd.Index


def contexts(
    tokens: pd.DataFrame, terms: Iterable[str], stop: Collection[str] = frozenset()
) -> Contexts:
    """
    Weigh the words around each term by positive pointwise mutual information.

    PPMI(t, c) = max(0, ln p(t, c) / (p(t) p(c)^.75)) over windows of 5 words within a paragraph,
    numbers, punctuation, stop words and rare words (fewer than 5 hits: in one place together, two
    terms would share them by chance) left out before the window is laid.

    Parameters
    ----------
    tokens : DataFrame
        What `tokens.table` gives, or rows of it.
    terms : iterable of str
    stop : collection of str

    Returns
    -------
    Contexts
        Terms that are rare are left out.

    References
    ----------
    Levy, O., Goldberg, Y. & Dagan, I. (2015). TACL 3, 211-225.
    """
    words = tokens[(tokens["kind"] == "word") & ~tokens["token"].isin(list(stop))]
    often = words["token"].value_counts()
    words = words[words["token"].isin(often.index[often >= MIN_COUNT])]
    codes, names = pd.factorize(words["token"].astype(str), sort=True)
    place = words.groupby(["report", "paragraph"], observed=True, sort=False).ngroup().to_numpy()
    wanted = names.isin(list(terms))
    pairs = [_at(codes, place, wanted, step) for step in range(1, WINDOW + 1)]
    left, right = (np.concatenate(side) for side in zip(*pairs, strict=True))
    shape = (len(names), len(names))
    joint = sparse.coo_array((np.ones(len(left)), (left, right)), shape).tocsr()
    company = np.bincount(codes, minlength=len(names)).astype(float) ** SMOOTHING
    return Contexts(_ppmi(joint[np.flatnonzero(wanted)], company), names[wanted], names)


def _at(codes, place, wanted, step: int) -> tuple[np.ndarray, np.ndarray]:
    """Pairs (term, neighbour) a number of words apart, to either side."""
    same = place[:-step] == place[step:]
    first, second = codes[:-step][same], codes[step:][same]
    ahead, behind = wanted[first], wanted[second]
    return (np.concatenate([first[ahead], second[behind]]),
            np.concatenate([second[ahead], first[behind]]))  # fmt: skip


def _ppmi(joint, company: np.ndarray):
    joint = sparse.csr_array(joint)
    own = np.asarray(joint.sum(axis=1)).ravel()
    rows = np.repeat(own, np.diff(joint.indptr))
    expected = rows * company[joint.indices] / company.sum()
    joint.data = np.maximum(np.log(joint.data / expected), 0)
    joint.eliminate_zeros()
    return joint


def suggest(
    tokens: pd.DataFrame, falling: Collection[str], rising: Collection[str],
    stop: Collection[str] = frozenset(), most: int = 12,
) -> pd.DataFrame:  # fmt: skip
    """
    Pair terms that fall with terms that rise in the same contexts.

    A pair is kept when each is the other's nearest on the opposite side, or nearest of it among
    the three first. `percentile` tells how a pair stands among all pairs of falling and rising
    terms: what is near only as everything is near stands in the middle.

    Parameters
    ----------
    tokens : DataFrame
        What `tokens.table` gives for the reports concerned.
    falling, rising : collection of str
        For example by `drift.trend` or by a contrast; a term on both sides is refused.
    stop : collection of str
        Words that make no context.
    most : int
        Rows at most.

    Returns
    -------
    DataFrame
        `falling`, `rising`, `similarity` (cosine, 0 to 1), `percentile` (0 to 100), `shared`
        (the contexts that weigh most, strongest first), `characters` (shared by the two terms);
        by similarity falling.
    """
    if both := sorted(set(falling) & set(rising)):
        raise ValueError(f"{', '.join(both[:5])} both falls and rises; put it on one side")
    columns = ["falling", "rising", "similarity", "percentile", "shared", "characters"]
    found = contexts(tokens, [*falling, *rising], stop)
    rows = [np.flatnonzero(found.terms.isin(list(side))) for side in (falling, rising)]
    near = _cosines(found.matrix, *rows)
    pairs = [
        _pair(found, rows[0][i], rows[1][j], near[i, j], (near < near[i, j]).mean())
        for i, j in np.argwhere(near > 0) if _mutual(near, i, j)
    ]  # fmt: skip
    table = pd.DataFrame(pairs, columns=columns)
    order = ["similarity", "falling", "rising"]
    return table.sort_values(order, ascending=[False, True, True], ignore_index=True).head(most)


def _pair(found: Contexts, a: int, b: int, similarity: float, below: float) -> tuple:
    one, other = found.terms[a], found.terms[b]
    shared = "".join(c for c in dict.fromkeys(one) if c in other)
    return one, other, similarity, 100 * below, _shared(found, a, b), shared


def _cosines(matrix, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    length = np.sqrt(np.asarray(matrix.power(2).sum(axis=1)).ravel())
    product = (matrix[first] @ matrix[second].T).toarray()
    return product / np.maximum(np.outer(length[first], length[second]), 1e-12)


def _mutual(near: np.ndarray, i: int, j: int) -> bool:
    """Each among the other's three nearest, and nearest on at least one side."""
    ahead, behind = (near[i] > near[i, j]).sum(), (near[:, j] > near[i, j]).sum()
    return max(ahead, behind) < 3 and min(ahead, behind) == 0


def _shared(found: Contexts, a: int, b: int) -> str:
    """Name the context words that weigh most in both, leaving out the two terms."""
    weight = (found.matrix[[a]] * found.matrix[[b]]).tocoo()
    words = zip(-weight.data, found.words[weight.coords[1]], strict=True)
    pair = {found.terms[a], found.terms[b]}
    return " ".join([word for _, word in sorted(words) if word not in pair][:SHOWN])
