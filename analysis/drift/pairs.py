"""
What changed between two like-for-like sets of documents, with all that bounds it.

`contrasts` has the estimates; here each term gets a verdict, its own two intervals, what damage
could have done, the limit behind a zero, and quotations.
"""

import numpy as np
import pandas as pd

from analysis import concordance
from analysis.counts import Counts
from analysis.drift import contrasts
from analysis.keyness import log_likelihood
from analysis.keyness.comparison import G2_CRITICAL, LEVEL
from analysis.uncertainty import MIN_COUNT, rates
from analysis.uncertainty.limits import damage_bounds, visible_share

# "Stayed" is a finding too: the whole interval lies within a factor of two either way.
SAME = 1.0
COLUMNS = [
    "n_before", "n_after", "per_10k_before", "per_10k_after", "log_ratio", "low", "high", "p", "q",
    "mde_ratio",
]  # fmt: skip


def widest(counts, catalogue: pd.DataFrame, function: str | None = "tasks") -> contrasts.Contrast:
    """
    Contrast the two documents farthest apart in time that can be compared like for like.

    Of pairs equally far apart the one with more text in shared strata. Where there is none, the
    contrast has an empty table, and `note` says why.

    Parameters
    ----------
    counts : Counts
    catalogue : DataFrame, index `id`
    function : str, optional
        As in `contrasts.contrast`.
    """
    ordered = catalogue.sort_values("year", kind="stable")
    years = ordered["year"]
    spans = sorted(((years[b] - years[a], a, b) for k, a in enumerate(ordered.index)
                    for b in ordered.index[k + 1 :] if years[b] > years[a]),
                   key=lambda span: -span[0])  # fmt: skip
    note, found = "", []
    for gap, a, b in spans:
        if found and gap < found[0][0]:
            break
        try:
            one = contrasts.contrast(counts, catalogue, [a], [b], function)
            found.append((gap, one.strata[["n_before", "n_after"]].to_numpy().sum(), one))
        except contrasts.NotIdentified as refusal:
            note = note or str(refusal)
    if found:
        return max(found, key=lambda item: item[1])[2]
    note = note or f"{_number(len(catalogue))} in one year: nothing to compare over time."
    empty = pd.DataFrame(columns=COLUMNS, index=pd.Index([], name="term"), dtype=float)
    return contrasts.Contrast((), (), pd.DataFrame(columns=contrasts.STRATUM), empty, note)


def attempt(
    counts, catalogue, before, after, function=None, cluster="auto"
) -> contrasts.Contrast:
    """Make the contrast, or an empty one whose `note` is the refusal."""
    try:
        if not (len(before) and len(after)):
            raise contrasts.NotIdentified("No pair of documents is given.")
        return contrasts.contrast(counts, catalogue, list(before), list(after), function, cluster)
    except contrasts.NotIdentified as refusal:
        empty = pd.DataFrame(columns=COLUMNS, index=pd.Index([], name="term"), dtype=float)
        strata = pd.DataFrame(columns=contrasts.STRATUM)
        return contrasts.Contrast((), (), strata, empty, str(refusal))


def _number(n: int) -> str:
    return "One report" if n == 1 else f"{n} reports"


def verdicts(table: pd.DataFrame) -> pd.Series:
    """
    Say of each term of a contrast whether it rose, fell, stayed, or cannot be told.

    *rose*, *fell*: q below .05. *leans up*, *leans down*: its own 95% interval leaves out no
    change, which by chance one term in twenty does; a lead to read after, not a finding.
    *stayed*: the interval lies within a factor of two. *unclear*: the rest.

    Examples
    --------
    >>> columns = ["log_ratio", "low", "high", "q"]
    >>> rows = [[2, 1, 3, .01], [-2, -3, -1, .01], [.1, -.5, .6, .7], [1, -1, 3, .2], [2, 1, 3, .2]]
    >>> verdicts(pd.DataFrame(rows, columns=columns)).tolist()
    ['rose', 'fell', 'stayed', 'unclear', 'leans up']
    """
    settled, up = table["q"] < LEVEL, table["log_ratio"] > 0
    # The interval of a term by itself leaves out "no change"; among many terms some must.
    leans = table["q"].notna() & ((table["low"] > 0) | (table["high"] < 0))
    same = (table["low"] > -SAME) & (table["high"] < SAME)
    rules = [settled & up, settled & ~up, leans & up, leans & ~up, same]
    names = ["rose", "fell", "leans up", "leans down", "stayed"]
    return pd.Series(np.select(rules, names, "unclear"), table.index)


def changes(found: contrasts.Contrast, counts: Counts) -> pd.DataFrame:
    """
    Add to a contrast each side's interval (the detection limit for a zero) and the verdict.

    Returns
    -------
    DataFrame, index `term`
        The columns of the contrast; `before`, `before_low`, `before_high` and the same of `after`
        (per 10,000 tokens over the shared strata); `verdict`.
    """
    table = found.table.copy()
    for stem, ids in (("before", found.before), ("after", found.after)):
        side = _rates(counts, ids, found.strata, table.index)
        for name, column in (("", "per_10k"), ("_low", "low"), ("_high", "high")):
            table[stem + name] = side[column]
    return table.assign(verdict=verdicts(table))


def _rates(counts, ids, strata, terms) -> pd.DataFrame:
    part = counts.restrict(report=list(ids), function=list(strata.get("function", [])))
    if not len(part.units) or not len(terms):
        return pd.DataFrame(columns=["per_10k", "low", "high"], index=terms, dtype=float)
    part = Counts(part.matrix, part.units.assign(side="all"), part.terms)
    return rates(part, by="side").set_index("term").reindex(terms)


def damage(corpus, tokens: pd.DataFrame, found: contrasts.Contrast, terms) -> pd.DataFrame:
    """
    Bound each term's ratio by what damage could have done, hit by hit.

    Hits are those of the concordance (as written); what lost characters and unresolved edits may
    hide counts as possible.

    Returns
    -------
    DataFrame, index `term`
        As `limits.damage_bounds`, with `before` and `after` for reference and target, on the words
        as written; terms as given.
    """
    sides = []
    functions = set(found.strata.get("function", []))
    for ids in (found.after, found.before):
        part = tokens[tokens["report"].isin(ids) & tokens["function"].isin(functions)]
        size = int(part["kind"].isin(["word", "number", "latin"]).sum())
        sides.append((_support(corpus, terms, ids, functions), size))
    (target, n_target), (reference, n_reference) = sides
    table = damage_bounds(target, reference, max(n_target, 1), max(n_reference, 1))
    for old, new in (("target", "after"), ("reference", "before")):
        table = table.rename(columns={f"{end}_{old}": f"{end}_{new}" for end in ("low", "high")})
    return table.reindex(pd.Index(terms, name="term"))


def _support(corpus, terms, ids, functions) -> pd.DataFrame:
    names = {"untouched": "untouched", "exact": "restored_exact", "inferred": "restored_inferred",
             "unresolved": "restored_inferred"}  # fmt: skip
    rows = {}
    for term in terms:
        row = dict.fromkeys([*names.values(), "possible"], 0)
        for function in functions:
            hits = concordance.hits(corpus, term, report=list(ids), function=function)
            for kind, n in hits["classes"].value_counts().items():
                row[names[kind]] += n
            row["possible"] += sum(hits.attrs["gaps"].values())
        rows[term] = row
    columns = ["untouched", "restored_exact", "restored_inferred", "possible"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns)


def zeros(corpus, changed: pd.DataFrame, found: contrasts.Contrast) -> pd.DataFrame:
    """
    List terms that one side does not have, with the limit below which it cannot be seen there.

    Returns
    -------
    DataFrame
        `term`, `change` (appeared, disappeared), `n` and `per_10k` where it is, `low`; `limit`
        (95% upper bound where it is not, widened for characters lost there); `settled` (the limit
        lies below `low`); settled first, then by `n` falling, then term.
    """
    rows = []
    for stem, other, ids in (("before", "after", found.before), ("after", "before", found.after)):
        gone = changed[(changed[f"n_{stem}"] == 0) & (changed[f"n_{other}"] >= MIN_COUNT)]
        share = _lost(corpus, ids)
        for term, row in gone.iterrows():
            limit = row[f"{stem}_high"] / float(visible_share(len(term), share))
            change = "appeared" if stem == "before" else "disappeared"
            rows.append((term, change, int(row[f"n_{other}"]), row[other], row[f"{other}_low"],
                         limit, bool(limit < row[f"{other}_low"])))  # fmt: skip
    columns = ["term", "change", "n", "per_10k", "low", "limit", "settled"]
    table = pd.DataFrame(rows, columns=columns)
    order = ["settled", "n", "term"]
    return table.sort_values(order, ascending=[False, False, True], ignore_index=True)


def _lost(corpus, ids) -> float:
    """Share of the characters of some reports that are lost (U+FFFD)."""
    texts = [corpus[id].text for id in ids]
    return sum(t.count("\ufffd") for t in texts) / max(sum(map(len, texts)), 1)


# The order in which verdicts are read.
ORDER = ("rose", "leans up", "stayed", "leans down", "fell", "unclear")


def chosen(changed: pd.DataFrame, most: int = 8, n_unclear: int = 0) -> pd.DataFrame:
    """
    Pick what to show: of each verdict the terms with most hits, in the order of `ORDER`.

    Within a verdict by log ratio falling; `n_unclear` of the terms that cannot be told.
    """
    size = changed["n_before"] + changed["n_after"]
    parts = []
    for name in ORDER:
        rows = changed[changed["verdict"] == name]
        top = size[rows.index].sort_index().sort_values(ascending=False, kind="stable").index
        keep = top[: n_unclear if name == "unclear" else most]
        parts.append(rows[rows.index.isin(keep)])
    return pd.concat(parts)


def quotations(corpus, found: contrasts.Contrast, terms, width: int = 16) -> pd.DataFrame:
    """
    Quote each term once from either side, with its place in the text and in the raw file.

    Returns
    -------
    DataFrame
        `term`, `side`, `report`, `quotation`, `section`, `text` and `raw` (offsets, start-end),
        `rests_on` (untouched, or the weakest class of edit); terms as given.
    """
    rows = []
    for term in terms:
        for side, ids in (("before", found.before), ("after", found.after)):
            for function in found.strata.get("function", []):
                hits = concordance.hits(corpus, term, list(ids), function=function, width=width)
                rows += [(term, side, *_quoted(hit)) for hit in hits.head(1).itertuples()]
    columns = ["term", "side", "report", "quotation", "section", "text", "raw", "rests_on"]
    table = pd.DataFrame(rows, columns=columns)
    return table.drop_duplicates(["term", "side"], ignore_index=True)


def _quoted(hit) -> tuple:
    quotation = f"…{hit.left}【{hit.hit}】{hit.right}…"
    places = f"{hit.start}-{hit.end}", f"{hit.raw_start}-{hit.raw_end}"
    return hit.report, quotation, hit.section_title, *places, hit.classes


def naive_findings(naive: Counts, changed: pd.DataFrame, found: contrasts.Contrast):
    """
    Compare whole raw reports as keyword tools do (G² over tokens), beside the verdict.

    Returns
    -------
    DataFrame, index `term`
        `n_before`, `n_after` (raw, whole reports), `g2`, `naive` (rose, fell), `verdict` (like for
        like; "not there" where the restored strata have no hit); only terms whose |G²| is above
        3.84 (p < .05), by |G²| falling, then term.
    """
    frame = naive.frame("report")
    sides = [frame.reindex(list(ids)).sum() for ids in (found.before, found.after)]
    pair = pd.DataFrame(sides, index=["before", "after"])
    sizes = [naive.restrict(report=list(ids)).sizes.sum() for ids in (found.before, found.after)]
    if not all(sizes):
        return pd.DataFrame(columns=["n_before", "n_after", "g2", "naive", "verdict"])
    tested = log_likelihood(pair, "after", "before", sizes=pd.Series(sizes, pair.index))
    table = pd.DataFrame({"n_before": pair.loc["before"], "n_after": pair.loc["after"],
                          "g2": tested["g2"].reindex(pair.columns)})  # fmt: skip
    table = table[table["g2"].abs() > G2_CRITICAL]
    table["naive"] = np.where(table["g2"] > 0, "rose", "fell")
    table["verdict"] = changed["verdict"].reindex(table.index).fillna("not there")
    table = table.rename_axis("term").sort_index()
    return table.sort_values("g2", key=lambda g: -g.abs(), kind="stable")
