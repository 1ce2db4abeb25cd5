"""The executors that Spark has: how many, how many cores, and how long to wait for the first one."""

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from pyspark.sql import SparkSession

from fruits.errors import JobError

PATIENCE = 300.0  # seconds without an executor, or without a place in YARN, after which a job gives up


def cores(spark: SparkSession) -> int:
    """Count the cores of the executors that there are now; in local mode those of the driver, which is all of them."""
    listed = spark.sparkContext._jsc.sc().statusStore().executorList(True)
    return sum(listed.apply(number).totalCores() for number in range(listed.size()))


def count(spark: SparkSession) -> int:
    """Count the executors that there are now; in local mode one process stands for all that it was given room for."""
    context = spark.sparkContext
    if is_one_process(spark):
        return int(context.getConf().get("spark.executor.instances", "1"))
    return context._jsc.sc().getExecutorMemoryStatus().size() - 1  # the driver is among them


def is_one_process(spark: SparkSession) -> bool:
    """Whether Spark runs in local mode."""
    return spark.sparkContext.master.startswith("local[")


def nothing() -> JobError:
    """Say that YARN gives the job nothing to run on."""
    return JobError(
        f"the job has had no executor for {PATIENCE / 60:.0f} min: others hold the cluster, or its nodes are too small",
        "end other notebooks' sessions and steps (./inv cancel), or take more or larger nodes (core_count, "
        "instance_type) by ./inv up; then ./inv run --run-name NAME goes on",
    )


class Watch:
    """Notices when jobs have had no executor for too long.

    Attributes:
        cores: the most that there were.
        starved: whether that has happened.
    """

    def __init__(self, spark: SparkSession) -> None:
        self._spark = spark
        self._since: float | None = None
        self.cores, self.starved = 0, False

    def look(self) -> None:
        """Count the cores. An idle job may have none: Spark gives back what it does not use."""
        found = cores(self._spark)
        self.cores = max(self.cores, found)
        if found or not self._spark.sparkContext.statusTracker().getActiveJobsIds():
            self._since = None
            return
        self._since = self._since or time.monotonic()
        self.starved = time.monotonic() - self._since > PATIENCE


@contextmanager
def waited_for() -> Iterator[None]:
    """Give up when Spark does not start in time: in client mode it waits in YARN (ACCEPTED) without end.

    Ends the process, since nothing can interrupt the call that waits.
    """
    timer = threading.Timer(PATIENCE, _give_up)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _give_up() -> None:
    error = nothing()
    print(f"error: {error.cause}\nremedy: {error.remedy}", file=sys.stderr, flush=True)
    os._exit(error.exit_code)
