"""Every command in the documents is one that exists; the quick ones are run as they stand."""

import re
import shlex
import shutil
import subprocess

import pytest

from analysis import paths
from analysis.__main__ import main, parser

DOCUMENTS = [paths.ROOT / "README.md", *paths.ROOT.glob("README.zh.md"),
             *sorted((paths.ROOT / "docs").glob("*.md")), paths.ROOT / "data" / "README.md"]
# What stands for a reader's own files, by something real.
NAMES = ("FOLDER", "FILE", "OUT", "EDITS.csv")


def commands() -> list[str]:
    found = []
    for path in DOCUMENTS:
        text = path.read_text(encoding="utf-8")
        for block in re.findall(r"^```sh\n(.*?)^```", text, re.M | re.S):
            found += [line.split(" #")[0].strip() for line in block.splitlines()]
        found += re.findall(r"`((?:make|python -m analysis) [^`\n]+)`", text)
    return sorted({part.strip() for line in found for part in line.split("&&") if part.strip()})


COMMANDS = commands()


def words(command: str) -> list[str]:
    """The words of a command without settings in front, the interpreter by its name."""
    found = [word.removeprefix(".venv/bin/") for word in shlex.split(command)]
    while re.match(r"[A-Z]+=", found[0]):
        found = found[1:]
    return found


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_exists(command):
    name, *rest = words(command)
    if name == "make":
        out = subprocess.run(["make", "-n", *rest, "READY="], cwd=paths.ROOT, capture_output=True)
        assert out.returncode == 0, out.stderr.decode()
    elif [name, *rest[:2]] == ["python", "-m", "analysis"]:
        if any(word.endswith("…") or word == "COMMAND" for word in rest):
            return
        parser().parse_args(rest[2:])
    elif [name, *rest[:2]] == ["python", "-m", "pydoc"]:
        assert (paths.ROOT / rest[2].replace(".", "/")).with_suffix(".py").is_file()
    elif [name, *rest[:2]] == ["python", "-m", "restoration"]:
        assert rest[2:], "a file to restore"
    elif [name, *rest[:2]] == ["python", "-m", "pip"]:
        assert rest[2] == "install"
    else:
        assert name in {"python3", "pip", "pytest", "conda"}, command


def test_own_corpus_walk_works_as_written(tmp_path, capsys):
    for name in ("004_054c4ec8d8bdb6af.txt", "002_129e57518607c10d.txt"):
        shutil.copy(paths.RAW / name, tmp_path / f"gov-{'2021' if '004' in name else '2026'}.txt")
    real = {"FOLDER": str(tmp_path), "FILE": str(tmp_path / "gov-2026.txt"),
            "OUT": str(tmp_path / "restored"), "EDITS.csv": str(tmp_path / "edits.csv")}
    text = (paths.ROOT / "docs" / "own-corpus.md").read_text(encoding="utf-8")
    blocks = "".join(re.findall(r"^```sh\n(.*?)^```", text, re.M | re.S))
    ran = [line for line in blocks.splitlines() if line.startswith("python -m analysis ")]
    assert len(ran) == 3
    for line in ran:
        for name in NAMES:
            line = re.sub(rf"\b{re.escape(name)}", real[name], line)
        assert main(shlex.split(line)[3:]) == 0, capsys.readouterr()
    assert (tmp_path / "edits.csv").stat().st_size > 0


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: p.name)
def test_links_between_documents_lead_to_files(path):
    links = re.findall(r"\]\(([^)#\s]+)", path.read_text(encoding="utf-8"))
    dead = [link for link in links if not re.match(r"\w+:", link)
            and not (path.parent / link).exists()]
    assert not dead


@pytest.mark.parametrize("name", re.findall(
    r"`((?:[a-z_]+\.)[a-z_]+)`", (paths.ROOT / "docs" / "methods.md").read_text(encoding="utf-8")))
def test_functions_named_in_methods_exist(name):
    import importlib

    module, function = name.split(".")
    known = importlib.import_module(f"analysis.{module}")
    assert hasattr(known, function) or importlib.import_module(f"analysis.{name}")


@pytest.mark.parametrize(
    "path", [*DOCUMENTS, paths.ROOT / "restoration" / "resources" / "README.md"], ids=lambda p: p.name
)
def test_no_number_was_left_to_be_filled_in(path):
    assert not re.search(r"@[A-Z0-9]+@|TODO|XXX", path.read_text(encoding="utf-8"))
