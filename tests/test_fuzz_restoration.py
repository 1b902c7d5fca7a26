"""
Whatever comes in: a clear answer, the raw kept, nothing done twice, never a hang.

Bytes, text made of fragments of damage, files that change their encoding from line to line, lone
surrogates, and a megabyte on one line. `make trials` runs the long variants.
"""

import os
import random
import time

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from restoration import LEVELS, restore
from restoration.decode import DecodingError

# Scraps of every kind of damage, and of what looks like it.
FRAGMENTS = (
    "領(lǐng)導(dǎo)", "發(fā)", "記(ji)", "(hui)(hui)", "駛?cè)肟燔嚨?", "?！耙幻队≌鹿",
    "?cè)肟", "??咐吸h", "?xùn)|", "**", "**重点。**", "&nbsp;", "&amp;", "&amp;amp;", "<br>",
    "<b>", "<p", "\u200b", "\ufeff", "\u00a0", "\u3000", " ", "  ", "\n", "\n\n", "\r\n", "\r",
    "\t", "\x00", "}", "附件", "责任编辑: 吉政", "(上接第1版)", "发表于:2022", "收藏", "著",
    "显著", "乾", "乾县", "鏀垮簻", "锛", "ÕþÐ§", "\udc80", "\udcff", "\ud800", "\ud83d",
    "二 〇 三五年", "2020 年", "第四章聚焦六新", "。", "，", "，,", "。。", "一、", "(GDP)",
    "你(ni)", "政府工作报告", "全面推进高质量发展,", "忣", "荿", "姩", "囚", "Φ", "┿", "㈣", "A",
    "1", "脱贫攻坚成", "果,守牢", "各位代表", "“", "”", "〇", "蹚", "\U00020100", "\U0001f600",
    "ā", "́", "é", "的", "是否", "?", "？", "！", "!", ")", "(", "]", "供应一制造一应用",
    "招标投标投标", "太原市经济发展第十四届", "《太原市经济发展", "\ufffd", "\ue000",
)  # fmt: skip
ENCODINGS = ("utf-8", "gb18030", "gbk", "big5", "utf-16-le", "utf-16", "latin-1")
fragments = st.lists(st.sampled_from(FRAGMENTS), max_size=40).map("".join)
# Any code point but none of the surrogates is a text; with them it is what a careless reader made.
characters = st.text(st.characters(), max_size=200)
torn = st.text(st.characters(categories=("Cs", "Lo", "Po", "Cc")), max_size=60)
encoded = st.builds(
    lambda text, name: text.encode(name, "ignore"), fragments, st.sampled_from(ENCODINGS)
)
mixed = st.lists(encoded, max_size=6).map(b"\n".join)
# Seconds of the processor that a text may take: a hang, not a benchmark. A slip that never comes
# into step again takes a second or two.
SMALL, LARGE = 60, 120
QUICK = settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
LONG = settings(max_examples=8000, suppress_health_check=[HealthCheck.too_slow])


def lawful(raw, level="full", seconds=SMALL):
    """Restore and hold the result to the laws; a refusal in one sentence is an answer too."""
    began = time.process_time()
    try:
        restored = restore(raw, level=level)
    except DecodingError:
        # A str has been decoded by somebody: only an empty one is refused.
        assert isinstance(raw, bytes) or not raw
        return None
    assert time.process_time() - began < seconds
    if isinstance(raw, bytes):
        assert restored.raw.encode(restored.encoding, "surrogateescape") == raw
    else:
        assert restored.raw == raw
    ledger = restored.ledger
    assert ledger.apply(restored.raw) == restored.text
    assert ledger.invert(restored.text) == restored.raw
    _partition(restored)
    return restored


def _partition(restored):
    """Every raw character is kept as it is or lies in one edit, and the way there leads back."""
    place = shift = 0
    for edit in restored.ledger:
        assert place <= edit.start <= edit.end
        assert restored.raw[edit.start : edit.end] == edit.before
        assert restored.text[place + shift : edit.start + shift] == restored.raw[place : edit.start]
        assert edit.evidence
        assert edit.changes or edit.confidence == "unresolved"
        place, shift = edit.end, shift + len(edit.after) - len(edit.before)
    assert restored.text[place + shift :] == restored.raw[place:]
    assert restored.ledger.to_raw(0, len(restored.text))[1] <= len(restored.raw)


def changed_again(restored):
    """Edits of a second restoration: there are to be none."""
    again = restore(restored.text)
    return [(e.rule, e.before, e.after) for e in again.ledger if e.changes]


def check(raw, level="full", seconds=SMALL):
    restored = lawful(raw, level, seconds)
    if restored and restored.text and level == "full":
        assert changed_again(restored) == []
    return restored


@QUICK
@given(st.one_of(fragments, characters, torn), st.sampled_from(LEVELS))
@example("\udc80", "full")
@example("", "full")
def test_text(text, level):
    check(text, level)


@QUICK
@given(st.one_of(st.binary(max_size=200), encoded, mixed))
@example(b"")
@example(b"\x00")
@example(b"\xff\xfe")
@example("\ufeff政府\n".encode() + "工作报告".encode("gbk"))
def test_bytes(data):
    check(data)


@pytest.mark.slow
@LONG
@given(st.one_of(fragments, characters, torn), st.sampled_from(LEVELS))
def test_text_for_long(text, level):
    check(text, level)


@pytest.mark.slow
@LONG
@given(st.one_of(st.binary(max_size=400), encoded, mixed))
def test_bytes_for_long(data):
    check(data)


@pytest.mark.slow
def test_random_fragments_for_minutes():
    """FUZZ_SECONDS (60) of long random texts, some cut through in the middle of a character."""
    chooser, tried = random.Random(int(os.environ.get("FUZZ_SEED", 20210401))), 0
    end = time.monotonic() + float(os.environ.get("FUZZ_SECONDS", 60))
    while time.monotonic() < end:
        text = "".join(chooser.choices(FRAGMENTS, k=chooser.randint(1, 300)))
        check(text)
        data = bytearray(text.encode(chooser.choice(ENCODINGS), "ignore"))
        for _ in range(chooser.randint(0, 5) if data else 0):
            data[chooser.randrange(len(data))] = chooser.randrange(256)
        check(bytes(data[chooser.randint(0, 1) :]))
        tried += 2
    assert tried > 20


def test_an_encoding_that_changes_from_line_to_line_keeps_the_raw():
    lines = ["政府工作报告", "推进高质量发展", "全面深化改革开放"] * 4
    data = b"\n".join(
        line.encode("utf-8" if n % 2 else "gb18030") for n, line in enumerate(lines)
    )
    check(data)


# Patterns that a careless regular expression or search would go through again and again.
LINES = (
    "推进高质量发展", "發(fā)展領(lǐng)導(dǎo)", "?cè)肟", "??", "(", "&amp;", "<p ", "**", " ",
    "一", "供应一制造一", "投标投标", "忣", "?！耙幻队≌鹿发(fā)", "，,", "〇 ",
)  # fmt: skip


@pytest.mark.parametrize("pattern", LINES)
def test_a_long_line_does_not_hang(pattern):
    check(pattern * (2_000 // len(pattern)))


@pytest.mark.slow
@pytest.mark.parametrize("pattern", LINES)
def test_a_megabyte_on_one_line_does_not_hang(pattern):
    check(pattern * (1_000_000 // len(pattern.encode())), seconds=LARGE)
