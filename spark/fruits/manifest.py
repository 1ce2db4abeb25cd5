"""A run's manifest: what was done, with what, and how it went. Written last, so that its presence means complete."""

import json
import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from pyspark.sql import SparkSession

from fruits import hadoop
from fruits.errors import JobError

NAME = "manifest.json"
STARTED = "_run.json"  # the parameters, written first: a run resumes only with the same
_PACKAGES = ("pyspark", "tensorflow", "tensorflow-cpu", "numpy", "pandas", "pyarrow", "pillow")


def begin(spark: SparkSession, output: str, parameters: dict[str, Any]) -> bool:
    """Claim an output directory for a run, new or interrupted.

    Returns:
        True when an earlier attempt with the same parameters left work to resume.

    Raises:
        JobError: the run is complete already, was begun with other parameters, or cannot be written.
    """
    run = output.rstrip("/").rsplit("/", 1)[-1]
    if hadoop.exists(spark, f"{output}/{NAME}"):
        raise JobError(
            f"the run {run} is complete already ({output})",
            "choose another run name (--run-name), or delete it first",
            exit_code=2,
        )
    if hadoop.exists(spark, f"{output}/{STARTED}"):
        earlier = json.loads(hadoop.read_bytes(spark, f"{output}/{STARTED}"))
        differing = [name for name in parameters if earlier.get(name) != parameters[name]]
        if differing:
            name = differing[0]
            raise JobError(
                f"the run {run} was begun with {name} = {earlier.get(name)!r}, not {parameters[name]!r}",
                "resume it with the same parameters, or choose another run name (--run-name)",
                exit_code=2,
            )
        return True
    hadoop.write_text(spark, f"{output}/{STARTED}", json.dumps(parameters))
    return False


def withdraw(spark: SparkSession, output: str) -> None:
    """Give up the claim on an output directory into which nothing was written, so that its name stays free."""
    hadoop.delete(spark, f"{output}/{STARTED}")


def write(spark: SparkSession, output: str, content: dict[str, Any]) -> dict[str, Any]:
    """Write the manifest, with the versions that ran; returns it."""
    content = {**content, "versions": versions(spark)}
    hadoop.write_text(spark, f"{output}/{NAME}", json.dumps(content, indent=2))
    return content


def read(spark: SparkSession, output: str) -> dict[str, Any]:
    """Read a complete run's manifest.

    Raises:
        JobError: the run does not exist or is not complete.
    """
    if not hadoop.exists(spark, f"{output}/{NAME}"):
        raise JobError(
            f"there is no complete run at {output}: it has no {NAME}",
            "let its job finish first, or name another run",
        )
    return json.loads(hadoop.read_bytes(spark, f"{output}/{NAME}"))


def versions(spark: SparkSession) -> dict[str, str]:
    """Return the versions of Python, Java, Spark and the packages whose code touches the numbers."""
    found = {"python": platform.python_version(), "spark": spark.version}
    found["java"] = spark.sparkContext._jvm.java.lang.System.getProperty("java.version")
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:  # EMR brings its own pyspark; only one of the two tensorflows is there
            continue
    return found
