"""`ImageFeaturizer`: a Spark ML Transformer from image bytes to MobileNetV2 features."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyspark import Accumulator, Broadcast, keyword_only
from pyspark.ml import Transformer
from pyspark.ml.functions import array_to_vector
from pyspark.ml.param import Param, Params, TypeConverters
from pyspark.ml.param.shared import HasHandleInvalid, HasInputCol, HasOutputCol
from pyspark.ml.util import DefaultParamsReadable, DefaultParamsWritable
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql.functions import col
from pyspark.sql.types import ArrayType, FloatType, StringType, StructField, StructType

from fruits import hadoop, weights, weights_source
from fruits.engine import AUTO, choose
from fruits.featurise import Plan, featurise
from fruits.pace import Pace, Together, measure
from fruits.params import accessors

INVALID = ("error", "skip", "keep")
OUTPUT_TYPES = ("vector", "array")


@accessors
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
        keepInput: whether inputCol stays among the columns (default: true). Where it is not used any more, it need
            not be carried back from the workers.
        exifTranspose: whether photographs are turned as their EXIF orientation says. Default: false, for the same
            features as the reference implementation's, which took pixels as they are stored.
        weights: path or URI of a weights file; empty (default): found or fetched, see `fruits.weights_source`.
        engine: what computes: `auto` (default), `openvino` or `tensorflow`; see `fruits.engine`.

    Raises on transform:
        JobError: the weights are not those published, or cannot be had; or the engine cannot.
    """

    outputType = Param(Params._dummy(), "outputType", "vector or array", TypeConverters.toString)
    errorCol = Param(Params._dummy(), "errorCol", "column for the reason of a rejection", TypeConverters.toString)
    keepInput = Param(Params._dummy(), "keepInput", "whether inputCol stays", TypeConverters.toBoolean)
    exifTranspose = Param(
        Params._dummy(), "exifTranspose", "whether to turn images as EXIF says", TypeConverters.toBoolean
    )
    weights = Param(Params._dummy(), "weights", "path or URI of the weights", TypeConverters.toString)
    engine = Param(Params._dummy(), "engine", "auto, openvino or tensorflow", TypeConverters.toString)
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
        keepInput: bool = True,
        exifTranspose: bool = False,
        weights: str = "",
        engine: str = AUTO,
    ) -> None:
        super().__init__()
        self._setDefault(
            inputCol="content",
            outputCol="features",
            outputType="vector",
            handleInvalid="error",
            errorCol="",
            keepInput=True,
            exifTranspose=False,
            weights="",
            engine=AUTO,
        )
        self._broadcast: Broadcast | None = None
        self._source = ""  # what the broadcast weights were read from
        self._spans: Accumulator | None = None  # of the latest transform, see `fruits.pace`
        self.setParams(**self._input_kwargs)

    @keyword_only
    def setParams(self, **kwargs: str | bool) -> "ImageFeaturizer":
        """Set any of the Params by name."""
        return self._set(**self._input_kwargs)

    def copy(self, extra: dict[Param, Any] | None = None) -> "ImageFeaturizer":
        """Copy with other Params; the copy makes a broadcast of its own, so that each can be released."""
        copied = super().copy(extra)
        copied._broadcast = copied._spans = None
        return copied

    def release(self) -> None:
        """Free the weights' broadcast on every node; a later transform makes a new one."""
        if self._broadcast is not None:
            self._broadcast.destroy()
            self._broadcast = None

    def pace(self, cores: int) -> Pace | None:
        """Tell how fast the latest transform's jobs have been so far; None where they have done nothing yet.

        Args:
            cores: that executors have had.
        """
        return None if self._spans is None else measure(self._spans.value, cores)

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
        keep = self.getOrDefault("keepInput")
        fields = [field for field in dataset.schema.fields if keep or field.name != source]
        schema = StructType([*fields, StructField(target, ArrayType(FloatType(), containsNull=False))])
        if reason:
            schema.add(StructField(reason, StringType()))
        broadcast = self._weights(dataset.sparkSession)
        spans = self._spans = dataset.sparkSession.sparkContext.accumulator({}, Together())
        kept = [index for index, name in enumerate(dataset.columns) if keep or name != source]
        turned = self.getOrDefault("exifTranspose")
        computes = choose(self.getOrDefault("engine"))
        plan = Plan(dataset.columns.index(source), kept, schema.names, invalid, bool(reason), turned, computes)

        def work(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            # A closure over plain values only: the worker gets no reference to the Transformer.
            return featurise(batches, broadcast, spans, plan)

        result = dataset.mapInArrow(work, schema)
        if self.getOrDefault("outputType") == "vector":
            result = result.withColumn(target, _as_vector(col(target)))
        return result

    def _weights(self, spark: SparkSession) -> Broadcast:
        source = self.getOrDefault("weights")
        if self._broadcast is None or source != self._source:
            found = source or str(weights_source.find())
            content = hadoop.read_bytes(spark, found) if "://" in found else _read_local(found)
            tensors = weights.parse(content, found)
            self._broadcast, self._source = spark.sparkContext.broadcast(tensors), source
        return self._broadcast


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
