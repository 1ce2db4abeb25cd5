"""A features run, as the step features.py and the notebooks do it.

Reads  <input>/<split>/<class>/<image>, or the same photographs packed (<input>/<split>/manifest.json and *.parquet)
Writes <output>/part-*.parquet   path, label, features (1280 float32)
       <output>/_errors/         path, reason: the images that could not be read
       <output>/_manifest.json   written last: a run without it is not complete

Started again with the same output and parameters, an interrupted run goes on where it stopped.
"""

import time
from dataclasses import dataclass
from math import ceil
from typing import Any

from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession

from fruits import dataset, hung, job, manifest, parts, passes, weights
from fruits.architecture import FEATURES
from fruits.attempt import Attempt, attempt
from fruits.components import refuse_too_many
from fruits.dataset import Selection
from fruits.engine import AUTO, choose
from fruits.errors import JobError
from fruits.featurizer import ImageFeaturizer
from fruits.pace import warm_part


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
            featurizer = ImageFeaturizer(
                weights=options.weights,
                outputType="array",
                handleInvalid="keep",
                errorCol="reason",
                keepInput=False,
                exifTranspose=options.exif_transpose,
                engine=options.engine,
            )
            try:
                done, pace = passes.over(selection, done, featurizer, progress, output)
            except (Py4JJavaError, PySparkException):
                selection.photographs.explain()
                raise
            finally:
                featurizer.release()  # a notebook's session goes on after the run
        errors = passes.errors(spark, output)
        featurised, rejected = sum(done.values()), errors.count()
        if featurised + rejected != selection.count:
            raise JobError(
                f"{selection.count} images were selected, {featurised} featurised and {rejected} rejected",
                "./inv run --run-name NAME does those that are missing",
            )
        if rejected > selection.count * options.max_error_rate:
            raise _too_many(errors, rejected, selection.count, options.max_error_rate)
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
                "counts": {"read": selection.count, "featurised": featurised, "rejected": rejected},
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
    print(f"{featurised} images featurised, {rejected} rejected, {speed:.0f} images/s{lasting} -> {output}")
    return written


def _unchanged(selection: Selection, this: Attempt) -> DataFrame:
    """Leave out the photographs that have another content than when the run began."""
    return selection.images.join(selection.photographs.changed_since(this.began), "path", "left_anti")


def _too_many(errors: DataFrame, rejected: int, images: int, allowed: float) -> JobError:
    path, reason = errors.sort("path").first()
    enough = ceil(rejected / images * 100) / 100
    return JobError(
        f"{rejected} of {images} images ({rejected / images:.1%}) could not be read, more than {allowed:.1%} "
        f"(for example {path}: {reason})",
        f"allow more: ./inv run --run-name NAME --max-error-rate {enough:g}, which goes on where this stopped; or "
        "first mend or remove these images (_errors/ lists them), and call ./inv upload-dataset --delete",
    )
