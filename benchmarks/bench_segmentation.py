"""
Measure the segmentation engines against plain `jieba.lcut` in the same, interleaved run.

    python benchmarks/bench_segmentation.py [--chars 500000] [--repeats 3] [--lexicon none]

The text is paragraphs of the five raw files, drawn with a seed, pinyin and all, so that the guard
has work to do. Rates swing with the machine: read the ratios. It fails if any token differs.
"""

import argparse
import random
import re
import statistics
import time

import pandas as pd

from analysis import lexicons, paths
from analysis.tokens import engines

SEED = 20210401
# Characters in a document: a work report of a city has 15,000 to 20,000.
DOCUMENT = 16_000


def sample(chars: int) -> list[str]:
    """Draw paragraphs with replacement until there are `chars` characters, as documents."""
    texts = [p.read_bytes().decode("utf-8", "replace") for p in sorted(paths.RAW.glob("*.txt"))]
    pool = [line for text in texts for line in re.split(r"\n+", text) if len(line) > 5]
    chooser, drawn, size = random.Random(SEED), [], 0
    while size < chars:
        drawn.append(chooser.choice(pool))
        size += len(drawn[-1])
    text = "\n".join(drawn)
    return [text[start : start + DOCUMENT] for start in range(0, len(text), DOCUMENT)]


def rate(cut, documents: list[str]) -> float:
    """Characters per second of cutting every document."""
    began = time.perf_counter()
    for document in documents:
        cut(document, True)
    return sum(map(len, documents)) / (time.perf_counter() - began)


def measure(chars: int, repeats: int, terms: tuple[str, ...]) -> pd.DataFrame:
    """One row a way of cutting: median rate, and the median of its ratios to plain jieba."""
    documents = sample(chars)
    plain = engines.get("jieba").cut
    ways = {
        "jieba.lcut, no lexicon": plain,
        "jieba, lexicon": engines.get("jieba", terms).cut,
        "rjieba guarded, no lexicon": engines.get("rjieba").cut,
        "rjieba guarded, lexicon": engines.get("rjieba", terms).cut,
        "rjieba unguarded": engines._rjieba(()).cut,
    }
    names = list(ways)
    for jieba, rjieba in ((names[0], names[2]), (names[1], names[3])):
        differing = sum(ways[jieba](d, True) != ways[rjieba](d, True) for d in documents)
        if differing:
            raise SystemExit(f"{differing} of {len(documents)} documents differ: {jieba}, {rjieba}")
    runs = [{name: rate(cut, documents) for name, cut in ways.items()} for _ in range(repeats)]
    return pd.DataFrame({
        "Mchar_per_s": {n: statistics.median(run[n] for run in runs) / 1e6 for n in ways},
        "times_jieba": {n: statistics.median(run[n] / run[names[0]] for run in runs) for n in ways},
    }).round(2)


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[1])
    parser.add_argument("--chars", type=int, default=500_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--lexicon", default="default", help="a list's name or path, or none")
    args = parser.parse_args(argv)
    terms = lexicons.terms(None if args.lexicon == "none" else args.lexicon)
    text = "".join(sample(args.chars))
    share = sum(end - start for start, end in engines.suspect_pieces(text)) / len(text)
    print(measure(args.chars, args.repeats, terms).to_string())
    print(f"{share:.2%} of the characters go to jieba itself; {len(terms)} lexicon terms.")


if __name__ == "__main__":
    main()
