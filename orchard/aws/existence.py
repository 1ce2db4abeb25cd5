"""Whether what the tag index lists is still there: each kind is asked by its own Describe.

The index (GetResources of the Resource Groups Tagging API) lists things for hours after their deletion, EC2 shows a NAT
gateway for an hour as `deleted` and an instance as `terminated` (VPC User Guide, "NAT gateway basics"; EC2 User Guide,
"Instance lifecycle"), and a key waits for days for its deletion. What is on its way out counts as gone.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from orchard.diagnosis.aws import NotFoundError

Make = Callable[[str], Any]
ENDED = ("shutting-down", "terminated", "deleting", "deleted")
AT_ONCE = 200  # values that a filter of EC2 takes (EC2 API Reference, Filter)


class _Kind(NamedTuple):
    """How EC2 tells of a kind: by a filter and not by id, since an id that is gone would be an error."""

    operation: str
    filter: str
    answer: str
    id: str


_EC2 = {
    "instance": _Kind("describe_instances", "instance-id", "Instances", "InstanceId"),
    "volume": _Kind("describe_volumes", "volume-id", "Volumes", "VolumeId"),
    "natgateway": _Kind("describe_nat_gateways", "nat-gateway-id", "NatGateways", "NatGatewayId"),
    "elastic-ip": _Kind("describe_addresses", "allocation-id", "Addresses", "AllocationId"),
    "network-interface": _Kind(
        "describe_network_interfaces", "network-interface-id", "NetworkInterfaces", "NetworkInterfaceId"
    ),
    "vpc-endpoint": _Kind("describe_vpc_endpoints", "vpc-endpoint-id", "VpcEndpoints", "VpcEndpointId"),
    "security-group": _Kind("describe_security_groups", "group-id", "SecurityGroups", "GroupId"),
    "security-group-rule": _Kind(
        "describe_security_group_rules", "security-group-rule-id", "SecurityGroupRules", "SecurityGroupRuleId"
    ),
    "subnet": _Kind("describe_subnets", "subnet-id", "Subnets", "SubnetId"),
    "route-table": _Kind("describe_route_tables", "route-table-id", "RouteTables", "RouteTableId"),
    "internet-gateway": _Kind(
        "describe_internet_gateways", "internet-gateway-id", "InternetGateways", "InternetGatewayId"
    ),
    "vpc": _Kind("describe_vpcs", "vpc-id", "Vpcs", "VpcId"),
    "key-pair": _Kind("describe_key_pairs", "key-pair-id", "KeyPairs", "KeyPairId"),
}


def standing(client: Make, arns: Iterable[str]) -> list[str]:
    """Pick the ARNs of what is there and not on its way out, sorted; of a kind that is not known here, all.

    Args:
        client: makes a service's client, such as `Target.client`.
        arns: as the tag index lists them.

    Raises:
        AwsError: AWS refuses one of the questions.
    """
    kinds: dict[str, dict[str, str]] = defaultdict(dict)  # of EC2: id -> ARN, for each kind
    left: set[str] = set()
    for arn in arns:
        if found := re.fullmatch(r"arn:[\w-]+:ec2:[^:]*:[^:]*:([\w-]+)/(.+)", arn):
            kinds[found[1]][found[2]] = arn
        elif _stands(client, arn):
            left.add(arn)
    for kind, by_id in kinds.items():
        ids = _of_ec2(client("ec2"), _EC2[kind], list(by_id)) if kind in _EC2 else set(by_id)
        left |= {by_id[number] for number in ids & by_id.keys()}
    return sorted(left)


def _of_ec2(ec2: Any, kind: _Kind, ids: list[str]) -> set[str]:
    there: set[str] = set()
    for first in range(0, len(ids), AT_ONCE):
        filters = [{"Name": kind.filter, "Values": ids[first : first + AT_ONCE]}]
        answer = getattr(ec2, kind.operation)(Filters=filters)
        groups = answer.get("Reservations", [answer])
        there |= {item[kind.id] for group in groups for item in group[kind.answer] if _state(item) not in ENDED}
    return there


def _state(item: dict[str, Any]) -> str:
    state = item.get("State", "")
    return str(state["Name"] if isinstance(state, dict) else state).lower()


def _stands(client: Make, arn: str) -> bool:
    service, _, _, name = arn.split(":", 5)[2:]
    try:
        if service == "kms":
            return client("kms").describe_key(KeyId=arn)["KeyMetadata"]["KeyState"] != "PendingDeletion"
        if service == "s3":
            client("s3").head_bucket(Bucket=name)
        elif service == "sns":
            client("sns").get_topic_attributes(TopicArn=arn)
        elif service == "sqs":
            client("sqs").get_queue_url(QueueName=name)
        elif service == "cloudwatch" and name.startswith("alarm:"):
            asked = {"AlarmNames": [name.removeprefix("alarm:")], "AlarmTypes": ["MetricAlarm", "CompositeAlarm"]}
            told = client("cloudwatch").describe_alarms(**asked)
            return bool(told.get("MetricAlarms") or told.get("CompositeAlarms"))
        elif service == "budgets":
            account, budget = arn.split(":")[4], name.removeprefix("budget/")
            client("budgets").describe_budget(AccountId=account, BudgetName=budget)
    except NotFoundError:
        return False
    return True
