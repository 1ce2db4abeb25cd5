import io
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError

from orchard.emulator.s3.bodies import READERS
from tests.support.fidelity import models

from .conftest import REGION, Aws, command

LARGE = bytes(range(256)) * 4096 * 12  # 12 MiB: two parts for boto3, and streamed by the server


@models("S3 answers ranges with 206 and the bytes asked for", source="Amazon S3 API Reference, GetObject")
def test_objects_large_and_small_come_back_whole_and_in_ranges(aws: Aws) -> None:
    bucket = aws.bucket()
    aws.put(bucket, "small", b"0123456789")
    aws.s3.upload_fileobj(io.BytesIO(LARGE), bucket, "large")
    fetched = io.BytesIO()
    aws.s3.download_fileobj(bucket, "large", fetched)
    assert fetched.getvalue() == LARGE
    assert aws.read(bucket, "large") == LARGE
    for key, whole in (("small", b"0123456789"), ("large", LARGE)):
        for spec, part in (("bytes=2-5", whole[2:6]), ("bytes=-3", whole[-3:]), ("bytes=7-", whole[7:])):
            answer = aws.s3.get_object(Bucket=bucket, Key=key, Range=spec)
            assert answer["Body"].read() == part
            assert answer["ContentLength"] == len(part)
    assert aws.s3.head_object(Bucket=bucket, Key="large")["ContentLength"] == len(LARGE)
    with pytest.raises(ClientError, match="InvalidRange"):
        aws.s3.get_object(Bucket=bucket, Key="small", Range="bytes=50-60")


def test_bodies_are_files_that_go_with_their_objects(aws: Aws) -> None:
    def bodies() -> int:
        return sum(path.is_file() for path in (aws.home / "objects").rglob("*"))

    bucket = aws.bucket()
    aws.put(bucket, "first", "after those that wait for late readers")
    time.sleep(READERS + 0.1)
    aws.put(bucket, "second", "sweeps them out")
    before = bodies()
    for number in range(5):
        aws.put(bucket, "same" if number < 3 else f"other{number}", str(number))
    aws.s3.copy_object(Bucket=bucket, Key="copy", CopySource=f"{bucket}/same")
    assert aws.read(bucket, "copy") == b"2"
    for key in aws.keys(bucket):
        aws.s3.delete_object(Bucket=bucket, Key=key)
    time.sleep(READERS + 0.1)
    aws.put(bucket, "first", "")
    assert bodies() == before - 1
    aws.s3.delete_object(Bucket=bucket, Key="first")
    aws.s3.delete_bucket(Bucket=bucket)


@models(
    "S3 checks parts, their order and their least size when it completes an upload",
    source="Amazon S3 API Reference, CompleteMultipartUpload",
)
def test_uploads_in_parts_are_checked_and_leave_no_parts(aws: Aws) -> None:
    bucket = aws.bucket()
    whole = {"Bucket": bucket, "Key": "parts"}
    upload = whole | {"UploadId": aws.s3.create_multipart_upload(**whole)["UploadId"]}
    sizes = (5 << 20, 5 << 20, 3)
    parts = [
        {"PartNumber": n, "ETag": aws.s3.upload_part(**upload, PartNumber=n, Body=bytes([n]) * size)["ETag"]}
        for n, size in enumerate(sizes, 1)
    ]
    with pytest.raises(ClientError, match="InvalidPart"):
        aws.s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": [parts[0] | {"ETag": '"00"'}]})
    with pytest.raises(ClientError, match="EntityTooSmall"):
        aws.s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": [parts[2], parts[0]]})
    done = aws.s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
    assert done["ETag"].endswith('-3"')
    assert aws.read(bucket, "parts") == b"".join(bytes([n]) * size for n, size in enumerate(sizes, 1))
    gone = aws.s3.create_multipart_upload(**whole)["UploadId"]
    aws.s3.upload_part(**whole, UploadId=gone, PartNumber=1, Body=b"x")
    aws.s3.abort_multipart_upload(**whole, UploadId=gone)
    assert "Uploads" not in aws.s3.list_multipart_uploads(Bucket=bucket)


def test_listings_come_in_pages_in_order(aws: Aws) -> None:
    bucket = aws.bucket()
    names = [f"data/{group}/{number:03}" for group in "ab" for number in range(15)] + ["data", "z"]
    for name in names:
        aws.put(bucket, name, name)
    pages = aws.s3.get_paginator("list_objects_v2").paginate(
        Bucket=bucket, Prefix="data/", PaginationConfig={"PageSize": 7}
    )
    counted = [len(page["Contents"]) for page in pages]
    assert counted == [7, 7, 7, 7, 2]
    assert aws.keys(bucket) == sorted(names)
    assert aws.keys(bucket, "none") == []
    after = aws.s3.list_objects_v2(Bucket=bucket, StartAfter="data/b/010", MaxKeys=2)
    assert [item["Key"] for item in after["Contents"]] == ["data/b/011", "data/b/012"]
    folders = aws.s3.list_objects_v2(Bucket=bucket, Prefix="data/", Delimiter="/")
    assert [item["Prefix"] for item in folders["CommonPrefixes"]] == ["data/a/", "data/b/"]


@models(
    "S3 keeps versions and encrypts by the bucket's default",
    source='Amazon S3 User Guide, "Using versioning in S3 buckets"',
)
def test_results_obey_versioning_and_default_encryption(aws: Aws) -> None:
    bucket, key = aws.bucket(), aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    aws.s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    rule = {
        "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key},
        "BucketKeyEnabled": True,
    }
    aws.s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [rule]})
    aws.put(bucket, "old/removed.csv", "soon gone")
    aws.put(bucket, "old/replaced.csv", "before")
    cluster = aws.cluster()
    script = "cd ../s3/$0/old && rm removed.csv && printf after > replaced.csv && mkdir ../new && printf new > ../new/x"
    (step,) = aws.run(cluster, command("bash", "-c", script, bucket))
    assert aws.step_until(cluster, step)["State"] == "COMPLETED"
    assert aws.keys(bucket) == ["new/x", "old/replaced.csv"]
    made = aws.s3.head_object(Bucket=bucket, Key="new/x")
    assert (made["ServerSideEncryption"], made["SSEKMSKeyId"]) == ("aws:kms", key)
    versions = aws.s3.list_object_versions(Bucket=bucket, Prefix="old/")
    assert [marker["Key"] for marker in versions["DeleteMarkers"]] == ["old/removed.csv"]
    old = [v["VersionId"] for v in versions["Versions"] if v["Key"] == "old/replaced.csv" and not v["IsLatest"]]
    assert len(old) == 1
    body = aws.s3.get_object(Bucket=bucket, Key="old/replaced.csv", VersionId=old[0])["Body"]
    assert body.read() == b"before", "the former version is untouched by the step's write"
    assert aws.read(bucket, "old/replaced.csv") == b"after"
    aws.emr.terminate_job_flows(JobFlowIds=[cluster])


def test_a_step_sees_the_bucket_as_it_is_and_leaves_the_rest_alone(aws: Aws) -> None:
    bucket, cluster = aws.bucket(), aws.cluster()
    for key in ("a/b.jpg", "a/with space & ü.jpg", "a//b", "deep/er/and/deeper.jpg", "folder/"):
        aws.put(bucket, key, b"x")
    etags = {key: aws.s3.head_object(Bucket=bucket, Key=key)["LastModified"] for key in aws.keys(bucket)}
    listing = "cd ../s3/$0 && find . -type f | sort && aws 2>/dev/null; true"
    (step,) = aws.run(cluster, command("bash", "-c", listing, bucket))
    assert aws.step_until(cluster, step)["State"] == "COMPLETED"
    assert {key: aws.s3.head_object(Bucket=bucket, Key=key)["LastModified"] for key in aws.keys(bucket)} == etags
    aws.emr.terminate_job_flows(JobFlowIds=[cluster])


@models(
    "S3 tells the region of a bucket, and refuses a LocationConstraint of another",
    source="Amazon S3 API Reference, GetBucketLocation",
)
def test_the_bucket_is_where_it_was_made(aws: Aws) -> None:
    bucket = aws.bucket()
    assert aws.s3.get_bucket_location(Bucket=bucket)["LocationConstraint"] == REGION


@models(
    "S3 gives a reader the old or the new object, never a mixture",
    source='Amazon S3 User Guide, "Amazon S3 data consistency model"',
)
def test_a_reader_gets_the_old_or_the_new_object(aws: Aws) -> None:
    bucket, texts = aws.bucket(), {bytes([65 + n]) * 1000 * n for n in range(1, 6)}
    aws.put(bucket, "key", b"A")

    def write(text: bytes) -> None:
        aws.put(bucket, "key", text)

    with ThreadPoolExecutor(8) as pool:
        writers = [pool.submit(write, text) for _ in range(15) for text in texts]
        read = [pool.submit(aws.read, bucket, "key") for _ in range(150)]
        assert {reader.result() for reader in read} <= texts | {b"A"}
        assert all(writer.result() is None for writer in writers)


def test_versions_are_listed_after_some_are_gone(aws: Aws) -> None:
    """As a bucket is emptied: versions go, delete markers that stood on them stay for the next round."""

    def bodies() -> int:
        return sum(path.is_file() for path in (aws.home / "objects").rglob("*"))

    bucket = aws.bucket()
    aws.s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    for content in (b"one", b"two"):
        aws.put(bucket, "key", content)
    aws.s3.delete_object(Bucket=bucket, Key="key")
    for version in aws.s3.list_object_versions(Bucket=bucket)["Versions"]:
        aws.s3.delete_object(Bucket=bucket, Key="key", VersionId=version["VersionId"])
    time.sleep(READERS + 0.1)
    aws.put(bucket, "other", b"sweeps the bodies out")
    before = bodies()
    listed = aws.s3.list_object_versions(Bucket=bucket)
    assert [version["Key"] for version in listed["Versions"]] == ["other"]
    assert [marker["Key"] for marker in listed["DeleteMarkers"]] == ["key"]
    assert bodies() == before, "listing copies no bodies"
    assert aws.read(bucket, "other") == b"sweeps the bodies out", "the listed copies own nothing"


@models(
    "S3 deletes the null version where versioning is suspended, and keeps the others",
    source='Amazon S3 User Guide, "Deleting objects from versioning-suspended buckets"',
)
def test_where_versioning_is_suspended_one_version_is_deleted_and_a_delete_keeps_the_others(aws: Aws) -> None:
    """Amazon S3 User Guide, "Working with objects in a versioning-suspended bucket"; `cleanup` empties one so."""
    bucket = aws.bucket()
    aws.s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    for body in ("first", "second"):
        aws.put(bucket, "a", body)
    aws.s3.delete_object(Bucket=bucket, Key="a")
    aws.s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})
    told = aws.s3.list_object_versions(Bucket=bucket)
    (marker,), (second, first) = told["DeleteMarkers"], told["Versions"]
    aws.s3.delete_object(Bucket=bucket, Key="a", VersionId=marker["VersionId"])
    assert aws.read(bucket, "a") == b"second"
    aws.s3.delete_object(Bucket=bucket, Key="a")
    assert aws.keys(bucket) == []
    assert {one["VersionId"] for one in aws.s3.list_object_versions(Bucket=bucket)["Versions"]} == {
        first["VersionId"],
        second["VersionId"],
    }
    told = aws.s3.list_object_versions(Bucket=bucket)
    every = [{"Key": "a", "VersionId": one["VersionId"]} for one in (*told["Versions"], *told["DeleteMarkers"])]
    assert "Errors" not in aws.s3.delete_objects(Bucket=bucket, Delete={"Objects": every})
    aws.s3.delete_bucket(Bucket=bucket)
