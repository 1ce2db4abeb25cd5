"""Files at any URI that Spark can reach, through Hadoop's FileSystem API on the driver. Nothing to install."""

import json
import time
from typing import Any, NamedTuple

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


def resolved(spark: SparkSession, uri: str) -> str:
    """Return the URI, escaped, of the file system that a directory really lies in, where one is mounted in another."""
    system, path = _path(spark, uri)
    return system.resolvePath(path).toUri().toString()


def exists(spark: SparkSession, uri: str) -> bool:
    """Tell whether a file or directory is there."""
    system, path = _path(spark, uri)
    return system.exists(path)


def entries(spark: SparkSession, uri: str, file_suffixes: tuple[str, ...] = ()) -> tuple[list[str], list[str]]:
    """List the names of the files and of the directories directly under a directory, both sorted.

    Args:
        spark: the session.
        uri: the directory; where it does not exist, both lists are empty.
        file_suffixes: what has one of them, in lower case, is taken for a file: to ask is a round trip for each.
    """
    system, path = _path(spark, uri)
    try:
        statuses = system.listStatus(path)
    except Py4JJavaError as error:
        if _is_missing(error):
            return [], []
        raise
    found: tuple[list[str], list[str]] = ([], [])
    for index, whole in enumerate(_texts(spark, statuses)):
        name = whole.rsplit("/", 1)[-1]
        is_file = name.lower().endswith(file_suffixes) if file_suffixes else False
        found[not is_file and statuses[index].isDirectory()].append(name)
    return sorted(found[0]), sorted(found[1])


def _texts(spark: SparkSession, statuses: Any) -> list[str]:
    """Return the paths of a Java array of FileStatus in one round trip, however many there are."""
    jvm = spark.sparkContext._jvm
    jackson = jvm.com.fasterxml.jackson.databind
    kind = jvm.java.lang.Class.forName("org.apache.hadoop.fs.Path")
    as_text = jackson.module.SimpleModule().addSerializer(kind, jackson.ser.std.ToStringSerializer.instance)
    mapper = jackson.ObjectMapper().registerModule(as_text)
    return json.loads(mapper.writeValueAsString(jvm.org.apache.hadoop.fs.FileUtil.stat2Paths(statuses)))


def files(spark: SparkSession, uri: str) -> list[str]:
    """List the names of the files directly under `uri`, sorted; empty when `uri` does not exist."""
    return entries(spark, uri, (".parquet",))[0]


def directories(spark: SparkSession, uri: str) -> list[str]:
    """List the names of the directories directly under `uri`, sorted; empty when `uri` does not exist."""
    return entries(spark, uri)[1]


def sizes(spark: SparkSession, uri: str) -> dict[str, int]:
    """List all files below a directory, at any depth: bytes by path relative to `uri`. S3 takes a request per 1,000."""
    system, path = _path(spark, uri)
    skip = len(system.makeQualified(path).toString()) + 1
    found, left = {}, system.listFiles(path, True)
    while left.hasNext():
        status = left.next()
        found[status.getPath().toString()[skip:]] = status.getLen()
    return found


class State(NamedTuple):
    """What there is at a URI: a directory, or a file of so many bytes."""

    directory: bool
    size: int


def state(spark: SparkSession, uri: str) -> State | None:
    """Ask what there is; None where there is nothing."""
    system, path = _path(spark, uri)
    try:
        found = system.getFileStatus(path)
    except Py4JJavaError as error:
        if _is_missing(error):
            return None
        raise
    return State(found.isDirectory(), found.getLen())


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


def read_json(spark: SparkSession, uri: str) -> dict[str, Any] | None:
    """Read a small JSON object; None where there is none, or one whose writer was killed half-way."""
    for pause in (0.2, 0.5, 0):
        if not exists(spark, uri):
            return None
        try:
            found = json.loads(read_bytes(spark, uri))
        except (ValueError, JobError):
            time.sleep(pause)  # where a file is not replaced at once, it may be read while it is written
        else:
            return found if isinstance(found, dict) else None
    return None


def write_text(spark: SparkSession, uri: str, text: str) -> None:
    """Write a small file, replacing what is there.

    By one create and nothing else: on S3 that is one PUT, so a reader sees the old text or the new. A rename would
    be a copy there, which S3A refuses onto an existing file. Elsewhere a reader may see half a text for a moment.

    Raises:
        JobError: the place cannot be written to.
    """
    system, path = _path(spark, uri)
    try:
        stream = system.create(path, True)
        try:
            stream.write(bytearray(text.encode()))
        finally:
            stream.close()
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


def _is_missing(error: Py4JJavaError) -> bool:
    return error.java_exception.getClass().getSimpleName() == "FileNotFoundException"
