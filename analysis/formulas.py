"""Wording that reports share: found by alignment, so that comparisons can be run without it."""

from itertools import combinations

import numpy as np
import pandas as pd

# Four words of three characters: shorter agreement is vocabulary rather than wording. Of the
# shared stretches of the five reports, those of 8 to 11 characters are mostly names of programmes.
MIN_CHARS = 12

# A stretch that stands more often than this in one report is filler (a ruled line of letters, a
# table head) and left out, so that no input takes quadratic time.
MAX_REPEATS = 20

SPAN = ["report_a", "start_a", "end_a", "report_b", "start_b", "end_b"]


def shared(corpus, min_chars: int = MIN_CHARS) -> pd.DataFrame:
    """
    Find every stretch of wording that two reports have in common.

    Punctuation and white space do not count: stretches are the longest runs of letters and
    digits that agree, and may run over clauses, sentences and paragraphs.

    Parameters
    ----------
    corpus : Corpus
    min_chars : int
        Least length, in letters and digits.

    Returns
    -------
    DataFrame
        `formula` (as written in the first report), `report_a`, `start_a`, `end_a`, `report_b`,
        `start_b`, `end_b` (offsets in the restored texts; `report_a` comes first in the
        catalogue) and `chars` (letters and digits), by `chars` falling, then by place. A stretch
        standing twice in one of two reports has a row for each pair of places.

    Notes
    -----
    Each run of `min_chars` characters of all reports gets a number by prefix doubling (Karp,
    Miller & Rosenberg 1972). Equal numbers in two reports are points in a grid; points that follow
    each other on a diagonal are one stretch. Time grows as the length of the texts times the
    number of reports, plus the number of points.

    References
    ----------
    Karp, R. M., Miller, R. E. & Rosenberg, A. L. (1972). Rapid identification of repeated
    patterns in strings, trees and arrays. STOC '72, 125-136.
    """
    if min_chars < 1:
        raise ValueError(f"min_chars is {min_chars}; give a least length of 1 or more.")
    places = [_letters(report.text) for report in corpus.reports]
    points = _points(_names([r.text for r in corpus.reports], places, min_chars))
    pairs = combinations(range(len(places)), 2)
    found = [_aligned(places, points, a, b, min_chars) for a, b in pairs]
    table = pd.DataFrame(np.concatenate([*found, np.empty((0, 7), int)]), columns=[*SPAN, "chars"])
    table = table.sort_values(
        ["chars", "report_a", "start_a", "report_b", "start_b"],
        ascending=[False, *[True] * 4], ignore_index=True,
    )
    spans = zip(table["report_a"], table["start_a"], table["end_a"], strict=True)
    table.insert(0, "formula", [corpus.reports[a].text[start:end] for a, start, end in spans])
    ids = dict(enumerate(report.id for report in corpus.reports))
    return table.assign(report_a=table["report_a"].map(ids), report_b=table["report_b"].map(ids))


def _letters(text: str) -> np.ndarray:
    """
    Places of the letters and digits of a text.

    >>> _letters("以人为本，5G。").tolist()
    [0, 1, 2, 3, 5, 6]
    """
    return np.flatnonzero([character.isalnum() for character in text])


def _names(texts: list[str], places: list[np.ndarray], length: int) -> list[np.ndarray]:
    """
    Number the stretches of `length` letters so that equal ones have equal numbers.

    >>> texts = ["甲乙丙", "丁甲，乙"]
    >>> one, other = _names(texts, [_letters(text) for text in texts], 2)
    >>> (one[:, None] == other).tolist()  # 甲乙 and 乙丙 against 丁甲 and 甲乙
    [[False, True], [False, False]]
    """
    # A letter of its own after each text keeps stretches from running over into the next.
    codes = [
        np.append(np.frombuffer(t.encode("utf-32-le", "surrogatepass"), "<u4")[p], 0x110000 + n)
        for n, (t, p) in enumerate(zip(texts, places, strict=True))
    ]
    sizes = [len(p) for p in places]
    starts = np.cumsum([0, *(size + 1 for size in sizes)])
    names = _doubled(np.concatenate([*codes, np.empty(0, int)]).astype(np.int64), length)
    ends = [start + max(0, size - length + 1) for start, size in zip(starts, sizes, strict=False)]
    return [names[start:end] for start, end in zip(starts, ends, strict=False)]


def _points(names: list[np.ndarray]) -> list[tuple[np.ndarray, np.ndarray]]:
    """
    Places and numbers, by number, of each report's stretches that some other report has too.

    >>> [at.tolist() for at, _ in _points([np.array([1, 2, 1]), np.array([0, 1])])]
    [[0, 2], [1]]
    """
    counted = [np.unique(name, return_counts=True) for name in names]
    once = [number[times <= MAX_REPEATS] for number, times in counted]
    number, reports = np.unique(np.concatenate([*once, np.empty(0, int)]), return_counts=True)
    common = number[reports > 1]
    points = []
    for name, allowed in zip(names, once, strict=True):
        at = np.flatnonzero(np.isin(name, common) & np.isin(name, allowed))
        at = at[np.argsort(name[at], kind="stable")]
        points.append((at, name[at]))
    return points


def _doubled(codes: np.ndarray, length: int) -> np.ndarray:
    """Number stretches of `length` codes by the numbers of two halves, which may overlap."""
    if length == 1 or len(codes) < length:
        return np.unique(codes, return_inverse=True)[1]
    half = (length + 1) // 2
    names = _doubled(codes, half)
    left, right = names[: len(codes) - length + 1], names[length - half :]
    right = right[: len(left)]
    return np.unique(left * (names.max() + 1) + right, return_inverse=True)[1]


def _aligned(places, points, a: int, b: int, length: int) -> np.ndarray:
    """The stretches that reports a and b share: one row each, columns `SPAN` and characters."""
    at_a, at_b = _pairs(points[a], points[b])
    order = np.lexsort((at_a, at_b - at_a))
    at_a, at_b = at_a[order], at_b[order]
    # A point begins a stretch unless it follows the one before it on the same diagonal.
    follows = (np.diff(at_b - at_a) == 0) & (np.diff(at_a) == 1)
    first = np.flatnonzero(np.append(True, ~follows)[: len(at_a)])
    chars = np.diff(np.append(first, len(at_a))) + length - 1
    columns = []
    for report, at in ((a, at_a[first]), (b, at_b[first])):
        ends = places[report][at + chars - 1] + 1
        columns += [np.full(len(first), report), places[report][at], ends]
    return np.column_stack([*columns, chars])


def _pairs(a: tuple, b: tuple) -> tuple[np.ndarray, np.ndarray]:
    """
    All pairs of places whose numbers are equal.

    >>> at, number = np.array([5, 3]), np.array([1, 2])
    >>> [x.tolist() for x in _pairs((at, number), (np.array([9, 8, 7]), np.array([1, 1, 4])))]
    [[5, 5], [9, 8]]
    """
    (at_a, number_a), (at_b, number_b) = a, b
    low, high = (np.searchsorted(number_b, number_a, side) for side in ("left", "right"))
    times = high - low
    step = np.arange(times.sum()) - np.repeat(np.cumsum(times) - times, times)
    return np.repeat(at_a, times), at_b[np.repeat(low, times) + step]


def spans(table: pd.DataFrame) -> pd.DataFrame:
    """
    List each report's side of shared stretches: `report`, `start`, `end`, `other`.

    Parameters
    ----------
    table : DataFrame
        What `shared` gives, or rows of it.
    """
    sides = [("a", "b"), ("b", "a")]
    parts = [
        pd.DataFrame({
            "report": table[f"report_{one}"], "start": table[f"start_{one}"],
            "end": table[f"end_{one}"], "other": table[f"report_{two}"],
        })
        for one, two in sides
    ]
    return pd.concat(parts, ignore_index=True)


def coverage(corpus, table: pd.DataFrame | None = None) -> pd.DataFrame:
    """
    Say who shares how much with whom.

    Parameters
    ----------
    corpus : Corpus
    table : DataFrame, optional
        What `shared` gives; by default `shared(corpus)`.

    Returns
    -------
    DataFrame
        For each ordered pair of reports, and with `other` = `any` for all others together:
        `report`, `other`, `chars` (letters and digits of `report` in shared stretches, each
        counted once), `of` (its letters and digits) and `share`, in catalogue order.
    """
    listed = spans(shared(corpus) if table is None else table)
    rows = []
    for report in corpus.reports:
        letters = _letters(report.text)
        own = listed[listed["report"] == report.id]
        others = [r.id for r in corpus.reports if r.id != report.id]
        for other in [*others, "any"]:
            part = own if other == "any" else own[own["other"] == other]
            rows.append((report.id, other, int(_inside(letters, part).sum()), len(letters)))
    result = pd.DataFrame(rows, columns=["report", "other", "chars", "of"])
    return result.assign(share=result["chars"] / result["of"].where(result["of"] > 0))


def _inside(places: np.ndarray, part: pd.DataFrame) -> np.ndarray:
    """
    Which places lie in at least one of the spans.

    >>> _inside(np.array([0, 3, 5]), pd.DataFrame({"start": [1, 2], "end": [5, 4]})).tolist()
    [False, True, False]
    """
    starts, ends = (np.sort(part[edge].to_numpy(dtype=np.int64)) for edge in ("start", "end"))
    begun, ended = (np.searchsorted(edges, places, side="right") for edges in (starts, ends))
    return begun > ended


def mask(tokens: pd.DataFrame, table: pd.DataFrame) -> pd.Series:
    """
    Mark the tokens that begin in a shared stretch; `tokens[~mask]` is a report's own wording.

    Parameters
    ----------
    tokens : DataFrame
        What `tokens.table` gives.
    table : DataFrame
        What `shared` gives, or the rows of it that should count.

    Returns
    -------
    Series of bool, index of `tokens`
    """
    listed = spans(table)
    marked = pd.Series(False, index=tokens.index, name="shared")
    for report, rows in tokens.groupby("report", observed=True):
        part = listed[listed["report"] == report]
        marked.loc[rows.index] = _inside(rows["start"].to_numpy(), part)
    return marked
