"""
Layout: what a page's columns and fonts did to the running text.

    >>> [e.evidence for e in find_lines("深度融合。第四章聚焦创新突破\\n把创新作为动力。")]
    ['a numbered heading stands after a full stop and ends the line']

Paragraphs are cut where a newspaper column or a page ended, headings are glued to what stands
before them, blanks stand where a PDF changed its font. Nothing is re-wrapped: a line break goes or
comes only where a sentence, a word or a numbering shows that it must.


What a web page leaves in its text: marks of bold type, entities, tags, hard blanks.

    >>> [(e.before, e.after) for e in _find_marks("增长。**提高精度。**坚持**新产业,**重点")]
    [('**', '\\n'), ('**', ''), ('**', ''), ('**', '')]
"""

import html
import re
from collections.abc import Iterator
from functools import cache
from itertools import compress, islice

from restoration import char_model, hanzi
from restoration.diagnosis import blank
from restoration.ledger import Edit
from restoration.lookalikes import standard

KIND = "layout"
H = hanzi.HAN
HAN = re.compile(f"[{H}]")
# Latin or a half-width comma before a blank and a number: the blank belongs there.
LATIN = re.compile(r"[A-Za-z0-9%,;\]]\s[0-9]")
# Inside of `LETTERED`, and found sooner.
SPREAD = re.compile(f" (?<=[{H}] )[{H}] [{H}]")
LETTERED = re.compile(f"^[ \t\u3000]*(?P<title>[{H}](?: [{H}]){{2,}})(?= *(?:[(（].*)?$)", re.MULTILINE)
# A line of pinyin above one of characters.
ABOVE = re.compile(f"(?:^|\n)[^\n{H}]*[a-zāáǎàēéěèīíǐìōóǒòūúǔù][^\n{H}]*\n\\Z")
# A number before a title is followed by a blank on purpose.
NUMBER = (
    f"(?:第 ?[{hanzi.NUMERALS}0-9]+ ?[章节節篇条條部]分?|[{hanzi.NUMERALS}]+、|[（(].{{1,3}}[）)]"
    f"|\\d+(?:\\.\\d+)*|[●■◆])"
)
NUMBERED = re.compile(f"[#\\s]*{NUMBER}$")
GLUED = re.compile(
    f"[。！!](?:第[{hanzi.NUMERALS}]{{1,3}}[章节篇]|[{hanzi.NUMERALS}]{{1,3}}、(?![{hanzi.NUMERALS}]))[^。，,；;！!\n]{{4,40}}(?=\n)"
)
BREAK = re.compile(f"(?<=[{H}0-9，,、])[ \t\u3000]*\n\\s*(?=[{H}“《0-9])")
# How points and sections of a list begin: what stands before them is no sentence cut in two.
LISTED = re.compile(f"{NUMBER}|[{hanzi.NUMERALS}]+[是要]")
STOP = re.compile("[。！？!?；;]")
CLAUSE = re.compile("[，。！？；、,!?;]")
# Longer lines are no titles.
TITLE = 60
# A line of this length with a stop inside is prose, not a heading.
PROSE = 20
# Log odds (nats, character model) that a word goes on over a line break. Whole paragraphs of 2,900
# reports of cities stay below 11.5, those of 004, whose full stops are often gone, below 12; of
# the 95 breaks that reach more all are cuts (though most of these reports the model has read).
GOES_ON = 13.0
# A row of a table is no longer; a cell that is a number.
ROW = 120
NUMBER_CELL = re.compile(r"[-+−±]?[0-9０-９][0-9０-９.,，．%％‰]*|[—–-]+")
# Doubtful places examined in one text: a page of verse or a table is not searched to its end.
MOST = 2000
# Characters on each side of a break that must stand together elsewhere in the text.
REPEATED = 4


def find_lines(text: str) -> list[Edit]:
    """List lines cut in two and headings glued together."""
    return _find_glued(text) + _find_cuts(text)


def find_blanks(text: str) -> list[Edit]:
    """
    List blanks inside Chinese, in a text diagnosed as spaced.

    Kept: blanks around Latin words, after the number of a heading, between phrases of a title.

    Examples
    --------
    >>> text = "率先 蹚 新路,到2035 年,用Big Data"
    >>> [text[e.start - 1] for e in find_blanks(text)]
    ['先', '蹚', '5']
    """
    edits, doubts = [], 0
    for hit in blank(text):
        if LATIN.match(text, hit.start() - 1) or doubts > MOST or _in_row(text, hit.start()):
            continue
        if _intended(text, *hit.span()):
            doubts += 1
        else:
            edits.append(_closed(text, hit))
    return edits


def find_strange(text: str) -> list[Edit]:
    """
    List blanks beside a character that the page took from another font.

    Examples
    --------
    >>> [e.evidence for e in find_strange("发展 蹚新路 张三 李四")]
    ['Chinese is written without blanks: 展蹚']
    """
    hits = blank(text)
    pairs = [text[hit.start() - 1] + text[hit.end()] for hit in hits]
    rare = set(filter(_is_strange, {*"".join(pairs)}))
    strange = [hit for hit, pair in zip(hits, pairs, strict=True)
               if rare and not rare.isdisjoint(pair) and pair[0] not in "：:”’"]
    # Where other blanks stand as often within Chinese, or such a character mostly has none, it is no font.
    others = len(hits) - len(strange)
    beside = {c for hit in strange for c in text[hit.start() - 1] + text[hit.end()] if _is_strange(c)}
    if others > max(2, len(strange)) or sum(map(text.count, beside)) > 2 * len(strange):
        return []
    return [
        _closed(text, hit) for hit in strange
        if not _in_row(text, hit.start()) and not _intended(text, *hit.span())
    ]


@cache
def _is_strange(character: str) -> bool:
    return character == "〇" or (
        bool(HAN.match(character)) and not hanzi.in_gb2312(character) and character in standard()
    )


def _closed(text: str, hit: re.Match) -> Edit:
    pair = text[hit.start() - 1] + text[hit.end()]
    return _mend(hit.start(), hit[0], "", "blank", f"Chinese is written without blanks: {pair}")


def _intended(text: str, start: int, end: int) -> bool:
    """Whether a blank parts a number from its title, or two phrases of a title."""
    before = text[max(0, start - TITLE) : start].rpartition("\n")
    after = text[end : end + TITLE].partition("\n")
    line = before[2] + after[0]
    if start > TITLE and not before[1]:
        return False
    if NUMBERED.match(before[2]):
        return True
    if len(line) > TITLE:
        return False
    pair = text[start - 1] + text[end]
    title = not re.search("[，,。；;]", line)
    if not title or any(map(_is_strange, pair)) or not all(map(HAN.match, pair)):
        return False
    joint = before[2][-REPEATED:] + after[0][:REPEATED]
    return len(joint) < 2 * REPEATED or joint not in text


def find_lettered(text: str) -> list[Edit]:
    """
    List blanks of titles whose letters are set apart, three characters at least.

    Examples
    --------
    >>> [e.start for e in find_lettered("政 府 工 作 报 告\\n张三 李四")]
    [1, 3, 5, 7, 9]
    """
    if not SPREAD.search(text):
        return []
    titles = (hit for hit in LETTERED.finditer(text)
              if not _heads_a_table(text, *hit.span()) and not {*hit["title"]} <= {*"年月日 "}
              and hit["title"][0] != "第" and _is_wording(hit["title"].replace(" ", ""))
              and not ABOVE.search(text, max(0, hit.start() - ROW), hit.start()))
    places = (i for hit in titles for i in range(hit.start("title") + 1, hit.end("title"), 2))
    return [_mend(i, " ", "", "lettered", "the letters of a title are set apart") for i in places]


def _is_wording(title: str) -> bool:
    """Whether most neighbours go together, as those of a list of single characters do not."""
    known = char_model.known_ngrams(char_model.encode(title))[1:]
    return 2 * int(known.sum()) >= len(known) and not {*title} <= {*hanzi.NUMERALS}


def _line(text: str, place: int) -> tuple[int, int]:
    """Where the line around a place begins and ends; one of a table is no longer than `ROW`."""
    start = text.rfind("\n", max(0, place - ROW), place) + 1
    if not start and place > ROW:
        return place, place
    end = text.find("\n", place, place + ROW)
    return start, end if end >= 0 else min(len(text), place + ROW)


def _cells(line: str) -> tuple[int, int]:
    """Cells of a row of a table, and how many of them are numbers; none in a sentence."""
    cells = [] if re.search("[。；;：:!！?？]", line) or len(line) >= ROW else line.split()
    return len(cells), sum(NUMBER_CELL.fullmatch(cell) is not None for cell in cells)


def _in_row(text: str, place: int) -> bool:
    """Whether a place lies in a row of a table: two numbers among its cells, or a like row beside it."""
    start, end = _line(text, place)
    cells, numbers = _cells(text[start:end])
    if numbers > 1 and cells > 2:
        return True
    beside = (_cells(text[slice(*_line(text, at))]) for at in (start - 2, end + 1) if 0 <= at < len(text))
    return cells > 2 and numbers == 1 and any(other == (cells, numbers) for other in beside)


def _heads_a_table(text: str, start: int, end: int) -> bool:
    """Whether a row of a table stands below or above a line."""
    low, high = _line(text, start)
    places = (high + 1, low - 2)
    return any(0 <= at < len(text) and _cells(text[slice(*_line(text, at))])[1] > 0 for at in places)


def _find_glued(text: str) -> list[Edit]:
    """List numbered headings that stand at the end of a paragraph."""
    reason = "a numbered heading stands after a full stop and ends the line"
    places = hanzi.follow(text, hanzi.STOP, hanzi.ORDINAL | hanzi.NUMERAL)
    hits = [place for place in places if GLUED.match(text, place)]
    return [_mend(place + 1, "", _separator(text), "glued", reason) for place in hits]


def _find_cuts(text: str) -> list[Edit]:
    """List line breaks inside a sentence: after a comma, inside a word, inside a repeated phrase."""
    edits, doubts = [], [*islice(_doubts(text), MOST + 1)]
    margins = _margins([(line, following) for _, line, following in doubts])
    for (hit, line, following), margin in zip(doubts, margins, strict=True):
        reason, margin = _why_cut(text, line, following, margin)
        if reason:
            edit = _mend(hit.start(), hit[0], "", "cut", reason)
            edits.append(edit if margin is None else _weighed(edit, margin))
    return edits


def _doubts(text: str) -> Iterator[tuple[re.Match, str, str]]:
    """Line breaks with the lines that they part, unless the second begins a point of a list."""
    inside = hanzi.BLANK | hanzi.IS_HAN | hanzi.DIGIT | hanzi.COMMA
    end = 0
    for place in hanzi.follow(text, inside, hanzi.BREAK):
        last = place
        while last > end and text[last] in " \t\u3000":
            last -= 1
        hit = BREAK.match(text, last + 1) if place >= end else None
        if not hit:
            continue
        end = hit.end()
        line = text[text.rfind("\n", 0, hit.start()) + 1 : hit.start()]
        following = text[hit.end() : hit.end() + TITLE].partition("\n")[0]
        if not LISTED.match(following):
            yield hit, line, following


def _is_prose(line: str) -> bool:
    return len(line) >= PROSE and STOP.search(line) is not None and not _is_verse(line)


def _is_verse(line: str) -> bool:
    """Whether of three clauses and more seven in ten are of one length."""
    sizes = [len(clause) for clause in CLAUSE.split(line.strip()) if clause]
    usual = max(set(sizes), key=sizes.count, default=0)
    return len(sizes) > 2 and usual < 8 and sizes.count(usual) >= 0.7 * len(sizes)


def _margins(pairs: list[tuple[str, str]]) -> list[float]:
    """Log odds that each line goes on in the one after it; 0 where it is no prose."""
    asked = [_is_prose(line) and line[-1] not in hanzi.COMMAS for line, _ in pairs]
    marks, joints = ("", "\n"), compress(pairs, asked)
    readings = [(mark + b[:3], a[-3:], b[3:6]) for a, b in joints for mark in marks]
    scores = iter(char_model.log_probs(readings))
    return [next(scores) - next(scores) if one else 0.0 for one in asked]


def _why_cut(text: str, line: str, following: str, margin: float) -> tuple[str, float | None]:
    """Evidence that `line` goes on in `following`, or nothing."""
    if line[-1] in hanzi.COMMAS:
        sizes = len(CLAUSE.split(line[:-1])[-1].strip()), len(CLAUSE.split(following)[0].strip())
        couplet = sizes in ((5, 5), (7, 7))
        return ("a comma ends no paragraph", None) if _is_prose(line) and not couplet else ("", None)
    if margin > GOES_ON:
        return f"{line[-2:]}{following[:2]} goes on over the break", margin
    # A title that goes on in the next line has no stops, nor has the next line.
    joint = line[-REPEATED:] + following[:REPEATED]
    title = max(len(line), len(following)) < TITLE and not re.search("[，,。；;]", line + following)
    if title and len(joint) == 2 * REPEATED and joint in text and _is_cut_word(line, following):
        return f"{joint} stands unbroken elsewhere", None
    return "", None


def _is_cut_word(line: str, following: str) -> bool:
    """Whether two lines part what goes together: no new phrase begins, and no number."""
    if re.match(f"关于|[{hanzi.NUMERALS}]|第", following):
        return False
    return char_model.log_prob(following[:2], line[-3:]) > char_model.log_prob("\n" + following[:2], line[-3:])


def _separator(text: str) -> str:
    """What stands between paragraphs here: a blank line or a line break."""
    return "\n\n" if 3 * text.count("\n\n") > text.count("\n") else "\n"


def _mend(start: int, before: str, after: str, rule: str, reason: str, sure=False) -> Edit:
    """Make an edit of this kind."""
    confidence = "exact" if sure else "inferred"
    end = start + len(before)
    return Edit(start, end, before, after, f"layout.{rule}", KIND, confidence, reason)


def _weighed(edit: Edit, margin: float) -> Edit:
    return edit._replace(margin=round(margin, 2), alternatives=(edit.before,))

MARKED = re.compile(r"(?<!\*)\*\*(?!\*)(?=\S)([^*\n]+)(?<=\S)\*\*(?!\*)")
# Bold type that begins a line or follows a sentence and ends as titles do; where there are masks, one in so
# many marks must be.
PLAINLY = re.compile(
    r"(?:^[ \t\u3000#>\d.、-]*|(?<=[。！；”]))\*\*(?![*\s])[^*\n]{2,}?(?:[。！：:？]\*\*|\*\*(?=[。，：:；！\s]|$))",
    re.MULTILINE,
)
BOLD = 5
# `&nbsp;`, also where its ampersand was escaped again; tags of running text.
ENTITY = re.compile(
    r"&(?:amp;)*(nbsp|e[mn]sp|thinsp|quot|amp|[lr][ds]quo|[mn]dash|middot|hellip|times|permil|deg|yen|laquo|raquo"
    r"|#(?!38;)\d{2,6}|#x(?!26;)[0-9a-fA-F]{2,6});"
)
TAG = re.compile(r"</?(p|br|div|span|strong|b|em|font)(?:\s+[a-z:-]+\s*=[^<>\n]{0,200}|\s*/?)>", re.IGNORECASE)
# Zero-width space and joiners, marks of direction, soft hyphen, a byte order mark inside.
ZERO = "\u200b\u200c\u200d\u200e\u200f\u2060\u00ad\ufeff"
_ZERO = f"[{ZERO}]"
INVISIBLE = re.compile(f"{_ZERO}{_ZERO}*")
# Beside these a character without width means something: emoji, Arabic, Thai, Mongolian.
JOINED = re.compile(f"[^\x00-\u036f\u2000-\u25ff\u2e80-\u33ff\ufe30-\ufe6f\uff00-\uffef\ue000-\uf8ff\ufffd{H}]")
HARD_BLANK = re.compile("(?<![ \t])[ \t]*\u00a0[ \t\u00a0]*")


def find_markup(text: str) -> list[Edit]:
    """List marks of bold type, entities and tags, in a text that is not about them."""
    return _find_marks(text) + _find_tags(text)


def _find_marks(text: str) -> list[Edit]:
    """List `**` around words; a marked sentence is a run-in heading and starts a paragraph."""
    edits: list[Edit] = []
    hits = list(MARKED.finditer(text)) if "**" in text else []
    masked = any(_is_mask(text, hit) for hit in hits)
    masked = masked or (hits and any(line.count("**") % 2 for line in text.split("\n")))
    if masked and BOLD * sum(1 for _ in PLAINLY.finditer(text)) < len(hits):
        return edits
    for hit in hits:
        before = text[max(0, hit.start() - 1) : hit.start()]
        heads = hit[1][-1] in "。！" and before in ("。", "！", "”")
        reason = "a marked sentence is a run-in heading" if heads else "marks of bold type"
        opening = _separator(text) if heads else ""
        edits.append(_mend(hit.start(), "**", opening, "marks", reason, not heads))
        edits.append(_mend(hit.end() - 2, "**", "", "marks", "marks of bold type", True))
    return edits


def _is_mask(text: str, hit: re.Match) -> bool:
    """Whether `**` stands for what was left out (张**、李**, 138****1234), or is a power."""
    around = text[max(0, hit.start() - 1) : hit.start()] + text[hit.end() : hit.end() + 1]
    joined = len(hit[1]) == 1 or hit[1][0] in "、，,。；：）)与和及或等在"
    return joined or any(c.isascii() and c.isalnum() for c in around)


def _find_tags(text: str) -> list[Edit]:
    """List entities and tags of a web page."""
    edits = []
    for hit in ENTITY.finditer(text) if "&" in text else ():
        after = html.unescape(f"&{hit[1]};")
        edits.append(_mend(hit.start(), hit[0], after, "entity", "entity of a web page", True))
    for hit in TAG.finditer(text) if "<" in text else ():
        before = text[max(0, hit.start() - 1) : hit.start()]
        if before.isascii() and before.isalnum() and hit[1].lower() != "br" and f"</{hit[1]}" not in text:
            continue
        after = "\n" if hit[1].lower() in ("p", "br", "div") else ""
        edits.append(_mend(hit.start(), hit[0], after, "tag", "tag of a web page", True))
    return edits


def find_residue(text: str) -> list[Edit]:
    """
    List hard blanks and characters without width.

    Examples
    --------
    >>> [(e.before, e.after) for e in find_residue("发展\u200b成果。\u00a0")]
    [('\\u200b', ''), ('\\xa0', '')]
    """
    edits = []
    for hit in INVISIBLE.finditer(text) if any(c in text for c in ZERO) else ():
        if JOINED.match(text, hit.end()) or (hit.start() and JOINED.match(text, hit.start() - 1)):
            continue
        edits.append(_mend(hit.start(), hit[0], "", "invisible", "has no width", True))
    for hit in HARD_BLANK.finditer(text) if "\u00a0" in text else ():
        before, after = text[max(0, hit.start() - 1) : hit.start()], text[hit.end() : hit.end() + 1]
        blank = " " if before.strip() and after.strip() else ""
        edits.append(_mend(hit.start(), hit[0], blank, "blank", "hard blank of a web page", True))
    return edits
