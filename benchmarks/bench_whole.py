"""A whole run as this machine's steps do it: how even, in how much memory, and how long beside the bare engine.

    ./inv check.bench --only whole [--photographs DIRECTORY]

The photographs are written again under other names until there are as many as the full data set has; then features and
PCA run as spark-submit starts them. Each second it is read how many images are done, and what all processes hold
together: memory that they share is counted once (PSS of proc(5), smaps_rollup). The bare engine, in two processes over
decoded images, is measured before and after, since the machine may be another meanwhile.
"""

import argparse
import hashlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from itertools import cycle, islice
from pathlib import Path

import numpy as np
from bench_features import found_weights, pack, programs
from rounds import compare

import machine

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)]
SPARK = ROOT / "spark"
SPLIT = "Test"
BARE = "bare-ours"
SAMPLE = 2_000  # images that the bare engine takes a pass
PARTS = 10


def write(photographs: Path, images: int, home: Path) -> None:
    """Write photographs as packed shards, a shard a class, until there are so many."""
    from orchard.photographs import packed

    classes: dict[str, list[Path]] = {}
    for file in sorted(photographs.rglob("*.jpg")):
        classes.setdefault(file.parent.name, []).append(file)
    entries, left = [], images
    for number, (name, files) in enumerate(classes.items()):
        count = left // (len(classes) - number)
        left -= count
        chosen = list(enumerate(islice(cycle(files), count)))
        names = [f"{SPLIT}/{name}/{copy:05}_{file.name}" for copy, file in chosen]
        content = packed.encode(names, [file.read_bytes() for _, file in chosen])
        shard = home / SPLIT / name / "part-00000.parquet"
        shard.parent.mkdir(parents=True)
        shard.write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()
        entries.append({"file": f"{name}/{shard.name}", "size": len(content), "sha256": digest, "images": len(names)})
    size = sum(entry["size"] for entry in entries)
    manifest = {"photographs": images, "size": size, "ignored": {}, "shards": entries}
    (home / SPLIT / "manifest.json").write_text(json.dumps(manifest))


def follow(job: str, output: Path, *words: str) -> tuple[float, int, list[tuple[float, int]]]:
    """Run a job to its end.

    Returns:
        seconds, the most bytes that its processes held together, and how many images were done at which second.
    """
    options = ["--master", f"local[{os.cpu_count()}]", "--driver-memory", "1g", "--conf", "spark.ui.enabled=false"]
    line = [str(Path(sys.executable).parent / "spark-submit"), *options, str(SPARK / job), *words]
    environment = os.environ | {
        "PYTHONPATH": str(SPARK), "PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1",
    }  # fmt: skip
    started, most, seen = time.monotonic(), 0, []
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            [*line, "--output", str(output)], env=environment, stdout=said, stderr=said, start_new_session=True
        )
        while process.poll() is None:
            time.sleep(1)
            most = max(most, machine.resident(process.pid))
            seen.append((time.monotonic() - started, done(output)))
        seconds = time.monotonic() - started
        said.seek(0)
        if process.returncode:
            raise RuntimeError(f"{job} ended with {process.returncode}: {said.read()[-2000:].decode()}")
    return seconds, most, seen


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
    steps = [point for point, before in zip(seen[1:], seen, strict=False) if point[1] > before[1]]
    seconds, counts = zip(*steps, strict=True)
    edges = np.linspace(counts[0], counts[-1], PARTS + 1)
    return [round(float(rate), 1) for rate in np.diff(edges) / np.diff(np.interp(edges, counts, seconds))]


def bare(photographs: Path, weights_file: str, peers: str) -> float:
    """Measure the bare engine's images a second."""
    with tempfile.TemporaryDirectory() as folder:
        count = pack(photographs, SAMPLE, Path(folder))
        return compare(programs([BARE], folder, weights_file, peers), 1, count)[BARE].rate


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
        write(options.photographs, options.images, home)
        rates = [bare(options.photographs, weights_file, options.peers)]
        words = ["--input", str(home), "--split", SPLIT, "--mode", "full", "--weights", weights_file]
        featurised, most, seen = follow("features.py", rows, *words)
        decomposed, more, _ = follow("pca.py", scores, "--input", str(rows), "--k", str(options.k))
        rates.append(bare(options.photographs, weights_file, options.peers))
        found = json.loads((rows / "_manifest.json").read_text())
    bound = options.images / statistics.mean(rates)
    figures = {
        "images": found["counts"]["featurised"],
        "k": options.k,
        "seconds": {"features": round(featurised, 1), "pca": round(decomposed, 1)},
        "bare_rates": [round(rate, 1) for rate in rates],
        "times_the_bound": round((featurised + decomposed) / bound, 3),
        "rates_of_tenths": tenths(seen),
        "most_memory_gb": {"features": round(most / 1e9, 2), "pca": round(more / 1e9, 2)},
        **machine.describe(),
    }
    print(json.dumps(figures, indent=2))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
