"""
Draft a catalogue from a folder of texts; every guess is marked in `notes`, with what speaks against it.

What a `metadata.csv` beside the texts says is taken over; the rest is found by `evidence`. Of every file
that is no report it is said why. Plain text stays where it is. What stands in other files is written as
plain text into a folder of its own beside the catalogue (`catalogue-texts/`), with `origin.csv`: from which
file and row each came, the checksums of both, and what was not read. Nothing of anybody else's is ever
written over.
"""

import csv
import io
import os
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePath

import pandas as pd

from analysis import catalogue, readers, storage
from analysis.catalogue import evidence, places
from analysis.readers import tables
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
ORIGINS = "origin.csv"
_COLUMNS = ["file", "origin", "row", "origin_sha256", "sha256", "characters", "unread"]
_PLACES = "places.csv"
# A page of this program; those of the corpus at a glance once had no mark.
_OWN_PAGE = re.compile(
    re.escape(storage.GENERATOR).encode() + rb"|<title>[\d,]+ reports, \d{4}\xe2\x80\x93\d{4}, \d+ in doubt<"
)
# A folder with one of these was made by a run or as an edition.
_MARKERS = (".catalogue", ".edition")
# Files of a collection that are about it.
_ABOUT = ("readme", "license", "licence", "changelog", "contributing", "notice", "authors", "citation",
          "code_of_conduct")  # fmt: skip


@dataclass(frozen=True)
class _Source:
    """A text to be catalogued: the file that holds it, where it came from, and what it says of itself."""

    file: Path
    origin: PurePath
    text: readers.Text


@dataclass(frozen=True)
class _Gathered:
    """What a folder holds: texts, and one sentence for each thing that was not read or must be known."""

    sources: tuple[_Source, ...]
    said: tuple[str, ...]


def draft(
    folder: Path,
    home: Path | None = None,
    said: list[str] | None = None,
    texts: str = "catalogue-texts",
    before: Path | None = None,
):
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
        Folder below `home` for the texts of files that are no plain text.
    before : Path, optional
        A catalogue of these texts: its ids stay, and whatever in it is not as it was drafted.

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
    known, strays = _known(folder)
    found = _gather(folder, home, texts)
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
    if before is not None:
        table = _kept(table, Path(before), [] if said is None else said)
    table = table.sort_values(["date", "file"], kind="stable", ignore_index=True)
    table["id"] = _unique(table["id"], "-{}")
    for column in ("short", "short_en"):
        table[column] = _unique(table[column], " ({})")
    return table


def _row(source: _Source, known: dict[str, str], home: Path, inside: PurePath) -> dict[str, str]:
    text = source.text
    metadata = text.metadata | known
    found = evidence.weigh(_readable(text.text), metadata, inside / source.origin)
    if text.row and metadata.get("title"):
        found["title"] = evidence.Finding(metadata["title"], "the table says so")
    row = dict.fromkeys(catalogue.COLUMNS, "") | {c: found[c].value for c in _FOUND if c in found}
    row |= {column: known[column] for column in _TAKEN if known.get(column)}
    row["source"] = row["source"] or metadata.get("source", "") or _origin(source)
    for column, said in _shorts(row).items():
        row[column] = row[column] or said
    row["id"] = _id(source, row)
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


def _origin(source: _Source) -> str:
    """File and row from which a text was read, where its own file is not theirs."""
    if source.file.name == source.origin.name:
        return ""
    return source.origin.as_posix() + (f", row {source.text.row}" if source.text.row else "")


def _shorts(row: dict[str, str]) -> dict[str, str]:
    """Short names from place, kind and year, if those are known."""
    place, year = places.of_code(row["code"]), row["date"][:4]
    if not place or not year:
        return {}
    kind, kind_zh = _KINDS.get(row["genre"], ("report", ""))
    return {
        "short": f"{place.short}{kind_zh} {year}",
        "short_en": f"{place.en}{f' {kind}' if kind != 'gov' else ''} {year}",
    }


def _id(source: _Source, row: dict[str, str]) -> str:
    """The file's name if it is one, else place, kind and year."""
    name = source.origin.stem
    place = places.of_code(row["code"]) or next(iter(places.known(row["place"])), None)
    # Of a name in Chinese its few Latin letters say nothing (政府工作报告final).
    made = _MADE.fullmatch(catalogue.safe_id(name)) or re.search("[\u3400-\u9fff]", name) or (
        place and re.search(r"\d{7}|(?=[a-f]*\d)[0-9a-f]{8}", name) and place.en.lower() not in name.lower()
    )
    if not source.text.row and re.search("[A-Za-z]{2}", name) and not (place and made):
        return catalogue.safe_id(name)
    kind, _ = _KINDS.get(row["genre"], ("report", ""))
    of = "national" if row["level"] == "national" else re.sub("[^A-Za-z]", "", place.en).lower() if place else "report"
    return "-".join(part for part in (of, kind if place else "", row["date"][:4]) if part)


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
    """Names with a number behind them where they would repeat, those of the first row of a name as they are."""
    taken = {name.lower() for name in names if name}
    seen: set[str] = set()
    made = []
    for name in names:
        new, number = name, 2
        if name and name.lower() in seen:
            while (new := name + form.format(number)).lower() in taken | seen:
                number += 1
        seen.add(new.lower())
        made.append(new)
    return pd.Series(made, index=names.index, dtype=object)


# --- a catalogue that is there ---------------------------------------------------------------------------

# What a draft has said of a cell, with its value then; and the other sentences of a draft.
_MARK = re.compile(r"inferred: (\w+) (.*?) because ")
_SAID = ("inferred: ", "from metadata.csv: ", "against it: ")


def _kept(table: pd.DataFrame, path: Path, said: list[str]) -> pd.DataFrame:
    """The draft with ids, corrections and notes of an earlier catalogue; says what of it is gone or new."""
    lines, wrong = catalogue.cells(path)
    if not lines:
        why = f": {wrong[0].what}" if wrong else " (it has no row)"
        raise ValueError(f"{path}: nothing of it can be kept{why}; mend it, or take it away to draft anew")
    old = [row for _, row in lines]
    new = table.to_dict("records")
    pairs = _pairs(old, new)
    counts: Counter = Counter()
    for number, row in enumerate(new):
        if number in pairs:
            new[number] = _merged(row, old[pairs[number]], counts)
    if counts:
        told = ", ".join(f"{column} ({many})" for column, many in counts.items())
        said.append(f"{path.name}: kept of what was there: {told}")
    for number in sorted(set(range(len(old))) - set(pairs.values())):
        gone = {column: cell for column, cell in old[number].items() if cell and column not in ("sha256", "notes")}
        said.append(f"{path.name}: a row whose file is gone is left out: {gone}")
    added = [row["file"] for number, row in enumerate(new) if number not in pairs]
    if added:
        rest = f" and {len(added) - 10} more" if len(added) > 10 else ""
        said.append(f"{path.name}: new: {', '.join(added[:10])}{rest}")
    # Kept ids come first, so that a new row gives way.
    order = sorted(range(len(new)), key=lambda number: number not in pairs)
    more = dict.fromkeys(column for row in old for column in row if column not in catalogue.COLUMNS)
    result = pd.DataFrame([new[n] for n in order], columns=[*catalogue.COLUMNS, *more], dtype=object).fillna("")
    result["id"] = _unique(result["id"], "-{}")
    return result


def _pairs(old: list[dict[str, str]], new: list[dict[str, str]]) -> dict[int, int]:
    """Which old row a new one goes on: of the same file and text, else of the same text, else of the same file."""
    keys: tuple[Callable[[dict], tuple | None], ...] = (
        lambda row: (row["file"].replace("\\", "/"), row["sha256"].lower()),
        lambda row: (row["sha256"].lower(),) if row["sha256"] else None,
        lambda row: (row["file"].replace("\\", "/").lower(),),
    )
    pairs: dict[int, int] = {}
    for key in keys:
        free = {key(row): number for number, row in reversed(list(enumerate(old))) if number not in pairs.values()}
        for number, row in enumerate(new):
            if number not in pairs and key(row) is not None and key(row) in free:
                pairs[number] = free.pop(key(row))
    return pairs


def _merged(new: dict[str, str], old: dict[str, str], counts: Counter) -> dict[str, str]:
    """A new row with the id of the old one and each cell that is not as it was drafted."""
    was = dict(_MARK.findall(old["notes"]))
    row = new | {column: cell for column, cell in old.items() if column not in new}
    if old["id"]:
        row["id"] = old["id"]
        counts["id"] += old["id"] != new["id"]
    for column in catalogue.COLUMNS:
        if column in ("id", "file", "sha256", "notes", "code", "short", "short_en"):
            continue
        # A cell that is as it was drafted is drafted again; one that was emptied stays empty.
        if old[column] != was.get(column, ""):
            row[column] = old[column]
            counts[column] += old[column] != new[column]
    drafted = next((place.code for place in places.known(was.get("place", ""))), "")
    if row["place"] == new["place"]:
        row["code"] = new["code"] if old["code"] in ("", drafted) else old["code"]
    else:
        own = [place.code for place in places.namesakes(row["place"])]
        row["code"] = own[0] if len(own) == 1 and old["code"] in ("", drafted) else old["code"]
    counts["code"] += row["code"] != new["code"]
    made, before = _shorts(row), _shorts(old)
    for column in ("short", "short_en"):
        own = re.sub(r" \(\d+\)$", "", old[column])
        row[column] = old[column] if own and own != before.get(column) else made.get(column, new[column])
        counts[column] += row[column] != made.get(column, new[column])
    drafts = re.split(r"; (?=inferred: |from metadata\.csv: )", new["notes"])
    notes = [note for note in drafts if (hit := _MARK.match(note + " ")) is None
             or (row[hit[1]] == hit[2] and (hit[1] in was or not old[hit[1]]))]  # fmt: skip
    own = [note for note in old["notes"].split("; ") if not note.startswith(_SAID) and note not in new["notes"]]
    row["notes"] = "; ".join(note for note in (*own, *notes) if note)
    counts["notes"] += bool(own)
    for column in [column for column, many in counts.items() if not many]:
        del counts[column]
    return row


def write(table: pd.DataFrame, path: Path) -> None:
    """Write a catalogue as CSV that a spreadsheet opens rightly: UTF-8 with a mark, no cell a formula."""
    storage.write(Path(path), storage.csv(table, mark=True))


# --- files of a folder ---------------------------------------------------------------------------------


def _gather(folder: Path, home: Path, texts: str = "catalogue-texts") -> _Gathered:
    """
    Read all files of a folder and its subfolders.

    Parameters
    ----------
    folder : Path
    home : Path
        Folder in which the catalogue will stand.
    texts : str
        Name of the folder below `home` into which texts of other files are written.

    Raises
    ------
    ValueError
        If that folder is there and holds what this program did not write.
    """
    out = Path(home) / texts
    before = _before(out)
    sources, said, found = [], [], _Found()
    files, made = _files(Path(folder), out)
    said += [f"{path.relative_to(folder)}: what this program made, and no reports" for path in made]
    for path in files:
        origin = path.relative_to(folder)
        if name := _misnamed(origin):
            said.append(f"{name}: its name is not in UTF-8, as an old archive leaves it; give it another")
            continue
        reason = _no_report(path, Path(folder))
        if reason:
            said.append(f"{origin}: {reason}")
            continue
        try:
            data = path.read_bytes()
            read = readers.read(path)
        except readers.Unreadable as error:
            said.append(f"{origin}: {error}")
            continue
        except OSError as error:
            said.append(f"{origin}: cannot be opened ({error.strerror})")
            continue
        for text in read:
            if readers.is_plain(path) and readers.family(path, data) == "text":
                sources.append(_Source(path, origin, text))
                continue
            target = (
                out / origin / f"row-{text.row:05d}.txt" if text.row else out / origin.with_name(f"{origin.name}.txt")
            )
            sources.append(_Source(target, origin, text))
            kept = _write(target, text, before.get(target.relative_to(out).as_posix()))
            if kept:
                said.append(f"{target.relative_to(home)}: was changed since it was read from {origin}, and is kept")
            found.add(target.relative_to(out), origin, data, text)
        said += _unread(origin, read)
    found.write(out, before)
    return _Gathered(tuple(sources), tuple(said))


def _files(folder: Path, out: Path) -> tuple[list[Path], list[Path]]:
    """Files of a folder, without hidden ones and what this program made; and the folders in which that lies."""
    found, own, made = [], {out}, []
    for path in sorted(folder.rglob("*")):
        if path.name == ORIGINS and _is_ours(path):
            own.add(path.parent)
        elif path.name in _MARKERS and not any(path.is_relative_to(mine) for mine in own):
            own.add(path.parent)
            made.append(path.parent)
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith((".", "~$")) for part in path.relative_to(folder).parts)
        if path.is_file() and not hidden and not any(path.is_relative_to(mine) for mine in own):
            found.append(path)
    return found, made


def _misnamed(path: PurePath) -> str:
    """A name that is no UTF-8, as GBK would read it; "" for any other."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return os.fsencode(path).decode("gb18030", "replace")
    return ""


def _is_ours(path: Path) -> bool:
    with open(path, encoding="utf-8-sig", errors="replace") as file:
        return file.readline().strip() == ",".join(_COLUMNS)


def _no_report(path: Path, folder: Path) -> str:
    """Why a file is passed over before it is read, or ""."""
    if catalogue.leads_out(path, folder):
        return "is a link out of the folder; put the file itself there"
    if path.stem.lower() in _ABOUT:
        return "is about the collection, and no report"
    if path.suffix.lower() in (".csv", ".xlsx") and path.stem.lower() == "metadata":
        return "says what the texts are; it is used for that"
    if path.suffix.lower() == ".csv" and _is_catalogue(path):
        return "is a catalogue or a table of this program, and no report"
    if path.suffix.lower() in (".html", ".htm") and _OWN_PAGE.search(_begin(path)):
        return "is a page of this program, and no report"
    if path.suffix.lower() == ".txt" and _is_restored(path):
        return "is what restoration made, by the ledger beside it; catalogue the text it was made from"
    if (
        path.suffix.lower() != ".txt"
        and path.suffix.lower() in readers.FAMILIES
        and ((beside := path.with_suffix(".txt")).is_file())
    ):
        return f"has its text beside it ({beside.name}), which is read instead"
    return ""


def _is_catalogue(path: Path) -> bool:
    names = _header(path)
    return {"id", "file", "level", "genre"} <= names or {"rule", "before", "after"} <= names


def _header(path: Path) -> set[str]:
    """Names of the columns of a CSV."""
    try:
        head = readers.decoded(path.read_bytes())[0]
    except (readers.Unreadable, OSError):
        return set()
    first = head.replace("\r", "\n").split("\n", 1)[0].lower().lstrip("\ufeff")
    return {name.strip(' "') for name in first.replace(";", ",").replace("\t", ",").split(",")}


def _begin(path: Path) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read(4096)
    except OSError:
        return b""


def _is_restored(path: Path) -> bool:
    """Whether a text has a ledger beside it and is not the one whose edits that lists."""
    for name in (f"{path.stem}.ledger.csv", f"{path.stem}.csv"):
        if (ledger := path.with_name(name)).is_file() and {"rule", "before", "after"} <= _header(ledger):
            with open(ledger, encoding="utf-8-sig", errors="replace", newline="") as file:
                edits = [row for row, _ in zip(csv.DictReader(file), range(20), strict=False)]
            try:
                text = readers.decoded(path.read_bytes())[0]
                raw = all(text[int(edit["start"]) : int(edit["end"])] == edit["before"] for edit in edits)
            except (readers.Unreadable, OSError, ValueError, KeyError, TypeError):
                continue
            return not raw if edits else name.endswith(".ledger.csv")
    return False


def _unread(origin: PurePath, texts: list[readers.Text]) -> list[str]:
    """What stands in a file and was not read, in one sentence."""
    total: dict[str, int] = {}
    for text in texts:
        for what, many in text.unread.items():
            total[what] = total.get(what, 0) + many
    said = ", ".join(f"{what} ({many})" for what, many in total.items())
    return [f"{origin}: not read of it: {said}"] if said else []


def _before(out: Path) -> dict[str, dict[str, str]]:
    """What an earlier run wrote, by file."""
    if not out.exists():
        return {}
    path = out / ORIGINS
    if not path.is_file() or not _is_ours(path):
        raise ValueError(
            f"{out} is there and was not made by this program: rename it, or name another catalogue with -o"
        )
    return {row["file"]: row for row in origins(out)}


def origins(out: Path) -> list[dict[str, str]]:
    """Rows of `origin.csv` in a folder of texts."""
    with open(out / ORIGINS, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _write(target: Path, text: readers.Text, before: dict[str, str] | None) -> bool:
    """Write a text unless a reader has changed the file; tell whether one has."""
    if target.exists() and (before is None or storage.checksum(target.read_bytes()) != before["sha256"]):
        return True
    storage.write(target, text.data)
    return False


class _Found:
    """Rows of `origin.csv` and `places.csv` as they come together."""

    def __init__(self) -> None:
        self.rows: list[list] = []
        self.places: list[list] = []

    def add(self, file: PurePath, origin: PurePath, data: bytes, text: readers.Text) -> None:
        unread = "; ".join(f"{what}: {many}" for what, many in text.unread.items())
        sums = storage.checksum(data), storage.checksum(text.data)
        self.rows.append([file.as_posix(), origin.as_posix(), text.row or "", *sums, len(text.text), unread])
        self.places += [[file.as_posix(), start, place] for start, place in text.places if place.startswith("page")]

    def write(self, out: Path, before: dict[str, dict[str, str]]) -> None:
        """Write both tables; take away what an earlier run wrote and nobody changed, if its origin has gone."""
        if not self.rows and not before:
            return
        for name in before.keys() - {row[0] for row in self.rows}:
            left = out / name
            if left.is_file() and storage.checksum(left.read_bytes()) == before[name]["sha256"]:
                left.unlink()
        storage.write(out / ORIGINS, _csv(_COLUMNS, self.rows))
        if self.places:
            storage.write(out / _PLACES, _csv(["file", "start", "place"], self.places))


def _csv(header: list[str], rows: list[list]) -> bytes:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return buffer.getvalue().encode("utf-8-sig", "backslashreplace")


def _known(folder: Path) -> tuple[dict[str, dict[str, str]], list[str]]:
    """
    Read a `metadata.csv` in or above a folder of texts: what it says of each file, by name without suffix.

    Returns
    -------
    (dict, list of str)
        Known cells by the catalogue's columns, and a sentence for each row that names no file.
    """
    places = (folder / "metadata.csv", folder / "metadata.xlsx", folder.parent / "metadata.csv")
    path = next((p for p in places if p.is_file()), None)
    if path is None:
        return {}, []
    known, said = {}, []
    for number, row in tables.rows(path):
        cells = readers.named(row)
        name = Path(cells.pop("file", "")).name or cells.get("year", "")[:4] or cells.get("date", "")[:4]
        if not name:
            said.append(f"{path.name}: row {number} names no file and no year")
            continue
        suffix = Path(name).suffix.lower()
        known[name.removesuffix(Path(name).suffix) if suffix in readers.FAMILIES else name] = cells
    return known, said
