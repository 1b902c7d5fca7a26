"""
What a corpus shows: each finding with its number, robustness and quotations; and what it only seems to show.

    studies = {level: findings.study(reports, "tasks") for level, reports in corpora.items()}
    pair = studies["full"].pair
    found = findings.targets(corpora, pair) + findings.in_words(studies, pair)
    findings.table(found, 10)

All are picked by rule, so that another corpus gets its own; `refusals` lists what looks like a finding and is none.
"""

import re
from dataclasses import asdict, dataclass, fields
from functools import cached_property

import numpy as np
import pandas as pd

from analysis import (
    accuracy,
    concordance,
    contrast,
    multiverse,
    occurrences,
    paths,
    quantities,
    reference,
    text_reuse,
    tokens,
    trend,
)
from analysis.claims import traced
from analysis.contrast import LEVEL, Contrast
from analysis.contrast.bounds import SAME as WITHIN
from analysis.counts import Counts
from analysis.glossary import label
from analysis.topics import cards as topic_cards
from analysis.uncertainty import Refusal, rates, share_differences

# What a finding can be: two reports of one kind, part against part; or the reports as they are.
LIKE, DESCRIBED = "like for like", "descriptive only"
# Characters of context on either side of a quotation.
_WIDTH = 22
# A longer place is quoted by its two ends.
_LONGEST = 40


@dataclass(frozen=True, kw_only=True)
class _Finding:
    """
    One thing that the reports let one say.

    Attributes
    ----------
    id : str
        Name of its claim (`claims.Claims.state`).
    statement : str
        A sentence with `{}` where the number goes.
    detail : str
        What else is to be said of it.
    value, low, high : float or None
        The number and its 95% interval; no interval where texts simply say it, or all was counted.
    unit, digits, n, counts, evidence
        As in `claims.Claims.state`.
    status, basis : str
        `LIKE` or `DESCRIBED`; what the number rests on where it is no estimate.
    holds, of, over : float, int, str
        In which share of the `of` analyses that could have been done it comes out the same, and
        what they vary.
    places : tuple of (report, start, end)
        What can be quoted, in the restored texts.
    """

    id: str
    statement: str
    detail: str = ""
    value: float
    low: float | None = None
    high: float | None = None
    unit: str
    digits: int = 0
    n: int
    counts: str
    evidence: str
    status: str
    basis: str = ""
    holds: float
    of: int
    over: str
    places: tuple[tuple[str, int, int], ...]


_COLUMNS = [field.name for field in fields(_Finding)]


@dataclass(frozen=True)
class _Study:
    """
    Reports with what findings in the words are made of.

    Attributes
    ----------
    corpus : Corpus
    hits : DataFrame
        From `occurrences.find`.
    counts : Counts
        The hits by paragraph, of the part that is compared.
    function : str or None
        That part; None takes all parts.
    """

    corpus: object
    hits: pd.DataFrame
    counts: Counts
    function: str | None

    @cached_property
    def shared(self) -> pd.DataFrame:
        """Passages that reports share."""
        return text_reuse.of(self.corpus)

    @cached_property
    def reports(self) -> list[str]:
        """Reports that have the part."""
        units = self.counts.units
        sizes = units["n_tokens"].groupby(units["report"].astype(str), sort=False).sum()
        return list(sizes[sizes > 0].index)

    @cached_property
    def pair(self) -> contrast.Contrast:
        """The two like reports farthest apart in time."""
        return contrast.widest(self.counts, self.corpus.catalogue, self.function)

    @cached_property
    def within(self) -> pd.DataFrame:
        """The pair's whole change beside its change within subjects; empty, saying why, without a reference."""
        try:
            return reference.within_subjects(reference.load(), self.pair)
        except Refusal as refusal:
            table = pd.DataFrame()
            table.attrs["why"] = str(refusal)
            return table


def study(corpus, function: str | None = None) -> _Study:
    """Cut and count reports; the part is compared where at least two of them have it."""
    cut = tokens.table(corpus)
    having = cut.loc[cut["function"] == function, "report"].nunique()
    chosen = function if having > 1 else None
    hits = occurrences.find(corpus, cut)
    counts = contrast.drop_incomplete(occurrences.count(hits, cut), corpus)
    return _Study(corpus, hits, counts.restrict(function=chosen) if chosen else counts, chosen)


def table(found: list[_Finding], most: int) -> pd.DataFrame:
    """List the first `most` findings, a row each, with the columns of `Finding`."""
    return pd.DataFrame([asdict(one) for one in found[:most]], columns=_COLUMNS)


def _spread(corpus, hits: pd.DataFrame, most: int = 3) -> tuple[tuple[str, int, int], ...]:
    """
    Choose places to quote: one from each report in turn, from sections not yet quoted first.

    Parameters
    ----------
    hits : DataFrame
        `report`, `start`, `end`; with `section`, other sections come first.
    """
    if "section" in hits:
        again = hits.duplicated(["report", "section"])
        hits = pd.concat([hits[~again], hits[again]])
    turn = hits.groupby("report", sort=False).cumcount()
    order = {report: place for place, report in enumerate(corpus.ids)}
    chosen = hits.assign(turn=turn, at=hits["report"].map(order)).sort_values(["turn", "at"])
    rows = chosen.head(most).sort_values(["at", "start"])[["report", "start", "end"]]
    return tuple(rows.itertuples(index=False, name=None))


def quotations(corpus, places) -> pd.DataFrame:
    """
    Quote places with their context, their section, their raw offsets and what they rest on.

    Returns
    -------
    DataFrame
        `report`, `section`, `quotation` (the place in 【】, a long one by its ends), `raw`
        (offsets, start-end), `rests_on`
        (untouched, or the weakest class of edit inside).
    """
    rows = []
    for id, start, end in places:
        report = corpus[id]
        left, right = max(0, start - _WIDTH), end + _WIDTH
        inside = report.text[start:end]
        if len(inside) > _LONGEST:
            inside = f"{inside[: _LONGEST // 2]}…{inside[-_LONGEST // 2 :]}"
        text = f"…{report.text[left:start]}【{inside}】{report.text[end:right]}…"
        raw = "-".join(map(str, report.ledger.to_raw(start, end)))
        classes = [edit.confidence for edit in report.ledger.edits_in(start, end)]
        worst = max(classes, key=concordance.CLASSES.index, default="untouched")
        rows.append((id, _section(report, start), text.replace("\n", " "), raw, worst))
    return pd.DataFrame(rows, columns=["report", "section", "quotation", "raw", "rests_on"])


def _section(report, start: int) -> str:
    inside = report.paragraphs
    row = inside[(inside["start"] <= start) & (start < inside["end"])]
    return "" if row.empty else str(row["section_title"].iloc[0])


# What has to agree before two targets are held against each other.
_SAME = ["indicator", "measure", "unit", "long"]
_STATED = "stated in the texts, so without an interval"
# Words that make a target a limit: lower is stricter, not less.
_CEILING = "控制|不超过|以内"
_TARGETS = ["indicator", "measure", "unit", "long", "value_before", "high_before", "value_after",
           "high_after", "change", "ceiling", "year_before", "year_after", "quote_before",
           "quote_after", "raw_before", "raw_after"]  # fmt: skip


def stated_by_both(corpus, pair: Contrast) -> pd.DataFrame:
    """
    List the targets that both reports of a pair state as a number.

    Targets for a report's own year stand against such targets, longer ones (`long`) against
    longer ones; yearly averages are left out.

    Returns
    -------
    DataFrame
        A row for each indicator, measure, unit and `long`, in the order of the earlier text, with
        what `quantities.table` says of either side (`_before`, `_after`); `high_…` is the upper
        end of a range, or the value; `change` (of the nearer ends: 0 where ranges overlap),
        `ceiling` (a limit not to be passed), `raw_…` (offsets in the raw files, start-end).
        ``attrs["alone"]`` counts the targets of either side without a counterpart.
    """
    stated = _stated(corpus)
    sides = [stated[stated["report"].isin(ids)].drop_duplicates(_SAME)
             for ids in (pair.reference, pair.target)]  # fmt: skip
    rows = sides[0].merge(sides[1], on=_SAME, suffixes=("_before", "_after"))
    up = (rows["value_after"] - rows["high_before"]).clip(lower=0)
    down = (rows["high_after"] - rows["value_before"]).clip(upper=0)
    ceiling = rows["quote_before"].str.contains(_CEILING) & rows["quote_after"].str.contains(_CEILING)
    rows = rows.assign(change=(up + down).round(6), ceiling=ceiling)
    rows.attrs["alone"] = [len(side) - len(rows) for side in sides]
    return rows


def _stated(corpus) -> pd.DataFrame:
    """Targets of every report for its own year or a later one."""
    found = quantities.table(corpus)
    issued = found["report"].map(corpus.catalogue["year"])
    found = found.assign(long=(found["year"] > issued) | (found["period"] == "plan"))
    found = found[(found["status"] == "target") & ~found["average"].astype(bool)
                  & found["year"].ge(issued)]  # fmt: skip
    raw = [corpus[row.report].ledger.to_raw(row.start, row.end) for row in found.itertuples()]
    return found.assign(raw=[f"{a}-{b}" for a, b in raw],
                        high=found["value_high"].fillna(found["value"]))  # fmt: skip


def targets(corpora: dict, pair: Contrast) -> list[_Finding]:
    """
    State how many targets are lower in the later report, and the change of three of them.

    The three: the first growth rate of the text, the target that changed most in proportion, and
    the first for a later year.

    Parameters
    ----------
    corpora : dict
        The corpus as reported first, then restored less far: a finding holds where the same
        numbers are read.
    pair : Contrast
        From `contrast.widest`.
    """
    if not (len(pair.reference) == len(pair.target) == 1):
        return []
    read = {name: stated_by_both(corpus, pair) for name, corpus in corpora.items()}
    corpus, rows = next(iter(corpora.values())), next(iter(read.values()))
    now = rows[~rows["long"]]
    most = (now["change"] / now["value_before"]).abs().sort_values(kind="stable").index[-1:]
    picked = [now[now["measure"] == "growth"].index[:1], most, rows[rows["long"]].index[:1]]
    order = dict.fromkeys(at for index in picked for at in index)
    found = [_lower(corpus, read, now)] if len(now) else []
    every = quantities.table(corpus)
    return found + [_one(corpus, read, row, _elsewhere(every, row))
                    for row in rows.loc[list(order)].itertuples()]  # fmt: skip


def _again(rows: dict, value) -> float:
    """Share of the readings in which a function of the rows gives the same."""
    told = [value(one) for one in rows.values()]
    return float(np.mean([one == told[0] for one in told]))


def _lower(corpus, read: dict, rows: pd.DataFrame) -> _Finding:
    def lower(one: pd.DataFrame) -> list[str]:
        return list(one.loc[(one["change"] < 0) & ~one["long"], "indicator"])

    before, after = rows.iloc[0][["report_before", "report_after"]]
    named, alone = lower(rows), next(iter(read.values())).attrs["alone"]
    limits = rows.loc[rows["ceiling"] & rows["indicator"].isin(named), "indicator"]
    said = f"Lower: {', '.join(map(_name, named))}. " if named else ""
    said += f"{', '.join(map(_name, limits))}: a ceiling, so lower is stricter. " if len(limits) else ""
    return _Finding(
        id="targets.lower", statement=f"{{}} of {len(rows)} targets for the report's own year are lower in "
        f"{corpus[after].year} than in {corpus[before].year}.",
        detail=f"Counted are the targets that both reports state as a number. {said}{alone[0]} further ones occur only "
        f"in the earlier report, {alone[1]} only in the later one.",
        value=len(named), unit="targets", n=len(rows),
        counts=f"targets for the year of the report that are lower in {after} than in {before}",
        evidence="figures/tables/09_targets.csv", status=LIKE, basis=_STATED, holds=_again(read, lower),
        of=len(read), over="levels of restoration",
        places=tuple(place for row in rows.head(2).itertuples() for place in _places(row)),
    )  # fmt: skip


def _one(corpus, read: dict, row, elsewhere: tuple) -> _Finding:
    ends = [f"{end}_{side}" for side in ("before", "after") for end in ("value", "high")]

    def values(one: pd.DataFrame) -> list:
        same = (one[_SAME] == [getattr(row, name) for name in _SAME]).all(axis=1)
        return one.loc[same, ends].to_numpy().tolist()

    unit = "points" if row.unit == "%" else row.unit
    growth = " growth" if row.measure == "growth" else ""
    ranges = row.value_before != row.high_before or row.value_after != row.high_after
    said = [f"{_range(row, side)} (set in {corpus[getattr(row, f'report_{side}')].year} for "
            f"{getattr(row, f'year_{side}'):.0f})" for side in ("before", "after")]  # fmt: skip
    return _Finding(
        id=f"targets.{'long' if row.long else 'year'}.{row.indicator}",
        statement=f"The target for {_name(row.indicator)}{growth} went from {said[0]} to {said[1]}:"
        f" {{}} {unit}{' at least' if ranges else ''}.",
        value=row.change, unit=unit, digits=_digits(row.change), n=2,
        counts=f"change of the target for {row.indicator}{growth}, {row.report_after} less "
        f"{row.report_before}, nearer ends of ranges",
        evidence=_evidence(corpus, row), status=LIKE, basis=_STATED,
        holds=_again(read, values), of=len(read), over="levels of restoration",
        places=(*_places(row), *elsewhere),
    )  # fmt: skip


def _evidence(corpus, row) -> str:
    """The trace of an indicator as the two reports write it: 国内生产总值 is 地区生产总值 too."""
    ids, regex = [row.report_before, row.report_after], dict(quantities.indicators())[row.indicator]
    found: set[str] = set()
    for text in (corpus[id].text for id in ids):
        # The pattern reads plain digits; offsets stay.
        plain = text.translate(quantities.PLAIN)
        found.update(text[m.start() : m.end()] for m in regex.finditer(plain))
    # Who looks for 新增就业 finds 新增就业人数.
    forms = sorted(one for one in found if not any(other in one for other in found - {one}))
    if len(forms) > 1:
        return traced("|".join(map(re.escape, forms)), ids, None, "--regex")
    return traced(forms[0] if forms else row.indicator, ids)


def _range(row, side: str) -> str:
    low, high = (getattr(row, f"{name}_{side}") for name in ("value", "high"))
    unit = row.unit if row.unit == "%" else f" {row.unit}"
    return _text(low) + (f"–{_text(high)}" if high != low else "") + unit


def _elsewhere(found: pd.DataFrame, row) -> tuple:
    """Where another report sets a target for the same thing."""
    names = _SAME[:3]
    same = (found[names] == [getattr(row, name) for name in names]).all(axis=1)
    other = found[same & (found["status"] == "target")
                  & ~found["report"].isin([row.report_before, row.report_after])]  # fmt: skip
    return tuple(other[["report", "start", "end"]].head(1).itertuples(index=False, name=None))


def _digits(value: float) -> int:
    return len(f"{value:.6f}".rstrip("0").partition(".")[2])


def _text(value: float) -> str:
    return f"{value:,.{_digits(value)}f}"


def _places(row) -> tuple:
    return tuple((getattr(row, f"report_{side}"), getattr(row, f"start_{side}"),
                  getattr(row, f"end_{side}")) for side in ("before", "after"))  # fmt: skip


# Least lengths of shared wording that could have been chosen, the reported one among them.
_LENGTHS = (20, 25, text_reuse.MIN_PASSAGE, 40, 50)
# Choices that a careful analyst could make; pages as received are none of them.
_GRID = {**multiverse.SPECIFICATIONS, "restoration": ["full", "exact"]}
_LEVELS = "levels of restoration"


def in_words(studies: dict[str, _Study], pair: Contrast, catalogue=None) -> list[_Finding]:
    """
    State all findings in the words.

    Parameters
    ----------
    studies : dict
        The study as reported first, then of texts restored less far.
    pair : Contrast
        From `contrast.widest`.
    catalogue : Path, optional
        Of the corpus, for the analyses that could have been done; `paths.CATALOGUE` unless given.
    """
    study = next(iter(studies.values()))
    return [*_settled(studies, pair), *_stayed(study, pair, catalogue), *_domains(studies, pair),
            *_wholes(studies), *_shared(study), *_common(studies)]  # fmt: skip


def _settled(studies: dict[str, _Study], pair: Contrast) -> list[_Finding]:
    """State how many of all tested terms of the pair changed, and how many by chance alone."""
    if not pair.reference:
        return []
    tried = {name: _tested(study, pair) for name, study in studies.items()}
    study, table = next(iter(studies.values())), next(iter(tried.values()))
    sure = [list(one.index[one["q"] < LEVEL]) for one in tried.values()]
    alone = (table["p"] < LEVEL).sum()
    before, after = _years(study, pair)
    named = f": {', '.join(map(_name, sure[0][:8]))}" if sure[0] else ""
    lead = list(dict.fromkeys([*sure[0], *table.index]))[:3]
    rows = study.hits[study.hits["term"].isin(lead)]
    return [_Finding(
        id="drift.settled",
        statement=f"{{}} of {len(table)} terms {'differs' if len(sure[0]) == 1 else 'differ'} significantly between "
        f"{before} and {after} in {_part(study)}, after correction for their number{named}.",
        detail=f"For {alone} terms the 95% interval excludes no change; {0.05 * len(table):.0f} would be expected by "
        f"chance. {_seen(table)}",
        value=len(sure[0]), unit="terms", n=len(table),
        counts=f"terms whose rate differs between {after} and {before}, q < .05",
        evidence="figures/tables/05_changes.csv", status=LIKE,
        holds=float(np.mean([one == sure[0] for one in sure])), of=len(sure), over=_LEVELS,
        places=_spread(study.corpus, _here(study, rows, [*pair.reference, *pair.target])),
    )]  # fmt: skip


def _seen(table: pd.DataFrame) -> str:
    often = table["n_target"] + table["n_reference"] >= 20
    ratio = table.loc[often, "mde_ratio"].median()
    if not np.isfinite(ratio):
        return "No change of a single term could have been detected (power 80%)."
    return (f"For terms of 20 hits and more, only a {ratio:.1f}-fold change would have been detected (power 80%), for "
            "rarer ones only a larger one.")  # fmt: skip


def _tested(study: _Study, pair: Contrast) -> pd.DataFrame:
    """Terms of the pair with enough hits, the surest difference first."""
    table = study.pair.table if study.pair.target == pair.target else pair.table
    table = table[table["q"].notna()].sort_index()
    return table.sort_values("p", kind="stable")


def _stayed(study: _Study, pair: Contrast, catalogue=None) -> list[_Finding]:
    """State the most frequent term whose rate stayed within a factor of two."""
    if not (len(pair.reference) == len(pair.target) == 1):
        return []
    table = _tested(study, pair)
    table = table[(table["low"] > -WITHIN) & (table["high"] < WITHIN)]
    if table.empty:
        return []
    term = (table["n_target"] + table["n_reference"]).idxmax()
    one, sides = table.loc[term], (pair.target[0], pair.reference[0])
    kind = study.hits.loc[study.hits["term"] == term, "kind"].iloc[0]
    stated = multiverse.from_table(table.loc[[term]].assign(kind=kind), *sides, study.function)
    tried = multiverse.run(
        stated, _GRID, catalogue=catalogue or paths.CATALOGUE,
        holds=lambda row: row["low"] > -WITHIN and row["high"] < WITHIN)  # fmt: skip
    worst = multiverse.by_factor(tried).sort_values("share", kind="stable").iloc[0]
    least = "" if tried["holds"].all() else (
        f", least ({worst['share']:.0%}) with {worst['choice']} {worst['option']}")
    value, low, high = (float(2.0 ** one[end]) for end in ("log_ratio", "low", "high"))
    reports, (before, after) = [*pair.reference, *pair.target], _years(study, pair)
    return [_Finding(
        id="drift.stayed",
        statement=f"{_name(term)} kept its rate within a factor of two: {{}} times that of "
        f"{before} in {_part(study)} of {after} ({one['n_reference']:.0f} and "
        f"{one['n_target']:.0f} hits).",
        value=value, low=low, high=high, unit="times", digits=2,
        n=int(one["n_target"] + one["n_reference"]),
        counts=f"rate of {term} in {_part(study)}, {sides[0]} over {sides[1]}",
        evidence=traced(term, reports, study.function, *(["--word"] if kind == "word" else [])),
        status=LIKE, holds=float(tried["holds"].mean()), of=len(tried),
        over=f"combinations of choices{least}",
        places=_spread(study.corpus,
                      _here(study, study.hits[study.hits["term"] == term], reports)),
    )]  # fmt: skip


def _domains(studies: dict[str, _Study], pair: Contrast) -> list[_Finding]:
    """State which policy domain of the codebook changed its share most in the pair."""
    study = next(iter(studies.values()))
    if not (len(pair.reference) == len(pair.target) == 1):
        return []
    tried = {name: _domain(one, pair) for name, one in studies.items()}
    best = next(iter(tried.values()))
    if best is None:
        return []
    name, gap, low, high, clear, hits = best
    before, after = _years(study, pair)
    return [_Finding(
        id="domains.most",
        statement=f"Of {clear[1]} policy domains, {clear[0]} changed their share of {_part(study)} "
        f"between {before} and {after} by more than chance explains: the largest difference, of {name}, is {{}} "
        "percentage points.",
        detail="A share is that of all hits of the policy word list.",
        value=100 * gap, low=100 * low, high=100 * high, unit="points", n=len(hits),
        counts=f"difference of the share of {name} among hits of the codebook in {_part(study)}, "
        f"{pair.target[0]} less {pair.reference[0]}", evidence="analysis/resources/lexicons/domains.csv", status=LIKE,
        holds=float(np.mean([one is not None and one[0] == name and one[4] == clear
                             for one in tried.values()])), of=len(tried), over=_LEVELS,
        places=_spread(study.corpus, hits),
    )]  # fmt: skip


def _domain(study: _Study, pair: Contrast) -> tuple | None:
    """Name, difference with interval, how many are clear of how many, and hits of a domain."""
    hits = topic_cards.domain_hits(study.corpus)
    hits = hits[hits["report"].isin([*pair.reference, *pair.target])]
    hits = hits[hits["function"] == study.function] if study.function else hits
    if hits["report"].nunique() < 2:
        return None
    shares = topic_cards.domain_shares(hits).set_index(["report", "domain"])
    gaps = share_differences(*(shares.loc[ids[0]] for ids in (pair.reference, pair.target)))
    clear = int(((gaps["low"] > 0) | (gaps["high"] < 0)).sum())
    name = gaps["difference"].abs().idxmax()
    effect = gaps.loc[name, ["difference", "low", "high"]].astype(float)
    return name, *effect, (clear, len(gaps)), hits[hits["domain"] == name]


def _wholes(studies: dict[str, _Study]) -> list[_Finding]:
    """State how many pairs of like reports differ as wholes, alike sections being exchanged."""
    tried = {name: contrast.every_pair(one.counts, one.corpus.catalogue, one.reports, one.function)
             for name, one in studies.items()}  # fmt: skip
    study, tried = next(iter(studies.values())), {n: t[t["p"].notna()] for n, t in tried.items()}
    apart = next(iter(tried.values()))
    if apart.empty:
        return []
    beyond = [int((rows["p"] < LEVEL).sum()) for rows in tried.values()]
    pairs = "pair" if len(apart) == 1 else "pairs"
    return [_Finding(
        id="wholes.apart",
        statement=f"{{}} of {len(apart)} {pairs} of like reports "
        f"{'differs' if beyond[0] == 1 else 'differ'} in their vocabulary as a whole.",
        detail=f"Smallest p = {apart['p'].min():.3f}, by exchanging sections of like subject; unlike reports are not "
        "tested.",
        value=beyond[0], unit="pairs", n=len(apart),
        counts="pairs of like reports that differ beyond exchanges of alike sections (p < .05)",
        evidence="figures/tables/02_wholes.csv", status=LIKE,
        holds=float(np.mean([n == beyond[0] for n in beyond])), of=len(beyond), over=_LEVELS,
        places=_formulas(study.corpus, study.shared),
    )]  # fmt: skip


def _formulas(corpus, rows: pd.DataFrame) -> tuple:
    """Places of shared wording to quote."""
    rows = rows.drop_duplicates("passage").rename(
        columns={"report_a": "report", "start_a": "start", "end_a": "end"})  # fmt: skip
    return _spread(corpus, rows[["report", "start", "end"]])


def _shared(study: _Study) -> list[_Finding]:
    """State which two reports share most wording."""
    tried = {length: _closest(study, length) for length in _LENGTHS}
    best = tried[text_reuse.MIN_PASSAGE]
    if best is None:
        return []
    top, rows = best
    held = [again is not None and {again[0].report, again[0].other} == {top.report, top.other}
            for again in tried.values()]  # fmt: skip
    return [_Finding(
        id="shared.most",
        statement=f"{{}} of the characters of {label(top.report)} stand in {label(top.other)} too: no report shares "
        "more with another.",
        detail=f"In passages of at least {text_reuse.MIN_PASSAGE} characters; formulas that many reports have are "
        "left out.",
        value=top.share, unit="%", digits=1, n=len(rows),
        counts=f"characters of {top.report} in passages that {top.other} has too; n: passages",
        evidence="figures/14_shares.csv", status=DESCRIBED, basis="counted, so without an interval",
        holds=float(np.mean(held)), of=len(held), over="minimum lengths",
        places=_formulas(study.corpus, rows),
    )]  # fmt: skip


def _closest(study: _Study, length: int) -> tuple | None:
    """The row of the pair that shares most (`text_reuse.shares`), and the passages that it shares."""
    rows = study.shared if length == text_reuse.MIN_PASSAGE else text_reuse.of(study.corpus, length)
    shares = text_reuse.shares(text_reuse.pairs(study.corpus, rows))
    if shares.empty:
        return None
    top = next(shares.itertuples())
    both = rows["report_a"].isin([top.report, top.other]) & rows["report_b"].isin([top.report, top.other])
    return top, rows[both & ~rows["formula"]]


def _common(studies: dict[str, _Study]) -> list[_Finding]:
    """State the listed policy term that all reports have, with its highest rate."""
    study = next(iter(studies.values()))
    tried = [_everywhere(one) for one in studies.values()]
    if tried[0] is None:
        return []
    term = tried[0]
    table = rates(study.counts.select([term]))
    top, least = table.loc[table["per_10k"].idxmax()], table.loc[table["per_10k"].idxmin()]
    rows = study.hits[study.hits["term"] == term]
    return [_Finding(
        id="common.highest",
        statement=f"{_name(term)} stands in {_part(study)} of every report, most often in {label(top['report'])}: {{}} "
        f"per 10,000 words ({least['per_10k']:.1f} in {label(least['report'])}).",
        value=float(top["per_10k"]), low=float(top["low"]), high=float(top["high"]),
        unit="per 10,000", digits=1, n=int(top["count"]),
        counts=f"rate of {term} in {_part(study)} of {top['report']}",
        evidence=traced(term, [top["report"]], study.function), status=DESCRIBED,
        holds=float(np.mean([one == term for one in tried])), of=len(tried), over=_LEVELS,
        places=_spread(study.corpus, _here(study, rows, study.reports)),
    )]  # fmt: skip


def _everywhere(study: _Study) -> str | None:
    """The listed term with most hits among those that every report has, if there is one."""
    rows = study.hits[study.hits["kind"] == "lexicon"]
    rows = rows[rows["function"] == study.function] if study.function else rows
    held = rows.groupby("term").agg(reports=("report", "nunique"), n=("report", "size"))
    held = held[held["reports"] == len(study.reports)]
    return None if held.empty or len(study.reports) < 2 else held["n"].idxmax()


def _here(study: _Study, rows: pd.DataFrame, reports) -> pd.DataFrame:
    """Mentions in the part that is compared, of some reports."""
    rows = rows[rows["report"].isin(list(reports))]
    return rows[rows["function"] == study.function] if study.function else rows


def _years(study: _Study, pair: Contrast) -> list[str]:
    return [", ".join(str(study.corpus[id].year) for id in side)
            for side in (pair.reference, pair.target)]  # fmt: skip


def _name(term: str) -> str:
    """A term with its English name in brackets, where there is one."""
    english = label(term, "en")
    return term if english == term else f"{term} ({english})"


def _part(study: _Study) -> str:
    return f"the {study.function}" if study.function else "the text"


def refusals(corpus, counts, naive, pair: Contrast, changed: pd.DataFrame) -> pd.DataFrame:
    """
    List what these reports tempt one to say and do not let one say.

    Parameters
    ----------
    corpus : Corpus
    counts, naive : Counts
        Of the restored texts and of the pages as received, with the same vocabulary.
    pair, changed
        From `contrast.widest` and `contrast.changes`.

    Returns
    -------
    DataFrame
        `tempting`, `why_not`; those that the corpus does not tempt to are left out.
    """
    found = [*_trend(corpus), *_unlike(counts, corpus), *_keywords(naive, changed, pair),
             *_silence(corpus, changed, pair), *_missing(corpus, pair),
             *_raw_words(corpus)]  # fmt: skip
    return pd.DataFrame(found, columns=["tempting", "why_not"])


def _trend(corpus):
    longest, years = trend.longest(corpus.catalogue), corpus.catalogue["year"]
    if longest.supports_trend or years.nunique() < 2:
        return
    yield f"“From {years.min()} to {years.max()} the reports speak more and more of …”", (
        f"{longest.note}")  # fmt: skip


def _unlike(counts, corpus):
    matrix = contrast.identification(counts, corpus.catalogue)
    refused = matrix[~matrix["identified"]]
    if refused.empty:
        return
    one = refused.iloc[-1]
    yield f"“{label(one['target'])} speaks otherwise than {label(one['reference'])}”", (
        f"They have {one['through']}. So {len(refused)} of {len(matrix)} pairs are refused.")  # fmt: skip


def _keywords(naive, changed, pair):
    if not pair.reference:
        return
    found = contrast.naive_differences(naive, changed, pair)
    if found.empty:
        return
    gone = (~found["verdict"].isin(["rose", "fell"])).sum()
    top = found.index[0]
    yield f"“A keyword tool finds that {_name(top)} changed most”", (
        f"On the pages as received it calls {len(found)} words different; {gone} of these do "
        "not differ significantly like for like.")  # fmt: skip


def _silence(corpus, changed, pair):
    if changed.empty:
        return
    open_zeros = contrast.zeros(corpus, changed, pair).query("change == 'disappeared' and not settled")
    if open_zeros.empty:
        return
    row = open_zeros.iloc[0]
    yield f"“{_name(row['term'])} has been dropped”", (
        f"It has {row['n']} hits on the earlier side ({row['per_10k']:.1f} per 10,000, at least "
        f"{row['low']:.1f}) and none on the later one, but a text of that length may have none at "
        f"rates of up to {row['limit']:.1f}: no hit here is no proof that it was dropped.")  # fmt: skip


def _missing(corpus, pair):
    gaps = corpus.gaps
    lost = gaps[gaps["what"].isin(["page", "section"]) | gaps["what"].str.contains("sections")]
    lost = lost[lost["report"].isin(pair.target + pair.reference)] if pair.reference else lost
    if lost.empty:
        return
    row = lost.iloc[0]
    lost = f"{row['what']} are" if row["what"][0].isdigit() else f"A {row['what']} is"
    yield f"“This is what {label(row['report'])} said, and what it left out”", (
        f"{lost} missing from the file ({row['evidence']}). What it said cannot be "
        "restored, and no share of the whole report means anything without it.")  # fmt: skip


def _raw_words(corpus):
    table = accuracy.changed_words(corpus)
    worst = table.loc[table["changed"].idxmax()]
    if not worst["changed"]:
        return
    yield f"“The favourite words of {label(worst['report'])} are {worst['lost'][:7]} …”", (
        f"{worst['changed']} of the {worst['changed'] + worst['kept']} most frequent words of the "
        "raw file are artefacts of its damage.")  # fmt: skip
