"""Words that say what a topic is: frequent and exclusive ones, and relevance between the two."""

import numpy as np
import pandas as pd

from analysis.topics import TOP, TopicModel, scaled, sizes


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
