"""
Count a corpus of many reports: our way on one core and on two, from the cache, and the usual way.

    python benchmarks/bench_scale.py [--chars 1e6 3e6 1e7] [--damaged 0.02] [--repeats 3] [--large]

The corpus is drawn with a seed: documents of 16,000 characters from paragraphs of the restored
reports, digits changed, so that the vocabulary grows; a share of them from paragraphs of the raw
files instead, damage and all. The usual way is `jieba.lcut` in a loop and `CountVectorizer`, given
the restored texts free of charge. Every job is a process of its own, in turn with the others; its
seconds hold everything but the imports and the comparison at the end, dictionaries and starting of
workers included. It fails if a count differs. Rates swing with the machine: read the ratios.
"""

import argparse
import csv
import json
import os
import random
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

import restoration
from analysis import catalogue, corpus, paths, storage

SEED = 20210401
# Characters in a document: a work report of a city has 15,000 to 20,000.
DOCUMENT = 16_000
JOBS = ("usual", "one", "two", "again")


def pools() -> list[list[str]]:
    """Paragraphs of the restored reports, then those of each raw file."""
    reports = corpus.load(paths.ROOT / "data" / "catalogue.csv")
    clean = "\n".join(report.text for report in reports)
    return [_paragraphs(clean), *(_paragraphs(report.raw) for report in reports)]


def _paragraphs(text: str) -> list[str]:
    return [line for line in re.split(r"[\r\n]+", text) if line.strip()]


def make(folder: Path, chars: int, damaged: float) -> Path:
    """Write a corpus and its catalogue."""
    chooser, (clean, *raw) = random.Random(SEED), pools()
    folder.mkdir(parents=True)
    rows, written, due = [], 0, 0.0
    while written < chars:
        name, due = f"report-{len(rows):06d}", due + damaged
        hurt = due >= 1
        due -= hurt
        text = _document(chooser, chooser.choice(raw) if hurt else clean, not hurt)
        (folder / f"{name}.txt").write_text(text, "utf-8", newline="")
        row = dict.fromkeys(catalogue.COLUMNS, "")
        row |= {"id": name, "file": f"{name}.txt", "title": name, "level": "city"}
        row |= {"genre": "work-report", "date": str(1990 + len(rows) % 35)}
        rows.append(row)
        written += len(text)
    with open(folder / "catalogue.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, catalogue.COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return folder / "catalogue.csv"


def _document(chooser: random.Random, pool: list[str], vary: bool) -> str:
    lines, size = [], 0
    while size < DOCUMENT:
        lines.append(chooser.choice(pool))
        size += len(lines[-1]) + 1
    text = "\n".join(lines)
    return re.sub("[0-9]", lambda _: chooser.choice("0123456789"), text) if vary else text


def job(name: str, source: Path) -> dict:
    """Do one job in this process: seconds, seconds of processors, peak memory, and the counts."""
    work = usual if name == "usual" else ours
    import joblib  # noqa: F401
    import sklearn.feature_extraction.text  # noqa: F401

    from analysis.counts import streaming  # noqa: F401

    began = time.perf_counter(), _cpu()
    said = work(name, source)
    seconds, cpu = time.perf_counter() - began[0], _cpu() - began[1]
    worker = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return {"seconds": seconds, "cpu": cpu, "parent_MB": _peak(), "worker_MB": worker, **said()}


def _peak() -> float:
    """Peak memory of this process in MB; `getrusage` would count the process that started it."""
    status = Path("/proc/self/status")
    found = re.search(r"VmHWM:\s*(\d+)", status.read_text()) if status.exists() else None
    kilobytes = int(found[1]) if found else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return kilobytes / 1024


def _cpu() -> float:
    used = [resource.getrusage(w) for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def ours(name: str, source: Path) -> Callable[[], dict]:
    """Count by paragraph with `streaming.count`; later, say what the reports came to."""
    from joblib.externals.loky import get_reusable_executor

    from analysis.counts import streaming

    n_jobs = 2 if name == "two" else 1
    counts = streaming.count(source, lexicon=None, n_jobs=n_jobs, progress=sys.stderr.isatty())
    if n_jobs > 1:
        get_reusable_executor().shutdown(wait=True)  # only then their processor time is known

    def said() -> dict:
        whole = counts.regroup("report")
        return _said(whole.matrix, whole.terms) | {"cells": int(counts.matrix.nnz)}

    return said


def usual(_: str, source: Path) -> Callable[[], dict]:
    """Cut every text with jieba.lcut, count with CountVectorizer; later, what we count of it."""
    import jieba
    from sklearn.feature_extraction.text import CountVectorizer

    from analysis import tokens

    jieba.setLogLevel(60)
    texts = [path.read_text("utf-8") for path in sorted(source.parent.glob("restored/*.txt"))]
    vectorizer = CountVectorizer(analyzer=jieba.lcut)
    matrix = vectorizer.fit_transform(texts)

    def said() -> dict:
        terms = pd.Index(vectorizer.get_feature_names_out())
        keep = np.array([tokens.kind(term) in tokens.COUNTED for term in terms])
        return _said(matrix.tocsc()[:, np.flatnonzero(keep)].tocsr(), terms[keep])

    return said


def _said(matrix, terms: pd.Index) -> dict:
    """Counts named by their content: equal digests are equal tables."""
    matrix.sort_indices()
    arrays = [matrix.indptr, matrix.indices, matrix.data]
    data = b"".join(a.astype(np.int64).tobytes() for a in arrays) + "\n".join(terms).encode()
    return {"digest": storage.checksum(data), "tokens": int(matrix.sum()), "terms": len(terms)}


def run(name: str, source: Path, cache: Path) -> dict:
    """Do one job in a process of its own."""
    command = [sys.executable, __file__, "--job", name, "--source", str(source)]
    environ = {**os.environ, "REPORTS_CACHE": str(cache)}
    done = subprocess.run(command, env=environ, stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


def interleaved(source: Path, chars: int, repeats: int, jobs=JOBS) -> pd.DataFrame:
    """One row a job and repeat; each repeat has caches of its own, empty at first."""
    rows = []
    for repeat in range(repeats):
        kept = {job: source.parent / f"cache-{repeat}-{job}" for job in jobs}
        kept["again"] = kept["two"]
        for name in sorted(jobs, key=("two", "again", "one", "usual").index):
            if name == "usual" and not (source.parent / "restored").exists():
                _restore(source, kept["two"])
            done = run(name, source, kept[name])
            rows.append({"chars": chars, "repeat": repeat, "job": name, **done})
    table = pd.DataFrame(rows)
    if len(set(table.digest)) > 1:
        raise SystemExit(f"the counts differ:\n{table[['job', 'digest', 'tokens']]}")
    return table


def _restore(source: Path, cache: Path) -> None:
    """Write the restored texts for the usual way, outside of its time."""
    code = ("from analysis import corpus; import pathlib, sys; source = pathlib.Path(sys.argv[1])\n"
            "(source.parent / 'restored').mkdir()\n"
            "for r in corpus.load(source).stream():\n"
            "    (source.parent / 'restored' / f'{r.id}.txt').write_text(r.text, newline='')")
    environ = {**os.environ, "REPORTS_CACHE": str(cache), "PYTHONUTF8": "1"}
    subprocess.run([sys.executable, "-c", code, str(source)], env=environ, check=True)


def stages(source: Path, most: int = 60) -> pd.DataFrame:
    """
    Characters per second of each stage alone, and of the usual way on the same report in turn.

    In processor time, dictionaries loaded: what a report more costs, however large the corpus.
    """
    import jieba
    from sklearn.feature_extraction.text import CountVectorizer

    from analysis import structure
    from analysis.counts import streaming
    from analysis.counts.streaming import CHUNK
    from analysis.tokens import engines

    reports = corpus.load(source).reports[:: max(1, len(corpus.load(source)) // most)]
    cut, options = engines.get().cut, streaming._Options(cached=False)
    every = ("restore", "parse", "cut", "all, counted by paragraph", "the usual way", "in portions")
    spent = dict.fromkeys(every, 0.0)
    jieba.setLogLevel(60)
    jieba.initialize()
    texts = [restoration.restore(report.data).text for report in reports[:2]]  # tables loaded
    cut("比2022-08高", True), structure.places(texts[0])
    raw = 0
    for report in reports:
        raw += len(report.data.decode("utf-8", "replace"))
        restored = _timed(spent, "restore", restoration.restore, report.data)
        _timed(spent, "parse", structure.places, restored.text)
        _timed(spent, "cut", cut, restored.text, True)
        _timed(spent, every[3], streaming._count_chunk, [report], options)
        _timed(spent, every[4], CountVectorizer(analyzer=jieba.lcut).fit_transform, [restored.text])
    for start in range(0, len(reports), CHUNK):
        _timed(spent, every[5], streaming._count_chunk, reports[start : start + CHUNK], options)
    return pd.DataFrame({"Mchar_per_s": {k: raw / v / 1e6 for k, v in spent.items()},
                         "times_usual": {k: spent[every[4]] / v for k, v in spent.items()},
                         "ms": {k: 1000 * v / len(reports) for k, v in spent.items()}}).round(2)


def _timed(spent: dict[str, float], name: str, call, *args):
    began = time.process_time()
    result = call(*args)
    spent[name] += time.process_time() - began
    return result


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """Medians by size and job; `times_usual` is the median of the ratios within the repeats."""
    rows = []
    for (chars, name), part in table.groupby(["chars", "job"], sort=False):
        same = table[table.chars == chars].set_index(["job", "repeat"])
        row = {"chars": chars, "job": name, "seconds": part.seconds.median(),
               "Mchar_per_s": chars / part.seconds.median() / 1e6,
               "parent_MB": part.parent_MB.max(), "worker_MB": part.worker_MB.max()}  # fmt: skip
        for other, column in (("usual", "times_usual"), ("two", "times_first")):
            if other in same.index.get_level_values(0):
                for of in ("seconds", "cpu"):
                    ratio = same.loc[other][of] / part.set_index("repeat")[of]
                    row[column if of == "seconds" else f"{column}_cpu"] = statistics.median(ratio)
        rows.append(row)
    return pd.DataFrame(rows).round(2)


def exponent(table: pd.DataFrame, name: str, of: str = "seconds") -> float:
    """Slope of log seconds over log characters, between the two largest sizes of a job."""
    medians = table[table.job == name].groupby("chars")[of].median()
    (small, a), (large, b) = medians.tail(2).items()
    return float(np.log(b / a) / np.log(large / small))


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[1])
    parser.add_argument("--chars", type=float, nargs="+", default=[1e6, 3e6, 1e7])
    parser.add_argument("--damaged", type=float, default=0.02, help="share of damaged reports")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--large", action="store_true", help="1e8 characters too, without the rest")
    parser.add_argument("--job", choices=JOBS, help=argparse.SUPPRESS)
    parser.add_argument("--source", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args(argv)
    if args.job:
        print(json.dumps(job(args.job, args.source)))
        return
    with tempfile.TemporaryDirectory() as folder:
        sizes = {int(chars): JOBS for chars in args.chars}
        sizes |= {10**8: ("two", "again")} if args.large else {}
        tables = []
        for chars, jobs in sizes.items():
            source = make(Path(folder) / str(chars), chars, args.damaged)
            tables.append(interleaved(source, chars, 1 if chars > 2e7 else args.repeats, jobs))
            print(summary(tables[-1]).to_string(index=False), flush=True)
            if len(tables) == 1:
                print(stages(source).to_string(), flush=True)
    table = pd.concat(tables)
    for name in ("one", "two") if len(sizes) > 1 else ():
        slopes = [exponent(table, name, of) for of in ("seconds", "cpu")]
        print(f"growth exponent, {name}: {slopes[0]:.2f} (processor time {slopes[1]:.2f})")
    print(f"{args.damaged:.0%} of the reports damaged; every job of a size gave the same counts.")


if __name__ == "__main__":
    main()
