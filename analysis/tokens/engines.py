"""
Word segmentation engines with one result: jieba, the reference, and rjieba, ten times faster.

rjieba 0.2.2 gives jieba's words except at joined ASCII, at Han outside jieba's range, and in
repetitions, where several cuts are equally probable and the rounding of a sum decides. `GUARD` and
`_repeats` recognise all such places; the pieces of text that hold them go to jieba itself. What is
left is equal by test (`tests/test_engines.py`), not by proof.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import metadata
from importlib.util import find_spec

import numpy as np

# Characters that jieba's dictionary words can be made of (its own `re_han_default`).
BLOCK = re.compile(r"[\u4E00-\u9FD5a-zA-Z0-9+#&._%\-]+")

# Where rjieba may differ from jieba. Each pattern begins with a narrow class, so that the
# search runs over ordinary characters at C speed.
_EXOTIC = "\u3400-\u4DBF\u9FD6-\u9FFF\uF900-\uFAFF\U00020000-\U0003FFFF"
GUARD = re.compile(
    rf"[A-Za-z0-9.{_EXOTIC}\uD800-\uDFFF](?:"
    r"(?<=[A-Za-z0-9])(?:[-_+#&%][A-Za-z0-9]|\.[A-Za-z])"  # joined ASCII: 2022-08, Node.js
    r"|(?<=\.)[0-9]+[A-Za-z._-]"  # v1.2.3: rjieba's skip pattern has an unescaped dot
    r"|(?<=[^A-Za-z0-9.]))"  # Han outside jieba's range; lone surrogates cannot reach Rust
)
# 生生生, 舌陀舌陀: the longest period looked for. Of 150,000 invented repetitions of 2 to 7
# characters 88 were cut differently, the fewer the longer the period, none without a repetition.
LONGEST_PERIOD = 8
# Characters at which both engines always cut, so that pieces are independent. The more of them, the
# less goes to jieba itself; none may be in `BLOCK`.
STOP = re.compile("[。！？；，、：“”‘’（）《》,;:!?()\n\u2029]")

# Raised when the words change that come out, so that no cached segmentation outlives it.
GUARD_VERSION = 4

# Frequency given to a lexicon entry unless the dictionary or the word's parts demand more.
# jieba's own suggestion is just enough for the word standing alone; in context neighbours then
# take 63 of 2,594 occurrences apart (five reports and thirteen national ones), with 1,000
# (of 60 million) 10 do, and a higher frequency changes nothing more.
FLOOR = 1000


@dataclass(frozen=True)
class Engine:
    """A segmenter: `cut(text, hmm)` gives words that join to the text again."""

    name: str
    version: str
    cut: Callable[[str, bool], list[str]]


def get(name: str = "auto", terms: tuple[str, ...] = ()) -> Engine:
    """
    Give a segmentation engine that keeps `terms` whole where they stand alone.

    Parameters
    ----------
    name : {"auto", "rjieba", "jieba"}
        `auto` takes rjieba where it is installed, jieba elsewhere; the words are the same.
    terms : tuple of str
        Lexicon entries, as given by `lexicons.terms`.

    Raises
    ------
    ValueError
        If the name is unknown or a term has a character at which jieba always cuts.

    Examples
    --------
    >>> get("jieba", ("新质生产力",)).cut("发展新质生产力。", True)
    ['发展', '新质生产力', '。']
    """
    if name == "auto":
        name = "rjieba" if _compiled() else "jieba"
    if name not in ("jieba", "rjieba"):
        raise ValueError(f"No segmentation engine {name!r}; choose auto, jieba or rjieba.")
    return _engine(name, _checked(terms))


@cache
def _checked(terms: tuple[str, ...]) -> tuple[str, ...]:
    """The terms in order, each once; asked for with every page, and long to look through."""
    for term in terms:
        if not BLOCK.fullmatch(term):
            raise ValueError(
                f"The lexicon term {term!r} has a character at which the segmenter always cuts; "
                "take it out of the lexicon and count it with counts.strings."
            )
    return tuple(sorted(set(terms)))


@cache
def _compiled() -> bool:
    """Whether the compiled engine is installed; asking takes a tenth of a millisecond."""
    return find_spec("rjieba") is not None


@cache
def _engine(name: str, terms: tuple[str, ...]) -> Engine:
    jieba_version = f"jieba {metadata.version('jieba')}"
    if name == "jieba":
        return Engine(name, jieba_version, lambda text, hmm=True: _jieba(terms).lcut(text, HMM=hmm))
    version = f"rjieba {metadata.version('rjieba')}, guard {GUARD_VERSION}, {jieba_version}"
    return Engine(name, version, _guarded(terms))


def _guarded(terms: tuple[str, ...]) -> Callable[[str, bool], list[str]]:
    """Cut with rjieba, and with jieba those pieces in which the two might differ."""

    def cut(text: str, hmm: bool = True) -> list[str]:
        fast, words, done = _rjieba(terms).cut, [], 0
        for start, end in suspect_pieces(text):
            words += fast(text[done:start], hmm)
            words += _jieba(terms, looked=True).lcut(text[start:end], HMM=hmm)
            done = end
        return words + fast(text[done:], hmm)

    return cut


def suspect_pieces(text: str) -> list[tuple[int, int]]:
    """
    Find the stretches between punctuation that only jieba itself may cut.

    Examples
    --------
    >>> suspect_pieces("增长2.6%，比2022-08高。好好好")
    [(7, 17), (17, 20)]
    """
    pieces, done = [], 0
    for place in sorted([*(match.start() for match in GUARD.finditer(text)), *_repeats(text)]):
        if place < done:
            continue
        start = place
        while start > done and not STOP.match(text, start - 1):
            start -= 1
        stop = STOP.search(text, place)
        done = stop.end() if stop else len(text)
        pieces.append((start, done))
    return pieces


def _repeats(text: str) -> list[int]:
    """
    Find where Han repeat: one character three times running, or two and more twice running.

    >>> _repeats("天天向上，太太太，研究研究，财政政策")
    [5, 9]
    """
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
    han = (codes >= 0x4E00) & (codes <= 0x9FD5)
    places = set()
    for period in range(1, LONGEST_PERIOD + 1):
        same = np.flatnonzero((codes[period:] == codes[:-period]) & han[period:])
        run = max(period, 2) - 1
        places.update(same[:-run][same[run:] - same[:-run] == run].tolist())
    return sorted(places)


# A comparison of lexicons needs a few tokenizers at once; each holds about 50 MB.
@lru_cache(maxsize=4)
def _jieba(terms: tuple[str, ...], looked: bool = False):
    """An own tokenizer, whose dictionary finds beginnings of words in one or the other way."""
    from analysis.tokens import dictionary

    own = dictionary.tokenizer(looked)
    for term in sorted(terms, key=lambda t: (len(t), t)):
        suggested = own.suggest_freq(term)
        frequency = _frequency(suggested, own.lcut(term, HMM=False) == [term])
        if frequency:
            own.total -= own.FREQ.get(term, 0)
            own.add_word(term, frequency)
    return own


@lru_cache(maxsize=4)
def _rjieba(terms: tuple[str, ...]):
    """An own compiled tokenizer with the same entries and frequencies."""
    import rjieba

    own = rjieba.Jieba()
    for term in sorted(terms, key=lambda t: (len(t), t)):
        frequency = _frequency(own.suggest_freq(term), own.cut(term, False) == [term])
        if frequency:
            own.add_word(term, frequency, None)
    return own


def _frequency(suggested: int, whole: bool) -> int | None:
    """The frequency to give a term; None where the dictionary has it whole and often enough."""
    return None if whole and suggested >= FLOOR else max(FLOOR, suggested)
