"""DeleteObject in a bucket whose versioning is suspended, as Terraform leaves it before it empties one.

moto 5.2.5 s3/models.py `delete_object` asks only whether versioning is on: where it is suspended, every version of the
key goes, whichever was named, and a delete marker among them breaks the request.
"""

from typing import Any

from moto.s3.models import FakeDeleteMarker, S3Backend

NULL = "null"  # the version that is written while versioning is suspended


def install() -> None:
    """Let deletes take one version, or put a marker in the place of the null version and keep the others."""
    delete_object = S3Backend.delete_object

    def deleted(
        self: S3Backend, bucket_name: str, key_name: str, version_id: str | None = None, bypass: bool = False
    ) -> tuple[bool, dict[str, Any]]:
        keys = self.get_bucket(bucket_name).keys
        if self.get_bucket(bucket_name).versioning_status != "Suspended" or key_name not in keys:
            return delete_object(self, bucket_name, key_name, version_id, bypass)
        left = [version for version in keys.getlist(key_name) if version.version_id != (version_id or NULL)]
        answer = {"version-id": version_id or NULL}
        if version_id is None:
            marker = FakeDeleteMarker(keys[key_name])
            marker._version_id = NULL
            left.append(marker)
            answer["delete-marker"] = "true"
        keys.setlist(key_name, left)
        if not left:
            keys.pop(key_name)
        return True, answer

    S3Backend.delete_object = deleted
