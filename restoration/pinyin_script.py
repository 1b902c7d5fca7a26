"""
Ghost pinyin and traditional script: readings put after characters, and the characters themselves.

    >>> [(e.start, e.before) for e in find_pinyin("領(lǐng)導(dǎo)干部看地區(qū)生產總值(GDP)")]
    [(1, '(lǐng)'), (8, '(dǎo)'), (18, '(qū)')]
    >>> [(e.before, e.after) for e in find_script("成效顯著,著力發展")]
    [('顯', '显'), ('發', '发'), ('著', '着')]

Both are only called on pages that the diagnosis finds annotated, or in traditional script. Script
changes characters one for one: OpenCC's tables, and 著 by the words.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import Counter
from functools import cache, lru_cache
from pathlib import Path

import numpy as np

from restoration import char_model, hanzi
from restoration.diagnosis import ANNOTATION
from restoration.ledger import Edit

PINYIN = "ghost pinyin"
# A page that teaches readings says so; a program that annotates has no such words, and more notes.
LESSON = re.compile("拼音|注音|读音|讀音|多音字|生字|加点字|加點字|字音|声调|聲調")
BRACKET = re.compile(r"[(（] ?([^()（） ]+) ?[)）]")
HAN_AFTER = re.compile(f"(?<=\\)) (?=[{hanzi.HAN}])")
# Acute, grave, macron, caron: the four tones. The diaeresis of ü is no tone.
TONES = {0x301: None, 0x300: None, 0x304: None, 0x30C: None}
# Signs that pages use for others: ɡ and ɑ of the phonetic alphabet, v typed for ü, a breve for ˇ.
LETTERS = {ord("\u0261"): "g", ord("\u0251"): "a", ord("v"): "ü", ord("\u0306"): "\u030c"}


def _spelled(reading: str) -> str:
    """Write a reading in one way: composed letters, g for ɡ, ü for v."""
    apart = unicodedata.normalize("NFD", reading).translate(LETTERS)
    return unicodedata.normalize("NFC", apart)


def _toneless(reading: str) -> str:
    """Drop the tone of a reading."""
    bare = unicodedata.normalize("NFD", reading).translate(TONES)
    return unicodedata.normalize("NFC", bare)


@cache
def _readings(character: str) -> frozenset[str]:
    """All readings of a character and of its simplified form, with tones."""
    from pypinyin import Style, pinyin

    forms = {character, table().get(character, character)}
    found = (pinyin(form, style=Style.TONE, heteronym=True, errors="ignore") for form in forms)
    return frozenset(reading for lists in found for reads in lists for reading in reads)


@cache
def _usual(character: str) -> str:
    """The first reading of a character, with its tone."""
    from pypinyin import Style, pinyin

    return pinyin(character, style=Style.TONE, errors="ignore")[0][0] if character else ""


@lru_cache(1 << 12)
def _evidence(character: str, written: str) -> tuple[str, str] | None:
    """Confidence and reason for taking `written` as a reading of `character`, if it is one."""
    reading = _spelled(written)
    if reading in _readings(character):
        return "exact", f"{reading} is a reading of {character}"
    if reading in {_toneless(known) for known in _readings(character)}:
        return "inferred", f"{reading} is a reading of {character} without its tone"
    return None


def ghosts(text: str, annotations: list[re.Match]) -> int:
    """
    Count annotations that a program made: none if an author may have made them.

    A program annotates every occurrence of a character of its table, always with the same reading;
    its tables are of everyday traditional characters. An author annotates what is rare or may be read
    in two ways, once. Where the characters have been simplified since, the readings must be the usual
    ones as well: five of them, and none after a character that has but one form.
    """
    from restoration.lookalikes import standard

    if not annotations:
        return 0
    notes = Counter()
    for (character, note), n in Counter((text[hit.start() - 1], hit[0]) for hit in annotations).items():
        notes[character, _toneless(_spelled(re.sub("[ (（)）].*", "", note.lstrip(" (（"))))] += n
    if sum(notes.values()) < 30 * len(LESSON.findall(text)):
        return 0
    everyday = {c for c, _ in notes if standard().get(table().get(c, c)) == 1}
    old = {c for c in everyday if c in table() and not hanzi.in_gb2312(c)}
    found = {(c, r): n for (c, r), n in notes.items() if c in everyday and r in {*map(_toneless, _readings(c))}}
    at_home = sum(n for (c, _), n in found.items() if c in old)
    if not at_home:
        new = {c for c in everyday if c in simplified_only()}
        at_home = sum(n for (c, r), n in found.items() if c in new and r == _toneless(_usual(c)))
        if at_home < max(5, len(text) / 500) or at_home < 0.9 * sum(notes.values()):
            return 0
    elif at_home < 0.7 * sum(notes.values()):
        return 0
    often = Counter(c for c, _ in found)
    if sum(n > 1 for n in often.values()) > 0.1 * len(often):  # 還(hái), 還(huán): somebody tells them apart.
        return 0
    everywhere = sum(text.count(c) for c in {c for c, _ in found})
    return at_home if sum(found.values()) >= 0.7 * everywhere else 0


def find_pinyin(text: str) -> list[Edit]:
    """List the brackets of pinyin in an annotated text that are readings of what they follow."""
    edits, strange = [], 0
    for hit in ANNOTATION.finditer(text):
        character, place = text[hit.start() - 1], hit.start()
        for bracket in BRACKET.finditer(hit[0]):
            reason = _evidence(character, bracket[1])
            if reason is None:
                strange += 1
                break
            start, end = place + bracket.start(), place + bracket.end()
            # A blank after the note came with it: Chinese is written without.
            if HAN_AFTER.match(text, end):
                end += 1
            edits.append(Edit(start, end, text[start:end], "", "pinyin.annotation", PINYIN, *reason))
    # Latin words in brackets may be readings by chance: (an), (he), (ping).
    return edits if len(edits) > strange else []

SCRIPT = "traditional script"
# Every block with characters that have a simplified form.
BLOCKS = ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0x20000, 0x323B0))
# Traditional characters that simplify in two ways, by the word they stand in; OpenCC decides by
# phrases, but for 著, which it leaves. The first form is the usual one, the second names and words.
SEVERAL = {
    "乾": "干乾", "瞭": "了瞭", "藉": "借藉", "徵": "征徵", "餘": "余馀", "鍾": "钟锺",
    "於": "于於", "麼": "么麽", "夥": "伙夥",
}
# Kana and Hangul, by which a line is not Chinese.
KANA = re.compile("[\u3041-\u3096\u30a1-\u30fa\uff66-\uff9d\uac00-\ud7a3]")
# Kinds of traditional forms in a page of two scripts.
SCATTERED = 8
# First character beyond the basic plane.
BEYOND = "\U00010000"
# A word vouches for 著 from this frequency in jieba's list: rarer entries are pieces of names and
# unconverted Taiwanese spellings (穿著, 緊接著, each with the frequency 3).
VOUCHES = 7


@cache
def converter(name: str = "t2s"):
    """OpenCC's tables, read once and kept: to let them go takes half as long as to read them."""
    import opencc

    return opencc.OpenCC(name)


@cache
def table() -> dict[str, str]:
    """
    Simplified form of each single character that has another one.

    Forms beyond the basic plane (𪾢 for 睍) are left: no text has them, few fonts do.
    """
    codes = np.concatenate([np.arange(*block, dtype="<u4") for block in BLOCKS])
    # A character a line, so that no phrase is found.
    lines = np.stack([codes, np.full_like(codes, ord("\n"))], axis=1)
    simple = converter().convert(lines.tobytes().decode("utf-32-le")).encode("utf-32-le")
    forms = np.frombuffer(simple, "<u4").reshape(lines.shape)[:, 0]
    changed = (forms != codes) & (forms < ord(BEYOND))
    return dict(zip(map(chr, codes[changed]), map(chr, forms[changed]), strict=True))


@cache
def simplified_only() -> frozenset[str]:
    """Characters that traditional text does not use: OpenCC gives them a traditional form."""
    forms = "\n".join(sorted({form for form in table().values() if hanzi.in_gb2312(form)}))
    back = converter("s2t").convert(forms)
    return frozenset(a for a, b in zip(forms, back, strict=True) if a != b)


@cache
def _words(character: str) -> dict[str, int]:
    """Words of jieba's list with 著 or 着, and how frequent they are there."""
    with (Path(__file__).parent / "resources" / "zhu.csv").open(encoding="utf-8", newline="") as file:
        rows = [(row["word"], int(row["frequency"])) for row in csv.DictReader(file) if character in row["word"]]
    return dict(rows)


def _vouched(text: str, place: int, character: str, other: str) -> str:
    """Most frequent word around `place` that is written with `character` rather than `other`."""
    found = {}
    for start in range(max(0, place - 3), place + 1):
        for end in range(max(place + 1, start + 2), start + 5):
            word = text[start:place] + character + text[place + 1 : end]
            frequency = _words(character).get(word, 0)
            if frequency > max(VOUCHES - 1, _words(other).get(word.replace(character, other), 0)):
                found[word] = frequency
    return max(found, key=found.get, default="")


def _zhu(text: str, place: int) -> tuple[str, str, float]:
    """Decide between 著 (work, evident) and 着 in a simplified text, with reason and margin."""
    kept, changed = _vouched(text, place, "著", "着"), _vouched(text, place, "着", "著")
    before, after = text[max(0, place - 3) : place], text[place + 1 : place + 4]
    margin = char_model.log_prob("著", before, after) - char_model.log_prob("着", before, after)
    if kept and (not changed or margin > 0):
        return "著", f"{kept} is a word", margin
    return "着", f"{changed} is a word" if changed else "no word with 著 stands here", -margin


def simplify(text: str) -> str:
    """
    Convert to simplified characters, one for one.

    Examples
    --------
    >>> simplify("乾縣的餘姚人說甚麼")
    '乾县的余姚人说什么'
    """
    # OpenCC takes no lone surrogates; "?" keeps their place.
    safe = text.encode("utf-8", "replace").decode("utf-8")
    simple = converter().convert(safe).replace("甚么", "什么")
    if len(simple) != len(text):
        simple = "".join(table().get(character, character) for character in text)
    return simple


def find_script(text: str) -> list[Edit]:
    """List the characters of a text in traditional script that have a simplified form."""
    simple = simplify(text)
    if KANA.search(text):
        simple = "".join(map(_unless_foreign, text.splitlines(True), simple.splitlines(True)))
    before, after = hanzi.code_points(text), hanzi.code_points(simple)
    changed = (before != after) & (after < ord(BEYOND)) & ((before < 0xD800) | (before > 0xDFFF))
    edits = [_edit(i, text[i], simple[i]) for i in np.flatnonzero(changed).tolist()]
    place = simple.find("著")
    while place >= 0:
        form, reason, margin = _zhu(simple, place)
        if form != "著":
            edits.append(Edit(place, place + 1, "著", form, "script.zhu", SCRIPT, "inferred",
                              reason, ("著",), round(margin, 2)))
        place = simple.find("著", place + 1)
    return edits


def _unless_foreign(line: str, simple: str) -> str:
    """The simplified line, or the line itself where it is Japanese or Korean."""
    return line if len(line) < 20 * len(KANA.findall(line)) else simple


def find_scattered(text: str) -> list[Edit]:
    """List traditional forms in simplified text: only characters that it never uses itself."""
    forms = {c: table()[c] for c in set(text) if c in table() and not hanzi.in_gb2312(c)}
    # A page in two scripts has many kinds; one or two that recur are a name.
    if len(forms) < SCATTERED:
        return []
    return [_edit(i, old, forms[old]) for i, old in enumerate(text) if old in forms]


def _edit(place: int, old: str, new: str) -> Edit:
    return Edit(place, place + 1, old, new, *_reason(old, new))


@lru_cache(1 << 14)
def _reason(old: str, new: str) -> tuple:
    """Rule, kind, class and evidence of one form for another, and the other forms."""
    forms = SEVERAL.get(old, "")
    if table().get(old) == new and not forms:
        return "script.t2s", SCRIPT, "exact", f"{new} is the simplified form of {old} (OpenCC)"
    others = tuple(form for form in forms or old if form != new)
    reason = f"of the forms of {old}, OpenCC's phrases choose {new} here"
    return "script.phrase", SCRIPT, "inferred", reason, others
