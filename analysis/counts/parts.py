"""
Counts of some reports in plain arrays: what a worker sends, and what the cache keeps.

    part = parts.together(reports, options)
    parts.table(part, "paragraph", ids)         the `Counts` of these reports

The cells of a row are in the order of their terms, whatever their numbers are. Joining parts is
associative, so that reports can be counted anywhere and in any grouping; `table` puts the terms in
order, the cells stay in theirs, and the bytes are the same.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain

import numpy as np
import pandas as pd
from scipy import sparse

from analysis import corpus, lexicons, paths, storage, structure, wordform
from analysis.counts import STRIDE, UNITS, Counts, index_type
from analysis.counts.numbering import Numbering, Words
from analysis.structure.functions import FUNCTIONS
from analysis.tokens import engines
from restoration import restore

# Between paragraphs: no paragraph has one, and engines make it a token of its own.
_BREAK = "\n"
# By unit: report (position), function (position in FUNCTIONS), section, paragraph, all tokens,
# number of cells; by cell: position of the term, count.
_ARRAYS = ("report", "function", "section", "paragraph", "sizes", "widths", "codes", "hits")


@dataclass(frozen=True)
class Options:
    """What decides how a report is counted, besides the report."""

    terms: tuple[str, ...] = ()
    hmm: bool = True
    engine: str = "auto"
    unit: str = "paragraph"
    cached: bool = True


@dataclass(frozen=True, eq=False)
class Part:
    """Counts of some reports; arrays of the smallest unsigned type that holds them."""

    terms: list[str]
    report: np.ndarray
    function: np.ndarray
    section: np.ndarray
    paragraph: np.ndarray
    sizes: np.ndarray
    widths: np.ndarray
    codes: np.ndarray
    hits: np.ndarray


def together(reports: list, options: Options) -> Part:
    """
    Count some reports by `options.unit`, or read what was counted in the same bytes before.

    A damaged entry is made again. The raw bytes decide, not the ids or the places of the files.
    """
    own = [replace(report) for report in reports]
    part = _KEPT.get(_key(own, options), lambda: _count(own, options)) if options.cached else _count(own, options)
    return regrouped(part, options.unit)


def kept(reports: list, options: Options) -> Part | None:
    """What `together` has kept of these reports, or nothing."""
    part = _KEPT.held(_key([replace(report) for report in reports], options)) if options.cached else None
    return part and regrouped(part, options.unit)


def _text(report, options: Options) -> str:
    try:
        if options.cached:
            return report.text
        return restore(report.data, level=report.restoration, overrides=report.decided).text
    except ValueError as error:
        error.add_note(f"in the report {report.id}, {report.path}")
        raise


@lru_cache(maxsize=16)
def _rules(options: Options) -> tuple:
    tool = engines.get(options.engine, options.terms)
    return options.hmm, tool.version, lexicons.digest(options.terms), corpus.rules()


def _key(reports: list, options: Options) -> tuple:
    """All that decides the counts. A file a report would take as long as parsing."""
    given = [(one.sha256, one.restoration, one.genre, one.decided) for one in reports]
    return _rules(options), given


def _count(reports: list, options: Options) -> Part:
    """Count some reports by paragraph, one stage after the other: each finds its tables at hand."""
    texts = [_text(report, options) for report in reports]
    found = [structure.places(text, genre=report.genre)
             for text, report in zip(texts, reports, strict=True)]  # fmt: skip
    known, cut = Words(), engines.get(options.engine, options.terms).cut
    numbers = np.concatenate([
        np.empty(0, np.int32),
        *(known.all(cut(_lines(text, places), options.hmm))
          for text, places in zip(texts, found, strict=True)),
    ])
    return _tabled(numbers, known, found)


def _lines(text: str, places: list[tuple[int, int, int, str]]) -> str:
    """The paragraphs of a text in its one form, each with a break after it."""
    form = wordform.fold(text)
    return "".join(form[start:end] + _BREAK for start, end, *_ in places)


def _tabled(numbers: np.ndarray, known: Words, found: list) -> Part:
    """Count numbered words by paragraph, the places of which are `found` in each report."""
    keep = np.array(known.counted, bool)[numbers]
    codes, own = pd.factorize(numbers[keep])
    terms = [known.words[number] for number in own.tolist()]
    rank, order = _ranked(terms)
    sizes, width = [len(places) for places in found], max(1, len(own))
    n = sum(sizes)
    rows = np.cumsum(numbers == known[_BREAK], dtype=index_type(n * width))[keep]
    cells, hits = np.unique(rows * width + rank[codes].astype(rows.dtype), return_counts=True)
    flat = list(chain.from_iterable(found))
    return _packed(
        [terms[k] for k in order],
        report=np.repeat(np.arange(len(found)), sizes),
        function=np.array([FUNCTIONS.index(function) for *_, function in flat], int),
        section=np.array([section for _, _, section, _ in flat], int),
        paragraph=np.concatenate([np.empty(0, int), *map(np.arange, sizes)]),
        sizes=np.bincount(rows, minlength=n),
        widths=np.bincount(cells // width, minlength=n),
        codes=cells % width,
        hits=hits,
    )


def _packed(terms: list[str], **arrays: np.ndarray) -> Part:
    small = {name: array.astype(np.min_scalar_type(int(array.max(initial=0))))
             for name, array in arrays.items()}  # fmt: skip
    return Part(terms, **small)


def _dumps(part: Part) -> bytes:
    """Lengths and types in one line of JSON, the arrays, the terms."""
    arrays = [getattr(part, name) for name in _ARRAYS]
    head = json.dumps([[len(array), array.dtype.str] for array in arrays]).encode()
    terms = "\n".join(part.terms).encode("utf-8", "surrogatepass")
    return b"".join([head, b"\n", *(array.tobytes() for array in arrays), terms])


def _loads(entry: bytes) -> Part:
    """Read what `_dumps` wrote."""
    at = entry.index(b"\n") + 1
    arrays = {}
    for name, (length, kind) in zip(_ARRAYS, json.loads(entry[:at]), strict=True):
        # A copy, or the smallest array would keep the whole entry in memory.
        arrays[name] = np.frombuffer(entry, kind, length, at).copy()
        at += arrays[name].nbytes
    terms = entry[at:].decode("utf-8", "surrogatepass")
    return Part(terms.split("\n") if terms else [], **arrays)


# Structure, cutting and counting decide; which words are headings stands in a table.
_KEPT = storage.Kept(
    "counts", "analysis.counts.parts", _dumps, _loads, tables=(paths.LEXICONS / "headings.csv",))  # fmt: skip


def regrouped(part: Part, unit: str) -> Part:
    """
    Add up the paragraphs of each report to its sections (by function) or to the whole.

    Of a part as `together` makes it: the numbers of its terms are in their order.
    """
    if unit == "paragraph" or not len(part.sizes):
        return part
    keys = part.report.astype(np.int64)
    if unit == "section":
        keys = (keys << 32 | part.section) * len(FUNCTIONS) + part.function
    _, first, group = np.unique(keys, return_index=True, return_inverse=True)
    order = np.argsort(first)
    group, first = np.argsort(order)[group], first[order]
    cells = (part.hits.astype(np.int32), (np.repeat(group, part.widths), part.codes))
    matrix = sparse.coo_array(cells, (len(first), len(part.terms))).tocsr()
    matrix.sort_indices()
    units = {name: getattr(part, name)[first] for name in _ARRAYS[:4]}
    sizes = np.bincount(group, part.sizes, len(first)).astype(np.int64)
    return _packed(part.terms, **units, sizes=sizes, widths=np.diff(matrix.indptr),
                   codes=matrix.indices, hits=matrix.data)  # fmt: skip


def join(some: Iterable[Part]) -> Part:
    """Put parts one below the other, with one numbering of their terms."""
    numbering, columns = Numbering(), {name: [] for name in _ARRAYS}
    for part in some:
        ids = numbering.all(part.terms)
        for name in _ARRAYS:
            array = getattr(part, name)
            columns[name].append(ids[array] if name == "codes" else array)
    # One kind of array after the other, so that only one is held twice.
    arrays = {
        name: np.concatenate([np.empty(0, np.uint8 if name != "codes" else np.int32), *column])
        for name in _ARRAYS if (column := columns.pop(name)) is not None
    }  # fmt: skip
    return Part(list(numbering), **arrays)


def numbered(part: Part, position: int) -> Part:
    """Say that the first report of a part stands at this position of the catalogue."""
    report = part.report.astype(np.int64) + position
    return replace(part, report=report.astype(np.min_scalar_type(int(report.max(initial=0)))))


def table(part: Part, unit: str, reports: list[str]) -> Counts:
    """
    Make the `Counts` of a part: terms in order, and types as in `counts.count`.

    The part is used up: its codes are overwritten, so that a large one is not held twice.
    """
    rank, order = _ranked(part.terms)
    codes = part.codes
    for start in range(0, len(codes), STRIDE):
        codes[start : start + STRIDE] = rank[codes[start : start + STRIDE]]
    kind = index_type(len(codes))
    starts = np.concatenate([[0], np.cumsum(part.widths, dtype=np.int64)]).astype(kind)
    cells = (part.hits.astype(np.int32), codes.astype(kind, copy=False), starts)
    matrix = sparse.csr_array(cells, (len(part.sizes), len(order)))
    matrix.has_sorted_indices = True
    terms = pd.Index([part.terms[k] for k in order], dtype="str", name="term")
    return Counts(matrix, _units(part, unit, reports), terms)


def _ranked(terms: list[str]) -> tuple[np.ndarray, list[int]]:
    """The place of each term in order, and which term stands at each place."""
    order = sorted(range(len(terms)), key=terms.__getitem__)
    rank = np.empty(len(order), np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    return rank, order


def _units(part: Part, unit: str, reports: list[str]) -> pd.DataFrame:
    names = pd.array(FUNCTIONS, dtype="str")
    units = pd.DataFrame({
        "report": pd.Categorical.from_codes(part.report, categories=reports),
        "function": pd.Categorical(names[part.function]),
        "section": part.section.astype(np.int64),
        "paragraph": part.paragraph.astype(np.int64),
    })[UNITS[unit]]  # fmt: skip
    units["n_tokens"] = part.sizes.astype(np.int64)
    return units
