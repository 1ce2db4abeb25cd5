"""The actions, resources and conditions of all other services."""

import boto3
import pytest
from moto.emr.models import ElasticMapReduceBackend

from orchard.emulator.emr.studios import Studios
from orchard.emulator.permissions.acting import PROVIDED
from tests.emulator.permissions.prepared import REGION, accesses, pairs
from tests.support.fidelity import models

HERE = f"{REGION}:123456789012"
EC2, IAM = f"arn:aws:ec2:{HERE}", "arn:aws:iam::123456789012"
TAGS = [{"Key": "Project", "Value": "orchard"}]
TABLE = [
    ("sts", "get_caller_identity", {}, [("sts:GetCallerIdentity", "*")]),
    ("sts", "assume_role", {"RoleArn": f"{IAM}:role/r", "RoleSessionName": "s1"},
     [("sts:AssumeRole", f"{IAM}:role/r")]),
    ("emr", "list_clusters", {}, [("elasticmapreduce:ListClusters", "*")]),
    ("emr", "describe_cluster", {"ClusterId": "j-1"},
     [("elasticmapreduce:DescribeCluster", f"arn:aws:elasticmapreduce:{HERE}:cluster/j-1")]),
    ("emr", "terminate_job_flows", {"JobFlowIds": ["j-1", "j-2"]},
     [("elasticmapreduce:TerminateJobFlows", f"arn:aws:elasticmapreduce:{HERE}:cluster/{n}") for n in ("j-1", "j-2")]),
    ("emr", "add_tags", {"ResourceId": "es-1", "Tags": TAGS},
     [("elasticmapreduce:AddTags", f"arn:aws:elasticmapreduce:{HERE}:studio/es-1")]),
    ("budgets", "describe_budget", {"AccountId": "123456789012", "BudgetName": "b"},
     [("budgets:ViewBudget", "arn:aws:budgets::123456789012:budget/b")]),
    ("budgets", "delete_budget", {"AccountId": "123456789012", "BudgetName": "b"},
     [("budgets:ModifyBudget", "arn:aws:budgets::123456789012:budget/b")]),
    ("cloudwatch", "delete_alarms", {"AlarmNames": ["a"]},
     [("cloudwatch:DeleteAlarms", f"arn:aws:cloudwatch:{HERE}:alarm:a")]),
    ("resourcegroupstaggingapi", "get_resources", {}, [("tag:GetResources", "*")]),
    ("service-quotas", "get_service_quota", {"ServiceCode": "ec2", "QuotaCode": "L-1"},
     [("servicequotas:GetServiceQuota", f"arn:aws:servicequotas:{HERE}:ec2/L-1")]),
    ("scheduler", "delete_schedule", {"Name": "n"},
     [("scheduler:DeleteSchedule", f"arn:aws:scheduler:{HERE}:schedule/default/n")]),
    ("sqs", "delete_queue", {"QueueUrl": "http://127.0.0.1/123456789012/q"},
     [("sqs:DeleteQueue", f"arn:aws:sqs:{HERE}:q")]),
    ("ssm", "get_parameter", {"Name": "/aws/service/ami/x"},
     [("ssm:GetParameter", f"arn:aws:ssm:{REGION}::parameter/aws/service/ami/x")]),
    ("ssm", "get_parameter", {"Name": "/mine"}, [("ssm:GetParameter", f"arn:aws:ssm:{HERE}:parameter/mine")]),
    ("ec2", "describe_instances", {"InstanceIds": ["i-1"]}, [("ec2:DescribeInstances", "*")]),
    ("ec2", "create_tags", {"Resources": ["subnet-1", "vpc-1"], "Tags": TAGS},
     [("ec2:CreateTags", f"{EC2}:subnet/subnet-1"), ("ec2:CreateTags", f"{EC2}:vpc/vpc-1")]),
    ("ec2", "authorize_security_group_ingress", {"GroupId": "sg-1", "CidrIp": "10.0.0.0/8"},
     [("ec2:AuthorizeSecurityGroupIngress", f"{EC2}:security-group/sg-1")]),
    ("ec2", "create_security_group", {"GroupName": "g", "Description": "d", "VpcId": "vpc-1"},
     [("ec2:CreateSecurityGroup", f"{EC2}:security-group/*"), ("ec2:CreateSecurityGroup", f"{EC2}:vpc/vpc-1")]),
    ("iam", "create_role", {"RoleName": "r", "Path": "/p/", "AssumeRolePolicyDocument": "{}"},
     [("iam:CreateRole", f"{IAM}:role/p/r")]),
    ("iam", "create_role", {"RoleName": "r", "AssumeRolePolicyDocument": "{}", "Tags": TAGS},
     [("iam:CreateRole", f"{IAM}:role/r"), ("iam:TagRole", f"{IAM}:role/r")]),
    ("kms", "create_key", {"Tags": [{"TagKey": "a", "TagValue": "b"}]},
     [("kms:CreateKey", "*"), ("kms:TagResource", f"arn:aws:kms:{HERE}:key/*")]),
]  # fmt: skip


@pytest.fixture
def studios(monkeypatch):
    """The emulator's own part of EMR, which its server adds to moto's."""
    made = Studios(REGION, "123456789012")
    monkeypatch.setattr(ElasticMapReduceBackend, "studios", made, raising=False)
    return made


def test_a_studio_has_tags(studios, monkeypatch):
    monkeypatch.setitem(studios._studios, "es-1", {"StudioId": "es-1", "Tags": TAGS})
    (deletion,) = accesses("emr", "delete_studio", StudioId="es-1")
    assert deletion.context["elasticmapreduce:resourcetag/project"] == ("orchard",)
    (gone,) = accesses("emr", "delete_studio", StudioId="es-2")
    assert not [key for key in gone.context if "resourcetag" in key]


@pytest.mark.parametrize(("service", "method", "parameters", "wanted"), TABLE, ids=[f"{s}-{m}" for s, m, _, _ in TABLE])
def test_a_call_needs_actions_on_resources(account, studios, service, method, parameters, wanted):
    assert sorted(pairs(service, method, **parameters)) == sorted(wanted)


@models(
    "EC2 asks for every thing that an instance is made of or with, and the named ones by their names",
    source='Amazon EC2 User Guide, "Example policies to control access to the Amazon EC2 API"',
)
def test_an_instance_is_many_things(account):
    found = pairs("ec2", "run_instances", ImageId="ami-1", MinCount=1, MaxCount=1, SubnetId="subnet-1", KeyName="k",
                  SecurityGroupIds=["sg-1", "sg-2"])  # fmt: skip
    assert {resource for _, resource in found} == {
        f"arn:aws:ec2:{REGION}::image/ami-1", f"{EC2}:instance/*", f"{EC2}:network-interface/*", f"{EC2}:volume/*",
        f"{EC2}:subnet/subnet-1", f"{EC2}:security-group/sg-1", f"{EC2}:security-group/sg-2", f"{EC2}:key-pair/k",
    }  # fmt: skip


@pytest.fixture
def roles(account):
    """A role with a path, in an instance profile."""
    iam = boto3.client("iam")
    iam.create_role(RoleName="node", Path="/a/", AssumeRolePolicyDocument="{}", Tags=TAGS)
    iam.create_role(RoleName="service", AssumeRolePolicyDocument="{}")
    iam.create_instance_profile(InstanceProfileName="profile")
    iam.add_role_to_instance_profile(InstanceProfileName="profile", RoleName="node")
    return iam


def passed(found):
    return [(a.resource, a.context["iam:passedtoservice"]) for a in found if a.action == "iam:PassRole"]


@models(
    "IAM must let a caller pass the roles that EMR, EC2 and the scheduler are to act in, those of profiles too",
    source='IAM User Guide, "Grant a user permissions to pass a role to an AWS service"',
)
def test_roles_are_passed(roles):
    cluster = accesses("emr", "run_job_flow", Name="c", ServiceRole="service", JobFlowRole="profile",
                       Instances={"InstanceCount": 1})  # fmt: skip
    node, service = f"{IAM}:role/a/node", f"{IAM}:role/service"
    assert sorted(passed(cluster)) == [(node, ("ec2.amazonaws.com",)), (service, ("elasticmapreduce.amazonaws.com",))]
    instance = accesses("ec2", "run_instances", MinCount=1, MaxCount=1, IamInstanceProfile={"Name": "profile"})
    assert passed(instance) == [(node, ("ec2.amazonaws.com",))]
    schedule = accesses("scheduler", "create_schedule", Name="s", ScheduleExpression="rate(1 hour)",
                        FlexibleTimeWindow={"Mode": "OFF"},
                        Target={"Arn": "arn:aws:sns:x", "RoleArn": service})  # fmt: skip
    assert passed(schedule) == [(service, ("scheduler.amazonaws.com",))]
    profile = accesses("iam", "add_role_to_instance_profile", InstanceProfileName="profile", RoleName="node")
    assert passed(profile) == [(node, ("ec2.amazonaws.com",))]


def test_a_role_is_told_with_its_path_tags_boundary_and_policy(roles):
    boundary = f"{IAM}:policy/boundary"
    roles.put_role_permissions_boundary(RoleName="node", PermissionsBoundary=boundary)
    (attach,) = accesses(
        "iam", "attach_role_policy", RoleName="node", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess"
    )
    assert attach.resource == f"{IAM}:role/a/node"
    assert attach.context["iam:policyarn"] == ("arn:aws:iam::aws:policy/ReadOnlyAccess",)
    assert attach.context["iam:permissionsboundary"] == (boundary,)
    assert attach.context["aws:resourcetag/project"] == ("orchard",)
    (other,) = accesses("iam", "put_role_policy", RoleName="service", PolicyName="p", PolicyDocument="{}")
    assert "iam:permissionsboundary" not in other.context


@models(
    "EC2 asks for CreateTags besides when a call makes something with tags, with the call's name in ec2:CreateAction",
    source='Amazon EC2 User Guide, "Grant permission to tag Amazon EC2 resources during creation"',
)
def test_tags_of_something_new(account):
    given = [{"ResourceType": "security-group", "Tags": TAGS}]
    group, network, tag = accesses("ec2", "create_security_group", GroupName="g", Description="d", VpcId="vpc-1",
                                   TagSpecifications=given)  # fmt: skip
    assert group.context["aws:requesttag/project"] == ("orchard",)
    assert group.context["aws:tagkeys"] == ("Project",)
    assert "aws:requesttag/project" not in network.context
    assert (tag.action, tag.resource) == ("ec2:CreateTags", f"{EC2}:security-group/*")
    assert tag.context["ec2:createaction"] == ("CreateSecurityGroup",)


def test_tags_of_what_there_is(account):
    ec2 = boto3.client("ec2", region_name=REGION)
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    specification = [{"ResourceType": "security-group", "Tags": TAGS}]
    group = ec2.create_security_group(GroupName="g", Description="d", VpcId=vpc, TagSpecifications=specification)[
        "GroupId"
    ]
    (deletion,) = accesses("ec2", "delete_security_group", GroupId=group)
    assert deletion.context["aws:resourcetag/project"] == ("orchard",)
    assert deletion.context["ec2:resourcetag/project"] == ("orchard",)
    assert deletion.context["ec2:vpc"] == (f"{EC2}:vpc/{vpc}",)
    emr = boto3.client("emr", region_name=REGION)
    cluster = emr.run_job_flow(Name="c", Instances={"InstanceCount": 1, "MasterInstanceType": "m5.xlarge"}, Tags=TAGS)
    (end,) = accesses("emr", "terminate_job_flows", JobFlowIds=[cluster["JobFlowId"]])
    assert end.context["elasticmapreduce:resourcetag/project"] == ("orchard",)
    topic = boto3.client("sns", region_name=REGION).create_topic(Name="t", Tags=TAGS)["TopicArn"]
    queue = boto3.client("sqs", region_name=REGION).create_queue(QueueName="q", tags={"Project": "orchard"})["QueueUrl"]
    for (there,) in (accesses("sns", "delete_topic", TopicArn=topic), accesses("sqs", "delete_queue", QueueUrl=queue)):
        assert there.context["aws:resourcetag/project"] == ("orchard",)


def test_a_key_is_found_by_its_alias(account):
    kms = boto3.client("kms", region_name=REGION)
    key = kms.create_key()["KeyMetadata"]
    kms.create_alias(AliasName="alias/a", TargetKeyId=key["KeyId"])
    (look,) = accesses("kms", "describe_key", KeyId="alias/a")
    assert look.resource == key["Arn"]
    assert look.context["kms:requestalias"] == ("alias/a",)
    both = pairs("kms", "delete_alias", AliasName="alias/a")
    assert both == [("kms:DeleteAlias", f"arn:aws:kms:{HERE}:alias/a"), ("kms:DeleteAlias", key["Arn"])]
    (secret,) = accesses(
        "kms", "decrypt", KeyId=key["KeyId"], CiphertextBlob=b"x", EncryptionContext={"Purpose": "test"}
    )
    assert secret.context["kms:encryptioncontext:purpose"] == ("test",)


def test_what_a_policy_may_ask_for_is_known():
    for key in ("aws:RequestTag/Project", "aws:TagKeys", "iam:PassedToService", "s3:prefix", "kms:ViaService",
                "elasticmapreduce:ResourceTag/Project", "ec2:CreateAction", "kms:GrantIsForAWSResource"):  # fmt: skip
        assert key.lower() in PROVIDED, key
    assert "s3:dataaccesspointarn" not in PROVIDED
    assert "ec2:productcode" not in PROVIDED
