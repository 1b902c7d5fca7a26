"""Pieces that several drawings share: rows of labels, a key above the axes, marks with whiskers, directions."""

import re
from collections.abc import Mapping, Sequence
from textwrap import wrap

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter
from matplotlib.transforms import Bbox

from analysis.glossary import heading, label

# Points between the axes and a key above them.
KEY_GAP = 4


def named(key: str, lang: str | None = None) -> str:
    """Name a row: a term in the languages of the switch, anything else in one."""
    return label(key, lang) if re.search("[\u3400-\u9fff]", key) else heading(key, lang)


def rows(ax: Axes, names: Sequence[str], lang: str | None = None) -> np.ndarray:
    """Name the rows of an axes from the top and give their places."""
    places = np.arange(len(names))
    ax.set_yticks(places, [named(str(name), lang) for name in names])
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.tick_params(axis="y", length=0)
    return places


def lines_between(ax: Axes, n: int) -> None:
    """Draw faint lines between `n` rows."""
    for line in np.arange(0.5, n - 1):
        ax.axhline(line, color="0.9", linewidth=0.5, zorder=0)


def percent(axis, digits: int = 0) -> None:
    """Write the numbers of an axis as per cent."""
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.{digits}%}"))


def fitting(figure, columns: int, inches: float = 1.6) -> int:
    """Give so many panels side by side as fit the width of a figure, at most `columns`."""
    return max(1, min(columns, int(figure.get_figwidth() / inches)))


def panel_title(ax: Axes, term: str, lang: str | None) -> None:
    """Name a panel by its term, its English below its Chinese, no line longer than a panel."""
    lines = [part for line in label(term, lang, "\n").split("\n") for part in wrap(line, 26)]
    ax.set_title("\n".join(lines), fontsize=7)


def ratios(axis, values: Sequence[float]) -> None:
    """Write the powers of two of an axis as ratios: 1/4, 1/2, 1, 2, 4."""
    steps = range(int(np.ceil(min(values, default=0))), int(np.floor(max(values, default=0))) + 1)
    axis.set_ticks(steps, [str(2**step) if step >= 0 else f"1/{2**-step}" for step in steps])


def key(ax: Axes, looks: Mapping[str, tuple[str, str]], lang: str | None = None, columns: int | None = None,
        hollow: str = "", extra: Sequence = ()) -> None:  # fmt: skip
    """
    Set the key of colours and markers above the axes, within their width.

    `hollow` is the key of what a hollow mark means; `extra` are handles with labels of their own.
    """
    handles = [Line2D([], [], color=colour, marker=marker, linestyle="none", label=heading(name, lang))
               for name, (colour, marker) in looks.items()]  # fmt: skip
    if hollow:
        handles.append(Line2D([], [], color="0.3", marker="o", mfc="white", linestyle="none",
                              label=heading(hollow, lang)))  # fmt: skip
    above(ax, [*handles, *extra], columns)


def above(ax: Axes, handles: Sequence, columns: int | None = None) -> None:
    """Set a key above the axes of a figure, in as many columns as fit its width."""
    figure = ax.get_figure()
    # A letter of 6.5 points is about 3.4 wide, the mark and the gaps about 26.
    widths = [26 + 3.4 * sum(1 + (ord(char) > 255) for char in handle.get_label()) for handle in handles]
    room = figure.get_figwidth() * 72
    if columns is None:
        columns = len(handles) if sum(widths) < room else max(1, int(room / max(widths)))
    columns = min(columns, len(handles))
    # A legend fills its columns; a reader goes by lines.
    lines = -(-len(handles) // columns)
    order = [line * columns + column for column in range(columns) for line in range(lines)]
    figure.legend(handles=[handles[at] for at in order if at < len(handles)], loc="outside upper left", ncols=columns,
                  handletextpad=0.3, columnspacing=1.2, borderaxespad=0.1)  # fmt: skip


def marks(ax: Axes, x, y, look: tuple[str, str], zero, **options) -> None:
    """Draw marks; those of a zero hollow, and whole even where they lie on the frame."""
    colour, marker = look
    x, y, zero = np.asarray(x, float), np.asarray(y, float), np.asarray(zero, bool)
    for chosen, face in ((~zero, colour), (zero, "white")):
        # A line without points would count for the layout as a point at the corner of the page.
        if chosen.any():
            ax.plot(x[chosen], y[chosen], marker, color=colour, mfc=face, clip_on=False, zorder=3, **options)


def whiskers(ax: Axes, table: pd.DataFrame, y, look: tuple[str, str], value: str = "per_10k") -> None:
    """Draw a value with its interval per row; a zero is hollow and its line the detection limit."""
    ax.hlines(y, table["low"], table["high"], color=look[0], linewidth=0.9)
    marks(ax, table[value], y, look, table[value] == 0)


def directions(ax: Axes, left: str, right: str, lang: str | None = None, axis: str = "x") -> None:
    """Say at the two ends of an axis which side a difference is in favour of."""
    left, right = (heading("more in {}", lang).format(label(str(name), lang)) for name in (left, right))
    if axis == "x":
        sideways(ax, left, right)
    else:
        style = {"xycoords": "axes fraction", "textcoords": "offset points", "ha": "right", "fontsize": 6.5,
                 "color": "0.25"}  # fmt: skip
        ax.annotate(f"↑ {right}", (1, 1), (0, -2), va="top", **style)
        ax.annotate(f"↓ {left}", (1, 0), (0, 2), va="bottom", **style)


def sideways(ax: Axes, left: str, right: str) -> None:
    """Say above the ends of an x axis what its sides mean; in a narrow figure in two lines."""
    style = {"xycoords": "axes fraction", "textcoords": "offset points", "va": "bottom", "fontsize": 6.5,
             "color": "0.25"}  # fmt: skip
    raised = 9 * (ax.get_figure().get_figwidth() < 5)
    ax.annotate(f"← {left}", (0, 1), (0, KEY_GAP + raised), ha="left", **style)
    ax.annotate(f"{right} →", (1, 1), (0, KEY_GAP), ha="right", **style)


def place_labels(ax: Axes, table: pd.DataFrame, x: str, y: str, lang: str | None) -> None:
    """Name points where the name touches no earlier name and no text, trying rings of places around the point."""
    figure = ax.get_figure()
    figure.draw_without_rendering()
    # Later layout would move the axes under the labels that were placed.
    figure.set_layout_engine("none")
    renderer, frame = figure.canvas.get_renderer(), ax.get_window_extent()
    taken = [text.get_window_extent(renderer) for text in ax.texts]
    # The points that are named are not written over either.
    points = ax.transData.transform(table[[x, y]].to_numpy(float)) if len(table) else []
    taken += [Bbox.from_bounds(left - 3, low - 3, 6, 6) for left, low in points]
    angles = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    places = [(r * np.cos(a), r * np.sin(a)) for r in (7, 13, 20, 30, 40) for a in angles]
    for row in table.to_dict("records"):
        for dx, dy in places:
            ha = "left" if dx > 1 else "right" if dx < -1 else "center"
            text = ax.annotate(label(row["term"], lang), (row[x], row[y]), (dx, dy), textcoords="offset points",
                               ha=ha, va="center", fontsize=6, annotation_clip=False,
                               arrowprops={"arrowstyle": "-", "color": "0.6", "linewidth": 0.4, "shrinkA": 0,
                                           "shrinkB": 1})  # fmt: skip
            box = text.get_window_extent(renderer)
            # The box of an annotation with a line holds the line too: take that of the words alone.
            box = text._get_xy_display and super(type(text), text).get_window_extent(renderer).expanded(1.04, 1.15)
            inside = frame.contains(box.x0, box.y0) and frame.contains(box.x1, box.y1)
            if inside and not any(box.overlaps(other) for other in taken):
                taken.append(box)
                break
            text.remove()
