"""An instance fleet: a target capacity, and instances of the listed types that make it up."""

import math
from typing import TYPE_CHECKING, Any

from moto.core.utils import utcnow
from moto.emr.utils import random_id

from orchard.emulator.emr import groups

if TYPE_CHECKING:
    from orchard.emulator.emr.cluster import ManagedCluster

MARKETS = {"ON_DEMAND": "TargetOnDemandCapacity", "SPOT": "TargetSpotCapacity"}
# InstanceTypeConfig's members as InstanceTypeSpecification shows them; the disks have another form there.
ECHOED = (
    "InstanceType",
    "WeightedCapacity",
    "BidPrice",
    "BidPriceAsPercentageOfOnDemandPrice",
    "Configurations",
    "CustomAmiId",
    "Priority",
)


class Fleet:
    """A fleet of a cluster. EMR picks the types by price and capacity; here the first one listed makes up the whole.

    Args:
        cluster: that it belongs to.
        config: a plain InstanceFleetConfig.
    """

    def __init__(self, cluster: "ManagedCluster", config: dict[str, Any]) -> None:
        self.cluster, self.config = cluster, dict(config)
        self.id = f"if-{random_id()}"
        self.role = config["InstanceFleetType"]
        self.created = utcnow()

    def target(self, market: str) -> int:
        """Give the capacity that is asked for of a market (ON_DEMAND, SPOT), in units."""
        return int(self.config.get(MARKETS[market]) or 0)

    @property
    def instance_type(self) -> str:
        """The type that the fleet's instances have."""
        return self.config["InstanceTypeConfigs"][0]["InstanceType"]

    @property
    def weight(self) -> int:
        """How many units of capacity an instance stands for."""
        return int(self.config["InstanceTypeConfigs"][0].get("WeightedCapacity") or 1)

    def instances(self, market: str) -> int:
        """Count the instances that the target capacity of a market takes."""
        return math.ceil(self.target(market) / self.weight)

    @property
    def num_instances(self) -> int:
        """Count the instances of both markets."""
        return sum(self.instances(market) for market in MARKETS)

    def describe(self) -> dict[str, Any]:
        """InstanceFleet of the API Reference."""
        given = {"Name", "InstanceFleetType", "LaunchSpecifications", "ResizeSpecifications", "Context"}
        return {name: value for name, value in self.config.items() if name in given} | {
            "Id": self.id,
            "Status": groups.status(self.cluster, self.created),
            "TargetOnDemandCapacity": self.target("ON_DEMAND"),
            "TargetSpotCapacity": self.target("SPOT"),
            "ProvisionedOnDemandCapacity": self.instances("ON_DEMAND") * self.weight,
            "ProvisionedSpotCapacity": self.instances("SPOT") * self.weight,
            "InstanceTypeSpecifications": [_specification(config) for config in self.config["InstanceTypeConfigs"]],
        }


def _specification(config: dict[str, Any]) -> dict[str, Any]:
    disks = config.get("EbsConfiguration")
    return {"WeightedCapacity": 1} | {name: config[name] for name in ECHOED if name in config} | {
        "EbsBlockDevices": groups.ebs_volumes(disks),
        "EbsOptimized": bool((disks or {}).get("EbsOptimized")),
    }  # fmt: skip
