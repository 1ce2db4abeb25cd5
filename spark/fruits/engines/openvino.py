"""MobileNetV2 as an OpenVINO model: the fastest on a CPU, in a fifth of TensorFlow's memory, ready in half a second.

Names as in OpenVINO's documentation: "Hints for the CPU device" and "CPU device: supported properties".
"""

from typing import Any

import numpy as np

from fruits.architecture import IMAGE_SIZE
from fruits.folding import OFFSET, SCALE, Layer

SETTINGS = {
    "INFERENCE_NUM_THREADS": 1,
    "NUM_STREAMS": 1,
    # Left to itself it computes in bfloat16 where the processor can (AMX), in float16 on ARM: not Keras's features.
    "INFERENCE_PRECISION_HINT": "f32",
    "ENABLE_CPU_PINNING": False,  # each process would bind itself to the same first core
}


class OpenVinoEngine:
    """See `fruits.engine.Engine`.

    Every call is of `micro_batch` images, a smaller one filled up: with a fixed shape OpenVINO chooses faster kernels
    (a sixth less time).
    """

    name = "openvino"
    micro_batch = 4

    def __init__(self, layers: list[Layer]) -> None:
        import openvino

        compiled = openvino.Core().compile_model(_model(layers, self.micro_batch), "CPU", SETTINGS)
        self._request = compiled.create_infer_request()
        self._padded = np.zeros((self.micro_batch, IMAGE_SIZE, IMAGE_SIZE, 3), np.uint8)

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """Compute the features of up to `micro_batch` images."""
        count = len(images)
        if count < self.micro_batch:
            self._padded[:count] = images
            images = self._padded
        self._request.infer([images], share_inputs=True)
        return self._request.get_output_tensor(0).data[:count].copy()


def build(layers: list[Layer]) -> OpenVinoEngine:
    """Build the model, compile it for this processor and run it once."""
    engine = OpenVinoEngine(layers)
    engine(np.zeros((engine.micro_batch, IMAGE_SIZE, IMAGE_SIZE, 3), np.uint8))
    return engine


def _model(layers: list[Layer], batch: int) -> Any:
    import openvino
    from openvino import opset13 as ops

    images = ops.parameter([batch, IMAGE_SIZE, IMAGE_SIZE, 3], np.uint8, name="images")
    x = ops.subtract(ops.multiply(ops.convert(images, "f32"), ops.constant(SCALE)), ops.constant(OFFSET))
    x, shortcut = ops.transpose(x, ops.constant(np.array([0, 3, 1, 2]))), None
    for layer, kernel, bias in layers:
        if layer.begins_residual:
            shortcut = x
        x = _convolution(ops, x, layer.depthwise, kernel, [layer.stride] * 2)
        x = ops.add(x, ops.constant(bias.reshape(1, -1, 1, 1)))
        if layer.relu6:
            x = ops.clamp(x, 0, 6)
        if layer.ends_residual:
            x = ops.add(x, shortcut)
    features = ops.reduce_mean(x, ops.constant(np.array([2, 3])), keep_dims=False)
    return openvino.Model([features], [images], "MobileNetV2")


def _convolution(ops: Any, x: Any, depthwise: bool, kernel: np.ndarray, strides: list[int]) -> Any:
    if depthwise:  # groups, outputs and inputs of a group, height, width
        values = ops.constant(np.ascontiguousarray(kernel.transpose(2, 3, 0, 1)[:, :, np.newaxis]))
        return ops.group_convolution(x, values, strides, [0, 0], [0, 0], [1, 1], "same_upper")
    values = ops.constant(np.ascontiguousarray(kernel.transpose(3, 2, 0, 1)))
    return ops.convolution(x, values, strides, [0, 0], [0, 0], [1, 1], "same_upper")
