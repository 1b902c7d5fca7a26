"""
Write lookalikes.csv: which common characters a character can be mistaken for, and why.

    python recipes/language/lookalikes.py UNIHAN DECOMPOSITION FONT

UNIHAN is the folder of Unihan_*.txt.bz2 (Unicode 15.0), DECOMPOSITION the cjk-decomp list, FONT a
font with Han, kana, Greek and box drawing. README.md beside this file says where they come from.
Nothing was taken from a damaged page: pairs follow from variants, components, glyphs, readings.
"""

import argparse
import bz2
import csv
import json
import re
import unicodedata
from collections import defaultdict
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

OUTPUT = Path(__file__).with_name("lookalikes.csv")
STANDARD = Path(__file__).with_name("standard.csv")
# The basic block: what GBK holds, and so nearly all that such pages contain.
HAN = [chr(c) for c in range(0x4E00, 0x9FF0)]
# Symbols that content farms put among Han characters: Greek, Cyrillic, number forms, arrows, signs,
# box drawing, shapes, radicals, kana, bopomofo, enclosed and squared CJK, compatibility forms.
BLOCKS = ((0x370, 0x530), (0x2150, 0x2600), (0x2E80, 0x2FE0), (0x3021, 0x302A),
          (0x3041, 0x3130), (0x31A0, 0x31C0), (0x3200, 0x3400), (0xF900, 0xFB00))
# Targets stand in levels 1 and 2 of the standard: 6,500 characters of general use.
TARGETS = 6500
# Pixels a side, blur in pixels, and the cosine below which nothing is alike (by looking at pairs:
# 孓 and 子 0.73, 苐 and 第 0.90, 丅 and 下 0.90; 囚 and 人, 0.55, are alike by component).
GRID, BLUR, LIKE = 32, 1.0, 0.70
# Candidates kept for each reason: further down the list they are noise.
MOST = {"shape": 8, "part": 12, "shared": 16}


def unihan(folder: Path) -> dict[str, dict[str, str]]:
    """Fields of Unihan: field -> character -> value."""
    fields = defaultdict(dict)
    for path in sorted(folder.glob("Unihan_*.txt.bz2")):
        for line in bz2.decompress(path.read_bytes()).decode("utf-8").splitlines():
            if line.startswith("U+"):
                code, field, value = line.split("\t")
                fields[field][chr(int(code[2:], 16))] = value
    return fields


def standard(fields: dict) -> list[str]:
    """The 8,105 characters of the General Standard (2013) in its order, which is by level."""
    places = {c: int(re.match(r"2013:(\d+)", v)[1]) for c, v in fields["kTGH"].items()}
    return sorted(places, key=places.get)


def variants(fields: dict, targets: set[str]) -> dict[str, set[str]]:
    """Forms of the same character: Unihan's variants, OpenCC's tables, compatibility forms."""
    pairs = defaultdict(set)
    names = ("kSemanticVariant", "kZVariant", "kSpoofingVariant", "kSimplifiedVariant",
             "kSpecializedSemanticVariant", "kTraditionalVariant")
    for field in names:
        for character, value in fields[field].items():
            for code in re.findall(r"U\+([0-9A-F]+)", value):
                other = chr(int(code, 16))
                pairs[character].add(other)
                # Spoofing and semantic variants work both ways; script variants do not.
                if "Simplified" not in field and "Traditional" not in field:
                    pairs[other].add(character)
    for character in [*HAN, *symbols()]:
        plain = unicodedata.normalize("NFKC", character)
        inside = re.sub(r"[()]", "", plain)
        if inside != character and len(inside) == 1:
            pairs[character].add(inside)
    simplified = opencc()
    for character in HAN:
        pairs[character].add(simplified(character))
    for character in list(pairs):
        pairs[character] |= {simplified(c) for c in pairs[character]}
    return {c: (found - {c}) & targets for c, found in pairs.items()}


def opencc():
    """One-character conversion to simplified script."""
    from opencc import OpenCC

    return OpenCC("t2s").convert


def symbols() -> list[str]:
    """Assigned characters of BLOCKS."""
    return [chr(c) for a, b in BLOCKS for c in range(a, b) if unicodedata.category(chr(c)) != "Cn"]


def decompositions(path: Path) -> dict[str, list[str]]:
    """Direct components of each character; unnamed components are opened up."""
    raw = dict(re.findall(r"^(\S+?):[^(\n]*\(([^)\n]*)\)", path.read_text(encoding="utf-8"), re.M))
    # The first record shares its line with the wrapping statement of the package.
    def open_up(name: str, depth: int = 0) -> list[str]:
        parts = raw.get(name, "").split(",") if depth < 4 else []
        return [p for part in parts if part
                for p in (open_up(part, depth + 1) if part.isascii() else [part])]

    return {c: open_up(c) for c in raw if len(c) == 1 and not c.isascii()}


def inside(character: str, parts: dict, depth: int = 2) -> set[str]:
    """Components of a character down to `depth`."""
    direct = set(parts.get(character, ()))
    if depth == 1:
        return direct
    return direct.union(*(inside(c, parts, depth - 1) for c in direct))


def held(character: str, parts: dict, size: dict) -> set[str]:
    """Components that make up a third of the strokes at least: 人 in 囚, not 一 in 囲."""
    whole = size.get(character, 99)
    return {part for part in inside(character, parts) if 3 * size.get(part, 0) >= whole}


def strokes(fields: dict) -> dict[str, int]:
    """Stroke counts."""
    return {c: int(v.split()[0]) for c, v in fields["kTotalStrokes"].items()}


def sharing(parts: dict, size: dict, targets: list[str], readings: dict) -> dict[str, list[str]]:
    """Characters that share a component making up at least a third of the strokes of both."""
    by_part = defaultdict(list)
    for target in targets:
        for part in {*parts.get(target, ())}:
            if size.get(part, 0) * 3 >= size.get(target, 99) and size.get(part, 0) >= 3:
                by_part[part].append(target)
    result, order = {}, {t: i for i, t in enumerate(targets)}
    for character in HAN:
        found = {t for p in {*parts.get(character, ())} for t in by_part.get(p, ())
                 if size.get(p, 0) * 3 >= size.get(character, 99)} - {character}
        sound = readings.get(character, set())
        result[character] = sorted(found, key=lambda t: (not sound & readings[t], order[t]))
    return result


def toneless() -> dict[str, set[str]]:
    """Readings without tones from pypinyin's table."""
    path = Path(find_spec("pypinyin").origin).parent / "pinyin_dict.json"
    table = json.loads(path.read_text(encoding="utf-8"))
    strip = str.maketrans("", "", "".join(chr(c) for c in range(0x300, 0x370)))
    clean = lambda s: unicodedata.normalize("NFD", s).translate(strip)  # noqa: E731
    return {chr(int(k)): {clean(r) for r in v.split(",")} for k, v in table.items()}


def glyphs(characters: list[str], font: Path) -> np.ndarray:
    """Unit vectors of the drawn characters, cut to their ink and scaled to one size."""
    face = ImageFont.truetype(str(font), GRID * 2)
    rows = np.zeros((len(characters), GRID * GRID), np.float32)
    for i, character in enumerate(characters):
        image = Image.new("L", (GRID * 3, GRID * 3))
        ImageDraw.Draw(image).text((GRID // 2, 0), character, 255, font=face)
        if box := image.getbbox():
            # On a square, so that flat marks stay flat.
            cut = image.crop(square(box)).resize((GRID, GRID), Image.Resampling.BOX)
            # A blur of about a stroke: neighbours count although their strokes do not coincide.
            cut = cut.filter(ImageFilter.GaussianBlur(BLUR))
            row = np.asarray(cut, np.float32).ravel()
            rows[i] = row / np.linalg.norm(row)
    return rows


def square(box: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    """The smallest square around a box, on the same centre."""
    side = max(box[2] - box[0], box[3] - box[1])
    x, y = (box[0] + box[2] - side) // 2, (box[1] + box[3] - side) // 2
    return x, y, x + side, y + side


def drawn_alike(characters: list[str], targets: list[str], font: Path) -> dict[str, list[str]]:
    """Targets whose glyph overlaps most, by cosine of the inked pixels."""
    ours, theirs = glyphs(characters, font), glyphs(targets, font)
    result = {}
    for start in range(0, len(characters), 1000):
        likeness = ours[start : start + 1000] @ theirs.T
        for row, character in zip(likeness, characters[start : start + 1000], strict=True):
            order = np.argsort(-row, kind="stable")[: MOST["shape"] + 1]
            found = [targets[k] for k in order if row[k] >= LIKE]
            result[character] = [c for c in found if c != character]
    return result


def main() -> None:
    """Write the two tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("unihan", "decomposition", "font"):
        parser.add_argument(name, type=Path)
    options = parser.parse_args()
    fields = unihan(options.unihan)
    order = standard(fields)
    targets = order[:TARGETS]
    chosen, readings = set(targets), toneless()
    parts, size = decompositions(options.decomposition), strokes(fields)
    same = variants(fields, chosen | {"〇"})
    shared = sharing(parts, size, targets, readings)
    shape = drawn_alike([*HAN, *symbols()], targets, options.font)
    rank = {t: i for i, t in enumerate(targets)}
    holders = defaultdict(set)
    for target in targets:
        for part in held(target, parts, size):
            holders[part].add(target)
    with OUTPUT.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["character", "variant", "contains", "part", "shared", "shape", "reading"])
        for character in [*HAN, *symbols()]:
            columns = [
                sorted(same.get(character, ()), key=lambda c: rank.get(c, 0)),
                sorted((held(character, parts, size) & chosen) - {character}, key=rank.get),
                sorted(holders[character] - {character}, key=rank.get)[: MOST["part"]],
                shared.get(character, [])[: MOST["shared"]],
                shape[character],
            ]
            sounds = " ".join(sorted(readings.get(character, ())))
            if any(columns) or sounds:
                writer.writerow([character, *map("".join, columns), sounds])
    with STANDARD.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["level", "characters"])
        for level, (first, last) in enumerate(((0, 3500), (3500, 6500), (6500, 8105)), 1):
            writer.writerow([level, "".join(order[first:last])])


if __name__ == "__main__":
    main()
