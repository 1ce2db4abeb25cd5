"""What EMR finds out only while a cluster starts: it then ends with VALIDATION_ERROR.

The texts of the service role, the key and the service's security group are those of real clusters; that of an unknown
security group is EC2's own, and when EMR tells it is not verified.
"""

from typing import TYPE_CHECKING, Any

from orchard.emulator.emr import roles
from orchard.emulator.permissions.access import DeniedError

if TYPE_CHECKING:
    from orchard.emulator.emr.cluster import ManagedCluster


# awslabs/aws-emr-launch issue 21
NO_CLEANUP = (
    "Service-linked role 'AWSServiceRoleForEMRCleanup' for EMR is required. Please create this role directly or add "
    "permission to create it in your IAM entity."
)
MASTER, SLAVE, SERVICE = "EmrManagedMasterSecurityGroup", "EmrManagedSlaveSecurityGroup", "ServiceAccessSecurityGroup"


def missing(cluster: "ManagedCluster") -> str | None:
    """Find what keeps a cluster from starting: the message of its StateChangeReason, or None."""
    return _role(cluster) or _cleanup(cluster) or _key(cluster) or _groups(cluster) or _service_access(cluster)


def unknown_groups(ec2: Any, instances: dict[str, Any]) -> list[str]:
    """List the security groups of JobFlowInstancesConfig that do not exist."""
    named = [instances[member] for member in (MASTER, SLAVE, SERVICE) if instances.get(member)]
    for member in ("AdditionalMasterSecurityGroups", "AdditionalSlaveSecurityGroups"):
        named += instances.get(member) or []  # the AWS provider sends [""] for none
    return [number for number in named if number and ec2.get_security_group_from_id(number) is None]


def _role(cluster: "ManagedCluster") -> str | None:
    try:
        roles.assume_service(cluster)
    except DeniedError:
        return f"EMR service role {roles.service_role(cluster)} is invalid"
    return None


def _cleanup(cluster: "ManagedCluster") -> str | None:
    return None if cluster.has_cleanup_role else NO_CLEANUP


def _key(cluster: "ManagedCluster") -> str | None:
    name = cluster.ec2_key_name
    return (
        "The given SSH key name was invalid" if name and name not in cluster.emr_backend.ec2_backend.key_pairs else None
    )


def _groups(cluster: "ManagedCluster") -> str | None:
    unknown = unknown_groups(cluster.emr_backend.ec2_backend, cluster.asked_instances)
    return f"The security group '{unknown[0]}' does not exist" if unknown else None


def _service_access(cluster: "ManagedCluster") -> str | None:
    asked = cluster.asked_instances
    if not cluster.ec2_subnet_id:
        return None
    given, public = bool(asked.get(SERVICE)), is_public(cluster)
    if asked.get(MASTER) and not given and not public:
        return (
            "You must also specify a ServiceAccessSecurityGroup if you use custom security groups "
            "when creating a cluster in a private subnet."
        )
    if given and public:
        return "You cannot specify a ServiceAccessSecurityGroup for a cluster launched in public subnet."
    return None


def is_public(cluster: "ManagedCluster") -> bool:
    """Whether the subnet's route table leads to an internet gateway; a default subnet's does, on AWS."""
    ec2 = cluster.emr_backend.ec2_backend
    subnet = ec2.get_subnet(cluster.ec2_subnet_id)
    tables = ec2.describe_route_tables(filters={"vpc-id": [subnet.vpc_id]})
    own = [table for table in tables if any(a.get("SubnetId") == subnet.id for a in table.associations)]
    chosen = own or [table for table in tables if table.main_association_id]
    gateways = [route.gateway.id for table in chosen for route in table.routes if route.gateway]
    return subnet.default_for_az or any(number.startswith("igw-") for number in gateways)
