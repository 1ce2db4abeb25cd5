"""PCA in one process with all rows in memory, from Parquet to components: scikit-learn's, and numpy's SVD."""

import sys
from collections.abc import Callable
from pathlib import Path

import contender
import numpy as np
import pyarrow.parquet as pq
from sklearn.decomposition import PCA


def by_scikit_learn(rows: np.ndarray, k: int) -> np.ndarray:
    """Let scikit-learn choose its solver."""
    return PCA(k, random_state=0).fit(rows).components_.T


def by_numpy(rows: np.ndarray, k: int) -> np.ndarray:
    """Take the exact SVD in double precision."""
    centred = rows - rows.mean(0, dtype=np.float64)
    return np.linalg.svd(centred, full_matrices=False)[2][:k].T


def main(folder: str, results: str, k: str) -> None:
    """Serve."""

    def fitting(name: str, fit: Callable[[np.ndarray, int], np.ndarray]) -> Callable[[], int]:
        def run() -> int:
            column = pq.read_table(folder, columns=["features"]).column("features")
            rows = np.concatenate([chunk.flatten().to_numpy().reshape(len(chunk), -1) for chunk in column.chunks])
            np.save(Path(results, f"{name}.npy"), fit(rows, int(k)))
            return len(rows)

        return run

    solvers = {"scikit-learn": by_scikit_learn, "numpy-svd": by_numpy}
    contender.serve({name: fitting(name, fit) for name, fit in solvers.items()})


if __name__ == "__main__":
    main(*sys.argv[1:])
