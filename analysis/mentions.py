"""
Every mention of a term, one a row: words as they were cut, phrases and strings as written.

Words and phrases stand in one table with one kind of offsets, so that both can be counted, taken
out of shared wording, and traced to the edits behind them in the same way.
"""

import re
from collections.abc import Collection, Iterable

import numpy as np
import pandas as pd
from scipy import sparse

from analysis import lexicons, phrases
from analysis.counts import Counts, count
from analysis.wordform import fold

COLUMNS = ["report", "section", "paragraph", "function", "term", "start", "end", "kind"]
# Numbers of headings (第一节, 第二章): layout of a plan, not its words.
_NUMBERING = re.compile("第[一二三四五六七八九十百零〇0-9]+[章节篇条款]")


def vocabulary(
    corpus, tokens: pd.DataFrame, extra: Iterable[str] = (), *, stop: Collection[str] | None = None,
    min_length: int = 2, min_count: int = 5,
) -> pd.DataFrame:  # fmt: skip
    """
    List all mentions of words, listed policy terms, discovered phrases and strings.

    Parameters
    ----------
    corpus : Corpus
    tokens : DataFrame
        What `tokens.table` gives.
    extra : iterable of str
        Strings to count as written, whatever they are.
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
        restored text) and `kind` (see `phrases.kinds`). A policy term or phrase is counted
        wherever it is written, also inside a longer one; a word where it is cut.
    """
    stop = lexicons.stopwords() if stop is None else stop
    found = phrases.discover(tokens, min_count=min_count, stop=stop)["phrase"]
    listed = set(lexicons.terms("policy_terms"))
    named = {**dict.fromkeys(extra, "string"), **dict.fromkeys(found, "discovered"),
             **dict.fromkeys(listed, "lexicon")}  # fmt: skip
    strings = written(corpus, tokens, named)
    cut = words(tokens, {*stop, *named}, min_length)
    return pd.concat([cut, strings], ignore_index=True)


def words(tokens: pd.DataFrame, stop: Collection[str] = (), min_length: int = 2) -> pd.DataFrame:
    """List the words of a token table as mentions; numbers of headings (第一节) are left out."""
    rows = tokens[tokens["kind"].eq("word")].rename(columns={"token": "term"})
    rows = rows.astype({"term": object, "report": object, "function": object})
    kept = [t for t in rows["term"].unique()
            if len(t) >= min_length and t not in stop and not _NUMBERING.fullmatch(t)]  # fmt: skip
    return rows.loc[rows["term"].isin(kept)].assign(kind="word")[COLUMNS]


def leading(mentions: pd.DataFrame, kind: str, k: int) -> list[str]:
    """
    Name the `k` terms of a kind that stand in most reports, then most often, then in order.

    >>> rows = pd.DataFrame({"term": list("aabbc"), "report": list("xxxyx"), "kind": "word"})
    >>> leading(rows, "word", 2)
    ['b', 'a']
    """
    rows = mentions[mentions["kind"] == kind]
    found = rows.groupby("term").agg(reports=("report", "nunique"), n=("report", "size"))
    return list(found.sort_values(["reports", "n"], ascending=False, kind="stable").index[:k])


def written(corpus, tokens: pd.DataFrame, named: dict[str, str]) -> pd.DataFrame:
    """
    List every place where a string is written, within paragraphs, without overlap of a term
    with itself; `named` gives each string its kind. As `counts.strings` counts.
    """
    here = set(tokens["report"].unique())
    rows = []
    for report in corpus.reports:
        present = [term for term in named if term and fold(term) in report.form]
        for paragraph in report.paragraphs.itertuples(index=False) if report.id in here else ():
            text = report.form[paragraph.start : paragraph.end]
            place = (report.id, paragraph.section, paragraph.paragraph, paragraph.function)
            for term in present:
                rows += [(*place, term, paragraph.start + at, paragraph.start + at + len(term),
                          named[term]) for at in _places(text, fold(term))]  # fmt: skip
    return pd.DataFrame(rows, columns=COLUMNS)


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


def counted(mentions: pd.DataFrame, tokens: pd.DataFrame) -> Counts:
    """
    Count mentions by paragraph; sizes are all word tokens of the paragraph.

    Parameters
    ----------
    mentions : DataFrame
        Rows of `vocabulary` or `written`.
    tokens : DataFrame
        The tokens that give units and sizes; leave out the rows of shared wording from both
        tables to count a report's own words.
    """
    base = count(tokens, "paragraph")
    keys = ["report", "paragraph"]
    units = pd.MultiIndex.from_frame(base.units[keys].astype({"report": object}))
    rows = units.get_indexer(pd.MultiIndex.from_frame(mentions[keys]))
    codes, terms = pd.factorize(mentions["term"], sort=True)
    known = rows >= 0
    cells = (np.ones(known.sum(), np.int32), (rows[known], codes[known]))
    matrix = sparse.csr_array(cells, (len(units), len(terms)))
    matrix.sum_duplicates()
    return Counts(matrix, base.units, pd.Index(terms, dtype="str", name="term"))


def support(corpus, mentions: pd.DataFrame) -> pd.DataFrame:
    """
    Split the mentions of each term by what they rest on.

    Returns
    -------
    DataFrame, index `term`
        `untouched`, `restored_exact`, `restored_inferred` (the weakest edit under the hit;
        unresolved ones count here): what `limits.damage_bounds` takes.
    """
    names = {"exact": "restored_exact"}
    worst = [_class(corpus[row.report].ledger, row.start, row.end) for row in mentions.itertuples()]
    kinds = pd.Series(worst, index=mentions.index, dtype=object).replace(names)
    columns = ["untouched", "restored_exact", "restored_inferred"]
    return pd.crosstab(mentions["term"], kinds).reindex(columns=columns, fill_value=0)


def _class(ledger, start: int, end: int) -> str:
    edits = ledger.edits_in(start, end)
    if not edits:
        return "untouched"
    sure = all(edit.confidence == "exact" for edit in edits)
    return "exact" if sure else "restored_inferred"
