"""Coherence of topics: NPMI and c_v over windows of running text, with gensim's values."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

# Windows of gensim's CoherenceModel; None takes a whole document as one window.
_WINDOWS = {"npmi_document": None, "c_npmi": 10, "c_v": 110}

# gensim's guard against log 0, in `topic_coherence.direct_confirmation_measure`.
_EPSILON = 1e-12


class _Cooccurrence(NamedTuple):
    """In how many windows words stand (diagonal) and stand together, of `windows` in all."""

    words: pd.Index
    together: np.ndarray
    windows: int


def _score(topic: Sequence[str], seen: _Cooccurrence, measure: str) -> float:
    """Coherence of one topic, from counts that cover its words."""
    codes = seen.words.get_indexer(list(topic))
    pairs = _npmi(seen.together[np.ix_(codes, codes)], seen.windows)
    if measure != "c_v":
        return float(pairs[~np.eye(len(codes), dtype=bool)].mean())
    whole = pairs.sum(axis=0)
    norms = np.linalg.norm(pairs, axis=1) * np.linalg.norm(whole)
    return float((pairs @ whole / norms).mean())


def _npmi(together: np.ndarray, windows: int) -> np.ndarray:
    """Normalised pointwise mutual information of all pairs; the diagonal of `together` is p_a."""
    alone = np.diag(together) / windows
    joint = together / windows + _EPSILON
    # Two logarithms, as gensim takes them, so that the last digits agree.
    return np.log(joint / np.multiply.outer(alone, alone)) / -np.log(joint)


def _cooccurrence(
    texts: Sequence[Sequence[str]],
    words: Sequence[str] | set[str],
    window: int | None,
    counting: str = "gensim",
) -> _Cooccurrence:
    """
    Count the windows in which words stand, alone and in pairs.

    A text shorter than the window is one window; `window=None` makes every text one window.

    Examples
    --------
    >>> text = ["城", "x", "x", "城", "x"]
    >>> [int(_cooccurrence([text], {"城"}, 3, c).together[0, 0]) for c in ("gensim", "exact")]
    [3, 3]
    >>> text = ["城", "城", "x", "x"]
    >>> [int(_cooccurrence([text], {"城"}, 3, c).together[0, 0]) for c in ("gensim", "exact")]
    [1, 2]
    """
    from scipy import sparse

    if counting not in ("gensim", "exact"):
        raise ValueError(f"counting={counting!r}: choose gensim or exact.")
    vocabulary, windows = pd.Index(sorted(words)), 0
    together = np.zeros((len(vocabulary), len(vocabulary)), np.int64)
    # Text by text, so that memory does not grow with the corpus.
    for text in texts:
        codes = vocabulary.get_indexer(pd.Index(text, dtype=object))
        last = 0 if window is None else max(len(text) - window, 0)
        windows += last + 1
        places = np.flatnonzero(codes >= 0)
        if not len(places):
            continue
        at, code = _windows(places, codes[places], window or len(text), last, counting)
        here, local = np.unique(code, return_inverse=True)
        seen = sparse.csr_array((np.ones(len(at), np.int64), (at, local)), (last + 1, len(here)))
        seen.data[:] = 1
        together[np.ix_(here, here)] += (seen.T @ seen).toarray()
    missing = vocabulary[np.diag(together) == 0]
    if len(missing):
        raise ValueError(f"{missing[0]!r} is in none of the texts; pass words of these texts.")
    return _Cooccurrence(vocabulary, together, windows)


def _windows(
    places: np.ndarray, codes: np.ndarray, window: int, last: int, counting: str
) -> tuple[np.ndarray, np.ndarray]:
    """The windows 0..last that each occurrence makes its word stand in; repeats may occur."""
    low = np.clip(places - window + 1, 0, last)
    high = places if counting == "exact" else _gone(places, codes, low)
    lengths = np.minimum(high, last) - low + 1
    before = np.repeat(np.cumsum(lengths) - lengths, lengths)
    within = np.arange(lengths.sum()) - before
    return np.repeat(low, lengths) + within, np.repeat(codes, lengths)


def _gone(places: np.ndarray, codes: np.ndarray, low: np.ndarray) -> np.ndarray:
    """The last window before gensim drops the word: its first occurrence at or after `low`."""
    order = np.lexsort((places, codes))
    span = int(places.max(initial=0)) + 1
    keys = codes[order] * span + places[order]
    return places[order][np.searchsorted(keys, codes * span + low)]


def coherence(
    topics: dict[int, Sequence[Sequence[str]]],
    texts: Sequence[Sequence[str]],
    measures: Sequence[str] = ("c_npmi", "c_v"),
    *,
    counting: str = "gensim",
) -> pd.DataFrame:
    """
    Mean coherence over the topics for several numbers of topics.

    Parameters
    ----------
    topics : dict of int to lists of top words
        One model for each number of topics.

    Returns
    -------
    DataFrame, by `k`
        `k` and one column for each measure (no unit).
    """
    unknown = sorted(set(measures) - set(_WINDOWS))
    if unknown:
        raise ValueError(f"No coherence {unknown[0]!r}; choose {', '.join(_WINDOWS)}.")
    lists = [topic for model in topics.values() for topic in model]
    table = {"k": list(topics)}
    for measure in measures:
        words = {word for topic in lists for word in topic}
        seen = _cooccurrence(texts, words, _WINDOWS[measure], counting)
        table[measure] = [
            np.mean([_score(topic, seen, measure) for topic in model]) for model in topics.values()
        ]
    return pd.DataFrame(table).sort_values("k", ignore_index=True)
