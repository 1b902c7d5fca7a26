"""The pair that is told: chosen by what is identified, with limits, quotations and verdicts."""

import numpy as np
import pandas as pd
import pytest
import tiny
from test_contrasts import CATALOGUE, ROWS, table

from analysis import paths, story, tokens
from analysis.drift import contrasts, pairs, series, telling
from analysis.keyness import vocabulary

REVIEW = "一、工作回顾\n建成园区，建成道路，建成学校。\n"
TEXT = {
    "gov21": REVIEW + "二、今年工作\n" + "改革，改革，推进。\n" * 12,
    "gov26": "一、今年工作\n" + "创新，创新，推进，高\ufffd量发展。\n" * 12,
}


@pytest.fixture
def corpus(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "CACHE", tmp_path)
    made = tiny.corpus(TEXT)
    catalogue = CATALOGUE.loc[["gov21", "gov26"]]
    made.__dict__["catalogue"] = catalogue
    made.__dict__["gaps"] = pd.DataFrame(columns=["report", "what", "evidence", "start"])
    return made


def test_the_widest_pair_is_the_identified_one_farthest_apart():
    found = pairs.widest(table(ROWS), CATALOGUE)
    assert (found.before, found.after) == (("party21",), ("party26",))
    assert found.note == ""


def test_where_there_is_no_pair_the_note_says_why():
    alone = pairs.widest(table(ROWS[:1]), CATALOGUE.iloc[:1])
    assert alone.table.empty
    assert "One report" in alone.note
    city = pairs.widest(table(ROWS[:4]), CATALOGUE.iloc[:2], function=None)
    assert "no function in common" in city.note
    assert "no function in common" in telling.pair_headline(
        pairs.changes(city, table(ROWS[:4])), pd.DataFrame(), city
    )


def test_what_is_told_of_a_small_pair(corpus):
    words = tokens.table(corpus, lexicon=None)
    counts = vocabulary.words(corpus, words)
    found = pairs.widest(counts, corpus.catalogue)
    changed = pairs.changes(found, counts)
    assert (changed.loc["改革", "verdict"], changed.loc["创新", "verdict"]) == ("fell", "rose")
    assert "建成" not in changed.index
    gone = pairs.zeros(corpus, changed, found).set_index("term")
    assert gone.loc["改革", "change"] == "disappeared"
    assert (gone["limit"] > 0).all()
    quoted = pairs.quotations(corpus, found, ["改革", "推进"])
    assert quoted[["term", "side"]].to_numpy().tolist() == [
        ["改革", "before"], ["推进", "before"], ["推进", "after"]
    ]  # fmt: skip
    for row in quoted.itertuples():
        start, end = map(int, row.text.split("-"))
        assert corpus[row.report].text[start:end] == row.term


def test_lost_characters_widen_the_bounds(corpus):
    words = tokens.table(corpus, lexicon=None)
    found = pairs.widest(vocabulary.words(corpus, words), corpus.catalogue)
    bounds = pairs.damage(corpus, words, found, ["高质量发展", "改革"])
    assert bounds.loc["高质量发展", ["low_after", "high_after"]].tolist() == [0, 12]
    assert bounds.loc["改革", ["low_before", "high_before"]].tolist() == [24, 24]


def test_a_part_that_lost_a_page_is_left_out(corpus):
    counts = vocabulary.words(corpus, tokens.table(corpus, lexicon=None))
    assert len(vocabulary.sound(counts, corpus).units) == len(counts.units)
    row = ["gov21", "page", "the page says 上接第1版", 0]
    corpus.__dict__["gaps"] = pd.DataFrame([row], columns=corpus.gaps.columns)
    assert vocabulary.broken(corpus) == {("gov21", "review")}
    kept = vocabulary.sound(counts, corpus).units
    assert "review" not in set(kept.loc[kept["report"] == "gov21", "function"])


def test_vocabulary_counts_strings_once_and_keeps_sizes(corpus):
    words = tokens.table(corpus, lexicon=None)
    counts = vocabulary.words(corpus, words, extra=["革，推"])
    assert counts.terms.is_unique
    assert list(counts.terms) == sorted(counts.terms)
    assert counts.frame().loc["gov21", "革，推"] == 12
    assert counts.sizes.sum() == words["kind"].isin(["word", "number", "latin"]).sum()


def test_verdicts_are_shown_in_order():
    columns = ["n_before", "n_after", "log_ratio", "verdict"]
    rows = [[1, 9, 2, "rose"], [9, 1, -2, "fell"], [5, 5, 0, "stayed"], [1, 2, 1, "unclear"]]
    shown = pairs.chosen(pd.DataFrame(rows, columns=columns, index=list("abcd")))
    assert shown["verdict"].tolist() == ["rose", "stayed", "fell"]


def test_contrast_or_refusal(corpus):
    counts = vocabulary.words(corpus, tokens.table(corpus, lexicon=None))
    refused = pairs.attempt(counts, corpus.catalogue, ["gov21"], ["gov26"], "guiding")
    assert "guiding" in refused.note
    assert refused.table.empty
    assert pairs.attempt(counts, corpus.catalogue, [], []).note
    made = pairs.attempt(counts, corpus.catalogue, ["gov21"], ["gov26"], "tasks")
    assert isinstance(made, contrasts.Contrast)
    assert made.note == ""


def test_an_empty_table_becomes_a_sentence():
    shown = story.show(pd.DataFrame(), why="Nothing here.")
    assert shown.data == "*Nothing here.*"
    drawn = story.draw(None, pd.DataFrame(), "05_x", "caption", why="No pair.")
    assert drawn.data == "*No pair.*"


YEARS = [1957, 1964, 1981, 1985, 1995]


def test_a_series_has_one_level_and_genre_and_says_what_it_left_out():
    catalogue = pd.DataFrame(
        {"year": [*YEARS, 2000], "level": ["national"] * 5 + ["city"], "genre": "work-report"},
        index=list("abcdef"),
    )
    found = series.longest(catalogue)
    assert (found.ids, found.long) == (tuple("abcde"), True)
    assert "1 reports of other levels" in found.note
    short = series.longest(catalogue.iloc[3:])
    assert not short.long
    assert "a trend needs 4" in short.note
    assert series.trend(series.rates(table(ROWS), short)).empty


def test_forms_of_a_term_are_added_up():
    counts = series.joined(table(ROWS), {"革新": ["创新", "改革"]})
    assert (counts.frame()["革新"] == table(ROWS).frame().sum(axis=1)).all()
    assert list(counts.terms) == sorted(counts.terms)
    same = series.joined(counts, {"创新": ["创新", "改革"]})
    assert (same.frame()["创新"] == counts.frame()["革新"]).all()


def test_what_came_and_what_went_is_ordered_by_time():
    rates = pd.DataFrame(
        {"早先的词": [5, 4, 3, 2, 0, 0, 0, 0.0], "后来的词": [0, 0, 0, 0, 2, 3, 4, 5.0],
         "一直有的": [5, 5, 6, 5, 5, 6, 5, 5.0]},
        index=range(2000, 2008),
    )  # fmt: skip
    shown = series.telling(series.trend(rates), rates)
    assert list(shown.index) == ["早先的词", "后来的词"]
    assert np.isfinite(shown.to_numpy()).all()


def test_four_dates_settle_nothing_and_what_belongs_to_one_year_did_not_come_or_go():
    years = range(2018, 2022)
    rates = pd.DataFrame({"一年的词": [0, 9, 0, 0.0], "上升的词": [1, 2, 3, 4.0]}, index=years)
    trends = series.trend(rates)
    # The steadiest course of four dates, one of the two that have p = 2/4!.
    assert trends.loc["上升的词", "p"] > 0.05
    spiky = trends.assign(**{"class": ["spike", "stable"]})
    for one in (trends, spiky, trends.iloc[:0]):
        assert series.telling(one, rates).empty
    told = telling.agreement(trends, trends)
    assert "nan" not in told
    assert "No term" in told
    rows = {"year": years, "level": "city", "genre": "work-report"}
    four = series.longest(pd.DataFrame(rows, index=list("abcd")))
    assert four.long
    assert "cannot settle a trend at .05 (least p .083)" in four.note
    longer = {**rows, "year": range(2018, 2023)}
    assert "cannot" not in series.longest(pd.DataFrame(longer, index=list("abcde"))).note
