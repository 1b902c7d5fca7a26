"""
A reader's decisions about single edits, from `data/overrides.csv`.

| column | meaning |
|---|---|
| `file_sha256` | the file, by its bytes |
| `start`, `end` | characters of the raw text, as in the ledger's CSV |
| `before` | what stands there, written as in the ledger's CSV: a guard against a wrong offset |
| `accepted` | what should stand there; `before` again is a veto |
| `reason`, `who` | why, and who says so |

An override wins over every rule and stands in the ledger with the kind "override".
"""

import csv
from collections.abc import Sequence
from pathlib import Path

from restoration.files import unescape
from restoration.ledger import Edit, Ledger

KIND = "override"
COLUMNS = ("file_sha256", "start", "end", "before", "accepted", "reason", "who")


def read(path: Path, sha256: str) -> tuple[Edit, ...]:
    """
    Read the overrides of one file.

    Raises
    ------
    ValueError
        If a column is missing, an offset is no number, or nobody stands for a row.
    """
    with open(path, encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        if missing := [column for column in COLUMNS if column not in (rows.fieldnames or ())]:
            raise ValueError(f"{path}: no column {missing[0]}: it needs {', '.join(COLUMNS)}")
        own = ((row, rows.line_num) for row in rows if row["file_sha256"] == sha256)
        return tuple(_edit(row, f"{path} row {number}") for row, number in own)


def _edit(row: dict[str, str], place: str) -> Edit:
    try:
        start, end = int(row["start"]), int(row["end"])
    except (TypeError, ValueError):
        span = f"{row['start']}-{row['end']}"
        raise ValueError(f"{place}: {span} are no offsets: take them from the ledger") from None
    if not (row["reason"] and row["who"]):
        raise ValueError(f"{place}: no reason or no name: say why, and who says so")
    before, accepted = unescape(row["before"]), unescape(row["accepted"])
    reason = f"{row['reason']} ({row['who']}; {place})"
    return Edit(start, end, before, accepted, "override", KIND, "exact", reason)


def apply(raw: str, ledger: Ledger, overrides: Sequence[Edit]) -> Ledger:
    """
    Put overrides in the place of the edits that they meet.

    Raises
    ------
    ValueError
        If an override leaves the text, is about other characters, or meets another one.
    """
    for edit in overrides:
        place = f"override {edit.start}-{edit.end} ({edit.evidence})"
        if not 0 <= edit.start <= edit.end <= len(raw):
            raise ValueError(f"{place} leaves the text of {len(raw)} characters: correct it")
        found = raw[edit.start : edit.end]
        if found != edit.before:
            raise ValueError(f"{place} expects {edit.before!r} but finds {found!r}: correct it")
    met = [edit for edit in ledger if any(_meet(edit, override) for override in overrides)]
    kept = [edit for edit in ledger if edit not in set(met)]
    return Ledger([*kept, *overrides], len(raw))


def _meet(edit: Edit, override: Edit) -> bool:
    """Whether they share a character; an insertion meets what it touches."""
    low, high = max(edit.start, override.start), min(edit.end, override.end)
    insertion = edit.start == edit.end or override.start == override.end
    return low < high or (low == high and insertion)
