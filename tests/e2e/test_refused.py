"""What is refused on the local AWS to those who try: a user of the Studio, a program on a node, the deployer.

tests/terraform/escalation.toml has the whole list, decided on with documents; here a few are asked for in earnest.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from orchard.emulator import process
from orchard.emulator.permissions import ledger
from tests.waiting import until

from .conftest import BUCKET

ACCOUNT, REGION = "123456789012", "eu-west-3"
PREFIX = f"orchard-{REGION}"
NODE = f"arn:aws:iam::{ACCOUNT}:role/{PREFIX}-emr-node"
NO_IDENTITY, BY_IDENTITY = (
    "because no identity-based policy allows the",
    "with an explicit deny in an identity-based policy",
)
NO_TRUST = "because no role trust policy allows the"
ANYTHING = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})

Call = tuple[str, str, dict[str, Any], str, str]  # service, operation, parameters, region, end of the refusal

# On a node there is no test, and what it finds out is told in a file among the results.
PROGRAM = """
import json, sys
import boto3
from botocore.exceptions import ClientError

told = []
for service, operation, given, region, _ in json.loads(sys.argv[1]):
    try:
        getattr(boto3.client(service, region_name=region), operation)(**given)
        told.append("")
    except ClientError as error:
        told.append(str(error))
boto3.client("s3").put_object(Bucket=sys.argv[2], Key=sys.argv[3], Body=json.dumps(told))
"""


@pytest.fixture(scope="module")
def keys(story) -> Iterator[Callable[[str, str], Callable[[str, str], Any]]]:
    """Makes clients for the access key of somebody."""
    story.told("up")
    before = len(ledger.read(story.home))

    def of(key_id: str, secret: str) -> Callable[[str, str], Any]:
        return lambda service, region: boto3.client(
            service,
            region_name=region,
            endpoint_url=story.target.endpoint,
            aws_access_key_id=key_id,
            aws_secret_access_key=secret,
        )

    yield of
    story.on_purpose = range(before, len(ledger.read(story.home)))


def refusals(calls: list[Call], client: Callable[[str, str], Any]) -> list[str]:
    """Try all; returns the error of each, empty where there is none."""
    told = []
    for service, operation, given, region, _ in calls:
        try:
            getattr(client(service, region), operation)(**given)
            told.append("")
        except ClientError as error:
            told.append(str(error))
    return told


def check(calls: list[Call], told: list[str]) -> None:
    """Compare what was told with what each call expects; one that expects nothing must have passed."""
    assert len(told) == len(calls)
    wrong = [
        (call, error)
        for call, error in zip(calls, told, strict=True)
        if (call[-1] not in error or "not authorized" not in error if call[-1] else error)
    ]
    assert wrong == []


def step() -> dict[str, Any]:
    return {"Name": "mine", "HadoopJarStep": {"Jar": "command-runner.jar", "Args": ["true"]}}


def test_a_studio_user_has_their_notebooks_and_nothing_else(story, keys):
    cluster, iam = story.cluster()["Id"], story.target.client("iam")
    iam.create_user(UserName="ana")
    attached = [f"arn:aws:iam::{ACCOUNT}:policy/{PREFIX}-{name}" for name in ("eu-only", "studio-basic")]
    for arn in attached:
        iam.attach_user_policy(UserName="ana", PolicyArn=arn)
    key = iam.create_access_key(UserName="ana")["AccessKey"]
    calls: list[Call] = [
        ("emr", "describe_cluster", {"ClusterId": cluster}, REGION, ""),
        ("s3", "list_objects_v2", {"Bucket": BUCKET, "Prefix": "logs/"}, REGION, ""),
        ("s3", "list_objects_v2", {"Bucket": BUCKET, "Prefix": "data/"}, REGION, NO_IDENTITY),
        ("s3", "get_object", {"Bucket": BUCKET, "Key": "data/raw/a.jpg"}, REGION, NO_IDENTITY),
        ("s3", "put_object", {"Bucket": BUCKET, "Key": "jobs/bootstrap.sh", "Body": b""}, REGION, NO_IDENTITY),
        ("emr", "add_job_flow_steps", {"JobFlowId": cluster, "Steps": [step()]}, REGION, NO_IDENTITY),
        ("emr", "describe_cluster", {"ClusterId": cluster}, "eu-west-2", BY_IDENTITY),
        ("sts", "assume_role", {"RoleArn": NODE, "RoleSessionName": "ana"}, REGION, NO_TRUST),
        ("iam", "attach_user_policy", {"UserName": "ana", "PolicyArn": attached[0]}, REGION, NO_IDENTITY),
        ("iam", "create_access_key", {"UserName": "ana"}, REGION, NO_IDENTITY),
    ]
    told = refusals(calls, keys(key["AccessKeyId"], key["SecretAccessKey"]))
    iam.delete_access_key(UserName="ana", AccessKeyId=key["AccessKeyId"])
    for arn in attached:
        iam.detach_user_policy(UserName="ana", PolicyArn=arn)
    iam.delete_user(UserName="ana")
    check(calls, told)


def test_a_program_on_a_node_cannot_change_its_rights_or_what_it_reads(story):
    cluster, emr = story.cluster()["Id"], story.target.client("emr")
    key = story.target.client("kms").describe_key(KeyId="alias/orchard-data")["KeyMetadata"]["Arn"]
    calls: list[Call] = [
        ("s3", "put_object", {"Bucket": BUCKET, "Key": "data/features/refused/a", "Body": "a"}, REGION, ""),
        *(
            ("s3", "put_object", {"Bucket": BUCKET, "Key": name, "Body": "a"}, REGION, NO_IDENTITY)
            for name in ("data/raw/a.jpg", "data/packed/a", "data/runs/r/run.json", "jobs/bootstrap.sh", "notebooks/a")
        ),
        ("s3", "delete_object", {"Bucket": BUCKET, "Key": "jobs/bootstrap.sh"}, REGION, NO_IDENTITY),
        ("s3", "delete_bucket_policy", {"Bucket": BUCKET}, REGION, NO_IDENTITY),
        ("s3", "delete_bucket_encryption", {"Bucket": BUCKET}, REGION, NO_IDENTITY),
        ("s3", "delete_public_access_block", {"Bucket": BUCKET}, REGION, NO_IDENTITY),
        ("kms", "put_key_policy", {"KeyId": key, "Policy": ANYTHING}, REGION, NO_IDENTITY),
        ("kms", "schedule_key_deletion", {"KeyId": key}, REGION, NO_IDENTITY),
        ("kms", "describe_key", {"KeyId": key.replace(REGION, "eu-central-2")}, "eu-central-2", BY_IDENTITY),
        (
            *("iam", "put_role_policy"),
            {"RoleName": f"{PREFIX}-emr-node", "PolicyName": "more", "PolicyDocument": ANYTHING},
            *(REGION, NO_IDENTITY),
        ),
        ("emr", "add_job_flow_steps", {"JobFlowId": cluster, "Steps": [step()]}, REGION, NO_IDENTITY),
    ]
    outcome = "data/features/refused/outcome.json"
    args = ["python3", "-c", PROGRAM, json.dumps(calls), BUCKET, outcome]
    jar = {"Jar": "command-runner.jar", "Args": args}
    made = emr.add_job_flow_steps(JobFlowId=cluster, Steps=[{"Name": "refused", "HadoopJarStep": jar}])
    (number,) = made["StepIds"]
    state = lambda: emr.describe_step(ClusterId=cluster, StepId=number)["Step"]["Status"]["State"]  # noqa: E731
    until(lambda: state() in ("COMPLETED", "FAILED"))
    assert state() == "COMPLETED"
    s3 = story.target.client("s3")
    told = json.loads(s3.get_object(Bucket=BUCKET, Key=outcome)["Body"].read())
    for name in ("a", "outcome.json"):
        s3.delete_object(Bucket=BUCKET, Key=f"data/features/refused/{name}")
    check(calls, told)


def test_the_deployer_stays_who_they_are(story, keys):
    name = f"deployer-{PREFIX}"
    own = json.loads((process.find(story.home).home / name).read_text())
    key = story.target.client("kms").describe_key(KeyId="alias/orchard-data")["KeyMetadata"]["Arn"]
    admin = {"PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}
    version = {"PolicyArn": f"arn:aws:iam::{ACCOUNT}:policy/{name}-run", "PolicyDocument": ANYTHING}
    grant = {"KeyId": key, "GranteePrincipal": f"arn:aws:iam::{ACCOUNT}:user/{name}", "Operations": ["Decrypt"]}
    calls: list[Call] = [
        ("s3", "get_bucket_policy", {"Bucket": BUCKET}, REGION, ""),
        ("iam", "create_user", {"UserName": "second"}, REGION, NO_IDENTITY),
        ("iam", "create_access_key", {"UserName": name}, REGION, NO_IDENTITY),
        ("iam", "attach_user_policy", {"UserName": name, **admin}, REGION, NO_IDENTITY),
        ("iam", "create_policy_version", {**version, "SetAsDefault": True}, REGION, NO_IDENTITY),
        ("iam", "attach_role_policy", {"RoleName": f"{PREFIX}-emr-node", **admin}, REGION, NO_IDENTITY),
        ("sts", "assume_role", {"RoleArn": NODE, "RoleSessionName": "mine"}, REGION, NO_TRUST),
        ("kms", "create_grant", grant, REGION, NO_IDENTITY),
        ("ec2", "describe_vpcs", {}, "eu-west-2", BY_IDENTITY),
    ]
    check(calls, refusals(calls, keys(own["key_id"], own["secret"])))
