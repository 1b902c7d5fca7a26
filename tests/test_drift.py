"""Trends against other implementations, and the classes by what a reader would call them."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import kendalltau, theilslopes

from analysis import drift, paths

GOLDEN = paths.ROOT / "tests" / "golden" / "mann_kendall.csv"
YEARS = [1957, 1964, 1981, 1985, 1987, 1995, 1999, 2002, 2007, 2010, 2013, 2019, 2022]


@pytest.fixture(scope="module")
def golden() -> pd.DataFrame:
    return pd.read_csv(GOLDEN, index_col="series")


@pytest.fixture(scope="module")
def series(golden) -> pd.DataFrame:
    columns = {name: [float(x) for x in row["values"].split()] for name, row in golden.iterrows()}
    return pd.DataFrame(columns, index=range(2001, 2011))


def test_mann_kendall_agrees_with_pymannkendall(golden, series):
    table = drift.trend(series)
    for name, row in golden.iterrows():
        assert table.loc[name, "p"] == pytest.approx(row["p"], abs=1e-10), name
        assert table.loc[name, "slope_per_year"] == pytest.approx(row["slope"]), name


def test_slope_interval_and_tau_agree_with_scipy_on_irregular_years():
    rng = np.random.default_rng(1)
    rates = pd.DataFrame(
        rng.normal(size=(13, 8)).cumsum(axis=0), index=YEARS, columns=list("abcdefgh")
    )
    table = drift.trend(rates)
    for term in rates:
        slope, _, low, high = theilslopes(rates[term], YEARS, alpha=0.95)
        assert table.loc[term, ["slope_per_year", "low", "high"]].tolist() == pytest.approx(
            [slope, low, high]
        )
        assert table.loc[term, "tau"] == pytest.approx(kendalltau(YEARS, rates[term]).statistic)


def test_reversing_time_flips_slope_and_tau_and_keeps_p():
    rng = np.random.default_rng(2)
    rates = pd.DataFrame(rng.poisson(3, size=(13, 30)), index=YEARS)
    back = rates.set_axis([-year for year in YEARS], axis=0)
    one, two = drift.trend(rates).sort_index(), drift.trend(back).sort_index()
    pd.testing.assert_series_equal(one["slope_per_year"], -two["slope_per_year"], atol=1e-12)
    pd.testing.assert_series_equal(one["tau"], -two["tau"])
    pd.testing.assert_series_equal(one["p"], two["p"])


def test_null_series_are_seldom_called_a_trend():
    rng = np.random.default_rng(3)
    rates = pd.DataFrame(rng.gamma(2.0, size=(13, 4000)), index=YEARS)
    assert 0.03 < (drift.trend(rates)["p"] < 0.05).mean() < 0.06


def test_classes_name_what_happened():
    rates = pd.DataFrame(
        {
            "late": [0] * 8 + [1, 2, 3, 4, 5],
            "left": [0, 0, 1, 2, 3, 2, 3, 2, 3, 2, 1, 0, 0],
            "once": [0] * 12 + [9],
            "peak": [1, 0, 1, 0, 1, 30, 1, 0, 1, 0, 1, 1, 1],
            "even": [5, 6, 5, 6, 5, 6, 5, 6, 5, 6, 5, 6, 5],
            "here_and_there": [0, 1, 0, 0, 2, 0, 0, 1, 0, 0, 2, 0, 1],
        },
        index=YEARS,
    )
    table = drift.trend(rates)
    assert table["class"].to_dict() == {
        "late": "emerging", "left": "fading", "once": "rare", "peak": "spike", "even": "stable",
        "here_and_there": "rare",
    }  # fmt: skip
    assert table.loc["left", "last_year"] == 2013
    assert table.loc["late", "first_year"] == 2007
    assert table.loc["once", "peak_year"] == 2022


def test_what_came_and_went_is_fading_and_noise_is_seldom_named():
    """The course of 计划生育 in thirteen national reports, and counts around constant rates."""
    course = [0, 0, 3.3, 0, 1.0, 5.9, 5.9, 6.1, 2.3, 3.5, 1.5, 0, 0]
    table = drift.trend(pd.DataFrame({"计划生育": course}, YEARS))
    assert table.loc["计划生育", "class"] == "fading"
    rng = np.random.default_rng(5)
    for mean in (0.7, 1.5, 4):
        noise = rng.negative_binomial(1, 1 / (1 + mean), size=(13, 2000))
        classes = drift.trend(pd.DataFrame(noise, YEARS))["class"].value_counts(normalize=True)
        assert classes[["emerging", "fading"]].max() < 0.07


def test_two_reports_in_a_year_are_both_used():
    rates = pd.DataFrame(
        {"a": [1.0, 2, 3, 4, 5, 6], "b": [1.0] * 6}, index=[2001, 2001, 2002, 2003, 2004, 2004]
    )
    table = drift.trend(rates)
    assert table.loc["a", "tau"] == pytest.approx(kendalltau(rates.index, rates["a"]).statistic)
    assert table.loc["b", "p"] == 1


@pytest.mark.parametrize(
    ("index", "message"),
    [([2001, 2002, 2003, "soon"], "soon"), ([2001, 2001, 2002, 2002], "2 different years")],
)
def test_bad_years_are_refused_in_one_sentence(index, message):
    with pytest.raises(ValueError, match=message):
        drift.trend(pd.DataFrame({"a": [1.0, 2, 3, 4]}, index=index))


def test_missing_rates_are_refused():
    with pytest.raises(ValueError, match="1 rates are missing"):
        drift.trend(pd.DataFrame({"a": [1.0, 2, 3, np.nan]}, index=[1, 2, 3, 4]))


def test_stages_find_a_planted_break_and_none_in_noise():
    rng = np.random.default_rng(4)
    early, late = rng.dirichlet(np.ones(60)), rng.dirichlet(np.ones(60))
    counts = [rng.multinomial(2000, early if year < 1990 else late) for year in YEARS]
    table = drift.stages(pd.DataFrame(counts, index=YEARS), n_shuffles=199)
    two = table.loc[table["n_stages"] == 2].iloc[0]
    assert two["starts"] == "1957 1995"
    assert two["p"] < 0.05
    noise = pd.DataFrame([rng.multinomial(2000, early) for _ in YEARS], index=YEARS)
    assert (drift.stages(noise, n_shuffles=199)["p"] > 0.01).all()
