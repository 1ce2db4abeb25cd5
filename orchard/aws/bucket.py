"""The data bucket: what the other modules do with objects, in one place."""

import json
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from orchard.aws.target import CONNECTIONS, Target
from orchard.base.config import Settings
from orchard.base.errors import OrchardError
from orchard.diagnosis import s3

THREADS = CONNECTIONS // 2


def name(settings: Settings, target: Target) -> str:
    """Return the data bucket's name, as the foundation makes it."""
    return settings.bucket or f"{settings.project}-{target.account()}-{settings.region}"


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
            OrchardError: there is no such bucket, or S3 refuses or cannot be reached.
        """
        paging = {"PaginationConfig": {"MaxItems": limit}} if limit else {}
        try:
            for page in self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=prefix, **paging):
                for entry in page.get("Contents", []):
                    yield Entry(entry["Key"], entry["Size"], entry["ETag"])
        except (ClientError, BotoCoreError) as error:
            raise self._explain(error) from None

    def keys(self, prefix: str, limit: int | None = None) -> Iterator[tuple[str, int]]:
        """List keys and sizes (bytes) under a prefix; raises as `listing`."""
        return ((entry.key, entry.size) for entry in self.listing(prefix, limit))

    def checksum(self, key: str) -> tuple[str, str | None]:
        """Ask S3 for an object's ETag and the SHA-256 that it keeps with it (base64), None where it keeps none.

        Raises:
            OrchardError: there is no such object, or S3 refuses or cannot be reached.
        """
        try:
            found = self.s3.head_object(Bucket=self.name, Key=key, ChecksumMode="ENABLED")
        except (ClientError, BotoCoreError) as error:
            raise self._explain(error) from None
        return found["ETag"], found.get("ChecksumSHA256")

    def directories(self, prefix: str) -> list[str]:
        """List the names directly under `prefix/`, sorted; raises as `listing`."""
        try:
            pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=prefix, Delimiter="/")
            found = [entry["Prefix"] for page in pages for entry in page.get("CommonPrefixes", [])]
        except (ClientError, BotoCoreError) as error:
            raise self._explain(error) from None
        return sorted(path.removeprefix(prefix).rstrip("/") for path in found)

    def read_text(self, key: str) -> str | None:
        """Read a small object; None when it is not there; raises as `listing`."""
        try:
            return self.s3.get_object(Bucket=self.name, Key=key)["Body"].read().decode(errors="replace")
        except ClientError as error:
            if error.response["Error"]["Code"] in ("NoSuchKey", "404"):
                return None
            raise self._explain(error) from None
        except BotoCoreError as error:
            raise self._explain(error) from None

    def write_text(self, key: str, text: str) -> None:
        """Write a small object; raises as `listing`."""
        try:
            self.s3.put_object(Bucket=self.name, Key=key, Body=text.encode())
        except (ClientError, BotoCoreError) as error:
            raise self._explain(error) from None

    def read_json(self, key: str) -> dict[str, Any] | None:
        """Read a small JSON object; None when it is not there, or just being replaced; raises as `listing`."""
        text = self.read_text(key)
        try:
            return None if text is None else json.loads(text)
        except json.JSONDecodeError:
            return None

    def write_json(self, key: str, content: dict[str, Any]) -> None:
        """Write a JSON object, whole or not at all; raises as `listing`."""
        body = json.dumps(content, ensure_ascii=False).encode()
        try:
            self.s3.put_object(Bucket=self.name, Key=key, Body=body, ContentType="application/json")
        except (ClientError, BotoCoreError) as error:
            raise self._explain(error) from None

    def upload(self, files: Iterable[tuple[Path, str]]) -> int:
        """Upload a few files to keys, several at once; returns how many. `orchard.transfer` is for very many."""
        with ThreadPoolExecutor(THREADS) as pool:
            return len(list(pool.map(lambda pair: self._put(*pair), files)))

    def delete(self, keys: Sequence[str]) -> None:
        """Delete objects, 1,000 in a request.

        Raises:
            OrchardError: S3 refuses some, or cannot be reached.
        """
        for first in range(0, len(keys), 1000):
            batch = [{"Key": key} for key in keys[first : first + 1000]]
            try:
                answer = self.s3.delete_objects(Bucket=self.name, Delete={"Objects": batch, "Quiet": True})
            except (ClientError, BotoCoreError) as error:
                raise self._explain(error) from None
            for refused in answer.get("Errors", []):
                raise self._explain(ClientError({"Error": refused}, "DeleteObjects"))

    def _put(self, path: Path, key: str) -> None:
        self.s3.upload_file(str(path), self.name, key)

    def _explain(self, error: ClientError | BotoCoreError) -> OrchardError:
        return s3.explain(s3.of_exception(error), self.name, "the same command")
