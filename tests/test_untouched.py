"""Clean text is left alone: no edit, not even a suspicion, whatever kind of Chinese it is."""

import json
from pathlib import Path

import pytest

from restoration import restore

CASES = json.loads(Path(__file__).with_name("cases").joinpath("untouched.json").read_text("utf-8"))
CLEAN = {case["what"]: case["text"] for case in CASES["untouched"]}
SPECIMENS = {case["what"]: case["text"] for case in CASES["unchanged"]}
KNOWN = {case["what"]: case["text"] for case in CASES["known_failures"]}
# 1957 was printed before the reform of the script was through; it is tried by itself.
MODERN = (1964, 1981, 1985, 1987, 1995, 1999, 2002, 2007, 2010, 2013, 2019, 2022)


def edits(text):
    return [(e.rule, e.before, e.after, e.confidence) for e in restore(text).ledger]


@pytest.mark.parametrize("what", CLEAN)
def test_clean_text_has_no_edit(what):
    assert edits(CLEAN[what]) == []


@pytest.mark.parametrize("what", SPECIMENS)
def test_text_about_signs_keeps_them(what):
    """It may be listed as doubtful, as the mark or the code point by itself is; nothing of it changes."""
    keep = ["script"] if "in traditional script" in what else ()
    assert [(e.rule, e.before, e.after) for e in restore(SPECIMENS[what], keep=keep).ledger if e.changes] == []


@pytest.mark.parametrize("what", KNOWN)
def test_known_false_alarms_are_still_known(what):
    """Listed, not hidden: one that has gone belongs among the untouched."""
    assert edits(KNOWN[what]) != []


def test_many_kinds_of_text_on_one_page_are_no_damage():
    """One page with poems, code, tables and rare names: more signs together, still no damage."""
    found = restore("\n".join(CLEAN.values())).ledger
    assert [(e.rule, e.before, e.after) for e in found if e.kind != "layout"] == []


def test_clean_national_reports_have_no_edit(national):
    assert {year: edits(national[year]) for year in MODERN if edits(national[year])} == {}


def test_a_report_from_before_the_reform_has_its_script_converted(national):
    """1957 mixes traditional forms into simplified text, and its line breaks cut sentences."""
    found = restore(national[1957]).ledger
    assert {e.kind for e in found} <= {"traditional script", "layout"}
    assert {e.rule for e in found if e.kind == "layout"} <= {"layout.cut"}
