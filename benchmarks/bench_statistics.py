"""
Time the statistics on five reports and on a thousand; compare G² with a loop over SciPy.

    python benchmarks/bench_statistics.py [--reports 1000]

The corpus is drawn: word frequencies by Zipf's law, reports of 20 sections of 400 tokens, words
bunched in sections (gamma factors), so that the matrices have a real corpus's density.
"""

import argparse
import resource
import time

import numpy as np
import pandas as pd
from scipy import sparse, stats

from analysis import keyness, terms, uncertainty
from analysis.counts import Counts


def corpus(n_reports: int, n_terms: int, n_sections: int = 20, length: int = 400, seed: int = 0):
    """Draw a `Counts` by section."""
    rng = np.random.default_rng(seed)
    share = 1 / np.arange(1, n_terms + 1)
    share = np.cumsum(share / share.sum())
    n_units = n_reports * n_sections
    # A third of a section's tokens repeat its own earlier words: that is what bunches terms.
    term = np.searchsorted(share, rng.random((n_units, length)))
    earlier = rng.integers(0, length, (n_units, length))
    term = np.where(rng.random((n_units, length)) < 1 / 3,
                    np.take_along_axis(term, earlier, axis=1), term)
    unit = np.repeat(np.arange(n_units), length)
    matrix = sparse.coo_array((np.ones(unit.size, np.int32), (unit, term.ravel())),
                              (n_units, n_terms)).tocsr()
    units = pd.DataFrame({
        "report": np.repeat([f"r{i:04d}" for i in range(n_reports)], n_sections),
        "section": np.tile(np.arange(n_sections), n_reports), "n_tokens": length})
    return Counts(matrix, units, pd.Index([f"t{i:05d}" for i in range(n_terms)], name="term"))


def loop_over_scipy(counts, target: str) -> list[float]:
    """G² as many notebooks have it: one contingency table a term."""
    mine = (counts.units.report == target).to_numpy()
    a = counts.matrix[mine].sum(axis=0)
    b = counts.matrix[~mine].sum(axis=0)
    n, m = a.sum(), b.sum()
    return [stats.chi2_contingency([[x, y], [n - x, m - y]], correction=False,
                                   lambda_="log-likelihood")[0]
            for x, y in zip(a, b, strict=True) if x + y]


def timed(name: str, call) -> float:
    """Run once, print seconds and the process's peak memory so far."""
    start = time.perf_counter()
    call()
    spent = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{name:58s}{spent:9.2f} s {peak:8.0f} MB")
    return spent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--reports", type=int, default=1000)
    n = parser.parse_args().reports
    five = corpus(5, 8000)
    first = five.units.report[0]
    print("5 reports, 8,000 terms")
    timed("bootstrap, 10,000 resamples", lambda: uncertainty.bootstrap(five))
    timed("rates with intervals", lambda: uncertainty.rates(five))
    timed("contrast, one against four", lambda: uncertainty.contrast(five, first))
    timed("placebo, 200 splits a report, two tests", lambda: uncertainty.placebo(five))
    ours = timed("log_likelihood", lambda: keyness.log_likelihood(five, first))
    loop = timed("G² by a loop over scipy.stats.chi2_contingency",
                 lambda: loop_over_scipy(five, first))
    print(f"{'':58s}{loop / ours:9.0f} times as long")
    many = corpus(n, 50_000)
    print(f"{n} reports, 50,000 terms, {many.matrix.sum():,} tokens")
    label = many.units.report[0]
    half = list(many.units.report.unique()[: n // 2])
    timed("rates with intervals, terms a report has", lambda: uncertainty.rates(many, zeros=False))
    timed("contrast, half against half", lambda: uncertainty.contrast(many, half))
    timed("log_likelihood, one against the others", lambda: keyness.log_likelihood(many, label))
    timed("log_odds, one against the others", lambda: keyness.log_odds(many, label))
    timed("divergence_shift, half against half", lambda: keyness.divergence_shift(many, half))
    timed("class_tfidf", lambda: terms.class_tfidf(many))
    timed("dispersion over sections", lambda: terms.dispersion(many))
    few = many.select(many.terms[:200])
    timed("bootstrap of 200 terms, 1,000 resamples",
          lambda: uncertainty.bootstrap(few, n_resamples=1000))


if __name__ == "__main__":
    main()
