"""
The command line: `python -m analysis COMMAND --help`.

A module that offers a command has `register(commands)`, which adds a parser and sets `call`, a
function of the parsed arguments that gives the exit status (None is 0).
"""

import argparse
import importlib
import os
import sys
from functools import partial
from pathlib import Path

import analysis
from analysis import paths, readers, storage
from restoration import __main__ as restorer

MODULES = ("catalogue.command", "trace", "claims.command", "pipeline",
           "html", "panel.files")


def parser() -> argparse.ArgumentParser:
    """Make the parser of all commands."""
    result = argparse.ArgumentParser(prog="python -m analysis", description=analysis.__doc__)
    commands = result.add_subparsers(required=True, metavar="COMMAND")
    restore = commands.add_parser("restore", help="restore a text file; say each change and why")
    restorer.add_arguments(restore)
    restore.set_defaults(
        call=lambda args: restorer.run(args, readers.data),
        overrides=paths.OVERRIDES if paths.OVERRIDES.exists() else None,
    )
    cache = commands.add_parser("cache", help="say what the cache holds, or clear it")
    cache.add_argument("--clear", action="store_true", help="delete every entry")
    cache.set_defaults(call=_cache)
    reuse = commands.add_parser("reuse", help="say who shares wording with whom, passage by passage")
    reuse.add_argument("catalogue", type=Path, nargs="?", metavar="CATALOGUE", help="your reports (else: ours)")
    reuse.add_argument("-o", "--out", type=Path, required=True, metavar="TABLE",
                       help="pairs, as .parquet or .csv; the passages go beside it, as TABLE-passages")  # fmt: skip
    reuse.add_argument("--least", type=int, default=30, metavar="N", help="letters and digits of a passage (30)")
    reuse.set_defaults(call=_reuse)
    for name in MODULES:
        module = importlib.import_module(f"analysis.{name}")
        if hasattr(module, "register"):
            module.register(commands)
    return result


def _reuse(args: argparse.Namespace) -> None:
    from tqdm import tqdm

    from analysis import corpus, text_reuse

    kinds = {
        ".parquet": lambda table, file: table.to_parquet(file, index=False),
        ".csv": lambda table, file: table.to_csv(file, index=False, encoding="utf-8-sig", lineterminator="\n"),
    }
    if args.out.suffix not in kinds:
        raise ValueError(f"{args.out}: end the name in {' or '.join(kinds)}")
    bar = partial(tqdm, leave=False, disable=not sys.stderr.isatty())
    reports = corpus.load(args.catalogue or paths.CATALOGUE, progress=bar)
    passages = text_reuse.of(reports, args.least)
    pairs = text_reuse.pairs(reports, passages)
    for table, path in ((pairs, args.out), (passages, args.out.with_stem(f"{args.out.stem}-passages"))):
        with storage.writing(path) as file:
            kinds[path.suffix](table, file)
    print(*pairs.attrs["notes"], *passages.attrs["notes"], sep="\n", file=sys.stderr)


def _cache(args: argparse.Namespace) -> None:
    row, total = "{:<10}{:>8} files {:>10.1f} MB  {}", [0, 0]
    for kind, what in storage.KINDS.items():
        sizes = [path.stat().st_size for path in storage.entries(kind)]
        total = [total[0] + len(sizes), total[1] + sum(sizes)]
        print(row.format(kind, len(sizes), sum(sizes) / 1e6, what))
    print(row.format("in all", total[0], total[1] / 1e6, paths.CACHE))
    if args.clear:
        print(f"{storage.clear()} files deleted")


def main(arguments: list[str] | None = None) -> int:
    """
    Run one command; 1 with a sentence on stderr where it cannot do what is asked.

    `python -X dev -m analysis …` shows where such an error was raised.
    """
    with restorer.terminal():
        args = parser().parse_args(arguments)
        try:
            return args.call(args) or 0
        except BrokenPipeError:  # The reader has seen enough (`… | head`).
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0
        except KeyboardInterrupt:
            print("interrupted: what was finished is kept, run it again to go on", file=sys.stderr)
            return 130
        except (OSError, ValueError) as error:
            if sys.flags.dev_mode:
                raise
            print(error, file=sys.stderr)
            return 1


if __name__ == "__main__":
    sys.exit(main())
