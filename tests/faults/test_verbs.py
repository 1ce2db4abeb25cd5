"""Runs and what watches them, while EMR is busy, a call is denied, a step fails or the cluster goes."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from orchard.aws.emr import Emr
from orchard.aws.layout import FEATURES, PCA, StepName, record
from orchard.base.errors import OrchardError
from orchard.cluster.site import Site
from orchard.cluster.status.gather import gather
from orchard.runs import pipeline
from tests.emulator.conftest import command
from tests.faults.account import Account
from tests.support.cells import cell
from tests.support.faulty import Refusal, Request
from tests.support.guards import end_of_life
from tests.waiting import until

RUN = "20261121T100000-full"
THROTTLED = Refusal(400, "ThrottlingException", "Rate exceeded")
DENIED = Refusal(400, "AccessDeniedException", "User: somebody is not authorized to perform it")
SLOW_DOWN = Refusal(503, "SlowDown")
MANIFEST: dict[str, Any] = {
    "run": RUN,
    "counts": {"components": 1},
    "features": {"counts": {"featurised": 9, "rejected": 0}, "images_per_second": 3.0, "cores": 2, "timings": {}},
    "explained_variance": [0.5],
    "explained_variance_sum": 0.5,
    "components_for": {},
    "timings": {"scores": 1.0},
}
QUICK_RUN = [command("true", name=str(StepName(RUN, job))) for job in ("features", "pca")]


class Place:
    """A project with a cluster of its own in the shared account."""

    def __init__(self, account: Account, project: str) -> None:
        self.account, self.aws, self.project = account, account.aws, project
        self.bucket = account.bucket().name

    @property
    def site(self) -> Site:
        """As users have it."""
        return self.account.site(self.bucket, project=self.project)

    @property
    def impatient(self) -> Site:
        """The same, giving up soon."""
        return self.account.site(self.bucket, self.account.impatient(), self.project)

    def cluster(self, *steps: dict, **more: Any) -> str:
        tags = {"Project": self.project, "Cluster": f"{self.project}-default", "ReleaseLabel": "emr-7.5.0"}
        told = [{"Key": key, "Value": value} for key, value in tags.items()]
        return self.aws.cluster(*steps, bucket=self.bucket, name=f"{self.project}-default", Tags=told, **more)

    def running(self, cluster: str) -> None:
        until(lambda: self.aws.emr.list_steps(ClusterId=cluster, StepStates=["RUNNING"])["Steps"])

    def guard(self, cluster: str) -> None:
        ends_at = self.aws.now() + timedelta(hours=4)
        end_of_life(self.aws.client("scheduler"), f"{self.project}-default", cluster, ends_at)

    def is_done(self) -> None:
        """Let the run have its results."""
        for job in (FEATURES, PCA):
            self.site.bucket().write_json(job.manifest(RUN), MANIFEST)


@pytest.fixture(scope="module")
def shared(account: Account) -> Iterator[tuple[Place, str]]:
    """A cluster that cells leave as it is."""
    place = Place(account, "shared")
    cluster = place.cluster()
    yield place, cluster
    account.aws.emr.terminate_job_flows(JobFlowIds=[cluster])


@pytest.fixture
def place(calm: Account, request: pytest.FixtureRequest) -> Iterator[Place]:
    """A project whose cluster the cell may end."""
    made = Place(calm, f"cell{abs(hash(request.node.name)) % 10**8}")
    yield made
    calm.faulty.clear()
    if left := Emr(calm.target).clusters(f"{made.project}-default"):
        calm.aws.emr.terminate_job_flows(JobFlowIds=[cluster.id for cluster in left])


def every(number: int, fault: object) -> Callable[[Request], object]:
    """Fail every so many of EMR's calls, the first of them included."""
    return lambda made: fault if made.service == "elasticmapreduce" and made.count % number == 1 else None


def meanwhile(what: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=what)
    thread.start()
    return thread


def follow(site: Site) -> OrchardError:
    with pytest.raises(OrchardError) as raised:
        pipeline.follow(site, RUN)
    assert "\n" not in raised.value.cause + raised.value.remedy
    return raised.value


@cell(
    "follow",
    area="AWS",
    fault="EMR answers half of all calls ThrottlingException",
    at="`run` follows its steps",
    holds="it follows them to their end and shows the result",
)
def test_following_survives_throttling(calm: Account, shared: tuple, capsys: pytest.CaptureFixture) -> None:
    place, cluster = shared
    place.aws.run(cluster, *QUICK_RUN)
    place.is_done()
    calm.faulty.fault = every(2, THROTTLED)
    pipeline.follow(place.site, RUN)
    assert calm.faulty.failed["elasticmapreduce", "ListSteps"]
    assert "9 images featurised" in capsys.readouterr().out


@cell(
    "status",
    area="AWS",
    fault="EMR answers the first of each kind of call ThrottlingException",
    at="`status`",
    holds="it tells everything, as if nothing had been",
)
def test_status_survives_throttling(calm: Account, shared: tuple) -> None:
    place, cluster = shared
    site = place.site
    calm.faulty.fault = every(100, THROTTLED)
    told = gather(site.settings, site.target)
    assert calm.faulty.failed["elasticmapreduce", "ListClusters"] == 1
    assert [found.id for found in told.clusters] == [cluster]
    assert not [missing for missing in told.missing if "Throttling" in missing.why]


@cell(
    "one-denied",
    area="AWS",
    fault="one call is denied: `elasticmapreduce:ListSteps`",
    at="`status`",
    holds="all else is told, and by name what is not",
    case=("ListSteps", "steps of shared-default"),
    quick=True,
)
@cell(
    "nodes-denied",
    area="AWS",
    fault="one call is denied: `ec2:DescribeInstances`",
    at="`status`",
    holds="all else is told, and by name what is not",
    case=("DescribeInstances", "nodes and what they cost"),
    quick=True,
)
def test_status_tells_the_rest(calm: Account, shared: tuple, case: tuple) -> None:
    (place, cluster), (action, what) = shared, case
    site = place.site
    before = gather(site.settings, site.target)
    calm.faulty.fault = lambda made: Refusal(403, "AccessDenied") if made.action == action else None
    told = gather(site.settings, site.target)
    assert [found.id for found in told.clusters] == [cluster]
    assert {missing.what for missing in told.missing} - {missing.what for missing in before.missing} == {what}


@cell(
    "busy",
    area="AWS",
    fault="EMR throttles everything and does not cease to",
    at="`status`, and `run` that follows",
    holds="one line of cause, one of remedy; of the run, that it goes on, and how to watch it again",
)
def test_lasting_throttling_is_told(calm: Account, shared: tuple) -> None:
    place, _ = shared
    site = place.impatient
    calm.faulty.fault = lambda made: THROTTLED if made.service == "elasticmapreduce" else None
    with pytest.raises(OrchardError, match="AWS is busy") as raised:
        gather(site.settings, site.target)
    assert "\n" not in raised.value.cause + raised.value.remedy
    told = follow(site)
    assert "AWS is busy (ThrottlingException on ListClusters); the run" in told.cause
    assert f"watch it again: ./inv run --follow --run-name {RUN}" in told.remedy


@cell(
    "twice",
    area="AWS",
    fault="EMR takes the steps of a run, and its answer is lost",
    at="`run` submits",
    holds="the steps are there once",
)
def test_steps_are_not_added_twice(calm: Account, shared: tuple) -> None:
    place, cluster = shared
    slow = [command("sleep", "20", name=f"twice: {job}") for job in ("features", "pca")]
    calm.faulty.fault = lambda made: "lost" if made.action == "AddJobFlowSteps" and made.count == 1 else None
    ids = Emr(place.site.target).submit(cluster, slow)
    there = [step for step in Emr(place.site.target).steps(cluster) if step.run == "twice"]
    place.aws.emr.cancel_steps(ClusterId=cluster, StepIds=[step.id for step in there])
    assert sorted(step.id for step in there) == sorted(ids)
    assert len(ids) == 2


@cell(
    "record",
    area="AWS",
    fault="S3 refuses to keep the run's record, busy for good",
    at="the end of a run that is complete",
    holds="the run is told to be complete, with a warning that its cost is not noted yet",
)
def test_a_complete_run_is_told_though_its_record_fails(
    calm: Account, shared: tuple, capsys: pytest.CaptureFixture
) -> None:
    place, cluster = shared
    place.aws.run(cluster, *QUICK_RUN)
    place.is_done()
    calm.faulty.fault = lambda made: SLOW_DOWN if made.path.endswith(record(RUN)) else None
    pipeline.follow(place.impatient, RUN)
    assert calm.faulty.failed["s3", "GET"]
    told = capsys.readouterr()
    assert "9 images featurised" in told.out
    assert "warning: " in told.err


@cell(
    "failed",
    area="AWS",
    fault="a step FAILED",
    at="while `run` follows",
    holds="one line of cause, one of remedy; what it wrote is kept, and the command that goes on is named",
)
def test_a_failed_step_is_told(calm: Account, shared: tuple, monkeypatch: pytest.MonkeyPatch) -> None:
    place, cluster = shared
    place.aws.run(cluster, command("bash", "-c", "exit 3", name=str(StepName("failed", "features"))))
    with pytest.raises(OrchardError, match=r"the step failed: features \(s-\w+\)") as raised:
        pipeline.follow(place.site, "failed")
    assert "\n" not in raised.value.cause + raised.value.remedy
    assert "FAILED" in raised.value.cause or "failed" in raised.value.cause


@cell(
    "with-errors",
    area="AWS",
    fault="the cluster is TERMINATED_WITH_ERRORS: a step that must not fail did",
    at="in the middle of a run",
    holds="the cluster's end is told as the cause; `up` and then the run goes on; nothing is left that costs",
)
def test_a_cluster_that_ends_with_errors(place: Place) -> None:
    fatal = command("bash", "-c", "sleep 1; exit 3", on="TERMINATE_CLUSTER", name="somebody else's")
    cluster = place.cluster(fatal, *QUICK_RUN)
    told = follow(place.site)
    assert place.aws.until(cluster, "TERMINATED_WITH_ERRORS")
    assert f"the cluster {cluster} ended while {RUN}: features" in told.cause
    assert f"./inv up, then ./inv run --run-name {RUN} goes on there" in told.remedy
    assert Emr(place.site.target).clusters(f"{place.project}-default") == []


@cell(
    "bootstrap",
    area="AWS",
    fault="a bootstrap action fails on the nodes",
    at="while the cluster starts and a run waits for it",
    holds="BOOTSTRAP_FAILURE is told as the cause, with its log; nothing is left that costs",
)
def test_a_failed_bootstrap_is_told(place: Place) -> None:
    script = place.aws.put(place.bucket, "jobs/bootstrap.sh", "if true; then\n")
    action = {"Name": "install", "ScriptBootstrapAction": {"Path": script, "Args": []}}
    cluster = place.cluster(*QUICK_RUN, BootstrapActions=[action], wait=False)
    told = follow(place.site)
    assert "bootstrap action 1" in told.cause
    assert place.aws.until(cluster, "TERMINATED_WITH_ERRORS")
    assert Emr(place.site.target).clusters(f"{place.project}-default") == []
    shown = gather(place.site.settings, place.site.target)
    assert "bootstrap action 1" in shown.ended[0].reason


@cell(
    "by-hand",
    area="AWS",
    fault="somebody ends the cluster, as `down` does from another terminal",
    at="in the middle of a step",
    holds="the cluster's end is told as the cause; `up` and then the run goes on; nothing is left that costs",
    case="by hand",
)
@cell(
    "guard",
    area="AWS",
    fault="the schedule that limits the cluster's life ends it",
    at="in the middle of a step",
    holds="the cluster's end is told as the cause; `up` and then the run goes on; nothing is left that costs",
    case="guard",
)
def test_a_cluster_that_is_ended_meanwhile(place: Place, case: str) -> None:
    long = command("sleep", "600", name=str(StepName(RUN, "features")))
    cluster = place.cluster(long)
    place.guard(cluster)

    def end() -> None:
        place.running(cluster)
        until(lambda: place.account.faulty.seen["elasticmapreduce", "ListSteps"] > 1)  # it is being followed
        if case == "guard":
            place.aws.advance(4 * 3600 + 1)
        else:
            place.aws.emr.terminate_job_flows(JobFlowIds=[cluster])

    ending = meanwhile(end)
    told = follow(place.site)
    ending.join()
    assert f"the cluster {cluster} ended while {RUN}: features ran" in told.cause
    assert f"./inv up, then ./inv run --run-name {RUN} goes on there" in told.remedy
    assert place.aws.until(cluster, "TERMINATED")
    assert Emr(place.site.target).clusters(f"{place.project}-default") == []
