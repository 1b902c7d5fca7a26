"""
Byte slips: characters torn apart where `(pinyin)` was inserted between the two bytes of one.

    find("濱河?xùn)|西路南延")         one edit: ?xùn)| -> 東

Two passes on bytes did the damage. Both know characters only as byte patterns, and find them also
where the pattern is the trail byte of one character and the lead byte of the next.

1. `(pinyin)` after each character Z of a table: X Y, where hi(Z) = trail(X) and lo(Z) = lead(Y),
   became X lo(Z) `(pinyin)` trail(Y). The lead byte and the parenthesis are seen as one `?`; the
   pinyin names Z and so the byte. What follows is read one byte off.
2. A break before punctuation. In a stream that is one byte off it brings the next character into
   step (the byte before the mark is seen as `?`). In a stream in step it may find a mark that is
   none: 。“ A1A3 A1B0 holds ！ A3A1, and comes out as `?!` and a stream one byte off.

The restored text is traditional, as what surrounds it: script conversion sees whole words later.

    character(0xC8, 0xEB), code("入")            入, (0xC8, 0xEB)
    shown("入快車道")                            what is seen of it one byte off

First what bytes are, then the search over what they allow, the rating of readings, and the edits.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import takewhile
from typing import NamedTuple, Protocol

import numpy as np

from restoration import char_model, hanzi
from restoration.diagnosis import BREAKS
from restoration.ledger import GAP, Edit
from restoration.pinyin_script import converter

# Both signs for "no such character" in decoders.
HOLES = "?\ufffd"
# GBK: lead bytes 81-FE, trail bytes 40-FE without 7F; so ASCII below 40 is never a trail byte.
LEADS = frozenset(range(0x81, 0xFF))
TRAILS = tuple(b for b in range(0x40, 0xFF) if b != 0x7F)
# A hidden character is sought among those commoner than this (nats): 6,300 of 21,900 in GBK.
RARE = -15.0
# Letters of toned and toneless pinyin, as GBK has them.
PINYIN = "[a-zêüāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńň]{1,6}"
NOTE = re.compile(rf"\(({PINYIN})\)")
# After a hole the parenthesis may be eaten, or not.
TORN = re.compile(rf"\(?({PINYIN})\)")
TONES = str.maketrans("āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüńň", "aaaaeeeeiiiioooouuuuvvvvvnn")


@cache
def _character(lead: int, trail: int) -> str:
    """The character of two bytes in GBK; undefined and private codes have none, nor the blank."""
    try:
        return bytes((lead, trail)).decode("gbk").strip()
    except UnicodeDecodeError:
        return ""


@cache
def _simple(c: str) -> str:
    """One character simplified; the gap of a lost digit counts as a digit."""
    return "0" if c == "\ufffd" else converter("t2s").convert(c)


@cache
def _row(lead: int) -> tuple[tuple[int, str], ...]:
    """Trail byte and character of each code with this lead byte, rare characters left out."""
    found = [(trail, c) for trail in TRAILS if (c := _character(lead, trail))]
    rates = char_model.model().values[0][char_model.encode("".join(_simple(c) for _, c in found))]
    return tuple(pair for pair, rate in zip(found, rates, strict=True) if rate > RARE)


@cache
def _vanishing(trail: int) -> frozenset[int]:
    """Lead bytes that make no character when read after this trail byte."""
    return frozenset(b for b in LEADS if trail >= 0x80 and not _character(trail, b))


@cache
def _code(seen: str) -> tuple[int, int] | None:
    """The two bytes behind a character; ASCII counts as folded full-width."""
    if " " <= seen < "\x7f":
        return (0xA1, 0xA1) if seen == " " else (0xA3, ord(seen) | 0x80)
    data = seen.encode("gb18030", "ignore")
    return (data[0], data[1]) if len(data) == 2 else None


def _shown(reading: str, undefined: str = "") -> str:
    """What a decoder shows of `reading` when its first byte is lost; a last byte alone leaves a hole."""
    data, seen, at = reading.replace("\ufffd", "0").encode("gbk")[1:], "", 0
    while at < len(data):
        width = 1 if data[at] < 0x80 else 2
        lead, trail, *_ = *data[at : at + width], 0
        if width == 1:
            seen += chr(lead)
        else:
            seen += "?" if trail < 0x40 else _character(lead, trail) or undefined
        at += width
    return seen


@dataclass(frozen=True, slots=True)
class _Annotation:
    """Where an annotation ends, and its pinyin."""

    end: int
    pinyin: str

    def fits(self, c: str) -> bool:
        """Whether a character has this reading."""
        return _has_reading(c, self.pinyin)


def _toneless(note: str) -> str:
    """Pinyin without tones; ü becomes v."""
    return note.translate(TONES)


@cache
def _readings(c: str) -> frozenset[str]:
    """The readings of a character, toned and toneless."""
    from pypinyin import Style, pinyin

    if not "\u3400" <= c <= "\u9fff":
        return frozenset()
    toned = pinyin(c, style=Style.TONE, heteronym=True)[0]
    return frozenset(toned) | frozenset(map(_toneless, toned))


def _has_reading(c: str, note: str) -> bool:
    """Whether `note`, toned or not, is a reading of the character."""
    return note in _readings(c)


@cache
def _seconds(note: str) -> dict[int, tuple[int, ...]]:
    """Second bytes of the characters that have a reading, by first byte; rare ones left out."""
    return {h: tuple(t for t, c in _row(h) if _has_reading(c, note)) for h in sorted(LEADS)}


def _note_at(text: str, at: int) -> _Annotation | None:
    """The annotation at `at`; after a hole its opening parenthesis may be missing."""
    hit = (TORN if text[at - 1 : at] in tuple(HOLES) else NOTE).match(text, at)
    return hit and _Annotation(hit.end(), hit[1])

# What GBK bytes allow where a text is read one byte out of step.
#
# On the pages in question a replace on bytes put `(pinyin)` after the code of a character, also where
# that code was the trail byte of one character and the lead byte of the next:
#
#     true        駛 F182  入 C8EB  快 BFEC  車 DC87  道 B5C0  。A1A3       側 (cè) is 82C8
#     stored      F182 C8(cè)EB BFEC DC87 B5C0 A1A3
#     seen        駛   ?  cè)肟   燔   嚨   ?    。     C8( is no character, EBBF is 肟 ...
#
# So each character seen holds the trail byte of a true one and the lead byte of the next, until a
# trail byte is ASCII (it is seen as such) or something breaks the stream. The search walks over what
# is seen with the set of lead bytes that may be waiting for a trail byte, and a true character comes
# out at each step. Pairs without a character have vanished, so a step may also consume nothing.

# No lead byte waits.
IN_STEP: frozenset[int] = frozenset()
# ASCII that a waiting lead byte may have taken along, beside the parenthesis of an annotation. Of a
# digit only a gap can be restored.
SWALLOWED = '\n,;:!?()%+-./<>"\ufffd'
# Marks that broke the stream and so brought it into step again (the second pass, see `slips`).
MARKS = "，。、！？；：”“（《…,!?;:\n"
# Seen characters that one slip may take. In traditional text one trail byte in six is ASCII.
MAX_SPAN = 64
# Readings kept at each place after no, one, two vanished pairs (one pair in twelve has none,
# two in a row are one in 150), and how many nats one may lie behind the best of them: a wrong
# character costs about 8, a rare right one hardly more.
WIDTHS, BEHIND = (12, 12, 24), 20.0
# Readings in step again that are compared with all that is known, and characters after them.
ENDED, CONTEXT = 40, 3
# Readings gathered at a place before the best are chosen.
CROWD = 400
# Cost of a decoder that gives up one byte at a time and writes `?`: they write U+FFFD.
RESUMED = 8.0


class _Reading(NamedTuple):
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


class _Fan(NamedTuple):
    """Ways to go on from a reading that consume the same: texts, and what waits after each."""

    texts: tuple[str, ...]
    leads: tuple[frozenset[int], ...]
    at: int
    gaps: int = 0
    ending: str = ""


def _over_character(reading: _Reading, seen: str) -> Iterator[_Fan]:
    """What is seen gives a trail byte, and the lead byte of the next character."""
    for texts, leads in _across_character(reading.leads, seen):
        yield _Fan(texts, leads, reading.at + 1)


@lru_cache(4096)
def _across_character(leads: frozenset[int], seen: str) -> tuple[tuple, ...]:
    trail, lead = _code(seen) or (0, 0)
    # An ASCII second byte was a character of its own, which the first took along.
    alone = "" if lead in LEADS else chr(lead)
    texts = tuple(c + alone for h in sorted(leads) if (c := _character(h, trail)))
    fans = ((texts, (frozenset((lead,)) & LEADS,) * len(texts)),)
    # A trail byte seen as ASCII: the next byte is a lead byte, in its place.
    if "@" <= seen < "\x7f":
        texts = tuple(c for h in sorted(leads) if (c := _character(h, ord(seen))))
        fans += ((texts, (IN_STEP,) * len(texts)),)
    return fans


@lru_cache(4096)
def _stepping(leads: frozenset[int], lead: int) -> tuple[str, ...]:
    """Characters after whose trail byte a lead byte makes no character."""
    return tuple(c for h in sorted(leads) for t, c in _row(h) if lead in _vanishing(t))


@lru_cache(4096)
def _annotated(leads: frozenset[int], note: str) -> tuple[str, ...]:
    """Characters with a reading whose trail byte is no ASCII."""
    return tuple(c for h in sorted(leads) for t, c in _row(h) if t >= 0x80 and _has_reading(c, note))


@cache
def _vanished(leads: frozenset[int]) -> tuple[tuple[str, ...], tuple[frozenset[int], ...]]:
    """Characters whose trail byte makes no character with some next lead byte, and these bytes."""
    found = [(c, after) for h in sorted(leads) for t, c in _row(h) if (after := _vanishing(t))]
    return tuple(c for c, _ in found), tuple(after for _, after in found)


@cache
def _hidden(leads: frozenset[int], fits: Callable[[int, str], bool]) -> tuple[str, ...]:
    """Characters whose trail byte is not seen; `fits` says of byte and character what is known."""
    return tuple(c for h in sorted(leads) for t, c in _row(h) if fits(t, c))


@lru_cache(4096)
def _across(leads: frozenset[int], note: str) -> tuple[tuple[str, ...], tuple[frozenset[int], ...]]:
    """Characters that end with the first byte of an annotated one; its second byte waits."""
    after = _seconds(note)
    found = [
        (c, frozenset((low,)))
        for h in sorted(leads) for t, c in _row(h) for low in after.get(t, ()) if low in LEADS
    ]
    return tuple(c for c, _ in found), tuple(after for _, after in found)


def _over_hole(reading: _Reading, hole: str, following: str) -> Iterator[_Fan]:
    """The trail byte is lost: alone where the stream broke, else with an ASCII byte."""
    if following in MARKS:
        texts = _hidden(reading.leads, _any)
        yield _Fan(texts, (IN_STEP,) * len(texts), reading.at + 1, ending="mark")
        return
    texts = _hidden(reading.leads, _no_ascii)
    yield _Fan(texts, (IN_STEP,) * len(texts), reading.at + 1, ending="lost")
    # A decoder that gives up one byte at a time goes on with the next true character.
    lead = (_code(following) or (0, 0))[0]
    texts = _stepping(reading.leads, lead)
    ending = "resumed" if hole == "?" else ""
    yield _Fan(texts, (IN_STEP,) * len(texts), reading.at + 1, ending=ending)


def _any(trail: int, found: str) -> bool:
    return True


def _no_ascii(trail: int, found: str) -> bool:
    return trail >= 0x80


def _steps(text: str, reading: _Reading) -> Iterator[_Fan]:
    """Each way to go on by one true character."""
    at = reading.at
    if text[at : at + 1] in ("", "\n"):
        # The line ends after a lead byte.
        texts = _hidden(reading.leads, _any)
        yield _Fan(texts, (IN_STEP,) * len(texts), at)
        return
    hole = text[at] in HOLES
    note = _note_at(text, at + hole)
    if note and hole:
        # The waiting character was annotated: its trail byte went with the parenthesis.
        texts = _annotated(reading.leads, note.pinyin)
        yield _Fan(texts, (IN_STEP,) * len(texts), note.end)
        # Or the hole is one of the first pass, and was taken along by the second.
        yield _Fan(*_across(reading.leads, note.pinyin), note.end)
    elif note:
        # The two halves before it happened to be the code of a table character.
        yield _Fan(("",), (reading.leads,), note.end)
        return
    elif hole:
        yield from _over_hole(reading, *text[at : at + 2].ljust(2))
        yield _Fan(*_vanished(reading.leads), at + 1, gaps=1)
    yield from _over_character(reading, text[at])
    if reading.gaps < len(WIDTHS) - 1:
        yield _Fan(*_vanished(reading.leads), at, gaps=reading.gaps + 1)


class _Rate(Protocol):
    """Log probabilities, in nats."""

    def pieces(self, history: str, texts: tuple[str, ...]) -> np.ndarray:
        """Of each text after one history."""

    def as_seen(self, histories: list[str], start: int, end: int) -> np.ndarray:
        """Of what is seen from `start` to `end`, taken as it is, after each history."""


def _longer(reading: _Reading, fan: _Fan, rate: _Rate, floor: float) -> Iterator[_Reading]:
    """`reading` with the best of the pieces in a fan, above a floor."""
    if not fan.texts:
        return
    cost = RESUMED * (fan.ending == "resumed")
    totals = reading.score - cost + rate.pieces(reading.text, fan.texts)
    above = np.flatnonzero(totals > floor)
    if len(above) > WIDTHS[-1]:
        above = above[np.argsort(-totals[above], kind="stable")[: WIDTHS[-1]]]
    for i in above.tolist():
        text = reading.text + fan.texts[i]
        yield _Reading(text, fan.at, fan.leads[i], float(totals[i]), fan.gaps, fan.ending)


def _kept(readings: list[_Reading], width: int, floor: float = -np.inf) -> list[_Reading]:
    """The best of the readings that have come equally far, the best first."""
    readings = sorted(readings, key=lambda r: (-r.score, r.text))[:width]
    return [r for r in readings if r.score > max(floor, readings[0].score - BEHIND)]


def _search(text: str, starts: Sequence[_Reading], rate: _Rate) -> tuple[list[_Reading], bool]:
    """Find the readings that come into step again, and whether the bound on the span was hit."""
    live = {(start.at, 0): [] for start in starts}
    for start in starts:
        live[start.at, 0].append(start)
    ended: list[_Reading] = []
    # The best score of those that have come equally far: none far behind it is followed.
    best: dict[tuple, float] = {}
    first = min(live, default=(0, 0))[0]
    while live and (place := min(live))[0] <= first + MAX_SPAN:
        floor = _floor(ended, place[0], rate)
        for reading in _kept(live.pop(place), WIDTHS[place[1]], floor):
            for fan in _steps(text, reading):
                goes_on = bool(fan.leads) and bool(fan.leads[0])
                goal = (fan.at, fan.gaps) if goes_on else (fan.at, fan.ending)
                lowest = best.get(goal, -np.inf) - BEHIND
                for longer in _longer(reading, fan, rate, lowest):
                    (live.setdefault(goal, []) if longer.leads else ended).append(longer)
                    best[goal] = max(best.get(goal, -np.inf), longer.score)
                if len(live.get(goal, ())) > CROWD:
                    live[goal] = _kept(live[goal], WIDTHS[fan.gaps])
    return _best(ended, rate), bool(live) and not ended


def _floor(ended: list[_Reading], at: int, rate: _Rate) -> float:
    """Below this a reading at `at` cannot come near one that is in step already."""
    if not ended:
        return -np.inf
    best = max(ended, key=lambda r: r.score)
    return best.score + float(rate.as_seen([best.text], best.at, at)[0]) - BEHIND / 2


def _best(ended: list[_Reading], rate: _Rate) -> list[_Reading]:
    """The best readings; what is seen after the shorter ones is taken as it is."""
    places = sorted({r.at for r in ended})
    rated = []
    for place in places:
        here = _completed([r for r in ended if r.at == place], rate)
        rests = rate.as_seen([r.text for r in here], place, places[-1] + CONTEXT)
        rated += [(r.score + float(rest), r) for r, rest in zip(here, rests, strict=True)]
    return [r for _, r in sorted(rated, reverse=True)[:ENDED]]


def _completed(readings: list[_Reading], rate: _Rate) -> list[_Reading]:
    """Readings that end at one place, with each ASCII character that a hole may have taken."""
    whole = [r for r in readings if r.ending != "lost"]
    for lost in _kept([r for r in readings if r.ending == "lost"], ENDED):
        whole += _longer(lost, _Fan(tuple(SWALLOWED), (IN_STEP,) * len(SWALLOWED), lost.at), rate, -np.inf)
    return whole

# How likely a reading is: the language model, the page's own phrases, and its table of characters.

# Characters after a slip that are not trusted.
MAX_DAMAGE = 12
SLIP = re.compile(
    rf"[{HOLES}](?:(?P<note>\(?{PINYIN}\))|(?=[{BREAKS}][^\x00-\x3e]))"
)
# What may be damaged, left out where the page is asked for its own phrases.
DAMAGED = re.compile(rf"(?:{SLIP.pattern}).{{,{MAX_DAMAGE}}}")
# Nats for a form that the page's table of traditional forms would have replaced.
FOREIGN = -4.0
NUMERALS = dict.fromkeys(map(ord, "0123456789"), "0")
WORDS = "一二三四五六七八九十百千两"
NUMERALS |= dict.fromkeys(map(ord, WORDS), "一")
# After the last phrase; and what follows no phrase.
END = "\0"
NO = f"\n{END}"
# Share of the page's own phrases in a choice, and so many characters of it.
PAGE, PHRASES = 0.3, 200_000


@cache
def _forms() -> tuple[np.ndarray, np.ndarray]:
    """By code point below 10000: its simplified form, and whether a table to traditional would change it."""
    forms, simplified = np.arange(0x10000), np.zeros(0x10000, bool)
    han = "".join(map(chr, range(0x3400, 0xA000)))
    lines = "\n".join(han)
    forms[0x3400:0xA000] = [ord(c) for c in converter("t2s").convert(lines)[::2]]
    forms[forms > 0xFFFF] = 0xFFFF  # as unseen as any
    forms[ord(GAP)] = ord("0")
    simplified[0x3400:0xA000] = [a != b for a, b in zip(han, converter("s2t").convert(lines)[::2], strict=True)]
    return forms, simplified


@lru_cache(4096)
def _by_length(texts: tuple[str, ...]) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """For each length: rows of the texts, their code points, and codes of their simplified forms."""
    found = []
    for length in sorted({len(text) for text in texts} - {0}):
        rows = [i for i, text in enumerate(texts) if len(text) == length]
        points = hanzi.code_points("".join(texts[i] for i in rows)).reshape(len(rows), length)
        found.append((np.array(rows), points, char_model.codes_of(_forms()[0][points])))
    return found


def _plain(text: str) -> str:
    """Simplified, character by character, without annotations."""
    return "".join(map(_simple, NOTE.sub("", text)))


def _kinds(text: str) -> str:
    """One sign for digits, one for numerals: a phrase with another number is the same."""
    return text.translate(NUMERALS)


class _Stack(NamedTuple):
    """Texts of one length: their rows, codes, places of their first characters on the page, and costs."""

    rows: np.ndarray
    codes: np.ndarray
    firsts: np.ndarray
    costs: np.ndarray


@dataclass(frozen=True)
class _Page:
    """What the page tells about itself."""

    text: str
    # Its own phrases: simplified, without annotations, one sign for digits and one for numerals.
    phrases: str
    # Annotated characters with their pinyin.
    table: frozenset[tuple[str, str]]
    folded: bool
    # Number of each character of the phrases; after one, two, three of them (in one number, sorted) what follows.
    numbers: dict[str, int] = field(default_factory=dict)
    after: tuple[tuple[np.ndarray, np.ndarray], ...] = ()
    # By code point: the number above, and whether it is a simplified form that stands nowhere on the page.
    places: np.ndarray | None = None
    foreign: np.ndarray | None = None
    # How many characters one place stands for.
    each: np.ndarray | None = None
    # Answers of `follows` and `stacks`.
    known: dict[str, np.ndarray] = field(default_factory=dict)
    stacked: dict[tuple[str, ...], list[_Stack]] = field(default_factory=dict)

    @classmethod
    def of(cls, text: str) -> "_Page":
        table = frozenset(re.findall(rf"([\u3400-\u9fff])\(({PINYIN})\)", text))
        phrases = _kinds(_plain(DAMAGED.sub("\n", text[:PHRASES])))
        numbers = {c: number for number, c in enumerate(sorted({*phrases}))}
        codes = np.array([numbers[c] for c in phrases], np.int64)
        follows = ~np.isin(codes, [numbers[c] for c in NO if c in numbers])
        after, keys = [], np.zeros(len(codes), np.int64)
        for order in range(1, CONTEXT + 1):
            keys = keys[:-1] * len(numbers) + codes[order - 1 : -1]
            kept = follows[order:]
            rows = np.argsort(keys[kept], kind="stable")
            after.append((keys[kept][rows], codes[order:][kept][rows]))
        whole = not re.search("[！-～]", text)
        places = np.full(0x10000, len(numbers))
        places[[ord(c) for c in numbers if c < "\U00010000"]] = [n for c, n in numbers.items() if c < "\U00010000"]
        for c, kind in NUMERALS.items():
            places[c] = places[ord(kind)]
        foreign = _forms()[1].copy()
        foreign[[ord(c) for c in {*text} if c < "\U00010000"]] = False
        each = np.ones(len(numbers) + 1)
        each[places[ord("一")]] = len(WORDS) if "一" in numbers else 1
        return cls(text, phrases, table, whole, numbers, tuple(after), places, foreign, each)

    def follows(self, history: str) -> np.ndarray:
        """
        How often each character follows on the page: the mean of f(c | last n), n = 1, 2, 3.

        Mixed with the language model, as in a cache model (Kuhn and De Mori 1990):
        p(c | h) = (1 - w) p_language(c | h) + w f_page(c | h).
        """
        # The last place stands for all that the page does not have.
        known, size = self.known, len(self.numbers)
        share = known.setdefault("", np.zeros(size + 1))
        key, scale = 0, 1
        for order, (keys, codes) in enumerate(self.after, 1):
            part = history[-order:]
            if len(part) < order or part[0] not in self.numbers:
                break
            key, scale = key + self.numbers[part[0]] * scale, scale * size
            if part not in known:
                low, high = keys.searchsorted([key, key + 1])
                known[part] = share
                if low < high:
                    counts = np.bincount(codes[low:high], minlength=size + 1)
                    known[part] = share + counts / (high - low + 1) / CONTEXT / self.each
            share = known[part]
        return share

    def stacks(self, texts: tuple[str, ...]) -> list[_Stack]:
        """Texts by length; the same ones come back with every history."""
        if texts not in self.stacked:
            self.stacked[texts] = [self._stack(*one) for one in _by_length(texts)]
        return self.stacked[texts]

    def _stack(self, rows: np.ndarray, points: np.ndarray, codes: np.ndarray) -> _Stack:
        firsts = self.places[_forms()[0][points[:, 0]]]
        return _Stack(rows, codes, firsts, FOREIGN * self.foreign[points].sum(axis=1))


class _Rater:
    """Rates pieces of text, in stacks, after the plain text `before` a slip."""

    def __init__(self, page: _Page, before: str) -> None:
        self.page, self.before = page, "\n" * CONTEXT + before
        # Only the last characters of a history count: many have the same.
        self.rated: dict[tuple[str, tuple[str, ...]], np.ndarray] = {}

    def pieces(self, history: str, texts: tuple[str, ...]) -> np.ndarray:
        context = self._context(history)
        if (context, texts) not in self.rated:
            self.rated[context, texts] = self._pieces(context, texts)
        return self.rated[context, texts]

    def _pieces(self, context: str, texts: tuple[str, ...]) -> np.ndarray:
        follows, head = self.page.follows(_kinds(context)), char_model.encode(context)
        after = char_model.distribution(head)
        rates = np.zeros(len(texts))
        for rows, codes, firsts, costs in self.page.stacks(texts):
            first = np.exp(after[codes[:, 0]].astype(np.float64))
            rates[rows] = costs + np.log((1 - PAGE) * first + PAGE * follows[firsts])
            if codes.shape[1] > 1:
                lines = np.concatenate([np.broadcast_to(head, (len(rows), CONTEXT)), codes], axis=1)
                rates[rows] += char_model.scores(lines)[:, CONTEXT + 1 :].sum(axis=1)
        return rates

    def as_seen(self, histories: list[str], start: int, end: int) -> np.ndarray:
        rest = char_model.encode(_plain(self.page.text[start:end]))
        heads = char_model.encode("".join(self._context(history) for history in histories))
        heads = heads.reshape(len(histories), CONTEXT)
        lines = np.concatenate([heads, np.broadcast_to(rest, (len(heads), len(rest)))], axis=1)
        return char_model.scores(lines)[:, CONTEXT:].sum(axis=1)

    def _context(self, history: str) -> str:
        return (self.before + "".join(map(_simple, history[-CONTEXT:])))[-CONTEXT:]


# Readings started, weighed and told apart.

# Without annotations there are no slips: a cheap test for all other pages.
CUE = re.compile(rf"[{HOLES}(]{PINYIN}\)")
# The second pass leaves no pinyin.
BREAK = re.compile(rf"[{HOLES}][{BREAKS}][^\x00-\x3e]")
# A character with its annotation has at most so many places.
NOTE_SPAN = 9
NONE = "no reading that the bytes allow"
# Nats by which a reading must lead for `inferred`: on generated damage 98 % of such are right
# (benchmarks/bench_slips.py).
CLEAR = 1.0
# Nats for pinyin of a character that the page never annotates: it happens, once in fifty.
UNLISTED = -4.0
# A number is a fact, which no context tells: readings that differ in numerals alone and lie closer
# than this (nats) leave a gap there.
NUMBER = 6.0
# The same for numbers in words of another length (十五, 十三五): a vanished pair tells more. Of
# the readings that lead by more, on reports of cities damaged on purpose, none was wrong in this.
LENGTH = 2.0
# No number doubles its unit (十十四五).
WORDED = re.compile(r"(?:([十百千])(?!\1)|[一二三四五六七八九两])+")
# Candidates listed; and places looked into on a page, a hundred times what one has.
LISTED, MAX_PLACES = 5, 1000
FOLD = {0xFEE0 + c: c for c in range(0x21, 0x7F)}


def _torn(page: _Page, slip: re.Match) -> list[_Reading]:
    """Readings to start with after `?pinyin)`: one for each lead byte that a named Z allows."""
    head = NOTE.sub("", page.text[max(0, slip.start() - 2 * NOTE_SPAN) : slip.start()])
    note = slip["note"].strip("()")
    listed = {c for c, reading in page.table if reading == note}
    if head:
        high = (_code(head[-1]) or (0, 0))[1]
        named = [c for low in sorted(LEADS) if _has_reading(c := _character(high, low), note)]
    else:
        named = sorted(listed)
    return [
        _Reading("", slip.end(), frozenset(_code(c)[1:]), 0.0 if c in listed else UNLISTED)
        for c in named
        if _code(c)[1] in LEADS
    ]


def _lost(page: _Page, slip: re.Match, rate: _Rater) -> list[_Reading]:
    """Readings to start with at `?!`: the mark holds a trail byte, whose lead byte is lost."""
    trail, lead = _code(page.text[slip.end()])
    found = [c for high in sorted(LEADS) if (c := _character(high, trail))]
    rates = rate.pieces("", tuple(found))
    leads = frozenset((lead,))
    return [
        _Reading(c, slip.end() + 1, leads, float(value))
        for c, value in zip(found, rates, strict=True)
    ]


def _eaten(page: _Page, slip: re.Match, shadow: int | None) -> list[_Reading]:
    """Readings of `?pinyin)` where both bytes of an annotated character are lost."""
    if shadow is None:
        return []
    between = page.text[shadow : slip.start()]
    if any(c.isascii() and c not in MARKS for c in between):
        return []
    if any((_code(c) or (0, 0))[1] not in LEADS for c in between):
        return []
    note = slip["note"].strip("()")
    return [_Reading(c, slip.end()) for c, reading in sorted(page.table) if reading == note]


def _possible(page: _Page, slip: re.Match, reading: _Reading) -> bool:
    """Whether `reading`, encoded and read one byte off, is what the page shows: the proof."""
    note = NOTE.match(page.text, reading.at)
    if note and not _has_reading(reading.text[-1], note[1]):
        return False
    seen = NOTE.sub("", page.text[slip.end() : reading.at])
    seen = re.sub(rf"([{HOLES}]){TORN.pattern}$", r"\1", seen).translate(FOLD).replace(GAP, "?")
    seen = "".join(c for c in seen if not "\ue000" <= c <= "\uf8ff").rstrip("?")
    # Inside, an annotation with a hole stands for a character that has this reading.
    parts, notes = re.split(rf"\?{PINYIN}\)", seen), re.findall(rf"\?({PINYIN})\)", seen)
    pattern = re.compile("(.)".join(map(re.escape, parts)), re.DOTALL)
    ways = (_shown(reading.text, undefined).translate(FOLD).rstrip("?") for undefined in ("", "?"))
    hits = filter(None, map(pattern.fullmatch, ways))
    return any(all(map(_has_reading, hit.groups(), notes)) for hit in hits)


@dataclass(frozen=True, slots=True)
class _Choice:
    """A reading with all that tells it from others."""

    reading: _Reading
    total: float
    simple: str


def _weighed(page: _Page, readings: list[_Reading], rate: _Rater) -> list[_Choice]:
    """Readings rated to a common end, the best first; forms of one simplified text count once."""
    end = max((r.at for r in readings), default=0)
    best: dict[str, _Choice] = {}
    for r in readings:
        whole = "".join(map(_simple, r.text)) + _plain(page.text[r.at : end])
        rest = rate.as_seen([r.text], r.at, end + CONTEXT * NOTE_SPAN)
        choice = _Choice(r, r.score + float(rest[0]), whole)
        if whole not in best or choice.total > best[whole].total:
            best[whole] = choice
    return sorted(best.values(), key=lambda c: (-c.total, c.simple))


def _hex(text: str) -> str:
    """GBK bytes of a text, for a reader."""
    return " ".join(c.encode("gb18030", "replace").hex().upper() for c in text)


def _with_note(text: str, at: int, last: str) -> int:
    """The end of an edit that takes along the annotation of its last character."""
    note = NOTE.match(text, at)
    return note.end() if note and last and _has_reading(last, note[1]) else at


def _edit(page: _Page, slip: re.Match, choices: list[_Choice], bounded: bool) -> Edit:
    """The ledger's row for a slip."""
    best = choices[0].reading if choices else _Reading("", slip.end())
    narrow = FOLD if page.folded else {}
    after = _agreed(choices).translate(narrow)
    end = _with_note(page.text, best.at, after[-1:])
    seen = page.text[slip.start() : end]
    after = after or seen
    margin = choices[0].total - choices[1].total if len(choices) > 1 else None
    listed = [c.reading.text.translate(narrow) for c in choices[:LISTED]]
    stream = _hex(page.text[slip.start() : best.at])
    why = [f"bytes {stream} read one byte off are {_hex(best.text)}" if choices else NONE]
    why += [f"next best {listed[1]} by {margin:.1f} nats"] if margin is not None else []
    why += [f"search ended at {MAX_SPAN} characters or {MAX_PLACES} places"] if bounded else []
    return Edit(
        slip.start(),
        end,
        seen,
        after,
        "slips.pinyin" if slip["note"] else "slips.mark",
        "byte slip",
        "unresolved" if after == seen or GAP in after else "inferred",
        "; ".join(why),
        tuple(text for text in listed if text != after),
        margin,
    )


def _agreed(choices: list[_Choice]) -> str:
    """What the readings that lie close to the best agree on, with gaps; nothing if it is little."""
    if not choices:
        return ""
    best = choices[0]
    close = [c.reading for c in choices if best.total - c.total < _needed(best.simple, c.simple)]
    texts = [reading.text for reading in close]
    if len({(len(r.text), r.at) for r in close}) == 1:
        columns = [set(column) for column in zip(*texts, strict=True)]
        text = "".join(column.pop() if len(column) == 1 else GAP for column in columns)
    elif len({reading.at for reading in close}) == 1:
        head = _start(texts)
        tail = _start([text[len(head) :][::-1] for text in texts])[::-1]
        kept = 2 * len(head + tail) >= max(map(len, texts))
        text = head + GAP + tail if kept else ""
    else:
        text = ""
    return text if 2 * text.count(GAP) <= len(text) else ""


def _needed(best: str, other: str) -> float:
    """Nats by which a reading must be ahead of another."""
    if _numbered(best) == _numbered(other):
        return NUMBER
    return LENGTH if _counted(best) == _counted(other) else CLEAR


def _numbered(text: str) -> str:
    """A text with one sign for each numeral, whether in digits or in words."""
    return _kinds(text).replace("一", "0")


def _counted(text: str) -> str:
    """A text with one sign for each number in words, however long."""
    return _numbered(WORDED.sub("0", text))


def _start(texts: list[str]) -> str:
    """What all texts begin with."""
    columns = takewhile(lambda column: len(set(column)) == 1, zip(*texts, strict=False))
    return "".join(column[0] for column in columns)


def _choices(page: _Page, slip: re.Match, before: str, shadow: int | None):
    """What the bytes allow for a slip, the best first, and whether the bound was hit."""
    rate = _Rater(page, before)
    starts = _torn(page, slip) if slip["note"] else _lost(page, slip, rate)
    readings, bounded = _search(page.text, starts, rate)
    readings = [r for r in readings if _possible(page, slip, r)]
    if slip["note"]:
        return _weighed(page, readings + _eaten(page, slip, shadow), rate), bounded
    # Perhaps nothing has happened: someone wrote `?!`. Then that is close, if not best.
    choices = _weighed(page, [*readings, _Reading("", slip.start())], rate)
    close = [c for c in choices if choices[0].total - c.total < CLEAR]
    return ([] if any(not c.reading.text for c in close) else choices), bounded


def find(text: str) -> list[Edit]:
    """
    Find the byte slips of an annotated traditional page.

    The edits restore traditional characters. The annotation of the last one goes with the edit: to
    drop it is no surer than the character it stands for. A reading that the bytes exclude is never
    given: each is encoded, read one byte off and compared with the page.

    Parameters
    ----------
    text : str
        The page as decoded, before any other repair.

    Returns
    -------
    list of Edit, by offset
        `inferred` where one reading leads by `CLEAR` nats; else `unresolved`, with gaps (U+FFFD)
        where close readings differ, or unchanged. The evidence has the bytes, `alternatives` the
        other readings. Never `exact`: as pairs may have vanished anywhere, bytes hardly decide.

    Examples
    --------
    >>> [(e.before, e.after) for e in find("濱河?xùn)|西路南延、南中環(huán)東延等道路")]
    [('?xùn)|', '東')]
    >>> find("他问：真的吗?!是的。")
    []
    """
    if not (CUE.search(text) or BREAK.search(text)):
        return []
    page, edits, at, before, shadow, places = _Page.of(text), [], 0, "", None, 0
    while slip := SLIP.search(text, at):
        before = _plain(before + text[at : slip.start()][-CONTEXT * NOTE_SPAN :])[-CONTEXT:]
        places, at = places + 1, slip.end()
        choices, bounded = [], True
        if places <= MAX_PLACES:
            choices, bounded = _choices(page, slip, before, shadow)
        if choices or slip["note"]:
            edits.append(_edit(page, slip, choices, bounded))
            at, before = edits[-1].end, before + edits[-1].after
            marked = choices and choices[0].reading.ending == "mark"
            shadow = at if marked and text[at - 1] != ")" else None
    return edits
