"""MobileNetV2 as a frozen TensorFlow graph: the reference, and what serves where OpenVINO does not."""

import os
from typing import Any

import numpy as np

from fruits.architecture import IMAGE_SIZE
from fruits.folding import OFFSET, SCALE, Layer


class TensorFlowEngine:
    """See `fruits.engine.Engine`."""

    name = "tensorflow"
    micro_batch = 8  # the activations of 8 images stay in a core's cache, those of 32 do not

    def __init__(self, layers: list[Layer]) -> None:
        self._tf = tf = _tensorflow()

        def forward(images: Any) -> Any:
            return _forward(tf, layers, images)

        # XLA is left out on purpose: on a CPU it is slower than oneDNN's kernels by an order of magnitude.
        signature = [tf.TensorSpec([None, IMAGE_SIZE, IMAGE_SIZE, 3], tf.uint8)]
        self._graph = tf.function(forward, input_signature=signature, autograph=False).get_concrete_function()

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """Compute the features of up to `micro_batch` images."""
        return self._graph(self._tf.constant(images)).numpy()


def build(layers: list[Layer]) -> TensorFlowEngine:
    """Build the graph and run it once."""
    engine = TensorFlowEngine(layers)
    engine(np.zeros((engine.micro_batch, IMAGE_SIZE, IMAGE_SIZE, 3), np.uint8))
    return engine


def _forward(tf: Any, layers: list[Layer], images: Any) -> Any:
    x = tf.cast(images, tf.float32) * SCALE - OFFSET
    shortcut = None
    for layer, kernel, bias in layers:
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
