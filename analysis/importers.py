"""
Text of web pages, Word files and PDFs, by libraries that are an optional extra.

    pip install -e ".[import]"

What a page shows is taken in its order, a paragraph a line; nothing is corrected here. The text is
written beside the file, so that a reader can see what the suite counts.
"""

import importlib
from pathlib import Path

from analysis import textfiles

# Library (as imported) by suffix.
LIBRARIES = {".html": "bs4", ".htm": "bs4", ".docx": "docx", ".pdf": "pypdf"}
# Parts of a web page that are never its text.
_NOT_TEXT = ("script", "style", "nav", "header", "footer", "aside", "form", "noscript")
_BLOCKS = ("p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "div", "br", "tr", "td")


def text(path: Path) -> str:
    """
    Give the text of a .html, .docx or .pdf file, a paragraph a line.

    Raises
    ------
    ValueError
        If the library is not installed, or finds no text (a scanned PDF).
    """
    suffix = path.suffix.lower()
    try:
        library = importlib.import_module(LIBRARIES[suffix])
    except ImportError:
        raise ValueError(
            f"{path.name}: reading {suffix} needs the optional libraries; "
            'run pip install -e ".[import]", or save the report as plain text'
        ) from None
    lines = {"bs4": _web, "docx": _word, "pypdf": _pdf}[LIBRARIES[suffix]](library, path)
    found = "\n".join(line.strip() for line in lines if line.strip())
    if not found:
        raise ValueError(f"{path.name}: no text in it; a scan needs recognition (OCR) first")
    return found + "\n"


def _web(library, path: Path) -> list[str]:
    soup = library.BeautifulSoup(path.read_bytes(), "html.parser")
    for tag in soup.find_all(_NOT_TEXT):
        tag.decompose()
    for tag in soup.find_all(_BLOCKS):
        tag.append("\n")
    return (soup.body or soup).get_text().splitlines()


def _word(library, path: Path) -> list[str]:
    return [paragraph.text for paragraph in library.Document(str(path)).paragraphs]


def _pdf(library, path: Path) -> list[str]:
    pages = library.PdfReader(path).pages
    return "\n".join(page.extract_text() for page in pages).splitlines()


def convert(folder: Path) -> list[str]:
    """
    Write `name.txt` beside each such file below a folder that has none yet.

    Returns
    -------
    list of str
        One sentence for each file that was written or could not be read.
    """
    said = []
    for path in sorted(p for p in Path(folder).rglob("*") if p.suffix.lower() in LIBRARIES):
        target = path.with_suffix(".txt")
        if target.exists():
            continue
        try:
            textfiles.replace(target, text(path).encode("utf-8", "backslashreplace"))
            said.append(f"{target.name}: text of {path.name}; read it before you count it")
        except ValueError as error:
            said.append(str(error))
    return said
