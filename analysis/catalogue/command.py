"""Commands about catalogues: `check` one, or draft one from a folder with `catalogue`."""

import argparse
import sys
from pathlib import Path

from analysis import paths


def register(commands) -> None:
    """Add the commands `check` and `catalogue`."""
    check = commands.add_parser("check", help="say everything that is wrong with a catalogue")
    check.add_argument("catalogue", nargs="?", type=Path, default=paths.CATALOGUE)
    check.set_defaults(call=_check)
    draft = commands.add_parser("catalogue", help="draft a catalogue from a folder of texts")
    draft.add_argument("folder", type=Path, help="texts with the year in their names")
    draft.add_argument("-o", "--out", type=Path, help="FOLDER/catalogue.csv unless given")
    draft.add_argument("--force", action="store_true", help="replace a catalogue that is there")
    draft.set_defaults(call=_draft)


def _check(args: argparse.Namespace) -> int:
    from analysis import catalogue

    said, good = catalogue.describe(args.catalogue)
    print(said)
    return 0 if good else 1


def _draft(args: argparse.Namespace) -> int:
    from analysis import catalogue
    from analysis.catalogue import draft

    out = args.out or args.folder / "catalogue.csv"
    if out.exists() and not args.force:
        print(f"{out} is there already: --force replaces it, -o names another", file=sys.stderr)
        return 1
    said: list[str] = []
    try:
        table = draft.draft(args.folder, out.parent, said, f"{out.stem}-texts")
    finally:
        for line in said:
            print(line, file=sys.stderr)
    draft.write(table, out)
    found, _ = catalogue.describe(out)
    print(f"{found}\nA draft, to be read and corrected: {out}; then: python -m analysis check {out}")
    return 0
