"""What the report computes from a run's scores: samples to show, centres of classes, closeness of two subspaces."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

SHARES = (0.80, 0.90, 0.95, 0.99)
LEAST = 5  # images of a class that a sample keeps, where it has them


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


def centres(scores: np.ndarray, code: np.ndarray) -> np.ndarray:
    """Return the means of the classes, float64 (c, k), of scores (n, k) whose classes are numbered 0 to c - 1 (n,)."""
    return np.array([scores[code == number].mean(0, dtype=np.float64) for number in range(code.max() + 1)])


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
