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
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd
from matplotlib import font_manager, pyplot
from matplotlib.figure import Figure
from matplotlib.text import Text

from analysis import paths

# Widths of one and of two columns in most journals, in inches (89 mm and 183 mm).
COLUMN, PAGE = 89 / 25.4, 183 / 25.4

# Okabe & Ito (2008): told apart by readers with colour blindness. Ordered so that neighbours differ
# in lightness too; markers carry the same distinction in greyscale.
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#000000", "#F0E442")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
# One colour where only one is needed, and the grey of what is context or not to be interpreted.
INK, GREY = "#0072B2", "#9A9A9A"

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


def style() -> None:
    """Set matplotlib to the look of these figures, with the font loaded by path."""
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
        }
    )  # fmt: skip


@cache
def _charset(path: Path) -> frozenset[str]:
    from fontTools.ttLib import TTFont

    with TTFont(path, lazy=True) as font:
        return frozenset(map(chr, font.getBestCmap()))


def texts(fig: Figure) -> list[str]:
    """Every visible, non-empty string of a figure, in drawing order."""
    with warnings.catch_warnings():
        # A missing glyph is reported by `save` as an error with its name.
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        fig.draw_without_rendering()
    shown = (t.get_text() for t in fig.findobj(Text) if t.get_visible())
    return [text for text in shown if text.strip()]


def missing_glyphs(fig: Figure) -> list[str]:
    """Characters in the figure's texts that the font cannot draw, sorted."""
    return sorted(set("".join(texts(fig))) - _charset(font_path()) - {"\n"})


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
    path.write_text(_embed_font(svg, "".join(texts(fig))), encoding="utf-8", newline="\n")


def write_csv(table: pd.DataFrame, path: Path) -> Path:
    """Write a table as UTF-8 CSV with full precision to ten digits and `\\n` line ends."""
    path.parent.mkdir(parents=True, exist_ok=True)
    table.to_csv(path, index=False, encoding="utf-8", float_format="%.10g", lineterminator="\n")
    return path


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


@dataclass(frozen=True)
class Saved:
    """A saved figure as a notebook shows it: the picture, with its caption as alternative text."""

    slug: str
    caption: str
    png: bytes

    def _repr_mimebundle_(self, **_: object) -> tuple[dict, dict]:
        bundle = {"image/png": self.png, "text/plain": f"figures/{self.slug}: {self.caption}"}
        return bundle, {"image/png": {"alt": self.caption}}


def _png(fig: Figure, dpi: int) -> bytes:
    with io.BytesIO() as buffer:
        fig.savefig(buffer, format="png", dpi=dpi, metadata={"Software": None})
        return buffer.getvalue()


def save(
    fig: Figure, slug: str, table: pd.DataFrame, caption: str, folder: Path | None = None
) -> Saved:
    """
    Write `slug.pdf`, `.svg`, `.png` and the `.csv` of what was drawn; show it with its caption.

    Parameters
    ----------
    fig : Figure
        Closed afterwards, so that a notebook shows it once.
    slug : str
        `NN_name`: the notebook's number and a name in lower case.
    table : DataFrame
        The rows that were drawn; written without its index.
    caption : str
        One or two sentences: what is drawn, n, intervals, method. Also the alternative text.
    folder : Path, optional
        `paths.FIGURES` unless given.

    Raises
    ------
    ValueError
        If the slug does not look like `02_rates`, or the font lacks a character of the figure.
    """
    if not re.fullmatch(r"\d\d_[a-z0-9_]+", slug):
        raise ValueError(f"figure name {slug!r}: write two digits, then a-z 0-9 _, as in 02_rates")
    if lost := missing_glyphs(fig):
        names = ", ".join(f"{char} (U+{ord(char):04X})" for char in lost)
        raise ValueError(f"figure {slug}: the font {font_path().name} cannot draw {names}")
    _settle(fig)
    folder = Path(folder or paths.FIGURES)
    folder.mkdir(parents=True, exist_ok=True)
    fig.savefig(folder / f"{slug}.pdf", metadata={"CreationDate": None, "Creator": None})
    _write_svg(fig, folder / f"{slug}.svg")
    (folder / f"{slug}.png").write_bytes(_png(fig, 300))
    write_csv(table, folder / f"{slug}.csv")
    shown = Saved(slug, caption, _png(fig, 110))
    pyplot.close(fig)
    return shown
