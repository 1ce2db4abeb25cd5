"""Results from the bucket to this machine."""

import json
from pathlib import Path

from orchard.aws import layout
from orchard.aws.bucket import Bucket
from orchard.base.errors import UsageError
from orchard.base.nearest import suggest_run
from orchard.runs import manifests, run_names
from orchard.transfer.download import run as fetch_objects


def latest(store: Bucket, *, incomplete: bool = False) -> str:
    """Return the name of the newest complete run; with `incomplete`, of the newest run that has written anything.

    Raises:
        UsageError: there is none.
    """
    jobs = layout.JOBS.values() if incomplete else [layout.LAST]
    names = {name for job in jobs for name in store.directories(job.prefix)}
    for name in sorted(names, reverse=True):
        if incomplete or is_complete(store, name):
            return name
    hint = (
        "make one: ./inv run" if incomplete else "make one: ./inv run; or take what an unfinished one has: --incomplete"
    )
    raise UsageError(f"there is no {'' if incomplete else 'complete '}run in {store.uri('')}", hint)


def is_complete(store: Bucket, name: str) -> bool:
    """Tell whether a run is complete: its last job writes its manifest last."""
    return manifests.read(store, layout.LAST, name) is not None


def download(store: Bucket, name: str | None, *, incomplete: bool = False, force: bool = False) -> dict[str, Path]:
    """Download what a run's jobs wrote, and its record, to `data/emr_output/`.

    Args:
        store: the data bucket.
        name: of the run; the newest complete one when None.
        incomplete: take a run that is not complete, too.
        force: replace files on this machine that differ.

    Returns:
        the directories by job, and that of the record as `runs`.

    Raises:
        UsageError: there is no such run, it is not complete, or files on this machine differ.
        OrchardError: as `orchard.transfer.download.run`.
    """
    name = run_names.checked(name) if name else latest(store, incomplete=incomplete)
    if not incomplete and not is_complete(store, name):
        raise _not_complete(store, name)
    jobs = [job for job in layout.JOBS.values() if any(store.keys(f"{job.output(name)}/", limit=1))]
    if not jobs:
        raise UsageError(f"there is no run {name} in {store.uri('')}", "./inv run makes one")
    folders = {job.name: run_names.RESULTS / job.name / name for job in jobs}
    prefixes = {f"{job.output(name)}/": folders[job.name] for job in jobs}
    fetch_objects(store, prefixes, force=force, again=f"./inv results --run-name {name}")
    if record := store.read_json(layout.record(name)):
        # Orchard's own, and it grows while the run goes on: a newer one always replaces it.
        folders["runs"] = run_names.RESULTS / "runs" / name
        folders["runs"].mkdir(parents=True, exist_ok=True)
        (folders["runs"] / "run.json").write_text(json.dumps(record, indent=2))
    return folders


def _not_complete(store: Bucket, name: str) -> UsageError:
    known = {run for job in layout.JOBS.values() for run in store.directories(job.prefix)}
    if name in known:
        remedy = f"./inv run --run-name {name} finishes it; --incomplete takes what it has"
        return UsageError(f"the run {name} in {store.uri('')} is not complete", remedy)
    remedy = suggest_run(name, known) if known else "./inv run makes one"
    return UsageError(f"there is no run {name} in {store.uri('')}", remedy)
