"""What `up` says before it makes a cluster: what it costs by the hour, and what ends it."""

from orchard.aws.target import Target
from orchard.base.config import Settings
from orchard.cost import money, parts, prices


def statement(settings: Settings, target: Target) -> list[str]:
    """Say what starting the cluster will cost, and what ends it, in lines for people."""
    rates, nodes, say = prices.rates(settings.region), parts.nodes_of(settings), money.shown_in(settings).say
    hourly = parts.per_hour(nodes, rates, nat=settings.network == "private")
    cluster = f"{sum(kind.count for kind in nodes)} x {settings.instance_type} in {settings.region}"
    idle = f"ends itself after {settings.idle_timeout // 60} min without work"
    guards = f"{idle}, at the latest after {settings.max_lifetime} h"
    if not target.charges:
        return [f"Cluster: {cluster}, emulated on this machine: costs nothing.", f"It {guards}."]
    if hourly is None:
        return [
            f"Cluster: {cluster}; Orchard has no price for this type in this region (./inv cost --refresh).",
            f"It {guards}.",
        ]
    most = hourly.over(settings.max_lifetime).total
    return [
        f"Cluster: {cluster}: {say(hourly.total)} per hour (EC2, EMR, disks; prices of {rates.date}), plus requests.",
        f"It {guards}: at most {say(most)} a launch.",
    ]
