"""The order of tasks: what a report lists as the work of its year, first to last."""

import re

import pandas as pd

from analysis.structure import headings

COLUMNS = ["order", "section", "number", "title", "function", "start", "end", "chars"]
# Fewer are no list; reports name five to twelve tasks.
_FEWEST = 3
_DOES = ("tasks", "self-government")
_PLAN = re.compile(r"五年|十[一二三四五六]五|20\d\d年远景")


def tasks(sections: pd.DataFrame, paragraphs: pd.DataFrame | None = None, text: str = "") -> pd.DataFrame:
    """
    List the tasks of the planned year in the order in which a report sets them.

    They are the numbered (or, without numbers, titled) parts on the level on which the work is laid out: the
    sections of the last chapter that has at least three of them, or the chapters themselves. A part on
    the government's own building is a task where it stands in the same list.

    Parameters
    ----------
    sections : DataFrame
        Of one report, as `structure.parse` gives them.
    paragraphs : DataFrame, optional
        Of the same report, with its `text`: then a list of points (一是…, or paragraphs that begin with a
        sentence in bold type) counts where no sections lay the work of the year out.

    Returns
    -------
    DataFrame
        `order` (1, 2, …), `section`, `number`, `title`, `function`, `start`, `end`, `chars` (with
        subsections), in order; empty where the work is not laid out in parts.

    Examples
    --------
    >>> from analysis import structure
    >>> text = "一、今年重点工作\\n（一）扩大内需。增加消费。\\n（二）深化改革。激发活力。\\n（三）扩大开放。稳定外贸。"
    >>> tasks(structure.parse(text).sections).title.tolist()
    ['扩大内需', '深化改革', '扩大开放']
    """
    rows = sections[sections["function"].isin(_DOES)]
    groups = [_group(sections, part) for _, part in rows.groupby("parent", sort=False)]
    groups = [group for group in groups if len(group) >= _FEWEST]
    chosen = max(groups, key=lambda group: _rank(sections, group)) if groups else sections.iloc[:0]
    if paragraphs is not None and (not groups or not all(_rank(sections, chosen)[:2])):
        points = _points(sections, paragraphs, text)
        chosen = points if len(points) >= _FEWEST else chosen
    if chosen.empty:
        return pd.DataFrame(columns=COLUMNS)
    table = chosen.assign(order=range(1, len(chosen) + 1), chars=chosen["end"] - chosen["start"])
    return table[COLUMNS].reset_index(drop=True)


def _points(sections: pd.DataFrame, paragraphs: pd.DataFrame, text: str) -> pd.DataFrame:
    """The last run of paragraphs that each begin with a point, as rows like those of sections."""
    runs: list[list] = [[]]
    for row in paragraphs[paragraphs["function"].isin(_DOES)].itertuples():
        body = text[row.start : row.end]
        lead = re.match(
            r"\s*(?:\*\*([^*]{4,60}?)[。：:]?\*\*|(?:[一二三四五六七八九十]{1,3}是|第[一二三四五六七八九十]{1,3}[，、,])([^。；，]{2,40}))",
            body,
        )
        first = re.match(r"\W*(?:一是|第一[，、,]|[(（]?一[)）、])", body)
        if runs[-1] and (
            first or row.paragraph > runs[-1][-1][0].paragraph + 3 or row.section_title != runs[-1][-1][0].section_title
        ):
            runs.append([])
        if lead:
            runs[-1].append((row, next(filter(None, lead.groups())), row.point))
        elif runs[-1] and len(body) > 12:
            runs.append([])
    run = next((run for run in reversed(runs) if len(run) > _FEWEST), [])
    return pd.DataFrame(
        [
            {
                "section": row.section,
                "number": point,
                "title": title,
                "function": row.function,
                "start": row.start,
                "end": row.end,
            }
            for row, title, point in run
        ]
    )


def _group(sections: pd.DataFrame, part: pd.DataFrame) -> pd.DataFrame:
    """The members of one list: numbered ones if most are, without parts that open no heading."""
    part = part[~part["title"].str.startswith("〔")]
    numbered = part[part["number"] != ""]
    part = numbered if len(numbered) >= _FEWEST else part
    above = part["parent"].iloc[0] if len(part) else -1
    if above >= 0 and len(numbered) >= _FEWEST:
        # A list is of one kind: an item between others, or before them, is a task like them.
        every = sections[(sections["parent"] == above) & (sections["number"] != "")]
        part = every[every["function"] != "review"] if len(every) < 2 * len(part) else part
    if part["parent"].max() == -1 and len(part):
        # A chapter that announces the work and has it below is no task itself.
        below = sections[sections["parent"].isin(part["section"]) & (sections["number"] != "")]
        sizes = below.groupby("parent").size()
        wide = sizes[sizes >= _FEWEST].index
        named = part["title"].str.contains("工作|任务|安排|建议|措施|部署")
        part = part[~(part["section"].isin(wide) & named)]
    return part


def _rank(sections: pd.DataFrame, group: pd.DataFrame) -> tuple:
    """Of several lists: of the year rather than of a plan, higher rather than lower, later."""
    titles, numbers, at = [], [], group["parent"].iloc[0]
    by_number = sections.set_index("section")
    while at >= 0:
        titles.append(by_number.loc[at, "title"])
        numbers.append(by_number.loc[at, "number"])
        at = by_number.loc[at, "parent"]
    plan = any(_PLAN.search(title) and not re.search(r"(?<!\d)20\d\d年(?!远景)|今年|当前", title) for title in titles)
    level = sum(bool(number) for number in numbers)
    work = group["function"].eq("tasks").mean() >= 0.5
    named = any("tasks" in headings.named(title) for title in titles)
    return work, not plan, len(group) > 3, -level, len(group) > 4 or named, group["start"].iloc[0]
