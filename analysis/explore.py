"""
Explore a corpus in JupyterLab: type a term, see every view of it.

Where a notebook is executed for a page (`analysis run`, nbconvert, nbclient) there is nobody to
type, and widgets would leave numbers that differ from run to run: there (`paths.LIVE` is false)
`open` gives the default view as plain HTML, the same bytes every time. `live=True` asks for
widgets anyway (an editor that starts its kernels itself). Widgets carry the same HTML with them,
for readers of a notebook that was saved while somebody typed.
"""

from html import escape

from analysis import lookup, paths, tables, views
from analysis.glossary import LANGUAGES, label

# JupyterLab takes arrows and letters as commands of its own where no text is typed: a list could
# not be gone through, and "a" would make a cell. Inside the controls keys belong to them.
KEYS = """setTimeout(() => element.closest(".jp-OutputArea")?.addEventListener("focusin",
    (event) => event.target.setAttribute("data-lm-suppress-shortcuts", "true")))"""
# Hits to pick from; a list that is longer is not read.
LISTED = 300
# Characters of context in the list, the same for each so that the hits stand in line.
LEFT, RIGHT = 14, 20


def open(
    corpus, query="高质量发展", regex=False, before=None, after=None, lang="both",
    live: bool = paths.LIVE,
):  # fmt: skip
    """
    Open the explorer on a corpus.

    Parameters
    ----------
    corpus : Corpus
    query, regex : what is shown first
    before, after : documents, as in `contrast.compare`
    lang : {"zh", "en", "both"}
    live : bool
        Widgets or plain HTML; by default widgets where a Jupyter server runs the notebook.

    Returns
    -------
    Widget or IPython.display.HTML
    """
    from IPython.display import HTML, Javascript, display

    prepared = lookup.prepare(corpus)
    page = views.page(prepared, query, regex, before, after, lang)
    if not live:
        return HTML(page)
    display(Javascript(KEYS))
    return tables.carrying(Explorer(prepared, query, regex, before, after, lang).box, page)


class Explorer:
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
            value=lang, options=[(label(name, name), name) for name in LANGUAGES])
        # Everything is "", not None: a list takes None for nothing chosen, and shows a blank.
        self.report, self.function = w.Dropdown(options=[""]), w.Dropdown(options=[""])
        self.view = w.ToggleButtons(options=[*views.VIEWS, "contrast"])
        sides = (_chosen(prepared, side) for side in (before, after))
        self.before, self.after = (w.SelectMultiple(options=ids, value=side) for side in sides)
        self.hit = w.Select(options=[], rows=6)
        self.said, self.page, self.detail = w.HTML(), w.HTML(), w.HTML()
        self.sides = w.HBox([self.before, self.after])
        self.controls = {name: getattr(self, name) for name in (
            "term", "pattern", "language", "report", "function", "view", "before", "after")}
        self.box = w.VBox([
            w.HBox([self.term, self.pattern, self.language]),
            w.HBox([self.report, self.function, self.said]), self.view, self.sides,
            self.page, self.hit, self.detail])  # fmt: skip
        self.box.add_class("look")
        self._arrange()
        for name, control in self.controls.items():
            control.observe(self._translate if name == "language" else self._seek, "value")
        self.hit.observe(self._draw, "value")
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
            control.description = label(name, lang) if named else ""
        _offer(self.view, [*views.VIEWS, "contrast"], lambda key: label(key, lang))
        ids = self.prepared.corpus.ids
        for control in (self.before, self.after, self.report):
            extra = [""] if control is self.report else []
            _offer(control, [*extra, *ids],
                   lambda id: views.named(self.prepared, id, lang) if id else label("all", lang))
        _offer(self.function, ["", *views.FUNCTIONS], lambda key: label(key or "all", lang))
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
            self.found = lookup.find(self.prepared, self.term.value, self.pattern.value, **where)
            self.said.value = f"{len(self.found.hits)} {label('hits found', lang)}"
        except Exception as error:  # Whatever a pattern does: the next one is listened to.
            self.found = None
            said = label("no pattern" if self.term.value else "type a term", lang)
            self.said.value = f'<span title="{escape(str(error))}">{said}</span>' if self.term.value else said
        try:
            self._list()
        finally:
            self.quiet = False
        self._draw()

    def _list(self):
        """List the hits to pick from; what was picked stays while it is there, else the first."""
        before = self.hit.value
        hits = [] if self.found is None else views.spread(self.found.hits, LISTED).itertuples()
        options = [(self._line(hit), (hit.report, hit.start)) for hit in hits]
        if options != [*self.hit.options]:
            self.hit.options = options
            kept = [value for _, value in options if value == before]
            self.hit.value = kept[0] if kept else options[0][1] if options else None
        self.hit.layout.display = self.detail.layout.display = "flex" if options else "none"

    def _line(self, hit) -> str:
        lang = self.language.value
        left, right = hit.left[-LEFT:].rjust(LEFT, "\u3000"), hit.right[:RIGHT]
        rests = "" if hit.classes == "untouched" else f" · {label(hit.classes, lang)}"
        where = views.named(self.prepared, hit.report, lang)
        return f"{left}【{hit.hit}】{right} · {where}{rests}".replace("\n", " ")

    def _draw(self, _=None):
        """Draw the view that is looked at, and the hit that is picked."""
        if self.quiet:
            return
        lang, picked = self.language.value, self._picked()
        self.detail.value = "" if picked is None else views.boxed(
            views.detail(self.prepared, picked, lang, views.AROUND))
        self.page.value = views.boxed(self._page(lang, picked) if self.found else "")

    def _picked(self):
        if self.found is None or self.hit.value is None:
            return None
        hits = self.found.hits
        report, start = self.hit.value
        return next(hits[(hits["report"] == report) & (hits["start"] == start)].itertuples(), None)

    def _page(self, lang, picked) -> str:
        if self.view.value != "contrast":
            return views.VIEWS[self.view.value](self.prepared, self.found, lang, picked)
        before, after = self.before.value, self.after.value
        if not before or not after or set(before) & set(after):
            return f"<p>{escape(label('two sides', lang))}</p>"
        return views.contrast(self.prepared, self.found, before, after, lang)


def _offer(control, keys, name) -> None:
    """Offer the same choices under other names; what was chosen stays chosen."""
    chosen, options = control.value, [(name(key), key) for key in keys]
    if [*control.options] != options:
        control.options = options
        control.value = chosen


def _chosen(prepared, side) -> list[str]:
    from analysis.contrast import documents

    return [] if side is None else documents(prepared.corpus.catalogue, side)
