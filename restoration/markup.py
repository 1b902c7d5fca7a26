"""
What a web page leaves in its text: marks of bold type, entities, tags, hard blanks.

    >>> [(e.before, e.after) for e in find_marks("增长。**提高精度。**坚持**新产业,**重点")]
    [('**', '\\n'), ('**', ''), ('**', ''), ('**', '')]
"""

import html
import re

from restoration.layout import mend, separator
from restoration.ledger import Edit

MARKED = re.compile(r"\*\*(?=\S)([^*\n]+)\*\*")
# `&nbsp;`, also where its ampersand was escaped again; tags of running text.
ENTITY = re.compile(
    r"&(?:amp;)*(nbsp|quot|amp|[lr][ds]quo|[mn]dash|middot|hellip|#(?!38;)\d{2,5});"
)
TAG = re.compile(r"</?(p|br|div|span|strong|b|em|font)\b[^<>\n]{0,200}>", re.IGNORECASE)
# Zero-width space and joiners, marks of direction, soft hyphen, a byte order mark inside.
_ZERO = "[\u200b-\u200f\u2060\u00ad\ufeff]"
INVISIBLE = re.compile(f"{_ZERO}{_ZERO}*")
HARD_BLANK = re.compile("(?<![ \t])[ \t]*\u00a0[ \t\u00a0]*")


def find(text: str) -> list[Edit]:
    """List marks of bold type, entities and tags, in a text that is not about them."""
    return find_marks(text) + find_tags(text)


def find_marks(text: str) -> list[Edit]:
    """
    List `**` around words; a marked sentence is a run-in heading and starts a paragraph.

    So do its sisters without marks in the same reports.
    """
    edits = []
    for hit in MARKED.finditer(text) if "**" in text else ():
        before = text[max(0, hit.start() - 1) : hit.start()]
        heads = hit[1][-1] in "。！" and before in ("。", "！", "”")
        reason = "a marked sentence is a run-in heading" if heads else "marks of bold type"
        opening = separator(text) if heads else ""
        edits.append(mend(hit.start(), "**", opening, "marks", reason, not heads))
        edits.append(mend(hit.end() - 2, "**", "", "marks", "marks of bold type", True))
    return edits


def find_tags(text: str) -> list[Edit]:
    """
    List entities and tags of a web page.

    Examples
    --------
    >>> [(e.before, e.after) for e in find_tags("发展&nbsp;成果<br/>")]
    [('&nbsp;', '\\xa0'), ('<br/>', '\\n')]
    """
    edits = []
    for hit in ENTITY.finditer(text) if "&" in text else ():
        after = html.unescape(f"&{hit[1]};")
        edits.append(mend(hit.start(), hit[0], after, "entity", "entity of a web page", True))
    for hit in TAG.finditer(text) if "<" in text else ():
        after = "\n" if hit[1].lower() in ("p", "br", "div") else ""
        edits.append(mend(hit.start(), hit[0], after, "tag", "tag of a web page", True))
    return edits


def find_residue(text: str) -> list[Edit]:
    """
    List hard blanks and characters without width.

    Examples
    --------
    >>> [(e.before, e.after) for e in find_residue("发展\u200b成果。\u00a0")]
    [('\\u200b', ''), ('\\xa0', '')]
    """
    edits = []
    for hit in INVISIBLE.finditer(text):
        edits.append(mend(hit.start(), hit[0], "", "invisible", "has no width", True))
    for hit in HARD_BLANK.finditer(text) if "\u00a0" in text else ():
        before, after = text[max(0, hit.start() - 1) : hit.start()], text[hit.end() : hit.end() + 1]
        blank = " " if before.strip() and after.strip() else ""
        edits.append(mend(hit.start(), hit[0], blank, "blank", "hard blank of a web page", True))
    return edits
