"""
Damage clean reports by the mechanism, restore the byte slips, and count what came back.

    python benchmarks/bench_slips.py [--tables 6]

The reports of 1985, 1999 and 2010 are unknown to the language model (data/language/README.md). Each
is damaged with the table of the pages and with other tables of 90 characters. Last, how sure the
margin makes, and what the gate costs on clean text.
"""

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

from analysis import paths
from analysis.restoration import slips

sys.path.insert(0, str(paths.ROOT / "tests"))

import damage
from conftest import NATIONAL
from test_slips import HELD_OUT, clean, source

# Lower ends of the bins of the margin, in nats.
BINS = (0.0, 1.0, 2.0, 3.0, 5.0, 10.0)


def trial(path: Path, seed: int) -> tuple[list[damage.Verdict], float]:
    """Verdicts on one report damaged with one table (0 is that of the pages), and seconds."""
    text = source(path.read_text(encoding="utf-8"))
    table = damage.sampled_table(text, seed) if seed else damage.table()
    page = damage.page(text, table)
    begin = time.perf_counter()
    edits = slips.find(page)
    seconds = time.perf_counter() - begin
    return damage.judge(clean(text), page, edits), seconds


def report(name: str, found: list[damage.Verdict], seconds: float) -> None:
    """One line: slips, right, of these by class, seconds a slip."""
    sure = [v.right for v in found if v.confidence == "inferred"]
    classes = dict(Counter(v.confidence for v in found))
    right = sum(v.right for v in found)
    print(
        f"{name:14} {len(found):4} slips  right {right / len(found):6.1%}  inferred right "
        f"{sum(sure) / max(1, len(sure)):6.1%}  {classes}  {seconds / len(found):.2f} s a slip"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[1])
    parser.add_argument("--tables", type=int, default=6)
    tables = parser.parse_args().tables
    everything: list[damage.Verdict] = []
    total = 0.0
    for year in HELD_OUT:
        results = [trial(NATIONAL / "texts" / f"{year}.txt", seed) for seed in range(tables + 1)]
        found, seconds = [v for r, _ in results for v in r], sum(s for _, s in results)
        report(str(year), found, seconds)
        everything, total = everything + found, total + seconds
    report("all", everything, total)
    for low, high in zip(BINS, (*BINS[1:], float("inf")), strict=True):
        rights = [v.right for v in everything if v.margin is not None and low <= v.margin < high]
        print(f"margin {low:4.0f} to {high:4.0f} nats: {sum(rights):4} of {len(rights):4} right")
    text = source((NATIONAL / "texts" / "2019.txt").read_text(encoding="utf-8")) * 50
    begin = time.perf_counter()
    assert slips.find(text) == []
    size = len(text.encode()) / 1e6
    print(f"clean text: {size / (time.perf_counter() - begin):.0f} MB/s")


if __name__ == "__main__":
    main()
