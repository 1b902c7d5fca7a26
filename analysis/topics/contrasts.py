"""Topic prevalence compared like for like: same level, genre and function, or not at all."""

import pandas as pd

from analysis.topics import DIGITS, TopicModel
from analysis.topics.cards import prevalence, within
from analysis.topics.shares import difference

COLUMNS = ["topic", "before", "after", "share_before", "share_after", "difference", "low", "high"]


def differences(
    model: TopicModel, catalogue: pd.DataFrame, function: str = "tasks", seed: int = 0
) -> pd.DataFrame:
    """
    Compare topic shares between two reports of one level and genre, years apart.

    Of each level and genre, the earliest and the latest report that have sections of the function
    are taken: a report of 1957 without tasks leaves the place to the next one that states some.
    Shares and their intervals come from section-block bootstraps (`prevalence`); the interval of
    the difference combines them (`shares.difference`).

    Parameters
    ----------
    catalogue : DataFrame, index `id`
        With `year`, `level`, `genre`.
    function : str
        Function of the sections that are compared.

    Returns
    -------
    DataFrame
        `topic`, `before`, `after` (ids), `share_before`, `share_after`, `difference`, `low`,
        `high`, `clear` (its own interval leaves out 0; not corrected for the number of topics);
        empty where no two reports are alike.
    """
    tables = [pd.DataFrame(columns=COLUMNS)]
    if (model.documents["function"] == function).any():
        shares = prevalence(within(model, function=function), "report", seed)
        shares = shares.set_index(shares["report"].astype("str"))
        stating = catalogue[catalogue.index.isin(shares.index)]
        tables = [
            _pair(shares.loc[rows.index[0]], shares.loc[rows.index[-1]])
            for _, rows in stating.sort_values("year", kind="stable").groupby(["level", "genre"])
            if rows["year"].iloc[0] < rows["year"].iloc[-1]
        ] or tables
    table = pd.concat(tables, ignore_index=True)
    return table.assign(clear=(table["low"] > 0) | (table["high"] < 0))


def _pair(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Compare the rows of `prevalence` of two reports."""
    names = before["report"].iloc[0], after["report"].iloc[0]
    first, second = before.set_index("topic"), after.set_index("topic")
    table = pd.DataFrame({
        "before": names[0], "after": names[1], "share_before": first["share"],
        "share_after": second["share"],
    }).join(difference(first, second))  # fmt: skip
    return table.round(DIGITS).rename_axis("topic").reset_index()
