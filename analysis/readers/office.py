"""
Word files: what Word shows of a document; older files (.doc, .wps, .rtf, .odt) by LibreOffice, where it is installed.

Numbers that Word sets are written out, insertions and moved text are in, deletions and hidden text
are out. Elements are known by their local names, so that strict and transitional files are alike.
"""

import io
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from xml.etree import ElementTree

from analysis.readers import Text, Unreadable, paragraphs

# Seconds that a file may take.
_PATIENCE = 120
# What unpacks to more is no report but an attack on the memory.
_LARGEST = 2**28
# Left out of what is read: deleted, moved away, pronunciation, properties, instructions of fields.
_OUT = frozenset(("del", "moveFrom", "rt", "rPr", "pPr", "instrText", "delText", "sdtPr", "fldData", "annotation"))
_SIGNS = {"tab": "\t", "cr": "\n", "noBreakHyphen": "-", "ptab": "\t"}
# Word's text in a font of signs (Wingdings) is no text.
_NOTES = {"footnotes": "footnotes.xml", "endnotes": "endnotes.xml", "comments": "comments.xml"}


def read(path: Path, data: bytes) -> list[Text]:
    if not data.startswith(b"PK\x03\x04") or path.suffix.lower() == ".odt":
        return [replace(text, places=()) for text in read(path.with_suffix(".docx"), _converted(path, data))]
    document = _Document.open(data)
    lines = list(document.lines())
    text, places = paragraphs([line for line, _ in lines], [place for _, place in lines])
    return [Text(text, document.metadata(), places, document.unread())]


def _converted(path: Path, data: bytes) -> bytes:
    """The bytes of a .docx that LibreOffice makes of an older file."""
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        raise Unreadable(
            f"is a file of an older kind ({path.suffix.lower()}), read where LibreOffice is installed; "
            "install it, or save the file as .docx"
        )
    with tempfile.TemporaryDirectory() as folder:
        # A name of our own, and a profile of our own: what runs elsewhere is not disturbed.
        source = Path(folder) / f"report{path.suffix.lower()}"
        source.write_bytes(data)
        command = [office, f"-env:UserInstallation={(Path(folder) / 'profile').as_uri()}", "--headless", "--norestore",
                   "--convert-to", "docx:MS Word 2007 XML", "--outdir", folder, str(source)]  # fmt: skip
        try:
            subprocess.run(command, capture_output=True, timeout=_PATIENCE, check=False)
            return (Path(folder) / "report.docx").read_bytes()
        except (OSError, subprocess.TimeoutExpired) as error:
            raise Unreadable("cannot be read by LibreOffice: open it, and save it as .docx") from error


def _local(element) -> str:
    """Name of an element or attribute without its namespace."""
    return str(getattr(element, "tag", element)).rpartition("}")[2]


def _attribute(element, name: str) -> str | None:
    found = {} if element is None else element.attrib
    return next((value for key, value in found.items() if _local(key) == name), None)


def _child(element, name: str):
    return next(iter(_children(element, name)), None)


def _children(element, name: str) -> list:
    return [] if element is None else [part for part in element if _local(part) == name]


def _is_on(element) -> bool:
    return element is not None and _attribute(element, "val") not in ("0", "false", "off", "none")


@dataclass
class _Document:
    """A Word file while it is read: its parts, and what has been met on the way."""

    archive: zipfile.ZipFile
    body: ElementTree.Element
    styles: dict[str, ElementTree.Element]
    numbering: "_Numbering"
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
        body = _child(root, "body")
        styles = _part(archive, "word/styles.xml")
        by_id = {_attribute(style, "styleId"): style for style in styles or () if _local(style) == "style"}
        numbering = _Numbering(_part(archive, "word/numbering.xml"), by_id)
        return cls(archive, root if body is None else body, by_id, numbering)

    def metadata(self) -> dict[str, str]:
        core = _part(self.archive, "docProps/core.xml")
        title = _child(core, "title")
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
            name = _local(block)
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
            if _is_on(_child(_child(row, "trPr"), "hidden")) or _child(_child(row, "trPr"), "del") is not None:
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
        style = _child(paragraph, "pPr")
        if self._is_hidden(_child(style, "rPr")) and not text.strip():
            return ""
        # A paragraph of which nothing is left shows no number.
        if not text.strip() and (_is_joined(paragraph) or paragraph.find(".//{*}del") is not None):
            return ""
        return (self.numbering.label(style) + text) if text.strip() else text

    def _run(self, container) -> str:
        return "".join(self._pieces(container))

    def _pieces(self, container) -> Iterator[str]:
        for part in container:
            name = _local(part)
            if name == "r" and self._is_hidden(_child(part, "rPr")):
                self._meet("hidden characters", len("".join(part.itertext())))
            elif name == "t":
                yield part.text or ""
            elif name in _SIGNS:
                yield _SIGNS[name]
            elif name == "br":
                yield "" if _attribute(part, "type") in ("page", "column") else "\n"
            elif name == "sym":
                self._meet("signs of a font")
            elif name in ("del", "moveFrom"):
                self._meet("deleted characters", sum(len(t.text or "") for t in part.iter() if _local(t) == "delText"))
            elif name == "AlternateContent":
                yield from self._pieces(_shown(part))
            elif name in ("drawing", "pict", "object"):
                self._meet_picture(part)
            elif name in ("oMath", "oMathPara"):
                yield "".join(t.text or "" for t in part.iter() if _local(t) == "t")
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
        own = _child(properties, "vanish")
        if own is not None:
            return _is_on(own)
        style = _child(properties, "rStyle")
        for step in self.numbering.chain(_attribute(style, "val")):
            own = _child(_child(step, "rPr"), "vanish")
            if own is not None:
                return _is_on(own)
        return False

    def _meet(self, what: str, many: int = 1) -> None:
        self.met[what] = self.met.get(what, 0) + many

    def _meet_picture(self, part) -> None:
        if any(_local(inner) in ("blip", "imagedata", "OLEObject", "chart") for inner in part.iter()):
            self._meet("pictures")
        if any(_local(inner) == "relIds" for inner in part.iter()):
            self._meet("diagrams")

    def unread(self) -> dict[str, int]:
        found = dict(self.met)
        for what, name in _NOTES.items():
            notes = [note for note in _part(self.archive, f"word/{name}") or () if _attribute(note, "type") is None]
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
    if _local(block) != "AlternateContent":
        return block
    forms = [form for form in block if _local(form) in ("Choice", "Fallback")]
    return next((form for form in forms if _has_text(form)), forms[0] if forms else block)


def _boxes(element) -> Iterator[ElementTree.Element]:
    for part in _shown(element):
        if _local(part) == "txbxContent":
            yield part
        elif _local(part) not in ("del", "moveFrom"):
            yield from _boxes(part)


def _descend(container, name: str) -> Iterator[ElementTree.Element]:
    """Rows of a table or cells of a row, through controls and tracked changes around them."""
    for part in container:
        if _local(part) == name:
            yield part
        elif _local(part) not in ("tbl", "p", *_OUT):
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
    properties = _child(_child(paragraph, "pPr"), "rPr")
    return _child(properties, "del") is not None


def _has_text(element) -> bool:
    return element is not None and any(_local(part) == "t" and (part.text or "").strip() for part in element.iter())


# --- numbers that Word sets ------------------------------------------------------------------------

_DIGITS = "〇一二三四五六七八九"
_UNITS = ("", "十", "百", "千")
_LEGAL = "零壹贰叁肆伍陆柒捌玖"
_STEMS, _BRANCHES = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥"


def _chinese(number: int, digits: str = "零一二三四五六七八九", units=_UNITS) -> str:
    """
    Write a number below 100,000 in Chinese, as Word counts chapters.

    >>> [_chinese(n) for n in (1, 10, 12, 20, 101, 110, 1005)]
    ['一', '十', '十二', '二十', '一百零一', '一百一十', '一千零五']
    """
    if number >= 10000:
        rest = number % 10000
        gap = digits[0] if 0 < rest < 1000 else ""
        return _chinese(number // 10000, digits, units) + "万" + gap + (_chinese(rest, digits, units) if rest else "")
    said, gap = "", False
    figures = str(number)
    for place, figure in enumerate(figures):
        unit = units[len(figures) - place - 1]
        if figure == "0":
            gap = bool(said)
            continue
        said += (digits[0] if gap else "") + digits[int(figure)] + unit
        gap = False
    return said.removeprefix(digits[1]) if 10 <= number < 20 and digits[1] == "一" else said or digits[0]


def _letters(number: int) -> str:
    """A, B, … Z, AA, BB, as Word counts on."""
    return chr(ord("A") + (number - 1) % 26) * ((number - 1) // 26 + 1)


def _roman(number: int) -> str:
    said = ""
    for value, sign in ((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"),
                        (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")):  # fmt: skip
        said += sign * (number // value)
        number %= value
    return said


def _sign(first: str, last: int):
    """Signs of a row of Unicode that begins with 1; numbers beyond it are written out."""
    return lambda number: chr(ord(first) + number - 1) if 1 <= number <= last else str(number)


_FORMATS = {
    "chineseCounting": lambda n: _chinese(n) if n < 100 else "".join(_DIGITS[int(c)] for c in str(n)),
    "chineseCountingThousand": _chinese,
    "japaneseCounting": _chinese,
    "taiwaneseCounting": _chinese,
    "taiwaneseCountingThousand": _chinese,
    "koreanCounting": _chinese,
    "chineseLegalSimplified": lambda n: _chinese(n, _LEGAL, ("", "拾", "佰", "仟")),
    "ideographLegalTraditional": lambda n: _chinese(n, "零壹貳參肆伍陸柒捌玖", ("", "拾", "佰", "仟")),
    "ideographDigital": lambda n: "".join(_DIGITS[int(c)] for c in str(n)),
    "japaneseDigitalTenThousand": lambda n: "".join(_DIGITS[int(c)] for c in str(n)),
    "taiwaneseDigital": lambda n: "".join("○一二三四五六七八九"[int(c)] for c in str(n)),
    "ideographTraditional": lambda n: _STEMS[(n - 1) % 10],
    "ideographZodiac": lambda n: _BRANCHES[(n - 1) % 12],
    "ideographZodiacTraditional": lambda n: _STEMS[(n - 1) % 10] + _BRANCHES[(n - 1) % 12],
    "ideographEnclosedCircle": _sign("㊀", 10),
    "decimalEnclosedCircle": _sign("①", 20),
    "decimalEnclosedCircleChinese": _sign("①", 20),
    "decimalEnclosedParen": _sign("⑴", 20),
    "decimalEnclosedFullstop": _sign("⒈", 20),
    "decimalFullWidth": lambda n: str(n).translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789"}),
    "decimalFullWidth2": lambda n: str(n).translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789"}),
    "decimalZero": lambda n: f"{n:02d}",
    "upperLetter": _letters,
    "lowerLetter": lambda n: _letters(n).lower(),
    "upperRoman": _roman,
    "lowerRoman": lambda n: _roman(n).lower(),
    "none": lambda n: "",
}


class _Numbering:
    """Counters of the lists of one document; `label` counts on, so paragraphs come in their order."""

    def __init__(self, root, styles: dict):
        self._styles = styles
        parts = list(root) if root is not None else []
        self._lists = {_attribute(part, "abstractNumId"): part for part in parts if _local(part) == "abstractNum"}
        self._numbers = {_attribute(part, "numId"): part for part in parts if _local(part) == "num"}
        self._counts: dict[str, dict[int, int]] = {}
        self._begun: set[tuple[str, int]] = set()

    def chain(self, style: str | None) -> Iterator:
        """A style and those on which it rests."""
        seen = set()
        while style in self._styles and style not in seen:
            seen.add(style)
            yield self._styles[style]
            style = _attribute(_child(self._styles[style], "basedOn"), "val")

    def label(self, properties) -> str:
        """Number of the next paragraph with these properties, with the blank after it; "" if it has none."""
        number, level = self._place(properties)
        if number in (None, "0") or number not in self._numbers:
            return ""
        key, levels = self._levels(number)
        shown = levels.get(level)
        if shown is None:
            return ""
        counts = self._counts.setdefault(key, {})
        self._begin(number, level, counts)
        for upper in range(level):
            counts.setdefault(upper, _start(levels.get(upper)))
        counts[level] = counts[level] + 1 if level in counts else _start(shown)
        for lower in [at for at in counts if at > level and _restarts(levels.get(at), level, at)]:
            del counts[lower]
        return self._written(shown, levels, counts)

    def _begin(self, number: str, level: int, counts: dict[int, int]) -> None:
        """A list may begin anew where it is used first (`startOverride`)."""
        if (number, level) in self._begun:
            return
        self._begun.add((number, level))
        for override in _children(self._numbers[number], "lvlOverride"):
            start = _attribute(_child(override, "startOverride"), "val")
            if start is not None and int(_attribute(override, "ilvl") or 0) == level:
                counts[level] = int(start) - 1

    def _place(self, properties) -> tuple[str | None, int]:
        """List and level of a paragraph: its own, else those of its style."""
        own = _child(properties, "numPr")
        style = _attribute(_child(properties, "pStyle"), "val")
        default = next((i for i, s in self._styles.items() if _attribute(s, "type") == "paragraph" and
                        _attribute(s, "default") in ("1", "true")), None)  # fmt: skip
        steps = list(self.chain(style if style is not None else default))
        found = [part for part in (own, *(_child(_child(step, "pPr"), "numPr") for step in steps)) if part is not None]
        number = next((n for part in found if (n := _attribute(_child(part, "numId"), "val")) is not None), None)
        level = next((n for part in found if (n := _attribute(_child(part, "ilvl"), "val")) is not None), None)
        if level is None and own is None and number in self._numbers:
            level = self._of_style([_attribute(step, "styleId") for step in steps], number)
        return number, int(level or 0)

    def _of_style(self, styles: list, number: str) -> int | None:
        """The level that names the style of the paragraph."""
        _, levels = self._levels(number)
        return next((at for at, level in levels.items() if _attribute(_child(level, "pStyle"), "val") in styles), None)

    def _levels(self, number: str) -> tuple[str, dict]:
        """Key of the counters, and the levels of a list, with what its number changes."""
        key = _attribute(_child(self._numbers[number], "abstractNumId"), "val")
        abstract = self._lists.get(key)
        link = _attribute(_child(abstract, "numStyleLink"), "val")
        if link is not None and not _children(abstract, "lvl"):
            linked = next((self._lists[k] for k in self._lists
                           if _attribute(_child(self._lists[k], "styleLink"), "val") == link), None)  # fmt: skip
            abstract = linked if linked is not None else abstract
        levels = {int(_attribute(level, "ilvl") or 0): level for level in _children(abstract, "lvl")}
        for override in _children(self._numbers[number], "lvlOverride"):
            if (level := _child(override, "lvl")) is not None:
                levels[int(_attribute(override, "ilvl") or 0)] = level
        return key or "", levels

    def _written(self, shown, levels: dict, counts: dict[int, int]) -> str:
        if _attribute(_child(shown, "numFmt"), "val") == "bullet":
            return ""
        pattern = _attribute(_child(shown, "lvlText"), "val") or ""
        legal = _child(shown, "isLgl") is not None
        for at, count in counts.items():
            sign = f"%{at + 1}"
            if sign in pattern:
                pattern = pattern.replace(sign, _number(levels.get(at), count, legal))
        suffix = _attribute(_child(shown, "suff"), "val") or "tab"
        # Where a tab follows 一、 a reader sees no blank.
        blank = suffix != "nothing" and pattern and pattern[-1] not in "、，。．.）)】〕》：:"
        return pattern + (" " if blank else "")


def _number(level, count: int, legal: bool) -> str:
    kind = _attribute(_child(level, "numFmt"), "val") or "decimal"
    return str(count) if legal and kind != "none" else _FORMATS.get(kind, str)(count)


def _start(level) -> int:
    return int(_attribute(_child(level, "start"), "val") or 1)


def _restarts(level, above: int, at: int) -> bool:
    """Whether a level begins anew after one above it; `lvlRestart` 0 means never."""
    said = _attribute(_child(level, "lvlRestart"), "val")
    return above < int(said) if said is not None else above < at
