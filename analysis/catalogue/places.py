"""
Places of the nation: names, codes (GB/T 2260) and levels, as they are and as they were called.

The table and its sources: `resources/lexicons/divisions.csv`.
"""

import csv
import re
from collections import Counter, defaultdict
from functools import cache
from typing import NamedTuple

from analysis import paths

# Last characters of full names, and how long a name may be.
_ENDS = frozenset("省市区县州盟旗")
_LONGEST = 15


class Place(NamedTuple):
    """One place under one name; `until` is the last year of a name that is none today."""

    name: str
    code: str
    level: str
    short: str
    en: str
    until: str

    @property
    def is_municipality(self) -> bool:
        return self.level == "province" and self.name.endswith("市")


@cache
def table() -> tuple[Place, ...]:
    """All places, by code."""
    with open(paths.LEXICONS / "divisions.csv", encoding="utf-8", newline="") as file:
        return tuple(
            Place(row["term"], row["code"], row["level"], row["short"], row["en"], row["until"])
            for row in csv.DictReader(file)
        )


@cache
def _by_name() -> dict[str, tuple[Place, ...]]:
    found: dict[str, list[Place]] = defaultdict(list)
    for place in table():
        found[place.name].append(place)
    # Names of today first, larger places first.
    order = {"national": 0, "province": 1, "city": 2, "district": 3}
    return {
        name: tuple(sorted(some, key=lambda p: (p.until != "", order[p.level], p.code))) for name, some in found.items()
    }


@cache
def _by_short() -> dict[str, tuple[Place, ...]]:
    """Provinces and cities by their short names."""
    found: dict[str, list[Place]] = defaultdict(list)
    for place in table():
        if place.level in ("province", "city") and len(place.short) > 1 and place.short != place.name:
            found[place.short].append(place)
    return {name: tuple(sorted(some, key=lambda p: (p.until != "", p.code))) for name, some in found.items()}


@cache
def by_code() -> dict[str, Place]:
    """The place of today by its code."""
    return {place.code: place for place in reversed(table()) if not place.until}


@cache
def _shorts_of_today() -> frozenset[str]:
    return frozenset(place.short for place in table() if not place.until)


@cache
def _cities(code: str) -> tuple[str, ...]:
    """Short names of a province's cities that are of no other place."""
    shorts = [p.short for p in table() if p.level == "city" and not p.until and p.code[:2] == code[:2]]
    return tuple(short for short in shorts if len(short) > 1 and len(_by_short().get(short, ())) == 1)


def find(name: str, within: str = "") -> Place | None:
    """
    Find a place by its full or short name.

    Parameters
    ----------
    name : str
    within : str, optional
        Code of a larger place in which it lies, where a name is that of several.

    Examples
    --------
    >>> find("太原市").code, find("太原").code, find("朝阳区", "220100").code, find("某市")
    ('140100', '140100', '220104', None)
    """
    some = _by_name().get(name) or _by_short().get(name) or ()
    inside = [place for place in some if lies_in(place.code, within)] if within else []
    return next(iter(inside or some), None)


def lies_in(code: str, within: str) -> bool:
    """
    Tell whether a place lies in another, or is it.

    >>> lies_in("140106", "140100"), lies_in("140100", "150000"), lies_in("140100", "000000")
    (True, False, True)
    """
    return code.startswith(within.rstrip("0") if len(within.rstrip("0")) % 2 == 0 else within.rstrip("0") + "0")


def named(text: str) -> Counter:
    """
    Count the full names of places in a text, the longest at each place.

    >>> named("太原市小店区和阳曲县，全市县区")
    Counter({'太原市': 1, '小店区': 1, '阳曲县': 1})
    """
    names, found, taken = _by_name(), Counter(), -1
    for end in (match.end() for match in re.finditer("[省市区县州盟旗]", text)):
        for start in range(max(taken, end - _LONGEST, 0), end - 1):
            if text[start:end] in names:
                found[text[start:end]] += 1
                taken = end
                break
    return found


def whose(text: str) -> str:
    """
    Give the longest full name that a text begins or ends with, or "".

    >>> whose("在山西省太原市"), whose("太原市第十四届"), whose("省")
    ('太原市', '太原市', '')
    """
    names = _by_name()
    for start in range(len(text) - 1):
        if text[start:] in names:
            return text[start:]
    return next((text[:end] for end in range(min(len(text), _LONGEST), 1, -1) if text[:end] in names), "")


def centre(text: str, level: str, within: str = "") -> list[tuple[float, Place, str]]:
    """
    Weigh of which place of a level a whole text speaks most.

    Its own names count, and the places inside it: a city's report names its districts, a province's its cities.

    Returns
    -------
    list of (float, Place, str)
        Weight, place and the evidence in words, the heaviest first, at most three.
    """
    full = named(text)
    inner: dict[str, Counter] = defaultdict(Counter)
    for name, many in full.items():
        for place in _by_name()[name]:
            if not place.until:
                upper = place.code[:2] + "0000" if level == "province" else place.code[:4] + "00"
                if upper != place.code:
                    inner[upper][name] += many / len(_by_name()[name])
    weighed = []
    for place in table():
        if place.level != level or (within and not lies_in(place.code, within)):
            continue
        # What a place was called counts where it is no more (莱芜市).
        if place.until and (place.code in by_code() or place.short in _shorts_of_today()):
            continue
        own = text.count(place.short) if len(place.short) > 1 else full[place.name]
        inside = inner.get(place.code, Counter())
        if level == "province":
            inside = inside + Counter({short: many for short in _cities(place.code) if (many := text.count(short))})
        weight = own + 4 * sum(min(many, 3) for many in inside.values()) ** 0.9 if own else 0.5 * sum(inside.values())
        if weight:
            names = [name for name, _ in inside.most_common(3)]
            said = f"{place.short} stands {own} times in the text" + (f", with {', '.join(names)}" if names else "")
            weighed.append((weight, place, said))
    return sorted(weighed, key=lambda item: (-item[0], item[1].code))[:3]
