"""
A contrast with its subjects taken out: is a term said more often than what the sections speak of leads to expect?

Both estimands stand side by side. A report that gives a second section to forestry says 造林 more often (the whole
change); where it says it as often as sections on forestry do, nothing changed within subjects.
"""

import numpy as np
import pandas as pd
from scipy import sparse

from analysis.contrast import exchange
from analysis.counts import Counts
from analysis.reference import subjects
from analysis.uncertainty import MIN_COUNT, estimators, false_discovery

# What the reference knows of a term's unevenness counts as this many degrees of freedom; see docs/methods.md.
PRIOR_FREEDOM = 24.0


def within_subjects(country, found, *, level: float = 0.95) -> pd.DataFrame:
    """
    Lay the change within subjects beside the whole change of a contrast.

    Expected hits of each section take the place of its tokens; the term's unevenness is that of the two sides and of
    the reference (φ with its subject taken out) together. Chance is what exchanges of alike sections make of it, as
    in the contrast itself.

    Parameters
    ----------
    country : Reference
    found : Contrast
        From `contrast.compare`, with exchanges.
    level : float
        Of the intervals.

    Returns
    -------
    DataFrame, index `term`
        `n_target`, `n_reference`, `log_ratio`, `p`, `q` (the whole change, as in the table), `log_ratio_within`,
        `within_low`, `within_high` (base 2: hits over expected hits, target over reference), `within_p`, `within_q`;
        terms of `MIN_COUNT` hits that the reference has, by `within_p`, then term. Empty, with the reason in
        `attrs["why"]`, where the contrast has no exchanges.
    """
    columns = ["n_target", "n_reference", "log_ratio", "p", "q", "log_ratio_within", "within_low", "within_high",
               "within_p", "within_q"]  # fmt: skip
    if found.null is None or found.null.divisions is None:
        table = pd.DataFrame(columns=columns, index=pd.Index([], name="term"))
        table.attrs["why"] = "Too few sections are alike on both sides to exchange them."
        return table
    design, divisions = found.null.parts.design, found.null.divisions
    known = np.flatnonzero(design.terms.isin(country.names))
    matrix = sparse.csr_array(design.matrix)[:, known]
    names = pd.Index(design.terms[known])
    hits = np.asarray(matrix.sum(axis=0)).ravel()
    tested = np.flatnonzero(hits >= MIN_COUNT)
    units = pd.DataFrame({"n_tokens": design.sizes})
    chosen = Counts(matrix, units, names).select(country.names)
    wanted = subjects.expected(chosen, country.subjects, names[tested])
    prior = country.terms["phi_subject"].to_numpy()[country.names.get_indexer(names[tested])]
    prior = np.where(np.isnan(prior), np.nanmedian(country.terms["phi_subject"]), prior)
    cells = matrix[:, tested].toarray().astype(float)
    target, reference = (_side(side, cells, wanted, prior) for side in (divisions, ~divisions))
    scores = np.nan_to_num(estimators.ratio_score(target, reference))
    null = exchange.Null(scores, hits[tested])
    one, two = (estimators.Side(*(array[0] for array in side)) for side in (target, reference))
    low, high = estimators.ratio_interval(one, two, null.reach(hits[tested], level))
    p = null.p(scores[0], hits[tested])
    with np.errstate(divide="ignore"):
        table = pd.DataFrame({
            "log_ratio_within": estimators.log2_ratio(one.hits, one.tokens, two.hits, two.tokens),
            "within_low": np.log2(low), "within_high": np.log2(high), "within_p": p, "within_q": false_discovery(p),
        }, index=names[tested].rename("term"))  # fmt: skip
    table = found.table[columns[:5]].join(table, how="inner")[columns]
    table = table.sort_index().sort_values("within_p", kind="stable")
    table.attrs["notes"] = [f"{len(table)} terms of {MIN_COUNT} hits that the reference has; "
                            f"{len(divisions) - 1} exchanges of {found.n_groups} groups of alike sections"]  # fmt: skip
    return table


def _side(member, cells, wanted, prior) -> estimators.Side:
    """Hits, variance, expected hits and degrees of freedom of one side of every division."""
    member = member.astype(float)
    hits, size = member @ cells, np.maximum(member @ wanted, 1e-9)
    rate, square = hits / size, member @ wanted**2
    spread = member @ cells**2 - 2 * rate * (member @ (cells * wanted)) + rate**2 * square
    share = np.clip(square / size**2, 1e-9, 1)
    spread = np.maximum(spread, 0) / np.maximum(1 - share, 0.05)
    dof = 1 / share - 1
    variance = (dof * spread + PRIOR_FREEDOM * prior * hits) / (dof + PRIOR_FREEDOM)
    return estimators.Side(hits, variance, size, dof + PRIOR_FREEDOM)
