"""S3's accesses, made directly: S3 is most of what is asked for, and its own in most things."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from orchard.emulator.permissions.access import Access
from orchard.emulator.permissions.requests.calls import Call

Values = tuple[str, ...]
# Of these there is another action when they name a version (S3 User Guide, "Required permissions for Amazon S3 API
# operations").
VERSIONED = {
    "GetObject": "GetObjectVersion",
    "DeleteObject": "DeleteObjectVersion",
    "GetObjectAcl": "GetObjectVersionAcl",
    "PutObjectAcl": "PutObjectVersionAcl",
    "GetObjectTagging": "GetObjectVersionTagging",
    "PutObjectTagging": "PutObjectVersionTagging",
    "DeleteObjectTagging": "DeleteObjectVersionTagging",
    "GetObjectAttributes": "GetObjectVersionAttributes",
    "GetObjectTorrent": "GetObjectVersionTorrent",
}
# What a parameter of a writing call needs besides.
BESIDES = {
    "Tagging": "PutObjectTagging",
    "ACL": "PutObjectAcl",
    "ObjectLockLegalHoldStatus": "PutObjectLegalHold",
    "ObjectLockMode": "PutObjectRetention",
}
WRITING = {"PutObject", "CopyObject", "CreateMultipartUpload"}
HEADERS = (
    "x-amz-acl", "x-amz-content-sha256", "x-amz-copy-source", "x-amz-metadata-directive", "x-amz-object-ownership",
    "x-amz-server-side-encryption", "x-amz-server-side-encryption-aws-kms-key-id", "x-amz-storage-class",
    "x-amz-server-side-encryption-customer-algorithm", "x-amz-website-redirect-location",
)  # fmt: skip
PARAMETERS = {"Prefix": "s3:prefix", "Delimiter": "s3:delimiter", "MaxKeys": "s3:max-keys", "VersionId": "s3:versionid"}
PROVIDED = frozenset(
    {f"s3:{name}" for name in HEADERS}
    | set(PARAMETERS.values())
    | {"s3:authtype", "s3:signatureversion", "s3:tlsversion", "s3:resourceaccount", "s3:locationconstraint"}
)


def accesses(call: Call, actions: list[str]) -> Iterator[Access]:
    """Yield what a call of S3's needs.

    Args:
        call: of the service `s3`.
        actions: as its operation's names say, without `s3:`.
    """
    given, context = call.parameters, _context(call)
    bucket = given.get("Bucket")
    if bucket is None:
        yield from (Access(f"s3:{action}", "*", context) for action in actions)
        return
    arn = f"arn:aws:s3:::{bucket}"
    if call.operation == "DeleteObjects":
        for entry in (given.get("Delete") or {}).get("Objects") or []:
            action = "DeleteObjectVersion" if entry.get("VersionId") else "DeleteObject"
            version = {"s3:versionid": (entry["VersionId"],)} if entry.get("VersionId") else {}
            yield Access(f"s3:{action}", f"{arn}/{entry.get('Key', '')}", context | version)
        if given.get("BypassGovernanceRetention"):
            yield Access("s3:BypassGovernanceRetention", f"{arn}/*", context)
        return
    resource = f"{arn}/{given['Key']}" if "Key" in given else arn
    for action in actions:
        named = VERSIONED.get(action, action) if given.get("VersionId") else action
        yield Access(f"s3:{named}", resource, context)
    if call.operation in WRITING:
        for name, action in BESIDES.items():
            if name in given:
                yield Access(f"s3:{action}", resource, context)
    if call.operation == "DeleteObject" and given.get("BypassGovernanceRetention"):
        yield Access("s3:BypassGovernanceRetention", resource, context)
    if "CopySource" in given:
        yield from _source(call, context, resource)
    if call.operation == "CreateBucket":
        yield from _bucket(given, arn, context)


def source(call: Call) -> tuple[str, str, str]:
    """Return bucket, key and version (or nothing) of what a copy is made of."""
    text, _, version = call.parameters["CopySource"].partition("?versionId=")
    bucket, _, key = unquote(text).removeprefix("/").partition("/")
    return bucket, key, version


def _source(call: Call, context: dict[str, Values], target: str) -> Iterator[Access]:
    bucket, key, version = source(call)
    arn, suffix = f"arn:aws:s3:::{bucket}/{key}", "Version" if version else ""
    there = context | ({"s3:versionid": (version,)} if version else {})
    yield Access(f"s3:GetObject{suffix}", arn, there)
    is_copy = call.operation == "CopyObject"
    if is_copy and call.parameters.get("TaggingDirective", "COPY") == "COPY" and _has_tags(call, bucket, key):
        yield Access(f"s3:GetObject{suffix}Tagging", arn, there)
        yield Access("s3:PutObjectTagging", target, context)


def _has_tags(call: Call, bucket: str, key: str) -> bool:
    from moto.s3.models import s3_backends

    backend: Any = s3_backends[call.account]["aws"]
    found = backend.buckets[bucket].keys.get(key) if bucket in backend.buckets else None
    return found is not None and bool(backend.tagger.has_tags(found.arn))


def _bucket(given: dict[str, Any], arn: str, context: dict[str, Values]) -> Iterator[Access]:
    """Yield what the parameters of CreateBucket need besides (S3 API Reference, CreateBucket, "Permissions")."""
    wanted = {
        "s3:PutBucketAcl": given.get("ACL", "private") != "private",
        "s3:PutBucketObjectLockConfiguration": given.get("ObjectLockEnabledForBucket"),
        "s3:PutBucketVersioning": given.get("ObjectLockEnabledForBucket"),
        "s3:PutBucketOwnershipControls": given.get("ObjectOwnership"),
        "s3:TagResource": (given.get("CreateBucketConfiguration") or {}).get("Tags"),
    }
    yield from (Access(action, arn, context) for action, is_wanted in wanted.items() if is_wanted)


def _context(call: Call) -> dict[str, Values]:
    found: dict[str, Values] = {
        "s3:authtype": ("REST-QUERY-STRING" if call.presigned else "REST-HEADER",),
        "s3:signatureversion": ("AWS4-HMAC-SHA256",),
        "s3:tlsversion": ("1.3",),  # the local AWS stands for one that is spoken to over TLS
        "s3:resourceaccount": (call.account,),
    }
    headers, given = call.headers, call.parameters
    for name in HEADERS:
        if name in headers:
            found[f"s3:{name}"] = (headers[name],)
    for name, key in PARAMETERS.items():
        if given.get(name) not in (None, ""):
            found[key] = (str(given[name]),)
    if location := (given.get("CreateBucketConfiguration") or {}).get("LocationConstraint"):
        found["s3:locationconstraint"] = (location,)
    return found
