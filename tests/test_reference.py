"""A reference of small reports: counted like the corpus, read in slices, and tests that hold their level."""

import json

import numpy as np
import pandas as pd
import pytest

from analysis import catalogue, corpus, reference, text_reuse
from analysis.counts import count, strings
from analysis.reference import models, store
from analysis.tokens import table

PLACES = [name + "市" for name in ("甲州", "乙山", "丙河", "丁江", "戊岭", "己湖", "庚海", "辛原", "壬城", "癸关")]
YEARS = (2021, 2026)


def text(place: str, year: int, more: str) -> str:
    """A report with a review and tasks; `more` is what this one says besides."""
    random = np.random.default_rng([PLACES.index(place), year])
    own = "".join(random.choice(list("山水林田湖草沙路桥港站塔楼亭台"), 400))
    review = (f"一、{year - 1}年工作回顾\n{place[:2]}一年来，改革成绩来之不易，完成投资增长目标，{place}民生改善。"
              f"{place}人民感谢{place}，{place[:2]}{own}\n")  # fmt: skip
    tasks = (f"二、{year}年重点工作\n（一）扩大开放。加快建设开放口岸，推进外贸发展，加快建设机场。\n"
             "（二）发展产业。推进产业升级，建设园区，加强企业服务，培育新质生产力。\n"
             f"（三）改善民生。加强教育，加强医疗，扩大就业。{more}\n")  # fmt: skip
    # What only this report says, so that it is no copy of the next.
    return f"各位代表：\n{review}{tasks}谢谢大家！\n"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Ten cities of two years; one speaks of trees, and one file holds the text of another place."""
    folder = tmp_path_factory.mktemp("country")
    rows = []
    for k, place in enumerate(PLACES):
        for year in YEARS:
            trees = 4 if (k, year) == (0, 2026) else 1
            more = "加快植树造林。" * trees + f"今年要办好{k + 3}件实事。" * (k + 1)
            (folder / f"c{k}-{year}.txt").write_text(text(place, year, more), encoding="utf-8")
            rows.append(
                (f"c{k}-{year}", f"c{k}-{year}.txt", "报告", place, "city", "work-report", year, f"https://a/{k}")
            )
    stolen = "c9-2026"
    (folder / f"{stolen}.txt").write_text((folder / "c8-2026.txt").read_text(encoding="utf-8"), encoding="utf-8")
    named = ["id", "file", "title", "place", "level", "genre", "date", "source"]
    pd.DataFrame(rows, columns=named).reindex(columns=catalogue.COLUMNS).to_csv(folder / "catalogue.csv", index=False)
    return folder


@pytest.fixture(scope="module")
def country(home):
    out = store.make(home / "catalogue.csv", home / "out", extra=["植树造林"], jobs=1, min_reports=2, min_places=2,
                      source="made for a test", status="nobody's")  # fmt: skip
    return reference.load(out)


@pytest.fixture(scope="module")
def ours(home, country):
    return reference.counted(corpus.load(home / "catalogue.csv"), country)


def test_the_reference_counts_what_the_corpus_counts(home, country):
    reports = corpus.load(home / "catalogue.csv")
    words = count(table(reports), "section").restrict(function="tasks").regroup("report")
    written = strings(reports, ["植树造林"], "section").restrict(function="tasks").regroup("report")
    found = country.counts(["改革", "建设", "植树造林"], part="tasks")
    ids = list(found.units["report"])
    for term, made in (("建设", words), ("植树造林", written)):
        wanted = made.select([term]).frame().loc[ids, term]
        assert found.select([term]).matrix.toarray().ravel().tolist() == wanted.tolist()
        assert sum(wanted) > 0
    sizes = [counts.units.set_index("report")["n_tokens"].loc["c0-2021"] for counts in (found, words)]
    assert sizes[0] == sizes[1]


def test_a_slice_is_the_same_rows_of_the_whole(country):
    whole = country.counts(part=None)
    part = country.counts(["建设", "改革", "无此词"], part=None, years=2026, places=PLACES[:3])
    assert set(part.terms) == {"建设", "改革"}
    assert set(part.units["year"]) == {2026}
    for place in PLACES[:3]:
        one, other = (counts.restrict(place=place, year=2026).select(["建设", "改革"]) for counts in (part, whole))
        assert one.matrix.toarray().tolist() == other.matrix.toarray().tolist()


def test_parts_add_up_to_the_report(country):
    whole = country.counts(part=None)
    parts = [country.counts(part=name, places=[PLACES[2]]) for name in store.PARTS]
    total = sum(part.matrix.sum() for part in parts)
    assert total == whole.restrict(place=PLACES[2]).matrix.sum()


def test_the_tables_hold_no_text_and_say_their_source(home, country):
    said = json.loads((home / "out" / "reference.json").read_text(encoding="utf-8"))
    assert said["source"] == "made for a test"
    assert said["reports"] == 20
    assert country.reports["sha256"].str.len().eq(64).all()
    assert country.names.str.len().max() < 12
    assert country.reports["source"].iloc[0].startswith("https://")


def test_copies_and_lost_tasks_are_doubted(country):
    doubts = country.reports.set_index("id")["doubts"]
    assert "c8-2026" in doubts["c9-2026"]
    assert "short" in doubts["c0-2021"]
    kept = country.counts(part=None, doubtful=False).units["report"]
    assert "c9-2026" not in set(kept)


def test_making_it_again_gives_the_same_bytes(home, country):
    again = store.make(home / "catalogue.csv", home / "again", extra=["植树造林"], jobs=1, min_reports=2, min_places=2,
                        source="made for a test", status="nobody's")  # fmt: skip
    for name in ("reports.csv", "terms.csv", "counts.parquet", "subjects.parquet", "windows.parquet", "reference.json"):
        assert (again / name).read_bytes() == (home / "out" / name).read_bytes()


def test_a_missing_reference_says_how_to_make_one(tmp_path):
    with pytest.raises(reference.NoReference, match="python -m analysis reference"):
        reference.load(tmp_path)


def test_norms_are_quantiles_of_rates(country):
    found = reference.norms(country, {"both": ["建设", "产业"]}, part="tasks", years=2021)
    counts = country.counts(["建设", "产业"], years=2021)
    rates = counts.matrix.sum(axis=1) / counts.sizes.to_numpy() * 1e4
    row = found.iloc[0]
    assert row["n_reports"] == 10
    assert [row["low"], row["median"], row["high"]] == pytest.approx(np.quantile(rates, [0.1, 0.5, 0.9]).tolist())
    assert row["share"] == 1.0


def test_a_place_is_not_its_own_peer(country, ours):
    found = reference.percentiles(country, ours, ["植树造林"])
    row = found[found["report"] == "c0-2026"].iloc[0]
    assert row["n_peers"] == 9
    assert row["percentile"] == 100
    assert row["percentile_low"] <= row["percentile"] <= row["percentile_high"]


def test_what_one_report_repeats_is_unusual_there_alone(country, ours):
    here = reference.unusual(country, ours, "c0-2026", names=True)
    assert here["score"].idxmax() == "植树造林"
    assert here.loc["植树造林", "rank"] == 1
    assert here.loc["植树造林", "ratio"] > 1
    elsewhere = reference.unusual(country, ours, "c3-2026", names=True)
    assert abs(elsewhere.loc["植树造林", "score"]) < here.loc["植树造林", "score"]


def test_the_change_of_one_place_is_read_beside_the_others(country, ours):
    found = reference.tide(country, ours, "c0-2021", "c0-2026", names=True)
    assert (found["n_places"] == 10).all()
    assert found.loc["植树造林", "n_before"] == 1
    assert found.loc["植树造林", "n_after"] == 4
    assert found.loc["植树造林", "others"] == pytest.approx(1, abs=0.1)
    places = reference.following(country, ours, "c0-2021", "c0-2026")
    assert places["place"].tolist()[0] == "甲州市"
    assert len(places) == 10
    assert places["along"].le(places["clear"]).all()


def test_a_word_list_is_the_sum_of_its_terms(country, ours):
    lists = {"trees and schools": ["植树造林", "教育"], "trees": ["植树造林"]}
    found = reference.tide(country, ours, "c0-2021", "c0-2026", words=lists)
    whole = reference.tide(country, ours, "c0-2021", "c0-2026", names=True)
    assert found.loc["trees and schools", "n_after"] == 5
    both = ["n_before", "n_after"]
    assert found.loc["trees", both].tolist() == whole.loc["植树造林", both].tolist()
    assert found.loc["trees", "score"] == pytest.approx(whole.loc["植树造林", "score"], abs=0.6)
    unusual = reference.unusual(country, ours, "c0-2026", words=lists)
    assert unusual.loc["trees", "count"] == 4


def test_intervals_of_a_report_hold_its_rate(country, ours):
    one = ours.restrict(report="c0-2026", function="tasks")
    for options in ({}, {"prior": False}, {"by_subject": True}):
        found = reference.rates(country, one, ["植树造林", "建设", "改革"], **options)
        assert (found["low"] <= found["per_10k"]).all()
        assert (found["per_10k"] <= found["high"]).all()
        assert found.loc["改革", "count"] == 0
        assert found.loc["改革", "low"] == 0
        assert found.loc["改革", "high"] > 0


def test_two_places_make_no_change(country, ours):
    with pytest.raises(ValueError, match="one place"):
        reference.tide(country, ours, "c0-2021", "c1-2026")


def test_an_unknown_report_and_too_few_peers_are_named(country, ours):
    with pytest.raises(KeyError, match="nowhere"):
        reference.unusual(country, ours, "nowhere")
    few = reference.Reference(country.folder, country.reports, country.terms, {})
    few.reports.loc[few.reports["place"].isin(PLACES[4:]), "year"] += 50
    try:
        with pytest.raises(reference.NoReference, match="at least"):
            reference.unusual(few, ours, "c0-2026")
    finally:
        few.reports.loc[few.reports["place"].isin(PLACES[4:]), "year"] -= 50


def test_reports_of_another_genre_are_no_peers(home, country):
    rows = pd.read_csv(home / "catalogue.csv", dtype=str, keep_default_na=False)
    rows.loc[rows["id"] == "c0-2026", "genre"] = "five-year-plan"
    rows.to_csv(home / "other.csv", index=False)
    other = reference.counted(corpus.load(home / "other.csv"), country)
    known = reference.peers(country, other).set_index("report")
    assert known.loc["c0-2026", "n_peers"] == 0
    assert known.loc["c0-2021", "n_peers"] == 9
    assert reference.pair(country, other) == ("c1-2021", "c1-2026")
    with pytest.raises(reference.NoReference):
        reference.unusual(country, other, "c0-2026")


def test_a_twin_counts_the_same(country, ours):
    found = reference.twins(country, ours)
    assert (found["share"] == 1).all()
    assert (found["n_tokens"] == found["n_tokens_reference"]).all()
    assert set(found["part"]) >= {"review", "tasks"}


def test_wording_is_shared_with_its_twin_and_what_is_filed_wrongly_leads_no_list(home, country):
    found = reference.wording(country, corpus.load(home / "catalogue.csv"))
    twins = found[found["report_a"] == found["report_b"]]
    assert len(twins) == 20
    assert (twins["share_a"] == 1).all()
    assert twins[["same_text", "same_place"]].all(axis=None)
    pair = found.set_index(["report_a", "report_b"]).loc[("c8-2026", "c9-2026")]
    assert pair["same_text"]
    assert pair["filed_wrongly"]
    last = found[["same_text", "same_place", "filed_wrongly"]].any(axis=1)
    assert last.groupby(found["report_a"]).is_monotonic_increasing.all()
    assert (found["low"] <= found["share_a"]).all()
    assert (found["share_a"] <= found["high"] + 1e-12).all()
    one_year = found[found["year_a"] == found["year_b"]]
    assert text_reuse.precedence(one_year, seed=0, draws=9).empty


def test_samples_of_wording_are_needed_to_compare_it(home, country, tmp_path):
    for name in ("reports.csv", "terms.csv", "counts.parquet", "reference.json"):
        (tmp_path / name).write_bytes((country.folder / name).read_bytes())
    with pytest.raises(reference.NoReference, match="no fingerprints"):
        reference.wording(reference.load(tmp_path), corpus.load(home / "catalogue.csv"))


def test_borrowed_unevenness_is_offered_to_others(country, tmp_path):
    known = reference.dispersion(country.folder)
    assert known.index.isin(country.names).all()
    assert (known > 0).all()
    assert reference.dispersion(tmp_path).empty


def test_what_a_place_said_through_the_years(country):
    rates = country.series(PLACES[0], {"trees": ["植树造林"]}, part="tasks", doubtful=True)
    counts = country.counts(["植树造林"], places=[PLACES[0]])
    one = counts.restrict(year=2026)
    assert rates.loc[2026, "trees"] == pytest.approx(one.matrix.sum() / one.sizes.sum() * 1e4)
    held = country.held().loc["city"]
    assert held[["n_reports", "n_places", "first_year", "last_year"]].tolist() == [20, 10, 2021, 2026]
    assert country.doubts()["n_reports"].sum() >= 20


def sectioned(more_forest: int, more_trees: int):
    """Two reports of ten subjects, a section or two each; the later has more sections, or more hits, of forestry."""
    from scipy import sparse

    from analysis.counts import Counts

    random = np.random.default_rng(7)
    terms = pd.Index([f"t{k:02d}{i}" for k in range(10) for i in range(8)] + ["trees"], name="term")
    cells, units = [], []
    for report, forest, trees in (("a", 1, 1.0), ("b", 1 + more_forest, 1.0 + more_trees)):
        for section, subject in enumerate([*range(10), *([0] * (forest - 1))]):
            rates = np.full(len(terms), 0.4)
            rates[8 * subject : 8 * subject + 8] = 6.0
            rates[-1] = 4.0 * trees if subject == 0 else 0.05
            cells.append(np.append(random.poisson(rates[:-1]), round(rates[-1])))
            units.append((report, "tasks", section, 120))
    units = pd.DataFrame(units, columns=["report", "function", "section", "n_tokens"])
    catalogue = pd.DataFrame({"level": "city", "place": "甲州市", "genre": "work-report", "year": [2021, 2026]},
                             index=pd.Index(["a", "b"], name="id"))  # fmt: skip
    return Counts(sparse.csr_array(np.array(cells)), units, terms), catalogue


@pytest.mark.parametrize(("forest", "trees", "whole", "inside"), [(3, 0, True, False), (0, 4, True, True)])
def test_a_move_between_subjects_is_no_change_within_them(forest, trees, whole, inside):
    from types import SimpleNamespace

    from analysis import contrast

    counts, catalogue = sectioned(forest, trees)
    rates = np.full((10, len(counts.terms)), 0.4)
    for k in range(10):
        rates[k, 8 * k : 8 * k + 8] = 6.0
    rates[:, -1] = [4.0, *[0.05] * 9]
    model = models.Subjects(rates / rates.sum(axis=1, keepdims=True), np.full(10, 0.1), counts.terms)
    country = SimpleNamespace(names=counts.terms, subjects=model,
                              terms=pd.DataFrame({"phi_subject": np.full(len(counts.terms), 1.2)}))  # fmt: skip
    found = contrast.compare(counts, catalogue, "b", "a", "tasks")
    row = reference.within_subjects(country, found).loc["trees"]
    assert (row["log_ratio"] > 0.8) == whole
    assert (row["log_ratio_within"] > 0.8) == inside
    assert row["within_low"] <= row["log_ratio_within"] <= row["within_high"]


def test_without_exchanges_there_is_a_reason_and_no_table():
    from types import SimpleNamespace

    found = reference.within_subjects(None, SimpleNamespace(null=None))
    assert found.empty
    assert "alike" in found.attrs["why"]


def drawn(seed: int, places: int = 60, terms: int = 400, spread: float = 0.3):
    random = np.random.default_rng(seed)
    size = random.integers(3000, 6000, places).astype(float)
    rate = random.uniform(2, 12, terms) / 4500
    mean = size[:, None] * rate
    return random.poisson(mean * random.gamma(1 / spread, spread, (places, terms))), size[:, None]


def test_scores_of_drawn_reports_are_standard():
    hits, size = drawn(1)
    score, expected, spread = models.scores_of_rates(hits, size)
    assert np.std(score) == pytest.approx(1, abs=0.06)
    assert abs(np.mean(score)) < 0.05
    assert np.median(spread) == pytest.approx(0.3, abs=0.06)
    assert expected.sum() == pytest.approx(hits.sum(), rel=0.02)


def test_scores_of_changes_hold_their_level_and_find_a_planted_change():
    before, size = drawn(2)
    after, _ = drawn(2)
    random = np.random.default_rng(3)
    after = random.poisson(after * random.gamma(5, 0.2, after.shape) * np.where(np.arange(400) < 200, 2.0, 1.0))
    score, ratio, _ = models.scores_of_changes(before, after, size, size)
    hits = before + after
    fitted = models.Tail.fit(score[1:], hits[1:])
    p = fitted.p(score, hits)[hits >= models.MIN_HITS]
    assert 0.03 < np.mean(p < 0.05) < 0.07
    assert np.median(ratio[:, :200]) == pytest.approx(2, abs=0.2)
    after[0, 0], before[0, 0] = 60, 4
    planted = models.scores_of_changes(before, after, size, size)[0]
    assert fitted.p(planted[0, 0], 64) < 0.01


def test_pooled_changes_take_places_as_drawn():
    found = []
    for seed in range(30):
        before, size = drawn(seed, 30, 100)
        random = np.random.default_rng(1000 + seed)
        after = random.poisson(before * random.gamma(4, 0.25, before.shape))
        found.append(models.pooled(before, after, size, size)["p"] < 0.05)
    assert 0.02 < np.mean(found) < 0.075


def test_subjects_are_found_and_a_term_does_not_explain_itself():
    from scipy import sparse

    from analysis.counts import Counts

    random = np.random.default_rng(0)
    true = np.zeros((3, 60))
    for k in range(3):
        true[k, 20 * k : 20 * k + 20] = 0.9 / 20
    true += 0.1 / 60
    rows = np.repeat(np.arange(3), 100)
    matrix = np.array([random.multinomial(200, true[k] / true[k].sum()) for k in rows])
    units = pd.DataFrame({"report": "a", "function": "tasks", "section": range(300), "n_tokens": 200})
    counts = Counts(sparse.csr_array(matrix), units, pd.Index([f"t{i:02d}" for i in range(60)], name="term"))
    model = models.Subjects.fit(counts, 3)
    weights = model.mixtures(counts.matrix)
    assert (weights.max(axis=1) > 0.8).mean() > 0.95
    assert len({tuple(np.bincount(weights[rows == k].argmax(axis=1), minlength=3).argsort()) for k in range(3)}) >= 2
    few = counts.restrict(section=list(range(5)))
    made = model.expected(few, model.terms)
    assert made[0, :20].mean() > 5 * made[0, 20:].mean()
    # A burst of a strange term leaves its own expectation as it was, and moves the one that counts itself.
    cells = few.matrix.toarray()
    cells[0, 40] += 100
    burst = Counts(sparse.csr_array(cells), few.units, few.terms)
    apart = model.expected(burst, model.terms)[0, 40]
    naive = (model.mixtures(burst.matrix) @ model.rates)[0, 40] * burst.sizes.iloc[0]
    assert apart == pytest.approx(made[0, 40], rel=0.5)
    assert naive > 3 * apart


def test_moments_by_expected_hits_are_those_of_tokens_where_sizes_agree():
    from analysis.uncertainty import estimators

    random = np.random.default_rng(1)
    matrix, sizes = random.poisson(3, (7, 5)), random.integers(100, 300, 7).astype(float)
    ours = models.moments(matrix, sizes[:, None])
    theirs = estimators.moments(np.ones((1, 7)), matrix, sizes)
    for one, other in zip(ours, theirs, strict=True):
        assert np.broadcast_to(one, 5) == pytest.approx(np.broadcast_to(other[0], 5))


def test_a_place_is_named_without_its_kind():
    assert store._stem("延边朝鲜族自治州") == "延边"
    assert store._stem("全国") == "全国"
