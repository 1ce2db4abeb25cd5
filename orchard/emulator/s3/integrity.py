"""Content-MD5 and the checksums of a request are verified, and kept with the object.

moto 5.2.5 s3/responses.py takes every value for right, and keeps it only when the client names the algorithm in a
header of its own as well, which not all do. Amazon S3 User Guide, "Checking object integrity in Amazon S3".
"""

import base64
import binascii
import hashlib
from collections.abc import Callable
from typing import Any

import xmltodict  # type: ignore[import-untyped]
from moto.core.responses import ActionResult
from moto.s3.exceptions import InvalidPart, NoSuchUpload
from moto.s3.models import FakeKey
from moto.s3.responses import S3Response

from orchard.emulator.s3 import checksums
from orchard.emulator.s3.answers import S3Error
from orchard.emulator.s3.multipart import StoredMultipart


def install() -> None:
    """Look at the body before moto keeps it."""
    S3Response._bucket_response = _verified(S3Response._bucket_response)
    S3Response._key_response = _verified(S3Response._key_response)
    S3Response.upload_part = _keeping(S3Response.upload_part)
    S3Response.head_object = _telling(S3Response.head_object)
    S3Response.serialized = _joined(S3Response.serialized)


def _verified(respond: Callable) -> Callable:
    def call(self: S3Response, request: Any, full_url: str) -> Any:
        if request.method in ("PUT", "POST"):
            given = declared(self.headers)
            if request.method == "POST" and "uploadId" in request.args:
                _check_parts(self, given)
            else:
                check(self.body or b"", self.headers.get("Content-MD5"), given)
            if given:
                request.environ.setdefault("HTTP_X_AMZ_SDK_CHECKSUM_ALGORITHM", given[0])
        return respond(self, request, full_url)

    return call


def declared(headers: Any) -> tuple[str, str] | None:
    """Find the checksum in a request's headers: the algorithm, and the value in base64.

    Raises:
        S3Error: there are several, or it is none of this algorithm.
    """
    found = [(name, value) for name in checksums.SIZES if (value := headers.get(f"x-amz-checksum-{name.lower()}"))]
    if len(found) > 1:
        raise S3Error(
            "InvalidRequest", "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed."
        )
    for name, value in found:
        if _size(value.partition("-")[0]) != checksums.SIZES[name]:
            raise S3Error("InvalidRequest", f"Value for x-amz-checksum-{name.lower()} header is invalid.")
    return found[0] if found else None


def check(body: bytes, md5: str | None, given: tuple[str, str] | None) -> None:
    """Compare a body with what the client says of it.

    Raises:
        S3Error: they differ, or an MD5 is none.
    """
    if md5 is not None:
        if _size(md5) != 16:
            raise S3Error("InvalidDigest", "The Content-MD5 you specified was invalid.")
        if base64.b64decode(md5) != hashlib.md5(body, usedforsecurity=False).digest():
            raise S3Error("BadDigest", "The Content-MD5 you specified did not match what we received.")
    if given and checksums.compute(body, given[0]).decode() != given[1]:
        raise S3Error("BadDigest", f"The {given[0]} you specified did not match the calculated checksum.")


def _size(value: str) -> int | None:
    try:
        return len(base64.b64decode(value, validate=True))
    except binascii.Error:
        return None


def _keeping(upload_part: Callable) -> Callable:
    """Keep the checksum of a part."""

    def call(self: S3Response) -> Any:
        upload = self.backend.get_bucket(self.bucket_name).multiparts.get(self._get_param("uploadId"))
        if upload is None:
            raise NoSuchUpload(upload_id=self._get_param("uploadId"))
        answer = upload_part(self)
        part, given = upload.parts[self._get_int_param("partNumber")], declared(self.headers)
        if given:
            part.checksum_algorithm, part.checksum_value = given
        return answer

    return call


def _check_parts(self: S3Response, given: tuple[str, str] | None) -> None:
    """Compare the checksums in the list of parts with those of the parts, and hand on the one over the whole."""
    upload = self.backend.get_bucket(self.bucket_name).multiparts.get(self.querystring["uploadId"][0])
    if not isinstance(upload, StoredMultipart):
        return
    upload.expected = given
    listed = xmltodict.parse(self.body, force_list=("Part",)).get("CompleteMultipartUpload") or {}
    for part in listed.get("Part", []):
        kept = upload.parts.get(int(part["PartNumber"]))
        if kept is not None and kept.checksum_algorithm:
            value = part.get(f"Checksum{kept.checksum_algorithm}", kept.checksum_value)
            if value != kept.checksum_value:
                raise InvalidPart


def _telling(head_object: Callable) -> Callable:
    """Tell of a checksum over parts what it is, as GetObject does."""

    def call(self: S3Response, bucket_name: str, query: dict[str, Any], key_name: str, headers: Any) -> Any:
        status, answered, body = head_object(self, bucket_name, query, key_name, headers)
        if headers.get("x-amz-checksum-mode") == "ENABLED" and status in (200, 206):
            version = query.get("versionId", [None])[0]
            key = self.backend.get_object(bucket_name, key_name, version_id=version)
            if key is not None and key.checksum_value:
                answered["x-amz-checksum-type"] = key.checksum_type or "FULL_OBJECT"
                answered[f"x-amz-checksum-{key.checksum_algorithm.lower()}"] = told(key)
        return status, answered, body

    return call


def _joined(serialized: Callable) -> Callable:
    """Tell the checksum of an object in the answer that says that it has been put together."""

    def call(self: S3Response, answer: ActionResult) -> Any:
        if self.data.get("Action") == "CompleteMultipartUpload" and isinstance(answer.result, dict):
            key = self.backend.get_object(self.bucket_name, answer.result["Key"])
            if key is not None and key.checksum_value:
                answer.result[f"Checksum{key.checksum_algorithm}"] = told(key)
                answer.result["ChecksumType"] = key.checksum_type
        return serialized(self, answer)

    return call


def told(key: FakeKey) -> str:
    """Write an object's checksum; one over the checksums of parts says of how many."""
    return f"{key.checksum_value}-{key.checksum_parts}" if key.checksum_type == "COMPOSITE" else key.checksum_value
