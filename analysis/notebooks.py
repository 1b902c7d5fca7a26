"""Execute the notebooks in place, and prove that executing them again gives the same outputs."""

import json
import os
import platform
import re
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from analysis import paths

# One kernel a core: kernels are processes of their own, and start-up is most of a short notebook.
WORKERS = min(os.cpu_count() or 1, 4)
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


def execute(path: Path, environ: dict[str, str] | None = None):
    """
    Execute one notebook in a fresh kernel and return it with its outputs; nothing is written.

    Parameters
    ----------
    path : Path
    environ : dict, optional
        Variables for the kernel on top of this process's own, such as CATALOGUE and FIGURES.

    Raises
    ------
    nbclient.exceptions.CellExecutionError
        With the failing cell and its traceback.
    """
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=CELL_TIMEOUT,
        kernel_name="python3",
        record_timing=False,
        # The kernel talks to this process alone; its notices about the transport say nothing here.
        extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": str(path.parent)}},
    )
    # No notices of libraries to their developers on a reader's page; no session means no widgets.
    quiet = {"PYTHONWARNINGS": "ignore", "JPY_SESSION_NAME": ""}
    client.execute(env={**os.environ, **(environ or {}), **quiet})
    return _tidy(notebook)


def execute_all(notebooks: Sequence[Path], environ: dict[str, str] | None = None) -> Iterator:
    """Yield (path, executed notebook) in order while up to `WORKERS` kernels run."""
    from tqdm.auto import tqdm

    with ThreadPoolExecutor(WORKERS) as pool:
        jobs = [pool.submit(execute, path, environ) for path in notebooks]
        bar = tqdm(zip(notebooks, jobs, strict=True), total=len(jobs), unit="notebook", leave=False)
        for path, job in bar:
            bar.set_description(path.stem)
            yield path, job.result()


def write(notebook, path: Path) -> None:
    """Write a notebook with stable bytes, by way of a temporary file."""
    import nbformat

    part = path.with_suffix(".part")
    part.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8", newline="\n")
    os.replace(part, path)


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
