"""The jobs as the local AWS's steps start them, and photographs as an upload packs them."""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from itertools import cycle, islice
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)]
SPARK = ROOT / "spark"
SPLIT = "Test"


def write(photographs: Path, images: int, home: Path) -> None:
    """Write photographs as packed shards, a shard a class, again under other names until there are so many."""
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


def run(job: str, output: Path, *words: str, each_second: Callable[[int], None] | None = None) -> None:
    """Run a job as spark-submit starts it, to its end.

    Args:
        job: its file below `spark`.
        output: the run's directory.
        words: of its command line.
        each_second: called with the number of the session that its processes are in.

    Raises:
        RuntimeError: it failed.
    """
    from orchard.emulator.steps import quick_java

    options = ["--master", f"local[{os.cpu_count()}]", "--driver-memory", "1g", "--conf", "spark.ui.enabled=false"]
    line = [str(Path(sys.executable).parent / "spark-submit"), *options, str(SPARK / job), *words]
    environment = os.environ | {
        "PYTHONPATH": str(SPARK), "PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1",
    }  # fmt: skip
    if quick := quick_java.home():
        environment["JAVA_HOME"] = str(quick)
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            [*line, "--output", str(output)], env=environment, stdout=said, stderr=said, start_new_session=True
        )
        while True:
            try:
                process.wait(1)
                break
            except subprocess.TimeoutExpired:
                if each_second:
                    each_second(process.pid)
        if process.returncode:
            said.seek(0)
            raise RuntimeError(f"{job} ended with {process.returncode}: {said.read()[-2000:].decode()}")
