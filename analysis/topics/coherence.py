"""Do the top words of a topic stand together? NPMI and c_v, with gensim's values."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

# Windows of gensim's CoherenceModel; None takes a whole document as one window.
WINDOWS = {"npmi_document": None, "c_npmi": 10, "c_v": 110}

# gensim's guard against log 0, in `topic_coherence.direct_confirmation_measure`.
EPSILON = 1e-12


class Cooccurrence(NamedTuple):
    """In how many windows words stand (diagonal) and stand together, of `windows` in all."""

    words: pd.Index
    together: np.ndarray
    windows: int


def coherence(
    topics: Sequence[Sequence[str]],
    texts: Sequence[Sequence[str]],
    measure: str = "c_npmi",
    *,
    counting: str = "gensim",
) -> np.ndarray:
    """
    Score each list of top words by how its words stand together in the texts; higher is better.

    `npmi_document`: mean NPMI of all pairs, a document as the window (boolean document).
    `c_npmi`: the same over sliding windows of 10 tokens. `c_v`: windows of 110 tokens, one-set
    segmentation, cosine between the NPMI vector of a word and that of the whole list, mean.
    NPMI(a, b) = ln((p_ab + ε) / (p_a p_b)) / -ln(p_ab + ε), ε = 1e-12, between -1 and 1.
    Values of different measures, or on different texts, do not compare.

    Parameters
    ----------
    topics : sequence of sequences of str
        Top words of each topic, two or more, all of them in the texts.
    texts : sequence of sequences of str
        The tokens of each document in reading order: what the words are to cohere in.
    measure : {"npmi_document", "c_npmi", "c_v"}
    counting : {"gensim", "exact"}
        gensim (to version 4.4.0) takes a word out of a window when one occurrence leaves at the
        edge, though another may remain; "gensim" does so too and gives its values to the last
        digits. "exact" counts every window with the word in it, as Röder et al. define it.

    Raises
    ------
    ValueError
        If the measure is unknown, or a word is in none of the texts.

    References
    ----------
    Röder, M., Both, A. & Hinneburg, A. (2015). WSDM '15, 399-408.
    Bouma, G. (2009). Proceedings of GSCL, 31-40. Řehůřek, R. & Sojka, P.: gensim 4.4.0.

    Examples
    --------
    >>> texts = [["创新", "驱动"], ["创新", "驱动"], ["汾河", "治理"], ["汾河", "驱动"]]
    >>> coherence([["创新", "驱动"], ["创新", "汾河"]], texts, "npmi_document").round(3).tolist()
    [0.415, -0.95]
    """
    if measure not in WINDOWS:
        raise ValueError(f"No coherence {measure!r}; choose {', '.join(WINDOWS)}.")
    seen = cooccurrence(texts, {w for topic in topics for w in topic}, WINDOWS[measure], counting)
    return np.array([score(topic, seen, measure) for topic in topics])


def score(topic: Sequence[str], seen: Cooccurrence, measure: str) -> float:
    """Coherence of one topic, from counts that cover its words."""
    codes = seen.words.get_indexer(list(topic))
    pairs = npmi(seen.together[np.ix_(codes, codes)], seen.windows)
    if measure != "c_v":
        return float(pairs[~np.eye(len(codes), dtype=bool)].mean())
    whole = pairs.sum(axis=0)
    norms = np.linalg.norm(pairs, axis=1) * np.linalg.norm(whole)
    return float((pairs @ whole / norms).mean())


def npmi(together: np.ndarray, windows: int) -> np.ndarray:
    """Normalised pointwise mutual information of all pairs; the diagonal of `together` is p_a."""
    alone = np.diag(together) / windows
    joint = together / windows + EPSILON
    # Two logarithms, as gensim takes them, so that the last digits agree.
    return np.log(joint / np.multiply.outer(alone, alone)) / -np.log(joint)


def cooccurrence(
    texts: Sequence[Sequence[str]],
    words: Sequence[str] | set[str],
    window: int | None,
    counting: str = "gensim",
) -> Cooccurrence:
    """
    Count the windows in which words stand, alone and in pairs.

    A text shorter than the window is one window; `window=None` makes every text one window.

    Examples
    --------
    >>> text = ["城", "x", "x", "城", "x"]
    >>> [int(cooccurrence([text], {"城"}, 3, c).together[0, 0]) for c in ("gensim", "exact")]
    [3, 3]
    >>> text = ["城", "城", "x", "x"]
    >>> [int(cooccurrence([text], {"城"}, 3, c).together[0, 0]) for c in ("gensim", "exact")]
    [1, 2]
    """
    from scipy import sparse

    if counting not in ("gensim", "exact"):
        raise ValueError(f"counting={counting!r}: choose gensim or exact.")
    vocabulary = pd.Index(sorted(words))
    rows, columns, first = [], [], 0
    for text in texts:
        codes = vocabulary.get_indexer(pd.Index(text, dtype=object))
        last = 0 if window is None else max(len(text) - window, 0)
        places = np.flatnonzero(codes >= 0)
        at, code = _windows(places, codes[places], window or len(text), last, counting)
        rows.append(at + first)
        columns.append(code)
        first += last + 1
    rows, columns = np.concatenate(rows or [[]]), np.concatenate(columns or [[]])
    shape = (first, len(vocabulary))
    seen = sparse.csr_array((np.ones(len(rows), np.int64), (rows, columns)), shape)
    seen.data[:] = 1
    together = np.asarray((seen.T @ seen).todense())
    missing = vocabulary[np.diag(together) == 0]
    if len(missing):
        raise ValueError(f"{missing[0]!r} is in none of the texts; pass words of these texts.")
    return Cooccurrence(vocabulary, together, first)


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


def by_k(
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
    lists = [topic for model in topics.values() for topic in model]
    table = {"k": list(topics)}
    for measure in measures:
        words = {word for topic in lists for word in topic}
        seen = cooccurrence(texts, words, WINDOWS[measure], counting)
        table[measure] = [
            np.mean([score(topic, seen, measure) for topic in model]) for model in topics.values()
        ]
    return pd.DataFrame(table).sort_values("k", ignore_index=True)
