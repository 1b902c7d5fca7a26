"""Intervals cover what they say, tests reject what they say, on models and on clean reports."""

from pathlib import Path

import clustered
import numpy as np
import pandas as pd
import pytest
from scipy import sparse, stats

from analysis import contrast, uncertainty
from analysis.counts import Counts
from analysis.uncertainty import design, estimators


def covered(rng, n, tau, band, spread, n_terms=1500, n_draws=4):
    """Share of terms whose interval holds the true rate."""
    shares = []
    for _ in range(n_draws):
        sizes = clustered.clusters(rng, n, spread)
        mean = np.exp(rng.uniform(*np.log(band), n_terms))
        counts, size = clustered.frame((clustered.hits(rng, mean, sizes, tau), sizes))
        table = uncertainty.rates(counts, sizes=size).set_index("term").loc[range(n_terms)]
        truth = mean / clustered.TOKENS * 1e4
        shares.append(((table.low <= truth) & (truth <= table.high)).mean())
    return np.mean(shares)


@pytest.mark.parametrize("band", [(1, 5), (5, 20), (20, 400)], ids=["rare", "middling", "common"])
@pytest.mark.parametrize("n", [6, 10, 20])
def test_nominal_95_covers_93_to_97(band, n):
    rng = np.random.default_rng(7 * n + band[0])
    share = np.mean([covered(rng, n, tau, band, 0.6) for tau in (0, 0.3, 0.7)])
    assert 0.93 <= share <= 0.97


@pytest.mark.slow
@pytest.mark.parametrize("spread", [0.3, 0.8])
@pytest.mark.parametrize("tau", [0, 0.3, 0.7])
@pytest.mark.parametrize("n", [6, 8, 12, 20])
@pytest.mark.parametrize("band", [(1, 5), (5, 20), (20, 400)])
def test_every_case_covers_near_95(band, n, tau, spread):
    share = covered(np.random.default_rng(n), n, tau, band, spread, 3000, 12)
    assert 0.925 <= share <= 0.975  # the statement is 93 to 97; half a point for the trial itself


def test_the_plain_t_interval_would_not_do():
    """Keep the reason for the method in sight: x ± t·se at 1.5 hits."""
    rng = np.random.default_rng(0)
    sizes = clustered.clusters(rng, 10, 0.6)
    x = clustered.hits(rng, np.full(4000, 1.5), sizes, 0.3)
    total, variance, _, freedom = (a[0] for a in estimators.moments(np.ones((1, 10)), x, sizes))
    reach = stats.t.ppf(0.975, freedom) * np.sqrt(variance)
    assert np.mean(np.abs(total - 1.5) <= reach) < 0.85


@pytest.mark.parametrize(("n", "tau"), [((6, 6), (0.3, 0.3)), ((6, 20), (0.7, 0)),
                                        ((20, 6), (0, 0.7)), ((12, 12), (0.7, 0.7))])
@pytest.mark.parametrize("mean", [4, 12, 80])
def test_contrasts_of_equal_rates_reject_at_their_level(n, tau, mean):
    rng = np.random.default_rng(mean + n[1])
    rejected = []
    for _ in range(5):
        sizes = [clustered.clusters(rng, k, 0.5) for k in n]
        sides = [(clustered.hits(rng, np.full(1500, mean), s, t), s)
                 for s, t in zip(sizes, tau, strict=True)]
        counts, size = clustered.frame(*sides)
        rejected.append((contrast.against(counts, "r0", "r1", sizes=size).p < 0.05).mean())
    assert 0.025 <= np.mean(rejected) <= 0.08


def test_interval_and_p_say_the_same_and_hold_the_estimate():
    rng = np.random.default_rng(2)
    sides = [(clustered.hits(rng, np.geomspace(0.5, 300, 800), s, 0.5), s)
             for s in (clustered.clusters(rng, 9, 0.6), clustered.clusters(rng, 14, 0.6))]
    counts, size = clustered.frame(*sides)
    table = contrast.against(counts, "r0", "r1", sizes=size)
    clear = (table.p - 0.05).abs() > 1e-6
    outside = (table.low > 0) | (table.high < 0)
    assert outside[clear].eq(table.p[clear] < 0.05).all()
    assert (table.low <= table.log_ratio).all()
    assert (table.log_ratio <= table.high).all()
    rates = uncertainty.rates(counts, sizes=size)
    assert ((rates.low <= rates.per_10k) & (rates.per_10k <= rates.high)).all()
    back = contrast.against(counts, "r1", "r0", sizes=size).loc[table.index]
    np.testing.assert_allclose(table.low, -back.high, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(table.p, back.p, rtol=1e-9)


def test_variance_is_the_ratio_estimators():
    """METHODS: Var(p) = m/(m-1) Σ(x - pL)² / (ΣL)², for clusters of one size."""
    rng = np.random.default_rng(4)
    x, size = rng.poisson(3, (12, 5)), np.full(12, 250.0)
    total, variance, tokens, freedom = estimators.moments(np.ones((1, 12)), x, size)
    p = x.sum(axis=0) / 3000
    wanted = 12 / 11 * ((x - p * 250) ** 2).sum(axis=0)
    np.testing.assert_allclose(variance[0], wanted, rtol=1e-9)
    assert freedom[0, 0] == pytest.approx(11)
    np.testing.assert_allclose(total[0], p * tokens[0, 0])


def test_sparse_and_dense_and_pieces_agree(monkeypatch):
    rng = np.random.default_rng(5)
    x, size = rng.poisson(0.7, (30, 40)), rng.integers(50, 400, 30).astype(float)
    groups = np.kron(np.eye(3), np.ones(10))
    one = estimators.moments(groups, x, size)
    two = estimators.moments(sparse.csr_array(groups), sparse.csr_array(x), size)
    for a, b in zip(one, two, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-9)
    counts, sizes = clustered.frame((x, size + x.sum(axis=1)))
    whole = uncertainty.rates(counts, sizes=sizes)
    monkeypatch.setattr(uncertainty, "CELLS", 7)
    pd.testing.assert_frame_equal(whole, uncertainty.rates(counts, sizes=sizes))


def test_sections_are_the_clusters_and_paragraphs_where_sections_are_few():
    table = uncertainty.rates(clustered.units([design.MIN_SECTIONS, design.MIN_SECTIONS - 1]))
    said = table.groupby("report")[["cluster", "n_clusters"]].first()
    assert said.loc["r0"].tolist() == ["section", 3]
    assert said.loc["r1"].tolist() == ["paragraph", 6]
    blocks = uncertainty.rates(clustered.units([7]), cluster="block")
    assert blocks.n_clusters.unique().tolist() == [-(-21 // design.BLOCK)]
    with pytest.raises(ValueError, match="'chapter'"):
        uncertainty.rates(clustered.units([8]), cluster="chapter")


def test_rates_count_every_token_of_the_unit_and_group_by_any_column():
    counts = clustered.units([8, 9])
    table = uncertainty.rates(counts, by=["report", "function"], cluster="paragraph")
    found = table.groupby(["report", "function"], sort=False).n_tokens.first()
    wanted = counts.units.groupby(["report", "function"], sort=False).n_tokens.sum()
    assert found.to_dict() == wanted.to_dict()
    assert table["count"].sum() == counts.matrix.sum()
    names = "report function term count n_tokens per_10k low high n_clusters cluster"
    assert list(table.columns) == names.split()
    some = uncertainty.rates(counts.select(["甲", "双碳"]))
    assert some.n_tokens.unique().tolist() == uncertainty.rates(counts).n_tokens.unique().tolist()


def test_one_cluster_gives_no_interval():
    counts, sizes = clustered.frame((np.array([[3, 0]]), np.array([500.0])))
    table = uncertainty.rates(counts, sizes=sizes).set_index("term")
    assert table.loc[0, ["low", "high"]].isna().all()
    assert table.per_10k[0] == 60
    with pytest.raises(ValueError, match="show no clusters"):
        uncertainty.rates(pd.DataFrame([[1, 2]], index=["甲"]))


def test_a_zero_has_a_limit_that_clustering_and_damage_widen():
    limit = uncertainty.detection_limit
    assert limit(6000) == pytest.approx(1 - 0.05 ** (1 / 6000))
    assert limit(6000) == pytest.approx(3 / 6000, rel=0.01)
    assert limit(6000, dispersion=4) == pytest.approx(4 * limit(6000), rel=0.01)
    assert limit(6000, visible=uncertainty.visible_share(8, 0.05)) > 1.5 * limit(6000)
    even, bunched = np.full(10, 2), np.r_[20, np.zeros(9)]
    none = np.zeros((10, 2), int)
    counts, sizes = clustered.frame((none, np.full(10, 600.0)),
                          (np.column_stack([even, bunched]).astype(int), np.full(10, 600.0)))
    table = uncertainty.rates(counts, sizes=sizes).query("report == 'r0'").set_index("term")
    assert (table.low == 0).all()
    assert table.high[0] == pytest.approx(limit(6000) * 1e4)
    assert table.high[1] > 5 * table.high[0]


def test_false_discovery_leaves_the_unknown_alone():
    p = np.array([0.01, np.nan, 0.04, 0.03])
    q = uncertainty.false_discovery(p)
    np.testing.assert_allclose(q[[0, 2, 3]], stats.false_discovery_control(p[[0, 2, 3]]))
    assert np.isnan(q[1])
    assert np.isnan(uncertainty.false_discovery([np.nan])).all()


def test_damage_bounds_mark_what_damage_alone_could_do():
    columns = ["untouched", "restored_exact", "restored_inferred", "possible"]
    ours = pd.DataFrame([[9, 1, 1, 2], [40, 2, 0, 1]], ["建成", "创新"], columns)
    theirs = pd.DataFrame([[7, 2, 3, 0], [10, 0, 0, 2], [0, 0, 0, 1]],
                          ["建成", "创新", "完成"], columns)
    table = uncertainty.damage_bounds(ours, theirs, 5000, 5000)
    assert table.damage_alone.to_dict() == {"创新": False, "完成": True, "建成": True}
    assert table.loc["建成", ["low_target", "high_target"]].tolist() == [10, 13]
    strict = uncertainty.damage_bounds(ours, theirs, 5000, 5000, trust="none")
    assert (strict.log_ratio_low <= table.log_ratio_low).all()
    assert (strict.log_ratio_high >= table.log_ratio_high).all()
    whole = ours.sum(axis=1)
    point = estimators.log2_ratio(whole, 5000, theirs.sum(axis=1)[whole.index], 5000)
    assert (table.log_ratio_low[whole.index] <= point).all()
    with pytest.raises(ValueError, match="'all'"):
        uncertainty.damage_bounds(ours, theirs, 5000, 5000, trust="all")


def test_an_interval_says_no_more_than_the_detection_limit_of_its_zero():
    # A formula once in each of nine sections is spread more evenly than chance; it lends the side
    # without a hit nothing of that: Jeffreys' upper limit of no hit is 2.5 hits.
    sections = [f"s{n}" for n in range(18)]
    units = pd.DataFrame({"report": ["a"] * 18 + ["b"] * 18, "section": sections * 2,
                          "paragraph": range(36), "function": "tasks", "n_tokens": 200})
    hits = np.array([0] * 18 + [1, 0] * 9)[:, None]
    counts = Counts(sparse.csr_array(hits), units, pd.Index(["词"]))
    found = contrast.against(counts, "a", "b").iloc[0]
    assert 2 ** found["high"] >= stats.gamma.ppf(0.975, 0.5) / 9
    assert found["p"] > np.exp(-9)


def neighbourly(rng, n, n_terms, rho, cv=0.7):
    """Hits of terms whose rate in a section is like that in the section before it."""
    z = rng.normal(size=(n, n_terms))
    for i in range(1, n):
        z[i] = rho * z[i - 1] + np.sqrt(1 - rho**2) * z[i]
    spread = np.sqrt(np.log(1 + cv**2))
    mean, sizes = np.exp(rng.uniform(np.log(0.5), np.log(80), n_terms)), clustered.clusters(rng, n, 0.4)
    return mean, sizes, rng.poisson(mean * sizes[:, None] / sizes.sum() * np.exp(spread * z - spread**2 / 2))


@pytest.mark.parametrize("n", [8, 12, 18])
def test_intervals_know_that_neighbouring_sections_are_alike(n):
    rng, held = np.random.default_rng(n), []
    for _ in range(4):
        mean, sizes, x = neighbourly(rng, n, 600, 0.6)
        counts, size = clustered.frame((x, sizes))
        table = uncertainty.rates(counts, sizes=size).set_index("term").loc[range(600)]
        truth = mean / sizes.sum() * 1e4
        held.append(((table["low"] <= truth) & (truth <= table["high"])).mean())
        assert uncertainty._neighbours(sparse.csr_array(x), sizes) > 1.5
    assert np.mean(held) > 0.895


def test_sections_that_have_nothing_in_common_widen_nothing():
    rng = np.random.default_rng(5)
    _, sizes, x = neighbourly(rng, 12, 600, 0.0)
    assert uncertainty._neighbours(sparse.csr_array(x), sizes) < 1.15
    assert uncertainty._neighbours(sparse.csr_array(rng.poisson(3.0, (12, 600))), np.ones(12)) == 1
    assert uncertainty._neighbours(sparse.csr_array(x[:, :9]), sizes) == 1


# ------------------------------------------------------------------ R


@pytest.fixture(scope="module")
def from_r():
    """Sections of two texts as counts, and what survey, sandwich and MASS make of them."""
    golden = Path(__file__).parent / "golden"
    rows = pd.read_csv(golden / "sections.csv")
    counts = rows.pivot_table("hits", ["side", "section"], "term")
    sizes = rows.groupby(["side", "section"])["tokens"].first()
    return counts, sizes, pd.read_csv(golden / "rates_r.csv"), pd.read_csv(golden / "ratios_r.csv").set_index("term")


def test_standard_errors_are_those_of_sandwich_and_near_those_of_survey(from_r):
    counts, sizes, rates, _ = from_r
    made = design.clusters(counts.rename_axis(["report", "section"]), sizes=sizes)
    side = uncertainty.moments_of(made)
    survey, pearson = [], []
    for row in rates.itertuples():
        at = list(made.labels).index(row.side), list(made.terms).index(row.term)
        hits, tokens = side.hits[at], side.tokens[at[0], 0]
        error = np.sqrt(side.variance[at])
        assert hits / tokens == pytest.approx(row.rate, rel=1e-12)
        assert error / hits == pytest.approx(row.se_hc2, rel=1e-6)
        survey.append(error / tokens / row.se_survey)
        pearson.append(side.variance[at] / hits / row.phi_glm)
    assert np.allclose(survey, 1, atol=0.2)
    assert np.median(survey) == pytest.approx(1, abs=0.03)
    # Pearson's dispersion weighs short sections more; the typical term has the same.
    assert np.median(pearson) == pytest.approx(1, abs=0.3)


def test_ratios_are_those_of_a_glm_and_p_goes_with_its_neighbours(from_r):
    counts, sizes, _, ratios = from_r
    table = contrast.against(counts.rename_axis(["report", "section"]), "b", "a", sizes=sizes).loc[ratios.index]
    np.testing.assert_allclose(table["log_ratio"], ratios["log2_ratio"], rtol=1e-6)
    for other in ("p_quasi", "p_negbin"):
        assert stats.spearmanr(table["p"], ratios[other]).statistic > 0.85
        assert np.median(np.abs(np.log(table["p"] / ratios[other]))) < 0.6


# ------------------------------------------------------------------ redrawn clusters, and halves of one text


def test_bootstrap_agrees_with_the_formula_and_with_itself():
    rng = np.random.default_rng(6)
    sizes = clustered.clusters(rng, 25, 0.3)
    x = clustered.hits(rng, np.geomspace(60, 900, 40), sizes, 0.4)
    counts, size = clustered.frame((x, sizes))
    drawn = uncertainty.bootstrap(counts, sizes=size, n_resamples=4000, seed=3)
    pd.testing.assert_frame_equal(
        drawn, uncertainty.bootstrap(counts, sizes=size, n_resamples=4000, seed=3))
    assert drawn.low.ne(uncertainty.bootstrap(
        counts, sizes=size, n_resamples=4000, seed=4).low).any()
    formula = uncertainty.rates(counts, sizes=size).sort_values("term")
    np.testing.assert_allclose(drawn.estimate, formula.per_10k.to_numpy(), rtol=1e-12)
    width = (drawn.high - drawn.low).to_numpy() / (formula.high - formula.low).to_numpy()
    assert 0.8 < np.median(width) < 1.05


def test_bootstrap_takes_any_statistic_in_pieces(monkeypatch):
    counts = clustered.units([9, 12])

    def difference(rate):
        return (rate[0] - rate[1])[None]

    ask = {"statistic": difference, "names": ["difference"], "n_resamples": 500}
    whole = uncertainty.bootstrap(counts, **ask)
    monkeypatch.setattr(uncertainty, "_RESAMPLED_CELLS", 1000)
    pd.testing.assert_frame_equal(whole, uncertainty.bootstrap(counts, **ask))
    assert whole.name.unique().tolist() == ["difference"]
    assert ((whole.low <= whole.estimate) & (whole.estimate <= whole.high)).all()


@pytest.fixture(scope="module")
def clean(national):
    """Words of each national report by paragraph and section."""
    import jieba

    from analysis import structure

    jieba.setLogLevel(60)
    rows, units = [], []
    for year, text in national.items():
        found = structure.parse(text, genre="work-report", report=str(year)).paragraphs
        for section, paragraph, start, end in zip(
                found.section, found.paragraph, found.start, found.end, strict=True):
            rows.append([w for w in jieba.cut(text[start:end]) if any(c.isalnum() for c in w)])
            units.append((str(year), section, paragraph, len(rows[-1])))
    code, terms = pd.factorize(np.concatenate(rows), sort=True)
    unit = np.repeat(np.arange(len(rows)), [len(words) for words in rows])
    matrix = sparse.coo_array((np.ones(len(code), np.int32), (unit, code))).tocsr()
    columns = ["report", "section", "paragraph", "n_tokens"]
    return Counts(matrix, pd.DataFrame(units, columns=columns), pd.Index(terms, name="term"))


@pytest.mark.parametrize("cluster", ["auto", "paragraph", "block"])
def test_the_placebo_rate_of_clean_reports_is_nominal_for_us_and_not_for_g2(clean, cluster):
    table = contrast.split_placebo(clean, cluster=cluster, n_splits=100, seed=1)
    rate = table.groupby("method").rejected.mean()
    assert 0.03 <= rate["ratio"] <= 0.07
    assert rate["g2"] > 0.10
    ours = table.query("method == 'ratio'")
    assert ours.calibrated.mean() > 0.9
    assert (table.n_terms >= 20).all()


def test_neighbouring_paragraphs_share_their_subject(clean):
    """Why sections come first: moved in runs, paragraphs as clusters reject too often."""
    some = clean.restrict(report=["1957", "1987", "2019"])
    table = contrast.split_placebo(some, "ratio", cluster="paragraph", block=8)
    assert table.rejected.mean() > 0.07


def test_placebo_says_what_it_did_and_when_it_cannot():
    ask = {"n_splits": 50, "min_expected": 1, "cluster": "section"}
    table = contrast.split_placebo(clustered.units([10, 2]), **ask)
    assert table.method.tolist() == ["ratio", "g2"] * 2
    assert table.rejected.isna().tolist() == [False, False, True, True]
    assert not table.calibrated[2]
    again = contrast.split_placebo(clustered.units([10, 2]), **ask)
    pd.testing.assert_frame_equal(table, again)
    with pytest.raises(ValueError, match="'chi2'"):
        contrast.split_placebo(clustered.units([10]), "chi2", min_expected=1)
