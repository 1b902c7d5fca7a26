"""
Files in and out, and the one cache.

What is given is only read; what is made is written whole or not at all, and never over what was
given. Everything in the cache can be deleted; it only saves time. An entry is named by all that
decides what is in it, carries a checksum, and is made again where it is damaged.
"""

import ast
import hashlib
import io
import os
import re
import sys
import threading
import time
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib import metadata, util
from pathlib import Path
from typing import TypeVar

from analysis import paths
from restoration.files import PART, apart, read, replace, write, writing

__all__ = [
    "FORMATS", "GENERATOR", "KINDS", "Kept", "apart", "checksum", "clear", "csv", "encoded", "entries",
    "read", "sweep", "version", "write", "writing",
]  # fmt: skip

T = TypeVar("T")

# What is kept, in the order of the flow; the folders of the cache have these names.
KINDS = {
    "restored": "edits of restored texts",
    "tokens": "lengths of tokens",
    "counts": "counts of reports, portion by portion",
    "topics": "topic models fitted again and again",
    "runs": "stamps of the last run",
}
# How a page of HTML says that it is ours, so that none is read as a report.
GENERATOR = '<meta name="generator" content="chinese-reports">'
# Endings of the files in which tables are written for users.
FORMATS = (".csv", ".xlsx", ".parquet", ".dta")
# Rows of a sheet below its header.
_SHEET = 2**20 - 1
# First bytes of an entry; the number changes with the layout.
_MAGIC = b"chinese-reports cache 1\n"
# Modules that say where things lie and keep them: they decide nothing that is kept.
_KEEPERS = {"analysis", "analysis.paths", "analysis.storage"}
_STARTED = time.time()
# A file that was being written when its process ended is left alone for an hour.
_STALE = 3600
_ENTRY = re.compile(r"([0-9a-f]{2})/\1[0-9a-f]{62}")


def _end_with_parent() -> None:
    """End a worker whose run was killed: it would wait for work for minutes, and hold its memory."""
    parent = os.getppid()
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


if any("popen_loky" in word for word in sys.orig_argv):
    threading.Thread(target=_end_with_parent, daemon=True).start()


def checksum(data: bytes) -> str:
    """Sha256 of a file's bytes, in hex, as the catalogue keeps it."""
    return hashlib.sha256(data).hexdigest()


def _harmless(cell: str) -> str:
    """
    Write a cell that a spreadsheet would take for a formula with an apostrophe before it.

    >>> _harmless("=1+1"), _harmless("——在大会上"), _harmless("-5%")
    ("'=1+1", '——在大会上', "'-5%")
    """
    return f"'{cell}" if re.match(r"[=+\-@\t\r]", cell) else cell


def csv(table, mark: bool = False, digits: int = 10) -> bytes:
    """
    Write a table as CSV: UTF-8, `\\n`, so many digits of a number, and no cell that a spreadsheet would compute.

    Parameters
    ----------
    table : DataFrame
        Its index is left out.
    mark : bool
        Begin with the mark by which a spreadsheet knows UTF-8.

    Examples
    --------
    >>> import pandas as pd
    >>> csv(pd.DataFrame({"term": ["=1+1"], "log_ratio": [-0.5]})).decode()
    "term,log_ratio\\n'=1+1,-0.5\\n"
    """
    safe = table.copy(deep=False)
    for at, kind in enumerate(table.dtypes):
        if kind.kind not in "iufbMm":
            cells = [_harmless(cell) if isinstance(cell, str) else cell for cell in table.iloc[:, at]]
            safe.isetitem(at, type(table.iloc[:, at])(cells, index=table.index, dtype=object))
    text = safe.to_csv(index=False, float_format=f"%.{digits}g", lineterminator="\n")
    return text.encode("utf-8-sig" if mark else "utf-8", "surrogatepass")


def encoded(table, suffix: str, labels: Mapping[str, str] | None = None, sheets: Mapping | None = None) -> bytes:
    """
    Write a table in the format that a file's ending names: the one writer of tables that users ask for.

    CSV has the mark that a Chinese Excel needs; a cell that begins with = is text everywhere.

    Parameters
    ----------
    table : DataFrame
        Its index is left out.
    suffix : str
        One of `FORMATS`, in any case.
    labels : mapping of column to str, optional
        What each column is, for Stata (80 characters of it).
    sheets : mapping of str to DataFrame, optional
        More sheets of a workbook, in order; the table comes first, or stands under None.

    Raises
    ------
    ValueError
        If the ending is another one, or a sheet has more rows than Excel opens.

    Examples
    --------
    >>> import pandas as pd
    >>> encoded(pd.DataFrame({"term": ["改革"]}), ".CSV").decode("utf-8-sig")
    'term\\n改革\\n'
    """
    plain = table.copy()
    plain.attrs = {}
    with io.BytesIO() as buffer:
        if suffix.lower() == ".csv":
            return csv(plain, mark=True)
        if suffix.lower() == ".parquet":
            plain.to_parquet(buffer, index=False)
        elif suffix.lower() == ".dta":
            _to_stata(plain, buffer, labels or {})
        elif suffix.lower() == ".xlsx":
            _to_excel({"table": plain} | dict(sheets or {}), buffer)
        else:
            raise ValueError(f"no table is written as {suffix or 'a file without ending'}: use {', '.join(FORMATS)}")
        return buffer.getvalue()


def _to_stata(table, buffer, labels: Mapping[str, str]) -> None:
    """Stata 14 and later; whole numbers that may be missing become doubles."""
    from pandas.api import types

    for name in table:
        if types.is_bool_dtype(table[name]):
            table[name] = table[name].astype("int8")
        elif types.is_extension_array_dtype(table[name]) and types.is_numeric_dtype(table[name]):
            table[name] = table[name].astype("float64")
        elif not types.is_numeric_dtype(table[name]):
            table[name] = table[name].astype(object).where(table[name].notna(), "").astype(str).astype(object)
    named = {name: label[:80] for name, label in labels.items()}
    table.to_stata(buffer, write_index=False, version=118, variable_labels=named)


def _to_excel(sheets: Mapping, buffer) -> None:
    from pandas import ExcelWriter

    options = {"options": {"strings_to_formulas": False, "strings_to_urls": False}}
    with ExcelWriter(buffer, engine="xlsxwriter", engine_kwargs=options) as book:
        for name, table in sheets.items():
            if len(table) > _SHEET:
                raise ValueError(f"{len(table):,} rows are more than Excel opens ({_SHEET:,}): write .csv or .parquet")
            table.to_excel(book, sheet_name=name, index=False, freeze_panes=(1, 0))


@dataclass(frozen=True)
class Kept:
    """
    What one function keeps in the cache.

    Attributes
    ----------
    kind : str
        One of `KINDS`.
    code : str
        Name of the module that makes it; all modules of the project that it imports count, too.
    dump, load : callable
        To bytes and back; `load` may raise anything on bytes that it does not like.
    tables : tuple of Path
        Files that decide what is made.
    libraries : tuple of str
        Distributions whose versions decide.

    Examples
    --------
    >>> from json import dumps, loads
    >>> sums = Kept("counts", "analysis.storage", lambda value: dumps(value).encode(), loads)
    >>> sums.get((1, 2), lambda: 1 + 2)
    3
    """

    kind: str
    code: str
    dump: Callable[[object], bytes]
    load: Callable[[bytes], object]
    tables: tuple[Path, ...] = ()
    libraries: tuple[str, ...] = ()

    def get(self, key: object, make: Callable[[], T], worth: Callable[[T], bool] = lambda made: True) -> T:
        """
        Give what was made for the same key by the same code, or make it and keep it.

        Parameters
        ----------
        key : object
            What `make` depends on, besides code, tables and libraries; its `repr` decides.
        make : callable
            Makes it, without arguments.
        worth : callable, optional
            Whether what was made is worth an entry.
        """
        found = self._find(name := self._name(key))
        if found is not None:
            return found[0]
        made = make()
        if worth(made):
            self._put(name, made)
        return made

    def held(self, key: object):
        """Give what is kept for a key, or None."""
        found = self._find(self._name(key))
        return found and found[0]

    def put(self, key: object, value: object) -> None:
        """Keep a value for a key, in the place of what was there."""
        self._put(self._name(key), value)

    @property
    def version(self) -> str:
        """Checksum of code, tables and libraries; empty where it cannot be known."""
        return version(self.code, self.tables, self.libraries)

    def _name(self, key: object) -> str:
        """Sha256 over all that decides what an entry holds."""
        return self.version and checksum(f"{self.version}\0{key!r}".encode("utf-8", "surrogatepass"))

    def _place(self, name: str) -> Path:
        return paths.CACHE / self.kind / name[:2] / name

    def _find(self, name: str) -> tuple | None:
        """An entry in brackets, so that None can be one; None where there is none or it is damaged."""
        try:
            entry = self._place(name).read_bytes() if name else b""
            body = entry[len(_MAGIC) + 32 :]
            return (self.load(body),) if entry.startswith(_head(name, body)) else None
        except Exception:  # Whatever is wrong with an entry, it is made again.
            return None

    def _put(self, name: str, value: object) -> None:
        """Keep an entry; a cache that cannot be written is no reason to stop."""
        if name:
            body = self.dump(value)
            with suppress(OSError, ValueError):
                replace(self._place(name), _head(name, body) + body)


def _head(name: str, body: bytes) -> bytes:
    """First bytes of an entry: its name is part of the checksum, so that no entry passes for another."""
    return _MAGIC + hashlib.sha256(name.encode() + body).digest()


@cache
def version(code: str, tables: tuple[Path, ...] = (), libraries: tuple[str, ...] = ()) -> str:
    """
    Name code by its content: a module and all of the project's that it imports, tables, libraries.

    Empty where a file has been edited since this process began: what runs is not what it says.
    """
    digest = hashlib.sha256(f"{sys.version_info[:2]} {unicodedata.unidata_version}".encode())
    for name, path in [*_sources(code).items(), *((path.name, path) for path in tables)]:
        if path.stat().st_mtime > _STARTED:
            return ""
        digest.update(f"{name}\0".encode() + path.read_bytes())
    digest.update(" ".join(f"{name} {metadata.version(name)}" for name in libraries).encode())
    return digest.hexdigest()


def _sources(code: str) -> dict[str, Path]:
    """Files of a module and of all modules of the project that it imports, by name."""
    found, waiting = {}, [code]
    while waiting:
        name = waiting.pop()
        if name in found or name in _KEEPERS or (path := _file(name)) is None:
            continue
        found[name] = path
        waiting += sorted(_imported(name, path))
    return dict(sorted(found.items()))


def _file(name: str) -> Path | None:
    """The source of a module, or None where there is no such module (a function, say)."""
    package, *inner = name.split(".")
    home = Path(util.find_spec(package).origin).parent.joinpath(*inner)
    return next((path for path in (home / "__init__.py", home.with_suffix(".py")) if path.is_file()), None)


def _imported(name: str, path: Path) -> set[str]:
    """Modules of the project that a module names, its packages among them."""
    names = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    ours = {each for each in names if each.split(".")[0] in ("analysis", "restoration")}
    return ours | {each.rpartition(".")[0] for each in ours if "." in each}


def entries(kind: str) -> list[Path]:
    """Files of the cache that are of a kind, with what an interruption left half written; links are not followed."""
    return sorted(path for path in _walk(paths.CACHE / kind) if _own(path))


def sweep(folder: Path) -> int:
    """Delete what interruptions left half written in a folder of our own making; give the number of files."""
    left = [path for path in Path(folder).rglob(".*.part") if PART.fullmatch(path.name)]
    return sum(_delete(path) for path in left if _age(path) > _STALE)


def _age(path: Path) -> float:
    try:
        return time.time() - path.lstat().st_mtime
    except OSError:
        return 0


def clear() -> int:
    """Delete every entry of the cache, and nothing else that may stand in its folder; give their number."""
    return sum(_delete(path) for kind in KINDS for path in entries(kind))


def _delete(path: Path) -> bool:
    try:
        path.unlink()
    except OSError:
        return False
    return True


def _walk(folder: Path) -> Iterator[Path]:
    """Files two folders deep, without links."""
    with suppress(OSError):
        for one in os.scandir(folder) if not folder.is_symlink() else ():
            if one.is_dir(follow_symlinks=False):
                with suppress(OSError):
                    yield from (Path(e.path) for e in os.scandir(one) if e.is_file(follow_symlinks=False))


def _own(path: Path) -> bool:
    """Whether a file is an entry by its name and its first bytes, or the beginning of one."""
    if PART.fullmatch(path.name):
        return True
    if not _ENTRY.fullmatch(f"{path.parent.name}/{path.name}"):
        return False
    with suppress(OSError), open(path, "rb") as file:
        return file.read(len(_MAGIC)) == _MAGIC
    return False
