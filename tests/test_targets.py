"""Target records: indicator, range, hedge, period; what is none is not read as one."""

import pandas as pd
import pytest
import tiny

from analysis import structure
from analysis.quantities import targets


def read(text: str, **options) -> list[tuple]:
    return [(r["indicator"], r["low"], r["high"]) for r in targets.find(text, **options)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("全市生产总值增长8%左右", [("gdp", 8, 8)]),
        ("经济增长4.5%—5%", [("gdp", 4.5, 5)]),
        ("地区生产总值增长７．５％－８％", [("gdp", 7.5, 8)]),
        ("生产总值增长百分之八点五，财政收入增长百分之七到八", [("gdp", 8.5, 8.5), ("budget_revenue", 7, 8)]),
        ("地区生产总值增长6%以上", [("gdp", 6, None)]),
        ("生产总值达到4，153亿元，增长2.6%", [("gdp", 2.6, 2.6)]),
        ("城镇登记失业率控制在4.5%以内", [("unemployment_registered", None, 4.5)]),
        ("城乡居民人均可支配收入分别增长6%和7%以上", [("urban_income", 6, 6), ("rural_income", 7, None)]),
        ("城镇居民人均可支配收入和农民人均纯收入分别增长6%", [("urban_income", 6, 6), ("rural_income", 6, 6)]),
        ("城镇新增就业55000人", [("new_jobs", 5.5, 5.5)]),
        ("居民收入与经济增长基本同步", [("income", None, None)]),
        ("进出口总额下降5.2%", [("trade", -5.2, -5.2)]),
        ("城镇化率由59.2%提高到64.7%", [("urbanisation", 64.7, 64.7)]),
    ],
)
def test_values_ranges_and_hedges(text, found):
    assert read(text) == found


@pytest.mark.parametrize(
    "text",
    ["单位生产总值能耗下降3.5%", "单位国内生产总值二氧化碳排放降低3.8%左右", "万元GDP能耗下降4%", "万元地区生产总值用水量下降5%",
     "研发投入占生产总值2.8%", "人均生产总值增长7%", "海洋生产总值增长9%", "工业增加值能耗下降3%", "高技术制造业增加值增长15%",
     "跨境电商进出口增长15%", "户籍人口城镇化率达到48%", "教育支出增长10%"],
)  # fmt: skip
def test_intensities_shares_and_parts_are_no_targets(text):
    assert read(text) == []


def test_a_year_is_not_a_plan():
    text = "“十四五”时期，地区生产总值年均增长7%。2021年是“十四五”开局之年，今年主要预期目标是：地区生产总值增长8%。"
    assert [(r["low"], r["period"]) for r in targets.find(text, year=2021)] == [(7, "plan"), (8, "year")]


REPORT = "\n".join([
    "一、2020年工作回顾", "过去一年，地区生产总值增长3.6%，城镇新增就业6万人，成绩来之不易。", "二、2021年工作安排",
    "今年经济社会发展的主要预期目标是：地区生产总值增长8%左右，居民收入与经济增长同步。",
    "（一）加快发展工业。规模以上工业增加值增长9%以上，推动项目建设。",
])  # fmt: skip


def test_a_record_has_its_place_and_sentence():
    parsed = structure.parse(REPORT)
    table = targets.records(REPORT, parsed.paragraphs, parsed.sections, 2021, "a")
    assert list(table.columns) == targets.COLUMNS
    for row in table.itertuples():
        assert REPORT[row.start : row.end] in row.sentence or REPORT[row.start : row.end] in REPORT
        assert REPORT.find(row.sentence) >= 0
    gdp = table[table["indicator"] == "gdp"]
    assert gdp[["status", "low", "year"]].to_numpy().tolist() == [["result", 3.6, 2020], ["target", 8.0, 2021]]
    assert gdp["headline"].all()


def test_none_set_is_said():
    text = REPORT.replace("地区生产总值增长8%左右，", "没有提出全年经济增速具体目标，")
    parsed = structure.parse(text)
    table = targets.records(text, parsed.paragraphs, parsed.sections, 2021)
    said = table[(table["indicator"] == "gdp") & (table["status"] != "result")]
    assert said["status"].tolist() == ["none"]


def test_a_report_without_targets_gives_the_columns():
    corpus = tiny.corpus({"a": "一、工作\n好。"})
    assert list(targets.table(corpus).columns) == targets.COLUMNS
    pd.testing.assert_frame_equal(targets.table(corpus), targets.table(corpus))
