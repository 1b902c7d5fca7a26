"""
Target records: what a report sets for the year or the plan, and what it says was reached.

Each record has indicator, value or range, unit, the words that hedge it, the period, and the
sentence with its place. Growth of output is read from 生产总值, GDP and 经济增长; an intensity (单位生产总值能耗), a
share or a comparison (与经济增长同步) is none.
"""

import csv
import re
from collections.abc import Iterator
from typing import NamedTuple

import pandas as pd

from analysis import paths
from analysis.structure import headings
from analysis.wordform import fold

COLUMNS = ["report", "indicator", "status", "low", "high", "unit", "hedge", "period", "year", "headline",
           "paragraph", "start", "end", "sentence"]  # fmt: skip


def _listed() -> list[dict[str, str]]:
    with open(paths.LEXICONS / "targets.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# What is read; of two names at one place the longer counts.
_ROWS = _listed()
NAMES = tuple(row["indicator"] for row in _ROWS)
_UNITS = {row["indicator"]: row["unit"] for row in _ROWS}
_GROWS = {row["indicator"] for row in _ROWS if row["grows"] == "1"}
_LEVELS = set(NAMES) - _GROWS - {"new_jobs"}
_PATTERNS = [(row["indicator"], re.compile(row["pattern"])) for row in _ROWS]

_HAN = "零一二三四五六七八九"
_PERCENT = re.compile(r"百分之([零〇一二三四五六七八九十点]+)(?:(?:至|到)(?:百分之)?([零〇一二三四五六七八九十点]+))?")
_N = r"\d[\d,]*(?:\.\d+)?"
_VALUE = re.compile(
    rf"(?P<low>-?{_N})(?P<unit1>%|万)?(?:\s*[-－—–―~～至到]+\s*(?P<high>{_N}))?\s*"
    r"(?P<unit>%|‰|个百分点|(?:余|多)?万?(?:亿|余|多)*(?:美元|人次|人|个|名|元|户|吨|平方米)|万)?(?P<after>左右|以上|以下|以内|之内|上下|之间)?"
)  # fmt: skip
_GROWTH = re.compile(r"增(?=\d|$)|比增|增长|增速|增幅|递增|上涨|上升|涨幅|提高|增加|提升|下降|降低|减少|负增长|回落")
_FALL = re.compile(r"下降|降低|减少|负增长|降幅|[,，]降")
_UNITLESS = re.compile(r"\d(?:年|月|日|个|项|届|次|五)")
_BEFORE = re.compile(
    "不低于|不少于|不小于|不高于|不超过|不突破|低于|高于|超过|突破|力争|确保|争取|努力|预期|预计|控制在|保持在?|稳定在|达到|完成|大约|约|近|首次超过"
)
_FLOOR = re.compile("以上|不低于|不少于|不小于|(?<!不)(?:高于|超|突破)|(?<=[\\d%万])[多余]")
_CEILING = re.compile("以内|之内|以下|不高于|不超过|不突破|(?<!不)低于|控制在")
_WORDS = re.compile(
    r"[与和同跟][^，,。；;\d]{2,14}(?:相当|一致|持平)|保持(?:在)?(?:上年|[全本][国省市区][^，,。；;\d]{0,6})水平(?:以上)?|实现合理增长|"
    r"完成[省国市自][^，,。；;\d]{0,10}(?:任务|目标)|"
    r"控制在[^，,。；;\d%]{2,14}(?:内|范围|水平|目标)|持平(?:或略有上升)?|保持(?:基本)?(?:稳定|合理水平)|稳步增长|平稳增长|稳中(?:有升|向好|提质)|"
    r"(?:力争|确保|努力)?(?:[与和同跟][^，,。；;]{0,14}?(?:基本|保持)*同步(?:增长)?|(?:不?低于|高于|快于|略?高于)[^，,。；;\d]{2,14}|"
    r"(?:基本|保持|实现)*(?:同步增长|正增长|两位数增长|稳定增长|同步))"
)
_OTHER = re.compile(r"占|比重|比例|贡献|(?<!总量)排名|位次|位居|其中|税收|(?<![\d.])万元|强度|第[一二三]产业")
# A plan's name is not its period where it only says which year this is.
_YEAR_OF_PLAN = re.compile(
    r"[”\"]?(?:规划|计划|时期)?[^，,；;。]{0,14}?(?:开局|收官|起步|第[一二三四五]年|关键|决胜|最后|承上|中期|实施|开篇|谋划|胜利)"
)
_PLAN = re.compile(
    r"今后[五三]年|未来五年|[五三]年(?:内|的)?(?:奋斗)?(?:发展)?目标|五年|[“\"]?十[一二三四五六][”\"]?五[”\"]?|[“\"][七八九十]五[”\"]|年均|到20\d\d年"
)
_YEAR = re.compile(
    r"今年|明年|本年|全年|当年|去年|比上年|同比|初步(?:核算|统计)|(?<!到)(?<!至)(?<!\d)((?:19|20)\d\d)年"
)
_NONE = re.compile(
    r"(?:没有|不再?|未)(?:提出|设定?|确定|设置)[^。；]{0,14}(?:经济增速|经济增长|增长|GDP|生产总值)[^。；]{0,8}目标|不设[^。；]{0,8}经济增长[^。；]{0,6}目标"
)
# With what a review turns to several years, or to one: what follows is of that span until it turns again.
_SPAN = (
    r"(?P<several>(?:[近这几]|过去的?)[四五]年|(?<!第)[四五]年(?=以?来|[间里，,：:]|工作|回顾|总结)|本届政府|(?:十[一二三四五]?|[一二三四五六七八九])五[”\"]?"
    r"(?:时期|期间|以来|规划|的|[，,和及、]))|(?P<one>一年|去年|上年|今年|本年|全年)|(?P<year>(?:19|20)\d\d)年(?!以?来|底|末)"
)
_TURNS = re.compile(
    r"\W*(?:各位代表|同志们)?\W*(?:(?:第?[一二三四五六七八九十]+|\d+)[、．.]|[（(][一二三四五六七八九十]+[）)])?"
    rf"(?:回首|回顾|回望|总结|综观|总的看|刚刚|即将|过去|走过|经过|历经|通过|[在从这的了])*[，,]?[“\"]?(?:{_SPAN})"
)
_TITLED = re.compile(_SPAN)
_AIMS = re.compile("预期(?:调控)?(?:目标|指标)|主要(?:目标|指标)(?:是|为|：)")
# In a review, what is said of the year that comes.
_AHEAD = re.compile("[今明]年[^，,]{0,14}(?:目标|预期|计划|预定)|[今明]年[^。]{0,30}(?:预期|调控)目标")
_BACK = re.compile("[去上]年[^。]{0,20}目标|年初|了(?:预期|[^，]{0,8}目标)|完成|好于")
# In a chapter on goals, what is said of the year that went.
_REACHED = re.compile(r"比上年[^。]{0,60}实现了|(?:初步核算|去年)[^，。]{0,30}(?:增长|达到)\d")
_ITEM = re.compile(r"\s*(?:[—–-]{1,2}|\*\*|[（(]?[一二三四五六七八九十\d]{1,2}[)）、.．是])")
# A price index, the year before being 100.
_INDEX = re.compile(r"1[01]\d(?:\.\d+)?")
# What may stand between the name of a growth and its value where no verb says that it grows.
_SET_AT = re.compile(
    "[：:]?(?:的(?:宏观)?(?:调控|预期)?目标)?(?:预期|目标)?[，,]?定?(?:为|在|约|达到?|控制在|保持在?|力争|确保|不低于|实现)*"
)
# What stands between a list and 分别, and what is a thing rather than another value.
_ASIDE = re.compile(r"(?:同比|(?:按|同|扣除|剔除)[^\d]{1,12}|年均|预计)?")
_AMOUNT = re.compile(rf"{_N}\s*[万亿]*(?:美?元|人|个)?")
# Before a name with which another is compared: 居民收入增长高于地区生产总值增长.
_COMPARED = re.compile("(?:[高快低]于)(?:地区|国内|全[国省市])?$")
# Before a name: what is counted is of a part of the place, or with some partners only.
ELSEWHERE = re.compile(
    r"(?:对|与|和)[^，,。；;：:、]{0,24}(?:国家|地区|沿线|市场|东盟|欧盟|[欧美日韩俄]国?|RCEP)[^，,。；;：:]{0,10}$"
    r"|^[^，,。；;全]{0,14}(?:示范区|试验区|片区|保税区|综保区|经开区|高新区|开发区)(?!建设|[、和及])(?![^。；;]*全[省市州县区])[^。；;]*$"
)
_GAP = 34


class _Mention(NamedTuple):
    """A name, a value or a hedge in words within a sentence."""

    start: int
    end: int
    kind: str
    name: str = ""


def find(text: str, *, year: int | None = None, plan: bool = False) -> list[dict]:
    """
    Read the records of one paragraph.

    Parameters
    ----------
    text : str
    year : int, optional
        The year that is planned or, in a review, looked back on: named in the text it means the year,
        any other year with 到 a plan.
    plan : bool
        Whether the paragraph stands where goals of several years are set.

    Returns
    -------
    list of dict
        `indicator`, `low`, `high` (None where open; both where only words are said), `unit`,
        `hedge`, `period` ("year" or "plan"), `start`, `end`, in the order of the text.

    Examples
    --------
    >>> for r in find("今年预期目标：全市生产总值增长8%—8.5%，城镇登记失业率控制在4%以内，居民收入与经济增长同步。"):
    ...     print(r["indicator"], r["low"], r["high"], r["hedge"] or "-")
    gdp 8.0 8.5 -
    unemployment_registered None 4.0 控制在 以内
    income None None 与经济增长同步
    >>> find("单位生产总值能耗下降3.5%，高技术产业占生产总值10%")
    []
    """
    form = _form(text)
    sentences, *_ = _sentences(form, year, plan, plan)
    return [row for sentence in sentences for row in _sentence(form, *sentence)]


def _sentence(text: str, start: int, end: int, plan: bool, marks: list[tuple[int, bool]]) -> list[dict]:
    """Records of one sentence; `plan` says whether goals of a plan go on from before it."""
    names, values = _names(text, start, end), _values(text, start, end)
    if not names:
        return []
    rows: list[dict] = []
    placed = _by_position(text, names, values, start, end)
    groups = _groups(text, names)
    for group, after in zip(groups, [*groups[1:], None], strict=True):
        limit = after[0].start if after else end
        rows += [placed[name] for name in group if name in placed]
        group = [name for name in group if name not in placed]
        if group:
            rows += _of_group(text, group, [v for v in values if group[-1].end <= v.start() < limit], limit)
    average = any("年均" in text[row["start"] : row["end"]] for row in rows) and not any(not p for _, p in marks)
    for row in rows:
        here = "年均" in text[row["start"] : row["end"]]
        row["period"] = "plan" if _state(marks, row["end"], plan) or average or here else "year"
    return rows


def _marks(text: str, start: int, end: int, year: int | None) -> list[tuple[int, bool]]:
    """Places that open a plan's goals (True) or a year's (False)."""
    marks = []
    for found in _PLAN.finditer(text, start, end):
        named = re.fullmatch(r"到(20\d\d)年", found[0])
        if found[0] == "年均" or (named and year and int(named[1]) <= year):
            continue
        ends = re.search("(?:完成|实现)[^，。]{0,4}$", text[max(start, found.start() - 8) : found.start()])
        if not ends and not _YEAR_OF_PLAN.match(text, found.end()):
            marks.append((found.start(), True))
    for found in _YEAR.finditer(text, start, end):
        if not found[1] or not year or int(found[1]) == year:
            marks.append((found.start(), False))
    return sorted(marks)


def _state(marks: list[tuple[int, bool]], at: int, before: bool) -> bool:
    said = [plan for place, plan in marks if place < at]
    return said[-1] if said else before


def _names(text: str, start: int, end: int) -> list[_Mention]:
    spans = [
        _Mention(*found.span(), "name", name)
        for name, pattern in _PATTERNS
        for found in pattern.finditer(text, start, end)
    ]
    spans.sort(key=lambda m: (m.start, -m.end))
    kept: list[_Mention] = []
    for span in spans:
        compared = _COMPARED.search(text, max(start, span.start - 6), span.start)
        if not compared and (not kept or span.start >= kept[-1].end):
            kept.append(span)
    return kept


def _by_position(
    text: str, names: list[_Mention], values: list[re.Match], start: int, end: int
) -> dict[_Mention, dict]:
    """Records of names in a list with as many values after 分别 as it has items: 农业、规上工业增加值分别增长4%、9%."""
    found = {}
    for mark in re.finditer("分别", text[start:end]):
        low, high = (start + at for at in mark.span())
        run = _run(text, [value for value in values if value.start() >= high])
        if len(run) < 2 or run[0].start() - high > 12:
            continue
        items = _items(text, start, low, len(run))
        said = text[items[0] : run[0].start()] if items else ""
        if re.search("占|比重|比例|贡献|平均水平", said) or not re.search(f"{_GROWTH.pattern}|控制在|达|为$", said):
            continue
        for name in (name for name in names if items[0] <= name.start and name.end <= low):
            value = run[sum(at < name.end for at in items) - 1]
            unit = value["unit"] or value["unit1"] or ""
            if (unit == "%") == (_UNITS[name.name] == "%"):
                found[name] = _row(text, name, value, low)
    return found


def _items(text: str, start: int, end: int, n: int) -> list[int]:
    """Where each of n listed things begins: in the clause that ends there, in the one before, or as n clauses."""
    clauses = [m for m in re.finditer(r"(?:[^，,；;：:]|,(?=\d{3}))+", text[start:end]) if not _ASIDE.fullmatch(m[0])]
    if not clauses or any("%" in m[0] for m in clauses[-1:]):
        return []
    first, last = (start + at for at in clauses[-1].span())
    breaks = [first, *(first + m.end() for m in re.finditer("[、和及与]", text[first:last]))]
    things = [text[a:b] for a, b in zip(breaks, [*breaks[1:], last], strict=True)]
    if len(breaks) == n and all(re.search("[一-鿿]{2}", _AMOUNT.sub("", thing)) for thing in things):
        return breaks
    # 财政总收入A亿元，地方财政收入B亿元，分别增长a%和b%
    several = [m[0] for m in clauses[-n:]]
    one_each = all(len(_AMOUNT.findall(one)) == 1 and "%" not in one for one in several)
    return [start + m.start() for m in clauses[-n:]] if len(several) == n and last < end and one_each else []


def _groups(text: str, names: list[_Mention]) -> list[list[_Mention]]:
    """Names that share what is said of them: 城镇居民收入和农民收入分别增长8%和9%."""
    groups: list[list[_Mention]] = []
    for name in names:
        between = text[groups[-1][-1].end : name.start] if groups else ""
        joined = (
            groups
            and re.fullmatch(
                rf"(?:涨幅|增幅|增速|增长)?[、和与及]|(?:分别)?(?:达到?|实现|完成)?\s*(?:{_N}\s*万?亿?美?元)?[、和与及以,，]{{1,2}}"
                r"(?:全[市省]|我[市省])?",
                between,
            )
            and _UNITS[groups[-1][-1].name] == _UNITS[name.name]
        )
        if joined and len(groups[-1]) < 6:
            groups[-1].append(name)
        else:
            groups.append([name])
    return groups


def _values(text: str, start: int, end: int) -> list[re.Match]:
    return [
        found for found in _VALUE.finditer(text, start, end)
        if not _UNITLESS.match(text, found.start("low")) or found["unit"] or found["unit1"]
    ]  # fmt: skip


def _of_group(text: str, group: list[_Mention], values: list[re.Match], limit: int) -> list[dict]:
    """What is said of some names up to the next ones."""
    name = group[-1]
    fits = [v for v in values if _fits(text, group, v)]
    run = _run(text, fits)
    between = text[name.end : fits[0].start()] if fits else ""
    if (
        name.name == "income"
        and "城乡" in text[name.start : name.end]
        and fits
        and ("分别" in between or len(run) == 2)
    ):
        group = [*group[:-1], name._replace(name="urban_income"), name._replace(name="rural_income")]
    rows = []
    if len(group) > 1 and len(run) >= len(group):
        rows = [_row(text, one, value) for one, value in zip(group, run, strict=False)]
    elif fits:
        value = _last_of_move(text, name, fits)
        rows = [_row(text, one, value) for one in group]
    if not rows:
        words = _WORDS.search(text, name.end, min(limit, name.end + 24))
        comma = re.search(r"[，,]", text[name.end : limit])
        if words and (not comma or words.start() < name.end + comma.start()):
            rows = [
                {"indicator": one.name, "low": None, "high": None, "unit": _UNITS[one.name],
                 "hedge": words[0], "start": one.start, "end": words.end()} for one in group
            ]  # fmt: skip
    return rows


def _fits(text: str, group: list[_Mention], value: re.Match) -> bool:
    """Whether a value can be one of the indicator: unit, distance, and no other subject between."""
    name = group[-1]
    unit, between = value["unit"] or value["unit1"] or "", text[name.end : value.start()]
    if len(between) > _GAP + 14 * len(re.findall(r"\d[\d.,]*(?:万?亿|万)?(?:美?元|人)", between)) or _OTHER.search(
        between
    ):
        return False
    if name.name == "new_jobs":
        return (unit.startswith(("万", "余万", "多万")) and "元" not in unit) or unit in ("人", "个", "名")
    if name.name == "cpi" and not unit and "指数" in text[name.start : value.start()]:
        return _INDEX.fullmatch(value["low"]) is not None and not jumps(between)  # 指数控制在103以内
    if unit != "%":
        return False
    if name.name in _GROWS:
        moves = [m for m in _GROWTH.finditer(between)]
        listed = _SET_AT.fullmatch(between)
        after = text[value.end() : value.end() + 4]
        return bool(moves or listed or "增长" in after or name.name == "cpi") and not jumps(between)
    # 提高1.5个百分点，达到45%: the level is the value.
    level = re.sub(rf"(?:提高|下降|降低|上升)(?:约|近)?{_N}个百分点(?:左右|以上)?[，,]", "", between)
    return not jumps(level) and not re.search(r"(?:提高|下降|降低|上升)\d", level + "0")


def jumps(between: str) -> bool:
    """
    Tell whether another subject stands between a name and a value: a clause that is neither level nor growth.

    >>> jumps("持平，实际使用外资增长"), jumps("达到4153亿元，比上年增长")
    (True, False)
    """
    clauses = re.split(r"[，,、]", re.sub(r"(?<=\d),(?=\d{3})", "", between))
    for clause in clauses[1:]:
        rest = re.sub(
            r"同口径|按?可比(?:口径|价格)?|总量排名[^，]{1,6}|比增|扣除[^，]{0,12}后?|剔除[^，]{0,12}后?|同比|比上年|较上年|分别|实际|名义|年均|同期|力争|确保|努力|争取|预期|预计|达到?|完成|实现|突破|[迈跨站]上|迈过|增长|增速|增幅|增加|提高|上涨|下降|左右|以上|约|为|在|均|都|超过|不低于|净|和|[\d.%]|万?亿美?元|万人|保持|上升|全年|总量|由|到|至|—|-|递增|速度",
            "", clause,
        )  # fmt: skip
        if len(rest) > 1:
            return True
    return False


def _run(text: str, values: list[re.Match]) -> list[re.Match]:
    """Values that follow each other: 8%、9%和10%."""
    run = values[:1]
    for value in values[1:]:
        if not re.fullmatch(r"[、，,和与及]?(?:增长|以上|左右)?", text[run[-1].end() : value.start()]):
            break
        run.append(value)
    return run


def _last_of_move(text: str, name: _Mention, fits: list[re.Match]) -> re.Match:
    """Of 由59.2%提高到64.7% the second."""
    if name.name in _GROWS or len(fits) < 2:
        return fits[0]
    between = text[fits[0].end() : fits[1].start()]
    return (
        fits[1] if re.fullmatch(r"(?:左右)?(?:提高|上升|增加|提升|下降|降低)?到?至?", between) and between else fits[0]
    )


def _row(text: str, name: _Mention, value: re.Match, since: int = 0) -> dict:
    """A record; the words that count stand between the name, or `since`, and the value."""
    unit, between = value["unit"] or value["unit1"] or "", text[max(name.end, since) : value.start()]
    low, high = (float(n.replace(",", "")) if n else None for n in (value["low"], value["high"]))
    if name.name == "new_jobs" and "万" not in unit and value["unit1"] != "万":
        low, high = low / 1e4, high / 1e4 if high else None
    before = re.split(r"[，,]", between)[-1] if "控制" not in between else between
    hedges = [found[0] for found in _BEFORE.finditer(before)] + ([value["after"]] if value["after"] else [])
    if name.name in _GROWS and _FALL.search(between):
        low, high = -low, -high if high else None
    if name.name == "cpi" and low and low >= 100:
        low = round(low - 100, 2)  # 价格指数 102%
    high = low if high is None else high
    said = before + text[value.start() : value.end()]
    if low == high and _FLOOR.search(said) and not _CEILING.search(said):
        high = None
    elif low == high and _CEILING.search(said) and value["after"] != "左右":
        low = None
    return {"indicator": name.name, "low": low, "high": high, "unit": _UNITS[name.name],
            "hedge": " ".join(hedges), "start": name.start, "end": value.end()}  # fmt: skip


def _headlines(rows: list[dict]) -> list[dict]:
    """
    Add status and mark, for each indicator, status and period, the one record that stands for it.

    That is the first with a number where goals are set (for results: where the year is reviewed), then
    the first with a number anywhere, then the first in words.

    Parameters
    ----------
    rows : list of dict
        What `find` gives, with the `function` of the paragraph, in the order of the text.
    """
    rows = [{"status": "result" if row["function"] == "review" else "target", **row} for row in rows]
    best: dict[tuple, tuple] = {}
    for at, row in enumerate(rows):
        place = {"guiding": 0, "review": 0}.get(row["function"], 1)
        words = row["low"] is None and row["high"] is None
        if words and place:
            continue  # outside of the goals, 收入与经济同步 is a wish
        rank = (place, words, at)
        key = row["indicator"], row["status"], row["period"]
        best[key] = min(best.get(key, rank), rank)
    chosen = {rank[2] for rank in best.values()}
    return [{**row, "headline": at in chosen} for at, row in enumerate(rows)]


def records(
    text: str, paragraphs: pd.DataFrame, sections: pd.DataFrame, year: int | None = None, report: str = ""
) -> pd.DataFrame:
    """
    Read the target records of one report.

    Parameters
    ----------
    text : str
    paragraphs, sections : DataFrame
        As `structure.parse` gives them for the text.
    year : int, optional
        The year whose tasks the report plans; results are those of the year before.
    report : str
        Id written into the table.

    Returns
    -------
    DataFrame
        One row a record, in the order of the text: `report`, `indicator` (see `NAMES`), `status`
        (target, result, or none: the report says that it sets no target), `low`, `high` (in
        `unit`; equal for one value, one missing where open: 以上, 以内; both where only words are said),
        `unit` (% or 万人), `hedge` (the words around the number), `period` (year or plan), `year`
        (planned or reviewed; missing for a plan), `headline` (the record that stands for its
        indicator, status and period), `paragraph`, `start`, `end` (from the indicator to the end of the
        value, in the text), `sentence`.
    """
    rows = []
    for row, said, form, sentences in _spans(text, paragraphs, sections, year):
        body = text[row.start : row.end]
        found = [(one, body[at:to].strip()) for at, to, *span in sentences for one in _sentence(form, at, to, *span)]
        for one, sentence in found:
            if row.function == "review" and one["low"] is None and one["high"] is None and "低于" in one["hedge"]:
                continue  # short of what was aimed at
            if row.function == "review" and one["indicator"] in _LEVELS:
                one["period"] = "year"  # a level reached at the end of a span is that of its last year
            place = {
                "paragraph": row.paragraph,
                "function": row.function,
                "year": said if one["period"] == "year" else None,
            }
            if row.function == "review" and _AHEAD.search(sentence) and not _BACK.search(sentence):
                one["status"], place["year"] = "target", year if one["period"] == "year" else None
            elif row.function == "guiding" and _REACHED.search(sentence):
                one["status"], place["year"] = "result", year and place["year"] and year - 1
            shift = {"start": one["start"] + row.start, "end": one["end"] + row.start}
            rows.append({**one, **place, **shift, "sentence": sentence})
        rows += _none(body, row, said)
    table = pd.DataFrame(_headlines(rows), columns=["function", *COLUMNS[1:]]).assign(report=report)
    return table[COLUMNS].astype({"year": "Int64", "low": float, "high": float, "headline": bool})


def plans(
    text: str, paragraphs: pd.DataFrame, sections: pd.DataFrame, year: int | None = None
) -> dict[int, list[tuple[int, bool]]]:
    """
    Tell where a report speaks of several years, by number of the paragraph.

    Parameters
    ----------
    As for `records`.

    Returns
    -------
    dict of lists
        Offsets in the paragraph from which what is counted is of several years (True) or of one (False).
    """
    return {
        row.paragraph: [mark for start, _, plan, marks in sentences for mark in [(start, plan), *marks]]
        for row, _, _, sentences in _spans(text, paragraphs, sections, year)
    }


def _spans(text: str, paragraphs: pd.DataFrame, sections: pd.DataFrame, year: int | None) -> Iterator[tuple]:
    """Paragraphs that have a function, the year each is about, its text as it is read, and its sentences."""
    titles = sections.set_index("section").title.to_dict()
    parents = sections.set_index("section")["parent"].to_dict() if "parent" in sections else dict.fromkeys(titles, -1)
    state, current, ends_open, back = False, None, False, False
    for row in paragraphs.itertuples():
        if row.function == "other":
            continue
        body = text[row.start : row.end]
        if row.function == "review":
            if row.section != current:
                turned = _turned(_TITLED.search(titles[row.section]), year and year - 1)
                back = back if turned is None else turned
            base = back
        else:
            base = _planned(row.section, titles, parents, year)
        # What a list is about was said before it; any other paragraph begins anew.
        goes_on = getattr(row, "point", "") or ends_open or _ITEM.match(body)
        state = state if row.section == current and goes_on else base
        current, ends_open = row.section, body.rstrip().endswith(("：", ":", "；", ";"))
        said = None if year is None else year - 1 if row.function == "review" else year
        form = _form(body)
        # Goals of a plan are listed over many sentences; a review names the span in each that is not of the year.
        sentences, state, base = _sentences(form, said, state, base, row.function != "review")
        back = base if row.function == "review" else back
        yield row, said, form, sentences


def _planned(section: int, titles: dict, parents: dict, year: int | None) -> bool:
    """Whether the nearest title that names a span names a plan, and not one that ends in the year planned."""
    while section >= 0:
        title = "" if titles[section].startswith("〔") else titles[section]
        plan, one = _PLAN.search(title), _YEAR.search(title)
        if one or (plan and year and _last_year(plan[0]) == year):
            return False
        if plan and not _YEAR_OF_PLAN.match(title, plan.end()):
            return True
        section = parents[section]
    return False


def _last_year(plan: str) -> int:
    """
    Last year of a five-year plan; 0 where the words name none.

    >>> _last_year("“十五”"), _last_year("十二五"), _last_year("五年")
    (2005, 2015, 0)
    """
    number = headings.number(plan.strip('“”"')[:-1]) if re.search("[七八九十]", plan) else 0
    return 1955 + 5 * number if number else 0


def _form(text: str) -> str:
    """The text as it is read: in plain signs and digits, each in its place."""
    return _PERCENT.sub(_digits, fold(text))


def _sentences(
    form: str, year: int | None, plan: bool, base: bool, carried: bool = True
) -> tuple[list[tuple[int, int, bool, list[tuple[int, bool]]]], bool, bool]:
    """
    Start and end of each sentence with its span, the state after them, and what the text around is about.

    A plan's goes on only if `carried`; a review, where it does not, turns from years to one and back.
    """
    found = []
    for stop in re.finditer(r"[^。；;！!？?\n]+", form):
        turned = None if carried else _turned(_TURNS.match(form, *stop.span()), year)
        if turned is not None:
            plan = base = turned
        # 主要预期目标是 opens the goals of what the section is about.
        plan = base if _AIMS.search(form, *stop.span()) else plan and (base or carried)
        marks = _marks(form, *stop.span(), year)
        found.append((*stop.span(), plan, marks))
        plan = _state(marks, stop.end(), plan)
    return found, plan, base


def _turned(found: re.Match | None, year: int | None) -> bool | None:
    """Whether words turn to several years or to the one reviewed; None where they do neither."""
    if not found or (found["year"] and int(found["year"]) != year):
        return None
    return bool(found["several"])


def _digits(found: re.Match) -> str:
    """
    Write a percentage in Han numerals in digits, in as many characters.

    >>> _PERCENT.sub(_digits, "增长百分之八点五，百分之七到八，百分之十二左右")
    '增长008.5%，007-8%，0012%左右'
    """
    written = "-".join(_number(part) for part in found.groups() if part) + "%"
    return written.rjust(len(found[0]), "0")


def _number(numeral: str) -> str:
    """Digits of a Han numeral below 100, with decimals: 十二点五 is 12.5."""
    whole, _, decimals = numeral.replace("〇", "零").partition("点")
    tens, ten, ones = whole.rpartition("十")
    value = (_HAN.find(tens) if tens else 1) * 10 if ten else 0
    value += max(_HAN.find(ones), 0) if ones else 0
    return f"{value}" + ("." + "".join(str(_HAN.find(digit)) for digit in decimals) if decimals else "")


def _none(text: str, row, year: int | None) -> list[dict]:
    """The statement that no target of growth is set."""
    said = _NONE.search(text)
    if not said or row.function == "review":
        return []
    return [{"indicator": "gdp", "status": "none", "low": None, "high": None, "unit": "%", "hedge": said[0],
             "period": "year", "year": year, "paragraph": row.paragraph, "function": row.function,
             "start": row.start + said.start(), "end": row.start + said.end(), "sentence": text}]  # fmt: skip


def table(corpus) -> pd.DataFrame:
    """
    List the target records of all reports of a corpus; columns as in `records`.

    The year is the last that the catalogue says is planned, else the report's own.
    """
    parts = [
        records(report.text, report.paragraphs, report.sections, _year(corpus.catalogue.loc[report.id]), report.id)
        for report in corpus.reports
    ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=COLUMNS)


def _year(row: pd.Series) -> int:
    planned = re.findall(r"\d{4}", str(row.get("plans", "")))
    work = "plan" not in str(row.get("genre", ""))
    return int(planned[0] if planned and work else row["year"])
