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
from scipy import special

from analysis import paths, reference
from analysis.reference import models, store
from analysis.uncertainty import estimators, minimum_detectable_ratio

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
        alike = np.repeat(tokens[:, None], hits.shape[1], axis=1)
        sizes = reference._expected(country, hits, tokens) if by_subject else alike
        out.append((hits, sizes))
    (x0, n0), (x1, n1) = out
    return both, x0, x1, n0, n1


def level(country, before=2021, after=2026, splits=20, seed=0):
    """Share of terms that stand out when a city is drawn as ours; tails fitted on the other half of the cities."""
    print(f"\nchange {before} -> {after} against the tide: share of terms below p, a city drawn as ours")
    random = np.random.default_rng(seed)
    for by_subject in (False, True):
        both, x0, x1, n0, n1 = pairs(country, before, after, by_subject)
        score = models.scores_of_changes(x0, x1, n0, n1)[0]
        hits = x0 + x1
        tested = hits >= models.MIN_HITS
        shares = {alpha: np.zeros((splits, len(both))) for alpha in (0.05, 0.01)}
        any_q = []
        for k in range(splits):
            half = random.permutation(len(both))[: len(both) // 2]
            fitted = models.Tail.fit(score[half], hits[half])
            rest = np.setdiff1d(np.arange(len(both)), half)
            p = np.where(tested[rest], fitted.p(score[rest], hits[rest]), np.nan)
            for alpha, table in shares.items():
                table[k] = np.nan
                table[k, rest] = np.nansum(p < alpha, axis=1) / tested[rest].sum(axis=1)
            any_q += [(reference.false_discovery(row) < 0.05).any() for row in p]
        said = []
        for alpha, table in shares.items():
            mean = np.nanmean(table, axis=0)
            error = mean.std(ddof=1) / np.sqrt(len(mean))
            near, far = np.quantile(mean, [0.1, 0.9])
            said.append(f"{alpha}: {mean.mean():.3f} ± {error:.3f} (cities {near:.3f}-{far:.3f})")
        sized = "subjects" if by_subject else "tokens  "
        said.append(f"any q < .05 in {np.mean(any_q):.0%}")
        print(f"  {sized} {len(both)} cities, {tested.sum(1).mean():.0f} terms each; " + "; ".join(said))


def power(country, before=2021, after=2026, ratios=(2, 3, 5), seed=0, draws=4000):
    """
    Share found at .05 when a change beside the tide is planted in one term of one city.

    Hits of one side are thinned, so that bursts stay; terms are drawn by the hits that they have before planting.
    """
    print("\npower at .05, a change planted by thinning one side; hits before planting; Poisson: the same thinning of "
          "counts that chance alone made, the tide known; mde: share found at the printed ratio")  # fmt: skip
    random = np.random.default_rng(seed)
    for by_subject in (False, True):
        _both, x0, x1, n0, n1 = pairs(country, before, after, by_subject)
        score, others, rho = models.scores_of_changes(x0, x1, n0, n1)
        fitted = models.Tail.fit(score, x0 + x1)
        for low, high in ((10, 19), (20, 29), (30, 59), (60, 1e9)):
            cells = np.argwhere((x0 + x1 >= low) & (x0 + x1 <= high))
            cells = cells[random.choice(len(cells), min(draws, len(cells)), replace=False)]
            found = {ratio: [np.mean(planted(x0, x1, n0, n1, others, rho, fitted, cells, ratio, random, chance))
                             for chance in (False, True)] for ratio in ratios}  # fmt: skip
            total = (x0 + x1)[cells[:, 0], cells[:, 1]]
            at = cells[:, 0], cells[:, 1]
            shares = n1[at] * others[at], n0[at]
            wide = np.maximum((1 + rho[at] * (total - 1)) * (fitted.critical(total) / 1.96) ** 2, 1.0)
            floor, ours = minimum_detectable_ratio(total, *shares), minimum_detectable_ratio(total, *shares, wide, wide)
            over = (ours / np.where(np.isfinite(floor), floor, np.nan))[np.isfinite(ours)]
            print(f"  {'subjects' if by_subject else 'tokens  '} {low}-{high:.0f} hits: "
                  + "; ".join(f"{r}-fold {a:.2f} (Poisson {b:.2f})" for r, (a, b) in found.items())
                  + f"; printed ratio {np.median(ours):.2f}, floor {np.median(floor):.2f}, "
                  f"over it {np.median(over):.2f} (90% {np.quantile(over, .9):.2f})")  # fmt: skip


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
    score = models._bb_score(b[None], (a + b)[None], p[None], np.maximum(spread, 1e-6)[None])[0]
    if chance:
        return np.abs(score) > 1.96
    return fitted.p(score, np.maximum(a + b, models.MIN_HITS)) < 0.05


def norms(country, year=2021):
    """Level of `unusual`: every city of a year as ours, tails fitted on the other half."""
    print(f"\nunusual among the cities of {year}: share of terms below .05 and .01, a city drawn as ours")
    random = np.random.default_rng(0)
    for by_subject in (False, True):
        counts = country.counts(level="city", years=year, doubtful=False)
        hits, tokens = counts.matrix.toarray().astype(float), counts.sizes.to_numpy(float)
        sizes = reference._expected(country, hits, tokens) if by_subject else tokens[:, None]
        score, expected, _ = models.scores_of_rates(hits, sizes)
        half = random.permutation(len(hits))
        first, second = half[: len(half) // 2], half[len(half) // 2 :]
        fitted = models.Tail.fit(score[first], expected[first], models.EXPECTED)
        for name, low, high in (("rare", 0.1, 1), ("common", 1, 1e9)):
            tested = (expected[second] >= low) & (expected[second] < high)
            p = np.where(tested, fitted.p(score[second], expected[second]), np.nan)
            by = [np.nansum(p < alpha, axis=1) / tested.sum(axis=1) for alpha in (0.05, 0.01)]
            q = np.mean([(reference.false_discovery(row) < 0.05).any() for row in p])
            print(f"  {'subjects' if by_subject else 'tokens  '} {name:6s} {tested.sum(1).mean():.0f} terms: "
                  + "; ".join(f"{x.mean():.3f} ± {x.std(ddof=1) / np.sqrt(len(x)):.3f}" for x in by)
                  + f"; any q < .05 in {q:.0%} of cities")  # fmt: skip


def sections(folder):
    """Counts by section of a local copy of the collection; some minutes."""
    import importlib.util
    import tempfile

    spec = importlib.util.spec_from_file_location("recipe", paths.ROOT / "recipes" / "reference.py")
    recipe = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(recipe)
    with tempfile.TemporaryDirectory() as scratch:
        return store._sections(recipe.catalogued(folder, Path(scratch))[0], jobs=2)


def borrowed(folder, seed=1, tests=400):
    """
    Level and length of a test between random halves of one report's tasks, φ borrowed as `reference.rates` does.

    φ of each term comes from the reports of other places.
    """
    counts, table, *_ = sections(folder)
    random = np.random.default_rng(seed)
    units = counts.units.reset_index(drop=True)
    here = (units["function"].astype(str) == "tasks") & (units["n_tokens"] >= 20)
    place = units["report"].astype(str).map(table.set_index("id")["place"])
    known = set(random.permutation(sorted(set(place)))[: place.nunique() * 2 // 3])
    groups = [(p, rows.to_numpy()) for (p, _), rows in units[here].groupby([place[here], "report"]).groups.items()
              if len(rows) >= 8]  # fmt: skip
    learn, held = ([rows for p, rows in groups if (p in known) == flag] for flag in (True, False))
    sizes = counts.sizes.to_numpy(float)
    sums = np.zeros((2, len(counts.terms)))
    for rows in learn:
        part = counts.matrix[rows]
        at = np.flatnonzero(np.asarray(part.sum(axis=0)).ravel() >= models.LEAST_HITS)
        sums[:, at] += models.moments(part[:, at].toarray(), sizes[rows][:, None])[:2]
    prior = (sums[1] + 5 * 1.6) / (sums[0] + 5)
    print(f"\nrandom halves of the tasks of {tests} held-out reports: level at .05 and median length (log) of the 95% "
          "interval of the ratio, by hits")  # fmt: skip
    chosen = [held[k] for k in random.permutation(len(held))[:tests]]
    for freedom in (None, 8, 16, 24, 32):
        found = np.vstack([_halves(counts, sizes, rows, prior, freedom, seed + k) for k, rows in enumerate(chosen)])
        said = [f"all {np.mean(found[:, 0] < .05):.3f}"]
        for low, high in ((5, 9), (10, 19), (20, 39), (40, np.inf)):
            rows = found[(found[:, 2] >= low) & (found[:, 2] <= high)]
            said.append(f"{low}-{high}: {np.mean(rows[:, 0] < .05):.3f}, {np.median(rows[rows[:, 3] > 0, 1]):.2f}")
        print(f"  {'own spread' if freedom is None else f'{freedom} degrees borrowed':20s} " + "; ".join(said))
    simulated(prior[sums[0] > 50], sizes, chosen, random)


def _halves(counts, sizes, rows, prior, freedom, seed):
    rows = np.random.default_rng(seed).permutation(rows)
    at = np.flatnonzero(np.asarray(counts.matrix[rows].sum(axis=0)).ravel() >= 5)
    sides = [models.moments(counts.matrix[half][:, at].toarray(), sizes[half][:, None])
             for half in np.array_split(rows, 2)]  # fmt: skip
    sides = [estimators.Side(*side) for side in sides]
    if freedom is None:
        (first, second), free = estimators.shrink_dispersion(*sides)
    else:
        (first, one), (second, two) = (reference._spread(*side, prior[at], freedom) for side in sides)
        parts = [phi / np.maximum(side[0], 0.5) for phi, side in ((first, sides[0]), (second, sides[1]))]
        free = sum(parts) ** 2 / (parts[0] ** 2 / one + parts[1] ** 2 / two)
    # The ratio of two gamma rates with these dispersions, as `estimators.ratio_interval` has it.
    shapes = sides[0].hits / first + 0.5, sides[1].hits / second + 0.5
    scale = (first / sides[0].tokens) / (second / sides[1].tokens)
    reach = special.ndtr(-estimators.student(free, 0.95))
    low = special.betaincinv(*shapes, reach)
    high = special.betaincinv(*shapes[::-1], reach)
    low, high = scale * low / (1 - low), scale * (1 - high) / np.maximum(high, 1e-12)
    p = np.where((low > 1) | (high < 1), 0.0, 1.0)
    both = (sides[0][0] > 0) & (sides[1][0] > 0)
    return np.column_stack([p, np.log(high / np.maximum(low, 1e-9)), sides[0][0] + sides[1][0], both])


def simulated(prior, sizes, groups, random, draws=20_000):
    """Coverage of the interval of a rate: sections as long as real ones, terms as uneven as real ones."""
    print("coverage of the 95% interval of a rate, sections drawn (gamma rates, Poisson hits), φ of a real term; "
          "and where the report's own φ - 1 is half or twice what the reference knows")  # fmt: skip
    for factor in (1.0, 0.5, 2.0):
        said = []
        for low, high in ((3, 5), (6, 8), (9, 14), (15, 40)):
            cover = {None: [], 24: []}
            for _ in range(draws // 100):
                length = sizes[groups[random.integers(len(groups))]]
                length = random.choice(length, random.integers(low, high + 1))
                hits = np.exp(random.uniform(np.log(4), np.log(60), 100))
                phi = random.choice(prior, 100)
                rate = hits / length.sum()
                typical = length.mean()
                shape = rate * typical / np.maximum((phi - 1) * factor, 1e-3)
                mean = random.gamma(np.broadcast_to(shape, (len(length), 100))) / shape * rate
                cells = random.poisson(mean * length[:, None])
                moments = models.moments(cells, length[:, None])
                for freedom, rows in cover.items():
                    own, free = reference._spread(*moments, phi, freedom or 0)
                    a, b = estimators.rate_interval(moments[0], moments[2], own,
                                                 estimators.dof_of_hits(free, moments[0]))  # fmt: skip
                    ok = moments[0] > 0
                    rows += list(((a <= rate) & (rate <= b))[ok])
            said.append(f"m {low}-{high}: own {np.mean(cover[None]):.3f}, borrowed {np.mean(cover[24]):.3f}")
        print(f"  φ - 1 times {factor}: " + "; ".join(said))


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
    if args.collection:
        borrowed(args.collection)


if __name__ == "__main__":
    main()
