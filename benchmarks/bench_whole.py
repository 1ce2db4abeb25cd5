"""A whole run as this machine's steps do it: how even, in how much memory, and how long beside the bare engine.

    ./inv check.bench --only whole [--photographs DIRECTORY]

The photographs are written again under other names until there are as many as the full data set has; then features and
PCA run as spark-submit starts them. Each second it is read how many images are done, and what all processes hold
together: memory that they share is counted once (PSS of proc(5), smaps_rollup). The bare engine, in two processes over
decoded images, is measured before and after, since the machine may be another meanwhile; a minute each time, so
that the bound is no burst of a processor that has rested.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
import steps
from bench_features import found_weights, pack, programs
from rounds import Measured, compare

import machine

BARE = "bare-ours"
SAMPLE, PASSES = 2_000, 9  # images that the bare engine takes a pass, and how many it makes
PARTS = 10


class Followed(NamedTuple):
    """What was seen of a job: seconds, of its processors too; the most bytes held; images done at which second."""

    seconds: float
    cpu: float
    most: int
    seen: list[tuple[float, int]]


def follow(job: str, output: Path, *words: str) -> Followed:
    """Run a job to its end, and look at it each second."""
    started, held, spent, seen = time.monotonic(), [0], [0.0], []

    def look(session: int) -> None:
        held.append(machine.resident(session))
        spent.append(machine.cpu_seconds(session))  # afterwards it cannot be told: nobody waits for Python's workers
        seen.append((time.monotonic() - started, done(output)))

    steps.run(job, output, *words, each_second=look)
    return Followed(time.monotonic() - started, max(spent), max(held), seen)


def done(output: Path) -> int:
    """Read how many images a job has done."""
    try:
        told = json.loads((output / "_progress.json").read_text())
    except (OSError, ValueError):  # not there yet, or just being written
        return 0
    return told.get("done") or 0


def tenths(seen: list[tuple[float, int]]) -> list[float]:
    """Return the images a second of each tenth of a run, from when its first images were done to its last ones.

    Between two of what was seen, images are taken to be done one after the other.
    """
    points = [point for point, before in zip(seen[1:], seen, strict=False) if point[1] > before[1]]
    seconds, counts = zip(*points, strict=True)
    edges = np.linspace(counts[0], counts[-1], PARTS + 1)
    return [round(float(rate), 1) for rate in np.diff(edges) / np.diff(np.interp(edges, counts, seconds))]


def bare(photographs: Path, weights_file: str, peers: str) -> Measured:
    """Measure the bare engine."""
    with tempfile.TemporaryDirectory() as folder:
        count = pack(photographs, SAMPLE, Path(folder))
        return compare(programs([BARE], folder, weights_file, peers), PASSES, count)[BARE]


def main() -> None:
    """Run both jobs, print what was seen, and write it where it is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photographs", type=Path)
    parser.add_argument("--images", type=int, default=67_692)
    parser.add_argument("--k", type=int, default=50)
    parser.add_argument("--peers", default=sys.executable, help="the Python that has the peers' packages")
    parser.add_argument("--json", type=Path, help="a file for the figures")
    options = parser.parse_args()
    weights_file = os.environ.get("ORCHARD_WEIGHTS") or found_weights()
    with tempfile.TemporaryDirectory() as folder:
        home, rows, scores = Path(folder, "packed"), Path(folder, "features", "r"), Path(folder, "pca", "r")
        steps.write(options.photographs, options.images, home)
        bounds = [bare(options.photographs, weights_file, options.peers)]
        words = ["--input", str(home), "--split", steps.SPLIT, "--mode", "full", "--weights", weights_file]
        features = follow("features.py", rows, *words)
        pca = follow("pca.py", scores, "--input", str(rows), "--k", str(options.k))
        bounds.append(bare(options.photographs, weights_file, options.peers))
        found = json.loads((rows / "_manifest.json").read_text())
    bound = options.images / statistics.mean(one.rate for one in bounds)
    bound_cpu = options.images / 1000 * statistics.mean(statistics.median(one.cpu) for one in bounds)
    figures = {
        "images": found["counts"]["featurised"],
        "k": options.k,
        "seconds": {"features": round(features.seconds, 1), "pca": round(pca.seconds, 1)},
        "processor_seconds": {"features": round(features.cpu, 1), "pca": round(pca.cpu, 1)},
        "bare_rates": [round(one.rate, 1) for one in bounds],
        "times_the_bound": round((features.seconds + pca.seconds) / bound, 3),
        "processor_times_the_bound": round((features.cpu + pca.cpu) / bound_cpu, 3),
        "rates_of_tenths": tenths(features.seen),
        "most_memory_gb": {"features": round(features.most / 1e9, 2), "pca": round(pca.most / 1e9, 2)},
        **machine.describe(),
    }
    print(json.dumps(figures, indent=2))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
