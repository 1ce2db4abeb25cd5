"""The subnet that a cluster would go to, in an account of moto's."""

import re

from orchard.base.places import ROOT
from orchard.doctor import run, subnet
from orchard.doctor.finding import Setup
from tests.support.fidelity import models


def subnets(setup: Setup) -> list[dict]:
    return sorted(setup.client("ec2").describe_subnets()["Subnets"], key=lambda entry: entry["SubnetId"])


def offered_in(setup: Setup, monkeypatch, *zones: str) -> None:
    answer = {"InstanceTypeOfferings": [{"InstanceType": "m5.xlarge", "Location": zone} for zone in zones]}
    monkeypatch.setattr(setup.client("ec2"), "describe_instance_type_offerings", lambda **_: answer)


def test_all_is_well_in_a_fresh_account(aws):
    setup = aws(subnet_index=1)
    assert "subnet" in run.checks(setup)[1]
    chosen = subnets(setup)[1]
    found = subnet.subnet(setup)
    assert found.state == "ok"
    assert found.detail.startswith(f"{chosen['SubnetId']} ({chosen['AvailabilityZone']}), 4,091 addresses left")


def test_there_are_fewer_subnets(aws):
    found = subnet.subnet(aws(subnet_index=4))
    assert (found.state, found.detail) == ("fail", "subnet_index = 4, and there are 3 subnets")
    assert found.remedy == "set it to a number from 0 to 2"
    assert subnet.subnet(aws(subnet_index=2, network="private")).detail == "subnet_index = 2, and there are 2 subnets"


@models(
    "EC2 offers an instance type in some zones of a region and not in others",
    source="EC2 API Reference, DescribeInstanceTypeOfferings, LocationType availability-zone",
)
def test_the_zone_does_not_offer_the_instance_type(aws, monkeypatch):
    setup = aws()
    first, second, third = (entry["AvailabilityZone"] for entry in subnets(setup))
    offered_in(setup, monkeypatch, second, third)
    found = subnet.subnet(setup)
    assert found.state == "fail"
    assert found.detail.endswith(f"({first}): the zone does not offer m5.xlarge")
    assert found.remedy == "set subnet_index to 1 or 2"
    offered_in(setup, monkeypatch)
    assert subnet.subnet(setup).remedy == "choose another instance_type"


@models(
    "EC2 gives a public address only in a subnet that says so, and a node without one reaches no service by the "
    "Internet gateway",
    source='VPC User Guide, "Modify the IP addressing attributes of your subnet"; EMR Management Guide, "Networking"',
)
def test_a_subnet_without_public_addresses(aws):
    setup = aws()
    chosen = subnets(setup)[0]["SubnetId"]
    setup.client("ec2").modify_subnet_attribute(SubnetId=chosen, MapPublicIpOnLaunch={"Value": False})
    found = subnet.subnet(setup)
    assert found.state == "fail"
    assert "gives no public addresses" in found.detail
    assert f"modify-subnet-attribute --subnet-id {chosen} --map-public-ip-on-launch" in found.remedy
    assert subnet.subnet(aws(subnet_index=1)).state == "ok"
    assert subnet.subnet(aws(network="private")).state == "ok", "there a NAT gateway leads out"


def test_a_subnet_that_is_full(aws, monkeypatch):
    setup = aws(core_count=50, managed_scaling_max=100)
    left = [entry | {"AvailableIpAddressCount": 100} for entry in subnets(setup)]
    monkeypatch.setattr(setup.client("ec2"), "describe_subnets", lambda **_: {"Subnets": left})
    found = subnet.subnet(setup)
    assert (found.state, found.detail.partition(" has ")[2]) == ("fail", "100 addresses left for 101 nodes")


def test_no_subnet(aws):
    setup = aws()
    for entry in subnets(setup):
        setup.client("ec2").delete_subnet(SubnetId=entry["SubnetId"])
    assert subnet.subnet(setup).state == "unknown", "the check of the network says more"


def test_the_subnets_are_those_of_terraform():
    network = ROOT / "terraform" / "modules" / "network"
    assert f"min({subnet.MOST}, length(local.default_subnet_ids))" in (network / "default_vpc.tf").read_text()
    default = re.search(r'variable "zones".*?default\s*= \[(.*?)\]', (network / "variables.tf").read_text(), re.S)
    assert tuple(re.findall(r'"(\w)"', default[1])) == subnet.ZONES
