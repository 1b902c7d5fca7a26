"""
How likely is this string in official Chinese? A character 4-gram model, read from one small table.

    log_prob("快车道", before="驶入")       nats; higher is likelier
    scores(encode(text))                   one number a character, of a text or a stack of windows

Absolute discounting with interpolation (Ney, Essen and Kneser 1994; three discounts as in Chen
and Goodman 1999), pruned by weighted difference (Seymore and Rosenfeld 1996), in backoff form:

    log p(c | h) = value(h c)                        where h c is in the table
                 = backoff(h) + log p(c | h')        otherwise; h' is h without its first character

`restoration/resources/README.md` says what it was estimated from. No text of the five reports is in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import numpy as np

from restoration import hanzi

TABLE = Path(__file__).parent / "resources" / "model.npz"
# Longest n-gram. Four characters is two words: the usual size of a formula of this genre.
ORDER = 4
# Values are stored in sixteenths of a nat: finer than what the counts can support.
STEP = 1 / 16
# A character the model has never seen. Rarer than any it has seen (about e-15), not impossible.
UNSEEN = -18.0
# So few lookups are not worth sorting.
FEW = 1000
# The line end stands for every blank, and for what lies beyond the string.
EDGE = "\n"
# Half-width punctuation is read as the full-width form of the estimating texts.
SAME = dict(zip(",;:()!?~", "，；：（）！？～", strict=True))
SAME |= dict.fromkeys(" \t\r\u3000\xa0", EDGE)


@dataclass(frozen=True, slots=True)
class _Model:
    """N-gram tables in backoff form; a row of a level is an index into its sorted keys."""

    # Code of each BMP character; 0 is an unseen one.
    codes: np.ndarray
    # For n = 2..ORDER: row(history) * size + code(character).
    keys: tuple[np.ndarray, ...]
    # For n = 1..ORDER: log p.
    values: tuple[np.ndarray, ...]
    # For n = 1..ORDER-1: log of the backoff weight.
    backoffs: tuple[np.ndarray, ...]

    @property
    def size(self) -> int:
        """Number of codes."""
        return len(self.values[0])


def _characters(characters: str) -> np.ndarray:
    """Code table of the BMP: one code for digits, one for letters, half-width marks as full."""
    codes = np.zeros(0x10000, np.int32)
    for code, character in enumerate(characters, 1):
        codes[ord(character)] = code
    for narrow, wide in SAME.items():
        codes[ord(narrow)] = codes[ord(wide)]
    for base in (0, 0xFEE0):
        codes[base + ord("0") : base + ord("9") + 1] = codes[ord("0")]
        for first, last in ("az", "AZ"):
            codes[base + ord(first) : base + ord(last) + 1] = codes[ord("a")]
    return codes


def _unpack(planes: np.ndarray) -> np.ndarray:
    """Sorted keys from the four byte planes of their differences."""
    return np.cumsum(np.ascontiguousarray(planes.T).view("<u4").ravel(), dtype=np.int64)


def read(path: Path) -> _Model:
    """Read a table written by `recipes/language/make.py`."""
    with np.load(path) as table:
        return _Model(
            _characters(bytes(table["characters"]).decode("utf-8")),
            tuple(_unpack(table[f"keys{n}"]) for n in range(2, ORDER + 1)),
            tuple(table[f"values{n}"] * np.float32(-STEP) for n in range(1, ORDER + 1)),
            tuple(table[f"backoffs{n}"] * np.float32(STEP) for n in range(1, ORDER)),
        )


@cache
def model() -> _Model:
    """The model that ships with the project, read once."""
    return read(TABLE)


def encode(text: str, table: _Model | None = None) -> np.ndarray:
    """
    Codes of the characters of `text`, one each (also beyond the BMP).

    Examples
    --------
    >>> encode("１a,").tolist() == encode("9Z，").tolist()
    True
    """
    return codes_of(hanzi.code_points(text), table)


def codes_of(points: np.ndarray, table: _Model | None = None) -> np.ndarray:
    """Codes of code points; those beyond the BMP are unseen."""
    return (table or model()).codes[np.where(points < 0x10000, points, 0xFFFF)]


def _find(keys: np.ndarray, rows: np.ndarray, codes: np.ndarray, size: int) -> np.ndarray:
    """Row of each (history row, character) in a level, -1 where it is not there."""
    found = np.full(rows.shape, -1, np.int64)
    known = rows >= 0
    wanted = rows[known] * np.int64(size) + codes[known]
    if len(wanted) < FEW:
        found[known] = _places(keys, wanted)
        return found
    # In rising order the search stays in the cache: twice as fast.
    order = np.argsort(wanted)
    back = np.empty_like(wanted)
    back[order] = _places(keys, wanted[order])
    found[known] = back
    return found


def _places(keys: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    place = keys.searchsorted(wanted)
    place[keys[np.minimum(place, len(keys) - 1)] != wanted] = -1
    return place


def _shift(rows: np.ndarray) -> np.ndarray:
    """The same along the last axis one place later; nothing comes before the first."""
    shifted = np.empty_like(rows)
    shifted[..., :1] = -1
    shifted[..., 1:] = rows[..., :-1]
    return shifted


def known_ngrams(codes: np.ndarray, order: int = 2, table: _Model | None = None) -> np.ndarray:
    """Whether each character ends a known n-gram of this order, along the last axis."""
    table = table or model()
    rows = codes
    for keys in table.keys[: order - 1]:
        rows = _find(keys, _shift(rows), codes, table.size)
    return rows >= 0


def scores(codes: np.ndarray, table: _Model | None = None) -> np.ndarray:
    """
    Log probability of each character given the up to three before it, in nats.

    Works along the last axis, so that a stack of windows is scored in one call. The first
    characters of each row have a shorter history: give them their context and drop their scores.
    """
    table = table or model()
    histories = [codes]
    for keys in table.keys:
        histories.append(_find(keys, _shift(histories[-1]), codes, table.size))
    result = table.values[0][codes]
    for n, rows in enumerate(histories[1:]):
        before = _shift(histories[n])
        weight = np.where(before >= 0, table.backoffs[n][before], np.float32(0))
        result = np.where(rows >= 0, table.values[n + 1][rows], weight + result)
    return result


@lru_cache(maxsize=512)
def _distribution(history: bytes) -> np.ndarray:
    table, codes = model(), np.frombuffer(history, np.int32).tolist()
    if not codes:
        return table.values[0]
    shorter = _distribution(history[4:])
    row, size = codes[0], table.size
    for keys, code in zip(table.keys, codes[1:], strict=False):
        wanted = row * size + code
        row = int(keys.searchsorted(wanted))
        if row == len(keys) or keys[row] != wanted:
            return shorter
    # What follows a history stands side by side.
    keys, values = table.keys[len(codes) - 1], table.values[len(codes)]
    low, high = keys.searchsorted([row * size, (row + 1) * size])
    result = shorter + table.backoffs[len(codes) - 1][row]
    result[keys[low:high] - row * size] = values[low:high]
    result.flags.writeable = False
    return result


def distribution(history: np.ndarray) -> np.ndarray:
    """
    Log probability of every character after one history, in nats, by code; not to be written to.

    Examples
    --------
    >>> after = distribution(encode("快车"))[encode("道的")]
    >>> after.tolist() == [scores(encode(f"快车{c}"))[-1] for c in "道的"]
    True
    """
    return _distribution(history[1 - ORDER :].astype(np.int32).tobytes())


def log_prob(text: str, before: str = "", after: str = "") -> float:
    """
    Log probability of `text` after `before`, and of the start of `after` in view of it, in nats.

    Readings of the same gap are compared with the same `before` and `after`; readings of different
    length are comparable too, as each character bears its own cost. Half-width punctuation counts
    as full-width, all digits as one digit, all letters as one letter.

    Parameters
    ----------
    text : str
        Simplified Chinese, with its punctuation.
    before, after : str
        What surrounds it; three characters on either side are used.

    Examples
    --------
    >>> log_prob("快车", "驶入", "道") > log_prob("块车", "驶入", "道")
    True
    >>> log_prob("")
    0.0
    """
    return _log_prob(before[1 - ORDER :], text, after[: ORDER - 1])


# The same words are weighed again and again: a page that repeats itself is no slower for it.
@lru_cache(maxsize=1 << 16)
def _log_prob(before: str, text: str, after: str) -> float:
    return log_probs([(text, before, after)])[0] if text + after else 0.0


def log_probs(readings: Sequence[tuple[str, str, str]]) -> list[float]:
    """
    Log probabilities of many (text, before, after) at once: each is what `log_prob` gives.

    >>> readings = [("快车", "驶入", "道"), ("块", "", "")]
    >>> log_probs(readings) == [log_prob(*reading) for reading in readings]
    True
    """
    windows = [before[1 - ORDER :] + text + after[: ORDER - 1] for text, before, after in readings]
    spans = [(min(len(before), ORDER - 1), len(window))
             for (_, before, _), window in zip(readings, windows, strict=True)]
    # What fills the shorter windows up comes after their own characters, and so changes none.
    width = max(map(len, windows), default=0)
    stack = encode("".join(window.ljust(width) for window in windows)).reshape(len(windows), width)
    return [float(row[start:end].sum(dtype=np.float64))
            for row, (start, end) in zip(scores(stack), spans, strict=True)]
