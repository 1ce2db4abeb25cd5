"""Two runs side by side."""

from typing import NamedTuple

import numpy as np

from orchard.base import durations
from orchard.report import analysis, facts
from orchard.report.read import Run


class Row(NamedTuple):
    """One thing in both runs, whether they differ in it, and by how much where that says something."""

    name: str
    one: str
    other: str
    differs: bool
    change: str = ""


class Subspaces(NamedTuple):
    """How the subspaces of two models lie to one another.

    Attributes:
        degrees: float (m,), the principal angles, rising.
        shared: the mean squared cosine, 0 (nothing in common) to 1 (one lies in the other).
    """

    degrees: np.ndarray
    shared: float


def rows(one: Run, other: Run, separations: tuple[analysis.Separation | None, analysis.Separation | None]) -> list[Row]:
    """Compare parameters, counts, speed and quality.

    Args:
        one: the run that the report is about.
        other: the run that it is compared with.
        separations: of both, in this order.
    """
    mine, theirs = (_texts(run, separation) for run, separation in zip((one, other), separations, strict=True))
    faster = facts.speed(one) / facts.speed(other) if facts.speed(other) else 0
    changes = {"Images per second": f"{faster:.2f} times" if faster else ""}
    return [Row(name, text, theirs[name], text != theirs[name], changes.get(name, "")) for name, text in mine.items()]


def _texts(run: Run, separation: analysis.Separation | None) -> dict[str, str]:
    counts = run.features.get("counts", {})
    return {
        **{fact.name: fact.value for fact in facts.what(run)},
        "Images featurised": f"{counts.get('featurised', run.rows):,}",
        "Images rejected": f"{counts.get('rejected', 0):,}",
        "Classes": f"{len(np.unique(run.labels)):,}",
        "Images per second": f"{facts.speed(run):,.0f}",
        "Cores": str(run.features.get("cores", "not recorded")),
        "Time of both jobs": durations.say(facts.seconds(run)),
        "Variance kept": f"{facts.kept(run):.1%}",
        **{f"Components for {share}": number for share, number in facts.thresholds(run)},
        "Neighbour agreement": f"{separation.overall:.1%} of {separation.neighbours}" if separation else "not computed",
        "Cost": facts.cost(run).value,
    }


def subspaces(one: Run, other: Run) -> Subspaces | None:
    """Compute the principal angles between two runs' models; None where there are none."""
    mine, theirs = one.components, other.components
    if mine is None or theirs is None or len(mine) != len(theirs):
        return None
    degrees = analysis.principal_angles(mine, theirs)
    return Subspaces(degrees, float((np.cos(np.radians(degrees)) ** 2).mean()))
