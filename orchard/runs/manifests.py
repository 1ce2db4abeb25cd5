"""Manifests of runs, which jobs write last: there is one where what it tells of is complete."""

from pathlib import Path
from typing import Any

from orchard.aws.bucket import Bucket
from orchard.aws.layout import MANIFESTS, Job


def read(store: Bucket, job: Job, run: str) -> dict[str, Any] | None:
    """Read a job's manifest of a run from the bucket, by its name or that of older versions; None where it has none."""
    for name in MANIFESTS:
        if (manifest := store.read_json(f"{job.output(run)}/{name}")) is not None:
            return manifest
    return None


def find(folder: Path) -> Path | None:
    """Find the manifest in a directory of results on this machine; None where they are not complete."""
    return next((folder / name for name in MANIFESTS if (folder / name).exists()), None)
