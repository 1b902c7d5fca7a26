"""Commands: nothing is written over, a terminal obeys no text, a pattern ends, any output encoding will do."""

import os
import re
import subprocess
import sys
import time

import pytest

from analysis import __main__ as command
from analysis import concordance, corpus, explore, paths
from restoration import __main__ as restorer

DAMAGED = "\ufeff領(lǐng)導(dǎo)\n"


@pytest.fixture
def text(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text(DAMAGED, encoding="utf-8")
    return path


@pytest.mark.parametrize("main", [restorer.main, lambda words: command.main(["restore", *words])])
@pytest.mark.parametrize("words", [
    ["a.txt", "-o", "a.txt"], ["a.txt", "-o", "./x/../a.txt"], ["a.txt", "--ledger", "a.txt"],
    ["a.txt", "-o", "b.txt", "--ledger", "b.txt"], ["a.txt", "-o", "link.txt"], ["link.txt", "-o", "a.txt"],
    ["a.txt", "-o", "new.txt", "--ledger", "NEW.txt"], ["a.txt", "-o", "o.csv", "--overrides", "o.csv"],
])  # fmt: skip
def test_nothing_is_written_over_what_is_read_nor_two_things_into_one(text, monkeypatch, capsys, main, words):
    monkeypatch.chdir(text.parent)
    (text.parent / "x").mkdir()
    (text.parent / "o.csv").write_text("file_sha256,start,end,before,accepted,reason,who\n")
    (text.parent / "link.txt").symlink_to("a.txt")
    before = {path.name: path.read_bytes() for path in text.parent.iterdir() if path.is_file()}
    assert main(words) == 1
    assert re.search("would be overwritten|named for two things", capsys.readouterr().err)
    assert {path.name: path.read_bytes() for path in text.parent.iterdir() if path.is_file()} == before


def test_decisions_that_are_not_there_are_an_error(text, capsys):
    assert command.main(["restore", str(text), "-o", str(text) + ".out", "--overrides", "nowhere.csv"]) == 1
    assert "nowhere.csv" in capsys.readouterr().err


def test_a_checksum_in_capitals_is_one(text, capsys):
    from analysis import storage

    table = text.parent / "o.csv"
    sha256 = storage.checksum(text.read_bytes()).upper()
    table.write_text(f"file_sha256,start,end,before,accepted,reason,who\n {sha256},1,2,領,领,read,me\n", "utf-8")
    assert command.main(["restore", str(text), "--ledger", str(text) + ".csv", "--overrides", str(table)]) == 0
    assert "override" in capsys.readouterr().err


@pytest.fixture
def hostile(tmp_path):
    """A corpus whose title and text have what a terminal would obey."""
    (tmp_path / "a.txt").write_text("政府工作报告\n一、过去一年工作回顾\n经济\u2066发展\u202e。\n", encoding="utf-8")
    (tmp_path / "c.csv").write_text(
        "id,file,title,issuer,level,genre,date,reviews,plans,source,licence,sha256,notes\n"
        "a,a.txt,报\u2067告\u202e,府,city,work-report,2020-01-10,,,,,,\n", encoding="utf-8")  # fmt: skip
    return tmp_path / "c.csv"


@pytest.mark.parametrize("words", [["check"], ["trace", "经济", "--catalogue"], ["check", "\x1b[2J.csv"]])
def test_a_terminal_obeys_no_text(hostile, capsys, words):
    command.main([*words, str(hostile)][: max(len(words), 2) + (words[0] == "trace")])
    shown = "".join(capsys.readouterr())
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", shown)
    assert re.search(r"\\x1b|\\u202e|\\u2066", shown)


def test_a_progress_bar_still_draws():
    import io
    from contextlib import redirect_stderr

    with redirect_stderr(io.StringIO()) as out, restorer.terminal():
        sys.stderr.write("\r 50%")
        sys.stderr.write("\n\x1b[A")
        sys.stderr.write("a\rb")
    assert out.getvalue() == "\r 50%\n\x1b[Aa\\rb"


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "gbk", "cp1252"])
def test_an_output_that_cannot_write_chinese_is_no_reason_to_stop(hostile, encoding):
    environ = os.environ | {"PYTHONIOENCODING": encoding, "PYTHONPATH": str(paths.ROOT)}
    for words in (["check", hostile], ["trace", "经济", "--catalogue", hostile]):
        ran = subprocess.run([sys.executable, "-m", "analysis", *map(str, words)], capture_output=True, env=environ)
        assert ran.returncode == 0, ran.stderr.decode(encoding, "replace")
        assert b"Traceback" not in ran.stderr


def test_a_restored_text_goes_into_a_pipe_byte_by_byte(text):
    text.write_bytes("改革\u202e开放\n".encode())
    environ = os.environ | {"PYTHONPATH": str(paths.ROOT)}
    ran = subprocess.run([sys.executable, "-m", "restoration", text], capture_output=True, env=environ)
    assert ran.stdout == "改革\u202e开放\n".encode()


SLOW = "(((甲+)+)+)+乙"
BAD = ["(", "a{99999999999999999999}", "[", "(?P<a", SLOW]


@pytest.fixture
def loaded(tmp_path, monkeypatch):
    monkeypatch.setattr(concordance, "PATTERN_SECONDS", 0.5)
    (tmp_path / "a.txt").write_text("政府工作报告\n一、过去一年工作回顾\n经济" + "甲" * 5000 + "。\n", encoding="utf-8")
    (tmp_path / "c.csv").write_text(
        "id,file,title,issuer,level,genre,date,reviews,plans,source,licence,sha256,notes\n"
        "a,a.txt,报告,府,city,work-report,2020-01-10,,,,,,\n", encoding="utf-8")  # fmt: skip
    return tmp_path / "c.csv"


@pytest.mark.parametrize("pattern", BAD)
def test_a_bad_pattern_is_a_sentence_and_soon(loaded, capsys, pattern):
    begun = time.monotonic()
    assert command.main(["trace", pattern, "--regex", "--catalogue", str(loaded)]) == 1
    assert time.monotonic() - begun < 10
    said = capsys.readouterr().err
    assert "Traceback" not in said
    assert re.search("took more than 0.5 seconds|is no regular expression", said)


@pytest.mark.parametrize("pattern", BAD)
def test_the_explorer_goes_on_after_a_bad_pattern(loaded, pattern):
    shown = explore._Explorer(explore.prepare(corpus.load(loaded)), "经济", True, None, None, "en")
    good = shown.said.value
    shown.term.value = pattern
    assert shown.found is None
    shown.term.value = "经济"
    assert (shown.said.value, len(shown.found.hits)) == (good, 1)
