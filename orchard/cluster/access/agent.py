"""Session Manager's agent on a node: without it, no session reaches the node."""

from typing import Any

from orchard.base.errors import OrchardError
from orchard.diagnosis.aws import AwsError

_SSH = 'access = "ssh" needs no agent: set it, then ./inv up --notebook jupyterhub'


def require(ssm: Any, instance: str) -> None:
    """Raise unless Session Manager reaches a node.

    Args:
        ssm: boto3's client.
        instance: the node's EC2 id.

    Raises:
        OrchardError: its agent never reported, or does so no more.
    """
    try:
        asked = [{"Key": "InstanceIds", "Values": [instance]}]
        told = ssm.describe_instance_information(Filters=asked)["InstanceInformationList"]
    except AwsError:
        return  # who may open sessions need not be allowed to list nodes; the session itself will tell
    if not told:
        raise OrchardError(
            f"the primary node {instance} is not registered with Session Manager (yet): its agent reports some "
            "minutes after the start, if there is one",
            f"wait and call again; {_SSH}",
        )
    if told[0]["PingStatus"] != "Online":
        raise OrchardError(
            f"Session Manager has lost the primary node {instance} ({told[0]['PingStatus']})",
            f"look at the cluster: ./inv status; {_SSH}",
        )
