"""Words as cut and strings as written in one table, counted and traced alike."""

import pandas as pd
import pytest
import tiny

from analysis import counts, occurrences, tokens

TEXTS = {
    "甲": "一、总体要求\n推动高质量发展，发展经济。\n二、工作任务\n推动高质量发展，高质量发展。",
    "乙": "一、工作任务\n改善民生，发展经济。第一节发展。一是发展。二是民生。三要发展。其一民生。",
}


def made(edits=None):
    corpus = tiny.corpus(TEXTS, edits)
    return corpus, tokens.table(corpus)


def test_strings_are_counted_as_the_other_way_counts_them():
    corpus, cut = made()
    wanted = ["高质量发展", "发展", "质量", "没有"]
    rows = occurrences.match_strings(corpus, dict.fromkeys(wanted, "string"))
    ours = occurrences.count(rows, cut)
    other = counts.strings(corpus, wanted, tokens=cut)
    seen = other.select([t for t in wanted if t != "没有"])
    pd.testing.assert_frame_equal(ours.frame(), seen.frame(), check_dtype=False)
    assert ours.sizes.tolist() == counts.count(cut).sizes.tolist()


def test_words_are_counted_as_they_are_cut():
    _, cut = made()
    rows = occurrences.words(cut, {"推动"})
    assert "推动" not in set(rows["term"])
    assert not {"第一节", "一是", "二是", "三要", "其一"} & set(rows["term"])
    assert rows["term"].str.len().min() >= 2
    words = counts.count(cut).select(set(rows["term"]))
    assert occurrences.count(rows, cut).frame().equals(words.frame())


def test_a_listed_term_is_counted_once_and_as_written():
    corpus, cut = made()
    table = occurrences.find(corpus, cut, ["民生，发展"])
    kinds = table.groupby("term")["kind"].unique().str.join("+")
    assert kinds["高质量发展"] == "lexicon"
    assert kinds["民生，发展"] == "string"
    assert (table["term"] == "高质量发展").sum() == 3
    assert all(corpus[r.report].text[r.start : r.end] == r.term for r in table.itertuples())


def test_hits_are_split_by_the_weakest_edit_under_them():
    raw = "一、工作任务\n发展經济，发展经济，发辰经济。"
    edits = [tiny.find(raw, "經", "经"), tiny.find(raw, "辰", "展", "inferred")]
    corpus = tiny.corpus({"甲": raw}, {"甲": edits})
    rows = occurrences.match_strings(corpus, {"发展经济": "string"})
    rows = rows.assign(rests_on=occurrences.rests_on(corpus, rows))
    assert rows["rests_on"].tolist() == ["exact", "untouched", "inferred"]
    found = occurrences.support(rows).loc["发展经济"]
    assert found.to_dict() == {"untouched": 1, "restored_exact": 1, "restored_inferred": 1}


def test_what_a_hit_rests_on_is_what_the_ledger_says():
    """Dropped stretches, insertions at an edge, and edits that meet: as `Ledger.edits_in`."""
    raw = "一、工作任务\n推x动发展，推动，yy发展经济，推動发展。"
    edits = [tiny.find(raw, "x", ""), tiny.find(raw, "yy", "", "unresolved"),
             tiny.find(raw, "動", "动", "inferred")]  # fmt: skip
    corpus = tiny.corpus({"甲": raw}, {"甲": edits})
    text, ledger = corpus["甲"].text, corpus["甲"].ledger
    spans = [(a, b) for a in range(len(text)) for b in range(a + 1, min(a + 5, len(text) + 1))]
    rows = pd.DataFrame({"report": "甲", "start": [a for a, _ in spans], "end": [b for _, b in spans]})
    order = list(occurrences.RESTS_ON)
    wanted = [max((order.index(e.confidence) for e in ledger.edits_in(a, b)), default=0)
              for a, b in spans]  # fmt: skip
    assert [order.index(x) for x in occurrences.rests_on(corpus, rows)] == wanted


def test_what_is_added_changes_no_other_term():
    corpus, cut = made()
    plain, more = (occurrences.count(occurrences.find(corpus, cut, extra), cut).frame()
                   for extra in ((), ["发展", "民生，发展", "推动"]))  # fmt: skip
    assert set(more) - set(plain) == {"民生，发展"}
    pd.testing.assert_frame_equal(plain, more[plain.columns])


def test_a_string_that_runs_over_a_paragraph_hides_none():
    corpus = tiny.corpus({"甲": "一、工作任务\n天天\n天天天"})
    rows = occurrences.match_strings(corpus, {"天\n天": "string", "天天": "string"})
    assert rows["term"].tolist() == ["天天", "天天"]


@pytest.mark.slow
def test_all_notebooks_count_the_same_terms_the_same_way():
    """One vocabulary: what notebooks 02, 05, 08 and 11 do with the five reports."""
    from analysis import contrast, corpus, findings, paths

    if paths.CATALOGUE != paths.ROOT / "data" / "catalogue.csv":
        pytest.skip("numbers of the five reports")
    reports = corpus.load()
    cut = tokens.table(reports)
    hits = occurrences.find(reports, cut)
    counted = occurrences.count(hits, cut)
    study = findings.study(reports, "tasks")
    pair = study.pair
    assert (pair.target, pair.reference) == (("taiyuan-gov-2026",), ("taiyuan-gov-2021",))
    assert pair.table["q"].notna().sum() == 281
    assert pair.table.loc["建设", ["n_reference", "n_target"]].tolist() == [81, 64]
    extra = ["建成", "完成", "建设", "互联网+", "国营企业", "高质量发展"]
    for more in ((), extra):
        again = occurrences.count(occurrences.find(reports, cut, more), cut)
        other = contrast.widest(again, reports.catalogue, "tasks").table
        pd.testing.assert_frame_equal(pair.table[["n_target", "n_reference", "log_ratio"]],
                                      other.loc[pair.table.index, ["n_target", "n_reference",
                                                                   "log_ratio"]])  # fmt: skip
    assert counted.terms.is_unique
