"""
Say what each section of a report does: review, guiding, tasks, self-government, other.

In this order, and `basis` says which it was: the frame (before the first heading, closing
address); words of the heading (回顾, 主要目标, 重点工作); what an announcement or the section above
says; words of the section's own text; the form of the heading (加快…). What is left is "other".
Words, patterns and reasons stand in `analysis/resources/lexicons/headings.csv`.
"""

import re

from analysis.structure import headings

FRAME = {"front": "before the first heading", "closing": "closing address"}
FUNCTIONS = ("review", "guiding", "tasks", "self-government", "other")

# Enough of a section to judge by; more adds nothing and costs time.
EVIDENCE_CHARS = 4000
# A section that speaks of one thing says so more than once: two different words are asked for.
DISTINCT = 2
# What a function rests on where no heading tells.
DEFAULT, BY_WORDS = "by default", "by the words of the text alone"
# The first sentence says what a part without a heading is about.
TOPIC_CHARS = 60
# Words of the subject, in 1,000 characters.
SUBJECT_DENSITY = 3.0
# Words that look back, in 1,000 characters: reviews of the reports have 2-8, tasks below 1.
REVIEW_DENSITY = 2.0
# Clauses that begin as an instruction, in 1,000 characters: tasks have 15-40, reviews below 15.
TASKS_DENSITY = 12.0


def assign(sections, lines: list[str], genre: str) -> None:
    """Set function, inherited function and basis of each section, parents first."""
    ends = [*(s.at for s in sections[1:]), len(lines)][: len(sections)]
    has_children = {s.parent for s in sections}
    before: dict[int, object] = {}
    for k, (section, end) in enumerate(zip(sections, ends, strict=True)):
        own = lines[section.at : end]
        parent = sections[section.parent] if section.parent >= 0 else None
        _decide(section, parent, own, genre)
        _between(section, before.get(section.parent))
        before[section.parent] = section
        if k in has_children:
            _as_container(section, own)
        elif section.level == 1 and section.basis.startswith("heading: "):
            _targets_first(section, own[1:], DISTINCT)
        _explain(section)


def _decide(section, parent, own: list[str], genre: str) -> None:
    above = parent.inherited if parent else ""
    if section.kind in FRAME:
        return _set(section, "other", FRAME[section.kind])
    # A title in brackets quotes the text: it names nothing.
    heading = "" if section.title.startswith("〔") else section.title
    named = headings.named(_last_clause(heading) if section.kind == "announcement" else heading)
    if above == "review":
        # A review of anything is a review, unless a heading turns the page.
        named = {f: word for f, word in named.items() if f in ("guiding", "tasks")}
    if len(named) == 1:
        ((function, word),) = named.items()
        if word == "形势":
            section.notes.append("a situation may be told as a review")
        return _set(section, function, f"heading: {word}")
    if named:
        return _mixed(section, own, named)
    if above and (heading or above == "review"):
        return _set(section, above, f"part of {parent.label}")
    function, why = judge("\n".join(own[1:] if section.number else own), heading, genre)
    if above and function not in ("guiding", "self-government", "other"):
        return _set(section, above, f"part of {parent.label}")
    if above and not why:
        return _set(section, above, f"part of {parent.label}")
    return _by_text(section, function, why)


def _between(section, sibling) -> None:
    """A part whose number is known though its heading is lost goes with the one before it."""
    lost = section.n and not section.number and section.function == "other"
    if lost and sibling and section.kind not in FRAME:
        _set(section, sibling.inherited or sibling.function, f"like {sibling.label} before it")
        section.notes = [note for note in section.notes if note not in (DEFAULT, BY_WORDS)]


def _by_text(section, function: str, why: str) -> None:
    """Take over a judgement by text; without a formula or a form to hold on to, it is unsure."""
    _set(section, function, why or "nothing in heading or text tells")
    if not (function == "guiding" or why.startswith("heading")):
        section.inherited = ""
        section.notes.append(BY_WORDS if why else DEFAULT)


def _last_clause(title: str) -> str:
    """What an announcement announces: 按照总体要求，今年要做好以下工作 is about 工作."""
    return re.split(r"[，,。]", title)[-1]


def _mixed(section, own: list[str], named: dict[str, str]) -> None:
    """Let a section's own text choose between the functions that its heading names."""
    hits = {function: headings.evidence("\n".join(own[1:]), function) for function in named}
    function = max(named, key=lambda f: len(hits[f]))
    words = list(dict.fromkeys(hits[function]))[:3]
    _set(section, function, "text: " + ", ".join(words) if words else "first in the heading")
    section.inherited = ""
    section.notes.append("heading names " + " and ".join(named.values()))


def judge(text: str, title: str = "", genre: str = "work-report") -> tuple[str, str]:
    """
    Judge a function by running text and the form of the title.

    Returns
    -------
    function, why : str
        `why` is empty where nothing speaks for any function ("other").

    Examples
    --------
    >>> judge("今年主要预期目标是：增长5%。今年是开局之年。")
    ('guiding', 'text: 主要预期目标是, 开局之年')
    """
    text = text[:EVIDENCE_CHARS]
    size = max(len(text), 200) / 1000
    guiding = list(dict.fromkeys(headings.evidence(text, "guiding")))
    review = headings.evidence(text, "review")
    if len(guiding) >= DISTINCT and len(guiding) >= len({*review}):
        return "guiding", "text: " + ", ".join(guiding[:3])
    verb = headings.imperative(title) if genre != "other" else ""
    if verb:
        return "tasks", f"heading begins with {verb}"
    for function in ("self-government", "other"):
        hits = headings.evidence(text, function)
        words = list(dict.fromkeys(hits))
        topic = not title and headings.evidence(text[:TOPIC_CHARS], function)
        if topic or (len(words) >= DISTINCT and len(hits) / size >= SUBJECT_DENSITY):
            return function, "text: " + ", ".join(words[:3])
    looks_back, instructions = len(review) / size, headings.imperatives(text) / size
    if looks_back >= REVIEW_DENSITY and looks_back * 6 > instructions:
        return "review", "text: " + ", ".join(list(dict.fromkeys(review))[:3])
    if genre != "other" and instructions >= TASKS_DENSITY:
        return "tasks", f"text: {instructions:.0f} instructions in 1,000 characters"
    return "other", ""


def _set(section, function: str, why: str) -> None:
    section.function = section.inherited = function
    section.basis = why


def _targets_first(section, body: list[str], at_least: int) -> None:
    """A part named 工作安排 states situation and targets before the tasks it announces."""
    if section.function != "tasks":
        return
    words = dict.fromkeys(headings.evidence("\n".join(body), "guiding"))
    if len(words) >= at_least:
        section.function = "guiding"
        section.basis += "; its own paragraphs: " + ", ".join(words)


def _as_container(section, own: list[str]) -> None:
    """Part the section's own paragraphs from what it announces to its subsections."""
    _targets_first(section, own[1:], 1)
    last = re.split(r"[。！？]", own[-1].rstrip())[-1] if own else ""
    if last.endswith(("：", ":")) and section.kind != "announcement":
        announced = headings.named(_last_clause(last.rstrip("：:")))
        if len(announced) == 1:
            section.inherited = next(iter(announced))


def _explain(section) -> None:
    if section.notes:
        section.basis += "; unsure: " + "; ".join(section.notes)
