"""Runs that the report needs, from the bucket where they are not on this machine yet."""

from collections.abc import Callable

from orchard.aws import layout
from orchard.base.console import say
from orchard.base.errors import UsageError
from orchard.base.nearest import suggest_run
from orchard.cluster.site import Site
from orchard.diagnosis.aws import AwsError
from orchard.report import read
from orchard.report.read import Run
from orchard.runs import results, run_names, run_record

LOOKED_AT = 8  # of the newest runs in the bucket, to name one that is complete


def load(find: Callable[[], Site | None], name: str | None) -> Run:
    """Load a run, and fetch it first where only the bucket has it.

    Args:
        find: finds where the bucket is, None where nothing is up; asked only when this machine lacks the run.
        name: of the run; None for the newest complete one on this machine, or where it has none in the bucket.

    Raises:
        UsageError: neither this machine nor the bucket has such a run, or it is not complete.
        OrchardError: as `orchard.runs.results.download` and `orchard.report.read.load`.
    """
    name = run_names.checked(name) if name else None
    try:
        return read.load(name)
    except UsageError:
        if (site := find()) is None:
            raise
        try:
            wanted = _fetch(site, name)
        except AwsError:  # that this machine lacks the run says more, and how to fetch it
            wanted = None
        if wanted is None:
            raise
    return read.load(wanted)


def _fetch(site: Site, name: str | None) -> str | None:
    """Fetch a run; returns its name, or None where no run was named and the bucket has none either."""
    store = site.bucket()
    there = sorted(store.directories(layout.LAST.prefix))
    wanted = next((run for run in ([name] if name else reversed(there)) if results.is_complete(store, run)), None)
    if wanted is None:
        if name is None or name in there:
            return None
        known = [run for run in there[-LOOKED_AT:] if results.is_complete(store, run)]
        remedy = suggest_run(name, [*known, *read.names()])
        raise UsageError(
            f"there is no run {name}, neither on this machine nor in {store.uri(layout.LAST.prefix)}", remedy
        )
    say(f"The run {wanted} is not on this machine: fetching it from s3://{store.name} ...")
    run_record.complete(store, site.target, wanted)
    results.download(store, wanted)
    return wanted
