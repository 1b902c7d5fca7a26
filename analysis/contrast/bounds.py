"""
What bounds a difference of two sides: verdicts, damage, zeros, quotations; and what a naive difference is made of.

A whole-report count compares what was said with what was said, but also a report that has its
review with one that lost it, and a clean page with a damaged one (`decompose`).
"""

import numpy as np
import pandas as pd

from analysis import concordance, occurrences
from analysis.contrast.exchange import LEVEL, UNPLACED
from analysis.counts import Counts
from analysis.uncertainty import MIN_COUNT, damage_bounds, rates, visible_share
from analysis.uncertainty.design import clusters
from analysis.uncertainty.estimators import g2

# "Stayed" is a finding too: the whole interval lies within a factor of two either way.
SAME = 1.0
# The order in which verdicts are read.
ORDER = ("rose", "leans up", "stayed", "leans down", "fell", "unclear")
# χ² with one degree of freedom at .05: what keyword tools call different unless told otherwise.
G2_CRITICAL = 3.84


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
    return pd.Series(np.select(rules, names, "unclear"), table.index, dtype=object)


def changes(found, counts: Counts) -> pd.DataFrame:
    """
    Add to a contrast each side's interval (the detection limit for a zero) and the verdict.

    Returns
    -------
    DataFrame, index `term`
        The columns of the contrast; `target`, `target_low`, `target_high` and the same of
        `reference` (per 10,000 tokens over the shared strata); `verdict`. `attrs["notes"]` says
        how many terms changed, lean, or stayed, and how many would lean by chance.
    """
    table = found.table.copy()
    for stem, ids in (("target", found.target), ("reference", found.reference)):
        side = _rates(counts, ids, found.strata, table.index)
        for name, column in (("", "per_10k"), ("_low", "low"), ("_high", "high")):
            table[stem + name] = side[column]
    table = table.assign(verdict=verdicts(table))
    table.attrs["notes"] = [*found.notes, *_summary(table)]
    return table


def _summary(table: pd.DataFrame) -> list[str]:
    tested = table[table["q"].notna()]
    if tested.empty:
        return []
    n = tested["verdict"].value_counts()
    moved = n.get("rose", 0) + n.get("fell", 0)
    alone = int((tested["p"] < LEVEL).sum())
    return [
        f"{moved} of {len(tested)} terms changed significantly after correction (q < .05); for {alone} the 95% "
        f"interval excludes no change, {LEVEL * len(tested):.0f} would be expected by chance; {n.get('stayed', 0)} "
        "stayed within a factor of two"
    ]


def _rates(counts, ids, strata, terms) -> pd.DataFrame:
    functions = list(strata["function"]) if "function" in strata else None
    part = counts.restrict(report=list(ids))
    part = part if functions is None else part.restrict(function=functions)
    if not len(part.units) or not len(terms):
        return pd.DataFrame(columns=["per_10k", "low", "high"], index=terms, dtype=float)
    part = Counts(part.matrix, part.units.assign(side="all"), part.terms)
    return rates(part, by="side").set_index("term").reindex(terms)


def choose(changed: pd.DataFrame, most: int = 8, n_unclear: int = 0) -> pd.DataFrame:
    """
    Pick what to show: of each verdict the terms with most hits, in the order of `ORDER`.

    Within a verdict by log ratio falling; `n_unclear` of the terms that cannot be told.
    """
    size = changed["n_reference"] + changed["n_target"]
    parts = []
    for name in ORDER:
        rows = changed[changed["verdict"] == name]
        top = size[rows.index].sort_index().sort_values(ascending=False, kind="stable").index
        keep = top[: n_unclear if name == "unclear" else most]
        parts.append(rows[rows.index.isin(keep)])
    return pd.concat(parts)


def keywords(
    table: pd.DataFrame, counts: Counts, target, reference=None, own: Counts | None = None,
    top: int | None = 12, min_hits: int = MIN_COUNT,
) -> pd.DataFrame:  # fmt: skip
    """
    Order a comparison by how sure the least difference is, and add where the terms stand.

    Parameters
    ----------
    table : DataFrame
        From `contrast.compare(...).table` or `contrast.against`.
    counts : Counts
        What was compared, by paragraph.
    target, reference : id or list of ids
        Reference None takes all the others.
    own : Counts, optional
        The same counts without wording that reports share.
    top, min_hits : int
        The first `top` terms of at least `min_hits` hits; of terms that stand equally often on
        both sides and inside a longer one, the longer.

    Returns
    -------
    DataFrame, index `term`
        `n_target`, `n_reference`, `log_ratio`, `low`, `high` (base 2; open, ±inf, on the far side
        of a zero), `at_least` (the end of the interval nearer to 0, or 0 if it holds 0), `p`, `q`,
        `mde_ratio`, `sections` (of the side that has more: how many have the term), `dp_norm`
        (there, over sections), `g2`, and `own` (log ratio without shared wording). By `at_least`
        in size falling, then p, then term. `attrs`: `tested` (terms with enough hits), `g2`
        (those that a keyword tool would call different), `notes`.
    """
    columns = ["n_target", "n_reference", "log_ratio", "low", "high", "at_least", "p", "q",
               "mde_ratio", "sections", "dp_norm", "g2"]  # fmt: skip
    if table.empty:
        why = " ".join(table.attrs.get("notes", ["There is nothing to compare."]))
        empty = pd.DataFrame(columns=columns, index=pd.Index([], name="term"), dtype=float)
        empty.attrs.update(tested=0, g2=0, notes=[why], why=why)
        return empty
    found = table[["n_target", "n_reference", "log_ratio", "low", "high", "p", "q",
                   "mde_ratio"]].copy()  # fmt: skip
    found.loc[found["n_reference"] == 0, "high"] = np.inf
    found.loc[found["n_target"] == 0, "low"] = -np.inf
    near = np.where(found["log_ratio"] > 0, found["low"].clip(lower=0), found["high"].clip(upper=0))
    found.insert(5, "at_least", near)
    sides = _sides(counts, target, reference)
    found = found.join(_spread(counts, *sides, found))
    found["g2"] = _g2(counts, *sides).reindex(found.index)
    if own is not None:
        found["own"] = _log_ratio(own, *sides).reindex(found.index)
    order = found.assign(size=-found["at_least"].abs()).sort_index()
    found = order.sort_values(["size", "p"], kind="stable").drop(columns="size")
    found = found[found["n_target"] + found["n_reference"] >= min_hits]
    tested = {"tested": len(found), "g2": int((found["g2"].abs() > G2_CRITICAL).sum())}
    found = found[~_inside_longer(found)]
    found = found.head(top) if top else found
    found.attrs.update(tested, notes=[
        *table.attrs.get("notes", []),
        f"of {tested['tested']:,} terms G² over tokens calls {tested['g2']} different (p < .05)",
    ])  # fmt: skip
    return found


def _sides(counts, target, reference) -> tuple[list, list]:
    known = list(pd.unique(counts.units["report"].astype(object)))
    first = [target] if isinstance(target, str) else list(target)
    second = [id for id in known if id not in first] if reference is None else reference
    return first, [second] if isinstance(second, str) else list(second)


def _inside_longer(found: pd.DataFrame) -> np.ndarray:
    """Mark terms that stand on either side as often as a longer term around them: the same hits."""
    inside = {}
    for _, rows in found.groupby(["n_target", "n_reference"], sort=False):
        for term in rows.index:
            inside[term] = any(term != other and term in other for other in rows.index)
    return found.index.map(inside).to_numpy(bool) if len(found) else np.zeros(0, bool)


def _totals(counts, ids) -> tuple[pd.Series, float]:
    part = counts.restrict(report=ids)
    hits = pd.Series(np.asarray(part.matrix.sum(axis=0), float).ravel(), counts.terms)
    return hits, float(part.sizes.sum())


def _g2(counts, target, reference) -> pd.Series:
    (f1, n1), (f2, n2) = _totals(counts, target), _totals(counts, reference)
    return pd.Series(g2(f1, f2, n1, n2), counts.terms)


def _log_ratio(counts, target, reference) -> pd.Series:
    """Log ratios alone; nothing where a side has no words of its own."""
    from analysis.uncertainty import log2_ratio

    (f1, n1), (f2, n2) = _totals(counts, target), _totals(counts, reference)
    if not (n1 and n2):
        return pd.Series(dtype=float)
    return pd.Series(log2_ratio(f1, n1, f2, n2), counts.terms)


def _spread(counts, target, reference, found) -> pd.DataFrame:
    """How many sections of the side that has more have the term, and how evenly."""
    more = found["log_ratio"].to_numpy() > 0
    parts, sections = [], []
    for side in (target, reference):
        design = clusters(counts.restrict(report=side), "report", "section")
        matrix, sizes = design.matrix.toarray()[design.sizes > 0], design.sizes[design.sizes > 0]
        parts.append(_evenness(matrix, sizes, design.terms, found.index))
        sections.append(len(sizes))
    number = np.where(more, parts[0]["range"], parts[1]["range"]).astype(int).astype(str)
    of = np.where(more, sections[0], sections[1]).astype(str)
    whole = np.char.add(np.char.add(number, "/"), of).astype(object)
    norm = np.where(more, parts[0]["dp_norm"], parts[1]["dp_norm"])
    return pd.DataFrame({"sections": whole, "dp_norm": norm}, found.index)


def _evenness(matrix, sizes, terms, wanted) -> pd.DataFrame:
    total, share = matrix.sum(axis=0), (sizes / sizes.sum())[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        dp = np.abs(matrix / total - share).sum(axis=0) / 2 / (1 - share.min())
    table = pd.DataFrame({"range": (matrix > 0).sum(axis=0), "dp_norm": np.where(total, dp, np.nan)},
                         index=terms)  # fmt: skip
    table = table.reindex(wanted)
    return table.assign(range=table["range"].fillna(0))


def damage(corpus, hits: pd.DataFrame, found, terms) -> pd.DataFrame:
    """
    Bound each term's ratio by what damage could have done, hit by hit.

    Parameters
    ----------
    corpus : Corpus
    hits : DataFrame
        From `occurrences.find`.
    found : Contrast
    terms : iterable of str

    Returns
    -------
    DataFrame, index `term`
        As `uncertainty.damage_bounds`, and `rests_on`: target against reference, each untouched +
        restored by proof + by inference, and after `?` the places that could hide more; terms as
        given.
    """
    terms = list(terms)
    functions = list(found.strata["function"]) if "function" in found.strata else None
    sides = [_held(corpus, hits, terms, ids, functions) for ids in (found.target, found.reference)]
    tokens = [max(int(found.strata.get(f"n_{side}", pd.Series([0])).sum()), 1)
              for side in ("target", "reference")]  # fmt: skip
    table = damage_bounds(*sides, *tokens).reindex(pd.Index(terms, name="term"))
    written = [_written(side) for side in sides]
    return table.assign(rests_on=(written[0] + " : " + written[1]).reindex(table.index))


def _held(corpus, hits: pd.DataFrame, terms, ids, functions=None) -> pd.DataFrame:
    """
    Count what the hits of some reports rest on, and the gaps that could hide more.

    Returns
    -------
    DataFrame, index `term`
        `untouched`, `restored_exact`, `restored_inferred`, `possible`; terms as given.
    """
    here = hits[hits["term"].isin(list(terms)) & hits["report"].isin(list(ids))]
    if functions is not None:
        here = here[here["function"].isin(functions)]
    part = occurrences.support(here).reindex(pd.Index(terms, name="term"), fill_value=0)
    places = [len(_gaps(corpus, term, ids, functions)) for term in terms]
    return part.assign(possible=places)


def _gaps(corpus, term, ids, functions) -> pd.DataFrame:
    if not len(ids):
        return pd.DataFrame()
    parts = [concordance.gaps(corpus, term, list(ids), function=f) for f in functions or [None]]
    return pd.concat(parts)


def _written(part: pd.DataFrame) -> pd.Series:
    """
    Write counts by what they rest on.

    >>> columns = ["untouched", "restored_exact", "restored_inferred", "possible"]
    >>> _written(pd.DataFrame([[5, 2, 1, 1], [3, 0, 0, 0]], columns=columns)).tolist()
    ['5+2+1 ?1', '3']
    """
    texts = []
    for row in part.itertuples():
        known = [str(row.untouched), str(row.restored_exact), str(row.restored_inferred)]
        while len(known) > 1 and known[-1] == "0":
            known.pop()
        texts.append("+".join(known) + (f" ?{row.possible}" if row.possible else ""))
    return pd.Series(texts, index=part.index, dtype=object)


def zeros(corpus, changed: pd.DataFrame, found) -> pd.DataFrame:
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
    for stem, other in (("reference", "target"), ("target", "reference")):
        gone = changed[(changed[f"n_{stem}"] == 0) & (changed[f"n_{other}"] >= MIN_COUNT)]
        share = _lost(corpus, getattr(found, stem))
        for term, row in gone.iterrows():
            limit = row[f"{stem}_high"] / float(visible_share(len(term), share))
            change = "appeared" if stem == "reference" else "disappeared"
            rows.append((term, change, int(row[f"n_{other}"]), row[other], row[f"{other}_low"],
                         limit, bool(limit < row[f"{other}_low"])))  # fmt: skip
    columns = ["term", "change", "n", "per_10k", "low", "limit", "settled"]
    table = pd.DataFrame(rows, columns=columns)
    order = ["settled", "n", "term"]
    return table.sort_values(order, ascending=[False, False, True], ignore_index=True)


def absences(rates: pd.DataFrame, corpus) -> pd.DataFrame:
    """
    List the zeros of a table of rates, each with its detection limit.

    Parameters
    ----------
    rates : DataFrame
        From `uncertainty.rates`, by report.

    Returns
    -------
    DataFrame
        `report`, `term`, `limit` (95% upper bound of the rate, per 10,000, widened for lost
        characters), `others` (mean rate of the other reports), `lowest` (lower end of the
        interval of the nearest of them that has the term), `absent` (the limit lies below it);
        absent first, then by `others` falling, then report and term.
    """
    # Whoever has none of a term is not among those that have it: sums over all are sums over the others.
    terms = rates.groupby("term", sort=False)[["count", "n_tokens"]].sum()
    lowest = rates[rates["count"] > 0].groupby("term", sort=False)["low"].min()
    zeros = rates[(rates["count"] == 0) & rates["term"].isin(lowest.index)]
    lost = {report: _lost(corpus, [report]) for report in zeros["report"].unique()}
    visible = [float(visible_share(len(row.term), lost[row.report])) for row in zeros.itertuples()]
    hits, tokens = (zeros["term"].map(terms[name]).astype("float64") for name in terms)
    found = zeros[["report", "term"]].assign(
        limit=zeros["high"] / visible,
        others=hits / (tokens - zeros["n_tokens"]) * 1e4,
        lowest=zeros["term"].map(lowest).astype("float64"),
    )
    found["absent"] = found["limit"] < found["lowest"]
    order = ["absent", "others", "report", "term"]
    return found.sort_values(order, ascending=[False, False, True, True], ignore_index=True)


def _lost(corpus, ids) -> float:
    """Share of the characters of some reports that are lost (U+FFFD)."""
    texts = [corpus[id].text for id in ids]
    return sum(t.count("\ufffd") for t in texts) / max(sum(map(len, texts)), 1)


def quotations(
    corpus, hits: pd.DataFrame, found, terms, width: int = 16
) -> pd.DataFrame:
    """
    Quote each term once from either side, with its place in the text and in the raw file.

    Returns
    -------
    DataFrame
        `term`, `side`, `report`, `quotation`, `section`, `text` and `raw` (offsets, start-end),
        `rests_on` (untouched, or the weakest class of edit); terms as given.
    """
    functions = set(found.strata["function"]) if "function" in found.strata else set()
    rows = []
    for term in terms:
        mine = hits[hits["term"] == term]
        mine = mine[mine["function"].isin(functions)] if functions else mine
        for side in ("reference", "target"):
            here = mine[mine["report"].isin(getattr(found, side))]
            rows += [(term, side, *_quoted(corpus, hit, width))
                     for hit in here.head(1).itertuples()]  # fmt: skip
    columns = ["term", "side", "report", "quotation", "section", "text", "raw", "rests_on"]
    return pd.DataFrame(rows, columns=columns)


def _quoted(corpus, hit, width: int) -> tuple:
    report = corpus[hit.report]
    rows = report.paragraphs
    place = rows[(rows["start"] <= hit.start) & (rows["end"] >= hit.end)].iloc[0]
    left = report.text[max(place["start"], hit.start - width) : hit.start]
    right = report.text[hit.end : min(place["end"], hit.end + width)]
    raw = report.ledger.to_raw(hit.start, hit.end)
    return (hit.report, f"…{left}【{hit.term}】{right}…", place["section_title"],
            f"{hit.start}-{hit.end}", f"{raw[0]}-{raw[1]}", hit.rests_on)  # fmt: skip


def naive_differences(naive: Counts, changed: pd.DataFrame, found) -> pd.DataFrame:
    """
    Compare whole raw reports as keyword tools do (G² over tokens), beside the verdict.

    Parameters
    ----------
    naive : Counts
        Of the pages as received.
    changed : DataFrame
        From `changes`.

    Returns
    -------
    DataFrame, index `term`
        `n_reference`, `n_target` (raw, whole reports), `g2`, `naive` (rose, fell), `verdict` (like
        for like; "not there" where the restored strata have no hit); only terms whose |G²| is above
        3.84 (p < .05), by |G²| falling, then term.
    """
    (f1, n1), (f2, n2) = (_totals(naive, list(ids)) for ids in (found.target, found.reference))
    if not (n1 and n2):
        return pd.DataFrame(columns=["n_reference", "n_target", "g2", "naive", "verdict"])
    score = pd.Series(g2(f1, f2, n1, n2), naive.terms)
    table = pd.DataFrame({"n_reference": f2.astype(int), "n_target": f1.astype(int), "g2": score})
    table = table[table["g2"].abs() > G2_CRITICAL]
    table["naive"] = np.where(table["g2"] > 0, "rose", "fell")
    table["verdict"] = changed["verdict"].reindex(table.index).fillna("not there")
    table = table.rename_axis("term").sort_index()
    return table.sort_values("g2", key=lambda g: -g.abs(), kind="stable")


# ------------------------------------------------------------------ what a naive difference is made of

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
        Parts that lack a page (`incomplete_parts`).

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
    raw = [_whole_rate(naive, side, terms) for side in (before, after)]
    whole = [_whole_rate(restored, side, terms) for side in (before, after)]
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


def _whole_rate(counts, side, terms) -> np.ndarray:
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


def incomplete_parts(corpus, ids=None) -> set[tuple[str, str]]:
    """
    Name the parts (report, function) that lack a page or a section, by `corpus.gaps`.

    A missing page breaks the part that goes on after it, a missing section the part before it.
    """
    found = set()
    for gap in corpus.gaps[corpus.gaps["what"].isin(["page", "section"])].itertuples():
        rows = corpus.paragraphs[corpus.paragraphs["report"] == gap.report]
        after = rows[rows["end"] > gap.start]
        part = after if gap.what == "page" else rows[rows["end"] <= gap.start][::-1]
        part = part[part["function"] != UNPLACED]
        if len(part) and (ids is None or gap.report in ids):
            found.add((gap.report, part["function"].iloc[0]))
    return found


def drop_incomplete(counts: Counts, corpus) -> Counts:
    """Leave out the parts that are not whole: what a page took away is not like what stayed."""
    columns = (counts.units[name].astype(str) for name in ("report", "function"))
    out = incomplete_parts(corpus)
    return counts.restrict(mask=[key not in out for key in zip(*columns, strict=True)])
