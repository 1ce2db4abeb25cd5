"""What a teardown meets: an index that lags, things on their way out, and things that block others' deletion."""

from pathlib import Path
from types import SimpleNamespace

import boto3
import pytest
from botocore.exceptions import ClientError
from unnamed import Unnamed

from orchard.aws import existence, tags
from orchard.aws.door import through_door
from orchard.aws.emr import Emr
from orchard.aws.target import Target
from orchard.base.config import Settings
from orchard.base.errors import OrchardError
from orchard.cluster.status.gather import gather
from orchard.diagnosis import failures
from orchard.diagnosis.aws import AwsError
from orchard.infrastructure import interfaces, orphans, service_endpoint
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


@models(
    "EC2 deletes no security group and no subnet that a network interface is in, and no group that a rule refers to",
    source="EC2 API Reference, DeleteSecurityGroup, DeleteSubnet and DeleteVpc, DependencyViolation",
)
def test_what_is_in_use_is_not_deleted(aws: Aws) -> None:
    ec2 = aws.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.77.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.77.0.0/24")["Subnet"]["SubnetId"]
    used, other = (
        ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"] for name in ("used", "other")
    )
    pair = {"IpProtocol": "tcp", "FromPort": 1, "ToPort": 1, "UserIdGroupPairs": [{"GroupId": used}]}
    ec2.authorize_security_group_ingress(GroupId=other, IpPermissions=[pair])
    interface = ec2.create_network_interface(SubnetId=subnet, Groups=[used])["NetworkInterface"]["NetworkInterfaceId"]
    deletions = {
        "group": lambda: ec2.delete_security_group(GroupId=used),
        "subnet": lambda: ec2.delete_subnet(SubnetId=subnet),
        "vpc": lambda: ec2.delete_vpc(VpcId=vpc),
    }
    for delete in deletions.values():
        with pytest.raises(ClientError, match="DependencyViolation"):
            delete()
    ec2.delete_network_interface(NetworkInterfaceId=interface)
    with pytest.raises(ClientError, match=f"resource {used} has a dependent object"):
        deletions["group"]()
    ec2.delete_security_group(GroupId=other)
    for delete in deletions.values():
        delete()


def place(aws: Aws, folder: Path) -> Target:
    """The emulator as the rest of Orchard sees it."""
    session = through_door(boto3.Session(aws.credentials.key_id, aws.credentials.secret, region_name=REGION))
    return Target(
        name=Unnamed("hidden"),
        region=REGION,
        instance_id="test",
        state_dir=folder,
        environment={},
        endpoint=aws.endpoint,
        poll_interval=0.05,
        _make_session=lambda: session,
    )


def private_network(aws: Aws) -> dict:
    """A VPC of ours with a subnet that has no way out, and the groups of a cluster; as the foundation's output."""
    ec2 = aws.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.78.0.0/16", TagSpecifications=tagged("vpc"))["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.78.0.0/24")["Subnet"]["SubnetId"]
    groups = {
        name: ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"]
        for name in ("primary", "core", "service", "engine", "workspace")
    }
    return {"vpc_id": vpc, "subnet_ids": [subnet], "nat_subnet_id": subnet, "security_group_ids": groups}


def private_cluster(aws: Aws, network: dict, release: str) -> str:
    groups = network["security_group_ids"]
    asked = {
        "Ec2SubnetId": network["subnet_ids"][0],
        "EmrManagedMasterSecurityGroup": groups["primary"],
        "EmrManagedSlaveSecurityGroup": groups["core"],
        "ServiceAccessSecurityGroup": groups["service"],
    }
    number = aws.cluster(ec2=asked, ReleaseLabel=release)
    aws.emr.terminate_job_flows(JobFlowIds=[number])
    aws.until(number, "TERMINATED")
    return number


@models(
    "EMR leaves an interface endpoint `emr-service-vpce` beside a private cluster of 7.5.0 and later",
    source="not verified: when it does; managed policy AmazonEMRServicePolicy_v2, CreateEmrServiceVPCEndpoint",
)
def test_emrs_endpoint_is_found_and_removed_before_the_network(aws: Aws, tmp_path: Path) -> None:
    ec2, network, target = aws.client("ec2"), private_network(aws), place(aws, tmp_path)
    vpc, subnet, service = network["vpc_id"], network["subnet_ids"][0], network["security_group_ids"]["service"]
    private_cluster(aws, network, "emr-7.4.0")
    assert tags.endpoints(target.client("ec2"), vpc) == []
    private_cluster(aws, network, "emr-7.5.0")
    (endpoint,) = tags.endpoints(target.client("ec2"), vpc)
    phrase = f"endpoint {endpoint} (emr-service-vpce)"
    assert phrase in tags.others(target.client, PROJECT)
    shown = gather(Settings(project=PROJECT, bucket="none"), target).orphans
    assert phrase in [orphan.what for orphan in shown]
    assert orphans.unknown([], [phrase], [], set()) == [phrase]
    assert orphans.unknown([], [phrase], [("j-1", "leftovers-default")], {"j-1"}) == [], "a cluster may be using it"
    assert orphans.remedy(phrase).endswith(f"aws ec2 delete-vpc-endpoints --vpc-endpoint-ids {endpoint}")
    blocked = {
        "DeleteSubnet": lambda: ec2.delete_subnet(SubnetId=subnet),
        "DeleteVpc": lambda: ec2.delete_vpc(VpcId=vpc),
        "DeleteSecurityGroup": lambda: ec2.delete_security_group(GroupId=service),
    }
    for operation, delete in blocked.items():
        with pytest.raises(ClientError, match="DependencyViolation") as caught:
            delete()
        told = f"operation error EC2: {operation}, https response error StatusCode: 400, api error {caught.value}"
        known, said = failures.find(told, failures.TERRAFORM, root="foundation")
        assert (known.id, "emr-service-vpce" in said.remedy) == ("still-in-use", True)

    service_endpoint.remove(target, network | {"nat_subnet_id": None})
    assert tags.endpoints(target.client("ec2"), vpc) == [endpoint], "in the account's own VPC nothing is removed"
    service_endpoint.remove(target, network)
    assert tags.endpoints(target.client("ec2"), vpc) == []
    assert phrase not in tags.others(target.client, PROJECT)
    ec2.delete_subnet(SubnetId=subnet)


def test_a_workspaces_interface_is_named_before_anything_is_deleted(aws: Aws, tmp_path: Path) -> None:
    ec2, network, target = aws.client("ec2"), private_network(aws), place(aws, tmp_path)
    workspace = network["security_group_ids"]["workspace"]
    interfaces.refuse_workspaces(target, network)
    instance = ec2.run_instances(
        ImageId="ami-12c6146b",
        MinCount=1,
        MaxCount=1,
        SubnetId=network["subnet_ids"][0],
        SecurityGroupIds=[network["security_group_ids"]["engine"]],
    )["Instances"][0]["InstanceId"]
    interfaces.refuse_workspaces(target, network)  # a node's goes with it
    number = ec2.create_network_interface(
        SubnetId=network["subnet_ids"][0], Groups=[workspace], Description="EMR Studio workspace e-1"
    )["NetworkInterface"]["NetworkInterfaceId"]
    with pytest.raises(OrchardError, match=rf"{number} \(EMR Studio workspace e-1\)") as caught:
        interfaces.refuse_workspaces(target, network)
    assert "stop or delete the Workspaces" in caught.value.remedy
    ec2.delete_network_interface(NetworkInterfaceId=number)
    ec2.terminate_instances(InstanceIds=[instance])


@models(
    "EMR forgets a cluster two months after its end and answers InvalidRequestException for it",
    source="EMR Management Guide, View cluster status and details; the provider's internal/service/emr/cluster.go",
)
def test_emr_forgets_a_cluster_two_months_after_its_end(aws: Aws, tmp_path: Path) -> None:
    number = aws.cluster()
    aws.emr.terminate_job_flows(JobFlowIds=[number])
    aws.until(number, "TERMINATED")
    emr = Emr(place(aws, tmp_path))
    assert emr.known(number).state == "TERMINATED"
    aws.advance(61 * 86_400)
    with pytest.raises(ClientError, match=f"Cluster id '{number}' is not valid"):
        aws.emr.describe_cluster(ClusterId=number)
    assert number not in [
        entry["Id"] for page in aws.emr.get_paginator("list_clusters").paginate() for entry in page["Clusters"]
    ]
    assert emr.known(number) is None
