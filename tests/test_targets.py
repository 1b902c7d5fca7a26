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
        ("城镇化率提高1.5个百分点，达到45%", [("urbanisation", 45, 45)]),
        ("城镇新增就业人数不低于900万人", [("new_jobs", 900, None)]),
        ("城镇调查失业率低于5%", [("unemployment_surveyed", None, 5)]),
        ("地区生产总值增12%", [("gdp", 12, 12)]),
        ("居民消费价格指数控制在103.5左右，粮食产量110万吨", [("cpi", 3.5, 3.5)]),
        ("居民消费价格指数保持稳定，粮食产量110万吨", [("cpi", None, None)]),
        ("今年经济增长速度的调控目标定为8%", [("gdp", 8, 8)]),
        ("农业、规模以上工业、服务业增加值分别增长4%、9%和6%左右", [("industrial_value_added", 9, 9)]),
        ("规上工业总产值和增加值分别增长15%和10%", [("industrial_value_added", 10, 10)]),
        (
            "消费价格涨幅和城镇登记失业率分别控制在3%和3.2%以内",
            [("cpi", None, 3), ("unemployment_registered", None, 3.2)],
        ),
        ("城镇登记失业率、人口自然增长率分别控制在5%和3.6‰以内", [("unemployment_registered", None, 5)]),
        ("财政总收入达到900亿元，地方财政收入706亿元，按可比口径分别增长15%和14.9%", [("budget_revenue", 14.9, 14.9)]),
        ("城乡居民收入分别达到3.5万元和1.4万元，分别增长9%和11%", [("urban_income", 9, 9), ("rural_income", 11, 11)]),
        ("固定资产投资、进出口增速分别达到12%和7%", [("fixed_investment", 12, 12), ("trade", 7, 7)]),
        ("居民收入增长高于地区生产总值增长，地区生产总值增长6%", [("income", None, None), ("gdp", 6, 6)]),
        ("城镇居民收入增速高于全国平均水平，城镇新增就业68万人", [("urban_income", None, None), ("new_jobs", 68, 68)]),
        ("城镇登记失业率控制在省下达指标内", [("unemployment_registered", None, None)]),
    ],
)
def test_values_ranges_and_hedges(text, found):
    assert read(text) == found


@pytest.mark.parametrize(
    "text",
    ["单位生产总值能耗下降3.5%", "单位国内生产总值二氧化碳排放降低3.8%左右", "万元GDP能耗下降4%", "万元地区生产总值用水量下降5%",
     "研发投入占生产总值2.8%", "人均生产总值增长7%", "海洋生产总值增长9%", "工业增加值能耗下降3%", "高技术制造业增加值增长15%",
     "跨境电商进出口增长15%", "户籍人口城镇化率达到48%", "教育支出增长10%", "农产品加工业增加值增长20%", "亩均工业增加值增长7%",
     "低收入农户人均可支配收入增长10%", "商品零售价格涨幅控制在3%以内", "城、乡电网改造率分别达到100%和95%",
     "生产总值、人均生产总值分别为全国平均水平的67%和80%"],
)  # fmt: skip
def test_intensities_shares_and_parts_are_no_targets(text):
    assert read(text) == []


def test_a_year_is_not_a_plan():
    text = "“十四五”时期，地区生产总值年均增长7%。2021年是“十四五”开局之年，今年主要预期目标是：地区生产总值增长8%。"
    assert [(r["low"], r["period"]) for r in targets.find(text, year=2021)] == [(7, "plan"), (8, "year")]


@pytest.mark.parametrize(
    ("heading", "text", "said"),
    [
        ("二、完成“十五”计划，做好今年工作", "主要预期目标为：生产总值增长8.5%。", ("target", "year")),
        ("二、“十一五”主要任务", "生产总值增长8.5%。", ("target", "plan")),
        ("二、今年工作", "减排全面完成“十五”目标，生产总值增长8.5%。", ("target", "year")),
        ("一、“十五”工作回顾", "2005年，生产总值比上年增长11.8%。", ("result", "year")),
        ("一、去年工作回顾", "五年成就来之不易。生产总值增长11.8%。", ("result", "year")),
        ("一、2004年工作回顾", "今年的经济增长预期目标为7%左右。", ("target", "year")),
    ],
)
def test_whose_span_a_growth_is(heading, text, said):
    text = f"{heading}\n{text}成绩来之不易，工作继续推进。\n"
    parsed = structure.parse(text)
    parsed.paragraphs["function"] = "review" if "回顾" in heading else "guiding"
    table = targets.records(text, parsed.paragraphs, parsed.sections, 2005)
    assert table[["status", "period"]].to_numpy().tolist() == [list(said)]


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


JOBS = "城镇新增就业{}万人。"
# How reviews of five years and of one turn: titles and paragraphs, and what each says of jobs.
REVIEWS = [
    (
        ["一、“十三五”和2020年工作回顾", JOBS.format(90), "（一）改革。2020年，城镇新增就业18万人。", JOBS.format(19)],
        "plan year year",
    ),
    (
        [
            "一、2020年及过去五年工作回顾",
            JOBS.format(18),
            "过去五年，改革不断深化。城镇新增就业90万人。",
            JOBS.format(91),
        ],
        "year plan plan",
    ),
    (
        [
            "一、过去五年工作回顾",
            "（一）就业。" + JOBS.format(90),
            "各位代表！刚刚过去的2020年，很不平凡。" + JOBS.format(18),
        ],
        "plan year",
    ),
    (
        ["一、本届政府任期内工作回顾", JOBS.format(90), "过去一年，" + JOBS.format(18), "五年来，" + JOBS.format(90)],
        "plan year plan",
    ),
    (["一、2020年工作回顾", "2020年是“十三五”收官之年。" + JOBS.format(18)], "year"),
    (
        ["一、工作回顾", JOBS.format(18), "回顾“十三五”时期，" + JOBS.format(90), "总体上看，" + JOBS.format(91)],
        "year plan plan",
    ),
]


@pytest.mark.parametrize(("lines", "periods"), REVIEWS)
def test_a_review_turns_from_years_to_one_and_back(lines, periods):
    text = "\n".join([*lines, "二、2021年工作安排", "全市城镇新增就业18万人，未来五年新增就业90万人。"])
    parsed = structure.parse(text)
    found = targets.records(text, parsed.paragraphs, parsed.sections, 2021)
    assert found["period"].tolist() == [*periods.split(), "year", "plan"]
    assert found.loc[found["period"] == "year", "year"].isin([2020, 2021]).all()
