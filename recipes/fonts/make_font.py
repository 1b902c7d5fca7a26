"""
Make NotoSansSC-subset.ttf: Noto Sans SC cut down to what Chinese reports can contain.

    pip download --no-deps pylopdf-fonts-zh-cn==0.1.1     # ships the upstream OTF, SIL OFL 1.1
    unzip pylopdf_fonts_zh_cn-0.1.1-py3-none-any.whl
    python recipes/fonts/make_font.py pylopdf_fonts_zh_cn/NotoSansSC-Regular.otf

All of GBK (so traditional and rare characters of damaged texts are drawn, not boxed), Latin with
the tone marks of pinyin, and the signs that figures use. The outlines become quadratic (TrueType):
PDF readers complain about PostScript outlines embedded as Type 42. Running it again gives the
same bytes.
"""

import sys
from pathlib import Path

from fontTools import subset
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont, newTable

OUT = Path(__file__).with_name("NotoSansSC-subset.ttf")
# Largest distance between the cubic and the quadratic outline, in units of 1/1000 em.
MAX_ERROR = 1.0
# Latin-1, Latin Extended-A/B and IPA (pinyin letters, also ɡ), combining tone marks, general
# punctuation, superscripts, currency, letter-like, number forms, arrows, mathematics, box drawing
# and geometric signs, CJK punctuation, enclosed and full-width forms.
BLOCKS = [
    (0x20, 0x7E), (0xA0, 0x2AF), (0x300, 0x30F), (0x370, 0x3FF), (0x2000, 0x20CF),
    (0x2100, 0x22FF), (0x2460, 0x25FF), (0x2600, 0x266F), (0x3000, 0x303F), (0x3200, 0x33FF),
    (0xFE30, 0xFE4F), (0xFF00, 0xFFEF), (0xFFFD, 0xFFFD),
]  # fmt: skip


def gbk() -> set[int]:
    """Every code point that GBK can write."""
    pairs = (bytes([hi, lo]) for hi in range(0x81, 0xFF) for lo in range(0x40, 0xFF))
    return {ord(char) for pair in pairs for char in pair.decode("gbk", errors="ignore")}


def quadratic(font: TTFont) -> None:
    """Replace the PostScript outlines of `font` by TrueType outlines, in place."""
    glyphs, order = font.getGlyphSet(), font.getGlyphOrder()
    glyf = newTable("glyf")
    glyf.glyphOrder, glyf.glyphs = order, {}
    for name in order:
        pen = TTGlyphPen(glyphs)
        glyphs[name].draw(Cu2QuPen(pen, MAX_ERROR, reverse_direction=True))
        glyf.glyphs[name] = pen.glyph()
    font["loca"], font["glyf"] = newTable("loca"), glyf
    for name in order:
        glyf.glyphs[name].recalcBounds(glyf)
        advance, _ = font["hmtx"][name]
        font["hmtx"][name] = (advance, getattr(glyf.glyphs[name], "xMin", 0))
    maxp = font["maxp"]
    maxp.tableVersion = 0x00010000
    for field in ("maxZones", "maxTwilightPoints", "maxStorage", "maxFunctionDefs"):
        setattr(maxp, field, 1 if field == "maxZones" else 0)
    for field in ("maxInstructionDefs", "maxStackElements", "maxSizeOfInstructions"):
        setattr(maxp, field, 0)
    maxp.maxComponentElements = 0
    font["post"].formatType = 3.0
    for table in ("CFF ", "VORG"):
        if table in font:
            del font[table]
    font.sfntVersion = "\x00\x01\x00\x00"
    font.recalcTimestamp, font.recalcBBoxes = False, True


def main(source: str) -> None:
    """Cut the font at `source` down and write it beside this script."""
    options = subset.Options(hinting=False, desubroutinize=False, notdef_outline=True)
    options.layout_features = ["kern", "mark", "mkmk", "ccmp"]
    font = subset.load_font(source, options)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=gbk() | {c for lo, hi in BLOCKS for c in range(lo, hi + 1)})
    cutter.subset(font)
    quadratic(font)
    subset.save_font(font, OUT, options)


if __name__ == "__main__":
    main(sys.argv[1])
