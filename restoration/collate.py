"""
Two witnesses of one document: where they differ, and how.

    >>> apparatus = collate("我们推进改革，扩大开放。", "我们推进改革、扩大开发。")
    >>> [(row.kind, row.before, row.accepted) for row in apparatus.rows]
    [('punctuation', '，', '、'), ('character', '放', '发')]
    >>> round(apparatus.similarity, 2)
    0.9

Both are restored first; letters are compared, with script and width folded, marks and blanks aside.
Stretches that stand once in each are the anchors (as in patience diff), what lies between them is
compared letter by letter. Nothing is taken over: a reader puts a row into `overrides.csv`, with the
witness named.
"""

import csv
import io
import re
from bisect import bisect_left
from collections import Counter
from dataclasses import astuple, dataclass, fields
from difflib import SequenceMatcher

import numpy as np

from restoration.ledger import escape

KINDS = ("punctuation", "character", "word", "passage", "order")
# A circle written for the numeral.
ROUND = re.compile("(?<=[〇一二三四五六七八九十○◯])[○◯]|[○◯](?=[〇一二三四五六七八九十○◯])")
# Letters of an anchor, long ones first: what recurs with ten letters is a formula.
ANCHORS = (16, 8, 5)
# Letters on both sides that are compared one by one; and of a word: a longer difference is a passage.
GAP, WORD = 600, 8
# Letters of a passage that stands elsewhere in the other copy.
MOVED = 30


@dataclass(frozen=True, slots=True)
class Row:
    """
    One difference: `before`, at `start:end` of the first raw text, against `accepted` in the second.

    `kind` is one of `KINDS`; a passage or word that one side lacks is empty there.
    """

    kind: str
    start: int
    end: int
    before: str
    accepted: str
    other_start: int
    other_end: int


@dataclass(frozen=True)
class Apparatus:
    """
    All differences of two copies.

    Attributes
    ----------
    rows : tuple of Row
        By place in the first copy.
    letters : tuple of int
        Letters of each copy, marks and blanks aside.
    agreed : int
        Letters that stand in both, in the same order.
    """

    rows: tuple[Row, ...]
    letters: tuple[int, int]
    agreed: int

    @property
    def similarity(self) -> float:
        """Share of the letters of the shorter copy that the other has: an abridgement loses nothing."""
        return self.agreed / max(1, min(self.letters))

    def counts(self) -> dict[str, int]:
        """Differences by kind."""
        found = Counter(row.kind for row in self.rows)
        return {kind: found[kind] for kind in KINDS}

    def lacking(self) -> tuple[list[Row], list[Row]]:
        """Passages that the first copy lacks, and those that the second lacks."""
        passages = [row for row in self.rows if row.kind == "passage"]
        return [row for row in passages if not row.before], [row for row in passages if not row.accepted]


def collate(first: bytes | str, second: bytes | str) -> Apparatus:
    """
    Compare two copies of one document.

    Parameters
    ----------
    first, second : bytes or str
        Files, or texts; as in `restore`.

    Returns
    -------
    Apparatus
        Offsets are of the raw texts, readings of the restored ones.

    Raises
    ------
    decode.DecodingError
        If one of them is no Chinese text.
    """
    from restoration import restore

    return compare(restore(first), restore(second))


def compare(first, second) -> Apparatus:
    """Compare two copies that are restored already (`Restored`); else as `collate`."""
    codes, places = zip(*(_letters(copy.text) for copy in (first, second)), strict=True)
    blocks = _blocks(*codes)
    moved = _moved(blocks, *codes)
    rows = [*_differences(first, second, codes, places, blocks, moved), *_marks(first, second, places, blocks)]
    rows.sort(key=lambda row: (row.start, row.end, row.other_start))
    return Apparatus(tuple(rows), tuple(map(len, codes)), sum(length for _, _, length in blocks))


def _letters(text: str) -> tuple[np.ndarray, np.ndarray]:
    """Code points of the letters, simplified and narrow, and where they stand."""
    from restoration.hanzi import code_points
    from restoration.pinyin_script import table

    fold = {ord(a): ord(b) for a, b in table().items()} | {c: c - 0xFEE0 for c in range(0xFF01, 0xFF5F)}
    text = ROUND.sub("〇", text)
    folded = text.translate(fold).lower()
    if len(folded) != len(text):
        folded = text.translate(fold)
    places = np.array([i for i, c in enumerate(folded) if c.isalnum()], np.int64)
    return code_points(folded)[places], places


def _hashes(codes: np.ndarray, length: int) -> np.ndarray:
    """A number for each stretch of so many letters."""
    if len(codes) < length:
        return np.zeros(0, np.uint64)
    total = np.zeros(len(codes) - length + 1, np.uint64)
    for k in range(length):
        total = total * np.uint64(1_000_003) + codes[k : len(codes) - length + 1 + k].astype(np.uint64)
    return total


def _once(codes: np.ndarray, length: int) -> tuple[np.ndarray, np.ndarray]:
    """Stretches that stand once, and where."""
    values, places, counts = np.unique(_hashes(codes, length), return_index=True, return_counts=True)
    return values[counts == 1], places[counts == 1]


def _pairs(a: np.ndarray, b: np.ndarray, length: int) -> list[tuple[int, int]]:
    """Places of the stretches that stand once in each, by place in the first."""
    (values, places), (others, other_places) = _once(a, length), _once(b, length)
    _, left, right = np.intersect1d(values, others, assume_unique=True, return_indices=True)
    order = np.argsort(places[left])
    return list(zip(places[left][order].tolist(), other_places[right][order].tolist(), strict=True))


def _rising(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest run of pairs that rises on both sides (patience sorting)."""
    ends: list[int] = []
    tops: list[int] = []
    back: list[int] = []
    for k, (_, b) in enumerate(pairs):
        place = bisect_left(ends, b)
        back.append(tops[place - 1] if place else -1)
        ends[place : place + 1] = [b]
        tops[place : place + 1] = [k]
    chain, k = [], tops[-1] if tops else -1
    while k >= 0:
        chain.append(pairs[k])
        k = back[k]
    return chain[::-1]


def _blocks(a: np.ndarray, b: np.ndarray) -> list[tuple[int, int, int]]:
    """Stretches that agree: places in both, and letters; found with ever shorter anchors."""
    blocks: list[tuple[int, int, int]] = []
    spans = [(0, len(a), 0, len(b))]
    for length in ANCHORS:
        rest = []
        for low, high, other_low, other_high in spans:
            found = _anchored(a[low:high], b[other_low:other_high], length)
            found = [(low + i, other_low + j, n) for i, j, n in found]
            blocks += found
            rest += _between(found, low, high, other_low, other_high)
        spans = rest
    for low, high, other_low, other_high in spans:
        if high - low <= GAP and other_high - other_low <= GAP:
            one, other = a[low:high].tolist(), b[other_low:other_high].tolist()
            matches = SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks()
            blocks += [(low + i, other_low + j, n) for i, j, n in matches if n]
    return _merged(sorted(blocks))


def _anchored(a: np.ndarray, b: np.ndarray, length: int) -> list[tuple[int, int, int]]:
    """Anchors of a length, each as far as the letters around it agree."""
    blocks: list[tuple[int, int, int]] = []
    end = other_end = 0
    for i, j in _rising(_pairs(a, b, length)):
        if i + length <= end or j + length <= other_end:
            continue
        if i < end or j < other_end:
            continue
        while i > end and j > other_end and a[i - 1] == b[j - 1]:
            i, j = i - 1, j - 1
        n = _agreeing(a[i:], b[j:])
        blocks.append((i, j, n))
        end, other_end = i + n, j + n
    return blocks


def _agreeing(a: np.ndarray, b: np.ndarray) -> int:
    """How many letters agree from the beginning; looked at in growing steps."""
    done, step = 0, 64
    most = min(len(a), len(b))
    while done < most:
        part = a[done : done + step][: most - done] != b[done : done + step][: most - done]
        if part.any():
            return done + int(part.argmax())
        done, step = done + len(part), 2 * step
    return most


def _between(blocks, low: int, high: int, other_low: int, other_high: int) -> list[tuple[int, int, int, int]]:
    """What lies between blocks and has letters on both sides."""
    spans = []
    for i, j, n in [*blocks, (high, other_high, 0)]:
        if i > low and j > other_low:
            spans.append((low, i, other_low, j))
        low, other_low = i + n, j + n
    return spans


def _merged(blocks: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Blocks that touch on both sides, as one."""
    result: list[tuple[int, int, int]] = []
    for i, j, n in blocks:
        if result and result[-1][0] + result[-1][2] == i and result[-1][1] + result[-1][2] == j:
            i, j, n = result[-1][0], result[-1][1], result.pop()[2] + n
        result.append((i, j, n))
    return result


def _moved(blocks, a: np.ndarray, b: np.ndarray) -> list[tuple[int, int, int]]:
    """Long stretches outside the blocks that stand elsewhere in the other copy."""
    free, other_free = np.ones(len(a), bool), np.ones(len(b), bool)
    for i, j, n in blocks:
        free[i : i + n] = other_free[j : j + n] = False
    found: list[tuple[int, int, int]] = []
    for i, j in _pairs(a, b, ANCHORS[0]):
        n = ANCHORS[0]
        if not (free[i : i + n].all() and other_free[j : j + n].all()):
            continue
        last = found[-1] if found else (-1, -1, 0)
        if i - last[0] == j - last[1] and i <= last[0] + last[2]:
            found[-1] = (last[0], last[1], i + n - last[0])
        elif i >= last[0] + last[2]:
            found.append((i, j, n))
    return [_widened(one, a, b, free, other_free) for one in found if one[2] >= MOVED]


def _widened(one: tuple[int, int, int], a, b, free, other_free) -> tuple[int, int, int]:
    """A stretch with what agrees around it, where no block is."""
    i, j, n = one
    while i and j and free[i - 1] and other_free[j - 1] and a[i - 1] == b[j - 1]:
        i, j, n = i - 1, j - 1, n + 1
    while i + n < len(a) and j + n < len(b) and free[i + n] and other_free[j + n] and a[i + n] == b[j + n]:
        n += 1
    return i, j, n


def _differences(first, second, codes, places, blocks, moved) -> list[Row]:
    """Rows for the letters that do not agree."""
    rows, place, other = [], 0, 0
    elsewhere = [(i, i + n) for i, _, n in moved], [(j, j + n) for _, j, n in moved]
    for i, j, n in [*blocks, (len(codes[0]), len(codes[1]), 0)]:
        here = [*_cut_out(place, i, elsewhere[0])] or [(place, place)]
        there = [*_cut_out(other, j, elsewhere[1])] or [(other, other)]
        if len(here) == len(there) == 1:
            sides = [(*here[0], *there[0])]
        else:
            sides = [(low, high, other, other) for low, high in here] + [(i, i, low, high) for low, high in there]
        for low, high, other_low, other_high in sides:
            if low < high or other_low < other_high:
                size = max(high - low, other_high - other_low)
                same = high - low == other_high - other_low == 1
                kind = "character" if same else "word" if size <= WORD else "passage"
                rows.append(_row(kind, first, second, places, low, high, other_low, other_high))
        place, other = i + n, j + n
    return rows + [_row("order", first, second, places, i, i + n, j, j + n) for i, j, n in moved]


def _cut_out(low: int, high: int, spans: list[tuple[int, int]]):
    """What is left of `low:high` without some spans."""
    for start, end in sorted(spans):
        if low < end and start < high:
            if low < start:
                yield low, start
            low = end
    if low < high:
        yield low, high


def _row(kind: str, first, second, places, low: int, high: int, other_low: int, other_high: int) -> Row:
    """A row, from places among the letters."""
    spans = []
    for copy, own, start, end in ((first, places[0], low, high), (second, places[1], other_low, other_high)):
        if start < end:
            text = int(own[start]), int(own[end - 1]) + 1
        else:
            at = int(own[start]) if start < len(own) else len(copy.text)
            text = at, at
        spans.append((*copy.ledger.to_raw(*text), copy.text[slice(*text)]))
    (start, end, before), (other_start, other_end, accepted) = spans
    return Row(kind, start, end, before, accepted, other_start, other_end)


# Marks that are written in two ways.
SAME = str.maketrans("，；：（）！？～．％﹪“”‘’「」『』", ",;:()!?~.%%\"\"''\"\"''")


def _marks(first, second, places, blocks) -> list[Row]:
    """Rows for the marks before, between and after letters that agree, and beside those that do not."""
    rows = []
    for k, m in _gaps(first, second, places, blocks):
        (at, to), (other_at, other_to) = _span(first, places[0], k), _span(second, places[1], m)
        if at == to and other_at == other_to:
            continue
        before, accepted = first.text[at:to], second.text[other_at:other_to]
        if _bare(before) != _bare(accepted):
            raw, other_raw = first.ledger.to_raw(at, to), second.ledger.to_raw(other_at, other_to)
            rows.append(Row("punctuation", *raw, before, accepted, *other_raw))
    return rows


def _gaps(first, second, places, blocks):
    """Pairs of gaps that answer each other; a gap is named by the letter after it."""
    place = other = 0
    for i, j, n in [*blocks, (len(places[0]), len(places[1]), 0)]:
        if (place, other) == (i, j) or (place < i and other < j):
            yield from dict.fromkeys(((place, other), (i, j)))
        else:  # one copy lacks letters: its one gap answers either of the two around them, or both
            sides = [[_bare(copy.text[slice(*_span(copy, own, k))]) for k in dict.fromkeys(ends)]
                     for copy, own, ends in ((first, places[0], (place, i)), (second, places[1], (other, j)))]
            one, two = sorted(sides, key=len)
            if one[0] not in (*two, "".join(two)):
                yield place, other
        yield from ((i + k, j + k) for k in range(1, n))
        place, other = i + n, j + n


def _span(copy, own: np.ndarray, k: int) -> tuple[int, int]:
    """Where the marks before letter `k` stand."""
    return int(own[k - 1]) + 1 if k else 0, int(own[k]) if k < len(own) else len(copy.text)


def _bare(marks: str) -> str:
    return "".join(marks.translate(SAME).split())


def dumps(apparatus: Apparatus) -> bytes:
    """
    Write the rows as CSV, in the way of ledgers.

    `start`, `end`, `before`, `accepted` are those of a row in `overrides.csv`, but for characters that
    were edited: there `before` is the restored reading.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(field.name for field in fields(Row))
    for row in apparatus.rows:
        writer.writerow([escape(cell) if isinstance(cell, str) else cell for cell in astuple(row)])
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", "backslashreplace")


def summary(apparatus: Apparatus, shown: int = 40) -> str:
    """
    Say in a few lines how alike two copies are and what one lacks.

    Examples
    --------
    >>> print(summary(collate("推进改革开放", "推进改革开发")))
    6 and 6 letters, 5 agreed: 0.8333 of the shorter copy
    punctuation 0, character 1, word 0, passage 0, order 0
    """
    sizes = "{:,} and {:,} letters".format(*apparatus.letters)
    lines = [f"{sizes}, {apparatus.agreed:,} agreed: {apparatus.similarity:.4f} of the shorter copy"]
    lines.append(", ".join(f"{kind} {count}" for kind, count in apparatus.counts().items()))
    for name, rows in zip(("first", "second"), apparatus.lacking(), strict=True):
        if rows:
            longest = max((row.before + row.accepted for row in rows), key=len)
            size = sum(len(row.before + row.accepted) for row in rows)
            lines.append(f"the {name} copy lacks {len(rows)} passages, {size:,} characters; the longest begins "
                         f"{longest[:shown]!r}")
    return "\n".join(lines)
