"""
Count thousands of reports: read, restored, parsed, cut, counted and let go, some at a time.

    from analysis.counts import streaming
    counts = streaming.count("data/catalogue.csv", "report", min_units=5)

Only vocabulary and counts stay. The result is, byte for byte, what `counts.count` makes of
`tokens.table`, wherever and in whatever portions it was counted. `joblib.parallel_config` decides
where that is: the cores of this machine unless told otherwise, or a Dask cluster:

    from dask.distributed import Client; client = Client("127.0.0.1:8786")
    with joblib.parallel_config(backend="dask"): counts = streaming.count(...)

What a worker sends, and what the cache keeps, are counts of some reports in plain arrays. The cells of
a row are in the order of their terms, whatever their numbers are. Joining is associative, so that
reports can be counted anywhere and in any grouping; at the end the terms are put in order, the cells
stay in theirs, and the bytes are the same.
"""

import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from itertools import chain
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import sparse

from analysis import corpus, lexicons, paths, storage, structure, tokens, wordform
from analysis.counts import STRIDE, UNITS, Counts, index_type, pruned
from analysis.structure.functions import FUNCTIONS
from analysis.tokens import engines
from restoration import restore

# Reports that a worker takes at once: enough that sending their counts costs little, few enough
# that the last ones do not keep one core busy while the others wait.
CHUNK = 32
# Words that a process keeps the numbers of: some 100 MB.
_MOST_WORDS = 1 << 20
# Cells of a whole that is kept besides its portions: some 150 MB.
_MOST_CELLS = 30_000_000

# Between paragraphs: no paragraph has one, and engines make it a token of its own.
_BREAK = "\n"
# By unit: report (position), function (position in FUNCTIONS), section, paragraph, all tokens,
# number of cells; by cell: position of the term, count.
_ARRAYS = ("report", "function", "section", "paragraph", "sizes", "widths", "codes", "hits")


@dataclass(frozen=True)
class _Options:
    """What decides how a report is counted, besides the report."""

    terms: tuple[str, ...] = ()
    hmm: bool = True
    engine: str = "auto"
    unit: str = "paragraph"
    cached: bool = True


@dataclass(frozen=True, eq=False)
class _Part:
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


def count(
    catalogue: Path | str | corpus.Corpus,
    unit: str = "paragraph",
    stop: Collection[str] = frozenset(),
    min_count: int = 1,
    min_units: int = 1,
    *,
    lexicon=tokens.DEFAULT,
    hmm: bool = True,
    engine: str = "auto",
    n_jobs: int | None = None,
    chunk: int = CHUNK,
    cached: bool = True,
    progress: bool = True,
) -> Counts:
    """
    Count words, numbers and Latin tokens of all reports of a catalogue in bounded memory.

    Parameters
    ----------
    catalogue : path or Corpus
        A corpus may have texts in memory already; they are not used.
    unit, stop, min_count, min_units
        As in `counts.count`. The rules are applied at the end, to the whole vocabulary.
    lexicon, hmm, engine
        As in `tokens.segment`.
    n_jobs : int, optional
        Processes; what `joblib.parallel_config` says, and where it says nothing all cores (on a
        cluster: all workers).
    chunk : int
        Reports that a worker takes at once, and holds meanwhile: fewer of them where files are
        of many megabytes. The result does not depend on it, the entries of the cache do.
    cached : bool
        Keep the counts of each portion (about a byte for each of its characters) in
        `paths.CACHE`, so that a run that was interrupted goes on, and a second one is quick.
    progress : bool
        Draw a bar on stderr, or in the notebook, with reports a second and the time left.

    Raises
    ------
    ValueError
        If the unit is unknown, or a report cannot be read or decoded.

    Examples
    --------
    >>> from analysis import paths
    >>> reports = paths.ROOT / "data" / "catalogue.csv"
    >>> count(reports, "report", n_jobs=1, progress=False).units.report.tolist()[:1]
    ['taiyuan-gov-2021']
    """
    if unit not in UNITS:
        raise ValueError(f"No unit {unit!r}; choose {', '.join(UNITS)}.")
    reports = catalogue if isinstance(catalogue, corpus.Corpus) else corpus.load(catalogue)
    options = _Options(lexicons.terms(lexicon), hmm, engine, unit, cached)
    portions = list(_portions(reports, chunk))
    table = _as_counts(_whole(portions, options, n_jobs, progress), unit, reports.ids)
    said = tokens.provenance(lexicon=options.terms, hmm=hmm, engine=engine)
    table.units.attrs["provenance"] = said
    return pruned(table, stop, min_count, min_units)


def _whole(portions: list, options: _Options, n_jobs: int | None, progress: bool) -> _Part:
    """All portions joined: kept as one entry too, which is read in a third of the time of its portions."""

    def joined() -> _Part:
        return _joined(_shown(_run(portions, options, n_jobs), portions, progress))

    if not options.cached or len(portions) < 2:
        return joined()
    keys = [_key([replace(report) for report in reports], options) for _, reports in portions]
    return _KEPT.get((options.unit, keys), joined, lambda part: len(part.codes) < _MOST_CELLS)


def _portions(reports: corpus.Corpus, chunk: int) -> Iterator[tuple[int, list[corpus.Report]]]:
    """Portions of the reports, without their texts, and the position of the first of each."""
    for start in range(0, len(reports), chunk):
        yield start, [replace(report) for report in reports.reports[start : start + chunk]]


def _run(portions: list, options: _Options, n_jobs: int | None) -> Iterator[_Part]:
    """
    Read portions while the cache has them, count the rest here or elsewhere; parts in order.

    Reading takes less than starting processes. A run that was interrupted goes on where it was.
    """
    from joblib import Parallel, delayed

    done = 0
    for start, reports in portions if options.cached else ():
        if (part := _held(reports, options)) is None:
            break
        yield _with_offset(part, start)
        done += 1
    jobs = 1 if len(portions) < done + 2 else _jobs(n_jobs)
    run = Parallel(n_jobs=jobs, return_as="generator", batch_size=1)
    yield from run(delayed(_portion)(start, reports, options) for start, reports in portions[done:])


def _jobs(n_jobs: int | None) -> int:
    """What was asked for here, or by `parallel_config`, or all there is."""
    from joblib.parallel import get_active_backend

    said = get_active_backend()[1] if n_jobs is None else n_jobs
    return -1 if said is None else said


def _portion(start: int, reports: list[corpus.Report], options: _Options) -> _Part:
    """The work of one task: a part of some reports, which are released when they are counted."""
    return _with_offset(_count_chunk(reports, options), start)


def _shown(found: Iterable, portions: list, progress: bool) -> Iterator[_Part]:
    from tqdm.auto import tqdm

    total = sum(len(reports) for _, reports in portions)
    with tqdm(total=total, desc="counting", unit=" reports", disable=None if progress else True) as bar:
        for part, (_, reports) in zip(found, portions, strict=True):
            yield part
            bar.update(len(reports))


class _TermIndex(dict):
    """Map terms to numbers in order of first appearance."""

    def __missing__(self, term: str) -> int:
        self[term] = number = len(self)
        return number

    def all(self, terms: list[str]) -> np.ndarray:
        """The numbers of some terms; new ones are numbered."""
        return np.fromiter(map(self.__getitem__, terms), np.int32, len(terms))


class _TokenIndex(_TermIndex):
    """
    Map the words of some reports to numbers; each is looked at once, and is one string in all.

    `words` are in the order of their numbers; `counted` says of each whether it counts: all
    letters, none of them Latin, is a word at a glance.

    Examples
    --------
    >>> known = _TokenIndex()
    >>> known.all(["发展", "，", "发展", "5G"]).tolist(), [*known.counted]
    ([0, 1, 0, 2], [1, 0, 1])
    """

    def __init__(self):
        self.words, self.counted = [], bytearray()

    def __missing__(self, word: str) -> int:
        self[word] = number = len(self.words)
        self.words.append(word)
        self.counted.append((word.isalpha() and word > "ɏ") or _counts(word))
        return number


@cache
def _shared_index() -> _TokenIndex:
    return _TokenIndex()


def _token_index() -> _TokenIndex:
    """The index of this process, since most words of a portion stood in those before; begun anew when it is large."""
    if len(_shared_index()) > _MOST_WORDS:
        _shared_index.cache_clear()
    return _shared_index()


# Numbers and marks of report after report; all of a large corpus would fill the memory.
@lru_cache(maxsize=1 << 16)
def _counts(word: str) -> bool:
    return tokens.kind(word) in tokens.COUNTED


def _count_chunk(reports: list, options: _Options) -> _Part:
    """
    Count some reports by `options.unit`, or read what was counted in the same bytes before.

    A damaged entry is made again. The raw bytes decide, not the ids or the places of the files.
    """
    own = [replace(report) for report in reports]
    part = _KEPT.get(_key(own, options), lambda: _count(own, options)) if options.cached else _count(own, options)
    return _regrouped(part, options.unit)


def _held(reports: list, options: _Options) -> _Part | None:
    """Load the cached counts of a portion, or None."""
    part = _KEPT.held(_key([replace(report) for report in reports], options)) if options.cached else None
    return part and _regrouped(part, options.unit)


def _text(report, options: _Options) -> str:
    try:
        if options.cached:
            return report.text
        return restore(report.data, level=report.restoration, overrides=report.decided).text
    except ValueError as error:
        error.add_note(f"in the report {report.id}, {report.path}")
        raise


@lru_cache(maxsize=16)
def _rules(options: _Options) -> tuple:
    tool = engines.get(options.engine, options.terms)
    return options.hmm, tool.version, lexicons.digest(options.terms), corpus.rules()


def _key(reports: list, options: _Options) -> tuple:
    """All that decides the counts. A file a report would take as long as parsing."""
    given = [(one.sha256, one.restoration, one.genre, one.decided) for one in reports]
    return _rules(options), given


def _count(reports: list, options: _Options) -> _Part:
    """Count some reports by paragraph, one stage after the other: each finds its tables at hand."""
    texts = [_text(report, options) for report in reports]
    found = structure.places_of_each(texts, [report.genre for report in reports])
    known, cut = _token_index(), engines.get(options.engine, options.terms).cut
    numbers = np.concatenate(
        [
            np.empty(0, np.int32),
            *(known.all(cut(_lines(text, places), options.hmm)) for text, places in zip(texts, found, strict=True)),
        ]
    )
    return _tabled(numbers, known, found)


def _lines(text: str, places: list[tuple[int, int, int, str]]) -> str:
    """The paragraphs of a text in its one form, each with a break after it."""
    form = wordform.fold(text)
    return "".join(form[start:end] + _BREAK for start, end, *_ in places)


def _tabled(numbers: np.ndarray, known: _TokenIndex, found: list) -> _Part:
    """Count numbered words by paragraph, the places of which are `found` in each report."""
    keep = np.array(known.counted, bool)[numbers]
    codes, own = pd.factorize(numbers[keep])
    terms = [known.words[number] for number in own.tolist()]
    rank, order = _ranked(terms)
    sizes = [len(places) for places in found]
    n = sum(sizes)
    rows = np.cumsum(numbers == known[_BREAK], dtype=np.int32)[keep]
    ones = np.ones(len(rows), np.int32)
    matrix = sparse.coo_array((ones, (rows, rank[codes])), (n, len(own))).tocsr()
    matrix.sort_indices()
    flat = list(chain.from_iterable(found))
    return _packed(
        [terms[k] for k in order],
        report=np.repeat(np.arange(len(found)), sizes),
        function=np.array([FUNCTIONS.index(function) for *_, function in flat], int),
        section=np.array([section for _, _, section, _ in flat], int),
        paragraph=np.concatenate([np.empty(0, int), *map(np.arange, sizes)]),
        sizes=np.bincount(rows, minlength=n),
        widths=np.diff(matrix.indptr),
        codes=matrix.indices,
        hits=matrix.data,
    )


def _packed(terms: list[str], **arrays: np.ndarray) -> _Part:
    small = {name: array.astype(np.min_scalar_type(int(array.max(initial=0))))
             for name, array in arrays.items()}  # fmt: skip
    return _Part(terms, **small)


def _dumps(part: _Part) -> bytes:
    """Lengths and types in one line of JSON, the arrays, the terms."""
    arrays = [getattr(part, name) for name in _ARRAYS]
    head = json.dumps([[len(array), array.dtype.str] for array in arrays]).encode()
    terms = "\n".join(part.terms).encode("utf-8", "surrogatepass")
    return b"".join([head, b"\n", *(array.tobytes() for array in arrays), terms])


def _loads(entry: bytes) -> _Part:
    """Read what `_dumps` wrote."""
    at = entry.index(b"\n") + 1
    arrays = {}
    for name, (length, kind) in zip(_ARRAYS, json.loads(entry[:at]), strict=True):
        # A copy, or the smallest array would keep the whole entry in memory.
        arrays[name] = np.frombuffer(entry, kind, length, at).copy()
        at += arrays[name].nbytes
    terms = entry[at:].decode("utf-8", "surrogatepass")
    return _Part(terms.split("\n") if terms else [], **arrays)


# Structure, cutting and counting decide; which words are headings, and what they do, stands in tables.
_KEPT = storage.Kept(
    "counts", "analysis.counts.streaming", _dumps, _loads,
    tables=(paths.LEXICONS / "headings.csv", paths.LEXICONS / "functions.csv"),
)  # fmt: skip


def _regrouped(part: _Part, unit: str) -> _Part:
    """
    Add up the paragraphs of each report to its sections (by function) or to the whole.

    Of a part as `_count_chunk` makes it: the numbers of its terms are in their order.
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


def _joined(some: Iterable[_Part]) -> _Part:
    """Put parts one below the other, with one numbering of their terms."""
    numbering, columns = _TermIndex(), {name: [] for name in _ARRAYS}
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
    return _Part(list(numbering), **arrays)


def _with_offset(part: _Part, position: int) -> _Part:
    """Say that the first report of a part stands at this position of the catalogue."""
    report = part.report.astype(np.int64) + position
    return replace(part, report=report.astype(np.min_scalar_type(int(report.max(initial=0)))))


def _as_counts(part: _Part, unit: str, reports: list[str]) -> Counts:
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


def _units(part: _Part, unit: str, reports: list[str]) -> pd.DataFrame:
    names = pd.array(FUNCTIONS, dtype="str")
    units = pd.DataFrame({
        "report": pd.Categorical.from_codes(part.report, categories=reports),
        "function": pd.Categorical(names[part.function]),
        "section": part.section.astype(np.int64),
        "paragraph": part.paragraph.astype(np.int64),
    })[UNITS[unit]]  # fmt: skip
    units["n_tokens"] = part.sizes.astype(np.int64)
    return units
