"""What is read from Parquet is what was written, and other tools can read it."""

import numpy as np
import pandas as pd
import pytest
import tiny
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import counts, paths, tokens
from analysis.corpus import load
from analysis.counts import parquet

TEXTS = {"b": "一、工作回顾\n改革改革发展，增长2.6%。\n二、今年工作\n发展5G。\n——\n", "a": "改革。"}


@pytest.fixture(scope="module")
def five():
    return tokens.table(load(paths.ROOT / "data" / "catalogue.csv"))


def test_tokens_come_back(five, tmp_path):
    for table in (five, five.iloc[:0], tokens.table(tiny.corpus(TEXTS))):
        parquet.write_tokens(table, tmp_path / "tokens.parquet")
        found = parquet.read_tokens(tmp_path / "tokens.parquet")
        pd.testing.assert_frame_equal(found, table)
        assert found.attrs == table.attrs
        assert found["report"].cat.categories.tolist() == table["report"].cat.categories.tolist()


@pytest.mark.parametrize("unit", counts.UNITS)
def test_counts_come_back(five, tmp_path, unit):
    made = counts.count(five, unit)
    for table in (made, made.select(["改革", "元宇宙"]), made.restrict(made.sizes < 0)):
        parquet.write_counts(table, tmp_path)
        tiny.same_counts(parquet.read_counts(tmp_path), table)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.sampled_from("改革发展 5G2.6%。\n一、工"), max_size=40))
def test_any_counts_come_back(tmp_path_factory, pieces):
    folder = tmp_path_factory.mktemp("counts")
    table = counts.count(tokens.table(tiny.corpus({"a": "".join([*pieces, "。"]), "b": "改革"})))
    parquet.write_counts(table, folder)
    tiny.same_counts(parquet.read_counts(folder), table)


def test_other_tools_read_words_and_add_up_the_same(five, tmp_path):
    made = counts.count(five, "report")
    parquet.write_counts(made, tmp_path)
    cells = pd.read_parquet(tmp_path / "counts.parquet")
    units = pd.read_parquet(tmp_path / "units.parquet")
    assert cells.groupby("unit")["count"].sum().tolist() == units["n_tokens"].tolist()
    word = cells[cells["term"] == "改革"].set_index("unit")["count"]
    assert word.tolist() == made.frame()["改革"].tolist()
    terms = pd.read_parquet(tmp_path / "terms.parquet")
    assert np.array_equal(terms["count"], made.matrix.sum(axis=0))


def test_a_file_of_others_is_refused(tmp_path):
    pd.DataFrame({"token": ["改革"]}).to_parquet(tmp_path / "tokens.parquet")
    with pytest.raises(ValueError, match="read it with pandas"):
        parquet.read_tokens(tmp_path / "tokens.parquet")
