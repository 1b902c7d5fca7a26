"""Exploring: the views agree with the counts of the suite, come at once, and need no widget."""

import re
from html.parser import HTMLParser

import numpy as np
import pytest
from IPython.core.formatters import DisplayFormatter

from analysis import concordance, corpus, counts, explore, uncertainty
from analysis.contrast import NotComparable
from analysis.glossary import heading

CITY = ["taiyuan-gov-2021"], ["taiyuan-gov-2026"]
UNLIKE = ["taiyuan-gov-2021"], ["shanxi-gov-2023"]
# What has no Chinese name.
NAMELESS = {"logDice", "p"}


@pytest.fixture(scope="module")
def prepared():
    return explore.prepare(corpus.load())


@pytest.mark.parametrize("query", ["高质量发展", "发展", "不存在的词"])
def test_rates_are_those_of_strings_counted_everywhere_else(prepared, query):
    found = explore.find(prepared, query)
    ours = explore.rates(prepared, found).set_index("report")
    theirs = uncertainty.rates(counts.strings(prepared.corpus, [query])).set_index("report")
    for column in ("count", "n_tokens", "per_10k", "low", "high"):
        np.testing.assert_allclose(ours[column], theirs[column].reindex(ours.index))


def test_functions_add_up_to_the_whole_in_hits_and_in_length(prepared):
    whole = explore.rates(prepared, explore.find(prepared, "发展")).set_index("report")
    parts = [explore.rates(prepared, explore.find(prepared, "发展", function=name))
             for name in explore.FUNCTIONS]  # fmt: skip
    for column in ("count", "n_tokens"):
        total = sum(part.set_index("report")[column].reindex(whole.index).fillna(0)
                    for part in parts)  # fmt: skip
        assert (total == whole[column]).all(), column


def test_outline_adds_up_to_the_hits(prepared):
    found = explore.find(prepared, "创新.{0,4}驱动", regex=True)
    table = explore.outline(prepared, found)
    assert table[table["level"] == 1]["hits"].sum() == len(found.hits) > 0


def test_neighbours_are_never_more_than_never_apart(prepared):
    found = explore.find(prepared, "发展")
    table = explore.neighbours(prepared, found)
    assert (table["log_dice"] <= 14).all()
    assert table["log_dice"].is_monotonic_decreasing
    assert (table["together"] <= table["count"]).all()
    # By hand: 14 + log2(2 f(x,y) / (f(x) + f(y))).
    first = table.iloc[0]
    dice = 2 * first["together"] / (len(found.hits) + first["count"])
    assert first["log_dice"] == pytest.approx(14 + np.log2(dice))


class Text(HTMLParser):
    """What a page says, and its headings."""

    def __init__(self, html):
        super().__init__()
        self.said, self.headings, self.tag = "", [], ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tag = tag

    def handle_data(self, data):
        self.said += data
        if self.tag in ("th", "h4", "summary"):
            self.headings.append(data.strip())


def test_marked_text_is_the_text_and_marked_raw_is_the_raw(prepared):
    for hit in concordance.hits(prepared.corpus, "发展").iloc[::40].itertuples():
        report, span = prepared.corpus[hit.report], (hit.start - 5, hit.end + 5)
        assert Text(explore._marked(report, *span)).said == report.text[slice(*span)]
        low, high = report.ledger.to_raw(*span)
        assert Text(explore._marked(report, *span, raw=True)).said == report.raw[low:high]


def test_a_hit_by_itself_shows_its_place_its_raw_characters_and_its_edits(prepared):
    found = explore.find(prepared, "创新").hits
    hit = next(found[found["classes"] == "exact"].itertuples())
    html = explore._detail(prepared, hit, "en", around=30)
    said = Text(html).said
    assert hit.raw in said
    assert hit.raw != hit.hit
    path = explore._path(prepared, hit.report, hit.section)
    assert " › ".join(path) in said
    sections = prepared.corpus[hit.report].sections.set_index("section")
    assert path[-1].endswith(sections.loc[hit.section, "title"])
    edits = prepared.corpus[hit.report].ledger.edits_in(hit.start, hit.end)
    assert edits
    for edit in edits:
        assert f"{edit.before} → {edit.after}" in said
        assert edit.evidence in html


def test_unlike_documents_are_refused_in_a_sentence(prepared):
    found = explore.find(prepared, "发展")
    with pytest.raises(NotComparable, match="no level in common"):
        explore.compare(prepared, found, *UNLIKE)
    html = explore._contrast_view(prepared, found, *UNLIKE, "zh")
    assert "级别不同 (市 / 省)" in html
    assert not re.search("[A-Za-z]", Text(html).said)
    made = explore.compare(prepared, found, *CITY)
    assert list(made.table.index) == ["发展"]
    for number in made.table.loc["发展", ["n_reference", "n_target"]]:
        assert f">{number}</td>" in explore._contrast_view(prepared, found, *CITY)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_contrast_says_what_its_rates_are_over_and_whom_it_leaves_out(prepared, lang):
    found = explore.find(prepared, "高质量发展")
    made = explore.compare(prepared, found, *CITY)
    whole = explore.rates(prepared, found).set_index("report").loc[CITY[0][0], "per_10k"]
    assert made.table["per_10k_reference"].iloc[0] != pytest.approx(whole, abs=0.005)
    alone, mixed = (explore._contrast_view(prepared, found, before, CITY[1], lang)
                    for before in (CITY[0], [*CITY[0], *UNLIKE[1]]))  # fmt: skip
    for html in (alone, mixed):
        assert heading("like for like", lang) in html
    out = f"{heading('not used', lang)}: {explore._named(prepared, UNLIKE[1][0], lang)}<"
    assert (out in alone, out in mixed) == (False, True)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_one_switch_turns_every_heading(prepared, lang):
    html = explore._page(prepared, "改革", before=2021, after=2026, lang=lang)
    assert ("每万词次数" in html) == (lang == "zh")
    assert ("hits per 10,000 words" in html) == (lang == "en")
    other = "[A-Za-z]" if lang == "zh" else "[\u4e00-\u9fff]"
    headings = set(Text(html).headings) - NAMELESS
    assert len(headings) > 20
    assert not [said for said in headings if re.search(other, said)]


def test_a_query_cannot_write_into_the_page(prepared):
    assert "<script" not in explore._page(prepared, "<script>alert(1)</script>")


def test_without_a_session_the_page_is_plain_and_the_same():
    pages = [explore.show(corpus.load(), "改革", live=False).data for _ in range(2)]
    assert pages[0] == pages[1]
    # Drawings as pictures: a page that nobody has trusted yet drops what is drawn in it.
    assert "<svg" not in pages[0]
    assert pages[0].count("<img") == 2 * len(corpus.load().ids) + 1


@pytest.fixture
def explorer(prepared):
    return explore._Explorer(prepared, "发展", False, *UNLIKE, "en")


def test_controls_draw_what_is_looked_at(explorer):
    before = explorer.page.value
    explorer.term.value = "改革"
    assert explorer.page.value != before
    explorer.view.value = "contrast"
    assert "level differs" in explorer.page.value
    explorer.after.value = ["taiyuan-gov-2021"]
    assert "none on both" in explorer.page.value
    explorer.term.value, explorer.pattern.value = "(", True
    assert explorer.said.value == "invalid pattern: missing ), unterminated subpattern"
    assert Text(explorer.page.value.split("</style>")[1]).said == ""
    explorer.language.value = "zh"
    assert explorer.term.description == "词语"
    assert explorer.said.value == "正则表达式有误"
    explorer.term.value = "改革|开放"
    assert len(explorer.hit.options) > 10
    assert explorer.said.value == f"{len(explorer.found.hits)} 命中"


def test_a_picked_hit_is_shown_in_every_view_and_stays(explorer, prepared):
    labels = [value for _, value in explorer.hit.options]
    explorer.hit.value = labels[7]
    hit = explorer._picked()
    assert (hit.report, hit.start) == labels[7]
    assert Text(explore._marked(prepared.corpus[hit.report], hit.start, hit.end)).said == "发展"
    above = explore._path(prepared, hit.report, hit.section)
    assert above[-1] in Text(explorer.detail.value).said
    for name, sign in (("where it stands", 'stroke-width="4"'), ("outline", "class=picked")):
        explorer.view.value = name
        assert sign in explorer.page.value, name
    explorer.language.value = "zh"
    assert explorer.hit.value == labels[7]
    explorer.term.value = "不存在的词"
    assert (explorer.hit.options, explorer.detail.value) == ((), "")


def test_what_is_chosen_stays_chosen_when_the_language_changes(explorer):
    explorer.report.value, explorer.function.value = "taiyuan-gov-2026", "tasks"
    explorer.language.value = "zh"
    assert (explorer.report.value, explorer.function.value) == ("taiyuan-gov-2026", "tasks")
    assert explorer.before.value == ("taiyuan-gov-2021",)
    assert explorer.report.index == list(corpus.load().ids).index("taiyuan-gov-2026") + 1
    explorer.report.value = explorer.function.value = ""
    explorer.language.value = "both"
    assert (explorer.report.label, explorer.function.label) == ("all", "all")
    explorer.language.value, explorer.function.value = "zh", "tasks"
    names = [name for name, _ in (*explorer.report.options, *explorer.function.options)]
    assert not [name for name in names if re.search("[A-Za-z]", name)]
    assert set(explorer.found.hits["function"]) == {"tasks"}


def test_in_a_session_there_are_controls_and_keys_belong_to_them(monkeypatch):
    """JupyterLab would take arrows and letters for commands (seen in a browser)."""
    shown = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    box = explore.show(corpus.load(), "改革", live=True)
    assert "data-lm-suppress-shortcuts" in shown[0].data
    assert "改革" in [getattr(control, "value", "") for control in box.children[0].children]


def test_controls_that_are_saved_carry_the_page_that_needs_none(monkeypatch):
    """Lab saves a notebook while somebody types; of a widget the file has only its name."""
    monkeypatch.setattr("IPython.display.display", lambda _: None)
    shown = explore.show(corpus.load(), "改革", live=True)
    data, _ = DisplayFormatter().format(shown)
    assert "application/vnd.jupyter.widget-view+json" in data
    assert data["text/html"] == explore.show(corpus.load(), "改革", live=False).data


@pytest.mark.parametrize(("what", "ending"), [("figure", ".svg"), ("table", ".rates.csv"),
                                              ("concordance (CSV)", ".csv"),
                                              ("concordance (Word)", ".docx"), ("concordance (TEI)", ".xml")])
def test_what_is_shown_can_be_saved(explorer, tmp_path, monkeypatch, what, ending):
    monkeypatch.setattr(explore.paths, "FIGURES", tmp_path)
    explorer.term.value = "改革"
    explorer.what.value = what
    explorer.save.click()
    path = tmp_path / "explore" / f"改革{ending}"
    assert path.stat().st_size > 0
    assert "改革" in explorer.saved.value


@pytest.mark.parametrize(("view", "column"), [("rates", "per_10k"), ("in context", "left"), ("neighbours", "log_dice"),
                                              ("outline", "title"), ("contrast", "log_ratio")])
def test_the_table_that_is_saved_is_that_of_the_view(explorer, tmp_path, monkeypatch, view, column):
    monkeypatch.setattr(explore.paths, "FIGURES", tmp_path)
    explorer.term.value, explorer.view.value, explorer.what.value = "改革", view, "table"
    (explorer.before.value,), (explorer.after.value,) = ([side] for side in CITY)
    explorer.save.click()
    path = tmp_path / "explore" / f"改革.{view.replace(' ', '_')}.csv"
    assert column in path.read_text(encoding="utf-8-sig").splitlines()[0].split(",")
    explorer.what.value = "link"
    explorer.save.click()
    assert ("before=" in explorer.saved.value) == (view == "contrast")


def test_the_link_shows_the_same_query_again(explorer):
    explorer.term.value, explorer.pattern.value, explorer.what.value = "改.", True, "link"
    explorer.save.click()
    assert Text(explorer.saved.value).said == "explore.show(reports, '改.', regex=True, lang='en')"


def test_a_concordance_has_every_hit_in_each_format(prepared, tmp_path):
    from xml.etree import ElementTree

    import pandas as pd
    from docx import Document

    found = explore.find(prepared, "营商环境")
    paths = {end: explore.export(prepared.corpus, found, tmp_path / f"hits{end}") for end in (".csv", ".docx", ".xml")}
    assert pd.read_csv(paths[".csv"])["hit"].tolist() == ["营商环境"] * len(found.hits)
    table = Document(paths[".docx"]).tables[0]
    assert [row.cells[1].text for row in table.rows] == ["营商环境"] * len(found.hits)
    tei = ElementTree.parse(paths[".xml"])
    assert len(tei.findall(".//{http://www.tei-c.org/ns/1.0}seg")) == len(found.hits)
    with pytest.raises(ValueError, match=r"\.csv, \.docx or \.xml"):
        explore.export(prepared.corpus, found, tmp_path / "hits.odt")


def test_the_two_sides_begin_with_reports_that_are_alike():
    catalogue = corpus.load().catalogue
    assert explore._alike(catalogue) == (["taiyuan-gov-2021"], ["taiyuan-gov-2026"])
    assert explore._alike(catalogue.iloc[:1]) == ([], [])


def test_intervals_stand_over_an_axis(prepared):
    html = explore._rates_view(prepared, explore.find(prepared, "发展"), "en")
    ticks = re.findall(r"<text[^>]*>([^<]*)</text>", html)
    assert ticks[0] == "0"
    assert len(ticks) >= 2
    assert html.count("<svg") == len(prepared.corpus.ids) + 1
