"""What every reader gives, and plain text."""

import re
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from restoration import decode

# First bytes of files that are not text, however they are named.
_MAGIC = {b"%PDF": "PDF", b"PK\x03\x04": "Word or zip", b"\xd0\xcf\x11\xe0": "Word 97", b"{\\rtf": "RTF"}
_HAN = re.compile("[\u3400-\u9fff]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\ue000-\uf8ff]")
# All that ends a line somewhere: Word writes \x0b, old printers \f, Unicode its own.
_ENDS = re.compile("\r\n?|[\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")


class Unreadable(ValueError):
    """A file that holds no text that can be read: a sentence with the reason and a remedy."""


@dataclass(frozen=True)
class Text:
    """
    One text of a file.

    Attributes
    ----------
    text : str
        A paragraph a line, each ended by a line feed.
    metadata : dict
        What the file says about the text, by the catalogue's columns (`title`, `issuer`, `date`,
        `place`, `level`, `genre`, `source`, …), as it says it.
    places : tuple of (int, str)
        Where parts of the text stand in the file, by the offset at which they begin: "page 3".
    unread : dict
        How many of what stand in the file and not in the text: {"footnotes": 3}.
    row : int
        Number of the row in a table, from 1, the first below the header; 0 elsewhere.
    encoding : str
        In which `text` is the file, for plain text; bytes that fit no character are escaped.
    """

    text: str
    metadata: dict[str, str] = field(default_factory=dict)
    places: tuple[tuple[int, str], ...] = ()
    unread: dict[str, int] = field(default_factory=dict)
    row: int = 0
    encoding: str = "utf-8"

    @property
    def data(self) -> bytes:
        """The text as bytes, from which restoration can start."""
        if self.text.isascii() or self.encoding == "utf-8":
            return self.text.encode("utf-8", "surrogateescape")
        try:
            return self.text.encode("utf-8")
        except UnicodeEncodeError:
            # Torn bytes stay what they were, for whoever can read them in their encoding.
            return self.text.encode(self.encoding, "surrogateescape")


def read(path: Path, data: bytes) -> list[Text]:
    text, encoding = decoded(data)
    return [Text(text, encoding=encoding)]


def decoded(data: bytes) -> tuple[str, str]:
    """
    Decode a text file as restoration does; what is no text is refused.

    >>> decoded("政府工作报告".encode("gb18030"))
    ('政府工作报告', 'gb18030')
    """
    kind = next((kind for magic, kind in _MAGIC.items() if data.startswith(magic)), "")
    if kind:
        raise Unreadable(f"is no text file ({kind}): give it its right suffix, or save it as plain text")
    try:
        text, encoding = decode.decode(data)
    except decode.DecodingError as error:
        # A list of words may hold no common character; what is no text has others that no text has.
        with suppress(UnicodeDecodeError):
            text = data.decode("gb18030")
            if _HAN.search(text) and not _CONTROL.search(text):
                return text, "gb18030"
        raise Unreadable(f"is in no known encoding or no text file ({error})") from error
    return text, encoding


def paragraphs(lines, places=()) -> tuple[str, tuple[tuple[int, str], ...]]:
    """
    Join lines to a text, a paragraph a line, without empty ones.

    Parameters
    ----------
    lines : iterable of str
    places : iterable of str, optional
        Where each line stands; a place is kept where it begins.

    >>> paragraphs(["第一段", " ", "第二段"], ["page 1", "page 2", "page 2"])
    ('第一段\\n第二段\\n', ((0, 'page 1'), (4, 'page 2')))
    """
    kept, found, at, last = [], [], 0, None
    places = list(places)
    for number, line in enumerate(lines):
        for part in _ENDS.split(line):
            part = part.strip()
            if not part:
                continue
            if places and places[number] != last:
                last = places[number]
                found.append((at, last))
            kept.append(part)
            at += len(part) + 1
    return "".join(f"{line}\n" for line in kept), tuple(found)
