"""Frequency, dispersion and TF-IDF against other implementations and worked examples."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from analysis import terms
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
    for measure in (terms.tfidf, terms.class_tfidf):
        one, two = measure(documents), measure(counts)
        pd.testing.assert_frame_equal(one.set_axis(range(one.shape[1]), axis=1),
                                      two.set_axis(range(two.shape[1]), axis=1), check_dtype=False)
    pd.testing.assert_frame_equal(terms.dispersion(documents), terms.dispersion(counts))


def test_sizes_below_the_counts_are_refused_by_name():
    frame = pd.DataFrame({"改革": [5, 3]}, index=["甲", "乙"])
    with pytest.raises(ValueError, match="'乙'"):
        terms.class_tfidf(frame, sizes={"甲": 5, "乙": 2})
    with pytest.raises(ValueError, match="改革"):
        terms.class_tfidf(pd.concat([frame, frame], axis=1))


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
    found = terms.dispersion(pd.DataFrame({"a": hits}), sizes=pd.Series(sizes)).loc["a"]
    assert found["range"] == np.count_nonzero(hits)
    assert found[["dp", "dp_norm", "juilland_d"]].tolist() == pytest.approx(
        [dp, dp_norm, juilland], abs=5e-4)


def test_dispersion_keeps_its_limits():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.poisson(0.5, (9, 200)))
    frame[199] = 0
    table = terms.dispersion(frame)
    seen = table[table["count"] > 0]
    assert seen.dp.between(0, 1).all()
    assert seen.dp_norm.between(0, 1 + 1e-12).all()
    assert (seen.dp_norm >= seen.dp).all()
    assert seen.juilland_d.between(-1e-12, 1 + 1e-12).all()
    assert table.loc[199, ["dp", "juilland_d"]].isna().all()
    doubled = terms.dispersion(pd.concat([frame, frame * 0], ignore_index=True))
    pd.testing.assert_frame_equal(doubled, table)  # parts without tokens are no parts


def test_tfidf_is_scikit_learns(documents):
    golden = pd.read_csv(GOLDEN / "tfidf_sklearn.csv", keep_default_na=False)
    for (smooth, norm), rows in golden.groupby(["smooth_idf", "norm"]):
        table = terms.tfidf(documents, "smooth" if smooth else "sklearn", tf="count",
                            norm=None if norm == "none" else norm)
        found = table.set_index(["document", "term"]).tf_idf.sort_index()
        wanted = rows.set_index(["document", "term"]).weight.sort_index()
        assert found.index.equals(wanted.index)
        np.testing.assert_allclose(found, wanted, rtol=1e-13)


def test_tfidf_is_tidytexts():
    # tidytext, tests/testthat/test-tf-idf.R: tf 1/6, 1/6, 1/6, 1/6, 1/3 and idf 0, ln 2, 0, ln 2.
    frame = pd.DataFrame([[1, 1, 1, 1, 2, 0, 0, 0], [1, 0, 1, 0, 0, 1, 1, 2]], index=[1, 2],
                         columns=["the", "quick", "brown", "fox", "jumped", "over", "lazy", "dog"])
    first = terms.tfidf(frame).query("group == 1").set_index("term")
    assert first.loc[["the", "quick", "brown", "fox", "jumped"], "tf"].tolist() == pytest.approx(
        [1 / 6, 1 / 6, 1 / 6, 1 / 6, 1 / 3])
    assert first.loc[["the", "quick", "brown", "fox"], "idf"].tolist() == pytest.approx(
        [0, np.log(2), 0, np.log(2)])
    assert first.tf_idf.tolist() == pytest.approx((first.tf * first.idf).tolist())


def test_idf_may_come_from_finer_documents(documents):
    finer = terms.idf(documents)
    table = terms.tfidf(documents.groupby([0, 0, 0, 1, 1, 1]).sum(), finer)
    assert table.set_index("term").idf.to_dict() == finer[table.term].to_dict()
    assert "given" in table.attrs["formula"]


def test_class_tfidf_does_not_vanish_for_shared_terms():
    frame = pd.DataFrame({"改革": [6, 2], "创新": [0, 4]}, index=["甲", "乙"])
    table = terms.class_tfidf(frame).set_index(["group", "term"])
    assert table.loc[("甲", "改革"), "c_tf_idf"] == pytest.approx(1 * np.log(1 + 6 / 8))
    assert table.loc[("乙", "创新"), "c_tf_idf"] == pytest.approx(4 / 6 * np.log(1 + 6 / 4))
    assert terms.tfidf(frame).set_index("term").loc["改革", "tf_idf"].tolist() == [0, 0]


@pytest.mark.parametrize(("call", "word"), [
    (lambda f: terms.idf(f, "bm25"), "bm25"),
    (lambda f: terms.tfidf(f, tf="log"), "log"),
    (lambda f: terms.tfidf(f, norm="l1"), "l1"),
])
def test_unknown_variants_are_refused(documents, call, word):
    with pytest.raises(ValueError, match=word):
        call(documents)
