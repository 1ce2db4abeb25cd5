"""A photograph whose features are known, computed by Keras itself: what another machine must come to as well.

It is Fruits-360's `Test/Apple Golden 2/33_100.jpg`, under the MIT licence beside it. `features.npy` is float32 (1280,).
"""

import base64
import io
from importlib.resources import files
from typing import NamedTuple

import numpy as np
from pyspark.sql import SparkSession
from pyspark.sql.functions import lit, unbase64

from fruits import job, tolerance
from fruits.featurizer import ImageFeaturizer

PHOTOGRAPH, FEATURES = "photograph.jpg", "features.npy"


class Comparison(NamedTuple):
    """Features beside the known ones: the largest absolute difference, and the cosine."""

    difference: float
    cosine: float

    @property
    def same(self) -> bool:
        """Whether they are as alike as is promised; NaN is like nothing."""
        return self.difference <= tolerance.FEATURES and self.cosine >= tolerance.COSINE


def content(name: str) -> bytes:
    """Read a file of this package, which may be in a zip."""
    return files("fruits.known").joinpath(name).read_bytes()


def compare(spark: SparkSession, weights: str, place: str) -> Comparison:
    """Featurise the photograph on a worker, write its row as a run does, read it, and compare.

    Args:
        spark: the session.
        weights: a weights file (any URI); found or fetched when empty.
        place: a directory (any URI) for the Parquet file, replaced where it is there.
    """
    text = base64.b64encode(content(PHOTOGRAPH)).decode()
    image = job.texts(spark, [text]).select(lit(PHOTOGRAPH).alias("path"), unbase64("value").alias("content"))
    featurizer = ImageFeaturizer(weights=weights, outputType="array", keepInput=False)
    try:
        featurizer.transform(image).write.mode("overwrite").parquet(place)
    finally:
        featurizer.release()
    (row,) = spark.read.parquet(place).collect()
    found, known = np.array(row.features), np.load(io.BytesIO(content(FEATURES))).astype(float)
    cosine = found @ known / np.linalg.norm(found) / np.linalg.norm(known)
    return Comparison(float(np.abs(found - known).max()), float(cosine))
