"""
Measure the tests that notebooks print: level under their null, power, coverage; and their speed.

    python benchmarks/bench_statistics.py                    # models and speed, a few minutes
    python benchmarks/bench_statistics.py --texts FOLDER     # pairs of public reports: FOLDER/**/place/year.md
    python benchmarks/bench_statistics.py --only trend       # one table

Every table is printed as Markdown, with the Monte Carlo error; `docs/methods.md` has what came out.
Under the swap null the members of each pair of alike sections of two reports of one issuer are
exchanged: both sides have every subject, and nothing sets them apart. A ratio is planted by thinning
the hits of one side.
"""

import argparse
import re
import time
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import sparse

from analysis import contrast, keyness, trend, uncertainty, weighting
from analysis.counts import Counts, count
from analysis.uncertainty.estimators import p_of_score

BANDS = [(5, 9), (10, 19), (20, 39), (40, 10**6)]


# ------------------------------------------------------------------ pairs of public reports


def pairs(folder: Path, most: int, apart: int, seed: int = 0) -> list[Counts]:
    """Tasks of two reports of one issuer, `apart` years from each other; words by paragraph."""
    from analysis import lexicons, structure, tokens

    files = {}
    for path in sorted(folder.rglob("*.md")):
        if path.stem.isdigit():
            files.setdefault(path.parent, {})[int(path.stem)] = path
    chosen = [(p[y], p[y + apart]) for p in files.values() for y in p if y >= 2016 and y + apart in p]
    order = np.random.default_rng(seed).permutation(len(chosen))
    stop, made = lexicons.stopwords(), []
    for at in order:
        rows = []
        for side, path in zip(("before", "after"), chosen[at], strict=True):
            text = re.sub(r"\A---\n.*?\n---\n", "", path.read_text(encoding="utf-8"), flags=re.S)
            text = "\n".join(line.strip() for line in text.splitlines() if line.strip())
            found = structure.parse(text, report=side).paragraphs
            for p in found[found["function"] == "tasks"].itertuples():
                key = (side, p.section, p.paragraph, "tasks", p.heading)
                rows += [(*key, *token) for token in tokens.segment(text[p.start : p.end])]
        columns = ["report", "section", "paragraph", "function", "heading", "token", "start", "end",
                   "kind"]  # fmt: skip
        table = pd.DataFrame(rows, columns=columns)
        words = table[table["kind"] == "word"].groupby("report")["token"].size()
        if len(words) < 2 or words.min() < 1500:
            continue
        kinds = table.drop_duplicates("token").set_index("token")["kind"]
        counted = count(table, stop=stop)
        made.append(counted.select([t for t in counted.terms if len(t) > 1 and kinds[t] == "word"]))
        if len(made) == most:
            break
    return made


CATALOGUE = pd.DataFrame({"year": [2021, 2022], "level": "city", "place": "x", "genre": "work-report"},
                         index=pd.Index(["before", "after"], name="id"))  # fmt: skip


def compared(counts: Counts) -> contrast.Contrast:
    return contrast.compare(counts, CATALOGUE, "after", "before", "tasks")


def exchanged(counts: Counts, rng) -> Counts | None:
    """The same sections, the members of each pair exchanged by chance."""
    found = compared(counts)
    if found.null is None:
        return None
    by_section = counts.regroup(["report", "function", "section"])
    moved = found.null.divisions[rng.integers(1, len(found.null.divisions))]
    # Clusters stand in the order of their first unit, those of the reference first.
    design = found.null.parts.design
    keys = list(zip(np.where(found.null.parts.in_target, "after", "before"), _sections(counts, design),
                    strict=True))  # fmt: skip
    side = dict(zip(keys, np.where(moved, "after", "before"), strict=True))
    units = by_section.units.astype({"report": str})
    at = list(zip(units["report"], units["section"], strict=True))
    units["report"] = [side.get(key, key[0]) for key in at]
    units["section"] = pd.factorize(pd.Series(at))[0]
    return Counts(by_section.matrix, units.assign(paragraph=range(len(units))), by_section.terms)


def _sections(counts: Counts, design) -> list:
    """The section of each cluster of a design."""
    units = counts.units.astype({"report": str})
    sections = units.groupby(["report", "section"], sort=False)["n_tokens"].sum()
    names = {"before": [], "after": []}
    for report, section in sections.index:
        names[report].append(section)
    seen = {0: iter(names["before"]), 1: iter(names["after"])}
    return [next(seen[member]) for member in design.member]


def planted(counts: Counts, ratio: float, rng, share=0.05) -> tuple[Counts, set]:
    """Thin the hits of some terms on one side, so that the other has `ratio` times their rate."""
    hits = np.asarray(counts.matrix.sum(axis=0)).ravel()
    some = np.flatnonzero(hits >= 5)
    chosen = rng.choice(some, max(1, int(share * len(some))), replace=False)
    matrix = counts.matrix.toarray()
    for term in chosen:
        side = (counts.units["report"] == rng.choice(["before", "after"])).to_numpy()
        matrix[side, term] = rng.binomial(matrix[side, term], 1 / ratio)
    return Counts(sparse.csr_array(matrix), counts.units, counts.terms), set(counts.terms[chosen])


def levels(made: list[Counts], repeats: int, rng) -> None:
    """Rejections under the swap null, and on the pairs as they are."""
    rows = []
    for name, times in (("swap", repeats), ("as they are", 1)):
        shares = []
        for counts in made:
            for _ in range(times):
                one = exchanged(counts, rng) if name == "swap" else counts
                found = None if one is None else compared(one)
                if found is None or found.null is None:
                    continue
                table = found.table[found.table["q"].notna()]
                plain = p_of_score(found.null.scores[0])
                shares.append([(table["p"] < 0.05).mean(), (table["p"] < 0.01).mean(),
                               (table["q"] < 0.05).any(), (plain < 0.05).mean(),
                               (plain < 0.01).mean(),
                               (contrast.permutation_test(one, CATALOGUE, "after", "before", "tasks",
                                                        n=999)["p"] <= 0.05)
                               if _rare(one) else np.nan])  # fmt: skip
        mean, n = np.nanmean(np.array(shares, float), axis=0), len(shares)
        error = np.nanstd(np.array(shares, float), axis=0) / np.sqrt(n)
        rows.append([name, n, *(f"{m:.4f} ± {e:.4f}" for m, e in zip(mean, error, strict=True))])
    _print("Level: share of terms", ["pairs", "n", "exchange .05", ".01", "any q<.05", "sections .05",
                                     ".01", "wholes .05"], rows)  # fmt: skip


def _rare(counts: Counts) -> bool:
    try:
        contrast.permutation_test(counts, CATALOGUE, "after", "before", "tasks", n=1)
    except uncertainty.Refusal:
        return False
    return True


def powers(made: list[Counts], repeats: int, rng) -> None:
    """Power at .05 one term at a time, and what is found at q < .05, ratio by ratio."""
    rows = []
    for ratio in (1.5, 2, 3, 5):
        parts = []
        for counts in made:
            for _ in range(repeats):
                base = exchanged(counts, rng)
                if base is None:
                    continue
                one, terms = planted(base, ratio, rng)
                found = compared(one)
                if found.null is None:
                    continue
                table = found.table[found.table["q"].notna()]
                own = table.index.isin(list(terms))
                plain = pd.Series(p_of_score(found.null.scores[0]),
                                  one.terms[found.null.columns]).reindex(table.index)
                parts.append(pd.DataFrame({
                    "planted": own, "hits": table["n_target"] + table["n_reference"],
                    "found": table["p"] < 0.05, "sections": plain < 0.05,
                    "q": table["q"] < 0.05, "pair": len(parts)}))  # fmt: skip
        every = pd.concat(parts)
        true = every[every["planted"]]
        for low, high in BANDS:
            rows_of = true[true["hits"].between(low, high)]
            rows.append([ratio, f"{low}-{high if high < 10**6 else ''}", len(rows_of),
                         f"{rows_of['found'].mean():.2f}", f"{rows_of['sections'].mean():.2f}"])
        sure = every[every["q"]]
        false = (~sure["planted"]).groupby(sure["pair"]).mean().reindex(range(len(parts)), fill_value=0)
        rows.append([ratio, "q<.05 a pair", len(parts), f"{true['q'].sum() / len(parts):.2f}",
                     f"FDP {false.mean():.3f}"])
    _print("Power at .05", ["ratio", "hits after planting", "n", "exchange", "sections"], rows)


def within(made: list[Counts], repeats: int, rng) -> None:
    """Level and power of the change within subjects, beside the whole change, on the same exchanges."""
    from analysis import reference

    country, rows = reference.load(), []

    def tables(ratio):
        for counts in made:
            for _ in range(repeats):
                base = exchanged(counts, rng)
                if base is None:
                    continue
                one, terms = planted(base, ratio, rng) if ratio > 1 else (base, set())
                found = compared(one)
                if found.null is not None:
                    table = reference.within_subjects(country, found)
                    yield table.assign(planted=table.index.isin(list(terms)),
                                       hits=table["n_target"] + table["n_reference"])  # fmt: skip

    null = list(tables(1))
    for name in ("p", "within_p"):
        share = np.array([(table[name] < 0.05).mean() for table in null])
        q = name.replace("p", "q")
        rows.append([name, "level", len(null), f"{share.mean():.4f} ± {share.std() / len(share) ** 0.5:.4f}",
                     f"{np.mean([(t[name] < 0.01).mean() for t in null]):.4f}",
                     f"any q<.05 {np.mean([(t[q] < 0.05).any() for t in null]):.3f}"])  # fmt: skip
    planted_terms = pd.concat(list(tables(3)))
    planted_terms = planted_terms[planted_terms["planted"]]
    for low, high in BANDS:
        some = planted_terms[planted_terms["hits"].between(low, high)]
        rows.append(["threefold", f"{low}-{high if high < 10**6 else ''}", len(some),
                     f"p {(some['p'] < 0.05).mean():.2f}", f"within {(some['within_p'] < 0.05).mean():.2f}", ""])
    _print("Change within subjects", ["what", "of", "n", ".05", ".01", ""], rows)


# ------------------------------------------------------------------ models


def _hits(rng, m: int, mean: np.ndarray, process: str) -> tuple[np.ndarray, np.ndarray]:
    """Hits of many terms in m sections, and the sections' sizes."""
    size = np.exp(rng.normal(0, 0.6, m))
    if process == "one of 70%":
        size = np.r_[0.7 * size[1:].sum() / 0.3, size[1:]] if m > 1 else size
    size /= size.sum()
    shape = (m, len(mean))
    if process in ("Poisson", "one of 70%"):
        factor = np.ones(shape)
    elif process.startswith("gamma"):
        cv = float(process.split()[1])
        factor = rng.gamma(cv**-2, cv**2, shape)
    elif process == "corner":
        factor = (rng.random(shape) < 0.2) / 0.2
    else:  # AR(.6) of cv .7 between neighbours
        z = rng.normal(size=shape)
        for i in range(1, m):
            z[i] = 0.6 * z[i - 1] + 0.8 * z[i]
        s = np.sqrt(np.log(1 + 0.7**2))
        factor = np.exp(s * z - s**2 / 2)
    return rng.poisson(mean * size[:, None] * factor), size * 8e6


def coverage(rng, n: int = 4000) -> None:
    """How often a nominal 95% interval of a rate holds the true rate; zeros by their limit."""
    mean, rows = np.exp(rng.uniform(np.log(0.5), np.log(80), n)), []
    for process in ("Poisson", "gamma 0.5", "gamma 1", "AR .6", "one of 70%", "corner"):
        row = [process]
        for m in (3, 5, 8, 12, 18):
            x, size = _hits(rng, m, mean, process)
            place = pd.MultiIndex.from_product([["r"], range(m)], names=["report", "section"])
            table = uncertainty.rates(pd.DataFrame(x, place), sizes=pd.Series(size, place))
            table = table.set_index("term").loc[range(n)]
            truth = mean / size.sum() * 1e4
            inside = (table["low"] <= truth) & (truth <= table["high"])
            some = table["count"] > 0
            row.append(f"{inside.mean():.3f} ({inside[some].mean():.3f})")
        rows.append(row)
    _print("Coverage of rates, .5 to 80 expected hits (of those with a hit)",
           ["process", *(f"m = {m}" for m in (3, 5, 8, 12, 18))], rows)


def share_coverage(rng, n: int = 400) -> None:
    """How often a nominal 95% interval of a share holds the true share (Dirichlet sections)."""
    base, rows = np.array([0.28, 0.2, 0.15, 0.12, 0.1, 0.07, 0.05, 0.03]), []
    for concentration in (2, 8, 20):
        row = [concentration]
        for m in (3, 4, 6, 8, 10, 18, 30):
            held = []
            for _ in range(n):
                size = np.exp(rng.normal(0, 0.6, m)) * 400
                amounts = pd.DataFrame(rng.dirichlet(base * concentration, m) * size[:, None])
                units = pd.DataFrame({"report": "r", "section": range(m), "paragraph": range(m),
                                      "n_tokens": size})  # fmt: skip
                found = uncertainty.shares(amounts, units, "report", "topic", "tokens")
                held.append(((found["low"] <= base) & (base <= found["high"])).mean())
            row.append(f"{np.mean(held):.3f}")
        rows.append(row)
    _print("Coverage of shares", ["concentration", *(f"m = {m}" for m in (3, 4, 6, 8, 10, 18, 30))],
           rows)  # fmt: skip


def detectable(rng, n: int = 3000) -> None:
    """Power at the ratio that is printed as found four times in five."""
    rows = []
    for hits in (14, 28, 55, 110):
        for spread in (0, 0.3, 0.7):
            sizes = [np.full(12, 1e6 / 12) for _ in range(2)]

            def draw(mean, size, spread=spread):
                shape = (len(size), n)
                factor = rng.gamma(spread**-2, spread**2, shape) if spread else np.ones(shape)
                return rng.poisson(mean * (size / size.sum())[:, None] * factor)

            def tested(one, two, sizes=sizes):
                place = pd.MultiIndex.from_product([["a", "b"], range(12)], names=["report", "section"])
                made = pd.DataFrame(np.vstack([one, two]), place)
                return contrast.against(made, "a", "b", sizes=pd.Series(np.concatenate(sizes), place))

            ratio = float(np.median(tested(draw(hits / 2, sizes[0]), draw(hits / 2, sizes[1])).mde_ratio))
            if not np.isfinite(ratio):
                rows.append([hits, spread, "∞", "–"])
                continue
            table = tested(draw(hits * ratio / (1 + ratio), sizes[0]), draw(hits / (1 + ratio), sizes[1]))
            rows.append([hits, spread, f"{ratio:.2f}", f"{(table.p < 0.05).mean():.3f}"])
    _print("Power at the printed ratio", ["hits", "cv of sections", "ratio", "power"], rows)


def trends(rng, n_terms: int = 3000) -> None:
    """Mann-Kendall on AR(1) series without trend, and with one."""
    rows = []
    for n in (8, 13, 18, 25, 40, 52):
        for rho in (0, 0.3, 0.6):
            values = rng.normal(size=(n + 50, n_terms))
            for t in range(1, len(values)):
                values[t] += rho * values[t - 1]
            values = values[50:] * np.sqrt(1 - rho**2)
            p, q = _trend(values)
            steep, _ = _trend(values + 0.04 * np.arange(n)[:, None])
            rows.append([n, rho, f"{(p < 0.05).mean():.3f}", f"{(p < 0.01).mean():.4f}",
                         f"{(q < 0.05).mean():.4f}", f"{(steep < 0.05).mean():.2f}"])  # fmt: skip
    _print("Trend on AR(1) series", ["n", "rho", "p<.05", "p<.01", "q<.05", "power, slope .04"], rows)


def _trend(values) -> tuple:
    table = trend.trend(pd.DataFrame(values + 100, index=range(1970, 1970 + len(values))))
    return table["p"], table["q"]


# ------------------------------------------------------------------ topics


def recurring(rng, runs: int = 3) -> None:
    """Topics called stable where there are none, and where eight were planted."""
    from analysis import topics

    rows, words, documents = [], 1500, 240
    background = 1 / np.arange(3, words + 3)
    background /= background.sum()
    shares = np.array([0.28, 0.2, 0.15, 0.12, 0.09, 0.07, 0.05, 0.04])
    for name, own in (("one multinomial", 0), ("bursty words", 0), ("planted, 45%", 0.45), ("planted, 22%", 0.22)):
        stable = of = real = found = 0
        for run in range(runs):
            topic = rng.choice(8, documents, p=shares)
            table = np.zeros((documents, words), np.int32)
            for d in range(documents):
                p = rng.dirichlet(background * 300) if name == "bursty words" else background
                table[d] += rng.multinomial(round(70 * (1 - own)), p)
                special = slice(200 + 60 * topic[d], 260 + 60 * topic[d])
                table[d, special] += rng.multinomial(70 - round(70 * (1 - own)), np.full(60, 1 / 60))
            some = np.flatnonzero(((table > 0).sum(axis=0) >= 3) & ((table > 0).mean(axis=0) <= 0.5))
            units = pd.DataFrame({"report": "r", "paragraph": range(documents), "n_tokens": 70})
            made = Counts(sparse.csr_array(table[:, some]), units, pd.Index([f"w{i:04d}" for i in some]))
            models = {k: topics.fit(made, k, seed=run) for k in (6, 8, 10, 12)}
            halves = topics.matches(made, models, resamples=30)
            for k, model in models.items():
                called = np.flatnonzero(topics.recurrence(halves, k)["status"] == "stable")
                codes = topics.top_codes(model.weights)[called]
                origin = np.where((some[codes] >= 200) & (some[codes] < 680), (some[codes] - 200) // 60, -1)
                counted = np.array([np.bincount(row[row >= 0], minlength=8) for row in origin]).reshape(-1, 8)
                stable, of, real = stable + len(called), of + k, real + int((counted.max(axis=1) >= 5).sum())
                found += len(set(counted.argmax(axis=1))) if k == 8 and len(called) else 0
        rows.append([name, of, stable, real if own else "–", f"{found / runs:.1f} of 8" if own else "–"])
    _print("Topics called stable", ["corpus", "topics", "stable", "of one planted topic", "found at K = 8"], rows)


def number(seeds: int = 10) -> None:
    """The number of topics of the committed reports, seed by seed."""
    from analysis import corpus as reports
    from analysis import topics

    made, rows = topics.prepare(reports.load())[0], []
    for seed in range(seeds):
        models = {k: topics.fit(made, k, seed=seed) for k in topics.candidates(made)}
        chosen = topics.select_k(topics.by_k(topics.matches(made, models)))
        rows.append([seed, chosen.k, f"{chosen.range[0]} to {chosen.range[-1]}"])
    _print("Number of topics", ["seed", "K", "range"], rows)


# ------------------------------------------------------------------ speed


def specifications(old: Path) -> None:
    """The multiverse of ten findings of the committed pair here and in a checkout of 2a62c72, in turns."""
    import json
    import os
    import subprocess
    import sys
    import tempfile

    from analysis import corpus as reports
    from analysis import findings, multiverse, paths

    study = findings.study(reports.load(), "tasks")
    table, kind = study.pair.table, study.hits.drop_duplicates("term").set_index("term")["kind"]
    table = table[table["q"].notna()].sort_values("p", kind="stable").head(10)
    stated = multiverse.from_table(table.assign(kind=kind.reindex(table.index)), *study.pair.target,
                                   *study.pair.reference, study.function, ["a", "b"])  # fmt: skip
    rows = [[name, *row] for name, row in zip(stated.index, stated.to_numpy().tolist(), strict=True)]
    ask = "import sys, json, time; rows = json.loads(sys.argv[1])\n"
    here = ask + ("from analysis import multiverse as m; s = m.findings([tuple(r) for r in rows])\n"
                  "go = lambda: m.run(s)\n")  # fmt: skip
    there = ask + (
        "from functools import partial\nfrom analysis import choices as c, robustness as r\n"
        "s = c.findings([(n, 'ratio', *rest, 0) for n, *rest in rows])\n"
        "def go():\n    for f in (c._cut, c._reports, c._shared, c._counted): f.cache_clear()\n"
        "    return r.share(list(s.index), c.GRID, partial(c.evaluate, s))\n"
    )
    tail = "go(); a = time.process_time(); go(); print(time.process_time() - a)"
    seconds = {"here": [], "2a62c72": []}
    with tempfile.TemporaryDirectory() as cache:
        for _ in range(3):
            for name, root, code in (("here", paths.ROOT, here), ("2a62c72", old, there)):
                environ = os.environ | {"PYTHONPATH": str(root), "REPORTS_CACHE": f"{cache}/{name}"}
                out = subprocess.run([sys.executable, "-c", code + tail, json.dumps(rows)], cwd=root, env=environ,
                                     capture_output=True, text=True, check=True)  # fmt: skip
                seconds[name].append(float(out.stdout.split()[-1]))
    times = [f"{np.median(seconds[name]):.2f}" for name in seconds]
    ratio = np.median(seconds["2a62c72"]) / np.median(seconds["here"])
    _print("Multiverse of ten findings, seconds of processor time", [*seconds, "times"], [[*times, f"{ratio:.1f}"]])


def corpus(n_reports: int, n_terms: int, n_sections: int = 20, length: int = 400, seed: int = 0):
    """Draw a `Counts` by section: Zipf's law, a third of a section's tokens repeat its own words."""
    rng = np.random.default_rng(seed)
    share = 1 / np.arange(1, n_terms + 1)
    share = np.cumsum(share / share.sum())
    n_units = n_reports * n_sections
    term = np.searchsorted(share, rng.random((n_units, length)))
    earlier = rng.integers(0, length, (n_units, length))
    term = np.where(rng.random((n_units, length)) < 1 / 3,
                    np.take_along_axis(term, earlier, axis=1), term)
    unit = np.repeat(np.arange(n_units), length)
    matrix = sparse.coo_array((np.ones(unit.size, np.int32), (unit, term.ravel())),
                              (n_units, n_terms)).tocsr()
    reports = np.repeat([f"r{i:04d}" for i in range(n_reports)], n_sections)
    units = pd.DataFrame({"report": reports, "function": "tasks", "n_tokens": length,
                          "section": np.tile(np.arange(n_sections), n_reports)})  # fmt: skip
    return Counts(matrix, units, pd.Index([f"t{i:05d}" for i in range(n_terms)], name="term"))


def speed(n: int) -> None:
    """Seconds of what notebooks 02 and 05 test, for five and 26 reports, and of a thousand."""
    rows = []

    def timed(name, call):
        start = time.process_time()
        result = call()
        rows.append([name, f"{time.process_time() - start:.2f}"])
        return result

    # Libraries load with the first call.
    few = pd.DataFrame({"year": [2000, 2001], "level": "city", "genre": "work-report"}, index=["r0000", "r0001"])
    contrast.placebo(contrast.widest(corpus(2, 400), few, "tasks"))
    for reports in (5, 26):
        made = corpus(reports, 4000)
        ids = list(made.units["report"].unique())
        catalogue = pd.DataFrame({"year": range(2000, 2000 + reports), "level": "city",
                                  "genre": "work-report"}, index=pd.Index(ids, name="id"))
        pair = timed(f"widest pair, {reports} reports",
                     lambda m=made, c=catalogue: contrast.widest(m, c, "tasks"))
        timed(f"placebo of the pair, {reports} reports", lambda p=pair: contrast.placebo(p))
        timed(f"every pair as wholes, {reports} reports",
              lambda m=made, c=catalogue: contrast.every_pair(m, c, function="tasks"))
        timed(f"word shift, {reports} reports",
              lambda m=made, c=catalogue, i=ids: contrast.shift(m, c, i[-1], i[0], "tasks"))
        timed(f"rates, {reports} reports", lambda m=made: uncertainty.rates(m, zeros=False))
        timed(f"split placebo, {reports} reports", lambda m=made: contrast.split_placebo(m))
    if n:
        many = corpus(n, 50_000)
        ids = list(many.units["report"].unique())
        timed(f"rates, {n} reports", lambda: uncertainty.rates(many, zeros=False))
        timed(f"half against half, {n} reports", lambda: contrast.against(many, ids[: n // 2]))
        timed(f"log-likelihood, {n} reports", lambda: keyness.log_likelihood(many, ids[0]))
        timed(f"class TF-IDF, {n} reports", lambda: weighting.class_tfidf(many))
    _print("Seconds of processor time", ["what", "s"], rows)


def _print(title: str, columns: list, rows: list) -> None:
    print(f"\n**{title}**\n\n| {' | '.join(map(str, columns))} |\n|{'---|' * len(columns)}")
    for row in rows:
        print(f"| {' | '.join(map(str, row))} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument("--texts", type=Path, help="folder of public reports, place/year.md")
    parser.add_argument("--pairs", type=int, default=100)
    parser.add_argument("--repeats", type=int, default=10, help="exchanges of each pair")
    parser.add_argument("--reports", type=int, default=1000, help="of the drawn corpus; 0 leaves it out")
    parser.add_argument("--old", type=Path, help="a checkout of 2a62c72, for the speed of the multiverse")
    parser.add_argument("--only", help="coverage, shares, detectable, trend, topics, number, speed, specifications, "
                        "levels, powers or within")  # fmt: skip
    given = parser.parse_args()
    rng = np.random.default_rng(0)
    models = {"coverage": coverage, "shares": share_coverage, "detectable": detectable, "trend": trends,
              "topics": recurring}
    for name, table in models.items():
        if given.only in (None, name):
            table(rng)
    if given.only in (None, "number"):
        number()
    if given.only in (None, "speed"):
        speed(given.reports)
    if given.old and given.only in (None, "specifications"):
        specifications(given.old)
    if given.texts and given.only in (None, "levels", "powers", "within"):
        made = pairs(given.texts, given.pairs, 1)
        print(f"\n{len(made)} pairs of adjacent years")
        if given.only in (None, "levels"):
            levels(made, given.repeats, rng)
        if given.only in (None, "powers"):
            powers(made, max(1, given.repeats // 4), rng)
        if given.only in (None, "within"):
            within(made, max(1, given.repeats // 4), rng)


if __name__ == "__main__":
    main()
