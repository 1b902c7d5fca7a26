"""Pages about a query: rates, places, contexts, neighbours, outline, contrast; plain HTML."""

import re
from html import escape
from urllib.parse import quote

import numpy as np
import pandas as pd

from analysis import lookup
from analysis.contrast import NotComparable, documents
from analysis.figures import COLOURS
from analysis.glossary import label

# Contexts shown at once; more is a matter for `concordance.hits`.
MOST = 40
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


def page(prepared, query: str, regex: bool = False, before=None, after=None, lang="both") -> str:
    """
    Set every view of a query one below the other: what a reader without a kernel sees.

    `before` and `after` choose documents as in `contrast.compare`; without them no contrast.
    Drawings are pictures here: a notebook that is only looked at drops what is drawn in the page.
    """
    found = lookup.find(prepared, query, regex)
    parts = [(name, view(prepared, found, lang)) for name, view in VIEWS.items()]
    if before is not None and after is not None:
        parts.append(("contrast", contrast(prepared, found, before, after, lang)))
    body = "".join(f"<h4>{label(name, lang)}</h4>{html}" for name, html in parts)
    body = re.sub(r"<svg.*?</svg>", _picture, body)
    number = f"{len(found.hits)} {label('hits found', lang)}"
    return boxed(f"<p><b>{escape(query)}</b>: {number}</p>{body}")


def _picture(svg: re.Match) -> str:
    """A drawing as an image; what it says under a pointer would not be heard there."""
    size, said = (re.search(f'{name}="(.*?)"', svg[0])[1] for name in ("width", "aria-label"))
    drawn = re.sub("<title>.*?</title>", "", svg[0]).replace('"', "'")
    drawn = quote(drawn.replace("<svg", "<svg xmlns='http://www.w3.org/2000/svg'", 1), " /:='(),")
    return f'<img width="{size}" alt="{said}" src="data:image/svg+xml,{drawn}">'


def boxed(html: str) -> str:
    """Put views into the box that styles them."""
    return f'<div class="look" lang="zh-Hans">{STYLE}{html}</div>'


def named(prepared, report: str, lang: str = "both") -> str:
    """Name a report: in Chinese by issuer, genre and year, where the catalogue has them."""
    row = prepared.corpus.catalogue.loc[report]
    if lang != "zh" or not row.get("issuer"):
        return report
    return f"{row['issuer']} {label(row['genre'], lang)} {row['year']}"


def rates(prepared, found, lang: str = "both", picked=None) -> str:
    """Rate, interval and detection limit of each report, with a bar."""
    table = lookup.rates(prepared, found)
    end = max(table["high"].max(), 1e-9)
    bars = [_bar(row, end) for row in table.itertuples()]
    table["report"] = [f'<span class="n">{escape(named(prepared, report, lang))}</span>'
                       for report in table["report"]]  # fmt: skip
    shown = table[["report", "count", "n_tokens", "per_10k", "low", "high", "limit"]]
    return _table(shown.assign(interval=bars), lang, drawn=("report", "interval"))


def _bar(row, end: float) -> str:
    low, dot, high = (160 * (min(x / end, 1) if x == x else 0)
                      for x in (row.low, row.per_10k, row.high))
    fill = COLOURS[0] if row.count else "white"
    said = f"{row.report}: {row.per_10k:.1f} [{row.low:.1f}, {row.high:.1f}]"
    return (f'<svg viewBox="0 0 170 12" width="170" height="12" role="img" aria-label="{said}">'
            f'<path d="M{low + 4:.1f} 6H{high + 4:.1f}" stroke="{COLOURS[0]}"/>'
            f'<circle cx="{dot + 4:.1f}" cy="6" r="3.2" fill="{fill}" '
            f'stroke="{COLOURS[0]}"/></svg>')


def strips(prepared, found, lang: str = "both", picked=None) -> str:
    """Each report from first to last character: functions as shades, sections, hits as strokes."""
    only = found.only.get("report")
    rows = [_strip(prepared, report, found.hits[found.hits["report"] == report.id], lang, picked)
            for report in prepared.corpus if only in (None, report.id)]  # fmt: skip
    key = " ".join(f'<span style="background:{shade};color:#1b1b1b">&nbsp;{label(name, lang)}&nbsp;'
                   "</span>" for name, shade in SHADES.items())
    return f"<table>{''.join(rows)}</table><p>{key}</p>"


def _strip(prepared, report, hits: pd.DataFrame, lang: str, picked) -> str:
    scale = WIDTH / max(len(report.text), 1)
    drawn = []
    for run in _runs(report.paragraphs):
        x, width = run.start * scale, (run.end - run.start) * scale
        drawn.append(f'<rect x="{x:.1f}" y="0" width="{width:.1f}" height="{HEIGHT}" '
                     f'fill="{SHADES[run.function]}"><title>{label(run.function, lang)}</title>'
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
    name = named(prepared, report.id, lang)
    said = f"{name}: {len(hits)} {label('hits found', lang)}"
    return (f'<tr><td class="n">{escape(name)}</td><td>{len(hits)}</td><td><svg viewBox="0 0 '
            f'{WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" role="img" '
            f'aria-label="{escape(said)}">{"".join(drawn)}</svg></td></tr>')


def _runs(paragraphs: pd.DataFrame):
    """Neighbouring paragraphs of one function as one row."""
    names = paragraphs["function"].astype(str)
    runs = (names != names.shift()).cumsum()
    made = paragraphs.assign(function=names).groupby(runs, sort=False)
    return made.agg({"function": "first", "start": "min", "end": "max"}).itertuples()


def contexts(prepared, found, lang: str = "both", picked=None) -> str:
    """Hits in context, restored edits underlined by class; each unfolds to what `detail` says."""
    if found.hits.empty:
        return f"<p>{label('no hit', lang)}</p>"
    chosen = spread(found.hits, MOST)
    rows = "".join(_context(prepared, hit, lang, picked) for hit in chosen.itertuples())
    classes = " · ".join(f'<u class="{name}">{label(name, lang)}</u>'
                         for name in ("exact", "inferred", "unresolved"))
    return f"<p>{len(chosen)}/{len(found.hits)} · {classes}</p><table>{rows}</table>"


def spread(hits: pd.DataFrame, most: int) -> pd.DataFrame:
    """Take at most so many hits, evenly from first to last."""
    if len(hits) <= most:
        return hits
    return hits.iloc[np.unique(np.linspace(0, len(hits) - 1, most).astype(int))]


def _context(prepared, hit, lang: str, picked) -> str:
    spans = ((hit.start - len(hit.left), hit.start), (hit.start, hit.end),
             (hit.end, hit.end + len(hit.right)))
    report = prepared.corpus[hit.report]
    left, middle, right = (marked(report, *span) for span in spans)
    mark = ' class="picked"' if picked is not None and picked.Index == hit.Index else ""
    where = f"{escape(named(prepared, hit.report, lang))}<br>{label(hit.function, lang)}"
    return (f'<tr{mark}><td>{where}</td><td class="l">{left}</td>'
            f'<td class="h"><b>{middle}</b></td><td class="r" style="text-align:left">{right}'
            f"<details><summary>{label('raw', lang)}</summary>{detail(prepared, hit, lang)}"
            "</details></td></tr>")


def detail(prepared, hit, lang: str = "both", around: int = 0) -> str:
    """
    Show one hit by itself: its place in the outline and its raw characters.

    With `around`, so many characters on either side within the paragraph, as restored, and what
    was done to them.
    """
    report = prepared.corpus[hit.report]
    above = " › ".join(map(escape, lookup.path(prepared, hit.report, hit.section)))
    start, end, said, done = hit.start - len(hit.left), hit.end + len(hit.right), "", ""
    if around:
        row = report.paragraphs.set_index("paragraph").loc[hit.paragraph]
        start, end = max(row["start"], hit.start - around), min(row["end"], hit.end + around)
        left, middle, right = (marked(report, *span) for span in (
            (start, hit.start), (hit.start, hit.end), (hit.end, end)))  # fmt: skip
        said = f"<p>{left}<b>{middle}</b>{right}</p>"
        done = f"<p>{_edits(report.ledger.edits_in(start, end), lang)}</p>"
    low, high = report.ledger.to_raw(start, end)
    raw = f"{label('raw', lang)} {low}–{high}: {marked(report, start, end, raw=True)}"
    return f"<p>{label('outline', lang)}: {above or '–'}</p>{said}<p>{raw}</p>{done}"


def _edits(edits, lang: str) -> str:
    """What was done to a stretch, a line for each kind and class; evidence as a hint."""
    lines = {}
    for edit in edits:
        said = f"{label(edit.kind, lang)} · {label(edit.confidence, lang)}"
        pair = escape(f"{edit.before} → {edit.after or '–'}")
        hint = escape(edit.evidence, quote=True)
        lines.setdefault(said, {})[pair] = f'<span class="n" title="{hint}">{pair}</span>'
    said = [f"{line}: {', '.join(pairs.values())}" for line, pairs in lines.items()]
    return "<br>".join(said) or label("untouched", lang)


def marked(report, start: int, end: int, raw: bool = False) -> str:
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


def neighbours(prepared, found, lang: str = "both", picked=None) -> str:
    """Words within five words of the hits, by logDice."""
    return _table(lookup.neighbours(prepared, found), lang)


def outline(prepared, found, lang: str = "both", picked=None) -> str:
    """The sections that hold hits, below those they belong to."""
    table = lookup.outline(prepared, found)
    at = () if picked is None else lookup.above(prepared, picked.report, picked.section)
    chosen = {(picked.report, section) for section in at}
    rows = "".join(
        f'<tr{" class=picked" if (row.report, row.section) in chosen else ""}>'
        f'<td class="n">{escape(named(prepared, row.report, lang))}</td>'
        f'<td style="padding-left:{row.level * 1.2:.1f}em">{escape(row.title)}</td>'
        f'<td class="n">{label(row.function, lang)}</td><td>{row.hits}</td></tr>'
        for row in table.itertuples()
    )
    return f"<table>{rows}</table>" if rows else f"<p>{label('no hit', lang)}</p>"


def contrast(prepared, found, before, after, lang: str = "both") -> str:
    """The contrast of two sets of documents, or what refuses it."""
    try:
        made = lookup.compare(prepared, found, before, after)
    except NotComparable as refusal:
        why = " · ".join(f"{label(f'no {column}', lang)} ({_listed(left, lang)} / "
                         f"{_listed(right, lang)})" for column, left, right in refusal.missing)
        said = f"<b>{label('no contrast', lang)}</b> · {why} · {label('describe each', lang)}"
        return f"<p>{said}</p>"
    strata = made.strata.drop(
        columns=["clusters_target", "clusters_reference", "cluster", "weight"])
    strata = strata.rename(columns={"n_reference": "n_before", "n_target": "n_after"})
    if not strata["place"].any():
        strata = strata.drop(columns="place")
    for column in [name for name in ("level", "place", "genre", "function") if name in strata]:
        strata[column] = [label(name, lang) for name in strata[column]]
    if made.table.empty:
        return f"<p>{label('no hit', lang)}</p>" + _table(strata, lang)
    row = made.table.iloc[0]
    sides = pd.DataFrame([
        {"side": label(side, lang), "documents": ", ".join(named(prepared, id, lang) for id in ids),
         "count": int(row[f"n_{column}"]), "per_10k": row[f"per_10k_{column}"]}
        for side, column, ids in (("before", "reference", made.reference),
                                  ("after", "target", made.target))
    ])  # fmt: skip
    effect = made.table[["log_ratio", "low", "high", "p", "mde_ratio"]]
    effect = effect.assign(p="< 0.001" if row["p"] < 0.001 else f"{row['p']:.3f}")
    said = f"<p>{label('like for like', lang)}</p>"
    catalogue, used = prepared.corpus.catalogue, {*made.reference, *made.target}
    chosen = [id for side in (before, after) for id in documents(catalogue, side)]
    if rest := ", ".join(named(prepared, id, lang) for id in chosen if id not in used):
        said += f"<p>{label('not used', lang)}: {escape(rest)}</p>"
    return said + "".join(_table(table, lang) for table in (sides, effect, strata))


def _listed(names, lang: str) -> str:
    return ", ".join(label(name, lang) for name in names) or label("none", lang)


def _table(table: pd.DataFrame, lang: str, drawn=()) -> str:
    """A table with translated headings; the columns of `drawn` are HTML already."""
    if table.empty:
        return f"<p>{label('no hit', lang)}</p>"
    titles = table.rename(columns=lambda name: label(name, lang))
    text = {label(c, lang): str if c in drawn else lambda x: escape(str(x))
            for c in table.columns if not pd.api.types.is_numeric_dtype(table[c])}
    return titles.to_html(index=False, border=0, escape=False, formatters=text, na_rep="–",
                          float_format="{:.2f}".format)


# What is shown, in this order; the keys are names in the glossary.
VIEWS = {"rates": rates, "where it stands": strips, "in context": contexts,
         "neighbours": neighbours, "outline": outline}
