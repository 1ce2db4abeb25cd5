"""The access keys that are good: the emulator's own, and those that it has issued to whoever had it."""

from datetime import datetime
from typing import NamedTuple

from orchard.emulator.credentials import Credentials


class Key(NamedTuple):
    """An access key.

    Attributes:
        secret: its secret half.
        session: the token that must come with it; None for one without.
        expires: when it ends, UTC without saying so, as moto has it; None for never.
    """

    secret: str
    session: str | None = None
    expires: datetime | None = None


issued: dict[str, Key] = {}  # by GetSessionToken and GetFederationToken, of which moto keeps no account


class Keyring:
    """Finds keys by their ids."""

    def __init__(self, own: Credentials) -> None:
        self._own = {own.key_id: Key(own.secret)}

    def find(self, key_id: str) -> Key | None:
        """Return the key of an id, None where there is none."""
        return self._own.get(key_id) or issued.get(key_id) or _of_user(key_id) or _of_session(key_id)


def _of_user(key_id: str) -> Key | None:
    """Look among the keys of IAM's users (CreateAccessKey)."""
    from moto.iam.models import iam_backends

    for account in list(iam_backends.values()):
        for user in list(account["aws"].users.values()):
            for key in user.access_keys:
                if key.access_key_id == key_id and key.status == "Active":
                    return Key(key.secret_access_key)
    return None


def _of_session(key_id: str) -> Key | None:
    """Look among the sessions of roles (AssumeRole and its kin)."""
    from moto.sts.models import sts_backends

    for account in list(sts_backends.values()):
        for session in account["aws"].assumed_roles:
            if session.access_key_id == key_id:
                return Key(session.secret_access_key, session.session_token, session.expiration)
    return None
