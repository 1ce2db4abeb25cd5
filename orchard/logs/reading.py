"""What a step's logs say: finds the step and its logs, waits for those that EMR has not uploaded, tells the cause."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from orchard.aws.emr import ALIVE, Cluster, Emr, Step, name_within
from orchard.base.console import say
from orchard.base.errors import OrchardError, UsageError
from orchard.base.language import tr
from orchard.base.nearest import suggest, suggest_run
from orchard.cluster import canary_verdict
from orchard.diagnosis import failures
from orchard.diagnosis.failures import Failure
from orchard.logs.files import ClusterLogs, LogFile, application, is_driver, waits

ENDED = ("TERMINATING", "TERMINATED", "TERMINATED_WITH_ERRORS")
BOOTSTRAP = "bootstrap"
LATE = 330.0  # seconds after a step's end until all its logs are in S3: EMR uploads every 300 s
EXECUTORS = 8  # logs of executors that are read for a cause, where the driver knows none

# These tell that something died, and another log may tell of what.
_VAGUE = ("executor-lost", "stopped", "python-worker-died", "driver-disconnected", "shuffle-lost", "killed")


class Reading(NamedTuple):
    """What was found in the logs.

    Attributes:
        failure: what the best of them tells.
        log: which one; None where there are none.
        text: its last part.
    """

    failure: Failure
    log: LogFile | None
    text: str


def find_cluster(emr: Emr, name: str) -> Cluster:
    """Find the cluster of that name: the one that is there, else the one that ended last.

    Raises:
        UsageError: there has never been one; names those that are or were there.
    """
    clusters = emr.clusters(name) or emr.clusters(name, ENDED)
    if not clusters:
        project = name.rpartition("-")[0]
        named = (name_within(cluster.name, project) for cluster in emr.all((*ALIVE, *ENDED)))
        others = [short for short in named if short]
        remedy = suggest(name.removeprefix(f"{project}-"), others, flag="--name") if others else "start one: ./inv up"
        raise UsageError(f"there is and was no cluster {name}", remedy)
    return clusters[0]


def steps_of(steps: list[Step], run: str) -> list[Step]:
    """Keep the steps of a run, and the canary that was sent with them.

    Raises:
        UsageError: there are none, and the nearest run is named.
    """
    of_run = [step for step in steps if step.run == run]
    if not of_run:
        runs = [step.run for step in steps if step.run]
        remedy = suggest_run(run, runs) if runs else "./inv run starts one"
        raise UsageError(f"the cluster has had no step of a run {run}", remedy)
    return _with_canary(steps, of_run)


def _with_canary(steps: list[Step], own: list[Step]) -> list[Step]:
    """Add the canary before which none of a run's own steps starts."""
    return [*own, *canary_verdict.before(steps, own[-1])] if own else own


def find_step(steps: list[Step], wanted: str | None) -> Step:
    """Choose a step.

    Args:
        steps: of the cluster, the newest first.
        wanted: an id, a name, a job (`features`), a run; None for the latest run that has begun, or its canary.

    Returns:
        of those that are meant, the latest that failed, else the latest that ran.

    Raises:
        UsageError: there is none, and the nearest is named; or it never started.
    """
    if wanted is None:
        begun = [step for step in steps if step.state != "PENDING"] or steps
        candidates = _with_canary(steps, [step for step in steps if step.run == begun[0].run])
    else:
        candidates = [step for step in steps if wanted in (step.id, step.name, step.run, step.job)]
    if not candidates:
        names = [name for step in steps for name in (step.job or step.name, step.name)]
        known = [step.id for step in steps] if (wanted or "").startswith("s-") else [*names, BOOTSTRAP]
        without = "without --step it is what failed, or else ran last; ./inv status lists the steps"
        raise UsageError(f"the cluster has had no step {wanted}", suggest(wanted or "", known, otherwise=without))
    ran = [step for step in candidates if step.ran] or candidates
    step = next((step for step in ran if step.state == "FAILED"), ran[0])
    if step.state == "CANCELLED" and not step.ran:
        raise UsageError(
            f"the step {step.name} was cancelled before it started, so it has no logs", "name another step"
        )
    return step


def open_logs(emr: Emr, s3: Any, cluster: Cluster) -> ClusterLogs:
    """Open the logs of a cluster.

    Raises:
        OrchardError: the cluster keeps none.
    """
    uri = emr.api.describe_cluster(ClusterId=cluster.id)["Cluster"].get("LogUri")
    if not uri:
        raise OrchardError(
            f"the cluster {cluster.id} was made without a place for logs, and EMR cannot be given one later",
            "clusters made by ./inv up keep their logs in the bucket",
        )
    return ClusterLogs(s3, uri, cluster.id)


def of_step(
    logs: ClusterLogs, step: Step, ended: datetime | None, *, late: float = LATE, tell: Callable[[str], None] = say
) -> list[LogFile]:
    """List the logs of a step: its driver's, its own, its executors'; wait for those that are on their way.

    Args:
        logs: of the cluster.
        step: which one.
        ended: when it ended; None while it runs, and then what is there is all that can be had.
        late: seconds after the end during which more may come.
        tell: is told, once, that there is something to wait for.
    """
    waiting = False
    while True:
        own = logs.of_step(step.id)
        errors = next((log for log in own if log.name == "stderr"), None)
        said = logs.tail(errors) if errors else ""
        name = application(said)
        containers = logs.of_containers(name, driver=not is_driver(said)) if name else []
        left = late - (datetime.now(UTC) - ended).total_seconds() if ended else 0
        if (errors and (containers or not name or waits(said))) or left <= 0:
            drivers = [log for log in containers if log.kind == "driver"]
            return [*drivers, *own, *(log for log in containers if log.kind != "driver")]
        if not waiting:
            tell(tr(f"The logs of {step.name} are not in S3 yet: EMR uploads them every five minutes. Waiting ..."))
            waiting = True
        time.sleep(min(5.0, max(0.1, left)))


def ended_at(emr: Emr, cluster_id: str, step_id: str) -> datetime | None:
    """Ask when a step ended; None while it has not."""
    status = emr.api.describe_step(ClusterId=cluster_id, StepId=step_id)["Step"]["Status"]
    return status.get("Timeline", {}).get("EndDateTime")


def read(logs: ClusterLogs, files: list[LogFile]) -> Reading:
    """Look for the cause in the logs, the driver's and the step's first; executors are asked where those know none."""
    readings: list[Reading] = []
    ahead = [log for log in files if log.kind != "executor"]
    executors = [log for log in files if log.kind == "executor" and log.name == "stderr"]
    for log in [*ahead, *executors[-EXECUTORS:]]:
        if log.kind == "executor" and any(_vagueness(reading) == 0 for reading in readings):
            break
        if (text := logs.tail(log)).strip():
            readings.append(Reading(failures.diagnose(text), log, text))
    return min(readings, key=_vagueness, default=Reading(failures.diagnose(""), None, ""))


def _vagueness(reading: Reading) -> int:
    known = reading.failure.id
    return 2 + failures.GENERIC.index(known) if known in failures.GENERIC else int(known in _VAGUE)


def why(emr: Emr, s3: Any, cluster: Cluster, step: Step, *, late: float = LATE) -> Failure | None:
    """Tell why a step failed; None where the logs do not know it, or cannot be read."""
    try:
        logs = open_logs(emr, s3, cluster)
        failure = read(logs, of_step(logs, step, ended_at(emr, cluster.id, step.id), late=late)).failure
    except OrchardError:
        return None
    return None if failure.id == failures.UNKNOWN else failure
