"""Input is data: no markup in any field a user can fill is markup of a page, and none makes a page carry a file."""

import re
import shutil
import subprocess
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st
from nbconvert.filters.markdown import markdown2html
from nbformat import v4

from analysis import catalogue, claims, corpus, doctor, explore, html, paths, pipeline, tables

# Harmless: an element named `mark` in a page means that a field was read as markup.
MARKS = [
    "<b id=mark>甲</b>", "<img src=mark onerror=mark()>", "<script id=mark>1</script>", '"><i id=mark>乙</i>',
    "[附](../LICENSE)", "[附](LICENSE)", "![图](mark.png)", "[附]: /LICENSE", "</td></table><p id=mark>",
    "&lt;b id=mark&gt;", "`<b id=mark>`", "<javascript:mark()>", "[附](javascript:mark())", "\\<b id=mark>",
]  # fmt: skip
PIECES = st.lists(st.sampled_from([*MARKS, *"<>[]()!`*_#&;\\:=~|$\n -1.甲b", "http://", "lt;", "]("]), max_size=12)


def elements(html: str) -> list:
    """Elements that our own pages would not have in a sentence, and links but to what is shown."""
    soup = BeautifulSoup(html, "html.parser")
    bad = soup.find_all(["script", "img", "iframe", "i", "b", "td"]) + soup.find_all(id="mark")
    links = [a for a in soup.find_all("a") if not re.match(r"https?://|#", a.get("href", ""))]
    return [*bad, *links]


@given(PIECES)
def test_words_of_a_report_in_markdown_are_shown_as_they_are(pieces):
    text = "甲" + "".join(pieces)
    shown = BeautifulSoup(markdown2html(tables.plain(text)), "html.parser")
    assert {tag.name for tag in shown.find_all(True)} <= {"p"}
    assert shown.text.strip() == " ".join(text.split())


@given(PIECES)
def test_a_sentence_has_no_markup_but_emphasis_and_links_to_pages(pieces):
    assert elements(markdown2html(tables.prose("".join(pieces)))) == []


@pytest.mark.parametrize("mark", MARKS)
def test_what_a_notebook_says_holds_no_markup(mark, tmp_path):
    told = claims.Claims("00_a", "0" * 12, tmp_path)
    number = told.record("a.b", 3)
    said = told.show(f"The title {mark} has {number} in [01](01_rates.ipynb).").data
    html = markdown2html(said)
    assert '<span title="claim a.b">3</span>' in html
    links = [a for a in elements(html) if a.get("href") != "01_rates.ipynb"]
    assert links == []
    assert elements(markdown2html(tables.note(mark).data)) == []
    frame = pd.DataFrame({mark: [mark]})
    assert BeautifulSoup(tables.show(frame).data, "html.parser").find(id="mark") is None


@pytest.fixture(scope="module", params=range(len(MARKS)), ids=MARKS.__getitem__)
def marked(request, tmp_path_factory):
    """A corpus with a mark in every field that a user can fill, and in the text itself."""
    mark = MARKS[request.param]
    folder = tmp_path_factory.mktemp("marked") / re.sub(r"[/\\]", "", mark)
    return mark, filled(folder, mark)


def filled(folder: Path, mark: str) -> pipeline.Places:
    """A corpus with a mark in every field."""
    where = pipeline.Places(folder / "catalogue.csv", *(
        folder / name for name in ("restored", "figures", "notebooks")))  # fmt: skip
    for path in (where.restored, where.figures, where.notebooks):
        path.mkdir(parents=True)
    text = f"{mark}\n一、{mark}工作回顾\n全市{mark}经济持续发展。\n二、今后五年工作{mark}\n改革{mark}开放。\n"
    rows = []
    for n, year in enumerate(("2020", "2021")):
        (folder / f"{n}.txt").write_text(text, encoding="utf-8")
        row = dict.fromkeys(catalogue.COLUMNS, mark) | {
            "id": f"r{n}", "file": f"{n}.txt", "level": "city", "genre": "work-report", "date": year,
            "reviews": "", "plans": "", "sha256": ""}  # fmt: skip
        rows.append({name: row[name] for name in row if name not in ("code", "delivered")})
    pd.DataFrame(rows).to_csv(where.catalogue, index=False)
    return where


def test_every_view_of_a_term_shows_marks_as_text(marked):
    mark, where = marked
    prepared = explore.prepare(corpus.load(where.catalogue))
    for lang in ("zh", "en"):
        for query in ("经济", mark):
            soup = BeautifulSoup(explore._page(prepared, query, before=2020, after=2021, lang=lang), "html.parser")
            assert soup.find(id="mark") is None
            assert soup.find(["script", "iframe"]) is None
            assert all(re.match("data:image/svg", image["src"]) for image in soup.find_all("img"))
            assert not any(name.startswith("on") for tag in soup.find_all(True) for name in tag.attrs)


def edition(where: pipeline.Places, out: Path) -> None:
    """An edition of one notebook that shows every field."""
    reports = corpus.load(where.catalogue)
    reports.write_restored(where.restored)
    told = claims.Claims("00_marked", reports.hash, where.figures)
    said = told.show(f"**{tables.plain(reports['r0'].title)}** and {reports['r0'].title}").data
    shown = v4.new_output("display_data", {"text/markdown": said})
    page = v4.new_output("display_data", {"text/html": tables.show(reports.catalogue.reset_index()).data})
    cells = [v4.new_markdown_cell("# 00 A title"), v4.new_code_cell("1", outputs=[shown, page], execution_count=1)]
    nbformat.write(v4.new_notebook(cells=cells), where.notebooks / "00_marked.ipynb")
    html.write(where, out)


def test_an_edition_shows_marks_as_text_and_carries_no_file_for_them(marked, tmp_path):
    mark, where = marked
    edition(where, tmp_path / "html")
    assert not (tmp_path / "html" / "LICENSE").exists()
    for path in sorted((tmp_path / "html").glob("*.html")):
        soup = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        assert soup.find(id="mark") is None, path.name
        assert soup.find(["script", "iframe"]) is None, path.name
        assert not soup.find_all("img", src=re.compile("mark")), path.name
        assert "default-src 'none'" in soup.find("meta", attrs={"http-equiv": "Content-Security-Policy"})["content"]
    start = BeautifulSoup((tmp_path / "html" / "index.html").read_text(encoding="utf-8"), "html.parser")
    assert start.h1.text == where.catalogue.parent.name
    assert any(cell.text == " ".join(mark.split()) for cell in start.find_all("td"))


def test_a_corpus_at_a_glance_shows_marks_as_text(marked):
    _, where = marked
    soup = BeautifulSoup(doctor.page(where.catalogue, doctor.examine(where.catalogue)), "html.parser")
    assert soup.find(id="mark") is None
    assert soup.find(["script", "img", "iframe", "a"]) is None
    assert "default-src 'none'" in soup.find("meta", attrs={"http-equiv": "Content-Security-Policy"})["content"]


RUN = "document.body.id='ran'"
ATTACKS = [
    f'<img src=x onerror="{RUN}">', f"<script>{RUN}</script>", f'<svg onload="{RUN}">', f"</script><script>{RUN}</script>",
    f"'\"><input autofocus onfocus=\"{RUN}\">", f'</title></style><body onload="{RUN}">', f"<iframe srcdoc='<script>top.{RUN}</script>'>",
]  # fmt: skip


def ran(page: Path) -> bool:
    """Whether a browser that opens a page runs what a field of it holds."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    command = [browser, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={page.parent / 'profile'}",
               "--virtual-time-budget=2000", "--dump-dom", page.as_uri()]  # fmt: skip
    shown = subprocess.run(command, capture_output=True, timeout=120, check=True).stdout.decode()
    assert "</html>" in shown
    return BeautifulSoup(shown, "html.parser").body.get("id") == "ran"


@pytest.mark.slow
@pytest.mark.skipif(not any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), reason="no browser")
def test_a_browser_runs_nothing_of_a_text(tmp_path):
    for number, attack in enumerate(ATTACKS[:3]):  # What a page without escaping would do.
        (tmp_path / f"{number}.html").write_text(f"<!doctype html><body><p>{attack}</p></body>", encoding="utf-8")
        assert ran(tmp_path / f"{number}.html")
    where = filled(tmp_path / "corpus", "".join(ATTACKS))
    edition(where, tmp_path / "html")
    (tmp_path / "html" / "glance.html").write_text(
        doctor.page(where.catalogue, doctor.examine(where.catalogue)), encoding="utf-8")  # fmt: skip
    prepared = explore.prepare(corpus.load(where.catalogue))
    for lang in ("zh", "en"):  # Without the policy of a page: as a notebook shows it.
        shown = explore._page(prepared, "经济", before=2020, after=2021, lang=lang)
        (tmp_path / "html" / f"explore-{lang}.html").write_text(f"<!doctype html><body>{shown}", encoding="utf-8")
    pages = sorted((tmp_path / "html").glob("*.html"))
    assert len(pages) >= 5
    assert [page.name for page in pages if ran(page)] == []
    for page in pages:  # The escaping holds without the policy, which is a second wall.
        bare = re.sub(r"<meta http-equiv=\"Content-Security-Policy\"[^>]*>", "", page.read_text(encoding="utf-8"))
        page.write_text(bare, encoding="utf-8")
    assert [page.name for page in pages if ran(page)] == []


@pytest.mark.parametrize("name", ["pyproject.toml", ".git/config", "analysis/paths.py", "data/raw/x.txt", "a/b/c.md"])
def test_a_page_carries_nothing_but_what_is_listed(name):
    assert not html._may_be_copied(paths.Path(name))


def test_a_link_out_of_the_figures_is_not_followed(marked, tmp_path):
    _, where = marked
    (tmp_path / "secret.csv").write_text("secret")
    link = where.figures / "00_link.csv"
    link.unlink(missing_ok=True)
    link.symlink_to(tmp_path / "secret.csv")
    made = html._Folder(where, tmp_path / "html")
    made.relinked('<a href="../figures/00_link.csv">', paths.NOTEBOOKS, "a.html")
    assert made.missing == ["a.html: the link ../figures/00_link.csv leads nowhere"]
    assert not (tmp_path / "html").exists()


