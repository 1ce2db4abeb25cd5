"""`connect`: a tunnel to JupyterHub or to Spark's history on the primary node, in the background."""

import ssl
import subprocess
import urllib.error
import urllib.request
from pathlib import Path
from typing import NamedTuple

from orchard.aws.emr import Emr
from orchard.base.errors import OrchardError, UsageError
from orchard.cluster.access import primary, tunnel
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
    try:
        line = _line(site, node, service.port, local)
        opened = tunnel.open_(folder, cluster.id, service.port, local, line, site.target.environment)
    except UsageError:
        raise
    except OrchardError as error:
        raise OrchardError(error.cause, error.remedy if site.target.reachable else EMULATED) from None
    address = f"{service.scheme}://127.0.0.1:{opened.local}"
    said = [f"{service.name} of {cluster.name}: {address}"]
    if not _answers(address):
        said.append("The tunnel is open, and nothing answers behind it yet: applications start after the nodes.")
    if service is HUB:
        said += [
            "The certificate is the node's own, so the browser warns: the tunnel encrypts and vouches for it.",
            "User: jovyan. Password: ./inv connect --password shows it.",
        ]
    return [*said, "Close it with ./inv connect --close."]


def close(site: Site) -> list[str]:
    """Close all tunnels of the target; returns what to tell the user."""
    closed = tunnel.close(ssh_key.folder(site.target))
    return [f"closed: 127.0.0.1:{found.local} to port {found.remote} of {found.cluster}" for found in closed] or [
        "no tunnel is open"
    ]


def show_password(site: Site) -> None:
    """Let the primary node print JupyterHub's password, on the terminal and nowhere else.

    Raises:
        OrchardError: it cannot be reached, or has no password of its own.
    """
    node = primary.find(Emr(site.target).api, site.cluster().id)
    if site.settings.access == "ssm":
        line = primary.ssm_password(node, site.target.region)
    else:
        line = primary.ssh_password(node, ssh_key.private(site.target, make=False), _known_hosts(site))
    try:
        code = subprocess.run(line, env=site.target.environment, check=False).returncode
    except FileNotFoundError:
        raise OrchardError(f"there is no {line[0]} on this machine", "./inv doctor says what connect needs") from None
    if code:
        remedy = "it is set some minutes after the start; until then JupyterHub has EMR's own: jovyan and jupyter"
        raise OrchardError("the primary node gave no password", remedy if site.target.reachable else EMULATED)


def _line(site: Site, node: Primary, remote: int, local: int) -> list[str]:
    if site.settings.access == "ssm":
        return primary.ssm_tunnel(node, site.target.region, remote, local)
    if not node.ssh_open:
        remedy = 'set access = "ssm", which needs no key; or ./inv up --notebook jupyterhub with access = "ssh"'
        raise UsageError("the cluster was made without a key pair, so SSH is closed", remedy)
    if not node.host:
        raise UsageError("the primary node has a private address only", 'set access = "ssm"')
    return primary.ssh_tunnel(node, ssh_key.private(site.target, make=False), _known_hosts(site), remote, local)


def _known_hosts(site: Site) -> Path:
    return ssh_key.folder(site.target) / "known_hosts"


def _answers(address: str) -> bool:
    """Tell whether a web server answers, with whatever page and certificate."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context))
    try:
        opener.open(address, timeout=10).close()
    except urllib.error.HTTPError:
        return True
    except (OSError, ValueError):
        return False
    return True
