"""Drift: which pairs compare, courses over the years, arrivals, what a difference is made of."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.figures import COLOURS, INK, MARKERS
from analysis.glossary import label

# Hatches carry the parts of a bar in greyscale.
PARTS = (("content", INK, ""), ("mix", "#E69F00", "////"), ("damage", "0.75", "...."))
# Marker and colour of each level and genre, so that no reader takes unlike points for one series.
UNLIKE = tuple(zip(MARKERS, COLOURS, strict=True))
# Reports of one year stand beside each other, this share of the span of years apart.
ASIDE = 0.03


def identification(pairs: pd.DataFrame, *, ax: Axes, lang: str = "both") -> Axes:
    """
    Draw all pairs of documents: a filled cell where a contrast is identified, with its strata.

    Parameters
    ----------
    pairs : DataFrame
        From `contrasts.identification`: `before`, `after`, `identified`, `through`.
        Up to a dozen documents the cells carry the reason in words.
    """
    names = list(dict.fromkeys([*pairs["before"], *pairs["after"]]))
    few = len(names) <= 7
    for row in pairs.itertuples():
        x, y = names.index(row.after), names.index(row.before)
        face = INK if row.identified else "0.92"
        ax.add_patch(_square(x, y, face))
        if few:
            ax.text(x, y, _reason(row, lang), ha="center", va="center", fontsize=5.5,
                    color="white" if row.identified else "0.25", linespacing=1.1)  # fmt: skip
    shown = [str(name).replace("-", "\n", 1) if few else str(name) for name in names]
    ax.set_xticks(range(1, len(names)), shown[1:], rotation=0 if few else 90)
    ax.set_yticks(range(len(names) - 1), [str(name) for name in names[:-1]])
    ax.set_xlim(0.45, len(names) - 0.45)
    ax.set_ylim(len(names) - 1.45, -0.55)
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)
    return ax


def _square(x: float, y: float, face: str):
    from matplotlib.patches import Rectangle

    return Rectangle((x - 0.46, y - 0.46), 0.92, 0.92, facecolor=face, linewidth=0)


def _reason(row, lang: str) -> str:
    """What is shared, or which of level and genre is not, a line each."""
    if row.identified:
        return "\n".join(label(name, lang, "\n") for name in row.through.split(", "))
    kinds = [kind for kind in ("level", "genre", "function") if f"no {kind}" in row.through]
    return "\n".join(label(f"no {kind}", lang, "\n") for kind in kinds)


def courses(
    table: pd.DataFrame, terms: Sequence[str], *, fig: Figure, columns: int = 4,
    lang: str = "both", joined: bool = True,
) -> Figure:  # fmt: skip
    """
    Draw small multiples: each term's rate by year, with whiskers; unlike documents unlike points.

    Parameters
    ----------
    table : DataFrame
        `term`, `year`, `per_10k`, `low`, `high`, and `kind` (level and genre in words). A zero is
        hollow, its whisker the detection limit.
    joined : bool
        Join the points of one kind if it has four years or more; never across kinds.
    """
    kinds = list(dict.fromkeys(table["kind"]))
    many = len(kinds) > 1
    rows = -(-len(terms) // columns)
    # A row of its own for the legend, so that it never lies on a panel.
    grid = fig.add_gridspec(rows + many, columns, height_ratios=[0.3] * many + [1.0] * rows)
    axes = []
    for k, term in enumerate(terms):
        ax = fig.add_subplot(grid[k // columns + many, k % columns], sharex=axes[0] if k else None)
        part = table[table["term"] == term]
        for at, kind in enumerate(kinds):
            aside = (at - (len(kinds) - 1) / 2) * ASIDE * np.ptp(table["year"])
            _course(ax, part[part["kind"] == kind], *UNLIKE[at % len(UNLIKE)], joined, aside)
        ax.set_title(label(term, lang), fontsize=7)
        ax.set_ylim(bottom=0, top=None if (part["high"] > 0).any() else 1)
        ax.margins(x=0.08)
        ax.xaxis.get_major_locator().set_params(integer=True)
        ax.tick_params(labelbottom=k + columns >= len(terms))
        axes.append(ax)
    if many:
        names = [" ".join(label(part, lang) for part in kind.split(" ")) for kind in kinds]
        handles = [_key(*UNLIKE[k % len(UNLIKE)], name) for k, name in enumerate(names)]
        _legend(fig.add_subplot(grid[0, :]), handles, 2)
    fig.supylabel(label("per_10k", lang), fontsize=7)
    return fig


def _course(
    ax: Axes, part: pd.DataFrame, marker: str, colour: str, joined: bool, aside: float
) -> None:
    part = part.sort_values("year", kind="stable")
    part = part.assign(at=part["year"] + aside)
    ax.vlines(part["at"], part["low"], part["high"], color=colour, linewidth=0.7, alpha=0.8)
    if joined and part["year"].nunique() >= 4:
        ax.plot(part["at"], part["per_10k"], "-", color=colour, linewidth=0.8)
    seen = part["per_10k"] > 0
    # An empty unclipped line counts as a point at the corner of the page, and spoils the layout.
    sides = ((part[seen], colour), (part[~seen], "white"))
    for rows, face in (side for side in sides if len(side[0])):
        ax.plot(rows["at"], rows["per_10k"], marker, color=colour, mfc=face, markersize=3.5,
                clip_on=False)  # fmt: skip


def _legend(ax: Axes, handles, columns: int) -> None:
    ax.axis("off")
    # The row has its height already; counted again, the legend would leave no room for panels.
    ax.legend(handles=handles, loc="center", ncols=columns).set_in_layout(False)


def _key(marker: str, colour: str, name: str):
    from matplotlib.lines import Line2D

    return Line2D([], [], marker=marker, color=colour, linestyle="none", label=name)


def arrivals(table: pd.DataFrame, *, ax: Axes, lang: str = "both") -> Axes:
    """
    Draw a heat map of terms over years, terms in the order given: each row as share of its peak.

    Parameters
    ----------
    table : DataFrame
        Terms × years, rates. A term that is absent leaves the cell white, so that present and
        absent are told apart however small the rate.
    """
    values = table.to_numpy(float)
    peak = np.maximum(values.max(axis=1, keepdims=True), 1e-12)
    shade = np.where(values > 0, 0.2 + 0.8 * values / peak, np.nan)
    image = ax.imshow(shade, aspect="auto", cmap="Blues", vmin=0, vmax=1)
    ax.set_yticks(range(len(table)), [label(str(term), lang) for term in table.index])
    ax.set_xticks(range(table.shape[1]), [str(year) for year in table.columns],
                  rotation=90 if table.shape[1] > 8 else 0)  # fmt: skip
    ax.set_xticks(np.arange(0.5, table.shape[1] - 1), minor=True)
    ax.grid(which="minor", axis="x", color="white", linewidth=0.8)
    ax.tick_params(which="both", length=0)
    ax.spines[:].set_visible(False)
    bar = ax.get_figure().colorbar(image, ax=ax, shrink=0.6, pad=0.01, ticks=[0.2, 0.6, 1.0])
    bar.ax.set_yticklabels(["0", "0.5", "1"])
    bar.ax.set_ylim(0.2, 1)
    bar.set_label(label("share of peak", lang))
    bar.outline.set_visible(False)
    return ax


def parts(table: pd.DataFrame, *, ax: Axes, lang: str = "both") -> Axes:
    """
    Draw naive differences as stacked bars of content, mix and damage, which add up to the mark.

    Parameters
    ----------
    table : DataFrame, index `term`
        From `decomposition.decompose`; rows in order.
    """
    y = np.arange(len(table))
    for sign in (1, -1):
        left = np.zeros(len(table))
        for name, colour, hatch in PARTS:
            width = np.where(np.sign(table[name]) == sign, table[name], 0.0)
            named = label(name, lang) if sign > 0 else None
            ax.barh(y, width, left=left, height=0.62, color=colour, hatch=hatch,
                    edgecolor="white", linewidth=0, label=named)  # fmt: skip
            left = left + width
    ax.plot(table["naive"], y, "D", color="black", markersize=3.2, label=label("naive", lang))
    ax.axvline(0, color="0.3", linewidth=0.7)
    # Bars are sticky: without this the longest would touch the frame.
    ax.use_sticky_edges = False
    ax.margins(x=0.04)
    ax.set_yticks(y, [label(str(term), lang) for term in table.index])
    ax.set_ylim(len(table) - 0.4, -0.6)
    ax.set_xlabel(label("difference", lang))
    ax.legend(loc="lower center", bbox_to_anchor=(0.45, 1.0), ncols=2)
    return ax


def promises(table: pd.DataFrame, *, fig: Figure, lang: str = "both") -> Figure:
    """
    Draw growth promised (hollow) and reported (full) by year, a panel an indicator.

    Parameters
    ----------
    table : DataFrame
        `indicator`, `year`, `status`, `value`, `value_high` (of a range, else NaN), `level`, which
        sets the mark.
    """
    names, levels = (list(dict.fromkeys(table[column])) for column in ("indicator", "level"))
    grid = fig.add_gridspec(2, len(names), height_ratios=[0.22, 1])
    first = None
    for k, name in enumerate(names):
        ax = first = fig.add_subplot(grid[1, k], sharex=first)
        part = table[table["indicator"] == name]
        for at, level in enumerate(levels):
            for status, shift in (("target", -0.12), ("result", 0.12)):
                rows = part[(part["level"] == level) & (part["status"] == status)]
                if rows.empty:
                    continue
                marker, colour = UNLIKE[at % len(UNLIKE)]
                ranges = rows.dropna(subset="value_high")
                ax.vlines(ranges["year"] + shift, ranges["value"], ranges["value_high"],
                          color=colour)  # fmt: skip
                ax.plot(rows["year"] + shift, rows["value"], marker, color=colour,
                        mfc="white" if status == "target" else colour, clip_on=False)  # fmt: skip
        ax.set_title(label(name, lang, "\n"), fontsize=7)
        ax.set_ylim(min(0, part["value"].min() * 1.1), None)
        ax.xaxis.get_major_locator().set_params(integer=True, nbins=4)
        if not k:
            ax.set_ylabel("%")
    handles = [_key(*UNLIKE[k % len(UNLIKE)], label(name, lang)) for k, name in enumerate(levels)]
    handles += [_key("o", "0.3", label("result", lang)), _key("o", "0.3", label("target", lang))]
    handles[-1].set_markerfacecolor("white")
    _legend(fig.add_subplot(grid[0, :]), handles, len(handles))
    return fig
