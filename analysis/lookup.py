"""
Answer a query at once: where a term, phrase or pattern stands, how often, and beside what.

`prepare` does once what every query needs; each answer is a table. `views` sets them as pages,
`explore` puts widgets around them.
"""

from collections import Counter
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from analysis import concordance, contrast, lexicons, tokens, uncertainty
from analysis.counts import Counts, count

# Words on either side that count as neighbours: the span most used since Sinclair (1991) is 4 to 5.
SPAN = 5
# Seen together less often than this, two words say nothing about each other.
MIN_TOGETHER = 3


@dataclass(frozen=True, eq=False)
class Prepared:
    """A corpus with what queries share: tokens, units with sizes, words, the tree of sections."""

    corpus: object
    tokens: dict[str, pd.DataFrame]
    units: pd.DataFrame
    rows: dict[tuple[str, int], int]
    frequency: Counter
    sections: dict[tuple[str, int], tuple[int, str]]


@dataclass(frozen=True, eq=False)
class Found:
    """A query, its hits (`concordance.hits`), and the reports and function it was sought in."""

    query: str
    hits: pd.DataFrame
    only: dict[str, str]


def prepare(corpus) -> Prepared:
    """Segment and count a corpus once, for any number of queries."""
    # The first contrast would wait for it.
    from scipy import stats  # noqa: F401

    table = tokens.table(corpus)
    units = count(table).units.astype({"report": "str", "function": "str"})
    keys = zip(units["report"], units["paragraph"], strict=True)
    words = table[table["kind"] == "word"].astype({"report": "str", "token": "str"})
    by_report = {name: part.reset_index(drop=True) for name, part in words.groupby("report")}
    rows = {key: row for row, key in enumerate(keys)}
    tree = {(s.report, s.section): (s.parent, f"{s.number}{s.title}")
            for s in corpus.sections.itertuples()}  # fmt: skip
    return Prepared(corpus, by_report, units, rows, Counter(words["token"]), tree)


def find(
    prepared: Prepared, query: str, regex: bool = False,
    report: str | None = None, function: str | None = None,
) -> Found:  # fmt: skip
    """Find a string or pattern, in all texts, one report, or one function of them."""
    given = {"report": report, "function": function}
    only = {name: value for name, value in given.items() if value is not None}
    hits = concordance.hits(prepared.corpus, query, regex=regex, width=24, **only)
    return Found(query, hits, only)


def counts(prepared: Prepared, found: Found) -> Counts:
    """Count the hits by paragraph of what was searched; every statistic of the suite takes it."""
    keys = zip(found.hits["report"], found.hits["paragraph"], strict=True)
    rows = [prepared.rows[key] for key in keys if key in prepared.rows]
    column = np.bincount(rows, minlength=len(prepared.units)).astype(np.int32)
    matrix = sparse.csr_array(column[:, None])
    terms = pd.Index([found.query], dtype="str", name="term")
    return Counts(matrix, prepared.units, terms).restrict(**found.only)


def rates(prepared: Prepared, found: Found) -> pd.DataFrame:
    """
    Give the rate of each report with its interval, and the rate that its length could miss.

    Returns
    -------
    DataFrame
        The columns of `uncertainty.rates`, and `limit`: per 10,000 tokens, the highest rate with
        which a text of this length has no hit at all in one of twenty cases.
    """
    table = uncertainty.rates(counts(prepared, found))
    order = {name: place for place, name in enumerate(prepared.corpus.ids)}
    table = table.sort_values("report", key=lambda names: names.map(order), ignore_index=True)
    return table.assign(limit=uncertainty.detection_limit(table["n_tokens"]) * 1e4)


def neighbours(prepared: Prepared, found: Found, most: int = 15) -> pd.DataFrame:
    """
    List the words that stand within five words of the hits more than their frequency explains.

    logDice = 14 + log2(2 f(x,y) / (f(x) + f(y))): 14 where the two are never apart, one less for
    each halving; it does not depend on the size of the corpus. f(x) are the hits, f(y) the word's
    occurrences, and f(x,y) is the smaller of the hits with the word beside them and of the
    occurrences beside a hit, so that 14 is not exceeded. Stop words and parts of the hit are left
    out; the window ends with the paragraph.

    Returns
    -------
    DataFrame
        `collocate`, `together` (f(x,y)), `count` (f(y)), `log_dice`; by `log_dice`, then word.

    References
    ----------
    Rychlý, P. (2008). A lexicographer-friendly association score. RASLAN 2008, 6-9.
    """
    beside, places = Counter(), {}
    for report, part in found.hits.groupby("report", sort=False):
        for row, word in _beside(prepared.tokens.get(report), part):
            beside[word] += 1
            places.setdefault(word, set()).update((report, at) for at in row)
    stop, frequency = lexicons.stopwords(), _frequency(prepared, found.only)
    rows = [
        (word, min(hits, len(places[word])), frequency[word])
        for word, hits in beside.items() if word not in stop and word not in found.query
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["collocate", "together", "count"])
    table = table[table["together"] >= MIN_TOGETHER]
    both = len(found.hits) + table["count"]
    table = table.assign(log_dice=14 + np.log2(2 * table["together"] / both.astype(float)))
    table = table.sort_values(["log_dice", "collocate"], ascending=[False, True])
    return table.head(most).reset_index(drop=True)


def _frequency(prepared: Prepared, only: dict[str, str]) -> Counter:
    """How often each word stands in what was searched."""
    if not only:
        return prepared.frequency
    report, function = only.get("report"), only.get("function")
    parts = [words["token"] if function is None else words["token"][words["function"] == function]
             for name, words in prepared.tokens.items() if report in (None, name)]  # fmt: skip
    return sum(map(Counter, parts), Counter())


def _beside(words: pd.DataFrame | None, hits: pd.DataFrame):
    """For each hit and each word near it: the places of its occurrences, and the word."""
    if words is None:
        return
    starts, ends = words["start"].to_numpy(), words["end"].to_numpy()
    paragraphs, names = words["paragraph"].to_numpy(), words["token"].to_numpy()
    for hit in hits.itertuples():
        first, last = np.searchsorted(ends, hit.start, "right"), np.searchsorted(starts, hit.end)
        near = [*range(max(0, first - SPAN), first), *range(last, min(last + SPAN, len(names)))]
        found = {}
        for at in near:
            if paragraphs[at] == hit.paragraph:
                found.setdefault(names[at], []).append(at)
        yield from ((places, word) for word, places in found.items())


def outline(prepared: Prepared, found: Found) -> pd.DataFrame:
    """
    Count the hits by section, with the sections above.

    Returns
    -------
    DataFrame
        `report`, `section`, `level`, `function`, `title` (with its number), `hits` (with those
        of subsections), in the order of the texts; sections without a hit are left out.
    """
    total, sections = Counter(), prepared.corpus.sections
    for report, section in zip(found.hits["report"], found.hits["section"], strict=True):
        total.update((report, above) for above in above(prepared, report, section))
    keys = list(zip(sections["report"], sections["section"], strict=True))
    table = sections.assign(title=[prepared.sections[key][1] for key in keys],
                            hits=[total[key] for key in keys])  # fmt: skip
    columns = ["report", "section", "level", "function", "title", "hits"]
    return table.loc[table["hits"] > 0, columns].reset_index(drop=True)


def above(prepared: Prepared, report: str, section: int):
    """A section and those that it belongs to, from the innermost."""
    while section >= 0:
        yield section
        section = prepared.sections[report, section][0]


def path(prepared: Prepared, report: str, section: int) -> list[str]:
    """Headings above a place, from the top."""
    upwards = [*above(prepared, report, section)]
    return [prepared.sections[report, each][1] for each in upwards[::-1]]


def compare(prepared: Prepared, found: Found, before, after) -> contrast.Contrast:
    """
    Compare two sets of reports, like for like, for the term of a query.

    `before` (the reference) and `after` (the target) choose reports as in `contrast.compare`, which
    raises NotComparable where nothing is alike, or where a report would stand on both sides.
    """
    counted, catalogue = counts(prepared, found), prepared.corpus.catalogue
    return contrast.compare(counted, catalogue, after, before, found.only.get("function"))
