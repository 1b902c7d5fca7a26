"""
The reports under study against the country: norms by year, change against the tide, borrowed strength.

    from analysis import corpus, reference
    country = reference.load()                               # data/reference/, counts and no texts
    ours = reference.counted(corpus.load(), country)         # the same terms, counted the same way
    reference.norms(country, ["改革", "创新"], level="city")
    reference.unusual(country, ours, "taiyuan-gov-2026")

`python -m analysis reference CATALOGUE -o FOLDER` makes one from any corpus; `recipes/reference.py` made ours.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import sparse

from analysis import lexicons, paths
from analysis.counts import Counts
from analysis.reference import outliers, subjects
from analysis.reference.making import PARTS, counted, make, stem
from analysis.reference.within import PRIOR_FREEDOM, within_subjects
from analysis.uncertainty import detection_limit, estimators, false_discovery, minimum_detectable_ratio
from analysis.uncertainty.design import Refusal

__all__ = ["NoReference", "Reference", "counted", "following", "load", "make", "norms", "pair", "peers", "percentiles",
           "rates", "series", "tide", "twins", "unusual",
           "within_subjects"]  # fmt: skip

# A verdict is given below this q (or p).
LEVEL = 0.05
# Fewer peers give no band.
MIN_PEERS = 8
# The quantile band that is drawn.
BAND = (0.1, 0.9)


class NoReference(Refusal):
    """There is no reference to compare with; the message says how to make one."""


@dataclass(frozen=True)
class Reference:
    """
    Counts of many reports, read a slice at a time.

    Attributes
    ----------
    folder : Path
    reports : DataFrame
        One row a report, as `data/README.md` says; `n_review` … are tokens by part.
    terms : DataFrame
        One row a term: `term`, `kind`, `reports`, `hits`, `phi`, `phi_subject`, `phi_reports`.
    about : dict
        Source, status, rule of the vocabulary, what cut the words.
    """

    folder: Path
    reports: pd.DataFrame
    terms: pd.DataFrame
    about: dict

    @cached_property
    def names(self) -> pd.Index:
        """Terms, in order of their numbers."""
        return pd.Index(self.terms["term"], dtype="str", name="term")

    @cached_property
    def subjects(self) -> subjects.Subjects:
        """Rates of terms by subject."""
        return subjects.read(self.folder / "subjects.parquet", self.names)

    def counts(
        self, terms: Iterable[str] | None = None, *, part: str | Sequence[str] | None = "tasks",
        level: str | None = None, genre: str | None = None, years=None, places: Iterable[str] | None = None,
        doubtful: bool = True,
    ) -> Counts:  # fmt: skip
        """
        Read counts by report.

        Parameters
        ----------
        terms : iterable of str, optional
            Terms of the reference; unknown ones get no column. All of them by default.
        part : str, list of str or None
            Functions that are counted together; None takes the whole report.
        level, genre, years, places
            Which reports; all where nothing is said. `years` is one year or several.
        doubtful : bool
            Keep reports that bear a doubt.

        Returns
        -------
        Counts
            Units are the chosen reports that have the part, with the columns of `reports`, and `n_tokens` of it.
        """
        from pyarrow import parquet

        parts = list(PARTS) if part is None else [part] if isinstance(part, str) else list(part)
        table = self.reports
        keep = table[[f"n_{name}" for name in parts]].sum(axis=1) > 0
        if level:
            keep &= table["level"] == level
        if genre:
            keep &= table["genre"] == genre
        if years is not None:
            keep &= table["year"].isin([years] if np.isscalar(years) else list(years))
        if places is not None:
            keep &= table["place"].isin(list(places))
        if not doubtful:
            keep &= table["doubts"] == ""
        chosen = table[keep]
        wanted = np.flatnonzero(keep)
        codes = np.arange(len(self.names))
        filters = [("report", ">=", int(wanted.min())), ("report", "<=", int(wanted.max()))] if len(wanted) else []
        if terms is not None:
            codes = np.unique(self.names.get_indexer(list(set(terms))))
            codes = codes[codes >= 0]
            filters += [("term", "in", codes.tolist())] if len(codes) else []
        cells = parquet.read_table(self.folder / "counts.parquet", filters=filters or None)
        row, column = np.full(len(table), -1), np.full(len(self.names), -1)
        row[wanted], column[codes] = np.arange(len(wanted)), np.arange(len(codes))
        report = row[cells["report"].to_numpy()]
        inside = report >= 0
        if len(parts) < len(PARTS):
            inside &= np.isin(np.arange(len(PARTS)), [PARTS.index(name) for name in parts])[cells["part"].to_numpy()]
        report, term = report[inside], column[cells["term"].to_numpy()[inside]]
        hits = cells["count"].to_numpy()[inside].astype(np.int32)
        place = report, term
        if terms is not None:
            hits, place = hits[term >= 0], (report[term >= 0], term[term >= 0])
        shape = len(chosen), len(codes)
        matrix = sparse.csr_array(sparse.coo_array((hits, place), shape))
        units = chosen.assign(n_tokens=chosen[[f"n_{name}" for name in parts]].sum(axis=1)).reset_index(drop=True)
        units = units.rename(columns={"id": "report"})
        return Counts(matrix, units, self.names[codes])


def load(folder: Path | None = None) -> Reference:
    """
    Open a reference; counts are read when they are asked for.

    Raises
    ------
    NoReference
        If there is none in the folder.
    """
    folder = Path(folder or paths.REFERENCE)
    if not (folder / "counts.parquet").is_file():
        raise NoReference(
            f"There is no reference in {folder}: reports are not compared with others. "
            "`python -m analysis reference CATALOGUE -o FOLDER` makes one from any reports of places and years."
        )
    reports = pd.read_csv(folder / "reports.csv", index_col="report", dtype={"code": str}, keep_default_na=False)
    terms = pd.read_csv(folder / "terms.csv", index_col="number", keep_default_na=False, na_values={
        name: [""] for name in ("phi", "phi_subject")})  # fmt: skip
    return Reference(folder, reports, terms, json.loads((folder / "reference.json").read_text(encoding="utf-8")))


def _lists(words) -> dict[str, list[str]]:
    """Word lists by name; a term is the list of itself."""
    if isinstance(words, dict):
        return {name: list(terms) for name, terms in words.items()}
    return {word: [word] for word in ([words] if isinstance(words, str) else words)}


def _all(lists: dict[str, list[str]]) -> list[str]:
    """Terms of all lists."""
    return [term for terms in lists.values() for term in terms]


def _sums(counts: Counts, lists: dict[str, list[str]]) -> np.ndarray:
    """Hits of each list by unit; terms of a list that the reference does not have count nothing."""
    out = np.zeros((len(counts.units), len(lists)))
    for k, terms in enumerate(lists.values()):
        at = counts.terms.get_indexer(list(dict.fromkeys(terms)))
        out[:, k] = np.asarray(counts.matrix[:, at[at >= 0]].sum(axis=1)).ravel()
    return out


def norms(
    country: Reference, words, *, level: str = "city", part: str | None = "tasks", years=None,
    band: tuple[float, float] = BAND, doubtful: bool = True, without: Iterable[str] = (),
) -> pd.DataFrame:  # fmt: skip
    """
    Say how often reports of a level have a term or word list, year by year.

    Parameters
    ----------
    words : str, list of str, or dict of name to list of str
        Terms, or word lists whose hits are added up.
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
    lists = _lists(words)
    counts = country.counts(_all(lists), part=part, level=level, years=years, doubtful=doubtful)
    units = counts.units
    rates = pd.DataFrame(_sums(counts, lists) / units["n_tokens"].to_numpy()[:, None] * 1e4, columns=list(lists))
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


def series(country: Reference, place: str, words=None, *, part: str | None = None, doubtful: bool = False):
    """
    Give the rates of one place's reports by year, for a trend over years.

    Returns
    -------
    DataFrame, index `year`
        Terms (or word lists) as columns, per 10,000 tokens; years of two reports are added up, years without one
        are missing.
    """
    lists = None if words is None else _lists(words)
    counts = country.counts(lists and _all(lists), part=part, places=[place], doubtful=doubtful)
    hits = counts.matrix.toarray() if lists is None else _sums(counts, lists)
    names = list(counts.terms) if lists is None else list(lists)
    year = counts.units["year"]
    table = pd.DataFrame(hits, columns=pd.Index(names, name="term")).groupby(year.to_numpy()).sum()
    return table.div(counts.sizes.groupby(year.to_numpy()).sum(), axis=0).mul(1e4).rename_axis(index="year")


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
        `report`, `term`, `count`, `per_10k`, `low`, `high`, `percentile`, `percentile_low`, `percentile_high`
        (0-100; half of the ties lie below), `n_peers`; reports without the part or with fewer than `MIN_PEERS`
        peers have no row.
    """
    lists = _lists(words)
    others = country.counts(_all(lists), part=part, doubtful=doubtful)
    hits = _sums(others, lists) / others.units["n_tokens"].to_numpy()[:, None] * 1e4
    rows = []
    for key, units in _reports(ours, part):
        near = _near(others.units, key)
        if near.sum() < MIN_PEERS:
            continue
        report = key[0]
        section = Counts(ours.matrix[units], ours.units.iloc[units], ours.terms)
        table = rates(country, section, lists, prior=prior, by_subject=True)
        for k, row in enumerate(table.itertuples()):
            values = hits[near, k]
            at = [_percentile(values, value) for value in (row.per_10k, row.low, row.high)]
            rows.append((report, row.Index, row.count, row.per_10k, row.low, row.high, *at, len(values)))
    columns = ["report", "term", "count", "per_10k", "low", "high", "percentile", "percentile_low",
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


def province(country: Reference, place: str) -> str:
    """
    Name the province in which a place of the reference lies.

    Raises
    ------
    NoReference
        If the reference has no report of it, or the place is none of a province.
    """
    codes = country.reports[["place", "code"]].drop_duplicates()
    own = codes.loc[codes["place"].eq(place), "code"]
    upper = codes.loc[codes["code"].isin(own.str[:2] + "0000") & codes["place"].ne(place), "place"]
    if upper.empty:
        raise NoReference(f"The reference has no report of a province in which {place} lies.")
    return upper.iloc[0]


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
    lists = _lists(list(ours.terms) if words is None else words)
    cells, tokens = _sums(ours, lists), ours.sizes.to_numpy(float)
    sizes = tokens[:, None]
    if by_subject:
        known = ours.select(country.names)
        sizes = subjects.expected(known, country.subjects, country.names) @ _members(country.names, lists)
    hits, variance, size, freedom = subjects.moments(cells, np.maximum(sizes, 1e-9))
    size = np.full(len(lists), tokens.sum())
    known = np.array([_prior(country, terms, "phi_subject" if by_subject else "phi") for terms in lists.values()])
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


def _prior(country: Reference, terms: list[str], column: str) -> float:
    """φ of a term, or of the terms of a list, weighed by their hits; that of all terms where nothing is known."""
    at = country.names.get_indexer(terms)
    rows = country.terms.iloc[at[at >= 0]].dropna(subset=column)
    return float(np.average(rows[column], weights=rows["hits"]) if len(rows) else country.terms[column].median())


def _members(names: pd.Index, lists: dict[str, list[str]]) -> sparse.csr_array:
    """Which terms belong to which lists, terms × lists."""
    at = [(row, k) for k, terms in enumerate(lists.values()) for row in names.get_indexer(terms) if row >= 0]
    rows, columns = zip(*dict.fromkeys(at), strict=True) if at else ((), ())
    return sparse.csr_array(sparse.coo_array((np.ones(len(rows)), (rows, columns)), (len(names), len(lists))))


def unusual(
    country: Reference, ours: Counts, report: str, *, part: str = "tasks", doubtful: bool = True,
    by_subject: bool = False, names: bool = False, words=None,
) -> pd.DataFrame:  # fmt: skip
    """
    Test which terms a report has unusually often, or seldom, among the reports of its level and year.

    Mean and spread of each term come from the other reports; p is calibrated on them (`outliers`), q is
    Benjamini and Hochberg's over the tested terms.

    Parameters
    ----------
    report : id
        One of `ours`.
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
    (_, place, level, genre, year), rows = _chosen(ours, part, report)
    others = country.counts(part=part, level=level, genre=genre, years=year, doubtful=doubtful)
    hits, sizes, units = _beside(country, ours, rows, others, place, by_subject, words)
    if len(hits) <= MIN_PEERS:
        raise NoReference(f"{report}: {len(hits) - 1} reports of {level} and {year} are no band; at least {MIN_PEERS}")
    score, expected, _ = outliers.scores_of_rates(hits, sizes)
    fitted = outliers.tail(score[1:], expected[1:], outliers.EXPECTED)
    index = _index(country, words)
    tested = (expected[0] >= outliers.EXPECTED[0]) & (names or words is not None or ~_place_names(country))
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
    return country.names if words is None else pd.Index(list(_lists(words)), name="term")


def _beside(country, ours, rows, others, place, by_subject, words):
    """Our report on top of its peers (its own place left out): hits, sizes, tokens."""
    keep = (others.units["place"] != place).to_numpy()
    own = ours.select(country.names)
    hits = np.vstack([np.asarray(own.matrix[rows].sum(axis=0)), others.matrix[keep].toarray()]).astype(float)
    tokens = np.concatenate([[ours.sizes.to_numpy()[rows].sum()], others.sizes.to_numpy()[keep]]).astype(float)
    sizes = _expected(country, hits, tokens) if by_subject else tokens[:, None]
    if words is not None:
        member = _members(country.names, _lists(words))
        hits, sizes = hits @ member, sizes @ member if by_subject else sizes
    return hits, sizes, tokens


def _expected(country, hits, tokens) -> np.ndarray:
    """Hits that the subjects of each report lead to expect."""
    return subjects.mixtures(sparse.csr_array(hits), country.subjects) @ country.subjects.rates * tokens[:, None]


def _place_names(country: Reference) -> np.ndarray:
    """Terms that name a place of the reference, or of the lists of places, with its kind (太原市) or without."""
    known = {stem(place) for place in country.reports["place"]}
    known |= {*lexicons.terms("places"), *lexicons.terms("place_names")}
    return np.array([term in known or (term[-1] in "省市县区州" and term[:-1] in known) for term in country.names])


def tide(
    country: Reference, ours: Counts, before: str, after: str, *, part: str = "tasks", doubtful: bool = True,
    by_subject: bool = False, names: bool = False, words=None,
) -> pd.DataFrame:  # fmt: skip
    """
    Test which changes between two reports of a place are not those of the other places.

    All places of the level with reports of both years are compared. `others` is their pooled ratio; a place's
    change is read against it with the spread of the others' changes (`outliers.scores_of_changes`).

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
    score, others, rho = outliers.scores_of_changes(x0, x1, n0, n1)
    hits = x0 + x1
    fitted = outliers.tail(score[1:], hits[1:])
    tested = (hits[0] >= outliers.MIN_HITS) & (names or words is not None or ~_place_names(country))
    p = np.where(tested, fitted.p(score[0], hits[0]), np.nan)
    n0, n1 = (np.broadcast_to(n, x0.shape) for n in (n0, n1))
    up = x1 / n1 > x0 / n0
    rising = (up[1:] & (hits[1:] > 0)).sum(axis=0) / np.maximum((hits[1:] > 0).sum(axis=0), 1)
    # The others' ratio divides the hits of a pair that goes with the tide.
    shares = n1[0] * others[0], n0[0]
    wide = (1 + rho[0] * np.maximum(hits[0] - 1, 0)) * (fitted.critical(hits[0]) / 1.96) ** 2
    wide = np.maximum(wide, 1.0)
    whole = outliers.pooled(x0[1:], x1[1:], n0[1:], n1[1:])
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
        whole = outliers.pooled(x0[rest], x1[rest], n0[rest], n1[rest])
        tested = x0[k] + x1[k] >= outliers.MIN_HITS
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
