"""The HTML edition: every link leads somewhere, nothing comes from a network, a browser agrees."""

import json
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import nbformat
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from nbformat import v4

from analysis import __main__ as command
from analysis import catalogue, corpus, figures, html, paths, pipeline

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("chrome")
pytestmark = pytest.mark.xdist_group("edition")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The edition of our own corpus, and the links that lead nowhere."""
    folder = tmp_path_factory.mktemp("edition")
    where = pipeline.places()
    if not any(where.restored.glob("*.txt")):
        where = replace(where, restored=folder / "restored")
        corpus.load().write_restored(where.restored)
    return folder / "html", html.write(where, folder / "html")


@pytest.fixture(scope="module")
def soups(made):
    pages = sorted(made[0].glob("*.html"))
    return {p.name: BeautifulSoup(p.read_text(encoding="utf-8"), "html.parser") for p in pages}


def test_no_link_was_left_without_a_target(made):
    assert made[1] == []


def test_links_resolve_to_files_and_places_in_the_folder(made, soups):
    ids = {name: {tag["id"] for tag in soup.find_all(id=True)} for name, soup in soups.items()}
    for name, soup in soups.items():
        for tag in soup.find_all(href=True):
            link = tag["href"]
            if re.match("https?:|mailto:|data:", link):
                continue
            path, _, place = link.partition("#")
            target = unquote(path) or name
            assert (made[0] / target).is_file(), f"{name}: {link}"
            if place and target in ids:
                assert {place, unquote(place)} & ids[target], f"{name}: {link}"


def test_nothing_is_loaded_from_a_network_and_nothing_runs(made, soups):
    for name, soup in soups.items():
        assert not soup.find_all(["script", "iframe", "object", "embed"]), name
        loaded = [tag["src"] for tag in soup.find_all(src=True)]
        loaded += [tag["href"] for tag in soup.find_all("link")]
        assert not [link[:80] for link in loaded if re.match(r"\w+:", link)
                    and not link.startswith("data:")], name
    for sheet in re.findall(r"url\(([^)]*)\)", (made[0] / "style.css").read_text()):
        assert (made[0] / sheet.strip("\"'")).is_file()


def test_pictures_have_alternative_text_and_pages_fit_a_phone(soups):
    for name, soup in soups.items():
        for picture in soup.find_all("img"):
            assert picture.get("alt", "").strip(), (name, str(picture)[:80])
            assert "No description" not in picture["alt"], name
        assert soup.find("meta", attrs={"name": "viewport"})
        assert soup.html["lang"] in {"en", "zh"}
        assert all(table.find_parent(class_="scroll") for table in soup.find_all("table")), name


def test_start_page_offers_each_figure_in_each_format(made, soups):
    gallery = soups["index.html"].select(".gallery figure")
    assert len(gallery) == len(html.pictures(pipeline.places())) > 3
    for figure in gallery:
        assert [a["href"].rsplit(".")[-1] for a in figure.select(".files a")] == [*figures.KINDS]


def test_a_second_edition_has_the_same_bytes(made, tmp_path):
    page = html._pages(pipeline.places())[1]
    assert html._body(page.source) == html._body(page.source)


@pytest.mark.parametrize("name", ["thesis.tex", "style.css", "index.html"])
def test_a_folder_with_something_else_in_it_is_left_alone(other, tmp_path, name):
    """Also where what lies there has a name that an edition uses."""
    (tmp_path / name).write_text("years of work")
    with pytest.raises(ValueError, match="something else"):
        html.write(other, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == "years of work"


@pytest.fixture
def other(tmp_path_factory):
    """A corpus of somebody else with one executed notebook, whose first cell has no heading."""
    folder = tmp_path_factory.mktemp("elsewhere") / "harbour & <sea>"
    where = pipeline.Places(folder / "catalogue.csv", *(
        folder / name for name in ("restored", "figures", "notebooks")))  # fmt: skip
    for path in (where.restored, where.figures, where.notebooks):
        path.mkdir(parents=True)
    (folder / "one.txt").write_text("政府工作报告\n一、过去一年工作回顾\n全市经济持续发展。\n")
    row = {"id": "one", "file": "one.txt", "title": "政府工作报告", "issuer": "某市人民政府",
           "level": "city", "genre": "work-report", "date": "2020-01-10"}  # fmt: skip
    rows = pd.DataFrame([row]).reindex(columns=catalogue.COLUMNS)
    rows.to_csv(where.catalogue, index=False)
    corpus.load(where.catalogue).write_restored(where.restored)
    notebook_of(where, v4.new_output("execute_result", {"text/html": "<b>a table</b>"}))
    return where


def notebook_of(where, *outputs):
    """Write the one notebook, with these outputs of its only code cell."""
    count = 1 if outputs else None
    cells = [v4.new_markdown_cell("No heading here."),
             v4.new_code_cell("1 + 1", outputs=list(outputs), execution_count=count)]  # fmt: skip
    nbformat.write(v4.new_notebook(cells=cells), where.notebooks / "00_bare.ipynb")


def test_a_page_without_a_heading_goes_by_the_name_of_its_file(other, tmp_path):
    assert html.write(other, tmp_path / "html") == []
    assert "<title>00_bare</title>" in (tmp_path / "html" / "00_bare.html").read_text()


def test_the_start_page_of_another_corpus_is_named_after_its_folder(other, tmp_path):
    html.write(other, tmp_path / "html")
    soup = BeautifulSoup((tmp_path / "html" / "index.html").read_text(), "html.parser")
    assert [h1.text for h1 in soup.find_all("h1")] == ["harbour & <sea>"]
    assert corpus.load(other.catalogue).hash in soup.h1.find_next("p").text
    inside = [a["href"] for a in soup.select("nav.side .inside a")]
    assert inside == ["#notebooks", "#figures", "#data", "#method", "#cite"]


def test_the_start_page_leads_to_its_own_parts(soups):
    said = {a.text: a["href"][1:] for a in soups["index.html"].select("nav.side .inside a")}
    assert [*said] == ["Findings", "Notebooks", "Figures", "Data", "Method", "Cite"]
    assert all(soups["index.html"].find("h2", id=place) for place in said.values())


def test_a_notebook_that_was_not_executed_stops_it_before_anything_is_written(other, tmp_path):
    notebook_of(other)
    with pytest.raises(ValueError, match=r"00_bare\.ipynb; run `make figures`"):
        html.write(other, tmp_path / "html")
    assert not (tmp_path / "html").exists()


def test_a_text_that_is_not_there_stops_it_before_anything_is_written(other, tmp_path):
    (other.restored / "one.ledger.csv").unlink()
    with pytest.raises(ValueError, match=r"one\.ledger\.csv; run `make figures`"):
        html.write(other, tmp_path / "html")
    assert not (tmp_path / "html").exists()


def test_of_a_widget_a_page_shows_what_it_carries_or_says_that_it_cannot(other, tmp_path):
    """What JupyterLab saves while somebody types."""
    widget = {html.WIDGET: {"model_id": "abc"}, "text/plain": "VBox(children=(HBox"}
    script = {html.SCRIPT: "alert(1)", "text/plain": "<IPython.core.display.Javascript object>"}
    both = widget | {"text/html": "<b>every view</b>"}
    for name, data, missing in (("both", both, 0), ("alone", widget, 1)):
        notebook_of(other, v4.new_output("display_data", script),
                    v4.new_output("execute_result", data))  # fmt: skip
        said = html.write(other, tmp_path / name)
        page = (tmp_path / name / "00_bare.html").read_text()
        assert len(said) == missing
        assert all("00_bare.html: 1 of its outputs" in each for each in said)
        assert ("<b>every view</b>" in page) == (name == "both")
        assert ("shown in JupyterLab only" in page) == (name == "alone")
        assert not re.search("VBox|<script|Javascript|unpkg|cdn", page)


def test_a_link_to_a_folder_leads_to_the_data(other, tmp_path):
    made = html._Folder(other, tmp_path)
    page = made.relinked('<a href="data/">', paths.ROOT, "index.html")
    assert page == '<a href="index.html#data">'


@pytest.mark.parametrize("whole", [True, False])
def test_the_command_says_what_to_open(other, tmp_path, monkeypatch, capsys, whole):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(pipeline, "places", lambda *_: other)
    if not whole:
        notebook_of(other, v4.new_output("display_data", {html.WIDGET: {}}))
    words = ["html", "--catalogue", str(other.catalogue), "--out", "my pages"]
    assert command.main(words) == int(not whole)
    out = capsys.readouterr().out
    assert out == ("open 'my pages/index.html'\n" if whole
                   else "not complete: my pages/index.html\n")  # fmt: skip
    assert html.home(other) == other.figures.parent / "html"


def complaints(pages, folder) -> list[str]:
    """What a browser says in its console about pages, all loaded as frames of one."""
    frames = "".join(f'<iframe src="{page.as_uri()}"></iframe>' for page in pages)
    (folder / "all.html").write_text(f"<!DOCTYPE html><title>all</title>{frames}")
    command = [
        CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files",
        "--enable-logging=stderr", "--v=0", f"--user-data-dir={folder / 'profile'}",
        "--virtual-time-budget=5000", "--dump-dom", (folder / "all.html").as_uri(),
    ]  # fmt: skip
    out = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return [line for line in out.stderr.splitlines() if ":CONSOLE" in line or "ERR_" in line]


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
def test_a_browser_loads_every_page_without_complaint(made, tmp_path):
    assert complaints(sorted(made[0].glob("*.html")), tmp_path) == []


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
def test_a_browser_would_complain_of_a_missing_picture(tmp_path):
    page = tmp_path / "page.html"
    page.write_text('<script>console.error("no")</script><img src="missing.png" alt="none">')
    assert complaints([page], tmp_path)


def measured(pages, folder, width: int) -> dict:
    """What lies beyond the right edge of each page at a width, as a browser lays it out, by its longest elements."""
    frames = "".join(f'<iframe src="{page.as_uri()}" width="{width}" height="900"></iframe>' for page in pages)
    script = """<script>addEventListener("load", () => { const out = {};
      for (const frame of document.querySelectorAll("iframe")) { const page = frame.contentDocument;
        out[frame.src.split("/").pop()] = { over: page.documentElement.scrollWidth - page.documentElement.clientWidth,
          small: [...page.querySelectorAll("main *")].filter((e) => e.firstChild && e.firstChild.nodeType === 3
            && e.firstChild.data.trim() && parseFloat(frame.contentWindow.getComputedStyle(e).fontSize) < 11).length,
          shifts: [...page.images].filter((i) => !(i.width && i.height)).length }; }
      document.title = JSON.stringify(out); })</script>"""
    (folder / "measure.html").write_text(f"<!DOCTYPE html><title>x</title>{frames}{script}")
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files",
               f"--user-data-dir={folder / 'measuring'}", "--virtual-time-budget=20000", "--dump-dom",
               (folder / "measure.html").as_uri()]  # fmt: skip
    out = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True).stdout
    return json.loads(unescape(re.search(r"<title>(\{.*?\})</title>", out)[1]))


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
@pytest.mark.parametrize("width", [1280, 390])
def test_no_page_is_wider_than_the_screen(made, tmp_path, width):
    pages = sorted(made[0].glob("*.html"))
    found = measured(pages, tmp_path, width)
    assert len(found) == len(pages)
    assert {name: each for name, each in found.items() if each["over"] > 0 or each["small"] or each["shifts"]} == {}


def test_a_readers_file_in_an_edition_stays_and_no_link_is_followed(other, tmp_path):
    folder, outside = tmp_path / "html", tmp_path / "outside"
    html.write(other, folder)
    (folder / "notes.txt").write_text("years of work")
    outside.mkdir()
    (outside / "style.css").write_text("mine")
    (folder / "style.css").unlink()
    (folder / "style.css").symlink_to(outside / "style.css")
    html.write(other, folder)
    assert (folder / "notes.txt").read_text() == "years of work"
    assert (outside / "style.css").read_text() == "mine"
    assert not (folder / "style.css").is_symlink()


def test_a_folder_that_leads_out_of_an_edition_is_refused(other, tmp_path):
    folder, outside = tmp_path / "html", tmp_path / "outside"
    html.write(other, folder)
    (folder / "fonts").rename(outside)
    before = {path.name: path.read_bytes() for path in outside.iterdir()}
    (folder / "fonts").symlink_to(outside)
    with pytest.raises(ValueError, match="link out of"):
        html.write(other, folder)
    assert {path.name: path.read_bytes() for path in outside.iterdir()} == before


def test_a_page_of_a_notebook_that_is_gone_goes_too(other, tmp_path):
    html.write(other, tmp_path / "html")
    (other.notebooks / "00_bare.ipynb").rename(other.notebooks / "01_other.ipynb")
    html.write(other, tmp_path / "html")
    assert [path.name for path in (tmp_path / "html").glob("0*.html")] == ["01_other.html"]


PRINTED = "高质量发展“首位度”——铨省，阳曲县㐂"


def printed(folder, kind):
    """Convert a notebook with Chinese in prose, code and every kind of output by the command that a reader types."""
    outputs = [v4.new_output("stream", text=f"{PRINTED[:3]}流\n"),
               v4.new_output("execute_result", {"text/html": f"<table><tr><td>{PRINTED}表</td></tr></table>", "text/plain": "x"}),
               v4.new_output("display_data", {"text/markdown": f"**{PRINTED[2:8]}句**", "text/plain": "x"}),
               v4.new_output("display_data", {"text/html": f'<div lang="zh"><style>p {{}}</style>{PRINTED[:2]}文</div>'})]  # fmt: skip
    cells = [v4.new_markdown_cell(f"# 题 {PRINTED}"), v4.new_code_cell("# 码 高质量", outputs=outputs, execution_count=1)]
    nbformat.write(v4.new_notebook(cells=cells), folder / "one.ipynb")
    command = [sys.executable, "-m", "nbconvert", "--to", kind, "--config",
               str(paths.ROOT / "notebooks" / "jupyter_config.py"), "one.ipynb"]  # fmt: skip
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=300)


@pytest.mark.skipif(shutil.which("pandoc") is None, reason="nbconvert needs pandoc")
def test_a_notebook_for_latex_names_a_font_with_its_characters_and_keeps_tables(tmp_path):
    printed(tmp_path, "latex")
    text = (tmp_path / "one.tex").read_text(encoding="utf-8")
    font = re.search(r"setmainfont\{(.+?)\}\[Path=(.+?),", text)
    assert set(PRINTED[:-1]) <= figures._charset(Path(font[2]) / font[1])
    assert "〔U+3402〕" in text
    assert re.search(rf"longtable.*{PRINTED[:5]}", text, re.S)
    assert all(mark in text for mark in ("题", "码", "流", "表", "句", "文"))


@pytest.mark.slow
@pytest.mark.skipif(None in (shutil.which("pandoc"), shutil.which("xelatex"), shutil.which("pdftotext")), reason="no XeLaTeX")
def test_a_pdf_has_every_character(tmp_path):
    printed(tmp_path, "pdf")
    out = subprocess.run(["pdftotext", "one.pdf", "-"], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert all(char in out for char in PRINTED[:-1] + "〔U+3402〕题码流表句文")
