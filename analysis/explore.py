"""
Explore a corpus in JupyterLab: type a term, see every view of it.

Where a notebook is executed for a page (`analysis run`, nbconvert, nbclient) there is nobody to
type, and widgets would leave numbers that differ from run to run. A Jupyter server names the
notebook of each session in JPY_SESSION_NAME; where that is missing or empty, `open` gives the
default view as plain HTML, the same bytes every time. `live=True` asks for widgets anyway (an
editor that starts its kernels itself).
"""

import os
from functools import partial

from analysis import lookup, views
from analysis.glossary import LANGUAGES, label

# Set by the server for the kernels of its sessions, and by nothing that executes notebooks.
SESSION = "JPY_SESSION_NAME"


def open(corpus, query="高质量发展", regex=False, before=None, after=None, lang="both", live=None):
    """
    Open the explorer on a corpus.

    Parameters
    ----------
    corpus : Corpus
    query, regex : what is shown first
    before, after : documents, as in `contrasts.contrast`
    lang : {"zh", "en", "both"}
    live : bool, optional
        Widgets or plain HTML; by default widgets where a Jupyter server runs the notebook.

    Returns
    -------
    Widget or IPython.display.HTML
    """
    from IPython.display import HTML

    prepared = lookup.prepare(corpus)
    if not (bool(os.environ.get(SESSION)) if live is None else live):
        return HTML(views.page(prepared, query, regex, before, after, lang))
    return _widgets(prepared, query, regex, before, after, lang)


def _widgets(prepared, query, regex, before, after, lang):
    """Wire the controls: each change draws the tab that is looked at, and only that."""
    import ipywidgets as w

    ids = prepared.corpus.ids
    frequent = [word for word, _ in prepared.frequency.most_common(500) if len(word) > 1]
    term = w.Combobox(value=query, options=frequent, continuous_update=False)
    pattern, tongue = w.Checkbox(value=regex), w.ToggleButtons(value=lang, options=LANGUAGES)
    report = w.Dropdown(options=[("–", None), *((id, id) for id in ids)])
    function = w.Dropdown(options=[("–", None), *((name, name) for name in views.FUNCTIONS)])
    sides = [w.SelectMultiple(options=ids, value=_chosen(prepared, s)) for s in (before, after)]
    boxes = {name: w.HTML() for name in (*views.VIEWS, "contrast")}
    tabs, said = w.Tab(children=[*boxes.values()]), w.HTML()
    named = {"term": term, "pattern": pattern, "language": tongue, "report": report,
             "function": function, "before": sides[0], "after": sides[1]}

    def draw(_=None):
        for key, control in named.items():
            control.description = label(key, tongue.value)
        tabs.titles = [label(name, tongue.value) for name in boxes]
        name = [*boxes][tabs.selected_index or 0]
        try:
            found = lookup.find(prepared, term.value, pattern.value,
                                report=report.value, function=function.value)
            view = views.VIEWS.get(name) or partial(
                views.contrast, before=sides[0].value, after=sides[1].value)
            boxes[name].value = views.boxed(view(prepared, found, lang=tongue.value))
            said.value = f"{len(found.hits)} {label('hit', tongue.value)}"
        except ValueError as error:
            said.value = str(error)

    for control in (*named.values(),):
        control.observe(draw, "value")
    tabs.observe(draw, "selected_index")
    draw()
    rows = [w.HBox([term, pattern, tongue]), w.HBox([report, function]), w.HBox(sides), said, tabs]
    return w.VBox(rows)


def _chosen(prepared, side) -> list[str]:
    from analysis.drift.contrasts import documents

    return [] if side is None else documents(prepared.corpus.catalogue, side)
