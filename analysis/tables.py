"""Write a table as a paper takes it: CSV and LaTeX (booktabs), with caption and corpus hash."""

import html
import re
from numbers import Integral, Real
from pathlib import Path

import numpy as np
import pandas as pd

from analysis import storage
from analysis.glossary import heading, label, language, named, report_names

# Characters of the corpus hash that a caption shows (Git's short form is 7 to 12).
HASH_SHOWN = 12

# The ten characters that LaTeX reads as commands, and < > |, which old encodings turn into others.
LATEX = str.maketrans({
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#",
    "%": r"\%", "_": r"\_", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}", "\n": " ",
})


def write(
    frame: pd.DataFrame, path_stem: str | Path, caption: str, corpus_hash: str, *,
    label: str | None = None, digits: int = 3, headers: dict | None = None,
) -> tuple[Path, Path]:
    """
    Write `stem.csv` (full precision) and `stem.tex` (rounded, booktabs).

    A named index becomes the first columns; an index of bare row numbers is left out. The CSV
    begins with two comment lines, caption and corpus; `read` skips them. The LaTeX needs
    booktabs, and for Chinese a Unicode engine (XeLaTeX or LuaLaTeX with ctex or xeCJK).

    Parameters
    ----------
    frame : DataFrame
    path_stem : path
        Where to, without suffix; the folder is made.
    caption, corpus_hash : str
        What is shown, and which texts (and restoration) it was counted from.
    label : str, optional
        LaTeX label; by default ``tab:`` and the stem's name.
    digits : int
        Decimals in LaTeX.
    headers : dict, optional
        Printed headings by column, for LaTeX only.

    Returns
    -------
    tuple of Path
        The CSV file and the LaTeX file.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> table = pd.DataFrame({"term": ["R&D"], "per_10k": [2.5]})
    >>> with TemporaryDirectory() as folder:
    ...     files = write(table, f"{folder}/02_rates", "Rates", "5b06c244a0bb")
    ...     read(files[0]).equals(table)
    True
    """
    stem = Path(path_stem)
    table = _flat(frame)
    csv, tex = stem.with_name(stem.name + ".csv"), stem.with_name(stem.name + ".tex")
    head = f"# {' '.join(caption.split())}\n# corpus {corpus_hash}\n"
    storage.write(csv, head.encode("utf-8-sig") + storage.csv(table))
    text = _latex(frame, caption, corpus_hash, label or f"tab:{stem.name}", digits, headers)
    storage.write(tex, text)
    return csv, tex


def read(path: str | Path) -> pd.DataFrame:
    """Read a CSV of `write` back, without its comment lines."""
    return pd.read_csv(path, skiprows=2, encoding="utf-8-sig")


def _latex(
    frame: pd.DataFrame, caption: str, corpus_hash: str, label: str = "", digits: int = 3,
    headers: dict | None = None,
) -> str:
    r"""
    Set a table in LaTeX with booktabs rules; numbers to the right, text to the left.

    Examples
    --------
    >>> table = pd.DataFrame({"term": ["R&D"], "low": [-0.5]})
    >>> print(_latex(table, "Rates", "5b06c244a0bbe0ad", "tab:rates", digits=1))
    \begin{table}
    \centering
    \caption{Rates (corpus 5b06c244a0bb)}
    \label{tab:rates}
    \begin{tabular}{lr}
    \toprule
    term & low \\
    \midrule
    R\&D & $-0.5$ \\
    \bottomrule
    \end{tabular}
    \end{table}
    <BLANKLINE>
    """
    table = _flat(frame)
    numeric = [_is_number(table[name]) for name in table]
    style = table.rename(columns={c: escape(str((headers or {}).get(c, c))) for c in table}).style
    style = style.hide(axis="index").format(lambda value: _cell(value, digits))
    return style.to_latex(
        hrules=True, position_float="centering", label=label or None,
        column_format="".join("r" if number else "l" for number in numeric),
        caption=f"{escape(caption)} (corpus {escape(corpus_hash[:HASH_SHOWN])})",
    )  # fmt: skip


def _is_number(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)


def _cell(value, digits: int = 3) -> str:
    """
    Write one value: minus signs in math, a dash where nothing is known, text escaped.

    Examples
    --------
    >>> [_cell(value, 2) for value in (-1.234, 5, None, float("inf"), "50%", True)]
    ['$-1.23$', '5', '--', '$\\\\infty$', '50\\\\%', 'yes']
    """
    if isinstance(value, (bool, np.bool_)):
        return "yes" if value else "no"
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return "--"
    if not isinstance(value, Real):
        return escape(str(value))
    if np.isinf(value):
        return r"$\infty$" if value > 0 else r"$-\infty$"
    text = str(int(value)) if isinstance(value, Integral) else f"{value:.{digits}f}"
    if not text.strip("-0."):
        text = text.lstrip("-")
    return f"${text}$" if text.startswith("-") else text


def escape(text: str) -> str:
    r"""
    Make text safe for LaTeX; Chinese stays as it is.

    Examples
    --------
    >>> print(escape("增长50% & n_tokens"))
    增长50\% \& n\_tokens
    """
    return text.translate(LATEX)


# Signs that Markdown reads, unless a backslash stands before them.
_MARKS = re.compile(r"([\\`*_{}\[\]()<>&#+!|~$]|^[-=]|:(?=//)|(?<=\d)\.)")
# A tag, a comment, a declaration; a character reference, which would be read as another sign.
_TAG = re.compile(r"(\\*)(<(?=[A-Za-z/!?])|&(?=#?\w+;))")
# A link that leads to no notebook.
_LINK = re.compile(r"\]\((?!\d\d_\w+\.ipynb\))")
# The address of a link that stands elsewhere.
_ADDRESS = re.compile(r"^([\s>*+\-\d.)]*)\[(?=[^\]\n]*\]:)", re.MULTILINE)


def plain(text: str) -> str:
    r"""
    Write words of a report into Markdown so that nothing in them is markup.

    Examples
    --------
    >>> print(plain("<b>报告 [附](../notes.md)"))
    \<b\>报告 \[附\]\(../notes.md\)
    """
    return _MARKS.sub(r"\\\1", " ".join(str(text).split()))


def prose(text: str) -> str:
    r"""
    Take a sentence for Markdown: emphasis and links to notebooks count, nothing else does.

    What a sentence quotes from a report has been through `plain`; this is for what has not.

    Examples
    --------
    >>> print(prose("**3** hits, see [07](07_restoration.ipynb): <img src=x> [附](/etc/hosts)"))
    **3** hits, see [07](07_restoration.ipynb): &lt;img src=x> [附]&#40;/etc/hosts)
    """
    text = _LINK.sub("]&#40;", _TAG.sub(_reference, text))
    return _ADDRESS.sub(r"\1\\[", text)


def _reference(sign: re.Match) -> str:
    """A sign by its name: a backslash before it would not hold, where it ends an address."""
    return sign[1][: len(sign[1]) // 2 * 2] + {"<": "&lt;", "&": "&amp;"}[sign[2]]


def _flat(frame: pd.DataFrame) -> pd.DataFrame:
    """Turn a named index into columns, and column levels into one."""
    named = any(name is not None for name in frame.index.names)
    table = frame.reset_index() if named else frame.reset_index(drop=True)
    if table.columns.nlevels > 1:
        flat = [" ".join(str(part) for part in name if part != "") for name in table.columns]
        table = table.set_axis(flat, axis=1)
    return table


def listed(terms, most: int = 8, lang: str | None = None) -> str:
    """
    Name some terms in a sentence, with their English names in brackets.

    Examples
    --------
    >>> listed(["创新", "改革", "无此条"], most=2, lang="both"), listed([])
    ('创新 (innovate), 改革 (reform) and 1 more', 'none')
    """
    terms, lang = list(terms), lang or language()
    pairs = [(label(term, "zh"), label(term, "en")) for term in terms[:most]]
    shown = [zh if lang == "zh" or zh == en else f"{zh} ({en})" for zh, en in pairs]
    rest = f" and {len(terms) - most} more" if len(terms) > most else ""
    return ", ".join(map(plain, shown)).replace("\\(", "(").replace("\\)", ")") + rest if terms else "none"


def note(text: str):
    """Set one sentence in place of a table or figure."""
    from IPython.display import Markdown

    return Markdown(f"*{prose(text)}*")


def show(frame: pd.DataFrame, digits: int = 2, index: bool = False, why: str = "", fold: str = "",
         lang: str | None = None):  # fmt: skip
    """
    Set a table for a reader: names in words, numbers to the right, notes below it.

    Terms stand with their English names, reports with their short ones; shares are per cent; a heading tells
    its variable (as the codebook has it) to a pointer. What `frame.attrs["notes"]` has stands below.

    Parameters
    ----------
    frame : DataFrame
    digits : int
        Decimals of numbers that are not whole.
    index : bool
        Whether the index says something; a named one does anyway.
    why : str
        Said in place of a table without rows; `frame.attrs["why"]` unless given.
    fold : str
        Folds a long table behind this line.
    lang : {"zh", "en", "both"}, optional
        That of the switch (`figures.style`) unless given.

    Returns
    -------
    IPython.display.HTML, or Markdown where there is no row

    Examples
    --------
    >>> print(show(pd.DataFrame({"per_10k": [1 / 3], "p": [0.0004]}), lang="en").data)  # doctest: +ELLIPSIS
    <table>
    <thead><tr><th scope="col" align="right" style="text-align: right" title="per_10k">hits per 10,000 words</th>...
    <tbody>
    <tr><td align="right" style="text-align: right">0.33</td>...0.001</td></tr>
    </tbody>
    </table>
    """
    from IPython.display import HTML

    if frame.empty:
        return note(why or frame.attrs.get("why") or "Nothing to show.")
    table = _flat(frame.rename_axis(frame.index.name or "row")) if index else _flat(frame)
    sides = ["right" if _is_number(table[name]) else "left" for name in table]
    # GitHub drops styles and JupyterLab overrules attributes: each gets what it keeps.
    places = [f'align="{side}" style="text-align: {side}"' for side in sides]
    heads = [f'<th scope="col" {place} title="{html.escape(str(name))}">{html.escape(heading(str(name), lang))}</th>'
             for name, place in zip(table, places, strict=True)]  # fmt: skip
    texts = [[_shown(value, str(name), digits, lang) for value in table[name]] for name in table]
    rows = ["".join(f"<td {place}>{html.escape(text)}</td>" for place, text in zip(places, row, strict=True))
            for row in zip(*texts, strict=True)]  # fmt: skip
    body = [f"<tr>{row}</tr>" for row in rows]
    lines = ["<table>", f"<thead><tr>{''.join(heads)}</tr></thead>", "<tbody>", *body, "</tbody>", "</table>"]
    lines += [f"<p>{html.escape(text)}</p>" for text in map(named, frame.attrs.get("notes", []))]
    if fold:
        lines = [f"<details><summary>{html.escape(fold)}</summary>", *lines, "</details>"]
    return HTML("\n".join(lines))


# Columns that hold shares of 1, and probabilities.
_SHARES = re.compile(r"share|recurrence|concentration|holds|rejected|rate$|cer$|once$")
_CHANCES = ("p", "q", "p_value")
# Columns of words that have names in the glossary.
_NAMED = ("term", "falling", "rising", "indicator", "function", "level", "genre", "kind", "confidence", "status",
          "verdict", "measure", "domain", "class", "rests_on", "row")  # fmt: skip


def _shown(value, name: str, digits: int, lang: str | None) -> str:
    """Write one value of a column for a reader."""
    if isinstance(value, (bool, np.bool_)):
        return heading("yes" if value else "no", lang)
    if value is None or (not isinstance(value, (str, list, tuple)) and pd.isna(value)):
        return "–"
    if not isinstance(value, Real):
        text = str(value)
        if text in report_names():
            return label(text, lang)
        return label(text, lang) if name in ("term", "falling", "rising", "indicator") else (
            heading(text, lang) if name in _NAMED else text)  # fmt: skip
    if np.isinf(value):
        return "∞" if value > 0 else "−∞"
    if isinstance(value, Integral) or (float(value).is_integer() and "year" in name):
        # A year and an offset are no amounts.
        plain = "year" in name or name.endswith(("start", "end")) or name in ("id", "topic", "section")
        return f"{int(value)}" if plain else f"{int(value):,}".replace("-", "−")
    if name in _CHANCES and 0 <= value < 0.001:
        return "<\u00a00.001"
    shown = f"{value:.{max(digits - 2, 0)}%}" if _SHARES.search(name) else (
        f"{value:,.{3 if name in _CHANCES else digits}f}")  # fmt: skip
    return shown.lstrip("-") if not shown.strip("-0.%") else shown.replace("-", "−")
