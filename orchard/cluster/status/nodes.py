"""The nodes of all clusters, and what their tags tell of the clusters, in one call to EC2."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from orchard.cluster.status.model import Nodes
from orchard.cost import parts
from orchard.cost.prices import Rates

# System tags of a cluster's instances (Amazon EMR Management Guide, "Tag and categorize Amazon EMR cluster resources").
JOB_FLOW, ROLE = "aws:elasticmapreduce:job-flow-id", "aws:elasticmapreduce:instance-group-role"
ROLES = ("MASTER", "CORE", "TASK")


class Node(NamedTuple):
    """A running node: its kind, since when, and all its tags."""

    role: str
    instance_type: str
    market: str
    launched: datetime
    tags: dict[str, str]


def of_project(ec2: Any, project: str) -> dict[str, list[Node]]:
    """Return the running nodes with the project's tag by cluster id.

    Raises:
        AwsError: AWS refuses.
    """
    filters = [
        {"Name": "tag:Project", "Values": [project]},
        {"Name": "instance-state-name", "Values": ["pending", "running"]},
    ]
    by_cluster = defaultdict(list)
    for page in ec2.get_paginator("describe_instances").paginate(Filters=filters):
        for instance in (i for reservation in page["Reservations"] for i in reservation["Instances"]):
            tags = {tag["Key"]: tag["Value"] for tag in instance.get("Tags", [])}
            if JOB_FLOW in tags:
                market = "SPOT" if instance.get("InstanceLifecycle") == "spot" else "ON_DEMAND"
                role = tags[ROLE] if tags.get(ROLE) in ROLES else "UNKNOWN"
                node = Node(role, instance["InstanceType"], market, instance["LaunchTime"], tags)
                by_cluster[tags[JOB_FLOW]].append(node)
    return by_cluster


def tag(nodes: Iterable[Node], name: str) -> str | None:
    """Return what a cluster's nodes say under that name."""
    return next((node.tags[name] for node in nodes if name in node.tags), None)


def grouped(nodes: Iterable[Node]) -> list[Nodes]:
    """Count nodes that are alike: the primary first, then core, then task nodes."""
    counts = Counter((node.role, node.instance_type, node.market) for node in nodes)
    order = [*ROLES, "UNKNOWN"]
    return [
        Nodes(role=role, instance_type=instance_type, count=count, market=market)  # type: ignore[arg-type]
        for (role, instance_type, market), count in sorted(counts.items(), key=lambda item: order.index(item[0][0]))
    ]


def cost(nodes: list[Node], rates: Rates, now: datetime, nat_hours: float | None) -> tuple[float, float] | None:
    """Price nodes by the hour, and from their launch to now, in US dollars.

    Args:
        nodes: of a cluster.
        rates: of its region.
        now: by AWS's clock; nodes launched later cost nothing yet.
        nat_hours: how long it has had a NAT gateway of its own; None without one.

    Returns:
        by the hour and so far; None where there are no nodes, or no price for one of them.
    """
    prices = [parts.per_hour([parts.Nodes(node.instance_type, 1, node.market)], rates, nat=False) for node in nodes]
    if not prices or None in prices:
        return None
    hours = [max(0.0, (now - node.launched).total_seconds()) / 3600 for node in nodes]
    spent = [(price.total, price.over(lived).total) for price, lived in zip(prices, hours, strict=True) if price]
    if nat_hours is not None and rates.nat is not None:
        spent.append((rates.nat, rates.nat * nat_hours))
    return sum(hourly for hourly, _ in spent), sum(sofar for _, sofar in spent)
