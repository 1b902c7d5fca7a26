"""
How likely a reading is: the language model, the page's own phrases, and its table of characters.
"""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

import numpy as np

from restoration import language
from restoration.script import converter
from restoration.slip_bytes import HOLES, NOTE, PINYIN, simple
from restoration.slip_lattice import CONTEXT

# Characters after a slip that are not trusted.
MAX_DAMAGE = 12
SLIP = re.compile(rf"[{HOLES}](?:(?P<note>\(?{PINYIN}\))|(?=[!?:;！？：；”、。，][^\x00-\x3e]))")
# What may be damaged, left out where the page is asked for its own phrases.
DAMAGED = re.compile(rf"(?:{SLIP.pattern}).{{,{MAX_DAMAGE}}}")
# Nats for a form that the page's table of traditional forms would have replaced.
FOREIGN = -4.0
NUMERALS = dict.fromkeys(map(ord, "0123456789"), "0")
WORDS = "一二三四五六七八九十百千两"
NUMERALS |= dict.fromkeys(map(ord, WORDS), "一")
# After the last phrase; and what follows no phrase.
END = "\0"
NO = f"\n{END}"
# Share of the page's own phrases in a choice, and so many characters of it.
PAGE, PHRASES = 0.3, 200_000


@cache
def _is_simplified(c: str) -> bool:
    """Whether a one-to-one table to traditional would change this character."""
    return converter("s2t").convert(c) != c


def plain(text: str) -> str:
    """Simplified, character by character, without annotations."""
    return "".join(map(simple, NOTE.sub("", text)))


def kinds(text: str) -> str:
    """One sign for digits, one for numerals: a phrase with another number is the same."""
    return text.translate(NUMERALS)


class Stack(NamedTuple):
    """Texts of one length: their rows, codes, kinds of their first characters, and costs."""

    rows: list[int]
    codes: np.ndarray
    firsts: str
    costs: np.ndarray


def _stack(texts: tuple[str, ...], length: int, cost: Callable[[str], float]) -> Stack:
    rows = [i for i, text in enumerate(texts) if len(text) == length]
    line = "".join(simple(c) for i in rows for c in texts[i])
    codes = language.encode(line).reshape(len(rows), length)
    return Stack(rows, codes, kinds(line[::length]), np.array([cost(texts[i]) for i in rows]))


@dataclass(frozen=True)
class Page:
    """What the page tells about itself."""

    text: str
    characters: frozenset[str]
    # Its own phrases: simplified, without annotations, one sign for digits and one for numerals.
    phrases: str
    # Annotated characters with their pinyin.
    table: frozenset[tuple[str, str]]
    folded: bool
    # Answers of `follows` and `stacks`.
    known: dict[str, dict[str, float]] = field(default_factory=dict)
    stacked: dict[tuple[str, ...], list[Stack]] = field(default_factory=dict)

    @classmethod
    def of(cls, text: str) -> "Page":
        table = frozenset(re.findall(rf"([\u3400-\u9fff])\(({PINYIN})\)", text))
        phrases = kinds(plain(DAMAGED.sub("\n", text[:PHRASES])))
        return cls(text, frozenset(text), phrases, table, not re.search("[！-～]", text))

    def follows(self, history: str) -> dict[str, float]:
        """
        How often each character follows on the page: the mean of f(c | last n), n = 1, 2, 3.

        Mixed with the language model, as in a cache model (Kuhn and De Mori 1990):
        p(c | h) = (1 - w) p_language(c | h) + w f_page(c | h).
        """
        if history not in self.known:
            share: dict[str, float] = {}
            for order in range(1, CONTEXT + 1):
                pieces = f"{self.phrases}{END}".split(history[-order:])[1:]
                found = [c for piece in pieces if (c := piece[:1] or history[-order]) not in NO]
                for c, times in Counter(found).items():
                    each = len(WORDS) if c == "一" else 1
                    share[c] = share.get(c, 0.0) + times / (len(found) + 1) / CONTEXT / each
            self.known[history] = share
        return self.known[history]

    def stacks(self, texts: tuple[str, ...]) -> list[Stack]:
        """Texts by length; the same ones come back with every history."""
        if texts not in self.stacked:
            lengths = sorted({len(text) for text in texts} - {0})
            self.stacked[texts] = [_stack(texts, length, self._cost) for length in lengths]
        return self.stacked[texts]

    def _cost(self, text: str) -> float:
        """Cost of simplified forms that stand nowhere else on the page."""
        return FOREIGN * sum(c not in self.characters and _is_simplified(c) for c in text)


class Rater:
    """Rates pieces of text, in stacks, after the plain text `before` a slip."""

    def __init__(self, page: Page, before: str) -> None:
        self.page, self.before = page, "\n" * CONTEXT + before

    def pieces(self, history: str, texts: tuple[str, ...]) -> np.ndarray:
        context = self._context(history)
        follows, head = self.page.follows(kinds(context)), language.encode(context)
        rates = np.zeros(len(texts))
        for rows, codes, firsts, costs in self.page.stacks(texts):
            first = language.following(head, codes[:, 0])
            seen = np.array([follows.get(c, 0.0) for c in firsts])
            rates[rows] = costs + np.log((1 - PAGE) * np.exp(first) + PAGE * seen)
            if codes.shape[1] > 1:
                lines = np.concatenate([np.broadcast_to(head, (len(rows), CONTEXT)), codes], axis=1)
                rates[rows] += language.scores(lines)[:, CONTEXT + 1 :].sum(axis=1)
        return rates

    def as_seen(self, histories: list[str], start: int, end: int) -> np.ndarray:
        rest = language.encode(plain(self.page.text[start:end]))
        heads = language.encode("".join(self._context(history) for history in histories))
        heads = heads.reshape(len(histories), CONTEXT)
        lines = np.concatenate([heads, np.broadcast_to(rest, (len(heads), len(rest)))], axis=1)
        return language.scores(lines)[:, CONTEXT:].sum(axis=1)

    def _context(self, history: str) -> str:
        return (self.before + "".join(map(simple, history[-CONTEXT:])))[-CONTEXT:]
