"""Coherence has gensim's values, and those of its definition where gensim departs from it."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.topics import stability

GOLDEN = Path(__file__).parent / "golden"


def scored(topics, texts, measure="c_npmi"):
    """Coherence of each list of words."""
    models = {k: [words] for k, words in enumerate(topics)}
    return stability.coherence(models, texts, [measure])[measure].to_numpy()


@pytest.fixture(scope="module")
def texts():
    table = pd.read_csv(GOLDEN / "coherence_texts.csv")
    return [line.split() for line in table["tokens"]]


@pytest.mark.parametrize("measure", list(stability._WINDOWS))
def test_values_are_those_of_gensim(texts, measure):
    golden = pd.read_csv(GOLDEN / "coherence_gensim.csv").query("measure == @measure")
    topics = [line.split() for line in golden["topic"]]
    found = scored(topics, texts, measure)
    np.testing.assert_allclose(found, golden["value"], rtol=0, atol=1e-12)


@pytest.mark.parametrize("window", [1, 2, 10, 110, None])
def test_exact_counting_is_what_looking_at_every_window_gives(texts, window):
    words = sorted({word for text in texts for word in text})
    together, n = np.zeros((len(words), len(words)), int), 0
    for text in texts:
        size = window or len(text)
        for start in range(max(len(text) - size, 0) + 1):
            seen = np.isin(words, text[start : start + size])
            together += np.outer(seen, seen)
            n += 1
    found = stability._cooccurrence(texts, words, window, "exact")
    assert found.windows == n
    assert np.array_equal(found.together, together)


def test_words_that_always_meet_score_one_and_words_that_never_do_nearly_minus_one():
    texts = [["甲", "乙"]] * 5 + [["丙"]] * 5
    high, low = scored([["甲", "乙"], ["甲", "丙"]], texts, "npmi_document")
    assert high == pytest.approx(1)
    assert -1 < low < -0.9


def test_scores_by_k_are_means_over_topics(texts):
    models = {2: [["创新", "驱动"], ["汾河", "治理"]], 1: [["就业", "医疗"]]}
    table = stability.coherence(models, texts)
    assert table["k"].tolist() == [1, 2]
    assert table["c_v"][1] == pytest.approx(scored(models[2], texts, "c_v").mean())


def test_unknown_words_measures_and_countings_are_named(texts):
    with pytest.raises(ValueError, match="'碳汇' is in none of the texts"):
        scored([["创新", "碳汇"]], texts)
    with pytest.raises(ValueError, match="choose npmi_document, c_npmi, c_v"):
        scored([["创新", "驱动"]], texts, "c_w2v")
    with pytest.raises(ValueError, match="choose gensim or exact"):
        stability._cooccurrence(texts, ["创新"], 3, "fast")
