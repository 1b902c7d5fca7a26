"""
Measures of a restoration on the passages read by hand: error rates, exact places, calibration.

Every measure takes ``gold`` (passages of :func:`analysis.accuracy.gold.load`) and ``restored``:
a mapping of report id to a restored report (``.text``, ``.ledger``), or a plain function from a
raw string to a string, which is given the raw of each passage alone.

>>> passages = gold.load()
>>> table = summary(score(passages, nothing))
>>> table[table["report"] == "all"][["stratum", "passages"]].values.tolist()[0]
['all', 164]
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from math import nan, sqrt

import pandas as pd

from analysis.accuracy import gold
from analysis.accuracy.gold import Passage, comparable
from restoration.pinyin_script import converter

# Two-sided 95%: the 0.975 quantile of the standard normal distribution.
Z95 = 1.959963984540054
CONFIDENCES = ("exact", "inferred", "unresolved")


def distance(left: str, right: str) -> int:
    """
    Count insertions, deletions and substitutions between two strings (Levenshtein 1966).

    Two rows of the table are kept, so memory is linear; common ends are cut off first.

    >>> distance("经济发展", "经济")
    2
    """
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


def cer(hypothesis: str, reference: str) -> float:
    """
    Character error rate: ``distance / len(reference)``; lower is better, it may exceed 1.

    An empty reference (boilerplate, to be cut) has no length to divide by: the rate is 0 where
    nothing is left and 1 where anything is.

    >>> cer("太原士", "太原市"), cer("", ""), cer("下载附件", "")
    (0.3333333333333333, 0.0, 1.0)
    """
    if not reference:
        return float(bool(hypothesis))
    return distance(hypothesis, reference) / len(reference)


def wilson(right: int, n: int, z: float = Z95) -> tuple[float, float]:
    """
    Interval of a share by Wilson (1927): (p + z²/2n ± z·sqrt(p(1-p)/n + z²/4n²)) / (1 + z²/n).

    >>> [round(bound, 3) for bound in wilson(15, 16)]
    [0.717, 0.989]
    >>> wilson(0, 0)
    (nan, nan)
    """
    if not n:
        return nan, nan
    share, spread = right / n, z * z / n
    half = z * sqrt(share * (1 - share) / n + spread / (4 * n))
    middle = share + spread / 2
    return max(0.0, (middle - half) / (1 + spread)), min(1.0, (middle + half) / (1 + spread))


def score(passages: Iterable[Passage], restored: Mapping | Callable) -> pd.DataFrame:
    """
    Score a restoration passage by passage.

    Text that belongs to the site and not to the report is left out on both sides (its damage is
    counted by :func:`by_kind`), and so are line breaks.

    Returns
    -------
    DataFrame with a row a passage: passage, report, stratum, kinds, certainty, chars (length of
    the reading), errors (edit distance), cer, exact. Passages of boilerplate alone have 0 chars.
    """
    rows = []
    for passage, view in gold.views(passages, restored):
        body = (view.text(start, end) for start, end in passage.between("boilerplate"))
        found, wanted = comparable("".join(body)), comparable(passage.reading)
        rows.append({
            "passage": passage.id, "report": passage.report, "stratum": passage.stratum,
            "kinds": "|".join(passage.kinds), "certainty": passage.certainty,
            "chars": len(wanted), "errors": distance(found, wanted), "cer": cer(found, wanted),
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


def _places(passages: Iterable[Passage], restored: Mapping | Callable) -> Iterator[dict]:
    """Yield every damaged place with what was wanted there and what was found."""
    for passage, view in gold.views(passages, restored):
        for mark in passage.marks:
            found, wanted = gold.pair(passage, view, mark.start, mark.end)
            yield {
                "passage": passage.id, "report": passage.report, "raw_start": mark.start,
                "kind": mark.kind, "certainty": passage.certainty, "before": mark.before,
                "wanted": wanted, "found": found,
                "right": gold.right(passage, view, mark.start, mark.end, breaks=mark.breaks),
            }


def by_kind(passages: Iterable[Passage], restored: Mapping | Callable) -> pd.DataFrame:
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


def misses(passages: Iterable[Passage], restored: Mapping | Callable) -> pd.DataFrame:
    """List every damaged place that does not come out as read, in the order of the passages."""
    columns = ["passage", "report", "raw_start", "kind", "certainty", "before", "wanted", "found"]
    wrong = [place for place in _places(passages, restored) if not place["right"]]
    return pd.DataFrame(wrong, columns=columns)


def plain_altered(passages: Iterable[Passage], restored: Mapping | Callable) -> pd.DataFrame:
    """
    Count the undamaged characters that the restoration altered, by report and over all.

    Columns: report, plain (characters outside every mark, line breaks aside), altered, rate.
    """
    tally: dict[str, list[int]] = {}
    for passage, view in gold.views(passages, restored):
        for start, end in passage.between():
            plain = len(comparable(passage.cut(start, end)))
            altered = distance(*map(comparable, gold.pair(passage, view, start, end)))
            for report in (passage.report, "all"):
                count = tally.setdefault(report, [0, 0])
                count[0] += plain
                count[1] += altered
    return pd.DataFrame([
        {"report": report, "plain": plain, "altered": altered, "rate": altered / max(plain, 1)}
        for report, (plain, altered) in sorted(tally.items())
    ])


def calibration(passages: Iterable[Passage], restored: Mapping) -> pd.DataFrame:
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
    for passage, view in gold.views(passages, restored):
        for edit in _edits(view.ledger, passage):
            start, end = max(edit.start, passage.start), min(edit.end, passage.end)
            breaks = edit.kind == "layout" and "\n" in edit.before + edit.after
            hit = gold.right(passage, view, start, end, breaks=breaks)
            tally[edit.confidence].append(hit)
    return pd.DataFrame([{"confidence": name, **_share(hits)} for name, hits in tally.items()])


def _edits(ledger, passage: Passage) -> Iterator:
    for edit in ledger.edits:
        inside = passage.start <= edit.start and edit.end <= passage.end
        if inside or (edit.start < passage.end and passage.start < edit.end and not edit.after):
            yield edit


def _share(hits: list[bool]) -> dict[str, float]:
    n, right = len(hits), sum(hits)
    low, high = wilson(right, n)
    return {"n": n, "right": right, "rate": right / n if n else nan, "low": low, "high": high}


def nothing(raw: str) -> str:
    """Leave everything as it is."""
    return raw


def strip_and_convert(raw: str) -> str:
    """
    Drop every parenthesis of pinyin letters and convert with OpenCC: what anyone would try first.

    >>> strip_and_convert("發(fā)展顯著")
    '发展显著'
    """
    return converter().convert(re.sub(r"\([a-zü\u00e0-\u01dc]+\)", "", raw))


BASELINES: dict[str, Callable[[str], str]] = {
    "nothing": nothing,
    "strip pinyin + OpenCC": strip_and_convert,
}
