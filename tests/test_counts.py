"""Counts add up, however units are grouped, selected or restricted."""

import numpy as np
import pandas as pd
import pytest
import tiny
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import counts, paths, tokens

TEXTS = {
    "b-2021": "一、工作回顾\n改革改革发展，增长2.6%。\n改革的春天。\n二、今年工作\n发展5G。\n——\n",
    "a-2026": "一、今年工作\n推进供给侧结构性改革和改革。供给侧改革。\n",
}


@pytest.fixture
def corpus(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "CACHE", tmp_path)
    return tiny.corpus(TEXTS)


@pytest.fixture
def table(corpus):
    return tokens.table(corpus)


@pytest.mark.parametrize("unit", counts.UNITS)
def test_every_counted_token_is_counted_once(table, unit):
    found = counts.count(table, unit)
    n = table["kind"].isin(tokens.COUNTED).sum()
    assert found.matrix.sum() == found.sizes.sum() == n
    assert (found.matrix.sum(axis=1) == found.sizes).all()
    assert found.terms.tolist() == sorted(found.terms)
    assert found.matrix.dtype == np.int32
    assert found.matrix.shape == (len(found.units), len(found.terms))


def test_units_come_in_the_order_of_the_text_and_empty_ones_stay(table):
    found = counts.count(table)
    assert found.units["report"].tolist() == ["b-2021"] * 6 + ["a-2026"] * 2
    assert found.sizes.tolist()[5] == 0
    assert found.units["function"].tolist()[3:5] == ["tasks", "tasks"]


@pytest.mark.parametrize("unit", ["section", "report"])
def test_regrouping_is_counting_by_the_larger_unit(table, unit):
    direct, regrouped = counts.count(table, unit), counts.count(table).regroup(counts.UNITS[unit])
    pd.testing.assert_frame_equal(direct.units, regrouped.units)
    assert (direct.matrix != regrouped.matrix).nnz == 0


def test_stop_words_and_rare_words_leave_the_columns_not_the_sizes(table):
    everything, fewer = counts.count(table), counts.count(table, stop={"改革"}, min_count=2)
    assert set(fewer.terms) == set(everything.terms[everything.matrix.sum(axis=0) >= 2]) - {"改革"}
    assert (fewer.sizes == everything.sizes).all()


def test_select_keeps_counts_and_shows_absence_as_zero(table):
    found = counts.count(table, "report")
    chosen = found.select(["改革", "元宇宙", "2.6%"])
    assert chosen.terms.tolist() == ["2.6%", "元宇宙", "改革"]
    assert chosen.frame().loc["b-2021"].tolist() == [1, 0, 3]
    assert (chosen.sizes == found.sizes).all()
    assert found.select([]).matrix.shape == (2, 0)
    assert found.select([]).select(["改革"]).matrix.sum() == 0


def test_restrictions_partition_the_units(table):
    found = counts.count(table)
    parts = [found.restrict(function=f) for f in found.units["function"].unique()]
    assert sum(part.matrix.sum() for part in parts) == found.matrix.sum()
    both = found.restrict(report="b-2021", function=["tasks", "guiding"])
    assert both.units["section"].tolist() == [2, 2, 2]
    assert found.restrict(found.sizes == 0).matrix.sum() == 0


def test_frame_by_two_columns(table):
    frame = counts.count(table).frame(["report", "function"])
    assert frame.loc[("b-2021", "review"), "改革"] == 3
    assert frame.to_numpy().sum() == counts.count(table).matrix.sum()


def test_strings_are_counted_as_written(corpus, table):
    found = counts.strings(corpus, ["供给侧结构性改革", "供给侧", "改革改革", "侧结"], "report")
    assert found.frame().loc["a-2026"].to_dict() == {
        "供给侧": 2, "供给侧结构性改革": 1, "侧结": 1, "改革改革": 0,
    }
    words = counts.count(table, "report")
    pd.testing.assert_frame_equal(found.units, words.units)
    pd.testing.assert_frame_equal(
        counts.strings(corpus, ["改革"], tokens=table).units, counts.count(table).units
    )


def test_bad_unit_and_empty_string_are_refused(corpus, table):
    with pytest.raises(ValueError, match="paragraph, section, report"):
        counts.count(table, "chapter")
    with pytest.raises(ValueError, match="empty string"):
        counts.strings(corpus, [""], tokens=table)


def test_no_tokens_no_units():
    empty = tokens.table(tiny.corpus({"a": ""}))
    assert counts.count(empty).matrix.shape == (0, 0)
    assert counts.count(empty).frame().empty


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from("天地人和")), max_size=60))
def test_counting_agrees_with_a_cross_table(words):
    table = pd.DataFrame(words, columns=["paragraph", "token"]).sort_values("paragraph")
    table = table.assign(report="a", section=0, function="tasks", kind="word")
    found = counts.count(table)
    expected = pd.crosstab(table["paragraph"], table["token"])
    assert np.array_equal(found.matrix.toarray(), expected.to_numpy().reshape(found.matrix.shape))
