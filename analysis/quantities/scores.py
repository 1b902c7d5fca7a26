"""How well quantities are read: against places labelled by hand."""

import pandas as pd

from analysis import paths, quantities

GOLD = paths.GOLD / "quantities.csv"
FIELDS = ("value", "unit", "measure", "status", "year")


def gold(path=GOLD) -> pd.DataFrame:
    """
    Read the labelled places.

    Returns
    -------
    DataFrame
        `report`, `raw_start`, `raw_end` (offsets in the raw text, so that they outlive changes of
        the restoration), `written`, `indicator` (empty: of no listed indicator), `value`,
        `value_high`, `unit`, `measure`, `status`, `year` (empty: the text does not say),
        `context`.
    """
    return pd.read_csv(path, dtype={"year": "Int64"}, keep_default_na=True)


def compare(corpus, found: pd.DataFrame | None = None) -> pd.DataFrame:
    """
    Put what is read at each labelled place beside its label.

    Parameters
    ----------
    corpus : Corpus
        Holds the reports of the gold file; labels of others are left out.
    found : DataFrame, optional
        What `quantities.table` gives for it.

    Returns
    -------
    DataFrame
        The gold columns, and `read_…` for indicator, value, unit, measure, status and year.
    """
    labels = gold()
    labels = labels[labels["report"].isin([report.id for report in corpus.reports])]
    found = quantities.table(corpus) if found is None else found
    ends = [corpus[row.report].ledger.to_raw(row.start, row.end)[1] for row in found.itertuples()]
    read = found[["report", "indicator", *FIELDS]].add_prefix("read_").assign(raw_end=ends)
    read = read.rename(columns={"read_report": "report"}).drop_duplicates(["report", "raw_end"])
    return labels.merge(read, on=["report", "raw_end"], how="left")


def score(compared: pd.DataFrame) -> pd.DataFrame:
    """
    Precision and recall of places with their indicator, and accuracy of each field among them.

    Returns
    -------
    DataFrame
        `measure` (precision, recall, value, unit, measure, status, year), `right`, `of`, `share`,
        `low`, `high` (Wilson 95%).
    """
    said, true = compared["read_indicator"].notna(), compared["indicator"].notna()
    both = compared[compared["read_indicator"] == compared["indicator"]]
    rows = [("precision", len(both), said.sum()), ("recall", len(both), true.sum())]
    for field in FIELDS:
        known = both[both[field].notna()]
        rows.append((field, (known[field] == known[f"read_{field}"]).sum(), len(known)))
    table = pd.DataFrame(rows, columns=["measure", "right", "of"])
    table["share"] = table["right"] / table["of"]
    bounds = [_wilson(row.right, row.of) for row in table.itertuples()]
    return table.assign(low=[b[0] for b in bounds], high=[b[1] for b in bounds])


def _wilson(right: int, n: int) -> tuple[float, float]:
    """
    Bound a share (Wilson 1927).

    >>> [round(limit, 2) for limit in _wilson(9, 10)]
    [0.6, 0.98]
    """
    from scipy.stats import binomtest

    if not n:
        return 0.0, 1.0
    found = binomtest(int(right), int(n)).proportion_ci(method="wilson")
    return float(found.low), float(found.high)
