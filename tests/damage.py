"""
The damage of `RESTORATION.md`, done on purpose: clean simplified text in, a damaged page out.

    traditional(text)                 one character for one, as the pages have it
    ghost(text, TABLE)                `(pinyin)` after the bytes of a character, wherever they stand
    punctuated(text)                  the second pass of the same kind, before punctuation
    page(text)                        all of it, with full-width ASCII folded

Independent of `analysis`: it imports nothing from there, so that it can convict it.
"""

import csv
import random
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

CASES = Path(__file__).parent / "cases"
# What the two traditional pages left simplified, being traditional characters too (or missed).
KEPT = frozenset("后于里斗干系制布面松群范游并占征余筑采峰云郁恒愿床灶涌吃圣伙杰台只谷卜丑几")
# Full-width ASCII of GBK row A3, halved by the crawl after all else.
FOLD = {0xFEE0 + code: code for code in range(0x21, 0x7F)} | {0x3000: 0x20}
# Marks that the second pass put something before, in its order: each is searched through the whole
# text before the next, which is why only ! and ? are found across two characters.
MARKS = ("”", "、", "。", "，", "！", "？")
# Stands where the pass put its mark: one ASCII byte, gone from the text where nothing ate it.
BREAK = b"\x00"
NOTE = re.compile(r"\([a-zü\u00e0-\u01dc]{1,6}\)")


@cache
def table(page: str = "") -> tuple[tuple[str, str], ...]:
    """Characters and readings that the pages annotate; `page` "000" or "001" for one of them."""
    with open(CASES / "ghost_pinyin.csv", encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if page in row["pages"]]
    return tuple((row["character"], row["pinyin"]) for row in rows)


def sampled_table(text: str, seed: int, size: int = 90) -> tuple[tuple[str, str], ...]:
    """Another page's table, in its own order: frequent traditional characters of a clean text."""
    from pypinyin import Style, pinyin

    counts = Counter(c for c in text if traditional(c) != c)
    frequent = [traditional(c) for c, _ in counts.most_common(3 * size)]
    drawn = random.Random(seed).sample(sorted(set(frequent)), min(size, len(set(frequent))))
    return tuple((c, pinyin(c, style=Style.TONE)[0][0]) for c in drawn)


@cache
def _converter():
    import opencc

    return opencc.OpenCC("s2t")


@cache
def _traditional(character: str) -> str:
    """One character for one; left as it is where it is kept or its form is not in GBK."""
    form = character if character in KEPT else _converter().convert(character)
    try:
        return form if len(form) == 1 and len(form.encode("gbk")) == 2 else character
    except UnicodeEncodeError:
        return character


def traditional(text: str) -> str:
    """Traditional script by a table of single characters."""
    return "".join(_traditional(c) if "\u3400" <= c <= "\u9fff" else c for c in text)


def annotate(data: bytes, characters) -> bytes:
    """`(pinyin)` after the bytes of each character, also where they are halves of two others."""
    for character, reading in characters:
        pattern = character.encode("gbk")
        data = data.replace(pattern, pattern + f"({reading})".encode("gbk"))
    return data


def punctuate(data: bytes) -> bytes:
    """A break before each mark that a Chinese character follows, also where it is two halves."""
    for mark in MARKS:
        pattern = re.escape(mark.encode("gbk")) + rb"(?=[\x81-\xa0\xb0-\xf7])"
        data = re.sub(pattern, lambda hit: BREAK + hit[0], data)
    return data


def decode(data: bytes, *, hole: str = "?") -> str:
    """Pairs from the left; a lead byte takes an ASCII byte below 0x40 along as `hole`."""
    out, at = [], 0
    while at < len(data):
        width = 1 if data[at] < 0x80 else 2
        pair = data[at : at + width]
        out.append(hole if width == 2 and (len(pair) == 1 or pair[1] < 0x40) else _character(pair))
        at += width
    return "".join(out)


@cache
def _character(pair: bytes) -> str:
    """The character of one code; codes without one keep their place as private-use characters."""
    try:
        return pair.decode("gb18030")
    except UnicodeDecodeError:
        return ""


def ghost(text: str, characters, *, hole: str = "?") -> str:
    """Annotated and decoded again: the slips of the first kind."""
    return decode(annotate(text.encode("gb18030"), characters), hole=hole)


def punctuated(text: str, *, hole: str = "?") -> str:
    """Marked before punctuation and decoded again: slips with `?!` and `??`, and ends at marks."""
    marked = punctuate(text.encode("gb18030"))
    return decode(marked, hole=hole).replace(BREAK.decode(), "")


@cache
def _in_gbk(character: str) -> bool:
    try:
        return bool(character.encode("gbk"))
    except UnicodeEncodeError:
        return False


def cleared(text: str, undefined: str = "") -> str:
    """Characters outside GBK vanish, or leave `undefined` in their place."""
    return "".join(c if _in_gbk(c) or c == "\ufffd" else undefined for c in text)


def page(
    text: str, characters=None, *, marks=True, fold=True, hole: str = "?", undefined: str = ""
) -> str:
    """
    A damaged page of clean simplified text; characters that GBK lacks are dropped beforehand.

    >>> page("地热能、生物质能", table("001"))
    '地?zé)崮?、生物質(zhì)能'
    """
    text = cleared(traditional(text))
    text = ghost(text, table() if characters is None else characters, hole=hole)
    text = punctuated(text, hole=hole) if marks else text
    text = cleared(text, undefined)
    return text.translate(FOLD) if fold else text


def unannotated(text: str) -> str:
    """Without the annotations that stand whole."""
    return NOTE.sub("", text)


@dataclass(frozen=True)
class Verdict:
    """What a restorer made of one damaged place; `truth` is the clean text there."""

    seen: str
    made: str
    truth: str
    confidence: str
    margin: float | None

    @property
    def right(self) -> bool:
        return self.made == self.truth


def judge(clean: str, damaged: str, edits) -> list[Verdict]:
    """
    Compare edits of a damaged page with the clean traditional text, place by place.

    Between edits the page without annotations must be the clean text; where it is not, damage was
    missed, and the place up to where both agree again counts as one more verdict ("missed").
    """
    verdicts, at, place = [], 0, 0
    stops = [*edits, None]
    for number, edit in enumerate(stops):
        kept = NOTE.sub("", damaged[place : edit.start if edit else None])
        while not clean.startswith(kept, at):
            same = next(i for i, c in enumerate(kept) if clean[at + i : at + i + 1] != c)
            seen, truth, kept = _until_agreement(kept[same:], clean[at + same :])
            verdicts.append(Verdict(seen, seen, truth, "missed", None))
            at += same + len(truth)
        at += len(kept)
        if edit:
            following = stops[number + 1]
            rest = NOTE.sub("", damaged[edit.end : following.start if following else None])
            end = clean.find(rest[:12], at) if rest else len(clean)
            truth = clean[at : end if end >= 0 else at]
            verdicts.append(Verdict(edit.before, edit.after, truth, edit.confidence, edit.margin))
            at, place = at + len(truth), edit.end
    return verdicts


def _until_agreement(kept: str, clean: str, key: int = 6) -> tuple[str, str, str]:
    """What is seen, what is true, and what is left to compare where both agree again."""
    for start in range(1, len(kept) - key):
        end = clean[: start + 200].find(kept[start : start + key])
        if end >= 0:
            return kept[:start], clean[:end], kept[start:]
    return kept, clean[: len(kept)], ""
