"""Policy domains: the word list, its shares, and agreement with topics."""

import numpy as np
import pandas as pd
import planted
import pytest
import tiny

from analysis import topics, uncertainty
from analysis.topics import domains

TEXT = "一、工作\n坚持改革开放，推进改革。\n保护生态环境，改善生态。\n二、回顾改革\n就业稳定。"


def test_every_term_has_a_domain_a_source_and_a_translation():
    table = domains.load()
    assert set(table["domain"]) == set(domains.DOMAINS)
    assert (table[["term", "en", "source", "reason"]] != "").all(axis=None)
    assert table["term"].is_unique
    assert table.groupby("domain").size().min() >= 30


def test_the_longest_term_is_taken_and_headings_are_not_read():
    corpus = tiny.corpus({"a": TEXT})
    found = domains.hits(corpus)
    assert found["term"].tolist() == ["改革开放", "改革", "生态环境", "生态", "就业"]
    assert found["domain"].tolist()[-1] == "livelihood"
    assert [TEXT[h.start : h.end] for h in found.itertuples()] == found["term"].tolist()


def test_shares_sum_to_one_and_stand_in_the_order_of_the_texts():
    corpus, *_ = planted.corpus()
    rows = [(w, f"d{t}", "test") for t in range(4) for w in planted.words(t)]
    book = pd.DataFrame(rows, columns=["term", "domain", "source"])
    table = domains.shares(domains.hits(corpus, book))
    assert table["report"].unique().tolist() == ["r0", "r1", "r2"]
    np.testing.assert_allclose(table.groupby("report")["share"].sum(), 1, atol=1e-3)
    assert ((table["low"] <= table["share"]) & (table["share"] <= table["high"])).all()
    first = table.query("report == 'r0'").set_index("domain")["hits"]
    counted = domains.hits(corpus, book).query("report == 'r0'")["domain"].value_counts()
    assert first.to_dict() == counted.to_dict()


def test_a_domain_without_a_hit_has_a_limit_and_one_cluster_has_no_interval():
    corpus = tiny.corpus({"a": TEXT, "b": "一、工作\n改革。\n改革。\n改革，改革。"})
    table = domains.shares(domains.hits(corpus)).set_index(["report", "domain"])
    zero = table.loc[("b", "ecology")]
    assert (zero["hits"], zero["share"], zero["low"]) == (0, 0, 0)
    assert 0.5 < zero["high"] <= 1
    one = uncertainty.shares(
        pd.DataFrame({"x": [1], "y": [3]}),
        pd.DataFrame({"report": ["a"], "section": 0, "paragraph": 0, "n_tokens": 4}),
        "report", "domain", "hits",
    )
    assert one["share"].tolist() == [0.25, 0.75]
    assert one[["low", "high"]].isna().all(axis=None)


def test_agreement_is_one_for_the_same_partition_and_nothing_for_another():
    documents, corpus, *_ = planted.documents()
    model = topics.fit(documents, 4)
    rows = [(w, f"d{t}", "test") for t in range(4) for w in planted.words(t)]
    book = pd.DataFrame(rows, columns=["term", "domain", "source"])
    same = domains.agreement(model, domains.hits(corpus, book)).iloc[0]
    assert same["value"] == pytest.approx(1, abs=0.05)
    assert same["low"] <= same["value"] <= same["high"]
    assert (same["cluster"], same["n_clusters"], same["n_documents"]) == ("section", 18, 144)
    mixed = book.assign(domain=[f"d{i % 4}" for i in range(len(book))])
    other = domains.agreement(model, domains.hits(corpus, mixed)).iloc[0]
    assert other["low"] < 0.1
    table = domains.association(model, domains.hits(corpus, book))
    assert (table.max(axis=1) > 0.9).all()
    assert table.idxmax(axis=1).nunique() == 4


def test_a_list_without_domains_is_refused(tmp_path):
    path = tmp_path / "own.csv"
    path.write_text("term,domain,source\n改革,,mine\n", encoding="utf-8")
    with pytest.raises(ValueError, match="a term has no domain"):
        domains.load(path)
