"""Every operation of EMR's service model is answered: the AWS CLI's `emr` commands and Terraform send them."""

from typing import Any

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError
from botocore.session import get_session

from tests.support.fidelity import models

from .conftest import Aws
from .test_emr_refusals import refusal

MODEL = get_session().get_service_model("emr")
MADE_UP = {"integer": 1, "long": 1, "boolean": True, "double": 1.0, "timestamp": 0, "map": {}}


def made_up(shape: Any) -> Any:
    """The least that botocore accepts for a shape."""
    if shape.type_name == "structure":
        return {name: made_up(shape.members[name]) for name in shape.required_members}
    if shape.type_name == "list":
        return [made_up(shape.member)]
    if getattr(shape, "enum", None):
        return shape.enum[0]
    if shape.type_name == "string":
        return "x" * max(1, shape.metadata.get("min", 1))
    return MADE_UP[shape.type_name]


@models(
    "EMR answers every operation of its service model, or refuses it with an error of that model",
    source="botocore, data/emr/2009-03-31/service-2.json",
)
@pytest.mark.parametrize("operation", sorted(MODEL.operation_names))
def test_every_operation_is_answered(aws: Aws, operation: str) -> None:
    shape = MODEL.operation_model(operation).input_shape
    try:
        getattr(aws.emr, xform_name(operation))(**made_up(shape))
    except ClientError as error:
        answer = error.response
        assert answer["Error"]["Code"] in ("InvalidRequestException", "ValidationException"), answer
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == 400


@models(
    "EMR tells the applications of a release",
    source="Amazon EMR API Reference, DescribeReleaseLabel; Release Guide, the page of each release",
)
def test_releases_tell_their_applications(aws: Aws) -> None:
    told = aws.emr.describe_release_label(ReleaseLabel="emr-7.5.0")
    versions = {application["Name"]: application["Version"] for application in told["Applications"]}
    assert (versions["Spark"], versions["Hadoop"]) == ("3.5.2-amzn-1", "3.4.0-amzn-1")
    assert versions["ZooKeeper"] == "not verified"
    assert "Ganglia" not in versions
    code, said = refusal(aws.emr.describe_release_label, ReleaseLabel="emr-9.9.9")
    assert (code, said) == ("InvalidRequestException", "The supplied release label is invalid: emr-9.9.9.")


def test_a_cluster_has_the_versions_of_its_release(aws: Aws) -> None:
    cluster = aws.cluster(wait=False, Applications=[{"Name": "Spark"}, {"Name": "Hive"}])
    told = aws.emr.describe_cluster(ClusterId=cluster)["Cluster"]["Applications"]
    assert told == [{"Name": "Spark", "Version": "3.5.2-amzn-1"}, {"Name": "Hive", "Version": "not verified"}]
    aws.emr.terminate_job_flows(JobFlowIds=[cluster])
    cluster = aws.cluster(wait=False)
    told = aws.emr.describe_cluster(ClusterId=cluster)["Cluster"]["Applications"]
    assert told == [{"Name": "Hadoop", "Version": "3.4.0-amzn-1"}]
    aws.emr.terminate_job_flows(JobFlowIds=[cluster])


@models(
    "EMR lists release labels in pages, filtered by prefix and application",
    source="Amazon EMR API Reference, ListReleaseLabels",
)
def test_release_labels_are_filtered_and_come_in_pages(aws: Aws) -> None:
    first = aws.emr.list_release_labels(MaxResults=5)
    assert first["ReleaseLabels"][0] == "emr-7.14.0"
    assert len(first["ReleaseLabels"]) == 5
    second = aws.emr.list_release_labels(MaxResults=5, NextToken=first["NextToken"])
    assert not set(first["ReleaseLabels"]) & set(second["ReleaseLabels"])
    spark = aws.emr.list_release_labels(Filters={"Prefix": "emr-7", "Application": "spark@3.5.5"})
    assert spark["ReleaseLabels"] == ["emr-7.10.0", "emr-7.9.0"]


def test_the_instance_types_of_a_release_are_listed(aws: Aws) -> None:
    found: list[dict] = []
    page: dict = {}
    while not found or page.get("Marker"):
        more = {"Marker": page["Marker"]} if found else {}
        page = aws.emr.list_supported_instance_types(ReleaseLabel="emr-7.5.0", **more)
        found += page["SupportedInstanceTypes"]
    kinds = {kind["Type"]: kind for kind in found}
    assert (kinds["m5.xlarge"]["VCPU"], kinds["m5.xlarge"]["MemoryGB"]) == (4, 16.0)
    assert "t2.micro" not in kinds
    assert len(kinds) == len(found)


def test_security_configurations_are_made_listed_and_deleted(aws: Aws) -> None:
    aws.emr.create_security_configuration(Name="locked", SecurityConfiguration="{}")
    listed = aws.emr.list_security_configurations()["SecurityConfigurations"]
    assert [found["Name"] for found in listed].count("locked") == 1
    code, said = refusal(aws.emr.create_security_configuration, Name="locked", SecurityConfiguration="{}")
    assert (code, "already exists" in said) == ("InvalidRequestException", True)
    assert aws.emr.describe_security_configuration(Name="locked")["SecurityConfiguration"] == "{}"
    aws.emr.delete_security_configuration(Name="locked")
    code, said = refusal(aws.emr.describe_security_configuration, Name="locked")
    assert (code, "does not exist" in said) == ("InvalidRequestException", True)


@models(
    "EMR keeps session mappings for Studios of the SSO mode only",
    source="Amazon EMR API Reference, CreateStudioSessionMapping",
)
def test_session_mappings_are_kept_for_studios_of_the_sso_mode(aws: Aws) -> None:
    common = {
        "VpcId": "vpc-1",
        "SubnetIds": ["subnet-1"],
        "ServiceRole": "arn:aws:iam::123456789012:role/studio",
        "WorkspaceSecurityGroupId": "sg-1",
        "EngineSecurityGroupId": "sg-2",
        "DefaultS3Location": "s3://bucket/prefix",
    }
    sso, iam = (
        aws.emr.create_studio(Name=f"mapped-{mode}", AuthMode=mode, **common)["StudioId"] for mode in ("SSO", "IAM")
    )
    who = {"StudioId": sso, "IdentityType": "USER", "IdentityName": "ada"}
    policy = "arn:aws:iam::123456789012:policy/session"
    aws.emr.create_studio_session_mapping(**who, SessionPolicyArn=policy)
    assert aws.emr.get_studio_session_mapping(**who)["SessionMapping"]["SessionPolicyArn"] == policy
    assert (
        refusal(aws.emr.create_studio_session_mapping, **who, SessionPolicyArn=policy)[0] == "InvalidRequestException"
    )
    aws.emr.update_studio_session_mapping(**who, SessionPolicyArn=f"{policy}-2")
    (listed,) = aws.emr.list_studio_session_mappings(StudioId=sso)["SessionMappings"]
    assert (listed["IdentityName"], listed["SessionPolicyArn"]) == ("ada", f"{policy}-2")
    assert aws.emr.list_studio_session_mappings(IdentityType="GROUP")["SessionMappings"] == []
    _, said = refusal(aws.emr.create_studio_session_mapping, **who | {"StudioId": iam}, SessionPolicyArn=policy)
    assert "SSO authentication mode only" in said
    aws.emr.delete_studio_session_mapping(**who)
    assert refusal(aws.emr.get_studio_session_mapping, **who)[1] == "Studio session mapping does not exist."
    for number in (sso, iam):
        aws.emr.delete_studio(StudioId=number)


def test_what_the_local_aws_has_not_is_refused_with_the_reason(aws: Aws, workspace: Any) -> None:
    cluster = {"ClusterId": workspace.cluster}
    assert "no sessions" in refusal(aws.emr.start_session, **cluster)[1]
    assert aws.emr.list_sessions(**cluster)["Sessions"] == []
    assert "is not valid" in refusal(aws.emr.get_session, **cluster, SessionId="none")[1]
    arn = aws.emr.describe_cluster(**cluster)["Cluster"]["ClusterArn"]
    assert "no application interfaces" in refusal(aws.emr.create_persistent_app_ui, TargetResourceArn=arn)[1]
    assert "runtime roles" in refusal(aws.emr.get_cluster_session_credentials, **cluster)[1]
