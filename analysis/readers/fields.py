"""Names that files and tables give to what they say about a text, in the catalogue's columns."""

import re

# Column of the catalogue (and `text`, `id`): names in Chinese and English, in lower case.
NAMES = {
    "text": "text doc document content body fulltext full_text report 正文 全文 内容 报告内容 报告全文 报告正文 文本 "
            "文本内容 报告文本 正文内容 文章内容 政府工作报告 政府工作报告全文 报告",
    "id": "id 编号 序号 doc_id",
    "title": "title headline articletitle name 标题 题名 题目 文件标题 文件名称 报告名称 篇名 名称",
    "issuer": "issuer organ organization author contentsource agency 发文机关 发布机构 发布机关 发文单位 "
              "发布单位 制定机关 颁布机构 作者 来源",
    "province": "province prov 省份 省 省级 所属省份 省市 省市自治区 省份名称 所属省",
    "city": "city municipality prefecture 城市 市 地级市 地市 城市名称 所属城市 所属地级市",
    "county": "county district 区县 县 县区 县市区 区 县域 区县名称",
    "place": "place region area location 地区 地名 地方 行政区 行政区划 地区名称 地域",
    "code": "code adcode place_code region_code 行政区划代码 区划代码 地区代码 城市代码 省份代码 行政代码",
    "level": "level 级别 层级 行政级别 行政层级",
    "genre": "genre type doc_type 类型 文种 文件类型 体裁 报告类型",
    "date": "date pubdate publishdate publish_date published pub_date release_date 日期 发布日期 发布时间 成文日期 "
            "发文日期 时间 公布日期 发表时间 报告日期 会议日期",
    "delivered": "delivered delivery_date 作报告日期 报告时间",
    "year": "year 年份 年度 年 报告年份 会计年度 统计年度",
    "reviews": "reviews",
    "plans": "plans",
    "source": "source source_url url link href 网址 链接 原文链接 来源网址 源网址 地址 网页链接 url地址",
    "licence": "licence license 许可",
    "sitename": "sitename",
    "column": "columnname",
    "file": "file filename file_name path 文件 文件名",
    "notes": "notes note remark 备注",
}  # fmt: skip
_BY_NAME = {name: column for column, names in NAMES.items() for name in names.split()}


def column(name: str) -> str:
    """
    Give the catalogue's name of a column, or nothing.

    >>> column("发布日期"), column("Source URL"), column("whatever")
    ('date', 'source', '')
    """
    plain = re.sub(r"[\s\ufeff]+", " ", str(name)).strip().lower()
    return _BY_NAME.get(plain) or _BY_NAME.get(plain.replace(" ", "_")) or _BY_NAME.get(plain.replace(" ", ""), "")


def named(entries: dict[str, str]) -> dict[str, str]:
    """
    Give what is said under known names, the first that says something.

    >>> named({"标题": "政府工作报告", "title": "x", "年份": ""})
    {'title': '政府工作报告'}
    """
    found: dict[str, str] = {}
    for name, value in entries.items():
        known, value = column(name), str(value).strip()
        if known and value:
            found.setdefault(known, value)
    return found
