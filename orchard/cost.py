"""What a cluster costs by the hour, from a table of prices with its date.

EC2 and the EMR fee are charged per second with a minute's minimum, for every node (AWS EMR pricing). Disks, requests
and, in a private network, the NAT gateway come on top and are a few per cent of it.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from orchard.config import Settings
from orchard.target import Target

TABLE = Path(__file__).with_name("prices.json")


class Hourly(NamedTuple):
    """A cluster's price.

    Attributes:
        nodes: primary and core nodes.
        per_hour: of all nodes, EC2 and the EMR fee, in the table's currency; None where the table lacks the type.
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


@cache
def table() -> dict[str, Any]:
    """Return the price table: USD per hour by region and instance type."""
    return json.loads(TABLE.read_text())


def hourly(settings: Settings, target: Target) -> Hourly:
    """Price the cluster that the settings describe on the target: nothing where the target charges nothing."""
    prices = table()
    nodes = 1 + settings.core_count
    ec2 = prices["ec2"].get(settings.region, {}).get(settings.instance_type)
    fee = prices["emr"].get(settings.instance_type)
    per_hour = None if ec2 is None or fee is None else nodes * (ec2 + fee)
    return Hourly(nodes, 0.0 if target.free else per_hour, prices["currency"], prices["date"])


def of_requests(requests: dict[str, int]) -> float:
    """Price requests to S3, in the table's currency.

    Args:
        requests: how many by name; PUT, COPY, POST and LIST cost the same, DELETE nothing (Amazon S3 pricing).
    """
    prices = table()["s3_per_1000_requests"]
    return sum(count / 1000 * prices.get(name, 0) for name, count in requests.items())


def statement(settings: Settings, target: Target) -> list[str]:
    """Say what starting the cluster will cost, and what ends it, in lines for people."""
    price = hourly(settings, target)
    cluster = f"{price.nodes} x {settings.instance_type} in {settings.region}"
    idle = f"ends itself after {settings.idle_timeout // 60} min without work"
    guards = f"{idle}, at the latest after {settings.max_lifetime} h"
    if price.per_hour == 0:
        return [f"Cluster: {cluster}, emulated on this machine: costs nothing.", f"It {guards}."]
    if price.per_hour is None:
        return [f"Cluster: {cluster}; Orchard has no price for this type in this region.", f"It {guards}."]
    most = price.over(settings.max_lifetime)
    return [
        f"Cluster: {cluster}: {price.per_hour:.2f} {price.currency} per hour (EC2 and EMR, prices of {price.date}), "
        "plus disks and requests.",
        f"It {guards}: at most {most:.2f} {price.currency} a launch.",
    ]
