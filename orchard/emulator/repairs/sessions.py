"""STS: temporary keys that are good.

moto 5.2.5 sts/responses.py answers GetSessionToken and GetFederationToken with the example of the documentation, the
same for everybody. Here each answer has a key of its own, with which requests can be signed until it expires.
"""

import secrets
from collections.abc import Callable

from moto.core.responses import ActionResult
from moto.sts.responses import TokenResponse
from moto.sts.utils import random_session_token

from orchard.emulator.credentials import Credentials
from orchard.emulator.signatures import keyring


def install() -> None:
    """Replace the keys in both answers."""
    for operation in ("get_session_token", "get_federation_token"):
        setattr(TokenResponse, operation, _with_own_key(getattr(TokenResponse, operation)))


def _with_own_key(answer: Callable) -> Callable:
    def call(self: TokenResponse) -> ActionResult:
        answered = answer(self)
        created = answered.result["Credentials"]
        key_id = "ASIA" + Credentials.make().key_id.removeprefix("AKIA")
        created |= {
            "AccessKeyId": key_id,
            "SecretAccessKey": secrets.token_urlsafe(30),
            "SessionToken": random_session_token(),
        }
        keyring.issued[key_id] = keyring.Key(created["SecretAccessKey"], created["SessionToken"], created["Expiration"])
        return answered

    return call
