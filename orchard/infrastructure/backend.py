"""Where Terraform keeps a state: the configurations of its backends `local` and `s3`, as `init` takes them."""

import json
from pathlib import Path
from typing import Any

OVERRIDE = "backend_override.tf.json"


def on_disk(folder: Path, root: str) -> dict[str, Any]:
    """Keep the states of a root in a folder of this machine."""
    return {"path": str(folder / f"{root}.tfstate"), "workspace_dir": str(folder / f"{root}.workspaces")}


def in_bucket(bucket: str, prefix: str, region: str, root: str) -> dict[str, Any]:
    """Keep them in an S3 bucket below a prefix, with S3's own locking."""
    return {
        "bucket": bucket,
        "key": f"{prefix}{root}.tfstate",
        "workspace_key_prefix": f"{prefix}workspaces",
        "region": region,
        "encrypt": "true",
        "use_lockfile": "true",
    }


def is_in_bucket(backend: dict[str, Any]) -> bool:
    """Tell the one from the other."""
    return "bucket" in backend


def choose(directory: Path, backend: dict[str, Any]) -> None:
    """Keep or remove the file that turns a root's local backend into S3.

    A backend block can neither use variables nor be of two types; an override file is Terraform's own way of
    replacing it (Terraform documentation, "Override Files").
    """
    override = directory / OVERRIDE
    if is_in_bucket(backend):
        override.write_text(json.dumps({"terraform": {"backend": {"s3": {}}}}) + "\n")
    else:
        override.unlink(missing_ok=True)
