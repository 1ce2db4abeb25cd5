"""PCA on Spark, from Parquet to components: ours and Spark ML's."""

import sys
from collections.abc import Callable
from pathlib import Path

import contender
import numpy as np
from pyspark.ml import Estimator
from pyspark.ml.feature import PCA
from pyspark.ml.functions import array_to_vector
from pyspark.sql import DataFrame
from spark_session import start

from fruits.pca import DistributedPCA


def fitting(estimator: Estimator, rows: DataFrame, file: Path) -> Callable[[], int]:
    """Return a pass that fits and leaves the components in a file."""

    def run() -> int:
        np.save(file, estimator.fit(rows).pc.toArray())
        return count

    count = rows.count()
    return run


def main(folder: str, results: str, k: str) -> None:
    """Serve."""
    spark = start("6g")
    arrays = spark.read.parquet(folder)
    vectors = arrays.select(array_to_vector("features").alias("features"))
    theirs = PCA(k=int(k), inputCol="features", outputCol="scores")
    contender.serve(
        {
            "ours": fitting(DistributedPCA(k=int(k)), arrays, Path(results, "ours.npy")),
            "spark-ml": fitting(theirs, vectors, Path(results, "spark-ml.npy")),
        }
    )
    spark.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
