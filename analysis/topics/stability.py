"""Does a topic come back from half of the paragraphs? Resamples, and what shuffled words can do."""

import io
from collections.abc import Iterable

import numpy as np
import pandas as pd

from analysis import storage, topics
from analysis.counts import Counts

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
        raise ValueError(f"K of {ks} on halves of {n} documents: choose K from 2 to {n // 2}.")
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
    return common[row, column]


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
