"""EMR Studios, which moto 5.2.5 does not have."""

from typing import Any
from uuid import uuid4

from moto.core.utils import utcnow

from orchard.emulator.emr import roles
from orchard.emulator.emr.errors import InvalidRequestException
from orchard.emulator.emr.session_mappings import SessionMappings
from orchard.emulator.permissions import acting
from orchard.emulator.permissions.access import DeniedError
from orchard.emulator.permissions.requests.calls import Call
from orchard.emulator.s3.access import Place

SUMMARY = ("StudioId", "Name", "VpcId", "Description", "Url", "AuthMode", "CreationTime")
CHANGEABLE = (
    "Name",
    "Description",
    "SubnetIds",
    "DefaultS3Location",
    "EncryptionKeyArn",
)  # UpdateStudio's members
MAX_SUBNETS = 5  # EMR Management Guide, "EMR Studio features, requirements, and limits"


class Studios:
    """The studios of one account and region (Amazon EMR API Reference, Studio)."""

    def __init__(self, region: str, account: str) -> None:
        self.region, self.account = region, account
        self._studios: dict[str, dict[str, Any]] = {}
        self.mappings = SessionMappings(self.get)

    def create(self, fields: dict[str, Any]) -> dict[str, Any]:
        """Make a studio from CreateStudio's members."""
        self._check_name(fields["Name"])
        self._check_subnets(fields["SubnetIds"])
        number = f"es-{uuid4().hex[:25].upper()}"
        arn = f"arn:aws:elasticmapreduce:{self.region}:{self.account}:studio/{number}"
        self._check_role(fields["ServiceRole"], fields["DefaultS3Location"], arn)
        self._studios[number] = fields | {
            "StudioId": number,
            "StudioArn": arn,
            "Url": f"https://{number.lower()}.emrstudio-prod.{self.region}.amazonaws.com",
            "CreationTime": utcnow(),
        }
        return self._studios[number]

    def get(self, number: str) -> dict[str, Any]:
        """Find a studio; the provider takes exactly this error for one that is gone."""
        if number not in self._studios:
            raise InvalidRequestException("Studio does not exist.")
        return self._studios[number]

    def update(self, number: str, fields: dict[str, Any]) -> None:
        """Change a studio. Subnets can be added, never taken away."""
        studio = self.get(number)
        if fields.get("Name", studio["Name"]) != studio["Name"]:
            self._check_name(fields["Name"])
        if "SubnetIds" in fields:
            self._check_subnets(fields["SubnetIds"])
            if set(studio["SubnetIds"]) - set(fields["SubnetIds"]):
                raise InvalidRequestException("Subnets of a Studio cannot be removed.")
        studio.update({name: fields[name] for name in CHANGEABLE if name in fields})

    def delete(self, number: str) -> None:
        """Delete a studio."""
        del self._studios[self.get(number)["StudioId"]]

    def summaries(self) -> list[dict[str, Any]]:
        """List what ListStudios shows, oldest first."""
        return [{name: s[name] for name in SUMMARY if name in s} for s in self._studios.values()]

    def tag(self, number: str, tags: list[dict[str, str]]) -> None:
        """Add or replace tags."""
        studio = self.get(number)
        kept = [t for t in studio.get("Tags", []) if t["Key"] not in {new["Key"] for new in tags}]
        studio["Tags"] = kept + tags

    def untag(self, number: str, keys: list[str]) -> None:
        """Remove tags."""
        studio = self.get(number)
        studio["Tags"] = [t for t in studio.get("Tags", []) if t["Key"] not in keys]

    def _check_name(self, name: str) -> None:
        if any(studio["Name"] == name for studio in self._studios.values()):
            raise InvalidRequestException(f"Studio name {name} already exists.")

    def _check_role(self, role: str, location: str, arn: str) -> None:
        """See whether the service role can be assumed, and gets at the notebooks' place.

        Source: terraform-provider-aws 5.100.0, internal/service/emr/studio.go, which tries again on both words. Which
        permissions EMR tries out is not verified.
        """
        place = Place.parse(location)
        try:
            studio = acting.assume(role, roles.EMR, "EMRStudio", self.region, arn)
        except DeniedError:
            raise InvalidRequestException(f"entity does not have permissions to assume role {role}") from None
        try:
            for operation in ("ListObjectsV2", "GetBucketEncryption"):
                acting.call(studio, Call("s3", self.region, self.account, operation, {"Bucket": place.bucket}))
        except DeniedError:
            raise InvalidRequestException(f"Service role does not have permission to access {location}") from None

    def _check_subnets(self, subnets: list[str]) -> None:
        if not 1 <= len(subnets) <= MAX_SUBNETS:
            raise InvalidRequestException(f"A Studio has between 1 and {MAX_SUBNETS} subnets.")
