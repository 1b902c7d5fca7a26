"""Draw the random stratum of the gold passages: raw spans only, nothing is read or changed.

    python recipes/draw_gold.py        # prints report, raw_start, raw_end

A place is drawn evenly over the characters of the raw file. The passage begins after the mark
before that place and ends with the first mark that makes it at least SHORTEST characters long.
"""

import random
import re
from collections.abc import Iterator
from pathlib import Path

RAW = Path(__file__).resolve().parents[1] / "data" / "raw"
PER_REPORT = 8
# Long enough for one clause with its neighbours, short enough to check at one glance.
SHORTEST, LONGEST = 80, 200
# Clause marks stay with the passage; a line break ends it and is left outside. Not `?` and `!`:
# in the two annotated files they are debris of byte slips, and a passage should not cut a slip.
MARK = re.compile(r"[,。;]|(?=\n)")


def spans(report: str, text: str) -> Iterator[tuple[int, int]]:
    """Yield disjoint spans of `text`, the same on every run: the seed is the report's id."""
    rng = random.Random(report)
    edges = [0, *(match.end() for match in MARK.finditer(text)), len(text)]
    taken: list[tuple[int, int]] = []
    while len(taken) < PER_REPORT:
        place = rng.randrange(len(text))
        start = max(edge for edge in edges if edge <= place)
        start += len(text[start:]) - len(text[start:].lstrip())
        end = next((edge for edge in edges if edge >= start + SHORTEST), len(text))
        clash = any(start < other_end and other < end for other, other_end in taken)
        if SHORTEST <= end - start <= LONGEST and not clash:
            taken.append((start, end))
            yield start, end


if __name__ == "__main__":
    for path in sorted(RAW.glob("*.txt")):
        raw = path.read_text(encoding="utf-8")
        for start, end in sorted(spans(path.name[:3], raw)):
            print(path.name[:3], start, end, sep="\t")
