"""Drawings of how right a restoration is: error rates, and what each class of edits promises."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analysis.figures import COLOURS, MARKERS
from analysis.glossary import label

# Promised share of right edits of each class: a vertical line to be reached.
PROMISED = {"exact": 0.999, "inferred": 0.95}


def error_rates(table: pd.DataFrame, *, ax: Axes, lang: str = "both") -> Axes:
    """
    Draw character error rates, reports as rows, methods side by side, on a log scale.

    Parameters
    ----------
    table : DataFrame
        Columns `method`, `report`, `cer`, `low`, `high`. A rate of zero is drawn hollow, at the
        upper end of its interval: below that, nothing can be told apart.
    """
    reports, names = (list(dict.fromkeys(table[key])) for key in ("report", "method"))
    shifts = np.linspace(-0.3, 0.3, len(names)) if len(names) > 1 else [0.0]
    for n, name in enumerate(names):
        rows = table[table["method"] == name]
        y = np.array([reports.index(report) for report in rows["report"]]) + shifts[n]
        zero = (rows["cer"] == 0).to_numpy()
        x = np.where(zero, rows["high"], rows["cer"])
        ax.hlines(y[~zero], rows["low"][~zero], rows["high"][~zero], color=COLOURS[n])
        style = {"marker": MARKERS[n], "color": COLOURS[n], "linestyle": "none"}
        ax.plot(x[~zero], y[~zero], label=label(name, lang), **style)
        ax.plot(x[zero], y[zero], mfc="white", **style)
    ax.set_xscale("log")
    ax.set_yticks(range(len(reports)), [label(report, lang) for report in reports])
    ax.set_ylim(len(reports) - 0.4, -0.6)
    ax.set_xlabel(label("cer", lang))
    for line in np.arange(0.5, len(reports) - 1):
        ax.axhline(line, color="0.9", linewidth=0.5, zorder=0)
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3)
    return ax


def calibration(table: pd.DataFrame, *, ax: Axes, lang: str = "both") -> Axes:
    """
    Draw the share of right edits of each class, with its interval and what the class promises.

    Parameters
    ----------
    table : DataFrame
        Columns `confidence`, `n`, `rate`, `low`, `high`; classes without an edit are left out.
    """
    table = table[table["n"] > 0]
    y = np.arange(len(table))
    ax.hlines(y, table["low"], table["high"], color=COLOURS[0])
    ax.plot(table["rate"], y, marker=MARKERS[0], color=COLOURS[0], linestyle="none", clip_on=False)
    for row, name in enumerate(table["confidence"]):
        if name in PROMISED:
            ax.vlines(PROMISED[name], row - 0.3, row + 0.3, color=COLOURS[5], linestyle="--")
    names = zip(table["confidence"], table["n"], strict=True)
    ax.set_yticks(y, [f"{label(name, lang)}, n = {n:,}" for name, n in names])
    ax.set_ylim(len(table) - 0.4, -0.6)
    ax.set_xlim(right=1)
    ax.set_xlabel(label("right", lang))
    return ax
