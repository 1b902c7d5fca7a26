"""
Numbers in prose, written down once: what is said, how sure, counted from what, and where.

A notebook opens a ledger, states numbers by name (`Claims.state`) and says its sentences through
it (`Claims.say`). A number in a sentence that has no name of its own is taken down all the same,
with its sentence, so that nothing is quoted that the ledger does not have. `figures/claims.csv`
holds all of them, `figures/claims.tex` the named ones for a paper.
"""

import math
import re
import shlex
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import pandas as pd

from analysis import paths, textfiles
from analysis.tables import escape, prose

# A named number in a sentence: the name shows when a reader points at it.
MARK = re.compile(r'<span title="claim ([^"<>&]+)">([^<>]*)</span>')
# A number that is said, with its interval; not one in code, a name (`gov-2021`, 5G) or a year.
NUMBER = re.compile(
    r"(?<![\w.,-])(?P<value>[+−-]?(?!(?:19|20)\d\d\b)(?:\d[\d,]*)?\.?\d+)(?P<unit>%?)(?![\w-]|\.\d)"
    r"(?: \[(?P<low>[^\],]+), (?P<high>[^\]]+)\])?"
)
# Code, formulas, links to notebooks, dates, tags and headings: numbers there claim nothing.
UNSAID = re.compile(
    r"`[^`]*`|\$\$.*?\$\$|\[\d\d,? [^\]]*\]|\]\([^)]*\)|\bnotebook \d\d|\d+ ?[月日]|<[^>]+>"
    r"|^#+ .*$",
    re.MULTILINE,
)
# LaTeX: \claim{id}, or \claim[value]{id}, [interval], [n].
MACRO = r"""\newcommand{\claim}[2][text]{%
  \ifcsname claim@#2@#1\endcsname\csname claim@#2@#1\endcsname
  \else\PackageError{claims}{No claim #2 (#1)}{The names stand in claims.csv.}\fi}
"""


@dataclass(frozen=True)
class Claim:
    """One number: a row of `claims.csv`; the codebook (`data/README.md`) explains the columns."""

    id: str
    text: str
    value: float | None
    low: float | None
    high: float | None
    unit: str
    n: int | None
    counts: str
    evidence: str
    corpus: str
    notebook: str
    cell: int

    @property
    def named(self) -> bool:
        """Whether it was stated by name, and can be cited by it."""
        return not re.fullmatch(re.escape(self.notebook) + r"\.\d+\.\d+", self.id)


COLUMNS = [field.name for field in fields(Claim)]


class Claims:
    """
    The numbers that one notebook says.

    Parameters
    ----------
    notebook : str
        Its name, such as "05_drift".
    corpus_hash : str
        Of the texts that are counted.
    folder : Path, optional
        Where the ledger is written; `paths.FIGURES` unless given.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> told = Claims("05_drift", "5b06c244a0bb", Path(TemporaryDirectory().name))
    >>> ratio = told.state("drift.支持", 3.27, 1.25, 9.5, counts="支持, 2026 over 2021", digits=1)
    >>> told.say(f"It rose by {ratio}, in 7 of 9 sections.").data[:43]
    'It rose by <span title="claim drift.支持">3.3'
    >>> read(told.folder)[["id", "text"]].to_numpy().tolist()
    [['drift.支持', '3.3 [1.2, 9.5]'], ['05_drift.0.1', '7'], ['05_drift.0.2', '9']]
    """

    def __init__(self, notebook: str, corpus_hash: str, folder: Path | None = None):
        self.notebook, self.corpus = notebook, corpus_hash
        self.folder = Path(folder or paths.FIGURES)
        self.claims: dict[str, Claim] = {}

    def state(
        self, id: str, value, low=None, high=None, *, unit: str = "", n: int | None = None,
        counts: str = "", evidence: str = "", digits: int = 0,
    ) -> str:  # fmt: skip
        """
        State a number by name and give the words for it.

        Parameters
        ----------
        id : str
            Its name for ever: `subject.what`.
        value, low, high : number
            With its 95% interval where there is one.
        unit : str
            "%" for a share of 1, which is shown as per cent; else words that stand after it in
            the ledger only (hits, terms, per 10,000 tokens, times).
        n : int, optional
            How many were counted or tested.
        counts : str
            What is counted, in words.
        evidence : str
            Arguments of `python -m analysis trace` (see `traced`), or a file with the rows.
        digits : int
            Decimals shown.
        """
        value, low, high = (None if end is None or math.isnan(end) else float(end)
                            for end in (value, low, high))  # fmt: skip
        text = "–" if value is None else shown(value, unit, digits)
        if None not in (value, low, high):
            text += f" [{shown(low, unit, digits)}, {shown(high, unit, digits)}]"
        made = (id, text, value, low, high, unit, n, counts, evidence)
        self.claims[id] = Claim(*made, self.corpus, self.notebook, _cell())
        return f'<span title="claim {id}">{text}</span>'

    def say(self, text: str):
        """Show a sentence, after every number in it was taken down."""
        from IPython.display import Markdown

        cell = _cell()
        prefix = f"{self.notebook}.{cell}."
        already = sum(id.startswith(prefix) for id in self.claims)
        for number, (match, sentence) in enumerate(unnamed_numbers(text), start=already + 1):
            scale = 100 if match["unit"] else 1
            value, low, high = (match[end] and _number(match[end]) / scale
                                for end in ("value", "low", "high"))  # fmt: skip
            self.claims[f"{prefix}{number}"] = Claim(
                f"{prefix}{number}", match[0], value, low, high, match["unit"], None, sentence,
                "", self.corpus, self.notebook, cell,
            )  # fmt: skip
        self.save()
        return Markdown(_written(text))

    def save(self) -> None:
        """Write this notebook's part, and the whole ledger from all parts."""
        table = pd.DataFrame([astuple(claim) for claim in self.claims.values()], columns=COLUMNS)
        part = self.folder / "claims" / f"{self.notebook}.csv"
        textfiles.replace(part, _csv(table))
        gather(self.folder)


def shown(value, unit: str = "", digits: int = 0) -> str:
    """
    Write a number as prose has it.

    >>> shown(0.1264, "%"), shown(-2.5, digits=1), shown(float("inf")), shown(14482)
    ('13%', '−2.5', '∞', '14,482')
    """
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    text = f"{value:,.{digits}%}" if unit == "%" else f"{value:,.{digits}f}"
    return text.replace("-", "−")


def _written(text: str) -> str:
    """Write a sentence as Markdown in which the marks of claims are the only tags."""
    parts, at = [], 0
    for mark in MARK.finditer(text):
        parts += [prose(text[at : mark.start()]), mark[0]]
        at = mark.end()
    return "".join([*parts, prose(text[at:])])


def unnamed_numbers(text: str) -> list[tuple[re.Match, str]]:
    """
    Find the numbers of a text that no named claim says, each with its sentence.

    >>> [m[0] for m, _ in unnamed_numbers("In 2021, `n=5`: 45 of the 50, ×0.47 [0.2, 0.9], 5G.")]
    ['45', '50', '0.47 [0.2, 0.9]']
    """
    plain = UNSAID.sub(lambda m: " " * len(m[0]), MARK.sub(lambda m: " " * len(m[0]), text))
    ends = [m.end() for m in re.finditer(r"(?<=[.;:])\s+(?=[A-Z*`-])|\n|$", text)]

    def sentence(match: re.Match) -> str:
        start = max((end for end in ends if end <= match.start()), default=0)
        end = min(end for end in ends if end >= match.end())
        return MARK.sub(r"\2", text[start:end]).strip("- \n")

    return [(match, sentence(match)) for match in NUMBER.finditer(plain)]


def said(notebook: Path) -> list[tuple[int, str]]:
    """Sentences that the cells of an executed notebook computed, with the numbers of the cells."""
    import nbformat

    cells = [cell for cell in nbformat.read(notebook, 4).cells if cell.cell_type == "code"]
    return [(cell.execution_count, out["data"]["text/markdown"]) for cell in cells
            for out in cell.outputs if "text/markdown" in out.get("data", {})]  # fmt: skip


def traced(
    term: str, reports: Iterable[str] = (), function: str | None = None, *options: str
) -> str:
    """
    Write the arguments of `python -m analysis trace` that list the hits behind a number.

    `options` are further ones, as written: "--word", "--regex".

    >>> print(traced("高质量发展", ["taiyuan-gov-2026"], "tasks"))
    '高质量发展' --report taiyuan-gov-2026 --function tasks
    """
    where = [part for report in reports for part in ("--report", report)]
    where += ["--function", function] if function else []
    return shlex.join([term, *where, *options])


def _cell() -> int:
    """Number of the cell that is executed, as In [ ] shows it; 0 outside of a notebook."""
    try:
        from IPython import get_ipython
    except ImportError:
        return 0
    shell = get_ipython()
    # The list of inputs has the cell that runs as its last; the counter may be one ahead.
    return len(shell.user_ns["In"]) - 1 if shell else 0


def _number(text: str) -> float:
    return float(text.replace(",", "").replace("−", "-").replace("∞", "inf").rstrip("%"))


def _csv(table: pd.DataFrame) -> bytes:
    return table.to_csv(index=False, float_format="%.10g", lineterminator="\n").encode()


def gather(folder: Path | None = None) -> pd.DataFrame:
    """Write `claims.csv` and `claims.tex` from the parts of all notebooks; give the table."""
    folder = Path(folder or paths.FIGURES)
    parts = [pd.read_csv(path, keep_default_na=False, dtype=str)
             for path in sorted((folder / "claims").glob("*.csv"))]  # fmt: skip
    table = pd.concat(parts) if parts else pd.DataFrame(columns=COLUMNS)
    textfiles.replace(folder / "claims.csv", _csv(table))
    textfiles.replace(folder / "claims.tex", latex(read(folder)).encode())
    return table


def read(folder: Path | None = None) -> pd.DataFrame:
    """
    Read the ledger.

    Raises
    ------
    FileNotFoundError
        If no notebook has been run for this folder.
    """
    path = Path(folder or paths.FIGURES) / "claims.csv"
    if not path.is_file():
        raise FileNotFoundError(f"no claims at {path}: run `make figures` first")
    table = pd.read_csv(path, dtype={"text": str, "n": "Int64"})
    for name in ("unit", "counts", "evidence"):
        table[name] = table[name].astype(object).fillna("")
    return table


def latex(table: pd.DataFrame) -> str:
    r"""
    Write the named claims for LaTeX: `\claim{id}` is the text, `\claim[value]{id}` without the
    interval, `\claim[interval]{id}` and `\claim[n]{id}` the rest.
    """
    lines = [MACRO]
    for row in table.itertuples():
        if not Claim(*row[1:]).named:
            continue
        value, _, interval = row.text.partition(" ")
        parts = {"text": row.text, "value": value, "interval": interval,
                 "n": "" if pd.isna(row.n) else f"{row.n:,}"}  # fmt: skip
        lines += [rf"\expandafter\def\csname claim@{row.id}@{name}\endcsname{{{_tex(part)}}}"
                  for name, part in parts.items() if part]  # fmt: skip
    return "\n".join(lines) + "\n"


def _tex(text: str) -> str:
    return escape(text).replace("−", "$-$").replace("∞", r"$\infty$")
