import pytest
from botocore.exceptions import ClientError

from tests.support.fidelity import models

from .conftest import Aws

STUDIO = {
    "Name": "notebooks",
    "Description": "of the tests",
    "AuthMode": "IAM",
    "VpcId": "vpc-1",
    "SubnetIds": ["subnet-1"],
    "ServiceRole": "arn:aws:iam::123456789012:role/studio",
    "WorkspaceSecurityGroupId": "sg-1",
    "EngineSecurityGroupId": "sg-2",
    "DefaultS3Location": "s3://bucket/studio/",
    "Tags": [{"Key": "Project", "Value": "orchard"}],
}


@models(
    "EMR makes, changes, lists and deletes Studios, with at most five subnets",
    source='Amazon EMR Management Guide, "EMR Studio features, requirements, and limits"',
)
def test_the_life_of_a_studio(aws: Aws) -> None:
    made = aws.emr.create_studio(**STUDIO)
    number = made["StudioId"]
    assert made["Url"].startswith(f"https://{number.lower()}.emrstudio-prod.eu-west-3.")
    told = aws.emr.describe_studio(StudioId=number)["Studio"]
    assert {name: told[name] for name in STUDIO} == STUDIO
    assert number in [studio["StudioId"] for studio in aws.emr.list_studios()["Studios"]]
    with pytest.raises(ClientError, match="already exists"):
        aws.emr.create_studio(**STUDIO)
    aws.emr.update_studio(StudioId=number, Description="changed", SubnetIds=["subnet-1", "subnet-2"])
    assert aws.emr.describe_studio(StudioId=number)["Studio"]["Description"] == "changed"
    with pytest.raises(ClientError, match="cannot be removed"):
        aws.emr.update_studio(StudioId=number, SubnetIds=["subnet-2"])
    aws.emr.add_tags(ResourceId=number, Tags=[{"Key": "Owner", "Value": "me"}])
    aws.emr.remove_tags(ResourceId=number, TagKeys=["Project"])
    assert aws.emr.describe_studio(StudioId=number)["Studio"]["Tags"] == [{"Key": "Owner", "Value": "me"}]
    aws.emr.delete_studio(StudioId=number)
    with pytest.raises(aws.emr.exceptions.InvalidRequestException, match="Studio does not exist"):
        aws.emr.describe_studio(StudioId=number)
