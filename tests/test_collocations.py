"""Discovered phrases are counted right, weighed as the formula says, and free of their parts."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import collocations


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
    return collocations.phrases(tokens, **options).set_index("phrase")


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
    result = collocations.phrases(table("甲 乙 ， 丙 丁", "甲 乙 ， 丙 丁"), min_count=2, stop=())
    assert result["phrase"].tolist() == ["丙丁", "甲乙"]
    assert set(result["kind"]) == {"discovered"}
    assert collocations.phrases(table("甲")).empty
    assert list(collocations.phrases(table("甲")).columns) == list(result.columns)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text("甲乙丙，", max_size=12), max_size=6))
def test_counts_are_the_places_where_the_words_stand(texts):
    result = found(table(*(" ".join(text) for text in texts)), max_words=3)
    for phrase, row in result.iterrows():
        places = [text.startswith(phrase, i) for text in texts for i in range(len(text))]
        assert row["count"] == sum(places)
        assert row["paragraphs"] == sum(phrase in text for text in texts)
    assert result["npmi"].between(-1, 1 + 1e-9).all()


# 国营企业 stands where 国有企业 stands later; 水稻 keeps other company.
OLD = "深化 国营企业 改革 扩大 自主权 ， 种植 水稻 提高 产量"
NEW = "深化 国有企业 改革 扩大 自主权 ， 种植 玉米 提高 产量"


def lines_of(*lines: str) -> pd.DataFrame:
    rows = [
        ("a", k, word, "punctuation" if word == "，" else "word")
        for k, line in enumerate(lines)
        for word in line.split()
    ]
    return pd.DataFrame(rows, columns=["report", "paragraph", "token", "kind"])


@pytest.fixture(scope="module")
def company() -> pd.DataFrame:
    return lines_of(*[part for line in (OLD, NEW) for part in line.split("，") for _ in range(8)])


def test_a_planted_succession_is_found_with_its_company(company):
    found = collocations.replacement_candidates(company, ["国营企业", "水稻"], ["国有企业", "玉米"])
    assert set(zip(found["falling"], found["rising"], strict=True)) == {
        ("国营企业", "国有企业"), ("水稻", "玉米")
    }  # fmt: skip
    assert set(found.loc[0, "shared"].split()) <= set((OLD + " " + NEW).split())
    assert found.set_index("falling").loc["国营企业", "characters"] == "国企业"
    assert (found["similarity"] > 0.9).all()


def test_similarity_does_not_depend_on_the_direction(company):
    there = collocations.replacement_candidates(company, ["国营企业"], ["国有企业"])
    back = collocations.replacement_candidates(company, ["国有企业"], ["国营企业"])
    assert there["similarity"].tolist() == pytest.approx(back["similarity"].tolist())


def test_windows_end_with_the_paragraph():
    found = collocations._contexts(lines_of(*["改革 开放"] * 6, *["农村 水利"] * 6), ["改革"])
    row = found.matrix[[0]].toarray()[0]
    near = {word for word, weight in zip(found.words, row, strict=True) if weight > 0}
    assert near == {"开放"}


def test_rare_terms_and_empty_sides_give_no_suggestion(company):
    assert collocations.replacement_candidates(company, ["从未"], ["国有企业"]).empty
    assert collocations.replacement_candidates(company, [], []).empty


def test_a_term_on_both_sides_is_refused(company):
    with pytest.raises(ValueError, match="水稻 both falls and rises"):
        collocations.replacement_candidates(company, ["水稻"], ["水稻"])
