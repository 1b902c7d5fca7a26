"""
Read and check a catalogue of reports: one row a report, one sentence for each thing wrong with it.

`data/README.md` says what each column means. A spreadsheet may have been at the file: a byte-order
mark, line ends of any kind, GBK, semicolons, dates such as 2021/2/23 0:00 are understood, and so is a
workbook (.xlsx).
"""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

import pandas as pd

from analysis import storage
from analysis.catalogue import places
from analysis.readers import Unreadable, decoded, tables
from restoration import decode

COLUMNS = [
    *("id", "file", "title", "short", "short_en", "issuer", "place", "code", "level", "genre", "date"),
    *("delivered", "reviews", "plans", "source", "licence", "sha256", "notes"),
]
# Younger columns: a catalogue without them is read as one in which they are empty.
_OPTIONAL = ("short", "short_en", "place", "code", "delivered")
LEVELS = ("national", "province", "city", "district", "other")
GENRES = ("work-report", "party-congress-report", "five-year-plan", "communique", "other")

# Ids name files and stand in captions, so they keep to what every system takes.
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*\Z")
# Names that Windows keeps for devices, whatever follows a dot.
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?\Z", re.IGNORECASE)
# With `.ledger.csv` and the folder a name still has to fit everywhere.
_LONGEST_ID = 100
# Commands to a terminal, and marks that turn the order of what is shown.
_INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_DATE = re.compile(
    r"(?P<year>(?:18|19|20|21)\d\d)(?:[-/.年](?P<month>\d{1,2})(?:[-/.月](?P<day>\d{1,2})日?)?月?)?年?(?:[ T]0?0:00(?::00)?)?\Z"  # noqa: E501
)
# GB/T 2260: six digits, two of them the province, two the prefecture; 000000 is the nation.
_CODE = re.compile(r"\d{6}\Z")
_SPAN = re.compile(r"((?:18|19|20|21)\d\d)(?:\s*[-–—~～至]\s*((?:18|19|20|21)\d\d))?\Z")
# Before the republic no office reported in these genres.
_EARLIEST = 1912


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a catalogue; `line` counts from 1, the header."""

    line: int
    column: str
    value: str
    what: str
    remedy: str
    error: bool = True

    def __str__(self) -> str:
        value = f" {self.value!r}" if self.value else ""
        kind = "error" if self.error else "warning"
        return f"line {self.line}, {self.column}{value}: {self.what}; {self.remedy} ({kind})"


class CatalogueError(ValueError):
    """A catalogue that cannot be used; the message holds every problem, one a line."""


def read(path: Path) -> pd.DataFrame:
    """
    Read a catalogue.

    Returns
    -------
    DataFrame, index `id`
        The other columns of `COLUMNS` as text, empty where nothing is known, dates as ISO 8601
        as far as they are known, and `year` (int), in the order of the file.

    Raises
    ------
    CatalogueError
        If a row cannot be used. Checksums and contents of the files are left to `problems`.
    """
    rows, found = cells(Path(path))
    found += [p for line, row in rows for p in _row_problems(row, line)] + _duplicates(rows)
    if errors := [p for p in found if p.error]:
        raise CatalogueError(f"{path}:\n" + "\n".join(map(str, errors)))
    table = pd.DataFrame([row for _, row in rows], columns=COLUMNS, dtype=object)
    for column in ("date", "delivered"):
        table[column] = table[column].map(iso)
    table["year"] = table["date"].str[:4].astype(int)
    return table.set_index("id")


def problems(path: Path) -> list[Problem]:
    """
    Find everything that is wrong with a catalogue and its files, in the order of the lines.

    Errors keep a report from being used or from being what the catalogue says it is; warnings
    (an empty title, a missing checksum, one text on two lines, a corpus of one) do not.
    """
    path = Path(path)
    rows, found = cells(path)
    seen: dict[str, tuple[int, str]] = {}
    for line, row in rows:
        found += _row_problems(row, line)
        found += _file_problems(row, line, path.parent, seen)
    found += _duplicates(rows)
    if len(rows) == 1:
        found.append(
            Problem(
                2,
                "id",
                rows[0][1]["id"],
                "is the only report",
                "nothing to compare it with; add a second row",
                error=False,
            )
        )
    return sorted(found, key=lambda p: (p.line, not p.error))


def describe(path: Path) -> tuple[str, bool]:
    """Report a check in words: problems, then one line a report; and whether there is no error."""
    found = problems(path)
    errors = sum(problem.error for problem in found)
    lines = [f"{path}: {problem}" for problem in found]
    if errors:
        return "\n".join([*lines, f"errors: {errors}, warnings: {len(found) - errors}"]), False
    table = read(path)
    width = max(map(len, table.index))
    lines += [
        f"{row.Index:<{width}}  {row.date:<10}  {row.level:<8}  {row.genre:<21}  {row.title}"
        for row in table.itertuples()
    ]
    return "\n".join([*lines, f"reports: {len(table)}, warnings: {len(found)}"]), True


def iso(written: str) -> str:
    """
    Write a date as ISO 8601, as far as it is known.

    >>> iso("2021/2/23"), iso("2021年2月23日"), iso("2023"), iso("2021-13-01")
    ('2021-02-23', '2021-02-23', '2023', '')
    """
    found = _DATE.match(written.strip())
    if not found:
        return ""
    parts = [found["year"], *(f"{int(p):02d}" for p in (found["month"], found["day"]) if p)]
    if len(parts) == 3 and not _is_day(*map(int, parts)):
        return ""
    return "-".join(parts) if len(parts) < 2 or 1 <= int(parts[1]) <= 12 else ""


def leads_out(path: Path, folder: Path) -> bool:
    """Tell whether a file of a folder is a link that leads out of it."""
    return not path.resolve().is_relative_to(folder.resolve())


def safe_id(name: str) -> str:
    """
    Give the id that a name makes: what a file may be called on every system.

    >>> safe_id("太原 gov 2021"), safe_id("CON"), safe_id("aux.2021"), safe_id("a/../b.")
    ('gov-2021', 'CON-1', 'aux-2021', 'a-..-b')
    """
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-._")[: _LONGEST_ID - 10].rstrip("-._")
    head, _, rest = plain.partition(".")
    return f"{head}-{rest or 1}" if _DEVICE.match(plain) else plain


def _bare(cell: str) -> str:
    """A cell without what keeps it from being a formula."""
    cell = cell.strip()
    return cell[1:] if re.match(r"'[=+\-@]", cell) else cell


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def cells(path: Path) -> tuple[list[tuple[int, dict]], list[Problem]]:
    """
    Read the rows of a catalogue as they are, with their line numbers, and what is wrong with the table as a whole.

    Columns that are none of `COLUMNS` come last.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        return [], [Problem(1, "catalogue", str(path), "cannot be read", f"{error.strerror}")]
    try:
        text = _sheet(data) if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")) else decoded(data)[0]
    except Unreadable as error:
        return [], [Problem(1, "catalogue", path.name, f"is no table: {error}", "save it as CSV UTF-8 or .xlsx")]
    text = text.removeprefix("\ufeff")
    if named := re.match(r"sep=.\r?\n?", text):
        text = text[named.end() :]
    header = re.split("[\r\n]", text, maxsplit=1)[0]
    delimiter = max(",;\t，", key=header.count)
    if delimiter == "，":
        return [], [Problem(1, "header", header[:40], "has full-width commas", "use ,")]
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, restkey="", restval="")
    columns = [c.strip().lower() for c in reader.fieldnames or []]
    reader.fieldnames = columns
    missing = [c for c in COLUMNS if c not in columns and c not in _OPTIONAL]
    found = []
    # Single names look like it (蹇彪）); a file saved so is so throughout.
    misread = sorted(decode.UTF8_AS_GBK.findall(text), key=len)
    if sum(map(len, misread)) * 2 > sum(not c.isascii() for c in text):
        remedy = "in the spreadsheet take the file in as UTF-8 (data, from text), or draft it anew"
        found.append(Problem(1, "catalogue", misread[-1][:12], "is UTF-8 that a spreadsheet read as GBK", remedy))
    if decode.TORN.search(text):
        found.append(
            Problem(1, "catalogue", path.name, "has bytes that fit no character", "draft it anew", error=False)
        )
    if missing:
        found += [Problem(1, c, "", "is no column", f"name a column {c}") for c in missing]
        if {"id", "file"} & set(missing):
            return [], found
    return list(_clean(reader, found)), found


def _sheet(data: bytes) -> str:
    """The first sheet of a workbook as CSV."""
    out = io.StringIO(newline="")
    lines = next(iter(tables.workbook(data).values()), [])
    csv.writer(out, lineterminator="\n").writerows(line for line in lines if any(line))
    return out.getvalue()


def _clean(reader: csv.DictReader, found: list[Problem]) -> Iterator[tuple[int, dict]]:
    while True:
        try:
            row = next(reader, None)
        except csv.Error as error:
            found.append(Problem(reader.line_num, "row", "", f"is no CSV ({error})", "mend quotes"))
            return
        if row is None:
            return
        if row.get(""):
            found.append(
                Problem(
                    reader.line_num,
                    "row",
                    str(row[""][0]),
                    "is one cell too many",
                    "put quotes around a cell that contains a comma",
                )
            )
        row = {c: _bare(row.get(c) or "") for c in (*COLUMNS, *(c for c in row if c and c not in COLUMNS))}
        if any(row.values()):
            yield reader.line_num, row


def _problem(row: dict, line: int, column: str, what: str, remedy: str, error=True) -> Problem:
    return Problem(line, column, row[column], what, remedy, error)


def _row_problems(row: dict, line: int) -> list[Problem]:
    """What a row itself shows, without its file."""
    found = []

    def say(*args, **kwargs):
        found.append(_problem(row, line, *args, **kwargs))

    if not _ID.match(row["id"]):
        say("id", "is no id" if row["id"] else "is empty", "use letters, digits, - _ . (city-gov-2021)")
    elif _DEVICE.match(row["id"]) or row["id"].endswith(".") or len(row["id"]) > _LONGEST_ID:
        say("id", "is no name for a file on every system", f"choose another, of at most {_LONGEST_ID} letters")
    for column in COLUMNS:
        if _INVISIBLE.search(row[column]):
            say(column, "has an invisible character that commands a terminal or turns letters around",
                "type the cell again", error=False)  # fmt: skip
    for column, allowed in (("level", LEVELS), ("genre", GENRES)):
        if row[column] not in allowed:
            say(column, "is unknown" if row[column] else "is empty", f"use one of {', '.join(allowed)}")
    if not iso(row["date"]):
        say("date", "is no date" if row["date"] else "is empty", "write 2021-02-23, or 2021 if no more is known")
    if row["delivered"] and not iso(row["delivered"]):
        say("delivered", "is no date", "write 2020-12-28, or nothing if the text does not say it")
    if row["code"] and not _CODE.match(row["code"]):
        say("code", "is no code of a place", "write the six digits of GB/T 2260, or nothing")
    for column in ("reviews", "plans"):
        hit = _SPAN.match(row[column])
        if row[column] and not hit:
            say(column, "is no span of years", "write 2016-2020, or 2020, or nothing")
        elif hit and hit[2] and hit[2] < hit[1]:
            say(column, "ends before it begins", f"write {hit[2]}-{hit[1]}, or what is right")
    found += _implausible(row, line)
    if row["file"] and _escapes(row["file"]):
        say("file", "lies outside the catalogue's folder", "put the file beside or below the catalogue")
    if not row["file"]:
        say("file", "is empty", "name a file, relative to the catalogue")
    if not row["title"]:
        say("title", "is empty", "give the title as the text has it", error=False)
    return found


def _implausible(row: dict, line: int) -> Iterator[Problem]:
    """What can be written and cannot be: years that are to come, codes of no place, titles that are no Chinese."""
    say = partial(_problem, row, line)
    this = date.today().year
    year = int(iso(row["date"])[:4] or 0)
    spans = {
        column: (int(hit[1]), int(hit[2] or hit[1]))
        for column in ("reviews", "plans")
        if (hit := _SPAN.match(row[column])) and (hit[2] or hit[1]) >= hit[1]
    }
    for column, last in (("date", this + 1), ("delivered", this)):
        stated = int(iso(row[column])[:4] or 0)
        if stated and not _EARLIEST <= stated <= last:
            what = "is still to come" if stated > last else f"is before {_EARLIEST}"
            yield say(column, what, "correct the year")
    if year and (span := spans.get("reviews")) and span[1] > year:
        yield say("reviews", f"goes on after the report's date ({year})", "correct one of them", error=False)
    if year and (span := spans.get("plans")) and not span[0] - 1 <= year <= span[1]:
        yield say("plans", f"is not around the report's date ({year})", "correct one of them", error=False)
    delivered = int(iso(row["delivered"])[:4] or 0)
    if year and delivered and not 0 <= year - delivered <= 1:
        remedy = "date is the year planned for: that of delivery, or the next"
        yield say("delivered", f"is not of the report's date ({year})", remedy, error=False)
    for column in ("title", "place", "issuer"):
        kind = _unreadable(row[column])
        if kind:
            yield say(column, kind, "type it again, or draft the catalogue anew", error=False)
    if _CODE.match(row["code"]):
        yield from _misplaced(row, say)


def _unreadable(cell: str) -> str:
    """What keeps a cell from being Chinese, or ""."""
    if re.search(r"\?{3}|\ufffd", cell):
        return "has lost its characters"
    han = len(re.findall("[\u3400-\u9fff\ue000-\uf8ff]", cell))
    # Single names look like misread bytes (蹇彪): most of the cell must.
    misread = sum(map(len, decode.UTF8_AS_GBK.findall(cell)))
    if (misread > 3 and 2 * misread > han) or _comes_back(cell):
        return "is UTF-8 that was read as GBK"
    if len(re.findall("[\u00c0-\u00ff]", cell)) > max(3, han):
        return "is Chinese that was read as Latin letters"
    return ""


def _comes_back(cell: str) -> bool:
    """Whether a cell of Chinese characters is other ones in another encoding: 鍖椾含 is 北京."""
    try:
        return bool(re.fullmatch("[\u4e00-\u9fff]{2,}", cell.encode("gbk").decode("utf-8")))
    except UnicodeError:
        return False


def _misplaced(row: dict, say) -> Iterator[Problem]:
    """A code that is of no place, or of another than the row's."""
    if places.of_code(row["code"]) is None:
        province = row["code"][:2] + "0000" in places.by_code()
        remedy = "see GB/T 2260, or leave it empty"
        yield say("code", "is of no place we know" if province else "is of no province", remedy, error=not province)
        return
    named = places.known(row["place"])
    if named and row["code"] not in {place.code for place in named}:
        of = places.of_code(row["code"]).name
        right = " or ".join(place.code for place in named[:4])
        yield say("code", f"is of {of}, and the place is {row['place']}", f"{right} is of it", error=False)
    level = {place.level for place in named if place.code == row["code"]}
    if level and row["level"] in LEVELS and row["level"] not in {*level, "other"}:
        yield say("level", f"is not that of {row['place']} ({', '.join(level)})", "correct one of them", error=False)


def _escapes(file: str) -> bool:
    return bool(re.match(r"[/\\]|[A-Za-z]:", file)) or ".." in re.split(r"[/\\]", file)


def _duplicates(rows: list[tuple[int, dict]]) -> list[Problem]:
    """Ids and files that an earlier row has already."""
    found = []
    for column, error in (("id", True), ("file", False)):
        first: dict[str, int] = {}
        for line, row in rows:
            # Files named after ids: Report-A and report-a are one file on some systems.
            key = row[column].lower()
            if key and first.setdefault(key, line) != line:
                what = f"is on line {first[key]} already"
                found.append(Problem(line, column, row[column], what, "give each its own", error))
    return found


def _defect(data: bytes) -> tuple[str, str, bool] | None:
    """
    Say what keeps a file from being a Chinese text: what, remedy, whether it is an error.

    >>> _defect(b"%PDF-1.4")[0]
    'is no text file (PDF): give it its right suffix, or save it as plain text'
    """
    if not data.strip():
        return "is empty", "put the report's text into it", True
    try:
        text, _ = decoded(data)
    except Unreadable as error:
        return str(error), "draft the catalogue anew, which reads other formats, or save the report as plain text", True
    if not re.search(r"[\u3400-\u9fff]", text):
        return "has no Chinese character in it", "see whether it is the right file", False
    return None


def _file_problems(row: dict, line: int, folder: Path, seen: dict) -> list[Problem]:
    """
    What the file shows: whether it is there, is text, and is the one that was catalogued.

    `seen` has line and file of each checksum of the rows above; this one is added.
    """
    if not row["file"] or _escapes(row["file"]):
        return []

    say = partial(_problem, row, line)
    try:
        data = storage.read(folder / row["file"])
    except OSError as error:
        return [say("file", f"cannot be read ({error.strerror})", f"put it at {folder / row['file']}")]
    except ValueError as error:
        return [say("file", f"cannot be read ({error})", "name the text itself")]
    if leads_out(folder / row["file"], folder):
        return [say("file", "is a link out of the catalogue's folder", "put the text itself there")]
    found = [say("file", *defect)] if (defect := _defect(data)) else []
    actual = storage.checksum(data)
    first, file = seen.setdefault(actual, (line, row["file"]))
    # A file that is named twice is said by its name.
    if file.lower() != row["file"].lower():
        what = f"has the same text as line {first} ({file})"
        found.append(say("file", what, "keep one of them; it would count twice", error=False))
    if re.fullmatch(r"\d(?:[.,]\d+)?E\+\d+", row["sha256"]):
        found.append(say("sha256", "was made a number by a spreadsheet", f"it is {actual}"))
    elif not row["sha256"]:
        found.append(say("sha256", "is empty", f"it is {actual}", error=False))
    elif row["sha256"].lower() != actual:
        remedy = f"it is {actual}, if the file is right: write it, or draft again with --force, which keeps the rest"
        found.append(say("sha256", "is not that of the file", remedy))
    return found
