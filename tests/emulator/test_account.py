"""What belongs to the whole account, whatever region one is in, and what a key may be granted to."""

import pytest
from botocore.exceptions import ClientError

from checks import emr_roles
from orchard.aws import target
from orchard.base.config import Settings
from orchard.emulator.process import LocalAws
from orchard.infrastructure import account
from tests.support.fidelity import models

from .conftest import Aws

SPOT = "arn:aws:iam::123456789012:role/aws-service-role/spot.amazonaws.com/AWSServiceRoleForEC2Spot"
BUDGET = {"BudgetType": "COST", "TimeUnit": "MONTHLY", "BudgetLimit": {"Amount": "1", "Unit": "USD"}}
DENY = '{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]}'
NAMED = {
    "create_role": {"RoleName": "shared", "AssumeRolePolicyDocument": emr_roles.trust("ec2.amazonaws.com")},
    "create_policy": {"PolicyName": "shared", "PolicyDocument": DENY},
    "create_instance_profile": {"InstanceProfileName": "shared"},
    "create_group": {"GroupName": "shared"},
}


@models(
    "IAM answers EntityAlreadyExists to a name that the account has already, from whatever region it is asked",
    source="IAM User Guide, 'IAM and AWS STS quotas': names are unique in an account",
)
@pytest.mark.parametrize("operation", NAMED)
def test_names_of_iam_are_the_accounts(aws: Aws, operation: str) -> None:
    here, elsewhere = aws.client("iam"), aws.client("iam", "eu-central-1")
    getattr(here, operation)(**NAMED[operation])
    with pytest.raises(ClientError, match="EntityAlreadyExists"):
        getattr(elsewhere, operation)(**NAMED[operation])


@models(
    "Budgets answers DuplicateRecordException to a name that the account has already, from whatever region it is asked",
    source="AWS Budgets API Reference, CreateBudget",
)
def test_names_of_budgets_are_the_accounts(aws: Aws) -> None:
    budget = BUDGET | {"BudgetName": "shared"}
    aws.client("budgets").create_budget(AccountId="123456789012", Budget=budget)
    with pytest.raises(ClientError, match="DuplicateRecordException"):
        aws.client("budgets", "eu-central-1").create_budget(AccountId="123456789012", Budget=budget)


@models(
    "KMS answers InvalidArnException to a grant to a role that does not exist",
    source="AWS KMS API Reference, CreateGrant",
)
@models(
    "IAM makes one service-linked role for EC2 Spot, AWSServiceRoleForEC2Spot, and answers InvalidInput to another",
    source="Amazon EC2 User Guide, 'Service-linked role for Spot Instance requests'",
)
def test_a_key_is_granted_to_ec2_spot_once_its_role_is_there(aws: Aws) -> None:
    iam, kms = aws.client("iam"), aws.client("kms")
    grant = {"KeyId": kms.create_key()["KeyMetadata"]["KeyId"], "GranteePrincipal": SPOT, "Operations": ["Decrypt"]}
    with pytest.raises(ClientError, match="InvalidArnException"):
        kms.create_grant(**grant)
    assert iam.create_service_linked_role(AWSServiceName="spot.amazonaws.com")["Role"]["Arn"] == SPOT
    with pytest.raises(ClientError, match=r"\(InvalidInput\).*AWSServiceRoleForEC2Spot has been taken"):
        iam.create_service_linked_role(AWSServiceName="spot.amazonaws.com")
    assert kms.create_grant(**grant)["GrantId"]
    iam.delete_service_linked_role(RoleName=SPOT.rpartition("/")[2])


def test_the_role_of_ec2_spot_is_made_where_it_is_missing(aws: Aws) -> None:
    place = target._local("eu-west-3", LocalAws(instance="x", pid=1, port=aws.port, home=aws.home))
    iam = aws.client("iam")

    def roles() -> list[str]:
        return [role["Arn"] for page in iam.get_paginator("list_roles").paginate() for role in page["Roles"]]

    account.prepare("cluster", Settings(), place)
    assert SPOT not in roles()
    for spot in ({"task_spot_count": 1}, {"managed_scaling_max": 4}):
        account.prepare("cluster", Settings(**spot), place)
        assert SPOT in roles()
    iam.delete_service_linked_role(RoleName=SPOT.rpartition("/")[2])


@models(
    "EMR tells a cluster's disks with the IOPS that EBS put in, and its additional security groups in an "
    "order of its own",
    source="not verified: whether ListInstanceGroups and DescribeCluster do; a client must bear it",
)
def test_emr_tells_more_than_it_was_asked_for(aws: Aws) -> None:
    ec2 = aws.client("ec2")
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    groups = {n: ec2.create_security_group(GroupName=f"own-{n}", Description=n, VpcId=vpc)["GroupId"] for n in "abcd"}
    disk = {"VolumeSpecification": {"VolumeType": "gp3", "SizeInGB": 64}, "VolumesPerInstance": 1}
    instances = {
        "InstanceGroups": [
            {
                "InstanceRole": "MASTER",
                "InstanceType": "m5.xlarge",
                "InstanceCount": 1,
                "EbsConfiguration": {"EbsBlockDeviceConfigs": [disk]},
            }
        ],
        "EmrManagedMasterSecurityGroup": groups["a"],
        "EmrManagedSlaveSecurityGroup": groups["b"],
        "AdditionalMasterSecurityGroups": [groups["c"], groups["d"]],
    }
    cluster = aws.cluster(groups=False, ec2=instances, wait=False)
    (told,) = aws.emr.list_instance_groups(ClusterId=cluster)["InstanceGroups"]
    expected = {"VolumeType": "gp3", "SizeInGB": 64, "Iops": 3000}
    assert told["EbsBlockDevices"][0]["VolumeSpecification"] == expected
    attributes = aws.emr.describe_cluster(ClusterId=cluster)["Cluster"]["Ec2InstanceAttributes"]
    assert attributes["AdditionalMasterSecurityGroups"] == [groups["d"], groups["c"]]
    aws.emr.terminate_job_flows(JobFlowIds=[cluster])


@models(
    "The Resource Groups Tagging API tells of a region's buckets only",
    source="Resource Groups Tagging API Reference, GetResources",
)
def test_tags_are_searched_by_region(aws: Aws) -> None:
    bucket = aws.bucket()
    tags = {"TagSet": [{"Key": "Project", "Value": "searched"}]}
    aws.s3.put_bucket_tagging(Bucket=bucket, Tagging=tags)
    asked = {"TagFilters": [{"Key": "Project", "Values": ["searched"]}]}
    found = {
        region: aws.client("resourcegroupstaggingapi", region).get_resources(**asked)["ResourceTagMappingList"]
        for region in ("eu-west-3", "eu-central-1")
    }
    assert [entry["ResourceARN"] for entry in found["eu-west-3"]] == [f"arn:aws:s3:::{bucket}"]
    assert found["eu-central-1"] == []
