"""Builders of small inputs: files of other programs, and folders of reports."""

import zipfile
from pathlib import Path

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_MORE = (
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" xmlns:v="urn:schemas-microsoft-com:vml"'
)


def word_file(path: Path, body: str, **parts: str) -> Path:
    """
    Write a .docx from the XML of its body; `parts` are the insides of other parts (numbering, styles, footnotes).

    In the XML `<p>…</p>` and all names without a prefix are Word's.
    """
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", _prefixed(f"<document><body>{body}</body></document>"))
        for name, inside in parts.items():
            archive.writestr(f"word/{name}.xml", _prefixed(f"<{name}>{inside}</{name}>"))
    return path


def paragraph(text: str, properties: str = "") -> str:
    """A paragraph of Word."""
    return f"<p><pPr>{properties}</pPr><r><t>{text}</t></r></p>"


def numbered(text: str, number: int = 1, level: int = 0) -> str:
    """A paragraph of Word that belongs to a list."""
    return paragraph(text, f'<numPr><ilvl val="{level}"/><numId val="{number}"/></numPr>')


def levels(*formats: tuple[str, str]) -> str:
    """A list of Word with one level a (format, text), as number 1."""
    made = "".join(
        f'<lvl ilvl="{n}"><start val="1"/><numFmt val="{kind}"/><lvlText val="{text}"/></lvl>'
        for n, (kind, text) in enumerate(formats)
    )
    return f'<abstractNum abstractNumId="0">{made}</abstractNum><num numId="1"><abstractNumId val="0"/></num>'


def _prefixed(xml: str) -> str:
    """Put Word's prefix before every name, and before every attribute, that has none."""
    import re

    xml = re.sub(r"(</?)(?=\w+[\s/>])(?!\w+:)", r"\1w:", xml)
    xml = re.sub(r" (?=\w+=\")", " w:", xml)
    return xml.replace("<w:document>", f"<w:document {_W} {_MORE}>", 1) if "<w:document>" in xml else (
        re.sub(r"^<(w:\w+)", rf"<\1 {_W} {_MORE}", xml))  # fmt: skip
