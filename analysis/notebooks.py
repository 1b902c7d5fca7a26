"""Execute the notebooks in place, and prove that executing them again gives the same outputs."""

import json
import os
import platform
import re
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from analysis import paths

# Kernels at a time: each is a process of its own, and two with 400 reports fit into a laptop.
WORKERS = min(os.cpu_count() or 1, 2)
# Seconds that one cell may take before it is stopped with an error.
CELL_TIMEOUT = 1800
# Cells with this tag say what the five reports show; they are left out for any other corpus.
OURS = "five-reports"
# What is committed was made here; elsewhere numbers are compared to the digits shown.
LOCKED_PLATFORM = ("Linux", "x86_64", (3, 11))
NUMBER = re.compile(r"[-−+]?\d[\d,]*\.?\d*(?:e[-+]?\d+)?")


def every(folder: Path = paths.NOTEBOOKS) -> list[Path]:
    """Paths of the numbered notebooks, in order."""
    return sorted(folder.glob("[0-9][0-9]_*.ipynb"))


def sources(path: Path) -> str:
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


def general(path: Path):
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
        the place of what could not be computed (`left_out`).

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
        timeout=CELL_TIMEOUT,
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


@dataclass(frozen=True)
class LeftOut:
    """What a notebook did not compute: where (its cell, from 1), why, and whether that was an error."""

    notebook: str
    cell: int
    section: str
    why: str
    error: bool


def left_out(notebook, name: str) -> list[LeftOut]:
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
                cell.outputs[at] = _note(f"Left out: {why}.") if why else None
            elif found_note := _NOTE.fullmatch(out.get("data", {}).get("text/markdown", "")):
                why = found_note[1]
            if why:
                found.append(LeftOut(name, number, section, why, said))
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


def _note(text: str):
    from nbformat import v4

    from analysis.tables import note

    return v4.new_output("display_data", {"text/markdown": note(text).data, "text/plain": text})


def execute_all(
    notebooks: Sequence[Path], environ: dict[str, str] | None = None, strict: bool = True
) -> Iterator:  # fmt: skip
    """Yield (path, executed notebook or what kept it from that) in order while up to `WORKERS` kernels run."""
    from tqdm.auto import tqdm

    with ThreadPoolExecutor(WORKERS) as pool:
        jobs = [pool.submit(execute, path, environ, strict) for path in notebooks]
        bar = tqdm(zip(notebooks, jobs, strict=True), total=len(jobs), unit="notebook", leave=False, disable=None)
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


def text(notebook) -> str:
    """Write a notebook as text, the same for the same notebook."""
    import nbformat

    return nbformat.writes(notebook) + "\n"


def outputs(notebook) -> list[str]:
    """Text of every output, cell by cell; of pictures only that they are there."""
    found = []
    for number, cell in enumerate(notebook.cells):
        for out in cell.get("outputs", []):
            data = dict(out.get("data", {}))
            if picture := data.pop("image/png", None):
                data["image/png"] = "picture" if picture else "no picture"
            body = out.get("text") or json.dumps(data, ensure_ascii=False, sort_keys=True)
            found.append(f"cell {number} {out.output_type}: {body}")
    return found


def on_locked_platform() -> bool:
    """Whether this machine is of the kind on which the committed outputs were made."""
    return (platform.system(), platform.machine(), sys.version_info[:2]) == LOCKED_PLATFORM


def _close(a: str, b: str) -> bool:
    """Whether two texts differ only in numbers, by at most two units of the last digit shown."""
    if NUMBER.sub("#", a) != NUMBER.sub("#", b):
        return False
    pairs = zip(NUMBER.findall(a), NUMBER.findall(b), strict=True)
    return all(_same_number(x, y) for x, y in pairs)


def _same_number(x: str, y: str) -> bool:
    digits = min(len(t.partition(".")[2]) for t in (x, y))
    first, second = (float(t.replace(",", "").replace("−", "-")) for t in (x, y))
    # Whole numbers are counts: they agree or they do not.
    return abs(first - second) <= (2 * 10.0**-digits if digits else 0)


def differences(committed, executed) -> list[str]:
    """What differs between two runs of a notebook, a line each; empty if they agree."""
    before, after = outputs(committed), outputs(executed)
    same = (lambda a, b: a == b) if on_locked_platform() else _close
    if len(before) != len(after):
        return [f"{len(before)} outputs are committed, {len(after)} came out"]
    pairs = zip(before, after, strict=True)
    return [f"- {a[:300]}\n+ {b[:300]}" for a, b in pairs if not same(a, b)]
