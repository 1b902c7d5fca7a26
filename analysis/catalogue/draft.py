"""
Draft a catalogue from a folder of texts; every guess is marked in `notes`, with what speaks against it.

What a `metadata.csv` beside the texts says is taken over; the rest is found by `evidence`.
"""

import re
from pathlib import Path, PurePath

import pandas as pd

from analysis import catalogue, storage
from analysis.catalogue import evidence, gather, places
from restoration import restore

# Columns that are found by evidence, in the order of notes.
_FOUND = ("title", "place", "code", "level", "genre", "date", "delivered", "reviews", "plans", "issuer")
# What others say of a text and nobody can guess.
_TAKEN = ("source", "licence", "reviews", "plans", "delivered", "title", "issuer", "short", "short_en")
# Names that a site's program gives its pages say nothing: t20250120_content, art_12_3456, content_1, index, article9.
_MADE = re.compile(
    r"(?:t?\d+[-_]?)?(?:content|art(?:icle)?|index|post|page|news|info|detail|show|view|default|download|document|id)?"
    r"(?:[-_.]?\d+)*|[0-9a-f]{16,}(?:[-_].*)?|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    re.IGNORECASE,
)
# In ids and short names, by genre.
_KINDS = {
    "work-report": ("gov", ""), "party-congress-report": ("party", "党代会"), "five-year-plan": ("plan", "规划"),
    "communique": ("stats", "公报"), "other": ("doc", "文件"),
}  # fmt: skip


def draft(folder: Path, home: Path | None = None, said: list[str] | None = None, texts: str = "catalogue-texts"):
    """
    Draft the catalogue of a folder.

    Parameters
    ----------
    folder : Path
        Searched with its subfolders, for files of all formats that `readers` knows.
    home : Path, optional
        Folder the catalogue will stand in; `file` is relative to it. It must hold `folder`.
    said : list of str, optional
        One sentence is added for each file that is no report or could not be read, wholly or in part.
    texts : str
        Folder below `home` for the texts of files that are no plain text (`gather`).

    Returns
    -------
    DataFrame
        The columns of `catalogue.COLUMNS`, by date, then file. What could not be found is empty,
        so that `catalogue.problems` asks for it.

    Raises
    ------
    ValueError
        If there is no text, or the catalogue would not stand above the texts.
    """
    folder, home = Path(folder).absolute(), Path(home or folder).absolute()
    if not folder.is_dir():
        raise ValueError(f"{folder} is no folder; name the folder that holds the texts")
    if not folder.is_relative_to(home):
        raise ValueError(f"{folder} is not below {home}; write the catalogue beside the texts")
    known, strays = gather.metadata(folder)
    found = gather.gather(folder, home, texts)
    if said is not None:
        said += [*strays, *found.said]
    if not found.sources:
        reasons = "; ".join(found.said[:3])
        raise ValueError(
            f"no report in {folder}{': ' if reasons else ''}{reasons}; name the folder that holds the texts"
        )
    inside = PurePath(folder.relative_to(home).name or folder.name)
    rows = [_row(source, known.get(source.origin.stem, {}), home, inside) for source in found.sources]
    table = pd.DataFrame(rows, columns=catalogue.COLUMNS, dtype=object)
    table = table.sort_values(["date", "file"], kind="stable", ignore_index=True)
    table["id"] = _unique(table["id"], "-{}")
    for column in ("short", "short_en"):
        table[column] = _unique(table[column], " ({})")
    return table


def _row(source: gather.Source, known: dict[str, str], home: Path, inside: PurePath) -> dict[str, str]:
    text = source.text
    metadata = text.metadata | known
    found = evidence.weigh(_readable(text.text), metadata, inside / source.origin)
    row = dict.fromkeys(catalogue.COLUMNS, "") | {c: found[c].value for c in _FOUND if c in found}
    row |= {column: known[column] for column in _TAKEN if known.get(column)}
    row["source"] = row["source"] or metadata.get("source", "") or _origin(source)
    place = places.by_code().get(row["code"]) or next((p for p in places.table() if p.code == row["code"]), None)
    kind, kind_zh = _KINDS.get(row["genre"], ("report", ""))
    year = row["date"][:4]
    if place and year:
        row["short"] = row["short"] or f"{place.short}{kind_zh} {year}"
        row["short_en"] = row["short_en"] or f"{place.en}{f' {kind}' if kind != 'gov' else ''} {year}"
    row["id"] = _id(source, place, row, kind, year)
    row["file"] = source.file.relative_to(home).as_posix()
    row["sha256"] = storage.checksum(source.file.read_bytes())
    row["notes"] = _notes(found, row, known)
    return row


def _readable(text: str) -> str:
    """The text with its head restored: 中國共產黨 is recognised as well, and so is what was misread."""
    head = text[: 2 * evidence.HEAD]
    try:
        # A head that is as it should be stays as it is, and costs nothing.
        return restore(head).text + text[2 * evidence.HEAD :] if head.strip() else text
    except ValueError:
        return text


def _origin(source: gather.Source) -> str:
    """File and row from which a text was read, where its own file is not theirs."""
    if source.file.name == source.origin.name:
        return ""
    return source.origin.as_posix() + (f", row {source.text.row}" if source.text.row else "")


def _id(source: gather.Source, place: places.Place | None, row: dict[str, str], kind: str, year: str) -> str:
    """The file's name if it is one, else place, kind and year."""
    stem = re.sub(r"[^A-Za-z0-9._-]+", "-", source.origin.stem).strip("-._")
    if not source.text.row and re.search("[A-Za-z]{2}", stem) and not (place and _MADE.fullmatch(stem)):
        return stem
    name = (
        "national" if row["level"] == "national" else re.sub("[^A-Za-z]", "", place.en).lower() if place else "report"
    )
    return "-".join(part for part in (name, kind if place else "", year) if part)


def _notes(found: dict[str, evidence.Finding], row: dict[str, str], known: dict[str, str]) -> str:
    """What was found and why; what speaks against it. The code follows from the place."""
    taken = [column for column in _TAKEN if known.get(column) and row[column] == known[column]]
    notes = [f"from metadata.csv: {', '.join(taken)}"] if taken else []
    for column in _FOUND:
        if column in found and column != "code" and row[column] == found[column].value:
            one = found[column]
            notes.append(
                f"inferred: {column} {one.value} because {one.why}"
                + (f"; against it: {one.against}" if one.against else "")
            )
    return "; ".join(notes)


def _unique(names: pd.Series, form: str) -> pd.Series:
    """Names with a number behind them where they would repeat."""
    again = names.groupby(names.str.lower()).cumcount()
    return names.where((again == 0) | (names == ""), names + (again + 1).map(form.format))


def write(table: pd.DataFrame, path: Path) -> None:
    """
    Write a catalogue as CSV that a spreadsheet opens rightly: UTF-8 with a mark, no cell a formula.
    """
    storage.write(Path(path), storage.csv(table, mark=True))
