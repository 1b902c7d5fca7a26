"""
Named character classes for use inside `[...]` of a regular expression.

>>> import re
>>> re.findall(f"[{HAN}]+", "发展(fā)二〇三五年")
['发展', '二〇三五年']
"""

from functools import cache, lru_cache

import numpy as np

HAN = (
    "〇"  # written zero, in 二〇三五年
    "\u3400-\u4dbf"  # Extension A
    "\u4e00-\u9fff"  # CJK Unified Ideographs
    "\uf900-\ufaff"  # CJK Compatibility Ideographs
    "\U00020000-\U0003ffff"  # Extensions B and later
)
NUMERALS = "〇零一二三四五六七八九十百千"
# What may close after the end of a sentence.
CLOSERS = "”’」』）)》】\\]"
# Marks inside a sentence, full-width and as many pages have them.
COMMAS = "，、,"
# Letters of Hanyu Pinyin: plain, phonetic a and g, ü ê, with tones, with breves, combining marks.
PINYIN = (
    "a-z\u0251\u0261üê" "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿ" "ăĕĭŏŭ"
    "\u0300\u0301\u0304\u0306\u0308\u030c"
)


def in_gb2312(character: str) -> bool:
    """Whether the standard set of simplified Chinese (GB 2312-80) has this character."""
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def code_points(text: str) -> np.ndarray:
    """Code points, lone surrogates included."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")


# Signs that rules look for, a bit each: so that one look over a text says which rules may find something.
BLANK, BREAK, IS_HAN, DIGIT, COMMA, STOP, NUMERAL, ORDINAL, RANK, OPENING, MARK, STRANGE, DOUBT, SESSION, BRACKET, LETTER = (
    1 << k for k in range(16)
)
_SIGNS = {
    BLANK: " \t\u3000\xa0", BREAK: "\n", IS_HAN: "〇", DIGIT: "0123456789", COMMA: COMMAS, STOP: "。！!", NUMERAL: NUMERALS,
    ORDINAL: "第", RANK: "省市县区州盟旗", OPENING: "《〈“‘「『", MARK: ",，、;；:：。", DOUBT: "?\ufffd锟„&=\\锛銆鈥", SESSION: "届次", BRACKET: "(（",
}  # fmt: skip
_RANGES = {
    IS_HAN: ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0xF900, 0xFB00), (0x20000, 0x40000)),
    LETTER: ((0x61, 0x7B), (0xE0, 0x180), (0x1CD, 0x1DD), (0x251, 0x262), (0x300, 0x30D)),
    STRANGE: ((0x80, 0xA0), (0xC0, 0x100), (0x2E80, 0x2FD6), (0xE000, 0xF900), (0xFF66, 0xFFA0)),
}


@cache
def _signs() -> np.ndarray:
    table = np.zeros(0x110000, np.uint16)
    for bit, characters in _SIGNS.items():
        table[[ord(c) for c in characters]] |= bit
    for bit, ranges in _RANGES.items():
        for first, last in ranges:
            table[first:last] |= bit
    return table


@lru_cache(2)
def signs(text: str) -> np.ndarray:
    """Signs of each character; of the last two texts they are kept, as rule after rule asks for them."""
    found = _signs()[code_points(text)]
    found.flags.writeable = False
    return found


def follow(text: str, *bits: int) -> list[int]:
    """
    Where characters with these signs stand one after the other.

    >>> follow("完成。第一节", STOP, NUMERAL | ORDINAL)
    [2]
    """
    found, size = signs(text), len(text) - len(bits) + 1
    if size <= 0:
        return []
    hits = (found[:size] & bits[0]) != 0
    for k, bit in enumerate(bits[1:], 1):
        hits &= (found[k : k + size] & bit) != 0
    return np.flatnonzero(hits).tolist()


def opened(text: str) -> list[int]:
    """Where a title opens that has the word for a rank within its first six characters."""
    found = np.concatenate([signs(text), np.zeros(7, np.uint16)])
    size = len(text)
    rank = sum((found[k : k + size] & RANK for k in range(3, 7)), np.zeros(size, np.uint16))
    return np.flatnonzero((found[:size] & OPENING != 0) & (rank != 0)).tolist()
