"""
Contrasts of two sets of documents: like for like, or refused by name.

A stratum is level of issuer × genre × function. What both sets have is compared within strata and
pooled (Mantel-Haenszel); what only one has is never compared with something else. `drift` has the
long series, where there are enough points for a trend.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.counts import Counts
from analysis.uncertainty import MIN_COUNT, effects, false_discovery, kernels
from analysis.uncertainty.design import clusters

STRATUM = ["level", "genre", "function"]
# Openings, closings and what no rule could place have nothing in common but that.
UNPLACED = "other"


class NotIdentified(ValueError):
    """
    A contrast that these documents cannot answer; the message says what is missing.

    `missing` has the same as (column, values before, values after), for other languages.
    """

    def __init__(self, message: str, missing: Iterable[tuple] = ()):
        super().__init__(message)
        self.missing = tuple(missing)


@dataclass(frozen=True)
class Contrast:
    """
    Two sets of documents compared within shared strata.

    Attributes
    ----------
    before, after : tuple of str
        Ids of the documents on either side that have a shared stratum.
    strata : DataFrame
        `level`, `genre`, `function`, `n_before`, `n_after` (tokens), `clusters_before`,
        `clusters_after`, `weight` (share of the Mantel-Haenszel weight).
    table : DataFrame, index `term`
        As in `contrast`.
    note : str
        Why there is nothing to compare, where a search for a pair found none (`pairs.widest`).
    """

    before: tuple[str, ...]
    after: tuple[str, ...]
    strata: pd.DataFrame
    table: pd.DataFrame
    note: str = ""


def documents(catalogue: pd.DataFrame, which) -> list[str]:
    """
    Choose documents by id, by year, by a query over the catalogue, or by a list of ids.

    Examples
    --------
    >>> rows = {"year": [2021, 2026], "level": ["city", "city"]}
    >>> table = pd.DataFrame(rows, index=pd.Index(["a", "b"], name="id"))
    >>> documents(table, 2021), documents(table, "level == 'city' and year > 2021")
    (['a'], ['b'])
    """
    if isinstance(which, (int, np.integer)):
        chosen = catalogue.index[catalogue["year"] == which]
    elif isinstance(which, str) and which not in catalogue.index:
        chosen = catalogue.query(which).index
    else:
        chosen = [which] if isinstance(which, str) else list(which)
    if unknown := [id for id in chosen if id not in catalogue.index]:
        raise ValueError(f"{unknown} are no ids of the catalogue: {', '.join(catalogue.index[:9])}")
    if not len(chosen):
        years = ", ".join(map(str, sorted(set(catalogue["year"]))))
        raise ValueError(f"no document for {which!r}; years in the catalogue: {years}")
    return list(chosen)


def contrast(
    counts, catalogue: pd.DataFrame, before, after, function: str | None = None,
    cluster: str = "auto", level: float = 0.95,
) -> Contrast:  # fmt: skip
    """
    Compare the rates of every term between two sets of documents, like for like.

    Within stratum s the rates are X/N on either side; pooled, the ratio is Mantel and Haenszel's
    Σ X1 n0/(n1+n0) / Σ X0 n1/(n1+n0). Its variance comes from sections as clusters within
    documents and strata (`kernels.moments`), interval and p from `kernels.ratio_interval`
    and `ratio_p`. With one stratum this is `uncertainty.contrast`.

    Parameters
    ----------
    counts : Counts
        Units with `report`, `function`, `section` (and `paragraph`).
    catalogue : DataFrame, index `id`
        With `year`, `level`, `genre`.
    before, after : id, list of ids, year, or query over the catalogue
    function : str, optional
        One function, or all that both sides have; "other" only where it is named, because text
        without a function is not like any other.
    cluster : str
        As in `design.clusters`: sections, or paragraphs where sections are too few.

    Returns
    -------
    Contrast
        `table`, index `term`: `n_before`, `n_after`, `per_10k_before`, `per_10k_after` (over the
        shared strata), `log_ratio` (base 2, after over before; 0 hits stand as 0.5), `low`, `high`,
        `p`, `q` (Benjamini-Hochberg over terms of at least 5 hits), `mde_ratio` (what this design
        would find with power .8), by log ratio falling, then term.

    Raises
    ------
    NotIdentified
        If no stratum is in common, with what is missing and what can still be said; or if a
        document stands on both sides.

    References
    ----------
    Mantel, N. & Haenszel, W. (1959). JNCI 22, 719-748. Greenland, S. & Robins, J. M. (1985).
    Biometrics 41, 55-68 (rates).
    """
    ids = documents(catalogue, before), documents(catalogue, after)
    if both := sorted(set(ids[0]) & set(ids[1])):
        years = [sorted({str(year) for year in catalogue.loc[side, "year"]}) for side in ids]
        raise NotIdentified(f"{', '.join(both)} stand{'s' * (len(both) == 1)} on both sides; "
                            "a contrast needs two sets", [("second set", *years)])  # fmt: skip
    units = _placed(counts, catalogue, ids)
    shared = _shared(units, catalogue, ids, function)
    stratum = _stratum(units, shared)
    parts = _parts(counts, units, stratum, cluster)
    strata = shared.assign(**_described(parts))
    sides = [_pool(parts, side) for side in (0, 1)]
    inside = set(units["report"][(stratum >= 0) & (units["n_tokens"] > 0)])
    used = [tuple(id for id in side if id in inside) for side in ids]
    return Contrast(*used, strata, _table(counts, *sides, level))


def _placed(counts, catalogue, ids) -> pd.DataFrame:
    """Units of the documents of both sides, with side, level and genre; index: row of `counts`."""
    known = counts.units.reset_index(drop=True)
    units = known[known["report"].isin([*ids[0], *ids[1]])]
    units = units.astype({"function": "str", "report": "str"})
    place = catalogue.index.get_indexer(units["report"])
    extra = {column: catalogue[column].to_numpy()[place] for column in ("level", "genre")}
    return units.assign(side=units["report"].isin(ids[1]).astype(int), **extra)


def _shared(units, catalogue, ids, function) -> pd.DataFrame:
    """Strata with tokens on both sides; raises NotIdentified when there is none."""
    chosen = units["function"] == function if function else units["function"] != UNPLACED
    seen = units.loc[chosen & (units["n_tokens"] > 0), ["side", *STRATUM]].drop_duplicates()
    found = [seen.loc[seen["side"] == side, STRATUM] for side in (0, 1)]
    both = set.intersection(*(set(part.itertuples(index=False, name=None)) for part in found))
    if not both:
        raise _refusal(catalogue, ids, found, function)
    return pd.DataFrame(sorted(both), columns=STRATUM)


def _refusal(catalogue, ids, found, function) -> NotIdentified:
    years = ["/".join(str(y) for y in sorted(set(catalogue.loc[side, "year"]))) for side in ids]
    missing, said = [], []
    for column in ("level", "genre"):
        left, right = (sorted(set(catalogue.loc[side, column])) for side in ids)
        if not set(left) & set(right):
            missing.append((column, left, right))
            said.append(f"no {column} in common ({', '.join(left)} vs {', '.join(right)})")
    if not missing:
        left, right = (sorted(set(part["function"])) for part in found)
        missing.append(("function", left, right))
        sides = (", ".join(side) or "none" for side in (left, right))
        said.append(f"no function in common within level and genre ({' vs '.join(sides)})")
        if function:
            empty = [year for year, part in zip(years, found, strict=True) if part.empty]
            where = " or ".join(empty) or "a stratum"
            said = [f"no text with function {function!r} in {where}"]
    message = f"{years[0]} → {years[1]}: {'; '.join(said)}. "
    remains = "What remains is to describe each document by itself (uncertainty.rates)."
    return NotIdentified(message + remains, missing)


def _stratum(units, shared) -> np.ndarray:
    """The row of `shared` that each unit belongs to, -1 for text without a counterpart."""
    number = {key: row for row, key in enumerate(shared.itertuples(index=False, name=None))}
    keys = zip(*(units[column] for column in STRATUM), strict=True)
    return np.array([number.get(key, -1) for key in keys])


def _parts(counts, units, stratum, cluster) -> list[list[tuple]]:
    """Hits, variance, tokens, freedom, clusters and their kind: by stratum, before and after."""
    inside = stratum >= 0
    chosen = units[inside].assign(part=2 * stratum[inside] + units["side"][inside])
    part = Counts(counts.matrix[chosen.index.to_numpy()], chosen, counts.terms)
    design = clusters(part, "part", cluster)
    hits, variance, tokens, freedom = kernels.moments(design.weights, design.matrix, design.sizes)
    order = design.labels.get_indexer(range(len(design.labels)))
    sides = [(hits[g], variance[g], tokens[g, 0], freedom[g, 0], design.n_clusters[g],
              design.kind[g]) for g in order]  # fmt: skip
    return list(zip(sides[::2], sides[1::2], strict=True))


def _described(parts) -> dict:
    weight = np.array([a[2] * b[2] / (a[2] + b[2]) for a, b in parts])
    columns = {"n_before": 2, "n_after": 2, "clusters_before": 4, "clusters_after": 4}
    sides = {"n_before": 0, "n_after": 1, "clusters_before": 0, "clusters_after": 1}
    found = {name: [int(part[sides[name]][at]) for part in parts] for name, at in columns.items()}
    kinds = ["/".join(dict.fromkeys((a[5], b[5]))) for a, b in parts]
    return {**found, "cluster": kinds, "weight": weight / weight.sum()}


def _pool(parts, side: int):
    """
    Mantel-Haenszel sum of one side as (hits, variance, tokens, freedom, raw hits).

    Scaled so that with one stratum hits and tokens are those of the stratum.
    """
    own = [part[side] for part in parts]
    other = [part[1 - side] for part in parts]
    share = [b[2] / (a[2] + b[2]) for a, b in zip(own, other, strict=True)]
    tokens = sum(a[2] for a in own)
    scale = tokens / sum(s * a[2] for s, a in zip(share, own, strict=True))
    hits = scale * sum(s * a[0] for s, a in zip(share, own, strict=True))
    pieces = [(scale * s) ** 2 * a[1] for s, a in zip(share, own, strict=True)]
    variance = sum(pieces)
    freedom = [max(a[3], 1e-12) for a in own]
    spread = sum(v**2 / f for v, f in zip(pieces, freedom, strict=True))
    total = np.divide(variance**2, spread, out=np.full_like(spread, sum(freedom)), where=spread > 0)
    return hits, variance, np.full_like(hits, tokens), total, sum(a[0] for a in own)


def _table(counts, before, after, level: float) -> pd.DataFrame:
    first, second = after[:4], before[:4]
    effect = effects(first, second, level)
    enough = before[4] + after[4] >= MIN_COUNT
    table = pd.DataFrame(
        {
            "n_before": before[4].astype(int),
            "n_after": after[4].astype(int),
            "per_10k_before": second[0] / second[2] * 1e4,
            "per_10k_after": first[0] / first[2] * 1e4,
            **effect,
        },
        index=counts.terms.rename("term"),
    )
    table.insert(8, "q", false_discovery(np.where(enough, effect["p"], np.nan)))
    table = table[table["n_before"] + table["n_after"] > 0]
    return table.sort_index().sort_values("log_ratio", ascending=False, kind="stable")


def identification(counts, catalogue: pd.DataFrame, by: str = "id") -> pd.DataFrame:
    """
    Say for every pair of documents (or years) whether a contrast is identified, and through what.

    Parameters
    ----------
    by : {"id", "year"}

    Returns
    -------
    DataFrame
        `before`, `after`, `identified` (bool), `through` (functions shared within level and
        genre, or the refusal), `share_before`, `share_after` (share of each side's tokens that
        lies in shared strata); pairs in order of date.
    """
    ordered = catalogue.sort_values("year", kind="stable")
    groups = [(id, [id]) for id in ordered.index]
    if by == "year":
        groups = [(year, list(rows.index)) for year, rows in ordered.groupby("year")]
    rows = [
        {"before": a, "after": b, **_pair(counts, catalogue, (ids_a, ids_b))}
        for i, (a, ids_a) in enumerate(groups)
        for b, ids_b in groups[i + 1 :]
    ]
    columns = ["before", "after", "identified", "through", "share_before", "share_after"]
    return pd.DataFrame(rows, columns=columns).astype({"identified": bool})


def _pair(counts, catalogue, ids) -> dict:
    units = _placed(counts, catalogue, ids)
    try:
        shared = _shared(units, catalogue, ids, None)
    except NotIdentified as refusal:
        reason = str(refusal).split(": ", 1)[1].split(". ")[0]
        return {"identified": False, "through": reason, "share_before": 0.0, "share_after": 0.0}
    inside = _stratum(units, shared) >= 0
    sizes = [units["n_tokens"][units["side"] == side] for side in (0, 1)]
    shares = [float(size[inside[units["side"] == side]].sum() / size.sum())
              for side, size in enumerate(sizes)]  # fmt: skip
    return {"identified": True, "through": ", ".join(dict.fromkeys(shared["function"])),
            "share_before": shares[0], "share_after": shares[1]}  # fmt: skip
