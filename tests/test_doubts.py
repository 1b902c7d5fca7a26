"""What looks damaged and stays is listed, unchanged, with its kind; sound text lists nothing."""

import pytest

from restoration import restore
from restoration.diagnosis import find_doubts

SOUND = "过去一年，全市经济社会发展取得新成效。现将有关情况报告如下：完成投资100亿元，增长5%。"


@pytest.mark.parametrize(("damage", "kind"), [
    ("推动发展\ufffd\ufffd，", "decoding"), ("锟斤拷锟斤拷", "decoding"), ("共????万元", "decoding"),
    ("经济?社会", "decoding"), ("见\ue5e5图", "code point"), ("共ÀÈÎÒÙ元", "decoding"), ("ｱｲｳｴ", "decoding"),
    ("到2 0 2 5 年，", "layout"), ("\n— 12 —\n", "layout"), ("\n第 3 页 共 10 页\n", "layout"),
    ("办„甲乙‟通知", "code point"), ("锛岀", "decoding"),
])
def test_damage_that_stays_is_listed(damage, kind):
    text = SOUND * 5 + damage + SOUND
    restored = restore(text)
    left = [e for e in restored.ledger if e.confidence == "unresolved" and not e.changes]
    assert {e.kind for e in left} == {kind}
    assert 0 < restored.doubtful < 0.1
    assert all(e.evidence for e in left)


@pytest.mark.parametrize("text", [
    SOUND, "你说呢?我说好,走吧!" * 3, "真的??不信!", "café, naïve, Müller", "①②③ ㈠ Ⅳ ℃ ㎡ ★ → ±0.5%",
    "1 2 3 4 5\n6 7 8 9 10", "《論語》新编本出版。", "“十四五”——“两会”……", "a=1&b=2, R&D",
])
def test_sound_text_lists_nothing(text):
    assert find_doubts(text) == []
    assert restore(text).doubtful == 0


def test_brackets_of_pinyin_that_are_no_readings_are_listed_on_such_a_page():
    page = "領(lǐng)導(dǎo)干部推進(jìn)發(fā)展(qū)，經(jīng)濟(jì)"
    left = [e for e in restore(page).ledger if e.confidence == "unresolved"]
    assert [(e.before, e.kind) for e in left] == [("(qū)", "ghost pinyin")]
