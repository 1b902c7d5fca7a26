"""
Byte slips: characters torn apart where `(pinyin)` was inserted between the two bytes of one.

    find("濱河?xùn)|西路南延")         one edit: ?xùn)| -> 東

Two passes on bytes did the damage. Both know characters only as byte patterns, and find them also
where the pattern is the trail byte of one character and the lead byte of the next.

1. `(pinyin)` after each character Z of a table: X Y, where hi(Z) = trail(X) and lo(Z) = lead(Y),
   became X lo(Z) `(pinyin)` trail(Y). The lead byte and the parenthesis are seen as one `?`; the
   pinyin names Z and so the byte. What follows is read one byte off.
2. A break before punctuation. In a stream that is one byte off it brings the next character into
   step (the byte before the mark is seen as `?`). In a stream in step it may find a mark that is
   none: 。“ A1A3 A1B0 holds ！ A3A1, and comes out as `?!` and a stream one byte off.

`slip_lattice` enumerates what the bytes allow; here readings are started, weighed and told apart.
The restored text is traditional, as what surrounds it: script conversion sees whole words later.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cache, lru_cache

import numpy as np

from analysis.restoration import language
from analysis.restoration.ledger import GAP, Edit
from analysis.restoration.slip_lattice import (
    CONTEXT,
    HOLES,
    LEADS,
    MARKS,
    MAX_SPAN,
    Annotation,
    Reading,
    character,
    code,
    script,
    search,
    shown,
    simple,
)

# Characters after a slip that are not trusted.
MAX_DAMAGE = 12
# Letters of toned and toneless pinyin, as GBK has them.
PINYIN = "[a-zêüāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńň]{1,6}"
NOTE = re.compile(rf"\(({PINYIN})\)")
# After a hole the parenthesis may be eaten, or not.
TORN = re.compile(rf"\(?({PINYIN})\)")
SLIP = re.compile(rf"[{HOLES}](?:(?P<note>\(?{PINYIN}\))|(?=[!?:;！？：；”、。，][^\x00-\x3e]))")
# What may be damaged, left out where the page is asked for its own phrases.
DAMAGED = re.compile(rf"(?:{SLIP.pattern}).{{,{MAX_DAMAGE}}}")
# Without annotations there are no slips: a cheap test for all other pages.
CUE = re.compile(rf"[{HOLES}(]{PINYIN}\)")
# A character with its annotation has at most so many places.
NOTE_SPAN = 9
NONE = "no reading that the bytes allow"
# Nats by which a reading must lead for `inferred`: on generated damage 98 % of such are right
# (benchmarks/bench_slips.py).
CLEAR = 1.0
# Nats for a form that the page's table of traditional forms would have replaced, and for pinyin of
# a character that the page never annotates. Both happen, about once in fifty.
FOREIGN, UNLISTED = -4.0, -4.0
NUMERALS = dict.fromkeys(map(ord, "0123456789一二三四五六七八九十百千两"), "0")
# A number is a fact, which no context tells: readings that differ in numerals alone and lie closer
# than this (nats) leave a gap there.
NUMBER = 6.0
# Share of the page's own phrases in a choice, and so many characters of it.
PAGE, PHRASES = 0.3, 200_000
# Candidates listed.
LISTED = 5
FOLD = {0xFEE0 + c: c for c in range(0x21, 0x7F)}
TONES = str.maketrans("āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüńň", "aaaaeeeeiiiioooouuuuvvvvvnn")


def _toneless(note: str) -> str:
    """Pinyin without tones; ü becomes v."""
    return note.translate(TONES)


@cache
def _is_simplified(c: str) -> bool:
    """Whether a one-to-one table to traditional would change this character."""
    return script("s2t")(c) != c


@cache
def _has_reading(c: str, note: str) -> bool:
    """Whether `note`, toned or not, is a reading of the character."""
    from pypinyin import Style, pinyin

    if not "\u3400" <= c <= "\u9fff":
        return False
    readings = pinyin(c, style=Style.TONE, heteronym=True)[0]
    return note in readings or note in map(_toneless, readings)


def _note_at(text: str, at: int) -> Annotation | None:
    """The annotation at `at`; after a hole its opening parenthesis may be missing."""
    hit = (TORN if text[at - 1 : at] in tuple(HOLES) else NOTE).match(text, at)
    return hit and Annotation(hit.end(), lambda c: _has_reading(c, hit[1]))


def _plain(text: str) -> str:
    """Simplified, character by character, without annotations."""
    return "".join(map(simple, NOTE.sub("", text)))


def _kinds(text: str) -> str:
    """The text with one sign for all numerals: a phrase with another number is the same phrase."""
    return text.translate(NUMERALS)


@dataclass(frozen=True)
class Page:
    """What the page tells about itself."""

    text: str
    characters: frozenset[str]
    # Its own phrases: simplified, without annotations, one sign for all numerals.
    phrases: str
    # Annotated characters with their pinyin.
    table: frozenset[tuple[str, str]]
    folded: bool
    # Answers of `follows`.
    known: dict[str, dict[str, float]] = field(default_factory=dict)

    @classmethod
    def of(cls, text: str) -> "Page":
        table = frozenset(re.findall(rf"([\u3400-\u9fff])\(({PINYIN})\)", text))
        phrases = _kinds(_plain(DAMAGED.sub("\n", text[:PHRASES])))
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
                found = re.findall(re.escape(history[-order:]) + "(.)", self.phrases)
                for c, times in Counter(found).items():
                    share[c] = share.get(c, 0.0) + times / (len(found) + 1) / CONTEXT
            self.known[history] = share
        return self.known[history]

    def costs(self, texts: tuple[str, ...]) -> list[float]:
        """For each text, the cost of simplified forms that stand nowhere else on the page."""
        return [
            FOREIGN * sum(c not in self.characters and _is_simplified(c) for c in text)
            for text in texts
        ]


class Rater:
    """Rates pieces of text, in stacks, after the plain text `before` a slip."""

    def __init__(self, page: Page, before: str) -> None:
        self.page, self.before = page, "\n" * CONTEXT + before

    def pieces(self, history: str, texts: tuple[str, ...]) -> np.ndarray:
        context = self._context(history)
        rates = np.array(self.page.costs(texts))
        follows = self.page.follows(_kinds(context))
        for rows, codes, firsts in _stacked(texts):
            head = np.broadcast_to(language.encode(context), (len(rows), CONTEXT))
            own = language.scores(np.concatenate([head, codes], axis=1))[:, CONTEXT:]
            seen = np.array([follows.get(c, 0.0) for c in firsts])
            own[:, 0] = np.log((1 - PAGE) * np.exp(own[:, 0]) + PAGE * seen)
            rates[rows] += own.sum(axis=1)
        return rates

    def as_seen(self, histories: list[str], start: int, end: int) -> np.ndarray:
        rest = language.encode(_plain(self.page.text[start:end]))
        heads = language.encode("".join(self._context(history) for history in histories))
        heads = heads.reshape(len(histories), CONTEXT)
        lines = np.concatenate([heads, np.broadcast_to(rest, (len(heads), len(rest)))], axis=1)
        return language.scores(lines)[:, CONTEXT:].sum(axis=1)

    def _context(self, history: str) -> str:
        return (self.before + "".join(map(simple, history[-CONTEXT:])))[-CONTEXT:]


@lru_cache(4096)
def _stacked(texts: tuple[str, ...]) -> list[tuple[list[int], np.ndarray, str]]:
    """By length: rows, codes of their simplified characters, and the kind of the first of these."""
    stacks = []
    for length in sorted({len(text) for text in texts} - {0}):
        rows = [i for i, text in enumerate(texts) if len(text) == length]
        line = "".join(simple(c) for i in rows for c in texts[i])
        codes = language.encode(line).reshape(len(rows), length)
        stacks.append((rows, codes, _kinds(line[::length])))
    return stacks


def _torn(page: Page, slip: re.Match) -> list[Reading]:
    """Readings to start with after `?pinyin)`: one for each lead byte that a named Z allows."""
    head = NOTE.sub("", page.text[max(0, slip.start() - 2 * NOTE_SPAN) : slip.start()])
    note = slip["note"].strip("()")
    listed = {c for c, reading in page.table if reading == note}
    if head:
        high = (code(head[-1]) or (0, 0))[1]
        named = [c for low in sorted(LEADS) if _has_reading(c := character(high, low), note)]
    else:
        named = sorted(listed)
    return [
        Reading("", slip.end(), frozenset(code(c)[1:]), 0.0 if c in listed else UNLISTED)
        for c in named
        if code(c)[1] in LEADS
    ]


def _lost(page: Page, slip: re.Match, rate: Rater) -> list[Reading]:
    """Readings to start with at `?!`: the mark holds a trail byte, whose lead byte is lost."""
    trail, lead = code(page.text[slip.end()])
    found = [c for high in sorted(LEADS) if (c := character(high, trail))]
    rates = rate.pieces("", tuple(found))
    leads = frozenset((lead,))
    return [
        Reading(c, slip.end() + 1, leads, float(value))
        for c, value in zip(found, rates, strict=True)
    ]


def _eaten(page: Page, slip: re.Match, shadow: int | None) -> list[Reading]:
    """
    Readings of `?pinyin)` where both bytes of an annotated character are lost.

    In a stream that a mark at `shadow` has brought into step, what the first pass has read one off
    shows only here, provided that no ASCII byte has come between.
    """
    if shadow is None:
        return []
    between = page.text[shadow : slip.start()]
    if any(c.isascii() and c not in MARKS for c in between):
        return []
    if any((code(c) or (0, 0))[1] not in LEADS for c in between):
        return []
    note = slip["note"].strip("()")
    return [Reading(c, slip.end()) for c, reading in sorted(page.table) if reading == note]


def _possible(page: Page, slip: re.Match, reading: Reading) -> bool:
    """Whether `reading`, encoded and read one byte off, is what the page shows: the proof."""
    note = NOTE.match(page.text, reading.at)
    if note and not _has_reading(reading.text[-1], note[1]):
        return False
    seen = NOTE.sub("", page.text[slip.end() : reading.at])
    seen = re.sub(rf"([{HOLES}]){TORN.pattern}$", r"\1", seen).replace("\ufffd", "?")
    seen = "".join(c for c in seen.translate(FOLD) if not "\ue000" <= c <= "\uf8ff").rstrip("?")
    return seen in {shown(reading.text, u).translate(FOLD).rstrip("?") for u in ("", "?")}


@dataclass(frozen=True, slots=True)
class Choice:
    """A reading with all that tells it from others."""

    reading: Reading
    total: float
    simple: str


def _weighed(page: Page, readings: list[Reading], rate: Rater) -> list[Choice]:
    """Readings rated to a common end, the best first; forms of one simplified text count once."""
    end = max((r.at for r in readings), default=0)
    best: dict[str, Choice] = {}
    for r in readings:
        plain = "".join(map(simple, r.text)) + _plain(page.text[r.at : end])
        rest = rate.as_seen([r.text], r.at, end + CONTEXT * NOTE_SPAN)
        choice = Choice(r, r.score + float(rest[0]), plain)
        if plain not in best or choice.total > best[plain].total:
            best[plain] = choice
    return sorted(best.values(), key=lambda c: (-c.total, c.simple))


def _hex(text: str) -> str:
    """GBK bytes of a text, for a reader."""
    return " ".join(c.encode("gb18030", "replace").hex().upper() for c in text)


def _edit(page: Page, slip: re.Match, choices: list[Choice], bounded: bool) -> Edit:
    """The ledger's row for a slip."""
    best = choices[0].reading if choices else Reading("", slip.end())
    seen = page.text[slip.start() : best.at]
    margin = choices[0].total - choices[1].total if len(choices) > 1 else None
    narrow = FOLD if page.folded else {}
    after = _agreed(choices).translate(narrow) or seen
    listed = [c.reading.text.translate(narrow) for c in choices[:LISTED]]
    why = [f"bytes {_hex(seen)} read one byte off are {_hex(best.text)}" if choices else NONE]
    why += [f"next best {listed[1]} by {margin:.1f} nats"] if margin is not None else []
    why += [f"search ended at {MAX_SPAN} characters"] if bounded else []
    return Edit(
        slip.start(),
        best.at,
        seen,
        after,
        "slips.pinyin" if slip["note"] else "slips.mark",
        "byte slip",
        "unresolved" if after == seen or GAP in after else "inferred",
        "; ".join(why),
        tuple(text for text in listed if text != after),
        margin,
    )


def _agreed(choices: list[Choice]) -> str:
    """What the readings that lie close to the best agree on, with gaps; nothing if it is little."""
    if not choices:
        return ""
    best = choices[0]
    close = [
        c.reading.text
        for c in choices
        if best.total - c.total < (NUMBER if _kinds(c.simple) == _kinds(best.simple) else CLEAR)
    ]
    if len(set(map(len, close))) > 1:
        return ""
    columns = [set(column) for column in zip(*close, strict=True)]
    text = "".join(column.pop() if len(column) == 1 else GAP for column in columns)
    return text if 2 * text.count(GAP) <= len(text) else ""


def _restored(page: Page, slip: re.Match, before: str, shadow: int | None):
    """The edit for a slip, and where a mark has brought the stream into step."""
    rate = Rater(page, before)
    starts = _torn(page, slip) if slip["note"] else _lost(page, slip, rate)
    readings, bounded = search(page.text, starts, _note_at, rate)
    readings = [r for r in readings if _possible(page, slip, r)]
    if slip["note"]:
        choices = _weighed(page, readings + _eaten(page, slip, shadow), rate)
    else:
        # Perhaps nothing has happened: someone wrote `?!`.
        untouched = Reading("", slip.start())
        choices = _weighed(page, [*readings, untouched], rate)
        if choices[0].reading == untouched or choices[0].total - CLEAR < max(
            (c.total for c in choices if c.reading == untouched), default=-np.inf
        ):
            return None, shadow
    edit = _edit(page, slip, choices, bounded)
    return edit, choices[0].reading.at if choices and choices[0].reading.ending == "mark" else None


def find(text: str) -> list[Edit]:
    """
    Find the byte slips of an annotated traditional page.

    The edits restore traditional characters; annotations that stand whole beside a slip stay for
    the rule that drops them. A reading that the bytes exclude is never given: each is encoded, read
    one byte off and compared with the page.

    Parameters
    ----------
    text : str
        The page as decoded, before any other repair.

    Returns
    -------
    list of Edit, by offset
        `inferred` where one reading leads by `CLEAR` nats; else `unresolved`, with gaps (U+FFFD)
        where close readings differ, or unchanged. The evidence has the bytes, `alternatives` the
        other readings. Never `exact`: as pairs may have vanished anywhere, bytes hardly decide.

    Examples
    --------
    >>> [(e.before, e.after) for e in find("濱河?xùn)|西路南延、南中環(huán)東延等道路")]
    [('?xùn)|', '東')]
    >>> find("他问：真的吗?!是的。")
    []
    """
    if not CUE.search(text):
        return []
    page, edits, at, before, shadow = Page.of(text), [], 0, "", None
    while slip := SLIP.search(text, at):
        before = _plain(before + text[at : slip.start()][-CONTEXT * NOTE_SPAN :])[-CONTEXT:]
        edit, shadow = _restored(page, slip, before, shadow)
        at = edit.end if edit else slip.end()
        if edit:
            edits.append(edit)
            before += edit.after
    return edits
