r"""
From bytes to characters, and back where somebody took the wrong way: a search over runs.

    >>> decode("政府工作报告".encode("gb18030"))
    ('政府工作报告', 'gb18030')
    >>> characters("政府\n".encode() + "工作报告".encode("gbk"))
    '政府\n工作报告'
    >>> [edit.after for edit in find("鏀垮簻宸ヤ綔鎶ュ憡")]
    ['政府工作报告']

The raw text is the bytes in *one* encoding, so that `raw.encode(encoding, "surrogateescape")` is
the file; what stands in another encoding inside it is an edit like any other. A stretch whose bytes
are in doubt is read by dynamic programming: at each byte the text goes on in one of the encodings,
or changes over, or a byte is lost; the cheapest way by the character model wins, and it has to be
cheaper than to take the stretch as it stands.
"""

import codecs
import re
from collections.abc import Iterator
from contextlib import suppress
from functools import cache, lru_cache
from itertools import accumulate
from typing import NamedTuple

import numpy as np

from restoration import char_model, hanzi
from restoration.ledger import GAP, Edit, disjoint

KIND = "decoding"
BOMS = (
    (codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"),
    ("\ufeff".encode("gb18030"), "gb18030"),
)
# Big5 is Windows' (cp950): pages have its 碁 銹 裏 墻 恒 粧 嫺 and €; then Hong Kong's, with 啲 嘢 喺 邨.
ENCODINGS = ("utf-8", "gb18030", "cp950", "big5hkscs", "utf-16-le", "utf-16-be")
# The commonest characters of written Chinese (jieba's list) and of reports, in both scripts: a
# third of a text; of a text read in a wrong encoding, one in a hundred.
COMMON = frozenset(
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过"
    "這為個國時來們於對會發動過经經产產业業社展全建市政新高，。、“”"
)
# A text whose characters are all of GB 2312 passes; one in a wrong encoding has a third of them.
PASSES = 0.08
# Control characters that no text has; one in a thousand is an accident, more is a binary file.
CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
CONTROLS = bytes((*range(9), *range(14, 32), 127))
CONTROL_BYTES = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")
# Bytes that fit no encoding, kept by Python's surrogate escapes; other halves of pairs.
TORN = re.compile("[\ud800-\udfff]+")
PLAIN = re.compile(f"[{hanzi.HAN}\u3000-\u3017\uff01-\uff5e“”‘’—…·]")
HAN = re.compile(f"[{hanzi.HAN}]")
FOREIGN = re.compile("[\u3041-\u30ff\uac00-\ud7a3]")


class DecodingError(ValueError):
    """The bytes are no Chinese text that can be read."""


def decode(raw: bytes | str) -> tuple[str, str]:
    """
    Give the raw text and the encoding in which it is the file.

    Parameters
    ----------
    raw : bytes or str
        A file, or a text that somebody decoded (which counts as UTF-8).

    Returns
    -------
    tuple of str and str
        Text and encoding, so that `text.encode(encoding, "surrogateescape")` is the file. What is
        damaged in it is still there: `find` lists its repair, `characters` has it done.

    Raises
    ------
    DecodingError
        If bytes are empty, binary, or give no Chinese in any way.

    Examples
    --------
    >>> decode("持之以恒，心裏有數".encode("cp950"))
    ('持之以恒，心裏有數', 'cp950')
    """
    if isinstance(raw, str):
        return raw, "utf-8"
    if not raw.strip():
        raise DecodingError("the file is empty: give one with text")
    encoding = next((name for bom, name in BOMS if raw.startswith(bom)), None) or _guess(raw)
    text = _read(raw, encoding)
    if text is None:
        raise DecodingError(f"the mark says {encoding} but the bytes do not fit: convert the file")
    # Without these bytes there is no such character, in whatever encoding.
    control = len(raw.translate(None, CONTROLS)) < len(raw) and CONTROL.search(text)
    if control and len(CONTROL.findall(text)) > len(text) / 1000:
        code = ord(control[0])
        raise DecodingError(
            f"character {control.start()} is the control character {code:#04x}: "
            "this is no text file; give plain text"
        )
    return text, encoding


def characters(raw: bytes | str) -> str:
    """
    Read a file as Chinese text, with what was decoded wrongly before read again.

    Parameters
    ----------
    raw : bytes or str
        As in `decode`; the same errors.

    Returns
    -------
    str
        The text, as `restore(raw, level="none").text` gives it.

    Examples
    --------
    >>> characters("政府工作报告".encode("gb18030").decode("latin-1"))
    '政府工作报告'
    """
    text, encoding = decode(raw)
    return _repair(text, encoding)


# Rounds of repair: one misreading can hide another.
ROUNDS = 8


def _repair(text: str, encoding: str = "utf-8") -> str:
    """Apply what `find` lists until nothing more is found."""
    for _ in range(ROUNDS):
        before, pieces, place = text, [], 0
        for edit in disjoint(find(text, encoding)):
            pieces += [text[place : edit.start], edit.after]
            place = edit.end
        text = "".join([*pieces, text[place:]])
        if text == before:
            break
    return text


def _read(data: bytes, encoding: str) -> str | None:
    """Text that encodes back to `data`, bytes that do not fit escaped; None where there is none."""
    with suppress(UnicodeDecodeError):
        if encoding == "utf-8":  # which has one form for every character
            return data.decode(encoding)
    try:
        text = data.decode(encoding, "surrogateescape")
        if text.encode(encoding, "surrogateescape") == data:
            return text
    except UnicodeError:
        return None
    # Big5 has some characters twice: the second code stays as its bytes.
    return _piecewise(data, encoding) if encoding in ("cp950", "big5hkscs", "gb18030") else None


def _piecewise(data: bytes, encoding: str) -> str | None:
    pieces = []
    for hit in re.finditer(rb"[\x00-\x7f]+|[\x80-\xff][\x30-\xff]|[\x80-\xff]", data):
        text = hit[0].decode(encoding, "surrogateescape")
        whole = text.encode(encoding, "surrogateescape") == hit[0]
        pieces.append(text if whole else hit[0].decode("ascii", "surrogateescape"))
    text = "".join(pieces)
    with suppress(UnicodeError):
        if text.encode(encoding, "surrogateescape") == data:
            return text
    return None


def _guess(data: bytes) -> str:
    """Choose the encoding whose text has the most of the commonest characters."""
    try:
        data.decode("utf-8")
        return "utf-16-le" if _is_wide(data, 1) else "utf-16-be" if _is_wide(data, 0) else "utf-8"
    except UnicodeDecodeError as error:
        place = error.start
    # Lines in different encodings: the valid UTF-8 ones are no accident, if they are not among many and short.
    least = 3 * (SHORT if len(data) > LONG else 1)
    lines = (line for line in data.split(b"\n") if len(line) >= least and not line.isascii())
    if any(_is_utf8(line, least) and _likely(line, "utf-8") >= PASSES for line in lines):
        return "utf-8"
    likely = {encoding: _likely(data, encoding) for encoding in ENCODINGS}
    best = max(likely, key=likely.get)
    if likely[best] >= PASSES:
        return best
    for encoding in ("gb18030", "utf-8", "latin-1") if len(CONTROL_BYTES.findall(data)) < len(data) / 20 else ():
        text = _read(data, encoding)
        if text is not None and likeness(_repair(text, encoding)) >= PASSES:
            return encoding
    raise DecodingError(
        f"byte {place} fits neither UTF-8 nor, as Chinese, GB18030, Big5 or UTF-16: "
        "if it is text, convert it to UTF-8"
    )


def _is_utf8(line: bytes, least: int) -> bool:
    """Whether a line is valid UTF-8 and has at least so many bytes beyond ASCII."""
    try:
        return len(line) - len(line.decode().encode("ascii", "ignore")) >= least
    except UnicodeDecodeError:
        return False


def _is_wide(data: bytes, parity: int) -> bool:
    """Whether NULs stand at every other byte only, as ASCII has them in UTF-16."""
    return b"\0" in data and b"\0" not in data[1 - parity :: 2] and len(data) % 2 == 0


def _likely(data: bytes, encoding: str) -> float:
    """Likeness of the text that `data` is in this encoding; torn bytes count against it."""
    text = _read(data, encoding)
    if text is None:
        return 0.0
    torn = sum(map(len, TORN.findall(text)))
    if torn and encoding.startswith("utf-16"):
        return 0.0
    # Hong Kong's set gives nearly every pair of bytes a character: it must say more.
    if encoding == "big5hkscs" and likeness(text) < 2 * PASSES:
        return 0.0
    # A sound text has hardly any torn byte, one in a wrong encoding a tenth.
    return likeness(text) * (1 if encoding in ("utf-8", "gb18030") else 1 - min(1, 20 * torn / len(text)))


def likeness(text: str) -> float:
    """Score how much a text looks like Chinese by its characters: common, and of GB 2312."""
    letters = [c for c in text[:50000] if c > "\x7f"]
    found = sum(c in COMMON for c in letters) + 0.1 * sum(map(_is_plain, letters))
    return found / max(1, len(letters))


def _is_plain(character: str) -> bool:
    return bool(PLAIN.match(character)) and hanzi.in_gb2312(character)


# Bytes seen as Western letters and marks (Windows-1252, and Latin-1 where that has none).
WESTERN = {bytes((code,)).decode("cp1252", "replace"): code for code in range(0x80, 0x100)}
WESTERN = {chr(code): code for code in range(0x80, 0x100)} | WESTERN
WESTERN.pop(GAP)
_WEST = "".join(sorted(WESTERN))
# Of these, what a Chinese text has for itself.
OWN = "·×÷°±§“”‘’…—•©®™€£\xa0\xad"
STRONG = re.compile(f"[{''.join(sorted(set(WESTERN) - set(OWN)))}]")
# A stretch of two at least: an ASCII character may be the second byte of one in GBK or Big5.
AS_WESTERN = re.compile(f"[{_WEST}](?:[ -~]?[ -~]?[{_WEST}])+[@-~]?")
# In UTF-8 with bytes of something else in it: those, and what they may make with their neighbours,
# up to eight characters on that are what a Chinese text has.
_ODD = "[^\n -~\u2013-\u2026\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]"
STRETCH = re.compile(f"[^\n]{{0,2}}{_ODD}(?:[^\n]{{0,8}}?{_ODD})*[^\n]{{0,2}}")
LINE = re.compile("[^\n]*[\udc80-\udcff][^\n]*")


class _Step(NamedTuple):
    """One character on the cheapest way to `end` bytes: where it began, and how it was read."""

    start: int
    end: int
    how: str
    text: str
    cost: float


# Nats. To change over to another encoding; a lost byte; a Western letter, one more of the same, one
# within a word; a mark that Chinese has too.
CHANGE, LOST_BYTE, LETTER, AGAIN, IN_WORD, MARK = 6.0, 14.0, 7.0, 1.0, 2.5, 4.0
# A byte that somebody could not read and wrote as `?` or U+FFFD; no character has it.
HOLE = 0xFF
# What shows bytes as Western letters often drops those that have no sign of their own.
DROPPED = 9.0
# Fewer characters than this must be clearer; bytes of a file that has lines of three by accident.
SHORT, LONG = 4, 2000
# Mean cost of the characters of a run that is seen as Western letters.
RAREST = 12.8
# Bytes in a file of Chinese are hardly Western letters.
IN_BYTES = 2.0
WELL_FORMED = 16.0
MULTIBYTE = ("gb18030", "utf-8", "cp950")


@lru_cache(1 << 15)
def _rarity(character: str) -> float:
    """Cost of a character in a Chinese text, in nats: rare ones, and what is none, cost more."""
    from restoration.pinyin_script import table

    if character < "\x80":
        return 0.0 if character >= " " or character in "\n\r\t" else 20.0
    if character == "\u3000":
        return 4.0
    for form, more in ((character, 0.0), (table().get(character, ""), 0.5)):
        code = int(char_model.encode(form)[0]) if form else 0
        if code:
            return more - float(char_model.model().values[0][code])
    if PLAIN.match(character):
        return 17.0 if hanzi.in_gb2312(character) else 20.0
    # Other scripts are likely enough where they stand: Latin, kana, Hangul.
    return 9.0 if "\xa0" <= character <= "\u024f" or FOREIGN.match(character) else 25.0


def _cost(text: str, how: str) -> float:
    """Cost of a character in an encoding: what is well formed in UTF-8 is so on purpose."""
    return min(_rarity(text), WELL_FORMED) if how == "utf-8" else _rarity(text)


def _unit(data: bytes, at: int, how: str) -> tuple[str, int]:
    """The character that begins at a byte in an encoding, and its length; "" for none."""
    first = data[at]
    if how == "utf-8":
        length = 2 if first < 0xE0 else 3 if first < 0xF0 else 4
    else:
        four = how == "gb18030" and at + 1 < len(data) and 0x30 <= data[at + 1] <= 0x39
        length = 4 if four else 2
    return _character(data[at : at + length], how), length


@lru_cache(1 << 16)
def _character(unit: bytes, how: str) -> str:
    try:
        text = unit.decode(how)
    except UnicodeDecodeError:
        return ""
    return text if len(text) == 1 else ""


def _western(data: bytes, at: int) -> tuple[str, float]:
    """A byte as the Western letter or mark that it may be, and what that costs."""
    letter = _character(data[at : at + 1], "cp1252") or chr(data[at])
    if at and data[at - 1] == data[at]:
        return letter, AGAIN
    if letter in OWN:
        return letter, MARK
    beside = data[max(0, at - 1) : at] + data[at + 1 : at + 2]
    case = str.isalpha if letter.isupper() else str.islower
    word = letter.isalpha() and any(b < 0x80 and case(chr(b)) for b in beside)
    return letter, IN_WORD if word else LETTER


def _search(data: bytes, western: float = 1.0, cut: float = LOST_BYTE, hows=MULTIBYTE) -> tuple[list[_Step], float]:
    """Read bytes the cheapest way, changing between encodings where that pays."""
    length = len(data)
    # For each number of bytes read: by encoding, the least cost and the step that led there.
    ways: list[dict[str, tuple[float, _Step | None, str]]] = [{} for _ in range(length + 1)]
    ways[0] = dict.fromkeys((*hows, "western"), (0.0, None, ""))
    for at in range(length):
        here = ways[at]
        if not here:
            continue
        if data[at] < 0x80:
            step = _Step(at, at + 1, "ascii", chr(data[at]), 0.0)
            for name in here:
                _offer(ways, step, name, here[name][0], name)
            continue
        for name in hows:
            text, size = _unit(data, at, name)
            if text:
                before, came = _least(here, name)
                _offer(ways, _Step(at, at + size, name, text, _cost(text, name)), name, before, came)
        text, lost = {0x80: ("€", 8.0), HOLE: ("?", 4.0)}.get(data[at], (GAP, LOST_BYTE))
        for name in here:
            _offer(ways, _Step(at, at + 1, "lost", text, lost), name, here[name][0], name)
        if "utf-8" in here:
            for size, lost in _torn_units(data[at : at + 3], cut):
                _offer(ways, _Step(at, at + size, "lost", GAP, lost), "utf-8", here["utf-8"][0], "utf-8")
        if data[at] != HOLE:
            text, letter = _western(data, at)
            before, came = _least(here, "western")
            _offer(ways, _Step(at, at + 1, "western", text, western * letter), "western", before, came)
    return _way_back(ways, length)


def _least(here: dict[str, tuple], name: str) -> tuple[float, str]:
    """The cheapest way to go on in an encoding, and from which one."""
    turns = ((here[other][0] + (CHANGE if other != name else 0.0), other != name, other) for other in here)
    total, _, came = min(turns)
    return total, came


def _torn_units(data: bytes, cut: float) -> Iterator[tuple[int, float]]:
    """What may be left of a character of three bytes in UTF-8: how many bytes, and the cost."""
    is_lead = [0xE0 <= b < 0xF0 for b in data]
    is_tail = [0x80 <= b < 0xC0 for b in data]
    hole = [b == HOLE for b in data]
    if len(data) > 1 and is_tail[1] and (is_lead[0] or is_tail[0]) and not (len(data) > 2 and is_tail[2]):
        yield 2, cut
    if len(data) > 2 and sum(hole) == 1 and all(
        a or b for a, b in zip(hole, (is_lead[0], is_tail[1], is_tail[2]), strict=True)
    ):
        yield 3, LOST_BYTE / 2
    if len(data) > 1 and is_lead[0] and hole[1]:
        yield 2, LOST_BYTE


def _offer(ways, step: _Step, name: str, before: float, came: str) -> None:
    total, known = before + step.cost, ways[step.end].get(name) if step.end < len(ways) else None
    if step.end < len(ways) and (known is None or total < known[0]):
        ways[step.end][name] = (total, step, came)


def _way_back(ways, length: int) -> tuple[list[_Step], float]:
    name = min(ways[length], key=lambda name: ways[length][name][0])
    total, steps, at = ways[length][name][0], [], length
    while at:
        _, step, came = ways[at][name]
        steps.append(step)
        at, name = step.start, came
    return steps[::-1], total


def find(text: str, encoding: str = "utf-8") -> list[Edit]:
    """
    List what a decoded text still shows of other encodings: marks, torn bytes, misread runs.

    Parameters
    ----------
    text : str
    encoding : str
        In which the text is its file: escaped bytes are of this encoding.

    Returns
    -------
    list of Edit
        *exact* where the bytes make Chinese in one way; *inferred* where a byte is lost and the
        words around tell the character; *unresolved*, with a gap, where they do not.

    Examples
    --------
    >>> [(e.before, e.after) for e in find("在ÕþÐ§上\\ufeff")]
    [('ÕþÐ§', '政效')]
    """
    edits = []
    if text.startswith("\ufeff"):
        edits.append(_edit(0, "\ufeff", "", "bom", "byte order mark"))
    if text.isascii():
        return edits + list(_escapes(text))
    if wide := _wide(text):
        return [_edit(0, text, wide, "line", "utf-16 read as latin-1")]
    if _is_torn(text):
        edits += _torn(text, encoding)
    flags = _flags()[hanzi.code_points(text)]
    seen = int(np.bitwise_or.reduce(flags))
    if seen & _STRONG:
        for hit in AS_WESTERN.finditer(text):
            if STRONG.search(hit[0]):
                edits += _seen_as_western(hit, text)
    if seen & _HEAD:
        edits += _seen_as_gbk(text, np.flatnonzero(flags == _HEAD).tolist())
    if seen & _UNKNOWN and np.count_nonzero(flags & _UNKNOWN) > STRANGE * np.count_nonzero(flags):
        edits += _lines(text)
    return [edit for edit in edits + list(_escapes(text)) if edit.rule == "decode.bom" or not _is_shown(text, edit)]


def _is_shown(text: str, edit: Edit) -> bool:
    """Whether an edit is of a specimen: a short piece of a line that speaks of encodings."""
    low, high = max(0, edit.start - BESIDE), edit.end + BESIDE
    line = text[low : edit.start].rpartition("\n")[2], text[edit.end : high].partition("\n")[0]
    size = len(line[0]) + len(edit.before) + len(line[1])
    return len(edit.before) < SHOWN * size and any(map(ABOUT.search, line)) and not TORN.search(edit.before)


def _wide(text: str) -> str:
    """The text in UTF-16 whose bytes a text is, if it is one."""
    with suppress(UnicodeError):
        data = text.encode("latin-1")
        for encoding in ("utf-16-le", "utf-16-be"):
            with suppress(UnicodeError):
                if likeness(wide := data.decode(encoding)) >= 2 * PASSES:
                    return wide
    return ""


def _is_torn(text: str) -> bool:
    """Whether `TORN` is in a text: then it is no UTF-8, and trying is faster than looking."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _torn(text: str, encoding: str) -> Iterator[Edit]:
    """Read again what stands around bytes that do not fit."""
    for hit in (STRETCH if encoding == "utf-8" else LINE).finditer(text):
        if not TORN.search(hit[0]):
            continue
        try:
            units = [c.encode(encoding, "surrogateescape") for c in hit[0]]
        except UnicodeEncodeError:
            continue
        steps, _ = _search(b"".join(units), IN_BYTES)
        yield from _segments(text, hit.start(), units, steps, f"bytes in a file in {encoding}")
    # Halves of pairs that are no bytes.
    for hit in re.finditer("[\ud800-\udc7f\udd00-\udfff]+", text):
        yield Edit(hit.start(), hit.end(), hit[0], GAP, "decode.torn", KIND, "unresolved",
                   f"{' '.join(f'{ord(c):04x}' for c in hit[0])} are halves of a pair")


def _segments(text: str, start: int, units: list[bytes], steps: list[_Step], seen: str) -> Iterator[Edit]:
    """Edits for the stretches of one way of reading; `units` are the bytes of each character seen."""
    ends = dict(zip(accumulate(map(len, units), initial=0), range(start, start + len(units) + 1), strict=True))
    data = b"".join(units)
    first = 0
    for last, step in enumerate(steps, 1):
        following = steps[last] if last < len(steps) else None
        goes_on = following and step.how != "lost" and following.how in ("ascii", steps[first].how)
        # Stretches begin and end where a character seen begins and ends.
        if goes_on or step.end not in ends:
            continue
        end = last
        while end - first > 1 and steps[end - 1].how == "ascii" and steps[end - 1].start in ends:
            end -= 1
        group = steps[first:end]
        if group[0].start in ends and group[-1].end in ends:
            before = "".join(s.text for s in steps[max(0, first - 3) : first])
            after = "".join(s.text for s in steps[end : end + 3]) + "\n"
            yield from _segment(text, ends, group, seen, data, (before, after[:3]))
        first = last


def _segment(text, ends: dict[int, int], group: list[_Step], seen: str, data: bytes, around) -> Iterator[Edit]:
    low, high = ends[group[0].start], ends[group[-1].end]
    before, after = text[low:high], "".join(step.text for step in group)
    hows = list(dict.fromkeys(step.how for step in group if step.how != "ascii"))
    if before == after or not hows:
        return
    if "lost" in hows:
        yield from _gap(low, high, before, after, data[group[0].start : group[-1].end], around)
        return
    han = [step.cost for step in group if HAN.match(step.text)]
    mean = sum(han) / len(han) if han else max(step.cost for step in group)
    sure = mean < (12 if len(han) > 1 else 11)
    yield Edit(low, high, before, after, "decode.run", KIND, "exact" if sure else "inferred",
               f"{'+'.join(hows)} {seen}")


def _gap(low: int, high: int, before: str, after: str, data: bytes, around) -> Iterator[Edit]:
    """A lost byte: its character by the words around, or a visible gap."""
    shown = data.hex(" ").replace(f"{HOLE:02x}", "?")
    if after == "€":
        yield Edit(low, high, before, "€", "decode.torn", KIND, "inferred", "80 is € in Windows' GBK")
    if after == "?" and TORN.match(before):
        after = GAP
    if after in "€?":
        return
    found = _candidates(data, *around)
    lead = found[0][1] - found[1][1] if len(found) > 1 else None
    if found and (lead is None or lead > AHEAD):
        yield Edit(low, high, before, found[0][0], "decode.torn", KIND, "inferred",
                   f"of {shown} one byte is lost; {found[0][0]} fits what stands around",
                   tuple(c for c, _ in found[1:5]), lead and round(lead, 2))
    else:
        yield Edit(low, high, before, after, "decode.torn", KIND, "unresolved", f"{shown} fit no character",
                   tuple(c for c, _ in found[:5]))


# Nats by which a character must lead to stand for one that lost a byte.
AHEAD = 2.5


def _candidates(data: bytes, before: str, after: str) -> list[tuple[str, float]]:
    """Characters of which two bytes of three (UTF-8) are left, the likeliest first."""
    if len(data) - data.count(HOLE) != 2 or TORN.search(before + after):
        return []
    tails, leads = range(0x80, 0xC0), (*range(0xE3, 0xEA), 0xEF)
    if HOLE in data:
        place = data.index(HOLE)
        codes = [data[:place] + bytes((b,)) + data[place + 1 :] for b in (tails if place else leads)]
    elif data[0] >= 0xE0:
        codes = [data[:k] + bytes((b,)) + data[k:] for b in tails for k in (1, 2)]
    else:
        codes = [bytes((b,)) + data for b in leads]
    found = {c for code in codes if (c := _character(code, "utf-8")) and _rarity(c) < 16}
    scored = [(c, char_model.log_prob(c, before, after)) for c in sorted(found)]
    return sorted(scored, key=lambda pair: -pair[1])


def _seen_as_western(hit: re.Match, text: str) -> Iterator[Edit]:
    """Read a stretch of Western letters as bytes, if that is cheaper than to take it as it is."""
    units = [bytes((WESTERN.get(c, ord(c)),)) for c in hit[0]]
    data = b"".join(units)
    # Several well-formed characters of UTF-8 are no accident, Chinese or read wrongly once more.
    with suppress(UnicodeDecodeError):
        reading = data.decode("utf-8")
        if sum(c > "\x7f" for c in reading) > 1:
            yield _edit(hit.start(), hit[0], reading, "run", "utf-8 seen as Western letters")
            return
    high = [at for at in range(len(data)) if data[at] >= 0x80]
    keep = sum(_western(data, at)[1] for at in high)
    # No reading is cheaper than the changes to another encoding and back.
    if keep <= CHANGE * (1 + (len(high) < SHORT)):
        return
    steps, total = _search(data, cut=DROPPED)
    han = sum(bool(HAN.match(step.text)) for step in steps if step.how in MULTIBYTE)
    han += sum(step.end - step.start > 1 for step in steps if step.how == "lost")
    total += CHANGE * (1 + (han < SHORT))
    found = [step.cost for step in steps if step.how in MULTIBYTE and HAN.match(step.text)]
    # Letters in alphabetical order are bytes of characters that nobody writes side by side.
    if total < keep and han and sum(found) <= RAREST * len(found):
        yield from _segments(text, hit.start(), units, steps, "seen as Western letters")


def _row(leads: range, trails: range) -> str:
    """Characters of these GBK bytes, as a regular expression class."""
    codes = (bytes((lead, trail)) for lead in leads for trail in trails)
    return "[" + re.escape("".join(code.decode("gbk", "ignore") for code in codes)) + "]"


_LEAD, _TAIL = range(0xE2, 0xF0), range(0x80, 0xC0)
# Two Chinese characters of UTF-8 are three of GBK: E. 8. | 8. E. | 8. 8.
_HEADS = _row(_LEAD, _TAIL)
_THREE = _HEADS + _row(range(0x80, 0xC0), _LEAD) + _row(range(0x80, 0xC0), _TAIL)
UTF8_AS_GBK = re.compile(_THREE)
WHOLE_LINE = re.compile("[^\n]*")


def _is_cheaper(seen: str) -> bool:
    """Whether three characters are two cheaper ones of UTF-8."""
    try:
        reading = seen.encode("gb18030").decode("utf-8")
    except UnicodeDecodeError:
        return False
    if not all(map(PLAIN.match, reading)):  # 氤氳。 is no Hangul
        return False
    return sum(map(_rarity, reading)) < sum(map(_rarity, seen))


def _seen_as_gbk(text: str, heads: list[int]) -> Iterator[Edit]:
    """UTF-8 read as GBK, line by line; bytes that found no partner stand as `?` or U+FFFD."""
    end = -1
    for place in heads:
        if place < end or not (hit := UTF8_AS_GBK.match(text, place)) or not _is_cheaper(hit[0]):
            continue
        start = text.rfind("\n", 0, place) + 1
        line = WHOLE_LINE.match(text, start)[0]
        end = start + len(line)
        if TORN.search(line):
            continue
        units = [bytes((HOLE,)) if c in "?\ufffd" else c.encode("gb18030") for c in line]
        steps, total = _search(b"".join(units), IN_BYTES, LOST_BYTE / 2, ("gb18030", "utf-8"))
        own = sum(4.0 if c in "?\ufffd" else _rarity(c) for c in line)
        sound = [step.how == "utf-8" and step.cost < WELL_FORMED and PLAIN.match(step.text) for step in steps]
        if total + CHANGE < own and sum(map(bool, sound)) > 1:
            # A lost byte belongs to a run of UTF-8; a single dear character is none.
            inside = [any(sound[max(0, n - 2) : n + 3]) for n in range(len(steps))]
            kept = [step if good else step._replace(how="gb18030") for step, good in zip(steps, inside, strict=True)]
            for edit in _segments(text, start, units, kept, "read as gbk"):
                if "gb18030" not in edit.evidence:
                    yield edit


_STRONG, _UNKNOWN, _HEAD, _KNOWN = 1, 2, 4, 8


@cache
def _flags() -> np.ndarray:
    """By code point beyond ASCII, for one look-up of a whole text: which signs of misreading it shows."""
    from restoration.diagnosis import RARE, _classes

    flags = np.full(0x110000, _UNKNOWN, np.uint8)
    flags[:0x80] = 0
    flags[(_classes() < RARE) & (np.arange(0x110000) >= 0x3400)] = _KNOWN
    for first, last in ((0x2010, 0x2027), (0x3000, 0x3018), (0xFF00, 0xFF5F), (0xB7, 0xB8)):
        flags[first:last] = _KNOWN
    flags[[ord(c) for c in set(_HEADS) - set("[]\\")]] = _HEAD
    flags[[ord(c) for c in set(WESTERN) - set(OWN)]] = _STRONG | _UNKNOWN
    return flags


# What was taken for what: whole lines, with no character in common.
TAKEN = (
    ("gb18030", "cp950"), ("cp950", "gb18030"), ("cp950", "utf-8"), ("cp932", "gb18030"),
    ("cp932", "utf-8"), ("cp949", "gb18030"), ("cp949", "utf-8"), ("cp1251", "gb18030"), ("cp874", "gb18030"),
    ("iso8859_11", "gb18030"),
)
# Nats a character that a line's reading must cost at most, and be cheaper than the line by.
SOUND, CHEAPER = 8.5, 3.0
# Share of strange characters from which a page is looked at line by line; letters of such a line.
STRANGE, LEAST = 0.05, 6


def _lines(text: str) -> Iterator[Edit]:
    """Lines of a strange page that are sound Chinese in another encoding."""
    for hit in re.finditer("[^\n]+", text):
        letters = sum(c > "\x7f" for c in hit[0])
        own = sum(map(_rarity, hit[0])) / max(1, letters)
        if letters >= LEAST and own > SOUND + CHEAPER and not TORN.search(hit[0]):
            yield from _line(hit, text, min(SOUND, own - CHEAPER))


def _line(hit: re.Match, text: str, most: float) -> Iterator[Edit]:
    for seen, meant in TAKEN:
        with suppress(UnicodeError):
            units = [bytes((HOLE,)) if c == GAP else c.encode(seen) for c in hit[0]]
            data = b"".join(units)
            steps = None
            if GAP in hit[0]:
                steps, _ = _search(data, IN_BYTES)
                reading = "".join(step.text for step in steps if step.how == meant)
            else:
                reading = data.decode(meant)
            found = sum(c > "\x7f" for c in reading)
            mean = sum(map(_rarity, reading)) / max(1, found)
            if mean < most and likeness(reading) >= 2 * PASSES and 2 * found >= len(data) / 3:
                reason = f"{meant} read as {seen}"
                if steps:
                    yield from _segments(text, hit.start(), units, steps, f"read as {seen}")
                else:
                    yield _edit(hit.start(), hit[0], reading, "line", reason)
                return


# Bytes written out: quoted-printable (with its soft line ends), percent; code points of scripts.
QUOTED = re.compile("=[89A-F][0-9A-F](?:(?:=\n)?=[0-9A-F]{2})+")
PERCENT = re.compile("%[89A-Fa-f][0-9A-Fa-f](?:%[0-9A-Fa-f]{2})+")
POINTS = re.compile(r"(?:(?:\\|%)u[0-9a-fA-F]{4}){2,}")
# What a web address is made of, looked at backwards from a place in it.
ADDRESS = re.compile(r"[^\s\"'<>()（）\[\]，。；、“”「」]*$")
# Somebody writes of misread text, and shows some.
ABOUT = re.compile(
    "乱码|亂碼|(?<!charset=)(?<!charset=[\"'])(?:GBK|GB2312|GB18030|UTF-?8|Latin-?1|Unicode|JSON|quoted-print)",
    re.IGNORECASE,
)
BESIDE, SHOWN = 80, 0.4


def _escapes(text: str) -> Iterator[Edit]:
    """Characters that stand as the hexadecimal numbers of their bytes or code points."""
    if "=" in text:
        for hit in QUOTED.finditer(text):
            yield from _hexed(hit, hit[0].replace("=\n", "").replace("=", ""), "quoted-printable")
    if "%" in text:
        for hit in PERCENT.finditer(text):
            before = text[max(0, hit.start() - 2000) : hit.start()]
            if not {*"/?&="} & {*ADDRESS.search(before)[0]}:
                yield from _hexed(hit, hit[0].replace("%", ""), "percent encoding")
    if "\\u" in text or "%u" in text:
        for hit in POINTS.finditer(text):
            reading = "".join(chr(int(code, 16)) for code in re.split(r"[\\%]u", hit[0])[1:])
            if all(map(PLAIN.match, reading)):
                yield _edit(hit.start(), hit[0], reading, "written", "code points written out")


def _hexed(hit: re.Match, digits: str, name: str) -> Iterator[Edit]:
    data = bytes.fromhex(digits)
    for encoding in ("utf-8", "gb18030", "cp950"):
        with suppress(UnicodeDecodeError):
            reading = data.decode(encoding)
            letters = [c for c in reading if c > "\x7f"]
            if letters and any(map(HAN.match, letters)) and sum(map(_rarity, letters)) < 12 * len(letters):
                yield _edit(hit.start(), hit[0], reading, "written", f"{encoding} in {name}")
                return


def _edit(start: int, before: str, after: str, rule: str, reason: str) -> Edit:
    end = start + len(before)
    return Edit(start, end, before, after, f"decode.{rule}", KIND, "exact", reason)
