"""Hits that come in clusters, drawn from a model: what the intervals and tests are tried on."""

import numpy as np
import pandas as pd
from scipy import sparse

from analysis.counts import Counts

# Tokens of a simulated report; large, because its thousands of terms are drawn side by side.
TOKENS = 8_000_000


def clusters(rng, n, spread):
    """Sizes of n clusters, unequal (log-normal)."""
    size = np.exp(rng.normal(0, spread, n))
    return np.round(size * TOKENS / size.sum())


def hits(rng, mean, sizes, tau):
    """Hits of many terms: Poisson with a gamma factor a cluster and term, of deviation tau."""
    shape = (len(sizes), len(mean))
    factor = rng.gamma(tau**-2, tau**2, shape) if tau else np.ones(shape)
    return rng.poisson(mean * (sizes / sizes.sum())[:, None] * factor)


def frame(*reports):
    """Lay reports, each (hits, sizes), one under the other, with their sizes."""
    place = [(f"r{i}", j) for i, (x, _) in enumerate(reports) for j in range(len(x))]
    index = pd.MultiIndex.from_tuples(place, names=["report", "section"])
    sizes = pd.Series(np.concatenate([s for _, s in reports]), index)
    return pd.DataFrame(np.vstack([x for x, _ in reports]), index), sizes


def units(n_sections, per_section=3, seed=0):
    """A `Counts` of one report a number in n_sections, by paragraph."""
    rng = np.random.default_rng(seed)
    rows = [(f"r{i}", "tasks" if s % 2 else "review", s, s * per_section + k)
            for i, n in enumerate(n_sections) for s in range(n) for k in range(per_section)]
    table = pd.DataFrame(rows, columns=["report", "function", "section", "paragraph"])
    matrix = rng.poisson(1, (len(rows), 6)).astype(np.int32)
    table["n_tokens"] = matrix.sum(axis=1) + 40
    return Counts(sparse.csr_array(matrix), table, pd.Index(list("甲乙丙丁戊己"), name="term"))
