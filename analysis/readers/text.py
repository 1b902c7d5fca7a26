"""
Plain text and Markdown: the head in YAML is metadata, marks of headings and lists are no text.

Marks of bold type stay: restoration knows what they say about paragraphs.
"""

import re
from pathlib import Path

from analysis.readers import MARKDOWN, Text, decoded, named

_HEAD = re.compile(r"\A\ufeff?---[ \t]*\r?\n(.*?)\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL)
_ENTRY = re.compile(r"^([^\s:#\-][^:\n]*):[ \t]*(.*)$", re.MULTILINE)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_IMAGE = re.compile(r"!\[[^\]\n]*\]\([^)\n]*\)")
_LINK = re.compile(r"(?<!!)\[([^\]\n]+)\]\((?:https?:|/|\.|#|mailto:)[^)\n]*\)")
_HEADING = re.compile(r"^[ \t]{0,3}#{1,6}[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*$", re.MULTILINE)
_BULLET = re.compile(r"^[ \t]{0,6}(?:[-*+][ \t]+(?=\S)|>[ \t]?)", re.MULTILINE)
_RULE = re.compile(r"^[ \t]*(?:\|?[ \t]*:?-{3,}:?[ \t]*)+\|?[ \t]*$|^[ \t]*(?:[-*_][ \t]*){3,}$", re.MULTILINE)
_ROW = re.compile(r"^[ \t]*\|(.*)\|[ \t]*$", re.MULTILINE)
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+\-.!|>~])")


def read(path: Path, data: bytes) -> list[Text]:
    text, encoding = decoded(data)
    if path.suffix.lower() not in MARKDOWN:
        return [Text(text, encoding=encoding)]
    head = _HEAD.match(text)
    metadata = named(_entries(head[1])) if head else {}
    body = text[head.end() :] if head else text
    unread = {"images": len(_IMAGE.findall(body)), "comments": len(_COMMENT.findall(body))}
    return [Text(_plain(body), metadata, unread={k: n for k, n in unread.items() if n}, encoding=encoding)]


def _entries(head: str) -> dict[str, str]:
    """Entries of a simple YAML head; nested ones are of no use here."""
    found = {}
    for key, value in _ENTRY.findall(head):
        value = value.strip()
        if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
            value = value[1:-1]
        found[key.strip()] = value
    return found


def _plain(text: str) -> str:
    """
    Take the marks of Markdown off a text.

    >>> _plain("## 一、回顾\\n\\n- 增长**8%**\\n<!-- 来源 -->")
    '一、回顾\\n增长**8%**\\n'
    """
    text = _IMAGE.sub("", _COMMENT.sub("", text))
    text = _LINK.sub(r"\1", text)
    text = _RULE.sub("", text)
    text = _ROW.sub(lambda row: "\t".join(cell.strip() for cell in row[1].split("|")), text)
    text = _HEADING.sub(r"\1", text)
    text = _BULLET.sub("", text)
    text = _ESCAPE.sub(r"\1", text)
    lines = (line.strip() for line in text.splitlines())
    return "".join(f"{line}\n" for line in lines if line)
