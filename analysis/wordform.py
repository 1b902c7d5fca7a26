"""
One form for each character: what is counted, searched and read, while the text stays as restored.

Pages print ２０３５ and 2035, ＧＤＰ and GDP, and pages made from PDF write ⼯ (a radical) for 工. They
are one word each. `fold` gives the one form, character for character, so that every offset in the
form is an offset in the text.
"""

import re
import unicodedata
from functools import cache

import numpy as np

# Radicals of the block U+2E80 and the ideographs they stand for, where both are in the basic plane:
# Unicode's property Equivalent_Unified_Ideograph (EquivalentUnifiedIdeograph.txt). The block
# U+2F00 needs no list: its radicals are compatibility forms of their ideographs.
_RADICALS = (
    "⺁厂⺄乙⺅亻⺆冂⺈刀⺉刂⺊卜⺌小⺍小⺎兀⺏尣⺐尢⺒巳⺓幺⺔彑⺖忄⺗心⺘扌⺙攵⺛旡⺜日⺝月⺞歺⺟母⺠民⺡氵⺢氺⺣灬⺤爫⺥爫⺦丬⺧牛⺨犭"
    "⺩王⺫目⺬示⺭礻⺯糹⺰纟⺱罓⺲罒⺴冗⺶羊⺹耂⺺肀⺻聿⺼肉⺾艹⺿艹⻀艹⻁虎⻂衤⻃覀⻄西⻅见⻆角⻈讠⻉贝⻋车⻌辶⻍辶⻎辶⻏邑⻐钅⻑長⻒镸"
    "⻓长⻔门⻖阝⻗雨⻘青⻙韦⻚页⻛风⻜飞⻝食⻟飠⻠饣⻢马⻣骨⻤鬼⻥鱼⻦鸟⻧卤⻨麦⻩黄⻪黾⻫斉⻬齐⻭歯⻮齿⻯竜⻰龙⻱龜⻲亀⻳龟"
)  # fmt: skip
# Forms of a letter, digit or ideograph that carry no meaning of their own. Not ² and ①: 10² is not 102.
_MERE_FORMS = {"<wide>", "<narrow>", "<font>"}
# Where they may stand: CJK radicals, compatibility ideographs, letterlike symbols, full width,
# mathematical letters and digits, compatibility ideographs of the second plane.
_BLOCKS = ((0x2100, 0x2150), (0x2E80, 0x2FE0), (0xF900, 0xFB00), (0xFF00, 0xFFF0),
           (0x1D400, 0x1D800), (0x2F800, 0x2FA20))  # fmt: skip

_COMMA, _STOP, _DOT, _RING = 0xFF0C, 0xFF0E, 0x00B7, 0x25CB
# Digits in groups: 4,153.25; a page may print its commas in full width (４，１５３).
GROUPED = re.compile(r"(?<![\d.,，A-Za-z])\d{1,3}(?:[,，]\d{3})+(?!\d|[,，]\d)(?:\.\d+)?%?")
# 19·5% as older reports print it; 5·12 is a date.
_RAISED = re.compile(r"(?<=\d)·(?=\d+%)")
_HAN_DIGITS = "一二三四五六七八九十〇零○"
# 二○○六年 in a row of numerals is 二〇〇六年; elsewhere ○ is a bullet.
_ZERO = re.compile(f"(?<=[{_HAN_DIGITS}])○|○(?=[{_HAN_DIGITS}])")


def fold(text: str) -> str:
    """
    Give the one form of a text that words are counted, searched and read in.

    Full-width digits, letters, per cent signs and points between digits; radicals and
    compatibility ideographs; commas within a number; ○ among Han numerals. Everything else stays,
    Han of the traditional script and full-width punctuation too.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
        Of the same length, so that offsets hold in both; the text itself where nothing is folded.

    Examples
    --------
    >>> fold("到２０３５年，ＧＤＰ增长５．５％，达到４，１５３亿元")
    '到2035年，GDP增长5.5%，达到4,153亿元'
    >>> fold("⼯业、二○○六年、○要点、10²")
    '工业、二〇〇六年、○要点、10²'
    """
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
    # Almost all characters are of two ranges in which nothing is folded, and one look tells.
    odd = ((codes > 0x9FFF) | (codes - 0x2100 < 0xF00)) & (codes != _COMMA)
    formed = codes
    if odd.any():
        places = np.flatnonzero(odd)
        changed = _table()[codes[places]]
        if (changed != codes[places]).any():
            formed = codes.copy()
            formed[places] = changed
            text = _text(formed)
    return _in_context(text, formed)


def _in_context(text: str, codes: np.ndarray) -> str:
    """Fold the marks that mean one thing between digits and another elsewhere."""
    digit = codes - 0x30 < 10
    between = np.zeros(len(codes), bool)
    between[1:-1] = digit[:-2] & digit[2:]
    stops, commas, dots = ((codes == mark) & between for mark in (_STOP, _COMMA, _DOT))
    if stops.any():
        text = _text(np.where(stops, ord("."), codes))
    if commas.any():
        text = GROUPED.sub(lambda found: found[0].replace("，", ","), text)
    if dots.any():
        text = _RAISED.sub(".", text)
    return _ZERO.sub("〇", text) if "○" in text else text


def _text(codes: np.ndarray) -> str:
    return codes.tobytes().decode("utf-32-le", "surrogatepass")


@cache
def _table() -> np.ndarray:
    """The form of every character, by its code."""
    table = np.arange(0x110000, dtype="<u4")
    for low, high in _BLOCKS:
        for code in range(low, high):
            table[code] = ord(_form(chr(code)))
    for radical, han in zip(_RADICALS[::2], _RADICALS[1::2], strict=True):
        table[ord(radical)] = ord(han)
    return table


def _form(character: str) -> str:
    """
    Give the form of one character.

    >>> [_form(c) for c in "Ａ％⼯，㈱Ω"]
    ['A', '%', '工', '，', '㈱', 'Ω']
    """
    mark, _, _ = unicodedata.decomposition(character).partition(" ")
    form = unicodedata.normalize("NFKC", character)
    radical = 0x2E80 <= ord(character) < 0x2FE0
    mere = mark in _MERE_FORMS or radical or (mark and not mark.startswith("<"))
    return form if mere and len(form) == 1 and (form.isalnum() or form == "%") else character
