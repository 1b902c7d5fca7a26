"""
Noise of a page: what a site, a search-engine optimiser or a scanner put into a text.

    >>> page = "会议胜利闭幕。\\n(上接第1版)\\n奋力谱写新篇章!\\n责任编辑: 吉政"
    >>> [edit.before for edit in find_boilerplate(page)]
    ['\\n(上接第1版)', '\\n责任编辑: 吉政']
    >>> text = "发展“供应一制造一应用”全产业链条，规范政府采购和招标投标投标。"
    >>> [(edit.before, edit.after) for edit in find_ocr(text)]
    [('一', '—'), ('一', '—'), ('投标', '')]
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice, pairwise
from typing import NamedTuple

import numpy as np

from restoration import char_model, hanzi, lookalikes
from restoration.ledger import Edit

BOILERPLATE = "boilerplate"
# Newspapers: continued from and on another page; without these words nothing else is looked for.
TURNS = ("上接", "下转", "紧接")
JUMP = re.compile(
    r"(?<!\n)\n*[（(](?:上接|下转|紧接)第?[^()（）\n]{1,6}版[^()（）\n]{0,8}[）)](?=\n|$)"
)
# What only a site writes around a text, as the label of a field ...
_SITE = (
    "(?:信息|文章|稿件|新闻|内容)?来源|(?:发布|发表|更新|录入|上传)(?:时间|日期|者|人|单位|机构)?|发表于"
    "|责任编辑|责编|编辑|编审|审核|审稿|校对|供稿|录入|浏览(?:次数|量|数)?|点击(?:次数|量|数|率)?|阅读(?:次数|量|数)?"
    "|访问(?:次数|量)?|人气|字号|字体(?:大小)?|视力保护色|分享到?|收藏|打印|关键词|标签|所属栏目|栏目"
)
# ... or of a document as well: alone it says nothing.
_EITHER = "时间|日期|作者|记者|通讯员|摄影"
_LABEL = re.compile(f"(?:{_SITE})[ ]?(?:[:：]|于)")
_BUTTON = (
    "打印(?:本页|此页|正文|文章)?|关闭(?:本页|窗口|页面)?|收藏(?:本页|本站)?|加入收藏|分享|评论|复制链接|字体|字号|大|中|小|默认|超大"
    "|返回(?:顶部|首页|上一页|列表)?|登录|注册|首页|详情|正文|我要纠错|纠错|微信|微博|QQ空间|朋友圈|TT|繁體|无障碍|我要回帖|更多推荐"
    "|【?下载(?:附件|全文)?】?|点赞"
)
_DATE = r"(?:19|20)\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}日?(?:\s*\d{1,2}:\d\d(?::\d\d)?)?"
_FIELD = f"(?:{_SITE}|{_EITHER})[ ]?(?:[:：]|于[:：]?)[ ]?(?:{_DATE}|[^\\s:：，。；|｜]{{0,24}})"
_ITEM = f"(?:{_FIELD}|{_BUTTON}|{_DATE}|\\d+次?)"
_GLUE = r"[\s|｜/·【】\[\]()（）、—-]"
# The name of the column may stand before.
FIELDS = re.compile(f"(?:[\\[【][^\\]】]{{1,20}}[\\]】](?=.*[:：]))?{_GLUE}*{_ITEM}(?:{_GLUE}+{_ITEM})*{_GLUE}*")
# A button, a date or a number is furniture only beside others of its kind.
BARE = re.compile(f"{_GLUE}*(?:{_DATE}|\\d+次?|[大中小]|(?:{_EITHER})[:：].*)(?:{_GLUE}+(?:{_DATE}|\\d+次?))*{_GLUE}*")
LABELLED = re.compile(f"(?:{_SITE}|{_EITHER}|版权|主办|承办|技术支持|声明)[^:：]{{0,6}}[:：]")
WAY = re.compile(
    "(?:您?(?:现在|当前|所在)?的?)位置[:：].*|首页 ?[>»›＞].*|[^<>]{0,30}[>»›＞][^<>]{1,20}[>»›＞] ?(?:正文|详情|内容)?"
)
# Lines of a site below a text.
FOOT = re.compile(
    r"[{}]+|[（(【]?(?:责任编辑|责编|编辑|审核)[:：].{0,30}|[上下]一[篇条页][:：].*|(?:相关|热门|推荐|最新)(?:链接|阅读|新闻|推荐|文[章档]|资讯)[:：]?.{0,4}"
    r"|(?:版权|免责|郑重)声明[:：].*|版权所有.*|.*ICP备.*|.*公网安备.*|Copyright.*|©.*"
    r"|(?:主办|承办|协办)(?:单位)?[:：].*|技术支持[:：].*|(?:网站|政府网站)?标识码[:：]?.*|扫一扫.*|分享到.*|友情链接.*|网站地图.*|联系我们.*|关于我们.*"
    r"|(?:温馨提示|声明)[:：]?|更多(?:推荐|关于.*|文章)|我要回帖|点击(?:这里|此处|添加|下载|查看|关注).*|.{0,12}(?:公众号|订阅号|客户端)"
    r"|[^。！？!?；;]{0,60}\.(?:pdf|docx?|xlsx?|zip|rar|wps|ofd)(?:\s*[\[【(（].{0,8}[\]】)）])?|来源[:：].{1,30}",
    re.IGNORECASE,
)
# What is never cut with its neighbours: articles, annexes, notes, dates, numbers of documents.
OWN = re.compile(
    f"第[{hanzi.NUMERALS}\\d]+[章节篇条款]|附[件表录则注]|注[:：释]|名词|[（(]?[{hanzi.NUMERALS}\\d]+[）)]?[、.．]|.*[〔\\[]\\d{{4}}[〕\\]].*号"
    f"|.*[{hanzi.NUMERALS}\\d]+年[{hanzi.NUMERALS}\\d]+月|.*(?:委员会|人民政府|办公[厅室]|人民法院|检察院)$"
)
# An entry of a list of annexes, which may be the name of a file.
ANNEX = re.compile(
    f"附[件表录]?[{hanzi.NUMERALS}\\d]*[:：、.．\\s]*\\S|[（(]?[{hanzi.NUMERALS}\\d]{{1,2}}[）)]?[、.．](?!\\d)"
)
# What a notice has and a sentence lacks: a label with its colon, fragments set apart, the sign of a right.
LABEL = re.compile("^.{0,12}[:：]|[\u4e00-\u9fff] +[\u4e00-\u9fff]|[|｜©]|Copyright", re.IGNORECASE)
# Points of a site's own notice.
NOTICE = re.compile("文件|权益|本站|网站|侵权|版权|下载|上传|用户|转载|链接|站长|网友|楼主|答主|回帖|知乎")
# A report never asks in its title; a farm that lives on searches does. Other texts do, too: what
# follows must be a report.
ASKS = re.compile("是否|怎么样|怎样|如何|多少|哪[个些里]|[吗呢？?]$")
TITLE = re.compile("报告|规划|纲要|讲话|意见|决定|决议|公报|方案|计划|致辞|办法|条例|规定|细则|通知|公告|通告|章程|法$")
BODY = re.compile("[。；]|^(?:各位(?:代表|委员|领导)|同志们)")
MEETING = re.compile("代表大会(?:.{0,8}会议)?上?[)）]?$|^(?:各位(?:代表|委员|领导)|同志们)")
ENDED = re.compile(f"[。！!？?…][{hanzi.CLOSERS}]*$")
# Lines of a page's furniture are short; sentences of a report about printing or copying are not.
SHORT = 60
# Lines examined before the first sentence of the report, and after its last.
HEAD_LINES, FOOT_LINES = 30, 40
# Share of the character pairs of a paragraph that the report has too. Measured on 16 reports, later
# half against earlier: nine of ten paragraphs have more than .35, none of the answers and notices.
OVERLAP = 0.35
# A whole foot goes, with what stands between its lines, below a text of this length, if it has three.
WHOLE, SIGNS_OF_A_SITE = 2000, 3
# A site's title is one that the text repeats: share of its pairs.
REPEATS = 0.6



class _Line(NamedTuple):
    """A line that is not blank, without the blanks around it."""

    start: int
    end: int
    text: str


def find_boilerplate(text: str) -> list[Edit]:
    """
    List what stands before, after and in the report without being part of it.

    Cut are lines that have the form of a site's fields, buttons or notices, above the first sentence
    and below the last, and what stands between them only where it says what the text says again (a
    site's title) or does not speak like it (someone's comment). Titles, articles, annexes, dates,
    signatures and numbers of documents stay.

    Parameters
    ----------
    text : str
        Simplified text.

    Returns
    -------
    list of Edit
        *inferred* cuts, and *unresolved* rows for lines that may be furniture but have one sign only.
    """
    head = _head(text, [*islice(_lines_of(text, 0), HEAD_LINES + 1)])
    low = max((edit.end for edit in head if edit.changes), default=0)
    foot = _foot(text, [line for line in _last_lines(text) if line.start >= low])
    high = min((edit.start for edit in foot), default=len(text))
    jumps = [
        _cut(hit.start(), hit.end(), text, "jump", "a newspaper's reference to another page")
        for hit in (JUMP.finditer(text, low, high) if any(map(text.count, TURNS)) else ())
    ]
    return head + jumps + foot


def _lines_of(text: str, start: int) -> Iterator[_Line]:
    """Lines that are not blank, from a place on."""
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        if line := _line(text, start, end):
            yield line
        start = end + 1


def _last_lines(text: str) -> list[_Line]:
    """The last lines that are not blank, one more than `FOOT_LINES`."""
    end, found = len(text), []
    while end >= 0 and len(found) <= FOOT_LINES:
        start = text.rfind("\n", 0, end) + 1
        line = _line(text, start, end)
        found += [line] if line else []
        end = start - 1
    return found[::-1]


def _line(text: str, start: int, end: int) -> _Line | None:
    line = text[start:end]
    words = line.strip()
    if not words:
        return None
    first = start + line.find(words[0])
    return _Line(first, first + len(words), words)


def _cut(start: int, end: int, text: str, rule: str, reason: str) -> Edit:
    rule = f"boilerplate.{rule}"
    return Edit(start, end, text[start:end], "", rule, BOILERPLATE, "inferred", reason)


def _doubt(line: _Line, reason: str) -> Edit:
    return Edit(line.start, line.end, line.text, line.text, "boilerplate.doubt", BOILERPLATE, "unresolved",
                f"may be a site's: {reason}", ("",))


def _is_furniture(line: str) -> bool:
    """Whether a line has the form of a site's fields, buttons or way."""
    if len(line) > SHORT:
        return False
    return bool(WAY.fullmatch(line) or (FIELDS.fullmatch(line) and not BARE.fullmatch(line)))


def _head(text: str, lines: list[_Line]) -> list[Edit]:
    """Cut the lines of the site above the text, and its own title where the text has another."""
    zone = []
    for line in lines[:HEAD_LINES]:
        if not _is_furniture(line.text) and (BODY.search(line.text) or len(line.text) > SHORT):
            break
        zone.append(line)
    if not zone or len(zone) == len(lines):
        return []
    asks = ASKS.search(zone[0].text) and not TITLE.search(zone[0].text)
    asks = asks and any(MEETING.search(line.text) for line in lines[1:HEAD_LINES] if len(line.text) <= SHORT)
    marked = {i for i, line in enumerate(zone) if _is_furniture(line.text)}
    if marked:
        below = _pairs("\n".join(line.text for line in lines[max(marked) + 1 : HEAD_LINES]))
        for i in range(max(marked)):
            repeats = len(zone[i].text) > 4 and _overlap(below, zone[i].text) >= REPEATS
            if repeats and any(TITLE.search(line.text) for line in lines[max(marked) + 1 : HEAD_LINES]):
                marked.add(i)
        marked |= {i for i in range(1, len(zone)) if {i - 1, i + 1} <= marked and len(zone[i].text) <= 4}
    reason = "a line of the site above the text"
    edits = [_cut(zone[i].start, lines[i + 1].start, text, "head", f"{reason}: {zone[i].text[:30]}") for i in marked]
    if asks and 0 not in marked:
        edits.append(_cut(zone[0].start, lines[1].start, text, "head", "a title that asks a question"))
    doubts = [_doubt(line, "a date or a field without others beside it") for i, line in enumerate(zone)
              if i not in marked and LABELLED.match(line.text) and BARE.fullmatch(line.text)]
    return _joined(sorted(edits, key=lambda edit: edit.start)) + doubts


def _joined(edits: list[Edit]) -> list[Edit]:
    """Cuts that touch, as one."""
    result: list[Edit] = []
    for edit in edits:
        if result and result[-1].end == edit.start:
            last = result.pop()
            edit = Edit(last.start, edit.end, last.before + edit.before, "", edit.rule, edit.kind,
                        edit.confidence, f"{last.evidence}、{edit.evidence.partition(': ')[2] or edit.evidence}")
        result.append(edit)
    return result


def _foot(text: str, lines: list[_Line]) -> list[Edit]:
    """Cut the lines of the site below the last sentence."""
    first = max(1, len(lines) - FOOT_LINES)
    signs = [i for i in range(first, len(lines)) if len(lines[i].text) <= 4 * SHORT and _is_foot(lines[i].text)]
    if not signs:
        return []
    starts = [i for i in signs if ENDED.search(lines[i - 1].text) or _heads_files(lines, i - 1)]
    edits = [found for i in starts if (found := _whole(text, lines, i, signs))][:1]
    if edits:
        return edits
    # Else lines of that form alone, from the end upwards.
    last = len(lines)
    while last - 1 in signs or (last < len(lines) and _heads_files(lines, last - 1)):
        last -= 1
    doubts = [_doubt(lines[i], "the form of a site's line within the text") for i in signs
              if i < last and LABELLED.search(lines[i].text)]
    if last == len(lines) or last == 0:
        return doubts
    shown = "、".join(line.text[:20] for line in lines[last:][:4])
    return [*doubts, _cut(lines[last - 1].end, len(text), text, "foot", f"lines of the site below the text: {shown}")]


def _is_foot(line: str) -> bool:
    # A sentence without a label, whatever it speaks of, and an entry of a list of annexes are the text's.
    if line[-1] in "。！；" and not (NOTICE.search(line) and LABEL.search(line)):
        return False
    if ANNEX.match(line):
        return False
    return FOOT.fullmatch(line) is not None or _is_furniture(line)


def _heads_files(lines: list[_Line], i: int) -> bool:
    """Whether a line says 附件 and only names of files follow it."""
    return 0 < i < len(lines) - 1 and re.fullmatch("附件[:：]?", lines[i].text) is not None and (
        _is_foot(lines[i + 1].text) and "." in lines[i + 1].text
    )


def _whole(text: str, lines: list[_Line], i: int, signs: list[int]) -> Edit | None:
    """The foot that begins at a line, with what stands in it, if all of it is the site's."""
    start = i - 1 if _heads_files(lines, i - 1) else i
    own = [k for k in signs if k >= i]
    if len(own) + (start < i) < SIGNS_OF_A_SITE or lines[start - 1].end < max(WHOLE, len(text) / 2):
        return None
    report, most = _pairs(text[: lines[start - 1].end]), 0.0
    for k in range(i, len(lines)):
        if k in own:
            continue
        line = lines[k].text
        share = _overlap(report, line)
        between = k < own[-1] or (k == len(lines) - 1 and len(line) <= SHORT and not ENDED.search(line))
        notice = NOTICE.search(line) is not None
        if notice and k > own[0]:
            most = max(most, min(share, OVERLAP))
            continue
        if not between or OWN.match(line) or (len(line) > SHORT and share >= OVERLAP):
            return None
        most = max(most, share if len(line) > SHORT else 0.0)
    reason = f"{len(own)} lines of a site below the last sentence, from {lines[start].text[:20]}"
    reason += f"; what stands between them shares {most:.0%} of its pairs with the text" if most else ""
    return _cut(lines[start - 1].end, len(text), text, "foot", reason)


def _pairs(text: str) -> set[str]:
    """All pairs of neighbouring Chinese characters."""
    return {a + b for run in re.findall(f"[{hanzi.HAN}]+", text) for a, b in pairwise(run)}


def _overlap(report: set[str], paragraph: str) -> float:
    """Share of the pairs of `paragraph` that the report has too."""
    own = _pairs(paragraph)
    return len(own & report) / max(1, len(own))

KEYWORDS = "keyword substitution"
# A place: two to five characters and the word for its rank.
PLACE = re.compile(r"([一-鿿]{2,5}[省市县区州盟旗])([一-鿿]{2,6})")
RANK = "省市县区州盟旗"
RANKED = frozenset(RANK)
OPENED = re.compile(f"[《〈“‘「『](?=.{{2,5}}[{RANK}])")
ALL_HAN = re.compile("[一-鿿]+")
# Where a rewritten title could be: cheap to look for, and rare enough to end most searches.
TITLED_PLACE = re.compile("[《〈“‘「『][一-鿿]{2,5}[省市县区州盟旗][一-鿿]{2}")
RANKED_SESSION = re.compile("[省市县区州盟旗][一-鿿]{2,6}第[一二三四五六七八九十]+[届次]")
# Ranks that names of bodies were counted with; a rarer one (旗, 盟) takes the same names.
RANKS = "省市县区"
# Opens a title or the name of a body; a session of a congress is one without marks.
OPENING, NUMBERS = "《〈“‘「『", "一二三四五六七八九十"
SESSION = re.compile(rf"第[{NUMBERS}]+[届次]")
ORDINAL = re.compile(rf"第[{NUMBERS}]+$")
# A rewriting is total: seen three times at least, nearly wherever the place is named, and in two
# titles at least.
TAILS, SHARE, TITLES = 3, 0.8, 2
# At one title at least the place must go better with what follows by this much (nats).
STRONG = 4.0
# What each further title where the tail is the worse reading adds, and the most they add.
EACH, MOST = 2.0, 8.0
# Nats ahead of "the tail belongs here".
AHEAD = 4.0


def find_tails(text: str) -> list[Edit]:
    """
    Drop the tail that a rewriting put behind a place name in titles and names.

    Parameters
    ----------
    text : str
        Simplified text, look-alikes already undone.

    Returns
    -------
    list of Edit
        *inferred* in titles and names where the joint says so; *unresolved* where it hardly does.

    Examples
    --------
    >>> titles = "《安平市旅游攻略城市总体规划》、《安平市旅游攻略物业管理条例》"
    >>> text = f"“安平市旅游攻略人才工作领导小组”、“安平市旅游攻略教育局直属学校”、{titles}"
    >>> sorted({edit.before for edit in find_tails(text)})
    ['旅游攻略']
    """
    if not _recurs(text) or _titled_places(text) < TITLES:
        return []
    edits = []
    for place, tail in _rewritings(text, _titled(text)):
        ends = [m.start() + len(place) for m in re.finditer(re.escape(place + tail), text)]
        ends = [end for end in ends if _in_title(text, end, place, tail)]
        # One title said twice is one title.
        if len({_following(text, end, tail) for end in ends}) < TITLES:
            continue
        titles = {end: _lead(text, end, place, tail) for end in ends}
        if max(titles.values()) >= STRONG:
            edits += _tail_edits(text, place, tail, titles)
    return sorted(edits, key=lambda edit: edit.start)


def _titled_places(text: str) -> int:
    """How many titles begin with a place that goes on, or how many places a session follows."""
    opened = sum(TITLED_PLACE.match(text, place) is not None for place in hanzi.opened(text))
    return opened + (len(RANKED_SESSION.findall(text)) if hanzi.follow(text, hanzi.NUMERAL, hanzi.SESSION) else 0)


def _title_ends(text: str) -> list[int]:
    """Where the rank of a place ends that opens a title, or that a session follows."""
    ends = set()
    for place in hanzi.opened(text):
        if hit := OPENED.match(text, place):
            ends |= {hit.start() + k + 1 for k in range(3, 7) if text[hit.start() + k : hit.start() + k + 1] in RANKED}
    for place in hanzi.follow(text, hanzi.NUMERAL, hanzi.SESSION):
        before = ORDINAL.search(text[max(0, place - 8) : place + 1])
        start = place + 1 - len(before[0]) if before else 0
        for n in range(3, 8) if before else ():
            name = text[max(0, start - n) : start]
            if len(name) == n and name[0] in RANK and ALL_HAN.fullmatch(name, 1):
                ends.add(start - n + 1)
    return sorted(ends)


def _recurs(text: str) -> bool:
    """Whether titles agree around a rank, two characters on either side: else none has a tail."""
    around = (text[max(0, end - 3) : end + 2] for end in _title_ends(text))
    agreed = [key for key, n in Counter(around).items() if n >= TITLES]
    return any(text.count(key) >= TAILS for key in agreed)


def _titled(text: str) -> set[str]:
    """What could be a place where a title begins or a session follows."""
    return {text[end - n - 1 : end] for end in _title_ends(text) for n in range(2, 6) if end > n}


def _following(text: str, end: int, tail: str) -> str:
    """The beginning of what follows a tail."""
    start = end + len(tail)
    return text[start : start + char_model.ORDER + 2]


def _rewritings(text: str, places: set[str]) -> Iterator[tuple[str, str]]:
    """Those places that hardly stand without one and the same tail; the longest one of each."""
    after: dict[str, list[str]] = {}
    for name in places:
        for start in hanzi.places(text, [name]):
            match = PLACE.match(text, start)
            if match and match[1] == name:
                after.setdefault(name, []).append(match[2])
    for place, tails in sorted(after.items()):
        if len(tails) < TAILS:
            continue
        found = Counter(tail[:n] for tail in tails for n in range(2, len(tail) + 1))
        total = text.count(place) if max(found.values()) >= TAILS else 0
        common = [t for t, n in found.items() if n >= max(TAILS, SHARE * total)]
        if total and common:
            yield place, max(common, key=len)


def _lead(text: str, end: int, place: str, tail: str) -> float:
    """How much better what follows goes with the place than with the tail, in nats."""
    start = end + len(tail)
    ranks = place[-1] if place[-1] in RANKS else RANKS
    return max(_goes(place[:-1] + rank, text, start) for rank in ranks) - _goes(tail, text, start)


def _goes(before: str, text: str, start: int) -> float:
    """Log probability of what stands at `start` after `before`, in nats."""
    body, gain = start, 0.0
    if session := SESSION.match(text, start):
        body, unit = session.end(), session[0][-1]
        each = [char_model.log_prob(f"第{number}{unit}", before) for number in NUMBERS]
        gain = math.log(math.fsum(map(math.exp, each)))
    return gain + char_model.log_prob(text[body : body + char_model.ORDER], before)


def _in_title(text: str, end: int, place: str, tail: str) -> bool:
    """Whether a place opens a title or a quoted name, or a numbered session follows its tail."""
    start = end - len(place)
    opened = text[max(0, start - 1) : start] in OPENING and start > 0
    return opened or SESSION.match(text, end + len(tail)) is not None


def _tail_edits(text: str, place: str, tail: str, titles: dict[int, float]) -> list[Edit]:
    """A row a title: the tail goes where its own joint and the other titles are against it."""
    edits, beginnings = [], {end: _following(text, end, tail) for end in titles}
    agree = {beginnings[end] for end, gain in titles.items() if gain > 0}
    for end, gain in titles.items():
        following = beginnings[end]
        others = len(agree - {following})
        margin = gain + min(MOST, EACH * others)
        if margin <= 0:
            continue
        settled = margin >= AHEAD
        edits.append(Edit(
            end, end + len(tail), tail, "" if settled else tail, "keywords.tail", KEYWORDS,
            "inferred" if settled else "unresolved",
            f"{place} never stands without {tail} here, and {following} goes with {place} "
            f"({gain:+.1f} nats; {others} other titles)",
            (tail,) if settled else ("",), round(margin, 2),
        ))
    return edits

OCR = "ocr"
# Signs that make a text a recognised one, and how dense they stand: clean reports have none, a
# month of a newspaper has one in 500,000 characters.
SIGNS, DENSE = 2, 1 / 10_000
# A chain of terms, two to eight characters each, joined by 一 twice at least and nothing around.
CHAIN = re.compile(r"(?<![一-鿿\w])([一-鿿]{2,8}(?:一[一-鿿]{2,8}){2,})(?![一-鿿\w])")
# What stands in every chain and hardly elsewhere, and is quick to find_ocr.
LINK = re.compile(r"一[一-鿿]{2,8}一[一-鿿]{2}")
# Two terms joined so, in quotation marks.
QUOTED_PAIR = re.compile(r"(?<=[“「『《])([一-鿿]{2,8}一[一-鿿]{2,8})(?=[”」』》])")
# Characters of a chain that its evidence shows on either side: a line may be one endless chain.
SHOWN = 12
# Nats by which a list (供应、制造) must be likelier than 一, at each joint and on the mean. Of
# 1,051 such chains in 2,900 reports of cities and a month of the People's Daily one leads by so
# much, and it is misread (合肥一六安一叶集); genuine ones reach 1 at each joint and 2 on the mean.
JOINT, MEAN = 1.5, 3.0
# 一 as the number that it is: 一千元, 第一, 十一, 一二三产业, 一元.
_DIGIT = "[二三四五六七八九十百千万零〇]"
_UNIT = "[元人亩吨余多户平以名家件次个一二三四五六七八九]"
ONE = re.compile(f"[第十百千零〇一]一|.一一|{_DIGIT}一{_DIGIT}|.一(?:[百千亿个件项元吨]|[十万](?={_UNIT}))")
# A word and its copy.
DOUBLE = re.compile(r"(?=([一-鿿]{2,4})\1)")
# First characters of reduplications that are grammar: 一件一件, 很多很多, 越来越.
GRAMMAR = frozenset("一二三四五六七八九十百千万几两半每多很许最极太好大小高深长老真越又再")
# Log p at which a word is a compound's second half (招标 + 投标), and at which characters are one.
COMPOUND, WORD = -2.5, -6.0
# Marks that do not stand together: ,, and 、, but not …… or a row of full stops.
MARKS = re.compile(r"[,，、;；:：。](?:(?<!。)[,，、;；:：]{1,2}|(?<=。)。(?<![。.]。。)(?![。.]))")
BESIDE_HAN = re.compile(f"[{hanzi.HAN}]")
COMMA_STOP = re.compile("[,，]。(?!。)")


def find_ocr(text: str) -> list[Edit]:
    """
    Mend dashes, doubled words, doubled marks and misread characters of a recognised text.

    Parameters
    ----------
    text : str
        Simplified text with its lines joined (a word may have been doubled at a wrap).

    Returns
    -------
    list of Edit
        *inferred* with the margin in nats, or *unresolved*; none if the text shows fewer than
        two signs.
    """
    chains = [_dashes(text, match) for match in _chains(text)]
    edits = [edit for chain in chains for edit in chain]
    edits += _doubles(text) + _marks(text)
    # A reduplication that stays is no sign.
    signs = sum(edit.changes or edit.rule == "ocr.mark" for edit in edits if edit.rule != "ocr.dash")
    signs += sum(1 + (len(chain) > 2) for chain in chains if chain)
    if signs < max(SIGNS, DENSE * len(text)):
        return []
    taken = {place for edit in edits for place in range(edit.start, edit.end)}
    edits += [edit for edit in lookalikes.find_misread(text) + _quoted_pairs(text) if edit.start not in taken]
    return sorted(edits, key=lambda edit: edit.start)


def _chains(text: str) -> Iterator[re.Match]:
    """Matches of `CHAIN`, looked for in the lines that have a `LINK`."""
    end = -1
    for link in LINK.finditer(text):
        if link.start() > end:
            start, end = text.rfind("\n", 0, link.start()) + 1, text.find("\n", link.end())
            end = len(text) if end < 0 else end
            yield from CHAIN.finditer(text, start, end)


def _dashes(text: str, match: re.Match, confidence: str = "inferred") -> list[Edit]:
    """The 一 of a chain where every joint reads better as a list; none if one does not."""
    places = [match.start() + k for k, c in enumerate(match[1]) if c == "一"]
    if any(ONE.match(text, place - 1) for place in places):
        return []
    leads = [_joint(text, place) for place in places]
    if min(leads) < JOINT or sum(leads) < MEAN * len(leads):
        return []
    after, other = ("—", "一") if confidence == "inferred" else ("一", "—")
    return [
        Edit(place, place + 1, "一", after, "ocr.dash", OCR, confidence,
             f"{text[max(match.start(), place - SHOWN) : min(match.end(), place + SHOWN)]} is of a "
             f"chain of terms: a list is likelier than 一 by {lead:.1f} nats",
             (other,), round(lead, 2))
        for place, lead in zip(places, leads, strict=True)
    ]


def _quoted_pairs(text: str) -> list[Edit]:
    """Two quoted terms with 一 between them: a suspicion."""
    return [e for match in QUOTED_PAIR.finditer(text) for e in _dashes(text, match, "unresolved")]


def _joint(text: str, place: int) -> float:
    """How much likelier the terms around a place are as members of a list than joined by 一."""
    before, after = text[place - 3 : place], text[place + 1 : place + 4]
    return char_model.log_prob("、" + after, before) - char_model.log_prob("一" + after, before)


def _doubles(text: str) -> list[Edit]:
    """Copies of a word that no reduplication explains."""
    edits: list[Edit] = []
    for match in _twice(text):
        if match[1][0] in GRAMMAR or (edits and match.start() < edits[-1].end):
            continue
        if (edit := _double(text, match.start(), match[1])) is not None:
            edits.append(edit)
    return edits


def _twice(text: str) -> Iterator[re.Match]:
    """Matches of `DOUBLE`: where as many characters are equal as stand between them."""
    codes, found = hanzi.code_points(text), []
    for n in (2, 3, 4):
        same = codes[n:] == codes[:-n]
        for _ in range(n - 1):
            same = same[1:] & same[:-1]
        found += np.flatnonzero(same).tolist()
    return filter(None, (DOUBLE.match(text, place) for place in sorted({*found})))


def _double(text: str, start: int, word: str) -> Edit | None:
    """A copy is dropped where the word completes a compound and a mark follows, else listed."""
    before, after = text[max(0, start - 3) : start], text[start + 2 * len(word) :][:1]
    inside = min(char_model.log_prob(word[k], word[:k]) for k in range(1, len(word)))
    seam = char_model.log_prob(word[0], word)
    # 创业|创新 is two words: there the seam of 业创|业创 holds and the inside does not.
    if inside < WORD or inside <= seam:
        return None
    fit = char_model.log_prob(word, before) if before[-1:].isalnum() else -99.0
    settled = fit >= COMPOUND and not after.isalnum()
    place = start + len(word)
    return Edit(
        place, place + len(word), word, "" if settled else word, "ocr.double", OCR,
        "inferred" if settled else "unresolved",
        f"{word} stands twice" + (f" and completes {before}" if settled else ""),
        (word,) if settled else ("",), round(fit - COMPOUND, 2) if settled else None,
    )


def _marks(text: str) -> list[Edit]:
    """Doubled marks; where commas are doubled throughout, the comma before another mark goes, too."""
    found, end = [], 0
    for place in hanzi.follow(text, hanzi.MARK, hanzi.MARK):
        hit = MARKS.match(text, place) if place >= end else None
        if hit and BESIDE_HAN.search(text, max(0, place - 1), hit.end() + 1):
            end = hit.end()
            # Three of a kind are an author's pause.
            if len({*hit[0]}) > 1 or text.count(hit[0][0], max(0, place - 1), end + 1) < 3:
                found.append(hit)
    if not found:
        return []
    doubled = sum(hit[0] in (",,", "，，") for hit in found)
    single = text.count(",") + text.count("，") - sum(hit[0].count(",") + hit[0].count("，") for hit in found)
    throughout = doubled > 1 and single < doubled
    return [_mark(hit, throughout) for hit in [*found, *(COMMA_STOP.finditer(text) if throughout else ())]]


def _mark(match: re.Match, throughout: bool) -> Edit:
    """A doubled mark: of equal ones one stays; of different ones, the reader decides."""
    marks = match[0]
    same = len(set(marks)) == 1
    if throughout and len(marks) == 2 and marks[0] in ",，" and not same:
        return Edit(match.start(), match.end(), marks, marks[1], "ocr.mark", OCR, "inferred",
                    f"commas are doubled throughout: of {marks} the comma is too many", (marks, marks[0]))
    return Edit(
        match.start(), match.end(), marks, marks[0] if same else marks, "ocr.mark", OCR,
        "inferred" if same else "unresolved",
        f"{marks} is one mark" if same else f"{marks}: one of these marks is too many",
        (marks,) if same else tuple(dict.fromkeys(marks)),
    )


