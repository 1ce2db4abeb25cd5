"""`logs` on the terminal: the cause, the part of the log that tells it, and where the rest is."""

import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple

from orchard.aws.emr import STARTING, Cluster, Emr, Step
from orchard.base.console import say, tell
from orchard.base.counts import counted
from orchard.base.errors import OrchardError
from orchard.base.language import tr
from orchard.base.visible import shown
from orchard.cluster.site import Site
from orchard.diagnosis import failures
from orchard.diagnosis.failures import Failure
from orchard.logs import reading
from orchard.logs.excerpts import excerpt
from orchard.logs.files import ClusterLogs, LogFile
from orchard.logs.reading import Reading

WIDEST = 600  # characters of a line; Spark prints whole plans on one


class Found(NamedTuple):
    """What there is to tell of a step, or of the bootstrap actions.

    Attributes:
        cluster: on which they ran.
        step: None for the bootstrap actions.
        logs: where they are.
        files: all of them.
        failure: its cause and remedy; None where nothing failed.
        reading: what the log says that tells most.
    """

    cluster: Cluster
    step: Step | None
    logs: ClusterLogs
    files: list[LogFile]
    failure: Failure | None
    reading: Reading

    @property
    def part(self) -> tuple[int, int, list[str]]:
        """The part of the log that matters, as `excerpt` has it."""
        return excerpt(self.reading.text, self.reading.failure, failed=self.failure is not None)


def show(site: Site, wanted: str | None, *, run: str | None = None, whole: bool, wait: float = reading.LATE) -> None:
    """Print what the logs of a step, or of the bootstrap actions, say; arguments and errors as `find`.

    Args:
        site: the cluster.
        wanted: which step.
        run: of which run.
        whole: print all logs from beginning to end.
        wait: seconds to wait for them.
    """
    found = find(site, wanted, run=run, wait=wait, heard=tell)
    if found.failure:
        tell(f"cause: {found.failure.cause}", f"remedy: {found.failure.remedy}")
    if whole:
        for log in found.files:
            tell(f"\n==> {found.logs.uri(log)} ({log.kind}) <==")
            for piece in found.logs.chunks(log):
                sys.stdout.write(shown(piece))
        return
    if telling := found.reading.log:
        first, last, lines = found.part
        tell(f"\n{found.logs.uri(telling)} ({telling.kind})")
        tell(tr(f"lines {first + 1} to {last} of {len(found.reading.text.splitlines())}:"))
        tell(*(f"  {line[:WIDEST]}{' ...' if len(line) > WIDEST else ''}" for line in lines))
    rest = [log for log in found.files if log != telling and log.size > 20]  # an empty file is 20 bytes of gzip
    if rest:
        tell("\n" + tr(f"{counted(len(rest), 'more log')}: ./inv logs --all prints the whole of them"))


def as_data(found: Found) -> dict[str, Any]:
    """Return what `show` tells as plain data."""
    first, last, lines = found.part if found.reading.log else (0, 0, [])
    return {
        "cluster": {"id": found.cluster.id, "name": found.cluster.name, "state": found.cluster.state},
        "step": found.step and {"id": found.step.id, "name": found.step.name, "state": found.step.state},
        "cause": found.failure and found.failure.cause,
        "remedy": found.failure and found.failure.remedy,
        "log": found.reading.log and found.logs.uri(found.reading.log),
        "first_line": first + 1,
        "last_line": last,
        "lines": lines,
        "logs": [found.logs.uri(log) for log in found.files],
    }


def find(
    site: Site,
    wanted: str | None,
    *,
    run: str | None = None,
    wait: float = reading.LATE,
    heard: Callable[..., None] = lambda *lines: None,
) -> Found:
    """Find a step's logs, or those of the bootstrap actions, and what they tell.

    Args:
        site: the cluster.
        wanted: as `logs.find_step`, or `bootstrap`; None also for a cluster that has had no step.
        run: only steps of the run of that name count.
        wait: seconds after a step's end during which to wait for its logs.
        heard: is told the states of cluster and step, as soon as they are known.

    Raises:
        UsageError: there is no such cluster, run or step.
        OrchardError: the logs are not there (yet), or cannot be read.
    """
    emr, s3 = Emr(site.target), site.target.client("s3")
    cluster = reading.find_cluster(emr, site.cluster_name)
    reason = f": {cluster.reason}" if cluster.reason else ""
    heard(tr(f"Cluster {cluster.name} ({cluster.id}) is {cluster.state}") + reason)
    steps = emr.steps(cluster.id)
    if run:
        steps = reading.steps_of(steps, run)
    if wanted == reading.BOOTSTRAP or (wanted is None and not steps):
        return _bootstrap(reading.open_logs(emr, s3, cluster), cluster)
    return _of_step(emr, s3, cluster, reading.find_step(steps, wanted), wait, heard)


def _of_step(emr: Emr, s3: Any, cluster: Cluster, step: Step, wait: float, heard: Callable[..., None]) -> Found:
    if step.state == "CANCEL_PENDING":  # it is about to end, and its last words tell how
        say(f"{step.name} was told to stop: waiting for its end ...")
        with suppress(TimeoutError):
            (step,) = emr.follow(cluster.id, [step.id], lambda now: None, wait)
    heard(tr(f"Step {step.name} ({step.id}) is {step.state}"))
    if step.state == "PENDING":
        raise OrchardError(
            f"the step {step.name} has not begun, so it has no logs", "it begins when the one before it ends"
        )
    logs = reading.open_logs(emr, s3, cluster)
    ended = reading.ended_at(emr, cluster.id, step.id)
    files = reading.of_step(logs, step, ended, late=wait)
    if not files:
        late = "they came too late, or expired"
        remedy = late if ended else "EMR uploads them every five minutes: call again in a few"
        raise OrchardError(f"there are no logs of {step.name} under s3://{logs.bucket}/{logs.prefix}steps/", remedy)
    told, failed = reading.read(logs, files), step.state in ("FAILED", "INTERRUPTED")
    failure = _better(told, files, step.failure) if failed else None
    if failure and step.run:
        failure = failure._replace(remedy=failure.remedy.replace("--run-name NAME", f"--run-name {step.run}"))
    return Found(cluster, step, logs, files, failure, told)


def _bootstrap(logs: ClusterLogs, cluster: Cluster) -> Found:
    files = logs.of_bootstrap()
    failed = cluster.state == "TERMINATED_WITH_ERRORS"
    if files or failed:
        told = reading.read(logs, files)
        return Found(cluster, None, logs, files, _better(told, files, cluster.reason) if failed else None, told)
    if cluster.state in STARTING:
        raise OrchardError(
            f"the cluster is {cluster.state} and has no logs yet", "wait until it is WAITING, or has failed"
        )
    raise OrchardError(
        "the cluster has had no step, and its bootstrap actions logged nothing", "./inv run starts a step"
    )


def _better(told: Reading, files: list[LogFile], reason: str) -> Failure:
    """Choose between what the logs tell and EMR's own reason."""
    of_emr, vague = failures.diagnose(reason), ("java", failures.UNKNOWN)
    known = told.failure.id not in vague or of_emr.id in vague
    return told.failure if known and files else of_emr
