"""What happened to the texts, counted from their ledgers, and what a naive count would say."""

import re
from collections import Counter

import numpy as np
import pandas as pd

# As they were peeled off; a stage that finds nothing in a corpus gets no row.
KINDS = (
    "decoding", "ghost pinyin", "byte slip", "traditional script", "layout", "look-alike",
    "keyword substitution", "ocr", "boilerplate", "override",
)  # fmt: skip
# How sure an edit is, surest first.
CLASSES = ("exact", "inferred", "unresolved")


def edits(corpus) -> pd.DataFrame:
    """
    List every edit of every report, ledger below ledger.

    Returns
    -------
    DataFrame
        `report` and the columns of `Ledger.frame`, in catalogue order and order of the text.
    """
    frames = [report.ledger.frame().assign(report=report.id) for report in corpus.reports]
    table = pd.concat(frames, ignore_index=True)
    return table[["report", *table.columns.drop("report")]]


def summary(corpus) -> pd.DataFrame:
    """
    Count edits and the raw characters that they touch, by report and kind.

    Returns
    -------
    DataFrame
        `report`, `kind`, `exact`, `inferred`, `unresolved` (edits), `characters` (raw characters
        inside the edits), `share` (of the raw text), `per_1000` (edits in 1,000 raw characters).
    """
    table = edits(corpus).assign(characters=lambda t: t["end"] - t["start"])
    size = {report.id: len(report.raw) for report in corpus.reports}
    rows = []
    for (report, kind), part in table.groupby(["report", "kind"], sort=False):
        classes = part["confidence"].value_counts()
        rows.append({
            "report": report, "kind": kind,
            **{name: int(classes.get(name, 0)) for name in CLASSES},
            "characters": int(part["characters"].sum()),
            "share": part["characters"].sum() / size[report],
            "per_1000": 1000 * len(part) / size[report],
        })  # fmt: skip
    columns = ["report", "kind", *CLASSES, "characters", "share", "per_1000"]
    return _ordered(pd.DataFrame(rows, columns=columns), corpus)


def places(corpus, bins: int = 400) -> pd.DataFrame:
    """
    Say how much of each stretch of each raw file is touched by each kind of damage.

    Parameters
    ----------
    bins : int
        Stretches that each file is cut into, all of the same length.

    Returns
    -------
    DataFrame
        `report`, `kind`, `position` and `width` (0 to 1 along the file), `share` (of the
        stretch's characters that lie in edits); stretches without any are left out.
    """
    size = {report.id: len(report.raw) for report in corpus.reports}
    rows = []
    for (report, kind), part in edits(corpus).groupby(["report", "kind"], sort=False):
        touched = np.zeros(size[report])
        for start, end in zip(part["start"], part["end"], strict=True):
            touched[start : max(end, start + 1)] = 1
        edges = np.linspace(0, size[report], min(bins, size[report]) + 1).astype(int)
        share = np.add.reduceat(touched, edges[:-1]) / np.diff(edges)
        for at in np.flatnonzero(share):
            rows.append((report, kind, edges[at] / size[report],
                         (edges[at + 1] - edges[at]) / size[report], share[at]))  # fmt: skip
    table = pd.DataFrame(rows, columns=["report", "kind", "position", "width", "share"])
    return _ordered(table, corpus)


def _ordered(table: pd.DataFrame, corpus) -> pd.DataFrame:
    ids = {report.id: n for n, report in enumerate(corpus.reports)}
    kinds = {kind: n for n, kind in enumerate(KINDS)}
    order = table.assign(a=table["report"].map(ids), b=table["kind"].map(kinds))
    return order.sort_values(["a", "b"], kind="stable", ignore_index=True).drop(columns=["a", "b"])


def naive(report, n: int = 50, level: str = "none") -> pd.DataFrame:
    """
    Count words the usual way, on the file as it came or on the restored text.

    jieba with its own dictionary; words without punctuation, no stop list.

    Returns
    -------
    DataFrame
        `rank`, `term`, `count`: the `n` most frequent, ties by code point.
    """
    from analysis import tokens

    text = report.raw if level == "none" else report.text
    words = [token for token, _, _, kind in tokens.segment(text, lexicon=None)
             if kind in ("word", "latin")]  # fmt: skip
    top = sorted(Counter(words).items(), key=lambda item: (-item[1], item[0]))[:n]
    return pd.DataFrame(
        [(k, *row) for k, row in enumerate(top, 1)], columns=["rank", "term", "count"]
    )


def changed_words(corpus, n: int = 50) -> pd.DataFrame:
    """
    Compare each report's `n` most frequent words before and after restoration.

    Returns
    -------
    DataFrame
        `report`, `kept` (in both lists), `changed` (in one only, so that kept + changed = n),
        `lost` and `gained` (the first few of each, most frequent first).
    """
    rows = []
    for report in corpus.reports:
        before, after = (naive(report, n, level)["term"].tolist() for level in ("none", "full"))
        lost = [term for term in before if term not in after]
        gained = [term for term in after if term not in before]
        rows.append(
            (report.id, n - len(lost), len(lost), "、".join(lost[:8]), "、".join(gained[:8]))
        )
    return pd.DataFrame(rows, columns=["report", "kept", "changed", "lost", "gained"])


def ghosts(report, n: int = 10) -> pd.DataFrame:
    """Count the pinyin in parentheses of a raw text as written: `reading`, `count`."""
    found = Counter(re.findall(r"\(([a-zɡāáǎàēéěèīíǐìōóǒòūúǔùüǖǘǚǜ]{1,6})\)", report.raw))
    top = sorted(found.items(), key=lambda item: (-item[1], item[0]))[:n]
    return pd.DataFrame(top, columns=["reading", "count"])


def passages(corpus, kinds=KINDS, width: int = 22) -> pd.DataFrame:
    """
    Show one place of each kind in each report: raw, restored, rule and evidence.

    The place is the first of the report's most frequent rule for that kind; the raw side shows
    `width` characters around the edit, the restored side what they became.
    """
    table = edits(corpus)
    rows = []
    for (id, kind), part in table.groupby(["report", "kind"], sort=False):
        if kind not in kinds:
            continue
        edit = part[part["rule"] == part["rule"].mode().iloc[0]].iloc[0]
        report = corpus[id]
        start, end = max(0, edit["start"] - width), min(len(report.raw), edit["end"] + width)
        end = min(end, start + 4 * width)
        low, high = report.ledger.to_text(start, end)
        rows.append((id, kind, report.raw[start:end], report.text[low:high], edit["rule"],
                     edit["confidence"], edit["evidence"]))  # fmt: skip
    columns = ["report", "kind", "raw", "restored", "rule", "confidence", "evidence"]
    return _ordered(pd.DataFrame(rows, columns=columns), corpus)
