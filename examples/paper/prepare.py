"""Write what paper.tex takes from the last run besides figures and claims: captions, one table."""

from pathlib import Path

from analysis import corpus, edition, lookup, pipeline, tables

BUILD = Path(__file__).parent / "build"
TERM = "高质量发展"
# TeX names macros with letters only.
CAPTIONS = {"10_rates_en": "CaptionTenRatesEn", "00_damage": "CaptionZeroZeroDamage"}


def main(folder: Path = BUILD) -> None:
    reports = corpus.load()
    prepared = lookup.prepare(reports)
    found = lookup.find(prepared, TERM)
    rates = lookup.rates(prepared, found)
    said = {figure["slug"]: figure["caption"] for figure in edition.pictures(pipeline.places())}
    macros = {
        "CorpusHash": reports.hash, "CorpusReports": len(reports), "TermName": TERM,
        **{macro: said[slug] for slug, macro in CAPTIONS.items()},
    }  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    lines = [rf"\newcommand{{\{name}}}{{{tables.escape(str(v))}}}" for name, v in macros.items()]
    (folder / "numbers.tex").write_text("\n".join(lines) + "\n", encoding="utf-8")
    shown = rates[["report", "per_10k", "low", "high"]]
    caption = f"{TERM} per 10,000 tokens, 95% intervals"
    tables.write(shown, folder / "rates", caption, reports.hash, digits=1)


if __name__ == "__main__":
    main()
