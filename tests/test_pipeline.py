"""A run vouches for what it made: any input that changes is seen by the next one."""

import sys

import pytest

from analysis import notebooks, paths, pipeline
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
    for name in ("analysis/plot/keyness.py", "restoration/layout.py", "restoration/resources/model.npz",
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
        kept = list(pipeline.metadata.distributions())
        monkeypatch.setattr(pipeline.metadata, "distributions", lambda: kept[1:])
    elif change == "python":
        monkeypatch.setattr(sys, "version", "3.99")
    else:
        path = tmp_path / ("one.txt" if change == "raw" else "catalogue.csv")
        path.write_bytes(path.read_bytes() + b"\n")
    assert pipeline._inputs(where) != before


@pytest.mark.parametrize("file", [
    "analysis/plot/keyness.py", "restoration/layout.py", "restoration/resources/model.npz",
    "analysis/resources/lexicons/stopwords.csv",
])  # fmt: skip
def test_changed_code_and_tables_are_noticed(where, tmp_path, monkeypatch, file):
    changed = other_checkout(monkeypatch, tmp_path, file)
    before = pipeline._inputs(where)
    changed.write_bytes(changed.read_bytes() + b"\n")
    assert pipeline._inputs(where) != before


def test_a_notebooks_source_counts_and_its_outputs_do_not(tmp_path):
    import nbformat

    cell = nbformat.v4.new_code_cell("1 + 1")
    path = tmp_path / "00_a.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), path)
    before = notebooks.sources(path)
    cell.outputs = [nbformat.v4.new_output("stream", text="2")]
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), path)
    assert notebooks.sources(path) == before
    cell.source = "1 + 2"
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), path)
    assert notebooks.sources(path) != before
