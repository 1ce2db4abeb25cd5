"""A features run, as the step features.py and the notebooks do it.

Reads  <input>/<split>/<class>/<image>, or the same photographs packed (<input>/<split>/manifest.json and *.parquet)
Writes <output>/part-*.parquet   path, label, features (1280 float32)
       <output>/_errors/         path, reason: the images that could not be read
       <output>/_manifest.json   written last: a run without it is not complete

Started again with the same output and parameters, an interrupted run goes on where it stopped.
"""

import json
import time
from dataclasses import dataclass
from math import ceil
from typing import Any

from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, Observation, SparkSession
from pyspark.sql.functions import broadcast, col, collect_list, from_json, struct, to_json, when

from fruits import dataset, hung, job, manifest, parts, weights
from fruits.architecture import FEATURES
from fruits.attempt import Attempt, attempt
from fruits.components import refuse_too_many
from fruits.dataset import Selection
from fruits.engine import AUTO, choose
from fruits.errors import JobError
from fruits.featurizer import ImageFeaturizer
from fruits.pace import Pace, warm_part
from fruits.progress import Progress

PASSES = 3  # a second one does what another attempt's files or changed photographs have spoilt; there is rarely one


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
        engine: what computes: auto, openvino or tensorflow. An attempt may compute by another one than those before:
            all are within `fruits.tolerance`.
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
    engine: str = AUTO
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
        progress.engine = choose(options.engine)
        with progress.phase("listing"):
            selection = dataset.select(spark, options.input, options.mode, options.split, options.max_images)
            if options.k:
                refuse_too_many(options.k, selection.count, FEATURES)
            this.listed(selection.photographs.fingerprint)
            done = parts.settle(spark, output, _unchanged(selection, this)) if this.resumed else {}
        resumed = sum(done.values())
        with progress.phase("features", total=selection.count, already=resumed, task_limit=hung.PATIENCE):
            began = time.time()
            try:
                done, rejected, pace = _featurise(spark, options, selection, done, progress)
            except (Py4JJavaError, PySparkException):
                selection.photographs.explain()
                raise
        _write_errors(spark, rejected, output)
        featurised = sum(done.values())
        if featurised + len(rejected) != selection.count:
            raise JobError(
                f"{selection.count} images were selected, {featurised} featurised and {len(rejected)} rejected",
                "run again with the same run name: it does those that are missing",
            )
        _account(selection.count, rejected, options.max_error_rate)
        warm = warm_part(pace, progress.timings["listing"], began)
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
                "counts": {"read": selection.count, "featurised": featurised, "rejected": len(rejected)},
                "ignored": selection.ignored,
                "parts": done,
                "resumed": resumed,
                "images_per_second": speed,
                **warm,
                "cores": progress.cores,
                "engine": progress.engine,
                "code": options.code_hash,
                "weights": weights.DIGEST,
            },
        )
    for reason, number in selection.ignored.items():
        print(f"{number} files are no photographs: {reason}")
    lasting = f", {warm['warm']['images_per_second']:.0f} once warm" if warm else ""
    print(f"{featurised} images featurised, {len(rejected)} rejected, {speed:.0f} images/s{lasting} -> {output}")
    return written


def _unchanged(selection: Selection, this: Attempt) -> DataFrame:
    """Leave out the photographs that have another content than when the run began."""
    return selection.images.join(selection.photographs.changed_since(this.began), "path", "left_anti")


def _featurise(
    spark: SparkSession, options: Options, selection: Selection, done: dict[str, int], progress: Progress
) -> tuple[dict[str, int], dict[str, str], Pace | None]:
    """Featurise what is not done yet.

    Returns:
        rows by part file, of all that is done now; the rejected images, path to reason; and how fast the first pass
        was, None where there was nothing left to do.
    """
    output = options.output.rstrip("/")
    featurizer = ImageFeaturizer(
        weights=options.weights,
        outputType="array",
        handleInvalid="keep",
        errorCol="reason",
        keepInput=False,
        exifTranspose=options.exif_transpose,
        engine=options.engine,
    )
    rejected: dict[str, str] = {}
    pace = None
    try:
        for _ in range(PASSES):
            missing = selection.count - sum(done.values()) - len(rejected)
            if not missing:
                break
            left = _left(spark, selection, output, done, rejected) if done or rejected else None
            rejected |= _write(featurizer, dataset.read(spark, selection, left), output)
            pace = pace or featurizer.pace(progress.cores)
            progress.check()  # before anything is deleted that may be another's
            done = parts.settle(spark, output, selection.images)
            if sum(done.values()) + len(rejected) < selection.count:
                unread = _left(spark, selection, output, done, rejected)
                rejected |= selection.photographs.why_unread([row.path for row in unread.collect()])
    finally:
        featurizer.release()  # a notebook's session goes on after the run
    return done, rejected, pace


def _left(
    spark: SparkSession, selection: Selection, output: str, done: dict[str, int], rejected: dict[str, str]
) -> DataFrame:
    """Return the images that are in no part file, and not rejected: path string."""
    left = selection.images
    if done:
        left = left.join(parts.read(spark, output, "path string", done), "path", "left_anti")
    return left.join(broadcast(job.paths(spark, list(rejected))), "path", "left_anti")


def _write(featurizer: ImageFeaturizer, images: DataFrame, output: str) -> dict[str, str]:
    """Write the features and return the rejected images, path to reason.

    One pass over the images serves both: the rejected are few, so they come to the driver as an observed metric of
    the write, which (unlike an accumulator) counts each finished task once.
    """
    seen = Observation()
    bad = when(col("reason").isNotNull(), struct("path", "reason"))
    (
        featurizer.transform(images)
        .observe(seen, to_json(collect_list(bad)).alias("rejected"))
        .where(col("reason").isNull())
        .drop("reason")
        .write.mode("append")
        .parquet(output)
    )
    return {row["path"]: row["reason"] for row in json.loads(seen.get["rejected"])}


def _write_errors(spark: SparkSession, rejected: dict[str, str], output: str) -> None:
    lines = [json.dumps({"path": path, "reason": reason}) for path, reason in sorted(rejected.items())]
    rows = job.texts(spark, lines).select(from_json("value", "path string, reason string").alias("row")).select("row.*")
    rows.coalesce(1).write.mode("overwrite").parquet(f"{output}/_errors")


def _account(images: int, rejected: dict[str, str], allowed: float) -> None:
    rate = len(rejected) / images
    if rate > allowed:
        path, reason = next(iter(sorted(rejected.items())))
        enough = ceil(rate * 100) / 100
        raise JobError(
            f"{len(rejected)} of {images} images ({rate:.1%}) could not be read, more than {allowed:.1%} "
            f"(for example {path}: {reason})",
            f"allow more: ./inv run --run-name NAME --max-error-rate {enough:g}, which goes on where this stopped; or "
            "first mend or remove these images (_errors/ lists them), and call ./inv upload-dataset --delete",
        )
