"""The network's convolutions, with the batch norms folded into them: what every engine builds its graph from."""

from typing import NamedTuple

import numpy as np

from fruits.architecture import Convolution, convolutions
from fruits.weights import Weights

BATCH_NORM_EPSILON = 1e-3  # Keras's MobileNetV2
# Bytes from 0 to 255 become values from -1 to 1, as Keras's preprocess_input makes them.
SCALE, OFFSET = np.float32(1 / 127.5), np.float32(1)


class Layer(NamedTuple):
    """A convolution and its values.

    Attributes:
        convolution: where it stands in the network.
        kernel: float32 (height, width, channels, 1) of a depthwise one, else (height, width, inputs, channels).
        bias: float32 (channels,).
    """

    convolution: Convolution
    kernel: np.ndarray
    bias: np.ndarray


def fold(weights: Weights) -> list[Layer]:
    """Fold each batch norm into the convolution before it.

    With scale s = gamma / sqrt(variance + epsilon), norm(conv(x, kernel)) = conv(x, kernel * s) + (beta - mean * s).
    Computed in float64.
    """
    folded = []
    values = iter(weights)
    for convolution in convolutions():
        kernel, gamma, beta, mean, variance = (next(values).astype(np.float64) for _ in range(5))
        scale = gamma / np.sqrt(variance + BATCH_NORM_EPSILON)
        along = scale[:, np.newaxis] if convolution.depthwise else scale
        folded.append(Layer(convolution, (kernel * along).astype(np.float32), (beta - mean * scale).astype(np.float32)))
    return folded
