"""
Look-alikes: characters that a content farm replaced by a double, so that copies are not found.

    >>> text = "“十三五”时期忣2020年工作回顾,全面建荿小康社会,增加值姩均增长"
    >>> [(e.before, e.after) for e in find(text)]
    [('忣', '及'), ('荿', '成'), ('姩', '年')]

`contest` weighs, place by place, whether a character was written or stands for a double of it.
Pairs that recur in the text count for more, and settled places make better context for their
neighbours: the contest is held again until nothing moves.
"""

from __future__ import annotations

import re
from collections import Counter

from restoration import confusions, language
from restoration.contest import FORM, REACH, Reading, contest, habit, strangers
from restoration.ledger import Edit

KIND = "look-alike"
# A text is disguised from three odd characters with a double that fits, one in 2,000 at least:
# thirteen clean national reports have none; a farm replaces one in about 60. Traditional forms do
# not count (they may be the text's own script); the others are a tenth of the odd ones at least.
LEAST, RATE, SHARE = 3, 1 / 2000, 1 / 10
# Nats ahead of the next reading; calibrated in tests/test_variants.py to be right in 95 of 100.
AHEAD, AHEAD_ORDINARY, AHEAD_FORM = 2.0, 4.0, 1.5
# Rounds until nothing moves; four were enough for every text tried.
ROUNDS = 6


def odd_places(text: str) -> list[int]:
    """Places of characters that simplified text does not use, next to a Han character."""
    odd = {c for c in set(text) if confusions.is_odd(c)}
    if not odd:
        return []
    named = names(text)
    return [i for i in _places(text, odd) if i not in named and _beside_han(text, i)]


def names(text: str) -> set[int]:
    """
    Places in two rare neighbours that recur together: a name or a word of its own (盩厔, 䴙䴘).

    A farm that replaces one character in sixty hardly hits the same two neighbours twice.
    """
    rare = {c for c in set(text) if confusions.is_odd(c) and not confusions.has_form(c)}
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
    odd = odd_places(text)
    enough = max(LEAST, SHARE * len(odd))
    disguises = [i for i in odd if not confusions.has_form(text[i])]
    if len(disguises) < enough or len(odd) < RATE * len(text):
        return []
    settled = settle(text, odd)
    if sum(i in settled for i in disguises) < enough:
        return []
    restored = _replace(text, settled)
    edits = [_edit(text, restored, reading) for reading in settled.values()]
    edits += [_suspicion(text, i) for i in odd if i not in settled]
    return sorted(edits, key=lambda edit: edit.start)


def settle(text: str, odd: list[int]) -> dict[int, Reading]:
    """Readings that are clearly ahead, by place, after as many rounds as it takes."""
    rate = len(odd) / len(text)
    codes = language.encode(text)
    places = sorted({*strangers(text, codes), *odd} - names(text))
    habits = habit(codes, places)
    # Nothing is settled before the text has shown which pairs recur.
    leaning = {r.place: r for r in contest(text, places, habits, Counter(), rate)}
    settled: dict[int, Reading] = {}
    moved = {*leaning, *odd}
    for _ in range(ROUNDS):
        again = [i for i in places if i in moved and i not in settled]
        pairs = recurring(text, settled | leaning)
        found = contest(_replace(text, settled), again, habits, pairs, rate)
        new = {r.place: r for r in found if _clear(text[r.place], r)}
        if not new and leaning.keys() == {r.place for r in found}:
            break
        settled, leaning = settled | new, {r.place: r for r in found if r.place not in new}
        near = {i + d for i in new for d in range(-REACH, REACH + 1)}
        moved = {*leaning, *odd, *near}
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


def _edit(text: str, restored: str, reading: Reading) -> Edit:
    """The ledger's row for a settled place."""
    i, before = reading.place, text[reading.place]
    around = restored[max(0, i - 4) : i + 5].replace("\n", " ")
    exact = confusions.variant(before) == reading.best and reading.margin > 2 * FORM
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
