"""
Keyness as a page shows it: effect and interval, spread, damage, kind, and the same without what
reports share.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from analysis import concordance, keyness, mentions, text_reuse
from analysis import tokens as words
from analysis.counts import Counts
from analysis.terms import dispersion
from analysis.uncertainty.design import opposed
from analysis.uncertainty.limits import damage_bounds, visible_share

# A difference is called settled where q (Benjamini-Hochberg) stands below this and damage alone
# could not have made it.
LEVEL = 0.05
# χ² with one degree of freedom at .05: what keyword tools call different unless told otherwise.
G2_CRITICAL = 3.84


@dataclass(frozen=True)
class Study:
    """
    Reports with all that comparisons of one part of them need.

    Attributes
    ----------
    corpus, tokens, mentions
        From `corpus.load`, `tokens.table` and `mentions.vocabulary`.
    function : str or None
        The part that is compared; None takes all parts.
    """

    corpus: object
    tokens: pd.DataFrame
    mentions: pd.DataFrame
    function: str | None = None

    @cached_property
    def shared(self) -> pd.DataFrame:
        """Wording that reports share."""
        return text_reuse.shared(self.corpus)

    @cached_property
    def counts(self) -> Counts:
        """Mentions by paragraph of the part that is compared."""
        return self._part(mentions.counted(self.mentions, self.tokens))

    @cached_property
    def own(self) -> Counts:
        """The same without shared wording."""
        kept = [rows[~text_reuse.in_shared_passage(rows, self.shared)] for rows in (self.mentions, self.tokens)]
        return self._part(mentions.counted(*kept))

    @cached_property
    def sizes(self) -> pd.Series:
        """Tokens compared, by report."""
        units = self.counts.units
        return units["n_tokens"].groupby(units["report"].astype(str), sort=False).sum()

    @property
    def reports(self) -> list[str]:
        """Reports that have the part."""
        return list(self.sizes[self.sizes > 0].index)

    def _part(self, counts: Counts) -> Counts:
        return counts.restrict(function=self.function) if self.function else counts

    def compare(self, target, reference=None, top=12, min_hits=5) -> pd.DataFrame:
        """
        Compare like `table`; the `top` terms of at least `min_hits` hits are `marked`.

        Empty where there is nothing to compare with. `attrs` has `tested` (terms with enough
        hits) and `g2` (those that a keyword tool would call different: |G²| above 3.84).
        """
        if len(self.reports) < 2 or not target:
            return pd.DataFrame()
        found = table(self.counts, target, reference, self.own)
        found = found[found["n_target"] + found["n_reference"] >= min_hits]
        tested = {"tested": len(found), "g2": int((found["g2"].abs() > G2_CRITICAL).sum())}
        found = found[~_inside_longer(found)]
        part = self.mentions
        part = part[part["function"] == self.function] if self.function else part
        sides = target, reference
        shown = marked(found.head(top), self.corpus, part, self.sizes, *sides, self.function)
        shown.attrs.update(tested)
        return shown


def _inside_longer(found: pd.DataFrame) -> np.ndarray:
    """Mark terms that stand on either side as often as a longer term around them: the same hits."""
    same = found.groupby(["n_target", "n_reference"], sort=False)
    longer = {term: any(term != other and term in other for other in rows.index)
              for _, rows in same for term in rows.index}  # fmt: skip
    return found.index.map(longer).to_numpy(bool)


def study(corpus, function: str | None = None, extra=()) -> Study:
    """
    Segment reports, list what they mention, and choose the part to compare.

    Parameters
    ----------
    function : str, optional
        Compared where at least two reports have it; otherwise whole reports are.
    extra : iterable of str
        Strings to count as written, besides words, listed terms and discovered phrases.
    """
    cut = words.table(corpus)
    having = cut.loc[cut["function"] == function, "report"].nunique()
    chosen = function if having > 1 else None
    return Study(corpus, cut, mentions.vocabulary(corpus, cut, extra), chosen)


def table(counts, target, reference=None, own=None) -> pd.DataFrame:
    """
    Compare the terms of two sets of reports.

    Parameters
    ----------
    counts : Counts
        By paragraph, restricted to the functions that are to be compared.
    target, reference : id or list of ids
        Reference None takes all the others.
    own : Counts, optional
        The same counts without wording that reports share.

    Returns
    -------
    DataFrame, index `term`
        `n_target`, `n_reference`, `log_ratio`, `low`, `high` (base 2; open, ±inf, on the far side
        of a zero), `at_least` (the end of the interval nearer to 0, or 0 if it holds 0), `q`,
        `mde_ratio`, `sections` (of the side that has more: how many have the term), `dp_norm`
        (there, over sections), `g2`, and `own` (log ratio without shared wording, if given). By
        `at_least` in size falling, then p, then term.
    """
    found = keyness.log_ratio(counts, target, reference)
    found.loc[found["n_reference"] == 0, "high"] = np.inf
    found.loc[found["n_target"] == 0, "low"] = -np.inf
    near = np.where(found["log_ratio"] > 0, found["low"].clip(lower=0), found["high"].clip(upper=0))
    found.insert(5, "at_least", near)
    found = found.join(_spread(counts, target, reference, found))
    found = found.join(keyness.log_likelihood(counts, target, reference)["g2"])
    if own is not None:
        found["own"] = _ratio(own, target, reference).reindex(found.index)
    order = found.assign(size=-found["at_least"].abs()).sort_index()
    order = order.sort_values(["size", "p"], kind="stable")
    return order.drop(columns=["size", "p", "variant"])


def _ratio(counts, target, reference) -> pd.Series:
    """Log ratios alone; nothing where a side has no words of its own."""
    try:
        return keyness.log_ratio(counts, target, reference)["log_ratio"]
    except (KeyError, ValueError):
        return pd.Series(dtype=float)


def _sides(counts, target, reference) -> tuple[list, list]:
    return _opposed(pd.unique(counts.units["report"].astype(object)), target, reference)


def _opposed(labels, target, reference) -> tuple[list, list]:
    """Both sides as lists of labels."""
    sides = (target, opposed(pd.Index(labels), target, reference))
    return tuple([side] if isinstance(side, str) else list(side) for side in sides)


def _spread(counts, target, reference, found) -> pd.DataFrame:
    """Range and DPnorm over sections, of the side in which a term is the more frequent."""
    spread = []
    for side in _sides(counts, target, reference):
        part = counts.restrict(report=side).regroup(["report", "section"])
        spread.append(dispersion(part)[["range", "dp_norm"]].reindex(found.index))
    more = found["log_ratio"] > 0
    chosen = spread[0].where(more, spread[1])
    whole = [counts.restrict(report=side).units[["report", "section"]].drop_duplicates().shape[0]
             for side in _sides(counts, target, reference)]  # fmt: skip
    number = chosen["range"].fillna(0).astype(int).astype(str)
    of = np.where(more, whole[0], whole[1]).astype(str)
    return pd.DataFrame({"sections": number + "/" + of, "dp_norm": chosen["dp_norm"]})


def settled(found: pd.DataFrame) -> pd.Series:
    """Say which terms differ by more than chance over sections, and not by damage alone."""
    sure = found["q"] < LEVEL
    return sure & ~found["damage_alone"] if "damage_alone" in found else sure


def marked(found, corpus, rows, sizes, target, reference, function=None) -> pd.DataFrame:
    """
    Add kind and damage to some terms of a comparison: a few calls of the concordance for each.

    Parameters
    ----------
    found : DataFrame
        Rows of `table`.
    corpus : Corpus
    rows : DataFrame
        Mentions (`mentions.vocabulary`) in the functions that are compared.
    sizes : Series, index report
        Tokens compared, by report.

    Returns
    -------
    DataFrame
        With `kind` (word, lexicon, discovered, string), `rests_on` (target against reference:
        untouched + restored by proof + restored by inference, and places that could hide more
        after a question mark), `damage_alone` (damage could have made the difference).
    """
    first, second = _opposed(sizes.index, target, reference)
    here = rows[rows["term"].isin(found.index)]
    kinds = here.drop_duplicates("term").set_index("term")["kind"].reindex(found.index)
    held = [_held(corpus, here, found.index, side, function) for side in (first, second)]
    bounds = damage_bounds(*held, *(max(sizes[side].sum(), 1) for side in (first, second)))
    texts = [_written(part) for part in held]
    return found.assign(
        kind=kinds, rests_on=texts[0] + " : " + texts[1],
        damage_alone=bounds["damage_alone"].reindex(found.index),
    )  # fmt: skip


def _held(corpus, rows, terms, side, function) -> pd.DataFrame:
    """What the hits of one side rest on, and what its gaps could hide."""
    part = mentions.support(corpus, rows[rows["report"].isin(side)]).reindex(terms, fill_value=0)
    return part.assign(possible=[len(concordance.gaps(corpus, t, side, function=function))
                                 for t in terms])  # fmt: skip


def _written(held: pd.DataFrame) -> pd.Series:
    """
    Write counts by what they rest on.

    >>> columns = ["untouched", "restored_exact", "restored_inferred", "possible"]
    >>> _written(pd.DataFrame([[5, 2, 1, 1], [3, 0, 0, 0]], columns=columns)).tolist()
    ['5+2+1 ?1', '3']
    """
    def text(row) -> str:
        known = [str(row.untouched), str(row.restored_exact), str(row.restored_inferred)]
        while len(known) > 1 and known[-1] == "0":
            known.pop()
        return "+".join(known) + (f" ?{row.possible}" if row.possible else "")

    return pd.Series([text(row) for row in held.itertuples()], index=held.index, dtype=object)


def zeros(rates: pd.DataFrame, corpus) -> pd.DataFrame:
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
    rows = []
    for row in rates[rates["count"] == 0].itertuples():
        others = rates[(rates["term"] == row.term) & (rates["report"] != row.report)]
        has = others[others["count"] > 0]
        if has.empty:
            continue
        text = corpus[row.report].text
        seen = float(visible_share(len(row.term), text.count("\ufffd") / max(len(text), 1)))
        limit, lowest = row.high / seen, has["low"].min()
        mean = others["count"].sum() / others["n_tokens"].sum() * 1e4
        rows.append((row.report, row.term, limit, mean, lowest, bool(limit < lowest)))
    columns = ["report", "term", "limit", "others", "lowest", "absent"]
    order = ["absent", "others", "report", "term"]
    found = pd.DataFrame(rows, columns=columns)
    return found.sort_values(order, ascending=[False, False, True, True], ignore_index=True)
