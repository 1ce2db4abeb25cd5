"""Does what Spark jobs do, so that Java loads the classes that they need, and has it archive them.

Run as a script, outside the package: `python training.py ARCHIVE`, with SPARK_HOME and JAVA_HOME. It takes what
processor time nobody else wants.
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyspark.ml.feature import PCAModel
from pyspark.ml.functions import array_to_vector, vector_to_array
from pyspark.sql import DataFrame, Observation, SparkSession, Window
from pyspark.sql.functions import broadcast, col, collect_list, count, countDistinct, lit, row_number, to_json


def main(archive: Path) -> None:
    """Start Spark, do it all, and let Java end."""
    os.nice(19)
    with tempfile.TemporaryDirectory(dir=archive.parent) as place:
        made = Path(place, archive.name)
        _work(made, place)
        made.rename(archive)


def _work(made: Path, place: str) -> None:
    settings = {
        "spark.driver.extraJavaOptions": f"-XX:ArchiveClassesAtExit={made} -Xlog:disable",
        "spark.sql.parquet.compression.codec": "zstd",
        "spark.ui.enabled": "false",
    }
    builder = SparkSession.builder.master("local[1]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    rows = _written(spark, f"{place}/numbers")
    _compared(rows)
    _decomposed(rows, place)
    gateway = spark.sparkContext._gateway
    spark.stop()
    gateway.shutdown()
    gateway.proc.stdin.close()  # the JVM ends when its standard input does, and writes the archive
    gateway.proc.wait()


def _written(spark: SparkSession, folder: str) -> DataFrame:
    weights, seen = spark.sparkContext.broadcast(np.ones(8)), Observation()
    features = "transform(sequence(1, 8), n -> cast(sin(id * n) as float)) AS features"
    numbers = spark.range(100).selectExpr("concat('Test/Kiwi/', id) AS path", "'Kiwi' AS label", features)

    def passed(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        return (batch for batch in batches if weights.value.any())

    through = numbers.mapInArrow(passed, numbers.schema).observe(seen, to_json(collect_list("path")).alias("paths"))
    through.where(col("features").isNotNull()).write.parquet(folder)
    seen.get  # noqa: B018 - waits for it
    return spark.read.schema(numbers.schema).parquet(folder)


def _compared(rows: DataFrame) -> None:
    rows.select(count(lit(1)), countDistinct("path")).first()
    nth = row_number().over(Window.partitionBy("label").orderBy("path"))
    few = rows.withColumn("nth", nth).where("nth < 9").select("path")
    named = rows.select("path", col("_metadata.file_name").alias("file"))
    named.join(few, "path", "left_anti").groupBy("file").count().collect()
    rows.join(broadcast(few), "path", "left_semi").agg(count(lit(1))).collect()


def _decomposed(rows: DataFrame, place: str) -> None:
    vectors = rows.select("path", array_to_vector("features").alias("features"))
    jvm = rows.sparkSession.sparkContext._jvm
    linalg = jvm.org.apache.spark.ml.linalg
    java = jvm.org.apache.spark.ml.feature.PCAModel("pca", linalg.DenseMatrix.ones(8, 2), linalg.Vectors.zeros(2))
    java.set(java.getParam("k"), 2)
    model = PCAModel(java).setInputCol("features").setOutputCol("scores")
    model.write().save(f"{place}/model")
    scores = model.transform(vectors).select("path", vector_to_array("scores").alias("scores"))
    scores.coalesce(1).write.parquet(f"{place}/scores")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
