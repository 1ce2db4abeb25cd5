"""The network bare, as each contender without TensorFlow uses it: from weights to a function over decoded images."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from fruits import engine, weights
from fruits.folding import OFFSET, SCALE, Layer, fold
from fruits.preprocessing import pixels

Network = Callable[[list[np.ndarray]], np.ndarray]
PORTION = 32  # images decoded at a time


def ours(weights_file: str) -> Network:
    """Build our engine."""
    network = engine.build(_weights(weights_file), engine.choose())
    return lambda images: engine.run(network, images)


def onnx_runtime(weights_file: str) -> Network:
    """Build ONNX Runtime's session on one thread; with 8 images a call it was the fastest."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    model = _onnx(fold(_weights(weights_file)))
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])

    def network(images: list[np.ndarray]) -> np.ndarray:
        calls = range(0, len(images), 8)
        return np.concatenate([session.run(None, {"images": np.stack(images[i : i + 8])})[0] for i in calls])

    return network


def featurise(network: Network, contents: list[bytes]) -> np.ndarray:
    """Decode and featurise files, a portion at a time."""
    portions = [contents[start : start + PORTION] for start in range(0, len(contents), PORTION)]
    return np.concatenate([network([pixels(content) for content in portion]) for portion in portions])


def _weights(weights_file: str) -> weights.Weights:
    return weights.parse(Path(weights_file).read_bytes(), weights_file)


def _onnx(layers: list[Layer]) -> bytes:
    from onnx import TensorProto, helper, numpy_helper

    nodes, values, side = [], [], 224

    def constant(name: str, value: np.ndarray) -> str:
        values.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(kind: str, *inputs: str, **attributes: object) -> str:
        output = f"{kind}{len(nodes)}"
        nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    six = constant("six", np.float32(6)), constant("zero", np.float32(0))
    x = node("Transpose", node("Cast", "images", to=TensorProto.FLOAT), perm=[0, 3, 1, 2])
    x = node("Sub", node("Mul", x, constant("scale", SCALE)), constant("offset", OFFSET))
    shortcut = x
    for number, ((convolution, kernel, bias)) in enumerate(layers):
        if convolution.begins_residual:
            shortcut = x
        size, strides = kernel.shape[0], [convolution.stride] * 2
        outputs = -(-side // convolution.stride)
        pads = max(0, (outputs - 1) * convolution.stride + size - side)  # as TensorFlow's SAME divides them
        before, side = pads // 2, outputs
        turned = kernel.transpose(2, 3, 0, 1) if convolution.depthwise else kernel.transpose(3, 2, 0, 1)
        inputs = x, constant(f"kernel{number}", turned), constant(f"bias{number}", bias)
        group = len(bias) if convolution.depthwise else 1
        x = node("Conv", *inputs, strides=strides, pads=[before, before, pads - before, pads - before], group=group)
        if convolution.relu6:
            x = node("Clip", x, six[1], six[0])
        if convolution.ends_residual:
            x = node("Add", x, shortcut)
    pooled = node("GlobalAveragePool", x)
    nodes.append(helper.make_node("Flatten", [pooled], ["features"]))
    images = helper.make_tensor_value_info("images", TensorProto.UINT8, ["n", 224, 224, 3])
    features = helper.make_tensor_value_info("features", TensorProto.FLOAT, ["n", 1280])
    graph = helper.make_graph(nodes, "MobileNetV2", [images], [features], values)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8).SerializeToString()
