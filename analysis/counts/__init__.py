"""How often each term stands in each unit: a sparse matrix with named rows and columns."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from analysis.tokens import COUNTED
from analysis.wordform import fold

# What identifies a unit, in this order. A section whose paragraphs differ in function gives one
# row a function, so that nothing counted under `tasks` was said in a review.
UNITS = {
    "paragraph": ["report", "function", "section", "paragraph"],
    "section": ["report", "function", "section"],
    "report": ["report"],
}


# Cells that are gone through at a time, so that no second array of all of them is needed.
STRIDE = 1 << 20


@dataclass(frozen=True)
class Counts:
    """
    Counts of terms by unit; every method gives a new table and changes nothing.

    Attributes
    ----------
    matrix : scipy.sparse.csr_array of int32, shape (n_units, n_terms)
    units : DataFrame, one row a row of the matrix
        `report`, `function`, `section`, `paragraph` as far as the unit has them, and `n_tokens`:
        all words, numbers and Latin tokens of the unit, stop words and rare terms included.
    terms : Index of str, sorted
    """

    matrix: sparse.csr_array
    units: pd.DataFrame
    terms: pd.Index

    @property
    def sizes(self) -> pd.Series:
        """Tokens of each unit: the denominator of every rate."""
        return self.units["n_tokens"]

    def regroup(self, by: str | list[str]) -> "Counts":
        """
        Add up units that agree in some columns; groups keep the order of the first of them.

        >>> tokens = _example()
        >>> count(tokens, "paragraph").regroup("report").frame().equals(
        ...     count(tokens, "report").frame())
        True
        """
        by = [by] if isinstance(by, str) else list(by)
        groups = self.units.groupby(by, sort=False, observed=True, dropna=False).ngroup()
        units = self.units.loc[~groups.duplicated(), by].reset_index(drop=True)
        units["n_tokens"] = _sum(groups, self.sizes, len(units))
        shape = (len(units), len(self.units))
        adder = sparse.csr_array((np.ones(shape[1], np.int32), (groups, range(shape[1]))), shape)
        return Counts(_csr(adder @ self.matrix), units, self.terms)

    def select(self, terms: Iterable[str]) -> "Counts":
        """
        Keep some terms; one that never occurs gets a column of zeros. Sizes stay.

        >>> count(_example()).select(["改革", "双碳"]).frame().to_dict("list")
        {'双碳': [0, 0], '改革': [1, 1]}
        """
        wanted = pd.Index(sorted(set(terms)), dtype="str", name="term")
        old = self.terms.get_indexer(wanted)
        new = np.flatnonzero(old >= 0)
        chosen = (np.ones(len(new), np.int32), (old[new], new))
        chooser = sparse.csr_array(chosen, (len(self.terms), len(wanted)))
        return Counts(_csr(self.matrix @ chooser), self.units, wanted)

    def restrict(self, mask: Collection[bool] | None = None, **values) -> "Counts":
        """
        Keep units: where `mask` is true and each named column has the value (or one of a list).

        >>> count(_example()).restrict(function="tasks").frame().to_dict("index")
        {'b': {'改革': 1, '深化': 0}}
        """
        keep = np.ones(len(self.units), bool) if mask is None else np.asarray(mask, bool)
        for column, value in values.items():
            keep &= self.units[column].isin([value] if np.isscalar(value) else list(value))
        units = self.units[keep].reset_index(drop=True)
        return Counts(self.matrix[np.flatnonzero(keep)], units, self.terms)

    def frame(self, by: str | list[str] = "report") -> pd.DataFrame:
        """
        Give a dense table, groups by terms, for the functions of statistics.

        Row sums are the counted tokens, not the sizes: stop words and rare terms are missing.

        >>> count(_example()).frame().to_dict("index")
        {'a': {'改革': 1, '深化': 1}, 'b': {'改革': 1, '深化': 0}}
        """
        grouped = self.regroup(by)
        keys = grouped.units.drop(columns="n_tokens")
        index = pd.Index(keys.iloc[:, 0].astype("str")) if keys.shape[1] == 1 else None
        if index is None:
            index = pd.MultiIndex.from_frame(keys)
        return pd.DataFrame(grouped.matrix.toarray(), index=index, columns=self.terms)


def count(
    tokens: pd.DataFrame,
    unit: str = "paragraph",
    stop: Collection[str] = frozenset(),
    min_count: int = 1,
    min_units: int = 1,
) -> Counts:
    """
    Count words, numbers and Latin tokens by unit.

    Parameters
    ----------
    tokens : DataFrame
        What `tokens.table` gives, or rows of it.
    unit : {"paragraph", "section", "report"}
        Units come in the order of the text, empty ones too.
    stop : collection of str
        Terms to leave out of the columns; sizes still contain them.
    min_count : int
        Leave out terms with fewer occurrences in all.
    min_units : int
        Leave out terms that stand in fewer units.

    Raises
    ------
    ValueError
        If the unit is unknown.

    Examples
    --------
    >>> counts = count(_example(), stop={"深化"})
    >>> counts.frame().to_dict("index"), counts.sizes.tolist()
    ({'a': {'改革': 1}, 'b': {'改革': 1}}, [2, 1])
    """
    units, rows = _units(tokens, unit)
    counted = tokens["kind"].isin(COUNTED).to_numpy()
    codes, terms = pd.factorize(tokens["token"][counted].astype("str"), sort=True)
    units["n_tokens"] = np.bincount(rows[counted], minlength=len(units))
    matrix = _csr(sparse.coo_array(
        (np.ones(len(codes), np.int32), (rows[counted], codes)), (len(units), len(terms))
    ))
    found = Counts(matrix, units, pd.Index(terms, dtype="str", name="term"))
    return pruned(found, stop, min_count, min_units)


def pruned(
    counts: Counts, stop: Collection[str] = frozenset(), min_count: int = 1, min_units: int = 1
) -> Counts:
    """
    Leave out columns: stop words, terms rare in all, terms in few units. Sizes stay.

    The rules look at the whole table, so it matters whether it was restricted before.

    >>> pruned(count(_example()), min_units=2).terms.tolist()
    ['改革']
    """
    often, units = _totals(counts.matrix)
    keep = ~counts.terms.isin(list(stop)) & (often >= min_count)
    if min_units > 1:
        keep &= units >= min_units
    if keep.all():
        return counts
    matrix = counts.matrix[:, np.flatnonzero(keep)]
    return Counts(matrix, counts.units, counts.terms[keep])


def _totals(matrix: sparse.csr_array) -> tuple[np.ndarray, np.ndarray]:
    """How often each term stands in all, and in how many units; without a copy of all cells."""
    often, units = (np.zeros(matrix.shape[1], np.int64) for _ in range(2))
    for start in range(0, matrix.nnz, STRIDE):
        terms, hits = (cells[start : start + STRIDE] for cells in (matrix.indices, matrix.data))
        often += np.bincount(terms, hits, len(often)).astype(np.int64)
        units += np.bincount(terms, minlength=len(units))
    return often, units


def strings(
    corpus, terms: Iterable[str], unit: str = "paragraph", *, tokens: pd.DataFrame | None = None
) -> Counts:
    """
    Count strings as they are written, in their one form, however a segmenter cuts them.

    Within a paragraph, from left to right, without overlap of a term with itself; different
    terms may overlap (供给侧 is also counted inside 供给侧结构性改革). Units and sizes are those
    of `count`, so that rates of words and strings compare.

    Parameters
    ----------
    corpus : Corpus
    terms : iterable of str
        Any non-empty strings; punctuation counts as written.
    unit : {"paragraph", "section", "report"}
    tokens : DataFrame, optional
        The tokens that give units and sizes; by default `tokens.table(corpus)`.
    """
    from analysis.tokens import table

    wanted = pd.Index(sorted({*map(fold, terms)}), dtype="str", name="term")
    if "" in wanted:
        raise ValueError("An empty string has no count; take it out of the terms.")
    base = count(table(corpus) if tokens is None else tokens, "paragraph")
    places = corpus.paragraphs.set_index(["report", "paragraph"])[["start", "end"]]
    keys = pd.MultiIndex.from_frame(base.units[["report", "paragraph"]].astype({"report": "str"}))
    spans = zip(keys.get_level_values(0), *places.reindex(keys).to_numpy().T, strict=True)
    whole = {report.id: report.form for report in corpus.reports}
    texts = [whole[report][start:end] for report, start, end in spans]
    found = np.array([[text.count(term) for term in wanted] for text in texts], dtype=np.int32)
    matrix = sparse.csr_array(found.reshape(len(texts), len(wanted)))
    return Counts(matrix, base.units, wanted).regroup(_known(unit))


def _known(unit: str) -> list[str]:
    """The columns that identify a unit."""
    if unit not in UNITS:
        raise ValueError(f"No unit {unit!r}; choose {', '.join(UNITS)}.")
    return UNITS[unit]


def _units(tokens: pd.DataFrame, unit: str) -> tuple[pd.DataFrame, np.ndarray]:
    """The units in order of appearance, and the unit of each token."""
    keys = _known(unit)
    groups = tokens.groupby(keys, sort=False, observed=True).ngroup()
    units = tokens.loc[~groups.duplicated().to_numpy(), keys].reset_index(drop=True)
    return units, groups.to_numpy()


def _csr(matrix) -> sparse.csr_array:
    """Sorted CSR of int32 without stored zeros, so that equal counts are equal bytes."""
    matrix = sparse.csr_array(matrix, dtype=np.int32)
    matrix.sum_duplicates()
    matrix.eliminate_zeros()
    matrix.sort_indices()
    kind = index_type(max(matrix.nnz, *matrix.shape))
    cells = (matrix.data, matrix.indices.astype(kind), matrix.indptr.astype(kind))
    return sparse.csr_array(cells, matrix.shape)


def index_type(largest: int) -> type[np.signedinteger]:
    """Half the memory where the numbers allow it: 2 billion cells are 4 billion characters."""
    return np.int32 if largest <= np.iinfo(np.int32).max else np.int64


def _sum(groups: pd.Series, values: pd.Series, n: int) -> np.ndarray:
    """Integer sums by group, for groups numbered 0 to n - 1."""
    totals = np.zeros(n, np.int64)
    np.add.at(totals, groups.to_numpy(), values.to_numpy())
    return totals


def _example() -> pd.DataFrame:
    """Three words in two reports, for the examples above."""
    return pd.DataFrame({
        "report": ["a", "a", "b"], "section": 0, "paragraph": 0,
        "function": ["review", "review", "tasks"], "heading": False,
        "token": ["深化", "改革", "改革"], "start": [0, 2, 0], "end": [2, 4, 2], "kind": "word",
    })
