"""The gold passages fit the raw files and themselves; the measures obey their laws."""

import itertools
import re
import subprocess
import sys
from collections import Counter
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import accuracy, paths
from restoration.ledger import Edit, Ledger

PASSAGES = accuracy.load()
BY_REPORT = {}
for _passage in PASSAGES:
    BY_REPORT.setdefault(_passage.report, []).append(_passage)
KINDS = {"ghost pinyin", "traditional script", "byte slip", "look-alike", "keyword substitution",
         "ocr", "layout", "boilerplate"}
words = st.text(alphabet="太原市的发展(a)\n", max_size=12)


def whole(passage):
    """Return the text of the passage's raw file."""
    return (paths.RAW / passage.file).read_bytes().decode("utf-8")


def edits_of(passages, confidence="exact"):
    """Return the marks as edits of a ledger that knows every answer."""
    return [
        Edit(mark.start, mark.end, mark.before, mark.after, "gold", mark.kind, confidence, "read")
        for passage in passages for mark in passage.marks
    ]


def restored(change=lambda report, edits: edits):
    """Restore the five reports by the marks; `change` may spoil the edits first."""
    result = {}
    for report, passages in BY_REPORT.items():
        raw = whole(passages[0])
        ledger = Ledger(change(report, edits_of(passages)), len(raw))
        result[report] = SimpleNamespace(raw=raw, text=ledger.apply(raw), ledger=ledger)
    return result


@pytest.fixture(scope="module")
def oracle():
    return restored()


# --- the files -------------------------------------------------------------------------------


def test_passages_are_what_stands_in_the_raw_files():
    wrong = [p.id for p in PASSAGES if whole(p)[p.start:p.end] != p.raw]
    assert wrong == []


def test_passages_are_many_enough_disjoint_and_of_a_length_to_read():
    assert len({p.id for p in PASSAGES}) == len(PASSAGES)
    assert len(BY_REPORT) == 5
    for passages in BY_REPORT.values():
        strata = Counter(p.stratum for p in passages)
        assert strata["random"] == 8
        assert strata["hard"] >= 10
        assert all(a.end <= b.start for a, b in itertools.pairwise(passages))
    assert all(60 <= p.end - p.start <= 200 for p in PASSAGES)
    assert {p.certainty for p in PASSAGES} <= {"certain", "probable", "doubtful"}


def test_the_random_stratum_is_what_the_recipe_draws():
    recipe = subprocess.run([sys.executable, paths.ROOT / "recipes" / "draw_gold.py"], capture_output=True,
                            text=True, check=True)
    drawn = {tuple(line.split("\t")) for line in recipe.stdout.splitlines()}
    assert drawn == {
        (p.file[:3], str(p.start), str(p.end)) for p in PASSAGES if p.stratum == "random"
    }


def test_marks_explain_every_difference_between_raw_and_reading():
    for passage in PASSAGES:
        starts = [mark.start for mark in passage.marks]
        assert starts == sorted(starts), passage.id
        for mark in passage.marks:
            assert passage.start <= mark.start < mark.end <= passage.end, passage.id
            assert passage.cut(mark.start, mark.end) == mark.before, passage.id
            assert mark.before != mark.after, passage.id
        read = passage.truth(passage.start, passage.end)
        assert re.sub(r"\n+", "\n", read) == passage.reading, passage.id
        assert set(passage.kinds) == {mark.kind for mark in passage.marks} <= KINDS, passage.id


def test_marks_are_as_many_as_promised():
    count = Counter(mark.kind for p in PASSAGES for mark in p.marks)
    assert count["byte slip"] == 16
    assert count["look-alike"] >= 150
    assert count["ocr"] >= 10
    assert count["layout"] >= 40


def test_readings_have_no_debris():
    pinyin, rest = r"[\u4e00-\u9fff]\([a-zü\u00e0-\u01dc]+\)", r"\*\*|\ufffd|\?|[ \n]$|^[ \n]| {2}"
    debris = re.compile(f"{pinyin}|{rest}")
    assert [p.id for p in PASSAGES if debris.search(p.reading)] == []


# --- the measures ----------------------------------------------------------------------------


@given(words, words, words)
def test_distance_is_a_metric(a, b, c):
    assert accuracy._distance(a, b) == accuracy._distance(b, a)
    assert (accuracy._distance(a, b) == 0) == (a == b)
    assert accuracy._distance(a, c) <= accuracy._distance(a, b) + accuracy._distance(b, c)
    assert abs(len(a) - len(b)) <= accuracy._distance(a, b) <= max(len(a), len(b))


@given(words, st.integers(0, 12), st.sampled_from("甲乙"))
def test_one_change_costs_one(text, place, char):
    place = min(place, len(text))
    assert accuracy._distance(text[:place] + char + text[place:], text) == 1
    if place < len(text):
        assert accuracy._distance(text[:place] + char + text[place + 1:], text) == 1


@given(st.integers(0, 300), st.integers(1, 300))
def test_wilson_holds_the_share_and_stays_between_nought_and_one(right, n):
    right = min(right, n)
    low, high = accuracy._wilson(right, n)
    assert 0 <= low <= right / n + 1e-12
    assert right / n - 1e-12 <= high <= 1
    mirrored = accuracy._wilson(n - right, n)
    assert mirrored == pytest.approx((1 - high, 1 - low))


def test_who_knows_every_answer_is_right_everywhere(oracle):
    scores = accuracy.score(PASSAGES, oracle)
    assert len(scores) == len(PASSAGES)
    assert scores["errors"].sum() == 0
    assert scores["exact"].all()
    assert (accuracy.places_by_kind(PASSAGES, oracle)["rate"] == 1).all()
    assert accuracy.misses(PASSAGES, oracle).empty
    assert accuracy.plain_altered(PASSAGES, oracle)["altered"].sum() == 0
    table = accuracy.calibration(PASSAGES, oracle).set_index("confidence")
    assert table.loc["exact", "right"] == sum(len(p.marks) for p in PASSAGES)
    assert table.loc["exact", "rate"] == 1
    assert table.loc["inferred", "n"] == 0


def test_doing_nothing_gets_no_damaged_place_and_alters_nothing():
    table = accuracy.places_by_kind(PASSAGES, accuracy._nothing)
    assert (table["right"] == 0).all()
    assert accuracy.plain_altered(PASSAGES, accuracy._nothing)["altered"].sum() == 0
    bare = restored(lambda report, edits: [])
    ours, plain = (accuracy.score(PASSAGES, r) for r in (bare, accuracy._nothing))
    assert ours.equals(plain)


@pytest.mark.parametrize("index", [0, 7, 100, 301])
def test_one_edit_left_out_is_one_place_missed(index):
    left_out = {}

    def forget(report, edits):
        if index < len(edits):
            left_out[report] = edits[index].start
            return [*edits[:index], *edits[index + 1:]]
        return edits

    table = accuracy.misses(PASSAGES, restored(forget))
    assert dict(zip(table["report"], table["raw_start"], strict=True)) == left_out
    assert len(table) == len(left_out)


def test_an_edit_beside_the_damage_counts_as_altered_plain_text():
    def spoil(report, edits):
        passage = next(p for p in BY_REPORT[report] if p.stratum == "random")
        taken = {place for e in edits for place in range(e.start, e.end)}
        place = next(i for i in range(passage.start, passage.end) if i not in taken)
        before = passage.cut(place, place + 1)
        wrong = Edit(place, place + 1, before, "囧", "wrong", "ocr", "inferred", "")
        return [*edits, wrong]

    spoiled = restored(spoil)
    table = accuracy.plain_altered(PASSAGES, spoiled).set_index("report")
    assert (table.drop("all")["altered"] == 1).all()
    assert accuracy.score(PASSAGES, spoiled)["errors"].sum() == len(BY_REPORT)
    classes = accuracy.calibration(PASSAGES, spoiled).set_index("confidence")
    assert classes.loc["inferred", ["n", "right"]].tolist() == [len(BY_REPORT), 0]
    assert classes.loc["exact", "rate"] == 1


def test_an_edit_may_be_drawn_wider_than_the_mark():
    def widen(report, edits):
        raw = whole(BY_REPORT[report][0])
        borders = {p.start for p in BY_REPORT[report]}
        wide, place = [], 0
        for edit in edits:
            start = max(edit.start - (edit.start not in borders), place)
            before = raw[start:edit.end]
            after = raw[start:edit.start] + edit.after
            wide.append(Edit(start, edit.end, before, after, "wide", edit.kind, "exact", ""))
            place = edit.end
        return wide

    wide = restored(widen)
    assert (accuracy.places_by_kind(PASSAGES, wide)["rate"] == 1).all()
    assert accuracy.score(PASSAGES, wide)["errors"].sum() == 0


def test_stripping_and_opencc_leave_every_slip():
    table = accuracy.places_by_kind(PASSAGES, accuracy._strip_and_convert)
    overall = table[table["report"] == "all"].set_index("kind")
    assert overall.loc["ghost pinyin", "rate"] == 1
    assert overall.loc["byte slip", "right"] == 0
    assert 0.3 < overall.loc["look-alike", "rate"] < 0.6
    summary = accuracy.summary(accuracy.score(PASSAGES, accuracy._strip_and_convert))
    pooled = summary[(summary["stratum"] == "all") & (summary["report"] == "all")]
    assert 0.005 < pooled["cer"].item() < 0.05


def test_reports_that_were_not_restored_are_left_out(oracle):
    some = {"taiyuan-gov-2021": oracle["taiyuan-gov-2021"]}
    assert set(accuracy.score(PASSAGES, some)["report"]) == set(some)


def test_the_published_copies_name_places_that_are_there():
    """Differences stand at their raw places, and the official words can be put in."""
    from analysis import corpus

    reports = corpus.load(paths.ROOT / "data" / "catalogue.csv")
    table = accuracy.witnesses(reports).set_index("report")
    assert set(table.index) == {"taiyuan-gov-2021", "taiyuan-gov-2026", "shanxi-gov-2023"}
    assert (table["similarity"] > 0.98).all()
    for id in table.index:
        report, found = reports[id], accuracy._differences(id)
        letters = found[found["kind"] == "character"]
        for row in letters.itertuples():
            assert report.text[slice(*report.ledger.to_text(row.start, row.end))] == row.before
        assert found["before"].str.len().max() <= 8
        assert accuracy._official(report).count("\n") == report.text.count("\n")
    changed = accuracy.changed_counts(reports, ["高质量发展", "网络诈骗", "网络空间治理"])
    assert "网络空间治理" in set(changed.loc[changed["report"] == "taiyuan-gov-2026", "term"])
