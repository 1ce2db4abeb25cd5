"""Runs on the cluster."""

from invoke import Context

from orchard.cli import command
from orchard.commands.sites import RUN_HELP, SITE_HELP, open_site


@command(
    help=RUN_HELP
    | SITE_HELP
    | {
        "follow": "only watch a run that is under way",
        "deadline": "how long to watch, such as 2h or 90m (default: max_lifetime); the run goes on after it",
    }
)
def run(
    _: Context,
    mode: str | None = None,
    k: str | None = None,
    split: str | None = None,
    max_images: str | None = None,
    run_name: str | None = None,
    csv: bool = False,
    weights: str | None = None,
    follow: bool = False,
    deadline: str | None = None,
    target: str | None = None,
    name: str = "default",
) -> None:
    """Compute the features of the photographs in the bucket and their principal components, on the cluster."""
    from orchard import durations, pipeline

    within = durations.parse(deadline) if deadline else None
    site = open_site(target, name, mode=mode, k=k, split=split, max_images=max_images, weights=weights)
    if follow:
        pipeline.follow(site, run_name or pipeline.latest(site), within)
    else:
        pipeline.run(site, run_name, csv=csv, within=within)


@command(help={"run-name": "default: every open step", "target": SITE_HELP["target"], "name": SITE_HELP["name"]})
def cancel(_: Context, run_name: str | None = None, target: str | None = None, name: str = "default") -> None:
    """Stop a run's steps; what they wrote is kept."""
    from orchard import pipeline

    pipeline.cancel(open_site(target, name), run_name)
