"""What is ours in EC2, removed by id."""

import time
from collections.abc import Callable
from typing import Any

from orchard.aws.target import Target
from orchard.diagnosis.aws import AwsError, NotFoundError

GONE_WITHIN = 600.0  # seconds that EC2 may take to remove a gateway or an endpoint with its interfaces


def instance(target: Target, resource_id: str) -> None:
    """End an instance that no cluster of the project's has."""
    target.client("ec2").terminate_instances(InstanceIds=[resource_id])


def volume(target: Target, resource_id: str) -> None:
    """Delete a disk."""
    target.client("ec2").delete_volume(VolumeId=resource_id)


def nat_gateway(target: Target, resource_id: str) -> None:
    """Delete a NAT gateway with the routes to it; its address and its network are free only after it."""
    ec2 = target.client("ec2")
    filters = [{"Name": "route.nat-gateway-id", "Values": [resource_id]}]
    for table in ec2.describe_route_tables(Filters=filters)["RouteTables"]:
        for route in table["Routes"]:
            if route.get("NatGatewayId") == resource_id:
                destination = route["DestinationCidrBlock"]
                ec2.delete_route(RouteTableId=table["RouteTableId"], DestinationCidrBlock=destination)
    ec2.delete_nat_gateway(NatGatewayId=resource_id)
    asked = [{"Name": "nat-gateway-id", "Values": [resource_id]}]
    _until_gone(target, lambda: [n["State"] for n in ec2.describe_nat_gateways(Filters=asked)["NatGateways"]])


def address(target: Target, resource_id: str) -> None:
    """Release an address."""
    target.client("ec2").release_address(AllocationId=resource_id)


def endpoint(target: Target, resource_id: str) -> None:
    """Delete an endpoint, ours or EMR's."""
    ec2 = target.client("ec2")
    ec2.delete_vpc_endpoints(VpcEndpointIds=[resource_id])
    asked = [{"Name": "vpc-endpoint-id", "Values": [resource_id]}]
    _until_gone(target, lambda: [e["State"] for e in ec2.describe_vpc_endpoints(Filters=asked)["VpcEndpoints"]])


def interface(target: Target, resource_id: str) -> None:
    """Delete a network interface that nothing uses."""
    target.client("ec2").delete_network_interface(NetworkInterfaceId=resource_id)


def rules(target: Target, resource_id: str) -> None:
    """Take all rules out of a group: one that another's rule names cannot be deleted."""
    ec2 = target.client("ec2")
    for group in ec2.describe_security_groups(GroupIds=[resource_id])["SecurityGroups"]:
        if group["IpPermissions"]:
            ec2.revoke_security_group_ingress(GroupId=resource_id, IpPermissions=group["IpPermissions"])
        if group["IpPermissionsEgress"]:
            ec2.revoke_security_group_egress(GroupId=resource_id, IpPermissions=group["IpPermissionsEgress"])


def group(target: Target, resource_id: str) -> None:
    """Delete a security group; one that AWS made with a VPC goes with that."""
    ec2 = target.client("ec2")
    if ec2.describe_security_groups(GroupIds=[resource_id])["SecurityGroups"][0]["GroupName"] != "default":
        ec2.delete_security_group(GroupId=resource_id)


def subnet(target: Target, resource_id: str) -> None:
    """Delete a subnet."""
    target.client("ec2").delete_subnet(SubnetId=resource_id)


def route_table(target: Target, resource_id: str) -> None:
    """Delete a route table."""
    ec2 = target.client("ec2")
    for table in ec2.describe_route_tables(RouteTableIds=[resource_id])["RouteTables"]:
        for association in table["Associations"]:
            if not association.get("Main"):
                ec2.disassociate_route_table(AssociationId=association["RouteTableAssociationId"])
    ec2.delete_route_table(RouteTableId=resource_id)


def internet_gateway(target: Target, resource_id: str) -> None:
    """Take an internet gateway out of its VPC and delete it."""
    ec2 = target.client("ec2")
    for gateway in ec2.describe_internet_gateways(InternetGatewayIds=[resource_id])["InternetGateways"]:
        for attached in gateway["Attachments"]:
            ec2.detach_internet_gateway(InternetGatewayId=resource_id, VpcId=attached["VpcId"])
    ec2.delete_internet_gateway(InternetGatewayId=resource_id)


def vpc(target: Target, resource_id: str) -> None:
    """Delete a VPC."""
    target.client("ec2").delete_vpc(VpcId=resource_id)


def key_pair(target: Target, resource_id: str) -> None:
    """Delete the public half of a key pair."""
    ec2 = target.client("ec2")
    for pair in ec2.describe_key_pairs(Filters=[{"Name": "key-pair-id", "Values": [resource_id]}])["KeyPairs"]:
        ec2.delete_key_pair(KeyName=pair["KeyName"])


def _until_gone(target: Target, states: Callable[[], list[Any]]) -> None:
    deadline = time.monotonic() + GONE_WITHIN
    while any(state.lower() != "deleted" for state in states()) and time.monotonic() < deadline:
        time.sleep(target.poll_interval)


def is_gone(error: AwsError) -> bool:
    """Tell whether EC2 says that there is no such thing (EC2 API Reference, "Error codes": `InvalidVpcID.NotFound`)."""
    return isinstance(error, NotFoundError) or error.code.endswith((".NotFound", "NotFoundException"))
