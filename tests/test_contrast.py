"""Contrasts: one stratum is the plain contrast, several are pooled by hand, the rest is refused."""

import clustered
import numpy as np
import pandas as pd
import pytest
import tiny
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from analysis import contrast, corpus, counts, explore, keyness, occurrences, paths, tokens
from analysis.catalogue import draft
from analysis.contrast import bounds, exchange
from analysis.counts import Counts
from analysis.uncertainty import Refusal

CATALOGUE = pd.DataFrame(
    {
        "year": [2021, 2026, 2021, 2023, 2026],
        "level": ["city", "city", "city", "province", "city"],
        "genre": ["work-report", "work-report", "party-congress-report", "work-report",
                  "party-congress-report"],
    },
    index=pd.Index(["gov21", "gov26", "party21", "prov23", "party26"], name="id"),
)  # fmt: skip


def table(rows, terms=("创新", "改革")) -> counts.Counts:
    """Counts from rows of (report, function, section, tokens, hits of each term)."""
    columns = ["report", "function", "section", "n_tokens"]
    units = pd.DataFrame([row[:4] for row in rows], columns=columns)
    units["paragraph"] = range(len(units))
    matrix = sparse.csr_array(np.array([row[4:] for row in rows], dtype=np.int32))
    return counts.Counts(matrix, units, pd.Index(terms, name="term"))


@pytest.fixture(scope="module")
def drawn() -> counts.Counts:
    """Ten sections of tasks and eight of review in each of two city reports, and a front."""
    rng = np.random.default_rng(1)
    rows = [("gov21", "other", 99, 50, 0, 0), ("gov26", "other", 99, 50, 0, 0)]
    for report, lift in (("gov21", 1.0), ("gov26", 2.0)):
        for section in range(18):
            function = "tasks" if section < 10 else "review"
            rows.append((report, function, section, int(rng.integers(200, 600)),
                         int(rng.poisson(3 * lift)), int(rng.poisson(4))))  # fmt: skip
    return table(rows)


def test_one_stratum_is_the_plain_contrast(drawn):
    pooled = contrast.compare(drawn, CATALOGUE, "gov26", "gov21", "tasks").table
    plain = contrast.against(drawn.restrict(function="tasks"), "gov26", "gov21").loc[pooled.index]
    for column in contrast.COLUMNS:
        np.testing.assert_allclose(pooled[column], plain[column], rtol=1e-12)


def test_swapping_sides_flips_signs_and_keeps_p(drawn):
    one = contrast.compare(drawn, CATALOGUE, "gov26", "gov21").table.sort_index()
    two = contrast.compare(drawn, CATALOGUE, "gov21", "gov26").table.sort_index()
    np.testing.assert_allclose(one["log_ratio"], -two["log_ratio"])
    np.testing.assert_allclose(one["low"], -two["high"])
    np.testing.assert_allclose(one["p"], two["p"])


def test_the_pooled_ratio_is_mantel_and_haenszels():
    rows = [
        ("gov21", "tasks", 0, 100, 2), ("gov21", "tasks", 1, 100, 4),
        ("gov26", "tasks", 0, 100, 5), ("gov26", "tasks", 1, 100, 7),
        ("gov21", "review", 2, 200, 1), ("gov21", "review", 3, 200, 1),
        ("gov26", "review", 2, 50, 1), ("gov26", "review", 3, 50, 0),
    ]  # fmt: skip
    found = contrast.compare(table(rows, ["创新"]), CATALOGUE, 2026, 2021)
    # Tasks 12/200 against 6/200, review 1/100 against 2/400: Σ X1 n0/n over Σ X0 n1/n.
    ratio = (12 * 200 / 400 + 1 * 400 / 500) / (6 * 200 / 400 + 2 * 100 / 500)
    assert found.table["log_ratio"].iloc[0] == pytest.approx(np.log2(ratio))
    assert found.strata.set_index("function")["weight"].to_dict() == pytest.approx(
        {"tasks": 100 / 180, "review": 80 / 180}
    )
    assert found.table.loc["创新", ["n_reference", "n_target"]].tolist() == [8, 13]


def test_unlike_documents_and_unplaced_text_stay_out(drawn):
    party = ("party21", "tasks", 0, 500, 400, 0)
    more = counts.Counts(
        sparse.csr_array(sparse.vstack([drawn.matrix, sparse.csr_array([party[4:]])])),
        pd.concat([drawn.units, table([party]).units], ignore_index=True), drawn.terms,
    )  # fmt: skip
    found = contrast.compare(more, CATALOGUE, 2026, 2021)
    alone = contrast.compare(drawn, CATALOGUE, "gov26", "gov21")
    pd.testing.assert_frame_equal(found.table, alone.table)
    assert found.reference == ("gov21",)
    assert set(found.strata["function"]) == {"tasks", "review"}


ROWS = [
    ("gov21", "tasks", 0, 100, 2, 1), ("gov21", "other", 1, 100, 2, 1),
    ("gov26", "review", 0, 100, 2, 1), ("gov26", "other", 1, 100, 2, 1),
    ("party21", "tasks", 0, 100, 2, 1), ("prov23", "tasks", 0, 100, 2, 1),
    ("party26", "tasks", 0, 100, 2, 1),
]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "function", "message"),
    [
        ("gov21", "prov23", None, r"2021 → 2023: no level in common \(city vs province\)"),
        ("gov21", "party26", None, "no genre in common"),
        ("party21", "prov23", None, "no level in common.*; no genre in common"),
        ("gov21", "gov26", None, r"no function in common .*\(tasks vs review\)"),
        ("gov21", "gov26", "tasks", "no text with function 'tasks' in 2026"),
    ],
)
def test_a_refusal_names_what_is_missing_and_what_remains(before, after, function, message):
    with pytest.raises(contrast.NotComparable, match=message) as refused:
        contrast.compare(table(ROWS), CATALOGUE, after, before, function)
    assert "What remains is to describe" in str(refused.value)


@pytest.mark.parametrize(
    ("which", "message"),
    [(1999, "no document for 1999; years in the catalogue"), (["gov99"], "gov99"),
     ("level == 'nowhere'", "no document for")],
)  # fmt: skip
def test_unknown_documents_are_named(which, message):
    with pytest.raises(ValueError, match=message):
        contrast.compare(table(ROWS), CATALOGUE, 2026, which)


def test_one_document_cannot_stand_on_both_sides():
    with pytest.raises(contrast.NotComparable, match="gov21 stands on both sides"):
        contrast.compare(table(ROWS), CATALOGUE, ["gov26", "gov21"], 2021)


@pytest.mark.parametrize("n", [1, 2])
def test_reports_of_one_year_are_no_contrast(tmp_path, n):
    """The explorer asks for the first year and the last, which may be the same."""
    for k in range(n):
        lines = ["政府工作报告", "一、今年工作安排", "推动高质量发展，深化改革。" * 9]
        (tmp_path / f"gov-2021-{k}.txt").write_text("\n".join(lines), encoding="utf-8")
    draft.write(draft.draft(tmp_path), tmp_path / "catalogue.csv")
    table = pd.read_csv(tmp_path / "catalogue.csv", keep_default_na=False, dtype=str)
    table["level"] = "city"
    draft.write(table, tmp_path / "catalogue.csv")
    one = explore.prepare(corpus.load(tmp_path / "catalogue.csv"))
    with pytest.raises(contrast.NotComparable, match="on both sides"):
        explore.compare(one, explore.find(one, "改革"), 2021, 2021)
    for lang, says in (("zh", "没有另一组 (2021 / 2021)"), ("en", "no second set (2021 / 2021)")):
        assert says in explore._page(one, "改革", before=2021, after=2021, lang=lang)


def test_the_matrix_has_every_pair_once_in_order_of_time():
    pairs = contrast.identification(table(ROWS), CATALOGUE)
    assert len(pairs) == 10
    years = CATALOGUE["year"]
    assert (pairs["reference"].map(years) <= pairs["target"].map(years)).all()
    found = pairs[pairs["identified"]]
    assert found[["reference", "target", "functions"]].to_numpy().tolist() == [
        ["party21", "party26", "tasks"]
    ]
    years = contrast.identification(table(ROWS), CATALOGUE, by="year")
    assert years[["reference", "target"]].to_numpy().tolist() == [
        [2021, 2023], [2021, 2026], [2023, 2026]
    ]  # fmt: skip
    assert years["identified"].tolist() == [False, True, False]


def test_what_is_missing_is_data():
    with pytest.raises(contrast.NotComparable) as refused:
        contrast.compare(table(ROWS), CATALOGUE, "prov23", "gov21")
    assert refused.value.reason == "unlike"
    assert refused.value.missing == (("level", ["city"], ["province"]),)
    assert refused.value.between == ("level",)
    with pytest.raises(contrast.NotComparable) as same:
        contrast.compare(table(ROWS), CATALOGUE, ["gov26", "gov21"], 2021)
    assert same.value.reason == "same"


@pytest.fixture
def places(drawn) -> pd.DataFrame:
    return CATALOGUE.assign(place=["太原", "大同", "太原", "山西", "太原"])


def test_unlike_places_are_refused_unless_the_comparison_is_called_so(drawn, places):
    with pytest.raises(contrast.NotComparable, match=r"no place in common \(太原 vs 大同\)") as no:
        contrast.compare(drawn, places, "gov26", "gov21")
    assert no.value.between == ("place",)
    found = contrast.compare(drawn, places, "gov26", "gov21", between=["place"])
    assert found.likeness == "between places"
    assert "between places" in found.notes[0]
    assert "place" not in found.strata
    like = contrast.compare(drawn, CATALOGUE, "gov26", "gov21", between=["place"])
    assert like.likeness == "like for like"
    pd.testing.assert_frame_equal(found.table, like.table)
    with pytest.raises(ValueError, match="between 'year'"):
        contrast.compare(drawn, places, "gov26", "gov21", between=["year"])


def test_a_catalogue_that_says_nothing_of_places_has_one(drawn):
    unsaid = CATALOGUE.assign(place=[np.nan] * len(CATALOGUE))
    one = contrast.compare(drawn, unsaid, "gov26", "gov21").table
    pd.testing.assert_frame_equal(one, contrast.compare(drawn, CATALOGUE, "gov26", "gov21").table)


# Words of two reports with one table of contents, every tenth of which may be planted, and rare
# words of each subject.
WORDS, PLANTED, RARE = 300, slice(0, 300, 10), 12


def reports(seed: int, change=1.0, sections=16, extra=0) -> counts.Counts:
    """Two city reports over the same subjects; the planted words differ by the ratio `change`."""
    rng = np.random.default_rng(seed)
    rate = np.append(rng.gamma(0.8, 0.9, WORDS), np.ones(RARE * sections))
    own = np.kron(np.eye(sections), np.ones(RARE))
    subjects = np.hstack([rng.gamma(0.7, 1 / 0.7, (sections, WORDS)), own])
    rows, hits = [], []
    for report, more in (("gov21", False), ("gov26", True)):
        for section in range(sections + (extra if more else 0)):
            mean = rate * subjects[section % sections] * rng.gamma(6, 1 / 6, len(rate))
            mean[PLANTED] *= change if more else 1
            hits.append(rng.poisson(mean))
            rows.append((report, "tasks", section, int(hits[-1].sum() + 150)))
    units = pd.DataFrame(rows, columns=["report", "function", "section", "n_tokens"])
    units["paragraph"] = range(len(units))
    terms = pd.Index([f"词{k:03}" for k in range(len(rate))], name="term")
    return counts.Counts(sparse.csr_array(np.array(hits, np.int32)), units, terms)


def test_alike_sections_are_paired_by_their_words():
    made = reports(1)
    found = contrast.compare(made, CATALOGUE, "gov26", "gov21", "tasks")
    assert found.n_groups == 16
    matched = exchange.matching(found.null.parts)
    subject = pd.Series(np.tile(np.arange(16), 2)).groupby(matched.group)
    assert subject.nunique().max() == 1
    sides = pd.Series(found.null.parts.in_target).groupby(matched.group)
    assert sides.nunique().min() == 2


def test_sections_without_a_partner_join_the_pair_they_are_most_like():
    found = contrast.compare(reports(1, extra=5), CATALOGUE, "gov26", "gov21", "tasks")
    group = exchange.matching(found.null.parts).group
    assert found.n_groups == 16
    assert (group >= 0).all()
    assert np.bincount(group).max() >= 3


def test_the_first_division_is_the_one_that_is_and_all_are_taken_where_few_differ():
    found = contrast.compare(reports(1, sections=8), CATALOGUE, "gov26", "gov21", "tasks")
    divisions = found.null.divisions
    assert divisions.shape[0] == 2**7
    assert (divisions[0] == found.null.parts.in_target).all()
    # No division is another with its sides called the other way.
    both = np.vstack([divisions, ~divisions])
    assert len(np.unique(both, axis=0)) == 2**8


@pytest.mark.parametrize("extra", [0, 10])
def test_the_level_holds_where_two_reports_have_one_table_of_contents(extra):
    cases = [contrast.compare(reports(seed, extra=extra), CATALOGUE, "gov26", "gov21", "tasks",
                              n_exchanges=299).table for seed in range(14)]  # fmt: skip
    tested = [table[table["q"].notna()] for table in cases]
    assert 0.03 < np.mean([(table["p"] < 0.05).mean() for table in tested]) < 0.065
    assert 0.003 < np.mean([(table["p"] < 0.01).mean() for table in tested]) < 0.018
    assert np.mean([(table["q"] < 0.05).any() for table in tested]) <= 0.15
    # Sections taken for random draws are timid here, which is why they are exchanged.
    plain = [contrast.against(reports(seed, extra=extra), "gov26", "gov21")["p"]
             for seed in range(14)]  # fmt: skip
    assert np.mean([(p < 0.05).mean() for p in plain]) < 0.03


def test_interval_and_p_say_the_same_and_find_what_is_planted():
    table = contrast.compare(reports(3, 3.0), CATALOGUE, "gov26", "gov21", "tasks").table
    table = table[table["q"].notna()]
    near = (table["p"] - 0.05).abs() < 0.004
    outside = (table["low"] > 0) | (table["high"] < 0)
    assert (outside == (table["p"] < 0.05))[~near].all()
    assert ((table["low"] <= table["log_ratio"]) & (table["log_ratio"] <= table["high"])).all()
    planted = table.index.isin([f"词{k:03}" for k in range(WORDS)[PLANTED]])
    assert (table["p"] < 0.05)[planted].mean() > 4 * (table["p"] < 0.05)[~planted].mean()


def test_the_printed_ratio_is_found_four_times_in_five():
    rng = np.random.default_rng(8)
    sizes = clustered.clusters(rng, 12, 0.4), clustered.clusters(rng, 12, 0.4)
    for hits in (30, 120):
        even = [(clustered.hits(rng, np.full(3000, hits / 2), s, 0.3), s) for s in sizes]
        made, size = clustered.frame(*even)
        ratio = np.median(contrast.against(made, "r0", "r1", sizes=size).mde_ratio)
        parts = hits * ratio / (1 + ratio), hits / (1 + ratio)
        uneven = [(clustered.hits(rng, np.full(3000, m), s, 0.3), s)
                  for m, s in zip(parts, sizes, strict=True)]  # fmt: skip
        made, size = clustered.frame(*uneven)
        power = (contrast.against(made, "r0", "r1", sizes=size).p < 0.05).mean()
        assert 0.74 <= power <= 0.89


def test_few_sections_and_few_terms_are_taken_as_drawn_at_random():
    few = contrast.compare(reports(1, sections=5), CATALOGUE, "gov26", "gov21", "tasks")
    assert (few.n_groups, few.null) == (0, None)
    assert "too few" in few.notes[-1]
    one = reports(1).select(["词001", "词002"])
    assert contrast.compare(one, CATALOGUE, "gov26", "gov21", "tasks").n_groups == 0


def test_wholes_find_nothing_where_there_is_nothing_and_something_where_there_is():
    p = [contrast.permutation_test(reports(seed), CATALOGUE, "gov26", "gov21", "tasks", n=199)["p"]
         for seed in range(30)]  # fmt: skip
    assert 0.3 < np.mean(p) < 0.7
    assert np.mean(np.array(p) < 0.05) <= 0.15
    found = contrast.permutation_test(reports(1, 2.5), CATALOGUE, "gov26", "gov21", "tasks", n=199)
    assert found["p"] <= 0.01
    whole = keyness.divergence_shift(reports(1, 2.5), "gov26", "gov21").attrs["divergence"]
    assert found["divergence"] == pytest.approx(whole)
    back = contrast.permutation_test(reports(1, 2.5), CATALOGUE, "gov21", "gov26", "tasks", n=199)
    assert back["p"] <= 0.01


def test_pairs_that_are_not_alike_are_described_and_not_tested():
    made = reports(1)
    more = made.units["report"].replace({"gov21": "prov23"})
    both = counts.Counts(
        sparse.csr_array(sparse.vstack([made.matrix, made.matrix[(more == "prov23").to_numpy()]])),
        pd.concat([made.units, made.units.assign(report=more)[more == "prov23"]],
                  ignore_index=True), made.terms)  # fmt: skip
    rows = contrast.every_pair(both, CATALOGUE, ["gov21", "prov23", "gov26"], "tasks", n=199)
    assert rows[["a", "b"]].to_numpy().tolist() == [
        ["gov21", "prov23"], ["gov21", "gov26"], ["prov23", "gov26"]]
    assert rows["unlike"].tolist() == ["level", "", "level"]
    assert rows["p"].isna().tolist() == [True, False, True]
    assert rows["divergence"].notna().all()
    assert "of 1 pairs" in rows.attrs["notes"][0]
    with pytest.raises(Refusal, match="fewer than 6 pairs"):
        contrast.permutation_test(reports(1, sections=5), CATALOGUE, "gov26", "gov21", "tasks")


def test_the_word_shift_says_what_chance_shows_too():
    made = reports(2)
    found = contrast.shift(made, CATALOGUE, "gov26", "gov21", "tasks")
    assert found["contribution"].sum() == pytest.approx(found.attrs["divergence"])
    assert found.attrs["beyond"] == found["beyond"].head(24).sum()
    # Nothing differs here: what stands out among the largest is what chance makes stand out.
    assert abs(found.attrs["beyond"] - found.attrs["by_chance"]) < 9
    changed = contrast.shift(reports(2, 4.0), CATALOGUE, "gov26", "gov21", "tasks")
    assert changed.attrs["beyond"] > changed.attrs["by_chance"] + 3


def test_the_placebo_is_that_of_the_comparison():
    found = contrast.compare(reports(5), CATALOGUE, "gov26", "gov21", "tasks")
    table = contrast.placebo(found).set_index("method")
    assert 0.03 < table.loc["exchange", "rejected"] < 0.07
    assert table.loc["sections", "rejected"] < table.loc["exchange", "rejected"]
    assert table.loc["exchange", "observed"] == (found.table["p"][found.table.q.notna()] < .05).sum()
    few = contrast.compare(reports(1, sections=5), CATALOGUE, "gov26", "gov21", "tasks")
    assert contrast.placebo(few).empty


REVIEW = "一、工作回顾\n建成园区，建成道路，建成学校。\n"
TEXT = {
    "gov21": REVIEW + "".join(f"{n}、今年工作{n}\n改革，改革，推进。\n" for n in "二三四五六七八"),
    "gov26": "".join(f"{n}、今年工作{n}\n创新，创新，推进，高\ufffd量发展。\n" for n in "一二三四五六七"),
}


@pytest.fixture
def small(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "CACHE", tmp_path)
    made = tiny.corpus(TEXT)
    made.__dict__["catalogue"] = CATALOGUE.loc[["gov21", "gov26"]]
    made.__dict__["gaps"] = pd.DataFrame(columns=["report", "what", "evidence", "start"])
    return made


@pytest.fixture
def counted(small):
    cut = tokens.table(small, lexicon=None)
    hits = occurrences.find(small, cut)
    return hits, occurrences.count(hits, cut)


def test_the_widest_pair_is_the_identified_one_farthest_apart():
    found = contrast.widest(table(ROWS), CATALOGUE)
    assert (found.reference, found.target) == (("party21",), ("party26",))


def test_where_there_is_no_pair_the_note_says_why():
    alone = contrast.widest(table(ROWS[:1]), CATALOGUE.iloc[:1])
    assert alone.table.empty
    assert "One report" in alone.notes[0]
    city = contrast.widest(table(ROWS[:4]), CATALOGUE.iloc[:2], function=None)
    assert "no function in common" in city.notes[0]
    assert contrast.changes(city, table(ROWS[:4])).empty
    assert list(contrast.changes(city, table(ROWS[:4])).attrs["notes"]) == city.notes


def test_what_is_told_of_a_small_pair(small, counted):
    hits, made = counted
    found = contrast.widest(made, small.catalogue)
    changed = contrast.changes(found, made)
    assert (changed.loc["改革", "verdict"], changed.loc["创新", "verdict"]) == ("fell", "rose")
    assert "建成" not in changed.index
    gone = contrast.zeros(small, changed, found).set_index("term")
    assert gone.loc["改革", "change"] == "disappeared"
    assert (gone["limit"] > 0).all()
    quoted = contrast.quotations(small, hits, found, ["改革", "推进"])
    assert quoted[["term", "side"]].to_numpy().tolist() == [
        ["改革", "reference"], ["推进", "reference"], ["推进", "target"]
    ]  # fmt: skip
    for row in quoted.itertuples():
        start, end = map(int, row.text.split("-"))
        assert small[row.report].text[start:end] == row.term
    bounds = contrast.damage(small, hits, found, ["高质量发展", "改革"])
    assert bounds.loc["高质量发展", ["low_target", "high_target"]].tolist() == [0, 7]
    assert bounds.loc["改革", ["low_reference", "high_reference"]].tolist() == [14, 14]
    assert bounds["rests_on"].tolist() == ["0 ?7 : 0", "0 : 14"]


def test_a_part_that_lost_a_page_is_left_out(small, counted):
    made = counted[1]
    assert len(contrast.drop_incomplete(made, small).units) == len(made.units)
    row = ["gov21", "page", "the page says 上接第1版", 0]
    small.__dict__["gaps"] = pd.DataFrame([row], columns=small.gaps.columns)
    assert contrast.incomplete_parts(small) == {("gov21", "review")}
    kept = contrast.drop_incomplete(made, small).units
    assert "review" not in set(kept.loc[kept["report"] == "gov21", "function"])


def test_verdicts_are_shown_in_order():
    columns = ["n_reference", "n_target", "log_ratio", "verdict"]
    rows = [[1, 9, 2, "rose"], [9, 1, -2, "fell"], [5, 5, 0, "stayed"], [1, 2, 1, "unclear"]]
    shown = contrast.choose(pd.DataFrame(rows, columns=columns, index=list("abcd")))
    assert shown["verdict"].tolist() == ["rose", "stayed", "fell"]


def test_keywords_are_ordered_by_what_is_certain_and_their_sides_can_be_swapped():
    made = reports(1, 3.0)
    one = contrast.keywords(contrast.against(made, "gov26", "gov21"), made, "gov26", top=None)
    two = contrast.keywords(contrast.against(made, "gov21", "gov26"), made, "gov21", top=None)
    assert (one["at_least"].abs().diff().dropna() <= 1e-12).all()
    assert np.allclose(one["at_least"], -two.loc[one.index, "at_least"])
    assert (one["at_least"] * one["log_ratio"] >= 0).all()
    assert (one["n_target"] + one["n_reference"] >= 5).all()
    assert one.attrs["tested"] >= len(one)
    g2 = keyness.log_likelihood(made, "gov26", "gov21", sizes=None)["g2"]
    pd.testing.assert_series_equal(one["g2"], g2.loc[one.index])


def test_a_term_inside_a_longer_one_with_the_same_hits_is_left_out():
    rows = pd.DataFrame({"n_target": [3, 3, 5], "n_reference": 0}, ["各位", "各位代表", "代表"])
    assert bounds._inside_longer(rows).tolist() == [True, False, False]


def test_a_zero_is_an_absence_only_below_every_other_rate():
    columns = ["report", "term", "count", "n_tokens", "per_10k", "low", "high"]
    rows = [("甲", "词", 0, 1000, 0, 0, 30.0), ("乙", "词", 40, 1000, 400, 250, 600.0),
            ("甲", "字", 0, 1000, 0, 0, 30.0), ("乙", "字", 2, 1000, 20, 5, 60.0)]  # fmt: skip
    made = tiny.corpus({"甲": "一、工作任务", "乙": "一、工作任务"})
    found = contrast.absences(pd.DataFrame(rows, columns=columns), made)
    assert found[["term", "absent"]].to_numpy().tolist() == [["词", True], ["字", False]]


def test_divergences_of_many_divisions_are_the_sums_of_their_parts():
    rng = np.random.default_rng(3)
    hits = rng.poisson(0.8, (14, 90)).astype(float)
    divisions = rng.random((40, 14)) < 0.5
    first = divisions.astype(float) @ hits
    p, q = (side / np.maximum(side.sum(axis=1, keepdims=True), 1) for side in (first, hits.sum(axis=0) - first))
    np.testing.assert_allclose(exchange._divergences(hits, divisions),
                               exchange.divergence_parts(p, q).sum(axis=1), atol=2e-6)  # fmt: skip


# ------------------------------------------------------------------ what a naive difference is made of

FUNCTIONS = ["review", "guiding", "tasks", "other"]


def two_reports(hits, sizes, reports=("a", "b")) -> Counts:
    """Two reports × four functions, one term."""
    units = pd.DataFrame({
        "report": np.repeat(list(reports), 4), "function": FUNCTIONS * 2, "n_tokens": sizes,
    })  # fmt: skip
    return Counts(sparse.csr_array(np.array(hits)[:, None]), units, pd.Index(["完成"], name="term"))


cells = st.lists(st.integers(0, 40), min_size=8, max_size=8)
lengths = st.lists(st.integers(0, 900), min_size=8, max_size=8).filter(
    lambda n: sum(n[:4]) and sum(n[4:])
)


@given(cells, cells, lengths)
def test_parts_add_up_and_swapping_flips_them(raw, text, sizes):
    raw, text = (np.minimum(hits, sizes) for hits in (raw, text))
    naive, restored = two_reports(raw, sizes), two_reports(text, sizes)
    there = contrast.decompose(naive, restored, ["a"], ["b"]).iloc[0]
    back = contrast.decompose(naive, restored, ["b"], ["a"]).iloc[0]
    assert there[list(contrast.PARTS)].sum() == pytest.approx(there["naive"], abs=1e-8)
    for part in ("naive", *contrast.PARTS):
        assert there[part] == pytest.approx(-back[part], abs=1e-8)


def test_equal_rates_leave_only_mix_and_equal_mix_only_content():
    sizes = [100, 0, 300, 50, 200, 0, 100, 10]
    rates = np.tile([0.05, 0, 0.01, 0.1], 2)
    table = contrast.decompose(*[two_reports(np.array(sizes) * rates, sizes)] * 2, ["a"], ["b"])
    assert table["content"].iloc[0] == pytest.approx(0)
    assert table["mix"].iloc[0] != pytest.approx(0)
    same = two_reports([1, 0, 3, 0, 5, 0, 9, 0], [100, 0, 300, 0] * 2)
    table = contrast.decompose(same, same, ["a"], ["b"])
    assert table["mix"].iloc[0] == pytest.approx(0)
    assert contrast.main_source(table).iloc[0] == "content"


def test_what_restoration_brings_back_is_damage():
    sizes = [100, 0, 300, 50, 100, 0, 300, 50]
    naive, restored = two_reports([1, 0, 3, 0, 0, 0, 1, 0], sizes), two_reports([1, 0, 3, 0, 1, 0, 3, 0], sizes)
    table = contrast.decompose(naive, restored, ["a"], ["b"])
    assert table.loc["完成", ["content", "mix"]].tolist() == pytest.approx([0, 0])
    assert table.loc["完成", "damage"] == pytest.approx(-3 / 450 * 1e4)


def test_a_part_that_lost_a_page_is_mix():
    counts = two_reports([9, 0, 3, 0, 0, 0, 3, 0], [100, 0, 300, 0, 20, 0, 300, 0])
    whole = contrast.decompose(counts, counts, ["a"], ["b"]).iloc[0]
    torn = contrast.decompose(counts, counts, ["a"], ["b"], {("b", "review")}).iloc[0]
    assert whole["content"] < 0
    assert torn["content"] == pytest.approx(0)
    assert torn[list(contrast.PARTS)].sum() == pytest.approx(whole["naive"])


def test_a_term_that_only_one_text_has_is_kept():
    one = two_reports([1, 0, 3, 0, 0, 0, 1, 0], [100] * 8)
    other = Counts(one.matrix, one.units, pd.Index(["繁榮"], name="term"))
    assert set(contrast.decompose(other, one, ["a"], ["b"]).index) == {"完成", "繁榮"}


def test_documents_without_text_are_refused():
    counts = two_reports([0] * 8, [0, 0, 0, 0, 9, 9, 9, 9])
    with pytest.raises(ValueError, match="no text in a"):
        contrast.decompose(counts, counts, ["a"], ["b"])
