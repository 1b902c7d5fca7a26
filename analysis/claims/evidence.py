"""`python -m analysis claim ID`: a number of the prose, with what it was counted from."""

import argparse
import shlex
from pathlib import Path

import pandas as pd


def page(table: pd.DataFrame, id: str, catalogue: Path | None = None) -> str:
    """
    Print a claim with what it counts and the hits behind it, down to raw characters.

    Raises
    ------
    ValueError
        If there is no such claim; the nearest names are given.
    """
    from difflib import get_close_matches

    rows = table[table["id"] == id]
    if rows.empty:
        near = get_close_matches(id, table["id"], cutoff=0.4)
        hint = f" Near it: {', '.join(near)}." if near else ""
        raise ValueError(f"No claim {id!r}.{hint} `python -m analysis claim` with the same options lists all names.")
    row = rows.iloc[0]
    lines = [f"{id}: {row['text']}{'' if row['unit'] in ('', '%') else ' ' + row['unit']}",
             f"  counts    {row['counts']}"]  # fmt: skip
    lines += [f"  n         {row['n']}"] * bool(pd.notna(row["n"]))
    lines += [f"  said in   notebooks/{row['notebook']}.ipynb, In [{row['cell']}]",
              f"  corpus    {row['corpus']}"]  # fmt: skip
    return "\n".join([*lines, *_evidence(row["evidence"], catalogue)])


def _evidence(said: str, catalogue: Path | None) -> list[str]:
    """Lines of what a claim rests on: the hits of a trace, or the file with the rows."""
    if not said:
        return ["  evidence  the cell that is named above computes it"]
    if said.startswith(("figures/", "data/")):
        return [f"  evidence  {said}"]
    from analysis import claims, concordance, corpus

    asked = arguments(said)
    term = asked.pop("term")
    found = concordance.hits(corpus.load(catalogue), term, **asked)
    return [f"  evidence  {claims.command(said, catalogue)}", "", concordance.page(found, term, **asked)]


def arguments(said: str) -> dict:
    """Read the arguments of a trace (`claims.traced`) as those of `concordance.hits`."""
    options = argparse.ArgumentParser()
    options.add_argument("term")
    options.add_argument("--report", action="append")
    options.add_argument("--function")
    options.add_argument("--regex", action="store_true")
    options.add_argument("--word", action="store_true")
    return vars(options.parse_args(shlex.split(said)))
