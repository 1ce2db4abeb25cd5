"""What `up` says before it makes a cluster: what it costs by the hour, and what ends it."""

from typing import NamedTuple

from orchard.aws.target import Target
from orchard.base.config import Settings
from orchard.cost import money, parts, prices


class Hourly(NamedTuple):
    """A cluster's price.

    Attributes:
        nodes: of the cluster, at its largest.
        per_hour: of all of it, in the table's currency; None where the table lacks the type.
        currency: of the price.
        date: of the table.
    """

    nodes: int
    per_hour: float | None
    currency: str
    date: str

    def over(self, hours: float) -> float | None:
        """Return the price of so many hours."""
        return None if self.per_hour is None else self.per_hour * hours


def hourly(settings: Settings, target: Target) -> Hourly:
    """Price the cluster that the settings describe on the target: nothing where the target charges nothing."""
    rates, nodes = prices.rates(settings.region), parts.nodes_of(settings)
    price = parts.per_hour(nodes, rates, nat=settings.network == "private")
    per_hour = 0.0 if not target.charges else price.total if price else None
    return Hourly(sum(kind.count for kind in nodes), per_hour, rates.currency, rates.date)


def statement(settings: Settings, target: Target) -> list[str]:
    """Say what starting the cluster will cost, and what ends it, in lines for people."""
    price, say = hourly(settings, target), money.shown_in(settings).say
    cluster = f"{price.nodes} x {settings.instance_type} in {settings.region}"
    idle = f"ends itself after {settings.idle_timeout // 60} min without work"
    guards = f"{idle}, at the latest after {settings.max_lifetime} h"
    if price.per_hour == 0:
        return [f"Cluster: {cluster}, emulated on this machine: costs nothing.", f"It {guards}."]
    if price.per_hour is None:
        return [
            f"Cluster: {cluster}; Orchard has no price for this type in this region (./inv cost --refresh).",
            f"It {guards}.",
        ]
    return [
        f"Cluster: {cluster}: {say(price.per_hour)} per hour (EC2, EMR, disks; prices of {price.date}), plus requests.",
        f"It {guards}: at most {say(price.per_hour * settings.max_lifetime)} a launch.",
    ]
