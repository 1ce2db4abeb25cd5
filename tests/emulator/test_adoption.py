"""What is ours and in no state: what is taken in, what is left alone, and what is removed, piece by piece."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from orchard.aws import tags
from orchard.aws.emr import Emr
from orchard.diagnosis.aws import AwsError
from orchard.infrastructure import adoption, orphans
from orchard.infrastructure.ours import unread
from orchard.infrastructure.removal import order
from tests.support.cells import cell
from tests.support.fidelity import models

from .conftest import REGION, Aws, command
from .test_leftovers import place

ALLOW = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
ASSUME = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}
POLICY, TRUST = (json.dumps({"Version": "2012-10-17", "Statement": [said]}) for said in (ALLOW, ASSUME))
ACCOUNT = "123456789012"


class Ours:
    """A project of its own on the shared emulator."""

    def __init__(self, aws: Aws, folder: Path) -> None:
        self.aws, self.target = aws, place(aws, folder)
        self.project = f"p{uuid4().hex[:8]}"
        self.tags = [{"Key": "Project", "Value": self.project}]

    def found(self, kind: str, **after: Any) -> str | None:
        """What would be taken in where a plan makes a resource that is known as far as that."""
        change = {"actions": ["create"], "after": after}
        entry = {"address": "x.y", "type": kind, "mode": "managed", "change": change}
        some = list(adoption.find({"resource_changes": [entry]}, self.target, self.project))
        return some[0].id if some else None

    def vpc(self) -> str:
        return self.aws.client("ec2").describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0][
            "VpcId"
        ]

    def group(self, name: str, **given: Any) -> str:
        spec = [{"ResourceType": "security-group", "Tags": self.tags}]
        asked = {"GroupName": name, "Description": name, "VpcId": self.vpc(), "TagSpecifications": spec} | given
        return self.aws.client("ec2").create_security_group(**asked)["GroupId"]

    def key(self, *, alias: bool) -> str:
        tag = [{"TagKey": "Project", "TagValue": self.project}]
        kms = self.aws.client("kms")
        number = kms.create_key(Tags=tag)["KeyMetadata"]["KeyId"]
        if alias:
            kms.create_alias(AliasName=f"alias/{self.project}-data", TargetKeyId=number)
        return number


@pytest.fixture
def ours(aws: Aws, tmp_path: Path) -> Ours:
    return Ours(aws, tmp_path)


@cell(
    "name",
    area="Terraform",
    fault="a role of the project's name is there with the project's tag, or without",
    at="before an `up` that does not know it",
    holds="the one with the tag is taken in, the other is left alone",
    quick=True,
)
def test_a_name_alone_is_not_ours(ours: Ours) -> None:
    iam, name = ours.aws.client("iam"), f"{ours.project}-node"
    assert ours.found("aws_iam_role", name=name) is None
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)
    assert ours.found("aws_iam_role", name=name) is None
    iam.tag_role(RoleName=name, Tags=ours.tags)
    assert ours.found("aws_iam_role", name=name) == name


@cell(
    "bucket",
    area="Terraform",
    fault="`up` is killed between the making of the bucket and its tags",
    at="the foundation's apply",
    holds="an empty bucket without tags is taken in; one with content, or with other tags, is somebody's",
    quick=True,
)
def test_a_bucket_without_tags_is_ours_while_it_is_empty(ours: Ours) -> None:
    bucket = ours.aws.bucket()
    assert ours.found("aws_s3_bucket", bucket=bucket) == bucket
    ours.aws.put(bucket, "a", b"theirs")
    assert ours.found("aws_s3_bucket", bucket=bucket) is None
    ours.aws.s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": ours.tags})
    assert ours.found("aws_s3_bucket", bucket=bucket) == bucket
    assert ours.found("aws_s3_bucket", bucket="nobody-has-this") is None


@cell(
    "key",
    area="Terraform",
    fault="`up` is killed between the making of the key and its alias",
    at="the foundation's apply",
    holds="the key is found by its tag, and no second one is made",
    quick=True,
)
def test_a_key_without_alias_is_found_by_its_tag(ours: Ours) -> None:
    assert ours.found("aws_kms_key", description="x") is None
    key = ours.key(alias=False)
    assert ours.found("aws_kms_key", description="x") == key
    ours.aws.client("kms").schedule_key_deletion(KeyId=key)
    assert ours.found("aws_kms_key", description="x") is None, "of a life before: all that it encrypted is gone"


@cell(
    "key-going",
    area="Terraform",
    fault="the key of the data is scheduled for deletion by hand",
    at="before an `up`",
    holds="the next `up` takes that back, and the data can be read",
    quick=True,
)
def test_a_key_that_data_needs_is_kept(ours: Ours, capsys: pytest.CaptureFixture[str]) -> None:
    key, kms = ours.key(alias=True), ours.aws.client("kms")
    kms.schedule_key_deletion(KeyId=key)
    assert ours.found("aws_kms_key", description="x") == key
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "Enabled"
    assert f"The key {key}, which encrypts the data, was to be deleted" in capsys.readouterr().err


@cell(
    "group",
    area="Terraform",
    fault="`up` is killed between the making of a security group and its closing",
    at="the foundation's apply",
    holds="the group is taken in, and AWS's own rule that lets everything out is gone from it",
    quick=True,
)
def test_a_group_is_taken_in_closed(ours: Ours) -> None:
    number, ec2 = ours.group(f"{ours.project}-core"), ours.aws.client("ec2")
    own = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    own["IpRanges"][0]["Description"] = "S3, AWS APIs, packages"
    ec2.authorize_security_group_egress(GroupId=number, IpPermissions=[own])
    assert ours.found("aws_security_group", name=f"{ours.project}-core", vpc_id=ours.vpc()) == number
    rules = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [number]}])["SecurityGroupRules"]
    assert [rule["FromPort"] for rule in rules] == [443]
    known = {"security_group_id": number, "ip_protocol": "tcp", "description": "S3, AWS APIs, packages"}
    assert ours.found("aws_vpc_security_group_egress_rule", **known) == rules[0]["SecurityGroupRuleId"]
    assert ours.found("aws_vpc_security_group_ingress_rule", **known) is None
    assert ours.found("aws_vpc_security_group_egress_rule", ip_protocol="tcp", description="later") is None


@cell(
    "cluster",
    area="Terraform",
    fault="`up` is killed while EMR makes the cluster",
    at="the cluster's apply",
    holds="a cluster with the project's name and tag is taken in, with its security configuration; another's is not",
    quick=True,
)
def test_a_cluster_is_ours_by_name_and_tag(ours: Ours) -> None:
    emr, name = ours.aws.emr, f"{ours.project}-default"
    configuration = f"{name}-20261130101112131400000001"
    emr.create_security_configuration(Name=configuration, SecurityConfiguration="{}")
    stranger = ours.aws.cluster(name=name)
    assert ours.found("aws_emr_cluster", name=name) is None
    number = ours.aws.cluster(name=name, SecurityConfiguration=configuration, Tags=ours.tags)
    assert ours.found("aws_emr_cluster", name=name) == number
    assert ours.found("aws_emr_security_configuration", name_prefix=f"{name}-") == configuration
    emr.terminate_job_flows(JobFlowIds=[stranger, number])
    ours.aws.until(number, "TERMINATED")
    assert ours.found("aws_emr_cluster", name=name) is None


@cell(
    "order",
    area="Terraform",
    fault="no state knows a network of its own, a NAT gateway and roles with policies",
    at="before `cleanup`",
    holds="everything goes in the order in which AWS lets it go, what costs by the hour first",
    quick=True,
)
@models(
    "The Resource Groups Tagging API lists addresses and key pairs beside the rest of EC2",
    source="not verified: for these two; Resource Groups Tagging API Reference, 'Supported services'",
)
def test_all_goes_in_the_order_that_aws_asks_for(ours: Ours) -> None:
    ec2, iam, s3 = ours.aws.client("ec2"), ours.aws.client("iam"), ours.aws.s3
    spec = lambda kind: [{"ResourceType": kind, "Tags": ours.tags}]  # noqa: E731
    vpc = ec2.create_vpc(CidrBlock="10.99.0.0/16", TagSpecifications=spec("vpc"))["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.99.0.0/24", TagSpecifications=spec("subnet"))["Subnet"]
    table = ec2.create_route_table(VpcId=vpc, TagSpecifications=spec("route-table"))["RouteTable"]["RouteTableId"]
    ec2.associate_route_table(RouteTableId=table, SubnetId=subnet["SubnetId"])
    gateway = ec2.create_internet_gateway(TagSpecifications=spec("internet-gateway"))["InternetGateway"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway["InternetGatewayId"], VpcId=vpc)
    address = ec2.allocate_address(Domain="vpc", TagSpecifications=spec("elastic-ip"))["AllocationId"]
    asked = {"SubnetId": subnet["SubnetId"], "AllocationId": address, "TagSpecifications": spec("natgateway")}
    nat = ec2.create_nat_gateway(**asked)["NatGateway"]["NatGatewayId"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", NatGatewayId=nat)
    one, two = (ours.group(f"{ours.project}-{name}", VpcId=vpc) for name in ("one", "two"))
    pair = {"IpProtocol": "tcp", "FromPort": 1, "ToPort": 1, "UserIdGroupPairs": [{"GroupId": two}]}
    ec2.authorize_security_group_ingress(GroupId=one, IpPermissions=[pair])
    name = f"{ours.project}-{REGION}-emr-node"
    policy = iam.create_policy(PolicyName=f"{name}-policy", PolicyDocument=POLICY, Tags=ours.tags)["Policy"]["Arn"]
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST, Tags=ours.tags)
    iam.attach_role_policy(RoleName=name, PolicyArn=policy)
    iam.put_role_policy(RoleName=name, PolicyName="inline", PolicyDocument=POLICY)
    iam.create_instance_profile(InstanceProfileName=name, Tags=ours.tags)
    iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
    bucket = ours.aws.bucket()
    s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": ours.tags})
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    for body in (b"one", b"two"):
        ours.aws.put(bucket, "a", body)
    s3.delete_object(Bucket=bucket, Key="a")
    key = ours.key(alias=True)

    def left() -> list[str]:
        return tags.tagged(SimpleNamespace(project=ours.project), ours.target)  # type: ignore[arg-type]

    ec2.create_key_pair(KeyName=ours.project, KeyType="ed25519", TagSpecifications=spec("key-pair"))
    assert len(left()) == 14
    assert order.everything(ours.target, ours.project, left()) == []
    assert left() == []
    assert ours.aws.client("kms").describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "PendingDeletion"
    assert order.untagged(ours.target, ours.project) == []


@cell(
    "orphans",
    area="Terraform",
    fault="no state knows a cluster that runs",
    at="while it runs",
    holds="`orphans` lists the cluster once, and not each of its nodes",
    quick=True,
)
def test_nodes_are_no_orphans_beside_their_cluster() -> None:
    node = tags.Tagged(
        f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/i-1", {"aws:elasticmapreduce:job-flow-id": "j-1", "Project": "p"}
    )
    cluster = "cluster j-1 (p-default)"
    assert orphans.unknown([node], [cluster], [("j-1", "p-default")], set()) == [cluster]
    assert orphans.unknown([node], [], [], set()) == [node.arn], "one that has outlived its cluster"
    assert orphans.remedy(cluster) == "./inv down --name default"


@cell(
    "unread",
    area="Terraform",
    fault="no state knows a cluster that runs, and the provider's import leaves out two of its settings",
    at="while a run is on it",
    holds="a cluster as the settings want it is not replaced for them; one that is otherwise is, after a question",
    quick=True,
)
@pytest.mark.parametrize("changed", [False, True])
def test_a_cluster_is_not_replaced_for_what_was_not_read(changed: bool) -> None:
    memory = [{"Classification": "spark-defaults", "Properties": {"spark.executor.memory": "5773m"}}]
    told = {"AutoTerminate": False, "Configurations": [memory[0] | {"Configurations": []}]}
    target = SimpleNamespace(client=lambda _: SimpleNamespace(describe_cluster=lambda ClusterId: {"Cluster": told}))
    wanted = [{"Classification": "hive-site"}] if changed else memory
    after = {"keep_job_flow_alive_when_no_steps": True, "configurations_json": json.dumps(wanted)}
    change = {
        "actions": ["delete", "create"],
        "after": after,
        "importing": {"id": "j-1"},
        "replace_paths": [["keep_job_flow_alive_when_no_steps"], ["configurations_json"]],
    }
    entry = {"address": "module.cluster.aws_emr_cluster.this", "type": "aws_emr_cluster", "change": change}
    found = unread.of_clusters({"resource_changes": [entry]}, target)  # type: ignore[arg-type]
    assert found == ({} if changed else {entry["address"]: after})
    change["replace_paths"] = [["release_label"], ["configurations_json"]]
    assert unread.of_clusters({"resource_changes": [entry]}, target) == {}  # type: ignore[arg-type]


@cell(
    "ending",
    area="Terraform",
    fault="the cluster is told to end",
    at="while `run` submits its steps",
    holds="the error says that the cluster is ending, and that `up` waits for it and makes a new one",
    quick=True,
)
def test_steps_for_a_cluster_that_ends_are_refused_in_one_line(ours: Ours) -> None:
    number = ours.aws.cluster(name=f"{ours.project}-default")
    ours.aws.emr.terminate_job_flows(JobFlowIds=[number])
    with pytest.raises(AwsError, match="the cluster is ending, or has ended, and takes nothing more") as caught:
        Emr(ours.target).submit(number, [command("true")])
    assert caught.value.remedy.startswith("./inv up waits until it is gone and makes a new one")
