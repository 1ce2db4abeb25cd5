"""Bucket policies are decided with all the others (`permissions`).

moto 5.2.5 iam/access_control.py `IAMPolicyStatement.is_action_permitted` never evaluates a Condition, so that
`Deny s3:* if aws:SecureTransport is false` denies everything.
"""

from moto.iam.access_control import IAMPolicyStatement, PermissionResult


def install() -> None:
    """Let moto's own look at bucket policies find nothing."""
    IAMPolicyStatement.is_action_permitted = lambda *_, **__: PermissionResult.NEUTRAL
