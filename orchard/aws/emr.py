"""EMR's API as the verbs use it: find a cluster, submit steps, follow them to their end."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from botocore.config import Config

from orchard.aws.layout import StepName
from orchard.aws.target import Target
from orchard.diagnosis.aws import AwsError

ALIVE = ("STARTING", "BOOTSTRAPPING", "RUNNING", "WAITING")
STARTING = ("STARTING", "BOOTSTRAPPING")
OPEN = ("PENDING", "RUNNING", "CANCEL_PENDING")
COMPLETED = "COMPLETED"
ONCE = Config(retries={"mode": "standard", "total_max_attempts": 1})
PAUSES = (1.0, 3.0, 9.0)  # seconds before each further try to add steps
ENDS_WITHIN = 20 * 60.0  # seconds that a cluster may take from TERMINATING to TERMINATED
AT_ONCE = 10  # ids that ListSteps takes (Amazon EMR API Reference, ListSteps)


class Cluster(NamedTuple):
    """A cluster as ListClusters tells of it.

    Attributes:
        id: `j-...`.
        name: the project and the workspace.
        state: STARTING, BOOTSTRAPPING, RUNNING, WAITING, TERMINATING, TERMINATED or TERMINATED_WITH_ERRORS.
        reason: why it is in that state; often empty.
        created: when it was made.
    """

    id: str
    name: str
    state: str
    reason: str
    created: datetime


class Step(NamedTuple):
    """A step as ListSteps tells of it.

    Attributes:
        id: `s-...`.
        name: of the step.
        state: PENDING, RUNNING, COMPLETED, CANCEL_PENDING, CANCELLED, FAILED or INTERRUPTED.
        failure: EMR's own reason and message, with the log that it names; empty unless it failed.
        ran: whether it ever started; one that is cancelled while it waits does not.
    """

    id: str
    name: str
    state: str
    failure: str
    ran: bool = True

    @property
    def run(self) -> str | None:
        """The run that it is part of; None for a step that is not Orchard's."""
        named = StepName.parse(self.name)
        return named.run if named else None

    @property
    def job(self) -> str | None:
        """The job that it does; None for a step that is not Orchard's."""
        named = StepName.parse(self.name)
        return named.job if named else None


class Emr:
    """EMR on a target; every question raises AwsError where EMR refuses or cannot be reached."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.api: Any = target.client("emr")
        self.interval = target.poll_interval

    def clusters(self, name: str, states: tuple[str, ...] = ALIVE) -> list[Cluster]:
        """List the clusters of that name in these states, the newest first."""
        return [cluster for cluster in self.all(states) if cluster.name == name]

    def all(self, states: tuple[str, ...] = ALIVE) -> list[Cluster]:
        """List the account's clusters in these states, the newest first."""
        pages = self.api.get_paginator("list_clusters").paginate(ClusterStates=list(states))
        return [_cluster(entry) for page in pages for entry in page["Clusters"]]

    def cluster(self, cluster_id: str) -> Cluster:
        """Describe one cluster."""
        return _cluster(self.api.describe_cluster(ClusterId=cluster_id)["Cluster"])

    def known(self, cluster_id: str) -> Cluster | None:
        """Describe a cluster that may be forgotten: EMR does so about two months after its end (None)."""
        try:
            return self.cluster(cluster_id)
        except AwsError as error:
            if error.code != "InvalidRequestException":  # "Cluster id 'j-...' is not valid."
                raise
            return None

    def submit(self, cluster_id: str, steps: list[dict[str, Any]]) -> list[str]:
        """Add steps and return their ids, in order.

        EMR has no idempotency token, and a call whose answer got lost may have done its work: steps that are already
        open under the same names are taken instead of being added again, and botocore does not try again by itself. Of
        two callers in the same instant, who see nothing of each other, the later one takes its steps back, and returns
        the other's.
        """
        names, before = [step["Name"] for step in steps], self.steps(cluster_id)
        there = {step.name: step.id for step in before if step.state in OPEN}
        api, known = self.target.client("emr", config=ONCE), {step.id for step in before}
        for pause in (*PAUSES, None):
            if all(name in there for name in names):
                break
            try:
                return self._first(
                    cluster_id, names, api.add_job_flow_steps(JobFlowId=cluster_id, Steps=steps)["StepIds"]
                )
            except AwsError as error:
                if pause is None or not error.passing:
                    raise
            time.sleep(pause)
            there = {step.name: step.id for step in self.steps(cluster_id) if step.id not in known}
        return [there[name] for name in names]

    def _first(self, cluster_id: str, names: list[str], added: list[str]) -> list[str]:
        """Return the oldest open steps of these names, and cancel those that were added beside them."""
        first = dict(zip(names, added, strict=True)) | {
            step.name: step.id for step in self.steps(cluster_id) if step.state in OPEN and step.name in names
        }  # the newest are listed first, so that the oldest stay
        ids = [first[name] for name in names]
        if twice := [step_id for step_id in added if step_id not in ids]:
            self.cancel(cluster_id, twice)
        return ids

    def steps(self, cluster_id: str) -> list[Step]:
        """List a cluster's steps, the newest first."""
        pages = self.api.get_paginator("list_steps").paginate(ClusterId=cluster_id)
        return [_step(entry) for page in pages for entry in page["Steps"]]

    def follow(
        self, cluster_id: str, step_ids: list[str], seen: Callable[[list[Step]], None], seconds: float
    ) -> list[Step]:
        """Poll steps until none of them is open any more, telling `seen` each time; returns how they ended.

        boto3's own waiter gives up after 30 minutes and does not know INTERRUPTED.

        Raises:
            TimeoutError: some were still open after so many seconds.
        """
        deadline = time.monotonic() + seconds
        while True:
            some = (step_ids[n : n + AT_ONCE] for n in range(0, len(step_ids), AT_ONCE))
            answers = [self.api.list_steps(ClusterId=cluster_id, StepIds=ids)["Steps"] for ids in some]
            steps = [_step(entry) for answer in answers for entry in answer]
            steps.sort(key=lambda step: step_ids.index(step.id))
            seen(steps)
            if not any(step.state in OPEN for step in steps):
                return steps
            if time.monotonic() >= deadline:
                raise TimeoutError
            time.sleep(min(self.interval, max(0.0, deadline - time.monotonic())))

    def until_gone(self, name: str, seen: Callable[[Cluster], None], seconds: float = ENDS_WITHIN) -> list[Cluster]:
        """Wait until the cluster of that name that is being terminated is TERMINATED, telling `seen` meanwhile.

        Returns:
            those that still are after so many seconds, or that nobody has told to end.
        """
        deadline = time.monotonic() + seconds
        while left := self.clusters(name, (*ALIVE, "TERMINATING")):
            if any(cluster.state in ALIVE for cluster in left) or time.monotonic() >= deadline:
                break
            seen(left[0])
            time.sleep(self.interval)
        return left

    def end(self, name: str) -> bool:
        """Tell the clusters of that name to end; returns whether there were any."""
        ids = [cluster.id for cluster in self.clusters(name)]
        if ids:
            self.api.terminate_job_flows(JobFlowIds=ids)
        return bool(ids)

    def cancel(self, cluster_id: str, step_ids: list[str]) -> None:
        """Ask for steps to be cancelled: a running one gets SIGTERM."""
        self.api.cancel_steps(ClusterId=cluster_id, StepIds=step_ids)


def name_within(name: str, project: str) -> str | None:
    """Return what a project calls its cluster of that name on EMR; None for one of another project.

    A short name has no hyphen: `orchard-two-default` is the cluster `default` of the project `orchard-two`.
    """
    whose, _, short = name.rpartition("-")
    return short if whose == project else None


def _cluster(entry: dict[str, Any]) -> Cluster:
    status = entry["Status"]
    reason = status.get("StateChangeReason", {}).get("Message", "")
    return Cluster(entry["Id"], entry["Name"], status["State"], reason, status["Timeline"]["CreationDateTime"])


def _step(entry: dict[str, Any]) -> Step:
    status = entry["Status"]
    details = status.get("FailureDetails", {})
    failure = " ".join(details[part] for part in ("Reason", "Message") if details.get(part))
    log = f" (log: {details['LogFile']})" if details.get("LogFile") else ""
    ran = status.get("Timeline", {}).get("StartDateTime") is not None
    return Step(entry["Id"], entry["Name"], status["State"], failure + log, ran)
