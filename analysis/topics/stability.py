"""
Does a topic come back from half of the paragraphs, and how many topics are there?

`matches` fits halves of the text, and of shuffled words; `recurrence` says which topics come back,
`by_k` and `select_k` how many topics are worth interpreting; `coherence` has NPMI and c_v with
gensim's values.
"""

import io
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis import storage, topics
from analysis.counts import Counts
from analysis.uncertainty import Refusal

# Halves drawn without replacement: two halves share half of their paragraphs, so that a topic
# must be found again and is not merely kept (Meinshausen & Bühlmann 2010; measured, 5 of 10 top
# words: 80% of the paragraphs bring back a topic of shuffled words up to 93 times in 100, 50% 57).
SHARE = 0.5
RESAMPLES = 50

# Below this share of resamples a topic is not interpreted.
LINE = 0.6

# Fewer than half of the top words in common is no recurrence, whatever shuffled words allow.
LEAST_SHARED = 5

# No topic of shuffled words may come nearer to the line than this.
NULL_LIMIT = 0.5
NULLS, NULL_RESAMPLES = 3, 20

# Resamples of one task: large enough that fitting the whole text again costs a tenth.
CHUNK = 10


_KEPT = storage.Kept(
    "topics", "analysis.topics.stability", dump=lambda table: table.to_parquet(index=False),
    load=lambda entry: pd.read_parquet(io.BytesIO(entry)), libraries=("numpy", "scipy", "scikit-learn"),
)  # fmt: skip


def matches(
    documents: Counts,
    ks: Iterable[int],
    *,
    engine: str = "nmf",
    seed: int = 0,
    resamples: int = RESAMPLES,
    nulls: int = NULLS,
    n_jobs: int = -1,
    progress: bool | None = None,
) -> pd.DataFrame:
    """
    Fit halves of the paragraphs and match their topics with those of all paragraphs.

    Topics are matched one to one so that they share as many of their ten top words as possible.
    The same is done with `nulls` corpora in which the words of all documents were shuffled
    across them, document lengths and word frequencies kept: what recurs there is no topic.
    Results do not depend on `n_jobs` or on the order of the documents, and are kept by content.

    Parameters
    ----------
    documents : Counts
        What `topics.documents` gives.
    ks : iterable of int
    resamples, nulls : int
        Halves drawn from the text, and shuffled corpora (`NULL_RESAMPLES` halves of each).
    n_jobs : int
        As in joblib; -1 takes all cores.
    progress : bool, optional
        Draw a progress bar on stderr; by default where somebody watches.

    Returns
    -------
    DataFrame, by k, shuffle, resample, topic
        `k`; `shuffle` (-1 the text itself, else the number of the shuffled corpus); `resample`;
        `topic` (of the model fitted to all documents, as `topics.fit` numbers it); `shared` (of
        the ten top words); `agreement` (adjusted Rand index of the strongest topics of the drawn
        documents, the same for all topics of a resample).

    References
    ----------
    Greene, D., O'Callaghan, D. & Cunningham, P. (2014). ECML PKDD, 498-513.
    Meinshausen, N. & Bühlmann, P. (2010). JRSS B 72, 417-473. Hubert, L. & Arabie, P. (1985).
    Journal of Classification 2, 193-218. Kuhn, H. W. (1955), by SciPy.

    Raises
    ------
    ValueError
        If half of the documents are fewer than the topics.
    """
    ks = sorted(set(ks))
    n = len(documents.units)
    if not ks or ks[0] < 2 or ks[-1] > SHARE * n:
        raise Refusal(f"K of {ks} on halves of {n} documents: choose K from 2 to {n // 2}.",
                      "few documents")  # fmt: skip
    matrix = documents.matrix[topics.canonical(documents.units)]
    sizes = documents.sizes.to_numpy()[topics.canonical(documents.units)]
    tasks = list(_tasks(ks, resamples, nulls))
    def made() -> pd.DataFrame:
        table = pd.concat(_run(matrix, sizes, tasks, engine, seed, n_jobs, progress))
        return table.sort_values(["k", "shuffle", "resample", "topic"], ignore_index=True)

    return _KEPT.get(_key(matrix, sizes, tasks, engine, seed), made)


def _tasks(ks: list[int], resamples: int, nulls: int):
    """What is to be done, the largest K first, so that no core waits at the end."""
    for k in reversed(ks):
        for shuffle in range(-1, nulls):
            last = resamples if shuffle < 0 else NULL_RESAMPLES
            for first in range(0, last, CHUNK):
                yield k, shuffle, range(first, min(first + CHUNK, last))


def _run(matrix, sizes, tasks, engine, seed, n_jobs, progress) -> list[pd.DataFrame]:
    from joblib import Parallel, delayed
    from tqdm.auto import tqdm

    work = Parallel(n_jobs, return_as="generator")(
        delayed(_task)(matrix, sizes, *task, engine, seed) for task in tasks
    )
    return list(tqdm(work, total=len(tasks), disable=None if progress is None else not progress))


def _task(matrix, sizes, k, shuffle, resamples, engine, seed) -> pd.DataFrame:
    """Match some resamples of the text, or of one shuffled corpus."""
    if shuffle >= 0:
        matrix = shuffled(matrix, np.random.SeedSequence(seed, spawn_key=(1, shuffle)))
    whole = topics.fitted(matrix, sizes, k, engine, seed)
    rows = [(r, *_match(matrix, sizes, whole, k, engine, seed, r)) for r in resamples]
    return pd.DataFrame({
        "k": k, "shuffle": shuffle, "resample": np.repeat([r for r, *_ in rows], k),
        "topic": np.tile(np.arange(k), len(rows)),
        "shared": np.concatenate([s for _, s, _ in rows]),
        "agreement": np.repeat([a for *_, a in rows], k),
    })


def _match(matrix, sizes, whole, k, engine, seed, resample) -> tuple[np.ndarray, float]:
    """Fit one half; give the top words it shares with each topic of the whole, and agreement."""
    from sklearn.metrics import adjusted_rand_score

    draw = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(0, resample)))
    n = matrix.shape[0]
    rows = np.sort(draw.choice(n, int(SHARE * n), replace=False))
    weights, shares = topics.fitted(matrix[rows], sizes[rows], k, engine, int(draw.integers(2**31)))
    some = (whole[1][rows].sum(axis=1) > 0) & (shares.sum(axis=1) > 0)
    agreement = adjusted_rand_score(
        whole[1][rows][some].argmax(axis=1), shares[some].argmax(axis=1)
    )
    return shared_words(whole[0], weights), agreement


def shared_words(one: np.ndarray, other: np.ndarray, n: int = topics.TOP) -> np.ndarray:
    """
    Match topics by their top words; give for each topic of `one` how many of n it shares.

    >>> one, other = np.array([[3, 2, 0, 0], [0, 0, 1, 2]]), np.array([[0, 0, 1, 2], [3, 0, 2, 0]])
    >>> shared_words(one, other, 2)
    array([1, 2])
    """
    from scipy.optimize import linear_sum_assignment

    def held(weights):
        table = np.zeros(weights.shape, dtype=np.int64)
        np.put_along_axis(table, topics.top_codes(weights, n), 1, axis=1)
        # A word of weight 0 fills up a short list; it is no word of the topic.
        return table * (weights > 0)

    common = held(one) @ held(other).T
    row, column = linear_sum_assignment(common / (2 * n - common), maximize=True)
    # Of fewer topics not all have a match.
    shared = np.zeros(len(one), dtype=np.int64)
    shared[row] = common[row, column]
    return shared


def shuffled(matrix, seed):
    """Deal the words of all documents out again; document lengths and word counts stay."""
    from scipy import sparse

    table = matrix.tocoo()
    rows, words = np.repeat(table.row, table.data), np.repeat(table.col, table.data)
    words = np.random.default_rng(seed).permutation(words)
    return sparse.csr_array((np.ones(len(rows), np.int32), (rows, words)), matrix.shape)


def _key(matrix, sizes, tasks, engine: str, seed: int) -> tuple:
    """What the result depends on, arrays by their checksums."""
    parts = (matrix.data, matrix.indices, matrix.indptr, sizes)
    sums = [storage.checksum(np.ascontiguousarray(part, dtype=np.int64).tobytes()) for part in parts]
    return tasks, engine, seed, sums


def threshold(found: pd.DataFrame) -> pd.DataFrame:
    """
    Set, for each K, how many top words make a recurrence, by what shuffled words can do.

    The least number, from `LEAST_SHARED`, at which no topic of a shuffled corpus recurs in more
    than `NULL_LIMIT` of the resamples: stricter where the corpus is small or K is large.

    Returns
    -------
    DataFrame, index `k`
        `needed` (words of ten), `jaccard` (the same as Jaccard index), `null_recurrence` (the
        largest of a shuffled topic at that number; NaN without shuffled corpora).
    """
    null = found[found["shuffle"] >= 0].groupby(["k", "shuffle", "topic"])["shared"]
    rows = []
    for k in found["k"].drop_duplicates():
        worst = {
            needed: null.agg(lambda s, m=needed: (s >= m).mean()).get(k, pd.Series(np.nan)).max()
            for needed in range(LEAST_SHARED, topics.TOP + 1)
        }
        needed = next((m for m, w in worst.items() if not w > NULL_LIMIT), topics.TOP)
        rows.append((k, needed, needed / (2 * topics.TOP - needed), worst[needed]))
    table = pd.DataFrame(rows, columns=["k", "needed", "jaccard", "null_recurrence"])
    return table.set_index("k").round(topics.DIGITS)


def recurrence(found: pd.DataFrame, k: int) -> pd.DataFrame:
    """
    In which share of the resamples does each topic come back?

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
    needed = int(threshold(found[found["k"] == k]).loc[k, "needed"])
    by_topic = text.assign(
        recurrence=text["shared"] >= needed, jaccard=_jaccard(text["shared"])
    ).groupby("topic")[["recurrence", "jaccard"]].mean().round(topics.DIGITS)
    by_topic.insert(1, "needed", needed)
    by_topic["status"] = np.where(by_topic["recurrence"] >= LINE, "stable", "unstable")
    return by_topic


def _jaccard(shared: pd.Series) -> pd.Series:
    return shared / (2 * topics.TOP - shared)


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
        `line` (Jaccard index that shuffled words do not reach, pooled over all K: mean and 2.33
        standard deviations of the means of their topics); `score` = agreement · Σ over topics of
        (Jaccard - `line`), by resample, then the mean: each topic counts by how far it lies above
        what chance does, or against by how far below, and all by how far the paragraphs are
        sorted alike; `behind`, `behind_se` (how far below the best K on the same halves, mean and
        standard error over resamples);
        `null_jaccard`, `null_agreement` (the same of shuffled words); `needed`,
        `null_recurrence` (see `threshold`).
    """
    found = found.assign(jaccard=found["shared"] / (2 * topics.TOP - found["shared"]))
    text, null = found[found["shuffle"] < 0], found[found["shuffle"] >= 0]
    runs = text.groupby(["k", "resample"])[["jaccard", "agreement"]].mean()
    table = pd.concat([_spread(runs[name]) for name in runs], axis=1)
    limits = threshold(found)
    hits = text.assign(hit=text["shared"] >= text["k"].map(limits["needed"]))
    recurs = hits.groupby(["k", "topic"])["hit"].mean() >= LINE
    table["recurring"] = recurs.groupby("k").sum()
    table["line"] = line = _line(null)
    table = table.join(_scores(text, line))
    means = null.groupby("k")[["jaccard", "agreement"]].mean().add_prefix("null_")
    table = table.join(means).join(limits[["needed", "null_recurrence"]])
    return table.round(topics.DIGITS).reset_index()


def _spread(values: pd.Series) -> pd.DataFrame:
    by_k = values.groupby("k")
    columns = {"": by_k.mean(), "_low": by_k.quantile(0.025), "_high": by_k.quantile(0.975)}
    return pd.DataFrame({f"{values.name}{name}": column for name, column in columns.items()})


def _line(null: pd.DataFrame) -> float:
    """Mean Jaccard that one topic of shuffled words in a hundred reaches; 0 without shuffles."""
    if null.empty:
        return 0.0
    means = null.groupby(["k", "shuffle", "topic"])["jaccard"].mean()
    return float(means.mean() + 2.33 * means.std())


def _scores(text: pd.DataFrame, line: float) -> pd.DataFrame:
    """Agreement · Σ (Jaccard - line), and how far it lies below the best K on the same halves."""
    value = (text["jaccard"] - line) * text["agreement"]
    runs = text.assign(value=value).pivot_table(
        index="k", columns="resample", values="value", aggfunc="sum"
    )
    less = runs.loc[runs.mean(axis=1).round(9).idxmax()] - runs
    return pd.DataFrame({
        "score": runs.mean(axis=1), "behind": less.mean(axis=1),
        "behind_se": less.std(axis=1) / np.sqrt(less.shape[1]),
    })


class Choice(NamedTuple):
    """A number of topics, all numbers that would do as well, and a sentence about them."""

    k: int
    range: tuple[int, ...]
    note: str


def select_k(stability: pd.DataFrame, coherence: pd.DataFrame | None = None) -> Choice:
    """
    Choose the number of topics by a rule, with the range of those that would do as well.

    The K with the best `score` (see `by_k`: it rewards every topic by how much better it comes back
    than shuffled words allow). The range has all K whose score lies within one standard error of
    the best, paired on the same halves (as the one-standard-error rule of Breiman et al. 1984).

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
    >>> some = pd.DataFrame({"k": [6, 7, 8], "score": [2, 1.9, .5], "behind": [0, .1, 1.5],
    ...                      "behind_se": [0, .2, .2], "jaccard": .5, "recurring": [6, 7, 5]})
    >>> select_k(some)[:2]
    (6, (6, 7))
    """
    table = stability.set_index("k")
    measures = []
    if coherence is not None:
        table = table.join(coherence.set_index("k"))
        measures = [column for column in coherence if column != "k"]
    kept = table.index[table["behind"] <= table["behind_se"]]
    k = int(table["behind"].idxmin())
    told = "; ".join(
        f"K = {n}: {table.loc[n, 'recurring']:.0f} of {n} topics recur, Jaccard "
        f"{table.loc[n, 'jaccard']:.2f}"
        + "".join(f", {m} {table.loc[n, m]:.2f}" for m in measures)
        for n in dict.fromkeys([k, *kept])
    )
    edge = "; it is the edge of what was tried" if k in (table.index[0], table.index[-1]) else ""
    several = f"K from {kept[0]} to {kept[-1]} would do as well" if len(kept) > 1 else "no other K would"
    note = (f"K = {k} of {table.index[0]} to {table.index[-1]} has topics that come back most beyond "
            f"chance; {several} (within one standard error){edge}. {told}.")  # fmt: skip
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


# Windows of gensim's CoherenceModel; None takes a whole document as one window.
_WINDOWS = {"npmi_document": None, "c_npmi": 10, "c_v": 110}

# gensim's guard against log 0, in `topic_coherence.direct_confirmation_measure`.
_EPSILON = 1e-12


class _Cooccurrence(NamedTuple):
    """In how many windows words stand (diagonal) and stand together, of `windows` in all."""

    words: pd.Index
    together: np.ndarray
    windows: int


def _score(topic: Sequence[str], seen: _Cooccurrence, measure: str) -> float:
    """Coherence of one topic, from counts that cover its words."""
    codes = seen.words.get_indexer(list(topic))
    pairs = _npmi(seen.together[np.ix_(codes, codes)], seen.windows)
    if measure != "c_v":
        return float(pairs[~np.eye(len(codes), dtype=bool)].mean())
    whole = pairs.sum(axis=0)
    norms = np.linalg.norm(pairs, axis=1) * np.linalg.norm(whole)
    return float((pairs @ whole / norms).mean())


def _npmi(together: np.ndarray, windows: int) -> np.ndarray:
    """Normalised pointwise mutual information of all pairs; the diagonal of `together` is p_a."""
    alone = np.diag(together) / windows
    joint = together / windows + _EPSILON
    # Two logarithms, as gensim takes them, so that the last digits agree.
    return np.log(joint / np.multiply.outer(alone, alone)) / -np.log(joint)


def _cooccurrence(
    texts: Sequence[Sequence[str]],
    words: Sequence[str] | set[str],
    window: int | None,
    counting: str = "gensim",
) -> _Cooccurrence:
    """
    Count the windows in which words stand, alone and in pairs.

    A text shorter than the window is one window; `window=None` makes every text one window.

    Examples
    --------
    >>> text = ["城", "x", "x", "城", "x"]
    >>> [int(_cooccurrence([text], {"城"}, 3, c).together[0, 0]) for c in ("gensim", "exact")]
    [3, 3]
    >>> text = ["城", "城", "x", "x"]
    >>> [int(_cooccurrence([text], {"城"}, 3, c).together[0, 0]) for c in ("gensim", "exact")]
    [1, 2]
    """
    from scipy import sparse

    if counting not in ("gensim", "exact"):
        raise ValueError(f"counting={counting!r}: choose gensim or exact.")
    vocabulary, windows = pd.Index(sorted(words)), 0
    together = np.zeros((len(vocabulary), len(vocabulary)), np.int64)
    # Text by text, so that memory does not grow with the corpus.
    for text in texts:
        codes = vocabulary.get_indexer(pd.Index(text, dtype=object))
        last = 0 if window is None else max(len(text) - window, 0)
        windows += last + 1
        places = np.flatnonzero(codes >= 0)
        if not len(places):
            continue
        at, code = _windows(places, codes[places], window or len(text), last, counting)
        here, local = np.unique(code, return_inverse=True)
        seen = sparse.csr_array((np.ones(len(at), np.int64), (at, local)), (last + 1, len(here)))
        seen.data[:] = 1
        together[np.ix_(here, here)] += (seen.T @ seen).toarray()
    missing = vocabulary[np.diag(together) == 0]
    if len(missing):
        raise ValueError(f"{missing[0]!r} is in none of the texts; pass words of these texts.")
    return _Cooccurrence(vocabulary, together, windows)


def _windows(
    places: np.ndarray, codes: np.ndarray, window: int, last: int, counting: str
) -> tuple[np.ndarray, np.ndarray]:
    """The windows 0..last that each occurrence makes its word stand in; repeats may occur."""
    low = np.clip(places - window + 1, 0, last)
    high = places if counting == "exact" else _gone(places, codes, low)
    lengths = np.minimum(high, last) - low + 1
    before = np.repeat(np.cumsum(lengths) - lengths, lengths)
    within = np.arange(lengths.sum()) - before
    return np.repeat(low, lengths) + within, np.repeat(codes, lengths)


def _gone(places: np.ndarray, codes: np.ndarray, low: np.ndarray) -> np.ndarray:
    """The last window before gensim drops the word: its first occurrence at or after `low`."""
    order = np.lexsort((places, codes))
    span = int(places.max(initial=0)) + 1
    keys = codes[order] * span + places[order]
    return places[order][np.searchsorted(keys, codes * span + low)]


def coherence(
    topics: dict[int, Sequence[Sequence[str]]],
    texts: Sequence[Sequence[str]],
    measures: Sequence[str] = ("c_npmi", "c_v"),
    *,
    counting: str = "gensim",
) -> pd.DataFrame:
    """
    Mean coherence over the topics for several numbers of topics.

    Parameters
    ----------
    topics : dict of int to lists of top words
        One model for each number of topics.

    Returns
    -------
    DataFrame, by `k`
        `k` and one column for each measure (no unit).
    """
    unknown = sorted(set(measures) - set(_WINDOWS))
    if unknown:
        raise ValueError(f"No coherence {unknown[0]!r}; choose {', '.join(_WINDOWS)}.")
    lists = [topic for model in topics.values() for topic in model]
    table = {"k": list(topics)}
    for measure in measures:
        words = {word for topic in lists for word in topic}
        seen = _cooccurrence(texts, words, _WINDOWS[measure], counting)
        table[measure] = [
            np.mean([_score(topic, seen, measure) for topic in model]) for model in topics.values()
        ]
    return pd.DataFrame(table).sort_values("k", ignore_index=True)
