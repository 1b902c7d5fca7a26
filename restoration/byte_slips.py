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

`slip_search` enumerates what the bytes allow; here readings are started, weighed and told apart.
The restored text is traditional, as what surrounds it: script conversion sees whole words later.
"""

import re
from dataclasses import dataclass
from itertools import takewhile

from restoration.diagnosis import BREAKS
from restoration.ledger import GAP, Edit
from restoration.slip_search import (
    CONTEXT,
    HOLES,
    LEADS,
    MARKS,
    MAX_SPAN,
    NOTE,
    PINYIN,
    SLIP,
    TORN,
    Page,
    Rater,
    Reading,
    character,
    code,
    has_reading,
    kinds,
    plain,
    search,
    shown,
    simple,
)

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


def _torn(page: Page, slip: re.Match) -> list[Reading]:
    """Readings to start with after `?pinyin)`: one for each lead byte that a named Z allows."""
    head = NOTE.sub("", page.text[max(0, slip.start() - 2 * NOTE_SPAN) : slip.start()])
    note = slip["note"].strip("()")
    listed = {c for c, reading in page.table if reading == note}
    if head:
        high = (code(head[-1]) or (0, 0))[1]
        named = [c for low in sorted(LEADS) if has_reading(c := character(high, low), note)]
    else:
        named = sorted(listed)
    return [
        Reading("", slip.end(), frozenset(code(c)[1:]), 0.0 if c in listed else UNLISTED)
        for c in named
        if code(c)[1] in LEADS
    ]


def _lost(page: Page, slip: re.Match, rate: Rater) -> list[Reading]:
    """Readings to start with at `?!`: the mark holds a trail byte, whose lead byte is lost."""
    trail, lead = code(page.text[slip.end()])
    found = [c for high in sorted(LEADS) if (c := character(high, trail))]
    rates = rate.pieces("", tuple(found))
    leads = frozenset((lead,))
    return [
        Reading(c, slip.end() + 1, leads, float(value))
        for c, value in zip(found, rates, strict=True)
    ]


def _eaten(page: Page, slip: re.Match, shadow: int | None) -> list[Reading]:
    """
    Readings of `?pinyin)` where both bytes of an annotated character are lost.

    In a stream that a mark at `shadow` has brought into step, what the first pass has read one off
    shows only here, provided that no ASCII byte has come between.
    """
    if shadow is None:
        return []
    between = page.text[shadow : slip.start()]
    if any(c.isascii() and c not in MARKS for c in between):
        return []
    if any((code(c) or (0, 0))[1] not in LEADS for c in between):
        return []
    note = slip["note"].strip("()")
    return [Reading(c, slip.end()) for c, reading in sorted(page.table) if reading == note]


def _possible(page: Page, slip: re.Match, reading: Reading) -> bool:
    """Whether `reading`, encoded and read one byte off, is what the page shows: the proof."""
    note = NOTE.match(page.text, reading.at)
    if note and not has_reading(reading.text[-1], note[1]):
        return False
    seen = NOTE.sub("", page.text[slip.end() : reading.at])
    seen = re.sub(rf"([{HOLES}]){TORN.pattern}$", r"\1", seen).translate(FOLD).replace(GAP, "?")
    seen = "".join(c for c in seen if not "\ue000" <= c <= "\uf8ff").rstrip("?")
    # Inside, an annotation with a hole stands for a character that has this reading.
    parts, notes = re.split(rf"\?{PINYIN}\)", seen), re.findall(rf"\?({PINYIN})\)", seen)
    pattern = re.compile("(.)".join(map(re.escape, parts)), re.DOTALL)
    ways = (shown(reading.text, undefined).translate(FOLD).rstrip("?") for undefined in ("", "?"))
    hits = filter(None, map(pattern.fullmatch, ways))
    return any(all(map(has_reading, hit.groups(), notes)) for hit in hits)


@dataclass(frozen=True, slots=True)
class Choice:
    """A reading with all that tells it from others."""

    reading: Reading
    total: float
    simple: str


def _weighed(page: Page, readings: list[Reading], rate: Rater) -> list[Choice]:
    """Readings rated to a common end, the best first; forms of one simplified text count once."""
    end = max((r.at for r in readings), default=0)
    best: dict[str, Choice] = {}
    for r in readings:
        whole = "".join(map(simple, r.text)) + plain(page.text[r.at : end])
        rest = rate.as_seen([r.text], r.at, end + CONTEXT * NOTE_SPAN)
        choice = Choice(r, r.score + float(rest[0]), whole)
        if whole not in best or choice.total > best[whole].total:
            best[whole] = choice
    return sorted(best.values(), key=lambda c: (-c.total, c.simple))


def _hex(text: str) -> str:
    """GBK bytes of a text, for a reader."""
    return " ".join(c.encode("gb18030", "replace").hex().upper() for c in text)


def _with_note(text: str, at: int, last: str) -> int:
    """The end of an edit that takes along the annotation of its last character."""
    note = NOTE.match(text, at)
    return note.end() if note and last and has_reading(last, note[1]) else at


def _edit(page: Page, slip: re.Match, choices: list[Choice], bounded: bool) -> Edit:
    """The ledger's row for a slip."""
    best = choices[0].reading if choices else Reading("", slip.end())
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


def _agreed(choices: list[Choice]) -> str:
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
    return kinds(text).replace("一", "0")


def _counted(text: str) -> str:
    """A text with one sign for each number in words, however long."""
    return _numbered(WORDED.sub("0", text))


def _start(texts: list[str]) -> str:
    """What all texts begin with."""
    columns = takewhile(lambda column: len(set(column)) == 1, zip(*texts, strict=False))
    return "".join(column[0] for column in columns)


def _choices(page: Page, slip: re.Match, before: str, shadow: int | None):
    """What the bytes allow for a slip, the best first, and whether the bound was hit."""
    rate = Rater(page, before)
    starts = _torn(page, slip) if slip["note"] else _lost(page, slip, rate)
    readings, bounded = search(page.text, starts, rate)
    readings = [r for r in readings if _possible(page, slip, r)]
    if slip["note"]:
        return _weighed(page, readings + _eaten(page, slip, shadow), rate), bounded
    # Perhaps nothing has happened: someone wrote `?!`. Then that is close, if not best.
    choices = _weighed(page, [*readings, Reading("", slip.start())], rate)
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
    page, edits, at, before, shadow, places = Page.of(text), [], 0, "", None, 0
    while slip := SLIP.search(text, at):
        before = plain(before + text[at : slip.start()][-CONTEXT * NOTE_SPAN :])[-CONTEXT:]
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
