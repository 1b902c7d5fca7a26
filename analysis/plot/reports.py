"""Reports as wholes: damage along the files, composition, shared wording, words, and how right a restoration is."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, NullFormatter

from analysis.figures import COLOURS, INK, MARKERS, font_path, palette
from analysis.glossary import heading, label
from analysis.plot._parts import above, key, lines_between, marks, percent, rows

# Shades of the functions of a section; dark letters can be read on each.
SHADES = {"review": "#9ECAE1", "guiding": "#FDD49E", "tasks": "#A1D99B", "self-government": "#D4B9DA",
          "other": "#E5E5E5"}  # fmt: skip
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


def matrix(
    table: pd.DataFrame, *, ax: Axes, fmt: str = "{:.1%}", rows_are: str = "", columns_are: str = "",
    lang: str | None = None,
) -> Axes:  # fmt: skip
    """
    Draw a table as grey cells with the numbers written in; rows and columns say what they are.

    Parameters
    ----------
    table : DataFrame of float
        Rows and columns are drawn in order; NaN stays white.
    rows_are, columns_are : str
        Names of the two axes, as keys of the glossary.
    """
    values = table.to_numpy(float)
    ax.imshow(values, aspect="auto", cmap="Greys", vmin=0, vmax=2.4 * max(np.nanmax(values, initial=0), 1e-9))
    for (row, column), number in np.ndenumerate(values):
        if np.isfinite(number):
            ax.text(column, row, fmt.format(number), ha="center", va="center", fontsize=6.5)
    ax.set_yticks(range(len(table.index)), [label(str(name), lang) for name in table.index])
    ax.set_xticks(range(len(table.columns)), [_two_lines(label(str(name), lang)) for name in table.columns],
                  rotation=90 if len(table.columns) > 7 else 0)  # fmt: skip
    ax.xaxis.tick_top()
    ax.xaxis.set_label_position("top")
    ax.set_xlabel(heading(columns_are, lang))
    ax.set_ylabel(heading(rows_are, lang))
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)
    return ax


def _two_lines(name: str) -> str:
    return "\n".join(name.rsplit(" ", 1))


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
    looks, columns = palette(weights), min(columns, len(weights) + 1)
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
