"""What somebody deletes or changes by hand: the next `up` puts it back."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.faults.stand import Stand
from tests.support.cells import cell, grid

BUCKET = "orchard-123456789012-eu-west-3"
PREFIX = "orchard-eu-west-3-"


def key(stand: Stand) -> str:
    (number,) = stand.keys()
    return number


def group(stand: Stand, name: str) -> dict[str, Any]:
    asked = [{"Name": "group-name", "Values": [f"orchard-{name}"]}]
    return stand.client("ec2").describe_security_groups(Filters=asked)["SecurityGroups"][0]


def the_bucket(stand: Stand) -> None:
    s3 = stand.client("s3")
    for found in s3.list_object_versions(Bucket=BUCKET).get("Versions", []):
        s3.delete_object(Bucket=BUCKET, Key=found["Key"], VersionId=found["VersionId"])
    s3.delete_bucket(Bucket=BUCKET)


def the_role(stand: Stand) -> None:
    iam, name = stand.client("iam"), f"{PREFIX}emr-node"
    iam.remove_role_from_instance_profile(InstanceProfileName=name, RoleName=name)
    for policy in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
        iam.detach_role_policy(RoleName=name, PolicyArn=policy["PolicyArn"])
    iam.delete_role_policy(RoleName=name, PolicyName="one-bucket")
    iam.delete_role(RoleName=name)


def the_trust(stand: Stand) -> None:
    iam, name = stand.client("iam"), f"{PREFIX}emr-service"
    document = iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]
    document["Statement"][0]["Principal"] = {"Service": "ec2.amazonaws.com"}
    iam.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(document))


def the_group(stand: Stand) -> None:
    ec2, number = stand.client("ec2"), group(stand, "core")["GroupId"]
    for other in ("primary", "core"):
        found = group(stand, other)
        for revoke, rules in (
            (ec2.revoke_security_group_ingress, found["IpPermissions"]),
            (ec2.revoke_security_group_egress, found["IpPermissionsEgress"]),
        ):
            if rules:
                revoke(GroupId=found["GroupId"], IpPermissions=rules)
    ec2.delete_security_group(GroupId=number)


def a_rule(stand: Stand) -> None:
    found = group(stand, "primary")
    stand.client("ec2").revoke_security_group_ingress(GroupId=found["GroupId"], IpPermissions=found["IpPermissions"])


def the_studio(stand: Stand) -> None:
    emr = stand.client("emr")
    emr.delete_studio(StudioId=emr.list_studios()["Studios"][0]["StudioId"])


BY_HAND: dict[str, Callable[[Stand], object]] = {
    "bucket": the_bucket,
    "policy": lambda s: s.client("s3").delete_bucket_policy(Bucket=BUCKET),
    "access": lambda s: s.client("s3").delete_public_access_block(Bucket=BUCKET),
    "encryption": lambda s: s.client("s3").delete_bucket_encryption(Bucket=BUCKET),
    "role": the_role,
    "trust": the_trust,
    "key-going": lambda s: s.client("kms").schedule_key_deletion(KeyId=key(s), PendingWindowInDays=7),
    "key-off": lambda s: s.client("kms").disable_key(KeyId=key(s)),
    "alias": lambda s: s.client("kms").delete_alias(AliasName="alias/orchard-data"),
    "group": the_group,
    "rules": a_rule,
    "studio": the_studio,
    "topic": lambda s: s.client("sns").delete_topic(TopicArn="arn:aws:sns:eu-west-3:123456789012:orchard-alarms"),
    "queue": lambda s: s.client("sqs").delete_queue(
        QueueUrl=s.client("sqs").get_queue_url(QueueName="orchard-failed-ends")["QueueUrl"]
    ),
}


@pytest.fixture
def standing(stand: Stand) -> Stand:
    if not stand.has_foundation():
        stand.inv("up", "--only", "foundation")
    return stand


@grid(
    area="Terraform",
    faults={
        "bucket": "the bucket is deleted by hand",
        "policy": "the bucket's policy is deleted by hand",
        "access": "the bucket is opened by hand: its block of public access is deleted",
        "encryption": "the bucket's encryption is changed by hand",
        "role": "the nodes' role is deleted by hand",
        "trust": "whom EMR's role trusts is changed by hand",
        "key-going": "the key is scheduled for deletion by hand",
        "key-off": "the key is disabled by hand",
        "alias": "the key's alias is deleted by hand",
        "group": "a security group is deleted by hand, with its rules",
        "rules": "rules of a security group are deleted by hand",
        "studio": "the Studio is deleted by hand",
        "topic": "the topic of alarms is deleted by hand",
        "queue": "the queue of failed ends is deleted by hand",
    },
    moments={"between": "between two `up`"},
    holds="the next `up` puts it back; the key stays the same one, and nothing is there twice",
)
def test_up_puts_back_what_was_changed(standing: Stand, case: tuple[str, str]) -> None:
    before = key(standing)
    BY_HAND[case[0]](standing)
    standing.inv("up", "--only", "foundation")
    assert standing.keys() == [before]
    standing.is_good()
    assert "No changes" in standing.inv("tf.plan", "--root", "foundation", "--quiet")


@cell(
    "deny",
    area="Terraform",
    fault="somebody puts a policy on the bucket that shuts everybody out",
    at="between two `up`",
    holds="`up` says so in one line, and which command of the account's root mends it; after that, `up` goes on",
)
def test_up_says_what_shuts_it_out(standing: Stand) -> None:
    s3, arn = standing.client("s3"), f"arn:aws:s3:::{BUCKET}"
    root = {
        "ArnNotEquals": {"aws:PrincipalArn": "arn:aws:iam::123456789012:root"}
    }  # who can always take it away on AWS
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": [arn, f"{arn}/*"], "Condition": root}
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps({"Version": "2012-10-17", "Statement": [deny]}))
    said = standing.inv("up", "--only", "foundation", code=1)
    assert "error: the bucket's own policy forbids " in said
    assert "aws s3api delete-bucket-policy --bucket BUCKET" in said
    s3.delete_bucket_policy(Bucket=BUCKET)
    standing.inv("up", "--only", "foundation")
    standing.is_good()


CLUSTERS: dict[str, Callable[[Stand], object]] = {
    "ended": lambda s: s.client("emr").terminate_job_flows(JobFlowIds=s.clusters()),
    "schedule": lambda s: s.client("scheduler").delete_schedule(Name="orchard-default-end-of-life"),
    "alarm": lambda s: s.client("cloudwatch").delete_alarms(AlarmNames=["orchard-default-idle"]),
}


@grid(
    area="Terraform",
    faults={
        "ended": "the cluster is told to end by hand",
        "schedule": "the schedule that ends the cluster is deleted by hand",
        "alarm": "the cluster's alarm is deleted by hand",
    },
    moments={"running": "while the cluster runs"},
    holds="the next `up` makes what is missing: one cluster, which has its end",
)
def test_up_makes_what_a_cluster_lacks(standing: Stand, case: tuple[str, str]) -> None:
    if not standing.clusters():
        standing.inv("up", "--yes")
    CLUSTERS[case[0]](standing)
    standing.inv("up", "--yes")
    standing.is_good(cluster=True)
