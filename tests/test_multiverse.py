"""Findings stated as data, and evaluated as the notebooks evaluate them."""

import numpy as np
import pandas as pd
import pytest

from analysis import contrast, corpus, multiverse, occurrences, tokens
from analysis.multiverse import _Counted


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory):
    """Two short city reports; every section of the second has 创新, none of the first."""
    from hashlib import sha256

    folder = tmp_path_factory.mktemp("reports")
    numbers = "一二三四五六七八九"
    lines = ["推动经济稳定发展", "改善人民群众生活", "保护生态环境安全"] * 3
    header = "id,file,title,issuer,level,genre,date,reviews,plans,source,licence,sha256,notes"
    rows = [header]
    for name, extra in (("a-2021", "推动改革"), ("b-2026", "坚持创新驱动发展战略")):
        parts = [f"{n}、加快推进工作任务\n{line}，{extra}，各项任务全面落实。" * 1
                 for n, line in zip(numbers, lines, strict=True)]  # fmt: skip
        text = "政府工作报告\n" + "\n".join(parts).replace("稳定", "汾河", 1) + "\n"
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
        digest = sha256(text.encode()).hexdigest()
        rows.append(f"{name},{name}.txt,政府工作报告,某市人民政府,city,work-report,{name[-4:]},,,,"
                    f"unknown,{digest},")  # fmt: skip
    (folder / "catalogue.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder / "catalogue.csv"


def stated():
    return multiverse.findings([
        ("创新 rises", "创新驱动", "lexicon", "b-2026", "a-2021", None),
        ("推动 falls", "推动", "word", "b-2026", "a-2021", None),
        ("no such part", "推动", "word", "b-2026", "a-2021", "self-government"),
        ("no such report", "推动", "word", "c", None, None),
    ])  # fmt: skip


def test_the_reported_analysis_is_the_first_of_the_grid(catalogue):
    assert {name: options[0] for name, options in multiverse.SPECIFICATIONS.items()} == {
        "restoration": "full", "lexicon": True, "hmm": True, "engine": "auto", "stop": False,
        "cluster": "auto", "shared": True}  # fmt: skip
    found = _Counted(stated(), catalogue)()
    reports = corpus.load(catalogue)
    cut = tokens.table(reports)
    counted = occurrences.count(occurrences.find(reports, cut), cut)
    table = contrast.against(counted, "b-2026", "a-2021")
    for finding, term in (("创新 rises", "创新驱动"), ("推动 falls", "推动")):
        assert found.loc[finding, "estimate"] == pytest.approx(table.loc[term, "log_ratio"])
    assert found.loc["创新 rises", "low"] > 0
    assert found.loc["推动 falls", "high"] < 0


def test_what_is_not_there_has_no_estimate_and_does_not_hold(catalogue):
    found = _Counted(stated(), catalogue)()
    assert np.isnan(found.loc[["no such part", "no such report"], "estimate"]).all()


def test_every_combination_gives_a_row_for_every_finding(catalogue):
    grid = {**multiverse.SPECIFICATIONS, "restoration": ["full", "none"], "hmm": [True],
            "lexicon": [True]}  # fmt: skip
    table = multiverse.run(stated(), grid, catalogue=catalogue)
    assert len(table) == 4 * 2 * 16
    held = table.drop_duplicates("finding").set_index("finding")["share"]
    assert held["创新 rises"] == 1
    assert held["no such part"] == 0
    assert multiverse.run(stated().iloc[:0], grid, catalogue=catalogue).empty


def test_shared_counts_are_those_of_each_specification_alone(catalogue):
    one = _Counted(stated(), catalogue)
    settings = [{}, {"stop": True}, {"shared": False}, {"engine": "characters", "stop": True},
                {"cluster": "paragraph", "hmm": False}]  # fmt: skip
    for setting in settings:
        together, alone = one(**setting), _Counted(stated(), catalogue)(**setting)
        pd.testing.assert_frame_equal(together, alone)


def test_characters_as_the_denominator_change_the_size_only(catalogue):
    words, whole = (_Counted(stated(), catalogue)(engine=engine)
                    for engine in ("auto", "characters"))  # fmt: skip
    assert words.loc["创新 rises", "estimate"] == pytest.approx(
        whole.loc["创新 rises", "estimate"], abs=0.5)  # fmt: skip


CHOICES = {"restoration": ["full", "exact", "none"], "hmm": [True, False]}


def made_up(restoration, hmm):
    low = {"full": 0.5, "exact": 0.2, "none": -0.1}[restoration]
    return {"estimate": 1.0 if hmm else 0.8, "low": low, "high": 2.0}


def several(restoration, hmm):
    return pd.DataFrame({"estimate": [1.0, -1.0], "low": [0.1, -2.0],
                         "high": [2.0, -0.1 if hmm else 0.3]}, index=["创新 rises", "建成 falls"])


def test_the_grid_is_whole_and_the_share_is_its_mean():
    table = multiverse.run("创新 rises", CHOICES, made_up)
    assert len(table) == 6
    assert table.iloc[0][["restoration", "hmm"]].tolist() == ["full", True]
    assert table.holds.tolist() == [True, True, True, True, False, False]
    assert table.share.unique().tolist() == [pytest.approx(4 / 6)]


def test_one_at_a_time_keeps_the_reported_analysis_first():
    table = multiverse.run("创新 rises", CHOICES, made_up, one_at_a_time=True)
    assert table[["restoration", "hmm"]].to_numpy().tolist() == [
        ["full", True], ["exact", True], ["none", True], ["full", False]]


def test_several_findings_from_one_evaluation_each_with_its_own_sign():
    calls = []

    def counted(**setting):
        calls.append(setting)
        return several(**setting)

    table = multiverse.run(["创新 rises", "建成 falls"], CHOICES, counted)
    assert len(calls) == 6
    assert table.groupby("finding", sort=False).share.first().tolist() == [1.0, 0.5]
    hung = multiverse.by_factor(table).query("finding == '建成 falls' and choice == 'hmm'")
    assert hung[["option", "n", "share"]].to_numpy().tolist() == [["True", 3, 1.0], ["False", 3, 0]]


def test_a_refusal_is_kept_and_does_not_hold():
    def refusing(restoration, hmm):
        if restoration == "none":
            raise ValueError("no stratum in common")
        return made_up(restoration, hmm)

    table = multiverse.run("创新 rises", CHOICES, refusing)
    refused = table[table.restoration == "none"]
    assert refused.note.unique().tolist() == ["no stratum in common"]
    assert not refused.holds.any()
    assert refused.estimate.isna().all()


def test_no_interval_leaves_the_sign_and_own_rules_are_taken():
    table = multiverse.run("x", {"a": [1, 2, -1]}, lambda a: {"estimate": a})
    assert table.holds.tolist() == [True, True, False]
    table = multiverse.run("x", {"a": [1, 2, -1]}, lambda a: {"estimate": a},
                             holds=lambda result: result["estimate"] > 1)
    assert table.holds.tolist() == [False, True, False]
    nothing = multiverse.run("x", {"a": [0, 1]}, lambda a: {"estimate": np.nan})
    assert nothing.share.tolist() == [0, 0]


def test_bad_choices_are_refused():
    with pytest.raises(ValueError, match="'hmm' has no option"):
        multiverse.run("x", {"hmm": []}, made_up)
    with pytest.raises(ValueError, match="need a DataFrame"):
        multiverse.run(["x", "y"], CHOICES, made_up)
