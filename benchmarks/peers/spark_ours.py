"""Ours on Spark: ImageFeaturizer, and our engine in Spark's own predict_batch_udf."""

import sys
from pathlib import Path

import contender
from spark_session import computed, start


def predictor(weights_file: str):
    """Return what predict_batch_udf calls once in a worker."""

    def make():
        from fruits import engine, weights
        from fruits.preprocessing import pixels

        network = engine.build(weights.parse(Path(weights_file).read_bytes(), weights_file), engine.choose())
        return lambda contents: engine.run(network, [pixels(content) for content in contents])

    return make


def main(folder: str, weights_file: str) -> None:
    """Serve."""
    from pyspark.ml.functions import predict_batch_udf
    from pyspark.sql.types import ArrayType, FloatType

    from fruits import job, tasks
    from fruits.featurizer import ImageFeaturizer

    spark = start()
    ours = ImageFeaturizer(weights=weights_file, outputType="array", keepInput=False)
    reader = job.own(spark)
    reader.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", tasks.BATCH)  # as in a run
    featurised = ours.transform(reader.read.parquet(folder))
    udf = predict_batch_udf(predictor(weights_file), return_type=ArrayType(FloatType()), batch_size=32)
    batched = spark.read.parquet(folder).select("path", udf("content").alias("features"))
    contender.serve({"ours": lambda: computed(featurised), "predict-batch-ours": lambda: computed(batched)})
    spark.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
