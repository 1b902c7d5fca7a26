"""What lets a notebook go on where a corpus cannot support a section: a sentence in its place."""

from collections.abc import Callable

import pandas as pd

from analysis import figures

# A figure about few things stays low, one about many grows, up to the height of a page.
ROW_INCHES, FRAME_INCHES, PAGE_INCHES = 0.21, 0.9, 8.6


def draw(
    drawing: Callable, table: pd.DataFrame, slug: str, caption: str, why: str = "",
    width: float = figures.PAGE, height: float | None = None, csv: pd.DataFrame | None = None,
    **options,
):  # fmt: skip
    """
    Draw a table on new axes and save it; an empty table gives the sentence `why` instead.

    Parameters
    ----------
    drawing : callable
        From `plot`; takes the table and `ax` (or `fig`, where it draws several).
    slug, caption
        As in `figures.save`.
    why : str
        Why there is nothing to draw.
    height : float, optional
        Inches; by default a line of text for each row.
    csv : DataFrame, optional
        What is written beside the figure, if not the table with its index.
    """
    if table.empty:
        return note(why)
    from inspect import signature

    height = height or min(FRAME_INCHES + ROW_INCHES * len(table), PAGE_INCHES)
    fig = figures.pyplot.figure(figsize=(width, height))
    whole = "fig" in signature(drawing).parameters
    drawing(table, **({"fig": fig} if whole else {"ax": fig.add_subplot()}), **options)
    if csv is None:
        csv = table.reset_index() if table.index.names != [None] else table
    return figures.save(fig, slug, csv, caption)


def note(text: str):
    """Set one sentence in place of a table or figure."""
    from analysis import tables

    return tables.note(text)


def show(table: pd.DataFrame, why: str = "Nothing to show.", **options):
    """Set a table (`tables.show`), or the sentence `why` if it is empty."""
    from analysis import tables

    return tables.show(table, why=why, **options)
