"""What AWS calls a thing that a request names otherwise: by an alias, a URL, or without its path."""

from typing import Any

from orchard.emulator.permissions.requests.calls import Call


def resolve(call: Call, prefix: str, kind: str, value: str) -> str:
    """Return the ARN, or what stands in its last part, of a thing by what a request calls it."""
    if value == "*":
        return value
    found = RESOLVERS.get((prefix, kind))
    return found(call, value) if found else value


def role(call: Call, value: str) -> str:
    """Return the ARN of a role by its name or ARN; with the role's path, when there is such a role."""
    return _iam(call, "role", value)


def of_profile(call: Call, value: str) -> list[str]:
    """Return the ARNs of the roles in an instance profile (EC2 gets its role, not the profile)."""
    name = value.rpartition("/")[2]
    for profile in list(_iam_backend(call).instance_profiles.values()):  # at once: other requests change it
        if profile.name == name:
            return [found.arn for found in profile.roles]
    return []


def _iam_backend(call: Call) -> Any:
    from moto.iam.models import iam_backends

    return iam_backends[call.account]["aws"]


def _iam(call: Call, kind: str, value: str) -> str:
    if value.startswith("arn:"):
        return value
    if call.operation == "CreateServiceLinkedRole":
        return _linked(call, value)
    backend = _iam_backend(call)
    tables = {
        "role": backend.roles,
        "user": backend.users,
        "group": backend.groups,
        "instance-profile": backend.instance_profiles,
        "policy": backend.managed_policies,
    }
    for found in list(tables[kind].values()):
        if value == getattr(found, "name", None):
            return str(found.arn)
    path = str(call.parameters.get("Path") or "/") if call.operation.startswith("Create") else "/"
    return f"arn:aws:iam::{call.account}:{kind}{path}{value}"


def _cluster(call: Call, value: str) -> str:
    """Return the id of a cluster, also by one of its instance groups."""
    from moto.emr.models import emr_backends

    if not value.startswith("ig-"):
        return value
    group = emr_backends[call.account][call.region].instance_groups.get(value)
    return str(group.cluster.id) if group else "*"


def _linked(call: Call, service: str) -> str:
    """Return the ARN of the role that a service is linked to (IAM User Guide, "Create a service-linked role")."""
    from moto.iam.models import SERVICE_NAME_CONVERSION

    name = service.removesuffix(".amazonaws.com")
    role = f"aws-service-role/{service}/AWSServiceRoleFor{SERVICE_NAME_CONVERSION.get(name, name)}"
    return f"arn:aws:iam::{call.account}:role/{role}"


def key(call: Call, value: str) -> str:
    """Return the ARN of a KMS key by its id, ARN or alias."""
    from moto.kms.models import kms_backends

    backend = kms_backends[call.account][call.region]
    if ":key/" in value:
        return value
    text = value.rpartition(":")[2]
    if text.startswith("alias/"):  # looked up without moto's own method, which makes the keys that AWS makes on demand
        text = next((found.id for found in list(backend.keys.values()) if text in found.aliases), "*")
    return f"arn:aws:kms:{call.region}:{call.account}:key/{text}"


def _parameter(call: Call, value: str) -> str:
    """AWS's own parameters are in nobody's account (Systems Manager User Guide, "Working with public parameters")."""
    name = value.removeprefix("/")
    return f"arn:aws:ssm:{call.region}::parameter/{name}" if name.startswith("aws/service/") else name


RESOLVERS: dict[tuple[str, str], Any] = {
    **{
        ("iam", kind): lambda call, value, kind=kind: _iam(call, kind, value)
        for kind in ("role", "user", "group", "instance-profile", "policy")
    },
    ("elasticmapreduce", "cluster"): _cluster,
    ("kms", "key"): key,
    ("kms", "alias"): lambda _, value: value.removeprefix("alias/"),
    ("sqs", "queue"): lambda _, value: value.rstrip("/").rpartition("/")[2],
    ("ssm", "parameter"): _parameter,
}
