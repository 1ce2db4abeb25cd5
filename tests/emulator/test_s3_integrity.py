"""What arrives is compared with what the client says of it, and what is known of an object is told."""

import base64
import hashlib
import zlib
from typing import Any

import pytest
from awscrt import checksums
from botocore.exceptions import ClientError

from tests.support.fidelity import models

from .conftest import Aws

BODY = b"what was sent" * 1000
PART = 5 << 20


def b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def of(body: bytes) -> dict[str, str]:
    return {
        "ChecksumCRC32": b64(zlib.crc32(body).to_bytes(4, "big")),
        "ChecksumCRC32C": b64(checksums.crc32c(body).to_bytes(4, "big")),
        "ChecksumCRC64NVME": b64(checksums.crc64nvme(body).to_bytes(8, "big")),
        "ChecksumSHA1": b64(hashlib.sha1(body, usedforsecurity=False).digest()),
        "ChecksumSHA256": b64(hashlib.sha256(body).digest()),
    }


def refused(call: Any, **asked: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**asked)
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    return caught.value.response["Error"]["Code"]


def md5(body: bytes) -> str:
    return b64(hashlib.md5(body, usedforsecurity=False).digest())


@models(
    "S3 verifies checksums, keeps them and tells them when asked",
    source='Amazon S3 User Guide, "Checking object integrity in Amazon S3"',
)
@pytest.mark.parametrize("name", list(of(b"")))
def test_a_checksum_is_verified_kept_and_told(name: str, aws: Aws) -> None:
    where = {"Bucket": aws.bucket(), "Key": "key"}
    right, wrong = of(BODY)[name], of(b"something else")[name]
    assert refused(aws.s3.put_object, **where, Body=BODY, **{name: wrong}) == "BadDigest"
    assert refused(aws.s3.put_object, **where, Body=BODY, **{name: "no digest"}) == "InvalidRequest"
    assert aws.keys(where["Bucket"]) == []
    assert aws.s3.put_object(**where, Body=BODY, **{name: right})[name] == right
    assert aws.s3.head_object(**where, ChecksumMode="ENABLED")[name] == right
    assert aws.s3.get_object(**where, ChecksumMode="ENABLED")["Body"].read() == BODY
    told = aws.s3.get_object_attributes(**where, ObjectAttributes=["Checksum", "ObjectSize", "ETag"])
    assert told["Checksum"][name] == right
    assert (told["ObjectSize"], told["ETag"]) == (len(BODY), hashlib.md5(BODY, usedforsecurity=False).hexdigest())
    listed = aws.s3.list_objects_v2(Bucket=where["Bucket"])["Contents"][0]
    assert listed["ChecksumAlgorithm"] == [name.removeprefix("Checksum")]


@models("S3 verifies Content-MD5", source="Amazon S3 API Reference, PutObject")
def test_content_md5_is_verified(aws: Aws) -> None:
    bucket = aws.bucket()
    where = {"Bucket": bucket, "Key": "key", "Body": BODY}
    assert refused(aws.s3.put_object, **where, ContentMD5=md5(b"else")) == "BadDigest"
    assert refused(aws.s3.put_object, **where, ContentMD5="bm90IGFuIE1ENQ==") == "InvalidDigest"
    assert aws.keys(bucket) == []
    aws.s3.put_object(**where, ContentMD5=md5(BODY))
    upload = {"Bucket": bucket, "Key": "parts"}
    upload |= {"UploadId": aws.s3.create_multipart_upload(**upload)["UploadId"], "PartNumber": 1}
    assert refused(aws.s3.upload_part, **upload, Body=BODY, ContentMD5=md5(b"else")) == "BadDigest"
    assert refused(aws.s3.upload_part, **upload, Body=BODY, ChecksumSHA1=of(b"else")["ChecksumSHA1"]) == "BadDigest"
    aws.s3.upload_part(**upload, Body=BODY, ContentMD5=md5(BODY))
    gone = {"Bucket": bucket, "Key": "none", "UploadId": "none", "PartNumber": 1}
    with pytest.raises(ClientError, match="NoSuchUpload"):
        aws.s3.upload_part(**gone, Body=BODY)


def uploaded(aws: Aws, bucket: str, algorithm: str, kind: str | None) -> tuple[dict, list[dict], list[bytes]]:
    where = {"Bucket": bucket, "Key": f"parts-{algorithm}-{kind}"}
    given = {"ChecksumAlgorithm": algorithm} | ({"ChecksumType": kind} if kind else {})
    upload = where | {"UploadId": aws.s3.create_multipart_upload(**where, **given)["UploadId"]}
    bodies = [bytes([number]) * size for number, size in ((1, PART), (2, PART), (3, 7))]
    name = f"Checksum{algorithm}"
    parts = [
        {
            "PartNumber": number,
            "ETag": aws.s3.upload_part(**upload, PartNumber=number, Body=body, ChecksumAlgorithm=algorithm)["ETag"],
            name: of(body)[name],
        }
        for number, body in enumerate(bodies, 1)
    ]
    return upload, parts, bodies


@models(
    "S3 knows the parts of an object after they have been joined", source="Amazon S3 API Reference, GetObjectAttributes"
)
def test_parts_are_known_after_they_have_been_joined(aws: Aws) -> None:
    bucket = aws.bucket()
    upload, parts, bodies = uploaded(aws, bucket, "SHA256", None)
    where = {"Bucket": bucket, "Key": upload["Key"]}
    wrong = [parts[0] | {"ChecksumSHA256": of(b"")["ChecksumSHA256"]}, *parts[1:]]
    assert refused(aws.s3.complete_multipart_upload, **upload, MultipartUpload={"Parts": wrong}) == "InvalidPart"
    listed = aws.s3.list_parts(**upload)["Parts"]
    assert [part["ChecksumSHA256"] for part in listed] == [part["ChecksumSHA256"] for part in parts]
    done = aws.s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
    digests = b"".join(hashlib.sha256(body).digest() for body in bodies)
    composite = f"{b64(hashlib.sha256(digests).digest())}-3"
    assert done["ChecksumSHA256"] == composite
    head = aws.s3.head_object(**where, ChecksumMode="ENABLED")
    assert (head["ChecksumSHA256"], head["ChecksumType"]) == (composite, "COMPOSITE")
    wanted = ["ObjectParts", "ObjectSize", "ETag", "Checksum"]
    told = aws.s3.get_object_attributes(**where, ObjectAttributes=wanted)
    assert told["ETag"] == done["ETag"].strip('"')
    assert told["ObjectParts"]["TotalPartsCount"] == 3
    assert [(part["PartNumber"], part["Size"], part["ChecksumSHA256"]) for part in told["ObjectParts"]["Parts"]] == [
        (number, len(body), of(body)["ChecksumSHA256"]) for number, body in enumerate(bodies, 1)
    ]
    page = aws.s3.get_object_attributes(**where, ObjectAttributes=wanted, MaxParts=1, PartNumberMarker=1)["ObjectParts"]
    assert [part["PartNumber"] for part in page["Parts"]] == [2]
    assert (page["IsTruncated"], page["NextPartNumberMarker"], page["MaxParts"]) == (True, 2, 1)
    acl = aws.s3.get_object_acl(**where)
    assert [grant["Permission"] for grant in acl["Grants"]] == ["FULL_CONTROL"]
    second = aws.s3.get_object(**where, PartNumber=2)
    assert second["Body"].read() == bodies[1]
    assert (second["PartsCount"], second["ResponseMetadata"]["HTTPStatusCode"]) == (3, 206)
    assert second["ContentRange"] == f"bytes {PART}-{2 * PART - 1}/{2 * PART + 7}"


def test_a_checksum_over_the_whole_is_verified_before_the_object_is_there(aws: Aws) -> None:
    bucket = aws.bucket()
    upload, parts, bodies = uploaded(aws, bucket, "CRC32", "FULL_OBJECT")
    whole = of(b"".join(bodies))["ChecksumCRC32"]
    complete = {**upload, "MultipartUpload": {"Parts": parts}, "ChecksumType": "FULL_OBJECT"}
    assert refused(aws.s3.complete_multipart_upload, **complete, ChecksumCRC32=of(b"")["ChecksumCRC32"]) == "BadDigest"
    assert aws.keys(bucket) == []
    assert aws.s3.complete_multipart_upload(**complete, ChecksumCRC32=whole)["ChecksumCRC32"] == whole
    head = aws.s3.head_object(Bucket=bucket, Key=upload["Key"], ChecksumMode="ENABLED")
    assert (head["ChecksumCRC32"], head["ChecksumType"]) == (whole, "FULL_OBJECT")
    assert aws.read(bucket, upload["Key"]) == b"".join(bodies)
