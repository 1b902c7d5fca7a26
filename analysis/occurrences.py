"""
Every hit of a term, one a row: words as they were cut, listed terms, phrases and strings as written.

This is the one place where it is decided what a term is and what counts as a hit of it. All
notebooks count rows of `find`, so that a term has the same number of hits wherever it is named.

    tokens = tokens.table(corpus)
    hits = occurrences.find(corpus, tokens)          # one row a hit, with what it rests on
    counted = occurrences.count(hits, tokens)        # Counts: paragraphs × terms
"""

import re
from collections.abc import Collection, Iterable

import numpy as np
import pandas as pd
from scipy import sparse

from analysis import collocations, lexicons
from analysis import counts as counting
from analysis.counts import Counts
from analysis.wordform import fold

COLUMNS = [
    "report", "section", "paragraph", "function", "term", "start", "end", "kind", "rests_on",
]  # fmt: skip
# What a term can be; a term of two kinds is the first of them.
KINDS = ("lexicon", "discovered", "word", "string")
# What a hit rests on: no edit, or the weakest of its edits, from best to worst.
RESTS_ON = ("untouched", "exact", "inferred", "unresolved")
# Numbers of headings (第一节, 第二章) and of points in a list (一是, 二要, 其三): layout, no words.
_NUMBERING = re.compile(
    "第[一二三四五六七八九十百零〇0-9]+[章节篇条款]|[一二三四五六七八九十]{1,3}[是要]|其[一二三四五六七八九十]"
)


def find(
    corpus, tokens: pd.DataFrame, extra: Iterable[str] = (), *, stop: Collection[str] | None = None,
    min_length: int = 2, min_count: int = 5,
) -> pd.DataFrame:  # fmt: skip
    """
    List every hit of words, listed policy terms, discovered phrases and further strings.

    A listed term or phrase is counted wherever it is written, also inside a longer one; a word
    where it is cut. What `extra` names is added as written where it is no term yet; it never
    changes how another term is counted.

    Parameters
    ----------
    corpus : Corpus
    tokens : DataFrame
        What `tokens.table` gives.
    extra : iterable of str
        Strings to count besides.
    stop : collection of str, optional
        Words to leave out; `lexicons.stopwords()` by default.
    min_length : int
        Shortest word, in characters: those of one character are mostly parts of something.
    min_count : int
        Least hits of a discovered phrase.

    Returns
    -------
    DataFrame
        `report`, `section`, `paragraph`, `function`, `term`, `start`, `end` (offsets in the
        restored text), `kind` (lexicon, discovered, word, string) and `rests_on` (untouched, or
        the weakest class of edit under the hit: exact, inferred, unresolved).

    See Also
    --------
    count : the same hits as `Counts`.
    """
    stop = lexicons.stopwords() if stop is None else stop
    phrases = collocations.phrases(tokens, min_count=min_count, stop=stop)["phrase"]
    listed = lexicons.terms("policy_terms")
    named = {**dict.fromkeys(phrases, "discovered"), **dict.fromkeys(listed, "lexicon")}
    cut = words(tokens, {*stop, *named}, min_length)
    known = {*cut["term"], *named}
    named |= {term: "string" for term in extra if term not in known}
    rows = pd.concat([cut, match_strings(corpus, named, tokens)], ignore_index=True)
    return rows.assign(rests_on=rests_on(corpus, rows))[COLUMNS]


def words(tokens: pd.DataFrame, stop: Collection[str] = (), min_length: int = 2) -> pd.DataFrame:
    """
    List the words of a token table as hits; numbers of headings (第一节) and list points (一是) are left out.

    Returns
    -------
    DataFrame
        The columns of `find` without `rests_on`.
    """
    rows = tokens[tokens["kind"].eq("word")].rename(columns={"token": "term"})
    rows = rows.astype({"term": object, "report": object, "function": object})
    kept = [t for t in rows["term"].unique()
            if len(t) >= min_length and t not in stop and not _NUMBERING.fullmatch(t)]  # fmt: skip
    return rows.loc[rows["term"].isin(kept)].assign(kind="word")[COLUMNS[:-1]]


def match_strings(corpus, named: dict[str, str], tokens: pd.DataFrame | None = None):
    """
    List every place where a string is written, within paragraphs.

    Without overlap of a term with itself, as `counts.strings` counts.

    Parameters
    ----------
    corpus : Corpus
    named : dict of str to str
        Each string with its kind.
    tokens : DataFrame, optional
        Only the reports that it has are searched.

    Returns
    -------
    DataFrame
        The columns of `find` without `rests_on`.
    """
    here = None if tokens is None else set(tokens["report"].unique())
    reports = [r for r in corpus.reports if here is None or r.id in here]
    parts = [_in_report(report, named) for report in reports]
    parts = [part for part in parts if len(part)]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=COLUMNS[:-1])


def _in_report(report, named: dict[str, str]) -> pd.DataFrame:
    paragraphs, text = report.paragraphs, report.form
    starts, ends = (paragraphs[edge].to_numpy(np.int64) for edge in ("start", "end"))
    pieces = []
    for term, kind in named.items():
        form = fold(term)
        if not form or form not in text:
            continue
        at = np.array(_places(text, form), np.int64)
        row = np.searchsorted(starts, at, "right") - 1
        if ((row < 0) | (at + len(form) > ends[row])).any():
            # A match runs over the end of a paragraph and may hide one that does not.
            at, row = _by_paragraph(text, form, starts, ends)
        pieces.append(pd.DataFrame({"row": row, "term": term, "start": at, "kind": kind}))
    if not pieces:
        return pd.DataFrame(columns=COLUMNS[:-1])
    found = pd.concat(pieces, ignore_index=True)
    place = paragraphs.iloc[found["row"]].reset_index(drop=True)
    found = found.assign(
        report=report.id, end=found["start"] + found["term"].str.len(),
        **{name: place[name].to_numpy(object if name == "function" else None)
           for name in ("section", "paragraph", "function")},
    )  # fmt: skip
    order = found.sort_values(["row", "start", "term"], kind="stable", ignore_index=True)
    return order[COLUMNS[:-1]]


def _by_paragraph(text, term, starts, ends) -> tuple[np.ndarray, np.ndarray]:
    found = [(start + at, row) for row, (start, end) in enumerate(zip(starts, ends, strict=True))
             for at in _places(text[start:end], term)]  # fmt: skip
    table = np.array(found, np.int64).reshape(-1, 2)
    return table[:, 0], table[:, 1]


def _places(text: str, term: str) -> list[int]:
    """
    Where a string stands, from left to right, without overlap.

    >>> _places("发展发展", "发展"), _places("ababa", "aba")
    ([0, 2], [0])
    """
    found, at = [], text.find(term)
    while at >= 0:
        found.append(at)
        at = text.find(term, at + len(term))
    return found


def rests_on(corpus, rows: pd.DataFrame) -> pd.Series:
    """
    Say what each hit rests on: `untouched`, or the weakest class of the edits under it.

    Parameters
    ----------
    corpus : Corpus
    rows : DataFrame
        `report`, `start`, `end` (offsets in the restored text).

    Returns
    -------
    Series of str, index of `rows`
        One of `RESTS_ON`.
    """
    worst = np.zeros(len(rows), np.int64)
    report = rows["report"].to_numpy()
    for name in pd.unique(report):
        at = np.flatnonzero(report == name)
        spans = _edited(corpus[name].ledger)
        start, end = (rows[edge].to_numpy(np.int64)[at] for edge in ("start", "end"))
        for rank, confidence in enumerate(RESTS_ON[1:], start=1):
            first, last = spans[confidence]
            under = np.searchsorted(first, end, "left") > np.searchsorted(last, start, "right")
            worst[at[under]] = rank
    return pd.Series(np.array(RESTS_ON, dtype=object)[worst], rows.index, name="rests_on")


def _edited(ledger) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Spans of the restored text that edits of each class made, in order."""
    spans, shift = {name: ([], []) for name in RESTS_ON}, 0
    for edit in ledger.edits:
        start = edit.start + shift
        shift += len(edit.after) - len(edit.before)
        first, last = spans[edit.confidence]
        first.append(start)
        last.append(edit.end + shift)
    return {name: (np.array(a, np.int64), np.array(b, np.int64)) for name, (a, b) in spans.items()}


def count(occurrences: pd.DataFrame, tokens: pd.DataFrame) -> Counts:
    """
    Count hits by paragraph; sizes are all word tokens of the paragraph.

    Parameters
    ----------
    occurrences : DataFrame
        Rows of `find`, `words` or `match_strings`.
    tokens : DataFrame
        The tokens that give units and sizes; leave out the rows of shared wording from both
        tables to count a report's own words.
    """
    base = counting.count(tokens, "paragraph")
    keys = ["report", "paragraph"]
    units = pd.MultiIndex.from_frame(base.units[keys].astype({"report": object}))
    rows = units.get_indexer(pd.MultiIndex.from_frame(occurrences[keys]))
    codes, terms = pd.factorize(occurrences["term"], sort=True)
    known = rows >= 0
    cells = (np.ones(known.sum(), np.int32), (rows[known], codes[known]))
    matrix = sparse.csr_array(cells, (len(units), len(terms)))
    matrix.sum_duplicates()
    return Counts(matrix, base.units, pd.Index(terms, dtype="str", name="term"))


def kinds(occurrences: pd.DataFrame) -> pd.Series:
    """Give the kind of each term, index `term`."""
    return occurrences.drop_duplicates("term").set_index("term")["kind"]


def support(occurrences: pd.DataFrame) -> pd.DataFrame:
    """
    Count the hits of each term by what they rest on.

    Returns
    -------
    DataFrame, index `term`
        `untouched`, `restored_exact`, `restored_inferred` (unresolved ones too): what
        `uncertainty.damage_bounds` takes.
    """
    names = {"exact": "restored_exact", "inferred": "restored_inferred",
             "unresolved": "restored_inferred"}  # fmt: skip
    columns = ["untouched", "restored_exact", "restored_inferred"]
    classes = occurrences["rests_on"].astype(object).replace(names)
    table = pd.crosstab(occurrences["term"], classes)
    return table.reindex(columns=columns, fill_value=0).rename_axis(columns=None)
