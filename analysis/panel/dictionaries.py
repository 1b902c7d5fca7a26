"""
Word lists for a panel: several lists at once, matched as written, the longest first.

A dictionary is a table of terms and the list that each belongs to. Terms of one dictionary do not
count inside each other (印度 is no hit in 印度尼西亚); different dictionaries do not disturb each other.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from analysis import lexicons, readers, wordform

# Dictionaries that ship with the package; `analysis/resources/lexicons/SOURCES.md` has their sources.
SHIPPED = ("domains", "instruments", "strictness")
# What the column with the name of a term's list may be called.
_LIST_COLUMNS = ("list", "domain", "category", "class")
# Half of a character, as a torn file may hold it: no UTF-8, so that the matcher cannot take it.
_HALF = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class Dictionary:
    """Terms, each with the names of the lists it counts for, in the order in which they were given."""

    name: str
    terms: dict[str, tuple[str, ...]]

    @cached_property
    def lists(self) -> list[str]:
        """Names of the lists, in the order of their first term."""
        return list(dict.fromkeys(name for names in self.terms.values() for name in names))

    @cached_property
    def members(self) -> list[np.ndarray]:
        """Positions in `lists` of the lists of each term."""
        place = {name: k for k, name in enumerate(self.lists)}
        return [np.array([place[name] for name in names]) for names in self.terms.values()]

    @cached_property
    def several(self) -> np.ndarray:
        """How many lists each term counts for."""
        return np.array([len(names) for names in self.terms.values()])

    @cached_property
    def _longest(self):
        return _automaton(map(wordform.fold, self.terms), "LeftmostLongest")

    @cached_property
    def _in_order(self) -> dict:
        return {name: _automaton(self.of(name), "LeftmostFirst") for name in self.lists}

    def of(self, name: str) -> list[str]:
        """Terms of one list, in their order."""
        return [term for term, names in self.terms.items() if name in names]

    def find(self, text: str) -> np.ndarray:
        """
        Find the terms from left to right, the longest at each place, none inside another.

        In the one form of text and terms (`wordform.fold`), so that ＧＤＰ is GDP.

        Parameters
        ----------
        text : str
            Folded, without half characters (`whole`).

        Returns
        -------
        array of int, shape (n, 3)
            Position of the term in `terms`, start, end (characters of the text).

        Examples
        --------
        >>> Dictionary("d", {"印度": ("a",), "印度尼西亚": ("b",)}).find("印度和印度尼西亚").tolist()
        [[0, 0, 2], [1, 3, 8]]
        """
        found = self._longest.find_matches_as_indexes(text)
        return np.array(found, np.int64).reshape(-1, 3)

    def find_as_alternatives(self, text: str, name: str) -> np.ndarray:
        """
        Find the terms of one list as `str.count("|".join(terms))` of pandas does.

        From left to right, at each place the first of the list that fits, however long it is.

        >>> words = Dictionary("d", {"改革": ("a",), "改革开放": ("a",)})
        >>> words.find_as_alternatives("改革开放", "a").tolist()
        [[0, 0, 2]]
        """
        found = self._in_order[name].find_matches_as_indexes(text)
        return np.array(found, np.int64).reshape(-1, 3)

    def __getstate__(self) -> dict:
        # Automata are made again where they are needed: they do not travel between processes.
        return {"name": self.name, "terms": self.terms}


def whole(text: str) -> str:
    """Put U+FFFD where a torn file has half of a character: offsets stay."""
    return _HALF.sub("\ufffd", text)


def _automaton(terms: Iterable[str], kind: str):
    import ahocorasick_rs

    return ahocorasick_rs.AhoCorasick(list(terms), matchkind=getattr(ahocorasick_rs.MatchKind, kind))


def read(given) -> list[Dictionary]:
    """
    Read what a user calls a word list.

    Parameters
    ----------
    given : None, str, Path, DataFrame, mapping, or a list of these
        A name of `SHIPPED`; the path of a CSV with `term` and, for several lists in one file,
        `list` (or `domain`, `category`); the path of a text file with a term a line; a table with these columns;
        a mapping from names of lists to terms; any other string is a term, and a measure of its own.

    Returns
    -------
    list of Dictionary

    Raises
    ------
    ValueError
        If a file has no column `term`, a list is empty, or two measures have one name.

    Examples
    --------
    >>> [d.lists for d in read(["改革", {"digital": ["数字经济", "大数据"]}])]
    [['改革'], ['digital']]
    """
    if given is None:
        return []
    several = given if isinstance(given, list | tuple | set | frozenset) else [given]
    found = [_read_one(each) for each in several]
    _check_names(found)
    return found


def _check_names(found: list[Dictionary]) -> None:
    seen: dict[str, str] = {}
    for dictionary in found:
        if not dictionary.terms:
            raise ValueError(f"{dictionary.name}: no term in this list; give at least one")
        for name in dictionary.lists:
            if name in seen:
                raise ValueError(
                    f"the list {name!r} comes twice, from {seen[name]} and {dictionary.name}; rename one of them"
                )
            seen[name] = dictionary.name


def _read_one(given) -> Dictionary:
    if isinstance(given, Dictionary):
        return given
    if isinstance(given, pd.DataFrame):
        return _from_rows(str(given.attrs.get("name", "lists")), given.to_dict("records"), list(given.columns))
    if isinstance(given, Mapping):
        rows = [
            {"term": term, "list": str(name)}
            for name, terms in given.items()
            for term in ([terms] if isinstance(terms, str) else terms)
        ]
        return _from_rows("lists", rows, ["term", "list"])
    if str(given) in SHIPPED:
        table = lexicons.load(str(given))
        return _from_rows(str(given), table.to_dict("records"), list(table.columns))
    path = Path(given)
    if isinstance(given, Path) or path.suffix.lower() in (".csv", ".txt", ".tsv"):
        return _from_file(path)
    term = str(given).strip()
    return Dictionary(term, {term: (term,)} if term else {})


def _from_file(path: Path) -> Dictionary:
    """A CSV with a header that has `term`, or a term a line; # begins a remark."""
    try:
        text = readers.decoded(path.read_bytes())[0].removeprefix("\ufeff")
    except readers.Unreadable as error:
        raise ValueError(f"{path.name} {error}; save it as CSV in UTF-8") from error
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    delimiter = max(",;\t", key=lines[0].count) if lines else ","
    header = [cell.strip().lower() for cell in next(csv.reader(lines[:1], delimiter=delimiter), [])]
    if "term" in header:
        reader = csv.DictReader(io.StringIO("\n".join(lines[1:])), fieldnames=header, delimiter=delimiter, restval="")
        return _from_rows(path.stem, list(reader), header)
    if len(header) > 1:
        raise ValueError(f"{path.name}: no column `term` among {', '.join(header)}; name the column of the words term")
    return _from_rows(path.stem, [{"term": line} for line in lines], ["term"])


def _from_rows(name: str, rows: list[dict], columns: list[str]) -> Dictionary:
    if "term" not in columns:
        raise ValueError(f"{name}: no column `term` among {', '.join(map(str, columns))}")
    column = next((c for c in _LIST_COLUMNS if c in columns), None)
    terms: dict[str, tuple[str, ...]] = {}
    for row in rows:
        term, label = str(row["term"]).strip(), str(row[column]).strip() if column else name
        if not term:
            continue
        if not label:
            raise ValueError(f"{name}: {term} has no {column}; say which list it belongs to")
        if label not in terms.get(term, ()):
            terms[term] = (*terms.get(term, ()), label)
    return Dictionary(name, terms)
