"""What both entry points share: Spark sessions, failures as two lines and an exit code."""

import argparse
import json
import sys
from collections.abc import Callable

from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession

from fruits import blas, causes, components, executors
from fruits.errors import JobError

FAILURE, USAGE = 1, 2  # exit codes

# Settings that the jobs need wherever they run. All the rest (memory, cores, interpreter) belongs to the cluster.
SETTINGS = {
    # Without it Spark asks for each file's block locations and permissions: a process a file on a laptop.
    "spark.sql.sources.ignoreDataLocality": "true",
    # Up to 256 directories or files are listed by the driver: for Fruits-360's 131 classes that takes half the time
    # of a Spark job on a laptop, and a few seconds more than one on a cluster.
    "spark.sql.sources.parallelPartitionDiscovery.threshold": "256",
    # A finished task's file is in place at once, so that an interrupted run keeps it; the manifest, not the
    # directory, says when a run is complete.
    "spark.hadoop.mapreduce.fileoutputcommitter.algorithm.version": "2",
    "spark.hadoop.mapreduce.fileoutputcommitter.marksuccessfuljobs": "false",
    "spark.sql.parquet.compression.codec": "zstd",
    "spark.ui.showConsoleProgress": "false",
}
# Of the workers, whose numpy is imported before this package is (`fruits.blas`).
WORKERS = {f"spark.executorEnv.{name}": value for name, value in blas.ENVIRONMENT.items()}

# What only sessions of our own need (`own`). Spark sends tables to all workers by itself, through the driver, that it
# takes for less than 10 MB. It looks at compressed bytes, of which names take few: ten million of them were 800 MB on
# the driver.
OWN = {
    "spark.sql.autoBroadcastJoinThreshold": "1m",
    "spark.sql.adaptive.autoBroadcastJoinThreshold": "1m",
}


def session(name: str) -> SparkSession:
    """Start the session, or take the one there is."""
    builder = SparkSession.builder.appName(f"orchard {name}")
    for key, value in (SETTINGS | WORKERS).items():
        builder = builder.config(key, value)
    return builder.getOrCreate()


def own(spark: SparkSession) -> SparkSession:
    """Return another session on the same Spark: what is set in it changes nothing for whoever uses the first one."""
    mine = spark.newSession()
    for key, value in (SETTINGS | OWN).items():
        if key.startswith("spark.sql."):
            mine.conf.set(key, value)
    return mine


def texts(spark: SparkSession, values: list[str]) -> DataFrame:
    """Make a DataFrame of one column, value string.

    In the JVM, from one JSON text: `createDataFrame` would make its session the active one, whoever's turn it is.
    """
    jvm = spark.sparkContext._jvm
    kind = jvm.java.lang.Class.forName("java.util.ArrayList")
    listed = jvm.com.fasterxml.jackson.databind.ObjectMapper().readValue(json.dumps(values), kind)
    return DataFrame(spark._jsparkSession.createDataset(listed, jvm.org.apache.spark.sql.Encoders.STRING()), spark)


def paths(spark: SparkSession, names: list[str]) -> DataFrame:
    """Make a DataFrame of one column, path string."""
    return texts(spark, names).withColumnRenamed("value", "path")


def share(text: str) -> float:
    """Parse a share between 0 and 1, for argparse."""
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 1")
    return value


def positive(text: str) -> int:
    """Parse a whole number from 1 up, for argparse."""
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not 1 or more")
    return value


def count_or_share(text: str) -> int | float:
    """Parse k, for argparse."""
    try:
        return components.count_or_share(text)
    except JobError as error:
        raise argparse.ArgumentTypeError(f"{error.cause}; {error.remedy}") from None


def main(name: str, run: Callable[[SparkSession], None]) -> None:
    """Run a job to its end and exit: 0, FAILURE, or USAGE (wrong arguments or input; nothing was done)."""
    with executors.waited_for():
        spark = session(name)
    spark.sparkContext.setLogLevel("ERROR")
    code = 0
    try:
        run(spark)
    except JobError as error:
        print(f"error: {error.cause}\nremedy: {error.remedy}", file=sys.stderr, flush=True)
        code = error.exit_code
    finally:
        # All that Spark has to end is in the JVM. The rest of spark.stop() waits for the accumulators' server, which
        # looks once a second whether it is to end; with this process it does.
        spark.sparkContext._jsc.stop()
    if code:
        sys.exit(code)


def failure(error: Exception) -> JobError:
    """Turn what Spark raised into a cause and a remedy.

    A JobError raised in a Python worker arrives as the text of a traceback; its cause is that text's last line
    with the class's name, its remedy the line after it.
    """
    if isinstance(error, JobError):
        return error
    text = str(error)
    lines = [line.strip() for line in text.splitlines()]
    for number in reversed(range(len(lines))):
        kind, _, message = lines[number].partition(": ")
        if kind.endswith(("JobError", "RejectedImageError")):
            following = lines[number + 1] if number + 1 < len(lines) else ""
            again = "mend the input named here, then ./inv run --run-name NAME resumes it"
            return JobError(message, following.removeprefix("remedy: ") if following.startswith("remedy: ") else again)
    if known := causes.find(text):
        return JobError(*known)
    if isinstance(error, PySparkException | Py4JJavaError):
        java = getattr(error, "java_exception", None)
        first = str(java.toString() if java is not None else text).strip().splitlines()[0]
        return JobError(f"Spark failed: {first}", "look into the log above, then ./inv run --run-name NAME resumes it")
    raise error
