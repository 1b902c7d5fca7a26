"""What a zero, a gap in the text and a small corpus leave possible."""

import numpy as np
import pandas as pd

from analysis.uncertainty.kernels import log2_ratio


def detection_limit(n_tokens, level=0.95, dispersion=1.0, visible=1.0):
    """
    Bound the rate of a term without a hit: 1 - (1-level)^(φ/n), about 3φ/n at 95%.

    The bound is one-sided and exact for independent tokens (φ = 1). Clustering leaves n/φ
    effective tokens. `visible` is the share of the term's hits that would still be readable
    (`visible_share`, times the share of the text that is present): the bound grows by its inverse.

    References
    ----------
    Hanley, J. A. and Lippman-Hand, A. (1983). JAMA 249(13), 1743-1745 (the rule of three).

    Examples
    --------
    >>> round(float(detection_limit(6000)) * 10_000, 2)
    4.99
    """
    n_tokens, visible = np.asarray(n_tokens, float), np.asarray(visible, float)
    effective = n_tokens / np.asarray(dispersion, float)
    return np.minimum(-np.expm1(np.log1p(-level) / effective) / visible, 1.0)


def visible_share(n_characters, destroyed):
    """
    Return the share of a word's hits that survive when a share of all characters is destroyed.

    (1-p)^L, each character lost on its own: the longer the term, the more of it is lost.

    Examples
    --------
    >>> visible_share([2, 8], 0.05).round(2).tolist()
    [0.9, 0.66]
    """
    return (1 - np.asarray(destroyed, float)) ** np.asarray(n_characters, float)


def minimum_detectable_ratio(
    hits, tokens, other_tokens, dispersion=1.0, other_dispersion=1.0, freedom=np.inf,
    power=0.8, alpha=0.05,
):
    """
    Return the smallest ratio of rates above 1 that a design would find.

    exp((t_{1-α/2} + t_{power}) · √(φ1/E1 + φ2/E2)), E the hits expected on either side if the
    `hits` in both together fell at one rate. A first-order figure: below 5 expected hits on a
    side it is too hopeful.

    Examples
    --------
    >>> round(float(minimum_detectable_ratio(100, 8000, 8000)), 2)
    1.75
    """
    from scipy import special

    share = tokens / (tokens + other_tokens)
    hits = np.maximum(np.asarray(hits, float), 1e-9)
    error = np.sqrt(dispersion / (hits * share) + other_dispersion / (hits * (1 - share)))
    freedom = np.where(freedom > 0, np.minimum(freedom, 1e9), np.nan)
    reach = special.stdtrit(freedom, 1 - alpha / 2) + special.stdtrit(freedom, power)
    return np.exp(np.minimum(reach * error, 700.0))


def damage_bounds(target, reference, n_target, n_reference, trust="exact"):
    """
    Bound a log ratio by what damage could have done to either count.

    The lowest ratio takes only trusted hits of the target against all that the reference may
    have held; the highest the reverse (0 hits stand as 0.5). Where the possible rates of the two
    overlap, damage alone could make the difference.

    Parameters
    ----------
    target, reference : DataFrame, index term
        Columns `untouched`, `restored_exact`, `restored_inferred`, `possible` (hits that gaps of
        the text may hide); absent columns are 0.
    trust : {"none", "exact", "inferred"}
        The weakest class of hits that is counted in any case.

    Returns
    -------
    DataFrame, index `term`
        `low_target`, `high_target`, `low_reference`, `high_reference` (counts), `log_ratio_low`,
        `log_ratio_high`, `damage_alone` (bool); by term.

    Examples
    --------
    >>> ours = pd.DataFrame({"untouched": [9], "possible": [2]}, index=["建成"])
    >>> theirs = pd.DataFrame({"untouched": [7], "restored_inferred": [3]}, index=["建成"])
    >>> damage_bounds(ours, theirs, 5000, 5000).damage_alone.tolist()
    [True]
    """
    classes = ["untouched", "restored_exact", "restored_inferred", "possible"]
    if trust not in ("none", "exact", "inferred"):
        raise ValueError(f"trust is {trust!r}; take 'none', 'exact' or 'inferred'")
    sure = classes[: 1 + ["none", "exact", "inferred"].index(trust)]
    terms = pd.Index(sorted(target.index.union(reference.index)), name="term")
    whole = [side.reindex(index=terms, columns=classes).fillna(0) for side in (target, reference)]
    low, high = [w[sure].sum(axis=1) for w in whole], [w.sum(axis=1) for w in whole]
    seen, most = [x.clip(lower=0.5) for x in low], [x.clip(lower=0.5) for x in high]
    table = pd.DataFrame({
        "low_target": low[0], "high_target": high[0],
        "low_reference": low[1], "high_reference": high[1],
        "log_ratio_low": log2_ratio(seen[0], n_target, most[1], n_reference),
        "log_ratio_high": log2_ratio(most[0], n_target, seen[1], n_reference),
    }, index=terms)
    table["damage_alone"] = ((low[0] / n_target <= high[1] / n_reference)
                             & (low[1] / n_reference <= high[0] / n_target))
    return table
