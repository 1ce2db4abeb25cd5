"""`logs` on the terminal: the cause, the part of the log that tells it, and where the rest is."""

import re
import sys
from contextlib import suppress
from typing import Any

from orchard.aws.emr import STARTING, Cluster, Emr, Step
from orchard.base.console import say, tell
from orchard.base.errors import OrchardError
from orchard.base.visible import shown
from orchard.cluster.site import Site
from orchard.diagnosis import failures
from orchard.diagnosis.failures import Failure
from orchard.logs import reading
from orchard.logs.files import ClusterLogs, LogFile

BEFORE, AFTER = 6, 10  # lines around the one that tells
WIDEST = 600  # characters of a line; Spark prints whole plans on one
SPARKS = re.compile(r"/(?:pyspark|py4j)[^/]*(?:\.zip)?/")
LONGEST = 60  # lines of a traceback


def show(site: Site, wanted: str | None, *, run: str | None = None, whole: bool, wait: float = reading.LATE) -> None:
    """Print what the logs of a step, or of the bootstrap actions, say.

    Args:
        site: the cluster.
        wanted: as `logs.find_step`, or `bootstrap`; None also for a cluster that has had no step.
        run: only steps of the run of that name count.
        whole: print all logs from beginning to end.
        wait: seconds after a step's end during which to wait for its logs.

    Raises:
        UsageError: there is no such cluster, run or step.
        OrchardError: the logs are not there (yet), or cannot be read.
    """
    emr, s3 = Emr(site.target), site.target.client("s3")
    cluster = reading.find_cluster(emr, site.cluster_name)
    reason = f": {cluster.reason}" if cluster.reason else ""
    tell(f"Cluster {cluster.name} ({cluster.id}) is {cluster.state}{reason}")
    steps = emr.steps(cluster.id)
    if run:
        steps = reading.steps_of(steps, run)
    if wanted == reading.BOOTSTRAP or (wanted is None and not steps):
        _bootstrap(reading.open_logs(emr, s3, cluster), cluster, whole=whole)
        return
    _step(emr, s3, cluster, reading.find_step(steps, wanted), whole=whole, wait=wait)


def _step(emr: Emr, s3: Any, cluster: Cluster, step: Step, *, whole: bool, wait: float) -> None:
    if step.state == "CANCEL_PENDING":  # it is about to end, and its last words tell how
        say(f"{step.name} was told to stop: waiting for its end ...")
        with suppress(TimeoutError):
            (step,) = emr.follow(cluster.id, [step.id], lambda now: None, wait)
    tell(f"Step {step.name} ({step.id}) is {step.state}")
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
    _explain(logs, files, failed=step.state in ("FAILED", "INTERRUPTED"), whole=whole, reason=step.failure)


def _bootstrap(logs: ClusterLogs, cluster: Cluster, *, whole: bool) -> None:
    files = logs.of_bootstrap()
    failed = cluster.state == "TERMINATED_WITH_ERRORS"
    if files or failed:
        _explain(logs, files, failed=failed, whole=whole, reason=cluster.reason)
        return
    if cluster.state in STARTING:
        raise OrchardError(
            f"the cluster is {cluster.state} and has no logs yet", "wait until it is WAITING, or has failed"
        )
    raise OrchardError(
        "the cluster has had no step, and its bootstrap actions logged nothing", "./inv run starts a step"
    )


def _explain(logs: ClusterLogs, files: list[LogFile], *, failed: bool, whole: bool, reason: str) -> None:
    """Print the cause, as the logs or EMR's own reason have it, and the logs or the part of them that tells it."""
    failure, telling, text = reading.read(logs, files)
    if failed:
        of_emr = failures.diagnose(reason)
        known = failure.id not in ("java", failures.UNKNOWN) or of_emr.id in ("java", failures.UNKNOWN)
        better = failure if known and files else of_emr
        tell(f"cause: {better.cause}", f"remedy: {better.remedy}")
    if whole:
        for log in files:
            tell(f"\n==> {logs.uri(log)} ({log.kind}) <==")
            for piece in logs.chunks(log):
                sys.stdout.write(shown(piece))
        return
    if telling:
        first, last, lines = excerpt(text, failure, failed=failed)
        tell(f"\n{logs.uri(telling)} ({telling.kind})")
        tell(f"lines {first + 1} to {last} of {len(text.splitlines())}:")
        tell(*(f"  {line[:WIDEST]}{' ...' if len(line) > WIDEST else ''}" for line in lines))
    rest = [log for log in files if log != telling and log.size > 20]  # an empty file is 20 bytes of gzip
    if rest:
        tell(f"\n{len(rest)} more {'log' if len(rest) == 1 else 'logs'}: ./inv logs --all prints the whole of them")


def excerpt(text: str, failure: Failure, *, failed: bool = True) -> tuple[int, int, list[str]]:
    """Cut out the part that matters: the whole traceback, or the lines around the one that tells, or the last ones.

    Returns:
        the first line's number from 0, the number after the last one's, and the lines.
    """
    lines = text.splitlines()
    if not failed:
        first, last = max(0, len(lines) - BEFORE - AFTER), len(lines)
        return first, last, lines[first:last]
    first, last = max(0, failure.line - BEFORE), min(len(lines), failure.line + AFTER + 1)
    for number in range(failure.line, max(-1, failure.line - LONGEST), -1):
        if "Traceback (most recent call last)" in lines[number]:
            first = number
            break
        if number < failure.line and re.match(r"\S", lines[number]):
            break
    # Java's own frames tell nothing to somebody who wrote Python.
    java = re.compile(r"\s+at |Traceback|\d\d/\d\d/\d\d .* INFO ")
    last = next((number for number in range(failure.line + 1, last) if java.match(lines[number])), last)
    return first, last, _without_sparks_frames(lines[first:last])


def _without_sparks_frames(lines: list[str]) -> list[str]:
    """Leave out the frames of a traceback that are Spark's own: what went wrong is in the others."""
    kept: list[str] = []
    left_out = 0
    for line in lines:
        frame = re.match(r'\s+File "([^"]+)"', line)
        if frame:
            left_out = left_out + 1 if SPARKS.search(frame[1]) else 0
        elif not re.match(r"\s{4,}", line):
            left_out = 0
        if left_out == 0:
            kept.append(line)
        elif frame and left_out == 1:
            kept.append("  ... (Spark's own frames)")
    return kept
