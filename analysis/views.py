"""Pages about a query: rates, places, contexts, neighbours, outline, contrast; plain HTML."""

from html import escape

import numpy as np
import pandas as pd

from analysis import lookup
from analysis.figures import COLOURS
from analysis.glossary import label

# Contexts shown at once; more is a matter for `concordance.hits`.
MOST = 40
# Width and height of one strip in pixels of its own scale.
WIDTH, HEIGHT = 720, 14
FUNCTIONS = ("review", "guiding", "tasks", "self-government", "other")
SHADES = dict(zip(FUNCTIONS, ("#cfe3f1", "#fbe7c2", "#cdeee2", "#f3dfea", "#eeeeee"), strict=True))
STYLE = """<style>
.look td, .look th { text-align: left !important; vertical-align: top; padding: 2px 8px; }
.look .l { text-align: right !important; } .look .h { font-weight: 600; white-space: nowrap; }
.look .l, .look .r { min-width: 10em; white-space: normal; }
.look svg { max-width: 100%; height: auto; }
.look u { text-underline-offset: 3px; }
.look .exact { text-decoration: underline solid #0072B2; }
.look .inferred { text-decoration: underline dashed 2px #D55E00; }
.look .unresolved { text-decoration: underline wavy #CC0000; }
</style>"""


def page(prepared, query: str, regex: bool = False, before=None, after=None, lang="both") -> str:
    """
    Set every view of a query one below the other: what a reader without a kernel sees.

    `before` and `after` choose documents as in `contrasts.contrast`; without them no contrast.
    """
    found = lookup.find(prepared, query, regex)
    parts = [(name, view(prepared, found, lang)) for name, view in VIEWS.items()]
    if before is not None and after is not None:
        parts.append(("contrast", contrast(prepared, found, before, after, lang)))
    body = "".join(f"<h4>{label(name, lang)}</h4>{html}" for name, html in parts)
    return boxed(f"<p><b>{escape(query)}</b>: {len(found.hits)} {label('hit', lang)}</p>{body}")


def boxed(html: str) -> str:
    """Put views into the box that styles them."""
    return f'<div class="look">{STYLE}{html}</div>'


def rates(prepared, found, lang: str = "both") -> str:
    """Rate, interval and detection limit of each report, with a bar."""
    table = lookup.rates(prepared, found)
    end = max(table["high"].max(), 1e-9)
    bars = [_bar(row, end) for row in table.itertuples()]
    shown = table[["report", "count", "n_tokens", "per_10k", "low", "high", "limit"]]
    return _table(shown.assign(interval=bars), lang)


def _bar(row, end: float) -> str:
    low, dot, high = (160 * (min(x / end, 1) if x == x else 0)
                      for x in (row.low, row.per_10k, row.high))
    fill = COLOURS[0] if row.count else "white"
    said = f"{row.report}: {row.per_10k:.1f} [{row.low:.1f}, {row.high:.1f}]"
    return (f'<svg viewBox="0 0 170 12" width="170" height="12" role="img" aria-label="{said}">'
            f'<path d="M{low + 4:.1f} 6H{high + 4:.1f}" stroke="{COLOURS[0]}"/>'
            f'<circle cx="{dot + 4:.1f}" cy="6" r="3.2" fill="{fill}" '
            f'stroke="{COLOURS[0]}"/></svg>')


def strips(prepared, found, lang: str = "both") -> str:
    """Each report from first to last character: functions as shades, sections, hits as strokes."""
    rows = [_strip(report, found.hits[found.hits["report"] == report.id], lang)
            for report in prepared.corpus]
    key = " ".join(f'<span style="background:{shade};color:#1b1b1b">&nbsp;{label(name, lang)}&nbsp;'
                   "</span>" for name, shade in SHADES.items())
    return f"<table>{''.join(rows)}</table><p>{key}</p>"


def _strip(report, hits: pd.DataFrame, lang: str) -> str:
    scale = WIDTH / max(len(report.text), 1)
    areas, lines = [], []
    for run in _runs(report.paragraphs):
        x, width = run.start * scale, (run.end - run.start) * scale
        areas.append(f'<rect x="{x:.1f}" y="0" width="{width:.1f}" height="{HEIGHT}" '
                     f'fill="{SHADES[run.function]}"><title>{label(run.function, lang)}</title>'
                     "</rect>")
    for section in report.sections[report.sections["level"] == 1].itertuples():
        x = section.start * scale
        lines.append(f'<path d="M{x:.1f} 0V{HEIGHT}" stroke="#999"><title>{escape(section.title)}'
                     "</title></path>")
    strokes = "".join(f"M{start * scale:.1f} 2V{HEIGHT - 2}" for start in hits["start"])
    said = f"{report.id}: {len(hits)} {label('hit', lang)}"
    return (f'<tr><td>{report.id}</td><td>{len(hits)}</td><td><svg viewBox="0 0 {WIDTH} {HEIGHT}" '
            f'width="{WIDTH}" role="img" aria-label="{said}">{"".join(areas)}{"".join(lines)}'
            f'<path d="{strokes}" stroke="#000" stroke-width="1.2"/></svg></td></tr>')


def _runs(paragraphs: pd.DataFrame):
    """Neighbouring paragraphs of one function as one row."""
    names = paragraphs["function"].astype(str)
    runs = (names != names.shift()).cumsum()
    made = paragraphs.assign(function=names).groupby(runs, sort=False)
    return made.agg({"function": "first", "start": "min", "end": "max"}).itertuples()


def contexts(prepared, found, lang: str = "both", most: int = MOST) -> str:
    """Hits in context, restored edits underlined by class, raw characters on demand."""
    chosen = found.hits.iloc[np.unique(np.linspace(0, len(found.hits) - 1, most).astype(int))] \
        if len(found.hits) > most else found.hits
    if chosen.empty:
        return f"<p>{label('no hit', lang)}</p>"
    rows = "".join(_context(prepared.corpus[hit.report], hit, lang) for hit in chosen.itertuples())
    classes = " ".join(f'<span class="{name}">{label(name, lang)}</span>'
                       for name in ("exact", "inferred", "unresolved"))
    return f"<p>{len(chosen)}/{len(found.hits)} · {classes}</p><table>{rows}</table>"


def _context(report, hit, lang: str) -> str:
    spans = ((hit.start - len(hit.left), hit.start), (hit.start, hit.end),
             (hit.end, hit.end + len(hit.right)))
    left, middle, right = (marked(report, *span) for span in spans)
    low, high = report.ledger.to_raw(spans[0][0], spans[2][1])
    raw = escape(report.raw[low:high])
    where = f"{report.id} · {label(hit.function, lang)}"
    return (f'<tr><td title="{escape(hit.section_title)}">{where}</td><td class="l">{left}</td>'
            f'<td class="h">{middle}</td><td class="r">{right}</td><td><details><summary>'
            f"{label('raw', lang)}</summary>{low}–{high}: {raw}</details></td></tr>")


def marked(report, start: int, end: int) -> str:
    """Write a stretch of a restored text with its edits underlined by class, raw as their hint."""
    out, at = [], start
    for edit in report.ledger.edits_in(start, end):
        low, high = report.ledger.to_text(edit.start, edit.end)
        low, high = max(low, at), min(high, end)
        if high <= low:
            continue
        hint = escape(f"{edit.before} ← {edit.rule} ({edit.confidence})", quote=True)
        out += [escape(report.text[at:low]), f'<span class="{edit.confidence}" title="{hint}">',
                escape(report.text[low:high]), "</span>"]
        at = high
    return "".join([*out, escape(report.text[at:end])])


def neighbours(prepared, found, lang: str = "both") -> str:
    """Words within five words of the hits, by logDice."""
    return _table(lookup.neighbours(prepared, found), lang)


def outline(prepared, found, lang: str = "both") -> str:
    """The sections that hold hits, below those they belong to."""
    rows = "".join(
        f'<tr><td>{row.report}</td><td style="padding-left:{row.level * 1.2:.1f}em">'
        f"{escape(row.title)}</td><td>{label(row.function, lang)}</td><td>{row.hits}</td></tr>"
        for row in lookup.outline(prepared, found).itertuples()
    )
    return f"<table>{rows}</table>" if rows else f"<p>{label('no hit', lang)}</p>"


def contrast(prepared, found, before, after, lang: str = "both") -> str:
    """The contrast of two sets of documents, or the sentence that refuses it."""
    table, said = lookup.compare(prepared, found, before, after)
    return f"<p>{escape(said)}</p>" + ("" if table is None else _table(table, lang))


def _table(table: pd.DataFrame, lang: str) -> str:
    """A table with translated headings; cells that hold a drawing are taken as they are."""
    if table.empty:
        return f"<p>{label('no hit', lang)}</p>"
    named = table.rename(columns=lambda name: label(name, lang))
    text = {label(c, lang): lambda x: x if str(x).startswith("<svg") else escape(str(x))
            for c in table.columns if not pd.api.types.is_numeric_dtype(table[c])}
    return named.to_html(index=False, border=0, escape=False, formatters=text, na_rep="–",
                         float_format="{:.2f}".format)


# What is shown, in this order; the keys are names in the glossary.
VIEWS = {"rates": rates, "where it stands": strips, "in context": contexts,
         "neighbours": neighbours, "outline": outline}
