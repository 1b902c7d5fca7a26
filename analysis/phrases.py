"""Phrases that a text itself makes one: words that keep each other's company."""

from collections.abc import Collection

import numpy as np
import pandas as pd

from analysis import lexicons

# Bouma's measure is 1 for words never apart and 0 for chance; at .5 the five reports give set
# phrases, at .3 also free combinations such as 推进 + any frequent noun.
MIN_NPMI = 0.5


def discover(
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
