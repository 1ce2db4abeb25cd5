"""Let Java load the classes that the jobs use, so that it can put them into an archive when it ends."""

import sys
import tempfile
from pathlib import Path

from pyspark.sql import SparkSession
from pyspark.sql.functions import count, lit

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / "spark"))
from fruits import job, sample


def main(folder: str, made: str) -> None:
    """Write, read, sample, pass through Python, join and count, as the jobs do."""
    SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
    spark = job.session("training")
    with tempfile.TemporaryDirectory() as place:
        numbers = spark.range(100).selectExpr(
            "concat('Test/Kiwi/', id) AS path", "array(cast(id as float)) AS features"
        )
        numbers.write.parquet(f"{place}/numbers")
        rows = spark.read.parquet(f"{place}/numbers")
        sample.spread(rows.select("path"), 2)
        passed = rows.mapInArrow(lambda batches: batches, rows.schema)
        passed.join(job.paths(spark, ["1", "2"]), "path", "left_anti").agg(count(lit(1))).collect()
        spark.read.format("binaryFile").load(f"{place}/numbers").groupBy("length").count().orderBy("length").collect()
    gateway = spark.sparkContext._gateway
    spark.stop()
    gateway.shutdown()
    gateway.proc.stdin.close()  # the JVM ends when its standard input does, and writes the archive
    gateway.proc.wait()
    Path(made).rename(Path(folder, "spark.jsa"))


if __name__ == "__main__":
    main(*sys.argv[1:])
