"""Shares of a whole by group, with intervals that know the sections."""

from types import SimpleNamespace

import numpy as np
import pandas as pd

from analysis.topics import DIGITS


def intervals(
    amounts: pd.DataFrame, units: pd.DataFrame, by: str, seed: int, name: str, amount: str
) -> pd.DataFrame:
    """
    Share of each column in the sizes of groups, with percentile intervals over redrawn sections.

    Parameters
    ----------
    amounts : DataFrame
        One row a unit; the parts of its size.
    units : DataFrame
        `report`, `section`, `paragraph`, `n_tokens` (the size) and the column `by`.
    by, name, amount : str
        The groups; what the columns of `amounts`, and their sums, are called.

    Returns
    -------
    DataFrame, by group, then column of `amounts`
        `by`, `name`, `amount`, `share`, `low`, `high` (95%, section-block bootstrap; paragraphs
        are redrawn where a group has fewer than `design.MIN_SECTIONS` sections; NaN where there
        is one cluster), `n_clusters`, `cluster`.

    Examples
    --------
    >>> units = pd.DataFrame({"report": "a", "section": range(8), "paragraph": range(8),
    ...                       "n_tokens": 10})
    >>> amounts = pd.DataFrame({"ecology": [2, 4] * 4, "economy": [8, 6] * 4})
    >>> intervals(amounts, units, "report", 0, "domain", "hits")["share"].tolist()
    [0.3, 0.7]
    """
    from analysis.uncertainty import bootstrap
    from analysis.uncertainty.design import clusters

    counts = SimpleNamespace(matrix=amounts.to_numpy(float), units=units, terms=amounts.columns)
    design = clusters(counts, by)
    table = bootstrap(counts, by=by, statistic=lambda rate: rate, seed=seed)
    total = (design.weights @ design.matrix).toarray()
    group = pd.Index(design.labels).get_indexer(table["name"])
    column = amounts.columns.get_indexer(table["term"])
    n = design.n_clusters[group]
    # One cluster can only be redrawn as itself: no interval, rather than one of width nothing.
    low, high = (np.where(n > 1, table[limit], np.nan).round(DIGITS) for limit in ("low", "high"))
    shares = pd.DataFrame({
        by: table["name"], name: table["term"], amount: total[group, column].round(DIGITS),
        "share": table["estimate"].round(DIGITS), "low": low, "high": high,
        "n_clusters": n, "cluster": design.kind[group],
    })
    return shares.iloc[np.lexsort((column, group))].reset_index(drop=True)


def difference(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """
    Bound the differences of shares by their own intervals, without assuming symmetry (MOVER).

    Parameters
    ----------
    before, after : DataFrame, the same index
        `share`, `low`, `high`, from `intervals`.

    Returns
    -------
    DataFrame
        `difference` (after less before), `low`, `high`.

    References
    ----------
    Zou, G. Y. & Donner, A. (2008). Statistics in Medicine 27, 1693-1702.
    """
    gap = after["share"] - before["share"]
    down = np.hypot(after["share"] - after["low"], before["high"] - before["share"])
    up = np.hypot(after["high"] - after["share"], before["share"] - before["low"])
    return pd.DataFrame({"difference": gap, "low": gap - down, "high": gap + up})
