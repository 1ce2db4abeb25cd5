"""Spark as the benchmarks have it: local[2], and a pass that computes a result and throws it away."""

import os
import sys
from pathlib import Path

SPARK = Path(__file__).resolve().parent.parent.parent / "spark"
sys.path[:0] = [str(SPARK.parent / "benchmarks"), str(SPARK)]
os.environ["PYTHONPATH"] = str(SPARK)
os.environ["PYSPARK_PYTHON"] = sys.executable
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "1"  # as our own engine has it: they differ in all else

from pyspark.sql import DataFrame, Observation, SparkSession  # noqa: E402
from pyspark.sql.functions import count, lit  # noqa: E402

from fruits import job  # noqa: E402


def start(memory: str = "1g") -> SparkSession:
    """Start Spark."""
    SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").config(
        "spark.driver.memory", memory
    ).getOrCreate()
    spark = job.session("benchmark")
    spark.sparkContext.setLogLevel("ERROR")
    return spark


def computed(result: DataFrame) -> int:
    """Compute a result in full, and return its number of rows."""
    observed = Observation()
    result.observe(observed, count(lit(1)).alias("rows")).write.format("noop").mode("overwrite").save()
    return observed.get["rows"]
