"""Ways in: the Studio, JupyterHub, Spark's pages; and the local AWS, for other clients."""

from invoke import Context

from orchard.base.console import say, tell
from orchard.base.errors import UsageError
from orchard.base.language import tr
from orchard.commands.flags import SITE_HELP, find_site, open_site
from orchard.commands.task import command


@command(help={"open": "open it in a browser, too", "target": SITE_HELP["target"], "name": SITE_HELP["name"]})
def studio(_: Context, open: bool = False, target: str | None = None, name: str = "default") -> None:
    """Print the address of EMR Studio, and the steps to a notebook on the cluster."""
    from orchard.cluster.access.studio import show

    tell(*map(tr, show(open_site(target, name), browse=open)))


@command(
    help={
        "spark-ui": "Spark's history instead of JupyterHub",
        "password": "let the primary node print JupyterHub's password",
        "close": "close all tunnels",
        "port": "on this machine (default: 9443, or 18080 for Spark's history)",
        "target": SITE_HELP["target"],
        "name": SITE_HELP["name"],
    }
)
def connect(
    _: Context,
    spark_ui: bool = False,
    password: bool = False,
    close: bool = False,
    port: str | None = None,
    target: str | None = None,
    name: str = "default",
) -> None:
    """Open a tunnel to JupyterHub on the cluster, in the background, and print its address."""
    from orchard.cluster.access import connect

    if port is not None and not (port.isdecimal() and 1024 <= int(port) <= 65535):
        raise UsageError(f"the port {port} cannot be used", "choose one from 1024 to 65535")
    if close:
        site = find_site(target, name)
        tell(*map(tr, connect.close(site) if site else ["no tunnel is open"]))
        return
    site = open_site(target, name)
    if password:
        tell(*map(tr, connect.show_password(site)))
        return
    service = connect.SPARK_UI if spark_ui else connect.HUB
    tell(*map(tr, connect.open_(site, service, int(port) if port else None)))


@command
def env(_: Context) -> None:
    """Print what points any AWS client of a shell at the local AWS: eval "$(./inv env)"."""
    from orchard.base import config
    from orchard.emulator import exports, process

    found = process.find()
    if found is None:
        raise UsageError(
            "no local AWS runs", "start it with ./inv up, or alone: .venv/bin/python -m orchard.emulator serve"
        )
    print(*exports.lines(exports.variables(found.endpoint, found.home, config.load().region)), sep="\n")
    say(exports.NOTE)
