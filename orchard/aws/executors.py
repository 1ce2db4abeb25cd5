"""What Spark gets on a cluster's nodes: executors that fill them, and application masters beside them.

`terraform/modules/cluster/executors.tf` works out the same for the cluster's settings; a test compares the two.
"""

from typing import NamedTuple

from orchard.base.instance_types import instance_types

CORES = 4  # of an executor
MASTER_MIB = 896  # a client-mode application master: 512 (spark.yarn.am.memory) and 384 of overhead
STEP_MIB = 32  # YARN rounds requests up to a multiple of it (Amazon EMR Release Guide, "Task configuration")
# For a Python worker; there is one for each core. Measured over 600 photographs: 259 MiB are resident with OpenVINO,
# and 857 with TensorFlow, of which it shares some 160 with the other workers.
WORKER_MIB = 760
JVM_MIB = 384  # that a JVM needs beside its heap and the workers: Spark's own minimum of spark.executor.memoryOverhead
OVERHEAD_PERCENT = 45  # of a container, where that is more


class Shape(NamedTuple):
    """The executors of a cluster.

    Attributes:
        executors: how many, on all nodes together.
        cores: of each: so many tasks at a time.
        heap_mib: `spark.executor.memory` of each.
        overhead_mib: `spark.executor.memoryOverhead` of each, for its Python workers.
    """

    executors: int
    cores: int
    heap_mib: int
    overhead_mib: int

    @property
    def tasks(self) -> int:
        """Count the tasks that run at a time, one a vCPU."""
        return self.executors * self.cores


def promised(instance_type: str, nodes: int) -> Shape:
    """Say which executors fit on so many core and task nodes, with the driver on the primary node.

    Args:
        instance_type: of the nodes; one of `instance_types.json`.
        nodes: core and task nodes, at least 1.

    Raises:
        KeyError: there are no figures for the type; the settings refuse it before.
    """
    kind = instance_types()[instance_type]
    cores = min(CORES, kind["vcpus"])
    a_node = kind["vcpus"] // cores
    masters = 2 if kind["memory_gib"] >= 4 * kind["vcpus"] else 1  # a run's and a notebook's, or only the one
    container = (kind["yarn_mib"] - masters * MASTER_MIB) // a_node // STEP_MIB * STEP_MIB
    overhead = max(container * OVERHEAD_PERCENT // 100, cores * WORKER_MIB + JVM_MIB)
    return Shape(nodes * a_node, cores, container - overhead, overhead)
