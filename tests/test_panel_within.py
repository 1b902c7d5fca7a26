"""What changed within places: equal to pyfixest, at its level where only the composition moves, adding up."""

import numpy as np
import pandas as pd
import pytest

from analysis import paths
from analysis.panel import within

GOLDEN = paths.ROOT / "tests" / "golden"


def long(rows, measure="m", **more):
    """A panel table from (place, year, hits, tokens)."""
    table = pd.DataFrame(rows, columns=["place", "year", "hits", "tokens"])
    fixed = {
        "measure": measure,
        "formula": "rate",
        "part": "whole",
        "level": "city",
        "genre": "work-report",
        "doubtful": 0.0,
        "delivered": "",
    }
    return table.assign(
        report=[f"r{k}" for k in range(len(table))], value=table["hits"] / table["tokens"] * 1e4, **{**fixed, **more}
    )


def shifting(rng, places=30, years=15, miss=0.3, rho=0.3):
    """No place changes; places of high rates join later. Errors hang together through the years."""
    base = np.sort(rng.gamma(9, 2, places)) * 1e-4
    rows = []
    for i in range(places):
        shock = rng.normal()
        for t in range(years):
            shock = rho * shock + np.sqrt(1 - rho**2) * rng.normal()
            if t >= int(i / places * years * 0.7) and rng.random() > miss:
                tokens = int(rng.integers(4000, 12000))
                rows.append((f"p{i}", 2005 + t, rng.poisson(tokens * base[i] * np.exp(0.2 * shock)), tokens))
    return long(rows)


@pytest.fixture(scope="module")
def golden():
    """Made by pyfixest 0.60.0, see the README there."""
    data = pd.read_csv(GOLDEN / "fixed_effects.csv")
    fixed = {"measure": "m", "formula": "rate", "part": "whole", "level": "city", "genre": "work-report"}
    return data.assign(**fixed), pd.read_csv(GOLDEN / "fixed_effects_pyfixest.csv")


@pytest.mark.parametrize(
    ("model", "covariates", "weights"),
    [("year", [], None), ("x + year", ["x"], None), ("x + year, weighted", ["x"], "w")],
)
def test_two_way_effects_are_pyfixests(golden, model, covariates, weights):
    data, expected = golden
    found = within.effects(data, "m", covariates, weights=weights)
    expected = expected[expected["model"] == model].set_index("effect")
    assert list(found.index) == list(expected.index.astype(str))
    for column in ("estimate", "se", "low", "high", "p"):
        assert np.abs(found[column].to_numpy() - expected[column].to_numpy()).max() < 1e-8, column


def test_the_trend_is_pyfixests(golden):
    data, expected = golden
    row = expected[expected["model"] == "trend"].iloc[0]
    found = within.trend(data).loc["m"]
    for ours, theirs in {"per_year": "estimate", "low": "low", "high": "high", "p": "p"}.items():
        assert abs(found[ours] - row[theirs]) < 1e-8


def test_effects_by_hand():
    """Two years; every place rises by its own amount: the effect is the mean, its error that of the mean."""
    rise = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 9.0])
    rows = [(f"p{i}", y, 0, 1) for i in range(6) for y in (2020, 2021)]
    table = long(rows).assign(value=[v for i in range(6) for v in (10.0 * i, 10.0 * i + rise[i])])
    found = within.effects(table, "m").loc["2021"]
    assert found["estimate"] == pytest.approx(rise.mean())
    # Clusters of two: G/(G-1) · (N-1)/(N-k) of the plain sum of squares.
    expected = np.sqrt(((rise - rise.mean()) ** 2).sum() / 36 * 6 / 5 * 11 / 10)
    assert found["se"] == pytest.approx(expected)


def test_composition_alone_is_no_drift():
    """60 runs here; the level itself is measured in the slow test."""
    rng = np.random.default_rng(3)
    tables = [within.trend(shifting(rng)).loc["m"] for _ in range(60)]
    assert np.mean([t["pooled_p"] < 0.05 for t in tables]) > 0.5
    assert np.mean([t["p"] < 0.05 for t in tables]) <= 0.13


@pytest.mark.slow
@pytest.mark.parametrize(
    ("places", "years", "miss", "rho"),
    [(12, 15, 0.3, 0.3), (31, 20, 0.1, 0.3), (31, 20, 0.5, 0.5), (100, 12, 0.5, 0.3)],
)
def test_the_level_under_a_planted_shift_of_composition(places, years, miss, rho):
    rng = np.random.default_rng(places)
    tables = [within.trend(shifting(rng, places, years, miss, rho)).loc["m"] for _ in range(1000)]
    assert 0.03 <= np.mean([t["p"] < 0.05 for t in tables]) <= 0.07
    assert np.mean([t["pooled_p"] < 0.05 for t in tables]) >= 0.5


def test_a_planted_drift_is_found():
    rng = np.random.default_rng(5)
    table = shifting(rng)
    table["hits"] += rng.poisson(table["tokens"] * 4e-4 * (table["year"] - 2005))
    table["value"] = table["hits"] / table["tokens"] * 1e4
    found = within.trend(table).loc["m"]
    assert found["low"] < 4 < found["high"]
    assert found["p"] < 0.001


def test_the_split_adds_up_and_sees_each_part():
    rng = np.random.default_rng(1)
    table = shifting(rng).assign(doubtful=lambda t: np.where(t["year"] > 2012, 0.2, 0.0))
    found = within.split(table, "m", (2005, 2008), (2016, 2019))
    parts = found.loc[["within", "damage", "lengths", "came and went"], "change"]
    assert parts.sum() == pytest.approx(found.loc["pooled", "change"], abs=1e-9)
    assert found.loc["damage", "low"] > 0
    assert found.loc["came and went", "low"] > 0
    by_hand = [table[table["year"].between(*s)] for s in ((2005, 2008), (2016, 2019))]
    pooled = [t["hits"].sum() / t["tokens"].sum() * 1e4 for t in by_hand]
    assert found.loc["pooled", "change"] == pytest.approx(pooled[1] - pooled[0])


@pytest.mark.parametrize(
    ("rows", "component"),
    [
        # Each place the same rate and length, one more place with a higher rate: came and went.
        (
            [("a", 1, 10, 1000), ("b", 1, 10, 1000), ("a", 2, 10, 1000), ("b", 2, 10, 1000), ("c", 2, 40, 1000)],
            "came and went",
        ),
        # The same places, the one with the higher rate longer: lengths.
        ([("a", 1, 10, 1000), ("b", 1, 40, 1000), ("a", 2, 10, 1000), ("b", 2, 120, 3000)], "lengths"),
        # The same places and lengths, higher rates: within.
        ([("a", 1, 10, 1000), ("b", 1, 40, 1000), ("a", 2, 20, 1000), ("b", 2, 50, 1000)], "within"),
    ],
)
def test_the_split_puts_a_change_where_it_belongs(rows, component):
    found = within.split(long(rows), "m", 1, 2)["change"]
    assert found[component] == pytest.approx(found["pooled"])
    assert found["pooled"] > 0
    assert found.drop([component, "pooled"]).abs().max() < 1e-9


def test_swapping_the_spans_turns_every_sign():
    table = shifting(np.random.default_rng(2))
    there, back = (within.split(table, "m", *s)["change"] for s in ((2006, 2018), (2018, 2006)))
    assert (there + back).abs().max() < 1e-9


def test_unlike_reports_are_refused_by_name():
    rows = [(f"p{i}", y, 3, 1000) for i in range(6) for y in (2020, 2021)]
    mixed = pd.concat([long(rows), long(rows, level="province")])
    for call in (within.effects, within.split):
        with pytest.raises(ValueError, match="city work-report; province work-report"):
            call(mixed, "m", *([] if call is within.effects else [2020, 2021]))
    with pytest.raises(ValueError, match="unlike"):
        within.trend(mixed)


def test_too_few_places_and_years_that_hang_in_the_air_are_refused():
    rows = [(f"p{i}", y, 3, 1000) for i in range(4) for y in (2020, 2021)]
    with pytest.raises(ValueError, match="4 places have two reports or more"):
        within.effects(long(rows), "m")
    apart = [(f"p{i}", y, i, 1000) for i in range(5) for y in (2010, 2011)]
    apart += [(f"q{i}", y, i, 1000) for i in range(5) for y in (2020, 2021)]
    with pytest.raises(ValueError, match="2020, 2021 cannot be told from the places"):
        within.effects(long(apart), "m")
    two = pd.concat([long(rows), long(rows, part="tasks")])
    with pytest.raises(ValueError, match="say which `part`"):
        within.effects(two, "m")
    with pytest.raises(ValueError, match="no measure 'k'"):
        within.effects(two, "k")


def test_adoption_by_level_with_the_first_day():
    rows = [
        ("a", 2023, 0, 9, "2023-01-10"),
        ("a", 2024, 2, 9, "2024-01-23"),
        ("b", 2024, 0, 9, "2024-01-20"),
        ("b", 2025, 0, 9, "2025-01-20"),
        ("a", 2025, 0, 9, "2025-01-20"),
        ("c", 2024, 1, 9, ""),
    ]
    table = long([r[:4] for r in rows]).assign(delivered=[r[4] for r in rows])
    table = pd.concat([table, table.assign(level="province", hits=0)])
    found = within.adoption(table, "m", after="2023-06-01")
    city = found[found["level"] == "city"].set_index("year")
    assert city.loc[2024, ["places", "have", "share"]].tolist() == [3, 2, 2 / 3]
    assert city.loc[2025, ["places", "have", "so_far"]].tolist() == [2, 0, 2 / 3]
    # Of c only the year is known: the first known day of that year goes before it.
    assert (city["first_day"] == "2024-01-23").all()
    assert 2023 not in city.index
    assert (found.loc[found["level"] == "province", "first_day"] == "").all()
    assert city.loc[2024, "low"] < 2 / 3 < city.loc[2024, "high"]


def test_the_course_within_keeps_the_level_and_not_the_composition():
    """Every place stands still; places of higher rates join: the pooled course rises, the one within does not."""
    rows = [(f"p{i}", y, 10 + 5 * i, 1000) for i in range(24) for y in range(2010 + i // 6, 2016)]
    found = within.by_year(long(rows), "m").set_index(["series", "year"])["value"]
    assert found["pooled"].loc[2015] > found["pooled"].loc[2010] + 50
    assert found["within"].to_numpy() == pytest.approx(long(rows)["value"].mean())


def test_years_with_few_places_have_no_course():
    rows = [(f"p{i}", y, 10 + i, 1000) for i in range(6) for y in (2020, 2021)] + [("p0", 2000, 1, 1000)]
    assert sorted(within.by_year(long(rows), "m")["year"].unique()) == [2020, 2021]


def test_a_measure_of_too_few_places_is_left_out_by_name():
    rows = [(f"p{i}", y, 3 + i + y % 2, 1000) for i in range(6) for y in (2020, 2021)]
    few = long(rows[:4], measure="few")
    found = within.trend(pd.concat([long(rows), few]))
    assert list(found.index) == ["m"]
    assert "too few places with two reports: few" in found.attrs["notes"]


def test_one_kind_is_chosen_and_what_is_missing_is_said():
    rows = [(f"p{i}", y, 3, 1000) for i in range(6) for y in (2020, 2021)]
    mixed = pd.concat([long(rows), long([("q", 2020, 3, 1000)] * 40, level="province")]).assign(
        report=lambda t: [f"r{k}" for k in range(len(t))]
    )
    chosen = within.one_kind(mixed)
    assert set(chosen["level"]) == {"city"}
    assert chosen.attrs["why"] == ""
    few = within.one_kind(mixed, level="province")
    assert "places with two reports and more of one kind: 1 (province work-report: q)" in few.attrs["why"]
    assert within.by_year(few, "m").empty


def test_from_the_literatures_index_to_ours_step_by_step():
    rng = np.random.default_rng(4)
    whole = long([(f"p{i}", y, int(rng.integers(5, 60)), 1000) for i in range(12) for y in (2020, 2021)])
    whole = whole.assign(report=[f"r{k}" for k in range(len(whole))], low=whole["value"] - 1, high=whole["value"] + 1)
    same = whole.assign(part="tasks")
    literature = whole.assign(formula="literature", tokens=1250, value=whole["hits"] / 1250, low=np.nan)
    found = within.compared(pd.concat([whole, same, literature]), "m", "tasks")
    assert list(found.index) == ["literature", "words only", "longest match", "part"]
    assert found["literature"].to_numpy() == pytest.approx(1)
    assert found["top"].to_numpy() == pytest.approx(1)
    assert found.loc["literature", "per_10k"] == pytest.approx(found.loc["words only", "per_10k"] * 0.8)
    assert 0.5 < found.loc["part", "apart"] <= 1
    turned = same.assign(value=-same["value"])
    assert within.compared(pd.concat([whole, turned, literature]), "m", "tasks").loc["part", "before"] == pytest.approx(
        -1
    )
