"""
Run the statistics on the counts of thousands of drawn reports: seconds and peak memory so far.

    python benchmarks/bench_downstream.py [--reports 5000]

Trends are taken over years: reports of a year are added up, because a test over all pairs of 5,000
reports would weigh 12 million slopes a term.
"""

import argparse
import resource
import time

from bench_statistics import corpus

from analysis import drift, keyness, terms, uncertainty
from analysis.counts import pruned

# Terms in fewer units than this have no trend to speak of.
MIN_UNITS = 50


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[1])
    parser.add_argument("--reports", type=int, default=5000)
    n = parser.parse_args().reports
    counts = corpus(n, 50_000)
    print(f"{n} reports, {counts.matrix.sum():,} tokens, {counts.matrix.nnz:,} cells")
    first = counts.units["report"][0]
    # As `frame` names its rows: by words.
    years = (1990 + counts.units["report"].str[1:].astype(int) % 35).astype("str")
    kept = pruned(counts, min_units=MIN_UNITS)
    kept.units["year"] = years

    def trend():
        table = kept.frame("year")
        sizes = counts.sizes.groupby(years).sum()
        return drift.trend(table.div(sizes, axis=0) * 1e4)

    jobs = {
        "rates with intervals, terms a report has": lambda: uncertainty.rates(counts, zeros=False),
        "log_likelihood, one against the others": lambda: keyness.log_likelihood(counts, first),
        "class_tfidf": lambda: terms.class_tfidf(counts),
        f"trend over 35 years, {len(kept.terms):,} terms": trend,
    }
    for name, call in jobs.items():
        began = time.perf_counter()
        rows = len(call())
        spent = time.perf_counter() - began
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{name:48s}{rows:>12,} rows {spent:8.1f} s {peak:8.0f} MB", flush=True)


if __name__ == "__main__":
    main()
