"""
Long series: does a rate move with the calendar, and in which stages does a vocabulary change?

For two dates there is no trend; `contrasts` compares them like for like or refuses.
"""

from itertools import pairwise
from math import comb

import numpy as np
import pandas as pd

# Fewer years than this carry no test: with three, the smallest two-sided p of Mann-Kendall is 1/3.
MIN_YEARS = 4
# Present in fewer reports than this, a term has no course to speak of.
MIN_PRESENT = 3
# The chance of a presence pattern below which a term is read as come or gone. At .05 a term that
# is missing from the last two of eleven reports (chance .067 with eight hits) would be "stable".
# Measured on 13 reports without any trend: at most 6% of the terms are called come, 6% gone.
PRESENCE = 0.10
# A spike: one year holds more than this share of the sum of the yearly rates.
SPIKE_SHARE = 0.5
# Pairs of years times terms held at once, to bound memory.
CHUNK = 4_000_000


def trend(rates: pd.DataFrame, level: float = 0.05) -> pd.DataFrame:
    """
    Estimate each term's slope per calendar year and test it against no monotone trend.

    Theil-Sen slope (median of all pairwise slopes on the years as they are, gaps included) with
    Sen's interval; Mann-Kendall test with ties in rates and in years, normal approximation with
    continuity correction; Benjamini-Hochberg over terms. Where most rates are 0 the median slope
    is 0 whatever happened, so presence is tested as well: that a term present in k of N reports
    keeps to the last (or first) of them has chance C(N-1-z, k-1) / C(N-1, k-1), z being the number
    of reports without it before (or after).

    Classes, first that fits: *rare* (in fewer than 3 reports); *emerging*, *fading* (q below
    `level`, or chance of its presence pattern below `PRESENCE`); *spike* (one report holds more
    than half of the summed rates); *rare* again (in fewer than half of the reports); *stable* (no
    monotone trend found; look at the interval before reading it as no change).

    Parameters
    ----------
    rates : DataFrame of float, shape (n_reports, n_terms)
        Index: calendar year of each report, gaps and repeated years allowed; columns: terms;
        values: rates in one unit, for example per 10,000 tokens. NaN is refused.
    level : float
        For classes and for the interval of the slope (1 - level).

    Returns
    -------
    DataFrame, index `term`
        `slope_per_year`, `low`, `high` (unit of `rates` per year), `tau` (Kendall's tau-b), `p`,
        `q`, `p_presence`, `n_present`, `first_year`, `last_year`, `peak_year`, `class`,
        by q, then |tau| falling, then term.

    Raises
    ------
    ValueError
        Fewer than four different years, years that are no whole numbers, or missing rates.

    References
    ----------
    Theil, H. (1950). Indagationes Mathematicae 12, 85-91. Sen, P. K. (1968). JASA 63, 1379-1389.
    Mann, H. B. (1945). Econometrica 13, 245-259. Kendall, M. G. (1975). Rank Correlation Methods.

    Examples
    --------
    >>> years = [1999, 2002, 2007, 2010, 2013, 2019, 2022]
    >>> up, down = [1, 2, 4, 5, 7, 9, 11], [7, 6, 5, 3, 2, 0, 0]
    >>> rates = pd.DataFrame({"创新": up, "计划生育": down}, years)
    >>> trend(rates)[["slope_per_year", "tau", "class"]].round(2).to_dict("list")
    {'slope_per_year': [0.43, -0.33], 'tau': [1.0, -0.98], 'class': ['emerging', 'fading']}
    """
    from scipy.stats import false_discovery_control

    rates = _checked(rates)
    years, values = rates.index.to_numpy(float), rates.to_numpy(float)
    slope, low, high = _theil_sen(years, values, level)
    tau, p = _mann_kendall(years, values)
    table = pd.DataFrame(
        {
            "slope_per_year": slope, "low": low, "high": high, "tau": tau, "p": p,
            "q": false_discovery_control(p), "n_present": (values > 0).sum(axis=0),
        },
        index=rates.columns.rename("term"),
    )  # fmt: skip
    table = table.join(_course(rates.index.to_numpy(int), values, rates.columns))
    table["class"] = _classes(table, values, level)
    order = table.assign(a=-table["tau"].abs(), t=table.index).sort_values(["q", "a", "t"]).index
    return table.loc[order]


def _checked(rates: pd.DataFrame) -> pd.DataFrame:
    years = pd.to_numeric(pd.Series(rates.index), errors="coerce").to_numpy()
    bad = [str(year) for year, n in zip(rates.index, years, strict=True) if n != n or n % 1]
    if bad:
        raise ValueError(
            f"index of rates: {', '.join(bad[:5])} is no calendar year; use whole years"
        )
    if len(set(years)) < MIN_YEARS:
        raise ValueError(
            f"{len(set(years))} different years: a trend needs {MIN_YEARS}; "
            "compare two dates with contrasts.contrast"
        )
    if missing := int(rates.isna().to_numpy().sum()):
        raise ValueError(f"{missing} rates are missing: drop those reports or terms first")
    return rates.set_axis(years.astype(int), axis=0).sort_index(kind="stable")


def _theil_sen(years: np.ndarray, values: np.ndarray, level: float) -> tuple[np.ndarray, ...]:
    """Median pairwise slope with Sen's interval, as `scipy.stats.theilslopes`, for all terms."""
    from scipy.stats import norm

    i, j = np.triu_indices(len(years), 1)
    i, j = i[years[i] < years[j]], j[years[i] < years[j]]
    gaps = (years[j] - years[i])[:, None]
    step = max(1, CHUNK // len(i))
    z, n = norm.ppf(1 - level / 2), len(i)
    parts = []
    for start in range(0, values.shape[1], step):
        block = values[:, start : start + step]
        slopes = np.sort((block[j] - block[i]) / gaps, axis=0)
        reach = z * np.sqrt(_variance(years, block))
        low = np.clip(np.round((n - reach) / 2).astype(int) - 1, 0, n - 1)
        high = np.clip(np.round((n + reach) / 2).astype(int), 0, n - 1)
        at = np.arange(block.shape[1])
        parts.append((np.median(slopes, axis=0), slopes[low, at], slopes[high, at]))
    return tuple(np.concatenate(column) for column in zip(*parts, strict=True))


def _mann_kendall(years: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Kendall's tau-b and the two-sided p of Mann-Kendall's Z, per column."""
    from scipy.stats import norm

    i, j = np.triu_indices(len(years), 1)
    x = np.sign(years[j] - years[i])
    score, untied = np.zeros(values.shape[1]), np.zeros(values.shape[1])
    for a, b, sign in zip(i, j, x, strict=True):
        y = np.sign(values[b] - values[a])
        score += sign * y
        untied += np.abs(y)
    tau = score / np.sqrt(np.maximum(untied * np.abs(x).sum(), 1))
    variance = _variance(years, values)
    z = np.divide(score - np.sign(score), np.sqrt(variance), out=np.zeros_like(score),
                  where=variance > 0)  # fmt: skip
    return tau, np.minimum(1, 2 * norm.sf(np.abs(z)))


def _variance(years: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Variance of Kendall's S under independence with ties in both (Kendall 1975, ch. 4)."""
    n = len(years)
    ties = np.unique(years, return_counts=True)[1].astype(float)[:, None]
    x = [f(ties).sum() for f in _TIE_TERMS]
    columns = [np.unique(column, return_counts=True)[1].astype(float) for column in values.T]
    y = np.array([[f(t).sum() for f in _TIE_TERMS] for t in columns]).T
    main = (n * (n - 1) * (2 * n + 5) - x[0] - y[0]) / 18
    return main + x[1] * y[1] / (9 * n * (n - 1) * (n - 2)) + x[2] * y[2] / (2 * n * (n - 1))


_TIE_TERMS = (
    lambda t: t * (t - 1) * (2 * t + 5),
    lambda t: t * (t - 1) * (t - 2),
    lambda t: t * (t - 1),
)


def _course(years: np.ndarray, values: np.ndarray, terms: pd.Index) -> pd.DataFrame:
    """First, last and peak year of each term, and the chance of where its presence lies."""
    present = values > 0
    n, k = len(years), present.sum(axis=0)
    first, last = present.argmax(axis=0), n - 1 - present[::-1].argmax(axis=0)
    ends = list(zip(first.tolist(), last.tolist(), k.tolist(), strict=True))
    arrives = [_edge(b + 1, c, a) for a, b, c in ends]
    leaves = [_edge(n - a, c, n - 1 - b) for a, b, c in ends]
    seen = pd.array(years, dtype="Int64")
    frame = pd.DataFrame({"p_presence": np.minimum(arrives, leaves)})
    # What left after it came is read by how it ended.
    frame["arrives"] = np.array(arrives) < np.array(leaves)
    for name, at in (("first_year", first), ("last_year", last), ("peak_year", values.argmax(0))):
        frame[name] = pd.Series(seen[at]).where(k > 0)
    return frame.set_axis(terms, axis=0)


def _edge(n: int, k: int, z: int) -> float:
    """Chance that k presences among n reports, one at the end, leave the first z without any."""
    return comb(n - 1 - z, k - 1) / comb(n - 1, k - 1) if k and z else 1.0


def _classes(table: pd.DataFrame, values: np.ndarray, level: float) -> pd.Series:
    total = values.sum(axis=0)
    peak_share = np.divide(values.max(axis=0), total, out=np.zeros_like(total), where=total > 0)
    rising = np.where(table["q"] < level, table["tau"] > 0, table.pop("arrives"))
    moves = (table["q"] < level) | (table["p_presence"] < PRESENCE)
    rules = [
        table["n_present"] < MIN_PRESENT,
        moves & rising,
        moves & ~rising.astype(bool),
        peak_share > SPIKE_SHARE,
        table["n_present"] < len(values) / 2,
    ]
    return np.select(rules, ["rare", "emerging", "fading", "spike", "rare"], "stable")


def stages(rates: pd.DataFrame, n_shuffles: int = 999, seed: int = 0) -> pd.DataFrame:
    """
    Merge neighbouring years into stages of a vocabulary, and test each number of stages.

    Variability-based neighbour clustering (Gries & Hilpert 2008): only stages that touch in time
    may merge; the pair whose union adds least variation goes first (Ward's criterion on the square
    roots of the shares, that is in Hellinger distance). The check: the share of variation between
    stages, compared with the same years in shuffled order (the order is what a stage claims).

    Parameters
    ----------
    rates : DataFrame of float, shape (n_years, n_terms)
        Index: years; values: rates or counts, not negative, no empty row.
    n_shuffles, seed : int
        Of the permutation check.

    Returns
    -------
    DataFrame
        One row per number of stages from 2 to n_years - 1: `n_stages`, `starts` (first years of
        the stages, as text), `explained` (share of squared distance between stages, 0 to 1), `p`.

    References
    ----------
    Gries, S. Th. & Hilpert, M. (2008). Corpora 3(1), 59-81.
    """
    rates = rates.groupby(level=0).mean().sort_index()
    if len(rates) < MIN_YEARS:
        raise ValueError(f"{len(rates)} years: stages need at least {MIN_YEARS}")
    profiles = np.sqrt(rates.to_numpy(float) / rates.to_numpy(float).sum(axis=1, keepdims=True))
    rng = np.random.default_rng(seed)
    starts, explained = _merge(profiles)
    shuffled = np.array([_merge(rng.permutation(profiles))[1] for _ in range(n_shuffles)])
    p = (1 + (shuffled >= explained - 1e-12).sum(axis=0)) / (n_shuffles + 1)
    years = rates.index.to_numpy()
    text = [" ".join(str(years[at]) for at in start) for start in starts]
    table = pd.DataFrame({"n_stages": [len(s) for s in starts], "starts": text,
                          "explained": explained, "p": p})  # fmt: skip
    return table.sort_values("n_stages", ignore_index=True)


def _merge(profiles: np.ndarray) -> tuple[list[list[int]], np.ndarray]:
    """Stage starts and explained share after each merge, from n - 1 stages down to 2."""
    starts, total = list(range(len(profiles))), _within(profiles)
    found, explained = [], []
    while len(starts) > 2:
        bounds = [*starts, len(profiles)]
        costs = [_within(profiles[a:c]) - _within(profiles[a:b]) - _within(profiles[b:c])
                 for a, b, c in zip(bounds, bounds[1:], bounds[2:], strict=False)]  # fmt: skip
        del starts[int(np.argmin(costs)) + 1]
        bounds = [*starts, len(profiles)]
        within = sum(_within(profiles[a:b]) for a, b in pairwise(bounds))
        found.append(list(starts))
        explained.append(1 - within / total if total else 0.0)
    return found, np.array(explained)


def _within(profiles: np.ndarray) -> float:
    return float(((profiles - profiles.mean(axis=0)) ** 2).sum())
