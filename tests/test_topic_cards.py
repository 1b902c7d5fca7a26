"""Cards say what a topic is and where, and nothing about a topic that does not recur."""

import numpy as np
import pandas as pd
import planted
import pytest

from analysis import topics
from analysis.topics import cards as topic_cards
from analysis.topics import domains


@pytest.fixture(scope="module")
def made():
    return planted.documents()


@pytest.fixture(scope="module")
def model(made):
    return topics.fit(made[0], 4)


@pytest.fixture(scope="module")
def book():
    rows = [(w, f"d{t}", f"{t}-{i}", "test") for t in range(4)
            for i, w in enumerate(planted.words(t))]
    return pd.DataFrame(rows, columns=["term", "domain", "en", "source"])


def recurrence(*values):
    status = ["stable" if v >= 0.6 else "unstable" for v in values]
    return pd.DataFrame({"recurrence": values, "needed": 5, "jaccard": 0.4, "status": status})


def test_cards_name_topics_that_recur_and_no_others(made, model, book):
    corpus = made[1]
    found = domains.hits(corpus, book)
    table = topic_cards.cards(model, recurrence(0.9, 0.6, 0.59, 1.0), corpus, found, book)
    assert table["topic"].tolist() == [0, 1, 2, 3]
    assert table["status"].tolist() == ["stable", "stable", "unstable", "stable"]
    bare = table.loc[2]
    assert (bare["label_zh"], bare["label_en"], bare["domain"]) == ("", "", "")
    assert np.isnan(bare["domain_r"])
    assert bare["words"].split() == model.top()[2]
    for row in table.drop(index=2).itertuples():
        planted_topic = int(row.domain[1])
        assert set(row.label_zh.split("·")) <= set(planted.words(planted_topic))
        assert row.label_en.startswith(f"{planted_topic}-")
        assert row.domain_r > 0.9
    assert table["share"].sum() == pytest.approx(1, abs=1e-3)


def test_a_label_without_translation_names_the_domain_and_says_so(made, model, book):
    corpus = made[1]
    found = domains.hits(corpus, book)
    bare = book.drop(columns="en")
    table = topic_cards.cards(model, recurrence(1, 1, 1, 1), corpus, found, bare)
    assert table["label_en"].str.fullmatch(r"domain: d[0-3]").all()


def test_quotes_stand_where_they_are_said_to_stand(made, model):
    corpus = made[1]
    table = topic_cards.passages(model, corpus)
    assert table.groupby("topic").size().tolist() == [3] * 4
    for row in table.itertuples():
        report = corpus[row.report]
        assert report.text[row.start : row.end] == row.quote
        assert report.raw[row.raw_start : row.raw_end] == row.quote
        assert 0 < len(row.quote) <= topic_cards.QUOTE
        unit = model.documents.loc[row.document]
        assert unit["start"] <= row.start < row.end <= unit["end"]
    assert not table.duplicated(["topic", "report", "section"]).any()


def test_the_sentence_that_weighs_most_is_quoted(model):
    strong, weak = "".join(model.top()[0][:3]), planted.words(-1)[50]
    text = f"{weak}。{strong}，{weak}！{weak}"
    start, end = topic_cards.quote(model, 0, text, 0, len(text))
    assert text[start:end] == f"{strong}，{weak}！"


def test_long_sentences_are_cut_after_a_comma_without_losing_a_character():
    text = "甲" * 80 + "，" + "乙" * 100 + "丙" * 150
    pieces = topic_cards._clauses(text, 0, len(text))
    assert "".join(text[a:b] for a, b in pieces) == text
    assert pieces[0] == (0, 81)
    assert all(b - a <= topic_cards.QUOTE for a, b in pieces)


def test_concentration_finds_a_topic_that_is_one_section(made, model):
    own = model.documents.groupby(["report", "section"]).ngroup().eq(7).to_numpy()
    shares = np.where(own[:, None], [[1.0, 0.0]], [[0.0, 1.0]])
    two = topics.TopicModel("nmf", 2, 0, model.weights[:2], shares, model.terms, model.documents)
    table = topic_cards.concentration(two)
    assert table.loc[0, ["concentration", "report", "section"]].tolist() == [1.0, "r1", 1]
    assert table.loc[1, "concentration"] == pytest.approx(1 / 17, abs=1e-3)


@pytest.mark.parametrize("by", ["report", "function"])
def test_prevalence_sums_to_one_and_lies_in_its_interval(model, by):
    table = topic_cards.prevalence(model, by)
    np.testing.assert_allclose(table.groupby(by)["share"].sum(), 1, atol=1e-3)
    assert (table["low"] <= table["share"]).all()
    assert (table["share"] <= table["high"]).all()
    pd.testing.assert_frame_equal(table, topic_cards.prevalence(model, by), check_exact=True)


def test_like_for_like_takes_some_documents_and_the_same_topics(model):
    tasks = topic_cards.within(model, function="tasks", report=["r0", "r2"])
    assert set(tasks.documents["function"]) == {"tasks"}
    assert set(tasks.documents["report"]) == {"r0", "r2"}
    assert tasks.weights is model.weights
    with pytest.raises(ValueError, match="No document with"):
        topic_cards.within(model, function="guiding")


@pytest.fixture
def alike() -> topics.TopicModel:
    rng = np.random.default_rng(0)
    rows = [(r, "tasks", s) for r in ("a", "b", "c") for s in range(10)]
    documents = pd.DataFrame(rows, columns=["report", "function", "section"])
    documents = documents.assign(n_tokens=100, paragraph=range(len(rows)))
    high = np.where(documents["report"] == "b", 0.8, 0.2) + rng.normal(0, 0.05, len(rows))
    weights = np.eye(2).repeat(12, axis=1) / 12
    terms = pd.Index([f"词{i:02}" for i in range(24)])
    return topics.TopicModel("nmf", 2, 0, weights, np.column_stack([high, 1 - high]), terms, documents)


def catalogue(levels: dict[str, str]) -> pd.DataFrame:
    table = pd.DataFrame({"year": range(2021, 2021 + len(levels)), "level": list(levels.values())})
    return table.assign(genre="work-report").set_index(pd.Index(list(levels), name="id"))


def test_a_planted_difference_is_found_between_alike_reports(alike):
    table = topic_cards.differences(alike, catalogue({"a": "city", "b": "city"}))
    assert table["difference"].tolist() == pytest.approx([0.6, -0.6], abs=0.05)
    assert table["clear"].all()


def test_swapping_the_years_flips_the_sign(alike):
    one = topic_cards.differences(alike, catalogue({"a": "city", "b": "city"}))
    two = topic_cards.differences(alike, catalogue({"b": "city", "a": "city"}))
    assert one["difference"].tolist() == pytest.approx((-two["difference"]).tolist())
    assert one["low"].tolist() == pytest.approx((-two["high"]).tolist())


def test_reports_of_different_levels_are_not_compared(alike):
    assert topic_cards.differences(alike, catalogue({"a": "city", "b": "province"})).empty


def test_a_report_without_the_function_leaves_its_place_to_the_next(alike):
    table = topic_cards.differences(alike, catalogue(dict.fromkeys("xabcy", "city")))
    assert set(table["before"]) == {"a"}
    assert set(table["after"]) == {"c"}
    other = topic_cards.differences(alike, catalogue({"a": "city", "b": "city"}), "review")
    assert other.empty
    assert list(other) == list(table)
