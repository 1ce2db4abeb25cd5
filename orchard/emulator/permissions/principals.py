"""Who an access key belongs to, with every policy that speaks of them, from moto's tables of IAM and STS.

moto 5.2.5 has IAM's policies and asks none of them. They are read anew for each request: AWS's changes take a few
seconds to be everywhere (IAM User Guide, "Changes that I make are not always immediately visible"), these none.
"""

import json
from functools import lru_cache
from typing import Any

from moto.iam.models import Group, IAMBackend, Role, User, iam_backends

from orchard.emulator.options import ACCOUNT
from orchard.emulator.permissions.access import Context, Document, Principal

ROOT_ARN = f"arn:aws:iam::{ACCOUNT}:root"
parsed = lru_cache(4096)(json.loads)  # one object for one text: what is derived from a policy is kept by it


def iam() -> IAMBackend:
    """Return moto's tables of IAM."""
    return iam_backends[ACCOUNT]["aws"]


def root() -> Principal:
    """Return the account itself."""
    return Principal(ROOT_ARN, ACCOUNT, context=_context(ROOT_ARN, "Account", ACCOUNT))


def user(name: str, *, session: tuple[Document, ...] | None = None, arn: str | None = None) -> Principal:
    """Return an IAM user, or whom they have lent their rights to.

    Args:
        name: of the user.
        session: policies that narrow the rights down; None for none.
        arn: of the federated session; None for the user.

    Raises:
        NotFoundException: there is none of this name.
    """
    found = iam().get_user(name)
    identity = _attached(found)
    for group in list(iam().groups.values()):
        if any(member.name == name for member in list(group.users)):
            identity |= _attached(group)
    named = arn or found.arn
    told = _context(named, "FederatedUser" if arn else "User", found.id, username=name, tags=_tags(found))
    return Principal(named, ACCOUNT, None, identity, _boundary(found), session, told)


def role_session(arn: str, name: str, *, policies: tuple[Document, ...] | None = None) -> Principal:
    """Return a session of a role.

    Args:
        arn: of the role.
        name: of the session.
        policies: that narrow it down; None for none.

    Raises:
        NotFoundException: there is no such role (any more).
    """
    found = iam().get_role(arn.rpartition("/")[2])
    session = f"arn:aws:sts::{ACCOUNT}:assumed-role/{found.name}/{name}"
    told = _context(found.arn, "AssumedRole", f"{found.id}:{name}", tags=_tags(found))
    return Principal(session, ACCOUNT, found.arn, _attached(found), _boundary(found), policies, told)


def service(name: str) -> Principal:
    """Return an AWS service, as `elasticmapreduce.amazonaws.com`; it acts by resource policies alone."""
    told = {"aws:principalisawsservice": ("true",), "aws:principalservicename": (name,)}
    return Principal(name, "", context=told)


def _attached(holder: User | Group | Role) -> dict[str, Document]:
    named = {name: parsed(_text(policy)) for name, policy in list(holder.policies.items())}
    return named | {policy.name: _of_managed(policy) for policy in list(holder.managed_policies.values())}


def _of_managed(policy: Any) -> Document:
    for version in policy.versions:
        if version.version_id == policy.default_version_id:
            return parsed(_text(version.document))
    raise LookupError(f"{policy.arn} has no version {policy.default_version_id}")


def _text(document: Any) -> str:
    return document if isinstance(document, str) else json.dumps(document, default=str)


def _boundary(holder: Any) -> Document | None:
    arn = getattr(holder, "permissions_boundary_arn", None)
    return _of_managed(iam().managed_policies[arn]) if arn else None


def _tags(holder: User | Role) -> dict[str, str]:
    tags: Any = holder.tags or []
    return {tag["Key"]: tag["Value"] for tag in (tags.values() if isinstance(tags, dict) else tags)}


def _context(arn: str, kind: str, number: str, *, username: str = "", tags: dict[str, str] | None = None) -> Context:
    """Tell who somebody is (IAM User Guide, "AWS global condition context keys", properties of the principal)."""
    told = {
        "aws:principalarn": (arn,),
        "aws:principalaccount": (ACCOUNT,),
        "aws:principaltype": (kind,),
        "aws:principalisawsservice": ("false",),
        "aws:userid": (number,),
    }
    if username:
        told["aws:username"] = (username,)
    return told | {f"aws:principaltag/{name.lower()}": (value,) for name, value in (tags or {}).items()}
