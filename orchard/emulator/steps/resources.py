"""How much of this machine a step may use: what the emulated instance groups have, capped to what is here."""

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from moto.ec2.models.instance_types import INSTANCE_TYPES

from orchard.emulator.steps.memory import LEAST_HEAP
from orchard.emulator.steps.yarn_cluster import YARN_SHARE

if TYPE_CHECKING:
    from orchard.emulator.emr.cluster import ManagedCluster

# In local mode one JVM is driver and executors at once, with the Python workers (about 0.75 GB each) beside it.
JVM_SHARE = 0.25


@dataclass(frozen=True)
class Resources:
    """Cores and JVM heap (MiB) of one step."""

    cores: int
    heap: int


def of(cluster: "ManagedCluster") -> Resources:
    """Work out the share of one step in a cluster on this machine.

    Its core and task nodes count, or the primary node where it is alone.
    """
    groups = [unit for unit in cluster.units if unit.role != "MASTER"] or cluster.units
    cores = memory = 0
    for group in groups:
        kind = INSTANCE_TYPES.get(group.instance_type, INSTANCE_TYPES["m5.xlarge"])
        cores += kind["VCpuInfo"]["DefaultVCpus"] * group.num_instances
        memory += kind["MemoryInfo"]["SizeInMiB"] * group.num_instances
    at_a_time = max(1, cluster.step_concurrency_level)
    cap = int(min(memory * YARN_SHARE, machine_memory() * JVM_SHARE) / at_a_time)
    return Resources(max(1, min(cores, machine_cores()) // at_a_time), max(LEAST_HEAP, cap))


def machine_cores() -> int:
    """Count the cores that this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def machine_memory() -> int:
    """Measure physical memory in MiB."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // (1 << 20)
