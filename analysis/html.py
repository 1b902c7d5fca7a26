"""
The HTML edition: `python -m analysis html` renders what was executed into a folder of pages.

nbconvert renders the cells by the template `edition`; one page around them has the contents at the side.
Nothing comes from a network: pictures are embedded, the font and every file that a page names lie in the
folder, and there is no script. It opens from disk.
"""

import re
import struct
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache
from html import escape, unescape
from itertools import takewhile, zip_longest
from pathlib import Path
from urllib.parse import quote, unquote

from markupsafe import Markup

from analysis import claims, figures, paths, pipeline
from restoration.files import replace

TEMPLATES = paths.RESOURCES / "templates"
# Marks a folder as an edition, which may be replaced.
MARKER = ".edition"
# Where a link to a folder of the repository leads.
DATA = "index.html#data"
# Markdown files that become pages of their own, with the name that the contents show.
DOCUMENTS = {
    "README.md": "README", "README.zh.md": "中文", "docs/methods.md": "Methods", "docs/restoration.md": "Restoration",
    "docs/own-corpus.md": "Your own reports", "docs/reliability.md": "Reliability",
}  # fmt: skip
# What a page may carry along when it links to it; a link to anything else is named as missing.
COPIED = (
    "figures/*", "figures/*/*", "data/restored/*", "data/*.csv", "data/README.md", "data/gold/*.md", "docs/*.md",
    "docs/*.png", "analysis/resources/*/*.csv", "analysis/resources/*/*.md", "restoration/resources/*.md",
    "tests/golden/*.md", "tests/cases/*.json", "notebooks/*.ipynb", "examples/*/*", "*.md", "LICENSE", "CITATION.cff",
)  # fmt: skip
# What JupyterLab alone can show.
WIDGET, SCRIPT = "application/vnd.jupyter.widget-view+json", "application/javascript"
_LINK = re.compile(r'\b(href|src)="([^"]+)"')
_FIGURE = re.compile(r"figures/(\d\d_[a-z0-9_]+): (.*)", re.S)
_HEADING = re.compile(r'<h2 id="([^"]+)">(.*?)(?:<a class="anchor-link".*?</a>)?</h2>', re.S)


@dataclass(frozen=True)
class _Page:
    """A page: where it comes from, its file, its name in the contents, its title."""

    source: Path
    file: str
    name: str
    title: str


def write(where: pipeline.Places, out: Path | None = None) -> list[str]:
    """
    Write the edition of a corpus; return what is missing in it, a sentence each.

    Parameters
    ----------
    where : Places
        Of the corpus, as `pipeline.places` gives them; its notebooks must have been executed.
    out : Path, optional
        The folder, which is made anew: `home` unless given.

    Raises
    ------
    ValueError
        Before anything is written: notebooks that were not executed, restored texts that are not there, or a
        folder that holds something else.
    """
    from analysis import corpus

    folder = out or home(where)
    reports = corpus.load(where.catalogue)
    _check(where, reports)
    _empty(folder)
    made = _Folder(where, folder)
    made.put("style.css", _style().encode())
    shared = {"hash": reports.hash, "reports": len(reports)}
    for page in made.pages:
        if page.file == "index.html":
            made.write(page, start=_start(made, reports), **shared)
        elif page.file == "claims.html":
            made.write(page, ledger=made.ledger, **shared)
        else:
            base = page.source.parent if page.source.suffix != ".ipynb" else paths.NOTEBOOKS
            made.write(page, body=made.relinked(_body(page.source), base, page.file), **shared)
    made.keep(paths.FONT, "fonts/NotoSansSC-subset.ttf")
    made.keep(paths.FONT.parent / "OFL.txt", "fonts/OFL.txt")
    _mark(folder, made.written)
    return made.missing


def home(where: pipeline.Places) -> Path:
    """Where an edition lies: `html` for our own corpus, else beside the figures."""
    own = where.notebooks == paths.NOTEBOOKS
    return paths.ROOT / "html" if own else where.figures.parent / "html"


def _pages(where: pipeline.Places) -> list[_Page]:
    """List the pages: start, notebooks in order, claims, documents that are there (for our own corpus)."""
    own = where.notebooks == paths.NOTEBOOKS
    title = "Chinese reports" if own else where.catalogue.parent.name
    found = [_Page(paths.ROOT / "index", "index.html", "Start", title)]
    for path in pipeline.notebooks(where.notebooks):
        title = _first("".join(cell.source for cell in _read(path).cells[:1]), path)
        found.append(_Page(path, f"{path.stem}.html", re.split("[:：]", title)[0], title))
    if (where.figures / "claims.csv").is_file():
        found.append(_Page(where.figures / "claims.csv", "claims.html", "Claims", "Every number with its evidence"))
    for name, shown in DOCUMENTS.items():
        path = paths.ROOT / name
        if path.is_file() and (own or name.startswith("docs/")):
            file = f"{path.stem.lower().replace('.', '-')}.html"
            found.append(_Page(path, file, shown, _first(path.read_text(encoding="utf-8"), path)))
    return found


def _body(path: Path) -> str:
    """Render a notebook or a Markdown file to HTML without a frame."""
    if path.suffix == ".md":
        return _markdown(path.read_text(encoding="utf-8"))
    from nbconvert import HTMLExporter

    exporter = HTMLExporter(
        template_name="edition", extra_template_basedirs=[str(TEMPLATES)], exclude_input_prompt=True,
        exclude_output_prompt=True,
    )  # fmt: skip
    return exporter.from_notebook_node(_still(_read(path)))[0]


def _markdown(source: str) -> str:
    """Render Markdown as nbconvert does; tables get a box that scrolls."""
    from nbconvert.filters.markdown import markdown2html

    box = '<div class="scroll" tabindex="0" role="region" aria-label="table"><table>'
    # Headings are linked as GitHub names them: small letters, no marks.
    named = re.compile(r'(<h\d id="|href="#)([^"]+)')
    page = named.sub(lambda m: m[1] + re.sub(r"[^\w-]", "", m[2].lower()), markdown2html(source))
    return page.replace("<table>", box).replace("</table>", "</table></div>")


def printing(config) -> None:
    """
    Let `jupyter nbconvert --to pdf`, `--to latex` and `--to webpdf` keep Chinese characters, and tables as tables.

    Parameters
    ----------
    config : traitlets Config
        Of a Jupyter application; `notebooks/jupyter_config.py` passes it.
    """
    folder = f"{paths.FONT.parent.as_posix()}/"
    data = b64encode(paths.FONT.read_bytes()).decode
    config.TemplateExporter.extra_template_basedirs = [str(TEMPLATES)]
    config.TemplateExporter.filters = {"html2tex": _tex, "font_folder": lambda _: folder, "font_data": lambda _: data()}
    config.LatexExporter.template_name = "print"
    config.LatexExporter.preprocessors = [_coded]
    config.WebPDFExporter.template_name = "printweb"


def _coded(notebook, resources: dict) -> tuple:
    """Write characters that the font cannot draw by their codes, as figures do: never a box."""
    import nbformat

    text = nbformat.writes(notebook)
    return nbformat.reads(text.translate(figures.codes(text)), as_version=4), resources


def _tex(source: str, start: str = "html") -> str:
    """Set an output in LaTeX: columns as wide as what they hold, and no drawing that only a browser shows."""
    from bs4 import BeautifulSoup
    from nbconvert.filters.pandoc import convert_pandoc

    soup = BeautifulSoup(source, "html.parser")
    for tag in soup.find_all(["style", "svg", "img"]):
        tag.decompose()
    for tag in soup.find_all(lang=True):
        del tag["lang"]
    for table in soup.find_all("table"):
        rows = [[sum(1 + (ord(char) > 255) for char in cell.get_text(strip=True))
                 for cell in row.find_all(["td", "th"])] for row in table.find_all("tr")]  # fmt: skip
        widths = [min(max(column), 40) + 2 for column in zip_longest(*rows, fillvalue=0)]
        group = soup.new_tag("colgroup")
        for width in widths:
            group.append(soup.new_tag("col", style=f"width: {min(width, 100 * width / sum(widths)):.0f}%"))
        table.insert(0, group)
    return convert_pandoc(str(soup), start, "latex")


def pictures(where: pipeline.Places) -> list[dict]:
    """Slug, caption and its first sentence, page, size and kinds of file of every figure of the notebooks, in order."""
    found = {}
    for path in pipeline.notebooks(where.notebooks):
        for cell in _read(path).cells:
            for out in cell.get("outputs", []):
                said = _FIGURE.fullmatch(out.get("data", {}).get("text/plain", ""))
                file = where.figures / f"{said[1]}.png" if said else None
                if file and file.is_file():
                    kinds = [kind for kind in figures.KINDS if file.with_suffix(f".{kind}").is_file()]
                    # The head of a PNG: its width and height.
                    width, height = struct.unpack(">II", file.read_bytes()[16:24])
                    first = re.match(r".*?\.(?=\s+[A-Z]|$)|.*", said[2], re.S)[0]
                    found[said[1]] = {"slug": said[1], "caption": said[2], "said": first, "kinds": kinds,
                                      "width": width, "height": height, "page": f"{path.stem}.html"}  # fmt: skip
    return list(found.values())


class _Folder:
    """Pages and files of one edition; collects the files that pages name, and what is missing."""

    def __init__(self, where: pipeline.Places, out: Path):
        self.where, self.out = where, out
        self.written: set[str] = set()
        self.pages = _pages(where)
        self.files = {page.source.resolve(): page.file for page in self.pages if page.source.suffix != ".csv"}
        table = claims.read(where.figures) if (where.figures / "claims.csv").is_file() else None
        self.ledger = [] if table is None else table.astype(object).where(table.notna(), None).to_dict("records")
        self.missing = [
            f"{page.file}: {count} of its outputs only JupyterLab can show; `make figures` makes "
            "them anew for the page"
            for page in self.pages
            if page.source.suffix == ".ipynb" and (count := _widgets(page.source))
        ]

    def relinked(self, html: str, home: Path, name: str) -> str:
        """Point links to the pages and copies of this folder; `home` is what they start from."""
        made = _LINK.sub(
            lambda m: f'{m[1]}="{escape(self._target(unescape(m[2]), home, name))}"', html)  # fmt: skip
        known = {row["id"]: row for row in self.ledger}

        def linked(mark: re.Match) -> str:
            row = known.get(mark[1])
            if row is None:
                return mark[2]
            said = escape(f"{row['counts'] or row['id']} (claim {row['id']})")
            return f'<a class="claim" href="claims.html#{quote(row["id"])}" title="{said}">{mark[2]}</a>'

        return Markup(claims.MARK.sub(linked, made))

    def _target(self, link: str, home: Path, name: str) -> str:
        if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:|#|//", link):
            return link
        path, mark, place = link.partition("#")
        source = (home / unquote(path)).resolve()
        if source.parent == paths.NOTEBOOKS:
            own = (self.where.notebooks / source.name).resolve()
            source = own if own in self.files else source
        if source in self.files:
            return self.files[source] + mark + place
        kept = self._kept(source)
        if kept is None:
            self.missing.append(f"{name}: the link {link} leads nowhere")
            return link
        return kept if kept == DATA else quote(kept) + mark + place

    def _kept(self, source: Path) -> str | None:
        """Copy a file that a page names; give its place in this folder."""
        if not source.is_relative_to(paths.ROOT):
            return None
        name = source.relative_to(paths.ROOT)
        if source.is_dir():
            return DATA
        if not _may_be_copied(name):
            return None
        made = {"figures": self.where.figures, "data/restored": self.where.restored}
        for folder, real in made.items():
            if name.is_relative_to(folder):
                source = (real / name.relative_to(folder)).resolve()
                if not source.is_relative_to(real.resolve()):
                    return None
        return self.keep(source, name.as_posix()) if source.is_file() else None

    def keep(self, source: Path, name: str) -> str:
        """Copy a file to a place in this folder, and give that place."""
        if name not in self.written:
            self.put(name, source.read_bytes())
        return name

    def put(self, name: str, data: bytes) -> None:
        """Write a file of this folder; a link that somebody laid there is replaced, and none is followed."""
        target = self.out / name
        if not target.parent.resolve().is_relative_to(self.out.resolve()):
            raise ValueError(f"{target.parent} is a link out of {self.out}: delete it, or name another folder")
        replace(target, data)
        self.written.add(name)

    def write(self, page: _Page, **values) -> None:
        """Write one page in its frame, with what stands on it and the pages before and after it."""
        lang = "zh" if page.source.name.endswith(".zh.md") else "en"
        inside = [(place, Markup(re.sub("<[^>]+>", "", name))) for place, name in _HEADING.findall(
            str(values.get("body", "")))]  # fmt: skip
        at = self.pages.index(page)
        near = {"previous": self.pages[at - 1] if at else None,
                "next": self.pages[at + 1] if at + 1 < len(self.pages) else None}  # fmt: skip
        empty = {"start": None, "ledger": None, "body": ""}
        html = _templates().get_template("edition/page.html.j2").render(
            page=page, pages=self.pages, lang=lang, inside=inside, **near, **{**empty, **values})  # fmt: skip
        self.put(page.file, html.encode())


def _may_be_copied(name: Path) -> bool:
    """Whether a file of the repository, by its place in it, is one that pages may carry along."""
    patterns = (Path(pattern).parts for pattern in COPIED)
    return any(len(parts) == len(name.parts) and all(map(fnmatch, name.parts, parts)) for parts in patterns)


@cache
def _templates():
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, keep_trailing_newline=True, autoescape=True,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip


def _check(where: pipeline.Places, reports) -> None:
    """Refuse what would make half an edition."""
    if not (found := pipeline.notebooks(where.notebooks)):
        raise ValueError(f"no executed notebooks in {where.notebooks}: run `make figures` first")
    if bare := [path.name for path in found if not _executed(path)]:
        raise ValueError(f"not executed: {', '.join(bare)}; run `make figures` first")
    texts = (where.restored / f"{id}.{end}" for id in reports.ids for end in ("txt", "ledger.csv"))
    if lost := [str(path) for path in texts if not path.is_file()]:
        raise ValueError(f"missing: {', '.join(lost)}; run `make figures` first")


def _empty(folder: Path) -> None:
    """Remove the files of an earlier edition, which it lists; what else lies there stays."""
    if folder.exists() and any(folder.iterdir()) and not (folder / MARKER).is_file():
        raise ValueError(f"{folder} holds something else than an edition; --out names another")
    folder.mkdir(parents=True, exist_ok=True)
    before = (folder / MARKER).read_text(encoding="utf-8").splitlines()[1:] if (folder / MARKER).is_file() else []
    # First of all, so that an interruption leaves no edition that is not known as one.
    _mark(folder, before)
    for name in before:
        path = folder / name
        if ".." not in Path(name).parts and path.parent.resolve().is_relative_to(folder.resolve()):
            path.unlink(missing_ok=True)


def _mark(folder: Path, written: Iterable[str]) -> None:
    """List what an edition has written, for the next one to remove."""
    head = "Made by `python -m analysis html`, which removes the files below when it makes them anew.\n"
    replace(folder / MARKER, (head + "".join(f"{name}\n" for name in sorted(written))).encode())


def _style() -> str:
    from pygments.formatters import HtmlFormatter

    own = (TEMPLATES / "edition" / "style.css").read_text(encoding="utf-8")
    return f"{own}\n{HtmlFormatter(style='default').get_style_defs('.highlight')}\n"


def _first(source: str, path: Path) -> str:
    """Text of the first heading; where there is none, the name of the file."""
    found = re.search(r"^#[ \t]+(.*\S)", source, re.M)
    return found[1] if found else path.stem


def _read(path: Path):
    import nbformat

    return nbformat.read(path, as_version=4)


def _still(notebook):
    """Leave out what only JupyterLab can show and captions that stand twice; join code to the cell it leads to."""
    cells = []
    for cell in notebook.cells:
        kept = [out for out in cell.get("outputs", []) if SCRIPT not in out.get("data", {})
                and "caption" not in out.get("metadata", {})]  # fmt: skip
        for out in kept:
            if out.get("data", {}).pop(WIDGET, None) is not None and not _shows(out):
                out.data = {"text/plain": "Controls, shown in JupyterLab only."}
        if "outputs" in cell:
            cell.outputs = kept
        if cells and cell.cell_type == cells[-1].cell_type == "code" and not cells[-1].outputs:
            cell.source = f"{cells.pop().source}\n\n{cell.source}"
        cells.append(cell)
    notebook.cells = cells
    return notebook


def _shows(out) -> bool:
    """Whether an output has more than a widget and the name of its class."""
    return bool(set(out.data) - {WIDGET, "text/plain"})


def _widgets(path: Path) -> int:
    """Count the outputs of a notebook that are nothing but a widget: a page cannot show them."""
    found = (out for cell in _read(path).cells for out in cell.get("outputs", []))
    return sum(WIDGET in out.get("data", {}) and not _shows(out) for out in found)


def _executed(path: Path) -> bool:
    """Whether any cell of a notebook has been executed."""
    cells = _read(path).cells
    return any(cell.get("execution_count") or cell.get("outputs") for cell in cells)


def _start(made: _Folder, reports) -> dict:
    """What the start page shows, links already pointing into the folder."""
    where, readme = made.where, (paths.ROOT / "README.md").read_text(encoding="utf-8")
    drawn = pictures(where)
    for figure in drawn:
        for kind in figure["kinds"]:
            name = f"{figure['slug']}.{kind}"
            made.keep(where.figures / name, f"figures/{name}")
    own = where.notebooks == paths.NOTEBOOKS
    notes = [_summary(made, page) for page in made.pages if page.source.suffix == ".ipynb"]
    # What README says of the method speaks of the five reports too.
    method = _part(readme, "What the numbers mean, and what not") if own else (
        "[Each statistic: question, formula, reference, when not to use it](docs/methods.md)")
    texts = {"method": method, "cite": _part(readme, "Cite")}
    if own:
        texts["about"] = readme.split("\n## ")[0].split("\n```sh")[0]
    said = {name: made.relinked(_markdown(text), paths.ROOT, "index.html") for name, text in texts.items()}
    heading = Markup("<h1>{}</h1>\n<p>Corpus {}</p>").format(where.catalogue.parent.name, reports.hash)
    said.setdefault("about", heading)
    return {**said, "notes": notes, "figures": drawn, "texts": _texts(made, reports), "tables": _tables(made),
            "findings": made.relinked(_findings(where), paths.NOTEBOOKS, "index.html")}  # fmt: skip


def _summary(made: _Folder, page: _Page) -> dict:
    """What a notebook asks, and the first thing that it says: its bottom line."""
    cells = _read(page.source).cells
    head = "\n\n".join(cell.source for cell in takewhile(lambda cell: cell.cell_type == "markdown", cells))
    question = head.partition("\n")[2].strip().removeprefix("**Question.**").split("\n\n")[0]
    said = [text for _, text in claims.said(page.source)][:1]
    parts = {"question": question, "answer": said[0] if said else ""}
    linked = {name: made.relinked(_markdown(text), paths.NOTEBOOKS, "index.html") for name, text in parts.items()}
    return {"file": page.file, "title": page.title, **linked}


def _findings(where: pipeline.Places) -> str:
    """Render what the notebook of findings says, without its quotations."""
    found = [path for path in pipeline.notebooks(where.notebooks) if path.stem.endswith("_findings")]
    texts = [text for path in found for _, text in claims.said(path)]
    boxes = [f'<div class="finding">{_markdown(text)}</div>' for text in texts if text.startswith("###")]
    refused = [_markdown(f"And what they do not show:\n\n{text}") for text in texts if text.startswith("-")]
    # The headline of a finding is none of the page's.
    return re.sub(r"<(/?)h[3-6][^>]*>", r"<\1p>", re.sub(r'<a class="anchor-link".*?</a>', "", "".join(
        [*boxes, *refused])))  # fmt: skip


def _part(source: str, heading: str) -> str:
    """
    Give what stands under a heading of the second level, without it.

    >>> _part("# a\\n## b\\nc\\n## d\\ne", "b")
    'c'
    """
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", source, re.M | re.S)
    return found[1].strip() if found else ""


def _texts(made: _Folder, reports) -> list[dict]:
    """Restored text and ledger of each report."""
    rows = []
    for report in reports:
        row = {"id": report.id, "year": report.year, "title": report.title}
        for key, suffix in (("text", "txt"), ("ledger", "ledger.csv")):
            name = f"{report.id}.{suffix}"
            row[key] = made.keep(made.where.restored / name, f"data/restored/{name}")
        rows.append(row)
    return rows


def _tables(made: _Folder) -> list[str]:
    """Catalogue, codebook, claims and word lists, as far as they are there."""
    found = [made.keep(made.where.catalogue, "data/catalogue.csv"),
             made.keep(paths.ROOT / "data" / "README.md", "data/README.md")]  # fmt: skip
    claimed = sorted(made.where.figures.glob("claims.*"))
    found += [made.keep(path, f"figures/{path.name}") for path in claimed]
    lists = sorted(path for path in paths.LEXICONS.glob("*") if path.is_file())
    return found + [made.keep(path, f"analysis/resources/lexicons/{path.name}") for path in lists]
