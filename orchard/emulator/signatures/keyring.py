"""The access keys that are good: the emulator's own, and those that it has issued to whoever had it."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import NamedTuple

from orchard.emulator.credentials import Credentials
from orchard.emulator.permissions.access import Principal


class Key(NamedTuple):
    """An access key.

    Attributes:
        secret: its secret half.
        holder: tells who has it, with their policies as they are when asked. Raises NotFoundException: they are gone.
        session: the token that must come with it; None for one without.
        expires: when it ends, UTC without saying so, as moto has it; None for never.
    """

    secret: str
    holder: Callable[[], Principal]
    session: str | None = None
    expires: datetime | None = None


issued: dict[str, Key] = {}  # of sessions of which moto keeps no account


class Keyring:
    """Finds keys by their ids."""

    def __init__(self, own: Credentials) -> None:
        from orchard.emulator.permissions import principals

        self._own = {own.key_id: Key(own.secret, principals.root)}

    def find(self, key_id: str) -> Key | None:
        """Return the key of an id, None where there is none."""
        return self._own.get(key_id) or issued.get(key_id) or _of_user(key_id) or _of_session(key_id)


def _of_user(key_id: str) -> Key | None:
    """Look among the keys of IAM's users (CreateAccessKey)."""
    from orchard.emulator.permissions import principals

    for user in list(principals.iam().users.values()):
        for key in list(user.access_keys):
            if key.access_key_id == key_id and key.status == "Active":
                return Key(key.secret_access_key, partial(principals.user, user.name))
    return None


def _of_session(key_id: str) -> Key | None:
    """Look among the sessions of roles (AssumeRole and its kin)."""
    from moto.sts.models import sts_backends

    from orchard.emulator.permissions import principals

    for account in list(sts_backends.values()):
        for session in account["aws"].assumed_roles:
            if session.access_key_id == key_id:
                policies = (principals.parsed(session.policy),) if session.policy else None
                holder = partial(principals.role_session, session.role_arn, session.session_name, policies=policies)
                return Key(session.secret_access_key, holder, session.session_token, session.expiration)
    return None
