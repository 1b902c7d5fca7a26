"""Topics: how many recur, how much of each report they take, and where they stand."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from analysis.figures import COLOURS, GREY, INK
from analysis.glossary import heading
from analysis.plot._parts import above, percent, rows
from analysis.plot.rates import intervals

# A section whose strongest topic takes less than this has none that stands for it.
LEADING = 0.3


def topic_number(table: pd.DataFrame, k: int, *, fig: Figure, lang: str | None = None) -> Figure:
    """
    Draw, for each number of topics, how many recur in halves of the text, and how alike their words are.

    Parameters
    ----------
    table : DataFrame
        `k`, `recurring`, `jaccard`, `jaccard_low`, `jaccard_high`, and `null_jaccard` where there is one.
    k : int
        The number chosen; a line marks it.
    """
    left, right = fig.subplots(1, 2)
    left.plot(table["k"], table["k"], ":", color=GREY)
    left.plot(table["k"], table["recurring"], "o-", color=INK)
    left.set_ylabel(heading("recurring", lang))
    left.set_ylim(bottom=0)
    left.yaxis.get_major_locator().set_params(integer=True)
    right.fill_between(table["k"], table["jaccard_low"], table["jaccard_high"], color=INK, alpha=0.2, linewidth=0)
    right.plot(table["k"], table["jaccard"], "o-", color=INK)
    if "null_jaccard" in table:
        right.plot(table["k"], table["null_jaccard"], "--", color=GREY)
    right.set_ylabel(heading("stability", lang))
    right.set_ylim(bottom=0)
    for ax in (left, right):
        ax.axvline(k, color="0.6", linewidth=0.8, zorder=0)
        ax.set_xlabel(heading("number of topics", lang))
        ax.xaxis.get_major_locator().set_params(integer=True)
    above(left, [
        Line2D([], [], color="0.6", linewidth=0.8, label=heading("chosen: {}", lang).format(k)),
        Line2D([], [], color=GREY, linestyle=":", label=heading("if all recurred", lang)),
        Patch(facecolor=INK, alpha=0.2, label=heading("95% of halves", lang)),
        Line2D([], [], color=GREY, linestyle="--", label=heading("words shuffled", lang)),
    ])  # fmt: skip
    return fig


def topic_shares(
    table: pd.DataFrame, names: Mapping[int, str], *, ax: Axes, weak: set[int] = frozenset(), by: str = "report",
    lang: str | None = None,
) -> Axes:  # fmt: skip
    """
    Draw the share of each topic in each report with its interval, topics as rows, the largest first.

    Parameters
    ----------
    table : DataFrame
        `by`, `topic`, `share`, `low`, `high`.
    names : mapping of topic to str
    weak : set of int
        Topics below the line of recurrence: their names are grey.
    """
    order = table.groupby("topic")["share"].mean().sort_values(ascending=False, kind="stable").index
    drawn = pd.concat([table[table["topic"] == topic].assign(term=names[topic]) for topic in order])
    intervals(drawn, ax=ax, by=by, value="share", lang=lang)
    percent(ax.xaxis)
    ax.set_xlabel(heading("share of words", lang))
    for tick, topic in zip(ax.get_yticklabels(), order, strict=True):
        tick.set_color(GREY if topic in weak else "black")
    return ax


def topic_ribbons(
    table: pd.DataFrame, names: Mapping[int, str], *, ax: Axes, weak: set[int] = frozenset(), lang: str | None = None
) -> Axes:
    """
    Draw each report as a ribbon from first to last word, each section in the colour of its strongest topic.

    Parameters
    ----------
    table : DataFrame
        `report`, `n_tokens` and a column of shares for each topic, sections in reading order. A section whose
        strongest topic is weak, or takes less than 30%, is light grey; so is one that is not among the eight
        largest.
    """
    solid = [topic for topic in names if topic not in weak]
    if len(solid) > len(COLOURS):
        # More colours than these cannot be told apart: the topics that take most have one.
        size = table[solid].mul(table["n_tokens"], axis=0).sum().sort_values(ascending=False, kind="stable")
        solid = [topic for topic in solid if topic in size.index[: len(COLOURS)]]
    colours = dict(zip(solid, COLOURS, strict=False))
    reports = list(dict.fromkeys(table["report"]))
    rows(ax, reports, lang)
    for y, report in enumerate(reports):
        part = table[table["report"] == report]
        shares = part[list(names)].to_numpy(float)
        edges = np.concatenate([[0], part["n_tokens"].cumsum()]) / part["n_tokens"].sum()
        for at, best in enumerate(shares.argmax(axis=1)):
            topic = list(names)[best]
            colour = colours.get(topic) if shares[at, best] >= LEADING else None
            ax.barh(y, edges[at + 1] - edges[at], left=edges[at], height=0.7, color=colour or "0.9", linewidth=0.2,
                    edgecolor="white")  # fmt: skip
    ax.set_xlim(0, 1)
    percent(ax.xaxis)
    ax.set_xlabel(heading("position in the report", lang))
    above(ax, [*(Patch(facecolor=colours[topic], label=names[topic]) for topic in solid),
               Patch(facecolor="0.9", label=heading("no leading topic", lang))])  # fmt: skip
    return ax
