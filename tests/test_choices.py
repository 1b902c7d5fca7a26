"""Findings stated as data, and evaluated as the notebooks evaluate them."""

import numpy as np
import pytest

from analysis import choices, corpus, robustness, terms
from analysis.keyness import comparison


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
    return choices.findings([
        ("创新 rises", "ratio", "创新驱动", "lexicon", "b-2026", "a-2021", None, 0),
        ("推动 falls", "ratio", "推动", "word", "b-2026", "a-2021", None, 0),
        ("no such part", "ratio", "推动", "word", "b-2026", "a-2021", "self-government", 0),
        ("no such report", "ratio", "推动", "word", "c", None, None, 0),
        ("推动 among the first five", "rank", "推动", "word", "a-2021", None, None, 5),
        ("创新 among the first five", "rank", "没有", "word", "a-2021", None, None, 5),
    ])  # fmt: skip


def test_the_reported_analysis_is_the_first_of_the_grid(catalogue):
    assert {name: options[0] for name, options in choices.GRID.items()} == {
        "restoration": "full", "lexicon": True, "hmm": True, "engine": "auto", "stop": False,
        "cluster": "auto", "shared": True}  # fmt: skip
    found = choices.evaluate(stated(), catalogue=catalogue)
    study = comparison.study(corpus.load(catalogue))
    table = comparison.table(study.counts, "b-2026", "a-2021")
    for finding, term in (("创新 rises", "创新驱动"), ("推动 falls", "推动")):
        assert found.loc[finding, "estimate"] == pytest.approx(table.loc[term, "log_ratio"])
    assert found.loc["创新 rises", "low"] > 0
    assert found.loc["推动 falls", "high"] < 0


def test_what_is_not_there_has_no_estimate_and_does_not_hold(catalogue):
    found = choices.evaluate(stated(), catalogue=catalogue)
    assert np.isnan(found.loc[["no such part", "no such report"], "estimate"]).all()
    assert found.loc["推动 among the first five", "estimate"] > 0
    assert found.loc["创新 among the first five", "estimate"] < 0


def test_ranks_are_those_of_class_tfidf(catalogue):
    found = choices.evaluate(stated(), catalogue=catalogue)
    _, counted = choices._counted(
        catalogue, choices._content(catalogue), "full", True, True, "auto", False, True,
        (("推动", "word"),), True)  # fmt: skip
    weights = terms.class_tfidf(counted).query("report == 'a-2021'")["term"].tolist()
    rank = weights.index("推动") + 1
    assert found.loc["推动 among the first five", "estimate"] == 5.5 - rank


def test_every_combination_gives_a_row_for_every_finding(catalogue):
    grid = {**choices.GRID, "restoration": ["full", "none"], "hmm": [True], "lexicon": [True]}
    table = robustness.share(
        list(stated().index), grid,
        lambda **setting: choices.evaluate(stated(), catalogue=catalogue, **setting))  # fmt: skip
    assert len(table) == 6 * 2 * 16
    held = table.drop_duplicates("finding").set_index("finding")["share"]
    assert held["创新 rises"] == 1
    assert held["no such part"] == 0


def test_characters_as_the_denominator_change_the_size_only(catalogue):
    words, whole = (choices.evaluate(stated(), engine=engine, catalogue=catalogue)
                    for engine in ("auto", "characters"))  # fmt: skip
    assert words.loc["创新 rises", "estimate"] == pytest.approx(
        whole.loc["创新 rises", "estimate"], abs=0.5)  # fmt: skip


def test_an_unknown_statistic_is_refused():
    with pytest.raises(ValueError, match="'mean' of a finding"):
        choices.findings([("x", "mean", "词", "word", "a", "b", None, 0)])
