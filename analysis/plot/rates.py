"""Rates, ratios and their intervals: dots, whiskers, dumbbells, scatters with labels."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analysis.figures import COLOURS, GREY, INK, MARKERS
from analysis.glossary import label


def intervals(
    table: pd.DataFrame, *, ax: Axes, by: str = "report", value: str = "per_10k", lang: str = "both"
) -> Axes:
    """
    Draw one dot and whisker per term and group, terms as rows from the top.

    Parameters
    ----------
    table : DataFrame
        Columns `term`, `by`, `value`, `low`, `high`. Terms and groups keep their order of
        appearance. A value of 0 is drawn hollow: its whisker is the detection limit.
    ax : Axes
    by : str
        Column of the groups; above eight they are hard to tell apart.
    """
    terms, groups = list(dict.fromkeys(table["term"])), list(dict.fromkeys(table[by]))
    offsets = np.linspace(-0.3, 0.3, len(groups)) if len(groups) > 1 else [0.0]
    for index, group in enumerate(groups):
        rows = table[table[by] == group]
        y = np.array([terms.index(term) for term in rows["term"]]) + offsets[index]
        # Beyond eight groups colours come again, with other marks.
        colour, marker = COLOURS[index % 8], MARKERS[(index + index // 8) % 8]
        _whiskers(ax, rows, value, y, colour, marker, label(group, lang))
    ax.set_yticks(range(len(terms)), [label(term, lang) for term in terms])
    ax.set_ylim(len(terms) - 0.4, -0.6)
    ax.set_xlabel(label(value, lang))
    ax.set_xlim(left=0)
    for line in np.arange(0.5, len(terms) - 1):
        ax.axhline(line, color="0.9", linewidth=0.5, zorder=0)
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=min(len(groups), 3))
    return ax


def _whiskers(ax: Axes, rows: pd.DataFrame, value: str, y, colour: str, marker: str, name: str):
    ax.hlines(y, rows["low"], rows["high"], color=colour, linewidth=0.9)
    seen = (rows[value] != 0).to_numpy()
    # A mark at 0 sits on the axis and is drawn whole.
    drawn = {"color": colour, "linestyle": "none", "clip_on": False, "zorder": 3}
    for chosen, face in ((seen, colour), (~seen, "white")):
        marks = ax.plot(rows[value][chosen], y[chosen], marker, mfc=face, **drawn)
        # What is not clipped counts for the layout, and a line without points lies at the corner.
        marks[0].set_in_layout(bool(chosen.any()))
        marks[0].set_label(name if face == colour else "_")


def ratios(table: pd.DataFrame, *, ax: Axes, value: str = "log_ratio", lang: str = "both") -> Axes:
    """
    Draw effects with intervals around a line of no difference, largest first.

    Parameters
    ----------
    table : DataFrame
        Columns `term`, `value`, `low`, `high`; optional `settled` (bool): rows that are not
        settled are drawn in grey with a hollow dot. An interval that is open on one side (±inf, a
        zero) runs to the edge and ends in an arrow.
    """
    edge = 1.25 * np.abs(table[[value, "low", "high"]].replace([-np.inf, np.inf], 0)).max(axis=None)
    settled = table["settled"] if "settled" in table else pd.Series(True, index=table.index)
    y = np.arange(len(table))
    for flag, colour, face in ((True, INK, INK), (False, GREY, "white")):
        rows, at = table[settled == flag], y[settled == flag]
        low, high = rows["low"].clip(lower=-edge), rows["high"].clip(upper=edge)
        ax.hlines(at, low, high, color=colour, linewidth=1.1)
        for end, arrow in ((low, "<"), (high, ">")):
            ax.plot(end[end.abs() == edge], at[end.abs() == edge], arrow, color=colour, ms=3)
        ax.plot(rows[value], at, "o", color=colour, mfc=face)
    ax.axvline(0, color="0.4", linewidth=0.7)
    ax.set_yticks(y, [label(term, lang) for term in table["term"]])
    ax.set_ylim(len(table) - 0.4, -0.6)
    ax.set_xlabel(label(value, lang))
    return ax


def dumbbell(
    table: pd.DataFrame, before: str, after: str, *, ax: Axes, names: Sequence[str] | None = None,
    lang: str = "both",
) -> Axes:  # fmt: skip
    """
    Draw each term's two rates joined by a line, with the interval of each as a thin bar.

    Parameters
    ----------
    table : DataFrame
        Columns `term`, `before`, `before_low`, `before_high`, and the same of `after`.
    before, after : str
        Column stems; `names` are their labels, the stems unless given.
    """
    y = np.arange(len(table))
    ax.hlines(y, table[before], table[after], color="0.75", linewidth=2.2, zorder=1)
    styles = ((before, -0.14, GREY, "s"), (after, 0.14, INK, "o"))
    for (stem, shift, colour, marker), name in zip(styles, names or (before, after), strict=True):
        low, high = table[f"{stem}_low"], table[f"{stem}_high"]
        ax.hlines(y + shift, low, high, color=colour, linewidth=0.8)
        ax.plot(table[stem], y, marker, color=colour, label=name, zorder=3)
    ax.set_yticks(y, [label(term, lang) for term in table["term"]])
    ax.set_ylim(len(table) - 0.4, -0.6)
    ax.set_xlim(left=0)
    ax.set_xlabel(label("per_10k", lang))
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)
    return ax


def scatter(
    table: pd.DataFrame, x: str, y: str, *, ax: Axes, most: int = 40, lang: str = "both"
) -> Axes:
    """
    Draw terms as points and name those that fit without touching, most important first.

    Parameters
    ----------
    table : DataFrame
        Columns `term`, `x`, `y`; rows in order of importance for a label.
    most : int
        How many labels are tried; one that fits nowhere beside its point is left out.
    """
    ax.plot(table[x], table[y], ".", color=GREY, markersize=3)
    ax.set_xlabel(label(x, lang))
    ax.set_ylabel(label(y, lang))
    place_labels(ax, table.head(most), x, y)
    return ax


# Where a label is tried beside its point: offset in points and alignment.
PLACES = (
    (3, 0, "left", "center"), (-3, 0, "right", "center"), (0, 3, "center", "bottom"),
    (0, -3, "center", "top"), (3, 3, "left", "bottom"), (-3, 3, "right", "bottom"),
    (3, -3, "left", "top"), (-3, -3, "right", "top"),
)  # fmt: skip


def place_labels(ax: Axes, table: pd.DataFrame, x: str, y: str) -> list[str]:
    """Name points where the name touches no earlier name and stays inside; return the named."""
    figure = ax.get_figure()
    figure.draw_without_rendering()
    # Later layout would move the axes under the labels that were placed.
    figure.set_layout_engine("none")
    renderer, taken, named = figure.canvas.get_renderer(), [], []
    frame = ax.get_window_extent(renderer)
    for row in table.itertuples():
        at = (getattr(row, x), getattr(row, y))
        for dx, dy, ha, va in PLACES:
            text = ax.annotate(row.term, at, (dx, dy), textcoords="offset points", ha=ha, va=va,
                               fontsize=6)  # fmt: skip
            box = text.get_window_extent(renderer).expanded(1.06, 1.12)
            inside = frame.contains(box.x0, box.y0) and frame.contains(box.x1, box.y1)
            if inside and not any(box.overlaps(other) for other in taken):
                taken.append(box)
                named.append(row.term)
                ax.plot(*at, ".", color=INK, markersize=4)
                break
            text.remove()
    return named
