"""
What sets one text apart from another, term by term: the measures of the field, with their names.

They describe. Whether a difference is more than chance, `contrast.compare` says.
"""

import numpy as np
import pandas as pd

from analysis import contrast, uncertainty
from analysis.uncertainty import estimators
from analysis.uncertainty.design import as_label, clusters, groups, is_clustered, opposed
from analysis.uncertainty.estimators import divergence_parts

# Pseudo-tokens of Monroe's prior: about an eighth of a city's work report (8,000 tokens), so
# that a word of two or three hits is pulled well towards the pooled rate.
PRIOR_TOTAL = 1000.0


def _pair(counts, target, reference, by, sizes):
    """Return terms, and hits and tokens of both sides; reference None means all others."""
    found = groups(counts, by, sizes, collapse=True)
    reference = opposed(found.labels, target, reference)
    first, second = found.sums(target), found.sums(reference)
    for (_, tokens), label in ((first, target), (second, reference)):
        if not tokens:
            raise ValueError(f"group {as_label(label)!r} has no tokens to compare with")
    return found.terms, *first, *second, target, reference


def _sorted(table: pd.DataFrame, score: str) -> pd.DataFrame:
    """Order by score falling, then term."""
    return table.sort_index().sort_values(score, ascending=False, kind="stable")


def _direction(difference, target, reference) -> np.ndarray:
    """Name the side on which a term is the more frequent; "" where it is neither."""
    names = np.array([as_label(reference), "", as_label(target)], dtype=object)
    return names[np.sign(difference).astype(int) + 1]


def log_likelihood(counts, target, reference=None, *, by="report", sizes=None) -> pd.DataFrame:
    """
    Score how strongly each term marks `target` against `reference`: Dunning's G².

    G² = 2 Σ O ln(O/E) over the *four* cells (term or other, target or reference), signed:
    positive where the term takes a larger share of `target`. No correction. This is quanteda's
    `textstat_keyness(measure = "lr", correction = "none")`; Rayson and Garside's calculator adds
    up two of the cells only and differs for frequent terms.

    For comparison with other tools. Read against χ², G² takes words for independent and calls
    about one in seven terms different between two random halves of one report
    (`contrast.split_placebo`), and one in fifteen where alike sections of two reports are exchanged;
    `contrast.compare` has the test that holds.

    Parameters
    ----------
    counts : Counts, or DataFrame of groups × terms
        Pass every counted term and select afterwards, or give `sizes` (tokens by group).
    target, reference : label, or list of labels
        Reference None takes all the others.

    Returns
    -------
    DataFrame, index `term`
        `n_target`, `n_reference`, `g2` (signed), `direction` (the side that has more); by `g2`
        falling, then term. A term absent from both scores 0.

    References
    ----------
    Dunning, T. (1993). Computational Linguistics 19(1), 61-74.
    Rayson, P. and Garside, R. (2000). Proceedings of the Workshop on Comparing Corpora, 1-6.

    Examples
    --------
    >>> counts = pd.DataFrame([[7, 3], [2, 7]], [2019, 2018], ["创新", "改革"])
    >>> log_likelihood(counts, 2019, 2018).g2.round(2).to_dict()
    {'创新': 4.53, '改革': -4.53}
    """
    terms, f1, n1, f2, n2, target, reference = _pair(counts, target, reference, by, sizes)
    score = estimators.g2(f1, f2, n1, n2)
    table = pd.DataFrame({
        "n_target": f1.astype(np.int64), "n_reference": f2.astype(np.int64), "g2": score + 0.0,
        "direction": _direction(score, target, reference),
    }, index=terms)
    return _sorted(table, "g2")


def log_ratio(
    counts, target, reference=None, *, by="report", cluster="auto", sizes=None, level=0.95
) -> pd.DataFrame:
    """
    Estimate log2 of the ratio of a term's rates, with an interval.

    One unit is a doubling. 0 hits stand as 0.5 (Hardie's Log Ratio); terms absent from both are
    left out.

    - A `Counts`, or a DataFrame with index (group, cluster): the interval and test of
      `contrast.against`, which know that hits come in clusters.
    - A DataFrame of groups × terms has no clusters to know: Katz's interval on the log scale,
      ± z √(1/f1 - 1/n1 + 1/f2 - 1/n2), too short for text (words are not independent).

    Returns
    -------
    DataFrame, index `term`
        `n_target`, `n_reference`, `log_ratio`, `low`, `high`, `variant` (how the interval was
        made); of clusters also `p`, `q`, `mde_ratio`. By `log_ratio` falling, then term.

    References
    ----------
    Hardie, A. (2014). Log Ratio, an informal introduction. CASS, Lancaster University.
    Katz, D., Baptista, J., Azen, S. P. and Pike, M. C. (1978). Biometrics 34(3), 469-474.

    Examples
    --------
    >>> counts = pd.DataFrame([[40, 960], [10, 990]], [2021, 2026], ["创新", "其他"])
    >>> table = log_ratio(counts, 2021, 2026)
    >>> table.loc[["创新"], ["log_ratio", "low", "high"]].round(2).to_numpy().tolist()[0]
    [2.0, 1.01, 2.99]
    """
    if is_clustered(counts):
        table = contrast.against(
            counts, target, reference, by=by, cluster=cluster, level=level, sizes=sizes)
        table.insert(5, "variant", "clusters: " + table.cluster)
        return table[["n_target", "n_reference", "log_ratio", "low", "high", "variant",
                      "p", "q", "mde_ratio"]]
    terms, f1, n1, f2, n2, *_ = _pair(counts, target, reference, by, sizes)
    estimate = estimators.log2_ratio(f1, n1, f2, n2)
    some1, some2 = np.where(f1 > 0, f1, 0.5), np.where(f2 > 0, f2, 0.5)
    error = np.sqrt(np.maximum(1 / some1 - 1 / n1 + 1 / some2 - 1 / n2, 0)) / np.log(2)
    reach = estimators.student(np.inf, level) * error
    table = pd.DataFrame({
        "n_target": f1.astype(np.int64), "n_reference": f2.astype(np.int64),
        "log_ratio": estimate, "low": estimate - reach, "high": estimate + reach,
        "variant": "Katz: words taken as independent",
    }, index=terms)
    return _sorted(table[f1 + f2 > 0], "log_ratio")


def log_odds(
    counts, target, reference=None, prior_total=PRIOR_TOTAL, *, by="report", sizes=None
) -> pd.DataFrame:
    """
    Shrink log-odds ratios with an informative Dirichlet prior ("fightin' words").

    With a = prior_total · f/n, f the term's hits and n the tokens of both sides together:
    δ = ln((f1+a)/(n1+a0-f1-a)) - ln((f2+a)/(n2+a0-f2-a)), a0 = prior_total,
    var ≈ 1/(f1+a) + 1/(f2+a), z = δ/√var. Natural logarithm. A term absent from both scores 0.

    z takes words for independent: it ranks well, it does not test (see `log_ratio`).

    Returns
    -------
    DataFrame, index `term`
        `n_target`, `n_reference`, `log_odds`, `z`, `direction`; by `z` falling, then term.

    References
    ----------
    Monroe, B. L., Colaresi, M. P. and Quinn, K. M. (2008). Political Analysis 16(4), 372-403,
    equations 15, 16, 20 to 23.

    Examples
    --------
    >>> counts = pd.DataFrame([[7, 3], [2, 7]], [2019, 2018], ["创新", "改革"])
    >>> log_odds(counts, 2019, 2018, prior_total=10).log_odds.round(3).to_dict()
    {'创新': 0.95, '改革': -0.95}
    """
    if not prior_total > 0:
        raise ValueError(f"prior_total is {prior_total!r}; give a positive number of pseudo-tokens")
    terms, f1, n1, f2, n2, target, reference = _pair(counts, target, reference, by, sizes)
    prior = prior_total * (f1 + f2) / (n1 + n2)
    one, two = f1 + prior, f2 + prior
    with np.errstate(divide="ignore", invalid="ignore"):
        delta = np.log(one / (n1 + prior_total - one)) - np.log(two / (n2 + prior_total - two))
        z = delta / np.sqrt(1 / one + 1 / two)
    seen = f1 + f2 > 0
    table = pd.DataFrame({
        "n_target": f1.astype(np.int64), "n_reference": f2.astype(np.int64),
        "log_odds": np.where(seen, delta, 0.0), "z": np.where(seen, z, 0.0),
        "direction": _direction(np.where(seen, delta, 0.0), target, reference),
    }, index=terms)
    return _sorted(table, "z")


def divergence_shift(
    counts, target, reference=None, *, by="report", cluster="auto", sizes=None,
    n_resamples=0, seed=0, level=0.95,
) -> pd.DataFrame:
    """
    Break the Jensen-Shannon divergence of two texts down to terms; the parts add up to it.

    contribution = ½ (p log2(p/m) + q log2(q/m)) with m = (p+q)/2, in bits, never negative; the
    sum over all terms is the divergence, 0 (the same) to 1 (nothing in common), also in
    `attrs["divergence"]`. p and q are shares of the terms of `counts` (the row sums), so that
    they add up to 1; pass every counted term, and select afterwards.

    Parameters
    ----------
    n_resamples : int
        Above 0, and with clusters in `counts`: percentile intervals `low`, `high` of the signed
        contribution (positive where the target has more) from redrawn clusters.

    Returns
    -------
    DataFrame, index `term`
        `share_target`, `share_reference`, `contribution`, `direction` (the text that has more),
        and `low`, `high` if asked for; by contribution falling, then term.

    References
    ----------
    Lin, J. (1991). IEEE Transactions on Information Theory 37(1), 145-151.
    Gallagher, R. J. et al. (2021). EPJ Data Science 10, 4 (word shifts).

    Examples
    --------
    >>> counts = pd.DataFrame([[8, 2], [5, 5]], [2021, 2026], ["改革", "创新"])
    >>> shift = divergence_shift(counts, 2021, 2026)
    >>> shift.contribution.round(4).to_dict(), shift.direction.to_dict()
    ({'创新': 0.0479, '改革': 0.0252}, {'创新': '2026', '改革': '2021'})
    """
    terms, f1, _, f2, _, target, reference = _pair(counts, target, reference, by, sizes)
    p, q = f1 / max(f1.sum(), 1), f2 / max(f2.sum(), 1)
    part = divergence_parts(p, q)
    table = pd.DataFrame({
        "share_target": p, "share_reference": q, "contribution": part,
        "direction": _direction(p - q, target, reference),
    }, index=terms)
    if n_resamples:
        limits = _shift_limits(counts, target, reference, by, cluster, n_resamples, seed, level)
        table = table.join(limits)
    table = _sorted(table, "contribution")
    table.attrs["divergence"] = float(part.sum())
    return table


def _shift_limits(counts, target, reference, by, cluster, n_resamples, seed, level):
    """Redraw clusters of both sides; return limits of the signed contributions by term."""
    sides = clusters(counts, by, cluster).sides(target, reference)
    table = uncertainty.bootstrap(
        sides, statistic=_signed_parts, names=["shift"], n_resamples=n_resamples, seed=seed,
        level=level)
    return table.set_index("term")[["low", "high"]]


def _signed_parts(rate: np.ndarray) -> np.ndarray:
    return (np.sign(rate[0] - rate[1]) * divergence_parts(rate[0], rate[1]))[None]
