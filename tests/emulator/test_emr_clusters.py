from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError

from tests.support.fidelity import models
from tests.waiting import until

from .conftest import Aws, command, emulator


def refusal(call, *args, **kwargs) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        call(*args, **kwargs)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


@pytest.fixture(scope="module")
def slow(tmp_path_factory) -> Iterator[Aws]:
    """An emulator in which a state lasts for 1,000 s, which pass only when a test says so."""
    yield from emulator(
        tmp_path_factory.mktemp("slow"), ("--starting", "1000", "--bootstrapping", "1000", "--terminating", "1000")
    )


def states(aws: Aws, cluster: str, last: str) -> tuple[list[str], dict]:
    """Let time pass, a tenth of a state's length between two looks; returns the states in order and the last status."""
    seen: list[str] = []

    def look() -> dict:
        status = aws.status(cluster)
        if status["State"] not in seen:
            seen.append(status["State"])
        aws.advance(100)
        return status

    return seen, until(look, lambda status: status["State"] == last)


@models(
    "EMR clusters pass through STARTING, BOOTSTRAPPING, RUNNING, WAITING, TERMINATING, TERMINATED",
    source='Amazon EMR API Reference, ClusterStatus; Management Guide, "Understanding the cluster lifecycle"',
)
def test_a_cluster_passes_through_its_states_in_order(slow: Aws) -> None:
    cluster = slow.cluster(wait=False)
    assert states(slow, cluster, "WAITING")[0] == ["STARTING", "BOOTSTRAPPING", "WAITING"]
    slow.emr.terminate_job_flows(JobFlowIds=[cluster])
    seen, status = states(slow, cluster, "TERMINATED")
    assert seen == ["TERMINATING", "TERMINATED"]
    assert status["StateChangeReason"] == {"Code": "USER_REQUEST", "Message": "Terminated by user request"}
    timeline = status["Timeline"]
    assert timeline["CreationDateTime"] < timeline["ReadyDateTime"] < timeline["EndDateTime"]


@models(
    "EMR leaves ReadyDateTime out of the timeline until a cluster is ready",
    source="Amazon EMR API Reference, ClusterTimeline",
)
def test_the_timeline_of_a_young_cluster_has_no_ready_time(slow: Aws) -> None:
    cluster = slow.cluster(wait=False)
    assert "ReadyDateTime" not in slow.status(cluster)["Timeline"]
    slow.emr.terminate_job_flows(JobFlowIds=[cluster])
    assert "ReadyDateTime" not in states(slow, cluster, "TERMINATED")[1]["Timeline"]


@models(
    "EMR answers the waiters of the SDKs: cluster_running, step_complete, cluster_terminated",
    source="botocore, data/emr/2009-03-31/waiters-2.json",
)
def test_the_waiters_of_boto3_work(aws: Aws) -> None:
    quick = {"Delay": 1, "MaxAttempts": 180}
    cluster = aws.cluster(wait=False)
    aws.emr.get_waiter("cluster_running").wait(ClusterId=cluster, WaiterConfig=quick)
    (step,) = aws.run(cluster, command("true"))
    aws.emr.get_waiter("step_complete").wait(ClusterId=cluster, StepId=step, WaiterConfig=quick)
    aws.emr.terminate_job_flows(JobFlowIds=[cluster])
    aws.emr.get_waiter("cluster_terminated").wait(ClusterId=cluster, WaiterConfig=quick)


@models(
    "EMR ends a cluster without KeepJobFlowAliveWhenNoSteps after its last step",
    source="Amazon EMR API Reference, JobFlowInstancesConfig",
)
def test_a_cluster_that_is_not_kept_alive_ends_with_its_steps(aws: Aws) -> None:
    cluster = aws.cluster(command("true"), keep=False, wait=False)
    status = aws.until(cluster, "TERMINATED")
    assert status["StateChangeReason"] == {"Code": "ALL_STEPS_COMPLETED", "Message": "Steps completed"}


@models(
    "EMR reads back what was asked for in every field that Terraform compares",
    source="terraform-provider-aws 5.100.0, internal/service/emr/cluster.go",
)
def test_what_terraform_reads_back_is_what_was_asked_for(aws: Aws) -> None:
    cluster = aws.cluster(
        wait=False,
        ScaleDownBehavior="TERMINATE_AT_TASK_COMPLETION",
        OSReleaseLabel="2023.6.20241031.0",
        EbsRootVolumeSize=32,
        StepConcurrencyLevel=2,
        AutoTerminationPolicy={"IdleTimeout": 600},
        Tags=[{"Key": "Project", "Value": "orchard"}],
        Applications=[{"Name": "Spark"}],
    )
    told = aws.emr.describe_cluster(ClusterId=cluster)["Cluster"]
    assert told["ScaleDownBehavior"] == "TERMINATE_AT_TASK_COMPLETION"
    assert told["OSReleaseLabel"] == "2023.6.20241031.0"
    assert told["EbsRootVolumeSize"] == 32
    assert told["StepConcurrencyLevel"] == 2
    assert told["InstanceCollectionType"] == "INSTANCE_GROUP"
    assert told["MasterPublicDnsName"].endswith(".eu-west-3.compute.amazonaws.com")
    assert told["AutoTerminate"] is False
    assert told["Tags"] == [{"Key": "Project", "Value": "orchard"}]
    assert told["ClusterArn"].startswith("arn:aws:elasticmapreduce:eu-west-3:")
    assert aws.emr.get_auto_termination_policy(ClusterId=cluster)["AutoTerminationPolicy"] == {"IdleTimeout": 600}
    aws.emr.terminate_job_flows(JobFlowIds=[cluster])


@models("EMR resizes a core group in place", source="Amazon EMR API Reference, ModifyInstanceGroups")
def test_the_core_group_grows_and_shrinks_in_place(aws: Aws) -> None:
    cluster = aws.cluster(Tags=[{"Key": "Project", "Value": "resize"}])
    groups = aws.emr.list_instance_groups(ClusterId=cluster)["InstanceGroups"]
    core = next(group["Id"] for group in groups if group["InstanceGroupType"] == "CORE")
    for count in (4, 1):
        change = [{"InstanceGroupId": core, "InstanceCount": count}]
        aws.emr.modify_instance_groups(ClusterId=cluster, InstanceGroups=change)
        groups = {g["Id"]: g for g in aws.emr.list_instance_groups(ClusterId=cluster)["InstanceGroups"]}
        assert (groups[core]["RequestedInstanceCount"], groups[core]["RunningInstanceCount"]) == (count, count)
        running = aws.emr.list_instances(ClusterId=cluster, InstanceStates=["RUNNING"])["Instances"]
        assert len(running) == 1 + count
    aws.emr.terminate_job_flows(JobFlowIds=[cluster])
    aws.until(cluster, "TERMINATED")
    ours = [{"Name": "tag:Project", "Values": ["resize"]}]
    assert aws.client("ec2").describe_instances(Filters=ours)["Reservations"] == []


@models(
    "EMR gives the instances of a cluster its tags, and they lose them when they are terminated",
    source='EMR Management Guide, "Tag and categorize"; EC2 User Guide, "Terminate Amazon EC2 instances"',
)
def test_instances_carry_the_tags_of_their_cluster_while_it_lives(aws: Aws) -> None:
    cluster = aws.cluster(Tags=[{"Key": "Project", "Value": "tagged"}])
    ours = [{"Name": "tag:Project", "Values": ["tagged"]}]
    found = aws.client("ec2").describe_instances(Filters=ours)["Reservations"]
    assert sum(len(reservation["Instances"]) for reservation in found) == 3
    aws.emr.terminate_job_flows(JobFlowIds=[cluster])


@models(
    "EMR refuses to end a cluster with termination protection",
    source='Amazon EMR Management Guide, "Using termination protection"',
)
def test_a_protected_cluster_refuses_to_end(aws: Aws) -> None:
    cluster = aws.cluster()
    aws.emr.set_termination_protection(JobFlowIds=[cluster], TerminationProtected=True)
    code, _ = refusal(aws.emr.terminate_job_flows, JobFlowIds=[cluster])
    assert code == "ValidationException"
    assert aws.status(cluster)["State"] == "WAITING"
    aws.emr.set_termination_protection(JobFlowIds=[cluster], TerminationProtected=False)
    aws.emr.terminate_job_flows(JobFlowIds=[cluster])
    aws.emr.terminate_job_flows(JobFlowIds=[cluster])  # a second time is no error
    aws.until(cluster, "TERMINATED")


@models("EMR clusters belong to a region", source="Amazon EMR API Reference")
def test_regions_do_not_share_clusters(aws: Aws, workspace) -> None:
    other = aws.client("emr", "eu-central-1")
    assert refusal(other.describe_cluster, ClusterId=workspace.cluster)[0] == "InvalidRequestException"
