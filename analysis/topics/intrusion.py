"""Can a reader find what does not belong? Items for people to answer, and their score."""

from pathlib import Path

import numpy as np
import pandas as pd

from analysis import paths
from analysis.tables import carrying, show
from analysis.topics import TOP, TopicModel, top_codes
from analysis.topics.cards import quote, strongest

# Chang et al. (2009): five words of a topic and an intruder, three documents and an intruder.
WORDS, DOCUMENTS = 5, 3

# An intruding passage has next to nothing of the topic.
FOREIGN = 0.05

OPTIONS = [f"option_{n}" for n in range(1, WORDS + 2)]


def intrusion_items(model: TopicModel, corpus=None, seed: int = 0) -> pd.DataFrame:
    """
    Make items in which one word, or one passage, does not belong to a topic.

    Word items: the five top words and a word from the lower half of the topic that is a top word
    of another. Passage items (if a corpus is given): sentences of the three documents strongest
    in the topic and of one that has at most `FOREIGN` of it.

    Returns
    -------
    DataFrame
        `item`, `kind` ("word" or "passage"), `topic`, `option_1` to `option_6` (unused ones
        empty), `answer` (number of the intruder), `response` (empty: for the reader). Show the
        reader neither `topic` nor `answer`.

    References
    ----------
    Chang, J., Boyd-Graber, J., Gerrish, S., Wang, C. & Blei, D. (2009). NIPS 22, 288-296.
    """
    rng = np.random.default_rng(seed)
    rows = []
    for topic in range(model.k):
        made = [("word", *_words(model, topic, rng))]
        if corpus is not None:
            made.append(("passage", *_passages(model, topic, corpus, rng)))
        for kind, own, intruder in made:
            if intruder is None:
                continue
            place = int(rng.integers(len(own) + 1))
            options = [*own[:place], intruder, *own[place:]]
            options += [""] * (len(OPTIONS) - len(options))
            rows.append((len(rows) + 1, kind, topic, *options, place + 1, ""))
    return pd.DataFrame(rows, columns=["item", "kind", "topic", *OPTIONS, "answer", "response"])


def _words(model: TopicModel, topic: int, rng) -> tuple[list[str], str | None]:
    own = list(rng.permutation(top_codes(model.weights, WORDS)[topic]))
    low = model.weights[topic] <= np.median(model.weights[topic])
    others = np.unique(np.delete(top_codes(model.weights, TOP), topic, axis=0))
    strange = others[low[others]]
    intruder = model.terms[rng.choice(strange)] if len(strange) else None
    return [model.terms[code] for code in own], intruder


def _passages(model: TopicModel, topic: int, corpus, rng) -> tuple[list[str], str | None]:
    own = [_sentence(model, topic, row, corpus) for row in strongest(model, topic, DOCUMENTS)]
    strange = np.flatnonzero((model.shares[:, topic] <= FOREIGN) & (model.assigned() >= 0))
    if not len(strange) or not own:
        return own, None
    row = int(rng.choice(strange))
    return list(rng.permutation(own)), _sentence(model, model.assigned()[row], row, corpus)


def _sentence(model: TopicModel, topic: int, row: int, corpus) -> str:
    unit = model.documents.iloc[row]
    text = corpus[unit["report"]].text
    start, end = quote(model, topic, text, unit["start"], unit["end"])
    return text[start:end]


def score_intrusion(answers: pd.DataFrame, by: str = "kind") -> pd.DataFrame:
    """
    Score what readers answered; items without a response do not count.

    Parameters
    ----------
    answers : DataFrame
        Items with `response` filled in (numbers of options); several readers one below another.
    by : str
        "kind", or "topic".

    Returns
    -------
    DataFrame, by `by`
        the column `by`, `n` (responses), `correct`, `share`, `low`, `high` (Wilson, 95%),
        `chance` (share of a reader who guesses). Nobody's answers give n = 0 and no share. The
        interval is for one reader: several of the same items agree more than chance.

    References
    ----------
    Wilson, E. B. (1927). JASA 22, 209-212; by SciPy.

    Examples
    --------
    >>> answers = pd.DataFrame({"kind": "word", "answer": [1, 2, 3, 4], "response": [1, 2, 3, ""],
    ...                         "option_1": "创新", "option_2": "汾河"})
    >>> score_intrusion(answers)[["n", "correct", "low"]].to_numpy().round(3).tolist()
    [[3.0, 3.0, 0.439]]
    """
    from scipy.stats import binomtest

    shown = answers.filter(like="option_").fillna("").ne("").sum(axis=1)
    rows = []
    for group, part in answers.groupby(by, sort=True):
        given = pd.to_numeric(part["response"], errors="coerce")
        n, correct = int(given.notna().sum()), int((given == part["answer"]).sum())
        low = high = np.nan
        if n:
            low, high = binomtest(correct, n).proportion_ci(method="wilson")
        share = correct / n if n else np.nan
        rows.append((group, n, correct, share, low, high, (1 / shown[part.index]).mean()))
    return pd.DataFrame(rows, columns=[by, "n", "correct", "share", "low", "high", "chance"])


def ask(items: pd.DataFrame, path: Path, live: bool = paths.LIVE):
    """
    Put the items to a reader, one after the other; each answer is written to `path` at once.

    Topic and answer stay hidden. A reader who comes back goes on after the last answer.

    Parameters
    ----------
    items : DataFrame, from `intrusion_items`
    path : Path
        CSV of the items with `response`, as `score_intrusion` takes it.
    live : bool
        Buttons, which carry the questions as a table with them, or (for a page, where nobody
        answers) that table alone.

    Returns
    -------
    ipywidgets.VBox or IPython.display.HTML

    Raises
    ------
    ValueError
        If `path` has answers to other items, which are not overwritten.
    """
    questions = show(items[["item", *OPTIONS]].fillna(""))
    if not live or items.empty:
        return questions
    import ipywidgets as widgets

    answers = _taken_up(items, path)
    missing = answers.index[answers["response"].isna()]
    bar = widgets.IntSlider(min=1, max=len(answers), description="Item", continuous_update=False)
    bar.value = missing[0] + 1 if len(missing) else len(answers)
    page = widgets.VBox()

    def turn(_=None):
        row = answers.iloc[bar.value - 1]
        shown = [(row[name], n + 1) for n, name in enumerate(OPTIONS) if row[name]]
        given = None if pd.isna(row["response"]) else int(row["response"])
        question = widgets.RadioButtons(options=shown, value=given, layout={"width": "auto"})
        question.observe(choose, "value")
        done = f"{answers['response'].notna().sum()} of {len(answers)} answered; {path.name}"
        asked = widgets.HTML("<b>Which one does not belong?</b>")
        page.children = [bar, asked, question, widgets.HTML(done)]

    def choose(change):
        answers.loc[bar.value - 1, "response"] = change["new"]
        answers.to_csv(path, index=False, lineterminator="\n")
        if bar.value == len(answers):
            turn()
        bar.value += 1

    bar.observe(turn, "value")
    turn()
    return carrying(page, questions.data)


def _taken_up(items: pd.DataFrame, path: Path) -> pd.DataFrame:
    """The items with the responses that `path` holds for them, if any."""
    answers = items.fillna("").reset_index(drop=True)
    answers["response"] = pd.Series(pd.NA, index=answers.index, dtype="Int64")
    if path.exists():
        given = pd.read_csv(path).reindex(columns=answers.columns)
        if not given[OPTIONS].fillna("").equals(answers[OPTIONS]):
            raise ValueError(f"{path} has answers to other items; move it away and ask again")
        answers["response"] = given["response"].astype("Int64")
    return answers
