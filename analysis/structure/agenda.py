"""The order of tasks: what a report lists as the work of its year, first to last, each with its policy domain."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache

import pandas as pd

from analysis import lexicons
from analysis.structure import headings

COLUMNS = ["order", "section", "number", "title", "function", "domain", "start", "end", "chars"]
# Fewer are no list; reports name five to twelve tasks.
_FEWEST = 3
# More are a list of terms explained, or of small projects.
_MOST = 20
_DOES = ("tasks", "self-government")
_PLAN = re.compile(r"五年|十[一二三四五六]五|[“\"][七八九十]五[”\"]|20\d\d年远景")
# A plan's name is not what a heading is about where it says which year of it this is, or names the year too.
_YEAR = re.compile(r"(?<!\d)20\d\d年(?!远景)|[今明]年|当前|开局|收官|起步|首年|第[一二三四五]年")
_LEAD = re.compile(
    r"\s*(?:\*\*(?P<bold>[^*]{4,60}?)[。：:]?\*\*"
    r"|(?P<number>[一二三四五六七八九十]{1,3}是|第[一二三四五六七八九十]{1,3}[，、,])(?P<title>[^。；，]{2,40}))"
)
# A list of the year's work is no much shorter than the longest of its lists (shares from 0.2 to 0.5 give the same).
_SHARE = 0.3
# Weight of a term of the heading, and of all those below it together; the first domain leads the second so many
# times. Of 150 tasks read by hand (those by which they were chosen) 134 then have a domain, 123 the right one.
_IN_HEADING, _BELOW, _LEADS = 12.0, 20.0, 1.5


def tasks(report) -> pd.DataFrame:
    """
    List the tasks of the planned year in the order in which a report sets them, each with its domain.

    They are the parts on the level on which the work of the year is laid out: the longest list of
    numbered headings, else headings without numbers under one heading, else points (一是…) or
    paragraphs that begin in bold type. A part on the government's own building is a task where it
    stands in the same list. To rank domains through the years (`plot.agenda`) take the first
    `order` of each domain of each report.

    Parameters
    ----------
    report : corpus.Report
        Or anything with `text`, and `sections` and `paragraphs` as `structure.parse` gives them.

    Returns
    -------
    DataFrame
        `order` (1, 2, …), `section`, `number`, `title`, `function`, `domain` (one of
        `topics.cards.DOMAINS`, or "unsure" where two are about as likely), `start`, `end` (offsets
        in the text, with subsections), `chars`; empty where the work is not laid out in parts.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> from analysis import structure
    >>> text = "一、今年重点工作\\n（一）扩大内需。增加消费。\\n（二）深化改革。激发活力。\\n（三）保护生态。治理污染。"
    >>> parsed = structure.parse(text)
    >>> report = SimpleNamespace(text=text, sections=parsed.sections, paragraphs=parsed.paragraphs)
    >>> tasks(report)[["title", "domain"]].to_numpy().tolist()
    [['扩大内需', 'economy'], ['深化改革', 'reform and opening'], ['保护生态', 'ecology']]
    """
    sections, text = report.sections.to_dict("records"), report.text
    chosen = _best(sections, [*_numbered(sections, text), *_titled(sections)])
    if not chosen or not all(_rank(sections, chosen)[:2]):
        chosen = _best(sections, [*_points(report.paragraphs, text)]) or chosen
    table = pd.DataFrame(chosen, columns=[name for name in COLUMNS if name not in ("order", "domain", "chars")])
    domains = [domain(row["title"], text[row["start"] : row["end"]]) for row in chosen]
    return table.assign(order=range(1, len(chosen) + 1), domain=domains, chars=table["end"] - table["start"])[COLUMNS]


def _best(sections: list[dict], lists: list[list[dict]]) -> list[dict]:
    """The list that lays the year out; lists in an annex or within one task are much shorter than it."""
    ranked = [(_rank(sections, rows), rows) for rows in lists if len(rows) >= _FEWEST]
    year = [(rank, rows) for rank, rows in ranked if all(rank[:2])] or ranked
    sizes = [sum(row["end"] - row["start"] for row in rows) for _, rows in year]
    wide = [one for one, size in zip(year, sizes, strict=True) if size >= _SHARE * max(sizes)]
    return max(wide, key=lambda one: one[0])[1] if wide else []


def _runs(rows: list[dict]) -> list[list[dict]]:
    """What is numbered in one way, 1, 2, …, whatever stands between; one number may be missing."""
    open_: dict[str, list] = {}
    runs = []
    for row in rows:
        form, n = _form(row["number"])
        fits = [run for run in open_.get(form, []) if run["last"] < n <= run["last"] + 2]
        if not fits or n == 1:
            fits = [{"last": 0, "rows": []}]
            runs += fits
            open_.setdefault(form, []).extend(fits)
        run = min(reversed(fits), key=lambda run: n - run["last"])
        run["last"] = n
        run["rows"].append(row)
        # What opened within this list ends with its item.
        del open_[form][open_[form].index(run) + 1 :]
    return [run["rows"] for run in runs]


def _form(number: str) -> tuple[str, int]:
    """The way of numbering, and the number: （二） is （N） 2."""
    found = re.search(r"[一二三四五六七八九十百○〇\d]+|[㈠-㈩①-⑳]", number)
    return (number.replace(found[0], "N"), headings.number(found[0])) if found else (number, 0)


def _numbered(sections: list[dict], text: str) -> Iterator[list[dict]]:
    """Lists of numbered headings."""
    for rows in _runs([row for row in sections if row["number"]]):
        does = [at for at, row in enumerate(rows) if row["function"] in _DOES]
        if does and (rows[0]["parent"] < 0 or 2 * len(does) <= len(rows)):
            # Chapters: from the first that is work to the last.
            rows = _without_announcements(sections, rows[does[0] : does[-1] + 1])
        if does and len(rows) >= _FEWEST:
            yield _completed(sections, rows, text)


def _without_announcements(sections: list[dict], rows: list[dict]) -> list[dict]:
    """Chapters without those whose title names the work of the year, and no field of it, and that have it below."""
    below = Counter(row["parent"] for row in sections if row["number"])
    return [
        row for row in rows
        if below[row["section"]] < _FEWEST
        or "tasks" not in headings.named(row["title"])
        or headings.imperative(row["title"])
    ]  # fmt: skip


def _completed(sections: list[dict], rows: list[dict], text: str) -> list[dict]:
    """Put in what a missing number stands for: a heading without one, or one that begins within a line."""
    made, last = [], 0
    for row in rows:
        n = _form(row["number"])[1]
        if n == last + 2:
            made += _missing(sections, made[-1] if made else None, row, text)
        made.append(row)
        last = n
    return made


def _missing(sections: list[dict], before: dict | None, after: dict, text: str) -> list[dict]:
    """The item between two of a list, or before the second."""
    low = before["start"] + 1 if before else 0
    plain = [row for row in sections if low <= row["start"] < after["start"] and not row["number"] and _titles(row)]
    if before and len(plain) == 1:
        return plain
    form, n = _form(after["number"])
    digits = re.search(r"\d", after["number"])
    number = form.replace("N", str(n - 1) if digits or n > 11 else "一二三四五六七八九十"[n - 2])
    at = text.rfind(number, low, after["start"])
    title = re.split("[。\n]", text[at + len(number) : after["start"]])[0]
    if at < 0 or text[:at].rstrip()[-1:] not in "：:。；" or not 2 < len(title) <= headings.LONGEST_HEADING:
        return []
    return [{**after, "number": number, "title": title, "start": at, "end": after["start"]}]


def _titles(row: dict) -> bool:
    """Whether a section has a heading of its own in the text."""
    return not row["title"].startswith("〔")


def _titled(sections: list[dict]) -> Iterator[list[dict]]:
    """Headings without numbers that stand under one heading."""
    by_parent: dict[int, list[dict]] = {}
    for row in sections:
        if row["function"] in _DOES and not row["number"] and _titles(row):
            by_parent.setdefault(row["parent"], []).append(row)
    for parent, rows in by_parent.items():
        yield _without_announcements(sections, rows) if parent < 0 else rows


def _points(paragraphs: pd.DataFrame, text: str) -> Iterator[list[dict]]:
    """Lists of paragraphs that begin with a point (一是, 第一，), or in bold type one after the other."""
    rows, bold = [], [[]]
    for row in paragraphs.to_dict("records"):
        if not (lead := _LEAD.match(text, row["start"], row["end"])):
            continue
        row |= {"number": lead["number"] or "", "title": lead["bold"] or lead["title"], "parent": row["section"]}
        last = bold[-1][-1] if bold[-1] else row
        if row["number"]:
            rows.append(row)
        elif row["paragraph"] <= last["paragraph"] + 2 and row["section_title"] == last["section_title"]:
            bold[-1].append(row)
        else:
            bold.append([row])
    for run in [*_runs(rows), *bold]:
        if len(run) > _FEWEST and 2 * sum(row["function"] in _DOES for row in run) > len(run):
            ends = [*(row["start"] for row in run[1:]), run[-1]["end"]]
            yield [{**row, "end": end} for row, end in zip(run, ends, strict=True)]


def _rank(sections: list[dict], rows: list[dict]) -> tuple:
    """Of several lists: of the year rather than of a plan, higher rather than lower, later."""
    above, at = [], rows[0]["parent"]
    while at >= 0:
        above.append(sections[at])
        at = sections[at]["parent"]
    titles = [row["title"] for row in above if _titles(row)]
    spans = [title for title in titles if _PLAN.search(title) or _YEAR.search(title)]
    plan = bool(spans) and not _YEAR.search(spans[0])
    level = sum(bool(row["number"]) for row in above)
    named = any("tasks" in headings.named(row["title"]) for row in above)
    work = 2 * sum(row["function"] == "tasks" for row in rows) >= len(rows) and len(rows) <= _MOST
    return work, not plan, len(rows) > 3, -level, len(rows) > 4 or named, rows[0]["start"]


@cache
def _domains() -> tuple[re.Pattern, dict[str, str]]:
    listed = lexicons.load("domains").set_index("term")["domain"].to_dict()
    return re.compile("|".join(sorted(listed, key=len, reverse=True))), listed


def domain(title: str, text: str) -> str:
    """
    Say which policy domain a task belongs to: that of most terms in its heading and below it.

    "unsure" where no domain clearly leads the next; the building of cities, which is no domain of the list,
    is mostly so.

    >>> domain("保障和改善民生", "稳定就业，办好教育"), domain("做好其他工作", "")
    ('livelihood', 'unsure')
    """
    pattern, listed = _domains()
    weight: Counter[str] = Counter()
    for terms, whole in ((pattern.findall(title), 0), (pattern.findall(text), _BELOW)):
        for term in terms:
            weight[listed[term]] += whole / len(terms) or _IN_HEADING
    first, second = sorted([0.0, 0.0, *weight.values()], reverse=True)[:2]
    return max(weight, key=weight.get) if first >= _LEADS * second and first else "unsure"
