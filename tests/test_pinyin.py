"""Ghost pinyin goes where it is a reading; every other bracket stays."""

import pytest
from damage import sampled_table, traditional
from hypothesis import given
from hypothesis import strategies as st

from restoration import restore
from restoration.pinyin_script import _readings as readings
from restoration.pinyin_script import _spelled as spelled
from restoration.pinyin_script import _toneless as toneless
from restoration.pinyin_script import find_pinyin


def stripped(text):
    for edit in reversed(find_pinyin(text)):
        text = text[: edit.start] + edit.after + text[edit.end :]
    return text


@pytest.mark.parametrize("reading", ["fā", "fa\u0304", "fa"])
def test_a_reading_in_any_spelling(reading):
    assert stripped(f"發({reading})展") == "發展"


@pytest.mark.parametrize(("character", "reading"), [
    ("綠", "lǜ"), ("綠", "lv\u0300"), ("綠", "lv"), ("領", "lǐn\u0261"), ("導", "dăo"),
    ("單", "chán"), ("單", "shàn"), ("会", "huì"), ("會", "kuài"), ("歐", "ōu"), ("二", "èr"),
])
def test_readings_of_both_forms_and_of_many_readings(character, reading):
    assert stripped(f"{character}({reading})") == character


def test_the_class_says_whether_the_tone_was_seen():
    assert [edit.confidence for edit in find_pinyin("發(fā)展會(hui)")] == ["exact", "inferred"]


def test_every_bracket_of_a_doubled_reading_goes():
    assert stripped("大會(hui)(hui)發(fā)(fā)展") == "大會發展"


@pytest.mark.parametrize("kept", [
    "發(zhǎn)", "總量(GDP)", "溶液(pH)", "發(fā", "發 (fā)", "(fā)發",
    "A(ā)",
])
def test_what_is_no_reading_after_a_character_stays(kept):
    assert stripped("經(jīng)濟(jì)" + kept).endswith(kept)


@pytest.mark.parametrize("clean", [
    "在转型发展上率先蹚(tāng)出一条新路", "你(ni)好", "他们(they)和我们(we)在一起",
    "这个平台(app)与那个平台(app)、网站(web)、系统(os)、文档(doc)都好",
])
def test_a_text_that_is_not_annotated_keeps_its_brackets(clean):
    assert restore(clean).ledger.edits == ()


def test_slips_are_left_to_their_own_rule():
    assert [edit.before for edit in find_pinyin("發(fā)展駛?cè)肟燔嚨?政府?dāng)?shù)字")] == ["(fā)"]


def test_both_forms_of_a_character_are_read():
    assert "fā" in readings("發")
    assert readings("发") <= readings("發")


@given(st.text("aeiouüāéǐòǜngh\u0261v\u0301\u030c", max_size=6))
def test_spelling_settles_and_losing_the_tone_twice_loses_nothing_more(reading):
    assert spelled(spelled(reading)) == spelled(reading)
    assert toneless(toneless(reading)) == toneless(reading)


def test_annotated_clean_text_comes_back(national):
    clean = national[1999][:6000]
    plain = page = traditional(clean)
    for character, reading in sampled_table(clean, seed=5):
        page = page.replace(character, f"{character}({reading})")
    assert len(page) > 1.2 * len(plain)
    assert stripped(page) == plain
