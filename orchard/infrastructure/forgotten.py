"""The cluster that Terraform's state tells of, when EMR has forgotten it: about two months after its end.

Asked for it, EMR answers InvalidRequestException. The AWS provider 5.100 takes that for `gone` of clusters and groups
(internal/service/emr/cluster.go, instance_group.go), not of a managed scaling policy, whose refresh ends `up`.
"""

from collections.abc import Mapping
from typing import Any

from orchard.aws.emr import Cluster, Emr
from orchard.aws.target import Target
from orchard.base.console import say
from orchard.infrastructure.terraform import Terraform

GONE_WITH_IT = ("aws_emr_cluster", "aws_emr_instance_group", "aws_emr_managed_scaling_policy")


def last(target: Target, root: Terraform, foundation: Mapping[str, Any]) -> Cluster | None:
    """Find the cluster that the state tells of; what EMR has forgotten is dropped from the state.

    Args:
        target: whom to ask.
        root: the cluster root, initialised.
        foundation: the foundation root's output of that name: another account or region never knew the cluster.

    Returns:
        None where the state tells of none, or EMR does not know it (any more).
    """
    if "cluster_id" not in (outputs := root.outputs()):
        return None
    found = Emr(target).known(outputs["cluster_id"])
    ours = found is None and (foundation["region"], foundation["account_id"]) == (target.region, target.account())
    if ours and (gone := root.forget(GONE_WITH_IT)):
        told = f"EMR has forgotten the cluster {outputs['cluster_id']}"
        say(f"{told}, and so does Terraform's state: {', '.join(gone)}.")
    return found
