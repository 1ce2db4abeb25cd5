"""Rows a second from Parquet to components: DistributedPCA, Spark ML's PCA, scikit-learn's and numpy's SVD.

    ./inv check.bench --only pca

Rows are random with a falling spectrum, 1280 wide, as features are; all read the same Parquet files on two cores, in
turn, after a pass each. How far the answers are apart is the largest angle between the spaces that they span.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from rounds import Program, compare, record, table

FEATURES = 1280
CONTENDERS = {"spark_pca.py": ("ours", "spark-ml"), "local_pca.py": ("scikit-learn", "numpy-svd")}


def write(folder: Path, rows: int) -> None:
    """Write the rows as Parquet files of 2,048."""
    random = np.random.default_rng(0)
    mixing = np.linalg.qr(random.normal(size=(FEATURES, FEATURES)))[0] * np.geomspace(1, 0.01, FEATURES)[:, np.newaxis]
    for start in range(0, rows, 2_048):
        values = (random.normal(size=(min(2_048, rows - start), FEATURES)) @ mixing).astype(np.float32)
        offsets = pa.array(np.arange(len(values) + 1, dtype=np.int32) * FEATURES)
        column = pa.ListArray.from_arrays(offsets, pa.array(values.reshape(-1)))
        pq.write_table(pa.table({"features": column}), folder / f"{start}.parquet")


def angle(one: np.ndarray, other: np.ndarray) -> float:
    """Return the largest principal angle between what the columns of two matrices span, in radians.

    By its sine, since the cosine of a small angle says nothing about it (Björck and Golub, 1973).
    """
    basis = np.linalg.qr(one)[0]
    rest = np.linalg.qr(other)[0]
    return float(np.arcsin(min(1.0, np.linalg.norm(rest - basis @ (basis.T @ rest), 2))))


def main() -> None:
    """Compare, print, and write what was measured where it is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--k", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--contenders", default="", help="some of them, with commas between")
    parser.add_argument("--json", type=Path, help="a file for the figures")
    options = parser.parse_args()
    wanted = [name for name in options.contenders.split(",") if name]
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as results:
        write(Path(folder), options.rows)
        programs = []
        for file, names in CONTENDERS.items():
            its = tuple(name for name in names if not wanted or name in wanted)
            if its:
                programs.append(Program(file, its, sys.executable, (folder, results, str(options.k))))
        measured = compare(programs, options.rounds, options.rows)
        found = {name: np.load(Path(results, f"{name}.npy")) for name in measured}
    print(table(measured, "rows"))
    for name, components in found.items():
        if name != "ours" and "ours" in found:
            print(f"{name}: {angle(found['ours'], components):.1e} rad from ours")
    if options.json:
        record(options.json, measured, {"rows": options.rows, "k": options.k, "rounds": options.rounds})


if __name__ == "__main__":
    main()
