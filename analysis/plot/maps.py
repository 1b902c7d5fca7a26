"""Maps: damage along the files, heat maps, matrices, bars that add up, clouds of weights."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analysis.figures import COLOURS, GREY, INK, font_path
from analysis.glossary import label


def damage(table: pd.DataFrame, *, ax: Axes, lang: str = "both") -> Axes:
    """
    Draw each file as a strip from first to last character, one row per kind of damage.

    Parameters
    ----------
    table : DataFrame
        Columns `report`, `kind`, `position` and `width` (0 to 1 along the raw file), `share` (of
        the stretch that is touched; the fuller the darker). Rows keep their order of appearance.
    """
    rows = list(dict.fromkeys(zip(table["report"], table["kind"], strict=True)))
    for y, (report, kind) in enumerate(rows):
        part = table[(table["report"] == report) & (table["kind"] == kind)]
        strength = 0.35 + 0.65 * part["share"] / part["share"].max()
        bars = list(zip(part["position"], np.maximum(part["width"], 0.002), strict=True))
        ax.broken_barh(bars, (y - 0.4, 0.8), color=INK, alpha=strength.to_numpy(), linewidth=0)
    ax.set_yticks(range(len(rows)), [label(kind, lang) for _, kind in rows])
    ax.set(ylim=(len(rows) - 0.5, -0.5), xlim=(0, 1))
    ax.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0%", "25%", "50%", "75%", "100%"])
    ax.set_xlabel(label("position", lang))
    for y, (report, _) in enumerate(rows):
        if y == 0 or rows[y - 1][0] != report:
            ax.axhline(y - 0.5, color="0.3", linewidth=0.6)
            ax.text(1.01, y, report, va="center", ha="left", fontsize=6.5, clip_on=False)
    return ax


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


def shift(
    table: pd.DataFrame, *, ax: Axes, names: tuple[str, str], most: int = 30, lang: str = "both"
) -> Axes:
    """
    Draw what each term adds to the divergence of two texts; the last bar holds all the others.

    Parameters
    ----------
    table : DataFrame
        Columns `term`, `contribution` (bits, not negative), `direction` (one of `names`),
        and optionally `low`, `high` (signed: positive where `names[1]` has more, the target of
        `keyness.divergence_shift`). The bars drawn add up to the sum of `contribution`.
    """
    top, rest = table.head(most), table.iloc[most:]
    sign = np.where(top["direction"] == names[1], 1, -1)
    y = np.arange(len(top))
    colours = [INK if s > 0 else COLOURS[1] for s in sign]
    ax.barh(y, sign * top["contribution"], color=colours, height=0.75)
    if "low" in top:
        ax.hlines(y, top["low"], top["high"], color="0.2", linewidth=0.7)
    tail = rest.groupby("direction")["contribution"].sum().reindex(names, fill_value=0)
    ax.barh([len(top)] * 2, [-tail.iloc[0], tail.iloc[1]], color=GREY, height=0.75)
    _cut_tail(ax, top, len(top), tail)
    others = {"zh": "其余各词", "en": "all others", "both": "其余各词 all others"}[lang]
    ax.set_yticks([*y, len(top)], [*(label(t, lang) for t in top["term"]), others])
    ax.set_ylim(len(top) + 0.6, -0.6)
    ax.axvline(0, color="0.4", linewidth=0.7)
    ax.set_xlabel(label("contribution", lang))
    ax.set_title(f"← {names[0]}      {names[1]} →", loc="center")
    return ax


def _cut_tail(ax: Axes, top: pd.DataFrame, row: int, tail: pd.Series) -> None:
    """Let the words fill the width: the bar of the others may run out of it, with its sum."""
    ends = [column for column in ("contribution", "low", "high") if column in top]
    edge = 1.2 * top[ends].abs().max(axis=None) if len(top) else 0.0
    if not len(top) or tail.max() <= 2 * edge:
        return
    ax.set_xlim(-edge, edge)
    for x, size, ha in ((-edge, tail.iloc[0], "left"), (edge, tail.iloc[1], "right")):
        text = f"← {size:.3f}" if x < 0 else f"{size:.3f} →"
        ax.text(x * 0.985, row, text, ha=ha, va="center", color="white", fontsize=6)


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
