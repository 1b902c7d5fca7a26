"""
Which characters can stand for which: by variant, component, shape or sound.

The tables are in `restoration/resources/` (its README has sources and recipe), derived from Unicode's
variants, a decomposition of characters, drawn glyphs and readings; none is from a damaged page.
"""

import csv
from collections import defaultdict
from functools import cache
from pathlib import Path

RESOURCES = Path(__file__).parent / "resources"

# Log of how probable a disguise of each relation is, given the character behind it. Orders of
# magnitude: a character has one or two variants, a handful of characters that hold it, dozens
# that share a part or look alike, and about a hundred of the same sound.
VARIANT, HOLDS, SHARES, SHAPE, PART, SOUND = -1.0, -1.5, -3.5, -4.0, -4.5, -6.5
# A disguise that also sounds like the character behind it is that much likelier.
SAME_SOUND = 1.5
# Symbols that mean themselves in Chinese pages: circled and Roman numbers, arrows, mathematical
# signs, rules of dashes, bullets.
OWN_MEANING = frozenset(
    chr(c)
    for first, last in ((0x2150, 0x24FF), (0x2500, 0x2501), (0x25A0, 0x2600), (0x3130, 0x318F))
    for c in range(first, last + 1)
)


@cache
def standard() -> dict[str, int]:
    """Level (1-3) of the 8,105 characters of the General Standard Chinese Characters, 2013."""
    with (RESOURCES / "standard.csv").open(encoding="utf-8", newline="") as file:
        return {c: int(row["level"]) for row in csv.DictReader(file) for c in row["characters"]}


@cache
def _lines() -> dict[str, str]:
    """Lines of lookalikes.csv by the character with which they begin, its header by its own."""
    lines = (RESOURCES / "lookalikes.csv").read_text("utf-8").split("\n")
    return {line[0]: line for line in lines[1:] if line} | {"header": lines[0]}


@cache
def _row(character: str) -> dict[str, str]:
    """The row of a character, read when it is asked for: few of the 24,000 are; {} for none."""
    return next(csv.DictReader([_lines()["header"], _lines().get(character, "")]), {})


@cache
def _homophones() -> dict[str, str]:
    """Characters of general use (levels 1 and 2) by toneless reading."""
    found = defaultdict(list)
    for character, level in standard().items():
        if level < 3:
            for reading in readings(character):
                found[reading].append(character)
    return {reading: "".join(characters) for reading, characters in found.items()}


def readings(character: str) -> frozenset[str]:
    """Toneless readings."""
    return frozenset(_row(character).get("reading", "").split())


def variant(character: str) -> str | None:
    """
    The one character of general use that this is a form of, or None: none, or several.

    Examples
    --------
    >>> variant("話"), variant("財"), variant("及")
    ('话', None, None)
    """
    forms = _row(character).get("variant", "")
    return forms if len(forms) == 1 and character not in standard() else None


def has_form(character: str) -> bool:
    """Whether it is a form of a character of general use: traditional, or another variant."""
    return bool(_row(character).get("variant"))


def is_odd(character: str) -> bool:
    """
    Whether a character is a stranger in simplified text: outside the standard, yet with a double.

    Examples
    --------
    >>> [c for c in "忣及話镓囚〇Φ①—年" if is_odd(c)]
    ['忣', '話', 'Φ']
    """
    return (
        character > "\u036f"
        and character not in standard()
        and character not in OWN_MEANING
        and character != "〇"
        and character in _lines()
    )


@cache
def candidates(character: str) -> dict[str, float]:
    """
    Characters that `character` may be a disguise of, with the log probability of that disguise.

    Sound alone is no reason for a character of everyday use (level 1): 做 for 作 is an author's
    spelling, not a disguise.

    Examples
    --------
    >>> max(candidates("恏"), key=candidates("恏").get)
    '好'
    >>> "人" in candidates("囚"), "的" in candidates("嘚"), "作" in candidates("做")
    (True, True, False)
    """
    row = _row(character)
    if not row:
        return {}
    found: dict[str, float] = {}
    relations = (("variant", VARIANT), ("contains", HOLDS), ("shared", SHARES),
                 ("shape", SHAPE), ("part", PART))
    own = readings(character)
    for name, weight in relations:
        for target in row[name]:
            gain = SAME_SOUND if name != "variant" and own & readings(target) else 0.0
            found[target] = max(found.get(target, -99.0), weight + gain)
    if standard().get(character, 3) > 1:
        for reading in own:
            for target in _homophones().get(reading, ""):
                found.setdefault(target, SOUND)
    found.pop(character, None)
    return found
