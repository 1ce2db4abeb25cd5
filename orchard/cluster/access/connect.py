"""`connect`: a tunnel to JupyterHub, to Spark's history or to Livy on the primary node, in the background."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import urllib3
from urllib3.exceptions import HTTPError

from orchard.aws.emr import Cluster, Emr
from orchard.base.errors import OrchardError, UsageError
from orchard.base.language import marked
from orchard.cluster.access import agent, password, primary, tunnel
from orchard.cluster.access.primary import Primary
from orchard.cluster.site import Site
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
LIVY = Service("Livy", 8998, "http", "Livy")
NO_MACHINES = "the nodes of an emulated cluster are no machines, so nothing can be connected to"
EMULATED = "on AWS it can: --target aws; notebooks run here, too: ./inv notebooks --local"


def open_(site: Site, service: Service, port: int | None) -> list[str]:
    """Open the tunnel, unless it is open; returns what to tell the user.

    Raises:
        UsageError: the cluster does not have the service.
        OrchardError: no cluster is up or it is still starting, or the tunnel does not open.
    """
    cluster = site.cluster()
    address = _forward(site, cluster, service, port or service.port)
    lines = [f"{service.name} of {cluster.name}: {address}"]
    if not _answers(address):
        lines.append(
            marked("The tunnel is open, and nothing answers behind it yet: applications start after the nodes.")
        )
    if service is HUB:
        lines += [
            marked("The certificate is the node's own, so the browser warns: the tunnel encrypts and vouches for it."),
            marked("User: jovyan. Password: ./inv connect --password shows it."),
        ]
    return [*lines, "Close it with ./inv connect --close."]


def livy(site: Site) -> str:
    """Return the URL of the cluster's Livy, behind a tunnel where no other way leads to it.

    Raises:
        OrchardError: as `open_`.
    """
    cluster = site.cluster()
    if site.target.livy:
        return site.target.livy.format(cluster=cluster.id)
    port = LIVY.port if not tunnel.listens(LIVY.port) else tunnel.free_port()
    return _forward(site, cluster, LIVY, port)


def _forward(site: Site, cluster: Cluster, service: Service, port: int) -> str:
    """Open the tunnel from a port of this machine, unless one to the service is open; returns its address."""
    if cluster.state in ("STARTING", "BOOTSTRAPPING"):
        raise OrchardError(f"the cluster {cluster.name} is still {cluster.state}", "call again when it is WAITING")
    node = primary.find(Emr(site.target).api, cluster.id)
    if service.application not in node.applications:
        raise UsageError(
            f"the cluster {cluster.name} has no {service.application}: it was made for EMR Studio",
            "./inv studio leads there; a cluster with one: ./inv up --name hub --notebook jupyterhub",
        )
    with _emulated_or_not(site):
        if site.settings.access == "ssm":
            agent.require(site.target.client("ssm"), node.instance)
            command = primary.ssm_tunnel(node, site.target.region, service.port, port)
        else:
            command = primary.ssh_tunnel(node, *_key(site, node), service.port, port)
        folder = ssh_key.folder(site.target)
        opened = tunnel.open_(folder, cluster.id, service.port, port, command, site.target.environment)
    return f"{service.scheme}://127.0.0.1:{opened.local}"


def close(site: Site) -> list[str]:
    """Close all tunnels of the target; returns what to tell the user."""
    tunnels = tunnel.close(ssh_key.folder(site.target))
    lines = [f"closed: 127.0.0.1:{closed.local} to port {closed.remote} of {closed.cluster}" for closed in tunnels]
    return lines or ["no tunnel is open"]


def show_password(site: Site) -> list[str]:
    """Let the primary node tell JupyterHub's password; returns what to tell the user.

    Raises:
        OrchardError: it cannot be reached, or has no password of its own.
    """
    node = primary.find(Emr(site.target).api, site.cluster().id)
    with _emulated_or_not(site):
        if site.settings.access == "ssm":
            agent.require(site.target.client("ssm"), node.instance)
            line = primary.ssm_password(node, site.target.region)
        else:
            line = primary.ssh_password(node, *_key(site, node))
        told = password.ask(line, site.target.environment)
    return [f"User: jovyan. Password: {told.password}", *([f"The hub: {told.hub}."] if told.hub else [])]


@contextmanager
def _emulated_or_not(site: Site) -> Iterator[None]:
    """Say of what fails on the way to an emulated node that there is none; wrong usage is wrong there, too."""
    try:
        yield
    except UsageError:
        raise
    except OrchardError:
        if site.target.reachable:
            raise
        raise OrchardError(NO_MACHINES, EMULATED) from None


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
