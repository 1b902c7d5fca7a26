"""`python -m analysis restore FILE -o OUT`: restore any text file and say what was done."""

import sys
from collections import Counter
from hashlib import sha256
from pathlib import Path

from analysis import importers, paths
from analysis.restoration import LEVELS, Restored, files, overrides, restore
from analysis.restoration.ledger import CONFIDENCE


def register(commands) -> None:
    """Add `restore` to the command line."""
    parser = commands.add_parser("restore", help="restore a text file; say each change and why")
    parser.add_argument("file", type=Path, metavar="FILE", help="text, .html, .docx or .pdf")
    parser.add_argument("-o", "--out", type=Path, metavar="OUT", help="the text (else: stdout)")
    parser.add_argument("--ledger", type=Path, metavar="CSV", help="write every edit to this table")
    parser.add_argument("--level", choices=LEVELS, default="full", help="which edits to keep")
    parser.add_argument("--overrides", type=Path, metavar="CSV", help="decisions of a reader")
    parser.set_defaults(call=run)


def run(args) -> int:
    """Restore one file."""
    try:
        data = _data(args.file)
        decided = args.overrides or paths.OVERRIDES
        own = overrides.read(decided, sha256(data).hexdigest()) if decided.exists() else ()
        restored = restore(data, level=args.level, overrides=own)
    except (OSError, ValueError) as error:
        print(f"{args.file}: {error}", file=sys.stderr)
        return 1
    out = restored.text.encode("utf-8", "backslashreplace")
    if args.out:
        args.out.write_bytes(out)
    else:
        sys.stdout.buffer.write(out)
    if args.ledger:
        files.write(restored.ledger, args.ledger)
    print(summary(restored), file=sys.stderr)
    return 0


def _data(path: Path) -> bytes:
    """Bytes of a text file, or the text of a web page, Word file or PDF (places are in it)."""
    if path.suffix.lower() in importers.LIBRARIES:
        return importers.text(path).encode("utf-8", "backslashreplace")
    return path.read_bytes()


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
