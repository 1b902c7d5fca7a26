"""Trends against other implementations, and the classes by what a reader would call them."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import kendalltau, theilslopes
from test_contrast import ROWS, table

from analysis import paths, trend

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
    table = trend.trend(series)
    for name, row in golden.iterrows():
        plain = table.loc[name, "rho"] == 0
        p = table.loc[name, "p"]
        assert p == pytest.approx(row["p"], abs=1e-10) if plain else p >= row["p"] - 1e-10, name
        assert table.loc[name, "slope_per_year"] == pytest.approx(row["slope"]), name


def test_slope_interval_and_tau_agree_with_scipy_on_irregular_years():
    rng = np.random.default_rng(1)
    rates = pd.DataFrame(rng.normal(size=(13, 8)).cumsum(axis=0), index=YEARS, columns=list("abcdefgh"))
    table = trend.trend(rates)
    for term in rates:
        slope, _, low, high = theilslopes(rates[term], YEARS, alpha=0.95)
        row = table.loc[term]
        assert row["slope_per_year"] == pytest.approx(slope)
        if row["rho"] == 0:
            assert row[["low", "high"]].tolist() == pytest.approx([low, high])
        assert row["low"] <= low + 1e-12
        assert row["high"] >= high - 1e-12
        assert table.loc[term, "tau"] == pytest.approx(kendalltau(YEARS, rates[term]).statistic)


def test_reversing_time_flips_slope_and_tau_and_keeps_p():
    rng = np.random.default_rng(2)
    rates = pd.DataFrame(rng.poisson(3, size=(13, 30)), index=YEARS)
    back = rates.set_axis([-year for year in YEARS], axis=0)
    one, two = trend.trend(rates).sort_index(), trend.trend(back).sort_index()
    pd.testing.assert_series_equal(one["slope_per_year"], -two["slope_per_year"], atol=1e-12)
    pd.testing.assert_series_equal(one["tau"], -two["tau"])
    pd.testing.assert_series_equal(one["p"], two["p"])


def test_null_series_are_seldom_called_a_trend():
    rng = np.random.default_rng(3)
    rates = pd.DataFrame(rng.gamma(2.0, size=(13, 4000)), index=YEARS)
    assert 0.015 < (trend.trend(rates)["p"] < 0.05).mean() < 0.05


@pytest.mark.parametrize(("n", "most"), [(14, 0.09), (25, 0.08), (40, 0.07)])
@pytest.mark.parametrize("rho", [0, 0.3, 0.6])
def test_serial_correlation_is_no_trend(n, rho, most):
    rng = np.random.default_rng(n)
    values = np.zeros((n + 40, 3000))
    for t in range(1, len(values)):
        values[t] = rho * values[t - 1] + rng.normal(size=3000)
    table = trend.trend(pd.DataFrame(values[40:], index=range(1980, 1980 + n)))
    assert 0.015 < (table["p"] < 0.05).mean() < most
    assert (table["q"] < 0.05).mean() < 0.01


@pytest.mark.parametrize("n", [13, 26, 40])
def test_presence_of_bursty_words_is_no_trend(n):
    """Words that come and go for years together: latent AR(.5), half of the reports without."""
    rng = np.random.default_rng(n)
    values = np.zeros((n + 30, 2000))
    for t in range(1, len(values)):
        values[t] = 0.5 * values[t - 1] + rng.normal(size=2000)
    counts = rng.poisson(0.5 * np.exp(values[30:]))
    table = trend.trend(pd.DataFrame(counts, index=range(1980, 1980 + n)))
    assert table["class"].isin(["emerging", "fading"]).mean() < 0.01


def test_a_slope_is_found_almost_as_often_as_without_care():
    rng = np.random.default_rng(6)
    values = rng.normal(size=(40, 2000)) + 0.04 * np.arange(40)[:, None]
    assert (trend.trend(pd.DataFrame(values, index=range(40)))["p"] < 0.05).mean() > 0.65


def test_the_variance_beyond_forty_dates_goes_on_where_it_was():
    few, more, many = (trend._factors(n) for n in (40, 60, 120))
    assert (np.diff([few[6], more[6], many[6]]) > 0).all()
    assert many[6] < 1.25 * few[6]


def test_classes_name_what_happened():
    rates = pd.DataFrame(
        {
            "late": [0] * 6 + [1, 2, 2, 4, 3, 5, 6],
            "left": [3, 4, 3, 4, 3, 2, 3, 2, 2, 1, 0, 0, 0],
            "once": [0] * 12 + [9],
            "peak": [1, 0, 1, 0, 1, 30, 1, 0, 1, 0, 1, 1, 1],
            "even": [5, 6, 5, 6, 5, 6, 5, 6, 5, 6, 5, 6, 5],
            "here_and_there": [0, 1, 0, 0, 2, 0, 0, 1, 0, 0, 2, 0, 1],
        },
        index=YEARS,
    )
    table = trend.trend(rates)
    assert table["class"].to_dict() == {
        "late": "emerging", "left": "fading", "once": "rare", "peak": "spike", "even": "stable",
        "here_and_there": "rare",
    }  # fmt: skip
    assert table.loc["left", "last_year"] == 2010
    assert table.loc["late", "first_year"] == 1999
    assert table.loc["once", "peak_year"] == 2022
    few = trend.trend(rates.iloc[:7])
    assert set(few["class"]) <= {"rare", "described"}


def test_presence_stands_in_the_same_correction():
    """Of noise alone no term comes or goes, however many are tried."""
    rng = np.random.default_rng(5)
    for mean in (0.7, 1.5, 4):
        noise = rng.negative_binomial(1, 1 / (1 + mean), size=(13, 2000))
        classes = trend.trend(pd.DataFrame(noise, YEARS))["class"]
        assert not classes.isin(["emerging", "fading"]).any()


def test_two_reports_in_a_year_are_both_used():
    rates = pd.DataFrame({"a": [1.0, 2, 3, 4, 5, 6], "b": [1.0] * 6}, index=[2001, 2001, 2002, 2003, 2004, 2004])
    table = trend.trend(rates)
    assert table.loc["a", "tau"] == pytest.approx(kendalltau(rates.index, rates["a"]).statistic)
    assert table.loc["b", "p"] == 1


@pytest.mark.parametrize(
    ("index", "message"),
    [([2001, 2002, 2003, "soon"], "soon"), ([2001, 2001, 2002, 2002], "2 different years")],
)
def test_bad_years_are_refused_in_one_sentence(index, message):
    with pytest.raises(ValueError, match=message):
        trend.trend(pd.DataFrame({"a": [1.0, 2, 3, 4]}, index=index))


def test_missing_rates_are_refused():
    with pytest.raises(ValueError, match="1 rates are missing"):
        trend.trend(pd.DataFrame({"a": [1.0, 2, 3, np.nan]}, index=[1, 2, 3, 4]))


def test_stages_find_a_planted_break_and_none_in_noise():
    rng = np.random.default_rng(4)
    early, late = rng.dirichlet(np.ones(60)), rng.dirichlet(np.ones(60))
    counts = [rng.multinomial(2000, early if year < 1990 else late) for year in YEARS]
    table = trend.stages(pd.DataFrame(counts, index=YEARS), n_shuffles=199)
    two = table.loc[table["n_stages"] == 2].iloc[0]
    assert two["starts"] == "1957 1995"
    assert two["p"] < 0.05
    noise = pd.DataFrame([rng.multinomial(2000, early) for _ in YEARS], index=YEARS)
    assert (trend.stages(noise, n_shuffles=199)["p"] > 0.01).all()


def test_a_smooth_drift_has_no_stages():
    rejected = []
    for seed in range(8):
        rng = np.random.default_rng(seed)
        early, late = rng.dirichlet(np.ones(80)), rng.dirichlet(np.ones(80))
        shares = [early + (late - early) * at for at in np.linspace(0, 1, 20)]
        counts = pd.DataFrame([rng.multinomial(3000, s) for s in shares], index=range(2000, 2020))
        table = trend.stages(counts, n_shuffles=99).set_index("n_stages")
        rejected.append((table.loc[[2, 3, 4], "p"] < 0.05).any())
    assert np.mean(rejected) <= 0.125


FIVE = [1957, 1964, 1981, 1985, 1995]


def test_a_series_has_one_level_and_genre_and_says_what_it_left_out():
    catalogue = pd.DataFrame(
        {"year": [*FIVE, 2000], "level": ["national"] * 5 + ["city"], "genre": "work-report"},
        index=list("abcdef"),
    )
    found = trend.longest(catalogue)
    assert (found.ids, found.supports_trend) == (tuple("abcde"), True)
    assert "1 reports of other levels" in found.note
    short = trend.longest(catalogue.iloc[3:])
    assert not short.supports_trend
    assert "a trend needs 4" in short.note
    assert trend.trend(trend.rates(table(ROWS), short)).empty


def places(**columns) -> pd.DataFrame:
    rows = {"year": [*range(2021, 2025)] * 2, "level": "city", "genre": "work-report", **columns}
    return pd.DataFrame(rows, index=[f"r{k}" for k in range(8)])


@pytest.mark.parametrize("columns", [
    {"place": ["甲市"] * 4 + ["乙市"] * 4}, {"issuer": ["甲市人民政府"] * 4 + ["乙市人民政府"] * 4},
    {"place": "甲市", "issuer": ["甲市人民政府"] * 4 + ["甲市人大常委会"] * 4},
    {"place": ["甲市"] * 4 + ["乙市"] * 4, "issuer": ["甲市人民政府"] * 4 + ["乙市人民政府"] * 4},
])  # fmt: skip
def test_a_series_is_one_issuers(columns):
    catalogue = places(**columns)
    found = trend.longest(catalogue)
    assert found.ids in (("r0", "r1", "r2", "r3"), ("r4", "r5", "r6", "r7"))
    assert "4 reports of other issuers" in found.note
    of = {key: column[0] if isinstance(column, list) else column for key, column in columns.items()}
    kinds = trend._kinds(catalogue)
    assert kinds.nunique() == 2
    assert all("市" in kind and kind.endswith(" city work-report") for kind in kinds)
    assert set(of.values()) & set(kinds.str.split(" ").str[0])


def test_two_issuers_of_two_years_make_no_trend():
    catalogue = places(place=["甲市"] * 2 + ["乙市"] * 2 + ["甲市"] * 2 + ["乙市"] * 2)
    assert not trend.longest(catalogue).supports_trend


def test_reports_of_one_issuer_need_no_place_in_their_name():
    assert set(trend._kinds(places(place="甲市").iloc[:4])) == {"city work-report"}


def test_forms_of_a_term_are_added_up():
    counts = trend.merge_variants(table(ROWS), {"革新": ["创新", "改革"]})
    assert (counts.frame()["革新"] == table(ROWS).frame().sum(axis=1)).all()
    assert list(counts.terms) == sorted(counts.terms)
    same = trend.merge_variants(counts, {"创新": ["创新", "改革"]})
    assert (same.frame()["创新"] == counts.frame()["革新"]).all()


def test_what_came_and_what_went_is_ordered_by_time():
    rng = np.random.default_rng(1)
    course = np.maximum(np.arange(-4, 16), 0)
    rates = pd.DataFrame(
        {"早先的词": (course * rng.uniform(0.5, 1.5, 20))[::-1],
         "后来的词": course * rng.uniform(0.5, 1.5, 20),
         "一直有的": rng.uniform(5, 6, 20)}, index=range(2000, 2020),
    )  # fmt: skip
    shown = trend.most_changed(trend.trend(rates), rates)
    assert list(shown.index) == ["早先的词", "后来的词"]
    assert np.isfinite(shown.to_numpy()).all()


def test_seven_dates_settle_nothing():
    years = range(2018, 2025)
    rates = pd.DataFrame({"上升的词": [1, 2, 3, 4, 5, 6, 7.0]}, index=years)
    trends = trend.trend(rates)
    assert trends["class"].tolist() == ["described"]
    assert trend.most_changed(trends, rates).empty
    rows = {"year": range(2018, 2022), "level": "city", "genre": "work-report"}
    four = trend.longest(pd.DataFrame(rows, index=list("abcd")))
    assert four.supports_trend
    assert "cannot settle a trend among many terms (least p .083)" in four.note
    longer = {**rows, "year": range(2018, 2026)}
    assert "cannot" not in trend.longest(pd.DataFrame(longer, index=list("abcdefgh"))).note


def test_the_old_name_is_the_same_function():
    from analysis import drift

    assert drift.trend is trend.trend
