"""Photographs that lie close together, and those that lie among another class: where a data set is worth a look."""

from typing import NamedTuple

import numpy as np

from orchard.report.neighbourhoods import Neighbourhoods


class Pair(NamedTuple):
    """Two photographs, by their rows in the run, and their distance in PCA space (Euclidean; no unit)."""

    one: int
    other: int
    distance: float


class Misplaced(NamedTuple):
    """A photograph among those of another class.

    Attributes:
        row: in the run.
        among: the nearest photograph of the class that it lies among.
        share: of its neighbours that are of that class, 0 to 1.
    """

    row: int
    among: int
    share: float


def closest(found: Neighbourhoods, code: np.ndarray, most: int, *, same: bool) -> list[Pair]:
    """Return the pairs that lie closest, one for each class, or for each two classes: many of one say nothing new.

    Args:
        found: the neighbourhoods.
        code: int (n,), each image's class as a number.
        most: how many.
        same: pairs of one class, else pairs of two classes.
    """
    one = np.repeat(found.asked, found.near.shape[1])
    other, distance = found.near.ravel(), found.distances.ravel()
    fits = (code[one] == code[other]) == same
    one, other, distance = one[fits], other[fits], distance[fits]
    order = np.argsort(distance, kind="stable")
    low, high = np.sort([code[one[order]], code[other[order]]], axis=0)
    firsts = np.unique(low * (code.max() + 1) + high, return_index=True)[1]
    best = order[np.sort(firsts)[:most]]
    return [Pair(int(one[at]), int(other[at]), float(distance[at])) for at in best]


def misplaced(found: Neighbourhoods, code: np.ndarray, most: int) -> list[Misplaced]:
    """Return photographs with more neighbours of some other class than of their own, one of each class.

    Those with the fewest neighbours of their own class come first, and among these the ones closest to the others.

    Args:
        found: the neighbourhoods.
        code: int (n,), each image's class as a number.
        most: how many.
    """
    own, around = code[found.asked], code[found.near]
    votes = (around[:, :, np.newaxis] == around[:, np.newaxis]).sum(2)  # of each neighbour's class
    is_own = around == own[:, np.newaxis]
    kept, lost = is_own.sum(1), np.where(is_own, 0, votes)
    first = lost.argmax(1)  # the nearest neighbour of the class that has most
    each = np.arange(len(own))
    votes_for, distance = lost[each, first], found.distances[each, first]
    wrong = np.flatnonzero(votes_for > kept)
    order = wrong[np.lexsort((distance[wrong], -votes_for[wrong], kept[wrong]))]
    chosen = order[np.sort(np.unique(own[order], return_index=True)[1])[:most]]
    width = around.shape[1]
    return [
        Misplaced(int(found.asked[at]), int(found.near[at, first[at]]), float(votes_for[at] / width)) for at in chosen
    ]


def count_misplaced(found: Neighbourhoods, code: np.ndarray) -> int:
    """Count the images asked none of whose neighbours is of their own class."""
    return int((code[found.near] != code[found.asked][:, np.newaxis]).all(1).sum())
