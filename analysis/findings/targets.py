"""Findings in the quantities: targets that two like reports set for the same thing."""

import re

import numpy as np
import pandas as pd

from analysis import quantities
from analysis.claims import traced
from analysis.contrast import Contrast
from analysis.findings import LIKE, Finding
from analysis.glossary import label, listed

# What has to agree before two targets are held against each other.
SAME = ["indicator", "measure", "unit", "long"]
STATED = f"{LIKE}; as the texts state it"
# Words that make a target a limit: lower is stricter, not less.
CEILING = "控制|不超过|以内"
COLUMNS = ["indicator", "measure", "unit", "long", "value_before", "high_before", "value_after",
           "high_after", "change", "ceiling", "year_before", "year_after", "quote_before",
           "quote_after", "raw_before", "raw_after"]  # fmt: skip


def both(corpus, pair: Contrast) -> pd.DataFrame:
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
    sides = [stated[stated["report"].isin(ids)].drop_duplicates(SAME)
             for ids in (pair.reference, pair.target)]  # fmt: skip
    rows = sides[0].merge(sides[1], on=SAME, suffixes=("_before", "_after"))
    up = (rows["value_after"] - rows["high_before"]).clip(lower=0)
    down = (rows["high_after"] - rows["value_before"]).clip(upper=0)
    ceiling = rows["quote_before"].str.contains(CEILING) & rows["quote_after"].str.contains(CEILING)
    rows = rows.assign(change=(up + down).round(6), ceiling=ceiling)
    rows.attrs["alone"] = [len(side) - len(rows) for side in sides]
    return rows


def _stated(corpus) -> pd.DataFrame:
    """Targets of every report for its own year or a later one."""
    found = quantities.table(corpus)
    issued = found["report"].map(corpus.catalogue["year"])
    found = found.assign(long=found["year"] > issued)
    found = found[(found["status"] == "target") & ~found["average"].astype(bool)
                  & found["year"].ge(issued)]  # fmt: skip
    raw = [corpus[row.report].ledger.to_raw(row.start, row.end) for row in found.itertuples()]
    return found.assign(raw=[f"{a}-{b}" for a, b in raw],
                        high=found["value_high"].fillna(found["value"]))  # fmt: skip


def targets(corpora: dict, pair: Contrast) -> list[Finding]:
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
    read = {name: both(corpus, pair) for name, corpus in corpora.items()}
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


def _lower(corpus, read: dict, rows: pd.DataFrame) -> Finding:
    def lower(one: pd.DataFrame) -> list[str]:
        return list(one.loc[(one["change"] < 0) & ~one["long"], "indicator"])

    before, after = rows.iloc[0][["report_before", "report_after"]]
    named, alone = lower(rows), next(iter(read.values())).attrs["alone"]
    verb = "is" if len(named) == 1 else "are"
    limits = rows.loc[rows["ceiling"] & rows["indicator"].isin(named), "indicator"]
    said = f": {listed(named, len(named))}" if named else ""
    said += f" ({listed(limits, 9)} is a ceiling: lower is stricter)" if len(limits) else ""
    return Finding(
        id="targets.lower", statement=f"{{}} of the {len(rows)} targets that both reports state as "
        f"a number for their own year {verb} lower in {corpus[after].year} than in "
        f"{corpus[before].year}{said}. {alone[0]} and {alone[1]} others stand in one report only.",
        value=len(named), unit="targets", n=len(rows),
        counts=f"targets for the year of the report that are lower in {after} than in {before}",
        evidence="figures/tables/11_targets.csv", status=STATED, holds=_again(read, lower),
        of=len(read), over="levels of restoration",
        places=tuple(place for row in rows.head(2).itertuples() for place in _places(row)),
    )  # fmt: skip


def _one(corpus, read: dict, row, elsewhere: tuple) -> Finding:
    ends = [f"{end}_{side}" for side in ("before", "after") for end in ("value", "high")]

    def values(one: pd.DataFrame) -> list:
        same = (one[SAME] == [getattr(row, name) for name in SAME]).all(axis=1)
        return one.loc[same, ends].to_numpy().tolist()

    unit = "points" if row.unit == "%" else row.unit
    growth = " growth" if row.measure == "growth" else ""
    ranges = row.value_before != row.high_before or row.value_after != row.high_after
    said = [f"{_range(row, side)} (set in {corpus[getattr(row, f'report_{side}')].year} for "
            f"{getattr(row, f'year_{side}'):.0f})" for side in ("before", "after")]  # fmt: skip
    return Finding(
        id=f"targets.{'long' if row.long else 'year'}.{row.indicator}",
        statement=f"The target for {label(row.indicator)}{growth} went from {said[0]} to {said[1]}:"
        f" {{}} {unit}{' at the least' if ranges else ''}.",
        value=row.change, unit=unit, digits=_digits(row.change), n=2,
        counts=f"change of the target for {row.indicator}{growth}, {row.report_after} less "
        f"{row.report_before}, nearer ends of ranges",
        evidence=_evidence(corpus, row), status=STATED,
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
    names = SAME[:3]
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
