"""A run's manifest: what was done, with what, and how it went. Written last, so that its presence means complete.

Its format is orchard/runs/manifest.schema.json. Older versions named it without the underscore, for which readers of
Parquet took it for data, and gave it no `schema`, `parts`, `started`, `ended` and `attempts`.
"""

import json
import platform
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from pyspark.sql import SparkSession

from fruits import hadoop
from fruits.errors import JobError
from fruits.progress import Progress

NAME, OLDER = "_manifest.json", "manifest.json"
SCHEMA = 2
_PACKAGES = ("pyspark", "tensorflow", "tensorflow-cpu", "openvino", "numpy", "pandas", "pyarrow", "pillow")


def complete(spark: SparkSession, output: str, parameters: dict[str, Any]) -> dict[str, Any] | None:
    """Return the manifest of a run that is complete already, so that nothing is left to do; None when it is not.

    Raises:
        JobError: it is complete, and of other parameters.
    """
    found = _find(spark, output)
    if found is None:
        return None
    known = {"input": found.get("input"), **found.get("parameters", {})}
    run = output.rsplit("/", 1)[-1]
    for name, value in parameters.items():
        if name in known and known[name] != value:  # an older version may not have known of it
            raise JobError(
                f"the run {run} is complete already, with {name} = {known[name]!r}, not {value!r} ({output})",
                "choose another run name (--run-name), or delete it first",
                exit_code=2,
            )
    print(f"the run {run} is complete already -> {output}")
    return found


def write(spark: SparkSession, output: str, progress: Progress, content: dict[str, Any]) -> dict[str, Any]:
    """Write the manifest, with when and how long all attempts at the run worked, and the versions that ran; returns it.

    Raises:
        JobError: another attempt has taken over, or the place cannot be written to.
    """
    progress.check()
    attempts = [_readable(attempt) for attempt in [*progress.earlier, progress.summary("complete")]]
    content = {
        "schema": SCHEMA,
        **content,
        "started": attempts[0]["started"],
        "ended": attempts[-1]["ended"],
        "attempts": attempts,
        "timings": progress.total_timings,
        "versions": versions(spark),
    }
    hadoop.write_text(spark, f"{output}/{NAME}", json.dumps(content, indent=2))
    return content


def _find(spark: SparkSession, output: str) -> dict[str, Any] | None:
    return hadoop.read_json(spark, f"{output}/{NAME}") or hadoop.read_json(spark, f"{output}/{OLDER}")


def _readable(attempt: dict[str, Any]) -> dict[str, Any]:
    """Turn Unix times into ISO 8601."""
    moments = ("started", "ended")
    return attempt | {m: datetime.fromtimestamp(attempt[m], UTC).isoformat(timespec="seconds") for m in moments}


def read(spark: SparkSession, output: str) -> dict[str, Any]:
    """Read a complete run's manifest.

    Raises:
        JobError: the run does not exist or is not complete.
    """
    found = _find(spark, output)
    if found is None:
        raise JobError(
            f"there is no complete run at {output}: it has no {NAME}",
            "let its job finish first, or name another run",
        )
    return found


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
