"""
Examine a corpus before anything is counted: what is doubtful about it, with evidence and remedy.

Texts are looked at as they are, before restoration. Every finding is a doubt that a reader settles:
nothing is changed, and nothing is left out because of it.

    findings = doctor.examine(Path("texts/catalogue.csv"))
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from html import escape
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

from analysis import catalogue as catalogues
from analysis import lexicons, storage
from analysis.catalogue import draft, evidence, places
from analysis.readers import Unreadable, decoded
from restoration import diagnose

COLUMNS = ["id", "file", "kind", "what", "evidence", "remedy"]
# Kinds of findings, the gravest first, in words.
KINDS = {
    "unreadable": "files that cannot be read",
    "source": "files whose source has changed",
    "same": "one text twice",
    "near": "texts that are nearly one",
    "place": "texts of another place",
    "year": "texts of another year",
    "level": "texts of another level or kind",
    "anachronism": "terms older than their coinage",
    "language": "texts in another language",
    "cut": "abridged or cut off texts",
    "structure": "texts without sections",
    "page": "remains of pages",
    "damage": "damaged characters",
    "twice": "two reports of one place, kind and year",
    "gap": "missing years",
}
# What a diagnosis shows, in words.
_DAMAGE = {
    "annotated": "ghost pinyin", "slipped": "byte slips", "traditional": "traditional script", "disguised": "characters in disguise",  # noqa: E501
    "lost": "lost characters",
}  # fmt: skip
# Characters of a window, and which share of windows is kept: chosen by the windows, alike in all texts.
_WINDOW, _KEPT = 20, 8
# Windows that more texts hold are wording of the genre.
_COMMON = 12
# Share of the shorter text's windows that another holds: nearly one text.
_NEAR = 0.5
# By how much evidence must outweigh other to be set against the catalogue: a congress, an address; a heading or a
# day for years, of which a text says more.
_STRONG, _STRONG_YEAR = 4.0, 2.5
# Shares of the usual length of a series, below which a text is short.
_ABRIDGED, _SHORT = 0.4, 0.7
# How reports close; annexes may follow.
_CLOSING = re.compile(
    "让我们|谢谢大家|各位代表[！!，,：:]|奋斗[！!。]|新篇章|贡献[！!]|请予审议|万岁|前进[！!]|[！!]\\s*\\Z"
)
_STOP = re.compile(r"[。！？”’）)】》〉…!?;；.—\]]\s*\Z")
_PAGE = re.compile(
    "版权所有|备案(?:序)?号|ICP备|网安备|上一[篇条]|下一[篇条]|打印(?:本页|此页)|关闭(?:窗口|本页)|当前位置|您(?:的|现在的)?位置|浏览次数|点击(?:数|次数|量)|"
    "责任编辑[:：]|扫一扫|分享到|网站地图|技术支持[:：]|【字体|字号[:：]|视力保护|加入收藏|设为首页|无障碍|"
    "网站标识码|索\\s*引\\s*号|信息来源[:：]|发布机构[:：]|相关(?:链接|阅读|文档)|微信公众号|下载(?:地址|附件)"
)
_MARKUP = re.compile(
    r"</?(?:p|br|div|span|strong|b|em|font|td|tr|table|a|img)\b[^<>\n]{0,200}>|&(?:nbsp|quot|amp|[lr]dquo|#\d{2,5});",
    re.I,
)
_HEADING = re.compile(
    r"^(?:\*\*|#+ )?\s*(?:第?[一二三四五六七八九十]{1,3}(?:[、．.]|[章节部]|部分)|[（(][一二三四五六七八九十]{1,3}[）)])",  # noqa: E501
    re.MULTILINE,
)
_TOP = re.compile(r"^(?:\*\*|#+ )?\s*([一二三四五六七八九十]{1,3})、", re.MULTILINE)
_NUMBERS = {c: n for n, c in enumerate("一二三四五六七八九十", start=1)}


@dataclass(frozen=True, slots=True)
class _Text:
    """What is kept of a text while the others are read."""

    row: object
    text: str
    han: int
    windows: np.ndarray
    print: str
    found: dict[str, evidence.Finding]
    damage: tuple[str, ...]


def examine(catalogue: Path) -> pd.DataFrame:
    """
    Find what is doubtful about the reports of a catalogue.

    Parameters
    ----------
    catalogue : Path

    Returns
    -------
    DataFrame
        `id`, `file`, `kind` (of `KINDS`), `what`, `evidence`, `remedy` in words, by kind, then id. A finding
        about a series has the id of no report. `attrs["reports"]` has `han` (Chinese characters) and
        `damage` (kinds, in words) of each report.

    Raises
    ------
    catalogue.CatalogueError
        If the catalogue cannot be used.

    Examples
    --------
    >>> from analysis import paths
    >>> examine(paths.OWN).kind.tolist()
    ['cut', 'page']
    """
    path = Path(catalogue)
    table = catalogues.read(path)
    found = list(_sources(path, table))
    texts = []
    for row in table.itertuples():
        try:
            texts.append(_looked_at(row, path.parent))
        except (Unreadable, OSError, ValueError) as error:
            found.append((row.Index, row.file, "unreadable", "cannot be read", str(error), "put a readable file there"))
    for one in texts:
        found += _alone(one)
    found += _doubles(texts)
    found += _lengths(texts)
    found += _series(table)
    order = {kind: number for number, kind in enumerate(KINDS)}
    found.sort(key=lambda row: (order[row[2]], row[0], row[3]))
    findings = pd.DataFrame(found, columns=COLUMNS)
    sizes = {one.row.Index: (one.han, ", ".join(one.damage)) for one in texts}
    findings.attrs["reports"] = pd.DataFrame.from_dict(sizes, orient="index", columns=["han", "damage"])
    return findings


def _looked_at(row, folder: Path) -> _Text:
    text, _ = decoded(storage.read(folder / row.file))
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    han = codes[(codes >= 0x3400) & (codes <= 0x9FFF)]
    return _Text(
        row, text, len(han), _windows(han), storage.checksum(han.tobytes()), evidence.weigh(text), _damage(text)
    )


def _damage(text: str) -> tuple[str, ...]:
    """Kinds of damage that restoration will look at, in words."""
    found = diagnose(text)
    return tuple(said for name, said in _DAMAGE.items() if getattr(found, name))


def _windows(han: np.ndarray) -> np.ndarray:
    """Hashes of windows of characters, those of them that end in zeros."""
    if len(han) < _WINDOW:
        return np.empty(0, np.uint64)
    hashes = np.zeros(len(han) - _WINDOW + 1, np.uint64)
    for place in range(_WINDOW):
        hashes = hashes * np.uint64(1_000_003) + han[place : place + len(hashes)]
    hashes ^= hashes >> np.uint64(29)
    hashes *= np.uint64(0xBF58476D1CE4E5B9)
    hashes ^= hashes >> np.uint64(32)
    return np.unique(hashes[hashes % np.uint64(_KEPT) == 0])


# --- one text ---------------------------------------------------------------------------------------


def _alone(one: _Text) -> Iterator[tuple]:
    """What a text and its row show together."""

    def say(kind: str, what: str, shown: str, remedy: str) -> tuple:
        return (one.row.Index, one.row.file, kind, what, shown, remedy)

    letters = len(re.findall("[A-Za-z]", one.text))
    others = len(
        re.findall("[\u3040-\u30fa\u1100-\u11ff\uac00-\ud7af\u0400-\u04ff\u0600-\u06ff\u0e00-\u0fff]", one.text)
    )
    if letters + 20 * others > one.han and len(one.text) > 200:
        shown = f"{letters} Latin letters, {others} of other scripts, {one.han} Chinese characters"
        yield say("language", "is not in Chinese", shown, "take it out of the catalogue")
        return
    yield from _contradictions(one, say)
    yield from _anachronisms(one, say)
    yield from _remains(one, say)
    yield from _sections(one, say)
    lost = one.text.count("\ufffd") + len(re.findall("[\ud800-\udfff]", one.text))
    if lost:
        yield say("damage", f"has {lost} characters that are lost or fit no encoding", _around(one.text, "[\ufffd\ud800-\udfff]"),  # noqa: E501
                  "get the file again, if a better one is to be had")  # fmt: skip


def _contradictions(one: _Text, say) -> Iterator[tuple]:
    """What the text itself says strongly and the catalogue does not."""
    row = one.row
    place, level, genre, year = (_strong(one, column) for column in ("place", "level", "genre", "date"))
    if place and row.place and not _same_place(row.place, place.value) and not _holds(place.value, row):
        yield say("place", f"is of {place.value}, and catalogued as {row.place}", place.why,
                  "put the right text there, or correct place, code and issuer")  # fmt: skip
    elif level and level.value != row.level and row.level != "other":
        yield say("level", f"is of level {level.value}, and catalogued as {row.level}", level.why, "correct the level")
    if genre and genre.value not in (row.genre, "other"):
        yield say("level", f"is a {genre.value}, and catalogued as {row.genre}", genre.why, "correct the genre")
    if year and row.genre == "work-report" and int(year.value[:4]) != row.year:
        yield say("year", f"plans for {year.value[:4]}, and is catalogued as {row.year}", year.why,
                  "put the right text there, or correct date and plans")  # fmt: skip


def _strong(one: _Text, column: str) -> evidence.Finding | None:
    found = one.found.get(column)
    least = _STRONG_YEAR if column == "date" else _STRONG
    return found if found and found.margin >= least else None


def _same_place(name: str, other: str) -> bool:
    """Whether two names are of one place: an older name, or one without its kind."""
    one, two = places.find(name), places.find(other)
    if one is None or two is None:
        return name in other or other in name
    return one.code == two.code or (one.short == two.short and one.level == two.level)


def _holds(name: str, row) -> bool:
    """Whether a place is the larger one in which that of a row lies: a title may begin with it."""
    larger = places.find(name)
    return bool(larger and row.code and places.lies_in(row.code, larger.code))


def _anachronisms(one: _Text, say) -> Iterator[tuple]:
    last = max([one.row.year, *(int(d[:4]) for d in (one.row.delivered,) if d)])
    early = [(year, term) for term, year in _coinage() if year > last and term in one.text]
    if early:
        year, term = max(early)
        names = ", ".join(f"{t} ({y})" for y, t in sorted(early)[:4])
        yield say("anachronism", f"speaks of {term}, which is of {year}, and is catalogued as {one.row.year}",
                  f"{names}: {_around(one.text, re.escape(term))}", "correct date, or put the right text there")  # fmt: skip  # noqa: E501


@cache
def _coinage() -> tuple[tuple[str, int], ...]:
    table = lexicons.load("coinage")
    return tuple((row.term, int(row.year)) for row in table.itertuples())


def _remains(one: _Text, say) -> Iterator[tuple]:
    """Furniture of pages in short lines, and marks of their making."""
    lines = [line.strip() for line in one.text.splitlines()]
    furniture = [
        line
        for line in lines
        if 3 < len(line) <= 60 and _PAGE.search(line) and not re.search("[，。；].*[，。；]", line)
    ]
    marks = _MARKUP.findall(one.text)
    if furniture or len(marks) > 2:
        shown = "; ".join(line[:40] for line in furniture[:3]) or f"{len(marks)} marks such as {marks[0]}"
        yield say("page", "holds remains of a web page", shown, 
                  "see what restoration takes out; what you cut yourself needs a new sha256: draft again with --force")


def _sections(one: _Text, say) -> Iterator[tuple]:
    """Whether a report shows its sections: headings, paragraphs, no number left out."""
    if one.han < 3000 or one.row.genre == "other":
        return
    lines = [line for line in one.text.splitlines() if line.strip()]
    longest = max(map(len, lines))
    if longest > 0.6 * len(one.text):
        yield say("structure", "stands in one paragraph", f"of {len(one.text):,} characters {longest:,} are one line",
                  "get a text with its paragraphs: sections and intervals need them")  # fmt: skip
        return
    numbers = [_NUMBERS.get(number, 0) for number in _TOP.findall(one.text)]
    titled = sum(len(line.strip()) <= 40 and not re.search("[。，；！？]", line) for line in lines)
    if not _HEADING.search(one.text) and titled < 3:
        yield say("structure", "has no headings", f"no numbered line and {titled} short ones among {len(lines)}",
                  "see whether they were lost; its parts cannot be compared")  # fmt: skip
    missing = _left_out(numbers)
    if missing:
        yield say("cut", f"leaves out section {'、'.join(missing)}", f"its sections are numbered {_told(numbers)}",
                  "see whether the text is whole")  # fmt: skip


def _left_out(numbers: list[int]) -> list[str]:
    """Numbers that a count which begins once and never turns back leaves out."""
    tens = "一二三四五六七八九十"
    if len(numbers) < 3 or any(b <= a for a, b in pairwise(numbers)) or numbers[0] != 1:
        return []
    return [tens[n - 1] for n in range(1, numbers[-1]) if n not in numbers]


def _told(numbers: list[int]) -> str:
    return "、".join("一二三四五六七八九十"[n - 1] for n in numbers if n)


def _around(text: str, pattern: str) -> str:
    hit = re.search(pattern, text)
    return text[max(0, hit.start() - 12) : hit.end() + 12].replace("\n", " ") if hit else ""


# --- all texts --------------------------------------------------------------------------------------


def _doubles(texts: list[_Text]) -> Iterator[tuple]:
    """Texts that are one, or nearly one, whatever their encoding, line ends and marks."""
    first: dict[str, _Text] = {}
    for one in texts:
        if one.han and (other := first.setdefault(one.print, one)) is not one:
            yield (one.row.Index, one.row.file, "same", f"has the text of {other.row.Index}",
                   f"the same {one.han:,} Chinese characters as {other.row.file}", "keep one of them; it would count twice")  # fmt: skip  # noqa: E501
    kept = [one for one in texts if first.get(one.print) is one and len(one.windows)]
    for a, b, shared in _pairs(kept):
        one, other = kept[a], kept[b]
        share = shared / min(len(one.windows), len(other.windows))
        if share >= _NEAR:
            unlike = one.row.place != other.row.place
            remedy = "keep one of them, or find out which is an edition of the other"
            yield (other.row.Index, other.row.file, "near", f"is nearly the text of {one.row.Index}",
                   f"{share:.0%} of the passages of the shorter one stand in both ({one.row.file})"
                   + ("; they are catalogued as of two places" if unlike else ""),
                   "put the right text in place of one" if unlike else remedy)  # fmt: skip


def _pairs(texts: list[_Text]) -> Iterator[tuple[int, int, int]]:
    """Pairs of texts that share windows which few have, and how many."""
    if len(texts) < 2:
        return
    sizes = [len(one.windows) for one in texts]
    hashes = np.concatenate([one.windows for one in texts])
    owners = np.repeat(np.arange(len(texts)), sizes)
    order = np.argsort(hashes, kind="stable")
    hashes, owners = hashes[order], owners[order]
    starts = np.flatnonzero(np.r_[True, hashes[1:] != hashes[:-1]])
    counts = np.diff(np.r_[starts, len(hashes)])
    shared: Counter = Counter()
    for many in range(2, _COMMON + 1):
        groups = starts[counts == many]
        if len(groups):
            rows = np.sort(owners[groups[:, None] + np.arange(many)], axis=1).astype(np.int64)
            for i in range(many):
                for j in range(i + 1, many):
                    keys, repeats = np.unique(rows[:, i] * len(texts) + rows[:, j], return_counts=True)
                    shared.update(dict(zip(keys.tolist(), repeats.tolist(), strict=True)))
    for key, many in sorted(shared.items()):
        a, b = divmod(key, len(texts))
        if many >= 0.3 * min(sizes[a], sizes[b]):
            yield a, b, many


def _lengths(texts: list[_Text]) -> Iterator[tuple]:
    """Texts that are short for their series, or that end before their end."""
    series = defaultdict(list)
    kinds = defaultdict(list)
    for one in texts:
        series[one.row.place, one.row.genre].append(one.han)
        kinds[one.row.level, one.row.genre].append(one.han)
    for one in texts:
        same = series[one.row.place, one.row.genre] if one.row.place else []
        usual = np.median(same if len(same) >= 4 else kinds[one.row.level, one.row.genre])
        enough = len(same) >= 4 or len(kinds[one.row.level, one.row.genre]) >= 4
        end = one.text.rstrip(" \t\r\n*\u3000\xa0")
        last = end[-400:].splitlines()[-1] if end else ""
        closes = bool(_CLOSING.search(end[int(0.7 * len(end)) :])) or one.row.genre != "work-report"
        # A sentence, not the last line of a list or a signature.
        sentence = len(last) > 30 and bool(re.search("[，、；]", last))
        listed = bool(re.match(r"\s*(?:\d+[.．、]|[（(]\d+|[①-⑳])", last))
        open_end = not _STOP.search(end[-9:]) and (sentence or (not closes and not listed))
        share = one.han / usual if usual else 1.0
        signs = []
        if enough and share < _SHORT:
            signs.append(f"has {one.han:,} Chinese characters, where {usual:,.0f} are usual")
        if open_end:
            signs.append(f"ends “…{last[-20:]}”, without a stop")
        elif not closes and one.han > 1500:
            signs.append(f"ends “…{last[-20:]}”, without a closing")
        headless = one.row.genre == "work-report" and not re.search("各位代表|报告工作|工作报告", one.text[:1500])
        if headless and one.han > 500:
            signs.append("begins without title and address")
        grave = open_end or (enough and share < _ABRIDGED) or len(signs) > 1
        if grave and one.han:
            yield (one.row.Index, one.row.file, "cut", "seems abridged or cut off", "; ".join(signs),
                   "look at its beginning and end; get the whole text")  # fmt: skip


def _series(table: pd.DataFrame) -> Iterator[tuple]:
    """Years that a series leaves out, and years that it has twice."""
    known = table[(table.place != "") & (table.genre == "work-report")]
    for (place, genre), rows in known.groupby(["place", "genre"], sort=True):
        years = Counter(rows.year)
        for year, many in sorted(years.items()):
            if many > 1:
                ids = rows.index[rows.year == year].tolist()
                yield (ids[1], rows.file[ids[1]], "twice", f"is one of {many} {genre}s of {place} for {year}",
                       f"the others: {', '.join(name for name in ids if name != ids[1])}",
                       "see whether both are of that year; a panel takes one")  # fmt: skip
        missing = sorted(set(range(min(years), max(years) + 1)) - set(years))
        # A few reports of many years are a selection.
        if missing and len(years) >= 3 and len(missing) <= 2 * len(years):
            spans = _spans(missing)
            yield ("", "", "gap", f"{place}: no {genre} for {spans}",
                   f"{len(years)} years from {min(years)} to {max(years)}", "find them, or say that they are missing")  # fmt: skip  # noqa: E501


def _spans(years: list[int]) -> str:
    """
    Write years in short.

    >>> _spans([2003, 2005, 2006, 2007])
    '2003, 2005-2007'
    """
    parts: list[list[int]] = []
    for year in years:
        if parts and year == parts[-1][-1] + 1:
            parts[-1].append(year)
        else:
            parts.append([year])
    return ", ".join(str(part[0]) if len(part) == 1 else f"{part[0]}-{part[-1]}" for part in parts)


def _sources(path: Path, table: pd.DataFrame) -> Iterator[tuple]:
    """Texts that were read from files which have changed or gone since."""
    files = {file: name for name, file in table.file.items()}
    for folder in {Path(file).parts[0] for file in table.file if len(Path(file).parts) > 1}:
        if not (path.parent / folder / draft.ORIGINS).is_file():
            continue
        for row in draft.origins(path.parent / folder):
            file = f"{folder}/{row['file']}"
            origin = path.parent / row["origin"]
            if file not in files:
                continue
            if not origin.is_file():
                yield (files[file], file, "source", "was read from a file that is gone", row["origin"],
                       "draft the catalogue anew, or keep the text as it is")  # fmt: skip
            elif storage.checksum(storage.read(origin)) != row["origin_sha256"]:
                yield (files[file], file, "source", "was read from a file that has changed since", row["origin"],
                       "python -m analysis catalogue FOLDER --force reads it again")  # fmt: skip


# --- in words ---------------------------------------------------------------------------------------


def describe(findings: pd.DataFrame, most: int = 20) -> str:
    """Report findings in words: by kind, at most so many lines of each."""
    lines = []
    for kind, rows in findings.groupby("kind", sort=False):
        lines.append(f"{KINDS[kind]}: {len(rows)}")
        most_of_kind = min(most, 5) if kind == "gap" else most
        for row in rows.head(most_of_kind).itertuples():
            name = f"{row.id} ({row.file}) " if row.id else ""
            lines.append(f"  {name}{row.what}: {row.evidence}; {row.remedy}")
        if len(rows) > most_of_kind:
            lines.append(f"  … and {len(rows) - most_of_kind} more")
    return "\n".join(lines)


# --- as a page --------------------------------------------------------------------------------------

_POLICY = """<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">"""
_STYLE = """
body { font: 14px/1.5 sans-serif; margin: 2em auto; max-width: 1200px; color: #222 }
table { border-collapse: collapse; margin: 1em 0 } td, th { padding: 1px 6px; text-align: left; vertical-align: top }
.grid td, .grid th { padding: 0 2px; text-align: center; font-size: 11px; white-space: nowrap } .grid th { text-align: left }
.has { background: #3b6ea5; color: #fff } .many { background: #b5541c; color: #fff } .none { background: #eee; color: #999 }
.doubt { outline: 2px solid #d33; outline-offset: -2px }
"""  # noqa: E501


def page(catalogue: Path, findings: pd.DataFrame) -> str:
    """
    Show a corpus at a glance: what there is by place and year, lengths, kinds, damage, and every doubt.

    Parameters
    ----------
    catalogue : Path
    findings : DataFrame
        As `examine` returns them.

    Returns
    -------
    str
        A page of HTML that needs nothing else.
    """
    table = catalogues.read(Path(catalogue)).join(findings.attrs["reports"])
    title = f"{len(table):,} reports, {table.year.min()}–{table.year.max()}, {findings.id.replace('', np.nan).nunique()} in doubt"  # noqa: E501
    parts = [
        f"<!doctype html><html lang=zh><meta charset=utf-8>{storage.GENERATOR}{_POLICY}",
        f"<title>{escape(title)}</title><style>{_STYLE}</style>",
        f"<h1>{escape(title)}</h1><p>{escape(str(catalogue))}</p>",
        "<h2>Kinds</h2>", _kinds(table),
        "<h2>Places and years</h2><p>A cell is a report; its number says how many hundred Chinese characters it has. Brown: "  # noqa: E501
        "more than one. Framed: there is a doubt about it.</p>", _grid(table, set(findings.id)),
        "<h2>Damage, before restoration</h2>", _damaged(table),
        "<h2>Doubts</h2>", _doubts(findings),
    ]  # fmt: skip
    return "\n".join(parts) + "\n"


def _kinds(table: pd.DataFrame) -> str:
    rows = []
    for (level, genre), some in table.groupby(["level", "genre"], sort=True):
        sizes = some.han.dropna()
        low, middle, high = (f"{size:,.0f}" for size in sizes.quantile([0, 0.5, 1])) if len(sizes) else ("–",) * 3
        rows.append([level, genre, f"{len(some):,}", f"{some.place.nunique():,}", low, middle, high])
    return _html(["level", "genre", "reports", "places", "shortest", "median", "longest (Chinese characters)"], rows)


def _grid(table: pd.DataFrame, doubtful: set[str]) -> str:
    # One year apart from all others would draw a page of empty columns.
    years = sorted(table.year.unique())
    lines = ["<table class=grid><tr><th>" + "".join(f"<th>{year % 100:02d}" for year in years)]
    order = {level: number for number, level in enumerate(catalogues.LEVELS)}
    keys = table.assign(_order=table.level.map(order), _place=table.place.where(table.place != "", "(no place)"))
    for (_, code, place), rows in keys.groupby(["_order", "code", "_place"], sort=True):
        cells = []
        for year in years:
            here = rows[rows.year == year]
            kind = "none" if here.empty else "has" if len(here) == 1 else "many"
            doubt = " doubt" if doubtful & set(here.index) else ""
            said = "" if here.empty or here.han.isna().all() else f"{here.han.max() / 100:.0f}"
            names = escape(", ".join(here.index))
            cells.append(f'<td class="{kind}{doubt}" title="{names}">{said}')
        lines.append(f'<tr><th title="{escape(code)}">{escape(place)}' + "".join(cells))
    return "\n".join([*lines, "</table>"])


def _damaged(table: pd.DataFrame) -> str:
    kinds = Counter(kind for said in table.damage.dropna() for kind in said.split(", ") if kind)
    if not kinds:
        return "<p>No report shows a kind of damage that restoration knows.</p>"
    return _html(["kind", "reports"], [[kind, f"{many:,}"] for kind, many in kinds.most_common()])


def _doubts(findings: pd.DataFrame) -> str:
    if findings.empty:
        return "<p>None.</p>"
    rows = [[KINDS[row.kind], row.id, row.file, row.what, row.evidence, row.remedy] for row in findings.itertuples()]
    return _html(["kind", "id", "file", "what", "evidence", "remedy"], rows)


def _html(header: list[str], rows: list[list[str]]) -> str:
    lines = ["<table><tr>" + "".join(f"<th>{escape(name)}" for name in header)]
    lines += ["<tr>" + "".join(f"<td>{escape(str(cell))}" for cell in row) for row in rows]
    return "\n".join([*lines, "</table>"])
