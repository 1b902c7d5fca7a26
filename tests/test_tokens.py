"""Tokens join to the text, stand where they say, and come out of the cache unchanged."""

import pandas as pd
import pytest
import tiny
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import paths, storage, tokens, wordform

TEXT = "一、工作回顾\n推进供给侧结构性改革，增长2.6%。\n\n发展5G和新质生产力。\n"


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "CACHE", tmp_path)
    return tmp_path / "tokens"


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=80), st.booleans())
def test_tokens_join_to_the_text(text, hmm):
    found = tokens.segment(text, hmm=hmm)
    form = wordform.fold(text)
    assert "".join(token for token, *_ in found) == form
    assert all(form[start:end] == token for token, start, end, _ in found)
    assert {kind for *_, kind in found} <= set(tokens.KINDS)


@given(st.text(min_size=1, max_size=5))
def test_white_space_is_never_counted(text):
    assert (tokens.kind(text) == "space") == text.isspace()


def test_table_rows_stand_where_they_say():
    corpus = tiny.corpus({"a": TEXT, "b": "总体要求。"})
    table = tokens.table(corpus)
    for row in table.itertuples():
        assert corpus[row.report].text[row.start : row.end] == row.token
    joined = table.groupby(["report", "paragraph"], observed=True)["token"].agg("".join)
    assert joined.tolist() == [line for line in [*TEXT.split("\n"), "总体要求。"] if line]
    assert table["report"].cat.categories.tolist() == ["a", "b"]
    assert {"供给侧结构性改革", "2.6%", "5G", "新质生产力"} <= set(table["token"])
    assert table.loc[table["token"] == "5G", ["function", "heading"]].to_numpy().tolist() == [
        ["review", False]
    ]


def test_engines_and_options_give_the_same_columns():
    corpus = tiny.corpus({"a": TEXT})
    slow = tokens.table(corpus, engine="jieba", hmm=False)
    fast = tokens.table(corpus, engine="auto", hmm=False)
    pd.testing.assert_frame_equal(slow, fast)


def test_an_empty_corpus_and_an_empty_report_have_the_columns():
    empty = tokens.table(tiny.corpus({"a": ""}))
    assert len(empty) == 0
    assert list(empty.columns) == list(tokens.table(tiny.corpus({"a": "好"})).columns)


@pytest.mark.parametrize("damage", [b"", b"\x93NUMPY", b"nonsense"])
def test_a_damaged_cache_entry_is_recomputed(cache, damage):
    corpus = tiny.corpus({"a": TEXT})
    first = tokens.table(corpus)
    (entry,) = storage.entries("tokens")
    good = entry.read_bytes()
    entry.write_bytes(damage or good[:-3])
    pd.testing.assert_frame_equal(tokens.table(corpus), first)
    assert entry.read_bytes() == good


def test_the_cache_is_used_and_knows_text_lexicon_and_model(cache, monkeypatch):
    corpus = tiny.corpus({"a": TEXT})
    for options in ({}, {"lexicon": None}, {"hmm": False}, {"engine": "jieba"}):
        tokens.table(corpus, **options)
    tokens.table(tiny.corpus({"a": TEXT + "好"}))
    assert len(storage.entries("tokens")) == 5
    monkeypatch.setattr(tokens, "_cut", lambda *_: pytest.fail("computed again"))
    tokens.table(corpus)


def test_a_cache_that_cannot_be_written_is_no_error(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(paths, "CACHE", tmp_path / "file")
    assert len(tokens.table(tiny.corpus({"a": "好。"}))) == 2


def test_reports_cut_in_parallel_are_the_same(tmp_path, monkeypatch):
    from joblib import parallel_config

    corpus = tiny.corpus({"a": TEXT, "b": TEXT + "好。", "c": "总体。"})
    alone = tokens.table(corpus, lexicon=["增长"])
    monkeypatch.setattr(paths, "CACHE", tmp_path / "another")
    with parallel_config(n_jobs=2, backend="threading"):
        pd.testing.assert_frame_equal(tokens.table(corpus, lexicon=["增长"]), alone)


def test_lexicon_effect_counts_what_changed():
    corpus = tiny.corpus({"a": "供给侧结构性改革。\n供给侧结构性改革和供给侧。", "b": "现代县域"})
    effect = tokens.lexicon_effect(corpus, lexicon=["供给侧结构性改革", "供给侧", "代县"])
    rows = effect.set_index("term")
    assert rows.loc["供给侧结构性改革"].tolist() == [2, 0, 2, 2, 0]
    assert rows.loc["供给侧"].tolist()[0] == 3
    assert rows.loc["供给侧", "after"] == 1
    assert (rows["written"] >= rows["after"]).all()
    assert rows.loc["代县", "crossed"] == rows.loc["代县", "after"]


def test_provenance_names_engine_and_lexicon():
    assert tokens.provenance(engine="jieba")["version"] == "rules 1, jieba 0.42.1"
    assert tokens.table(tiny.corpus({"a": "好"})).attrs["provenance"] == tokens.provenance()
    assert tokens.provenance()["lexicon"] != tokens.provenance(lexicon=None)["lexicon"]
