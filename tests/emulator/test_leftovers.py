"""What a teardown meets: an index that lags, things on their way out, and things that block others' deletion."""

from types import SimpleNamespace

import boto3
import pytest

from orchard.aws import existence, tags
from orchard.aws.door import through_door
from orchard.diagnosis.aws import AwsError
from tests.support.fidelity import models

from .conftest import REGION, Aws

PROJECT = "leftovers"
OURS = [{"Key": "Project", "Value": PROJECT}]


def tagged(kind: str) -> list[dict]:
    return [{"ResourceType": kind, "Tags": OURS}]


def listed(aws: Aws) -> list[str]:
    pages = aws.client("resourcegroupstaggingapi").get_paginator("get_resources")
    found = pages.paginate(TagFilters=[{"Key": "Project", "Values": [PROJECT]}])
    return [entry["ResourceARN"] for page in found for entry in page["ResourceTagMappingList"]]


def left(aws: Aws) -> list[str]:
    """What a teardown finds: of the tag index, what is still there."""
    session = through_door(boto3.Session(aws.credentials.key_id, aws.credentials.secret, region_name=REGION))
    target = SimpleNamespace(client=lambda service: session.client(service, endpoint_url=aws.endpoint))
    return tags.tagged(SimpleNamespace(project=PROJECT), target)


@models(
    "The Resource Groups Tagging API lists what has been deleted for a while",
    source="not verified: for how long; Resource Groups Tagging API Reference, GetResources, `previously tagged`",
)
def test_the_tag_index_lags_and_what_is_gone_is_not_left(aws: Aws) -> None:
    ec2, sns, kms = aws.client("ec2"), aws.client("sns"), aws.client("kms")
    group = ec2.create_security_group(GroupName="gone", Description="gone", TagSpecifications=tagged("security-group"))[
        "GroupId"
    ]
    topic = sns.create_topic(Name="gone", Tags=OURS)["TopicArn"]
    bucket = aws.bucket()
    aws.s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": OURS})
    key = kms.create_key(Tags=[{"TagKey": "Project", "TagValue": PROJECT}])["KeyMetadata"]["Arn"]
    zone = f"{REGION}a"
    volume = ec2.create_volume(AvailabilityZone=zone, Size=1, TagSpecifications=tagged("volume"))["VolumeId"]
    subnet = ec2.describe_subnets()["Subnets"][0]["SubnetId"]
    nat = ec2.create_nat_gateway(SubnetId=subnet, ConnectivityType="private", TagSpecifications=tagged("natgateway"))[
        "NatGateway"
    ]["NatGatewayId"]
    there = listed(aws)
    assert len(there) == 6
    assert left(aws) == sorted(there)

    ec2.delete_security_group(GroupId=group)
    sns.delete_topic(TopicArn=topic)
    aws.s3.delete_bucket(Bucket=bucket)
    kms.schedule_key_deletion(KeyId=key.rpartition("/")[2])
    ec2.delete_volume(VolumeId=volume)
    ec2.delete_nat_gateway(NatGatewayId=nat)
    assert sorted(listed(aws)) == sorted(there)
    assert left(aws) == []


@models(
    "EC2 refuses to describe an instance by an id that it has forgotten, an hour after its end, and filters by it",
    source="EC2 API Reference, Common client errors, InvalidInstanceID.NotFound",
)
def test_an_instance_that_ec2_has_forgotten_is_gone(aws: Aws) -> None:
    ec2 = through_door(boto3.Session(aws.credentials.key_id, aws.credentials.secret)).client(
        "ec2", region_name=REGION, endpoint_url=aws.endpoint
    )
    forgotten = "i-0123456789abcdef0"
    with pytest.raises(AwsError):
        ec2.describe_instances(InstanceIds=[forgotten])
    arn = f"arn:aws:ec2:{REGION}:123456789012:instance/{forgotten}"
    assert existence.standing({"ec2": ec2}.__getitem__, [arn]) == []
