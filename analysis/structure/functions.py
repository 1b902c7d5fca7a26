"""
Say what each line of a report does: review, guiding, tasks, self-government, or other.

A report is told in an order: head and address, what was done, what guides, what will be done, how
government conducts itself, a closing address, notes. Each line has signs (words in it, words of the
headings above it, its place), `resources/lexicons/functions.csv` says how much each sign speaks for
each part and how easily one part follows another at a heading of each rank, and the most probable
reading of all lines together is taken (a linear-chain conditional random field). The weights are
learned from reports labelled by reading (`data/gold/public.csv`), by `recipes/structure/learn.py`.
"""

import csv
import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import cache
from itertools import chain
from typing import NamedTuple

import numpy as np
from scipy import sparse

from analysis import paths
from analysis.structure import headings

FUNCTIONS = ("review", "guiding", "tasks", "self-government", "other")
# Parts in the order of a report; those at both ends have no function of their own.
PARTS = ("front", "review", "guiding", "tasks", "self-government", "closing", "annex")
# Where a part may begin, from the strongest sign of a new one to none.
BREAKS = ("first", "chapter", "section", "item", "address", "none")
_RANKS = {name: rank for rank, name in enumerate(BREAKS)}
# An extract of fewer lines is no report whose parts have their places: its headings count for more.
SHORT = 20
# What the function of a section rests on: its place at either end, words of its own heading, words of
# a heading above it, or else its text.
BASES = ("frame", "heading", "above", "text")
# A function that is less probable than this is said to be unsure: 4% of the characters, of which a third are wrong.
SURE = 0.9
# Share of the weights that probabilities take: of those tried (0.1 to 1) the likeliest on reports left out of the
# learning, five folds of the even half (`recipes/structure/learn.py --reliability`; table in docs/methods.md).
COOLING = 0.9
# Words of a line that are looked at: the rest of a long one says the same again.
_LENGTHS = (8, 16, 32, 64, 128)
_SINCE = (1, 2, 3, 6, 12)
_FROM_END = (1, 2, 3, 5, 9)
_TENTHS = 10


# A chapter that is called 今后五年的目标 reviews nothing.
_AHEAD = re.compile("(?:今后|未来)(?:[一二三四五几]|[35])年|今后一个时期")


def function(part: str) -> str:
    """Give the function of a part: front matter, closing address and annexes have none."""
    return part if part in FUNCTIONS else "other"


def signs(lines: list[str], sections: list) -> tuple[list[list[str]], list[str]]:
    """
    List the signs of each line and what kind of break stands before it.

    Words in running text are not among them; see `_words`.

    Parameters
    ----------
    lines : list of str
        Without marks of Markdown.
    sections : list of Section
        Nested, in order, the first at line 0.
    """
    found, breaks, n = [], [], len(lines)
    above = [_of_section(section, sections) for section in sections]
    rules = [_rules(k, sections) for k in range(len(sections))] if n < SHORT else []
    always = [[f"named {sign}" for sign in _chapter(section, sections)] for section in sections]
    starts = {section.at: k for k, section in enumerate(sections)}
    k, top, of_headings = 0, 0, {}
    last = max((section.at for section in sections if section.level == 1 and section.n), default=-1)
    for i, line in enumerate(lines):
        here = i in starts
        if here:
            k = starts[i]
            top = i if sections[k].level == 1 else top
        section = sections[k]
        near = min(i - top, 3) if section.level == 1 else ""
        if (k, near) not in of_headings:
            inside = "sub" if section.level > 1 else "own"
            of_headings[k, near] = [*(f"{name} {inside} {near}" for name in above[k][0]), *above[k][1], *always[k]]
        place = rules[k] if n < SHORT else _of_place(
            i * _TENTHS // n, bisect_right(_LENGTHS, len(line)), bisect_right(_FROM_END, n - 1 - i),
            bisect_right(_SINCE, i - top), i if i < 6 else -1,
        )  # fmt: skip
        row = [*place, *of_headings[k, near]]
        if here:
            row += [f"line {sign}" for sign in above[k][2]]
        if 0 <= last <= i:
            row.append("last chapter")
        speaks = headings.vocative(line)
        if speaks:
            row.append("address")
        if line.endswith(("：", ":")):
            row.append("colon")
        if headings.point(line):
            row.append("point")
        found.append(row)
        breaks.append(_break(i, here, section, speaks))
    return found, breaks


@cache
def _of_place(tenth: int, length: int, from_end: int, since: int, from_start: int) -> tuple[str, ...]:
    """Signs of where a line stands and how long it is."""
    start = (f"from start {from_start}",) if from_start >= 0 else ()
    return f"tenth {tenth}", f"length {length}", f"from end {from_end}", f"since top {since}", *start


def _break(i: int, here: bool, section, speaks: bool) -> str:
    if i == 0:
        return "first"
    if here and section.kind != "address":
        return "chapter" if section.level == 1 else "section" if section.level == 2 else "item"
    return "address" if speaks else "none"


def _of_section(section, sections: list) -> tuple[list[str], list[str], list[str]]:
    """Signs from the chapter's heading, from headings between, and from the heading itself."""
    chain = [section]
    while chain[-1].parent >= 0:
        chain.append(sections[chain[-1].parent])
    top = chain[-1]
    chapter = [f"chapter {sign}" for sign in _of_heading(top)]
    between = [f"above {sign}" for one in chain[:-1] for sign in _of_heading(one)]
    return chapter, between, _of_heading(section)


def _of_heading(section) -> list[str]:
    if section.title.startswith("〔"):
        return ["none"]
    named = list(headings.named(section.title)) or ["unnamed"]
    verb = ["verb"] if headings.imperative(section.title) else []
    number = [f"number {min(section.n, 5)}"] if section.level == 1 and section.n else []
    return [*named, *verb, *number, *(["two"] if len(named) > 1 else [])]


# What the words of headings say beyond doubt, whatever the lines are: (chapter's functions, of the
# heading below it, sign). The first that fits each place counts; None fits all.
_CHAPTERS = (
    ({"review"}, "rule review"),
    ({"guiding"}, "rule guiding"),
    ({"tasks"}, "rule tasks"),
    ({"self-government"}, "rule self-government"),
    ({"other"}, "rule tasks"),  # foreign affairs, defence: work to be done, too
    ({"guiding", "tasks"}, "rule guiding or tasks"),
)


def _chapter(section, sections: list) -> list[str]:
    """What a chapter's heading names, where that is one thing only, and whether it looks ahead by years."""
    while section.parent >= 0:
        section = sections[section.parent]
    if section.title.startswith("〔"):
        return []
    named = list(headings.named(section.title))
    ahead = ["ahead"] if _AHEAD.search(section.title) and "review" not in named else []
    return ahead + (named if len(named) == 1 else [])


def _rules(k: int, sections: list) -> list[str]:
    """Signs of fixed weight: the functions that headings above name, the chapter's first."""
    chain = [sections[k]]
    while chain[-1].parent >= 0:
        chain.append(sections[chain[-1].parent])
    titles = ["" if one.title.startswith("〔") else one.title for one in reversed(chain)]
    chapter, *below = [set(headings.named(title)) for title in titles]
    found = [sign for named, sign in _CHAPTERS if chapter == named][:1]
    if not below and found == ["rule tasks"] and any(s.parent == k for s in sections):
        found = ["rule opening"]
    if not chapter and headings.imperative(titles[0]):
        found = ["rule tasks"]
    if found == ["rule review"]:
        return found
    for title, named in zip(titles[1:], below, strict=True):
        if named in ({"self-government"}, {"guiding"}, {"review"}):
            found.append(f"rule section {min(named)}")
        elif headings.imperative(title):
            found.append("rule section tasks")
    return found


class _Words(NamedTuple):
    """Words to look for, by their first two characters; `slot` gives the rank of a pair at its hash."""

    beginning: np.ndarray
    factor: int
    slot: np.ndarray
    # Several arrays where words share a beginning: for each rank the number of a word (-1: none) and its
    # further characters (0: none).
    words: list[tuple[np.ndarray, np.ndarray]]


class _Model(NamedTuple):
    """Weights: sign x part, break x part x part; and the words among the signs."""

    index: dict[str, int]
    weights: np.ndarray
    change: np.ndarray
    words: _Words


@cache
def model() -> _Model:
    """Read the weights."""
    with open(paths.LEXICONS / "functions.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return build([(row["kind"], row["sign"], [float(row[part]) for part in PARTS]) for row in rows])


def build(rows: list[tuple[str, str, list[float]]]) -> _Model:
    """Lay out the weights: of words, of other signs, and of changes (`break part before`)."""
    change = np.full((len(BREAKS), len(PARTS), len(PARTS)), -50.0)
    index, weights = {}, []
    for kind, sign, row in rows:
        if kind == "change":
            at, _, before = sign.partition(" ")
            change[BREAKS.index(at), PARTS.index(before)] = row
        else:
            index[sign] = len(weights)
            weights.append(row)
    return _Model(
        index, np.array(weights), change, vocabulary({sign: index[sign] for kind, sign, _ in rows if kind == "word"})
    )


def vocabulary(number: dict[str, int]) -> _Words:
    """Lay out words of two characters and more for looking them up."""
    by_beginning: dict[int, list[str]] = {}
    for word in number:
        by_beginning.setdefault(ord(word[0]) << 16 | ord(word[1]), []).append(word)
    beginning = np.array(sorted(by_beginning), np.int64)
    factor = next(f for f in range(3, 1 << 16, 2) if len(np.unique(_hash(beginning, f))) == len(beginning))
    slot = np.zeros(1 << 16, np.int16)
    slot[_hash(beginning, factor)] = np.arange(len(beginning))
    found = [by_beginning[key] for key in beginning.tolist()]
    longest = max(map(len, number), default=2)
    layers = []
    for depth in range(max(map(len, found), default=0)):
        here = [words[depth] if depth < len(words) else "" for words in found]
        rest = [[*map(ord, word[2:]), *[0] * (longest - max(len(word), 2))] for word in here]
        layers.append((np.array([number.get(word, -1) for word in here]), np.array(rest).reshape(len(here), -1)))
    return _Words(beginning, factor, slot, layers)


def _hash(pairs: np.ndarray, factor: int) -> np.ndarray:
    """A number of 16 bits for each pair of characters."""
    return ((pairs >> 16) * factor + (pairs & 0xFFFF)) & 0xFFFF


def words(text: str, starts: np.ndarray, known: _Words) -> tuple[np.ndarray, np.ndarray]:
    """Lines and signs of the words in a text, each once a line; `starts` are those of the lines."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4").astype(np.int64)
    pairs = codes[:-1] << 16 | codes[1:]
    ranks = known.slot[_hash(pairs, known.factor)]
    places = np.flatnonzero(known.beginning[ranks] == pairs)
    ranks = ranks[places]
    codes = np.concatenate([codes, np.zeros(8, np.int64)])
    at, sign = [], []
    for number, rest in known.words:
        here = np.flatnonzero(number[ranks] >= 0)
        for column in range(rest.shape[1]):
            want = rest[ranks[here], column]
            here = here[(want == 0) | (want == codes[places[here] + 2 + column])]
        at.append(places[here])
        sign.append(number[ranks[here]])
    lines = np.searchsorted(starts, np.concatenate(at), side="right") - 1
    width = 1 << 20
    pairs = np.sort(lines * width + np.concatenate(sign))
    return np.divmod(pairs[np.diff(pairs, prepend=-1) > 0], width)


def scores(lines: list[str], sections: list, model: _Model) -> tuple[np.ndarray, np.ndarray]:
    """How much speaks for each part in each line, shape (n, parts), and the break before each."""
    return _scores([(lines, sections)], model)


def _scores(reports: list[tuple[list[str], list]], model: _Model) -> tuple[np.ndarray, np.ndarray]:
    """As `scores`, of several reports one below the other."""
    found, breaks = [], []
    for lines, sections in reports:
        rows, before = signs(lines, sections)
        found += rows
        breaks += before
    every = [line for lines, _ in reports for line in lines]
    starts = np.cumsum([0, *(len(line) + 1 for line in every)])[:-1]
    at, sign = words("\n".join(every), starts, model.words)
    index = model.index
    known = [[index[name] for name in row if name in index] for row in found]
    at = np.concatenate([at, np.repeat(np.arange(len(found)), [*map(len, known)])])
    sign = np.concatenate([sign, np.fromiter(chain.from_iterable(known), int)])
    shape = (len(every), len(model.weights))
    total = sparse.csr_array((np.ones(len(at)), (at, sign)), shape) @ model.weights
    return total, np.array([_RANKS[name] for name in breaks])


def decode(total: np.ndarray, breaks: np.ndarray, model: _Model, sizes: Sequence[int] = ()) -> list[int]:
    """Give the most probable part of each line (Viterbi); `sizes` are the lines of reports one below the other."""
    sizes = np.array(sizes or [len(total)])
    order = np.argsort(-sizes, kind="stable")
    first, sizes = (np.cumsum(sizes) - sizes)[order], sizes[order]
    # The lines that stand at each step, the longest report's first.
    steps = [first[: np.searchsorted(-sizes, -t)] + t for t in range(sizes[0])]
    changes = model.change.transpose(0, 2, 1).copy()
    best, came = total[first] + model.change[0, 0], np.empty((len(total), len(PARTS)), np.int8)
    for at in steps[1:]:
        ways = changes[breaks[at]] + best[: len(at), None]
        came[at] = ways.argmax(axis=2)
        best[: len(at)] = total[at] + ways.max(axis=2)
    part, now = np.empty(len(total), int), best.argmax(axis=1)
    for at in reversed(steps):
        part[at] = now[: len(at)]
        now[: len(at)] = came[at, now[: len(at)]]
    return part.tolist()


def probabilities(total: np.ndarray, breaks: np.ndarray, model: _Model) -> np.ndarray:
    """Give the probability of each part in each line (forward and backward), shape (n, parts)."""
    total, changes = total * COOLING, model.change[breaks] * COOLING
    n = len(total)
    before, after = np.empty_like(total), np.zeros_like(total)
    before[0] = total[0] + changes[0, 0]
    for i in range(1, n):
        before[i] = total[i] + _log_sum(before[i - 1][:, None] + changes[i], 0)
    for i in range(n - 2, -1, -1):
        after[i] = _log_sum(changes[i + 1] + (total[i + 1] + after[i + 1])[None], 1)
    both = before + after
    share = np.exp(both - both.max(axis=1, keepdims=True))
    return share / share.sum(axis=1, keepdims=True)


def _log_sum(values: np.ndarray, axis: int) -> np.ndarray:
    most = values.max(axis=axis)
    return most + np.log(np.exp(values - np.expand_dims(most, axis)).sum(axis=axis))


def read(reports: Sequence[tuple[list[str], list, str]]) -> list[list[str]]:
    """
    Give the part of each line of some reports, of each its lines, sections and genre.

    In the genre "other" nothing is known of an order: words of headings alone decide.
    """
    parts = [_by_headings(lines, sections) if genre == "other" else [] for lines, sections, genre in reports]
    chained = [k for k, (lines, _, genre) in enumerate(reports) if lines and genre != "other"]
    if chained:
        sizes = [len(reports[k][0]) for k in chained]
        said = decode(*_scores([reports[k][:2] for k in chained], model()), model(), sizes)
        for k, size, end in zip(chained, sizes, np.cumsum(sizes).tolist(), strict=True):
            parts[k] = [PARTS[part] for part in said[end - size : end]]
    return parts


def _by_headings(lines: list[str], sections: list) -> list[str]:
    """The function that a heading, or one above it, names; front matter elsewhere."""
    parts: list[str] = []
    said: list[str] = []
    for section, end in zip(sections, [*(s.at for s in sections[1:]), len(lines)], strict=True):
        above = said[section.parent] if section.parent >= 0 else "front"
        named = [] if section.title.startswith("〔") else list(headings.named(section.title))
        said.append(named[0] if len(named) == 1 and named[0] != "other" else above)
        parts += [said[-1]] * (end - section.at)
    return parts


def basis(section, sections: list) -> tuple[str, str]:
    """
    Say what a section's function rests on: one of `BASES`, and the words where there are some.
    """
    if section.part not in FUNCTIONS:
        return "frame", section.part
    one, kind = section, "heading"
    while True:
        named = {} if one.title.startswith("〔") else headings.named(one.title)
        if section.part in named:
            return kind, named[section.part]
        if one.parent < 0:
            return "text", ""
        one, kind = sections[one.parent], "above"
