"""What is there and what will end it: status, extend, orphans."""

from typing import TYPE_CHECKING

from invoke import Context

from orchard.commands.flags import SITE_HELP, find_site, open_site
from orchard.commands.task import command, say

if TYPE_CHECKING:
    from orchard.cluster.status.model import Status

if TYPE_CHECKING:
    pass

NOTHING = "Nothing is up."


@command(
    help={
        "name": "of one cluster; default: all",
        "json": "as data, in the format of orchard/cluster/status/status.schema.json",
        "watch": "look again and again, until no cluster lives or Ctrl-C",
        "target": SITE_HELP["target"],
    }
)
def status(
    _: Context, name: str | None = None, json: bool = False, watch: bool = False, target: str | None = None
) -> None:
    """Show the Studio and all clusters: state, nodes, steps, cost, what will end them, and what is orphaned."""
    site = find_site(target, name or "default")
    if site is None:
        print("null" if json else NOTHING)
        return
    from orchard.cluster.status import watch as watching
    from orchard.cluster.status.gather import gather
    from orchard.cluster.status.view import render
    from orchard.cost.money import shown_in

    def look() -> "Status":
        return gather(site.settings, site.target, name)

    if json:
        print(look().model_dump_json(indent=2))
    elif watch:
        # As often as steps are polled, and not more than a person can read.
        watching.watch(look, shown_in(site.settings), max(2.0, site.target.poll_interval))
    else:
        from rich.console import Console

        Console().print(render(look(), shown_in(site.settings)))


@command(positional=["by"], help={"by": "how much longer: 2h, 90m, 1h30m"} | SITE_HELP)
def extend(_: Context, by: str, name: str = "default", target: str | None = None) -> None:
    """Let a cluster live longer than its hard limit, up to a week after its creation."""
    from orchard.aws import scheduler
    from orchard.base import durations

    length = durations.parse(by)
    site = open_site(target, name)
    cluster = site.cluster()
    end = scheduler.extend(site.target.client("scheduler"), cluster.id, cluster.name, cluster.created, length)
    say(
        f"The cluster {cluster.name} now ends at {end:%Y-%m-%d %H:%M} UTC at the latest.",
        "The idle time-out stays as it is. Another ./inv up leaves this end alone.",
    )


@command(help={"target": SITE_HELP["target"]})
def orphans(_: Context, target: str | None = None) -> None:
    """List what carries the project's tag or name and Terraform does not know, with how to remove it. Exits 1 then."""
    site = find_site(target, "default")
    if site is None:
        print(NOTHING)
        return
    from invoke import Exit

    from orchard.infrastructure import orphans as search

    found = search.find(site.settings, site.target)
    if not found:
        print(f"No orphans: all that is tagged Project={site.settings.project} is in a Terraform state.")
        return
    for item in found:
        print(f"{item}\n  {search.remedy(item)}")
    say("If somebody else's machine keeps the Terraform state of these, they are not orphans: ask first.")
    raise Exit(code=1)
