"""
Write into build/ what paper.tex says of TERM, and a caption; the rest it takes from figures/.

`python examples/paper/prepare.py --word` writes paper.docx as well, from the same manuscript (needs python-docx).
"""

import re
import sys
from pathlib import Path

from analysis import claims, corpus, explore, figures, html, pipeline, tables
from analysis.glossary import label

BUILD = Path(__file__).parent / "build"
# What the paper is about: figure, caption, table and number of hits follow.
TERM = "高质量发展"
HEADS = {"count": "hits", "per_10k": "rate", "low": "from", "high": "to"}
# The parts of a manuscript: a figure with its caption, the table, a paragraph.
_FIGURE = re.compile(r"\\begin\{figure\*?\}\s*\\(column|page)figure\{(.*?)\}\s*\\caption\{\\(\w+)\}")


def main(folder: Path = BUILD, term: str = TERM) -> dict[str, str]:
    """Write figure, table and numbers of a term; give the macros."""
    reports = corpus.load()
    index = explore.prepare(reports)
    found = explore.find(index, term)
    rates = explore.rates(index, found)
    said = {figure["slug"]: figure["caption"] for figure in html.pictures(pipeline.places())}
    macros = {
        "CorpusHash": reports.hash, "CorpusReports": len(reports), "TermName": term,
        "TermHits": len(found.hits), "TermCaption": draw(term, rates, folder, reports),
        "DamageCaption": said["00_damage"],
    }  # fmt: skip
    lines = [rf"\newcommand{{\{name}}}{{{tables.escape(str(v))}}}" for name, v in macros.items()]
    (folder / "numbers.tex").write_text("\n".join(lines) + "\n", encoding="utf-8")
    shown = rates[["report", *HEADS]].assign(report=[label(id, "en") for id in rates["report"]])
    caption = f"{term}: hits, rate per 10,000 words and its 95% interval"
    tables.write(shown, folder / "rates", caption, reports.hash, digits=1, headers=HEADS)
    return {name: str(value) for name, value in macros.items()} | {"rates": caption}


def draw(term: str, rates, folder: Path, reports) -> str:
    """Draw the rates at the width of a column; give the caption."""
    figures.style()
    ax = figures.draw("intervals", rates, width=figures.COLUMN, height=2.0, lang="en")
    ax.set_title(term)
    caption = (
        f"{term} per 10,000 words in each report, with 95% intervals (sections as clusters); "
        "hollow: no hit, the line ends at the detection limit. "
        f"n = {rates['count'].sum()} hits in {rates['n_tokens'].sum():,} words."
    )
    return figures.save(ax, "00_term", rates, caption, folder, corpus=reports).caption


def word(macros: dict[str, str], folder: Path = BUILD, path: Path = BUILD.parent / "paper.docx") -> Path:
    """Write the manuscript as Word: figures at 300 dpi, the table as a real table, numbers from the same claims."""
    from docx import Document
    from docx.oxml.ns import qn
    from docx.shared import Mm

    source = (BUILD.parent / "paper.tex").read_text(encoding="utf-8")
    body = source.split(r"\maketitle")[1].split(r"\end{document}")[0]
    ledger = claims.read().set_index("id")
    document = Document()
    # Chinese in the face that journals ask for, not in whatever Word finds.
    fonts = document.styles["Normal"].element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), "宋体")
    document.add_heading(re.search(r"\\title\{(.*?)\}", source)[1], 0)
    numbers = {"figure": 0, "table": 0}
    for block in re.split(r"\n\s*\n", body):
        if figure := _FIGURE.search(block):
            numbers["figure"] += 1
            width, name, caption = figure.groups()
            place = folder.parent if name.startswith("build/") else figures.paths.FIGURES
            file = folder / f"{Path(name).name}.png" if name.startswith("build/") else place / f"{name}.png"
            document.add_picture(str(file), width=Mm(89 if width == "column" else 160))
            document.add_paragraph(f"Figure {numbers['figure']}. {macros[caption]}", style="Caption")
        elif r"\input{build/rates}" in block:
            numbers["table"] += 1
            document.add_paragraph(f"Table {numbers['table']}. {macros['rates']}", style="Caption")
            _table(document, tables.read(folder / "rates.csv"))
        elif block.strip():
            document.add_paragraph(_plain(block, macros, ledger))
    document.save(path)
    return path


def _table(document, table) -> None:
    """Set a table: rules above and below its head, numbers to the right."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    grid = document.add_table(rows=1, cols=table.shape[1], style="Light Shading")
    rows = [[HEADS.get(name, name) for name in table], *table.itertuples(index=False)]
    for at, row in enumerate(rows):
        for cell, value in zip((grid.add_row() if at else grid.rows[0]).cells, row, strict=True):
            cell.text = f"{value:.1f}" if isinstance(value, float) else str(value)
        for cell in (grid.rows[at].cells)[1:]:
            cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _plain(text: str, macros: dict[str, str], ledger) -> str:
    """A paragraph of the manuscript as a reader sees it."""
    places = {"fig:term": "1", "fig:damage": "2", "tab:rates": "1"}

    def claim(match: re.Match) -> str:
        row = ledger.loc[match[2]]
        value, _, interval = row["text"].partition(" ")
        return {"value": value, "interval": interval, "n": f"{row['n']:,}"}.get(match[1], row["text"])

    text = re.sub(r"\\claim(?:\[(\w+)\])?\{(.*?)\}", claim, text)
    text = re.sub(r"\\ref\{(.*?)\}", lambda match: places[match[1]], text)
    text = re.sub(r"\\([A-Z]\w+)(?:\{\})?", lambda match: macros[match[1]], text)
    return " ".join(re.sub(r"\\\w+\{(.*?)\}", r"\1", text).replace("~", " ").split())


if __name__ == "__main__":
    made = main()
    if "--word" in sys.argv:
        print(word(made))
