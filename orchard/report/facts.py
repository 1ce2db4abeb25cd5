"""What the report says in words and numbers, from a run's manifests and record."""

from collections import Counter
from datetime import datetime
from typing import Any, NamedTuple

from orchard.report.analysis import SHARES, components_for
from orchard.report.read import Run

EXAMPLES = 5  # rejected images named for each reason

ROLES = {"MASTER": "primary"}  # as EMR calls it today; its interface keeps the old word
MODES = {"mini": "mini (a sample)", "apples": "apples (the classes Apple*)", "full": "full (every image)"}


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


class Rejection(NamedTuple):
    """A reason for which images could not be read, how many there are, and some of them."""

    reason: str
    images: int
    examples: list[str]


def duration(seconds: float) -> str:
    """Return a time in the units that suit it: `0.4 s`, `4 min 33 s`, `1 h 23 min`."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def counted(number: int, word: str) -> str:
    """Return `1 image`, `2,000 images`, `3 classes`."""
    plural = word + ("es" if word.endswith("s") else "s")
    return f"{number:,} {word if number == 1 else plural}"


def phases(run: Run) -> list[tuple[str, float]]:
    """Return the phases of both jobs and their seconds, in the order in which they ran."""
    jobs = (("features", run.features), ("PCA", run.manifest))
    return [(f"{job}: {phase}", float(time)) for job, part in jobs for phase, time in part.get("timings", {}).items()]


def seconds(run: Run) -> float:
    """Return the time of all phases of both jobs."""
    return sum(time for _, time in phases(run))


def speed(run: Run) -> float:
    """Return the images per second of the features phase, model loading included."""
    return float(run.features.get("images_per_second", 0))


def kept(run: Run) -> float:
    """Return the share of the variance that the kept components explain, 0 to 1."""
    return float(run.manifest["explained_variance_sum"])


def rejections(run: Run) -> list[Rejection]:
    """Return the reasons why images were rejected, the most frequent first."""
    rows = run.rejected or []
    return [
        Rejection(reason, count, [path for path, other in rows if other == reason][:EXAMPLES])
        for reason, count in Counter(reason for _, reason in rows).most_common()
    ]


def thresholds(run: Run) -> list[tuple[str, str]]:
    """Return for 80, 90, 95 and 99 % of the variance how many components explain them."""
    return [
        (
            f"{share:.0%}",
            "more than there are" if (found := components_for(run.spectrum, share)) is None else f"{found}",
        )
        for share in SHARES
    ]


def where(run: Run) -> list[Fact]:
    """Say where the run ran; what only the record knows is left out where there is none."""
    record = run.record
    facts = [Fact("Read from", str(run.features.get("input", "not recorded")))]
    if record is None:
        return [*facts, Fact("Cluster", "not recorded", "a run that was started without the control plane")]
    place = "an AWS emulated on this machine" if record["emulated"] else "AWS"
    facts.append(Fact("Target", f"{place}, {record['region']}"))
    cluster = record.get("cluster")
    if cluster:
        groups = ", ".join(
            f"{group['count']} x {group['instance_type']} {ROLES.get(group['role'], group['role'].lower())}"
            + (" (Spot)" if group.get("market") == "SPOT" else "")
            for group in cluster.get("instance_groups", [])
        )
        facts.append(Fact("Cluster", f"{cluster['name']} ({cluster['id']})", f"{cluster['release_label']}; {groups}"))
    facts.append(Fact("Submitted", moment(record["submitted"])))
    facts += [
        Fact(f"Step {step['job']}", step["state"].lower(), _span(step.get("started"), step.get("ended")))
        for step in record.get("steps", [])
    ]
    return facts


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
    record = run.record
    if record is None:
        return Fact("Cost", "not recorded", "this run has no record of its cluster")
    known = record.get("cost")
    if known is None:
        if record["emulated"]:
            return Fact("Cost", "nothing", "emulated")
        return Fact("Cost", "not known yet", f"./inv cost --run {run.name} works it out")
    amount = money(known["total"], known["currency"])
    if known["emulated"]:
        return Fact("Cost", "nothing", f"emulated, cost nothing; the same time on AWS would cost {amount}")
    return Fact("Cost", amount, f"{duration(known['hours'] * 3600)} of the cluster, prices of {known['prices_of']}")


def cost_parts(run: Run) -> list[tuple[str, str]]:
    """Return the parts of the cost that are not nothing; empty where it is not known."""
    known = (run.record or {}).get("cost") or {}
    names = {"ec2": "EC2", "emr": "EMR fee", "ebs": "disks (EBS)", "nat": "NAT gateway", "s3": "S3"}
    return [
        (names.get(part, part), money(amount, known["currency"]))
        for part, amount in known.get("parts", {}).items()
        if amount
    ]


def money(amount: float, currency: str) -> str:
    """Return an amount with as many digits as it needs: `0.004 USD`, `12.30 USD`."""
    if 0 < amount < 0.001:
        return f"less than 0.001 {currency}"
    return f"{amount:,.2f} {currency}" if amount >= 0.1 or not amount else f"{amount:.3f} {currency}"


def moment(text: str | None) -> str:
    """Return an ISO-8601 time as people read it, in UTC."""
    return f"{datetime.fromisoformat(text):%d %B %Y, %H:%M} UTC" if text else "not recorded"


def _span(started: str | None, ended: str | None) -> str:
    if not started or not ended:
        return ""
    return duration((datetime.fromisoformat(ended) - datetime.fromisoformat(started)).total_seconds())


def versions(run: Run) -> dict[str, Any]:
    """Return the versions of what computed the numbers."""
    return dict(sorted(run.manifest.get("versions", {}).items()))
