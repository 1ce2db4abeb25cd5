"""The cluster that Terraform's state tells of, when EMR has forgotten it: about two months after its end.

Asked for it, EMR answers InvalidRequestException. The AWS provider 5.100 takes that for `gone` of clusters and groups
(internal/service/emr/cluster.go, instance_group.go), not of a managed scaling policy, whose refresh ends `up`.
"""

from orchard.aws.emr import Cluster, Emr
from orchard.aws.target import Target
from orchard.base.console import say
from orchard.infrastructure.terraform import Terraform

GONE_WITH_IT = ("aws_emr_cluster", "aws_emr_instance_group", "aws_emr_managed_scaling_policy")


def last(target: Target, root: Terraform) -> Cluster | None:
    """Find the cluster that the state tells of; what EMR has forgotten is dropped from the state.

    Args:
        target: whom to ask.
        root: the cluster root, initialised.

    Returns:
        None where the state tells of none, or EMR does not know it any more.
    """
    if "cluster_id" not in (outputs := root.outputs()):
        return None
    found = Emr(target).known(outputs["cluster_id"])
    if found is None and (gone := root.forget(GONE_WITH_IT)):
        say(f"EMR has forgotten the cluster {outputs['cluster_id']}, and so does Terraform's state: {', '.join(gone)}.")
    return found
