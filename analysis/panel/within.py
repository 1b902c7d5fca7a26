"""
What changed within places, and what only changed in which places there are.

A pooled line through the reports of many places moves when other places come in. Here a place is compared with itself:
fixed effects of place (and year) with errors clustered by place, a split of each pooled change that adds up, and the
days on which a term was taken over. Measured (tests/test_panel_within.py): where places of high rates join later and
nothing changes within any place, a pooled trend is found in nearly every run, a trend within places in .03-.07 of them.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.uncertainty import Refusal, false_discovery

# Errors are clustered by place: with fewer places than this no interval is given.
MIN_PLACES = 5
# Share of the places that must have a report in a year between which and another a change is split.
OFTEN = 0.3


def _rows(table: pd.DataFrame, measure: str, part: str | None, formula: str = "rate") -> pd.DataFrame:
    """One row a report with a value of the measure, in one part, of reports that have a place."""
    if table.empty:
        raise Refusal(table.attrs.get("why") or "no report has a place")
    if measure not in set(table["measure"]):
        raise ValueError(f"no measure {measure!r}; there are {', '.join(table['measure'].unique())}")
    own = table[table["measure"].eq(measure) & table["formula"].eq(formula) & table["place"].ne("")]
    parts = own["part"].unique()
    if part is None and len(parts) > 1:
        raise ValueError(f"{measure} stands in {len(parts)} parts ({', '.join(parts)}); say which `part`")
    own = own[own["part"].eq(part if part is not None else parts[0])] if len(own) else own
    _alike(own)
    return own[own["value"].notna()].reset_index(drop=True)


def _alike(rows: pd.DataFrame) -> None:
    """Places of several levels, or reports of several genres, are no one panel."""
    kinds = rows[["level", "genre"]].drop_duplicates()
    if len(kinds) > 1:
        named = "; ".join(f"{level} {genre}" for level, genre in kinds.itertuples(index=False))
        raise ValueError(
            f'unlike reports in one panel: {named}. Choose one level and genre, e.g. table[table["level"] == "city"]'
        )


def one_kind(table: pd.DataFrame, level: str | None = None, genre: str | None = None) -> pd.DataFrame:
    """
    Keep one level and genre: those named, or the ones with most places that have two reports and more.

    ``attrs["why"]`` says what is missing for a comparison within places, or is empty.
    """
    rows = table[table["place"].ne("")]
    rows = rows[rows["level"].eq(level)] if level else rows
    rows = rows[rows["genre"].eq(genre)] if genre else rows
    reports = rows.drop_duplicates("report")
    often = reports.groupby(["level", "genre", "place"], sort=False).size()
    places = often[often > 1].groupby(["level", "genre"], sort=False).size()
    kinds = reports.groupby(["level", "genre"], sort=False).size()
    if kinds.empty:
        kept = table.iloc[:0].copy()
        kept.attrs["why"] = f"no report has a place; a comparison within places needs {MIN_PLACES} with two reports"
        return kept
    order = pd.DataFrame({"places": places.reindex(kinds.index, fill_value=0), "reports": kinds})
    chosen = order.sort_values(["places", "reports"], ascending=False, kind="stable").index[0]
    kept = rows[rows["level"].eq(chosen[0]) & rows["genre"].eq(chosen[1])].reset_index(drop=True)
    n = int(order.loc[chosen, "places"])
    named = ", ".join([place for (*kind, place), k in often.items() if k > 1 and tuple(kind) == chosen][:4]) or "none"
    kept.attrs["why"] = "" if n >= MIN_PLACES else (
        f"places with two reports and more of one kind: {n} ({chosen[0]} {chosen[1]}: {named}); what changed within "
        f"places needs {MIN_PLACES} such places, and about 30 for errors that can be trusted"
    )  # fmt: skip
    return kept


def by_year(table: pd.DataFrame, measure: str, *, part: str | None = None, level: float = 0.95) -> pd.DataFrame:
    """
    Lay out the course of a measure: the mean of the places there are, and what is left once places are held constant.

    Returns
    -------
    DataFrame, by series, then year
        `series` ("pooled": mean of the reports of a year, t interval over its places; "within": the same level, moved
        by the year effects of `effects`, so that it does not change when other places come in), `year`, `value`,
        `low`, `high`, `places`. Years with fewer than `MIN_PLACES` places are left out; ``attrs["why"]`` says what is
        missing where there is no course.
    """
    from scipy import stats

    rows = _rows(table, measure, part)
    columns = ["series", "year", "value", "low", "high", "places"]
    if why := one_kind(table).attrs["why"]:
        empty = pd.DataFrame(columns=columns)
        empty.attrs["why"] = why
        return empty
    rows = rows[rows.groupby("year")["place"].transform("nunique") >= MIN_PLACES]
    made = []
    for year, some in rows.groupby("year", sort=True):
        n, mean = len(some), some["value"].mean()
        reach = stats.t.ppf((1 + level) / 2, n - 1) * some["value"].std(ddof=1) / np.sqrt(n) if n > 1 else np.nan
        made.append(("pooled", year, mean, mean - reach, mean + reach, n))
    rows, _ = _repeated(rows)
    years, of = np.unique(rows["year"], return_inverse=True)
    dummies = (of[:, None] == np.arange(1, len(years))).astype(float)
    fit = _fit(rows["value"].to_numpy(float), dummies, rows["place"], np.ones(len(rows)), [str(y) for y in years[1:]])
    share = np.bincount(of) / len(of)
    turn = np.eye(len(years))[:, 1:] - share[1:]
    centre, reach = rows["value"].mean(), stats.t.ppf((1 + level) / 2, fit["places"] - 1)
    value, se = centre + turn @ fit["beta"], np.sqrt(np.einsum("ij,jk,ik->i", turn, fit["cover"], turn))
    n = rows.groupby("year")["place"].nunique().to_numpy()
    made += list(zip(["within"] * len(years), years, value, value - reach * se, value + reach * se, n, strict=True))
    return pd.DataFrame(made, columns=columns)


def compared(table: pd.DataFrame, measure: str, part: str) -> pd.DataFrame:
    """
    Go from the index as the literature computes it to a rate of one part, step by step.

    Parameters
    ----------
    table : DataFrame
        What `build` gives for the parts "whole" and `part`, with `literature`.
    measure : str
    part : str

    Returns
    -------
    DataFrame, index `step`
        "literature" (substring hits over all jieba tokens of the file), "words only" (the same hits over words, numbers
        and Latin tokens), "longest match" (the longest term, in the restored text), "part" (the same in one part):
        `per_10k` (mean over reports), `before` and `literature` (mean over years of Spearman's rank correlation between
        the reports of a year, with the step before and with the first), `top` (share of the highest quarter of each
        year that is in the literature's highest quarter), `apart` (share of pairs of reports of a year whose difference
        exceeds 1.96 of its standard errors, where there are intervals), `reports`. Years with fewer than 8 reports are
        left out of the comparisons.
    """
    keys = ["report", "year"]
    own = table[table["measure"].eq(measure) & table["place"].ne("")].set_index(keys)
    listed = own[own["formula"].eq("literature")]
    whole = own[own["formula"].eq("rate") & own["part"].eq("whole")]
    inside = own[own["formula"].eq("rate") & own["part"].eq(part)]
    steps = {
        "literature": listed["value"] * 1e4,
        "words only": (listed["hits"].astype(float) / whole["tokens"].astype(float) * 1e4),
        "longest match": whole["value"], "part": inside["value"],
    }  # fmt: skip
    values = pd.DataFrame(steps).dropna()
    errors = {"longest match": whole, "part": inside}
    rows, before = {}, None
    for step, value in values.items():
        first = values["literature"]
        rows[step] = {
            "per_10k": value.mean(),
            "before": np.nan if before is None else _ranked_alike(value, values[before]),
            "literature": _ranked_alike(value, first),
            "top": _yearly(_top_in_common, value, first),
            "apart": _apart(errors[step].loc[values.index]) if step in errors else np.nan,
            "reports": len(value),
        }  # fmt: skip
        before = step
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("step")


# Ranks among fewer reports of a year say little.
_FEWEST = 8


def _yearly(measure, one: pd.Series, other: pd.Series) -> float:
    """Mean over years of what a function of two series gives."""
    found = [measure(some, other.loc[some.index]) for _, some in one.groupby(level="year") if len(some) >= _FEWEST]
    return float(np.mean(found)) if found else np.nan


def _top_in_common(one: pd.Series, other: pd.Series) -> float:
    """Share of the highest quarter of one that is in the highest quarter of the other."""
    n = -(-len(one) // 4)
    return len(set(one.nlargest(n).index) & set(other.nlargest(n).index)) / n


def _ranked_alike(one: pd.Series, other: pd.Series) -> float:
    return _yearly(lambda a, b: a.rank().corr(b.rank()), one, other)


def _apart(rows: pd.DataFrame) -> float:
    """Share of pairs of reports of a year that differ by more than 1.96 standard errors, taken from the intervals."""
    apart = pairs = 0
    for _, some in rows.dropna(subset=["low", "high"]).groupby(level="year"):
        if len(some) < _FEWEST:
            continue
        value, se = some["value"].to_numpy(), (some["high"] - some["low"]).to_numpy() / 3.92
        distance = np.abs(value[:, None] - value) / np.sqrt(se[:, None] ** 2 + se**2)
        upper = np.triu_indices(len(some), 1)
        apart, pairs = apart + int((distance[upper] > 1.96).sum()), pairs + len(upper[0])
    return apart / pairs if pairs else np.nan


def effects(
    table: pd.DataFrame, measure: str, covariates: Sequence[str] = (), *, part: str | None = None,
    base: int | None = None, weights: str | None = None, level: float = 0.95,
) -> pd.DataFrame:  # fmt: skip
    """
    Estimate two-way fixed effects: how the value moved from year to year within places.

    value = place + year + covariates, by ordinary least squares, with standard errors clustered by place (CRV1, as
    `pyfixest` and `fixest` have it, places with a single report left out) and Student's t with places - 1 degrees of
    freedom.

    Parameters
    ----------
    table : DataFrame
        What `build` gives, of one level and genre, with columns of `merge` if covariates are asked for.
    measure : str
    covariates : list of str
        Columns of numbers; rows without one are left out.
    part : str, optional
        Needed where the table has several.
    base : int, optional
        Year that the others are compared with; the first unless named.
    weights : str, optional
        Column of weights, e.g. "tokens".

    Returns
    -------
    DataFrame, index `effect`
        The covariates, then the years: `year` (missing for a covariate), `estimate` (in the unit of the value), `se`,
        `low`, `high`, `p`, `places`, `reports` (with a row in this year). ``attrs["notes"]``.

    Raises
    ------
    ValueError
        If levels or genres differ, fewer than `MIN_PLACES` places have two reports, or a year or covariate cannot
        be told from the places.
    """
    rows = _rows(table, measure, part).dropna(subset=list(covariates))
    rows, single = _repeated(rows)
    years = sorted(rows["year"].unique())
    base = years[0] if base is None else base
    if base not in years:
        raise ValueError(f"no report of {base} to compare with; there are {years[0]} to {years[-1]}")
    others = [year for year in years if year != base]
    columns = [*(rows[c].to_numpy(float) for c in covariates), *(rows["year"].eq(y).to_numpy(float) for y in others)]
    names = [*covariates, *(str(year) for year in others)]
    w = rows[weights].to_numpy(float) if weights else np.ones(len(rows))
    fit = _fit(rows["value"].to_numpy(float), np.column_stack(columns), rows["place"], w, names)
    found = _inferred(fit, pd.Index(names, name="effect"), level)
    found.insert(0, "year", pd.array([pd.NA] * len(covariates) + others, dtype="Int64"))
    of_year = rows.groupby("year")["place"].nunique()
    found["places"] = [fit["places"] if pd.isna(y) else int(of_year[y]) for y in found["year"]]
    found["reports"] = [len(rows) if pd.isna(y) else int((rows["year"] == y).sum()) for y in found["year"]]
    found.attrs["notes"] = [
        f"{measure}: {len(rows)} reports of {fit['places']} places, {base} = 0; fixed effects of place and year, "
        f"errors clustered by place, t with {fit['places'] - 1} degrees of freedom",
        *([f"{single} places with a single report are left out"] if single else []),
    ]
    return found


def trend(table: pd.DataFrame, *, part: str | None = None, level: float = 0.95) -> pd.DataFrame:
    """
    Estimate the change per year of each measure within places, beside the pooled one.

    Within: value = place + slope · year, errors clustered by place. Pooled: one line through all reports, which moves
    when other places come in; it is *between and within* places.

    Returns
    -------
    DataFrame, index `measure`
        `per_year`, `low`, `high`, `p`, `q` (Benjamini-Hochberg over the measures), `pooled_per_year`, `pooled_low`,
        `pooled_high`, `pooled_p`, `places`, `reports`.
    """
    rows, skipped = {}, []
    for measure in table.loc[table["formula"].eq("rate"), "measure"].unique():
        own = _rows(table, measure, part)
        if (own.groupby("place").size() > 1).sum() < MIN_PLACES:
            skipped.append(measure)
            continue
        own, _ = _repeated(own)
        year, value, w = own["year"].to_numpy(float)[:, None], own["value"].to_numpy(float), np.ones(len(own))
        within, pooled = (
            _inferred(_fit(value, year, own["place"], w, ["year"], absorb), ["year"], level).iloc[0]
            for absorb in (True, False)
        )
        ends = ["estimate", "low", "high", "p"]
        rows[measure] = [*within[ends], *pooled[ends], own["place"].nunique(), len(own)]
    if not rows:
        raise ValueError(f"no measure has {MIN_PLACES} places with two reports or more; errors clustered by place need "
                         "them")  # fmt: skip
    ends = ["low", "high", "p"]
    columns = ["per_year", *ends, "pooled_per_year", *(f"pooled_{end}" for end in ends), "places", "reports"]
    found = pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("measure")
    found.insert(4, "q", false_discovery(found["p"]))
    found.attrs["notes"] = [
        "within: fixed effects of place; pooled: between and within places; errors clustered by place"
    ]
    if skipped:
        found.attrs["notes"].append(f"too few places with two reports: {', '.join(skipped)}")
    return found


def _repeated(rows: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Places with two reports and more: the others have no course."""
    often = rows.groupby("place")["place"].transform("size")
    kept = rows[often > 1].reset_index(drop=True)
    places = kept["place"].nunique()
    if places < MIN_PLACES:
        raise ValueError(f"{places} places have two reports or more; errors clustered by place need {MIN_PLACES}")
    return kept, int((often == 1).sum())


def _fit(y, x, place, w, names, absorb: bool = True) -> dict:
    """
    Least squares with errors clustered by place; `absorb` takes an effect of each place out first.

    The factor of small samples is G/(G-1) · (N-1)/(N-k) with k the coefficients and one for the effects of places,
    which are nested in the clusters.
    """
    group = pd.factorize(place)[0]
    if absorb:
        y, x = _demeaned(y[:, None], group, w)[:, 0], _demeaned(x, group, w)
    else:
        x = np.column_stack([x, np.ones(len(x))])
    root = np.sqrt(w)
    _, s, vt = np.linalg.svd(x * root[:, None] / _norm(x, root), full_matrices=False)
    if s.min() < 1e-9 * s.max():
        loose = [names[k] for k in np.flatnonzero(np.abs(vt[-1][: len(names)]) > 1e-6)]
        raise ValueError(
            f"{', '.join(loose[:4])} cannot be told from the places that have a report then; leave "
            "these years or columns out"
        )
    inverse = np.linalg.inv((x * w[:, None]).T @ x)
    beta = inverse @ (x.T @ (w * y))
    score = np.zeros((group.max() + 1, x.shape[1]))
    np.add.at(score, group, x * (w * (y - x @ beta))[:, None])
    n, k, g = len(y), x.shape[1] + absorb, len(score)
    cover = inverse @ (score.T @ score) @ inverse * g / (g - 1) * (n - 1) / (n - k)
    return {"beta": beta[: len(names)], "cover": cover[: len(names), : len(names)], "places": g}


def _norm(x, root) -> np.ndarray:
    size = np.sqrt(((x * root[:, None]) ** 2).sum(axis=0))
    return np.where(size > 0, size, 1.0)


def _demeaned(x: np.ndarray, group: np.ndarray, w: np.ndarray) -> np.ndarray:
    total = np.zeros((group.max() + 1, x.shape[1]))
    np.add.at(total, group, x * w[:, None])
    return x - (total / np.bincount(group, w)[:, None])[group]


def _inferred(fit: dict, names, level: float) -> pd.DataFrame:
    from scipy import stats

    se, freedom = np.sqrt(np.maximum(np.diag(fit["cover"]), 0)), fit["places"] - 1
    reach = stats.t.ppf((1 + level) / 2, freedom) * se
    with np.errstate(divide="ignore", invalid="ignore"):
        p = 2 * stats.t.sf(np.abs(fit["beta"] / se), freedom)
    return pd.DataFrame(
        {"estimate": fit["beta"], "se": se, "low": fit["beta"] - reach, "high": fit["beta"] + reach, "p": p},
        index=names,
    )


def ends(table: pd.DataFrame) -> tuple[int, int]:
    """
    Give the first and the last year in which three places of ten have a report.

    Raises
    ------
    Refusal
        If there are no two such years.
    """
    reports = table[table["place"].ne("")].drop_duplicates(["place", "year"])
    places = reports.groupby("year")["place"].nunique()
    years = places.index[places >= OFTEN * reports["place"].nunique()]
    if len(years) < 2:
        raise Refusal(table.attrs.get("why") or "no two years have reports of three places of ten")
    return int(min(years)), int(max(years))


def split(
    table: pd.DataFrame, measure: str, first, last, *, part: str | None = None, level: float = 0.95
) -> pd.DataFrame:
    """
    Split the change of a pooled rate into what changed within places, which places there are, and damage.

    The pooled rate of a span is all hits over all tokens. Between two spans its change is, exactly, the sum of
    *within* (each place that has both, at its mean share of the tokens, counting hits that rest on no doubtful edit),
    *damage* (the same for hits that do), *lengths* (places that have both, longer or shorter beside each other, at
    their mean rates) and *came and went* (places that have one of the two only). Kitagawa's split, two-sided.

    Parameters
    ----------
    table : DataFrame
        What `build` gives, of one level and genre.
    measure : str
        A list of words: a measure with hits.
    first, last : int or (int, int)
        A year, or the first and last year of a span.

    Returns
    -------
    DataFrame, index `component`
        `change` (per 10,000 tokens), `low`, `high` (jackknife over places), `share` (of the pooled change): within,
        damage, lengths, came and went, pooled. ``attrs["notes"]`` names how many places have both.

    References
    ----------
    Kitagawa, E. M. (1955). Journal of the American Statistical Association 50(272), 1168-1194.
    """
    from scipy import stats

    rows = _rows(table, measure, part)
    if rows["hits"].isna().any():
        raise ValueError(f"{measure} has no hits to split")
    spans = [(s, s) if np.isscalar(s) else tuple(s) for s in (first, last)]
    sides = [_side(rows, span) for span in spans]
    places = sides[0].index.union(sides[1].index)
    a, b = (side.reindex(places).fillna(0.0).to_numpy() for side in sides)
    whole = _components(a, b, np.ones(len(places)))
    left = np.array([_components(a, b, np.arange(len(places)) != k) for k in range(len(places))])
    used = ~np.isnan(left).any(axis=1)
    m = int(used.sum())
    se = np.sqrt((m - 1) / m * ((left[used] - left[used].mean(axis=0)) ** 2).sum(axis=0)) if m >= MIN_PLACES else np.nan
    reach = stats.t.ppf((1 + level) / 2, max(m - 1, 1)) * se
    names = ["within", "damage", "lengths", "came and went", "pooled"]
    found = pd.DataFrame(
        {"change": whole, "low": whole - reach, "high": whole + reach}, index=pd.Index(names, name="component")
    )
    found["share"] = found["change"] / whole[-1] if whole[-1] else np.nan
    both, only = int(((a[:, 2] > 0) & (b[:, 2] > 0)).sum()), [int((s[:, 2] > 0).sum()) for s in (a, b)]
    found.attrs["notes"] = [
        f"{measure}: {only[0]} places {_said(spans[0])}, {only[1]} places {_said(spans[1])}, {both} "
        "in both; intervals by leaving out one place at a time"
    ]
    return found


def _said(span: tuple[int, int]) -> str:
    return str(span[0]) if span[0] == span[1] else f"{span[0]}-{span[1]}"


def _side(rows: pd.DataFrame, span: tuple[int, int]) -> pd.DataFrame:
    """Sure hits, doubtful hits and tokens of each place in a span."""
    own = rows[rows["year"].between(*span)]
    if own.empty:
        raise ValueError(f"no report in {_said(span)}")
    hits = own["hits"].to_numpy(float)
    doubtful = hits * own["doubtful"].fillna(0).to_numpy(float)
    sums = pd.DataFrame({"sure": hits - doubtful, "doubtful": doubtful, "tokens": own["tokens"].to_numpy(float)})
    return sums.groupby(own["place"].to_numpy()).sum()


def _components(a: np.ndarray, b: np.ndarray, keep: np.ndarray) -> np.ndarray:
    """Within, damage, lengths, came and went, pooled; NaN where a span is empty or no place has both."""
    a, b = a * keep[:, None], b * keep[:, None]
    both = (a[:, 2] > 0) & (b[:, 2] > 0)
    if not both.any():
        return np.full(5, np.nan)
    pooled = [x[:, :2].sum() / x[:, 2].sum() for x in (a, b)]
    x, y = a[both], b[both]
    share = [z[:, 2] / z[:, 2].sum() for z in (x, y)]
    rate = [z[:, :2] / z[:, 2:] for z in (x, y)]
    inside = ((share[0] + share[1]) / 2)[:, None] * (rate[1] - rate[0])
    lengths = ((rate[0] + rate[1]).sum(axis=1) / 2 * (share[1] - share[0])).sum()
    common = [z[:, :2].sum() / z[:, 2].sum() for z in (x, y)]
    moved = (pooled[1] - common[1]) - (pooled[0] - common[0])
    return np.array([inside[:, 0].sum(), inside[:, 1].sum(), lengths, moved, pooled[1] - pooled[0]]) * 1e4


def adoption(
    table: pd.DataFrame, measure: str, after: str | None = None, *, part: str | None = None, level: float = 0.95
) -> pd.DataFrame:
    """
    Say how a term was taken over: share of places that have it, by level and year, with the first day.

    Parameters
    ----------
    table : DataFrame
        What `build` gives; several levels may stand in it.
    measure : str
    after : str, optional
        Day of the model (a central document), ISO 8601: only reports delivered after it count. A report of which no day
        is known counts where its year is later.

    Returns
    -------
    DataFrame, by level, then year
        `level`, `year`, `places` (with a report), `have` (with a hit in this year), `share`, `low`, `high` (Wilson; the
        places as drawn), `so_far` (share of the places seen so far that had a hit in this or an earlier year),
        `first_day` (of the level's first report with a hit; the year where the day is unknown), `first_place`.
    """
    from scipy import stats

    own = table[table["measure"].eq(measure) & table["formula"].eq("rate") & table["value"].notna()]
    if own.empty:
        raise ValueError(f"no measure {measure!r}; there are {', '.join(table['measure'].unique())}")
    parts = own["part"].unique()
    if part is None and len(parts) > 1:
        raise ValueError(f"{measure} stands in {len(parts)} parts ({', '.join(parts)}); say which `part`")
    own = own[own["part"].eq(part or parts[0]) & own["place"].ne("")]
    day = own["delivered"].where(own["delivered"].ne(""), own["year"].astype(str))
    if after:
        own, day = own[day > after], day[day > after]
    own = own.assign(day=day)
    rows = []
    for kind, some in own.groupby("level", sort=False):
        have = some[some["hits"].gt(0)]
        # A report of which only the year is known comes after those of known days of this year.
        have = have.assign(at=have["day"].str.ljust(10, "9")).sort_values(["at", "place"], kind="stable")
        opened = (have["day"].iloc[0], have["place"].iloc[0]) if len(have) else ("", "")
        for year, now in some.groupby("year", sort=True):
            n, k = now["place"].nunique(), now.loc[now["hits"].gt(0), "place"].nunique()
            wilson = stats.binomtest(k, n).proportion_ci(level, "wilson")
            seen, had = (x.loc[x["year"] <= year, "place"].nunique() for x in (some, have))
            rows.append((kind, year, n, k, k / n, wilson.low, wilson.high, had / seen, *opened))
    columns = ["level", "year", "places", "have", "share", "low", "high", "so_far", "first_day", "first_place"]
    return pd.DataFrame(rows, columns=columns)
