"""
What looks damaged and stays: listed, with its kind, so that nobody takes silence for soundness.

    >>> [(edit.before, edit.kind) for edit in find("推动发展\\ufffd\\ufffd，共????万元，见\\ue5e5图")]
    [('\\ufffd\\ufffd', 'decoding'), ('????', 'decoding'), ('\\ue5e5', 'code point')]

Nothing is changed here. Each pattern is of something that no sound Chinese text has.
"""

import re
from collections.abc import Iterator

import numpy as np

from restoration import hanzi
from restoration.ledger import Edit

H = hanzi.HAN
# Pattern, kind, why it is doubtful; the sign that the text must have, and strings of which it must have one.
PATTERNS: tuple[tuple[re.Pattern, str, str, int, tuple[str, ...]], ...] = (
    (re.compile("\ufffd+"), "decoding", "characters were lost before this text came", hanzi.DOUBT, ("\ufffd",)),
    (re.compile("(?:锟斤拷|锟斤|斤拷)+"), "decoding", "lost characters, encoded and read wrongly once more", hanzi.DOUBT, ("锟",)),
    (re.compile(r"\?{3,}"), "decoding", "question marks for characters that were lost", hanzi.DOUBT, ("???",)),
    (re.compile(f"(?<=[{H}])\\?{{1,2}}(?=[{H}])"), "decoding", "a question mark within a sentence", hanzi.DOUBT, ("?",)),
    (re.compile("[\x80-\x9f]+"), "decoding", "control characters that bytes were read as", hanzi.STRANGE, ()),
    (re.compile("[À-ÖØ-öø-ÿ¡-¿]{4,}"), "decoding", "Western letters where nobody writes them", hanzi.STRANGE, ()),
    (re.compile("[ｦ-ﾟ]{2,}"), "decoding", "half-width kana: bytes read as Japanese", hanzi.STRANGE, ()),
    (re.compile(f"[锛銆鈥鐨][^{H}\\s]|(?:锛|銆|鈥)"), "decoding", "a piece of UTF-8 read as GBK", hanzi.DOUBT, ("锛", "銆", "鈥")),
    (re.compile("[\ue000-\uf8ff]+"), "code point", "private use: a sign of somebody's own font", hanzi.STRANGE, ()),
    (re.compile("[\u2e80-\u2eff\u2f00-\u2fd5]"), "code point", "a radical that stands alone", hanzi.STRANGE, ()),
    (re.compile("[0-9] [0-9] (?:[0-9] )*[0-9] ?(?=[年月日%万亿元])"), "layout", "digits set apart", hanzi.DIGIT, (" ",)),
    (re.compile("\n(?:[—–-]{1,2} ?\\d{1,4} ?[—–-]{1,2}|第 ?\\d+ ?页(?:[ ,，/]*共 ?\\d+ ?页)?)(?=\n)"), "layout",
     "the number of a page within the text", hanzi.DIGIT, ("\n-", "\n—", "\n–", "\n第")),
    (re.compile("„[^„‟”\n]{1,30}‟"), "code point", "brackets of Word's symbol font", hanzi.DOUBT, ("„",)),
    (re.compile("&#?[a-zA-Z0-9]{2,8};"), "layout", "an entity of a web page", hanzi.DOUBT, ("&",)),
    (re.compile("=[0-9A-F]{2}(?:=[0-9A-F]{2})+|(?:\\\\u[0-9a-fA-F]{4}){2,}|(?:&#x[0-9a-f]+;)+"), "decoding",
     "bytes or code points written out", hanzi.DOUBT, ("=", "\\", "&")),
)  # fmt: skip
# Brackets of pinyin that stayed on a page of ghost pinyin are no readings of what they follow.
NOTE = re.compile(f"[(（](?<=[{H}][(（]) ?[{hanzi.PINYIN}]{{1,7}} ?[)）]")
FULL_WIDTH = re.compile("[，。]")
# Rows of a kind in one text: more say no more.
MOST = 500


def find(text: str, annotated: bool = False, subject: bool = False) -> list[Edit]:
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
    for pattern, kind, reason, sign, strings in PATTERNS:
        if strings == (" ",) and not hanzi.follow(text, hanzi.DIGIT, hanzi.BLANK, hanzi.DIGIT):
            continue
        if not seen & sign or (strings and not any(string in text for string in strings)):
            continue
        if not (strings == ("?",) and not _uses_full_width(text)) and not (subject and "&" in strings):
            edits += [_row(hit, kind, reason) for hit in _first(pattern, text)]
    if annotated:
        edits += [_row(hit, "ghost pinyin", "no reading of the character before it") for hit in _first(NOTE, text)]
    return edits


def _first(pattern: re.Pattern, text: str) -> Iterator[re.Match]:
    for count, hit in enumerate(pattern.finditer(text)):
        if count >= MOST:
            return
        yield hit


def _uses_full_width(text: str) -> bool:
    """Whether sentences end with full-width marks: then a half-width question mark is none of them."""
    return len(FULL_WIDTH.findall(text)) > 4 * text.count("?") and "？" not in text


def _row(hit: re.Match, kind: str, reason: str) -> Edit:
    before = hit[0].lstrip("\n")
    return Edit(hit.end() - len(before), hit.end(), before, before, "doubts", kind, "unresolved", reason)
