"""A linear probe: how well a linear classifier on the features, as they are, names photographs it has not seen.

The usual test of features that were learned elsewhere (Alain and Bengio, "Understanding intermediate layers using
linear classifier probes", 2016): what a linear classifier finds in them was there already.
"""

import re
from typing import NamedTuple

import numpy as np

from orchard.base.errors import OrchardError
from orchard.report import analysis, read, vectors
from orchard.report.read import Run

MOST = 15_000  # images to learn from, and as many to be tested on: seconds, and within a point of all 67,692
HELD_OUT = 5  # one in so many
LEAST = 20  # tested images: fewer have no accuracy to speak of
CONFIDENCE = 0.95
PENALTY = 0.1  # for each image; from 0.001 to 1 it changes the accuracy on Fruits-360 by a point


class Probe(NamedTuple):
    """What the probe has found.

    Attributes:
        accuracy: the share of tested photographs that it names rightly, 0 to 1.
        low: of its confidence interval.
        high: of its confidence interval.
        baseline: the accuracy of always naming the class that most tested photographs are of.
        learned: photographs that it learned from.
        tested: other photographs, that it was tested on.
        classes: that both have.
        columns: numbers that a photograph has.
        space: what these numbers are: `features` or `components`.
        elsewhere: the run of the other split that it was tested on; None where rows of this one were held out.
        hardest: classes with most photographs that were named wrongly: name, share named rightly, most named instead.
    """

    accuracy: float
    low: float
    high: float
    baseline: float
    learned: int
    tested: int
    classes: int
    columns: int
    space: str
    elsewhere: Run | None
    hardest: list[tuple[str, float, str]]


class Told(NamedTuple):
    """Photographs to learn from, or to be tested on: float32 (n, d) and str (n,)."""

    values: np.ndarray
    labels: np.ndarray


def of(run: Run, compared: Run | None = None) -> Probe | None:
    """Probe a run's features, or the scores where the features are not on this machine.

    Args:
        run: the run, which it learns from.
        compared: a run to test on, where that is of the other split; else one on this machine, where there is any.

    Returns:
        None where there are fewer than two classes, or too few photographs to test on.

    Raises:
        OrchardError: the features on this machine are damaged.
    """
    elsewhere = other_split(run, compared) if vectors.are_here(run) else None
    if elsewhere:
        test = analysis.sample(elsewhere.labels, MOST)
        common = np.intersect1d(run.labels, elsewhere.labels[test])
        learn = np.flatnonzero(np.isin(run.labels, common))
        test = test[np.isin(elsewhere.labels[test], common)]
    else:
        held = held_out(run.paths, run.labels)
        learn, test = np.flatnonzero(~held), np.flatnonzero(held)
        test = test[np.isin(run.labels[test], run.labels[learn])]
        test = test[analysis.sample(run.labels[test], MOST)]
    learn = learn[analysis.sample(run.labels[learn], MOST)]
    if len(test) < LEAST or len(np.unique(run.labels[learn])) < 2:
        return None
    if elsewhere:
        (learned,), (tested,) = _told(run, learn), _told(elsewhere, test)
    else:
        learned, tested = _told(run, learn, test)
    return judge(learned, tested)._replace(
        space="features" if vectors.are_here(run) else "components", elsewhere=elsewhere
    )


def judge(learn: Told, test: Told) -> Probe:
    """Fit a ridge classifier (scikit-learn) on standardised values, and test it."""
    from scipy.stats import binomtest
    from sklearn.linear_model import RidgeClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    linear = make_pipeline(StandardScaler(), RidgeClassifier(alpha=PENALTY * len(learn.labels)))
    named = linear.fit(learn.values, learn.labels).predict(test.values)
    right = named == test.labels
    interval = binomtest(int(right.sum()), len(right)).proportion_ci(CONFIDENCE, method="wilson")
    return Probe(
        accuracy=float(right.mean()),
        low=float(interval.low),
        high=float(interval.high),
        baseline=float(np.unique(test.labels, return_counts=True)[1].max() / len(right)),
        learned=len(learn.labels),
        tested=len(right),
        classes=len(np.unique(learn.labels)),
        columns=learn.values.shape[1],
        space="features",
        elsewhere=None,
        hardest=_hardest(test.labels, named),
    )


def held_out(paths: list[str], labels: np.ndarray) -> np.ndarray:
    """Choose the last fifth of each class to be tested on, bool (n,), in the order of the names, numbers as numbers.

    Not at random: frames of one turn of a fruit are near copies of their neighbours, and give the answer away. Of 7,860
    photographs of Fruits-360, a fifth held out at random is named without a mistake, the last fifth to 98.0%.
    A class of one photograph is not tested.
    """
    order = np.array(sorted(range(len(paths)), key=lambda row: _natural(paths[row])))
    held = np.zeros(len(paths), dtype=bool)
    for label in np.unique(labels):
        mine = order[labels[order] == label]
        held[mine[len(mine) - -(-len(mine) // HELD_OUT) :]] = len(mine) > 1
    return held


def other_split(run: Run, compared: Run | None) -> Run | None:
    """Return a run of the other split whose features were computed in the same way: the named one, or the newest."""
    if compared and _is_counterpart(run, compared):
        return compared
    for name in reversed(read.names(run.results)):
        try:
            other = Run(name, run.results)
        except OrchardError:  # another run's damage is none of this one's business
            continue
        if _is_counterpart(run, other):
            return other
    return None


def _is_counterpart(run: Run, other: Run) -> bool:
    mine, theirs = (one.features.get("parameters", {}) for one in (run, other))
    splits = {mine.get("split"), theirs.get("split")}
    same = all(mine.get(name) == theirs.get(name) for name in ("weights", "exif_transpose"))
    return len(splits) == 2 and None not in splits and same and vectors.are_here(other)


def _told(run: Run, *groups: np.ndarray) -> list[Told]:
    """Return groups of a run's rows; the features are large, and read once for all of them."""
    rows = np.concatenate(groups)
    here = vectors.are_here(run)
    values = vectors.of(run, [run.paths[row] for row in rows]) if here else run.scores[rows]
    parts = np.split(values, np.cumsum([len(group) for group in groups])[:-1])
    return [Told(part, run.labels[group]) for part, group in zip(parts, groups, strict=True)]


def _natural(path: str) -> list[tuple[int, str]]:
    """Sort `9_100.jpg` before `10_100.jpg`."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"([0-9]+)", path)]


def _hardest(labels: np.ndarray, named: np.ndarray) -> list[tuple[str, float, str]]:
    found = []
    for label in np.unique(labels):
        mine = named[labels == label]
        wrong, counts = np.unique(mine[mine != label], return_counts=True)
        if len(wrong):
            found.append((len(mine) - int((mine == label).sum()), str(label), mine, str(wrong[counts.argmax()])))
    found.sort(key=lambda entry: (-entry[0], entry[1]))
    return [(label, float((mine == label).mean()), instead) for _, label, mine, instead in found]
