"""Rows on principal components: `PCAModel.transform` by BLAS in the workers, from Arrow and back.

Spark ML's own makes each row a vector object and multiplies it in Java.
"""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql.types import ArrayType, DoubleType, StructField, StructType

from fruits.decomposition import matrices


def project(rows: DataFrame, source: str, target: str, components: np.ndarray) -> DataFrame:
    """Replace a column of rows by their scores, which are not centred, as `PCAModel` does not.

    Args:
        rows: with any columns.
        source: the column of the features, array<float> or array<double>, all of one length d and none null.
        target: the column of the scores, array<double> of k, in its place.
        components: float64 (d, k).

    Raises when it is computed:
        JobError: null rows, or rows of different lengths.
    """
    place = rows.columns.index(source)
    scores = StructField(target, ArrayType(DoubleType(), containsNull=False))
    schema = StructType([scores if field.name == source else field for field in rows.schema.fields])

    def work(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            columns = batch.columns
            columns[place] = _scores(columns[place], components)
            yield pa.RecordBatch.from_arrays(columns, schema.names)

    return rows.mapInArrow(work, schema)


def _scores(features: pa.ListArray, components: np.ndarray) -> pa.ListArray:
    width = components.shape[1]
    scores = np.empty((len(features), width))
    start = 0
    for block in matrices(features):
        end = start + len(block)
        np.matmul(block, components, out=scores[start:end])
        start = end
    offsets = np.arange(0, scores.size + 1, width, dtype=np.int32)
    # Of buffers, as in fruits.featurise: `pyarrow.array` would import pandas.
    values = pa.Array.from_buffers(pa.float64(), scores.size, [None, pa.py_buffer(scores)])
    buffers = [None, pa.py_buffer(offsets)]
    return pa.Array.from_buffers(pa.list_(pa.float64()), len(features), buffers, children=[values])
