"""Print the hits of a term as a page of aligned lines: `python -m analysis trace TERM`."""

import unicodedata

import pandas as pd

from analysis import concordance


def page(corpus, query: str, **options) -> str:
    """
    Lay out hits, what they rest on, and how many could be hidden, as text.

    Parameters
    ----------
    corpus : Corpus
    query : str
    **options
        As in `concordance.hits`.
    """
    return laid_out(concordance.hits(corpus, query, **options), query, **options)


def laid_out(table: pd.DataFrame, query: str, **options) -> str:
    """Lay out hits that were found (`concordance.hits`)."""
    lines = []
    for name, part in table.groupby("report", sort=False):
        lines += [f"{name} ({part['year'].iloc[0]}): {len(part)}", *_lines(part), ""]
    split = concordance.support(table)
    lines += [_summary(split.loc["all"]) if len(table) else _nothing(query, split, **options)]
    return "\n".join(lines)


def _lines(part: pd.DataFrame) -> list[str]:
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
    """
    Columns that a text takes in a terminal: two for a wide character.

    >>> _width("5G改革")
    6
    """
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _summary(split: pd.Series) -> str:
    """
    Say in one line what the hits rest on.

    >>> _summary(pd.Series({"untouched": 2, "exact": 1, "inferred": 0, "hits": 3, "gaps": 1}))
    '3 hits: 2 untouched, 1 exact. 1 place could hide one more.'
    """
    parts = [f"{split[name]} {name}" for name in concordance.CLASSES if split.get(name)]
    times = "1 hit" if split["hits"] == 1 else f"{split['hits']} hits"
    return f"{times}: {', '.join(parts)}. {_hidden(split['gaps'])}"


def _hidden(number: int) -> str:
    if number == 0:
        return "No gap could hide another."
    if number == 1:
        return "1 place could hide one more."
    return f"{number} places could hide one more each."


def _nothing(
    query: str, split: pd.DataFrame, regex: bool = False, word: bool = False, **options
) -> str:
    """Say that there is no hit, and what to try."""
    narrowed = any(options.get(name) for name in ("report", "section", "function"))
    hints = ["without --report, --section, --function"] * narrowed
    hints += ["without --word, which asks for a hit that is cut as one word"] * word
    hints += ["a shorter term, or a pattern such as --regex '创新.{0,4}驱动'"] * (not regex)
    tried = f" Try {'; or '.join(hints)}." if hints else ""
    return f"No hit of {query}.{tried} {_hidden(split.loc['all', 'gaps'])}"
