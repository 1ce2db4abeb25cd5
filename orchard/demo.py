"""The whole path on the local target, from nothing to nothing: up, run, results, cleanup, and the run's report."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Event

from orchard.aws.emr import Emr
from orchard.aws.layout import RAW
from orchard.aws.target import connect
from orchard.base import waiting
from orchard.base.config import Settings
from orchard.base.console import say, tell
from orchard.base.errors import UsageError
from orchard.base.language import tr
from orchard.cluster import lifecycle, teardown
from orchard.cluster.site import Site
from orchard.photographs import dataset, upload
from orchard.runs import pipeline, results, throughput

SAMPLE = 1_000  # photographs: enough for any mode to show itself, and uploaded while the cluster starts


def run(settings: Settings) -> Path:
    """Run the demonstration, leave only the results behind, and return the page of the report.

    Raises:
        UsageError: the local AWS is in use already; the demonstration would delete what it holds.
        OrchardError: a part failed; the local AWS is taken down all the same.
    """
    settings = settings.model_copy(update={"target": "local"})
    if connect(settings, start=False) is not None:
        raise UsageError(
            "the local AWS is up already, and the demo deletes what it makes there",
            "use what is there (./inv run), or clear it away first: ./inv cleanup",
        )
    folder, drawn = dataset.find_or_draw(settings)
    if drawn:
        say(f"There are no photographs in {RAW}, so this runs on {drawn} fruit-like pictures drawn by Orchard.")
    settings = settings.model_copy(update={"split": dataset.split_of(folder, settings.split)})
    folder, total = dataset.sample(folder, settings.split, SAMPLE)
    if total > SAMPLE:
        say(f"You have {total:,} photographs in {settings.split}; the demo takes about {SAMPLE:,}, spread evenly.")
    target = connect(settings)
    assert target is not None  # noqa: S101 - started when it was not there
    site = Site(settings, target)
    try:
        names: list[str] = []
        begin = partial(_begin, folder, site, names.append)
        lifecycle.up(site, only=None, confirm=lambda _: "", meanwhile=begin, disposable=True)
        (name,) = names
        pipeline.follow(site, name)
        folders = results.download(site.bucket(), name)
        teardown.cleanup(site, lambda _: settings.project, disposable=True)
    finally:
        target.stop()
    for kind, downloaded in folders.items():
        tell(f"{kind:9} {downloaded}")
    page = _report(name, folder)
    tell(f"{tr('report'):9} {page.as_uri()}", *map(tr, _next(name)))
    return page


def _report(name: str, folder: Path) -> Path:
    from orchard.report import page, read

    run = read.load(name)
    path = page.path_for(run, None)
    with waiting.shown("making the page"):
        page.write(run, None, folder, path)
    return path


def _next(name: str) -> list[str]:
    from orchard.report import read

    return [
        f"features computed in {throughput.say(read.load(name).features)}",
        "",
        "What next:",
        "  ./inv report --open             # the report in the browser",
        "  ./inv similar PHOTO             # which of these look like a picture of yours",
        "  ./inv demo --dataset DIR        # the same with photographs of your own",
        "  ./inv cost                      # what it would cost on AWS: docs/guide.md",
    ]


def _begin(folder: Path, site: Site, told: Callable[[str], None], ended: Event) -> None:
    """Upload, and submit the run as soon as EMR knows the cluster: Terraform waits half a minute longer to look."""
    count = upload.run(folder, site.bucket()).photographs
    say(f"  {count} photographs are in the bucket")
    while not Emr(site.target).clusters(site.cluster_name) and not ended.wait(site.target.poll_interval):
        pass
    told(pipeline.submit(site, None, csv=False, skip_canary=True))  # there is nothing to find out on this machine
