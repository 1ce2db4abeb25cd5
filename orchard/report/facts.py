"""What the report says in words and numbers, from a run's manifests and record."""

from typing import NamedTuple

import numpy as np

from orchard.base import durations
from orchard.base.counts import counted, images_a_second
from orchard.base.language import headed, marked, tr
from orchard.cost.money import Money
from orchard.cost.parts import NAMES
from orchard.report.analysis import SHARES, components_for
from orchard.report.read import Run
from orchard.report.separation import Separation
from orchard.runs import throughput
from orchard.runs.run_record_model import Step

ROLES = {"MASTER": marked("primary")}  # as EMR calls it today; its interface keeps the old word
MODES = {
    "mini": marked("mini (a sample)"),
    "apples": marked("apples (the classes Apple*)"),
    "full": marked("full (every image)"),
}


class Fact(NamedTuple):
    """A number with its name.

    Attributes:
        name: what it is.
        value: with its unit.
        note: what it rests on; empty where that is plain.
    """

    name: str
    value: str
    note: str = ""


def phases(run: Run) -> list[tuple[str, float]]:
    """Return the phases of both jobs and their seconds, in the order in which they ran."""
    jobs = (("features", run.features), (tr("PCA"), run.manifest))
    return [
        (headed(job, tr(phase)), float(time)) for job, part in jobs for phase, time in part.get("timings", {}).items()
    ]


def seconds(run: Run) -> float:
    """Return the time of all phases of both jobs."""
    return sum(time for _, time in phases(run))


def pace(run: Run) -> Fact:
    """Say how fast features were computed: once the workers were warm, where the run was long enough to tell."""
    cores, rate = run.features.get("cores"), throughput.lasting(run.features)
    notes = [tr(counted(cores, "core"))] if cores else []
    if rate is not None:
        notes = [tr("once warm"), *notes]
        if not run.features.get("resumed"):
            spent, start = throughput.seconds(run.features), run.features["warm"]["after"]
            notes += [tr(f"of the features' {durations.say(spent)}, {durations.say(start)} were start")]
    notes += [tr(f"both jobs {durations.say(seconds(run))}")]
    return Fact("Speed", images_a_second(speed(run) if rate is None else rate), "; ".join(notes))


def speed(run: Run) -> float:
    """Return the images per second of the features phase, model loading included."""
    return float(run.features.get("images_per_second", 0))


def kept(run: Run) -> float:
    """Return the share of the variance that the kept components explain, 0 to 1."""
    return float(run.manifest["explained_variance_sum"])


def rejections(run: Run) -> list[tuple[str, list[str]]]:
    """Return the reasons why images were rejected, the most frequent first, each with the images' paths."""
    paths: dict[str, list[str]] = {}
    for path, reason in run.rejected or []:
        paths.setdefault(reason, []).append(path)
    return sorted(paths.items(), key=lambda entry: -len(entry[1]))


def thresholds(run: Run) -> list[tuple[str, str]]:
    """Return for 80, 90, 95 and 99 % of the variance how many components explain them."""
    return [
        (f"{share:.0%}", str(components_for(run.spectrum, share) or marked("more than there are"))) for share in SHARES
    ]


def summary(run: Run) -> str:
    """Say in a sentence what went in and what came out."""
    counts = run.manifest["counts"]
    classes = counted(len(np.unique(run.labels)), "class")
    components = counted(counts["components"], "principal component")
    return marked(
        f"{counted(run.rows, 'photograph')} of {classes} became {counts['columns']:,} features each, "
        f"and {components} that keep {kept(run):.1%} of their variance."
    )


def tiles(run: Run, separation: Separation | None) -> list[Fact]:
    """Return the five numbers: photographs, variance, agreement, speed and cost."""
    counts = run.features.get("counts", {})
    rejected, read = counts.get("rejected", 0), counts.get("read", run.rows)
    components = counted(run.manifest["counts"]["components"], "component")
    ninety = components_for(run.spectrum, 0.9)
    agreement = Fact("Neighbour agreement", "not computed", "too few images of each class to say")
    if separation:
        chance = f"of the same class; by chance {separation.chance:.1%}"
        agreement = Fact("Neighbour agreement", f"{separation.overall:.1%}", chance)
    return [
        Fact("Photographs", f"{run.rows:,}", f"{rejected:,} rejected of {read:,} read"),
        Fact("Variance kept", f"{kept(run):.1%}", f"by {components}" + (f"; 90% takes {ninety}" if ninety else "")),
        agreement,
        pace(run),
        cost(run),
    ]


def where(run: Run) -> list[Fact]:
    """Say where the run ran; what only the record knows is left out where there is none."""
    record = run.record
    facts = [Fact("Read from", str(run.features.get("input", "not recorded")))]
    if record is None:
        return [*facts, Fact("Cluster", "not recorded", "a run that was started without the control plane")]
    nodes = ", ".join(
        f"{group.count} x {group.instance_type} {tr(ROLES.get(group.role, group.role.lower()))}"
        + (" (Spot)" if group.market == "SPOT" else "")
        for group in record.cluster.instance_groups
    )
    return [
        *facts,
        Fact("Target", f"{'an AWS emulated on this machine' if record.emulated else 'AWS'}, {record.region}"),
        Fact("Cluster", f"{record.cluster.name} ({record.cluster.id})", f"{nodes}; {record.cluster.release_label}"),
        Fact("Submitted", f"{record.submitted:%d %B %Y, %H:%M} UTC"),
        *(Fact(f"Step {step.job}", step.stands, _span(step)) for step in record.steps),
    ]


def _span(step: Step) -> str:
    return durations.say(step.ended - step.started) if step.started and step.ended else ""


def what(run: Run) -> list[Fact]:
    """Say what was run: its parameters."""
    asked, counts = run.features.get("parameters", {}), run.manifest["counts"]
    k = run.manifest.get("parameters", {}).get("k")
    share = isinstance(k, float) and 0 < k < 1
    mode = asked.get("mode", "")
    return [
        Fact("Mode", MODES.get(mode, mode or "not recorded")),
        Fact("Split", asked.get("split") or "not recorded"),
        Fact("Features an image", f"{counts['columns']:,}", "MobileNetV2, ImageNet weights"),
        Fact("Components kept", f"{counts['components']}", f"asked for {100 * k:.9g}% of variance" if share else ""),
        Fact("Allowed unreadable", f"{asked['max_error_rate']:.1%}" if "max_error_rate" in asked else "not recorded"),
        Fact("Job code", str(run.manifest.get("code") or "not recorded")),
        Fact("Weights", str(run.features.get("weights", "not recorded"))[:16], "first 16 digits of their SHA-256"),
    ]


def cost(run: Run) -> Fact:
    """Say what the run cost, or that it cost nothing, or that nobody knows."""
    if run.record is None:
        return Fact("Cost", "not recorded", "this run has no record of its cluster")
    cost = run.record.cost
    if cost is None:
        if run.record.emulated:
            return Fact("Cost", "nothing", "emulated")
        return Fact("Cost", "not known yet", f"./inv cost --run {run.name} works it out")
    amount = Money(cost.currency).say(cost.total)
    if cost.emulated:
        return Fact("Cost", "nothing", f"emulated, cost nothing; the same time on AWS would cost {amount}")
    return Fact("Cost", amount, f"{durations.say(cost.hours * 3600)} of the cluster, prices of {cost.prices_of}")


def cost_parts(run: Run) -> list[tuple[str, str]]:
    """Return the parts of the cost that are not nothing; empty where it is not known."""
    if run.record is None or run.record.cost is None:
        return []
    say = Money(run.record.cost.currency).say
    return [(NAMES.get(part, part), say(amount)) for part, amount in run.record.cost.parts.items() if amount]
