"""Photographs in, results out."""

from invoke import Context

from orchard.aws.layout import PACKED, RAW
from orchard.base.console import as_json, say, tell
from orchard.base.errors import UsageError
from orchard.base.language import tr
from orchard.commands.flags import SITE_HELP, open_site
from orchard.commands.long import NOTIFY_HELP, long
from orchard.commands.task import command


@command(
    name="fetch-dataset",
    help={"archive": "the address of a ZIP of Fruits-360 (default: the setting)"} | NOTIFY_HELP,
)
def fetch_dataset(_: Context, archive: str | None = None, notify: bool = False) -> None:
    """Download the published Fruits-360 archive and unpack its photographs, for ./inv upload-dataset."""
    from orchard.base import config
    from orchard.photographs.dataset import get_published

    settings = config.load(archive=archive, notify=notify or None)
    with long("fetch-dataset", None, notify=settings.notify):
        say(*get_published(settings))


@command(
    name="upload-dataset",
    help={
        "target": SITE_HELP["target"],
        "dataset": f"the directory of your photographs, in any usual layout (default: ORCHARD_DATASET, or {RAW})",
        "delete": "delete from the bucket what the data set does not have",
        "packed": f"as Parquet shards of one class each, in {PACKED}: the default; fewer requests, faster to read",
        "single": f"each photograph as an object of its own, in {RAW}; runs read the form that was uploaded last",
        "plan": "show what would be sent, in how many requests, and what they cost; changes nothing",
        "json": "with --plan: as data",
    }
    | NOTIFY_HELP,
)
def upload_dataset(
    _: Context,
    target: str | None = None,
    dataset: str | None = None,
    delete: bool = False,
    packed: bool = False,
    single: bool = False,
    plan: bool = False,
    json: bool = False,
    notify: bool = False,
) -> None:
    """Upload photographs to the bucket: what it lacks, or has with another content."""
    from orchard.photographs import plan as plans
    from orchard.photographs.dataset import place_of, preview, send

    if packed and single:
        raise UsageError(
            "photographs are uploaded packed or as single objects, not both",
            "give one of the two; --packed is the default",
        )
    if json and not plan:
        raise UsageError("--json tells of an upload only before it is done", "add --plan")
    site = open_site(target, "default", dataset=dataset, notify=notify or None)
    folder, store = place_of(site.settings), site.bucket()
    if plan:
        work = preview(folder, store, delete=delete, packed=not single)
        if json:
            tell(as_json(plans.as_data(work)))
        else:
            tell(*map(tr, [*plans.describe(work, free=not site.target.charges), *plans.name_left_out(work.tree)]))
    else:
        with long("upload-dataset", None, notify=site.settings.notify):
            say(*send(folder, store, delete=delete, packed=not single))


@command(
    name="download-results",
    aliases=["results"],
    help={
        "run-name": "default: the newest complete run",
        "incomplete": "take what a run has that is not complete",
        "force": "replace files on this machine that differ",
        "json": "as data: the run, and the folders of its results",
        "target": SITE_HELP["target"],
    },
)
def download_results(
    _: Context,
    run_name: str | None = None,
    incomplete: bool = False,
    force: bool = False,
    json: bool = False,
    target: str | None = None,
) -> None:
    """Download a run's results and record to data/emr_output/."""
    from orchard.runs import results, run_record

    site = open_site(target, "default")
    store = site.bucket()
    run_name = run_name or results.latest(store, incomplete=incomplete)
    run_record.complete(store, site.target, run_name)
    folders = results.download(store, run_name, incomplete=incomplete, force=force)
    if json:
        tell(as_json({"run": run_name, "folders": {kind: str(folder) for kind, folder in folders.items()}}))
        return
    for kind, folder in folders.items():
        tell(f"{kind:9} {folder}")
