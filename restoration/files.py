"""
Ledgers as CSV files that a spreadsheet opens, the same bytes for the same ledger.

UTF-8 with a byte order mark (spreadsheets take other UTF-8 for a local code page), comma, quotes
where needed, LF. What would be invisible or misread in a cell is written with a backslash:

    >>> escape("第一行\\n=1+1"), escape("=1+1")
    ('第一行\\\\n=1+1', '\\\\u003d1+1')
    >>> unescape(escape("a\\\\b\\ufeff")) == "a\\\\b\\ufeff"
    True
"""

import csv
import io
import re
from pathlib import Path

from restoration.ledger import COLUMNS, Edit, Ledger

# Controls, blanks that look like another, marks without width, torn bytes; a formula's first sign.
HIDDEN = re.compile(
    "[\\\\\x00-\x1f\x7f-\xa0\xad\u200b-\u200f\u2028-\u202e\u2060\ufeff\ud800-\udfff]"
)
FORMULA = re.compile("^[=+\\-@ ]| $")
WRITTEN = re.compile(r"\\(?:u([0-9a-f]{4})|(.))")
NAMES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
CHARACTERS = {written[1]: character for character, written in NAMES.items()}


def escape(text: str) -> str:
    """Write a cell so that nothing in it is hidden, lost or computed."""
    code = lambda hit: NAMES.get(hit[0], f"\\u{ord(hit[0]):04x}")  # noqa: E731
    return FORMULA.sub(lambda hit: f"\\u{ord(hit[0]):04x}", HIDDEN.sub(code, text))


def unescape(cell: str) -> str:
    """Read a cell written by `escape`."""
    return WRITTEN.sub(
        lambda hit: chr(int(hit[1], 16)) if hit[1] else CHARACTERS.get(hit[2], hit[0]), cell
    )


def dumps(ledger: Ledger) -> bytes:
    """Write a ledger as CSV."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(_row(edit) for edit in ledger)
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8")


def loads(data: bytes, raw_length: int) -> Ledger:
    """Read a ledger from CSV."""
    rows = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    return Ledger(map(_edit, rows), raw_length)


def write(ledger: Ledger, path: Path) -> None:
    """Write a ledger to a CSV file."""
    path.write_bytes(dumps(ledger))


def _row(edit: Edit) -> list[str]:
    alternatives = "|".join(escape(text).replace("|", "\\u007c") for text in edit.alternatives)
    margin = "" if edit.margin is None else f"{edit.margin:.4g}"
    return [
        str(edit.start), str(edit.end), escape(edit.before), escape(edit.after), edit.rule,
        edit.kind, edit.confidence, escape(edit.evidence), alternatives, margin,
    ]


def _edit(row: dict[str, str]) -> Edit:
    cells = row["alternatives"].split("|") if row["alternatives"] else []
    return Edit(
        int(row["start"]), int(row["end"]), unescape(row["before"]), unescape(row["after"]),
        row["rule"], row["kind"], row["confidence"], unescape(row["evidence"]),
        tuple(map(unescape, cells)), float(row["margin"]) if row["margin"] else None,
    )
