"""
What happened to this text? Counts by kind of damage, before any rule may act.

    >>> diagnose("領(lǐng)導(dǎo)幹部").annotated, diagnose("地区生产总值(GDP)").annotated
    (True, False)

A few passes at C speed; thresholds are measured on thirteen clean national reports and on the five.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np

from restoration import hanzi
from restoration.ledger import Edit

# Classes of characters, in the order of `_classes`.
PLAIN, SIMPLIFIED, TRADITIONAL, RARE, ODD, LOST, FOREIGN, FORM = range(8)
# Odd between Chinese characters: Greek, Cyrillic, box drawing, Bopomofo, parenthesised numerals.
ODD_BLOCKS = (
    (0x370, 0x52F), (0x2500, 0x257F), (0x3100, 0x312F), (0x3220, 0x3229), (0xE000, 0xF8FF),
)
# Box drawing, and a line that is a row or a rule of a table: it begins with one and has another.
BOXES = "".join(map(chr, range(0x2500, 0x2580)))
TABLE = re.compile(f"^[ \t\u3000]*[{BOXES}][^\n]*[{BOXES}]", re.MULTILINE)
# Each pattern begins with the narrow class or the mark that it is about and looks back afterwards,
# so that the search runs over ordinary characters at C speed.
_PINYIN = f"[{hanzi.PINYIN}]{{1,9}}\\)"
_NOTE = f" ?[{hanzi.PINYIN}]{{1,9}} ?[)）]"
ANNOTATION = re.compile(f"[(（](?= ?[{hanzi.PINYIN}])(?<=[{hanzi.HAN}][(（]){_NOTE}(?:[(（]{_NOTE})*")
# A hole before a mark, within Chinese or right after a note.
BREAKS = "!?,:;！？，：；。、”“（《…"
SLIP = re.compile(f"\\?(?:{_PINYIN}|(?:(?<=[^\\x00-\\x7f]\\?)|(?<=[{hanzi.PINYIN}]\\)\\?))[{BREAKS}][^\\x00-\\x3e])")
# A page without Chinese is no shorter.
PAGE = 500
# Kana and Hangul: not the marks that Chinese pages have too (ー of names, ・).
FOREIGN_BLOCKS = (
    (0x3041, 0x3096), (0x30A1, 0x30FA), (0xFF66, 0xFF9D), (0x1100, 0x11FF), (0x3131, 0x318E), (0xAC00, 0xD7A3),
)
_BLANK = "[ \u00a0]"
BLANK = re.compile(
    f"{_BLANK}(?<=[{hanzi.HAN}A-Za-z0-9%—，。、；：,;“《{hanzi.CLOSERS}]{_BLANK})"
    f"(?=[{hanzi.HAN}0-9“”《])"
)
# Blanks that a change of font in a PDF leaves: after a number, Latin letters, a dash, beside 〇.
FONT = re.compile(
    f"(?<=[A-Za-z0-9%—])[ \u00a0](?=[{hanzi.HAN}“])|(?<=〇)[ \u00a0](?=[{hanzi.HAN}])"
    f"|(?<=[{hanzi.HAN}])[ \u00a0](?=〇)"
)
# Where Latin letters and numbers meet Chinese, before it and after it.
AFTER = re.compile(f"(?<=[A-Za-z0-9%])([ \u00a0]?)(?=[{hanzi.HAN}])")
BEFORE = re.compile(f"(?<=[{hanzi.HAN}])([ \u00a0]?)(?=[A-Za-z0-9])")
MARKUP = re.compile(r"&[a-z]{2,7};|&#(?:\d{2,6}|x[0-9a-f]{2,6});|</?[a-z]+[ />]", re.IGNORECASE)
# A text may be about markup; then it says so all the time.
SUBJECT = re.compile(
    "```|HTML|网页|标签|代码|语法|转义|粗体|标记|&#?[a-z0-9]+;[”’\"]?(?:表示|代表|是|即)", re.IGNORECASE
)
# Distance at which a form and its simplified one explain each other: 發（发）.
GLOSS = 6


@dataclass(frozen=True)
class Diagnosis:
    """
    Counts of signs of damage in one text.

    Attributes
    ----------
    characters, simplified, traditional_forms : int
        All; those whose script shows: simplified-only and traditional-only forms.
    rare, odd : int
        Han characters outside GB 2312 that are no traditional form; symbols that no report needs.
    lost : int
        U+FFFD and the controls U+0080 to U+009F, characters lost before we saw the text.
    forms : int
        Radicals, compatibility ideographs and presentation forms (`hanzi.find_forms`).
    foreign : bool
        Japanese or Korean (of what is not ASCII one character in twenty is kana or Hangul), or hardly
        anything but ASCII.
    annotations, toned : int
        Pinyin-like brackets after a Han character; those that a program put there (`pinyin_script.ghosts`).
    slips : int
        `?pinyin)` and `?！`, the traces of a byte-level replacement.
    marks, markup : int
        `**`; entities and tags of web pages.
    blanks, fonts : int
        Blanks beside Chinese; those of them that a change of font leaves (`2020 年`, `二 〇`).
    style : bool
        Blanks stand between Chinese and numbers on both sides, or here and there: as their author liked.
    glossed : bool
        Traditional forms stand beside their own simplified ones: a page about script.
    subject : bool
        The text is about markup.
    """

    characters: int
    simplified: int
    traditional_forms: int
    rare: int
    odd: int
    lost: int
    forms: int
    foreign: bool
    annotations: int
    toned: int
    slips: int
    marks: int
    markup: int
    blanks: int
    fonts: int
    style: bool
    subject: bool
    glossed: bool

    @property
    def traditional(self) -> bool:
        """Traditional script: 0.8 of what shows it in the two pages, 0.02 in 1957, else 0."""
        return self.traditional_forms > self.simplified and not self.glossed

    @property
    def mixed(self) -> bool:
        """Traditional forms scattered in simplified text, 1 in 300 at least, not a name or two."""
        scattered = self.traditional_forms >= max(20, self.characters / 300)
        return scattered and not self.traditional and not self.disguised and not self.glossed

    @property
    def annotated(self) -> bool:
        """Pinyin that a program put after everyday characters, wherever they stand."""
        return self.toned > 0

    @property
    def slipped(self) -> bool:
        """Bytes read out of step."""
        return self.slips > 0

    @property
    def disguised(self) -> bool:
        """Doubles of characters: 3 and 1 in 2,000; clean reports have at most 1 in 5,000."""
        return self.rare + self.odd >= max(3, self.characters / 2000)

    @property
    def spaced(self) -> bool:
        """Blanks left by fonts: 3 and 1 in 1,000; national reports have at most 1 in 2,200."""
        return not self.style and self.fonts >= max(3, self.characters / 1000)

    @property
    def marked(self) -> bool:
        """Bold type shown as `**`, entities and tags shown as such."""
        return (self.marks > 1 or self.markup > 0) and not self.subject


@cache
def _classes() -> np.ndarray:
    """Class of each code point."""
    from restoration.pinyin_script import simplified_only, table

    classes = np.zeros(0x110000, np.uint8)
    for first, last in ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0x20000, 0x30000)):
        classes[first:last] = RARE
    characters = "".join(map(chr, range(0x3400, 0xA000))).encode("gb2312", "ignore")
    classes[[ord(c) for c in characters.decode("gb2312")]] = PLAIN
    classes[[ord(c) for c in table() if not hanzi.in_gb2312(c)]] = TRADITIONAL
    classes[[ord(c) for c in simplified_only()]] = SIMPLIFIED
    for kind, blocks in ((ODD, ODD_BLOCKS), (FOREIGN, FOREIGN_BLOCKS)):
        for first, last in blocks:
            classes[first : last + 1] = kind
    classes[[0xFFFD, *range(0x80, 0xA0)]] = LOST
    classes[[*map(ord, hanzi.forms()), 0x201F]] = FORM
    return classes


def diagnose(text: str) -> Diagnosis:
    """Count the signs of each kind of damage in `text`."""
    from restoration.pinyin_script import ghosts

    codes = hanzi.code_points(text)
    counts = np.bincount(_classes()[codes], minlength=8).tolist()
    kana = counts[FOREIGN]
    beyond = np.count_nonzero(codes > 0x7F)
    if 20 * (kana + counts[RARE] + counts[TRADITIONAL]) > beyond:
        kana += sum(map(text.count, _japanese().intersection(text)))
    foreign = (kana > 1 and 20 * kana > beyond) or (len(text) > PAGE and 20 * beyond < len(text))
    # A page with tables has their rules, not doubles of characters.
    if counts[ODD] and TABLE.search(text):
        counts[ODD] = max(0, counts[ODD] - sum(map(text.count, BOXES)))
    annotations = _annotations(text)
    marks, markup = text.count("**"), _count(MARKUP, text, "&", "<")
    blanks = [hit.start() for hit in blank(text)]
    fonts = sum(bool(FONT.match(text, place)) for place in blanks)
    return Diagnosis(
        len(text), *counts[SIMPLIFIED:FOREIGN], counts[FORM], foreign, len(annotations), ghosts(text, annotations),
        slips=_count(SLIP, text, "?"),
        marks=marks,
        markup=markup,
        blanks=len(blanks),
        fonts=fonts,
        style=fonts >= max(3, len(text) / 1000) and not _is_font(text, fonts),
        subject=marks + markup > 0 and 300 * _count(SUBJECT, text, "") > len(text),
        glossed=counts[TRADITIONAL] > 0 and _is_glossed(codes),
    )


@cache
def _japanese() -> frozenset[str]:
    """Everyday characters of Japanese (the first level of JIS) that neither Chinese set has: 関 働 経."""
    rows = (bytes((lead, trail)) for lead in range(0x88, 0x99) for trail in range(0x40, 0xFD))
    found = "".join(code.decode("cp932", "ignore") for code in rows)
    own = {c for c in found if "一" <= c <= "鿿" and not c.encode("cp950", "ignore")}
    return frozenset(c for c in own if not hanzi.in_gb2312(c))


@cache
def _simple() -> np.ndarray:
    """Code point of the simplified form of each code point."""
    from restoration.pinyin_script import table

    forms = np.arange(0x110000, dtype=np.uint32)
    forms[[ord(c) for c in table()]] = [ord(c) for c in table().values()]
    return forms


def _is_glossed(codes: np.ndarray) -> bool:
    """Whether half of the traditional forms have their own simplified ones beside them."""
    places = np.flatnonzero(_classes()[codes] == TRADITIONAL)
    places = places[:: len(places) // 2000 + 1]
    padded = np.concatenate([np.zeros(GLOSS, codes.dtype), codes, np.zeros(GLOSS, codes.dtype)])
    around = padded[places[:, None] + np.arange(2 * GLOSS + 1)]
    return 2 * np.count_nonzero((around == _simple()[codes[places]][:, None]).any(axis=1)) >= len(places)


def _annotations(text: str) -> list[re.Match]:
    """Matches of `ANNOTATION`, tried where a bracket opens before a letter."""
    hits: list[re.Match] = []
    for place in hanzi.follow(text, hanzi.BRACKET, hanzi.LETTER | hanzi.BLANK):
        if not (hits and place < hits[-1].end()) and (hit := ANNOTATION.match(text, place)):
            hits.append(hit)
    return hits


@lru_cache(2)
def blank(text: str) -> tuple[re.Match, ...]:
    """Matches of `BLANK`, tried where there is a blank: two marks are found sooner than a class."""
    return tuple(hit for place in hanzi.places(text, " \u00a0") if (hit := BLANK.match(text, place)))


def _count(pattern: re.Pattern, text: str, *signs: str) -> int:
    """Number of matches; the pattern is only tried where one of its signs occurs."""
    return sum(1 for _ in pattern.finditer(text)) if any(s in text for s in signs) else 0


def _is_font(text: str, fonts: int) -> bool:
    """Whether blanks are a font's habit: after numbers and Latin letters, mostly, and hardly before them."""
    after = [bool(blank) for blank in AFTER.findall(text)]
    before = [bool(blank) for blank in BEFORE.findall(text)]
    if 2 * sum(after) < fonts:  # They stand beside dashes and 〇.
        return True
    close = len(before) - sum(before)
    return sum(after) > 0.6 * len(after) and 5 * sum(before) < sum(after) <= 2 * close


# What looks damaged and stays: listed, with its kind, so that nobody takes silence for soundness. Each pattern is
# of something that no sound Chinese text has.

# Pattern, kind, why it is doubtful; the sign that the text must have, and strings of which it must have one.
DOUBTS: tuple[tuple[re.Pattern, str, str, int, tuple[str, ...]], ...] = (
    (re.compile("\ufffd+"), "decoding", "characters were lost before this text came", hanzi.DOUBT, ("\ufffd",)),
    (re.compile("(?:锟斤拷|锟斤|斤拷)+"), "decoding",
     "lost characters, encoded and read wrongly once more", hanzi.DOUBT, ("锟",)),
    (re.compile(r"\?{3,}"), "decoding", "question marks for characters that were lost", hanzi.DOUBT, ("???",)),
    (re.compile(f"(?<=[{hanzi.HAN}])\\?{{1,2}}(?=[{hanzi.HAN}])"), "decoding",
     "a question mark within a sentence", hanzi.DOUBT, ("?",)),
    (re.compile("[\x80-\x9f]+"), "decoding", "control characters that bytes were read as", hanzi.STRANGE, ()),
    (re.compile("[À-ÖØ-öø-ÿ¡-¿]{4,}"), "decoding", "Western letters where nobody writes them", hanzi.STRANGE, ()),
    (re.compile("[ｦ-ﾟ]{2,}"), "decoding", "half-width kana: bytes read as Japanese", hanzi.STRANGE, ()),
    (re.compile(f"[锛銆鈥鐨][^{hanzi.HAN}\\s]|(?:锛|銆|鈥)"), "decoding",
     "a piece of UTF-8 read as GBK", hanzi.DOUBT, ("锛", "銆", "鈥")),
    (re.compile("[\ue000-\uf8ff]+"), "code point", "private use: a sign of somebody's own font", hanzi.STRANGE, ()),
    (re.compile("[\u2e80-\u2eff\u2f00-\u2fd5]"), "code point", "a radical that stands alone", hanzi.STRANGE, ()),
    (re.compile("[0-9] [0-9] (?:[0-9] )*[0-9] ?(?=[年月日%万亿元])"), "layout",
     "digits set apart", hanzi.DIGIT, (" ",)),
    (re.compile("\n(?:[—–-]{1,2} ?\\d{1,4} ?[—–-]{1,2}|第 ?\\d+ ?页(?:[ ,，/]*共 ?\\d+ ?页)?)(?=\n)"), "layout",
     "the number of a page within the text", hanzi.DIGIT, ("\n-", "\n—", "\n–", "\n第")),
    (re.compile("„[^„‟”\n]{1,30}‟"), "code point", "brackets of Word's symbol font", hanzi.DOUBT, ("„",)),
    (re.compile("&#?[a-zA-Z0-9]{2,8};"), "layout", "an entity of a web page", hanzi.DOUBT, ("&",)),
    (re.compile("=[0-9A-F]{2}(?:=[0-9A-F]{2})+|(?:\\\\u[0-9a-fA-F]{4}){2,}|(?:&#x[0-9a-f]+;)+"), "decoding",
     "bytes or code points written out", hanzi.DOUBT, ("=", "\\", "&")),
)  # fmt: skip
# Brackets of pinyin that stayed on a page of ghost pinyin are no readings of what they follow.
LEFT_NOTE = re.compile(f"[(（](?<=[{hanzi.HAN}][(（]) ?[{hanzi.PINYIN}]{{1,7}} ?[)）]")
FULL_WIDTH = re.compile("[，。]")
# Rows of a kind in one text: more say no more.
MOST = 500


def find_doubts(text: str, annotated: bool = False, subject: bool = False) -> list[Edit]:
    """
    List what looks damaged.

    Parameters
    ----------
    text : str
        A restored text.
    annotated : bool
        Whether its page was one of ghost pinyin.
    subject : bool
        Whether it is about markup, so that entities are its words.

    Returns
    -------
    list of Edit
        *unresolved*, unchanged.
    """
    edits, seen = [], int(np.bitwise_or.reduce(hanzi.signs(text), initial=0))
    for pattern, kind, reason, sign, strings in DOUBTS:
        if strings == (" ",) and not hanzi.follow(text, hanzi.DIGIT, hanzi.BLANK, hanzi.DIGIT):
            continue
        if not seen & sign or (strings and not any(string in text for string in strings)):
            continue
        if not (strings == ("?",) and not _uses_full_width(text)) and not (subject and "&" in strings):
            edits += [_doubt(hit, kind, reason) for hit in _first(pattern, text)]
    if annotated:
        reason = "no reading of the character before it"
        edits += [_doubt(hit, "ghost pinyin", reason) for hit in _first(LEFT_NOTE, text)]
    return edits


def _first(pattern: re.Pattern, text: str) -> Iterator[re.Match]:
    for count, hit in enumerate(pattern.finditer(text)):
        if count >= MOST:
            return
        yield hit


def _uses_full_width(text: str) -> bool:
    """Whether sentences end with full-width marks: then a half-width question mark is none of them."""
    return len(FULL_WIDTH.findall(text)) > 4 * text.count("?") and "？" not in text


def _doubt(hit: re.Match, kind: str, reason: str) -> Edit:
    before = hit[0].lstrip("\n")
    return Edit(hit.end() - len(before), hit.end(), before, before, "doubts", kind, "unresolved", reason)
