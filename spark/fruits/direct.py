"""Photographs whose names Spark's own readers cannot read (`fruits.names`), opened by the workers themselves.

By pyarrow's file systems, which know local files and S3 by the machine's own role. Spark's readers stay the rule: they
know every file system that Hadoop knows, with the credentials that Hadoop has.
"""

import re
from collections.abc import Iterator
from functools import partial

import pyarrow as pa
from pyarrow.fs import FileSystem, FileType
from pyspark.sql import DataFrame, SparkSession

from fruits import hadoop, job
from fruits.errors import JobError

IMAGES_PER_TASK = 64  # their sizes are not known; as photographs of 4 MB they are 256 MiB


def read(spark: SparkSession, root: str, names: list[str], largest: int) -> DataFrame:
    """Read photographs: path string, label string, content binary; one that is gone or too large is left out.

    Args:
        spark: the session.
        root: URI of the data set's directory.
        names: paths below it.
        largest: bytes.
    """
    work = partial(_contents, uri=hadoop.resolved(spark, root), largest=largest)
    tasks = max(-(-len(names) // IMAGES_PER_TASK), min(len(names), spark.sparkContext.defaultParallelism))
    paths = job.paths(job.own(spark), names).repartition(tasks)
    return paths.mapInArrow(work, "path string, label string, content binary")


def _contents(batches: Iterator[pa.RecordBatch], uri: str, largest: int) -> Iterator[pa.RecordBatch]:
    system, above = opened(uri)
    for batch in batches:
        for name in batch.column(0).to_pylist():
            found = system.get_file_info(f"{above}/{name}")
            if found.type == FileType.File and found.size <= largest:
                with system.open_input_file(found.path) as file:
                    row = [[name], [name.split("/")[-2]], [file.read()]]
                types = (pa.string(), pa.string(), pa.binary())
                columns = [pa.array(value, kind) for value, kind in zip(row, types, strict=True)]
                yield pa.RecordBatch.from_arrays(columns, ["path", "label", "content"])


def opened(uri: str) -> tuple[FileSystem, str]:
    """Open the file system of a URI; returns the path in it too.

    Raises:
        JobError: pyarrow knows none for it.
    """
    # As pyarrow writes them: Hadoop's local URIs have one slash, and its S3 has three names.
    plain = re.sub(r"^s3[an]://", "s3://", re.sub(r"^file:/(?!/)", "file:///", uri))
    try:
        return FileSystem.from_uri(plain)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise JobError(
            f"photographs whose names begin with an underscore cannot be read from {uri}: {error}",
            "pack them (./inv upload-dataset does), or give them other names",
        ) from None
