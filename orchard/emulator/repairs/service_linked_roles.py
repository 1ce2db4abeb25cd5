"""Service-linked roles: names of theirs, a second one of a name, and grants of a key to roles that are not there.

moto 5.2.5 iam/models.py makes up names from the services', AWSServiceRoleForspot, and refuses a second one as any
role (EntityAlreadyExists); kms/models.py grants a key to whomever. KMS wants principals that exist (AWS KMS API
Reference, CreateGrant), which is what an account without its first Spot node runs into.
"""

from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.iam.exceptions import InvalidInput, NotFoundException
from moto.iam.models import SERVICE_NAME_CONVERSION, IAMBackend, Role, iam_backends
from moto.kms.models import KmsBackend


class InvalidArnError(JsonRESTError):
    """KMS's InvalidArnException."""

    code = 400

    def __init__(self) -> None:
        super().__init__("InvalidArnException", "ARN does not refer to a valid principal")


def install() -> None:
    """Repair all three."""
    SERVICE_NAME_CONVERSION.update({"spot": "EC2Spot", "elasticmapreduce": "EMRCleanup"})
    make, grant = IAMBackend.create_service_linked_role, KmsBackend.create_grant

    def create_service_linked_role(self: IAMBackend, service_name: str, *args: Any) -> Role:
        for role in self.roles.values():
            if role.path == f"/aws-service-role/{service_name}/":
                raise InvalidInput(
                    f"Service role name {role.name} has been taken in this account, please try a different suffix."
                )
        return make(self, service_name, *args)

    def create_grant(self: KmsBackend, key_id: str, grantee_principal: str, *args: Any, **kwargs: Any) -> Any:
        kind, _, name = grantee_principal.rpartition(":")[2].partition("/")
        if kind == "role":
            try:
                iam_backends[self.account_id]["aws"].get_role(name.rpartition("/")[2])
            except NotFoundException:
                raise InvalidArnError from None
        return grant(self, key_id, grantee_principal, *args, **kwargs)

    IAMBackend.create_service_linked_role = create_service_linked_role
    KmsBackend.create_grant = create_grant
