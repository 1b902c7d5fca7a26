"""Recognition slips: mended with strong evidence, listed with weak, and good Chinese left alone."""

import random
import re

import pytest

from restoration import page_noise, restore

HELD_OUT = (1985, 1999, 2010)
# Good Chinese that looks like a slip.
GOOD = (
    "人人有责，一件一件办，一件接着一件干，一年接着一年干。多做事、不做秀。",
    "“一个中国”原则，一心一意谋发展，一体推进不敢腐、不能腐、不想腐，统一规划统一建设。",
    "企业创业创新基地，纪委监委监督责任，共建共治共享，很多很多困难，讨论讨论，研究研究。",
    "建设一流大学和一流学科，取得了一个又一个胜利，打退了一次又一次进攻。",
    "……什么？！——“三农”问题……推动一二三产业融合，一带一路，一事一议，一把手一抓到底。",
    "城乡一体化一盘棋，一票否决，一网通办，一枚印章管审批，万众一心，逐一核实，唯一标准。",
)
TERMS = ("供应", "制造", "应用", "研发", "设计", "生产", "销售", "服务", "运输", "加工", "采购",
         "储存", "检测", "回收", "培训", "管理", "教育", "科研", "原料", "零部件", "整机", "系统")


def changes(text):
    return [edit for edit in page_noise.find_ocr(text) if edit.changes]


def restored(text):
    parts, end = [], 0
    for edit in page_noise.find_ocr(text):
        parts += [text[end : edit.start], edit.after]
        end = edit.end
    return "".join([*parts, text[end:]])


def test_clean_reports_see_nothing(national):
    assert [year for year, text in national.items() if page_noise.find_ocr(text)] == []


@pytest.mark.parametrize("text", GOOD)
def test_good_chinese_sees_nothing(text):
    assert page_noise.find_ocr(text) == []


def test_good_chinese_stays_in_a_recognised_text():
    slips = "打造“供应一制造一应用”全链条，规范招标投标投标。"
    text = slips + "".join(GOOD)
    assert all(edit.start < len(slips) for edit in changes(text))
    assert len(changes(text)) == 3


@pytest.mark.parametrize("seed", range(5))
def test_dashes_read_as_one_come_back(seed):
    rng = random.Random(seed)
    chains = ["—".join(rng.sample(TERMS, rng.randint(3, 5))) for _ in range(40)]
    truth = "".join(f"打造“{chain}”全产业链条，推动高质量发展。" for chain in chains)
    damaged = truth.replace("—", "一")
    assert len(damaged) == len(truth)
    edits = changes(damaged)
    assert all(truth[e.start] == e.after for e in edits)
    assert len(edits) >= 0.8 * truth.count("—")


def double_words(text, count, seed):
    """Double the last two characters before a mark, as a line wrap does."""
    rng = random.Random(seed)
    ends = [m.end() for m in re.finditer(r"[一-鿿]{4}(?=[，。；])", text)]
    chosen = sorted(rng.sample(ends, count))
    pieces, last = [], 0
    for end in chosen:
        pieces += [text[last:end], text[end - 2 : end]]
        last = end
    return "".join([*pieces, text[last:]])


@pytest.mark.parametrize("year", HELD_OUT)
def test_doubled_words_are_dropped_or_listed_never_something_else(national, year):
    truth = national[year]
    damaged = double_words(truth, 30, seed=year)
    found = page_noise.find_ocr(damaged)
    result = restored(damaged)
    assert len([e for e in found if e.rule == "ocr.double"]) >= 12
    # Whatever was dropped was a copy: the truth is the result less the copies that stay.
    assert len(damaged) - len(result) == sum(len(e.before) for e in changes(damaged))
    assert all(damaged[e.start - len(e.before) : e.start] == e.before for e in changes(damaged)
               if e.rule == "ocr.double")


def test_doubled_marks():
    text = "一方面,,另一方面、、再一方面、,最后。。"
    found = {edit.before: (edit.after, edit.confidence) for edit in page_noise.find_ocr(text)}
    assert found == {",,": (",", "inferred"), "、、": ("、", "inferred"),
                     "、,": ("、,", "unresolved"), "。。": ("。", "inferred")}


def test_one_sign_is_none():
    assert page_noise.find_ocr("规范政府采购和招标投标投标。") == []
    assert page_noise.find_ocr("规范政府采购,,加强监管。") == []


def test_restoring_again_changes_nothing():
    text = "“供应一制造一应用”链条，招标投标投标。服务,,转化转化服务平台，"
    assert changes(restored(text)) == []
    assert restored(restored(text)) == restored(text)


def test_evidence_of_an_endless_chain_stays_short():
    """A line that is one chain must not be written out in each of its edits."""
    chain = "供应一制造一" * 500 + "应用"
    edits = page_noise.find_ocr(f"发展{chain}，打造{chain}。")
    assert all(len(edit.evidence) < 120 for edit in edits)


def test_a_dash_is_clearer_than_any_good_sentence():
    """A chain of 一 in a report that was misread, and one in a report that was not."""
    signs = "一方面,,另一方面、、"
    misread = page_noise.find_ocr(f"{signs}开工建设合肥一六安一叶集、合肥一淮南铁路。")
    assert [edit.before for edit in misread if edit.rule == "ocr.dash" and edit.changes]
    meant = page_noise.find_ocr(f"{signs}努力实现一县城一热源，每季一推进一点评，一街路一组织。")
    assert not [edit for edit in meant if edit.rule == "ocr.dash" and edit.changes]


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("打通太原一忻州一忻州一大同通道", "打通太原—忻州—忻州—大同通道"),
        ("种植一加工一加工一销售", "种植—加工—加工—销售"),
        ("供应一供应一供应一制造一制造，，", None),
    ],
)
def test_two_signs_at_one_place_do_not_end_a_run(text, right):
    """A member of a chain that stands twice is a chain and a doubled word."""
    restored = restore(text)
    assert restored.ledger.invert(restored.text) == text
    assert restored.text == right or right is None


def test_chains_of_all_kinds_are_restored_and_only_once():
    rng, joints = random.Random(7), ("一", "一", "一", "", "，，", "、、", "\n", "”", "一一")
    for _ in range(300):
        words = [rng.choice(TERMS) + rng.choice(joints) for _ in range(rng.randint(2, 30))]
        restored = restore("“" + "".join(words))
        assert restored.ledger.invert(restored.text) == restored.raw
        assert restore(restored.text).text == restored.text
