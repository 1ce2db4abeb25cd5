"""Orchard's tasks. Each one parses its flags, calls the package and prints; `./inv --help TASK` explains it."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from typing import TYPE_CHECKING

from invoke import Collection, Context

from orchard.cli import command, say
from orchard.commands import check, check_infrastructure, tf
from orchard.errors import UsageError

if TYPE_CHECKING:
    from orchard.lifecycle import Confirm, Site

NOTHING_UP = "Nothing is up, so there is nothing to take down."
SITE_HELP = {
    "target": "local (an AWS emulated on this machine) or aws",
    "name": "of the cluster, where there are several",
    "yes": "do not ask",
}
RUN_HELP = {
    "mode": "mini (a sample spread over the classes), apples (the classes Apple*) or full",
    "k": "principal components: a number (50) or a share of the variance (0.95)",
    "split": "Training or Test",
    "max-images": "the size of the mini sample",
    "run-name": "a name instead of the time and the mode; an interrupted run of that name goes on where it stopped",
    "csv": "write the scores as CSV too",
    "weights": "a MobileNetV2 weights file (default: found or fetched)",
}


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
    from orchard import lifecycle

    site = open_site(target, name, start=True, instance_type=instance_type, core_count=core_count, notebook=notebook)
    lifecycle.up(site, only=only, confirm=answer("yes", yes=yes))


@command(help=SITE_HELP)
def plan(_: Context, target: str | None = None, name: str = "default") -> None:
    """Show what `up` would do, and what it costs; changes nothing."""
    from orchard import lifecycle

    lifecycle.plan(open_site(target, name, start=True))


@command(name="fetch-dataset", help={"archive": "the address of a ZIP of Fruits-360 (default: the setting)"})
def fetch_dataset(_: Context, archive: str | None = None) -> None:
    """Download the published Fruits-360 archive and unpack its photographs into data/raw/."""
    from orchard import config
    from orchard import dataset as photographs

    say(*photographs.fetch(config.load(archive=archive)))


@command(
    name="upload-dataset",
    help={
        "target": SITE_HELP["target"],
        "dataset": "the directory above Training and Test (default: ORCHARD_DATASET, or data/raw/)",
        "delete": "delete photographs from the bucket that the data set does not have",
        "plan": "show what would be sent, in how many requests, and what they cost; changes nothing",
    },
)
def upload_dataset(
    _: Context, target: str | None = None, dataset: str | None = None, delete: bool = False, plan: bool = False
) -> None:
    """Upload photographs in the Fruits-360 layout to the bucket: what it lacks, or has with another content."""
    from orchard import dataset as photographs

    site = open_site(target, "default", dataset=dataset)
    place, store = photographs.place_of(site.settings), site.bucket()
    if plan:
        print(*photographs.plan(place, store, delete=delete, free=site.target.free), sep="\n")
    else:
        say(*photographs.send(place, store, delete=delete))


@command(help=RUN_HELP | SITE_HELP | {"follow": "only watch a run that is under way"})
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
    target: str | None = None,
    name: str = "default",
) -> None:
    """Compute the features of the photographs in the bucket and their principal components, on the cluster."""
    from orchard import pipeline

    site = open_site(target, name, mode=mode, k=k, split=split, max_images=max_images, weights=weights)
    if follow:
        pipeline.follow(site, run_name or pipeline.latest(site))
    else:
        pipeline.run(site, run_name, csv=csv)


@command(help={"run-name": "default: every open step", "target": SITE_HELP["target"], "name": SITE_HELP["name"]})
def cancel(_: Context, run_name: str | None = None, target: str | None = None, name: str = "default") -> None:
    """Stop a run's steps; what they wrote is kept."""
    from orchard import pipeline

    pipeline.cancel(open_site(target, name), run_name)
    say("Cancelled; ./inv run --run-name NAME goes on where it stopped.")


@command(
    name="download-results",
    aliases=["results"],
    help={
        "run-name": "default: the newest complete run",
        "incomplete": "take what a run has that is not complete",
        "force": "replace files on this machine that differ",
        "target": SITE_HELP["target"],
    },
)
def download_results(
    _: Context,
    run_name: str | None = None,
    incomplete: bool = False,
    force: bool = False,
    target: str | None = None,
) -> None:
    """Download a run's features and PCA to data/emr_output/."""
    from orchard import results as found

    store = open_site(target, "default").bucket()
    for kind, folder in found.download(store, run_name, incomplete=incomplete, force=force).items():
        print(f"{kind:9} {folder}")


@command(help={"target": SITE_HELP["target"], "name": SITE_HELP["name"]})
def down(_: Context, target: str | None = None, name: str = "default") -> None:
    """End the cluster. The data, the roles and the Studio stay, and cost nothing by the hour."""
    from orchard import lifecycle

    site = find_site(target, name)
    lifecycle.down(site) if site else say(NOTHING_UP)


@command(help=SITE_HELP)
def cleanup(_: Context, target: str | None = None, name: str = "default", yes: bool = False) -> None:
    """Delete everything, data and results in the bucket included, and prove that nothing is left."""
    from orchard import config, lifecycle

    site = find_site(target, name)
    lifecycle.cleanup(site, answer(config.load().project, yes=yes)) if site else say(NOTHING_UP)


@command(help={name: RUN_HELP[name] for name in ("mode", "k", "max-images")})
def demo(_: Context, mode: str | None = None, k: str | None = None, max_images: str | None = None) -> None:
    """Up, run, results, cleanup on the local target, with your photographs or pictures drawn by Orchard."""
    from orchard import config
    from orchard import demo as demonstration

    demonstration.run(config.load(mode=mode, k=k, max_images=max_images))


@command
def settings(_: Context) -> None:
    """Print every setting that is in force."""
    from orchard import config

    for name, value in config.load().model_dump().items():
        print(f"{name:16} {value if value is not None else '(not set)'}")


def find_site(target: str | None, name: str, *, start: bool = False, **flags: object) -> "Site | None":
    """Read the settings and connect to the target; None when nothing is up there (and is not to be started)."""
    from orchard import config
    from orchard import target as targets
    from orchard.lifecycle import Site

    chosen = config.load(target=target, **flags)
    place = targets.connect(chosen, start=start)
    return Site(chosen, place, name) if place else None


def open_site(target: str | None, name: str, *, start: bool = False, **flags: object) -> "Site":
    """Like `find_site`, for tasks that need something to be up."""
    site = find_site(target, name, start=start, **flags)
    if site is None:
        raise UsageError("nothing is up", "start with ./inv up")
    return site


def answer(word: str, *, yes: bool) -> "Confirm":
    """Return what asks the user, or what says `word` without asking."""
    from orchard.cli import ask

    return (lambda _: word) if yes else ask


namespace = Collection(up, plan, fetch_dataset, upload_dataset, run, cancel, download_results, down, cleanup, demo)
namespace.add_task(settings)
namespace.add_task(check.test)
namespace.add_collection(Collection.from_module(tf, name="tf"))
checks = Collection.from_module(check, name="check")
for task in Collection.from_module(check_infrastructure).tasks.values():
    checks.add_task(task)
namespace.add_collection(checks)
