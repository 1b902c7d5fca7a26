"""
What sections speak of, so that a term's hits can be compared with those that its subject leads to expect.

A subject is a distribution over terms; a section is a mixture of subjects. With mixtures in place of tokens as
the size of a section, a report that merely speaks more of forests is not said to use the words of forestry
more often. The estimand changes: a move of attention between subjects is no change of wording.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import sparse

# Number of subjects, and sections that they are fitted on; see docs/methods.md.
SUBJECTS, SAMPLE, MIN_TOKENS = 40, 8_000, 60
STEPS = 40
# Each subject gives every term a little of its rate in the whole, so that no expectation is zero.
SMOOTH = 0.02
# A term and a report count towards a term's dispersion where the term has this many hits there: with one hit
# there is nothing to lie unevenly.
LEAST_HITS = 2


@dataclass(frozen=True)
class Subjects:
    """Rates of terms by subject (rows sum to 1 over `terms`), and the share of each subject."""

    rates: np.ndarray
    shares: np.ndarray
    terms: pd.Index


def fit(counts, n: int = SUBJECTS, *, sample: int = SAMPLE, seed: int = 0) -> Subjects:
    """
    Fit subjects to sections by expectation and maximisation (PLSA), on a sample of them.

    Parameters
    ----------
    counts : Counts
        By section.
    n : int
        Subjects.
    sample : int
        Sections of at least `MIN_TOKENS` tokens that are drawn.
    seed : int

    Returns
    -------
    Subjects
        By share falling.

    References
    ----------
    Hofmann, T. (1999). Probabilistic latent semantic indexing. SIGIR 22, 50-57.
    """
    random = np.random.default_rng(seed)
    long = np.flatnonzero(counts.sizes.to_numpy() >= MIN_TOKENS)
    rows = np.sort(random.choice(long, min(sample, len(long)), replace=False))
    matrix = sparse.csr_array(counts.matrix[rows], dtype=float)
    whole = np.asarray(matrix.sum(axis=0)).ravel() + 0.1
    whole /= whole.sum()
    start = rows[:0] if len(rows) < n else random.choice(len(rows), n, replace=False)
    rates = np.repeat(whole[None], n, axis=0)
    for k, row in enumerate(start):
        rates[k] = 0.5 * whole + 0.5 * matrix[[row]].toarray()[0] / max(matrix[[row]].sum(), 1)
    weights = np.full((len(rows), n), 1.0 / n)
    cells = matrix.tocoo()
    for _ in range(STEPS):
        weights, rates = _step(cells, weights, rates, whole)
    shares = weights.T @ np.asarray(matrix.sum(axis=1)).ravel()
    order = np.argsort(-shares, kind="stable")
    return Subjects(rates[order], shares[order] / shares.sum(), counts.terms)


def _step(cells, weights, rates, whole):
    """One step: mixtures and rates that explain the cells better than the last ones did."""
    ratio = cells.data / _mixed(cells, weights, rates)
    scaled = sparse.csr_array((ratio, (cells.row, cells.col)), cells.shape)
    new = weights * (scaled @ rates.T)
    grown = rates * (scaled.T @ weights).T
    grown += SMOOTH * grown.sum(axis=1, keepdims=True) * whole
    return (new / np.maximum(new.sum(axis=1, keepdims=True), 1e-300),
            grown / np.maximum(grown.sum(axis=1, keepdims=True), 1e-300))  # fmt: skip


def _mixed(cells, weights, rates, stride: int = 1 << 15) -> np.ndarray:
    """Expected share of each cell, as many cells at a time as a processor's cache holds."""
    out = np.empty(len(cells.data))
    weights, by_term = np.asarray(weights, np.float32), np.ascontiguousarray(rates.T, np.float32)
    for at in range(0, len(out), stride):
        here = slice(at, at + stride)
        out[here] = np.einsum("ik,ik->i", weights[cells.row[here]], by_term[cells.col[here]])
    return np.maximum(out, 1e-300)


def mixtures(matrix, model: Subjects, steps: int = 10) -> np.ndarray:
    """
    Say how much of each section each subject is: rows sum to 1.

    Parameters
    ----------
    matrix : sparse array, shape (n_sections, n_terms)
        Columns are the terms of the model.
    """
    matrix = sparse.csr_array(matrix, dtype=float)
    cells, weights = matrix.tocoo(), np.repeat(model.shares[None], matrix.shape[0], axis=0)
    for _ in range(steps):
        ratio = cells.data / _mixed(cells, weights, model.rates)
        new = weights * (sparse.csr_array((ratio, (cells.row, cells.col)), cells.shape) @ model.rates.T)
        new += 0.5 * model.shares  # Half a word of the whole: a section of a few words is not sure what it is.
        weights = new / new.sum(axis=1, keepdims=True)
    return weights


def expected(counts, model: Subjects, terms=None, *, apart: bool = True) -> np.ndarray:
    """
    Hits that the subjects of each section lead to expect, shape (n_units, n_terms).

    Parameters
    ----------
    counts : Counts
        By section, over the terms of the model (`Counts.select(model.terms)`).
    terms : Index, optional
        Which terms to expect; all of the model by default.
    apart : bool
        What a section speaks of is judged without the term itself, so that a term does not explain its own hits.

    Returns
    -------
    array of float
        Rates of the model times the tokens of each section: sizes, up to a constant of the term.
    """
    terms = model.terms if terms is None else pd.Index(terms)
    columns = model.terms.get_indexer(terms)
    known = columns >= 0
    weights = mixtures(counts.matrix, model)
    sizes = counts.sizes.to_numpy(float)[:, None]
    made = np.repeat(sizes, len(terms), axis=1)
    rates = model.rates[:, columns[known]]
    made[:, known] = (weights @ rates) * sizes
    if apart:
        matrix = sparse.csr_array(counts.matrix)
        place = {column: at for at, column in zip(np.flatnonzero(known), columns[known], strict=True)}
        for row in range(matrix.shape[0]):
            _without(made, row, matrix, weights[row], sizes[row, 0], model, place)
    return made


def _without(made, row, matrix, weight, size, model, place, steps: int = 6) -> None:
    """Expectations of one section, each without its own term's hits: all of its terms at once."""
    here = slice(matrix.indptr[row], matrix.indptr[row + 1])
    codes, hits = matrix.indices[here], matrix.data[here].astype(float)
    own = np.array([k for k, code in enumerate(codes) if code in place], int)
    if not len(own) or not hits.sum():
        return
    rates = model.rates[:, codes]  # subjects × terms of the section
    left = np.repeat(hits[None], len(own), axis=0)
    left[np.arange(len(own)), own] = 0.0
    weights = np.repeat(weight[None], len(own), axis=0)
    for _ in range(steps):
        new = weights * ((left / np.maximum(weights @ rates, 1e-300)) @ rates.T) + 0.5 * model.shares
        weights = new / new.sum(axis=1, keepdims=True)
    made[row, [place[codes[k]] for k in own]] = np.einsum("ik,ki->i", weights, rates[:, own]) * size


def moments(matrix, sizes) -> tuple[np.ndarray, ...]:
    """
    Hits, their variance over sections, and sizes, of one report; `sizes` may differ by term.

    Formulas of `uncertainty`: V = Σ (x - pL)² / (1 - h), p = ΣX/ΣL, h = L/ΣL; freedom by Satterthwaite.

    Returns
    -------
    hits, variance, size, freedom : arrays, shape (n_terms,)

    Examples
    --------
    >>> found = moments(np.array([[1], [3], [1], [3]]), np.full((4, 1), 100.0))
    >>> [round(float(x[0]), 3) for x in found]
    [8.0, 5.333, 400.0, 3.0]
    """
    matrix = matrix.toarray() if sparse.issparse(matrix) else np.asarray(matrix, float)
    sizes = np.broadcast_to(np.asarray(sizes, float), matrix.shape)
    hits, size = matrix.sum(axis=0), sizes.sum(axis=0)
    share = sizes / np.maximum(size, 1e-300)
    spare = np.where(share < 1 - 1e-12, 1 - share, np.inf)
    variance = ((matrix - hits / np.maximum(size, 1e-300) * sizes) ** 2 / spare).sum(axis=0)
    lever = share**2 / spare
    square = (share**2).sum(axis=0) + lever.sum(axis=0) ** 2 - (lever**2).sum(axis=0)
    freedom = np.where(lever.sum(axis=0) > 0, 1 / np.maximum(square, 1e-300), 0.0)
    return hits, variance, size, freedom


def dispersions(counts, model: Subjects, functions=("review", "guiding", "tasks", "self-government")) -> dict:
    """
    How unevenly each term lies over the sections of a part of a report, pooled over reports.

    φ = ΣV / ΣX over reports with `LEAST_HITS` hits of the term in the part; 1 if words fell one by one.

    Returns
    -------
    dict of array
        `phi` (sections sized by tokens), `phi_subject` (sized by expected hits), `phi_reports` (reports that the
        figures rest on); NaN where there are none.
    """
    sums = np.zeros((5, len(counts.terms)))
    chosen = counts.units["function"].astype(str).isin(functions).to_numpy()
    weights = mixtures(counts.matrix, model)
    keys = counts.units["report"].astype(str) + "/" + counts.units["function"].astype(str)
    for rows in pd.Series(np.flatnonzero(chosen)).groupby(keys[chosen].to_numpy()).apply(np.asarray):
        if len(rows) < 3:
            continue
        part = sparse.csr_array(counts.matrix[rows])
        total = np.asarray(part.sum(axis=0)).ravel()
        columns = np.flatnonzero(total >= LEAST_HITS)
        cells, sizes = part[:, columns].toarray(), counts.sizes.to_numpy(float)[rows][:, None]
        wanted = weights[rows] @ model.rates[:, columns] * sizes
        hits, variance, *_ = moments(cells, sizes)
        _, taken, *_ = moments(cells, wanted)
        sums[:, columns] += np.stack([hits, variance, hits, taken, np.ones(len(columns))])
    with np.errstate(invalid="ignore", divide="ignore"):
        return {"phi": sums[1] / sums[0], "phi_subject": sums[3] / sums[2], "phi_reports": sums[4].astype(int)}


def write(model: Subjects, path: Path) -> None:
    """Write rates of terms by subject, one row a term (float16 of the square root), and the shares."""
    import pyarrow as pa
    from pyarrow import parquet

    rows = np.vstack([model.rates.T, model.shares[None]])
    columns = {f"s{k}": np.sqrt(rows[:, k]).astype(np.float16) for k in range(rows.shape[1])}
    parquet.write_table(pa.table(columns), path, compression="zstd", compression_level=19)


def read(path: Path, terms: pd.Index) -> Subjects:
    """Read what `write` wrote."""
    from pyarrow import parquet

    table = parquet.read_table(path)
    rows = np.column_stack([table[name].to_numpy() for name in table.column_names]).astype(float) ** 2
    rates = rows[:-1].T
    return Subjects(rates / rates.sum(axis=1, keepdims=True), rows[-1] / rows[-1].sum(), terms)
