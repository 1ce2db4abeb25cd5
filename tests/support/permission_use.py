"""Who was allowed what in a story, and what of that they used: from the ledger, and from IAM as it was meanwhile."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from orchard.aws.target import Target
from orchard.emulator.permissions import ledger
from orchard.emulator.permissions.access import Access, Document, Principal
from orchard.emulator.permissions.ledger import Line
from orchard.emulator.permissions.policies import decision
from orchard.emulator.process import directory

POLICIES = "policies.json"
ACCOUNT = "123456789012"
# What KMS wants of a key's own policy: those of the account decide (terraform/modules/bucket/key.tf).
DELEGATES = {
    "Effect": "Allow",
    "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
    "Action": "kms:*",
    "Resource": "*",
}
KEY_POLICY: Document = {"Version": "2012-10-17", "Statement": [DELEGATES]}
NOTHING = {"Effect": "Deny", "Action": "iam:CreateUser", "Resource": "*"}  # a policy has one statement at least


class Use(NamedTuple):
    """One principal's policies and deeds.

    Attributes:
        arn: of the user or role.
        policies: name -> document; those of AWS's own are named by their ARN.
        lines: what they did, or tried.
    """

    arn: str
    policies: dict[str, Document]
    lines: list[Line]

    @property
    def allowed(self) -> set[str]:
        """The actions that policies of the project's own allow them."""
        own = (document for name, document in self.policies.items() if not name.startswith("arn:aws:iam::aws:"))
        return {action for document in own for statement in _allows(document) for action in _actions(statement)}

    @property
    def used(self) -> set[str]:
        """The actions that they did."""
        return {line.action for line in self.lines if line.allowed}

    @property
    def refused(self) -> list[Line]:
        """What they tried in vain."""
        return [line for line in self.lines if not line.allowed]

    def may(self, line: Line, *, without: str | None = None) -> bool:
        """Decide again on something that was done, by the same policies, or by them without one action."""
        identity = {name: _cut(document, without) for name, document in self.policies.items()}
        context = {key: tuple(values) for key, values in line.context.items()}
        context |= {"aws:requestedregion": (line.region,), "aws:username": (self.arn.rpartition("/")[2],)}
        whose = ("key policy", KEY_POLICY) if line.action.startswith("kms:") else None
        principal = Principal(self.arn, ACCOUNT, self.arn if ":role/" in self.arn else None, identity)
        return decision.decide(principal, Access(line.action, line.resource, context), whose).allowed


def keep(place: Target, folder: Path) -> None:
    """Keep in a folder what the local AWS knows of permissions, beyond its end; the ledger goes on growing.

    Args:
        place: the local AWS, as its account's root.
        folder: beside the local AWS's own, since a link leads there.
    """
    iam, found = place.client("iam"), {}
    (folder / ledger.NAME).unlink(missing_ok=True)
    os.link(next(directory(folder).glob(f"*/{ledger.NAME}")), folder / ledger.NAME)
    for role in iam.list_roles()["Roles"]:
        name = role["RoleName"]
        inline = iam.list_role_policies(RoleName=name)["PolicyNames"]
        found[role["Arn"]] = {
            policy: iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"] for policy in inline
        } | dict(_managed(iam, iam.list_attached_role_policies(RoleName=name)))
    for user in iam.list_users()["Users"]:
        found[user["Arn"]] = dict(_managed(iam, iam.list_attached_user_policies(UserName=user["UserName"])))
    (folder / POLICIES).write_text(json.dumps(found))


def read(folder: Path, on_purpose: range) -> dict[str, Use]:
    """Read what `keep` has kept: by ARN of the user or role, of all that have a policy.

    Args:
        folder: as it was for `keep`.
        on_purpose: lines of the ledger that tests have made, which tried what is refused.
    """
    told = [line for number, line in enumerate(ledger.read(folder)) if number not in on_purpose]
    policies = json.loads((folder / POLICIES).read_text())
    return {
        arn: Use(arn, documents, [line for line in told if line.principal == arn])
        for arn, documents in policies.items()
        if documents
    }


def _managed(iam: Any, answer: dict[str, Any]) -> Iterator[tuple[str, Document]]:
    for attached in answer["AttachedPolicies"]:
        arn = attached["PolicyArn"]
        version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        document = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
        yield arn, document


def _allows(document: Document) -> list[dict[str, Any]]:
    return [statement for statement in document["Statement"] if statement["Effect"] == "Allow"]


def _actions(statement: dict[str, Any]) -> list[str]:
    given = statement["Action"]
    return given if isinstance(given, list) else [given]


def _cut(document: Document, action: str | None) -> Document:
    """Take an action out of a policy's statements that allow it."""
    if action is None:
        return document
    left = [
        statement | {"Action": kept}
        for statement in _allows(document)
        if (kept := [known for known in _actions(statement) if known != action])
    ]
    denials = [statement for statement in document["Statement"] if statement["Effect"] == "Deny"]
    return {**document, "Statement": [*left, *denials] or [NOTHING]}
