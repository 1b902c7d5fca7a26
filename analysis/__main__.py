"""
The command line: `python -m analysis COMMAND --help`.

A module that offers a command has `register(commands)`, which adds a parser and sets `call`, a
function of the parsed arguments that gives the exit status (None is 0).
"""

import argparse
import importlib
import os
import sys

import analysis
from analysis import paths, readers
from restoration import __main__ as restorer

MODULES = ("catalogue.command", "trace", "claims.command", "pipeline",
           "edition", "cache", "panel.files")


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
    for name in MODULES:
        module = importlib.import_module(f"analysis.{name}")
        if hasattr(module, "register"):
            module.register(commands)
    return result


def main(arguments: list[str] | None = None) -> int:
    """
    Run one command; 1 with a sentence on stderr where it cannot do what is asked.

    `python -X dev -m analysis …` shows where such an error was raised.
    """
    args = parser().parse_args(arguments)
    try:
        return args.call(args) or 0
    except BrokenPipeError:  # The reader has seen enough (`… | head`).
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (OSError, ValueError) as error:
        if sys.flags.dev_mode:
            raise
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
