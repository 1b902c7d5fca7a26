"""
What reports lead to expect: subjects of sections, and scores of counts among many reports.

Two questions are scored in one way: the hits of one report among its peers of a year (negative binomial), and the
hits of the later of two reports among both (beta-binomial), given the change of all other places. Mean and spread of
each term come from the others, the report itself left out; the mid-p of its count is read as a normal score; and what
scores of reports that were drawn at random reach is fitted by Student's t in bands of hits, so that .05 is .05.

A subject is a distribution over terms; a section is a mixture of subjects. With mixtures in place of tokens as
the size of a section, a report that merely speaks more of forests is not said to use the words of forestry
more often. The estimand changes: a move of attention between subjects is no change of wording.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import sparse, special, stats

# Number of subjects, and sections that they are fitted on; see docs/methods.md.
SUBJECTS, SAMPLE, MIN_TOKENS = 40, 8_000, 60
STEPS = 40
# Each subject gives every term a little of its rate in the whole, so that no expectation is zero.
SMOOTH = 0.02
# A term and a report count towards a term's dispersion where the term has this many hits there: with one hit
# there is nothing to lie unevenly.
LEAST_HITS = 2
# Bands in which tails are fitted: of a pair's hits, and of the hits that peers lead to expect.
BANDS = (5, 10, 20, 40, 80)
EXPECTED = (0.1, 0.3, 1, 3, 10, 30)
# A term's own spread weighs as much as its band's when this many places have it.
BORROW = 10.0
# Below this many hits no count can stand out: the least p of 4 hits of which all fall on one side is .06.
MIN_HITS = 5


@dataclass(frozen=True)
class Subjects:
    """Rates of terms by subject (rows sum to 1 over `terms`), and the share of each subject."""

    rates: np.ndarray
    shares: np.ndarray
    terms: pd.Index

    @classmethod
    def fit(cls, counts, n: int = SUBJECTS, *, sample: int = SAMPLE, seed: int = 0) -> "Subjects":
        """
        Fit subjects to sections by expectation and maximisation (PLSA), on a sample of them; by share falling.

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
        return cls(rates[order], shares[order] / shares.sum(), counts.terms)

    @classmethod
    def read(cls, path: Path, terms: pd.Index) -> "Subjects":
        """Read what `write` wrote."""
        from pyarrow import parquet

        table = parquet.read_table(path)
        rows = np.column_stack([table[name].to_numpy() for name in table.column_names]).astype(float) ** 2
        rates = rows[:-1].T
        return cls(rates / rates.sum(axis=1, keepdims=True), rows[-1] / rows[-1].sum(), terms)

    def table(self) -> pd.DataFrame:
        """Rates of terms by subject, one row a term (float16 of the square root), and the shares."""
        rows = np.vstack([self.rates.T, self.shares[None]])
        return pd.DataFrame(np.sqrt(rows).astype(np.float16), columns=[f"s{k}" for k in range(rows.shape[1])])

    def mixtures(self, matrix, steps: int = 10) -> np.ndarray:
        """Say how much of each section (a row of the counts of `terms`) each subject is: rows sum to 1."""
        matrix = sparse.csr_array(matrix, dtype=float)
        cells, weights = matrix.tocoo(), np.repeat(self.shares[None], matrix.shape[0], axis=0)
        for _ in range(steps):
            ratio = cells.data / _mixed(cells, weights, self.rates)
            new = weights * (sparse.csr_array((ratio, (cells.row, cells.col)), cells.shape) @ self.rates.T)
            new += 0.5 * self.shares  # Half a word of the whole: a section of a few words is not sure what it is.
            weights = new / new.sum(axis=1, keepdims=True)
        return weights

    def expected(self, counts, terms) -> np.ndarray:
        """
        Hits of terms that the subjects of each section lead to expect, shape (n_units, n_terms).

        Rates times the tokens of each section: sizes, up to a constant of the term. What a section speaks of is judged
        without the term itself, so that a term does not explain its own hits; `counts` are by section, over `terms` of
        the model.
        """
        columns = self.terms.get_indexer(pd.Index(terms))
        known = columns >= 0
        weights = self.mixtures(counts.matrix)
        sizes = counts.sizes.to_numpy(float)[:, None]
        made = np.repeat(sizes, len(columns), axis=1)
        made[:, known] = (weights @ self.rates[:, columns[known]]) * sizes
        matrix = sparse.csr_array(counts.matrix)
        place = {column: at for at, column in zip(np.flatnonzero(known), columns[known], strict=True)}
        for row in range(matrix.shape[0]):
            self._without(made, row, matrix, weights[row], sizes[row, 0], place)
        return made

    def _without(self, made, row, matrix, weight, size, place, steps: int = 6) -> None:
        """Expectations of one section, each without its own term's hits: all of its terms at once."""
        here = slice(matrix.indptr[row], matrix.indptr[row + 1])
        codes, hits = matrix.indices[here], matrix.data[here].astype(float)
        own = np.array([k for k, code in enumerate(codes) if code in place], int)
        if not len(own) or not hits.sum():
            return
        rates = self.rates[:, codes]  # subjects × terms of the section
        left = np.repeat(hits[None], len(own), axis=0)
        left[np.arange(len(own)), own] = 0.0
        weights = np.repeat(weight[None], len(own), axis=0)
        for _ in range(steps):
            new = weights * ((left / np.maximum(weights @ rates, 1e-300)) @ rates.T) + 0.5 * self.shares
            weights = new / new.sum(axis=1, keepdims=True)
        made[row, [place[codes[k]] for k in own]] = np.einsum("ik,ki->i", weights, rates[:, own]) * size

    def dispersions(self, counts) -> dict:
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
        chosen = (counts.units["function"].astype(str) != "other").to_numpy()
        weights = self.mixtures(counts.matrix)
        keys = counts.units["report"].astype(str) + "/" + counts.units["function"].astype(str)
        for rows in pd.Series(np.flatnonzero(chosen)).groupby(keys[chosen].to_numpy()).apply(np.asarray):
            if len(rows) < 3:
                continue
            part = sparse.csr_array(counts.matrix[rows])
            total = np.asarray(part.sum(axis=0)).ravel()
            columns = np.flatnonzero(total >= LEAST_HITS)
            cells, sizes = part[:, columns].toarray(), counts.sizes.to_numpy(float)[rows][:, None]
            wanted = weights[rows] @ self.rates[:, columns] * sizes
            hits, variance, *_ = moments(cells, sizes)
            _, taken, *_ = moments(cells, wanted)
            sums[:, columns] += np.stack([hits, variance, hits, taken, np.ones(len(columns))])
        with np.errstate(invalid="ignore", divide="ignore"):
            return {"phi": sums[1] / sums[0], "phi_subject": sums[3] / sums[2], "phi_reports": sums[4].astype(int)}


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


def scores_of_rates(hits, sizes) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """
    Score each report's hits against the other reports, the report itself left out.

    Parameters
    ----------
    hits, sizes : arrays, shape (n_reports, n_terms)
        Sizes may be tokens (one column) or expected hits.

    Returns
    -------
    score, expected, spread : arrays, shape (n_reports, n_terms)
        Normal scores, hits expected from the others, and their relative variance between reports (1/k of a
        negative binomial).
    """
    hits, sizes = np.asarray(hits, float), np.broadcast_to(np.asarray(sizes, float), np.shape(hits))
    products = {"x": hits, "n": sizes, "xx": hits**2, "xn": hits * sizes, "nn": sizes**2}
    total = {name: product.sum(axis=0) - product for name, product in products.items()}
    rate = (total["x"] + 0.5) / np.maximum(total["n"], 1e-300)
    over = total["xx"] - 2 * rate * total["xn"] + rate**2 * total["nn"] - rate * total["n"]
    spread = over / np.maximum(rate**2 * total["nn"], 1e-300)
    expected = rate * sizes
    spread = _shrunk(spread, hits.sum(axis=0), (hits > 0).sum(axis=0))
    wide = spread + 1 / (total["x"] + 0.5)  # The mean is known as well as the others' hits tell it.
    return _nb_score(hits, expected, wide), expected, spread


def scores_of_changes(before, after, size_before, size_after) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """
    Score each place's change against the changes of the other places, the place itself left out.

    Parameters
    ----------
    before, after, size_before, size_after : arrays, shape (n_places, n_terms)

    Returns
    -------
    score, ratio, spread : arrays, shape (n_places, n_terms)
        Normal scores, the others' pooled ratio of rates (Mantel-Haenszel), and the correlation ρ of hits within
        a pair of reports beyond chance.
    """
    shape = np.shape(before)
    x0, x1 = np.asarray(before, float), np.asarray(after, float)
    n0, n1 = (np.broadcast_to(np.asarray(n, float), shape) for n in (size_before, size_after))
    both = np.maximum(n0 + n1, 1e-300)
    up, down = x1 * n0 / both, x0 * n1 / both
    others = up.sum(axis=0) - up + 0.25, down.sum(axis=0) - down + 0.25
    ratio = others[0] / others[1]
    total = x0 + x1
    share = n1 / np.maximum(n0 + n1 * 1.0, 1e-300)
    rho = np.empty(shape)
    for row in range(shape[0]):
        odds = share / np.maximum(1 - share, 1e-12) * ratio[row]
        p = odds / (1 + odds)
        even = total * p * (1 - p)
        extra, room = (x1 - total * p) ** 2 - even, (total - 1) * even
        keep = (np.arange(shape[0]) != row)[:, None] & (total > 1)
        rho[row] = (extra * keep).sum(axis=0) / np.maximum((room * keep).sum(axis=0), 1e-9)
    rho = np.clip(_shrunk(rho, total.sum(axis=0) / 2, (total > 1).sum(axis=0)), 0, 0.9)
    odds = share / np.maximum(1 - share, 1e-12) * ratio
    p = odds / (1 + odds)
    hits = total.sum(axis=0) - total + 1
    mean_total = hits / max(shape[0] - 1, 1)
    unsure = (1 + rho * mean_total) / np.maximum(hits, 1) / np.maximum(p * (1 - p), 1e-3)
    wide = np.clip(rho + p * (1 - p) * unsure, 1e-6, 0.95)
    return _bb_score(x1, total, p, wide), ratio, rho


def pooled(before, after, size_before, size_after) -> dict[str, np.ndarray]:
    """
    Pool the changes of places, which are what was drawn: ratio, 95% interval and p of each term.

    Mantel and Haenszel's ratio; its variance comes from the places' parts of the estimating equation, each with
    the leverage of its weight (as `uncertainty` does with sections).

    Examples
    --------
    >>> found = pooled(np.full((20, 1), 4), np.full((20, 1), 8), 100.0, 100.0)
    >>> round(float(found["ratio"][0]), 6), bool(found["p"][0] < 1e-6)
    (2.0, True)
    """
    shape = np.shape(before)
    x0, x1 = np.asarray(before, float), np.asarray(after, float)
    n0, n1 = (np.broadcast_to(np.asarray(n, float), shape) for n in (size_before, size_after))
    up, down = x1 * n0 / (n0 + n1), x0 * n1 / (n0 + n1)
    a, b = up.sum(axis=0), down.sum(axis=0)
    ratio = np.maximum(a, 0.25) / np.maximum(b, 0.25)
    weight = (up + down) / np.maximum(a + b, 1e-300)
    part = (up - ratio * down) / np.maximum(1 - weight, 0.05)
    # One hit of chance each way: terms that no place moved are not known without error.
    spread = (part**2).sum(axis=0) + ratio * 0.5
    error = np.sqrt(spread) / np.maximum((a + ratio * b) / 2, 0.25)
    freedom = np.clip(1 / np.maximum((weight**2).sum(axis=0), 1e-9) - 1, 1, None)
    reach = special.stdtrit(freedom, 0.975) * error
    p = 2 * special.stdtr(freedom, -np.abs(np.log(ratio)) / error)
    return {"ratio": ratio, "low": ratio * np.exp(-reach), "high": ratio * np.exp(reach), "p": p}


def _shrunk(spread, hits, places):
    """Draw each term's spread towards that of terms as frequent as it, as far as few places have it."""
    band = np.digitize(hits / max(len(spread), 1), (0.5, 1, 2, 4, 8, 16, 32))
    out = np.array(spread)
    for k in np.unique(band):
        here = band == k
        centre = np.clip(np.average(spread[:, here], axis=1, weights=np.maximum(hits[here], 1e-9)), 0, None)
        weight = places[here] / (places[here] + BORROW)
        out[:, here] = weight * spread[:, here] + (1 - weight) * centre[:, None]
    return np.maximum(out, 1e-3)


def _nb_score(hits, mean, spread) -> np.ndarray:
    """Normal score of the mid-p of a negative binomial count: mean μ, variance μ + μ² · spread."""
    k = 1 / spread
    chance = k / (k + mean)
    upto = special.betainc(k, hits + 1, chance)
    below = np.where(hits > 0, special.betainc(k, np.maximum(hits, 1), chance), 0.0)
    over = special.betaincc(k, hits + 1, chance)
    return _score(below, upto, over)


def _bb_score(hits, total, p, rho) -> np.ndarray:
    """Normal score of the mid-p of a beta-binomial count: mean Tp, correlation ρ."""
    a, b = p * (1 / rho - 1), (1 - p) * (1 / rho - 1)
    here = total > 0
    out = np.zeros(np.shape(hits))
    x, n, a, b = (v[here] for v in np.broadcast_arrays(hits, total, a, b))
    mass = stats.betabinom.pmf(x, n, a, b)
    # The shorter side is summed: most totals are small.
    lower = x <= n / 2
    below = np.zeros(len(x))
    for at in range(0, len(x), 1 << 18):
        part = slice(at, at + (1 << 18))
        below[part] = _summed(np.where(lower, x, n - x)[part], n[part], np.where(lower, a, b)[part],
                              np.where(lower, b, a)[part])  # fmt: skip
    # `below` is the chance of fewer hits on the shorter side.
    tail = below + mass / 2
    score = special.ndtri(np.clip(tail, 1e-15, 1 - 1e-15))
    out[here] = np.where(lower, score, -score)
    return out


def _summed(x, n, a, b) -> np.ndarray:
    """P(X < x) of beta-binomials with x up to n/2, by the recurrence of their masses."""
    log = special.betaln(a, n + b) - special.betaln(a, b)
    mass, total = np.exp(log), np.zeros(len(x))
    most = int(x.max(initial=0))
    for k in range(most):
        live = k < x
        if not live.any():
            break
        total[live] += mass[live]
        mass = mass * (n - k) / (k + 1) * (k + a) / np.maximum(n - k - 1 + b, 1e-300)
    return np.minimum(total, 1.0)


def _score(below, upto, over) -> np.ndarray:
    """Normal score of a mid-p, each tail from its own side so that far ones keep their digits."""
    middle = (below + upto) / 2
    upper = (over + (1 - below)) / 2
    low = special.ndtri(np.clip(middle, 1e-15, 1))
    high = -special.ndtri(np.clip(upper, 1e-15, 1))
    return np.where(middle < 0.5, low, high)


# Fewer scores do not show their .995 point; the band then takes that of all.
MIN_SCORES = 400


@dataclass(frozen=True)
class Tail:
    """Scale and degrees of freedom of scores by band of hits: what reports drawn at random reach."""

    edges: tuple[float, ...]
    scale: np.ndarray
    freedom: np.ndarray

    @classmethod
    def fit(cls, score, hits, edges=BANDS) -> "Tail":
        """
        Fit Student's t to the sizes of scores, band by band, at the .95 and .995 points.

        Parameters
        ----------
        score, hits : arrays of the same shape
            Scores of reports that are not the one in question, and the hits they rest on.
        """
        score, hits = np.abs(np.ravel(score)), np.ravel(np.broadcast_to(hits, np.shape(score)))
        frees = np.array([3, 4, 5, 6, 8, 10, 15, 20, 30, 60, 1e6])
        wanted = special.stdtrit(frees, 0.9975) / special.stdtrit(frees, 0.975)
        scale, freedom = [], []
        everything = score[hits >= edges[0]]
        for low, high in zip(edges, (*edges[1:], np.inf), strict=True):
            here = score[(hits >= low) & (hits < high)]
            here = here if len(here) >= MIN_SCORES else everything
            near, far = np.quantile(here if len(here) else [1.0], [0.95, 0.995])
            best = np.abs(wanted - far / max(near, 1e-9)).argmin()
            freedom.append(frees[best])
            scale.append(max(near, 1e-9) / special.stdtrit(frees[best], 0.975))
        return cls(tuple(edges), np.array(scale), np.array(freedom))

    def p(self, score, hits) -> np.ndarray:
        """Two-sided p of scores of terms with so many hits."""
        band = self._band(hits)
        return 2 * special.stdtr(self.freedom[band], -np.abs(score) / self.scale[band])

    def critical(self, hits, alpha: float = 0.05) -> np.ndarray:
        """Score that is reached with probability `alpha`."""
        band = self._band(hits)
        return self.scale[band] * special.stdtrit(self.freedom[band], 1 - alpha / 2)

    def _band(self, hits) -> np.ndarray:
        return np.clip(np.digitize(hits, self.edges) - 1, 0, len(self.scale) - 1)
