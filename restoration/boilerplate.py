"""
Boilerplate: what the site that kept a report put before, after and into it.

    >>> [e.before for e in find("会议胜利闭幕。\\n(上接第1版)\\n奋力谱写新篇章!\\n责任编辑: 吉政")]
    ['\\n(上接第1版)', '\\n责任编辑: 吉政']

Found by place and vocabulary: before the first sentence and after the last one, short lines that
speak of clicking, publishing and copying; what hangs on them goes with them if it shares few pairs
of characters with the report. Title, date and speaker are the report's own.
"""

import re
from itertools import pairwise
from typing import NamedTuple

from restoration import hanzi
from restoration.ledger import Edit

KIND = "boilerplate"
# Newspapers: continued from and on another page; without these words nothing else is looked for.
TURNS = ("上接", "下转", "紧接")
JUMP = re.compile(
    r"(?<!\n)\n*[（(](?:上接|下转|紧接)第?[^()（）\n]{1,6}版[^()（）\n]{0,8}[）)](?=\n|$)"
)
# Words that sites write around a text and reports do not write in a short line of their own.
HEAD = re.compile(
    "发表于|发布(?:时间|日期|者|机构)|(?:来源|作者|编辑|责编)[:：]|浏览|点击|阅读[次数量]|字[号体][:：]"
    "|打印|收藏|分享|评论|首页|当前位置|的位置[:：]|索引号|文号[:：]|登录|注册|^详情$|^正文$"
)
FOOT = re.compile(
    r"^[{}\s]+$|编辑[:：]|责编|^附[件表][:：]?$|\.(?:pdf|docx?|xlsx?|zip)\b|【下载|版权|声明[:：]|温馨提示"
    "|回帖|点击|更多(?:推荐|关于|文章)|相关(?:链接|阅读|新闻|推荐|文[章档])|[上下]一篇|打印|关闭窗口|扫一扫"
    "|分享到|返回(?:顶部|首页)|ICP备|主办单位|承办单位|技术支持|标识码|公众号|转载|来源[:：]|举报|收藏"
)
# A report never asks in its title; a farm that lives on searches does. Other texts do, too: what
# follows must be a report.
ASKS = re.compile("是否|怎么样|怎样|如何|多少|哪[个些里]|[吗呢？?]$")
TITLE = re.compile("报告|规划|纲要|讲话|意见|决定|决议|公报|方案|计划|致辞")
BODY = re.compile("[。；]|^(?:各位(?:代表|委员|领导)|同志们)")
MEETING = re.compile("代表大会|^(?:各位(?:代表|委员|领导)|同志们)")
ENDED = re.compile(f"[。！!？?][{hanzi.CLOSERS}]*$")
# Lines of a page's furniture are short; sentences of a report about printing or copying are not.
SHORT = 60
# Lines examined before the first sentence of the report.
HEAD_LINES = 30
# Share of the character pairs of a paragraph that the report has too. Measured on 16 reports, later
# half against earlier: nine of ten paragraphs have more than .35, none of the answers and notices.
OVERLAP = 0.35


class Line(NamedTuple):
    """A line that is not blank, without the blanks around it."""

    start: int
    end: int
    text: str


def find(text: str) -> list[Edit]:
    """List what stands before, after and in the report without being part of it."""
    lines = [Line(*hit.span(), hit[0]) for hit in re.finditer(r"\S(?:[^\n]*\S)?", text)]
    head = _head(text, lines)
    low = max((edit.end for edit in head), default=0)
    foot = _foot(text, [line for line in lines if line.start >= low])
    high = min((edit.start for edit in foot), default=len(text))
    jumps = [
        _cut(hit.start(), hit.end(), text, "jump", "a newspaper's reference to another page")
        for hit in (JUMP.finditer(text, low, high) if any(map(text.count, TURNS)) else ())
    ]
    return head + jumps + foot


def _cut(start: int, end: int, text: str, rule: str, reason: str) -> Edit:
    rule = f"boilerplate.{rule}"
    return Edit(start, end, text[start:end], "", rule, KIND, "inferred", reason)


def _head(text: str, lines: list[Line]) -> list[Edit]:
    """Cut everything down to the last line of the site, or only its lines if the title is there."""
    zone = []
    for line in lines[:HEAD_LINES]:
        if BODY.search(line.text) or len(line.text) > SHORT:
            break
        zone.append(line)
    asks = bool(zone) and ASKS.search(zone[0].text) and not TITLE.search(zone[0].text)
    asks = asks and any(MEETING.search(line.text) for line in lines[1:HEAD_LINES])
    marked = [i for i, line in enumerate(zone) if HEAD.search(line.text) or (asks and i == 0)]
    if not marked or len(lines) == len(zone):
        return []
    after = zone[marked[-1] + 1 :]
    found = [hit[0] for i in marked if (hit := HEAD.search(zone[i].text))]
    reason = f"lines of a site: {'、'.join(found)}" if found else "a title that asks a question"
    if any(TITLE.search(x.text) for x in after) or not any(TITLE.search(x.text) for x in zone):
        return [_cut(0, lines[marked[-1] + 1].start, text, "head", reason)]
    return [_cut(zone[i].start, lines[i + 1].start, text, "head", reason) for i in marked]


def _foot(text: str, lines: list[Line]) -> list[Edit]:
    """Cut from the first line of the site after which nothing speaks like the report."""
    starts = [
        i for i in range(1, len(lines))
        if lines[i].end > len(text) / 2 and len(lines[i].text) <= SHORT
        and FOOT.search(lines[i].text) and ENDED.search(lines[i - 1].text)
    ]
    if not starts:
        return []
    report = pairs(text[: lines[starts[0] - 1].end])
    shares = {i: overlap(report, lines[i].text) for i in range(starts[0], len(lines))
              if len(lines[i].text) > SHORT}
    speaks = max((i for i, share in shares.items() if share >= OVERLAP), default=0)
    i = next((i for i in starts if i >= speaks), None)
    if i is None:
        return []
    share = max((share for k, share in shares.items() if k > i), default=0.0)
    reason = f"after the last sentence of the report stands {lines[i].text[:20]}"
    reason += f"; what follows shares {share:.0%} of its pairs with it" if share else ""
    return [_cut(lines[i - 1].end, len(text), text, "foot", reason)]


def pairs(text: str) -> set[str]:
    """All pairs of neighbouring Chinese characters."""
    return {a + b for run in re.findall(f"[{hanzi.HAN}]+", text) for a, b in pairwise(run)}


def overlap(report: set[str], paragraph: str) -> float:
    """
    Share of the pairs of `paragraph` that the report has too.

    Examples
    --------
    >>> overlap(pairs("推动高质量发展"), "高质量教育")
    0.5
    """
    own = pairs(paragraph)
    return len(own & report) / max(1, len(own))
