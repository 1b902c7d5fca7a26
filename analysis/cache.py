"""
Keep restored texts by what they were made from: bytes, level, overrides, and the rules themselves.

Everything in `paths.CACHE` can be deleted; it only saves time. Entries are JSON, written whole or
not at all, so that an interruption, or several processes at once, leave none half written.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, astuple
from functools import cache
from hashlib import sha256
from importlib.metadata import version as installed
from pathlib import Path

from analysis import paths, textfiles
from analysis.restoration import Restored, restore
from analysis.restoration.diagnosis import Diagnosis
from analysis.restoration.ledger import Edit, Ledger

# Libraries whose tables decide what a text is restored to.
_LIBRARIES = ("opencc", "pypinyin")


@cache
def version() -> str:
    """Sha256 over the rules: source, language tables and libraries. Other rules, other entries."""
    digest = sha256()
    here = Path(__file__).parent
    files = [here / "hanzi.py", *(here / "restoration").glob("*.py"), *paths.LANGUAGE.glob("*.*")]
    for path in sorted(files):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    digest.update(" ".join(f"{name} {installed(name)}" for name in _LIBRARIES).encode())
    return digest.hexdigest()


def restored(data: bytes, level: str = "full", overrides: Sequence[Edit] = ()) -> Restored:
    """
    Restore bytes, or read what was made of the same bytes by the same rules before.

    A damaged entry is made again.
    """
    path = _place(data, level, overrides)
    try:
        return _load(path.read_bytes())
    except (OSError, ValueError, KeyError, TypeError):
        made = restore(data, level=level, overrides=overrides)
        _store(path, made)
        return made


def _place(data: bytes, level: str, overrides: Sequence[Edit]) -> Path:
    said = json.dumps([level, version(), [astuple(edit) for edit in overrides]])
    key = sha256(sha256(data).digest() + said.encode()).hexdigest()
    return paths.CACHE / "restored" / key[:2] / f"{key}.json"


def _store(path: Path, made: Restored) -> None:
    entry = {
        "raw": made.raw,
        "text": made.text,
        "encoding": made.encoding,
        "edits": [astuple(edit) for edit in made.ledger],
        "diagnosis": asdict(made.diagnosis),
    }
    try:
        textfiles.replace(path, json.dumps(entry, ensure_ascii=True).encode())
    except OSError:
        return  # A cache that cannot be written (a read-only folder) is no reason to stop.


def _load(data: bytes) -> Restored:
    entry = json.loads(data)
    edits = (Edit(*row[:8], tuple(row[8]), row[9]) for row in entry["edits"])
    return Restored(
        raw=entry["raw"],
        text=entry["text"],
        ledger=Ledger(edits, len(entry["raw"])),
        encoding=entry["encoding"],
        diagnosis=Diagnosis(**entry["diagnosis"]),
    )
