"""Keras on Spark, as people write it: the usual notebook's UDF, its better form, and Spark's predict_batch_udf."""

import sys
from collections.abc import Iterator

import contender
from spark_session import computed, start

# What the usual notebook leaves as Spark has it is 10,000; 512 pictures of Keras's float32 are 300 MB.
BATCH = "512"


def loaded(weights_file: str):
    """Build Keras's network."""
    import keras

    model = keras.applications.MobileNetV2(include_top=False, pooling="avg", weights=None, input_shape=(224, 224, 3))
    model.load_weights(weights_file)
    return model


def predicted(model, contents):
    """Decode, preprocess and predict as Keras's documentation shows it."""
    import io

    import keras
    import numpy as np
    from PIL import Image

    images = [np.asarray(Image.open(io.BytesIO(c)).convert("RGB").resize((224, 224))) for c in contents]
    inputs = keras.applications.mobilenet_v2.preprocess_input(np.stack(images).astype(np.float32))
    return model.predict(inputs, verbose=0, batch_size=32)


def main(folder: str, weights_file: str) -> None:
    """Serve."""
    import pandas as pd
    from pyspark.ml.functions import predict_batch_udf
    from pyspark.sql.functions import pandas_udf
    from pyspark.sql.types import ArrayType, FloatType

    spark = start()
    spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", BATCH)

    @pandas_udf("array<float>")
    def notebook(contents: pd.Series) -> pd.Series:
        return pd.Series(list(predicted(loaded(weights_file), contents)))

    @pandas_udf("array<float>")
    def kept(batches: Iterator[pd.Series]) -> Iterator[pd.Series]:
        model = loaded(weights_file)
        for contents in batches:
            yield pd.Series(list(predicted(model, contents)))

    def make():
        model = loaded(weights_file)
        return lambda contents: predicted(model, contents)

    udfs = {
        "keras-notebook": notebook,
        "keras-iterator": kept,
        "predict-batch-keras": predict_batch_udf(make, return_type=ArrayType(FloatType()), batch_size=32),
    }
    images = spark.read.parquet(folder)
    results = {name: images.select("path", udf("content").alias("features")) for name, udf in udfs.items()}
    contender.serve({name: (lambda r=result: computed(r)) for name, result in results.items()})
    spark.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
