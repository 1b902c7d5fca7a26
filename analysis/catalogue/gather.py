"""
Find the texts of a folder, of whatever format, and say of every other file why it is none.

Plain text stays where it is. What stands in other files is written as plain text into a folder of its
own beside the catalogue (`catalogue-texts/`), with `origin.csv`: from which file and row each came, the
checksums of both, and what was not read. Nothing of anybody else's is ever written over.
"""

import csv
import io
from dataclasses import dataclass
from pathlib import Path, PurePath

from analysis import readers, storage
from analysis.catalogue import leads_out
from analysis.readers import tables

ORIGINS = "origin.csv"
COLUMNS = ["file", "origin", "row", "origin_sha256", "sha256", "characters", "unread"]
PLACES = "places.csv"
# Files of a collection that are about it.
_ABOUT = (
    "readme",
    "license",
    "licence",
    "changelog",
    "contributing",
    "notice",
    "authors",
    "citation",
    "code_of_conduct",
)


@dataclass(frozen=True)
class Source:
    """A text to be catalogued: the file that holds it, where it came from, and what it says of itself."""

    file: Path
    origin: PurePath
    text: readers.Text


@dataclass(frozen=True)
class Gathered:
    """What a folder holds: texts, and one sentence for each thing that was not read or must be known."""

    sources: tuple[Source, ...]
    said: tuple[str, ...]


def gather(folder: Path, home: Path, texts: str = "catalogue-texts") -> Gathered:
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
    for path in _files(Path(folder), out):
        origin = path.relative_to(folder)
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
                sources.append(Source(path, origin, text))
                continue
            target = (
                out / origin / f"row-{text.row:05d}.txt" if text.row else out / origin.with_name(f"{origin.name}.txt")
            )
            sources.append(Source(target, origin, text))
            kept = _write(target, text, before.get(target.relative_to(out).as_posix()))
            if kept:
                said.append(f"{target.relative_to(home)}: was changed since it was read from {origin}, and is kept")
            found.add(target.relative_to(out), origin, data, text)
        said += _unread(origin, read)
    found.write(out, before)
    return Gathered(tuple(sources), tuple(said))


def _files(folder: Path, out: Path) -> list[Path]:
    """Files of a folder, without hidden ones and without what this program wrote into such folders."""
    found, own = [], {out}
    for path in sorted(folder.rglob("*")):
        if path.name == ORIGINS and _is_ours(path):
            own.add(path.parent)
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith((".", "~$")) for part in path.relative_to(folder).parts)
        if path.is_file() and not hidden and not any(path.is_relative_to(mine) for mine in own):
            found.append(path)
    return found


def _is_ours(path: Path) -> bool:
    with open(path, encoding="utf-8-sig", errors="replace") as file:
        return file.readline().strip() == ",".join(COLUMNS)


def _no_report(path: Path, folder: Path) -> str:
    """Why a file is passed over before it is read, or ""."""
    if leads_out(path, folder):
        return "is a link out of the folder; put the file itself there"
    if path.stem.lower() in _ABOUT:
        return "is about the collection, and no report"
    if path.suffix.lower() in (".csv", ".xlsx") and path.stem.lower() == "metadata":
        return "says what the texts are; it is used for that"
    if path.suffix.lower() == ".csv" and _is_catalogue(path):
        return "is a catalogue or a table of this program, and no report"
    if (
        path.suffix.lower() != ".txt"
        and path.suffix.lower() in readers.FAMILIES
        and ((beside := path.with_suffix(".txt")).is_file())
    ):
        return f"has its text beside it ({beside.name}), which is read instead"
    return ""


def _is_catalogue(path: Path) -> bool:
    try:
        head = readers.decoded(path.read_bytes())[0]
    except (readers.Unreadable, OSError):
        return False
    first = head.replace("\r", "\n").split("\n", 1)[0].lower().lstrip("\ufeff")
    names = {name.strip(' "') for name in first.replace(";", ",").replace("\t", ",").split(",")}
    return {"id", "file", "level", "genre"} <= names or {"rule", "before", "after"} <= names


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
        storage.write(out / ORIGINS, _csv(COLUMNS, self.rows))
        if self.places:
            storage.write(out / PLACES, _csv(["file", "start", "place"], self.places))


def _csv(header: list[str], rows: list[list]) -> bytes:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return buffer.getvalue().encode("utf-8-sig", "backslashreplace")


def metadata(folder: Path) -> tuple[dict[str, dict[str, str]], list[str]]:
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
