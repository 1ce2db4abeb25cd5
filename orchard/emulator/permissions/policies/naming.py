"""The Principal element: whom a statement in a resource's policy is about, and how closely it names them.

(IAM User Guide, "AWS JSON policy elements: Principal" and "NotPrincipal".)
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from orchard.emulator.permissions.access import Principal
from orchard.emulator.permissions.policies.malformed import SYNTAX, MalformedPolicyError, listed

ACCOUNT = re.compile(r"\d{12}")
NAMED = re.compile(
    r"arn:aws[\w-]*:(iam::\d{12}:(root|(user|role)/[^*?]+)|sts::\d{12}:(assumed-role/[^*?/]+/|federated-user/)[^*?]+)"
    r"|A(ID|RO)A[A-Z0-9]{13,}"  # what is left of a user or a role that is gone
)
KINDS = {"AWS", "Service", "Federated", "CanonicalUser"}


class Closeness(IntEnum):
    """How a statement names whoever asks. What that is worth says `decision`."""

    NOT_AT_ALL = 0
    ACCOUNT = 1  # their account, which may then let them by its own policies
    ROLE = 2  # the role behind their session
    THEMSELVES = 3  # user, session or service by name, or everyone


@dataclass(frozen=True)
class Named:
    """The principals that an element names.

    Attributes:
        names: ARNs, with accounts written as their root's; services; `*` for everyone.
        inverted: whether they are the exceptions (NotPrincipal).
    """

    names: frozenset[str]
    inverted: bool = False

    def closeness(self, principal: Principal) -> Closeness:
        """Return how closely a principal is named.

        NotPrincipal spares those alone of whom it lists the account, the role and the session, and nobody with a
        permissions boundary. (IAM User Guide, "AWS JSON policy elements: NotPrincipal".)
        """
        if self.inverted:
            theirs = {principal.arn} | ({principal.role} if principal.role else set())
            theirs |= {_root(principal)} if principal.account else set()
            spared = "*" in self.names or (theirs <= self.names and principal.boundary is None)
            return Closeness.NOT_AT_ALL if spared else Closeness.THEMSELVES
        if "*" in self.names or principal.arn in self.names:
            return Closeness.THEMSELVES
        if principal.role in self.names:
            return Closeness.ROLE
        return Closeness.ACCOUNT if _root(principal) in self.names else Closeness.NOT_AT_ALL


def parse(element: Any, *, inverted: bool) -> Named:
    """Read Principal or NotPrincipal.

    Raises:
        MalformedPolicyError: a kind of principal that there is none of, or a wildcard within a name.
    """
    if element == "*":
        return Named(frozenset("*"), inverted)
    if not isinstance(element, Mapping) or not element or not element.keys() <= KINDS:
        raise MalformedPolicyError(SYNTAX)
    names = {_name(kind, one) for kind, values in element.items() for one in listed(values)}
    return Named(frozenset(names), inverted)


def _name(kind: str, name: str) -> str:
    if kind == "AWS" and ACCOUNT.fullmatch(name):
        return f"arn:aws:iam::{name}:root"
    if kind == "AWS" and name != "*" and not NAMED.fullmatch(name):
        raise MalformedPolicyError(f'Invalid principal in policy: "AWS":"{name}"')
    if kind == "Service" and not re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.amazonaws\.com(\.cn)?", name):
        raise MalformedPolicyError(f'Invalid principal in policy: "SERVICE":"{name}"')
    return name


def _root(principal: Principal) -> str:
    return f"arn:aws:iam::{principal.account}:root"
