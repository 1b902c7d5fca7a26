"""
Count thousands of reports: read, restored, parsed, cut, counted and let go, some at a time.

    from analysis.counts import streaming
    counts = streaming.count("data/catalogue.csv", "report", min_units=5)

Only vocabulary and counts stay. The result is, byte for byte, what `counts.count` makes of
`tokens.table`, wherever and in whatever portions it was counted. `joblib.parallel_config` decides
where that is: the cores of this machine unless told otherwise, or a Dask cluster:

    from dask.distributed import Client; client = Client("127.0.0.1:8786")
    with joblib.parallel_config(backend="dask"): counts = streaming.count(...)
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from analysis import corpus, lexicons, tokens
from analysis.counts import UNITS, Counts, parts, pruned

# Reports that a worker takes at once: enough that sending their counts costs little, few enough
# that the last ones do not keep one core busy while the others wait.
CHUNK = 32


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
    options = parts.Options(lexicons.terms(lexicon), hmm, engine, unit, cached)
    portions = list(_portions(reports, chunk))
    found = _shown(_run(portions, options, n_jobs), portions, progress)
    table = parts.table(parts.join(found), unit, reports.ids)
    said = tokens.provenance(lexicon=options.terms, hmm=hmm, engine=engine)
    table.units.attrs["provenance"] = said
    return pruned(table, stop, min_count, min_units)


def _portions(reports: corpus.Corpus, chunk: int) -> Iterator[tuple[int, list[corpus.Report]]]:
    """Portions of the reports, without their texts, and the position of the first of each."""
    for start in range(0, len(reports), chunk):
        yield start, [replace(report) for report in reports.reports[start : start + chunk]]


def _run(portions: list, options: parts.Options, n_jobs: int | None) -> Iterator[parts.Part]:
    """
    Read portions while the cache has them, count the rest here or elsewhere; parts in order.

    Reading takes less than starting processes. A run that was interrupted goes on where it was.
    """
    from joblib import Parallel, delayed

    done = 0
    for start, reports in portions if options.cached else ():
        if (part := parts.kept(reports, options)) is None:
            break
        yield parts.numbered(part, start)
        done += 1
    jobs = 1 if len(portions) < done + 2 else _jobs(n_jobs)
    run = Parallel(n_jobs=jobs, return_as="generator", batch_size=1)
    yield from run(delayed(_portion)(start, reports, options) for start, reports in portions[done:])


def _jobs(n_jobs: int | None) -> int:
    """What was asked for here, or by `parallel_config`, or all there is."""
    from joblib.parallel import get_active_backend

    said = get_active_backend()[1] if n_jobs is None else n_jobs
    return -1 if said is None else said


def _portion(start: int, reports: list[corpus.Report], options: parts.Options) -> parts.Part:
    """The work of one task: a part of some reports, which are released when they are counted."""
    return parts.numbered(parts.together(reports, options), start)


def _shown(found: Iterable, portions: list, progress: bool) -> Iterator[parts.Part]:
    from tqdm.auto import tqdm

    total = sum(len(reports) for _, reports in portions)
    with tqdm(total=total, desc="counting", unit=" reports", disable=not progress) as bar:
        for part, (_, reports) in zip(found, portions, strict=True):
            yield part
            bar.update(len(reports))
