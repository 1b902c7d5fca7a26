"""
Keyword substitution: a page made for search engines says 太原市经济发展 where 太原市 stood.

Such a rewriting leaves a mark that no author leaves: the place is never named without the tail,
also in titles and in names of bodies, where the tail makes no phrase with what follows
(经济发展第十四届) although the place does (太原市第十四届). The evidence is what the language
model says of this joint, and how often it says so in one text. Only titles and names are mended:
推动太原市经济发展 is a phrase.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator

from restoration import diagnosis, language
from restoration.ledger import Edit

KIND = "keyword substitution"
# A place: two to five characters and the word for its rank.
PLACE = re.compile(r"([一-鿿]{2,5}[省市县区州盟旗])([一-鿿]{2,6})")
RANK = re.compile("[省市县区州盟旗]")
# Where a rewritten title could be: cheap to look for, and rare enough to end most searches.
TITLE = re.compile(
    r"[《〈“‘「『][一-鿿]{2,5}[省市县区州盟旗][一-鿿]{2}"
    r"|[省市县区州盟旗][一-鿿]{2,6}第[一二三四五六七八九十]+[届次]"
)
# The rank of a place that opens a title, or that a session follows.
TITLED = re.compile(
    r"[省市县区州盟旗](?:(?<=[《〈“‘「『].{3})|(?<=[《〈“‘「『].{4})|(?<=[《〈“‘「『].{5})"
    r"|(?<=[《〈“‘「『].{6})|(?=[一-鿿]{2,6}第[一二三四五六七八九十]+[届次]))"
)
# Ranks that names of bodies were counted with; a rarer one (旗, 盟) takes the same names.
RANKS = "省市县区"
# Opens a title or the name of a body; a session of a congress is one without marks.
OPENING, NUMBERS = "《〈“‘「『", "一二三四五六七八九十"
SESSION = re.compile(rf"第[{NUMBERS}]+[届次]")
# A rewriting is total: seen three times at least, nearly wherever the place is named, and in two
# titles at least.
LEAST, SHARE, TITLES = 3, 0.8, 2
# At one title at least the place must go better with what follows by this much (nats).
STRONG = 4.0
# What each further title where the tail is the worse reading adds, and the most they add.
EACH, MOST = 2.0, 8.0
# Nats ahead of "the tail belongs here".
AHEAD = 4.0


def find(text: str) -> list[Edit]:
    """
    Drop the tail that a rewriting put behind a place name in titles and names.

    Parameters
    ----------
    text : str
        Simplified text, look-alikes already undone.

    Returns
    -------
    list of Edit
        *inferred* in titles and names where the joint says so; *unresolved* where it hardly does.

    Examples
    --------
    >>> titles = "《安平市旅游攻略城市总体规划》、《安平市旅游攻略物业管理条例》"
    >>> text = f"“安平市旅游攻略人才工作领导小组”、“安平市旅游攻略教育局直属学校”、{titles}"
    >>> sorted({edit.before for edit in find(text)})
    ['旅游攻略']
    """
    if not _recurs(text) or len(TITLE.findall(text)) < TITLES:
        return []
    edits = []
    for place, tail in rewritings(text, _titled(text)):
        ends = [m.start() + len(place) for m in re.finditer(re.escape(place + tail), text)]
        ends = [end for end in ends if in_title(text, end, place, tail)]
        # One title said twice is one title.
        if len({_following(text, end, tail) for end in ends}) < TITLES:
            continue
        titles = {end: lead(text, end, place, tail) for end in ends}
        if max(titles.values()) >= STRONG:
            edits += _edits(text, place, tail, titles)
    return sorted(edits, key=lambda edit: edit.start)


def _recurs(text: str) -> bool:
    """Whether titles agree around a rank, two characters on either side: else none has a tail."""
    around = (text[max(0, hit.start() - 2) : hit.end() + 2] for hit in TITLED.finditer(text))
    agreed = [key for key, n in Counter(around).items() if n >= TITLES]
    return any(len(diagnosis.places(text, [key])) >= LEAST for key in agreed)


def _titled(text: str) -> set[str]:
    """What could be a place where a title begins or a session follows."""
    ends = [hit.end() for hit in TITLED.finditer(text)]
    return {text[end - n - 1 : end] for end in ends for n in range(2, 6) if end > n}


def _following(text: str, end: int, tail: str) -> str:
    """The beginning of what follows a tail."""
    start = end + len(tail)
    return text[start : start + language.ORDER + 2]


def rewritings(text: str, places: set[str]) -> Iterator[tuple[str, str]]:
    """Those places that hardly stand without one and the same tail; the longest one of each."""
    after: dict[str, list[str]] = {}
    starts = {rank.start() - n for rank in RANK.finditer(text) for n in range(2, 6)}
    for start in sorted(start for start in starts if start >= 0):
        if (match := PLACE.match(text, start)) and match[1] in places:
            after.setdefault(match[1], []).append(match[2])
    for place, tails in sorted(after.items()):
        if len(tails) < LEAST:
            continue
        found = Counter(tail[:n] for tail in tails for n in range(2, len(tail) + 1))
        total = text.count(place) if max(found.values()) >= LEAST else 0
        common = [t for t, n in found.items() if n >= max(LEAST, SHARE * total)]
        if total and common:
            yield place, max(common, key=len)


def lead(text: str, end: int, place: str, tail: str) -> float:
    """How much better what follows goes with the place than with the tail, in nats."""
    start = end + len(tail)
    ranks = place[-1] if place[-1] in RANKS else RANKS
    return max(_goes(place[:-1] + rank, text, start) for rank in ranks) - _goes(tail, text, start)


def _goes(before: str, text: str, start: int) -> float:
    """
    Log probability of what stands at `start` after `before`, in nats.

    Which session it is says nothing, and a number may go with other words (发展第十四个五年规划):
    it is any session, of a body that `before` has beside it.
    """
    body, gain = start, 0.0
    if session := SESSION.match(text, start):
        body, unit = session.end(), session[0][-1]
        each = [language.log_prob(f"第{number}{unit}", before) for number in NUMBERS]
        gain = math.log(math.fsum(map(math.exp, each)))
    return gain + language.log_prob(text[body : body + language.ORDER], before)


def in_title(text: str, end: int, place: str, tail: str) -> bool:
    """Whether a place opens a title or a quoted name, or a numbered session follows its tail."""
    start = end - len(place)
    opened = text[max(0, start - 1) : start] in OPENING and start > 0
    return opened or SESSION.match(text, end + len(tail)) is not None


def _edits(text: str, place: str, tail: str, titles: dict[int, float]) -> list[Edit]:
    """A row a title: the tail goes where its own joint and the other titles are against it."""
    edits, beginnings = [], {end: _following(text, end, tail) for end in titles}
    agree = {beginnings[end] for end, gain in titles.items() if gain > 0}
    for end, gain in titles.items():
        following = beginnings[end]
        others = len(agree - {following})
        margin = gain + min(MOST, EACH * others)
        if margin <= 0:
            continue
        settled = margin >= AHEAD
        edits.append(Edit(
            end, end + len(tail), tail, "" if settled else tail, "keywords.tail", KIND,
            "inferred" if settled else "unresolved",
            f"{place} never stands without {tail} here, and {following} goes with {place} "
            f"({gain:+.1f} nats; {others} other titles)",
            (tail,) if settled else ("",), round(margin, 2),
        ))
    return edits
