"""
What a corpus lets one say: each finding with number, status, share of analyses, and quotations.

`wordings` finds them in the words, `targets` in the quantities, `refusals` has what looks like a
finding and is none. All are picked by rule, so that another corpus gets its own.
"""

from dataclasses import asdict, dataclass, fields
from functools import cached_property

import pandas as pd

from analysis import concordance, contrast, occurrences, text_reuse, tokens
from analysis.counts import Counts

# What a finding can be: two reports of one kind, part against part; or the reports as they are.
LIKE, DESCRIBED = "like for like", "described, not compared"
# Characters of context on either side of a quotation.
WIDTH = 22
# A longer place is quoted by its two ends.
LONGEST = 40


@dataclass(frozen=True, kw_only=True)
class Finding:
    """
    One thing that the reports let one say.

    Attributes
    ----------
    id : str
        Name of its claim (`claims.Claims.state`).
    statement : str
        A sentence with `{}` where the number goes.
    value, low, high : float or None
        The number and its 95% interval; no interval where texts simply say it, or all was counted.
    unit, digits, n, counts, evidence
        As in `claims.Claims.state`.
    status : str
        `LIKE` or `DESCRIBED`, and what else bounds it.
    holds, of, over : float, int, str
        In which share of the `of` analyses that could have been done it comes out the same, and
        what they vary.
    places : tuple of (report, start, end)
        What can be quoted, in the restored texts.
    """

    id: str
    statement: str
    value: float
    low: float | None = None
    high: float | None = None
    unit: str
    digits: int = 0
    n: int
    counts: str
    evidence: str
    status: str
    holds: float
    of: int
    over: str
    places: tuple[tuple[str, int, int], ...]


COLUMNS = [field.name for field in fields(Finding)]


@dataclass(frozen=True)
class Study:
    """
    Reports with what findings in the words are made of.

    Attributes
    ----------
    corpus : Corpus
    hits : DataFrame
        From `occurrences.find`.
    counts : Counts
        The hits by paragraph, of the part that is compared.
    function : str or None
        That part; None takes all parts.
    """

    corpus: object
    hits: pd.DataFrame
    counts: Counts
    function: str | None

    @cached_property
    def shared(self) -> pd.DataFrame:
        """Wording that reports share."""
        return text_reuse.shared(self.corpus)

    @cached_property
    def reports(self) -> list[str]:
        """Reports that have the part."""
        units = self.counts.units
        sizes = units["n_tokens"].groupby(units["report"].astype(str), sort=False).sum()
        return list(sizes[sizes > 0].index)

    @cached_property
    def pair(self) -> contrast.Contrast:
        """The two like reports farthest apart in time."""
        return contrast.widest(self.counts, self.corpus.catalogue, self.function)


def study(corpus, function: str | None = None) -> Study:
    """Cut and count reports; the part is compared where at least two of them have it."""
    cut = tokens.table(corpus)
    having = cut.loc[cut["function"] == function, "report"].nunique()
    chosen = function if having > 1 else None
    hits = occurrences.find(corpus, cut)
    counts = contrast.drop_incomplete(occurrences.count(hits, cut), corpus)
    return Study(corpus, hits, counts.restrict(function=chosen) if chosen else counts, chosen)


def table(found: list[Finding], most: int) -> pd.DataFrame:
    """List the first `most` findings, a row each, with the columns of `Finding`."""
    return pd.DataFrame([asdict(one) for one in found[:most]], columns=COLUMNS)


def spread(corpus, hits: pd.DataFrame, most: int = 3) -> tuple[tuple[str, int, int], ...]:
    """
    Choose places to quote: one from each report in turn, from sections not yet quoted first.

    Parameters
    ----------
    hits : DataFrame
        `report`, `start`, `end`; with `section`, other sections come first.
    """
    if "section" in hits:
        again = hits.duplicated(["report", "section"])
        hits = pd.concat([hits[~again], hits[again]])
    turn = hits.groupby("report", sort=False).cumcount()
    order = {report: place for place, report in enumerate(corpus.ids)}
    chosen = hits.assign(turn=turn, at=hits["report"].map(order)).sort_values(["turn", "at"])
    rows = chosen.head(most).sort_values(["at", "start"])[["report", "start", "end"]]
    return tuple(rows.itertuples(index=False, name=None))


def quotations(corpus, places) -> pd.DataFrame:
    """
    Quote places with their context, their section, their raw offsets and what they rest on.

    Returns
    -------
    DataFrame
        `report`, `section`, `quotation` (the place in 【】, a long one by its ends), `raw`
        (offsets, start-end), `rests_on`
        (untouched, or the weakest class of edit inside).
    """
    rows = []
    for id, start, end in places:
        report = corpus[id]
        left, right = max(0, start - WIDTH), end + WIDTH
        inside = report.text[start:end]
        if len(inside) > LONGEST:
            inside = f"{inside[: LONGEST // 2]}…{inside[-LONGEST // 2 :]}"
        text = f"…{report.text[left:start]}【{inside}】{report.text[end:right]}…"
        raw = "-".join(map(str, report.ledger.to_raw(start, end)))
        classes = [edit.confidence for edit in report.ledger.edits_in(start, end)]
        worst = max(classes, key=concordance.CLASSES.index, default="untouched")
        rows.append((id, _section(report, start), text.replace("\n", " "), raw, worst))
    return pd.DataFrame(rows, columns=["report", "section", "quotation", "raw", "rests_on"])


def _section(report, start: int) -> str:
    inside = report.paragraphs
    row = inside[(inside["start"] <= start) & (start < inside["end"])]
    return "" if row.empty else str(row["section_title"].iloc[0])
