"""
Word segmentation engines with one result: jieba, the reference, and rjieba, ten times faster.

Both follow the same two rules, which stand above any dictionary (`wholes`): a number with commas
between its groups is one word, and a lexicon entry in Latin letters or digits (AI) does not cut a
longer run of them (SAIC).

rjieba 0.2.2 gives jieba's words except at joined ASCII, at Han outside jieba's range, and in
repetitions, where several cuts are equally probable and the rounding of a sum decides. `GUARD` and
`_repeats` recognise all such places; the pieces of text that hold them go to jieba itself. What is
left is equal by test (`tests/test_engines.py`), not by proof.
"""

import re
import sys
import warnings
from bisect import bisect_left
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import metadata
from importlib.util import find_spec
from string import ascii_letters

import numpy as np

from analysis import wordform

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

# Where `wholes` finds a number in groups, and what jieba takes with a run of letters and digits.
_GROUP = re.compile(r",\d\d\d")
_AMOUNT = re.compile(r"(?:\.\d+)?%?")
_ALNUM = frozenset("0123456789" + ascii_letters)
_HEAD, _TAIL = re.compile("[A-Za-z0-9]+"), re.compile("[A-Za-z0-9]+$")
# Raised when the rules change, so that no cached segmentation outlives them.
RULES_VERSION = 1

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
        return Engine(name, f"rules {RULES_VERSION}, {jieba_version}", _reference(terms))
    version = f"rjieba {metadata.version('rjieba')}, guard {GUARD_VERSION}"
    return Engine(name, f"{version}, rules {RULES_VERSION}, {jieba_version}", _guarded(terms))


def _reference(terms: tuple[str, ...]) -> Callable[[str, bool], list[str]]:
    """Cut with jieba alone, what is one word by rule taken out before."""
    cores = _latin_cores(terms)

    def cut(text: str, hmm: bool = True) -> list[str]:
        slow, words, done = _jieba(terms).lcut, [], 0
        for start, end in wholes(text, cores):
            words += [*slow(text[done:start], HMM=hmm), text[start:end]]
            done = end
        return words + slow(text[done:], HMM=hmm)

    return cut


def _guarded(terms: tuple[str, ...]) -> Callable[[str, bool], list[str]]:
    """Cut with rjieba, and with jieba those pieces in which the two might differ."""
    cores = _latin_cores(terms)

    def cut(text: str, hmm: bool = True) -> list[str]:
        fast, words, done = _rjieba(terms).cut, [], 0
        for start, end, whole in _parted(wholes(text, cores), suspect_pieces(text)):
            words += fast(text[done:start], hmm) if start > done else []
            piece = text[start:end]
            words += [piece] if whole else _jieba(terms, looked=True).lcut(piece, HMM=hmm)
            done = end
        return words + fast(text[done:], hmm)

    return cut


def _parted(
    taken: list[tuple[int, int]], suspects: list[tuple[int, int]]
) -> list[tuple[int, int, bool]]:
    """
    Put stretches that are one word and stretches for jieba in one row; the former go first.

    >>> _parted([(3, 5)], [(1, 9), (10, 12)])
    [(1, 3, False), (3, 5, True), (5, 9, False), (10, 12, False)]
    """
    if not taken:
        return [(start, end, False) for start, end in suspects]
    row = [(start, end, True) for start, end in taken]
    for start, end in suspects:
        for low, high in taken:
            if low < end and high > start:
                row += [(start, low, False)] if low > start else []
                start = max(start, high)
        row += [(start, end, False)] if end > start else []
    return sorted(row)


def wholes(text: str, cores: frozenset[str] = frozenset()) -> list[tuple[int, int]]:
    """
    Find the stretches that are one word whatever a dictionary says.

    Parameters
    ----------
    text : str
        Folded text; see `wordform.fold`.
    cores : set of str
        Runs of Latin letters and digits with which lexicon entries begin or end.

    Returns
    -------
    list of (start, end)
        Half-open, in order, without overlap.

    Examples
    --------
    >>> wholes("产值4,153.5亿元，SAIC的AI", frozenset({"AI"}))
    [(2, 9), (12, 16)]
    """
    spans = []
    if _GROUP.search(text):
        spans = [found.span() for found in wordform.GROUPED.finditer(text)]
    for core in cores:
        at = text.find(core)
        while at >= 0:
            start, end = at, at + len(core)
            while start and text[start - 1] in _ALNUM:
                start -= 1
            while end < len(text) and text[end] in _ALNUM:
                end += 1
            if end - start > len(core):
                spans.append((start, _AMOUNT.match(text, end).end()))
            at = text.find(core, end)
    return _disjoint(spans) if cores else spans


def _disjoint(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """In order; of stretches that overlap, the first and longest."""
    kept: list[tuple[int, int]] = []
    for start, end in sorted(set(spans), key=lambda span: (span[0], -span[1])):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return kept


@cache
def _latin_cores(terms: tuple[str, ...]) -> frozenset[str]:
    """
    Runs of Latin letters and digits with which entries begin or end.

    >>> sorted(_latin_cores(("5G基站", "AI", "工业", "APEC会议2026")))
    ['2026', '5G', 'AI', 'APEC']
    """
    found = [run for term in terms for run in (_HEAD.match(term), _TAIL.search(term)) if run]
    return frozenset(run[0] for run in found)


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
    own = _tokenizer(looked)
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


# jieba's dictionary in two forms that give the same words. `_whole` lays out every beginning of a word, as jieba
# does, in half the time: for whole texts. `_Looked` holds what was looked up so far in the sorted lines of the
# file: it is ready in a tenth of the time, and enough for the few pieces of text that the guard leaves to jieba.


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


@cache
def _library():
    """
    Import jieba as if pkg_resources were missing.

    It asks for the place of one file there, which it finds without as well, and to import that takes four
    times as long as jieba. And jieba's source has escapes that Python deplores.
    """
    with _missing("pkg_resources"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import jieba
    return jieba


def _tokenizer(looked: bool):
    """An own tokenizer with one or the other form; the one shared by the process stays as it is."""
    own = _library().Tokenizer()
    own.FREQ, own.total = (_Looked(), _lines()[1]) if looked else (dict(_whole()[0]), _whole()[1])
    own.initialized = True
    return own


def _read() -> bytes:
    """Lines of word, frequency and part of speech, one blank between them."""
    with _library().Tokenizer().get_dict_file() as file:
        return file.read()


@cache
def _whole() -> tuple[dict[str, int], int]:
    """Words, beginnings of words with the frequency 0, and the sum, as jieba's `gen_pfdict`."""
    rows = _read().decode("utf-8").split()
    words, frequencies = rows[::3], [*map(int, rows[1::3])]
    longer, n, beginnings = words, 0, set()
    while longer := [word for word in longer if len(word) > n + 1]:
        n += 1
        beginnings.update([word[:n] for word in longer])
    known = dict.fromkeys(beginnings, 0) | dict(zip(words, frequencies, strict=True))
    return known, sum(frequencies)


class _Looked(dict):
    """
    Words and beginnings of words, found when they are asked for, with what `add_word` put in.

    Examples
    --------
    >>> known = _Looked()
    >>> known["全心全意"], known["全心全"], "全心的" in known
    (384, 0, False)
    """

    def __contains__(self, text: str) -> bool:
        return dict.__contains__(self, text) or _listed(text) is not None

    def __missing__(self, text: str) -> int:
        if (frequency := _listed(text)) is None:
            raise KeyError(text)
        self[text] = frequency
        return frequency

    def get(self, text: str, default=None):
        try:
            return self[text]
        except KeyError:
            return default


def _listed(text: str) -> int | None:
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
