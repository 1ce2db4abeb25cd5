"""Bucket policies are decided with all the others (`permissions`).

moto 5.2.5 iam/access_control.py `IAMPolicyStatement.is_action_permitted` never evaluates a Condition, so that
`Deny s3:* if aws:SecureTransport is false` denies everything. It asks a bucket's policy about each object that is to be
deleted together with others, and here it hears what was decided before: S3 answers such a request, and lists in it what
may not be deleted (Amazon S3 API Reference, DeleteObjects).
"""

from contextvars import ContextVar
from typing import Any

from moto.iam.access_control import PermissionResult
from moto.s3.models import FakeBucket

kept: ContextVar[frozenset[str]] = ContextVar("kept", default=frozenset())  # ARNs of objects that may not be deleted


def install() -> None:
    """Let moto's own look at bucket policies find what was decided, and nothing else."""

    def get_permission(_: FakeBucket, __: str, resource: str) -> Any:
        return PermissionResult.DENIED if resource in kept.get() else PermissionResult.NEUTRAL

    FakeBucket.get_permission = get_permission
