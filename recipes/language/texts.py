"""
The clean texts that the character model is estimated from, without those kept for trials.

    texts.running(daily, government, congress, local)    [(text, how often it counts), …]

README.md beside this file says where the four sources come from.
"""

import json
import re
from pathlib import Path

from restoration.char_model import EDGE, SAME

# National reports that no table of this project is estimated from, so that trials are honest.
HELD_OUT = (1985, 1999, 2010, 2024)
# The same for cities: every fortieth place of the list, with all its reports. On four of them
# constants of the package were set, the others were only looked at.
TUNED_PLACES = frozenset(("九江市", "宣城市", "抚州市", "汉中市"))
HELD_PLACES = TUNED_PLACES | {"吕梁市", "滁州市", "荆门市", "郴州市", "黄石市"}
# The city and the province of the five reports, in all years. Nine other cities of it are read.
OWN = frozenset(("太原市", "山西省"))
LEFT_OUT = HELD_PLACES | OWN
# Before 1978 the scripts are mixed (1954, 1957) and the vocabulary is another; five-year plans
# have the form of today's from the ninth on.
FIRST, FIRST_PLAN = 1978, 1996
# Congresses are numbered; they meet every five years, the 20th in 2022.
FIRST_CONGRESS, CONGRESS_YEAR = 15, {n: 1997 + 5 * (n - 15) for n in range(15, 21)}
# There are sixty local reports to a national one: these count four times, recent ones more.
NATIONAL, MODERN = 4, {2013: 8, 2018: 16}
# Invisible marks, which stand on a line of their own within a sentence.
INVISIBLE = re.compile("\n?[\u200b-\u200d\ufeff]\n?")
# First words of the notice under every text of Wikisource.
LICENCE = "\n本作品"
BLANK = "[ \t\u3000\xa0\u200b\u2002\u2003]"
# What Markdown and HTML add to a text: what comes out, and what it leaves.
MARKUP = tuple((re.compile(pattern, re.MULTILINE), left) for pattern, left in (
    (r"\A---\n(?s:.*?)\n---\n", ""),  # title and source
    (r"<br */?>", "\n"),
    (r"<!--(?s:.*?)-->|!\[[^\]]*\]\([^)]*\)|</?[a-zA-Z][^<>\n]*>", ""),
    (r"\[([^\]]*)\]\([^)]*\)", r"\1"),  # links
    (r"\[\^?\d{1,3}\]:?|［\d{1,3}］|【\d{1,3}】|〔\d{1,3}〕(?!号)", ""),  # notes
    (r"^\s*(?:#{1,6}|>|[-*+])\s+|\*\*|^\|.*$|^[-*_=|: ]+$", ""),
    (r"&(?:nbsp|emsp);|" + BLANK + "{2,}", " "),
    (r"(?<=[一-鿿，。；：、）])" + BLANK + r"+(?=[一-鿿（《“])", ""),
))  # fmt: skip


def normal(text: str) -> str:
    """Digits, letters, blanks and half-width marks as the model sees them."""
    text = "".join(SAME.get(c, c) for c in text)
    text = re.sub(r"[0-9０-９]", "0", text)
    return re.sub(r"\n+", EDGE, re.sub(r"[A-Za-zＡ-Ｚａ-ｚ]", "a", text))


def from_wikisource(content: str) -> str:
    """A page of Wikisource as text, one paragraph a line, without its licence and soft breaks."""
    text = INVISIBLE.sub("", content.split(LICENCE)[0])
    # A single line end is the edge of a link or of bold print; paragraphs have a blank line.
    text = re.sub(r"(?<!\n)\n(?!\n)[ \u3000]*", "", text)
    text = re.sub(r"(?<=[0-9０-９])[ \u3000]+", "", text)
    return re.sub(r"\s*\n\s*", "\n", text).strip() + "\n"


def from_markdown(content: str) -> str:
    """
    A Markdown file as text, one paragraph a line.

    >>> table = "| 指标 | 值 |\\n|---|---|"
    >>> from_markdown(f"## 目标\\n{table}\\n增长<5%，见[公报](a.html)。<br>完").split()
    ['目标', '增长<5%，见公报。', '完']
    """
    text = content.replace("\r\n", "\n").lstrip("\ufeff")
    for pattern, left in MARKUP:
        text = pattern.sub(left, text)
    return re.sub(r"\s*\n\s*", "\n", text).strip() + "\n"


def national(path: Path, first: int) -> dict[int, str]:
    """Reports in JSON lines by year, from the first year or congress on; notices have none."""
    rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    numbered = ((row.get("year") or row.get("congress"), row["content"]) for row in rows)
    chosen = ((int(n), content) for n, content in numbered if n and int(n) >= first)
    return {CONGRESS_YEAR.get(n, n): from_wikisource(content) for n, content in chosen}


def local(folder: Path) -> dict[str, str]:
    """
    Reports of provinces and cities by place and year (合肥市/2024), each text once.

    A text that stands under two places goes to the one that is left out.
    """
    found = {}
    files = folder.glob("政府工作报告-*/*/*.md")
    for path in sorted(files, key=lambda path: (path.parent.name not in LEFT_OUT, path)):
        text = from_markdown(path.read_text(encoding="utf-8"))
        found.setdefault(re.sub(r"\W", "", text), (f"{path.parent.name}/{path.stem}", text))
    return dict(sorted(found.values()))


def plans(folder: Path) -> list[str]:
    """National five-year plans."""
    paths = sorted(folder.glob("五年规划/[12]*.md"))
    return [from_markdown(path.read_text(encoding="utf-8"))
            for path in paths if int(path.name[:4]) >= FIRST_PLAN]  # fmt: skip


def weight(year: int) -> int:
    """How often a national report is counted."""
    return max((times for since, times in MODERN.items() if year >= since), default=NATIONAL)


def running(daily: Path, government: Path, congress: Path, folder: Path) -> list[tuple[str, int]]:
    """Normal texts and their weights."""
    plain = re.sub(r"/\w+ ?| ", "", daily.read_text(encoding="utf-8"))
    reports = {y: t for y, t in national(government, FIRST).items() if y not in HELD_OUT}
    dated = sorted(reports.items()) + sorted(national(congress, FIRST_CONGRESS).items())
    places = [t for name, t in local(folder).items() if name.split("/")[0] not in LEFT_OUT]
    return [
        (normal(plain), NATIONAL),
        *((normal(text), weight(year)) for year, text in dated),
        *((normal(text), 1) for text in plans(folder) + places),
    ]
