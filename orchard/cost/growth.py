"""How a run of packed photographs grows with their number, and what ends first: arithmetic on what was measured.

`throughput.json` holds the rates under `growth` and says which are measured and which assumed; a test compares what
follows from them with the points in benchmarks/measured.json.
"""

from math import ceil
from typing import NamedTuple

from orchard.base.config import Settings
from orchard.base.instance_types import instance_types
from orchard.base.language import marked, tr
from orchard.cost import estimate, parts
from orchard.cost.parts import Parts
from orchard.cost.prices import Rates

COUNTS = (67_692, 1_000_000, 100_000_000)
PHOTOGRAPH = 5_000  # bytes, in Fruits-360
CLASSES = 131  # in Fruits-360; each has a shard that is not full
SHARD = 32 << 20  # bytes, as orchard/photographs/packed.py has it
COLUMNS = 1280  # features
MOST_TASKS, IMAGES_PER_TASK = 20_000, 512  # as spark/fruits/tasks.py has them
PATIENCE = 600  # seconds that a task may take, as spark/fruits/hung.py has it
FAN_IN = 8  # as spark/fruits/decomposition.py has it
OPEN = 4  # requests to look up a Parquet file and read what is wanted of it: 1,000 for 260 shards, counted
READINGS = 4  # of a shard (content, names) and of a part file, by the features where some are rejected; counted
PCA_READINGS = 3  # of a part file
DATA_DISK = 64 << 30  # bytes of a node's data disk, as terraform/modules/cluster has it
OWN_MACHINE = 8 << 30  # bytes of memory that the user's machine has for an upload or a report; assumed


class Growth(NamedTuple):
    """A run of so many photographs.

    Attributes:
        photographs: packed ones.
        core_hours: of computing, both jobs.
        hours: on this cluster, its start included.
        requests: to S3, by name.
        names_shuffled: bytes; the names are compared with those in the part files.
        pca_shuffled: bytes of partial sums, however many photographs there are.
        driver: bytes of memory that the driver keeps, Python's included.
        cost: of the cluster and the requests; None where the cluster has no price.
    """

    photographs: int
    core_hours: float
    hours: float
    requests: dict[str, int]
    names_shuffled: float
    pca_shuffled: float
    driver: float
    cost: Parts | None


def predict(count: int, settings: Settings, rates: Rates) -> Growth:
    """Predict a run on the cluster that the settings describe."""
    vcpus = estimate.working_vcpus(settings)
    lasts = estimate.duration(settings, count)
    shards = CLASSES + count * PHOTOGRAPH // SHARD
    files = min(MOST_TASKS, ceil(count / IMAGES_PER_TASK))
    asked = requests(shards, files, lasts.steps)
    hourly = parts.per_hour(parts.nodes_of(settings), rates, nat=settings.network == "private")
    return Growth(
        photographs=count,
        core_hours=sum(lasts.jobs.values()) * vcpus * estimate.processor(settings).vcpu_share_of_core / 3600,
        hours=lasts.total / 3600,
        requests=asked,
        names_shuffled=names_shuffled(count),
        pca_shuffled=pca_shuffled(vcpus),
        driver=driver(shards, files),
        cost=hourly and estimate.run_cost(hourly, lasts.total, asked, rates),
    )


def opened(shards: int, files: int, again: int) -> int:
    """Count the files that the features open, each as often as it is read.

    Args:
        shards: of the photographs.
        files: the part files written.
        again: shards that hold a rejected photograph, and so are read once more.
    """
    return READINGS * (shards + files) + again


def requests(shards: int, files: int, seconds: float) -> dict[str, int]:
    """Count the requests of both jobs, with a rejected photograph in each shard: files opened and written, progress."""
    opening = opened(shards, files, shards) + PCA_READINGS * files
    progress = round(seconds / estimate.PROGRESS_EVERY)
    return {
        "GET": opening * (OPEN - 1),
        "HEAD": opening + progress,
        "PUT": 2 * files + progress,
        "LIST": opening // 1000 + progress,
    }


def names_shuffled(count: int) -> float:
    """Count the bytes of names that workers pass on to each other."""
    return count * estimate.measured()["growth"]["shuffle_bytes_per_photograph"]


def pca_shuffled(tasks: int) -> float:
    """Count the bytes of partial sums that the PCA passes on: a float64 matrix a task, merged in a tree."""
    matrices, width = 0, tasks
    while width > FAN_IN:
        matrices += width
        width = ceil(width / FAN_IN)
    return matrices * 8 * (COLUMNS + 1) * COLUMNS


def driver(shards: int, files: int) -> float:
    """Say how many bytes the driver keeps: Spark and Python as they are, and something for each shard and part file."""
    known = estimate.measured()["growth"]["driver"]
    return known["bytes"] + shards * known["bytes_per_shard"] + files * known["bytes_per_file"]


def limits(settings: Settings) -> dict[str, float]:
    """Say how many photographs each thing is enough for, the least first."""
    told = estimate.measured()["growth"]
    million = estimate.duration(settings, 1_000_000).jobs
    a_vcpu = 1_000_000 / million["features"] / estimate.working_vcpus(settings)
    heap = min(8192, instance_types()[settings.instance_type]["memory_gib"] * 256) << 20  # as executors.tf has it
    _shuffled, _shard = told["shuffle_bytes_per_photograph"], told["driver"]["bytes_per_shard"]
    scores = 8 * (settings.k if settings.k >= 1 else COLUMNS) + 100  # bytes a photograph, its name among them
    found = {
        marked("the memory of the machine that uploads"): OWN_MACHINE / told["upload_bytes_per_photograph"],
        marked("the memory of the machine that makes the report"): OWN_MACHINE / scores,
        "`max_lifetime`": settings.max_lifetime * 3600 / sum(million.values()) * 1_000_000,
        marked("the ten minutes that a task may take"): PATIENCE * a_vcpu * MOST_TASKS,
        marked("the disks that names are shuffled on"): settings.core_count
        * DATA_DISK
        / told["shuffle_bytes_per_photograph"],
        marked("the driver's heap"): (heap - driver(0, MOST_TASKS))
        / told["driver"]["bytes_per_shard"]
        * (SHARD / PHOTOGRAPH),
    }
    return dict(sorted(found.items(), key=lambda pair: pair[1]))


def warning(count: int, settings: Settings) -> str:
    """Say which things are not enough for so many photographs; empty where all are."""
    short = [tr(f"{tr(what)} (enough for {most:,.0f})") for what, most in limits(settings).items() if most < count]
    return tr(f"Too little for {count:,} photographs: {', '.join(short)}.") if short else ""
