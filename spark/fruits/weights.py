"""MobileNetV2's ImageNet weights: read from an HDF5 file in Keras's layout, and known by a digest of their values."""

import hashlib
import io
from collections.abc import Sequence
from typing import Any

import numpy as np

from fruits.architecture import Convolution, convolutions
from fruits.errors import JobError

# SHA-256 over the 260 tensors in the order of Keras's `MobileNetV2(include_top=False).get_weights()`, each as
# C-contiguous little-endian float32. It names the values, whatever file they came in.
DIGEST = "c009b1f1262c1f55420ed4f95d0f338acb97548930c6f6c8f3383b79544088a8"

Weights = list[np.ndarray]  # 260 float32 tensors: for each convolution its kernel, gamma, beta, mean, variance

_ELSEWHERE = "give the file that Keras publishes (…_1.0_224_no_top.h5), or leave the weights out to have them found"


def digest(tensors: Sequence[np.ndarray]) -> str:
    """Return the SHA-256 of the tensors' values, as hexadecimal."""
    total = hashlib.sha256()
    for tensor in tensors:
        total.update(np.ascontiguousarray(tensor, dtype="<f4").tobytes())
    return total.hexdigest()


def parse(content: bytes, source: str) -> Weights:
    """Read the 260 tensors from an HDF5 file's bytes and check their digest.

    Both Keras's weights files and whole models saved as HDF5 (group `model_weights`) are understood; layers that
    MobileNetV2 does not have are left aside.

    Raises:
        JobError: not HDF5, layers missing, or other values than the published ones; names `source`.
    """
    import h5py

    try:
        with h5py.File(io.BytesIO(content), "r") as file:
            root = file.get("model_weights", file)
            tensors = [tensor for layer in convolutions() for tensor in _of_layer(root, layer)]
    except OSError as error:
        raise JobError(
            f"the weights {source} are not a readable HDF5 file ({_first_line(error)})", _ELSEWHERE
        ) from None
    except KeyError as error:
        raise JobError(f"the weights {source} lack a layer of MobileNetV2: {_first_line(error)}", _ELSEWHERE) from None
    found = digest(tensors)
    if found != DIGEST:
        raise JobError(
            f"the weights {source} are not the ImageNet weights (digest {found[:12]}, expected {DIGEST[:12]})",
            _ELSEWHERE,
        )
    return tensors


def _of_layer(root: Any, layer: Convolution) -> list[np.ndarray]:
    tensors = []
    for name in (layer.name, layer.batch_norm):
        group = root[name]
        tensors += [np.asarray(group[weight], dtype=np.float32) for weight in group.attrs["weight_names"]]
    if len(tensors) != 5:
        raise KeyError(f"{layer.name} has {len(tensors)} tensors instead of 5")
    return tensors


def write(tensors: Sequence[np.ndarray], path: str) -> None:
    """Write the tensors as an HDF5 file that `parse` and Keras's `load_weights` read.

    Args:
        tensors: 260 tensors in the order of `parse`.
        path: a local file, overwritten.
    """
    import h5py

    parts = ("kernel", "gamma", "beta", "moving_mean", "moving_variance")
    values = iter(tensors)
    with h5py.File(path, "w") as file:
        names = []
        for layer in convolutions():
            for owner, its_parts in ((layer.name, parts[:1]), (layer.batch_norm, parts[1:])):
                kernel = "depthwise_kernel" if layer.depthwise else "kernel"
                keys = [f"{owner}/{kernel if part == 'kernel' else part}" for part in its_parts]
                group = file.create_group(owner)
                group.attrs["weight_names"] = keys
                for key in keys:
                    group[key] = next(values)
                names.append(owner)
        file.attrs["layer_names"] = names


def _first_line(error: Exception) -> str:
    return (str(error).strip("'\"").splitlines() or [type(error).__name__])[0]
