"""
Look-alikes: characters that a content farm replaced by a double, so that copies are not found.

    >>> text = "“十三五”时期忣2020年工作回顾,全面建荿小康社会,增加值姩均增长"
    >>> [(e.before, e.after) for e in find(text)]
    [('忣', '及'), ('荿', '成'), ('姩', '年')]

`_contest` weighs, place by place, whether a character was written or stands for a double of it.
Pairs that recur in the text count for more, and settled places make better context for their
neighbours: the contest is held again until nothing moves.
"""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np

from restoration import char_model, hanzi
from restoration.diagnosis import BOXES, TABLE
from restoration.ledger import Edit

# Which characters can stand for which: by variant, component, shape or sound.
#
# The tables are in `restoration/resources/` (its README has sources and recipe), derived from Unicode's
# variants, a decomposition of characters, drawn glyphs and readings; none is from a damaged page.

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
            for reading in _sounds(character):
                found[reading].append(character)
    return {reading: "".join(characters) for reading, characters in found.items()}


def _sounds(character: str) -> frozenset[str]:
    """Toneless readings."""
    return frozenset(_row(character).get("reading", "").split())


def _variant(character: str) -> str | None:
    """The one character of general use that this is a form of, or None: none, or several."""
    forms = _row(character).get("variant", "")
    return forms if len(forms) == 1 and character not in standard() else None


def _has_form(character: str) -> bool:
    """Whether it is a form of a character of general use: traditional, or another variant."""
    return bool(_row(character).get("variant"))


def _is_odd(character: str) -> bool:
    """Whether a character is a stranger in simplified text: outside the standard, yet with a double."""
    return (
        character > "\u036f"
        and character not in standard()
        and character not in OWN_MEANING
        and character != "〇"
        and character in _lines()
    )


@cache
def _doubles(character: str) -> dict[str, float]:
    """Characters that `character` may be a disguise of, with the log probability of that disguise."""
    row = _row(character)
    if not row:
        return {}
    found: dict[str, float] = {}
    relations = (("variant", VARIANT), ("contains", HOLDS), ("shared", SHARES),
                 ("shape", SHAPE), ("part", PART))
    own = _sounds(character)
    for name, weight in relations:
        for target in row[name]:
            gain = SAME_SOUND if name != "variant" and own & _sounds(target) else 0.0
            found[target] = max(found.get(target, -99.0), weight + gain)
    if standard().get(character, 3) > 1:
        for reading in own:
            for target in _homophones().get(reading, ""):
                found.setdefault(target, SOUND)
    found.pop(character, None)
    return found

# Was this character written, or does it stand for a double of it? The log odds of the double are
#
#     log rate + log p(disguise | double) + log p(context with the double) - log p(context as it is)
#
# with the rate counted in the text itself, the disguise from `confusions`, the context from
# `language`. Everything is done for all candidates of all places at once.

# The four-gram model sees three characters on each side.
REACH = char_model.ORDER - 1
# Lowest log p granted to what was written: rarer than this, a name is as likely as any. A character
# outside the standard has no such claim; one that is at home elsewhere in the text has more, though
# less by HABIT than its share, as it will be in company it usually keeps.
FLOOR, FLOOR_ODD, HABIT = -14.0, -20.0, -2.0
# How much rarer characters of the standard are as disguises than strangers to it, by level (log):
# a farm wants to be read, so nine in ten of its doubles are characters nobody would write.
ORDINARY = {1: -3.5, 2: -1.0, 3: -0.5}
# What a one-to-one table of forms is worth beside the context: 話 is 话 unless its neighbours speak
# for another reading; *exact* is said only where table and neighbours agree.
FORM = 4.0
# A pair that recurs in other surroundings of the same text: a farm works with one table. Most that
# this can be worth for a stranger to the standard, and for a character that is also used as itself.
AGAIN, MOST_AGAIN, MOST_AGAIN_ORDINARY = 2.0, 10.0, 4.5
# What it is worth that the text itself has the candidate in the same surroundings elsewhere.
SEEN = 2.0


@dataclass(frozen=True, slots=True)
class _Reading:
    """Outcome of one contest: the best candidate, its lead, and who else stood."""

    place: int
    best: str
    margin: float
    others: tuple[str, ...]


def _contest(
    current: str, places: list[int], habits: np.ndarray, pairs: Counter, rate: float
) -> list[_Reading]:
    """Weigh every candidate at every place; the readings that beat what is written."""
    same: dict[tuple[int, str], list[int]] = {}
    for i in map(int, places):
        around = min(i, REACH), current[max(0, i - REACH) : i + REACH + 1]
        same.setdefault(around, []).append(i)
    # Nothing else of a place is looked at: what recurs is weighed once.
    first = {alike[0]: alike for alike in same.values()}
    found = _weigh(current, list(first), habits, pairs, rate)
    every = (replace(reading, place=i) for reading in found for i in first[reading.place])
    return sorted(every, key=lambda reading: reading.place)


def _weigh(
    current: str, places: list[int], habits: np.ndarray, pairs: Counter, rate: float
) -> list[_Reading]:
    """The contests of places whose surroundings differ."""
    codes = char_model.encode(current)
    where, points, weights, certain = _entries(current, places, pairs)
    targets = char_model.codes_of(points)
    seen = _seen(codes, where, targets)
    keep = certain | seen | _supported(current, codes, where, targets)
    where, points, targets = where[keep], points[keep], targets[keep]
    weights = weights[keep] + np.log(rate) + SEEN * seen[keep]
    weights += _context(codes, where, targets) - _written(current, codes, where, habits)
    return _readings(where, points, weights)


def _written(current: str, codes, where: np.ndarray, habits: np.ndarray) -> np.ndarray:
    """Log p of what is written at each place, once a place."""
    places, back = np.unique(where, return_inverse=True)
    own = np.where(_standard(current, places), FLOOR, FLOOR_ODD)
    floor = np.maximum(own, habits[codes[places]])
    return _context(codes, places, codes[places], floor)[back]


def _habit(codes: np.ndarray, places: list[int]) -> np.ndarray:
    """Log share of each code among the places that are not in doubt, less HABIT."""
    size = char_model.model().size
    usual = np.bincount(codes, minlength=size) - np.bincount(codes[places], minlength=size)
    return np.log(np.maximum(usual, 1e-9) / max(1, len(codes))) + HABIT


def _strangers(current: str, codes: np.ndarray) -> np.ndarray:
    """Places in no known pair with a neighbour; for rarer characters, in no known triple."""
    pairs, triples = char_model.known_ngrams(codes), char_model.known_ngrams(codes, 3)
    alone = ~(pairs | np.append(pairs[1:], False))
    beyond = np.append(triples, [False, False])
    apart = ~(beyond[:-2] | beyond[1:-1] | beyond[2:])
    known = standard()
    rarer = {c for c in set(current) if known.get(c, 1) > 1}
    rare = np.isin(hanzi.code_points(current), [ord(c) for c in rarer])
    rare = np.concatenate([[False], rare, [False]])
    word = rare[1:-1] & (rare[:-2] | rare[2:])
    return np.flatnonzero((alone | apart & rare[1:-1]) & ~word)


def _standard(current: str, places: np.ndarray) -> np.ndarray:
    known = standard()
    return np.array([current[i] in known for i in places.tolist()], bool)


@cache
def _candidates(character: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Code points of the candidates, their log odds before context, and which is sure by form."""
    found = _doubles(character)
    form = _variant(character)
    sure = np.array([target == form for target in found], bool)
    ordinary = ORDINARY.get(standard().get(character), 0.0)
    weights = np.array(list(found.values()), float) + ordinary + FORM * sure
    return np.array([ord(target) for target in found], np.int64), weights, sure


def _entries(current: str, places: list[int], pairs: Counter) -> tuple[np.ndarray, ...]:
    """Candidates of all places: place, code point, log odds before context, sure by form."""
    rows = [_candidates(current[i]) for i in places]
    where = np.repeat(np.array(places, np.int64), [len(row[0]) for row in rows])
    empty = np.zeros(0, np.int64)
    points, weights, sure = (
        np.concatenate([empty.astype(kind), *(row[k] for row in rows)])
        for k, kind in enumerate((np.int64, float, bool))
    )
    if pairs:
        again = {
            ord(before) << 32 | ord(target): min(
                MOST_AGAIN_ORDINARY if before in standard() else MOST_AGAIN, AGAIN * (count - 1)
            )
            for (before, target), count in pairs.items()
        }
        keys = np.array(sorted(again))
        wanted = hanzi.code_points(current)[where].astype(np.int64) << 32 | points
        place = np.minimum(keys.searchsorted(wanted), len(keys) - 1)
        weights = weights + np.array([again[key] for key in keys.tolist()])[place] * (keys[place] == wanted)
    return where, points, weights, sure


def _readings(places: np.ndarray, points: np.ndarray, weights: np.ndarray) -> list[_Reading]:
    """Per place, the best candidate and its lead over the next and over the written one (0)."""
    order = np.lexsort((points, -weights, places))
    places, points, weights = places[order], points[order], weights[order]
    starts = np.flatnonzero(np.diff(places, prepend=-1))
    result = []
    for start, end in zip(starts.tolist(), [*starts[1:].tolist(), len(places)], strict=False):
        best, rest = weights[start], weights[start + 1 : min(end, start + 4)]
        if best > 0:
            near = points[start + 1 : start + 4][: len(rest)][rest > best - 10]
            margin = best - max(0.0, rest[0] if len(rest) else 0.0)
            result.append(_Reading(int(places[start]), chr(points[start]), float(margin),
                                  tuple(map(chr, near.tolist()))))
    return result


def _supported(current: str, codes, places: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Whether each candidate makes a known pair with a neighbour that is no punctuation."""
    padded = np.concatenate([[0, 0], codes, [0, 0]])
    left = _known(padded[places + 1], targets)
    right = _known(targets, padded[places + 3])
    word = np.array([False, *map(str.isalnum, current), False])
    found = (left & word[places]) | (right & word[places + 2])
    doubtful = np.flatnonzero(found & ~(left & right) & _standard(current, places))
    windows = padded[places[doubtful, None] + np.arange(5)]
    windows[:, 2] = targets[doubtful]
    found[doubtful] = char_model.known_ngrams(windows, 3)[:, 2:].any(axis=1)
    return found


def _known(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Whether each two characters are a known pair."""
    return char_model.known_ngrams(np.stack([first, second], axis=1))[:, 1]


def _seen(codes: np.ndarray, places: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Whether a candidate makes a triple with its neighbours that the text has elsewhere."""
    padded = np.concatenate([[0, 0], codes, [0, 0]]).astype(np.int64)
    here = np.sort(_triples(padded[2:-2]))
    windows = padded[places[:, None] + np.arange(5)]
    windows[:, 2] = targets
    wanted = _triples(windows)
    found = here[np.minimum(np.searchsorted(here, wanted), len(here) - 1)] if len(here) else -1
    return (found == wanted).any(axis=1)


def _triples(codes: np.ndarray) -> np.ndarray:
    """Each three neighbours in one number, along the last axis."""
    return (codes[..., :-2] << 32) | (codes[..., 1:-1] << 16) | codes[..., 2:]


def _context(codes, places, targets, floor=-np.inf) -> np.ndarray:
    """Log p of each target, never below `floor`, and of the three characters after it."""
    edge = np.full(REACH, char_model.encode(char_model.EDGE)[0])
    padded = np.concatenate([edge, codes, edge])
    windows = padded[places[:, None] + np.arange(2 * REACH + 1)]
    windows[:, REACH] = targets
    found = char_model.scores(windows)[:, REACH:]
    found[:, 0] = np.maximum(found[:, 0], floor)
    return found.sum(axis=1)

KIND = "look-alike"
# A text is disguised from three odd characters with a double that fits, one in 2,000 at least:
# thirteen clean national reports have none; a farm replaces one in about 60. Traditional forms do
# not count (they may be the text's own script); the others are a tenth of the odd ones at least.
LEAST, RATE, SHARE = 3, 1 / 2000, 1 / 10
# Nats ahead of the next reading; calibrated in tests/test_variants.py to be right in 95 of 100.
AHEAD, AHEAD_ORDINARY, AHEAD_FORM = 2.0, 4.0, 1.5
# Share of the doubles that are settled, their median lead in nats, and kinds among the first ones. On
# damaged reports (one in 59 to one in 1,200, by another table) at least .86, 10.9 and .7, on page 004
# 1, 21 and .57; of 188 classical texts and translations that have three rare characters none has all.
CLEARED, BY_FAR, KINDS, FIRST = 0.6, 8.5, 0.45, 60
# Fewer doubles than this must stand closer than one in so many characters.
FEW, SPARSE = 6, 300
# At first sight, nothing settled yet: share of so many doubles that are clear. Damaged reports have .5 at
# least, classical texts .38 at most.
GLANCE, AT_FIRST = 60, 0.42
# A Greek or Cyrillic letter that is used as itself: as the sign of a quantity, or in a list of its own.
LETTER = "[\u0370-\u052f]"
AT_HOME = re.compile(
    f"{LETTER}(?=[A-Za-z0-9=<>+*/^_()（＝＋×²³₀-₉\u0370-\u052f])|(?<=[A-Za-z0-9=<>+*/^_()（＝＋×\u0370-\u052f]){LETTER}"
    f"|{LETTER}(?=[、，,]{LETTER})|(?<![一-鿿]){LETTER}(?![一-鿿])"
)
# One in so many letters: then they are at home in the text.
HOME = 10
# Rounds until nothing moves; four were enough for every text tried.
ROUNDS = 6


@cache
def _odd() -> np.ndarray:
    table = np.zeros(0x110000, bool)
    table[[ord(c) for c in _lines() if len(c) == 1 and _is_odd(c)]] = True
    return table


def _odd_in(text: str) -> set[str]:
    """Odd characters of a text."""
    return {text[i] for i in np.flatnonzero(_odd()[hanzi.code_points(text)]).tolist()}


def _odd_places(text: str) -> list[int]:
    """Places of characters that simplified text does not use, next to a Han character."""
    odd = _odd_in(text)
    if not odd.isdisjoint(BOXES) and TABLE.search(text):
        odd -= {*BOXES}
    letters = {c for c in odd if "\u0370" <= c <= "\u052f"}
    if letters and HOME * len(AT_HOME.findall(text)) > sum(map(text.count, letters)):
        odd -= letters
    if not odd:
        return []
    named = _names(text)
    return [i for i in _places(text, odd) if i not in named and _beside_han(text, i)]


def _names(text: str) -> set[int]:
    """Places in two rare neighbours that recur together: a name or a word of its own (盩厔, 䴙䴘)."""
    rare = {c for c in _odd_in(text) if not _has_form(c)}
    places = set(_places(text, rare))
    pairs = sorted(i for i in places if i + 1 in places)
    often = Counter(text[i : i + 2] for i in pairs)
    return {k for i in pairs if often[text[i : i + 2]] > 1 for k in (i, i + 1)}


def _places(text: str, characters: set[str]) -> list[int]:
    """Places of some characters."""
    if not characters:
        return []
    pattern = re.compile(f"[{re.escape(''.join(sorted(characters)))}]")
    return [hit.start() for hit in pattern.finditer(text)]


def _beside_han(text: str, i: int) -> bool:
    around = text[max(0, i - 1) : i] + text[i + 1 : i + 2]
    return any("一" <= c <= "鿿" for c in around)


def find(text: str) -> list[Edit]:
    """
    Undo look-alike replacements in simplified text; nothing if the text is not disguised.

    Parameters
    ----------
    text : str
        Simplified text; a text in traditional script must have been converted before.

    Returns
    -------
    list of Edit
        One character each. *exact*: a form with one simplified character, at home in its context.
        *inferred*: the best reading by `margin` nats. *unresolved*: an odd character with no
        reading clearly ahead; unchanged, its readings listed.
    """
    odd = _odd_places(text)
    enough = max(LEAST, SHARE * len(odd))
    disguises = [i for i in odd if not _has_form(text[i])]
    if len(disguises) < enough or len(odd) < RATE * len(text) or not _of_many_kinds(text, disguises):
        return []
    if not _at_first_sight(text, odd, disguises):
        return []
    settled = _settle(text, odd)
    if sum(i in settled for i in disguises) < enough or not _by_a_program(disguises, settled):
        return []
    restored = _replace(text, settled)
    edits = [_edit(text, restored, reading) for reading in settled.values()]
    edits += [_suspicion(text, i) for i in odd if i not in settled]
    return sorted(edits, key=lambda edit: edit.start)


def _of_many_kinds(text: str, disguises: list[int]) -> bool:
    """Whether doubles are of many kinds: rare characters of a name or a classical text recur."""
    # What stands in the same surroundings again is one of them.
    places = {(text[max(0, i - 1) : i], text[i], text[i + 1 : i + 2]): i for i in reversed(disguises)}
    first = [text[i] for i in sorted(places.values())][:FIRST]
    sparse = len(disguises) < FEW and len(text) > SPARSE * len(disguises)
    return len(set(first)) >= KINDS * len(first) and not sparse


def _at_first_sight(text: str, odd: list[int], disguises: list[int]) -> bool:
    """Whether enough of some doubles are clear: a cheap test, most pages with rare characters end here."""
    some = disguises[:: len(disguises) // GLANCE + 1]
    habits = _habit(char_model.encode(text), odd)
    found = _contest(text, some, habits, Counter(), len(odd) / len(text))
    return sum(_clear(text[reading.place], reading) for reading in found) >= AT_FIRST * len(some)


def _by_a_program(disguises: list[int], settled: dict[int, _Reading]) -> bool:
    """Whether a program put the doubles there: nearly all are clear, and by far."""
    margins = sorted(settled[i].margin for i in disguises if i in settled)
    return len(margins) >= CLEARED * len(disguises) and margins[len(margins) // 2] >= BY_FAR


def _settle(text: str, odd: list[int]) -> dict[int, _Reading]:
    """Readings that are clearly ahead, by place, after as many rounds as it takes."""
    rate = len(odd) / len(text)
    codes = char_model.encode(text)
    places = sorted({*_strangers(text, codes), *odd} - _names(text))
    habits = _habit(codes, places)
    # Nothing is settled before the text has shown which pairs recur.
    leaning = {r.place: r for r in _contest(text, places, habits, Counter(), rate)}
    settled: dict[int, _Reading] = {}
    moved = {*leaning, *odd}
    for _ in range(ROUNDS):
        again = [i for i in places if i in moved and i not in settled]
        pairs = _recurring(text, settled | leaning)
        found = _contest(_replace(text, settled), again, habits, pairs, rate)
        new = {r.place: r for r in found if _clear(text[r.place], r)}
        if not new and leaning.keys() == {r.place for r in found}:
            break
        settled, leaning = settled | new, {r.place: r for r in found if r.place not in new}
        near = {i + d for i in new for d in range(-REACH, REACH + 1)}
        moved = {*leaning, *odd, *near}
    return settled


def _recurring(text: str, readings: dict[int, _Reading]) -> Counter:
    """In how many different surroundings each pair (written, best reading) came out ahead."""
    seen = {(text[i], r.best, text[max(0, i - 1) : i], text[i + 1 : i + 2])
            for i, r in readings.items()}
    return Counter((written, best) for written, best, _, _ in seen)


def _replace(text: str, settled: dict[int, _Reading]) -> str:
    characters = list(text)
    for i, reading in settled.items():
        characters[i] = reading.best
    return "".join(characters)


def _clear(written: str, reading: _Reading) -> bool:
    if _variant(written) == reading.best:
        return reading.margin >= AHEAD_FORM
    return reading.margin >= (AHEAD_ORDINARY if written in standard() else AHEAD)


def _edit(text: str, restored: str, reading: _Reading) -> Edit:
    """The ledger's row for a settled place."""
    i, before = reading.place, text[reading.place]
    around = restored[max(0, i - 4) : i + 5].replace("\n", " ")
    exact = _variant(before) == reading.best and reading.margin > 2 * FORM
    why = "its one simplified form" if exact else f"ahead by {reading.margin:.1f} nats"
    return Edit(
        i, i + 1, before, reading.best, "variants.form" if exact else "variants.context", KIND,
        "exact" if exact else "inferred", f"{before} for {reading.best} in {around}: {why}",
        reading.others, None if exact else round(reading.margin, 2),
    )


def _suspicion(text: str, i: int) -> Edit:
    """An odd character that stays: listed with its likeliest readings, unchanged."""
    found = _doubles(text[i])
    return Edit(
        i, i + 1, text[i], text[i], "variants.context", KIND, "unresolved",
        f"{text[i]} is no character of simplified text; no reading is clearly ahead",
        tuple(sorted(found, key=lambda c: (-found[c], c))[:5]),
    )


# One character in 2,000 misread: a scan is read well, or nobody would put it on the net.
MISREAD = 1 / 2000


def find_misread(text: str) -> list[Edit]:
    """Characters that a look-alike replaces clearly; one that is ordinary itself is only listed."""
    codes = char_model.encode(text)
    odd = set(_odd_places(text))
    places = sorted({*_strangers(text, codes).tolist(), *odd})
    readings = _contest(text, places, _habit(codes, places), Counter(), MISREAD)
    return [
        Edit(r.place, r.place + 1, text[r.place], r.best if r.place in odd else text[r.place],
             "ocr.look-alike", "ocr", "inferred" if r.place in odd else "unresolved",
             f"{r.best} fits {text[max(0, r.place - 3) : r.place + 4]!r} better "
             f"by {r.margin:.1f} nats",
             r.others if r.place in odd else (r.best, *r.others), round(r.margin, 2))
        for r in readings
        if r.margin >= AHEAD_ORDINARY
    ]
