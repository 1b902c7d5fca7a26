"""Top lists by class TF-IDF: what idf changed, and which words would be there again."""

import numpy as np
import pandas as pd
from scipy import sparse

from analysis import terms
from analysis.uncertainty.design import clusters


def compare(counts, k: int = 10) -> pd.DataFrame:
    """
    Rank each report's words by raw count and by class TF-IDF.

    Returns
    -------
    DataFrame
        `report`, `term`, `count`, `c_tf_idf`, `raw` and `weighted` (ranks, 1 first; ties by
        term): the words that are among the first `k` of either list, by report and `weighted`.
    """
    table = terms.class_tfidf(counts)
    table["weighted"] = table.groupby("report", sort=False).cumcount() + 1
    by_count = table.sort_values(["count", "term"], ascending=[False, True], kind="stable")
    table["raw"] = by_count.groupby("report", sort=False).cumcount() + 1
    chosen = table[(table["raw"] <= k) | (table["weighted"] <= k)]
    columns = ["report", "term", "count", "c_tf_idf", "raw", "weighted"]
    return chosen[columns].reset_index(drop=True)


def overlap(counts, k: int = 10) -> pd.DataFrame:
    """
    Say how many of a report's first `k` words by raw count each weighting keeps.

    Returns
    -------
    DataFrame, index `report`
        Shares: `class` (tf · ln(1 + A/f)), `reports, smooth` (ln((1+N)/(1+df)) + 1 with reports as
        documents), `reports, plain` (ln(N/df), 0 for what all reports have), `paragraphs, plain`
        (the same with paragraphs as documents).
    """
    fine = terms.idf(counts, "plain", by=["report", "paragraph"])
    made = {
        "class": terms.class_tfidf(counts),
        "reports, smooth": terms.tfidf(counts, "smooth"),
        "reports, plain": terms.tfidf(counts, "plain"),
        "paragraphs, plain": terms.tfidf(counts, fine),
    }
    raw = made["class"].sort_values(["count", "term"], ascending=[False, True], kind="stable")
    first = _firsts(raw, k)
    rows = {name: {report: len(words & first[report]) / k for report, words in
                   _firsts(table[table[table.columns[-1]] > 0], k).items()}
            for name, table in made.items()}  # fmt: skip
    return pd.DataFrame(rows).reindex(list(dict.fromkeys(made["class"]["report"]))).fillna(0.0)


def _firsts(table: pd.DataFrame, k: int) -> dict[str, set[str]]:
    """The first `k` words of each report in an ordered table."""
    return {name: set(rows["term"].head(k)) for name, rows in table.groupby("report", sort=False)}


def contrast(counts, k: int = 40) -> dict[str, dict[str, float]]:
    """
    Weigh words for comparison clouds: class TF-IDF less its mean over the reports, if positive.

    References
    ----------
    Fellows, I. (2018). wordcloud: Word Clouds (R package), `comparison.cloud`.
    """
    table = terms.class_tfidf(counts)
    wide = table.pivot_table("c_tf_idf", "term", "report", fill_value=0.0)
    above = wide.sub(wide.mean(axis=1), axis=0) if wide.shape[1] > 1 else wide
    names = dict.fromkeys(table["report"])
    tops = {n: above[n].sort_values(ascending=False, kind="stable").head(k) for n in names}
    return {name: top[top > 0].to_dict() for name, top in tops.items()}


def recurrence(counts, k: int = 10, n_resamples: int = 500, seed: int = 0, cluster="auto"):
    """
    Redraw each report's sections: how heavy is a word then, and is it among the first `k` again?

    A report's sections are drawn with replacement, the other reports stay as they are, and
    class TF-IDF (tf · ln(1 + A/f), `terms.class_tfidf`) is taken anew.

    Returns
    -------
    DataFrame
        `report`, `term`, `count`, `c_tf_idf`, `low`, `high` (95% percentile interval),
        `recurrence` (share of resamples with the word among the first `k`), `sections` (with the
        word) and `of`; the `k` heaviest words of each report.
    """
    design = clusters(counts, "report", cluster)
    rng = np.random.default_rng(seed)
    hits = np.asarray((design.weights @ design.matrix).todense())
    sizes = design.weights @ design.sizes
    pieces = []
    for group, name in enumerate(design.labels):
        here = np.flatnonzero((design.member == group) & (design.sizes > 0))
        if not len(here) or not hits[group].any():
            continue
        drawn = rng.multinomial(len(here), np.full(len(here), 1 / len(here)), n_resamples)
        own = np.vstack([np.ones(len(here)), drawn])
        matrix = sparse.csr_array(design.matrix[here])
        weight = _weights(own @ matrix, own @ design.sizes[here], hits, sizes, group)
        pieces.append(_top(weight, k, design.terms).assign(
            report=name, of=len(here),
            count=lambda t, g=group: hits[g][t["column"]].astype(int),
            sections=lambda t, m=matrix: np.diff(m[:, t["column"].to_numpy()].tocsc().indptr),
        ))  # fmt: skip
    columns = ["report", "term", "count", "c_tf_idf", "low", "high", "recurrence", "sections", "of"]
    return pd.concat(pieces, ignore_index=True)[columns]


def _weights(own, tokens, hits, sizes, group) -> np.ndarray:
    """Class TF-IDF of one report's redrawn sections: draws × terms, the text itself first."""
    others = hits.sum(axis=0) - hits[group]
    mean = (sizes.sum() - sizes[group] + tokens)[:, None] / len(sizes)
    with np.errstate(divide="ignore", invalid="ignore"):
        weight = own / tokens[:, None] * np.log1p(mean / (own + others))
    return np.where(own > 0, weight, 0.0)


def _top(weight: np.ndarray, k: int, names) -> pd.DataFrame:
    """The first `k` of the text itself, with intervals and recurrence from the draws."""
    order = np.argsort(-weight[0], kind="stable")[:k]
    order = order[weight[0][order] > 0]
    draws = weight[1:]
    last = np.partition(draws, -min(k, draws.shape[1]), axis=1)[:, -min(k, draws.shape[1])]
    again = (draws[:, order] >= last[:, None]) & (draws[:, order] > 0)
    low, high = np.quantile(draws[:, order], [0.025, 0.975], axis=0)
    return pd.DataFrame({"term": np.asarray(names, dtype=object)[order], "column": order,
                         "c_tf_idf": weight[0][order], "low": low, "high": high,
                         "recurrence": again.mean(axis=0)})  # fmt: skip


def by_section(counts, titles: pd.DataFrame, k: int = 5) -> pd.DataFrame:
    """
    Sum each section up in its `k` heaviest words, sections as documents.

    Parameters
    ----------
    counts : Counts
        By paragraph.
    titles : DataFrame
        `corpus.sections`: `report`, `section`, `title`.

    Returns
    -------
    DataFrame
        `report`, `section`, `title`, `n_tokens`, `words` (heaviest first), in order of the text.
    """
    parts = counts.regroup(["report", "section"])
    weights = terms.tfidf(parts, by=["report", "section"])
    label = weights.columns[0]
    heavy = weights[weights.groupby(label, sort=False).cumcount() < k]
    words = heavy.groupby(label, sort=False)["term"].agg("、".join)
    rows = parts.units.astype({"report": str})
    keys = list(zip(rows["report"], rows["section"], strict=True))
    rows = rows.assign(words=words.reindex(pd.Index(keys, tupleize_cols=False)).to_numpy())
    named = rows.merge(titles[["report", "section", "title"]], on=["report", "section"], how="left")
    table = named[["report", "section", "title", "n_tokens", "words"]]
    table.attrs["formula"] = weights.attrs["formula"]
    return table
