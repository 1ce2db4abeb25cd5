"""Policies, read once, with their statements at hand by the action that they are about.

(IAM User Guide, "IAM JSON policy element reference" and "Grammar of the IAM JSON policy language".) What IAM refuses as
MalformedPolicyDocument is refused here as well; the texts are those that moto's IAM answers with, where it has one.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from orchard.emulator.permissions.access import Document
from orchard.emulator.permissions.policies import statement
from orchard.emulator.permissions.policies.malformed import SYNTAX, MalformedPolicyError
from orchard.emulator.permissions.policies.statement import Kind, Statement

VERSIONS = {"2012-10-17", "2008-10-17"}
VARIABLES_SINCE = "2012-10-17"
KEPT = 512  # policies at once


@dataclass(frozen=True, eq=False)
class Policy:
    """A policy's statements, by the actions that have been asked for."""

    statements: tuple[Statement, ...]
    _by_action: dict[str, tuple[Statement, ...]] = field(default_factory=dict)

    def about(self, action: str) -> tuple[Statement, ...]:
        """Return the statements about an action, in their order."""
        found = self._by_action.get(action)
        if found is None:
            found = self._by_action[action] = tuple(one for one in self.statements if one.is_about(action))
        return found


_seen: dict[tuple[int, str, Kind], tuple[Document, Policy]] = {}


def parse(document: Document, name: str, kind: Kind = Kind.IDENTITY) -> Policy:
    """Read a policy, or return it as it was read before. The document must not be changed afterwards.

    Args:
        document: parsed from its JSON.
        name: how a verdict is to call it.
        kind: where it is attached.

    Raises:
        MalformedPolicyError: AWS would have refused it when it was attached.
    """
    seen = _seen.get((id(document), name, kind))
    if seen is not None:
        return seen[1]
    policy = _read(json.dumps(document, sort_keys=True), name, kind)
    if len(_seen) >= KEPT:
        _seen.clear()
    _seen[id(document), name, kind] = document, policy  # kept along, so that its id is no other's
    return policy


@lru_cache(maxsize=KEPT)
def _read(text: str, name: str, kind: Kind) -> Policy:
    document = json.loads(text)
    if not isinstance(document, Mapping) or not document.keys() <= {"Version", "Id", "Statement"}:
        raise MalformedPolicyError(SYNTAX)
    version = document.get("Version", "2008-10-17")
    if version not in VERSIONS:
        raise MalformedPolicyError(SYNTAX)
    statements = document.get("Statement")
    statements = statements if isinstance(statements, list) else [statements]
    if not statements or not all(isinstance(one, Mapping) for one in statements):
        raise MalformedPolicyError(SYNTAX)
    sids = [one["Sid"] for one in statements if one.get("Sid")]
    if len(sids) != len(set(sids)):
        raise MalformedPolicyError("Statement IDs (SID) in a single policy must be unique.")
    variables = version == VARIABLES_SINCE
    named = [(f"{name}/{one.get('Sid') or place}", one) for place, one in enumerate(statements, 1)]
    return Policy(tuple(statement.parse(called, one, kind, variables=variables) for called, one in named))
