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


def layout(model: TopicModel) -> tuple[pd.DataFrame, float]:
    """
    Topics on a plane by metric MDS (SMACOF from classical scaling), with the stress of the map.

    Returns
    -------
    DataFrame
        `topic`, `x`, `y` (units of the distance; only distances mean anything).
    float
        Kruskal's stress-1 = sqrt(Σ(d - δ)² / Σd²); above 0.2 the map is poor and says so little
        that `distances` should be shown instead.

    References
    ----------
    Kruskal, J. B. (1964). Psychometrika 29, 1-27. Borg, I. & Groenen, P. (2005), ch. 8.
    """
    delta = distances(model).to_numpy()
    points = _smacof(delta, _classical(delta))
    d = np.linalg.norm(points[:, None] - points[None], axis=2)
    stress = float(np.sqrt(((d - delta) ** 2).sum() / (d**2).sum()))
    table = pd.DataFrame(points.round(DIGITS), columns=["x", "y"])
    return table.rename_axis("topic").reset_index(), round(stress, DIGITS)


def _classical(delta: np.ndarray) -> np.ndarray:
    """Torgerson's coordinates; the sign of an axis is that of its largest entry."""
    n = len(delta)
    centre = np.eye(n) - 1 / n
    values, vectors = np.linalg.eigh(-centre @ delta**2 @ centre / 2)
    axes = vectors[:, ::-1][:, :2] * np.sqrt(np.clip(values[::-1][:2], 0, None))
    return axes * np.sign(axes[np.abs(axes).argmax(axis=0), range(axes.shape[1])])


def _smacof(delta: np.ndarray, points: np.ndarray, steps: int = 300) -> np.ndarray:
    """Guttman transforms (de Leeuw 1977): each lowers Σ(d - δ)²."""
    for _ in range(steps):
        d = np.linalg.norm(points[:, None] - points[None], axis=2)
        ratio = np.divide(delta, d, out=np.zeros_like(d), where=d > 0)
        b = np.diag(ratio.sum(axis=1)) - ratio
        points = b @ points / len(points)
    return points
