"""What a site put around a report goes; a first line that asks is a site's only before a report."""

from restoration import page_noise

REPORT = "在某市第十届人民代表大会第一次会议上\n各位代表：\n现在报告工作。发展稳中有进。"


def cut(text):
    return [edit.before for edit in page_noise.find_boilerplate(text)]


def test_a_title_that_asks_goes_where_a_report_follows():
    assert cut(f"某市经济是否发达\n{REPORT}") == ["某市经济是否发达\n"]


def test_an_article_may_ask_in_its_title():
    assert cut("如何看待房价上涨？\n专家认为，供需关系是主要原因。\n市场会慢慢回归理性。") == []
    assert cut("问：您怎么看？\n答：先吃好。\n问：就这么简单？\n答：真的！") == []


def test_a_report_alone_is_left_alone():
    assert cut(f"政府工作报告\n{REPORT}") == []
