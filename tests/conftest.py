"""Shared fixtures: the five reports, and clean national reports where they are at hand."""

from pathlib import Path

import pytest
from hypothesis import settings

from analysis import paths

# Machines differ in speed; a law holds or not, however long it takes.
settings.register_profile("suite", deadline=None)
settings.load_profile("suite")

# Thirteen clean reports of the State Council, 1957-2022; used in tests, never committed.
NATIONAL = paths.ROOT.parent / "shared" / "corpora" / "central-reports"


@pytest.fixture(scope="session")
def national() -> dict[int, str]:
    """Texts of the national reports by year; skips the test where they are not at hand."""
    if not NATIONAL.is_dir():
        pytest.skip("the national reports are not at hand")
    files = sorted(NATIONAL.glob("texts/*.txt"))
    return {int(path.stem): path.read_text(encoding="utf-8") for path in files}


@pytest.fixture(scope="session")
def raw() -> dict[str, bytes]:
    """Raw bytes of the five files by file name."""
    return {p.name: p.read_bytes() for p in sorted(Path(paths.RAW).glob("*.txt"))}
