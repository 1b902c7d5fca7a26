"""
From bytes to characters, each step proved by its round trip.

    >>> decode("政府工作报告".encode("gb18030"))
    ('政府工作报告', 'gb18030')
    >>> [edit.after for edit in find("鏀垮簻宸ヤ綔鎶ュ憡")]
    ['政府工作报告']

The raw text is the bytes in *one* encoding, so that `raw.encode(encoding, "surrogateescape")` is
the file; what stands in another encoding inside it is an edit like any other. Of the encodings
that fit, the one whose text has the most of the commonest characters is taken.
"""

import codecs
import re
from contextlib import suppress

from restoration import hanzi
from restoration.ledger import GAP, Edit

KIND = "decoding"
BOMS = (
    (codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"),
    ("\ufeff".encode("gb18030"), "gb18030"),
)
ENCODINGS = ("utf-8", "gb18030", "big5", "utf-16-le", "utf-16-be")
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
# Bytes that fit no encoding, kept by Python's surrogate escapes; other halves of pairs.
TORN = re.compile("[\ud800-\udfff]+")
PLAIN = re.compile(f"[{hanzi.HAN}\u3000-\u3017\uff01-\uff5e“”‘’—…·]")


def _row(leads: range, trails: range) -> str:
    """Characters of these GBK bytes, as a regular expression class."""
    codes = (bytes((lead, trail)) for lead in leads for trail in trails)
    return "[" + re.escape("".join(code.decode("gbk", "ignore") for code in codes)) + "]"


LEAD, TAIL = range(0xE2, 0xF0), range(0x80, 0xC0)
# Two Chinese characters of UTF-8 are three of GBK: E. 8. | 8. E. | 8. 8. (Once, then any number of
# times: what begins with a class is searched for at C speed, what begins with a repeat is not.)
_THREE = _row(LEAD, TAIL) + _row(range(0x81, 0xC0), LEAD) + _row(range(0x81, 0xC0), TAIL)
UTF8_AS_GBK = re.compile(f"{_THREE}(?:{_THREE})*")
# Both bytes of GBK, or the three of UTF-8, seen as Western letters and marks (Windows-1252).
WESTERN = {bytes((code,)).decode("cp1252", "replace"): code for code in range(0x80, 0x100)}
WESTERN = {chr(code): code for code in range(0x80, 0x100)} | WESTERN
_WEST = "[" + "".join(sorted(set(WESTERN) - {GAP})) + "]"
AS_WESTERN = re.compile(f"{_WEST}{_WEST}{{3,}}")


class DecodingError(ValueError):
    """The bytes are no Chinese text that can be read."""


def decode(raw: bytes | str) -> tuple[str, str]:
    """
    Give the raw text and the encoding in which it is the file.

    Raises
    ------
    DecodingError
        If bytes are empty, binary, or fit no encoding.
    """
    if isinstance(raw, str):
        return raw, "utf-8"
    if not raw.strip():
        raise DecodingError("the file is empty: give one with text")
    encoding = next((name for bom, name in BOMS if raw.startswith(bom)), None) or _guess(raw)
    text = _read(raw, encoding)
    if text is None:
        raise DecodingError(f"the mark says {encoding} but the bytes do not fit: convert the file")
    control = CONTROL.search(text)
    if control and len(CONTROL.findall(text)) > len(text) / 1000:
        code = ord(control[0])
        raise DecodingError(
            f"character {control.start()} is the control character {code:#04x}: "
            "this is no text file; give plain text"
        )
    return text, encoding


def _read(data: bytes, encoding: str) -> str | None:
    """Text that encodes back to `data`, bytes that do not fit escaped; None where there is none."""
    with suppress(UnicodeDecodeError):
        if encoding == "utf-8":  # which has one form for every character
            return data.decode(encoding)
    try:
        text = data.decode(encoding, "surrogateescape")
        return text if text.encode(encoding, "surrogateescape") == data else None
    except UnicodeError:
        return None


def _guess(data: bytes) -> str:
    """Choose the encoding whose text has the most of the commonest characters."""
    try:
        data.decode("utf-8")
        return "utf-16-le" if _is_wide(data, 1) else "utf-16-be" if _is_wide(data, 0) else "utf-8"
    except UnicodeDecodeError as error:
        place = error.start
    # Lines in different encodings: the valid UTF-8 ones are no accident.
    if any(not line.isascii() and _likely(line, "utf-8") >= PASSES for line in data.split(b"\n")):
        return "utf-8"
    likely = {encoding: _likely(data, encoding) for encoding in ENCODINGS}
    best = max(likely, key=likely.get)
    if likely[best] < PASSES:
        raise DecodingError(
            f"byte {place} fits neither UTF-8 nor, as Chinese, GB18030, Big5 or UTF-16: "
            "if it is text, convert it to UTF-8"
        )
    return best


def _is_wide(data: bytes, parity: int) -> bool:
    """Whether NULs stand at every other byte only, as ASCII has them in UTF-16."""
    return b"\0" in data and b"\0" not in data[1 - parity :: 2] and len(data) % 2 == 0


def _likely(data: bytes, encoding: str) -> float:
    """Likeness of the text that `data` is in this encoding; the rarer ones must fit throughout."""
    text = _read(data, encoding)
    if text is None or (encoding not in ("utf-8", "gb18030") and TORN.search(text)):
        return 0.0
    return likeness(text)


def likeness(text: str) -> float:
    """Score how much a text looks like Chinese by its characters: common, and of GB 2312."""
    letters = [c for c in text[:50000] if c > "\x7f"]
    found = sum(c in COMMON for c in letters) + 0.1 * sum(map(_is_plain, letters))
    return found / max(1, len(letters))


def _is_plain(character: str) -> bool:
    return bool(PLAIN.match(character)) and hanzi.in_gb2312(character)


def find(text: str) -> list[Edit]:
    """
    List what a decoded text still shows of other encodings: marks, torn bytes, misread runs.

    Examples
    --------
    >>> [(e.before, e.after) for e in find("在ÕþÐ§上\ufeff")]
    [('ÕþÐ§', '政效')]
    """
    edits = []
    if text.startswith("\ufeff"):
        edits.append(_edit(0, "\ufeff", "", "bom", "byte order mark"))
    if _is_torn(text):
        for line in re.finditer("[^\n]+", text):
            edits += _torn(line[0], line.start())
    for hit in UTF8_AS_GBK.finditer(text):
        edits += _misread(hit, "gbk", hit[0].encode("gb18030"), ("utf-8",))
    for hit in AS_WESTERN.finditer(text):
        data = bytes(WESTERN[character] for character in hit[0])
        edits += _misread(hit, "western letters", data, ("utf-8", "gb18030"))
    return edits


def _is_torn(text: str) -> bool:
    """Whether `TORN` is in a text: then it is no UTF-8, and trying is faster than looking."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _torn(line: str, start: int) -> list[Edit]:
    """Read a line with torn bytes in another encoding, or make its lost characters visible."""
    if not TORN.search(line):
        return []
    for encoding in ("gb18030", "big5"):
        text = _again(line, encoding)
        if text and not TORN.search(text) and likeness(text) >= PASSES:
            return [_edit(start, line, text, "line", f"the bytes of this line are {encoding}")]
    return [
        Edit(start + hit.start(), start + hit.end(), hit[0], GAP, "decode.torn", KIND, "unresolved",
             f"{' '.join(f'{ord(c) & 0xFF:02x}' for c in hit[0])} fit no character")
        for hit in TORN.finditer(line)
    ]


def _again(line: str, encoding: str) -> str | None:
    """The bytes of a line, kept by escapes, in another encoding."""
    try:
        return _read(line.encode("utf-8", "surrogateescape"), encoding)
    except UnicodeEncodeError:
        return None


def _misread(hit: re.Match, seen: str, data: bytes, encodings: tuple[str, ...]) -> list[Edit]:
    """Read the bytes of a run again, if that gives plain Chinese where none stood."""
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if all(map(_is_plain, text)) and not all(map(_is_plain, hit[0])):
            return [_edit(hit.start(), hit[0], text, "misread", f"{encoding} read as {seen}")]
    return []


def _edit(start: int, before: str, after: str, rule: str, reason: str) -> Edit:
    end = start + len(before)
    return Edit(start, end, before, after, f"decode.{rule}", KIND, "exact", reason)
