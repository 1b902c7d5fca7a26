"""
Topics over merged paragraphs: the documents, two engines behind one door, and which topics can be trusted.

    made, words = topics.prepare(corpus)
    models = {k: topics.fit(made, k) for k in topics.candidates(made)}
    found = topics.matches(made, models)            # every model against halves of the text
    chosen = topics.select_k(topics.by_k(found))    # how many topics, and what would do as well

`coherence` has NPMI and c_v with gensim's values; `cards` what a reader needs to believe a topic.
"""

import io
import os
import warnings
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis import lexicons, storage, tokens
from analysis.counts import Counts, count
from analysis.tokens import COUNTED
from analysis.topics.npmi import coherence
from analysis.uncertainty import Refusal

__all__ = ["Choice", "TopicModel", "by_k", "candidates", "coherence", "common", "documents", "fit", "matches",
           "prepare", "recurrence", "select_k", "texts"]  # fmt: skip

# About 100 characters: below it TF-IDF of a paragraph is mostly a matter of one or two words.
MINIMUM = 60

# A word in two documents cannot say what a topic is; one in half of them does not tell any apart.
MIN_DOCUMENTS, MAX_SHARE = 3, 0.5

# NMF meets its tolerance in about 80 steps on reports, never on shuffled words; LDA's bound is flat by 30.
_STEPS = {"nmf": 120, "lda": 30}
_TOLERANCE = 1e-3
# Halves are fitted less finely, shuffled words least: 120 steps change the mean Jaccard index by .01 to .02.
_HALF_STEPS, _NULL_STEPS, _HALF_TOLERANCE = 40, 20, 1e-2

# LDA ends in poor optima from some starts, one of three on planted topics that share no word: five are tried for a few
# steps, and the best is followed. More than 20 steps within a document change the bound and not the topics.
_STARTS, _FIRST_STEPS, _STEPS_WITHIN = 5, 6, 20

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
    order = _canonical(documents.units)
    part = documents.sizes.to_numpy()[order]
    weights, part = _fitted(documents.matrix[order], part, k, engine, seed)
    shares = np.empty_like(part)
    shares[order] = part
    return TopicModel(engine, k, seed, weights, shares, documents.terms, documents.units)


def _fitted(matrix, sizes, k: int, engine: str, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Weights and shares of documents in canonical order, the largest topic first."""
    from sklearn.decomposition import NMF
    from threadpoolctl import threadpool_limits

    if engine not in _STEPS:
        raise ValueError(f"No topic engine {engine!r}; choose {', '.join(_STEPS)}.")
    # One thread, so that sums are taken in one order on any number of cores.
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if engine == "lda":
            model, shares = _lda(matrix, k, seed)
        else:
            model = NMF(k, init="nndsvda", tol=_TOLERANCE, max_iter=_STEPS["nmf"], random_state=seed)
            shares = model.fit_transform(_tfidf(matrix))
    weights, shares = _shared_out(model.components_, shares, matrix)
    order = np.argsort(-(sizes @ shares).round(6), kind="stable")
    return weights[order], shares[:, order]


def _lda(matrix, k: int, seed: int):
    """Follow the best of a few starts to the end."""
    from sklearn.decomposition import LatentDirichletAllocation

    def made(start, steps):
        model = LatentDirichletAllocation(k, learning_method="batch", max_iter=steps, random_state=start,
                                          max_doc_update_iter=_STEPS_WITHIN)  # fmt: skip
        return model, model.fit_transform(matrix)

    starts = [int(s) for s in np.random.default_rng(seed).integers(2**31, size=_STARTS)]
    bounds = [made(start, _FIRST_STEPS)[0].bound_ for start in starts]
    return made(starts[int(np.argmin(bounds))], _STEPS["lda"])


def _shared_out(components, shares, matrix) -> tuple[np.ndarray, np.ndarray]:
    """Topic-term weights and document-topic shares, both scaled to 1."""
    shares = shares * components.sum(axis=1) * (np.diff(matrix.indptr) > 0)[:, None]
    return _scaled(components), _scaled(shares)


def _canonical(units: pd.DataFrame) -> np.ndarray:
    """The order in which documents are fitted and drawn, whatever order they came in."""
    return np.lexsort((units["paragraph"], units["report"].astype("str")))


def _tfidf(matrix):
    """Give what NMF sees: (1 + ln tf)(ln((1 + n) / (1 + df)) + 1), rows of Euclidean length 1."""
    from sklearn.feature_extraction.text import TfidfTransformer

    return TfidfTransformer(sublinear_tf=True).fit_transform(matrix)


def _scaled(rows: np.ndarray) -> np.ndarray:
    """Rows that sum to 1; rows of zeros stay."""
    sums = rows.sum(axis=1, keepdims=True)
    return np.divide(rows, sums, out=np.zeros_like(rows), where=sums > 0)


def top_codes(weights: np.ndarray, n: int = TOP) -> np.ndarray:
    """Columns of the n largest weights of each row, falling; ties in the order of the columns."""
    return np.argsort(-weights, axis=1, kind="stable")[:, :n]


def sizes(model: TopicModel) -> np.ndarray:
    """Share of each topic in the tokens of all documents that have topics."""
    return _scaled((model.documents["n_tokens"].to_numpy() @ model.shares)[None])[0]


# ------------------------------------------------------------------ what comes back from half of the text

# Halves drawn without replacement: two halves share half of their paragraphs, so that a topic
# must be found again and is not merely kept (Meinshausen & Bühlmann 2010; measured, 5 of 10 top
# words: 80% of the paragraphs bring back a topic of shuffled words up to 93 times in 100, 50% 57).
SHARE = 0.5
RESAMPLES = 60

# Below this share of resamples a topic is not interpreted.
LINE = 0.6

# Fewer than half of the top words in common is no recurrence, whatever shuffled words allow.
LEAST_SHARED = 5

# No topic of shuffled words in a hundred may come nearer to the line than this.
NULL_LIMIT = 0.5
NULLS, NULL_RESAMPLES = 3, 10
# Of a normal distribution one value in a hundred lies beyond.
_ONE_IN_A_HUNDRED = 2.33

_KEPT = storage.Kept(
    "topics", "analysis.topics", dump=lambda table: table.to_parquet(index=False),
    load=lambda entry: pd.read_parquet(io.BytesIO(entry)), libraries=("numpy", "scipy", "scikit-learn"),
)  # fmt: skip


def matches(
    documents: Counts, models: Mapping[int, TopicModel], *, resamples: int = RESAMPLES, nulls: int = NULLS
) -> pd.DataFrame:
    """
    Fit halves of the paragraphs and match their topics with those of models of all paragraphs.

    Topics are matched one to one so that they share as many of their ten top words as possible.
    The same is done with `nulls` corpora in which the words of all documents were shuffled
    across them, document lengths and word frequencies kept, for every second K and the last: what
    recurs there is no topic. One decomposition of a half serves all K. Results do not depend on the
    number of cores or on the order of the documents, and are kept by content.

    Parameters
    ----------
    documents : Counts
        What `topics.documents` gives.
    models : mapping of int to TopicModel
        By number of topics, from `fit` with "nmf" and one seed.
    resamples, nulls : int
        Halves drawn from the text, and shuffled corpora (`NULL_RESAMPLES` halves of each).

    Returns
    -------
    DataFrame, by k, shuffle, resample, topic
        `k`; `shuffle` (-1 the text itself, else the number of the shuffled corpus); `resample`;
        `topic` (as in the model); `shared` (of the ten top words); `agreement` (adjusted Rand index
        of the strongest topics of the drawn documents, the same for all topics of a resample).

    References
    ----------
    Greene, D., O'Callaghan, D. & Cunningham, P. (2014). ECML PKDD, 498-513.
    Meinshausen, N. & Bühlmann, P. (2010). JRSS B 72, 417-473. Hubert, L. & Arabie, P. (1985).
    Journal of Classification 2, 193-218. Kuhn, H. W. (1955), by SciPy.

    Raises
    ------
    Refusal
        If half of the documents are fewer than the topics.
    """
    ks, n = sorted(models), len(documents.units)
    if not ks or ks[0] < 2 or ks[-1] > SHARE * n:
        raise Refusal(f"K of {ks} on halves of {n} documents: choose K from 2 to {n // 2}.",
                      "few documents")  # fmt: skip
    order = _canonical(documents.units)
    matrix, sizes = documents.matrix[order], documents.sizes.to_numpy()[order]
    seed = models[ks[0]].seed
    whole = {k: (models[k].weights, models[k].shares[order]) for k in ks}
    arrays = [matrix.data, matrix.indices, matrix.indptr, sizes]
    sums = [storage.checksum(np.ascontiguousarray(part, dtype=np.int64).tobytes()) for part in arrays]
    tops = [top_codes(models[k].weights).tolist() for k in ks]
    key = ks, seed, resamples, nulls, sums, storage.checksum(repr(tops).encode())
    return _KEPT.get(key, lambda: _matched(matrix, sizes, whole, seed, resamples, nulls))


def _matched(matrix, sizes, whole, seed, resamples, nulls) -> pd.DataFrame:
    from threadpoolctl import threadpool_limits

    rows = []
    with (threadpool_limits(1), warnings.catch_warnings(),
          ThreadPoolExecutor(os.cpu_count() or 1) as threads):  # fmt: skip
        warnings.simplefilter("ignore")

        def draw(number, cells, of, shuffle, steps):
            task = (cells, of, seed)
            halves = threads.map(lambda r: _half(*task, r, steps), range(number))
            rows.extend((k, shuffle, r, topic, shared, agreement) for r, found in enumerate(halves)
                        for k, topics, agreement in found for topic, shared in enumerate(topics))  # fmt: skip

        draw(resamples, matrix, whole, -1, _HALF_STEPS)
        some = sorted({*list(whole)[::2], max(whole)})
        for shuffle in range(nulls):
            dealt = _shuffled(matrix, np.random.SeedSequence(seed, spawn_key=(1, shuffle)))
            fits = _nmf(dealt, some, seed, _NULL_STEPS)
            draw(NULL_RESAMPLES, dealt, fits, shuffle, _NULL_STEPS)
    table = pd.DataFrame(rows, columns=["k", "shuffle", "resample", "topic", "shared", "agreement"])
    return table.sort_values(["k", "shuffle", "resample", "topic"], ignore_index=True)


def _half(matrix, whole, seed, resample, steps) -> list[tuple]:
    """Fit one half with every K; give K, the top words it shares with each topic, and agreement."""
    from sklearn.metrics import adjusted_rand_score

    draw = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(0, resample)))
    n = matrix.shape[0]
    rows = np.sort(draw.choice(n, int(SHARE * n), replace=False))
    found = []
    for k, (weights, shares) in _nmf(matrix[rows], list(whole), int(draw.integers(2**31)), steps).items():
        some = (whole[k][1][rows].sum(axis=1) > 0) & (shares.sum(axis=1) > 0)
        agreement = adjusted_rand_score(whole[k][1][rows][some].argmax(axis=1), shares[some].argmax(axis=1))
        found.append((k, shared_words(whole[k][0], weights), agreement))
    return found


def _nmf(matrix, ks, seed, steps) -> dict[int, tuple[np.ndarray, np.ndarray]]:
    """Factor a matrix with several K, from one decomposition, in single precision."""
    from sklearn.decomposition import NMF
    from sklearn.utils.extmath import randomized_svd

    weighed = _tfidf(matrix).astype(np.float32)
    u, s, v = randomized_svd(weighed, max(ks), random_state=seed)
    mean, made = weighed.mean(), {}
    for k in ks:
        w, h = _start(u[:, :k], s[:k], v[:k], mean)
        model = NMF(k, init="custom", tol=_HALF_TOLERANCE, max_iter=steps)
        shares = model.fit_transform(weighed, W=w, H=h)
        made[k] = _shared_out(model.components_, shares, matrix)
    return made


def _start(u, s, v, mean) -> tuple[np.ndarray, np.ndarray]:
    """NNDSVDa (Boutsidis & Gallopoulos 2008): the heavier sign of each pair of singular vectors, zeros as the mean."""
    signs = [(np.maximum(sign * u, 0), np.maximum(sign * v, 0)) for sign in (1, -1)]
    sizes = [(np.linalg.norm(w, axis=0), np.linalg.norm(h, axis=1)) for w, h in signs]
    first = sizes[0][0] * sizes[0][1] >= sizes[1][0] * sizes[1][1]
    w, h = np.where(first, signs[0][0], signs[1][0]), np.where(first[:, None], signs[0][1], signs[1][1])
    one, two = np.where(first, sizes[0][0], sizes[1][0]), np.where(first, sizes[0][1], sizes[1][1])
    size = np.sqrt(s * one * two)
    w, h = w * (size / np.maximum(one, 1e-12)), h * (size / np.maximum(two, 1e-12))[:, None]
    w, h = np.where(w < 1e-6, mean, w), np.where(h < 1e-6, mean, h)
    return w.astype(np.float32), np.ascontiguousarray(h, np.float32)


def shared_words(one: np.ndarray, other: np.ndarray, n: int = TOP) -> np.ndarray:
    """
    Match topics by their top words; give for each topic of `one` how many of n it shares.

    >>> one, other = np.array([[3, 2, 0, 0], [0, 0, 1, 2]]), np.array([[0, 0, 1, 2], [3, 0, 2, 0]])
    >>> shared_words(one, other, 2)
    array([1, 2])
    """
    from scipy.optimize import linear_sum_assignment

    def held(weights):
        table = np.zeros(weights.shape, dtype=np.int64)
        np.put_along_axis(table, top_codes(weights, n), 1, axis=1)
        # A word of weight 0 fills up a short list; it is no word of the topic.
        return table * (weights > 0)

    common = held(one) @ held(other).T
    row, column = linear_sum_assignment(common / (2 * n - common), maximize=True)
    # Of fewer topics not all have a match.
    shared = np.zeros(len(one), dtype=np.int64)
    shared[row] = common[row, column]
    return shared


def _shuffled(matrix, seed):
    """Deal the words of all documents out again; document lengths and word counts stay."""
    from scipy import sparse

    table = matrix.tocoo()
    rows, words = np.repeat(table.row, table.data), np.repeat(table.col, table.data)
    words = np.random.default_rng(seed).permutation(words)
    return sparse.csr_array((np.ones(len(rows), np.int32), (rows, words)), matrix.shape)


def _jaccard(shared):
    return shared / (2 * TOP - shared)


def _needed(found: pd.DataFrame) -> tuple[int, float]:
    """
    Set how many top words make a recurrence, by what shuffled words can do.

    The least number, from `LEAST_SHARED`, at which one shuffled topic in a hundred (mean and 2.33 standard deviations,
    all K together) recurs in no more than `NULL_LIMIT` of the halves; and that share.
    """
    null = found[found["shuffle"] >= 0].groupby(["k", "shuffle", "topic"])["shared"]
    worst = 0.0
    for needed in range(LEAST_SHARED, TOP + 1):
        if not null.ngroups:
            break
        often = null.agg(lambda shared, n=needed: (shared >= n).mean())
        worst = float(often.mean() + _ONE_IN_A_HUNDRED * often.std(ddof=0))
        if worst <= NULL_LIMIT:
            break
    return needed, worst


def recurrence(found: pd.DataFrame, k: int) -> pd.DataFrame:
    """
    In which share of the resamples does each topic come back?

    Parameters
    ----------
    found : DataFrame
        What `matches` gives.
    k : int

    Returns
    -------
    DataFrame, index `topic`
        `recurrence` (share of the resamples in which the matched topic has at least `needed` of
        the ten top words), `needed`, `jaccard` (mean over resamples), `status` ("stable", or
        "unstable" below `LINE`: shown, and not interpreted).
    """
    text = found[(found["k"] == k) & (found["shuffle"] < 0)]
    if text.empty:
        raise ValueError(f"K = {k} was not resampled; run `matches` with it.")
    needed, _ = _needed(found)
    by_topic = text.assign(recurrence=text["shared"] >= needed, jaccard=_jaccard(text["shared"]))
    by_topic = by_topic.groupby("topic")[["recurrence", "jaccard"]].mean().round(DIGITS)
    by_topic.insert(1, "needed", needed)
    by_topic["status"] = np.where(by_topic["recurrence"] >= LINE, "stable", "unstable")
    return by_topic


# Numbers of topics whose score is this share of the best would do as well.
NEAR = 0.9

# Fewer than six topics are broader than the eight domains that readers know; more than sixteen
# are more than a figure or a reader takes in.
FEWEST, MOST = 6, 16

# So that half of the paragraphs still have six for each topic on average.
DOCUMENTS_PER_TOPIC = 12


def candidates(documents: Counts) -> range:
    """
    The numbers of topics worth trying with so many documents.

    >>> few = Counts(None, pd.DataFrame(index=range(60)), None)
    >>> candidates(few)
    range(2, 6)

    Raises
    ------
    Refusal
        If there are too few documents for any.
    """
    n = len(documents.units)
    most = min(MOST, n // DOCUMENTS_PER_TOPIC)
    if most < 2:
        raise Refusal(
            f"{n} documents are too few for topics: have at least {2 * DOCUMENTS_PER_TOPIC}, "
            "by more reports or a smaller minimum length.", "few documents"
        )
    return range(FEWEST if most >= FEWEST + 2 else 2, most + 1)


def by_k(found: pd.DataFrame) -> pd.DataFrame:
    """
    Summarise resamples by K.

    Parameters
    ----------
    found : DataFrame
        What `matches` gives.

    Returns
    -------
    DataFrame, by `k`
        `jaccard` (of the ten top words of matched topics, mean over topics and resamples) with
        `jaccard_low`, `jaccard_high`, and `agreement` (adjusted Rand index) with `agreement_low`,
        `agreement_high` (ranges of 95% of the resamples, no confidence intervals);
        `recurring` (topics that recur in at least `LINE` of the resamples);
        `null_jaccard` and `line` (Jaccard index of shuffled topics, and what one in a hundred of them
        reaches: a line in 1/K through all of them, and 2.33 standard deviations about it);
        `score` = agreement · Σ over topics of (Jaccard - `line`), by resample, with its neighbours in K
        (weights 1, 2, 1), then the mean: each topic counts by how far it lies above
        what chance does, or against by how far below, and all by how far the paragraphs are
        sorted alike; `of_best` (the score as a share of the best one); `needed`, `null_recurrence` (top
        words that make a recurrence, the same for all K, and how often one shuffled topic in a hundred
        has so many).
    """
    found = found.assign(jaccard=_jaccard(found["shared"]))
    text, null = found[found["shuffle"] < 0], found[found["shuffle"] >= 0]
    runs = text.groupby(["k", "resample"])[["jaccard", "agreement"]].mean()
    table = pd.concat([_spread(runs[name]) for name in runs], axis=1)
    needed, often = _needed(found)
    recurs = (text["shared"] >= needed).groupby([text["k"], text["topic"]]).mean() >= LINE
    table["recurring"] = recurs.groupby("k").sum()
    table["null_jaccard"], table["line"] = _lines(null, table.index.to_numpy())
    table["score"] = score = _scores(text, table["line"])
    # Where nothing comes back beyond chance, the best is the best and nothing is near it.
    table["of_best"] = score / score.max() if score.max() > 0 else (score == score.max()).astype(float)
    table = table.assign(needed=needed, null_recurrence=often)
    return table.round(DIGITS).reset_index()


def _spread(values: pd.Series) -> pd.DataFrame:
    by_k = values.groupby("k")
    columns = {"": by_k.mean(), "_low": by_k.quantile(0.025), "_high": by_k.quantile(0.975)}
    return pd.DataFrame({f"{values.name}{name}": column for name, column in columns.items()})


def _lines(null: pd.DataFrame, ks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean Jaccard index of a topic of shuffled words by K, and what one in a hundred reaches; 0 without shuffles."""
    if null.empty:
        return np.full(len(ks), np.nan), np.zeros(len(ks))
    means = null.groupby(["k", "shuffle", "topic"])["jaccard"].mean()
    at = 1 / means.index.get_level_values("k").to_numpy(float)
    curve = np.polynomial.Polynomial.fit(at, means, 1 if len(set(at)) > 1 else 0)
    spread = float(np.std(means - curve(at)))
    return curve(1 / ks), curve(1 / ks) + _ONE_IN_A_HUNDRED * spread


def _scores(text: pd.DataFrame, line: pd.Series) -> pd.Series:
    """Agreement · Σ (Jaccard - line), the mean over halves, smoothed over K."""
    value = (text["jaccard"] - text["k"].map(line)) * text["agreement"]
    mean = value.groupby(text["k"]).sum() / text["resample"].nunique()
    weight = np.maximum(2.0 - np.abs(np.subtract.outer(mean.index, mean.index)), 0)
    return pd.Series(weight @ mean.to_numpy() / weight.sum(axis=1), mean.index)


class Choice(NamedTuple):
    """A number of topics, all numbers that would do as well, and a sentence about them."""

    k: int
    range: tuple[int, ...]
    note: str


def select_k(stability: pd.DataFrame, coherence: pd.DataFrame | None = None) -> Choice:
    """
    Choose the number of topics by a rule, with the range of those that would do as well.

    The range has all K whose `score` (see `by_k`: it rewards every topic by how much better it comes
    back than shuffled words allow) is at least `NEAR` of the best, and the K that is taken is the smallest
    of them: what more topics add beyond it is a tenth. Among ten seeds on five reports it lay between 11 and 15, where
    the best score hopped from 11 to 16.

    Parameters
    ----------
    stability : DataFrame
        What `by_k` gives.
    coherence : DataFrame, optional
        What `coherence` gives; told, not used.

    Returns
    -------
    Choice

    Examples
    --------
    >>> some = pd.DataFrame({"k": [6, 7, 8], "of_best": [.5, .95, 1], "jaccard": .5, "recurring": [6, 7, 5]})
    >>> select_k(some)[:2]
    (7, (7, 8))
    """
    table = stability.set_index("k")
    measures = []
    if coherence is not None:
        table = table.join(coherence.set_index("k"))
        measures = [column for column in coherence if column != "k"]
    kept = table.index[table["of_best"] >= NEAR]
    k = int(kept[0])
    told = "; ".join(
        f"K = {n}: {table.loc[n, 'recurring']:.0f} of {n} topics recur, Jaccard "
        f"{table.loc[n, 'jaccard']:.2f}"
        + "".join(f", {m} {table.loc[n, m]:.2f}" for m in measures)
        for n in dict.fromkeys([k, *kept])
    )
    edge = "; the range ends where trying did" if kept[-1] == table.index[-1] or k == table.index[0] else ""
    several = f"K from {kept[0]} to {kept[-1]} would do as well" if len(kept) > 1 else "no other K would"
    note = (f"K = {k} of {table.index[0]} to {table.index[-1]} is the smallest with topics that come back beyond "
            f"chance at least {NEAR:.0%} as much as with any; {several}{edge}. {told}.")  # fmt: skip
    return Choice(k, tuple(int(n) for n in kept), note)


def common(models: dict, chosen: Choice) -> pd.DataFrame:
    """
    Say which topics of the chosen number are found with the other numbers of the range, too.

    Parameters
    ----------
    models : dict of int to TopicModel
        Of all K of the range.
    chosen : Choice

    Returns
    -------
    DataFrame, by `topic`
        `topic` (of the chosen K), `found` (with how many of the other K a topic shares at least
        half of its ten top words), `of` (the other K).
    """
    others = [k for k in chosen.range if k != chosen.k and k in models]
    shared = [shared_words(models[chosen.k].weights, models[k].weights) for k in others]
    found = np.sum([row >= LEAST_SHARED for row in shared], axis=0) if others else 0
    return pd.DataFrame({"topic": range(chosen.k), "found": found, "of": len(others)})


