"""
What stands together: phrases that a text itself makes one, and terms that keep the same company.

`phrases` extracts multi-word phrases by normalised PMI and C-value; `replacement_candidates` pairs
a term that falls with one that rises in the same contexts: a suggestion with its evidence, never a
claim, for words in the same company may be rivals, halves of a list, or opposites.
"""

from collections.abc import Collection, Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import sparse

from analysis import lexicons

# Bouma's measure is 1 for words never apart and 0 for chance; at .5 the five reports give set
# phrases, at .3 also free combinations such as 推进 + any frequent noun.
MIN_NPMI = 0.5


def phrases(
    tokens: pd.DataFrame,
    *,
    min_count: int = 5,
    min_paragraphs: int = 2,
    max_words: int = 8,
    min_npmi: float = MIN_NPMI,
    stop: Collection[str] | None = None,
) -> pd.DataFrame:
    """
    Find phrases of two or more adjacent words.

    A phrase does not run over punctuation, numbers or the end of a paragraph: one mark of
    padding stands there and counts as a word. It neither begins nor ends with a stop word. Its
    measure is that of its weakest joint, the smallest over all ways to part it in two of ::

        npmi(x, y) = ln(p(xy) / (p(x) p(y))) / -ln p(xy)

    A phrase that hardly occurs outside a longer one (fewer than `min_count` times) is dropped.

    Parameters
    ----------
    tokens : DataFrame
        What `tokens.table` gives.
    min_count, min_paragraphs : int
        Least occurrences, and least paragraphs with one.
    max_words : int
        Longest phrase, in words.
    min_npmi : float
        Least association, from -1 (never together) over 0 (chance) to 1 (never apart).
    stop : collection of str, optional
        By default `lexicons.stopwords()`.

    Returns
    -------
    DataFrame
        `phrase`, `words`, `count`, `paragraphs`, `npmi`, `c_value` and `kind` (`discovered`), by
        `c_value` falling, then phrase. The C-value is log2(words) times the count less the mean
        count of the longer phrases found around it.

    References
    ----------
    Bouma, G. (2009). Normalized (pointwise) mutual information in collocation extraction.
    Proceedings of GSCL, 31-40.

    Frantzi, K., Ananiadou, S. & Mima, H. (2000). Automatic recognition of multi-word terms: the
    C-value/NC-value method. International Journal on Digital Libraries 3, 115-130.
    """
    stop = lexicons.stopwords() if stop is None else stop
    codes, words, places = _sequence(tokens)
    grams = _grams(codes, max_words, min_count)
    edge = np.append(~words.isin(list(stop)), False)  # the last is the padding's, code -1
    found = [
        _candidates(grams, n, edge, codes, places, min_paragraphs)
        for n in range(2, len(grams) + 1)
    ]
    table = pd.concat(found, ignore_index=True) if found else _candidates([], 0, *[None] * 4)
    table = table[table["npmi"] >= min_npmi]
    spans = zip(table["place"], table["words"], strict=True)
    table = table.assign(words_found=[tuple(words[codes[p : p + n]]) for p, n in spans])
    table = _without_parts(table, min_count)
    table.insert(0, "phrase", ["".join(found) for found in table["words_found"]])
    table = table.sort_values(["count", "npmi"], ascending=False).drop_duplicates("phrase")
    table = table.drop(columns=["place", "words_found"]).assign(kind="discovered")
    return table.sort_values(["c_value", "phrase"], ascending=[False, True], ignore_index=True)


def _sequence(tokens: pd.DataFrame) -> tuple[np.ndarray, pd.Index, np.ndarray]:
    """Word codes with -1 for padding, the words, and the paragraph of each place."""
    paragraph = tokens.groupby(["report", "paragraph"], sort=False, observed=True).ngroup()
    paragraph = paragraph.to_numpy()
    is_word = tokens["kind"].isin(["word", "latin"]).to_numpy()
    codes, words = pd.factorize(tokens["token"].astype("str").where(is_word), sort=True)
    # One mark between paragraphs, and one for each row of things that are not words.
    ends = np.flatnonzero(np.diff(paragraph)) + 1
    codes, paragraph = np.insert(codes, ends, -1), np.insert(paragraph, ends, -1)
    keep = (codes >= 0) | np.append(True, codes[:-1] >= 0)[: len(codes)]
    return codes[keep], pd.Index(words), paragraph[keep]


def _grams(codes: np.ndarray, longest: int, min_count: int) -> list[dict[str, np.ndarray]]:
    """Name the n-gram at each place, for n = 1, 2, …: -1 where it is padded or rare."""
    grams = [_named(codes, codes >= 0, 1)]
    for n in range(2, longest + 1):
        left, right = grams[-1]["name"], grams[0]["name"]
        left, right = left[: max(0, len(codes) - n + 1)], right[n - 1 :]
        # Parts of a frequent phrase are frequent, so that rare ones can be left out here.
        grams.append(_named(left * (1 + right.max(initial=0)) + right, (left >= 0) & (right >= 0),
                            min_count))
    return grams


def _named(keys: np.ndarray, valid: np.ndarray, min_count: int) -> dict[str, np.ndarray]:
    """Number the distinct valid keys; give the number at each place and the count of each."""
    _, inverse, counts = np.unique(keys[valid], return_inverse=True, return_counts=True)
    kept = counts >= min_count
    number = np.where(kept, np.cumsum(kept) - 1, -1)
    name = np.full(len(keys), -1, np.int64)
    name[valid] = number[inverse]
    return {"name": name, "count": counts[kept]}


def _candidates(grams, n, edge, codes, places, min_paragraphs) -> pd.DataFrame:
    """Phrases of n words with counts, paragraphs and the association of their weakest joint."""
    columns = ["words", "count", "paragraphs", "npmi", "place"]
    if not grams:
        return pd.DataFrame(columns=columns)
    name = grams[n - 1]["name"]
    at = np.flatnonzero(name >= 0)
    at = at[edge[codes[at]] & edge[codes[at + n - 1]]]
    found = pd.DataFrame({"name": name[at], "place": at, "paragraph": places[at]})
    found = found.groupby("name").agg(place=("place", "min"), paragraphs=("paragraph", "nunique"))
    found = found[found["paragraphs"] >= min_paragraphs]
    place, count = found["place"].to_numpy(), grams[n - 1]["count"][found.index]
    joints = [
        _npmi(count, *(grams[m - 1]["count"][grams[m - 1]["name"][place + shift]]
                       for m, shift in ((k, 0), (n - k, k))), len(codes))
        for k in range(1, n)
    ]
    return found.assign(words=n, count=count, npmi=np.min(joints, axis=0))[columns]


def _npmi(both: np.ndarray, left: np.ndarray, right: np.ndarray, total: int) -> np.ndarray:
    """
    Give normalised pointwise mutual information from counts.

    >>> together, apart = np.array([4, 1]), np.array([4, 4])
    >>> _npmi(together, apart, apart, 16).tolist()
    [1.0, 0.0]
    """
    return np.log(both * total / (left * right)) / -np.log(both / total)


def _without_parts(table: pd.DataFrame, min_count: int) -> pd.DataFrame:
    """Add the C-value and drop phrases that live inside longer ones."""
    around: dict[tuple, list[int]] = {}
    for words, count in zip(table["words_found"], table["count"], strict=True):
        for n in range(2, len(words)):
            for part in {words[i : i + n] for i in range(len(words) - n + 1)}:
                around.setdefault(part, []).append(count)
    longer = [around.get(words, [0]) for words in table["words_found"]]
    mean, most = ([f(counts) for counts in longer] for f in (np.mean, np.max))
    length = np.log2(table["words"].to_numpy(dtype=float))
    table = table.assign(c_value=length * (table["count"].to_numpy(dtype=float) - mean))
    return table[table["count"].to_numpy() - np.array(most, dtype=float) >= min_count]


# Words on either side that make a context (Levy, Goldberg & Dagan 2015 find 2 to 10 alike).
_WINDOW = 5
# Contexts are smoothed as in Levy, Goldberg & Dagan (2015, 3.2), or rare words lead every list.
_SMOOTHING = 0.75
# A term seen less often has too few contexts to be likened to another.
_LEAST_HITS = 5
# Context words shown for a pair.
_SHOWN = 6


class _Contexts(NamedTuple):
    """Weights of context words, one row a term."""

    matrix: sparse.csr_array
    terms: pd.Index
    words: pd.Index


def _contexts(
    tokens: pd.DataFrame, terms: Iterable[str], stop: Collection[str] = frozenset()
) -> _Contexts:
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
    _Contexts
        Terms that are rare are left out.

    References
    ----------
    Levy, O., Goldberg, Y. & Dagan, I. (2015). TACL 3, 211-225.
    """
    words = tokens[(tokens["kind"] == "word") & ~tokens["token"].isin(list(stop))]
    often = words["token"].value_counts()
    words = words[words["token"].isin(often.index[often >= _LEAST_HITS])]
    codes, names = pd.factorize(words["token"].astype(str), sort=True)
    place = words.groupby(["report", "paragraph"], observed=True, sort=False).ngroup().to_numpy()
    wanted = names.isin(list(terms))
    pairs = [_at(codes, place, wanted, step) for step in range(1, _WINDOW + 1)]
    left, right = (np.concatenate(side) for side in zip(*pairs, strict=True))
    shape = (len(names), len(names))
    joint = sparse.coo_array((np.ones(len(left)), (left, right)), shape).tocsr()
    company = np.bincount(codes, minlength=len(names)).astype(float) ** _SMOOTHING
    return _Contexts(_ppmi(joint[np.flatnonzero(wanted)], company), names[wanted], names)


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


def replacement_candidates(
    tokens: pd.DataFrame, falling: Collection[str], rising: Collection[str],
    stop: Collection[str] | None = None, most: int = 12,
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
        For example by `trend.trend` or by a contrast; a term on both sides is refused.
    stop : collection of str, optional
        Words that make no context; function words and formulas by default.
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
    stop = lexicons.stopwords("function", "formula") if stop is None else stop
    columns = ["falling", "rising", "similarity", "percentile", "shared", "characters"]
    found = _contexts(tokens, [*falling, *rising], stop)
    rows = [np.flatnonzero(found.terms.isin(list(side))) for side in (falling, rising)]
    near = _cosines(found.matrix, *rows)
    pairs = [
        _pair(found, rows[0][i], rows[1][j], near[i, j], (near < near[i, j]).mean())
        for i, j in np.argwhere(near > 0) if _mutual(near, i, j)
    ]  # fmt: skip
    table = pd.DataFrame(pairs, columns=columns)
    order = ["similarity", "falling", "rising"]
    return table.sort_values(order, ascending=[False, True, True], ignore_index=True).head(most)


def _pair(found: _Contexts, a: int, b: int, similarity: float, below: float) -> tuple:
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


def _shared(found: _Contexts, a: int, b: int) -> str:
    """Name the context words that weigh most in both, leaving out the two terms."""
    weight = (found.matrix[[a]] * found.matrix[[b]]).tocoo()
    words = zip(-weight.data, found.words[weight.coords[1]], strict=True)
    pair = {found.terms[a], found.terms[b]}
    return " ".join([word for _, word in sorted(words) if word not in pair][:_SHOWN])
