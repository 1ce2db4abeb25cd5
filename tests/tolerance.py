"""How far computed features may differ, for every test that compares some; what is exact is compared exactly.

What is promised of the features of a picture stands in `fruits/tolerance.py`; what follows for scores is here.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from fruits.tolerance import COSINE, FEATURES

COLUMNS = 1280

# A score is the product of a row and a component of length 1, so it differs by no more than the difference of the
# rows is long (Cauchy-Schwarz): 7.2e-3, where scores go up to 30.
SCORES = FEATURES * COLUMNS**0.5


def assert_same_features(got: ArrayLike, expected: ArrayLike) -> None:
    """Compare rows of features, float32 of shape (images, 1280), or one row."""
    one, two = np.atleast_2d(np.asarray(got, float)), np.atleast_2d(np.asarray(expected, float))
    assert one.shape == two.shape
    np.testing.assert_allclose(one, two, rtol=0, atol=FEATURES)
    cosines = (one * two).sum(1) / np.linalg.norm(one, axis=1) / np.linalg.norm(two, axis=1)
    assert cosines.min() >= COSINE


def assert_same_scores(got: ArrayLike, expected: ArrayLike) -> None:
    """Compare scores of shape (images, k) of components that may point either way: v explains what -v explains."""
    one, two = np.asarray(got, float), np.asarray(expected, float)
    assert one.shape == two.shape
    signs = np.where((one * two).sum(0) < 0, -1, 1)
    np.testing.assert_allclose(one * signs, two, rtol=0, atol=SCORES)


def matched(one: Mapping[str, ArrayLike], other: Mapping[str, ArrayLike]) -> tuple[np.ndarray, np.ndarray]:
    """Lay two results by path out as matrices, row by row of the same picture; both must have the same pictures."""
    assert one.keys() == other.keys()
    return np.array([np.asarray(one[path]) for path in one]), np.array([np.asarray(other[path]) for path in one])
