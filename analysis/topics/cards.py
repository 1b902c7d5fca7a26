"""
What a reader needs to believe a topic, or not; how much each takes, and where; policy domains beside them.

Domains are read off a word list, without a model: `domain_hits`, their shares, and how far topics agree with them.
"""

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis import lexicons
from analysis.glossary import label
from analysis.topics import DIGITS, TopicModel, sizes, top_codes
from analysis.uncertainty import Refusal, share_differences, shares

# Words of a label; more make a list of it.
LABEL = 3

# Passages on a card, and their length in characters where a sentence is longer.
PASSAGES, QUOTE = 3, 120

# Words by which the best sentence of a document is found.
N_SCORED_WORDS = 20


def cards(
    model: TopicModel, recurrence: pd.DataFrame, corpus, found: pd.DataFrame, book: pd.DataFrame
) -> pd.DataFrame:
    """
    One row a topic: its words, how often it recurs, how much it takes and where.

    A topic below the line of recurrence is shown and not interpreted: label and domain are empty.
    The Chinese label has the most exclusive of the top words that stand in two of the quoted
    passages; the English one those of them that codebook or glossary translate, or else the
    domain whose share goes with the topic's, and never anything else.

    Parameters
    ----------
    model : TopicModel
    recurrence : DataFrame
        What `topics.recurrence` gives for the same documents, engine, seed and k.
    corpus : Corpus
    found, book : DataFrame
        What `domain_hits` and `codebook` give.

    Returns
    -------
    DataFrame, by `topic`
        `topic`, `label_zh`, `label_en`, `status` ("stable" or "unstable"), `recurrence`,
        `needed`, `share` (of all tokens), `concentration` (share of the topic's tokens in its
        largest section), `report` and `section_title` (that section), `domain`, `domain_r`,
        `words` (by weight), `frex` (by FREX; see `_frex`).
    """
    passage = passages(model, corpus)
    table = pd.DataFrame({
        "topic": range(model.k),
        "label_zh": ["·".join(words) for words in _label_words(model, passage)],
        "label_en": [_english(words, book) for words in _label_words(model, passage)],
        "words": [" ".join(words) for words in model.top()],
        "frex": [" ".join(model.terms[row]) for row in top_codes(_frex(model))],
        "share": sizes(model).round(DIGITS),
    })
    r = _association(model, found)
    table["domain"], table["domain_r"] = r.idxmax(axis=1).to_numpy(), r.max(axis=1).to_numpy()
    bare = table["label_en"] == ""
    table["label_en"] = table["label_en"].mask(bare, "domain: " + table["domain"].astype("str"))
    table = table.merge(_concentration(model), on="topic")
    table = table.merge(recurrence.drop(columns="jaccard"), left_on="topic", right_index=True)
    weak = table["status"] != "stable"
    for column in ("label_zh", "label_en", "domain"):
        table[column] = table[column].mask(weak, "")
    table["domain_r"] = table["domain_r"].mask(weak)
    return table[[
        "topic", "label_zh", "label_en", "status", "recurrence", "needed", "share",
        "concentration", "report", "section_title", "domain", "domain_r", "words", "frex",
    ]]


def _frex(model: TopicModel, weight: float = 0.5) -> np.ndarray:
    """
    Score terms by being frequent in a topic and exclusive to it, as R's `stm::calcfrex` without shrinkage.

    1 / (w / F + (1 - w) / E): F and E are the ranks, as shares of the vocabulary, of the term's weight in the
    topic and of its share of the term's weight in all topics (Bischof & Airoldi 2012, ICML, 201-208).
    """
    from scipy.stats import rankdata

    exclusive = model.weights / np.maximum(model.weights.sum(axis=0), 1e-300)
    f, e = (rankdata(x, axis=1) / x.shape[1] for x in (model.weights, exclusive))
    return 1 / (weight / f + (1 - weight) / e)


def _label_words(model: TopicModel, passage: pd.DataFrame) -> list[list[str]]:
    """The top words of each topic by FREX, those that stand in two of its passages first."""
    score = _frex(model)
    labels = []
    for topic, codes in enumerate(top_codes(model.weights)):
        quotes = passage.loc[passage["topic"] == topic, "quote"]
        stands = np.array([sum(model.terms[c] in quote for quote in quotes) for c in codes])
        order = np.lexsort((-score[topic, codes], stands < 2))
        labels.append(list(model.terms[codes[order[:LABEL]]]))
    return labels


def _english(words: list[str], book: pd.DataFrame) -> str:
    known = dict(zip(book["term"], book["en"], strict=True)) if "en" in book else {}
    named = [known.get(word) or label(word, "en") for word in words]
    return ", ".join(name for name, word in zip(named, words, strict=True) if name != word)


def prevalence(model: TopicModel, by: str = "report") -> pd.DataFrame:
    """
    Share of each topic in the tokens of each report or function, with intervals.

    Reports that differ in level or genre are described by this, not compared; restrict to what
    is like for like with `within`.

    Parameters
    ----------
    by : str
        A column of `model.documents`: "report" or "function".

    Returns
    -------
    DataFrame
        `by`, `topic`, `tokens`, `share`, `low`, `high`, `n_clusters`, `cluster`, as
        `uncertainty.shares` explains them. A report without a word of any topic (one in English, say)
        has no row; ``attrs["notes"]`` names it.
    """
    mass = model.shares * model.documents["n_tokens"].to_numpy()[:, None]
    groups = model.documents[by].astype(str)
    some = pd.Series(mass.sum(axis=1)).groupby(groups.to_numpy()).transform("sum").to_numpy() > 0
    table = shares(pd.DataFrame(mass[some]), model.documents[some].reset_index(drop=True), by, "topic", "tokens")
    if not some.all():
        table.attrs["notes"] = [f"No word of any topic: {', '.join(sorted(set(groups[~some])))}."]
    return table


def _within(model: TopicModel, **values) -> TopicModel:
    """
    The same topics, in some of the documents: `_within(model, function="tasks")`.

    Raises
    ------
    Refusal
        If no document has these values.
    """
    from dataclasses import replace

    keep = np.ones(len(model.documents), bool)
    for column, value in values.items():
        chosen = [value] if np.isscalar(value) else list(value)
        keep &= model.documents[column].astype("str").isin(chosen).to_numpy()
    if not keep.any():
        raise Refusal(f"No document with {values}; see the columns of `model.documents`.")
    return replace(
        model, shares=model.shares[keep], documents=model.documents[keep].reset_index(drop=True)
    )


def _concentration(model: TopicModel) -> pd.DataFrame:
    """
    How much of each topic stands in its single largest section, and which section that is.

    Returns
    -------
    DataFrame, by `topic`
        `topic`, `concentration` (0 to 1; near 1 the topic is one section of one report),
        `report`, `section`, `section_title`.
    """
    place = ["report", "section", "section_title"]
    mass = pd.DataFrame(model.shares * model.documents["n_tokens"].to_numpy()[:, None])
    sums = mass.groupby([model.documents[name] for name in place], sort=False).sum()
    shares = sums / sums.sum().clip(lower=1e-12)
    rows = [(topic, shares[topic].max(), *shares[topic].idxmax()) for topic in shares]
    table = pd.DataFrame(rows, columns=["topic", "concentration", *place])
    return table.round({"concentration": DIGITS})


def passages(model: TopicModel, corpus, n: int = PASSAGES) -> pd.DataFrame:
    """
    Quote the documents with the largest share of each topic, from different sections if possible.

    Of each document the sentence is quoted whose words weigh most in the topic.

    Returns
    -------
    DataFrame, by `topic`, then `rank`
        `topic`, `rank`, `report`, `section`, `section_title`, `function`, `document`, `share` (of
        the topic in the document), `quote`, `start`, `end` (`corpus[report].text[start:end]` is
        the quote), `raw_start`, `raw_end` (the same in the raw text).
    """
    rows = []
    for topic in range(model.k):
        for rank, row in enumerate(_strongest(model, topic, n)):
            unit = model.documents.iloc[row]
            report = corpus[unit["report"]]
            start, end = _quote(model, topic, report.text, unit["start"], unit["end"])
            rows.append((
                topic, rank + 1, unit["report"], unit["section"], unit["section_title"],
                unit["function"], row, round(float(model.shares[row, topic]), DIGITS),
                report.text[start:end], start, end, *report.ledger.to_raw(start, end),
            ))
    return pd.DataFrame(rows, columns=[
        "topic", "rank", "report", "section", "section_title", "function", "document", "share",
        "quote", "start", "end", "raw_start", "raw_end",
    ])


def _strongest(model: TopicModel, topic: int, n: int) -> list[int]:
    """Rows of the documents with the largest shares, one a section before a second of any."""
    share = model.shares[:, topic].round(6)
    order = np.lexsort((model.documents["paragraph"], model.documents["report"], -share))
    order = order[share[order] > 0]
    places = model.documents.iloc[order].groupby(["report", "section"], sort=False).cumcount()
    return list(order[np.argsort(np.minimum(places, 1), kind="stable")][:n])


def _quote(model: TopicModel, topic: int, text: str, start: int, end: int) -> tuple[int, int]:
    """Start and end of the sentence that weighs most in the topic, at most `QUOTE` characters."""
    codes = top_codes(model.weights, N_SCORED_WORDS)[topic]
    words = list(zip(model.terms[codes], model.weights[topic, codes], strict=True))
    spans = [m.span() for m in re.finditer(r"[^。！？；\n]+[。！？；]?", text[start:end])]
    pieces = [piece for span in spans for piece in _clauses(text[start:end], *span)]

    def weighs(piece):
        said = text[start + piece[0] : start + piece[1]]
        return sum(weight for word, weight in words if word in said), -piece[0]

    best = max(pieces, key=weighs)
    return start + best[0], start + best[1]


def _clauses(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Cut a sentence that is too long to quote, after commas where it has them."""
    pieces = []
    while end - start > QUOTE:
        cut = max(text.rfind(mark, start + QUOTE // 2, start + QUOTE) for mark in "，,、") + 1
        pieces.append((start, cut or start + QUOTE))
        start = pieces[-1][1]
    return [*pieces, (start, end)]


# Columns of `differences`.
_COLUMNS = ["topic", "before", "after", "share_before", "share_after", "difference", "low", "high",
            "visible"]  # fmt: skip


def differences(
    model: TopicModel, catalogue: pd.DataFrame, function: str = "tasks"
) -> pd.DataFrame:
    """
    Compare topic shares between two reports of one level, place and genre, years apart.

    Of each level, place and genre, the earliest and the latest report that have sections of the function
    are taken: a report of 1957 without tasks leaves the place to the next one that states some.
    Shares have t intervals over sections (`prevalence`); the interval of the difference combines
    them (`uncertainty.share_differences`).

    Parameters
    ----------
    catalogue : DataFrame, index `id`
        With `year`, `level`, `genre`.
    function : str
        Function of the sections that are compared.

    Returns
    -------
    DataFrame
        `topic`, `before`, `after` (ids), `share_before`, `share_after`, `difference`, `low`,
        `high`, `visible` (a difference that would have been seen), `clear` (its own interval leaves
        out 0; not corrected for the number of topics); empty, with the reason in
        `attrs["notes"]`, where no two reports are alike.
    """
    tables = [pd.DataFrame(columns=_COLUMNS)]
    if (model.documents["function"] == function).any():
        found = prevalence(_within(model, function=function), "report")
        found = found.set_index(found["report"].astype("str"))
        keys = [c for c in ("level", "place", "genre") if c in catalogue]
        stating = catalogue[catalogue.index.isin(found.index)]
        tables = [
            _pair(found.loc[rows.index[0]], found.loc[rows.index[-1]])
            for _, rows in stating.sort_values("year", kind="stable").groupby(keys)
            if rows["year"].iloc[0] < rows["year"].iloc[-1]
        ] or tables
    table = pd.concat(tables, ignore_index=True)
    table = table.assign(clear=(table["low"] > 0) | (table["high"] < 0))
    if table.empty:
        note = (f"No two reports of one level, place and genre have sections of {function}: nothing "
                "can be compared like for like.")  # fmt: skip
    else:
        note = (f"{int(table['clear'].sum())} of {len(table)} shares differ; a difference of "
                f"{table['visible'].median():.0%} of a report could have been seen (median)")  # fmt: skip
    table.attrs.update(notes=[note], why=note)
    return table


def _pair(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Compare the rows of `prevalence` of two reports."""
    names = before["report"].iloc[0], after["report"].iloc[0]
    first, second = before.set_index("topic"), after.set_index("topic")
    table = pd.DataFrame({
        "before": names[0], "after": names[1], "share_before": first["share"],
        "share_after": second["share"],
    }).join(share_differences(first, second))  # fmt: skip
    return table.round(DIGITS).rename_axis("topic").reset_index()


def shape(model: TopicModel, by: Sequence[str] = ("report", "section")) -> pd.DataFrame:
    """
    The shape of a report: topic shares of its sections in reading order.

    Returns
    -------
    DataFrame, one row a section, in the order of the documents
        `report`, `section`, `section_title`, `function`, `n_tokens`, then a column for each topic.
    """
    frame = model.documents.join(pd.DataFrame(_massed(model)))
    columns = {c: (c, "first") for c in ("section_title", "function") if c not in by}
    columns["n_tokens"] = ("n_tokens", "sum")
    columns |= {topic: (topic, "sum") for topic in range(model.k)}
    grouped = frame.groupby(list(by), sort=False, as_index=False).agg(
        **{str(name): spec for name, spec in columns.items()}
    )
    parts = grouped[[str(t) for t in range(model.k)]]
    shares = parts.div(grouped["n_tokens"].clip(lower=1), axis=0).round(DIGITS)
    return pd.concat([grouped.drop(columns=parts.columns), shares.rename(columns=int)], axis=1)


def _massed(model: TopicModel) -> np.ndarray:
    """Tokens of each document that each topic takes."""
    return model.shares * model.documents["n_tokens"].to_numpy()[:, None]


# The domains of analysis/resources/lexicons/domains.csv, in the order of the national plans.
DOMAINS = {
    "economy": "经济", "industry": "产业", "innovation": "创新", "ecology": "生态",
    "livelihood": "民生", "governance": "治理", "Party building": "党的建设",
    "reform and opening": "改革开放",
}

# Deals of the domains that show what agreement is by chance.
DEALS = 200


def codebook(name="domains") -> pd.DataFrame:
    """
    Read a codebook: `term`, `domain`, `en`, `source`, `reason`; each term in one domain.

    Any CSV with `term`, `domain` and `source` serves; `lexicons.load` checks it.

    Raises
    ------
    ValueError
        If a row has no domain.

    Examples
    --------
    >>> codebook().set_index("term").loc["科技成果", "domain"]
    'innovation'
    """
    table = lexicons.load(name)
    if "domain" not in table or (table["domain"].str.strip() == "").any():
        raise ValueError(f"{name}: a term has no domain; fill the column `domain`.")
    return table


def domain_hits(corpus, book: pd.DataFrame | None = None) -> pd.DataFrame:
    """
    Find the terms of a codebook as written, from the left, the longest first, none in another.

    Headings are left out. 改革开放 is one hit of its own and none of 改革.

    Returns
    -------
    DataFrame, in the order of the texts
        `report`, `function`, `section`, `paragraph`, `domain`, `term`, `start`, `end` (in the
        report's restored text).
    """
    book = codebook() if book is None else book
    domain = dict(zip(book["term"], book["domain"], strict=True))
    longest = sorted(domain, key=lambda term: (-len(term), term))
    pattern = re.compile("|".join(map(re.escape, longest)))
    rows = []
    for p in corpus.paragraphs[~corpus.paragraphs["heading"]].itertuples():
        text = corpus[p.report].text
        rows += [
            (p.report, p.function, p.section, p.paragraph, domain[m[0]], m[0], *m.span())
            for m in pattern.finditer(text, p.start, p.end)
        ]
    columns = ["report", "function", "section", "paragraph", "domain", "term", "start", "end"]
    return pd.DataFrame(rows, columns=columns)


def domain_shares(found: pd.DataFrame, by: str = "report") -> pd.DataFrame:
    """
    Share of each domain among all hits of a report, with t intervals over sections.

    A share says how the attention of a text is divided among the domains as this word list draws
    them; a longer list for one domain raises its share, so compare reports, not domains.

    Parameters
    ----------
    found : DataFrame
        What `domain_hits` gives.
    by : str
        "report" or "function".

    Returns
    -------
    DataFrame, by group in the order of the texts, then domain
        the column `by`, `domain`, `hits`, `share`, `low`, `high` (95%), `n_clusters`, `cluster`.
    """
    units = found.groupby(
        ["report", "function", "section", "paragraph"], sort=False, observed=True
    ).size().rename("n_tokens").reset_index()
    table = shares(_by_unit(found, units), units, by, "domain", "hits")
    return table.assign(hits=table["hits"].astype(int))


def _by_unit(found: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """Hits of each domain in each unit (report, paragraph)."""
    keys = ["report", "paragraph"]
    table = pd.crosstab([found[key] for key in keys], found["domain"])
    return _ordered(table.reindex(pd.MultiIndex.from_frame(units[keys]), fill_value=0))


def _ordered(table: pd.DataFrame) -> pd.DataFrame:
    """Columns in the order of `DOMAINS`, others after them."""
    return table[[d for d in DOMAINS if d in table] + [d for d in table if d not in DOMAINS]]


def _document_hits(found: pd.DataFrame, documents: pd.DataFrame) -> pd.DataFrame:
    """Hits of each domain (columns) in each document (rows) of a topic model."""
    spans = {
        (u.report, p): row
        for row, u in enumerate(documents.itertuples()) for p in range(u.paragraph, u.last + 1)
    }
    row = [spans.get(key) for key in zip(found["report"], found["paragraph"], strict=True)]
    table = pd.crosstab(pd.Series(row, name="document"), found["domain"].to_numpy())
    return _ordered(table.reindex(range(len(documents)), fill_value=0))


def _association(model: TopicModel, found: pd.DataFrame) -> pd.DataFrame:
    """
    Correlate topics with domains over documents.

    Returns
    -------
    DataFrame, index `topic`, columns domains
        Pearson's r between the topic's share of a document and the domain's share of its hits;
        documents without hits are left out.
    """
    table = _document_hits(found, model.documents)
    some = table.sum(axis=1).to_numpy() > 0
    parts = table[some].div(table[some].sum(axis=1), axis=0).to_numpy()
    joint = np.corrcoef(model.shares[some].T, parts.T)[: model.k, model.k :]
    return pd.DataFrame(joint.round(DIGITS), columns=table.columns).rename_axis("topic")


def domain_agreement(model: TopicModel, found: pd.DataFrame, seed: int = 0) -> pd.DataFrame:
    """
    Measure how far topics and domains sort the documents alike.

    Adjusted mutual information between the strongest topic and the strongest domain of each
    document: 0 by chance, 1 if the two are the same partition. The interval is est ± t·se with
    the standard error of a jackknife that leaves out one section at a time (redrawing sections
    would repeat documents and raise the measure).

    Returns
    -------
    DataFrame, one row
        `measure`, `value`, `low`, `high` (95%), `chance` (the largest of `DEALS` values with the
        domains dealt out anew), `n_documents`, `n_clusters`, `cluster`.

    References
    ----------
    Vinh, N., Epps, J. & Bailey, J. (2010). JMLR 11, 2837-2854. Efron, B. & Tibshirani, R.
    (1993). An Introduction to the Bootstrap, ch. 11.
    """
    from scipy import stats
    from sklearn.metrics import adjusted_mutual_info_score as ami

    table = _document_hits(found, model.documents).to_numpy()
    topic, domain = model.assigned(), table.argmax(axis=1)
    some = (table.sum(axis=1) > 0) & (topic >= 0)
    place = model.documents.groupby(["report", "section"], sort=False).ngroup().to_numpy()
    topic, domain, place = topic[some], domain[some], place[some]
    if len(np.unique(place)) < 3:
        place = np.arange(len(topic))
    value, sections = ami(domain, topic), np.unique(place)
    left = np.array([ami(domain[place != s], topic[place != s]) for s in sections])
    m = len(sections)
    half = stats.t.ppf(0.975, m - 1) * np.sqrt((m - 1) / m * ((left - left.mean()) ** 2).sum())
    rng = np.random.default_rng(seed)
    chance = max(ami(rng.permutation(domain), topic) for _ in range(DEALS))
    row = ("AMI", value, value - half, value + half, chance)
    names = ["measure", "value", "low", "high", "chance"]
    return pd.DataFrame([row], columns=names).round(DIGITS).assign(
        n_documents=len(topic), n_clusters=m,
        cluster="section" if m < len(topic) else "document",
    )
