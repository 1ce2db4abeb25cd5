"""The canary: the step that goes before the first run on clusters of a shape, and without which none starts in full."""

from typing import NamedTuple

from orchard.aws import executors
from orchard.aws.bucket import Bucket
from orchard.aws.emr import OPEN, Cluster, Emr
from orchard.aws.layout import CANARY, StepName
from orchard.base.console import say
from orchard.cluster import canary_verdict


class Nodes(NamedTuple):
    """A cluster's core nodes, as they were asked for."""

    release_label: str
    instance_type: str
    core_count: int


def needed(store: Bucket, emr: Emr, cluster: Cluster, code_hash: str) -> tuple[str, executors.Shape] | None:
    """Say which canary a run must send first: the shape of clusters, and what Spark ought to get there.

    Returns:
        None where one has passed on a cluster of that shape, or is under way on this one.

    Raises:
        AwsError: EMR or the bucket refuses, or cannot be reached.
    """
    nodes = core(emr, cluster.id)
    shape = canary_verdict.shape(canary_verdict.hardware(*nodes), code_hash)
    before = canary_verdict.read(store, shape)
    if before and before.passed:
        return None
    name = str(StepName(shape, CANARY.name))
    if any(step.name == name and step.state in OPEN for step in emr.steps(cluster.id)):
        return None
    on = f"{nodes.core_count} x {nodes.instance_type} with {nodes.release_label}"
    say(f"The first run on {on} begins with a canary, which takes a minute.")
    return shape, executors.promised(nodes.instance_type, nodes.core_count)


def core(emr: Emr, cluster_id: str) -> Nodes:
    """Ask for a cluster's release and core nodes; raises as `needed`."""
    release = emr.api.describe_cluster(ClusterId=cluster_id)["Cluster"].get("ReleaseLabel", "")
    pages = emr.api.get_paginator("list_instance_groups").paginate(ClusterId=cluster_id)
    groups = [group for page in pages for group in page["InstanceGroups"]]
    found = next((group for group in groups if group["InstanceGroupType"] == "CORE"), groups[0])
    return Nodes(release, found["InstanceType"], found["RequestedInstanceCount"])


def words(store: Bucket, shape: str, promised: executors.Shape, code_hash: str, weights: str) -> list[str]:
    """Write what the step is told on its command line."""
    sizes = [word for name, value in promised._asdict().items() for word in (f"--{name.replace('_', '-')}", str(value))]
    return ["--output", store.uri(CANARY.output(shape)), "--weights", weights, "--code-hash", code_hash, *sizes]
