"""Small corpora made from strings, with the columns of the real ones."""

import re
from dataclasses import dataclass, field

import pandas as pd

# 一、 opens a section; its first line names the section and, by a word in it, the function.
HEADING = re.compile(r"[一二三四五六七八九十]+、")
FUNCTIONS = {"回顾": "review", "总体": "guiding", "工作": "tasks", "自身": "self-government"}


@dataclass(frozen=True)
class Span:
    """An edit, with the fields that others read."""

    start: int
    end: int
    before: str
    after: str
    rule: str = "test"
    kind: str = "look-alike"
    confidence: str = "exact"
    evidence: str = ""
    alternatives: tuple[str, ...] = ()
    margin: float | None = None


@dataclass(frozen=True)
class TinyLedger:
    """A ledger whose edits keep the length of the text, so that offsets stay as they are."""

    edits: tuple[Span, ...] = ()

    def to_raw(self, start, end):
        return start, end

    def edits_in(self, start, end):
        return tuple(e for e in self.edits if e.start < end and e.end > start)


@dataclass(frozen=True)
class TinyReport:
    id: str
    text: str
    raw: str
    ledger: TinyLedger
    year: int
    paragraphs: pd.DataFrame
    sections: pd.DataFrame


@dataclass(frozen=True)
class TinyCorpus:
    reports: tuple[TinyReport, ...]
    catalogue: pd.DataFrame
    sections: pd.DataFrame = field(repr=False)
    paragraphs: pd.DataFrame = field(repr=False)

    def __getitem__(self, name):
        return next(report for report in self.reports if report.id == name)


def corpus(texts: dict[str, str], edits: dict[str, list[Span]] | None = None) -> TinyCorpus:
    """
    Make a corpus: each line a paragraph, each line that begins with 一、 a new section.

    `edits` damages a report: the raw text has `before` where the restored one has `after`.
    """
    reports = tuple(
        _report(name, text, 2021 + n, tuple((edits or {}).get(name, ())))
        for n, (name, text) in enumerate(texts.items())
    )
    catalogue = pd.DataFrame(
        {"year": [r.year for r in reports], "title": [r.id for r in reports]},
        index=pd.Index([r.id for r in reports], name="id"),
    )
    tables = [
        pd.concat([getattr(r, part) for r in reports], ignore_index=True)
        for part in ("sections", "paragraphs")
    ]
    return TinyCorpus(reports, catalogue, *tables)


def _report(name: str, text: str, year: int, edits: tuple[Span, ...]) -> TinyReport:
    raw = list(text)
    for edit in edits:
        raw[edit.start : edit.end] = edit.before
    rows, section, title, function = [], 0, "", "other"
    for match in re.finditer(r"[^\n]+", text):
        heading = bool(HEADING.match(match[0]))
        if heading:
            section, title = section + 1, match[0]
            function = next((f for word, f in FUNCTIONS.items() if word in title), "other")
        rows.append((name, len(rows), section, title, function, heading, *match.span()))
    columns = ["report", "paragraph", "section", "section_title", "function", "heading"]
    paragraphs = pd.DataFrame(rows, columns=[*columns, "start", "end"])
    paragraphs["chars"] = paragraphs["end"] - paragraphs["start"]
    sections = paragraphs.groupby(["report", "section"], sort=False, as_index=False).agg(
        title=("section_title", "first"), function=("function", "first"),
        start=("start", "min"), end=("end", "max"), paragraphs=("paragraph", "size"),
    )
    return TinyReport(name, text, "".join(raw), TinyLedger(edits), year, paragraphs, sections)
