"""
Look-alikes: characters that a content farm replaced by a double, so that copies are not found.

    >>> text = "“十三五”时期忣2020年工作回顾,全面建荿小康社会,增加值姩均增长"
    >>> [(e.before, e.after) for e in find(text)]
    [('忣', '及'), ('荿', '成'), ('姩', '年')]

Each place is a contest: was this written, or does it stand for a double of it? The odds are

    log rate + log p(disguise | double) + log p(context with the double) - log p(context as it is)

with the rate counted in the text itself, the disguise from `confusions`, the context from
`language`. Pairs that recur in the text count for more, and settled places make better context
for their neighbours: the contest is held again until nothing moves.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache

import numpy as np

from analysis.restoration import confusions, language
from analysis.restoration.ledger import Edit

KIND = "look-alike"
# A text is disguised from three odd characters with a double that fits, one in 2,000 at least:
# thirteen clean national reports have none; a farm replaces one in about 60.
LEAST, RATE = 3, 1 / 2000
# The four-gram model sees three characters on each side.
REACH = language.ORDER - 1
# Lowest log p granted to what was written: rarer than this, a name is as likely as any. A character
# outside the standard has no such claim; one that is at home elsewhere in the text has more, though
# less by HABIT than its share, as it will be in company it usually keeps.
FLOOR, FLOOR_ODD, HABIT = -14.0, -20.0, -2.0
# How much rarer characters of the standard are as disguises than strangers to it, by level (log):
# a farm wants to be read, so nine in ten of its doubles are characters nobody would write.
ORDINARY = {1: -4.0, 2: -1.5, 3: -1.5}
# What a one-to-one table of forms is worth beside the context: 話 is 话 unless its neighbours speak
# for another reading; *exact* is said only where table and neighbours agree.
FORM = 4.0
# A pair that recurs in other surroundings of the same text: a farm works with one table.
AGAIN, MOST_AGAIN = 1.5, 4.5
# What it is worth that the text itself has the candidate in the same surroundings elsewhere.
SEEN = 2.0
# Nats ahead of the next reading; calibrated in tests/test_variants.py to be right in 95 of 100.
AHEAD, AHEAD_ORDINARY, AHEAD_FORM = 2.0, 4.0, 1.5
# Rounds until nothing moves; four were enough for every text tried.
ROUNDS = 6


@dataclass(frozen=True, slots=True)
class Reading:
    """Outcome of one contest: the best candidate, its lead, and who else stood."""

    place: int
    best: str
    margin: float
    others: tuple[str, ...]


def odd_places(text: str) -> list[int]:
    """Places of characters that simplified text does not use, next to a Han character."""
    odd = {c for c in set(text) if confusions.is_odd(c)}
    if not odd:
        return []
    return [i for i, c in enumerate(text) if c in odd and _beside_han(text, i)]


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
    odd = odd_places(text)
    strangers = [i for i in odd if confusions.variant(text[i]) is None]
    if len(strangers) < LEAST or len(odd) < RATE * len(text):
        return []
    settled = settle(text, odd)
    if sum(i in settled for i in strangers) < LEAST:
        return []
    restored = _replace(text, settled)
    edits = [_edit(text, restored, reading) for reading in settled.values()]
    edits += [_suspicion(text, i) for i in odd if i not in settled]
    return sorted(edits, key=lambda edit: edit.start)


def settle(text: str, odd: list[int]) -> dict[int, Reading]:
    """Readings that are clearly ahead, by place, after as many rounds as it takes."""
    settled: dict[int, Reading] = {}
    leaning: dict[int, Reading] = {}
    rate = len(odd) / len(text)
    for _ in range(ROUNDS):
        current = _replace(text, settled)
        pairs = recurring(text, settled | leaning)
        found = contest(current, [i for i in odd if i not in settled], pairs, rate)
        new = {r.place: r for r in found if _clear(text[r.place], r)}
        lean = {r.place: r for r in found if r.margin > 0}
        if not new and lean.keys() == leaning.keys():
            break
        settled, leaning = settled | new, lean
    return settled


def recurring(text: str, readings: dict[int, Reading]) -> Counter:
    """In how many different surroundings each pair (written, best reading) came out ahead."""
    seen = {(text[i], r.best, text[max(0, i - 1) : i], text[i + 1 : i + 2])
            for i, r in readings.items()}
    return Counter((written, best) for written, best, _, _ in seen)


def _replace(text: str, settled: dict[int, Reading]) -> str:
    characters = list(text)
    for i, reading in settled.items():
        characters[i] = reading.best
    return "".join(characters)


def _clear(written: str, reading: Reading) -> bool:
    if confusions.variant(written) == reading.best:
        return reading.margin >= AHEAD_FORM
    return reading.margin >= (AHEAD_ORDINARY if written in confusions.standard() else AHEAD)


def contest(current: str, odd: list[int], pairs: Counter, rate: float) -> list[Reading]:
    """Hold the contest at every place that is odd or makes no pair with either neighbour."""
    codes = language.encode(current)
    joined = np.append(language.joints(codes), False)
    alone = np.flatnonzero(~joined[:-1] & ~joined[1:])
    usual = np.bincount(codes) - np.bincount(codes[alone], minlength=codes.max(initial=0) + 1)
    entries = _entries(current, sorted({*alone.tolist(), *odd}), pairs)
    places, points, weights, certain = entries
    keep = certain | _supported(current, codes, places, language.recode(points))
    places, points, weights = places[keep], points[keep], weights[keep] + np.log(rate)
    targets = language.recode(points)
    home = np.log(np.maximum(usual[codes[places]], 1e-9) / len(codes)) + HABIT
    floor = np.maximum(np.where(_standard(current, places), FLOOR, FLOOR_ODD), home)
    weights += _context(codes, places, targets) - _context(codes, places, codes[places], floor)
    weights += SEEN * _seen(codes, places, targets)
    return _readings(places, points, weights)


def _standard(current: str, places: np.ndarray) -> np.ndarray:
    known = confusions.standard()
    return np.array([current[i] in known for i in places.tolist()], bool)


@cache
def _candidates(character: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Code points of the candidates, their log odds before context, and which is sure by form."""
    found = confusions.candidates(character)
    form = confusions.variant(character)
    sure = np.array([target == form for target in found], bool)
    ordinary = ORDINARY.get(confusions.standard().get(character), 0.0)
    weights = np.array(list(found.values()), float) + ordinary + FORM * sure
    return np.array([ord(target) for target in found], np.int64), weights, sure


def _entries(current: str, places: list[int], pairs: Counter) -> tuple[np.ndarray, ...]:
    """Every candidate of every open place: place, code point, log odds before context, sure form."""
    rows = [_candidates(current[i]) for i in places]
    where = np.repeat(np.array(places, np.int64), [len(row[0]) for row in rows])
    empty = np.zeros(0, np.int64)
    points, weights, sure = (
        np.concatenate([empty.astype(kind), *(row[k] for row in rows)])
        for k, kind in enumerate((np.int64, float, bool))
    )
    written = np.frombuffer(current.encode("utf-32-le"), "<u4").astype(np.int64)[where]
    for (before, target), count in pairs.items():
        hit = (written == ord(before)) & (points == ord(target))
        weights = weights + hit * min(MOST_AGAIN, AGAIN * (count - 1))
    return where, points, weights, sure


def _readings(places: np.ndarray, points: np.ndarray, weights: np.ndarray) -> list[Reading]:
    """Per place, the best candidate and its lead over the next and over the written one (0)."""
    order = np.lexsort((points, -weights, places))
    places, points, weights = places[order], points[order], weights[order]
    starts = np.flatnonzero(np.diff(places, prepend=-1))
    result = []
    for start, end in zip(starts.tolist(), [*starts[1:].tolist(), len(places)], strict=True):
        best, rest = weights[start], weights[start + 1 : min(end, start + 4)]
        if best > 0:
            near = points[start + 1 : start + 4][: len(rest)][rest > best - 10]
            margin = best - max(0.0, rest[0] if len(rest) else 0.0)
            result.append(Reading(int(places[start]), chr(points[start]), float(margin),
                                  tuple(map(chr, near.tolist()))))
    return result


def _supported(current: str, codes, places: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Whether each candidate makes a known pair with a neighbour that is no punctuation."""
    padded = np.concatenate([[0], codes, [0]])
    word = np.array([False, *map(str.isalnum, current), False])
    left = language.joints(np.stack([padded[places], targets], axis=1))[:, 1]
    right = language.joints(np.stack([targets, padded[places + 2]], axis=1))[:, 1]
    return (left & word[places]) | (right & word[places + 2])


def _seen(codes: np.ndarray, places: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Whether a candidate makes three characters with its neighbours that the text has elsewhere."""
    padded = np.concatenate([[0, 0], codes, [0, 0]]).astype(np.int64)
    here = np.unique(_triples(padded[2:-2]))
    windows = padded[places[:, None] + np.arange(5)]
    windows[:, 2] = targets
    return np.isin(_triples(windows), here).any(axis=1)


def _triples(codes: np.ndarray) -> np.ndarray:
    """Each three neighbours in one number, along the last axis."""
    return (codes[..., :-2] << 32) | (codes[..., 1:-1] << 16) | codes[..., 2:]


def _context(codes, places, targets, floor=-np.inf) -> np.ndarray:
    """Log p of each target, never below `floor`, and of the three characters after it."""
    edge = np.full(REACH, language.encode(language.EDGE)[0])
    padded = np.concatenate([edge, codes, edge])
    windows = padded[places[:, None] + np.arange(2 * REACH + 1)]
    windows[:, REACH] = targets
    found = language.scores(windows)[:, REACH:]
    found[:, 0] = np.maximum(found[:, 0], floor)
    return found.sum(axis=1)


def _edit(text: str, restored: str, reading: Reading) -> Edit:
    """The ledger's row for a settled place."""
    i, before = reading.place, text[reading.place]
    around = restored[max(0, i - 4) : i + 5].replace("\n", " ")
    exact = confusions.variant(before) == reading.best and reading.margin > FORM
    why = "its one simplified form" if exact else f"ahead by {reading.margin:.1f} nats"
    return Edit(
        i, i + 1, before, reading.best, "variants.form" if exact else "variants.context", KIND,
        "exact" if exact else "inferred", f"{before} for {reading.best} in {around}: {why}",
        reading.others, None if exact else round(reading.margin, 2),
    )


def _suspicion(text: str, i: int) -> Edit:
    """An odd character that stays: listed with its likeliest readings, unchanged."""
    found = confusions.candidates(text[i])
    return Edit(
        i, i + 1, text[i], text[i], "variants.context", KIND, "unresolved",
        f"{text[i]} is no character of simplified text; no reading is clearly ahead",
        tuple(sorted(found, key=lambda c: (-found[c], c))[:5]),
    )
