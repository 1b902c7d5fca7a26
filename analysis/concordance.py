"""Every hit of a term in its context, with the raw characters and the edits that it rests on."""

import re
import time
import unicodedata
from collections.abc import Callable, Iterable, Iterator

import pandas as pd

from analysis.wordform import fold

# How far a hit can be trusted, from best to worst: no edit, or the weakest of its edits.
CLASSES = ("untouched", "exact", "inferred", "unresolved")

COLUMNS = [
    "report", "year", "section", "section_title", "function", "paragraph", "start", "end",
    "raw_start", "raw_end", "left", "hit", "right", "raw", "edits", "rules", "classes",
]

# A character that is lost and stays visible in the restored text.
_LOST = "\ufffd"

# What a pattern of a user may take over all texts; a plain one takes a hundredth of a second for five.
PATTERN_SECONDS = 10


def hits(
    corpus,
    query: str,
    report: str | Iterable[str] | None = None,
    section: str | None = None,
    function: str | None = None,
    regex: bool = False,
    word: bool = False,
    width: int = 20,
) -> pd.DataFrame:
    """
    Find a term in the restored texts and trace each hit to the raw characters behind it.

    Searched is the one form of the text (see `wordform.fold`): 2035 finds ２０３５ too.

    A hit lies within one paragraph; hits do not overlap and are found from left to right, so
    that their number is that of `counts.strings`.

    Parameters
    ----------
    corpus : Corpus
    query : str
        A string as written or, with `regex`, a regular expression such as ``创新.{0,4}驱动``.
    report : str or list of str, optional
        Only in these reports.
    section : str, optional
        Only in sections whose title contains this.
    function : str, optional
        Only in this function: review, guiding, tasks, self-government, other.
    word : bool
        Only where the segmenter cuts the hit as one token: what a count of words counts, and
        not, say, 支持 within 全力支持.
    width : int
        Characters of context on either side.

    Returns
    -------
    DataFrame
        One row a hit, in the order of catalogue and text: `report`, `year`, `section`,
        `section_title`, `function`, `paragraph`; `start`, `end` in the restored and `raw_start`,
        `raw_end` in the raw text; `left`, `hit`, `right`; `raw`, the raw characters behind the
        hit; `edits` (how many it rests on), `rules`, and `classes`: `untouched`, or the weakest
        class of its edits. ``attrs["gaps"]`` has, by report, the places that could hide more
        (see `gaps`).

    Raises
    ------
    ValueError
        If the query is empty or no regular expression, or a report is not in the corpus.
    """
    found = _finder(query, regex)
    chosen = {"report": report, "section": section, "function": function}
    rows = [
        _row(report, paragraph, match, width)
        for report, paragraph in _paragraphs(corpus, **chosen)
        for match in found(report.form[paragraph.start : paragraph.end])
        if match[0]
    ]
    table = pd.DataFrame(rows, columns=COLUMNS)
    if word:
        table = _cut(corpus, table)
    hidden = gaps(corpus, query, regex=regex, **chosen)
    table.attrs["gaps"] = {name: len(part) for name, part in hidden.groupby("report")}
    return table


def _cut(corpus, table: pd.DataFrame) -> pd.DataFrame:
    """The hits that are one token each."""
    from analysis import tokens

    keys = ["report", "start", "end"]
    if table.empty:
        return table
    cut = tokens.table(corpus)[keys].astype({"report": object})
    known = pd.MultiIndex.from_frame(cut)
    return table[pd.MultiIndex.from_frame(table[keys]).isin(known)].reset_index(drop=True)


def _finder(query: str, regex: bool) -> Callable[[str], Iterator]:
    """
    Find a term or a pattern in one text after the other, within a time for all of them.

    A pattern such as `(a*)*b` would take longer than anybody lives on a text that almost fits.
    """
    if not query:
        raise ValueError("The query is empty; give a term or a regular expression.")
    if not regex:
        return re.compile(re.escape(fold(query))).finditer
    import regex as patterns

    try:
        compiled = patterns.compile(query)
    except (patterns.error, OverflowError, RecursionError) as error:
        raise ValueError(f"{query!r} is no regular expression ({error}); correct it.") from error
    end = time.monotonic() + PATTERN_SECONDS

    def found(text: str) -> Iterator:
        try:
            yield from compiled.finditer(text, timeout=max(end - time.monotonic(), 1e-3))
        except TimeoutError:
            raise ValueError(
                f"{query!r} took more than {PATTERN_SECONDS} seconds: make the pattern simpler, "
                "with fewer repetitions inside repetitions"
            ) from None

    return found


def _paragraphs(corpus, report=None, section=None, function=None) -> Iterator[tuple]:
    """Reports and paragraphs, as named tuples, that a choice leaves."""
    wanted = [report] if isinstance(report, str) else report
    known = [r.id for r in corpus.reports]
    for name in set(wanted or ()) - set(known):
        raise ValueError(f"No report {name!r} in the corpus; it has {', '.join(known)}.")
    for each in corpus.reports:
        if wanted is not None and each.id not in wanted:
            continue
        for paragraph in each.paragraphs.itertuples(index=False):
            in_section = section is None or section in paragraph.section_title
            if in_section and (function is None or paragraph.function == function):
                yield each, paragraph


def _row(report, paragraph, match: re.Match, width: int) -> tuple:
    """One hit as a row of `COLUMNS`."""
    start, end = (paragraph.start + place for place in match.span())
    raw_start, raw_end = report.ledger.to_raw(start, end)
    edits = report.ledger.edits_in(start, end)
    rules = "; ".join(dict.fromkeys(edit.rule for edit in edits))
    worst = max((CLASSES.index(edit.confidence) for edit in edits), default=0)
    # The form has the length of the text, and is what was searched; shown is what stands there.
    text = report.text[paragraph.start : paragraph.end]
    return (
        report.id, report.year, paragraph.section, paragraph.section_title, paragraph.function,
        paragraph.paragraph, start, end, raw_start, raw_end,
        text[max(0, match.start() - width) : match.start()], report.text[start:end],
        text[match.end() : match.end() + width],
        report.raw[raw_start:raw_end], len(edits), rules, CLASSES[worst],
    )


def gaps(
    corpus, query: str, report=None, section=None, function=None, regex: bool = False
) -> pd.DataFrame:
    """
    List the places that could hide further hits of a term.

    A *suspicion* is an unresolved edit one of whose candidates would make a hit. A *loss* is a
    run of lost characters (U+FFFD), without candidates, that the term fits over: each mark
    stands for one or two characters, and at least one character of the term must still be
    there. A regular expression is not fitted over losses: every loss counts, as a bound.

    Returns
    -------
    DataFrame
        `report`, `paragraph`, `start`, `end` (in the restored text), `kind`, `reading` (what
        would stand there), in the order of catalogue and text.
    """
    finder, rows = _finder(query, regex), []
    for each, paragraph in _paragraphs(corpus, report, section, function):
        text = each.form[paragraph.start : paragraph.end]
        suspicions = _suspicions(each.ledger, paragraph.start, paragraph.end)
        known = [(max(0, a), b) for a, b, _ in suspicions]
        found = [
            (a, b, "suspicion", reading)
            for a, b, readings in suspicions
            for reading in _completing(finder, text, max(0, a), b, readings)
        ]
        found += [
            (*run.span(), "loss", query)
            for run in re.finditer(_LOST + "+", text)
            if not any(a <= run.start() < b for a, b in known)
            and (regex or _fits(query, text, *run.span()))
        ]
        rows += [(each.id, paragraph.paragraph, *_moved(row, paragraph.start)) for row in found]
    columns = ["report", "paragraph", "start", "end", "kind", "reading"]
    order = {each.id: n for n, each in enumerate(corpus.reports)}
    rows.sort(key=lambda row: (order[row[0]], *row[1:]))
    return pd.DataFrame(rows, columns=columns)


def _moved(row: tuple, offset: int) -> tuple:
    start, end, *rest = row
    return start + offset, end + offset, *rest


def _suspicions(ledger, start: int, end: int) -> list[tuple[int, int, tuple[str, ...]]]:
    """Unresolved edits within a span that have candidates, with places relative to its start."""
    found = []
    for edit in ledger.edits_in(start, end):
        if edit.confidence == "unresolved" and edit.alternatives:
            low, high = ledger.to_text(edit.start, edit.end)
            found.append((low - start, high - start, edit.alternatives))
    return found


def _completing(finder, text: str, start: int, end: int, readings) -> list[str]:
    """The first reading with which a text has more hits than without, if there is one."""
    now = sum(1 for _ in finder(text))
    for reading in readings:
        changed = text[:start] + reading + text[end:]
        if sum(1 for _ in finder(changed)) > now:
            return [reading]
    return []


def _fits(term: str, text: str, start: int, end: int) -> bool:
    r"""
    Whether a term could stand over the lost characters `start:end`.

    >>> texts = "推进\ufffd量发展", "推高\ufffd量发展", "推进\ufffd。"
    >>> [_fits("高质量发展", text, 2, 3) for text in texts]
    [True, True, False]
    """
    marks = end - start
    return any(
        text[:start].endswith(term[:first]) and text.startswith(term[last:], end)
        for first in range(len(term))
        for last in range(first + marks, min(first + 2 * marks, len(term)) + 1)
        if last - first < len(term)
    )


def support(table: pd.DataFrame) -> pd.DataFrame:
    """
    Split the number of hits by what they rest on, and say how many places could hide more.

    Parameters
    ----------
    table : DataFrame
        What `hits` gives.

    Returns
    -------
    DataFrame, index `report`, and `all` last
        `untouched`, `exact`, `inferred`, `unresolved` (their sum is `hits`), `hits` and `gaps`:
        the term stood there at least `untouched` and at most `hits` + `gaps` times, as far as
        what is listed in the ledger goes.
    """
    hidden = pd.Series(table.attrs.get("gaps", {}), dtype=int)
    reports = list(dict.fromkeys([*table["report"], *hidden.index]))
    split = pd.crosstab(table["report"], table["classes"]) if len(table) else pd.DataFrame()
    split = split.reindex(index=reports, columns=list(CLASSES), fill_value=0)
    split = split.assign(hits=split.sum(axis=1), gaps=hidden.reindex(reports, fill_value=0))
    split.loc["all"] = split.sum()
    split.columns.name = None
    return split.fillna(0).astype(int).rename_axis("report")


def page(table: pd.DataFrame, query: str, **options) -> str:
    """
    Lay out hits, what they rest on, and how many could be hidden, as a page of aligned lines.

    Parameters
    ----------
    table : DataFrame
        What `hits` gives for `query` and `options`.
    """
    lines = []
    for name, part in table.groupby("report", sort=False):
        lines += [f"{name} ({part['year'].iloc[0]}): {len(part)}", *_page_lines(part), ""]
    split = support(table)
    lines += [_summary(split.loc["all"]) if len(table) else _nothing(query, split, **options)]
    return "\n".join(lines)


def _page_lines(part: pd.DataFrame) -> list[str]:
    """Two lines a hit: the context with the hit in one column, then places and edits."""
    left = max(map(_width, part["left"]))
    lines = []
    for hit in part.itertuples():
        lines.append(" " * (left - _width(hit.left) + 2) + f"{hit.left}【{hit.hit}】{hit.right}")
        place = f"{hit.function}, {hit.section_title or 'no heading'}, paragraph {hit.paragraph}"
        spans = f"text {hit.start}-{hit.end}, raw {hit.raw_start}-{hit.raw_end}"
        edited = f", from {hit.raw!r} by {hit.rules}" if hit.edits else ""
        lines.append(f"    {place}; {spans}; {hit.classes}{edited}")
    return lines


def _width(text: str) -> int:
    """Columns that a text takes in a terminal: two for a wide character."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _summary(split: pd.Series) -> str:
    """What the hits rest on, in one line."""
    parts = [f"{split[name]} {name}" for name in CLASSES if split.get(name)]
    times = "1 hit" if split["hits"] == 1 else f"{split['hits']} hits"
    return f"{times}: {', '.join(parts)}. {_hidden(split['gaps'])}"


def _hidden(number: int) -> str:
    if number == 0:
        return "No gap could hide another."
    if number == 1:
        return "1 place could hide one more."
    return f"{number} places could hide one more each."


def _nothing(query: str, split: pd.DataFrame, regex: bool = False, word: bool = False, **options) -> str:
    """Say that there is no hit, and what to try."""
    narrowed = any(options.get(name) for name in ("report", "section", "function"))
    hints = ["without --report, --section, --function"] * narrowed
    hints += ["without --word, which asks for a hit that is cut as one word"] * word
    hints += ["a shorter term, or a pattern such as --regex '创新.{0,4}驱动'"] * (not regex)
    tried = f" Try {'; or '.join(hints)}." if hints else ""
    return f"No hit of {query}.{tried} {_hidden(split.loc['all', 'gaps'])}"
