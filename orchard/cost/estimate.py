"""How long a run should take and what it should cost, from measured throughput; and what forgetting costs."""

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from orchard.aws.executors import promised
from orchard.aws.layout import JOBS
from orchard.base.config import Settings
from orchard.base.instance_types import instance_types
from orchard.base.language import marked
from orchard.cost import processors
from orchard.cost.parts import Parts
from orchard.cost.prices import Rates, of_requests
from orchard.cost.processors import Processor

MEASURED = Path(__file__).with_name("throughput.json")

# Fruits-360 2020.05.18: photographs in all, and in the classes Apple*.
PUBLISHED = {
    "Training": {"full": 67_692, "apples": 6_404},
    "Test": {"full": 22_688, "apples": 2_134},
}
PROGRESS_EVERY = 2  # seconds between two writes of a job's progress file
FILES = 4  # that a job writes, by vCPU
FORGOTTEN = {marked("an hour"): 1, marked("a day"): 24, marked("a week"): 168}  # hours


class Duration(NamedTuple):
    """An estimate, in seconds.

    Attributes:
        cluster_start: until the cluster is ready.
        jobs: of each job whose throughput is known.
        step_starts: of all steps, until they compute.
    """

    cluster_start: float
    jobs: dict[str, float]
    step_starts: float

    @property
    def steps(self) -> float:
        """How long the run takes on a cluster that is ready."""
        return sum(self.jobs.values()) + self.step_starts

    @property
    def total(self) -> float:
        """How long it takes from `up` to the end of the run."""
        return self.cluster_start + self.steps


@cache
def measured() -> dict[str, Any]:
    """Return the measured throughput, where it was measured, and what is assumed beside it."""
    return json.loads(MEASURED.read_text())


def unmeasured() -> list[str]:
    """Return the jobs whose throughput is not known, so that no estimate counts their time."""
    return [job for job in JOBS if job not in measured()]


def images(settings: Settings, counted: int | None = None) -> int:
    """Say how many photographs a run is about.

    Args:
        settings: `mode`, `split` and `max_images` count.
        counted: how many there are in the mode's classes; those of the published data set when None.
    """
    published = PUBLISHED[settings.split]
    if settings.mode == "mini":
        return min(settings.max_images, counted or published["full"])
    return published[settings.mode] if counted is None else counted


def vcpus_of(workers: Iterable[tuple[str, int]]) -> int:
    """Count the vCPUs that compute: those of the executors on core and task nodes (type and count).

    The driver is on the primary node. A node of a type without figures counts as four.
    """
    known = instance_types()
    return sum(promised(kind, count).tasks if kind in known else 4 * count for kind, count in workers)


def working_vcpus(settings: Settings) -> int:
    """Count the vCPUs that compute on the cluster that the settings describe; managed scaling may add to them."""
    return vcpus_of([(settings.instance_type, settings.core_count + settings.task_spot_count)])


def processor(settings: Settings) -> Processor:
    """Say what the nodes compute with."""
    return processors.find(measured()["processors"], settings.instance_type)


def spread(settings: Settings) -> dict[str, Any]:
    """Say between what the pace of the features may lie: as it was measured, or wider where the speed is a guess."""
    told = measured()
    return processors.spread(told["processors"], settings.instance_type) or told["features"]["spread"]


def duration(settings: Settings, count: int, pace: float = 1.0) -> Duration:
    """Estimate a run of `count` images on the cluster that the settings describe.

    Args:
        settings: the cluster's.
        count: how many.
        pace: of the features, in proportion to the rate that was measured (see `spread`).
    """
    throughput = measured()
    assumed, cores = throughput["assumptions"], working_vcpus(settings) * processor(settings).speed_of_vcpu
    rates = {job: throughput[job]["images_per_second_per_core"] * cores for job in JOBS if job in throughput}
    rates["features"] *= pace
    return Duration(
        cluster_start=60 * assumed["cluster_start_minutes"],
        jobs={job: count / rate for job, rate in rates.items()},
        step_starts=len(JOBS) * assumed["step_start_seconds"],
    )


def requests(count: int, seconds: float, vcpus: int) -> dict[str, int]:
    """Estimate a run's requests to S3.

    A photograph is looked up and read once. Each task writes a file, of the order of four a vCPU in each job; the
    progress file is replaced every two seconds, with a listing each time.
    """
    files = FILES * len(JOBS) * vcpus
    written = files + round(seconds / PROGRESS_EVERY)
    return {"GET": count + files, "HEAD": count + written, "PUT": written, "LIST": count // 1000 + written}


def run_cost(hourly: Parts, seconds: float, asked: dict[str, int], rates: Rates) -> Parts:
    """Price a run: the cluster for so many seconds, at least a minute of it, and its requests."""
    return hourly.over(max(seconds, 60) / 3600).plus(Parts(s3=of_requests(asked, rates.requests)))


class Forgotten(NamedTuple):
    """What a cluster costs that nobody takes down, in the table's currency.

    Attributes:
        idle: nothing runs on it: the idle time-out ends it.
        busy: something on it never ends: the hard limit ends it.
        unguarded: without guards.
    """

    idle: float
    busy: float
    unguarded: float


def forgotten(hourly: Parts, hours: float, idle_seconds: float, lifetime_hours: float) -> Forgotten:
    """Price a cluster that is left alone for so many hours after it has started.

    Args:
        hourly: its price by the hour.
        hours: until somebody looks.
        idle_seconds: the idle time-out; it counts from the moment the cluster is ready.
        lifetime_hours: the hard limit, from its creation.
    """
    start = measured()["assumptions"]["cluster_start_minutes"] / 60
    idle = min(hours, start + idle_seconds / 3600, lifetime_hours)
    return Forgotten(*(hourly.over(lived).total for lived in (idle, min(hours, lifetime_hours), hours)))
