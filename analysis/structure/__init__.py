"""
Parse a restored report into paragraphs and sections, each with its function.

A paragraph is a line. `headings` reads one line, `sections` nests the lines, `functions` says what
each line does; this module makes the tables. Marks of Markdown (## and **) are seen through.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.structure import functions, headings
from analysis.structure.sections import Reader, Section, with_parts


class Structure(NamedTuple):
    """Tables of one report: paragraphs, sections, and what is missing."""

    paragraphs: pd.DataFrame
    sections: pd.DataFrame
    gaps: pd.DataFrame


def parse(text: str, *, genre: str = "work-report", report: str = "") -> Structure:
    """
    Parse a text into paragraphs and sections.

    Parameters
    ----------
    text : str
        A restored report, one paragraph a line.
    genre : str
        As in the catalogue; in the genre "other" nothing is taken for tasks by its position.
    report : str
        Id written into the tables.

    Returns
    -------
    Structure
        `paragraphs`: report, paragraph, section (the deepest), section_title, function, heading,
        point (mark of a list point such as 一是), start, end, chars. `sections`: report, section,
        parent (-1 at the top), level, number (as written), title, function, basis (in words;
        "unsure: …" where it is), start, end (with subsections), paragraphs, chars (without
        subsections, so that they add up). `gaps`: report, what, evidence, start (offset in the
        text where it is missing). Offsets are characters of `text`; outside of the paragraphs
        there are only line breaks and blank lines.

    Examples
    --------
    >>> review = "一、过去五年工作回顾\\n五年来，成绩来之不易。\\n"
    >>> parsed = parse(review + "二、今年重点工作\\n（一）扩大开放。建设口岸。")
    >>> parsed.sections[["number", "title", "function"]].values.tolist()[1:]
    [['二、', '今年重点工作', 'tasks'], ['（一）', '扩大开放', 'tasks']]
    """
    reader, sections, spans = _read([text], [genre])[0]
    paragraphs = _paragraph_table(reader, sections, spans, report)
    return Structure(
        paragraphs,
        _section_table(reader, sections, paragraphs, spans, genre, report),
        _gap_table(reader, sections, spans, genre, report),
    )


def places(text: str, *, genre: str = "work-report") -> list[tuple[int, int, int, str]]:
    """
    Give start, end, section and function of each paragraph: `parse` without its tables.

    >>> places("一、工作回顾\\n成绩来之不易。")
    [(0, 6, 0, 'review'), (7, 14, 0, 'review')]
    """
    return places_of_each([text], [genre])[0]


def places_of_each(texts: Sequence[str], genres: Sequence[str]) -> list[list[tuple[int, int, int, str]]]:
    """Give the `places` of many texts, which are read in half the time together."""
    found = []
    for _, sections, spans in _read(texts, genres):
        owner = _owner(sections, len(spans))
        does = [functions.function(section.part) for section in sections]
        found.append([(*span, k, does[k]) for span, k in zip(spans, owner, strict=True)])
    return found


def paragraphs(text: str) -> list[tuple[int, int]]:
    """
    Give start and end of each paragraph: the lines that are not blank, in their order in every table.

    >>> paragraphs("工作回顾\\n\\n成绩")
    [(0, 4), (6, 8)]
    """
    return [*_spans(text)]


def _read(texts: Sequence[str], genres: Sequence[str]) -> list[tuple[Reader, list[Section], list[tuple[int, int]]]]:
    read = []
    for text in texts:
        spans = [*_spans(text)]
        lines = [headings.bare(text[start:end]) for start, end in spans]
        reader = Reader(lines, {i for i, span in enumerate(spans) if headings.marked(text[slice(*span)])})
        sections = reader.read()
        if lines and not sections:
            sections = [Section(0, "front", title="〔全文〕", notes=["no heading found"])]
        read.append((reader, sections, spans))
    own = [
        (reader.lines[: reader.annex], [s for s in sections if s.at < reader.annex], genre)
        for (reader, sections, _), genre in zip(read, genres, strict=True)
    ]
    found = []
    for (reader, sections, spans), parts in zip(read, functions.read(own), strict=True):
        parts = parts + ["annex"] * (len(reader.lines) - reader.annex)
        found.append((reader, with_parts(sections, reader.lines, parts) if spans else sections, spans))
    return found


def _spans(text: str) -> Iterator[tuple[int, int]]:
    """
    Start and end of each line that is not blank.

    >>> [*_spans("工作回顾\\r\\n　\\n成绩")]
    [(0, 4), (8, 10)]
    """
    start = 0
    for line in text.replace("\r", "\n").split("\n"):
        if line and not line.isspace():
            yield start, start + len(line)
        start += len(line) + 1


def _owner(sections: list[Section], n: int) -> list[int]:
    """The deepest section of each of n paragraphs."""
    owner, starts, current = [], {s.at: k for k, s in enumerate(sections)}, 0
    for i in range(n):
        current = starts.get(i, current)
        owner.append(current)
    return owner


def _paragraph_table(reader, sections, spans, report) -> pd.DataFrame:
    owner = _owner(sections, len(spans))
    return pd.DataFrame(
        {
            "report": report,
            "paragraph": range(len(spans)),
            "section": owner,
            "section_title": [sections[k].title for k in owner],
            "function": [functions.function(sections[k].part) for k in owner],
            "heading": [i in reader.heading for i in range(len(spans))],
            "point": [headings.point(line) for line in reader.lines],
            "start": [start for start, _ in spans],
            "end": [end for _, end in spans],
            "chars": [end - start for start, end in spans],
        }
    )


def _section_table(reader, sections, paragraphs, spans, genre, report) -> pd.DataFrame:
    own = paragraphs.groupby("section").chars.agg(["size", "sum"])
    ends = [
        next((s.at for s in sections[k + 1 :] if s.level <= section.level), len(spans))
        for k, section in enumerate(sections)
    ]
    rests = [functions.basis(section, sections) for section in sections]
    sure = _probability(reader, sections, paragraphs, genre)
    return pd.DataFrame(
        {
            "report": report,
            "section": range(len(sections)),
            "parent": [s.parent for s in sections],
            "level": [s.level for s in sections],
            "number": [s.number for s in sections],
            "title": [s.title for s in sections],
            "function": [functions.function(s.part) for s in sections],
            "basis": pd.Categorical([kind for kind, _ in rests], categories=functions.BASES),
            "evidence": [words for _, words in rests],
            "probability": sure,
            "unsure": [_unsure(s, p) for s, p in zip(sections, sure, strict=True)],
            "start": [spans[s.at][0] for s in sections],
            "end": [spans[end - 1][1] for end in ends],
            "paragraphs": [int(own["size"].get(k, 0)) for k in range(len(sections))],
            "chars": [int(own["sum"].get(k, 0)) for k in range(len(sections))],
        }
    )


def _probability(reader, sections, paragraphs, genre: str) -> list[float]:
    """Probability of each section's function, over its own characters; without a model, none."""
    if genre == "other" or not reader.lines:
        return [float("nan")] * len(sections)
    plain = [section for section in reader.sections or sections if section.at < reader.annex]
    lines = reader.lines[: reader.annex]
    by_part = functions.probabilities(*functions.scores(lines, plain, functions.model()), functions.model())
    annex = np.tile([part == "annex" for part in functions.PARTS], (len(reader.lines) - len(lines), 1))
    by_part = np.vstack([by_part, annex])
    does = [functions.function(part) for part in functions.PARTS]
    same = {name: by_part[:, [d == name for d in does]].sum(axis=1) for name in functions.FUNCTIONS}
    said = np.array([same[name][i] for i, name in enumerate(paragraphs.function)])
    total = (paragraphs.chars * said).groupby(paragraphs.section).sum()
    return (total / paragraphs.groupby("section").chars.sum()).tolist()


def _unsure(section: Section, probability: float) -> str:
    """Why a section's function, or its beginning, may be another; "" where nothing says so."""
    doubt = [f"probability {probability:.2f}"] if probability < functions.SURE else []
    return "; ".join([*section.notes, *doubt])


def missing(text: str, *, genre: str = "work-report") -> list[tuple[str, str, int]]:
    """
    Say what is missing from a text: what, evidence, start; `parse` without its tables, for the panel.

    >>> [what for what, *_ in missing("一、工作回顾\\n成绩来之不易。\\n三、今年工作\\n扩大开放。")]
    ['opening', 'section', 'closing']
    """
    return _gaps(*_read([text], [genre])[0], genre)


def _gap_table(reader, sections, spans, genre, report) -> pd.DataFrame:
    """What is missing, in text order, with the evidence in words."""
    rows = [(report, *gap) for gap in _gaps(reader, sections, spans, genre)]
    return pd.DataFrame(rows, columns=["report", "what", "evidence", "start"])


def _gaps(reader, sections, spans, genre) -> list[tuple[str, str, int]]:
    gaps = list(reader.gaps)
    if sections and sections[0].kind != "front" and sections[0].at == 0:
        gaps.append((0, "opening", "the text begins with a heading: no title, date or address"))
    before = [section for section in sections if section.part != "annex"]
    if genre.endswith("report") and before and before[-1].kind != "closing":
        gaps.append((len(spans) - 1, "closing", "no closing address: the text may be abridged"))
    return [(what, evidence, spans[i][0]) for i, what, evidence in sorted(gaps)]


def outline(sections: pd.DataFrame) -> pd.DataFrame:
    """
    Lay a table of sections out for reading.

    Returns
    -------
    DataFrame
        `heading` (indented by level), `function`, `chars` (without subsections), `total` (with
        them) and `share` of the report's characters (0-1, from `total`), `unsure` (the reason, or
        nothing), in text order.
    """
    totals = sections.chars.to_dict()
    for row in sections[::-1].itertuples():
        if row.parent >= 0:
            totals[row.Index + row.parent - row.section] += totals[row.Index]
    size = sections.groupby("report").chars.transform("sum")
    indent = sections.level.map(lambda level: "　" * (level - 1))
    total = pd.Series(totals)
    return pd.DataFrame(
        {
            "heading": indent + sections.number + sections.title,
            "function": sections.function,
            "chars": sections.chars,
            "total": total,
            "share": total / size,
            "unsure": sections.unsure,
        }
    )
