"""Write into build/ what paper.tex says of TERM, and a caption; the rest it takes from figures/."""

from pathlib import Path

from matplotlib import pyplot

from analysis import corpus, explore, figures, html, pipeline, plot, tables

BUILD = Path(__file__).parent / "build"
# What the paper is about: figure, caption, table and number of hits follow.
TERM = "高质量发展"


def main(folder: Path = BUILD, term: str = TERM) -> None:
    reports = corpus.load()
    prepared = explore.prepare(reports)
    found = explore.find(prepared, term)
    rates = explore.rates(prepared, found)
    said = {figure["slug"]: figure["caption"] for figure in html.pictures(pipeline.places())}
    macros = {
        "CorpusHash": reports.hash, "CorpusReports": len(reports), "TermName": term,
        "TermHits": len(found.hits), "TermCaption": draw(term, rates, folder, reports.hash),
        "DamageCaption": said["00_damage"],
    }  # fmt: skip
    lines = [rf"\newcommand{{\{name}}}{{{tables.escape(str(v))}}}" for name, v in macros.items()]
    (folder / "numbers.tex").write_text("\n".join(lines) + "\n", encoding="utf-8")
    shown = rates[["report", "per_10k", "low", "high"]]
    caption = f"{term} per 10,000 tokens, 95% intervals"
    short = {"per_10k": "rate"}
    tables.write(shown, folder / "rates", caption, reports.hash, digits=1, headers=short)


def draw(term: str, rates, folder: Path, corpus_hash: str) -> str:
    """Draw the rates at the width of a column; give the caption."""
    figures.style()
    fig, ax = pyplot.subplots(figsize=(figures.COLUMN, 2.0))
    # A row for each report, and one colour, for the term.
    rows = rates.assign(term=rates["report"], report=term)
    plot.intervals(rows, ax=ax, lang="en")
    caption = (
        f"{term} per 10,000 tokens in each report, with 95% intervals (sections as clusters); "
        "hollow: no hit, the line ends at the detection limit. "
        f"n = {rates['count'].sum()} hits in {rates['n_tokens'].sum():,} tokens. "
        f"Corpus {corpus_hash}."
    )
    return figures.save(fig, "00_term", rates, caption, folder).caption


if __name__ == "__main__":
    main()
