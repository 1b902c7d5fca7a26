"""Topics: documents, engines, what recurs and the choice of K, coherence, cards, and policy domains."""

from pathlib import Path

import numpy as np
import pandas as pd
import planted
import pytest
import tiny
from scipy import sparse

from analysis import counts, paths, storage, topics, uncertainty
from analysis.counts import Counts
from analysis.topics import cards, npmi

GOLDEN = Path(__file__).parent / "golden"
FEW = {"resamples": 20, "nulls": 1}


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "CACHE", tmp_path)


@pytest.fixture(scope="module")
def made():
    return planted.documents()


@pytest.fixture(scope="module")
def documents(made):
    return made[0]


@pytest.fixture(scope="module")
def model(documents):
    return topics.fit(documents, 4)


def matched_with(documents, ks, seed=0, **options):
    return topics.matches(documents, {k: topics.fit(documents, k, seed=seed) for k in ks}, **options)


# ------------------------------------------------------------------ documents and engines


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
    np.testing.assert_allclose(cards._frex(model)[0], [1, 2 / 3, 1 / 3])


def test_the_shape_of_a_report_follows_its_sections(made, model):
    shape = cards.shape(model)
    assert shape[["report", "section"]].apply(tuple, axis=1).tolist() == [
        (f"r{r}", s) for r in range(3) for s in range(6)
    ]
    np.testing.assert_allclose(shape[list(range(4))].sum(axis=1), 1, atol=1e-3)
    assert shape["n_tokens"].sum() == made[0].units["n_tokens"].sum()


# ------------------------------------------------------------------ what recurs


def zipf(n=400, length=70, vocabulary=2000, seed=0) -> Counts:
    """As many documents and words as the five reports, drawn from one falling distribution."""
    rng = np.random.default_rng(seed)
    p = 1 / np.arange(3, vocabulary + 3)
    words = rng.choice(vocabulary, n * length, p=p / p.sum())
    table = np.zeros((n, vocabulary), np.int32)
    np.add.at(table, (np.repeat(np.arange(n), length), words), 1)
    units = pd.DataFrame({"report": "r", "paragraph": range(n), "n_tokens": length})
    some = np.flatnonzero(((table > 0).sum(axis=0) >= 3) & ((table > 0).mean(axis=0) <= 0.5))
    terms = pd.Index([f"w{i:04d}" for i in some])
    return Counts(sparse.csr_array(table[:, some]), units, terms)


def shuffle_of(documents: Counts, seed: int) -> Counts:
    shuffled = topics._shuffled(documents.matrix, seed)
    return Counts(shuffled, documents.units, documents.terms)


def above(documents: Counts, k: int, **options) -> int:
    """How many topics recur."""
    found = matched_with(documents, [k], **options)
    return int((topics.recurrence(found, k)["status"] == "stable").sum())


def test_planted_topics_recur_and_superfluous_ones_do_not(documents):
    found = matched_with(documents, [4, 7], **FEW)
    assert (topics.recurrence(found, 4)["recurrence"] >= 0.9).all()
    assert (topics.recurrence(found, 7)["status"] == "unstable").any()


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
    dealt = topics._shuffled(documents.matrix, 5)
    assert np.array_equal(dealt.sum(axis=0), documents.matrix.sum(axis=0))
    assert np.array_equal(dealt.sum(axis=1), documents.matrix.sum(axis=1))
    assert (dealt != documents.matrix).nnz > 0


def test_results_do_not_depend_on_cores_or_order_and_are_kept(documents, tmp_path, monkeypatch):
    options = {"resamples": 11, "nulls": 1}
    one = matched_with(documents, [4], **options)
    entry, = storage.entries("topics")
    entry.write_bytes(b"half")
    pd.testing.assert_frame_equal(one, matched_with(documents, [4], **options))
    order = np.random.default_rng(1).permutation(len(documents.units))
    units = documents.units.iloc[order].reset_index(drop=True)
    mixed = Counts(documents.matrix[order], units, documents.terms)
    monkeypatch.setattr(paths, "CACHE", tmp_path / "other")
    monkeypatch.setattr(topics.os, "cpu_count", lambda: 1)
    pd.testing.assert_frame_equal(one, matched_with(mixed, [4], **options), check_exact=True)


def test_other_resamples_with_another_seed(documents):
    one, other = (matched_with(documents, [6], seed=s, **FEW) for s in (0, 1))
    assert not one["agreement"].equals(other["agreement"])


def test_one_decomposition_serves_all_numbers_of_topics(documents):
    """What a half gives with one K does not depend on the other K that are asked."""
    alone, among = (topics._nmf(documents.matrix, ks, 0, 40)[4] for ks in ([4, 9], [4, 7, 9]))
    np.testing.assert_array_equal(alone[0], among[0])
    usual = topics.fit(documents, 4)
    assert (topics.shared_words(usual.weights, alone[0]) >= 8).all()


def test_matching_is_one_to_one_and_ignores_words_without_weight():
    one = np.array([[4, 3, 0, 0], [4, 3, 2, 0]])
    assert topics.shared_words(one, one, 2).tolist() == [2, 2]
    short = np.array([[1.0, 0, 0, 0], [0, 0, 1, 1]])
    assert topics.shared_words(short, short, 3).tolist() == [1, 2]


def test_the_threshold_rises_until_shuffled_words_stay_away_from_the_line():
    rows = [(5, 0, r, 0, 6 if r < 7 else 2, 0.0) for r in range(10)]
    rows += [(5, -1, r, 0, 6, 0.9) for r in range(10)]
    columns = ["k", "shuffle", "resample", "topic", "shared", "agreement"]
    found = pd.DataFrame(rows, columns=columns)
    assert topics._needed(found) == (7, 0.0)
    assert topics.recurrence(found, 5)["status"].tolist() == ["unstable"]
    assert topics._needed(found[found["shuffle"] < 0])[0] == topics.LEAST_SHARED
    with pytest.raises(ValueError, match="K = 6 was not resampled"):
        topics.recurrence(found, 6)


def test_more_topics_than_half_of_the_documents_are_refused():
    few, *_ = planted.documents(reports=1, sections=2)
    with pytest.raises(ValueError, match="choose K from 2 to 8"):
        matched_with(few, [9], **FEW)
    with pytest.raises(ValueError, match="16 documents are too few for topics"):
        topics.candidates(few)


def test_the_planted_number_of_topics_is_chosen(documents):
    found = matched_with(documents, range(2, 8), **FEW)
    table = topics.by_k(found)
    chosen = topics.select_k(table)
    assert chosen.k == 4
    assert 4 in chosen.range
    assert chosen.note.startswith("K = 4 of 2 to 7 ")
    assert table.set_index("k").loc[4, "recurring"] == 4
    assert table["line"].is_monotonic_decreasing
    models = {k: topics.fit(documents, k) for k in chosen.range}
    assert topics.common(models, chosen)["of"].eq(len(chosen.range) - 1).all()


def test_the_smallest_number_near_the_best_is_taken_and_the_range_is_told():
    table = pd.DataFrame({"k": [6, 7, 8, 9], "of_best": [0.8, 0.93, 1, 0.4], "jaccard": 0.4, "recurring": 5})
    chosen = topics.select_k(table, pd.DataFrame({"k": [6, 7, 8, 9], "c_npmi": 0.1}))
    assert chosen[:2] == (7, (7, 8))
    assert "K from 7 to 8 would do as well" in chosen.note
    assert "c_npmi 0.10" in chosen.note


# ------------------------------------------------------------------ coherence


def scored(lists, texts, measure="c_npmi"):
    """Coherence of each list of words."""
    models = {k: [words] for k, words in enumerate(lists)}
    return topics.coherence(models, texts, [measure])[measure].to_numpy()


@pytest.fixture(scope="module")
def texts():
    table = pd.read_csv(GOLDEN / "coherence_texts.csv")
    return [line.split() for line in table["tokens"]]


@pytest.mark.parametrize("measure", list(npmi._WINDOWS))
def test_values_are_those_of_gensim(texts, measure):
    golden = pd.read_csv(GOLDEN / "coherence_gensim.csv").query("measure == @measure")
    found = scored([line.split() for line in golden["topic"]], texts, measure)
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
    found = npmi._cooccurrence(texts, words, window, "exact")
    assert found.windows == n
    assert np.array_equal(found.together, together)


def test_words_that_always_meet_score_one_and_words_that_never_do_nearly_minus_one():
    texts = [["甲", "乙"]] * 5 + [["丙"]] * 5
    high, low = scored([["甲", "乙"], ["甲", "丙"]], texts, "npmi_document")
    assert high == pytest.approx(1)
    assert -1 < low < -0.9


def test_scores_by_k_are_means_over_topics(texts):
    models = {2: [["创新", "驱动"], ["汾河", "治理"]], 1: [["就业", "医疗"]]}
    table = topics.coherence(models, texts)
    assert table["k"].tolist() == [1, 2]
    assert table["c_v"][1] == pytest.approx(scored(models[2], texts, "c_v").mean())


def test_unknown_words_measures_and_countings_are_named(texts):
    with pytest.raises(ValueError, match="'碳汇' is in none of the texts"):
        scored([["创新", "碳汇"]], texts)
    with pytest.raises(ValueError, match="choose npmi_document, c_npmi, c_v"):
        scored([["创新", "驱动"]], texts, "c_w2v")
    with pytest.raises(ValueError, match="choose gensim or exact"):
        npmi._cooccurrence(texts, ["创新"], 3, "fast")


# ------------------------------------------------------------------ cards


@pytest.fixture(scope="module")
def book():
    rows = [(w, f"d{t}", f"{t}-{i}", "test") for t in range(4)
            for i, w in enumerate(planted.words(t))]
    return pd.DataFrame(rows, columns=["term", "domain", "en", "source"])


def recurring(*values):
    status = ["stable" if v >= 0.6 else "unstable" for v in values]
    return pd.DataFrame({"recurrence": values, "needed": 5, "jaccard": 0.4, "status": status})


def test_cards_name_topics_that_recur_and_no_others(made, model, book):
    corpus = made[1]
    found = cards.domain_hits(corpus, book)
    table = cards.cards(model, recurring(0.9, 0.6, 0.59, 1.0), corpus, found, book)
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
    found = cards.domain_hits(corpus, book)
    bare = book.drop(columns="en")
    table = cards.cards(model, recurring(1, 1, 1, 1), corpus, found, bare)
    assert table["label_en"].str.fullmatch(r"domain: d[0-3]").all()


def test_quotes_stand_where_they_are_said_to_stand(made, model):
    corpus = made[1]
    table = cards.passages(model, corpus)
    assert table.groupby("topic").size().tolist() == [3] * 4
    for row in table.itertuples():
        report = corpus[row.report]
        assert report.text[row.start : row.end] == row.quote
        assert report.raw[row.raw_start : row.raw_end] == row.quote
        assert 0 < len(row.quote) <= cards.QUOTE
        unit = model.documents.loc[row.document]
        assert unit["start"] <= row.start < row.end <= unit["end"]
    assert not table.duplicated(["topic", "report", "section"]).any()


def test_the_sentence_that_weighs_most_is_quoted(model):
    strong, weak = "".join(model.top()[0][:3]), planted.words(-1)[50]
    text = f"{weak}。{strong}，{weak}！{weak}"
    start, end = cards._quote(model, 0, text, 0, len(text))
    assert text[start:end] == f"{strong}，{weak}！"


def test_long_sentences_are_cut_after_a_comma_without_losing_a_character():
    text = "甲" * 80 + "，" + "乙" * 100 + "丙" * 150
    pieces = cards._clauses(text, 0, len(text))
    assert "".join(text[a:b] for a, b in pieces) == text
    assert pieces[0] == (0, 81)
    assert all(b - a <= cards.QUOTE for a, b in pieces)


def test_concentration_finds_a_topic_that_is_one_section(made, model):
    own = model.documents.groupby(["report", "section"]).ngroup().eq(7).to_numpy()
    shares = np.where(own[:, None], [[1.0, 0.0]], [[0.0, 1.0]])
    two = topics.TopicModel("nmf", 2, 0, model.weights[:2], shares, model.terms, model.documents)
    table = cards._concentration(two)
    assert table.loc[0, ["concentration", "report", "section"]].tolist() == [1.0, "r1", 1]
    assert table.loc[1, "concentration"] == pytest.approx(1 / 17, abs=1e-3)


@pytest.mark.parametrize("by", ["report", "function"])
def test_prevalence_sums_to_one_and_lies_in_its_interval(model, by):
    table = cards.prevalence(model, by)
    np.testing.assert_allclose(table.groupby(by)["share"].sum(), 1, atol=1e-3)
    assert (table["low"] <= table["share"]).all()
    assert (table["share"] <= table["high"]).all()
    pd.testing.assert_frame_equal(table, cards.prevalence(model, by), check_exact=True)


def test_like_for_like_takes_some_documents_and_the_same_topics(model):
    tasks = cards._within(model, function="tasks", report=["r0", "r2"])
    assert set(tasks.documents["function"]) == {"tasks"}
    assert set(tasks.documents["report"]) == {"r0", "r2"}
    assert tasks.weights is model.weights
    with pytest.raises(ValueError, match="No document with"):
        cards._within(model, function="guiding")


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
    table = cards.differences(alike, catalogue({"a": "city", "b": "city"}))
    assert table["difference"].tolist() == pytest.approx([0.6, -0.6], abs=0.05)
    assert table["clear"].all()


def test_swapping_the_years_flips_the_sign(alike):
    one = cards.differences(alike, catalogue({"a": "city", "b": "city"}))
    two = cards.differences(alike, catalogue({"b": "city", "a": "city"}))
    assert one["difference"].tolist() == pytest.approx((-two["difference"]).tolist())
    assert one["low"].tolist() == pytest.approx((-two["high"]).tolist())


def test_reports_of_different_levels_are_not_compared(alike):
    assert cards.differences(alike, catalogue({"a": "city", "b": "province"})).empty


def test_a_report_without_the_function_leaves_its_place_to_the_next(alike):
    table = cards.differences(alike, catalogue(dict.fromkeys("xabcy", "city")))
    assert set(table["before"]) == {"a"}
    assert set(table["after"]) == {"c"}
    other = cards.differences(alike, catalogue({"a": "city", "b": "city"}), "review")
    assert other.empty
    assert list(other) == list(table)


# ------------------------------------------------------------------ domains


TEXT = "一、工作\n坚持改革开放，推进改革。\n保护生态环境，改善生态。\n二、回顾改革\n就业稳定。"


def test_every_term_has_a_domain_a_source_and_a_translation():
    table = cards.codebook()
    assert set(table["domain"]) == set(cards.DOMAINS)
    assert (table[["term", "en", "source", "reason"]] != "").all(axis=None)
    assert table["term"].is_unique
    assert table.groupby("domain").size().min() >= 30


def test_the_longest_term_is_taken_and_headings_are_not_read():
    corpus = tiny.corpus({"a": TEXT})
    found = cards.domain_hits(corpus)
    assert found["term"].tolist() == ["改革开放", "改革", "生态环境", "生态", "就业"]
    assert found["domain"].tolist()[-1] == "livelihood"
    assert [TEXT[h.start : h.end] for h in found.itertuples()] == found["term"].tolist()


def test_shares_sum_to_one_and_stand_in_the_order_of_the_texts():
    corpus, *_ = planted.corpus()
    rows = [(w, f"d{t}", "test") for t in range(4) for w in planted.words(t)]
    book = pd.DataFrame(rows, columns=["term", "domain", "source"])
    table = cards.domain_shares(cards.domain_hits(corpus, book))
    assert table["report"].unique().tolist() == ["r0", "r1", "r2"]
    np.testing.assert_allclose(table.groupby("report")["share"].sum(), 1, atol=1e-3)
    assert ((table["low"] <= table["share"]) & (table["share"] <= table["high"])).all()
    first = table.query("report == 'r0'").set_index("domain")["hits"]
    counted = cards.domain_hits(corpus, book).query("report == 'r0'")["domain"].value_counts()
    assert first.to_dict() == counted.to_dict()


def test_a_domain_without_a_hit_has_a_limit_and_one_cluster_has_no_interval():
    corpus = tiny.corpus({"a": TEXT, "b": "一、工作\n改革。\n改革。\n改革，改革。"})
    table = cards.domain_shares(cards.domain_hits(corpus)).set_index(["report", "domain"])
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


def test_agreement_is_one_for_the_same_partition_and_nothing_for_another(made, model):
    corpus = made[1]
    rows = [(w, f"d{t}", "test") for t in range(4) for w in planted.words(t)]
    book = pd.DataFrame(rows, columns=["term", "domain", "source"])
    same = cards.domain_agreement(model, cards.domain_hits(corpus, book)).iloc[0]
    assert same["value"] == pytest.approx(1, abs=0.05)
    assert same["low"] <= same["value"] <= same["high"]
    assert (same["cluster"], same["n_clusters"], same["n_documents"]) == ("section", 18, 144)
    mixed = book.assign(domain=[f"d{i % 4}" for i in range(len(book))])
    other = cards.domain_agreement(model, cards.domain_hits(corpus, mixed)).iloc[0]
    assert other["low"] < 0.1
    table = cards._association(model, cards.domain_hits(corpus, book))
    assert (table.max(axis=1) > 0.9).all()
    assert table.idxmax(axis=1).nunique() == 4


def test_a_list_without_domains_is_refused(tmp_path):
    path = tmp_path / "own.csv"
    path.write_text("term,domain,source\n改革,,mine\n", encoding="utf-8")
    with pytest.raises(ValueError, match="a term has no domain"):
        cards.codebook(path)
