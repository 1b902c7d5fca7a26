"""Tests held against themselves: placebos, shuffles, ranks before and after, shares of choices."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analysis.figures import COLOURS, GREY, INK, MARKERS
from analysis.glossary import label


def placebo(
    table: pd.DataFrame, *, ax: Axes, band: tuple[float, float], nominal: float = 0.05,
    lang: str = "both",
) -> Axes:  # fmt: skip
    """
    Draw how often tests call halves of one text different; reports as rows, methods as marks.

    Parameters
    ----------
    table : DataFrame
        From `uncertainty.placebo`: `group`, `method`, `rejected`.
    band : tuple of float
        Where a test at `nominal` has to lie to be called calibrated.
    """
    groups = list(dict.fromkeys(table["group"]))
    ax.axvspan(*band, color="0.9", zorder=0, linewidth=0)
    ax.axvline(nominal, color="0.5", linewidth=0.6, linestyle=":")
    for index, method in enumerate(dict.fromkeys(table["method"])):
        rows = table[table["method"] == method]
        y = [groups.index(group) for group in rows["group"]]
        ax.plot(rows["rejected"], y, MARKERS[index], color=COLOURS[(0, 5)[index % 2]],
                label=label(f"placebo {method}", lang))  # fmt: skip
    ax.set_yticks(range(len(groups)), [label(str(group), lang) for group in groups])
    ax.set_ylim(len(groups) - 0.5, -0.5)
    ax.set_xlim(left=0)
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    ax.set_xlabel(label("rejected", lang))
    ax.legend(loc="lower center", bbox_to_anchor=(0.4, 1.0), ncols=2)
    return ax


def shuffles(table: pd.DataFrame, *, ax: Axes, lang: str = "both") -> Axes:
    """
    Draw each pair's divergence (dot) beside what shuffled sections give (bar: middle 95%).

    Parameters
    ----------
    table : DataFrame
        From `comparison.apart`: `a`, `b`, `divergence`, `expected`, `low`, `high`.
    """
    y = np.arange(len(table))
    ax.hlines(y, table["low"], table["high"], color="0.8", linewidth=5,
              label=label("shuffled", lang))  # fmt: skip
    ax.plot(table["expected"], y, "|", color="0.45", markersize=7)
    ax.plot(table["divergence"], y, "o", color=INK, label=label("observed", lang))
    ax.set_yticks(y, [f"{row.a} · {row.b}" for row in table.itertuples()])
    ax.set_ylim(len(table) - 0.5, -0.5)
    ax.set_xlabel(label("divergence", lang))
    ax.legend(loc="lower center", bbox_to_anchor=(0.4, 1.0), ncols=2)
    return ax


def ranks(
    table: pd.DataFrame, before: str, after: str, *, ax: Axes, k: int, names: Sequence[str],
    lang: str = "both",
) -> Axes:  # fmt: skip
    """
    Draw two top lists side by side, joined by lines; what one list lacks is grey or new.

    Parameters
    ----------
    table : DataFrame
        `term` and its rank (1 first) in either list.
    names : sequence of str
        What the two lists are called.
    """
    for row in table.itertuples():
        ends = np.array([getattr(row, before), getattr(row, after)])
        inside = ends <= k
        if inside.all():
            ax.plot([0, 1], ends, color=INK, linewidth=0.7)
        for x, rank, ha in ((-0.06, ends[0], "right"), (1.06, ends[1], "left")):
            if rank <= k:
                text = label(row.term, lang)
                colour = "black" if inside.all() else (INK if x > 0 else GREY)
                ax.text(x, rank, text, ha=ha, va="center", fontsize=6, color=colour)
                ax.plot(min(max(x, 0), 1), rank, "o", color=colour, markersize=2.5)
    # Two languages need more room beside the lists than one.
    room = 1.25 if lang == "both" else 0.1
    ax.set(xlim=(-room, 1 + room), ylim=(k + 0.5, 0.5), xticks=[0, 1], yticks=[])
    ax.set_xticklabels(names)
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    return ax


def choices(table: pd.DataFrame, *, ax: Axes, lang: str = "both") -> Axes:
    """
    Draw in what share of analyses each finding holds: over all, and option by option.

    Parameters
    ----------
    table : DataFrame
        From `robustness.by_choice`: `finding`, `choice`, `option`, `share`; choices with a
        single option tell nothing and are left out.
    """
    findings = list(dict.fromkeys(table["finding"]))
    columns = [(c, o) for c, o in dict.fromkeys(zip(table["choice"], table["option"], strict=True))
               if len(set(table.loc[table["choice"] == c, "option"])) > 1]  # fmt: skip
    cells = table.set_index(["finding", "choice", "option"])["share"]
    first = columns[0][0]
    n = table[table["choice"] == first].groupby("finding", sort=False)
    whole = n.apply(lambda part: np.average(part["share"], weights=part["n"]))
    values = np.array([[whole[f], *(cells[(f, *column)] for column in columns)] for f in findings])
    x = _places(columns)
    for row, column in np.ndindex(values.shape):
        share = values[row, column]
        ax.barh(row, 0.92, left=x[column] - 0.46, height=0.92, linewidth=0,
                color=_shade(share))  # fmt: skip
        ax.text(x[column], row, f"{share:.2f}".removeprefix("0"), ha="center", va="center",
                fontsize=5.5, color="white" if share > 0.6 else "black")  # fmt: skip
    ax.set_yticks(range(len(findings)), findings)
    heads = [label("all choices", lang), *(label(f"{c} {o}", lang) for c, o in columns)]
    ax.set_xticks(x, heads, rotation=90, fontsize=5.5)
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    ax.set_xlim(x[0] - 0.6, x[-1] + 0.6)
    ax.set_ylim(len(findings) - 0.4, -0.6)
    ax.spines[:].set_visible(False)
    return ax


def _places(columns: list[tuple[str, str]]) -> np.ndarray:
    """Places of the columns: the whole first, and a gap before each choice."""
    gaps = [1.0 + 0.35 * (k == 0 or columns[k - 1][0] != c) for k, (c, _) in enumerate(columns)]
    return np.cumsum([0.0, *gaps])


def _shade(share: float) -> tuple[float, float, float]:
    """White for never, the ink for always; lightness falls evenly, so that grey tells it too."""
    from matplotlib.colors import to_rgb

    return tuple(1 - share * (1 - np.array(to_rgb(INK))))
