"""
Read counts as groups (what is compared) made of clusters (what was drawn).

Statistics take plain tables: a DataFrame of groups × terms. Where uncertainty is asked for they
need to see the clusters, in one of two forms: a `Counts` (units with report, section, paragraph),
or a DataFrame whose index has two levels, the second named as in `CLUSTER_LEVELS`.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

# With three sections Student's t has two degrees of freedom and is 4.3: wide, and right. With fewer
# there is no variance between sections to see; paragraphs then stand in, and the table says so.
MIN_SECTIONS = 3
# Correlation of the hits of two paragraphs of one section beyond chance, where paragraphs stand in
# (measured on public reports, see docs/methods.md): their variance is multiplied by 1 + (n - 1) ρ,
# n the paragraphs of a section, as for any cluster sample (Kish 1965, 5.4).
INSIDE = 0.09
# Adjacent paragraphs share a subject. Runs of four are near to what a section is in these
# reports, and on clean reports tests over such runs hold their level where paragraphs do not.
BLOCK = 4
# A DataFrame shows clusters where the second level of its index has one of these names.
CLUSTER_LEVELS = ("section", "paragraph", "block", "cluster")


class Refusal(ValueError):
    """
    A question that these texts cannot answer; the message says why in one sentence.

    Attributes
    ----------
    reason : str
        What stands in the way, in one word: "unlike", "same", "empty", "few sections",
        "few documents", "few dates".
    missing : tuple of (column, values of one side, values of the other)
        What the two sides of a comparison do not have in common.
    """

    def __init__(self, message: str, reason: str = "empty", missing: Iterable[tuple] = ()):
        super().__init__(message)
        self.reason, self.missing = reason, tuple(missing)

    def _render_traceback_(self) -> list[str]:
        """In a notebook the sentence stands alone (IPython asks for this); it tells a refusal from an error."""
        return [str(self)]


@dataclass(frozen=True)
class Groups:
    """Counts of groups × terms, with the number of tokens of each group."""

    labels: pd.Index
    terms: pd.Index
    matrix: object
    sizes: np.ndarray

    def rows(self, label) -> np.ndarray:
        """Return the row numbers of one label, or of a list of labels."""
        return _positions(self.labels, label)

    def sums(self, label) -> tuple[np.ndarray, float]:
        """Return hits by term, and tokens, of one label or of a list of labels together."""
        rows = self.rows(label)
        return np.asarray(self.matrix[rows].sum(axis=0), float).ravel(), self.sizes[rows].sum()


@dataclass(frozen=True)
class Design:
    """Counts of clusters × terms, the group of each cluster, and the kind of clusters."""

    labels: pd.Index
    member: np.ndarray
    terms: pd.Index
    matrix: sparse.csr_array
    sizes: np.ndarray
    kind: np.ndarray
    inflate: np.ndarray | None = None

    @property
    def weights(self) -> sparse.csr_array:
        """Indicators, groups × clusters."""
        ones = np.ones(len(self.member))
        shape = (len(self.labels), len(self.member))
        return sparse.csr_array((ones, (self.member, np.arange(len(ones)))), shape=shape)

    @property
    def n_clusters(self) -> np.ndarray:
        """Clusters with at least one token, by group."""
        return np.bincount(self.member[self.sizes > 0], minlength=len(self.labels))

    def pick(self, label) -> np.ndarray:
        """Return 1 for the clusters of one label or of a list of labels, else 0."""
        return np.isin(self.member, _positions(self.labels, label)).astype(float)

    def sides(self, target, reference) -> "Design":
        """Keep two groups, "target" and "reference", with the counted terms as their tokens."""
        reference = opposed(self.labels, target, reference)
        first, second = self.pick(target) > 0, self.pick(reference) > 0
        rows = np.concatenate([np.flatnonzero(first), np.flatnonzero(second)])
        member = np.repeat([0, 1], [first.sum(), second.sum()])
        matrix = self.matrix[rows]
        kind = np.array([self.kind_of(target), self.kind_of(reference)], dtype=object)
        sizes = np.asarray(matrix.sum(axis=1), float).ravel()
        inflate = None if self.inflate is None else self.inflate[rows]
        return Design(pd.Index(["target", "reference"]), member, self.terms, matrix, sizes, kind,
                      inflate)

    def kind_of(self, label) -> str:
        """Name the clusters of one label or of a list of labels."""
        return "+".join(sorted(set(self.kind[_positions(self.labels, label)])))


def _positions(labels: pd.Index, label) -> np.ndarray:
    """
    Find the rows of a label, or of a list of labels.

    Examples
    --------
    >>> _positions(pd.Index([2021, 2023, 2026]), [2026, 2021]).tolist()
    [2, 0]
    """
    wanted = list(label) if isinstance(label, (list, set, pd.Index, np.ndarray)) else [label]
    known = {name: row for row, name in enumerate(labels)}
    missing = [name for name in wanted if name not in known]
    if missing or not wanted:
        raise KeyError(f"{missing} is not a group of these counts; groups are {list(known)[:12]}")
    return np.array([known[name] for name in wanted])


def opposed(labels: pd.Index, target, reference=None):
    """Return the reference, every other label if none is given; refuse one that overlaps."""
    first = set(_positions(labels, target).tolist())
    if reference is None:
        reference = [label for row, label in enumerate(labels) if row not in first]
    if first & set(_positions(labels, reference).tolist()):
        raise ValueError(f"{target!r} and {reference!r} share text; compare groups that do not")
    return reference


def _is_counts(counts) -> bool:
    """Tell a `Counts` (matrix with named units) from a DataFrame."""
    return hasattr(counts, "matrix") and hasattr(counts, "units")


def is_clustered(counts) -> bool:
    """Tell whether counts show what was drawn together, so that an interval can know it."""
    if _is_counts(counts):
        return True
    index = counts.index
    return index.nlevels == 2 and index.names[1] in CLUSTER_LEVELS


def groups(counts, by: str | list = "report", sizes=None, collapse=False) -> Groups:
    """
    Sum counts to groups × terms; rows of a DataFrame are groups, unless clusters are collapsed.

    The size of a group is its number of tokens: of a `Counts`, all word tokens before any stop
    list; of a DataFrame, the row sums, unless `sizes` is given. Give `sizes` when terms were
    left out, or a stop list moves every rate.
    """
    if _is_counts(counts):
        design = clusters(counts, by, "unit")
        matrix = sparse.csr_array(design.weights @ design.matrix)
        return Groups(design.labels, design.terms, matrix, design.weights @ design.sizes)
    frame, sizes = _checked(counts, sizes)
    if collapse and is_clustered(frame):
        sizes = sizes.groupby(level=0, sort=False).sum()
        frame = frame.groupby(level=0, sort=False).sum()
    terms = pd.Index(frame.columns, name="term")
    return Groups(frame.index, terms, frame.to_numpy(), sizes.to_numpy(float))


def clusters(counts, by: str | list = "report", cluster: str = "auto", sizes=None) -> Design:
    """
    Sum counts to clusters × terms, and say which group each cluster belongs to.

    Parameters
    ----------
    counts : Counts, or DataFrame with index (group, cluster), or a Design as it is
        The second level named as in `CLUSTER_LEVELS`.
    by : str or list of str
        Columns of the units that make a group.
    cluster : str
        "section", "paragraph", "block" (runs of `BLOCK` paragraphs), or a column of the units.
        "auto" takes sections, and paragraphs in groups of fewer than `MIN_SECTIONS` sections,
        their variance inflated by what paragraphs of a section have in common (`INSIDE`).
    """
    if isinstance(counts, Design):
        return counts
    if _is_counts(counts):
        return _from_units(counts, by, cluster)
    frame, sizes = _checked(counts, sizes)
    if not is_clustered(frame):
        raise ValueError(
            f"counts with index {frame.index.names} show no clusters; pass a Counts, or a "
            f"DataFrame with two index levels, the second named one of {CLUSTER_LEVELS}"
        )
    member, labels = pd.factorize(frame.index.get_level_values(0))
    kind = np.full(len(labels), frame.index.names[1], dtype=object)
    terms = pd.Index(frame.columns, name="term")
    matrix = sparse.csr_array(frame.to_numpy())
    return Design(pd.Index(labels), member, terms, matrix, sizes.to_numpy(float), kind)


def _checked(counts, sizes) -> tuple[pd.DataFrame, pd.Series]:
    """Return the counts and their sizes, both by row; refuse what cannot be counts."""
    frame = pd.DataFrame(counts)
    if frame.columns.has_duplicates:
        twice = frame.columns[frame.columns.duplicated()][0]
        raise ValueError(f"term {twice!r} has two columns of counts; add them up first")
    found = frame.sum(axis=1)
    sizes = found if sizes is None else pd.Series(sizes).reindex(frame.index)
    if sizes.isna().any() or (found > sizes + 1e-9).any():
        row = frame.index[(sizes.isna() | (found > sizes + 1e-9)).argmax()]
        raise ValueError(f"size of group {row!r} is missing or below its counts; check `sizes`")
    return frame, sizes


def _from_units(counts, by, cluster) -> Design:
    units = counts.units.reset_index(drop=True)
    keys = [by] if isinstance(by, str) else list(by)
    absent = [key for key in keys if key not in units]
    if absent:
        raise ValueError(f"units have no column {absent[0]!r}; they have {list(units.columns)}")
    label = units[keys[0]] if len(keys) == 1 else pd.Series(
        list(units[keys].itertuples(index=False, name=None)))
    member, labels = pd.factorize(label.astype(object))
    kind = _kinds(units, member, len(labels), cluster)
    within = _within(units, member, kind)
    code = pd.MultiIndex.from_arrays([member, *within]).factorize()[0]
    n = code.max(initial=-1) + 1
    gather = sparse.csr_array((np.ones(len(code)), (code, np.arange(len(code)))), (n, len(code)))
    first = np.unique(code, return_index=True)[1]
    sizes = gather @ units["n_tokens"].to_numpy(float)
    terms = pd.Index(counts.terms, name="term")
    matrix = sparse.csr_array(gather @ sparse.csr_array(counts.matrix))
    name = keys[0] if len(keys) == 1 else None
    labels = pd.Index(list(labels), tupleize_cols=False, name=name)
    inflate = _inflate(units, member, kind)[first] if cluster == "auto" else None
    return Design(labels, member[first], terms, matrix, sizes, kind, inflate)


def _inflate(units: pd.DataFrame, member: np.ndarray, kind: np.ndarray) -> np.ndarray:
    """Factor on the variance of each unit's cluster: 1, or more where paragraphs stand in."""
    factor = np.ones(len(units))
    if "section" not in units or "paragraph" not in units:
        return factor
    stand_in = kind[member] == "paragraph"
    keys = [member, *(units[name] for name in ("report", "section") if name in units)]
    some = (units["n_tokens"] > 0).astype(int)
    together = some.groupby(keys, observed=True).transform("sum").to_numpy(float)
    return np.where(stand_in, 1 + (np.maximum(together, 1) - 1) * INSIDE, factor)


def _kinds(units: pd.DataFrame, member: np.ndarray, n: int, cluster: str) -> np.ndarray:
    """Choose the kind of cluster of each group."""
    if cluster != "auto":
        needed = "paragraph" if cluster == "block" else cluster
        if needed not in units and cluster != "unit":
            raise ValueError(f"units have no {needed!r} to cluster by; count by paragraph")
        return np.full(n, cluster, dtype=object)
    fine = next((k for k in ("paragraph", "section", "report") if k in units), "unit")
    if "section" not in units:
        return np.full(n, fine, dtype=object)
    key = [units[k] for k in ("report", "section") if k in units]
    pairs = pd.concat([pd.Series(member), *key], axis=1).drop_duplicates()
    enough = np.bincount(pairs.iloc[:, 0], minlength=n) >= MIN_SECTIONS
    return np.where(enough, "section", fine).astype(object)


def _within(units: pd.DataFrame, member: np.ndarray, kind: np.ndarray) -> list[np.ndarray]:
    """Return the arrays that tell a group's clusters apart: report, and place in the report."""
    report = pd.factorize(units["report"])[0] if "report" in units else np.zeros(len(units), int)
    place = np.arange(len(units))
    for name in set(kind):
        here = kind[member] == name
        if name == "block":
            run = pd.Series(place).groupby([member, report]).cumcount() // BLOCK
            place = np.where(here, run, place)
        elif name != "unit":
            place = np.where(here, pd.factorize(units[name])[0], place)
    return [report, place]


def as_label(label: Hashable | list) -> str:
    """Write a label, or several, for a table."""
    return "+".join(map(str, label)) if isinstance(label, (list, set, pd.Index)) else str(label)
