"""
Read the texts of a file, whatever its format, and say what of it could not be read.

    texts = readers.read(Path("gov-2021.docx"))
    texts[0].text                    a paragraph a line, as a page shows it
    texts[0].metadata                {"title": …, "date": …}: what the file says about the text
    texts[0].unread                  {"footnotes": 3}: what stands in the file and not in the text

One module a family of formats. A table holds a report a row, every other file one report. Nothing
is corrected here; that is restoration, which leaves a ledger.
"""

import io
import zipfile
from importlib import import_module
from pathlib import Path

from analysis.readers.text import Text, Unreadable, decoded

__all__ = ["FAMILIES", "Text", "Unreadable", "data", "decoded", "family", "read"]

# Module below this package by suffix.
FAMILIES = {
    **dict.fromkeys((".txt", ".text"), "text"),
    **dict.fromkeys((".md", ".markdown"), "markdown"),
    **dict.fromkeys((".csv", ".tsv", ".jsonl", ".ndjson", ".json", ".parquet"), "tables"),
    **dict.fromkeys((".xlsx", ".xls", ".xlsm", ".xlsb", ".ods", ".et"), "tables"),
    **dict.fromkeys((".html", ".htm", ".shtml", ".xhtml", ".mht", ".mhtml"), "web"),
    **dict.fromkeys((".docx", ".docm", ".dotx"), "word"),
    **dict.fromkeys((".doc", ".wps", ".rtf", ".odt"), "office"),
    ".pdf": "pdf",
    ".ofd": "ofd",
}
# Larger files are no reports, and reading one may fill the memory.
LARGEST = 2**30


def read(path: Path) -> list[Text]:
    """
    Read the texts of a file.

    Parameters
    ----------
    path : Path
        A file of a format in `FAMILIES`. A file that is named as another format than it is (a web
        page called .doc) is read as what it is.

    Returns
    -------
    list of Text
        One for each report: rows of a table in their order, else one.

    Raises
    ------
    Unreadable
        With the reason and a remedy, in one sentence without the file's name: another format,
        damaged, locked, without text, without a column of texts.
    OSError
        If the file cannot be opened.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "gov-2021.md"
    >>> _ = path.write_text("---\\ntitle: 政府工作报告\\n---\\n## 一、去年工作回顾\\n", encoding="utf-8")
    >>> [text] = read(path)
    >>> text.text, text.metadata
    ('一、去年工作回顾\\n', {'title': '政府工作报告'})
    """
    path = Path(path)
    if path.stat().st_size > LARGEST:
        raise Unreadable("is larger than a gigabyte: divide it")
    data = path.read_bytes()
    if not data.strip(b"\0 \r\n\t"):
        raise Unreadable("is empty")
    name = family(path, data)
    try:
        texts = import_module(f"analysis.readers.{name}").read(path, data)
    except (Unreadable, OSError, MemoryError):
        raise
    except Exception as error:
        # Each format, and each library that reads it, has errors of its own for a damaged file.
        raise Unreadable(
            f"cannot be read as {path.suffix.lower()} ({type(error).__name__}); it may be damaged or locked: "
            "open it, and save it again or as plain text"
        ) from error
    if not any(text.text.strip() for text in texts):
        raise Unreadable("has no text in it; a scan needs recognition (OCR) first")
    return texts


def data(path: Path) -> bytes:
    """
    Give the bytes of a plain text as they are, of another file those of its text.

    Raises
    ------
    Unreadable
        As `read` does, and of a table with several reports.
    """
    path = Path(path)
    if FAMILIES.get(path.suffix.lower(), "text") == "text":
        return path.read_bytes()
    texts = read(path)
    if len(texts) > 1:
        raise Unreadable(f"is a table of {len(texts)} reports: `python -m analysis catalogue FOLDER` gives each")
    return texts[0].data


def family(path: Path, data: bytes) -> str:
    """
    Name the module that reads a file, by its first bytes where they tell, else by its suffix.

    Raises
    ------
    Unreadable
        If it is of no format that is read.

    Examples
    --------
    >>> family(Path("a.doc"), b"<html><body>x"), family(Path("a.txt"), b"abc")
    ('web', 'text')
    """
    suffix = path.suffix.lower()
    named = FAMILIES.get(suffix)
    if named is None and path.name.lower().endswith((".jsonl.gz", ".json.gz", ".csv.gz", ".tsv.gz", ".ndjson.gz")):
        return "tables"
    if named is None:
        raise Unreadable(f"is of a format that is not read ({suffix or 'no suffix'}); save it as plain text (.txt)")
    head = data[:1024].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if head.startswith(b"%pdf"):
        return "pdf"
    if data.startswith(b"PK\x03\x04"):
        return _zipped(data, named)
    if named == "office" and (head.startswith((b"<!doctype html", b"<html")) or b"<html" in head):
        return "web"
    if data.startswith(b"\xd0\xcf\x11\xe0") and named != "tables":
        return "office"
    if named in ("word", "ofd") or (named == "pdf" and b"%pdf" not in data[:2048].lower()):
        raise Unreadable(f"is no {suffix} file inside: open it, and save it again or as plain text")
    return named


def _zipped(data: bytes, named: str) -> str:
    """What a zip file is, by what it holds."""
    try:
        names = zipfile.ZipFile(io.BytesIO(data)).namelist()
    except zipfile.BadZipFile:
        raise Unreadable("is a damaged zip file: get it again, or save it again") from None
    if any(name.endswith("document.xml") and name.startswith("word") for name in names):
        return "word"
    if any(name.upper().endswith("OFD.XML") for name in names):
        return "ofd"
    if any(name.startswith("xl/") for name in names):
        return "tables"
    if "content.xml" in names:
        return "tables" if named == "tables" else "office"
    if named in ("text", "markdown", "web"):
        raise Unreadable("is no text file (Word or zip): give it its right suffix, or save it as plain text")
    raise Unreadable("is a zip file of no format that is read: unpack it, or save it again")
