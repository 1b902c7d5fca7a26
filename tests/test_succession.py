"""Terms that keep the same company are suggested; what only is frequent is not."""

import pandas as pd
import pytest

from analysis.drift import succession

# 国营企业 stands where 国有企业 stands later; 水稻 keeps other company.
OLD = "深化 国营企业 改革 扩大 自主权 ， 种植 水稻 提高 产量"
NEW = "深化 国有企业 改革 扩大 自主权 ， 种植 玉米 提高 产量"


def table(*lines: str) -> pd.DataFrame:
    rows = [
        ("a", k, word, "punctuation" if word == "，" else "word")
        for k, line in enumerate(lines)
        for word in line.split()
    ]
    return pd.DataFrame(rows, columns=["report", "paragraph", "token", "kind"])


@pytest.fixture(scope="module")
def tokens() -> pd.DataFrame:
    return table(*[part for line in (OLD, NEW) for part in line.split("，") for _ in range(8)])


def test_a_planted_succession_is_found_with_its_company(tokens):
    found = succession.suggest(tokens, ["国营企业", "水稻"], ["国有企业", "玉米"])
    assert set(zip(found["falling"], found["rising"], strict=True)) == {
        ("国营企业", "国有企业"), ("水稻", "玉米")
    }  # fmt: skip
    assert set(found.loc[0, "shared"].split()) <= set((OLD + " " + NEW).split())
    assert found.set_index("falling").loc["国营企业", "characters"] == "国企业"
    assert (found["similarity"] > 0.9).all()


def test_similarity_does_not_depend_on_the_direction(tokens):
    there = succession.suggest(tokens, ["国营企业"], ["国有企业"])
    back = succession.suggest(tokens, ["国有企业"], ["国营企业"])
    assert there["similarity"].tolist() == pytest.approx(back["similarity"].tolist())


def test_windows_end_with_the_paragraph():
    found = succession.contexts(table(*["改革 开放"] * 6, *["农村 水利"] * 6), ["改革"])
    row = found.matrix[[0]].toarray()[0]
    near = {word for word, weight in zip(found.words, row, strict=True) if weight > 0}
    assert near == {"开放"}


def test_rare_terms_and_empty_sides_give_no_suggestion(tokens):
    assert succession.suggest(tokens, ["从未"], ["国有企业"]).empty
    assert succession.suggest(tokens, [], []).empty


def test_a_term_on_both_sides_is_refused(tokens):
    with pytest.raises(ValueError, match="水稻 both falls and rises"):
        succession.suggest(tokens, ["水稻"], ["水稻"])
