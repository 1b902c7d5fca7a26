"""
Load the reports of a catalogue: restored and parsed when first asked for, cached by content.

    >>> from analysis import corpus
    >>> reports = corpus.load()                             # doctest: +SKIP
    >>> reports["taiyuan-gov-2026"].sections.function       # doctest: +SKIP
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path

import pandas as pd

import restoration
from analysis import catalogue as catalogues
from analysis import paths, storage, structure, wordform
from restoration import Diagnosis, Edit, Ledger, Restored, restore
from restoration.ledger import dumps, read_overrides

# A newspaper says that a text comes from, or goes on to, another page.
_PAGE_NOTE = re.compile(r"[（(【]?\s*(?:上接|下转|紧接)第?\s*[\d一二三四五六七八九十A-Z]{1,4}\s*版\s*[）)】]?")


_TABLES = Path(restoration.__file__).parent / "resources"
# Bytes and decisions are the key; the restorer's code and tables and two libraries decide the rest.
_KEPT = storage.Kept(
    "restored", "restoration", dump=lambda made: _dumped(made), load=bytes,
    tables=tuple(sorted(p for p in _TABLES.iterdir() if p.suffix in (".csv", ".npz"))),
    libraries=("numpy", "opencc", "pypinyin"),
)  # fmt: skip


@dataclass(frozen=True)
class Report:
    """
    One report. Text and tables are made when first asked for, and kept.

    `place` to `short_en` are the cells of the catalogue, empty where it says nothing.
    """

    id: str
    title: str
    level: str
    genre: str
    year: int
    path: Path
    restoration: str = "full"
    place: str = ""
    code: str = ""
    issuer: str = ""
    date: str = ""
    delivered: str = ""
    plans: str = ""
    short: str = ""
    short_en: str = ""

    @cached_property
    def data(self) -> bytes:
        """Bytes of the file, as received."""
        try:
            return storage.read(self.path)
        except (OSError, ValueError) as error:
            raise ValueError(
                f"{self.id}: {self.path} cannot be read ({getattr(error, 'strerror', None) or error}); "
                "`python -m analysis check CATALOGUE` says more"
            ) from error

    @cached_property
    def sha256(self) -> str:
        """Checksum of the bytes."""
        return storage.checksum(self.data)

    @cached_property
    def restored(self) -> Restored:
        """Text, ledger, encoding and diagnosis, from the cache where they are there."""
        try:
            return restored(self.data, level=self.restoration, overrides=self.decided)
        except ValueError as error:
            raise ValueError(f"{self.id}: {self.path}: {error}") from error

    @cached_property
    def decided(self) -> tuple[Edit, ...]:
        """What readers decided about single edits of this file."""
        if self.restoration == "none" or not paths.OVERRIDES.is_file():
            return ()
        return read_overrides(paths.OVERRIDES, self.sha256)

    @property
    def raw(self) -> str:
        return self.restored.raw

    @property
    def text(self) -> str:
        return self.restored.text

    @cached_property
    def form(self) -> str:
        """The text in the one form that is counted and searched; offsets are those of `text`."""
        return wordform.fold(self.text)

    @property
    def ledger(self):
        return self.restored.ledger

    @property
    def diagnosis(self):
        return self.restored.diagnosis

    @cached_property
    def _structure(self) -> structure.Structure:
        return structure.parse(self.text, genre=self.genre, report=self.id)

    @property
    def sections(self) -> pd.DataFrame:
        """Sections with function and basis; columns as in `structure.parse`."""
        return self._structure.sections

    @property
    def paragraphs(self) -> pd.DataFrame:
        """Paragraphs with section, function and offsets; columns as in `structure.parse`."""
        return self._structure.paragraphs

    @cached_property
    def gaps(self) -> pd.DataFrame:
        """
        What is missing and cannot be restored: report, what, evidence, start (offset in the text).

        From the numbering of the sections, from where the text begins and ends, and from notes
        of the page itself (上接第1版), which restoration may have cut.
        """
        notes = [
            (self.id, "page", f"the page says {found[0].strip('（(【）)】')}", self._place(found))
            for found in _PAGE_NOTE.finditer(self.raw)
        ]
        table = self._structure.gaps
        found = [*table.itertuples(index=False, name=None), *notes]
        rows = sorted(found, key=lambda row: row[3])
        return pd.DataFrame(rows, columns=table.columns)

    def _place(self, found: re.Match) -> int:
        return self.ledger.to_text(*found.span())[0]


def restored(data: bytes, level: str = "full", overrides: Sequence[Edit] = ()) -> Restored:
    """
    Restore bytes, or read what was made of the same bytes by the same rules before.
    """
    key = (storage.checksum(data), level, [tuple(edit) for edit in overrides])
    kept = replace(_KEPT, load=partial(_loaded, data=data))
    return kept.get(key, partial(restore, data, level=level, overrides=overrides))


def rules() -> str:
    """Name the rules of restoration: other code, tables or libraries, another name."""
    return _KEPT.version


def _dumped(made: Restored) -> bytes:
    """Write what cannot be had from the bytes themselves at once: encoding, edits, diagnosis."""
    entry = {"encoding": made.encoding, "edits": made.ledger.edits, "diagnosis": asdict(made.diagnosis)}
    # NumPy's numbers as plain ones.
    return json.dumps(entry, ensure_ascii=True, default=lambda value: value.item()).encode()


def _loaded(entry: bytes, data: bytes) -> Restored:
    kept = json.loads(entry)
    raw = data.decode(kept["encoding"], "surrogateescape")
    edits = (Edit(*row[:8], tuple(row[8]), *row[9:]) for row in kept["edits"])
    ledger = Ledger(edits, len(raw))
    return Restored(raw, ledger.apply(raw), ledger, kept["encoding"], Diagnosis(**kept["diagnosis"]))


@dataclass(frozen=True, eq=False)
class Corpus:
    """
    Reports in catalogue order, with their tables one below the other.

    Attributes
    ----------
    catalogue : DataFrame, index `id`
        As `catalogue.read` returns it.
    reports : tuple of Report
    """

    catalogue: pd.DataFrame
    reports: tuple[Report, ...]
    progress: Callable[[Iterable], Iterable] = field(default=iter, repr=False)

    def __getitem__(self, id: str) -> Report:
        if id not in self._by_id:
            known = ", ".join(self.ids[:9])
            raise KeyError(f"{id!r} is no report of this corpus; there are {known}")
        return self._by_id[id]

    @cached_property
    def _by_id(self) -> dict[str, Report]:
        return {report.id: report for report in self.reports}

    def __iter__(self) -> Iterator[Report]:
        return iter(self.reports)

    def __len__(self) -> int:
        return len(self.reports)

    @property
    def ids(self) -> list[str]:
        return [report.id for report in self.reports]

    def stream(self) -> Iterator[Report]:
        """Go through the reports without keeping their texts: for thousands of them."""
        for report in self.progress(self.reports):
            yield replace(report)

    @cached_property
    def sections(self) -> pd.DataFrame:
        return self._tables("sections")

    @cached_property
    def paragraphs(self) -> pd.DataFrame:
        return self._tables("paragraphs")

    @cached_property
    def gaps(self) -> pd.DataFrame:
        return self._tables("gaps")

    def _tables(self, name: str) -> pd.DataFrame:
        tables = [getattr(report, name) for report in self.progress(self.reports)]
        return pd.concat(tables, ignore_index=True)

    @cached_property
    def hash(self) -> str:
        """Twelve hex digits of sha256 over ids and raw checksums: names the corpus in a caption."""
        lines = "".join(f"{r.id} {r.sha256}\n" for r in self.reports)
        return hashlib.sha256(lines.encode()).hexdigest()[:12]

    def write_restored(self, folder: Path = paths.RESTORED) -> list[Path]:
        """Write `<id>.txt` and `<id>.ledger.csv` for every report; the same bytes every time."""
        written = []
        for report in self.progress(self.reports):
            # Half a surrogate pair is no UTF-8, but a torn file may hold one.
            text = report.text.encode("utf-8", "surrogatepass")
            made = {f"{report.id}.txt": text, f"{report.id}.ledger.csv": dumps(report.ledger)}
            for name, data in made.items():
                storage.write(Path(folder) / name, data)
                written.append(Path(folder) / name)
        return written


def load(
    catalogue: Path | None = None,
    level: str = "full",
    *,
    progress: Callable[[Iterable], Iterable] = iter,
) -> Corpus:
    """
    Load the reports of a catalogue.

    Parameters
    ----------
    catalogue : Path, optional
        `paths.CATALOGUE` unless named.
    level : {"none", "exact", "full"}
        How far the texts are restored, as in `restoration.restore`.
    progress : callable, optional
        Wrapped around the reports where all of them are gone through; `tqdm.auto.tqdm` draws a
        bar.

    Raises
    ------
    catalogue.CatalogueError
        If a row cannot be used, or its file is a link out of the folder; all of them are named.
    """
    path = Path(catalogue or paths.CATALOGUE)
    table = catalogues.read(path)
    if out := [file for file in table["file"] if catalogues.leads_out(path.parent / file, path.parent)]:
        raise catalogues.CatalogueError(f"{path}: {', '.join(out[:9])}: a link out of the catalogue's folder; "
                                        "put the text itself there")  # fmt: skip
    cells = ["place", "code", "issuer", "date", "delivered", "plans", "short", "short_en"]
    reports = tuple(
        Report(row.Index, row.title, row.level, row.genre, row.year, path.parent / row.file, level,
               **{cell: getattr(row, cell) for cell in cells})
        for row in table.itertuples()
    )
    return Corpus(table, reports, progress)
