"""
Measure what topics cost on a corpus: fits, resamples with shuffled words, coherence; NMF and LDA.

    python benchmarks/bench_topics.py          # the reports of the catalogue; nothing cached
    python benchmarks/bench_topics.py --lda    # also resamples of LDA, several minutes
"""

import argparse
import tempfile
import time
from pathlib import Path

from analysis import corpus, counts, lexicons, paths, tokens, topics
from analysis.topics import choice, coherence, stability


def timed(label: str, work):
    """Run; print seconds on the clock, and of processor time of this process (not its workers)."""
    clock, cpu = time.perf_counter(), time.process_time()
    result = work()
    clock, cpu = time.perf_counter() - clock, time.process_time() - cpu
    print(f"{label:<58}{clock:8.2f} s{cpu:8.2f} s cpu", flush=True)
    return result


def main(lda: bool) -> None:
    reports = corpus.load()
    words = tokens.table(reports)
    by_paragraph = counts.count(words, stop=lexicons.stopwords())
    made = timed("documents", lambda: topics.documents(by_paragraph, reports.paragraphs))
    ks = choice.candidates(made)
    print(f"{made.matrix.shape[0]} documents, {made.matrix.shape[1]} terms, K {ks[0]} to {ks[-1]}")
    for engine in topics.ITERATIONS:
        timed(f"one fit, K = 10, {engine}", lambda e=engine: topics.fit(made, 10, e))
    with tempfile.TemporaryDirectory() as folder:
        paths.CACHE = Path(folder)
        for jobs in (1, 2):
            paths.CACHE = Path(folder) / str(jobs)
            label = f"{stability.RESAMPLES} halves × {len(ks)} K + nulls, nmf, {jobs} process(es)"
            found = timed(label, lambda n=jobs: stability.matches(made, ks, n_jobs=n))
        timed("the same from the cache", lambda: stability.matches(made, ks))
    fits = timed("all K on the whole text", lambda: {k: topics.fit(made, k).top() for k in ks})
    texts = topics.texts(words, made)
    scores = timed("c_npmi and c_v of all K", lambda: coherence.by_k(fits, texts))
    k, why = choice.choose_k(choice.stability(found), scores)
    print(why)
    if lda:
        some = {"engine": "lda", "resamples": 10, "nulls": 0, "n_jobs": 2}
        other = timed("10 halves, lda, 2 processes", lambda: stability.matches(made, [k], **some))
        for name, table in (("nmf", found[found["k"] == k]), ("lda", other)):
            runs = table[table["shuffle"] < 0]
            jaccard = (runs["shared"] / (2 * topics.TOP - runs["shared"])).mean()
            agreement = runs["agreement"].mean()
            print(f"{name}, K = {k}: Jaccard {jaccard:.2f}, agreement {agreement:.2f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument("--lda", action="store_true", help="resample LDA as well")
    main(parser.parse_args().lda)
