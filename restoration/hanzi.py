"""
Characters: named classes for use inside `[...]` of a regular expression, the signs that rules look for, and
code points made for another use (radicals, presentation forms) with the character that they stand for.

>>> import re
>>> re.findall(f"[{HAN}]+", "发展(fā)二〇三五年")
['发展', '二〇三五年']
>>> [(edit.before, edit.after) for edit in find_forms("⼈⺠⽣活持续改善︐⻓期坚持")]
[('⼈', '人'), ('⺠', '民'), ('⽣', '生'), ('︐', '，'), ('⻓', '长')]
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache

import numpy as np

from restoration.ledger import Edit

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


def places(text: str, marks: Iterable[str]) -> list[int]:
    """
    Where any of a few marks or words stands, in order.

    >>> places("二 〇 二一", "〇 ")
    [1, 2, 3]
    """
    found = []
    for mark in marks:
        place = text.find(mark)
        while place >= 0:
            found.append(place)
            place = text.find(mark, place + 1)
    return sorted(found)


# Signs that rules look for, a bit each: so that one look over a text says which rules may find something.
BLANK, BREAK, IS_HAN, DIGIT, COMMA, STOP, NUMERAL, ORDINAL = (1 << k for k in range(8))
RANK, OPENING, MARK, STRANGE, DOUBT, SESSION, BRACKET, LETTER = (1 << k for k in range(8, 16))
_SIGNS = {
    BLANK: " \t\u3000\xa0",
    BREAK: "\n",
    IS_HAN: "〇",
    DIGIT: "0123456789",
    COMMA: COMMAS,
    STOP: "。！!",
    NUMERAL: NUMERALS,
    ORDINAL: "第",
    RANK: "省市县区州盟旗",
    OPENING: "《〈“‘「『",
    MARK: ",，、;；:：。",
    DOUBT: "?\ufffd锟„&=\\锛銆鈥",
    SESSION: "届次",
    BRACKET: "(（",
}
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


# Code points made for another use: one for one, and so exact. Full-width Latin, digits and marks, circled and
# parenthesised numbers are the author's and stay. A page about radicals keeps them.

FORM_KIND = "code point"
# The radicals supplement, which NFKC leaves: radical and ideograph side by side (Unicode's
# EquivalentUnifiedIdeograph; what has no equivalent, or one beyond the basic plane, is left out).
SUPPLEMENT = (
    "⺁厂⺂乛⺃乚⺄乙⺅亻⺆冂⺈刀⺉刂⺊卜⺋㔾⺌小⺍小⺎兀⺏尣⺐尢⺒巳⺓幺⺔彑⺕彐⺖忄⺗㣺⺘扌⺙攵⺛旡⺜日⺝月⺞歺⺟母⺠民"
    "⺡氵⺢氺⺣灬⺤爫⺥爫⺦丬⺧牛⺨犭⺩王⺫罒⺬示⺭礻⺮竹⺯糹⺰纟⺱罓⺲罒⺳网⺶羊⺷羊⺸羊⺹耂⺺肀⺻聿⺼肉⺽臼⺾艹⺿艹⻀艹"
    "⻁虎⻂衤⻃覀⻄西⻅见⻆角⻈讠⻉贝⻊足⻋车⻌辶⻍辶⻎辶⻏阝⻐钅⻑長⻒镸⻓长⻔门⻖阝⻗雨⻘青⻙韦⻚页⻛风⻜飞⻝食⻟飠⻠饣⻢马"
    "⻣骨⻤鬼⻥鱼⻦鸟⻧卤⻨麦⻩黄⻪黾⻫斉⻬齐⻭歯⻮齿⻯竜⻰龙⻱龜⻲亀⻳龟"
)
# Presentation forms for vertical lines, and small forms (Big5, CNS 11643), with the mark they are.
PRESENTATION = (
    "︐，︑、︒。︓：︔；︕！︖？︗〖︘〗︙…︱—︲–︳_︵（︶）︷｛︸｝︹〔︺〕︻【︼】︽《︾》︿〈﹀〉﹁「﹂」﹃『﹄』﹇［﹈］"
    "﹐，﹑、﹒．﹔；﹕：﹖？﹗！﹘—﹙（﹚）﹛｛﹜｝﹝〔﹞〕﹟#﹠&﹡*﹢+﹣-﹤<﹥>﹦=﹨\\﹩$﹪%﹫@"
)
# GB 18030-2000 had these in its private area, as Python's table still has.
PRIVATE = (
    "\ue78d，\ue78e。\ue78f、\ue790：\ue791；\ue792！\ue793？\ue794〖\ue795〗\ue796…\ue7c7ḿ\ue7c8ǹ\ue81e龴\ue826龵\ue82b龶"
    "\ue82c龷\ue832龸\ue843龹\ue854龺\ue864龻"
)
# Beyond these nothing is looked for: radicals, compatibility ideographs, forms, private use.
ANY = re.compile("[\u2e80-\u2fd5\ue78d-\ue796\ue7c7\ue7c8\ue81e-\ue864\uf900-\ufad9\ufe10-\ufe6b\U0002f800-\U0002fa1d]")
RADICAL = re.compile("[\u2e80-\u2fd5]")
BESIDE = re.compile(f"[{HAN}\u2e80-\u2fd5]")
ABOUT_FORMS = re.compile(
    "部首|偏旁|康熙|部件|字根|笔画|筆畫|Unicode|U\\+|码位|碼位|兼容汉字|相容漢字|异体字|異體字", re.IGNORECASE
)
# A form that stands so near to its own character is set against it.
NEAR = 6
# Word's symbol font has 〔 〕 of document numbers as low and high quotation marks.
NUMBERED = re.compile("\u201e((?:19|20)[0-9]{2})\u201f(?=\\s?第?[0-9]+号)")


@cache
def forms() -> dict[str, str]:
    """Code point and the character that it stands for."""
    pairs = SUPPLEMENT + PRESENTATION + PRIVATE
    found = dict(zip(pairs[::2], pairs[1::2], strict=True))
    for first, last in ((0x2F00, 0x2FD6), (0xF900, 0xFADA), (0x2F800, 0x2FA1E)):
        for character in map(chr, range(first, last)):
            plain = unicodedata.normalize("NFKC", character)
            if len(plain) == 1 and plain != character:
                found[character] = plain
    return found


def find_forms(text: str) -> list[Edit]:
    """
    List compatibility code points, each with the character that it stands for.

    Parameters
    ----------
    text : str
        A Chinese text; in Japanese and Korean ones compatibility ideographs are names' own forms.

    Returns
    -------
    list of Edit
        One character each, *exact*.

    Examples
    --------
    >>> [(e.before, e.after) for e in find_forms("国办发„2009‟3号，﹙５％﹚，⑴①")]
    [('„', '〔'), ('‟', '〕'), ('﹙', '（'), ('﹚', '）')]
    """
    edits = []
    if "\u201f" in text:
        for hit in NUMBERED.finditer(text):
            for place, after in ((hit.start(), "〔"), (hit.end() - 1, "〕")):
                edits.append(_form(place, text[place], after, "brackets of a document number in Word's symbol font"))
    if not ANY.search(text):
        return edits
    subject = ABOUT_FORMS.search(text) is not None
    hits = [hit for hit in ANY.finditer(text) if hit[0] in forms()]
    if 2 * sum(_set_against(text, hit.start()) for hit in hits) > len(hits):
        return edits
    for hit in hits:
        after = forms()[hit[0]]
        if not ((RADICAL.match(hit[0]) or "\uf900" <= hit[0] <= "\ufad9") and subject) and not (
            RADICAL.match(hit[0]) and not _beside(text, hit.start())
        ):
            name = unicodedata.name(hit[0], f"private use {ord(hit[0]):04X} of GB 18030-2000").lower()
            edits.append(_form(hit.start(), hit[0], after, f"{name} stands for {after}"))
    return edits


def _set_against(text: str, place: int) -> bool:
    """Whether a form's own character stands near it."""
    return forms()[text[place]] in text[max(0, place - NEAR) : place + NEAR + 1]


def _beside(text: str, place: int) -> bool:
    """Whether a radical stands beside a character, as one of a word does."""
    return any(BESIDE.match(c) for c in text[max(0, place - 1) : place] + text[place + 1 : place + 2])


def _form(place: int, before: str, after: str, reason: str) -> Edit:
    return Edit(place, place + 1, before, after, "code_points.table", FORM_KIND, "exact", reason)
