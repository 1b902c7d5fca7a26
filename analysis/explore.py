"""
Explore a corpus: type a term, see every view of it, save what is shown.

`prepare` does once what every query needs, `find` seeks a term or a pattern, and each answer is a table
(`rates`, `neighbours`, `outline`, `compare`); `show` puts the views below one another, in JupyterLab with
controls. Where a notebook is executed for a page there is nobody to type: there (`paths.LIVE` is false) it
gives plain HTML, the same bytes every time. `export` writes a concordance as CSV, Word or TEI.

    index = explore.prepare(reports)
    explore.rates(index, explore.find(index, "高质量发展"))
"""

import re
from collections import Counter
from dataclasses import dataclass
from html import escape
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pandas as pd
from scipy import sparse

from analysis import concordance, contrast, lexicons, paths, storage, tables, tokens, uncertainty
from analysis.contrast import NotComparable, documents
from analysis.counts import Counts, count
from analysis.figures import COLOURS
from analysis.glossary import LANGUAGES, heading, label

# Words on either side that count as neighbours: the span most used since Sinclair (1991) is 4 to 5.
SPAN = 5
# Seen together less often than this, two words say nothing about each other.
MIN_TOGETHER = 3


@dataclass(frozen=True, eq=False)
class _Prepared:
    """A corpus with what queries share: tokens, units with sizes, words, the tree of sections."""

    corpus: object
    tokens: dict[str, pd.DataFrame]
    units: pd.DataFrame
    rows: dict[tuple[str, int], int]
    frequency: Counter
    sections: dict[tuple[str, int], tuple[int, str]]


@dataclass(frozen=True, eq=False)
class _Found:
    """A query, its hits (`concordance.hits`), and the reports and function it was sought in."""

    query: str
    hits: pd.DataFrame
    only: dict[str, str]


def prepare(corpus) -> _Prepared:
    """Segment and count a corpus once, for any number of queries."""
    # The first contrast would wait for it.
    from scipy import stats  # noqa: F401

    table = tokens.table(corpus)
    units = count(table).units.astype({"report": "str", "function": "str"})
    keys = zip(units["report"], units["paragraph"], strict=True)
    words = table[table["kind"] == "word"].astype({"report": "str", "token": "str"})
    by_report = {name: part.reset_index(drop=True) for name, part in words.groupby("report")}
    rows = {key: row for row, key in enumerate(keys)}
    tree = {(s.report, s.section): (s.parent, f"{s.number}{s.title}")
            for s in corpus.sections.itertuples()}  # fmt: skip
    return _Prepared(corpus, by_report, units, rows, Counter(words["token"]), tree)


def find(
    prepared: _Prepared, query: str, regex: bool = False,
    report: str | None = None, function: str | None = None,
) -> _Found:  # fmt: skip
    """Find a string or pattern, in all texts, one report, or one function of them."""
    given = {"report": report, "function": function}
    only = {name: value for name, value in given.items() if value is not None}
    hits = concordance.hits(prepared.corpus, query, regex=regex, width=24, **only)
    return _Found(query, hits, only)


def _counts(prepared: _Prepared, found: _Found) -> Counts:
    """Count the hits by paragraph of what was searched; every statistic of the suite takes it."""
    keys = zip(found.hits["report"], found.hits["paragraph"], strict=True)
    rows = [prepared.rows[key] for key in keys if key in prepared.rows]
    column = np.bincount(rows, minlength=len(prepared.units)).astype(np.int32)
    matrix = sparse.csr_array(column[:, None])
    terms = pd.Index([found.query], dtype="str", name="term")
    return Counts(matrix, prepared.units, terms).restrict(**found.only)


def rates(prepared: _Prepared, found: _Found) -> pd.DataFrame:
    """
    Give the rate of each report with its interval, and the rate that its length could miss.

    Returns
    -------
    DataFrame
        The columns of `uncertainty.rates`, and `limit`: per 10,000 tokens, the highest rate with
        which a text of this length has no hit at all in one of twenty cases.
    """
    table = uncertainty.rates(_counts(prepared, found))
    order = {name: place for place, name in enumerate(prepared.corpus.ids)}
    table = table.sort_values("report", key=lambda names: names.map(order), ignore_index=True)
    return table.assign(limit=uncertainty.detection_limit(table["n_tokens"]) * 1e4)


def neighbours(prepared: _Prepared, found: _Found, most: int = 15) -> pd.DataFrame:
    """
    List the words that stand within five words of the hits more than their frequency explains.

    logDice = 14 + log2(2 f(x,y) / (f(x) + f(y))): 14 where the two are never apart, one less for
    each halving; it does not depend on the size of the corpus. f(x) are the hits, f(y) the word's
    occurrences, and f(x,y) is the smaller of the hits with the word beside them and of the
    occurrences beside a hit, so that 14 is not exceeded. Stop words and parts of the hit are left
    out; the window ends with the paragraph.

    Returns
    -------
    DataFrame
        `collocate`, `together` (f(x,y)), `count` (f(y)), `log_dice`; by `log_dice`, then word.

    References
    ----------
    Rychlý, P. (2008). A lexicographer-friendly association score. RASLAN 2008, 6-9.
    """
    beside, places = Counter(), {}
    for report, part in found.hits.groupby("report", sort=False):
        for row, word in _beside(prepared.tokens.get(report), part):
            beside[word] += 1
            places.setdefault(word, set()).update((report, at) for at in row)
    stop, frequency = lexicons.stopwords(), _frequency(prepared, found.only)
    rows = [
        (word, min(hits, len(places[word])), frequency[word])
        for word, hits in beside.items() if word not in stop and word not in found.query
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["collocate", "together", "count"])
    table = table[table["together"] >= MIN_TOGETHER]
    both = len(found.hits) + table["count"]
    table = table.assign(log_dice=14 + np.log2(2 * table["together"] / both.astype(float)))
    table = table.sort_values(["log_dice", "collocate"], ascending=[False, True])
    return table.head(most).reset_index(drop=True)


def _frequency(prepared: _Prepared, only: dict[str, str]) -> Counter:
    """How often each word stands in what was searched."""
    if not only:
        return prepared.frequency
    report, function = only.get("report"), only.get("function")
    parts = [words["token"] if function is None else words["token"][words["function"] == function]
             for name, words in prepared.tokens.items() if report in (None, name)]  # fmt: skip
    return sum(map(Counter, parts), Counter())


def _beside(words: pd.DataFrame | None, hits: pd.DataFrame):
    """For each hit and each word near it: the places of its occurrences, and the word."""
    if words is None:
        return
    starts, ends = words["start"].to_numpy(), words["end"].to_numpy()
    paragraphs, names = words["paragraph"].to_numpy(), words["token"].to_numpy()
    for hit in hits.itertuples():
        first, last = np.searchsorted(ends, hit.start, "right"), np.searchsorted(starts, hit.end)
        near = [*range(max(0, first - SPAN), first), *range(last, min(last + SPAN, len(names)))]
        found = {}
        for at in near:
            if paragraphs[at] == hit.paragraph:
                found.setdefault(names[at], []).append(at)
        yield from ((places, word) for word, places in found.items())


def outline(prepared: _Prepared, found: _Found) -> pd.DataFrame:
    """
    Count the hits by section, with the sections above.

    Returns
    -------
    DataFrame
        `report`, `section`, `level`, `function`, `title` (with its number), `hits` (with those
        of subsections), in the order of the texts; sections without a hit are left out.
    """
    total, sections = Counter(), prepared.corpus.sections
    for report, section in zip(found.hits["report"], found.hits["section"], strict=True):
        total.update((report, each) for each in _above(prepared, report, section))
    keys = list(zip(sections["report"], sections["section"], strict=True))
    table = sections.assign(title=[prepared.sections[key][1] for key in keys],
                            hits=[total[key] for key in keys])  # fmt: skip
    columns = ["report", "section", "level", "function", "title", "hits"]
    return table.loc[table["hits"] > 0, columns].reset_index(drop=True)


def _above(prepared: _Prepared, report: str, section: int):
    """A section and those that it belongs to, from the innermost."""
    while section >= 0:
        yield section
        section = prepared.sections[report, section][0]


def _path(prepared: _Prepared, report: str, section: int) -> list[str]:
    """Headings above a place, from the top."""
    upwards = [*_above(prepared, report, section)]
    return [prepared.sections[report, each][1] for each in upwards[::-1]]


def compare(prepared: _Prepared, found: _Found, before, after) -> contrast.Contrast:
    """
    Compare two sets of reports, like for like, for the term of a query.

    `before` (the reference) and `after` (the target) choose reports as in `contrast.compare`, which
    raises NotComparable where nothing is alike, or where a report would stand on both sides.
    """
    counted, catalogue = _counts(prepared, found), prepared.corpus.catalogue
    return contrast.compare(counted, catalogue, after, before, found.only.get("function"))


# Contexts shown at once; more is a matter for `concordance.hits`.
MOST = 40
# As many on a page, where nobody scrolls in a box.
PRINTED = 10
# Characters around a hit that is looked at by itself: two to four clauses.
AROUND = 60
# Width and height of one strip in pixels of its own scale.
WIDTH, HEIGHT = 720, 18
FUNCTIONS = ("review", "guiding", "tasks", "self-government", "other")
SHADES = dict(zip(FUNCTIONS, ("#cfe3f1", "#fbe7c2", "#cdeee2", "#f3dfea", "#eeeeee"), strict=True))
# The page's own font first; where it has no Chinese, a plain one before whatever is at hand.
STYLE = """<style>
.look, .look button, .look input, .look select, .look label { font-family: var(--jp-ui-font-family,
 sans-serif), "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif; }
.look { line-height: 1.5; } .look p { margin: 0.4em 0; } .look h4 { margin: 1.2em 0 0.2em; }
.look td, .look th { text-align: left !important; vertical-align: top; padding: 2px 8px; }
.look [align=right] { text-align: right !important; }
.look table { table-layout: auto; margin: 0; } .look summary { cursor: pointer; }
.look .n { white-space: nowrap; } .look .h { font-weight: 600; white-space: nowrap; }
.look td.l { text-align: right !important; } .look .l, .look .r { min-width: 10em; }
.look tr.picked td { background: #fff3b0; color: #1b1b1b; }
.look svg { max-width: 100%; height: auto; vertical-align: middle; }
.look u { text-underline-offset: 3px; }
.look u.exact { text-decoration: underline solid #0072B2; }
.look u.inferred { text-decoration: underline dashed 2px #D55E00; }
.look u.unresolved { text-decoration: underline wavy #CC0000; }
</style>"""


def _page(prepared, query: str, regex: bool = False, before=None, after=None, lang="both") -> str:
    """
    Set every view of a query one below the other: what a reader without a kernel sees.

    `before` and `after` choose documents as in `contrast.compare`; without them no contrast.
    Drawings are pictures here: a notebook that is only looked at drops what is drawn in the page.
    """
    found = find(prepared, query, regex)
    parts = {name: view(prepared, found, lang) for name, view in VIEWS.items()}
    parts["in context"] = _contexts_view(prepared, found, lang, most=PRINTED)
    if before is not None and after is not None:
        parts["contrast"] = _contrast_view(prepared, found, before, after, lang)
    folded = parts.pop("outline")
    body = "".join(f"<h4>{heading(name, lang)}</h4>{html}" for name, html in parts.items())
    body += f"<details><summary>{heading('outline', lang)}</summary>{folded}</details>"
    body = re.sub(r"<svg.*?</svg>", _picture, body)
    number = f"{len(found.hits)} {heading('hits found', lang)}"
    return _boxed(f"<p><b>{escape(query)}</b>: {number}</p>{body}")


def _picture(svg: re.Match) -> str:
    """A drawing as an image; what it says under a pointer would not be heard there."""
    size, said = (re.search(f'{name}="(.*?)"', svg[0])[1] for name in ("width", "aria-label"))
    drawn = re.sub("<title>.*?</title>", "", svg[0]).replace('"', "'")
    drawn = quote(drawn.replace("<svg", "<svg xmlns='http://www.w3.org/2000/svg'", 1), " /:='(),")
    return f'<img width="{size}" alt="{said}" src="data:image/svg+xml,{drawn}">'


def _boxed(html: str) -> str:
    """Put views into the box that styles them."""
    return f'<div class="look" lang="zh-Hans">{STYLE}{html}</div>'


def _named(prepared, report: str, lang: str = "both") -> str:
    """Name a report by its short name in the catalogue, or its id."""
    row = prepared.corpus.catalogue.loc[report]
    names = (row.get("short"), row.get("short_en")) if lang == "zh" else (row.get("short_en"), row.get("short"))
    return next((name for name in names if name), report)


def _rates_view(prepared, found, lang: str = "both", picked=None) -> str:
    """Rate and interval of each report with a bar over one axis; the detection limit of a zero."""
    table = rates(prepared, found)
    end = max(table["high"].max(), 1e-9)
    columns = ["report", "count", "n_tokens", "per_10k", "low", "high"]
    columns += ["limit"] if (table["count"] == 0).any() else []
    shown = table.assign(report=[_named(prepared, report, lang) for report in table["report"]],
                         limit=table["limit"].where(table["count"] == 0))  # fmt: skip
    head, *lines, foot = tables.show(shown[columns], digits=1, lang=lang).data.split("</tr>")
    lines = [f"{line}<td>{_bar(row, end)}</td></tr>" for line, row in zip(lines, table.itertuples(), strict=True)]
    axis = f'<tr><td colspan="{len(columns)}"></td><td>{_axis(end)}</td></tr>'
    return "".join([head, f"<th>{heading('interval', lang)}</th></tr>", *lines, axis, foot])


def _axis(end: float) -> str:
    """Ticks below the bars: zero and two round numbers."""
    step = 10 ** np.floor(np.log10(end))
    step *= next(factor for factor in (5, 2, 1, 0.5) if factor * step * 2 <= end or factor == 0.5)
    ticks = [tick * step for tick in range(3) if tick * step <= end]
    marks = "".join(f'<path d="M{160 * tick / end + 4:.1f} 0v4" stroke="#666"/><text x="{160 * tick / end + 4:.1f}" '
                    f'y="14" font-size="10" text-anchor="middle" fill="#666">{tick:.10g}</text>' for tick in ticks)
    said = ", ".join(f"{tick:.10g}" for tick in ticks)
    return (f'<svg viewBox="0 0 170 16" width="170" height="16" role="img" aria-label="{said}">'
            f'<path d="M4 0.5H164" stroke="#666"/>{marks}</svg>')


def _bar(row, end: float) -> str:
    low, dot, high = (160 * (min(x / end, 1) if x == x else 0)
                      for x in (row.low, row.per_10k, row.high))
    fill = COLOURS[0] if row.count else "white"
    said = f"{row.report}: {row.per_10k:.1f} [{row.low:.1f}, {row.high:.1f}]"
    return (f'<svg viewBox="0 0 170 12" width="170" height="12" role="img" aria-label="{said}">'
            f'<path d="M{low + 4:.1f} 6H{high + 4:.1f}" stroke="{COLOURS[0]}"/>'
            f'<circle cx="{dot + 4:.1f}" cy="6" r="3.2" fill="{fill}" '
            f'stroke="{COLOURS[0]}"/></svg>')


def _strips_view(prepared, found, lang: str = "both", picked=None) -> str:
    """Each report from first to last character: functions as shades, sections, hits as strokes."""
    only = found.only.get("report")
    rows = [_strip(prepared, report, found.hits[found.hits["report"] == report.id], lang, picked)
            for report in prepared.corpus if only in (None, report.id)]  # fmt: skip
    key = " ".join(f'<span style="background:{shade};color:#1b1b1b">&nbsp;{heading(name, lang)}&nbsp;'
                   "</span>" for name, shade in SHADES.items())
    return f"<table>{''.join(rows)}</table><p>{key}</p>"


def _strip(prepared, report, hits: pd.DataFrame, lang: str, picked) -> str:
    scale = WIDTH / max(len(report.text), 1)
    drawn = []
    for run in _runs(report.paragraphs):
        x, width = run.start * scale, (run.end - run.start) * scale
        drawn.append(f'<rect x="{x:.1f}" y="0" width="{width:.1f}" height="{HEIGHT}" '
                     f'fill="{SHADES[run.function]}"><title>{heading(run.function, lang)}</title>'
                     "</rect>")
    for section in report.sections[report.sections["level"] == 1].itertuples():
        x = section.start * scale
        drawn.append(f'<path d="M{x:.1f} 0V{HEIGHT}" stroke="#999"><title>{escape(section.title)}'
                     "</title></path>")
    strokes = "".join(f"M{start * scale:.1f} 3V{HEIGHT - 3}" for start in hits["start"])
    drawn.append(f'<path d="{strokes}" stroke="#000" stroke-width="1.2"/>')
    if picked is not None and picked.report == report.id:
        x = picked.start * scale
        drawn.append(f'<path d="M{x:.1f} 0V{HEIGHT}" stroke="{COLOURS[1]}" stroke-width="4"/>')
    name = _named(prepared, report.id, lang)
    said = f"{name}: {len(hits)} {heading('hits found', lang)}"
    return (f'<tr><td class="n">{escape(name)}</td><td>{len(hits)}</td><td><svg viewBox="0 0 '
            f'{WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" role="img" '
            f'aria-label="{escape(said)}">{"".join(drawn)}</svg></td></tr>')


def _runs(paragraphs: pd.DataFrame):
    """Neighbouring paragraphs of one function as one row."""
    names = paragraphs["function"].astype(str)
    runs = (names != names.shift()).cumsum()
    made = paragraphs.assign(function=names).groupby(runs, sort=False)
    return made.agg({"function": "first", "start": "min", "end": "max"}).itertuples()


def _contexts_view(prepared, found, lang: str = "both", picked=None, most: int = MOST) -> str:
    """Hits in context, restored edits underlined by class; each unfolds to what `detail` says."""
    if found.hits.empty:
        return f"<p>{heading('no hit', lang)}</p>"
    chosen = _spread(found.hits, most)
    rows = "".join(_context(prepared, hit, lang, picked) for hit in chosen.itertuples())
    classes = " · ".join(f'<u class="{name}">{heading(name, lang)}</u>'
                         for name in ("exact", "inferred", "unresolved"))
    number = heading("{} of {} hits shown", lang).format(len(chosen), len(found.hits))
    return f"<p>{number} · {classes}</p><table>{rows}</table>"


def _spread(hits: pd.DataFrame, most: int) -> pd.DataFrame:
    """Take at most so many hits, evenly from first to last."""
    if len(hits) <= most:
        return hits
    return hits.iloc[np.unique(np.linspace(0, len(hits) - 1, most).astype(int))]


def _context(prepared, hit, lang: str, picked) -> str:
    spans = ((hit.start - len(hit.left), hit.start), (hit.start, hit.end),
             (hit.end, hit.end + len(hit.right)))
    report = prepared.corpus[hit.report]
    left, middle, right = (_marked(report, *span) for span in spans)
    mark = ' class="picked"' if picked is not None and picked.Index == hit.Index else ""
    where = f"{escape(_named(prepared, hit.report, lang))}<br>{heading(hit.function, lang)}"
    return (f'<tr{mark}><td>{where}</td><td class="l">{left}</td>'
            f'<td class="h"><b>{middle}</b></td><td class="r" style="text-align:left">{right}'
            f"<details><summary>{heading('raw', lang)}</summary>{_detail(prepared, hit, lang)}"
            "</details></td></tr>")


def _detail(prepared, hit, lang: str = "both", around: int = 0) -> str:
    """
    Show one hit by itself: its place in the outline and its raw characters.

    With `around`, so many characters on either side within the paragraph, as restored, and what
    was done to them.
    """
    report = prepared.corpus[hit.report]
    above = " › ".join(map(escape, _path(prepared, hit.report, hit.section)))
    start, end, said, done = hit.start - len(hit.left), hit.end + len(hit.right), "", ""
    if around:
        row = report.paragraphs.set_index("paragraph").loc[hit.paragraph]
        start, end = max(row["start"], hit.start - around), min(row["end"], hit.end + around)
        left, middle, right = (_marked(report, *span) for span in (
            (start, hit.start), (hit.start, hit.end), (hit.end, end)))  # fmt: skip
        said = f"<p>{left}<b>{middle}</b>{right}</p>"
        done = f"<p>{_edits(report.ledger.edits_in(start, end), lang)}</p>"
    low, high = report.ledger.to_raw(start, end)
    raw = f"{heading('raw', lang)} {low}–{high}: {_marked(report, start, end, raw=True)}"
    return f"<p>{heading('outline', lang)}: {above or '–'}</p>{said}<p>{raw}</p>{done}"


def _edits(edits, lang: str) -> str:
    """What was done to a stretch, a line for each kind and class; evidence as a hint."""
    lines = {}
    for edit in edits:
        said = f"{heading(edit.kind, lang)} · {heading(edit.confidence, lang)}"
        pair = escape(f"{edit.before} → {edit.after or '–'}")
        hint = escape(edit.evidence, quote=True)
        lines.setdefault(said, {})[pair] = f'<span class="n" title="{hint}">{pair}</span>'
    said = [f"{line}: {', '.join(pairs.values())}" for line, pairs in lines.items()]
    return "<br>".join(said) or heading("untouched", lang)


def _marked(report, start: int, end: int, raw: bool = False) -> str:
    """Write a stretch of a report, restored or raw, with its edits underlined by class."""
    ledger, text, at = report.ledger, report.text, start
    stop, out = end, []
    if raw:
        text, (at, stop) = report.raw, ledger.to_raw(start, end)
    for edit in ledger.edits_in(start, end):
        low, high = (edit.start, edit.end) if raw else ledger.to_text(edit.start, edit.end)
        low, high = max(low, at), min(high, stop)
        if high <= low:
            continue
        other = edit.after if raw else edit.before
        hint = escape(f"{other} · {edit.rule} ({edit.confidence})", quote=True)
        out += [escape(text[at:low]), f'<u class="{edit.confidence}" title="{hint}">',
                escape(text[low:high]), "</u>"]
        at = high
    return "".join([*out, escape(text[at:stop])])


def _neighbours_view(prepared, found, lang: str = "both", picked=None) -> str:
    """Words within five words of the hits, by logDice."""
    return _table(neighbours(prepared, found), lang)


def _outline_view(prepared, found, lang: str = "both", picked=None) -> str:
    """The sections that hold hits, below those they belong to."""
    table = outline(prepared, found)
    at = () if picked is None else _above(prepared, picked.report, picked.section)
    chosen = {(picked.report, section) for section in at}
    rows = "".join(
        f'<tr{" class=picked" if (row.report, row.section) in chosen else ""}>'
        f'<td class="n">{escape(_named(prepared, row.report, lang))}</td>'
        f'<td style="padding-left:{row.level * 1.2:.1f}em">{escape(row.title)}</td>'
        f'<td class="n">{heading(row.function, lang)}</td><td>{row.hits}</td></tr>'
        for row in table.itertuples()
    )
    return f"<table>{rows}</table>" if rows else f"<p>{heading('no hit', lang)}</p>"


def _contrast_view(prepared, found, before, after, lang: str = "both") -> str:
    """The contrast of two sets of documents, or what refuses it."""
    try:
        made = compare(prepared, found, before, after)
    except NotComparable as refusal:
        why = " · ".join(f"{heading(f'no {column}', lang)} ({_listed(left, lang)} / "
                         f"{_listed(right, lang)})" for column, left, right in refusal.missing)
        said = f"<b>{heading('no contrast', lang)}</b> · {why} · {heading('describe each', lang)}"
        return f"<p>{said}</p>"
    strata = made.strata.drop(
        columns=["clusters_target", "clusters_reference", "cluster", "weight"])
    strata = strata.rename(columns={"n_reference": "words before", "n_target": "words after"})
    if not strata["place"].any():
        strata = strata.drop(columns="place")
    if made.table.empty:
        return f"<p>{heading('no hit', lang)}</p>" + _table(strata, lang)
    row = made.table.iloc[0]
    sides = pd.DataFrame([
        {"side": heading(side, lang), "documents": ", ".join(_named(prepared, id, lang) for id in ids),
         "count": int(row[f"n_{column}"]), "per_10k": row[f"per_10k_{column}"]}
        for side, column, ids in (("before", "reference", made.reference),
                                  ("after", "target", made.target))
    ])  # fmt: skip
    effect = made.table[["log_ratio", "low", "high", "p", "mde_ratio"]].reset_index(drop=True)
    said = f"<p>{heading('like for like', lang)}</p>"
    catalogue, used = prepared.corpus.catalogue, {*made.reference, *made.target}
    chosen = [id for side in (before, after) for id in documents(catalogue, side)]
    if rest := ", ".join(_named(prepared, id, lang) for id in chosen if id not in used):
        said += f"<p>{heading('not used', lang)}: {escape(rest)}</p>"
    return said + "".join(_table(table, lang) for table in (sides, effect, strata))


def _listed(names, lang: str) -> str:
    return ", ".join(heading(name, lang) for name in names) or heading("none", lang)


def _table(table: pd.DataFrame, lang: str) -> str:
    return f"<p>{heading('no hit', lang)}</p>" if table.empty else tables.show(table, lang=lang).data


# What is shown, in this order; the keys are names in the glossary.
VIEWS = {"rates": _rates_view, "where it stands": _strips_view, "in context": _contexts_view,
         "neighbours": _neighbours_view, "outline": _outline_view}  # fmt: skip


# JupyterLab takes arrows and letters as commands of its own where no text is typed: a list could
# not be gone through, and "a" would make a cell. Inside the controls keys belong to them.
KEYS = """setTimeout(() => element.closest(".jp-OutputArea")?.addEventListener("focusin",
    (event) => event.target.setAttribute("data-lm-suppress-shortcuts", "true")))"""
# Hits to pick from; a list that is longer is not read.
LISTED = 300
# What can be saved, with the ending of a concordance.
SAVED = {"figure": "", "table": "", "concordance (CSV)": ".csv", "concordance (Word)": ".docx",
         "concordance (TEI)": ".xml", "link": ""}  # fmt: skip
# Characters of context in the list, the same for each so that the hits stand in line.
LEFT, RIGHT = 14, 20


def show(
    corpus, query: str = "高质量发展", regex: bool = False, before=None, after=None, lang: str = "both",
    live: bool = paths.LIVE,
):  # fmt: skip
    """
    Show every view of a query; in JupyterLab with controls.

    Parameters
    ----------
    corpus : Corpus
    query, regex
        What is shown first.
    before, after
        Reports to contrast, chosen as in `contrast.compare`; unless given, the first and the last of one kind.
    lang : {"zh", "en", "both"}
    live : bool
        Controls or plain HTML; by default controls where a Jupyter server runs the notebook.

    Returns
    -------
    Widget or IPython.display.HTML
    """
    from IPython.display import HTML, Javascript, display

    prepared = prepare(corpus)
    if before is None or after is None:
        first, last = _alike(corpus.catalogue)
        before, after = before or first or None, after or last or None
    html = _page(prepared, query, regex, before, after, lang)
    if not live:
        return HTML(html)
    display(Javascript(KEYS))
    return _carrying(_Explorer(prepared, query, regex, before, after, lang).box, html)


def _carrying(widget, page: str):
    """Let a widget carry a page, so that readers without a kernel see something (GitHub, nbconvert, the edition)."""
    bundle = widget._repr_mimebundle_
    widget._repr_mimebundle_ = lambda **_: {**bundle(), "text/html": page}
    return widget


class _Explorer:
    """
    Controls around the views: each change draws the view that is looked at, and only that.

    Every control is one that the browser itself can work by keyboard: Tab goes on, arrows choose,
    Enter takes what was typed.
    """

    def __init__(self, prepared, query, regex, before, after, lang):
        import ipywidgets as w

        self.prepared, self.found, self.quiet = prepared, None, True
        ids = prepared.corpus.ids
        frequent = [word for word, _ in prepared.frequency.most_common(500) if len(word) > 1]
        self.term = w.Combobox(value=query, options=frequent, continuous_update=False)
        self.pattern = w.Checkbox(value=regex)
        self.language = w.ToggleButtons(
            value=lang, options=[(heading(name, name), name) for name in LANGUAGES])
        # Everything is "", not None: a list takes None for nothing chosen, and shows a blank.
        self.report, self.function = w.Dropdown(options=[""]), w.Dropdown(options=[""])
        self.view = w.ToggleButtons(options=[*VIEWS, "contrast"])
        sides = (_chosen(prepared, side) for side in (before, after))
        self.before, self.after = (w.SelectMultiple(options=ids, value=side) for side in sides)
        self.hit = w.Select(options=[], rows=6)
        self.said, self.page, self.detail = w.HTML(), w.HTML(), w.HTML()
        self.what, self.save, self.saved = w.Dropdown(options=[*SAVED]), w.Button(), w.HTML()
        self.sides = w.HBox([self.before, self.after])
        self.controls = {name: getattr(self, name) for name in (
            "term", "pattern", "language", "report", "function", "view", "before", "after")}
        self.box = w.VBox([
            w.HBox([self.term, self.pattern, self.language]),
            w.HBox([self.report, self.function, self.said]), self.view, self.sides,
            self.page, self.hit, self.detail, w.HBox([self.what, self.save, self.saved])])  # fmt: skip
        self.box.add_class("look")
        self._arrange()
        for name, control in self.controls.items():
            control.observe(self._translate if name == "language" else self._seek, "value")
        self.hit.observe(self._draw, "value")
        self.save.on_click(self._keep)
        self._translate()

    def _arrange(self):
        """Give names their room: none is cut off in two languages."""
        for control in (*self.controls.values(), self.hit):
            control.style.description_width = "7.5em"
            control.layout.width = "auto" if control in (self.language, self.view) else "26em"
        for buttons in (self.language, self.view):
            buttons.style.button_width = "auto"
        for control in (self.before, self.after, self.report):
            control.layout.width = "34em"
        self.pattern.indent, self.pattern.layout.width = False, "14em"
        # A margin on either side would push a full width over the edge.
        self.hit.layout.width, self.hit.style.description_width = "calc(100% - 8px)", "11em"
        for row in self.box.children[:2]:
            row.layout.flex_flow = "row wrap"
        self.sides.layout.flex_flow = "row wrap"
        self.page.layout.max_height, self.page.layout.overflow = "30em", "auto"

    def _translate(self, _=None):
        """Say everything in the language that is chosen."""
        self.quiet, lang = True, self.language.value
        for name, control in (*self.controls.items(), ("picked hit", self.hit)):
            # Buttons say themselves what they are.
            named = control not in (self.language, self.view)
            control.description = heading(name, lang) if named else ""
        _offer(self.view, [*VIEWS, "contrast"], lambda key: heading(key, lang))
        ids = self.prepared.corpus.ids
        for control in (self.before, self.after, self.report):
            extra = [""] if control is self.report else []
            _offer(control, [*extra, *ids],
                   lambda id: _named(self.prepared, id, lang) if id else heading("all", lang))
        _offer(self.what, [*SAVED], lambda key: heading(key, lang))
        self.save.description = heading("save", lang)
        _offer(self.function, ["", *FUNCTIONS], lambda key: heading(key or "all", lang))
        self.quiet = False
        self._seek()

    def _seek(self, _=None):
        """Find what is asked for, and list its hits."""
        if self.quiet:
            return
        self.quiet, lang, contrast = True, self.language.value, self.view.value == "contrast"
        self.sides.layout.display = "flex" if contrast else "none"
        self.report.disabled = contrast
        report = "" if contrast else self.report.value
        where = {"report": report or None, "function": self.function.value or None}
        try:
            self.found = find(self.prepared, self.term.value, self.pattern.value, **where)
            self.said.value = f"{len(self.found.hits)} {heading('hits found', lang)}"
        except ValueError as error:
            self.found = None
            self.said.value = escape(_complaint(self.term.value, error, lang))
        self._list()
        self.quiet = False
        self._draw()

    def _list(self):
        """List the hits to pick from; what was picked stays while it is there, else the first."""
        before = self.hit.value
        hits = [] if self.found is None else _spread(self.found.hits, LISTED).itertuples()
        options = [(self._line(hit), (hit.report, hit.start)) for hit in hits]
        if options != [*self.hit.options]:
            self.hit.options = options
            kept = [value for _, value in options if value == before]
            self.hit.value = kept[0] if kept else options[0][1] if options else None
        self.hit.layout.display = self.detail.layout.display = "flex" if options else "none"

    def _line(self, hit) -> str:
        lang = self.language.value
        left, right = hit.left[-LEFT:].rjust(LEFT, "\u3000"), hit.right[:RIGHT]
        rests = "" if hit.classes == "untouched" else f" · {heading(hit.classes, lang)}"
        where = _named(self.prepared, hit.report, lang)
        return f"{left}【{hit.hit}】{right} · {where}{rests}".replace("\n", " ")

    def _draw(self, _=None):
        """Draw the view that is looked at, and the hit that is picked."""
        if self.quiet:
            return
        lang, picked = self.language.value, self._picked()
        self.detail.value = "" if picked is None else _boxed(
            _detail(self.prepared, picked, lang, AROUND))
        self.page.value = _boxed(self._page(lang, picked) if self.found else "")

    def _keep(self, _=None):
        """Save what is chosen, and say where it lies."""
        if self.found is None:
            return
        try:
            self.saved.value = f"<code>{escape(self._saved(self.what.value))}</code>"
        except (OSError, ImportError, ValueError) as error:
            self.saved.value = escape(str(error))

    def _saved(self, what: str) -> str:
        if what == "link":
            sides = {"before": [*self.before.value], "after": [*self.after.value]}
            chosen = {"regex": self.pattern.value or None, **(sides if self.view.value == "contrast" else {}),
                      "lang": self.language.value}  # fmt: skip
            said = "".join(f", {name}={value!r}" for name, value in chosen.items() if value)
            return f"explore.show(reports, {self.term.value!r}{said})"
        stem = paths.FIGURES / "explore" / re.sub(r"\W+", "_", self.term.value)
        stem.parent.mkdir(parents=True, exist_ok=True)
        if what == "figure":
            return _save_figure(rates(self.prepared, self.found), stem.name, self.language.value)
        if what == "table":
            path = stem.with_suffix(f".{self.view.value.replace(' ', '_')}.csv")
            storage.write(path, storage.csv(self._table(), mark=True))
            return str(path)
        return str(export(self.prepared.corpus, self.found, stem.with_suffix(SAVED[what])))

    def _table(self) -> pd.DataFrame:
        """The rows behind the view that is looked at."""
        made = {"rates": rates, "neighbours": neighbours, "outline": outline}.get(self.view.value)
        if made:
            return made(self.prepared, self.found)
        if self.view.value == "contrast":
            return compare(self.prepared, self.found, self.before.value, self.after.value).table.reset_index()
        return self.found.hits

    def _picked(self):
        if self.found is None or self.hit.value is None:
            return None
        hits = self.found.hits
        report, start = self.hit.value
        return next(hits[(hits["report"] == report) & (hits["start"] == start)].itertuples(), None)

    def _page(self, lang, picked) -> str:
        if self.view.value != "contrast":
            return VIEWS[self.view.value](self.prepared, self.found, lang, picked)
        before, after = self.before.value, self.after.value
        if not before or not after or set(before) & set(after):
            return f"<p>{escape(heading('two sides', lang))}</p>"
        return _contrast_view(self.prepared, self.found, before, after, lang)


def _complaint(query: str, error: Exception, lang: str) -> str:
    """Say plainly why nothing was sought: no term, or what is wrong with a pattern."""
    if not query:
        return heading("type a term", lang)
    try:
        re.compile(query)
    except (re.error, OverflowError, RecursionError) as wrong:
        why = getattr(wrong, "msg", wrong)
        return heading("no pattern", lang) if lang == "zh" else f"{heading('no pattern', lang)}: {why}"
    return str(error)


def _offer(control, keys, name) -> None:
    """Offer the same choices under other names; what was chosen stays chosen."""
    chosen, options = control.value, [(name(key), key) for key in keys]
    if [*control.options] != options:
        control.options = options
        control.value = chosen


def _chosen(prepared, side) -> list[str]:
    from analysis.contrast import documents

    return [] if side is None else documents(prepared.corpus.catalogue, side)


def _alike(catalogue: pd.DataFrame) -> tuple[list[str], list[str]]:
    """The first and the last report of one level, place and genre: the two that are farthest apart in time."""
    keys = [name for name in ("level", "place", "genre") if name in catalogue]
    kinds = [kind["year"] for _, kind in catalogue.groupby(keys, sort=False)]
    years = max(kinds, key=lambda years: years.max() - years.min(), default=None)
    if years is None or years.max() == years.min():
        return [], []
    return [years.idxmin()], [years.idxmax()]


def _save_figure(table: pd.DataFrame, name: str, lang: str) -> str:
    """Draw rates as the notebook does and save them in every format."""
    from analysis import figures

    figures.style(lang)
    ax = figures.draw("intervals", table, width=figures.COLUMN, height=0.7 + 0.22 * len(table))
    folder = paths.FIGURES / "explore"
    for kind in ("pdf", "svg", "png"):
        ax.figure.savefig(folder / f"{name}.{kind}", dpi=300)
    figures.pyplot.close(ax.figure)
    return f"{folder / name}.pdf, .svg, .png"


def export(corpus, found: _Found, path) -> Path:
    """
    Write a concordance: every hit in context with its report, section, offsets and what it rests on.

    Parameters
    ----------
    corpus : Corpus
    found : Found
        From `find`.
    path : path
        Its ending says the format: `.csv`, `.docx` (Word, needs python-docx) or `.xml` (TEI P5).

    Returns
    -------
    Path

    Raises
    ------
    ValueError
        If the ending is another one.
    """
    path = Path(path)
    columns = ["report", "section_title", "function", "left", "hit", "right", "start", "end", "raw_start", "raw_end",
               "classes"]  # fmt: skip
    table = found.hits[columns]
    if path.suffix == ".csv":
        storage.write(path, storage.encoded(table, ".csv"))
    elif path.suffix == ".docx":
        _write_word(corpus, found, table, path)
    elif path.suffix == ".xml":
        path.write_text(_tei(corpus, found, table), encoding="utf-8", newline="\n")
    else:
        raise ValueError(f"{path.name}: a concordance is written as .csv, .docx or .xml")
    return path


def _write_word(corpus, found: _Found, table: pd.DataFrame, path: Path) -> None:
    from docx import Document

    document = Document()
    document.add_heading(f"{found.query}: {len(table)}", 1)
    document.add_paragraph(f"Corpus {corpus.hash}")
    grid = document.add_table(rows=0, cols=4, style="Table Grid")
    for row in table.itertuples():
        cells = grid.add_row().cells
        cells[0].text, cells[2].text = _one_line(row.left), _one_line(row.right)
        cells[1].paragraphs[0].add_run(_one_line(row.hit)).bold = True
        cells[3].text = f"{label(row.report, 'zh')} {row.section_title} [{row.raw_start}–{row.raw_end}]"
    document.save(path)


def _one_line(text: str) -> str:
    """Text as XML takes it: in one line, without control characters."""
    return re.sub(r"[\x00-\x1f\x7f\ufffe\uffff]", " ", str(text))


def _tei(corpus, found: _Found, table: pd.DataFrame) -> str:
    """A concordance in TEI P5: a `cit` a hit, its `seg` between left and right context, its place in the `ref`."""
    def safe(text) -> str:
        return escape(_one_line(text))

    rows = [
        f'<cit xml:id="hit{at}"><quote>{safe(row.left)}<seg type="hit" ana="{safe(row.classes)}">{safe(row.hit)}</seg>'
        f'{safe(row.right)}</quote><bibl><title>{safe(row.report)}</title> <biblScope unit="section">'
        f'{safe(row.section_title)}</biblScope> <biblScope unit="raw" from="{row.raw_start}" to="{row.raw_end}"/>'
        "</bibl></cit>"
        for at, row in enumerate(table.itertuples(), start=1)
    ]  # fmt: skip
    head = (f"<teiHeader><fileDesc><titleStmt><title>{safe(found.query)}</title></titleStmt><publicationStmt><p>"
            f"Concordance of {len(table)} hits</p></publicationStmt><sourceDesc><p>Corpus {corpus.hash}</p>"
            "</sourceDesc></fileDesc></teiHeader>")  # fmt: skip
    body = "\n".join(rows) or "<p/>"
    return ('<?xml version="1.0" encoding="UTF-8"?>\n<TEI xmlns="http://www.tei-c.org/ns/1.0">'
            f"{head}<text><body><div>\n{body}\n</div></body></text></TEI>\n")  # fmt: skip
