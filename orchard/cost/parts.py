"""What a cluster costs by the hour, part by part: arithmetic and nothing else.

EC2 and the EMR fee are charged per second with a minute's minimum, for every node, disks per GiB and month, a NAT
gateway by the hour (AWS's price pages for EMR, EBS and VPC).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from orchard.base.config import Settings
from orchard.base.language import marked
from orchard.cost.prices import Rates

MONTH = 30 * 24  # hours, as AWS's own examples of EBS prices count it
DISK_GIB = 32 + 64  # of each node: root and data disk, as terraform/modules/cluster has them

NAMES = {"ec2": "EC2", "emr": marked("EMR fee"), "ebs": marked("disks (EBS)"), "nat": marked("NAT gateway")}
NAMES |= {"s3": marked("S3 requests")}


@dataclass(frozen=True)
class Nodes:
    """Some nodes of a kind: instance type, how many, ON_DEMAND or SPOT."""

    instance_type: str
    count: int
    market: str = "ON_DEMAND"


@dataclass(frozen=True)
class Parts:
    """A cost in the table's currency, part by part."""

    ec2: float = 0.0
    emr: float = 0.0
    ebs: float = 0.0
    nat: float = 0.0
    s3: float = 0.0

    @property
    def total(self) -> float:
        """The cost of all parts together."""
        return self.ec2 + self.emr + self.ebs + self.nat + self.s3

    def over(self, hours: float) -> "Parts":
        """Return the cost of so many hours of a cost by the hour."""
        return Parts(*(getattr(self, name) * hours for name in NAMES))

    def plus(self, other: "Parts") -> "Parts":
        """Return the sum of two costs, part by part."""
        return Parts(*(getattr(self, name) + getattr(other, name) for name in NAMES))


def nodes_of(settings: Settings) -> list[Nodes]:
    """Return the nodes of the cluster that the settings describe, at its largest.

    Managed scaling keeps the core nodes and brings task nodes up to its maximum.
    """
    task = max(settings.task_spot_count, settings.managed_scaling_max - settings.core_count, 0)
    fixed = Nodes(settings.instance_type, 1 + settings.core_count)
    return [fixed, Nodes(settings.instance_type, task, "SPOT")] if task else [fixed]


def per_hour(nodes: Iterable[Nodes], rates: Rates, *, nat: bool) -> Parts | None:
    """Price nodes by the hour; None where the table lacks a type, or the region altogether.

    Spot nodes count with the price on demand: theirs moves, is lower, and never higher than that.

    Args:
        nodes: of the cluster.
        rates: of its region.
        nat: whether it brings a NAT gateway of its own (a private network).
    """
    nodes = list(nodes)
    known = all(kind.instance_type in rates.ec2 and kind.instance_type in rates.emr for kind in nodes)
    if not known or rates.gp3 is None or (nat and rates.nat is None):
        return None
    return Parts(
        ec2=sum(kind.count * rates.ec2[kind.instance_type] for kind in nodes),
        emr=sum(kind.count * rates.emr[kind.instance_type] for kind in nodes),
        ebs=sum(kind.count for kind in nodes) * DISK_GIB * rates.gp3 / MONTH,
        nat=(rates.nat or 0.0) if nat else 0.0,
    )
