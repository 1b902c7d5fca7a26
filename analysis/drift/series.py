"""
The longest like-for-like series of a catalogue, and its rates by year.

Documents of one level and genre over at least `drift.MIN_YEARS` years; what is unlike is left out
by name, and where nothing is left a sentence says so.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import factorial

import numpy as np
import pandas as pd
from scipy import sparse

from analysis import drift
from analysis.counts import Counts
from analysis.uncertainty import rates as with_intervals

# In fewer reports, or with fewer hits in all, a word's course is that of single sentences.
MIN_COUNT = 10


@dataclass(frozen=True)
class Series:
    """Ids in order of time with years; `note` says what was left out, or why there is none."""

    name: str
    ids: tuple[str, ...]
    years: tuple[int, ...]
    note: str

    @property
    def long(self) -> bool:
        """Whether the years suffice for a trend; with four, `note` says what they cannot show."""
        return len(set(self.years)) >= drift.MIN_YEARS


def longest(catalogue: pd.DataFrame) -> Series:
    """
    Find the level and genre with most years (then most reports, then first by name).

    Examples
    --------
    >>> rows = {"year": [2021, 2026, 2023], "level": ["city", "city", "province"],
    ...         "genre": "work-report"}
    >>> longest(pd.DataFrame(rows, index=["a", "b", "c"])).note
    'The longest like-for-like series is city work-report with 2 years (2021, 2026); \
a trend needs 4.'
    """
    groups = [(*key, rows) for key, rows in catalogue.groupby(["level", "genre"], observed=True)]
    level, genre, rows = max(
        groups, key=lambda g: (g[2]["year"].nunique(), len(g[2]), [-ord(c) for c in g[0] + g[1]])
    )
    rows = rows.sort_values("year", kind="stable")
    years, name = tuple(map(int, rows["year"])), f"{level} {genre}"
    n = len(set(years))
    found = f"The longest like-for-like series is {name} with {n} year{'s' * (n > 1)}"
    if len(set(years)) < drift.MIN_YEARS:
        shown = ", ".join(map(str, sorted(set(years))))
        note = f"{found} ({shown}); a trend needs {drift.MIN_YEARS}."
    else:
        left = len(catalogue) - len(rows)
        rest = f"; {left} reports of other levels or genres are left out" if left else ""
        note = f"{found} from {years[0]} to {years[-1]}{rest}{_unsettled(n)}."
    return Series(name, tuple(rows.index), years, note)


def _unsettled(n: int) -> str:
    """
    Say that n dates are too few for any order of them to be rare: the steadiest has p = 2/n!.

    >>> _unsettled(4), _unsettled(5)
    ('; 4 dates describe a course, they cannot settle a trend at .05 (least p .083)', '')
    """
    least = 2 / factorial(n)
    told = f"{least:.3f}".lstrip("0")
    return (f"; {n} dates describe a course, they cannot settle a trend at .05 (least p {told})"
            if least > 0.05 else "")  # fmt: skip


def rates(
    counts: Counts, series: Series, function: str | None = None, keep: Iterable[str] = ()
) -> pd.DataFrame:
    """
    Rates per 10,000 tokens, years × terms; reports of one year together.

    Terms with fewer than 10 hits (but for those to `keep`, if they have any), and years without
    text in the function, are left out.

    Returns
    -------
    DataFrame, index `year`
        Empty where the series is too short for a trend.
    """
    part = counts.restrict(report=list(series.ids))
    part = part.restrict(function=function) if function else part
    hits = part.frame("report").reindex(list(series.ids)).fillna(0)
    sizes = part.units.groupby("report", observed=True)["n_tokens"].sum()
    sizes = sizes.rename(str).reindex(list(series.ids)).fillna(0)
    years = pd.Index(series.years, name="year")
    hits, sizes = hits.set_axis(years).groupby(level=0).sum(), sizes.set_axis(years)
    sizes = sizes.groupby(level=0).sum()
    enough = (hits.sum() >= MIN_COUNT) | (hits.columns.isin(list(keep)) & (hits.sum() > 0))
    table = hits.loc[sizes > 0, enough].div(sizes[sizes > 0], axis=0) * 1e4
    return table if len(table) >= drift.MIN_YEARS else table.iloc[:0]


def trend(table: pd.DataFrame) -> pd.DataFrame:
    """`drift.trend`, or an empty table with its columns for an empty one."""
    if len(table):
        return drift.trend(table)
    columns = ["slope_per_year", "low", "high", "tau", "p", "q", "n_present", "p_presence",
               "first_year", "last_year", "peak_year", "class"]  # fmt: skip
    return pd.DataFrame(columns=columns, index=pd.Index([], name="term"))


def stages(table: pd.DataFrame, **options) -> pd.DataFrame:
    """`drift.stages`, or an empty table with its columns for an empty one."""
    columns = ["n_stages", "starts", "explained", "p"]
    return drift.stages(table, **options) if len(table) else pd.DataFrame(columns=columns)


def described(counts: Counts, catalogue: pd.DataFrame, terms: Iterable[str]) -> pd.DataFrame:
    """
    Describe terms by report: rates with intervals, year, and level and genre in words.

    Returns
    -------
    DataFrame
        `report`, `year`, `kind`, `term`, `count`, `n_tokens`, `per_10k`, `low`, `high`; terms as
        given (those without any hit left out), then year.
    """
    wanted = [term for term in dict.fromkeys(terms) if term in set(counts.terms)]
    part = counts.select(wanted)
    hits = np.asarray(part.matrix.sum(axis=0)).ravel()
    wanted = [term for term in wanted if hits[part.terms.get_loc(term)] > 0]
    if not wanted:
        columns = ["report", "year", "kind", "term", "count", "n_tokens", "per_10k", "low", "high"]
        return pd.DataFrame(columns=columns)
    table = with_intervals(part.select(wanted), by="report").astype({"report": "str"})
    table = table.merge(catalogue[["year", "level", "genre"]], left_on="report", right_index=True)
    table["kind"] = table["level"] + " " + table["genre"]
    place = {term: k for k, term in enumerate(wanted)}
    order = table.assign(at=table["term"].map(place)).sort_values(["at", "year"], kind="stable")
    columns = ["report", "year", "kind", "term", "count", "n_tokens", "per_10k", "low", "high"]
    return order[columns].reset_index(drop=True)


def frequent(counts: Counts, first: Iterable[str], n: int) -> list[str]:
    """Name n terms: those given that occur, then the most frequent."""
    size = pd.Series(np.asarray(counts.matrix.sum(axis=0)).ravel(), counts.terms)
    size = size[size > 0].sort_index().sort_values(ascending=False, kind="stable")
    return list(dict.fromkeys([*(t for t in first if t in size.index), *size.index]))[:n]


def joined(counts: Counts, forms: Mapping[str, Iterable[str]]) -> Counts:
    """
    Add columns that count several forms of one term together (互联网+ in both code points).

    The column takes the name of its key; forms with other names keep their own columns.
    """
    for name, variants in forms.items():
        known = [form for form in dict.fromkeys(variants) if form in set(counts.terms)]
        total = sparse.csr_array(counts.select(known).matrix.sum(axis=1)[:, None])
        others = counts.select(set(counts.terms) - {name})
        matrix = sparse.hstack([others.matrix, total]).tocsc()
        terms = others.terms.append(pd.Index([name], dtype="str"))
        order = np.argsort(np.asarray(terms, dtype=object), kind="stable")
        matrix = sparse.csr_array(matrix[:, order], dtype=np.int32)
        counts = Counts(matrix, counts.units, terms[order].rename("term"))
    return counts


def telling(trends: pd.DataFrame, table: pd.DataFrame, most: int = 36) -> pd.DataFrame:
    """
    Choose terms that came or went, by the mean year of their hits, for a heat map.

    Classes *emerging* and *fading*, in terms of three characters and more; the surest half of each
    (smallest of q and the chance of the presence pattern, then most hits).

    Returns
    -------
    DataFrame
        Terms × years, rates; the term with the earliest mean year first. Empty where none did.
    """
    moved = trends[trends["class"].isin(["emerging", "fading"])]
    moved = moved[[len(term) > 2 for term in moved.index]]
    if moved.empty:
        return pd.DataFrame()
    sure = trends[["q", "p_presence"]].min(axis=1)
    rank = pd.DataFrame({"sure": sure, "size": -table.sum()}).sort_index()
    ordered = rank[rank.index.isin(moved.index)].sort_values(["sure", "size"], kind="stable").index
    went = [term for term in ordered if moved.loc[term, "class"] == "fading"]
    came = [term for term in ordered if moved.loc[term, "class"] == "emerging"]
    rows = table[[*went[: most // 2], *came[: most // 2]]].T.rename_axis("term")
    years = rows.columns.to_numpy(float)
    centre = (rows * years).sum(axis=1) / rows.sum(axis=1)
    return rows.loc[centre.sort_values(kind="stable").index]
