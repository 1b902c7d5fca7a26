"""
The passages read by hand (``data/gold/``), and how a restoration is laid beside them.

A restoration is either what :func:`restoration.restore` gave for each report (text and
ledger), or any plain function from a raw string to a string: so the pipeline, "do nothing" and
other people's tools are measured by the same code. The measures themselves are in
:mod:`analysis.accuracy.evaluation`.

>>> passages = load()
>>> len({passage.report for passage in passages})
5
"""

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import SequenceMatcher
from pathlib import Path
from typing import NamedTuple

from analysis import paths


class Mark(NamedTuple):
    """One damaged place: raw offsets in its report, what stands there, what should stand there."""

    start: int
    end: int
    before: str
    after: str
    kind: str

    @property
    def breaks(self) -> bool:
        """Whether the damage is a line break: a paragraph cut in two, or glued to the next."""
        return self.kind == "layout" and "\n" in self.before + self.after


class Passage(NamedTuple):
    """One row of ``passages.csv`` with its marks; offsets count raw characters of the report."""

    id: str
    report: str
    file: str
    start: int
    end: int
    stratum: str
    kinds: tuple[str, ...]
    raw: str
    reading: str
    certainty: str
    note: str
    marks: tuple[Mark, ...]

    def cut(self, start: int, end: int) -> str:
        """Return the raw characters between two offsets of the report."""
        return self.raw[start - self.start:end - self.start]

    def truth(self, start: int, end: int) -> str:
        """Read a raw span by the marks inside it (none may be cut in two)."""
        pieces, place = [], start
        for mark in self.marks:
            if start <= mark.start and mark.end <= end:
                pieces += [self.cut(place, mark.start), mark.after]
                place = mark.end
        return "".join([*pieces, self.cut(place, end)])

    def between(self, kind: str | None = None) -> list[tuple[int, int]]:
        """Return the raw spans outside the marks (of one kind, or of all)."""
        marks = [mark for mark in self.marks if kind in (None, mark.kind)]
        edges = [self.start, *(edge for mark in marks for edge in mark[:2]), self.end]
        return [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if a < b]


def load(folder: Path = paths.GOLD) -> tuple[Passage, ...]:
    """Read the gold passages, each with its marks, in the order of the file."""
    marks: dict[str, list[Mark]] = {}
    for row in _rows(folder / "marks.csv"):
        place = int(row["raw_start"]), int(row["raw_end"])
        mark = Mark(*place, row["before"], row["after"], row["kind"])
        marks.setdefault(row["passage"], []).append(mark)
    return tuple(
        Passage(row["id"], row["report"], row["file"], int(row["raw_start"]), int(row["raw_end"]),
                row["stratum"], tuple(filter(None, row["kinds"].split("|"))), row["raw"],
                row["reading"], row["certainty"], row["note"], tuple(marks.get(row["id"], ())))
        for row in _rows(folder / "passages.csv")
    )


def _rows(path: Path) -> list[dict[str, str]]:
    # The csv module, not pandas: an empty reading is an empty string, not a missing number.
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class _Ledgered:
    """A restored report: raw offsets go through its ledger."""

    def __init__(self, restored):
        self.ledger, self._text = restored.ledger, restored.text

    def text(self, start: int, end: int) -> str:
        """Return what became of a raw span."""
        return self._text[slice(*self.ledger.to_text(start, end))]

    def whole(self, start: int, end: int) -> tuple[int, int]:
        """Widen a raw span until it cuts no edit in two."""
        first, last = self.ledger.to_text(start, end)
        if first == last:
            return start, end
        low, high = self.ledger.to_raw(first, last)
        return min(start, low), max(end, high)


class _Aligned:
    """What a plain function made of one passage, laid beside the raw by difflib."""

    def __init__(self, passage: Passage, function: Callable[[str], str]):
        self.offset, self.output = passage.start, function(passage.raw)
        self.blocks = SequenceMatcher(None, passage.raw, self.output, autojunk=False).get_opcodes()

    def text(self, start: int, end: int) -> str:
        start, end = (edge - self.offset for edge in self.whole(start, end))
        return "".join(self._piece(*block, start, end) for block in self.blocks)

    def _piece(self, tag, low, high, first, last, start, end) -> str:
        if tag != "equal":
            return self.output[first:last] if start <= low and high <= end else ""
        shift = first - low
        low, high = max(low, start), min(high, end)
        return self.output[low + shift:high + shift] if low < high else ""

    def whole(self, start: int, end: int) -> tuple[int, int]:
        for tag, low, high, _, _ in self.blocks:
            low, high = low + self.offset, high + self.offset
            if tag != "equal" and low < end and start < high:
                start, end = min(start, low), max(end, high)
        return start, end


View = _Ledgered | _Aligned


def views(gold: Iterable[Passage], restored: Mapping | Callable) -> Iterator[tuple[Passage, View]]:
    """Yield each passage with its view; passages of reports that were not restored are left out."""
    for passage in gold:
        if callable(restored):
            yield passage, _Aligned(passage, restored)
        elif passage.report in restored:
            yield passage, _Ledgered(restored[passage.report])


def pair(passage: Passage, view: View, start: int, end: int) -> tuple[str, str]:
    """
    Return what the restoration has and what it should have at a place of the passage.

    Both are taken over the least span around the place that cuts neither an edit nor a mark, so
    that an edit is never blamed for where it draws its ends.
    """
    span = None
    while span != (start, end):
        span = start, end
        for mark in passage.marks:
            if mark.start < end and start < mark.end:
                start, end = min(start, mark.start), max(end, mark.end)
        start, end = view.whole(start, end)
    start, end = max(start, passage.start), min(end, passage.end)
    return view.text(start, end), passage.truth(start, end)


def right(passage: Passage, view: View, start: int, end: int, *, breaks: bool = False) -> bool:
    """Whether a place reads as it should; line breaks count only where they are the damage."""
    found, wanted = pair(passage, view, start, end)
    if breaks:
        return re.sub(r"\n+", "\n", found) == re.sub(r"\n+", "\n", wanted)
    return comparable(found) == comparable(wanted)


def comparable(text: str) -> str:
    """Drop the line breaks: whether paragraphs end in the right place is for the marks to say."""
    return text.replace("\n", "")
