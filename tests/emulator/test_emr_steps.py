from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from tests.support.fidelity import models

from .conftest import ROOT, Aws, command


@models(
    "EMR leaves a step's controller, stdout, stderr and syslog, compressed, under the log URI",
    source='Amazon EMR Management Guide, "View log files"',
)
def test_a_step_runs_and_leaves_its_logs(aws: Aws, workspace) -> None:
    (step,) = aws.run(workspace.cluster, command("bash", "-c", "echo out; echo err >&2; pwd"))
    status = aws.step_until(workspace.cluster, step)
    assert status["State"] == "COMPLETED"
    timeline = status["Timeline"]
    assert timeline["CreationDateTime"] <= timeline["StartDateTime"] <= timeline["EndDateTime"]
    out = aws.log(workspace.bucket, workspace.cluster, step, "stdout").splitlines()
    assert out[0] == "out"
    assert not out[1].startswith(f"{ROOT}/"), "a step works in a directory of its own"
    assert aws.log(workspace.bucket, workspace.cluster, step, "stderr") == "err\n"
    assert "exit code 0" in aws.log(workspace.bucket, workspace.cluster, step, "controller")
    assert not (aws.home / "steps" / workspace.cluster / step).exists()


@models(
    "EMR says in FailureDetails why a step failed and where its log is",
    source="Amazon EMR API Reference, FailureDetails",
)
def test_a_failing_step_says_why_and_where(aws: Aws, workspace) -> None:
    (step,) = aws.run(workspace.cluster, command("python", "-c", "raise ValueError('no apples')"))
    status = aws.step_until(workspace.cluster, step)
    assert status["State"] == "FAILED"
    assert status["FailureDetails"] == {
        "Reason": "Unknown Error.",
        "Message": "ValueError: no apples",
        "LogFile": f"s3://{workspace.bucket}/logs/{workspace.cluster}/steps/{step}/stderr.gz",
    }
    assert aws.until(workspace.cluster, "WAITING")["StateChangeReason"]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["no-such-program"], "no-such-program: No such file or directory"),
        (["bash", "-c", "kill -9 $$"], "exit code 137"),
        (["spark-submit", "--deploy-mode", "cluster"], "no application"),
        (["spark-submit", "s3://nowhere/job.py"], "s3://nowhere/job.py does not exist"),
        (["spark-submit", "--py-files", "s3://nowhere/a.zip", "x.py"], "s3://nowhere/a.zip does not exist"),
    ],
)
def test_bad_commands_fail_with_their_cause(aws: Aws, workspace, args: list[str], message: str) -> None:
    (step,) = aws.run(workspace.cluster, command(*args))
    status = aws.step_until(workspace.cluster, step)
    assert status["State"] == "FAILED"
    assert message in status["FailureDetails"]["Message"]


def test_a_jar_runs_with_its_main_class(aws: Aws, workspace) -> None:
    """Of all jars with a program in them that this environment has, the smallest."""
    import pyspark

    (codec,) = (Path(pyspark.__file__).parent / "jars").glob("commons-codec-*.jar")
    jar = aws.put(workspace.bucket, "jobs/codec.jar", codec.read_bytes())
    asked = {"Jar": jar, "MainClass": "org.apache.commons.codec.cli.Digest", "Args": ["MD5", "apple"]}
    (step,) = aws.run(workspace.cluster, command("x") | {"HadoopJarStep": asked})
    assert aws.step_until(workspace.cluster, step)["State"] == "COMPLETED"
    assert "1f3870be274f6c49b3e31a0c6728957f" in aws.log(workspace.bucket, workspace.cluster, step, "stdout")
    told = aws.emr.describe_step(ClusterId=workspace.cluster, StepId=step)["Step"]["Config"]
    assert (told["Jar"], told["MainClass"]) == (jar, asked["MainClass"])


def test_a_jar_that_is_not_there_is_named(aws: Aws, workspace) -> None:
    other = command("x") | {"HadoopJarStep": {"Jar": "s3://somewhere/my.jar", "Args": ["x"]}}
    (step,) = aws.run(workspace.cluster, other)
    message = aws.step_until(workspace.cluster, step)["FailureDetails"]["Message"]
    assert "s3://somewhere/my.jar does not exist" in message


@models(
    "EMR runs a script from S3 by script-runner.jar",
    source='Amazon EMR Release Guide, "Run commands and scripts on an Amazon EMR cluster"',
)
def test_a_script_of_script_runner_runs_from_s3(aws: Aws, workspace) -> None:
    script = aws.put(workspace.bucket, "jobs/hello.sh", 'echo "hello $1"')
    jar = "s3://eu-west-3.elasticmapreduce/libs/script-runner/script-runner.jar"
    (step,) = aws.run(workspace.cluster, command("x") | {"HadoopJarStep": {"Jar": jar, "Args": [script, "there"]}})
    assert aws.step_until(workspace.cluster, step)["State"] == "COMPLETED"
    assert aws.log(workspace.bucket, workspace.cluster, step, "stdout") == "hello there\n"


def test_steps_talk_to_the_same_aws(aws: Aws, workspace) -> None:
    code = f"import boto3; boto3.client('s3').put_object(Bucket='{workspace.bucket}', Key='said', Body=b'hi')"
    (step,) = aws.run(workspace.cluster, command("python", "-c", code))
    assert aws.step_until(workspace.cluster, step)["State"] == "COMPLETED"
    assert aws.read(workspace.bucket, "said") == b"hi"


@models(
    "EMR runs one step at a time unless told otherwise, and cancels those that wait",
    source='Amazon EMR Management Guide, "Cancel steps"',
)
def test_steps_wait_for_their_turn_and_can_be_cancelled(aws: Aws, workspace) -> None:
    first, second, third = aws.run(
        workspace.cluster, command("sleep", "60"), command("sleep", "60"), command("echo", "third")
    )
    aws.step_until(workspace.cluster, first, "RUNNING")
    assert aws.step(workspace.cluster, second)["State"] == "PENDING"
    assert aws.status(workspace.cluster)["State"] == "RUNNING"
    answers = aws.emr.cancel_steps(ClusterId=workspace.cluster, StepIds=[first, second])["CancelStepsInfoList"]
    assert [answer["Status"] for answer in answers] == ["SUBMITTED", "SUBMITTED"]
    assert aws.step(workspace.cluster, second)["State"] == "CANCELLED"
    assert aws.step_until(workspace.cluster, first)["State"] == "CANCELLED"
    assert aws.step_until(workspace.cluster, third)["State"] == "COMPLETED"
    (again,) = aws.emr.cancel_steps(ClusterId=workspace.cluster, StepIds=[third])["CancelStepsInfoList"]
    assert again["Status"] == "FAILED"


def test_a_cancelled_step_shows_that_it_is_being_cancelled(aws: Aws, workspace, tmp_path: Path) -> None:
    done = tmp_path / "cleaned up"  # it takes its time to clean up after SIGTERM
    clean = f"until [ -e '{done}' ]; do sleep 0.05; done; exit 3"
    script = f'trap "{clean}" TERM; echo ready; sleep 60 & wait'
    (step,) = aws.run(workspace.cluster, command("bash", "-c", script))
    aws.step_says(workspace.cluster, step, "ready")
    aws.emr.cancel_steps(ClusterId=workspace.cluster, StepIds=[step])
    assert aws.step(workspace.cluster, step)["State"] == "CANCEL_PENDING"
    done.touch()
    assert aws.step_until(workspace.cluster, step)["State"] == "CANCELLED"


@models(
    "EMR kills a running step at once with TERMINATE_PROCESS, and asks first with SEND_INTERRUPT",
    source="Amazon EMR API Reference, CancelSteps",
)
def test_terminate_process_does_not_ask_a_step_first(aws: Aws, workspace, tmp_path: Path) -> None:
    asked = tmp_path / "asked"
    script = f"trap 'touch {asked}' TERM; echo ready; while :; do sleep 0.05; done"
    (step,) = aws.run(workspace.cluster, command("bash", "-c", script))
    aws.step_says(workspace.cluster, step, "ready")
    aws.emr.cancel_steps(ClusterId=workspace.cluster, StepIds=[step], StepCancellationOption="TERMINATE_PROCESS")
    assert aws.step_until(workspace.cluster, step)["State"] == "CANCELLED"
    assert not asked.exists(), "it got SIGKILL, and no SIGTERM before"


@models(
    "EMR cancels the pending steps after a failed one with CANCEL_AND_WAIT",
    source="Amazon EMR API Reference, StepConfig",
)
def test_cancel_and_wait_cancels_what_is_pending(aws: Aws, workspace) -> None:
    bad, never = aws.run(workspace.cluster, command("false", on="CANCEL_AND_WAIT"), command("true"))
    assert aws.step_until(workspace.cluster, bad)["State"] == "FAILED"
    assert aws.step_until(workspace.cluster, never)["State"] == "CANCELLED"
    aws.until(workspace.cluster, "WAITING")


@models(
    "EMR ends the cluster after a failed step with TERMINATE_CLUSTER", source="Amazon EMR API Reference, StepConfig"
)
def test_terminate_cluster_ends_it_with_errors(aws: Aws) -> None:
    cluster = aws.cluster()
    bad, never = aws.run(cluster, command("false", on="TERMINATE_CLUSTER"), command("true"))
    status = aws.until(cluster, "TERMINATED_WITH_ERRORS")
    assert status["StateChangeReason"] == {"Code": "STEP_FAILURE", "Message": "Shut down as step failed"}
    assert [aws.step(cluster, step)["State"] for step in (bad, never)] == ["FAILED", "CANCELLED"]


@models("EMR interrupts the running step of a cluster that is ended", source="Amazon EMR API Reference, StepStatus")
def test_a_cluster_that_ends_interrupts_its_step(aws: Aws) -> None:
    cluster = aws.cluster()
    running, pending = aws.run(cluster, command("sleep", "60"), command("true"))
    aws.step_until(cluster, running, "RUNNING")
    aws.emr.terminate_job_flows(JobFlowIds=[cluster])
    aws.until(cluster, "TERMINATED")
    assert [aws.step(cluster, step)["State"] for step in (running, pending)] == ["INTERRUPTED", "CANCELLED"]


@models(
    "EMR allows nothing but CONTINUE for a failure while several steps may run at once",
    source='Amazon EMR Management Guide, "Run multiple steps in parallel"',
)
def test_concurrent_steps_run_at_once_and_must_continue(aws: Aws, tmp_path: Path) -> None:
    cluster = aws.cluster(StepConcurrencyLevel=2)
    with pytest.raises(ClientError, match="ActionOnFailure"):
        aws.run(cluster, command("true", on="CANCEL_AND_WAIT"))
    meet = "import os, time\nwhile not os.path.exists(p): time.sleep(.05)"  # each waits for the other's file
    folder = tmp_path / "meeting"
    folder.mkdir()
    code = "import pathlib; pathlib.Path(r'{0}/{1}').touch(); p = r'{0}/{2}'; exec({3!r})"
    first, second = aws.run(
        cluster,
        command("python", "-c", code.format(folder, "a", "b", meet)),
        command("python", "-c", code.format(folder, "b", "a", meet)),
    )
    assert aws.step_until(cluster, first)["State"] == "COMPLETED"
    assert aws.step_until(cluster, second)["State"] == "COMPLETED"
    assert aws.emr.modify_cluster(ClusterId=cluster, StepConcurrencyLevel=1)["StepConcurrencyLevel"] == 1
    aws.emr.terminate_job_flows(JobFlowIds=[cluster])


@models("EMR refuses more than 256 active steps", source='Amazon EMR Management Guide, "Submit work to a cluster"')
def test_no_more_than_256_steps_can_be_active(aws: Aws, workspace) -> None:
    with pytest.raises(ClientError, match="Maximum number of active steps"):
        aws.run(workspace.cluster, *[command("true")] * 257)


@models("EMR lists the newest steps first, in pages", source="Amazon EMR API Reference, ListSteps")
def test_list_steps_shows_the_newest_first(aws: Aws, workspace) -> None:
    one, two = aws.run(workspace.cluster, command("true", name="one"), command("true", name="two"))
    aws.step_until(workspace.cluster, two)
    listed = [step["Id"] for step in aws.emr.list_steps(ClusterId=workspace.cluster)["Steps"]]
    assert listed.index(two) < listed.index(one)
