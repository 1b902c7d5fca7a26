"""Discovered phrases are counted right, weighed as the formula says, and free of their parts."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import phrases


def table(*paragraphs: str) -> pd.DataFrame:
    """Tokens of paragraphs written as words with spaces; ，and numbers are what they are."""
    rows = [
        ("a", number, word, "punctuation" if word == "，" else
         "number" if word.isdigit() else "word")
        for number, paragraph in enumerate(paragraphs) for word in paragraph.split()
    ]
    return pd.DataFrame(rows, columns=["report", "paragraph", "token", "kind"])


def found(tokens, **options) -> pd.DataFrame:
    options = {"min_count": 2, "min_paragraphs": 1, "min_npmi": -1, "stop": ()} | options
    return phrases.discover(tokens, **options).set_index("phrase")


def test_the_measure_is_the_formula():
    # 8 places: 6 words, 2 marks of padding; 甲乙 twice, 甲 three times, 乙 twice.
    tokens = table("甲 乙 ， 甲 乙 ， 甲 丙")
    row = found(tokens).loc["甲乙"]
    expected = np.log((2 / 8) / (3 / 8 * 2 / 8)) / -np.log(2 / 8)
    assert row["npmi"] == pytest.approx(expected)
    assert row[["words", "count", "paragraphs", "c_value"]].tolist() == [2, 2, 1, 2.0]


def test_a_long_phrase_has_the_measure_of_its_weakest_joint():
    tokens = table("甲 乙 丙 ， 甲 乙 丙 ， 甲 丁 ， 甲 戊 ， 己 庚")
    row = found(tokens).loc["甲乙丙"]
    total = 12 + 4  # words and marks of padding
    joints = [np.log(2 * total / (4 * 2)), np.log(2 * total / (2 * 2))]
    assert row["npmi"] == pytest.approx(min(joints) / -np.log(2 / total))


@pytest.mark.parametrize("between", ["，", "5", "\n"])
def test_no_phrase_runs_over_an_end(between):
    joined = f"甲 {between} 乙 "
    paragraphs = (joined * 5).split("\n")
    assert "甲乙" not in found(table(*paragraphs)).index


def test_parts_of_a_phrase_are_dropped_unless_they_stand_alone():
    inside = ["甲 乙 丙 ， 丁"] * 5
    assert set(found(table(*inside)).index) == {"甲乙丙"}
    alone = [*inside, *["甲 乙 ， 丁"] * 2]
    result = found(table(*alone))
    assert set(result.index) == {"甲乙丙", "甲乙"}
    assert result.loc["甲乙", "c_value"] == 7 - 5
    assert result.loc["甲乙丙", "c_value"] == pytest.approx(5 * np.log2(3))


def test_thresholds_and_stop_words():
    tokens = table("的 甲 乙", "的 甲 乙", "甲 的 乙 的 甲 的 乙")
    assert "的甲" not in found(tokens, stop={"的"}).index
    assert "甲的乙" in found(tokens, stop={"的"}).index
    assert "甲的乙" not in found(tokens, stop={"的"}, min_paragraphs=2).index
    assert found(tokens, min_count=3, stop={"的"}).empty
    assert found(tokens, min_npmi=0.99, stop={"的"}).empty


def test_the_table_is_ordered_and_says_its_kind():
    result = phrases.discover(table("甲 乙 ， 丙 丁", "甲 乙 ， 丙 丁"), min_count=2, stop=())
    assert result["phrase"].tolist() == ["丙丁", "甲乙"]
    assert set(result["kind"]) == {"discovered"}
    assert phrases.discover(table("甲")).empty
    assert list(phrases.discover(table("甲")).columns) == list(result.columns)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text("甲乙丙，", max_size=12), max_size=6))
def test_counts_are_the_places_where_the_words_stand(texts):
    result = found(table(*(" ".join(text) for text in texts)), max_words=3)
    for phrase, row in result.iterrows():
        places = [text.startswith(phrase, i) for text in texts for i in range(len(text))]
        assert row["count"] == sum(places)
        assert row["paragraphs"] == sum(phrase in text for text in texts)
    assert result["npmi"].between(-1, 1 + 1e-9).all()
