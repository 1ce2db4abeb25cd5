"""What a Spark application asks of YARN, worked out from its settings as Spark does.

Sources: Spark 3.5, "Running Spark on YARN" and "Configuration" (memory and overhead), and
org.apache.spark.deploy.yarn.Client for the words of its refusal. What EMR itself writes into spark-defaults for an
instance type is not modelled: what a cluster's configuration does not say is as in Spark.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

LEAST_OVERHEAD = 384  # MiB
FACTOR = 0.1
UNITS = {"k": 1 / 1024, "m": 1, "g": 1024, "t": 1024 * 1024}


class Container(NamedTuple):
    """A container, or the room that there is for some: MiB and virtual cores."""

    mib: int
    vcores: int


class Request(NamedTuple):
    """What an application asks for.

    Attributes:
        mode: `client` or `cluster`, which says where its driver runs.
        master: the application master; in cluster mode the driver is in it.
        executor: each of its executors.
        executors: how many at most; None for as many as there is room for.
        refusal: what Spark's client says where that is more than any node has; else empty.
    """

    mode: str
    master: Container
    executor: Container
    executors: int | None
    refusal: str


def of(settings: Mapping[str, str], largest: int) -> Request:
    """Read a request from Spark's settings.

    Args:
        settings: the cluster's spark-defaults, with what the application was submitted with over them.
        largest: the MiB of YARN's largest container; on EMR all that a node has.
    """
    mode = settings.get("spark.submit.deployMode", "client")
    driver = "spark.driver" if mode == "cluster" else "spark.yarn.am"
    heap = mib(settings.get(f"{driver}.memory", "1g" if mode == "cluster" else "512m"))
    beside = _overhead(settings, driver, heap)
    executor_heap = mib(settings.get("spark.executor.memory", "1g"))
    executor_beside = _overhead(settings, "spark.executor", executor_heap)
    python = mib(settings.get("spark.executor.pyspark.memory", "0"))
    whole = executor_heap + executor_beside + python
    refusal = ""
    if whole > largest:
        refusal = (
            f"Required executor memory ({executor_heap} MB), offHeap memory (0) MB, overhead ({executor_beside} MB), "
            f"and PySpark memory ({python} MB) is above the max threshold ({largest} MB) of this cluster! Please check "
            "the values of 'yarn.scheduler.maximum-allocation-mb' and/or 'yarn.nodemanager.resource.memory-mb'."
        )
    elif heap + beside > largest:
        refusal = (
            f"Required AM memory ({heap}+{beside} MB) is above the max threshold ({largest} MB) of this cluster! "
            "Please check the values of 'yarn.scheduler.maximum-allocation-mb' and/or "
            "'yarn.nodemanager.resource.memory-mb'."
        )
    cores = settings.get("spark.driver.cores" if mode == "cluster" else "spark.yarn.am.cores", "1")
    return Request(
        mode,
        Container(heap + beside, int(cores)),
        Container(whole, int(settings.get("spark.executor.cores", "1"))),
        _executors(settings),
        refusal,
    )


def mib(text: str) -> int:
    """Read a size as Spark's memory settings have it; without a unit it is MiB."""
    found = re.fullmatch(r"(\d+)([kmgt]?)b?", text.strip().lower())
    return int(int(found.group(1)) * UNITS[found.group(2) or "m"]) if found else 0


def _overhead(settings: Mapping[str, str], of: str, heap: int) -> int:
    if said := settings.get(f"{of}.memoryOverhead"):
        return mib(said)
    factor = float(settings.get(f"{of}.memoryOverheadFactor", FACTOR))
    return max(int(heap * factor), LEAST_OVERHEAD)


def _executors(settings: Mapping[str, str]) -> int | None:
    # On since EMR 4.4.0 unless it is said otherwise (EMR Release Guide, "Configure Spark").
    if settings.get("spark.dynamicAllocation.enabled", "true") == "true":
        most = settings.get("spark.dynamicAllocation.maxExecutors", "infinity")
        return int(most) if most.isdigit() else None
    return int(settings.get("spark.executor.instances", "2"))
