"""A reader's decisions win, are shown, and are refused where they do not fit."""

from hashlib import sha256

import pytest

from restoration import restore
from restoration.ledger import OVERRIDE, OVERRIDE_COLUMNS, Edit, read_overrides

RAW = "發(fā)展和領(lǐng)導(dǎo)，沿著道路"
HEADER = ",".join(OVERRIDE_COLUMNS)


def decision(raw, before, accepted, reason="read on the page"):
    start = raw.index(before)
    return Edit(start, start + len(before), before, accepted, "override", OVERRIDE,
                "exact", reason)  # fmt: skip


def written(tmp_path, *rows, header=HEADER):
    path = tmp_path / "overrides.csv"
    path.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    return path


def test_a_decision_settles_a_place_and_stands_in_the_ledger():
    edit = decision(RAW, "展", "站")
    restored = restore(RAW, overrides=[edit])
    assert restored.text == "发站和领导，沿着道路"
    assert [e for e in restored.ledger if e.kind == OVERRIDE] == [edit]
    assert restored.ledger.invert(restored.text) == RAW


@pytest.mark.parametrize("before", ["發", "(fā)", "發(fā)", "領(lǐng)導(dǎo)"])
def test_a_veto_keeps_what_stands_there(before):
    restored = restore(RAW, overrides=[decision(RAW, before, before)])
    start, end = restored.ledger.to_text(RAW.index(before), RAW.index(before) + len(before))
    assert restored.text[start:end] == before
    assert restored.ledger.apply(RAW) == restored.text
    assert restored.ledger.invert(restored.text) == RAW


def test_a_decision_touches_nothing_beyond_what_it_meets():
    plain = restore(RAW)
    settled = restore(RAW, overrides=[decision(RAW, "道路", "道")])
    others = [e for e in settled.ledger if e.kind != OVERRIDE]
    assert others == list(plain.ledger)


def test_the_same_decision_without_a_rule_at_work():
    restored = restore(RAW, level="none", overrides=[decision(RAW, "發(fā)", "发")])
    assert restored.text == RAW.replace("發(fā)", "发")


@pytest.mark.parametrize("edit", [
    Edit(0, 1, "展", "x", "override", "override", "exact", "wrong place"),
    Edit(90, 91, "發", "x", "override", "override", "exact", "outside"),
    Edit(-2, 0, "發", "x", "override", "override", "exact", "before the start"),
])  # fmt: skip
def test_a_decision_about_other_characters_is_refused(edit):
    with pytest.raises(ValueError, match="correct it"):
        restore(RAW, overrides=[edit])


def test_two_decisions_about_one_place_are_refused():
    with pytest.raises(ValueError, match="overlaps"):
        restore(RAW, overrides=[decision(RAW, "發(fā)", "发"), decision(RAW, "發", "废")])


def test_only_the_rows_of_a_file_are_read(tmp_path):
    own, other = (sha256(text.encode()).hexdigest() for text in (RAW, "another"))
    path = written(tmp_path, f"{own},0,1,發,发,seen,Wang", f"{other},3,4,x,y,seen,Li")
    (edit,) = read_overrides(path, own)
    assert (edit.start, edit.end, edit.before, edit.after) == (0, 1, "發", "发")
    assert "seen (Wang" in edit.evidence
    assert read_overrides(path, "0" * 64) == ()


def test_what_a_spreadsheet_would_hide_is_written_with_a_backslash(tmp_path):
    path = written(tmp_path, r"s,4,5,\n,\u0020,a cut line,Wang")
    (edit,) = read_overrides(path, "s")
    assert (edit.before, edit.after) == ("\n", " ")


@pytest.mark.parametrize(("row", "why"), [
    ("s,zero,1,發,发,seen,Wang", "offsets"),
    ("s,,1,發,发,seen,Wang", "offsets"),
    ("s,0", "offsets"),
    ("s,0,1,發,发,,Wang", "no reason"),
    ("s,0,1,發,发,seen,", "no name"),
])  # fmt: skip
def test_a_bad_row_is_named(tmp_path, row, why):
    path = written(tmp_path, row)
    with pytest.raises(ValueError, match=why) as refusal:
        read_overrides(path, "s")
    assert "row 2" in str(refusal.value)


def test_a_missing_column_is_named(tmp_path):
    path = written(tmp_path, header="file_sha256,start,end,before,accepted,reason")
    with pytest.raises(ValueError, match="no column who"):
        read_overrides(path, "s")


def test_the_table_that_ships_decides_nothing_that_a_rule_should_find():
    from analysis import paths

    lines = paths.OVERRIDES.read_text(encoding="utf-8-sig").splitlines()
    assert lines == [HEADER]
