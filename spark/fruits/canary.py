"""A canary, as the step canary.py sends it: whether a cluster has what a run needs, found out in a minute.

Writes <output>/photograph/*.parquet  the features of a photograph whose features are known
       <output>/_manifest.json        what was found, written last: there is one where nothing is amiss
"""

import importlib
import json
import os
import platform
import re
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import pyarrow as pa
from pyspark.sql import SparkSession

from fruits import environment, executors, hadoop, job, known, manifest, weights
from fruits.attempt import attempt
from fruits.errors import JobError

WAIT = 60.0  # seconds that executors may take to come
ROUNDS = 3  # of a task for each core, until each executor has had one
AMISS = "mend that, then run again: the canary is sent again first"
NOT_INSTALLED = (
    f"./inv logs --step bootstrap tells what the nodes installed, and spark/requirements.in what is needed; {AMISS}"
)
# Which of Spark's and Hadoop's settings are noted, and which of these are secrets (spark.redaction.regex's default).
NOTED = re.compile(
    r"spark\.(master|submit\.deployMode|default\.parallelism|dynamicAllocation\..*|python\..*|pyspark\..*|"
    r"(executor|driver|yarn\.am)\.(cores|memory.*|instances)|yarn\.maxAppAttempts|sql\.sources\.commitProtocolClass)"
)
NOTED_OF_HADOOP = ("fs.s3.impl", "fs.s3a.committer.name", "mapreduce.fileoutputcommitter.algorithm.version")
SECRET = re.compile(r"(?i)secret|password|token|access[.]?key")


@dataclass(frozen=True)
class Options:
    """What a canary is told.

    Attributes:
        output: the directory (any URI) of the cluster's shape.
        weights: a weights file (any URI); found or fetched when empty.
        executors: how many the cluster has room for, at least.
        cores: of each.
        heap_mib: `spark.executor.memory` of each.
        overhead_mib: `spark.executor.memoryOverhead` of each.
        code_hash: noted in the manifest.
    """

    output: str
    weights: str = ""
    executors: int = 1
    cores: int = 0
    heap_mib: int = 0
    overhead_mib: int = 0
    code_hash: str = ""


def run(spark: SparkSession, options: Options) -> dict[str, Any]:
    """Try what a run needs, part by part.

    Returns:
        the manifest; that of the earlier canary where one has come back already.

    Raises:
        JobError: the first thing that is amiss.
    """
    spark, output = job.own(spark), options.output.rstrip("/")
    if before := manifest.complete(spark, output, {}):
        return before
    with attempt(spark, output, "canary", {}) as this:
        progress = this.progress
        with progress.phase("executors"):
            count = _await_executors(spark, options.executors)
        with progress.phase("packages"):
            versions, warnings = _imports(spark, count)
        with progress.phase("storage"):
            _storage(spark, output)
        with progress.phase("features"):
            difference = _features(spark, options.weights, f"{output}/photograph")
        settings = _settings(spark)
        written = manifest.write(
            spark,
            output,
            progress,
            {
                "job": "canary",
                "run": output.rsplit("/", 1)[-1],
                "promised": {name: value for name, value in asdict(options).items() if isinstance(value, int)},
                "executors": count,
                "packages": versions,
                "difference": difference,
                "settings": settings,
                "warnings": [*warnings, *_others(settings, options)],
                "code": options.code_hash,
                "weights": weights.DIGEST,
            },
        )
    for warning in written["warnings"]:
        print(f"warning: {warning}")
    print(f"{_counted(count)}, {len(versions)} packages, features within {difference:.1g} -> {output}")
    return written


def _await_executors(spark: SparkSession, promised: int) -> int:
    """Count the executors, as soon as all that there is room for have come."""
    deadline = time.monotonic() + WAIT
    while (found := executors.count(spark)) < promised and time.monotonic() < deadline:
        time.sleep(1)
    if found < promised:
        raise JobError(
            f"Spark has {_counted(found)} after {WAIT:.0f} s, and these nodes have room for {promised}",
            "see that all nodes are there, and that nothing else takes their memory, such as a notebook's session "
            f"(./inv status); {AMISS}",
        )
    return found


def _counted(count: int) -> str:
    return f"{count} executor{'s' * (count != 1)}"


def _imports(spark: SparkSession, count: int) -> tuple[dict[str, str | None], list[str]]:
    """Import the packages in a task for each core, until each executor has had one.

    Returns:
        the driver's versions, which are the workers' too, and a warning where an executor has had no task.
    """
    modules = environment.modules_here()
    here = dict(environment.versions(modules))
    cores, expected = spark.sparkContext.defaultParallelism, 1 if executors.is_one_process(spark) else count
    work, seen = partial(_import_all, modules=modules), set[str]()
    for _ in range(ROUNDS):
        try:
            rows = spark.range(cores, numPartitions=cores).mapInArrow(work, "worker string").collect()
        except Exception as error:
            if lacking := re.search(r"No module named '([\w.]+)'", str(error)):  # so that not even this code is loaded
                raise JobError(f"the workers cannot import {lacking[1]}", NOT_INSTALLED) from error
            raise
        for row in rows:
            worker = json.loads(row.worker)
            _compare(here, worker)
            seen.add(worker["executor"])
        if len(seen) >= expected:
            return here, []
    return here, [f"only {len(seen)} of {expected} executors were given a task to import the packages in"]


def _import_all(batches: Iterator[pa.RecordBatch], modules: tuple[str, ...]) -> Iterator[pa.RecordBatch]:
    """Say in a worker what it can import: versions, and what went wrong, by module."""
    for _ in batches:
        errors = {}
        for name in modules:
            try:
                importlib.import_module(name)
            except Exception as error:  # a broken library may raise anything
                errors[name] = f"{type(error).__name__}: {error}"
        told = {
            "node": platform.node(),
            "executor": f"{platform.node()} {os.getppid()}",  # one process there forks all its workers
            "versions": dict(environment.versions(modules)),
            "errors": errors,
        }
        yield pa.RecordBatch.from_arrays([pa.array([json.dumps(told)])], ["worker"])


def _compare(here: dict[str, str | None], worker: dict[str, Any]) -> None:
    for name, error in worker["errors"].items():
        raise JobError(f"a worker on {worker['node']} cannot import {name}: {error}", NOT_INSTALLED)
    for name, version in here.items():
        if (there := worker["versions"][name]) != version:
            raise JobError(f"the driver has {name} {version}, a worker on {worker['node']} {there}", NOT_INSTALLED)


def _storage(spark: SparkSession, output: str) -> None:
    """Write, replace, read and delete a small object."""
    uri, texts = f"{output}/object.txt", ("written", "replaced")
    remedy = f"./inv up --only foundation puts back what the nodes may do there; {AMISS}"
    try:
        for text in texts:
            hadoop.write_text(spark, uri, text)
        found = hadoop.read_bytes(spark, uri).decode()
        hadoop.delete(spark, uri)
    except Exception as error:  # a denial to delete is Hadoop's own exception
        raise JobError(f"the nodes cannot work in the bucket: {job.failure(error).cause}", remedy) from error
    if found != texts[-1] or hadoop.exists(spark, uri):
        raise JobError(f"{uri} was replaced and deleted, and still reads {found!r}", remedy)


def _features(spark: SparkSession, source: str, place: str) -> float:
    """Featurise the known photograph; returns the largest difference from its features."""
    found = known.compare(spark, source, place)
    if not found.same:
        raise JobError(
            f"the features of a known photograph are off by {found.difference:.2g} (cosine {found.cosine:.6f})",
            "these nodes compute otherwise: compare their packages with spark/requirements.lock, or take another "
            f"instance_type; {AMISS}",
        )
    return found.difference


def _settings(spark: SparkSession) -> dict[str, str]:
    """Return the settings that are in force, as far as they decide how a run goes; no secrets."""
    hadoop_settings = spark.sparkContext._jsc.hadoopConfiguration()
    told = {name: value for name, value in spark.sparkContext.getConf().getAll() if NOTED.fullmatch(name)}
    told |= {name: value for name in NOTED_OF_HADOOP if (value := hadoop_settings.get(name))}
    return {name: told[name] for name in sorted(told) if not SECRET.search(name)}


def _others(settings: dict[str, str], options: Options) -> list[str]:
    """Say which sizes of executors are others than promised: somebody's settings win over the cluster's."""
    promised = {
        "spark.executor.cores": str(options.cores or ""),
        "spark.executor.memory": f"{options.heap_mib}m" if options.heap_mib else "",
        "spark.executor.memoryOverhead": f"{options.overhead_mib}m" if options.overhead_mib else "",
    }
    return [
        f"{name} is {settings.get(name, 'not set')}, not {value}"
        for name, value in promised.items()
        if value and settings.get(name, "").lower() != value
    ]
