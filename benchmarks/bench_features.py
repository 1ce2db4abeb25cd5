"""Images per second of ImageFeaturizer, against what people write first: Keras's predict in a pandas UDF.

    .venv/bin/python benchmarks/bench_features.py PHOTOGRAPHS [--images 1000] [--rounds 3]

Both run in one Spark (local[2]) on the same images, in turn, after a warm-up of each that starts workers and loads
TensorFlow; the figure to quote is the median of the ratios. PHOTOGRAPHS is the directory above Training or Test.
"""

import argparse
import os
import statistics
import sys
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
    """Measure and print a line a round, then the medians."""
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
    images = dataset.read(spark, selection).persist()
    count = images.count()
    ours = ImageFeaturizer(weights=weights_file, outputType="array").transform(images).select("path", "features")
    reference = images.select("path", keras_udf(weights_file)("content").alias("features"))
    seconds(ours)
    ratios, rates = [], {"ours": [], "keras": []}
    for number in range(1, options.rounds + 1):
        mine, theirs = seconds(ours), seconds(reference)
        rates["ours"].append(count / mine)
        rates["keras"].append(count / theirs)
        ratios.append(theirs / mine)
        print(
            f"round {number}: ImageFeaturizer {count / mine:.0f}, Keras in a pandas UDF {count / theirs:.0f} images/s"
        )
    medians = {name: statistics.median(values) for name, values in rates.items()}
    print(
        f"median of {options.rounds}: {medians['ours']:.0f} against {medians['keras']:.0f} images/s on 2 cores, "
        f"ratio {statistics.median(ratios):.1f}"
    )
    spark.stop()


if __name__ == "__main__":
    main()
