"""Redrawn clusters: the bootstrap against the formula, the placebo on clean reports."""

import clustered
import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from analysis import uncertainty
from analysis.counts import Counts
from analysis.uncertainty import resampling


def test_bootstrap_agrees_with_the_formula_and_with_itself():
    rng = np.random.default_rng(6)
    sizes = clustered.clusters(rng, 25, 0.3)
    x = clustered.hits(rng, np.geomspace(60, 900, 40), sizes, 0.4)
    counts, size = clustered.frame((x, sizes))
    drawn = uncertainty.bootstrap(counts, sizes=size, n_resamples=4000, seed=3)
    pd.testing.assert_frame_equal(
        drawn, uncertainty.bootstrap(counts, sizes=size, n_resamples=4000, seed=3))
    assert drawn.low.ne(uncertainty.bootstrap(
        counts, sizes=size, n_resamples=4000, seed=4).low).any()
    formula = uncertainty.rates(counts, sizes=size).sort_values("term")
    np.testing.assert_allclose(drawn.estimate, formula.per_10k.to_numpy(), rtol=1e-12)
    width = (drawn.high - drawn.low).to_numpy() / (formula.high - formula.low).to_numpy()
    assert 0.8 < np.median(width) < 1.05


def test_bootstrap_takes_any_statistic_in_pieces(monkeypatch):
    counts = clustered.units([9, 12])

    def difference(rate):
        return (rate[0] - rate[1])[None]

    ask = {"statistic": difference, "names": ["difference"], "n_resamples": 500}
    whole = uncertainty.bootstrap(counts, **ask)
    monkeypatch.setattr(resampling, "RESAMPLED_CELLS", 1000)
    pd.testing.assert_frame_equal(whole, uncertainty.bootstrap(counts, **ask))
    assert whole.name.unique().tolist() == ["difference"]
    assert ((whole.low <= whole.estimate) & (whole.estimate <= whole.high)).all()


@pytest.fixture(scope="module")
def clean(national):
    """Words of each national report by paragraph and section."""
    import jieba

    from analysis import structure

    jieba.setLogLevel(60)
    rows, units = [], []
    for year, text in national.items():
        found = structure.parse(text, genre="work-report", report=str(year)).paragraphs
        for section, paragraph, start, end in zip(
                found.section, found.paragraph, found.start, found.end, strict=True):
            rows.append([w for w in jieba.cut(text[start:end]) if any(c.isalnum() for c in w)])
            units.append((str(year), section, paragraph, len(rows[-1])))
    code, terms = pd.factorize(np.concatenate(rows), sort=True)
    unit = np.repeat(np.arange(len(rows)), [len(words) for words in rows])
    matrix = sparse.coo_array((np.ones(len(code), np.int32), (unit, code))).tocsr()
    columns = ["report", "section", "paragraph", "n_tokens"]
    return Counts(matrix, pd.DataFrame(units, columns=columns), pd.Index(terms, name="term"))


@pytest.mark.parametrize("cluster", ["auto", "paragraph", "block"])
def test_the_placebo_rate_of_clean_reports_is_nominal_for_us_and_not_for_g2(clean, cluster):
    table = uncertainty.placebo(clean, cluster=cluster, n_splits=100, seed=1)
    rate = table.groupby("method").rejected.mean()
    assert 0.03 <= rate["ratio"] <= 0.07
    assert rate["g2"] > 0.10
    ours = table.query("method == 'ratio'")
    assert ours.calibrated.mean() > 0.9
    assert (table.n_terms >= 20).all()


def test_neighbouring_paragraphs_share_their_subject(clean):
    """Why sections come first: moved in runs, paragraphs as clusters reject too often."""
    some = clean.restrict(report=["1957", "1987", "2019"])
    table = uncertainty.placebo(some, "ratio", cluster="paragraph", block=8)
    assert table.rejected.mean() > 0.07


def test_placebo_says_what_it_did_and_when_it_cannot():
    ask = {"n_splits": 50, "min_expected": 1, "cluster": "section"}
    table = uncertainty.placebo(clustered.units([10, 2]), **ask)
    assert table.method.tolist() == ["ratio", "g2"] * 2
    assert table.rejected.isna().tolist() == [False, False, True, True]
    assert not table.calibrated[2]
    again = uncertainty.placebo(clustered.units([10, 2]), **ask)
    pd.testing.assert_frame_equal(table, again)
    with pytest.raises(ValueError, match="'chi2'"):
        uncertainty.placebo(clustered.units([10]), "chi2", min_expected=1)
