"""Pieces that several drawings share: rows of labels, a key above the axes, marks with whiskers, directions."""

import re
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter

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
    style = {"fontsize": 6.5, "color": "0.25"}
    if axis == "x":
        ax.annotate(f"← {left}", (0, 1), (0, KEY_GAP), xycoords="axes fraction", textcoords="offset points",
                    ha="left", va="bottom", **style)  # fmt: skip
        ax.annotate(f"{right} →", (1, 1), (0, KEY_GAP), xycoords="axes fraction", textcoords="offset points",
                    ha="right", va="bottom", **style)  # fmt: skip
    else:
        ax.annotate(f"↑ {right}", (1, 1), (0, -2), xycoords="axes fraction", textcoords="offset points",
                    ha="right", va="top", **style)  # fmt: skip
        ax.annotate(f"↓ {left}", (1, 0), (0, 2), xycoords="axes fraction", textcoords="offset points",
                    ha="right", va="bottom", **style)  # fmt: skip
