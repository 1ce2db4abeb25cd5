"""The data bucket: what the other modules do with objects, in one place."""

import json
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from orchard.config import Settings
from orchard.errors import OrchardError
from orchard.target import CONNECTIONS, Target

THREADS = CONNECTIONS // 2


def name(settings: Settings, target: Target) -> str:
    """Return the data bucket's name, as the foundation makes it."""
    return settings.bucket or f"{settings.project}-{target.account()}-{settings.region}"


class Bucket:
    """One bucket on a target.

    Args:
        target: where it is.
        name: of the bucket.
    """

    def __init__(self, target: Target, name: str) -> None:
        self.name = name
        self.s3: Any = target.client("s3")

    def uri(self, key: str) -> str:
        """Return `s3://bucket/key`."""
        return f"s3://{self.name}/{key}"

    def keys(self, prefix: str, limit: int | None = None) -> Iterator[tuple[str, int]]:
        """List keys and sizes (bytes) under a prefix.

        Raises:
            OrchardError: there is no such bucket.
        """
        paging = {"PaginationConfig": {"MaxItems": limit}} if limit else {}
        try:
            for page in self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=prefix, **paging):
                for entry in page.get("Contents", []):
                    yield entry["Key"], entry["Size"]
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchBucket":
                raise OrchardError(f"there is no bucket {self.name}", "make it first: ./inv up") from None
            raise

    def directories(self, prefix: str) -> list[str]:
        """List the names directly under `prefix/`, sorted."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=prefix, Delimiter="/")
        found = [entry["Prefix"] for page in pages for entry in page.get("CommonPrefixes", [])]
        return sorted(path.removeprefix(prefix).rstrip("/") for path in found)

    def read_json(self, key: str) -> dict[str, Any] | None:
        """Read a small JSON object; None when it is not there, or just being replaced."""
        try:
            return json.loads(self.s3.get_object(Bucket=self.name, Key=key)["Body"].read())
        except ClientError as error:
            if error.response["Error"]["Code"] in ("NoSuchKey", "404"):
                return None
            raise
        except json.JSONDecodeError:
            return None

    def upload(self, files: Iterable[tuple[Path, str]]) -> int:
        """Upload files to keys, many at once; returns how many."""
        with ThreadPoolExecutor(THREADS) as pool:
            return len(list(pool.map(lambda pair: self._put(*pair), files)))

    def download(self, prefix: str, folder: Path) -> int:
        """Download everything under a prefix, many at once; what is there in the same size is kept.

        Returns how many files there are now.
        """
        pairs = [(key, folder / key.removeprefix(prefix), size) for key, size in self.keys(prefix)]
        with ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(lambda triple: self._get(*triple), pairs))
        return len(pairs)

    def _put(self, path: Path, key: str) -> None:
        self.s3.upload_file(str(path), self.name, key)

    def _get(self, key: str, path: Path, size: int) -> None:
        if path.exists() and path.stat().st_size == size and path.name != "manifest.json":
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        self.s3.download_file(self.name, key, str(path))
