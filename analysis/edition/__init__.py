"""
The HTML edition: `python -m analysis html` renders what was executed into a folder of pages.

nbconvert makes the pages; two small templates in `templates/edition` frame them. Nothing in them
comes from a network: pictures are embedded, the font and every file that a page names lie in the
folder, and there is no script. It opens from disk.
"""

import argparse
import os
import re
import shlex
import shutil
import sys
from fnmatch import fnmatch
from functools import cache
from html import escape, unescape
from pathlib import Path
from urllib.parse import quote, unquote

from markupsafe import Markup

from analysis import notebooks, paths, pipeline
from analysis.edition.contents import (
    TEMPLATES,
    Page,
    body,
    executed,
    findings,
    markdown,
    pages,
    part,
    pictures,
    summary,
    widgets,
)  # fmt: skip

# Marks a folder as an edition, which may be replaced.
MARKER = ".edition"
# Where a link to a folder of the repository leads.
DATA = "index.html#data"
# What a page may carry along when it links to it; a link to anything else is named as missing.
COPIED = (
    "figures/*", "figures/*/*", "data/restored/*", "data/*.csv", "data/README.md", "data/gold/*.md", "docs/*.md",
    "analysis/resources/*/*.csv", "analysis/resources/*/*.md", "restoration/resources/*.md",
    "tests/golden/*.md", "tests/cases/*.json", "notebooks/*.ipynb", "examples/*/*", "*.md", "LICENSE", "CITATION.cff",
)  # fmt: skip
_LINK = re.compile(r'\b(href|src)="([^"]+)"')


class Folder:
    """Pages and files of one edition; collects the files that pages name, and what is missing."""

    def __init__(self, where: pipeline.Places, out: Path):
        self.where, self.out = where, out
        self.pages = pages(where)
        self.files = {page.source.resolve(): page.file for page in self.pages}
        self.missing = [
            f"{page.file}: {count} of its outputs only JupyterLab can show; `make figures` makes "
            "them anew for the page"
            for page in self.pages
            if page.source.suffix == ".ipynb" and (count := widgets(page.source))
        ]

    def relinked(self, html: str, home: Path, name: str) -> str:
        """Point links to the pages and copies of this folder; `home` is what they start from."""
        made = _LINK.sub(
            lambda m: f'{m[1]}="{escape(self._target(unescape(m[2]), home, name))}"', html)  # fmt: skip
        return Markup(made)

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
        target = self.out / name
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
        return name

    def write(self, page: Page, template: str = "frame", **values) -> None:
        """Write one page in its frame."""
        lang = "zh" if page.source.name.endswith(".zh.md") else "en"
        html = _templates().get_template(f"edition/{template}.html.j2").render(
            title=page.title, file=page.file, pages=self.pages, lang=lang, **values)  # fmt: skip
        (self.out / page.file).write_text(html, encoding="utf-8", newline="\n")


def _may_be_copied(name: Path) -> bool:
    """Whether a file of the repository, by its place in it, is one that pages may carry along."""
    patterns = (Path(pattern).parts for pattern in COPIED)
    return any(len(parts) == len(name.parts) and all(map(fnmatch, name.parts, parts)) for parts in patterns)


@cache
def _templates():
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, keep_trailing_newline=True,
        autoescape=True,
    )  # fmt: skip


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
        Before anything is written: notebooks that were not executed, restored texts that are not
        there, or a folder that holds something else.
    """
    from analysis import corpus

    folder = out or home(where)
    reports = corpus.load(where.catalogue)
    _check(where, reports)
    _empty(folder)
    (folder / MARKER).write_text("Made by `python -m analysis html`; made anew each time.\n")
    (folder / "style.css").write_text(_style(), encoding="utf-8", newline="\n")
    made = Folder(where, folder)
    shared = {"hash": reports.hash, "reports": len(reports)}
    for page in made.pages[1:]:
        base = page.source.parent if page.source.suffix != ".ipynb" else paths.NOTEBOOKS
        made.write(page, body=made.relinked(body(page.source), base, page.file), **shared)
    made.write(made.pages[0], "start", **_start(made, reports), **shared)
    made.keep(paths.FONT, "fonts/NotoSansSC-subset.ttf")
    made.keep(paths.FONT.parent / "OFL.txt", "fonts/OFL.txt")
    return made.missing


def home(where: pipeline.Places) -> Path:
    """Where an edition lies: `html` for our own corpus, else beside the figures."""
    own = where.notebooks == paths.NOTEBOOKS
    return paths.ROOT / "html" if own else where.figures.parent / "html"


def _check(where: pipeline.Places, reports) -> None:
    """Refuse what would make half an edition."""
    if not (found := notebooks.every(where.notebooks)):
        raise ValueError(f"no executed notebooks in {where.notebooks}: run `make figures` first")
    if bare := [path.name for path in found if not executed(path)]:
        raise ValueError(f"not executed: {', '.join(bare)}; run `make figures` first")
    texts = (where.restored / f"{id}.{end}" for id in reports.ids for end in ("txt", "ledger.csv"))
    if lost := [str(path) for path in texts if not path.is_file()]:
        raise ValueError(f"missing: {', '.join(lost)}; run `make figures` first")


def _empty(folder: Path) -> None:
    """Remove an earlier edition; a folder with anything else in it is left alone."""
    if folder.exists() and any(folder.iterdir()) and not (folder / MARKER).is_file():
        raise ValueError(f"{folder} holds something else than an edition; --out names another")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)


def _style() -> str:
    from pygments.formatters import HtmlFormatter

    own = (TEMPLATES / "edition" / "style.css").read_text(encoding="utf-8")
    return f"{own}\n{HtmlFormatter(style='default').get_style_defs('.highlight')}\n"


def _start(made: Folder, reports) -> dict:
    """What the start page shows, links already pointing into the folder."""
    where, readme = made.where, (paths.ROOT / "README.md").read_text(encoding="utf-8")
    figures = pictures(where)
    for figure in figures:
        for kind in figure["kinds"]:
            name = f"{figure['slug']}.{kind}"
            made.keep(where.figures / name, f"figures/{name}")
    own = where.notebooks == paths.NOTEBOOKS
    name = where.catalogue.parent.name
    notes = [
        {"file": page.file, "title": page.title,
         "summary": made.relinked(summary(page.source), paths.NOTEBOOKS, "index.html")}
        for page in made.pages if page.source.suffix == ".ipynb"
    ]  # fmt: skip
    # What README says of the method speaks of the five reports too.
    method = part(readme, "What the numbers mean, and what not") if own else (
        "[Each statistic: question, formula, reference, when not to use it](docs/methods.md)")
    texts = {"method": method, "cite": part(readme, "Cite")}
    if own:
        texts["about"] = readme.split("\n## ")[0].split("\n```sh")[0]
    said = {name: made.relinked(markdown(text), paths.ROOT, "index.html") for name, text in texts.items()}
    said.setdefault("about", Markup("<h1>{}</h1>\n<p>Corpus {}</p>").format(name, reports.hash))
    return {**said, "notes": notes, "figures": figures, "findings": findings(where),
            "texts": _texts(made, reports), "tables": _tables(made)}  # fmt: skip


def _texts(made: Folder, reports) -> list[dict]:
    """Restored text and ledger of each report."""
    rows = []
    for report in reports:
        row = {"id": report.id, "year": report.year, "title": report.title}
        for key, suffix in (("text", "txt"), ("ledger", "ledger.csv")):
            name = f"{report.id}.{suffix}"
            row[key] = made.keep(made.where.restored / name, f"data/restored/{name}")
        rows.append(row)
    return rows


def _tables(made: Folder) -> list[str]:
    """Catalogue, codebook, claims and word lists, as far as they are there."""
    found = [made.keep(made.where.catalogue, "data/catalogue.csv"),
             made.keep(paths.ROOT / "data" / "README.md", "data/README.md")]  # fmt: skip
    claimed = sorted(made.where.figures.glob("claims.*"))
    found += [made.keep(path, f"figures/{path.name}") for path in claimed]
    lists = sorted(paths.LEXICONS.glob("*"))
    return found + [made.keep(path, f"analysis/resources/lexicons/{path.name}") for path in lists]


def _command(args: argparse.Namespace) -> int:
    where = pipeline.places(args.catalogue)
    try:
        missing = write(where, args.out)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    for sentence in missing:
        print(sentence, file=sys.stderr)
    start = os.path.relpath((args.out or home(where)) / "index.html")
    print(f"not complete: {start}" if missing else f"open {shlex.quote(start)}")
    return int(bool(missing))


def register(commands) -> None:
    """Add `html` to the command line."""
    parser = commands.add_parser("html", help="render the executed notebooks as pages to read")
    parser.add_argument("--catalogue", type=Path, metavar="CSV", help="your own catalogue.csv")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="where to (html)")
    parser.set_defaults(call=_command)
