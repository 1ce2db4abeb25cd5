"""The check of the subnet that `subnet_index` chooses, as Terraform will: what its zone offers, what it gives nodes."""

from typing import Any

from orchard.base.counts import counted
from orchard.base.language import marked
from orchard.doctor.finding import Finding, Setup

MOST = 5  # subnets that Terraform takes of the default VPC: terraform/modules/network/default_vpc.tf
ZONES = ("a", "b")  # of the subnets of a private network: terraform/modules/network/variables.tf


def subnet(setup: Setup) -> Finding:
    """Check that a cluster's nodes can be had in its subnet, and reach AWS from there."""
    private = setup.settings.network == "private"
    subnets = _of_a_private_network(setup) if private else _of_the_default_vpc(setup)
    if not subnets:
        return Finding("unknown", "there is no subnet yet")
    index = setup.settings.subnet_index
    if index >= len(subnets):
        cause = f"subnet_index = {index}, and there are {len(subnets)} subnets"
        return Finding("fail", cause, f"set it to a number from 0 to {len(subnets) - 1}")
    chosen = subnets[index]
    name, kind = f"{chosen['SubnetId']} ({chosen['AvailabilityZone']})", setup.settings.instance_type
    offering = _zones_with(setup, kind)
    if chosen["AvailabilityZone"] not in offering:
        others = [str(i) for i, other in enumerate(subnets) if other["AvailabilityZone"] in offering]
        remedy = f"set subnet_index to {' or '.join(others)}" if others else "choose another instance_type"
        return Finding("fail", f"{name}: the zone does not offer {kind}", remedy)
    return Finding("ok", f"{name} offers {kind}") if private else _gives_addresses(setup, chosen, name)


def _gives_addresses(setup: Setup, chosen: dict[str, Any], name: str) -> Finding:
    if not chosen["MapPublicIpOnLaunch"]:
        command = f"aws ec2 modify-subnet-attribute --subnet-id {chosen['SubnetId']} --map-public-ip-on-launch"
        return Finding(
            "fail",
            f"{name} gives no public addresses, and without one a node of the default VPC reaches neither S3 nor EMR",
            f'{command}; or another subnet_index, or network = "private"',
        )
    settings = setup.settings
    nodes = 1 + max(settings.core_count + settings.task_spot_count, settings.managed_scaling_max)
    free = chosen["AvailableIpAddressCount"]
    left = counted(free, "address")
    if free < nodes:
        return Finding("fail", f"{name} has {left} left for {nodes} nodes", "set another subnet_index")
    return Finding("ok", f"{name}, {left} left")


def _of_the_default_vpc(setup: Setup) -> list[dict[str, Any]]:
    """List the subnets in the order in which Terraform has them."""
    ec2 = setup.client("ec2")
    vpcs = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"]
    if not vpcs:
        return []
    filters = [{"Name": "vpc-id", "Values": [vpcs[0]["VpcId"]]}, {"Name": "default-for-az", "Values": ["true"]}]
    found = ec2.describe_subnets(Filters=filters)["Subnets"]
    return sorted(found, key=lambda entry: entry["SubnetId"])[:MOST]


def _of_a_private_network(setup: Setup) -> list[dict[str, Any]]:
    return [{"SubnetId": marked("the subnet"), "AvailabilityZone": setup.settings.region + letter} for letter in ZONES]


def _zones_with(setup: Setup, kind: str) -> set[str]:
    """List the zones of the region that offer an instance type."""
    filters = [{"Name": "instance-type", "Values": [kind]}]
    ec2 = setup.client("ec2")
    answer = ec2.describe_instance_type_offerings(LocationType="availability-zone", Filters=filters)
    return {offer["Location"] for offer in answer["InstanceTypeOfferings"]}
