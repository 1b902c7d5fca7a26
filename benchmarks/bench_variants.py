"""
Measure look-alike restoration on clean reports damaged on purpose: how right, how sure, how fast.

    python benchmarks/bench_variants.py [REPORTS] [--years 1985 1999 2010] [--model PATH]

REPORTS is a folder of clean reports by year; those of 1985, 1999, 2010 and 2024 are not in the
shipped model. For any other year pass a model made without it (`HELD_OUT` in
`recipes/language/texts.py`). Speed is given beside OpenCC's t2s on the same text in the same run: read
the ratio.
"""

import argparse
import sys
import time
from pathlib import Path
from statistics import median

import pandas as pd

from analysis import paths
from restoration import char_model, lookalikes

sys.path.insert(0, str(paths.ROOT / "tests"))
from disguise import disguise, thin

REPORTS = paths.ROOT.parent / "shared" / "corpora" / "central-reports" / "texts"
# Edges of margin classes in nats; below the lowest nothing is changed.
MARGINS = [0, 3, 5, 8, 12, 99]


def trial(year: int, text: str, seed: int, rate: float) -> pd.DataFrame:
    """One row per damaged or edited character: what was done, and whether it was right."""
    truth = thin(text, seed)
    damaged = disguise(truth, rate, seed)
    edits = {edit.start: edit for edit in lookalikes.find(damaged)}
    hit = {i for i, (a, b) in enumerate(zip(truth, damaged, strict=True)) if a != b}
    rows = []
    for i in sorted(hit | edits.keys()):
        edit = edits.get(i)
        rows.append({
            "year": year, "damaged": i in hit, "edited": edit is not None and edit.changes,
            "right": edit is not None and edit.after == truth[i],
            "class": edit.confidence if edit else "untouched",
            "margin": edit.margin if edit and edit.margin is not None else float("nan"),
        })
    return pd.DataFrame(rows)


def summary(rows: pd.DataFrame) -> pd.DataFrame:
    """Share brought back and share of edits that are right, by report."""
    groups = rows.groupby("year")
    return pd.DataFrame({
        "damaged": groups["damaged"].sum(),
        "brought_back": groups.apply(lambda g: (g.damaged & g.right).sum() / g.damaged.sum()),
        "edits_right": groups.apply(lambda g: (g.edited & g.right).sum() / g.edited.sum()),
        "plain_altered": groups.apply(lambda g: (g.edited & ~g.damaged).sum()),
    })


def calibration(rows: pd.DataFrame) -> pd.DataFrame:
    """How right edits are by class and margin."""
    edits = rows[rows["edited"]]
    bands = pd.cut(edits["margin"], MARGINS, right=False).astype(str)
    names = edits["class"].where(edits["class"] == "exact", "inferred, margin " + bands)
    return edits.groupby(names)["right"].agg(["size", "mean"]).rename(columns={"mean": "right"})


def rate_of(function, text: str, repeats: int = 5) -> float:
    """Characters a second of processor time, median of some runs."""
    times = []
    for _ in range(repeats):
        start = time.process_time()
        function(text)
        times.append(time.process_time() - start)
    return len(text) / median(times)


def speed(text: str) -> pd.DataFrame:
    """Characters a second on a damaged and a clean text, and as a share of OpenCC's rate."""
    from opencc import OpenCC

    damaged = disguise(thin(text, 0), 1 / 59, 0)
    lookalikes.find(damaged)
    base = rate_of(OpenCC("t2s").convert, damaged)
    rates = {"damaged": rate_of(lookalikes.find, damaged), "clean": rate_of(lookalikes.find, text)}
    shares = {kind: rate / base for kind, rate in rates.items()}
    return pd.DataFrame({"chars_per_s": rates, "of_opencc": shares})


def main() -> None:
    """Print the three tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("reports", type=Path, nargs="?", default=REPORTS)
    parser.add_argument("--years", type=int, nargs="*", default=[1985, 1999, 2010])
    parser.add_argument("--seeds", type=int, default=6)
    parser.add_argument("--rate", type=float, default=1 / 59)
    parser.add_argument("--model", type=Path)
    options = parser.parse_args()
    if options.model:
        table = char_model.read(options.model)
        char_model.model = lambda: table
    texts = {y: (options.reports / f"{y}.txt").read_text(encoding="utf-8") for y in options.years}
    rows = pd.concat(trial(year, text, seed, options.rate)
                     for year, text in texts.items() for seed in range(options.seeds))
    for table in (summary(rows), calibration(rows), speed(next(iter(texts.values())))):
        print(table.round(4).to_string(), end="\n\n")


if __name__ == "__main__":
    main()
