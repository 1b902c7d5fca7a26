"""Drawings of a panel show the numbers of their tables."""

import pandas as pd
from matplotlib import pyplot

from analysis import figures, plot


def test_targets_of_a_place_as_a_step_line_with_open_ends_and_results():
    figures.style("zh")
    table = pd.DataFrame({
        "status": ["target", "target", "target", "result"], "year": [2020, 2021, 2022, 2021],
        "low": [6.0, 6.0, 5.0, 8.1], "high": [6.5, None, 5.0, 8.1], "hedge": ["", "以上", "左右", ""],
    })  # fmt: skip
    _, ax = pyplot.subplots()
    plot.target_course(table, ax=ax)
    assert ax.lines[0].get_ydata().tolist() == [6.25, 6.0, 5.0]
    assert [line.get_xdata().tolist() for line in ax.lines if line.get_marker() == "^"] == [[2021.0]]
    assert [text.get_text() for text in ax.texts] == ["以上", "左右"]
    assert ax.lines[-1].get_ydata().tolist() == [8.1]
    pyplot.close("all")


def test_the_split_stands_in_the_order_of_its_components():
    figures.style("en")
    names = ["within", "damage", "lengths", "came and went", "pooled"]
    table = pd.DataFrame({"change": [3.0, 0.0, -1.0, 2.0, 4.0], "low": -1.0, "high": 5.0},
                         index=pd.Index(names, name="component"))  # fmt: skip
    _, ax = pyplot.subplots()
    plot.split(table, ax=ax)
    assert [bar.get_width() for bar in ax.patches] == [3, 0, -1, 2, 4]
    assert len({label.get_text() for label in ax.get_yticklabels()}) == 5
    pyplot.close("all")
