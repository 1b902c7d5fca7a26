"""
Level and power of the tests against the country, each place drawn as ours; and coverage of borrowed intervals.

    python benchmarks/bench_reference.py [--collection FOLDER]

The first two parts read `data/reference`. The third needs a local copy of the collection (recipes/reference.py),
for the reference holds no sections.
"""

import argparse
import time
from pathlib import Path

import numpy as np
from scipy import sparse

from analysis import paths, reference
from analysis.counts import Counts
from analysis.reference import outliers, subjects
from analysis.uncertainty import minimum_detectable_ratio

BANDS = ("5-9", "10-19", "20-39", "40+")


def pairs(country, before, after, by_subject, part="tasks"):
    """Both reports of each city: hits before and after, sizes before and after."""
    sides = [country.counts(part=part, level="city", years=year, doubtful=False) for year in (before, after)]
    both = sorted(set.intersection(*(set(side.units["place"]) for side in sides)))
    out = []
    for side in sides:
        first = side.units.drop_duplicates("place").reset_index().set_index("place").loc[both, "index"].to_numpy()
        hits = side.matrix[first].toarray().astype(float)
        tokens = side.sizes.to_numpy(float)[first]
        sizes = reference._expected(country, hits, tokens) if by_subject else np.repeat(tokens[:, None], hits.shape[1], 1)
        out.append((hits, sizes))
    (x0, n0), (x1, n1) = out
    return both, x0, x1, n0, n1


def level(country, before=2021, after=2026, splits=20, seed=0):
    """Share of terms that stand out when a city is drawn as ours; tails fitted on the other half of the cities."""
    print(f"\nchange {before} -> {after} against the tide: share of terms below p, a city drawn as ours")
    random = np.random.default_rng(seed)
    for by_subject in (False, True):
        both, x0, x1, n0, n1 = pairs(country, before, after, by_subject)
        score = outliers.scores_of_changes(x0, x1, n0, n1)[0]
        hits = x0 + x1
        tested = hits >= outliers.MIN_HITS
        shares = {alpha: np.zeros((splits, len(both))) for alpha in (0.05, 0.01)}
        any_q = []
        for k in range(splits):
            half = random.permutation(len(both))[: len(both) // 2]
            fitted = outliers.tail(score[half], hits[half])
            rest = np.setdiff1d(np.arange(len(both)), half)
            p = np.where(tested[rest], fitted.p(score[rest], hits[rest]), np.nan)
            for alpha, table in shares.items():
                table[k] = np.nan
                table[k, rest] = np.nansum(p < alpha, axis=1) / tested[rest].sum(axis=1)
            any_q += [(reference.false_discovery(row) < 0.05).any() for row in p]
        said = []
        for alpha, table in shares.items():
            mean = np.nanmean(table, axis=0)
            said.append(f"{alpha}: {mean.mean():.3f} ± {mean.std(ddof=1) / np.sqrt(len(mean)):.3f}"
                        f" (cities {np.quantile(mean, .1):.3f}-{np.quantile(mean, .9):.3f})")  # fmt: skip
        print(f"  {'subjects' if by_subject else 'tokens  '} {len(both)} cities, {tested.sum(1).mean():.0f} terms each; "
              + "; ".join(said) + f"; any q < .05 in {np.mean(any_q):.0%}")  # fmt: skip


def power(country, before=2021, after=2026, ratios=(2, 3, 5), seed=0, draws=4000):
    """
    Share found at .05 when a change beside the tide is planted in one term of one city.

    Hits of one side are thinned, so that bursts stay; terms are drawn by the hits that they have before planting.
    """
    print("\npower at .05, a change planted by thinning one side; hits before planting; Poisson: the same thinning of "
          "counts that chance alone made, the tide known; mde: share found at the printed ratio")  # fmt: skip
    random = np.random.default_rng(seed)
    for by_subject in (False, True):
        both, x0, x1, n0, n1 = pairs(country, before, after, by_subject)
        score, others, rho = outliers.scores_of_changes(x0, x1, n0, n1)
        fitted = outliers.tail(score, x0 + x1)
        for low, high in ((10, 19), (20, 29), (30, 59), (60, 1e9)):
            cells = np.argwhere((x0 + x1 >= low) & (x0 + x1 <= high))
            cells = cells[random.choice(len(cells), min(draws, len(cells)), replace=False)]
            found = {ratio: [np.mean(planted(x0, x1, n0, n1, others, rho, fitted, cells, ratio, random, chance))
                             for chance in (False, True)] for ratio in ratios}  # fmt: skip
            total = (x0 + x1)[cells[:, 0], cells[:, 1]]
            at = cells[:, 0], cells[:, 1]
            floor = minimum_detectable_ratio(total, n0[at] / others[at], n1[at])
            ours = floor ** (np.sqrt(1 + rho[at] * (total - 1)) * fitted.critical(total) / 1.96)
            print(f"  {'subjects' if by_subject else 'tokens  '} {low}-{high:.0f} hits: "
                  + "; ".join(f"{r}-fold {a:.2f} (Poisson {b:.2f})" for r, (a, b) in found.items())
                  + f"; printed ratio {np.median(ours):.2f}, floor {np.median(floor):.2f}, "
                  f"over it {np.median(ours / floor):.2f} (90% {np.quantile(ours / floor, .9):.2f})")  # fmt: skip


def planted(x0, x1, n0, n1, others, rho, fitted, cells, ratio, random, chance):
    """Which of the planted changes are found; `chance`: counts drawn anew without anything but chance."""
    row, column = cells.T
    a, b = x0[row, column], x1[row, column]
    share = n1[row, column] / (n0 + n1)[row, column]
    odds = share / (1 - share) * others[row, column]
    p = odds / (1 + odds)
    spread = rho[row, column]
    if chance:
        b = random.binomial((a + b).astype(int), p).astype(float)
        a = x0[row, column] + x1[row, column] - b
        spread = np.full(len(p), 1e-4)
    down = random.random(len(row)) < 0.5
    a, b = np.where(down, a, random.binomial(a.astype(int), 1 / ratio)), np.where(
        down, random.binomial(b.astype(int), 1 / ratio), b)  # fmt: skip
    score = outliers._bb_score(b[None], (a + b)[None], p[None], np.maximum(spread, 1e-6)[None])[0]
    if chance:
        return np.abs(score) > 1.96
    return fitted.p(score, np.maximum(a + b, outliers.MIN_HITS)) < 0.05


def norms(country, year=2021):
    """Level of `unusual`: every city of a year as ours, tails fitted on the other half."""
    print(f"\nunusual among the cities of {year}: share of terms below .05 and .01, a city drawn as ours")
    random = np.random.default_rng(0)
    for by_subject in (False, True):
        counts = country.counts(level="city", years=year, doubtful=False)
        hits, tokens = counts.matrix.toarray().astype(float), counts.sizes.to_numpy(float)
        sizes = reference._expected(country, hits, tokens) if by_subject else tokens[:, None]
        score, expected, _ = outliers.scores_of_rates(hits, sizes)
        half = random.permutation(len(hits))
        first, second = half[: len(half) // 2], half[len(half) // 2 :]
        fitted = outliers.tail(score[first], expected[first], outliers.EXPECTED)
        for name, low, high in (("rare", 0.1, 1), ("common", 1, 1e9)):
            tested = (expected[second] >= low) & (expected[second] < high)
            p = np.where(tested, fitted.p(score[second], expected[second]), np.nan)
            by = [np.nansum(p < alpha, axis=1) / tested.sum(axis=1) for alpha in (0.05, 0.01)]
            q = np.mean([(reference.false_discovery(row) < 0.05).any() for row in p])
            print(f"  {'subjects' if by_subject else 'tokens  '} {name:6s} {tested.sum(1).mean():.0f} terms: "
                  + "; ".join(f"{x.mean():.3f} ± {x.std(ddof=1) / np.sqrt(len(x)):.3f}" for x in by)
                  + f"; any q < .05 in {q:.0%} of cities")  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("--reference", type=Path, default=paths.REFERENCE)
    parser.add_argument("--collection", type=Path, help="a local copy of the collection, for coverage of intervals")
    args = parser.parse_args()
    country = reference.load(args.reference)
    for name, options in (("four terms, all years", {"terms": ["改革", "创新", "开放", "人才"], "level": "city"}),
                          ("all terms, cities of two years", {"level": "city", "years": [2021, 2026]}),
                          ("all terms, all years of one city", {"places": ["太原市"]})):  # fmt: skip
        start = time.perf_counter()
        country.counts(**options)
        print(f"load {name:34s} {time.perf_counter() - start:.2f} s")
    level(country)
    power(country)
    norms(country)


if __name__ == "__main__":
    main()
