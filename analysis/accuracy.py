"""
How right the restoration is: passages read by hand, and other copies of the same reports.

>>> passages = load()
>>> len({passage.report for passage in passages})
5
>>> table = summary(score(passages, lambda raw: raw))
>>> table[table["report"] == "all"][["stratum", "passages"]].values.tolist()[0]
['all', 164]

Passages stand in `data/gold/`. Every measure takes `gold` (passages) and `restored`: a mapping of report
id to a restored report (`.text`, `.ledger`), or a plain function from a raw string to a string, which is
given the raw of each passage alone: so the pipeline, "do nothing" and other people's tools are measured
by the same code.
"""

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import SequenceMatcher
from math import nan
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import binomtest

from analysis import paths
from restoration import byte_slips
from restoration.pinyin_script import converter


class _Mark(NamedTuple):
    """One damaged place: raw offsets in its report, what stands there, what should stand there."""

    start: int
    end: int
    before: str
    after: str
    kind: str

    @property
    def breaks(self) -> bool:
        """Whether the damage is a line break: a paragraph cut in two, or glued to the next."""
        return self.kind == "layout" and "\n" in self.before + self.after


class _Passage(NamedTuple):
    """One row of ``passages.csv`` with its marks; offsets count raw characters of the report."""

    id: str
    report: str
    file: str
    start: int
    end: int
    stratum: str
    kinds: tuple[str, ...]
    raw: str
    reading: str
    certainty: str
    note: str
    marks: tuple[_Mark, ...]

    def cut(self, start: int, end: int) -> str:
        """Return the raw characters between two offsets of the report."""
        return self.raw[start - self.start:end - self.start]

    def truth(self, start: int, end: int) -> str:
        """Read a raw span by the marks inside it (none may be cut in two)."""
        pieces, place = [], start
        for mark in self.marks:
            if start <= mark.start and mark.end <= end:
                pieces += [self.cut(place, mark.start), mark.after]
                place = mark.end
        return "".join([*pieces, self.cut(place, end)])

    def between(self, kind: str | None = None) -> list[tuple[int, int]]:
        """Return the raw spans outside the marks (of one kind, or of all)."""
        marks = [mark for mark in self.marks if kind in (None, mark.kind)]
        edges = [self.start, *(edge for mark in marks for edge in mark[:2]), self.end]
        return [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if a < b]


def load(folder: Path = paths.GOLD) -> tuple[_Passage, ...]:
    """Read the gold passages, each with its marks, in the order of the file."""
    marks: dict[str, list[_Mark]] = {}
    for row in _rows(folder / "marks.csv"):
        place = int(row["raw_start"]), int(row["raw_end"])
        mark = _Mark(*place, row["before"], row["after"], row["kind"])
        marks.setdefault(row["passage"], []).append(mark)
    return tuple(
        _Passage(row["id"], row["report"], row["file"], int(row["raw_start"]), int(row["raw_end"]),
                row["stratum"], tuple(filter(None, row["kinds"].split("|"))), row["raw"],
                row["reading"], row["certainty"], row["note"], tuple(marks.get(row["id"], ())))
        for row in _rows(folder / "passages.csv")
    )


def _rows(path: Path) -> list[dict[str, str]]:
    # The csv module, not pandas: an empty reading is an empty string, not a missing number.
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class _Ledgered:
    """A restored report: raw offsets go through its ledger."""

    def __init__(self, restored):
        self.ledger, self._text = restored.ledger, restored.text

    def text(self, start: int, end: int) -> str:
        """Return what became of a raw span."""
        return self._text[slice(*self.ledger.to_text(start, end))]

    def whole(self, start: int, end: int) -> tuple[int, int]:
        """Widen a raw span until it cuts no edit in two."""
        first, last = self.ledger.to_text(start, end)
        if first == last:
            return start, end
        low, high = self.ledger.to_raw(first, last)
        return min(start, low), max(end, high)


class _Aligned:
    """What a plain function made of one passage, laid beside the raw by difflib."""

    def __init__(self, passage: _Passage, function: Callable[[str], str]):
        self.offset, self.output = passage.start, function(passage.raw)
        self.blocks = SequenceMatcher(None, passage.raw, self.output, autojunk=False).get_opcodes()

    def text(self, start: int, end: int) -> str:
        start, end = (edge - self.offset for edge in self.whole(start, end))
        return "".join(self._piece(*block, start, end) for block in self.blocks)

    def _piece(self, tag, low, high, first, last, start, end) -> str:
        if tag != "equal":
            return self.output[first:last] if start <= low and high <= end else ""
        shift = first - low
        low, high = max(low, start), min(high, end)
        return self.output[low + shift:high + shift] if low < high else ""

    def whole(self, start: int, end: int) -> tuple[int, int]:
        for tag, low, high, _, _ in self.blocks:
            low, high = low + self.offset, high + self.offset
            if tag != "equal" and low < end and start < high:
                start, end = min(start, low), max(end, high)
        return start, end


View = _Ledgered | _Aligned


def _views(gold: Iterable[_Passage], restored: Mapping | Callable) -> Iterator[tuple[_Passage, View]]:
    """Yield each passage with its view; passages of reports that were not restored are left out."""
    for passage in gold:
        if callable(restored):
            yield passage, _Aligned(passage, restored)
        elif passage.report in restored:
            yield passage, _Ledgered(restored[passage.report])


def _pair(passage: _Passage, view: View, start: int, end: int) -> tuple[str, str]:
    """Return what the restoration has and what it should have at a place of the passage."""
    span = None
    while span != (start, end):
        span = start, end
        for mark in passage.marks:
            if mark.start < end and start < mark.end:
                start, end = min(start, mark.start), max(end, mark.end)
        start, end = view.whole(start, end)
    start, end = max(start, passage.start), min(end, passage.end)
    return view.text(start, end), passage.truth(start, end)


def _right(passage: _Passage, view: View, start: int, end: int, *, breaks: bool = False) -> bool:
    """Whether a place reads as it should; line breaks count only where they are the damage."""
    found, wanted = _pair(passage, view, start, end)
    if breaks:
        return re.sub(r"\n+", "\n", found) == re.sub(r"\n+", "\n", wanted)
    return _comparable(found) == _comparable(wanted)


def _comparable(text: str) -> str:
    """Drop the line breaks: whether paragraphs end in the right place is for the marks to say."""
    return text.replace("\n", "")


CONFIDENCES = ("exact", "inferred", "unresolved")


def _distance(left: str, right: str) -> int:
    """Count insertions, deletions and substitutions between two strings (Levenshtein 1966)."""
    start = 0
    while start < min(len(left), len(right)) and left[start] == right[start]:
        start += 1
    left, right = left[start:], right[start:]
    while left and right and left[-1] == right[-1]:
        left, right = left[:-1], right[:-1]
    row = list(range(len(right) + 1))
    for i, char in enumerate(left, 1):
        corner, row[0] = row[0], i
        for j, other in enumerate(right, 1):
            corner, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, corner + (char != other))
    return row[-1]


def _wilson(right: int, n: int) -> tuple[float, float]:
    """Interval of a share by Wilson (1927), 95%."""
    bounds = binomtest(right, n).proportion_ci(method="wilson") if n else (nan, nan)
    return bounds[0], bounds[1]


def _cer(hypothesis: str, reference: str) -> float:
    """Character error rate: ``distance / len(reference)``; lower is better, it may exceed 1."""
    if not reference:
        return float(bool(hypothesis))
    return _distance(hypothesis, reference) / len(reference)


def score(passages: Iterable[_Passage], restored: Mapping | Callable) -> pd.DataFrame:
    """
    Score a restoration passage by passage.

    Text that belongs to the site and not to the report is left out on both sides (its damage is
    counted by :func:`places_by_kind`), and so are line breaks.

    Returns
    -------
    DataFrame with a row a passage: passage, report, stratum, kinds, certainty, chars (length of
    the reading), errors (edit distance), cer, exact. Passages of boilerplate alone have 0 chars.
    """
    rows = []
    for passage, view in _views(passages, restored):
        body = (view.text(start, end) for start, end in passage.between("boilerplate"))
        found, wanted = _comparable("".join(body)), _comparable(passage.reading)
        rows.append({
            "passage": passage.id, "report": passage.report, "stratum": passage.stratum,
            "kinds": "|".join(passage.kinds), "certainty": passage.certainty,
            "chars": len(wanted), "errors": _distance(found, wanted), "cer": _cer(found, wanted),
            "exact": found == wanted,
        })
    return pd.DataFrame(rows)


def summary(scores: pd.DataFrame) -> pd.DataFrame:
    """
    Sum the scores up by stratum and report, with "all" for both.

    ``cer`` is pooled: errors over characters. ``cer_mean`` is the mean of the reports' own rates,
    so that a report with many passages does not drown the others; in the row of one report the
    two are the same. Passages of boilerplate alone are left out.
    """
    body = scores[scores["chars"] > 0]
    rows = []
    for stratum in ("all", "hard", "random"):
        part = body if stratum == "all" else body[body["stratum"] == stratum]
        for report in [*sorted(part["report"].unique()), "all"]:
            here = part if report == "all" else part[part["report"] == report]
            each = here.groupby("report")[["errors", "chars"]].sum()
            rows.append({
                "stratum": stratum, "report": report, "passages": len(here),
                "chars": here["chars"].sum(), "errors": here["errors"].sum(),
                "cer": here["errors"].sum() / max(here["chars"].sum(), 1),
                "cer_mean": (each["errors"] / each["chars"]).mean(), "exact": here["exact"].mean(),
            })
    return pd.DataFrame(rows)


def _places(passages: Iterable[_Passage], restored: Mapping | Callable) -> Iterator[dict]:
    """Yield every damaged place with what was wanted there and what was found."""
    for passage, view in _views(passages, restored):
        for mark in passage.marks:
            found, wanted = _pair(passage, view, mark.start, mark.end)
            yield {
                "passage": passage.id, "report": passage.report, "raw_start": mark.start,
                "kind": mark.kind, "certainty": passage.certainty, "before": mark.before,
                "wanted": wanted, "found": found,
                "right": _right(passage, view, mark.start, mark.end, breaks=mark.breaks),
            }


def places_by_kind(passages: Iterable[_Passage], restored: Mapping | Callable) -> pd.DataFrame:
    """
    Count the damaged places that come out exactly as read, by kind and report.

    Columns: kind, report ("all" for the five together), n, right, rate, low, high (Wilson, 95%).
    A paragraph cut in two or glued to another is right only if the line break is right.
    """
    tally: dict[tuple[str, str], list[bool]] = {}
    for place in _places(passages, restored):
        for report in (place["report"], "all"):
            tally.setdefault((place["kind"], report), []).append(place["right"])
    return pd.DataFrame([
        {"kind": kind, "report": report, **_share(hits)}
        for (kind, report), hits in sorted(tally.items())
    ])


def misses(passages: Iterable[_Passage], restored: Mapping | Callable) -> pd.DataFrame:
    """List every damaged place that does not come out as read, in the order of the passages."""
    columns = ["passage", "report", "raw_start", "kind", "certainty", "before", "wanted", "found"]
    wrong = [place for place in _places(passages, restored) if not place["right"]]
    return pd.DataFrame(wrong, columns=columns)


def plain_altered(passages: Iterable[_Passage], restored: Mapping | Callable) -> pd.DataFrame:
    """
    Count the undamaged characters that the restoration altered, by report and over all.

    Columns: report, plain (characters outside every mark, line breaks aside), altered, rate.
    """
    tally: dict[str, list[int]] = {}
    for passage, view in _views(passages, restored):
        for start, end in passage.between():
            plain = len(_comparable(passage.cut(start, end)))
            altered = _distance(*map(_comparable, _pair(passage, view, start, end)))
            for report in (passage.report, "all"):
                count = tally.setdefault(report, [0, 0])
                count[0] += plain
                count[1] += altered
    return pd.DataFrame([
        {"report": report, "plain": plain, "altered": altered, "rate": altered / max(plain, 1)}
        for report, (plain, altered) in sorted(tally.items())
    ])


def calibration(passages: Iterable[_Passage], restored: Mapping) -> pd.DataFrame:
    """
    Ask of each confidence class how many of its edits inside the gold passages are right.

    An edit that reaches out of a passage is judged by the part inside if it is a deletion (the
    cut of a whole page foot), and otherwise not counted. An unresolved edit that changes nothing
    is right where the text it left standing is the reading.

    Returns
    -------
    DataFrame: confidence (exact, inferred, unresolved), n, right, rate, low, high (Wilson, 95%).
    """
    tally: dict[str, list[bool]] = {name: [] for name in CONFIDENCES}
    for passage, view in _views(passages, restored):
        for edit in _edits(view.ledger, passage):
            start, end = max(edit.start, passage.start), min(edit.end, passage.end)
            breaks = edit.kind == "layout" and "\n" in edit.before + edit.after
            hit = _right(passage, view, start, end, breaks=breaks)
            tally[edit.confidence].append(hit)
    return pd.DataFrame([{"confidence": name, **_share(hits)} for name, hits in tally.items()])


def _edits(ledger, passage: _Passage) -> Iterator:
    for edit in ledger.edits:
        inside = passage.start <= edit.start and edit.end <= passage.end
        if inside or (edit.start < passage.end and passage.start < edit.end and not edit.after):
            yield edit


def _share(hits: list[bool]) -> dict[str, float]:
    n, right = len(hits), sum(hits)
    low, high = _wilson(right, n)
    return {"n": n, "right": right, "rate": right / n if n else nan, "low": low, "high": high}


def _nothing(raw: str) -> str:
    """Leave everything as it is."""
    return raw


def _strip_and_convert(raw: str) -> str:
    """Drop every parenthesis of pinyin letters and convert with OpenCC: what anyone would try first."""
    return converter().convert(re.sub(r"\([a-zü\u00e0-\u01dc]+\)", "", raw))


BASELINES: dict[str, Callable[[str], str]] = {
    "nothing": _nothing,
    "strip pinyin + OpenCC": _strip_and_convert,
}


# The name under which the pipeline stands beside the others.
OURS = "this suite"
# Resamples of the passages of a report: the ends of an interval move by a tenth of its length.
RESAMPLES, SEED = 2000, 7
STEPS = ("what stood", "after the replace", "what the reader sees", "what the search finds")


def passages(corpus) -> tuple[_Passage, ...]:
    """Passages read by hand that stand in the raw files of this corpus, letter by letter."""
    raw = {report.id: report.raw for report in corpus.reports}
    return tuple(p for p in load() if raw.get(p.report, "")[p.start : p.end] == p.raw)


def _hexed(text: str) -> str:
    """GBK bytes of each character."""
    return " ".join(c.encode("gb18030", "replace").hex().upper() for c in text)


def _torn(corpus) -> tuple | None:
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
    head, note = raw[edit.start - 1 : edit.start], byte_slips.TORN.match(raw, edit.start + 1)
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
    if not (found := _torn(corpus)):
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
        (true, _hexed(true)),
        (f"{across} is {_hexed(across)}: …{across}({note})…", stored),
        (seen, _hexed(seen)),
        (true, f"{margin}{'; also: ' + others if others else ''}"),
    ]
    steps = [(step, *row) for step, row in zip(STEPS, rows, strict=True)]
    return pd.DataFrame(steps, columns=columns)


def _interval(errors: np.ndarray, chars: np.ndarray) -> tuple[float, float]:
    """Interval of a character error rate: passages drawn again, 95% by percentiles (Efron 1979)."""
    if not errors.sum():
        return 0.0, 3 / max(chars.sum(), 1)
    drawn = np.random.default_rng(SEED).integers(len(errors), size=(RESAMPLES, len(errors)))
    rates = errors[drawn].sum(axis=1) / chars[drawn].sum(axis=1)
    return tuple(np.quantile(rates, [0.025, 0.975]))


def _methods(restored: Mapping) -> dict:
    """Restorations to compare, by name: the pipeline's and the baselines'."""
    return {OURS: restored, **BASELINES}


def error_rates(passages: Iterable[_Passage], restored: Mapping) -> pd.DataFrame:
    """
    Give the character error rate by report and method.

    Returns
    -------
    DataFrame
        `method`, `report` ("mean" for the mean of the reports' rates), `passages`, `chars`,
        `errors`, `cer`, `low`, `high`; ftfy as measured beside the suite (`data/gold/ftfy.csv`).
    """
    rows, passages = [], tuple(passages)
    for method, how in _methods(restored).items() if passages else ():
        scores = score(passages, how)
        body = scores[scores["chars"] > 0]
        for report, part in body.groupby("report", sort=False):
            errors, chars = part["errors"].to_numpy(), part["chars"].to_numpy()
            rows.append((method, report, len(part), chars.sum(), errors.sum(),
                         errors.sum() / chars.sum(), *_interval(errors, chars)))  # fmt: skip
        rows.append((method, "mean", *_mean(rows, method)))
    columns = ["method", "report", "passages", "chars", "errors", "cer", "low", "high"]
    return pd.DataFrame(rows + _ftfy_rates(passages), columns=columns)


def _mean(rows: list[tuple], method: str) -> tuple:
    own = [row[2:] for row in rows if row[0] == method]
    totals = [sum(values) for values in list(zip(*own, strict=True))[:3]]
    return (*totals, float(np.mean([row[3] for row in own])), np.nan, np.nan)


def _ftfy_rates(passages: Iterable[_Passage]) -> list[tuple]:
    """Rows of `error_rates` for ftfy, where the corpus holds all passages that it was given."""
    if len(tuple(passages)) < len(load()):
        return []
    table = pd.read_csv(paths.GOLD / "ftfy.csv")
    named = table["measure"].str.extract(r"^cer, (?P<stratum>\w+), (?P<report>.+)$")
    careful = table["method"].str.contains("punctuation")
    table = table.join(named)[(named["stratum"] == "all") & ~careful]
    return [(row.method, row.report, np.nan, row.n, np.nan, row.value, np.nan, np.nan)
            for row in table.itertuples()]  # fmt: skip


def by_kind(passages: Iterable[_Passage], restored: Mapping) -> pd.DataFrame:
    """
    Give the share of damaged places that come out exactly as read, by kind, beside the baselines.

    Columns: kind, n, right, rate, low, high (Wilson, of this suite), and a rate for each baseline.
    """
    if not (passages := tuple(passages)):
        return pd.DataFrame()
    tables = {
        name: places_by_kind(passages, how) for name, how in _methods(restored).items()
    }
    whole = {name: t[t["report"] == "all"].set_index("kind") for name, t in tables.items()}
    table = whole.pop(OURS).drop(columns="report")
    rates = {name: t["rate"] for name, t in whole.items()}
    if len(passages) == len(load()):
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


def levels(passages: Iterable[_Passage], corpora: Mapping) -> pd.DataFrame:
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
            total = summary(score(passages, restored))
            total = total[(total["stratum"] == "all") & (total["report"] == "all")].iloc[0]
            altered = plain_altered(passages, restored).set_index("report")
            row |= {"cer": total["cer_mean"], "exact_passages": total["exact"],
                    "altered": int(altered.loc["all", "altered"])}  # fmt: skip
        rows.append(row)
    return pd.DataFrame(rows)


def witnesses(corpus, folder: Path = paths.ROOT / "data" / "witnesses") -> pd.DataFrame:
    """
    Compare reports with the copies that their governments published (`recipes/witnesses`).

    Parameters
    ----------
    corpus : Corpus
        Of it the reports that have such a copy.

    Returns
    -------
    DataFrame
        `report`, `letters`, `official_letters`, `agreed`; `similarity` (agreed of the shorter copy);
        `character`, `word` (places where up to eight letters differ), `differing` (letters at them, the
        longer side), `rate` (of the letters agreed and differing), `passage` (longer stretches that one
        copy lacks), `lacking` (letters of the official copy in them), `punctuation`.
    """
    path = folder / "witnesses.csv"
    table = pd.read_csv(path) if path.exists() else pd.DataFrame(columns=["report"])
    table = table[table["report"].isin([report.id for report in corpus.reports])]
    rows = []
    for row in table.to_dict("records"):
        found = _differences(row["report"], folder)
        small = found[found["kind"].isin(["character", "word"])]
        differing = int(small[["letters", "official_letters"]].max(axis=1).sum())
        lacking = int(found.loc[found["kind"] == "passage", "official_letters"].sum())
        columns = ("report", "letters", "official_letters", "agreed", "similarity", "character", "word")
        rows.append({name: row[name] for name in columns} | {
            "differing": differing, "rate": differing / (row["agreed"] + differing), "passage": row["passage"],
            "lacking": lacking, "punctuation": row["punctuation"],
        })
    columns = ["report", "letters", "official_letters", "agreed", "similarity", "character", "word",
               "differing", "rate", "passage", "lacking", "punctuation"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _differences(report: str, folder: Path = paths.ROOT / "data" / "witnesses") -> pd.DataFrame:
    """List where a report and its official copy differ, by place in the raw file."""
    return pd.read_csv(folder / f"{report}.csv", keep_default_na=False)


def _official(report, folder: Path = paths.ROOT / "data" / "witnesses") -> str:
    """Give a restored text with the words of its official copy where up to eight letters differ."""
    found = _differences(report.id, folder)
    found = found[found["kind"].isin(["character", "word"])].sort_values("start", ascending=False)
    text = report.text
    for row in found.itertuples():
        start, end = report.ledger.to_text(row.start, row.end)
        text = text[:start] + row.official + text[end:]
    return text


def changed_counts(corpus, terms: Iterable[str]) -> pd.DataFrame:
    """
    Count terms in the restored texts and with the official words put in.

    Parameters
    ----------
    terms : iterable of str
        Strings that are counted, overlaps aside.

    Returns
    -------
    DataFrame
        `report`, `term`, `count`, `_official`: the terms whose counts differ, by report, then term.
    """
    rows = []
    for id in witnesses(corpus)["report"] if len(corpus.reports) else ():
        report = corpus[id]
        other = _official(report)
        for term in sorted(set(terms)):
            count, counted = report.text.count(term), other.count(term)
            if count != counted:
                rows.append((id, term, count, counted))
    return pd.DataFrame(rows, columns=["report", "term", "count", "official"])


# What happened to the texts, counted from their ledgers, and what a naive count would say.

# As they were peeled off; a stage that finds nothing in a corpus gets no row.
KINDS = (
    "decoding", "code point", "ghost pinyin", "byte slip", "traditional script", "layout", "look-alike",
    "keyword substitution", "ocr", "boilerplate", "override",
)  # fmt: skip


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


def damage(corpus) -> pd.DataFrame:
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
            **{name: int(classes.get(name, 0)) for name in CONFIDENCES},
            "characters": int(part["characters"].sum()),
            "share": part["characters"].sum() / size[report],
            "per_1000": 1000 * len(part) / size[report],
        })  # fmt: skip
    columns = ["report", "kind", *CONFIDENCES, "characters", "share", "per_1000"]
    return _ordered(pd.DataFrame(rows, columns=columns), corpus)


def touched(corpus, bins: int = 400) -> pd.DataFrame:
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


def examples(corpus, kinds=KINDS, width: int = 22) -> pd.DataFrame:
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
