"""
Quantities with their indicator, unit, status (target or result) and year, each with its place.

A report's numbers are text too: what was promised and what was reached, side by side.
"""

import re
from collections.abc import Sequence
from functools import cache

import pandas as pd

from analysis import paths
from analysis.quantities import targets

COLUMNS = [
    "report", "paragraph", "function", "indicator", "value", "value_high", "unit", "measure",
    "average", "status", "period", "year", "year_basis", "start", "end", "quote",
]  # fmt: skip

# Multipliers are part of the unit as written.
SCALE = {"百": 1e2, "千": 1e3, "万": 1e4, "百万": 1e6, "千万": 1e7, "亿": 1e8, "千亿": 1e11,
         "万亿": 1e12}  # fmt: skip
# Older reports print ７．３％ and 19·5％; each sign is replaced by one, so that offsets stay.
PLAIN = str.maketrans("０１２３４５６７８９．·％－", "0123456789..%-")
NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
# Count words and measures that official statistics use; the longest is tried first.
UNIT_WORDS = (
    "个百分点|%|％|美元|元|斤|公斤|吨|标准煤|公里|千米|米|平方公里|平方米|立方米|亩|公顷|千瓦|"
    "微克/立方米|人次|人|户|家|个|所|套|座|张|台|辆|条|项|件|名|处|天|位|倍|次|株|架|支|场|对|门|期|"
    "种|栋|班|床|例|起|片|只|头|幅|部|款|批|类|岁|小时|分钟"
)
UNIT = "|".join(sorted(UNIT_WORDS.split("|"), key=len, reverse=True))
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
GROWTH = re.compile(r"(?:增长|提高|增加)(?!到|至|值)|增速|增幅|涨幅|上涨|递增|年均增")
FALL = re.compile(r"(?:下降|降低|减少)(?!到|至)|降幅")
LEVEL = re.compile(r"达到?|突破|迈[上过]|(?:增长|提高|提升|增加|下降|降低|减少|增|降)[到至]|实现|完成|稳定在|控制在|为")
TARGET = re.compile(r"力争|努力|目标|预期|确保|争取|要|将|以上|左右|计划")
RESULT = re.compile(r"同比|比上年|已|累计完成|预计|圆满|连续|由[“\d]|从[“\d]")
# A share of the whole, or a place in a ranking, is no value of the indicator.
OTHER = re.compile(r"占|比重|比例|之比|贡献|排名|排位|位次|位居|居第")
# Before an indicator that is only what something else is a share of: 占全省地区生产总值…4%.
WHOLE = re.compile(r"(?:占|相当于)[到了]?(?:全[国省市县区]|我[国省市县区]|当年|同期)?的?$")
YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)年?(?:底|末)?")
# Before an indicator: what is counted comes on top, it is no stock: 新增高新技术企业90家.
ADDED = re.compile(r"(?:新增|净增|新认定|新培育|新登记|新设)(?:国家级?|省级|市级|各类|的)*$")
# Given as one number for several years, whatever it is.
SUMMED = re.compile("累计|共计|总计|合计")
PART = re.compile(r"前[一二三]季度|[一二三四]季度|[上下]半年|前\d{1,2}个月|1[-—~至]\d{1,2}月")
# Plans by name and the last year of each; a plan covers five years.
PLANS = {"十五五": 2030, "十四五": 2025, "十三五": 2020, "十二五": 2015, "十一五": 2010}
PLAN = re.compile("|".join(PLANS))
# Where a value came from: 从2015年的, 由“十二五”末第.
ORIGIN = re.compile(r"[从由]“?$")
# Titles that name the span instead of a year.
AHEAD, BACK = re.compile("[今未][后来]五年"), re.compile("过去五年")


# What is scored at a place that is read with the right indicator.
FIELDS = ("value", "unit", "measure", "status", "year")


@cache
def indicators() -> tuple[tuple[str, re.Pattern], ...]:
    """Names of the indicators with the patterns that find them, in the order of the table."""
    return tuple((row.indicator, re.compile(row.pattern)) for row in _listed().itertuples())


@cache
def _listed() -> pd.DataFrame:
    return pd.read_csv(paths.LEXICONS / "indicators.csv", dtype=str, keep_default_na=False)


@cache
def _units() -> dict[str, re.Pattern]:
    """What each indicator is counted in: 地区生产总值在15个城市 is none of it."""
    return {row.indicator: re.compile(f"(?:{MULTIPLIER})?(?:{row.unit})") for row in _listed().itertuples()}


@cache
def _adds() -> set[str]:
    """Indicators whose years are added up: jobs, school places; of a stock the last year's is given."""
    return {row.indicator for row in _listed().itertuples() if row.adds == "1"}


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
        written), `measure` (level, growth or change; a fall is a negative growth), `average` (per
        year of a period: 年均), `start`, `end`.

    Examples
    --------
    >>> [(q["indicator"], q["value"], q["unit"], q["measure"]) for q in
    ...  find("地区生产总值增长8%-8.5%,城镇新增就业8.5万人。")]
    [('地区生产总值', 8.0, '%', 'growth'), ('城镇新增就业', 8.5, '万人', 'level')]
    """
    text = text.translate(PLAIN)
    names, found = _mentions(text), []
    values = [*QUANTITY.finditer(text)]
    placed = _by_position(text, names, values)
    previous_end, owned = 0, False
    for match in values:
        name = placed.get(match.start(), ()) or _owner(text, names, match.start(), previous_end, owned)
        if match.start() in placed and not placed[match.start()]:
            name = None
        if name and _units()[name[0]].fullmatch((match["multi"] or "") + match["unit"].replace("％", "%")):
            found.append(_quantity(text, match, *name))
        previous_end, owned = match.end(), bool(name)
    return found


def _mentions(text: str) -> list[tuple[int, int, str]]:
    """Places of indicators, left to right; of two at one place the longer counts."""
    spans = [(m.start(), m.end(), name) for name, regex in indicators() for m in regex.finditer(text)]
    spans.sort(key=lambda span: (span[0], -span[1]))
    kept: list[tuple[int, int, str]] = []
    for span in spans:
        if not kept or span[0] >= kept[-1][1]:
            kept.append(span)
    return kept


def _by_position(text: str, names: list, values: list[re.Match]) -> dict[int, tuple[str, int] | None]:
    """Owners of values after 分别, as many as the list before it has items: 甲总收入、乙收入分别增长7%和8%."""
    found = {}
    for mark in re.finditer("分别|依次", text):
        run = [value for value in values if value.start() >= mark.end()][:1]
        if not run or run[0].start() - mark.end() > 12:
            continue
        for value in values[values.index(run[0]) + 1 :]:
            if not re.fullmatch("(?:左右|以上|以内)?[、，,和与及]", text[run[-1].end() : value.start()]):
                break
            run.append(value)
        listed = mark.start() - len(re.split("[，,；;：:。]", text[: mark.start()])[-1])
        breaks = [listed + one.start() for one in re.finditer("[、和及与]", text[listed : mark.start()])]
        share = OTHER.search(text, listed, run[0].start())
        if share or len(run) < 2 or len(run) != len(breaks) + 1:
            continue
        for k, value in enumerate(run):
            within = [
                name for name in names if listed <= name[0] < mark.start() and sum(b < name[1] for b in breaks) == k
            ]
            found[value.start()] = (within[-1][2], within[-1][1]) if within else None
    return found


def _owner(text: str, names: list, start: int, previous_end: int, owned: bool) -> tuple[str, int] | None:
    """Indicator that a number at `start` belongs to: the last one before it that still reaches."""
    before = [name for name in names if name[1] <= start]
    if not before:
        return None
    begin, end, name = before[-1]
    between = text[end:start]
    # 2835个老旧小区、975条街巷: the name belongs to the number before it.
    if _another(text, begin, between):
        return None
    taken = between.startswith("、") and 0 <= begin - previous_end <= 2 and previous_end
    share = OTHER.search(between) or WHOLE.search(text, max(0, begin - 9), begin)
    if taken or STOP.search(between) or share:
        return None
    # Between may stand an earlier number of the same indicator: 达到4153亿元,增长2.6%.
    if previous_end <= end:
        return (name, end) if len(between) <= REACH else None
    goes_on = owned and len(between) <= 2 * REACH and _continues(text[previous_end:start])
    return (name, end) if goes_on else None


def _another(text: str, begin: int, between: str) -> bool:
    """Whether the number is of something else: 进出口持平，实际使用外资增长3%; or of another place: 对东盟进出口."""
    return targets.jumps(between) or bool(targets.ELSEWHERE.search(re.split("[。；;\n]", text[:begin])[-1]))


def _continues(gap: str) -> bool:
    """
    Whether words after one number carry its indicator on to the next.

    >>> [_continues(gap) for gap in (",同比增长", "和", "增长到2020年的", "总量迈上", ",")]
    [True, True, True, True, False]
    """
    return gap not in ",，" and bool(re.fullmatch(
        r"(?:左右|以上|以内)?[,，、]?(?:同比|比上年|年均|由|从|分别|总量)?"
        r"(?:仅|约|迈上|[增提][长高升]到|增加到|增长|下降|上升|提高|降低|增加|增至|降至|达到?|突破|到|和|的[^,，]{0,4})?"
        r"(?:\d{4} ?年的)?(?:至|到)?(?:\d{4} ?年的?)?", gap
    ))  # fmt: skip


def _quantity(text: str, match: re.Match, name: str, name_end: int) -> dict:
    between = text[name_end : match.start()]
    unit = (match["multi"] or "") + match["unit"].replace("％", "%")
    value, high = (float(v.replace(",", "")) if v else None for v in (match["value"], match["high"]))
    # 8000—1万人, 5千至1万人: the lower end has a multiplier of its own, or none.
    if high is not None and match["multi"] and (match["multi1"] or value > high):
        value *= SCALE.get(match["multi1"], 1.0) / SCALE[match["multi"]]
    # 居民消费价格涨幅: the verb can stand within the name.
    measure = _measure(text[max(0, name_end - 2) : match.start()], unit)
    name_start = max((m.start() for m in dict(indicators())[name].finditer(text, 0, name_end)), default=0)
    added = ADDED.search(text, max(0, name_start - 12), name_start) or re.search("[新净]增加?$", between)
    if measure == "level" and name not in _adds() and added:
        measure = "change"
    if measure != "level" and FALL.search(between):
        value, high = -value, -high if high else None
    return {"indicator": name, "value": value, "value_high": high, "unit": unit,
            "measure": measure, "average": "年均" in between and (measure != "level" or not re.search(r"\d", between)),
            "start": match.start(), "end": match.end()}  # fmt: skip


def _measure(words: str, unit: str) -> str:
    """Level, growth (in % or times) or change (in the unit), by the last verb; 涨幅 rules."""
    kinds = (("moves", GROWTH), ("moves", FALL), ("level", LEVEL))
    verbs = [(m.start(), kind) for kind, regex in kinds for m in regex.finditer(words)]
    moves = unit == "个百分点" or "幅" in words or (verbs and max(verbs)[1] == "moves")
    if not moves:
        return "level"
    return "growth" if unit in ("%", "倍") else "change"


def table(corpus) -> pd.DataFrame:
    """
    List every quantity of a known indicator in a corpus with status, year and place.

    *Status*: `result` in sections of review, `target` in sections of guiding and tasks; elsewhere,
    and where the clause says otherwise (同比, 预计, 力争 …), by its words. *Year*: the last year or
    plan named before the number in its sentence (从2015年 only for the number that follows it);
    else in the title of its section or of one above; else the end of the span that the catalogue
    gives: of what is reviewed for results; for targets of what is planned, in a work report the
    report's own year. `year_basis` says which. *Period*: `plan` where the figure is of several years, by
    its heading or sentence (五年来, 未来五年, “十四五”期间, 年均); `part` of less than one (前三季度), `before`
    where the span began (由1348家); else `year`.

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
        spans, titles = _spans(corpus.catalogue.loc[report.id]), _titles(report.sections)
        plans = targets.plans(report.text, report.paragraphs, report.sections, spans["year"])
        for row in report.paragraphs.itertuples():
            body = report.text[row.start : row.end].translate(PLAIN)
            for q in find(body):
                status = _status(body, q, row.function)
                year, basis = _year(body[: q["start"]], titles[row.section], status, spans)
                place = {"start": row.start + q["start"], "end": row.start + q["end"]}
                rows.append({
                    **q, **place, "report": report.id, "paragraph": row.paragraph,
                    "function": row.function, "status": status, "year": year, "year_basis": basis,
                    "period": _period(body, q, plans.get(row.paragraph, [])),
                    "quote": _clause(body, q),
                })  # fmt: skip
    frame = pd.DataFrame(rows, columns=COLUMNS)
    return frame.astype({"year": "Int64"})


def _period(body: str, q: dict, plans: list[tuple[int, bool]]) -> str:
    """Whether a quantity is of several years (plan), one or a part of it; a stock is of the year that reaches it."""
    several = [plan for at, plan in plans if at <= q["start"]][-1:] == [True]
    before = re.split(r"[。；;!！?？\n]", body[: q["start"]])[-1]
    summed = q["measure"] != "level" or q["indicator"] in _adds() or SUMMED.search(before[-12:])
    if q["average"] or (several and summed):
        return "plan"
    return "before" if before.endswith(("由", "从")) else "part" if PART.search(before) else "year"


def _clause(body: str, q: dict) -> str:
    left = max((m.end() for m in STOP.finditer(body, 0, q["start"])), default=0)
    stop = STOP.search(body, q["end"])
    return body[max(left, q["start"] - 40) : min(stop.start() if stop else len(body), q["end"] + 12)]


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


def _spans(row: pd.Series) -> dict[str, int]:
    """Year of the report, and the years at which its review and its plans end."""
    year = int(row["year"])
    ends = {name: re.findall(r"\d{4}", str(row.get(name, ""))) for name in ("reviews", "plans")}
    back = int(ends["reviews"][-1]) if ends["reviews"] else year - 1
    ahead = int(ends["plans"][-1]) if ends["plans"] else year
    work = row.get("genre", "work-report") == "work-report"
    # 今后五年 begins with the year that the report plans.
    ahead = year + 4 if work and ahead == year else ahead
    return {"year": year, "result": back, "ahead": ahead, "target": year if work else ahead}


def _titles(sections: pd.DataFrame) -> dict[int, list[str]]:
    """Titles that hold for each section: its own first, then those above."""
    titles: dict[int, list[str]] = {-1: []}
    for row in sections.to_dict("records"):
        titles[row["section"]] = [row["title"], *titles[row.get("parent", -1)]]
    return titles


def _year(before: str, titles: list[str], status: str, spans: dict) -> tuple[int, str]:
    # A semicolon does not end what 今年主要预期目标是 opens.
    sentence = re.split(r"[。!！?？\n]", before)[-1]
    if (year := _named_year(sentence, spans)) is not None:
        return year, "sentence"
    for title in titles:
        if (year := _named_year(title, spans)) is not None:
            return year, "section"
    return spans.get(status, spans["year"]), "review" if status == "result" else "report"


def _named_year(part: str, spans: dict) -> int | None:
    named = [(m, int(m[1])) for m in YEAR.finditer(part)]
    named += [(m, PLANS[m[0]]) for m in PLAN.finditer(part)]
    for regex, year in (("今年|本年", spans["year"]), ("去年|上年", spans["year"] - 1),
                        (AHEAD, spans["ahead"]), (BACK, spans["result"])):  # fmt: skip
        named += [(m, year) for m in re.finditer(regex, part)]
    valid = [
        (m.start(), year) for m, year in named
        if not (ORIGIN.search(part[: m.start()]) and QUANTITY.search(part[m.end() :]))
    ]  # fmt: skip
    return max(valid)[1] if valid else None


def side_by_side(found: pd.DataFrame, indicators: Sequence[str]) -> pd.DataFrame:
    """
    Lay out targets and results of some indicators, by indicator as given, measure and year.

    Parameters
    ----------
    found : DataFrame
        What `table` gives.
    indicators : sequence of str

    Returns
    -------
    DataFrame
        `indicator`, `measure`, `year`, `report`, `target`, `result`; empty if none is found.
    """
    columns = ["indicator", "measure", "year", "report"]
    rows = found[found["indicator"].isin(indicators) & (found["status"] != "unknown")]
    if rows.empty:
        return pd.DataFrame()
    rows = rows.assign(text=[_written(row) for row in rows.itertuples()])
    cells = rows.groupby([*columns, "status"], sort=True)["text"].agg(lambda texts: "; ".join(dict.fromkeys(texts)))
    wide = cells.reset_index().pivot_table("text", columns, "status", aggfunc="first")
    wide = wide.reindex(columns=["target", "result"]).reset_index().rename_axis(columns=None)
    place = {name: k for k, name in enumerate(indicators)}
    order = wide.assign(at=wide["indicator"].map(place)).sort_values(["at", *columns[1:]], kind="stable")
    return order.drop(columns="at").fillna("–").reset_index(drop=True)


def _written(row) -> str:
    high = f"–{row.value_high:g}" if pd.notna(row.value_high) else ""
    return f"{'年均' if row.average else ''}{row.value:g}{high}{row.unit}"


def growth(found: pd.DataFrame, catalogue: pd.DataFrame, indicators) -> pd.DataFrame:
    """
    List growth rates of single years in per cent with level of government, for drawing.

    Returns
    -------
    DataFrame
        `indicator`, `year`, `status`, `value`, `value_high`, `level`, `report`.
    """
    rows = found[(found["measure"] == "growth") & (found["unit"] == "%")]
    rows = rows[rows["indicator"].isin(indicators) & (rows["status"] != "unknown")]
    rows = rows[rows["period"] == "year"]
    columns = ["indicator", "year", "status", "value", "value_high", "level", "report"]
    rows = rows.assign(level=rows["report"].map(catalogue["level"]))
    place = {name: k for k, name in enumerate(indicators)}
    rows = rows.assign(at=rows["indicator"].map(place)).sort_values(["at", "year", "report"])
    return rows[columns].reset_index(drop=True)



def kept(found: pd.DataFrame, catalogue: pd.DataFrame) -> pd.DataFrame:
    """
    Match a target of one report with the result that a later one of the same issuer and genre gives for it.

    A report without an issuer counts as its place's; without a place, too, it meets no other. Of several
    values of one report the first stands; a figure of several years meets no yearly one.

    Returns
    -------
    DataFrame
        `indicator`, `measure`, `average` (per year of a period), `period` (year or plan), `year`, `unit`,
        `issuer`, `genre`, `target`, `set_by`, `result`, `told_by`; by indicator, year and issuer.
    """
    whose = catalogue["issuer"].where(catalogue["issuer"] != "", catalogue["place"])
    keys = ["indicator", "measure", "average", "period", "year", "unit", "issuer", "genre"]
    rows = found.assign(issuer=found["report"].map(whose), genre=found["report"].map(catalogue["genre"]))
    rows = rows.assign(issued=rows["report"].map(catalogue["year"]))[rows["issuer"].fillna("") != ""]
    rows = rows.sort_values(["report", "start"]).drop_duplicates([*keys, "status", "report"])
    sides = [rows[rows["status"] == status][[*keys, "value", "report", "issued"]]
             for status in ("target", "result")]  # fmt: skip
    both = sides[0].merge(sides[1], on=keys, suffixes=("_target", "_result"))
    both = both[both["issued_target"] < both["issued_result"]]
    names = {"value_target": "target", "report_target": "set_by", "value_result": "result",
             "report_result": "told_by"}  # fmt: skip
    table = both.rename(columns=names)[[*keys, *names.values()]]
    return table.sort_values(["indicator", "year", "issuer", "measure", "set_by", "told_by"], ignore_index=True)



def gold() -> pd.DataFrame:
    """
    Read the labelled places.

    Returns
    -------
    DataFrame
        `report`, `raw_start`, `raw_end` (offsets in the raw text, so that they outlive changes of
        the restoration), `written`, `indicator` (empty: of no listed indicator), `value`,
        `value_high`, `unit`, `measure`, `status`, `year` (empty: the text does not say),
        `context`.
    """
    return pd.read_csv(paths.GOLD / "quantities.csv", dtype={"year": "Int64"}, keep_default_na=True)



def compare(corpus, found: pd.DataFrame | None = None) -> pd.DataFrame:
    """
    Put what is read at each labelled place beside its label.

    Parameters
    ----------
    corpus : Corpus
        Holds the reports of the gold file; labels of others are left out.
    found : DataFrame, optional
        What `quantities.table` gives for it.

    Returns
    -------
    DataFrame
        The gold columns, and `read_…` for indicator, value, unit, measure, status and year.
    """
    labels = gold()
    labels = labels[labels["report"].isin([report.id for report in corpus.reports])]
    found = table(corpus) if found is None else found
    ends = [corpus[row.report].ledger.to_raw(row.start, row.end)[1] for row in found.itertuples()]
    read = found[["report", "indicator", *FIELDS]].add_prefix("read_").assign(raw_end=ends)
    read = read.rename(columns={"read_report": "report"}).drop_duplicates(["report", "raw_end"])
    return labels.merge(read, on=["report", "raw_end"], how="left")



def score(compared: pd.DataFrame) -> pd.DataFrame:
    """
    Precision and recall of places with their indicator, and accuracy of each field among them.

    Returns
    -------
    DataFrame
        `measure` (precision, recall, value, unit, measure, status, year), `right`, `of`, `share`,
        `low`, `high` (Wilson 95%).
    """
    said, true = compared["read_indicator"].notna(), compared["indicator"].notna()
    both = compared[compared["read_indicator"] == compared["indicator"]]
    rows = [("precision", len(both), said.sum()), ("recall", len(both), true.sum())]
    for field in FIELDS:
        known = both[both[field].notna()]
        rows.append((field, (known[field] == known[f"read_{field}"]).sum(), len(known)))
    table = pd.DataFrame(rows, columns=["measure", "right", "of"])
    table["share"] = table["right"] / table["of"]
    bounds = [_wilson(row.right, row.of) for row in table.itertuples()]
    return table.assign(low=[b[0] for b in bounds], high=[b[1] for b in bounds])



def _wilson(right: int, n: int) -> tuple[float, float]:
    """
    Bound a share (Wilson 1927).

    >>> [round(limit, 2) for limit in _wilson(9, 10)]
    [0.6, 0.98]
    """
    from scipy.stats import binomtest

    if not n:
        return 0.0, 1.0
    found = binomtest(int(right), int(n)).proportion_ci(method="wilson")
    return float(found.low), float(found.high)



def trust(compared: pd.DataFrame) -> pd.DataFrame:
    """Scores of development and held-out places, one row a measure; empty without labels."""
    if compared.empty:
        return pd.DataFrame()
    parts = []
    for split, rows in compared.groupby("split"):
        table = score(rows)
        text = [f"{row.share:.2f} [{row.low:.2f}, {row.high:.2f}] ({row.right} of {row.of})"
                for row in table.itertuples()]  # fmt: skip
        parts.append(pd.Series(text, table["measure"], name=split))
    return pd.concat(parts, axis=1).reset_index()
