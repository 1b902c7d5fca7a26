"""
Text reuse: planted copies found, time and memory.

    python benchmarks/bench_reuse.py FOLDER [--reports 300] [--copies 400]

FOLDER holds reports as Markdown or text, `place/year.md`. Passages are copied from one report into
another between two sentences: as they are, with each place and number replaced, or with one
character in ten replaced, left out or put in at random. Recall is the share of the copied
characters that lie in passages found between the two reports; precision is the share of what is
found with the copies and not without them that lies in a copy.
"""

import argparse
import random
import re
import resource
import sys
import time
from pathlib import Path

from analysis import text_reuse

LENGTHS = (60, 120, 200, 400)
NUMBER = re.compile(r"\d+(?:\.\d+)?")


def swapped(text: str, place: str, rng: random.Random) -> str:
    """The copy of a careful copyist: another place, other numbers."""
    short = place.rstrip("市省州盟")
    other = rng.choice(["呼和浩特", "大同", "石嘴山", "玉树"])
    text = NUMBER.sub(lambda m: str(rng.randint(1, 999)), text)
    return text.replace(short, other)


def edited(text: str, rng: random.Random, letters: str, share: float = 0.1) -> str:
    """One character in ten replaced, left out or doubled by a stranger."""
    out = []
    for character in text:
        if rng.random() < share:
            kind = rng.choice(["replace", "replace", "delete", "insert"])
            if kind == "delete":
                continue
            out.append(rng.choice(letters))
            if kind == "insert":
                out.append(character)
        else:
            out.append(character)
    return "".join(out)


def planted(texts: list[str], places: list[str], kind: str, length: int, copies: int, rng):
    """Texts with copies, and (source, target, start, end in target) of each."""
    texts, copied = list(texts), []
    letters = "".join(texts[:20])
    letters = [c for c in letters if c.isalpha()]
    targets = rng.sample(range(len(texts)), min(copies, len(texts) // 2))
    for target in targets:
        source = rng.choice([k for k in range(len(texts)) if k not in targets])
        ends = [m.end() for m in re.finditer("[。！]", texts[source])]
        start = rng.choice(ends[len(ends) // 5 : -len(ends) // 5])
        passage = texts[source][start : start + length]
        if kind == "swapped":
            passage = swapped(passage, places[source], rng)
        if kind == "edited":
            passage = edited(passage, rng, letters)
        at = rng.choice([m.end() for m in re.finditer("[。！]", texts[target])])
        texts[target] = texts[target][:at] + passage + texts[target][at:]
        copied.append((source, target, at, at + len(passage)))
    return texts, copied


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--reports", type=int, default=300)
    parser.add_argument("--copies", type=int, default=200)
    args = parser.parse_args()
    files = sorted(args.folder.rglob("*.md")) + sorted(args.folder.rglob("*.txt"))
    rng = random.Random(0)
    files = sorted(rng.sample(files, min(args.reports, len(files))))
    texts = [path.read_text(encoding="utf-8") for path in files]
    places = [path.parent.name for path in files]
    begun = time.process_time()
    base = text_reuse.passages(texts)
    print(f"{len(texts)} reports, {sum(map(len, texts)):,} characters: {time.process_time() - begun:.1f} s of "
          f"processor time, {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB at most, "
          f"{len(base):,} passages, {base['formula'].mean():.0%} of them formulas")
    known = {pair: rows for pair, rows in base.groupby(["report_a", "report_b"])}
    print(f"{'kind':<10}{'length':>8}{'recall':>9}{'passages':>10}{'precision':>11}{'as copy':>9}")
    for kind in ("verbatim", "swapped", "edited"):
        for length in LENGTHS:
            changed, copied = planted(texts, places, kind, length, args.copies, random.Random(length))
            found = text_reuse.passages(changed)
            hit = total = inside = outside = seen = copies = 0
            for source, target, start, end in copied:
                a, b = min(source, target), max(source, target)
                side, other = ("a", "b") if target == a else ("b", "a")
                rows = found[(found["report_a"] == a) & (found["report_b"] == b)]
                cover = set()
                copy = False
                for row in rows.itertuples():
                    low, high = getattr(row, f"start_{side}"), getattr(row, f"end_{side}")
                    if low < end and high > start:
                        cover.update(range(max(low, start), min(high, end)))
                        copy |= not row.formula
                    # Where the two agreed before, nothing new is found.
                    at = getattr(row, f"start_{other}")
                    old = known.get((a, b), base[:0])
                    if not ((old[f"start_{other}"] <= at + row.chars) & (old[f"end_{other}"] >= at)).any():
                        middle = (low + high) / 2
                        inside += start <= middle <= end
                        outside += not start <= middle <= end
                hit += len(cover)
                total += end - start
                seen += len(cover) > (end - start) / 2
                copies += copy
            print(f"{kind:<10}{length:>8}{hit / total:>9.3f}{seen / len(copied):>10.3f}"
                  f"{inside / max(inside + outside, 1):>11.3f}{copies / len(copied):>9.3f}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
