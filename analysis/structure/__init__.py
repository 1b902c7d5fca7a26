"""
Parse a restored report into paragraphs and sections, each with its function.

A paragraph is a line. `headings` reads one line, `Reader` nests the lines, `functions` says what each
line does, `agenda` lists the tasks; this module makes the tables. Marks of Markdown (## and **) are seen through.

A kind of number seen for the first time opens a level below; a kind already open closes back to it. Four more
things are met on the way: lines that only announce a list, lists inside a section, numbering that begins again,
and numbers that are missing. A title in 〔〕 is not in the text: it stands for a heading that is not there and
quotes the words with which the part begins.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.structure import functions, headings

# A closing address stands at the very end: the longest among the reports at hand has 3 paragraphs.
_CLOSING_PARAGRAPHS = 4
# Under a heading of its own (结束语) it may be longer.
_CLOSING_SECTION = 8


@dataclass(slots=True)
class Section:
    """A section while it is being built; `at` is the index of its first paragraph."""

    at: int
    kind: str
    n: int = 0
    number: str = ""
    title: str = ""
    level: int = 1
    parent: int = -1
    notes: list[str] = field(default_factory=list)
    # Set by `_with_parts`: one of `functions.PARTS`.
    part: str = "front"


class Reader:
    """One pass over the lines, keeping the stack of open sections."""

    def __init__(self, lines: list[str], marked: set[int] = frozenset()):
        self.lines, self.marked = lines, marked
        self.annex = annex(lines)
        self.found = _numbered(lines)
        self.numbered = sorted(self.found)
        self.sections: list[Section] = []
        self.stack: list[int] = []
        self.heading: set[int] = set()
        self.gaps: list[tuple[int, str, str]] = []

    def read(self) -> list[Section]:
        end = _closing(self.lines[: self.annex])
        self._between(0, end)
        if end < self.annex:
            title = self.lines[end].strip() if _named_closing(self.lines[end]) else "〔结语〕"
            self._open(Section(end, "closing", title=title), depth=0)
        self._between(self.annex, len(self.lines))
        self._front()
        return self.sections

    def _between(self, start: int, end: int) -> None:
        """Read some lines; below an annex numbers begin anew."""
        skip = -1
        for i in range(start, end):
            if i == skip:
                continue
            if i >= self.annex and headings.opens_notes(self.lines[i]):
                self.heading.add(i)
                self._open(Section(i, "annex", title=self.lines[i].strip()), depth=0)
            elif heading := self.found.get(i):
                self._number(i, heading)
                if heading.kind == "chapter" and self._continues(i + 1):
                    skip = i + 1
            else:
                self._line(i)

    def _open(self, section: Section, depth: int) -> None:
        """Close everything below `depth` and open a section there."""
        del self.stack[depth:]
        section.level = depth + 1
        section.parent = self.stack[-1] if self.stack else -1
        self.stack.append(len(self.sections))
        self.sections.append(section)

    def _number(self, i: int, heading: headings.Heading) -> None:
        """Open a numbered section: next to its like, below what is open, or after a gap."""
        section = Section(i, heading.kind, heading.n, heading.number, heading.title)
        if heading.cut:
            section.notes.append("no full stop ends the heading")
        depth = self._depth(heading.kind)
        if depth is None:
            self._missing(i, heading, self._before(heading))
            depth = len(self.stack)
        else:
            last = self.sections[self.stack[depth]].n
            if heading.n <= last and self._inner(i, heading.kind, last):
                return
            if heading.n == 1:
                depth = self._begin_again(i, depth)
            elif heading.n <= last:
                section.notes.append(f"number {heading.number} after {last}")
            self._missing(i, heading, last if heading.n > 1 else 0)
        if heading.alone:
            self.heading.add(i)
        self._open(section, depth)

    def _depth(self, kind: str) -> int | None:
        """Deepest open level numbered in this way."""
        depths = [d for d, s in enumerate(self.stack) if self.sections[s].kind == kind]
        return depths[-1] if depths else None

    def _before(self, heading: headings.Heading) -> int:
        """
        Number that a heading goes on from though it stands below another section: 一、(1. 2.) 二、(3. 4.); else 0.

        Numbers run through sections that lie side by side, one of which alone begins with 1.
        """
        if not self.stack:
            return 0
        above = self.sections[self.stack[-1]]
        like = [s for s in self.sections if s.kind == heading.kind and s.level == len(self.stack) + 1]
        like = [s for s in like if self.sections[s.parent].parent == above.parent]
        if sum(s.n == 1 for s in like) != 1 or like[-1].n >= heading.n:
            return 0
        goes_on = any(b.n == a.n + 1 and a.parent != b.parent for a, b in pairwise(like))
        return like[-1].n if goes_on or like[-1].n + 1 == heading.n else 0

    def _missing(self, i: int, heading: headings.Heading, last: int) -> None:
        """Note the numbers skipped between `last` and this heading."""
        if heading.n > last + 1:
            what = "section" if heading.n == last + 2 else f"{heading.n - last - 1} sections"
            where = f"number {last} is followed by" if last else "numbering begins with"
            self.gaps.append((i, what, f"{where} {heading.number}"))

    def _later(self, i: int, kind: str) -> Iterator[int]:
        """Lines below one with headings of a kind."""
        for at in range(bisect_right(self.numbered, i), len(self.numbered)):
            if (heading := self.found.get(self.numbered[at])) and heading.kind == kind:
                yield self.numbered[at]

    def _inner(self, i: int, kind: str, last: int) -> bool:
        """
        Tell whether a list begins within section `last`: the section's own numbers go on after it.

        The items of such a list are points of the section; they are taken out of the headings.
        """
        run = [i]
        for j in self._later(i, kind):
            if self.found[j].n != self.found[run[-1]].n + 1:
                break
            run.append(j)
        else:
            return False
        if self.found[j].n != last + 1:
            return False
        for j in run[1:]:
            del self.found[j]
        return True

    def _begin_again(self, i: int, depth: int) -> int:
        """
        Open the part whose heading is missing where numbering begins again; depth for its sections.

        It begins with the last address to the assembly since the section before, or with the last
        paragraph: that is where an introduction stands.
        """
        last = self.sections[self.stack[-1]]
        body = [j for j in range(last.at + 1, i)]
        if not body:
            last.notes.append("numbering begins again after it")
            return depth
        at = next((j for j in reversed(body) if headings.vocative(self.lines[j])), body[-1])
        above = self.sections[self.stack[depth - 1]] if depth else None
        part = Section(at, "implied", title=_quote(self.lines[at]))
        part.notes.append("numbering begins again, a heading is missing")
        if above and above.n and self._next(i, above.kind) == above.n + 2:
            part.kind, part.n = above.kind, above.n + 1
            evidence = f"{above.number} is followed by number {above.n + 2}"
            self.gaps.append((at, "heading", f"{evidence}, and {self.found[i].number} begins again"))
            depth -= 1
        else:
            self.gaps.append((at, "heading", f"{self.found[i].number} begins again"))
        self._open(part, depth)
        return depth + 1

    def _next(self, i: int, kind: str) -> int:
        return next((self.found[j].n for j in self._later(i, kind)), 0)

    def _continues(self, i: int) -> bool:
        """Take a second line of a chapter's title into it."""
        if i + 1 >= len(self.lines) or self.found.get(i) or not headings.plain(self.lines[i]):
            return False
        self.sections[-1].title += self.lines[i].strip()
        self.heading.add(i)
        return True

    def _line(self, i: int) -> None:
        """Open a section at a line without a number, if it is a heading or an announcement."""
        line = self.lines[i].strip()
        words = headings.named(line) if len(line) <= headings.LONGEST_HEADING else {}
        if words and headings.announces(line):
            self._announce(i, line.rstrip("：:。"))
        elif self._plainly(i, line) and self._opens(words) and self._has_body(i):
            self._plain(i, line.rstrip("：:。"), bool(words))
        elif self.stack and headings.vocative(line) and i + 1 < len(self.lines):
            alone = len(line) <= 6
            if alone or headings.point(self.lines[i + 1]):
                title = _quote(self.lines[i + 1] if alone else line)
                self._open(Section(i, "address", title=title), min(1, len(self.stack)))

    def _plainly(self, i: int, line: str) -> bool:
        """By its form, or because the page sets it as a heading."""
        marked = i in self.marked and len(line) <= headings.LONGEST_HEADING
        return headings.plain(line) or (marked and not headings.vocative(line) and not headings.point(line))

    def _announce(self, i: int, title: str) -> None:
        if (depth := self._below_numbered()) <= 1:
            self.heading.add(i)
            self._open(Section(i, "announcement", title=title), depth)

    def _plain(self, i: int, title: str, named: bool) -> None:
        numbered = self.stack and self.sections[self.stack[0]].n
        top = named and not numbered and i < self.annex and not re.search("[，,]", title)
        self.heading.add(i)
        self._open(Section(i, "plain", title=title), 0 if top else self._below_numbered())

    def _below_numbered(self) -> int:
        """Level below the innermost numbered section, or below the outermost one of any kind."""
        depth = len(self.stack)
        while depth > 1 and not self.sections[self.stack[depth - 1]].n:
            depth -= 1
        return depth

    def _opens(self, words: dict[str, str]) -> bool:
        """Before the first heading only one that names a function counts: titles stand there."""
        return bool(self.stack or set(words) - {"other"})

    def _has_body(self, i: int) -> bool:
        """A heading is followed by a paragraph or a heading, and follows a finished sentence."""
        after = self.lines[i + 1].rstrip() if i + 1 < len(self.lines) else ""
        before = self.lines[i - 1].rstrip() if i else "。"
        follows = i + 1 in self.found or headings.plain(after) or len(after) > 30
        finished = before[-1] in "。！？…：:；;”）)!?" or i - 1 in self.heading
        return (follows or after.endswith("。")) and (finished or bool(headings.named(self.lines[i])))

    def _front(self) -> None:
        """Put what stands before the first heading into sections of their own."""
        first = self.sections[0].at if self.sections else len(self.lines)
        if first == 0:
            return
        front = [Section(0, "front", title="〔卷首〕")]
        if self.sections and self.sections[0].n > 1:
            body = next((j for j in range(first) if len(self.lines[j]) > 60), None)
            if body is not None:
                part = Section(body, "implied", title=_quote(self.lines[body]))
                part.notes.append(f"what comes before {self.sections[0].number} has no heading")
                front = [part] if body == 0 else [*front, part]
        for section in self.sections:
            section.parent += len(front) if section.parent >= 0 else 0
        self.sections[:0] = front


def _with_parts(sections: list[Section], lines: list[str], parts: list[str]) -> list[Section]:
    """
    Give each section the part that its own lines are, and open another where that changes.

    A section so opened has no heading; its title quotes its first words in 〔〕. It lies below the
    section in which it begins, or beside it where that is the front matter, or where the closing
    address or an annex begins.
    """
    made: list[Section] = []
    for section, end in zip(sections, [*(s.at for s in sections[1:]), len(lines)], strict=True):
        now = list(parts[section.at : end])
        if section.kind == "closing" and _named_closing(section.title):
            now = [part if part == "annex" else "closing" for part in now]
        short = len(lines[section.at]) <= headings.LONGEST_HEADING
        if len(now) > 1 and section.number and now[0] != now[1] and short:
            now[0] = now[1]
        bare = len(now) == 1 and now != ["annex"] and end < len(lines) and short
        named = list(headings.named(section.title)) if bare and section.title[:1] != "〔" and section.level == 1 else []
        if len(named) == 1 and named[0] != "other":
            # Nothing but a heading says what it says.
            now = named
        made.append(Section(section.at, section.kind, section.n, section.number, section.title, section.level,
                            section.parent, section.notes, now[0]))  # fmt: skip
        for i in range(1, len(now)):
            if now[i] == now[i - 1]:
                continue
            at = section.at + i
            beside = section.kind == "front" or now[i] in ("closing", "annex")
            kind = "closing" if now[i] == "closing" else "implied"
            level = 1 if beside else section.level + 1
            made.append(Section(at, kind, title=_quote(lines[at]), level=level, part=now[i],
                                notes=["no heading stands where it begins"]))  # fmt: skip
    return _nested(made)


def _nested(sections: list[Section]) -> list[Section]:
    """Set parents by levels."""
    stack: list[int] = []
    for k, section in enumerate(sections):
        while stack and sections[stack[-1]].level >= section.level:
            stack.pop()
        section.parent = stack[-1] if stack else -1
        section.level = len(stack) + 1
        stack.append(k)
    return sections


def _numbered(lines: list[str]) -> dict[int, headings.Heading]:
    """
    Numbered headings by line.

    Lists whose items end with semicolons are none; weak kinds count only where they run 1, 2, ….
    """
    found = {i: h for i, line in enumerate(lines) if (h := headings.read(line))}
    dropped: set[int] = set()
    for kind in {h.kind for h in found.values()}:
        for run in _runs([(i, h) for i, h in found.items() if h.kind == kind]):
            weak = kind in headings.WEAK and (len(run) < 2 or found[run[0]].n != 1)
            if weak or any(found[i].item for i in run):
                dropped.update(run)
    return {i: h for i, h in found.items() if i not in dropped}


def _runs(items: list[tuple[int, headings.Heading]]) -> list[list[int]]:
    """Split headings of one kind where the numbers do not go on by one."""
    runs: list[list[int]] = []
    for (i, heading), (_, before) in zip(items, [(None, None), *items], strict=False):
        if before is not None and heading.n == before.n + 1:
            runs[-1].append(i)
        else:
            runs.append([i])
    return runs


def annex(lines: list[str]) -> int:
    """
    Index of the line that opens an annex or a glossary, after half of the characters; else their number.

    >>> annex(["一、工作安排", "扩大开放。各位代表！让我们团结奋斗！", "附件1：名词解释", "1.双碳：即碳达峰。"])
    2
    """
    before, half = 0, sum(map(len, lines)) / 2
    for i, line in enumerate(lines):
        if before > half and headings.opens_notes(line):
            return i
        before += len(line)
    return len(lines)


def _closing(lines: list[str]) -> int:
    """Index of the paragraph with which the closing address begins; len(lines) if there is none."""
    for i in range(max(0, len(lines) - _CLOSING_SECTION), len(lines)):
        if _named_closing(lines[i]):
            return i
    for i in range(max(0, len(lines) - _CLOSING_PARAGRAPHS), len(lines)):
        if headings.rallies(lines[i]):
            before = i - 1 if i else i
            address = len(lines[before]) <= 6 and headings.vocative(lines[before])
            return before if address else i
    return len(lines)


def _named_closing(line: str) -> bool:
    return "".join(line.split()) in ("结束语", "结语")


def _quote(line: str) -> str:
    """First words of a paragraph, in brackets that say they are no heading."""
    line = re.sub(r"^(?:各位代表|各位委员|同志们)[，,！!：:]?", "", line.strip())
    words = re.split(r"[。；;：:！？]", line, maxsplit=1)[0]
    return f"〔{words[:24]}{'…' if len(words) > 24 else ''}〕"


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
        found.append((reader, _with_parts(sections, reader.lines, parts) if spans else sections, spans))
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
