"""Frequency, dispersion and TF-IDF against other implementations and worked examples."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from analysis import weighting
from analysis.counts import Counts

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture
def documents():
    return pd.read_csv(GOLDEN / "documents.csv", index_col="document")


def as_counts(frame, sizes=None):
    units = pd.DataFrame({"report": frame.index, "n_tokens": sizes or frame.sum(axis=1).tolist()})
    matrix = sparse.csr_array(frame.to_numpy(np.int32))
    return Counts(matrix, units, pd.Index(frame.columns, name="term"))


def test_counts_and_tables_give_the_same(documents):
    counts = as_counts(documents)
    for measure in (weighting.tfidf, weighting.class_tfidf):
        one, two = measure(documents), measure(counts)
        pd.testing.assert_frame_equal(one.set_axis(range(one.shape[1]), axis=1),
                                      two.set_axis(range(two.shape[1]), axis=1), check_dtype=False)
    pd.testing.assert_frame_equal(weighting.dispersion(documents), weighting.dispersion(counts))


def test_sizes_below_the_counts_are_refused_by_name():
    frame = pd.DataFrame({"改革": [5, 3]}, index=["甲", "乙"])
    with pytest.raises(ValueError, match="'乙'"):
        weighting.class_tfidf(frame, sizes={"甲": 5, "乙": 2})
    with pytest.raises(ValueError, match="改革"):
        weighting.class_tfidf(pd.concat([frame, frame], axis=1))


# Gries (2020, "Analyzing dispersion"): the word a in five parts of a corpus of 50 words; a term
# spread evenly; Lijffijt and Gries (2012), table 1; a term in one part. The last two columns of
# the second to fourth by hand.
@pytest.mark.parametrize(("hits", "sizes", "dp", "dp_norm", "juilland"), [
    ([1, 2, 3, 4, 5], [9, 10, 10, 10, 11], 0.18, 0.2195, 0.785),
    ([3, 3, 3], [10, 10, 10], 0, 0, 1),
    ([2, 1, 0], [10, 10, 10], 1 / 3, 0.5, 0.4226),
    ([0, 0, 4], [10, 10, 10], 2 / 3, 1, 0),
])
def test_dispersion_of_worked_examples(hits, sizes, dp, dp_norm, juilland):
    found = weighting.dispersion(pd.DataFrame({"a": hits}), sizes=pd.Series(sizes)).loc["a"]
    assert found["range"] == np.count_nonzero(hits)
    assert found[["dp", "dp_norm", "juilland_d"]].tolist() == pytest.approx(
        [dp, dp_norm, juilland], abs=5e-4)


def test_dispersion_keeps_its_limits():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.poisson(0.5, (9, 200)))
    frame[199] = 0
    table = weighting.dispersion(frame)
    seen = table[table["count"] > 0]
    assert seen.dp.between(0, 1).all()
    assert seen.dp_norm.between(0, 1 + 1e-12).all()
    assert (seen.dp_norm >= seen.dp).all()
    assert seen.juilland_d.between(-1e-12, 1 + 1e-12).all()
    assert table.loc[199, ["dp", "juilland_d"]].isna().all()
    doubled = weighting.dispersion(pd.concat([frame, frame * 0], ignore_index=True))
    pd.testing.assert_frame_equal(doubled, table)  # parts without tokens are no parts


def test_tfidf_is_scikit_learns(documents):
    golden = pd.read_csv(GOLDEN / "tfidf_sklearn.csv", keep_default_na=False)
    for (smooth, norm), rows in golden.groupby(["smooth_idf", "norm"]):
        table = weighting.tfidf(documents, "smooth" if smooth else "sklearn", tf="count",
                            norm=None if norm == "none" else norm)
        found = table.set_index(["document", "term"]).tf_idf.sort_index()
        wanted = rows.set_index(["document", "term"]).weight.sort_index()
        assert found.index.equals(wanted.index)
        np.testing.assert_allclose(found, wanted, rtol=1e-13)


def test_tfidf_is_tidytexts():
    # tidytext, tests/testthat/test-tf-idf.R: tf 1/6, 1/6, 1/6, 1/6, 1/3 and idf 0, ln 2, 0, ln 2.
    frame = pd.DataFrame([[1, 1, 1, 1, 2, 0, 0, 0], [1, 0, 1, 0, 0, 1, 1, 2]], index=[1, 2],
                         columns=["the", "quick", "brown", "fox", "jumped", "over", "lazy", "dog"])
    first = weighting.tfidf(frame).query("group == 1").set_index("term")
    assert first.loc[["the", "quick", "brown", "fox", "jumped"], "tf"].tolist() == pytest.approx(
        [1 / 6, 1 / 6, 1 / 6, 1 / 6, 1 / 3])
    assert first.loc[["the", "quick", "brown", "fox"], "idf"].tolist() == pytest.approx(
        [0, np.log(2), 0, np.log(2)])
    assert first.tf_idf.tolist() == pytest.approx((first.tf * first.idf).tolist())


def test_idf_may_come_from_finer_documents(documents):
    finer = weighting.idf(documents)
    table = weighting.tfidf(documents.groupby([0, 0, 0, 1, 1, 1]).sum(), finer)
    assert table.set_index("term").idf.to_dict() == finer[table.term].to_dict()
    assert "given" in table.attrs["formula"]


def test_class_tfidf_does_not_vanish_for_shared_terms():
    frame = pd.DataFrame({"改革": [6, 2], "创新": [0, 4]}, index=["甲", "乙"])
    table = weighting.class_tfidf(frame).set_index(["group", "term"])
    assert table.loc[("甲", "改革"), "c_tf_idf"] == pytest.approx(1 * np.log(1 + 6 / 8))
    assert table.loc[("乙", "创新"), "c_tf_idf"] == pytest.approx(4 / 6 * np.log(1 + 6 / 4))
    assert weighting.tfidf(frame).set_index("term").loc["改革", "tf_idf"].tolist() == [0, 0]


@pytest.mark.parametrize(("call", "word"), [
    (lambda f: weighting.idf(f, "bm25"), "bm25"),
    (lambda f: weighting.tfidf(f, tf="log"), "log"),
    (lambda f: weighting.tfidf(f, norm="l1"), "l1"),
])
def test_unknown_variants_are_refused(documents, call, word):
    with pytest.raises(ValueError, match=word):
        call(documents)


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
    both = weighting.rank_changes(counts, 10)
    weights = weighting.class_tfidf(counts)
    for name, rows in both[both["weighted"] <= 10].groupby("report", sort=False):
        assert rows["term"].tolist() == weights[weights["report"] == name]["term"][:10].tolist()
        assert rows["weighted"].tolist() == list(range(1, 11))


def test_resampling_starts_from_the_text_itself(counts):
    found = weighting.bootstrap_top_k(counts, 10, 200)
    weighted = weighting.rank_changes(counts, 10).query("weighted <= 10")
    assert found["term"].tolist() == weighted["term"].tolist()
    assert np.allclose(found["c_tf_idf"], weighted["c_tf_idf"])
    assert found["recurrence"].between(0, 1).all()
    assert (found["low"] <= found["high"]).all()
    first, last = (found.groupby("report").nth(k)["recurrence"].mean() for k in (0, 9))
    assert first > last
    assert found.equals(weighting.bootstrap_top_k(counts, 10, 200))


def test_a_word_of_one_section_does_not_come_back_always(counts):
    matrix = counts.matrix.toarray()
    matrix[:, 0] = 0
    matrix[0, 0] = 80
    one = Counts(sparse.csr_array(matrix), counts.units.assign(n_tokens=200), counts.terms)
    row = weighting.bootstrap_top_k(one, 10, 1000).query("term == '词00'").iloc[0]
    assert row["sections"] == 1
    # The chance that a given one of 12 sections is drawn at all.
    assert row["recurrence"] == pytest.approx(1 - (11 / 12) ** 12, abs=0.05)


def test_overlap_is_a_share_and_plain_idf_strikes_out_what_all_have(counts):
    kept = weighting.top_k_overlap(counts, 10)
    assert kept.to_numpy().min() >= 0
    assert kept.to_numpy().max() <= 1
    everywhere = Counts(counts.matrix + sparse.csr_array(np.ones((36, 60), np.int32)),
                        counts.units.assign(n_tokens=500), counts.terms)  # fmt: skip
    assert (weighting.top_k_overlap(everywhere, 10)["reports, plain"] == 0).all()


def test_clouds_hold_what_a_report_has_more_of(counts):
    clouds = weighting.cloud_weights(counts, 10)
    table = weighting.class_tfidf(counts)
    wide = table.pivot_table("c_tf_idf", "term", "report", fill_value=0)
    for name, weights in clouds.items():
        for term, weight in weights.items():
            assert weight == pytest.approx(wide.loc[term, name] - wide.loc[term].mean())
            assert weight > 0


def test_a_section_is_summed_up_by_words_that_others_lack(counts):
    titles = counts.units.assign(title="题")[["report", "section", "title"]]
    found = weighting.by_section(counts, titles, 3)
    assert len(found) == 36
    assert (found["words"].str.split("、").str.len() == 3).all()
    assert "idf (plain)" in found.attrs["formula"]
