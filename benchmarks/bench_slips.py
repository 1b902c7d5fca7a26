"""
Damage clean reports by the mechanism, restore the byte slips, and count what came back.

    python benchmarks/bench_slips.py [--tables 6] [--local FOLDER]

The reports of 1985, 1999 and 2010 are unknown to the language model, and so are nine cities among
the reports of provinces and cities in FOLDER (restoration/resources/README.md says where these come from);
constants were set while looking at four of these, which are shown apart. Each is damaged with the
table of the pages and with other tables of 90 characters. A slip that took a digit along keeps
nothing of it: a second rate leaves such slips out. Last, how sure the margin makes, and
what the gate costs on clean text.
"""

import argparse
import re
import sys
import time
from collections import Counter
from pathlib import Path

from analysis import paths
from restoration import byte_slips

sys.path.insert(0, str(paths.ROOT / "tests"))
sys.path.insert(0, str(paths.ROOT / "recipes" / "language"))

import damage
import texts
from conftest import NATIONAL
from test_slips import HELD_OUT, clean, source

# Lower ends of the bins of the margin, in nats.
BINS = (0.0, 1.0, 2.0, 3.0, 5.0, 10.0)


def unread(folder: Path | None) -> dict[str, str]:
    """Clean reports that the language model has not read, by year or place and year."""
    files = {str(year): NATIONAL / "texts" / f"{year}.txt" for year in HELD_OUT}
    found = {year: path.read_text(encoding="utf-8") for year, path in files.items()}
    local = texts.local(folder) if folder else {}
    return found | {k: t for k, t in local.items() if k.split("/")[0] in texts.HELD_PLACES}


def trial(text: str, seed: int) -> tuple[list[damage.Verdict], float]:
    """Verdicts on one report damaged with one table (0 is that of the pages), and seconds."""
    table = damage.sampled_table(text, seed) if seed else damage.table()
    page = damage.page(text, table)
    begin = time.perf_counter()
    edits = byte_slips.find(page)
    seconds = time.perf_counter() - begin
    return damage.judge(clean(text), page, edits), seconds


def report(name: str, found: list[damage.Verdict], seconds: float) -> None:
    """One line: slips, right, of these by class, seconds a slip."""
    sure = [v.right for v in found if v.confidence == "inferred"]
    held = [v.right for v in found if _digits(v.truth) <= _digits(v.seen)]
    classes = dict(Counter(v.confidence for v in found))
    print(
        f"{name:14} {len(found):5} slips  right {sum(v.right for v in found) / len(found):6.1%}  "
        f"no digit lost {sum(held) / max(1, len(held)):6.1%}  inferred right "
        f"{sum(sure) / max(1, len(sure)):6.1%}  {classes}  {seconds / len(found):.2f} s a slip",
        flush=True,
    )


def _digits(text: str) -> int:
    return len(re.findall("[0-9０-９]", text))


def _group(name: str) -> str:
    """A year by itself; cities that constants were set on, and the others."""
    place, _, year = name.partition("/")
    return ("cities, tuned" if place in texts.TUNED_PLACES else "cities") if year else name


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[1])
    parser.add_argument("--tables", type=int, default=6)
    parser.add_argument("--local", type=Path, help="reports of provinces and cities in Markdown")
    options = parser.parse_args()
    groups: dict[str, list[damage.Verdict]] = {}
    spent: Counter = Counter()
    for name, text in unread(options.local).items():
        group = _group(name)
        for seed in range(options.tables + 1):
            found, seconds = trial(source(text), seed)
            groups.setdefault(group, []).extend(found)
            spent[group] += seconds
    for group, found in groups.items():
        report(group, found, spent[group])
    everything = [v for found in groups.values() for v in found]
    report("all", everything, sum(spent.values()))
    for low, high in zip(BINS, (*BINS[1:], float("inf")), strict=True):
        rights = [v.right for v in everything if v.margin is not None and low <= v.margin < high]
        print(f"margin {low:4.0f} to {high:4.0f} nats: {sum(rights):5} of {len(rights):5} right")
    text = source((NATIONAL / "texts" / "2019.txt").read_text(encoding="utf-8")) * 50
    begin = time.perf_counter()
    assert byte_slips.find(text) == []
    size = len(text.encode()) / 1e6
    print(f"clean text: {size / (time.perf_counter() - begin):.0f} MB/s")


if __name__ == "__main__":
    main()
