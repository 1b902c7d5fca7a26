"""One command: check the catalogue, restore, execute every notebook, write the figures."""

import json
import os
import platform
import re
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from hashlib import sha256
from importlib import metadata
from pathlib import Path

from analysis import claims, paths, storage

# Kernels at a time: each is a process of its own, and two with 400 reports fit into a laptop.
WORKERS = min(os.cpu_count() or 1, 2)
# Seconds that one cell may take before it is stopped with an error.
_CELL_TIMEOUT = 1800
# Cells with this tag say what the five reports show; they are left out for any other corpus.
OURS = "five-reports"


@dataclass(frozen=True)
class _LeftOut:
    """What a notebook did not compute: where (its cell, from 1), why, and whether that was an error."""

    notebook: str
    cell: int
    section: str
    why: str
    error: bool


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


def _execute(where: Places) -> list[_LeftOut]:
    """Execute every notebook; one that fails does not keep the others from being made."""
    sources = notebooks()
    own = where.notebooks == paths.NOTEBOOKS
    if not own:
        for path in sources:
            storage.write(where.notebooks / path.name, _text(_general(path)))
        sources = [where.notebooks / path.name for path in sources]
    environ = {"CATALOGUE": str(where.catalogue), "FIGURES": str(where.figures)}
    missing = []
    for path, made in _execute_all(sources, environ, strict=False):
        if isinstance(made, Exception):
            why = " ".join(str(made).split())[:300] or type(made).__name__
            missing.append(_LeftOut(path.stem, 0, "the whole notebook", why, True))
            continue
        missing += _left_out(made, path.stem)
        storage.write(path, _text(made))
    # Notebooks that ran side by side may have gathered before the last of them was done.
    claims.gather(where.figures, [path.stem for path in sources])
    if own and where.figures == paths.ROOT / "figures":
        for name in ("README.md", "README.zh.md"):
            claims.requote(paths.ROOT / name, where.figures)
    if not own:
        _write_left_out(missing, where.figures)
    return missing


def _write_left_out(missing: list[_LeftOut], folder: Path) -> None:
    import pandas as pd

    table = pd.DataFrame([asdict(row) for row in missing], columns=["notebook", "cell", "section", "why", "error"])
    storage.write(folder / "left_out.csv", storage.csv(table, mark=True))


def _summary(missing: list[_LeftOut], folder: Path) -> str:
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
    for path in notebooks():
        digest.update(_sources(path).encode())
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


# --- notebooks ------------------------------------------------------------------------------------------


def notebooks(folder: Path = paths.NOTEBOOKS) -> list[Path]:
    """Paths of the numbered notebooks, in order."""
    return sorted(folder.glob("[0-9][0-9]_*.ipynb"))


def _sources(path: Path) -> str:
    """What a notebook says and does, without its outputs."""
    import nbformat

    cells = nbformat.read(path, as_version=4).cells
    return "".join(f"{cell.cell_type}\0{cell.source}\0" for cell in cells)


def _tidy(notebook):
    """Drop what differs between runs or machines and means nothing to a reader."""
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for cell in notebook.cells:
        cell.metadata = {k: v for k, v in cell.metadata.items() if k == "tags"}
        if cell.cell_type == "code":
            cell.outputs = [out for out in cell.outputs if not _passing(out)]
    return notebook


def _passing(output) -> bool:
    """Whether an output only served the moment: warnings on stderr, a progress bar."""
    bar = "application/vnd.jupyter.widget-view+json"
    return output.get("name") == "stderr" or bar in output.get("data", {})


def _general(path: Path):
    """Read a notebook without outputs, and without the cells that speak of the five reports."""
    import nbformat

    notebook = nbformat.read(path, as_version=4)
    notebook.cells = [c for c in notebook.cells if OURS not in c.metadata.get("tags", [])]
    for cell in notebook.cells:
        # A run that fails must not leave the numbers of the five in another corpus's folder.
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return notebook


def execute(path: Path, environ: dict[str, str] | None = None, strict: bool = True):
    """
    Execute one notebook in a fresh kernel and return it with its outputs; nothing is written.

    Parameters
    ----------
    path : Path
    environ : dict, optional
        Variables for the kernel on top of this process's own, such as CATALOGUE and FIGURES.
    strict : bool
        Stop at a cell that fails; else the rest is executed as far as it goes, with a sentence in
        the place of what could not be computed.

    Raises
    ------
    nbclient.exceptions.CellExecutionError
        With the failing cell and its traceback, if `strict`.
    """
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=_CELL_TIMEOUT,
        kernel_name="python3",
        record_timing=False,
        allow_errors=not strict,
        # The kernel talks to this process alone; its notices about the transport say nothing here.
        extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": str(path.parent)}},
    )
    client.execute(env=_environ(environ))
    return _tidy(notebook)


def _environ(more: dict[str, str] | None) -> dict[str, str]:
    """Variables of a kernel: this checkout's code, one cache, no notices to developers, no widgets."""
    code = os.pathsep.join(filter(None, [str(paths.ROOT), os.environ.get("PYTHONPATH", "")]))
    own = {"PYTHONPATH": code, "REPORTS_CACHE": str(paths.CACHE), "PYTHONWARNINGS": "ignore", "JPY_SESSION_NAME": ""}
    # A library that counts with all cores in each of two kernels waits for itself.
    each = str(max(1, (os.cpu_count() or 1) // WORKERS))
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "LOKY_MAX_CPU_COUNT"), each)
    return {**threads, **os.environ, **(more or {}), **own}


def _left_out(notebook, name: str) -> list[_LeftOut]:
    """
    List what an executed notebook says it left out, and put a sentence in the place of errors.

    A cell that only failed because an earlier one did is named once, with the first.

    Parameters
    ----------
    notebook : NotebookNode
        Errors in its outputs are replaced.
    name : str
        Of the notebook.
    """
    found, section, lost = [], "", False
    for number, cell in enumerate(notebook.cells, start=1):
        if cell.cell_type == "markdown" and (heading := re.search(r"^#+ +(.*)", cell.source, re.M)):
            section = heading[1].strip()
        for at, out in enumerate([*cell.get("outputs", [])]):
            why, said = "", False
            if out.output_type == "error":
                follows = lost and out.ename == "NameError"
                # A refusal shows its sentence and no trace (`uncertainty.Refusal`).
                refused = out.traceback == [out.evalue]
                lost, said = True, not refused
                why = "" if follows else out.evalue.rstrip(".") if refused else _sentence(out)
                # What needs it is left out with it, without a word.
                cell.outputs[at] = _noted(f"Left out: {why}.") if why else None
            elif found_note := _NOTE.fullmatch(out.get("data", {}).get("text/markdown", "")):
                why = found_note[1]
            if why:
                found.append(_LeftOut(name, number, section, why, said))
        if "outputs" in cell:
            cell.outputs = [out for out in cell.outputs if out is not None]
    return found


# A sentence in the place of a table or figure (`tables.note`).
_NOTE = re.compile(r"\*(\S[^\n]*\S)\*")


def _sentence(error) -> str:
    """What an error says, in a line; where it says nothing, what was asserted."""
    line = " ".join(error.evalue.split())
    if line:
        return f"{error.ename}: {line[:300]}".rstrip(".").removeprefix("ValueError: ")
    plain = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(error.traceback))
    arrow = re.findall(r"^-+> *\d+ (.*)$", plain, re.M)
    return f"{error.ename} in `{arrow[-1].strip()[:200]}`" if arrow else error.ename


def _noted(text: str):
    from nbformat import v4

    from analysis.tables import note

    return v4.new_output("display_data", {"text/markdown": note(text).data, "text/plain": text})


def _execute_all(sources: Sequence[Path], environ: dict[str, str] | None = None, strict: bool = True) -> Iterator:
    """Yield (path, executed notebook or what kept it from that) in order while up to `WORKERS` kernels run."""
    from tqdm.auto import tqdm

    with ThreadPoolExecutor(WORKERS) as pool:
        jobs = [pool.submit(execute, path, environ, strict) for path in sources]
        bar = tqdm(zip(sources, jobs, strict=True), total=len(jobs), unit="notebook", leave=False, disable=None)
        try:
            for path, job in bar:
                bar.set_description(path.stem)
                yield path, job.result() if strict else _result(job)
        except BaseException:
            # Nobody waits for those that have not begun.
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _result(job):
    """A notebook, or the error of a kernel that died (of memory, say) or took too long."""
    try:
        return job.result()
    except Exception as error:
        return error


def _text(notebook) -> str:
    """Write a notebook as text, the same for the same notebook."""
    import nbformat

    return nbformat.writes(notebook) + "\n"
