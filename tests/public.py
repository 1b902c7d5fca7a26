"""
Score sections, order of tasks and target records on public reports labelled by reading.

    python tests/public.py FOLDER [aside]

FOLDER is a copy of the public collection (`lawtext/gov`); the labels are `data/gold/public.csv`, which
holds no text: lines of each file, named by its checksum.
"""

import os
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd

from analysis import paths, storage, structure
from analysis.quantities import targets
from analysis.structure import agenda

FOLDER = os.environ.get("PUBLIC_REPORTS", "")
OTHER = ("head", "address", "closing", "annex", "other")


def labels(split: str) -> pd.DataFrame:
    """Labels of one half: "development", which was looked at, or "aside", which was only scored."""
    table = pd.read_csv(paths.GOLD / "public.csv", dtype={"label": str, "hedge": str, "delivered": str})
    chosen = table.loc[table["split"] == split, "report"]
    return table[table["report"].isin(chosen)]


def scores(folder: str | Path, split: str = "aside") -> pd.DataFrame:
    """One row a measure: `share`, `low`, `high` (95%), `of`."""
    table = labels(split)
    read = [_report(Path(folder), part) for _, part in table.groupby("report")]
    right, chars = (np.array([one[key] for one in read]) for key in ("right", "chars"))
    rng = np.random.default_rng(2026)
    drawn = rng.integers(0, len(read), (2000, len(read)))
    pooled = right[drawn].sum(axis=1) / chars[drawn].sum(axis=1)
    rows = [("function of characters", right.sum() / chars.sum(), *np.quantile(pooled, (0.025, 0.975)), len(read))]
    rows.append(_share("reports with 95% of them", [r / c >= 0.95 for r, c in zip(right, chars, strict=True)]))
    rows.append(_share("order of tasks", [one["tasks"] for one in read if one["tasks"] is not None]))
    for status, names in (("target", targets.NAMES), ("result", ("gdp",))):
        for name in names:
            said = [one[status][name] for one in read]
            label = name if status == "target" else f"{name} {status}"
            rows.append(_share(f"{label} precision", [good for good, found, _ in said if found]))
            rows.append(_share(f"{label} recall", [good for good, _, true in said if true]))
    return pd.DataFrame(rows, columns=["measure", "share", "low", "high", "of"])


def _share(name: str, hits: list[bool]) -> tuple:
    from scipy.stats import binomtest

    if not hits:
        return name, np.nan, 0.0, 1.0, 0
    bounds = binomtest(int(sum(hits)), len(hits)).proportion_ci(method="wilson")
    return name, sum(hits) / len(hits), bounds.low, bounds.high, len(hits)


def _report(folder: Path, part: pd.DataFrame) -> dict:
    head = part[part["kind"] == "report"].iloc[0]
    data = (folder / head["file"]).read_bytes()
    assert storage.checksum(data) == head["sha256"], f"{head['file']} is another edition than the one labelled"
    lines = data.decode("utf-8").split("\n")
    first = next(k for k in range(1, len(lines)) if lines[k].strip() == "---") + 1 if lines[0].strip() == "---" else 0
    body = "\n".join(lines[first:])
    parsed = structure.parse(body)
    starts = np.cumsum([0, *(len(line) + 1 for line in lines[first:])])[:-1]

    def line(place) -> int:
        return first + int(np.searchsorted(starts, place, side="right"))

    said = {line(row.start): row.function for row in parsed.paragraphs.itertuples()}
    true = {
        k: "other" if row.label in OTHER else row.label
        for row in part[part["kind"] == "section"].itertuples()
        for k in range(int(row.first), int(row.last) + 1)
    }
    sizes = {k: len(lines[k - 1]) for k in true if k > first and k <= len(lines) and lines[k - 1].strip()}
    order = [int(k) for k in part.loc[part["kind"] == "task", "first"]]
    found = [line(place) for place in agenda.tasks(SimpleNamespace(text=body, **parsed._asdict()))["start"]]
    year = None if pd.isna(head["plans"]) else int(head["plans"])
    records = targets.records(body, parsed.paragraphs, parsed.sections, year)
    return {
        "chars": sum(sizes.values()), "right": sum(n for k, n in sizes.items() if said.get(k) == true[k]),
        "tasks": found == order if len(order) > 2 else None, "target": _targets(records, part, "target"), "result": _targets(records, part, "result"),
    }  # fmt: skip


def _targets(records: pd.DataFrame, part: pd.DataFrame, status: str) -> dict[str, tuple[bool, bool, bool]]:
    """For each indicator: whether the target, or result, of the year is right, was read, is there."""
    result = {}
    true = part[(part["kind"] == "target") & (part["status"] == status) & (part["period"] == "year")]
    read = records[(records["status"] == status) & (records["period"] == "year") & records["headline"]]
    for name in targets.NAMES:
        want = {frozenset(_numbers(row)) for row in true[true["label"] == name].itertuples()}
        have = [frozenset(_numbers(row)) for row in read[read["indicator"] == name].itertuples()]
        result[name] = (any(one in want for one in have), bool(have), bool(want))
    return result


def _numbers(row) -> set[float]:
    return {value for value in (row.low, row.high) if not pd.isna(value)}


if __name__ == "__main__":
    print(scores(*sys.argv[1:]).round(3).to_string(index=False))
