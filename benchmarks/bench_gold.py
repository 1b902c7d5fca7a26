"""
Measure ftfy and the baselines on the gold passages and write the table the notebook shows.

    python benchmarks/bench_gold.py            # writes data/gold/ftfy.csv where ftfy is installed

ftfy is no dependency of the suite: run this where `pip install ftfy` has been done beside it. It
is measured as it comes, with the settings that leave Chinese punctuation alone, and each followed
by the same pinyin stripping and OpenCC that the baseline has.
"""

import sys

import pandas as pd

from analysis import accuracy, paths

TARGET = paths.GOLD / "ftfy.csv"


def methods(ftfy) -> dict:
    """Name the functions to measure; ftfy's defaults straighten quotes and fold widths."""
    careful = ftfy.TextFixerConfig(uncurl_quotes=False, fix_character_width=False,
                                   normalization=None)
    return {
        "ftfy": ftfy.fix_text,
        "ftfy, punctuation left alone": lambda raw: ftfy.fix_text(raw, careful),
        "ftfy + strip pinyin + OpenCC": lambda raw: accuracy.BASELINES["strip pinyin + OpenCC"](
            ftfy.fix_text(raw, careful)),
    }


def measure(name: str, version: str, function) -> pd.DataFrame:
    """Put error rates, exact places by kind and altered plain text of one method in one table."""
    passages = accuracy.load()
    summary = accuracy.summary(accuracy.score(passages, function))
    kinds = accuracy.places_by_kind(passages, function)
    kinds = kinds[kinds["report"] == "all"]
    plain = accuracy.plain_altered(passages, function).set_index("report").loc["all"]
    rows = [
        *({"measure": f"cer, {row.stratum}", "n": row.chars, "value": row.cer}
          for row in summary[summary["report"] == "all"].itertuples()),
        *({"measure": f"cer, all, {row.report}", "n": row.chars, "value": row.cer}
          for row in summary[summary["stratum"] == "all"].itertuples() if row.report != "all"),
        *({"measure": "cer, all, mean", "n": row.chars, "value": row.cer_mean}
          for row in summary[summary["stratum"] == "all"].itertuples() if row.report == "all"),
        *({"measure": f"exact, {row.kind}", "n": row.n, "value": row.rate}
          for row in kinds.itertuples()),
        {"measure": "plain characters altered", "n": plain["plain"], "value": plain["rate"]},
    ]
    return pd.DataFrame(rows).assign(method=name, version=version)


def main() -> None:
    """Write the table, or say what is missing."""
    try:
        import ftfy
    except ImportError:
        sys.exit("ftfy is not installed here: pip install ftfy, then run this again")
    tables = [measure(name, ftfy.__version__, function) for name, function in methods(ftfy).items()]
    table = pd.concat(tables)[["method", "version", "measure", "n", "value"]]
    table["n"] = table["n"].astype(int)
    table.round(5).to_csv(TARGET, index=False, lineterminator="\n")
    print(table.round(5).to_string(index=False))


if __name__ == "__main__":
    main()
