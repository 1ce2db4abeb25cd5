"""Seconds of DistributedPCA's fit against Spark ML's PCA, on the same rows in the same Spark.

    .venv/bin/python benchmarks/bench_pca.py [--rows 20000] [--k 50] [--rounds 3]

Rows are random with a falling spectrum, 1280 wide, as features are; written to Parquet once and read by both, in
turn. The figure to quote is the median of the ratios; the last line says how far the two answers are apart.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

SPARK = Path(__file__).resolve().parent.parent / "spark"
sys.path.insert(0, str(SPARK))
os.environ["PYTHONPATH"] = str(SPARK)
os.environ["PYSPARK_PYTHON"] = sys.executable

import numpy as np  # noqa: E402
import pyarrow as pa  # noqa: E402
import pyarrow.parquet as pq  # noqa: E402
from pyspark.ml.feature import PCA  # noqa: E402
from pyspark.ml.functions import array_to_vector  # noqa: E402
from pyspark.sql import SparkSession  # noqa: E402

from fruits import job  # noqa: E402
from fruits.architecture import FEATURES  # noqa: E402
from fruits.pca import DistributedPCA  # noqa: E402


def write(folder: Path, rows: int) -> None:
    """Write the rows as Parquet files of 2,048."""
    random = np.random.default_rng(0)
    mixing = np.linalg.qr(random.normal(size=(FEATURES, FEATURES)))[0] * np.geomspace(1, 0.01, FEATURES)[:, np.newaxis]
    for start in range(0, rows, 2_048):
        values = (random.normal(size=(min(2_048, rows - start), FEATURES)) @ mixing).astype(np.float32)
        offsets = pa.array(np.arange(len(values) + 1, dtype=np.int32) * FEATURES)
        column = pa.ListArray.from_arrays(offsets, pa.array(values.reshape(-1)))
        pq.write_table(pa.table({"features": column}), folder / f"{start}.parquet")


def main() -> None:
    """Measure and print a line a round, then the medians."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--k", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").config(
        "spark.driver.memory", "6g"
    ).getOrCreate()
    spark = job.session("benchmark")
    spark.sparkContext.setLogLevel("ERROR")
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), options.rows)
        arrays = spark.read.parquet(folder)
        vectors = arrays.select(array_to_vector("features").alias("features"))
        ours, theirs, ratios = [], [], []
        for number in range(options.rounds + 1):
            started = time.perf_counter()
            mine = DistributedPCA(k=options.k).fit(arrays)
            between = time.perf_counter()
            reference = PCA(k=options.k, inputCol="features", outputCol="scores").fit(vectors)
            ended = time.perf_counter()
            if number:  # the first round warms both up
                ours.append(between - started)
                theirs.append(ended - between)
                ratios.append(theirs[-1] / ours[-1])
                print(f"round {number}: DistributedPCA {ours[-1]:.1f} s, Spark ML {theirs[-1]:.1f} s")
        print(
            f"median of {options.rounds}, {options.rows} x {FEATURES}, k = {options.k}, 2 cores: "
            f"{statistics.median(ours):.1f} against {statistics.median(theirs):.1f} s, "
            f"ratio {statistics.median(ratios):.1f}"
        )
        apart = np.abs(mine.explainedVariance.toArray() - reference.explainedVariance.toArray()).max()
        cosines = np.abs((mine.pc.toArray() * reference.pc.toArray()).sum(0))
        print(f"explained variance apart by {apart:.1e}; components' least |cosine| {cosines.min():.9f}")
    spark.stop()


if __name__ == "__main__":
    main()
