"""S3's requests for objects, read directly: they are the many, and a router is slow."""

from typing import Any
from urllib.parse import parse_qsl, unquote

PLAIN = {"PUT": "PutObject", "GET": "GetObject", "HEAD": "HeadObject", "DELETE": "DeleteObject"}
# Query parameters that change nothing about the operation, or are the signature.
IGNORED = ("x-id", "response-", "X-Amz-", "versionId")
# Headers that are parameters, for what is asked about them (S3 API Reference, "PutObject" and "CopyObject").
PARAMETERS = {
    "x-amz-copy-source": "CopySource",
    "x-amz-server-side-encryption": "ServerSideEncryption",
    "x-amz-server-side-encryption-aws-kms-key-id": "SSEKMSKeyId",
    "x-amz-server-side-encryption-bucket-key-enabled": "BucketKeyEnabled",
    "x-amz-tagging": "Tagging",
    "x-amz-tagging-directive": "TaggingDirective",
    "x-amz-acl": "ACL",
    "x-amz-object-lock-legal-hold": "ObjectLockLegalHoldStatus",
    "x-amz-object-lock-mode": "ObjectLockMode",
    "x-amz-bypass-governance-retention": "BypassGovernanceRetention",
}


def read(environ: dict[str, Any]) -> tuple[str, dict[str, Any]] | None:
    """Return operation and parameters of a request for an object's bytes; None for any other request."""
    host = environ.get("HTTP_HOST", "").partition(":")[0]
    if not (host == "localhost" or host.replace(".", "").isdigit()):
        return None  # the bucket may be in the host's name
    path = (environ.get("RAW_URI") or environ["PATH_INFO"]).partition("?")[0]
    bucket, _, key = path.removeprefix("/").partition("/")
    method = environ["REQUEST_METHOD"]
    if not key or not bucket or method not in PLAIN:
        return None
    parameters: dict[str, Any] = {"Bucket": unquote(bucket), "Key": unquote(key)}
    query = dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
    version = query.get("versionId")
    names = {name for name in query if not name.startswith(IGNORED)}
    for header, name in PARAMETERS.items():
        value = environ.get(f"HTTP_{header.upper().replace('-', '_')}")
        if value is not None:
            parameters[name] = value
    if version is not None:
        parameters["VersionId"] = version
    operation = PLAIN[method]
    if method == "PUT" and names == {"partNumber", "uploadId"}:
        operation = "UploadPart"
        parameters |= {"UploadId": query["uploadId"], "PartNumber": query["partNumber"]}
    elif names - ({"partNumber"} if method in ("GET", "HEAD") else set()):
        return None
    if "CopySource" in parameters:
        operation = {"PutObject": "CopyObject", "UploadPart": "UploadPartCopy"}.get(operation, operation)
    return operation, parameters


def headers(environ: dict[str, Any]) -> dict[str, str]:
    """Return the headers of S3's own, their names in lower case."""
    return {
        name[5:].lower().replace("_", "-"): value for name, value in environ.items() if name.startswith("HTTP_X_AMZ_")
    }
