"""Policy domains read off a word list: shares by report, and how far topics agree with them."""

import re

import numpy as np
import pandas as pd

from analysis import lexicons
from analysis.topics import DIGITS, TopicModel
from analysis.uncertainty import shares as shares_of

# The domains of analysis/resources/lexicons/domains.csv, in the order of the national plans.
DOMAINS = {
    "economy": "经济", "industry": "产业", "innovation": "创新", "ecology": "生态",
    "livelihood": "民生", "governance": "治理", "Party building": "党的建设",
    "reform and opening": "改革开放",
}

# Deals of the domains that show what agreement is by chance.
DEALS = 200


def load(name="domains") -> pd.DataFrame:
    """
    Read a codebook: `term`, `domain`, `en`, `source`, `reason`; each term in one domain.

    Any CSV with `term`, `domain` and `source` serves; `lexicons.load` checks it.

    Raises
    ------
    ValueError
        If a row has no domain.

    Examples
    --------
    >>> load().set_index("term").loc["科技成果", "domain"]
    'innovation'
    """
    table = lexicons.load(name)
    if "domain" not in table or (table["domain"].str.strip() == "").any():
        raise ValueError(f"{name}: a term has no domain; fill the column `domain`.")
    return table


def hits(corpus, codebook: pd.DataFrame | None = None) -> pd.DataFrame:
    """
    Find the terms of a codebook as written, from the left, the longest first, none in another.

    Headings are left out. 改革开放 is one hit of its own and none of 改革.

    Returns
    -------
    DataFrame, in the order of the texts
        `report`, `function`, `section`, `paragraph`, `domain`, `term`, `start`, `end` (in the
        report's restored text).
    """
    codebook = load() if codebook is None else codebook
    domain = dict(zip(codebook["term"], codebook["domain"], strict=True))
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


def shares(found: pd.DataFrame, by: str = "report") -> pd.DataFrame:
    """
    Share of each domain among all hits of a report, with t intervals over sections.

    A share says how the attention of a text is divided among the domains as this word list draws
    them; a longer list for one domain raises its share, so compare reports, not domains.

    Parameters
    ----------
    found : DataFrame
        What `hits` gives.
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
    table = shares_of(_by_unit(found, units), units, by, "domain", "hits")
    return table.assign(hits=table["hits"].astype(int))


def _by_unit(found: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """Hits of each domain in each unit (report, paragraph)."""
    keys = ["report", "paragraph"]
    table = pd.crosstab([found[key] for key in keys], found["domain"])
    return _ordered(table.reindex(pd.MultiIndex.from_frame(units[keys]), fill_value=0))


def _ordered(table: pd.DataFrame) -> pd.DataFrame:
    """Columns in the order of `DOMAINS`, others after them."""
    return table[[d for d in DOMAINS if d in table] + [d for d in table if d not in DOMAINS]]


def document_hits(found: pd.DataFrame, documents: pd.DataFrame) -> pd.DataFrame:
    """Hits of each domain (columns) in each document (rows) of a topic model."""
    spans = {
        (u.report, p): row
        for row, u in enumerate(documents.itertuples()) for p in range(u.paragraph, u.last + 1)
    }
    row = [spans.get(key) for key in zip(found["report"], found["paragraph"], strict=True)]
    table = pd.crosstab(pd.Series(row, name="document"), found["domain"].to_numpy())
    return _ordered(table.reindex(range(len(documents)), fill_value=0))


def association(model: TopicModel, found: pd.DataFrame) -> pd.DataFrame:
    """
    Correlate topics with domains over documents.

    Returns
    -------
    DataFrame, index `topic`, columns domains
        Pearson's r between the topic's share of a document and the domain's share of its hits;
        documents without hits are left out.
    """
    table = document_hits(found, model.documents)
    some = table.sum(axis=1).to_numpy() > 0
    parts = table[some].div(table[some].sum(axis=1), axis=0).to_numpy()
    joint = np.corrcoef(model.shares[some].T, parts.T)[: model.k, model.k :]
    return pd.DataFrame(joint.round(DIGITS), columns=table.columns).rename_axis("topic")


def agreement(model: TopicModel, found: pd.DataFrame, seed: int = 0) -> pd.DataFrame:
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

    table = document_hits(found, model.documents).to_numpy()
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
