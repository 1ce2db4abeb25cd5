"""What the service refuses is refused here, with its code and text, and leaves nothing behind."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.support.fidelity import models

from .conftest import Aws, command

XLARGE = {"InstanceType": "m5.xlarge"}
MASTER, CORE, TASK = (
    {"InstanceRole": role, "InstanceCount": count, **XLARGE}
    for role, count in (("MASTER", 1), ("CORE", 2), ("TASK", 1))
)
FLEET = {"InstanceFleetType": "MASTER", "TargetOnDemandCapacity": 1, "InstanceTypeConfigs": [XLARGE]}
ONLY_ONE_WAY = "Please configure instances using one and only one of the following"


def refusal(call: Any, *args: Any, **kwargs: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        call(*args, **kwargs)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def asked(instances: dict | None = None, **change: Any) -> dict:
    """RunJobFlow's members of a small cluster, changed; None leaves a member out."""
    given = {
        "Name": "refused",
        "ReleaseLabel": "emr-7.5.0",
        "ServiceRole": "emr",
        "JobFlowRole": "ec2",
        "Instances": {"InstanceGroups": [MASTER, CORE]} if instances is None else instances,
    }
    return {name: value for name, value in (given | change).items() if value is not None}


def groups(*given: dict, **more: Any) -> dict:
    return {"InstanceGroups": list(given), **more}


def fleets(*given: dict, **more: Any) -> dict:
    return {"InstanceFleets": list(given), **more}


@models(
    "EMR refuses with ValidationException what could never start, and no cluster is left of it",
    source="Amazon EMR API Reference, RunJobFlow; texts for unknown applications and key pairs not verified",
)
@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (asked(ReleaseLabel="emr-9.9.9"), "The supplied release label is invalid: emr-9.9.9."),
        (asked(ReleaseLabel=None), "Must specify exactly one of the following: release label, AMI version"),
        (asked(AmiVersion="3.11.0"), "Only one AMI version and release label may be specified."),
        (asked(ReleaseLabel=None, AmiVersion="3.11.0"), "AMI version 3.11.0 is not supported."),
        (asked(Applications=[{"Name": "Spork"}]), "Specified application: Spork is invalid"),
        (asked(Applications=[{"Name": "Ganglia"}]), "Specified application: Ganglia is invalid"),  # not in 7.x
        (asked(ServiceRole=None), "ServiceRole is required for creating cluster."),
        (asked(JobFlowRole=None), "InstanceProfile is required for creating cluster."),
        (asked(JobFlowRole="none"), "Invalid InstanceProfile: none."),
        (asked(SecurityConfiguration="none"), "Security configuration with name 'none' does not exist."),
        (asked(StepConcurrencyLevel=257), "Invalid step concurrency level. Allowed level is from 1 to 256"),
        (asked(groups(MASTER, Ec2SubnetId="subnet-none")), "The supplied ec2SubnetId is not valid."),
        (asked(groups(MASTER | {"InstanceType": "t2.micro"})), "Instance type 't2.micro' is not supported."),
        (asked(groups(MASTER | {"InstanceType": "m5.huge"})), "Instance type 'm5.huge' is not supported."),
        (asked({"MasterInstanceType": "t2.micro", "InstanceCount": 1}), "Instance type 't2.micro' is not supported."),
        (asked({"MasterInstanceType": "m5.xlarge", "InstanceCount": 0}), "Instance count must be greater than 0."),
        (asked({}), ONLY_ONE_WAY),
        (asked({"InstanceCount": 3}), ONLY_ONE_WAY),
        (asked(groups(MASTER, InstanceFleets=[FLEET])), ONLY_ONE_WAY),
        (asked(groups(MASTER, MasterInstanceType="m5.xlarge")), ONLY_ONE_WAY),
        (asked(groups(CORE)), "Zero master instance groups supplied, you must specify exactly one master"),
        (asked(groups(MASTER, MASTER)), "Multiple master instance groups supplied, you must specify exactly one"),
        (asked(groups(MASTER, CORE, CORE)), "Multiple core instance groups supplied"),
        (asked(groups(MASTER, TASK)), "Clusters with task nodes must also define core nodes."),
        (asked(groups(MASTER, CORE | {"InstanceCount": 0})), "An instance group must have at least one instance"),
        (asked(groups(MASTER | {"InstanceCount": 2}, CORE)), "exactly 3 instances for HA clusters"),
        (asked(groups(MASTER, CORE | {"BidPrice": "1"})), "Attempted to set bid price for on demand instance group."),
        (asked(groups(MASTER, CORE | {"Market": "SPOT", "BidPrice": "x"})), "bid price supplied for an instance group"),
        (asked(groups(MASTER, Ec2SubnetIds=["subnet-1"])), "Only one subnet may be specified for clusters configured"),
        (asked(fleets(FLEET | {"InstanceFleetType": "CORE"})), "No master instance fleets were supplied"),
        (asked(fleets(FLEET, FLEET)), "Multiple master instance fleets supplied"),
        (asked(fleets(FLEET | {"TargetOnDemandCapacity": 2})), "can only have a target capacity of 1"),
        (asked(fleets(FLEET, FLEET | {"InstanceFleetType": "TASK"})), "must also define core instance fleets"),
        (asked(fleets(FLEET | {"InstanceTypeConfigs": [XLARGE, XLARGE]})), "contains duplicate instance types [m5"),
        (asked(fleets(FLEET | {"InstanceTypeConfigs": [{"InstanceType": "t2.micro"}]})), "'t2.micro' is not supported"),
        (asked(Steps=[command("x", on="CANCEL_AND_WAIT")], StepConcurrencyLevel=2), "ActionOnFailure"),
    ],
)  # fmt: skip
def test_what_could_never_start_is_refused_and_leaves_nothing(aws: Aws, request_: dict, message: str) -> None:
    before = {cluster["Id"] for cluster in aws.emr.list_clusters()["Clusters"]}
    instances = aws.client("ec2").describe_instances()["Reservations"]
    code, said = refusal(aws.emr.run_job_flow, **request_)
    assert (code, message in said) == ("ValidationException", True), said
    assert {cluster["Id"] for cluster in aws.emr.list_clusters()["Clusters"]} == before
    assert len(aws.client("ec2").describe_instances()["Reservations"]) == len(instances)


def test_a_request_without_a_name_is_refused(aws: Aws) -> None:
    careless = aws.client("emr", parameter_validation=False)  # boto3 would not send it
    code, said = refusal(careless.run_job_flow, **asked(Name=None))
    assert code == "ValidationException"
    assert said.startswith("1 validation error detected: Value null at 'name' failed to satisfy constraint")


@models(
    "EMR ends a cluster with VALIDATION_ERROR for what it finds out while it starts, as an unknown service role",
    source='Amazon EMR Management Guide, "Error codes with ErrorDetail information"',
)
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (asked(ServiceRole="none"), "EMR service role arn:aws:iam::123456789012:role/none is invalid"),
        (asked(groups(MASTER, Ec2KeyName="none")), "The given SSH key name was invalid"),
        (
            asked(groups(MASTER, EmrManagedMasterSecurityGroup="sg-0", EmrManagedSlaveSecurityGroup="sg-0")),
            "The security group 'sg-0' does not exist",
        ),
        (asked(groups(MASTER, AdditionalMasterSecurityGroups=["sg-1"])), "The security group 'sg-1' does not exist"),
    ],
)
def test_what_is_found_out_while_it_starts_ends_the_cluster(aws: Aws, change: dict, message: str) -> None:
    cluster = aws.emr.run_job_flow(**change)["JobFlowId"]
    status = aws.until(cluster, "TERMINATED_WITH_ERRORS")
    assert status["StateChangeReason"] == {"Code": "VALIDATION_ERROR", "Message": message}


@models(
    "EMR wants a service access group in a private subnet and refuses it in a public one",
    source='Amazon EMR Management Guide, "Working with Amazon EMR-managed security groups"',
)
def test_a_private_subnet_wants_a_group_for_the_service_and_a_public_one_refuses_it(aws: Aws) -> None:
    ec2 = aws.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.9.1.0/24")["Subnet"]["SubnetId"]
    master, service = (
        ec2.create_security_group(GroupName=name, Description="x", VpcId=vpc)["GroupId"] for name in ("m", "s")
    )
    own = {"EmrManagedMasterSecurityGroup": master, "EmrManagedSlaveSecurityGroup": master, "Ec2SubnetId": subnet}

    def ends(**given: Any) -> str:
        cluster = aws.emr.run_job_flow(**asked(groups(MASTER, KeepJobFlowAliveWhenNoSteps=True, **own, **given)))
        status = aws.until(cluster["JobFlowId"], "TERMINATED_WITH_ERRORS", "WAITING")
        aws.emr.terminate_job_flows(JobFlowIds=[cluster["JobFlowId"]])
        return status["StateChangeReason"].get("Message", "")

    assert ends().startswith("You must also specify a ServiceAccessSecurityGroup if you use custom security groups")
    assert ends(ServiceAccessSecurityGroup=service) == "Cluster ready to run steps."
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
    assert ends() == "Cluster ready to run steps."
    assert ends(ServiceAccessSecurityGroup=service).startswith("You cannot specify a ServiceAccessSecurityGroup for")


def test_an_instance_profile_need_not_be_named_as_its_role(aws: Aws) -> None:
    iam = aws.client("iam")
    iam.create_instance_profile(InstanceProfileName="other-name")
    code, said = refusal(aws.emr.run_job_flow, **asked(JobFlowRole="other-name"))
    assert (code, said) == ("ValidationException", "Invalid InstanceProfile: other-name.")  # it has no role at all
    iam.add_role_to_instance_profile(InstanceProfileName="other-name", RoleName="ec2")
    as_terraform_sends_it = groups(MASTER, AdditionalMasterSecurityGroups=[""])
    cluster = aws.emr.run_job_flow(**asked(as_terraform_sends_it, JobFlowRole="other-name"))["JobFlowId"]
    aws.until(cluster, "TERMINATED")


@models(
    "EMR answers an unknown cluster id with InvalidRequestException, \"Cluster id 'j-...' is not valid.\"",
    source="Amazon EMR API Reference, DescribeCluster; terraform-provider-aws 5.100.0, internal/service/emr/cluster.go",
)
@pytest.mark.parametrize(
    ("operation", "arguments"),
    [
        ("describe_cluster", {"ClusterId": "j-NONE"}),
        ("list_steps", {"ClusterId": "j-NONE"}),
        ("list_instance_groups", {"ClusterId": "j-NONE"}),
        ("list_instance_fleets", {"ClusterId": "j-NONE"}),
        ("list_instances", {"ClusterId": "j-NONE"}),
        ("add_instance_fleet", {"ClusterId": "j-NONE", "InstanceFleet": FLEET}),
        ("cancel_steps", {"ClusterId": "j-NONE", "StepIds": ["s-NONE"]}),
        ("get_auto_termination_policy", {"ClusterId": "j-NONE"}),
        ("modify_cluster", {"ClusterId": "j-NONE", "StepConcurrencyLevel": 2}),
        ("add_tags", {"ResourceId": "j-NONE", "Tags": [{"Key": "a", "Value": "b"}]}),
    ],
)
def test_an_unknown_cluster_is_an_invalid_request(aws: Aws, operation: str, arguments: dict) -> None:
    code, message = refusal(getattr(aws.emr, operation), **arguments)
    assert (code, message) == ("InvalidRequestException", "Cluster id 'j-NONE' is not valid.")


@models(
    "EMR answers an unknown id with ValidationException in AddJobFlowSteps and TerminateJobFlows",
    source="Amazon EMR API Reference, AddJobFlowSteps",
)
@pytest.mark.parametrize(
    ("operation", "arguments"),
    [
        ("add_job_flow_steps", {"JobFlowId": "j-NONE", "Steps": [command("true")]}),
        ("add_instance_groups", {"JobFlowId": "j-NONE", "InstanceGroups": [TASK]}),
        ("terminate_job_flows", {"JobFlowIds": ["j-NONE"]}),
        ("set_termination_protection", {"JobFlowIds": ["j-NONE"], "TerminationProtected": True}),
        ("set_visible_to_all_users", {"JobFlowIds": ["j-NONE"], "VisibleToAllUsers": True}),
        ("set_unhealthy_node_replacement", {"JobFlowIds": ["j-NONE"], "UnhealthyNodeReplacement": True}),
        ("set_keep_job_flow_alive_when_no_steps", {"JobFlowIds": ["j-NONE"], "KeepJobFlowAliveWhenNoSteps": True}),
    ],
)
def test_an_unknown_job_flow_is_no_valid_id(aws: Aws, operation: str, arguments: dict) -> None:
    code, message = refusal(getattr(aws.emr, operation), **arguments)
    assert (code, message) == ("ValidationException", "Specified job flow ID not valid.")


@models(
    "EMR takes no steps, groups or policies for a cluster that has ended",
    source="Amazon EMR API Reference, AddJobFlowSteps: the cluster must be STARTING, BOOTSTRAPPING, RUNNING or WAITING",
)
def test_a_cluster_that_ended_takes_nothing(aws: Aws) -> None:
    cluster = aws.cluster(keep=False)
    aws.until(cluster, "TERMINATED")
    group = aws.emr.list_instance_groups(ClusterId=cluster)["InstanceGroups"][0]["Id"]
    tags = [{"Key": "a", "Value": "b"}]
    limits = {"UnitType": "Instances", "MinimumCapacityUnits": 1, "MaximumCapacityUnits": 2}
    changes = {
        "add_job_flow_steps": {"JobFlowId": cluster, "Steps": [command("true")]},
        "add_instance_groups": {"JobFlowId": cluster, "InstanceGroups": [TASK]},
        "cancel_steps": {"ClusterId": cluster, "StepIds": ["s-NONE"]},
        "modify_cluster": {"ClusterId": cluster, "StepConcurrencyLevel": 2},
        "modify_instance_groups": {"InstanceGroups": [{"InstanceGroupId": group, "InstanceCount": 2}]},
        "put_auto_termination_policy": {"ClusterId": cluster, "AutoTerminationPolicy": {"IdleTimeout": 60}},
        "put_managed_scaling_policy": {"ClusterId": cluster, "ManagedScalingPolicy": {"ComputeLimits": limits}},
        "set_termination_protection": {"JobFlowIds": [cluster], "TerminationProtected": True},
        "add_tags": {"ResourceId": cluster, "Tags": tags},
        "remove_tags": {"ResourceId": cluster, "TagKeys": ["a"]},
    }
    for operation, arguments in changes.items():
        code, message = refusal(getattr(aws.emr, operation), **arguments)
        assert code in ("ValidationException", "InvalidRequestException"), operation
        assert message == "A job flow that is shutting down, terminated, or finished may not be modified.", operation


@models(
    "EMR refuses ids of steps and groups that a cluster does not have", source="Amazon EMR API Reference, DescribeStep"
)
def test_ids_that_the_cluster_does_not_have(aws: Aws, workspace: Any) -> None:
    asked_for = {"ClusterId": workspace.cluster}
    code, message = refusal(aws.emr.describe_step, **asked_for, StepId="s-NONE")
    assert (code, message) == ("InvalidRequestException", "Step id 's-NONE' is not valid.")
    code, message = refusal(aws.emr.list_instances, **asked_for, InstanceGroupId="ig-NONE")
    assert (code, message) == ("InvalidRequestException", "Instance group id 'ig-NONE' is not valid.")
    change = [{"InstanceGroupId": "ig-NONE", "InstanceCount": 2}]
    code, message = refusal(aws.emr.modify_instance_groups, **asked_for, InstanceGroups=change)
    assert (code, message) == ("InvalidRequestException", "Instance group id 'ig-NONE' is not valid.")


def test_an_id_twice_does_not_exist_the_second_time(aws: Aws, workspace: Any) -> None:
    code, message = refusal(aws.emr.terminate_job_flows, JobFlowIds=[workspace.cluster] * 2)
    assert (code, message) == ("ValidationException", "Specified job flow ID does not exist.")


def test_serverless_jobs_are_refused(aws: Aws) -> None:
    client = aws.client("emr-serverless")
    number = client.create_application(type="SPARK", releaseLabel="emr-7.5.0", name="x")["applicationId"]
    driver = {"sparkSubmit": {"entryPoint": "s3://b/job.py"}}
    role = "arn:aws:iam::123456789012:role/ec2"
    code, message = refusal(client.start_job_run, applicationId=number, executionRoleArn=role, jobDriver=driver)
    assert code == "ValidationException"
    assert "no EMR Serverless jobs" in message
