"""Every number in prose stands in the ledger, and the ledger says what the prose says."""

import re

import nbformat
import pytest

from analysis import claims, concordance, corpus, notebooks, paths
from analysis.__main__ import main
from analysis.claims import command
from analysis.claims.command import arguments

PAGES = {path.stem: path for path in notebooks.every()}
# Constants of the method that typed prose explains; any other number has to come out of code.
CONSTANTS = {
    "02_term_frequency": {"10,000", "0", "1", ".05", ".03", ".07", "95%", ".8", "5", "10"},
    "03_tfidf": {"1"},
    "04_topics": {"0.6", "0", "1"},
    "05_drift": {".05"},
    "07_restoration": {"95%", "999", "1,000", "95", "100"},
    "08_series": {"10,000", "95%"},
    "10_explore": {"10,000", "14"},
    "11_findings": {"95%"},
    # Versions of Python and of a licence, the base of a rate, the level of an interval.
    "README": {"3.11", "3.12", "3.13", "1.1", "10,000", "95%"},
}
# A number in Markdown with the name of its claim after it.
QUOTED = re.compile(r"\*\*([^*]+)\*\*<!-- claim (\S+)( n)? -->")


@pytest.fixture(scope="module")
def ledger():
    return claims.read(paths.ROOT / "figures").set_index("id")


def test_the_ledger_has_every_number_that_a_notebook_computes(ledger):
    for stem, path in PAGES.items():
        here = ledger[ledger["notebook"] == stem]
        for cell, text in claims.said(path):
            # Why a table is not shown (`story.note`) is said once with its numbers, then repeated.
            note = re.fullmatch(r"\*[^*]+\*", text)
            texts = set(here["text"] if note else here.loc[here["cell"] == cell, "text"])
            for match, sentence in claims.unnamed_numbers(text):
                assert match[0] in texts, f"{stem} In [{cell}]: {match[0]!r} of {sentence!r}"
            for id, shown in claims.MARK.findall(text):
                assert ledger.loc[id, ["text", "notebook"]].tolist() == [shown, stem]


def test_every_named_claim_is_said_somewhere(ledger):
    spoken = {id for path in PAGES.values() for _, text in claims.said(path)
              for id, _ in claims.MARK.findall(text)}  # fmt: skip
    named = {row.Index for row in ledger.itertuples()
             if claims.Claim(row.Index, *row[1:]).named}  # fmt: skip
    assert named == spoken


@pytest.mark.parametrize("stem", PAGES)
def test_no_number_is_typed_into_prose(stem):
    for cell in nbformat.read(PAGES[stem], 4).cells:
        if cell.cell_type == "markdown":
            for match, sentence in claims.unnamed_numbers(cell.source):
                assert match[0] in CONSTANTS.get(stem, ()), f"{stem}: {match[0]!r} of {sentence!r}"


@pytest.mark.parametrize("name", ["README.md", "README.zh.md"])
def test_a_readme_quotes_the_ledger(ledger, name):
    source = (paths.ROOT / name).read_text(encoding="utf-8")
    prose = re.sub(r"```.*?```", "", source, flags=re.DOTALL)
    quoted = QUOTED.findall(prose)
    assert quoted
    for text, id, n in quoted:
        held = f"{ledger.loc[id, 'n']:,}" if n else ledger.loc[id, "text"]
        assert held == text, f"{name} quotes {id} as {text!r}"
    for match, sentence in claims.unnamed_numbers(QUOTED.sub("", prose)):
        assert match[0] in CONSTANTS["README"], f"{name}: {match[0]!r} of {sentence!r}"


def test_the_macros_have_every_named_claim(ledger):
    source = (paths.ROOT / "figures" / "claims.tex").read_text(encoding="utf-8")
    for row in ledger.itertuples():
        named = claims.Claim(row.Index, *row[1:]).named
        assert (f"claim@{row.Index}@text" in source) == named


def test_parts_make_the_whole_whoever_writes_last(tmp_path):
    one, other = (claims.Claims(name, "hash", tmp_path) for name in ("01_a", "02_b"))
    one.say(f"There are {one.state('a.n', 12, unit='hits')} hits in 3 texts.")
    other.say("The rate is 1.5 [0.5, 4].")
    one.save()
    table = claims.read(tmp_path)
    assert table["id"].tolist() == ["a.n", "01_a.0.1", "02_b.0.1"]
    assert table.loc[2, ["value", "low", "high"]].tolist() == [1.5, 0.5, 4]
    again = claims.Claims("01_a", "hash", tmp_path)
    again.say("There are 4 texts.")
    assert claims.read(tmp_path)["text"].tolist() == ["4", "1.5 [0.5, 4]"]


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
    assert [match[0] for match, _ in claims.unnamed_numbers(text)] == found


def test_a_claim_is_shown_with_the_hits_behind_it(capsys):
    assert main(["claim", "hits.term"]) == 0
    page = capsys.readouterr().out
    assert "notebooks/06_concordance.ipynb" in page
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
    monkeypatch.setattr("analysis.trace.page", lambda *_, **__: "hits")
    for row in table.itertuples():
        page = command.page(table, row.id)
        assert page.startswith(f"{row.id}: {row.text}")
        assert "nan" not in page


def test_a_number_without_a_name_stands_in_its_sentence(ledger):
    for row in ledger.itertuples():
        if not claims.Claim(row.Index, *row[1:]).named:
            found = [match[0] for match in claims.NUMBER.finditer(row.counts)]
            assert row.text in found, row


def test_files_that_claims_rest_on_are_there(ledger):
    for said in ledger["evidence"]:
        if said.startswith(("figures/", "data/")):
            assert (paths.ROOT / said).exists(), said
