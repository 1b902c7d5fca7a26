"""
Make `data/reference/` from a local copy of the public collection of work reports (lawtext/gov).

    git clone https://github.com/lawtext/gov && git -C gov checkout fc1a2f6
    python recipes/reference.py gov                        # some minutes; texts stay where they are

The catalogue is drafted as any user's is (`python -m analysis catalogue`), and counted as any is
(`python -m analysis reference`); here stand only the folders that are read, the source and the status.
"""

import argparse
import hashlib
import shutil
import tempfile
from pathlib import Path

import pandas as pd

from analysis import paths, reference
from analysis.catalogue import draft

FOLDERS = "政府工作报告-*"
COMMIT = "fc1a2f6"
ADDRESS = "https://github.com/lawtext/gov"
STATUS = (
    "official documents, not subject to copyright in mainland China (Copyright Law 2020, art. 5(1)); the collection "
    "states no licence; one person's work, from government sites and ce.cn, by its own README with faults and "
    "abridged texts; here are counts, addresses and checksums, no text"
)
# Where `draft` puts the texts of formats that are not plain.
TEXTS = "texts"


def catalogued(folder: Path, scratch: Path) -> tuple[Path, dict[str, tuple[str, str]]]:
    """Draft the catalogue of a copy; give its path, and for each report its file in the collection and the checksum."""
    for kind in sorted(folder.glob(FOLDERS)):
        shutil.copytree(kind, scratch / kind.name)
    table = draft.draft(scratch, scratch, texts=TEXTS)
    where = scratch / "catalogue.csv"
    table.to_csv(where, index=False, encoding="utf-8", lineterminator="\n")
    files = {}
    for row in table.itertuples():
        name = row.file.removeprefix(f"{TEXTS}/").removesuffix(".txt")
        files[row.id] = name, hashlib.sha256((folder / name).read_bytes()).hexdigest()
    return where, files


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("folder", type=Path, help="the local copy of the collection")
    parser.add_argument("-o", "--out", type=Path, default=paths.REFERENCE)
    parser.add_argument("--jobs", type=int, default=2)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        table, files = catalogued(args.folder, Path(scratch))
        known = pd.read_csv(table, dtype=str, keep_default_na=False)
        print(known.groupby("level").agg(reports=("id", "size"), places=("place", "nunique")).to_string(), flush=True)
        reference.make(table, args.out, jobs=args.jobs, source=f"{ADDRESS} at commit {COMMIT}", status=STATUS,
                       files=files)  # fmt: skip


if __name__ == "__main__":
    main()
