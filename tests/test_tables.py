"""Tables for papers: what is written can be read back, and LaTeX takes every character."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import tables

HASH = "5b06c244a0bbe0ad9d7e"


@pytest.fixture
def table():
    return pd.DataFrame({
        "count": [12, 0], "per_10k": [3.14159265358979, 0.0], "low": [-0.0004, -np.inf],
        "q": [0.012, np.nan], "damage": [True, False], "note": ["R&D 50%", "供给侧_改革"],
    }, index=pd.Index(["创新", "#a,b"], name="term"))


def test_csv_gives_the_table_back_with_caption_and_hash(table, tmp_path):
    csv, tex = tables.write(table, tmp_path / "deep" / "02_rates.v1", "Rates,\nper 10k", HASH)
    assert (csv.name, tex.name) == ("02_rates.v1.csv", "02_rates.v1.tex")
    head = csv.read_text("utf-8-sig").splitlines()[:2]
    assert head == ["# Rates, per 10k", f"# corpus {HASH}"]
    pd.testing.assert_frame_equal(tables.read(csv), table.reset_index(), rtol=1e-9)


def test_the_same_table_is_the_same_bytes(table, tmp_path):
    one = [p.read_bytes() for p in tables.write(table, tmp_path / "a" / "t", "Rates", HASH)]
    two = [p.read_bytes() for p in tables.write(table, tmp_path / "b" / "t", "Rates", HASH)]
    assert one == two
    assert b"\r" not in one[0] + one[1]


def test_latex_is_a_booktabs_table(table):
    text = tables._latex(table, "Rates & more", HASH, "tab:rates", headers={"per_10k": "每万词"})
    assert re.findall(r"\\(top|mid|bottom)rule", text) == ["top", "mid", "bottom"]
    assert r"\caption{Rates \& more (corpus 5b06c244a0bb)}" in text
    assert r"\begin{tabular}{lrrrrll}" in text
    assert r"term & count & 每万词 & low & q & damage & note \\" in text
    assert r"创新 & 12 & 3.142 & 0.000 & 0.012 & yes & R\&D 50\% \\" in text
    assert r"\#a,b & 0 & 0.000 & $-\infty$ & -- & no & 供给侧\_改革 \\" in text


def test_row_numbers_are_left_out_and_column_levels_joined():
    levels = pd.MultiIndex.from_tuples([("2021", "n"), ("2026", "n")])
    frame = pd.DataFrame([[1, 2]], columns=levels)
    assert "2021 n & 2026 n" in tables._latex(frame, "", HASH)
    assert "\n1 & 2 " in tables._latex(frame, "", HASH)


@given(st.text())
def test_no_character_is_left_for_latex_to_trip_over(text):
    safe = tables.escape(text)
    commands = r"\\(textbackslash|textasciitilde|textasciicircum|textless|textgreater|textbar)\{\}"
    bare = re.sub(commands + r"|\\[{}$&#%_]", "", safe)
    assert not re.search(r"[\\{}$&#%_~^<>|\n]", bare)


def cells(page: str) -> list[list[str]]:
    return [re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row) for row in re.findall(r"<tr>(.*?)</tr>", page)]


def test_a_reader_sees_names_and_numbers_in_line():
    frame = pd.DataFrame({
        "term": ["高质量发展", "<b>无</b>"], "report": ["taiyuan-gov-2021", "x-2001"], "year": [2021, 2026],
        "count": [1234, 0], "per_10k": [3.14159, -0.001], "low": [-2.5, -np.inf], "share": [0.1234, np.nan],
        "p": [0.0002, 0.0412], "settled": [True, False],
    })  # fmt: skip
    frame.attrs["notes"] = ["n = 2 & more."]
    page = tables.show(frame, lang="both").data
    assert cells(page) == [
        ["term", "report", "year", "count", "hits per 10,000 words", "95% from", "share", "p", "settled"],
        ["高质量发展 high-quality development", "Taiyuan gov. 2021", "2021", "1,234", "3.14", "−2.50", "12%",
         "&lt;\xa00.001", "yes"],
        ["&lt;b&gt;无&lt;/b&gt;", "x-2001", "2026", "0", "0.00", "−∞", "–", "0.041", "no"],
    ]  # fmt: skip
    sides = re.findall(r'<td align="(\w+)"', page)[:9]
    assert sides == ["left", "left", *["right"] * 6, "left"]
    assert page.endswith("<p>n = 2 &amp; more.</p>")
    assert "<style" not in page


def test_an_empty_table_says_why():
    assert tables.show(pd.DataFrame(), why="No pair.").data == "*No pair.*"
    frame = pd.DataFrame()
    frame.attrs["why"] = "One report only."
    assert tables.show(frame).data == "*One report only.*"
