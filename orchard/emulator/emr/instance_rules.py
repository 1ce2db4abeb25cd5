"""How the instances of a cluster may be asked for, and what EMR answers to what it does not take.

The texts are the service's own, as public clients recorded them (Yelp/mrjob tests/mock_boto3/emr.py, issues of the AWS
provider); that of a number of primary nodes is moto's, and that of duplicate fleets goes by the one of groups.
"""

from collections import Counter
from typing import Any

from orchard.emulator.emr import releases
from orchard.emulator.emr.errors import ValidationException

SHORT_FORM = ("MasterInstanceType", "SlaveInstanceType", "InstanceCount")
HIGHLY_AVAILABLE = 3  # primary nodes


def as_groups(instances: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the InstanceGroupConfigs of JobFlowInstancesConfig, written out where it only names types and a count."""
    if "InstanceGroups" in instances or "InstanceFleets" in instances:
        return instances.get("InstanceGroups", [])
    primary, other = instances["MasterInstanceType"], instances.get("SlaveInstanceType")
    count = int(instances.get("InstanceCount") or 1)
    found = [{"InstanceRole": "MASTER", "InstanceType": primary, "InstanceCount": 1}]
    if count > 1:
        found.append({"InstanceRole": "CORE", "InstanceType": other or primary, "InstanceCount": count - 1})
    return found


def check(instances: dict[str, Any], label: str, region: str) -> None:
    """Check JobFlowInstancesConfig's groups or fleets.

    Raises:
        ValidationException: they are asked for in two ways or none, their numbers or roles do not fit, or a type is not
            supported by the release in the region.
    """
    short = any(member in instances for member in SHORT_FORM)
    ways = ["InstanceGroups" in instances, "InstanceFleets" in instances, short]
    if int(instances.get("InstanceCount", 1)) < 1:
        raise ValidationException("Instance count must be greater than 0.")
    if sum(ways) != 1 or (short and not instances.get("MasterInstanceType")):
        raise ValidationException(
            "Please configure instances using one and only one of the following: "
            "instance groups; instance fleets; instance count, master and slave instance type."
        )
    if "InstanceFleets" in instances:
        _check_fleets(instances["InstanceFleets"], label, region)
        return
    if instances.get("Ec2SubnetIds"):
        raise ValidationException(
            "Only one subnet may be specified for clusters configured with instance groups or instance count, "
            "master and slave instance type. Revise the configuration and resubmit."
        )
    groups = as_groups(instances)
    for group in groups:
        check_group(group, label, region)
    _check_roles(Counter(group["InstanceRole"] for group in groups), "groups", "nodes")


def _check_roles(roles: Counter[str], kind: str, members: str) -> None:
    one = kind.removesuffix("s")
    for role in ("MASTER", "CORE", *(["TASK"] if kind == "fleets" else [])):
        if roles[role] > 1:
            name = role.lower()
            raise ValidationException(
                f"Multiple {name} instance {kind} supplied, you must specify exactly one {name} instance {one}"
            )
    if roles["TASK"] and not roles["CORE"]:
        raise ValidationException(f"Clusters with task {members} must also define core {members}.")
    if roles["MASTER"]:
        return
    if kind == "groups":
        raise ValidationException(
            "Zero master instance groups supplied, you must specify exactly one master instance group"
        )
    raise ValidationException(
        "No master instance fleets were supplied; you must specify exactly one master instance fleet. "
        "Revise the configuration and resubmit."
    )


def check_group(group: dict[str, Any], label: str, region: str) -> None:
    """Check one InstanceGroupConfig.

    Raises:
        ValidationException: its type, number or price.
    """
    count = int(group["InstanceCount"])
    check_type(group["InstanceType"], label, region)
    if count < (0 if group["InstanceRole"] == "TASK" else 1):
        raise ValidationException("An instance group must have at least one instance")
    if group["InstanceRole"] == "MASTER" and count not in (1, HIGHLY_AVAILABLE):
        raise ValidationException("Master instance group must have exactly 3 instances for HA clusters.")
    if price := group.get("BidPrice"):
        if group.get("Market") != "SPOT":
            raise ValidationException("Attempted to set bid price for on demand instance group.")
        _check_price(price, "group")


def _check_price(price: str, kind: str) -> None:
    try:
        if float(price) <= 0:
            raise ValidationException("The bid price is negative or zero.")
    except ValueError:
        raise ValidationException(f"The bid price supplied for an instance {kind} is invalid") from None
    if len(price.partition(".")[2]) > 3:
        raise ValidationException("No more than 3 digits are allowed after decimal place in bid price")


def check_type(name: str, label: str, region: str) -> None:
    """Check that a release runs on an instance type in a region.

    Raises:
        ValidationException: it does not.
    """
    if name not in releases.instance_types(label, region):
        raise ValidationException(f"Instance type '{name}' is not supported.")


def _check_fleets(fleets: list[dict[str, Any]], label: str, region: str) -> None:
    for fleet in fleets:
        check_fleet(fleet, label, region)
    _check_roles(Counter(fleet["InstanceFleetType"] for fleet in fleets), "fleets", "instance fleets")


def check_fleet(fleet: dict[str, Any], label: str, region: str) -> None:
    """Check one InstanceFleetConfig.

    Raises:
        ValidationException: its types, their weights and prices, or its capacity.
    """
    name, configs = fleet.get("Name", "null"), fleet.get("InstanceTypeConfigs") or []
    capacity = sum(int(fleet.get(member) or 0) for member in ("TargetOnDemandCapacity", "TargetSpotCapacity"))
    primary = fleet["InstanceFleetType"] == "MASTER"
    if primary and capacity != 1:
        raise ValidationException(
            "A master instance fleet can only have a target capacity of 1. Revise the configuration and resubmit."
        )
    if capacity < 1:
        raise ValidationException(
            f"The instance fleet ({name}) should have a value of one or greater for either "
            "targetOnDemandCapacity or targetSpotCapacity."
        )
    twice = [kind for kind, times in Counter(config["InstanceType"] for config in configs).items() if times > 1]
    if twice or not configs:
        raise ValidationException(
            f"The instance fleet: {name} contains duplicate instance types [{', '.join(twice)}]. "
            "Revise the configuration and resubmit."
            if twice
            else f"The instance fleet: {name} names no instance type. Revise the configuration and resubmit."
        )
    for config in configs:
        check_type(config["InstanceType"], label, region)
        _check_weight(int(config.get("WeightedCapacity", 1)), primary=primary)
        if price := config.get("BidPrice"):
            _check_price(price, "fleet")


def _check_weight(weight: int, *, primary: bool) -> None:
    if primary and weight != 1:
        raise ValidationException(
            "All instance types in the master instance fleet must have weighted capacity as 1. "
            "Revise the configuration and resubmit."
        )
    if weight < 1:
        raise ValidationException("Weighted capacity cannot be zero. Revise the configuration and resubmit.")
