"""Findings are picked by rule, carry their own evidence, and are held against other analyses."""

import math

import pytest

from analysis import concordance, corpus, findings, paths
from analysis.claims.command import arguments
from analysis.drift import pairs
from analysis.findings import refusals, targets, wordings
from analysis.keyness import comparison


@pytest.fixture(scope="module")
def reports():
    return corpus.load(paths.ROOT / "data" / "catalogue.csv")


@pytest.fixture(scope="module")
def study(reports):
    return comparison.study(reports, "tasks")


@pytest.fixture(scope="module")
def pair(study, reports):
    return pairs.widest(study.counts, reports.catalogue, "tasks")


@pytest.fixture(scope="module")
def found(reports, study, pair):
    drafts = [draft[0] for draft in wordings._changed(study, pair)]
    return [*targets.targets({"full": reports}, pair), *drafts, *wordings.shared(study)]


def test_each_number_lies_in_its_interval(found):
    assert len({one.id for one in found}) == len(found) >= 6
    for one in found:
        if one.low is not None:
            low, value, high = one.low, one.value, one.high
            # No hit stands as half a hit in the ratio, and as none in its interval.
            assert low <= value <= high or one.low == 0
        assert one.statement.count("{}") == 1


def test_each_finding_can_be_quoted_three_times(found, reports):
    for one in found:
        quoted = findings.quotations(reports, one.places)
        assert len(quoted) >= 3, one.id
        for (id, start, end), row in zip(one.places, quoted.itertuples(), strict=True):
            assert f"【{reports[id].text[start:end]}】".replace("\n", " ") in row.quotation
            assert row.raw == "-".join(map(str, reports[id].ledger.to_raw(start, end)))


def test_the_hits_of_a_ratio_are_those_that_its_evidence_lists(found, reports):
    for one in found:
        if one.id.startswith("drift."):
            asked = arguments(one.evidence)
            assert len(concordance.hits(reports, asked.pop("term"), **asked)) == one.n


def test_targets_are_held_against_each_other_as_the_texts_state_them(found, reports):
    (lowered,) = (one for one in found if one.id == "targets.lowered")
    assert lowered.value * lowered.n == pytest.approx(round(lowered.value * lowered.n))
    # Clopper and Pearson: with n of n, the lower end is (α/2)^(1/n).
    if lowered.value == 1:
        assert lowered.low == pytest.approx(0.025 ** (1 / lowered.n))
    for id, start, end in lowered.places:
        assert any(char.isdigit() for char in reports[id].text[start:end])


def test_a_finding_that_damage_alone_makes_does_not_hold(reports, pair):
    raw = corpus.load(paths.ROOT / "data" / "catalogue.csv", level="none")
    same = targets.targets({"full": reports, "again": reports}, pair)
    assert {one.holds for one in same} == {1.0}
    other = targets.targets({"full": reports, "none": raw}, pair)
    assert all(one.of == 2 for one in other)
    assert [one.value for one in other] == [one.value for one in same]


def test_quotations_take_reports_and_sections_in_turn(reports):
    hits = concordance.hits(reports, "高质量发展")
    places = findings.spread(reports, hits, 5)
    assert [id for id, *_ in places] == reports.ids
    own = hits[hits["report"] == "shanxi-gov-2023"]
    chosen = findings.spread(reports, own, own["section"].nunique())
    sections = [own.loc[own["start"] == start, "section"].item() for _, start, _ in chosen]
    assert len(set(sections)) == own["section"].nunique()


def test_what_tempts_is_refused_with_a_reason(reports, study, pair):
    table = refusals.refusals(reports, study.counts, study.counts, pair,
                              pairs.changes(pair, study.counts))  # fmt: skip
    assert len(table) >= 5
    assert table["tempting"].is_unique
    assert any("a trend needs 4" in why for why in table["why_not"])
    assert any("no level in common" in why for why in table["why_not"])


def test_without_a_pair_nothing_is_compared(reports, study):
    none = pairs.widest(study.counts.restrict(report="shanxi-gov-2023"),
                        reports.catalogue.loc[["shanxi-gov-2023"]])  # fmt: skip
    assert targets.targets({"full": reports}, none) == []
    assert wordings._changed(study, none) == []


def test_the_table_has_one_row_a_finding(found):
    table = findings.table(found, 4)
    assert table["id"].tolist() == [one.id for one in found[:4]]
    assert findings.table([], 4).empty
    assert all(math.isfinite(value) for value in table["value"])
