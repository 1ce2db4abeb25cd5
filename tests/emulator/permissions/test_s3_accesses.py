"""S3's operations in IAM's words."""

import boto3
import pytest

from tests.emulator.permissions.prepared import REGION, accesses, pairs
from tests.support.fidelity import models

ARN = "arn:aws:s3:::bucket"
AT = {"Bucket": "bucket"}
KEY = AT | {"Key": "a/é b"}
OBJECT = f"{ARN}/a/é b"
RULES = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
TABLE = [
    ("list_objects_v2", AT, [("ListBucket", ARN)]),
    ("list_objects", AT, [("ListBucket", ARN)]),
    ("head_bucket", AT, [("ListBucket", ARN)]),
    ("list_object_versions", AT, [("ListBucketVersions", ARN)]),
    ("list_multipart_uploads", AT, [("ListBucketMultipartUploads", ARN)]),
    ("list_buckets", {}, [("ListAllMyBuckets", "*")]),
    ("get_object", KEY, [("GetObject", OBJECT)]),
    ("head_object", KEY, [("GetObject", OBJECT)]),
    ("get_object", KEY | {"VersionId": "v"}, [("GetObjectVersion", OBJECT)]),
    ("head_object", KEY | {"VersionId": "v"}, [("GetObjectVersion", OBJECT)]),
    ("delete_object", KEY, [("DeleteObject", OBJECT)]),
    ("delete_object", KEY | {"VersionId": "v"}, [("DeleteObjectVersion", OBJECT)]),
    ("put_object", KEY | {"Body": b""}, [("PutObject", OBJECT)]),
    ("put_object", KEY | {"Tagging": "a=b"}, [("PutObject", OBJECT), ("PutObjectTagging", OBJECT)]),
    ("put_object", KEY | {"ACL": "private"}, [("PutObject", OBJECT), ("PutObjectAcl", OBJECT)]),
    ("create_multipart_upload", KEY, [("PutObject", OBJECT)]),
    ("upload_part", KEY | {"UploadId": "u", "PartNumber": 1}, [("PutObject", OBJECT)]),
    ("complete_multipart_upload", KEY | {"UploadId": "u"}, [("PutObject", OBJECT)]),
    ("abort_multipart_upload", KEY | {"UploadId": "u"}, [("AbortMultipartUpload", OBJECT)]),
    ("list_parts", KEY | {"UploadId": "u"}, [("ListMultipartUploadParts", OBJECT)]),
    ("copy_object", KEY | {"CopySource": "other/c d"},
     [("PutObject", OBJECT), ("GetObject", "arn:aws:s3:::other/c d")]),
    ("copy_object", KEY | {"CopySource": {"Bucket": "other", "Key": "c", "VersionId": "v"}},
     [("PutObject", OBJECT), ("GetObjectVersion", "arn:aws:s3:::other/c")]),
    ("delete_objects", AT | {"Delete": {"Objects": [{"Key": "x"}, {"Key": "y", "VersionId": "v"}]}},
     [("DeleteObject", f"{ARN}/x"), ("DeleteObjectVersion", f"{ARN}/y")]),
    ("get_object_tagging", KEY | {"VersionId": "v"}, [("GetObjectVersionTagging", OBJECT)]),
    ("get_bucket_encryption", AT, [("GetEncryptionConfiguration", ARN)]),
    ("delete_bucket_encryption", AT, [("PutEncryptionConfiguration", ARN)]),
    ("get_bucket_lifecycle_configuration", AT, [("GetLifecycleConfiguration", ARN)]),
    ("delete_bucket_lifecycle", AT, [("PutLifecycleConfiguration", ARN)]),
    ("get_public_access_block", AT, [("GetBucketPublicAccessBlock", ARN)]),
    ("delete_public_access_block", AT, [("PutBucketPublicAccessBlock", ARN)]),
    ("put_bucket_ownership_controls", AT | {"OwnershipControls": RULES}, [("PutBucketOwnershipControls", ARN)]),
    ("get_bucket_replication", AT, [("GetReplicationConfiguration", ARN)]),
    ("get_object_lock_configuration", AT, [("GetBucketObjectLockConfiguration", ARN)]),
    ("create_bucket", AT | {"ACL": "private"}, [("CreateBucket", ARN)]),
    ("create_bucket", AT | {"ObjectOwnership": "BucketOwnerEnforced"},
     [("CreateBucket", ARN), ("PutBucketOwnershipControls", ARN)]),
]  # fmt: skip


@models(
    "S3 asks for another permission than the operation's name for listings, heads, copies, parts and versions",
    source='S3 User Guide, "Required permissions for Amazon S3 API operations"',
)
@pytest.mark.parametrize(
    ("method", "parameters", "wanted"), TABLE, ids=[f"{n}-{m}" for n, (m, _, _) in enumerate(TABLE)]
)
def test_an_operation_needs_its_permissions(account, method, parameters, wanted):
    assert pairs("s3", method, **parameters) == [(f"s3:{action}", arn) for action, arn in wanted]


def test_what_is_listed_is_a_condition(account):
    (listing,) = accesses("s3", "list_objects_v2", Bucket="bucket", Prefix="data/", Delimiter="/", MaxKeys=5)
    told = {key: listing.context[key] for key in ("s3:prefix", "s3:delimiter", "s3:max-keys")}
    assert told == {"s3:prefix": ("data/",), "s3:delimiter": ("/",), "s3:max-keys": ("5",)}
    (whole,) = accesses("s3", "list_objects_v2", Bucket="bucket")
    assert "s3:prefix" not in whole.context


def test_headers_are_conditions(account):
    (put,) = accesses(
        "s3", "put_object", Bucket="bucket", Key="a", ServerSideEncryption="AES256", StorageClass="STANDARD"
    )
    assert put.context["s3:x-amz-server-side-encryption"] == ("AES256",)
    assert put.context["s3:x-amz-storage-class"] == ("STANDARD",)
    assert put.context["s3:authtype"] == ("REST-HEADER",)
    assert put.context["s3:resourceaccount"] == ("123456789012",)


@pytest.fixture
def key(account):
    """The key of a bucket whose objects are encrypted with it."""
    s3, kms = boto3.client("s3", region_name=REGION), boto3.client("kms", region_name=REGION)
    s3.create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": REGION})
    made = kms.create_key(Tags=[{"TagKey": "Project", "TagValue": "orchard"}])["KeyMetadata"]
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": made["KeyId"]}
    rule = {"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": True}
    s3.put_bucket_encryption(Bucket="bucket", ServerSideEncryptionConfiguration={"Rules": [rule]})
    return made["Arn"]


def of_kms(*call, **parameters):
    return [access for access in accesses("s3", *call, **parameters) if access.action.startswith("kms:")]


@models(
    "S3 uses the bucket's KMS key in the caller's name: GenerateDataKey to write, Decrypt to read, both for parts",
    source='S3 User Guide, "Using server-side encryption with AWS KMS keys (SSE-KMS)", "Permissions"',
)
def test_objects_under_a_key_need_the_key(key):
    (put,) = of_kms("put_object", Bucket="bucket", Key="a", Body=b"x")
    assert (put.action, put.resource) == ("kms:GenerateDataKey", key)
    assert put.context["kms:viaservice"] == ("s3.eu-west-3.amazonaws.com",)
    assert put.context["kms:encryptioncontext:aws:s3:arn"] == (ARN,), "a bucket key is for the bucket"
    assert put.context["aws:resourcetag/project"] == ("orchard",)
    assert of_kms("get_object", Bucket="bucket", Key="a") == [], "there is no such object"
    boto3.client("s3", region_name=REGION).put_object(Bucket="bucket", Key="a", Body=b"x")
    (get,) = of_kms("get_object", Bucket="bucket", Key="a")
    assert (get.action, get.resource) == ("kms:Decrypt", key)
    assert of_kms("head_object", Bucket="bucket", Key="a") == []
    assert of_kms("delete_object", Bucket="bucket", Key="a") == []
    parts = of_kms("create_multipart_upload", Bucket="bucket", Key="a")
    assert [part.action for part in parts] == ["kms:GenerateDataKey", "kms:Decrypt"]
    copy = of_kms("copy_object", Bucket="bucket", Key="b", CopySource="bucket/a")
    assert [access.action for access in copy] == ["kms:GenerateDataKey", "kms:Decrypt"]


def test_an_upload_may_ask_for_s3s_own_key(key):
    assert of_kms("put_object", Bucket="bucket", Key="a", Body=b"x", ServerSideEncryption="AES256") == []
    (own,) = of_kms(
        "put_object",
        Bucket="bucket",
        Key="a",
        ServerSideEncryption="aws:kms",
        SSEKMSKeyId="k-1",
        BucketKeyEnabled=False,
    )
    assert own.resource == "arn:aws:kms:eu-west-3:123456789012:key/k-1"
    assert own.context["kms:encryptioncontext:aws:s3:arn"] == (f"{ARN}/a",)
