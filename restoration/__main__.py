"""`python -m restoration FILE -o OUT`: restore a text file and say what was done."""

import argparse
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

from restoration import KEEP, LEVELS, Restored, collate, files, restore
from restoration.ledger import CONFIDENCE, dumps, read_overrides

# What a terminal would obey, and marks that turn the order of what is shown: written out instead.
_COMMANDS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
# A progress bar begins its line again, and goes up one.
_BAR = re.compile(r"\n*(?:\x1b\[A)*")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    parser.add_argument("file", type=Path, metavar="FILE", help="the text to restore")
    parser.add_argument("-o", "--out", type=Path, metavar="OUT", help="the text (else: stdout)")
    parser.add_argument("--ledger", type=Path, metavar="CSV", help="write every edit to this table")
    parser.add_argument("--level", choices=LEVELS, default="full", help="which edits to keep")
    parser.add_argument("--keep-furniture", action="store_true", help="keep the lines of the site, and list them")
    parser.add_argument("--keep-script", action="store_true", help="leave traditional script as it is")
    parser.add_argument("--overrides", type=Path, metavar="CSV", help="decisions of a reader")


def run(args: argparse.Namespace, read: Callable[[Path], bytes] = files.read) -> int:
    """Restore one file; `read` gives the bytes of its text (of a web page or a Word file, say)."""
    try:
        files.apart([args.file, args.overrides], [args.out, args.ledger])
        data = read(args.file)
        own = read_overrides(args.overrides, sha256(data).hexdigest()) if args.overrides else ()
        keep = [name for name in KEEP if getattr(args, f"keep_{name}")]
        restored = restore(data, level=args.level, overrides=own, keep=keep)
        if args.out:
            files.write(args.out, restored.text.encode("utf-8", "backslashreplace"))
        if args.ledger:
            files.write(args.ledger, dumps(restored.ledger))
    except (OSError, ValueError) as error:
        print(f"{args.file}: {error}", file=sys.stderr)
        return 1
    if not args.out:
        _print(restored.text)
    print(_summary(restored), file=sys.stderr)
    return 0


def _print(text: str) -> None:
    """Write a text to the output: every byte of it into a file or a pipe, nothing to obey to a terminal."""
    if sys.stdout.isatty():
        print(text, end="")
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))


class _Shown:
    """An output on which what a text has for a terminal to obey is written out."""

    def __init__(self, stream):
        self._stream = stream

    def __getattr__(self, name: str):
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        start = len(text) if _BAR.fullmatch(text) else int(text.startswith("\r"))
        self._stream.write(text[:start] + _COMMANDS.sub(lambda sign: _written(sign[0]), text[start:]))
        return len(text)


def _written(sign: str) -> str:
    return sign.encode("unicode_escape").decode()


@contextmanager
def terminal() -> Iterator[None]:
    """
    Let output and errors show what a text has for a terminal to obey, and letters it cannot write.

    >>> import io; from contextlib import redirect_stdout
    >>> with redirect_stdout(io.StringIO()) as out, terminal():
    ...     print("red\x1b[31m \u202etxt")
    >>> out.getvalue()
    'red\\\\x1b[31m \\\\u202etxt\\n'
    """
    streams = sys.stdout, sys.stderr
    for stream in streams:
        with suppress(AttributeError, ValueError):
            stream.reconfigure(errors="backslashreplace")
    sys.stdout, sys.stderr = map(_Shown, streams)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = streams


def _summary(restored: Restored) -> str:
    """Count the edits by kind and class, one line a kind."""
    counts = Counter((edit.kind, edit.confidence) for edit in restored.ledger)
    size = f"{len(restored.raw):,} characters in, {len(restored.text):,} out"
    lines = [f"{restored.encoding}, {size}"]
    if counts:
        lines.append(f"{'kind':<21}" + "".join(f"{name:>11}" for name in CONFIDENCE))
    for kind in sorted({kind for kind, _ in counts}):
        lines.append(f"{kind:<21}" + "".join(f"{counts[kind, name]:>11}" for name in CONFIDENCE))
    left = sum(counts[kind, "unresolved"] for kind in {kind for kind, _ in counts})
    if left:
        lines.append(f"{left} places are left open, {restored.doubtful:.2%} of the text")
    return "\n".join(lines if counts else [*lines, "no edits"])


def _add_collation(parser: argparse.ArgumentParser) -> None:
    """Add what the comparison of two copies takes."""
    parser.add_argument("first", type=Path, metavar="A", help="a copy of a document")
    parser.add_argument("second", type=Path, metavar="B", help="another copy")
    parser.add_argument("--csv", type=Path, metavar="CSV", help="write every difference to this table")


def _run_collation(args: argparse.Namespace, read: Callable[[Path], bytes] = files.read) -> int:
    """Compare two copies of a document: how alike they are, and what one lacks."""
    try:
        files.apart([args.first, args.second], [args.csv])
        apparatus = collate.collate(read(args.first), read(args.second))
        if args.csv:
            files.write(args.csv, collate.dumps(apparatus))
    except (OSError, ValueError) as error:
        print(f"{args.first}, {args.second}: {error}", file=sys.stderr)
        return 1
    _print(collate.summary(apparatus))
    return 0


def main(arguments: list[str] | None = None) -> int:
    """Run the command."""
    arguments = sys.argv[1:] if arguments is None else arguments
    collation = arguments[:1] == ["collate"]
    name = "python -m restoration collate" if collation else "python -m restoration"
    parser = argparse.ArgumentParser(prog=name, description=_run_collation.__doc__ if collation else __doc__)
    if collation:
        _add_collation(parser)
        with terminal():
            return _run_collation(parser.parse_args(arguments[1:]))
    add_arguments(parser)
    parser.epilog = "python -m restoration collate A B [--csv CSV] compares two copies of one document"
    with terminal():
        return run(parser.parse_args(arguments))


if __name__ == "__main__":
    sys.exit(main())
