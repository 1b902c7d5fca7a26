"""Tables with a report a row: CSV, spreadsheets, JSON, Parquet; columns by Chinese or English names."""

import csv
import datetime
import gzip
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from analysis.readers import Text, Unreadable, column, decoded, named, paragraphs, web

# A cell of Excel holds no more characters.
_FULL = 32767
# A report has at least that many characters: what tells a column of texts where no name does.
_TEXT = 200
_HAN = re.compile("[\u3400-\u9fff]")

Row = dict[str, str]


def read(path: Path, data: bytes) -> list[Text]:
    if data.startswith(b"\x1f\x8b"):
        data = gzip.decompress(data)
        path = path.with_suffix("")
    texts, without = [], 0
    for sheet, rows in _sheets(path, data):
        try:
            body = _body(rows)
        except Unreadable:
            continue
        for number, row in rows:
            text = _text(row, body, number, sheet)
            texts += [text] if text else []
            without += not text
    if not texts:
        raise Unreadable(_nothing(path, data))
    if without:
        texts[0].unread["rows of this table without a text"] = without
    return texts


def rows(path: Path) -> list[tuple[int, Row]]:
    """
    Read the rows of a table, of its first sheet, with their numbers from 1.

    Raises
    ------
    Unreadable
        If it is no table.
    """
    return _sheets(path, Path(path).read_bytes())[0][1]


def _nothing(path: Path, data: bytes) -> str:
    names = list(dict.fromkeys(str(name) for _, rows in _sheets(path, data) for _, row in rows[:3] for name in row))
    named = ", ".join(names[:9]) or "none"
    return f"is a table without a column of texts (columns: {named}); name the column text or 正文 if it holds reports"


def _text(row: Row, body: str, number: int, sheet: str) -> Text | None:
    """One row as a text; None where it holds none."""
    said = row.get(body) or ""
    text, _ = paragraphs(said.splitlines())
    if not text:
        return None
    metadata = named({name: cell for name, cell in row.items() if name != body})
    for name in ("year", "code"):
        metadata |= {name: re.sub(r"\.0+\Z", "", metadata[name])} if name in metadata else {}
    unread = {"ends of cells (cut off by a spreadsheet at 32,767 characters)": 1} if len(said) >= _FULL else {}
    place = f"{sheet}, row {number}" if sheet else f"row {number}"
    return Text(text, metadata, ((0, place),), unread, number)


def _body(rows: list[tuple[int, Row]]) -> str:
    """The column of texts: by its name, or because long Chinese texts stand in it and in no other."""
    names = list(dict.fromkeys(name for _, row in rows for name in row))
    lengths = {name: _length([row.get(name) or "" for _, row in rows]) for name in names}
    known = [name for name in names if column(name) == "text" and lengths[name] > 0]
    long = [name for name in names if lengths[name] >= _TEXT and not column(name)]
    if known:
        return max(known, key=lengths.get)
    if long:
        return max(long, key=lengths.get)
    raise Unreadable("has no column of texts")


def _length(cells: list[str]) -> float:
    """Middle length of what Chinese texts stand in a column."""
    sizes = sorted(len(cell) for cell in cells if _HAN.search(cell))
    return sizes[len(sizes) // 2] if sizes else 0


def _sheets(path: Path, data: bytes) -> list[tuple[str, list[tuple[int, Row]]]]:
    suffix = path.suffix.lower()
    if suffix == ".parquet":
        return [("", _parquet(data))]
    if suffix in (".json", ".jsonl", ".ndjson"):
        return [("", _json(decoded(data)[0]))]
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return _named([(name, _rows(lines)) for name, lines in workbook(data).items()])
    # Many sites call a page or a list a workbook; Excel opens them all the same.
    text = web.decoded_page(data).removeprefix("\ufeff")
    marked = text.lstrip().startswith("<")
    if marked and "office:spreadsheet" in text[:2048]:
        return _named([(name, _rows(lines)) for name, lines in _xml_sheets(text)])
    if marked:
        return _named([("", _rows(lines)) for lines in web.tables(text)]) or [("", [])]
    if suffix in (".csv", ".tsv") or re.search("[,;\t|]", text.partition("\n")[0]):
        return [("", _separated(text))]
    raise Unreadable(f"is no {suffix} file inside: open it, and save it again")


def _named(sheets: list[tuple[str, list]]) -> list[tuple[str, list]]:
    """Sheets with their names, where there are several."""
    return sheets if len(sheets) > 1 else [("", rows) for _, rows in sheets]


def _xml_sheets(text: str) -> Iterator[tuple[str, list[list[str]]]]:
    """Sheets of a workbook of Excel 2003 in XML: cells by row; empty cells are passed over and counted."""
    space = "{urn:schemas-microsoft-com:office:spreadsheet}"
    for sheet in ElementTree.fromstring(text).iter(f"{space}Worksheet"):
        lines = []
        for row in sheet.iter(f"{space}Row"):
            cells: list[str] = []
            for cell in row.iter(f"{space}Cell"):
                cells += [""] * (int(cell.get(f"{space}Index", 0)) - len(cells) - 1)
                cells.append("".join(part for found in cell.iter(f"{space}Data") for part in found.itertext()).strip())
            lines.append(cells)
        yield sheet.get(f"{space}Name", ""), lines


def _separated(text: str) -> list[tuple[int, Row]]:
    """
    Rows of a CSV with their numbers, whatever separates cells and lines.

    >>> _separated("省份;正文\\r甲省;增长;x\\r")
    [(1, {'省份': '甲省', '正文': '增长', '': 'x'})]
    """
    text = text.removeprefix("\ufeff")
    if found := re.match(r"sep=(.)\r?\n?", text):
        delimiter, text = found[1], text[found.end() :]
    else:
        header = re.split("[\r\n]", text, maxsplit=1)[0]
        delimiter = max(",;\t|", key=header.count)
    # A report is longer than what the module takes for a cell.
    before = csv.field_size_limit(2**31 - 1)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise Unreadable(f"is no CSV ({error}): mend its quotes") from error
    finally:
        csv.field_size_limit(before)
    return _rows(lines)


def _rows(lines: list[list]) -> list[tuple[int, Row]]:
    """Rows below the first line in which at least two cells, or the only one, are filled."""
    cells = [[_cell(cell) for cell in line] for line in lines]
    wide = max((sum(map(bool, line)) for line in cells[:20]), default=0)
    top = next((n for n, line in enumerate(cells) if sum(map(bool, line)) >= max(1, wide / 2)), len(cells))
    header = cells[top] if top < len(cells) else []
    rows = []
    for number, line in enumerate(cells[top + 1 :], start=1):
        row: Row = {}
        for place, cell in enumerate(line):
            name = header[place] if place < len(header) else ""
            if cell and not row.get(name):
                row[name] = cell
        if row:
            rows.append((number, row))
    return rows


def _cell(cell) -> str:
    """A cell as text: whole numbers without point, dates as ISO 8601."""
    if cell is None or (isinstance(cell, float) and cell != cell):
        return ""
    if isinstance(cell, datetime.datetime) and cell.time() == datetime.time():
        cell = cell.date()
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if isinstance(cell, list):
        return "\n".join(_cell(part) for part in cell)
    if isinstance(cell, dict):
        parts = named(cell)
        return parts.get("text", "")
    return str(cell).strip()


def workbook(data: bytes) -> dict[str, list[list[str]]]:
    """
    Read the sheets of a workbook (.xlsx .xls .ods): cells by row.

    Raises
    ------
    Unreadable
        If it is damaged or locked.
    """
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}
    except CalamineError as error:
        raise Unreadable(f"is no workbook that can be read ({error}): open it, and save it again") from error
    return {name: [[_cell(cell) for cell in line] for line in lines] for name, lines in sheets.items()}


def _parquet(data: bytes) -> list[tuple[int, Row]]:
    import pyarrow.parquet

    table = pyarrow.parquet.read_table(io.BytesIO(data)).to_pylist()
    return [(n, {name: _cell(cell) for name, cell in row.items()}) for n, row in enumerate(table, start=1)]


def _json(text: str) -> list[tuple[int, Row]]:
    records = []
    for record in _records(text.removeprefix("\ufeff")):
        if not isinstance(record, dict):
            raise Unreadable("is no table: give a list of objects, or one object a line")
        records.append({str(name): _cell(cell) for name, cell in record.items()})
    return list(enumerate(records, start=1))


def _records(text: str) -> Iterator:
    """Objects of a JSON file: a list, an object that holds one, columns, or one object a line."""
    try:
        whole = json.loads(text)
    except ValueError:
        lines = [line for line in text.split("\n") if line.strip()]
        try:
            whole = [json.loads(line) for line in lines]
        except ValueError as error:
            raise Unreadable(f"is no JSON ({error})") from error
    if isinstance(whole, dict):
        lists = [value for value in whole.values() if isinstance(value, list) and value]
        if lists and all(isinstance(value, dict) for value in lists[0]) and column("text") not in whole:
            if not any(column(name) == "text" for name in whole):
                whole = lists[0]
        elif lists and len(lists) == len(whole):
            whole = [dict(zip(whole, cells, strict=False)) for cells in zip(*whole.values(), strict=False)]
        whole = [whole] if isinstance(whole, dict) else whole
    yield from whole if isinstance(whole, list) else [whole]
