"""
The two bytes of GBK characters, and the annotations that were put between them.

    character(0xC8, 0xEB), code("入")            入, (0xC8, 0xEB)
    vanishing(0xAF)                             lead bytes that make no character after AF
    note_at("?cè)肟", 1).fits("側")              an annotation, whole or torn
    shown("入快車道")                            what is seen of it one byte off
"""

import re
from dataclasses import dataclass
from functools import cache

from restoration import language
from restoration.script import converter

# Both signs for "no such character" in decoders.
HOLES = "?\ufffd"
# GBK: lead bytes 81-FE, trail bytes 40-FE without 7F; so ASCII below 40 is never a trail byte.
LEADS = frozenset(range(0x81, 0xFF))
TRAILS = tuple(b for b in range(0x40, 0xFF) if b != 0x7F)
# A hidden character is sought among those commoner than this (nats): 6,300 of 21,900 in GBK.
RARE = -15.0
# Letters of toned and toneless pinyin, as GBK has them.
PINYIN = "[a-zêüāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńň]{1,6}"
NOTE = re.compile(rf"\(({PINYIN})\)")
# After a hole the parenthesis may be eaten, or not.
TORN = re.compile(rf"\(?({PINYIN})\)")
TONES = str.maketrans("āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüńň", "aaaaeeeeiiiioooouuuuvvvvvnn")


@cache
def character(lead: int, trail: int) -> str:
    """The character of two bytes in GBK; undefined and private codes have none, nor the blank."""
    try:
        return bytes((lead, trail)).decode("gbk").strip()
    except UnicodeDecodeError:
        return ""


@cache
def simple(c: str) -> str:
    """One character simplified; the gap of a lost digit counts as a digit."""
    return "0" if c == "\ufffd" else converter("t2s").convert(c)


@cache
def row(lead: int) -> tuple[tuple[int, str], ...]:
    """Trail byte and character of each code with this lead byte, rare characters left out."""
    found = [(trail, c) for trail in TRAILS if (c := character(lead, trail))]
    rates = language.model().values[0][language.encode("".join(simple(c) for _, c in found))]
    return tuple(pair for pair, rate in zip(found, rates, strict=True) if rate > RARE)


@cache
def vanishing(trail: int) -> frozenset[int]:
    """Lead bytes that make no character when read after this trail byte."""
    return frozenset(b for b in LEADS if trail >= 0x80 and not character(trail, b))


@cache
def code(seen: str) -> tuple[int, int] | None:
    """
    The two bytes behind a character; ASCII counts as folded full-width.

    Examples
    --------
    >>> bytes(code("肟")).hex(), bytes(code("6")).hex(), code("😀")
    ('ebbf', 'a3b6', None)
    """
    if " " <= seen < "\x7f":
        return (0xA1, 0xA1) if seen == " " else (0xA3, ord(seen) | 0x80)
    data = seen.encode("gb18030", "ignore")
    return (data[0], data[1]) if len(data) == 2 else None


def shown(reading: str, undefined: str = "") -> str:
    """
    What a decoder shows of `reading` when its first byte is lost; a last byte alone leaves a hole.

    Examples
    --------
    >>> shown("入快車道"), shown("東")
    ('肟燔嚨?', '|')
    """
    data, seen, at = reading.replace("\ufffd", "0").encode("gbk")[1:], "", 0
    while at < len(data):
        width = 1 if data[at] < 0x80 else 2
        lead, trail, *_ = *data[at : at + width], 0
        if width == 1:
            seen += chr(lead)
        else:
            seen += "?" if trail < 0x40 else character(lead, trail) or undefined
        at += width
    return seen


@dataclass(frozen=True, slots=True)
class Annotation:
    """Where an annotation ends, and its pinyin."""

    end: int
    pinyin: str

    def fits(self, c: str) -> bool:
        """Whether a character has this reading."""
        return has_reading(c, self.pinyin)


def toneless(note: str) -> str:
    """Pinyin without tones; ü becomes v."""
    return note.translate(TONES)


@cache
def _readings(c: str) -> frozenset[str]:
    """The readings of a character, toned and toneless."""
    from pypinyin import Style, pinyin

    if not "\u3400" <= c <= "\u9fff":
        return frozenset()
    toned = pinyin(c, style=Style.TONE, heteronym=True)[0]
    return frozenset(toned) | frozenset(map(toneless, toned))


def has_reading(c: str, note: str) -> bool:
    """Whether `note`, toned or not, is a reading of the character."""
    return note in _readings(c)


@cache
def seconds(note: str) -> dict[int, tuple[int, ...]]:
    """Second bytes of the characters that have a reading, by first byte; rare ones left out."""
    return {h: tuple(t for t, c in row(h) if has_reading(c, note)) for h in sorted(LEADS)}


def note_at(text: str, at: int) -> Annotation | None:
    """The annotation at `at`; after a hole its opening parenthesis may be missing."""
    hit = (TORN if text[at - 1 : at] in tuple(HOLES) else NOTE).match(text, at)
    return hit and Annotation(hit.end(), hit[1])
