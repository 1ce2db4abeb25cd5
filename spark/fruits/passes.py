"""The passes of a features run over its photographs. Names stay with Spark: of many millions the driver holds none.

What has no features after the first pass is rejected, or has gone, or was spoilt by another attempt's files. A second
pass looks at that alone. To carry the rejected through the first pass would bring their names to the driver.
"""

import json

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.functions import from_json

from fruits import dataset, hadoop, job, parts
from fruits.dataset import Selection
from fruits.featurizer import ImageFeaturizer
from fruits.pace import Pace
from fruits.progress import Progress

ERRORS, REJECTED = "_errors", "path string, reason string"
AGAIN = "_again"  # the second pass, until it is sorted into features and errors


def over(
    selection: Selection, done: dict[str, int], featurizer: ImageFeaturizer, progress: Progress, output: str
) -> tuple[dict[str, int], Pace | None]:
    """Featurise what is not done yet, and write which images are rejected.

    Args:
        selection: the photographs.
        done: rows by part file, of what an earlier attempt has done.
        featurizer: gives reasons in the column `reason`.
        progress: of the job.
        output: the run's directory.

    Returns:
        rows by part file, of all that is done now; and how fast the first pass was, None where nothing was left to do.

    Raises:
        JobError: another attempt has taken over.
    """
    spark, pace = selection.photographs.spark, None
    if sum(done.values()) < selection.count:
        left = _left(spark, selection, output, done) if done else None
        _append(featurizer.transform(dataset.read(spark, selection, left)), output)
        pace = featurizer.pace(progress.cores)
        done = _settled(spark, selection, progress, output)
    known: dict[str, str] = {}
    if sum(done.values()) < selection.count:
        left = _left(spark, selection, output, done)
        known = selection.photographs.why_unread(left)
    rejected = _table(spark, known)
    if sum(done.values()) + len(known) < selection.count:
        again = featurizer.transform(dataset.read(spark, selection, _without(left, rejected)))
        again.write.mode("overwrite").parquet(f"{output}/{AGAIN}")
        rows = spark.read.schema(again.schema).parquet(f"{output}/{AGAIN}")
        _append(rows, output)
        rejected = rejected.union(rows.where("reason is not null").select("path", "reason"))
        done = _settled(spark, selection, progress, output)
    rejected.coalesce(1).sortWithinPartitions("path").write.mode("overwrite").parquet(f"{output}/{ERRORS}")
    hadoop.delete(spark, f"{output}/{AGAIN}")
    return done, pace


def errors(spark: SparkSession, output: str) -> DataFrame:
    """Read which images were rejected: path string, reason string."""
    return spark.read.schema(REJECTED).parquet(f"{output}/{ERRORS}")


def _settled(spark: SparkSession, selection: Selection, progress: Progress, output: str) -> dict[str, int]:
    progress.check()  # before anything is deleted that may be another's
    return parts.settle(spark, output, selection.images)


def _left(spark: SparkSession, selection: Selection, output: str, done: dict[str, int]) -> DataFrame:
    """Return the images that are in no part file: path string."""
    return _without(selection.images, parts.read(spark, output, "path string", done)) if done else selection.images


def _without(images: DataFrame, others: DataFrame) -> DataFrame:
    return images.join(others, "path", "left_anti")


def _append(rows: DataFrame, output: str) -> None:
    rows.where("reason is null").drop("reason").write.mode("append").parquet(output)


def _table(spark: SparkSession, reasons: dict[str, str]) -> DataFrame:
    lines = [json.dumps({"path": path, "reason": reason}) for path, reason in reasons.items()]
    return job.texts(spark, lines).select(from_json("value", REJECTED).alias("row")).select("row.*")
