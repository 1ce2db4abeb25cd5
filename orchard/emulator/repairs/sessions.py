"""STS: temporary keys that are good, and belong to somebody.

moto 5.2.5 sts/responses.py answers GetSessionToken and GetFederationToken with the example of the documentation, the
same for everybody. Here each answer has a key of its own, with which requests can be signed until it expires, and its
holder has the rights of the caller: all of them, or what the policy of a federated user leaves (IAM User Guide,
"Permissions for GetFederationToken"). GetCallerIdentity names moto's own user for all of these, and for root.
"""

import secrets
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from moto.core.responses import ActionResult
from moto.sts.responses import TokenResponse
from moto.sts.utils import random_session_token

from orchard.emulator.credentials import Credentials
from orchard.emulator.permissions import principals
from orchard.emulator.permissions.access import CALLER, Principal
from orchard.emulator.signatures import keyring


def install() -> None:
    """Replace the keys in both answers, and say who asks."""
    for operation in ("get_session_token", "get_federation_token"):
        setattr(TokenResponse, operation, _with_own_key(getattr(TokenResponse, operation)))
    TokenResponse.get_caller_identity = _get_caller_identity


def issue(holder: Callable[[], Principal], expires: datetime | None = None) -> dict[str, Any]:
    """Make a temporary key for somebody: the members AccessKeyId, SecretAccessKey and SessionToken.

    Args:
        holder: tells who it is.
        expires: when it ends, UTC without saying so; None for never.
    """
    key_id = "ASIA" + Credentials.make().key_id.removeprefix("AKIA")
    secret, token = secrets.token_urlsafe(30), random_session_token()
    keyring.issued[key_id] = keyring.Key(secret, holder, token, expires)
    return {"AccessKeyId": key_id, "SecretAccessKey": secret, "SessionToken": token}


def _with_own_key(answer: Callable) -> Callable:
    def call(self: TokenResponse) -> ActionResult:
        answered = answer(self)
        created = answered.result["Credentials"]
        created |= issue(_holder(self), created["Expiration"])
        return answered

    return call


def _holder(asked: TokenResponse) -> Callable[[], Principal]:
    caller: Principal = asked.normalized_request.environ[CALLER]
    name = asked._get_param("Name")
    policy = asked._get_param("Policy")
    user = caller.context.get("aws:username")
    if not user:
        return principals.root
    if not name:
        return partial(principals.user, user[0])
    # Without a policy a federated user may do nothing.
    session = (principals.parsed(policy),) if policy else ()
    arn = f"arn:aws:sts::{caller.account}:federated-user/{name}"
    return partial(principals.user, user[0], session=session, arn=arn)


def _get_caller_identity(self: TokenResponse) -> ActionResult:
    caller: Principal = self.normalized_request.environ[CALLER]
    return ActionResult({"UserId": caller.context["aws:userid"][0], "Account": caller.account, "Arn": caller.arn})
