"""Print the hits of a term as a page of aligned lines: `python -m analysis trace TERM`."""

import argparse
import unicodedata
from pathlib import Path

import pandas as pd

from analysis import concordance

# Functions a section can have; see `structure`.
FUNCTIONS = ("review", "guiding", "tasks", "self-government", "other")


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
    table = concordance.hits(corpus, query, **options)
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


def run(args: argparse.Namespace) -> int:
    """Print the page; 0 where there are hits, 1 where there are none."""
    from analysis import corpus

    options = {"report": args.report, "section": args.section, "function": args.function}
    loaded = corpus.load(args.catalogue)
    text = page(loaded, args.term, regex=args.regex, word=args.word, width=args.width, **options)
    print(text)
    return int(text.startswith("No hit of "))


def register(commands) -> None:
    """Add `trace` to the command line."""
    parser = commands.add_parser("trace", help="show every hit of a term with its raw characters")
    parser.add_argument("term", metavar="TERM", help="a string, or a pattern with --regex")
    parser.add_argument("--report", action="append", metavar="ID", help="only this report")
    parser.add_argument("--section", metavar="TEXT", help="only sections whose title has TEXT")
    parser.add_argument("--function", choices=FUNCTIONS, help="only sections of this function")
    parser.add_argument("--catalogue", type=Path, metavar="CSV", help="your own catalogue.csv")
    parser.add_argument("--regex", action="store_true", help="TERM is a regular expression")
    parser.add_argument("--word", action="store_true", help="only where TERM is cut as a word")
    parser.add_argument("--width", type=int, default=20, help="characters of context (20)")
    parser.set_defaults(call=run)
