"""Reports as wholes: damage, composition, words, topics, the order of tasks, and how right a restoration is."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, NullFormatter

from analysis.figures import COLOURS, GREY, INK, MARKERS, font_path, palette
from analysis.glossary import heading, label
from analysis.plot._parts import above, fitting, key, lines_between, marks, percent, rows
from analysis.plot.rates import intervals

# Shades of the functions of a section; dark letters can be read on each.
SHADES = {"review": "#9ECAE1", "guiding": "#FDD49E", "tasks": "#A1D99B", "self-government": "#D4B9DA",
          "other": "#E5E5E5"}  # fmt: skip
# A section whose strongest topic takes less than this has none that stands for it.
LEADING = 0.3
# Lines of a bump chart that are named and coloured; the others stay grey.
_COLOURED = 8
# Promised share of right edits of each class.
PROMISED = {"exact": 0.999, "inferred": 0.95}


def damage(table: pd.DataFrame, *, ax: Axes, lang: str | None = None) -> Axes:
    """
    Draw each file as a strip from first to last character, one row per kind of damage, with its share of the file.

    Parameters
    ----------
    table : DataFrame
        Columns `report`, `kind`, `position` and `width` (0 to 1 along the raw file), `share` (of the stretch that
        is touched; the fuller the darker, by row). Rows keep their order of appearance.
    """
    pairs = list(dict.fromkeys(zip(table["report"], table["kind"], strict=True)))
    for y, (report, kind) in enumerate(pairs):
        part = table[(table["report"] == report) & (table["kind"] == kind)]
        strength = 0.35 + 0.65 * part["share"] / part["share"].max()
        bars = list(zip(part["position"], np.maximum(part["width"], 0.002), strict=True))
        ax.broken_barh(bars, (y - 0.4, 0.8), color=INK, alpha=strength.to_numpy(), linewidth=0)
        touched = (part["width"] * part["share"]).sum()
        ax.text(1.01, y, f"{touched:.1%}" if touched >= 0.001 else "< 0.1%", va="center", ha="left", fontsize=6.5)
    rows(ax, [kind for _, kind in pairs], lang)
    ax.set(ylim=(len(pairs) - 0.5, -0.5), xlim=(0, 1))
    percent(ax.xaxis)
    ax.set_xticks([0, 0.25, 0.5, 0.75, 1])
    ax.set_xlabel(heading("position", lang))
    ax.text(1.01, -0.75, heading("share of characters", lang), va="bottom", ha="left", fontsize=6.5)
    for y, (report, _) in enumerate(pairs):
        if y == 0 or pairs[y - 1][0] != report:
            last = max(at for at, (other, _) in enumerate(pairs) if other == report)
            ax.axhline(y - 0.5, color="0.3", linewidth=0.6)
            ax.text(1.1, (y + last) / 2, label(report, lang), va="center", ha="left", fontsize=7)
    return ax


def composition(table: pd.DataFrame, *, ax: Axes, lang: str | None = None) -> Axes:
    """
    Draw each row of a table as a bar of shares that fills the width, with the shares written in.

    Parameters
    ----------
    table : DataFrame of float, shape (n_reports, n_functions)
        Shares that add up to 1 in each row; NaN is absent. Shares of less than 4% are drawn and not written.
    """
    y, left = rows(ax, list(table.index), lang), np.zeros(len(table))
    handles = []
    for at, name in enumerate(table.columns):
        colour = SHADES.get(name, list(SHADES.values())[at % len(SHADES)])
        width = table[name].fillna(0).to_numpy()
        handles += [ax.barh(y, width, left=left, color=colour, height=0.7, edgecolor="white", linewidth=0.6,
                            label=heading(str(name), lang))]  # fmt: skip
        for row in np.flatnonzero(width >= 0.04):
            ax.text(left[row] + width[row] / 2, row, f"{width[row]:.0%}", ha="center", va="center", fontsize=6.5)
        left = left + width
    ax.set_xlim(0, 1)
    percent(ax.xaxis)
    ax.set_xlabel(heading("share of characters", lang))
    above(ax, handles)
    return ax


def clouds(
    table: pd.DataFrame, *, fig: Figure, by: str = "report", columns: int = 3, seed: int = 0, lang: str | None = None
) -> Figure:
    """
    Draw a word cloud of each group as real text, so that a PDF of it can be searched.

    Parameters
    ----------
    table : DataFrame
        `by`, `term`, `weight` (positive), for example class TF-IDF; raw counts would show only what every report
        says.
    seed : int
        Of the layout; the same seed gives the same cloud.
    """
    weights = {group: dict(zip(rows["term"], rows["weight"], strict=True))
               for group, rows in table.groupby(by, sort=False)}  # fmt: skip
    looks, columns = palette(weights), min(fitting(fig, columns), len(weights) + 1)
    cells = list(fig.subplots(-(-(len(weights) + 1) // columns), columns, squeeze=False).flat)
    for ax, group in zip(cells, weights, strict=False):
        ax.set_title(label(group, lang), fontsize=7)
        ax.set(xticks=[], yticks=[])
    for ax in cells[len(weights) :]:
        ax.axis("off")
    cells[len(weights)].text(0.5, 0.5, heading("key of clouds", lang), ha="center", va="center", fontsize=6.5)
    for ax, (group, words) in zip(cells, weights.items(), strict=False):
        named = {label(term, "en" if lang == "en" else "zh"): weight for term, weight in words.items()}
        _cloud(ax, named, looks[group][0], seed)
    return fig


def _cloud(ax: Axes, weights: Mapping[str, float], colour: str, seed: int) -> None:
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath
    from wordcloud import WordCloud

    ax.spines[:].set_visible(False)
    if not weights:
        return
    figure = ax.get_figure()
    figure.draw_without_rendering()
    box = ax.get_window_extent().transformed(figure.dpi_scale_trans.inverted())
    width, height = 900, max(int(900 * box.height / box.width), 100)
    points = box.width * 72 / width
    # The margin is wider than the gaps in the largest characters, so that no word stands in one.
    layout = WordCloud(
        font_path=str(font_path()), width=width, height=height, random_state=seed, margin=24, prefer_horizontal=1.0,
        max_words=40, relative_scaling=0.6, min_font_size=int(np.ceil(6 / points)), max_font_size=110,
    ).generate_from_frequencies(dict(weights)).layout_  # fmt: skip
    font = FontProperties(fname=str(font_path()))
    for (term, weight), size, (row, column), _, _ in layout:
        ink = TextPath((0, 0), term, size=size, prop=font).get_extents()
        ax.text(column - ink.x0, row + ink.y1, term, fontproperties=font, fontsize=size * points, color=colour,
                alpha=0.55 + 0.45 * weight, va="baseline", ha="left")  # fmt: skip
    ax.set(xlim=(0, width), ylim=(height, 0), xticks=[], yticks=[])


def error_rates(table: pd.DataFrame, *, ax: Axes, lang: str | None = None) -> Axes:
    """
    Draw character error rates on a log scale, reports as rows, methods from the worst to the best.

    Parameters
    ----------
    table : DataFrame
        Columns `method`, `report`, `cer`, `low`, `high`. A rate of zero is drawn hollow, at the upper end of its
        interval: below that, nothing can be told apart.
    """
    reports = list(dict.fromkeys(table["report"]))
    names = list(table.groupby("method", sort=False)["cer"].mean().sort_values(ascending=False, kind="stable").index)
    shifts = np.linspace(-0.3, 0.3, len(names)) if len(names) > 1 else [0.0]
    colours = [*COLOURS[1 : len(names)], INK] if len(names) <= 8 else COLOURS * 2
    looks = {}
    for n, name in enumerate(names):
        part = table[table["method"] == name]
        y = np.array([reports.index(report) for report in part["report"]]) + shifts[n]
        zero = (part["cer"] == 0).to_numpy()
        looks[name] = look = (colours[n], MARKERS[(n + 1) % 8] if n < len(names) - 1 else "o")
        ax.hlines(y[~zero], part["low"][~zero], part["high"][~zero], color=look[0], linewidth=0.9)
        marks(ax, np.where(zero, part["high"], part["cer"]), y, look, zero)
    rows(ax, reports, lang)
    ax.set_xscale("log")
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:,.10g}%"))
    ax.xaxis.set_minor_formatter(NullFormatter())
    ax.set_xlabel(heading("{} (log scale)", lang).format(heading("cer", lang)))
    lines_between(ax, len(reports))
    key(ax, looks, lang, hollow="no error found, upper limit" if (table["cer"] == 0).any() else "")
    return ax


def calibration(table: pd.DataFrame, *, ax: Axes, lang: str | None = None) -> Axes:
    """
    Draw the share of right edits of each class, with its interval and what the class promises.

    Parameters
    ----------
    table : DataFrame
        Columns `confidence`, `n`, `rate`, `low`, `high`; classes without an edit are left out.
    """
    table = table[table["n"] > 0]
    names = [f"{heading(row.confidence, lang)}, n = {row.n:,}" for row in table.itertuples()]
    y = rows(ax, names, lang)
    ax.hlines(y, table["low"], table["high"], color=INK)
    ax.plot(table["rate"], y, "o", color=INK, clip_on=False)
    for row, name in enumerate(table["confidence"]):
        if name in PROMISED:
            ax.vlines(PROMISED[name], row - 0.3, row + 0.3, color=COLOURS[5], linestyle="--")
    ax.set_xlim(right=1)
    percent(ax.xaxis, 1)
    ax.set_xlabel(heading("right", lang))
    promised = ", ".join(f"{heading(name, lang)} {share:.1%}" for name, share in PROMISED.items())
    above(ax, [Line2D([], [], color=COLOURS[5], linestyle="--",
                      label=f"{heading('promised', lang)}: {promised}")])  # fmt: skip
    return ax


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
    Draw the share of each topic in each report with its interval, the largest first, those that do not recur last.

    Parameters
    ----------
    table : DataFrame
        `by`, `topic`, `share`, `low`, `high`.
    names : mapping of topic to str
    weak : set of int
        Topics that do not recur: they have no name, and are grey.
    """
    order = table.groupby("topic")["share"].mean().sort_values(ascending=False, kind="stable").index
    order = sorted(order, key=lambda topic: topic in weak)
    shown = {topic: f"{topic} {heading('does not recur', lang)}" if topic in weak else names[topic] for topic in order}
    drawn = pd.concat([table[table["topic"] == topic].assign(term=shown[topic]) for topic in order])
    drawn = drawn.rename(columns={"share": "share of words"})
    intervals(drawn, ax=ax, by=by, value="share of words", lang=lang)
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


def agenda(table: pd.DataFrame, *, ax: Axes, named: Sequence[str] = (), lang: str | None = None) -> Axes:
    """
    Draw the order of domains among the numbered tasks of one place through the years (a bump chart).

    Parameters
    ----------
    table : DataFrame
        `year`, `domain`, `rank` (1 stands first); one rank a domain and year.
    named : sequence of str
        Domains drawn in colour; those that ever stand first unless given.
    """
    wide = table.pivot_table(index="year", columns="domain", values="rank", aggfunc="min")
    first = wide.columns[(wide == 1).any()]
    named = [name for name in (list(named) or list(first)) if name in wide][:_COLOURED]
    colours = dict(zip(named, (INK, *COLOURS[1:]), strict=False))
    for name in [*(n for n in wide if n not in colours), *named]:
        line = wide[name]
        look = {"color": colours.get(name, "0.85"), "linewidth": 1.6 if name in colours else 0.8}
        ax.plot(line.index, line, marker="o", markersize=3.5 if name in colours else 2.5, clip_on=False, **look)
    for name in wide:
        # In one year no two domains have one place, so that names at the ends of lines keep apart.
        ends = wide[name].dropna()
        last = ends.index[-1] == wide.index[-1]
        ax.annotate(label(name, lang), (ends.index[-1], ends.iloc[-1]), (6, 0) if last else (0, 5),
                    textcoords="offset points", va="center", ha="left" if last else "center", fontsize=6.5,
                    color=colours.get(name, GREY), annotation_clip=False)  # fmt: skip
    ax.set_ylim(int(wide.max().max()) + 0.5, 0.5)
    ax.yaxis.get_major_locator().set_params(integer=True)
    ax.xaxis.get_major_locator().set_params(integer=True)
    ax.set_ylabel(heading("place on the agenda", lang))
    return ax
