"""What Terraform's states know, read without Terraform: `status` must answer within a second.

The format is Terraform's own, version 4, unchanged since Terraform 0.12; another version is refused, not guessed at.
"""

import fcntl
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from orchard.aws.bucket import Bucket
from orchard.aws.target import Target
from orchard.base.config import Settings
from orchard.base.console import say
from orchard.base.errors import OrchardError
from orchard.infrastructure import roots

VERSION = 4


class Known(NamedTuple):
    """What all states together know.

    Attributes:
        words: ids and ARNs of all resources.
        at_work: whether Terraform holds a lock, so that what it makes just now may not be written down yet.
    """

    words: set[str]
    at_work: bool


def known(settings: Settings, target: Target) -> Known:
    """Read all states: both roots, all workspaces.

    Raises:
        OrchardError: a state is in a format that this version does not read.
        AwsError: the bucket that keeps them refuses.
    """
    at_work = _is_locked(settings, target)  # first: an apply that ends meanwhile has written all it made
    return Known({word for _, state in _named(settings, target) for word in _words(state)}, at_work)


def workspaces(settings: Settings, target: Target) -> list[str]:
    """Return the workspaces of the cluster root that hold anything, sorted."""
    return _with_clusters(_named(settings, target))


def workspaces_on_disk(folder: Path) -> list[str]:
    """Return the workspaces that hold anything of the states in a folder of this machine, sorted.

    Raises:
        OrchardError: a state is damaged, or in a format that this version does not read.
    """
    return _with_clusters(_states(_on_disk(folder), ""))


def _with_clusters(named: Iterator[tuple[str, dict[str, Any]]]) -> list[str]:
    return sorted(
        name
        for name, state in named
        if name != "foundation" and any(resource["mode"] == "managed" for resource in state["resources"])
    )


def has_foundation(settings: Settings, target: Target) -> bool:
    """Tell whether the foundation's state holds anything, however far its apply, or its destroy, has come."""
    states = (state for name, state in _named(settings, target) if name == "foundation")
    return any(resource["mode"] == "managed" for state in states for resource in state["resources"])


def _named(settings: Settings, target: Target) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the foundation's state and each cluster's under its workspace's name, from where `up` keeps them."""
    shared = roots.state_bucket(settings, target)
    stored = _in_bucket(Bucket(target, shared), roots.state_prefix(settings)) if shared else _on_disk(target.state_dir)
    yield from _states(stored, shared)


def _states(stored: Iterator[tuple[str, str]], shared: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Read states, by the name of the bucket that keeps them; empty where this machine does."""
    for name, text in stored:
        if (state := _parsed(text)) is None:
            raise OrchardError(
                f"the Terraform state of {name} is damaged",
                "./inv up sets it aside and takes what is there into a new one; ./inv cleanup removes all without it"
                if not shared
                else f"restore an earlier version of it in the bucket {shared}, or delete it: ./inv up makes a new one",
            )
        if state.get("version") != VERSION:
            raise OrchardError(
                f"the Terraform state of {name} has the format {state.get('version')}, and only {VERSION} is known",
                "ask Terraform itself: ./inv tf.output --root cluster",
            )
        yield name, state


def set_damaged_aside(target: Target) -> None:
    """Rename states on this machine that no Terraform could read, such as one that was cut off."""
    for name, file in _files(target.state_dir):
        if _parsed(file.read_text(errors="replace")) is None:
            aside = file.with_name(f"{file.name}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%S%f}")
            file.rename(aside)
            say(f"The Terraform state of {name} is damaged: set aside as {aside}.")


def _parsed(text: str) -> dict[str, Any] | None:
    try:
        state = json.loads(text)
    except ValueError:
        return None
    return state if isinstance(state, dict) else None


def _on_disk(folder: Path) -> Iterator[tuple[str, str]]:
    yield from ((name, file.read_text(errors="replace")) for name, file in _files(folder))


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    for name, path in (("foundation", "foundation.tfstate"), ("default", "cluster.tfstate")):
        if (file := folder / path).exists():
            yield name, file
    for file in sorted((folder / "cluster.workspaces").glob("*/*.tfstate")):
        yield file.parent.name, file


def _is_locked(settings: Settings, target: Target) -> bool:
    if not (shared := roots.state_bucket(settings, target)):
        return any(_is_held(told) for told in target.state_dir.rglob(".*.tfstate.lock.info"))
    return any(key.endswith(".tflock") for key, _ in Bucket(target, shared).keys(roots.state_prefix(settings)))


def _is_held(told: Path) -> bool:
    """Whether the Terraform that left this file still lives: its lock is the system's, and goes with it."""
    try:
        with told.with_name(told.name.removeprefix(".").removesuffix(".lock.info")).open("r+b") as state:
            fcntl.lockf(state, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False


def _in_bucket(store: Bucket, prefix: str) -> Iterator[tuple[str, str]]:
    for key, _ in store.keys(prefix):
        if key.endswith(".tfstate") and (text := store.read_text(key)) is not None:
            parts = key.removeprefix(prefix).split("/")  # <root>.tfstate, or workspaces/<name>/<prefix>cluster.tfstate
            name = parts[1] if parts[0] == "workspaces" else parts[-1].removesuffix(".tfstate")
            yield "default" if name == "cluster" else name, text


def _words(state: dict[str, Any]) -> Iterator[str]:
    for resource in state["resources"]:
        if resource["mode"] == "managed":
            for instance in resource["instances"]:
                attributes = instance.get("attributes") or {}
                yield from (attributes[key] for key in ("id", "arn", "key_id", "key_pair_id") if attributes.get(key))
