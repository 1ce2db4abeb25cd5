"""Which users and groups of IAM Identity Center may use a Studio of the SSO mode, and under which session policy."""

from collections.abc import Callable
from typing import Any

from moto.core.utils import utcnow

from orchard.emulator.emr.errors import InvalidRequestException

Key = tuple[str, str, str]  # Studio, USER or GROUP, the identity's id or name


class SessionMappings:
    """The mappings of one account and region (Amazon EMR API Reference, SessionMappingDetail).

    An identity is known by the id or the name of its request; the local AWS does not look them up in a directory.

    Args:
        studio: finds a Studio by its id, or raises the API's error.
    """

    def __init__(self, studio: Callable[[str], dict[str, Any]]) -> None:
        self._studio = studio
        self._mappings: dict[Key, dict[str, Any]] = {}

    def create(self, fields: dict[str, Any]) -> None:
        """Make a mapping."""
        key = self._key(fields)
        if self._studio(fields["StudioId"])["AuthMode"] != "SSO":
            raise InvalidRequestException("Session mappings are for Studios in the SSO authentication mode only.")
        if key in self._mappings:
            raise InvalidRequestException("A session mapping for this identity already exists.")
        now = utcnow()
        self._mappings[key] = fields | {"CreationTime": now, "LastModifiedTime": now}

    def get(self, fields: dict[str, Any]) -> dict[str, Any]:
        """Find a mapping; the AWS provider takes exactly this error for one that is gone."""
        key = self._key(fields)
        if key not in self._mappings:
            raise InvalidRequestException("Studio session mapping does not exist.")
        return self._mappings[key]

    def select(self, fields: dict[str, Any]) -> list[dict[str, Any]]:
        """List the mappings of a Studio, of a kind of identity, or all."""
        wanted = {name: fields[name] for name in ("StudioId", "IdentityType") if fields.get(name)}
        return [found for found in self._mappings.values() if wanted.items() <= found.items()]

    def update(self, fields: dict[str, Any]) -> None:
        """Give a mapping another session policy."""
        self.get(fields).update(SessionPolicyArn=fields["SessionPolicyArn"], LastModifiedTime=utcnow())

    def delete(self, fields: dict[str, Any]) -> None:
        """Delete a mapping."""
        self.get(fields)
        del self._mappings[self._key(fields)]

    def _key(self, fields: dict[str, Any]) -> Key:
        self._studio(fields["StudioId"])
        identity = fields.get("IdentityId") or fields.get("IdentityName")
        if not identity:
            raise InvalidRequestException("Either IdentityId or IdentityName must be specified.")
        return fields["StudioId"], fields["IdentityType"], identity
