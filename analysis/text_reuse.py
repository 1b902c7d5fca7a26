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
# Of a text whose wording is compared but not held one window in so many is kept, and windows are so wide
# (`fingerprint`): two thirds of a sentence, so that a name or a slogan is no match.
SAMPLED, PRINTED = 20, 20
# From this share on, two reports are the same text, whatever the catalogue says.
SAME_TEXT = 0.8
# Characters compared, windows sorted and runs extended at a time: bounds memory.
_CHUNK, _SEEDS, _RUNS = 4_000_000, 24_000_000, 200_000
# Characters hashed at a time: their numbers stay in a processor's cache.
_HASHED = 1 << 16

_SPAN = ["report_a", "start_a", "end_a", "report_b", "start_b", "end_b"]


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
        last = max(first + 1, np.searchsorted(ends, starts[first] + _HASHED, side="right"))
        low, high = starts[first], ends[last - 1]
        found = _hashes(letters.codes[low:high], width)
        # No window runs from one text into the next.
        outside = np.zeros(len(found), bool)
        for edge in ends[first:last] - low:
            outside[max(0, edge - width + 1) : edge] = True
        order = (found >> np.uint64(32)).astype(np.uint32)
        order[outside] = 2**32 - 1
        place = np.flatnonzero(_least(order, spacing) & ~outside)
        hashes.append(found[place])
        at.append(place + low)
        first = last
    return np.concatenate(hashes), np.concatenate(at)


def _least(hashes: np.ndarray, spacing: int) -> np.ndarray:
    """
    Which hashes are the least of some `spacing` neighbours.

    >>> _least(np.array([5, 3, 9, 8, 7], dtype=np.uint32), 3).tolist()
    [True, True, False, False, True]
    """
    if spacing < 2:
        return np.ones(len(hashes), bool)
    around = np.full(len(hashes) + 2 * spacing - 2, 2**32 - 1, np.uint32)
    around[spacing - 1 : spacing - 1 + len(hashes)] = hashes
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
    table.insert(0, "passage", _quoted(corpus.reports, table))
    return _named(table, corpus)


def _quoted(reports: Sequence, table: pd.DataFrame) -> list[str]:
    """Shared stretches as written in the first report."""
    spans = table[["report_a", "start_a", "end_a"]].itertuples(index=False, name=None)
    return [reports[n].text[start:end] for n, start, end in spans]


def _table(letters: _Letters, start_a, end_a, start_b, end_b) -> pd.DataFrame:
    """Runs of letters as spans of texts."""
    columns = {}
    for side, start, end in (("a", start_a, end_a), ("b", start_b, end_b)):
        columns[f"report_{side}"] = letters.text_of(start)
        columns[f"start_{side}"] = letters.place[start].astype(np.int64)
        columns[f"end_{side}"] = letters.place[end - 1].astype(np.int64) + 1
    return pd.DataFrame(columns)[_SPAN]


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

    Returns
    -------
    DataFrame
        As `passages`, with the ids of the reports, `raw_start_a`, `raw_end_a`, `raw_start_b`, `raw_end_b` (offsets in
        the files as received) and `passage` (as written in the first report). `attrs["notes"]` says how many reports
        and passages, and what is no copy.
    """
    reports = list(corpus.reports)
    table = passages([report.text for report in reports], min_chars, corpus.progress)
    for side in ("a", "b"):
        spans = table[[f"report_{side}", f"start_{side}", f"end_{side}"]].itertuples(index=False, name=None)
        raw = np.array([reports[n].ledger.to_raw(start, end) for n, start, end in spans], np.int64).reshape(-1, 2)
        table[f"raw_start_{side}"], table[f"raw_end_{side}"] = raw.T
    table["passage"] = _quoted(reports, table)
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
    place = {report.id: _letters([report.text]).place for report in corpus.reports}
    sizes = {name: max(len(at), 1) for name, at in place.items()}
    keys = ["report_a", "report_b"]
    copies = table[~table["formula"]]
    result = table.groupby(keys, sort=False).size().rename("all").reset_index()
    for side in ("a", "b"):
        size = result[f"report_{side}"].map(sizes).astype("float64")
        result[f"share_{side}"] = _covered(result, copies, side, place) / size
        result[f"whole_{side}"] = _covered(result, table, side, place) / size
    found = copies.groupby(keys)["chars"].agg(passages="size", longest="max")
    found = found.reindex(pd.MultiIndex.from_frame(result[keys]), fill_value=0)
    result[["passages", "longest"]] = found.to_numpy()
    known = pd.DataFrame(
        [(one.id, one.place, one.level, _year(one), one.delivered) for one in corpus.reports],
        columns=["report", "place", "level", "year", "delivered"],
    ).set_index("report")
    result = dated(result, known, known)
    # Formulas count here: two copies of one text share them, too.
    result["same_text"] = result[["whole_a", "whole_b"]].min(axis=1) >= SAME_TEXT
    result["formula_a"] = result["whole_a"] - result["share_a"]
    columns = [
        *("report_a", "report_b", "share_a", "share_b", "formula_a", "passages", "longest", "place_a", "place_b"),
        *("level_a", "level_b", "year_a", "year_b", "delivered_a", "delivered_b"),
        *("days", "first", "same_text", "same_place"),
    ]
    most = result[["share_a", "share_b"]].max(axis=1)
    order = result.assign(most=most).sort_values(["same_text", "most", *keys], ascending=[True, False, True, True])
    result = order[columns].reset_index(drop=True)
    same = result.loc[result["same_text"], keys].agg(" = ".join, axis=1)
    result.attrs["notes"] = [
        f"{len(result)} pairs of {len(place)} reports share wording; {int((result['first'] != '').sum())} have "
        "a direction in time (both days of delivery are known and differ).",
        *([f"One text under two names, listed last: {'; '.join(same[:9])}."] if len(same) else []),
    ]
    return result


def dated(table: pd.DataFrame, known_a: pd.DataFrame, known_b: pd.DataFrame) -> pd.DataFrame:
    """
    Add to pairs what is known of both reports, and who was first: columns from `place_a` on, as in `pairs`.

    Parameters
    ----------
    table : DataFrame
        `report_a`, `report_b`.
    known_a, known_b : DataFrame, index id
        `place`, `level`, `year`, `delivered`.
    """
    result = table.copy()
    for side, known in (("a", known_a), ("b", known_b)):
        rows = known.loc[table[f"report_{side}"], ["place", "level", "year", "delivered"]]
        result[[f"{name}_{side}" for name in rows]] = rows.to_numpy()
    one, two = (
        pd.to_datetime(result[f"delivered_{side}"].where(result[f"delivered_{side}"].str.len() == 10)) for side in "ab"
    )
    result["days"] = (two - one).dt.days.astype("Int64")
    before, after = (result["days"] > 0).fillna(False), (result["days"] < 0).fillna(False)
    result["first"] = np.select([before, after], [result["report_a"], result["report_b"]], "")
    result["same_place"] = (result["place_a"] != "") & (result["place_a"] == result["place_b"])
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
    used = table[~table["same_text"] & (table[["share_a", "share_b"]].max(axis=1) > 0)]
    sides = [
        used[[f"report_{a}", f"report_{b}", f"share_{a}"]]
        .set_axis(["report", "other", "share"], axis=1)
        .assign(days=used["days"] * sign)
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
        Deals of the days of delivery among the reports of one level and year (a report keeps its wording).

    Returns
    -------
    DataFrame
        A row for each two levels: `level_a`, `level_b`, `n` (pairs), `first` (share of the wording shared
        by the two, weighted by its length, in which the report of `level_a` was first), `calendar`,
        `low`, `high` (mean and middle 95% when days are dealt out anew: what the calendar alone gives) and `p`
        (two-sided). Being first is no influence: a level may speak first because it meets earlier. Without a row,
        ``attrs["why"]``.
    """
    one_year = table["year_a"] == table["year_b"]
    used = table[(table["first"] != "") & one_year & ~table["same_text"] & ~table["same_place"]]
    # A pair is written with its levels in order.
    names = ("report", "level", "year", "delivered")
    a, b = (used[[f"{name}_{side}" for name in names]].set_axis(names, axis=1) for side in "ab")
    known = pd.concat([a, b]).drop_duplicates("report").sort_values("report").set_index("report")
    turn = (a["level"] > b["level"]).to_numpy(bool)
    one, two = (known.index.get_indexer(x["report"].where(~turn, y["report"])) for x, y in ((a, b), (b, a)))
    level = known["level"].to_numpy(object)
    weight = used[["share_a", "share_b"]].max(axis=1).to_numpy()
    dealt = _dealt(known, draws, np.random.default_rng(seed))
    rows = []
    for levels in sorted({(level[i], level[j]) for i, j in zip(one, two, strict=True) if level[i] != level[j]}):
        chosen = np.flatnonzero((level[one] == levels[0]) & (level[two] == levels[1]))
        gap = dealt[:, two[chosen]] - dealt[:, one[chosen]]
        first = ((gap > 0) + 0.5 * (gap == 0)) @ weight[chosen] / weight[chosen].sum()
        null = first[1:]
        far = np.abs(null - null.mean()) >= abs(first[0] - null.mean()) - 1e-12
        p = (1 + far.sum()) / (draws + 1)
        rows.append((*levels, len(chosen), first[0], null.mean(), *np.quantile(null, [0.025, 0.975]), p))
    columns = ["level_a", "level_b", "n", "first", "calendar", "low", "high", "p"]
    result = pd.DataFrame(rows, columns=columns)
    if result.empty:
        result.attrs["why"] = (
            "No two reports of two levels plan for the same year, share wording and have both days of delivery known."
        )
    return result


def _dealt(known: pd.DataFrame, draws: int, rng: np.random.Generator) -> np.ndarray:
    """Days of delivery as they are, and dealt out anew among the reports of one level and year."""
    day = known["delivered"].to_numpy("datetime64[D]").astype(float)
    dealt = np.repeat(day[None], draws + 1, axis=0)
    members = [rows for _, rows in sorted(known.groupby(["level", "year"]).indices.items())]
    for k in range(1, draws + 1):
        for rows in members:
            dealt[k, rows] = day[rng.permutation(rows)]
    return dealt


def travel(counts) -> pd.DataFrame:
    """
    Follow wordings through many reports, from the first year of each: who had it first, level by level.

    Parameters
    ----------
    counts : Counts
        Wordings as terms, by report, with `report`, `level`, `year` and `delivered` of each (`Reference.counts` of
        whole reports has them).

    Returns
    -------
    DataFrame
        A row a term, level and year: `term`, `level`, `year` (planned for), `reports`, `have` (reports
        that have it), `share`, `first` (id of the first report of that level and year to have it, by day
        of delivery) and `day` (its day, empty where none is known).
    """
    units = counts.units.astype({"report": str}).reset_index(drop=True)
    rows = []
    for term, column in zip(counts.terms, counts.matrix.toarray().T, strict=True):
        since = units[(units["year"] >= units["year"][column > 0].min())]
        for (level, year), group in since.assign(has=column[since.index] > 0).groupby(["level", "year"], sort=True):
            having = group[group["has"]]
            days = sorted((day, name) for day, name in zip(having["delivered"], having["report"], strict=True)
                          if len(day) == 10)  # fmt: skip
            day, first = days[0] if days else ("", having["report"].iloc[0] if len(having) == 1 else "")
            rows.append((term, level, int(year), len(group), len(having), len(having) / len(group), first, day))
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
    known = pd.DataFrame(
        [(one.id, one.place, one.level, one.genre, _year(one)) for one in corpus.reports if one.place],
        columns=["report", "place", "level", "genre", "year"],
    ).drop_duplicates(["place", "level", "genre", "year"])
    past = known.rename(columns={"report": "previous"}).assign(year=known["year"] + 1)
    share = {(row.report_a, row.report_b): row.share_a for row in table.itertuples()}
    share |= {(row.report_b, row.report_a): row.share_b for row in table.itertuples()}
    found = known.merge(past, on=["place", "level", "genre", "year"]).sort_values(["place", "level", "genre", "year"])
    found["share"] = [share.get(pair, 0.0) for pair in zip(found["report"], found["previous"], strict=True)]
    return found[["report", "place", "year", "previous", "share"]].reset_index(drop=True)


def _spans(table: pd.DataFrame) -> pd.DataFrame:
    """Each report's side of shared stretches: `report`, `start`, `end`, `other`."""
    sides = [
        table[[f"report_{one}", f"start_{one}", f"end_{one}", f"report_{two}"]].set_axis(
            ["report", "start", "end", "other"], axis=1
        )
        for one, two in ("ab", "ba")
    ]
    return pd.concat(sides, ignore_index=True)


def coverage(corpus, table: pd.DataFrame) -> pd.DataFrame:
    """
    Say which share of each report stands in exact stretches that others have.

    Parameters
    ----------
    corpus : Corpus
    table : DataFrame
        What `shared` gives.

    Returns
    -------
    DataFrame
        For each ordered pair of reports, and with `other` = `any` for all others together:
        `report`, `other`, `chars` (letters and digits of `report` in shared stretches, each
        counted once), `of` (its letters and digits) and `share`, in catalogue order.
    """
    listed = _spans(table)
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
    Mark the tokens (`tokens.table`) that begin in a stretch of `shared`; `tokens[~marked]` is a report's own wording.

    Returns
    -------
    Series of bool, index of `tokens`
    """
    listed = _spans(table)
    marked = pd.Series(False, index=tokens.index, name="shared")
    for report, rows in tokens.groupby("report", observed=True):
        part = listed[listed["report"] == report]
        marked.loc[rows.index] = _inside(rows["start"].to_numpy(), part)
    return marked


def fingerprint(text: str) -> np.ndarray:
    """
    Sample the wording of a text: numbers of one window in 20, from which it cannot be read.

    The same windows are taken in every text, so that the share of one text's numbers that another
    has estimates the share of its wording that the other has.

    Returns
    -------
    ndarray of uint32, sorted, each once
        Windows of 20 letters and digits (a number is one sign).

    Examples
    --------
    >>> text = "坚持稳中求进工作总基调，完整准确全面贯彻新发展理念，加快构建新发展格局。" * 3
    >>> len(fingerprint(text)) <= len(text), fingerprint("短").tolist()
    (True, [])
    """
    found = _hashes(_letters([text]).codes, PRINTED)
    return np.unique((found[found % np.uint64(SAMPLED) == 0] >> np.uint64(32)).astype(np.uint32))
