"""Numbers in prose: those with a name stand in the ledger, and none is typed by hand."""

import re
import shlex

import nbformat
import pytest

from analysis import claims, concordance, corpus, paths, pipeline
from analysis.__main__ import main
from analysis.claims import _arguments as arguments

# A number that is said, with its interval; not one in code, a name (`gov-2021`, 5G) or a year.
NUMBER = re.compile(
    r"(?<![\w.,-])[+−-]?(?!(?:19|20)\d\d\b)(?:\d[\d,]*)?\.?\d+%?(?![\w-]|\.\d)(?: \[[^\],]+, [^\]]+\])?"
)
# Code, formulas, links to notebooks, dates, tags and headings: numbers there claim nothing.
UNSAID = re.compile(
    r"`[^`]*`|\$\$.*?\$\$|\[\d\d,? [^\]]*\]|\]\([^)]*\)|\bnotebook \d\d|\d+ ?[月日]|<[^>]+>|^#+ .*$",
    re.MULTILINE,
)
PAGES = {path.stem: path for path in pipeline.notebooks()}
# Constants of the method that typed prose explains; any other number has to come out of code.
CONSTANTS = {
    "01_rates": {"10,000", "95%"},
    "02_keyness": {"5%", "1", "95%"},
    "03_tfidf": {"1", "0"},
    "04_topics": {"60%", "30%"},
    "05_drift": {"10,000", "95%", "5%"},
    "06_explore": {"14"},
    "07_restoration": {"95%", "999", "1,000", "95", "100"},
    "11_findings": {"95%"},
    "12_panel": {"10,000", "3,004"},
    "13_country": {"1", ".05", "80%", "95%"},
    # Versions of Python and of a licence, the base of a rate, the level of an interval.
    "README": {"3.11", "3.12", "3.13", "1.1", "10,000", "95%"},
}
# A number in Markdown with the name of its claim after it.
QUOTED = re.compile(r"\*\*([^*]+)\*\*<!-- claim (\S+)( n)? -->")


@pytest.fixture(scope="module")
def ledger():
    return claims.read(paths.ROOT / "figures").set_index("id")


def numbers(text: str) -> list[str]:
    return NUMBER.findall(UNSAID.sub(lambda m: " " * len(m[0]), text))


def test_the_ledger_says_what_the_prose_says(ledger):
    spoken = [(id, shown, stem) for stem, path in PAGES.items() for _, text in claims.said(path)
              for id, shown in claims.MARK.findall(text)]  # fmt: skip
    assert spoken
    for id, shown, stem in spoken:
        assert ledger.loc[id, ["text", "notebook"]].tolist() == [shown, stem]
    assert set(ledger.index) == {id for id, *_ in spoken}


@pytest.mark.parametrize("stem", PAGES)
def test_no_number_is_typed_into_prose(stem):
    for cell in nbformat.read(PAGES[stem], 4).cells:
        if cell.cell_type == "markdown":
            for number in numbers(cell.source):
                assert number in CONSTANTS.get(stem, ()), f"{stem}: {number!r} in {cell.source!r}"


@pytest.mark.parametrize("name", ["README.md", "README.zh.md"])
def test_a_readme_quotes_the_ledger(ledger, name):
    source = (paths.ROOT / name).read_text(encoding="utf-8")
    prose = re.sub(r"```.*?```", "", source, flags=re.DOTALL)
    quoted = QUOTED.findall(prose)
    assert quoted
    for text, id, n in quoted:
        held = f"{ledger.loc[id, 'n']:,}" if n else ledger.loc[id, "text"]
        assert held == text, f"{name} quotes {id} as {text!r}"
    for number in numbers(QUOTED.sub("", prose)):
        assert number in CONSTANTS["README"], f"{name}: {number!r}"


def test_the_macros_have_every_claim(ledger):
    source = (paths.ROOT / "figures" / "claims.tex").read_text(encoding="utf-8")
    assert all(f"claim@{id}@text" in source for id in ledger.index)


def test_parts_make_the_whole_whoever_writes_last(tmp_path):
    one, other = (claims.Claims(name, "hash", tmp_path) for name in ("01_a", "02_b"))
    one.show(f"There are {one.record('a.n', 12, unit='hits')} hits in 3 texts.")
    other.record("b.rate", 1.5, 0.5, 4, digits=1)
    other.save()
    one.save()
    table = claims.read(tmp_path)
    assert table["id"].tolist() == ["a.n", "b.rate"]
    assert table.loc[1, ["text", "value", "low", "high"]].tolist() == ["1.5 [0.5, 4.0]", 1.5, 0.5, 4]


def test_one_notebook_alone_leaves_the_rows_of_the_others(tmp_path):
    """A checkout has the whole ledger and no parts."""
    first = claims.Claims("01_a", "hash", tmp_path)
    first.record("a.n", 12)
    first.save()
    (tmp_path / "claims" / "01_a.csv").unlink()
    other = claims.Claims("02_b", "hash", tmp_path)
    other.record("b.n", 4)
    other.save()
    assert claims.read(tmp_path)["id"].tolist() == ["a.n", "b.n"]
    claims.gather(tmp_path, ["02_b"])
    assert claims.read(tmp_path)["id"].tolist() == ["b.n"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("−3.83 [−∞, −3.76], in 1,073 places", ["−3.83 [−∞, −3.76]", "1,073"]),
        ("5% to 36%; p = .05.", ["5%", "36%", ".05"]),
        ("in 2021, `taiyuan-gov-2021`, 5G, [06, hits](06_x.ipynb), notebook 07", []),
        ("taiyuan-gov-2021 against 12 others", ["12"]),
        ("rjieba 0.2.2, guard 4", ["4"]),
    ],
)
def test_numbers_are_told_from_names(text, found):
    assert numbers(text) == found


def test_a_claim_is_shown_with_the_hits_behind_it(capsys):
    assert main(["claim", "hits.term"]) == 0
    page = capsys.readouterr().out
    assert "notebooks/06_explore.ipynb" in page
    assert "raw " in page
    number = int(re.search(r"^hits\.term: (\d+) hits", page)[1])
    assert f"{number} hits:" in page


def test_an_unknown_claim_is_refused_with_the_nearest_names(capsys):
    assert main(["claim", "hits.trem"]) == 1
    assert "hits.term" in capsys.readouterr().err


def test_a_folder_without_claims_says_what_to_do(tmp_path):
    with pytest.raises(FileNotFoundError, match="make figures"):
        claims.read(tmp_path)


def test_a_claim_of_words_counts_the_words(ledger):
    rows = ledger[ledger["evidence"].str.contains("--word", regex=False)]
    assert len(rows)
    reports = corpus.load(paths.ROOT / "data" / "catalogue.csv")
    for row in rows.itertuples():
        asked = arguments(row.evidence)
        hits = concordance.hits(reports, asked.pop("term"), **asked)
        assert len(hits) == row.n


def test_every_claim_has_a_page(ledger, monkeypatch):
    table = claims.read(paths.ROOT / "figures")
    monkeypatch.setattr(concordance, "hits", lambda *_, **__: None)
    monkeypatch.setattr(concordance, "page", lambda *_, **__: "hits")
    for row in table.itertuples():
        page = claims.page(table, row.id)
        assert page.startswith(f"{row.id}: {row.text}")
        assert "nan" not in page


def test_files_that_claims_rest_on_are_there(ledger):
    for said in ledger["evidence"]:
        if said.startswith(("figures/", "data/")):
            assert (paths.ROOT / said).exists(), said


def test_a_document_is_brought_up_to_date(tmp_path):
    made = claims.Claims("01_a", "hash", tmp_path)
    made.record("a.n", 12, n=1500)
    made.save()
    path = tmp_path / "README.md"
    path.write_text("**3**<!-- claim a.n --> of **9**<!-- claim a.n n -->, **5**<!-- claim b.n -->", encoding="utf-8")
    claims.requote(path, tmp_path)
    said = path.read_text(encoding="utf-8")
    assert said == "**12**<!-- claim a.n --> of **1,500**<!-- claim a.n n -->, **5**<!-- claim b.n -->"


def test_the_call_that_lists_the_hits_names_another_catalogue(tmp_path):
    """As printed it is run from anywhere, for the corpus of which the number is said."""
    assert claims.command("改革") == "python -m analysis trace 改革"
    path = tmp_path / "my texts" / "catalogue.csv"
    said = claims.command(claims.traced("创新.{0,4}驱动", ["a"], None, "--regex"), path)
    assert shlex.split(said)[4:] == ["创新.{0,4}驱动", "--report", "a", "--regex", "--catalogue", str(path)]
