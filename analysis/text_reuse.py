"""
Find wording that reports share, from exact stretches of a few reports to copies among thousands.

`shared` lists every exact stretch of two reports (used to run a comparison without it); `passages`
finds copied passages of a whole corpus, also where words, places and numbers were changed; `pairs`
and `precedence` say who shares how much with whom, and who said it first.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
import pandas as pd

# Four words of three characters: shorter agreement is vocabulary rather than wording. Of the
# shared stretches of the five reports, those of 8 to 11 characters are mostly names of programmes.
MIN_CHARS = 12
# Width of the windows that are looked up for copied passages.
WINDOW = 10
# Least length of a copied passage, in letters and digits: about a sentence. Of passages of this
# length between cities of different provinces most are slogans, which `formula` tells apart.
MIN_PASSAGE = 30
# A stretch that stands more often than this in one report is filler (a ruled line of letters, a
# table head) and left out, so that no input takes quadratic time.
MAX_REPEATS = 20
# One of so many neighbouring windows is looked up: a run of WINDOW + SPACING - 1 agreeing
# characters always has one that is (winnowing).
SPACING = 7
# A window that stands in more reports than this share of them (or this number) starts no passage:
# it is a formula of the genre. At 3,004 reports 15% of the windows that stand twice are.
MAX_SHARE, MAX_REPORTS = 0.02, 10
# A passage whose windows stand on average in this share of all reports (and in four at least) is
# called a formula.
FORMULA_SHARE, FORMULA_REPORTS = 0.01, 4
# Score that an extension may lose (one a mismatch, gained one a match) before it ends.
DROP = 8
# Characters that may be skipped on either side where wording was put in, left out or replaced, and
# how many have to agree behind them.
SKIP, ANCHOR = 8, 6
# Runs on diagonals that near, with no more between them, are one passage.
DRIFT, GAP = 16, 24
# Least share of characters of a passage that agree.
MIN_IDENTITY = 0.6
# One window in so many is kept of a text whose wording is compared but not held (`fingerprint`).
SAMPLED = 32
# From this share on, two reports are the same text, whatever the catalogue says.
SAME_TEXT = 0.8
# Characters hashed, windows sorted and runs extended at a time: bounds memory.
_CHUNK, _SEEDS, _RUNS = 4_000_000, 24_000_000, 200_000

SPAN = ["report_a", "start_a", "end_a", "report_b", "start_b", "end_b"]


class _Letters(NamedTuple):
    """Letters and digits of all texts in one line; `place` is their offset, `bounds` the texts."""

    codes: np.ndarray
    place: np.ndarray
    bounds: np.ndarray

    def text_of(self, at: np.ndarray) -> np.ndarray:
        return np.searchsorted(self.bounds, at, side="right") - 1


@cache
def _tables() -> tuple[np.ndarray, np.ndarray]:
    """Which of the first 65,536 code points are letters or digits, and what each is folded to."""
    characters = [chr(code) for code in range(0x10000)]
    letter = np.array([character.isalnum() for character in characters])
    fold = np.arange(0x10000, dtype=np.uint16)
    fold[0xFF10:0xFF5B] -= 0xFEE0  # full-width digits and Latin letters
    lower = fold[(fold >= 65) & (fold <= 90)]
    fold[np.flatnonzero((fold >= 65) & (fold <= 90))] = lower + 32
    return letter, fold


def _letters(texts: Sequence[str], numbers: bool = True) -> _Letters:
    """
    Letters and digits of texts, folded in width and case; a run of digits is one `0`.

    >>> found = _letters(["以人为本，５G。", "增长6.5%"], numbers=False)
    >>> "".join(map(chr, found.codes)), found.place.tolist(), found.bounds.tolist()
    ('以人为本5g增长65', [0, 1, 2, 3, 5, 6, 0, 1, 2, 4], [0, 6, 10])
    """
    letter, fold = _tables()
    codes, places = [], []
    for text in texts:
        line = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
        rare = line > 0xFFFF
        # Beyond the first plane everything in these texts is Han; the low bits tell them apart.
        line = np.where(rare, 0xE000 + (line & 0x7FF), line)
        place = np.flatnonzero(letter[line] | rare)
        code = fold[line[place]]
        if not numbers:
            codes.append(code)
            places.append(place.astype(np.int32))
            continue
        digit = (code >= 48) & (code <= 57)
        first = ~(digit & np.append(False, digit[:-1])[: len(digit)])
        codes.append(np.where(digit, 48, code)[first].astype(np.uint16))
        places.append(place[first].astype(np.int32))
    bounds = np.cumsum([0, *(len(code) for code in codes)])
    empty = [np.empty(0, np.uint16)]
    return _Letters(np.concatenate([*codes, *empty]), np.concatenate([*places, np.empty(0, np.int32)]), bounds)


def _hashes(codes: np.ndarray, width: int) -> np.ndarray:
    """A 64-bit number for each run of `width` codes; equal runs have equal numbers."""
    n = max(0, len(codes) - width + 1)
    found = np.zeros(n, np.uint64)
    if width < 4 or not n:
        parts = [codes[k : k + n].astype(np.uint64) for k in range(width)]
    else:
        # Four codes of 16 bits are one number where they lie; the last four may overlap.
        starts = sorted({*range(0, width - 3, 4), width - 4})
        parts = [np.ndarray(n, np.uint64, codes[k:], strides=(2,)) for k in starts]
    for part in parts:
        mixed = part * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
        found *= np.uint64(0xBF58476D1CE4E5B9)
        found += mixed
    return found ^ (found >> np.uint64(31))


def _windows(letters: _Letters, width: int, spacing: int) -> tuple[np.ndarray, np.ndarray]:
    """Hash and place of the windows that are looked up, in order of place."""
    hashes, at = [np.empty(0, np.uint64)], [np.empty(0, np.int64)]
    starts, ends = letters.bounds[:-1], letters.bounds[1:]
    first = 0
    while first < len(starts):
        last = max(first + 1, np.searchsorted(ends, starts[first] + _CHUNK, side="right"))
        low, high = starts[first], ends[last - 1]
        found = _hashes(letters.codes[low:high], width)
        # No window runs from one text into the next.
        inside = np.ones(len(found), bool)
        for edge in ends[first:last] - low:
            inside[max(0, edge - width + 1) : edge] = False
        kept = inside & _least(np.where(inside, found, np.uint64(2**64 - 1)), spacing)
        place = np.flatnonzero(kept)
        hashes.append(found[place])
        at.append(place + low)
        first = last
    return np.concatenate(hashes), np.concatenate(at)


def _least(hashes: np.ndarray, spacing: int) -> np.ndarray:
    """
    Which hashes are the least of some `spacing` neighbours.

    >>> _least(np.array([5, 3, 9, 8, 7], dtype=np.uint64), 3).tolist()
    [True, True, False, False, True]
    """
    if spacing < 2:
        return np.ones(len(hashes), bool)
    around = np.pad(hashes, spacing - 1, constant_values=np.uint64(2**64 - 1))
    # The least of each window, and of the windows around a hash the greatest least.
    least = _running(np.minimum, around, spacing)
    return _running(np.maximum, least, spacing) == hashes


def _running(of: np.ufunc, values: np.ndarray, width: int) -> np.ndarray:
    """
    Least or greatest of each `width` neighbours, by doubling.

    >>> _running(np.minimum, np.array([5, 3, 9, 8, 7]), 3).tolist()
    [3, 3, 7]
    """
    done, found = 1, values
    while done < width:
        step = min(done, width - done)
        found = of(found[: len(found) - step], found[step:])
        done += step
    return found


class _Seeds(NamedTuple):
    """Places `a` < `b` of equal windows in two texts; `idf_at`, `idf` of the windows looked up."""

    a: np.ndarray
    b: np.ndarray
    at: np.ndarray
    reports: np.ndarray


def _seeds(letters: _Letters, width: int, spacing: int, most: float) -> _Seeds:
    """Pairs of equal windows; those in more than `most` texts, or filler in one, make none."""
    hashes, at = _windows(letters, width, spacing)
    text = letters.text_of(at).astype(np.int32)
    reports = np.ones(len(at), np.int32)
    a, b = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    repeated = _repeated(hashes)
    portions = 1 + len(repeated) // _SEEDS
    for k in range(portions):
        chosen = repeated[hashes[repeated] % np.uint64(portions) == k] if portions > 1 else repeated
        order = chosen[np.argsort(hashes[chosen], kind="stable")]
        number, where = hashes[order], text[order]
        new = np.append(True, number[1:] != number[:-1])[: len(number)]
        group = np.cumsum(new) - 1
        other = new | np.append(True, where[1:] != where[:-1])[: len(where)]
        n_texts = np.bincount(group, other)
        run = np.cumsum(other) - 1
        filler = np.zeros(len(n_texts), bool)
        filler[group[np.flatnonzero(other)[np.bincount(run) > MAX_REPEATS]]] = True
        reports[order] = n_texts[group]
        good = ((n_texts > 1) & (n_texts <= most) & ~filler)[group]
        one, two = _combined(order[good], group[good])
        apart = text[one] != text[two]
        a.append(at[one[apart]])
        b.append(at[two[apart]])
    return _Seeds(np.concatenate(a), np.concatenate(b), at, reports)


def _repeated(hashes: np.ndarray) -> np.ndarray:
    """
    Places of the hashes that may stand more than once: all that do, and few others.

    >>> _repeated(np.array([7, 1, 7, 3], dtype=np.uint64)).tolist()
    [0, 2]
    """
    size = 1 << max(16, len(hashes).bit_length() + 3)
    bucket = (hashes & np.uint64(size - 1)).astype(np.int64)
    last = np.empty(size, np.int32 if len(hashes) < 2**31 else np.int64)
    place = np.arange(len(hashes), dtype=last.dtype)
    last[bucket] = place
    several = np.zeros(size, bool)
    several[bucket[last[bucket] != place]] = True
    return np.flatnonzero(several[bucket])


def _combined(items: np.ndarray, group: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """
    All pairs of items of one group, the earlier first.

    >>> [x.tolist() for x in _combined(np.array([7, 8, 9, 5]), np.array([0, 0, 0, 1]))]
    [[7, 7, 8], [8, 9, 9]]
    """
    if not len(items):
        return items, items
    ends = np.flatnonzero(np.append(group[1:] != group[:-1], True)) + 1
    last = np.repeat(ends, np.diff(np.append(0, ends)))
    times = last - np.arange(len(items)) - 1
    first = np.repeat(np.arange(len(items)), times)
    step = np.arange(len(first)) - np.repeat(np.cumsum(times) - times, times)
    return items[first], items[first + 1 + step]


def _runs(seeds: _Seeds, letters: _Letters, width: int, apart: int) -> np.ndarray:
    """Seeds on one diagonal, at most `apart` from one another, as one run: start in a and b, length."""
    if not len(seeds.a):
        return np.empty((0, 3), np.int64)
    diagonal = seeds.b - seeds.a
    order = np.lexsort((seeds.a, diagonal))
    a, diagonal = seeds.a[order], diagonal[order]
    pair = letters.text_of(a) * len(letters.bounds) + letters.text_of(a + diagonal)
    new = np.append(True, (np.diff(diagonal) != 0) | (np.diff(a) > apart) | (np.diff(pair) != 0))
    first = np.flatnonzero(new)
    last = np.append(first[1:], len(a)) - 1
    return np.column_stack([a[first], a[first] + diagonal[first], a[last] - a[first] + width])


def shared(corpus, min_chars: int = MIN_CHARS) -> pd.DataFrame:
    """
    Find every exact stretch of wording that two reports have in common.

    Punctuation, white space, width and case do not count: stretches are the longest runs of
    letters and digits that agree, and may run over clauses, sentences and paragraphs.

    Parameters
    ----------
    corpus : Corpus
    min_chars : int
        Least length, in letters and digits.

    Returns
    -------
    DataFrame
        `passage` (as written in the first report), `report_a`, `start_a`, `end_a`, `report_b`,
        `start_b`, `end_b` (offsets in the restored texts; `report_a` comes first in the
        catalogue) and `chars` (letters and digits), by `chars` falling, then by place. A stretch
        standing twice in one of two reports has a row for each pair of places.

    Raises
    ------
    ValueError
        If `min_chars` is less than 1.
    """
    if min_chars < 1:
        raise ValueError(f"min_chars is {min_chars}; give a least length of 1 or more.")
    letters = _letters([report.text for report in corpus.reports], numbers=False)
    runs = _runs(_seeds(letters, min_chars, 1, np.inf), letters, min_chars, apart=1)
    table = _table(letters, runs[:, 0], runs[:, 0] + runs[:, 2], runs[:, 1], runs[:, 1] + runs[:, 2])
    table["chars"] = runs[:, 2]
    table = table.sort_values(
        ["chars", "report_a", "start_a", "report_b", "start_b"],
        ascending=[False, *[True] * 4], ignore_index=True,
    )
    spans = zip(table["report_a"], table["start_a"], table["end_a"], strict=True)
    table.insert(0, "passage", [corpus.reports[a].text[start:end] for a, start, end in spans])
    return _named(table, corpus)


def _table(letters: _Letters, start_a, end_a, start_b, end_b) -> pd.DataFrame:
    """Runs of letters as spans of texts."""
    columns = {}
    for side, start, end in (("a", start_a, end_a), ("b", start_b, end_b)):
        columns[f"report_{side}"] = letters.text_of(start)
        columns[f"start_{side}"] = letters.place[start].astype(np.int64)
        columns[f"end_{side}"] = letters.place[end - 1].astype(np.int64) + 1
    return pd.DataFrame(columns)[SPAN]


def _named(table: pd.DataFrame, corpus) -> pd.DataFrame:
    ids = np.array([report.id for report in corpus.reports], dtype=object)
    for side in ("report_a", "report_b"):
        table[side] = ids[table[side].to_numpy()] if len(table) else table[side].astype(object)
    return table


def passages(
    texts: Sequence[str], min_chars: int = MIN_PASSAGE, progress: Callable[[list], Iterable] = iter
) -> pd.DataFrame:
    """
    Find copied passages among many texts, also where they were edited a little.

    Windows of letters and digits (a number counts as one sign) that stand in few texts are looked
    up; each agreement is followed in both directions over replaced characters and over short
    insertions and omissions, so that swapped places, names and numbers do not end it.

    Parameters
    ----------
    texts : sequence of str
    min_chars : int
        Least length of a passage, in letters and digits, of both sides.
    progress : callable
        Goes through a list and shows how far it has come, such as `tqdm.tqdm`.

    Returns
    -------
    DataFrame
        A row a passage of two texts: `report_a`, `start_a`, `end_a`, `report_b`, `start_b`, `end_b`
        (numbers of the texts, a < b; offsets), `chars` (the shorter side's letters and
        digits), `identity` (share of characters that agree), `reports` (in how many texts its
        windows stand, geometric mean) and `formula` (whether that is so many that the wording is
        the genre's rather than a copy), by `chars` falling, then place.

    Notes
    -----
    A window in more than 2% of the texts (and 10) starts no passage. Time is linear in the length
    of the texts and in the number of places where they agree.

    References
    ----------
    Schleimer, S., Wilkerson, D. S. & Aiken, A. (2003). Winnowing: local algorithms for document
    fingerprinting. SIGMOD '03, 76-85.
    """
    letters = _letters(texts)
    most = max(MAX_REPORTS, MAX_SHARE * len(texts))
    seeds = _seeds(letters, WINDOW, SPACING, most)
    idf = np.concatenate([[0.0], np.cumsum(np.log(seeds.reports))])
    runs = _runs(seeds, letters, WINDOW, apart=WINDOW + SPACING)
    found = [np.empty((0, 5), np.int64)]
    for portion in progress(_portions(runs, letters)):
        spans = _merged(_extended(portion, letters), letters)
        size, longer = np.sort(np.diff(spans[:, :4], axis=1)[:, ::2], axis=1).T
        found.append(spans[(size >= min_chars) & (spans[:, 4] >= MIN_IDENTITY * longer)])
    found = np.concatenate(found)
    size, longer = np.sort(np.diff(found[:, :4], axis=1)[:, ::2], axis=1).T
    identity = np.minimum(found[:, 4], size) / np.maximum(longer, 1)
    table = _table(letters, *found[:, :4].T)
    first, last = (np.searchsorted(seeds.at, found[:, k]) for k in (0, 1))
    reports = np.exp((idf[last] - idf[first]) / np.maximum(last - first, 1))
    formula = reports >= max(FORMULA_REPORTS, FORMULA_SHARE * len(texts))
    table = table.assign(chars=size, identity=identity, reports=reports, formula=formula)
    order = ["chars", "report_a", "start_a", "report_b", "start_b"]
    return table.sort_values(order, ascending=[False, *[True] * 4], ignore_index=True)


def _portions(runs: np.ndarray, letters: _Letters) -> list[np.ndarray]:
    """Runs by pairs of texts, some hundred thousand at a time."""
    pair = letters.text_of(runs[:, 0]) * len(letters.bounds) + letters.text_of(runs[:, 1])
    order = np.argsort(pair, kind="stable")
    edges = np.flatnonzero(np.diff(pair[order])) + 1
    wanted = np.arange(_RUNS, len(runs), _RUNS)
    cuts = np.unique(edges[np.minimum(np.searchsorted(edges, wanted), len(edges) - 1)]) if len(edges) else []
    return np.split(runs[order], cuts)


def _extended(runs: np.ndarray, letters: _Letters) -> np.ndarray:
    """Runs followed over edits: start and end in a and in b, characters that agree."""
    if not len(runs):
        return np.empty((0, 5), np.int64)
    a, b, n = runs.T
    agreed = _agreeing(letters.codes, a, b, n)
    right_a, right_b, more = _followed(letters, a + n, b + n, +1)
    left_a, left_b, before = _followed(letters, a, b, -1)
    return np.column_stack([left_a, right_a, left_b, right_b, agreed + more + before])


def _agreeing(codes: np.ndarray, a: np.ndarray, b: np.ndarray, n: np.ndarray) -> np.ndarray:
    """How many characters agree on the diagonal of each run, in portions of bounded size."""
    result = np.empty(len(n), np.int64)
    ends = np.cumsum(n)
    first = 0
    while first < len(n):
        done = ends[first - 1] if first else 0
        last = max(first + 1, np.searchsorted(ends, done + _CHUNK, side="right"))
        sizes = n[first:last]
        starts = np.cumsum(sizes) - sizes
        step = np.arange(sizes.sum()) - np.repeat(starts, sizes)
        same = codes[np.repeat(a[first:last], sizes) + step] == codes[np.repeat(b[first:last], sizes) + step]
        result[first:last] = np.add.reduceat(same, starts, dtype=np.int64)
        first = last
    return result


def _followed(letters: _Letters, a, b, way: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Go on from (a, b) in one direction as long as the texts agree but for small edits."""
    a, b, agreed = a.copy(), b.copy(), np.zeros(len(a), np.int64)
    last_text = len(letters.bounds) - 2
    probe = 0 if way > 0 else -1
    text_a = np.minimum(letters.text_of(np.maximum(a + (-1 if way > 0 else 0), 0)), last_text)
    text_b = np.minimum(letters.text_of(np.maximum(b + (-1 if way > 0 else 0), 0)), last_text)
    edge_a = letters.bounds[text_a + (way > 0)]
    edge_b = letters.bounds[text_b + (way > 0)]
    active = np.arange(len(a))
    while len(active):
        steps, gained = _stretch(letters.codes, a[active] + probe, b[active] + probe,
                                 np.minimum(np.abs(edge_a - a)[active], np.abs(edge_b - b)[active]), way)
        a[active] += way * steps
        b[active] += way * steps
        agreed[active] += gained
        active = _reanchored(letters.codes, a, b, edge_a, edge_b, active, way)
    return a, b, agreed


def _stretch(codes, a, b, room, way: int, block: int = 24) -> tuple[np.ndarray, np.ndarray]:
    """Steps to the best score along the diagonal, and how many of them agree."""
    steps, gained = (np.zeros(len(a), np.int64) for _ in range(2))
    score, best = (np.zeros(len(a), np.int32) for _ in range(2))
    live = np.flatnonzero(room > 0)
    done = 0
    while len(live):
        offset = np.arange(done, done + block, dtype=np.int64)
        at = way * np.minimum(offset, (room[live] - 1)[:, None])
        same = codes[a[live, None] + at] == codes[b[live, None] + at]
        # Beyond the end of a text the score falls at once.
        path = np.cumsum(np.where(same & (offset < room[live, None]), np.int8(1), np.int8(-1)), axis=1, dtype=np.int16)
        top = np.maximum(np.maximum.accumulate(path, axis=1), (best - score)[live, None])
        over = path < top - DROP
        end = np.where(over.any(axis=1), over.argmax(axis=1), block)
        path = np.where(offset - done < end[:, None], path, np.int16(-(2**14)))
        at = path.argmax(axis=1)
        reached = path[np.arange(len(live)), at]
        # Of n steps with score s, (n + s) / 2 agree.
        better = score[live] + reached > best[live]
        rows = live[better]
        best[rows] = score[rows] + reached[better]
        steps[rows] = done + at[better] + 1
        gained[rows] = (steps[rows] + best[rows]) // 2
        goes_on = (end == block) & (room[live] > done + block)
        score[live] += path[:, -1]
        live = live[goes_on]
        done += block
    return steps, gained


def _reanchored(codes, a, b, edge_a, edge_b, active, way: int) -> np.ndarray:
    """Step over a short insertion, omission or replacement where the texts agree behind it."""
    reach = SKIP + ANCHOR
    inside = (np.abs(edge_a - a)[active] >= reach) & (np.abs(edge_b - b)[active] >= reach)
    active = active[inside]
    offset = np.arange(reach) if way > 0 else -1 - np.arange(reach)
    # The first four of the characters that have to agree are one number.
    sides = [codes[at[active, None] + offset].astype(np.uint64) for at in (a, b)]
    keys = [sum(side[:, k : k + SKIP + 1] << np.uint64(16 * k) for k in range(4)) for side in sides]
    taken = np.zeros(len(active), bool)
    skips = [(s, t) for s in range(SKIP + 1) for t in range(SKIP + 1) if s + t]
    for skip_a, skip_b in sorted(skips, key=lambda pair: (sum(pair), pair)):
        rows = np.flatnonzero((keys[0][:, skip_a] == keys[1][:, skip_b]) & ~taken)
        one, two = (sides[n][rows, skip + 4 : skip + ANCHOR] for n, skip in enumerate((skip_a, skip_b)))
        rows = rows[(one == two).all(axis=1)]
        a[active[rows]] += way * skip_a
        b[active[rows]] += way * skip_b
        taken[rows] = True
    return active[taken]


def _merged(found: np.ndarray, letters: _Letters) -> np.ndarray:
    """Runs of two texts that overlap or follow one another on near diagonals, as one."""
    while len(found):
        pair = letters.text_of(found[:, 0]) * len(letters.bounds) + letters.text_of(found[:, 2])
        diagonal = found[:, 2] - found[:, 0]
        order = np.lexsort((found[:, 1], found[:, 0], diagonal // (4 * DRIFT), pair))
        found, pair, diagonal = found[order], pair[order], diagonal[order]
        near = (
            (np.diff(pair) == 0)
            & (np.abs(np.diff(diagonal)) <= DRIFT)
            & (found[1:, 0] <= found[:-1, 1] + GAP)
            & (found[1:, 2] <= found[:-1, 3] + GAP)
        )
        if not near.any():
            break
        first = np.flatnonzero(np.append(True, ~near))
        overlap = np.append(0, np.where(near, np.maximum(found[:-1, 1] - found[1:, 0], 0), 0))
        size = found[:, 1] - found[:, 0]
        inside = np.minimum(overlap, size)
        agreed = np.rint(found[:, 4] * (1 - inside / np.maximum(size, 1))).astype(np.int64)
        found = np.column_stack([
            np.minimum.reduceat(found[:, 0], first), np.maximum.reduceat(found[:, 1], first),
            np.minimum.reduceat(found[:, 2], first), np.maximum.reduceat(found[:, 3], first),
            np.add.reduceat(agreed, first),
        ])
    return found


def of(corpus, min_chars: int = MIN_PASSAGE) -> pd.DataFrame:
    """
    Find the copied passages of a corpus (`passages`), with ids and what a reader asks of each.

    Parameters
    ----------
    corpus : Corpus
    min_chars : int
        Least length of a passage, in letters and digits.

    Returns
    -------
    DataFrame
        As `passages`, with the ids of the reports, `raw_start_a`, `raw_end_a`, `raw_start_b`,
        `raw_end_b` (offsets in the files as received) and `passage` (as written in the first report).
        `attrs["notes"]` says how many reports and passages, and what is no copy.
    """
    reports = list(corpus.reports)
    table = passages([report.text for report in reports], min_chars, corpus.progress)
    for side in ("a", "b"):
        spans = [
            reports[n].ledger.to_raw(start, end)
            for n, start, end in zip(table[f"report_{side}"], table[f"start_{side}"], table[f"end_{side}"], strict=True)
        ]
        table[f"raw_start_{side}"] = [start for start, _ in spans]
        table[f"raw_end_{side}"] = [end for _, end in spans]
    table["passage"] = [
        reports[n].text[start:end]
        for n, start, end in zip(table["report_a"], table["start_a"], table["end_a"], strict=True)
    ]
    table = _named(table, corpus)
    table.attrs["notes"] = [
        f"{len(reports)} reports; {len(table)} passages of {min_chars} letters and digits or more, "
        f"{int(table['formula'].sum())} of them formulas that many reports share.",
        "Shared wording is no proof of copying: both may follow a source that is not in the corpus.",
    ]
    return table


def pairs(corpus, table: pd.DataFrame) -> pd.DataFrame:
    """
    Say how much of their wording two reports share, and which of them was delivered first.

    Parameters
    ----------
    corpus : Corpus
    table : DataFrame
        What `of` gives.

    Returns
    -------
    DataFrame
        A row a pair that shares a copied passage: `report_a`, `report_b`, `share_a`, `share_b` (share
        of the letters and digits of each report in passages that are no formulas, each counted
        once), `formula_a` (the same of formulas), `passages`, `longest` (letters and digits),
        `place_a`, `place_b`, `level_a`, `level_b`, `year_a`, `year_b` (planned for), `delivered_a`,
        `delivered_b`, `days` (from the delivery of a to that of b; missing where a day is not known),
        `first` (id of the report delivered first, or empty), `same_text` (whether the two are one
        text by their wording, filed under two names) and `same_place`; by the larger share
        falling, those of one text last.
    """
    reports = {report.id: report for report in corpus.reports}
    place = {report.id: _letters([report.text]).place for report in corpus.reports}
    keys = ["report_a", "report_b"]
    copies = table[~table["formula"]]
    result = table.groupby(keys, sort=False).size().rename("all").reset_index()
    for side in ("a", "b"):
        size = result[f"report_{side}"].map({name: max(len(at), 1) for name, at in place.items()})
        result[f"share_{side}"] = _covered(result, copies, side, place) / size
        result[f"whole_{side}"] = _covered(result, table, side, place) / size
        for column in ("place", "level", "delivered"):
            known = {name: getattr(report, column) for name, report in reports.items()}
            result[f"{column}_{side}"] = result[f"report_{side}"].map(known)
        result[f"year_{side}"] = result[f"report_{side}"].map({name: _year(one) for name, one in reports.items()})
    found = copies.groupby(keys)["chars"].agg(passages="size", longest="max")
    found = found.reindex(pd.MultiIndex.from_frame(result[keys]), fill_value=0)
    result[["passages", "longest"]] = found.to_numpy()
    one, two = (pd.to_datetime(result[f"delivered_{side}"].where(result[f"delivered_{side}"].str.len() == 10))
                for side in ("a", "b"))  # fmt: skip
    result["days"] = (two - one).dt.days.astype("Int64")
    before, after = (result["days"] > 0).fillna(False), (result["days"] < 0).fillna(False)
    result["first"] = np.select([before, after], [result["report_a"], result["report_b"]], "")
    # Formulas count here: two copies of one text share them, too.
    result["same_text"] = result[["whole_a", "whole_b"]].min(axis=1) >= SAME_TEXT
    result["same_place"] = (result["place_a"] != "") & (result["place_a"] == result["place_b"])
    result["formula_a"] = result["whole_a"] - result["share_a"]
    columns = [
        *("report_a", "report_b", "share_a", "share_b", "formula_a", "passages", "longest", "place_a", "place_b"),
        *("level_a", "level_b", "year_a", "year_b", "delivered_a", "delivered_b"),
        *("days", "first", "same_text", "same_place"),
    ]
    most = result[["share_a", "share_b"]].max(axis=1)
    result = result.assign(most=most).sort_values(
        ["same_text", "most", *keys], ascending=[True, False, True, True], ignore_index=True
    )[columns]
    same = result.loc[result["same_text"], ["report_a", "report_b"]].agg(" = ".join, axis=1)
    result.attrs["notes"] = [
        f"{len(result)} pairs of {len(reports)} reports share wording; {int((result['first'] != '').sum())} have "
        "a direction in time (both days of delivery are known and differ).",
        *([f"One text under two names, listed last: {'; '.join(same[:9])}."] if len(same) else []),
    ]
    return result


def _covered(result: pd.DataFrame, table: pd.DataFrame, side: str, place: dict[str, np.ndarray]) -> np.ndarray:
    """Letters of one side of each pair in at least one of its passages."""
    pair = pd.MultiIndex.from_frame(result[["report_a", "report_b"]])
    number = pair.get_indexer(pd.MultiIndex.from_frame(table[["report_a", "report_b"]]))
    edges = np.empty((2, len(table)), np.int64)
    for name, rows in table.groupby(f"report_{side}").indices.items():
        for k, edge in enumerate(("start", "end")):
            edges[k, rows] = np.searchsorted(place[name], table[f"{edge}_{side}"].to_numpy()[rows])
    # Each pair has a stretch of one long line, so that what is covered twice is seen in one go.
    line = number * (1 + max((len(at) for at in place.values()), default=0))
    order = np.argsort(line + edges[0], kind="stable")
    start, end = (line + edges[0])[order], (line + edges[1])[order]
    so_far = np.maximum.accumulate(np.append(-1, end))[:-1]
    new = np.maximum(end - np.maximum(start, so_far), 0)
    return np.bincount(number[order], new, minlength=len(result)) if len(result) else np.zeros(0)


def _year(report) -> int:
    """Year that a report plans for, or else that of its date."""
    return int(report.plans[:4]) if report.plans[:4].isdigit() else report.year


def shares(table: pd.DataFrame) -> pd.DataFrame:
    """
    List for each report which share of its wording each other one has, the largest first.

    Parameters
    ----------
    table : DataFrame
        What `pairs` gives. One text under two names is left out.

    Returns
    -------
    DataFrame
        `report`, `other`, `share` (of the report's letters and digits, formulas left out), `days` (from
        the delivery of the other to that of the report; missing where a day is not known).
    """
    used = table[~table["same_text"]]
    sides = [
        pd.DataFrame({"report": used[f"report_{a}"], "other": used[f"report_{b}"], "share": used[f"share_{a}"],
                      "days": used["days"] * sign})
        for a, b, sign in (("a", "b", -1), ("b", "a", 1))
    ]
    result = pd.concat(sides, ignore_index=True)
    result = result[result["share"] > 0]
    return result.sort_values(["share", "report", "other"], ascending=[False, True, True], ignore_index=True)


def precedence(table: pd.DataFrame, seed: int, draws: int = 999) -> pd.DataFrame:
    """
    Test who says first what others say, level by level, against days dealt out anew.

    Parameters
    ----------
    table : DataFrame
        What `pairs` gives. Used are pairs of two places and two levels that plan for the same year, have
        a direction and are not one text.
    seed : int
    draws : int
        Deals of the days of delivery among the reports (a report keeps its wording).

    Returns
    -------
    DataFrame
        A row for each two levels: `level_a`, `level_b`, `n` (pairs), `first` (share of the wording shared
        by the two, weighted by its length, in which the report of `level_a` was first), `expected`,
        `low`, `high` (mean and middle 95% when days are dealt out anew) and `p` (two-sided).

    Notes
    -----
    Being first is no influence: a level may speak first because it meets earlier. The null deals out
    the days among the reports of one level and year, so `expected` is what the calendar alone gives.
    """
    one_year = table["year_a"] == table["year_b"]
    used = table[(table["first"] != "") & one_year & ~table["same_text"] & ~table["same_place"]]
    sides = [used[[f"{name}_{side}" for name in ("report", "level", "year", "delivered")]].to_numpy() for side in "ab"]
    known = {row[0]: row[1:] for row in np.concatenate(sides)}
    ids = sorted(known)
    at = {name: n for n, name in enumerate(ids)}
    level = np.array([known[name][0] for name in ids], dtype=object)
    day = np.array([known[name][2] for name in ids], dtype="datetime64[D]").astype(float)
    group = pd.factorize(pd.Series([f"{known[name][0]} {known[name][1]}" for name in ids], dtype=object))[0]
    a, b = used["report_a"].map(at).to_numpy(int), used["report_b"].map(at).to_numpy(int)
    weight = used[["share_a", "share_b"]].max(axis=1).to_numpy()
    # A pair is written with its levels in order.
    turn = np.array([level[i] > level[j] for i, j in zip(a, b, strict=True)], dtype=bool)
    a, b = np.where(turn, b, a), np.where(turn, a, b)
    rng = np.random.default_rng(seed)
    dealt = np.empty((draws + 1, len(ids)))
    dealt[0] = day
    for k in range(1, draws + 1):
        for name in range(group.max() + 1 if len(group) else 0):
            members = np.flatnonzero(group == name)
            dealt[k, members] = day[rng.permutation(members)]
    rows = []
    for one, two in sorted({(level[i], level[j]) for i, j in zip(a, b, strict=True) if level[i] != level[j]}):
        chosen = np.flatnonzero((level[a] == one) & (level[b] == two))
        gap = dealt[:, b[chosen]] - dealt[:, a[chosen]]
        shares = ((gap > 0) + 0.5 * (gap == 0)) @ weight[chosen] / weight[chosen].sum()
        null = shares[1:]
        far = np.abs(null - null.mean()) >= abs(shares[0] - null.mean()) - 1e-12
        rows.append((one, two, len(chosen), shares[0], null.mean(), *np.quantile(null, [0.025, 0.975]),
                     (1 + far.sum()) / (draws + 1)))
    columns = ["level_a", "level_b", "n", "first", "expected", "low", "high", "p"]
    result = pd.DataFrame(rows, columns=columns)
    if result.empty:
        result.attrs["why"] = (
            "No two reports of two levels plan for the same year, share wording and have both days of delivery known."
        )
    return result


def travel(corpus, terms: Sequence[str]) -> pd.DataFrame:
    """
    Follow a wording through the corpus: who had it first, level by level.

    Parameters
    ----------
    corpus : Corpus
    terms : sequence of str

    Returns
    -------
    DataFrame
        A row a term, level and year: `term`, `level`, `year` (planned for), `reports`, `have` (reports
        that have it), `share`, `first` (id of the first report of that level and year to have it, by day
        of delivery) and `day` (its day, empty where none is known).
    """
    rows = []
    for term in terms:
        listed = [(report.level, _year(report), report) for report in corpus.reports]
        for level, year in sorted({(level, year) for level, year, _ in listed}):
            group = [report for one, other, report in listed if (one, other) == (level, year)]
            having = [report for report in group if term in report.text]
            dated = sorted((report.delivered, report.id) for report in having if len(report.delivered) == 10)
            day, first = dated[0] if dated else ("", having[0].id if len(having) == 1 else "")
            rows.append((term, level, year, len(group), len(having), len(having) / len(group), first, day))
    return pd.DataFrame(rows, columns=["term", "level", "year", "reports", "have", "share", "first", "day"])


def from_own_past(corpus, table: pd.DataFrame) -> pd.DataFrame:
    """
    Say how much of a report stands in its place's report of the year before.

    Parameters
    ----------
    corpus : Corpus
    table : DataFrame
        What `pairs` gives.

    Returns
    -------
    DataFrame
        `report`, `place`, `year` (planned for), `previous` (id), `share` (of the report's letters and
        digits in passages that the previous one has, formulas left out), by place and year.
        Reports whose previous year is not in the corpus have no row.
    """
    by = {}
    for report in corpus.reports:
        by.setdefault((report.place, report.level, report.genre, _year(report)), report.id)
    share = {}
    for row in table.itertuples():
        share[row.report_a, row.report_b] = row.share_a
        share[row.report_b, row.report_a] = row.share_b
    rows = []
    for (place, level, genre, year), name in sorted(by.items(), key=lambda item: tuple(map(str, item[0]))):
        previous = by.get((place, level, genre, year - 1), "")
        if place and previous:
            rows.append((name, place, year, previous, share.get((name, previous), 0.0)))
    return pd.DataFrame(rows, columns=["report", "place", "year", "previous", "share"])


def spans(table: pd.DataFrame) -> pd.DataFrame:
    """
    List each report's side of shared stretches: `report`, `start`, `end`, `other`.

    Parameters
    ----------
    table : DataFrame
        What `shared` or `of` gives, or rows of it.
    """
    parts = [
        pd.DataFrame({
            "report": table[f"report_{one}"], "start": table[f"start_{one}"],
            "end": table[f"end_{one}"], "other": table[f"report_{two}"],
        })
        for one, two in (("a", "b"), ("b", "a"))
    ]
    return pd.concat(parts, ignore_index=True)


def coverage(corpus, table: pd.DataFrame | None = None) -> pd.DataFrame:
    """
    Say which share of each report stands in exact stretches that others have.

    Parameters
    ----------
    corpus : Corpus
    table : DataFrame, optional
        What `shared` gives; by default `shared(corpus)`.

    Returns
    -------
    DataFrame
        For each ordered pair of reports, and with `other` = `any` for all others together:
        `report`, `other`, `chars` (letters and digits of `report` in shared stretches, each
        counted once), `of` (its letters and digits) and `share`, in catalogue order.
    """
    listed = spans(shared(corpus) if table is None else table)
    rows = []
    for report in corpus.reports:
        letters = _letters([report.text], numbers=False).place
        own = listed[listed["report"] == report.id]
        for other in [*(r.id for r in corpus.reports if r.id != report.id), "any"]:
            part = own if other == "any" else own[own["other"] == other]
            rows.append((report.id, other, int(_inside(letters, part).sum()), len(letters)))
    result = pd.DataFrame(rows, columns=["report", "other", "chars", "of"])
    return result.assign(share=result["chars"] / result["of"].where(result["of"] > 0))


def _inside(places: np.ndarray, part: pd.DataFrame) -> np.ndarray:
    """
    Which places lie in at least one of the spans.

    >>> _inside(np.array([0, 3, 5]), pd.DataFrame({"start": [1, 2], "end": [5, 4]})).tolist()
    [False, True, False]
    """
    starts, ends = (np.sort(part[edge].to_numpy(dtype=np.int64)) for edge in ("start", "end"))
    begun, ended = (np.searchsorted(edges, places, side="right") for edges in (starts, ends))
    return begun > ended


def in_shared_passage(tokens: pd.DataFrame, table: pd.DataFrame) -> pd.Series:
    """
    Mark the tokens that begin in a shared stretch; `tokens[~marked]` is a report's own wording.

    Parameters
    ----------
    tokens : DataFrame
        What `tokens.table` gives.
    table : DataFrame
        What `shared` gives, or the rows of it that should count.

    Returns
    -------
    Series of bool, index of `tokens`
    """
    listed = spans(table)
    marked = pd.Series(False, index=tokens.index, name="shared")
    for report, rows in tokens.groupby("report", observed=True):
        part = listed[listed["report"] == report]
        marked.loc[rows.index] = _inside(rows["start"].to_numpy(), part)
    return marked


def fingerprint(text: str) -> np.ndarray:
    """
    Sample the wording of a text: numbers of one window in 32, from which it cannot be read.

    The same windows are taken in every text, so that the share of one text's numbers that another
    has estimates the share of its wording that the other has.

    Returns
    -------
    ndarray of uint32, sorted, each once
        Windows of 12 letters and digits (a number is one sign).

    Examples
    --------
    >>> text = "坚持稳中求进工作总基调，完整准确全面贯彻新发展理念，加快构建新发展格局。" * 3
    >>> len(fingerprint(text)) <= len(text), fingerprint("短").tolist()
    (True, [])
    """
    found = _hashes(_letters([text]).codes, MIN_CHARS)
    found = found[found % np.uint64(SAMPLED) == 0]
    return np.unique((found >> np.uint64(32)).astype(np.uint32))


def against(corpus, windows: pd.DataFrame, most: int = 30) -> pd.DataFrame:
    """
    Say which reports of a reference share most wording with each report of a corpus.

    Parameters
    ----------
    corpus : Corpus
    windows : DataFrame
        `report` (id) and `window`, the numbers of `fingerprint` of each report of the reference.
    most : int
        A window that more reports of the reference have is a formula, and left out on both sides.

    Returns
    -------
    DataFrame
        `report`, `other` (id in the reference), `share` (of the report's sampled windows that the
        other has), `low`, `high` (95%, Wilson; of the sampling of windows), `n` (windows), by
        report, share falling, id; pairs that share no window have no row.
    """
    from scipy.stats import binomtest

    times = windows["window"].value_counts()
    windows = windows[windows["window"].map(times) <= most]
    formulas = times.index[times > most]
    rows = []
    for report in corpus.reports:
        own = np.setdiff1d(fingerprint(report.text), formulas)
        shared_with = windows.loc[windows["window"].isin(own), "report"].value_counts()
        for other, hits in shared_with.items():
            interval = binomtest(int(hits), len(own)).proportion_ci(method="wilson")
            rows.append((report.id, other, hits / len(own), interval.low, interval.high, len(own)))
    table = pd.DataFrame(rows, columns=["report", "other", "share", "low", "high", "n"])
    return table.sort_values(["report", "share", "other"], ascending=[True, False, True], ignore_index=True)
