"""Images per second of ImageFeaturizer, against what people write first: Keras's predict in a pandas UDF.

    .venv/bin/python benchmarks/bench_features.py PHOTOGRAPHS [--images 1000] [--rounds 3]

Both run in one Spark (local[2]) on the same images, in turn, after a warm-up of each that starts workers and loads
TensorFlow; the figure to quote is the median of the ratios. PHOTOGRAPHS is the directory above Training or Test.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

SPARK = Path(__file__).resolve().parent.parent / "spark"
sys.path.insert(0, str(SPARK))
os.environ["PYTHONPATH"] = str(SPARK)
os.environ["PYSPARK_PYTHON"] = sys.executable
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"

from pyspark.sql import DataFrame, SparkSession  # noqa: E402
from pyspark.sql.functions import pandas_udf  # noqa: E402

from fruits import dataset, job, weights_source  # noqa: E402
from fruits.featurizer import ImageFeaturizer  # noqa: E402


def keras_udf(weights_file: str):
    """Make the usual notebook's UDF, its model at least kept from batch to batch of a task."""
    import pandas as pd

    @pandas_udf("array<float>")
    def features(batches: Iterator[pd.Series]) -> Iterator[pd.Series]:
        import io

        import keras
        import numpy as np
        from PIL import Image

        model = keras.applications.MobileNetV2(
            include_top=False, pooling="avg", weights=None, input_shape=(224, 224, 3)
        )
        model.load_weights(weights_file, by_name=True)
        for contents in batches:
            images = [np.asarray(Image.open(io.BytesIO(c)).convert("RGB").resize((224, 224))) for c in contents]
            inputs = keras.applications.mobilenet_v2.preprocess_input(np.stack(images).astype(np.float32))
            yield pd.Series(list(model.predict(inputs, verbose=0, batch_size=32)))

    return features


def seconds(result: DataFrame) -> float:
    """Time a result's full computation, thrown away."""
    started = time.perf_counter()
    result.write.format("noop").mode("overwrite").save()
    return time.perf_counter() - started


def main() -> None:
    """Take a sample of the photographs, and compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photographs")
    parser.add_argument("--images", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    split = next(name for name in dataset.SPLITS if Path(options.photographs, name).is_dir())
    SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
    spark = job.session("benchmark")
    spark.sparkContext.setLogLevel("ERROR")
    weights_file = os.environ.get("ORCHARD_WEIGHTS") or str(weights_source.find())
    selection = dataset.select(spark, options.photographs, "mini", split, options.images)
    spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", "512")  # for the peer: it predicts batch by batch
    with tempfile.TemporaryDirectory() as folder:
        dataset.read(spark, selection).write.mode("overwrite").parquet(folder)
        compare(spark, folder, weights_file, options.rounds)
    spark.stop()


def compare(spark: SparkSession, folder: str, weights_file: str, rounds: int) -> None:
    """Measure and print a line a round, then the medians; each reads in the session that it is meant for."""
    mine, theirs = job.own(spark).read.parquet(folder).persist(), spark.read.parquet(folder).persist()
    count = mine.count()
    assert theirs.count() == count
    ours = ImageFeaturizer(weights=weights_file, outputType="array").transform(mine).select("path", "features")
    reference = theirs.select("path", keras_udf(weights_file)("content").alias("features"))
    seconds(ours)
    ratios, rates = [], {"ours": [], "keras": []}
    for number in range(1, rounds + 1):
        spent, other = seconds(ours), seconds(reference)
        rates["ours"].append(count / spent)
        rates["keras"].append(count / other)
        ratios.append(other / spent)
        print(
            f"round {number}: ImageFeaturizer {count / spent:.0f}, Keras in a pandas UDF {count / other:.0f} images/s"
        )
    medians = {name: statistics.median(values) for name, values in rates.items()}
    print(
        f"median of {rounds}: {medians['ours']:.0f} against {medians['keras']:.0f} images/s on 2 cores, "
        f"ratio {statistics.median(ratios):.1f}"
    )


if __name__ == "__main__":
    main()
