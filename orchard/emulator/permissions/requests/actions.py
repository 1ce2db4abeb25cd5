"""Which IAM actions on which resources a call is.

An operation's action has its name, with IAM's prefix of the service (Service Authorization Reference); what differs is
in `actions.toml`. What a call needs besides (a role to be passed, tags, keys) comes after it.
"""

from collections.abc import Iterator
from typing import Any

from orchard.emulator.permissions.access import Access
from orchard.emulator.permissions.policies import reference
from orchard.emulator.permissions.requests import context, encryption, names, s3
from orchard.emulator.permissions.requests.calls import Call, UnknownOperationError
from orchard.emulator.permissions.requests.resources import RULES, arn, arns, fits, values
from orchard.emulator.permissions.requests.tags import of_resource, requested

# The condition keys that there are values for, in lower case; one that ends in `/` or `:` stands for all that begin so.
PROVIDED: frozenset[str] = frozenset(
    {*context.REQUEST_TAG, *context.RESOURCE_TAG, context.CONTEXT, *context.PARAMETERS, *context.IDS}
    | {*context.PROVIDERS, *context.OTHERS}
    | s3.PROVIDED
)


def actions(service: str, operation: str) -> list[str]:
    """Return the IAM actions that an operation is by itself.

    Raises:
        UnknownOperationError: the Service Authorization Reference has none for it.
    """
    prefix = RULES["prefixes"].get(service, service)
    own = RULES["actions"].get(service, {}).get(operation, [operation])
    found = [f"{prefix}:{name}" for name in own]
    for action in found:
        try:
            reference.action(action)
        except reference.UnknownActionError:
            raise UnknownOperationError(
                f"no IAM action is known for {service} {operation}: there is no {action}"
            ) from None
    return found


def accesses(call: Call) -> list[Access]:
    """Return all that a call needs; the principal must be allowed each.

    Raises:
        UnknownOperationError: no IAM action is known for the operation.
    """
    own = actions(call.service, call.operation)
    if call.service == "s3":
        return [*s3.accesses(call, [action[3:] for action in own]), *encryption.accesses(call)]
    found = [Access(a, resource, context.of(call, a, kind, resource)) for a in own for kind, resource in arns(call, a)]
    return [*found, *_tagging(call, found), *_passed(call)]


def _tagging(call: Call, created: list[Access]) -> Iterator[Access]:
    """Yield what a creating call that names tags needs besides.

    (Amazon EC2 User Guide, "Grant permission to tag Amazon EC2 resources during creation"; for the others their API
    References.)
    """
    if call.service == "ec2":
        for entry in call.parameters.get("TagSpecifications") or []:
            kind = entry.get("ResourceType", "")
            given, keys = requested(call.parameters, kind)
            known = {f"aws:requesttag/{key.lower()}": (text,) for key, text in given.items()}
            yield Access(
                "ec2:CreateTags",
                arn(call, "ec2", kind, "*"),
                known | {"aws:tagkeys": tuple(keys), "ec2:createaction": (call.operation,)},
            )
        return
    action, _, new = RULES["tagging"].get(call.service, {}).get(call.operation, "").partition(" ")
    if not action or not requested(call.parameters)[0]:
        return
    prefix = RULES["prefixes"].get(call.service, call.service)
    full = f"{prefix}:{action}"
    kinds = [one.name for one in reference.action(full).resource_types]
    for access in created:
        resource = arn(call, prefix, new, "*") if new else access.resource
        kind = next((kind for kind in kinds if fits(full.partition(":")[0], kind, resource)), "")
        yield Access(full, resource, context.of(call, full, kind, resource))


def _passed(call: Call) -> Iterator[Access]:
    """Yield iam:PassRole for each role that the call hands to a service."""
    rules: dict[str, Any] = RULES["passes"].get(call.service, {}).get(call.operation, {})
    for path, service in rules.items():
        for text in values(call.parameters, path):
            profile = path in ("JobFlowRole",) or path.startswith("IamInstanceProfile.")
            for role in names.of_profile(call, text) if profile else [names.role(call, text)]:
                tags = of_resource(call.account, call.region, role)
                known = {f"iam:resourcetag/{key.lower()}": (value,) for key, value in tags.items()}
                yield Access("iam:PassRole", role, known | {"iam:passedtoservice": (service,)})
