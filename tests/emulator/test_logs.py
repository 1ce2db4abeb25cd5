"""`logs` against the local AWS: what a user sees of failed steps and failed clusters."""

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from orchard.aws import target
from orchard.aws.bucket import Bucket
from orchard.aws.emr import Emr
from orchard.base.config import Settings
from orchard.base.errors import OrchardError, UsageError
from orchard.cluster.site import Site
from orchard.emulator.process import LocalAws
from orchard.logs import explanation, reading
from orchard.runs import pipeline

from .conftest import Aws, command

PYTHON = "import sys\nprint('begun')\ndef f():\n    import spam_and_eggs\nf()\n"


@pytest.fixture
def site(aws: Aws, tmp_path: Path) -> Callable[[str], Site]:
    aws.credentials.write(tmp_path)
    place = target._local("eu-west-3", LocalAws(instance="x", pid=1, port=aws.port, home=tmp_path))
    return lambda name: Site(Settings(target="local"), place, name)


@pytest.fixture(scope="module")
def failed(aws: Aws) -> Iterator[tuple[str, str]]:
    """A cluster called orchard-failed with a good step and two that failed."""
    bucket = aws.bucket()
    script = aws.put(bucket, "jobs/f.py", PYTHON)
    steps = [
        command("echo", "fine", name="one: features"),
        command("spark-submit", "--deploy-mode", "cluster", script, name="two: features"),
        command("bash", "-c", "echo 'java.io.IOException: No space left on device' >&2; exit 1", name="two: pca"),
    ]
    cluster = aws.cluster(*steps, bucket=bucket, name="orchard-failed")
    aws.until(cluster, "WAITING")
    yield bucket, cluster
    aws.emr.terminate_job_flows(JobFlowIds=[cluster])


def test_the_latest_failure_is_told_by_its_cause(site, failed, capsys) -> None:
    explanation.show(site("failed"), None, whole=False)
    said = capsys.readouterr().out
    assert f"Cluster orchard-failed ({failed[1]}) is WAITING" in said
    assert "Step two: pca" in said
    assert "cause: the disks of a node are full\nremedy: more core nodes" in said
    assert "  java.io.IOException: No space left on device" in said


def test_the_same_as_data(site, failed) -> None:
    told = explanation.as_data(explanation.find(site("failed"), None))
    assert told["cluster"] == {"id": failed[1], "name": "orchard-failed", "state": "WAITING"}
    assert (told["step"]["name"], told["step"]["state"]) == ("two: pca", "FAILED")
    assert (told["cause"], told["remedy"][:15]) == ("the disks of a node are full", "more core nodes")
    assert "java.io.IOException: No space left on device" in told["lines"]
    assert told["log"] in told["logs"]
    assert (told["first_line"], told["last_line"]) == (1, len(told["lines"]))
    fine = explanation.as_data(explanation.find(site("failed"), "one"))
    assert (fine["cause"], fine["remedy"], fine["step"]["state"]) == (None, None, "COMPLETED")


def test_a_drivers_log_is_found_in_its_container(site, failed, capsys) -> None:
    explanation.show(site("failed"), "features", run="two", whole=False)
    said = capsys.readouterr().out
    assert "cause: Python has no module spam_and_eggs on the nodes" in said
    assert "/containers/application_" in said
    assert "(driver)" in said
    assert "    import spam_and_eggs" in said


def test_all_prints_every_log(site, failed, capsys) -> None:
    explanation.show(site("failed"), "two: features", whole=True)
    said = capsys.readouterr().out
    assert said.count("==> s3://") == 5
    assert "begun" in said
    assert "finished with failed status" in said
    assert "INFO exit code" in said


def test_a_step_that_is_well_shows_its_last_words(site, failed, capsys) -> None:
    explanation.show(site("failed"), "one", whole=False)
    said = capsys.readouterr().out
    assert "is COMPLETED" in said
    assert "cause" not in said


@pytest.fixture
def stubborn(aws: Aws, failed, tmp_path) -> Iterator[SimpleNamespace]:
    """A run on the same cluster whose first step, when it is told to stop, does so only once it is let go."""
    _, cluster = failed
    free = tmp_path / "free"
    clean = f"until [ -e {free} ]; do sleep 0.05; done; exit 143"
    script = f"trap '{clean}' TERM; echo ready; while :; do sleep 0.05; done"
    steps = aws.run(cluster, command("bash", "-c", script, name="new: features"), command("true", name="new: pca"))
    aws.step_says(cluster, steps[0], "ready")
    told: list[str] = []

    def say(*lines: str) -> None:  # it is let go once the user has been told that it is waited for
        told.extend(lines)
        free.touch()

    yield SimpleNamespace(steps=steps, say=say, told=told)
    free.touch()
    aws.emr.cancel_steps(ClusterId=cluster, StepIds=steps)
    aws.until(cluster, "WAITING")


def test_logs_right_after_cancel_are_those_of_the_step(aws: Aws, site, failed, stubborn, monkeypatch, capsys) -> None:
    aws.emr.cancel_steps(ClusterId=failed[1], StepIds=stubborn.steps)
    assert aws.step(failed[1], stubborn.steps[0])["State"] == "CANCEL_PENDING"
    monkeypatch.setattr(explanation, "say", stubborn.say)
    explanation.show(site("failed"), None, whole=False)
    assert stubborn.told == ["new: features was told to stop: waiting for its end ..."]
    said = capsys.readouterr().out
    assert f"Step new: features ({stubborn.steps[0]}) is CANCELLED" in said
    assert "cause" not in said


def test_cancel_waits_for_the_end_and_says_how_to_go_on(aws: Aws, site, failed, stubborn, monkeypatch) -> None:
    monkeypatch.setattr(pipeline, "say", stubborn.say)
    pipeline.cancel(site("failed"), None)
    assert {aws.step(failed[1], step)["State"] for step in stubborn.steps} == {"CANCELLED"}
    assert stubborn.told == [
        "Telling new: features to stop ...",
        "Cancelled: new: features, new: pca.",
        "What was written is kept: ./inv run --run-name new goes on where it stopped.",
    ]
    with pytest.raises(UsageError, match="no step of any run is going on"):
        pipeline.cancel(site("failed"), None)


def test_cancel_does_not_call_cancelled_what_is_not(site, stubborn, capsys) -> None:
    pipeline.cancel(site("failed"), "new", within=0)
    said = capsys.readouterr().err
    assert "Cancelled: new: pca." in said
    assert "new: features is CANCEL_PENDING" in said
    assert "./inv status --watch" in said


def test_run_tells_the_cause_and_how_to_go_on(aws: Aws, site, failed) -> None:
    place, (bucket, cluster) = site("failed"), failed
    emr = Emr(place.target)
    step = next(step for step in emr.steps(cluster) if step.name == "two: pca")
    told = pipeline._failure(Bucket(place.target, bucket), "two", step, emr, cluster)
    assert told.cause == f"the step two: pca ({step.id}) failed: the disks of a node are full"
    lost = command("bash", "-c", "echo 'Container released on a *lost* node' >&2; exit 1", name="three: pca")
    aws.step_until(cluster, aws.run(cluster, lost)[0])
    step = next(step for step in emr.steps(cluster) if step.name == "three: pca")
    told = pipeline._failure(Bucket(place.target, bucket), "three", step, emr, cluster)
    assert "./inv run --run-name three goes on" in told.remedy


def test_a_failed_bootstrap_is_told_by_its_log(aws: Aws, site, capsys) -> None:
    bucket = aws.bucket()
    lock = aws.put(bucket, "jobs/requirements.lock", "numpy==1")
    script = aws.put(bucket, "jobs/bootstrap.sh", "#!/bin/bash\n")
    action = {"Name": "install", "ScriptBootstrapAction": {"Path": script, "Args": [lock, "0" * 64]}}
    cluster = aws.cluster(bucket=bucket, name="orchard-bootless", BootstrapActions=[action])
    aws.until(cluster, "TERMINATED_WITH_ERRORS")
    explanation.show(site("bootless"), None, whole=False)
    said = capsys.readouterr().out
    assert "is TERMINATED_WITH_ERRORS: On the master instance" in said
    assert "cause: the bootstrap action 1 failed on a node" in said
    assert "has the SHA-256" in said
    with pytest.raises(UsageError):
        explanation.show(site("bootless"), "features", whole=False)


def test_a_cluster_that_starts_has_no_logs_yet(aws: Aws, site, monkeypatch) -> None:
    cluster = aws.cluster(bucket=aws.bucket(), name="orchard-young")
    found = reading.find_cluster(Emr(site("young").target), "orchard-young")
    with monkeypatch.context() as early:  # the cluster as it was seen a moment ago
        early.setattr(reading, "find_cluster", lambda *_: found._replace(state="BOOTSTRAPPING"))
        with pytest.raises(OrchardError, match="the cluster is BOOTSTRAPPING and has no logs yet"):
            explanation.show(site("young"), None, whole=False)
    with pytest.raises(OrchardError, match="the cluster has had no step"):
        explanation.show(site("young"), None, whole=False)
    aws.emr.terminate_job_flows(JobFlowIds=[cluster])


def test_a_cluster_without_logs_says_so(aws: Aws, site) -> None:
    cluster = aws.cluster(command("false"), name="orchard-mute", keep=False, wait=False)
    aws.until(cluster, "TERMINATED")
    emr = Emr(site("mute").target)
    with pytest.raises(OrchardError, match="was made without a place for logs"):
        explanation.show(site("mute"), None, whole=False)
    assert reading.why(emr, None, reading.find_cluster(emr, "orchard-mute"), emr.steps(cluster)[0]) is None
