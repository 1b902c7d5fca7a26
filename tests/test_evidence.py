"""What a text is: each kind of evidence alone, and which wins where they differ."""

from pathlib import PurePath

import pytest

from analysis.catalogue import evidence, places

ADDRESS = "各位代表：\n现在，我代表{}向大会报告工作，请予审议。\n"
BODY = "过去一年，全市经济平稳运行。\n" * 4


def found(text="", metadata=None, path=None) -> dict[str, str]:
    weighed = evidence.weigh(text, metadata, PurePath(path) if path else None)
    return {column: one.value for column, one in weighed.items()}


@pytest.mark.parametrize(("text", "place", "level", "issuer"), [
    ("政府工作报告\n——2021年2月1日在太原市第十四届人民代表大会第六次会议上\n" + ADDRESS.format("市人民政府"), "太原市", "city", "太原市人民政府"),
    ("政府工作报告\n在上海市第十六届人民代表大会第二次会议上\n上海市市长 龚 正\n" + ADDRESS.format("上海市人民政府"),
     "上海市", "province", "上海市人民政府"),
    (ADDRESS.format("新疆维吾尔自治区人民政府"), "新疆维吾尔自治区", "province", "新疆维吾尔自治区人民政府"),
    ("恩施土家族苗族自治州人民政府州长 刘芳震\n" + ADDRESS.format("州人民政府"), "恩施土家族苗族自治州", "city",
     "恩施土家族苗族自治州人民政府"),
    ("——2020年1月8日在山西省太原市小店区第五届人民代表大会上\n" + ADDRESS.format("区人民政府"), "小店区", "district",
     "小店区人民政府"),
    ("——2021年3月5日在第十三届全国人民代表大会第四次会议上\n国务院总理 李克强\n" + ADDRESS.format("国务院"), "全国", "national", "国务院"),
    ("政府工作报告\n1979年12月在浙江省第五届人民代表大会第二次会议上\n各位代表：我代表省革命委员会向大会报告工作。\n", "浙江省",
     "province", "浙江省革命委员会"),
])  # fmt: skip
def test_place_level_and_issuer_by_the_head(text, place, level, issuer):
    one = found(text + BODY)
    assert (one["place"], one["level"], one["issuer"]) == (place, level, issuer)


def test_国务院_in_the_first_lines_makes_no_report_national():
    text = ADDRESS.format("省人民政府") + "在党中央、国务院的领导下，全省上下努力，我省增长8%。\n" * 5
    assert found(text, None, "省自治区/云南省/2021.md")["level"] == "province"
    assert found(text)["level"] == "province"


def test_the_words_of_the_text_tell_where_the_head_does_not():
    text = ADDRESS.format("市人民政府") + "太原发展，全市增长。小店区、迎泽区、清徐县、阳曲县都好。\n" * 5
    assert found(text)["place"] == "太原市"


@pytest.mark.parametrize(("path", "place"), [
    ("山西省/太原市/2021.md", "太原市"), ("山西/2021.txt", "山西省"), ("太原2021.txt", "太原市"), ("长春市/朝阳区/2020.txt", "朝阳区"),
    ("texts/恩施土家族苗族自治州2020政府工作报告.docx", "恩施土家族苗族自治州"),
])  # fmt: skip
def test_folders_and_file_names_are_evidence(path, place):
    assert found("各位代表：\n" + BODY, None, path)["place"] == place


def test_columns_of_a_table_are_evidence_and_the_smaller_place_counts():
    one = found(BODY, {"province": "吉林", "city": "长春", "county": "朝阳区", "year": "2020"})
    assert (one["place"], one["code"], one["level"]) == ("朝阳区", "220104", "district")


def test_what_speaks_against_a_guess_is_said():
    text = "——2016年1月18日在淮安市第七届人民代表大会第五次会议上\n市长 曲福田\n" + ADDRESS.format("市人民政府")
    place = evidence.weigh(text, None, PurePath("淮南市/2016.md"))["place"]
    assert place.value == "淮安市"
    assert "淮南市" in place.against


HEAD = "政府工作报告\n——{}在太原市第十四届人民代表大会第六次会议上\n各位代表：\n我代表市人民政府报告工作。\n"


@pytest.mark.parametrize(("said", "date", "delivered"), [
    ("2021年2月23日", "2021-02-23", "2021-02-23"), ("二〇二一年二月二十三日", "2021-02-23", "2021-02-23"),
    ("２０２１年２月２３日", "2021-02-23", "2021-02-23"), ("二○○六年十二月二十日", "2007", "2006-12-20"),
    ("一九九三年三月十五日", "1993-03-15", "1993-03-15"), ("2020年12月28日", "2021", "2020-12-28"),
])  # fmt: skip
def test_a_day_of_delivery_and_the_year_planned_for(said, date, delivered):
    one = found(HEAD.format(said) + BODY)
    assert (one["date"], one["delivered"], one["plans"]) == (date, delivered, date[:4])


@pytest.mark.parametrize(("text", "metadata", "path", "year"), [
    ("一、2020年工作回顾\n二、2021年工作安排\n", None, "gzbg-20210223.txt", "2021"),
    ("一、2010年工作回顾\n二、2011年工作安排\n", None, "四川省/2010.md", "2011"),
    ("一、2018年工作回顾\n过去一年平稳。\n", {"date": "2019-02-18"}, None, "2019"),
    ("一、过去五年\n到2035年基本实现现代化。2020年很好，2020年增长。\n", None, None, "2021"),
    ("今年是“十二五”规划的开局之年。\n", None, None, "2011"),
])  # fmt: skip
def test_the_year_planned_for(text, metadata, path, year):
    assert found(ADDRESS.format("市人民政府") + text, metadata, path)["date"][:4] == year


@pytest.mark.parametrize(
    ("title", "year", "plans"),
    [
        ("某市国民经济和社会发展第十四个五年规划和2035年远景目标纲要", "2021", "2021-2025"),
        ("某省国民经济和社会发展“十二五”规划纲要", "2011", "2011-2015"),
    ],
)
def test_a_plan_is_not_of_the_year_to_which_it_looks_ahead(title, year, plans):
    one = found(f"{title}\n第一章 发展环境\n到2035年，基本实现现代化。\n" * 2)
    assert (one["genre"], one["date"][:4], one["plans"]) == ("five-year-plan", year, plans)


def test_a_day_of_approval_beside_the_title_of_a_plan_is_its_year():
    text = "某市第十四个五年规划和2035年远景目标纲要\n（2021年3月12日市第十四届人民代表大会批准）\n第一章\n"
    assert found(text)["date"][:4] == "2021"


@pytest.mark.parametrize(("text", "genre"), [
    ("牢记嘱托——在中国共产党太原市第十二次代表大会上的报告\n同志们：\n我代表中国共产党太原市第十一届委员会向大会作报告。", "party-congress-report"),
    ("各位代表：我代表市人民政府报告工作。\n在市党代会精神指引下，“十四五”规划顺利实施。", "work-report"),
    ("2020年国民经济和社会发展统计公报\n国家统计局", "communique"),
    ("关于国民经济和社会发展第十个五年计划纲要的报告\n——2001年3月5日\n各位代表：我代表国务院报告工作。", "work-report"),
    ("国务院机构改革方案\n一、组建自然资源部", "other"),
])  # fmt: skip
def test_genre(text, genre):
    assert found(text)["genre"] == genre


def test_a_newspaper_is_no_issuer():
    text = HEAD.format("2021年2月1日") + BODY
    assert found(text, {"issuer": "太原日报"})["issuer"] == "太原市人民政府"
    assert found(text, {"issuer": "太原市小店区人民政府"})["issuer"] == "太原市小店区人民政府"


def test_places_have_codes_levels_and_short_names():
    assert places.find("重庆市").is_municipality
    assert places.find("吉林").level == "province"
    assert places.find("吉林市").level == "city"
    assert [places.find(name).short for name in ("恩施土家族苗族自治州", "内蒙古自治区", "广西壮族自治区", "克孜勒苏柯尔克孜自治州")] == [
        "恩施", "内蒙古", "广西", "克孜勒苏"]  # fmt: skip
    assert places.find("莱芜市").until in ("2018", "2019")
    codes = [place.code for place in places.table() if not place.until]
    assert len(codes) == len(set(codes))


def report(place="", speaker="", gov="区", all_="全区", year=2021, title="政府工作报告", more=""):
    return (
        f"{title}\n——{year}年1月12日在{place}第十八届人民代表大会第七次会议上\n{speaker}\n各位代表：\n我代表{gov}人民政府向大会报告工作。\n"
        f"{all_}经济发展，{all_}上下努力，{all_}改革开放。\n{more}"
    )


@pytest.mark.parametrize(("text", "metadata", "path", "code"), [
    (report("长春市朝阳区", "朝阳区区长 李四"), None, None, "220104"), (report("吉林省长春市朝阳区"), None, None, "220104"),
    (report("深圳市南山区", "南山区代区长 李四"), None, None, "440305"), (report("重庆市江北区", "江北区区长 李四"), None, None, "500105"),
    (report("贵阳白云区"), None, None, "520113"), (report("朝阳区", "长春市朝阳区人民政府区长 李四"), None, None, "220104"),
    (report("朝阳区", title="长春市朝阳区2021年政府工作报告"), None, None, "220104"), (report("", gov="长春市朝阳区"), None, None, "220104"),
    (report("朝阳区"), None, "吉林省/长春市/朝阳区2021.txt", "220104"), (report("区"), None, "福州_鼓楼区_2021.txt", "350102"),
    (report("鼓楼区"), None, "350102_2021.txt", "350102"), (report("鼓楼区"), {"province": "河南"}, None, "410204"),
    (report("鼓楼区"), {"issuer": "开封市鼓楼区人民政府"}, None, "410204"), (report("太原市河西区", year=1995), None, None, "140104"),
    (report("鼓楼区", more="在福州市委的领导下，全区上下努力。\n" * 3), None, None, "350102"), (report("朝阳区"), None, None, ""),
    (report("北京市朝阳区"), None, None, "110105"), (report("清徐县", gov="县", all_="全县"), None, None, "140121"),
])  # fmt: skip
def test_namesakes_lie_where_the_rest_points_to(text, metadata, path, code):
    one = found(text, metadata, path)
    assert (one.get("code", ""), one["level"]) == (code, "district")


def test_of_a_namesake_that_nothing_tells_apart_the_others_are_said():
    place = evidence.weigh(report("朝阳区", "朝阳区区长 李四"))["place"]
    assert place.value == "朝阳区"
    assert "北京市、长春市" in place.against


@pytest.mark.parametrize(("called", "year", "name"), [
    ("凉山州", 2021, "凉山彝族自治州"), ("海西州", 2021, "海西蒙古族藏族自治州"), ("克州", 2021, "克孜勒苏柯尔克孜自治州"), ("海南州", 2021, "海南藏族自治州"),
    ("三江县", 2021, "三江侗族自治县"), ("前郭县", 2021, "前郭尔罗斯蒙古族自治县"), ("阜蒙县", 2021, "阜新蒙古族自治县"), ("鄂温克旗", 2021, "鄂温克族自治旗"),
    ("玉屏县", 2021, "玉屏侗族自治县"), ("玉屏县", 1975, "玉屏县"), ("长阳县", 2021, "长阳土家族自治县"),
])  # fmt: skip
def test_autonomous_areas_by_the_names_they_are_called_by(called, year, name):
    assert found(report(called, gov=called[-1], all_=f"全{called[-1]}", year=year))["place"] == name


@pytest.mark.parametrize(("text", "path", "place", "level"), [
    (report("大安市", "市长 李四", "市", "全市"), None, "大安市", "district"), (report("", "市长 李四", "市", "全市"), "江苏省/昆山市/2021.txt", "昆山市", "district"),
    (report("延吉市", "市长 李四", "市", "全市", more="州委州政府，全州，我州。\n"), None, "延吉市", "district"), (report("", "市长 李四", "市", "全市"), "上海/2021.txt", "上海市", "province"),
    (report("通州市", "市长 李四", "市", "全市", 2005), None, "通州市", "district"), (report("嘉峪关市", "市长 李四", "市", "全市"), None, "嘉峪关市", "city"),
    (report("苏州市", "市长 李四", "市", "全市", more="昆山市、常熟市、太仓市。\n" * 9), None, "苏州市", "city"),
])  # fmt: skip
def test_市长_is_of_the_level_of_the_place(text, path, place, level):
    one = found(text, None, path)
    assert (one["place"], one["level"]) == (place, level)


@pytest.mark.parametrize(("text", "place", "level", "issuer"), [
    ("大同市2020年国民经济和社会发展统计公报\n大同市统计局　国家统计局大同调查队\n2020年，全市增长2%。\n", "大同市", "city", "大同市统计局"),
    ("2020年山西省国民经济和社会发展统计公报\n国家统计局山西调查总队 山西省统计局\n2020年，全省增长2%。\n", "山西省", "province", "山西省统计局"),
    ("中华人民共和国2020年国民经济和社会发展统计公报\n国家统计局\n2020年，我国增长2%。\n", "全国", "national", "国家统计局"),
    ("高举旗帜\n——在中国共产党太原市第十二次代表大会上的报告\n同志们：\n我代表中国共产党太原市第十一届委员会作报告。\n", "太原市", "city", "中国共产党太原市第十一届委员会"),
    ("在中共清徐县第十二次代表大会上的报告\n同志们：\n我代表中共清徐县委员会作报告。\n", "清徐县", "district", "中国共产党清徐县委员会"),
    ("在中国共产党第二十次全国代表大会上的报告\n同志们：\n我代表第十九届中央委员会向大会作报告。\n", "全国", "national", "中国共产党第十九届中央委员会"),
    ("政府工作报告\n——1993年1月12日在锡林郭勒盟工作会议上\n各位代表：\n我代表盟行政公署向大会报告工作。\n", "锡林郭勒盟", "city", "锡林郭勒盟行政公署"),
])  # fmt: skip
def test_communiqués_congresses_of_the_party_and_leagues(text, place, level, issuer):
    one = found(text)
    assert (one["place"], one["level"], one["issuer"]) == (place, level, issuer)


@pytest.mark.parametrize(("line", "day"), [
    ("2021-02-23", "2021-02-23"), ("2021/2/23", "2021-02-23"), ("（2021.2.23）", "2021-02-23"), ("2021·2·23", "2021-02-23"),
    ("二0二一年二月二十三日", "2021-02-23"), ("二O二一年2月23日", "2021-02-23"), ("发布时间：2021-02-23", None), ("2021-13-03", None),
])  # fmt: skip
def test_a_day_in_a_line_of_its_own(line, day):
    text = f"政府工作报告\n在太原市第十四届人民代表大会第六次会议上\n{line}\n市长 张三\n" + ADDRESS.format("市人民政府")
    assert found(text + "一、2020年工作回顾\n").get("delivered") == day


@pytest.mark.parametrize(("name", "metadata", "year"), [
    ("太原市20210223", None, "2021"), ("太原市202102", None, "2021"), ("太原市20201228", None, "2021"), ("太原市202013", None, None),
    ("太原市21年政府工作报告", None, "2021"), ("山西省太原市05年政府工作报告", None, "2005"), ("太原98年", None, "1998"), ("太原市’98政府工作报告", None, "1998"),
    ("改革开放40年", None, None), ("成立70年政府报告", None, None), ("a", {"year": "二〇二一年"}, "2021"), ("a", {"year": "2021.0"}, "2021"),
])  # fmt: skip
def test_years_of_names_and_columns(name, metadata, year):
    assert found(ADDRESS.format("市人民政府") + "今年要推动发展。\n", metadata, f"x/{name}.txt").get("date") == year


@pytest.mark.parametrize(("name", "place"), [
    ("140100_2021", "太原市"), ("【太原】2021", "太原市"), ("taiyuan-gov-2021", "太原市"), ("suzhou-2021", None), ("shanxi-2021", None), ("chaoyang-2021", None), ("luohe-2021", "漯河市"), ("jilin-2021", None),
])  # fmt: skip
def test_places_of_names(name, place):
    assert found(ADDRESS.format("市人民政府"), None, f"x/{name}.txt").get("place") == place


@pytest.mark.parametrize(("heading", "year", "reviews"), [
    ("一、2022年工作回顾", 2023, "2022"), ("一、“十三五”及2020年工作回顾", 2021, "2016-2020"), ("一、2015年和“十二五”工作回顾", 2016, "2011-2015"),
    ("一、过去五年工作回顾", 2022, "2017-2021"), ("（一）2021年及本届政府工作回顾", 2022, "2017-2021"), ("**一、过去一年工作的回顾**", 2022, "2021"),
    ("一、“十四五”以来工作回顾", 2024, "2021-2023"), ("一、２０１１年工作回顾", 2012, "2011"), ("一、主要工作", 2021, None),
    ("过去五年，我们回顾，成绩不小。", 2022, None),
])  # fmt: skip
def test_years_looked_back_on(heading, year, reviews):
    text = HEAD.format(f"{year}年1月20日") + f"{heading}\n全市经济平稳。\n二、{year}年工作安排\n"
    assert found(text).get("reviews") == reviews
