"""Reports beside the country: the band of all places with one place as a line, change against the tide, coverage."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from analysis.figures import COLOURS, GREY, INK
from analysis.glossary import heading, label
from analysis.plot._parts import above
from analysis.plot.comparisons import _place_labels

# What is ours, or stands apart.
_OURS = "#D55E00"
_BAND = "0.87"


def band(norms: pd.DataFrame, line: pd.DataFrame, ours: pd.DataFrame | None = None, *, ax: Axes,
         lang: str | None = None) -> Axes:  # fmt: skip
    """
    Draw one place as a line on the band of all places of its level, the reports under study marked.

    Parameters
    ----------
    norms : DataFrame
        Rows of `reference.norms` for one term: `term`, `year`, `median`, `low`, `high`. A year of too few reports
        leaves the band open.
    line : DataFrame
        `year`, `per_10k` of the place's own reports in the reference; years that do not follow are not joined.
    ours : DataFrame, optional
        `year`, `per_10k`, `low`, `high` of the reports under study: marks with their own intervals.
    """
    norms, line = norms.sort_values("year"), line.sort_values("year")
    ax.fill_between(norms["year"], norms["low"], norms["high"], color=_BAND, linewidth=0)
    ax.plot(norms["year"], norms["median"], color=GREY, linewidth=0.9)
    years = range(int(line["year"].min()), int(line["year"].max()) + 1) if len(line) else []
    whole = line.set_index("year")["per_10k"].reindex(years)
    ax.plot(whole.index, whole, "o-", color=INK, markersize=2, linewidth=0.8)
    if ours is not None and len(ours):
        ax.vlines(ours["year"], ours["low"], ours["high"], color=_OURS, linewidth=0.9, zorder=4)
        ax.plot(ours["year"], ours["per_10k"], "D", color=_OURS, markersize=3.4, zorder=5, clip_on=False)
    ax.set_ylim(bottom=0)
    ax.xaxis.get_major_locator().set_params(integer=True, nbins=4)
    ax.set_title(label(norms["term"].iloc[0], lang, "\n"), fontsize=7)
    return ax


def bands(norms: pd.DataFrame, line: pd.DataFrame, ours: pd.DataFrame, *, fig: Figure, place: str = "",
          columns: int = 4, lang: str | None = None) -> Figure:  # fmt: skip
    """
    Draw `band` for each term of `norms`, a panel a term, with one key.

    Parameters
    ----------
    norms, line, ours : DataFrame
        As in `band`, with a column `term`.
    place : str
        Name of the line.
    """
    terms = list(dict.fromkeys(norms["term"]))
    grid = fig.add_gridspec(-(-len(terms) // columns), columns)
    first = None
    for k, term in enumerate(terms):
        ax = fig.add_subplot(grid[k // columns, k % columns], sharex=first)
        first = first or ax
        band(*(table[table["term"] == term] for table in (norms, line, ours)), ax=ax, lang=lang)
        ax.tick_params(labelbottom=k + columns >= len(terms))
    handles = [
        Patch(color=_BAND, label=heading("band of places", lang)),
        Line2D([], [], color=GREY, label=heading("median of places", lang)),
        Line2D([], [], color=INK, marker="o", markersize=2, label=label(place, lang)),
        Line2D([], [], color=_OURS, marker="D", linestyle="none", markersize=3.4, label=heading("under study", lang)),
    ]
    above(fig.axes[0], handles)
    fig.axes[len(terms) // columns // 2 * columns].set_ylabel(heading("per_10k", lang))
    return fig


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
    ax.plot(x[apart], y[apart], "D", color=_OURS, markersize=3)
    for axis, values in ((ax.xaxis, x), (ax.yaxis, y)):
        steps = np.arange(np.ceil(values.min()), np.floor(values.max()) + 1)
        axis.set_ticks(steps, [f"{2.0**step:.3g}" for step in steps])
    ax.set_xlim(x.min() - 0.3, x.max() + 0.3)
    ax.set_ylim(y.min() - 0.4, y.max() + 0.4)
    ax.set_xlabel(heading("others_ratio", lang))
    ax.set_ylabel(heading("own_ratio", lang))
    above(ax, [
        Line2D([], [], color=_OURS, marker="D", linestyle="none", markersize=3, label=heading("beside the tide", lang)),
        Line2D([], [], color=GREY, marker="o", linestyle="none", markersize=2.2, label=heading("other terms", lang)),
        Line2D([], [], color="0.6", linestyle="--", linewidth=0.6, label=heading("the tide", lang)),
    ])  # fmt: skip
    _place_labels(ax, table[apart].assign(x=x, y=y).head(most), "x", "y", lang)
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
