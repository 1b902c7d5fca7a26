"""OFD files (GB/T 33190): a zip of XML that says where each sign stands."""

import io
import posixpath
import zipfile
from pathlib import Path
from xml.etree import ElementTree

from analysis.readers import page as pages
from analysis.readers.text import Text, Unreadable, paragraphs
from analysis.readers.word import attribute, local


def read(path: Path, data: bytes) -> list[Text]:
    archive = zipfile.ZipFile(io.BytesIO(data))
    if sum(entry.file_size for entry in archive.infolist() if entry.filename.endswith(".xml")) > 2**28:
        raise Unreadable("unpacks to more than any report has: save it again")
    names = {name.lower().lstrip("/"): name for name in archive.namelist()}
    found, pictures, metadata = [], 0, {}
    for root in _documents(archive, names, metadata):
        for content in _pages(archive, names, root):
            signs: list[pages.Sign] = []
            pictures += _signs(content, signs)
            found.append(signs)
    lines, places, running = pages.paragraphs(found)
    text, where = paragraphs(lines, places)
    unread = {"pictures": pictures, "heads, feet and numbers of pages": running,
              "characters that a font does not name": pages.unnamed(text)}  # fmt: skip
    return [Text(text, metadata, where, {what: many for what, many in unread.items() if many})]


def _documents(archive, names: dict[str, str], metadata: dict[str, str]) -> list[str]:
    """Paths of the documents in the file."""
    top = next(name for low, name in names.items() if low.endswith("ofd.xml"))
    roots = []
    for part in ElementTree.fromstring(archive.read(top)).iter():
        if local(part) == "DocRoot" and part.text:
            roots.append(part.text.strip().lstrip("/"))
        if local(part) == "Title" and (part.text or "").strip():
            metadata["title"] = part.text.strip()
    return roots


def _pages(archive, names: dict[str, str], root: str) -> list[ElementTree.Element]:
    """Contents of a document's pages in their order."""
    document = _part(archive, names, root)
    folder = posixpath.dirname(root)
    places = [attribute(part, "BaseLoc") for part in document.iter() if local(part) == "Page"]
    found = [_part(archive, names, _joined(folder, place)) for place in places if place]
    return [page for page in found if page is not None]


def _joined(folder: str, place: str) -> str:
    return place.lstrip("/") if place.startswith("/") else posixpath.normpath(posixpath.join(folder, place))


def _part(archive, names: dict[str, str], place: str):
    name = names.get(place.lower())
    return ElementTree.fromstring(archive.read(name)) if name else None


def _signs(element, signs: list[pages.Sign]) -> int:
    """Collect the signs of a page; give the number of its pictures."""
    pictures = 0
    for part in element.iter():
        if local(part) == "ImageObject":
            pictures += 1
        elif local(part) == "TextObject":
            left, top, _, _ = _numbers(attribute(part, "Boundary"), 4)
            size = float(attribute(part, "Size") or 4)
            across, _, _, down, x, y = _numbers(attribute(part, "CTM") or "1 0 0 1 0 0", 6)
            for code in part:
                if local(code) == "TextCode" and code.text:
                    signs += _placed(code, left + x, top + y, size, across, down)
    return pictures


def _placed(code, left: float, top: float, size: float, across: float, down: float) -> list[pages.Sign]:
    text = code.text.strip("\r\n")
    steps = _steps(attribute(code, "DeltaX") or "", len(text))
    at = float(attribute(code, "X") or 0)
    base = top + float(attribute(code, "Y") or 0) * down
    found = []
    for number, character in enumerate(text):
        wide = size if ord(character) > 0x2E7F else size / 2
        step = steps[number] if number < len(steps) else wide
        found.append(pages.Sign(character, left + at * across, left + (at + min(wide, step or wide)) * across, base,
                                size * abs(down or 1)))  # fmt: skip
        at += step
    return found


def _numbers(text: str | None, many: int) -> list[float]:
    numbers = [float(part) for part in (text or "").split()]
    return (numbers + [0.0] * many)[:many]


def _steps(text: str, many: int) -> list[float]:
    """Distances of signs; `g 4 3.5` says four times 3.5."""
    parts, steps = text.split(), []
    while parts and len(steps) < many:
        part = parts.pop(0)
        if part == "g" and len(parts) > 1:
            times, step = int(parts.pop(0)), float(parts.pop(0))
            steps += [step] * times
        elif part != "g":
            steps.append(float(part))
    return steps
