"""Files at any URI that Spark can reach, through Hadoop's FileSystem API on the driver. Nothing to install."""

from typing import Any

from py4j.protocol import Py4JJavaError
from pyspark.sql import SparkSession

from fruits.errors import JobError


def _path(spark: SparkSession, uri: str) -> tuple[Any, Any]:
    jvm = spark.sparkContext._jvm
    path = jvm.org.apache.hadoop.fs.Path(uri)
    return path.getFileSystem(spark.sparkContext._jsc.hadoopConfiguration()), path


def qualified(spark: SparkSession, uri: str) -> str:
    """Return the URI as Spark writes it in path columns: with its scheme, without a trailing slash."""
    system, path = _path(spark, uri)
    return system.makeQualified(path).toString()


def exists(spark: SparkSession, uri: str) -> bool:
    """Tell whether a file or directory is there."""
    system, path = _path(spark, uri)
    return system.exists(path)


def directories(spark: SparkSession, uri: str) -> list[str]:
    """List the names of the directories directly under `uri`, sorted; empty when `uri` does not exist."""
    system, path = _path(spark, uri)
    if not system.exists(path):
        return []
    return sorted(s.getPath().getName() for s in system.listStatus(path) if s.isDirectory())


def files(spark: SparkSession, uri: str) -> list[str]:
    """List the names of the files directly under `uri`, sorted; empty when `uri` does not exist."""
    system, path = _path(spark, uri)
    if not system.exists(path):
        return []
    return sorted(s.getPath().getName() for s in system.listStatus(path) if s.isFile())


def sizes(spark: SparkSession, uri: str) -> dict[str, int]:
    """List all files below a directory, at any depth: bytes by path relative to `uri`. S3 takes a request per 1,000."""
    system, path = _path(spark, uri)
    skip = len(system.makeQualified(path).toString()) + 1
    found, left = {}, system.listFiles(path, True)
    while left.hasNext():
        status = left.next()
        found[status.getPath().toString()[skip:]] = status.getLen()
    return found


def read_bytes(spark: SparkSession, uri: str) -> bytes:
    """Read a whole small file.

    Raises:
        JobError: it does not exist or cannot be read.
    """
    system, path = _path(spark, uri)
    try:
        stream = system.open(path)
        try:
            return bytes(spark.sparkContext._jvm.org.apache.commons.io.IOUtils.toByteArray(stream))
        finally:
            stream.close()
    except Py4JJavaError as error:
        raise JobError(f"{uri} cannot be read ({reason(error)})", "check the path and the permissions on it") from None


def write_text(spark: SparkSession, uri: str, text: str) -> None:
    """Write a small file, replacing it whole: a reader sees the old text or the new, never half of it.

    Raises:
        JobError: the place cannot be written to.
    """
    system, path = _path(spark, uri)
    hidden = path.suffix(".writing")
    try:
        stream = system.create(hidden, True)
        try:
            stream.write(bytearray(text.encode()))
        finally:
            stream.close()
        if not system.rename(hidden, path):  # HDFS and EMRFS refuse to replace; a local rename replaces at once
            system.delete(path, False)
            system.rename(hidden, path)
    except Py4JJavaError as error:
        raise JobError(
            f"{uri} cannot be written ({reason(error)})",
            "choose a place that you may write to, with room on it",
        ) from None


def delete(spark: SparkSession, uri: str) -> None:
    """Delete a file or a directory with all that is in it; nothing happens when it is not there."""
    system, path = _path(spark, uri)
    system.delete(path, True)


def reason(error: Py4JJavaError) -> str:
    """Return a Java exception's own message in one line."""
    java = error.java_exception
    message = java.getMessage() if java is not None else str(error)
    return (message or str(java)).strip().splitlines()[0]
