"""What is asked for, in each of the protocols that AWS's services speak."""

import io

import pytest

from orchard.emulator.permissions.requests import calls
from tests.emulator.permissions.prepared import REGION, call, environ

CALLS = [
    ("emr", "describe_cluster", {"ClusterId": "j-1"}),
    ("emr", "add_tags", {"ResourceId": "j-1", "Tags": [{"Key": "a", "Value": "b"}]}),
    ("kms", "describe_key", {"KeyId": "alias/a"}),
    ("iam", "create_role", {"RoleName": "r", "AssumeRolePolicyDocument": "{}", "Tags": [{"Key": "a", "Value": "b"}]}),
    ("sts", "assume_role", {"RoleArn": "arn:aws:iam::123456789012:role/r", "RoleSessionName": "s-1"}),
    ("sns", "create_topic", {"Name": "t"}),
    ("sqs", "get_queue_url", {"QueueName": "q"}),
    ("cloudwatch", "delete_alarms", {"AlarmNames": ["a", "b"]}),
    ("ec2", "describe_vpcs", {"VpcIds": ["vpc-1", "vpc-2"]}),
    ("scheduler", "get_schedule", {"Name": "n", "GroupName": "g"}),
    ("budgets", "describe_budgets", {"AccountId": "123456789012"}),
    ("resourcegroupstaggingapi", "get_resources", {"TagFilters": [{"Key": "Project", "Values": ["orchard"]}]}),
    ("service-quotas", "get_service_quota", {"ServiceCode": "ec2", "QuotaCode": "L-1"}),
    ("s3", "list_objects_v2", {"Bucket": "bucket", "Prefix": "a b/", "MaxKeys": 7}),
    ("s3", "put_bucket_policy", {"Bucket": "bucket", "Policy": '{"Version": "2012-10-17"}'}),
    ("s3", "delete_objects", {"Bucket": "bucket", "Delete": {"Objects": [{"Key": "é"}, {"Key": "b"}]}}),
    ("s3", "get_object_tagging", {"Bucket": "bucket", "Key": "a/b", "VersionId": "v"}),
    ("s3", "list_parts", {"Bucket": "bucket", "Key": "a/b", "UploadId": "u"}),
    ("s3", "put_object", {"Bucket": "bucket", "Key": "a/é +%&?", "Body": b"x"}),
    ("s3", "get_object", {"Bucket": "bucket", "Key": "a", "VersionId": "v", "Range": "bytes=0-1"}),
    ("s3", "head_object", {"Bucket": "bucket", "Key": "a/"}),
    ("s3", "delete_object", {"Bucket": "bucket", "Key": "a//b"}),
    ("s3", "head_bucket", {"Bucket": "bucket"}),
    ("s3", "create_multipart_upload", {"Bucket": "bucket", "Key": "a"}),
    ("s3", "abort_multipart_upload", {"Bucket": "bucket", "Key": "a", "UploadId": "u"}),
]  # fmt: skip


@pytest.mark.parametrize(("service", "method", "parameters"), CALLS, ids=[f"{s}-{m}" for s, m, _ in CALLS])
def test_a_request_is_read_as_it_was_meant(service, method, parameters):
    made, signed_for = environ(service, method, **parameters)
    body = made["wsgi.input"].getvalue()
    found = calls.read(made, signed_for, REGION)
    assert (found.service, found.region, found.account) == (service, REGION, "123456789012")
    assert found.operation.lower() == method.replace("_", "")
    told = {
        name: value for name, value in found.parameters.items() if name in parameters and name not in ("Body", "Range")
    }
    assert told == {name: value for name, value in parameters.items() if name not in ("Body", "Range")}
    assert made["wsgi.input"].read() == body, "the next application reads the body from its beginning"


@pytest.mark.parametrize(
    ("method", "parameters", "operation"),
    [
        ("upload_part", {"UploadId": "u", "PartNumber": 1, "Body": b"x"}, "UploadPart"),
        ("copy_object", {"CopySource": "other/key"}, "CopyObject"),
        ("upload_part_copy", {"UploadId": "u", "PartNumber": 1, "CopySource": "other/key"}, "UploadPartCopy"),
        ("get_object", {"PartNumber": 1}, "GetObject"),
        ("get_object", {"ResponseContentType": "text/plain"}, "GetObject"),
    ],
)
def test_an_object_in_parts_or_copied_is_told_from_one_that_is_put(method, parameters, operation):
    found = call("s3", method, Bucket="bucket", Key="a", **parameters)
    assert (found.operation, found.parameters["Bucket"], found.parameters["Key"]) == (operation, "bucket", "a")


class Untouchable(io.BytesIO):
    """A body that nobody may read."""

    def read(self, *_):
        raise AssertionError("the body of an object was read")


@pytest.mark.parametrize("method", ["put_object", "upload_part"])
def test_the_bytes_of_objects_are_not_read(method):
    more = {"UploadId": "u", "PartNumber": 1} if method == "upload_part" else {}
    made, _ = environ("s3", method, Bucket="bucket", Key="a", Body=b"x" * 1000, **more)
    made["wsgi.input"] = Untouchable(b"x" * 1000)
    assert calls.read(made, "s3", REGION).parameters["Key"] == "a"


def test_a_presigned_request_is_told_from_one_with_a_header():
    made, _ = environ("s3", "get_object", Bucket="bucket", Key="a")
    assert not calls.read(made, "s3", REGION).presigned
    made["QUERY_STRING"] = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=ab"
    found = calls.read(made, "s3", REGION)
    assert found.presigned
    assert found.operation == "GetObject"


@pytest.mark.parametrize(
    ("service", "change"),
    [
        ("elasticmapreduce", {"HTTP_X_AMZ_TARGET": "ElasticMapReduce.DoAsYouLike"}),
        ("s3", {"REQUEST_METHOD": "PATCH"}),
        ("no-such-service", {}),
    ],
)
def test_what_no_service_has_is_refused_by_its_name(service, change):
    made, _ = environ("emr", "list_clusters")
    with pytest.raises(calls.UnknownOperationError, match=service.replace("elasticmapreduce", "emr")):
        calls.read(made | change, service, REGION)
