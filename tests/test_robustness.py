"""A finding's share is the share of analyses in which it holds."""

import numpy as np
import pandas as pd
import pytest

from analysis import robustness

CHOICES = {"restoration": ["full", "exact", "none"], "hmm": [True, False]}


def evaluate(restoration, hmm):
    low = {"full": 0.5, "exact": 0.2, "none": -0.1}[restoration]
    return {"estimate": 1.0 if hmm else 0.8, "low": low, "high": 2.0}


def several(restoration, hmm):
    return pd.DataFrame({"estimate": [1.0, -1.0], "low": [0.1, -2.0],
                         "high": [2.0, -0.1 if hmm else 0.3]}, index=["创新 rises", "建成 falls"])


def test_the_grid_is_whole_and_the_share_is_its_mean():
    table = robustness.share("创新 rises", CHOICES, evaluate)
    assert len(table) == 6
    assert table.iloc[0][["restoration", "hmm"]].tolist() == ["full", True]
    assert table.holds.tolist() == [True, True, True, True, False, False]
    assert table.share.unique().tolist() == [pytest.approx(4 / 6)]


def test_one_at_a_time_keeps_the_reported_analysis_first():
    table = robustness.share("创新 rises", CHOICES, evaluate, one_at_a_time=True)
    assert table[["restoration", "hmm"]].to_numpy().tolist() == [
        ["full", True], ["exact", True], ["none", True], ["full", False]]


def test_several_findings_from_one_evaluation_each_with_its_own_sign():
    calls = []

    def counted(**setting):
        calls.append(setting)
        return several(**setting)

    table = robustness.share(["创新 rises", "建成 falls"], CHOICES, counted)
    assert len(calls) == 6
    assert table.groupby("finding", sort=False).share.first().tolist() == [1.0, 0.5]
    hung = robustness.by_choice(table, CHOICES).query("finding == '建成 falls' and choice == 'hmm'")
    assert hung[["option", "n", "share"]].to_numpy().tolist() == [["True", 3, 1.0], ["False", 3, 0]]


def test_a_refusal_is_kept_and_does_not_hold():
    def refusing(restoration, hmm):
        if restoration == "none":
            raise ValueError("no stratum in common")
        return evaluate(restoration, hmm)

    table = robustness.share("创新 rises", CHOICES, refusing)
    refused = table[table.restoration == "none"]
    assert refused.note.unique().tolist() == ["no stratum in common"]
    assert not refused.holds.any()
    assert refused.estimate.isna().all()


def test_no_interval_leaves_the_sign_and_own_rules_are_taken():
    table = robustness.share("x", {"a": [1, 2, -1]}, lambda a: {"estimate": a})
    assert table.holds.tolist() == [True, True, False]
    table = robustness.share("x", {"a": [1, 2, -1]}, lambda a: {"estimate": a},
                             holds=lambda result: result["estimate"] > 1)
    assert table.holds.tolist() == [False, True, False]
    nothing = robustness.share("x", {"a": [0, 1]}, lambda a: {"estimate": np.nan})
    assert nothing.share.tolist() == [0, 0]


def test_bad_choices_are_refused():
    with pytest.raises(ValueError, match="'hmm' has no option"):
        robustness.share("x", {"hmm": []}, evaluate)
    with pytest.raises(ValueError, match="need a DataFrame"):
        robustness.share(["x", "y"], CHOICES, evaluate)
