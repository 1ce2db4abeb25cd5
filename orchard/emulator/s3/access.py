"""The emulator's own way into its buckets, for what EMR does on a customer's behalf: scripts, data, results, logs."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from moto.s3.models import FakeDeleteMarker, S3Backend, s3_backends

from orchard.emulator.options import ACCOUNT
from orchard.emulator.s3.bodies import Adopted


class Place(NamedTuple):
    """An object's bucket and key."""

    bucket: str
    key: str

    @classmethod
    def parse(cls, uri: str) -> "Place":
        """Split `s3://bucket/key` (or s3a, s3n)."""
        parts = urlsplit(uri, allow_fragments=False)
        return cls(parts.netloc, parts.path.lstrip("/"))

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.key}"


def is_uri(text: str) -> bool:
    """Whether the text names something in S3."""
    return text.startswith(("s3://", "s3a://", "s3n://"))


def _backend() -> S3Backend:
    return s3_backends[ACCOUNT]["aws"]


def buckets() -> list[str]:
    """List the names of all buckets."""
    return sorted(_backend().buckets)


def logging_of(bucket: str) -> dict[str, str]:
    """Say where a bucket's access logs go (TargetBucket, TargetPrefix); empty for one that keeps none."""
    found = _backend().buckets.get(bucket)
    return found.logging if found else {}


def objects(bucket: str) -> Iterator[tuple[str, str, int]]:
    """Key, file and size in bytes of the current version of every object of a bucket."""
    for key, found in _backend().get_bucket(bucket).keys.items():
        if not isinstance(found, FakeDeleteMarker):
            yield key, found._value_buffer.location, found.contentsize


def body(address: Place) -> Path | None:
    """Find the file that holds an object's bytes (not to be written to); None where there is no such object."""
    backend = _backend()
    if address.bucket not in backend.buckets:
        return None
    found = backend.get_object(address.bucket, address.key)
    return None if found is None else found._value_buffer.path


def put(address: Place, content: bytes | Path) -> None:
    """Make an object with the bucket's default encryption and versioning; a Path is linked, not copied."""
    value = Adopted(content) if isinstance(content, Path) else content
    _backend().put_object(address.bucket, address.key, value, request_method="PUT")


def delete(address: Place) -> None:
    """Delete an object: in a versioned bucket, put a delete marker on it."""
    _backend().delete_object(address.bucket, address.key)
