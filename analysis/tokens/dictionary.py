"""
jieba's dictionary in two forms that give the same words.

`whole` lays out every beginning of a word, as jieba does, in half the time: for whole texts.
`Looked` holds what was looked up so far in the sorted lines of the file: it is ready in a tenth of
the time, and enough for the few pieces of text that the guard leaves to jieba.
"""

import sys
import warnings
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import numpy as np


@contextmanager
def _missing(module: str) -> Iterator[None]:
    """As if a module were not installed."""
    loaded = sys.modules.get(module)
    sys.modules[module] = None
    try:
        yield
    finally:
        del sys.modules[module]
        if loaded:
            sys.modules[module] = loaded


# jieba asks pkg_resources for the place of one file, which it finds without as well; to import it
# takes four times as long as jieba. And jieba's source has escapes that Python deplores.
with _missing("pkg_resources"), warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import jieba
    from jieba import finalseg


def _viterbi(obs, states, start_p, trans_p, emit_p):
    """What `jieba.finalseg.viterbi` gives, with pointers back: it copies a path at each character, n² in all."""
    lowest = finalseg.MIN_FLOAT
    before = {y: start_p[y] + emit_p[y].get(obs[0], lowest) for y in states}
    back: list[dict[str, str]] = []
    for sign in obs[1:]:
        step, now = {}, {}
        for y in states:
            emitted = emit_p[y].get(sign, lowest)
            now[y], step[y] = max(
                (before[y0] + trans_p[y0].get(y, lowest) + emitted, y0) for y0 in finalseg.PrevStatus[y]
            )
        back.append(step)
        before = now
    probability, state = max((before[y], y) for y in "ES")
    path = [state]
    for step in reversed(back):
        path.append(step[path[-1]])
    return probability, path[::-1]


# The same for every tokenizer of the process, whoever made it; only the time differs.
finalseg.viterbi = _viterbi


def tokenizer(looked: bool):
    """An own tokenizer with one or the other form; the one shared by the process stays as it is."""
    own = jieba.Tokenizer()
    own.FREQ, own.total = (Looked(), _lines()[1]) if looked else (dict(whole()[0]), whole()[1])
    own.initialized = True
    return own


def _read() -> bytes:
    """Lines of word, frequency and part of speech, one blank between them."""
    with jieba.Tokenizer().get_dict_file() as file:
        return file.read()


@cache
def whole() -> tuple[dict[str, int], int]:
    """Words, beginnings of words with the frequency 0, and the sum, as jieba's `gen_pfdict`."""
    rows = _read().decode("utf-8").split()
    words, frequencies = rows[::3], [*map(int, rows[1::3])]
    longer, n, beginnings = words, 0, set()
    while longer := [word for word in longer if len(word) > n + 1]:
        n += 1
        beginnings.update([word[:n] for word in longer])
    known = dict.fromkeys(beginnings, 0) | dict(zip(words, frequencies, strict=True))
    return known, sum(frequencies)


class Looked(dict):
    """
    Words and beginnings of words, found when they are asked for, with what `add_word` put in.

    Examples
    --------
    >>> known = Looked()
    >>> known["全心全意"], known["全心全"], "全心的" in known
    (384, 0, False)
    """

    def __contains__(self, text: str) -> bool:
        return dict.__contains__(self, text) or _frequency(text) is not None

    def __missing__(self, text: str) -> int:
        if (frequency := _frequency(text)) is None:
            raise KeyError(text)
        self[text] = frequency
        return frequency

    def get(self, text: str, default=None):
        try:
            return self[text]
        except KeyError:
            return default


def _frequency(text: str) -> int | None:
    """Frequency of a word, 0 for the beginning of one, None for anything else."""
    lines = _lines()[0]
    line = lines[min(bisect_left(lines, text), len(lines) - 1)]
    if not line.startswith(text) or not text or " " in text:
        return None
    # A blank comes before all that words are made of, and the word before those that go on.
    return int(line.split(" ")[1]) if line[len(text)] == " " else 0


@cache
def _lines() -> tuple[list[str], int]:
    """The lines in order: those with one beginning stand together; and the sum of frequencies."""
    data = _read()
    return sorted(data.decode("utf-8").split("\n")), _sum(data)


def _sum(data: bytes) -> int:
    """
    Sum of the frequencies, digit by digit: a seventh of the time it takes to read the numbers.

    >>> _sum("中国 123 ns\\n工作 7 vn\\n".encode())
    130
    """
    codes, total, unit = np.frombuffer(data, np.uint8), 0, 1
    blanks = np.flatnonzero(codes == ord(" "))
    before, places = blanks[::2], blanks[1::2] - 1
    while len(places):
        total += unit * int((codes[places] - ord("0")).sum(dtype=np.int64))
        more = places - 1 > before
        before, places, unit = before[more], places[more] - 1, 10 * unit
    return total
