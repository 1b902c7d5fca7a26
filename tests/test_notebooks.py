"""The notebooks: what is committed is what the code gives, and they read as the style asks."""

import ast
import json
import platform
import re
import sys
from concurrent.futures import ThreadPoolExecutor

import bleach
import nbformat
import pandas as pd
import pytest
from bs4 import BeautifulSoup

from analysis import claims, paths, pipeline

# What is committed was made here; elsewhere numbers are compared to the digits shown.
LOCKED = (platform.system(), platform.machine(), sys.version_info[:2]) == ("Linux", "x86_64", (3, 11))
NUMBER = re.compile(r"[-−+]?\d[\d,]*\.?\d*(?:e[-+]?\d+)?")
PATHS = pipeline.notebooks()


def outputs(notebook) -> list[str]:
    """Text of every output, cell by cell; of pictures only that they are there."""
    found = []
    for number, cell in enumerate(notebook.cells):
        for out in cell.get("outputs", []):
            data = dict(out.get("data", {}))
            if picture := data.pop("image/png", None):
                data["image/png"] = "picture" if picture else "no picture"
            body = out.get("text") or json.dumps(data, ensure_ascii=False, sort_keys=True)
            found.append(f"cell {number} {out.output_type}: {body}")
    return found


def _close(a: str, b: str) -> bool:
    """Whether two texts differ only in numbers, by at most two units of the last digit shown."""
    if NUMBER.sub("#", a) != NUMBER.sub("#", b):
        return False
    pairs = zip(NUMBER.findall(a), NUMBER.findall(b), strict=True)
    return all(_same_number(x, y) for x, y in pairs)


def _same_number(x: str, y: str) -> bool:
    digits = min(len(t.partition(".")[2]) for t in (x, y))
    first, second = (float(t.replace(",", "").replace("−", "-")) for t in (x, y))
    # Whole numbers are counts: they agree or they do not.
    return abs(first - second) <= (2 * 10.0**-digits if digits else 0)


def differences(committed, executed) -> list[str]:
    """What differs between two runs of a notebook, a line each; empty if they agree."""
    before, after = outputs(committed), outputs(executed)
    same = (lambda a, b: a == b) if LOCKED else _close
    if len(before) != len(after):
        return [f"{len(before)} outputs are committed, {len(after)} came out"]
    pairs = zip(before, after, strict=True)
    return [f"- {a[:300]}\n+ {b[:300]}" for a, b in pairs if not same(a, b)]


def read(path):
    return nbformat.read(path, as_version=4)


def code(notebook) -> list[str]:
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


@pytest.mark.parametrize("path", PATHS, ids=lambda p: p.stem)
def test_cells_call_the_package_and_define_nothing(path):
    sources = code(read(path))
    for source in sources:
        assert not re.search(r"^\s*(?:def|class)\s|sys\.path|^\s*!", source, re.M), source
    longest = max(len(source.splitlines()) for source in sources)
    assert longest <= 14, f"a cell of {longest} lines"


@pytest.mark.parametrize("path", PATHS, ids=lambda p: p.stem)
def test_prose_leads_and_numbers_in_it_come_from_code(path):
    cells = read(path).cells
    assert cells[0].cell_type == "markdown"
    assert cells[0].source.startswith("# ")
    prose = [cell for cell in cells if cell.cell_type == "markdown"]
    assert len(prose) >= 0.6 * (len(cells) - len(prose))
    for cell in prose:
        # Years, levels and definitions may be typed; measured rates, shares and counts may not.
        assert not re.search(r"\d+\.\d+\s?%|per_10k\s*=\s*\d", cell.source), cell.source


@pytest.mark.parametrize("path", PATHS, ids=lambda p: p.stem)
def test_every_cell_is_executed_and_none_failed(path):
    for cell in read(path).cells:
        if cell.cell_type == "code":
            assert cell.execution_count is not None, cell.source
            assert all(out.output_type != "error" for out in cell.outputs)
            assert all(out.get("name") != "stderr" for out in cell.outputs)


def test_a_changed_output_is_noticed():
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")])
    other = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")])
    for book, text in ((notebook, "rate 4.25"), (other, "rate 4.35")):
        book.cells[0].outputs = [nbformat.v4.new_output("stream", text=text)]
    assert differences(notebook, notebook) == []
    assert len(differences(notebook, other)) == 1


def test_a_progress_bar_leaves_no_output():
    view = {"application/vnd.jupyter.widget-view+json": {"model_id": "x"}, "text/plain": "bar"}
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")])
    kept = nbformat.v4.new_output("stream", text="12")
    notebook.cells[0].outputs = [nbformat.v4.new_output("display_data", view), kept]
    assert pipeline._tidy(notebook).cells[0].outputs == [kept]


def test_prose_about_the_five_reports_is_left_out_for_another_corpus():
    for path in pipeline.notebooks():
        whole, general = nbformat.read(path, 4), pipeline._general(path)
        left_out = [c for c in whole.cells if pipeline.OURS in c.metadata.get("tags", [])]
        assert len(whole.cells) - len(general.cells) == len(left_out)
        assert all(cell.cell_type == "markdown" for cell in left_out)
        assert "Bottom line for the five" not in "".join(c.source for c in general.cells)


def test_a_copy_for_another_corpus_carries_no_output(tmp_path):
    """A run that failed would leave the five reports' numbers in another corpus's folder."""
    cell = nbformat.v4.new_code_cell("1", execution_count=3)
    cell.outputs = [nbformat.v4.new_output("stream", text="rate 4.25")]
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), tmp_path / "a.ipynb")
    (copied,) = pipeline._general(tmp_path / "a.ipynb").cells
    assert (copied.source, copied.outputs, copied.execution_count) == ("1", [], None)


def test_elsewhere_numbers_may_differ_in_the_last_digit_only():
    assert _close("rate 4.25 in r1", "rate 4.26 in r1")
    assert not _close("rate 4.25 in r1", "rate 4.35 in r1")
    assert not _close("rate 4.25 in r1", "rate 4.25 in r2")


@pytest.mark.notebooks
def test_executing_again_gives_what_is_committed(tmp_path):
    environ = {"FIGURES": str(tmp_path)}
    problems = {}
    with ThreadPoolExecutor(pipeline.WORKERS) as pool:
        executed = pool.map(lambda path: pipeline.execute(path, environ), PATHS)
        for path, notebook in zip(PATHS, executed, strict=True):
            if found := differences(read(path), notebook):
                problems[path.stem] = found[:5]
    assert not problems, problems
    made, committed = ({p.name for p in folder.glob("*.csv")} for folder in (tmp_path, paths.FIGURES))
    assert made == committed
    claims.gather(tmp_path)
    for name in sorted(made):
        _same_table(tmp_path / name, paths.FIGURES / name)


def _same_table(one, two):
    if LOCKED:
        assert one.read_bytes() == two.read_bytes(), one.name
    else:
        pd.testing.assert_frame_equal(pd.read_csv(one), pd.read_csv(two), rtol=1e-4, obj=one.name)


@pytest.mark.parametrize("stem", sorted({p.stem for p in paths.FIGURES.glob("[0-9]*.csv")}))
def test_every_figure_has_its_four_files(stem):
    for kind in ("pdf", "svg", "png", "csv"):
        assert (paths.FIGURES / f"{stem}.{kind}").stat().st_size > 0


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_notebooks_have_one_style(path):
    """The question first, then parameters, then what it all comes to; short lines, few modules."""
    cells = read(path).cells
    assert re.match(r"# \d\d [^\n:]+: .+\n\n\*\*Question\.\*\*", cells[0].source)
    headings = [line for cell in cells if cell.cell_type == "markdown" for line in cell.source.splitlines()
                if line.startswith("## ")]  # fmt: skip
    assert headings[0] == "## Bottom line"
    assert headings[-1] == "## What this cannot tell"
    code = [cell for cell in cells if cell.cell_type == "code"]
    assert "parameters" in code[1].metadata.get("tags", [])
    assert max(len(line) for cell in code for line in cell.source.splitlines()) <= 120
    assert not any(re.search(r"^\s*(def|class|import sys)\b", cell.source, re.M) for cell in code)
    modules = re.findall(r"^from analysis(?:\.\w+)? import (.*)$", code[0].source, re.M)
    assert len(", ".join(modules).split(", ")) <= 9


def test_there_are_at_most_fifteen_notebooks():
    assert len(PATHS) <= 15


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_papermill_can_set_every_parameter_and_what_follows_follows(path):
    """One name a line, as papermill reads them; none is made from another one, which it would leave as it was."""
    (cell,) = (cell for cell in read(path).cells if "parameters" in cell.metadata.get("tags", []))
    rows, names = ast.parse(cell.source).body, set()
    for row in rows:
        assert isinstance(row, ast.Assign)
        (target,) = row.targets
        assert isinstance(target, ast.Name)
        assert row.lineno == row.end_lineno
        names.add(target.id)
    assert not names & {node.id for row in rows for node in ast.walk(row.value) if isinstance(node, ast.Name)}


# What GitHub leaves of the HTML in a notebook: these tags and attributes, no styles, no scripts, no drawings in the page.
KEPT = {"a", "b", "blockquote", "br", "caption", "code", "dd", "details", "div", "dl", "dt", "em", "h1", "h2", "h3", "h4", "h5",
        "h6", "hr", "i", "img", "li", "ol", "p", "pre", "q", "s", "samp", "span", "strong", "sub", "summary", "sup", "table",
        "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul"}  # fmt: skip
ATTRIBUTES = ["align", "alt", "colspan", "href", "lang", "rowspan", "scope", "src", "title", "width", "height"]


def shown(text: str) -> str:
    return " ".join(BeautifulSoup(text, "html.parser").get_text(" ").split())


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_reader_on_github_sees_every_table_and_drawing(path):
    outputs = (out["data"] for cell in read(path).cells for out in cell.get("outputs", []) if "data" in out)
    for page in (data["text/html"] for data in outputs if "text/html" in data):
        whole = BeautifulSoup(page, "html.parser")
        for tag in whole(["style", "script"]):
            tag.decompose()
        left = BeautifulSoup(bleach.clean(str(whole), KEPT, ATTRIBUTES, protocols=["http", "https"], strip=True), "html.parser")
        assert shown(str(left)) == shown(str(whole))
        assert [cell.get("align") for cell in left("td")] == [cell.get("align") for cell in whole("td")]
        # A picture inside the page goes: what it shows is said in its place.
        assert not whole("svg")
        assert all(picture.get("alt", "").strip() for picture in left("img"))
        assert all(len(table("td")) > 0 for table in left("table"))
