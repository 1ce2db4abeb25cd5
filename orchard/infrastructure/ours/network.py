"""What is ours in EC2: found by its tags Name and Project, by its group, or by where it is."""

from typing import Any, NamedTuple

from orchard.infrastructure.ours.place import Finder, Place, Values


class _Named(NamedTuple):
    """What EC2 finds by its tags Name and Project."""

    operation: str
    answer: str
    id: str
    living: tuple[str, ...] = ()  # the states in which it is not on its way out


_BY_TAG = {
    "aws_vpc": _Named("describe_vpcs", "Vpcs", "VpcId"),
    "aws_subnet": _Named("describe_subnets", "Subnets", "SubnetId"),
    "aws_route_table": _Named("describe_route_tables", "RouteTables", "RouteTableId"),
    "aws_internet_gateway": _Named("describe_internet_gateways", "InternetGateways", "InternetGatewayId"),
    "aws_vpc_endpoint": _Named("describe_vpc_endpoints", "VpcEndpoints", "VpcEndpointId", ("available", "pending")),
    "aws_eip": _Named("describe_addresses", "Addresses", "AllocationId"),
    "aws_nat_gateway": _Named("describe_nat_gateways", "NatGateways", "NatGatewayId", ("available", "pending")),
}


def _by_tag(kind: str) -> Finder:
    def look(place: Place, values: Values) -> str | None:
        named = _BY_TAG[kind]
        wanted = {"Name": (values.get("tags") or {}).get("Name", ""), "Project": place.project}
        filters = [{"Name": f"tag:{key}", "Values": [value]} for key, value in wanted.items()]
        answer = getattr(place.client("ec2"), named.operation)(Filters=filters)[named.answer]
        living = [item for item in answer if not named.living or item["State"].lower() in named.living]
        return living[0][named.id] if living else None

    return look


def _group(place: Place, values: Values) -> str | None:
    """Find a security group, and close it as Terraform would have done.

    AWS makes a group open to the outside, and Terraform closes it by a call of its own (EC2 API Reference,
    CreateSecurityGroup).
    """
    if "vpc_id" not in values:
        return None
    ec2 = place.client("ec2")
    wanted = {"group-name": values["name"], "vpc-id": values["vpc_id"], "tag:Project": place.project}
    groups = ec2.describe_security_groups(Filters=[{"Name": n, "Values": [v]} for n, v in wanted.items()])
    for group in groups["SecurityGroups"]:
        rules = _rules(ec2, group["GroupId"])
        opened = [r["SecurityGroupRuleId"] for r in rules if _is_awss_own(r)]
        if opened:
            ec2.revoke_security_group_egress(GroupId=group["GroupId"], SecurityGroupRuleIds=opened)
        return group["GroupId"]
    return None


def _is_awss_own(rule: Values) -> bool:
    everywhere = rule.get("CidrIpv4") == "0.0.0.0/0" or rule.get("CidrIpv6") == "::/0"
    return rule["IsEgress"] and rule["IpProtocol"] == "-1" and everywhere and not rule.get("Description")


def _rules(ec2: Any, group: str) -> list[dict[str, Any]]:
    pages = ec2.get_paginator("describe_security_group_rules")
    found = pages.paginate(Filters=[{"Name": "group-id", "Values": [group]}])
    return [rule for page in found for rule in page["SecurityGroupRules"]]


def _rule(*, out: bool) -> Finder:
    """Find a rule of a group: it has no name, and ours have descriptions of their own in each group."""

    def look(place: Place, values: Values) -> str | None:
        if "security_group_id" not in values:
            return None
        wanted = out, values["ip_protocol"], values["description"]
        for rule in _rules(place.client("ec2"), values["security_group_id"]):
            if (rule["IsEgress"], rule["IpProtocol"], rule.get("Description", "")) == wanted:
                return rule["SecurityGroupRuleId"]
        return None

    return look


def _association(place: Place, values: Values) -> str | None:
    if "subnet_id" not in values:
        return None
    asked = [{"Name": "association.subnet-id", "Values": [values["subnet_id"]]}]
    tables = place.client("ec2").describe_route_tables(Filters=asked)["RouteTables"]
    return f"{values['subnet_id']}/{tables[0]['RouteTableId']}" if tables else None


def _route(place: Place, values: Values) -> str | None:
    if "route_table_id" not in values:
        return None
    asked = [{"Name": "route-table-id", "Values": [values["route_table_id"]]}]
    tables = place.client("ec2").describe_route_tables(Filters=asked)["RouteTables"]
    there = {route.get("DestinationCidrBlock") for table in tables for route in table["Routes"]}
    destination = values["destination_cidr_block"]
    return f"{values['route_table_id']}_{destination}" if destination in there else None


def _key_pair(place: Place, values: Values) -> str | None:
    wanted = {"key-name": values["key_name"], "tag:Project": place.project}
    filters = [{"Name": name, "Values": [value]} for name, value in wanted.items()]
    return values["key_name"] if place.client("ec2").describe_key_pairs(Filters=filters)["KeyPairs"] else None


FINDERS: dict[str, Finder] = {
    **{kind: _by_tag(kind) for kind in _BY_TAG},
    "aws_security_group": _group,
    "aws_vpc_security_group_ingress_rule": _rule(out=False),
    "aws_vpc_security_group_egress_rule": _rule(out=True),
    "aws_route_table_association": _association,
    "aws_route": _route,
    "aws_key_pair": _key_pair,
}
