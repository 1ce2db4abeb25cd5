"""The roles of a cluster: EMR's own, in which it makes instances, and the nodes', in which everything there works.

EMR assumes its service role for the cluster; EC2 assumes the role in the instance profile for each instance (Amazon EMR
Management Guide, "Configure IAM service roles for Amazon EMR permissions to AWS services and resources").
"""

from functools import partial
from typing import TYPE_CHECKING

from orchard.emulator.options import ACCOUNT
from orchard.emulator.permissions import acting, principals
from orchard.emulator.permissions.access import DeniedError, Principal
from orchard.emulator.permissions.requests.calls import Call
from orchard.emulator.repairs import sessions

if TYPE_CHECKING:
    from orchard.emulator.emr.cluster import ManagedCluster

EMR, EC2 = "elasticmapreduce.amazonaws.com", "ec2.amazonaws.com"


def assume_service(cluster: "ManagedCluster") -> Principal:
    """Let EMR take on its service role. Raises DeniedError: the role does not let it, or is not there."""
    return acting.assume(service_role(cluster), EMR, "EMR", cluster.emr_backend.region_name, cluster.arn)


def service_role(cluster: "ManagedCluster") -> str:
    """Return the ARN of the service role, which RunJobFlow takes by its name or ARN."""
    given = cluster.service_role
    return given if given.startswith("arn:") else f"arn:aws:iam::{ACCOUNT}:role/{given}"


def assume_node(cluster: "ManagedCluster") -> Principal:
    """Let the primary instance take on the nodes' role. Raises DeniedError: likewise."""
    region, instance = cluster.emr_backend.region_name, cluster.primary_instance
    source = f"arn:aws:ec2:{region}:{cluster.emr_backend.account_id}:instance/{instance}"
    return acting.assume(node_role(cluster), EC2, instance, region, source)


def node_role(cluster: "ManagedCluster") -> str:
    """Return the ARN of the role in the cluster's instance profile."""
    name = (cluster.job_flow_role or "").rpartition("/")[2]
    profile = principals.iam().get_instance_profile(name)
    return str(profile.roles[0].arn)


def node(cluster: "ManagedCluster") -> Principal:
    """Return the session of the role in which the nodes work."""
    return principals.role_session(node_role(cluster), cluster.primary_instance)


def ensure_cleanup(caller: Principal, cluster: "ManagedCluster") -> bool:
    """Make the service-linked role in which EMR gives instances back, by the rights of whoever makes the cluster.

    Source: Amazon EMR Management Guide, "Using service-linked roles for cleanup". Returns whether it is there.
    """
    iam, region = principals.iam(), cluster.emr_backend.region_name
    if any(role.path == f"/aws-service-role/{EMR}/" for role in list(iam.roles.values())):
        return True
    try:
        acting.call(caller, Call("iam", region, ACCOUNT, "CreateServiceLinkedRole", {"AWSServiceName": EMR}))
    except DeniedError:
        return False
    iam.create_service_linked_role(EMR, "", "")
    return True


def node_environment(cluster: "ManagedCluster") -> dict[str, str]:
    """Make the variables from which programs of the nodes take their credentials.

    On AWS they come from the instance's metadata, and are renewed there.
    """
    given = sessions.issue(partial(node, cluster))
    return {
        "AWS_ACCESS_KEY_ID": given["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": given["SecretAccessKey"],
        "AWS_SESSION_TOKEN": given["SessionToken"],
    }
