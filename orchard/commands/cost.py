"""What runs and clusters cost."""

from typing import TYPE_CHECKING

from invoke import Context

from orchard.aws.layout import RAW, RECORDS
from orchard.base.console import as_json, say, tell
from orchard.base.errors import UsageError
from orchard.commands.flags import RUN_HELP, SITE_HELP, find_site, open_site
from orchard.commands.task import command

if TYPE_CHECKING:
    from orchard.base.config import Settings

LATEST = "latest"


@command(
    optional=["run"],
    help={
        "mode": RUN_HELP["mode"],
        "split": RUN_HELP["split"],
        "max-images": RUN_HELP["max-images"],
        "images": f"how many photographs (default: those in {RAW}, else as many as are published)",
        "instance-type": "of all nodes",
        "core-count": "core nodes, beside the primary",
        "run": "what a run has cost: --run NAME, or --run alone for the latest",
        "refresh": "read the prices of the region from the AWS Price List, and keep them",
        "json": "as data, in US dollars and seconds",
        "target": SITE_HELP["target"],
    },
)
def cost(
    _: Context,
    mode: str | None = None,
    split: str | None = None,
    max_images: str | None = None,
    images: str | None = None,
    instance_type: str | None = None,
    core_count: str | None = None,
    run: str | None = None,
    refresh: bool = False,
    json: bool = False,
    target: str | None = None,
) -> None:
    """Estimate what a run costs before it, and what forgetting the cluster does; or tell what a run has cost."""
    if run is not None:
        _of_run(target, None if run is True or run == LATEST else run, json=json)
        return
    from orchard.base import config
    from orchard.cost import estimate, expected, view

    cluster = {"instance_type": instance_type, "core_count": core_count}
    settings = config.load(target=target, mode=mode, split=split, max_images=max_images, **cluster)
    if refresh:
        _refresh(settings)
        return
    counted = _given(images) if images else _counted(settings)
    site = find_site(target, "default")
    free = site is None or not site.target.charges
    count, known = estimate.images(settings, counted), counted is not None
    if json:
        tell(as_json(expected.as_data(settings, expected.expect(settings, count), counted=known, free=free)))
    else:
        view.before(settings, count, counted=known, free=free)


def _of_run(target: str | None, name: str | None, *, json: bool) -> None:
    from orchard.base.nearest import suggest_run
    from orchard.runs import bill, results, run_names, run_record

    site = open_site(target, "default")
    store = site.bucket()
    known = store.directories(RECORDS)
    if name is None:
        name = max(known, default=None) or results.latest(store)
    record = run_record.complete(store, site.target, run_names.checked(name))
    if record is None:
        raise UsageError(f"there is no record of a run {name} in {store.uri(RECORDS)}", suggest_run(name, known))
    if json:
        tell(record.model_dump_json(indent=2))
    else:
        bill.after(record, site.settings)


def _refresh(settings: "Settings") -> None:
    from orchard.aws.target import connect
    from orchard.cost import price_list, prices

    aws = connect(settings)
    assert aws is not None  # noqa: S101 - started when it was not there
    known = sorted({*prices.rates(settings.region).ec2, settings.instance_type})
    pricing = aws.client("pricing", region_name=price_list.REGION)
    found, unclear = price_list.fetch(pricing, settings.region, known)
    prices.keep(settings.region, found)
    say(*unclear, f"The prices of {settings.region} of {found['date']} are kept in {prices.REFRESHED}.")


def _given(images: str) -> int:
    if not images.isdigit() or not int(images):
        raise UsageError(f"--images {images} is not a number of photographs", "give one, as in --images 67692")
    return int(images)


def _counted(settings: "Settings") -> int | None:
    """Count the photographs of the mode's classes on this machine; None where there are none."""
    from orchard.photographs import dataset, tree

    try:
        found = tree.scan(dataset.place_of(settings)).photographs
    except UsageError:
        return None
    wanted = f"{settings.split}/" + ("Apple" if settings.mode == "apples" else "")
    return sum(photograph.name.startswith(wanted) for photograph in found) or None
