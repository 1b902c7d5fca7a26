"""The cache holds what it says, gives back what was put in, and clears itself and nothing else."""

import pytest

from analysis import __main__ as command
from analysis import cache, corpus, paths, textfiles
from analysis.counts import streaming
from restoration import restore

CATALOGUE = paths.ROOT / "data" / "catalogue.csv"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "CACHE", tmp_path / "cache")
    return tmp_path / "cache"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16-le", "utf-16"])
def test_an_entry_gives_back_text_raw_text_and_ledger(encoding):
    data = ("政府工作报告\n" + "加快&nbsp;建设，增长2.6%。\n" * 9).encode(encoding)
    made = cache.restored(data)
    assert made == cache.restored(data) == restore(data)
    assert made.ledger.apply(made.raw) == made.text


def test_a_clean_text_costs_the_cache_nothing(folder):
    clean = "政府工作报告\n" + "加快建设。\n" * 2000
    cache.restored(clean.encode())
    assert cache.held().bytes.sum() == 0
    cache.restored(("\ufeff" + clean).encode())
    assert 0 < cache.held().set_index("kind").bytes["restored"] < 2000


def test_an_entry_of_another_text_is_made_again(folder):
    one, other = "\u200b改革。".encode(), "\ufeff开放。".encode()
    cache.restored(one), cache.restored(other)
    first, second = (cache._place(data, "full", ()) for data in (one, other))
    first.write_bytes(second.read_bytes())
    assert cache.restored(one).text == "改革。"


def test_it_says_what_it_holds(folder):
    assert cache.held().entries.sum() == 0
    for _ in range(2):
        streaming.count(CATALOGUE, "report", n_jobs=1, progress=False)
    held = cache.held().set_index("kind")
    assert held.entries.to_dict() == {"restored": 5, "tokens": 0, "counts": 1, "topics": 0,
                                      "runs": 0}  # fmt: skip
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert held.bytes.sum() == sum(path.stat().st_size for path in files)


def test_clearing_leaves_what_is_not_its_own(folder):
    corpus.load(CATALOGUE)["taiyuan-gov-2026"].text  # noqa: B018
    folder.joinpath("run-0.json").write_text("{}")
    folder.joinpath("thesis.docx").write_text("years of work")
    left = folder / "restored" / "ab" / ".half.json.77-1"
    textfiles.replace(left, b"{")
    assert cache.clear() == 3
    assert [path.name for path in folder.rglob("*") if path.is_file()] == ["thesis.docx"]
    assert cache.clear() == 0


def test_the_command_says_and_clears(folder, capsys):
    cache.restored("\ufeff改革。".encode())
    assert command.main(["cache"]) == 0
    assert "restored         1 files" in capsys.readouterr().out
    assert command.main(["cache", "--clear"]) == 0
    assert "1 files deleted" in capsys.readouterr().out
    assert cache.held().entries.sum() == 0


def test_a_folder_that_cannot_be_written_is_no_reason_to_stop(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(paths, "CACHE", tmp_path / "file" / "cache")
    assert cache.restored("改革。".encode()).text == "改革。"
    assert len(streaming.count(CATALOGUE, "report", n_jobs=1, progress=False).units) == 5
