"""What looks like a finding and is none, each with the reason in numbers."""

import pandas as pd

from analysis import contrast, damage, trend
from analysis.contrast import Contrast, changes
from analysis.glossary import label

COLUMNS = ["tempting", "why_not"]


def refusals(corpus, counts, naive, pair: Contrast, changed: pd.DataFrame) -> pd.DataFrame:
    """
    List what these reports tempt one to say and do not let one say.

    Parameters
    ----------
    corpus : Corpus
    counts, naive : Counts
        Of the restored texts and of the pages as received, with the same vocabulary.
    pair, changed
        From `contrast.widest` and `changes.changes`.

    Returns
    -------
    DataFrame
        `tempting`, `why_not`; those that the corpus does not tempt to are left out.
    """
    found = [*_trend(corpus), *_unlike(counts, corpus), *_keywords(naive, changed, pair),
             *_silence(corpus, changed, pair), *_missing(corpus, pair),
             *_raw_words(corpus)]  # fmt: skip
    return pd.DataFrame(found, columns=COLUMNS)


def _trend(corpus):
    longest, years = trend.longest(corpus.catalogue), corpus.catalogue["year"]
    if longest.supports_trend or years.nunique() < 2:
        return
    yield f"“From {years.min()} to {years.max()} the reports speak more and more of …”", (
        f"{longest.note}")  # fmt: skip


def _unlike(counts, corpus):
    matrix = contrast.identification(counts, corpus.catalogue)
    refused = matrix[~matrix["identified"]]
    if refused.empty:
        return
    one = refused.iloc[-1]
    yield f"“`{one['target']}` speaks otherwise than `{one['reference']}`”", (
        f"{one['through']}: so {len(refused)} of {len(matrix)} pairs are refused.")  # fmt: skip


def _keywords(naive, changed, pair):
    if not pair.reference:
        return
    found = changes.naive_differences(naive, changed, pair)
    if found.empty:
        return
    gone = (~found["verdict"].isin(["rose", "fell"])).sum()
    top = found.index[0]
    yield f"“A keyword tool finds that {label(top)} changed most”", (
        f"On the pages as received it calls {len(found)} words different; for {gone} of these no "
        "difference is settled like for like.")  # fmt: skip


def _silence(corpus, changed, pair):
    if changed.empty:
        return
    open_zeros = changes.zeros(corpus, changed, pair).query("change == 'disappeared' and not settled")
    if open_zeros.empty:
        return
    row = open_zeros.iloc[0]
    yield f"“{label(row['term'])} has been dropped”", (
        f"It has {row['n']} hits on the earlier side ({row['per_10k']:.1f} per 10,000, at least "
        f"{row['low']:.1f}) and none on the later one, but a text of that length may have none at "
        f"rates of up to {row['limit']:.1f}: silence is not absence.")  # fmt: skip


def _missing(corpus, pair):
    gaps = corpus.gaps
    lost = gaps[gaps["what"].isin(["page", "section"]) | gaps["what"].str.contains("sections")]
    lost = lost[lost["report"].isin(pair.target + pair.reference)] if pair.reference else lost
    if lost.empty:
        return
    row = lost.iloc[0]
    yield f"“This is what `{row['report']}` said, and what it left out”", (
        f"A {row['what']} is missing from the file ({row['evidence']}). What it said cannot be "
        "restored, and no share of the whole report means anything without it.")  # fmt: skip


def _raw_words(corpus):
    table = damage.changed_words(corpus)
    worst = table.loc[table["changed"].idxmax()]
    if not worst["changed"]:
        return
    yield f"“The favourite words of `{worst['report']}` are {worst['lost'][:7]} …”", (
        f"{worst['changed']} of the {worst['changed'] + worst['kept']} most frequent words of the "
        "raw file are artefacts of its damage.")  # fmt: skip
