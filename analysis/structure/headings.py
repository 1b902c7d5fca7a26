"""
Recognise headings and what they announce.

Reports number their parts in many ways (第一章, 一、, （一）, 【一】, 1.), some not at all
(2023年重点工作), and lists inside a paragraph look much the same (一是, ●). This module reads one
line at a time; `structure` puts the lines together.
"""

import csv
import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from types import MappingProxyType

from analysis import paths

# A heading is a line or a first sentence; in the reports at hand the longest has 53 characters.
LONGEST_HEADING = 60
# Without a number to show it, a line must be shorter to pass for a heading.
LONGEST_PLAIN = 30
# Kinds whose number alone proves little (a paragraph may begin with a figure): they count only as
# part of a run 1, 2, ….
WEAK = frozenset({"arabic", "circled", "ordinal"})

# Han numerals, their look-alikes in rewritten pages (亖 ┿), and digits.
_N = r"[一二三四五六七八九十百〇○亖弌弍弎壹贰叁肆伍陆柒捌玖拾┿\d]{1,3}"
_MARKER = re.compile(
    rf"\s*(?:第(?P<chapter>{_N})[章编篇]|第(?P<part>{_N})部分|第(?P<node>{_N})节"
    rf"|[（(]\s*(?P<paren>[一二三四五六七八九十亖┿]{{1,3}})\s*[）)]|(?P<enclosed>[㈠-㈩])"
    rf"|【(?P<bracket>{_N})】|(?P<han>[一二三四五六七八九十亖弌弍弎┿]{{1,3}})[、．.]"
    rf"|[（(](?P<digits>\d{{1,2}})[）)]|(?P<circled>[①-⑳])"
    rf"|(?P<arabic>\d{{1,2}})(?:\s*[．.、](?!\d)|(?=\s*[一-鿿“]))"
    rf"|第(?P<ordinal>{_N})[，、,：])\s*"
)
# Counting words and units after a figure: 5个, 2020年, 10亿元 begin sentences, not sections.
_UNIT = re.compile(r"\d+\s*[年月日时个项条家户人万亿元次届岁天类大千百公平米吨辆所座场城县市区省倍]")
_POINT = re.compile(
    r"\s*(?:[一二三四五六七八九十]{1,2}[是要](?!素)|[●•■◆★▲◇]|[—–─]+"
    r"|第[一二三四五六七八九十]{1,2}[，、,])"
)
# Notes after the end stand under a line of their own.
_NOTES = re.compile(
    r"[\W\d]*(?:政府工作报告\W*)?(?:附\s*[件录表注]?\W*[一二三四五\d]{0,2}(?:\W*|[：:、.\s][^。；]*)|"
    r"[^，。；]{0,20}(?:[名用术词][词语]|有关(?:内容|情况)|相关情况)[^。；]{0,8}(?:解释|注释|释义|注解|解读|解析|说明)[^。；]{0,16}|"
    r"(?:[有相]关)?(?:名词|注|注[释解]|解释|释义)(?:[和与及、]?(?:说明|解释|注释))?\W*)$"
)
_LONGEST_NOTES = 32
_VOCATIVE = re.compile(r"\s*(?:各位代表|各位委员|同志们|代表们|各位同志)")
_STOP = re.compile(r"[。！？!?]")
_PAUSE = re.compile(r"[，,；;：:]")


@dataclass(frozen=True, slots=True)
class Heading:
    """A numbered heading as read from one line: `alone` where nothing follows it in the line."""

    kind: str
    n: int
    number: str
    title: str
    alone: bool
    cut: bool = False
    # Ends with a semicolon: an item of a list, not a heading.
    item: bool = False


# Marks of Markdown around a heading: ## at its head, ** or __ around it or its first words.
_MARKS = re.compile(r"^[\s>]*(?:#{1,6}[ \t]*)?(?:\*\*|__)?|(?:\*\*|__)(?:\s*#*\s*$)?")
_MARKED = re.compile(r"^\s*(?:#{1,6}[ \t]+\S|(?:\*\*|__)[^*]+(?:\*\*|__)\s*$)")


def bare(line: str) -> str:
    """
    Take the marks of Markdown off a line; without any, it is the line itself.

    >>> bare("## **一、回顾**"), bare("**（一）扩大开放。**建设口岸"), bare("3**2")
    ('一、回顾', '（一）扩大开放。建设口岸', '32')
    """
    return _MARKS.sub("", line) if "**" in line or "#" in line or "__" in line else line


def marked(line: str) -> bool:
    """
    Tell whether the page itself sets a line as a heading: ## before it, or all of it in bold type.

    >>> marked("## 工作回顾"), marked("**工作回顾**"), marked("**工作回顾。**五年来")
    (True, True, False)
    """
    return bool(_MARKED.match(line))


def number(text: str) -> int:
    """
    Value of a numeral as headings write it; 0 where it is none.

    >>> [number(n) for n in ("十二", "亖", "㈣", "2", "二十", "┿")]
    [12, 4, 4, 2, 20, 10]
    """
    if text.isdecimal():
        return int(text)
    total = 0
    for char in text:
        value = 10 if char == "┿" else int(unicodedata.numeric(char, 0))
        total = max(total, 1) * value if value == 10 else total + value
    return total


def read(line: str) -> Heading | None:
    """
    Read the numbered heading at the head of a line, alone or running into its paragraph.

    >>> read("（二）扩大开放。持续深化……").title
    '扩大开放'
    >>> read("2023年是开局之年。") is None, read("一、节约能源，降低消耗；").item
    (True, True)
    """
    found = _MARKER.match(line)
    if not found:
        return None
    kind, digits = found.lastgroup, found[found.lastgroup]
    if kind == "arabic" and _UNIT.match(line.lstrip()):
        return None
    title, alone, cut = _title(line[found.end() :].rstrip())
    bare = kind == "arabic" and not re.match(r"\s*\d+\s*[．.、]", line)
    if not title or ((bare or kind == "ordinal") and not alone):
        return None
    # ㈠ is （一） in one character: the two may alternate in one list.
    kind = "paren" if kind == "enclosed" else kind
    item = line.rstrip().endswith(("；", ";"))
    return Heading(kind, number(digits), found[0].strip(), title, alone, cut, item)


def _title(body: str) -> tuple[str, bool, bool]:
    """Title at the head of `body`; whether it is all of it; whether its end had to be guessed."""
    stop = _STOP.search(body)
    end = stop.start() if stop else len(body)
    listed = body.find("一是", 4)
    if 0 < listed < min(end, LONGEST_HEADING):
        return body[:listed], False, True
    if end <= LONGEST_HEADING:
        return body[:end].rstrip("：: "), end >= len(body) - 1, False
    pause = _PAUSE.search(body)
    end = pause.start() if pause else LONGEST_HEADING
    return body[: min(end, LONGEST_HEADING)] + "…", False, True


def point(line: str) -> str:
    """
    Mark of a point in a list (一是, ●, ——), which opens no section of its own; else "".

    >>> point("●能源革命成效明显"), point("一是坚持党的全面领导。"), point("一年来")
    ('●', '一是', '')
    """
    found = _POINT.match(line)
    return found[0].strip() if found else ""


def vocative(line: str) -> bool:
    """
    Tell whether the line addresses the assembly.

    >>> vocative("各位代表：")
    True
    """
    return bool(_VOCATIVE.match(line))


def opens_notes(line: str) -> bool:
    """
    Tell whether a line opens an annex or a glossary, where one can stand.

    >>> [opens_notes(line) for line in ("附：名词解释", "附件1", "《政府工作报告》有关用语说明", "附加值提高。")]
    [True, True, True, False]
    """
    return len(line) <= _LONGEST_NOTES and bool(_NOTES.match(line))


def plain(line: str) -> bool:
    """
    Tell whether a line without a number looks like a heading.

    >>> plain("加强政治建设"), plain("持续巩固拓展脱贫攻坚成果。")
    (True, False)
    """
    line = line.strip()
    return (
        2 <= len(line) <= LONGEST_PLAIN
        and not re.search(r"[。；：！？;:!?…—|/\[\]{}]", line)
        and bool(re.search(r"[一-鿿”》）)]$", line))
        and len(re.findall(r"[，,]", line)) <= 2
        and not re.match(r"[（(●]|[—–]{2}", line)
        and not vocative(line)
    )


def announces(line: str) -> bool:
    """
    Tell whether a short line says that a list follows (重点抓好以下工作).

    >>> announces("今年，要重点抓好以下工作"), announces("今年，要重点抓好工作。")
    (True, False)
    """
    line = line.strip()
    return (
        len(line) <= LONGEST_HEADING
        and bool(re.search(r"[：:]$|(?:以下|如下|下列|简要报告).{0,12}$", line))
        and not _STOP.search(line[:-1].replace("。这里", ""))
        and not vocative(line)
        and not point(line)
        and "代表国务院" not in line
    )


@cache
def _patterns(place: str) -> dict[str, re.Pattern]:
    with open(paths.LEXICONS / "headings.csv", encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["place"] == place]
    # A noun heads its phrase only at the end of it: 主要目标, but not 目标任务落实机制.
    tail = r"(?=(?:的?建议)?(?:$|[和与及、，,。：:；;是…]))" if place == "end" else ""
    by_function: dict[str, list[str]] = {}
    for row in rows:
        by_function.setdefault(row["function"], []).extend(_choices(row["pattern"]))
    return {f: re.compile(f"(?:{'|'.join(p)}){tail}") for f, p in by_function.items()}


def _choices(pattern: str) -> list[str]:
    """
    Spread out the choice with which a pattern begins: `re` skips what begins no choice quickly.

    >>> _choices("(?:完成|实现)了"), _choices("总(?:体)?要求是")
    (['完成了', '实现了'], ['总(?:体)?要求是'])
    """
    found = re.fullmatch(r"\(\?:((?:[^()]|\(\?:[^()]*\))*)\)(?![?*+{])(.*)", pattern)
    if not found:
        return [pattern]
    return [choice + found[2] for choice in re.split(r"\|(?![^()]*\))", found[1])]


# A heading is asked for once for itself and once for each part below it.
@lru_cache(maxsize=1 << 12)
def named(title: str) -> MappingProxyType[str, str]:
    """
    Functions that the words of a heading name, each with the word.

    >>> dict(named("“十五五”时期目标任务和2026年工作安排"))
    {'guiding': '目标任务', 'tasks': '工作安排'}
    """
    hits = {}
    for place in ("end", "any"):
        for function, pattern in _patterns(place).items():
            for found in pattern.finditer(title.strip()):
                if place == "any" or function == "tasks" or not _commanded(title, found.start()):
                    hits.setdefault(function, found[0])
    return MappingProxyType(hits)


def _commanded(title: str, at: int) -> str:
    """A noun that is the object of an instruction names no part: 强化农业农村发展基础."""
    return imperative(re.split(r"[，,。]", title[:at])[-1])


def rallies(text: str) -> str:
    """Return the word with which a paragraph closes the report (让我们); "" where there is none."""
    found = _patterns("closing")["other"].search(text)
    return found[0] if found else ""


@lru_cache(maxsize=1 << 12)
def imperative(title: str) -> str:
    """
    Verb with which a heading begins, as tasks do; "" where it does not.

    >>> imperative("加快建设美丽太原"), imperative("综合实力全面增强")
    ('加快', '')
    """
    found = _patterns("verb")["tasks"].match(title)
    return found[0] if found else ""
