"""
Printed pages (.pdf, .ofd): signs with their places become lines, lines paragraphs.

PDF by PDFium, which takes the characters that a file names for its signs (browsers write radicals ⼈ ⺠
and name 人 民 beside them); OFD (GB/T 33190) is a zip of XML that says where each sign stands. Running
heads, feet and page numbers repeat at one height of the pages, and are left out; columns are read one
after the other.
"""

import ctypes
import io
import posixpath
import re
import zipfile
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import NamedTuple
from xml.etree import ElementTree

import numpy as np

from analysis.readers import Text, Unreadable, paragraphs
from restoration import decode, hanzi

# Shares of signs that are no Chinese, Latin or marks, above which a font does not name its characters.
_STRANGE = 0.1
_USUAL = re.compile(
    f"[{hanzi.HAN}\\u2e80-\\u2fdf\\u3000-\\u303f\\uff00-\\uffef\\u2000-\\u206f\\u2100-\\u26ff -~\\u00a0-\\u00ff]"
)



class _Sign(NamedTuple):
    """A character and its box on a page, x to the right and y downwards, in any unit; `size` of its font."""

    text: str
    left: float
    right: float
    base: float
    size: float


class _Line(NamedTuple):
    """A printed line; `low` and `high` are the edges of the column in which it stands."""

    text: str
    left: float
    right: float
    base: float
    size: float
    page: int
    low: float
    high: float
    block: int


def read(path: Path, data: bytes) -> list[Text]:
    if data.startswith(b"PK\x03\x04"):
        pages, metadata, unread = _ofd(data)
    else:
        pages, metadata, unread = _pdf(data)
    lines, places, running = _put_together(pages)
    text, where = paragraphs(lines, places)
    if text and _is_strange(text):
        raise Unreadable("has fonts that do not name their characters; print it anew, or have it recognised (OCR)")
    unread |= {"heads, feet and numbers of pages": running,
               "characters that a font does not name": len(re.findall("[\ue000-\uf8ff\ufffd]", text))}  # fmt: skip
    return [Text(text, metadata, where, {what: many for what, many in unread.items() if many})]


def _is_strange(text: str) -> bool:
    letters = re.sub(r"\s", "", text)[:20000]
    strange = len(_USUAL.sub("", letters))
    han = sum("\u3400" <= character <= "\u9fff" for character in letters)
    return strange > _STRANGE * len(letters) or (han > 100 and decode.likeness(letters) < decode.PASSES)


# --- PDF ------------------------------------------------------------------------------------------


def _pdf(data: bytes) -> tuple[list, dict[str, str], dict[str, int]]:
    """Signs of the pages, metadata, what is not read."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        locked = "password" in str(error).lower()
        remedy = "save it without its password" if locked else "get it again, or save it again"
        raise Unreadable(f"is {'locked by a password' if locked else 'a damaged PDF'}: {remedy}") from error
    try:
        found, unread = _pages(document)
        return found, _metadata(document), unread
    finally:
        document.close()


def _metadata(document) -> dict[str, str]:
    title = document.get_metadata_dict().get("Title", "").strip()
    # Writers put the name of a file there as often as a title.
    return {"title": title} if re.search("[\u3400-\u9fff]", title) and "." not in title else {}


def _pages(document) -> tuple[list[list[_Sign]], dict[str, int]]:
    import pypdfium2.raw as raw

    found, unread = [], {}
    for page in document:
        signs, turned = _signs(raw, page)
        pictures = sum(1 for _ in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE]))
        unread["pictures"] = unread.get("pictures", 0) + pictures
        unread["turned characters"] = unread.get("turned characters", 0) + turned
        if pictures and not signs:
            unread["pages that are pictures"] = unread.get("pages that are pictures", 0) + 1
        found.append(signs)
        page.close()
    return found, unread


def _signs(raw, page) -> tuple[list[_Sign], int]:
    """Characters of a page with their places; how many stand turned, and are left out."""
    height = page.get_height()
    text = page.get_textpage()
    loose = raw.FS_RECTF()
    x, y = ctypes.c_double(), ctypes.c_double()
    signs, turned = [], 0
    for number in range(raw.FPDFText_CountChars(text)):
        code = raw.FPDFText_GetUnicode(text, number)
        if code <= 32 or code in (0xA0, 0xFFFE, 0xFFFF) or raw.FPDFText_IsGenerated(text, number) == 1:
            continue
        if not raw.FPDFText_GetLooseCharBox(text, number, loose):
            continue
        angle = raw.FPDFText_GetCharAngle(text, number)
        if 0.2 < angle < 6.08:
            turned += 1
            continue
        raw.FPDFText_GetCharOrigin(text, number, x, y)
        tall = abs(loose.top - loose.bottom)
        size = min(tall, abs(raw.FPDFText_GetFontSize(text, number)) or tall) if tall else 0.0
        signs.append(_Sign(chr(code), loose.left, loose.right, height - y.value, _size(size, tall)))
    text.close()
    return signs, turned


def _size(size: float, tall: float) -> float:
    # A font of size 1 is scaled by the page; its box is not.
    return size if size > 4 else (tall or 10.0)


# --- OFD ------------------------------------------------------------------------------------------


def _ofd(data: bytes) -> tuple[list, dict[str, str], dict[str, int]]:
    """Signs of the pages, metadata, what is not read."""
    archive = zipfile.ZipFile(io.BytesIO(data))
    if sum(entry.file_size for entry in archive.infolist() if entry.filename.endswith(".xml")) > 2**28:
        raise Unreadable("unpacks to more than any report has: save it again")
    names = {name.lower().lstrip("/"): name for name in archive.namelist()}
    found, pictures, metadata = [], 0, {}
    for root in _documents(archive, names, metadata):
        for content in _contents(archive, names, root):
            signs: list[_Sign] = []
            pictures += _written(content, signs)
            found.append(signs)
    return found, metadata, {"pictures": pictures}


def _documents(archive, names: dict[str, str], metadata: dict[str, str]) -> list[str]:
    """Paths of the documents in the file."""
    top = next(name for low, name in names.items() if low.endswith("ofd.xml"))
    tree = ElementTree.fromstring(archive.read(top))
    for title in tree.iterfind(".//{*}Title"):
        metadata |= {"title": title.text.strip()} if (title.text or "").strip() else {}
    return [part.text.strip().lstrip("/") for part in tree.iterfind(".//{*}DocRoot") if part.text]


def _contents(archive, names: dict[str, str], root: str) -> list[ElementTree.Element]:
    """Contents of a document's pages in their order."""
    document = _part(archive, names, root)
    folder = posixpath.dirname(root)
    places = [part.get("BaseLoc") for part in document.iterfind(".//{*}Page")]
    found = [_part(archive, names, _joined(folder, place)) for place in places if place]
    return [page for page in found if page is not None]


def _joined(folder: str, place: str) -> str:
    return place.lstrip("/") if place.startswith("/") else posixpath.normpath(posixpath.join(folder, place))


def _part(archive, names: dict[str, str], place: str):
    name = names.get(place.lower())
    return ElementTree.fromstring(archive.read(name)) if name else None


def _written(element, signs: list[_Sign]) -> int:
    """Collect the signs of a page; give the number of its pictures."""
    for part in element.iterfind(".//{*}TextObject"):
        left, top, _, _ = _numbers(part.get("Boundary"), 4)
        size = float(part.get("Size") or 4)
        across, _, _, down, x, y = _numbers(part.get("CTM") or "1 0 0 1 0 0", 6)
        for code in part.iterfind("{*}TextCode"):
            if code.text:
                signs += _placed(code, left + x, top + y, size, across, down)
    return sum(1 for _ in element.iterfind(".//{*}ImageObject"))


def _placed(code, left: float, top: float, size: float, across: float, down: float) -> list[_Sign]:
    text = code.text.strip("\r\n")
    steps = _steps(code.get("DeltaX") or "", len(text))
    at = float(code.get("X") or 0)
    base = top + float(code.get("Y") or 0) * down
    found = []
    for number, character in enumerate(text):
        wide = size if ord(character) > 0x2E7F else size / 2
        step = steps[number] if number < len(steps) else wide
        found.append(_Sign(character, left + at * across, left + (at + min(wide, step or wide)) * across, base,
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


# --- signs to paragraphs --------------------------------------------------------------------------


# In ems: what separates columns, what indents a paragraph, how far short of the edge a full line may end.
_GUTTER, _INDENT, _SHORT = 1.0, 1.2, 1.5
# What parts the cells of a table.
_CELLS = 2.0
_HAN = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f“”‘’—…·〇"
_DASHES = r"[\s\-–—―－·•|.]*"
_COUNT = r"[\d０-９ivxⅰ-ⅻ]{1,4}"
_OF = r"(?:\s*[/／]\s*\d{1,4}|\s*页)?(?:\s*[，,]?\s*共\s*\d+\s*页)?"
_NUMBER = re.compile(rf"{_DASHES}(?:第\s*)?{_COUNT}{_OF}{_DASHES}\Z", re.IGNORECASE)
_HEADING = re.compile(
    r"(?:[（(]?[一二三四五六七八九十]{1,3}[）)、．.]|第[一二三四五六七八九十百]{1,4}[章节编部条]|各位代表|附件|专栏\s*\d)"
)
_END = re.compile("[。！？：；”）.!?:;]\\Z")
# A line at the edge of a page repeats on that share of pages to be a running head.
_REPEATS = 0.4
# Rows that are too few to tell the edges of a column.
_FEW = 4
# Lines at the top and bottom of a page among which heads and feet are looked for.
_EDGE = 3


def _put_together(pages: Iterable[list[_Sign]]) -> tuple[list[str], list[str], int]:
    """
    Put the signs of pages together.

    Parameters
    ----------
    pages : iterable of list of _Sign

    Returns
    -------
    (list of str, list of str, int)
        Paragraphs, the page on which each begins ("page 3"), and how many lines were running
        heads, feet and page numbers.
    """
    rows = [_rows(signs) for signs in pages]
    running = _running(rows)
    kept = [
        [row for place, row in enumerate(page) if (number, place) not in running] for number, page in enumerate(rows)
    ]
    lines = [line for number, page in enumerate(kept, start=1) for line in _page(page, number)]
    texts, places, pitch, grid = [], [], _pitch(lines), _grid(lines)
    for before, line in pairwise([None, *lines]):
        if before is not None and _goes_on(before, line, pitch, grid):
            texts[-1] = _append(texts[-1], line.text)
        else:
            texts.append(line.text)
            places.append(f"page {line.page}")
    return texts, places, len(running)


def _page(rows: list[list[_Sign]], number: int) -> list[_Line]:
    """Lines of a page in reading order."""
    if not rows:
        return []
    em = _em([sign for row in rows for sign in row])
    lines: list[_Line] = []
    for block, (low, high, part) in enumerate(_columns(rows, em)):
        for row in part:
            text = _row_text(row, em)
            left, right = min(s.left for s in row), max(s.right for s in row)
            lines.append(_Line(text, left, right, _base(row), _em(row), number, low, high, block))
    return lines


def _base(row: list[_Sign]) -> float:
    return median(sign.base for sign in row)


def _em(signs: list[_Sign]) -> float:
    """The commonest size of the signs."""
    return Counter(round(sign.size, 1) for sign in signs).most_common(1)[0][0] or 10.0


def _rows(signs: list[_Sign]) -> list[list[_Sign]]:
    """Signs that stand on one base, from the left; rows from the top."""
    signs = [sign for sign in signs if sign.text.strip()]
    if not signs:
        return []
    em, rows = _em(signs), []
    for sign in sorted(signs, key=lambda s: (s.base, s.left)):
        near = rows[-1][0].base if rows else None
        if near is not None and abs(sign.base - near) <= 0.35 * max(em, sign.size):
            rows[-1].append(sign)
        else:
            rows.append([sign])
    return [sorted(row, key=lambda s: s.left) for row in rows]


def _columns(rows: list[list[_Sign]], em: float) -> list[tuple[float, float, list[list[_Sign]]]]:
    """Blocks of rows in reading order, with the edges of their column."""
    rest, blocks = list(rows), []
    whole = _edges(rows, em)
    while rest:
        gutter, first, until = _gutter(rest, em)
        alone = rest if gutter is None else rest[:first]
        if alone:
            # A title above columns is short of the page's edge, not of its own.
            blocks.append((*(_edges(alone, em) if len(alone) >= _FEW else whole), alone))
        if gutter is None:
            break
        body = rest[first:until]
        left = [[sign for sign in row if sign.right <= gutter] for row in body]
        right = [[sign for sign in row if sign.right > gutter] for row in body]
        for part in (left, right):
            part = [row for row in part if row]
            # Three columns are two, and one of them two.
            blocks += _columns(part, em)
        rest = rest[until:]
    return blocks


def _edges(rows: list[list[_Sign]], em: float) -> tuple[float, float]:
    """Where most rows of a column begin, and where they end, or the farthest does."""
    lefts, rights = [row[0].left for row in rows], [max(sign.right for sign in row) for row in rows]
    common = Counter(round(2 * left / em) for left in lefts).most_common(1)[0][0]
    low = min(left for left in lefts if round(2 * left / em) == common)
    near, many = Counter(round(2 * right / em) for right in rights).most_common(1)[0]
    high = max(right for right in rights if round(2 * right / em) == near)
    # Few rows say little about where a column begins.
    if len(rows) < _FEW:
        return min(lefts), max(rights)
    return low, high if many >= 0.25 * len(rows) else max(rights)


def _is_parted(row: list[_Sign], gutter: float) -> bool:
    """Whether a row leaves a gutter free."""
    return not any(sign.left < gutter < sign.right for sign in row)


def _gutter(rows: list[list[_Sign]], em: float) -> tuple[float | None, int, int]:
    """
    Find a gutter that parts rows into columns of running text, and the rows from and to which it does.

    Columns of a table are parted, too, but their cells are short and of unlike lengths: what is
    read down the column must be prose that fills its width.
    """
    gaps = [_gaps(row, em) for row in rows]
    candidates = Counter()
    for found in gaps:
        for low, high in found:
            candidates[round((low + high) / 2 / em)] += 1
    for place, many in candidates.most_common(6):
        if many < 5:
            break
        middle = place * em
        inside = [
            any(low - 0.01 <= x <= high + 0.01 for low, high in found for x in _near(middle, em)) for found in gaps
        ]
        start, end = _longest(inside, rows, middle)
        if end - start < 5:
            continue
        gutter = _common(gaps[start:end], middle)
        body = rows[start:end]
        if gutter is None or not all(_is_parted(row, gutter) for row in body):
            continue
        sides = [[[s for s in row if (s.right <= gutter) == side] for row in body] for side in (True, False)]
        if all(_is_prose([row for row in side if row], em) for side in sides):
            return gutter, start, end
    return None, 0, 0


def _near(middle: float, em: float) -> tuple[float, float, float]:
    return middle - 0.5 * em, middle, middle + 0.5 * em


def _gaps(row: list[_Sign], em: float) -> list[tuple[float, float]]:
    """Wide blanks inside a row."""
    return [(a.right, b.left) for a, b in pairwise(row) if b.left - a.right >= _GUTTER * em]


def _longest(inside: list[bool], rows: list[list[_Sign]], middle: float) -> tuple[int, int]:
    """The longest run of rows that have the gutter, or end before it, or begin behind it."""
    fits = [found or row[-1].right <= middle or row[0].left >= middle for found, row in zip(inside, rows, strict=True)]
    best, start = (0, 0), None
    for place, fit in enumerate([*fits, False]):
        if fit and start is None:
            start = place
        if not fit and start is not None:
            low, high = start, place
            # A run begins with a row of both columns: what stands above it is a heading.
            while low < high and not inside[low]:
                low += 1
            if high - low > best[1] - best[0]:
                best = low, high
            start = None
    return best


def _common(gaps: list[list[tuple[float, float]]], middle: float) -> float | None:
    """A place that all gaps near the middle share."""
    near = [min(found, key=lambda gap: abs((gap[0] + gap[1]) / 2 - middle)) for found in gaps if found]
    low, high = max(gap[0] for gap in near), min(gap[1] for gap in near)
    return (low + high) / 2 if low < high else float(np.median([(a + b) / 2 for a, b in near]))


def _is_prose(rows: list[list[_Sign]], em: float) -> bool:
    """Whether rows fill their width as text does: most of them nearly to the edge, and of some length."""
    if len(rows) < _FEW:
        return False
    _, high = _edges(rows, em)
    full = [row for row in rows if row[-1].right >= high - 2 * em]
    return len(full) >= 0.5 * len(rows) and median(len(row) for row in full) >= 8


def _row_text(row: list[_Sign], em: float) -> str:
    """Text of a row; blanks where there is room for one, not where signs are only set apart."""
    wide = [b.left - a.right for a, b in pairwise(row)]
    # A title set wide has one gap throughout: no blanks.
    apart = median(wide) if len(wide) >= 2 else 0.0
    said = row[0].text
    for gap, (a, b) in zip(wide, pairwise(row), strict=True):
        latin = bool(re.match("[!-~]", b.text) and re.match("[!-~]", a.text[-1]))
        room = (0.18 if latin else 0.7) * max(em, min(a.size, b.size))
        blank = "\t" if gap - max(0.0, apart) > _CELLS * em else " "
        said += (blank if gap - max(0.0, apart) > room else "") + b.text
    # A tab follows the number of a heading; a reader sees none.
    return re.sub(r"^([（(]?[一二三四五六七八九十]{1,3}[）)、．])[ \t]+", r"\1", said)


def _running(pages: list[list[list[_Sign]]]) -> set[tuple[int, int]]:
    """
    Find heads, feet and numbers of pages: page and row, from 0.

    At the edges of pages, set off from the text or not: a number alone, what repeats (digits apart) at
    one height, and what stands at that height on other pages in letters of another size.
    """
    edges = [(number, place, side, row) for number, page in enumerate(pages) for place, side, row in _edge_rows(page)]
    printed = sum(bool(page) for page in pages)
    often = max(2, _REPEATS * printed)
    heights = Counter((side, round(_base(row))) for _, _, side, row in edges)
    # Heads of left and right pages differ, so a text need not be on every page.
    texts = Counter(_key(side, row) for _, _, side, row in edges)
    body = _em([sign for page in pages for row in page for sign in row] or [_Sign("", 0, 0, 0, 10)])
    found = set()
    for number, place, side, row in edges:
        said = _row_text(row, body)
        level = sum(heights[side, round(_base(row)) + step] for step in (-1, 0, 1))
        alone = _NUMBER.match(said) and (printed > 1 or re.search(r"[\-–—―－]", said))
        repeated = texts[_key(side, row)] >= max(2, often / 2) and level >= often
        other = level >= max(3, often) and _em(row) < 0.95 * body
        if (printed > 1 and not _END.search(said) and (repeated or other)) or alone:
            found.add((number, place))
    # What stands between a head and the edge belongs to it; what a body row parts from the edge does not.
    return {(number, place) for number, place in found if _reaches_edge(number, place, found, len(pages[number]))}


def _reaches_edge(number: int, place: int, found: set, rows: int) -> bool:
    return all((number, n) in found for n in range(place)) or all((number, n) in found for n in range(place, rows))


def _edge_rows(page: list[list[_Sign]]) -> list[tuple[int, str, list[_Sign]]]:
    top = [(place, "top", row) for place, row in enumerate(page[:_EDGE])]
    bottom = [(place, "bottom", row) for place, row in enumerate(page) if place >= max(_EDGE, len(page) - _EDGE)]
    return top + bottom


def _key(side: str, row: list[_Sign]) -> tuple[str, int, str]:
    return side, round(_base(row) / 4), re.sub(r"[\d０-９]+", "#", "".join(sign.text for sign in row))


def _goes_on(before: _Line, line: _Line, pitch: float, grid: int) -> bool:
    """Whether a printed line continues the paragraph of the line before it."""
    em = max(before.size, line.size)
    if abs(before.size - line.size) > 0.12 * em or line.left - line.low > _INDENT * em:
        return False
    # Rows of a table stay rows.
    if "\t" in before.text or "\t" in line.text or not _is_full(before, grid):
        return False
    if _HEADING.match(line.text) and _END.search(before.text):
        return False
    moved = line.page != before.page or line.block != before.block
    return moved or line.base - before.base <= 1.3 * pitch


def _is_full(line: _Line, grid: int) -> bool:
    """Whether a line reaches the edge of its column, by its signs where all full lines have as many."""
    if grid:
        return _width(line) >= grid - 1
    room = line.high - line.right
    if room <= _SHORT * line.size:
        return True
    # A ragged edge: what is long, and ends without a stop, is broken off.
    indented = line.left - line.low > _INDENT * line.size
    return room <= 0.2 * (line.high - line.low) and not _END.search(line.text) and not indented


def _width(line: _Line) -> int:
    """Signs of a line with those that its indent takes."""
    return len(line.text) + round((line.left - line.low) / line.size)


def _grid(lines: list[_Line]) -> int:
    """Signs of a full line where lines are broken at one number of them rather than at an edge, else 0."""
    sizes = Counter(_width(line) for line in lines)
    size, many = max(sizes.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
    at_edge = sum(line.high - line.right <= 0.3 * line.size for line in lines)
    return size if size >= 12 and many > max(at_edge, 0.3 * len(lines)) else 0


def _pitch(lines: list[_Line]) -> float:
    """The usual distance of lines."""
    steps = [b.base - a.base for a, b in pairwise(lines) if a.page == b.page and a.block == b.block and b.base > a.base]
    return Counter(round(step, 1) for step in steps).most_common(1)[0][0] if steps else float("inf")


def _append(text: str, line: str) -> str:
    """A line goes on without a blank, but between words of letters."""
    return f"{text} {line}" if re.search("[A-Za-z,;]\\Z", text) and re.match("[A-Za-z]", line) else text + line
