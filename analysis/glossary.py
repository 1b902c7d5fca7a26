"""Labels in Chinese, in English, or both, from one table with sources."""

from functools import cache

import pandas as pd

from analysis import paths

LANGUAGES = ("zh", "en", "both")


@cache
def _table() -> dict[str, tuple[str, str]]:
    frame = pd.read_csv(paths.LEXICONS / "glossary.csv", dtype=str, keep_default_na=False)
    return {row.key: (row.zh, row.en) for row in frame.itertuples()}


def label(key: str, lang: str = "both", sep: str = " ") -> str:
    """
    Name `key` for a reader of `lang`; a key without an entry is its own name.

    Parameters
    ----------
    key : str
        A column, a function, a level, a kind of damage, or a term.
    lang : {"zh", "en", "both"}
    sep : str
        What stands between the Chinese and the English name; a line break saves width.

    Examples
    --------
    >>> label("tasks", "zh"), label("tasks", "en"), label("tasks", "both")
    ('工作任务', 'tasks', '工作任务 tasks')
    >>> label("无此条")
    '无此条'
    """
    if lang not in LANGUAGES:
        raise ValueError(f"lang={lang!r}: choose one of {', '.join(LANGUAGES)}")
    zh, en = _table().get(key, (key, key))
    return {"zh": zh, "en": en}.get(lang) or (zh if zh == en else f"{zh}{sep}{en}")


def listed(terms, most: int = 8) -> str:
    """
    Name some terms in a sentence, the first of many.

    Examples
    --------
    >>> listed(["创新", "改革"]), listed([]), listed("abcd", 2)
    ('创新, 改革', 'none', 'a, b and 2 more')
    """
    terms = list(terms)
    rest = len(terms) - most
    named = ", ".join(terms[:most])
    return (f"{named} and {rest} more" if rest > 0 else named) or "none"
