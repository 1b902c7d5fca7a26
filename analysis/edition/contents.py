"""What the pages of an edition hold, read off notebooks and documents."""

import re
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from markupsafe import Markup

from analysis import api, claims, notebooks, paths, pipeline

TEMPLATES = Path(__file__).parent.parent / "resources" / "templates"
# Markdown files that become pages of their own, with the name that the navigation shows.
DOCUMENTS = {
    "README.md": "about", "README.zh.md": "中文", "docs/methods.md": "methods",
    "docs/restoration.md": "restoration", "docs/own-corpus.md": "your own reports",
}  # fmt: skip
KINDS = ("pdf", "svg", "png", "csv")
# What JupyterLab alone can show.
WIDGET, SCRIPT = "application/vnd.jupyter.widget-view+json", "application/javascript"
_FIGURE = re.compile(r"figures/(\d\d_[a-z0-9_]+): (.*)", re.S)


@dataclass(frozen=True)
class Page:
    """A page: where it comes from, its file, its name in the navigation, its title."""

    source: Path
    file: str
    name: str
    title: str


def pages(where: pipeline.Places) -> list[Page]:
    """List the pages: start, notebooks in order, documents that are there (for our own corpus)."""
    own = where.notebooks == paths.NOTEBOOKS
    title = "Chinese reports" if own else where.catalogue.parent.name
    found = [Page(paths.ROOT / "index", "index.html", "start", title)]
    for path in notebooks.every(where.notebooks):
        title = _first("".join(cell.source for cell in _read(path).cells[:1]), path)
        found.append(Page(path, f"{path.stem}.html", title.split(":")[0], title))
    for name, shown in DOCUMENTS.items():
        path = paths.ROOT / name
        if path.is_file() and (own or name.startswith("docs/")):
            file = f"{path.stem.lower().replace('.', '-')}.html"
            found.append(Page(path, file, shown, _first(path.read_text(encoding="utf-8"), path)))
    found.append(Page(paths.ROOT / "analysis" / "api.py", "api.html", "API", "API reference"))
    return found


def _first(markdown: str, path: Path) -> str:
    """Text of the first heading; where there is none, the name of the file."""
    found = re.search(r"^#[ \t]+(.*\S)", markdown, re.M)
    return found[1] if found else path.stem


def _read(path: Path):
    import nbformat

    return nbformat.read(path, as_version=4)


def body(path: Path) -> str:
    """Render a notebook or a Markdown file to HTML without a frame."""
    if path.suffix == ".py":
        return markdown(api.page())
    if path.suffix == ".md":
        return markdown(path.read_text(encoding="utf-8"))
    from nbconvert import HTMLExporter

    exporter = HTMLExporter(
        template_name="edition", extra_template_basedirs=[str(TEMPLATES)],
        exclude_input_prompt=True, exclude_output_prompt=True,
    )  # fmt: skip
    return exporter.from_notebook_node(_still(_read(path)))[0]


def _still(notebook):
    """Leave out what only a running JupyterLab can show: views of widgets, scripts."""
    for cell in notebook.cells:
        kept = [out for out in cell.get("outputs", []) if SCRIPT not in out.get("data", {})]
        for out in kept:
            if out.get("data", {}).pop(WIDGET, None) is not None and not _shows(out):
                out.data = {"text/plain": "Controls, shown in JupyterLab only."}
        if "outputs" in cell:
            cell.outputs = kept
    return notebook


def _shows(out) -> bool:
    """Whether an output has more than a widget and the name of its class."""
    return bool(set(out.data) - {WIDGET, "text/plain"})


def widgets(path: Path) -> int:
    """Count the outputs of a notebook that are nothing but a widget: a page cannot show them."""
    found = (out for cell in _read(path).cells for out in cell.get("outputs", []))
    return sum(WIDGET in out.get("data", {}) and not _shows(out) for out in found)


def executed(path: Path) -> bool:
    """Whether any cell of a notebook has been executed."""
    cells = _read(path).cells
    return any(cell.get("execution_count") or cell.get("outputs") for cell in cells)


def markdown(source: str) -> str:
    """Render Markdown as nbconvert does; tables get a box that scrolls."""
    from nbconvert.filters.markdown import markdown2html

    box = '<div class="scroll" tabindex="0" role="region" aria-label="table"><table>'
    html = markdown2html(source).replace("<table>", box)
    return html.replace("</table>", "</table></div>")


def pictures(where: pipeline.Places) -> list[dict]:
    """Slug, caption, page and kinds of file of every figure that a notebook shows, in order."""
    found = {}
    for path in notebooks.every(where.notebooks):
        for cell in _read(path).cells:
            for out in cell.get("outputs", []):
                said = _FIGURE.fullmatch(out.get("data", {}).get("text/plain", ""))
                if said and (where.figures / f"{said[1]}.png").is_file():
                    kinds = [k for k in KINDS if (where.figures / f"{said[1]}.{k}").is_file()]
                    found[said[1]] = {"slug": said[1], "caption": said[2], "kinds": kinds,
                                      "page": f"{path.stem}.html"}  # fmt: skip
    return list(found.values())


def summary(path: Path) -> str:
    """Render what a notebook says before its first code, under Question and Bottom line."""
    head = list(takewhile(lambda cell: cell.cell_type == "markdown", _read(path).cells))
    return markdown("\n\n".join(cell.source for cell in head).partition("\n")[2].strip())


def findings(where: pipeline.Places) -> str:
    """Render what the notebook of findings says, without its quotations."""
    pages = [path for path in notebooks.every(where.notebooks) if path.stem.endswith("_findings")]
    texts = [text for path in pages for _, text in claims.said(path)]
    boxes = [f'<div class="finding">{markdown(text)}</div>' for text in texts if text[0] == "#"]
    refused = [markdown(f"And what they do not:\n\n{text}") for text in texts if text[0] == "-"]
    return Markup(re.sub(r"<h4[^>]*>.*?</h4>", "", "".join(boxes + refused), flags=re.S))


def part(source: str, heading: str) -> str:
    """
    Give what stands under a heading of the second level, without it.

    >>> part("# a\\n## b\\nc\\n## d\\ne", "b")
    'c'
    """
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", source, re.M | re.S)
    return found[1].strip() if found else ""
