"""Exploring: the views agree with the counts of the suite, come at once, and need no widget."""

import time
from html.parser import HTMLParser

import numpy as np
import pytest

from analysis import concordance, corpus, counts, explore, lookup, uncertainty, views

# Seconds a query may take; measured 0.05 to 0.2 on a busy machine, which tests must survive.
PATIENCE = 1.5


@pytest.fixture(scope="module")
def prepared():
    return lookup.prepare(corpus.load())


@pytest.mark.parametrize("query", ["高质量发展", "发展", "不存在的词"])
def test_rates_are_those_of_strings_counted_everywhere_else(prepared, query):
    found = lookup.find(prepared, query)
    ours = lookup.rates(prepared, found).set_index("report")
    theirs = uncertainty.rates(counts.strings(prepared.corpus, [query])).set_index("report")
    for column in ("count", "n_tokens", "per_10k", "low", "high"):
        np.testing.assert_allclose(ours[column], theirs[column].reindex(ours.index))


def test_outline_adds_up_to_the_hits(prepared):
    found = lookup.find(prepared, "创新.{0,4}驱动", regex=True)
    table = lookup.outline(prepared, found)
    assert table[table["level"] == 1]["hits"].sum() == len(found.hits) > 0


def test_neighbours_are_never_more_than_never_apart(prepared):
    found = lookup.find(prepared, "发展")
    table = lookup.neighbours(prepared, found)
    assert (table["log_dice"] <= 14).all()
    assert table["log_dice"].is_monotonic_decreasing
    assert (table["together"] <= table["count"]).all()
    # By hand: 14 + log2(2 f(x,y) / (f(x) + f(y))).
    first = table.iloc[0]
    dice = 2 * first["together"] / (len(found.hits) + first["count"])
    assert first["log_dice"] == pytest.approx(14 + np.log2(dice))


def test_marked_text_is_the_text(prepared):
    class Text(HTMLParser):
        def __init__(self):
            super().__init__()
            self.said = ""

        def handle_data(self, data):
            self.said += data

    for hit in concordance.hits(prepared.corpus, "发展").iloc[::40].itertuples():
        report, parser = prepared.corpus[hit.report], Text()
        parser.feed(views.marked(report, hit.start - 5, hit.end + 5))
        assert parser.said == report.text[hit.start - 5 : hit.end + 5]


def test_unlike_documents_are_refused_in_a_sentence(prepared):
    found = lookup.find(prepared, "发展")
    table, said = lookup.compare(prepared, found, "taiyuan-gov-2021", "shanxi-gov-2023")
    assert table is None
    assert "no level in common" in said
    table, said = lookup.compare(prepared, found, "taiyuan-gov-2021", "taiyuan-gov-2026")
    assert list(table["term"]) == ["发展"]


def test_every_view_comes_at_once(prepared):
    for query in ("高质量发展", "发展"):
        for name, view in views.VIEWS.items():
            began = time.process_time()
            view(prepared, lookup.find(prepared, query), "both")
            assert time.process_time() - began < PATIENCE, name


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_one_switch_turns_every_heading(prepared, lang):
    html = views.page(prepared, "改革", before=2021, after=2026, lang=lang)
    assert ("每万词次数" in html) == (lang == "zh")
    assert ("per 10 000 tokens" in html) == (lang == "en")


def test_a_query_cannot_write_into_the_page(prepared):
    assert "<script" not in views.page(prepared, "<script>alert(1)</script>")


def test_without_a_session_the_page_is_plain_and_the_same(monkeypatch):
    monkeypatch.setenv(explore.SESSION, "")
    pages = [explore.open(corpus.load(), "改革").data for _ in range(2)]
    assert pages[0] == pages[1]
    assert "<svg" in pages[0]


def test_controls_draw_what_is_looked_at(prepared):
    box = explore._widgets(prepared, "发展", False, ["taiyuan-gov-2021"], ["shanxi-gov-2023"], "en")
    (term, pattern, tongue), tabs = box.children[0].children, box.children[-1]
    before = tabs.children[0].value
    term.value = "改革"
    assert tabs.children[0].value != before
    tabs.selected_index = len(tabs.children) - 1
    assert "no level in common" in tabs.children[-1].value
    term.value, pattern.value = "(", True
    assert "no regular expression" in box.children[-2].value
    tongue.value = "zh"
    assert term.description == "词语"
