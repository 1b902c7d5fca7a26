"""What a site put around a report goes; a first line that asks is a site's only before a report."""

import pytest

from restoration import page_noise, restore

REPORT = "在某市第十届人民代表大会第一次会议上\n各位代表：\n现在报告工作。发展稳中有进。"


def cut(text):
    return [edit.before for edit in page_noise.find_boilerplate(text) if edit.changes]


def test_a_title_that_asks_goes_where_a_report_follows():
    assert cut(f"某市经济是否发达\n{REPORT}") == ["某市经济是否发达\n"]


def test_an_article_may_ask_in_its_title():
    assert cut("如何看待房价上涨？\n专家认为，供需关系是主要原因。\n市场会慢慢回归理性。") == []
    assert cut("问：您怎么看？\n答：先吃好。\n问：就这么简单？\n答：真的！") == []


def test_a_report_alone_is_left_alone():
    assert cut(f"政府工作报告\n{REPORT}") == []


PARAGRAPH = "过去一年，全市上下深入贯彻党中央决策部署，扎实推进高质量发展，改革开放迈出新步伐，民生福祉不断增进。"
LONG = "\n".join(f"{PARAGRAPH}第{k}季度完成投资{100 + k}亿元。" for k in range(60))

# Furniture of a page by the system that made it, above and below.
SYSTEMS = {
    "portal": ("首页 > 政务公开 > 政府工作报告 > 正文", "责任编辑：王芳/打印本页 关闭窗口"),
    "fields": ("信息来源：市政府办公室 发布时间：2021-02-03 09:13:22 浏览次数：12 字号：大 中", "【打印】 【关闭】"),
    "newspaper": ("来源：某某日报 作者：张三 编辑：李四", "(责任编辑：李四)/上一篇：市长会见客人/下一篇：会议公报"),
    "statistics": ("发布日期：2020-03-11 来源：统计局", "版权所有：某市统计局/网站标识码：1401000001 晋ICP备05号"),
    "library": ("[研究 - 规划] 发表于:2022-08-03 11:06:54/收藏", "某市规划.pdf 【下载附件】/扫一扫在手机打开当前页"),
    "blog": ("当前位置：首页>文章/发布者：小王 阅读：33", "分享到：微信 微博/更多推荐/版权声明：如有侵权请联系。"),
    "party": ("文章来源：组织部 更新时间：2019年1月5日 10:00", "主办单位：某县委/技术支持：某公司/Copyright © 2019"),
    "forum": ("", "}/我要回帖/更多关于 城市发展 的文章/点击添加站长微信"),
}


@pytest.mark.parametrize("name", SYSTEMS)
def test_furniture_goes_and_the_text_stays(name):
    above, below = (part.replace("/", "\n") for part in SYSTEMS[name])
    above, below = above + "\n" * bool(above), "\n" + below
    body = f"某市政府工作报告\n{REPORT}\n{LONG}"
    restored = restore(above + body + below)
    assert restored.text == body
    kept = restore(above + body + below, keep=["furniture"])
    assert kept.text == above + body + below
    assert [e.kind for e in kept.ledger if e.confidence == "unresolved"] == ["boilerplate"] * len(
        [e for e in restored.ledger if e.kind == "boilerplate"]
    )


# Bodies that speak of what sites speak of.
BODIES = [
    "某某市数据管理办法\n（2020年5月1日公布）\n为了规范数据活动，制定本办法。",
    "政府网站发布管理办法\n第一条 为了规范网站来源管理，制定本办法。\n第二条 转载应当注明来源。",
    "关于打印收藏品的规定\n第一条 鼓励收藏。\n第二条 任何人有权举报、点击、评论。\n第三条 本规定由办公室负责解释。",
    f"{LONG}\n附件：\n1.改造老旧小区24个。\n2.新建健身场地100处。",
    f"{LONG}\n附件1\n民生实事项目表\n一、改造老旧小区24个\n二、新建健身场地100处",
    f"{LONG}\n某某市人民政府\n2021年2月3日",
    f"{LONG}\n名词解释\n1.三线一单：生态保护红线、环境质量底线。\n2.五社联动：社区与社会组织联动，来源广泛。",
    f"{LONG}\n（此件公开发布）\n抄送：市委办公室，市人大常委会办公室。",
    f"晋政发〔2020〕12号\n关于印发工作方案的通知\n各县（市、区）人民政府：\n{LONG}",
    "题目\n作者：李白\n床前明月光，疑是地上霜。",
    "会议通知\n时间：2021年3月5日\n地点：礼堂\n请各单位准时参加。",
    f"{LONG}\n技术支持体系不断完善。\n版权保护得到加强。\n转载率下降。",
    "登录\n清晨，船队在小岛登陆。",
    "大\n中\n小\n三个字都认识。",
]


@pytest.mark.parametrize("body", BODIES)
def test_nothing_of_a_body_is_cut(body):
    assert cut(body) == [] or body.startswith("登录")
    assert all(edit.kind != "boilerplate" or not edit.changes for edit in restore(body).ledger if edit.start > 3)


def test_what_may_be_furniture_and_stays_is_listed():
    [edit] = page_noise.find_boilerplate("会议通知\n时间：2021年3月5日\n请各单位准时参加，不得迟到。")
    assert (edit.before, edit.changes, edit.confidence) == ("时间：2021年3月5日", False, "unresolved")


LAST = "一、工作回顾。\n全市经济平稳运行，各项事业全面发展。\n" * 5


@pytest.mark.parametrize("line", [
    "版权所有者应当依法登记。", "未取得ICP备案号的网站不得上线运行。", "友情链接贫困村，结对帮扶。",
    "网站地图制度进一步完善，服务水平不断提高。", "网站标识码制度进一步完善。", "联系我们身边的群众，办好用户关心的实事。",
    "分享到更多网站上的经验得到推广；", "扫一扫下载的办事方式覆盖全市！",
    "附件：1. 2021年重点工程项目表.xls\n2. 名词解释.doc", "附件：任务分工表.docx", "附：任务分工表.xls",
    "附件1 任务分工表.xlsx", "附表2：重点工程.xls", "附件：\n1. 任务分工表.pdf\n2. 名词解释.wps",
])
def test_a_last_sentence_and_a_list_of_annexes_are_the_texts_own(line):
    assert restore(LAST + line).text == LAST + line


@pytest.mark.parametrize("line", [
    "版权所有：太原市人民政府", "版权所有 太原市人民政府办公厅", "网站标识码：1401000001", "友情链接", "晋ICP备05000001号",
    "版权声明：本站文章未经许可不得转载。", "Copyright 2021 本网站版权所有。",
])
def test_a_fragment_below_the_last_sentence_is_furniture(line):
    assert line not in restore(LAST + line).text
