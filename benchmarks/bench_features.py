"""Images a second from files' bytes to features: ours on Spark, its peers on Spark and without, and the bound.

    ./inv check.bench --only features [--photographs DIRECTORY]

All read the same Parquet files (path, content), on two cores, in turn, after a pass each that starts workers and builds
networks. What is measured is recorded in measured.json. Bare is our engine in two processes over decoded images: what
no way around it can surpass. The roofline is the network's multiplications alone.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from rounds import Program, compare, record, table

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "spark")]
FILES = 8  # Parquet files that the images are in

CONTENDERS = {  # file: its contenders, whether it needs the peers' environment, and which networks it is told of
    "spark_ours.py": (("ours", "predict-batch-ours"), False, ()),
    "pools.py": (
        ("pool-ours", "pool-onnx_runtime", "bare-ours", "bare-onnx_runtime"),
        True,
        ("ours", "onnx_runtime"),
    ),
    "roofline.py": (("roofline",), False, ()),
    "spark_keras.py": (("keras-iterator", "predict-batch-keras", "keras-notebook"), False, ()),
    "tf_data.py": (("tf.data",), False, ()),
    "ray_data.py": (("ray-ours", "ray-onnx_runtime"), True, ("ours", "onnx_runtime")),
    "daft_udf.py": (("daft-ours", "daft-onnx_runtime"), True, ("ours", "onnx_runtime")),
}


def pack(photographs: Path, count: int, folder: Path) -> int:
    """Write photographs, spread over the classes, as Parquet; returns how many there were."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    found = sorted(photographs.rglob("*.jpg"))
    chosen = found[:: max(1, len(found) // count)][:count]
    for number in range(FILES):
        part = chosen[number::FILES]
        contents = pa.array([path.read_bytes() for path in part], pa.binary())
        paths = pa.array([str(path.relative_to(photographs)) for path in part])
        table = pa.table({"path": paths, "content": contents})
        pq.write_table(table, folder / f"{number}.parquet", compression="none", row_group_size=128)
    return len(chosen)


def programs(names: list[str], folder: str, weights_file: str, peers: str) -> list[Program]:
    """Return the programs of the contenders that are asked for, of all where none is named."""
    chosen = []
    for file, (its, apart, networks) in CONTENDERS.items():
        wanted = tuple(name for name in its if not names or name in names)
        if wanted:
            python = peers if apart else sys.executable
            chosen.append(Program(file, wanted, python, (folder, weights_file, *networks)))
    return chosen


def main() -> None:
    """Compare, print, and write what was measured where it is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photographs", type=Path)
    parser.add_argument("--images", type=int, default=3_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--contenders", default="", help="some of them, with commas between")
    parser.add_argument("--peers", default=sys.executable, help="the Python that has the peers' packages")
    parser.add_argument("--json", type=Path, help="a file for the figures")
    options = parser.parse_args()
    weights_file = os.environ.get("ORCHARD_WEIGHTS") or found_weights()
    with tempfile.TemporaryDirectory() as folder:
        count = pack(options.photographs, options.images, Path(folder))
        names = [name for name in options.contenders.split(",") if name]
        measured = compare(programs(names, folder, weights_file, options.peers), options.rounds, count)
    print(table(measured, "images"))
    if options.json:
        record(options.json, measured, {"images": count, "rounds": options.rounds})


def found_weights() -> str:
    """Find the weights as the jobs do."""
    line = [sys.executable, "-m", "fruits.weights_source"]
    done = subprocess.run(line, cwd=ROOT / "spark", capture_output=True, text=True, check=True)
    return done.stdout.strip().splitlines()[-1]


if __name__ == "__main__":
    main()
