"""What nodes install: the files, and where in the bucket they are.

They have a hash of their own, apart from the job code's: a bootstrap action cannot change on a running cluster, so its
path replaces the cluster when it changes, and an edited job must not do that.
"""

import hashlib

from orchard.aws import layout
from orchard.aws.bucket import Bucket
from orchard.base.places import ROOT

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


def upload(store: Bucket) -> int:
    """Put the files into the data bucket, where the nodes look for them; returns how many were not there."""
    existing = {key for key, _ in store.keys(prefix())}
    return store.upload((file, prefix() + file.name) for file in FILES if prefix() + file.name not in existing)
