"""
Weigh terms within texts: dispersion, TF-IDF and class TF-IDF, and what comes of top lists.

Which words would be among the heaviest again (`bootstrap_top_k`), and what idf changed
(`rank_changes`, `top_k_overlap`).
"""

import numpy as np
import pandas as pd
from scipy import sparse

from analysis import lexicons, occurrences, tokens
from analysis.counts import Counts
from analysis.uncertainty.design import Groups, Refusal, clusters, groups


def words(corpus) -> Counts:
    """
    Count the words of a corpus by paragraph, stop words left out.

    Parameters
    ----------
    corpus : Corpus

    Returns
    -------
    Counts
        Words of two characters and more (`occurrences.words`); sizes are all word tokens.
    """
    cut = tokens.table(corpus)
    return occurrences.count(occurrences.words(cut, lexicons.stopwords()), cut)


def dispersion(counts_by_part: pd.DataFrame, sizes=None) -> pd.DataFrame:
    """
    Measure how evenly each term is spread over the parts of a text.

    With v_i the share of the term's hits in part i, s_i the part's share of tokens, and r_i its
    rate there:

    - range: the number of parts with a hit;
    - DP = ½ Σ|v_i - s_i| (Gries 2008), 0 even, towards 1 in one small part;
    - DPnorm = DP / (1 - min s_i) (Lijffijt and Gries 2012), 0 to 1;
    - Juilland's D = 1 - CV(r) / √(n-1), with the population's standard deviation, 1 even, 0 in
      one part. On rates, so that parts may differ in size.

    DP rises as hits grow fewer than parts, whatever their order: compare terms of like counts.

    Parameters
    ----------
    counts_by_part : DataFrame of parts × terms, or Counts (its units are the parts)
    sizes : Series, optional
        Tokens of each part; row sums by default. Parts without tokens are left out.

    Returns
    -------
    DataFrame, index `term`
        `count`, `range`, `dp`, `dp_norm`, `juilland_d`; by count falling, then term. NaN for a
        term without hits, and for a single part.

    References
    ----------
    Gries, S. T. (2008). International Journal of Corpus Linguistics 13(4), 403-437.
    Lijffijt, J. and Gries, S. T. (2012). Ibid. 17(1), 147-149.

    Examples
    --------
    Three equal parts with 2, 1 and 0 hits (the first example of Lijffijt and Gries 2012):

    >>> parts = pd.DataFrame({"a": [2, 1, 0], "其他": [8, 9, 10]})
    >>> dispersion(parts).loc["a", ["range", "dp", "dp_norm"]].round(3).tolist()
    [2.0, 0.333, 0.5]
    """
    parts = groups(counts_by_part, _unit_columns(counts_by_part), sizes)
    kept = np.flatnonzero(parts.sizes > 0)
    hits, tokens = sparse.csc_array(parts.matrix).astype(float)[kept], parts.sizes[kept]
    share = tokens / tokens.sum()
    total = np.asarray(hits.sum(axis=0)).ravel()
    with np.errstate(divide="ignore", invalid="ignore"):
        dp = _deviation(hits, share, total)
        dp_norm = dp / (1 - share.min(initial=1))
        juilland = _juilland(hits, tokens)
    table = pd.DataFrame({
        "count": total.astype(np.int64),
        "range": np.bincount(hits.nonzero()[1], minlength=len(total)),
        "dp": np.where(total > 0, dp, np.nan),
        "dp_norm": np.where(total > 0, dp_norm, np.nan),
        "juilland_d": juilland,
    }, index=parts.terms)
    return table.sort_index().sort_values("count", ascending=False, kind="stable")


def _unit_columns(counts):
    """Name what identifies a unit of a `Counts`."""
    units = getattr(counts, "units", None)
    return "report" if units is None else [c for c in units.columns if c != "n_tokens"]


def _deviation(hits: sparse.csc_array, share: np.ndarray, total: np.ndarray) -> np.ndarray:
    """½ Σ|v - s|, over the parts with a hit; the others add their s."""
    cells = hits.tocoo()
    apart = np.abs(cells.data / total[cells.col] - share[cells.row]) - share[cells.row]
    return (np.bincount(cells.col, apart, minlength=len(total)) + 1) / 2


def _juilland(hits: sparse.csc_array, tokens: np.ndarray) -> np.ndarray:
    rate = sparse.diags_array(1 / tokens) @ hits
    n = len(tokens)
    mean = np.asarray(rate.sum(axis=0)).ravel() / n
    square = np.asarray(rate.power(2).sum(axis=0)).ravel() / n
    return 1 - np.sqrt(np.maximum(square - mean**2, 0)) / mean / np.sqrt(n - 1)


def idf(counts, variant="plain", by="report") -> pd.Series:
    """
    Weigh each term by the documents (rows) that have it; df of N documents.

    - "plain": ln(N / df) (Spärck Jones 1972; tidytext), 0 for a term in every document;
    - "sklearn": ln(N / df) + 1 (`smooth_idf=False`);
    - "smooth": ln((1+N) / (1+df)) + 1 (scikit-learn's default, `smooth_idf=True`).

    Examples
    --------
    >>> counts = pd.DataFrame({"改革": [3, 1], "创新": [0, 4]})
    >>> idf(counts).round(3).to_dict()
    {'改革': 0.0, '创新': 0.693}
    """
    found = groups(counts, by)
    df = np.bincount(sparse.csr_array(found.matrix).nonzero()[1], minlength=len(found.terms))
    n = len(found.labels)
    with np.errstate(divide="ignore"):
        formulas = {"plain": np.log(n / df), "sklearn": np.log(n / df) + 1,
                    "smooth": np.log((1 + n) / (1 + df)) + 1}
    if variant not in formulas:
        raise ValueError(f"idf variant is {variant!r}; take one of {sorted(formulas)}")
    return pd.Series(formulas[variant], index=found.terms, name="idf")


def tfidf(counts, idf_variant="plain", tf="share", norm=None, by="report", sizes=None):
    """
    Weigh terms by tf · idf, each row of `counts` a document.

    Parameters
    ----------
    counts : Counts (grouped by `by`), or DataFrame of documents × terms
    idf_variant : {"plain", "sklearn", "smooth"} or Series
        See `idf`; a Series from `idf` lets documents be finer than rows (paragraphs behind
        reports: with five reports as documents, idf knows five values).
    tf : {"share", "count"}
        Hits over the document's tokens, or hits. scikit-learn takes "count".
    norm : {None, "l2"}
        Scale each document's weights to length 1 (scikit-learn's default).

    Returns
    -------
    DataFrame
        The document, `term`, `count`, `tf`, `idf`, `tf_idf`; cells without a hit left out; by
        document as given, weight falling, term. `attrs["formula"]` names the variant.

    References
    ----------
    Spärck Jones, K. (1972). Journal of Documentation 28(1), 11-21.

    Examples
    --------
    >>> counts = pd.DataFrame({"改革": [3, 1], "创新": [0, 4]})
    >>> tfidf(counts).query("term == '创新'").tf_idf.round(3).tolist()   # 4/5 · ln 2
    [0.555]
    """
    found = groups(counts, by, sizes)
    weight = idf_variant if isinstance(idf_variant, pd.Series) else idf(counts, idf_variant, by)
    row, column, hits = _cells(found, zeros=False)
    share = _term_frequency(tf, hits, found.sizes[row])
    inverse = weight.reindex(found.terms).to_numpy()[column]
    product = share * inverse
    if norm not in (None, "l2"):
        raise ValueError(f"norm is {norm!r}; take None or 'l2'")
    if norm:
        length = np.sqrt(np.bincount(row, product**2, minlength=len(found.labels)))
        product = product / np.where(length > 0, length, 1)[row]
    table = pd.DataFrame({"row": row, "term": found.terms[column], "count": hits.astype(np.int64),
                          "tf": share, "idf": inverse, "tf_idf": product})
    table = _labelled(table, found, ["tf_idf"])
    name = "given" if isinstance(idf_variant, pd.Series) else idf_variant
    table.attrs["formula"] = f"tf ({tf}) · idf ({name}), norm {norm}"
    return table


def class_tfidf(counts, tf="share", by="report", sizes=None) -> pd.DataFrame:
    """
    Weigh terms by class: tf · ln(1 + A/f), each row of `counts` a class (a report).

    A is the mean number of tokens of a class and f the term's hits in all classes (Grootendorst
    2022, c-TF-IDF). Unlike ln(N/df) it does not vanish for a term that all classes have.

    Returns
    -------
    DataFrame
        The class, `term`, `count`, `tf`, `idf`, `c_tf_idf`; cells without a hit left out; by
        class as given, weight falling, term.

    References
    ----------
    Grootendorst, M. (2022). BERTopic. arXiv:2203.05794.

    Examples
    --------
    >>> counts = pd.DataFrame({"改革": [3, 1], "创新": [0, 4]})
    >>> class_tfidf(counts, tf="count").c_tf_idf.round(3).tolist()   # A = 4, f = 4
    [2.079, 2.773, 0.693]
    """
    found = groups(counts, by, sizes)
    row, column, hits = _cells(found, zeros=False)
    total = np.bincount(column, hits, minlength=len(found.terms))
    share = _term_frequency(tf, hits, found.sizes[row])
    weight = np.log1p(found.sizes.mean() / total[column])
    table = pd.DataFrame({"row": row, "term": found.terms[column], "count": hits.astype(np.int64),
                          "tf": share, "idf": weight, "c_tf_idf": share * weight})
    table = _labelled(table, found, ["c_tf_idf"])
    table.attrs["formula"] = f"tf ({tf}) · ln(1 + A/f)"
    return table


def _term_frequency(tf: str, hits: np.ndarray, tokens: np.ndarray) -> np.ndarray:
    if tf not in ("share", "count"):
        raise ValueError(f"tf is {tf!r}; take 'share' or 'count'")
    return hits / tokens if tf == "share" else hits


def _cells(found: Groups, zeros: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return group number, term number and hits, of all cells or of those with a hit."""
    if zeros:
        row, column = (axis.ravel() for axis in np.indices((len(found.labels), len(found.terms))))
        full = found.matrix.toarray() if sparse.issparse(found.matrix) else found.matrix
        return row, column, np.asarray(full, float).ravel()
    cells = sparse.coo_array(found.matrix)
    kept = cells.data != 0
    return cells.row[kept], cells.col[kept], cells.data[kept].astype(float)


def _labelled(table: pd.DataFrame, found: Groups, score: list[str]) -> pd.DataFrame:
    """Sort by group, score falling and term; write the group's label for its number."""
    order = [True, *[False] * len(score), True]
    table = table.sort_values(["row", *score, "term"], ascending=order, ignore_index=True)
    labels = np.empty(len(found.labels), dtype=object)
    labels[:] = list(found.labels)
    named = pd.Series(labels[table.pop("row").to_numpy()]).infer_objects()
    table.insert(0, found.labels.name or "group", named)
    return table


def rank_changes(counts, k: int = 10) -> pd.DataFrame:
    """
    Rank each report's words by raw count and by class TF-IDF.

    Returns
    -------
    DataFrame
        `report`, `term`, `count`, `c_tf_idf`, `raw` and `weighted` (ranks, 1 first; ties by
        term): the words that are among the first `k` of either list, by report and `weighted`.
    """
    table = class_tfidf(counts)
    table["weighted"] = table.groupby("report", sort=False).cumcount() + 1
    by_count = table.sort_values(["count", "term"], ascending=[False, True], kind="stable")
    table["raw"] = by_count.groupby("report", sort=False).cumcount() + 1
    chosen = table[(table["raw"] <= k) | (table["weighted"] <= k)]
    columns = ["report", "term", "count", "c_tf_idf", "raw", "weighted"]
    return chosen[columns].reset_index(drop=True)


def top_k_overlap(counts, k: int = 10) -> pd.DataFrame:
    """
    Say how many of a report's first `k` words by raw count each weighting keeps.

    Returns
    -------
    DataFrame, index `report`
        Shares: `class` (tf · ln(1 + A/f)), `reports, smooth` (ln((1+N)/(1+df)) + 1 with reports as
        documents), `reports, plain` (ln(N/df), 0 for what all reports have), `paragraphs, plain`
        (the same with paragraphs as documents).
    """
    fine = idf(counts, "plain", by=["report", "paragraph"])
    made = {
        "class": class_tfidf(counts),
        "reports, smooth": tfidf(counts, "smooth"),
        "reports, plain": tfidf(counts, "plain"),
        "paragraphs, plain": tfidf(counts, fine),
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


def cloud_weights(counts, k: int = 40) -> dict[str, dict[str, float]]:
    """
    Weigh words for comparison clouds: class TF-IDF less its mean over the reports, if positive.

    References
    ----------
    Fellows, I. (2018). wordcloud: Word Clouds (R package), `comparison.cloud`.
    """
    table = class_tfidf(counts)
    wide = table.pivot_table("c_tf_idf", "term", "report", fill_value=0.0)
    above = wide.sub(wide.mean(axis=1), axis=0) if wide.shape[1] > 1 else wide
    names = dict.fromkeys(table["report"])
    tops = {n: above[n].sort_values(ascending=False, kind="stable").head(k) for n in names}
    return {name: top[top > 0].to_dict() for name, top in tops.items()}


def bootstrap_top_k(counts, k: int = 10, n_resamples: int = 500, seed: int = 0, cluster="auto"):
    """
    Redraw each report's sections: how heavy is a word then, and is it among the first `k` again?

    A report's sections are drawn with replacement, the other reports stay as they are, and
    class TF-IDF (tf · ln(1 + A/f), `class_tfidf`) is taken anew.

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
    if not pieces:
        raise Refusal("No report has a word to weigh.")
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
    weights = tfidf(parts, by=["report", "section"])
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
