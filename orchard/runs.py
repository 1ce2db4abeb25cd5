"""Runs: their names, and where their results lie."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchard.config import DATA
from orchard.errors import UsageError

if TYPE_CHECKING:
    from orchard.bucket import Bucket

RESULTS = DATA / "emr_output"
# What a job writes last, so that its presence means complete. Older versions wrote it without the underscore.
MANIFESTS = ("_manifest.json", "manifest.json")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def new_name(mode: str) -> str:
    """Name a run so that names sort by time and say the mode: `20261121T203000-mini` (UTC)."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{mode}"


def checked(name: str) -> str:
    """Return the name.

    Raises:
        UsageError: it would not do as a directory and an S3 prefix.
    """
    if not _NAME.fullmatch(name):
        raise UsageError(f"the run name {name!r} cannot be used", "use letters, digits, dots, hyphens and underscores")
    return name


def manifest(store: "Bucket", job: str, name: str) -> dict[str, Any] | None:
    """Read the manifest of a run's job (`features` or `pca`) from the bucket; None where it is not complete."""
    for file in MANIFESTS:
        if (found := store.read_json(f"data/{job}/{name}/{file}")) is not None:
            return found
    return None


def manifest_file(folder: Path) -> Path | None:
    """Find the manifest in a directory of results on this machine; None where they are not complete."""
    return next((folder / name for name in MANIFESTS if (folder / name).exists()), None)
