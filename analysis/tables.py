"""Write a table as a paper takes it: CSV and LaTeX (booktabs), with caption and corpus hash."""

import re
from numbers import Integral, Real
from pathlib import Path

import numpy as np
import pandas as pd

# Digits of a float in CSV: enough to compute on, and short of the last bits, which differ
# between processors.
CSV_FORMAT = "%.10g"
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
    stem.parent.mkdir(parents=True, exist_ok=True)
    csv, tex = stem.with_name(stem.name + ".csv"), stem.with_name(stem.name + ".tex")
    head = f"# {' '.join(caption.split())}\n# corpus {corpus_hash}\n"
    body = table.to_csv(index=False, float_format=CSV_FORMAT, lineterminator="\n")
    csv.write_text(head + body, encoding="utf-8", newline="\n")
    text = latex(frame, caption, corpus_hash, label or f"tab:{stem.name}", digits, headers)
    tex.write_text(text, encoding="utf-8", newline="\n")
    return csv, tex


def read(path: str | Path) -> pd.DataFrame:
    """Read a CSV of `write` back, without its comment lines."""
    return pd.read_csv(path, skiprows=2, encoding="utf-8")


def latex(
    frame: pd.DataFrame, caption: str, corpus_hash: str, label: str = "", digits: int = 3,
    headers: dict | None = None,
) -> str:
    r"""
    Set a table in LaTeX with booktabs rules; numbers to the right, text to the left.

    Examples
    --------
    >>> table = pd.DataFrame({"term": ["R&D"], "low": [-0.5]})
    >>> print(latex(table, "Rates", "5b06c244a0bbe0ad", "tab:rates", digits=1))
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
    headers = headers or {}
    numeric = [pd.api.types.is_numeric_dtype(kind) and not pd.api.types.is_bool_dtype(kind)
               for kind in table.dtypes]
    heading = " & ".join(escape(str(headers.get(name, name))) for name in table.columns)
    rows = [" & ".join(cell(value, digits) for value in row) + r" \\"
            for row in table.itertuples(index=False, name=None)]
    shown = f"{escape(caption)} (corpus {escape(corpus_hash[:HASH_SHOWN])})"
    lines = [
        r"\begin{table}", r"\centering", rf"\caption{{{shown}}}",
        *([rf"\label{{{label}}}"] if label else []),
        rf"\begin{{tabular}}{{{''.join('r' if number else 'l' for number in numeric)}}}",
        r"\toprule", heading + r" \\", r"\midrule", *rows, r"\bottomrule",
        r"\end{tabular}", r"\end{table}",
    ]
    return "\n".join(lines) + "\n"


def cell(value, digits: int = 3) -> str:
    """
    Write one value: minus signs in math, a dash where nothing is known, text escaped.

    Examples
    --------
    >>> [cell(value, 2) for value in (-1.234, 5, None, float("inf"), "50%", True)]
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


def show(frame: pd.DataFrame, digits: int = 3, index: bool = False):
    """
    Set a table for a notebook: text to the left, numbers rounded, places of code points kept.

    Parameters
    ----------
    frame : DataFrame
    digits : int
        Decimals of numbers that are not whole.
    index : bool
        Whether the index says something.

    Returns
    -------
    IPython.display.HTML
        With the plain table as its text, for readers without a browser.

    Examples
    --------
    >>> "0.333" in show(pd.DataFrame({"share": [1 / 3]})).data
    True
    """
    from IPython.display import HTML

    def number(value: float) -> str:
        return f"{value:,.{digits}f}"

    html = frame.to_html(index=index, border=0, float_format=number, na_rep="–", justify="left")
    style = "<style scoped>td,th{text-align:left!important;white-space:pre-wrap}</style>"
    # JupyterLab drops style sheets from pages that it does not trust, and keeps this.
    html = html.replace("<td>", '<td style="text-align: left">')
    return HTML(f"<div>{style}{html}</div>")


def carrying(widget, html: str):
    """
    Let a widget carry a page, and give it back.

    A notebook that is saved has of a widget only a name; with the page, readers without a kernel
    see something (GitHub, nbconvert, the HTML edition).
    """
    bundle = widget._repr_mimebundle_
    widget._repr_mimebundle_ = lambda **_: {**bundle(), "text/html": html}
    return widget
