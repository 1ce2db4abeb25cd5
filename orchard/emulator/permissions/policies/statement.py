"""One statement of a policy: which actions, on which resources, for whom and under which conditions.

(IAM User Guide, "IAM JSON policy element reference".)
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from orchard.emulator.permissions.access import Context
from orchard.emulator.permissions.policies import conditions, naming
from orchard.emulator.permissions.policies.conditions import Test
from orchard.emulator.permissions.policies.malformed import SYNTAX, MalformedPolicyError, listed
from orchard.emulator.permissions.policies.naming import Named
from orchard.emulator.permissions.policies.patterns import Template, compiled, expression, template

ACTION = re.compile(r"\*|[A-Za-z0-9-]+:[A-Za-z0-9*?]+")
ELEMENTS = {"Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"}


class Kind(Enum):
    """Where a policy is attached, which decides on the elements that it may have."""

    IDENTITY = "identity"  # a boundary and a session's policy are of this kind, too
    RESOURCE = "resource"
    TRUST = "trust"  # of a role, which has no Resource: it is the role


@dataclass(frozen=True, eq=False)
class Statement:
    """One statement.

    Attributes:
        name: of policy and statement, as in `orchard-eu-only/DenyOutsideTheEu`; `name/2` for the second without a Sid.
        allows: its effect.
        actions: patterns, as they are written.
        but_actions: whether it is about all other actions (NotAction).
        resources: patterns; empty in a trust policy.
        but_resources: whether it is about all other resources (NotResource).
        named: principals; None in an identity's policy.
        tests: of its condition.
        variables: condition keys, in lower case, of the variables in its resources.
        keys: all condition keys that are asked for.
    """

    name: str
    allows: bool
    actions: tuple[str, ...]
    but_actions: bool
    resources: tuple[Template, ...]
    but_resources: bool
    named: Named | None
    tests: tuple[Test, ...]
    variables: frozenset[str] = field(init=False)
    keys: frozenset[str] = field(init=False)
    _fixed: re.Pattern[str] = field(init=False)
    _filled: tuple[Template, ...] = field(init=False)

    def __post_init__(self) -> None:
        variables = frozenset[str]().union(*(one.keys for one in self.resources))
        tested = (frozenset({test.key}).union(*(one.keys for one in test.filled)) for test in self.tests)
        object.__setattr__(self, "variables", variables)
        object.__setattr__(self, "keys", variables.union(*tested))
        fixed = [one.regex({}) for one in self.resources if one.is_fixed]
        object.__setattr__(self, "_fixed", compiled("|".join(f"(?:{one})" for one in fixed) or "(?!)"))
        object.__setattr__(self, "_filled", tuple(one for one in self.resources if not one.is_fixed))

    def is_about(self, action: str) -> bool:
        """Whether an action is meant; their names have no case."""
        meant = any(compiled(expression(one.lower())).fullmatch(action.lower()) for one in self.actions)
        return meant != self.but_actions

    def is_on(self, resource: str, context: Context) -> bool:
        """Whether a resource is meant. One whose pattern has a variable without a value is not, by either element."""
        if not self.resources:
            return True
        meant = self._fixed.fullmatch(resource) is not None
        for one in self._filled:
            regex = one.regex(context)
            if regex is None and self.but_resources:
                return False
            meant = meant or (regex is not None and compiled(regex).fullmatch(resource) is not None)
        return meant != self.but_resources

    def holds(self, context: Context) -> bool:
        """Whether a request meets the condition."""
        return not self.tests or all(test.holds(context) for test in self.tests)


def parse(name: str, given: Mapping[str, Any], kind: Kind, *, variables: bool) -> Statement:
    """Read one statement.

    Args:
        name: how a verdict is to call it.
        given: from the document.
        kind: where its policy is attached.
        variables: whether the document's version knows policy variables.

    Raises:
        MalformedPolicyError: AWS would have refused it.
    """
    if not given.keys() <= ELEMENTS or given.get("Effect") not in ("Allow", "Deny"):
        raise MalformedPolicyError(SYNTAX)
    if not isinstance(given.get("Sid", ""), str):
        raise MalformedPolicyError(SYNTAX)
    if kind is Kind.IDENTITY and not re.fullmatch("[0-9A-Za-z]*", given.get("Sid", "")):
        raise MalformedPolicyError(
            "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression "
            "[0-9A-Za-z]*"
        )
    actions, but_actions = _one_of(given, "Action", "Policy statement must contain actions.")
    for action in actions:
        if not ACTION.fullmatch(action):
            raise MalformedPolicyError("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.")
    resources, but_resources = _resources(given, kind)
    return Statement(
        name,
        given["Effect"] == "Allow",
        tuple(actions),
        but_actions,
        tuple(template(one, variables=variables) for one in resources),
        but_resources,
        _named(given, kind),
        conditions.parse(given.get("Condition", {}), variables=variables),
    )


def _one_of(given: Mapping[str, Any], element: str, missing: str) -> tuple[list[str], bool]:
    """Return an element's values, or those of its opposite and True; exactly one of them must be there."""
    there = [name for name in (element, f"Not{element}") if name in given]
    if len(there) != 1:
        raise MalformedPolicyError(SYNTAX if there else missing)
    return listed(given[there[0]]), there[0] != element


def _resources(given: Mapping[str, Any], kind: Kind) -> tuple[list[str], bool]:
    if kind is Kind.TRUST:
        for element in ("Resource", "NotResource"):
            if element in given:
                raise MalformedPolicyError(f"Has prohibited field {element}")
        return [], False
    resources, inverted = _one_of(given, "Resource", "Policy statement must contain resources.")
    for one in resources:
        if one != "*" and not one.startswith("arn:"):
            raise MalformedPolicyError(f'Resource {one} must be in ARN format or "*".')
    return resources, inverted


def _named(given: Mapping[str, Any], kind: Kind) -> Named | None:
    there = [name for name in ("Principal", "NotPrincipal") if name in given]
    if kind is Kind.IDENTITY:
        if there:
            raise MalformedPolicyError("Policy document should not specify a principal.")
        return None
    if len(there) != 1 or (there == ["NotPrincipal"] and (kind is Kind.TRUST or given["Effect"] == "Allow")):
        raise MalformedPolicyError(SYNTAX)
    return naming.parse(given[there[0]], inverted=there == ["NotPrincipal"])
