"""What recurs, what shuffled words can do, and the choice of K."""

import numpy as np
import pandas as pd
import planted
import pytest

from analysis import counts, paths, storage, topics
from analysis.counts import Counts
from analysis.topics import stability

FEW = {"resamples": 20, "nulls": 1, "n_jobs": 1, "progress": False}


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "CACHE", tmp_path)


@pytest.fixture(scope="module")
def documents():
    return planted.documents()[0]


def zipf(n=400, length=70, vocabulary=2000, seed=0) -> Counts:
    """As many documents and words as the five reports, drawn from one falling distribution."""
    rng = np.random.default_rng(seed)
    p = 1 / np.arange(3, vocabulary + 3)
    words = rng.choice(vocabulary, n * length, p=p / p.sum())
    table = np.zeros((n, vocabulary), np.int32)
    np.add.at(table, (np.repeat(np.arange(n), length), words), 1)
    units = pd.DataFrame({"report": "r", "paragraph": range(n), "n_tokens": length})
    from scipy import sparse

    some = np.flatnonzero(((table > 0).sum(axis=0) >= 3) & ((table > 0).mean(axis=0) <= 0.5))
    terms = pd.Index([f"w{i:04d}" for i in some])
    return Counts(sparse.csr_array(table[:, some]), units, terms)


def shuffle_of(documents: Counts, seed: int) -> Counts:
    shuffled = stability.shuffled(documents.matrix, seed)
    return Counts(shuffled, documents.units, documents.terms)


def above(documents: Counts, k: int, **options) -> int:
    """How many topics recur."""
    found = stability.matches(documents, [k], n_jobs=1, progress=False, **options)
    return int((stability.recurrence(found, k)["status"] == "stable").sum())


def test_planted_topics_recur_and_superfluous_ones_do_not(documents):
    found = stability.matches(documents, [4, 7], **FEW)
    assert (stability.recurrence(found, 4)["recurrence"] >= 0.9).all()
    assert (stability.recurrence(found, 7)["status"] == "unstable").any()


def test_no_topic_of_shuffled_words_comes_above_the_line():
    assert above(zipf(), 8, resamples=20, nulls=2) == 0


@pytest.mark.slow
@pytest.mark.parametrize("reports", [13, 2])
def test_no_topic_of_shuffled_reports_comes_above_the_line(national, reports):
    """Real vocabulary and lengths, the words of all documents dealt out again."""
    import re

    from analysis import tokens

    made, rows = [], []
    for year in sorted(national)[-reports:]:
        for number, match in enumerate(re.finditer(r"[^\n]{20,}", national[year])):
            place = (str(year), number // 8, number, "other", False)
            made.append((*place, "", *match.span(), len(match[0])))
            rows += [(*place, word, kind) for word, _, _, kind in tokens.segment(match[0])]
    key = ["report", "section", "paragraph", "function", "heading"]
    table = pd.DataFrame(made, columns=[*key, "section_title", "start", "end", "chars"])
    by_paragraph = counts.count(pd.DataFrame(rows, columns=[*key, "token", "kind"]))
    documents = topics.documents(by_paragraph, table)
    for seed in range(3):
        for k in (6, 10):
            assert above(shuffle_of(documents, 100 + seed), k) == 0
    assert above(documents, 6) >= 2


def test_shuffling_keeps_lengths_and_frequencies(documents):
    dealt = stability.shuffled(documents.matrix, 5)
    assert np.array_equal(dealt.sum(axis=0), documents.matrix.sum(axis=0))
    assert np.array_equal(dealt.sum(axis=1), documents.matrix.sum(axis=1))
    assert (dealt != documents.matrix).nnz > 0


def test_results_do_not_depend_on_cores_or_order(documents, tmp_path, monkeypatch):
    options = {"resamples": 11, "nulls": 1, "progress": False}
    one = stability.matches(documents, [4], n_jobs=1, **options)
    assert len(storage.entries("topics")) == 1
    pd.testing.assert_frame_equal(one, stability.matches(documents, [4], **options))
    order = np.random.default_rng(1).permutation(len(documents.units))
    units = documents.units.iloc[order].reset_index(drop=True)
    mixed = Counts(documents.matrix[order], units, documents.terms)
    monkeypatch.setattr(paths, "CACHE", tmp_path / "other")
    pd.testing.assert_frame_equal(
        one, stability.matches(mixed, [4], n_jobs=2, **options), check_exact=True
    )


def test_an_interrupted_cache_entry_is_made_again(documents, tmp_path):
    options = {"resamples": 2, "nulls": 0, "n_jobs": 1, "progress": False}
    one = stability.matches(documents, [3], **options)
    storage.entries("topics")[0].write_bytes(b"half")
    pd.testing.assert_frame_equal(one, stability.matches(documents, [3], **options))


def test_other_resamples_with_another_seed(documents):
    one, other = (stability.matches(documents, [6], seed=s, **FEW) for s in (0, 1))
    assert not one["agreement"].equals(other["agreement"])


def test_matching_is_one_to_one_and_ignores_words_without_weight():
    one = np.array([[4, 3, 0, 0], [4, 3, 2, 0]])
    assert stability.shared_words(one, one, 2).tolist() == [2, 2]
    short = np.array([[1.0, 0, 0, 0], [0, 0, 1, 1]])
    assert stability.shared_words(short, short, 3).tolist() == [1, 2]


def test_the_threshold_rises_until_shuffled_words_stay_away_from_the_line():
    rows = [(5, 0, r, 0, 6 if r < 7 else 2, 0.0) for r in range(10)]
    rows += [(5, -1, r, 0, 6, 0.9) for r in range(10)]
    columns = ["k", "shuffle", "resample", "topic", "shared", "agreement"]
    found = pd.DataFrame(rows, columns=columns)
    assert stability.threshold(found).loc[5].tolist() == [7, round(7 / 13, 4), 0.0]
    assert stability.recurrence(found, 5)["status"].tolist() == ["unstable"]
    with pytest.raises(ValueError, match="K = 6 was not resampled"):
        stability.recurrence(found, 6)


def test_more_topics_than_half_of_the_documents_are_refused():
    few, *_ = planted.documents(reports=1, sections=2)
    with pytest.raises(ValueError, match="choose K from 2 to 8"):
        stability.matches(few, [9], **FEW)
    with pytest.raises(ValueError, match="16 documents are too few for topics"):
        stability.candidates(few)


def test_the_planted_number_of_topics_is_chosen(documents):
    found = stability.matches(documents, range(2, 8), **FEW)
    table = stability.by_k(found)
    chosen = stability.select_k(table)
    assert chosen.k == 4
    assert 4 in chosen.range
    assert chosen.note.startswith("K = 4 of 2 to 7 ")
    assert table.set_index("k").loc[4, "recurring"] == 4
    assert np.ptp(table["line"]) == 0
    models = {k: topics.fit(documents, k) for k in chosen.range}
    assert stability.common(models, chosen)["of"].eq(len(chosen.range) - 1).all()


def test_the_range_has_what_would_do_as_well():
    table = pd.DataFrame({
        "k": [6, 7, 8, 9], "score": [1.9, 2, 1.9, 0], "behind": [0.3, 0, 0.1, 2], "behind_se": 0.2,
        "jaccard": 0.4, "recurring": 5,
    })
    chosen = stability.select_k(table, pd.DataFrame({"k": [6, 7, 8, 9], "c_npmi": 0.1}))
    assert chosen[:2] == (7, (7, 8))
    assert "K from 7 to 8 would do as well" in chosen.note
    assert "c_npmi 0.10" in chosen.note
