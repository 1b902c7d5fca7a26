"""
Restore reports that nobody has damaged on purpose, and list what was done to them.

    python benchmarks/bench_clean.py FOLDER [--show 5]

FOLDER holds reports of provinces and cities in Markdown (restoration/resources/README.md says where they
come from). They are no clean text by construction: some have words twice or lines cut in print, so
an edit is not an error by itself. Most of them the language model has read, and knows better than a
page from elsewhere: edits in places that it has not read are marked with a star. What a rule did is
shown with its surroundings, to be judged by a reader. Look-alikes, byte slips and substituted
keywords there should be none.

Last, how much of each of the five reports stands in the same words in what the model has read: the
share of its strings of 13 characters and digits that do, in all and in the one report with most.
"""

import argparse
import random
import re
import sys
import time
from collections import defaultdict
from pathlib import Path

from analysis import corpus, paths
from restoration import restore

sys.path.insert(0, str(paths.ROOT / "recipes" / "language"))

import texts

# Characters shown on either side of an edit.
AROUND = 10
# Length of the strings that are looked for elsewhere: longer than a formula of the genre.
LENGTH = 13


def shown(raw: str, edit) -> str:
    """An edit in its surroundings."""
    before, after = raw[max(0, edit.start - AROUND) : edit.start], raw[edit.end :][:AROUND]
    return repr(f"{before}[{edit.before[:40]}|{edit.after}]{after}")


def strings(text: str) -> set[str]:
    """All strings of so many characters and digits, across marks and blanks."""
    plain = re.sub("[^一-鿿0-9]", "", text)
    return {plain[i : i + LENGTH] for i in range(len(plain) - LENGTH + 1)}


def shared(reports: dict[str, str]) -> None:
    """Print what each of the five has in common with the reports that the model has read."""
    own = {r.id: strings(r.text) for r in corpus.load(paths.ROOT / "data" / "catalogue.csv")}
    found, most = {id: set() for id in own}, dict.fromkeys(own, (0, ""))
    for name, text in reports.items():
        if name.split("/")[0] not in texts.LEFT_OUT:
            read = strings(text)
            for id, its in own.items():
                common = its & read
                found[id] |= common
                most[id] = max(most[id], (len(common), name))
    for id, its in own.items():
        n, name = most[id]
        print(f"{id:20} {len(found[id]) / len(its):5.1%} read somewhere, "
              f"{n / len(its):5.1%} in {name}")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[1])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--show", type=int, default=5)
    options = parser.parse_args()
    reports, done = texts.local(options.folder), defaultdict(list)
    begin = time.process_time()
    for name, text in reports.items():
        restored = restore(text)
        for edit in restored.ledger:
            star = "*" * (name.split("/")[0] in texts.LEFT_OUT)
            done[edit.rule, edit.confidence].append((star + name, shown(restored.raw, edit)))
    seconds, size = time.process_time() - begin, sum(map(len, reports.values()))
    print(f"{len(reports):,} reports, {size:,} characters, {size / seconds / 1e6:.1f} million/s")
    for (rule, confidence), places in sorted(done.items()):
        print(f"{rule:20} {confidence:10} {len(places):6} edits in "
              f"{len({name for name, _ in places})} reports, "
              f"{sum(name[0] == '*' for name, _ in places)} of them in unread ones")  # fmt: skip
        for name, line in random.Random(0).sample(places, min(options.show, len(places))):
            print(f"    {name} {line}")
    shared(reports)


if __name__ == "__main__":
    main()
