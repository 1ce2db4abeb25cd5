"""A run on a cluster: photographs to features to principal components, a step of EMR for each job."""

import json
from contextlib import suppress
from datetime import timedelta
from typing import Any

from orchard.aws.bucket import Bucket
from orchard.aws.emr import ALIVE, COMPLETED, OPEN, STARTING, Cluster, Emr, Step
from orchard.aws.layout import CANARY, JOBS, PACKED, PCA, STEPS, StepName
from orchard.base import durations, local_records, progress
from orchard.base.console import say
from orchard.base.errors import InterruptedByUserError, OrchardError, UsageError
from orchard.base.language import marked
from orchard.base.nearest import suggest_run
from orchard.cluster import canary_verdict
from orchard.cluster.site import Site
from orchard.diagnosis.aws import AwsError
from orchard.logs import reading
from orchard.runs import canary, job_code, manifests, run_names, run_record, submission, summary
from orchard.runs.holders import Waiting

STOPPING = 120.0  # seconds to wait for the end of steps that were told to stop


def run(site: Site, name: str | None, *, csv: bool, within: timedelta | None = None, skip_canary: bool = False) -> str:
    """Submit the jobs and follow them to their end, as `submit` and `follow` say; returns the run's name."""
    name = submit(site, name, csv=csv, skip_canary=skip_canary)
    follow(site, name, within)
    return name


def submit(site: Site, name: str | None, *, csv: bool, skip_canary: bool = False) -> str:
    """Submit the jobs to the cluster, which may be starting still.

    Args:
        site: the cluster and the settings.
        name: of the run; made from the time and the mode when None. An interrupted run of that name is resumed.
        csv: write the scores as CSV too.
        skip_canary: start though no canary has come back from a cluster like this one.

    Returns:
        the run's name.

    Raises:
        UsageError: the run is complete or under way already, there are no photographs in the bucket, or fewer than
            components.
    """
    submission.check_k(site.settings)
    name = run_names.checked(name) if name else run_names.new_name(site.settings.mode)
    cluster = site.cluster()
    store, emr = site.bucket(), Emr(site.target)
    jobs = submission.left(store, site.settings, name, csv=csv)
    if not jobs:
        raise UsageError(f"the run {name} is complete already", "choose another --run-name, or fetch it: ./inv results")
    if any(step.state in OPEN and step.run == name for step in emr.steps(cluster.id)):
        raise UsageError(f"the run {name} is under way", f"watch it: ./inv run --follow --run-name {name}")
    photographs = submission.source(store, site.settings.split)
    if photographs == PACKED:
        submission.check_count(store, site.settings)
    code = job_code.build(submission.JOBS)
    submission.ship(store, code, site.settings)
    first = None if skip_canary else canary.needed(store, emr, cluster, code.code_hash)
    told = submission.steps(store, code, site.settings, name, jobs, photographs, csv=csv, first=first)
    ids = emr.submit(cluster.id, told)[-len(jobs) :]
    local_records.remember(site.target.state_dir.parent, name)
    try:
        run_record.begin(
            store, site.target, site.settings, name, csv=csv, code=code.code_hash, cluster_id=cluster.id, ids=ids
        )
    except OrchardError as error:  # the steps are submitted: that the record is missing must not stop us
        say(f"warning: the run goes on without a record of what it costs: {error}")
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
    within = within or timedelta(hours=site.settings.max_lifetime)
    of = "" if site.name == "default" else f" --name {site.name}"
    again = (
        f"watch it again: ./inv run --follow --run-name {name}{of} (or ./inv status --watch); "
        f"stop it: ./inv cancel --run-name {name}{of}"
    )
    try:
        cluster, emr, store = site.cluster(), Emr(site.target), site.bucket()
        watched = _steps_of(emr, cluster.id, name)
        if not watched:
            runs_there = {step.run for step in emr.steps(cluster.id) if step.run and step.job in JOBS}
            remedy = suggest_run(name, runs_there) if runs_there else "./inv run starts one"
            raise UsageError(f"the cluster {cluster.name} has no steps of a run {name}", remedy)
        with progress.Display("") as display:
            ids = [step.id for step in watched]
            waiting = Waiting(site.target, emr, cluster.id, display.remark)
            ended = emr.follow(
                cluster.id,
                ids,
                lambda now: progress.show_job(display, _state(store, now, cluster, waiting)),
                within.total_seconds(),
            )
    except KeyboardInterrupt:
        raise InterruptedByUserError(
            f"stopped watching; the run {name} goes on on {site.cluster_name}", again
        ) from None
    except TimeoutError:
        told = durations.say(within.total_seconds())
        raise OrchardError(
            f"the run {name} has not ended within {told}; it goes on on {site.cluster_name}", again
        ) from None
    except AwsError as error:
        raise OrchardError(
            f"{error.cause}; the run {name} on {site.cluster_name} goes on without being watched",
            f"{error.remedy}; {again}",
        ) from error
    try:
        run_record.complete(store, site.target, name)
    except OrchardError as error:  # how the run ended is worth more than what it cost, which can be noted later
        say(f"warning: the run's record is not complete yet, ./inv cost --run {name} completes it: {error}")
    for step in ended:
        if step.state != COMPLETED:
            raise _failure(store, name, step, emr, cluster.id)
    summary.show(_manifest(store, name), {job.name: store.uri(job.output(name)) for job in JOBS.values()})


def latest(site: Site) -> str:
    """Return the name of the run whose steps were submitted last.

    Raises:
        UsageError: the cluster has had no steps of a run.
    """
    for step in Emr(site.target).steps(site.cluster().id):
        if step.run and step.job in JOBS:
            return step.run
    raise UsageError(f"the cluster {site.cluster_name} has had no run", "./inv run starts one")


def cancel(site: Site, name: str | None, within: float = STOPPING) -> None:
    """Cancel a run's open steps, those of every run when no name is given, and wait until they have ended.

    Args:
        site: the cluster.
        name: of the run.
        within: seconds to wait; a step that is told to stop takes its time.

    Raises:
        UsageError: no such step is going on.
        InterruptedByUserError: the user stopped waiting; the steps end all the same.
    """
    cluster, emr = site.cluster(), Emr(site.target)
    going = [step for step in reversed(emr.steps(cluster.id)) if step.state in OPEN and (not name or step.run == name)]
    if not going:
        why = f"no step of the run {name} is going on" if name else "no step of any run is going on"
        raise UsageError(why, "./inv run starts one")
    emr.cancel(cluster.id, [step.id for step in going])
    if running := [step.name for step in going if step.state != "PENDING"]:
        say(f"Telling {', '.join(running)} to stop ...")
    try:
        with suppress(TimeoutError):
            emr.follow(cluster.id, [step.id for step in going], lambda now: None, within)
    except KeyboardInterrupt:
        raise InterruptedByUserError(
            f"stopped waiting; EMR ends {', '.join(step.name for step in going)} all the same",
            "./inv status --watch shows when that has ended; ./inv cancel waits for it again",
        ) from None
    now = {step.id: step for step in emr.steps(cluster.id)}
    ended = [now[step.id] for step in going]
    if cancelled := [step.name for step in ended if step.state == "CANCELLED"]:
        say(f"Cancelled: {', '.join(cancelled)}.")
    say(*(f"{step.name} is {step.state}." for step in ended if step.state != "CANCELLED"))
    if any(step.state in OPEN for step in ended):
        say("./inv status --watch shows when that has ended.")
    for run_name in dict.fromkeys(step.run for step in ended if step.state != COMPLETED and step.job in JOBS):
        say(f"What was written is kept: ./inv run --run-name {run_name} goes on where it stopped.")


def _manifest(store: Bucket, name: str) -> dict[str, Any]:
    """Read a complete run's PCA manifest from the bucket."""
    found = manifests.read(store, PCA, name)
    if found is None:
        raise OrchardError(f"the run {name} is not complete: it has no manifest", f"./inv run --run-name {name}")
    return found


def _steps_of(emr: Emr, cluster_id: str, name: str) -> list[Step]:
    """Return a run's canary, and its steps in the order of the jobs; of a job that was submitted again, the newest."""
    steps, found = emr.steps(cluster_id), dict[str, Step]()
    for step in steps:  # the newest first
        found.setdefault(step.name, step)
    names = (str(StepName(name, job)) for job in JOBS)
    own = [found[step_name] for step_name in names if step_name in found]
    return canary_verdict.before(steps, own[0]) + own if own else []


def _progress(store: Bucket, step: Step) -> dict[str, Any] | None:
    return store.read_json(STEPS[step.job].progress(step.run)) if step.run and step.job else None


def _state(store: Bucket, now: list[Step], cluster: Cluster, waiting: Waiting) -> dict[str, Any]:
    """Return the progress file of the step that runs; which state the cluster was in where none does yet."""
    running = next((step for step in now if step.state == "RUNNING"), None)
    if running is None:
        return {"job": "waiting", "phase": f"the cluster is {cluster.state}"} if cluster.state in STARTING else {}
    said = _progress(store, running)
    waiting.look(running, silent=not said)
    return said or {"job": running.job, "phase": "starting"}


def _failure(store: Bucket, name: str, step: Step, emr: Emr, cluster_id: str) -> OrchardError:
    cluster = emr.cluster(cluster_id)
    said = _progress(store, step) or {}
    if said.get("phase") == "failed" and step.job == CANARY.name:
        return OrchardError(
            f"the canary did not pass: {said['cause']}", f"{said['remedy']}; --skip-canary goes without"
        )
    if said.get("phase") == "failed":
        return OrchardError(said["cause"], said["remedy"].replace("--run-name NAME", f"--run-name {name}"))
    if cluster.state not in ALIVE:
        return OrchardError(
            f"the cluster {cluster.id} ended while {step.name} ran: {cluster.reason or cluster.state}",
            f"what was written is kept: ./inv up, then ./inv run --run-name {name} goes on there",
        )
    known = reading.why(emr, store.s3, cluster, step) if step.state == "FAILED" else None
    if known:
        return OrchardError(
            f"the step {step.name} ({step.id}) failed: {known.cause}",
            known.remedy.replace("--run-name NAME", f"--run-name {name}"),
        )
    why = step.failure or marked("EMR gives no reason")
    last = json.dumps({key: said[key] for key in ("phase", "done", "total") if key in said})
    return OrchardError(
        f"the step {step.name} ({step.id}) is {step.state}: {why}; last seen: {last}",
        f"look into its log: ./inv logs --step {step.id}; what it wrote is kept: ./inv run --run-name {name} goes on",
    )
