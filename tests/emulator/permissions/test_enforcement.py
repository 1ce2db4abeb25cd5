"""What the local AWS refuses to whoever may not, in AWS's words, and what it lets pass."""

import json
from typing import Any
from uuid import uuid4

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from checks.emr_roles import trust
from orchard.emulator.permissions import ledger
from tests.support.fidelity import models

from ..conftest import REGION, Aws

ACCOUNT = "123456789012"


class Somebody:
    """An IAM user with policies of the test's own."""

    def __init__(self, aws: Aws, *statements: dict[str, Any]) -> None:
        self.aws, self.iam = aws, aws.client("iam")
        self.name = f"somebody-{uuid4().hex[:8]}"
        self.arn = f"arn:aws:iam::{ACCOUNT}:user/{self.name}"
        self.iam.create_user(UserName=self.name)
        if statements:
            self.iam.put_user_policy(UserName=self.name, PolicyName="own", PolicyDocument=document(*statements))
        key = self.iam.create_access_key(UserName=self.name)["AccessKey"]
        self.credentials = {"key": key["AccessKeyId"], "secret": key["SecretAccessKey"]}

    def client(self, service: str, region: str = REGION) -> Any:
        return client(self.aws, service, region, **self.credentials)


class Session:
    """A session of a role that anybody of the account may assume."""

    def __init__(self, aws: Aws, *statements: dict[str, Any], boundary: str | None = None, **asked: str) -> None:
        self.aws, self.name, iam = aws, f"role-{uuid4().hex[:8]}", aws.client("iam")
        more = {"PermissionsBoundary": boundary} if boundary else {}
        lets = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "sts:AssumeRole"}
        arn = iam.create_role(RoleName=self.name, AssumeRolePolicyDocument=document(lets), **more)["Role"]["Arn"]
        iam.put_role_policy(RoleName=self.name, PolicyName="own", PolicyDocument=document(*statements))
        caller = Somebody(aws, allow("sts:AssumeRole", on=arn))
        given = caller.client("sts").assume_role(RoleArn=arn, RoleSessionName="session", **asked)["Credentials"]
        self.credentials = {
            "key": given["AccessKeyId"],
            "secret": given["SecretAccessKey"],
            "token": given["SessionToken"],
        }

    def client(self, service: str, region: str = REGION) -> Any:
        return client(self.aws, service, region, **self.credentials)


def client(aws: Aws, service: str, region: str = REGION, *, key: str, secret: str, token: str | None = None) -> Any:
    return boto3.client(
        service,
        region_name=region,
        endpoint_url=aws.endpoint,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        aws_session_token=token,
        config=Config(retries={"max_attempts": 0}),
    )


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(*actions: str, on: str | list[str] = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": on, **more}


def refused(call: Any, **arguments: Any) -> tuple[int, str, str]:
    with pytest.raises(ClientError) as raised:
        call(**arguments)
    answer = raised.value.response
    return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"], answer["Error"]["Message"]


NOBODY_MAY = {
    "s3": ("create_bucket", {"Bucket": "b"}, 403, "AccessDenied", "s3:CreateBucket on resource: arn:aws:s3:::b"),
    "iam": ("list_roles", {}, 403, "AccessDenied", "iam:ListRoles"),
    "ec2": ("describe_vpcs", {}, 403, "UnauthorizedOperation", "ec2:DescribeVpcs"),
    "emr": ("list_clusters", {}, 400, "AccessDeniedException", "elasticmapreduce:ListClusters"),
    "kms": ("list_aliases", {}, 400, "AccessDeniedException", "kms:ListAliases"),
    "sns": ("list_topics", {}, 403, "AuthorizationError", "sns:ListTopics"),
    "scheduler": (
        "get_schedule",
        {"Name": "x"},
        403,
        "AccessDeniedException",
        "scheduler:GetSchedule on resource: arn:aws:scheduler:eu-west-3:123456789012:schedule/default/x",
    ),
}


@models(
    "IAM refuses what no policy allows, in each service's code, naming the user, the action and the resource",
    source="IAM User Guide, 'Troubleshoot access denied error messages'; the services' API References, common errors",
)
@pytest.mark.parametrize("service", NOBODY_MAY)
def test_a_user_without_policies_may_do_nothing(aws: Aws, service: str) -> None:
    operation, arguments, status, code, words = NOBODY_MAY[service]
    somebody = Somebody(aws)
    told = refused(getattr(somebody.client(service), operation), **arguments)
    assert told[:2] == (status, code)
    action = words.split(" ")[0]
    assert f"User: {somebody.arn} is not authorized to perform: {words}" in told[2]
    assert told[2].endswith(f"because no identity-based policy allows the {action} action")


@models("STS tells everybody who they are, whatever policies say", source="AWS STS API Reference, GetCallerIdentity")
def test_everybody_may_ask_who_they_are(aws: Aws) -> None:
    denied = Somebody(aws, {"Effect": "Deny", "Action": "*", "Resource": "*"})
    assert denied.client("sts").get_caller_identity()["Arn"] == denied.arn
    assert aws.client("sts").get_caller_identity()["Arn"] == f"arn:aws:iam::{ACCOUNT}:root"


def test_an_action_is_allowed_where_its_resource_is(aws: Aws) -> None:
    bucket = aws.bucket()
    aws.put(bucket, "mine/a", "a")
    aws.put(bucket, "theirs/a", "a")
    somebody = Somebody(aws, allow("s3:GetObject", on=f"arn:aws:s3:::{bucket}/mine/*"))
    s3 = somebody.client("s3")
    assert s3.get_object(Bucket=bucket, Key="mine/a")["Body"].read() == b"a"
    assert "s3:GetObject" in refused(s3.get_object, Bucket=bucket, Key="theirs/a")[2]
    assert "s3:PutObject" in refused(s3.put_object, Bucket=bucket, Key="mine/b", Body=b"b")[2]


@models(
    "S3 answers 403, not 404, for a missing object to whoever may not list the bucket",
    source="Amazon S3 API Reference, GetObject, 'Permissions'",
)
def test_only_who_may_list_is_told_what_is_not_there(aws: Aws) -> None:
    bucket = aws.bucket()
    reader = Somebody(aws, allow("s3:GetObject", on=f"arn:aws:s3:::{bucket}/*"))
    status, _, words = refused(reader.client("s3").get_object, Bucket=bucket, Key="none")
    assert (status, "s3:ListBucket" in words) == (403, True)
    lister = Somebody(aws, allow("s3:GetObject", "s3:ListBucket"))
    assert refused(lister.client("s3").get_object, Bucket=bucket, Key="none")[1] == "NoSuchKey"


@models(
    "S3 deletes of a DeleteObjects request what may be deleted, and lists the rest as AccessDenied",
    source="Amazon S3 API Reference, DeleteObjects",
)
def test_what_may_not_be_deleted_stays(aws: Aws) -> None:
    bucket = aws.bucket()
    for key in ("mine/a", "theirs/a"):
        aws.put(bucket, key, "a")
    somebody = Somebody(aws, allow("s3:DeleteObject", on=f"arn:aws:s3:::{bucket}/mine/*"))
    objects = [{"Key": "mine/a"}, {"Key": "theirs/a"}]
    answer = somebody.client("s3").delete_objects(Bucket=bucket, Delete={"Objects": objects})
    assert [error["Code"] for error in answer["Errors"]] == ["AccessDenied"]
    assert aws.keys(bucket) == ["theirs/a"]


@models(
    "S3 refuses by a bucket policy's Deny also the account's root",
    source="IAM User Guide, 'Policy evaluation logic'",
)
def test_a_bucket_policy_binds_root(aws: Aws) -> None:
    bucket = aws.bucket()
    kept = {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{bucket}/kept/*"}
    aws.s3.put_bucket_policy(Bucket=bucket, Policy=document(kept))
    words = refused(aws.s3.put_object, Bucket=bucket, Key="kept/a", Body=b"")[2]
    assert words.endswith("with an explicit deny in a resource-based policy")
    aws.s3.put_object(Bucket=bucket, Key="a", Body=b"")


def test_a_bucket_policy_lets_a_user_in(aws: Aws) -> None:
    bucket, somebody = aws.bucket(), Somebody(aws)
    lets = {"Effect": "Allow", "Principal": {"AWS": somebody.arn}, "Action": "s3:ListBucket"}
    aws.s3.put_bucket_policy(Bucket=bucket, Policy=document(lets | {"Resource": f"arn:aws:s3:::{bucket}"}))
    assert somebody.client("s3").list_objects_v2(Bucket=bucket)["KeyCount"] == 0


@models(
    "KMS wants the key's own policy to let somebody in, and S3 wants the key for what it encrypts with it",
    source="AWS KMS Developer Guide, 'Key policies in AWS KMS'; Amazon S3 User Guide, 'SSE-KMS', 'Permissions'",
)
def test_an_encrypted_object_needs_its_key(aws: Aws) -> None:
    kms, bucket = aws.client("kms"), aws.bucket()
    delegates = allow("kms:*", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"})
    key = kms.create_key(Policy=document(delegates))["KeyMetadata"]
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key["Arn"]}}
    aws.s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [rule]})
    without = Somebody(aws, allow("s3:PutObject"))
    words = refused(without.client("s3").put_object, Bucket=bucket, Key="a", Body=b"")[2]
    assert f"kms:GenerateDataKey on resource: {key['Arn']}" in words
    via = {"StringEquals": {"kms:ViaService": f"s3.{REGION}.amazonaws.com"}}
    with_it = Somebody(aws, allow("s3:PutObject"), allow("kms:GenerateDataKey", on=key["Arn"], Condition=via))
    with_it.client("s3").put_object(Bucket=bucket, Key="a", Body=b"")
    itself = refused(with_it.client("kms").generate_data_key, KeyId=key["Arn"], KeySpec="AES_256")
    assert "kms:GenerateDataKey" in itself[2]
    nobody = delegates | {"Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:user/{without.name}"}}
    kms.put_key_policy(KeyId=key["KeyId"], PolicyName="default", Policy=document(nobody))
    words = refused(with_it.client("s3").put_object, Bucket=bucket, Key="a", Body=b"")[2]
    assert words.endswith("because no resource-based policy allows the kms:GenerateDataKey action")


@models(
    "IAM lets a user do what both their policies and their permissions boundary allow",
    source="IAM User Guide, 'Permissions boundaries for IAM entities'",
)
def test_a_boundary_limits(aws: Aws) -> None:
    name = f"limit-{uuid4().hex[:8]}"
    limit = aws.client("iam").create_policy(PolicyName=name, PolicyDocument=document(allow("s3:ListAllMyBuckets")))
    bound = Session(aws, allow("s3:*", "iam:*"), boundary=limit["Policy"]["Arn"])
    bound.client("s3").list_buckets()
    words = refused(bound.client("iam").list_users)[2]
    assert words.endswith("because no permissions boundary allows the iam:ListUsers action")


@models(
    "STS lets a role be assumed by whom its trust policy names, and a session's policy narrows it down",
    source="AWS STS API Reference, AssumeRole",
)
def test_a_role_is_assumed_by_whom_it_trusts(aws: Aws) -> None:
    other, iam = Somebody(aws, allow("sts:AssumeRole")), aws.client("iam")
    closed = iam.create_role(RoleName=f"closed-{uuid4().hex[:8]}", AssumeRolePolicyDocument=trust("ec2.amazonaws.com"))
    arn = closed["Role"]["Arn"]
    words = refused(other.client("sts").assume_role, RoleArn=arn, RoleSessionName="session")[2]
    assert f"sts:AssumeRole on resource: {arn}" in words
    session = Session(aws, allow("s3:List*", "iam:List*"), Policy=document(allow("s3:*")))
    session.client("s3").list_buckets()
    words = refused(session.client("iam").list_users)[2]
    assert f"arn:aws:sts::{ACCOUNT}:assumed-role/{session.name}/session is not authorized" in words
    assert words.endswith("because no session policy allows the iam:ListUsers action")


@models(
    "EMR wants iam:PassRole on both roles from whoever makes a cluster, each for its service",
    source="Amazon EMR Management Guide, 'Allow users and groups to create and modify roles'",
)
def test_who_makes_a_cluster_must_be_allowed_to_hand_over_its_roles(aws: Aws) -> None:
    passing = {"StringEquals": {"iam:PassedToService": "elasticmapreduce.amazonaws.com"}}
    somebody = Somebody(
        aws,
        allow("elasticmapreduce:RunJobFlow"),
        allow("iam:PassRole", on=f"arn:aws:iam::{ACCOUNT}:role/*", Condition=passing),
    )
    instances = {"MasterInstanceType": "m5.xlarge", "InstanceCount": 1}
    run, roles = somebody.client("emr").run_job_flow, {"ServiceRole": "emr", "JobFlowRole": "ec2"}
    words = refused(run, Name="x", ReleaseLabel="emr-7.5.0", Instances=instances, **roles)[2]
    assert f"iam:PassRole on resource: arn:aws:iam::{ACCOUNT}:role/ec2" in words


@models(
    "EC2 answers InvalidGroup.NotFound for a group that is not there, also to whom a tag would have to allow it",
    source="not verified: whether EC2 refuses first",
)
def test_a_group_that_is_gone_is_told_of(aws: Aws) -> None:
    tagged = {"StringEquals": {"aws:ResourceTag/Project": "orchard"}}
    somebody = Somebody(aws, allow("ec2:DeleteSecurityGroup", Condition=tagged))
    delete = somebody.client("ec2").delete_security_group
    assert refused(delete, GroupId="sg-0123456789abcdef0")[1] == "InvalidGroup.NotFound"
    group = aws.client("ec2").create_security_group(GroupName=uuid4().hex, Description="of the test")["GroupId"]
    assert refused(delete, GroupId=group)[1] == "UnauthorizedOperation"


@pytest.mark.parametrize("key", ["s3:NoSuchKey", "s3:ExistingObjectTag/kind", "aws:TokenIssueTime"])
def test_a_condition_that_cannot_be_told_is_no_silent_yes(aws: Aws, key: str) -> None:
    """One that AWS does not have, one of the action's that the local AWS has no value for, and a global one."""
    somebody = Somebody(aws, allow("s3:GetObject", Condition={"StringNotEquals": {key: "x"}}))
    bucket = aws.bucket()
    aws.put(bucket, "a", "a")
    status, code, words = refused(somebody.client("s3").get_object, Bucket=bucket, Key="a")
    assert (status, code) == (403, "AccessDenied")
    assert f"cannot tell whether this is allowed: own/1 asks for {key.lower()}" in words


@models(
    "IAM simulates what a user may do, by the same policies",
    source="IAM API Reference, SimulatePrincipalPolicy",
)
def test_a_simulation_says_what_would_be_decided(aws: Aws) -> None:
    somebody = Somebody(aws, allow("s3:*"), {"Effect": "Deny", "Action": "s3:PutObject", "Resource": "*"})
    actions = ["s3:GetObject", "s3:PutObject", "iam:ListUsers"]
    told = aws.client("iam").simulate_principal_policy(PolicySourceArn=somebody.arn, ActionNames=actions)
    decisions = [result["EvalDecision"] for result in told["EvaluationResults"]]
    assert decisions == ["allowed", "explicitDeny", "implicitDeny"]


@models(
    "IAM refuses a trust policy that is none as MalformedPolicyDocument",
    source="IAM API Reference, CreateRole",
)
def test_a_trust_policy_must_be_one(aws: Aws) -> None:
    iam = aws.client("iam")
    assert refused(iam.create_role, RoleName="x", AssumeRolePolicyDocument="{}")[1] == "MalformedPolicyDocument"


def test_the_ledger_tells_who_did_what(aws: Aws) -> None:
    somebody = Somebody(aws, allow("s3:ListAllMyBuckets"))
    somebody.client("s3").list_buckets()
    refused(somebody.client("iam").list_users)
    own = [line for line in ledger.read(aws.home) if line.principal == somebody.arn]
    told = [(line.action, line.allowed, line.decided_by) for line in own]
    assert told == [("s3:ListAllMyBuckets", True, ["own/1"]), ("iam:ListUsers", False, [])]
