"""
Text of web pages, Word files and PDFs, by libraries that are an optional extra.

    pip install -e ".[import]"

What a page shows is taken in its order, a paragraph a line; nothing is corrected here. The text is
written beside the file, so that a reader can see what the suite counts.
"""

import importlib
from collections.abc import Iterator
from pathlib import Path

from analysis import textfiles
from analysis.glossary import listed

# Library (as imported) by suffix.
LIBRARIES = {".html": "bs4", ".htm": "bs4", ".docx": "docx", ".pdf": "pypdf"}
# Parts of a web page that are never its text.
_NOT_TEXT = ("script", "style", "nav", "header", "footer", "aside", "form", "noscript")
# Suffixes of files that are no report and need no word: tables, what this suite writes, metadata.
_BESIDE = (".txt", ".csv", ".md", ".json", ".yaml", ".yml")
_BLOCKS = ("p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "div", "br", "tr", "td")


def text(path: Path) -> str:
    """
    Give the text of a .html, .docx or .pdf file, a paragraph a line.

    Raises
    ------
    ValueError
        If the library is not installed, cannot read the file (damaged, locked by a password), or
        finds no text (a scanned PDF).
    """
    suffix = path.suffix.lower()
    try:
        library = importlib.import_module(LIBRARIES[suffix])
    except ImportError:
        raise ValueError(
            f"{path.name}: reading {suffix} needs the optional libraries; "
            'run pip install -e ".[import]", or save the report as plain text'
        ) from None
    try:
        lines = {"bs4": _web, "docx": _word, "pypdf": _pdf}[LIBRARIES[suffix]](library, path)
    except OSError:
        raise
    except Exception as error:
        # Each library, and each that it stands on, has errors of its own for a damaged file.
        raise ValueError(
            f"{path.name}: cannot be read as {suffix} ({type(error).__name__}); "
            "it may be damaged or locked: open it, and save it again or as plain text"
        ) from error
    found = "\n".join(line.strip() for line in lines if line.strip())
    if not found:
        raise ValueError(f"{path.name}: no text in it; a scan needs recognition (OCR) first")
    return found + "\n"


def data(path: Path) -> bytes:
    """Bytes of a text file, or the text of a web page, Word file or PDF as UTF-8."""
    if path.suffix.lower() in LIBRARIES:
        return text(path).encode("utf-8", "backslashreplace")
    return path.read_bytes()


def _web(library, path: Path) -> list[str]:
    soup = library.BeautifulSoup(path.read_bytes(), "html.parser")
    for tag in soup.find_all(_NOT_TEXT):
        tag.decompose()
    for tag in soup.find_all(_BLOCKS):
        tag.append("\n")
    return (soup.body or soup).get_text().splitlines()


def _word(library, path: Path) -> list[str]:
    return list(_blocks(library.Document(str(path))))


def _blocks(container) -> Iterator[str]:
    """Paragraphs of a document or a cell in order, those of tables row by row."""
    for block in container.iter_inner_content():
        if not hasattr(block, "rows"):
            yield block.text
            continue
        seen = set()
        for cell in (cell for row in block.rows for cell in row.cells):
            # A merged cell is given once for each place that it takes.
            if cell._tc not in seen:
                seen.add(cell._tc)
                yield from _blocks(cell)


def _pdf(library, path: Path) -> list[str]:
    pages = library.PdfReader(path).pages
    return "\n".join(page.extract_text() for page in pages).splitlines()


def convert(folder: Path) -> list[str]:
    """
    Write `name.txt` beside each such file below a folder that has none yet.

    Returns
    -------
    list of str
        One sentence for each file that was written or could not be read, and one for all others.
    """
    said, files = [], sorted(p for p in Path(folder).rglob("*") if _visible(p))
    for path in (p for p in files if p.suffix.lower() in LIBRARIES):
        target = path.with_suffix(".txt")
        if target.exists():
            continue
        try:
            textfiles.replace(target, text(path).encode("utf-8", "backslashreplace"))
            said.append(f"{target.name}: text of {path.name}; read it before you count it")
        except ValueError as error:
            said.append(str(error))
        except OSError as error:
            said.append(f"{path.name}: cannot be opened ({error.strerror})")
    over = [p.name for p in files if p.suffix.lower() not in (*LIBRARIES, *_BESIDE)]
    if over:
        said.append(f"passed over: {listed(over)}; to be counted, save as plain text (.txt)")
    return said


def _visible(path: Path) -> bool:
    """Whether a path is a file of the reader's, not one that Word or a system keeps beside it."""
    return path.is_file() and not path.name.startswith(("~$", "."))
