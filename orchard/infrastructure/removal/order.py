"""What goes in which order, whoever made it and whatever state knows it."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from orchard.aws import scheduler
from orchard.aws.emr import name_within
from orchard.aws.target import Target
from orchard.base.console import say
from orchard.diagnosis.aws import AwsError
from orchard.infrastructure.ours.place import key_alias
from orchard.infrastructure.removal import account, network


class _Kind(NamedTuple):
    """A kind: what names one, with a group for what it is removed by; the whole where there is no group."""

    pattern: re.Pattern[str]
    remove: Callable[[Target, str], None]


def _kinds(*pairs: tuple[str, Callable[[Target, str], None]]) -> tuple[_Kind, ...]:
    return tuple(_Kind(re.compile(pattern), remove) for pattern, remove in pairs)


# What costs by the hour goes first, and nothing before what stands on it or in it.
_ORDER = _kinds(
    (r"^cluster (j-\w+)", account.cluster),
    (r":ec2:.*:instance/(.+)", network.instance),
    (r":ec2:.*:natgateway/(.+)", network.nat_gateway),
    (r":ec2:.*:elastic-ip/(.+)", network.address),
    (r"^endpoint (vpce-\w+)|:ec2:.*:vpc-endpoint/(.+)", network.endpoint),
    (r":ec2:.*:volume/(.+)", network.volume),
    (r"^schedule (.+)", account.schedule),
    (r"^security configuration (.+)", account.security_configuration),
    (r"^Studio (es-\w+)", account.studio),
    (r":cloudwatch:.*:alarm:(.+)", account.alarm),
    (r"^arn:aws:sns:.+", account.topic),
    (r":sqs:.*:([^:]+)", account.queue),
    (r":budgets:.*:budget/(.+)", account.budget),
    (r":ec2:.*:network-interface/(.+)", network.interface),
    (r":ec2:.*:security-group/(.+)", network.rules),
    (r":ec2:.*:security-group/(.+)", network.group),
    (r":ec2:.*:key-pair/(.+)", network.key_pair),
    (r":ec2:.*:subnet/(.+)", network.subnet),
    (r":ec2:.*:route-table/(.+)", network.route_table),
    (r":ec2:.*:internet-gateway/(.+)", network.internet_gateway),
    (r":ec2:.*:vpc/(.+)", network.vpc),
    (r":iam:.*:instance-profile/(.+)", account.profile),
    (r":iam:.*:role/(.+)", account.role),
    (r"^group (.+)", account.users),
    (r"^arn:aws:iam:.*:policy/.+", account.policy),
    (r"^arn:aws:s3:::(.+)", account.bucket),
    (r"^alias (.+)", account.alias),
    (r":kms:.*:key/(.+)", account.key),
)


def remove(target: Target, items: Iterable[str]) -> list[str]:
    """Remove things, each kind after what stands on it; what is gone already is passed over.

    Args:
        target: where.
        items: ARNs, or phrases as `orchard.aws.tags` and this module say them.

    Returns:
        what could not be removed, each with AWS's reason; `orphans` has a command for each.
    """
    items, refused = sorted(items), []
    for kind in _ORDER:
        for item in items:
            if not (found := kind.pattern.search(item)):
                continue
            try:
                kind.remove(target, next((part for part in found.groups() if part), found[0]))
            except AwsError as error:
                if not network.is_gone(error):
                    refused.append(f"{item} ({error.cause})")
    return refused


def untagged(target: Target, project: str) -> list[str]:
    """List what has the project's name and can carry no tag: schedules, configurations, groups of users, the alias.

    Raises:
        AwsError: AWS refuses one of the searches.
    """
    mine = f"{project}-{target.region}-studio-"
    found = [f"group {group}" for group in _listed(target, "iam", "list_groups", "Groups", "GroupName")]
    found = [item for item in found if item.removeprefix("group ").startswith(mine)]
    aliases = _listed(target, "kms", "list_aliases", "Aliases", "AliasName")
    found += [f"alias {name}" for name in aliases if name == key_alias(project)]
    for name in _listed(target, "scheduler", "list_schedules", "Schedules", "Name"):
        if (cluster := scheduler.cluster_of(name)) and name_within(cluster, project):
            found.append(f"schedule {name}")
    return found + [item for name, item in _configurations(target) if name_within(name, project)]


def of_cluster(target: Target, project: str, name: str) -> list[str]:
    """List all that lives with one cluster, by its name, except the cluster itself.

    Args:
        target: where.
        project: whose tag it must carry, where it can.
        name: of the cluster on EMR.

    Raises:
        AwsError: AWS refuses one of the searches.
    """
    ec2, here = target.client("ec2"), f"arn:aws:ec2:{target.region}:{target.account()}"
    kinds = (
        ("natgateway", "describe_nat_gateways", "NatGateways", "NatGatewayId", {"tag:Name": name}),
        ("elastic-ip", "describe_addresses", "Addresses", "AllocationId", {"tag:Name": f"{name}-nat"}),
        ("security-group", "describe_security_groups", "SecurityGroups", "GroupId", {"group-name": f"{name}-ssh"}),
        ("key-pair", "describe_key_pairs", "KeyPairs", "KeyPairId", {"key-name": name}),
    )
    limit = scheduler.hard_limit(target.client("scheduler"), name)
    found = [f"schedule {scheduler.name_of(name)}"] if limit else []
    found += [item for whose, item in _configurations(target) if whose == name]
    for kind, operation, answer, member, wanted in kinds:
        filters = [{"Name": n, "Values": [v]} for n, v in {**wanted, "tag:Project": project}.items()]
        there = getattr(ec2, operation)(Filters=filters)[answer]
        found += [f"{here}:{kind}/{item[member]}" for item in there if item.get("State") not in ("deleting", "deleted")]
    alarms = target.client("cloudwatch").describe_alarms(AlarmNames=[f"{name}-idle"])["MetricAlarms"]
    return found + [alarm["AlarmArn"] for alarm in alarms]


def _configurations(target: Target) -> Iterator[tuple[str, str]]:
    """Yield EMR's security configurations, each with the name of the cluster that it was made for."""
    for name in _listed(target, "emr", "list_security_configurations", "SecurityConfigurations", "Name"):
        if found := re.fullmatch(r"(.+)-\d{18}[0-9a-f]{8}", name):  # as Terraform goes on after a `name_prefix`
            yield found[1], f"security configuration {name}"


def _listed(target: Target, service: str, operation: str, answer: str, member: str) -> list[str]:
    pages = target.client(service).get_paginator(operation).paginate()
    return [item[member] for page in pages for item in page[answer]]


def everything(target: Target, project: str, found: Iterable[str]) -> list[str]:
    """Remove all that is the project's, as far as AWS lets it be; says what, and returns what `remove` does.

    Args:
        target: where.
        project: whose.
        found: what carries its tag or name, as `orchard.aws.tags.tagged` lists it.
    """
    items = sorted({*found, *untagged(target, project)})
    if items:
        say(f"No state of Terraform's knows {len(items)} that are ours; removing: {', '.join(items)} ...")
    return remove(target, items)
