"""What is counted when reports are compared: words and policy terms, in whole parts only."""

import numpy as np
import pandas as pd
from scipy import sparse

from analysis import lexicons
from analysis.counts import Counts, count, strings

# Openings, closings and what no rule could place.
UNPLACED = "other"


def words(corpus, tokens: pd.DataFrame, extra=(), min_length: int = 2) -> Counts:
    """
    Count what a policy is made of: words of two characters and more, and policy terms as strings.

    Policy terms (the lexicon's, and `extra`) are counted by exact match wherever they stand, so
    that no segmenter hides them; stop words, numbers and Latin are left out; sizes stay.
    """
    stop = lexicons.stopwords("function")
    single = count(tokens[tokens["kind"].isin(["word", "number", "latin"])], stop=stop)
    written = strings(corpus, {*lexicons.terms("policy_terms"), *extra}, tokens=tokens)
    written = written.select(written.terms[np.asarray(written.matrix.sum(axis=0)).ravel() > 0])
    kinds = tokens.drop_duplicates("token").set_index("token")["kind"].astype(str)
    chosen = [t for t in single.terms if len(t) >= min_length and kinds[t] == "word"]
    return _side_by_side(written, single.select(set(chosen) - set(written.terms)))


def _side_by_side(first: Counts, second: Counts) -> Counts:
    """Columns of both, over the same units."""
    keys = ["report", "paragraph"]
    rows = pd.MultiIndex.from_frame(second.units[keys].astype(str))
    order = rows.get_indexer(pd.MultiIndex.from_frame(first.units[keys].astype(str)))
    # A paragraph of punctuation alone has no words, and a row in the first only.
    chooser = sparse.csr_array(
        (np.ones((order >= 0).sum(), np.int32), (np.flatnonzero(order >= 0), order[order >= 0])),
        (len(first.units), len(rows)),
    )
    matrix = sparse.hstack([first.matrix, chooser @ second.matrix]).tocsc()
    terms = first.terms.append(second.terms)
    by_name = np.argsort(np.asarray(terms, dtype=object), kind="stable")
    matrix = sparse.csr_array(matrix[:, by_name], dtype=np.int32)
    return Counts(matrix, first.units, terms[by_name].rename("term"))


def broken(corpus, ids=None) -> set[tuple[str, str]]:
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


def sound(counts: Counts, corpus) -> Counts:
    """Leave out the parts that are not whole: what a page took away is not like what stayed."""
    columns = (counts.units[name].astype(str) for name in ("report", "function"))
    keys = zip(*columns, strict=True)
    out = broken(corpus)
    return counts.restrict(mask=[key not in out for key in keys])
