"""
Measure how fast texts are restored, against ftfy and OpenCC on the same text in the same run.

    python benchmarks/bench_restoration.py [--repeats 5] [--clean FILE ...]

Clean text is the restored text of the reports (or the files named), damaged text the raw files.
Rates swing with the machine: read the ratios. ftfy is measured where it is installed.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from analysis import corpus, paths
from restoration import byte_slips, diagnose, restore
from restoration.pinyin_script import converter

# Characters of clean text: the reports again and again, as one long document.
CLEAN = 1_000_000


def texts(clean: list[Path]) -> dict[str, list[str]]:
    """Documents by name: clean text, and the raw files by what happened to them."""
    reports = corpus.load(paths.ROOT / "data" / "catalogue.csv").reports
    files = [path.read_text(encoding="utf-8") for path in clean]
    calm = "\n".join(files or [report.text for report in reports if not report.diagnosis.rare > 9])
    kinds = {report.id: report.raw for report in reports}
    without = [byte_slips.SLIP.sub("", raw) for raw in kinds.values() if byte_slips.CUE.search(raw)]
    return {
        "clean": [(calm * (CLEAN // len(calm) + 1))[:CLEAN]],
        "ghost pinyin and traditional script, no slips": without,
        "with slips": [raw for raw in kinds.values() if byte_slips.CUE.search(raw)],
        **{name: [raw] for name, raw in kinds.items() if not byte_slips.CUE.search(raw)},
    }


def ways() -> dict[str, Callable[[str], object]]:
    """What is timed; the first is the measure of the others."""
    found = {"restore": restore, "diagnose": diagnose, "OpenCC t2s": converter().convert}
    try:
        import ftfy
    except ImportError:
        return found
    return found | {"ftfy.fix_text": ftfy.fix_text}


def seconds(way: Callable, documents: list[str]) -> float:
    """Processor seconds for all documents: other work on the machine does not count."""
    began = time.process_time()
    for document in documents:
        way(document)
    return time.process_time() - began


def measure(clean: list[Path], repeats: int) -> pd.DataFrame:
    """A row a text and way: rates, and the median ratio to ftfy and to OpenCC."""
    rows, tools = [], ways()
    for name, documents in texts(clean).items():
        for way in tools.values():
            way(documents[0][:2000])
        runs = [{key: seconds(way, documents) for key, way in tools.items()}
                for _ in range(repeats)]  # fmt: skip
        characters = sum(map(len, documents))
        size = sum(len(text.encode("utf-8", "replace")) for text in documents)
        for key in tools:
            took = statistics.median(run[key] for run in runs)
            ratios = {f"times {other}": statistics.median(run[other] / run[key] for run in runs)
                      for other in ("OpenCC t2s", "ftfy.fix_text") if other in tools}  # fmt: skip
            rows.append({"text": name, "way": key, "MB/s": size / took / 1e6,
                         "characters/s": characters / took, **ratios})  # fmt: skip
    return pd.DataFrame(rows)


def main(argv: list[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[1])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--clean", type=Path, nargs="*", default=[], help="clean text files")
    args = parser.parse_args(argv)
    table = measure(args.clean, args.repeats)
    table["characters/s"] = table["characters/s"].round(-3).astype(int)
    print(table.round(2).to_string(index=False))


if __name__ == "__main__":
    main()
