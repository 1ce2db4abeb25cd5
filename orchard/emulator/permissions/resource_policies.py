"""Policies that resources carry: of buckets, keys, topics, queues, and the trust policies of roles."""

from collections.abc import Callable
from typing import Any

from moto.iam.exceptions import NotFoundException

from orchard.emulator.options import ACCOUNT
from orchard.emulator.permissions import principals
from orchard.emulator.permissions.access import Access, Document

Attached = tuple[str, Document]  # its kind, for the ledger, as `bucket policy`; and the policy


def of(access: Access) -> Attached | None:
    """Find the policy of what an access is about; None where it has none."""
    kind = access.action.partition(":")[0]
    look = LOOK.get(kind)
    return look(access) if look else None


def _bucket(access: Access) -> Attached | None:
    from moto.s3.models import s3_backends

    name = access.resource.rpartition(":::")[2].partition("/")[0]
    bucket = s3_backends[ACCOUNT]["aws"].buckets.get(name)
    return ("bucket policy", _parsed(bucket.policy)) if bucket and bucket.policy else None


def _key(access: Access) -> Attached | None:
    from moto.kms.models import kms_backends

    parts = access.resource.split(":")
    if len(parts) < 6 or not parts[5].startswith("key/"):
        return None
    key = kms_backends[ACCOUNT][parts[3]].keys.get(parts[5].removeprefix("key/"))
    return ("key policy", _parsed(key.policy)) if key else None


def _trust(access: Access) -> Attached | None:
    if access.action != "sts:AssumeRole":
        return None
    try:
        role = principals.iam().get_role(access.resource.rpartition("/")[2])
    except NotFoundException:
        return None
    return ("trust policy", _parsed(role.assume_role_policy_document))


def _topic(access: Access) -> Attached | None:
    from moto.sns.models import sns_backends

    parts = access.resource.split(":")
    topic = sns_backends[ACCOUNT][parts[3]].topics.get(access.resource) if len(parts) == 6 else None
    return ("topic policy", _parsed(topic.policy)) if topic and topic.policy else None


def _queue(access: Access) -> Attached | None:
    from moto.sqs.models import sqs_backends

    parts = access.resource.split(":")
    queue = sqs_backends[ACCOUNT][parts[3]].queues.get(parts[5]) if len(parts) == 6 else None
    return ("queue policy", _parsed(queue.policy)) if queue and queue.policy else None


def _parsed(policy: Any) -> Document:
    """Parse a policy of moto's, which is a text, bytes, or parsed already."""
    if isinstance(policy, bytes):
        policy = policy.decode()
    return principals.parsed(policy) if isinstance(policy, str) else policy


LOOK: dict[str, Callable[[Access], Attached | None]] = {
    "s3": _bucket,
    "kms": _key,
    "sts": _trust,
    "sns": _topic,
    "sqs": _queue,
}
