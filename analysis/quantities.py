"""
Quantities with their indicator, unit, status (target or result) and year, each with its place.

A report's numbers are text too: what was promised and what was reached, side by side.
"""

import re
from functools import cache

import pandas as pd

from analysis import paths

COLUMNS = [
    "report", "paragraph", "function", "indicator", "value", "value_high", "unit", "measure",
    "status", "year", "year_basis", "start", "end", "quote",
]  # fmt: skip

# Multipliers are part of the unit as written; `scaled` turns them into plain numbers.
SCALE = {
    "百": 1e2,
    "千": 1e3,
    "万": 1e4,
    "百万": 1e6,
    "千万": 1e7,
    "亿": 1e8,
    "万亿": 1e12,
    "千亿": 1e11,
}
NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
# Count words and measures that official statistics use; the longest is tried first.
UNITS = (
    "个百分点 % ％ 美元 元 斤 公斤 吨 标准煤 公里 千米 米 平方公里 平方米 立方米 亩 公顷 千瓦 "
    "微克/立方米 人次 人 户 家 个 所 套 座 张 台 辆 条 项 件 名 处 天 位 倍 次 株 架 支 场 对 门 期 "
    "种 栋 班 床 例 起 片 只 头 幅 部 款 批 类 岁 小时 分钟"
).split()  # noqa: SIM905
UNIT = "|".join(map(re.escape, sorted(UNITS, key=len, reverse=True)))
MULTIPLIER = "万亿|千亿|百万|千万|亿|万|千|百"
# 8%-8.5%, 3万—5万, 240户以上; a number followed by 年月日时 is a date, not a quantity.
QUANTITY = re.compile(
    rf"(?<![\d.A-Za-z“+×])(?P<value>{NUMBER})(?:(?P<multi1>{MULTIPLIER})?(?:{UNIT})?[-—~～至]"
    rf"(?P<high>{NUMBER}))?(?P<multi>{MULTIPLIER})?余?多?(?P<unit>{UNIT})"
)
# What ends the reach of an indicator to its right.
STOP = re.compile(r"[。；;!！?？\n]")
# Characters between an indicator and its number; longer is another statement.
REACH = 30
GROWTH = re.compile(r"增长|增速|增幅|涨幅|上涨|递增|年均增|提高(?!到|至)|增加(?!值|到|至)")
FALL = re.compile(r"下降|降低|减少|降幅")
LEVEL = re.compile(
    r"达到?|突破|提高到|提升到|提升至|提高至|增加到|增加至|增至|降至|降到|实现|完成|稳定在|控制在|为"
)
TARGET = re.compile(r"力争|努力|目标|预期|确保|争取|要|将|以上|左右|计划")
RESULT = re.compile(r"同比|比上年|已|累计完成|预计|圆满|连续|由[“\d]|从[“\d]")
YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)年?(?:底|末)?")
# Plans by name and the last year of each; a plan covers five years.
PLANS = {"十五五": 2030, "十四五": 2025, "十三五": 2020, "十二五": 2015, "十一五": 2010}
PLAN = re.compile("|".join(PLANS))


@cache
def indicators() -> tuple[tuple[str, re.Pattern], ...]:
    """Names of the indicators with the patterns that find them, in the order of the table."""
    frame = pd.read_csv(paths.LEXICONS / "indicators.csv", dtype=str, keep_default_na=False)
    return tuple((row.indicator, re.compile(row.pattern)) for row in frame.itertuples())


def find(text: str) -> list[dict]:
    """
    Find quantities of known indicators in one paragraph.

    Parameters
    ----------
    text : str

    Returns
    -------
    list of dict
        `indicator`, `value`, `value_high` (of a range, else None), `unit` (with its multiplier, as
        written), `measure` (level, growth or change; a fall is a negative growth), `start`, `end`.

    Examples
    --------
    >>> [(q["indicator"], q["value"], q["unit"], q["measure"]) for q in
    ...  find("地区生产总值增长8%-8.5%,城镇新增就业8.5万人。")]
    [('地区生产总值', 8.0, '%', 'growth'), ('城镇新增就业', 8.5, '万人', 'level')]
    """
    names = _mentions(text)
    found = []
    previous_end = 0
    for match in QUANTITY.finditer(text):
        name = _owner(text, names, match.start(), previous_end)
        if name:
            found.append(_quantity(text, match, *name))
        previous_end = match.end()
    return found


def _mentions(text: str) -> list[tuple[int, int, str]]:
    """Places of indicators, left to right; of two at one place the longer counts."""
    spans = [
        (m.start(), m.end(), name) for name, regex in indicators() for m in regex.finditer(text)
    ]
    spans.sort(key=lambda span: (span[0], -span[1]))
    kept: list[tuple[int, int, str]] = []
    for span in spans:
        if not kept or span[0] >= kept[-1][1]:
            kept.append(span)
    return kept


def _owner(text: str, names: list, start: int, previous_end: int) -> tuple[str, int] | None:
    """Indicator that a number at `start` belongs to: the last one before it that still reaches."""
    before = [name for name in names if name[1] <= start]
    if not before:
        return None
    _, end, name = before[-1]
    between = text[end:start]
    if STOP.search(between):
        return None
    # Between may stand an earlier number of the same indicator: 达到4153亿元,增长2.6%.
    reach = REACH if previous_end <= end else 2 * REACH
    if len(between) > reach or (previous_end > end and not _continues(text[previous_end:start])):
        return None
    return name, end


def _continues(gap: str) -> bool:
    """Whether words after one number carry its indicator on to the next."""
    return bool(re.fullmatch(
        r"(?:左右|以上|以内)?[,，、]?(?:同比|比上年|年均|由|从|分别|总量)?(?:仅|约|增长到|提高到|提升到|增长|下降|上升|提高|"
        r"降低|增加|增至|降至|到|和|的[^,，]{0,4}|亿?元?增长到)?(?:\d{4} ?年的)?(?:至|到)?(?:\d{4} ?年的?)?", gap
    ))  # fmt: skip


def _quantity(text: str, match: re.Match, name: str, name_end: int) -> dict:
    between = text[name_end : match.start()]
    unit = (match["multi"] or "") + match["unit"].replace("％", "%")
    value, high = (
        float(v.replace(",", "")) if v else None for v in (match["value"], match["high"])
    )
    measure = _measure(between, unit)
    if measure != "level" and FALL.search(between):
        value, high = -value, -high if high else None
    return {"indicator": name, "value": value, "value_high": high, "unit": unit,
            "measure": measure, "start": match.start(), "end": match.end()}  # fmt: skip


def _measure(between: str, unit: str) -> str:
    if unit == "个百分点":
        return "change"
    verbs = [(m.start(), kind) for kind, regex in (("growth", GROWTH), ("growth", FALL), ("level", LEVEL))
             for m in regex.finditer(between)]  # fmt: skip
    return max(verbs)[1] if unit == "%" and verbs else "level"


def table(corpus) -> pd.DataFrame:
    """
    List every quantity of a known indicator in a corpus with status, year and place.

    *Status*: `result` in sections of review, `target` in sections of guiding and tasks; elsewhere,
    and where the clause says otherwise (同比, 预计, 力争 …), by its words. *Year*: the last year or
    plan named before the number in its sentence, else in its paragraph's beginning or its
    section's title; else the year under review (results) or of the report (targets).
    `year_basis` says which.

    Parameters
    ----------
    corpus : corpus.Corpus

    Returns
    -------
    DataFrame
        Columns of `COLUMNS`: values as written in `unit`; `start`, `end` are offsets in the
        report's restored text, `quote` is the clause around; by report and place.
    """
    rows = []
    for report in corpus.reports:
        text = report.text
        for row in report.paragraphs.itertuples():
            body = text[row.start : row.end]
            for q in find(body):
                status = _status(body, q, row.function)
                year, basis = _year(body[: q["start"]], row.section_title, status, report.year)
                rows.append({
                    **q, "report": report.id, "paragraph": row.paragraph, "function": row.function,
                    "status": status, "year": year, "year_basis": basis, "start": row.start + q["start"],
                    "end": row.start + q["end"], "quote": _clause(body, q),
                })  # fmt: skip
    frame = pd.DataFrame(rows, columns=COLUMNS)
    return frame.astype({"year": "Int64"})


def _clause(body: str, q: dict) -> str:
    left = max((m.end() for m in STOP.finditer(body, 0, q["start"])), default=0)
    stop = STOP.search(body, q["end"])
    return body[
        max(left, q["start"] - 40) : min(stop.start() if stop else len(body), q["end"] + 12)
    ]


def _status(body: str, q: dict, function: str) -> str:
    if function == "review":
        return "result"
    left = max((m.end() for m in STOP.finditer(body, 0, q["start"])), default=0)
    clause = re.split(r"[,，]", body[left : q["start"]])[-1] + body[q["end"] : q["end"] + 3]
    if RESULT.search(clause) and not TARGET.search(clause):
        return "result"
    if function in ("guiding", "tasks", "self-government") or TARGET.search(clause):
        return "target"
    return "unknown"


def _year(before: str, title: str, status: str, report_year: int) -> tuple[int, str]:
    sentence = STOP.split(before)[-1]
    for part, basis in ((sentence, "sentence"), (before, "paragraph"), (title, "section")):
        if (year := _named_year(part, report_year)) is not None:
            return year, basis
    return (report_year - 1, "review") if status == "result" else (report_year, "report")


def _named_year(part: str, report_year: int) -> int | None:
    named = [(m.start(), int(m[1])) for m in YEAR.finditer(part)]
    named += [(m.start(), PLANS[m[0]]) for m in PLAN.finditer(part)]
    named += [(m.start(), report_year) for m in re.finditer("今年|本年", part)]
    named += [(m.start(), report_year - 1) for m in re.finditer("去年|上年", part)]
    return max(named)[1] if named else None


def scaled(frame: pd.DataFrame) -> pd.Series:
    """Values in plain units: 4153.25 亿元 is 415325000000.0 元."""
    multiplier = frame["unit"].str.extract(f"^({MULTIPLIER})", expand=False).map(SCALE).fillna(1.0)
    return frame["value"] * multiplier


def promises(frame: pd.DataFrame) -> pd.DataFrame:
    """Targets and results of each indicator side by side, one row per indicator, measure and year."""
    shown = frame.assign(text=[_written(row) for row in frame.itertuples()])
    keys = ["indicator", "measure", "year", "status", "report"]
    cells = shown.groupby(keys, sort=True)["text"].agg(lambda s: "; ".join(dict.fromkeys(s)))
    return cells.unstack("status").reset_index()


def _written(row) -> str:
    high = f"–{row.value_high:g}" if pd.notna(row.value_high) else ""
    return f"{row.value:g}{high}{row.unit}"
