"""
Plant errors in a corpus of public work reports and see which of them the doctor finds, and what else it says.

    python benchmarks/bench_doctor.py FOLDER [--reports N] [--each N] [--show]

FOLDER is a local copy of the public repository `lawtext/gov`, as for `bench_catalogue.py`. Whole series of places are
drawn, each error is planted in so many reports, every report has at most one. A finding of the kind planted, on the
report or its series, is a hit; any finding on a report that was not touched is counted as an alarm (gaps apart).
"""

import argparse
import random
import tempfile
import time
from pathlib import Path

import pandas as pd
from bench_catalogue import MISNAMED, MISPLACED, gold

from analysis import catalogue, doctor
from analysis.catalogue import draft, places
from analysis.readers import text as markdown

# Also not what they are called, or found by reading to be copies, cut or without paragraphs.
KNOWN = {*MISNAMED, *MISPLACED, "政府工作报告-其他地市/淮安市/2016.md", "政府工作报告-其他地市/池州市/2016.md"}
ENGLISH = "We will pursue progress while ensuring stability and promote high quality development in all fields. "
FOOT = "\n上一篇：关于印发通知的函\n下一篇：市长办公会议纪要\n版权所有：市人民政府 备案序号：晋ICP备05000001号\n"


def same(text, row, rng):
    return text.replace("\n", "\r\n").encode("gb18030"), "double"


def near(text, row, rng):
    kept = [c for c in text if rng.random() > 0.01]
    return "".join(kept).encode(), "double"


def place(text, row, rng):
    others = [p for p in places.table() if p.level == row["level"] and not p.until and p.name != row["place"]]
    other = rng.choice(others)
    return text.encode(), {"place": other.name, "code": other.code}


def year(text, row, rng):
    return text.encode(), {"date": str(int(row["date"]) + rng.choice([-2, -1, 1, 2, 3])), "plans": ""}


def cut(text, row, rng):
    end = int(len(text) * rng.uniform(0.45, 0.75))
    while text[end - 1] in "。！？\n；”":
        end -= 1
    return text[:end].encode(), {}


def abridged(text, row, rng):
    lines = text.splitlines()
    start = int(len(lines) * rng.uniform(0.25, 0.4))
    return "\n".join(lines[start : start + max(1, len(lines) // 3)]).encode(), {}


def language(text, row, rng):
    return (ENGLISH * 200).encode(), {}


def page(text, row, rng):
    return (text + FOOT).encode(), {}


def structure(text, row, rng):
    return text.replace("\n", "").encode(), {}


def anachronism(text, row, rng):
    middle = text.index("\n", len(text) // 2)
    return (text[:middle] + "加快发展新质生产力，推动低空经济。" + text[middle:]).encode(), {}


def unreadable(text, row, rng):
    return b"%PDF-1.7\n" + text.encode()[:99], {}


PLANTS = {
    "same": (same, "same"), "near": (near, "near"), "place": (place, "place"), "year": (year, "year"), "cut": (cut, "cut"),
    "abridged": (abridged, "cut"), "language": (language, "language"), "page": (page, "page"),
    "structure": (structure, "structure"), "anachronism": (anachronism, "anachronism"), "unreadable": (unreadable, "unreadable"),
}  # fmt: skip


def corpus(folder: Path, many: int, rng: random.Random) -> list[tuple[str, dict, str]]:
    """Series of places, as rows and texts."""
    chosen = []
    homes = sorted(p for p in folder.glob("政府工作报告-*/*") if p.is_dir())
    rng.shuffle(homes)
    for home in homes:
        for path in sorted(home.glob("[12]*.md")):
            file = path.relative_to(folder)
            if file.as_posix() in KNOWN or "-" in path.stem:
                continue
            true = gold(file)
            row = {c: true[c] for c in ("place", "issuer", "level", "genre")} | {
                "date": true["year"],
                "title": "政府工作报告",
            }
            row["code"] = places.find(true["place"]).code
            chosen.append((file.as_posix(), row, markdown.read(path, path.read_bytes())[0].text))
        if len(chosen) >= many:
            return chosen
    return chosen


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--reports", type=int, default=500)
    parser.add_argument("--each", type=int, default=12)
    parser.add_argument("--show", action="store_true", help="print what was missed and what else was said")
    args = parser.parse_args()
    rng = random.Random(5)
    reports = corpus(args.folder, args.reports, rng)
    targets = rng.sample(range(len(reports)), args.each * (len(PLANTS) + 1))
    # A term can only be too young for a report that is older.
    old = [at for at in range(len(reports)) if int(reports[at][1]["date"]) < 2021 and at not in targets]
    first = [*PLANTS].index("anachronism") * args.each
    targets[first : first + args.each] = rng.sample(old, args.each)
    planted: dict[str, tuple[str, str]] = {}
    rows, removed = [], []
    with tempfile.TemporaryDirectory() as home:
        plan = {}
        for number, at in enumerate(targets):
            names = [*PLANTS, "gap"]
            plan[at] = names[number // args.each]
        for at, (file, row, text) in enumerate(reports):
            name = f"r{at:04d}"
            kind = plan.get(at)
            if kind == "gap":
                removed.append((row["place"], int(row["date"])))
                continue
            data, changes = PLANTS[kind][0](text, row, rng) if kind else (text.encode(), {})
            row = {**row, "notes": file}
            if changes == "double":
                # The copy stands beside its original, as a report of another year.
                rows.append({"id": name, "file": f"{name}.txt", **row})
                (Path(home) / f"{name}.txt").write_bytes(text.encode())
                name += "-copy"
                row["date"] = str(int(row["date"]) + 40)
            else:
                row |= changes
            if kind:
                planted[name] = kind, PLANTS[kind][1]
            (Path(home) / f"{name}.txt").write_bytes(data)
            rows.append({"id": name, "file": f"{name}.txt", **row})
        path = Path(home) / "catalogue.csv"
        draft.write(pd.DataFrame(rows).reindex(columns=catalogue.COLUMNS, fill_value="").fillna(""), path)
        began = time.process_time()
        found = doctor.examine(path)
        took = time.process_time() - began
    said = {(row.id, row.kind) for row in found.itertuples()}
    gaps = " ".join(found[found.kind == "gap"].what)
    print(f"{len(rows)} reports, {took:.1f} s of processor time ({took / len(rows) * 3004:.0f} s for 3,004)")
    for kind in PLANTS:
        ids = [name for name, (mine, _) in planted.items() if mine == kind]
        hit = [name for name in ids if (name, PLANTS[kind][1]) in said]
        print(f"{kind:12}{len(hit):>3} of {len(ids)}")
        if args.show:
            notes = {row["id"]: row["notes"] for row in rows}
            print("".join(f"   missed: {notes[name]}\n" for name in ids if name not in hit), end="")
    inside = [(p, y) for p, y in removed if any(r["place"] == p and int(r["date"]) < y for r in rows)
              and any(r["place"] == p and y < int(r["date"]) < y + 30 for r in rows)]  # fmt: skip
    seen = [(p, y) for p, y in inside if f"{p}:" in gaps]
    print(f"{'gap':12}{len(seen):>3} of {len(inside)} inside a series")
    touched = {name.removesuffix("-copy") for name in planted} | set(planted)
    alarms = found[~found.id.isin(touched) & (found.id != "") & ~found.kind.isin(["twice", "gap"])]
    clean = len(rows) - len(touched)
    print(f"findings on {clean} reports that were not touched: {len(alarms)}")
    if args.show:
        notes = {row["id"]: row["notes"] for row in rows}
        for row in alarms.itertuples():
            print(f"   {notes[row.id]}: {row.kind}: {row.what}: {row.evidence}")


if __name__ == "__main__":
    main()
