"""Traditional script to simplified: one character for one, names and 著 by their words."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from restoration import restore
from restoration.pinyin_script import _zhu as zhu
from restoration.pinyin_script import (
    find_scattered,
    find_script,
    simplified_only,
    simplify,
    table,
)

KEPT = "著名 名著 显著 著作 卓著 著称 土著 论著 原著 专著 编著 译著 遗著 巨著 著述 著书立说"
CHANGED = "着力 沿着 围绕着 着眼 着重 执着 沉着 随着 朝着 向着 本着 意味着 承载着 着手 接着 衣着"


def converted(text):
    for edit in reversed(find_script(text)):
        text = text[: edit.start] + edit.after + text[edit.end :]
    return text


@pytest.mark.parametrize("word", KEPT.split())
def test_zhu_stays_in_words_about_writing_and_evidence(word):
    assert zhu(word, word.index("著"))[0] == "著"


@pytest.mark.parametrize("word", CHANGED.split())
def test_zhu_becomes_zhe_elsewhere(word):
    written = word.replace("着", "著")
    assert zhu(written, written.index("著"))[0] == "着"


def test_neighbours_of_both_kinds():
    assert converted("成效顯著力爭上游") == "成效显著力争上游"
    assert converted("沿著著名景區,有著顯著優勢") == "沿着著名景区,有着显著优势"


def test_exact_is_a_table_and_inferred_lists_the_others():
    by_class = {edit.before: edit for edit in find_script("發展於鍾樓,著力")}
    assert (by_class["發"].confidence, by_class["發"].alternatives) == ("exact", ())
    assert (by_class["鍾"].confidence, by_class["鍾"].alternatives) == ("inferred", ("锺",))
    assert (by_class["著"].confidence, by_class["著"].alternatives) == ("inferred", ("著",))
    assert by_class["著"].margin > 0


def test_names_keep_what_is_theirs():
    assert converted("乾縣、乾隆、乾坤、余姚、魏徵、瞭望") == "乾县、乾隆、乾坤、余姚、魏徵、瞭望"


def test_no_form_beyond_the_basic_plane_is_made():
    assert all(new < "\U00010000" for new in table().values())
    assert converted("睍") == "睍"


@given(st.text(st.characters(min_codepoint=0x3400, max_codepoint=0xD7FF), max_size=40))
@example("么麼")  # OpenCC: 幺麽, and that again 幺么
@example("乾縣")
def test_one_character_for_one_and_restored_only_once(text):
    assert len(converted(text)) == len(text)
    assert len(simplify(text)) == len(text)
    once = restore(text).text
    assert restore(once).text == once


def test_scattered_forms_are_those_that_simplified_text_never_uses():
    text = "这是偉大的轉变，乾县著名，於先生，經過會議討論，產業發展"
    assert [edit.before for edit in find_scattered(text)] == [*"偉轉經過會議討論產業發"]
    assert find_scattered("尔硃荣、尔硃兆" * 20) == []


def test_what_both_scripts_share_says_nothing_about_the_script():
    assert not set("中国人民力名大会展作成愁") - set("国会") & simplified_only()
    assert set("国会发业") <= simplified_only()
