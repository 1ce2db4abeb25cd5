"""What a start costs: the features step from nothing, as spark-submit starts it, in turn with a pass of a warm Spark.

    ./inv check.bench --only cold [--photographs DIRECTORY]

Both take the same photographs. The step starts a JVM, lists the photographs, imports the engine in each worker, writes
the features and accounts for them; the warm pass reads, computes and throws away (`peers/spark_ours.py`).
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

import steps
from bench_features import found_weights, pack, programs
from rounds import running, turn

import machine

WARM = "ours"


def main() -> None:
    """Measure in turn, print the medians, and write them where it is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photographs", type=Path)
    parser.add_argument("--images", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path, help="a file for the figures")
    options = parser.parse_args()
    weights_file = os.environ.get("ORCHARD_WEIGHTS") or found_weights()
    cold, warm = [], []
    with tempfile.TemporaryDirectory() as folder:
        home, files = Path(folder, "packed"), Path(folder, "files")
        files.mkdir()
        steps.write(options.photographs, options.images, home)
        count = pack(options.photographs, options.images, files)
        words = ["--input", str(home), "--split", steps.SPLIT, "--mode", "full", "--weights", weights_file]
        with running(programs([WARM], str(files), weights_file, sys.executable)[0]) as process:
            turn(process, WARM, count)
            for number in range(options.rounds):
                warm.append(turn(process, WARM, count)[0] * options.images / count)
                started = time.monotonic()
                steps.run("features.py", Path(folder, "features", str(number)), *words)
                cold.append(time.monotonic() - started)
    seconds = {"cold": round(statistics.median(cold), 1), "warm": round(statistics.median(warm), 1)}
    figures = {
        "images": options.images,
        "rounds": options.rounds,
        "seconds": seconds,
        "times_warm": round(statistics.median(c / w for c, w in zip(cold, warm, strict=True)), 2),
        **machine.describe(),
    }
    print(json.dumps(figures, indent=2))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
