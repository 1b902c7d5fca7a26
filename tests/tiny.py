"""Small corpora made from strings, with the columns of the real ones."""

import re
from dataclasses import dataclass, field

import pandas as pd

from analysis import wordform
from analysis.counts import Counts
from restoration.ledger import Edit, Ledger

# 一、 opens a section; its first line names the section and, by a word in it, the function.
HEADING = re.compile(r"[一二三四五六七八九十]+、")
FUNCTIONS = {"回顾": "review", "总体": "guiding", "工作": "tasks", "自身": "self-government"}


@dataclass(frozen=True)
class TinyReport:
    id: str
    text: str
    raw: str
    ledger: Ledger
    year: int
    paragraphs: pd.DataFrame
    sections: pd.DataFrame

    @property
    def form(self) -> str:
        return wordform.fold(self.text)


@dataclass(frozen=True)
class TinyCorpus:
    reports: tuple[TinyReport, ...]
    catalogue: pd.DataFrame
    sections: pd.DataFrame = field(repr=False)
    paragraphs: pd.DataFrame = field(repr=False)

    def __getitem__(self, name):
        return next(report for report in self.reports if report.id == name)


def corpus(texts: dict[str, str], edits: dict[str, list[Edit]] | None = None) -> TinyCorpus:
    """
    Make a corpus: each line a paragraph, each line that begins with 一、 a new section.

    The texts are raw texts; `edits` restore them. `find` makes an edit from a place named by words.
    """
    reports = tuple(
        _report(name, raw, 2021 + n, Ledger((edits or {}).get(name, ()), len(raw)))
        for n, (name, raw) in enumerate(texts.items())
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


def find(raw: str, before: str, after: str, confidence: str = "exact", **fields) -> Edit:
    """An edit of the first place where `before` stands in a raw text."""
    start = raw.index(before)
    named = {"rule": "test.rule", "kind": "look-alike", "evidence": "by hand"} | fields
    return Edit(start, start + len(before), before, after, confidence=confidence, **named)


def _report(name: str, raw: str, year: int, ledger: Ledger) -> TinyReport:
    text = ledger.apply(raw)
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
    return TinyReport(name, text, raw, ledger, year, paragraphs, sections)


def same_counts(one: Counts, other: Counts) -> None:
    """Assert that two counts agree in units, terms and every byte of the matrix."""
    pd.testing.assert_frame_equal(one.units, other.units)
    pd.testing.assert_index_equal(one.terms, other.terms)
    assert one.matrix.shape == other.matrix.shape
    for name in ("indptr", "indices", "data"):
        a, b = getattr(one.matrix, name), getattr(other.matrix, name)
        assert (a.dtype, a.tobytes()) == (b.dtype, b.tobytes()), name
