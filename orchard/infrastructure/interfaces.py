"""Network interfaces that EMR Studio's Workspaces hold in the Studio's security groups.

A group cannot be deleted while one is in it (EC2 API Reference, DeleteSecurityGroup), which Terraform finds out after
fifteen minutes of trying. Workspaces have no API, so people must end them.
"""

from collections.abc import Mapping
from typing import Any

from orchard.aws.target import Target
from orchard.base.errors import OrchardError

GROUPS = ("engine", "workspace")  # of the foundation's security groups, the Studio's


def refuse_workspaces(target: Target, foundation: Mapping[str, Any]) -> None:
    """Make sure that no Workspace stands in the way of the foundation's end.

    Args:
        target: where.
        foundation: the foundation root's output of that name.

    Raises:
        OrchardError: some do; names their interfaces.
    """
    groups = foundation.get("security_group_ids", {})
    studios = [groups[name] for name in GROUPS if name in groups]
    if not studios:
        return
    pages = target.client("ec2").get_paginator("describe_network_interfaces")
    found = pages.paginate(Filters=[{"Name": "group-id", "Values": studios}])
    theirs = [entry for page in found for entry in page["NetworkInterfaces"] if not _is_a_nodes(entry)]
    if theirs:
        named = ", ".join(f"{i['NetworkInterfaceId']} ({i.get('Description') or i['Status']})" for i in theirs)
        raise OrchardError(
            f"network interfaces, of Workspaces most likely, are in the Studio's security groups: {named}",
            "stop or delete the Workspaces in the EMR console, under Studios, wait until the interfaces are gone, and "
            "call again; one that nothing uses goes by aws ec2 delete-network-interface --network-interface-id ID",
        )


def _is_a_nodes(interface: dict[str, Any]) -> bool:
    """Whether it belongs to an instance of this account: a cluster's node, which goes with the cluster."""
    attached = interface.get("Attachment", {})
    return bool(attached.get("InstanceId")) and attached.get("InstanceOwnerId") == interface["OwnerId"]
