"""What EMR does in its service role while a cluster starts and ends.

Which calls these are is concluded from the managed policy AmazonEMRServicePolicy_v2, which allows them one by one, and
from the Amazon EMR Management Guide ("Service role for Amazon EMR", "EBS encryption"); EMR's own list is not published.
"""

import contextlib
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from moto.emr.models import EXAMPLE_AMI_ID

from orchard.emulator.emr import prerequisites, roles
from orchard.emulator.options import ACCOUNT
from orchard.emulator.permissions import acting
from orchard.emulator.permissions.access import Access, DeniedError
from orchard.emulator.permissions.requests.calls import Call

if TYPE_CHECKING:
    from orchard.emulator.emr.cluster import ManagedCluster

LOOKS = ("DescribeInstances", "DescribeRouteTables", "DescribeSecurityGroups", "DescribeSubnets", "DescribeVpcs")
FOR_DISKS = ("Decrypt", "DescribeKey", "GenerateDataKeyWithoutPlaintext", "ReEncryptFrom", "ReEncryptTo")


def launch(cluster: "ManagedCluster") -> str | None:
    """Do what starting a cluster takes.

    Returns:
        The message of the StateChangeReason when the roles do not allow it (that of the service role's permissions is
        EMR's own, terraform-aws-modules/terraform-aws-emr issue 3; for an instance profile EMR has these words as a
        refusal of RunJobFlow, and that it has them here is not verified), or None.
    """
    service = roles.assume_service(cluster)
    try:
        for call in _launching(cluster):
            acting.call(service, call)
        for access in _encrypting(cluster):
            acting.check(service, access, cluster.emr_backend.region_name)
    except DeniedError:
        return f"Service role {roles.service_role(cluster)} has insufficient EC2 permissions"
    try:
        roles.assume_node(cluster)
    except DeniedError:
        return f"Failed to authorize instance profile {cluster.job_flow_role}"
    return None


def may(cluster: "ManagedCluster", operation: str, parameters: dict[str, Any]) -> bool:
    """Say whether the service role may do something in EC2 that a cluster can do without."""
    try:
        acting.call(roles.assume_service(cluster), _ec2(cluster, operation, parameters))
    except DeniedError:
        return False
    return True


def terminate(cluster: "ManagedCluster") -> None:
    """Give the instances back.

    Where the service role may not, EMR does it in a role of its own, AWSServiceRoleForEMRCleanup (Amazon EMR Management
    Guide, "Using service-linked roles for cleanup").
    """
    if ids := [node.ec2_instance_id for node in cluster.ec2_instances]:
        with contextlib.suppress(DeniedError):
            acting.call(roles.assume_service(cluster), _ec2(cluster, "TerminateInstances", {"InstanceIds": ids}))


def _launching(cluster: "ManagedCluster") -> Iterator[Call]:
    asked = cluster.asked_instances
    for look in LOOKS:
        yield _ec2(cluster, look, {})
    managed = [asked[member] for member in (prerequisites.MASTER, prerequisites.SLAVE) if asked.get(member)]
    for group in managed:
        yield _ec2(cluster, "AuthorizeSecurityGroupIngress", {"GroupId": group})
    tags = [{"Key": name, "Value": value} for name, value in cluster._tags.items()]
    parameters = {
        "ImageId": EXAMPLE_AMI_ID,
        "InstanceType": cluster.units[0].instance_type if cluster.units else "",
        "IamInstanceProfile": {"Name": (cluster.job_flow_role or "").rpartition("/")[2]},
        "SecurityGroupIds": managed,
        "TagSpecifications": [{"ResourceType": kind, "Tags": tags} for kind in ("instance", "volume") if tags],
    }
    if cluster.ec2_subnet_id:
        parameters["SubnetId"] = cluster.ec2_subnet_id
    if cluster.ec2_key_name:
        parameters["KeyName"] = cluster.ec2_key_name
    yield _ec2(cluster, "RunInstances", parameters)


def _encrypting(cluster: "ManagedCluster") -> Iterator[Access]:
    known = cluster.emr_backend.security_configurations.get(cluster.security_configuration)
    text = known.security_configuration if known else "{}"
    parsed = json.loads(text) if isinstance(text, str) else text
    at_rest = parsed.get("EncryptionConfiguration", {}).get("AtRestEncryptionConfiguration", {})
    disks = at_rest.get("LocalDiskEncryptionConfiguration", {})
    if key := disks.get("EnableEbsEncryption") and disks.get("AwsKmsKey"):
        via = {"kms:viaservice": (f"ec2.{cluster.emr_backend.region_name}.amazonaws.com",)}
        for action in FOR_DISKS:
            yield Access(f"kms:{action}", key, via)
        yield Access("kms:CreateGrant", key, via | {"kms:grantisforawsresource": ("true",)})


def _ec2(cluster: "ManagedCluster", operation: str, parameters: dict[str, Any]) -> Call:
    return Call("ec2", cluster.emr_backend.region_name, ACCOUNT, operation, parameters)
