"""The HTML edition: every link leads somewhere, nothing comes from a network, a browser agrees."""

import re
import shutil
import subprocess
from dataclasses import replace
from urllib.parse import unquote

import pytest
from bs4 import BeautifulSoup

from analysis import corpus, edition, pipeline
from analysis.edition import contents

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
    return folder / "html", edition.write(where, folder / "html")


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
            if re.match("https?:|mailto:|data:", link) or link in dict.fromkeys(
                    each.split(": ", 1)[1] for each in made[1]):
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
    assert len(gallery) == len(edition.pictures(pipeline.places())) > 3
    for figure in gallery:
        assert [a["href"].rsplit(".")[-1] for a in figure.select(".files a")] == [*contents.KINDS]


def test_a_second_edition_has_the_same_bytes(made, tmp_path):
    page = edition.pages(pipeline.places())[1]
    assert edition.body(page.source) == edition.body(page.source)


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path):
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(ValueError, match="something else"):
        edition.write(pipeline.places(), tmp_path)
    assert (tmp_path / "thesis.tex").exists()


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
