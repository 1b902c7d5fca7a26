"""Findings are picked by rule, carry their own evidence, and are held against other analyses."""

from types import SimpleNamespace

import pytest

from analysis import concordance, contrast, corpus, findings, paths
from analysis.catalogue import draft
from analysis.claims import _arguments as arguments


@pytest.fixture(scope="module")
def reports():
    return corpus.load(paths.ROOT / "data" / "catalogue.csv")


@pytest.fixture(scope="module")
def study(reports):
    return findings.study(reports, "tasks")


@pytest.fixture(scope="module")
def pair(study, reports):
    return contrast.widest(study.counts, reports.catalogue, "tasks")


@pytest.fixture(scope="module")
def raw():
    return corpus.load(paths.ROOT / "data" / "catalogue.csv", level="none")


@pytest.fixture(scope="module")
def found(reports, study, pair):
    """All findings, with few choices: the grid of analyses takes a quarter of a minute."""
    few = {name: options[:1] for name, options in findings._GRID.items()}
    few["cluster"] = findings._GRID["cluster"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(findings, "_GRID", few)
        return findings.targets({"full": reports}, pair) + findings.in_words({"full": study}, pair)


def test_there_are_ten_and_each_number_lies_in_its_interval(found):
    assert len({one.id for one in found}) == len(found) == 10
    for one in found:
        assert one.low is None or one.low <= one.value <= one.high
        assert one.statement.count("{}") == 1
        assert 0 <= one.holds <= 1
        assert one.of >= 1


def test_each_finding_can_be_quoted_three_times(found, reports):
    for one in found:
        quoted = findings.quotations(reports, one.places)
        assert len(quoted) >= 3, one.id
        for (id, start, end), row in zip(one.places, quoted.itertuples(), strict=True):
            inside = reports[id].text[start:end].replace("\n", " ")
            shown = row.quotation.split("【")[1].split("】")[0]
            assert shown == inside if len(inside) <= findings._LONGEST else shown[:9] == inside[:9]
            assert row.raw == "-".join(map(str, reports[id].ledger.to_raw(start, end)))


@pytest.mark.parametrize("id", ["drift.stayed", "common.highest"])
def test_the_hits_of_a_rate_are_those_that_its_evidence_lists(found, reports, id):
    (one,) = (each for each in found if each.id == id)
    asked = arguments(one.evidence)
    assert len(concordance.hits(reports, asked.pop("term"), **asked)) == one.n > 0


def test_targets_are_held_against_each_other_as_the_texts_state_them(reports, pair):
    rows = findings.stated_by_both(reports, pair).set_index("indicator")
    # Read by eye: 8%-8.5% became 5%; the ends that are nearer differ by three points.
    gdp = rows.loc["地区生产总值"]
    assert gdp[["value_before", "high_before", "value_after", "change"]].tolist() == [8, 8.5, 5, -3]
    assert rows.loc["居民消费价格", "ceiling"]
    assert not gdp["ceiling"]
    for row in rows.itertuples():
        for side in ("before", "after"):
            start, end = map(int, getattr(row, f"raw_{side}").split("-"))
            report = reports[getattr(row, f"report_{side}")]
            assert f"{getattr(row, f'value_{side}'):g}" in report.raw[start:end]


@pytest.mark.parametrize(
    ("before", "after", "term", "regex"),
    [("国内生产总值", "国内生产总值", "国内生产总值", False),
     ("国内生产总值", "GDP", "GDP|国内生产总值", True)],
)  # fmt: skip
def test_evidence_for_a_target_is_sought_as_it_is_written(tmp_path, before, after, term, regex):
    """The national reports never say 地区生产总值, the name of the indicator."""
    for year, name, value in ((2021, before, 6), (2022, after, 5)):
        text = f"政府工作报告\n一、今年工作安排\n{name}增长{value}%。居民消费价格涨幅3%左右。\n"
        (tmp_path / f"guowuyuan-{year}.txt").write_text(text * 3, encoding="utf-8")
    draft.write(draft.draft(tmp_path), tmp_path / "catalogue.csv")
    reports = corpus.load(tmp_path / "catalogue.csv")
    two = SimpleNamespace(reference=reports.ids[:1], target=reports.ids[1:])
    (row,) = (r for r in findings.stated_by_both(reports, two).itertuples() if r.indicator == "地区生产总值")
    asked = arguments(findings._evidence(reports, row))
    assert (asked["term"], asked["regex"], asked["report"]) == (term, regex, reports.ids)
    hits = concordance.hits(reports, asked.pop("term"), **asked)
    assert set(hits["report"]) == set(reports.ids)


def test_a_finding_that_hangs_on_restoration_says_so(reports, pair, monkeypatch):
    whole = findings.stated_by_both(reports, pair)
    other = whole.assign(change=whole["change"].where(whole["indicator"] != "地区生产总值", 1.0))
    other.attrs = whole.attrs
    tables = iter([whole, other])
    monkeypatch.setattr(findings, "stated_by_both", lambda *_: next(tables))
    lower = findings.targets({"full": reports, "none": reports}, pair)[0]
    assert (lower.holds, lower.of) == (0.5, 2)


def test_only_what_is_lower_is_named(reports, pair, monkeypatch):
    rows = findings.stated_by_both(reports, pair)
    rows["change"] = rows["change"].where(rows["indicator"] == "地区生产总值", 0.0)
    monkeypatch.setattr(findings, "stated_by_both", lambda *_: rows)
    lower = findings.targets({"full": reports}, pair)[0]
    assert lower.value == 1
    assert "地区生产总值" in lower.detail
    assert "固定资产投资" not in lower.detail


def test_quotations_take_reports_and_sections_in_turn(reports):
    hits = concordance.hits(reports, "高质量发展")
    places = findings._spread(reports, hits, 5)
    assert [id for id, *_ in places] == reports.ids
    own = hits[hits["report"] == "shanxi-gov-2023"]
    chosen = findings._spread(reports, own, own["section"].nunique())
    sections = [own.loc[own["start"] == start, "section"].item() for _, start, _ in chosen]
    assert len(set(sections)) == own["section"].nunique()


def test_what_tempts_is_refused_with_a_reason(reports, raw, study, pair):
    naive = findings.study(raw, "tasks").counts
    table = findings.refusals(reports, study.counts, naive, pair,
                              contrast.changes(pair, study.counts))  # fmt: skip
    assert len(table) >= 5
    assert table["tempting"].is_unique
    assert any("a trend needs 4" in why for why in table["why_not"])
    assert any("no level in common" in why for why in table["why_not"])


def test_without_a_pair_nothing_is_compared(reports, study):
    none = contrast.widest(study.counts.restrict(report="shanxi-gov-2023"),
                        reports.catalogue.loc[["shanxi-gov-2023"]])  # fmt: skip
    assert findings.targets({"full": reports}, none) == []
    assert findings._settled({"full": study}, none) == []
    assert findings._stayed(study, none) == []
    assert findings._domains({"full": study}, none) == []


def test_the_table_has_one_row_a_finding(found):
    table = findings.table(found, 4)
    assert table["id"].tolist() == [one.id for one in found[:4]]
    assert findings.table([], 4).empty
