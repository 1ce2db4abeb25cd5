"""`ImageFeaturizer`: a Spark ML Transformer from image bytes to MobileNetV2 features."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyspark import Broadcast, keyword_only
from pyspark.ml import Transformer
from pyspark.ml.functions import array_to_vector
from pyspark.ml.param import Param, Params, TypeConverters
from pyspark.ml.param.shared import HasHandleInvalid, HasInputCol, HasOutputCol
from pyspark.ml.util import DefaultParamsReadable, DefaultParamsWritable
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql.functions import col
from pyspark.sql.types import ArrayType, FloatType, StringType, StructField, StructType

from fruits import engine, hadoop, weights, weights_source
from fruits.architecture import FEATURES
from fruits.preprocessing import RejectedImageError, pixels

INVALID = ("error", "skip", "keep")
OUTPUT_TYPES = ("vector", "array")
_MICRO_BATCHES_AHEAD = 4  # images decoded before the engine runs: bounds memory to 5 MB, whatever the batch


class ImageFeaturizer(
    Transformer, HasInputCol, HasOutputCol, HasHandleInvalid, DefaultParamsReadable, DefaultParamsWritable
):
    """Append MobileNetV2's 1280 features (global average pooling, ImageNet weights) of each image.

        ImageFeaturizer(inputCol="content", outputCol="features").transform(spark.read.format("binaryFile").load(...))

    Params:
        inputCol: binary, the bytes of a JPEG or PNG file. Default `content`, as `binaryFile` names it.
        outputCol: the features, 1280 of them. Default `features`.
        outputType: `vector` (default; what Spark ML's estimators take) or `array` (array<float>, half the size
            on disk).
        handleInvalid: what becomes of an image that cannot be decoded: `error` (default) fails the job, `skip`
            drops the row, `keep` keeps it with null features.
        errorCol: with `keep`, a string column for the reason, null for good images. Empty (default): no column.
        weights: path or URI of a weights file; empty (default): found or fetched, see `fruits.weights_source`.

    Raises on transform:
        JobError: the weights are not those published, or cannot be had.
    """

    outputType = Param(Params._dummy(), "outputType", "vector or array", TypeConverters.toString)
    errorCol = Param(Params._dummy(), "errorCol", "column for the reason of a rejection", TypeConverters.toString)
    weights = Param(Params._dummy(), "weights", "path or URI of the weights", TypeConverters.toString)
    handleInvalid = Param(
        Params._dummy(), "handleInvalid", "error, skip or keep an undecodable image", TypeConverters.toString
    )

    @keyword_only
    def __init__(
        self,
        *,
        inputCol: str = "content",
        outputCol: str = "features",
        outputType: str = "vector",
        handleInvalid: str = "error",
        errorCol: str = "",
        weights: str = "",
    ) -> None:
        super().__init__()
        self._setDefault(
            inputCol="content",
            outputCol="features",
            outputType="vector",
            handleInvalid="error",
            errorCol="",
            weights="",
        )
        self._broadcast: Broadcast | None = None
        self.setParams(**self._input_kwargs)

    @keyword_only
    def setParams(self, **kwargs: str) -> "ImageFeaturizer":
        """Set any of the Params by name."""
        return self._set(**self._input_kwargs)

    def release(self) -> None:
        """Free the weights' broadcast on every node; a later transform makes a new one."""
        if self._broadcast is not None:
            self._broadcast.destroy()
            self._broadcast = None

    def _transform(self, dataset: DataFrame) -> DataFrame:
        source, target = self.getOrDefault("inputCol"), self.getOrDefault("outputCol")
        invalid, reason = self.getOrDefault("handleInvalid"), self.getOrDefault("errorCol")
        _check("handleInvalid", invalid, INVALID)
        _check("outputType", self.getOrDefault("outputType"), OUTPUT_TYPES)
        if source not in dataset.columns:
            raise ValueError(f"there is no column {source!r} (inputCol) in {dataset.columns}")
        taken = {target, reason} & set(dataset.columns)
        if taken:
            raise ValueError(f"the output column {taken.pop()!r} exists already")
        schema = StructType([*dataset.schema.fields, StructField(target, ArrayType(FloatType(), containsNull=False))])
        if reason:
            schema.add(StructField(reason, StringType()))
        broadcast = self._weights(dataset.sparkSession)
        index = dataset.columns.index(source)

        def featurise(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            # A closure over plain values only: the worker gets no reference to the Transformer.
            return _featurise_batches(batches, broadcast, index, invalid, schema.names, with_reason=bool(reason))

        result = dataset.mapInArrow(featurise, schema)
        if self.getOrDefault("outputType") == "vector":
            result = result.withColumn(target, _as_vector(col(target)))
        return result

    def _weights(self, spark: SparkSession) -> Broadcast:
        if self._broadcast is None:
            source = self.getOrDefault("weights") or str(weights_source.find())
            content = hadoop.read_bytes(spark, source) if "://" in source else _read_local(source)
            self._broadcast = spark.sparkContext.broadcast(weights.parse(content, source))
        return self._broadcast


def _featurise_batches(
    batches: Iterator[pa.RecordBatch],
    broadcast: Broadcast,
    index: int,
    invalid: str,
    names: list[str],
    *,
    with_reason: bool,
) -> Iterator[pa.RecordBatch]:
    network = engine.cached(weights.DIGEST, lambda: broadcast.value)
    for batch in batches:
        features, reasons = _featurise(network, batch.column(index))
        if invalid == "error" and any(reasons):
            raise RejectedImageError(f"an image cannot be featurised: {next(filter(None, reasons))}")
        columns = [*batch.columns, features, *([pa.array(reasons, pa.string())] if with_reason else [])]
        result = pa.RecordBatch.from_arrays(columns, names)
        yield result.filter(features.is_valid()) if invalid == "skip" else result


def _featurise(network: engine.Engine, contents: pa.Array) -> tuple[pa.ListArray, list[str | None]]:
    """Return the features as list<float> of 1280 (null where rejected) and the reasons (None where not)."""
    reasons: list[str | None] = []
    done: list[np.ndarray] = []
    waiting: list[np.ndarray] = []
    for content in contents:
        try:
            waiting.append(pixels(content.as_py() or b""))
            reasons.append(None)
        except RejectedImageError as rejection:
            reasons.append(str(rejection))
        if len(waiting) == engine.MICRO_BATCH * _MICRO_BATCHES_AHEAD:
            done.append(engine.run(network, waiting))
            waiting.clear()
    done.append(engine.run(network, waiting))
    good = np.array([reason is None for reason in reasons], dtype=bool)
    offsets = np.concatenate([[0], np.cumsum(good) * FEATURES]).astype(np.int32)
    values = pa.array(np.concatenate(done).reshape(-1))
    # A null in the offsets makes that list null.
    nulls = pa.array(offsets, mask=np.append(~good, False)) if not good.all() else pa.array(offsets)
    return pa.ListArray.from_arrays(nulls, values), reasons


def _as_vector(features: Column) -> Column:
    from pyspark.sql.functions import when

    # array_to_vector fails on null, which `keep` leaves for rejected images.
    return when(features.isNotNull(), array_to_vector(features))


def _check(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise ValueError(f"{name} is {value!r}; it can be {', '.join(allowed)}")


def _read_local(path: str) -> bytes:
    from fruits.errors import JobError

    try:
        return Path(path).expanduser().read_bytes()
    except OSError as error:
        raise JobError(
            f"the weights {path} cannot be read ({error.strerror})",
            "name an existing file, or leave the weights out",
        ) from None
