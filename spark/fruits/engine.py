"""What computes the features: OpenVINO's CPU kernels, and TensorFlow, the reference, where these are not to be had.

One engine serves a Python process for its whole life. Spark reuses its Python workers, and this module stays
imported in them, so a worker pays for the library's import, the graph and the first call once.
"""

import gc
import importlib
from collections.abc import Callable
from typing import Protocol

import numpy as np

from fruits.architecture import FEATURES
from fruits.errors import JobError
from fruits.folding import Layer, fold
from fruits.weights import Weights

AUTO, REFERENCE = "auto", "tensorflow"
ENGINES = ("openvino", REFERENCE)  # the fastest first; each is a module of fruits.engines


class Engine(Protocol):
    """The network, made ready in this process.

    Attributes:
        name: of the library, one of ENGINES.
        micro_batch: the most images a call.
    """

    name: str
    micro_batch: int

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """Turn uint8 (n, 224, 224, 3) into float32 (n, 1280), n being 1 to `micro_batch`."""


_engines: dict[tuple[str, str], Engine] = {}
builds = 0  # how many engines this process has made: 1 unless weights change; tests look at it


def choose(wanted: str = AUTO) -> str:
    """Decide on the driver what computes on every worker; they have the same packages (`fruits.environment`).

    Args:
        wanted: one of ENGINES, or `auto`: the fastest that can be imported.

    Raises:
        JobError: there is no such engine, or it cannot be imported.
    """
    if wanted not in (AUTO, *ENGINES):
        raise JobError(f"there is no engine {wanted!r}", f"choose one of {', '.join((AUTO, *ENGINES))}", exit_code=2)
    if wanted == REFERENCE:  # its import takes seconds and half a gigabyte, which the driver need not spend
        return wanted
    name = ENGINES[0]
    try:
        importlib.import_module(name)
    except (ImportError, OSError) as error:  # no wheel for this platform, or a library of the system is too old
        if wanted == AUTO:
            _say_once(f"{name} cannot be imported here ({error}): TensorFlow computes the features")
            return REFERENCE
        raise JobError(
            f"the engine {name} cannot be imported: {error}", "choose the engine auto or tensorflow", exit_code=2
        ) from error
    return name


def cached(key: str, weights: Callable[[], Weights], name: str) -> Engine:
    """Return this process's engine for the weights that `key` names, building it on the first call.

    Args:
        key: the weights' digest.
        weights: called only when the engine has to be built.
        name: from `choose`.
    """
    if (name, key) not in _engines:
        _engines[name, key] = build(weights(), name)
        gc.freeze()  # Spark has a worker collect garbage after each task: 20 ms, most of it for the libraries' objects
    return _engines[name, key]


def build(weights: Weights, name: str) -> Engine:
    """Build an engine on one thread and run it once.

    One thread a process, because Spark runs one worker process a core: threads of several workers would fight.
    """
    global builds
    make: Callable[[list[Layer]], Engine] = importlib.import_module(f"fruits.engines.{name}").build
    engine = make(fold(weights))
    builds += 1
    return engine


def run(engine: Engine, images: list[np.ndarray]) -> np.ndarray:
    """Featurise images in micro-batches.

    Args:
        engine: from `cached` or `build`.
        images: uint8 arrays (224, 224, 3).

    Returns:
        float32 (len(images), 1280).
    """
    features = np.empty((len(images), FEATURES), np.float32)
    for start in range(0, len(images), engine.micro_batch):
        end = start + engine.micro_batch
        features[start:end] = engine(np.stack(images[start:end]))
    return features


_said: set[str] = set()


def _say_once(text: str) -> None:
    if text not in _said:
        _said.add(text)
        print(text)
