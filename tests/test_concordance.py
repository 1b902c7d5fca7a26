"""Hits stand where they say, in text and raw text, and tell what they rest on."""

import re
import sys
import types

import pandas as pd
import pytest
import tiny
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import concordance, counts, paths, tokens
from analysis.__main__ import main

RAW = {
    "a": "一、工作回顾\n推動高質量發展，经济发(fā)展。\n二、今年工作\n坚持高质量发展。\n",
    "b": "一、今年工作\n高\ufffd量发展，科技创薪驱动，创新驱动。\n",
}
EDITS = {
    "a": [
        tiny.find(RAW["a"], "動", "动", rule="script.t2s"),
        tiny.find(RAW["a"], "質", "质", rule="script.t2s"),
        tiny.find(RAW["a"], "發", "发", "inferred", rule="script.t2s"),
        tiny.find(RAW["a"], "(fā)", "", rule="pinyin.annotation"),
    ],
    "b": [tiny.find(RAW["b"], "薪", "薪", "unresolved", alternatives=("新", "心"))],
}


@pytest.fixture
def corpus(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "CACHE", tmp_path)
    return tiny.corpus(RAW, EDITS)


def test_a_hit_is_traced_to_its_raw_characters(corpus):
    first, second = concordance.hits(corpus, "高质量发展").itertuples()
    assert (first.raw, first.edits, first.rules, first.classes) == (
        "高質量發展", 2, "script.t2s", "inferred"
    )
    assert (first.left, first.right) == ("推动", "，经济发展。")
    assert (first.section_title, first.function, first.year) == ("一、工作回顾", "review", 2021)
    assert (second.raw, second.edits, second.rules, second.classes) == (
        "高质量发展", 0, "", "untouched"
    )


def test_a_dropped_annotation_inside_a_hit_belongs_to_it(corpus):
    found = concordance.hits(corpus, "经济发展").iloc[0]
    assert (found["raw"], found["classes"]) == ("经济发(fā)展", "exact")


@pytest.mark.parametrize("query", ["发展", "高质量发展", "。", "创新.{0,4}驱动", "[高经].{1,2}量?"])
def test_every_hit_stands_where_it_says(corpus, query):
    table = concordance.hits(corpus, query, regex=True, width=3)
    assert len(table)
    for hit in table.itertuples():
        report = corpus[hit.report]
        assert report.text[hit.start : hit.end] == hit.hit
        assert report.raw[hit.raw_start : hit.raw_end] == hit.raw
        assert report.text[hit.start - len(hit.left) : hit.end + len(hit.right)] == (
            hit.left + hit.hit + hit.right
        )
    order = [*zip(table["report"], table["start"], strict=True)]
    assert order == sorted(order)


@settings(max_examples=40, deadline=None)
@given(st.text("甲乙\n", max_size=30), st.text("甲乙", min_size=1, max_size=3))
def test_hits_and_counted_strings_agree(text, query):
    corpus = tiny.corpus({"a": f"{text}甲"})
    table = tokens.table(corpus, lexicon=None, engine="rjieba")
    assert len(concordance.hits(corpus, query)) == counts.strings(
        corpus, [query], tokens=table
    ).matrix.sum()


def test_choices_narrow_the_hits(corpus):
    def number(**options):
        return len(concordance.hits(corpus, "发展", **options))

    assert number() == 4
    assert number(report="a") + number(report=["b"]) == 4
    assert number(function="review") == 2
    assert number(section="今年") == 2
    assert number(function="guiding") == 0
    with pytest.raises(ValueError, match="No report 'c' in the corpus; it has a, b"):
        number(report="c")


def test_no_hit_runs_over_a_line(corpus):
    assert concordance.hits(corpus, r"回顾\s推动", regex=True).empty


def test_bad_queries_are_refused(corpus):
    with pytest.raises(ValueError, match="empty"):
        concordance.hits(corpus, "")
    with pytest.raises(ValueError, match="no regular expression"):
        concordance.hits(corpus, "(", regex=True)
    assert concordance.hits(corpus, "甲*", regex=True).empty


def test_support_splits_hits_and_counts_what_could_be_hidden(corpus):
    split = concordance.support(concordance.hits(corpus, "高质量发展"))
    assert split.loc["a"].tolist() == [1, 0, 1, 0, 2, 0]
    assert split.loc["b"].tolist() == [0, 0, 0, 0, 0, 1]
    assert split.loc["all"].tolist() == [1, 0, 1, 0, 2, 1]
    assert concordance.support(concordance.hits(corpus, "元宇宙")).loc["all"].sum() == 0


def test_a_suspicion_hides_a_hit_only_if_a_candidate_makes_one(corpus):
    hidden = concordance.gaps(corpus, "创新驱动")
    assert hidden[["report", "kind", "reading"]].to_numpy().tolist() == [["b", "suspicion", "新"]]
    place = hidden.iloc[0]
    assert corpus["b"].text[place["start"] : place["end"]] == "薪"
    assert concordance.gaps(corpus, "科技").empty
    assert concordance.gaps(corpus, "创新驱动", report="a").empty


def test_a_loss_hides_what_fits_over_it(corpus):
    assert concordance.gaps(corpus, "高质量")["kind"].tolist() == ["loss"]
    assert concordance.gaps(corpus, "质量")["kind"].tolist() == ["loss"]
    assert concordance.gaps(corpus, "低档质量").empty
    assert concordance.gaps(corpus, "改革").empty
    assert len(concordance.gaps(corpus, "改.革", regex=True)) == 1


def page(corpus, query, **options):
    return concordance.page(concordance.hits(corpus, query, **options), query, **options)


def test_the_page_aligns_hits_and_names_places(corpus):
    lines = page(corpus, "发展", report="a").splitlines()
    assert lines[0] == "a (2021): 3"
    starts = {concordance._width(line.split("【")[0]) for line in lines if "【发展】" in line}
    assert len(starts) == 1
    pattern = r"review, 一、工作回顾, paragraph 1; .*; inferred, from '發展' by script\.t2s"
    assert re.search(pattern, lines[2])
    assert lines[-1] == "3 hits: 1 untouched, 1 exact, 1 inferred. No gap could hide another."


def test_no_hit_says_what_to_try(corpus):
    text = page(corpus, "元宇宙", section="回顾")
    assert text.startswith("No hit of 元宇宙. Try without --report")
    assert page(corpus, "低.量", regex=True).endswith("1 place could hide one more.")


def test_the_command_prints_and_returns_whether_there_were_hits(corpus, monkeypatch, capsys):
    import analysis

    loader = types.SimpleNamespace(load=lambda path: corpus)
    monkeypatch.setitem(sys.modules, "analysis.corpus", loader)
    monkeypatch.setattr(analysis, "corpus", loader, raising=False)
    for term, code in (("高质量发展", 0), ("元宇宙", 1)):
        assert main(["trace", term, "--function", "tasks", "--report", "a"]) == code
    assert "坚持【高质量发展】。" in capsys.readouterr().out


def test_an_empty_table_has_all_columns():
    table = concordance.hits(tiny.corpus({"a": ""}), "发展")
    assert list(table.columns) == concordance.COLUMNS
    assert isinstance(concordance.support(table), pd.DataFrame)


@pytest.mark.parametrize(
    ("asked", "says"),
    [(["发展(", "--regex"], "is no regular expression"), (["发展", "--report", "gov-99"], "gov-99"),
     ([""], "empty"), (["发展", "--catalogue", "nowhere.csv"], "nowhere.csv")],
)  # fmt: skip
def test_a_command_that_cannot_be_done_says_so_in_its_exit_code(asked, says, capsys):
    assert main(["trace", *asked]) == 1
    printed = capsys.readouterr()
    assert says in printed.err
    assert "Traceback" not in printed.err
    assert printed.out == ""
