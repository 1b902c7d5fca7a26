"""Drawings of accuracy, by the data they show."""

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot

from analysis import figures
from analysis.plot import restoration as plot


@pytest.fixture
def ax():
    figures.style()
    fig, axes = pyplot.subplots()
    yield axes
    pyplot.close(fig)


def points(ax, hollow):
    return [
        (float(x), float(y))
        for line in ax.lines
        if len(line.get_xdata()) and line.get_marker() != "None"
        and (line.get_mfc() == "white") == hollow
        for x, y in zip(line.get_xdata(), line.get_ydata(), strict=True)
    ]  # fmt: skip


def test_rates_are_drawn_where_they_are_and_zeros_hollow_at_their_limit(ax):
    table = pd.DataFrame(
        [
            ("a", "r1", 0.0, 0.0, 0.003),
            ("a", "r2", 0.01, 0.005, 0.02),
            ("b", "r1", 0.1, np.nan, np.nan),
        ],
        columns=["method", "report", "cer", "low", "high"],
    )
    plot.error_rates(table, ax=ax)
    assert [x for x, _ in points(ax, hollow=True)] == [0.003]
    assert [x for x, _ in points(ax, hollow=False)] == [0.01, 0.1]
    assert [t.get_text() for t in ax.get_yticklabels()] == ["r1", "r2"]
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["a", "b"]


def test_a_class_stands_beside_its_promise(ax):
    table = pd.DataFrame(
        [
            ("exact", 10, 1.0, 0.7, 1.0),
            ("inferred", 5, 0.8, 0.4, 0.9),
            ("unresolved", 0, np.nan, np.nan, np.nan),
        ],
        columns=["confidence", "n", "rate", "low", "high"],
    )
    plot.calibration(table, ax=ax)
    assert [x for x, _ in points(ax, hollow=False)] == [1.0, 0.8]
    assert len(ax.get_yticklabels()) == 2
    promises = [float(c.get_segments()[0][0][0]) for c in ax.collections[1:]]
    assert promises == list(plot.PROMISED.values())
