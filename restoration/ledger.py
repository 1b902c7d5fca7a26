"""
The ledger: every change between raw text and restored text, in raw character offsets.

>>> ledger = Ledger([Edit(1, 5, "(fā)", "", "pinyin.annotation", "ghost pinyin", "exact", "")], 6)
>>> ledger.apply("發(fā)展")
'發展'
>>> ledger = ledger.then([Edit(0, 1, "發", "发", "script.t2s", "traditional script", "exact", "")])
>>> ledger.apply("發(fā)展"), ledger.invert("发展"), ledger.to_raw(1, 2)
('发展', '發(fā)展', (5, 6))
"""

from __future__ import annotations

import csv
import io
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from restoration import files

if TYPE_CHECKING:
    import pandas as pd

# From certain to doubtful; a merged edit is as doubtful as its most doubtful part.
CONFIDENCE = ("exact", "inferred", "unresolved")
# A character that is lost and stays visible.
GAP = "\ufffd"


class Edit(NamedTuple):
    """
    One change: `before`, at `start:end` of a text, became `after`.

    `confidence` is *exact* (proved by bytes or a one-to-one table), *inferred* (one candidate
    clearly ahead of its `alternatives`, by `margin`) or *unresolved* (unchanged, or a gap U+FFFD).
    """

    start: int
    end: int
    before: str
    after: str
    rule: str
    kind: str
    confidence: str
    evidence: str
    alternatives: tuple[str, ...] = ()
    margin: float | None = None

    @property
    def changes(self) -> bool:
        """Whether the text differs; False for a suspicion that is only listed."""
        return self.before != self.after


COLUMNS = Edit._fields
_span = itemgetter(0, 1)


class Ledger:
    """
    Disjoint edits, sorted, over one raw text; immutable.

    Raw and text are cut into the same sequence of pieces, kept or edited. A kept character
    maps to itself; a character made by an edit maps to everything the edit read. A dropped
    stretch has no width in the text: it stands before the character that follows it.

    Parameters
    ----------
    edits : iterable of Edit
        Offsets are of the raw text.
    raw_length : int
        Length of the raw text in characters.

    Raises
    ------
    ValueError
        If edits overlap, leave the raw text, or disagree with their own `before`.
    """

    def __init__(self, edits: Iterable[Edit], raw_length: int) -> None:
        self.edits = tuple(sorted(edits, key=_span))
        self.raw_length = raw_length
        _check(self.edits, raw_length)
        self._raw_starts = [edit.start for edit in self.edits]
        self._raw_ends = [edit.end for edit in self.edits]
        # Where each edit stands in the text.
        self._starts, self._ends, shift = [], [], 0
        for edit in self.edits:
            self._starts.append(edit.start + shift)
            shift += len(edit.after) - len(edit.before)
            self._ends.append(edit.end + shift)
        self.text_length = raw_length + shift

    def __len__(self) -> int:
        return len(self.edits)

    def __iter__(self):
        return iter(self.edits)

    def __eq__(self, other: object) -> bool:
        same = isinstance(other, Ledger)
        return same and (self.edits, self.raw_length) == (other.edits, other.raw_length)

    def __hash__(self) -> int:
        return hash((self.edits, self.raw_length))

    def __repr__(self) -> str:
        return f"<Ledger of {len(self)} edits over {self.raw_length} characters>"

    def apply(self, raw: str) -> str:
        """Make the restored text from the raw text this ledger was written for."""
        starts, ends = self._raw_starts, self._raw_ends
        return _exchange(raw, starts, ends, self.edits, "before", "after")

    def invert(self, text: str) -> str:
        """Rebuild the raw text from the restored text."""
        return _exchange(text, self._starts, self._ends, self.edits, "after", "before")

    def to_raw(self, start: int, end: int) -> tuple[int, int]:
        """
        Map a span of the text to the raw characters it was made from.

        Stretches dropped inside the span belong to it, those at its edges do not.
        """
        first = bisect_right(self._ends, start)
        return _map(start, end, first, self._starts, self._ends, self._raw_starts, self._raw_ends)

    def to_text(self, start: int, end: int) -> tuple[int, int]:
        """Map a span of the raw text to the text made from it; a dropped one has no width."""
        first = bisect_right(self._raw_ends, start)
        return _map(start, end, first, self._raw_starts, self._raw_ends, self._starts, self._ends)

    def edits_in(self, start: int, end: int) -> tuple[Edit, ...]:
        """Edits that the text span `start:end` rests on."""
        return self.edits[bisect_right(self._ends, start) : bisect_left(self._starts, end)]

    def then(self, edits: Iterable[Edit]) -> Ledger:
        """
        Compose with edits whose offsets are of the *current text*.

        An edit on untouched text is shifted to raw offsets. One that meets earlier edits becomes
        one edit with them: rules joined with "+", evidence with "; ", the weaker class.
        """
        groups = _groups(self, sorted(edits, key=_span))
        if not groups:
            return self
        result, kept = [], 0
        for news, first, last in groups:
            result += self.edits[kept:first]
            kept = last
            edit = self._shift(news[0], first) if first == last else self._merge(news, first, last)
            if edit.changes or edit.confidence == "unresolved":
                result.append(edit)
        return Ledger([*result, *self.edits[kept:]], self.raw_length)

    def frame(self) -> pd.DataFrame:
        """Give one row an edit, columns as in `Edit`, by raw offset."""
        import pandas as pd

        rows = [tuple(edit) for edit in self.edits]
        try:
            return pd.DataFrame(rows, columns=list(COLUMNS))
        except UnicodeEncodeError:  # a byte that fits nothing stands in the text as half of a pair
            return pd.DataFrame(rows, columns=list(COLUMNS), dtype=object).astype({"start": "int64", "end": "int64"})

    @classmethod
    def from_frame(cls, frame: pd.DataFrame, raw_length: int) -> Ledger:
        """Rebuild a ledger from its table."""
        return cls((_edit(row) for row in frame[list(COLUMNS)].to_dict("records")), raw_length)

    def _shift(self, edit: Edit, first: int) -> Edit:
        shift = self._raw_ends[first - 1] - self._ends[first - 1] if first else 0
        return _moved(edit, shift)

    def _merge(self, news: list[Edit], first: int, last: int) -> Edit:
        """One edit from old edits `first:last` and the new ones that meet them."""
        olds, starts, ends = self.edits[first:last], self._starts, self._ends
        start = min(news[0].start, starts[first])
        end = max(news[-1].end, ends[last - 1])
        current = [""] * (end - start)
        for edit in news:
            current[edit.start - start : edit.end - start] = edit.before
        for i in range(first, last):
            current[starts[i] - start : ends[i] - start] = self.edits[i].after
        now = "".join(current)
        new_starts, new_ends = ([getattr(n, x) - start for n in news] for x in ("start", "end"))
        after = _exchange(now, new_starts, new_ends, news, "before", "after")
        old_starts, old_ends = ([x - start for x in xs[first:last]] for xs in (starts, ends))
        before = _exchange(now, old_starts, old_ends, olds, "after", "before")
        raw_start = olds[0].start - (starts[first] - start)
        return _joined([*olds, *news], raw_start, before, after)


def disjoint(edits: Iterable[Edit]) -> list[Edit]:
    """
    Choose edits that do not meet, sorted; what is left out is found again in the next round.

    Where two meet, a change goes before a suspicion, the surer class before the weaker, and what
    was listed first before what came later.

    Parameters
    ----------
    edits : iterable of Edit
        Edits of one text, in any order.

    Returns
    -------
    list of Edit
        By offset; a `Ledger` can be made of them.

    Examples
    --------
    >>> dash = Edit(2, 3, "一", "—", "ocr.dash", "ocr", "inferred", "")
    >>> double = Edit(2, 4, "一忻", "一忻", "ocr.double", "ocr", "unresolved", "")
    >>> [edit.rule for edit in disjoint([double, dash])]
    ['ocr.dash']
    """
    edits = list(edits)
    in_order = sorted(edits, key=_span)
    if not any(_meet(a, b) for a, b in pairwise(in_order)):
        return in_order
    chosen: list[Edit] = []
    spans: list[tuple[int, int]] = []
    for edit in sorted(edits, key=lambda e: (not e.changes, CONFIDENCE.index(e.confidence))):
        span = (edit.start, edit.end)
        place = bisect_left(spans, span)
        beside = chosen[max(0, place - 1) : place + 1]
        if not any(_meet(*sorted((edit, other), key=_span)) for other in beside):
            spans.insert(place, span)
            chosen.insert(place, edit)
    return chosen


def _meet(first: Edit, second: Edit) -> bool:
    """Whether two edits, the first by offset before the second, cannot stand in one ledger."""
    both_empty = first.start == first.end == second.start == second.end
    return second.start < first.end or both_empty


def _moved(edit: Edit, shift: int) -> Edit:
    return Edit(edit[0] + shift, edit[1] + shift, *edit[2:]) if shift else edit


def _check(edits: tuple[Edit, ...], raw_length: int) -> None:
    place, point = 0, -1
    for edit in edits:
        empty = edit.start == edit.end
        if edit.start < place or edit.end > raw_length or (empty and edit.start == point):
            raise ValueError(f"edit {edit} overlaps its neighbour or leaves the text: drop it")
        if len(edit.before) != edit.end - edit.start or edit.confidence not in CONFIDENCE:
            raise ValueError(f"edit {edit}: span and 'before' disagree, or no such class")
        place, point = edit.end, edit.start if empty else -1


def _exchange(text, starts, ends, edits, old: str, new: str) -> str:
    """Put the `new` side of each edit where its `old` side stands in `text`."""
    pieces, place = [], 0
    for start, end, edit in zip(starts, ends, edits, strict=True):
        if text[start:end] != getattr(edit, old):
            found = text[start : start + 20]
            raise ValueError(f"character {start} is {found!r}, not {getattr(edit, old)!r}: "
                             "this ledger belongs to another text")
        pieces += text[place:start], getattr(edit, new)
        place = end
    return "".join([*pieces, text[place:]])


def _map(start, end, first, starts, ends, to_starts, to_ends) -> tuple[int, int]:
    """Map `start:end`, where edit `first` is the first that ends after `start`."""
    inside = first < len(starts) and starts[first] < start
    shift = to_ends[first - 1] - ends[first - 1] if first else 0
    low = to_starts[first] if inside else start + shift
    if start == end and not inside:
        return low, low
    last = bisect_left(starts, end) if start < end else first + 1
    if last and ends[last - 1] >= end:
        return low, to_ends[last - 1]
    return low, end + (to_ends[last - 1] - ends[last - 1] if last else 0)


def _groups(ledger: Ledger, edits: list[Edit]) -> list[tuple[list[Edit], int, int]]:
    """Group new edits with the range of old edits that they meet, in order."""
    groups: list[tuple[list[Edit], int, int]] = []
    for edit in edits:
        first = bisect_right(ledger._ends, edit.start)
        last = max(bisect_left(ledger._starts, edit.end), first)
        if edit.start == edit.end:  # insertions at one point become one
            first -= bool(first and _inserts(ledger, first - 1, ledger._ends, edit.start))
            last += last < len(ledger) and _inserts(ledger, last, ledger._starts, edit.start)
        if groups and first < groups[-1][2]:
            news, low, high = groups[-1]
            groups[-1] = [*news, edit], low, max(high, last)
        else:
            groups.append(([edit], first, last))
    return groups


def _inserts(ledger: Ledger, i: int, places: list[int], place: int) -> bool:
    return ledger._raw_starts[i] == ledger._raw_ends[i] and places[i] == place


def _joined(edits: list[Edit], start: int, before: str, after: str) -> Edit:
    """Describe several edits as one: as doubtful as the weakest, of the kind of its longest."""
    weakest = max(edits, key=lambda e: (CONFIDENCE.index(e.confidence), len(e.before)))
    margins = [edit.margin for edit in edits if edit.margin is not None]
    return Edit(
        start, start + len(before), before, after,
        rule="+".join(dict.fromkeys(rule for edit in edits for rule in edit.rule.split("+"))),
        kind=weakest.kind,
        confidence=weakest.confidence,
        evidence="; ".join(dict.fromkeys(edit.evidence for edit in edits if edit.evidence)),
        alternatives=tuple(dict.fromkeys(a for edit in edits for a in edit.alternatives)),
        margin=min(margins, default=None),
    )


def _edit(row: dict) -> Edit:
    margin = row["margin"]
    alternatives = tuple(row["alternatives"])
    empty = margin is None or margin != margin
    return Edit(**row | {"alternatives": alternatives, "margin": None if empty else float(margin)})

# Ledgers as CSV files that a spreadsheet opens, the same bytes for the same ledger.
#
# UTF-8 with a byte order mark (spreadsheets take other UTF-8 for a local code page), comma, quotes
# where needed, LF. What would be invisible or misread in a cell is written with a backslash:
#
#     >>> escape("第一行\\n=1+1"), escape("=1+1")
#     ('第一行\\\\n=1+1', '\\\\u003d1+1')
#     >>> _unescape(escape("a\\\\b\\ufeff")) == "a\\\\b\\ufeff"
#     True

# Controls, blanks that look like another, marks without width, torn bytes; a formula's first sign.
HIDDEN = re.compile(
    "[\\\\\x00-\x1f\x7f-\xa0\xad\u200b-\u200f\u2028-\u202e\u2060\ufeff\ud800-\udfff]"
)
FORMULA = re.compile("^[=+\\-@ ]| $")
WRITTEN = re.compile(r"\\(?:u([0-9a-f]{4})|(.))")
NAMES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
CHARACTERS = {written[1]: character for character, written in NAMES.items()}


def escape(text: str) -> str:
    """Write a cell so that nothing in it is hidden, lost or computed."""
    code = lambda hit: NAMES.get(hit[0], f"\\u{ord(hit[0]):04x}")  # noqa: E731
    return FORMULA.sub(lambda hit: f"\\u{ord(hit[0]):04x}", HIDDEN.sub(code, text))


def _unescape(cell: str) -> str:
    """Read a cell written by `escape`."""
    return WRITTEN.sub(
        lambda hit: chr(int(hit[1], 16)) if hit[1] else CHARACTERS.get(hit[2], hit[0]), cell
    )


def dumps(ledger: Ledger) -> bytes:
    """Write a ledger as CSV."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(_cells(edit) for edit in ledger)
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8")


def loads(data: bytes, raw_length: int) -> Ledger:
    """Read a ledger from CSV."""
    rows = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    return Ledger(map(_edit_of_cells, rows), raw_length)


def write(ledger: Ledger, path: Path) -> None:
    """Write a ledger to a CSV file."""
    files.write(path, dumps(ledger))


def _cells(edit: Edit) -> list[str]:
    alternatives = "|".join(escape(text).replace("|", "\\u007c") for text in edit.alternatives)
    margin = "" if edit.margin is None else f"{edit.margin:.4g}"
    return [
        str(edit.start), str(edit.end), escape(edit.before), escape(edit.after), edit.rule,
        edit.kind, edit.confidence, escape(edit.evidence), alternatives, margin,
    ]


def _edit_of_cells(row: dict[str, str]) -> Edit:
    cells = row["alternatives"].split("|") if row["alternatives"] else []
    return Edit(
        int(row["start"]), int(row["end"]), _unescape(row["before"]), _unescape(row["after"]),
        row["rule"], row["kind"], row["confidence"], _unescape(row["evidence"]),
        tuple(map(_unescape, cells)), float(row["margin"]) if row["margin"] else None,
    )

# A reader's decisions about single edits, from `data/overrides.csv`.
#
# | column | meaning |
# |---|---|
# | `file_sha256` | the file, by its bytes |
# | `start`, `end` | characters of the raw text, as in the ledger's CSV |
# | `before` | what stands there, written as in the ledger's CSV: a guard against a wrong offset |
# | `accepted` | what should stand there; `before` again is a veto |
# | `reason`, `who` | why, and who says so |
#
# An override wins over every rule and stands in the ledger with the kind "override".

OVERRIDE = "override"
OVERRIDE_COLUMNS = ("file_sha256", "start", "end", "before", "accepted", "reason", "who")


def read_overrides(path: Path, sha256: str) -> tuple[Edit, ...]:
    """
    Read the overrides of one file.

    Raises
    ------
    ValueError
        If a column is missing, an offset is no number, or nobody stands for a row.
    """
    with open(path, encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        if missing := [column for column in OVERRIDE_COLUMNS if column not in (rows.fieldnames or ())]:
            raise ValueError(f"{path}: no column {missing[0]}: it needs {', '.join(OVERRIDE_COLUMNS)}")
        own = ((row, rows.line_num) for row in rows if (row["file_sha256"] or "").strip().lower() == sha256)
        return tuple(_override(row, f"{path} row {number}") for row, number in own)


def _override(row: dict[str, str], place: str) -> Edit:
    try:
        start, end = int(row["start"]), int(row["end"])
    except (TypeError, ValueError):
        span = f"{row['start']}-{row['end']}"
        raise ValueError(f"{place}: {span} are no offsets: take them from the ledger") from None
    if not (row["reason"] and row["who"]):
        raise ValueError(f"{place}: no reason or no name: say why, and who says so")
    before, accepted = _unescape(row["before"]), _unescape(row["accepted"])
    reason = f"{row['reason']} ({row['who']}; {place})"
    return Edit(start, end, before, accepted, "override", OVERRIDE, "exact", reason)


def override(raw: str, ledger: Ledger, overrides: Sequence[Edit]) -> Ledger:
    """
    Put overrides in the place of the edits that they meet.

    Raises
    ------
    ValueError
        If an override leaves the text, is about other characters, or meets another one.
    """
    for edit in overrides:
        place = f"override {edit.start}-{edit.end} ({edit.evidence})"
        if not 0 <= edit.start <= edit.end <= len(raw):
            raise ValueError(f"{place} leaves the text of {len(raw)} characters: correct it")
        found = raw[edit.start : edit.end]
        if found != edit.before:
            raise ValueError(f"{place} expects {edit.before!r} but finds {found!r}: correct it")
    met = [edit for edit in ledger if any(_share(edit, override) for override in overrides)]
    kept = [edit for edit in ledger if edit not in set(met)]
    return Ledger([*kept, *overrides], len(raw))


def _share(edit: Edit, override: Edit) -> bool:
    """Whether they share a character; an insertion meets what it touches."""
    low, high = max(edit.start, override.start), min(edit.end, override.end)
    insertion = edit.start == edit.end or override.start == override.end
    return low < high or (low == high and insertion)
