"""A features run, as the step features.py and the notebooks do it.

Reads  <input>/<split>/<class>/<image>, or the same photographs packed (<input>/<split>/manifest.json and *.parquet)
Writes <output>/part-*.parquet   path, label, features (1280 float32)
       <output>/_errors/         path, reason: the images that could not be read
       <output>/_manifest.json   written last: a run without it is not complete

Started again with the same output and parameters, an interrupted run goes on where it stopped.
"""

import json
from dataclasses import dataclass
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.functions import from_json

from fruits import dataset, hadoop, job, manifest, parts, weights
from fruits.architecture import FEATURES
from fruits.attempt import Attempt, attempt
from fruits.components import refuse_too_many
from fruits.dataset import Selection
from fruits.errors import JobError
from fruits.featurizer import ImageFeaturizer
from fruits.progress import Progress

ERRORS, REJECTED = "_errors", "path string, reason string"
AGAIN = "_again"  # the second pass, until it is sorted into features and errors


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
        k: of the PCA that is to follow, so that what it cannot do is known before the work; None where none is.
        exif_transpose: turn photographs as their EXIF orientation says.
        code_hash: noted in the manifest.
    """

    input: str
    output: str
    mode: str = "mini"
    split: str = "Training"
    max_images: int = 100
    weights: str = ""
    max_error_rate: float = 0.01
    k: float | None = None
    exif_transpose: bool = False
    code_hash: str = ""


def run(spark: SparkSession, options: Options) -> dict[str, Any]:
    """Featurise, write, and account for every image.

    Returns:
        the manifest; that of the earlier attempt when the run was complete already.

    Raises:
        JobError: wrong input, fewer images than components, a larger share of rejected images than allowed, or images
            that are neither featurised nor rejected.
    """
    spark, output = job.own(spark), options.output.rstrip("/")
    source = {"input": options.input.rstrip("/")}
    parameters = {
        "mode": options.mode,
        "split": options.split,
        "max_images": options.max_images if options.mode == "mini" else None,
        "exif_transpose": options.exif_transpose,
        "weights": weights.DIGEST,
    }
    if known := manifest.complete(spark, output, source | parameters):
        return known
    with attempt(spark, output, "features", source | parameters | {"code": options.code_hash}) as this:
        progress = this.progress
        with progress.phase("listing"):
            selection = dataset.select(spark, options.input, options.mode, options.split, options.max_images)
            if options.k:
                refuse_too_many(options.k, selection.count, FEATURES)
            this.listed(selection.photographs.fingerprint)
            done = parts.settle(spark, output, _unchanged(selection, this)) if this.resumed else {}
        resumed = sum(done.values())
        with progress.phase("features", total=selection.count, already=resumed):
            done = _featurise(spark, options, selection, done, progress)
        errors = spark.read.schema(REJECTED).parquet(f"{output}/{ERRORS}")
        featurised, rejected = sum(done.values()), errors.count()
        if featurised + rejected != selection.count:
            raise JobError(
                f"{selection.count} images were selected, {featurised} featurised and {rejected} rejected",
                "run again with the same run name: it does those that are missing",
            )
        if rejected > selection.count * options.max_error_rate:
            raise _too_many(errors, rejected, selection.count, options.max_error_rate)
        speed = round(selection.count / progress.total_timings["features"], 1)
        written = manifest.write(
            spark,
            output,
            progress,
            {
                "job": "features",
                "run": output.rsplit("/", 1)[-1],
                **source,
                "parameters": parameters | {"max_error_rate": options.max_error_rate},
                "counts": {"read": selection.count, "featurised": featurised, "rejected": rejected},
                "ignored": selection.ignored,
                "parts": done,
                "resumed": resumed,
                "images_per_second": speed,
                "cores": progress.cores,
                "code": options.code_hash,
                "weights": weights.DIGEST,
            },
        )
    for reason, number in selection.ignored.items():
        print(f"{number} files are no photographs: {reason}")
    print(f"{featurised} images featurised, {rejected} rejected, {speed:.0f} images/s -> {output}")
    return written


def _unchanged(selection: Selection, this: Attempt) -> DataFrame:
    """Leave out the photographs that have another content than when the run began."""
    return _without(selection.images, selection.photographs.changed_since(this.began))


def _featurise(
    spark: SparkSession, options: Options, selection: Selection, done: dict[str, int], progress: Progress
) -> dict[str, int]:
    """Featurise what is not done yet, and write which images are rejected.

    Returns:
        rows by part file, of all that is done now.
    """
    output = options.output.rstrip("/")
    featurizer = ImageFeaturizer(
        weights=options.weights,
        outputType="array",
        handleInvalid="keep",
        errorCol="reason",
        keepInput=False,
        exifTranspose=options.exif_transpose,
    )

    def features(images: DataFrame | None) -> DataFrame:
        return featurizer.transform(dataset.read(spark, selection, images))

    def settled() -> dict[str, int]:
        progress.check()  # before anything is deleted that may be another's
        return parts.settle(spark, output, selection.images)

    try:
        if sum(done.values()) < selection.count:
            _append(features(_left(spark, selection, output, done) if done else None), output)
            done = settled()
        # What has no features now is rejected, or has gone, or was spoilt by another attempt's files. The rejected are
        # few, and one look at them alone costs less than to carry them through the first pass to the driver.
        left = _left(spark, selection, output, done)
        known = selection.photographs.why_unread(left) if sum(done.values()) < selection.count else {}
        errors = _table(spark, known)
        if sum(done.values()) + len(known) < selection.count:
            again = f"{output}/{AGAIN}"
            features(_without(left, errors)).write.mode("overwrite").parquet(again)
            rows = spark.read.parquet(again)
            _append(rows, output)
            errors = errors.union(rows.where("reason is not null").select("path", "reason"))
            done = settled()
        errors.coalesce(1).sortWithinPartitions("path").write.mode("overwrite").parquet(f"{output}/{ERRORS}")
        hadoop.delete(spark, f"{output}/{AGAIN}")
    finally:
        featurizer.release()  # a notebook's session goes on after the run
    return done


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


def _too_many(errors: DataFrame, rejected: int, images: int, allowed: float) -> JobError:
    path, reason = errors.sort("path").first()
    return JobError(
        f"{rejected} of {images} images ({rejected / images:.1%}) could not be read, more than {allowed:.1%} "
        f"(for example {path}: {reason})",
        "look into _errors/ and mend or remove these images, or allow more with --max-error-rate; then run again "
        "with the same run name: it resumes",
    )
