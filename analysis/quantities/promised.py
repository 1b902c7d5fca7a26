"""Tables and sentences on targets and results, for reading."""

import pandas as pd

from analysis import quantities
from analysis.glossary import listed
from analysis.quantities.scores import score


def headline(found: pd.DataFrame, n_reports: int) -> str:
    """Say how many quantities were read, of what status, and what they are about."""
    if found.empty:
        return f"**No quantity of a listed indicator stands in the {n_reports} reports.**"
    status = found["status"].value_counts()
    often = found["indicator"].value_counts()
    often = often.sort_index().sort_values(ascending=False, kind="stable")
    return (
        f"**{len(found)} quantities of {found['indicator'].nunique()} indicators are read from "
        f"{found['report'].nunique()} of {n_reports} reports: {status.get('target', 0)} targets "
        f"and {status.get('result', 0)} results.** Most often: {listed(often.index, 5)}. "
        f"{(found['year_basis'] == 'sentence').mean():.0%} name their year in the sentence; the "
        "year of the others comes from a title or the catalogue."
    )


def trust(compared: pd.DataFrame) -> pd.DataFrame:
    """Scores of development and held-out places, one row a measure; empty without labels."""
    if compared.empty:
        return pd.DataFrame()
    parts = []
    for split, rows in compared.groupby("split"):
        table = score(rows)
        text = [f"{row.share:.2f} [{row.low:.2f}, {row.high:.2f}] ({row.right} of {row.of})"
                for row in table.itertuples()]  # fmt: skip
        parts.append(pd.Series(text, table["measure"], name=split))
    return pd.concat(parts, axis=1).reset_index()


def side_by_side(found: pd.DataFrame, indicators, catalogue: pd.DataFrame) -> pd.DataFrame:
    """
    Lay out targets and results of some indicators, by indicator as given, measure and year.

    Returns
    -------
    DataFrame
        `indicator`, `measure`, `year`, `report`, `target`, `result`; empty if none is found.
    """
    rows = found[found["indicator"].isin(indicators) & (found["status"] != "unknown")]
    if rows.empty:
        return pd.DataFrame()
    wide = quantities.promises(rows).reindex(columns=["indicator", "measure", "year", "report", "target", "result"])
    place = {name: k for k, name in enumerate(indicators)}
    order = wide.assign(at=wide["indicator"].map(place)).sort_values(["at", "measure", "year", "report"], kind="stable")
    return order.drop(columns="at").fillna("–").reset_index(drop=True)


def growth(found: pd.DataFrame, catalogue: pd.DataFrame, indicators) -> pd.DataFrame:
    """
    List growth rates of single years in per cent with level of government, for drawing.

    Returns
    -------
    DataFrame
        `indicator`, `year`, `status`, `value`, `value_high`, `level`, `report`.
    """
    rows = found[(found["measure"] == "growth") & (found["unit"] == "%")]
    rows = rows[rows["indicator"].isin(indicators) & (rows["status"] != "unknown")]
    rows = rows[rows["period"] == "year"]
    columns = ["indicator", "year", "status", "value", "value_high", "level", "report"]
    rows = rows.assign(level=rows["report"].map(catalogue["level"]))
    place = {name: k for k, name in enumerate(indicators)}
    rows = rows.assign(at=rows["indicator"].map(place)).sort_values(["at", "year", "report"])
    return rows[columns].reset_index(drop=True)


def kept(found: pd.DataFrame, catalogue: pd.DataFrame) -> pd.DataFrame:
    """
    Match a target of one report with the result that a later one of the same issuer and genre gives for it.

    A report without an issuer counts as its place's; without a place, too, it meets no other. Of several
    values of one report the first stands; a figure of several years meets no yearly one.

    Returns
    -------
    DataFrame
        `indicator`, `measure`, `average` (per year of a period), `period` (year or plan), `year`, `unit`,
        `issuer`, `genre`, `target`, `set_by`, `result`, `told_by`; by indicator, year and issuer.
    """
    whose = catalogue["issuer"].where(catalogue["issuer"] != "", catalogue["place"])
    keys = ["indicator", "measure", "average", "period", "year", "unit", "issuer", "genre"]
    rows = found.assign(issuer=found["report"].map(whose), genre=found["report"].map(catalogue["genre"]))
    rows = rows.assign(issued=rows["report"].map(catalogue["year"]))[rows["issuer"].fillna("") != ""]
    rows = rows.sort_values(["report", "start"]).drop_duplicates([*keys, "status", "report"])
    sides = [rows[rows["status"] == status][[*keys, "value", "report", "issued"]]
             for status in ("target", "result")]  # fmt: skip
    both = sides[0].merge(sides[1], on=keys, suffixes=("_target", "_result"))
    both = both[both["issued_target"] < both["issued_result"]]
    names = {"value_target": "target", "report_target": "set_by", "value_result": "result",
             "report_result": "told_by"}  # fmt: skip
    table = both.rename(columns=names)[[*keys, *names.values()]]
    return table.sort_values(["indicator", "year", "issuer", "measure", "set_by", "told_by"], ignore_index=True)


def traced(corpus, found: pd.DataFrame, indicators, most: int = 16) -> pd.DataFrame:
    """Quote the clause behind each value, with offsets in the restored and in the raw text."""
    rows = found[found["indicator"].isin(indicators)].head(most)
    raw = [corpus[row.report].ledger.to_raw(row.start, row.end) for row in rows.itertuples()]
    text = [f"{row.start}-{row.end}" for row in rows.itertuples()]
    table = rows[["report", "indicator", "status", "year", "year_basis", "quote"]]
    return table.assign(text=text, raw=[f"{a}-{b}" for a, b in raw])
