"""
What notebook 07 tells of a restoration: bytes behind a slip, accuracy beside others, doubts.

The passages read by hand belong to five files; where a corpus does not hold them the tables here
are empty, and the notebook says why.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from analysis import paths
from analysis.accuracy import evaluation, gold
from analysis.accuracy.gold import Passage
from restoration import byte_slips, slip_search

# The name under which the pipeline stands beside the others.
OURS = "this suite"
# Resamples of the passages of a report: the ends of an interval move by a tenth of its length.
RESAMPLES, SEED = 2000, 7
STEPS = ("what stood", "after the replace", "what the reader sees", "what the search finds")


def passages(corpus) -> tuple[Passage, ...]:
    """Passages read by hand that stand in the raw files of this corpus, letter by letter."""
    raw = {report.id: report.raw for report in corpus.reports}
    return tuple(p for p in gold.load() if raw.get(p.report, "")[p.start : p.end] == p.raw)


def hexed(text: str) -> str:
    """
    GBK bytes of each character.

    Examples
    --------
    >>> hexed("入cè")
    'C8EB 63 A8A8'
    """
    return " ".join(c.encode("gb18030", "replace").hex().upper() for c in text)


def torn(corpus) -> tuple | None:
    """Longest slip that is undone and that its pinyin names: (report, edit), or None."""
    found = [
        (report, edit)
        for report in corpus.reports
        if report.diagnosis.slipped
        for edit in byte_slips.find(report.raw)
        if edit.rule == "slips.pinyin" and edit.changes and _inserted(report.raw, edit)
    ]
    return max(found, key=lambda pair: len(pair[1].after), default=None)


def _inserted(raw: str, edit) -> tuple[str, str, str] | None:
    """Character before a slip, the table character across the boundary, and its pinyin."""
    head, note = raw[edit.start - 1 : edit.start], slip_search.TORN.match(raw, edit.start + 1)
    if not (head and note and edit.after):
        return None
    pair = head.encode("gb18030")[-1:] + edit.after[0].encode("gb18030")[:1]
    across = pair.decode("gbk", "replace")
    return (head, across, note[1]) if len(pair) == 2 and len(across) == 1 else None


def slip(corpus) -> pd.DataFrame:
    """
    Follow one byte slip of a corpus from the text that stood to what the search finds.

    Returns
    -------
    DataFrame
        `step`, `text`, `bytes`. In the second row the bytes are cut where `(pinyin)` was put: after
        the two bytes of a table character that are halves of two others. No rows without a slip.
    """
    columns = ["step", "text", "bytes"]
    if not (found := torn(corpus)):
        return pd.DataFrame(columns=columns)
    report, edit = found
    head, across, note = _inserted(report.raw, edit)
    true, seen = head + edit.after, head + edit.before
    data = true.encode("gb18030").hex().upper()
    cut = 2 * len(head.encode("gb18030")) + 2
    stored = f"{data[: cut - 4]} {data[cut - 4 : cut]} ({note}) {data[cut:]}"
    margin = f"next best by {edit.margin:.1f} nats" if edit.margin is not None else "the only one"
    others = "、".join(edit.alternatives[:3])
    rows = [
        (true, hexed(true)),
        (f"{across} is {hexed(across)}: …{across}({note})…", stored),
        (seen, hexed(seen)),
        (true, f"{margin}{'; also: ' + others if others else ''}"),
    ]
    steps = [(step, *row) for step, row in zip(STEPS, rows, strict=True)]
    return pd.DataFrame(steps, columns=columns)


def interval(errors: np.ndarray, chars: np.ndarray) -> tuple[float, float]:
    """
    Interval of a character error rate: passages drawn again, 95% by percentiles (Efron 1979).

    Passages, not characters: errors come in clumps. Without an error the upper end is the rule of
    three, 3 / n (Hanley and Lippman-Hand 1983).
    """
    if not errors.sum():
        return 0.0, 3 / max(chars.sum(), 1)
    drawn = np.random.default_rng(SEED).integers(len(errors), size=(RESAMPLES, len(errors)))
    rates = errors[drawn].sum(axis=1) / chars[drawn].sum(axis=1)
    return tuple(np.quantile(rates, [0.025, 0.975]))


def methods(restored: Mapping) -> dict:
    """Restorations to compare, by name: the pipeline's and the baselines'."""
    return {OURS: restored, **evaluation.BASELINES}


def error_rates(passages: Iterable[Passage], restored: Mapping) -> pd.DataFrame:
    """
    Give the character error rate by report and method.

    Returns
    -------
    DataFrame
        `method`, `report` ("mean" for the mean of the reports' rates), `passages`, `chars`,
        `errors`, `cer`, `low`, `high`; ftfy as measured beside the suite (`data/gold/ftfy.csv`).
    """
    rows, passages = [], tuple(passages)
    for method, how in methods(restored).items() if passages else ():
        scores = evaluation.score(passages, how)
        body = scores[scores["chars"] > 0]
        for report, part in body.groupby("report", sort=False):
            errors, chars = part["errors"].to_numpy(), part["chars"].to_numpy()
            rows.append((method, report, len(part), chars.sum(), errors.sum(),
                         errors.sum() / chars.sum(), *interval(errors, chars)))  # fmt: skip
        rows.append((method, "mean", *_mean(rows, method)))
    columns = ["method", "report", "passages", "chars", "errors", "cer", "low", "high"]
    return pd.DataFrame(rows + ftfy_rates(passages), columns=columns)


def _mean(rows: list[tuple], method: str) -> tuple:
    own = [row[2:] for row in rows if row[0] == method]
    totals = [sum(values) for values in list(zip(*own, strict=True))[:3]]
    return (*totals, float(np.mean([row[3] for row in own])), np.nan, np.nan)


def ftfy_rates(passages: Iterable[Passage]) -> list[tuple]:
    """Rows of `error_rates` for ftfy, where the corpus holds all passages that it was given."""
    if len(tuple(passages)) < len(gold.load()):
        return []
    table = pd.read_csv(paths.GOLD / "ftfy.csv")
    named = table["measure"].str.extract(r"^cer, (?P<stratum>\w+), (?P<report>.+)$")
    careful = table["method"].str.contains("punctuation")
    table = table.join(named)[(named["stratum"] == "all") & ~careful]
    return [(row.method, row.report, np.nan, row.n, np.nan, row.value, np.nan, np.nan)
            for row in table.itertuples()]  # fmt: skip


def by_kind(passages: Iterable[Passage], restored: Mapping) -> pd.DataFrame:
    """
    Give the share of damaged places that come out exactly as read, by kind, beside the baselines.

    Columns: kind, n, right, rate, low, high (Wilson, of this suite), and a rate for each baseline.
    """
    if not (passages := tuple(passages)):
        return pd.DataFrame()
    tables = {
        name: evaluation.by_kind(passages, how) for name, how in methods(restored).items()
    }
    whole = {name: t[t["report"] == "all"].set_index("kind") for name, t in tables.items()}
    table = whole.pop(OURS).drop(columns="report")
    rates = {name: t["rate"] for name, t in whole.items()}
    if len(passages) == len(gold.load()):
        rates |= _ftfy_kinds()
    return table.assign(**rates).reset_index()


def _ftfy_kinds() -> dict[str, pd.Series]:
    """Shares of places by kind for ftfy as it comes, and followed by the baseline."""
    table = pd.read_csv(paths.GOLD / "ftfy.csv")
    kinds = table["measure"].str.extract("^exact, (.+)$")[0]
    table = table.assign(kind=kinds).dropna(subset="kind").set_index("kind")
    return {name: part["value"] for name, part in table.groupby("method", sort=False)
            if "punctuation" not in name}  # fmt: skip


def unresolved(corpus, width: int = 8) -> pd.DataFrame:
    """
    List what is left open in a corpus, passage by passage.

    Returns
    -------
    DataFrame
        `report`, `raw_start`, `kind`, `passage` (the place between 〔 and 〕, `width` characters
        around it), `candidates` (the likeliest first), `evidence`.
    """
    rows = []
    for report in corpus.reports:
        for edit in report.ledger:
            if edit.confidence == "unresolved":
                low, high = report.ledger.to_text(edit.start, edit.end)
                before, after = report.text[max(0, low - width) : low], report.text[high:][:width]
                around = f"{before}〔{report.text[low:high]}〕{after}".replace("\n", "↵")
                rows.append((report.id, edit.start, edit.kind, around,
                             " | ".join(text or "(nothing)" for text in edit.alternatives),
                             edit.evidence))  # fmt: skip
    columns = ["report", "raw_start", "kind", "passage", "candidates", "evidence"]
    return pd.DataFrame(rows, columns=columns)


def levels(passages: Iterable[Passage], corpora: Mapping) -> pd.DataFrame:
    """
    Compare levels of restoration on the same passages.

    Parameters
    ----------
    corpora : mapping of str to Corpus
        Level and the corpus restored to it.

    Returns
    -------
    DataFrame
        `level`, `edits` (in all texts), `chars` (of all texts), `cer` (mean of the reports' rates),
        `exact_passages` (share without an error), `altered` (plain characters altered).
    """
    rows, passages = [], tuple(passages)
    for level, corpus in corpora.items():
        restored = {report.id: report for report in corpus.reports}
        row = {"level": level, "edits": sum(e.changes for r in corpus.reports for e in r.ledger),
               "chars": sum(len(r.text) for r in corpus.reports)}  # fmt: skip
        if passages:
            total = evaluation.summary(evaluation.score(passages, restored))
            total = total[(total["stratum"] == "all") & (total["report"] == "all")].iloc[0]
            altered = evaluation.plain_altered(passages, restored).set_index("report")
            row |= {"cer": total["cer_mean"], "exact_passages": total["exact"],
                    "altered": int(altered.loc["all", "altered"])}  # fmt: skip
        rows.append(row)
    return pd.DataFrame(rows)


def spans(passages: Iterable[Passage], restored: Mapping) -> pd.DataFrame:
    """Places right of places read, by kind and report, as "right/n"."""
    if not (passages := tuple(passages)):
        return pd.DataFrame()
    table = evaluation.by_kind(passages, restored)
    table["places"] = [f"{row.right}/{row.n}" for row in table.itertuples()]
    table = table.set_index(["kind", "report"])["places"].unstack("report", fill_value="")  # noqa: PD010
    return table.rename_axis(columns=None).reset_index()
