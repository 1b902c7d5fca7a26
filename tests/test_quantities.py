"""Quantities against places labelled by hand, and the rules one by one."""

import pandas as pd
import pytest

from analysis import corpus, quantities
from analysis.catalogue import COLUMNS


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
        ("单位建设用地地区生产总值产出率提高30.5%", []),  # a yield
        ("全市生产总值增长8%左右,林业生产总值增长5%", [("地区生产总值", 8, "%", "growth")]),
        ("外贸进出口总额增长持平，实际使用外资增长3%", []),  # another subject
        ("固定资产投资略有下降，民间投资增长3%", []),
        ("固定资产投资完成1200亿元，比上年增长5%", [("固定资产投资", 1200, "亿元", "level"), ("固定资产投资", 5, "%", "growth")]),
        ("对“一带一路”沿线国家进出口总额增长45%", []),  # with some partners only
        ("自贸试验区青岛片区29项成果推广，货物进出口总额增长65%", []),  # of a part of the place
        ("上合示范区建成，全市进出口总额增长6%", [("进出口总额", 6, "%", "growth")]),
        ("高新技术企业净增300家、达到4600家",
         [("高新技术企业", 300, "家", "change"), ("高新技术企业", 4600, "家", "level")]),
        ("新增高新技术企业90家", [("高新技术企业", 90, "家", "change")]),
        ("净增国家级高新技术企业400家，高新技术企业突破6600家",
         [("高新技术企业", 400, "家", "change"), ("高新技术企业", 6600, "家", "level")]),
        ("一般公共预算总收入、地方一般公共预算收入分别增长7%和7.5%", [("一般公共预算收入", 7.5, "%", "growth")]),
        ("高新技术企业、科技型中小企业分别达到6600家、7000家", [("高新技术企业", 6600, "家", "level")]),
        ("地区生产总值增速在全国15个同类城市中居前列", []),  # counted in another unit
        ("地区生产总值年均增长6.1%，迈上2万亿元新台阶", [("地区生产总值", 6.1, "%", "growth"), ("地区生产总值", 2, "万亿元", "level")]),
    ],
)  # fmt: skip
def test_rules(text, found):
    assert read(text) == found


@pytest.mark.parametrize(("written", "low", "high"), [
    ("8000—1万人", 0.8, 1), ("8000人至1万人", 0.8, 1), ("5千至1万人", 0.5, 1), ("8—10万人", 8, 10), ("3万—5万人", 3, 5), ("8000-9000人", 8000, 9000),
])  # fmt: skip
def test_both_ends_of_a_range_are_in_its_unit(written, low, high):
    assert [(q["value"], q["value_high"]) for q in quantities.find(f"城镇新增就业{written}。")] == [(low, high)]


CITY = {"level": "city", "genre": "work-report"}
NEXT = "二、{}年工作安排\n地区生产总值增长{}%，城镇新增就业{}万人。"
PAIRS = {
    "甲市": [
        ("一、2020年工作回顾\n地区生产总值增长3%。\n" + NEXT.format(2021, 8, 10)),
        (
            "一、过去五年和2021年工作回顾\n五年来，城镇新增就业50万人。\n2021年，地区生产总值增长8.3%，城镇新增就业11万人。\n二、未来五年的发展目标\n"
            "城镇新增就业60万人，高新技术企业达到9000家。\n" + NEXT.format(2022, 6, 12).replace("二", "三")
        ),
    ],
    "乙市": [NEXT.format(2021, 7, 20), "一、2021年工作回顾\n前三季度，地区生产总值增长4%。\n城镇新增就业22万人。"],
}


@pytest.fixture
def cities(tmp_path):
    rows = []
    for k, (place, texts) in enumerate(PAIRS.items()):
        for year, text in zip((2021, 2022), texts, strict=True):
            id = f"c{k}-{year}"
            (tmp_path / f"{id}.txt").write_text(f"政府工作报告\n{text}\n", encoding="utf-8")
            rows.append(
                {
                    "id": id,
                    "file": f"{id}.txt",
                    "title": id,
                    "place": place,
                    "issuer": f"{place}人民政府",
                    "date": str(year),
                    **CITY,
                }
            )
    pd.DataFrame(rows, columns=COLUMNS).to_csv(tmp_path / "catalogue.csv", index=False)
    return corpus.load(tmp_path / "catalogue.csv")


def test_a_promise_meets_the_result_of_its_own_issuer_and_span(cities):
    found = quantities.table(cities)
    kept = quantities.kept(found, cities.catalogue)
    rows = sorted(kept[["issuer", "indicator", "target", "result"]].to_numpy().tolist())
    assert rows == [
        ["乙市人民政府", "城镇新增就业", 20, 22],
        ["甲市人民政府", "地区生产总值", 8, 8.3],
        ["甲市人民政府", "城镇新增就业", 10, 11],
    ]
    plans = found[found["period"] == "plan"]
    assert plans[["status", "value", "year"]].to_numpy().tolist() == [["result", 50, 2021], ["target", 60, 2026]]
    assert found.loc[found["value"] == 9000, "year"].tolist() == [2026]
    assert quantities.kept(found, cities.catalogue.assign(issuer="", place="")).empty


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


@pytest.fixture(scope="module")
def compared() -> pd.DataFrame:
    return quantities.compare(corpus.load())


def test_the_labels_still_point_at_their_numbers():
    reports, labels = corpus.load(), quantities.gold()
    assert len(labels) >= 150
    for row in labels.itertuples():
        report = reports[row.report]
        start, end = report.ledger.to_text(row.raw_start, row.raw_end)
        assert row.written in report.text[start:end], row


@pytest.mark.parametrize(("split", "precision", "recall"), [("development", 0.95, 0.90), ("held-out", 0.88, 0.82)])
def test_floors(compared, split, precision, recall):
    """Measured .98/.91 over all 435 places; held-out places were drawn after the rules stood (but
    for the rule about shares, which came from national reports)."""
    table = quantities.score(compared[compared["split"] == split]).set_index("measure")
    assert table.loc["precision", "share"] >= precision
    assert table.loc["recall", "share"] >= recall
    assert (table.loc[list(quantities.FIELDS), "share"] >= 0.93).all()
