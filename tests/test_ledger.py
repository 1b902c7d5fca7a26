"""Laws of the ledger: nothing is lost, offsets partition the raw text, edits compose."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from restoration import restore
from restoration.ledger import GAP, Edit, Ledger, disjoint

letters = st.text("發展(fā)。\n a?" + GAP, max_size=12)


def edit(start, before, after, confidence="exact", rule="r", kind="layout"):
    return Edit(start, start + len(before), before, after, rule, kind, confidence, "because")


@st.composite
def edits_of(draw, text):
    """Disjoint random edits of `text`, insertions and drops included."""
    points = sorted(draw(st.lists(st.integers(0, len(text)), max_size=10)))
    edits, point = [], -1
    for start, end in zip(points[::2], points[1::2], strict=False):
        if start == end == point:
            continue
        point = end
        confidence = draw(st.sampled_from(["exact", "inferred", "unresolved"]))
        edits.append(edit(start, text[start:end], draw(letters), confidence))
    return edits


@st.composite
def ledgers(draw, rounds=3):
    """A raw text, the texts after each round of edits, and the ledger that grew with them."""
    raw = draw(st.text("發展(fā)。\n a", max_size=30))
    ledger, text = Ledger([], len(raw)), raw
    for _ in range(draw(st.integers(0, rounds))):
        edits = draw(edits_of(text))
        text = Ledger(edits, len(text)).apply(text)
        ledger = ledger.then(edits)
    return raw, text, ledger


@given(ledgers())
def test_composition_gives_the_text_and_gives_back_the_raw(case):
    raw, text, ledger = case
    assert ledger.apply(raw) == text
    assert ledger.invert(text) == raw
    assert ledger.text_length == len(text)


@given(ledgers())
def test_every_raw_character_is_kept_or_in_one_edit(case):
    raw, text, ledger = case
    place = shift = 0
    for e in ledger:
        kept = raw[place : e.start]
        assert text[place + shift : e.start + shift] == kept
        assert raw[e.start : e.end] == e.before
        place, shift = e.end, shift + len(e.after) - len(e.before)
    assert text[place + shift :] == raw[place:]


@given(ledgers(), st.data())
def test_spans_of_the_text_cut_the_raw_text_in_order(case, data):
    raw, text, ledger = case
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)))) | {0, len(text)})
    spans = [ledger.to_raw(a, b) for a, b in pairwise(cuts)]
    for low, high in spans:
        assert 0 <= low <= high <= len(raw)
    for (_, high), (low, _), cut in zip(spans, spans[1:], cuts[1:], strict=False):
        dropped = sum(len(e.before) for e in ledger if high <= e.start and e.end <= low)
        inside = any(a < cut < b for a, b in zip(ledger._starts, ledger._ends, strict=True))
        assert inside or low - high == dropped


@given(ledgers(), st.data())
def test_mapping_back_and_forth_covers_the_span(case, data):
    _raw, text, ledger = case
    a, b = sorted((data.draw(st.integers(0, len(text))), data.draw(st.integers(0, len(text)))))
    low, high = ledger.to_text(*ledger.to_raw(a, b))
    touched = ledger.edits_in(a, b)
    if a < b and all(e.before and e.after for e in touched):
        assert low <= a <= b <= high
    if not touched:
        assert (low, high) == (a, b) or a == b


@given(ledgers())
def test_a_ledger_survives_its_table(case):
    raw, _text, ledger = case
    assert Ledger.from_frame(ledger.frame(), len(raw)) == ledger


def test_what_is_done_and_undone_leaves_no_edit():
    ledger = Ledger([edit(0, "乾", "干")], 2).then([edit(0, "干", "乾")])
    assert ledger.edits == ()


def test_meeting_edits_become_one_with_the_weaker_class():
    ledger = Ledger([edit(1, "(fā)", "", rule="pinyin", kind="ghost pinyin")], 6)
    one = ledger.then([edit(0, "發展", "发展", "inferred", rule="script")]).edits
    assert [(e.before, e.after, e.rule, e.confidence) for e in one] == [
        ("發(fā)展", "发展", "pinyin+script", "inferred")
    ]


def test_an_edit_beside_a_dropped_stretch_stays_its_own():
    ledger = Ledger([edit(1, "(fā)", "")], 6)
    ledger = ledger.then([edit(0, "發", "发"), edit(1, "展", "展開")])
    assert [(e.start, e.end) for e in ledger] == [(0, 1), (1, 5), (5, 6)]
    assert ledger.to_raw(0, 1) == (0, 1)
    assert ledger.to_raw(0, 2) == (0, 6)


@pytest.mark.parametrize("bad", [
    [edit(0, "ab", "x"), edit(1, "b", "y")],
    [edit(2, "cd", "x")],
    [edit(1, "", "x"), edit(1, "", "y")],
    [edit(0, "a", "x", "sure")],
])
def test_a_ledger_that_contradicts_itself_is_refused(bad):
    with pytest.raises(ValueError, match=r"overlaps|disagree"):
        Ledger(bad, 3)


def test_a_ledger_refuses_another_text():
    with pytest.raises(ValueError, match="another text"):
        Ledger([edit(0, "a", "b")], 3).apply("xyz")


@given(st.text("发展。", min_size=1, max_size=20), st.data())
def test_whatever_rules_list_together_becomes_a_ledger(text, data):
    spans = data.draw(st.lists(st.tuples(*[st.integers(0, len(text))] * 2), max_size=12))
    classes = st.sampled_from(["exact", "inferred", "unresolved"])
    listed = [
        edit(min(span), text[min(span) : max(span)], data.draw(letters), data.draw(classes))
        for span in spans
    ]
    chosen = disjoint(listed)
    Ledger(chosen, len(text)).apply(text)
    # What is left out meets something that was chosen and is no weaker.
    for out in set(listed) - set(chosen):
        with pytest.raises(ValueError, match="overlaps"):
            Ledger([*chosen, out], len(text))
    assert disjoint(chosen) == chosen


@pytest.mark.parametrize("lost", [b"\x80\xff", b"\xff", b"\xff\xfe\xff"])
def test_a_lone_byte_stands_in_the_frame(lost):
    ledger = restore("政府工作报告，全市经济发展。".encode("gbk") + lost).ledger
    frame = ledger.frame()
    assert len(frame) == len(ledger.edits) > 0
    assert frame["start"].dtype == "int64"
    assert list(Ledger.from_frame(frame, ledger.raw_length).edits) == list(ledger.edits)
