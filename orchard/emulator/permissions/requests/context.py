"""The values of the condition keys that an action has, from the call and from what it is about."""

from collections.abc import Callable, Iterable
from typing import Any

from orchard.emulator.permissions.policies import reference
from orchard.emulator.permissions.requests import tags
from orchard.emulator.permissions.requests.calls import Call
from orchard.emulator.permissions.requests.resources import values

Values = tuple[str, ...]
REQUEST_TAG = ("aws:requesttag/", "elasticmapreduce:requesttag/")
RESOURCE_TAG = (
    "aws:resourcetag/", "ec2:resourcetag/", "elasticmapreduce:resourcetag/", "iam:resourcetag/",
    "secretsmanager:resourcetag/",
)  # fmt: skip
CONTEXT = "kms:encryptioncontext:"
# Keys that are a parameter of the call: (Service Authorization Reference, condition keys of each service).
PARAMETERS = {
    "iam:policyarn": "PolicyArn",
    "iam:awsservicename": "AWSServiceName",
    "kms:grantoperations": "Operations",
    "kms:granteeprincipal": "GranteePrincipal",
    "kms:retiringprincipal": "RetiringPrincipal",
    "kms:keyspec": "KeySpec",
    "kms:keyusage": "KeyUsage",
    "kms:keyorigin": "Origin",
    "kms:multiregion": "MultiRegion",
    "kms:bypasspolicylockoutsafetycheck": "BypassPolicyLockoutSafetyCheck",
    "kms:schedulekeydeletionpendingwindowindays": "PendingWindowInDays",
    "sts:rolesessionname": "RoleSessionName",
    "sts:externalid": "ExternalId",
    "sts:durationseconds": "DurationSeconds",
    "sts:sourceidentity": "SourceIdentity",
    "sts:transitivetagkeys": "TransitiveTagKeys",
    "sns:protocol": "Protocol",
    "sns:endpoint": "Endpoint",
    "cloudwatch:namespace": "Namespace",
    "cloudwatch:alarmactions": "AlarmActions",
    "servicequotas:service": "ServiceCode",
    "elasticmapreduce:executionrolearn": "ExecutionRoleArn",
    "secretsmanager:secretid": "SecretId",
    "secretsmanager:name": "Name",
    "secretsmanager:versionid": "VersionId",
    "secretsmanager:versionstage": "VersionStage",
    "ec2:instancetype": "InstanceType",
    "ec2:metadatahttptokens": "MetadataOptions.HttpTokens",
    "ec2:metadatahttpendpoint": "MetadataOptions.HttpEndpoint",
    "ec2:metadatahttpputresponsehoplimit": "MetadataOptions.HttpPutResponseHopLimit",
    "ec2:ebsoptimized": "EbsOptimized",
    "ec2:keypairname": "KeyName",
    "ec2:vpceservicename": "ServiceName",
}
# Keys that are the id of the resource itself.
IDS = {
    "ec2:vpcid": "vpc", "ec2:subnetid": "subnet", "ec2:securitygroupid": "security-group", "ec2:imageid": "image",
    "ec2:instanceid": "instance", "ec2:networkinterfaceid": "network-interface", "ec2:routetableid": "route-table",
    "ec2:volumeid": "volume", "ec2:internetgatewayid": "internet-gateway", "ec2:networkaclid": "network-acl",
}  # fmt: skip


def of(call: Call, action: str, kind: str, arn: str) -> dict[str, Values]:
    """Return the values of the condition keys of an action on a resource; a key without a value is not there."""
    found: dict[str, Values] = {}
    for key in reference.action(action).keys_on(kind):
        stem = key.partition("${")[0]
        if stem in REQUEST_TAG:
            found |= {stem + name.lower(): (text,) for name, text in tags.requested(call.parameters, kind)[0].items()}
        elif stem in RESOURCE_TAG:
            existing = tags.of_resource(call.account, call.region, arn)
            found |= {stem + name.lower(): (text,) for name, text in existing.items()}
        elif stem == CONTEXT:
            given = call.parameters.get("EncryptionContext") or {}
            found |= {stem + name.lower(): (text,) for name, text in given.items()}
        elif value := _value(call, key, kind, arn):
            found[key] = value
    return found


def _value(call: Call, key: str, kind: str, arn: str) -> Values:
    if key in PARAMETERS:
        return _texts(values(call.parameters, PARAMETERS[key]))
    if key in IDS:
        number = arn.rpartition("/")[2]
        return (number,) if kind == IDS[key] and number != "*" else ()
    return PROVIDERS[key](call, kind, arn) if key in PROVIDERS else ()


def _texts(given: Iterable[str]) -> Values:
    return tuple({"True": "true", "False": "false"}.get(text, text) for text in given)


def _tag_keys(call: Call, kind: str, arn: str) -> Values:
    return tuple(tags.requested(call.parameters, kind)[1])


def _vpc(call: Call, kind: str, arn: str) -> Values:
    """Return the ARN of the network that a thing of EC2's is in, or is to be in."""
    from moto.ec2.models import ec2_backends

    backend: Any = ec2_backends[call.account][call.region]
    number, vpc = arn.rpartition("/")[2], None
    if kind == "security-group" and number != "*":
        group = backend.get_security_group_from_id(number)
        vpc = group.vpc_id if group else None
    elif kind == "subnet" or call.parameters.get("SubnetId"):
        wanted = number if kind == "subnet" else call.parameters["SubnetId"]
        vpc = next(
            (s.vpc_id for zone in list(backend.subnets.values()) for s in list(zone.values()) if s.id == wanted), None
        )
    elif kind == "route-table" and number in backend.route_tables:
        vpc = backend.route_tables[number].vpc_id
    return (f"arn:aws:ec2:{call.region}:{call.account}:vpc/{vpc}",) if vpc else ()


def _subnet(call: Call, kind: str, arn: str) -> Values:
    number = call.parameters.get("SubnetId")
    return (f"arn:aws:ec2:{call.region}:{call.account}:subnet/{number}",) if number else ()


def _for_aws(call: Call, kind: str, arn: str) -> Values:
    # A grant is for an AWS service where a service asks for it; whoever acts for one sets the key.
    return ("false",)


def _alias(call: Call, kind: str, arn: str) -> Values:
    text = str(call.parameters.get("KeyId", "")).rpartition(":")[2]
    return (text,) if text.startswith("alias/") else ()


def _boundary(call: Call, kind: str, arn: str) -> Values:
    """Return the boundary that the call sets, or else the one that the user or role has.

    (Service Authorization Reference, condition keys of IAM.)
    """
    from moto.iam.models import iam_backends

    if "PermissionsBoundary" in call.parameters:
        return (str(call.parameters["PermissionsBoundary"]),)
    backend: Any = iam_backends[call.account]["aws"]
    for found in [*backend.roles.values(), *backend.users.values()]:
        boundary = getattr(found, "permissions_boundary_arn", None)  # moto 5.2.5 keeps none of users
        if found.arn == arn and boundary:
            return (boundary,)
    return ()


PROVIDERS: dict[str, Callable[[Call, str, str], Values]] = {
    "aws:tagkeys": _tag_keys,
    "iam:permissionsboundary": _boundary,
    "ec2:vpc": _vpc,
    "ec2:subnet": _subnet,
    "ec2:region": lambda call, *_: (call.region,),
    "kms:calleraccount": lambda call, *_: (call.account,),
    "kms:grantisforawsresource": _for_aws,
    "kms:requestalias": _alias,
    "kms:encryptioncontextkeys": lambda call, *_: tuple(call.parameters.get("EncryptionContext") or {}),
}
# What actions.py and encryption.py set.
OTHERS = {"iam:passedtoservice", "ec2:createaction", "kms:viaservice"}
