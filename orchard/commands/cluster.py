"""Up, down, what is there and what will end it; and the demonstration of it all."""

from typing import TYPE_CHECKING

from invoke import Context

from orchard.aws.layout import RAW
from orchard.base.console import as_json, say, screen, tell
from orchard.base.language import marked, tr
from orchard.commands.flags import RUN_HELP, SITE_HELP, answer, find_site, nothing_up, open_site
from orchard.commands.long import NOTIFY_HELP, long, work_on
from orchard.commands.task import command

if TYPE_CHECKING:
    from orchard.cluster.status.model import Status

NOTHING_TO_DO = marked(", so there is nothing to take down")


@command(
    help=SITE_HELP
    | NOTIFY_HELP
    | {
        "only": "foundation: everything but the cluster",
        "instance-type": "of all nodes (default: the setting)",
        "core-count": "core nodes, beside the primary (default: the setting)",
        "notebook": "studio (EMR Studio) or jupyterhub (on the cluster; default: the setting)",
    }
)
def up(
    _: Context,
    target: str | None = None,
    name: str = "default",
    only: str | None = None,
    instance_type: str | None = None,
    core_count: str | None = None,
    notebook: str | None = None,
    yes: bool = False,
    notify: bool = False,
) -> None:
    """Make the bucket, the roles, the Studio and the cluster, as far as they are not there."""
    from orchard.cluster import lifecycle

    lifecycle.check_part(only)
    site = open_site(
        target,
        name,
        start=True,
        instance_type=instance_type,
        core_count=core_count,
        notebook=notebook,
        notify=notify or None,
    )
    with long("up", None if only else work_on(site, "up"), notify=site.settings.notify):
        lifecycle.up(site, only=only, confirm=answer("yes", yes=yes))


@command(help=SITE_HELP)
def plan(_: Context, target: str | None = None, name: str = "default") -> None:
    """Show what `up` would do, and what it costs; changes nothing."""
    from orchard.cluster import lifecycle

    lifecycle.plan(open_site(target, name, start=True))


@command(help=SITE_HELP | NOTIFY_HELP)
def down(_: Context, target: str | None = None, name: str = "default", yes: bool = False, notify: bool = False) -> None:
    """End the cluster. The data, the roles and the Studio stay, and cost nothing by the hour."""
    from orchard.cluster import teardown

    site = find_site(target, name, notify=notify or None)
    if site is None:
        say(*nothing_up(NOTHING_TO_DO))
        return
    with long("down", work_on(site, "down"), notify=site.settings.notify):
        teardown.down(site, answer("yes", yes=yes))


@command(help=SITE_HELP | NOTIFY_HELP)
def cleanup(
    _: Context, target: str | None = None, name: str = "default", yes: bool = False, notify: bool = False
) -> None:
    """Delete everything, data and results in the bucket included, and prove that nothing is left."""
    from orchard.cluster import teardown

    site = find_site(target, name, notify=notify or None)
    if site is None:
        say(*nothing_up(NOTHING_TO_DO))
        return
    with long("cleanup", work_on(site, "cleanup"), notify=site.settings.notify):
        teardown.cleanup(site, answer(site.settings.project, yes=yes))


@command(
    help={name: RUN_HELP[name] for name in ("mode", "k", "max-images")}
    | NOTIFY_HELP
    | {"dataset": f"the directory of your photographs (default: ORCHARD_DATASET, or {RAW}, or drawn pictures)"}
)
def demo(
    _: Context,
    dataset: str | None = None,
    mode: str | None = None,
    k: str | None = None,
    max_images: str | None = None,
    notify: bool = False,
) -> None:
    """Up, run, results, cleanup on the local target, with your photographs or pictures drawn by Orchard."""
    from orchard.base import config
    from orchard.demo import run
    from orchard.report import opening

    settings = config.load(dataset=dataset, mode=mode, k=k, max_images=max_images, notify=notify or None)
    with long("demo", f"demo {settings.mode} {settings.max_images}", notify=settings.notify):
        page = run(settings)
    opening.offer(page)


@command(help={"json": "as data"})
def settings(_: Context, json: bool = False) -> None:
    """Print every setting that is in force."""
    from orchard.base import config

    if json:
        tell(config.load().model_dump_json(indent=2))
        return
    for name, value in config.load().model_dump().items():
        tell(f"{name:16} {value if value is not None else tr('(not set)')}")


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
        first, *others = nothing_up()
        tell("null" if json else tr(first))
        say(*others)
        return
    from orchard.cluster.status import watching
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
        screen().print(render(look(), shown_in(site.settings)))


@command(positional=["by"], help={"by": marked("how much longer: 2h, 90m, 1h30m")} | SITE_HELP)
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


@command(help={"target": SITE_HELP["target"], "json": "as data: what, and its remedy"})
def orphans(_: Context, target: str | None = None, json: bool = False) -> None:
    """List what carries the project's tag or name and Terraform does not know, with how to remove it. Exits 1 then."""
    site = find_site(target, "default")
    if site is None:
        tell("[]" if json else tr("Nothing is up."))
        return
    from invoke import Exit

    from orchard.infrastructure.orphans import find, remedy

    found = find(site.settings, site.target)
    if json:
        tell(as_json([{"what": item, "remedy": remedy(item)} for item in found]))
        raise Exit(code=1 if found else 0)
    if not found:
        tell(tr(f"No orphans: all that is tagged Project={site.settings.project} is in a Terraform state."))
        return
    for item in found:
        tell(f"{item}\n  {tr(remedy(item))}")
    say(
        "./inv up takes what it needs of these into the state, ./inv cleanup removes all. If somebody else's machine "
        "keeps the Terraform state of these, they are not orphans: ask first."
    )
    raise Exit(code=1)
