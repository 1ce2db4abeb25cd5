"""MobileNetV2 1.0 at 224 x 224 without its classifier, as a list of convolutions.

Source: Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks" (2018), table 2; layer names as in
Keras's `MobileNetV2`, whose weights files are keyed by them.
"""

from typing import NamedTuple

IMAGE_SIZE = 224
FEATURES = 1280

# Table 2: expansion factor, output channels, repeats, stride of the first repeat.
BLOCKS = (
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)


class Convolution(NamedTuple):
    """One convolution with the batch norm behind it."""

    name: str
    batch_norm: str
    stride: int
    depthwise: bool
    relu6: bool
    begins_residual: bool = False  # its input is kept ...
    ends_residual: bool = False  # ... and added to this one's output


def convolutions() -> list[Convolution]:
    """List the 52 convolutions in the order of the network, which is also that of Keras's `get_weights()`."""
    layers = [Convolution("Conv1", "bn_Conv1", 2, depthwise=False, relu6=True)]
    channels, number = 32, 0
    for expansion, outputs, repeats, first_stride in BLOCKS:
        for repeat in range(repeats):
            stride = first_stride if repeat == 0 else 1
            residual = stride == 1 and channels == outputs
            prefix = f"block_{number}" if number else "expanded_conv"
            if expansion != 1:
                layers.append(_convolution(prefix, "expand", 1, begins_residual=residual))
            layers.append(_convolution(prefix, "depthwise", stride))
            layers.append(_convolution(prefix, "project", 1, relu6=False, ends_residual=residual))
            channels, number = outputs, number + 1
    return [*layers, Convolution("Conv_1", "Conv_1_bn", 1, depthwise=False, relu6=True)]


def _convolution(prefix: str, part: str, stride: int, *, relu6: bool = True, **residual: bool) -> Convolution:
    name = f"{prefix}_{part}"
    return Convolution(name, f"{name}_BN", stride, part == "depthwise", relu6, **residual)
