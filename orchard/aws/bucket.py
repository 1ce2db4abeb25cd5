"""The data bucket: what the other modules do with objects, in one place."""

import json
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

from orchard.aws.target import CONNECTIONS, Target
from orchard.base.config import Settings
from orchard.base.errors import UsageError
from orchard.diagnosis import aws
from orchard.diagnosis.aws import AwsError, NotFoundError

THREADS = CONNECTIONS // 2


def name(settings: Settings, target: Target) -> str:
    """Return the data bucket's name, as the foundation makes it."""
    return settings.bucket or f"{settings.project}-{target.account()}-{settings.region}"


def data(settings: Settings, target: Target) -> "Bucket":
    """Open the data bucket, of this account and no other: names can be guessed, and settings be somebody else's.

    Raises:
        UsageError: the bucket is another account's (Amazon S3 User Guide, "Verifying bucket ownership with bucket owner
            condition").
        AwsError: AWS refuses, or cannot be reached.
    """
    store, account = Bucket(target, name(settings, target)), target.account()
    try:
        store.s3.head_bucket(Bucket=store.name, ExpectedBucketOwner=account)
    except NotFoundError:
        pass  # whoever needs it says so
    except AwsError as error:
        if error.status != 403:
            raise
        raise UsageError(
            f"the bucket {store.name} is not of this account ({account}), or closed to you",
            "correct bucket in orchard.toml; ./inv permissions names what you need",
        ) from None
    return store


class Entry(NamedTuple):
    """An object as a listing shows it; the ETag is in quotes."""

    key: str
    size: int
    etag: str


class Bucket:
    """One bucket on a target.

    Args:
        target: where it is.
        name: of the bucket.

    Attributes:
        s3: boto3's client.
        credentials: botocore's.
        state_dir: where things about the target are kept on this machine.
    """

    def __init__(self, target: Target, name: str) -> None:
        self.name = name
        self.s3: Any = target.client("s3")
        self.credentials = target.credentials()
        self.state_dir = target.state_dir.parent

    def uri(self, key: str) -> str:
        """Return `s3://bucket/key`."""
        return f"s3://{self.name}/{key}"

    def listing(self, prefix: str, limit: int | None = None) -> Iterator[Entry]:
        """List the objects under a prefix, a request for every 1,000.

        Raises:
            NoBucketError: there is no such bucket.
            AwsError: S3 refuses or cannot be reached.
        """
        paging = {"PaginationConfig": {"MaxItems": limit}} if limit else {}
        for page in self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=prefix, **paging):
            for entry in page.get("Contents", []):
                yield Entry(entry["Key"], entry["Size"], entry["ETag"])

    def keys(self, prefix: str, limit: int | None = None) -> Iterator[tuple[str, int]]:
        """List keys and sizes (bytes) under a prefix; raises as `listing`."""
        return ((entry.key, entry.size) for entry in self.listing(prefix, limit))

    def checksum(self, key: str) -> tuple[str, str | None]:
        """Ask S3 for an object's ETag and the SHA-256 that it keeps with it (base64), None where it keeps none.

        Raises:
            NotFoundError: there is no such object.
            AwsError: S3 refuses or cannot be reached.
        """
        found = self.s3.head_object(Bucket=self.name, Key=key, ChecksumMode="ENABLED")
        return found["ETag"], found.get("ChecksumSHA256")

    def directories(self, prefix: str) -> list[str]:
        """List the names directly under `prefix/`, sorted; raises as `listing`."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=prefix, Delimiter="/")
        found = [entry["Prefix"] for page in pages for entry in page.get("CommonPrefixes", [])]
        return sorted(path.removeprefix(prefix).rstrip("/") for path in found)

    def read_text(self, key: str) -> str | None:
        """Read a small object; None when it is not there; raises as `listing`."""
        try:
            return self.s3.get_object(Bucket=self.name, Key=key)["Body"].read().decode(errors="replace")
        except NotFoundError:
            return None

    def write_text(self, key: str, text: str) -> None:
        """Write a small object; raises as `listing`."""
        self.s3.put_object(Bucket=self.name, Key=key, Body=text.encode())

    def read_json(self, key: str) -> dict[str, Any] | None:
        """Read a small JSON object; None when it is not there, damaged, or being replaced; raises as `listing`."""
        text = self.read_text(key)
        try:
            found = None if text is None else json.loads(text)
        except (ValueError, RecursionError):
            return None
        return found if isinstance(found, dict) else None

    def write_json(self, key: str, content: dict[str, Any]) -> None:
        """Write a JSON object, whole or not at all; raises as `listing`."""
        body = json.dumps(content, ensure_ascii=False).encode()
        self.s3.put_object(Bucket=self.name, Key=key, Body=body, ContentType="application/json")

    def upload(self, files: Iterable[tuple[Path, str]]) -> int:
        """Upload a few files to keys, several at once; returns how many; raises as `listing`.

        `orchard.transfer` is for very many.
        """
        with ThreadPoolExecutor(THREADS) as pool:
            return len(list(pool.map(lambda pair: self._put(*pair), files)))

    def delete(self, keys: Sequence[str]) -> None:
        """Delete objects, 1,000 in a request.

        Raises:
            AwsError: S3 refuses some, or cannot be reached.
        """
        for first in range(0, len(keys), 1000):
            self._delete([{"Key": key} for key in keys[first : first + 1000]])

    def empty(self) -> None:
        """Delete all objects in all versions; raises as `delete`."""
        for page in self.s3.get_paginator("list_object_versions").paginate(Bucket=self.name):
            if found := [*page.get("Versions", []), *page.get("DeleteMarkers", [])]:
                self._delete([{"Key": item["Key"], "VersionId": item["VersionId"]} for item in found])

    def _delete(self, batch: list[dict[str, str]]) -> None:
        answer = self.s3.delete_objects(Bucket=self.name, Delete={"Objects": batch, "Quiet": True})
        for refused in answer.get("Errors", []):
            raise aws.refusal(refused["Code"], refused.get("Message", ""), 400, "DeleteObjects", self.name)

    def _put(self, path: Path, key: str) -> None:
        with path.open("rb") as file:
            self.s3.put_object(Bucket=self.name, Key=key, Body=file)
