"""The floating-point roofline: two processes that only multiply matrices, as often as images need operations.

Williams, Waterman and Patterson, "Roofline: An Insightful Visual Performance Model" (2009): who does every
multiplication of the network in float32 is no faster than the processor does these alone. NumPy's BLAS stands for it.
"""

import os
import sys
from multiprocessing import get_context
from pathlib import Path

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # before NumPy is imported

import contender
import numpy as np
import pyarrow.parquet as pq

from fruits import weights
from fruits.architecture import IMAGE_SIZE
from fruits.folding import Layer, fold

PROCESSES = 2
SIDE = 1024  # of the matrices: those of twice that are a tenth faster, and too few of them to fit a small pass


def multiplications(layers: list[Layer]) -> int:
    """Count the multiplications, each with an addition, that the convolutions take for an image: 300 million."""
    side, sum_ = IMAGE_SIZE, 0
    for layer in layers:
        side = -(-side // layer.convolution.stride)
        sum_ += side * side * layer.kernel.size
    return sum_


def multiply(wanted: int) -> None:
    """Do at least so many multiplications."""
    one = np.full((SIDE, SIDE), 0.5, np.float32)
    out = np.empty_like(one)
    for _ in range(-(-wanted // SIDE**3)):
        np.matmul(one, one, out=out)


def main(folder: str, weights_file: str) -> None:
    """Serve."""
    each = multiplications(fold(weights.parse(Path(weights_file).read_bytes(), weights_file)))
    count = pq.read_table(folder, columns=[]).num_rows
    with get_context("spawn").Pool(PROCESSES) as pool:

        def roofline() -> int:
            pool.map(multiply, [count * each // PROCESSES] * PROCESSES)
            return count

        contender.serve({"roofline": roofline})


if __name__ == "__main__":
    main(*sys.argv[1:])
