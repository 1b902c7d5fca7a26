"""Names in Chinese, in English, or both, from tables with sources: one switch for all figures and tables."""

import os
from functools import cache

import pandas as pd

from analysis import paths

LANGUAGES = ("zh", "en", "both")
# The switch, in the environment: `figures.style("zh")` sets it, and a whole run takes it from outside.
SWITCH = "FIGURES_LANGUAGE"


@cache
def _table() -> dict[str, tuple[str, str]]:
    frames = [pd.read_csv(paths.LEXICONS / "glossary.csv", dtype=str, keep_default_na=False)]
    indicators = pd.read_csv(paths.LEXICONS / "indicators.csv", dtype=str, keep_default_na=False)
    frames.append(indicators.rename(columns={"indicator": "key"}).assign(zh=indicators["indicator"]))
    rows = pd.concat(frames).drop_duplicates("key")
    return {row.key: (row.zh, row.en) for row in rows.itertuples()}


@cache
def report_names(catalogue=paths.CATALOGUE) -> dict[str, tuple[str, str]]:
    """
    Short names of the reports of a catalogue, by id in its order.

    Returns
    -------
    dict of id to (str, str)
        The Chinese and the English short name; the id where the catalogue gives none.
    """
    try:
        rows = pd.read_csv(catalogue, dtype=str, keep_default_na=False)
    except (OSError, ValueError):
        return {}
    if "id" not in rows:
        return {}
    rows = rows.reindex(columns=["id", "short", "short_en"], fill_value="")
    return {row.id: (row.short or row.id, row.short_en or row.short or row.id) for row in rows.itertuples()}


def language() -> str:
    """Language that figures and tables are in: "zh", "en", or "both" (terms in Chinese and English)."""
    return os.environ.get(SWITCH) or "both"


def label(key: str, lang: str | None = None, sep: str = " ") -> str:
    """
    Name `key` for a reader of `lang`; a key without an entry is its own name.

    Parameters
    ----------
    key : str
        A column, a function, a level, a kind of damage, the id of a report, or a term.
    lang : {"zh", "en", "both"}, optional
        That of the switch (`language`) unless given.
    sep : str
        What stands between the Chinese and the English name; a line break saves width.

    Raises
    ------
    ValueError
        If `lang` is none of the three.

    Examples
    --------
    >>> label("tasks", "zh"), label("tasks", "en"), label("tasks", "both")
    ('工作任务', 'tasks', '工作任务 tasks')
    >>> label("无此条")
    '无此条'
    """
    lang = lang or language()
    if lang not in LANGUAGES:
        raise ValueError(f"lang={lang!r}: choose one of {', '.join(LANGUAGES)}")
    if key in report_names():
        return report_names()[key][lang != "zh"]
    zh, en = _table().get(key, (key, key))
    if lang != "both":
        return zh if lang == "zh" else en
    return zh if zh == en else f"{zh}{sep}{en}"


def heading(key: str, lang: str | None = None, sep: str = " ") -> str:
    """
    Name an axis, a column or a legend: as `label`, but in one language only ("both" means English).

    Only terms are worth their room in two languages; words around them are not.

    Examples
    --------
    >>> heading("tasks", "both"), heading("tasks", "zh")
    ('tasks', '工作任务')
    """
    lang = lang or language()
    return label(key, "en" if lang == "both" else lang, sep)


def named(text: str, lang: str | None = None) -> str:
    """Write a sentence with the short names of the reports that it gives by id, and a full stop."""
    for report in report_names():
        text = text.replace(report, label(report, lang))
    return text if text.endswith((".", "。", ":")) else f"{text}."
