"""
Numbers in prose, recorded by name: what is said, how sure, counted from what, and where.

A notebook opens a ledger (`Claims`), records numbers by name and shows the sentences that say them.
`figures/claims.csv` holds all of them, `figures/claims.tex` the same for a paper.
"""

import argparse
import math
import re
import shlex
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import pandas as pd

from analysis import paths, storage
from analysis.glossary import label, report_names
from analysis.tables import escape, prose

# A number in a sentence with the name of its claim: the name shows when a reader points at it.
MARK = re.compile(r'<span title="claim ([^"<>&]+)">([^<>]*)</span>')
# LaTeX: \claim{id}, or \claim[value]{id}, [interval], [n].
MACRO = r"""\newcommand{\claim}[2][text]{%
  \ifcsname claim@#2@#1\endcsname\csname claim@#2@#1\endcsname
  \else\PackageError{claims}{No claim #2 (#1)}{The names stand in claims.csv.}\fi}
"""


@dataclass(frozen=True)
class _Claim:
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


COLUMNS = [field.name for field in fields(_Claim)]


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


def command(said: str, catalogue: Path | None = None) -> str:
    """
    Write the call that lists the hits which `traced` names; for another corpus than ours with its catalogue.

    >>> command("改革", paths.OWN), command("改革", Path("/texts/my corpus/catalogue.csv"))
    ('python -m analysis trace 改革', "python -m analysis trace 改革 --catalogue '/texts/my corpus/catalogue.csv'")
    """
    chosen = Path(catalogue or paths.CATALOGUE).resolve()
    where = "" if chosen == paths.OWN else f" --catalogue {shlex.quote(str(chosen))}"
    return f"python -m analysis trace {said}{where}"


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
    >>> claims = Claims("05_drift", "5b06c244a0bb", Path(TemporaryDirectory().name))
    >>> ratio = claims.record("drift.支持", 3.27, 1.25, 9.5, counts="支持, 2026 over 2021", digits=1)
    >>> claims.show(f"It rose by {ratio}.").data
    'It rose by <span title="claim drift.支持">3.3 [1.2, 9.5]</span>.'
    >>> read(claims.folder)[["id", "text"]].to_numpy().tolist()
    [['drift.支持', '3.3 [1.2, 9.5]']]
    """

    # A notebook calls its ledger `claims`, and has them at hand by it.
    traced, command = staticmethod(traced), staticmethod(command)

    def __init__(self, notebook: str, corpus_hash: str, folder: Path | None = None):
        self.notebook, self.corpus = notebook, corpus_hash
        self.folder = Path(folder or paths.FIGURES)
        self.claims: dict[str, _Claim] = {}

    def record(
        self, id: str, value, low=None, high=None, *, unit: str = "", n: int | None = None,
        counts: str = "", evidence: str = "", digits: int = 0,
    ) -> str:  # fmt: skip
        """
        Record a number by name and give the words for it.

        Parameters
        ----------
        id : str
            Its name for ever: `subject.what`.
        value, low, high : number
            With its 95% interval where there is one.
        unit : str
            "%" for a share of 1, which is shown as per cent; else words that stand after it in
            the ledger only (hits, terms, per 10,000 words, times).
        n : int, optional
            How many were counted or tested.
        counts : str
            What is counted, in words.
        evidence : str
            Arguments of `python -m analysis trace` (see `traced`), or a file with the rows.
        digits : int
            Decimals shown.

        Returns
        -------
        str
            The number with its interval, for a sentence that `show` is given.
        """
        value, low, high = (None if end is None or math.isnan(end) else float(end)
                            for end in (value, low, high))  # fmt: skip
        text = "–" if value is None else _shown(value, unit, digits)
        if None not in (value, low, high):
            text += f" [{_shown(low, unit, digits)}, {_shown(high, unit, digits)}]"
        made = (id, text, value, low, high, unit, n, counts, evidence)
        self.claims[id] = _Claim(*made, self.corpus, self.notebook, _cell())
        return f'<span title="claim {id}">{text}</span>'

    def show(self, text: str):
        """
        Show a sentence as Markdown, and write the ledger.

        Parameters
        ----------
        text : str
            With what `record` returned where a number is said by name; the id of a report alone in backticks is
            shown as its short name.
        """
        from IPython.display import Markdown

        self.save()
        for report in report_names():
            text = text.replace(f"`{report}`", label(report))
        return Markdown(_written(text))

    def save(self) -> None:
        """Write this notebook's part, and the whole ledger from all parts."""
        table = pd.DataFrame([astuple(claim) for claim in self.claims.values()], columns=COLUMNS)
        storage.write(self.folder / "claims" / f"{self.notebook}.csv", storage.csv(table))
        gather(self.folder)


def _shown(value, unit: str = "", digits: int = 0) -> str:
    """
    Write a number as prose has it.

    >>> _shown(0.1264, "%"), _shown(-2.5, digits=1), _shown(float("inf")), _shown(14482)
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


def said(notebook: Path) -> list[tuple[int, str]]:
    """Sentences that the cells of an executed notebook computed, with the numbers of the cells."""
    import nbformat

    cells = [cell for cell in nbformat.read(notebook, 4).cells if cell.cell_type == "code"]
    return [(cell.execution_count, out["data"]["text/markdown"]) for cell in cells
            for out in cell.outputs if "text/markdown" in out.get("data", {})]  # fmt: skip


def _cell() -> int:
    """Number of the cell that is executed, as In [ ] shows it; 0 outside of a notebook."""
    try:
        from IPython import get_ipython
    except ImportError:
        return 0
    shell = get_ipython()
    # The list of inputs has the cell that runs as its last; the counter may be one ahead.
    return len(shell.user_ns["In"]) - 1 if shell else 0


def gather(folder: Path | None = None, notebooks: Iterable[str] | None = None) -> pd.DataFrame:
    """
    Write `claims.csv` and `claims.tex` from the parts of the notebooks; give the table.

    Parameters
    ----------
    folder : Path, optional
        `paths.FIGURES` unless given.
    notebooks : iterable of str, optional
        Names of those that there are: rows of any other are dropped. All rows stay unless given.
    """
    folder = Path(folder or paths.FIGURES)
    parts = {path.stem: _strings(path) for path in sorted((folder / "claims").glob("*.csv"))}
    whole = folder / "claims.csv"
    if whole.is_file():
        # A notebook that was run before this folder had parts keeps its rows.
        for name, rows in _strings(whole).groupby("notebook", sort=False):
            parts.setdefault(str(name), rows)
    kept = set(parts) if notebooks is None else set(notebooks)
    rows = [parts[name] for name in sorted(parts) if name in kept]
    table = pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=COLUMNS)
    storage.write(whole, storage.csv(table, mark=True))
    storage.write(folder / "claims.tex", _latex(read(folder)).encode())
    return table


def _strings(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, keep_default_na=False, dtype=str)


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


# A number in Markdown with the name of its claim after it.
_QUOTED = re.compile(r"\*\*[^*\n]+\*\*(?P<mark><!-- claim (?P<id>\S+)(?P<n> n)? -->)")


def requote(path: Path, folder: Path | None = None) -> None:
    """
    Bring the numbers that a Markdown file quotes up to date: `**6**<!-- claim targets.lower -->`.

    A claim that is not in the ledger leaves its number as it stands; ` n` after the name quotes n.
    """
    rows = read(folder).set_index("id")

    def written(match: re.Match) -> str:
        if match["id"] not in rows.index:
            return match[0]
        row = rows.loc[match["id"]]
        return f"**{row['n']:,}**{match['mark']}" if match["n"] else f"**{row['text']}**{match['mark']}"

    text = path.read_text(encoding="utf-8")
    storage.write(path, _QUOTED.sub(written, text))


def _latex(table: pd.DataFrame) -> str:
    r"""
    Write the claims for LaTeX: `\claim{id}` is the text, `\claim[value]{id}` without the
    interval, `\claim[interval]{id}` and `\claim[n]{id}` the rest.
    """
    lines = [MACRO]
    for row in table.itertuples():
        value, _, interval = row.text.partition(" ")
        parts = {"text": row.text, "value": value, "interval": interval,
                 "n": "" if pd.isna(row.n) else f"{row.n:,}"}  # fmt: skip
        lines += [rf"\expandafter\def\csname claim@{row.id}@{name}\endcsname{{{_tex(part)}}}"
                  for name, part in parts.items() if part]  # fmt: skip
    return "\n".join(lines) + "\n"


def _tex(text: str) -> str:
    return escape(text).replace("−", "$-$").replace("∞", r"$\infty$")


def page(table: pd.DataFrame, id: str, catalogue: Path | None = None) -> str:
    """
    Print a claim with what it counts and the hits behind it, down to raw characters.

    Raises
    ------
    ValueError
        If there is no such claim; the nearest names are given.
    """
    from difflib import get_close_matches

    rows = table[table["id"] == id]
    if rows.empty:
        near = get_close_matches(id, table["id"], cutoff=0.4)
        hint = f" Near it: {', '.join(near)}." if near else ""
        raise ValueError(f"No claim {id!r}.{hint} `python -m analysis claim` with the same options lists all names.")
    row = rows.iloc[0]
    lines = [f"{id}: {row['text']}{'' if row['unit'] in ('', '%') else ' ' + row['unit']}",
             f"  counts    {row['counts']}"]  # fmt: skip
    lines += [f"  n         {row['n']}"] * bool(pd.notna(row["n"]))
    lines += [f"  said in   notebooks/{row['notebook']}.ipynb, In [{row['cell']}]",
              f"  corpus    {row['corpus']}"]  # fmt: skip
    return "\n".join([*lines, *_evidence(row["evidence"], catalogue)])


def _evidence(said: str, catalogue: Path | None) -> list[str]:
    """Lines of what a claim rests on: the hits of a trace, or the file with the rows."""
    if not said:
        return ["  evidence  the cell that is named above computes it"]
    if said.startswith(("figures/", "data/")):
        return [f"  evidence  {said}"]
    from analysis import concordance, corpus

    asked = _arguments(said)
    term = asked.pop("term")
    found = concordance.hits(corpus.load(catalogue), term, **asked)
    return [f"  evidence  {command(said, catalogue)}", "", concordance.page(found, term, **asked)]


def _arguments(said: str) -> dict:
    """Read the arguments of a trace (`claims.traced`) as those of `concordance.hits`."""
    options = argparse.ArgumentParser()
    options.add_argument("term")
    options.add_argument("--report", action="append")
    options.add_argument("--function")
    options.add_argument("--regex", action="store_true")
    options.add_argument("--word", action="store_true")
    return vars(options.parse_args(shlex.split(said)))
