"""Differences between reports like for like, and what other choices would have given."""


import numpy as np
import pandas as pd
import pytest

from analysis.topics import TopicModel
from analysis.topics import contrasts as topic_contrasts


@pytest.fixture
def model() -> TopicModel:
    rng = np.random.default_rng(0)
    rows = [(r, "tasks", s) for r in ("a", "b", "c") for s in range(10)]
    documents = pd.DataFrame(rows, columns=["report", "function", "section"])
    documents = documents.assign(n_tokens=100, paragraph=range(len(rows)))
    high = np.where(documents["report"] == "b", 0.8, 0.2) + rng.normal(0, 0.05, len(rows))
    weights = np.eye(2).repeat(12, axis=1) / 12
    terms = pd.Index([f"词{i:02}" for i in range(24)])
    return TopicModel("nmf", 2, 0, weights, np.column_stack([high, 1 - high]), terms, documents)


def catalogue(levels: dict[str, str]) -> pd.DataFrame:
    table = pd.DataFrame({"year": range(2021, 2021 + len(levels)), "level": list(levels.values())})
    return table.assign(genre="work-report").set_index(pd.Index(list(levels), name="id"))


def test_a_planted_difference_is_found_between_alike_reports(model):
    table = topic_contrasts.differences(model, catalogue({"a": "city", "b": "city"}))
    assert table["difference"].tolist() == pytest.approx([0.6, -0.6], abs=0.05)
    assert table["clear"].all()


def test_swapping_the_years_flips_the_sign(model):
    one = topic_contrasts.differences(model, catalogue({"a": "city", "b": "city"}))
    two = topic_contrasts.differences(model, catalogue({"b": "city", "a": "city"}))
    assert one["difference"].tolist() == pytest.approx((-two["difference"]).tolist())
    assert one["low"].tolist() == pytest.approx((-two["high"]).tolist())


def test_reports_of_different_levels_are_not_compared(model):
    assert topic_contrasts.differences(model, catalogue({"a": "city", "b": "province"})).empty


def test_a_report_without_the_function_leaves_its_place_to_the_next(model):
    table = topic_contrasts.differences(model, catalogue(dict.fromkeys("xabcy", "city")))
    assert set(table["before"]) == {"a"}
    assert set(table["after"]) == {"c"}
    other = topic_contrasts.differences(model, catalogue({"a": "city", "b": "city"}), "review")
    assert other.empty
    assert list(other) == list(table)
