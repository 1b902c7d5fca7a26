"""Topics over merged paragraphs: the documents, two engines behind one door, words of a topic."""

import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis import lexicons, tokens
from analysis.counts import Counts, count
from analysis.tokens import COUNTED
from analysis.uncertainty import Refusal

# About 100 characters: below it TF-IDF of a paragraph is mostly a matter of one or two words.
MINIMUM = 60

# A word in two documents cannot say what a topic is; one in half of them does not tell any apart.
MIN_DOCUMENTS, MAX_SHARE = 3, 0.5

# NMF meets its tolerance in about 80 steps on reports, never on shuffled words; LDA's bound is
# flat by 30. Ten times the precision and 400 steps give the same recurrence over resamples
# (mean Jaccard .39 and .39 of reports, .15 and .17 of shuffled words) in twice the time.
ITERATIONS = {"nmf": 120, "lda": 30}
TOLERANCE = 1e-3

# LDA ends in poor optima from some starts: one of three on planted topics that share no word.
STARTS = 5

# The shown digits: what is equal after this rounding is equal for a reader.
DIGITS = 4

# The top words that are compared, scored and shown.
TOP = 10


@dataclass(frozen=True)
class TopicModel:
    """
    A fitted model; topics are numbered from 0, by the share of all tokens, falling.

    Attributes
    ----------
    engine, k, seed : str, int, int
        How it was made.
    weights : ndarray, shape (k, n_terms)
        Share of each term in a topic; rows sum to 1.
    shares : ndarray, shape (n_documents, k)
        Share of each topic in a document; rows sum to 1, or to 0 where no term was left.
    terms : Index of str
    documents : DataFrame
        One row a document, as `documents` gives them.
    """

    engine: str
    k: int
    seed: int
    weights: np.ndarray
    shares: np.ndarray
    terms: pd.Index
    documents: pd.DataFrame

    def top(self, n: int = TOP) -> list[list[str]]:
        """Top words of each topic by weight; ties in the order of the terms."""
        return [list(self.terms[row]) for row in top_codes(self.weights, n)]

    def assigned(self) -> np.ndarray:
        """The strongest topic of each document; -1 where it has none."""
        return np.where(self.shares.sum(axis=1) > 0, self.shares.argmax(axis=1), -1)


def prepare(corpus, minimum: int = MINIMUM) -> tuple[Counts, pd.DataFrame]:
    """
    Cut a corpus into the documents of a topic model, stop words left out.

    Parameters
    ----------
    corpus : Corpus
    minimum : int
        Words of a document, as in `documents`.

    Returns
    -------
    Counts, DataFrame
        The documents, and the tokens that they were counted from (`tokens.table`).
    """
    cut = tokens.table(corpus)
    return documents(count(cut, stop=lexicons.stopwords()), corpus.paragraphs, minimum), cut


def documents(
    counts: Counts,
    paragraphs: pd.DataFrame,
    minimum: int = MINIMUM,
    *,
    min_documents: int = MIN_DOCUMENTS,
    max_share: float = MAX_SHARE,
) -> Counts:
    """
    Merge neighbouring paragraphs of a section until they have a minimum length.

    Never across sections, functions or reports; headings are dropped. What is left over at the
    end of a section joins its last document; a section shorter than the minimum is one document.
    Terms of one character, terms with digits, and terms in too few or too many documents go.

    Parameters
    ----------
    counts : Counts
        By paragraph, stop words left out as wanted.
    paragraphs : DataFrame
        `corpus.paragraphs`.
    minimum : int
        Tokens, of all counted kinds.
    min_documents, max_share : int, float
        A term is kept if it stands in at least so many and at most this share of the documents.

    Returns
    -------
    Counts
        `units` has `document`, `report`, `function`, `section`, `section_title`, `paragraph`
        and `last` (its first and last paragraph), `start` and `end` (in the report's restored
        text), `n_tokens`.

    Raises
    ------
    Refusal
        If nothing is left to model.
    """
    columns = ["report", "paragraph"]
    rows = pd.Series(range(len(counts.units)), pd.MultiIndex.from_frame(
        counts.units[columns].astype({"report": "str"})
    ))
    body = paragraphs[~paragraphs["heading"]].astype({"report": "str", "function": "str"})
    body = body[pd.MultiIndex.from_frame(body[columns]).isin(rows.index)]
    at = rows.loc[pd.MultiIndex.from_frame(body[columns])].to_numpy()
    body = body.assign(n_tokens=counts.sizes.to_numpy()[at])
    body["document"] = _merge(body, minimum)
    from scipy import sparse

    shape = (int(body["document"].max() + 1) if len(body) else 0, len(counts.units))
    adder = sparse.csr_array((np.ones(len(at), np.int32), (body["document"], at)), shape)
    matrix, n = sparse.csr_array(adder @ counts.matrix), shape[0]
    found = np.bincount(matrix.indices, minlength=matrix.shape[1])
    worded = np.array([len(t) > 1 and not any(c.isdigit() for c in t) for t in counts.terms], bool)
    keep = np.flatnonzero((found >= min_documents) & (found <= max_share * n) & worded)
    if not len(keep):
        raise Refusal(f"No term stands in {min_documents} of {n} documents; add text.", "few documents")
    return Counts(matrix[:, keep], _units(body), counts.terms[keep])


def _merge(body: pd.DataFrame, minimum: int) -> np.ndarray:
    """Number the document of each paragraph."""
    document, have, place, labels = -1, 0, None, []
    left = body["n_tokens"][::-1].groupby(
        [body["report"], body["function"], body["section"]], sort=False
    ).cumsum()[::-1]
    keys = zip(body["report"], body["function"], body["section"], strict=True)
    for key, size, rest in zip(keys, body["n_tokens"], left, strict=True):
        # A new document opens only where enough of the section is left to fill it.
        if key != place or (have >= minimum and rest >= minimum):
            document, have, place = document + 1, 0, key
        have += size
        labels.append(document)
    return np.array(labels, dtype=np.int64)


def _units(body: pd.DataFrame) -> pd.DataFrame:
    grouped = body.groupby("document", as_index=False)
    return grouped.agg(
        report=("report", "first"), function=("function", "first"), section=("section", "first"),
        section_title=("section_title", "first"), paragraph=("paragraph", "min"),
        last=("paragraph", "max"), start=("start", "min"), end=("end", "max"),
        n_tokens=("n_tokens", "sum"),
    )


def texts(tokens: pd.DataFrame, documents: Counts) -> list[list[str]]:
    """
    Give the running tokens of each document, stop words included: what topics are to cohere in.

    Parameters
    ----------
    tokens : DataFrame
        What `tokens.table` gives; words, numbers and Latin tokens of it are taken.
    documents : Counts
        What `topics.documents` gives.
    """
    units = documents.units
    lengths = (units["last"] - units["paragraph"] + 1).to_numpy()
    first = np.repeat(np.cumsum(lengths) - lengths, lengths)
    places = pd.MultiIndex.from_arrays([
        np.repeat(units["report"].to_numpy(), lengths),
        np.repeat(units["paragraph"].to_numpy(), lengths) + np.arange(lengths.sum()) - first,
    ])
    rows = pd.Series(np.repeat(np.arange(len(units)), lengths), places)
    body = tokens[tokens["kind"].isin(COUNTED) & ~tokens["heading"]]
    keys = pd.MultiIndex.from_arrays([body["report"].astype("str"), body["paragraph"]])
    found = rows.reindex(keys)
    words = body["token"].astype("str").to_numpy()[found.notna()]
    by_document = pd.Series(words).groupby(found.dropna().to_numpy(dtype=int)).agg(list)
    return [by_document.get(row, []) for row in range(len(units))]


def fit(documents: Counts, k: int, engine: str = "nmf", seed: int = 0) -> TopicModel:
    """
    Fit a topic model; the order of the documents does not matter.

    `nmf`: TF-IDF (1 + ln tf, smooth idf, rows of length 1), non-negative matrix factorisation
    by coordinate descent from NNDSVDa. `lda`: variational Bayes in batches on the counts,
    both priors 1/k, the best of `STARTS` starts by its bound. Topics and shares are scaled to sum
    to one and sorted by size.

    Parameters
    ----------
    documents : Counts
        What `topics.documents` gives.
    k : int
        Number of topics, from 2 to the number of documents.
    engine : {"nmf", "lda"}
    seed : int

    References
    ----------
    Lee, D. D. & Seung, H. S. (1999). Nature 401, 788-791. Boutsidis, C. & Gallopoulos, E. (2008).
    Pattern Recognition 41, 1350-1362. Blei, D., Ng, A. & Jordan, M. (2003). JMLR 3, 993-1022.

    Raises
    ------
    ValueError
        If there is no such engine, or k does not fit the documents.

    Examples
    --------
    >>> import scipy.sparse as sp
    >>> x = sp.csr_array([[3, 2, 0, 0], [2, 3, 0, 0], [0, 0, 3, 2], [2, 2, 0, 0]])
    >>> units = pd.DataFrame({"report": "a", "paragraph": range(4), "n_tokens": 5})
    >>> model = fit(Counts(x, units, pd.Index(["创新", "科技", "汾河", "治理"])), 2)
    >>> model.top(2), model.assigned().tolist()
    ([['创新', '科技'], ['汾河', '治理']], [0, 0, 1, 0])
    """
    n = len(documents.units)
    if not 2 <= k <= n:
        raise Refusal(
            f"{k} topics for {n} documents: choose from 2 to {n}, or add reports.", "few documents")
    order = canonical(documents.units)
    part = documents.sizes.to_numpy()[order]
    weights, part = fitted(documents.matrix[order], part, k, engine, seed)
    shares = np.empty_like(part)
    shares[order] = part
    return TopicModel(engine, k, seed, weights, shares, documents.terms, documents.units)


def fitted(matrix, sizes, k: int, engine: str, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Weights and shares of documents in canonical order, the largest topic first."""
    weights, shares = factor(matrix, k, engine, seed)
    order = np.argsort(-(sizes @ shares).round(6), kind="stable")
    return weights[order], shares[:, order]


def canonical(units: pd.DataFrame) -> np.ndarray:
    """The order in which documents are fitted and drawn, whatever order they came in."""
    return np.lexsort((units["paragraph"], units["report"].astype("str")))


def factor(matrix, k: int, engine: str = "nmf", seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Topic-term weights and document-topic shares of a matrix of counts, both scaled to 1."""
    from sklearn.decomposition import NMF, LatentDirichletAllocation
    from sklearn.exceptions import ConvergenceWarning
    from threadpoolctl import threadpool_limits

    if engine not in ITERATIONS:
        raise ValueError(f"No topic engine {engine!r}; choose {', '.join(ITERATIONS)}.")
    rest = {"max_iter": ITERATIONS[engine], "random_state": seed}
    if engine == "nmf":
        matrix, models = tfidf(matrix), [NMF(k, init="nndsvda", tol=TOLERANCE, **rest)]
    else:
        starts = np.random.default_rng(seed).integers(2**31, size=STARTS)
        models = [
            LatentDirichletAllocation(k, learning_method="batch", **rest | {"random_state": int(s)})
            for s in starts
        ]
    # One thread, so that sums are taken in one order on any number of cores.
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        found = [model.fit_transform(matrix) for model in models]
    best = min(range(len(models)), key=lambda i: getattr(models[i], "bound_", 0))
    model, shares = models[best], found[best]
    mass = model.components_.sum(axis=1)
    shares = shares * mass * (np.diff(matrix.indptr) > 0)[:, None]
    return scaled(model.components_), scaled(shares)


def tfidf(matrix):
    """Give what NMF sees: (1 + ln tf)(ln((1 + n) / (1 + df)) + 1), rows of Euclidean length 1."""
    from sklearn.feature_extraction.text import TfidfTransformer

    return TfidfTransformer(sublinear_tf=True).fit_transform(matrix)


def scaled(rows: np.ndarray) -> np.ndarray:
    """Rows that sum to 1; rows of zeros stay."""
    sums = rows.sum(axis=1, keepdims=True)
    return np.divide(rows, sums, out=np.zeros_like(rows), where=sums > 0)


def top_codes(weights: np.ndarray, n: int = TOP) -> np.ndarray:
    """Columns of the n largest weights of each row, falling; ties in the order of the columns."""
    return np.argsort(-weights, axis=1, kind="stable")[:, :n]


def sizes(model: TopicModel) -> np.ndarray:
    """Share of each topic in the tokens of all documents that have topics."""
    return scaled((model.documents["n_tokens"].to_numpy() @ model.shares)[None])[0]


def frex(model: TopicModel, weight: float = 0.5) -> np.ndarray:
    """
    Score terms by being frequent in a topic and exclusive to it, as R's stm computes it.

    FREX = 1 / (w / F + (1 - w) / E): F and E are the ranks, as shares of the vocabulary, of
    the term's weight in the topic and of its share of the term's weight in all topics.

    Returns
    -------
    ndarray, shape (k, n_terms)
        Between 0 and 1; sort falling.

    References
    ----------
    Bischof, J. & Airoldi, E. (2012). ICML, 201-208. Roberts, M., Stewart, B. & Tingley, D.
    (2019). Journal of Statistical Software 91(2): `stm::calcfrex`, without shrinkage.
    """
    from scipy.stats import rankdata

    exclusive = scaled(model.weights.T).T
    f, e = (rankdata(x, axis=1) / x.shape[1] for x in (model.weights, exclusive))
    return 1 / (weight / f + (1 - weight) / e)


def relevance(model: TopicModel, lam: float = 0.6, n: int = TOP) -> pd.DataFrame:
    """
    Rank terms by λ ln φ + (1 - λ) ln(φ / p), with p the term's share over all topics.

    λ = 1 ranks by weight, λ = 0 by lift. p is the margin of the model itself (its topics
    weighted by their shares of the tokens), so that TF-IDF weights meet TF-IDF weights.

    Returns
    -------
    DataFrame, by topic, then relevance falling
        `topic`, `term`, `weight`, `lift`, `relevance`.

    References
    ----------
    Sievert, C. & Shirley, K. (2014). ACL Workshop on Interactive Language Learning, 63-70.
    """
    margin = sizes(model) @ model.weights
    rows = []
    for topic, weight in enumerate(model.weights):
        some = np.flatnonzero(weight > 0)
        lift = weight[some] / margin[some]
        score = lam * np.log(weight[some]) + (1 - lam) * np.log(lift)
        for i in np.argsort(-score, kind="stable")[:n]:
            rows.append((topic, model.terms[some[i]], weight[some[i]], lift[i], score[i]))
    return pd.DataFrame(rows, columns=["topic", "term", "weight", "lift", "relevance"])
