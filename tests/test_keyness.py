"""Keyness against quanteda, SciPy, scattertext and shifterator, and by its laws."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.spatial import distance

from analysis import keyness

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture(scope="module")
def texts():
    return pd.read_csv(GOLDEN / "two_texts.csv", index_col="term").T


@pytest.fixture(scope="module")
def clustered():
    """Three reports of twelve sections; 词0 is five times as frequent in the first."""
    rng = np.random.default_rng(3)
    place = pd.MultiIndex.from_product([list("甲乙丙"), range(12)], names=["report", "section"])
    mean = np.tile(np.linspace(0.5, 8, 20), (36, 1)) * rng.gamma(9, 1 / 9, (36, 20))
    mean[:12, 0] *= 5
    return pd.DataFrame(rng.poisson(mean), place, [f"词{i}" for i in range(20)])


def test_g2_is_scipys_and_quantedas(texts):
    golden = pd.read_csv(GOLDEN / "keyness_g2.csv", index_col="term")
    found = keyness.log_likelihood(texts, "target", "reference").g2[golden.index]
    np.testing.assert_allclose(found, golden.g2_scipy, rtol=1e-11, atol=1e-10)
    # quanteda adds 1e-9 in each logarithm: 7.5e-6 for 3,800 tokens.
    np.testing.assert_allclose(found, golden.g2_quanteda, atol=8e-6)


def test_g2_orders_terms_as_quantedas_tests_do():
    # quanteda.textstats, tests/testthat/test-textstat_keyness.R, "basic textstat_keyness lr".
    one, two = "a a a b b c c c c c c d e f g h h", "a a b c c d d d d e f h"
    counts = pd.DataFrame([pd.Series(t.split()).value_counts() for t in (one, two)],
                          index=["d1", "d2"]).fillna(0).astype(int)
    assert "".join(keyness.log_likelihood(counts, "d1", "d2").index) == "cgbhaefd"
    assert "".join(keyness.log_likelihood(counts, "d2", "d1").index) == "defabhgc"


def test_g2_has_four_cells_not_two():
    # Rayson and Garside's calculator: 2 (a ln(a/E1) + b ln(b/E2)), the cells of the term alone.
    counts = pd.DataFrame([[400, 600], [250, 750]], ["a", "b"], ["词", "其他"])
    two = 2 * (400 * np.log(400 / 325) + 250 * np.log(250 / 325))
    other = 2 * (600 * np.log(600 / 675) + 750 * np.log(750 / 675))
    found = keyness.log_likelihood(counts, "a", "b").g2["词"]
    assert found == pytest.approx(two + other)
    assert two < 0.8 * found


def test_log_odds_is_scattertexts_but_for_its_variance(texts):
    golden = pd.read_csv(GOLDEN / "log_odds_scattertext.csv", index_col="term").z_four_cells
    table = keyness.log_odds(texts, "target", "reference", prior_total=500).loc[golden.index]
    prior = 500 * (table.n_target + table.n_reference) / texts.to_numpy().sum()
    n = texts.sum(axis=1)
    one, two = table.n_target + prior, table.n_reference + prior
    rest = 1 / (n["target"] + 500 - one) + 1 / (n["reference"] + 500 - two)
    near = 1 / one + 1 / two
    np.testing.assert_allclose(table.z, table.log_odds / np.sqrt(near), rtol=1e-12)
    np.testing.assert_allclose(table.log_odds / np.sqrt(near + rest), golden, rtol=1e-11)


def test_log_odds_shrinks_with_the_prior(texts):
    weak, strong = (keyness.log_odds(texts, "target", "reference", p) for p in (1, 5000))
    assert (strong.log_odds.abs() < weak.log_odds.abs()[strong.index] + 1e-12).all()
    with pytest.raises(ValueError, match="prior_total is 0"):
        keyness.log_odds(texts, "target", "reference", 0)


def test_shift_adds_up_and_is_shifterators(texts):
    shift = keyness.divergence_shift(texts, "target", "reference")
    p, q = texts.loc["target"], texts.loc["reference"]
    whole = distance.jensenshannon(p, q, 2) ** 2
    assert shift.contribution.sum() == pytest.approx(whole, rel=1e-12)
    assert shift.attrs["divergence"] == pytest.approx(shift.contribution.sum())
    golden = pd.read_csv(GOLDEN / "js_shift_shifterator.csv", index_col="term")["shift"]
    np.testing.assert_allclose(shift.contribution, golden.abs()[shift.index], rtol=1e-9, atol=1e-12)
    more = shift.share_target > shift.share_reference
    assert (shift.direction[more] == "target").all()
    assert (shift.direction[shift.share_target < shift.share_reference] == "reference").all()


def test_shift_of_disjoint_texts_is_one_bit():
    counts = pd.DataFrame([[3, 1, 0], [0, 0, 9]], ["a", "b"])
    assert keyness.divergence_shift(counts, "a", "b").attrs["divergence"] == pytest.approx(1)
    same = pd.DataFrame([[3, 1], [6, 2]], ["a", "b"])
    assert keyness.divergence_shift(same, "a", "b").contribution.tolist() == [0, 0]


@pytest.mark.parametrize("score", ["g2", "log_ratio", "log_odds", "z"])
def test_exchanging_the_texts_flips_the_sign(texts, score):
    measure = {"g2": keyness.log_likelihood, "log_ratio": keyness.log_ratio}.get(
        score, keyness.log_odds)
    there, back = measure(texts, "target", "reference"), measure(texts, "reference", "target")
    np.testing.assert_allclose(there[score], -back[score][there.index], atol=1e-9)
    assert there["z" if "odds" in score else score].is_monotonic_decreasing


def test_log_ratio_is_log2_of_the_rates_and_half_a_hit_for_none(texts):
    table = keyness.log_ratio(texts, "target", "reference")
    n = texts.sum(axis=1)
    f1, f2 = table.n_target.replace(0, 0.5), table.n_reference.replace(0, 0.5)
    np.testing.assert_allclose(table.log_ratio, np.log2(f1 / n["target"] / (f2 / n["reference"])))
    assert (table.low < table.log_ratio).all()
    assert (table.log_ratio < table.high).all()
    assert np.isfinite(table[["low", "high"]]).all(axis=None)
    assert table.variant.str.startswith("Katz").all()


def test_clusters_give_wider_intervals_where_hits_are_bunched(clustered):
    sections = keyness.log_ratio(clustered, "甲", "乙")
    bunched = clustered.copy()
    bunched["词5"] = 0
    bunched.loc[[("甲", 0), ("乙", 3)], "词5"] = [40, 20]
    sizes = clustered.sum(axis=1) + 100
    flat = keyness.log_ratio(bunched.groupby(level=0).sum(), "甲", "乙",
                             sizes=sizes.groupby(level=0).sum())
    wide = keyness.log_ratio(bunched, "甲", "乙", sizes=sizes)
    width = [(t.high - t.low)["词5"] for t in (flat, wide)]
    assert width[1] > 2 * width[0]
    assert sections.variant.unique().tolist() == ["clusters: section"]
    assert sections.index[0] == "词0"
    assert sections.low.iloc[0] > 0


def test_a_clear_difference_and_its_absence_are_told_apart(clustered):
    table = keyness.log_ratio(clustered, "甲")
    assert table.q["词0"] < 0.001
    assert (table.q.drop("词0") > 0.01).mean() > 0.9
    assert ((table.low > 0) | (table.high < 0)).eq(table.p < 0.05).all()
    assert (table.mde_ratio > 1).all()


def test_shift_intervals_hold_the_signed_contribution(clustered):
    table = keyness.divergence_shift(clustered, "甲", "乙", n_resamples=2000, seed=1)
    again = keyness.divergence_shift(clustered, "甲", "乙", n_resamples=2000, seed=1)
    pd.testing.assert_frame_equal(table, again)
    signed = table.contribution * np.where(table.direction == "甲", 1, -1)
    assert ((table.low <= signed) & (signed <= table.high)).mean() > 0.9
    assert table.low["词0"] > 0


def test_reference_by_default_is_all_others_and_several_may_be_one_side(clustered):
    frame = clustered.groupby(level=0, sort=False).sum()
    default = keyness.log_likelihood(frame, "甲")
    pd.testing.assert_frame_equal(default, keyness.log_likelihood(frame, "甲", ["乙", "丙"]))
    pd.testing.assert_frame_equal(default, keyness.log_likelihood(clustered, "甲"))


def test_terms_absent_from_both_score_nothing():
    counts = pd.DataFrame([[3, 0, 1], [1, 0, 4], [1, 2, 3]], list("abc"))
    assert keyness.log_likelihood(counts, "a", "b").g2[1] == 0
    assert keyness.log_odds(counts, "a", "b").loc[1, ["log_odds", "z"]].tolist() == [0, 0]
    assert 1 not in keyness.log_ratio(counts, "a", "b").index


def test_bad_sides_are_refused_by_name(texts):
    with pytest.raises(KeyError, match="2031"):
        keyness.log_likelihood(texts, 2031, "reference")
    with pytest.raises(ValueError, match="share text"):
        keyness.log_ratio(texts, "target", ["target", "reference"])
    empty = pd.DataFrame([[1, 2], [0, 0]], ["a", "b"])
    with pytest.raises(ValueError, match="'b' has no tokens"):
        keyness.log_likelihood(empty, "a", "b")
