"""Drawings that the notebooks still call and that go with their next version."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.figures import COLOURS, GREY, INK, MARKERS, font_path
from analysis.glossary import label


def identification(pairs: pd.DataFrame, *, ax: Axes, lang: str = "both") -> Axes:
    """
    Draw all pairs of documents: a filled cell where a contrast is identified, with its strata.

    Parameters
    ----------
    pairs : DataFrame
        From `contrast.identification`: `reference`, `target`, `identified`, `functions`, `unlike`.
        Up to a dozen documents the cells carry the reason in words.
    """
    names = list(dict.fromkeys([*pairs["reference"], *pairs["target"]]))
    few = len(names) <= 7
    for row in pairs.itertuples():
        x, y = names.index(row.target), names.index(row.reference)
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
        return "\n".join(label(name, lang, "\n") for name in row.functions.split(", "))
    return "\n".join(label(f"no {column}", lang, "\n") for column in row.unlike.split(", "))


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


def heat(
    table: pd.DataFrame, *, ax: Axes, cmap: str = "cividis", fmt: str | None = "{:.2f}",
    lang: str = "both", value: str = "share",
) -> Axes:  # fmt: skip
    """
    Draw a table as coloured cells, with the numbers written in when `fmt` is given.

    Parameters
    ----------
    table : DataFrame of float
        Rows and columns are drawn in order; NaN stays white.
    """
    image = ax.imshow(table.to_numpy(float), aspect="auto", cmap=cmap)
    ax.set_yticks(range(len(table.index)), [label(str(k), lang) for k in table.index])
    ax.set_xticks(range(len(table.columns)), [label(str(k), lang, "\n") for k in table.columns])
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)
    if fmt:
        middle = np.nanmean([np.nanmin(table.to_numpy()), np.nanmax(table.to_numpy())])
        for (row, column), number in np.ndenumerate(table.to_numpy(float)):
            if np.isfinite(number):
                # cividis runs from dark to light, so large values take dark letters.
                colour = "black" if number > middle else "white"
                ax.text(
                    column,
                    row,
                    fmt.format(number),
                    ha="center",
                    va="center",
                    color=colour,
                    fontsize=6,
                )
    bar = ax.get_figure().colorbar(image, ax=ax, shrink=0.8, pad=0.01)
    bar.set_label(label(value, lang))
    bar.outline.set_visible(False)
    return ax


def cloud(weights: Mapping[str, float], *, ax: Axes, colour: str = INK, seed: int = 0) -> Axes:
    """
    Draw a word cloud from weights as real text, so that a PDF of it can be searched.

    Parameters
    ----------
    weights : mapping of term to positive number
        For example class TF-IDF; raw counts would show only what every report says.
    seed : int
        Of the layout; the same seed gives the same cloud.
    """
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath
    from wordcloud import WordCloud

    figure = ax.get_figure()
    figure.draw_without_rendering()
    box = ax.get_window_extent().transformed(figure.dpi_scale_trans.inverted())
    width, height = 900, max(int(900 * box.height / box.width), 100)
    # The margin is wider than the gaps in the largest characters, so that no word stands in one.
    layout = WordCloud(
        font_path=str(font_path()), width=width, height=height, random_state=seed, margin=12,
        prefer_horizontal=1.0, max_words=60, relative_scaling=0.6, min_font_size=24,
        max_font_size=110,
    ).generate_from_frequencies(dict(weights)).layout_  # fmt: skip
    font = FontProperties(fname=str(font_path()))
    points = box.width * 72 / width
    for (term, weight), size, (row, column), _, _ in layout:
        ink = TextPath((0, 0), term, size=size, prop=font).get_extents()
        shade = 0.55 + 0.45 * weight
        ax.text(column - ink.x0, row + ink.y1, term, fontproperties=font, fontsize=size * points,
                color=colour, alpha=shade, va="baseline", ha="left")  # fmt: skip
    ax.set(xlim=(0, width), ylim=(height, 0), xticks=[], yticks=[])
    ax.spines[:].set_visible(False)
    return ax


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
