"""A cluster as YARN and Spark see it: the nodes that run containers, and what its configuration says of both."""

from typing import TYPE_CHECKING

from moto.ec2.models.instance_types import INSTANCE_TYPES

from orchard.emulator.outside import instance_types
from orchard.emulator.steps.placement import Scheduler
from orchard.emulator.steps.yarn_request import Container

if TYPE_CHECKING:
    from orchard.emulator.emr.cluster import ManagedCluster

# YARN gets about three quarters of a node's memory (EMR Release Guide, "Task configuration": 12,288 of 16,384 MiB).
YARN_SHARE = 0.75
CALCULATOR = "yarn.scheduler.capacity.resource-calculator"
MASTERS = "yarn.scheduler.capacity.maximum-am-resource-percent"


def scheduler(cluster: "ManagedCluster") -> Scheduler:
    """Describe the cluster's YARN: its core and task nodes run containers, or the primary node where it is alone."""
    told = classification(cluster, "capacity-scheduler")
    units = [unit for unit in cluster.units if unit.role != "MASTER"] or cluster.units
    return Scheduler(
        nodes=tuple(_node(unit.instance_type) for unit in units for _ in range(unit.num_instances)),
        master_share=float(told.get(MASTERS, 0.1)),
        cores_count=told.get(CALCULATOR, "").endswith("DominantResourceCalculator"),
        at_a_time=max(1, cluster.step_concurrency_level),
    )


def of_livy(cluster: "ManagedCluster") -> dict[str, str]:
    """Say where the driver of a session of Livy runs, which its cluster alone decides."""
    return {"spark.submit.deployMode": classification(cluster, "livy-conf").get("livy.spark.deploy-mode", "client")}


def spark_defaults(cluster: "ManagedCluster") -> dict[str, str]:
    """Read what the cluster's configuration says of Spark."""
    return classification(cluster, "spark-defaults")


def classification(cluster: "ManagedCluster", name: str) -> dict[str, str]:
    """Return the properties of a classification in the cluster's configuration; none where it is not there."""
    found: dict[str, str] = {}
    for entry in cluster.configurations or []:
        if entry.get("Classification") == name:
            found |= entry.get("Properties") or {}
    return found


def _node(instance_type: str) -> Container:
    """Say what YARN hands out on a node of a type, as the Terraform has it, else by the share that EMR gives."""
    if known := instance_types().get(instance_type):
        return Container(known["yarn_mib"], known["vcpus"])
    kind = INSTANCE_TYPES.get(instance_type, INSTANCE_TYPES["m5.xlarge"])
    return Container(int(kind["MemoryInfo"]["SizeInMiB"] * YARN_SHARE), kind["VCpuInfo"]["DefaultVCpus"])
