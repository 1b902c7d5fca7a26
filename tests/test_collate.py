"""Two copies of one document: every kind of difference, raw offsets, an abridgement, speed."""

import random
import time

import pytest

from restoration import restore
from restoration.collate import KINDS, collate, compare, dumps, summary

SENTENCES = [f"第{k}季度完成投资{100 + k}亿元，{'推进改革开放促进经济发展保障民生改善'[k % 9 :]}。" for k in range(400)]
TEXT = "\n".join("".join(SENTENCES[k : k + 5]) for k in range(0, 400, 5))


def kinds(apparatus):
    return {kind: count for kind, count in apparatus.counts().items() if count}


def test_the_same_text_has_no_difference_however_it_is_written():
    assert collate(TEXT, TEXT).rows == ()
    wide = TEXT.replace("1", "１").replace("，", ",")
    assert collate(TEXT, wide).rows == ()
    import opencc

    assert not {"word", "passage", "order"} & kinds(collate(TEXT, opencc.OpenCC("s2t").convert(TEXT))).keys()


def test_each_kind_of_difference_is_named_with_raw_offsets():
    other = TEXT.replace("第7季度", "第七季度").replace("亿元，", "亿元、", 1).replace("促进经济发展", "促进增长", 1)
    apparatus = collate(TEXT, other)
    assert kinds(apparatus) == {"punctuation": 1, "character": 1, "word": 1}
    for row in apparatus.rows:
        assert TEXT[row.start : row.end] == row.before
        assert other[row.other_start : row.other_end] == row.accepted
    assert set(apparatus.counts()) == set(KINDS)


def test_an_abridgement_is_as_alike_as_its_letters_are():
    short = "\n".join(TEXT.split("\n")[10:40])
    apparatus = collate(short, TEXT)
    assert apparatus.similarity > 0.999
    lacks, too_much = apparatus.lacking()
    assert len(lacks) == 2
    assert too_much == []
    assert "the first copy lacks 2 passages" in summary(apparatus)


def test_a_passage_at_another_place_is_named_as_such():
    lines = TEXT.split("\n")
    moved = "\n".join([*lines[:10], *lines[12:60], *lines[10:12], *lines[60:]])
    found = collate(TEXT, moved)
    assert kinds(found) == {"order": 1}
    assert lines[11][1:] in found.rows[0].before + found.rows[0].accepted or lines[12] in found.rows[0].before


def test_raw_offsets_lead_through_the_ledger():
    raw = "過去一年，領(lǐng)導(dǎo)干部推進(jìn)改革發(fā)展。"
    [row] = compare(restore(raw), restore("过去一年，领导干部推动改革发展。")).rows
    assert (row.kind, row.before, row.accepted) == ("character", "进", "动")
    assert raw[row.start] == "進"


def test_no_texts_in_common_and_no_letters():
    assert collate("推进改革。", "某某某某").similarity < 0.5
    assert collate("。", "推进").similarity == 0
    assert dumps(collate("推进", "=推动")).decode("utf-8-sig").startswith("kind,start,end,before,accepted")


def test_fifty_thousand_characters_are_compared_within_a_second():
    rng = random.Random(4)
    long = "".join(rng.choice("推进改革开放促进经济发展保障民生改善的一是在不了有和人这中") for _ in range(50_000))
    damaged = list(long)
    for place in rng.sample(range(len(long)), 500):
        damaged[place] = rng.choice("甲乙丙丁")
    first, second = restore(long, level="none"), restore("".join(damaged), level="none")
    began = time.process_time()
    apparatus = compare(first, second)
    assert time.process_time() - began < 2
    assert apparatus.similarity > 0.98


def test_texts_that_repeat_themselves_are_compared_in_linear_time():
    spent = []
    for n in (2_000, 8_000):
        one, other = restore("推进改革" * n, level="none"), restore("推进改革" * n + "开放", level="none")
        began = time.process_time()
        compare(one, other)
        spent.append(time.process_time() - began)
    assert spent[1] < 16 * spent[0] + 1


@pytest.mark.parametrize(("first", "second", "rows"), [
    ("生产总值增长5.2%", "生产总值增长5.2‰", [("punctuation", "%", "‰")]),
    ("各项工作完成。", "各项工作完成？", [("punctuation", "。", "？")]),
    ("任务圆满完成；", "任务圆满完成！", [("punctuation", "；", "！")]),
    ("-5.2%的增长", "5.2%的增长", [("punctuation", "-", "")]),
    ("“各项工作完成", "各项工作完成", [("punctuation", "“", "")]),
    ("《规划》已经完成", "规划》已经完成", [("punctuation", "《", "")]),
    ("增长5.2%，城镇新增就业", "增长5.2‰，农村新增就业",
     [("punctuation", "%，", "‰，"), ("word", "城镇", "农村")]),
    ("收入增长-5.2%的", "收入增加5.2%的", [("character", "长", "加"), ("punctuation", "-", "")]),
    ("各项工作完成。经济", "各项工作完成？社会", [("punctuation", "。", "？"), ("word", "经济", "社会")]),
    ("推进改革，稳定，开放合作", "推进改革、开放合作", [("punctuation", "，", "、"), ("word", "稳定", "")]),
    ("推进改革，稳定、开放合作", "推进改革，开放合作", [("word", "稳定", "")]),
    ("推进改革开放。", "推进改革开放。\n", []),
    ("二〇二五年工作", "二○二五年工作", []),
    ("一九九○年工作", "一九九〇年工作", []),
])
def test_marks_at_the_edges_of_what_agrees_are_compared(first, second, rows):
    there = {(row.kind, row.before, row.accepted) for row in collate(first, second).rows}
    back = {(row.kind, row.accepted, row.before) for row in collate(second, first).rows}
    assert there == back == set(rows)
