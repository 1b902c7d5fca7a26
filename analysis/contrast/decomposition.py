"""
Where a naive difference comes from: content, mix of sections, damage; the parts add up.

A whole-report count compares what was said with what was said, but also a report that has its
review with one that lost it, and a clean page with a damaged one.
"""

import numpy as np
import pandas as pd

PARTS = ("content", "mix", "damage")


def decompose(naive, restored, before, after, broken=frozenset()) -> pd.DataFrame:
    """
    Split the difference of raw whole-report rates into content, section mix and damage.

    With s the share of a function in a side's tokens, r the term's rate in it, over the restored
    text (Kitagawa 1955)::

        content = Σ (s1+s0)/2 · (r1 - r0)        said more or less, function for function
        mix     = Σ (r1+r0)/2 · (s1 - s0)        other parts present, or of other length
        damage  = (naive1 - naive0) - (R1 - R0)  what restoration changed in the difference

    A function that only one side has, or that a side has only in part, cannot have changed its
    rate: all that it adds to one side and not to the other, s1·r1 - s0·r0, is mix.

    Parameters
    ----------
    naive, restored : Counts
        Of the texts as received (`corpus.load(level="none")`) and as restored.
    before, after : list of str
        Ids of the documents on either side; without any the table is empty.
    broken : set of (report, function)
        Parts that lack a page (`pairs.broken`).

    Returns
    -------
    DataFrame, index `term`
        Per 10,000 tokens: `naive_before`, `naive_after`, `naive` (the difference), `content`,
        `mix`, `damage`, which sum to it; by the size of `naive` falling, then term.

    References
    ----------
    Kitagawa, E. M. (1955). Components of a difference between two rates. JASA 50, 1168-1194.

    Examples
    --------
    A review that is lost makes 完成 fall, though every section says it as often as before:

    >>> from analysis.counts import Counts
    >>> from scipy.sparse import csr_array
    >>> units = pd.DataFrame({"report": ["a", "a", "b"], "function": ["review", "tasks", "tasks"],
    ...                       "n_tokens": [1000, 1000, 1000]})
    >>> counts = Counts(csr_array([[9], [3], [3]]), units, pd.Index(["完成"], name="term"))
    >>> decompose(counts, counts, ["a"], ["b"]).round(9).iloc[0].to_dict()
    {'naive_before': 60.0, 'naive_after': 30.0, 'naive': -30.0, 'content': 0.0, 'mix': -30.0, \
'damage': 0.0}
    """
    if not (len(before) and len(after)):
        return pd.DataFrame(columns=["naive_before", "naive_after", "naive", *PARTS], dtype=float)
    terms = naive.terms.union(restored.terms)
    raw = [_rate(naive, side, terms) for side in (before, after)]
    whole = [_rate(restored, side, terms) for side in (before, after)]
    lost = {function for report, function in broken if report in {*before, *after}}
    content, mix = _kitagawa(restored.select(terms), before, after, lost)
    table = pd.DataFrame(
        {
            "naive_before": raw[0], "naive_after": raw[1], "naive": raw[1] - raw[0],
            "content": content, "mix": mix, "damage": (raw[1] - raw[0]) - (whole[1] - whole[0]),
        },
        index=pd.Index(sorted(terms), name="term"),
    )  # fmt: skip
    return table.sort_values("naive", key=lambda d: -d.abs(), kind="stable")


def _rate(counts, side, terms) -> np.ndarray:
    """Return rates per 10,000 tokens of some documents together, in the order of the terms."""
    part = counts.select(terms).restrict(report=list(side))
    if not part.sizes.sum():
        raise ValueError(f"no text in {', '.join(side)}: nothing to decompose")
    return np.asarray(part.matrix.sum(axis=0), float).ravel() / part.sizes.sum() * 1e4


def _kitagawa(counts, before, after, lost) -> tuple[np.ndarray, np.ndarray]:
    functions = sorted(set(counts.units["function"].astype(str)))
    sides = [_by_function(counts, side, functions) for side in (before, after)]
    (s0, r0), (s1, r1) = [(share[:, None], rate) for share, rate in sides]
    like = ((s0 > 0) & (s1 > 0)).ravel() & ~np.isin(functions, list(lost))
    content = ((s0 + s1) / 2 * (r1 - r0))[like].sum(axis=0)
    mix = ((r0 + r1) / 2 * (s1 - s0))[like].sum(axis=0) + (s1 * r1 - s0 * r0)[~like].sum(axis=0)
    return content, mix


def _by_function(counts, side, functions) -> tuple[np.ndarray, np.ndarray]:
    """Return each function's share of tokens, and its rates per 10,000."""
    parts = [counts.restrict(report=list(side), function=name) for name in functions]
    sizes = np.array([part.sizes.sum() for part in parts], float)
    hits = np.array([np.asarray(part.matrix.sum(axis=0), float).ravel() for part in parts])
    return sizes / sizes.sum(), hits / np.maximum(sizes, 1)[:, None] * 1e4


def main_source(table: pd.DataFrame) -> pd.Series:
    """Name the part that makes most of each difference, in its direction."""
    if table.empty:
        return pd.Series(index=table.index, dtype=object)
    signed = table[list(PARTS)].mul(np.sign(table["naive"]), axis=0)
    return signed.idxmax(axis=1)
