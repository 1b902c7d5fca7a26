"""Drawings, by what they show: labels, data, no two labels on one another."""

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot
from matplotlib.text import Annotation

from analysis import figures, glossary, plot


@pytest.fixture
def ax():
    figures.style()
    fig, axes = pyplot.subplots(figsize=(figures.PAGE, 3.5))
    yield axes
    pyplot.close(fig)


@pytest.fixture
def rates():
    return pd.DataFrame(
        [
            ("创新", "r1", 10.0, 5.0, 15.0),
            ("创新", "r2", 0.0, 0.0, 3.0),
            ("改革", "r1", 2.0, 1.0, 4.0),
        ],
        columns=["term", "report", "per_10k", "low", "high"],
    )


def test_intervals_put_terms_from_the_top_and_zeros_hollow(ax, rates):
    plot.intervals(rates, ax=ax, lang="zh")
    assert [t.get_text() for t in ax.get_yticklabels()] == ["创新", "改革"]
    assert ax.get_ylim()[0] > ax.get_ylim()[1]
    hollow = [line for line in ax.lines if line.get_mfc() == "white" and len(line.get_xdata())]
    assert [list(line.get_xdata()) for line in hollow] == [[0.0]]


def test_labels_of_a_scatter_do_not_touch(ax):
    rng = np.random.default_rng(3)
    table = pd.DataFrame({"term": [f"高质量{i}" for i in range(120)], "x": rng.normal(size=120),
                          "y": rng.normal(size=120)})  # fmt: skip
    plot.scatter(table, "x", "y", ax=ax, most=120)
    renderer = ax.figure.canvas.get_renderer()
    boxes = [a.get_window_extent(renderer) for a in ax.findobj(Annotation)]
    assert len(boxes) > 20
    touching = [
        (i, j) for i, a in enumerate(boxes) for j, b in enumerate(boxes[:i]) if a.overlaps(b)
    ]
    assert not touching


def test_shift_bars_add_up_to_the_total(ax):
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"term": [f"词{i}" for i in range(50)], "contribution": rng.random(50),
                          "direction": rng.choice(["a", "b"], 50)})  # fmt: skip
    plot.shift(table, ax=ax, names=("a", "b"), most=10)
    drawn = sum(abs(bar.get_width()) for bar in ax.patches)
    assert drawn == pytest.approx(table["contribution"].sum())


def test_cloud_is_text_and_the_same_twice(ax):
    weights = {"高质量发展": 1.0, "创新": 0.5, "改革": 0.2}
    plot.cloud(weights, ax=ax, seed=1)
    first = [(t.get_text(), t.get_position(), t.get_fontsize()) for t in ax.texts]
    ax.clear()
    plot.cloud(weights, ax=ax, seed=1)
    assert first == [(t.get_text(), t.get_position(), t.get_fontsize()) for t in ax.texts]
    assert {text for text, *_ in first} == set(weights)


@pytest.mark.parametrize("lang", glossary.LANGUAGES)
def test_heat_writes_every_cell_in_each_language(ax, lang):
    table = pd.DataFrame(
        [[0.1, np.nan], [0.3, 0.4]], index=["r1", "r2"], columns=["tasks", "review"]
    )
    plot.heat(table, ax=ax, lang=lang)
    assert [t.get_text() for t in ax.texts] == ["0.10", "0.30", "0.40"]


def test_unknown_language_is_refused():
    with pytest.raises(ValueError, match="zh, en, both"):
        glossary.label("tasks", "fr")


def test_dumbbell_draws_both_ends(ax):
    table = pd.DataFrame({"term": ["创新"], "a": [1.0], "a_low": [0.5], "a_high": [2.0], "b": [3.0],
                          "b_low": [2.0], "b_high": [4.0]})  # fmt: skip
    plot.dumbbell(table, "a", "b", ax=ax, names=("2021", "2026"))
    assert sorted(float(line.get_xdata()[0]) for line in ax.lines) == [1.0, 3.0]
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["2021", "2026"]


def test_shift_intervals_lie_on_the_side_of_their_bars(ax):
    table = pd.DataFrame({"term": ["创新", "改革"], "contribution": [0.3, 0.2],
                          "direction": ["b", "a"], "low": [0.1, -0.3],
                          "high": [0.5, -0.1]})  # fmt: skip
    plot.shift(table, ax=ax, names=("a", "b"))
    (lines,) = ax.collections
    ends = [segment[:, 0].tolist() for segment in lines.get_segments()]
    assert ends == [[0.1, 0.5], [-0.3, -0.1]]
    assert [np.sign(bar.get_width()) for bar in ax.patches[:2]] == [1, -1]


def test_a_tail_that_dwarfs_the_words_runs_out_with_its_sum(ax):
    table = pd.DataFrame({"term": [f"词{n}" for n in range(100)], "contribution": 0.01,
                          "direction": "a"})  # fmt: skip
    plot.shift(table, ax=ax, names=("a", "b"), most=5)
    assert max(ax.get_xlim()) < 0.1
    assert "← 0.950" in [t.get_text() for t in ax.texts]
    assert sum(abs(bar.get_width()) for bar in ax.patches) == pytest.approx(1)


def test_open_intervals_end_in_arrows_inside_the_axes(ax):
    table = pd.DataFrame({"term": ["创新", "改革"], "log_ratio": [3.0, -1.0], "low": [1.0, -np.inf],
                          "high": [np.inf, -0.5], "settled": [True, False]})  # fmt: skip
    plot.ratios(table, ax=ax)
    assert np.isfinite(ax.get_xlim()).all()
    arrows = {line.get_marker() for line in ax.lines if len(line.get_xdata())} & {"<", ">"}
    assert arrows == {"<", ">"}


def test_placebo_marks_every_method_and_report(ax):
    table = pd.DataFrame({"group": ["r1", "r1", "r2", "r2"], "method": ["ratio", "g2"] * 2,
                          "rejected": [0.05, 0.2, 0.04, 0.3]})  # fmt: skip
    plot.placebo(table, ax=ax, band=(0.03, 0.07), lang="en")
    drawn = sorted(x for line in ax.lines for x in np.atleast_1d(line.get_xdata()) if x != 0.05)
    assert drawn == pytest.approx([0.04, 0.2, 0.3])
    assert [t.get_text() for t in ax.get_yticklabels()] == ["r1", "r2"]


def test_shuffles_draw_each_pair_in_order(ax):
    table = pd.DataFrame({"a": ["r1", "r1"], "b": ["r2", "r3"], "divergence": [0.3, 0.5],
                          "expected": 0.4, "low": 0.35, "high": 0.45})  # fmt: skip
    plot.shuffles(table, ax=ax)
    assert [t.get_text() for t in ax.get_yticklabels()] == ["r1 · r2", "r1 · r3"]
    assert list(ax.lines[-1].get_xdata()) == [0.3, 0.5]


@pytest.mark.parametrize("lang", glossary.LANGUAGES)
def test_ranks_join_what_both_lists_have(ax, lang):
    table = pd.DataFrame({"term": ["甲", "乙", "丙"], "raw": [1, 2, 9], "weighted": [2, 9, 1]})
    plot.ranks(table, "raw", "weighted", ax=ax, k=2, names=("a", "b"), lang=lang)
    assert [t.get_text() for t in ax.texts] == ["甲", "甲", "乙", "丙"]
    assert sum(len(line.get_xdata()) == 2 for line in ax.lines) == 1


@pytest.mark.parametrize("lang", glossary.LANGUAGES)
def test_choices_write_a_share_in_every_cell(ax, lang):
    rows = [("f", "hmm", "True", 2, 1.0), ("f", "hmm", "False", 2, 0.5),
            ("f", "engine", "auto", 4, 0.75)]  # fmt: skip
    table = pd.DataFrame(rows, columns=["finding", "choice", "option", "n", "share"])
    plot.choices(table, ax=ax, lang=lang)
    assert [t.get_text() for t in ax.texts] == [".75", "1.00", ".50"]


def test_two_panels_share_the_width(rates):
    figures.style()
    fig, axes = pyplot.subplots(1, 2, figsize=(figures.PAGE, 3))
    for ax in axes:
        plot.intervals(rates[rates["report"] == "r1"], ax=ax)
    fig.draw_without_rendering()
    assert min(ax.get_position().width for ax in axes) > 0.3
    pyplot.close(fig)


@pytest.mark.parametrize("n", [1, 3, 4, 7, 11])
def test_every_column_of_topics_has_its_numbers(n):
    rows = [(report, topic, 0.2, 0.1, 0.3) for topic in range(n) for report in ("r1", "r2")]
    table = pd.DataFrame(rows, columns=["report", "topic", "share", "low", "high"])
    fig = pyplot.figure(figsize=(figures.PAGE, 4))
    plot.topics.prevalence(table, {k: str(k) for k in range(n)}, set(), fig=fig)
    fig.canvas.draw()
    shown = [ax for ax in fig.axes if ax.get_visible()]
    lowest = {round(ax.get_position().x0, 3): ax for ax in shown}
    for ax in lowest.values():
        assert any(tick.label1.get_visible() for tick in ax.xaxis.get_major_ticks())
    pyplot.close(fig)
