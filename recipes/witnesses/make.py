"""
Compare three of the five reports with the copies that their governments published.

    python recipes/witnesses/make.py FOLDER

FOLDER is github.com/lawtext/gov (commit below): Markdown, one report a file. Written to
`data/witnesses/`: `witnesses.csv`, a row a report, and `<id>.csv`, a row a difference: places in both
raw files, readings of a few letters; of longer ones the length alone, no passage of either text.
"""

import argparse
import csv
import io
import re
from hashlib import sha256
from pathlib import Path

from analysis import corpus, paths
from restoration import restore
from restoration.collate import WORD, compare
from restoration.ledger import escape

COMMIT = "fc1a2f67"
COPIES = {
    "taiyuan-gov-2021": "政府工作报告-主要城市/太原市/2021.md",
    "taiyuan-gov-2026": "政府工作报告-主要城市/太原市/2026.md",
    "shanxi-gov-2023": "政府工作报告-省自治区/山西省/2023.md",
}
OUT = paths.ROOT / "data" / "witnesses"
# Characters of marks that are shown: a paragraph's end is a mark as well.
MARKS = 4


def body(data: bytes) -> str:
    """The report, without the head of its Markdown file; offsets count from here."""
    return re.sub(r"\A---\n.*?\n---\n", "", data.decode("utf-8"), flags=re.S)


def table(rows: list[dict]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, rows[0], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode("utf-8")


def shown(text: str, kind: str) -> str:
    """A reading of a few letters; of a longer one nothing."""
    return escape(text) if len(text) <= (MARKS if kind == "punctuation" else WORD) else ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[1])
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    OUT.mkdir(exist_ok=True)
    reports, found = corpus.load(paths.ROOT / "data" / "catalogue.csv"), []
    for id, name in COPIES.items():
        data = (folder / name).read_bytes()
        own = restore(reports[id].data)
        apparatus = compare(own, restore(body(data)))
        rows = [
            {
                "kind": row.kind, "start": row.start, "end": row.end, "before": shown(row.before, row.kind),
                "official": shown(row.accepted, row.kind), "letters": sum(map(str.isalnum, row.before)),
                "official_letters": sum(map(str.isalnum, row.accepted)), "official_start": row.other_start,
                "official_end": row.other_end,
            }
            for row in apparatus.rows
        ]
        (OUT / f"{id}.csv").write_bytes(table(rows))
        source = re.search(rb"^source: (\S+)", data, re.M)
        found.append({
            "report": id, "copy": name, "commit": COMMIT, "address": source[1].decode() if source else "",
            "sha256": sha256(data).hexdigest(), "letters": apparatus.letters[0],
            "official_letters": apparatus.letters[1], "agreed": apparatus.agreed,
            "similarity": round(apparatus.similarity, 5), **apparatus.counts(),
        })
    (OUT / "witnesses.csv").write_bytes(table(found))


if __name__ == "__main__":
    main()
