"""A run vouches for what it made: any input that changes is seen by the next one."""

import sys

import nbformat
import pytest

from analysis import paths, pipeline
from restoration import ledger

TEXT = "政府工作报告\n一、过去一年工作回顾\n全市经济持续发展。\n"


@pytest.fixture
def where(tmp_path):
    """Somebody else's corpus of one report."""
    (tmp_path / "one.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "catalogue.csv").write_text(
        "id,file,title,issuer,level,genre,date,reviews,plans,source,licence,sha256,notes\n"
        "one,one.txt,政府工作报告,某市人民政府,city,work-report,2020-01-10,,,,,,\n", encoding="utf-8")  # fmt: skip
    return pipeline.places(tmp_path / "catalogue.csv", tmp_path / "out")


def veto(path):
    path.write_text(",".join(ledger.OVERRIDE_COLUMNS) + "\n" + "0" * 64 + ",1,2,a,b,c,d\n")


def other_checkout(monkeypatch, tmp_path, change):
    """The package's files somewhere else, with one of them changed."""
    root = tmp_path / "checkout"
    for name in ("analysis/plot/rates.py", "restoration/layout.py", "restoration/resources/model.npz",
                 "analysis/resources/lexicons/stopwords.csv"):  # fmt: skip
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes((paths.ROOT / name).read_bytes())
    monkeypatch.setattr(paths, "ROOT", root)
    return root / change


@pytest.mark.parametrize("change", ["overrides", "font", "library", "python", "raw", "catalogue"])
def test_a_changed_input_is_noticed(where, tmp_path, monkeypatch, change):
    monkeypatch.setattr(paths, "OVERRIDES", tmp_path / "overrides.csv")
    monkeypatch.setenv("FONT", str(tmp_path / "font.ttf"))
    (tmp_path / "font.ttf").write_bytes(b"font")
    before = pipeline._inputs(where)
    assert pipeline._inputs(where) == before
    if change == "overrides":
        veto(paths.OVERRIDES)
    elif change == "font":
        (tmp_path / "font.ttf").write_bytes(b"another")
    elif change == "library":
        kept = [each for each in pipeline.metadata.distributions() if each.name.lower() != "opencc"]
        monkeypatch.setattr(pipeline.metadata, "distributions", lambda: kept)
    elif change == "python":
        monkeypatch.setattr(sys, "version", "3.99")
    else:
        path = tmp_path / ("one.txt" if change == "raw" else "catalogue.csv")
        path.write_bytes(path.read_bytes() + b"\n")
    assert pipeline._inputs(where) != before


@pytest.mark.parametrize("file", [
    "analysis/plot/rates.py", "restoration/layout.py", "restoration/resources/model.npz",
    "analysis/resources/lexicons/stopwords.csv",
])  # fmt: skip
def test_changed_code_and_tables_are_noticed(where, tmp_path, monkeypatch, file):
    changed = other_checkout(monkeypatch, tmp_path, file)
    before = pipeline._inputs(where)
    changed.write_bytes(changed.read_bytes() + b"\n")
    assert pipeline._inputs(where) != before


def test_a_notebooks_source_counts_and_its_outputs_do_not(tmp_path):
    cell = nbformat.v4.new_code_cell("1 + 1")
    path = tmp_path / "00_a.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), path)
    before = pipeline._sources(path)
    cell.outputs = [nbformat.v4.new_output("stream", text="2")]
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), path)
    assert pipeline._sources(path) == before
    cell.source = "1 + 2"
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), path)
    assert pipeline._sources(path) != before


def notebook_of(path, *sources):
    cells = [nbformat.v4.new_markdown_cell("# 00 A\n")]
    cells += [nbformat.v4.new_code_cell(s) if s[0] != "#" else nbformat.v4.new_markdown_cell(s) for s in sources]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return path


FAILING = (
    "## First", "from analysis import tables\ntables.note('Two are needed.')",
    "## Second", "assert 1 + 1 == 3", "lost = {}['甲<b>']", "## Third", "lost + 1", "print(6 * 7)",
    "## Fourth", "from analysis.contrast import NotComparable\nraise NotComparable('Nothing to compare.')", "print(6 * 7)",
)  # fmt: skip


@pytest.fixture(scope="module")
def failed(tmp_path_factory):
    """A notebook whose cells fail in several ways, executed to its end."""
    path = notebook_of(tmp_path_factory.mktemp("failing") / "00_a.ipynb", *FAILING)
    made = pipeline.execute(path, strict=False)
    return made, pipeline._left_out(made, "00_a")


def test_what_was_left_out_is_said_once_with_its_reason_and_place(failed):
    assert [(row.section, row.error) for row in failed[1]] == [
        ("First", False), ("Second", True), ("Second", True), ("Fourth", False)]  # fmt: skip
    assert [row.why for row in failed[1]] == [
        "Two are needed.", "AssertionError in `assert 1 + 1 == 3`", "KeyError: '甲<b>'",
        "Nothing to compare"]  # fmt: skip


def test_a_failing_cell_keeps_the_others_from_nothing(failed):
    outputs = [out for cell in failed[0].cells for out in cell.get("outputs", [])]
    assert outputs[-1].text == "42\n"
    assert all(out.output_type != "error" for out in outputs)
    said = [out["data"]["text/markdown"] for out in outputs if "data" in out]
    assert said[1] == "*Left out: AssertionError in `assert 1 + 1 == 3`.*"
    assert said[2] == "*Left out: KeyError: '甲&lt;b>'.*"
    assert len(said) == 4, "what needs the second cell is left out with it"


def test_a_strict_execution_stops_at_the_first(tmp_path):
    from nbclient.exceptions import CellExecutionError

    with pytest.raises(CellExecutionError, match="1 \\+ 1 == 3"):
        pipeline.execute(notebook_of(tmp_path / "00_a.ipynb", *FAILING))


def test_a_kernel_that_dies_is_one_notebook_that_is_missing(tmp_path):
    dead = notebook_of(tmp_path / "00_dead.ipynb", "import os\nos._exit(1)")
    well = notebook_of(tmp_path / "01_well.ipynb", "print(1)")
    (_, first), (_, second) = pipeline._execute_all([dead, well], strict=False)
    assert isinstance(first, Exception)
    assert second.cells[1].outputs[0].text == "1\n"


def test_a_kernel_runs_the_code_of_this_checkout_and_writes_into_its_cache(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "CACHE", tmp_path / "cache")
    path = notebook_of(tmp_path / "00_a.ipynb", "import analysis\nfrom analysis import paths\n"
                       "print(analysis.__file__, paths.CACHE)")  # fmt: skip
    out = pipeline.execute(path).cells[1].outputs[0].text
    assert out == f"{paths.ROOT / 'analysis' / '__init__.py'} {tmp_path / 'cache'}\n"


def test_a_second_run_into_the_same_folder_says_so_at_once(where):
    second = pipeline._alone(where)
    with pipeline._alone(where), pytest.raises(ValueError, match="another run is writing"):
        second.__enter__()
    with pipeline._alone(where):
        assert True


def test_restored_texts_of_a_report_that_was_taken_out_are_named(where, capsys):
    pipeline._restore(where)
    assert capsys.readouterr().err.count("no report of the catalogue") == 0
    for name in ("two.txt", "two.ledger.csv"):
        (where.restored / name).write_text("old")
    pipeline._restore(where)
    said = capsys.readouterr().err
    assert all(f"{where.restored / name}: no report" in said for name in ("two.txt", "two.ledger.csv"))


def test_the_summary_has_errors_first_and_a_line_each():
    rows = [pipeline._LeftOut("00_a", 3, "What?", "Two are needed.", False),
            pipeline._LeftOut("02_b", 5, "How?", "KeyError: 'x'", True)]  # fmt: skip
    lines = pipeline._summary(rows, paths.Path("out")).splitlines()
    assert lines[0] == f"Left out: 2, 1 of them by an error ({paths.Path('out') / 'left_out.csv'})"
    assert ["error" in line for line in lines[1:]] == [True, False]
    assert pipeline._summary([], paths.Path("out")) == "Nothing was left out."


def test_two_catalogues_of_one_folder_name_get_folders_of_their_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    made = []
    for name in ("a/texts/c.csv", "b/texts/c.csv", "a/texts/d.csv", "a/texts/c.csv"):
        where = pipeline.places(tmp_path / name)
        with pipeline._alone(where):
            made.append(where.figures.parent)
    assert made[0] == made[3] == tmp_path / "out" / "texts"
    assert len(set(made)) == 3
    assert all(folder.parent == tmp_path / "out" and folder.name.startswith("texts") for folder in made)


def test_a_named_folder_that_holds_another_corpus_is_refused(tmp_path):
    with pipeline._alone(pipeline.places(tmp_path / "a.csv", tmp_path / "out")):
        pass
    other = pipeline._alone(pipeline.places(tmp_path / "b.csv", tmp_path / "out"))
    with pytest.raises(ValueError, match=r"holds what was made of .*a\.csv"):
        other.__enter__()
