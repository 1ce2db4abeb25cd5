"""Spark as the benchmarks have it: local[2], and a pass that computes a result and throws it away."""

import os
import sys

os.environ["PYSPARK_PYTHON"] = sys.executable
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "1"  # as our own engine has it: they differ in all else

from pyspark.sql import DataFrame, Observation, SparkSession
from pyspark.sql.functions import count, lit

from fruits import job


def start(memory: str = "1g") -> SparkSession:
    """Start Spark."""
    SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").config(
        "spark.ui.showConsoleProgress", "false"
    ).config("spark.driver.memory", memory).getOrCreate()
    spark = job.session("benchmark")
    spark.sparkContext.setLogLevel("ERROR")
    return spark


def computed(result: DataFrame) -> int:
    """Compute a result in full, and return its number of rows."""
    observed = Observation()
    result.observe(observed, count(lit(1)).alias("rows")).write.format("noop").mode("overwrite").save()
    return observed.get["rows"]
