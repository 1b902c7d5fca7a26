"""Drawings of drift by their labels and data."""

import pandas as pd
import pytest

pyplot = pytest.importorskip("matplotlib.pyplot")

from analysis import figures, plot  # noqa: E402
from analysis.drift.decomposition import PARTS  # noqa: E402


@pytest.fixture(autouse=True)
def _style():
    figures.style()
    yield
    pyplot.close("all")


def course(years, kinds) -> pd.DataFrame:
    rows = [
        {"term": term, "year": year, "per_10k": float(k), "low": 0.0, "high": k + 2.0, "kind": kind}
        for term in ("创新", "改革")
        for kind in kinds
        for k, year in enumerate(years)
    ]
    return pd.DataFrame(rows)


def test_no_line_joins_unlike_points():
    table = course([2021, 2023], ["city work-report", "province work-report"])
    fig = plot.courses(table, ["创新", "改革"], fig=pyplot.figure(figsize=(7, 3)))
    lines = [line for ax in fig.axes for line in ax.lines]
    assert lines
    assert all(line.get_linestyle() == "None" for line in lines)


def test_like_points_are_joined_from_four_years_on():
    joined = []
    for years in ([2001, 2002, 2003], [2001, 2002, 2003, 2004]):
        fig = plot.courses(course(years, ["city work-report"]), ["创新"], fig=pyplot.figure())
        joined.append(any(line.get_linestyle() == "-" for line in fig.axes[0].lines))
    assert joined == [False, True]


def test_panels_fill_the_page_beside_a_legend():
    table = course([2021, 2026], ["city work-report", "district five-year-plan"])
    fig = plot.courses(table, ["创新", "改革"], fig=pyplot.figure(figsize=(7, 3)), columns=2)
    fig.draw_without_rendering()
    left, right = (ax.get_position() for ax in fig.axes[:2])
    assert left.x0 < 0.12
    assert right.x1 > 0.95


def test_the_matrix_says_why_and_through_what():
    pairs = pd.DataFrame({
        "before": ["a", "a", "b"], "after": ["b", "c", "c"], "identified": [True, False, False],
        "through": ["tasks", "no level in common (x vs y)", "no genre in common (x vs y)"],
    })  # fmt: skip
    _, ax = pyplot.subplots()
    plot.identification(pairs, ax=ax, lang="en")
    assert [text.get_text() for text in ax.texts] == ["tasks", "level differs", "genre differs"]


def test_bars_end_at_the_difference():
    table = pd.DataFrame({"content": [3.0, -2.0], "mix": [1.0, 3.0], "damage": [-2.0, 0.0]},
                         index=["甲", "乙"])  # fmt: skip
    table["naive"] = table[list(PARTS)].sum(axis=1)
    _, ax = pyplot.subplots()
    plot.parts(table, ax=ax, lang="zh")
    ends = pd.Series(0.0, index=range(2))
    for bar in ax.patches:
        if bar.get_width():
            ends[round(bar.get_y() + bar.get_height() / 2)] += bar.get_width()
    assert ends.tolist() == pytest.approx(table["naive"].tolist())


def test_absence_is_white_however_small_the_rate():
    table = pd.DataFrame([[0.0, 0.001, 1.0]], index=["碳达峰"], columns=[2013, 2019, 2022])
    _, ax = pyplot.subplots()
    shade = plot.arrivals(table, ax=ax).images[0].get_array()
    assert shade.mask[0].tolist() == [True, False, False]


def test_targets_are_hollow_and_results_full():
    table = pd.DataFrame({
        "indicator": "地区生产总值", "year": [2021, 2022], "status": ["target", "result"],
        "value": [8.0, 4.5], "value_high": [8.5, None], "level": "city",
    })  # fmt: skip
    fig = plot.promises(table, fig=pyplot.figure())
    faces = [line.get_markerfacecolor() for line in fig.axes[0].lines]
    assert faces[0] == "white"
    assert faces[1] != "white"
