"""`python -m restoration FILE -o OUT`: restore a text file and say what was done."""

import argparse
import sys
from collections import Counter
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from restoration import KEEP, LEVELS, Restored, restore
from restoration.ledger import CONFIDENCE, read_overrides, write


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    parser.add_argument("file", type=Path, metavar="FILE", help="the text to restore")
    parser.add_argument("-o", "--out", type=Path, metavar="OUT", help="the text (else: stdout)")
    parser.add_argument("--ledger", type=Path, metavar="CSV", help="write every edit to this table")
    parser.add_argument("--level", choices=LEVELS, default="full", help="which edits to keep")
    parser.add_argument("--keep-furniture", action="store_true", help="keep the lines of the site, and list them")
    parser.add_argument("--keep-script", action="store_true", help="leave traditional script as it is")
    parser.add_argument("--overrides", type=Path, metavar="CSV", help="decisions of a reader")


def run(args: argparse.Namespace, read: Callable[[Path], bytes] = Path.read_bytes) -> int:
    """Restore one file; `read` gives the bytes of its text (of a web page or a Word file, say)."""
    try:
        data = read(args.file)
        own = read_overrides(args.overrides, sha256(data).hexdigest()) if args.overrides else ()
        keep = [name for name in KEEP if getattr(args, f"keep_{name}")]
        restored = restore(data, level=args.level, overrides=own, keep=keep)
    except (OSError, ValueError) as error:
        print(f"{args.file}: {error}", file=sys.stderr)
        return 1
    out = restored.text.encode("utf-8", "backslashreplace")
    if args.out:
        args.out.write_bytes(out)
    else:
        sys.stdout.buffer.write(out)
    if args.ledger:
        write(restored.ledger, args.ledger)
    print(summary(restored), file=sys.stderr)
    return 0


def summary(restored: Restored) -> str:
    """
    Count the edits by kind and class, one line a kind.

    Examples
    --------
    >>> print(summary(restore("領(lǐng)導(dǎo)")))
    utf-8, 13 characters in, 2 out
    kind                       exact   inferred unresolved
    ghost pinyin                   2          0          0
    traditional script             2          0          0
    """
    counts = Counter((edit.kind, edit.confidence) for edit in restored.ledger)
    size = f"{len(restored.raw):,} characters in, {len(restored.text):,} out"
    lines = [f"{restored.encoding}, {size}"]
    if counts:
        lines.append(f"{'kind':<21}" + "".join(f"{name:>11}" for name in CONFIDENCE))
    for kind in sorted({kind for kind, _ in counts}):
        lines.append(f"{kind:<21}" + "".join(f"{counts[kind, name]:>11}" for name in CONFIDENCE))
    return "\n".join(lines if counts else [*lines, "no edits"])


def main(arguments: list[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m restoration", description=__doc__)
    add_arguments(parser)
    return run(parser.parse_args(arguments))


if __name__ == "__main__":
    sys.exit(main())
