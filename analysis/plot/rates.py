"""Rates with their intervals, by report, by year and beside those of other places; growth promised and reported."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from analysis.figures import COLOURS, GREY, INK, MARKERS, palette
from analysis.glossary import heading, label, language
from analysis.plot._parts import (
    above,
    fitting,
    key,
    lines_between,
    marks,
    panel_title,
    percent,
    place_labels,
    ratios,
    rows,
    whiskers,
)  # fmt: skip

# Marker and colour of each level and genre, so that no reader takes unlike points for one series.
UNLIKE = tuple(zip(COLOURS, MARKERS, strict=True))
# Points of one kind are joined from this many years on: fewer make no course.
JOINED = 4
# What is ours, or stands apart, before what all do.
OURS, BAND = "#D55E00", "0.87"


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
    terms, looks = list(dict.fromkeys(table["term"])), palette(table[by])
    groups = list(looks)
    single = len(terms) == 1
    # Lines side by side; marks without an interval stand on the line of their row.
    apart = len(groups) > 1 and not single and (table["low"] < table["high"]).any()
    offsets = np.linspace(-0.3, 0.3, len(groups)) if apart else np.zeros(len(groups))
    for index, group in enumerate(groups):
        part = table[table[by] == group]
        at = np.full(len(part), index) if single else np.array([terms.index(term) for term in part["term"]])
        whiskers(ax, part, at + offsets[index], looks[group], value)
    rows(ax, groups if single else terms, lang)
    lines_between(ax, len(groups if single else terms))
    ax.set_xlabel(heading(value, lang))
    ax.set_xlim(left=0)
    if value.startswith("share"):
        percent(ax.xaxis, int(table[["low", "high"]].max(axis=None) < 0.1))
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
        `term`, `year`, `per_10k`, `low`, `high`, and `kind` (the series in words: place, level, genre). A zero is
        hollow, its whisker the detection limit. Points of one kind are joined from four years on, never across kinds.
    terms : sequence of str, optional
        Which, in this order; all unless given.
    """
    terms = list(terms if terms is not None else dict.fromkeys(table["term"]))
    kinds, years = list(dict.fromkeys(table["kind"])), sorted(set(table["year"]))
    columns = min(fitting(fig, columns), len(terms))
    axes = fig.subplots(-(-len(terms) // columns), columns, sharex=True, squeeze=False)
    span = max(years[-1] - years[0], 1)
    for at, term in enumerate(terms):
        ax, part = axes.flat[at], table[table["term"] == term]
        for place, kind in enumerate(kinds):
            aside = (place - (len(kinds) - 1) / 2) * 0.03 * span
            _course(ax, part[part["kind"] == kind], UNLIKE[place % len(UNLIKE)], aside)
        panel_title(ax, term, lang)
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
        # What all have in common tells none from another.
        common = set.intersection(*(set(kind.split(" ")) for kind in kinds))
        words = [[part for part in kind.split(" ") if part not in common] or [kind] for kind in kinds]
        names = {
            " ".join(heading(part, lang) for part in own): UNLIKE[at % len(UNLIKE)] for at, own in enumerate(words)
        }
        key(axes[0, 0], names, lang)
    fig.supylabel(heading("per_10k", lang), fontsize=7)
    return fig


def _course(ax: Axes, part: pd.DataFrame, look: tuple[str, str], aside: float) -> None:
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
    every = max(1, -(-table.shape[1] // int(1.7 * ax.get_figure().get_figwidth())))
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
    names = list(dict.fromkeys(table["indicator"]))
    columns = min(fitting(fig, columns), len(names))
    axes = fig.subplots(-(-len(names) // columns), columns, sharex=True, squeeze=False)
    for ax, name in zip(axes.flat, names, strict=False):
        part = table[table["indicator"] == name]
        for status, shift, face in (("target", -0.12, "white"), ("result", 0.12, INK)):
            chosen = part[part["status"] == status]
            ranges = chosen.dropna(subset="value_high")
            ax.vlines(ranges["year"] + shift, ranges["value"], ranges["value_high"], color=INK)
            if len(chosen):
                ax.plot(chosen["year"] + shift, chosen["value"], "o", color=INK, mfc=face, clip_on=False)
        panel_title(ax, name, lang)
        ax.set_ylim(min(0, part["value"].min() * 1.1), None)
        ax.xaxis.get_major_locator().set_params(integer=True, nbins=4)
    for ax in axes.flat[len(names) :]:
        ax.set_visible(False)
    axes[0, 0].set_ylabel("%")
    above(axes[0, 0], [Line2D([], [], color=INK, marker="o", mfc=face, linestyle="none", label=heading(status, lang))
                       for status, face in (("target", "white"), ("result", INK))])  # fmt: skip
    return fig


def target_course(table: pd.DataFrame, *, ax: Axes, lang: str | None = None) -> Axes:
    """
    Draw the targets of a place through the years as a step line with range and hedge, results beside them.

    Parameters
    ----------
    table : DataFrame
        Rows of `quantities.targets.table` of one indicator and place, one a year and status: `status` (target, result),
        `year`, `low`, `high` (one missing where open: the mark points the open way), `hedge`; or `panel.promised`.
    """
    own = table[table["status"].eq("target")].sort_values("year")
    # Years without a target break the line.
    if len(own):
        own = own.set_index("year").reindex(range(int(own["year"].min()), int(own["year"].max()) + 1)).reset_index()
    middle = own[["low", "high"]].mean(axis=1).to_numpy(float)
    year = own["year"].to_numpy(float)
    ax.step(year, middle, where="mid", color=INK, linewidth=1.2, label=heading("target", lang))
    closed = own["low"].notna() & own["high"].notna()
    ax.vlines(year[closed], own["low"][closed], own["high"][closed], color=INK, linewidth=3, alpha=0.4)
    for mark, chosen in (("o", closed), ("^", own["low"].notna() & ~closed), ("v", own["high"].notna() & ~closed)):
        ax.plot(year[chosen], middle[chosen], mark, color=INK, markersize=4)
    for at, value, hedge in zip(year, middle, own["hedge"].fillna(""), strict=True):
        if hedge:
            ax.annotate(hedge, (at, value), (0, -10), textcoords="offset points", ha="center", fontsize=5.5, color=GREY)
    result = table[table["status"].eq("result")]
    reached = result[["low", "high"]].mean(axis=1)
    ax.plot(result["year"].astype(float), reached, "D", color="black", markersize=3.5, label=heading("result", lang))
    ax.xaxis.get_major_locator().set_params(integer=True)
    ax.set_ylabel(table["unit"].iloc[0] if "unit" in table else "%")
    above(ax, [line for line in ax.lines if not line.get_label().startswith("_")])
    return ax


def lines(table: pd.DataFrame, *, ax: Axes, by: str, value: str = "value", lang: str | None = None) -> Axes:
    """
    Draw a value by year, a line a group, with its interval as a band.

    Parameters
    ----------
    table : DataFrame
        `by`, `year`, `value`, and `low`, `high` where it is estimated. Shares have an axis from 0 to 100%, and what is
        never negative one from 0. The line of places as they came (`pooled`) is grey and dashed.
    by : str
        Column of the groups.
    """
    for at, (group, own) in enumerate(table.sort_values("year").groupby(by, sort=False)):
        colour, line = (GREY, "--") if group == "pooled" else (COLOURS[at % len(COLOURS)], "-")
        years = own["year"].astype(float)
        if "low" in own:
            ax.fill_between(years, own["low"].astype(float), own["high"].astype(float), color=colour, alpha=0.13,
                            linewidth=0)  # fmt: skip
        ax.plot(years, own[value].astype(float), line, color=colour, marker=MARKERS[at % len(MARKERS)], markersize=3,
                linewidth=1.2, clip_on=False, label=heading(str(group), lang))  # fmt: skip
    if value.startswith("share"):
        ax.set_ylim(0, 1)
        percent(ax.yaxis)
    elif table[value].min() >= 0:
        ax.set_ylim(bottom=0)
    ax.xaxis.get_major_locator().set_params(integer=True)
    ax.set_ylabel(heading("per_10k" if value == "value" else value, lang))
    if "term" in table:
        ax.set_title(label(str(table["term"].iloc[0]), lang))
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


def bands(norms: pd.DataFrame, line: pd.DataFrame, ours: pd.DataFrame, *, fig: Figure, place: str = "",
          columns: int = 4, lang: str | None = None) -> Figure:  # fmt: skip
    """
    Draw one place as a line on the band of all places of its level, a panel a term, the reports under study marked.

    Parameters
    ----------
    norms : DataFrame
        Rows of `reference.norms`: `term`, `year`, `median`, `low`, `high`. A year of too few reports leaves the band
        open.
    line : DataFrame
        Index `year`, terms as columns (`Reference.series`); years that do not follow are not joined.
    ours : DataFrame
        `term`, `year`, `per_10k`, `low`, `high` of the reports under study: marks with their own intervals.
    place : str
        Name of the line.
    """
    terms, columns = list(dict.fromkeys(norms["term"])), fitting(fig, columns)
    line = line.reset_index().melt("year", var_name="term", value_name="per_10k")
    grid = fig.add_gridspec(-(-len(terms) // columns), columns)
    first = None
    for k, term in enumerate(terms):
        ax = fig.add_subplot(grid[k // columns, k % columns], sharex=first)
        first = first or ax
        _band(*(table[table["term"] == term] for table in (norms, line, ours)), ax, lang)
        ax.tick_params(labelbottom=k + columns >= len(terms))
    handles = [
        Patch(color=BAND, label=heading("band of places", lang)),
        Line2D([], [], color=GREY, label=heading("median of places", lang)),
        Line2D([], [], color=INK, marker="o", markersize=2, label=_here(place, lang)),
        Line2D([], [], color=OURS, marker="D", linestyle="none", markersize=3.4, label=heading("under study", lang)),
    ]
    above(fig.axes[0], handles)
    fig.axes[len(terms) // columns // 2 * columns].set_ylabel(heading("per_10k", lang))
    return fig


def _band(norms: pd.DataFrame, line: pd.DataFrame, ours: pd.DataFrame, ax: Axes, lang: str | None) -> None:
    """Draw one place as a line on the band of all places, the reports under study marked."""
    norms, line = norms.sort_values("year"), line.sort_values("year")
    ax.fill_between(norms["year"], norms["low"], norms["high"], color=BAND, linewidth=0)
    ax.plot(norms["year"], norms["median"], color=GREY, linewidth=0.9)
    years = range(int(line["year"].min()), int(line["year"].max()) + 1) if len(line) else []
    whole = line.set_index("year")["per_10k"].reindex(years)
    ax.plot(whole.index, whole, "o-", color=INK, markersize=2, linewidth=0.8)
    if len(ours):
        ax.vlines(ours["year"], ours["low"], ours["high"], color=OURS, linewidth=0.9, zorder=4)
        ax.plot(ours["year"], ours["per_10k"], "D", color=OURS, markersize=3.4, zorder=5, clip_on=False)
    ax.set_ylim(bottom=0)
    ax.xaxis.get_major_locator().set_params(integer=True, nbins=4)
    panel_title(ax, norms["term"].iloc[0], lang)


def _here(place: str, lang: str | None) -> str:
    """Name a place; in English "this place" where the glossary has no name for it."""
    name = label(place, lang)
    return name if name != place or (lang or language()) == "zh" else heading("this place", lang)


def tide(table: pd.DataFrame, *, ax: Axes, most: int = 40, lang: str | None = None) -> Axes:
    """
    Draw each term's change in one place over its change in all others, as ratios on logarithmic axes.

    Parameters
    ----------
    table : DataFrame
        From `reference.tide`, with `term` as a column: `ratio`, `others`, `verdict`. The dashed diagonal is the tide;
        terms that stand out or lean are marked, and named where the name fits.
    most : int
        Names that are tried.
    """
    apart = table["verdict"].isin(["stands out", "leans"])
    x, y = np.log2(table["others"]), np.log2(table["ratio"])
    ends = np.array([min(x.min(), y.min()), max(x.max(), y.max())]) * 1.08
    ax.axhline(0, color="0.85", linewidth=0.6)
    ax.axvline(0, color="0.85", linewidth=0.6)
    ax.plot(ends, ends, color="0.6", linewidth=0.6, linestyle="--")
    ax.plot(x[~apart], y[~apart], "o", color=GREY, markersize=2.2, markeredgewidth=0)
    ax.plot(x[apart], y[apart], "D", color=OURS, markersize=3)
    ratios(ax.xaxis, x)
    ratios(ax.yaxis, y)
    ax.set_xlim(x.min() - 0.3, x.max() + 0.3)
    ax.set_ylim(y.min() - 0.4, y.max() + 0.4)
    ax.set_xlabel(heading("others_ratio", lang))
    ax.set_ylabel(heading("own_ratio", lang))
    above(ax, [
        Line2D([], [], color=OURS, marker="D", linestyle="none", markersize=3, label=heading("beside the tide", lang)),
        Line2D([], [], color=GREY, marker="o", linestyle="none", markersize=2.2, label=heading("other terms", lang)),
        Line2D([], [], color="0.6", linestyle="--", linewidth=0.6, label=heading("the tide", lang)),
    ])  # fmt: skip
    place_labels(ax, table[apart].assign(x=x, y=y).head(most), "x", "y", lang)
    return ax


def coverage(table: pd.DataFrame, *, ax: Axes, levels: Sequence[str] = ("national", "province", "city"),
             lang: str | None = None) -> Axes:  # fmt: skip
    """
    Draw how many reports of each level a reference has by year.

    Parameters
    ----------
    table : DataFrame
        `Reference.reports`: `year`, `level`, `doubts`; doubtful reports are hatched.
    """
    bottom = pd.Series(0, index=range(int(table["year"].min()), int(table["year"].max()) + 1))
    handles = []
    for colour, level in zip(COLOURS, levels, strict=False):
        for doubtful in (False, True):
            rows = table[(table["level"] == level) & ((table["doubts"] != "") == doubtful)]
            height = rows.groupby("year").size().reindex(bottom.index, fill_value=0)
            ax.bar(bottom.index, height, bottom=bottom, color=colour, hatch="////" if doubtful else "",
                   edgecolor="white", linewidth=0, width=0.85)  # fmt: skip
            bottom = bottom + height
        handles.append(Patch(color=colour, label=heading(level, lang)))
    handles.append(Patch(facecolor="0.6", edgecolor="white", hatch="////", label=heading("doubts", lang)))
    ax.set_ylabel(heading("reports", lang))
    above(ax, handles)
    return ax
