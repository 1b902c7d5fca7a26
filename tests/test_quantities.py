"""Quantities against places labelled by hand, and the rules one by one."""

import pandas as pd
import pytest

from analysis import corpus, quantities
from analysis.quantities import scores as quantity_scores


def read(text: str) -> list[tuple]:
    return [(q["indicator"], q["value"], q["unit"], q["measure"]) for q in quantities.find(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("地区生产总值达到4153亿元,增长2.6%。",  # a level and its growth
         [("地区生产总值", 4153, "亿元", "level"), ("地区生产总值", 2.6, "%", "growth")]),
        ("单位地区生产总值能耗下降17%", [("单位地区生产总值能耗", -17, "%", "growth")]),
        ("居民消费价格涨幅控制在3%左右", [("居民消费价格", 3, "%", "growth")]),
        ("市场主体数量增长189.2万户", [("市场主体", 189.2, "万户", "change")]),
        ("地区生产总值在全省占比由22.5%提高到23.5%", []),  # a share is no GDP
        ("国家财政性教育经费支出占国内生产总值比例继续达到4%。", []),
        ("教育经费相当于当年国内生产总值的4%", []),
        ("服务业增加值占全省地区生产总值50%以上", []),
        ("规上工业增加值分别占到全省的1.86%", []),
        ("优良天数占比达到80%", [("优良天数比例", 80, "%", "level")]),  # is itself a share
        ("科研经费占国内生产总值2%,粮食产量1.3万亿斤",  # what follows a share is read again
         [("粮食产量", 1.3, "万亿斤", "level")]),
        ("2835个老旧小区、975条街巷旧貌换新颜", []),  # the name belongs to the number before it
        ("国内生产总值比上年增长７．３％", [("地区生产总值", 7.3, "%", "growth")]),
        ("召开会议86次,建设120公里道路", []),
    ],
)  # fmt: skip
def test_rules(text, found):
    assert read(text) == found


def test_offsets_give_back_the_number():
    text = "今年,固定资产投资增长10%,城镇新增就业8.5万人,农村居民人均可支配收入1,234元。"
    for q in quantities.find(text):
        assert text[q["start"] : q["end"]].startswith(f"{q['value']:g}"[:1])
        assert text[q["end"] - len(q["unit"]) : q["end"]] == q["unit"]


SPANS = {"year": 2021, "result": 2020, "ahead": 2025, "target": 2021}


@pytest.mark.parametrize(
    ("before", "titles", "status", "year"),
    [
        ("2020年", [], "target", 2020),
        ("从2015年的", [], "result", 2015),
        ("从2015年的380家增加到", [], "result", 2020),
        ("", ["今后五年的目标"], "target", 2025),
        ("", ["工业", "2023年重点工作"], "target", 2023),
        ("今年主要预期目标是:甲1%;", [], "target", 2021),
        ("2019年完成。", [], "result", 2020),
    ],
)
def test_years(before, titles, status, year):
    assert quantities._year(before, titles, status, SPANS)[0] == year


def test_scaled_values_are_plain_numbers():
    frame = pd.DataFrame({"value": [4153.25, 8.5, 3.0], "unit": ["亿元", "万人", "%"]})
    assert quantities.scaled(frame).tolist() == [415325000000.0, 85000.0, 3.0]


@pytest.fixture(scope="module")
def compared() -> pd.DataFrame:
    return quantity_scores.compare(corpus.load())


def test_the_labels_still_point_at_their_numbers():
    reports, labels = corpus.load(), quantity_scores.gold()
    assert len(labels) >= 150
    for row in labels.itertuples():
        report = reports[row.report]
        start, end = report.ledger.to_text(row.raw_start, row.raw_end)
        assert row.written in report.text[start:end], row


@pytest.mark.parametrize(
    ("split", "precision", "recall"), [("development", 0.95, 0.90), ("held-out", 0.88, 0.82)]
)
def test_floors(compared, split, precision, recall):
    """Measured .98/.91 over all 435 places; held-out places were drawn after the rules stood (but
    for the rule about shares, which came from national reports)."""
    table = quantity_scores.score(compared[compared["split"] == split]).set_index("measure")
    assert table.loc["precision", "share"] >= precision
    assert table.loc["recall", "share"] >= recall
    assert (table.loc[list(quantity_scores.FIELDS), "share"] >= 0.93).all()
