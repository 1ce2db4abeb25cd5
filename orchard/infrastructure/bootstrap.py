"""What nodes install: the files, and where in the bucket they are.

They have a hash of their own, apart from the job code's: a bootstrap action cannot change on a running cluster, so its
path replaces the cluster when it changes, and an edited job must not do that.
"""

import hashlib
from pathlib import Path
from typing import Any

from orchard.aws import layout
from orchard.base.config import ROOT

FILES = tuple(ROOT / "spark" / name for name in ("bootstrap.sh", "jupyterhub.sh", "requirements.lock"))
LOCK = FILES[-1]


def prefix() -> str:
    """Return the prefix in the bucket, by 16 hexadecimal digits over names and bytes."""
    total = hashlib.sha256()
    for file in FILES:
        total.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return layout.code(total.hexdigest()[:16])


def variable() -> dict[str, str]:
    """Return the cluster root's variable `bootstrap`."""
    return {"prefix": prefix(), "requirements_sha256": hashlib.sha256(LOCK.read_bytes()).hexdigest()}


def upload(s3: Any, bucket: str) -> list[str]:
    """Put the files where the nodes look for them, unless they are there; returns the keys that were put.

    Args:
        s3: a boto3 S3 client of the target.
        bucket: the data bucket.
    """
    there = {found["Key"] for found in s3.list_objects_v2(Bucket=bucket, Prefix=prefix()).get("Contents", [])}
    missing = {f"{prefix()}{file.name}": file for file in FILES if f"{prefix()}{file.name}" not in there}
    for key, file in missing.items():
        _put(s3, bucket, key, file)
    return list(missing)


def _put(s3: Any, bucket: str, key: str, file: Path) -> None:
    s3.put_object(Bucket=bucket, Key=key, Body=file.read_bytes())
