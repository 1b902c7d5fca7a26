"""
Measure the drafted catalogue on public work reports, three ways: with name and folder, head and text, text alone.

    python benchmarks/bench_catalogue.py FOLDER [--sample N] [--errors FILE]

FOLDER is a local copy of the public repository `lawtext/gov` (Markdown, `政府工作报告-*/place/year.md`). Level and
place are known from its folders, the year planned for from the file name, but for the files in MISNAMED, which are
called by the year reviewed or otherwise; issuers follow from the place. Its texts are not part of this project.
"""

import argparse
import csv
import random
import re
import sys
import time
from collections import Counter
from pathlib import Path, PurePath

from analysis.catalogue import evidence, places
from analysis.readers import text as markdown

MODES = ("name and folder", "head and text", "text alone")
# Files that are not called by the year for which they plan, each read: {file: year}.
MISNAMED = {
    **{f"政府工作报告-省自治区/四川省/{year}.md": year + 1 for year in range(2003, 2020)},
    "政府工作报告-主要城市/兰州市/2021.md": 2022,
    "政府工作报告-其他地市/清远市/2015.md": 2014,
    "政府工作报告-其他地市/潮州市/2015.md": 2014,
    "政府工作报告-其他地市/牡丹江市/2016.md": 2015,
    "政府工作报告-其他地市/邢台市/2014.md": 2012,
}
# Files that hold the text of another place, by title, congress and speaker.
MISPLACED = {
    "政府工作报告-其他地市/淮南市/2016.md": "淮安市",
    "政府工作报告-其他地市/沧州市/2016.md": "池州市",
    "政府工作报告-其他地市/宿迁市/2015.md": "宿州市",
    "政府工作报告-其他地市/文山壮族苗族自治州/2025.md": "文山市",
}


def gold(file: PurePath) -> dict[str, str]:
    kind, *rest = file.parts
    year = MISNAMED.get(file.as_posix(), int(re.match(r"\d{4}", file.stem)[0]))
    if kind.endswith("国务院"):
        return {"level": "national", "place": "全国", "issuer": "国务院", "genre": "work-report", "year": str(year)}
    place = places.find(MISPLACED.get(file.as_posix(), rest[0]))
    return {
        "level": place.level,
        "place": place.name,
        "issuer": f"{place.name}人民政府",
        "genre": "work-report",
        "year": str(year),
    }


def drafted(file: PurePath, data: bytes, mode: str) -> dict[str, str]:
    [text] = markdown.read(Path(file), data)
    found = evidence.weigh(
        text.text, text.metadata if mode != "text alone" else None, file if mode == "name and folder" else None
    )
    row = {column: finding.value for column, finding in found.items()}
    return row | {"year": row.get("date", "")[:4], "why": {c: (f.why, f.against) for c, f in found.items()}}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sample", type=int)
    parser.add_argument("--errors", type=Path)
    args = parser.parse_args()
    files = sorted(p.relative_to(args.folder) for p in args.folder.glob("政府工作报告-*/**/*.md"))
    if args.sample:
        files = sorted(random.Random(1).sample(files, args.sample))
    errors, began = [], time.process_time()
    print(f"{len(files)} reports\n{'':18}{'all three':>10}{'level':>8}{'genre':>8}{'year':>8}{'place':>8}{'issuer':>8}")
    for mode in MODES:
        right = Counter()
        for file in files:
            true, row = gold(file), drafted(file, (args.folder / file).read_bytes(), mode)
            hits = {column: row.get(column, "") == value for column, value in true.items()}
            right.update(column for column, hit in hits.items() if hit)
            right["all"] += all(hits[column] for column in ("level", "genre", "year"))
            for column, hit in hits.items():
                if not hit:
                    key = "date" if column == "year" else column
                    errors.append(
                        (mode, file, column, true[column], row.get(column, ""), *row["why"].get(key, ("", "")))
                    )
        shares = [right[column] / len(files) for column in ("all", "level", "genre", "year", "place", "issuer")]
        print(f"{mode:18}" + f"{shares[0]:>10.3f}" + "".join(f"{share:>8.3f}" for share in shares[1:]))
    print(f"{(time.process_time() - began) / len(MODES) / len(files) * 1000:.1f} ms a report and way", file=sys.stderr)
    if args.errors:
        with open(args.errors, "w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["way", "file", "column", "right", "drafted", "why", "against"])
            writer.writerows(errors)


if __name__ == "__main__":
    main()
