"""Two runs side by side: their numbers, and how the subspaces of their models lie to one another."""

from typing import NamedTuple

import numpy as np

from orchard.base import durations
from orchard.base.language import marked
from orchard.report import analysis, facts
from orchard.report.read import Run
from orchard.report.separation import Separation
from orchard.runs import throughput


class Row(NamedTuple):
    """One thing in both runs, and by how much they differ in it where that says something."""

    name: str
    one: str
    other: str
    change: str


def rows(one: Run, other: Run, separations: tuple[Separation | None, Separation | None]) -> list[Row]:
    """Compare parameters, counts, speed and quality.

    Args:
        one: the run that the report is about.
        other: the run that it is compared with.
        separations: of both, in this order.
    """
    mine, theirs = (_texts(run, separation) for run, separation in zip((one, other), separations, strict=True))
    faster = facts.speed(one) / facts.speed(other) if facts.speed(other) else 0
    changes = {"Images per second": marked(f"{faster:.2f} times") if faster else ""}
    return [Row(name, text, theirs[name], changes.get(name, "")) for name, text in mine.items()]


def _texts(run: Run, separation: Separation | None) -> dict[str, str]:
    counts = run.features.get("counts", {})
    return {
        **{fact.name: fact.value for fact in facts.what(run)},
        marked("Images featurised"): f"{counts.get('featurised', run.rows):,}",
        marked("Images rejected"): f"{counts.get('rejected', 0):,}",
        marked("Classes"): f"{len(np.unique(run.labels)):,}",
        marked("Images per second"): f"{facts.speed(run):,.0f}",
        marked("Images per second once warm"): _lasting(run),
        marked("Cores"): str(run.features.get("cores", "not recorded")),
        marked("Time of both jobs"): durations.say(facts.seconds(run)),
        marked("Variance kept"): f"{facts.kept(run):.1%}",
        **{marked(f"Components for {share}"): number for share, number in facts.thresholds(run)},
        marked("Neighbour agreement"): marked(f"{separation.overall:.1%} of {separation.neighbours} neighbours")
        if separation
        else "not computed",
        marked("Cost"): facts.cost(run).value,
    }


def _lasting(run: Run) -> str:
    rate = throughput.lasting(run.features)
    return "not recorded" if rate is None else f"{rate:,.0f}"


def angles(one: Run, other: Run) -> np.ndarray | None:
    """Return the principal angles between two runs' models, float (m,) degrees, rising; None where one has no model."""
    mine, theirs = one.components, other.components
    if mine is None or theirs is None or len(mine) != len(theirs):
        return None
    return analysis.principal_angles(mine, theirs)
