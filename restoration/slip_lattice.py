"""
What GBK bytes allow where a text is read one byte out of step.

On the pages in question a replace on bytes put `(pinyin)` after the code of a character, also where
that code was the trail byte of one character and the lead byte of the next:

    true        駛 F182  入 C8EB  快 BFEC  車 DC87  道 B5C0  。A1A3       側 (cè) is 82C8
    stored      F182 C8(cè)EB BFEC DC87 B5C0 A1A3
    seen        駛   ?  cè)肟   燔   嚨   ?    。     C8( is no character, EBBF is 肟 ...

So each character seen holds the trail byte of a true one and the lead byte of the next, until a
trail byte is ASCII (it is seen as such) or something breaks the stream. The search walks over what
is seen with the set of lead bytes that may be waiting for a trail byte, and a true character comes
out at each step. Pairs without a character have vanished, so a step may also consume nothing.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cache, lru_cache
from typing import NamedTuple, Protocol

import numpy as np

from restoration.slip_bytes import (
    HOLES,
    LEADS,
    character,
    code,
    note_at,
    row,
    seconds,
    vanishing,
)

# No lead byte waits.
IN_STEP: frozenset[int] = frozenset()
# ASCII that a waiting lead byte may have taken along, beside the parenthesis of an annotation. Of a
# digit only a gap can be restored.
SWALLOWED = '\n,;:!?()%+-./<>"\ufffd'
# Marks that broke the stream and so brought it into step again (the second pass, see `slips`).
MARKS = "，。、！？；：”…,!?;:\n"
# Seen characters that one slip may take. In traditional text one trail byte in six is ASCII.
MAX_SPAN = 64
# Readings kept at each place after no, one, two vanished pairs (one pair in twelve has none,
# two in a row are one in 150), and how many nats one may lie behind the best of them: a wrong
# character costs about 8, a rare right one hardly more.
WIDTHS, BEHIND = (24, 24, 48), 25.0
# Readings in step again that are compared with all that is known, and characters after them.
ENDED, CONTEXT = 40, 3
# Cost of a decoder that gives up one byte at a time and writes `?`: they write U+FFFD.
RESUMED = 8.0


class Reading(NamedTuple):
    """True text for what is seen from the start of a slip up to `at`."""

    text: str
    at: int
    # Lead bytes, one of which waits for its trail byte; none when the stream is in step again.
    leads: frozenset[int] = frozenset()
    # Log probability so far, in nats.
    score: float = 0.0
    # Pairs that have vanished just before.
    gaps: int = 0
    # What brought it into step: "mark" (a break before one), "lost" (a hole that took ASCII along),
    # "resumed" (a hole that took nothing along).
    ending: str = ""


class Fan(NamedTuple):
    """Ways to go on from a reading that consume the same: texts, and what waits after each."""

    texts: tuple[str, ...]
    leads: tuple[frozenset[int], ...]
    at: int
    gaps: int = 0
    ending: str = ""


def _over_character(reading: Reading, seen: str) -> Iterator[Fan]:
    """What is seen gives a trail byte, and the lead byte of the next character."""
    trail, lead = code(seen) or (0, 0)
    # An ASCII second byte was a character of its own, which the first took along.
    alone = "" if lead in LEADS else chr(lead)
    texts = tuple(c + alone for h in sorted(reading.leads) if (c := character(h, trail)))
    yield Fan(texts, (frozenset((lead,)) & LEADS,) * len(texts), reading.at + 1)
    # A trail byte seen as ASCII: the next byte is a lead byte, in its place.
    if "@" <= seen < "\x7f":
        texts = tuple(c for h in sorted(reading.leads) if (c := character(h, ord(seen))))
        yield Fan(texts, (IN_STEP,) * len(texts), reading.at + 1)


@cache
def _vanished(leads: frozenset[int]) -> tuple[tuple[str, ...], tuple[frozenset[int], ...]]:
    """Characters whose trail byte makes no character with some next lead byte, and these bytes."""
    found = [(c, after) for h in sorted(leads) for t, c in row(h) if (after := vanishing(t))]
    return tuple(c for c, _ in found), tuple(after for _, after in found)


@cache
def _hidden(leads: frozenset[int], fits: Callable[[int, str], bool]) -> tuple[str, ...]:
    """Characters whose trail byte is not seen; `fits` says of byte and character what is known."""
    return tuple(c for h in sorted(leads) for t, c in row(h) if fits(t, c))


@lru_cache(4096)
def _across(leads: frozenset[int], note: str) -> tuple[tuple[str, ...], tuple[frozenset[int], ...]]:
    """Characters that end with the first byte of an annotated one; its second byte waits."""
    after = seconds(note)
    found = [
        (c, frozenset((low,)))
        for h in sorted(leads) for t, c in row(h) for low in after.get(t, ()) if low in LEADS
    ]
    return tuple(c for c, _ in found), tuple(after for _, after in found)


def _over_hole(reading: Reading, hole: str, following: str) -> Iterator[Fan]:
    """The trail byte is lost: alone where the stream broke, else with an ASCII byte."""
    if following in MARKS:
        texts = _hidden(reading.leads, _any)
        yield Fan(texts, (IN_STEP,) * len(texts), reading.at + 1, ending="mark")
        return
    texts = _hidden(reading.leads, _no_ascii)
    yield Fan(texts, (IN_STEP,) * len(texts), reading.at + 1, ending="lost")
    # A decoder that gives up one byte at a time goes on with the next true character.
    lead = (code(following) or (0, 0))[0]
    texts = tuple(c for h in sorted(reading.leads) for t, c in row(h) if lead in vanishing(t))
    ending = "resumed" if hole == "?" else ""
    yield Fan(texts, (IN_STEP,) * len(texts), reading.at + 1, ending=ending)


def _any(trail: int, found: str) -> bool:
    return True


def _no_ascii(trail: int, found: str) -> bool:
    return trail >= 0x80


def steps(text: str, reading: Reading) -> Iterator[Fan]:
    """Each way to go on by one true character."""
    at = reading.at
    if text[at : at + 1] in ("", "\n"):
        # The line ends after a lead byte.
        texts = _hidden(reading.leads, _any)
        yield Fan(texts, (IN_STEP,) * len(texts), at)
        return
    hole = text[at] in HOLES
    note = note_at(text, at + hole)
    if note and hole:
        # The waiting character was annotated: its trail byte went with the parenthesis.
        texts = tuple(c for c in _hidden(reading.leads, _no_ascii) if note.fits(c))
        yield Fan(texts, (IN_STEP,) * len(texts), note.end)
        # Or the hole is one of the first pass, and was taken along by the second.
        yield Fan(*_across(reading.leads, note.pinyin), note.end)
    elif note:
        # The two halves before it happened to be the code of a table character.
        yield Fan(("",), (reading.leads,), note.end)
        return
    elif hole:
        yield from _over_hole(reading, *text[at : at + 2].ljust(2))
        yield Fan(*_vanished(reading.leads), at + 1, gaps=1)
    yield from _over_character(reading, text[at])
    if reading.gaps < len(WIDTHS) - 1:
        yield Fan(*_vanished(reading.leads), at, gaps=reading.gaps + 1)


class Rate(Protocol):
    """Log probabilities, in nats."""

    def pieces(self, history: str, texts: tuple[str, ...]) -> np.ndarray:
        """Of each text after one history."""

    def as_seen(self, histories: list[str], start: int, end: int) -> np.ndarray:
        """Of what is seen from `start` to `end`, taken as it is, after each history."""


def _longer(reading: Reading, fan: Fan, rate: Rate) -> Iterator[Reading]:
    """`reading` with the best of the pieces in a fan."""
    if not fan.texts:
        return
    cost = RESUMED * (fan.ending == "resumed")
    totals = reading.score - cost + rate.pieces(reading.text, fan.texts)
    for i in np.argsort(-totals, kind="stable")[: WIDTHS[-1]]:
        text = reading.text + fan.texts[i]
        yield Reading(text, fan.at, fan.leads[i], float(totals[i]), fan.gaps, fan.ending)


def _kept(readings: list[Reading], width: int, floor: float = -np.inf) -> list[Reading]:
    """The best of the readings that have come equally far, the best first."""
    readings = sorted(readings, key=lambda r: (-r.score, r.text))[:width]
    return [r for r in readings if r.score > max(floor, readings[0].score - BEHIND)]


def search(text: str, starts: Sequence[Reading], rate: Rate) -> tuple[list[Reading], bool]:
    """
    Find the readings that come into step again, and whether the bound on the span was hit.

    Parameters
    ----------
    text : str
        What is seen.
    starts : sequence of Reading
        Readings before the first step; their `leads` say what may wait there.
    rate : Rate
        What tells likely from unlikely text.
    """
    live = {(start.at, 0): [] for start in starts}
    for start in starts:
        live[start.at, 0].append(start)
    ended: list[Reading] = []
    first = min(live, default=(0, 0))[0]
    while live and (place := min(live))[0] <= first + MAX_SPAN:
        floor = _floor(ended, place[0], rate)
        for reading in _kept(live.pop(place), WIDTHS[place[1]], floor):
            for fan in steps(text, reading):
                for longer in _longer(reading, fan, rate):
                    goal = live.setdefault((longer.at, longer.gaps), []) if longer.leads else ended
                    goal.append(longer)
    return _best(ended, rate), bool(live) and not ended


def _floor(ended: list[Reading], at: int, rate: Rate) -> float:
    """Below this a reading at `at` cannot come near one that is in step already."""
    if not ended:
        return -np.inf
    best = max(ended, key=lambda r: r.score)
    return best.score + float(rate.as_seen([best.text], best.at, at)[0]) - BEHIND / 2


def _best(ended: list[Reading], rate: Rate) -> list[Reading]:
    """The best readings; what is seen after the shorter ones is taken as it is."""
    places = sorted({r.at for r in ended})
    rated = []
    for place in places:
        here = _completed([r for r in ended if r.at == place], rate)
        rests = rate.as_seen([r.text for r in here], place, places[-1] + CONTEXT)
        rated += [(r.score + float(rest), r) for r, rest in zip(here, rests, strict=True)]
    return [r for _, r in sorted(rated, reverse=True)[:ENDED]]


def _completed(readings: list[Reading], rate: Rate) -> list[Reading]:
    """Readings that end at one place, with each ASCII character that a hole may have taken."""
    whole = [r for r in readings if r.ending != "lost"]
    for lost in _kept([r for r in readings if r.ending == "lost"], ENDED):
        whole += _longer(lost, Fan(tuple(SWALLOWED), (IN_STEP,) * len(SWALLOWED), lost.at), rate)
    return whole
