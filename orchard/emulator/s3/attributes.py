"""GetObjectAttributes and ListParts with the checksums of parts.

moto 5.2.5 s3/models.py `get_object_attributes` leaves out ObjectParts, and s3/responses.py `list_parts` the checksums.
"""

from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult
from moto.s3.models import FakeKey
from moto.s3.responses import S3Response

from orchard.emulator.s3.multipart import StoredMultipart

MOST = 1000  # parts of a page


def install() -> None:
    """Complete both answers."""
    S3Response.serialized = _completed(S3Response.serialized)


def _completed(serialized: Callable) -> Callable:
    def call(self: S3Response, answer: ActionResult) -> Any:
        action, result = self.data.get("Action"), answer.result
        if action == "GetObjectAttributes" and isinstance(result, dict):
            key, _ = self._get_key(validate_storage_class=False)
            asked = self.headers.get("x-amz-object-attributes", "").replace(" ", "").split(",")
            if "ObjectParts" in asked and isinstance(key.multipart, StoredMultipart):
                result["ObjectParts"] = _parts(self, key.multipart)
        if action == "ListParts" and isinstance(result, dict):
            upload = self.backend.get_bucket(self.bucket_name).multiparts[result["UploadId"]]
            result["Parts"] = [part | _checksum(upload.parts[part["PartNumber"]]) for part in result["Parts"]]
        return serialized(self, answer)

    return call


def _parts(request: S3Response, upload: StoredMultipart) -> dict[str, Any]:
    """Describe the parts of an object; those without a checksum are counted only (GetObjectAttributes, "Parts")."""
    most = min(int(request.headers.get("x-amz-max-parts") or MOST), MOST)
    after = int(request.headers.get("x-amz-part-number-marker") or 0)
    rest = [part for part in upload.joined if int(part.name) > after]
    page = rest[:most]
    return {
        "TotalPartsCount": len(upload.joined),
        "PartNumberMarker": after,
        "NextPartNumberMarker": int(page[-1].name) if page else 0,
        "MaxParts": most,
        "IsTruncated": len(rest) > most,
        "Parts": [
            {"PartNumber": int(part.name), "Size": part.contentsize} | _checksum(part)
            for part in page
            if part.checksum_algorithm
        ],
    }


def _checksum(part: FakeKey) -> dict[str, str | None]:
    return {f"Checksum{part.checksum_algorithm}": part.checksum_value} if part.checksum_algorithm else {}
