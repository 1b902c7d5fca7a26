"""
The reports under study against the country: norms by year, change against the tide, borrowed strength.

    from analysis import corpus, reference
    country = reference.load()                               # data/reference/, counts and no texts
    ours = reference.counted(corpus.load(), country)         # the same terms, counted the same way
    reference.norms(country, ["改革", "创新"], level="city")
    reference.unusual(country, ours, "taiyuan-gov-2026")

`python -m analysis reference CATALOGUE -o FOLDER` makes one from any corpus; `recipes/reference.py` made ours.
"""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import sparse

from analysis import text_reuse
from analysis.contrast import exchange
from analysis.counts import Counts
from analysis.reference import models
from analysis.reference.store import PARTS, Lists, NoReference, Reference, counted, load, make
from analysis.uncertainty import MIN_COUNT, detection_limit, estimators, false_discovery, minimum_detectable_ratio

__all__ = ["NoReference", "Reference", "counted", "dispersion", "following", "gain", "load", "make", "norms", "pair",
           "peers", "percentiles", "power", "rates", "tide", "twins", "unusual",
           "within_subjects", "wording"]  # fmt: skip

# A verdict is given below this q (or p).
LEVEL = 0.05
# Fewer peers give no band.
MIN_PEERS = 8
# The quantile band that is drawn.
BAND = (0.1, 0.9)
# What the reference knows of a term's unevenness counts as this many degrees of freedom; see docs/methods.md.
PRIOR_FREEDOM = 24.0
# A window of wording that more reports of the reference have is a formula, and left out on both sides.
FORMULA = 30


def norms(
    country: Reference, words, *, level: str = "city", part: str | None = "tasks", years=None,
    band: tuple[float, float] = BAND, doubtful: bool = True, without: Iterable[str] = (),
) -> pd.DataFrame:  # fmt: skip
    """
    Say how often reports of a level have a term or word list, year by year.

    Parameters
    ----------
    words : str, list of str, or dict of name to list of str
        Terms, or word lists whose hits are added up; "domains" for the policy domains.
    level, part, years, doubtful
        As in `Reference.counts`.
    band : (float, float)
        Quantiles of the reports' rates.
    without : iterable of str
        Places to leave out, so that a place is not its own peer.

    Returns
    -------
    DataFrame
        `term`, `year`, `n_reports`, `median`, `low`, `high` (per 10,000 tokens; quantiles over reports, NaN below
        `MIN_PEERS` of them), `share` (of reports that have it); by term as given, then year.
    """
    lists = Lists.of(words)
    counts = country.counts(lists, part=part, level=level, years=years, doubtful=doubtful)
    units = counts.units
    rates = pd.DataFrame(lists.sums(counts) / units["n_tokens"].to_numpy()[:, None] * 1e4, columns=list(lists))
    rates = rates.assign(year=units["year"])[~units["place"].isin(list(without))]
    rows = []
    for (year, group), term in ((g, t) for t in lists for g in rates.groupby("year")):
        values = group[term].to_numpy()
        enough = len(values) >= MIN_PEERS
        low, middle, high = np.quantile(values, (band[0], 0.5, band[1])) if enough else (np.nan,) * 3
        rows.append((term, int(year), len(values), middle, low, high, float((values > 0).mean())))
    found = pd.DataFrame(rows, columns=["term", "year", "n_reports", "median", "low", "high", "share"])
    found.attrs["notes"] = [f"{level} reports, {part or 'whole'}; band {band[0]:.0%} to {band[1]:.0%}"]
    return found


def percentiles(
    country: Reference, ours: Counts, words, *, part: str = "tasks", doubtful: bool = True, prior: bool = True,
) -> pd.DataFrame:  # fmt: skip
    """
    Place each report under study among the reports of its level and year.

    The ends of the interval are where the ends of the report's own 95% interval (sections as clusters) stand
    among the peers: it carries the sampling error of the report, not of each peer. The peers have much the same table
    of contents, so that hits are judged beside what each section speaks of (`rates`, by subject).

    Parameters
    ----------
    ours : Counts
        From `counted`.
    words, part, doubtful
        As in `norms`.
    prior : bool
        Borrow the term's unevenness over sections from the reference (`rates`).

    Returns
    -------
    DataFrame
        `report`, `place`, `year`, `term`, `count`, `per_10k`, `low`, `high`, `percentile`, `percentile_low`,
        `percentile_high` (0-100; half of the ties lie below), `n_peers`; reports without the part or with fewer than
        `MIN_PEERS` peers have no row.
    """
    lists = Lists.of(words)
    others = country.counts(lists, part=part, doubtful=doubtful)
    hits = lists.sums(others) / others.units["n_tokens"].to_numpy()[:, None] * 1e4
    rows = []
    for key, units in _reports(ours, part):
        near = _near(others.units, key)
        if near.sum() < MIN_PEERS:
            continue
        report, place, *_, year = key
        section = Counts(ours.matrix[units], ours.units.iloc[units], ours.terms)
        table = rates(country, section, lists, prior=prior, by_subject=True)
        for k, row in enumerate(table.itertuples()):
            values = hits[near, k]
            at = [_percentile(values, value) for value in (row.per_10k, row.low, row.high)]
            rows.append((report, place, year, row.Index, row.count, row.per_10k, row.low, row.high, *at, len(values)))
    columns = ["report", "place", "year", "term", "count", "per_10k", "low", "high", "percentile", "percentile_low",
               "percentile_high", "n_peers"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _percentile(values: np.ndarray, value: float) -> float:
    """
    Share of values below, and half of those equal, in percent.

    >>> _percentile(np.array([0.0, 0.0, 1.0, 2.0]), 1.0)
    62.5
    """
    return float(100 * ((values < value).mean() + (values == value).mean() / 2))


def _reports(ours: Counts, part: str | None):
    """Identity of each report that has the part, and the rows of its sections."""
    units = ours.units.reset_index(drop=True)
    keep = units["n_tokens"] > 0
    if part is not None:
        keep &= units["function"].astype(str) == part
    keys = ["report", "place", "level", "genre", "year"]
    for key, rows in units[keep].astype({"report": str}).groupby(keys, sort=False):
        yield key, rows.index.to_numpy()


def _near(units: pd.DataFrame, key) -> np.ndarray:
    """Which reports are peers: of the same level, genre and year, and another place."""
    _, place, level, genre, year = key
    same = (units["level"] == level) & (units["genre"] == genre) & (units["year"] == year)
    return (same & (units["place"] != place)).to_numpy()


def peers(country: Reference, ours: Counts, *, part: str | None = "tasks") -> pd.DataFrame:
    """
    Say with how many reports each report under study can be compared.

    Returns
    -------
    DataFrame
        `report`, `place`, `level`, `genre`, `year`, `n_peers` (other places of that level, genre and year that have
        the part), `enough` (`MIN_PEERS` of them); in the order of the corpus.
    """
    table = country.reports
    table = table[table[f"n_{part}"] > 0] if part else table
    rows = [(*key, int(_near(table, key).sum())) for key, _ in _reports(ours, part)]
    found = pd.DataFrame(rows, columns=["report", "place", "level", "genre", "year", "n_peers"])
    return found.assign(enough=found["n_peers"] >= MIN_PEERS)


def pair(country: Reference, ours: Counts, *, part: str | None = "tasks") -> tuple[str, str]:
    """
    Choose two reports of one place, level and genre with peers in both years, the farthest apart.

    Raises
    ------
    NoReference
        If there are none.
    """
    known = peers(country, ours, part=part)
    best = None
    for _, rows in known[known["enough"] & known["place"].ne("")].groupby(["place", "level", "genre"], sort=False):
        rows = rows.sort_values("year", kind="stable")
        span = int(rows["year"].iloc[-1] - rows["year"].iloc[0])
        if span and (best is None or span > best[0]):
            best = span, (rows["report"].iloc[0], rows["report"].iloc[-1])
    if best is None:
        raise NoReference("No place has two reports here for whose years the reference has enough of other places.")
    return best[1]


def twins(country: Reference, ours: Counts) -> pd.DataFrame:
    """
    Lay each report under study beside the same report in the reference, where that has it.

    Returns
    -------
    DataFrame
        `report`, `part`, `n_tokens`, `n_tokens_reference`, `hits`, `hits_reference` (of terms of the reference),
        `share` (hits that both have, of those that either has: 1 for equal counts), `source` (address of the other
        copy); by report, then part.
    """
    rows = []
    for part in PARTS[:-1]:
        for (report, place, level, genre, year), units in _reports(ours, part):
            other = country.counts(part=part, level=level, genre=genre, years=year, places=[place])
            if len(other.units):
                mine = np.asarray(ours.select(country.names).matrix[units].sum(axis=0)).ravel()
                theirs = other.matrix.toarray()[0]
                share = np.minimum(mine, theirs).sum() / max(np.maximum(mine, theirs).sum(), 1)
                size = int(ours.sizes.to_numpy()[units].sum())
                rows.append((report, part, size, int(other.sizes.iloc[0]), int(mine.sum()), int(theirs.sum()),
                             float(share), other.units["source"].iloc[0]))  # fmt: skip
    columns = ["report", "part", "n_tokens", "n_tokens_reference", "hits", "hits_reference", "share", "source"]
    return pd.DataFrame(rows, columns=columns).sort_values("report", kind="stable", ignore_index=True)


def _chosen(ours: Counts, part: str | None, report: str):
    """Identity and sections of one report."""
    for key, rows in _reports(ours, part):
        if key[0] == report:
            return key, rows
    raise KeyError(f"{report!r} has no {part or 'text'} among the counted reports; see `reference.counted`")


def rates(
    country: Reference, ours: Counts, words=None, *, level: float = 0.95, prior: bool = True, by_subject: bool = False,
) -> pd.DataFrame:  # fmt: skip
    """
    Give the rates of one report with intervals that borrow each term's unevenness from the reference.

    Parameters
    ----------
    ours : Counts
        Sections of one report, as `counted` gives them.
    words : str, list of str, or dict of name to list of str, optional
        As in `norms`; every term unless given.
    level : float
    prior : bool
        Whether to borrow.
    by_subject : bool
        How unevenly hits lie is judged beside what each section speaks of. That is the error of a report whose table
        of contents is given, as it is among reports of one kind; without it sections count as drawn at random.

    Notes
    -----
    The term's φ over sections is drawn towards that of the reference, which counts as `PRIOR_FREEDOM` degrees of
    freedom; Student's tails get those, too. Where a report has many sections little changes, where it has few the
    interval no longer rests on the spread of three numbers.

    Returns
    -------
    DataFrame, index `term`
        `count`, `n_tokens`, `per_10k`, `low`, `high`, `phi`.
    """
    lists = Lists.of(list(ours.terms) if words is None else words)
    cells, tokens = lists.sums(ours), ours.sizes.to_numpy(float)
    sizes = tokens[:, None]
    if by_subject:
        known = ours.select(country.names)
        sizes = country.subjects.expected(known, country.names) @ lists.members(country.names)
    hits, variance, size, freedom = models.moments(cells, np.maximum(sizes, 1e-9))
    size = np.full(len(lists), tokens.sum())
    known = _prior(country, lists, "phi_subject" if by_subject else "phi")
    phi, freedom = _spread(hits, variance, size, freedom, known, PRIOR_FREEDOM if prior else 0.0)
    low, high = estimators.rate_interval(hits, size, phi, estimators.dof_of_hits(freedom, hits), level)
    none = hits == 0
    high = np.where(none, detection_limit(size, level, np.maximum(phi, 1.0)), high)
    return pd.DataFrame({
        "count": hits.astype(int), "n_tokens": size.astype(int), "per_10k": hits / size * 1e4,
        "low": np.where(none, 0.0, low) * 1e4, "high": high * 1e4, "phi": phi,
    }, index=pd.Index(list(lists), name="term"))  # fmt: skip


def _spread(hits, variance, size, freedom, known, borrowed: float):
    """Dispersion, own and known weighed by their degrees of freedom (one hit has none), and their sum."""
    weight = np.where(hits > 1, freedom * (1 - 1 / np.maximum(hits, 1)), 0.0)
    own = np.where(hits > 0, variance / np.maximum(hits, 1e-9), 1.0)
    phi = (weight * own + borrowed * known) / (weight + borrowed) if borrowed else own
    phi = np.maximum(phi, estimators.LEAST_DISPERSION)
    return np.where(hits > 0, phi, np.maximum(phi, 1.0)), freedom + borrowed


def gain(country: Reference, ours: Counts, *, part: str = "tasks") -> pd.DataFrame:
    """
    Say how much narrower the intervals of reports are with the terms' unevenness borrowed from the reference.

    Returns
    -------
    DataFrame
        By hits of a term in a report: `band_of_hits`, `cells` (terms of reports), `own_width`, `borrowed_width` (median
        of upper over lower end of the 95% interval), `narrower_share` (of cells), `relative_width` (median of the
        logarithm of the second over that of the first: below 1 is narrower).

    Raises
    ------
    NoReference
        If no report has the part.
    """
    pieces = []
    for _, rows in _reports(ours, part):
        one = Counts(ours.matrix[rows], ours.units.iloc[rows], ours.terms)
        own, borrowed = (rates(country, one, prior=prior) for prior in (False, True))
        pieces.append(own.join(borrowed.add_suffix("_borrowed")).query("count >= 3 and low > 0 and low_borrowed > 0"))
    if not pieces:
        raise NoReference(f"No report has {part}: there is nothing whose intervals could be narrower.")
    table = pd.concat(pieces)
    own, borrowed = table["high"] / table["low"], table["high_borrowed"] / table["low_borrowed"]
    table = pd.DataFrame({
        "band_of_hits": _banded(table["count"]), "cells": 1, "own_width": own, "borrowed_width": borrowed,
        "narrower_share": borrowed < own, "relative_width": np.log(borrowed) / np.log(own),
    })  # fmt: skip
    how = {"cells": "sum", "own_width": "median", "borrowed_width": "median", "narrower_share": "mean",
           "relative_width": "median"}  # fmt: skip
    return table.groupby("band_of_hits", observed=True).agg(how).reset_index()


def _banded(hits: pd.Series) -> pd.Series:
    return pd.cut(hits, [0, 4, 9, 19, 29, 59, 10**9],
                  labels=["below 5", "5-9", "10-19", "20-29", "30-59", "60 and more"])  # fmt: skip


def dispersion(folder: Path | None = None) -> pd.Series:
    """
    Give what the reference knows of how unevenly each term lies over sections, to be borrowed by other intervals.

    Returns
    -------
    Series of float, index `term`
        φ (1 if words fell one by one); terms of too few hits have none. It counts as `PRIOR_FREEDOM` degrees of
        freedom. Empty where there is no reference.
    """
    try:
        terms = load(folder).terms
    except NoReference:
        return pd.Series(dtype=float, index=pd.Index([], name="term"), name="phi")
    return terms.set_index("term")["phi"].dropna()


def _prior(country: Reference, lists: dict[str, list[str]], column: str) -> np.ndarray:
    """φ of each list, its terms weighed by their hits; that of all terms where nothing is known."""
    phi = country.terms[column].to_numpy()
    member = lists.members(country.names).T
    weight = np.where(np.isnan(phi), 0.0, country.terms["hits"].to_numpy(float))
    total = member @ weight
    mean = np.divide(member @ (weight * np.nan_to_num(phi)), total, out=np.zeros(len(total)), where=total > 0)
    return np.where(total > 0, mean, np.nanmedian(phi))


def unusual(
    country: Reference, ours: Counts, report: str | None = None, *, part: str = "tasks", doubtful: bool = True,
    by_subject: bool = False, names: bool = False, words=None,
) -> pd.DataFrame:  # fmt: skip
    """
    Test which terms a report has unusually often, or seldom, among the reports of its level and year.

    Mean and spread of each term come from the other reports; p is calibrated on them (`models`), q is
    Benjamini and Hochberg's over the tested terms.

    Parameters
    ----------
    report : id, optional
        One of `ours`; every one with enough peers unless given, with `report` as the first level of the index.
    by_subject : bool
        Compare with the hits that what the report speaks of leads to expect, instead of its tokens.
    names : bool
        Test names of places, too.
    words : list of str, or dict of name to list of str, optional
        Test these terms or word lists instead of every term.

    Returns
    -------
    DataFrame, index `term`
        `count`, `per_10k`, `median`, `share` (of peers that have it), `expected` (hits, from the peers), `ratio`
        (count over expected; 0 hits stand as 0.5), `score`, `p`, `q`, `rank` (by |score| among all reports,
        1 is the farthest out), `n_reports`, `common` (at least one hit expected); by q, p, then term. Which terms
        are tested is decided by the peers alone (a tenth of a hit expected); q is taken apart for common and rare.
    """
    if report is None:
        known = peers(country, ours, part=part)
        options = {"part": part, "doubtful": doubtful, "by_subject": by_subject, "names": names, "words": words}
        found = {one: unusual(country, ours, one, **options) for one in known.loc[known["enough"], "report"]}
        return pd.concat(found, names=["report"]) if found else pd.DataFrame()
    (_, place, level, genre, year), rows = _chosen(ours, part, report)
    others = country.counts(part=part, level=level, genre=genre, years=year, doubtful=doubtful)
    hits, sizes, units = _beside(country, ours, rows, others, place, by_subject, words)
    if len(hits) <= MIN_PEERS:
        raise NoReference(f"{report}: {len(hits) - 1} reports of {level} and {year} are no band; at least {MIN_PEERS}")
    score, expected, _ = models.scores_of_rates(hits, sizes)
    fitted = models.Tail.fit(score[1:], expected[1:], models.EXPECTED)
    index = _index(country, words)
    tested = (expected[0] >= models.EXPECTED[0]) & (names or words is not None or ~country.place_names)
    p = np.where(tested, fitted.p(score[0], expected[0]), np.nan)
    common = expected[0] >= 1
    rates_ = hits / units[:, None] * 1e4
    table = pd.DataFrame({
        "count": hits[0].astype(int), "per_10k": rates_[0], "median": np.median(rates_[1:], axis=0),
        "share": (hits[1:] > 0).mean(axis=0), "expected": expected[0],
        "ratio": np.maximum(hits[0], 0.5) / np.maximum(expected[0], 1e-9), "score": score[0], "p": p,
        "q": np.where(common, *(false_discovery(np.where(side, p, np.nan)) for side in (common, ~common))),
        "rank": 1 + (np.abs(score[1:]) > np.abs(score[0])).sum(axis=0), "n_reports": len(hits), "common": common,
    }, index=index)  # fmt: skip
    table = table[tested].sort_index().sort_values(["q", "p"], kind="stable")
    table.attrs["notes"] = [f"{len(hits) - 1} {level} reports of {year}, {part}; {len(table)} terms tested"]
    return table


def _index(country: Reference, words) -> pd.Index:
    """What is tested: every term, or word lists by name."""
    return country.names if words is None else pd.Index(list(Lists.of(words)), name="term")


def _beside(country, ours, rows, others, place, by_subject, words):
    """Our report on top of its peers (its own place left out): hits, sizes, tokens."""
    keep = (others.units["place"] != place).to_numpy()
    own = ours.select(country.names)
    hits = np.vstack([np.asarray(own.matrix[rows].sum(axis=0)), others.matrix[keep].toarray()]).astype(float)
    tokens = np.concatenate([[ours.sizes.to_numpy()[rows].sum()], others.sizes.to_numpy()[keep]]).astype(float)
    sizes = _expected(country, hits, tokens) if by_subject else tokens[:, None]
    if words is not None:
        member = Lists.of(words).members(country.names)
        hits, sizes = hits @ member, sizes @ member if by_subject else sizes
    return hits, sizes, tokens


def _expected(country, hits, tokens) -> np.ndarray:
    """Hits that the subjects of each report lead to expect."""
    return country.subjects.mixtures(sparse.csr_array(hits)) @ country.subjects.rates * tokens[:, None]


def tide(
    country: Reference, ours: Counts, before: str, after: str, *, part: str = "tasks", doubtful: bool = True,
    by_subject: bool = False, names: bool = False, words=None,
) -> pd.DataFrame:  # fmt: skip
    """
    Test which changes between two reports of a place are not those of the other places.

    All places of the level with reports of both years are compared. `others` is their pooled ratio; a place's
    change is read against it with the spread of the others' changes (`models.scores_of_changes`).

    Parameters
    ----------
    before, after : ids of `ours`, of one place
    by_subject : bool
        Sizes are the hits that subjects lead to expect, not tokens.
    names : bool
        Test names of places, too.
    words : list of str, or dict of name to list of str, optional
        Test these terms or word lists instead of every term.

    Returns
    -------
    DataFrame, index `term`
        `n_before`, `n_after`, `ratio` (after over before, of rates; 0 hits stand as 0.5), `others`, `others_low`,
        `others_high`, `others_q` (pooled ratio of the other places, with places as what was drawn), `rising_share` (of
        the others that have the term, those in which its rate rises), `score`, `p`, `q`, `rank` (1 is the farthest from
        the tide), `n_places`, `mde_ratio` (ratio beside the tide that would be found with power .8),
        `floor_ratio` (the same if counting were the only chance: Poisson), `verdict` (`stands out`: q < .05;
        `leans`: p < .05; `with the tide`: the tide is clear, others_q < .05, and the change goes its way;
        `still`: the tide is clear, and the change does not go its way, yet not far from it; `no tide`);
        by p, then term.
    """
    x0, x1, n0, n1, places, said = _pairs(country, ours, before, after, part, doubtful, by_subject, words)
    index = _index(country, words)
    score, others, rho = models.scores_of_changes(x0, x1, n0, n1)
    hits = x0 + x1
    fitted = models.Tail.fit(score[1:], hits[1:])
    tested = (hits[0] >= models.MIN_HITS) & (names or words is not None or ~country.place_names)
    p = np.where(tested, fitted.p(score[0], hits[0]), np.nan)
    n0, n1 = (np.broadcast_to(n, x0.shape) for n in (n0, n1))
    up = x1 / n1 > x0 / n0
    rising = (up[1:] & (hits[1:] > 0)).sum(axis=0) / np.maximum((hits[1:] > 0).sum(axis=0), 1)
    # The others' ratio divides the hits of a pair that goes with the tide.
    shares = n1[0] * others[0], n0[0]
    wide = (1 + rho[0] * np.maximum(hits[0] - 1, 0)) * (fitted.critical(hits[0]) / 1.96) ** 2
    wide = np.maximum(wide, 1.0)
    whole = models.pooled(x0[1:], x1[1:], n0[1:], n1[1:])
    table = pd.DataFrame({
        "n_before": x0[0].astype(int), "n_after": x1[0].astype(int),
        "ratio": np.maximum(x1[0], 0.5) / n1[0] / (np.maximum(x0[0], 0.5) / n0[0]), "others": whole["ratio"],
        "others_low": whole["low"], "others_high": whole["high"],
        "others_q": false_discovery(np.where(tested, whole["p"], np.nan)), "rising_share": rising,
        "score": score[0], "p": p, "q": false_discovery(p),
        "rank": 1 + (np.abs(score[1:]) > np.abs(score[0])).sum(axis=0), "n_places": len(places),
        "mde_ratio": minimum_detectable_ratio(hits[0], *shares, wide, wide),
        "floor_ratio": minimum_detectable_ratio(hits[0], *shares),
    }, index=index)  # fmt: skip
    table.insert(len(table.columns), "verdict", _verdicts(table))
    table = table[tested].sort_index().sort_values("p", kind="stable")
    table.attrs["notes"] = [f"{said}; {len(table)} terms tested"]
    return table


def power(table: pd.DataFrame) -> pd.DataFrame:
    """
    Say how large a change beside the tide could have been seen, by the hits of the pair.

    Parameters
    ----------
    table : DataFrame
        What `tide` gives.

    Returns
    -------
    DataFrame
        `band_of_hits`, `terms`, `mde_ratio`, `floor_ratio`, `over_floor` (medians; see `tide`).
    """
    rows = table.assign(
        band_of_hits=_banded(table["n_before"] + table["n_after"]), over_floor=table["mde_ratio"] / table["floor_ratio"]
    ).groupby("band_of_hits", observed=True)
    found = rows[["mde_ratio", "floor_ratio", "over_floor"]].median()
    return found.assign(terms=rows.size()).reset_index()[["band_of_hits", "terms", *found.columns]]


def _verdicts(table: pd.DataFrame) -> np.ndarray:
    """What is said of each term of `tide`."""
    clear = table["others_q"] < LEVEL
    along = np.sign(np.log(table["ratio"])) == np.sign(np.log(table["others"]))
    cases = [table["q"] < LEVEL, table["p"] < LEVEL, clear & along, clear]
    return np.select(cases, ["stands out", "leans", "with the tide", "still"], "no tide")


def following(
    country: Reference, ours: Counts, before: str, after: str, *, part: str = "tasks", doubtful: bool = True,
    by_subject: bool = False,
) -> pd.DataFrame:  # fmt: skip
    """
    Say of each place how far it goes with the others.

    Parameters
    ----------
    before, after, part, doubtful, by_subject
        As in `tide`.

    Returns
    -------
    DataFrame
        `place` (ours first), `clear` (terms with a clear tide of the other places, q < .05), `along` (those whose rate
        goes its way), `share` (of `clear`), `correlation` (of the logarithms of both changes over these terms).
    """
    x0, x1, n0, n1, places, _ = _pairs(country, ours, before, after, part, doubtful, by_subject, None)
    n0, n1 = (np.broadcast_to(n, x0.shape) for n in (n0, n1))
    rows = []
    for k, place in enumerate(places):
        rest = np.arange(len(places)) != k
        whole = models.pooled(x0[rest], x1[rest], n0[rest], n1[rest])
        tested = x0[k] + x1[k] >= models.MIN_HITS
        clear = false_discovery(np.where(tested, whole["p"], np.nan)) < LEVEL
        mine = np.log(np.maximum(x1[k], 0.5) / n1[k] / (np.maximum(x0[k], 0.5) / n0[k]))[clear]
        way = np.log(whole["ratio"])[clear]
        rows.append((place, int(clear.sum()), int((np.sign(mine) == np.sign(way)).sum()),
                     float(np.corrcoef(mine, way)[0, 1]) if clear.sum() > 2 else np.nan))  # fmt: skip
    found = pd.DataFrame(rows, columns=["place", "clear", "along", "correlation"])
    return found.assign(share=found["along"] / found["clear"].clip(lower=1))


def _pairs(country, ours, before, after, part, doubtful, by_subject, words):
    """Both reports of each place, ours on top: hits before and after, sizes before and after, places, in words."""
    (one, first), (two, second) = (_chosen(ours, part, report) for report in (before, after))
    if one[1] != two[1]:
        raise ValueError(f"{before} and {after} are of {one[1]} and {two[1]}; the tide is that of one place's change")
    sides = [country.counts(part=part, level=key[2], genre=key[3], years=key[4], doubtful=doubtful)
             for key in (one, two)]  # fmt: skip
    both = sorted(set.intersection(*(set(side.units["place"]) for side in sides)) - {one[1]})
    if len(both) < MIN_PEERS:
        raise NoReference(f"{len(both)} other places have {one[4]} and {two[4]}; a tide needs {MIN_PEERS}")
    found = []
    for side, rows in zip(sides, (first, second), strict=True):
        kept = side.restrict(mask=side.units["place"].isin(both))
        order = kept.units.drop_duplicates("place").reset_index().set_index("place").loc[both, "index"].to_numpy()
        chosen = Counts(kept.matrix[order], kept.units.iloc[order], kept.terms)
        found.append(_beside(country, ours, rows, chosen, one[1], by_subject, words))
    (x0, n0, _), (x1, n1, _) = found
    said = f"{len(both)} other places with {one[4]} and {two[4]}"
    return x0, x1, n0, n1, [one[1], *both], said


def within_subjects(country, found, *, level: float = 0.95) -> pd.DataFrame:
    """
    Lay the change within subjects beside the whole change of a contrast.

    Expected hits of each section take the place of its tokens; the term's unevenness is that of the two sides and of
    the reference (φ with its subject taken out) together. Chance is what exchanges of alike sections make of it, as
    in the contrast itself.

    Parameters
    ----------
    country : Reference
    found : Contrast
        From `contrast.compare`, with exchanges.
    level : float
        Of the intervals.

    Returns
    -------
    DataFrame, index `term`
        `n_target`, `n_reference`, `log_ratio`, `p`, `q` (the whole change, as in the table), `log_ratio_within`,
        `within_low`, `within_high` (base 2: hits over expected hits, target over reference), `within_p`, `within_q`;
        terms of `MIN_COUNT` hits that the reference has, by `within_p`, then term. Empty, with the reason in
        `attrs["why"]`, where the contrast has no exchanges.
    """
    columns = ["n_target", "n_reference", "log_ratio", "p", "q", "log_ratio_within", "within_low", "within_high",
               "within_p", "within_q"]  # fmt: skip
    if found.null is None or found.null.divisions is None:
        table = pd.DataFrame(columns=columns, index=pd.Index([], name="term"))
        table.attrs["why"] = "Too few sections are alike on both sides to exchange them."
        return table
    design, divisions = found.null.parts.design, found.null.divisions
    known = np.flatnonzero(design.terms.isin(country.names))
    matrix = sparse.csr_array(design.matrix)[:, known]
    names = pd.Index(design.terms[known])
    hits = np.asarray(matrix.sum(axis=0)).ravel()
    tested = np.flatnonzero(hits >= MIN_COUNT)
    units = pd.DataFrame({"n_tokens": design.sizes})
    chosen = Counts(matrix, units, names).select(country.names)
    wanted = country.subjects.expected(chosen, names[tested])
    prior = country.terms["phi_subject"].to_numpy()[country.names.get_indexer(names[tested])]
    prior = np.where(np.isnan(prior), np.nanmedian(country.terms["phi_subject"]), prior)
    cells = matrix[:, tested].toarray().astype(float)
    target, reference = (_side(side, cells, wanted, prior) for side in (divisions, ~divisions))
    scores = np.nan_to_num(estimators.ratio_score(target, reference))
    null = exchange.Null(scores, hits[tested])
    one, two = (estimators.Side(*(array[0] for array in side)) for side in (target, reference))
    low, high = estimators.ratio_interval(one, two, null.reach(hits[tested], level))
    p = null.p(scores[0], hits[tested])
    with np.errstate(divide="ignore"):
        table = pd.DataFrame({
            "log_ratio_within": estimators.log2_ratio(one.hits, one.tokens, two.hits, two.tokens),
            "within_low": np.log2(low), "within_high": np.log2(high), "within_p": p, "within_q": false_discovery(p),
        }, index=names[tested].rename("term"))  # fmt: skip
    table = found.table[columns[:5]].join(table, how="inner")[columns]
    table = table.sort_index().sort_values("within_p", kind="stable")
    table.attrs["notes"] = [f"{len(table)} terms of {MIN_COUNT} hits that the reference has; "
                            f"{len(divisions) - 1} exchanges of {found.n_groups} groups of alike sections"]  # fmt: skip
    return table


def _side(member, cells, wanted, prior) -> estimators.Side:
    """Hits, variance, expected hits and degrees of freedom of one side of every division."""
    member = member.astype(float)
    hits, size = member @ cells, np.maximum(member @ wanted, 1e-9)
    rate, square = hits / size, member @ wanted**2
    spread = member @ cells**2 - 2 * rate * (member @ (cells * wanted)) + rate**2 * square
    share = np.clip(square / size**2, 1e-9, 1)
    spread = np.maximum(spread, 0) / np.maximum(1 - share, 0.05)
    dof = 1 / share - 1
    variance = (dof * spread + PRIOR_FREEDOM * prior * hits) / (dof + PRIOR_FREEDOM)
    return estimators.Side(hits, variance, size, dof + PRIOR_FREEDOM)


def wording(country: Reference, corpus) -> pd.DataFrame:
    """
    Say which reports of the reference share wording with each report of a corpus.

    Windows of 20 letters and digits are compared by a sample of their numbers (`text_reuse.fingerprint`); those of more
    than `FORMULA` reports are formulas, and left out on both sides.

    Returns
    -------
    DataFrame
        As `text_reuse.pairs`, so that `text_reuse.precedence` tests who was first: `report_a` is ours, `report_b` of
        the reference; `share_a` with `low`, `high` (95%, Wilson; of the sampling of windows), `share_b`, `windows`
        (shared), what is known of both, and `filed_wrongly` (the corpus doctor doubts that the other text is of its
        place or year). By ours, then share falling; one text under two names, the same place, and what is filed wrongly
        come last.

    Raises
    ------
    NoReference
        If the reference holds no fingerprints.
    """
    table = country.windows
    _, first, times = np.unique(table["window"].to_numpy(), return_inverse=True, return_counts=True)
    table = table[times[first] <= FORMULA]
    sizes = np.bincount(table["report"], minlength=len(country.reports))
    known = country.reports.set_index("id")
    common = pd.unique(country.windows["window"][times[first] > FORMULA])
    pieces = []
    for report in corpus.reports:
        own = np.setdiff1d(text_reuse.fingerprint(report.text), common)
        hits = np.bincount(table["report"][table["window"].isin(own)], minlength=len(sizes))
        at = np.flatnonzero(hits)
        pieces.append(pd.DataFrame({"report_a": report.id, "report_b": known.index[at], "windows": hits[at],
                                    "n": len(own), "share_b": hits[at] / sizes[at]}))  # fmt: skip
    found = pd.concat(pieces, ignore_index=True)
    share, z = found["windows"] / found["n"], 1.959964
    middle, n = (share + z * z / found["n"] / 2), found["n"]
    reach = z * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    for name, value in (("share_a", share), ("low", (middle - reach) / (1 + z * z / n)),
                        ("high", (middle + reach) / (1 + z * z / n))):  # fmt: skip
        found[name] = value
    mine = corpus.catalogue[["place", "level", "delivered"]].assign(
        year=[int(r.plans[:4]) if r.plans[:4].isdigit() else r.year for r in corpus.reports]
    )
    found = text_reuse.dated(found, mine, known)
    found["same_text"] = found[["share_a", "share_b"]].min(axis=1) >= text_reuse.SAME_TEXT
    told = known["doubts"].str.extract(r"the text of ([\w-]+)")[0].dropna()
    wrong = known.index[known["doubts"].str.contains("the text of|catalogued|names ")].union(pd.Index(told))
    found["filed_wrongly"] = found["report_b"].isin(wrong)
    last = found["same_text"] | found["same_place"] | found["filed_wrongly"]
    place = {name: k for k, name in enumerate(corpus.ids)}
    order = found.assign(last=last, at=found["report_a"].map(place))
    order = order.sort_values(["at", "last", "share_a", "report_b"], ascending=[True, True, False, True])
    columns = ["report_a", "report_b", "share_a", "low", "high", "share_b", "windows", "place_a", "place_b", "level_a",
               "level_b", "year_a", "year_b", "delivered_a", "delivered_b", "days", "first", "same_text", "same_place",
               "filed_wrongly"]  # fmt: skip
    return order[columns].reset_index(drop=True)
