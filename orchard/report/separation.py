"""How well the classes of a run stand apart, from the nearest neighbours of its images."""

from typing import NamedTuple

import numpy as np

from orchard.report import analysis
from orchard.report.neighbourhoods import Neighbourhoods


class ClassSeparation(NamedTuple):
    """How well a class stands apart.

    Attributes:
        label: the class.
        images: how many it has.
        agreement: the share of its images' nearest neighbours that are of the class too, 0 to 1.
        mixed_with: the class that most of the other neighbours are of, and their share; None where all are its own.
        gap: the distance to the nearest other class's centre, in the class's own root-mean-square spread.
        nearest: that other class.
    """

    label: str
    images: int
    agreement: float
    mixed_with: tuple[str, float] | None
    gap: float
    nearest: str


class Separation(NamedTuple):
    """k-nearest-neighbour agreement in PCA space.

    Attributes:
        neighbours: k, the neighbours asked for.
        asked: images whose neighbours were looked up (among all images).
        overall: the mean agreement over these images, 0 to 1.
        chance: what neighbours drawn at random would give.
        classes: the best separated first.
        left_out: classes too small for so many neighbours of their own.
        names: all classes, sorted.
        confusion: float (c, c) by `names`: of a class's neighbours (a row's sum is 1), the share that is of each class.
    """

    neighbours: int
    asked: int
    overall: float
    chance: float
    classes: list[ClassSeparation]
    left_out: list[str]
    names: list[str]
    confusion: np.ndarray


def compute(scores: np.ndarray, labels: np.ndarray, found: Neighbourhoods) -> Separation:
    """Compute how often images' nearest neighbours are of their own class.

    A class with no more images than neighbours could not agree in full, so it is left out of the classes.

    Args:
        scores: float (n, k).
        labels: str (n,).
        found: their neighbourhoods.
    """
    from sklearn.metrics import confusion_matrix

    classes, code, sizes = np.unique(labels, return_inverse=True, return_counts=True)
    asked, near, k = found.asked, found.near, found.near.shape[1]
    # Of each class's neighbours, the share that is of each class.
    shares = confusion_matrix(np.repeat(code[asked], k), code[near].ravel(), normalize="true")
    others = np.where(np.eye(len(classes), dtype=bool), 0, shares)
    worst = others.argmax(1)
    gaps, nearest = _gaps(scores, code)
    entries = [
        ClassSeparation(
            label=str(classes[number]),
            images=int(sizes[number]),
            agreement=float(shares[number, number]),
            mixed_with=(str(classes[mixed]), float(others[number, mixed])) if others[number, mixed] else None,
            gap=float(gaps[number]),
            nearest=str(classes[nearest[number]]),
        )
        for number, mixed in enumerate(worst)
        if sizes[number] > k
    ]
    return Separation(
        neighbours=k,
        asked=len(asked),
        overall=float((code[near] == code[asked][:, np.newaxis]).mean()),
        chance=float(((sizes / sizes.sum()) * (sizes - 1) / max(1, sizes.sum() - 1)).sum()),
        classes=sorted(entries, key=lambda entry: (-entry.agreement, -entry.gap)),
        left_out=[str(label) for label in classes[sizes <= k]],
        names=[str(name) for name in classes],
        confusion=shares,
    )


def _gaps(scores: np.ndarray, code: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return each class's distance to the nearest other centre over its own spread, and which centre that is."""
    from sklearn.metrics import pairwise_distances

    middles = analysis.centres(scores, code)
    spread = np.sqrt(np.bincount(code, ((scores - middles[code]) ** 2).sum(1)) / np.bincount(code))
    apart = pairwise_distances(middles)
    np.fill_diagonal(apart, np.inf)
    with np.errstate(divide="ignore", invalid="ignore"):
        return apart.min(1) / spread, apart.argmin(1)
