"""Drawings, by what they show: labels, data, and nothing that a journal would send back."""

import re

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from analysis import figures, glossary, paths, plot

TERMS = [*("高质量发展", "科技创新", "营商环境", "产业集群", "乡村振兴"),
         *("安全生产", "城市更新", "能源革命", "人工智能", "新质生产力")]
IDS = list(glossary.report_names())
PAIR = ("taiyuan-gov-2021", "taiyuan-gov-2026")
HAN = re.compile("[\u3400-\u9fff]")
rng = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def _style(monkeypatch):
    monkeypatch.delenv(glossary.SWITCH, raising=False)
    figures.style()
    yield
    pyplot.close("all")


@pytest.fixture
def ax():
    return pyplot.subplots(figsize=(figures.PAGE, 3.5))[1]


def rates(terms=TERMS[:5]) -> pd.DataFrame:
    table = pd.DataFrame([(term, id) for term in terms for id in IDS], columns=["term", "report"])
    table["per_10k"] = np.arange(len(table)) % 7 * 5.0
    return table.assign(low=0.5 * table["per_10k"], high=1.5 * table["per_10k"] + 8)


def pair() -> pd.DataFrame:
    table = pd.DataFrame({"term": TERMS, "before": 10.0, "after": np.arange(10) * 7.0})
    for stem in ("before", "after"):
        table[f"{stem}_low"], table[f"{stem}_high"] = table[stem] * 0.6, table[stem] * 1.8 + 4
    verdicts = ["leans down"] * 2 + ["stayed"] * 2 + ["unclear"] * 3 + ["leans up"] * 3
    return table.assign(verdict=verdicts, hits=[5, 5, 5, 6, 7, 9, 20, 40, 80, 150], log_ratio=np.linspace(-3, 3, 10),
                        low=np.linspace(-4, 1, 10), high=np.linspace(-1, 4, 10))  # fmt: skip


def targets() -> pd.DataFrame:
    rows = [("地区生产总值", "growth", "%", 8, 8.5, 5, 5, False, 2021, 2026),
            ("居民消费价格", "growth", "%", 3, 3, 2, 2, True, 2021, 2026),
            ("城镇新增就业", "level", "万人", 8.5, 8.5, 8, 8, False, 2021, 2026),
            ("高新技术企业", "level", "家", 4500, 4500, 3000, 3000, False, 2025, 2030)]  # fmt: skip
    names = ["indicator", "measure", "unit", "value_before", "high_before", "value_after", "high_after", "ceiling"]
    return pd.DataFrame(rows, columns=[*names, "year_before", "year_after"])


def damage() -> pd.DataFrame:
    rows = [(id, kind, place, 0.01, 0.3) for id in IDS for kind in ("layout", "ghost pinyin", "keyword substitution")
            for place in np.linspace(0, 0.98, 30)]  # fmt: skip
    return pd.DataFrame(rows, columns=["report", "kind", "position", "width", "share"])


def shares() -> pd.DataFrame:
    table = pd.DataFrame([(id, topic) for id in IDS for topic in range(7)], columns=["report", "topic"])
    table["share"] = 0.1 + 0.02 * (np.arange(len(table)) % 9)
    return table.assign(low=table["share"] - 0.05, high=table["share"] + 0.1)


def ribbons() -> pd.DataFrame:
    table = pd.DataFrame({"report": np.repeat(IDS, 9), "n_tokens": 100})
    parts = np.random.default_rng(1).dirichlet(np.ones(7) * 0.3, len(table))
    return pd.concat([table, pd.DataFrame(parts)], axis=1)


def lists() -> pd.DataFrame:
    rows = [(id, term, at + 1, (at + 3) % 12 + 1) for id in IDS for at, term in enumerate(TERMS)]
    return pd.DataFrame(rows, columns=["report", "term", "raw", "weighted"])


def analyses() -> pd.DataFrame:
    rows = [(f"{term}: {IDS[-1]} > {IDS[0]}", choice, option, 8, share)
            for term, share in zip(TERMS, np.linspace(0.1, 1, 10), strict=True)
            for choice, option in (("hmm", "True"), ("hmm", "False"), ("engine", "auto"), ("engine", "characters"))]
    return pd.DataFrame(rows, columns=["finding", "choice", "option", "n", "share"])


def errors() -> pd.DataFrame:
    methods = ["nothing", "ftfy", "strip pinyin + OpenCC", "this suite"]
    rows = [(method, id, cer * at, cer * at / 2, cer * at * 2 + 0.001)
            for method, cer in zip(methods, (0.3, 0.2, 0.02, 0.001), strict=True) for at, id in enumerate(IDS)]
    return pd.DataFrame(rows, columns=["method", "report", "cer", "low", "high"])


def course(years, kinds) -> pd.DataFrame:
    rows = [(term, year, float(at), 0.0, at + 2.0, kind)
            for term in TERMS[:6] for kind in kinds for at, year in enumerate(years)]  # fmt: skip
    return pd.DataFrame(rows, columns=["term", "year", "per_10k", "low", "high", "kind"])


def apart() -> pd.DataFrame:
    rows = [(a, b, 0.3 + 0.01 * at, 0.35, 0.33, 0.4) for at, a in enumerate(IDS) for b in IDS[at + 1 :]]
    return pd.DataFrame(rows, columns=["a", "b", "divergence", "expected", "low", "high"])


def shift() -> pd.DataFrame:
    table = pd.DataFrame({"term": TERMS, "contribution": np.linspace(0.3, 0.01, 10), "direction": list(PAIR) * 5})
    sign = np.where(table["direction"] == PAIR[1], 1, -1)
    return table.assign(low=sign * 0.001, high=sign * table["contribution"] * 2)


def parts() -> pd.DataFrame:
    table = pd.DataFrame(np.random.default_rng(2).normal(size=(10, 3)), TERMS, ["content", "mix", "damage"])
    return table.assign(naive=table.sum(axis=1)).rename_axis("term")


def numbers() -> pd.DataFrame:
    k = np.arange(6, 17)
    return pd.DataFrame({"k": k, "recurring": k - 2, "jaccard": 0.4, "jaccard_low": 0.3, "jaccard_high": 0.5,
                         "null_jaccard": 0.1})  # fmt: skip


def norms() -> pd.DataFrame:
    table = pd.DataFrame([(term, year) for term in TERMS[:6] for year in range(2005, 2025)], columns=["term", "year"])
    return table.assign(median=5.0, low=2.0, high=9.0)


def places() -> pd.DataFrame:
    return norms().assign(per_10k=np.arange(120) % 9 * 1.0)


def agendas() -> pd.DataFrame:
    names = ["economy", "environment", "welfare", "governance"]
    rows = [(year, name, (at + year) % 4 + 1) for year in range(2010, 2024) for at, name in enumerate(names)]
    return pd.DataFrame(rows, columns=["year", "domain", "rank"])


TOPICS = {at: f"{at} {name}" for at, name in enumerate(TERMS[:7])}
PLACEBO = pd.DataFrame([(id, method, rate) for id in IDS for method, rate in (("ratio", 0.05), ("g2", 0.31))],
                       columns=["group", "method", "rejected"])  # fmt: skip
# Every drawing: what it takes, and height and width at which it is offered.
DRAWINGS = {
    "lines": (plot.lines, pd.DataFrame({"series": ["pooled"] * 6 + ["within"] * 6, "year": [*range(2015, 2021)] * 2,
              "value": np.linspace(5, 9, 12), "low": np.linspace(4, 8, 12), "high": np.linspace(6, 10, 12)}),
              {"height": 2.4, "by": "series"}),
    "shares by year": (plot.lines, pd.DataFrame({"term": "高质量发展", "level": ["province", "city"] * 8,
                       "year": np.repeat(range(2015, 2023), 2), "share of reports": np.linspace(0, 1, 16)}),
                       {"height": 2.4, "by": "level", "value": "share of reports"}),
    "split": (plot.split, pd.DataFrame({"change": [1, -2, 0.5, -0.5], "low": [0, -3, 0, -1], "high": [2, -1, 1, 0.0]},
              pd.Index(["within", "composition", "damage", "pooled"], name="component")), {"height": 1.8}),
    "target_course": (plot.target_course, pd.DataFrame({"status": ["target"] * 4 + ["result"], "hedge": "",
                      "year": [2016, 2019, 2022, 2026, 2019], "low": [7, 7.5, 6.5, 5, 6.7], "high": [7, np.nan, 7, 5, 6.7]}),
                      {"height": 2.4}),
    "agenda": (plot.agenda, agendas(), {"height": 2.4, "width": figures.COLUMN}),
    "bands": (plot.bands, norms(), {"line": places().pivot_table(index="year", columns="term", values="per_10k"),
              "ours": places().query("year > 2020"), "place": "太原", "height": 3.4}),
    "coverage": (plot.coverage, pd.DataFrame({"year": range(1990, 2020), "level": ["province", "city"] * 15,
                 "doubts": ["", "", "year"] * 10}), {"height": 2.4}),
    "shares": (plot.intervals, pd.DataFrame([(one, other, 0.02, 0.01, 0.03) for one in IDS for other in IDS if one != other],
               columns=["term", "other", "shared with", "low", "high"]), {"by": "other", "value": "shared with"}),
    "tide": (plot.tide, pd.DataFrame({"term": TERMS, "ratio": np.geomspace(0.3, 4, 10), "verdict": ["stands out", "as"]
             * 5, "others": np.geomspace(3, 0.4, 10)}), {"height": 3.2}),
    "arrivals": (plot.arrivals, pd.DataFrame(rng.random((10, 30)), TERMS, range(1990, 2020)), {"height": 3}),
    "calibration": (plot.calibration, pd.DataFrame({"confidence": ["exact", "inferred"], "n": 10, "rate": 0.98,
                    "low": 0.95, "high": 1.0}), {"height": 1.3}),
    "clouds": (plot.clouds, pd.DataFrame([(id, term, 1 - at / 11) for id in IDS for at, term in enumerate(TERMS)],
               columns=["report", "term", "weight"]), {"height": 3.6}),
    "composition": (plot.composition, pd.DataFrame(0.2, IDS, ["review", "guiding", "tasks", "self-government",
                    "other"]), {}),
    "courses": (plot.courses, course([2021, 2023, 2026], ["city work-report", "district five-year-plan"]),
                {"height": 3.4}),
    "long courses": (plot.courses, course(range(1980, 2020), ["national work-report"]), {"height": 3.4}),
    "damage": (plot.damage, damage(), {"height": 3.6}),
    "dumbbell": (plot.dumbbell, pair(), {"before": "before", "after": "after", "names": PAIR}),
    "error_rates": (plot.error_rates, errors(), {"height": 3.4}),
    "intervals": (plot.intervals, rates(), {"height": 3}),
    "one term": (plot.intervals, rates(TERMS[:1]), {"width": figures.COLUMN, "height": 1.9}),
    "parts": (plot.parts, parts(), {"first": 3}),
    "placebo": (plot.placebo, PLACEBO, {"band": (0.03, 0.07), "height": 1.7}),
    "promises": (plot.promises, pd.DataFrame({"indicator": ["地区生产总值"] * 3 + ["固定资产投资"],
                 "year": [2020, 2021, 2026,
                 2021], "status": ["result", "target", "target", "target"], "value": [2.6, 8, 5, 10],
                 "value_high": [np.nan, 8.5, np.nan, np.nan]}), {"height": 2}),
    "ranks": (plot.ranks, lists(), {"before": "raw", "after": "weighted", "k": 10, "height": 8.6,
              "names": ("raw list", "class list")}),
    "robustness": (plot.robustness, analyses(), {"height": 2.8}),
    "scatter": (plot.scatter, pair(), {"x": "hits", "y": "log_ratio", "names": PAIR, "height": 3.6}),
    "shift": (plot.shift, shift(), {"names": PAIR, "most": 8, "height": 3}),
    "shuffles": (plot.shuffles, apart(), {}),
    "targets": (plot.targets, targets(), {"names": PAIR, "height": 2}),
    "topic_number": (plot.topic_number, numbers(), {"k": 7, "height": 2.2}),
    "topic_ribbons": (plot.topic_ribbons, ribbons(), {"names": TOPICS, "height": 2}),
    "topic_shares": (plot.topic_shares, shares(), {"names": TOPICS, "weak": {5}, "height": 3.6}),
}  # fmt: skip


def problems(fig) -> list[str]:
    """What a journal would send back: texts that overlap or leave the page, letters that are too small."""
    fig.draw_without_rendering()
    renderer, slack = fig.canvas.get_renderer(), 0.5 * fig.dpi / 72
    beyond = _undrawn(fig)
    shown = [t for t in fig.findobj(Text) if t.get_visible() and t.get_text().strip() and id(t) not in beyond]
    boxes = [(t.get_text(), _ink(t, renderer)) for t in shown]
    found = [f"{t.get_text()!r} is set in {t.get_fontsize():.1f} pt" for t in shown
             if t.get_fontsize() < figures.LEAST_SIZE]  # fmt: skip
    page = fig.bbox
    for at, (text, box) in enumerate(boxes):
        if box.x0 < page.x0 - slack or box.x1 > page.x1 + slack or box.y0 < -slack or box.y1 > page.y1 + slack:
            found.append(f"{text!r} leaves the page")
        for other, second in boxes[:at]:
            wide = min(box.x1, second.x1) - max(box.x0, second.x0)
            high = min(box.y1, second.y1) - max(box.y0, second.y0)
            if wide > slack and high > slack:
                found.append(f"{text!r} lies on {other!r}")
    return found


def _ink(text, renderer):
    """Box of the words alone: without the line of an annotation, and without the space above and below letters."""
    box = Text.get_window_extent(text, renderer)
    blank = 0.18 * text.get_fontsize() * text.figure.dpi / 72
    return Bbox.from_extents(box.x0, box.y0 + blank, box.x1, box.y1 - blank)


def _undrawn(fig) -> set[int]:
    """Labels that are there and not drawn: of ticks beyond the ends of an axis, and of hidden axes."""
    found = set()
    for ax in fig.axes:
        for axis in (ax.xaxis, ax.yaxis):
            drawn = axis._update_ticks() if ax.get_visible() and ax.axison and axis.get_visible() else []
            ticks = [*axis.get_major_ticks(), *axis.get_minor_ticks()]
            kept = {id(tick) for tick in drawn}
            found |= {id(name) for tick in ticks if id(tick) not in kept for name in (tick.label1, tick.label2)}
        if not ax.get_visible():
            found |= {id(text) for text in ax.findobj(Text)}
    return found


# Offered for a page only: names at both sides, or lists side by side, have no room in a column.
WIDE = {"damage", "ranks", "robustness", "shuffles"}
OFFERED = [(name, options.get("width", figures.PAGE)) for name, (*_, options) in DRAWINGS.items()]
OFFERED += [(name, figures.COLUMN) for name, width in OFFERED if width == figures.PAGE and name not in WIDE]


def drawn(name: str, lang: str, width: float | None = None):
    call, table, options = DRAWINGS[name]
    options = {"height": None, "width": figures.PAGE, **options} | ({"width": width} if width else {})
    return np.ravel(figures.draw(call, table, lang=lang, **options))[0].figure


@pytest.mark.parametrize("lang", glossary.LANGUAGES)
@pytest.mark.parametrize(("name", "width"), OFFERED, ids=lambda value: value if isinstance(value, str) else f"{25.4 * value:.0f} mm")
def test_no_text_overlaps_or_leaves_the_page_or_is_too_small(name, width, lang):
    assert problems(drawn(name, lang, width)) == []


def test_every_public_drawing_is_among_those_tested():
    tested = {call.__name__ for call, *_ in DRAWINGS.values()}
    assert set(plot.__all__) == tested


@pytest.mark.parametrize("name", DRAWINGS)
def test_english_is_english_and_chinese_names_the_axes_in_chinese(name):
    english = [text for text in figures._texts(drawn(name, "en")) if HAN.search(text)]
    # Topics are named by the caller.
    assert [text for text in english if text not in TOPICS.values()] == []
    assert any(HAN.search(text) for text in figures._texts(drawn(name, "zh")))


def test_a_report_has_one_colour_in_every_figure():
    looks = figures.palette(IDS)
    assert len({colour for colour, _ in looks.values()}) == len(IDS)
    assert figures.palette(IDS[2:3]) == {IDS[2]: looks[IDS[2]]}
    fig = drawn("dumbbell", "en")
    key = {text.get_text(): handle.get_color() for text, handle in
           zip(fig.legends[0].get_texts(), fig.legends[0].legend_handles, strict=True)}  # fmt: skip
    assert key["Taiyuan gov. 2021"] == looks[PAIR[0]][0]
    assert key["Taiyuan gov. 2026"] == looks[PAIR[1]][0]


def test_reports_have_short_names_not_file_ids():
    for name in ("intervals", "shuffles", "shares", "robustness", "damage"):
        assert not [text for text in figures._texts(drawn(name, "en")) if re.search("-20\\d\\d", text)]


@pytest.mark.parametrize("name", ["dumbbell", "intervals", "scatter"])
def test_a_mark_of_zero_is_hollow_and_whole(name):
    table = DRAWINGS[name][1]
    fig = drawn(name, "both")
    hollow = [line for ax in fig.axes for line in ax.lines if line.get_mfc() == "white"]
    zeros = {"dumbbell": 1, "intervals": (table.get("per_10k", pd.Series(dtype=float)) == 0).sum(), "scatter": 0}
    assert sum(len(line.get_xdata()) for line in hollow) == zeros[name]
    assert not any(line.get_clip_on() for line in hollow)


def test_problems_are_seen():
    fig, ax = pyplot.subplots(figsize=(2, 2))
    ax.text(0.5, 0.5, "高质量发展")
    ax.text(0.55, 0.5, "科技创新")
    fig.text(0.9, 0.2, "far over the edge of the page")
    ax.text(0.1, 0.9, "tiny", fontsize=5)
    said = " ".join(problems(fig))
    assert "'科技创新' lies on '高质量发展'" in said
    assert "'far over the edge of the page' leaves the page" in said
    assert "'tiny' is set in 5.0 pt" in said


def test_targets_write_both_numbers_with_their_units(ax):
    plot.targets(targets(), ax=ax, names=PAIR, lang="en")
    assert ax.get_title(loc="left") == "4 of 4 targets are lower in Taiyuan gov. 2026"
    said = [text.get_text() for text in ax.texts if text.get_text()]
    assert said == ["8–8.5%", "5%", "3%", "2%", "85,000", "80,000", "4,500", "3,000"]
    assert [t.get_text() for t in ax.get_yticklabels()][1:] == [
        "consumer prices growth (ceiling)", "new urban jobs", "high-tech firms (by 2025, by 2030)"]  # fmt: skip


def test_intervals_put_terms_from_the_top(ax):
    plot.intervals(rates(), ax=ax, lang="zh")
    assert [t.get_text() for t in ax.get_yticklabels()] == TERMS[:5]
    assert ax.get_ylim()[0] > ax.get_ylim()[1]


def test_shift_bars_add_up_to_the_total(ax):
    table = pd.DataFrame({"term": [f"词{i}" for i in range(50)], "contribution": rng.random(50),
                          "direction": rng.choice(["a", "b"], 50)})  # fmt: skip
    plot.shift(table, ax=ax, names=("a", "b"), most=10)
    assert sum(abs(bar.get_width()) for bar in ax.patches) == pytest.approx(table["contribution"].sum())


def test_shift_intervals_lie_on_the_side_of_their_bars(ax):
    table = pd.DataFrame({"term": ["创新", "改革"], "contribution": [0.3, 0.2], "direction": ["b", "a"],
                          "low": [0.1, -0.3], "high": [0.5, -0.1]})  # fmt: skip
    plot.shift(table, ax=ax, names=("a", "b"))
    (lines,) = ax.collections
    assert [segment[:, 0].tolist() for segment in lines.get_segments()] == [[0.1, 0.5], [-0.3, -0.1]]
    assert [np.sign(bar.get_width()) for bar in ax.patches[:2]] == [1, -1]


def test_a_tail_that_dwarfs_the_words_runs_out_with_its_sum(ax):
    table = pd.DataFrame({"term": [f"词{n}" for n in range(100)], "contribution": 0.01, "direction": "a"})
    plot.shift(table, ax=ax, names=("a", "b"), most=5)
    assert max(ax.get_xlim()) < 0.1
    assert "← 0.950" in [t.get_text() for t in ax.texts]
    assert sum(abs(bar.get_width()) for bar in ax.patches) == pytest.approx(1)


def test_a_cloud_is_text_and_the_same_twice():
    drawings = [drawn("clouds", "zh") for _ in range(2)]
    one, two = ([(t.get_text(), t.get_position(), t.get_fontsize()) for ax in fig.axes for t in ax.texts]
                for fig in drawings)  # fmt: skip
    assert one == two
    assert set(TERMS[:3]) <= {text for text, *_ in one}


def test_shuffles_begin_with_the_pair_that_is_most_apart(ax):
    table = pd.DataFrame({"a": ["r1", "r1"], "b": ["r2", "r3"], "divergence": [0.3, 0.5], "expected": 0.4,
                          "low": 0.35, "high": 0.45})  # fmt: skip
    plot.shuffles(table, ax=ax)
    assert [t.get_text() for t in ax.get_yticklabels()] == ["r1 – r3", "r1 – r2"]
    assert ax.lines[0].get_xdata().tolist() == pytest.approx([0.1, -0.1])


def test_ranks_join_what_both_lists_have():
    table = pd.DataFrame({"report": "r", "term": ["甲", "乙", "丙"], "raw": [1, 2, 9], "weighted": [2, 9, 1]})
    fig = plot.ranks(table, "raw", "weighted", fig=pyplot.figure(), k=2, names=("a", "b"), lang="zh")
    assert [t.get_text() for t in fig.axes[0].texts] == ["甲", "甲", "乙", "丙"]
    assert sum(len(line.get_xdata()) == 2 for line in fig.axes[0].lines) == 1


def test_robustness_shows_what_does_not_always_hold_and_counts_the_rest():
    table = analyses()
    fig = drawn("robustness", "en")
    less = table.groupby("finding")["share"].mean() < 1
    assert len(fig.axes[0].patches) == less.sum()
    assert f"{(~less).sum()} other findings hold in every analysis" in fig.axes[0].get_xlabel()


def test_bars_end_at_the_difference(ax):
    table = parts()
    plot.parts(table, ax=ax, lang="zh")
    ends = pd.Series(0.0, index=range(len(table)))
    for bar in ax.patches:
        if bar.get_width():
            ends[round(bar.get_y() + bar.get_height() / 2)] += bar.get_width()
    assert ends.tolist() == pytest.approx(table["naive"].tolist())


def test_absence_is_white_however_small_the_rate(ax):
    table = pd.DataFrame([[0.0, 0.001, 1.0]], index=["碳达峰"], columns=[2013, 2019, 2022])
    shade = plot.arrivals(table, ax=ax).images[0].get_array()
    assert shade.mask[0].tolist() == [True, False, False]


def test_targets_are_hollow_and_results_full():
    fig = drawn("promises", "en")
    assert [line.get_mfc() for line in fig.axes[0].lines] == ["white", figures.INK]


def test_no_line_joins_unlike_points():
    fig = drawn("courses", "en")
    assert all(line.get_linestyle() == "None" for ax in fig.axes for line in ax.lines)


def test_each_place_has_its_line_and_its_name():
    places = [f"{place}市 city work-report" for place in "甲乙"]
    table = pd.concat([course(range(2021, 2025), [kind]) for kind in places])
    fig = plot.courses(table, fig=pyplot.figure())
    lines = [line for line in fig.axes[0].lines if line.get_linestyle() == "-"]
    assert len(lines) == 2
    assert all(len(line.get_xdata()) == 4 for line in lines)
    assert [text.get_text() for text in fig.legends[0].get_texts()] == ["甲市", "乙市"]


def test_like_points_are_joined_from_four_years_on():
    joined = []
    for years in ([2001, 2002, 2003], [2001, 2002, 2003, 2004]):
        fig = plot.courses(course(years, ["city work-report"]), fig=pyplot.figure())
        joined.append(any(line.get_linestyle() == "-" for line in fig.axes[0].lines))
    assert joined == [False, True]


def test_error_rates_of_zero_stand_at_their_limit(ax):
    table = pd.DataFrame([("a", "r1", 0.0, 0.0, 0.003), ("a", "r2", 0.01, 0.005, 0.02), ("b", "r1", 0.1, np.nan,
                         np.nan)], columns=["method", "report", "cer", "low", "high"])  # fmt: skip
    plot.error_rates(table, ax=ax)
    points = {line.get_mfc() == "white": [*map(float, line.get_xdata())] for line in ax.lines}
    assert points[True] == [0.003]
    assert [t.get_text() for t in ax.get_yticklabels()] == ["r1", "r2"]


def test_a_class_stands_beside_its_promise(ax):
    plot.calibration(DRAWINGS["calibration"][1], ax=ax)
    promised = [float(c.get_segments()[0][0][0]) for c in ax.collections[1:]]
    assert promised == [0.999, 0.95]


def test_a_catalogue_without_short_names_shows_ids(tmp_path):
    (tmp_path / "catalogue.csv").write_text("id,file\na-2001,a.txt\n")
    assert glossary.report_names(tmp_path / "catalogue.csv") == {"a-2001": ("a-2001", "a-2001")}
    assert glossary.report_names(tmp_path / "none.csv") == {}


def test_unknown_language_is_refused():
    with pytest.raises(ValueError, match="zh, en, both"):
        glossary.label("tasks", "fr")
    with pytest.raises(ValueError, match="zh, en, both"):
        figures.style("fr")


def test_the_switch_reaches_every_label(monkeypatch):
    monkeypatch.setenv(glossary.SWITCH, "zh")
    assert (glossary.label("高质量发展"), glossary.heading("tasks")) == ("高质量发展", "工作任务")
    assert paths.CATALOGUE.is_file()


def test_no_two_topics_have_one_colour():
    table = pd.concat([pd.DataFrame({"report": IDS, "n_tokens": 100}), pd.DataFrame(np.eye(12)[:5] + 0.01)], axis=1)
    fig = np.ravel(figures.draw(plot.topic_ribbons, table, names={at: f"t{at}" for at in range(12)}, height=2))[0].figure
    named = [handle.get_facecolor() for handle in fig.legends[0].legend_handles]
    assert len(set(named)) == len(named) == 9


def test_targets_of_a_place_as_a_step_line_with_open_ends_and_results(ax):
    table = pd.DataFrame({
        "status": ["target", "target", "target", "result"], "year": [2020, 2021, 2022, 2021],
        "low": [6.0, 6.0, 5.0, 8.1], "high": [6.5, None, 5.0, 8.1], "hedge": ["", "以上", "左右", ""],
    })  # fmt: skip
    plot.target_course(table, ax=ax)
    assert ax.lines[0].get_ydata().tolist() == [6.25, 6.0, 5.0]
    assert [line.get_xdata().tolist() for line in ax.lines if line.get_marker() == "^"] == [[2021.0]]
    assert [text.get_text() for text in ax.texts] == ["以上", "左右"]
    assert ax.lines[-1].get_ydata().tolist() == [8.1]


def test_the_split_stands_in_the_order_of_its_components(ax):
    names = ["within", "damage", "lengths", "came and went", "pooled"]
    table = pd.DataFrame({"change": [3.0, 0.0, -1.0, 2.0, 4.0], "low": -1.0, "high": 5.0},
                         index=pd.Index(names, name="component"))  # fmt: skip
    plot.split(table, ax=ax)
    assert [bar.get_width() for bar in ax.patches] == [3, 0, -1, 2, 4]
    assert len({label.get_text() for label in ax.get_yticklabels()}) == 5


def test_what_is_never_negative_has_an_axis_from_zero():
    figures.style("en")
    table = pd.DataFrame({"series": "pooled", "year": [2020, 2021, 2022], "value": [1.0, 2.0, 3.0], "low": [-4.0, -1.0, 1.0],
                          "high": [6.0, 5.0, 5.0]})  # fmt: skip
    ax = figures.draw("lines", table, by="series")
    assert ax.get_ylim()[0] == 0
    turned = figures.draw("lines", table.assign(value=-table["value"]), by="series")
    assert turned.get_ylim()[0] < -3


def test_names_stand_at_the_ends_of_their_lines():
    figures.style("en")
    rows = [(2020, "economy", 1), (2021, "economy", 2), (2020, "ecology", 2), (2021, "livelihood", 1)]
    ax = figures.draw("agenda", pd.DataFrame(rows, columns=["year", "domain", "rank"]))
    assert {text.get_text(): text.xy for text in ax.texts} == {
        "economy": (2021, 2), "ecology": (2020, 2), "livelihood": (2021, 1)}  # fmt: skip


def test_a_year_without_a_target_breaks_the_line():
    figures.style("en")
    table = pd.DataFrame({"status": "target", "year": [2019, 2021], "low": [6.0, 6.0], "high": [6.5, np.nan], "hedge": ""})
    ax = figures.draw("target_course", table)
    assert np.isnan(ax.lines[0].get_ydata()[1])
    only = figures.draw("target_course", table.assign(status="result", high=6.5))
    assert only.lines[-1].get_ydata().tolist() == [6.25, 6.25]
