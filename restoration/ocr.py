"""
Slips of optical character recognition: dashes read as 一, words doubled at a wrap, doubled marks.

    >>> text = "发展“供应一制造一应用”全产业链条，规范政府采购和招标投标投标。"
    >>> [(edit.before, edit.after) for edit in find(text)]
    [('一', '—'), ('一', '—'), ('投标', '')]

Each of these also occurs in good Chinese (一件一件, 讨论讨论, 一个又一个), so nothing is said of a
text with a single sign. Where signs come together, those with strong evidence are mended and the
others listed. A dropped character leaves no sign that good text does not show too: it stays.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import numpy as np

from restoration import contest, language, variants
from restoration.ledger import Edit

KIND = "ocr"
# Signs that make a text a recognised one, and how dense they stand: clean reports have none, a
# month of a newspaper has one in 500,000 characters.
LEAST, DENSE = 2, 1 / 10_000
# A chain of terms, two to eight characters each, joined by 一 twice at least and nothing around.
CHAIN = re.compile(r"(?<![一-鿿\w])([一-鿿]{2,8}(?:一[一-鿿]{2,8}){2,})(?![一-鿿\w])")
# What stands in every chain and hardly elsewhere, and is quick to find.
LINK = re.compile(r"一[一-鿿]{2,8}一[一-鿿]{2}")
# Two terms joined so, in quotation marks.
PAIR = re.compile(r"(?<=[“「『《])([一-鿿]{2,8}一[一-鿿]{2,8})(?=[”」』》])")
# Characters of a chain that its evidence shows on either side: a line may be one endless chain.
SHOWN = 12
# Nats by which a list (供应、制造) must be likelier than 一, at each joint and on the mean. Of
# 1,051 such chains in 2,900 reports of cities and a month of the People's Daily one leads by so
# much, and it is misread (合肥一六安一叶集); genuine ones reach 1 at each joint and 2 on the mean.
JOINT, MEAN = 1.5, 3.0
# A word and its copy.
DOUBLE = re.compile(r"(?=([一-鿿]{2,4})\1)")
# First characters of reduplications that are grammar: 一件一件, 很多很多, 越来越.
GRAMMAR = frozenset("一二三四五六七八九十百千万几两半每多很许最极太好大小高深长老真越又再")
# Log p at which a word is a compound's second half (招标 + 投标), and at which characters are one.
COMPOUND, WORD = -2.5, -6.0
# Marks that do not stand together: ,, and 、, but not …… or a row of full stops.
MARKS = re.compile(r"[,，、;；:：。](?:(?<!。)[,，、;；:：]{1,2}|(?<=。)。(?<![。.]。。)(?![。.]))")
# One character in 2,000 misread: a scan is read well, or nobody would put it on the net.
RATE = 1 / 2000


def find(text: str) -> list[Edit]:
    """
    Mend dashes, doubled words, doubled marks and misread characters of a recognised text.

    Parameters
    ----------
    text : str
        Simplified text with its lines joined (a word may have been doubled at a wrap).

    Returns
    -------
    list of Edit
        *inferred* with the margin in nats, or *unresolved*; none if the text shows fewer than
        two signs.
    """
    edits = [edit for match in _chains(text) for edit in _dashes(text, match)]
    edits += _doubles(text) + [_mark(match) for match in MARKS.finditer(text)]
    # A reduplication that stays is no sign.
    signs = sum(edit.changes or edit.rule == "ocr.mark" for edit in edits)
    if signs < max(LEAST, DENSE * len(text)):
        return []
    taken = {place for edit in edits for place in range(edit.start, edit.end)}
    edits += [edit for edit in _misread(text) + _pairs(text) if edit.start not in taken]
    return sorted(edits, key=lambda edit: edit.start)


def _chains(text: str) -> Iterator[re.Match]:
    """Matches of `CHAIN`, looked for in the lines that have a `LINK`."""
    end = -1
    for link in LINK.finditer(text):
        if link.start() > end:
            start, end = text.rfind("\n", 0, link.start()) + 1, text.find("\n", link.end())
            end = len(text) if end < 0 else end
            yield from CHAIN.finditer(text, start, end)


def _dashes(text: str, match: re.Match, confidence: str = "inferred") -> list[Edit]:
    """The 一 of a chain where every joint reads better as a list; none if one does not."""
    places = [match.start() + k for k, c in enumerate(match[1]) if c == "一"]
    leads = [_joint(text, place) for place in places]
    if min(leads) < JOINT or sum(leads) < MEAN * len(leads):
        return []
    after, other = ("—", "一") if confidence == "inferred" else ("一", "—")
    return [
        Edit(place, place + 1, "一", after, "ocr.dash", KIND, confidence,
             f"{text[max(match.start(), place - SHOWN) : min(match.end(), place + SHOWN)]} is of a "
             f"chain of terms: a list is likelier than 一 by {lead:.1f} nats",
             (other,), round(lead, 2))
        for place, lead in zip(places, leads, strict=True)
    ]


def _pairs(text: str) -> list[Edit]:
    """Two quoted terms with 一 between them: a suspicion."""
    return [e for match in PAIR.finditer(text) for e in _dashes(text, match, "unresolved")]


def _joint(text: str, place: int) -> float:
    """How much likelier the terms around a place are as members of a list than joined by 一."""
    before, after = text[place - 3 : place], text[place + 1 : place + 4]
    return language.log_prob("、" + after, before) - language.log_prob("一" + after, before)


def _doubles(text: str) -> list[Edit]:
    """Copies of a word that no reduplication explains."""
    edits: list[Edit] = []
    for match in _twice(text):
        if match[1][0] in GRAMMAR or (edits and match.start() < edits[-1].end):
            continue
        if (edit := _double(text, match.start(), match[1])) is not None:
            edits.append(edit)
    return edits


def _twice(text: str) -> Iterator[re.Match]:
    """Matches of `DOUBLE`: where as many characters are equal as stand between them."""
    codes, found = language.points(text), []
    for n in (2, 3, 4):
        same = codes[n:] == codes[:-n]
        for _ in range(n - 1):
            same = same[1:] & same[:-1]
        found += np.flatnonzero(same).tolist()
    return filter(None, (DOUBLE.match(text, place) for place in sorted({*found})))


def _double(text: str, start: int, word: str) -> Edit | None:
    """A copy is dropped where the word completes a compound and a mark follows, else listed."""
    before, after = text[max(0, start - 3) : start], text[start + 2 * len(word) :][:1]
    inside = min(language.log_prob(word[k], word[:k]) for k in range(1, len(word)))
    seam = language.log_prob(word[0], word)
    # 创业|创新 is two words: there the seam of 业创|业创 holds and the inside does not.
    if inside < WORD or inside <= seam:
        return None
    fit = language.log_prob(word, before) if before[-1:].isalnum() else -99.0
    settled = fit >= COMPOUND and not after.isalnum()
    place = start + len(word)
    return Edit(
        place, place + len(word), word, "" if settled else word, "ocr.double", KIND,
        "inferred" if settled else "unresolved",
        f"{word} stands twice" + (f" and completes {before}" if settled else ""),
        (word,) if settled else ("",), round(fit - COMPOUND, 2) if settled else None,
    )


def _mark(match: re.Match) -> Edit:
    """A doubled mark: of equal ones one stays; of different ones, the reader decides."""
    marks = match[0]
    same = len(set(marks)) == 1
    return Edit(
        match.start(), match.end(), marks, marks[0] if same else marks, "ocr.mark", KIND,
        "inferred" if same else "unresolved",
        f"{marks} is one mark" if same else f"{marks}: one of these marks is too many",
        (marks,) if same else tuple(dict.fromkeys(marks)),
    )


def _misread(text: str) -> list[Edit]:
    """Characters that a look-alike replaces clearly; one that is ordinary itself is only listed."""
    codes = language.encode(text)
    odd = set(variants.odd_places(text))
    places = sorted({*contest.strangers(text, codes).tolist(), *odd})
    readings = contest.contest(text, places, contest.habit(codes, places), Counter(), RATE)
    return [
        Edit(r.place, r.place + 1, text[r.place], r.best if r.place in odd else text[r.place],
             "ocr.look-alike", KIND, "inferred" if r.place in odd else "unresolved",
             f"{r.best} fits {text[max(0, r.place - 3) : r.place + 4]!r} better "
             f"by {r.margin:.1f} nats",
             r.others if r.place in odd else (r.best, *r.others), round(r.margin, 2))
        for r in readings
        if r.margin >= variants.AHEAD_ORDINARY
    ]
