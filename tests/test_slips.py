"""Byte slips: what the damage model of `damage.py` did is undone, and nothing else is touched."""

import itertools
import random
import re
import time

import damage
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import paths
from restoration import byte_slips, restore
from restoration.byte_slips import MAX_SPAN
from restoration.byte_slips import _Page as Page
from restoration.byte_slips import _toneless as toneless

# Reports that the language model was not estimated from (restoration/resources/README.md).
HELD_OUT = (1985, 1999, 2010)
# Reports that no byte slip has touched; restored, they stand for clean text of a city.
CITIES = ("taiyuan-gov-2026", "wanbolin-plan-2021", "taiyuan-gov-2021")
# Clean sentences with a place where a table character stands across two others, or a mark does.
SENTENCES = (
    "我们坚持以经济建设为中心，推动高质量发展驶入快车道。牢记使命，继续前进",
    "这项改革深入人心。科学规划、依法治理，取得新的成绩",
    "他们全面深化改革开放，发展活力不断增强",
    "市场活力不断增强。“双创”工作成效明显",
    "大力发展风能、地热能、生物质能，优化能源结构",
    "向专业化、高端化发展，推动现代物流业",
    "推广使用电子发票，发放政府数字消费券",
)
WIDE = str.maketrans({half: full for full, half in damage.FOLD.items() if chr(half) in ",!?;:()"})


def source(text: str) -> str:
    """Clean text as it was before the damage: full-width marks, no empty lines."""
    return re.sub("\n+", "\n", text.translate(damage.FOLD)).translate(WIDE)


def clean(text: str, fold: bool = True) -> str:
    """What a perfect restorer would give: traditional, without annotations."""
    text = damage.cleared(damage.traditional(text))
    return text.translate(damage.FOLD) if fold else text


def applied(text: str, edits) -> str:
    """The text with the edits carried out."""
    for edit in reversed(edits):
        assert text[edit.start : edit.end] == edit.before
        text = text[: edit.start] + edit.after + text[edit.end :]
    return text


def verdicts(text: str, table, **options) -> list[damage.Verdict]:
    """Judge what becomes of a text damaged with a table."""
    page = damage.page(text, table, **options)
    return damage.judge(clean(text, options.get("fold", True)), page, byte_slips.find(page))


def retraced(line: str, table) -> str:
    """A restored line, with its annotations dropped, damaged once more."""
    text = damage.NOTE.sub("", line).translate(WIDE)
    text = damage.punctuated(damage.ghost(text, table))
    return damage.cleared(text).translate(damage.FOLD)


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_slip_comes_back(sentence: str) -> None:
    page = damage.page(sentence, damage.table("001"))
    edits = byte_slips.find(page)
    assert edits
    assert damage.NOTE.sub("", applied(page, edits)) == clean(sentence)
    assert {edit.kind for edit in edits} == {"byte slip"}


@pytest.mark.parametrize(("sentence", "pinyin"), [
    ("实干的结果。“每个人都了不起！”在此，我代表", "總 zǒng"),
    ("社会保险参保总人数达到386万人", "側 cè"),
])
def test_both_passes_may_meet_in_one_slip(sentence: str, pinyin: str) -> None:
    """The second pass takes along the hole that the first has left."""
    page = damage.page(sentence, (tuple(pinyin.split()),))
    assert damage.NOTE.sub("", applied(page, byte_slips.find(page))).startswith(clean(sentence)[:14])


def test_an_annotation_inside_names_the_character_that_stands_there() -> None:
    page = damage.page("实干的结果。“每个人都了不起！”在此，我代表", (("總", "zǒng"),))
    wrong = page.replace("zǒng", "fā")
    assert wrong != page
    assert not any(edit.changes and "每個" in edit.after for edit in byte_slips.find(wrong))


def test_nothing_follows_the_last_phrase_of_a_page() -> None:
    assert not Page.of("增長。").follows("长。\n").any()
    page = Page.of("增長。增長快")
    shares = page.follows("增长")
    assert {c for c, number in page.numbers.items() if shares[number]} == {"。", "快"}


def test_the_damage_model_makes_what_the_pages_show() -> None:
    assert damage.page("滨河东西路") == "濱河?xùn)|西路"
    assert damage.page("向专业化") == "向?qū)I(yè)化"
    assert damage.page("高校“保二争三”、“双一流”") == "高?!氨6幦薄ⅰ半p一流”"


@pytest.mark.parametrize("name", ["000", "001"])
def test_restored_pages_damaged_again_are_the_pages(raw: dict[str, bytes], name: str) -> None:
    """The proof on the real pages: the readings give, through the damage, what is seen."""
    page = next(data.decode("utf-8") for key, data in raw.items() if key.startswith(name))
    edits = byte_slips.find(page)
    assert len(edits) == {"000": 4, "001": 12}[name]
    restored = applied(page, [edit for edit in edits if edit.changes]).split("\n")
    doubtful = {page.count("\n", 0, e.start) for e in edits if e.confidence == "unresolved"}
    for number, (line, seen) in enumerate(zip(restored, page.split("\n"), strict=True)):
        if seen != line and number not in doubtful:
            assert retraced(line, damage.table(name)) == seen
    sure = [edit for edit in edits if edit.confidence == "inferred"]
    assert len(sure) >= {"000": 3, "001": 11}[name]


@pytest.mark.parametrize("year", HELD_OUT)
def test_held_out_reports_come_back(national: dict[int, str], year: int) -> None:
    text = source(national[year])
    found = verdicts(text, damage.table())
    assert len(found) >= 5
    sure = [v for v in found if v.confidence in ("exact", "inferred")]
    assert all(v.right for v in sure)
    assert not any(v.confidence == "missed" for v in found)
    assert len(sure) >= 0.9 * len(found)


def test_readings_damaged_again_are_what_is_seen(national: dict[int, str]) -> None:
    """None is restored to something that the bytes exclude, right or wrong."""
    text = source(national[2010])
    for seed in (1, 2):
        table = damage.sampled_table(text, seed)
        for line in damage.page(text, table).split("\n"):
            edits = byte_slips.find(line)
            if edits and all(edit.confidence == "inferred" for edit in edits):
                assert retraced(applied(line, edits), table) == line


@pytest.mark.slow
def test_trial(national: dict[int, str]) -> None:
    """At least 95 % of the slips come back, whatever the table; `inferred` is right as often."""
    found = []
    for year in HELD_OUT:
        text = source(national[year])
        for seed in range(1, 7):
            found += verdicts(text, damage.sampled_table(text, seed))
    sure = [v for v in found if v.confidence in ("exact", "inferred")]
    assert len(found) >= 100
    assert sum(v.right for v in found) >= 0.95 * len(found)
    assert sum(v.right for v in sure) >= 0.95 * len(sure)


@pytest.mark.slow
def test_reports_of_cities_are_harder_but_not_guessed() -> None:
    """Names that the model has not read: more is left with its readings, no more is wrong."""
    found = []
    for name in CITIES:
        text = source((paths.RESTORED / f"{name}.txt").read_text(encoding="utf-8"))
        for seed in range(1, 4):
            found += verdicts(text, damage.sampled_table(text, seed))
    sure = [v for v in found if v.confidence in ("exact", "inferred")]
    assert len(found) >= 100
    assert not any(v.confidence == "missed" for v in found)
    assert sum(v.right for v in sure) >= 0.95 * len(sure)
    assert sum(v.right for v in found) >= 0.8 * len(found)


@pytest.mark.parametrize("hole", ["?", "\ufffd"])
@pytest.mark.parametrize("undefined", ["", "?"])
def test_other_decoders_and_toneless_pinyin(hole: str, undefined: str) -> None:
    plain = tuple((c, toneless(note)) for c, note in damage.table())
    for table in (damage.table(), plain):
        found = verdicts(SENTENCES[0], table, hole=hole, undefined=undefined, marks=hole == "?")
        assert found
        assert all(v.right for v in found if v.confidence != "unresolved")


def test_without_the_second_pass_a_slip_runs_on(national: dict[int, str]) -> None:
    found = verdicts(source(national[1999]), damage.table(), marks=False)
    assert found
    assert sum(v.right for v in found) >= 0.9 * len(found)


def test_full_width_pages_stay_full_width() -> None:
    sentence = SENTENCES[2]
    page = damage.page(sentence, damage.table("001"), fold=False)
    assert damage.NOTE.sub("", applied(page, byte_slips.find(page))) == clean(sentence, fold=False)


def test_close_readings_leave_a_gap() -> None:
    """Bytes and language do not tell the second five-year plan from the third: no guess."""
    page = damage.page("经济平稳运行。“十三五”时期，产业发展", damage.table("001"))
    [edit] = byte_slips.find(page)
    assert edit.after == "。“十\ufffd五"
    assert edit.confidence == "unresolved"
    assert {"。“十三五", "。“十二五"} <= set(edit.alternatives)


def test_a_number_with_a_sign_less_is_another_number() -> None:
    """The tenth plan (十五) is no reading to take for the thirteenth, however common it is."""
    page = damage.page("取得新的成绩。“十三五”期间，产业发展", damage.table("001"))
    [edit] = byte_slips.find(page)
    assert edit.confidence == "unresolved"
    assert {"。“十三五", "。“十五"} <= set(edit.alternatives)


def test_an_annotation_is_no_surer_than_its_character() -> None:
    """The (yè) after a 業 that is read from the slip is dropped with it, by no edit of its own."""
    page = damage.page("向专业化、高端化发展")
    edits = [(edit.before, edit.after) for edit in byte_slips.find(page)]
    assert edits == [("?qū)I(yè)", "專業")]


def test_clean_text_is_untouched(national: dict[int, str]) -> None:
    for text in national.values():
        assert byte_slips.find(text) == []
        assert byte_slips.find(damage.traditional(text)) == []


def test_annotations_in_step_are_no_slips() -> None:
    page = damage.page(
        "产业发展。什么?!真的吗??是的。他问:“好吗?”她说:“价格是100?200元”", damage.table()
    )
    assert byte_slips.find(page) == []


def test_places_at_the_edge() -> None:
    whole = damage.page("驶入快车道。", damage.table())
    for page in (whole, whole[1:], whole[:6], whole[:4], whole[:-1] + "\n", "?xí)", "?xí)?xí)"):
        for edit in byte_slips.find(page):
            assert page[edit.start : edit.end] == edit.before
            assert (edit.confidence == "unresolved") == ("\ufffd" in edit.after or not edit.changes)


def test_a_slip_takes_the_line_end() -> None:
    lines = "大家坚决拥护全面\n改革。继续努力，推动经济发展"
    for end in ("们全面", "驶入快车道"):
        text = lines.replace("全面", end)
        page = damage.page(text, damage.table("001"))
        for edit in byte_slips.find(page):
            assert edit.after in (*edit.alternatives, clean(text), edit.before) or edit.changes


def test_two_slips_close_together() -> None:
    sentence = "濱河东西路向专业化"
    page = damage.page(sentence, damage.table())
    edits = byte_slips.find(page)
    assert len(edits) == 2
    assert damage.NOTE.sub("", applied(page, edits)) == clean(sentence)


def test_a_megabyte_on_one_line() -> None:
    page = damage.page(SENTENCES[2], damage.table("001"))
    text = "發(fā)展" + "一" * 500_000 + page + "二" * 500_000
    begin = time.perf_counter()
    edits = byte_slips.find(text)
    assert time.perf_counter() - begin < 20
    assert [edit.after for edit in edits if edit.changes]


def test_a_run_without_end_is_bounded() -> None:
    """Characters whose trail bytes never are ASCII: the search stops, and says so."""
    page = "們?nèi)" + "".join(random.Random(0).choices("的一是在有和大中上", k=5 * MAX_SPAN))
    [edit] = byte_slips.find(page)
    assert not edit.changes
    assert str(MAX_SPAN) in edit.evidence


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="?\ufffd!。“”()xíùnè|I發們的一\n,5濱。", max_size=40))
def test_any_text_gets_an_answer(text: str) -> None:
    edits = byte_slips.find(text)
    assert all(a.end <= b.start for a, b in itertools.pairwise(edits))
    applied(text, edits)


@pytest.mark.parametrize(("seen", "meant"), [
    ("得到加強(qiáng)?!半p創(chuàng)”工作成效明顯", "得到加强。“双创”工作成效明显"),
    ("加快建設(shè)?!叭r(nóng)”工作", "加快建设。“三农”工作"),
    ("實(shí)現(xiàn)小康社會(huì)?!半p創(chuàng)”工作", "实现小康社会。“双创”工作"),
])
def test_a_slip_right_after_a_note_is_seen(seen, meant):
    assert restore("領(lǐng)導(dǎo)幹部" + seen).text == "领导干部" + meant
