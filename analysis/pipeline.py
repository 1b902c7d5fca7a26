"""One command: check the catalogue, restore, execute every notebook, write the figures."""

import json
import os
import platform
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from hashlib import sha256
from importlib import metadata
from pathlib import Path

from analysis import claims, notebooks, paths, storage


@dataclass(frozen=True)
class Places:
    """Where a run reads and writes. Our own corpus is made in place, any other in a folder."""

    catalogue: Path
    restored: Path
    figures: Path
    notebooks: Path



def places(catalogue: Path | None = None, out: Path | None = None) -> Places:
    """
    Say where a run of `catalogue` goes: in place for our own, else below `out`.

    Parameters
    ----------
    catalogue : Path, optional
        Our own unless given.
    out : Path, optional
        `out/<name of the catalogue's folder>` in the current folder unless given.
    """
    chosen = Path(catalogue or paths.OWN).resolve()
    if chosen == paths.OWN and out is None:
        return Places(chosen, paths.RESTORED, paths.ROOT / "figures", paths.NOTEBOOKS)
    folder = Path(out or paths.outputs(chosen)).resolve()
    return Places(chosen, folder / "restored", folder / "figures", folder / "notebooks")


def run(catalogue: Path | None = None, out: Path | None = None, force: bool = False) -> int:
    """
    Make everything for a catalogue; return a process exit code.

    When neither code, data nor outputs have changed since the last run, nothing is made again,
    and a line says so; `force` makes it again all the same.
    """
    from analysis import catalogue as catalogues

    where = places(catalogue, out)
    problems = catalogues.problems(where.catalogue)
    for problem in problems:
        print(problem, file=sys.stderr)
    if any(problem.error for problem in problems):
        return 1
    began = time.monotonic()
    inputs = _inputs(where)
    if not force and _unchanged(where, inputs):
        print(
            f"Nothing was made again: code, data and the {_count(where)} outputs have the "
            "checksums of the last run. --force makes it again."
        )
        return 0
    with _alone(where):
        storage.sweep(where.figures)
        storage.sweep(where.restored)
        _restore(where)
        missing = _execute(where)
        failed = any(row.error for row in missing)
        if not failed:
            _STAMP.put(str(where.notebooks), {"inputs": inputs, "outputs": _digest(_outputs(where))})
    print(f"{_count(where)} files in {time.monotonic() - began:.0f} s: {where.figures}")
    print(_summary(missing, where.figures))
    return int(failed)


@contextmanager
def _alone(where: Places) -> Iterator[None]:
    """Refuse a run into a folder that another writes to, or that holds another corpus."""
    if where.notebooks != paths.NOTEBOOKS:
        folder = where.figures.parent
        if paths.owner(folder) not in ("", str(where.catalogue)):
            raise ValueError(f"{folder} holds what was made of {paths.owner(folder)}: name another folder with --out")
        storage.write(folder / ".catalogue", str(where.catalogue))
    where.notebooks.mkdir(parents=True, exist_ok=True)
    where.figures.mkdir(parents=True, exist_ok=True)
    with open(where.figures / ".lock", "ab") as file:
        try:
            _lock(file)  # Goes with its process.
        except OSError:
            raise ValueError(
                f"another run is writing to {where.figures}: wait for it, or name another folder with --out"
            ) from None
        yield


def _lock(file) -> None:
    try:
        import fcntl
    except ImportError:  # Windows
        import msvcrt

        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _restore(where: Places) -> None:
    from tqdm.auto import tqdm

    from analysis import corpus

    def bar(reports: Iterable) -> Iterable:
        return tqdm(reports, desc="restoring", unit="report", leave=False, disable=None)

    written = corpus.load(where.catalogue, progress=bar).write_restored(where.restored)
    for path in _stale(where.restored, written):
        print(f"{path}: no report of the catalogue has this name any more; delete it", file=sys.stderr)


def _stale(folder: Path, written: list[Path]) -> list[Path]:
    """Restored texts and ledgers of reports that were taken out."""
    made = [path for path in sorted(folder.iterdir()) if path.name.endswith((".txt", ".ledger.csv"))]
    return [path for path in made if path not in written]


def _execute(where: Places) -> list[notebooks.LeftOut]:
    """Execute every notebook; one that fails does not keep the others from being made."""
    sources = notebooks.every()
    own = where.notebooks == paths.NOTEBOOKS
    if not own:
        for path in sources:
            storage.write(where.notebooks / path.name, notebooks.text(notebooks.general(path)))
        sources = [where.notebooks / path.name for path in sources]
    environ = {"CATALOGUE": str(where.catalogue), "FIGURES": str(where.figures)}
    missing = []
    for path, made in notebooks.execute_all(sources, environ, strict=False):
        if isinstance(made, Exception):
            why = " ".join(str(made).split())[:300] or type(made).__name__
            missing.append(notebooks.LeftOut(path.stem, 0, "the whole notebook", why, True))
            continue
        missing += notebooks.left_out(made, path.stem)
        storage.write(path, notebooks.text(made))
    # Notebooks that ran side by side may have gathered before the last of them was done.
    claims.gather(where.figures, [path.stem for path in sources])
    if own and where.figures == paths.ROOT / "figures":
        for name in ("README.md", "README.zh.md"):
            claims.requote(paths.ROOT / name, where.figures)
    if not own:
        _write_left_out(missing, where.figures)
    return missing


def _write_left_out(missing: list[notebooks.LeftOut], folder: Path) -> None:
    import pandas as pd

    table = pd.DataFrame([asdict(row) for row in missing], columns=["notebook", "cell", "section", "why", "error"])
    storage.write(folder / "left_out.csv", storage.csv(table, mark=True))


def _summary(missing: list[notebooks.LeftOut], folder: Path) -> str:
    """What was left out and why, a line each; errors first."""
    if not missing:
        return "Nothing was left out."
    # One reason is said once for a notebook, at the first section that it keeps empty.
    first = {(row.notebook, row.why): row for row in reversed(missing)}
    rows = sorted((row for row in missing if first[row.notebook, row.why] is row), key=lambda row: not row.error)
    kinds = {True: "error  ", False: "no data"}
    lines = [f"{kinds[row.error]}  {row.notebook:<20}  {row.section[:40]}: {row.why}" for row in rows]
    errors = sum(row.error for row in missing)
    head = f"Left out: {len(missing)}, {errors} of them by an error ({folder / 'left_out.csv'})"
    return "\n".join([head, *lines])


def _inputs(where: Places) -> str:
    """Checksum of everything that a run depends on: texts, decisions, code, libraries, settings."""
    from analysis import catalogue as catalogues

    rows = catalogues.read(where.catalogue)
    raw = [where.catalogue.parent / file for file in rows["file"]]
    folders = (paths.ROOT / "analysis", paths.ROOT / "restoration", paths.GOLD)
    own = [path for folder in folders for path in folder.rglob("*")
           if path.is_file() and path.suffix != ".pyc"]  # fmt: skip
    digest = sha256(_environment().encode())
    for path in notebooks.every():
        digest.update(notebooks.sources(path).encode())
    for path in [where.catalogue, *raw, *sorted(own), paths.OVERRIDES, _font()]:
        content = path.read_bytes() if path.is_file() else b"not there"
        digest.update(f"{path.name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def _font() -> Path:
    return Path(os.environ.get("FONT", paths.FONT))


def _environment() -> str:
    """What outputs depend on outside of files: Python, every installed version, settings."""
    installed = sorted({f"{each.name}=={each.version}" for each in metadata.distributions()})
    chosen = [f"{name}={os.environ.get(name)}" for name in ("FONT", "SOURCE_DATE_EPOCH")]
    return "\n".join([sys.version, platform.platform(), *installed, *chosen])


def _outputs(where: Places) -> list[Path]:
    folders = (where.restored, where.figures, where.notebooks)
    return sorted(path for folder in folders for path in folder.rglob("*.*")
                  if path.is_file() and path.name[0] != ".")


def _count(where: Places) -> int:
    return len(_outputs(where))


def _digest(files: Iterable[Path]) -> str:
    digest = sha256()
    for path in files:
        digest.update(f"{path.name}\0".encode() + path.read_bytes())
    return digest.hexdigest()


# Where a run wrote is the key: the last run of a place is what counts.
_STAMP = storage.Kept(
    "runs", "analysis.pipeline", dump=lambda stamp: json.dumps(stamp).encode(), load=json.loads)  # fmt: skip


def _unchanged(where: Places, inputs: str) -> bool:
    return _STAMP.held(str(where.notebooks)) == {"inputs": inputs, "outputs": _digest(_outputs(where))}
