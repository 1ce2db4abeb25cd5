"""Into how many tasks and batches Spark divides the reading of photographs."""

from pyspark.sql import SparkSession

# Images a task: few enough that all cores end at about the same time and little is lost when a run is cut off,
# enough that a task's own cost (0.1 s) does not show. At 100 images/s a core, 512 take 5 s.
IMAGES_PER_TASK = 512
TASKS_PER_CORE = 4
# Beyond this many, tasks grow: each is a part file that the driver lists, and some kilobytes in its Spark.
MOST_TASKS = 20_000
BYTES_PER_TASK = 256 << 20  # as many photographs of 12 megapixels as take ten seconds
# What a file counts for, beside its bytes, when Spark packs files into tasks; its default (4 MiB) would make
# a task of every 32 images.
OPEN_COST = 65_536
# Photographs a batch that Python is given. One is never larger than a photograph, however much the sizes differ within
# a task: 512 of 4.3 MB, which phones take, are more than an Arrow batch can hold (2 GiB). It costs 45 us of processor
# time a photograph, one percent of what its features take.
BATCH = 1


def divide(reader: SparkSession, images: int, average: int) -> None:
    """Divide what a session reads; it must be nobody else's (`job.own`).

    Args:
        reader: the session.
        images: how many it reads.
        average: bytes that an image counts for: its own, and its share of OPEN_COST for each file.
    """
    cores = reader.sparkContext.defaultParallelism
    most = max(IMAGES_PER_TASK, images // MOST_TASKS)
    per_task = max(1, min(most, -(-images // (cores * TASKS_PER_CORE))))
    reader.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", BATCH)
    reader.conf.set("spark.sql.files.openCostInBytes", OPEN_COST)
    reader.conf.set("spark.sql.files.maxPartitionBytes", min(BYTES_PER_TASK, per_task * average))
