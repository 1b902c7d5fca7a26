"""
Word files: what Word shows of a document.

Numbers that Word sets are written out, insertions and moved text are in, deletions and hidden text
are out. Elements are known by their local names, so that strict and transitional files are alike.
"""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from analysis.readers.numbering import Numbering
from analysis.readers.text import Text, Unreadable, paragraphs

# What unpacks to more is no report but an attack on the memory.
_LARGEST = 2**28
# Left out of what is read: deleted, moved away, pronunciation, properties, instructions of fields.
_OUT = frozenset(("del", "moveFrom", "rt", "rPr", "pPr", "instrText", "delText", "sdtPr", "fldData", "annotation"))
_SIGNS = {"tab": "\t", "cr": "\n", "noBreakHyphen": "-", "ptab": "\t"}
# Word's text in a font of signs (Wingdings) is no text.
_NOTES = {"footnotes": "footnotes.xml", "endnotes": "endnotes.xml", "comments": "comments.xml"}


def read(path: Path, data: bytes) -> list[Text]:
    document = _Document.open(data)
    lines = list(document.lines())
    text, places = paragraphs([line for line, _ in lines], [place for _, place in lines])
    return [Text(text, document.metadata(), places, document.unread())]


def local(element) -> str:
    """Name of an element or attribute without its namespace."""
    return str(getattr(element, "tag", element)).rpartition("}")[2]


def attribute(element, name: str) -> str | None:
    return next((value for key, value in element.attrib.items() if local(key) == name), None)


def child(element, name: str):
    """First child of that name, or None."""
    return None if element is None else next((part for part in element if local(part) == name), None)


def _is_on(element) -> bool:
    return element is not None and attribute(element, "val") not in ("0", "false", "off", "none")


@dataclass
class _Document:
    """A Word file while it is read: its parts, and what has been met on the way."""

    archive: zipfile.ZipFile
    body: ElementTree.Element
    styles: dict[str, ElementTree.Element]
    numbering: Numbering
    met: dict[str, int] = field(default_factory=dict)

    @classmethod
    def open(cls, data: bytes) -> "_Document":
        archive = zipfile.ZipFile(io.BytesIO(data))
        if sum(entry.file_size for entry in archive.infolist() if entry.filename.endswith(".xml")) > _LARGEST:
            raise Unreadable("unpacks to more than any report has: save it again")
        names = [name for name in archive.namelist() if name.startswith("word/") and name.endswith("document.xml")]
        if not names:
            raise Unreadable("holds no document: open it in Word, and save it again")
        root = ElementTree.fromstring(archive.read(names[0]))
        body = child(root, "body")
        styles = _part(archive, "word/styles.xml")
        by_id = {attribute(style, "styleId"): style for style in styles or () if local(style) == "style"}
        numbering = Numbering(_part(archive, "word/numbering.xml"), by_id)
        return cls(archive, root if body is None else body, by_id, numbering)

    def metadata(self) -> dict[str, str]:
        core = _part(self.archive, "docProps/core.xml")
        title = child(core, "title")
        said = (title.text or "").strip() if title is not None else ""
        return {"title": said} if said else {}

    def lines(self) -> Iterator[tuple[str, str]]:
        """Lines with the paragraph of the document in which they stand."""
        number, open_line = 0, ""
        for paragraph, row in self._paragraphs(self.body):
            number += 1
            line = open_line + self._paragraph(paragraph)
            open_line = ""
            if _is_joined(paragraph) and not row:
                open_line = line
                continue
            for part in line.split("\n"):
                yield part, f"paragraph {number}"
            for box in self._boxes(paragraph):
                yield box, f"paragraph {number}"
        yield open_line, f"paragraph {number}"

    def _paragraphs(self, container, row=False) -> Iterator[tuple[ElementTree.Element, bool]]:
        for block in container:
            name = local(block)
            if name == "p":
                yield block, row
            elif name == "tbl":
                yield from self._table(block)
            elif name == "altChunk":
                self._meet("parts of another format")
            elif name not in _OUT and name != "sectPr":
                yield from self._paragraphs(_shown(block), row)

    def _table(self, table) -> Iterator[tuple[ElementTree.Element, bool]]:
        """Paragraphs of a table row by row; a row of short cells becomes one line."""
        for row in _descend(table, "tr"):
            if _is_on(child(child(row, "trPr"), "hidden")) or child(child(row, "trPr"), "del") is not None:
                continue
            cells = [list(self._paragraphs(cell)) for cell in _descend(row, "tc")]
            filled = [cell for cell in cells if any(_has_text(paragraph) for paragraph, _ in cell)]
            if len(filled) > 1 and all(len(cell) == 1 for cell in filled):
                yield _joined([cell[0][0] for cell in filled]), True
            else:
                for cell in cells:
                    yield from ((paragraph, True) for paragraph, _ in cell)

    def _paragraph(self, paragraph) -> str:
        text = self._run(paragraph)
        style = child(paragraph, "pPr")
        if self._is_hidden(child(style, "rPr")) and not text.strip():
            return ""
        # A paragraph of which nothing is left shows no number.
        if not text.strip() and (_is_joined(paragraph) or paragraph.find(".//{*}del") is not None):
            return ""
        return (self.numbering.label(style) + text) if text.strip() else text

    def _run(self, container) -> str:
        return "".join(self._pieces(container))

    def _pieces(self, container) -> Iterator[str]:
        for part in container:
            name = local(part)
            if name == "r" and self._is_hidden(child(part, "rPr")):
                self._meet("hidden characters", len("".join(part.itertext())))
            elif name == "t":
                yield part.text or ""
            elif name in _SIGNS:
                yield _SIGNS[name]
            elif name == "br":
                yield "" if attribute(part, "type") in ("page", "column") else "\n"
            elif name == "sym":
                self._meet("signs of a font")
            elif name in ("del", "moveFrom"):
                self._meet("deleted characters", sum(len(t.text or "") for t in part.iter() if local(t) == "delText"))
            elif name == "AlternateContent":
                yield from self._pieces(_shown(part))
            elif name in ("drawing", "pict", "object"):
                self._meet_picture(part)
            elif name == "oMath" or name == "oMathPara":
                yield "".join(t.text or "" for t in part.iter() if local(t) == "t")
            elif name == "txbxContent" or name in _OUT:
                continue
            elif len(part):
                yield from self._pieces(part)

    def _boxes(self, paragraph) -> Iterator[str]:
        """Lines of the text boxes that hang at a paragraph, each box once."""
        for box in _boxes(paragraph):
            for inner, _ in self._paragraphs(box):
                yield from self._paragraph(inner).split("\n")
                yield from self._boxes(inner)

    def _is_hidden(self, properties) -> bool:
        if properties is None:
            return False
        own = child(properties, "vanish")
        if own is not None:
            return _is_on(own)
        style = child(properties, "rStyle")
        for step in self.numbering.chain(attribute(style, "val") if style is not None else None):
            own = child(child(step, "rPr"), "vanish")
            if own is not None:
                return _is_on(own)
        return False

    def _meet(self, what: str, many: int = 1) -> None:
        self.met[what] = self.met.get(what, 0) + many

    def _meet_picture(self, part) -> None:
        if any(local(inner) in ("blip", "imagedata", "OLEObject", "chart") for inner in part.iter()):
            self._meet("pictures")
        if any(local(inner) == "relIds" for inner in part.iter()):
            self._meet("diagrams")

    def unread(self) -> dict[str, int]:
        found = dict(self.met)
        for what, name in _NOTES.items():
            notes = [note for note in _part(self.archive, f"word/{name}") or () if attribute(note, "type") is None]
            found[what] = len(notes)
        for what in ("header", "footer"):
            parts = [name for name in self.archive.namelist() if name.startswith(f"word/{what}")]
            shown = [name for name in parts if name.endswith(".xml") and _has_text(_part(self.archive, name))]
            found[f"{what}s of pages"] = len(shown)
        return {what: many for what, many in found.items() if many}


def _part(archive: zipfile.ZipFile, name: str):
    try:
        return ElementTree.fromstring(archive.read(name))
    except (KeyError, ElementTree.ParseError):
        return None


def _shown(block):
    """The one of several forms of a thing that is shown: newer programs take the first."""
    if local(block) != "AlternateContent":
        return block
    forms = [form for form in block if local(form) in ("Choice", "Fallback")]
    return next((form for form in forms if _has_text(form)), forms[0] if forms else block)


def _boxes(element) -> Iterator[ElementTree.Element]:
    for part in _shown(element):
        if local(part) == "txbxContent":
            yield part
        elif local(part) not in ("del", "moveFrom"):
            yield from _boxes(part)


def _descend(container, name: str) -> Iterator[ElementTree.Element]:
    """Rows of a table or cells of a row, through controls and tracked changes around them."""
    for part in container:
        if local(part) == name:
            yield part
        elif local(part) not in ("tbl", "p", *_OUT):
            yield from _descend(part, name)


def _joined(paragraphs: list):
    """The paragraphs of a row's cells as one, with tabs between."""
    one = ElementTree.Element("p")
    for number, paragraph in enumerate(paragraphs):
        if number:
            ElementTree.SubElement(one, "tab")
        one.extend(paragraph)
    return one


def _is_joined(paragraph) -> bool:
    """Whether the mark at a paragraph's end was deleted, so that the next one goes on in its line."""
    properties = child(child(paragraph, "pPr"), "rPr")
    return child(properties, "del") is not None


def _has_text(element) -> bool:
    return element is not None and any(local(part) == "t" and (part.text or "").strip() for part in element.iter())
