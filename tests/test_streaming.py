"""Counting in portions gives the bytes of counting at once, wherever it is done."""

import os
import signal
import sys
import threading
import time

import joblib
import numpy as np
import pytest
import tiny
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import catalogue, corpus, counts, paths, storage, tokens
from analysis.counts import streaming

CATALOGUE = paths.ROOT / "data" / "catalogue.csv"
QUIET = {"progress": False}
LINES = (
    "一、过去五年工作回顾\n五年来，成绩来之不易，增长2.6%。",
    "二、今年重点工作\n加快建设新质生产力。",
    "（一）扩大开放。发展5G和AI，2022-08。", "——\n", "太太太，㐀\u2029研究研究。",
    "三、政府自身建设\n依法行政。",
)  # fmt: skip


def write(folder, texts: list[str]):
    """A catalogue of small reports."""
    lines = [",".join(catalogue.COLUMNS)]
    for n, text in enumerate(texts):
        (folder / f"r{n}.txt").write_text(text, "utf-8", newline="")
        cells = dict.fromkeys(catalogue.COLUMNS, "")
        cells |= {"id": f"r{n}", "file": f"r{n}.txt", "level": "city", "genre": "work-report"}
        lines.append(",".join((cells | {"date": "2021"}).values()))
    (folder / "catalogue.csv").write_text("\n".join(lines), "utf-8")
    return folder / "catalogue.csv"


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A cache of its own, here and in processes that are started."""
    monkeypatch.setattr(paths, "CACHE", tmp_path / "cache")
    monkeypatch.setenv("REPORTS_CACHE", str(tmp_path / "cache"))
    return tmp_path


@pytest.fixture
def many(home):
    """Ten reports in five portions of two."""
    return write(home, ["\n".join(LINES[k] for k in (0, 1, n % 6, 5)) for n in range(10)])


@pytest.mark.parametrize("unit", counts.UNITS)
def test_the_five_reports_are_counted_as_in_memory(unit):
    at_once = counts.count(tokens.table(corpus.load(CATALOGUE)), unit)
    streamed = streaming.count(CATALOGUE, unit, n_jobs=1, chunk=2, **QUIET)
    tiny.same_counts(at_once, streamed)
    assert streamed.units.attrs == at_once.units.attrs


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.lists(st.sampled_from(LINES), min_size=1, max_size=5), min_size=1, max_size=5),
    st.integers(1, 4), st.sampled_from(sorted(counts.UNITS)), st.booleans(),
)
def test_any_portions_give_the_same_bytes(tmp_path_factory, texts, chunk, unit, kept):
    source = write(tmp_path_factory.mktemp("law"), ["\n".join(lines) for lines in texts])
    rules = {"stop": {"建设"}, "min_count": 2, "min_units": 2}
    at_once = counts.count(tokens.table(corpus.load(source)), unit, **rules)
    streamed = streaming.count(source, unit, n_jobs=1, chunk=chunk, cached=kept, **rules, **QUIET)
    tiny.same_counts(at_once, streamed)


@pytest.mark.parametrize("options", [{"lexicon": None}, {"hmm": False}, {"engine": "jieba"}])
def test_options_reach_the_workers_and_the_cache(many, options):
    streaming.count(many, n_jobs=1, **QUIET)
    at_once = counts.count(tokens.table(corpus.load(many), **options))
    tiny.same_counts(at_once, streaming.count(many, n_jobs=1, **options, **QUIET))


def test_processes_and_threads_change_nothing(many):
    alone = streaming.count(many, n_jobs=1, **QUIET)
    tiny.same_counts(alone, streaming.count(many, n_jobs=2, chunk=2, **QUIET))
    with joblib.parallel_config(backend="threading", n_jobs=2):
        tiny.same_counts(alone, streaming.count(many, chunk=3, cached=False, **QUIET))


def test_joblib_decides_unless_the_call_does():
    assert streaming._jobs(None) == -1
    with joblib.parallel_config(n_jobs=1):
        assert streaming._jobs(None) == 1
        assert streaming._jobs(2) == 2


def test_no_texts_stay_in_memory(many):
    reports = corpus.load(many)
    streaming.count(reports, n_jobs=1, **QUIET)
    assert all(not {"data", "restored"} & set(vars(report)) for report in reports)


def test_a_second_run_reads_counts_and_restores_nothing(many, monkeypatch):
    first = streaming.count(many, n_jobs=1, **QUIET)
    monkeypatch.setattr(streaming, "_count", None)
    monkeypatch.setattr(corpus, "restore", None)
    tiny.same_counts(first, streaming.count(many, n_jobs=1, **QUIET))
    tiny.same_counts(first.regroup("report"), streaming.count(many, "report", n_jobs=1, **QUIET))


def test_portions_that_are_kept_are_read_here_until_one_is_not(many, monkeypatch):
    first = streaming.count(many, n_jobs=1, chunk=2, **QUIET)
    with monkeypatch.context() as patch:
        patch.setattr(streaming, "_count", None)
        patch.setattr(joblib, "Parallel", lambda **_: list)
        tiny.same_counts(first, streaming.count(many, n_jobs=2, chunk=2, **QUIET))
    changed = many.parent / "r5.txt"
    changed.write_text(changed.read_text("utf-8") + "\n改革。", "utf-8", newline="")
    again, counted = [], streaming._count_chunk
    monkeypatch.setattr(streaming, "_count_chunk", lambda *given: again.append(1) or counted(*given))
    found = streaming.count(many, n_jobs=1, chunk=2, **QUIET)
    tiny.same_counts(found, streaming.count(many, n_jobs=1, cached=False, **QUIET))
    assert found.matrix.sum() == first.matrix.sum() + 1
    assert len(again) == 3 + 1, "the third portion and what follows; all of it without the cache"


@pytest.mark.parametrize("damage", [b"", b"\0" * 9, b"cut", b"bit"])
def test_a_damaged_entry_is_counted_again(many, damage):
    first = streaming.count(many, n_jobs=1, **QUIET)
    entries = storage.entries("counts")
    whole = [entry.read_bytes() for entry in entries]
    for entry, data in zip(entries, whole, strict=True):
        flipped = data[:-1] + bytes((data[-1] ^ 1,))
        entry.write_bytes({b"cut": data[:-5], b"bit": flipped}.get(damage, damage))
    tiny.same_counts(first, streaming.count(many, n_jobs=1, **QUIET))
    assert [entry.read_bytes() for entry in entries] == whole


def test_an_interrupted_run_goes_on(many, monkeypatch):
    done, count = [], streaming._count

    def until_the_third(reports, options):
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append([report.id for report in reports])
        return count(reports, options)

    monkeypatch.setattr(streaming, "_count", until_the_third)
    with pytest.raises(KeyboardInterrupt):
        streaming.count(many, n_jobs=1, chunk=2, **QUIET)
    monkeypatch.setattr(streaming, "_count", lambda *given: done.append(given[0]) or count(*given))
    finished = streaming.count(many, n_jobs=1, chunk=2, **QUIET)
    assert len(done) == 3, "the last two portions are the first two once more"
    tiny.same_counts(finished, streaming.count(many, n_jobs=1, cached=False, **QUIET))


def test_two_runs_at_once_disturb_neither(many):
    found = []
    runs = [
        threading.Thread(target=lambda: found.append(streaming.count(many, n_jobs=1, **QUIET)))
        for _ in range(4)
    ]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert len(found) == 4
    for other in found[1:]:
        tiny.same_counts(found[0], other)
    assert not list(paths.CACHE.rglob(".*"))


@pytest.mark.parametrize("terminal", [True, False])
def test_the_bar_says_how_many_to_a_terminal_and_keeps_out_of_logs(many, capsys, monkeypatch, terminal):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
    streaming.count(many, n_jobs=1, chunk=2)
    out, err = capsys.readouterr()
    assert out == ""
    assert ("10/10" in err) == ("reports/s" in err) == terminal


def test_errors_name_the_report(many):
    (many.parent / "r3.txt").write_bytes(b"\x01" * 40)
    with pytest.raises(ValueError, match="control character") as caught:
        streaming.count(many, n_jobs=1, **QUIET)
    assert "in the report r3" in caught.value.__notes__[0]
    with pytest.raises(ValueError, match="paragraph, section, report"):
        streaming.count(many, "chapter", **QUIET)


def test_no_reports_no_units(many):
    none = corpus.Corpus(corpus.load(many).catalogue.iloc[:0], ())
    assert streaming.count(none, **QUIET).matrix.shape == (0, 0)


def test_parts_join_in_any_grouping(many):
    options = streaming._Options()
    single = [streaming._with_offset(streaming._count_chunk([report], options), n)
              for n, report in enumerate(corpus.load(many))]  # fmt: skip
    left = streaming._joined([streaming._joined(single[:3]), *single[3:]])
    right = streaming._joined([*single[:7], streaming._joined(single[7:])])
    assert left.terms == right.terms
    for name in streaming._ARRAYS:
        assert np.array_equal(getattr(left, name), getattr(right, name)), name



@pytest.mark.xdist_group("cluster")
def test_a_dask_worker_that_is_killed_loses_nothing(many, monkeypatch):
    """Two worker processes; one is killed while portions are under way, and its work done again."""
    distributed = pytest.importorskip("distributed")
    expected = streaming.count(many, n_jobs=1, cached=False, **QUIET)
    monkeypatch.setattr(streaming, "_portion", _Slow())
    local = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "silence_logs": 50}
    with (
        distributed.LocalCluster(**local, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        pids = client.run(os.getpid)
        assert len({*pids.values(), os.getpid()}) == 3
        victim = next(iter(pids.values()))
        killer = threading.Timer(1.0, os.kill, (victim, signal.SIGKILL))
        killer.start()
        with joblib.parallel_config(backend="dask"):
            found = streaming.count(many, chunk=1, cached=False, **QUIET)
        assert not killer.is_alive(), "the worker was to be killed while there was work"
        assert victim not in client.run(os.getpid).values()
    tiny.same_counts(expected, found)


class _Slow:
    """The work of a portion, slow enough to be interrupted; sent to workers by value."""

    def __init__(self):
        self.work = streaming._portion

    def __call__(self, start, reports, options):
        time.sleep(0.4)
        return self.work(start, reports, options)
