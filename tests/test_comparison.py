"""Keyness as shown: sides, open ends, damage, shared wording, lines of prose, shuffles."""

import numpy as np
import pandas as pd
import pytest
import tiny
from scipy import sparse

from analysis import keyness, uncertainty, wording
from analysis.counts import Counts
from analysis.keyness import comparison, shuffles

# Twelve sections a report; 新词 is in every section of 乙 and in none of 甲.
LINES = ["推动经济发展", "改善人民生活", "保护生态环境", "推动农业发展", "提升教育质量",
         "建设文化设施"]  # fmt: skip
SHARED = "坚持以人民为中心的发展思想推动共同富裕"


def texts():
    def report(extra):
        return "\n".join(f"一、工作任务{n}\n{line}，{extra}。" for n, line in enumerate(LINES * 2))

    return {"甲": report("推动改革") + SHARED, "乙": report("新词，推动创新") + SHARED}


@pytest.fixture(scope="module")
def study():
    return comparison.study(tiny.corpus(texts()), "tasks", ["新词"])


def test_a_table_agrees_with_its_parts_and_orders_by_what_is_certain(study):
    found = comparison.table(study.counts, "乙", "甲")
    log = keyness.log_ratio(study.counts, "乙", "甲").loc[found.index]
    assert (found["log_ratio"] == log["log_ratio"]).all()
    assert (found["at_least"].abs().diff().dropna() <= 1e-12).all()
    assert found.loc["新词", ["n_target", "n_reference"]].tolist() == [12, 0]
    assert found.loc["新词", "high"] == np.inf
    assert found.loc["新词", "sections"] == "12/12"
    assert (found["at_least"] * found["log_ratio"] >= 0).all()


def test_the_sides_can_be_swapped(study):
    one = comparison.table(study.counts, "乙", "甲")
    other = comparison.table(study.counts, "甲", "乙").loc[one.index]
    assert np.allclose(one["log_ratio"], -other["log_ratio"])
    assert np.allclose(one["at_least"], -other["at_least"])


def test_marks_say_kind_and_what_hits_rest_on(study):
    shown = study.compare("乙", "甲", top=5)
    assert shown.loc["新词", ["kind", "rests_on"]].tolist() == ["string", "12 : 0"]
    assert comparison.settled(shown)["新词"]
    assert not shown["damage_alone"].any()
    assert "新词" in wording.settled_line(shown, "乙", "甲")


def test_a_term_inside_a_longer_one_with_the_same_hits_is_left_out():
    rows = pd.DataFrame({"n_target": [3, 3, 5], "n_reference": 0}, ["各位", "各位代表", "代表"])
    assert comparison._inside_longer(rows).tolist() == [True, False, False]


def test_shared_wording_can_be_left_out(study):
    assert SHARED in set(study.shared["formula"].str.slice(-len(SHARED)))
    assert study.own.sizes.sum() < study.counts.sizes.sum()
    assert "共同富裕" not in study.own.terms


def test_one_report_has_nothing_to_compare_with():
    alone = comparison.study(tiny.corpus({"甲": texts()["甲"]}), "tasks")
    assert alone.function is None
    assert alone.compare("甲").empty
    assert "two reports" in wording.settled_line(alone.compare("甲"), "甲", "")


def test_a_zero_is_an_absence_only_below_every_other_rate():
    columns = ["report", "term", "count", "n_tokens", "per_10k", "low", "high"]
    rows = [("甲", "词", 0, 1000, 0, 0, 30.0), ("乙", "词", 40, 1000, 400, 250, 600.0),
            ("甲", "字", 0, 1000, 0, 0, 30.0), ("乙", "字", 2, 1000, 20, 5, 60.0)]  # fmt: skip
    corpus = tiny.corpus({"甲": "一、工作任务", "乙": "一、工作任务"})
    found = comparison.zeros(pd.DataFrame(rows, columns=columns), corpus)
    assert found[["term", "absent"]].to_numpy().tolist() == [["词", True], ["字", False]]


def test_the_placebo_line_warns_where_the_test_does_not_hold():
    trials = pd.DataFrame({"method": ["ratio", "g2"], "rejected": [0.05, 0.25],
                           "calibrated": [True, False]})  # fmt: skip
    assert "this test 5.0% (within 3-7%); G² 25.0%" in wording.placebo_line(trials)
    trials.loc[0, ["rejected", "calibrated"]] = [0.12, False]
    assert "read with care" in wording.placebo_line(trials)
    trials["rejected"] = np.nan
    assert "too few sections" in wording.placebo_line(trials)


def sections(rates, seed, n=16, size=300):
    """Counts of two reports of `n` sections each, words drawn at the rates of each."""
    rng = np.random.default_rng(seed)
    matrix = np.vstack([rng.multinomial(size, p, n) for p in rates])
    units = pd.DataFrame({"report": ["甲"] * n + ["乙"] * n, "function": "tasks",
                          "section": [*range(n)] * 2, "paragraph": range(2 * n)})  # fmt: skip
    units["n_tokens"] = size
    names = pd.Index([f"词{k:03}" for k in range(matrix.shape[1])], name="term")
    return Counts(sparse.csr_array(matrix.astype(np.int32)), units, names)


def test_shuffles_find_nothing_where_there_is_nothing_and_something_where_there_is():
    even = np.full(100, 0.01)
    other = even * np.where(np.arange(100) < 50, 1.5, 0.5)
    p = [shuffles.shuffled(sections((even, even), seed), "甲", "乙", 99)["p"] for seed in range(40)]
    assert 0.3 < np.mean(p) < 0.7
    assert shuffles.shuffled(sections((even, other), 1), "甲", "乙", 99)["p"] == 0.01


def test_shuffles_name_the_pairs_and_the_divergence_of_the_word_shift():
    counts = sections((np.full(100, 0.01),) * 2, 3)
    found = shuffles.apart(counts, ["甲", "乙"], 20)
    assert found[["a", "b"]].to_numpy().tolist() == [["甲", "乙"]]
    whole = keyness.divergence_shift(counts, "甲", "乙").attrs["divergence"]
    assert found["divergence"][0] == pytest.approx(whole, rel=1e-5)
    assert shuffles.apart(counts.restrict(report="甲"), ["甲"], 20).empty


def test_placebo_rows_are_those_the_line_reads(study):
    trials = uncertainty.placebo(study.counts, n_splits=20, min_expected=2)
    assert {"method", "rejected", "calibrated"} <= set(trials)
