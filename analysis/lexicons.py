"""Word lists, each row with its source: policy terms, places, stop words, and the user's own."""

import csv
import hashlib
import io
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pandas as pd

from analysis import paths, readers
from analysis.wordform import fold

# The lists that segmentation keeps whole unless told otherwise.
DEFAULT = ("policy_terms", "places", "place_names")

# What a place's short name leaves out: the kind of place, and the peoples of an autonomous one.
_PEOPLES = (
    "各族|满族|蒙古族?|回族|藏族|维吾尔族?|苗族|彝族|壮族|布依族|朝鲜族|侗族|瑶族|白族|土家族|哈尼族|哈萨克族?|傣族|黎族|傈僳族|佤族|"
    "畲族|拉祜族|水族|东乡族|纳西族|景颇族|柯尔克孜族?|土族|达斡尔族|仫佬族|羌族|布朗族|撒拉族|毛南族|仡佬族|锡伯族?|普米族|塔吉克族?|"
    "怒族|鄂温克族?|保安族|裕固族|独龙族|鄂伦春族?"
)
_AUTONOMOUS = re.compile(f"(?:{_PEOPLES})*(?:自治[区州县旗]|(?<=族)区)$")
_KIND = re.compile("(?:特别行政区|省|地区|新区|[市区县州盟旗])$")
# 土默特左旗 is not called 土默特左, 井陉矿区 not 井陉矿.
_NO_SHORT = re.compile("(?:[左右前后中]|联合)旗$|矿区$")

# A list without these cannot say what it holds or why.
REQUIRED = ("term", "source")


def load(name: str | Path) -> pd.DataFrame:
    """
    Read a word list and check every row.

    Parameters
    ----------
    name : str or Path
        One of the project's lists (`policy_terms`, `places`, `stopwords`) or the path of a
        CSV file, in UTF-8 or GB18030, with at least the columns `term` and `source`.

    Returns
    -------
    DataFrame of str
        `term`, `source`, `reason` and whatever else the file has, in the order of the file.

    Raises
    ------
    ValueError
        If rows are bad; the message has one sentence for each, with its line.
    FileNotFoundError
        If there is no such list.

    Examples
    --------
    >>> load("policy_terms").set_index("term").loc["供给侧结构性改革", "source"]
    '中央财经领导小组第十一次会议 2015'
    """
    path = paths.LEXICONS / f"{name}.csv"
    if "." in str(name) or not path.exists():
        path = Path(name)
    if not path.exists():
        known = ", ".join(sorted(p.stem for p in paths.LEXICONS.glob("*.csv")))
        raise FileNotFoundError(f"No word list {name}: give the path of a file, or one of {known}.")
    try:
        text = readers.decoded(path.read_bytes())[0].removeprefix("\ufeff")
    except readers.Unreadable as error:
        raise ValueError(f"{path.name} {error}; save it as CSV in UTF-8.") from error
    reader = csv.DictReader(io.StringIO(text, newline=""), restval="")
    rows = [(reader.line_num, row) for row in reader]
    faults = _faults(path.name, reader.fieldnames or [], rows)
    if faults:
        raise ValueError("\n".join(faults))
    return pd.DataFrame([row for _, row in rows], columns=reader.fieldnames)


def _faults(name: str, columns: list[str], rows: list[tuple[int, dict]]) -> list[str]:
    """One sentence for each thing wrong with a word list."""
    missing = [column for column in REQUIRED if column not in columns]
    if missing:
        return [f"{name}, line 1: no column {', '.join(missing)}; the header must name it."]
    faults, first = [], {}
    for line, row in rows:
        term = row["term"]
        if None in row:
            faults.append(f"{name}, line {line}: more cells than columns; quote cells with commas.")
        if not term or term.split() != [term]:
            faults.append(f"{name}, line {line}: {term!r} is empty or has white space; remove it.")
        elif not row["source"].strip():
            faults.append(f"{name}, line {line}: {term} has no source; say where it comes from.")
        if term in first:
            faults.append(f"{name}, line {line}: {term} stands on line {first[term]} already.")
        first.setdefault(term, line)
    return faults


def terms(lexicon: str | Path | pd.DataFrame | Iterable[str] | None = "default") -> tuple[str, ...]:
    """
    List the terms that a `lexicon` argument stands for, sorted, each once.

    Parameters
    ----------
    lexicon
        `"default"` (the lists in `DEFAULT`), another name or path as in `load`, a table with
        a column `term`, terms, or None for no lexicon at all.

    Examples
    --------
    >>> terms(["双碳", "三农", "双碳"])
    ('三农', '双碳')
    >>> terms(None)
    ()
    """
    if lexicon is None:
        return ()
    if isinstance(lexicon, str) and lexicon == "default":
        return _default()
    if isinstance(lexicon, str | Path):
        lexicon = load(lexicon)
    if isinstance(lexicon, pd.DataFrame):
        lexicon = lexicon["term"]
    return tuple(sorted({*map(fold, lexicon)}))


@cache
def _default() -> tuple[str, ...]:
    listed = {term for name in DEFAULT for term in load(name)["term"]}
    # Two characters are too few to be sure of a word: those of counties stand in `place_names`,
    # where it was looked up how often each would cut another word.
    short = {short_name(term) for term in load("places")["term"]}
    return tuple(sorted(listed | {term for term in short if len(term) > 2}))


def short_name(place: str) -> str:
    """
    Give the name of a place without its kind, as reports mostly write it; "" where there is none.

    Examples
    --------
    >>> [short_name(name) for name in ("万柏林区", "恩施土家族苗族自治州", "长风商务区", "代县")]
    ['万柏林', '恩施', '长风商务', '']
    """
    if _NO_SHORT.search(place):
        return ""
    short = _AUTONOMOUS.sub("", place)
    short = _KIND.sub("", place) if short == place else short
    return short if short != place and len(short) > 1 else ""


def stopwords(*classes: str) -> frozenset[str]:
    """
    Give the stop words of some classes: `function` (the default) and `formula`.

    Examples
    --------
    >>> "的" in stopwords(), "推进" in stopwords(), "推进" in stopwords("function", "formula")
    (True, False, True)
    """
    table = load("stopwords")
    return frozenset(table.loc[table["class"].isin(classes or ("function",)), "term"])


def digest(lexicon_terms: Iterable[str]) -> str:
    """
    Name a set of terms by its content, for provenance and caches.

    Examples
    --------
    >>> digest(["三农", "双碳"]) == digest(("双碳", "三农")), digest([])
    (True, 'none')
    """
    listed = sorted(set(lexicon_terms))
    return hashlib.sha256("\n".join(listed).encode()).hexdigest()[:12] if listed else "none"
