"""Runs on the cluster, why one failed, and what came out."""

from functools import partial
from pathlib import Path

from invoke import Context

from orchard.aws.layout import STEPS
from orchard.base.console import as_json, say, tell
from orchard.base.errors import UsageError
from orchard.base.language import marked, tr
from orchard.commands.flags import RUN_HELP, SITE_HELP, find_site, open_site
from orchard.commands.long import NOTIFY_HELP, long, work_on
from orchard.commands.task import command

MOST_SIMILAR = 500  # on a page with pictures


@command(
    help=RUN_HELP
    | SITE_HELP
    | NOTIFY_HELP
    | {
        "follow": "only watch a run that is under way",
        "skip-canary": "start though no canary has passed on such a cluster (default: one goes first)",
        "deadline": "how long to watch, such as 2h or 90m (default: max_lifetime); the run goes on after it",
    }
)
def run(
    _: Context,
    mode: str | None = None,
    k: str | None = None,
    split: str | None = None,
    max_images: str | None = None,
    max_error_rate: str | None = None,
    run_name: str | None = None,
    csv: bool = False,
    weights: str | None = None,
    follow: bool = False,
    skip_canary: bool = False,
    deadline: str | None = None,
    target: str | None = None,
    name: str = "default",
    notify: bool = False,
) -> None:
    """Compute the features of the photographs in the bucket and their principal components, on the cluster."""
    from orchard.base import durations
    from orchard.runs import pipeline

    within = durations.parse(deadline) if deadline else None
    site = open_site(
        target,
        name,
        mode=mode,
        k=k,
        split=split,
        max_images=max_images,
        max_error_rate=max_error_rate,
        weights=weights,
        notify=notify or None,
    )
    settings = site.settings
    sample = settings.max_images if settings.mode == "mini" else settings.split
    # One that goes on, or is only watched from somewhere on, tells nothing of a whole one.
    work = None if follow or run_name else work_on(site, "run", settings.mode, sample)
    with long("run", work, notify=settings.notify):
        if follow:
            pipeline.follow(site, run_name or pipeline.latest(site), within)
        else:
            pipeline.run(site, run_name, csv=csv, within=within, skip_canary=skip_canary)


@command(help={"run-name": "default: every open step", "target": SITE_HELP["target"], "name": SITE_HELP["name"]})
def cancel(_: Context, run_name: str | None = None, target: str | None = None, name: str = "default") -> None:
    """Stop a run's steps; what they wrote is kept."""
    from orchard.runs import pipeline

    pipeline.cancel(open_site(target, name), run_name)


@command(
    help={
        "run-name": "of which run (default: of the latest)",
        "step": f"{', '.join(STEPS)}, bootstrap, an id or a name (default: what failed, or else ran last)",
        "all": "print the whole of every log",
        "json": "as data: cause, remedy, and the part of the log that tells it",
        "target": SITE_HELP["target"],
        "name": SITE_HELP["name"],
    },
)
def logs(
    _: Context,
    run_name: str | None = None,
    step: str | None = None,
    all: bool = False,
    json: bool = False,
    target: str | None = None,
    name: str = "default",
) -> None:
    """Print why a step failed: the cause, a remedy, and the part of the logs that tells it."""
    from orchard.logs import explanation

    site = open_site(target, name)
    if json:
        tell(as_json(explanation.as_data(explanation.find(site, step, run=run_name))))
    else:
        explanation.show(site, step, run=run_name, whole=all)


@command(
    help={
        "run-name": "default: the newest complete run on this machine; one that only the bucket has is fetched",
        "compare": "another run, to stand beside it",
        "png": "write the figures as PNG too, into a directory beside the page (takes a Chrome or Chromium)",
        "dataset": "the directory of its photographs (default: those that were uploaded from here, or fetched)",
        "output": "the HTML file (default: data/emr_output/reports/RUN.html)",
        "open": "show it in the browser",
        "target": "local or aws: where a run is fetched from that is not on this machine",
    },
)
def report(
    _: Context,
    run_name: str | None = None,
    compare: str | None = None,
    png: bool = False,
    output: str | None = None,
    open: bool = False,
    dataset: str | None = None,
    target: str | None = None,
) -> None:
    """Write a run as one HTML page that needs no network."""
    from orchard.base import config, waiting
    from orchard.report import bring, opening, page
    from orchard.report.png import write

    find, settings = partial(find_site, target, "default"), config.load(dataset=dataset)
    run = bring.load(find, run_name)
    if compare == run.name:
        raise UsageError(f"the run {run.name} would be compared with itself", "name another run: --compare NAME")
    other = bring.load(find, compare) if compare else None
    with waiting.shown("making the page"):
        path = page.write(run, other, settings.dataset, page.path_for(run, output), say)
    tell(str(path))
    if png:
        tell(*map(str, write(path, path.with_suffix(""))))
    if open:
        opening.show(path)


@command(
    positional=["photo"],
    help={
        "photo": marked("a JPEG or PNG of your own"),
        "run": "among the photographs of which run (default: the newest complete run on this machine)",
        "count": "how many to find",
        "dataset": "the directory of the run's photographs (default: those that were uploaded from here, or fetched)",
        "output": "the HTML file (default: data/emr_output/reports/RUN-similar-PHOTO.html)",
        "open": "show it in the browser",
        "json": "as data: run, verdict, the nearest (path, label, similarity), and the page",
    },
)
def similar(
    _: Context,
    photo: str,
    run: str | None = None,
    count: str = "10",
    output: str | None = None,
    open: bool = False,
    dataset: str | None = None,
    json: bool = False,
) -> None:
    """Find the photographs of a run that are most like one of your own: a table, and a page with pictures."""
    from orchard.base import config
    from orchard.report import bring, opening, page, similar, similar_page

    if not count.isdigit() or not 1 <= int(count) <= MOST_SIMILAR:
        raise UsageError(f"--count is {count!r}", f"name how many photographs to find, 1 to {MOST_SIMILAR}: --count 10")
    settings, photograph = config.load(dataset=dataset), Path(photo).expanduser()
    loaded = bring.load(partial(find_site, None, "default"), run)
    path = page.path_for(loaded, output) if output else similar_page.path_for(loaded, photograph)
    matches = similar.nearest(loaded, similar.featurise(photograph, loaded, settings), int(count))
    similar_page.write(loaded, photograph, matches, settings.dataset, path)
    if json:
        tell(as_json(similar.as_data(loaded, matches, path)))
    else:
        similar.show(matches)
        tell(tr(similar.verdict(matches)), str(path))
    if open:
        opening.show(path)
