"""Comparisons: targets, pairs of rates, what a difference is made of, and the checks beside them."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from analysis.figures import AFTER, BEFORE, COLOURS, GREY, INK, MARKERS
from analysis.glossary import heading, label, language, report_names
from analysis.plot._parts import (
    above,
    directions,
    key,
    lines_between,
    marks,
    percent,
    place_labels,
    ratios,
    rows,
    sideways,
)  # fmt: skip

# Hatches carry the parts of a bar in greyscale.
PARTS = (("content", INK, ""), ("mix", "#E69F00", "////"), ("damage", "0.75", "...."))
# Verdicts of a comparison, in the order in which a figure groups them.
VERDICTS = ("rose", "leans up", "stayed", "unclear", "leans down", "fell")


def targets(table: pd.DataFrame, *, ax: Axes, names: Sequence[str], lang: str | None = None) -> Axes:
    """
    Draw each target of two reports as an arrow from the earlier to the later, with both numbers written.

    Units differ, so each unit has a scale of its own, which begins at zero and ends at its largest number.

    Parameters
    ----------
    table : DataFrame
        `indicator`, `measure`, `unit`, `value_before`, `high_before`, `value_after`, `high_after`; optional
        `ceiling` (bool: not to be passed) and `year_before`, `year_after`, which are written where they are
        not those of the others.
    names : sequence of str
        Ids or names of the two reports.
    """
    y = np.arange(len(table))
    longest = table.groupby("unit")[["high_before", "high_after"]].transform("max").max(axis=1).to_numpy(float)
    for at, row in enumerate(table.itertuples()):
        first, last = row.high_before / longest[at], row.high_after / longest[at]
        ax.plot([0, 1], [at, at], color="0.93", linewidth=4, solid_capstyle="butt", zorder=0)
        for end, value, colour, marker in (("before", row.value_before, BEFORE, "s"),
                                           ("after", row.value_after, AFTER, "o")):  # fmt: skip
            high = getattr(row, f"high_{end}")
            ax.plot([value / longest[at], high / longest[at]], [at, at], color=colour, linewidth=2.5, zorder=2)
            ax.plot(high / longest[at], at, marker, color=colour, markersize=5, zorder=3)
        if first != last:
            ax.annotate("", (last, at), (first, at), zorder=2, arrowprops={
                "arrowstyle": "-|>", "color": AFTER, "linewidth": 1, "shrinkA": 3, "shrinkB": 3,
                "mutation_scale": 7})  # fmt: skip
        for end, place, other, colour in (("before", first, last, BEFORE), ("after", last, first, AFTER)):
            value = _amount(getattr(row, f"value_{end}"), getattr(row, f"high_{end}"), row.unit, lang)
            # The lower number stands to the left of the lower mark.
            lower = place < other or (place == other and end == "after")
            low = getattr(row, f"value_{end}") / longest[at]
            ax.annotate(value, (low if lower else place, at), (-6 if lower else 6, 0), textcoords="offset points",
                        ha="right" if lower else "left", va="center", color=colour, fontsize=7)  # fmt: skip
    narrow = ax.get_figure().get_figwidth() < 5
    ax.set_yticks(y, [_target(row, table, lang, "\n" if narrow else " ") for row in table.itertuples()])
    ax.set_ylim(len(table) - 0.4, -0.6)
    # Room for the numbers beside the marks.
    lowest = (table[["value_before", "value_after"]].min(axis=1) / longest).min()
    ax.set_xlim(min(0.0, lowest - (0.3 if narrow else 0.14)), 1.35 if narrow else 1.2)
    ax.set_xticks([])
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    ax.axvline(0, color="0.5", linewidth=0.7)
    ax.set_xlabel(heading("own scale", lang).replace("; " if narrow else "\n", "\n"), loc="left")
    key(ax, {names[0]: (BEFORE, "s"), names[1]: (AFTER, "o")}, lang)
    down = (table["high_after"] < table["high_before"]) & (table["value_after"] < table["value_before"])
    said = heading("{} of {} lower in {}", lang).format(down.sum(), len(table), label(names[1], lang))
    ax.set_title(said, fontsize=8 - narrow, loc="right" if narrow else "left", pad=8)
    return ax


def _amount(low: float, high: float, unit: str, lang: str | None) -> str:
    """Write a number or a range with its unit: tens of thousands in full in English."""
    ends, chinese = list(dict.fromkeys((low, high))), (lang or language()) == "zh"
    if unit.startswith("万") and not chinese:
        ends, unit = [end * 10_000 for end in ends], unit.removeprefix("万")
    shown = "–".join(f"{end:,.10g}" for end in ends)
    unit = unit if chinese or unit == "%" else heading(f"unit {unit}", lang).removeprefix(f"unit {unit}")
    return f"{shown}{unit}" if chinese or unit in ("%", "") else f"{shown} {unit}"


def _target(row, table: pd.DataFrame, lang: str | None, sep: str) -> str:
    """Name a target: the indicator, its measure, whether it is a ceiling, and years that are not the usual ones."""
    name = label(row.indicator, lang, sep)
    if row.measure == "growth":
        name = heading("growth of {}", lang).format(name)
    if getattr(row, "ceiling", False):
        name = heading("at most {}", lang).format(name)
    if "year_before" in table:
        usual = table[["year_before", "year_after"]].mode().iloc[0]
        if (row.year_before, row.year_after) != tuple(usual):
            name += heading("by {}, by {}", lang).format(f"{row.year_before:.0f}", f"{row.year_after:.0f}")
    return name


def dumbbell(
    table: pd.DataFrame, before: str, after: str, *, ax: Axes, names: Sequence[str] | None = None,
    lang: str | None = None,
) -> Axes:  # fmt: skip
    """
    Draw each term's two rates on a log scale, joined by a line, with the interval of each as a thin bar.

    Parameters
    ----------
    table : DataFrame
        Columns `term`, `before`, `before_low`, `before_high`, and the same of `after`; optional `verdict`, by
        which rows are grouped, with the name of each group. A zero is hollow at the left edge.
    before, after : str
        Column stems.
    names : sequence of str, optional
        Ids or names of the two sides, the stems unless given.
    """
    grouped = "verdict" in table
    if grouped:
        order = table["verdict"].map({name: at for at, name in enumerate(VERDICTS)}).fillna(len(VERDICTS))
        table = table.iloc[np.argsort(order.to_numpy(), kind="stable")]
    y = rows(ax, table["term"], lang).astype(float)
    values = table[[f"{stem}{end}" for stem in (before, after) for end in ("", "_low", "_high")]].to_numpy(float)
    floor = 0.6 * values[values > 0].min()
    ax.hlines(y, table[before].clip(lower=floor), table[after].clip(lower=floor), color="0.8", linewidth=2.2, zorder=1)
    for stem, shift, look in ((before, -0.15, (BEFORE, "s")), (after, 0.15, (AFTER, "o"))):
        low, high = (table[f"{stem}_{end}"].clip(lower=floor) for end in ("low", "high"))
        ax.hlines(y + shift, low, high, color=look[0], linewidth=0.8)
        marks(ax, table[stem].clip(lower=floor), y, look, table[stem] == 0)
    ax.set_xscale("log")
    ax.set_xlim(left=floor)
    _plain_log(ax.xaxis, (1,) if ax.get_figure().get_figwidth() < 5 else (1, 2, 5))
    ax.set_xlabel(heading("{} (log scale)", lang).format(heading("per_10k", lang)))
    # A mark at the edge stands free of the names.
    ax.tick_params(axis="y", pad=6)
    if grouped:
        _groups(ax, [f"verdict {verdict}" for verdict in table["verdict"]], lang)
    zero = "no hit" if (table[[before, after]] == 0).any(axis=None) else ""
    key(ax, dict(zip(names or (before, after), ((BEFORE, "s"), (AFTER, "o")), strict=True)), lang, hollow=zero)
    return ax


def _groups(ax: Axes, names: Sequence[str], lang: str | None) -> None:
    """Name runs of rows at the right edge, with a line between them."""
    starts = [at for at, name in enumerate(names) if at == 0 or names[at - 1] != name]
    for start, end in zip(starts, [*starts[1:], len(names)], strict=True):
        if start:
            ax.axhline(start - 0.5, color="0.6", linewidth=0.6)
        ax.annotate(heading(names[start], lang, "\n"), (1, (start + end - 1) / 2), (6, 0),
                    xycoords=("axes fraction", "data"), textcoords="offset points", va="center", fontsize=6.5,
                    color="0.25", annotation_clip=False)  # fmt: skip


def _plain_log(axis, subs=(1, 2, 5)) -> None:
    """Write the ticks of a log axis as plain numbers."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    axis.set_major_locator(LogLocator(subs=subs))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
    axis.set_minor_formatter(NullFormatter())


def scatter(
    table: pd.DataFrame, x: str, y: str, *, ax: Axes, names: Sequence[str] = ("before", "after"), most: int = 40,
    lang: str | None = None,
) -> Axes:
    """
    Draw terms by frequency and ratio; name, with a line to the point, those whose interval excludes no change.

    Parameters
    ----------
    table : DataFrame
        Columns `term`, `x` (drawn on a log scale), `y` (log2 of a ratio), `low`, `high`; those to be named first come
        first.
    names : sequence of str
        Ids or names of the side below and the side above zero.
    most : int
        How many labels are tried; one that fits nowhere near its point is left out.
    """
    own = (table["low"] > 0) | (table["high"] < 0)
    size = table.groupby([x, y])[x].transform("size")
    ax.axhline(0, color="0.5", linewidth=0.6)
    ax.scatter(table[x], table[y], s=3 + 2 * size, color=GREY, linewidths=0)
    ax.scatter(table.loc[own, x], table.loc[own, y], s=12, color=INK, linewidths=0, zorder=3)
    ax.set_xscale("log")
    _plain_log(ax.xaxis)
    ax.set_xlabel(heading("{} (log scale)", lang).format(heading(x, lang)))
    ratios(ax.yaxis, table[y])
    ax.set_ylabel(heading("ratio of rates", lang))
    ax.margins(0.06, 0.12)
    directions(ax, *names, lang, axis="y")
    handles = [Line2D([], [], color=INK, marker="o", markersize=3.5, linestyle="none",
                      label=heading("own interval", lang)),
               Line2D([], [], color=GREY, marker="o", markersize=2.5, linestyle="none",
                      label=heading("interval with no change", lang)),
               Line2D([], [], color=GREY, marker="o", markersize=5, linestyle="none",
                      label=heading("several terms", lang))]  # fmt: skip
    above(ax, handles)
    place_labels(ax, table[own].head(most), x, y, lang)
    return ax


def shift(
    table: pd.DataFrame, *, ax: Axes, names: tuple[str, str], most: int = 24, lang: str | None = None
) -> Axes:
    """
    Draw what each term adds to the divergence of two texts; the last bar holds all the others.

    Parameters
    ----------
    table : DataFrame
        Columns `term`, `contribution` (bits, not negative), `direction` (one of `names`), and optionally `low`,
        `high` (what chance makes of it, signed: positive where `names[1]` has more). The bars drawn add up to the
        sum of `contribution`.
    """
    top, rest = table.head(most), table.iloc[most:]
    sign = np.where(top["direction"] == names[1], 1, -1)
    y = np.arange(len(top))
    ax.barh(y, sign * top["contribution"], color=[AFTER if s > 0 else BEFORE for s in sign], height=0.75)
    if "low" in top:
        ax.hlines(y, top["low"], top["high"], color="#E69F00", linewidth=2)
        above(ax, [Line2D([], [], color="#E69F00", linewidth=2, label=heading("95% by chance", lang))])
    tail = rest.groupby("direction")["contribution"].sum().reindex(names, fill_value=0)
    ax.barh([len(top)] * 2, [-tail.iloc[0], tail.iloc[1]], color="0.85", height=0.75)
    _cut_tail(ax, top, len(top), tail)
    rows(ax, [*top["term"], "all others"], lang)
    ax.axvline(0, color="0.4", linewidth=0.7)
    ax.set_xlabel(heading("contribution", lang))
    directions(ax, *names, lang)
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
        ax.text(x * 0.985, row, text, ha=ha, va="center", color="0.15", fontsize=6)


def parts(table: pd.DataFrame, *, ax: Axes, first: int = 0, lang: str | None = None) -> Axes:
    """
    Draw raw differences as stacked bars of content, mix and damage, which add up to the mark.

    Parameters
    ----------
    table : DataFrame, index `term`
        From `contrast.decompose`; rows in order.
    first : int
        So many rows at the top were chosen beforehand: they are set apart.
    """
    y = rows(ax, [str(term) for term in table.index], lang)
    handles = []
    for sign in (1, -1):
        left = np.zeros(len(table))
        for name, colour, hatch in PARTS:
            width = np.where(np.sign(table[name]) == sign, table[name], 0.0)
            ax.barh(y, width, left=left, height=0.62, color=colour, hatch=hatch, edgecolor="white", linewidth=0)
            left = left + width
            if sign > 0:
                handles.append(Patch(facecolor=colour, hatch=hatch, edgecolor="white", linewidth=0,
                                     label=heading(name, lang)))  # fmt: skip
    ax.plot(table["naive"], y, "D", color="black", markersize=3.2)
    handles.append(Line2D([], [], color="black", marker="D", markersize=3.2, linestyle="none",
                          label=heading("naive", lang)))  # fmt: skip
    ax.axvline(0, color="0.3", linewidth=0.7)
    if 0 < first < len(table):
        _groups(ax, ["chosen beforehand"] * first + ["largest differences"] * (len(table) - first), lang)
    # Bars are sticky: without this the longest would touch the frame.
    ax.use_sticky_edges = False
    ax.margins(x=0.04)
    ax.set_xlabel(heading("difference", lang))
    above(ax, handles)
    return ax


def placebo(
    table: pd.DataFrame, *, ax: Axes, band: tuple[float, float], nominal: float = 0.05, lang: str | None = None
) -> Axes:
    """
    Draw how often tests call halves of one text different; reports as rows, methods as marks.

    Parameters
    ----------
    table : DataFrame
        From `contrast.split_placebo`: `group`, `method`, `rejected`.
    band : tuple of float
        Where a test at `nominal` has to lie to be called calibrated.
    """
    groups = list(dict.fromkeys(table["group"]))
    ax.axvspan(*band, color="0.9", zorder=0, linewidth=0)
    ax.axvline(nominal, color="0.5", linewidth=0.6, linestyle=":")
    looks = {}
    for index, method in enumerate(dict.fromkeys(table["method"])):
        part = table[table["method"] == method]
        look = (COLOURS[(0, 5)[index % 2]], MARKERS[index % 8])
        looks[f"placebo {method}"] = look
        ax.plot(part["rejected"], [groups.index(group) for group in part["group"]], look[1], color=look[0],
                clip_on=False)  # fmt: skip
    rows(ax, groups, lang)
    ax.set_xlim(left=0)
    percent(ax.xaxis)
    ax.set_xlabel(heading("rejected", lang))
    named = heading("nominal {} (band {} to {})", lang).format(f"{nominal:.0%}", *(f"{end:.0%}" for end in band))
    key(ax, looks, lang, extra=[Patch(facecolor="0.9", label=named)])
    return ax


def shuffles(table: pd.DataFrame, *, ax: Axes, lang: str | None = None) -> Axes:
    """
    Draw how far each pair's divergence lies from that of shuffled sections (bar: middle 95%), farthest first.

    Parameters
    ----------
    table : DataFrame
        From `keyness.pairwise_permutation`: `a`, `b`, `divergence`, `expected`, `low`, `high`.
    """
    table = table.assign(far=table["divergence"] - table["expected"]).sort_values("far", ascending=False)
    y = rows(ax, [f"{label(row.a, lang)} – {label(row.b, lang)}" for row in table.itertuples()], lang)
    ax.hlines(y, table["low"] - table["expected"], table["high"] - table["expected"], color="0.82", linewidth=5)
    ax.plot(table["far"], y, "o", color=INK)
    ax.axvline(0, color="0.5", linewidth=0.6, linestyle=":")
    ax.set_xlabel(heading("divergence from shuffled", lang))
    sideways(ax, heading("more alike", lang), heading("less alike", lang))
    above(ax, [Line2D([], [], color=INK, marker="o", linestyle="none", label=heading("observed", lang)),
               Patch(facecolor="0.82", label=heading("shuffled", lang))])  # fmt: skip
    return ax


def ranks(
    table: pd.DataFrame, before: str, after: str, *, fig: Figure, k: int, names: Sequence[str], by: str = "report",
    columns: int = 3, lang: str | None = None,
) -> Figure:  # fmt: skip
    """
    Draw two top lists of each group side by side, joined by lines; what only one list has is grey or new.

    Parameters
    ----------
    table : DataFrame
        `by`, `term` and its rank (1 first) in either list.
    before, after : str
        Columns of the ranks.
    names : sequence of str
        Names of the two lists, for the key.
    k : int
        Length of a list.
    """
    groups = list(dict.fromkeys(table[by]))
    # Points that the longest name takes; two lists and the lines between them have to fit a panel.
    listed = table.loc[(table[[before, after]] <= k).any(axis=1), "term"]
    longest = 8 + max(sum(3.2 + 3 * (ord(char) > 255) for char in label(term, lang)) for term in listed)
    page = fig.get_figwidth() * 72
    columns = max(1, min(columns, len(groups) + 1, int(page / (2 * longest + 30))))
    room = longest / max(page / columns - 2 * longest - 10, 10)
    cells = fig.subplots(-(-(len(groups) + 1) // columns), columns, squeeze=False).flat
    for ax, group in zip(cells, groups, strict=False):
        for row in table[table[by] == group].to_dict("records"):
            ends = np.array([row[before], row[after]])
            inside = (ends <= k).all()
            if inside:
                ax.plot([0, 1], ends, color="0.7", linewidth=0.7)
            for x, rank, ha in ((0, ends[0], "right"), (1, ends[1], "left")):
                if rank <= k:
                    colour = "black" if inside else (INK if x else GREY)
                    ax.annotate(label(row["term"], lang), (x, rank), (5 if x else -5, 0), textcoords="offset points",
                                ha=ha, va="center", fontsize=6, color=colour)  # fmt: skip
                    ax.plot(x, rank, "o", color=colour, markersize=2.5)
        ax.set_title(label(group, lang), loc="center", fontsize=7)
    for ax in fig.axes:
        ax.set(xlim=(-room, 1 + room), ylim=(k + 0.5, 0.5), xticks=[], yticks=[])
        ax.spines[:].set_visible(False)
    last = fig.axes[len(groups)]
    text = [(heading("left: {}", lang).format(heading(names[0], lang)), "black"),
            (heading("right: {}", lang).format(heading(names[1], lang)), "black"),
            (heading("brought in by the weighting", lang), INK), (heading("pushed out by it", lang), GREY)]  # fmt: skip
    for at, (line, colour) in enumerate(text):
        last.text(0.5, 2 + 1.2 * at, line, ha="center", va="center", fontsize=6.5, color=colour)
    return fig


def _short(text: str, lang: str | None) -> str:
    """Write a finding with the names of its term and of the reports that it gives by id."""
    for report in report_names():
        text = text.replace(report, label(report, lang))
    term, mark, rest = text.partition(":")
    return f"{label(term, lang)}{mark}{rest}"


def robustness(table: pd.DataFrame, *, ax: Axes, lang: str | None = None) -> Axes:
    """
    Draw in what share of analyses each finding holds: a bar over all, ticks for the options of each choice.

    Findings that hold in all analyses are named in one line below, and so are the weakest options beside the bars.

    Parameters
    ----------
    table : DataFrame
        From `multiverse.by_factor`: `finding`, `choice`, `option`, `n`, `share`.
    """
    first = table[table["choice"] == table["choice"].iloc[0]]
    whole = first.groupby("finding", sort=False)[["share", "n"]].apply(
        lambda part: np.average(part["share"], weights=part["n"]))  # fmt: skip
    shown = whole[whole < 1].sort_values(ascending=False, kind="stable")
    y = rows(ax, [_short(finding, lang) for finding in shown.index], lang)
    ax.barh(y, shown, color=INK, height=0.5)
    for at, finding in enumerate(shown.index):
        part = table[table["finding"] == finding]
        ax.plot(part["share"], np.full(len(part), at), "|", color="black", markersize=7, markeredgewidth=0.8)
        worst = part.sort_values("share", kind="stable").iloc[0]
        name = heading(f"{worst['choice']} {worst['option']}", lang)
        text = heading("least: {} with {}", lang).format(f"{worst['share']:.0%}", name)
        ax.annotate(text, (1, at), (8, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
                    va="center", fontsize=6, color="0.25", annotation_clip=False)  # fmt: skip
    ax.set_xlim(0, 1)
    percent(ax.xaxis)
    lines_between(ax, len(shown))
    rest = len(whole) - len(shown)
    said = heading("{} other findings hold in every analysis", lang).format(rest)
    ax.set_xlabel(heading("choices", lang) + (f"\n{said}" if rest else ""))
    above(ax, [Patch(facecolor=INK, label=heading("all choices", lang)),
               Line2D([], [], color="black", marker="|", markersize=7, linestyle="none",
                      label=heading("one option", lang))])  # fmt: skip
    return ax
