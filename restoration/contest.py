"""
Was this character written, or does it stand for a double of it? The log odds of the double are

    log rate + log p(disguise | double) + log p(context with the double) - log p(context as it is)

with the rate counted in the text itself, the disguise from `confusions`, the context from
`language`. Everything is done for all candidates of all places at once.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from restoration import confusions, language

# The four-gram model sees three characters on each side.
REACH = language.ORDER - 1
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
class Reading:
    """Outcome of one contest: the best candidate, its lead, and who else stood."""

    place: int
    best: str
    margin: float
    others: tuple[str, ...]


def contest(
    current: str, places: list[int], habits: np.ndarray, pairs: Counter, rate: float
) -> list[Reading]:
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
) -> list[Reading]:
    """The contests of places whose surroundings differ."""
    codes = language.encode(current)
    where, points, weights, certain = _entries(current, places, pairs)
    targets = language.recode(points)
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


def habit(codes: np.ndarray, places: list[int]) -> np.ndarray:
    """Log share of each code among the places that are not in doubt, less HABIT."""
    size = language.model().size
    usual = np.bincount(codes, minlength=size) - np.bincount(codes[places], minlength=size)
    return np.log(np.maximum(usual, 1e-9) / max(1, len(codes))) + HABIT


def strangers(current: str, codes: np.ndarray) -> np.ndarray:
    """
    Places in no known pair with a neighbour; for rarer characters, in no known triple.

    Two rarer characters of the standard side by side are a name or a word of their own (滹沱).
    """
    pairs, triples = language.joints(codes), language.joints(codes, 3)
    alone = ~(pairs | np.append(pairs[1:], False))
    beyond = np.append(triples, [False, False])
    apart = ~(beyond[:-2] | beyond[1:-1] | beyond[2:])
    known = confusions.standard()
    rarer = {c for c in set(current) if known.get(c, 1) > 1}
    rare = np.isin(language.points(current), [ord(c) for c in rarer])
    rare = np.concatenate([[False], rare, [False]])
    word = rare[1:-1] & (rare[:-2] | rare[2:])
    return np.flatnonzero((alone | apart & rare[1:-1]) & ~word)


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
    """Candidates of all places: place, code point, log odds before context, sure by form."""
    rows = [_candidates(current[i]) for i in places]
    where = np.repeat(np.array(places, np.int64), [len(row[0]) for row in rows])
    empty = np.zeros(0, np.int64)
    points, weights, sure = (
        np.concatenate([empty.astype(kind), *(row[k] for row in rows)])
        for k, kind in enumerate((np.int64, float, bool))
    )
    written = language.points(current)[where]
    for (before, target), count in pairs.items():
        hit = (written == ord(before)) & (points == ord(target))
        most = MOST_AGAIN_ORDINARY if before in confusions.standard() else MOST_AGAIN
        weights = weights + hit * min(most, AGAIN * (count - 1))
    return where, points, weights, sure


def _readings(places: np.ndarray, points: np.ndarray, weights: np.ndarray) -> list[Reading]:
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
            result.append(Reading(int(places[start]), chr(points[start]), float(margin),
                                  tuple(map(chr, near.tolist()))))
    return result


def _supported(current: str, codes, places: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """
    Whether each candidate makes a known pair with a neighbour that is no punctuation.

    A character of the standard may be part of a name: for one, both sides must make known pairs,
    or the candidate be part of a known triple.
    """
    padded = np.concatenate([[0, 0], codes, [0, 0]])
    left = _known(padded[places + 1], targets)
    right = _known(targets, padded[places + 3])
    word = np.array([False, *map(str.isalnum, current), False])
    found = (left & word[places]) | (right & word[places + 2])
    doubtful = np.flatnonzero(found & ~(left & right) & _standard(current, places))
    windows = padded[places[doubtful, None] + np.arange(5)]
    windows[:, 2] = targets[doubtful]
    found[doubtful] = language.joints(windows, 3)[:, 2:].any(axis=1)
    return found


def _known(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Whether each two characters are a known pair."""
    return language.joints(np.stack([first, second], axis=1))[:, 1]


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
    edge = np.full(REACH, language.encode(language.EDGE)[0])
    padded = np.concatenate([edge, codes, edge])
    windows = padded[places[:, None] + np.arange(2 * REACH + 1)]
    windows[:, REACH] = targets
    found = language.scores(windows)[:, REACH:]
    found[:, 0] = np.maximum(found[:, 0], floor)
    return found.sum(axis=1)
