"""Drawings of a panel: courses of an index, what the literature's formula makes of it, who took a term over."""

import pandas as pd
from matplotlib.axes import Axes

from analysis.figures import COLOURS, GREY, INK
from analysis.glossary import heading, label
from analysis.plot._parts import above, percent

# A line for the places as they came, one for the places held constant.
_SERIES = {"pooled": (GREY, "--"), "within": (INK, "-")}


def index(table: pd.DataFrame, *, ax: Axes, lang: str | None = None) -> Axes:
    """
    Draw the course of an index with its intervals, pooled and within places.

    Parameters
    ----------
    table : DataFrame
        What `panel.within.by_year` gives: `series`, `year`, `value`, `low`, `high`.
    """
    for name, (colour, line) in _SERIES.items():
        own = table[table["series"] == name].sort_values("year")
        if own.empty:
            continue
        own = own.assign(**{c: own[c].astype(float) for c in ("value", "low", "high")})
        ax.fill_between(own["year"].astype(float), own["low"], own["high"], color=colour, alpha=0.15, linewidth=0)
        ax.plot(own["year"], own["value"], line, color=colour, linewidth=1.3, marker="o", markersize=2.5,
                label=heading(name, lang))  # fmt: skip
    ax.set_ylim(bottom=min(0, ax.get_ylim()[0]))
    ax.xaxis.get_major_locator().set_params(integer=True)
    ax.set_ylabel(heading("per_10k", lang))
    above(ax, list(ax.lines))
    return ax


def split(table: pd.DataFrame, *, ax: Axes, lang: str | None = None) -> Axes:
    """
    Draw what a pooled change is made of, as bars with intervals that add up to the last.

    Parameters
    ----------
    table : DataFrame, index `component`
        What `panel.within.split` gives: `change`, `low`, `high`.
    """
    at = range(len(table))[::-1]
    colours = [INK if name == "within" else "black" if name == "pooled" else GREY for name in table.index]
    ax.barh(at, table["change"], height=0.55, color=colours, alpha=0.8)
    ax.hlines(at, table["low"], table["high"], color="black", linewidth=0.8)
    ax.axvline(0, color="black", linewidth=0.6)
    ax.set_yticks(at, [heading(name, lang) for name in table.index])
    ax.set_xlabel(heading("change per 10000", lang))
    return ax


def adoption(table: pd.DataFrame, *, ax: Axes, lang: str | None = None) -> Axes:
    """
    Draw the share of places that have a term, by level and year.

    Parameters
    ----------
    table : DataFrame
        What `panel.within.adoption` gives: `level`, `year`, `share`, `low`, `high`.
    """
    for colour, (level, own) in zip((INK, *COLOURS[1:]), table.groupby("level", sort=False), strict=False):
        ax.fill_between(own["year"].astype(float), own["low"], own["high"], color=colour, alpha=0.12, linewidth=0)
        name = label(level, lang)
        ax.plot(own["year"], own["share"], marker="o", markersize=2.5, linewidth=1.2, color=colour, label=name)
    ax.set_ylim(0, 1)
    percent(ax.yaxis)
    ax.xaxis.get_major_locator().set_params(integer=True)
    ax.set_ylabel(heading("share of places", lang))
    above(ax, list(ax.lines))
    return ax


def target_course(table: pd.DataFrame, *, ax: Axes, lang: str | None = None) -> Axes:
    """
    Draw the targets of a place through the years as a step line with range and hedge, results beside them.

    Parameters
    ----------
    table : DataFrame
        Rows of `quantities.targets.table` of one indicator and place, one a year and status: `status` (target, result),
        `year`, `low`, `high` (one missing where open: the mark points the open way), `hedge`.
    """
    own = table[table["status"].eq("target")].sort_values("year")
    middle = own[["low", "high"]].mean(axis=1).to_numpy(float)
    year = own["year"].to_numpy(float)
    ax.step(year, middle, where="mid", color=INK, linewidth=1.2, label=heading("target", lang))
    closed = own["low"].notna() & own["high"].notna()
    ax.vlines(year[closed], own["low"][closed], own["high"][closed], color=INK, linewidth=3, alpha=0.4)
    marks = {"o": closed, "^": own["low"].notna() & ~closed, "v": own["high"].notna() & ~closed}
    for mark, rows in marks.items():
        ax.plot(year[rows], middle[rows], mark, color=INK, markersize=4)
    for at, value, hedge in zip(year, middle, own["hedge"].fillna(""), strict=True):
        if hedge:
            ax.annotate(hedge, (at, value), (0, 5), textcoords="offset points", ha="center", fontsize=5.5, color=GREY)
    result = table[table["status"].eq("result")]
    reached = result[["low", "high"]].mean(axis=1)
    ax.plot(result["year"].astype(float), reached, "D", color="black", markersize=3.5, label=heading("result", lang))
    ax.xaxis.get_major_locator().set_params(integer=True)
    above(ax, [line for line in ax.lines if not line.get_label().startswith("_")])
    return ax
