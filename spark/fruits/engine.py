"""MobileNetV2 as a frozen TensorFlow graph with its batch norms folded in: 1.5 times Keras's throughput on a CPU.

One engine serves a Python process for its whole life. Spark reuses its Python workers, and this module stays
imported in them, so a worker pays for TensorFlow's import, the graph and the first call once.
"""

import os
from collections.abc import Callable
from typing import Any

import numpy as np

from fruits.architecture import FEATURES, IMAGE_SIZE, convolutions
from fruits.weights import Weights

BATCH_NORM_EPSILON = 1e-3  # Keras's MobileNetV2
MICRO_BATCH = 8  # images a call: the activations of 8 stay in a core's cache, those of 32 do not

Engine = Callable[[np.ndarray], np.ndarray]

_engines: dict[str, Engine] = {}
builds = 0  # how many engines this process has made: 1 unless weights change; tests look at it


def cached(key: str, weights: Callable[[], Weights]) -> Engine:
    """Return this process's engine for the weights that `key` names, building it on the first call.

    Args:
        key: the weights' digest.
        weights: called only when the engine has to be built.

    Returns:
        a function from uint8 (n, 224, 224, 3) to float32 (n, 1280).
    """
    if key not in _engines:
        _engines[key] = build(weights())
    return _engines[key]


def fold(weights: Weights) -> list[tuple[np.ndarray, np.ndarray]]:
    """Fold each batch norm into the convolution before it.

    With scale s = gamma / sqrt(variance + epsilon), norm(conv(x, kernel)) = conv(x, kernel * s) + (beta - mean * s).
    Computed in float64, returned as float32 (kernel, bias) per convolution.
    """
    folded = []
    values = iter(weights)
    for layer in convolutions():
        kernel, gamma, beta, mean, variance = (next(values).astype(np.float64) for _ in range(5))
        scale = gamma / np.sqrt(variance + BATCH_NORM_EPSILON)
        # Depthwise kernels are (height, width, channels, 1), the others (height, width, inputs, channels).
        along = scale[:, np.newaxis] if layer.depthwise else scale
        folded.append(((kernel * along).astype(np.float32), (beta - mean * scale).astype(np.float32)))
    return folded


def build(weights: Weights) -> Engine:
    """Build the graph on one thread and run it once.

    One thread a process, because Spark runs one worker process a core: threads of several workers would fight.
    XLA is left out on purpose: on a CPU it is slower than oneDNN's kernels by an order of magnitude.
    """
    global builds
    tf = _tensorflow()
    layers = list(zip(convolutions(), fold(weights), strict=True))

    def forward(images: Any) -> Any:
        x = tf.cast(images, tf.float32) * np.float32(1 / 127.5) - np.float32(1)
        shortcut = None
        for layer, (kernel, bias) in layers:
            if layer.begins_residual:
                shortcut = x
            if layer.depthwise:
                x = tf.nn.depthwise_conv2d(x, kernel, [1, layer.stride, layer.stride, 1], "SAME")
            else:
                x = tf.nn.conv2d(x, kernel, layer.stride, "SAME")
            x = tf.nn.bias_add(x, bias)
            if layer.relu6:
                x = tf.nn.relu6(x)
            if layer.ends_residual:
                x = x + shortcut
        return tf.reduce_mean(x, [1, 2])

    signature = [tf.TensorSpec([None, IMAGE_SIZE, IMAGE_SIZE, 3], tf.uint8)]
    graph = tf.function(forward, input_signature=signature, autograph=False).get_concrete_function()

    def engine(images: np.ndarray) -> np.ndarray:
        return graph(tf.constant(images)).numpy()

    engine(np.zeros((MICRO_BATCH, IMAGE_SIZE, IMAGE_SIZE, 3), np.uint8))
    builds += 1
    return engine


def _tensorflow() -> Any:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
    # TensorFlow leaves these kernels off on processors without VNNI (AMD Zen 2 and 3, Intel Skylake: m5 and c5 among
    # EMR's nodes), which have the vector units that they need.
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
    import tensorflow as tf

    try:
        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(1)
    except RuntimeError:  # TensorFlow is already at work in this process (a notebook): its threads stay as they are
        pass
    return tf


def run(engine: Engine, images: list[np.ndarray]) -> np.ndarray:
    """Featurise images in micro-batches.

    Args:
        engine: from `cached` or `build`.
        images: uint8 arrays (224, 224, 3).

    Returns:
        float32 (len(images), 1280).
    """
    features = np.empty((len(images), FEATURES), np.float32)
    for start in range(0, len(images), MICRO_BATCH):
        features[start : start + MICRO_BATCH] = engine(np.stack(images[start : start + MICRO_BATCH]))
    return features
