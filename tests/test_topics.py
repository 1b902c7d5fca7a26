"""Documents, engines, words and maps of topics."""

import numpy as np
import pandas as pd
import planted
import pytest

from analysis import counts, topics
from analysis.counts import Counts
from analysis.topics import cards as topic_cards


@pytest.fixture(scope="module")
def made():
    return planted.documents()


@pytest.fixture(scope="module")
def model(made):
    return topics.fit(made[0], 4)


def matched(model):
    """How many of the ten top words of the nearest fitted topic belong to each planted one."""
    found = [set(top) for top in model.top()]
    return [max(len(set(planted.words(t)) & top) for top in found) for t in range(4)]


def test_documents_keep_to_sections_and_lose_nothing_but_headings():
    corpus, tokens, _ = planted.corpus(size=25, paragraphs=7)
    by_paragraph = counts.count(tokens)
    made = topics.documents(by_paragraph, corpus.paragraphs, 60, min_documents=1, max_share=1)
    units, body = made.units, corpus.paragraphs[~corpus.paragraphs["heading"]]
    assert (units["n_tokens"] >= 60).all()
    assert units["n_tokens"].sum() == 25 * len(body)
    covered = [(u.report, p) for u in units.itertuples() for p in range(u.paragraph, u.last + 1)]
    assert covered == list(zip(body["report"], body["paragraph"], strict=True))
    place = body.set_index(["report", "paragraph"])["section"]
    for u in units.itertuples():
        assert set(place.loc[u.report].loc[u.paragraph : u.last]) == {u.section}
        assert corpus[u.report].text[u.start : u.end].strip("\n").count("一、") == 0
    assert made.matrix.sum() == 25 * len(body)


def test_a_section_that_is_too_short_is_one_document():
    corpus, tokens, _ = planted.corpus(size=10, paragraphs=3)
    made = topics.documents(counts.count(tokens), corpus.paragraphs, 60, max_share=1)
    assert made.units["n_tokens"].tolist() == [30] * 18


def test_functions_are_not_merged():
    corpus, tokens, _ = planted.corpus(size=10, paragraphs=4, sections=1, reports=2)
    paragraphs = corpus.paragraphs.copy()
    paragraphs.loc[paragraphs["paragraph"] > 2, "function"] = "guiding"
    made = topics.documents(counts.count(tokens), paragraphs, 60, min_documents=1, max_share=1)
    assert made.units["function"].tolist() == ["review", "guiding"] * 2


def test_texts_are_the_running_tokens_of_the_documents(made):
    documents, _, tokens, _ = made
    texts = topics.texts(tokens, documents)
    assert [len(text) for text in texts] == documents.units["n_tokens"].tolist()
    assert texts[0][:3] == tokens.loc[~tokens["heading"], "token"].tolist()[:3]


@pytest.mark.parametrize(("engine", "background"), [("nmf", 0.5), ("nmf", 0.0), ("lda", 0.0)])
def test_planted_topics_are_recovered(engine, background):
    """Of the two engines NMF stands a common background; LDA makes topics of it."""
    documents, _, _, truth = planted.documents(background=background)
    found = topics.fit(documents, 4, engine)
    assert min(matched(found)) >= 8
    from sklearn.metrics import adjusted_rand_score

    assert adjusted_rand_score(truth, found.assigned()) > 0.9
    np.testing.assert_allclose(found.weights.sum(axis=1), 1)
    np.testing.assert_allclose(found.shares.sum(axis=1), 1)
    assert (np.diff(topics.sizes(found)) <= 1e-6).all()


def test_same_seed_same_bytes_in_any_order_of_documents(made, model):
    documents = made[0]
    again = topics.fit(documents, 4)
    assert again.weights.tobytes() == model.weights.tobytes()
    order = np.random.default_rng(3).permutation(len(documents.units))
    units = documents.units.iloc[order].reset_index(drop=True)
    mixed = topics.fit(Counts(documents.matrix[order], units, documents.terms), 4)
    assert mixed.weights.tobytes() == model.weights.tobytes()
    assert mixed.shares.tobytes() == model.shares[order].tobytes()


def test_one_and_two_reports_work_and_too_many_topics_are_refused():
    for reports in (1, 2):
        documents, *_ = planted.documents(reports=reports)
        assert topics.fit(documents, 3).shares.shape == (48 * reports, 3)
    with pytest.raises(ValueError, match="49 topics for 48 documents: choose from 2 to 48"):
        topics.fit(planted.documents(reports=1)[0], 49)


def test_errors_say_what_to_do(made):
    with pytest.raises(ValueError, match="choose nmf, lda"):
        topics.fit(made[0], 4, "bert")
    corpus, tokens, _ = planted.corpus(reports=1)
    by_paragraph = counts.count(tokens)
    with pytest.raises(ValueError, match="No term stands in 99"):
        topics.documents(by_paragraph, corpus.paragraphs, min_documents=99)


def test_a_document_without_terms_has_no_topic(made):
    documents = made[0]
    empty = documents.matrix.copy().tolil()
    empty[5] = 0
    found = topics.fit(Counts(empty.tocsr(), documents.units, documents.terms), 4)
    assert found.shares[5].sum() == 0
    assert found.assigned()[5] == -1


def test_frex_follows_its_formula():
    weights = np.array([[0.6, 0.3, 0.1], [0.1, 0.3, 0.6]])
    shares, units = np.full((2, 2), 0.5), pd.DataFrame({"n_tokens": [9, 9]})
    model = topics.TopicModel("nmf", 2, 0, weights, shares, pd.Index(list("abc")), units)
    # Ranks of frequency and exclusivity are 3, 2, 1 of 3 in the first topic.
    np.testing.assert_allclose(topics.frex(model)[0], [1, 2 / 3, 1 / 3])
    lam = topics.relevance(model, 0.0, 3)
    assert lam.loc[lam["topic"] == 0, "term"].tolist() == ["a", "b", "c"]
    np.testing.assert_allclose(lam["lift"].iloc[:3], [0.6 / 0.35, 1, 0.1 / 0.35])


def test_relevance_at_one_is_the_order_by_weight(model):
    table = topics.relevance(model, 1.0)
    assert table.groupby("topic")["term"].agg(list).tolist() == model.top()


def test_distances(model):
    far = topic_cards.distances(model).to_numpy()
    assert np.array_equal(far, far.T)
    assert not far.diagonal().any()
    assert far.max() <= 1


def test_topics_without_a_common_word_are_one_apart():
    units, shares = pd.DataFrame({"n_tokens": [1]}), np.full((1, 3), 1 / 3)
    model = topics.TopicModel("nmf", 3, 0, np.eye(3), shares, pd.Index([*"abc"]), units)
    assert topic_cards.distances(model).to_numpy()[0].tolist() == [0, 1, 1]


def test_the_shape_of_a_report_follows_its_sections(made, model):
    shape = topic_cards.shape(model)
    assert shape[["report", "section"]].apply(tuple, axis=1).tolist() == [
        (f"r{r}", s) for r in range(3) for s in range(6)
    ]
    np.testing.assert_allclose(shape[list(range(4))].sum(axis=1), 1, atol=1e-3)
    assert shape["n_tokens"].sum() == made[0].units["n_tokens"].sum()
