"""`connect`: a tunnel to JupyterHub or to Spark's history on the primary node, in the background."""

import subprocess
import warnings
from pathlib import Path
from typing import NamedTuple

import urllib3
from urllib3.exceptions import HTTPError

from orchard.aws.emr import Emr
from orchard.base.errors import OrchardError, UsageError
from orchard.cluster.access import primary, tunnel
from orchard.cluster.access.primary import Primary
from orchard.cluster.site import Site
from orchard.diagnosis.tunnel import missing
from orchard.infrastructure import ssh_key


class Service(NamedTuple):
    """What can be reached on a primary node.

    Attributes:
        name: for people.
        port: on the node, and on this machine unless the user says otherwise.
        scheme: of its address.
        application: that the cluster must have.
    """

    name: str
    port: int
    scheme: str
    application: str


HUB = Service("JupyterHub", 9443, "https", "JupyterHub")
SPARK_UI = Service("Spark's history", 18080, "http", "Spark")
EMULATED = "the nodes of an emulated cluster are no machines: nothing can be connected to; on AWS: --target aws"


def open_(site: Site, service: Service, port: int | None) -> list[str]:
    """Open the tunnel, unless it is open; returns what to tell the user.

    Raises:
        UsageError: the cluster does not have the service.
        OrchardError: no cluster is up or it is still starting, or the tunnel does not open.
    """
    cluster = site.cluster()
    if cluster.state in ("STARTING", "BOOTSTRAPPING"):
        raise OrchardError(f"the cluster {cluster.name} is still {cluster.state}", "call again when it is WAITING")
    node = primary.find(Emr(site.target).api, cluster.id)
    if service.application not in node.applications:
        raise UsageError(
            f"the cluster {cluster.name} has no {service.application}: it was made for EMR Studio",
            "./inv studio leads there; a cluster with one: ./inv up --name hub --notebook jupyterhub",
        )
    local, folder = port or service.port, ssh_key.folder(site.target)
    if site.settings.access == "ssm":
        command = primary.ssm_tunnel(node, site.target.region, service.port, local)
    else:
        command = primary.ssh_tunnel(node, *_key(site, node), service.port, local)
    try:
        opened = tunnel.open_(folder, cluster.id, service.port, local, command, site.target.environment)
    except OrchardError as error:
        raise OrchardError(error.cause, error.remedy if site.target.reachable else EMULATED) from None
    address = f"{service.scheme}://127.0.0.1:{opened.local}"
    lines = [f"{service.name} of {cluster.name}: {address}"]
    if not _answers(address):
        lines.append("The tunnel is open, and nothing answers behind it yet: applications start after the nodes.")
    if service is HUB:
        lines += [
            "The certificate is the node's own, so the browser warns: the tunnel encrypts and vouches for it.",
            "User: jovyan. Password: ./inv connect --password shows it.",
        ]
    return [*lines, "Close it with ./inv connect --close."]


def close(site: Site) -> list[str]:
    """Close all tunnels of the target; returns what to tell the user."""
    tunnels = tunnel.close(ssh_key.folder(site.target))
    lines = [f"closed: 127.0.0.1:{closed.local} to port {closed.remote} of {closed.cluster}" for closed in tunnels]
    return lines or ["no tunnel is open"]


def show_password(site: Site) -> None:
    """Let the primary node print JupyterHub's password, on the terminal and nowhere else.

    Raises:
        OrchardError: it cannot be reached, or has no password of its own.
    """
    node = primary.find(Emr(site.target).api, site.cluster().id)
    if site.settings.access == "ssm":
        command = primary.ssm_password(node, site.target.region)
    else:
        command = primary.ssh_password(node, *_key(site, node))
    try:
        code = subprocess.run(command, env=site.target.environment, check=False).returncode
    except FileNotFoundError:
        raise missing(command[0]) from None
    if code:
        remedy = "it is set some minutes after the start; until then JupyterHub has EMR's own: jovyan and jupyter"
        raise OrchardError("the primary node gave no password", remedy if site.target.reachable else EMULATED)


def _key(site: Site, node: Primary) -> tuple[Path, Path]:
    """Return the private key for SSH to a node, and the file of the hosts that are known."""
    if not node.ssh_open:
        remedy = 'set access = "ssm", which needs no key; or ./inv up --notebook jupyterhub with access = "ssh"'
        raise UsageError("the cluster was made without a key pair, so SSH is closed", remedy)
    if not node.host:
        raise UsageError("the primary node has a private address only", 'set access = "ssm"')
    return ssh_key.private(site.target, make=False), ssh_key.folder(site.target) / "known_hosts"


def _answers(address: str) -> bool:
    """Tell whether a web server answers, with whatever page and certificate."""
    with urllib3.PoolManager(cert_reqs="CERT_NONE") as pool, warnings.catch_warnings(action="ignore"):
        try:
            return pool.request("GET", address, timeout=10, retries=False).status > 0
        except HTTPError:
            return False
