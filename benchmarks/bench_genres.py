"""
Restore clean texts of other genres, and count what was done to them: nothing should be.

    python benchmarks/bench_genres.py NAME=FOLDER ... [--keep script] [--show 3]

Every file of a folder is one text (`docs/restoration.md` names the public collections that were read,
and how). Removing characters without width, entities, marks of bold type and hard blanks, and giving
code points their own character is no false edit: a reader of the raw text agrees. All else is shown
with its surroundings, to be judged.
"""

import argparse
import random
import time
from collections import Counter, defaultdict
from pathlib import Path

from restoration import restore
from restoration.decode import DecodingError

# Rules whose edits a reader of the raw text sees himself.
RESIDUE = ("layout.invisible", "layout.entity", "layout.marks", "layout.tag", "code_points.table")
AROUND = 10


def trial(folder: Path, keep: list[str]) -> tuple[dict, dict]:
    """Sizes and seconds, and the edits by rule and class with their surroundings."""
    sizes, done = Counter(), defaultdict(list)
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        data = path.read_bytes()
        if not data.strip():
            continue
        began = time.process_time()
        try:
            restored = restore(data, keep=keep)
        except DecodingError:  # said to the user in a sentence
            sizes["refused"] += 1
            continue
        sizes += Counter(files=1, bytes=len(data), characters=len(restored.raw))
        sizes["microseconds"] += int(1e6 * (time.process_time() - began))
        for edit in restored.ledger:
            hard = edit.confidence == "exact"
            residue = all(rule in RESIDUE or (rule == "layout.blank" and hard) for rule in edit.rule.split("+"))
            name = "residue" if residue else edit.confidence
            before, after = restored.raw[max(0, edit.start - AROUND) : edit.start], restored.raw[edit.end :][:AROUND]
            shown = f"{before!r}[{edit.before[:30]!r}|{edit.after[:30]!r}]{after!r}"
            done[name, edit.rule].append(f"{path.name[-24:]} {shown}")
    return sizes, done


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[1])
    parser.add_argument("folders", nargs="+", metavar="NAME=FOLDER")
    parser.add_argument("--keep", action="append", default=[])
    parser.add_argument("--show", type=int, default=3)
    options = parser.parse_args()
    for name, _, folder in (one.partition("=") for one in options.folders):
        sizes, done = trial(Path(folder), options.keep)
        count: Counter = Counter()
        for (kind, _), places in done.items():
            count[kind] += len(places)
        size, seconds = sizes["bytes"] / 1e6, max(1, sizes["microseconds"]) / 1e6
        kinds = ", ".join(f"{kind} {count[kind]}" for kind in ("exact", "inferred", "unresolved", "residue"))
        print(f"{name:14} {sizes['files']:5,} files {size:6.1f} MB {sizes['characters'] / 1e6:6.2f} M characters, "
              f"{size / seconds:5.1f} MB/s: {kinds}", flush=True)
        for (kind, rule), places in sorted(done.items()):
            if kind != "residue":
                print(f"    {kind:10} {rule:24} {len(places)}")
                for line in random.Random(0).sample(places, min(options.show, len(places))):
                    print(f"        {line}")


if __name__ == "__main__":
    main()
