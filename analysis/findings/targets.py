"""Findings in the quantities: targets that two like reports set for the same thing."""

import numpy as np
import pandas as pd

from analysis import quantities
from analysis.claims import traced
from analysis.drift.contrasts import Contrast
from analysis.findings import LIKE, Finding
from analysis.glossary import label

# What has to agree before two targets are held against each other.
SAME = ["indicator", "measure", "unit"]
STATED = f"{LIKE}; as the texts state it"


def targets(corpora: dict, pair: Contrast) -> list[Finding]:
    """
    State how many targets are lower in the later report, the first of them, and the long ones.

    Parameters
    ----------
    corpora : dict
        The corpus as reported first, then restored less far: a finding holds where the same
        numbers are read.
    pair : Contrast
        From `drift.pairs.widest`.
    """
    if not (len(pair.before) == len(pair.after) == 1):
        return []
    read = {name: _both(corpus, pair) for name, corpus in corpora.items()}
    corpus, rows = next(iter(corpora.values())), next(iter(read.values()))
    now, later = rows[~rows["long"]], rows[rows["long"]]
    found = [_lowered(corpus, read, now)] if len(now) else []
    lead = now[now["measure"] == "growth"].head(1) if len(now) else now
    return found + [_one(corpus, read, row) for part in (lead, later.head(1))
                    for row in part.itertuples()]  # fmt: skip


def _both(corpus, pair: Contrast) -> pd.DataFrame:
    """
    Targets that both reports of a pair set, one row each, in the order of the earlier text.

    Targets for a report's own year stand against such targets, longer ones against longer ones;
    yearly averages and ranges of years are left out.
    """
    found = quantities.table(corpus)
    found = found[(found["status"] == "target") & ~found["average"].astype(bool)]
    issued = found["report"].map(corpus.catalogue["year"])
    found = found.assign(long=found["year"] > issued)
    found = found[found["year"].notna() & (found["year"] >= issued)]
    sides = [found[found["report"].isin(ids)].drop_duplicates([*SAME, "long"])
             for ids in (pair.before, pair.after)]  # fmt: skip
    return sides[0].merge(sides[1], on=[*SAME, "long"], suffixes=("_before", "_after"))


def _again(rows: pd.DataFrame, value) -> float:
    """Share of the readings in which a function of the rows gives the same."""
    told = [value(one) for one in rows.values()]
    return float(np.mean([one == told[0] for one in told]))


def _lowered(corpus, read: dict, rows: pd.DataFrame) -> Finding:
    from scipy.stats import binomtest

    def count(one: pd.DataFrame) -> tuple[int, int]:
        short = one[~one["long"]]
        return int((short["value_after"] < short["value_before"]).sum()), len(short)

    lower, of = count(rows)
    ends = binomtest(lower, of).proportion_ci(method="exact")
    before, after = rows.iloc[0][["report_before", "report_after"]]
    named = ", ".join(label(name) for name in rows["indicator"])
    places = [place for row in rows.head(2).itertuples() for place in _places(row)]
    return Finding(
        "targets.lowered",
        f"{{}} of the {of} targets that both reports set for their own year are lower in "
        f"{corpus[after].year} than in {corpus[before].year}: {named}.",
        lower / of, ends.low, ends.high, "%", 0, of,
        f"targets for the year of the report that are lower in {after} than in {before}",
        traced("|".join(rows["indicator"]), [before, after], None, "--regex"), STATED,
        _again(read, count), len(read), tuple(places),
    )  # fmt: skip


def _one(corpus, read: dict, row) -> Finding:
    def values(one: pd.DataFrame) -> tuple:
        same = one[(one["indicator"] == row.indicator) & (one["measure"] == row.measure)
                   & (one["long"] == row.long)]  # fmt: skip
        return tuple(same[["value_before", "value_after"]].to_numpy().ravel())

    unit = row.unit if row.unit == "%" else f" {row.unit}"
    points = "points" if row.unit == "%" else row.unit
    growth = " growth" if row.measure == "growth" else ""
    change = round(row.value_after - row.value_before, 6)
    return Finding(
        f"targets.{'long' if row.long else 'year'}.{row.indicator}",
        f"The target for {label(row.indicator)}{growth} went from {_text(row.value_before)}{unit} "
        f"(set in {corpus[row.report_before].year} for {row.year_before:.0f}) to "
        f"{_text(row.value_after)}{unit} (set in {corpus[row.report_after].year} for "
        f"{row.year_after:.0f}): {{}} {points}.",
        change, None, None, points, _digits(change), 2,
        f"change of the target for {row.indicator}{growth}, {row.report_after} less "
        f"{row.report_before}", traced(row.indicator, [row.report_before, row.report_after]),
        STATED, _again(read, values), len(read), (*_places(row), *_elsewhere(corpus, row)),
    )  # fmt: skip


def _elsewhere(corpus, row) -> tuple:
    """Where another report sets a target for the same thing."""
    found = quantities.table(corpus)
    sides = row.report_before, row.report_after
    same = (found[SAME] == [getattr(row, name) for name in SAME]).all(axis=1)
    other = found[same & (found["status"] == "target") & ~found["report"].isin(sides)]
    return tuple(other[["report", "start", "end"]].head(1).itertuples(index=False, name=None))


def _digits(value: float) -> int:
    return len(f"{value:g}".partition(".")[2])


def _text(value: float) -> str:
    return f"{value:,.{_digits(value)}f}"


def _places(row) -> tuple:
    return tuple((getattr(row, f"report_{side}"), getattr(row, f"start_{side}"),
                  getattr(row, f"end_{side}")) for side in ("before", "after"))  # fmt: skip
