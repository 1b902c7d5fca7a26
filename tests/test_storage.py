"""What is given is only read, what is made is whole, and the cache gives back what was put in or makes it again."""

import errno
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis import __main__ as command
from analysis import corpus, paths, storage, tokens
from analysis.counts import streaming
from analysis.readers import tables
from restoration import files, restore

CATALOGUE = paths.ROOT / "data" / "catalogue.csv"
SUMS = storage.Kept("counts", "analysis.tokens", dump=lambda n: str(n).encode(), load=lambda entry: int(entry))


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "CACHE", tmp_path / "cache")
    return tmp_path / "cache"


def sizes() -> dict[str, list[int]]:
    return {kind: [path.stat().st_size for path in storage.entries(kind)] for kind in storage.KINDS}


# Files


def test_a_file_is_written_whole_with_its_folders(tmp_path):
    path = storage.write(tmp_path / "a" / "b.txt", "改革")
    assert path.read_bytes() == "改革".encode()
    storage.write(path, b"2")
    assert path.read_bytes() == b"2"
    assert [each.name for each in path.parent.iterdir()] == ["b.txt"]


def _halfway(path, stopped):
    with storage.writing(path) as file:
        file.write(b"new")
        if stopped:
            raise KeyboardInterrupt


@pytest.mark.parametrize("fault", ["full disk", "interrupted", "while made"])
def test_the_old_file_stays_where_the_new_one_cannot_be_written(tmp_path, monkeypatch, fault):
    path = storage.write(tmp_path / "a.txt", "old")

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    def stop(*_):
        raise KeyboardInterrupt

    if fault != "while made":
        monkeypatch.setattr(files.os, "fsync", full if fault == "full disk" else stop)
    with pytest.raises((OSError, KeyboardInterrupt)):
        _halfway(path, stopped=fault == "while made")
    assert path.read_text() == "old"
    assert [each.name for each in tmp_path.iterdir() if each.is_file()] == ["a.txt"]


def test_a_long_name_is_as_long_as_the_disk_takes(tmp_path):
    assert storage.write(tmp_path / ("a" * 251 + ".txt"), "x").is_file()


def test_a_link_stays_a_link(tmp_path):
    storage.write(tmp_path / "real.txt", "old")
    (tmp_path / "link.txt").symlink_to("real.txt")
    storage.write(tmp_path / "link.txt", "new")
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "real.txt").read_text() == "new"


@pytest.mark.parametrize("act", [storage.read, lambda path: storage.write(path, "x")])
def test_folders_pipes_and_devices_are_refused_at_once(tmp_path, act):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "zero").symlink_to("/dev/zero")
    for path in (tmp_path, tmp_path / "pipe", tmp_path / "zero"):
        with pytest.raises((ValueError, IsADirectoryError)):
            act(path)
    assert (tmp_path / "pipe").is_fifo()


def test_a_file_without_end_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "LARGEST", 1 << 20)
    with open(tmp_path / "large.txt", "wb") as file:
        file.truncate(files.LARGEST + 1)
    with pytest.raises(ValueError, match="larger than 1 MB"):
        storage.read(tmp_path / "large.txt")


def test_what_is_read_is_not_written_over(tmp_path, monkeypatch):
    raw = storage.write(tmp_path / "raw.txt", "raw")
    (tmp_path / "link.txt").symlink_to(raw)
    os.link(raw, tmp_path / "second.txt")
    monkeypatch.chdir(tmp_path)
    names = [raw, Path("raw.txt"), Path("./x/../raw.txt"), Path("link.txt"), Path("second.txt")]
    (tmp_path / "x").mkdir()
    for name in names:
        with pytest.raises(ValueError, match="would be overwritten"):
            storage.apart([raw], [name])
    with pytest.raises(ValueError, match="named for two things"):
        storage.apart([raw], [tmp_path / "new.csv", Path("NEW.csv")])
    storage.apart([raw, None], [tmp_path / "new.csv", None, tmp_path / "new.txt"])


# The cache


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16-le", "utf-16"])
def test_an_entry_gives_back_text_raw_text_and_ledger(encoding):
    data = ("政府工作报告\n" + "加快&nbsp;建设，增长2.6%。\n" * 9).encode(encoding)
    made = corpus.restored(data)
    assert made == corpus.restored(data) == restore(data)
    assert made.ledger.apply(made.raw) == made.text
    assert len(storage.entries("restored")) == 1


def test_a_clean_text_costs_the_cache_next_to_nothing():
    """To find that nothing is to be done takes milliseconds a text: an entry says so, without the text."""
    clean = "政府工作报告\n" + "加快建设。\n" * 2000
    corpus.restored(clean.encode())
    assert 0 < sum(sizes()["restored"]) < 1000
    corpus.restored(("\ufeff" + clean).encode())
    assert sum(sizes()["restored"]) < 2000


def test_an_entry_of_another_key_is_made_again():
    one, other = "\u200b改革。".encode(), "\ufeff开放。".encode()
    corpus.restored(one), corpus.restored(other)
    first, second = storage.entries("restored")
    first.write_bytes(second.read_bytes())
    assert corpus.restored(one).text == "改革。"
    assert corpus.restored(other).text == "开放。"


@pytest.mark.parametrize("kind", ["restored", "tokens", "counts"])
def test_no_flipped_bit_is_served(kind):
    reports = corpus.load(CATALOGUE)["taiyuan-gov-2026"]
    small = corpus.Corpus(corpus.load(CATALOGUE).catalogue.loc[[reports.id]], (reports,))

    def made():
        fresh = corpus.Corpus(small.catalogue, (replace(reports),))
        if kind == "restored":
            return fresh.reports[0].restored
        if kind == "tokens":
            return tokens.table(fresh)["start"].tolist()
        return streaming.count(fresh, "report", n_jobs=1, progress=False).frame().to_numpy().tolist()

    right = made()
    (entry,) = storage.entries(kind)
    whole, draw = entry.read_bytes(), random.Random(0)
    for _ in range(12):
        at = draw.randrange(len(whole) * 8)
        entry.write_bytes(whole[: at // 8] + bytes([whole[at // 8] ^ 1 << at % 8]) + whole[at // 8 + 1 :])
        assert made() == right
        assert entry.read_bytes() == whole, "the entry is made again"


def test_a_value_is_made_once_for_a_key():
    calls = []
    for key in (1, 1, 2):
        assert SUMS.get(key, lambda key=key: calls.append(key) or key * 10) == key * 10
    assert calls == [1, 2]
    assert (SUMS.held(1), SUMS.held(3)) == (10, None)
    SUMS.put(1, 11)
    assert SUMS.held(1) == 11


def checkout(tmp_path) -> Path:
    """The two packages somewhere else, old enough that nobody is at work on them."""
    root = tmp_path / "checkout"
    for name in ("analysis", "restoration"):
        shutil.copytree(paths.ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__", "fonts"))
    shutil.copytree(paths.ROOT / "data" / "raw", root / "data" / "raw")
    shutil.copy(CATALOGUE, root / "data" / "catalogue.csv")
    age(root)
    return root


def age(root: Path) -> None:
    for path in root.rglob("*"):
        os.utime(path, (1, 1))


def versions(root: Path) -> dict[str, str]:
    code = (
        "from analysis import corpus, tokens; from analysis.counts import streaming; from analysis import topics;"
        "import analysis; print(analysis.__file__);"
        "print(corpus.rules(), tokens._KEPT.version, streaming._KEPT.version, topics._KEPT.version)"
    )
    environ = os.environ | {"PYTHONPATH": str(root)}
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environ, cwd="/")
    place, line = out.stdout.splitlines()
    assert place.startswith(str(root)), "another checkout was executed"
    return dict(zip(("restored", "tokens", "counts", "topics"), line.split(" "), strict=True))


@pytest.mark.parametrize(("file", "changes"), [
    ("restoration/layout.py", {"restored"}),
    ("restoration/resources/lookalikes.csv", {"restored"}),
    ("analysis/tokens/engines.py", {"tokens", "counts"}),
    ("analysis/structure/headings.py", {"counts"}),
    ("analysis/resources/lexicons/headings.csv", {"counts"}),
    ("analysis/resources/lexicons/functions.csv", {"counts"}),
    ("analysis/plot/rates.py", set()),
    ("analysis/tables.py", set()),
])  # fmt: skip
def test_an_edit_makes_anew_what_depends_on_it_and_nothing_else(tmp_path, file, changes):
    """An edit of what draws or tells leaves restored texts alone; an edit of what cuts is seen by all that counts."""
    root = checkout(tmp_path)
    before = versions(root)
    with open(root / file, "ab") as changed:
        changed.write(b"\n#\n" if file.endswith(".py") else b"\n")
    age(root)
    after = versions(root)
    different = {name for name in before if before[name] != after[name]}
    # What cuts and counts imports the restorer as well: its decoder reads word lists.
    assert different - {"topics", "counts", "tokens"} == changes - {"counts", "tokens"}
    assert changes <= different
    assert changes or not different - {"topics"}


def test_code_that_was_edited_while_it_ran_is_neither_kept_nor_served(tmp_path):
    root = checkout(tmp_path)
    os.utime(root / "restoration" / "layout.py", (time.time() + 60,) * 2)
    assert versions(root)["restored"] == ""


def test_nothing_is_kept_under_a_name_that_is_not_known(monkeypatch):
    monkeypatch.setattr(storage, "version", lambda *_: "")
    assert [SUMS.get(1, lambda n=n: n) for n in (1, 2)] == [1, 2]
    assert storage.entries("counts") == []


def test_another_version_of_a_library_is_another_entry(monkeypatch):
    known = storage.version.__wrapped__("restoration", (), ("opencc",))
    monkeypatch.setattr(storage.metadata, "version", lambda name: "0.0.1")
    assert storage.version.__wrapped__("restoration", (), ("opencc",)) != known


def test_many_at_once_get_the_same(folder):
    found = []
    data = np.arange(1 << 16).tobytes()
    kept = storage.Kept("tokens", "analysis.tokens", dump=bytes, load=bytes)
    threads = [threading.Thread(target=lambda: found.append(kept.get("k", lambda: data))) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [data] * 16
    assert [path for path in folder.rglob("*") if path.is_file()] == storage.entries("tokens")


def test_a_relative_folder_is_one_place(tmp_path):
    code = "from analysis import paths; print(paths.CACHE)"
    environ = os.environ | {"REPORTS_CACHE": "some/cache", "PYTHONPATH": str(paths.ROOT)}
    for cwd in (tmp_path, paths.ROOT, paths.NOTEBOOKS):
        out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environ, cwd=cwd)
        assert out.stdout == f"{paths.ROOT / 'some' / 'cache'}\n"


def test_it_says_what_it_holds(folder):
    assert not any(sizes().values())
    for _ in range(2):
        streaming.count(CATALOGUE, "report", n_jobs=1, progress=False)
    assert {kind: len(held) for kind, held in sizes().items()} == {
        "restored": 5, "tokens": 0, "counts": 1, "topics": 0, "runs": 0}  # fmt: skip
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert sum(map(sum, sizes().values())) == sum(path.stat().st_size for path in files)


def test_clearing_leaves_what_is_not_its_own_and_follows_no_links(folder, tmp_path):
    SUMS.put(1, 1)
    (entry,) = storage.entries("counts")
    outside = tmp_path / "outside"
    shutil.copytree(folder, outside)
    mine = [
        folder / "thesis.docx", folder / "counts" / "thesis.docx", folder / "counts" / "ab" / "thesis.docx",
        folder / "tokens" / "aa" / ("a" * 64), folder / "restored" / "notes" / ("b" * 64),
    ]  # fmt: skip
    for path in mine:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("years of work")
    (folder / "topics").symlink_to(outside / "counts")
    (folder / "runs").mkdir()
    (folder / "runs" / "ab").symlink_to(outside / "counts" / entry.parent.name)
    half = folder / "counts" / "cd" / ".0123456789abcdef.part"
    half.parent.mkdir()
    half.write_bytes(b"half")
    assert storage.clear() == 2
    assert all(path.read_text() == "years of work" for path in mine)
    assert len([path for path in outside.rglob("*") if path.is_file()]) == 1
    assert storage.clear() == 0


def test_what_an_interruption_left_is_cleaned_when_it_is_old(tmp_path):
    old, new, other = (tmp_path / name for name in (".0123456789abcdef.part", ".fedcba9876543210.part", ".film.part"))
    for path in (old, new, other):
        path.write_bytes(b"half")
    for path in (old, other):
        os.utime(path, (1, 1))
    assert storage.sweep(tmp_path) == 1
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == [new.name, other.name]


def test_the_command_says_and_clears(capsys):
    corpus.restored("\ufeff改革。".encode())
    assert command.main(["cache"]) == 0
    assert "restored         1 files" in capsys.readouterr().out
    assert command.main(["cache", "--clear"]) == 0
    assert "1 files deleted" in capsys.readouterr().out
    assert not any(sizes().values())


def test_a_folder_that_cannot_be_written_is_no_reason_to_stop(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(paths, "CACHE", tmp_path / "file" / "cache")
    assert corpus.restored("改革。".encode()).text == "改革。"
    assert len(streaming.count(CATALOGUE, "report", n_jobs=1, progress=False).units) == 5


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="processes are looked up in /proc")
def test_a_killed_run_leaves_no_workers(tmp_path):
    """Workers of a run that was killed end by themselves, at once and not after minutes."""
    (tmp_path / "job.py").write_text(
        "import os, time\nfrom pathlib import Path\nfrom analysis import storage\n"
        "def work(folder):\n    Path(folder, str(os.getpid())).touch()\n    time.sleep(60)\n"
    )
    code = (
        "from joblib import Parallel, delayed; import sys, job;"
        "Parallel(2)(delayed(job.work)(sys.argv[1]) for _ in range(2))"
    )
    (tmp_path / "pids").mkdir()
    environ = os.environ | {"PYTHONPATH": f"{paths.ROOT}{os.pathsep}{tmp_path}"}
    run = subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "pids")], env=environ, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while len(list((tmp_path / "pids").iterdir())) < 2 and time.monotonic() < deadline:
        time.sleep(0.2)
    workers = [int(path.name) for path in (tmp_path / "pids").iterdir()]
    assert len(workers) == 2
    run.send_signal(signal.SIGKILL)
    run.wait()
    deadline = time.monotonic() + 20
    while any(Path(f"/proc/{pid}").exists() for pid in workers) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert not [pid for pid in workers if Path(f"/proc/{pid}").exists()]


HOSTILE = pd.DataFrame({
    "term": ["=1+1", "改革", "@SUM(A1)", None], "n": pd.array([1, 2, None, 4], "Int64"), "yes": [True, False] * 2,
})  # fmt: skip


@pytest.mark.parametrize("suffix", [*storage.FORMATS, ".CSV"])
def test_a_table_comes_back_from_every_format_with_nothing_to_compute(suffix, tmp_path):
    labels, more = {"term": "a term " * 99}, {"more": HOSTILE}
    path = storage.write(tmp_path / f"a{suffix}", storage.encoded(HOSTILE, suffix, labels, more))
    if suffix == ".xlsx":
        with zipfile.ZipFile(path) as archive:
            assert not any(b"<f>" in archive.read(name) for name in archive.namelist() if "sheet" in name)
        _, *rows = next(iter(tables.workbook(path.read_bytes()).values()))
        found = [row[0] for row in rows]
    elif suffix == ".dta":
        found = pd.read_stata(path)["term"].tolist()
    elif suffix == ".parquet":
        found = pd.read_parquet(path)["term"].fillna("").tolist()
    else:
        assert path.read_bytes().startswith(b"\xef\xbb\xbf")
        found = [row["term"].removeprefix("'") for _, row in tables.rows(path) if "term" in row] + [""]
        assert b"\n'=1+1" in path.read_bytes()
    assert found == ["=1+1", "改革", "@SUM(A1)", ""]
    assert HOSTILE["n"].dtype == "Int64", "what is given stays as it is"


def test_other_formats_and_sheets_that_excel_cuts_are_refused(monkeypatch):
    with pytest.raises(ValueError, match="no table is written as"):
        storage.encoded(HOSTILE, ".ods")
    monkeypatch.setattr(storage, "_SHEET", 3)
    with pytest.raises(ValueError, match="more than Excel opens"):
        storage.encoded(HOSTILE, ".xlsx")
