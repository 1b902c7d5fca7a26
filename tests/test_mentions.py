"""Words as cut and strings as written in one table, counted and traced alike."""

import pandas as pd
import tiny

from analysis import counts, mentions, tokens

TEXTS = {
    "甲": "一、总体要求\n推动高质量发展，发展经济。\n二、工作任务\n推动高质量发展，高质量发展。",
    "乙": "一、工作任务\n改善民生，发展经济。第一节发展。",
}


def made(edits=None):
    corpus = tiny.corpus(TEXTS, edits)
    return corpus, tokens.table(corpus)


def test_strings_are_counted_as_the_other_way_counts_them():
    corpus, cut = made()
    wanted = ["高质量发展", "发展", "质量", "没有"]
    rows = mentions.written(corpus, cut, dict.fromkeys(wanted, "string"))
    ours = mentions.counted(rows, cut)
    other = counts.strings(corpus, wanted, tokens=cut)
    seen = other.select([t for t in wanted if t != "没有"])
    pd.testing.assert_frame_equal(ours.frame(), seen.frame(), check_dtype=False)
    assert ours.sizes.tolist() == counts.count(cut).sizes.tolist()


def test_words_are_counted_as_they_are_cut():
    _, cut = made()
    rows = mentions.words(cut, {"推动"})
    assert "推动" not in set(rows["term"])
    assert "第一节" not in set(rows["term"])
    assert rows["term"].str.len().min() >= 2
    words = counts.count(cut).select(set(rows["term"]))
    assert mentions.counted(rows, cut).frame().equals(words.frame())


def test_a_listed_term_is_counted_once_and_as_written():
    corpus, cut = made()
    table = mentions.vocabulary(corpus, cut, ["民生，发展"])
    kinds = table.groupby("term")["kind"].unique().str.join("+")
    assert kinds["高质量发展"] == "lexicon"
    assert kinds["民生，发展"] == "string"
    assert (table["term"] == "高质量发展").sum() == 3
    assert all(corpus[r.report].text[r.start : r.end] == r.term for r in table.itertuples())


def test_hits_are_split_by_the_weakest_edit_under_them():
    raw = "一、工作任务\n发展經济，发展经济，发辰经济。"
    edits = [tiny.find(raw, "經", "经"), tiny.find(raw, "辰", "展", "inferred")]
    corpus = tiny.corpus({"甲": raw}, {"甲": edits})
    rows = mentions.written(corpus, tokens.table(corpus), {"发展经济": "string"})
    found = mentions.support(corpus, rows).loc["发展经济"]
    assert found.to_dict() == {"untouched": 1, "restored_exact": 1, "restored_inferred": 1}
