"""What a features run's bookkeeping takes of its driver, and how long: everything of a run but the features.

    .venv/bin/python benchmarks/bench_bookkeeping.py [--photographs 1000000] [--heap 1g] [--single] [--rejected 0.001]

Photographs are names in packed shards, with a byte of content; the featurizer gives a number for each, and rejects
some. All else is the job itself: it is run, then once more with a third of its part files lost, then a sample is taken.
Spark runs as on a cluster, the driver a process of its own (local-cluster), so that what is measured is the driver's.
The figures to quote are the peaks of resident memory, of Python and of the JVM; the heap is given, and enough of it is
one with which the run ends. With `--photographs 1000000 --shard 64 --task 50` it has as many shards, tasks and part
files to keep as with 100 million photographs of 5 kB.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "spark")]
os.environ["PYTHONPATH"] = str(ROOT / "spark")
os.environ["PYSPARK_PYTHON"] = sys.executable

import numpy as np  # noqa: E402
import pyarrow as pa  # noqa: E402
import pyarrow.compute as pc  # noqa: E402
import pyarrow.parquet as pq  # noqa: E402
import pyspark  # noqa: E402
from pyspark.sql import DataFrame, SparkSession  # noqa: E402

from fruits import dataset, feature_run, job, tasks  # noqa: E402
from orchard.machine.java import find_java  # noqa: E402

CLASSES = 131
A_SHARD = 6_400  # photographs of 5 kB in 32 MiB


class Stub:
    """Stands for the featurizer: one number a photograph, and a share of them rejected."""

    rejected = 0.0

    def __init__(self, **_: object) -> None:
        """Take what the featurizer takes."""

    def transform(self, images: DataFrame) -> DataFrame:
        """Give each photograph a number or a reason."""
        bad = f"pmod(xxhash64(path), 1000000) < {round(1_000_000 * self.rejected)}"
        reason = f"if({bad}, 'not a JPEG or PNG image', null) as reason"
        return images.selectExpr("path", "label", "array(float(length(content))) as features", reason)

    def pace(self, cores: int) -> None:
        """Nothing is told of how fast it is."""

    def release(self) -> None:
        """Nothing is held."""


def pack(home: Path, photographs: int, a_shard: int) -> None:
    """Write the shards and their manifest, as an upload does."""
    shards, random = [], np.random.default_rng(0)  # names that compress as little as those of cameras do
    for number in range(CLASSES):
        folder = home / "Training" / f"class {number:03}"
        folder.mkdir(parents=True)
        count = photographs // CLASSES + (number < photographs % CLASSES)
        for first in range(0, count, a_shard):
            images = min(a_shard, count - first)
            parts = np.arange(first, first + images), random.integers(10**17, 10**18, images)
            texts = [pa.array(part).cast(pa.string()) for part in parts]
            names = pc.binary_join_element_wise(f"Training/{folder.name}/", *texts, ".jpg", "")
            columns = [names, pa.repeat(folder.name, images), pa.repeat(b"x", images)]
            file = folder / f"part-{first // a_shard:05}.parquet"
            pq.write_table(pa.table(columns, ["path", "label", "content"]), file, compression="zstd")
            name = f"{folder.name}/{file.name}"
            shards.append({"file": name, "size": file.stat().st_size, "sha256": "0" * 64, "images": images})
    manifest = {"photographs": photographs, "size": photographs, "ignored": {}, "shards": shards}
    (home / "Training" / "manifest.json").write_text(json.dumps(manifest))


def scatter(home: Path, photographs: int) -> None:
    """Write the same as single files."""
    for number in range(CLASSES):
        folder = home / "Training" / f"class {number:03}"
        folder.mkdir(parents=True)
        for image in range(photographs // CLASSES + (number < photographs % CLASSES)):
            (folder / f"photograph {image + 10**9}.jpg").write_bytes(b"x")


def peaks(spark: SparkSession) -> dict[str, int]:
    """Return the most memory that the driver's two processes have had, MB, and begin to measure anew."""
    jvm = spark.sparkContext._jvm.java.lang.ProcessHandle.current().pid()
    found = {}
    for name, process in (("python", os.getpid()), ("jvm", jvm)):
        status = dict(line.split(":\t", 1) for line in Path(f"/proc/{process}/status").read_text().splitlines())
        found[name] = int(status["VmHWM"].split()[0]) // 1000
        Path(f"/proc/{process}/clear_refs").write_text("5")
    return found


def live(spark: SparkSession) -> dict[str, int]:
    """Return what of the driver's heap is in use after a collection, MB."""
    spark.sparkContext._jvm.System.gc()
    runtime = spark.sparkContext._jvm.java.lang.Runtime.getRuntime()
    return {"live": (runtime.totalMemory() - runtime.freeMemory()) // 1_000_000}


def work_done(spark: SparkSession) -> dict[str, int]:
    """Return how many tasks the executors have ended, the MB that they have written for each other, and files read."""
    listed = spark.sparkContext._jsc.sc().statusStore().executorList(False)
    executors = [listed.apply(number) for number in range(listed.size())]
    shuffled = sum(executor.totalShuffleWrite() for executor in executors) // 1_000_000
    store = spark._jsparkSession.sharedState().statusStore()
    executions = store.executionsList()
    opened = sum(files_read(store, executions.apply(number)) for number in range(executions.size()))
    return {
        "tasks": sum(executor.completedTasks() for executor in executors),
        "shuffled": shuffled,
        "opened": opened,
    }


def files_read(store: Any, execution: Any) -> int:
    """Return how many files a query has opened, each as often as the query reads it."""
    metrics, values = execution.metrics(), store.executionMetrics(execution.executionId())
    known = [metrics.apply(number) for number in range(metrics.size())]
    ids = {one.accumulatorId() for one in known if one.name() == "number of files read"}
    return sum(int(values.getOrElse(one, None).replace(",", "")) for one in ids if values.contains(one))


def measured(spark: SparkSession, what: str, work: Any) -> None:
    """Do something, and print a line about it."""
    peaks(spark)
    before, started = work_done(spark), time.monotonic()
    told = work()
    seconds = round(time.monotonic() - started, 1)
    more = {name: value - before[name] for name, value in work_done(spark).items()}
    print(json.dumps({"what": what, "seconds": seconds, **peaks(spark), **live(spark), **more, **told}), flush=True)


def main() -> None:
    """Measure and print a line for each of: the run, the same resumed, a sample."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photographs", type=int, default=1_000_000)
    parser.add_argument("--shard", type=int, default=A_SHARD, help="photographs in a shard")
    parser.add_argument("--task", type=int, default=tasks.IMAGES_PER_TASK, help="photographs in a task")
    parser.add_argument("--heap", default="1g", help="of the driver's JVM")
    parser.add_argument("--single", action="store_true", help="single files instead of shards")
    parser.add_argument("--rejected", type=float, default=0.001, help="share of the photographs")
    options = parser.parse_args()
    os.environ["JAVA_HOME"], os.environ["SPARK_HOME"] = str(find_java()), str(Path(pyspark.__file__).parent)
    Stub.rejected, tasks.IMAGES_PER_TASK = options.rejected, options.task
    feature_run.ImageFeaturizer = Stub
    with tempfile.TemporaryDirectory() as folder:
        home, output = Path(folder, "set"), Path(folder, "features", "r")
        scatter(home, options.photographs) if options.single else pack(home, options.photographs, options.shard)
        builder = SparkSession.builder.master("local-cluster[1,2,3072]").config("spark.driver.memory", options.heap)
        builder = builder.config("spark.executor.memory", "3g").config("spark.local.dir", folder)
        for name, value in job.SETTINGS.items():
            builder = builder.config(name, value)
        spark = builder.getOrCreate()
        spark.sparkContext.setLogLevel("ERROR")

        def run() -> dict[str, Any]:
            chosen = feature_run.Options(str(home), str(output), "full", max_error_rate=1.0)
            told = feature_run.run(spark, chosen)
            return {"counts": told["counts"], "parts": len(told["parts"]), "timings": told["attempts"][-1]["timings"]}

        def sample() -> dict[str, Any]:
            return {"sample": dataset.select(spark, str(home), "mini", "Training", 1000).count}

        measured(spark, "run", run)
        (output / "_manifest.json").unlink()
        for part in sorted(output.glob("part-*.parquet"))[::3]:
            part.unlink()
        measured(spark, "resumed", run)
        measured(spark, "sample", sample)
        shutil.rmtree(output)
        spark.stop()


if __name__ == "__main__":
    main()
