"""Topics: how many recur, how much they take, where they stand, and how far apart they are."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from analysis.figures import COLOURS, GREY, INK, MARKERS
from analysis.glossary import label


def choice(
    stability: pd.DataFrame, coherence: pd.DataFrame, k: int, *, fig: Figure, lang="both"
) -> Figure:
    """
    Draw, for each number of topics, what recurs in halves of the text beside coherence.

    Parameters
    ----------
    stability : DataFrame, by `k`
        `jaccard`, `jaccard_low`, `jaccard_high`, `null_jaccard` where there is one, `recurring`.
    coherence : DataFrame, by `k`
        One column a measure.
    k : int
        The number chosen; a line marks it.
    """
    left, middle, right = fig.subplots(1, 3)
    left.fill_between(stability.index, stability["jaccard_low"], stability["jaccard_high"],
                      color=INK, alpha=0.2, linewidth=0)  # fmt: skip
    left.plot(stability.index, stability["jaccard"], "o-", color=INK)
    left.set_title(label("stability", lang))
    middle.plot(stability.index, stability["recurring"], "o-", color=INK)
    middle.plot(stability.index, stability.index, ":", color=GREY)
    middle.set_title(label("recurring", lang))
    for n, name in enumerate(coherence.columns):
        right.plot(
            coherence.index, coherence[name], color=COLOURS[n], marker=MARKERS[n], label=name
        )
    right.set_title(label("coherence", lang))
    right.legend()
    for ax in (left, middle, right):
        ax.axvline(k, color="0.6", linewidth=0.8, zorder=0)
        ax.set_xlabel("K")
        ax.xaxis.get_major_locator().set_params(integer=True)
    return fig


def prevalence(
    table: pd.DataFrame, names: dict[int, str], weak: set[int], *, fig: Figure, by="report",
    lang="both",
) -> Figure:  # fmt: skip
    """
    Draw the share of each topic in each group, one panel a topic, with intervals.

    Parameters
    ----------
    table : DataFrame
        `by`, `topic`, `share`, `low`, `high`.
    names : dict
        Title of each topic.
    weak : set of int
        Topics below the line of recurrence: drawn in grey.
    """
    groups = list(dict.fromkeys(table[by]))
    columns = 3
    rows = -(-len(names) // columns)
    axes = fig.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    for ax, topic in zip(axes.flat, names, strict=False):
        part = table[table["topic"] == topic].set_index(by).loc[groups]
        colour = GREY if topic in weak else INK
        ax.hlines(range(len(groups)), part["low"], part["high"], color=colour)
        ax.plot(part["share"], range(len(groups)), "o", color=colour)
        ax.set_title(names[topic], fontsize=6.5, color=colour if topic in weak else "black")
    for empty in range(len(names), rows * columns):
        axes.flat[empty].set_visible(False)
        # The panel above is the lowest of its column: it bears the numbers.
        axes.flat[max(0, empty - columns)].tick_params(labelbottom=True)
    axes[0, 0].set_yticks(range(len(groups)), [label(group, lang) for group in groups])
    axes[0, 0].set_ylim(len(groups) - 0.5, -0.5)
    axes[0, 0].set_xlim(left=0)
    fig.supxlabel(label("share", lang), fontsize=7)
    return fig


def shape(table: pd.DataFrame, names: dict[int, str], *, fig: Figure, lang="both") -> Figure:
    """
    Draw the topics of each section through each report, from its first word to its last.

    Parameters
    ----------
    table : DataFrame
        `report`, `n_tokens` and a column for each topic, sections in reading order.
    """
    reports = list(dict.fromkeys(table["report"]))
    axes = fig.subplots(len(reports), 1, sharex=True, squeeze=False)[:, 0]
    topics = list(names)
    most = float(table[topics].to_numpy().max())
    for ax, report in zip(axes, reports, strict=True):
        part = table[table["report"] == report]
        edges = np.concatenate([[0], part["n_tokens"].cumsum()]) / part["n_tokens"].sum()
        ax.pcolormesh(edges, np.arange(len(topics) + 1), part[topics].to_numpy(float).T,
                      cmap="Greys", vmin=0, vmax=most, rasterized=True)  # fmt: skip
        ax.set_yticks(np.arange(len(topics)) + 0.5, [names[t] for t in topics], fontsize=5)
        ax.set_ylim(len(topics), 0)
        ax.set_title(report, fontsize=6.5)
    axes[-1].set_xticks([0, 0.25, 0.5, 0.75, 1], ["0%", "25%", "50%", "75%", "100%"])
    axes[-1].set_xlabel(label("position", lang))
    return fig


def relevance(table: pd.DataFrame, names: dict[int, str], *, fig: Figure, n: int = 8) -> Figure:
    """
    Draw the most relevant words of each topic, one panel a topic.

    Parameters
    ----------
    table : DataFrame
        `topic`, `term`, `weight`, by relevance falling within a topic.
    """
    columns = 4
    rows = -(-len(names) // columns)
    axes = fig.subplots(rows, columns, squeeze=False)
    for ax, topic in zip(axes.flat, names, strict=False):
        part = table[table["topic"] == topic].head(n)
        ax.barh(range(len(part)), part["weight"], color=INK)
        ax.set_yticks(range(len(part)), part["term"], fontsize=5.5)
        ax.set_ylim(n - 0.5, -0.5)
        ax.set_xticks([])
        ax.set_title(names[topic], fontsize=6)
    for ax in axes.flat[len(names) :]:
        ax.set_visible(False)
    return fig
