"""Each image's nearest neighbours in PCA space, looked for once for all that the report says of them."""

from typing import NamedTuple

import numpy as np

from orchard.report import analysis

NEIGHBOURS = 10
QUERIES = 20_000  # images that are asked for their neighbours: all against all of 67,692 takes half a minute


class Neighbourhoods(NamedTuple):
    """The nearest neighbours of images, by their rows in the run.

    Attributes:
        asked: int (m,), the images whose neighbours these are.
        near: int (m, k), the nearest first; no image is its own.
        distances: float (m, k), Euclidean, in PCA space.
    """

    asked: np.ndarray
    near: np.ndarray
    distances: np.ndarray


def look(scores: np.ndarray, labels: np.ndarray, queries: int = QUERIES) -> Neighbourhoods | None:
    """Find images' nearest neighbours (scikit-learn, Euclidean).

    Their number is `NEIGHBOURS`, or one less than the middle class has images where that is less.

    Args:
        scores: float (n, k).
        labels: str (n,).
        queries: how many images are asked, a sample of each class; the neighbours are looked for among all n.

    Returns:
        None where there are fewer than two classes, or too few images of each.
    """
    from sklearn.neighbors import NearestNeighbors

    sizes = np.unique(labels, return_counts=True)[1]
    k = min(NEIGHBOURS, int(np.median(sizes)) - 1)
    if len(sizes) < 2 or k < 1:
        return None
    asked = analysis.sample(labels, queries)
    search = NearestNeighbors(n_neighbors=k + 1, algorithm="brute", n_jobs=-1).fit(scores)
    distances, near = search.kneighbors(scores[asked])
    others = _others(near, asked)
    return Neighbourhoods(asked, near[others].reshape(-1, k), distances[others].reshape(-1, k))


def _others(near: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """Mark all but each image itself; among exact duplicates it may not be the first, or not be there."""
    itself = near == asked[:, np.newaxis]
    itself[~itself.any(1), -1] = True
    return ~itself
