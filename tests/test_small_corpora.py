"""What cannot be answered is refused by name or gives an empty table with its reason, never a bare error."""

import pandas as pd
import pytest
import tiny

from analysis import (
    contrast,
    multiverse,
    occurrences,
    panel,
    paths,
    reference,
    tokens,
    topics,
    trend,
    uncertainty,
    weighting,
)

SUBJECTS = zip("二三四五六七八九", "农工商教文卫环科", strict=True)
LONG = "一、总体要求\n推动发展，改善民生。\n" + "".join(
    f"{n}、工作任务{n}\n推动{w}发展，改善{w}，完成{w}。\n" for n, w in SUBJECTS)
CORPORA = {
    "one report": {"甲": LONG},
    "two of one year": {"甲": LONG, "乙": LONG.replace("推动", "促进")},
    "one section each": {"甲": "一、工作任务\n推动发展。", "乙": "一、工作任务\n改善民生。"},
    "no heading": {"甲": "推动发展，推动发展。", "乙": "改善民生。"},
    "lost characters only": {"甲": "一、工作任务\n\ufffd\ufffd\ufffd", "乙": LONG},
    "no words": {"甲": "一、工作任务\n2021，100%。", "乙": "一、工作任务\nGDP 5.5%"},
    "three years": {"甲": LONG, "乙": LONG.replace("推动", "促进"), "丙": LONG.replace("改善", "保障")},
}


@pytest.fixture(params=CORPORA, ids=str)
def small(request, tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "CACHE", tmp_path)
    made = tiny.corpus(CORPORA[request.param])
    same = request.param == "two of one year"
    years = [2021] * len(made.reports) if same else [r.year for r in made.reports]
    catalogue = made.catalogue.assign(level="city", genre="work-report", year=years)
    made.__dict__["catalogue"] = catalogue
    made.__dict__["gaps"] = pd.DataFrame(columns=["report", "what", "evidence", "start"])
    cut = tokens.table(made)
    hits = occurrences.find(made, cut)
    return made, cut, hits, occurrences.count(hits, cut)


def said(table: pd.DataFrame) -> bool:
    """A table has rows, or says why it has none."""
    return len(table) > 0 or bool(table.attrs.get("why") or table.attrs.get("notes"))


def test_comparisons_answer_or_say_why(small):
    corpus, _, hits, counts = small
    for made in (counts, contrast.drop_incomplete(counts, corpus)):
        pair = contrast.widest(made, corpus.catalogue)
        assert len(pair.table) or pair.notes
        changed = contrast.changes(pair, made)
        assert said(changed)
        keywords = contrast.keywords(pair.table, made, pair.target, pair.reference)
        assert set(keywords) >= {"n_target", "at_least", "g2"}
        contrast.choose(changed)
        contrast.damage(corpus, hits, pair, keywords.index)
        contrast.zeros(corpus, changed, pair)
        contrast.quotations(corpus, hits, pair, keywords.index[:3])
        contrast.naive_differences(counts, changed, pair)
        contrast.decompose(counts, counts, pair.reference, pair.target)
        assert said(contrast.shift(made, corpus.catalogue, pair.target, pair.reference, "tasks"))
        contrast.placebo(pair)
        assert "notes" in contrast.every_pair(made, corpus.catalogue, function="tasks").attrs


def test_rates_and_weights_answer_or_say_why(small):
    _, _, _, counts = small
    if len(counts.terms):
        rates = uncertainty.rates(counts)
        known = rates.dropna(subset=["low", "high"])
        assert ((known["low"] <= known["per_10k"]) & (known["per_10k"] <= known["high"] + 1e-9)).all()
        weighting.dispersion(counts)
        weighting.bootstrap_top_k(counts, n_resamples=20)
        weighting.rank_changes(counts)
    else:
        with pytest.raises(uncertainty.Refusal, match="No term is counted"):
            uncertainty.rates(counts)
    contrast.split_placebo(counts, n_splits=5)


def test_series_answer_or_say_why(small):
    corpus, _, _, counts = small
    found = trend.longest(corpus.catalogue)
    assert not found.supports_trend
    assert "a trend needs 4" in found.note
    rates = trend.rates(counts, found)
    for table in (trend.trend(rates), trend.stages(rates)):
        assert table.empty
        assert table.attrs["notes"]
    assert trend.most_changed(trend.trend(rates), rates).empty
    trend.rates_by_report(counts, corpus.catalogue, list(counts.terms[:3]))


def test_topics_are_refused_by_name(small):
    corpus, _, _, counts = small
    if len(corpus.paragraphs) < 24:
        with pytest.raises(uncertainty.Refusal) as refused:
            topics.candidates(topics.documents(counts, corpus.paragraphs))
        assert refused.value.reason == "few documents"


def test_a_multiverse_of_nothing_is_empty():
    table = multiverse.run(multiverse.findings([]))
    assert table.empty
    assert multiverse.by_factor(table).empty


def test_a_reference_needs_a_place_and_a_province():
    country = reference.load()
    made = tiny.corpus({"甲": LONG, "乙": LONG.replace("推动", "促进")})
    made.__dict__["catalogue"] = made.catalogue.assign(level="city", genre="work-report", place="", year=[2020, 2021])
    with pytest.raises(uncertainty.Refusal, match="No place has two reports"):
        reference.pair(country, reference.counted(made, country))
    bare = tiny.corpus({"甲": "推动发展。", "乙": "改善民生。"})
    bare.__dict__["catalogue"] = bare.catalogue.assign(level="city", genre="work-report", place="太原市", year=2020)
    with pytest.raises(uncertainty.Refusal, match="No report has tasks"):
        reference.gain(country, reference.counted(bare, country))
    assert country.above("太原市") == "山西省"
    for place in ("山西省", "上海市", "䶮㙦市", ""):
        with pytest.raises(uncertainty.Refusal, match="no report of a province"):
            country.above(place)


@pytest.mark.parametrize("followed", ["trends", "stages"])
def test_a_place_that_the_reference_lacks_has_no_course(followed):
    with pytest.raises(uncertainty.Refusal, match="no report of 䶮㙦市"):
        getattr(reference.load(), followed)("䶮㙦市")


@pytest.mark.parametrize("years", [[], [2020], [2020, 2020]])
def test_a_split_needs_two_years(years):
    rows = [(f"r{n}", f"p{n}", year) for n, year in enumerate(years)]
    table = pd.DataFrame(rows, columns=["report", "place", "year"])
    table.attrs["why"] = "no report has a place"
    with pytest.raises(uncertainty.Refusal, match="no report has a place"):
        panel.within.ends(table)
    with pytest.raises(uncertainty.Refusal, match="no report has a place"):
        panel.within.by_year(table.iloc[:0], "digital")
