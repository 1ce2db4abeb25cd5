"""Tags: those that a request names, and those that a resource has."""

import contextlib
from collections.abc import Callable
from typing import Any

from moto.core.exceptions import ServiceException

Tags = dict[str, str]
# How the services' models spell a tag, and its key and value.
LISTS = ("Tags", "tags", "TagList", "ResourceTags")
PAIRS = (("Key", "Value"), ("TagKey", "TagValue"), ("key", "value"))
REMOVED = ("TagKeys", "tagKeys")


def requested(parameters: dict[str, Any], kind: str = "") -> tuple[Tags, list[str]]:
    """Return the tags that a request names, and all its keys, those to be taken away among them.

    Args:
        parameters: of the call.
        kind: the type of resource, for EC2, whose creating calls name tags for each type.
    """
    found: Tags = {}
    for name in LISTS:
        found |= _pairs(parameters.get(name))
    for entry in parameters.get("TagSpecifications") or []:
        if entry.get("ResourceType") == kind:
            found |= _pairs(entry.get("Tags"))
    removed = [key for name in REMOVED for key in parameters.get(name) or []]
    return found, [*found, *removed]


def _pairs(given: Any) -> Tags:
    if isinstance(given, dict):
        return {str(key): str(value) for key, value in given.items() if isinstance(value, str)}
    found = {}
    for entry in given if isinstance(given, list) else []:
        for key, value in PAIRS:
            if isinstance(entry, dict) and key in entry:
                found[entry[key]] = entry.get(value) or ""
    return found


def of_resource(account: str, region: str, arn: str) -> Tags:
    """Return the tags of an existing resource by its ARN; none for what does not exist.

    Tags of a bucket do not count: only those of a bucket for which ABAC was switched on do, which nobody can here
    (S3 User Guide, "Enabling ABAC in general purpose buckets").
    """
    parts = arn.split(":", 5)
    if len(parts) < 6 or arn.endswith("*"):
        return {}
    reader = READERS.get(parts[2])
    return dict(reader(account, parts[3] or region, arn, parts[5])) if reader else {}


def _elasticmapreduce(account: str, region: str, arn: str, name: str) -> Tags:
    from moto.emr.models import emr_backends

    backend: Any = emr_backends[account][region]
    kind, _, number = name.partition("/")
    if kind == "cluster" and number in backend.clusters:
        return _pairs(backend.clusters[number].tags)
    with contextlib.suppress(ServiceException):  # what a studio that is gone is answered with
        return _pairs(backend.studios.get(number).get("Tags")) if kind == "studio" else {}
    return {}


def _ec2(account: str, region: str, arn: str, name: str) -> Tags:
    from moto.ec2.models import ec2_backends

    found: Tags = ec2_backends[account][region].tags.get(name.rpartition("/")[2], {})
    return found


def _iam(account: str, region: str, arn: str, name: str) -> Tags:
    from moto.iam.models import iam_backends

    backend: Any = iam_backends[account]["aws"]
    if name.startswith("policy/"):
        policy = backend.managed_policies.get(arn)
        return _pairs([*policy.tags.values()]) if policy else {}
    if name.startswith("user/"):
        return _pairs(backend.tagger.list_tags_for_resource(arn)["Tags"])
    table = {"role": backend.roles, "instance-profile": backend.instance_profiles}.get(name.partition("/")[0], {})
    for found in list(table.values()):
        if found.arn == arn:
            return _pairs([*found.tags.values()] if isinstance(found.tags, dict) else found.tags)
    return {}


def _kms(account: str, region: str, arn: str, name: str) -> Tags:
    from moto.kms.models import kms_backends

    found: Tags = kms_backends[account][region].tagger.get_tag_dict_for_resource(name.removeprefix("key/"))
    return found


def _sns(account: str, region: str, arn: str, name: str) -> Tags:
    from moto.sns.models import sns_backends

    topic = sns_backends[account][region].topics.get(arn)
    return topic._tags if topic else {}


def _sqs(account: str, region: str, arn: str, name: str) -> Tags:
    from moto.sqs.models import sqs_backends

    queue = sqs_backends[account][region].queues.get(name)
    return queue.tags if queue else {}


def _secretsmanager(account: str, region: str, arn: str, name: str) -> Tags:
    from moto.secretsmanager.models import secretsmanager_backends

    found = [s for s in list(secretsmanager_backends[account][region].secrets.values()) if s.arn == arn]
    return _pairs(found[0].tags) if found else {}


def _tagger(service: str) -> Callable[[str, str, str, str], Tags]:
    """Read the tags from one of the backends of moto's that keep them by ARN."""

    def read(account: str, region: str, arn: str, name: str) -> Tags:
        from moto.backends import get_backend

        backend: Any = get_backend(service)[account][region]
        found: Tags = backend.tagger.get_tag_dict_for_resource(arn)
        return found

    return read


READERS: dict[str, Callable[[str, str, str, str], Tags]] = {
    "elasticmapreduce": _elasticmapreduce,
    "ec2": _ec2,
    "iam": _iam,
    "kms": _kms,
    "sns": _sns,
    "sqs": _sqs,
    "secretsmanager": _secretsmanager,
    **{service: _tagger(service) for service in ("cloudwatch", "events", "logs", "scheduler")},
}
