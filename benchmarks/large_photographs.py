"""Whether photographs as phones take them pass: 2,000 of 12 megapixels and 4 to 8 MB, under 4 GB of memory in all.

    .venv/bin/python benchmarks/large_photographs.py [--images 2000] [--kinds 40] [--folder DIRECTORY]

Draws a few pictures, links them under as many names as are asked for, and runs spark/features.py on them as
spark-submit does, with two cores. Memory is the sum over the driver and its workers of what is their own (PSS), looked
at twice a second. Fails when a photograph is missing or the bound is passed.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import psutil
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "spark")]

from fruits import weights_source  # noqa: E402
from orchard.machine.java import find_java  # noqa: E402

BOUND = 4 << 30  # bytes
WIDTH, HEIGHT = 4_000, 3_000
SMALLEST, LARGEST = 4_000_000, 8_000_000  # bytes of a file


def draw(folder: Path, images: int, kinds: int) -> None:
    """Draw pictures of rising detail, and link them under names of two classes."""
    random = np.random.default_rng(0)
    ramp = np.linspace(0, 200, WIDTH)[np.newaxis, :, np.newaxis] + np.linspace(0, 40, HEIGHT)[:, np.newaxis, np.newaxis]
    drawn = []
    for number in range(kinds):
        grain = random.normal(0, 6 + 8 * number / kinds, (HEIGHT, WIDTH, 3))
        path = folder / f"{number}.jpg"
        picture = Image.fromarray(np.clip(ramp + grain, 0, 255).astype(np.uint8))
        for quality in (95, 92, 90, 86, 80, 75):
            picture.save(path, quality=quality)
            if path.stat().st_size <= LARGEST:
                break
        drawn.append(path)
    for number in range(images):
        place = folder / "set" / "Training" / ("Apple" if number % 2 else "Kiwi")
        place.mkdir(parents=True, exist_ok=True)
        os.link(drawn[number % kinds], place / f"IMG_{number:05}.JPG")
    sizes = [path.stat().st_size for path in drawn]
    assert min(sizes) >= SMALLEST, sizes
    assert max(sizes) <= LARGEST, sizes
    print(f"{images} photographs of {min(sizes) / 1e6:.1f} to {max(sizes) / 1e6:.1f} MB", flush=True)


def own_memory(driver: psutil.Process) -> int:
    """Return the bytes that a process and its descendants have for themselves."""
    total = 0
    for process in [driver, *driver.children(recursive=True)]:
        try:
            total += process.memory_full_info().pss
        except psutil.Error:  # it has just ended
            continue
    return total


def main() -> None:
    """Draw, run, watch and judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=2_000)
    parser.add_argument("--kinds", type=int, default=40)
    parser.add_argument("--folder", help="where the pictures go (default: a temporary directory)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = Path(name)
        draw(folder, options.images, options.kinds)
        weights_file = os.environ.get("ORCHARD_WEIGHTS") or str(weights_source.find())
        submit = Path(sys.executable).parent / "spark-submit"
        line = [submit, "--master", "local[2]", "--conf", "spark.ui.enabled=false", ROOT / "spark" / "features.py"]
        words = ["--input", folder / "set", "--output", folder / "r", "--mode", "full", "--weights", weights_file]
        environment = {"JAVA_HOME": str(find_java()), "PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1"}
        started, most = time.monotonic(), 0
        log = (folder / "log").open("w")
        driver = subprocess.Popen(
            [*line, *words], env=os.environ | environment | {"PYTHONPATH": str(ROOT / "spark")}, stderr=log
        )
        while driver.poll() is None:
            most = max(most, own_memory(psutil.Process(driver.pid)))
            time.sleep(0.5)
        assert driver.returncode == 0, (folder / "log").read_text()[-3_000:]
        counts = json.loads(next((folder / "r").glob("*manifest.json")).read_text())["counts"]
    print(f"{counts}, {time.monotonic() - started:.0f} s, at most {most / 2**30:.2f} GiB")
    assert counts["featurised"] == options.images, counts
    assert most < BOUND, f"{most / 2**30:.2f} GiB"


if __name__ == "__main__":
    main()
