"""The main job on a cluster: photographs to features to principal components, as two EMR steps."""

import json
from datetime import timedelta
from typing import Any

from botocore.exceptions import ClientError

from orchard import durations, logs, package, progress, run_record, runs, submission, summary
from orchard.bucket import Bucket
from orchard.cli import say
from orchard.emr import ALIVE, COMPLETED, OPEN, STARTING, Cluster, Emr, Step
from orchard.errors import InterruptedByUserError, OrchardError, UsageError
from orchard.lifecycle import Site
from orchard.nearest import suggest


def run(site: Site, name: str | None, *, csv: bool, within: timedelta | None = None) -> str:
    """Submit both jobs to the cluster, follow them to their end, and show the result.

    Args:
        site: the cluster and the settings.
        name: of the run; made from the time and the mode when None. An interrupted run of that name is resumed.
        csv: write the scores as CSV too.
        within: how long to follow it; as long as a cluster lives when None.

    Returns:
        the run's name.

    Raises:
        UsageError: the run is complete or under way already, there are no photographs in the bucket, or fewer than
            components.
        OrchardError: a step failed, with its cause; what it wrote is kept, and the same name resumes it.
        InterruptedByUserError: the user stopped watching; the steps go on.
    """
    submission.check_k(site.settings)
    name = runs.checked(name) if name else runs.new_name(site.settings.mode)
    cluster = site.cluster()
    store, emr = site.bucket(), Emr(site.target)
    if runs.manifest(store, "pca", name):
        raise UsageError(f"the run {name} is complete already", "choose another --run-name, or fetch it: ./inv results")
    if any(step.state in OPEN and step.name.startswith(f"{name}: ") for step in emr.steps(cluster.id)):
        raise UsageError(f"the run {name} is under way", f"watch it: ./inv run --follow --run-name {name}")
    photographs = submission.source(store, site.settings.split)
    code = package.build(submission.JOBS)
    submission.ship(store, code, site.settings)
    ids = emr.submit(cluster.id, submission.steps(store, code, site.settings, name, photographs, csv=csv))
    try:
        run_record.begin(
            store, site.target, site.settings, name, csv=csv, code=code.code_hash, cluster_id=cluster.id, ids=ids
        )
    except (ClientError, OrchardError) as error:  # the steps are submitted: that the record is missing must not stop us
        say(f"warning: the run goes on without a record of what it costs: {error}")
    follow(site, name, within)
    return name


def follow(site: Site, name: str, within: timedelta | None = None) -> None:
    """Watch a run's steps to their end and show the result; Ctrl-C stops the watching, not the steps.

    Args:
        site: the cluster.
        name: of the run.
        within: how long to watch; as long as the settings let a cluster live when None.

    Raises:
        UsageError: the cluster has had no steps of that run.
        OrchardError: a step failed, with its cause, or the time is over; what was written is kept.
        InterruptedByUserError: the user stopped watching; the steps go on.
    """
    cluster, emr, store = site.cluster(), Emr(site.target), site.bucket()
    watched = _steps_of(emr, cluster.id, name)
    if not watched:
        runs_there = {step.name.rsplit(": ", 1)[0] for step in emr.steps(cluster.id)}
        remedy = suggest(name, sorted(runs_there, reverse=True)) if runs_there else "./inv run starts one"
        raise UsageError(f"the cluster {cluster.name} has no steps of a run {name}", remedy)
    within = within or timedelta(hours=site.settings.max_lifetime)
    of = "" if site.name == "default" else f" --name {site.name}"
    again = (
        f"watch it again: ./inv run --follow --run-name {name}{of} (or ./inv status --watch); "
        f"stop it: ./inv cancel --run-name {name}{of}"
    )
    try:
        with progress.display() as report:
            ids = [step.id for step in watched]
            ended = emr.follow(
                cluster.id, ids, lambda now: report(_state(store, name, now, cluster)), within.total_seconds()
            )
    except KeyboardInterrupt:
        raise InterruptedByUserError(f"stopped watching; the run {name} goes on on {cluster.name}", again) from None
    except TimeoutError:
        told = durations.say(within.total_seconds())
        raise OrchardError(f"the run {name} has not ended within {told}; it goes on on {cluster.name}", again) from None
    run_record.complete(store, site.target, name)
    for step in ended:
        if step.state != COMPLETED:
            raise _failure(store, name, step, emr, cluster.id)
    summary.show(store.uri(f"data/features/{name}"), store.uri(f"data/pca/{name}"), manifest(store, name))


def latest(site: Site) -> str:
    """Return the name of the run whose steps were submitted last.

    Raises:
        UsageError: the cluster has had no steps.
    """
    steps = Emr(site.target).steps(site.cluster().id)
    if not steps:
        raise UsageError(f"the cluster {site.cluster_name} has had no run", "./inv run starts one")
    return steps[0].name.rsplit(": ", 1)[0]


def cancel(site: Site, name: str | None) -> None:
    """Cancel a run's open steps, the latest run's when no name is given."""
    cluster, emr = site.cluster(), Emr(site.target)
    going = [step for step in emr.steps(cluster.id) if step.state in OPEN and (not name or _of(step, name))]
    if not going:
        raise UsageError(f"no step of {'the run ' + name if name else 'any run'} is going on", "./inv run starts one")
    emr.cancel(cluster.id, [step.id for step in going])


def manifest(store: Bucket, name: str) -> dict[str, Any]:
    """Read a complete run's PCA manifest from the bucket."""
    found = runs.manifest(store, "pca", name)
    if found is None:
        raise OrchardError(f"the run {name} is not complete: it has no manifest", f"./inv run --run-name {name}")
    return found


def _steps_of(emr: Emr, cluster_id: str, name: str) -> list[Step]:
    found: dict[str, Step] = {}
    for step in emr.steps(cluster_id):  # the newest first, so a resumed run's own steps win
        if _of(step, name):
            found.setdefault(step.name, step)
    return [found[key] for key in sorted(found)]  # features before pca


def _of(step: Step, name: str) -> bool:
    return step.name.startswith(f"{name}: ")


def _state(store: Bucket, name: str, now: list[Step], cluster: Cluster) -> dict[str, Any]:
    """Return the progress file of the step that runs; which state the cluster was in where none does yet."""
    running = next((step for step in now if step.state == "RUNNING"), None)
    if running is None:
        return {"job": "waiting", "phase": f"the cluster is {cluster.state}"} if cluster.state in STARTING else {}
    job = running.name.rsplit(": ", 1)[-1]
    return store.read_json(f"data/{job}/{name}/_progress.json") or {"job": job, "phase": "starting"}


def _failure(store: Bucket, name: str, step: Step, emr: Emr, cluster_id: str) -> OrchardError:
    cluster = emr.cluster(cluster_id)
    job = step.name.rsplit(": ", 1)[-1]
    said = store.read_json(f"data/{job}/{name}/_progress.json") or {}
    if said.get("phase") == "failed":
        return OrchardError(said["cause"], said["remedy"])
    if cluster.state not in ALIVE:
        return OrchardError(
            f"the cluster {cluster.id} ended while {step.name} ran: {cluster.reason or cluster.state}",
            f"what was written is kept: ./inv up, then ./inv run --run-name {name} goes on there",
        )
    known = logs.why(emr, store.s3, cluster, step) if step.state == "FAILED" else None
    if known:
        return OrchardError(
            f"the step {step.name} ({step.id}) failed: {known.cause}",
            known.remedy.replace("--run-name NAME", f"--run-name {name}"),
        )
    last = json.dumps({key: said[key] for key in ("phase", "done", "total") if key in said})
    return OrchardError(
        f"the step {step.name} ({step.id}) is {step.state}: {step.failure or 'EMR gives no reason'}; last seen: {last}",
        f"look into its log: ./inv logs --step {step.id}; what it wrote is kept: ./inv run --run-name {name} goes on",
    )
