"""Top lists: ranks agree with the weights, resamples with the text, clouds with the differences."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from analysis import terms
from analysis.counts import Counts
from analysis.keyness import toplists


@pytest.fixture
def counts():
    rng = np.random.default_rng(5)
    rate = np.repeat(rng.gamma(0.8, 1.0, (3, 60)), 12, axis=0)
    units = pd.DataFrame({"report": np.repeat(["甲", "乙", "丙"], 12), "function": "tasks",
                          "section": [*range(12)] * 3, "paragraph": range(36)})  # fmt: skip
    matrix = rng.poisson(rate)
    units["n_tokens"] = matrix.sum(axis=1) + 20
    names = pd.Index([f"词{k:02}" for k in range(60)], name="term")
    return Counts(sparse.csr_array(matrix.astype(np.int32)), units, names)


def test_the_weighted_list_is_that_of_class_tfidf(counts):
    both = toplists.compare(counts, 10)
    weights = terms.class_tfidf(counts)
    for name, rows in both[both["weighted"] <= 10].groupby("report", sort=False):
        assert rows["term"].tolist() == weights[weights["report"] == name]["term"][:10].tolist()
        assert rows["weighted"].tolist() == list(range(1, 11))


def test_resampling_starts_from_the_text_itself(counts):
    found = toplists.recurrence(counts, 10, 200)
    weighted = toplists.compare(counts, 10).query("weighted <= 10")
    assert found["term"].tolist() == weighted["term"].tolist()
    assert np.allclose(found["c_tf_idf"], weighted["c_tf_idf"])
    assert found["recurrence"].between(0, 1).all()
    assert (found["low"] <= found["high"]).all()
    first, last = (found.groupby("report").nth(k)["recurrence"].mean() for k in (0, 9))
    assert first > last
    assert found.equals(toplists.recurrence(counts, 10, 200))


def test_a_word_of_one_section_does_not_come_back_always(counts):
    matrix = counts.matrix.toarray()
    matrix[:, 0] = 0
    matrix[0, 0] = 80
    one = Counts(sparse.csr_array(matrix), counts.units.assign(n_tokens=200), counts.terms)
    row = toplists.recurrence(one, 10, 1000).query("term == '词00'").iloc[0]
    assert row["sections"] == 1
    # The chance that a given one of 12 sections is drawn at all.
    assert row["recurrence"] == pytest.approx(1 - (11 / 12) ** 12, abs=0.05)


def test_overlap_is_a_share_and_plain_idf_strikes_out_what_all_have(counts):
    kept = toplists.overlap(counts, 10)
    assert kept.to_numpy().min() >= 0
    assert kept.to_numpy().max() <= 1
    everywhere = Counts(counts.matrix + sparse.csr_array(np.ones((36, 60), np.int32)),
                        counts.units.assign(n_tokens=500), counts.terms)  # fmt: skip
    assert (toplists.overlap(everywhere, 10)["reports, plain"] == 0).all()


def test_clouds_hold_what_a_report_has_more_of(counts):
    clouds = toplists.contrast(counts, 10)
    table = terms.class_tfidf(counts)
    wide = table.pivot_table("c_tf_idf", "term", "report", fill_value=0)
    for name, weights in clouds.items():
        for term, weight in weights.items():
            assert weight == pytest.approx(wide.loc[term, name] - wide.loc[term].mean())
            assert weight > 0


def test_a_section_is_summed_up_by_words_that_others_lack(counts):
    titles = counts.units.assign(title="题")[["report", "section", "title"]]
    found = toplists.by_section(counts, titles, 3)
    assert len(found) == 36
    assert (found["words"].str.split("、").str.len() == 3).all()
    assert "idf (plain)" in found.attrs["formula"]
