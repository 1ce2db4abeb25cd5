"""Trust policies that are none are refused; moto 5.2.5 iam/models.py looks at those of UpdateAssumeRolePolicy only."""

from typing import Any

from moto.iam.models import IAMBackend, Role
from moto.iam.policy_validation import IAMTrustPolicyDocumentValidator


def install() -> None:
    """Look at what CreateRole is given, too."""
    create = IAMBackend.create_role

    def create_role(
        self: IAMBackend, role_name: str, assume_role_policy_document: str, *args: Any, **more: Any
    ) -> Role:
        IAMTrustPolicyDocumentValidator(assume_role_policy_document).validate()
        return create(self, role_name, assume_role_policy_document, *args, **more)

    IAMBackend.create_role = create_role
