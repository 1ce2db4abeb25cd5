"""Groups and fleets: what was asked for is kept and read back, and instances come and go with it."""

from typing import Any

import pytest

from tests.support.fidelity import models

from .conftest import Aws
from .test_emr_refusals import CORE, MASTER, TASK, refusal

SPARK = [{"Classification": "spark-defaults", "Properties": {"spark.executor.memory": "2g"}}]
DISKS = {
    "EbsOptimized": True,
    "EbsBlockDeviceConfigs": [{"VolumeSpecification": {"VolumeType": "gp3", "SizeInGB": 64}, "VolumesPerInstance": 2}],
}
FLEETS = [
    {
        "Name": "primary",
        "InstanceFleetType": "MASTER",
        "TargetOnDemandCapacity": 1,
        "InstanceTypeConfigs": [{"InstanceType": "m5.xlarge"}],
    },
    {
        "Name": "core",
        "InstanceFleetType": "CORE",
        "TargetOnDemandCapacity": 2,
        "TargetSpotCapacity": 3,
        "InstanceTypeConfigs": [
            {"InstanceType": "m5.xlarge", "WeightedCapacity": 2, "EbsConfiguration": DISKS, "Configurations": SPARK},
            {"InstanceType": "m5.2xlarge", "WeightedCapacity": 4, "BidPriceAsPercentageOfOnDemandPrice": 80.0},
        ],
        "LaunchSpecifications": {
            "SpotSpecification": {"TimeoutDurationMinutes": 10, "TimeoutAction": "SWITCH_TO_ON_DEMAND"},
        },
    },
]


@pytest.fixture(scope="module")
def grouped(aws: Aws) -> str:
    core = CORE | {"EbsConfiguration": DISKS, "Configurations": SPARK, "Market": "SPOT", "BidPrice": "0.1"}
    return aws.cluster(ec2={"InstanceGroups": [MASTER, core]}, Tags=[{"Key": "Project", "Value": "grouped"}])


@pytest.fixture(scope="module")
def fleets(aws: Aws) -> str:
    return aws.cluster(ec2={"InstanceFleets": FLEETS}, groups=False)


def states(aws: Aws, cluster: str, **asked: Any) -> list[str]:
    found = aws.emr.list_instances(ClusterId=cluster, **asked)["Instances"]
    return [instance["Status"]["State"] for instance in found]


def test_a_group_is_read_back_as_it_was_asked_for(aws: Aws, grouped: str) -> None:
    groups = {g["InstanceGroupType"]: g for g in aws.emr.list_instance_groups(ClusterId=grouped)["InstanceGroups"]}
    core = groups["CORE"]
    assert core["Id"].startswith("ig-")
    assert (core["Market"], core["BidPrice"]) == ("SPOT", "0.1")
    assert core["EbsOptimized"] is True
    assert [volume["VolumeSpecification"]["SizeInGB"] for volume in core["EbsBlockDevices"]] == [64, 64]
    assert core["Configurations"] == SPARK
    assert (core["Status"]["State"], core["RunningInstanceCount"]) == ("RUNNING", 2)
    assert groups["MASTER"]["EbsOptimized"] is False
    assert groups["MASTER"].get("Configurations", []) == []


def test_a_young_group_is_not_running_yet(aws: Aws) -> None:
    cluster = aws.cluster(wait=False)
    group = aws.emr.list_instance_groups(ClusterId=cluster)["InstanceGroups"][0]
    assert group["Status"]["State"] == "PROVISIONING"
    assert "ReadyDateTime" not in group["Status"]["Timeline"]
    assert states(aws, cluster) == ["PROVISIONING"] * 3
    change = [{"InstanceGroupId": group["Id"], "InstanceCount": 1}]
    _, said = refusal(aws.emr.modify_instance_groups, ClusterId=cluster, InstanceGroups=change)
    assert said == "An instance group may only be modified when the cluster is running or waiting."
    aws.emr.terminate_job_flows(JobFlowIds=[cluster])
    aws.until(cluster, "TERMINATED")
    assert set(states(aws, cluster)) == {"TERMINATED"}


def test_a_task_group_is_added_resized_and_configured(aws: Aws, grouped: str) -> None:
    answer = aws.emr.add_instance_groups(JobFlowId=grouped, InstanceGroups=[TASK | {"Configurations": SPARK}])
    (task,) = answer["InstanceGroupIds"]
    assert answer["ClusterArn"].endswith(f"cluster/{grouped}")
    other = [{"Classification": "yarn-site", "Properties": {"a": "b"}}]
    change = {"InstanceGroupId": task, "InstanceCount": 2, "Configurations": other}
    aws.emr.modify_instance_groups(ClusterId=grouped, InstanceGroups=[change])
    groups = {group["Id"]: group for group in aws.emr.list_instance_groups(ClusterId=grouped)["InstanceGroups"]}
    assert (groups[task]["RequestedInstanceCount"], groups[task]["Configurations"]) == (2, other)
    leaving = aws.emr.list_instances(ClusterId=grouped, InstanceGroupId=task)["Instances"][0]["Ec2InstanceId"]
    change = {"InstanceGroupId": task, "EC2InstanceIdsToTerminate": [leaving]}
    aws.emr.modify_instance_groups(ClusterId=grouped, InstanceGroups=[change])
    assert sorted(states(aws, grouped, InstanceGroupId=task)) == ["RUNNING", "TERMINATED"]
    _, said = refusal(aws.emr.add_instance_groups, JobFlowId=grouped, InstanceGroups=[CORE])
    assert said.startswith("Multiple core instance groups supplied")


def test_instances_are_listed_by_group_type_and_state(aws: Aws, grouped: str) -> None:
    core = next(g for g in aws.emr.list_instance_groups(ClusterId=grouped)["InstanceGroups"] if g["Market"] == "SPOT")
    found = aws.emr.list_instances(ClusterId=grouped, InstanceGroupId=core["Id"])["Instances"]
    assert [instance["InstanceGroupId"] for instance in found] == [core["Id"]] * 2
    assert all(instance["Id"].startswith("ci-") for instance in found)
    assert all(instance["Ec2InstanceId"].startswith("i-") for instance in found)
    assert {instance["Market"] for instance in found} == {"SPOT"}
    assert "InstanceFleetId" not in found[0]
    assert len(states(aws, grouped, InstanceGroupTypes=["MASTER"])) == 1
    aws.emr.modify_instance_groups(
        ClusterId=grouped, InstanceGroups=[{"InstanceGroupId": core["Id"], "InstanceCount": 1}]
    )
    assert states(aws, grouped, InstanceGroupId=core["Id"], InstanceStates=["TERMINATED"]) == ["TERMINATED"]
    assert states(aws, grouped, InstanceGroupTypes=["CORE"], InstanceStates=["RUNNING"]) == ["RUNNING"]


@models(
    "EMR takes MasterInstanceType, SlaveInstanceType and InstanceCount for instance groups",
    source="Amazon EMR API Reference, JobFlowInstancesConfig",
)
def test_types_and_a_count_stand_for_groups(aws: Aws) -> None:
    short = {"MasterInstanceType": "m5.xlarge", "SlaveInstanceType": "m5.2xlarge", "InstanceCount": 3}
    cluster = aws.cluster(ec2=short, groups=False, wait=False)
    groups = aws.emr.list_instance_groups(ClusterId=cluster)["InstanceGroups"]
    found = [(group["InstanceGroupType"], group["InstanceType"], group["RequestedInstanceCount"]) for group in groups]
    assert sorted(found) == [("CORE", "m5.2xlarge", 2), ("MASTER", "m5.xlarge", 1)]
    assert len(states(aws, cluster)) == 3
    aws.emr.terminate_job_flows(JobFlowIds=[cluster])


@models(
    "EMR provisions instance fleets by their target capacities", source="Amazon EMR API Reference, InstanceFleetConfig"
)
def test_fleets_have_their_capacity_and_instances(aws: Aws, fleets: str) -> None:
    assert aws.emr.describe_cluster(ClusterId=fleets)["Cluster"]["InstanceCollectionType"] == "INSTANCE_FLEET"
    found = {f["InstanceFleetType"]: f for f in aws.emr.list_instance_fleets(ClusterId=fleets)["InstanceFleets"]}
    core = found["CORE"]
    assert core["Id"].startswith("if-")
    assert (core["TargetOnDemandCapacity"], core["TargetSpotCapacity"]) == (2, 3)
    assert (core["ProvisionedOnDemandCapacity"], core["ProvisionedSpotCapacity"]) == (2, 4)  # two units an instance
    assert core["LaunchSpecifications"] == FLEETS[1]["LaunchSpecifications"]
    assert core["Status"]["State"] == "RUNNING"
    first, second = core["InstanceTypeSpecifications"]
    assert (first["WeightedCapacity"], first["EbsOptimized"], first["Configurations"]) == (2, True, SPARK)
    assert [volume["VolumeSpecification"]["SizeInGB"] for volume in first["EbsBlockDevices"]] == [64, 64]
    assert second["BidPriceAsPercentageOfOnDemandPrice"] == 80.0
    instances = aws.emr.list_instances(ClusterId=fleets, InstanceFleetType="CORE")["Instances"]
    assert sorted(instance["Market"] for instance in instances) == ["ON_DEMAND", "SPOT", "SPOT"]
    assert {instance["InstanceFleetId"] for instance in instances} == {core["Id"]}
    assert "InstanceGroupId" not in instances[0]


def test_a_task_fleet_is_added_and_resized(aws: Aws, fleets: str) -> None:
    task = FLEETS[0] | {"Name": "task", "InstanceFleetType": "TASK", "TargetOnDemandCapacity": 3}
    answer = aws.emr.add_instance_fleet(ClusterId=fleets, InstanceFleet=task)
    number = answer["InstanceFleetId"]
    assert answer["ClusterArn"].endswith(f"cluster/{fleets}")
    change = {"InstanceFleetId": number, "TargetOnDemandCapacity": 1, "TargetSpotCapacity": 1}
    aws.emr.modify_instance_fleet(ClusterId=fleets, InstanceFleet=change)
    assert sorted(states(aws, fleets, InstanceFleetId=number)) == ["RUNNING"] * 2 + ["TERMINATED"] * 2
    listed = {f["Id"]: f for f in aws.emr.list_instance_fleets(ClusterId=fleets)["InstanceFleets"]}
    assert listed[number]["TargetSpotCapacity"] == 1
    _, said = refusal(aws.emr.add_instance_fleet, ClusterId=fleets, InstanceFleet=task)
    assert said.startswith("Multiple task instance fleets supplied")
    change = change | {"InstanceFleetId": "if-NONE"}
    _, said = refusal(aws.emr.modify_instance_fleet, ClusterId=fleets, InstanceFleet=change)
    assert said == "Instance fleet id 'if-NONE' is not valid."


@models(
    "EMR refuses instance groups and instance fleets in one cluster",
    source='Amazon EMR Management Guide, "Configuring instance fleets or instance groups"',
)
def test_groups_and_fleets_exclude_each_other(aws: Aws, grouped: str, fleets: str) -> None:
    code, said = refusal(aws.emr.list_instance_groups, ClusterId=fleets)
    assert code == "InvalidRequestException"
    assert said == (
        "Instance fleets and instance groups are mutually exclusive. The EMR cluster specified in the request uses "
        "instance fleets. The ListInstanceGroups operation does not support clusters that use instance fleets. "
        "Use the ListInstanceFleets operation instead."
    )
    code, said = refusal(aws.emr.list_instance_fleets, ClusterId=grouped)
    assert "does not support clusters that use instance groups. Use the ListInstanceGroups operation" in said
    assert refusal(aws.emr.add_instance_groups, JobFlowId=fleets, InstanceGroups=[TASK])[0] == code
    assert refusal(aws.emr.add_instance_fleet, ClusterId=grouped, InstanceFleet=FLEETS[0])[0] == code


def test_a_cluster_of_fleets_may_name_several_subnets(aws: Aws) -> None:
    subnets = [subnet["SubnetId"] for subnet in aws.client("ec2").describe_subnets()["Subnets"][:2]]
    cluster = aws.cluster(ec2={"InstanceFleets": FLEETS, "Ec2SubnetIds": subnets}, groups=False, wait=False)
    attributes = aws.emr.describe_cluster(ClusterId=cluster)["Cluster"]["Ec2InstanceAttributes"]
    assert attributes["RequestedEc2SubnetIds"] == subnets
    assert attributes["Ec2SubnetId"] in subnets
    aws.emr.terminate_job_flows(JobFlowIds=[cluster])


def test_clusters_are_listed_with_their_arns(aws: Aws, grouped: str) -> None:
    listed = {cluster["Id"]: cluster for cluster in aws.emr.list_clusters()["Clusters"]}
    arn = aws.emr.describe_cluster(ClusterId=grouped)["Cluster"]["ClusterArn"]
    assert listed[grouped]["ClusterArn"] == arn
    flow = aws.emr.describe_job_flows(JobFlowIds=[grouped])["JobFlows"][0]
    assert flow["Instances"]["MasterInstanceType"] == "m5.xlarge"


@models(
    "EMR keeps an automatic scaling policy with the cluster's id in place of its placeholder",
    source='Amazon EMR Management Guide, "Using automatic scaling with a custom policy"',
)
def test_automatic_scaling_is_kept_with_the_clusters_id(aws: Aws, grouped: str) -> None:
    alarm = {
        "ComparisonOperator": "LESS_THAN",
        "MetricName": "YARNMemoryAvailablePercentage",
        "Period": 300,
        "Threshold": 15.0,
        "Dimensions": [{"Key": "JobFlowId", "Value": "${emr.clusterId}"}],
    }
    action = {"SimpleScalingPolicyConfiguration": {"ScalingAdjustment": 1, "CoolDown": 300}}
    rule = {"Name": "out", "Action": action, "Trigger": {"CloudWatchAlarmDefinition": alarm}}
    policy = {"Constraints": {"MinCapacity": 1, "MaxCapacity": 3}, "Rules": [rule]}
    (task,) = aws.emr.add_instance_groups(JobFlowId=grouped, InstanceGroups=[TASK | {"AutoScalingPolicy": policy}])[
        "InstanceGroupIds"
    ]

    def kept() -> dict:
        groups = aws.emr.list_instance_groups(ClusterId=grouped)["InstanceGroups"]
        return next(group for group in groups if group["Id"] == task).get("AutoScalingPolicy", {})

    assert kept()["Constraints"] == policy["Constraints"]
    dimensions = kept()["Rules"][0]["Trigger"]["CloudWatchAlarmDefinition"]["Dimensions"]
    assert dimensions == [{"Key": "JobFlowId", "Value": grouped}]
    aws.emr.remove_auto_scaling_policy(ClusterId=grouped, InstanceGroupId=task)
    assert kept() == {}
    aws.emr.put_auto_scaling_policy(ClusterId=grouped, InstanceGroupId=task, AutoScalingPolicy=policy)
    assert kept()["Status"]["State"] == "ATTACHED"


def test_a_name_may_be_empty_and_is_kept_so(aws: Aws) -> None:
    """The API's constraint is a length from 0 to 256; only a name that is missing is refused."""
    cluster = aws.cluster(name="", wait=False)
    assert aws.emr.describe_cluster(ClusterId=cluster)["Cluster"]["Name"] == ""
    assert {found["Id"]: found["Name"] for found in aws.emr.list_clusters()["Clusters"]}[cluster] == ""
    aws.emr.terminate_job_flows(JobFlowIds=[cluster])


def test_a_group_without_a_name_gets_none(aws: Aws, workspace) -> None:
    """Terraform's provider makes a group anew whose name is not the one that it gave."""
    groups = aws.emr.list_instance_groups(ClusterId=workspace.cluster)["InstanceGroups"]
    assert [group.get("Name") for group in groups] == [None, None]
