"""Shared wording: who shares how much with whom, how a wording spreads, in which order tasks stand."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analysis.figures import COLOURS, GREY, INK, MARKERS, palette
from analysis.glossary import heading, label
from analysis.plot._parts import above, key, lines_between, percent, rows, whiskers

# Lines of a bump chart that are named and coloured; the others stay grey.
_COLOURED = 8


def shares(table: pd.DataFrame, *, ax: Axes, lang: str | None = None) -> Axes:
    """
    Draw which share of each report's wording each other one has, reports as rows, others as marks.

    Parameters
    ----------
    table : DataFrame
        `report`, `other`, `share`, and `low`, `high` where the share is estimated.
    """
    reports = list(dict.fromkeys(table["report"]))
    looks = palette(dict.fromkeys([*reports, *table["other"]]))
    others = list(dict.fromkeys(table["other"]))
    for other in others:
        part = table[table["other"] == other]
        y = np.array([reports.index(name) for name in part["report"]], float)
        part = part.assign(low=part.get("low", part["share"]), high=part.get("high", part["share"]))
        whiskers(ax, part, y, looks[other], "share")
    rows(ax, reports, lang)
    lines_between(ax, len(reports))
    ax.set_xlim(left=0)
    percent(ax.xaxis, 1)
    ax.set_xlabel(heading("shared wording", lang))
    key(ax, {other: looks[other] for other in others}, lang)
    return ax


def spread(table: pd.DataFrame, *, ax: Axes, lang: str | None = None) -> Axes:
    """
    Draw in which share of the reports of each level a wording stands, by year.

    Parameters
    ----------
    table : DataFrame
        From `text_reuse.travel`, one term: `level`, `year`, `reports`, `share`. The size of a mark grows with
        the number of reports.
    """
    levels = list(dict.fromkeys(table["level"]))
    for at, level in enumerate(levels):
        part = table[table["level"] == level].sort_values("year")
        look = {"color": COLOURS[at % len(COLOURS)], "marker": MARKERS[at % len(MARKERS)], "label": label(level, lang)}
        ax.plot(part["year"], part["share"], linewidth=1.2, markersize=3.5, clip_on=False, **look)
    ax.set_ylim(0, 1)
    percent(ax.yaxis)
    ax.xaxis.get_major_locator().set_params(integer=True)
    ax.set_ylabel(heading("share of reports", lang))
    ax.set_title(label(str(table["term"].iloc[0]), lang))
    above(ax, list(ax.lines))
    return ax


def agenda(table: pd.DataFrame, *, ax: Axes, named: Sequence[str] = (), lang: str | None = None) -> Axes:
    """
    Draw the order of domains among the numbered tasks of one place through the years (a bump chart).

    Parameters
    ----------
    table : DataFrame
        `year`, `domain`, `rank` (1 stands first); one rank a domain and year.
    named : sequence of str
        Domains drawn in colour; those that ever stand first unless given.
    """
    wide = table.pivot_table(index="year", columns="domain", values="rank", aggfunc="min")
    first = wide.columns[(wide == 1).any()]
    named = [name for name in (list(named) or list(first)) if name in wide][:_COLOURED]
    colours = dict(zip(named, (INK, *COLOURS[1:]), strict=False))
    for name in [*(n for n in wide if n not in colours), *named]:
        line = wide[name]
        look = {"color": colours.get(name, "0.85"), "linewidth": 1.6 if name in colours else 0.8}
        ax.plot(line.index, line, marker="o", markersize=3.5 if name in colours else 2.5, clip_on=False, **look)
    last = wide.ffill().iloc[-1].dropna().sort_values()
    for at, name in enumerate(last.index):
        ax.annotate(label(name, lang), (wide.index[-1], at + 1), (6, 0), textcoords="offset points", va="center",
                    fontsize=6.5, color=colours.get(name, GREY), annotation_clip=False)  # fmt: skip
    ax.set_ylim(max(len(last), int(wide.max().max())) + 0.5, 0.5)
    ax.yaxis.get_major_locator().set_params(integer=True)
    ax.xaxis.get_major_locator().set_params(integer=True)
    ax.set_ylabel(heading("place on the agenda", lang))
    return ax
