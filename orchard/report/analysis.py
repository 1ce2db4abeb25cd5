"""What the report computes from a run's scores: samples to show, separation of classes, closeness of two subspaces."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

NEIGHBOURS = 10
QUERIES = 20_000  # images that are asked for their neighbours: all against all of 67,692 takes half a minute
SHARES = (0.80, 0.90, 0.95, 0.99)
LEAST = 5  # images of a class that a sample keeps, where it has them


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
    """

    neighbours: int
    asked: int
    overall: float
    chance: float
    classes: list[ClassSeparation]
    left_out: list[str]


def components_for(spectrum: np.ndarray, share: float) -> int | None:
    """Return how many components explain at least `share` (0 to 1) of the variance; None if these do not reach it."""
    reached = np.cumsum(spectrum) >= share - 1e-9
    return int(reached.argmax()) + 1 if reached.any() else None


def sample(labels: np.ndarray, most: int, seed: int = 0) -> np.ndarray:
    """Choose images at random, class by class: the same share of each class, and at least `LEAST` where it has them.

    Args:
        labels: str (n,).
        most: about how many images (small classes' minimum comes on top).
        seed: of the choice; the same images each time.

    Returns:
        int (m,), sorted indices; all of them when there are no more than `most`.
    """
    if len(labels) <= most:
        return np.arange(len(labels))
    random = np.random.default_rng(seed)
    share = most / len(labels)
    chosen = []
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        count = min(len(members), max(LEAST, round(len(members) * share)))
        chosen.append(random.choice(members, count, replace=False))
    return np.sort(np.concatenate(chosen))


def separation(scores: np.ndarray, labels: np.ndarray, queries: int = QUERIES) -> Separation | None:
    """Compute how often an image's nearest neighbours in PCA space are of its own class (scikit-learn, Euclidean).

    The number of neighbours is `NEIGHBOURS`, or one less than the middle class has images where that is less. A class
    with no more images than neighbours could not agree in full, so it is left out of the classes.

    Args:
        scores: float (n, k).
        labels: str (n,).
        queries: how many images are asked, a sample of each class; the neighbours are looked for among all n.

    Returns:
        None where there are fewer than two classes, or too few images of each.
    """
    from sklearn.metrics import confusion_matrix
    from sklearn.neighbors import NearestNeighbors

    classes, code, sizes = np.unique(labels, return_inverse=True, return_counts=True)
    k = min(NEIGHBOURS, int(np.median(sizes)) - 1)
    if len(classes) < 2 or k < 1:
        return None
    asked = sample(labels, queries)
    search = NearestNeighbors(n_neighbors=k + 1, algorithm="brute", n_jobs=-1).fit(scores)
    near = _without_itself(search.kneighbors(scores[asked], return_distance=False), asked, k)
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
    )


def _without_itself(near: np.ndarray, asked: np.ndarray, k: int) -> np.ndarray:
    """Drop each image from its own neighbours; among exact duplicates it may not be the first, or not be there."""
    itself = near == asked[:, np.newaxis]
    itself[~itself.any(1), -1] = True
    return near[~itself].reshape(len(asked), k)


def centres(scores: np.ndarray, code: np.ndarray) -> np.ndarray:
    """Return the means of the classes, float64 (c, k), of scores (n, k) whose classes are numbered 0 to c - 1 (n,)."""
    return np.array([scores[code == number].mean(0, dtype=np.float64) for number in range(code.max() + 1)])


def _gaps(scores: np.ndarray, code: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return each class's distance to the nearest other centre over its own spread, and which centre that is."""
    from sklearn.metrics import pairwise_distances

    middles = centres(scores, code)
    spread = np.sqrt(np.bincount(code, ((scores - middles[code]) ** 2).sum(1)) / np.bincount(code))
    apart = pairwise_distances(middles)
    np.fill_diagonal(apart, np.inf)
    with np.errstate(divide="ignore", invalid="ignore"):
        return apart.min(1) / spread, apart.argmin(1)


def principal_angles(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return the principal angles between two models' subspaces, in degrees, rising.

    Björck and Golub, "Numerical methods for computing angles between linear subspaces" (1973), as SciPy has it.

    Args:
        one: float (d, k), components as columns.
        other: float (d, m).

    Returns:
        float (min(k, m),): 0 is a direction that both share, 90 one that the other has no part of.
    """
    from scipy.linalg import subspace_angles

    return np.degrees(np.sort(subspace_angles(one, other)))


def families(labels: Sequence[str], groups: int) -> dict[str, str]:
    """Group classes for the colours: each by itself where they are few, else by the first word of their names.

    `Apple Red 1` and `Apple Golden 2` are of the family `Apple`.

    Args:
        labels: the classes, one entry an image.
        groups: how many groups may have a colour of their own.

    Returns:
        class to group; `""` for the classes outside the `groups` families that have most images.
    """
    classes = sorted(set(labels))
    if len(classes) <= groups:
        return {name: name for name in classes}
    images = Counter(map(_family, labels))
    largest = sorted(images, key=lambda family: (-images[family], family))[:groups]
    return {name: _family(name) if _family(name) in largest else "" for name in classes}


def _family(name: str) -> str:
    return name.split(" ", 1)[0]
