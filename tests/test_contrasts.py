"""Contrasts: one stratum is the plain contrast, several are pooled by hand, the rest is refused."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from analysis import corpus, counts, lookup, structure, tokens, uncertainty, views
from analysis.catalogue import draft
from analysis.drift import contrasts

CATALOGUE = pd.DataFrame(
    {
        "year": [2021, 2026, 2021, 2023, 2026],
        "level": ["city", "city", "city", "province", "city"],
        "genre": ["work-report", "work-report", "party-congress-report", "work-report",
                  "party-congress-report"],
    },
    index=pd.Index(["gov21", "gov26", "party21", "prov23", "party26"], name="id"),
)  # fmt: skip


def table(rows, terms=("创新", "改革")) -> counts.Counts:
    """Counts from rows of (report, function, section, tokens, hits of each term)."""
    columns = ["report", "function", "section", "n_tokens"]
    units = pd.DataFrame([row[:4] for row in rows], columns=columns)
    units["paragraph"] = range(len(units))
    matrix = sparse.csr_array(np.array([row[4:] for row in rows], dtype=np.int32))
    return counts.Counts(matrix, units, pd.Index(terms, name="term"))


@pytest.fixture(scope="module")
def drawn() -> counts.Counts:
    """Ten sections of tasks and eight of review in each of two city reports, and a front."""
    rng = np.random.default_rng(1)
    rows = [("gov21", "other", 99, 50, 0, 0), ("gov26", "other", 99, 50, 0, 0)]
    for report, lift in (("gov21", 1.0), ("gov26", 2.0)):
        for section in range(18):
            function = "tasks" if section < 10 else "review"
            rows.append((report, function, section, int(rng.integers(200, 600)),
                         int(rng.poisson(3 * lift)), int(rng.poisson(4))))  # fmt: skip
    return table(rows)


def test_one_stratum_is_the_plain_contrast(drawn):
    pooled = contrasts.contrast(drawn, CATALOGUE, "gov21", "gov26", "tasks").table
    plain = uncertainty.contrast(drawn.restrict(function="tasks"), "gov26", "gov21")
    pairs = {"n_after": "n_target", "n_before": "n_reference", "per_10k_after": "per_10k_target"}
    same = ["log_ratio", "low", "high", "p", "q", "mde_ratio"]
    for ours, theirs in {**pairs, **dict(zip(same, same, strict=True))}.items():
        np.testing.assert_allclose(pooled[ours], plain.loc[pooled.index, theirs], rtol=1e-12)


def test_swapping_sides_flips_signs_and_keeps_p(drawn):
    one = contrasts.contrast(drawn, CATALOGUE, "gov21", "gov26").table.sort_index()
    two = contrasts.contrast(drawn, CATALOGUE, "gov26", "gov21").table.sort_index()
    np.testing.assert_allclose(one["log_ratio"], -two["log_ratio"])
    np.testing.assert_allclose(one["low"], -two["high"])
    np.testing.assert_allclose(one["p"], two["p"])


def test_the_pooled_ratio_is_mantel_and_haenszels():
    rows = [
        ("gov21", "tasks", 0, 100, 2), ("gov21", "tasks", 1, 100, 4),
        ("gov26", "tasks", 0, 100, 5), ("gov26", "tasks", 1, 100, 7),
        ("gov21", "review", 2, 200, 1), ("gov21", "review", 3, 200, 1),
        ("gov26", "review", 2, 50, 1), ("gov26", "review", 3, 50, 0),
    ]  # fmt: skip
    found = contrasts.contrast(table(rows, ["创新"]), CATALOGUE, 2021, 2026)
    # Tasks 12/200 against 6/200, review 1/100 against 2/400: Σ X1 n0/n over Σ X0 n1/n.
    ratio = (12 * 200 / 400 + 1 * 400 / 500) / (6 * 200 / 400 + 2 * 100 / 500)
    assert found.table["log_ratio"].iloc[0] == pytest.approx(np.log2(ratio))
    assert found.strata.set_index("function")["weight"].to_dict() == pytest.approx(
        {"tasks": 100 / 180, "review": 80 / 180}
    )
    assert found.table.loc["创新", ["n_before", "n_after"]].tolist() == [8, 13]


def test_unlike_documents_and_unplaced_text_stay_out(drawn):
    party = ("party21", "tasks", 0, 500, 400, 0)
    more = counts.Counts(
        sparse.csr_array(sparse.vstack([drawn.matrix, sparse.csr_array([party[4:]])])),
        pd.concat([drawn.units, table([party]).units], ignore_index=True), drawn.terms,
    )  # fmt: skip
    found = contrasts.contrast(more, CATALOGUE, 2021, 2026)
    alone = contrasts.contrast(drawn, CATALOGUE, "gov21", "gov26")
    pd.testing.assert_frame_equal(found.table, alone.table)
    assert found.before == ("gov21",)
    assert set(found.strata["function"]) == {"tasks", "review"}


ROWS = [
    ("gov21", "tasks", 0, 100, 2, 1), ("gov21", "other", 1, 100, 2, 1),
    ("gov26", "review", 0, 100, 2, 1), ("gov26", "other", 1, 100, 2, 1),
    ("party21", "tasks", 0, 100, 2, 1), ("prov23", "tasks", 0, 100, 2, 1),
    ("party26", "tasks", 0, 100, 2, 1),
]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "function", "message"),
    [
        ("gov21", "prov23", None, r"2021 → 2023: no level in common \(city vs province\)"),
        ("gov21", "party26", None, "no genre in common"),
        ("party21", "prov23", None, "no level in common.*; no genre in common"),
        ("gov21", "gov26", None, r"no function in common .*\(tasks vs review\)"),
        ("gov21", "gov26", "tasks", "no text with function 'tasks' in 2026"),
    ],
)
def test_a_refusal_names_what_is_missing_and_what_remains(before, after, function, message):
    with pytest.raises(contrasts.NotIdentified, match=message) as refused:
        contrasts.contrast(table(ROWS), CATALOGUE, before, after, function)
    assert "What remains is to describe" in str(refused.value)


@pytest.mark.parametrize(
    ("which", "message"),
    [(1999, "no document for 1999; years in the catalogue"), (["gov99"], "gov99"),
     ("level == 'nowhere'", "no document for")],
)  # fmt: skip
def test_unknown_documents_are_named(which, message):
    with pytest.raises(ValueError, match=message):
        contrasts.contrast(table(ROWS), CATALOGUE, which, 2026)


def test_one_document_cannot_stand_on_both_sides():
    with pytest.raises(contrasts.NotIdentified, match="gov21 stands on both sides"):
        contrasts.contrast(table(ROWS), CATALOGUE, 2021, ["gov26", "gov21"])


@pytest.mark.parametrize("n", [1, 2])
def test_reports_of_one_year_are_no_contrast(tmp_path, n):
    """The explorer asks for the first year and the last, which may be the same."""
    for k in range(n):
        lines = ["政府工作报告", "一、今年工作安排", "推动高质量发展，深化改革。" * 9]
        (tmp_path / f"gov-2021-{k}.txt").write_text("\n".join(lines), encoding="utf-8")
    draft.write(draft.draft(tmp_path), tmp_path / "catalogue.csv")
    table = pd.read_csv(tmp_path / "catalogue.csv", keep_default_na=False, dtype=str)
    table["level"] = "city"
    draft.write(table, tmp_path / "catalogue.csv")
    one = lookup.prepare(corpus.load(tmp_path / "catalogue.csv"))
    with pytest.raises(contrasts.NotIdentified, match="on both sides"):
        lookup.compare(one, lookup.find(one, "改革"), 2021, 2021)
    for lang, says in (("zh", "没有另一组 (2021 / 2021)"), ("en", "no second set (2021 / 2021)")):
        assert says in views.page(one, "改革", before=2021, after=2021, lang=lang)


def test_the_matrix_has_every_pair_once_in_order_of_time():
    pairs = contrasts.identification(table(ROWS), CATALOGUE)
    assert len(pairs) == 10
    years = CATALOGUE["year"]
    assert (pairs["before"].map(years) <= pairs["after"].map(years)).all()
    found = pairs[pairs["identified"]]
    assert found[["before", "after", "through"]].to_numpy().tolist() == [
        ["party21", "party26", "tasks"]
    ]
    years = contrasts.identification(table(ROWS), CATALOGUE, by="year")
    assert years[["before", "after"]].to_numpy().tolist() == [
        [2021, 2023], [2021, 2026], [2023, 2026]
    ]  # fmt: skip
    assert years["identified"].tolist() == [False, True, False]


def test_halves_of_one_national_report_differ_no_more_than_chance(national):
    """Two random halves of the same tasks, as if they were two reports of two years."""
    text = national[2019]
    paragraphs = structure.parse(text, report="half").paragraphs
    body = paragraphs[~paragraphs["heading"]].reset_index(drop=True)
    rows = [
        {"token": token, "paragraph": k}
        for k, (a, b) in enumerate(zip(body["start"], body["end"], strict=True))
        for token, _, _, kind in tokens.segment(text[a:b])
        if kind in tokens.COUNTED
    ]
    frame = pd.crosstab(*(pd.DataFrame(rows)[c] for c in ("paragraph", "token")))
    frame = frame.loc[:, frame.sum() >= 10]
    sizes = pd.DataFrame(rows).groupby("paragraph").size()
    block = frame.index.to_numpy() // 4
    rng, rejected = np.random.default_rng(3), []
    for _ in range(40):
        half = rng.random(block.max() + 1) < 0.5
        units = pd.DataFrame({
            "report": np.where(half[block], "gov21", "gov26"), "function": "tasks",
            "section": block, "paragraph": frame.index, "n_tokens": sizes.loc[frame.index],
        }).reset_index(drop=True)  # fmt: skip
        made = counts.Counts(sparse.csr_array(frame.to_numpy()), units, frame.columns)
        rejected.append((contrasts.contrast(made, CATALOGUE, 2021, 2026).table["p"] < 0.05).mean())
    assert 0.02 < np.mean(rejected) < 0.08
