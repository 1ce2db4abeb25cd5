"""Bucket policies that deny on a condition, such as the TLS-only statement of every careful bucket.

moto 5.2.5 iam/access_control.py `IAMPolicyStatement.is_action_permitted` never evaluates a Condition, so that
`Deny s3:* if aws:SecureTransport is false` denies everything. AWS denies only where the condition holds. The local AWS
grants everything to everybody (permissions are proved on the policy documents, not here), and stands for requests
over TLS: a conditional Deny does not apply.
"""

from typing import Any

from moto.iam.access_control import IAMPolicyStatement, PermissionResult


def install() -> None:
    """Make conditional denials neutral."""
    decide = IAMPolicyStatement.is_action_permitted

    def is_action_permitted(self: IAMPolicyStatement, *args: Any, **kwargs: Any) -> PermissionResult:
        if self._statement.get("Effect") == "Deny" and self._statement.get("Condition"):
            return PermissionResult.NEUTRAL
        return decide(self, *args, **kwargs)

    IAMPolicyStatement.is_action_permitted = is_action_permitted
