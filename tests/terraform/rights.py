"""Who there is on AWS once the foundation stands, with every policy that speaks of them, as Terraform planned it.

Made from the state of the foundation's own test, where identifiers that AWS gives are made up, and from the published
policies of the deployer.
"""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from moto.iam.aws_managed_policies import aws_managed_policies_data

from orchard.base.config import Settings
from orchard.emulator.permissions import acting
from orchard.emulator.permissions.access import Access, Document, Principal, Verdict
from orchard.emulator.permissions.policies import decision, policy, reference
from orchard.permissions import names, published

ACCOUNT = "123456789012"
PREFIX = "orchard-eu-west-3"
BUCKET = f"arn:aws:s3:::orchard-{ACCOUNT}-eu-west-3"
KEY = f"arn:aws:kms:eu-west-3:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"
ALL = Settings(
    state_bucket="states", disk_key=f"arn:aws:kms:eu-west-3:{ACCOUNT}:key/disks", studio_users={"ann": "basic"}
)
NAMES = names.of(ALL, ACCOUNT) | {"objects": BUCKET, "key": KEY}

OF_AWS = "AmazonEMRServicePolicy_v2"
ROLES = ("emr-service", "emr-node", "studio-service", "end-of-life")
LEVELS = ("basic", "intermediate", "advanced")
DEPLOYER = "deployer"


class Rights(NamedTuple):
    """All policies, and who has which.

    Attributes:
        documents: name -> policy.
        attached: principal -> names of their policies; `deployer`, and each part of it as `deployer/look`.
        carried: ARN of a bucket, a key or a role -> name of its own policy.
    """

    documents: dict[str, Document]
    attached: dict[str, tuple[str, ...]]
    carried: dict[str, str]

    def principal(self, name: str) -> Principal:
        """Return one of `attached`, or a service."""
        if name.endswith(".amazonaws.com"):
            return Principal(name, "")
        identity = {one: self.documents[one] for one in self.attached[name]}
        if name in ROLES:
            role = f"arn:aws:iam::{ACCOUNT}:role/{PREFIX}-{name}"
            arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/{PREFIX}-{name}/session"
            return Principal(arn, ACCOUNT, role, identity, context={"aws:userid": ("AROA:session",)})
        told = {"aws:userid": (f"AIDA{name}",), "aws:username": (name,)}
        return Principal(f"arn:aws:iam::{ACCOUNT}:user/{name}", ACCOUNT, None, identity, context=told)

    def decide(self, who: str, access: Access, region: str) -> Verdict:
        """Decide on an access with the policies of whoever asks and of what they ask for."""
        service = access.action.partition(":")[0]
        told = {
            "aws:requestedregion": (acting.GLOBAL.get(service, region),),
            "aws:resourceaccount": (ACCOUNT,),
            "aws:securetransport": ("true",),
        }
        about = access.resource.partition("/")[0] if service == "s3" else access.resource
        name = self.carried.get(about)
        own = (name, self.documents[name]) if name and service in ("s3", "kms", "sts") else None
        return decision.decide(self.principal(who), Access(access.action, access.resource, told | access.context), own)

    def allowed_actions(self, who: str) -> set[str]:
        """Name the actions that a principal's policies allow on anything, whatever the condition."""
        found: set[str] = set()
        for one in self.attached[who]:
            for statement in policy.parse(self.documents[one], one).statements:
                if statement.allows:
                    assert not statement.but_actions, statement.name
                    found.update(*(reference.expand(pattern) for pattern in statement.actions))
        return found


def of(root: dict[str, Any]) -> Rights:
    """Gather the rights that the foundation gives.

    Args:
        root: the root module of its state.
    """
    found = {one["address"].removeprefix("module."): one["values"] for one in _resources(root)}
    text = {address: json.dumps(values) for address, values in found.items()}
    for bucket in ("data", "access_logs"):
        values = found[f"bucket.aws_s3_bucket.{bucket}"]
        text = {at: one.replace(values["arn"], f"arn:aws:s3:::{values['bucket']}") for at, one in text.items()}
    found = {address: json.loads(one) for address, one in text.items()}
    role_of: dict[str, str] = {}  # by name and by id
    for address, values in found.items():
        if address.startswith("iam.aws_iam_role."):
            role_of[values["id"]] = role_of[values["name"]] = values["name"].removeprefix(f"{PREFIX}-")

    documents: dict[str, Document] = {OF_AWS: json.loads(aws_managed_policies_data)[OF_AWS]["Document"]}
    attached: dict[str, list[str]] = {}
    carried: dict[str, str] = {}
    for address, values in found.items():
        kind, _, name = address.partition(".")[2].partition(".")
        if kind == "aws_iam_policy":
            documents[values["name"].removeprefix(f"{PREFIX}-")] = json.loads(values["policy"])
        elif kind == "aws_iam_role":
            short = role_of[values["name"]]
            documents[f"trust of {short}"] = json.loads(values["assume_role_policy"])
            carried[f"arn:aws:iam::{ACCOUNT}:role/{values['name']}"] = f"trust of {short}"
        elif kind == "aws_iam_role_policy":
            documents[values["name"]] = json.loads(values["policy"])
            attached.setdefault(role_of[values["role"]], []).append(values["name"])
        elif kind == "aws_iam_role_policy_attachment":
            attached.setdefault(role_of[values["role"]], []).append("eu-only" if name.startswith("eu_only") else OF_AWS)
        elif kind == "aws_iam_group_policy_attachment":
            level = values["group"].removeprefix(f"{PREFIX}-studio-")
            attached.setdefault(level, []).append("eu-only" if name.startswith("eu_only") else f"studio-{level}")
        elif kind == "aws_s3_bucket_policy":
            documents[f"bucket policy of {name}"] = json.loads(values["policy"])
            carried[BUCKET + ("-access-logs" if name == "access_logs" else "")] = f"bucket policy of {name}"
        elif kind == "aws_kms_key":
            documents["key policy"] = json.loads(values["policy"])
            carried[values["arn"]] = "key policy"
    for name, document in published.managed_policies(ALL, ACCOUNT).items():
        documents[name] = document
        part = name.removeprefix(f"deployer-{PREFIX}-").partition("-")[0]
        attached.setdefault(DEPLOYER, []).append(name)
        attached.setdefault(f"{DEPLOYER}/{part}", []).append(name)
    return Rights(documents, {who: tuple(which) for who, which in attached.items()}, carried)


def _resources(module: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from module.get("resources", [])
    for child in module.get("child_modules", []):
        yield from _resources(child)
