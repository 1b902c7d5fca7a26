"""
What happened to this text? Counts by kind of damage, before any rule may act.

    >>> diagnose("領(lǐng)導(dǎo)幹部").annotated, diagnose("地区生产总值(GDP)").annotated
    (True, False)

A few passes at C speed; thresholds are measured on thirteen clean national reports and on the five.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

import numpy as np

from analysis import hanzi

# Classes of characters, in the order of `_classes`.
PLAIN, SIMPLIFIED, TRADITIONAL, RARE, ODD, LOST = range(6)
# Odd between Chinese characters: Greek, Cyrillic, box drawing, Bopomofo, parenthesised numerals.
ODD_BLOCKS = (
    (0x370, 0x52F), (0x2500, 0x257F), (0x3100, 0x312F), (0x3220, 0x3229), (0xE000, 0xF8FF),
)
ANNOTATION = re.compile(f"(?<=[{hanzi.HAN}])(?:\\([{hanzi.PINYIN}]{{1,9}}\\))+")
SLIP = re.compile(f"\\?[{hanzi.PINYIN}]{{1,9}}\\)|[{hanzi.HAN}]\\?[！？]")
BLANK = re.compile(
    f"(?<=[{hanzi.HAN}A-Za-z0-9%—，。、；：,;“《{hanzi.CLOSERS}])[ \u00a0]+"
    f"(?=[{hanzi.HAN}A-Za-z0-9“”《])"
)


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
        U+FFFD, characters lost before we saw the text.
    annotations, toned : int
        Pinyin-like brackets after a Han character; those with a tone mark after a traditional one.
    slips : int
        `?pinyin)` and `?！`, the traces of a byte-level replacement.
    marks, spaces : int
        `**`; blanks within Chinese.
    """

    characters: int
    simplified: int
    traditional_forms: int
    rare: int
    odd: int
    lost: int
    annotations: int
    toned: int
    slips: int
    marks: int
    spaces: int

    @property
    def traditional(self) -> bool:
        """Traditional script: 0.85 in the two pages, at most 0.02 in the others (1957)."""
        return self.traditional_forms > 0.25 * (self.traditional_forms + self.simplified)

    @property
    def mixed(self) -> bool:
        """Traditional forms scattered in simplified text, 1 in 300 at least, not a name or two."""
        scattered = self.traditional_forms >= max(20, self.characters / 300)
        return scattered and not self.traditional and not self.disguised

    @property
    def annotated(self) -> bool:
        """Pinyin after characters that were converted: never done by hand in a report."""
        return self.toned > 0 or self.annotations >= max(5, self.characters / 500)

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
        """Blanks within Chinese: 3 and 1 in 1,000; national reports have at most 1 in 2,200."""
        return self.spaces >= max(3, self.characters / 1000)


@cache
def _classes() -> np.ndarray:
    """Class of each code point."""
    from analysis.restoration.script import table

    classes = np.zeros(0x110000, np.uint8)
    for code in (*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000), *range(0x20000, 0x30000)):
        classes[code] = PLAIN if hanzi.in_gb2312(chr(code)) else RARE
    for old, new in table().items():
        if not hanzi.in_gb2312(old):
            classes[ord(old)] = TRADITIONAL
            if hanzi.in_gb2312(new):
                classes[ord(new)] = SIMPLIFIED
    for first, last in ODD_BLOCKS:
        classes[first : last + 1] = ODD
    classes[0xFFFD] = LOST
    return classes


def diagnose(text: str) -> Diagnosis:
    """Count the signs of each kind of damage in `text`."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
    counts = np.bincount(_classes()[codes], minlength=6).tolist()
    annotations = list(ANNOTATION.finditer(text)) if "(" in text else []
    toned = sum(not hit[0].isascii() and _traditional(text[hit.start() - 1]) for hit in annotations)
    return Diagnosis(
        len(text), *counts[SIMPLIFIED:], len(annotations), toned,
        slips=sum(1 for _ in SLIP.finditer(text)) if "?" in text else 0,
        marks=text.count("**"),
        spaces=sum(1 for _ in BLANK.finditer(text)),
    )


def _traditional(character: str) -> bool:
    return bool(_classes()[ord(character)] == TRADITIONAL)
