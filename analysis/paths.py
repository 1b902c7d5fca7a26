"""Where things lie; CATALOGUE and FIGURES in the environment move the suite to another corpus."""

import os
import sys
from hashlib import sha256
from pathlib import Path

# The checkout this package was installed from (an editable install).
ROOT = Path(__file__).resolve().parent.parent

# What the program needs ships in the package.
RESOURCES = Path(__file__).resolve().parent / "resources"

# Bytes as received; never written to.
RAW = ROOT / "data" / "raw"
# Restored texts and their ledgers; made from RAW, tracked to be read and diffed.
RESTORED = ROOT / "data" / "restored"
# Word lists with a source in every row.
LEXICONS = RESOURCES / "lexicons"
# Hand-checked passages.
GOLD = ROOT / "data" / "gold"
# Decisions of readers about single edits.
OVERRIDES = ROOT / "data" / "overrides.csv"
# The Chinese font of every figure, and its licence beside it.
FONT = RESOURCES / "fonts" / "NotoSansSC-subset.ttf"
NOTEBOOKS = ROOT / "notebooks"
# Anything here can be deleted; it only saves time. One place, wherever a process was started: what is
# relative starts at the checkout.
CACHE = ROOT / (os.environ.get("REPORTS_CACHE") or ".cache")

# Counts of the country's work reports, made by recipes/reference.py; no texts.
REFERENCE = Path(os.environ.get("REFERENCE") or ROOT / "data" / "reference").resolve()

# The five reports of this repository, one row each.
OWN = ROOT / "data" / "catalogue.csv"
# The reports under study.
CATALOGUE = Path(os.environ.get("CATALOGUE") or OWN).resolve()


def outputs(catalogue: Path) -> Path:
    """
    Name the folder of what is made: the repository for our own corpus, else one below `out`.

    A folder that a run of another catalogue has made is left to it (`owner`).

    >>> outputs(Path("texts/county/catalogue.csv")).relative_to(Path.cwd()).as_posix()
    'out/county'
    """
    chosen = Path(catalogue).resolve()
    if chosen == OWN:
        return ROOT
    folder = Path.cwd() / "out" / chosen.parent.name
    if owner(folder) in ("", str(chosen)):
        return folder
    return folder.with_name(f"{folder.name}-{sha256(str(chosen).encode()).hexdigest()[:8]}")


def owner(folder: Path) -> str:
    """Give the catalogue whose run made a folder of outputs; empty where none says so."""
    try:
        return (folder / ".catalogue").read_text(encoding="utf-8")
    except OSError:
        return ""


# Whether somebody sits before the notebook: a Jupyter server names each session to its kernel,
# and what executes notebooks for a page (`analysis run`, nbconvert) does not.
LIVE = bool(os.environ.get("JPY_SESSION_NAME"))

# A kernel writes beside what a paper takes, unless FIGURES says where on purpose, as `make figures` does: whoever
# tries things in a notebook changes nothing that is tracked.
KERNEL = "ipykernel.kernelapp" in sys.modules
# What a paper takes.
FIGURES = Path(os.environ.get("FIGURES") or outputs(CATALOGUE) / ("scratch" if KERNEL else "figures")).resolve()
