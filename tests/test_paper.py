"""The example manuscript takes figures, table, captions and numbers from files that are there."""

import re
import runpy
import shutil
import subprocess

import pytest

from analysis import claims, corpus, paths

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
        made_here = name.startswith("build/")
        place = folder.parent if made_here else paths.FIGURES
        assert (place / f"{name}.pdf").is_file(), name
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


def test_another_term_changes_all_that_is_about_the_term(source, tmp_path):
    def said(folder):
        lines = (folder / "numbers.tex").read_text(encoding="utf-8")
        return dict(re.findall(r"\\newcommand\{\\(\w+)\}\{(.*)\}", lines))

    runpy.run_path(str(PAPER / "prepare.py"))["main"](tmp_path, "能源革命")
    first, second = said(source[1]), said(tmp_path)
    hits = sum(report.text.count("能源革命") for report in corpus.load())
    assert second["TermHits"] == str(hits)
    assert f"n = {hits} hits" in second["TermCaption"]
    changed = {name for name in first if first[name] != second[name]}
    assert changed == {"TermName", "TermHits", "TermCaption"}
    for name in ("00_term.csv", "00_term.svg", "rates.tex", "numbers.tex"):
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert "高质量发展" not in text, name
        assert "high-quality" not in text, name
    assert "能源革命" in (tmp_path / "rates.tex").read_text(encoding="utf-8")


@pytest.mark.skipif(not (paths.ROOT / ".git").exists(), reason="no checkout of Git")
def test_nothing_that_tex_leaves_behind_is_tracked():
    names = ("paper.aux", "paper.log", "paper.pdf", "paper.xdv", "paper.fls", "paper.fdb_latexmk",
             "build/numbers.tex", "paper.tex", "prepare.py")  # fmt: skip
    command = ["git", "check-ignore", "--no-index", *names]
    out = subprocess.run(command, cwd=PAPER, capture_output=True, text=True).stdout.split()
    assert out == [*names[:-2]]


def test_no_number_is_typed_by_hand(source):
    prose = re.sub(r"\\\w+(?:\[\w+\])?\{[^}]*\}|\\\w+|%.*", "", source[0].split(r"\maketitle")[1])
    assert not re.search(r"\d", prose)


@pytest.mark.skipif(shutil.which("xelatex") is None, reason="no XeLaTeX on this machine")
def test_it_builds(source, tmp_path):
    here = tmp_path / "examples" / "paper"
    shutil.copytree(PAPER, here)
    shutil.copytree(source[1], here / "build", dirs_exist_ok=True)
    for name in ("figures", "data", "analysis"):
        (tmp_path / name).symlink_to(paths.ROOT / name)
    command = ["xelatex", "-interaction=nonstopmode", "-halt-on-error", "paper.tex"]
    subprocess.run(command, cwd=here, check=True, capture_output=True, timeout=300)


def test_word_has_the_same_numbers_the_table_and_both_figures(source, tmp_path):
    from docx import Document

    paper = runpy.run_path(str(PAPER / "prepare.py"))
    folder = tmp_path / "build"
    made = paper["main"](folder)
    document = Document(paper["word"](made, folder, tmp_path / "paper.docx"))
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    ledger = claims.read(paths.ROOT / "figures").set_index("id")
    for id in ("cer.ours", "targets.lower", "drift.stayed"):
        assert ledger.loc[id, "text"] in text
    assert made["TermHits"] in text
    assert not re.search(r"\\\\\w|[{}~]", text)
    assert len(document.inline_shapes) == 2
    assert len(document.tables[0].rows) == len(corpus.load()) + 1
