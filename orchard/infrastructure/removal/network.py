"""What is ours in EC2, removed by id."""

import time
from collections.abc import Callable
from typing import Any

from orchard.aws.target import Target
from orchard.diagnosis.aws import AwsError, NotFoundError

GONE_WITHIN = 600.0  # seconds that EC2 may take to remove a gateway or an endpoint with its interfaces


def instance(target: Target, number: str) -> None:
    """End an instance that no cluster of the project's has."""
    target.client("ec2").terminate_instances(InstanceIds=[number])


def volume(target: Target, number: str) -> None:
    """Delete a disk."""
    target.client("ec2").delete_volume(VolumeId=number)


def nat_gateway(target: Target, number: str) -> None:
    """Delete a NAT gateway with the routes to it; its address and its network are free only after it."""
    ec2 = target.client("ec2")
    filters = [{"Name": "route.nat-gateway-id", "Values": [number]}]
    for table in ec2.describe_route_tables(Filters=filters)["RouteTables"]:
        for route in table["Routes"]:
            if route.get("NatGatewayId") == number:
                destination = route["DestinationCidrBlock"]
                ec2.delete_route(RouteTableId=table["RouteTableId"], DestinationCidrBlock=destination)
    ec2.delete_nat_gateway(NatGatewayId=number)
    asked = [{"Name": "nat-gateway-id", "Values": [number]}]
    _until_gone(target, lambda: [n["State"] for n in ec2.describe_nat_gateways(Filters=asked)["NatGateways"]])


def address(target: Target, number: str) -> None:
    """Release an address."""
    target.client("ec2").release_address(AllocationId=number)


def endpoint(target: Target, number: str) -> None:
    """Delete an endpoint, ours or EMR's."""
    ec2 = target.client("ec2")
    ec2.delete_vpc_endpoints(VpcEndpointIds=[number])
    asked = [{"Name": "vpc-endpoint-id", "Values": [number]}]
    _until_gone(target, lambda: [e["State"] for e in ec2.describe_vpc_endpoints(Filters=asked)["VpcEndpoints"]])


def interface(target: Target, number: str) -> None:
    """Delete a network interface that nothing uses."""
    target.client("ec2").delete_network_interface(NetworkInterfaceId=number)


def rules(target: Target, number: str) -> None:
    """Take all rules out of a group: one that another's rule names cannot be deleted."""
    ec2 = target.client("ec2")
    for group in ec2.describe_security_groups(GroupIds=[number])["SecurityGroups"]:
        if group["IpPermissions"]:
            ec2.revoke_security_group_ingress(GroupId=number, IpPermissions=group["IpPermissions"])
        if group["IpPermissionsEgress"]:
            ec2.revoke_security_group_egress(GroupId=number, IpPermissions=group["IpPermissionsEgress"])


def group(target: Target, number: str) -> None:
    """Delete a security group; one that AWS made with a VPC goes with that."""
    ec2 = target.client("ec2")
    if ec2.describe_security_groups(GroupIds=[number])["SecurityGroups"][0]["GroupName"] != "default":
        ec2.delete_security_group(GroupId=number)


def subnet(target: Target, number: str) -> None:
    """Delete a subnet."""
    target.client("ec2").delete_subnet(SubnetId=number)


def route_table(target: Target, number: str) -> None:
    """Delete a route table."""
    ec2 = target.client("ec2")
    for table in ec2.describe_route_tables(RouteTableIds=[number])["RouteTables"]:
        for association in table["Associations"]:
            if not association.get("Main"):
                ec2.disassociate_route_table(AssociationId=association["RouteTableAssociationId"])
    ec2.delete_route_table(RouteTableId=number)


def internet_gateway(target: Target, number: str) -> None:
    """Take an internet gateway out of its VPC and delete it."""
    ec2 = target.client("ec2")
    for gateway in ec2.describe_internet_gateways(InternetGatewayIds=[number])["InternetGateways"]:
        for attached in gateway["Attachments"]:
            ec2.detach_internet_gateway(InternetGatewayId=number, VpcId=attached["VpcId"])
    ec2.delete_internet_gateway(InternetGatewayId=number)


def vpc(target: Target, number: str) -> None:
    """Delete a VPC."""
    target.client("ec2").delete_vpc(VpcId=number)


def key_pair(target: Target, number: str) -> None:
    """Delete the public half of a key pair."""
    ec2 = target.client("ec2")
    for pair in ec2.describe_key_pairs(Filters=[{"Name": "key-pair-id", "Values": [number]}])["KeyPairs"]:
        ec2.delete_key_pair(KeyName=pair["KeyName"])


def _until_gone(target: Target, states: Callable[[], list[Any]]) -> None:
    deadline = time.monotonic() + GONE_WITHIN
    while any(state.lower() != "deleted" for state in states()) and time.monotonic() < deadline:
        time.sleep(target.poll_interval)


def is_gone(error: AwsError) -> bool:
    """Tell whether EC2 says that there is no such thing (EC2 API Reference, "Error codes": `InvalidVpcID.NotFound`)."""
    return isinstance(error, NotFoundError) or error.code.endswith((".NotFound", "NotFoundException"))
