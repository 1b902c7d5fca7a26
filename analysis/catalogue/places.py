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

# How long a name may be.
_LONGEST = 15
# An autonomous area is called by its short name and its kind (延边州, 三江县); these are called otherwise.
_CALLED = {
    "210921": "阜蒙县", "211324": "喀左县", "220721": "前郭县", "230624": "杜蒙县", "150722": "莫旗", "653000": "克州",
    "652700": "博州", "652800": "巴州",
}  # fmt: skip


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

    @property
    def names(self) -> tuple[str, ...]:
        """The full name, and those by which an autonomous area is called."""
        if not re.search("自治[州县旗]$", self.name):
            return (self.name,)
        called = {self.short.removesuffix("族") + self.name[-1], self.short + self.name[-1], _CALLED.get(self.code, "")}
        return (self.name, *sorted(called - {"", self.name}))


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
        for name in place.names:
            found[name].append(place)
    return {name: tuple(some) for name, some in found.items()}


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
def of_code(code: str) -> Place | None:
    """The place of a code, of today or once."""
    return by_code().get(code) or next((place for place in table() if place.code == code), None)


@cache
def latin() -> dict[str, Place]:
    """Provinces and cities of today by names in Latin letters that no place elsewhere has."""
    found: dict[str, list[Place]] = defaultdict(list)
    for place in table():
        if place.level != "national" and not place.until:
            plain = re.sub("[^a-z]", "", place.en.lower())
            # Shaanxi is shanxi without its tone.
            for name in {plain, plain.replace("aa", "a")}:
                found[name].append(place)
    return {
        name: some[0]
        for name, some in found.items()
        if some[0].level != "district"
        and all(place.level == "district" and lies_in(place.code, some[0].code) for place in some[1:])
    }


@cache
def _shorts_of_today() -> frozenset[str]:
    return frozenset(place.short for place in table() if not place.until)


@cache
def _cities(code: str) -> tuple[str, ...]:
    """Short names of a province's cities that are of no other place."""
    shorts = [p.short for p in table() if p.level == "city" and not p.until and p.code[:2] == code[:2]]
    return tuple(short for short in shorts if len(short) > 1 and len(_by_short().get(short, ())) == 1)


@cache
def known(name: str, year: int = 0) -> tuple[Place, ...]:
    """
    Give all places of a full or short name: those of the year first (of today unless one is given), larger ones first.

    >>> known("玉屏县", 2021)[0].name, known("玉屏县", 1975)[0].name, known("某市")
    ('玉屏侗族自治县', '玉屏县', ())
    """
    order = {"national": 0, "province": 1, "city": 2, "district": 3}

    def past(place: Place) -> bool:
        return bool(place.until) and int(place.until) < (year or 9999)

    some = _by_name().get(name) or _by_short().get(name) or ()
    return tuple(sorted(some, key=lambda p: (past(p), p.name != name, p.until != "", order[p.level], p.code)))


def namesakes(name: str, year: int = 0) -> tuple[Place, ...]:
    """
    Places of one full name and level in a year; one at most where a name is unlike all others.

    >>> len(namesakes("朝阳区")), len(namesakes("太原市"))
    (2, 1)
    """
    some = known(name, year)
    there = [p for p in some if not p.until or int(p.until) >= year > 0]
    alike = [p for p in there if p.name == name and p.level == some[0].level]
    return tuple(alike or some[:1])


def find(name: str, within: str = "", year: int = 0) -> Place | None:
    """
    Find a place by its full or short name.

    Parameters
    ----------
    name : str
    within : str, optional
        Code of a larger place in which it lies, where a name is that of several.
    year : int, optional
        Of which it is spoken: names that had gone by then come last.

    Examples
    --------
    >>> find("太原市").code, find("太原").code, find("朝阳区", "220100").code, find("延边州").name, find("某市")
    ('140100', '140100', '220104', '延边朝鲜族自治州', None)
    """
    some = known(name, year)
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


def last(text: str) -> tuple[str, ...]:
    """
    Names of places with which a text ends, the larger before the smaller.

    >>> last("2021年1月12日在吉林省长春市朝阳区"), last("在重庆江北区"), last("在市")
    (('吉林省', '长春市', '朝阳区'), ('重庆', '江北区'), ())
    """
    if not text.endswith(tuple("省市区县州盟旗")):
        return ()
    found: tuple[str, ...] = ()
    while name := next((text[n:] for n in range(max(0, len(text) - _LONGEST), len(text) - 1) if known(text[n:])), ""):
        found, text = (name, *found), text[: -len(name)].rstrip("的· ")
    return found


def first(text: str) -> tuple[str, ...]:
    """
    Names of places with which a text begins, the larger before the smaller, the last one in full.

    >>> first("山西省太原市人民政府"), first("长春朝阳区2021"), first("长春发展")
    (('山西省', '太原市'), ('长春', '朝阳区'), ())
    """
    found: list[str] = []
    full = 0
    while name := next((text[:n] for n in range(min(len(text), _LONGEST), 1, -1) if known(text[:n])), ""):
        found.append(name)
        text = text[len(name) :].lstrip("-_ ·")
        full = len(found) if name in _by_name() else full
    return tuple(found[:full])


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
