"""The primary node of a cluster, and the commands that lead to it."""

import json
from pathlib import Path
from typing import Any, NamedTuple

from orchard.base.errors import OrchardError
from orchard.cluster.access import password

USER = "hadoop"  # EMR's, on every node


class Primary(NamedTuple):
    """A primary node.

    Attributes:
        instance: its EC2 id.
        host: its public name, empty in a private network.
        ssh_open: whether the cluster was made with a key pair.
        applications: on the cluster.
    """

    instance: str
    host: str
    ssh_open: bool
    applications: frozenset[str]


def find(emr: Any, cluster_id: str) -> Primary:
    """Ask for the primary node.

    Args:
        emr: boto3's client.
        cluster_id: `j-...`.

    Raises:
        OrchardError: no primary node is running.
    """
    cluster = emr.describe_cluster(ClusterId=cluster_id)["Cluster"]
    nodes = emr.list_instances(ClusterId=cluster_id, InstanceGroupTypes=["MASTER"])["Instances"]
    if not nodes:
        raise OrchardError(f"the primary node of {cluster_id} is not running", "wait until the cluster is WAITING")
    return Primary(
        nodes[0]["Ec2InstanceId"],
        nodes[0].get("PublicDnsName") or nodes[0].get("PublicIpAddress", ""),
        bool(cluster.get("Ec2InstanceAttributes", {}).get("Ec2KeyName")),
        frozenset(entry["Name"] for entry in cluster.get("Applications", [])),
    )


def _ssh(node: Primary, key: Path, known_hosts: Path) -> list[str]:
    """Return ssh and its options for the node, the tunnel's or command's own to follow."""
    options = {
        "BatchMode": "yes",
        "ConnectTimeout": "10",
        "ExitOnForwardFailure": "yes",
        "HostKeyAlias": node.instance,  # names come back with other machines behind them, instance ids do not
        "IdentitiesOnly": "yes",
        "ServerAliveInterval": "30",
        "StrictHostKeyChecking": "accept-new",
        "UserKnownHostsFile": str(known_hosts),
    }
    return ["ssh", "-i", str(key), *(word for name, value in options.items() for word in ("-o", f"{name}={value}"))]


def ssh_tunnel(node: Primary, key: Path, known_hosts: Path, remote: int, local: int) -> list[str]:
    """Return the command that forwards a port by SSH."""
    forward = f"127.0.0.1:{local}:localhost:{remote}"
    return [*_ssh(node, key, known_hosts), "-N", "-L", forward, f"{USER}@{node.host}"]


def ssh_password(node: Primary, key: Path, known_hosts: Path) -> list[str]:
    """Return the command that prints JupyterHub's password by SSH."""
    return [*_ssh(node, key, known_hosts), f"{USER}@{node.host}", password.command("", sudo=False)]


def ssm_tunnel(node: Primary, region: str, remote: int, local: int) -> list[str]:
    """Return the command that forwards a port by Session Manager (Systems Manager User Guide, "Start a session")."""
    ports = {"portNumber": [str(remote)], "localPortNumber": [str(local)]}
    return _session(node, region, "AWS-StartPortForwardingSession", ports)


def ssm_password(node: Primary, region: str) -> list[str]:
    """Return the command that prints JupyterHub's password by Session Manager."""
    command = [password.command(f"/home/{USER}/", sudo=True)]
    return _session(node, region, "AWS-StartInteractiveCommand", {"command": command})


def _session(node: Primary, region: str, document: str, parameters: dict[str, list[str]]) -> list[str]:
    start = ["aws", "ssm", "start-session", "--region", region, "--target", node.instance]
    return [*start, "--document-name", document, "--parameters", json.dumps(parameters)]
