"""
Draft a catalogue from a folder of texts; every guess is marked in `notes`.

Years, levels and genres are read from a `metadata.csv` beside the texts where there is one, then
from file names, then from the first lines.
"""

import csv
import re
from pathlib import Path

import pandas as pd

from analysis import catalogue, storage, textfiles
from analysis.structure import headings
from restoration import restore

# How far into a text its title, date and address stand.
HEAD_CHARS = 400
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_DATE = re.compile(r"((?:19|20)\d\d)\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日")
# Names that other collections use for these columns and values.
_COLUMNS = {
    "file": ("file", "filename", "path"),
    "title": ("title",),
    "issuer": ("issuer", "author", "organ"),
    "level": ("level",),
    "genre": ("genre", "type"),
    "date": ("date", "year"),
    "source": ("source", "source_url", "url"),
    "licence": ("licence", "license"),
}
_VALUES = {
    "central": "national",
    "state": "national",
    "provincial": "province",
    "municipal": "city",
    "county": "district",
    "government_work_report": "work-report",
    "work_report": "work-report",
    "party_congress_report": "party-congress-report",
    "five_year_plan": "five-year-plan",
}
# First match decides; a smaller place is named after the larger one it belongs to.
_LEVELS = (
    ("国务院|全国人民代表大会|中央人民政府|中华人民共和国|national|central|guowuyuan", "national"),
    ("[区县旗]人民政府|[区县旗]人民代表大会|.{2,4}[区县旗]国民经济|district|county", "district"),
    ("市人民政府|市.{0,8}人民代表大会|市.{0,6}代表大会|市国民经济|市委|city|municipal", "city"),
    ("(?:省|自治区)人民政府|省.{0,8}代表大会|省委|我省|省国民经济|province", "province"),
)
_GENRES = (
    ("中国共产党.{0,12}代表大会|党代会|party", "party-congress-report"),
    ("政府工作报告|政府工作|人民政府向大会|work.?report|gov", "work-report"),
    ("五年规划|五年计划|规划纲要|plan", "five-year-plan"),
)


def draft(folder: Path, home: Path | None = None) -> pd.DataFrame:
    """
    Draft the catalogue of a folder of .txt files.

    Parameters
    ----------
    folder : Path
        Searched with its subfolders.
    home : Path, optional
        Folder the catalogue will stand in; `file` is relative to it. It must hold `folder`.

    Returns
    -------
    DataFrame
        The columns of `catalogue.COLUMNS`, by date, then file. What could not be guessed is empty,
        so that `catalogue.problems` asks for it.
    """
    folder, home = Path(folder).absolute(), Path(home or folder).absolute()
    if not folder.is_relative_to(home):
        raise ValueError(f"{folder} is not below {home}; write the catalogue beside the texts")
    files = sorted(p for p in folder.rglob("*.txt") if p.is_file())
    if not files:
        raise ValueError(f"no .txt file in {folder}; name the folder that holds the texts")
    known = _metadata(folder)
    rows = [_row(path, known.get(path.name, {}), home) for path in files]
    table = pd.DataFrame(rows, columns=catalogue.COLUMNS)
    table = table.sort_values(["date", "file"], kind="stable", ignore_index=True)
    table["id"] = _unique(table["id"])
    return table


def _metadata(folder: Path) -> dict[str, dict[str, str]]:
    """Rows of metadata.csv by file name, in the catalogue's own columns and values."""
    path = next(
        (p for p in (folder / "metadata.csv", folder.parent / "metadata.csv") if p.is_file()), None
    )
    if path is None:
        return {}
    with open(path, encoding="utf-8-sig", newline="") as file:
        rows = [
            {k.strip().lower(): v or "" for k, v in row.items() if k}
            for row in csv.DictReader(file)
        ]
    known = {}
    for row in rows:
        mapped = {
            column: next((row[name].strip() for name in names if row.get(name)), "")
            for column, names in _COLUMNS.items()
        }
        mapped = {column: _VALUES.get(value.lower(), value) for column, value in mapped.items()}
        name = Path(mapped["file"]).name or f"{mapped['date'][:4]}.txt"
        known[name] = {column: value for column, value in mapped.items() if value}
    return known


def _row(path: Path, known: dict[str, str], home: Path) -> dict[str, str]:
    data = path.read_bytes()
    head = _head(data)
    row = dict.fromkeys(catalogue.COLUMNS, "") | {k: v for k, v in known.items() if k != "file"}
    notes = ["from metadata.csv: " + ", ".join(k for k in known if k != "file")] if known else []
    for column, (value, because) in _guesses(path, head, row).items():
        if not row[column] and value:
            row[column] = value
            notes.append(f"inferred: {column} {value} because {because}")
    if (stated := _stated_date(head)) and stated.startswith(row["date"][:4]):
        row["date"] = stated
    stem = re.sub(r"[^A-Za-z0-9._-]+", "-", path.stem).strip("-.")
    row["id"] = (
        stem if re.search("[A-Za-z]", stem) else f"{row['level'] or 'report'}-{row['date'][:4]}"
    )
    row["file"] = path.relative_to(home).as_posix()
    row["sha256"] = storage.checksum(data)
    row["notes"] = "; ".join(notes)
    return row


def _head(data: bytes) -> str:
    """First lines of a text, restored: 中國共產黨 is recognised as well."""
    text = textfiles.decode(data) or ""
    # Annotations may triple the length of a damaged line.
    return restore(text[: 3 * HEAD_CHARS]).text[:HEAD_CHARS] if text.strip() else ""


def _guesses(path: Path, head: str, row: dict[str, str]) -> dict[str, tuple[str, str]]:
    """Value and reason for each column that name, title and first lines speak of."""
    first = next((line.strip() for line in head.splitlines() if len(line.strip()) > 3), "")
    sources = (("file name", path.stem), ("title", row["title"]), ("first lines", head))
    titled = len(first) <= 60 and not headings.vocative(first)
    guesses = {"title": (first if titled else "", "it is the first line")}
    years = [
        (y[0], f"it is in the {where}") for where, text in sources if (y := _YEAR.search(text))
    ]
    guesses["date"] = years[0] if years else ("", "")
    for column, rules in (("level", _LEVELS), ("genre", _GENRES)):
        hits = (
            (value, f"{found[0]} is in the {where}")
            for where, text in sources
            for pattern, value in rules
            if (found := re.search(pattern, text, re.I))
        )
        guesses[column] = next(hits, ("", ""))
    return guesses


def _stated_date(head: str) -> str:
    found = _DATE.search(head)
    return catalogue.iso("-".join(found.groups())) if found else ""


def _unique(ids: pd.Series) -> pd.Series:
    """Ids with -2, -3, … where they would repeat."""
    again = ids.groupby(ids.str.lower()).cumcount()
    return ids.where(again == 0, ids + "-" + (again + 1).astype(str))


def write(table: pd.DataFrame, path: Path) -> None:
    """Write a catalogue as CSV."""
    storage.write(Path(path), table.to_csv(index=False, lineterminator="\n").encode())
