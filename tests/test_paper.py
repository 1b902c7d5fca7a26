"""The example manuscript takes figures, table, captions and numbers from files that are there."""

import re
import runpy
import shutil
import subprocess

import pytest

from analysis import claims, paths

PAPER = paths.ROOT / "examples" / "paper"


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """The manuscript, and the folder with what was prepared for it."""
    folder = tmp_path_factory.mktemp("paper") / "build"
    runpy.run_path(str(PAPER / "prepare.py"))["main"](folder)
    return (PAPER / "paper.tex").read_text(encoding="utf-8"), folder


def test_everything_that_is_named_is_there(source):
    text, folder = source
    for name in re.findall(r"\\(?:column|page)figure\{([^#}]+)\}", text):
        assert (paths.FIGURES / f"{name}.pdf").is_file(), name
    for name in re.findall(r"\\input\{build/(\w+)\}", text):
        assert (folder / f"{name}.tex").is_file(), name
    made = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.tex"))
    known = set(re.findall(r"\\newcommand\{\\([A-Z]\w+)\}", made))
    body = text.split(r"\begin{document}")[1]
    used = set(re.findall(r"\\([A-Z][A-Za-z]+)", body))
    assert used == known
    claimed = set(re.findall(r"\\claim(?:\[\w+\])?\{([^}]+)\}", body))
    assert len(claimed) >= 3
    assert claimed <= set(claims.read(paths.ROOT / "figures")["id"])
    labels = set(re.findall(r"\\label\{([^}]+)\}", text + made))
    assert set(re.findall(r"\\ref\{([^}]+)\}", text)) <= labels


def test_no_number_is_typed_by_hand(source):
    prose = re.sub(r"\\\w+(?:\[\w+\])?\{[^}]*\}|\\\w+|%.*", "", source[0].split(r"\maketitle")[1])
    assert not re.search(r"\d", prose)


@pytest.mark.skipif(shutil.which("xelatex") is None, reason="no XeLaTeX on this machine")
def test_it_builds(source, tmp_path):
    here = tmp_path / "examples" / "paper"
    shutil.copytree(PAPER, here)
    shutil.copytree(source[1], here / "build", dirs_exist_ok=True)
    for name in ("figures", "data"):
        (tmp_path / name).symlink_to(paths.ROOT / name)
    command = ["xelatex", "-interaction=nonstopmode", "-halt-on-error", "paper.tex"]
    subprocess.run(command, cwd=here, check=True, capture_output=True, timeout=300)
