"""Where topics stand: through each report, and how far from each other."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.topics import DIGITS, TopicModel


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


def distances(model: TopicModel) -> pd.DataFrame:
    """
    Jensen-Shannon distance between topics: the root of the divergence in bits, 0 to 1.

    References
    ----------
    Endres, D. & Schindelin, J. (2003). IEEE Transactions on Information Theory 49, 1858-1860.
    """
    from scipy.spatial.distance import pdist, squareform

    table = squareform(pdist(model.weights, lambda a, b: _js(a, b)))
    return pd.DataFrame(table).rename_axis("topic")


def _js(a: np.ndarray, b: np.ndarray) -> float:
    from scipy.spatial.distance import jensenshannon

    return float(jensenshannon(a, b, base=2))
