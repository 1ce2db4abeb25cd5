"""The report's first lines: one sentence and five numbers, for whoever reads no further."""

import numpy as np

from orchard.base import durations
from orchard.report import analysis, facts
from orchard.report.facts import Fact
from orchard.report.read import Run


def summary(run: Run) -> str:
    """Say in a sentence what went in and what came out."""
    counts = run.manifest["counts"]
    classes = facts.counted(len(np.unique(run.labels)), "class")
    components = facts.counted(counts["components"], "principal component")
    return (
        f"{facts.counted(run.rows, 'photograph')} of {classes} became {counts['columns']:,} features each, "
        f"and {components} that keep {facts.kept(run):.1%} of their variance."
    )


def tiles(run: Run, separation: analysis.Separation | None) -> list[Fact]:
    """Return the five numbers: photographs, variance, agreement, speed and cost."""
    counts = run.features.get("counts", {})
    rejected, read = counts.get("rejected", 0), counts.get("read", run.rows)
    components = facts.counted(run.manifest["counts"]["components"], "component")
    ninety = analysis.components_for(run.spectrum, 0.9)
    cores = run.features.get("cores")
    agreement = Fact("Neighbour agreement", "not computed", "too few images of each class to say")
    if separation:
        chance = f"of the same class; by chance {separation.chance:.1%}"
        agreement = Fact("Neighbour agreement", f"{separation.overall:.1%}", chance)
    time = f"both jobs {durations.say(facts.seconds(run))}"
    return [
        Fact("Photographs", f"{run.rows:,}", f"{rejected:,} rejected of {read:,} read"),
        Fact(
            "Variance kept", f"{facts.kept(run):.1%}", f"by {components}" + (f"; 90% takes {ninety}" if ninety else "")
        ),
        agreement,
        Fact(
            "Speed", f"{facts.speed(run):,.0f} images/s", f"{facts.counted(cores, 'core')}; {time}" if cores else time
        ),
        facts.cost(run),
    ]
