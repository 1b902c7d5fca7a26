"""Keyword substitution: tails of a rewriting go from titles and names, phrases stay."""

import random
import re
from pathlib import Path

import pytest

from restoration import page_noise

# Sentences that name a place in titles, in names and in running text.
SENTENCES = (
    "现在我代表{}人民政府向{}第八届人民代表大会第三次会议报告工作，请予审议。",
    "出台《{}加快现代服务业发展的若干意见》，",
    "《{}城市总体规划》获得批复，",
    "落实《{}物业管理条例》，",
    "成立“{}人才工作领导小组”，",
    "“{}教育局直属学校”扩大招生，",
)


def rewrite(text, place, tail):
    return text.replace(place, place + tail)


def restored(text):
    parts, end = [], 0
    for edit in page_noise.find_tails(text):
        parts += [text[end : edit.start], edit.after]
        end = edit.end
    return "".join([*parts, text[end:]])


def page(place, seed):
    """Sentences that name the place among sentences that do not."""
    other = ["坚持稳中求进工作总基调，统筹发展和安全。", "深化供给侧结构性改革，改善民生。"] * 9
    sentences = [s.format(place, place) for s in SENTENCES] + other
    random.Random(seed).shuffle(sentences)
    return "".join(sentences)


@pytest.mark.parametrize("place", ["安平市", "红河县", "东湖区", "林西旗"])
@pytest.mark.parametrize("tail", ["经济发展", "旅游攻略", "房价走势", "招聘信息"])
def test_tails_go_from_titles_and_names(place, tail):
    truth = page(place, seed=1)
    damaged = rewrite(truth, place, tail)
    edits = page_noise.find_tails(damaged)
    assert {e.before for e in edits if e.changes} == {tail}
    assert all(damaged[e.start - len(place) : e.start] == place for e in edits)
    # The running text (我代表…人民政府) is no title: its tail stays.
    assert len([e for e in edits if e.changes]) >= 5


def test_a_phrase_beside_rewritten_titles_stays():
    damaged = rewrite(page("安平市", seed=2), "安平市", "经济发展")
    phrase = "推动安平市经济发展水平再上台阶，安平市经济发展较快。"
    assert restored(damaged + phrase).endswith(phrase)


@pytest.mark.parametrize("text", [
    "推动安平市经济发展，安平市经济发展水平提高，安平市经济发展形势良好，安平市经济发展较快。",
    "《安平市经济发展规划》《安平市经济发展战略研究》《安平市经济发展情况报告》相继出台。",
    "“安平市经济发展”“安平市经济发展水平”“安平市经济发展的问题”三个专题。",
    "《中华人民共和国国家安全法》《中华人民共和国国家赔偿法》《中华人民共和国国家公园法》。",
])
def test_genuine_phrases_stay(text):
    assert [edit for edit in page_noise.find_tails(text) if edit.changes] == []


def test_one_place_without_the_tail_is_no_proof_against_many_but_half_are():
    damaged = rewrite(page("安平市", seed=3), "安平市", "招聘信息")
    assert page_noise.find_tails(damaged + "安平市欢迎您。")
    assert not page_noise.find_tails(damaged + "安平市欢迎您。" * 8)


def test_restoring_again_changes_nothing():
    once = restored(rewrite(page("红河县", seed=4), "红河县", "经济发展"))
    assert restored(once) == once


def test_clean_reports_see_no_edit(national):
    assert [year for year, text in national.items() if page_noise.find_tails(text)] == []


def test_no_place_is_known_to_the_module():
    source = Path(page_noise.__file__).read_text(encoding="utf-8")
    code = re.sub(r'""".*?"""|#.*', "", source, flags=re.S)
    assert "太原" not in code


def test_one_title_many_times_is_one_title():
    """A clean text that repeats itself is no page that was rewritten for search engines."""
    page = "按照“三大片区五大区域”组团式发展模式，以产业生态引领。\n" * 12
    assert page_noise.find_tails(page) == []
