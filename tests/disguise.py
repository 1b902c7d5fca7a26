"""
The forward model of a content farm: damage clean text with look-alikes, and keep the truth.

The pairs in cases/disguises.json were written down from knowledge of "Martian" script (火星文) and
traditional forms, not taken from `restoration/resources/`; a share of random homophones comes on top.
"""

import json
import random
import re
from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_name("cases") / "disguises.json"
# Share of replacements that are a random rare character of the same sound.
RANDOM = 0.1


@cache
def pairs() -> dict[str, str]:
    """Disguises of each character."""
    return json.loads(TABLE.read_text(encoding="utf-8"))


@cache
def rare_homophones() -> dict[str, list[str]]:
    """Characters outside GB2312 by toned reading."""
    from pypinyin import pinyin_dict

    found: dict[str, list[str]] = {}
    for code, readings in pinyin_dict.pinyin_dict.items():
        character = chr(code)
        if "一" <= character <= "龥" and not _in_gb2312(character):
            for reading in readings.split(","):
                found.setdefault(reading, []).append(character)
    return found


def _in_gb2312(character: str) -> bool:
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def thin(text: str, seed: int) -> str:
    """Half-width punctuation, half of the commas and full stops gone: as such pages have it."""
    rng = random.Random(seed)
    text = text.translate(str.maketrans("，；：（）", ",;:()"))
    return re.sub(r"[,。](?!\n)", lambda m: m[0] if rng.random() < 0.5 else "", text)


def disguise(text: str, rate: float, seed: int) -> str:
    """Replace about `rate` of the characters, evenly spaced with a jitter; same length."""
    rng = random.Random(seed)
    characters, gap = list(text), 1 / rate
    place = gap / 2
    while place < len(text):
        i = int(place)
        while i < len(text) and not _double(characters, i, rng):
            i += 1
        place = max(i + 1, place + gap) + rng.uniform(-3, 3)
    return "".join(characters)


def _double(characters: list[str], i: int, rng: random.Random) -> bool:
    """Replace one character if it has a double; say whether it had."""
    if rng.random() < RANDOM and "一" <= characters[i] <= "龥":
        from pypinyin import pinyin

        found = rare_homophones().get(pinyin(characters[i])[0][0])
    else:
        found = pairs().get(characters[i])
    if found:
        characters[i] = rng.choice(found)
    return bool(found)
