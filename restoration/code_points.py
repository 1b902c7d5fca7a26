"""
Characters that a file has under a code point made for another use: radicals, presentation forms.

    >>> [(edit.before, edit.after) for edit in find("⼈⺠⽣活持续改善︐⻓期坚持")]
    [('⼈', '人'), ('⺠', '民'), ('⽣', '生'), ('︐', '，'), ('⻓', '长')]

One for one, and so exact. Full-width Latin, digits and marks, circled and parenthesised numbers are
the author's and stay. A page about radicals keeps them.
"""

import re
import unicodedata
from functools import cache

from restoration import hanzi
from restoration.ledger import Edit

KIND = "code point"
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
BESIDE = re.compile(f"[{hanzi.HAN}\u2e80-\u2fd5]")
SUBJECT = re.compile(
    "部首|偏旁|康熙|部件|字根|笔画|筆畫|Unicode|U\\+|码位|碼位|兼容汉字|相容漢字|异体字|異體字", re.IGNORECASE
)
# A form that stands so near to its own character is set against it.
NEAR = 6
# Word's symbol font has 〔 〕 of document numbers as low and high quotation marks.
NUMBERED = re.compile("\u201e((?:19|20)[0-9]{2})\u201f(?=\\s?第?[0-9]+号)")


@cache
def table() -> dict[str, str]:
    """Code point and the character that it stands for."""
    pairs = SUPPLEMENT + PRESENTATION + PRIVATE
    found = dict(zip(pairs[::2], pairs[1::2], strict=True))
    for first, last in ((0x2F00, 0x2FD6), (0xF900, 0xFADA), (0x2F800, 0x2FA1E)):
        for character in map(chr, range(first, last)):
            plain = unicodedata.normalize("NFKC", character)
            if len(plain) == 1 and plain != character:
                found[character] = plain
    return found


def find(text: str) -> list[Edit]:
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
    >>> [(e.before, e.after) for e in find("国办发„2009‟3号，﹙５％﹚，⑴①")]
    [('„', '〔'), ('‟', '〕'), ('﹙', '（'), ('﹚', '）')]
    """
    edits = []
    if "\u201f" in text:
        for hit in NUMBERED.finditer(text):
            for place, after in ((hit.start(), "〔"), (hit.end() - 1, "〕")):
                edits.append(_edit(place, text[place], after, "brackets of a document number in Word's symbol font"))
    if not ANY.search(text):
        return edits
    subject = SUBJECT.search(text) is not None
    hits = [hit for hit in ANY.finditer(text) if hit[0] in table()]
    if 2 * sum(_set_against(text, hit.start()) for hit in hits) > len(hits):
        return edits
    for hit in hits:
        after = table()[hit[0]]
        if not ((RADICAL.match(hit[0]) or "\uf900" <= hit[0] <= "\ufad9") and subject) and not (
            RADICAL.match(hit[0]) and not _beside(text, hit.start())
        ):
            name = unicodedata.name(hit[0], f"private use {ord(hit[0]):04X} of GB 18030-2000").lower()
            edits.append(_edit(hit.start(), hit[0], after, f"{name} stands for {after}"))
    return edits


def _set_against(text: str, place: int) -> bool:
    """Whether a form's own character stands near it."""
    return table()[text[place]] in text[max(0, place - NEAR) : place + NEAR + 1]


def _beside(text: str, place: int) -> bool:
    """Whether a radical stands beside a character, as one of a word does."""
    return any(BESIDE.match(c) for c in text[max(0, place - 1) : place] + text[place + 1 : place + 2])


def _edit(place: int, before: str, after: str, reason: str) -> Edit:
    return Edit(place, place + 1, before, after, "code_points.table", KIND, "exact", reason)
