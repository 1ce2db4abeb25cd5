"""tf.data without Spark: TensorFlow decodes and resizes in its own threads, Keras predicts; one process, all cores.

TensorFlow's bicubic is another than PIL's, so that the features are others too: what is compared is speed.
"""

import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "1"

import contender
import keras
import pyarrow.parquet as pq
import tensorflow as tf


def main(folder: str, weights_file: str) -> None:
    """Serve."""
    model = keras.applications.MobileNetV2(include_top=False, pooling="avg", weights=None, input_shape=(224, 224, 3))
    model.load_weights(weights_file)

    def decoded(content: tf.Tensor) -> tf.Tensor:
        image = tf.io.decode_jpeg(content, channels=3)
        return tf.image.resize(image, (224, 224), "bicubic") / 127.5 - 1

    def run() -> int:
        contents = pq.read_table(folder, columns=["content"]).column("content").to_pylist()
        images = tf.data.Dataset.from_tensor_slices(contents).map(decoded, tf.data.AUTOTUNE).batch(32).prefetch(2)
        return len(model.predict(images, verbose=0))

    contender.serve({"tf.data": run})


if __name__ == "__main__":
    main(*sys.argv[1:])
