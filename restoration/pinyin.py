"""
Ghost pinyin: `(fā)` put after a character by a program, dropped where it is its reading.

    >>> [(e.start, e.before) for e in find("領(lǐng)導(dǎo)干部看地區(qū)生產總值(GDP)")]
    [(1, '(lǐng)'), (8, '(dǎo)'), (18, '(qū)')]

Only on text diagnosed as annotated: a reading that an author gives for a rare character stays.
"""

import re
import unicodedata
from functools import cache

from restoration.diagnosis import ANNOTATION
from restoration.ledger import Edit

KIND = "ghost pinyin"
BRACKET = re.compile(r"\(([^()]+)\)")
# Acute, grave, macron, caron: the four tones. The diaeresis of ü is no tone.
TONES = {0x301: None, 0x300: None, 0x304: None, 0x30C: None}
# Signs that pages use for others: ɡ and ɑ of the phonetic alphabet, v typed for ü, a breve for ˇ.
LETTERS = {ord("\u0261"): "g", ord("\u0251"): "a", ord("v"): "ü", ord("\u0306"): "\u030c"}


def spelled(reading: str) -> str:
    """
    Write a reading in one way: composed letters, g for ɡ, ü for v.

    Examples
    --------
    >>> spelled("lv\u030c"), spelled("\u0261uo\u0304")
    ('lǚ', 'guō')
    """
    apart = unicodedata.normalize("NFD", reading).translate(LETTERS)
    return unicodedata.normalize("NFC", apart)


def toneless(reading: str) -> str:
    """
    Drop the tone of a reading.

    Examples
    --------
    >>> toneless("lǚ"), toneless("huì")
    ('lü', 'hui')
    """
    bare = unicodedata.normalize("NFD", reading).translate(TONES)
    return unicodedata.normalize("NFC", bare)


@cache
def readings(character: str) -> frozenset[str]:
    """All readings of a character and of its simplified form, with tones."""
    from pypinyin import Style, pinyin

    from restoration.script import table

    forms = {character, table().get(character, character)}
    found = (pinyin(form, style=Style.TONE, heteronym=True, errors="ignore") for form in forms)
    return frozenset(reading for lists in found for reads in lists for reading in reads)


def evidence(character: str, written: str) -> tuple[str, str] | None:
    """Confidence and reason for taking `written` as a reading of `character`, if it is one."""
    reading = spelled(written)
    if reading in readings(character):
        return "exact", f"{reading} is a reading of {character}"
    if reading in {toneless(known) for known in readings(character)}:
        return "inferred", f"{reading} is a reading of {character} without its tone"
    return None


def find(text: str) -> list[Edit]:
    """List the brackets of pinyin in an annotated text that are readings of what they follow."""
    edits, strange = [], 0
    for hit in ANNOTATION.finditer(text):
        character, place = text[hit.start() - 1], hit.start()
        for bracket in BRACKET.finditer(hit[0]):
            reason = evidence(character, bracket[1])
            if reason is None:
                strange += 1
                break
            start, end = place + bracket.start(), place + bracket.end()
            edits.append(Edit(start, end, bracket[0], "", "pinyin.annotation", KIND, *reason))
    # Latin words in brackets may be readings by chance: (an), (he), (ping).
    return edits if len(edits) > strange else []
