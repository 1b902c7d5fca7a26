"""Figures: the same bytes twice, every character drawn, text that can be searched."""

import pandas as pd
import pytest
from matplotlib import pyplot

from analysis import figures, paths


@pytest.fixture
def figure():
    figures.style()
    fig, ax = pyplot.subplots(figsize=(figures.COLUMN, 2))
    ax.barh(["高质量发展", "铨省 fā 發"], [3, -2])
    ax.set_xlabel("每万词次数 per 10 000 tokens, −5 %")
    return fig


def test_saving_twice_writes_the_same_bytes(figure, tmp_path):
    table = pd.DataFrame({"term": ["高质量发展"], "rate": [1 / 3]})
    for folder in ("a", "b"):
        fig, ax = pyplot.subplots()
        ax.set_title("锦绣太原城")
        figures.save(fig, "00_twice", table, "c", tmp_path / folder)
    for kind in ("pdf", "svg", "png", "csv"):
        one, two = ((tmp_path / f / f"00_twice.{kind}").read_bytes() for f in "ab")
        assert one == two, kind


def test_pdf_carries_one_embedded_truetype_subset(figure, tmp_path):
    figures.save(figure, "00_pdf", pd.DataFrame({"a": [1]}), "c", tmp_path)
    data = (tmp_path / "00_pdf.pdf").read_bytes()
    assert b"/CIDFontType2" in data
    assert b"+NotoSansSC" in data
    assert b"/Type3" not in data


def test_svg_keeps_text_as_text_with_its_font(figure, tmp_path):
    figures.save(figure, "00_svg", pd.DataFrame({"a": [1]}), "c", tmp_path)
    svg = (tmp_path / "00_svg.svg").read_text(encoding="utf-8")
    assert "高质量发展" in svg
    assert "@font-face" in svg


@pytest.mark.parametrize("place", ["title", "ticks", "legend", "note"])
def test_a_missing_glyph_is_written_by_its_code_and_named(figure, tmp_path, place):
    """A place with a rare character in its name ends no run, and is drawn as no box."""
    ax = figure.axes[0]
    if place == "title":
        ax.set_title("\U0002a6d6 后")
    elif place == "ticks":
        ax.set_xticks([0, 1], labels=["\U0002a6d6县", "太原"])
    elif place == "legend":
        ax.plot([0], [0], label="\U0002a6d6县")
        ax.legend()
    else:
        ax.annotate("\U0002a6d6", (0, 0))
    saved = figures.save(figure, "00_box", pd.DataFrame({"a": ["\U0002a6d6"]}), "c", tmp_path)
    assert "\U0002a6d6: written by code" in saved.caption
    svg = (tmp_path / "00_box.svg").read_text(encoding="utf-8")
    assert "〔U+2A6D6〕" in svg
    assert "\U0002a6d6" not in svg
    assert "\U0002a6d6" in (tmp_path / "00_box.csv").read_text(encoding="utf-8")


def test_bad_name_is_refused(figure, tmp_path):
    with pytest.raises(ValueError, match="two digits"):
        figures.save(figure, "rates", pd.DataFrame({"a": [1]}), "c", tmp_path)


def test_caption_is_the_alternative_text(figure, tmp_path):
    shown = figures.save(figure, "00_alt", pd.DataFrame({"a": [1]}), "Rates of two.", tmp_path)
    bundle, metadata = shown._repr_mimebundle_()
    assert bundle["image/png"].startswith(b"\x89PNG")
    assert metadata["image/png"]["alt"] == "Rates of two."


def test_missing_font_says_what_to_do(monkeypatch):
    monkeypatch.setenv("FONT", "/nowhere/font.ttf")
    with pytest.raises(FileNotFoundError, match="set FONT"):
        figures.font_path()


def test_a_table_makes_its_folder(tmp_path):
    path = figures.write_csv(pd.DataFrame({"a": [1]}), tmp_path / "tables" / "x.csv")
    assert path.read_bytes() == b"\xef\xbb\xbfa\n1\n", "the mark that a Chinese Excel needs"


def test_a_notebook_shows_sharp_letters_at_print_size(figure, tmp_path):
    from io import BytesIO

    from PIL import Image

    shown = figures.save(figure, "00_sharp", pd.DataFrame({"a": [1]}), "c", tmp_path)
    bundle, metadata = shown._repr_mimebundle_()
    pixels = Image.open(BytesIO(bundle["image/png"])).width
    assert pixels / (figures.COLUMN * 1.0) >= 219
    assert metadata["image/png"]["width"] == pixels / 2
    assert pyplot.rcParams["text.hinting"] == "no_hinting"


def test_draw_gives_axes_to_change_and_says_why_there_are_none(tmp_path):
    def line(table, ax):
        ax.plot(table["x"])

    table = pd.DataFrame({"x": [1, 2]})
    ax = figures.draw(line, table)
    ax.set_title("changed")
    table.attrs["notes"] = ["n = 2."]
    assert figures.save(ax, "00_drawn", table, "Two.", tmp_path).caption == "Two. n = 2."
    said = figures.save(figures.draw(line, table[:0], why="No pair."), "00_none", table, "c", tmp_path)
    assert said.data == "*No pair.*"
    assert not (tmp_path / "00_none.csv").exists()


def test_a_kernel_writes_beside_what_a_paper_takes():
    import os
    import subprocess
    import sys

    code = ("import sys, types; sys.modules['ipykernel.kernelapp'] = types.ModuleType('k');"
            "from analysis import paths; print(paths.FIGURES.name)")  # fmt: skip
    bare = {name: value for name, value in os.environ.items() if name != "FIGURES"}
    for environ, name in ((bare, "scratch"), ({**bare, "FIGURES": "/x/figures"}, "figures")):
        out = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True)
        assert out.stdout.strip() == name


def _texts(svg):
    """Each text of an SVG with its size in points and its box, from the advances of the font."""
    import re
    from xml.etree import ElementTree

    from fontTools.ttLib import TTFont

    font = TTFont(figures.font_path(), lazy=True)
    names, widths, units = font.getBestCmap(), font["hmtx"], font["head"].unitsPerEm
    for text in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text"):
        said, style = "".join(text.itertext()), text.get("style", "")
        if not said.strip():
            continue
        size = float(re.search(r"([\d.]+)px", style)[1])
        width = sum(widths[names[ord(char)]][0] for char in said) / units * size
        found = re.search(r"rotate\((-?[\d.]+) (-?[\d.]+) (-?[\d.]+)\)", text.get("transform", ""))
        moved = re.search(r"translate\((-?[\d.]+) (-?[\d.]+)\)", text.get("transform", ""))
        turned = found and abs(float(found[1])) > 45
        x, y = (float(found[2]), float(found[3])) if found else (float(text.get("x", 0)), float(text.get("y", 0)))
        if moved:
            x, y = float(moved[1]), float(moved[2])
        start = {"middle": width / 2, "end": width}.get((re.search(r"text-anchor: (\w+)", style) or ["", ""])[1], 0)
        low, high = 0.1 * size, 0.72 * size
        box = (x - high, y - width + start, x + low, y + start) if turned else (
            x - start, y - high, x - start + width, y + low)  # fmt: skip
        yield said, size, box


@pytest.mark.parametrize("path", sorted(paths.FIGURES.glob("*.svg")), ids=lambda path: path.stem)
def test_no_figure_of_ours_has_texts_that_overlap_or_leave_the_page_or_are_too_small(path):
    svg = path.read_text(encoding="utf-8")
    width, height = (float(each) for each in svg.split('viewBox="0 0 ')[1].split('"')[0].split())
    found, problems = list(_texts(svg)), []
    for at, (said, size, box) in enumerate(found):
        if size < figures.LEAST_SIZE - 0.01:
            problems.append(f"{said!r} is set in {size} pt")
        if box[0] < -1 or box[1] < -1 or box[2] > width + 1 or box[3] > height + 1:
            problems.append(f"{said!r} leaves the page")
        for other, _, second in found[:at]:
            wide, high = (min(box[at + 2], second[at + 2]) - max(box[at], second[at]) for at in (0, 1))
            if wide > 1 and high > 1:
                problems.append(f"{said!r} lies on {other!r}")
    assert problems == []
