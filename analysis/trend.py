"""
Long series: which reports make one, how rates move with the calendar, and in which stages.

`longest` finds the like-for-like series of a catalogue, `rates` its table of years × terms, `trend`
the slope of each term with a test that knows that neighbouring years are alike. For two dates there
is no trend; `contrast` compares them like for like or refuses.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import comb, factorial
from types import MappingProxyType

import numpy as np
import pandas as pd
from scipy import sparse

from analysis import occurrences, tokens
from analysis.counts import Counts
from analysis.uncertainty import Refusal, false_discovery
from analysis.uncertainty import rates as with_intervals

# Fewer years than this carry no test: with three, the smallest two-sided p of Mann-Kendall is 1/3.
MIN_YEARS = 4
# Present in fewer reports than this, a term has no course to speak of.
MIN_PRESENT = 3
# With seven dates the steadiest order has p = .0027, and one term in fifty would have to be so for
# any to hold among all of them; with eight .0008. Below, a course is described, not settled.
SETTLES = 8
# Lag-1 correlations are raised by this many standard errors before they widen the variance of S:
# what is estimated from few dates is more often too low than too high where it matters.
CAUTION = 0.7
# Beyond this many dates the variance under serial correlation is extrapolated from fewer.
EXACT_DATES = 40
# A spike: one year holds more than this share of the sum of the yearly rates.
SPIKE_SHARE = 0.5
# A smooth course is a local line over this part of a series; runs of three years keep what
# neighbouring years have in common.
SMOOTHING, RUN = 8, 3
# Pairs of years times terms held at once, to bound memory.
CHUNK = 4_000_000


def trend(rates: pd.DataFrame, level: float = 0.05) -> pd.DataFrame:
    """
    Estimate each term's slope per calendar year and test it against no monotone trend.

    Theil-Sen slope (median of all pairwise slopes on the years as they are, gaps included) with
    Sen's interval; Mann-Kendall test with ties in rates and in years, normal approximation with
    continuity correction. Neighbouring years are alike: the variance of S is that of an AR(1)
    series, its lag-1 correlation taken from what a parabola leaves (in the order of the dates) and
    corrected for the bias of short series. Where most rates are 0 the median slope is 0 whatever
    happened, so presence is tested as well: that a term present in k of N reports keeps to the last
    (or first) of them has chance C(N-1-z, k-1) / C(N-1, k-1), z being the number of reports without
    it before (or after); raised by the dates that serial correlation takes away.
    Both tests of a term stand in one correction: q is Benjamini and Hochberg's over terms, of the
    smaller of the two p, doubled where both were made.

    Classes, first that fits: *rare* (in fewer than 3 reports); *described* (fewer than eight dates:
    a course, no verdict); *emerging*, *fading* (q below `level`); *spike* (one report holds more
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
        `slope_per_year`, `low`, `high` (unit of `rates` per year), `tau` (Kendall's tau-b), `rho`
        (lag-1 correlation as corrected, 0 to 1), `p`, `q`, `p_presence`, `n_present`,
        `first_year`, `last_year`, `peak_year`, `class`, by q, then |tau| falling, then term.
        Empty, with the reason in `attrs["notes"]`, for an empty table.

    Raises
    ------
    Refusal
        Fewer than four different years.
    ValueError
        Years that are no whole numbers, or missing rates.

    References
    ----------
    Theil, H. (1950). Indagationes Mathematicae 12, 85-91. Sen, P. K. (1968). JASA 63, 1379-1389.
    Mann, H. B. (1945). Econometrica 13, 245-259. Kendall, M. G. (1975). Rank Correlation Methods.
    Hamed, K. H. (2009). Journal of Hydrology 368, 143-155 (variance of S, AR(1)). Marriott, F. H. C.
    & Pope, J. A. (1954). Biometrika 41, 390-402 (bias of the lag-1 correlation).

    Examples
    --------
    >>> years = range(2011, 2023)
    >>> up, down = [1, 3, 2, 4, 6, 5, 7, 6, 9, 8, 11, 10], [9, 7, 8, 8, 6, 5, 6, 3, 4, 2, 0, 0]
    >>> rates = pd.DataFrame({"创新": up, "计划生育": down}, years)
    >>> trend(rates)[["slope_per_year", "tau", "class"]].round(2).to_dict("list")
    {'slope_per_year': [-0.83, 0.85], 'tau': [-0.85, 0.84], 'class': ['fading', 'emerging']}
    """
    if rates.empty:
        return _no_trend("The table of rates is empty: no series, no trend.")
    rates = _checked(rates)
    years, values = rates.index.to_numpy(float), rates.to_numpy(float)
    rho = _serial(values)
    wider = _widened(len(years), rho)
    slope, low, high = _theil_sen(years, values, level, wider)
    tau, p = _mann_kendall(years, values, wider)
    table = pd.DataFrame(
        {
            "slope_per_year": slope, "low": low, "high": high, "tau": tau, "rho": rho, "p": p,
            "q": np.nan,
        },
        index=rates.columns.rename("term"),
    )  # fmt: skip
    table = table.join(_course(rates.index.to_numpy(int), values, rates.columns))
    # n dates of an AR(1) series tell as much as n (1 - ρ) / (1 + ρ) that are independent.
    table["p_presence"] **= (1 - rho) / (1 + rho)
    both = np.minimum(table["p"], table["p_presence"])
    twice = 1 + (table["n_present"] < len(values))
    table["q"] = false_discovery(np.minimum(both * twice, 1))
    table["class"] = _classes(table, values, level, len(set(years)))
    order = table.assign(a=-table["tau"].abs(), t=table.index).sort_values(["q", "a", "t"]).index
    table = table.loc[order]
    table.attrs["notes"] = _trend_notes(table, years)
    return table


def _no_trend(note: str) -> pd.DataFrame:
    columns = ["slope_per_year", "low", "high", "tau", "rho", "p", "q", "n_present", "p_presence",
               "first_year", "last_year", "peak_year", "class"]  # fmt: skip
    table = pd.DataFrame(columns=columns, index=pd.Index([], name="term"))
    table.attrs.update(notes=[note], why=note)
    return table


def _trend_notes(table: pd.DataFrame, years) -> list[str]:
    n, of = len(set(years)), table["class"].value_counts()
    said = (f"{of.get('emerging', 0)} of {len(table)} terms came, {of.get('fading', 0)} went, "
            f"{of.get('spike', 0)} belong to a single year, for {of.get('stable', 0)} no monotone "
            "trend is found")  # fmt: skip
    if n < SETTLES:
        said = f"{n} dates describe courses of {len(table)} terms; a trend settles from {SETTLES}"
    return [said, f"median lag-1 correlation {table['rho'].median():.2f}, in the variance of S"]


def _serial(values: np.ndarray) -> np.ndarray:
    """Lag-1 correlation of what a parabola leaves, corrected for bias, raised with caution; 0 to 1."""
    n = len(values)
    if n < SETTLES:
        return np.zeros(values.shape[1])
    basis = np.linalg.qr(np.vander(np.linspace(-1, 1, n), 3))[0]
    rest = values - basis @ (basis.T @ values)
    size, all_of_it = (rest**2).sum(axis=0), (values**2).sum(axis=0)
    raw = np.divide((rest[1:] * rest[:-1]).sum(axis=0), size, out=np.zeros_like(size),
                    where=size > 1e-12 * np.maximum(all_of_it, 1e-300))  # fmt: skip
    # With three coefficients taken out the expectation of r is ρ - (3 + 5ρ) / n.
    found = np.clip((n * raw + 3) / (n - 5), -1, 0.95)
    error = np.sqrt((1 - np.clip(found, 0, 1) ** 2) / n)
    return np.where(found > 0, np.clip(found + CAUTION * error, 0, 0.95), 0.0)


def _widened(n: int, rho: np.ndarray) -> np.ndarray:
    """Factor by which serial correlation widens the variance of S, by term."""
    grid = np.linspace(0, 0.95, 20)
    return np.interp(rho, grid, _factors(n))


@lru_cache(maxsize=64)
def _factors(n: int) -> np.ndarray:
    """Variance of S of n dates of an AR(1) series over that of independent ones, ρ from 0 to .95."""
    if n > EXACT_DATES:
        # The factor approaches its limit as 1/n.
        few, many = _factors(EXACT_DATES // 2), _factors(EXACT_DATES)
        return many + (many - few) * (1 - EXACT_DATES / n)
    i, j = np.triu_indices(n, 1)
    apart = np.abs(np.subtract.outer(np.arange(n), np.arange(n)))
    found = []
    for rho in np.linspace(0, 0.95, 20):
        r = rho**apart
        covered = r[np.ix_(j, j)] - r[np.ix_(j, i)] - r[np.ix_(i, j)] + r[np.ix_(i, i)]
        length = np.sqrt(2 - 2 * r[i, j])
        found.append(np.arcsin(np.clip(covered / np.outer(length, length), -1, 1)).sum())
    return np.array(found) / found[0]


def _checked(rates: pd.DataFrame) -> pd.DataFrame:
    years = pd.to_numeric(pd.Series(rates.index), errors="coerce").to_numpy()
    bad = [str(year) for year, n in zip(rates.index, years, strict=True) if n != n or n % 1]
    if bad:
        raise ValueError(
            f"index of rates: {', '.join(bad[:5])} is no calendar year; use whole years"
        )
    if len(set(years)) < MIN_YEARS:
        raise Refusal(
            f"{len(set(years))} different years: a trend needs {MIN_YEARS}; "
            "compare two dates with contrast.compare", "few dates"
        )
    if missing := int(rates.isna().to_numpy().sum()):
        raise ValueError(f"{missing} rates are missing: drop those reports or terms first")
    return rates.set_axis(years.astype(int), axis=0).sort_index(kind="stable")


def _theil_sen(years, values, level: float, wider=1.0) -> tuple[np.ndarray, ...]:
    """Median pairwise slope with Sen's interval, as `scipy.stats.theilslopes`, for all terms."""
    from scipy.stats import norm

    i, j = np.triu_indices(len(years), 1)
    i, j = i[years[i] < years[j]], j[years[i] < years[j]]
    gaps = (years[j] - years[i])[:, None]
    step = max(1, CHUNK // len(i))
    z, n = norm.ppf(1 - level / 2), len(i)
    wider = np.broadcast_to(wider, values.shape[1])
    parts = []
    for start in range(0, values.shape[1], step):
        block = values[:, start : start + step]
        slopes = np.sort((block[j] - block[i]) / gaps, axis=0)
        reach = z * np.sqrt(_variance(years, block) * wider[start : start + step])
        low = np.clip(np.round((n - reach) / 2).astype(int) - 1, 0, n - 1)
        high = np.clip(np.round((n + reach) / 2).astype(int), 0, n - 1)
        at = np.arange(block.shape[1])
        parts.append((np.median(slopes, axis=0), slopes[low, at], slopes[high, at]))
    return tuple(np.concatenate(column) for column in zip(*parts, strict=True))


def _mann_kendall(years, values, wider=1.0) -> tuple[np.ndarray, np.ndarray]:
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
    variance = _variance(years, values) * wider
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
    # What can be negative is no rate, and present throughout.
    present = (values > 0) | (values.min(axis=0) < 0)
    n, k = len(years), present.sum(axis=0)
    first, last = present.argmax(axis=0), n - 1 - present[::-1].argmax(axis=0)
    ends = list(zip(first.tolist(), last.tolist(), k.tolist(), strict=True))
    arrives = [_edge(b + 1, c, a) for a, b, c in ends]
    leaves = [_edge(n - a, c, n - 1 - b) for a, b, c in ends]
    seen = pd.array(years, dtype="Int64")
    frame = pd.DataFrame({"n_present": k, "p_presence": np.minimum(arrives, leaves)})
    # What left after it came is read by how it ended.
    frame["arrives"] = np.array(arrives) < np.array(leaves)
    for name, at in (("first_year", first), ("last_year", last), ("peak_year", values.argmax(0))):
        frame[name] = pd.Series(seen[at]).where(k > 0)
    return frame.set_axis(terms, axis=0)


def _edge(n: int, k: int, z: int) -> float:
    """Chance that k presences among n reports, one at the end, leave the first z without any."""
    return comb(n - 1 - z, k - 1) / comb(n - 1, k - 1) if k and z else 1.0


def _classes(table: pd.DataFrame, values: np.ndarray, level: float, dates: int):
    total = values.sum(axis=0)
    peak_share = np.divide(values.max(axis=0), total, out=np.zeros_like(total), where=total > 0)
    by_order = table["p"] <= table["p_presence"]
    rising = np.where(by_order, table["tau"] > 0, table.pop("arrives"))
    moves = table["q"] < level
    rules = [
        table["n_present"] < MIN_PRESENT,
        np.full(len(table), dates < SETTLES),
        moves & rising,
        moves & ~rising.astype(bool),
        peak_share > SPIKE_SHARE,
        table["n_present"] < len(values) / 2,
    ]
    return np.select(rules, ["rare", "described", "emerging", "fading", "spike", "rare"], "stable")


def stages(rates: pd.DataFrame, n_shuffles: int = 999, seed: int = 0) -> pd.DataFrame:
    """
    Merge neighbouring years into stages of a vocabulary, and test each number of stages.

    Variability-based neighbour clustering (Gries & Hilpert 2008): only stages that touch in time
    may merge; the pair whose union adds least variation goes first (Ward's criterion on the square
    roots of the shares, that is in Hellinger distance). A vocabulary that drifts smoothly can be cut
    into stages too, and its order in time is no sign of any. So the share of variation between
    stages is compared with that of smooth courses: each share smoothed over time (local linear,
    Gaussian weights over an eighth of the series), plus what the smoothing leaves, dealt out anew
    in runs of three years with random signs. A small p says that the vocabulary moves in steps.

    Parameters
    ----------
    rates : DataFrame of float, shape (n_years, n_terms)
        Index: years; values: rates or counts, not negative, no empty row.
    n_shuffles, seed : int
        Smooth courses to compare with.

    Returns
    -------
    DataFrame
        One row per number of stages from 2 to n_years - 1: `n_stages`, `starts` (first years of
        the stages, as text), `explained` (share of squared distance between stages, 0 to 1),
        `smooth` (mean share of smooth courses), `p`. Empty, with the reason in `attrs["notes"]`,
        for an empty table.

    Raises
    ------
    Refusal
        Fewer than four years.

    References
    ----------
    Gries, S. Th. & Hilpert, M. (2008). Corpora 3(1), 59-81.
    """
    if rates.empty:
        table = pd.DataFrame(columns=["n_stages", "starts", "explained", "smooth", "p"])
        table.attrs["notes"] = ["The table of rates is empty: no series, no stages."]
        return table
    rates = rates.groupby(level=0).mean().sort_index()
    if len(rates) < MIN_YEARS:
        raise Refusal(f"{len(rates)} years: stages need at least {MIN_YEARS}", "few dates")
    values = rates.to_numpy(float)
    profiles = np.sqrt(values / values.sum(axis=1, keepdims=True))
    starts, explained = _merge(profiles @ profiles.T)
    smooth = _smooth_courses(profiles, n_shuffles, np.random.default_rng(seed))
    p = (1 + (smooth >= explained - 1e-12).sum(axis=0)) / (n_shuffles + 1)
    years = rates.index.to_numpy()
    text = [" ".join(str(years[at]) for at in start) for start in starts]
    table = pd.DataFrame({"n_stages": [len(s) for s in starts], "starts": text,
                          "explained": explained, "smooth": smooth.mean(axis=0), "p": p})
    return table.sort_values("n_stages", ignore_index=True)


def _smooth_courses(profiles: np.ndarray, n: int, rng) -> np.ndarray:
    """Explained shares of n courses that drift smoothly, one row each."""
    years = len(profiles)
    smoother = _smoother(years, max(years / SMOOTHING, 1.0))
    course = smoother @ profiles
    spare = np.maximum(1 - np.diag(smoother), 0.2)
    rest = (profiles - course) / np.sqrt(spare)[:, None]
    both = np.vstack([course, rest])
    # Everything that merging needs is in the products of years with years.
    products, blocks, found = both @ both.T, -(-years // RUN), []
    for _ in range(n):
        first = rng.integers(0, years, blocks)
        row = ((first[:, None] + np.arange(RUN)) % years).ravel()[:years]
        mixed = np.hstack([np.eye(years), np.zeros((years, years))])
        mixed[np.arange(years), years + row] = np.repeat(rng.choice([-1, 1], blocks), RUN)[:years]
        found.append(_merge(mixed @ products @ mixed.T)[1])
    return np.array(found)


def _smoother(n: int, width: float) -> np.ndarray:
    """Weights of local linear regression on the order of the years."""
    at = np.arange(n)
    rows = []
    for here in at:
        design = np.column_stack([np.ones(n), at - here])
        weighed = design.T * np.exp(-0.5 * ((at - here) / width) ** 2)
        rows.append(np.linalg.solve(weighed @ design, weighed)[0])
    return np.array(rows)


def _merge(products: np.ndarray) -> tuple[list[list[int]], np.ndarray]:
    """Stage starts and explained share after each merge, from n - 1 stages down to 2."""
    n = len(products)
    sums, own = np.zeros((n + 1, n + 1)), np.append(0, np.diag(products).cumsum())
    sums[1:, 1:] = products.cumsum(axis=0).cumsum(axis=1)

    def within(a: int, b: int) -> float:
        block = sums[b, b] - sums[a, b] - sums[b, a] + sums[a, a]
        return own[b] - own[a] - block / (b - a)

    starts, total = list(range(n)), within(0, n)
    found, explained = [], []
    while len(starts) > 2:
        bounds = [*starts, n]
        costs = [within(a, c) - within(a, b) - within(b, c)
                 for a, b, c in zip(bounds, bounds[1:], bounds[2:], strict=False)]  # fmt: skip
        del starts[int(np.argmin(costs)) + 1]
        inside = sum(within(a, b) for a, b in pairwise([*starts, n]))
        found.append(list(starts))
        explained.append(1 - inside / total if total > 1e-12 else 0.0)
    return found, np.array(explained)


# As many series as can be told apart in one figure.
MOST_SERIES = 6
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
    def supports_trend(self) -> bool:
        """Whether the years suffice for a trend; with four, `note` says what they cannot show."""
        return len(set(self.years)) >= MIN_YEARS


def longest(catalogue: pd.DataFrame) -> Series:
    """
    Find the issuer, level and genre with most years (then most reports, then first by name).

    Examples
    --------
    >>> rows = {"year": [2021, 2026, 2023], "level": ["city", "city", "province"],
    ...         "genre": "work-report"}
    >>> longest(pd.DataFrame(rows, index=["a", "b", "c"])).note
    'The longest like-for-like series is city work-report with 2 years (2021, 2026); \
a trend needs 4.'
    """
    groups = [rows for _, rows in catalogue.groupby([_issuers(catalogue), "level", "genre"], observed=True)]
    kinds = _kinds(catalogue)
    sizes = pd.DataFrame({
        "years": [-rows["year"].nunique() for rows in groups], "reports": [-len(rows) for rows in groups],
        "name": [kinds[rows.index[0]] for rows in groups],
    })  # fmt: skip
    order = sizes.sort_values(["years", "reports", "name"])
    name, rows = order["name"].iloc[0], groups[order.index[0]].sort_values("year", kind="stable")
    years = tuple(map(int, rows["year"]))
    n = len(set(years))
    found = f"The longest like-for-like series is {name} with {n} year{'s' * (n > 1)}"
    if n < MIN_YEARS:
        shown = ", ".join(map(str, sorted(set(years))))
        note = f"{found} ({shown}); a trend needs {MIN_YEARS}."
    else:
        left = len(catalogue) - len(rows)
        alike = (catalogue["level"] + catalogue["genre"]).eq(rows["level"].iloc[0] + rows["genre"].iloc[0]).sum()
        others = "issuers, levels or genres" if alike > len(rows) else "levels or genres"
        rest = f"; {left} reports of other {others} are left out" if left else ""
        note = f"{found} from {years[0]} to {years[-1]}{rest}{_unsettled(n)}."
    return Series(name, tuple(rows.index), years, note)


def _issuers(catalogue: pd.DataFrame) -> pd.Series:
    """Whose each report is: its issuer's, else its place's."""
    issuer, place = (catalogue.get(name, pd.Series("", catalogue.index)).fillna("") for name in ("issuer", "place"))
    return issuer.where(issuer != "", place).rename("whose")


def _kinds(catalogue: pd.DataFrame) -> pd.Series:
    """Level and genre of each report in words, with its place where several issuers have reports of that kind."""
    kind, whose = catalogue["level"] + " " + catalogue["genre"], _issuers(catalogue)
    place = catalogue.get("place", pd.Series("", catalogue.index)).fillna("")
    several = whose.groupby(kind).transform("nunique") > 1
    named = whose.where((place == "") | (whose.groupby(place).transform("nunique") > 1), place)
    return kind.where(~several | (whose == ""), named + " " + kind)


def _unsettled(n: int) -> str:
    """
    Say that n dates are too few for any order of them to hold among many terms.

    >>> _unsettled(5), _unsettled(8)
    ('; 5 dates describe a course, they cannot settle a trend among many terms (least p .017)', '')
    """
    least = f"{2 / factorial(n):.3f}".lstrip("0")
    return (f"; {n} dates describe a course, they cannot settle a trend among many terms "
            f"(least p {least})" if n < SETTLES else "")  # fmt: skip


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
    return table if len(table) >= MIN_YEARS else table.iloc[:0]


def rates_by_report(counts: Counts, catalogue: pd.DataFrame, terms: Iterable[str]) -> pd.DataFrame:
    """
    Describe terms by report: rates with intervals, year, and the series in words.

    Returns
    -------
    DataFrame
        `report`, `year`, `kind` (level and genre, with the place where several issuers have such reports),
        `term`, `count`, `n_tokens`, `per_10k`, `low`, `high`; terms as given (those without any hit left
        out), then year. Of more than six kinds those of most years stay; ``attrs["notes"]`` says so.
    """
    wanted = [term for term in dict.fromkeys(terms) if term in set(counts.terms)]
    part = counts.select(wanted)
    hits = np.asarray(part.matrix.sum(axis=0)).ravel()
    wanted = [term for term in wanted if hits[part.terms.get_loc(term)] > 0]
    if not wanted:
        columns = ["report", "year", "kind", "term", "count", "n_tokens", "per_10k", "low", "high"]
        return pd.DataFrame(columns=columns)
    table = with_intervals(part.select(wanted), by="report").astype({"report": "str"})
    kinds = _kinds(catalogue)
    years = catalogue["year"].groupby(kinds).nunique().sort_index().sort_values(ascending=False, kind="stable")
    left = set(years.index[MOST_SERIES:])
    table = table.merge(catalogue[["year"]].assign(kind=kinds), left_on="report", right_index=True)
    table = table[~table["kind"].isin(left)]
    place = {term: k for k, term in enumerate(wanted)}
    order = table.assign(at=table["term"].map(place)).sort_values(["at", "year"], kind="stable")
    columns = ["report", "year", "kind", "term", "count", "n_tokens", "per_10k", "low", "high"]
    order = order[columns].reset_index(drop=True)
    order.attrs["notes"] = [f"{len(left)} more series of fewer years are not shown"] if left else []
    return order


def prepare(corpus, terms: Iterable[str] = (), variants: Mapping[str, Iterable[str]] = MappingProxyType({})):
    """
    Count the terms of a corpus by paragraph, with some to be looked up and forms of one term added up.

    Parameters
    ----------
    corpus : Corpus
    terms : iterable of str
        Strings to count besides (`occurrences.find`).
    variants : mapping of str to iterable of str
        As in `merge_variants`.

    Returns
    -------
    (Counts, DataFrame)
        The counts, and the tokens that they were counted from (`tokens.table`).
    """
    words = tokens.table(corpus)
    extra = [*terms, *(form for group in variants.values() for form in group)]
    counts = occurrences.count(occurrences.find(corpus, words, extra), words)
    return merge_variants(counts, variants), words


def merge_variants(counts: Counts, forms: Mapping[str, Iterable[str]]) -> Counts:
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


def most_changed(trends: pd.DataFrame, table: pd.DataFrame, most: int = 36) -> pd.DataFrame:
    """
    Choose terms that came or went, by the mean year of their hits, for a heat map.

    Classes *emerging* and *fading*, in terms of three characters and more; the surest half of each
    (smallest q, then most hits).

    Returns
    -------
    DataFrame
        Terms × years, rates; the term with the earliest mean year first. Empty where none did.
    """
    moved = trends[trends["class"].isin(["emerging", "fading"])]
    moved = moved[[len(term) > 2 for term in moved.index]]
    if moved.empty:
        return pd.DataFrame()
    rank = pd.DataFrame({"sure": trends["q"], "size": -table.sum()}).sort_index()
    ordered = rank[rank.index.isin(moved.index)].sort_values(["sure", "size"], kind="stable").index
    went = [term for term in ordered if moved.loc[term, "class"] == "fading"]
    came = [term for term in ordered if moved.loc[term, "class"] == "emerging"]
    rows = table[[*went[: most // 2], *came[: most // 2]]].T.rename_axis("term")
    years = rows.columns.to_numpy(float)
    centre = (rows * years).sum(axis=1) / rows.sum(axis=1)
    return rows.loc[centre.sort_values(kind="stable").index]


def overview(counts: Counts, catalogue: pd.DataFrame, series: Series) -> pd.DataFrame:
    """List the reports with year, kind, words, and whether they belong to the series."""
    sizes = counts.units.groupby("report", observed=True)["n_tokens"].sum().rename(str)
    table = catalogue.sort_values("year", kind="stable")[["year", "level", "genre"]]
    table = table.assign(
        words=sizes.reindex(table.index).fillna(0).astype(int),
        in_series=np.where(table.index.isin(series.ids) & series.supports_trend, "yes", "described only"),
    )
    return table.rename_axis("report").reset_index()
