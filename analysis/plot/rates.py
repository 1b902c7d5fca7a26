"""Rates with their intervals, by report and by year; growth promised and reported."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.figures import COLOURS, INK, MARKERS, palette
from analysis.glossary import heading, label
from analysis.plot._parts import above, key, lines_between, rows, whiskers

# Marker and colour of each level and genre, so that no reader takes unlike points for one series.
UNLIKE = tuple(zip(COLOURS, MARKERS, strict=True))
# Points of one kind are joined from this many years on: fewer make no course.
JOINED = 4


def intervals(
    table: pd.DataFrame, *, ax: Axes, by: str = "report", value: str = "per_10k", lang: str | None = None,
    legend: bool = True,
) -> Axes:  # fmt: skip
    """
    Draw one dot and whisker per term and group, terms as rows from the top.

    Where there is one term only, the groups are the rows and the term is the title.

    Parameters
    ----------
    table : DataFrame
        Columns `term`, `by`, `value`, `low`, `high`. Terms and groups keep their order of appearance. A value
        of 0 is drawn hollow: its whisker is the detection limit.
    by : str
        Column of the groups.
    legend : bool
        Whether the key stands above the axes.
    """
    terms, groups = list(dict.fromkeys(table["term"])), list(dict.fromkeys(table[by]))
    looks = palette(groups)
    single = len(terms) == 1
    offsets = np.linspace(-0.3, 0.3, len(groups)) if len(groups) > 1 and not single else np.zeros(len(groups))
    for index, group in enumerate(groups):
        part = table[table[by] == group]
        at = np.full(len(part), index) if single else np.array([terms.index(term) for term in part["term"]])
        whiskers(ax, part, at + offsets[index], looks[group], value)
    rows(ax, groups if single else terms, lang)
    lines_between(ax, len(groups if single else terms))
    ax.set_xlabel(heading(value, lang))
    ax.set_xlim(left=0)
    hollow = "no hit" if (table[value] == 0).any() else ""
    if single:
        ax.set_title(label(terms[0], lang))
        if hollow:
            key(ax, {}, lang, hollow=hollow)
    elif legend:
        key(ax, looks, lang, hollow=hollow)
    return ax


def courses(
    table: pd.DataFrame, *, fig: Figure, terms: Sequence[str] | None = None, columns: int = 4, lang: str | None = None
) -> Figure:
    """
    Draw small multiples: each term's rate by year, with whiskers; unlike documents unlike points.

    Parameters
    ----------
    table : DataFrame
        `term`, `year`, `per_10k`, `low`, `high`, and `kind` (level and genre in words). A zero is hollow, its
        whisker the detection limit. Points of one kind are joined from four years on, never across kinds.
    terms : sequence of str, optional
        Which, in this order; all unless given.
    """
    terms = list(terms if terms is not None else dict.fromkeys(table["term"]))
    kinds, years = list(dict.fromkeys(table["kind"])), sorted(set(table["year"]))
    columns = min(columns, len(terms))
    axes = fig.subplots(-(-len(terms) // columns), columns, sharex=True, squeeze=False)
    span = max(years[-1] - years[0], 1)
    for at, term in enumerate(terms):
        ax, part = axes.flat[at], table[table["term"] == term]
        for place, kind in enumerate(kinds):
            aside = (place - (len(kinds) - 1) / 2) * 0.03 * span
            _course(ax, part[part["kind"] == kind], UNLIKE[place % len(UNLIKE)], aside)
        ax.set_title(label(term, lang, "\n"), fontsize=7)
        ax.set_ylim(bottom=0, top=None if (part["high"] > 0).any() else 1)
        # A tick where points lie, as long as they can be told apart.
        if len(years) <= 4:
            ax.set_xticks(years, [str(year) for year in years])
        else:
            ax.xaxis.get_major_locator().set_params(integer=True, nbins=4)
    for ax in axes.flat[len(terms) :]:
        ax.set_visible(False)
        axes.flat[len(terms) - 1].tick_params(labelbottom=True)
    for at in range(len(terms) - columns, len(terms)):
        axes.flat[max(at, 0)].tick_params(labelbottom=True)
    if len(kinds) > 1:
        names = {" ".join(heading(part, lang) for part in kind.split(" ")): UNLIKE[at % len(UNLIKE)]
                 for at, kind in enumerate(kinds)}  # fmt: skip
        key(axes[0, 0], names, lang)
    fig.supylabel(heading("per_10k", lang), fontsize=7)
    return fig


def _course(ax: Axes, part: pd.DataFrame, look: tuple[str, str], aside: float) -> None:
    from analysis.plot._parts import marks

    part = part.sort_values("year", kind="stable")
    at = part["year"] + aside
    ax.vlines(at, part["low"], part["high"], color=look[0], linewidth=0.7, alpha=0.8)
    if part["year"].nunique() >= JOINED:
        ax.plot(at, part["per_10k"], "-", color=look[0], linewidth=0.8)
    marks(ax, at, part["per_10k"], look, part["per_10k"] == 0, markersize=3)


def arrivals(table: pd.DataFrame, *, ax: Axes, lang: str | None = None) -> Axes:
    """
    Draw a heat map of terms over years, terms in the order given: each row as share of its peak.

    Parameters
    ----------
    table : DataFrame
        Terms × years, rates. A term that is absent leaves the cell white, so that present and absent are told
        apart however small the rate.
    """
    values = table.to_numpy(float)
    peak = np.maximum(values.max(axis=1, keepdims=True), 1e-12)
    shade = np.where(values > 0, 0.2 + 0.8 * values / peak, np.nan)
    image = ax.imshow(shade, aspect="auto", cmap="Blues", vmin=0, vmax=1)
    ax.set_yticks(range(len(table)), [label(str(term), lang) for term in table.index])
    every = max(1, -(-table.shape[1] // 12))
    ax.set_xticks(range(0, table.shape[1], every), [str(year) for year in table.columns[::every]],
                  rotation=90 if table.shape[1] > 8 else 0)  # fmt: skip
    ax.set_xticks(np.arange(0.5, table.shape[1] - 1), minor=True)
    ax.grid(which="minor", axis="x", color="white", linewidth=0.8)
    ax.tick_params(which="both", length=0)
    ax.spines[:].set_visible(False)
    bar = ax.get_figure().colorbar(image, ax=ax, shrink=0.6, pad=0.01, ticks=[0.2, 0.6, 1.0])
    bar.ax.set_yticklabels(["0%", "50%", "100%"])
    bar.ax.set_ylim(0.2, 1)
    bar.set_label(heading("share of peak", lang))
    bar.outline.set_visible(False)
    return ax


def promises(table: pd.DataFrame, *, fig: Figure, columns: int = 4, lang: str | None = None) -> Figure:
    """
    Draw growth promised (hollow) and reported (full) by year, a panel an indicator.

    Parameters
    ----------
    table : DataFrame
        `indicator`, `year`, `status`, `value`, `value_high` (of a range, else NaN); one issuer only, so that all
        points of a panel are comparable.
    """
    from matplotlib.lines import Line2D

    names = list(dict.fromkeys(table["indicator"]))
    columns = min(columns, len(names))
    axes = fig.subplots(-(-len(names) // columns), columns, sharex=True, squeeze=False)
    for ax, name in zip(axes.flat, names, strict=False):
        part = table[table["indicator"] == name]
        for status, shift, face in (("target", -0.12, "white"), ("result", 0.12, INK)):
            chosen = part[part["status"] == status]
            ranges = chosen.dropna(subset="value_high")
            ax.vlines(ranges["year"] + shift, ranges["value"], ranges["value_high"], color=INK)
            if len(chosen):
                ax.plot(chosen["year"] + shift, chosen["value"], "o", color=INK, mfc=face, clip_on=False)
        ax.set_title(label(name, lang, "\n"), fontsize=7)
        ax.set_ylim(min(0, part["value"].min() * 1.1), None)
        ax.xaxis.get_major_locator().set_params(integer=True, nbins=4)
    for ax in axes.flat[len(names) :]:
        ax.set_visible(False)
    axes[0, 0].set_ylabel("%")
    above(axes[0, 0], [Line2D([], [], color=INK, marker="o", mfc=face, linestyle="none", label=heading(status, lang))
                       for status, face in (("target", "white"), ("result", INK))])  # fmt: skip
    return fig
