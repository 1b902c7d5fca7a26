"""The word lists have sources, and a bad row is named."""

import pytest

from analysis import lexicons

OURS = ("policy_terms", "places", "stopwords")


@pytest.mark.parametrize("name", OURS)
def test_rows_are_complete_and_unique(name):
    table = lexicons.load(name)
    assert (table[["term", "source", "reason"]] != "").all().all()
    assert table["term"].is_unique


def test_policy_terms_are_many_and_of_several_characters():
    terms = lexicons.load("policy_terms")["term"]
    assert len(terms) >= 150
    assert (terms.str.len() >= 2).all()
    assert {"供给侧结构性改革", "新质生产力", "一泓清水入黄河", "两个确立"} <= set(terms)


def test_lists_do_not_overlap():
    names = [set(lexicons.load(name)["term"]) for name in OURS]
    assert sum(map(len, names)) == len(set.union(*names))


def test_every_bad_row_is_named_with_its_line(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("term,source,reason\n双碳,报告,\n双 碳,报告,\n三农,,\n双碳,报告,x,y\n", "utf-8")
    with pytest.raises(ValueError, match=r"line 3.*white space") as caught:
        lexicons.load(path)
    message = str(caught.value)
    assert "line 4: 三农 has no source" in message
    assert "line 5: more cells" in message
    assert "line 5: 双碳 stands on line 2" in message
    assert message.count("\n") == 3


def test_missing_column_and_missing_list_are_named(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("word\n双碳\n", "utf-8")
    with pytest.raises(ValueError, match="line 1: no column term, source"):
        lexicons.load(path)
    with pytest.raises(FileNotFoundError, match="policy_terms"):
        lexicons.load("policy")


def test_a_spreadsheet_byte_order_mark_is_no_part_of_the_header(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("term,source\n双碳,报告\n", "utf-8-sig")
    assert lexicons.terms(path) == lexicons.terms(str(path)) == ("双碳",)


def test_a_list_saved_by_a_chinese_spreadsheet_is_read(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_bytes("term,source\r\n双碳,报告\r\n".encode("gb18030"))
    assert lexicons.terms(path) == ("双碳",)
    path.write_bytes(b"term,source\n\xff\xff,x\n")
    with pytest.raises(ValueError, match="no known encoding"):
        lexicons.load(path)


def test_digest_knows_content_not_order():
    assert lexicons.digest("ab") == lexicons.digest("ba") != lexicons.digest("abc")
