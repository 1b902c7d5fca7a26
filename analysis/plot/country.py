"""Reports beside the country: the band of all places, their years as a line, change against the tide."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.figures import GREY, INK
from analysis.glossary import label
from analysis.plot.rates import place_labels

# Ours, and what stands out.
OURS, APART = "#D55E00", "#D55E00"


def band(norms: pd.DataFrame, line: pd.DataFrame, ours: pd.DataFrame | None = None, *, ax: Axes,
         lang: str = "both") -> Axes:  # fmt: skip
    """
    Draw one place as a line on the band of all places of its level, with the reports under study marked.

    Parameters
    ----------
    norms : DataFrame
        Rows of `reference.norms` for one term: `year`, `median`, `low`, `high`. A year without a band (too few
        reports) is left open.
    line : DataFrame
        `year`, `per_10k` of the place's own reports in the reference.
    ours : DataFrame, optional
        `year`, `per_10k`, `low`, `high` of the reports under study: a mark with its own interval.
    """
    norms, line = norms.sort_values("year"), line.sort_values("year")
    ax.fill_between(norms["year"], norms["low"], norms["high"], color="0.86", linewidth=0, label=label("band", lang))
    ax.plot(norms["year"], norms["median"], color=GREY, linewidth=0.9, label=label("median", lang))
    ax.plot(line["year"], line["per_10k"], "o-", color=INK, markersize=2.2, linewidth=0.9)
    if ours is not None and len(ours):
        ax.vlines(ours["year"], ours["low"], ours["high"], color=OURS, linewidth=0.9, zorder=4)
        ax.plot(ours["year"], ours["per_10k"], "D", color=OURS, markersize=3.6, zorder=5, clip_on=False)
    ax.set_ylim(bottom=0)
    ax.xaxis.get_major_locator().set_params(integer=True)
    return ax


def bands(norms: pd.DataFrame, line: pd.DataFrame, ours: pd.DataFrame, *, fig: Figure, columns: int = 4,
          place: str = "", lang: str = "both") -> Figure:  # fmt: skip
    """
    Draw `band` for each term of `norms`, a panel a term, with one legend.

    Parameters
    ----------
    norms, line, ours : DataFrame
        As in `band`, with a column `term`.
    place : str
        Name of the line.
    """
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    terms = list(dict.fromkeys(norms["term"]))
    rows = -(-len(terms) // columns)
    grid = fig.add_gridspec(rows + 1, columns, height_ratios=[0.25, *[1.0] * rows])
    first = None
    for k, term in enumerate(terms):
        ax = fig.add_subplot(grid[k // columns + 1, k % columns], sharex=first)
        first = first or ax
        band(*(table[table["term"] == term] for table in (norms, line, ours)), ax=ax, lang=lang)
        ax.set_title(label(term, lang), fontsize=7)
        ax.tick_params(labelbottom=k + columns >= len(terms))
    handles = [
        Patch(color="0.86", label=label("band of places", lang)),
        Line2D([], [], color=GREY, label=label("median of places", lang)),
        Line2D([], [], color=INK, marker="o", markersize=2.2, label=place),
        Line2D([], [], color=OURS, marker="D", linestyle="none", markersize=3.6,
               label=label("reports under study", lang)),
    ]
    legend = fig.add_subplot(grid[0, :])
    legend.axis("off")
    legend.legend(handles=handles, loc="center", ncols=len(handles)).set_in_layout(False)
    fig.supylabel(label("per_10k", lang), fontsize=7)
    return fig


def tide(table: pd.DataFrame, *, ax: Axes, most: int = 40, lang: str = "both") -> Axes:
    """
    Draw each term's change in one place over its change in all others, both as ratios on logarithmic axes.

    Parameters
    ----------
    table : DataFrame
        From `reference.tide`, with `term` as a column: `ratio`, `others`, `verdict`. Terms that stand out or lean are
        coloured and named first. The diagonal is the tide.
    most : int
        Names that are tried.
    """
    apart = table["verdict"].isin(["stands out", "leans"])
    x, y = np.log2(table["others"]), np.log2(table["ratio"])
    reach = float(np.nanmax(np.abs([x, y]))) * 1.1 if len(table) else 1.0
    ax.axhline(0, color="0.8", linewidth=0.6)
    ax.axvline(0, color="0.8", linewidth=0.6)
    ax.plot([-reach, reach], [-reach, reach], color="0.6", linewidth=0.6, linestyle="--")
    ax.plot(x[~apart], y[~apart], ".", color=GREY, markersize=2.5)
    ax.plot(x[apart], y[apart], "D", color=APART, markersize=3)
    steps = [step for step in (-4, -2, 0, 2, 4) if abs(step) <= reach]
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_ticks(steps, [f"{2.0**step:g}" for step in steps])
    ax.set_xlim(np.nanmin(x) - 0.3, np.nanmax(x) + 0.3)
    ax.set_ylim(np.nanmin(y) - 0.3, np.nanmax(y) + 0.3)
    ax.set_xlabel(label("others_ratio", lang))
    ax.set_ylabel(label("own_ratio", lang))
    named = pd.concat([table[apart], table[~apart]]).assign(x=np.log2(table["others"]), y=np.log2(table["ratio"]))
    place_labels(ax, named.head(most), "x", "y")
    return ax


def coverage(table: pd.DataFrame, *, ax: Axes, levels: Sequence[str] = ("national", "province", "city"),
             lang: str = "both") -> Axes:  # fmt: skip
    """
    Draw how many reports of each level a reference has by year.

    Parameters
    ----------
    table : DataFrame
        `Reference.reports`: `year`, `level`, `doubts`; doubtful reports are hatched.
    """
    from analysis.figures import COLOURS

    bottom = pd.Series(0, index=range(int(table["year"].min()), int(table["year"].max()) + 1))
    for colour, level in zip(COLOURS, levels, strict=False):
        for doubtful, hatch in ((False, ""), (True, "////")):
            rows = table[(table["level"] == level) & ((table["doubts"] != "") == doubtful)]
            height = rows.groupby("year").size().reindex(bottom.index, fill_value=0)
            named = label(level, lang) if not doubtful else "_"
            ax.bar(bottom.index, height, bottom=bottom, color=colour, hatch=hatch, edgecolor="white", linewidth=0,
                   width=0.85, label=named)  # fmt: skip
            bottom = bottom + height
    ax.set_ylabel(label("reports", lang))
    ax.legend(loc="upper left")
    return ax
