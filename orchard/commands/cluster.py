"""Up, down, and the demonstration of both."""

from invoke import Context

from orchard.commands.flags import NOTHING_UP, RUN_HELP, SITE_HELP, answer, find_site, open_site
from orchard.commands.task import command, say


@command(help=SITE_HELP | {"only": "foundation: everything but the cluster", "instance-type": "of all nodes"})
def up(
    _: Context,
    target: str | None = None,
    name: str = "default",
    only: str | None = None,
    instance_type: str | None = None,
    core_count: str | None = None,
    notebook: str | None = None,
    yes: bool = False,
) -> None:
    """Make the bucket, the roles, the Studio and the cluster, as far as they are not there."""
    from orchard.cluster import lifecycle

    site = open_site(target, name, start=True, instance_type=instance_type, core_count=core_count, notebook=notebook)
    lifecycle.up(site, only=only, confirm=answer("yes", yes=yes))


@command(help=SITE_HELP)
def plan(_: Context, target: str | None = None, name: str = "default") -> None:
    """Show what `up` would do, and what it costs; changes nothing."""
    from orchard.cluster import lifecycle

    lifecycle.plan(open_site(target, name, start=True))


@command(help={"target": SITE_HELP["target"], "name": SITE_HELP["name"]})
def down(_: Context, target: str | None = None, name: str = "default") -> None:
    """End the cluster. The data, the roles and the Studio stay, and cost nothing by the hour."""
    from orchard.cluster import lifecycle

    site = find_site(target, name)
    lifecycle.down(site) if site else say(NOTHING_UP)


@command(help=SITE_HELP)
def cleanup(_: Context, target: str | None = None, name: str = "default", yes: bool = False) -> None:
    """Delete everything, data and results in the bucket included, and prove that nothing is left."""
    from orchard.base import config
    from orchard.cluster import lifecycle

    site = find_site(target, name)
    lifecycle.cleanup(site, answer(config.load().project, yes=yes)) if site else say(NOTHING_UP)


@command(help={name: RUN_HELP[name] for name in ("mode", "k", "max-images")})
def demo(_: Context, mode: str | None = None, k: str | None = None, max_images: str | None = None) -> None:
    """Up, run, results, cleanup on the local target, with your photographs or pictures drawn by Orchard."""
    from orchard import demo as demonstration
    from orchard.base import config

    demonstration.run(config.load(mode=mode, k=k, max_images=max_images))


@command
def settings(_: Context) -> None:
    """Print every setting that is in force."""
    from orchard.base import config

    for name, value in config.load().model_dump().items():
        print(f"{name:16} {value if value is not None else '(not set)'}")
