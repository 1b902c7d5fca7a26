"""
Style, font and saving of figures: `NN_slug.{pdf,svg,png,csv}`, the same bytes every time.

Text stays text: the PDF carries the glyphs as an embedded, searchable font; the SVG carries a
subset of the same font. A character that the font lacks is an error that names it, never a box.
"""

import base64
import io
import os
import re
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from inspect import signature
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib import font_manager, pyplot
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text

from analysis import paths, storage
from analysis.glossary import SWITCH, label, named, report_names
from analysis.glossary import language as language  # the switch, for notebooks
from analysis.tables import prose

# Widths of one and of two columns in most journals, in inches (89 mm and 183 mm).
COLUMN, PAGE = 89 / 25.4, 183 / 25.4

# Okabe & Ito (2008): told apart by readers with colour blindness. Ordered so that neighbours differ
# in lightness too; markers carry the same distinction in greyscale.
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#000000", "#F0E442")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
# One colour where only one is needed, and the grey of what is context or not to be interpreted.
INK, GREY = "#0072B2", "#9A9A9A"
# The two sides of every comparison of two dates.
BEFORE, AFTER = "#6B6B6B", INK
# No text of a figure is smaller, in points at print width (journals ask for 5 to 7).
LEAST_SIZE = 5.5
# Files of a saved figure.
KINDS = ("pdf", "svg", "png", "csv")
# Dots per inch of a picture inside a notebook, and the dots per inch at which it is shown there.
NOTEBOOK_DPI, SHOWN_DPI = 220, 110
# A figure about few things stays low, one about many grows, up to the height of a page.
_ROW_INCHES, _FRAME_INCHES, _PAGE_INCHES = 0.19, 0.8, 8.6

# Times stamped by libraries into files would differ between runs; this is 1 January 2026.
os.environ.setdefault("SOURCE_DATE_EPOCH", "1767225600")


def font_path() -> Path:
    """Path of the figures' font: the one that ships, or the one named by FONT."""
    path = Path(os.environ.get("FONT", paths.FONT))
    if not path.is_file():
        raise FileNotFoundError(
            f"no font at {path}: restore analysis/resources/fonts or set FONT to a Chinese .otf or .ttf"
        )
    return path


def style(lang: str | None = None) -> None:
    """
    Set matplotlib to the look of these figures, with the font loaded by path.

    Parameters
    ----------
    lang : {"zh", "en", "both"}, optional
        Language of every figure and table from here on; "both" gives terms in Chinese and English and
        everything else in English. As it was, and "both" at first, unless given.

    Examples
    --------
    >>> style()
    >>> pyplot.rcParams["pdf.fonttype"]
    42
    """
    if lang:
        label("", lang)
        os.environ[SWITCH] = lang
    font_manager.fontManager.addfont(str(font_path()))
    name = font_manager.FontProperties(fname=str(font_path())).get_name()
    pyplot.rcdefaults()
    pyplot.rcParams.update(
        {
            "font.family": name, "mathtext.fontset": "custom", "mathtext.rm": name,
            "font.size": 7, "axes.titlesize": 8, "axes.labelsize": 7,
            "xtick.labelsize": 6.5, "ytick.labelsize": 6.5, "legend.fontsize": 6.5,
            "axes.spines.top": False, "axes.spines.right": False, "axes.titlelocation": "left",
            "axes.linewidth": 0.6, "xtick.major.width": 0.6, "ytick.major.width": 0.6,
            "lines.linewidth": 1.0, "lines.markersize": 4, "legend.frameon": False,
            "axes.prop_cycle": pyplot.cycler(color=COLOURS),
            "figure.figsize": (PAGE, 3.2), "figure.dpi": 150, "figure.constrained_layout.use": True,
            # Type 42 keeps Chinese runs whole and searchable; type 3 splits them.
            "pdf.fonttype": 42, "ps.fonttype": 42, "svg.fonttype": "none",
            "svg.hashsalt": "chinese-reports", "savefig.dpi": 300,
            # Hinting moves letters to whole pixels and swallows spaces and points.
            "text.hinting": "no_hinting",
        }
    )  # fmt: skip


def palette(groups: Iterable[str]) -> dict[str, tuple[str, str]]:
    """
    Give colour and marker of each group: a report of the catalogue has the same in every figure.

    The first report of the catalogue is grey and the last blue, as the two sides of a comparison are.

    Parameters
    ----------
    groups : iterable of str
        Ids of reports, which the result has in the order of the catalogue, or other names.

    Returns
    -------
    dict of name to (colour, marker)

    Examples
    --------
    >>> palette(["a", "b"])
    {'a': ('#6B6B6B', 's'), 'b': ('#0072B2', 'o')}
    """
    groups, known = list(dict.fromkeys(groups)), list(report_names())
    if set(groups) <= set(known):
        groups, names = sorted(groups, key=known.index), known
    else:
        names = groups
    return {group: _look(names.index(group), len(names)) for group in groups}


def _look(at: int, of: int) -> tuple[str, str]:
    if at == 0 and of > 1:
        return BEFORE, "s"
    if at == of - 1:
        return AFTER, "o"
    middle, marks = COLOURS[1:4] + COLOURS[5:6] + COLOURS[4:5] + COLOURS[6:], MARKERS[2:]
    # Beyond seven groups colours come again, with other marks.
    return middle[(at - 1) % len(middle)], marks[(at - 1 + (at - 1) // len(middle)) % len(marks)]


@cache
def _charset(path: Path) -> frozenset[str]:
    from fontTools.ttLib import TTFont

    with TTFont(path, lazy=True) as font:
        return frozenset(map(chr, font.getBestCmap()))


def _texts(fig: Figure) -> list[str]:
    """Every visible, non-empty string of a figure, in drawing order."""
    with warnings.catch_warnings():
        # A missing glyph is reported by `save` as an error with its name.
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        fig.draw_without_rendering()
    shown = (t.get_text() for t in fig.findobj(Text) if t.get_visible())
    return [text for text in shown if text.strip()]


def codes(text: str) -> dict[int, str]:
    """
    Characters of a text that the font cannot draw, with their codes to be written in their place.

    >>> codes("太原\\U0002a6d6")
    {173782: '〔U+2A6D6〕'}
    """
    lost = {char for char in set(text) - _charset(font_path()) if ord(char) > 127}
    return {ord(char): f"〔U+{ord(char):04X}〕" for char in sorted(lost)}


def _name_glyphs(fig: Figure) -> list[str]:
    """Write characters that the font cannot draw, as in some names of places, by their codes; note which."""
    lost = codes("".join(_texts(fig)))
    for axis in (axis for ax in fig.axes for axis in (ax.xaxis, ax.yaxis)):
        labels = [label.get_text() for label in axis.get_ticklabels()]
        if lost.keys() & set(map(ord, "".join(labels))):
            limits = axis.get_view_interval().tolist()
            axis.set_ticks(axis.get_ticklocs(), labels=[label.translate(lost) for label in labels])
            axis.set_view_interval(*limits, ignore=True)
    for text in fig.findobj(Text):
        if lost:
            text.set_text(text.get_text().translate(lost))
    if not lost:
        return []
    named = "、".join(map(chr, lost))
    return [f"{named}: written by code, as the font {font_path().name} has no picture of "
            f"{'it' if len(lost) == 1 else 'them'}."]  # fmt: skip


def _embed_font(svg: str, characters: str) -> str:
    """Put a subset of the font into an SVG, so that it looks right and can be searched anywhere."""
    from fontTools import subset

    options = subset.Options(layout_features=[], hinting=False, recalc_timestamp=False)
    font = subset.load_font(str(font_path()), options)
    cutter = subset.Subsetter(options)
    cutter.populate(text=characters)
    cutter.subset(font)
    with io.BytesIO() as buffer:
        subset.save_font(font, buffer, options)
        data = base64.b64encode(buffer.getvalue()).decode()
    name = font_manager.FontProperties(fname=str(font_path())).get_name()
    face = f"@font-face{{font-family:'{name}';src:url(data:font/ttf;base64,{data})}}"
    return re.sub(r"(<style[^>]*>)", lambda m: m[1] + face, svg, count=1)


def _write_svg(fig: Figure, path: Path) -> None:
    with io.StringIO() as buffer:
        fig.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
        svg = buffer.getvalue()
    storage.write(path, _embed_font(svg, "".join(_texts(fig))))


def write_csv(table: pd.DataFrame, path: Path) -> Path:
    """Write a table as UTF-8 CSV with full precision to ten digits and `\\n` line ends."""
    return storage.write(path, storage.csv(table, mark=True))


def _settle(fig: Figure) -> None:
    """
    Lay the figure out once and round the places of its axes.

    The layout's solver differs in the last bits from run to run, and SVG names its clip paths
    after these bits.
    """
    fig.draw_without_rendering()
    fig.set_layout_engine("none")
    for ax in fig.axes:
        ax.set_position([round(edge, 6) for edge in ax.get_position().bounds])


def draw(
    drawing: str | Callable, table: pd.DataFrame, *, width: float = PAGE, height: float | None = None, why: str = "",
    **options,
) -> Axes | np.ndarray:  # fmt: skip
    """
    Draw a table on new axes and return them, to be changed and saved.

    Parameters
    ----------
    drawing : str or callable
        A drawing of `plot` by its name ("placebo"), or any function that takes the table and `ax`, or `fig`
        where it draws several panels.
    table : DataFrame
        What is drawn. An empty one draws nothing, and `save` says `why` in place of the figure.
    width, height : float, optional
        Inches; `PAGE` and a line of text for each row unless given.
    why : str
        Why there may be nothing to draw; `table.attrs["why"]` unless given.
    **options
        Passed to `drawing`.

    Returns
    -------
    Axes, or array of Axes
        What was drawn on; `ax.figure` is the figure.

    Examples
    --------
    >>> ax = draw(lambda table, ax: ax.plot(table["x"], table["y"]), pd.DataFrame({"x": [1], "y": [2]}))
    >>> len(ax.lines)
    1
    """
    if isinstance(drawing, str):
        from analysis import plot

        drawing = getattr(plot, drawing)
    height = height or min(_FRAME_INCHES + _ROW_INCHES * len(table), _PAGE_INCHES)
    fig = pyplot.figure(figsize=(width, height))
    if table.empty:
        fig.set_label(why or table.attrs.get("why") or "There is nothing to draw.")
        return fig.add_subplot()
    if "fig" in signature(drawing).parameters:
        drawing(table, fig=fig, **options)
        return np.array(fig.axes)
    ax = fig.add_subplot()
    drawing(table, ax=ax, **options)
    return ax


@dataclass(frozen=True)
class _Saved:
    """A saved figure as a notebook shows it: the picture with its caption, and the files below it."""

    slug: str
    caption: str
    png: bytes
    width: int
    height: int
    folder: Path = paths.FIGURES

    def _repr_mimebundle_(self, **_: object) -> tuple[dict, dict]:
        bundle = {"image/png": self.png, "text/plain": f"figures/{self.slug}: {self.caption}"}
        return bundle, {"image/png": {"alt": self.caption, "width": self.width, "height": self.height}}

    def _ipython_display_(self) -> None:
        from IPython.display import display

        bundle, metadata = self._repr_mimebundle_()
        display(bundle, metadata=metadata, raw=True)
        folder = "scratch" if self.folder.name == "scratch" else "figures"
        links = ", ".join(f"[{kind.upper()}](../{folder}/{self.slug}.{kind})" for kind in KINDS)
        text = f"{prose(self.caption)} {links}"
        display({"text/markdown": text, "text/plain": self.caption}, metadata={"caption": self.slug}, raw=True)


def _png(fig: Figure, dpi: int, colours: int = 0) -> bytes:
    """Render a figure; few colours make a small file, and 128 are more than any figure here has in flat areas."""
    with io.BytesIO() as buffer:
        fig.savefig(buffer, format="png", dpi=dpi, metadata={"Software": None})
        if not colours:
            return buffer.getvalue()
        from PIL import Image

        picture = Image.open(buffer).convert("RGB")
        picture = picture.quantize(colours, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    with io.BytesIO() as buffer:
        picture.save(buffer, format="png", optimize=True)
        return buffer.getvalue()


def save(
    fig: Figure | Axes | np.ndarray, slug: str, table: pd.DataFrame, caption: str, folder: Path | None = None,
    corpus=None,
):  # fmt: skip
    """
    Write `slug.pdf`, `.svg`, `.png` and the `.csv` of what was drawn; show it with its caption.

    Parameters
    ----------
    fig : Figure, Axes or array of Axes
        What `draw` returns. Closed afterwards, so that a notebook shows it once.
    slug : str
        `NN_name`: the notebook's number and a name in lower case.
    table : DataFrame
        The rows that were drawn; a named index is written too, one of bare numbers is not.
    caption : str
        One or two sentences: what is drawn, n, intervals, method. Also the alternative text. What
        `table.attrs["notes"]` has is added.
    folder : Path, optional
        `paths.FIGURES` unless given: a live kernel's is a scratch folder.
    corpus : Corpus, optional
        What was counted; its hash ends the caption.

    Returns
    -------
    Saved, or Markdown
        The picture; or the reason where `draw` had nothing to draw, and nothing is written.

    Raises
    ------
    ValueError
        If the slug does not look like `02_rates`.
    """
    fig = fig if isinstance(fig, Figure) else np.ravel(fig)[0].figure
    if not re.fullmatch(r"\d\d_[a-z0-9_]+", slug):
        raise ValueError(f"figure name {slug!r}: write two digits, then a-z 0-9 _, as in 02_rates")
    if fig.get_label():
        from IPython.display import Markdown

        pyplot.close(fig)
        return Markdown(f"*{prose(fig.get_label())}*")
    notes = [*table.attrs.get("notes", []), *_name_glyphs(fig)]
    _settle(fig)
    folder = Path(folder or paths.FIGURES)
    with storage.writing(folder / f"{slug}.pdf") as file:
        fig.savefig(file, format="pdf", metadata={"CreationDate": None, "Creator": None})
    _write_svg(fig, folder / f"{slug}.svg")
    storage.write(folder / f"{slug}.png", _png(fig, 300, 256))
    write_csv(table.reset_index() if table.index.names != [None] else table, folder / f"{slug}.csv")
    caption = " ".join([*map(named, [caption, *notes]), *([f"Corpus {corpus.hash}."] if corpus else [])])
    width, height = (round(inches * SHOWN_DPI) for inches in fig.get_size_inches())
    shown = _Saved(slug, caption, _png(fig, NOTEBOOK_DPI, 128), width, height, folder)
    pyplot.close(fig)
    return shown
