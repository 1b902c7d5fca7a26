"""Decode files as they come, and say what keeps them from being texts."""

import re

# First bytes of files that are not text, however they are named.
_MAGIC = {
    b"%PDF": "PDF",
    b"PK\x03\x04": "Word or zip",
    b"\xd0\xcf\x11\xe0": "Word 97",
    b"{\\rtf": "RTF",
}
# Tried in this order; the first that reads the whole file is taken.
_ENCODINGS = ("utf-8-sig", "gb18030", "big5")


def decode(data: bytes) -> str | None:
    """
    Decode text in a usual encoding; None where none fits. `restoration` does this with proofs.

    >>> decode("政府".encode("gb18030")), decode(b"\\xff\\xff")
    ('政府', None)
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    for encoding in _ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def defect(data: bytes) -> tuple[str, str, bool] | None:
    """
    Say what keeps a file from being a Chinese text: what, remedy, whether it is an error.

    >>> defect(b"%PDF-1.4")[0]
    'is no text file (PDF)'
    """
    if not data.strip():
        return "is empty", "put the report's text into it", True
    kind = next((k for magic, k in _MAGIC.items() if data.startswith(magic)), "")
    if kind or (b"\0" in data and not data.startswith((b"\xff\xfe", b"\xfe\xff"))):
        return f"is no text file ({kind or 'binary'})", "save the report as plain text", True
    text = decode(data)
    if text is None:
        return "is in no known encoding", "save it as UTF-8", True
    if not re.search(r"[\u3400-\u9fff]", text):
        return "has no Chinese character in it", "see whether it is the right file", False
    return None
