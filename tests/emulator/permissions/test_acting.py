"""What EMR, nodes and schedules do on a customer's behalf is done in their roles, and ends where these do."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from checks import emr_roles
from tests.support.fidelity import models
from tests.waiting import until

from ..conftest import Aws, command

ACCOUNT = "123456789012"
EMR, EC2, SCHEDULER = "elasticmapreduce.amazonaws.com", "ec2.amazonaws.com", "scheduler.amazonaws.com"


def nodes(aws: Aws, *statements: dict[str, Any], service: str = EC2) -> str:
    """Make a role for nodes with its instance profile; returns their name."""
    iam, name = aws.client("iam"), f"nodes-{uuid4().hex[:8]}"
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=emr_roles.trust(service))
    document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=document)
    iam.create_instance_profile(InstanceProfileName=name)
    iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
    return name


def allow(*actions: str, on: str | list[str]) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": on}


def end(aws: Aws, **kwargs: Any) -> dict[str, str]:
    """Make a cluster that cannot live, and return why it ended."""
    cluster = aws.cluster(**kwargs)
    return aws.until(cluster, "TERMINATED_WITH_ERRORS")["StateChangeReason"]


@models(
    "EMR starts instances in its service role, and a cluster ends with VALIDATION_ERROR where that may not",
    source="terraform-aws-modules/terraform-aws-emr issue 3; not verified: which calls EMR tries first",
)
def test_a_service_role_without_rights_starts_nothing(aws: Aws) -> None:
    role = emr_roles.role(aws.client("iam"), f"emr-{uuid4().hex[:8]}", EMR, "ec2:Describe*")
    why = end(aws, ServiceRole=role)
    assert why == {"Code": "VALIDATION_ERROR", "Message": f"Service role {role} has insufficient EC2 permissions"}


@models(
    "EMR ends a cluster whose service role it cannot assume with VALIDATION_ERROR",
    source="not verified: the text is that of a role that does not exist",
)
def test_a_service_role_must_trust_emr(aws: Aws) -> None:
    role = emr_roles.role(aws.client("iam"), f"emr-{uuid4().hex[:8]}", EC2, "ec2:*", "iam:PassRole")
    assert end(aws, ServiceRole=role)["Message"] == f"EMR service role {role} is invalid"


@models(
    "EMR's service role must be allowed to hand the nodes' role to EC2",
    source="Amazon EMR Management Guide, 'Service role for Amazon EMR', PassRoleForEC2",
)
def test_a_service_role_must_be_allowed_to_pass_the_nodes_role(aws: Aws) -> None:
    role = emr_roles.role(aws.client("iam"), f"emr-{uuid4().hex[:8]}", EMR, "ec2:*")
    assert end(aws, ServiceRole=role)["Message"].endswith("has insufficient EC2 permissions")


@models(
    "EC2 must be trusted by the role in a cluster's instance profile",
    source="Amazon EC2 User Guide, 'IAM roles for Amazon EC2'; not verified: when and how EMR tells",
)
def test_the_nodes_role_must_trust_ec2(aws: Aws) -> None:
    name = nodes(aws, allow("s3:*", on="*"), service=EMR)
    assert end(aws, JobFlowRole=name)["Message"] == f"Failed to authorize instance profile {name}"


@models(
    "EMR's steps and logs reach S3 in the nodes' role, and no further",
    source="Amazon EMR Management Guide, 'Service role for cluster EC2 instances (EC2 instance profile)'",
)
def test_a_step_may_what_the_nodes_may(aws: Aws) -> None:
    mine, theirs = aws.bucket(), aws.bucket()
    aws.put(mine, "in/a", "a")
    aws.put(theirs, "in/b", "b")
    name = nodes(
        aws,
        allow("s3:ListBucket", on=f"arn:aws:s3:::{mine}"),
        allow("s3:GetObject", on=f"arn:aws:s3:::{mine}/*"),
        allow("s3:PutObject", on=[f"arn:aws:s3:::{mine}/out/*", f"arn:aws:s3:::{mine}/logs/*"]),
    )
    who = "import boto3; print(boto3.client('sts').get_caller_identity()['Arn'])"
    cluster = aws.cluster(
        command("python3", "-c", who),
        command("hadoop", "fs", "-cp", f"s3://{mine}/in/a", f"s3://{mine}/out/a"),
        command("hadoop", "fs", "-cp", f"s3://{mine}/in/a", f"s3://{mine}/elsewhere/a"),
        command("hadoop", "fs", "-cp", f"s3://{theirs}/in/b", f"s3://{mine}/out/b"),
        bucket=mine,
        JobFlowRole=name,
    )
    steps = [step["Id"] for step in reversed(aws.emr.list_steps(ClusterId=cluster)["Steps"])]
    print(aws.log(mine, cluster, steps[1], "stderr"))
    assert [aws.step_until(cluster, step)["State"] for step in steps] == ["COMPLETED", "COMPLETED", "FAILED", "FAILED"]
    assert f"arn:aws:sts::{ACCOUNT}:assumed-role/{name}/i-" in aws.log(mine, cluster, steps[0], "stdout")
    denied = aws.log(mine, cluster, steps[2], "stderr")
    assert f"is not authorized to perform: s3:PutObject on resource: arn:aws:s3:::{mine}/elsewhere/a" in denied
    assert "Status Code: 403; Error Code: AccessDenied" in denied
    assert f"the nodes' role may not read it: s3://{theirs}/" in aws.log(mine, cluster, steps[3], "controller")
    assert aws.keys(mine, "out/") == ["out/a"]
    aws.emr.terminate_job_flows(JobFlowIds=[cluster])


def test_logs_that_the_nodes_may_not_write_are_lost(aws: Aws) -> None:
    bucket = aws.bucket()
    cluster = aws.cluster(command("true"), bucket=bucket, JobFlowRole=nodes(aws, allow("s3:GetObject", on="*")))
    (step,) = aws.emr.list_steps(ClusterId=cluster)["Steps"]
    assert aws.step_until(cluster, step["Id"])["State"] == "COMPLETED"
    assert aws.keys(bucket) == []
    aws.emr.terminate_job_flows(JobFlowIds=[cluster])


@models(
    "EventBridge Scheduler refuses a role that it cannot assume",
    source="EventBridge Scheduler User Guide, 'Set up the execution role'",
)
def test_a_schedules_role_must_trust_the_scheduler(aws: Aws) -> None:
    role = emr_roles.role(aws.client("iam"), f"end-{uuid4().hex[:8]}", EC2, "elasticmapreduce:*")
    with pytest.raises(ClientError, match="must allow AWS EventBridge Scheduler to assume the role"):
        schedule(aws, role, "2099-01-01T00:00:00", "j-X")


@models(
    "EventBridge Scheduler calls its target in the schedule's role, and buries what that may not",
    source="EventBridge Scheduler User Guide, 'Configuring a dead-letter queue'",
)
def test_a_schedule_may_what_its_role_may(aws: Aws) -> None:
    sqs, cluster = aws.client("sqs"), aws.cluster()
    queue = sqs.create_queue(QueueName=f"dead-{uuid4().hex[:8]}")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    role = emr_roles.role(aws.client("iam"), f"end-{uuid4().hex[:8]}", SCHEDULER, "sqs:SendMessage")
    moment = aws.now() + timedelta(minutes=5)
    schedule(aws, role, f"{moment:%Y-%m-%dT%H:%M:%S}", cluster, DeadLetterConfig={"Arn": arn})
    aws.advance(600)
    (message,) = until(lambda: sqs.receive_message(QueueUrl=queue).get("Messages"))
    assert cluster in message["Body"]
    assert aws.status(cluster)["State"] == "WAITING"
    aws.emr.terminate_job_flows(JobFlowIds=[cluster])


def schedule(aws: Aws, role: str, at: str, cluster: str, **target: Any) -> None:
    aws.client("scheduler").create_schedule(
        Name=f"end-{uuid4().hex[:8]}",
        ScheduleExpression=f"at({at})",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={
            "Arn": "arn:aws:scheduler:::aws-sdk:emr:terminateJobFlows",
            "RoleArn": role,
            "Input": json.dumps({"JobFlowIds": [cluster]}),
            **target,
        },
    )


@models(
    "EMR tries a Studio's service role out: it must be assumable, and get at the notebooks' place",
    source="terraform-provider-aws 5.100.0, internal/service/emr/studio.go",
)
@pytest.mark.parametrize(
    ("service", "words"),
    [(EC2, "not have permissions to assume role"), (EMR, "not have permission to access")],
)
def test_a_studios_role_is_tried_out(aws: Aws, service: str, words: str) -> None:
    role = emr_roles.role(aws.client("iam"), f"studio-{uuid4().hex[:8]}", service, "s3:GetObject")
    with pytest.raises(ClientError, match=words):
        aws.emr.create_studio(
            Name=f"studio-{uuid4().hex[:8]}",
            AuthMode="IAM",
            VpcId="vpc-1",
            SubnetIds=["subnet-1"],
            ServiceRole=role,
            WorkspaceSecurityGroupId="sg-1",
            EngineSecurityGroupId="sg-2",
            DefaultS3Location=f"s3://{aws.bucket()}/studio/",
        )
