"""Shared wording is found whole, once, and nowhere else; difflib and brute force agree."""

import difflib

import pandas as pd
import pytest
import tiny
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import formulas, paths, tokens

FORMULA = "全面贯彻党的二十大精神，坚持稳中求进工作总基调，完整准确全面贯彻新发展理念"


def letters(text: str) -> str:
    return "".join(c for c in text if c.isalnum())


def brute(a: str, b: str, least: int) -> set[tuple[int, int, int]]:
    """Maximal common stretches of two texts, by trying every pair of places."""
    found = set()
    for i in range(len(a)):
        for j in range(len(b)):
            if i and j and a[i - 1] == b[j - 1]:
                continue
            n = 0
            while i + n < len(a) and j + n < len(b) and a[i + n] == b[j + n]:
                n += 1
            if n >= least:
                found.add((i, j, n))
    return found


@settings(max_examples=60, deadline=None)
@given(st.text("甲乙丙", max_size=18), st.text("甲乙丙", max_size=18), st.integers(1, 7))
def test_all_maximal_stretches_are_found(a, b, least):
    table = formulas.shared(tiny.corpus({"a": a, "b": b}), least)
    found = {*zip(table["start_a"], table["start_b"], table["chars"], strict=True)}
    assert found == brute(a, b, least)


def test_punctuation_and_line_ends_do_not_hide_a_formula():
    other = FORMULA.replace("，", "、").replace("精神", "精神\n")
    corpus = tiny.corpus({"a": f"我们{FORMULA}。好", "b": f"始终要{other}！差", "c": "别的话。"})
    table = formulas.shared(corpus)
    row = table.iloc[0]
    assert len(table) == 1
    assert row["formula"] == FORMULA
    assert corpus["b"].text[row["start_b"] : row["end_b"]] == other
    assert row["chars"] == len(letters(FORMULA))
    assert (row["report_a"], row["report_b"]) == ("a", "b")


def test_nothing_is_shared_across_the_end_of_a_report():
    texts = {"a": "甲乙丙丁戊己", "b": "庚辛壬癸子丑", "c": "戊己庚辛"}
    assert formulas.shared(tiny.corpus(texts), 3).empty
    assert len(formulas.shared(tiny.corpus(texts), 2)) == 2


def test_the_longest_stretch_is_that_of_difflib(national):
    texts = {str(year): national[year] for year in (2019, 2022)}
    a, b = (letters(text) for text in texts.values())
    match = difflib.SequenceMatcher(None, a, b, autojunk=False).find_longest_match()
    assert formulas.shared(tiny.corpus(texts)).loc[0, "chars"] == match.size


def test_coverage_counts_each_letter_once():
    corpus = tiny.corpus({"a": f"{FORMULA}。", "b": f"{FORMULA}。我们{FORMULA}。", "c": "无。"})
    table = formulas.coverage(corpus).set_index(["report", "other"])
    assert table.loc[("a", "b"), "share"] == table.loc[("a", "any"), "share"] == 1
    assert table.loc[("b", "a"), "chars"] == 2 * len(letters(FORMULA))
    assert table.loc[("c", "any"), "share"] == 0
    assert table["share"].between(0, 1).all()


def test_the_mask_marks_the_shared_tokens(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "CACHE", tmp_path)
    corpus = tiny.corpus({"a": f"我们{FORMULA}。", "b": f"要{FORMULA}！", "c": "别的话。"})
    table = tokens.table(corpus)
    marked = formulas.mask(table, formulas.shared(corpus))
    own = table[~marked].groupby("report", observed=True)["token"].agg("".join)
    assert own.to_dict() == {"a": "我们。", "b": "要！", "c": "别的话。"}
    assert not formulas.mask(table, formulas.shared(corpus, 99)).any()


def test_fewer_than_two_reports_share_nothing():
    for texts in ({"a": FORMULA}, {"a": "", "b": FORMULA}):
        table = formulas.shared(tiny.corpus(texts))
        assert table.empty
        assert list(table.columns) == ["formula", *formulas.SPAN, "chars"]
    assert formulas.coverage(tiny.corpus({"a": ""}))["share"].isna().all()


def test_a_ruled_line_of_letters_takes_no_quadratic_time():
    text = "x" * 100_000
    assert formulas.shared(tiny.corpus({"a": text, "b": text})).empty


def test_the_order_is_total():
    corpus = tiny.corpus({n: f"{n}{FORMULA}{n}{FORMULA}" for n in "cab"})
    table = formulas.shared(corpus)
    pd.testing.assert_frame_equal(table, formulas.shared(corpus))
    assert table["report_a"].tolist() == ["c"] * 8 + ["a"] * 4
    with pytest.raises(ValueError, match="1 or more"):
        formulas.shared(corpus, 0)
