"""
The analyses that could have been done: counts under other choices, and what findings become.

    >>> from functools import partial
    >>> from analysis import choices, robustness
    >>> evaluate = partial(choices.evaluate, findings)                       # doctest: +SKIP
    >>> robustness.share(list(findings.index), choices.GRID, evaluate)       # doctest: +SKIP
"""

from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from analysis import corpus, keyness, lexicons, mentions, paths, terms, text_reuse, tokens
from analysis.counts import Counts
from analysis.glossary import label

# The first option of each is the analysis as reported.
GRID = {
    # How far texts are restored: all edits, those proved by bytes or tables, none.
    "restoration": ["full", "exact", "none"],
    # The lists of policy terms and places when words are cut.
    "lexicon": [True, False],
    # jieba's hidden Markov model for characters that no dictionary word covers.
    "hmm": [True, False],
    # "characters" cuts nothing: terms as written, rates per character.
    "engine": ["auto", "characters"],
    # Function words and units of measure among the tokens, or out of terms and denominators.
    "stop": [False, True],
    # What counts as drawn together: sections where there are enough, or paragraphs.
    "cluster": ["auto", "paragraph"],
    # With wording that two reports share, or without.
    "shared": [True, False],
}
# What a finding is made of; `k` is the length of a top list and 0 elsewhere.
COLUMNS = ["statistic", "term", "kind", "target", "reference", "function", "k"]


def findings(rows) -> pd.DataFrame:
    """
    State findings as data.

    Parameters
    ----------
    rows : iterable of tuple
        (name, statistic, term, kind, target, reference, function, k). The statistic is "ratio"
        (log2 ratio of the term's rates, target over reference) or "rank" (the term is among the
        `k` heaviest of the target by class TF-IDF). `reference` None takes all the others,
        `function` None all parts; `kind` as in `phrases.kinds`.

    Examples
    --------
    >>> findings([("太原 marks 2021", "ratio", "太原", "word", "a", "b", "tasks", 0)]).term.tolist()
    ['太原']
    """
    table = pd.DataFrame(list(rows), columns=["finding", *COLUMNS]).set_index("finding")
    unknown = sorted(set(table["statistic"]) - {"ratio", "rank"})
    if unknown:
        raise ValueError(f"statistic {unknown[0]!r} of a finding: take 'ratio' or 'rank'")
    return table


def from_table(found: pd.DataFrame, target, reference=None, function=None, names=None):
    """
    State the rows of a comparison (`comparison.marked`) as ratio findings.

    Parameters
    ----------
    names : tuple of str, optional
        What the two sides are called; by default their ids, or "the others".
    """
    one, other = names or (target, reference or label("the others"))
    rows = []
    for row in found.itertuples():
        more, less = (one, other) if row.log_ratio > 0 else (other, one)
        rows.append((f"{label(row.Index)}: {more} > {less}", "ratio", row.Index, row.kind, target,
                     reference, function, 0))  # fmt: skip
    return findings(rows)


def evaluate(
    stated: pd.DataFrame, *, restoration="full", lexicon=True, hmm=True, engine="auto", stop=False,
    cluster="auto", shared=True, catalogue: Path | None = None,
) -> pd.DataFrame:  # fmt: skip
    """
    Recompute findings under one combination of choices.

    Parameters
    ----------
    stated : DataFrame
        From `findings`.
    restoration, lexicon, hmm, engine, stop, cluster, shared
        As in `GRID`.
    catalogue : Path, optional
        `paths.CATALOGUE` unless given.

    Returns
    -------
    DataFrame, index `finding`
        `estimate`, `low`, `high`: of a ratio log2 and its interval (NaN where a report or part
        is not there); of a rank k + ½ less the rank, positive inside the list, without interval.
    """
    path = Path(catalogue or paths.CATALOGUE)
    made = _counted(path, _content(path), restoration, lexicon, hmm, engine, stop, shared,
                    tuple(zip(stated["term"], stated["kind"], strict=True)),
                    "rank" in set(stated["statistic"]))  # fmt: skip
    rows = {}
    keys = ["statistic", "target", "reference", "function"]
    for key, part in stated.astype(object).groupby(keys, dropna=False, sort=False):
        statistic, *place = (None if isinstance(k, float) else k for k in key)
        found = _ratios(made[0], *place, cluster) if statistic == "ratio" else None
        ranks = _ranks(made[1], place[0], place[2]) if statistic == "rank" else None
        for row in part.itertuples():
            rows[row.Index] = (_ratio(found, row.term) if statistic == "ratio"
                               else _inside(ranks, row.term, row.k))  # fmt: skip
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["estimate", "low", "high"])
    return table.reindex(stated.index)


def _content(path: Path) -> str:
    """Name what a result depends on: the reports' bytes and the rules of restoration."""
    return f"{corpus.load(path).hash} {corpus.rules()}"


# A grid has 12 ways to cut the words of a corpus; twice that holds two notebooks' worth.
@lru_cache(maxsize=24)
def _cut(path: Path, content: str, restoration: str, lexicon: bool, hmm: bool):
    """Reports, their tokens, and the wording that they share, under some choices."""
    reports = _reports(path, content, restoration)
    words = tokens.table(reports, lexicon=tokens.DEFAULT if lexicon else None, hmm=hmm)
    return reports, words, _shared(path, content, restoration)


@lru_cache(maxsize=6)
def _reports(path: Path, content: str, restoration: str) -> corpus.Corpus:
    return corpus.load(path, level=restoration)


@lru_cache(maxsize=6)
def _shared(path: Path, content: str, restoration: str) -> pd.DataFrame:
    return text_reuse.shared(_reports(path, content, restoration))


# The choice of clusters needs no new counts: each entry is asked for twice in a row.
@lru_cache(maxsize=128)
def _counted(path, content, restoration, lexicon, hmm, engine, stop, shared, named, ranked):
    """Counts of the findings' terms by paragraph, and of all words if top lists are asked for."""
    reports, words, common = _cut(path, content, restoration, lexicon, hmm)
    left_out = lexicons.stopwords() if stop else frozenset()
    whole = engine == "characters"
    strings = {term: kind for term, kind in named if whole or kind != "word"}
    rows = mentions.written(reports, words, strings)
    cut = words[words["token"].isin([t for t, _ in named if t not in strings])]
    cut = cut.rename(columns={"token": "term"}).assign(kind="word")
    rows = pd.concat([rows, cut[mentions.COLUMNS]]).astype({"term": object, "report": object})
    if not shared:
        rows = rows[~text_reuse.in_shared_passage(rows, common).to_numpy()]
        words = words[~text_reuse.in_shared_passage(words, common)]
    words = words[~words["token"].isin(left_out)]
    few = mentions.counted(rows, words)
    return (_per_character(few, words) if whole else few), _all(words) if ranked else None


def _per_character(counts: Counts, words: pd.DataFrame) -> Counts:
    """The same counts, with characters of words as sizes."""
    kept = words[words["kind"].isin(tokens.COUNTED)]
    keys = ["report", "paragraph"]
    length = (kept["end"] - kept["start"]).groupby([kept[k].astype(object) for k in keys]).sum()
    rows = pd.MultiIndex.from_frame(counts.units[keys].astype({"report": object}))
    size = length.reindex(rows).fillna(0).to_numpy(int)
    return Counts(counts.matrix, counts.units.assign(n_tokens=size), counts.terms)


def _all(words: pd.DataFrame) -> Counts:
    """Counts of all words of two characters and more, for top lists."""
    return mentions.counted(mentions.words(words), words)


def _ratios(counts: Counts, target, reference, function, cluster) -> pd.DataFrame | None:
    """Log ratios of all findings' terms; None where a side is not there under these choices."""
    part = counts.restrict(function=function) if function else counts
    try:
        return keyness.log_ratio(part, target, reference, cluster=cluster)
    except (KeyError, ValueError):
        return None


def _ratio(found: pd.DataFrame | None, term: str) -> tuple[float, float, float]:
    if found is None or term not in found.index:
        return (np.nan,) * 3
    return tuple(found.loc[term, ["log_ratio", "low", "high"]])


def _ranks(counts: Counts, target, function) -> pd.Series:
    """The rank of every word of a report by class TF-IDF."""
    part = counts.restrict(function=function) if function else counts
    weights = terms.class_tfidf(part)
    own = weights[weights["report"] == target]
    return pd.Series(np.arange(1, len(own) + 1), index=own["term"])


def _inside(ranks: pd.Series, term: str, k: int) -> tuple[float, float, float]:
    """How far inside the top k a term stands; a term that is not there stands last of all."""
    return (k + 0.5 - ranks.get(term, len(ranks) + 1), np.nan, np.nan)
