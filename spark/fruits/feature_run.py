"""A features run, as the step features.py and the notebooks do it.

Reads  <input>/<split>/<class>/<image>, or the same photographs packed (<input>/<split>/manifest.json and *.parquet)
Writes <output>/part-*.parquet   path, label, features (1280 float32)
       <output>/errors/          path, reason: the images that could not be read
       <output>/manifest.json    written last: a run without it is not complete

Started again with the same output and parameters, an interrupted run goes on where it stopped.
"""

import json
from dataclasses import dataclass
from typing import Any

from pyspark.sql import DataFrame, Observation, SparkSession
from pyspark.sql.functions import col, collect_list, count, lit, struct, to_json, when

from fruits import dataset, hadoop, job, manifest, weights
from fruits.errors import JobError
from fruits.featurizer import ImageFeaturizer


@dataclass(frozen=True)
class Options:
    """What a features run is told.

    Attributes:
        input: the directory (any URI) above Training and Test.
        output: the run's directory; its last part is the run's name.
        mode: mini (a sample spread over the classes), apples (the classes Apple*) or full (every image).
        split: Training or Test.
        max_images: the size of mini.
        weights: a weights file (any URI); found or fetched when empty.
        max_error_rate: with a larger share of unreadable images the run fails, its results kept.
        code_hash: noted in the manifest.
    """

    input: str
    output: str
    mode: str = "mini"
    split: str = "Training"
    max_images: int = 100
    weights: str = ""
    max_error_rate: float = 0.01
    code_hash: str = ""


def run(spark: SparkSession, options: Options) -> dict[str, Any]:
    """Featurise, write, and account for every image.

    Returns:
        the manifest.

    Raises:
        JobError: wrong input, or a larger share of rejected images than allowed.
    """
    output = options.output.rstrip("/")
    parameters = {
        "mode": options.mode,
        "split": options.split,
        "max_images": options.max_images if options.mode == "mini" else None,
        "weights": weights.DIGEST,
    }
    with job.attempt(spark, output, "features", parameters) as (progress, resumed):
        with progress.phase("listing"):
            selection = dataset.select(spark, options.input, options.mode, options.split, options.max_images)
            done = _done(spark, output) if resumed else set()
            left = [path for path in selection.paths if path not in done]
            images = dataset.read(spark, selection, left)
        featurizer = ImageFeaturizer(
            weights=options.weights, outputType="array", handleInvalid="keep", errorCol="reason"
        )
        try:
            with progress.phase("features", total=len(selection.paths), already=len(done)):
                rejected = _featurise(featurizer, images, left, output) if left else {}
        finally:
            featurizer.release()  # a notebook's session goes on after the run
        _write_errors(spark, rejected, output)
        _account(selection.paths, rejected, options.max_error_rate)
        speed = round(len(left) / progress.timings["features"], 1)
        featurised = len(selection.paths) - len(rejected)
        written = manifest.write(
            spark,
            output,
            {
                "job": "features",
                "run": output.rsplit("/", 1)[-1],
                "input": options.input,
                "parameters": parameters | {"max_error_rate": options.max_error_rate},
                "counts": {"read": len(selection.paths), "featurised": featurised, "rejected": len(rejected)},
                "resumed": len(done),
                "timings": progress.timings,
                "images_per_second": speed,
                "cores": spark.sparkContext.defaultParallelism,
                "code": options.code_hash,
                "weights": weights.DIGEST,
            },
        )
    print(f"{featurised} images featurised, {len(rejected)} rejected, {speed:.0f} images/s -> {output}")
    return written


def _done(spark: SparkSession, output: str) -> set[str]:
    """Return the paths that an earlier attempt's finished tasks have written."""
    parts = [name for name in hadoop.files(spark, output) if name.startswith("part-")]
    if not parts:
        return set()
    written = spark.read.parquet(*[f"{output}/{name}" for name in parts]).select("path")
    return set(written.toPandas()["path"])


def _featurise(featurizer: ImageFeaturizer, images: DataFrame, paths: list[str], output: str) -> dict[str, str]:
    """Write the features and return the rejected images, path to reason.

    One pass over the images serves both: the rejected are few, so they come to the driver as an observed metric of
    the write, which (unlike an accumulator) counts each finished task once.
    """
    seen = Observation("seen")
    bad = when(col("reason").isNotNull(), struct("path", "reason"))
    (
        featurizer.transform(images)
        .drop("content")
        .observe(seen, to_json(collect_list(bad)).alias("rejected"), count(lit(1)).alias("read"))
        .where(col("reason").isNull())
        .drop("reason")
        .write.mode("append")
        .parquet(output)
    )
    rejected = {row["path"]: row["reason"] for row in json.loads(seen.get["rejected"])}
    if seen.get["read"] < len(paths):
        # Spark lists files of no bytes, and then passes over them without a word.
        rejected |= dict.fromkeys(set(paths) - rejected.keys() - _done(images.sparkSession, output), "empty file")
    return rejected


def _write_errors(spark: SparkSession, rejected: dict[str, str], output: str) -> None:
    rows = spark.createDataFrame(sorted(rejected.items()), "path string, reason string")
    rows.coalesce(1).write.mode("overwrite").parquet(f"{output}/errors")


def _account(paths: list[str], rejected: dict[str, str], allowed: float) -> None:
    rate = len(rejected) / len(paths)
    if rate > allowed:
        path, reason = next(iter(sorted(rejected.items())))
        raise JobError(
            f"{len(rejected)} of {len(paths)} images ({rate:.1%}) could not be read, more than {allowed:.1%} "
            f"(for example {path}: {reason})",
            "look into errors/ and mend or remove these images, or allow more with --max-error-rate; then run again "
            "with the same run name: it resumes",
        )
