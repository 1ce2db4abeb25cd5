"""What S3 asks of KMS on a caller's behalf, for objects under a customer's key."""

from collections.abc import Iterator
from typing import Any

from orchard.emulator.permissions.access import Access
from orchard.emulator.permissions.requests import s3
from orchard.emulator.permissions.requests.calls import Call
from orchard.emulator.permissions.requests.names import key as key_arn
from orchard.emulator.permissions.requests.tags import of_resource

KMS = ("aws:kms", "aws:kms:dsse")
READING = {"GetObject", "SelectObjectContent"}
# An upload in parts encrypts, and reads what it has encrypted (S3 User Guide, "Protecting data with SSE-KMS").
IN_PARTS = {"CreateMultipartUpload", "UploadPart", "UploadPartCopy", "CompleteMultipartUpload"}
ENCRYPT, DECRYPT = "kms:GenerateDataKey", "kms:Decrypt"


def accesses(call: Call) -> Iterator[Access]:
    """Yield the accesses to the keys of the objects that an S3 call reads or writes; none for S3's own key."""
    from moto.s3.models import s3_backends

    buckets: Any = s3_backends[call.account]["aws"].buckets
    given = call.parameters
    bucket = buckets.get(given.get("Bucket"))
    if bucket is None:
        return
    if call.operation in READING:
        yield from _reading(call, bucket, given["Key"], given.get("VersionId"))
    elif call.operation in ("PutObject", "CopyObject") or call.operation in IN_PARTS:
        yield from _writing(call, bucket)
    if "CopySource" in given:
        name, key, version = s3.source(call)
        if name in buckets:
            yield from _reading(call, buckets[name], key, version)


def _reading(call: Call, bucket: Any, key: str, version: str | None) -> Iterator[Access]:
    kept = bucket.keys.getlist(key) if version else [bucket.keys.get(key)]
    for found in kept or []:
        if getattr(found, "encryption", None) in KMS and (not version or found.version_id == version):
            yield _access(call, DECRYPT, bucket, key, found.kms_key_id, found.bucket_key_enabled)


def _writing(call: Call, bucket: Any) -> Iterator[Access]:
    given = call.parameters
    rule = (bucket.encryption or {}).get("Rule") or {}
    default = rule.get("ApplyServerSideEncryptionByDefault") or {}
    algorithm, number = given.get("ServerSideEncryption"), given.get("SSEKMSKeyId")
    with_bucket_key = given.get("BucketKeyEnabled", rule.get("BucketKeyEnabled"))
    upload = bucket.multiparts.get(given.get("UploadId"))
    if upload is not None:
        algorithm, number = upload.sse_encryption or algorithm, upload.kms_key_id or number
    if not algorithm:
        algorithm, number = default.get("SSEAlgorithm"), number or default.get("KMSMasterKeyID")
    if algorithm not in KMS:
        return
    for action in (ENCRYPT, DECRYPT) if call.operation in IN_PARTS else (ENCRYPT,):
        yield _access(call, action, bucket, given["Key"], number, with_bucket_key)


def _access(call: Call, action: str, bucket: Any, name: str, number: str | None, with_bucket_key: Any) -> Access:
    """Name the key, and the encryption context that S3 gives (S3 User Guide, "Reducing the cost of SSE-KMS")."""
    about = bucket.arn if str(with_bucket_key).lower() == "true" else f"{bucket.arn}/{name}"
    arn = key_arn(call, number or "alias/aws/s3")
    context = {
        "kms:viaservice": (f"s3.{call.region}.amazonaws.com",),
        "kms:calleraccount": (call.account,),
        "kms:encryptioncontext:aws:s3:arn": (about,),
        "kms:encryptioncontextkeys": ("aws:s3:arn",),
    }
    tags = of_resource(call.account, call.region, arn)
    return Access(action, arn, context | {f"aws:resourcetag/{key.lower()}": (text,) for key, text in tags.items()})
