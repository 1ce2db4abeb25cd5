"""How much of this machine a step may use: what the emulated instance groups have, capped to what is here."""

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from moto.ec2.models.instance_types import INSTANCE_TYPES

if TYPE_CHECKING:
    from orchard.emulator.emr.cluster import ManagedCluster

# YARN gets about three quarters of a node's memory (EMR Release Guide, "Task configuration": 12,288 of 16,384 MiB).
YARN_SHARE = 0.75
# In local mode one JVM is driver and executors at once, with the Python workers (about 0.75 GB each) beside it.
JVM_SHARE = 0.25
LEAST_HEAP = 512  # MiB; Spark refuses to start with less than 450
UNITS = {"k": 1 / 1024, "m": 1, "g": 1024, "t": 1024 * 1024, "": 1}


@dataclass(frozen=True)
class Resources:
    """Cores and JVM heap (MiB) of one step."""

    cores: int
    heap: int


def of(cluster: "ManagedCluster", requested: str | None = None) -> Resources:
    """Work out the share of one step in a cluster on this machine.

    Args:
        cluster: its core and task groups count, or the primary node where it is alone.
        requested: `--driver-memory`, honoured up to the cap.
    """
    groups = [unit for unit in cluster.units if unit.role != "MASTER"] or cluster.units
    cores = memory = 0
    for group in groups:
        kind = INSTANCE_TYPES.get(group.instance_type, INSTANCE_TYPES["m5.xlarge"])
        cores += kind["VCpuInfo"]["DefaultVCpus"] * group.num_instances
        memory += kind["MemoryInfo"]["SizeInMiB"] * group.num_instances
    at_a_time = max(1, cluster.step_concurrency_level)
    cap = int(min(memory * YARN_SHARE, machine_memory() * JVM_SHARE) / at_a_time)
    heap = min(mebibytes(requested), cap) if requested else cap
    return Resources(max(1, min(cores, machine_cores()) // at_a_time), max(LEAST_HEAP, heap))


def machine_cores() -> int:
    """Count the cores that this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def machine_memory() -> int:
    """Measure physical memory in MiB."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // (1 << 20)


def mebibytes(text: str) -> int:
    """Spark's memory strings (`512m`, `2g`, `1024`) in MiB; what Spark would not read counts as nothing asked."""
    found = re.fullmatch(r"(\d+)([kmgt]?)b?", text.strip().lower())
    return int(int(found.group(1)) * UNITS[found.group(2)]) if found else machine_memory()
