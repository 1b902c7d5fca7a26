"""On public reports: functions, order of tasks and targets as readers labelled them."""

import public
import pytest


@pytest.mark.slow
@pytest.mark.skipif(not public.FOLDER, reason="PUBLIC_REPORTS names no copy of the public collection")
def test_reports_kept_aside_are_read_as_by_readers():
    share = public.scores(public.FOLDER).set_index("measure")["share"]
    assert share["function of characters"] >= 0.97
    assert share["reports with 95% of them"] >= 0.88
    assert share["order of tasks"] >= 0.97
    assert share["gdp precision"] >= 0.98
    assert share["gdp recall"] >= 0.95
    assert share["gdp result precision"] >= 0.95
    assert share["gdp result recall"] >= 0.95


def test_labels_hold_lines_and_checksums_and_no_text():
    table = public.labels("aside")
    assert table.loc[table["kind"] == "report", "sha256"].str.fullmatch("[0-9a-f]{64}").all()
    assert table["hedge"].dropna().str.len().max() <= 40
    assert (
        table.loc[table["kind"] == "section", "label"]
        .isin([*public.OTHER, "review", "guiding", "tasks", "self-government"])
        .all()
    )
