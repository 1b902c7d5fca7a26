"""The question before all words: do two texts differ as wholes, more than their sections do?"""

import numpy as np
import pandas as pd

from analysis import keyness
from analysis.uncertainty.design import clusters


def shuffled(counts, target, reference, n_shuffles=999, seed=0, cluster="auto") -> dict:
    """
    Ask whether two texts differ as wholes: shuffle their sections between them.

    If the sections of both came from one text, any division of them would do as well. The
    statistic is the Jensen-Shannon divergence (bits) of the counted terms. A division fills one
    side with sections in random order up to its own number of words: divergence grows as a side
    gets smaller, so sizes are kept.

    Returns
    -------
    dict
        `divergence`, `expected` (mean of the shuffles), `low`, `high` (their middle 95%), `p`
        (share of divisions at least as divergent, the observed one counted), `n_shuffles`.

    References
    ----------
    Good, P. (2005). Permutation, Parametric and Bootstrap Tests of Hypotheses. Springer.
    """
    design = clusters(counts, "report", cluster).sides(target, reference)
    kept = design.sizes > 0
    matrix, sizes = design.matrix[kept].toarray().astype(np.float32), design.sizes[kept]
    first = design.member[kept] == 0
    if min(first.sum(), (~first).sum()) < 2:
        raise ValueError("a side has fewer than two sections: nothing to shuffle")
    rng = np.random.default_rng(seed)
    order = rng.permuted(np.tile(np.arange(len(sizes)), (n_shuffles, 1)), axis=1)
    middle = np.cumsum(sizes[order], axis=1) - sizes[order] / 2
    drawn = np.zeros((n_shuffles, len(sizes)), np.float32)
    np.put_along_axis(drawn, order, (middle <= sizes[first].sum()).astype(np.float32), axis=1)
    drawn = drawn[(drawn.sum(axis=1) > 0) & (drawn.sum(axis=1) < len(sizes))]
    one, both = np.vstack([first, drawn]).astype(np.float32) @ matrix, matrix.sum(axis=0)
    p, q = one / one.sum(axis=1, keepdims=True), both - one
    values = keyness.divergence_parts(p, q / q.sum(axis=1, keepdims=True)).sum(axis=1)
    observed, others = float(values[0]), values[1:]
    low, high = np.quantile(others, [0.025, 0.975])
    return {"divergence": observed, "expected": float(others.mean()), "low": float(low),
            "high": float(high), "p": float((1 + (others >= observed).sum()) / (1 + len(others))),
            "n_shuffles": len(others)}  # fmt: skip


def apart(counts, reports, n_shuffles: int = 999, seed: int = 0) -> pd.DataFrame:
    """Make `shuffled` for every pair of reports: `a`, `b` and its results; pairs in order."""
    rows = []
    for k, one in enumerate(reports):
        for other in list(reports)[k + 1 :]:
            try:
                rows.append({"a": one, "b": other,
                             **shuffled(counts, one, other, n_shuffles, seed)})  # fmt: skip
            except (KeyError, ValueError):
                continue
    columns = ["a", "b", "divergence", "expected", "low", "high", "p", "n_shuffles"]
    return pd.DataFrame(rows, columns=columns)
