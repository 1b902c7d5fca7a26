"""
Make `data/reference/` from a local copy of the public collection of work reports (lawtext/gov).

    git clone https://github.com/lawtext/gov && git -C gov checkout fc1a2f6
    python recipes/reference.py gov                        # some minutes; texts stay where they are

The collection is Markdown with a YAML head, a folder a kind and place, a file a year. What is
particular to it stands here: folders that say the level, files named by the year reviewed, two
reports of one place and year, places whose file holds the text of another. Everything else is
`python -m analysis reference`, which does the same for any catalogue.
"""

import argparse
import csv
import hashlib
import re
import tempfile
from pathlib import Path

from analysis import catalogue, paths, reference

COMMIT = "fc1a2f6"
ADDRESS = "https://github.com/lawtext/gov"
STATUS = (
    "official documents, not subject to copyright in mainland China (Copyright Law 2020, art. 5(1)); the collection "
    "states no licence; one person's work, from government sites and ce.cn, by its own README with faults and "
    "abridged texts; here are counts, addresses and checksums, no text"
)
LEVELS = {"国务院": "national", "省自治区": "province", "主要城市": "city", "其他地市": "city"}
MUNICIPALITIES = ("北京市", "天津市", "上海市", "重庆市")
HEAD = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)
DATE = re.compile(r"((?:19|20)\d\d)\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日")
MARKS = re.compile(r"\*\*|^#+\s*|<!--.*?-->", re.MULTILINE)


def rows(folder: Path, scratch: Path):
    """Write each report as plain text into `scratch`; yield its row of the catalogue."""
    for number, path in enumerate(sorted(folder.glob("政府工作报告-*/**/*.md"))):
        kind = path.relative_to(folder).parts[0].partition("-")[2]
        place = path.parent.name if kind != "国务院" else "全国"
        raw = path.read_bytes()
        text = raw.decode("utf-8").replace("\r\n", "\n")
        head = dict(re.findall(r"^(\w+): *(.+)$", found[1], re.MULTILINE)) if (found := HEAD.match(text)) else {}
        text = MARKS.sub("", HEAD.sub("", text)).strip() + "\n"
        year, delivered = dated(path.stem, text)
        file = scratch / f"r{number:04d}.txt"
        file.write_text(text, encoding="utf-8", newline="\n")
        yield {
            "id": f"r{number:04d}", "file": file.name, "title": head.get("title", ""), "place": place,
            "level": "province" if place in MUNICIPALITIES else LEVELS[kind], "genre": "work-report",
            "date": str(year), "delivered": delivered, "plans": str(year),
            "source": head.get("source") or head.get("url", ""), "notes": str(path.relative_to(folder)),
            "collection_sha256": hashlib.sha256(raw).hexdigest(),
        }  # fmt: skip


def dated(name: str, text: str) -> tuple[int, str]:
    """Year planned for and day of delivery: of the head of the text, and of the file's name."""
    named = int(name[:4])
    days = [tuple(map(int, found)) for found in DATE.findall(text[:400])]
    days = [day for day in days if abs(day[0] - named) <= 1 and 1 <= day[1] <= 12 and 1 <= day[2] <= 31]
    if not days:
        return named, ""
    year, month, day = days[0]
    return (year if year == named + 1 and month <= 6 else named), f"{year}-{month:02d}-{day:02d}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("folder", type=Path, help="the local copy of the collection")
    parser.add_argument("-o", "--out", type=Path, default=paths.REFERENCE)
    parser.add_argument("--jobs", type=int, default=2)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        found = list(rows(args.folder, Path(scratch)))
        table = Path(scratch) / "catalogue.csv"
        with table.open("w", encoding="utf-8", newline="") as handle:
            writer = csv.DictWriter(handle, catalogue.COLUMNS, restval="", extrasaction="ignore")
            writer.writeheader()
            writer.writerows(found)
        reference.make(
            table, args.out, jobs=args.jobs, source=f"{ADDRESS} at commit {COMMIT}", status=STATUS,
            files={row["id"]: (row["notes"], row["collection_sha256"]) for row in found},
        )  # fmt: skip


if __name__ == "__main__":
    main()
