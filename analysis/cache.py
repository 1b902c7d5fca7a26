"""
Keep restored texts by what they were made from: bytes, level, overrides, and the rules themselves.

Everything in `paths.CACHE` can be deleted; it only saves time. Entries are written whole or not at
all, so that an interruption, or several processes at once, leave none half written; one that was
damaged afterwards is made again. `python -m analysis cache` says what is there.
"""

import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, astuple
from functools import cache
from hashlib import sha256
from importlib.metadata import version as installed
from pathlib import Path

import pandas as pd

import restoration
from analysis import paths, textfiles
from restoration import Restored, restore
from restoration.diagnosis import Diagnosis
from restoration.ledger import Edit, Ledger

# Libraries whose tables decide what a text is restored to.
_LIBRARIES = ("opencc", "pypinyin")
# What other modules keep here, in the order of the flow.
KINDS = {
    "restored": "edits of restored texts (analysis.cache)",
    "tokens": "lengths of tokens (analysis.tokens)",
    "counts": "counts of reports, portion by portion (analysis.counts.parts)",
    "topics": "topic models fitted again and again (analysis.topics.stability)",
    "runs": "stamps of the last run (analysis.pipeline)",
}


@cache
def version() -> str:
    """Sha256 over the rules: source, language tables and libraries. Other rules, other entries."""
    here = Path(restoration.__file__).parent
    files = [*here.glob("*.py"), *(here / "resources").glob("*.*")]
    return digest(files, _LIBRARIES)


def digest(files: Iterable[Path], libraries: Iterable[str] = ()) -> str:
    """Sha256 over files, by name and content, and versions of libraries."""
    found = sha256()
    for path in sorted(files):
        found.update(path.name.encode() + b"\0" + path.read_bytes())
    found.update(" ".join(f"{name} {installed(name)}" for name in libraries).encode())
    return found.hexdigest()


def restored(data: bytes, level: str = "full", overrides: Sequence[Edit] = ()) -> Restored:
    """
    Restore bytes, or read what was made of the same bytes by the same rules before.

    A damaged entry is made again. A text to which nothing was done has no entry: looking through
    it again takes a millisecond or two, and writing a file is no quicker.
    """
    path = _place(data, level, overrides)
    try:
        return _load(path.read_bytes(), data)
    except (OSError, ValueError, LookupError, TypeError):
        made = restore(data, level=level, overrides=overrides)
        if made.ledger.edits:
            _store(path, made)
        return made


def _place(data: bytes, level: str, overrides: Sequence[Edit]) -> Path:
    said = json.dumps([level, version(), [astuple(edit) for edit in overrides]])
    key = sha256(sha256(data).digest() + said.encode()).hexdigest()
    return paths.CACHE / "restored" / key[:2] / f"{key}.json"


def _store(path: Path, made: Restored) -> None:
    """Keep what cannot be had from the bytes themselves at once: encoding, edits, diagnosis."""
    entry = {
        "sha256": _sha256(made.text),
        "encoding": made.encoding,
        "edits": [astuple(edit) for edit in made.ledger],
        "diagnosis": asdict(made.diagnosis),
    }
    keep(path, json.dumps(entry, ensure_ascii=True).encode())


def _load(entry: bytes, data: bytes) -> Restored:
    kept = json.loads(entry)
    raw = data.decode(kept["encoding"], "surrogateescape")
    ledger = Ledger((Edit(*row[:8], tuple(row[8]), row[9]) for row in kept["edits"]), len(raw))
    text = ledger.apply(raw)
    if _sha256(text) != kept["sha256"]:
        raise ValueError("the entry does not give the text it was made from")
    return Restored(raw, text, ledger, kept["encoding"], Diagnosis(**kept["diagnosis"]))


def _sha256(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def keep(path: Path, entry: bytes) -> None:
    """Write an entry in one step; a cache that cannot be written is no reason to stop."""
    with suppress(OSError):
        textfiles.replace(path, entry)


def held() -> pd.DataFrame:
    """
    Say what the cache holds.

    Returns
    -------
    DataFrame
        `kind`, `entries` (files), `bytes`, `what` (in words), in the order of the flow.
    """
    rows = []
    for kind, what in KINDS.items():
        sizes = [path.stat().st_size for path in _files(kind)]
        rows.append((kind, len(sizes), sum(sizes), what))
    return pd.DataFrame(rows, columns=["kind", "entries", "bytes", "what"])


def clear() -> int:
    """Delete every entry, and nothing else that may stand in the folder; give their number."""
    files = [path for kind in KINDS for path in _files(kind)]
    for path in files:
        path.unlink(missing_ok=True)
    return len(files)


def _files(kind: str) -> list[Path]:
    """Entries of a kind, with what an interruption left half written."""
    if kind == "runs":
        return sorted(paths.CACHE.glob("run-*.json"))
    return sorted(path for path in (paths.CACHE / kind).rglob("*") if path.is_file())


def register(commands) -> None:
    """Add `cache` to the command line."""
    parser = commands.add_parser("cache", help="say what the cache holds, or clear it")
    parser.add_argument("--clear", action="store_true", help="delete every entry")
    parser.set_defaults(call=_command)


def _command(args) -> None:
    table = held()
    for row in table.itertuples():
        print(f"{row.kind:<10}{row.entries:>8} files {row.bytes / 1e6:>10.1f} MB  {row.what}")
    print(f"{'in all':<10}{table.entries.sum():>8} files {table.bytes.sum() / 1e6:>10.1f} MB  "
          f"{paths.CACHE}")
    if args.clear:
        print(f"{clear()} files deleted")
