"""The part files of a result, as its manifest lists them: `{file: rows}`. What is not in the list is not of the result.

A directory of part files alone does not tell which of them belong together: two attempts at a run may have written
there, and a photograph may be gone since its row was written. So an attempt settles before it ends which files count,
and readers read those.
"""

import json
import re
from collections import Counter

from pyspark.sql import DataFrame, SparkSession, Window
from pyspark.sql.functions import coalesce, col, count, from_json, lit, regexp_extract, row_number
from pyspark.sql.functions import min as least

from fruits import hadoop
from fruits.errors import JobError

FILES = "part-*.parquet"
_NAME = r"^part-\d+-(.*)-c\d+"  # as Spark names them: the number of a task, the name of a job


def names(spark: SparkSession, folder: str) -> list[str]:
    """List the part files in a directory, sorted."""
    return [n for n in hadoop.files(spark, folder) if n.startswith("part-") and n.endswith(".parquet")]


def counted(spark: SparkSession, folder: str) -> dict[str, int]:
    """Count the rows of each part file in a directory that one writer has written whole."""
    present = names(spark, folder)
    return _counts(_files(spark, folder, "path string")) if present else {}


def read(spark: SparkSession, folder: str, schema: str, listed: dict[str, int] | None) -> DataFrame:
    """Read the files that a manifest lists, and no others.

    Args:
        spark: the session.
        folder: the directory; named as such, because to look up each file takes as long as to read it.
        schema: of the rows.
        listed: from the manifest; None for a run of an older version, which lists none: all files that are there.

    Raises:
        JobError: there are none, or one of them is missing.
    """
    present = set(names(spark, folder))
    if not present or not present.issuperset(listed or ()):
        lacking = sorted(set(listed or ()) - present)
        fault = f"{len(lacking)} of {len(listed)} files are not there" if listed else "there are no part files"
        raise JobError(f"{folder} is not as its manifest says: {fault}", "make the run anew under another name")
    rows = _files(spark, folder, schema)
    if listed is not None and present != listed.keys():
        rows = rows.where(col("_metadata.file_name").isin(list(listed)))
    return rows


def settle(spark: SparkSession, folder: str, wanted: DataFrame) -> dict[str, int]:
    """Decide which part files make up the result, and delete the others.

    A file stays when each of its rows is of a wanted photograph, and no other file that stays has it too: of two
    attempts' files for one photograph, those of the attempt with more rows stay.

    Args:
        spark: the session.
        folder: of the part files.
        wanted: path string, each once.

    Returns:
        rows by file.
    """
    present = names(spark, folder)
    if not present:
        return {}
    rows = _files(spark, folder, "path string").select("path", col("_metadata.file_name").alias("file"))
    known = rows.join(wanted.select("path", lit(True).alias("wanted")), "path", "left")
    counts = dict.fromkeys(present, 0) | _counts(rows)
    right = known.where(col("wanted")).select("path").distinct().count()
    if right == sum(counts.values()):
        return counts
    size: Counter[str] = Counter()
    for name, number in counts.items():
        size[_writer(name)] += number
    ranks = {writer: position for position, (writer, _) in enumerate(size.most_common())}
    rank = from_json(lit(json.dumps(ranks)), "map<string,int>")[regexp_extract("file", _NAME, 1)]
    nth = row_number().over(Window.partitionBy("path").orderBy(rank, "file"))
    judged = known.withColumn("first", coalesce(col("wanted"), lit(False)) & (nth == 1))
    kept = {row.file for row in judged.groupBy("file").agg(least("first").alias("first")).collect() if row.first}
    dropped = [name for name in present if counts[name] and name not in kept]
    print(
        f"{len(dropped)} part files with {sum(counts[name] for name in dropped)} rows are deleted: their photographs "
        "are in other files too, or have changed or gone since"
    )
    for name in dropped:
        hadoop.delete(spark, f"{folder}/{name}")
    return {name: counts[name] for name in present if name not in dropped}


def _files(spark: SparkSession, folder: str, schema: str) -> DataFrame:
    return spark.read.schema(schema).option("pathGlobFilter", FILES).parquet(folder)


def _counts(rows: DataFrame) -> dict[str, int]:
    file = col("file") if "file" in rows.columns else col("_metadata.file_name")
    found = rows.groupBy(file.alias("file")).agg(count(lit(1)).alias("rows")).collect()
    return {row.file: row.rows for row in sorted(found)}


def _writer(name: str) -> str:
    found = re.match(_NAME, name)
    return found[1] if found else ""
