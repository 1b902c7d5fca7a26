"""The frame: cases as data, laws of the whole, levels, clean text in traditional script."""

import json
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from restoration import diagnose, ledger, restore
from restoration.ledger import Edit, Ledger

CASES = Path(__file__).parent / "cases"
REPAIRS = json.loads((CASES / "repairs.json").read_text("utf-8"))
# What should come out one day; a case that begins to pass belongs among the repairs.
KNOWN = json.loads((CASES / "known_failures.json").read_text("utf-8"))


@cache
def to_traditional():
    import opencc

    return opencc.OpenCC("s2t")


@pytest.mark.parametrize("case", REPAIRS, ids=lambda case: case["what"])
def test_repairs(case):
    restored = restore(case["raw"])
    assert restored.text == case["text"]
    assert restored.ledger.invert(restored.text) == case["raw"]
    assert restore(restored.text).text == restored.text


@pytest.mark.parametrize("case", KNOWN, ids=lambda case: case["what"])
@pytest.mark.xfail(strict=True)
def test_known_failures(case):
    assert restore(case["raw"]).text == case["text"]


@given(st.text(max_size=80))
@settings(max_examples=200)
def test_anything_is_kept_and_restored_once(raw):
    restored = restore(raw)
    assert restored.ledger.apply(raw) == restored.text
    assert restored.ledger.invert(restored.text) == raw
    again = restore(restored.text)
    assert not any(edit.changes for edit in again.ledger)


@pytest.fixture(scope="module")
def five(raw):
    return {name: restore(data) for name, data in raw.items()}


def test_the_five_reports_come_back_and_are_restored_once(raw, five):
    for name, restored in five.items():
        assert restored.ledger.invert(restored.text).encode("utf-8") == raw[name]
        assert restore(restored.text).text == restored.text


def test_each_level_keeps_what_it_says(raw):
    data = raw["001_a1bcdf2d9dcc1b5f.txt"][:9000]
    assert restore(data, level="none").text == data.decode("utf-8")
    exact = restore(data, level="exact").ledger
    assert len(exact) > 500
    assert {edit.confidence for edit in exact} == {"exact"}
    with pytest.raises(ValueError, match="choose one of"):
        restore(data, level="some")


def test_clean_traditional_text_gets_script_conversion_only(national):
    clean = national[2019]
    restored = restore(to_traditional().convert(clean))
    assert {edit.kind for edit in restored.ledger} == {"traditional script"}
    wrong = [pair for pair in zip(restored.text, clean, strict=True) if pair[0] != pair[1]]
    assert len(wrong) <= len(clean) / 5000


def test_1957_was_printed_in_two_scripts_and_cut_by_its_pages(national):
    """Real damage: traditional forms scattered in simplified text, words cut at page ends."""
    restored = restore(national[1957])
    assert {edit.kind for edit in restored.ledger} == {"traditional script", "layout"}
    assert {edit.rule for edit in restored.ledger} == {"script.t2s", "layout.cut"}
    assert "会议闭幕以来，已经整整一年了。这是伟大的转变的一年。" in restored.text


def test_one_quoted_name_in_traditional_script_is_no_mixture():
    text = "《論語》新编本出版，由馬英九先生题签，两岸学者参加了首发仪式并发表讲话。"
    assert not restore(text).ledger.edits


def test_the_diagnosis_is_that_of_the_text_before_any_repair(five):
    for restored in five.values():
        assert restored.diagnosis == diagnose(restored.raw)


def test_a_ledger_file_gives_the_ledger_back(five):
    for restored in five.values():
        written = ledger.dumps(restored.ledger)
        again = ledger.loads(written, len(restored.raw))
        assert again.apply(restored.raw) == restored.text
        assert ledger.dumps(again) == written


@given(st.text(st.characters(exclude_categories=()), max_size=12), st.text(max_size=8))
def test_a_cell_hides_nothing_and_computes_nothing(before, other):
    edit = Edit(0, len(before), before, other, "r", "ocr", "inferred", other, (other, "a|b"), 1.5)
    again = ledger.loads(ledger.dumps(Ledger([edit], len(before))), len(before)).edits[0]
    assert again == edit
    assert not ledger.escape(before).startswith(("=", "+", "-", "@"))
    assert ledger.escape(before).isprintable() or not before.isascii()
