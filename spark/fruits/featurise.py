"""What a Python worker does to batches of images: bytes in, features out.

Apart from the Transformer, so that a worker imports neither Spark ML nor pandas, which takes as long as all the rest:
`pyarrow.array` does import pandas, so arrays are made of buffers.
"""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from pyspark import Accumulator, Broadcast

from fruits import weights
from fruits.architecture import FEATURES
from fruits.engine import Engine, cached, run
from fruits.pace import portion_done
from fruits.portions import portions
from fruits.preprocessing import RejectedImageError, pixels


class Plan(NamedTuple):
    """What a worker is told: where the images are, which columns stay, the output's names, and how to take images."""

    source: int
    kept: list[int]
    names: list[str]
    invalid: str
    with_reason: bool
    exif_transpose: bool
    engine: str


def featurise(
    batches: Iterator[pa.RecordBatch], broadcast: Broadcast, spans: Accumulator, plan: Plan
) -> Iterator[pa.RecordBatch]:
    """Featurise the images of one task.

    Args:
        batches: rows with the images.
        broadcast: the weights' tensors.
        spans: where the task tells of each portion, see `fruits.pace`.
        plan: what to do.

    Raises:
        RejectedImageError: an image cannot be decoded, where that is an error.
    """
    network = cached(weights.DIGEST, lambda: broadcast.value, plan.engine)
    for portion in portions(batches, plan.source):
        contents = chain.from_iterable(batch.column(plan.source) for batch in portion)
        features, reasons = _featurise(network, contents, exif_transpose=plan.exif_transpose)
        spans.add(portion_done(spans.aid, len(features)))
        if plan.invalid == "error" and any(reasons):
            raise RejectedImageError(f"an image cannot be featurised: {next(filter(None, reasons))}")
        columns = [pa.concat_arrays([batch.column(index) for batch in portion]) for index in plan.kept] + [features]
        if plan.with_reason:
            columns.append(pa.array(reasons, pa.string()) if any(reasons) else pa.nulls(len(reasons), pa.string()))
        result = pa.RecordBatch.from_arrays(columns, plan.names)
        yield result.filter(features.is_valid()) if plan.invalid == "skip" else result


def _featurise(
    network: Engine, contents: Iterable[pa.Scalar], *, exif_transpose: bool
) -> tuple[pa.ListArray, list[str | None]]:
    """Return the features as list<float> of 1280 (null where rejected) and the reasons (None where not)."""
    reasons: list[str | None] = []
    images: list[np.ndarray] = []
    for content in contents:
        try:
            images.append(pixels(content.as_py() or b"", exif_transpose=exif_transpose))
            reasons.append(None)
        except RejectedImageError as rejection:
            reasons.append(str(rejection))
    good = np.array([reason is None for reason in reasons], dtype=bool)
    offsets = np.concatenate([[0], np.cumsum(good) * FEATURES]).astype(np.int32)
    features = run(network, images)
    values = pa.Array.from_buffers(pa.float32(), features.size, [None, pa.py_buffer(features)])
    valid = None if good.all() else pa.py_buffer(np.packbits(good, bitorder="little"))
    buffers = [valid, pa.py_buffer(offsets)]
    return pa.Array.from_buffers(pa.list_(pa.float32()), len(good), buffers, children=[values]), reasons
