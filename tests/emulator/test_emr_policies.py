import json
from datetime import timedelta
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from tests.support.fidelity import models
from tests.waiting import until

from .conftest import Aws, command

TARGET = "arn:aws:scheduler:::aws-sdk:emr:terminateJobFlows"


@models(
    "EMR ends a cluster that has been idle for the time of its auto-termination policy",
    source='Amazon EMR Management Guide, "Using an auto-termination policy"',
)
def test_an_idle_cluster_ends_itself(aws: Aws, tmp_path: Path) -> None:
    cluster = aws.cluster(AutoTerminationPolicy={"IdleTimeout": 6000})
    aws.advance(4000)
    go = tmp_path / "go"
    (step,) = aws.run(cluster, command("bash", "-c", f"until [ -e {go} ]; do sleep 0.05; done"))
    aws.advance(4000)  # a step is running: not idle
    go.touch()
    assert aws.step_until(cluster, step)["State"] == "COMPLETED"
    aws.advance(4000)
    assert aws.until(cluster, "WAITING")
    aws.advance(2001)
    status = aws.until(cluster, "TERMINATED")
    assert "6000 seconds" in status["StateChangeReason"]["Message"]


def test_the_idle_timeout_can_be_changed_and_removed(aws: Aws) -> None:
    cluster = aws.cluster(AutoTerminationPolicy={"IdleTimeout": 60})
    aws.emr.put_auto_termination_policy(ClusterId=cluster, AutoTerminationPolicy={"IdleTimeout": 86400})
    aws.advance(61)
    assert aws.until(cluster, "WAITING")
    assert aws.emr.get_auto_termination_policy(ClusterId=cluster)["AutoTerminationPolicy"] == {"IdleTimeout": 86400}
    aws.emr.remove_auto_termination_policy(ClusterId=cluster)
    assert "AutoTerminationPolicy" not in aws.emr.get_auto_termination_policy(ClusterId=cluster)
    aws.advance(86401)
    assert aws.until(cluster, "WAITING")
    with pytest.raises(ClientError, match="between 60 and 604800"):
        aws.emr.put_auto_termination_policy(ClusterId=cluster, AutoTerminationPolicy={"IdleTimeout": 59})
    aws.emr.terminate_job_flows(JobFlowIds=[cluster])


@models(
    "EMR keeps the limits of a managed scaling policy, and refuses those that contradict each other",
    source="Amazon EMR API Reference, ComputeLimits",
)
def test_managed_scaling_is_kept(aws: Aws) -> None:
    cluster = aws.cluster()
    limits = {"UnitType": "Instances", "MinimumCapacityUnits": 2, "MaximumCapacityUnits": 5}
    aws.emr.put_managed_scaling_policy(ClusterId=cluster, ManagedScalingPolicy={"ComputeLimits": limits})
    assert aws.emr.get_managed_scaling_policy(ClusterId=cluster)["ManagedScalingPolicy"]["ComputeLimits"] == limits
    aws.emr.remove_managed_scaling_policy(ClusterId=cluster)
    assert "ManagedScalingPolicy" not in aws.emr.get_managed_scaling_policy(ClusterId=cluster)
    with pytest.raises(ClientError, match="MinimumCapacityUnits"):
        aws.emr.put_managed_scaling_policy(
            ClusterId=cluster, ManagedScalingPolicy={"ComputeLimits": limits | {"MinimumCapacityUnits": 9}}
        )
    aws.emr.terminate_job_flows(JobFlowIds=[cluster])


@models(
    "EventBridge Scheduler calls TerminateJobFlows once at the time of an at() schedule",
    source='EventBridge Scheduler User Guide, "Schedule types" and "Using universal targets"',
)
@pytest.mark.parametrize("after", ["DELETE", "NONE"])
def test_a_one_time_schedule_ends_a_cluster(aws: Aws, after: str) -> None:
    scheduler, cluster = aws.client("scheduler"), aws.cluster()
    moment = aws.now() + timedelta(hours=1)
    schedule = {
        "Name": f"end-{after.lower()}",
        "ScheduleExpression": f"at({moment:%Y-%m-%dT%H:%M:%S})",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "ActionAfterCompletion": after,
        "Target": {
            "Arn": TARGET,
            "RoleArn": "arn:aws:iam::123456789012:role/scheduler",
            "Input": json.dumps({"JobFlowIds": [cluster]}),
        },
    }
    scheduler.create_schedule(**schedule | {"ScheduleExpression": "at(2099-01-01T00:00:00)"})
    scheduler.update_schedule(**schedule)
    told = scheduler.get_schedule(Name=schedule["Name"])
    assert (told["ActionAfterCompletion"], told["ScheduleExpression"]) == (after, schedule["ScheduleExpression"])
    assert aws.status(cluster)["State"] == "WAITING"
    aws.advance(2 * 3600)
    assert aws.until(cluster, "TERMINATED")["StateChangeReason"]["Code"] == "USER_REQUEST"
    kept = [s["Name"] for s in scheduler.list_schedules()["Schedules"]]
    assert (schedule["Name"] in kept) == (after == "NONE")


@models(
    "EventBridge Scheduler puts a call that its target refuses into the schedule's dead-letter queue",
    source="EventBridge Scheduler User Guide, 'Configuring a dead-letter queue'",
)
def test_a_schedule_that_ends_nothing_is_told(aws: Aws) -> None:
    sqs, moment = aws.client("sqs"), aws.now() + timedelta(hours=1)
    queue = sqs.create_queue(QueueName="failed-ends")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    aws.client("scheduler").create_schedule(
        Name="in-vain",
        ScheduleExpression=f"at({moment:%Y-%m-%dT%H:%M:%S})",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={
            "Arn": TARGET,
            "RoleArn": "arn:aws:iam::123456789012:role/scheduler",
            "Input": '{"JobFlowIds": ["j-NOSUCHCLUSTER"]}',
            "DeadLetterConfig": {"Arn": arn},
        },
    )
    aws.advance(2 * 3600)
    (message,) = until(lambda: sqs.receive_message(QueueUrl=queue).get("Messages"))
    assert message["Body"] == '{"JobFlowIds": ["j-NOSUCHCLUSTER"]}'


@models(
    "EventBridge Scheduler answers a CreateSchedule that is sent again, by its ClientToken, as it did the first time",
    source="EventBridge Scheduler API Reference, CreateSchedule, 'ClientToken'",
)
def test_a_schedule_that_is_asked_for_again_is_there_once(aws: Aws) -> None:
    scheduler = aws.client("scheduler")
    schedule = {
        "Name": "again",
        "ScheduleExpression": "rate(1 day)",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "Target": {"Arn": TARGET, "RoleArn": "arn:aws:iam::123456789012:role/scheduler"},
    }
    first = scheduler.create_schedule(**schedule, ClientToken="one")
    assert scheduler.create_schedule(**schedule, ClientToken="one")["ScheduleArn"] == first["ScheduleArn"]
    with pytest.raises(scheduler.exceptions.ConflictException):
        scheduler.create_schedule(**schedule, ClientToken="two")
    scheduler.delete_schedule(Name="again")


@models(
    "EventBridge Scheduler refuses schedules that it could not follow",
    source="EventBridge Scheduler API Reference, CreateSchedule",
)
def test_schedules_are_checked(aws: Aws) -> None:
    scheduler = aws.client("scheduler")
    schedule = {
        "Name": "bad",
        "ScheduleExpression": "tomorrow",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "Target": {"Arn": TARGET, "RoleArn": "arn:aws:iam::123456789012:role/scheduler"},
    }
    with pytest.raises(ClientError, match="Invalid Schedule Expression"):
        scheduler.create_schedule(**schedule)
    with pytest.raises(scheduler.exceptions.ResourceNotFoundException):
        scheduler.create_schedule(**schedule | {"ScheduleExpression": "rate(1 day)", "GroupName": "none"})
