"""Web pages: what a reader sees of the report, without what stands around it."""

import email
import re
from collections import defaultdict
from collections.abc import Iterator
from email.policy import default as policy
from pathlib import Path

from analysis.readers import Text, decoded, named, paragraphs

# Never part of what is read. A form or a header may hold the whole report.
_DROPPED = ("script", "style", "nav", "footer", "aside", "noscript", "template", "select", "option", "button", "svg",
            "iframe", "object", "head", "textarea", "canvas", "dialog", "datalist")  # fmt: skip
_BLOCKS = frozenset((  # noqa: SIM905
    "address article aside blockquote body caption center dd details div dl dt fieldset figcaption figure form h1 h2 "
    "h3 h4 h5 h6 header hr legend li main ol p pre section summary table tbody td tfoot th thead tr ul"
).split())  # fmt: skip
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all", re.IGNORECASE)
# A line that is prose: a heading or a menu is shorter, or ends without a stop.
_STOP = re.compile("[。！？；：”]$")
_PROSE = 30
# Shares of prose that the part of a page holds that is the report, and of linked characters in a menu.
_MAIN, _MENU = 0.95, 0.5
# Blocks that may be a menu.
_MENUS = frozenset(("ul", "ol", "div", "table", "td", "p", "dl"))
# Browsers nest no deeper.
_DEEPEST = 512
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)


def read(path: Path, data: bytes) -> list[Text]:
    from bs4 import BeautifulSoup

    if path.suffix.lower() in (".mht", ".mhtml") or data[:512].lstrip().lower().startswith(b"mime-version:"):
        data = _archived(data)
    soup = BeautifulSoup(decoded_page(data), "html.parser")
    metadata = _metadata(soup)
    unread = {"pictures": len(soup.find_all("img")), "frames": len(soup.find_all(["iframe", "frame"]))}
    hidden = _prune(soup)
    main = _main(soup.body or soup)
    text, _ = paragraphs(_lines(main))
    unread |= {"hidden characters": hidden, "characters around the report": _size(soup.body or soup) - _size(main)}
    if not metadata.get("title") and (top := soup.find("h1")) and top.get_text(strip=True):
        metadata["title"] = _joined(top.get_text())
    return [Text(text, metadata, unread={what: n for what, n in unread.items() if n > 0})]


def decoded_page(data: bytes) -> str:
    """The page's text. What it says of its encoding counts where its bytes leave it open."""
    text, encoding = decoded(data)
    said = _CHARSET.search(data[:4096])
    name = said[1].decode("ascii").lower() if said else ""
    # gb2312 is what pages say whose writers meant all of GB 18030.
    name = "gb18030" if name in ("gb2312", "gbk", "gb_2312-80", "x-gbk") else name
    if encoding != "utf-8" and name in ("big5", "gb18030") and name != encoding:
        try:
            return data.decode(name)
        except UnicodeDecodeError:
            pass
    return text


def tables(page: str) -> list[list[list[str]]]:
    """
    Give the tables of a page, cells by row: a cell that spans rows stands in each of them.

    >>> tables("<table><tr><td rowspan=2>山西<td>2020<td>一<p>二<tr><td>2021<td>三</table>")
    [[['山西', '2020', '一\\n二'], ['山西', '2021', '三']]]
    """
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(page, "html.parser")
    for row in soup.find_all("tr"):
        _part(row, ["tr", "table"])
    for cell in soup.find_all(["td", "th"]):
        _part(cell, ["td", "th", "table"])
    found = []
    for table in soup.find_all("table"):
        lines: list[list[str]] = []
        spans: dict[int, tuple[int, str]] = {}
        for row in table.find_all("tr"):
            if row.find_parent("table") is not table:
                continue
            line: list[str] = []
            for cell in [cell for cell in row.find_all(["td", "th"]) if cell.find_parent("tr") is row]:
                line += _from_above(spans, len(line))
                said = "\n".join(part for part in _lines(cell) if part.strip())
                spans[len(line)] = _span(cell, "rowspan") - 1, said
                line += [said, *[""] * (_span(cell, "colspan") - 1)]
            lines.append(line + _from_above(spans, len(line)))
        found.append(lines)
    return found


def _part(tag, names: list[str]) -> None:
    """Put a row or cell behind the one in which it stands because nobody closed that."""
    outer = tag.find_parent(names)
    if outer is not None and outer.name != "table":
        outer.insert_after(tag.extract())


def _from_above(spans: dict[int, tuple[int, str]], at: int) -> list[str]:
    """Cells that begin in a row above and stand here, from a column on."""
    cells = []
    while (left := spans.get(at + len(cells), (0, ""))) and left[0] > 0:
        spans[at + len(cells)] = left[0] - 1, left[1]
        cells.append(left[1])
    return cells


def _span(cell, name: str) -> int:
    said = str(cell.get(name, ""))
    return min(int(said), 1000) if said.isdecimal() and int(said) else 1


def _archived(data: bytes) -> bytes:
    """The page of a web archive (.mht)."""
    message = email.message_from_bytes(data, policy=policy)
    part = next((part for part in message.walk() if part.get_content_type() == "text/html"), None)
    return part.get_payload(decode=True) if part is not None else data


def _metadata(soup) -> dict[str, str]:
    """What the standard heads of official sites say, then the page's own title."""
    said = {}
    for tag in soup.find_all("meta"):
        name = str(tag.get("name") or tag.get("property") or "").strip().lower()
        name = {"og:title": "title", "article:published_time": "pubdate"}.get(name, name)
        content = _joined(str(tag.get("content") or ""))
        # Not the writer of the page, and not how it is built.
        if name not in ("author", "description", "viewport", "type", "id", "text", "content", "level", "column"):
            said.setdefault(name, content)
    # The heads of the standard first: `title` of a page may be that of the site.
    order = ("articletitle", "pubdate", "contentsource", "sitename", "columnname")
    found = named({name: said[name] for name in (*order, *said) if name in said})
    if not found.get("title") and soup.title and soup.title.string:
        found["title"] = re.split(r"\s*[-_|–—]{1,2}\s*(?=[^-_|–—]*\Z)", _joined(soup.title.string))[0]
    return {name: value for name, value in found.items() if name != "text"}


def _prune(soup) -> int:
    """Take out what is never read; give the number of hidden characters."""
    from bs4 import Comment, Declaration, Doctype, ProcessingInstruction

    for node in soup.find_all(string=lambda s: isinstance(s, (Comment, Declaration, Doctype, ProcessingInstruction))):
        node.extract()
    for tag in soup.find_all(_DROPPED):
        tag.decompose()
    hidden = 0
    for tag in soup.find_all(lambda t: _is_hidden(t)):
        if not tag.decomposed:
            hidden += _size(tag)
            tag.decompose()
    for tag in soup.find_all("rt") + soup.find_all("rp"):
        tag.decompose()
    for tag in _menus(soup):
        if not tag.decomposed:
            tag.decompose()
    return hidden


def _is_hidden(tag) -> bool:
    style = tag.get("style") or ""
    return (
        tag.has_attr("hidden") or bool(_HIDDEN.search(style)) or (tag.name == "input" and tag.get("type") == "hidden")
    )


def _menus(soup) -> list:
    """Blocks of which most is linked, and nothing a sentence; one pass, since writers forget to close thousands."""
    from bs4 import NavigableString

    size, linked, links, said = (defaultdict(int) for _ in range(4))
    tags = [soup, *soup.find_all(True)]
    for tag in reversed(tags):  # What is inside comes first.
        at = id(tag)
        for child in tag.children:
            if isinstance(child, NavigableString):
                size[at] += len(re.sub(r"\s", "", child))
                said[at] += bool(re.search("[。！]", child))
            else:
                for count in (size, linked, links, said):
                    count[at] += count[id(child)]
        if tag.name == "a":
            linked[at], links[at] = linked[at] + size[at], links[at] + 1
    # A cell or a paragraph that holds nothing but a link is no menu yet.
    return [tag for tag in tags if tag.name in _MENUS and links[id(tag)] > 1
            and linked[id(tag)] > _MENU * size[id(tag)] and not said[id(tag)]]  # fmt: skip


def _size(tag) -> int:
    return len(re.sub(r"\s", "", tag.get_text()))


def _main(body):
    """
    The part of a page that is the report.

    The smallest element that holds nearly all prose, and the page's heading with it if that stands
    just before. A page without prose is taken whole.
    """
    prose = _prose(body)
    if not prose:
        return body
    main = body
    for _ in range(_DEEPEST):
        inner = [
            tag for tag in main.find_all(True, recursive=False) if tag.name in _BLOCKS or tag.name in ("span", "font")
        ]
        best = max(inner, key=_prose, default=None)
        if best is None or best.name in ("p", "td", "li") or _prose(best) < _MAIN * prose or _opens(best):
            break
        main = best
    return _with_title(main, body)


def _opens(inner) -> bool:
    """Whether prose stands bare before an element in the one around it: a text whose paragraphs nobody closed."""
    from bs4 import NavigableString

    before = (part for part in inner.previous_siblings if isinstance(part, NavigableString))
    return any(len(part.strip()) >= _PROSE or _STOP.search(part.strip()) for part in before)


def _with_title(main, body):
    """The element itself, or the one around it that adds a heading and little else."""
    if main.find(["h1"]) or main is body:
        return main
    size = _size(main)
    for outer in main.parents:
        if outer.name not in _BLOCKS:
            break
        if _size(outer) - size > 0.1 * size + 200:
            break
        if outer.find(["h1", "h2"]):
            return outer
        if outer is body:
            break
    return main


def _prose(tag) -> int:
    """Characters of a block that stand in sentences."""
    lines = [line.strip() for line in _lines(tag)]
    return sum(len(line) for line in lines if len(line) >= _PROSE or (len(line) > 5 and _STOP.search(line)))


def _lines(tag) -> list[str]:
    """What a block shows, a paragraph a line; line breaks of the source are blanks or nothing."""
    lines = [""]
    for kind, text in _pieces(tag):
        if kind == "break":
            lines.append("")
        elif kind == "cell":
            lines[-1] += "\t" if lines[-1].strip() else ""
        elif kind == "kept":
            lines += [lines.pop() + text.split("\n")[0], *text.split("\n")[1:]]
        else:
            lines[-1] += text
    return [_joined(line) for line in lines]


def _pieces(top) -> Iterator[tuple[str, str]]:
    """Texts and breaks below an element, however deep writers forgot to close others."""
    from bs4 import NavigableString

    laid_out = _around(top, ["p", "div", "br", "table"])
    stack: list[tuple[Iterator, str]] = [(iter(top.children), "")]
    while stack:
        children, after = stack[-1]
        child = next(children, None)
        if child is None:
            stack.pop()
            yield from ((after, "") for _ in after[:1])
        elif isinstance(child, NavigableString):
            yield "kept" if child.parent.name == "pre" else "text", str(child)
        elif child.name == "br":
            yield "break", ""
        else:
            before, after = _breaks(child, id(child) in laid_out)
            yield from ((before, "") for _ in before[:1])
            stack.append((iter(child.children), after))


def _around(top, names: list[str]) -> set[int]:
    """Elements below another (their `id`) in which one of these stands."""
    found: set[int] = set()
    for tag in top.find_all(names):
        for outer in tag.parents:
            if outer is top or id(outer) in found:
                break
            found.add(id(outer))
    return found


def _breaks(tag, laid_out: bool) -> tuple[str, str]:
    """What stands before and after an element. A cell with paragraphs in it lays out a page, others share a line."""
    if tag.name in ("td", "th") and not laid_out:
        return "cell", ""
    return ("break", "break") if tag.name in _BLOCKS else ("", "")


def _joined(text: str) -> str:
    """
    Close up what a source breaks: Chinese reads on without a blank, other words with one.

    >>> _joined("高质量发\\n    展，GDP\\n增长")
    '高质量发展，GDP增长'
    """
    text = re.sub(r"[ \t\f\v]*[\r\n][ \t\r\n\f\v]*", "\n", text.replace("\xa0", " ").strip(" \r\n\f\v"))
    return re.sub("(?<=[!-~])\n(?=[!-~])", " ", text.strip("\n")).replace("\n", "")
