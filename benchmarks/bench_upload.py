"""Seconds to upload photographs: `./inv upload-dataset`, s5cmd and `aws s3 sync`, against one S3 endpoint in one run.

    python -m venv .venv-bench && .venv-bench/bin/pip install --require-hashes -r requirements/bench.lock
    python -m venv .venv-awscli && .venv-awscli/bin/pip install --require-hashes -r requirements/clients/awscli.lock
    .venv/bin/python benchmarks/bench_upload.py PHOTOGRAPHS [--rounds 3] [--latency 20]

The endpoint is benchmarks/s3.js (Node, in memory, written for this benchmark: moto and s3rver take longer for an object
than every client here), which waits 20 ms before it answers a request, whoever asks. All commands are timed as whole
processes, start-up and listing included, one after the other in each round; ours also computes SHA-256 checksums, keeps
its ledger and lists the bucket again to verify. PHOTOGRAPHS is the directory above Training and Test.

Then what it takes to have the photographs read: single objects and shards, listed and read by as many readers as a
small cluster has cores, each of which opens one object after the other, as Spark's tasks do.
"""

import argparse
import io
import json
import os
import re
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import boto3
from botocore.config import Config

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from orchard.aws.layout import PACKED, RAW  # noqa: E402

READERS = 8  # two m5.xlarge core nodes
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "benchmark",
    "AWS_SECRET_ACCESS_KEY": "benchmark",
    "AWS_REGION": "eu-west-3",
    "AWS_DEFAULT_REGION": "eu-west-3",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}


@contextmanager
def endpoint(latency: int) -> Iterator[str]:
    """Run the S3 server; yields its URL."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    line = ["node", ROOT / "benchmarks" / "s3.js", str(port), str(latency)]
    with subprocess.Popen(line, stdout=subprocess.PIPE) as server:
        try:
            assert server.stdout.readline() == b"ready\n"
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


def timed(*words: object, **environment: str) -> tuple[float, str]:
    """Run a command; returns seconds and its output."""
    line, env = [str(word) for word in words], os.environ | CREDENTIALS | environment
    env.pop("PYTHONDONTWRITEBYTECODE", None)  # a user's second call finds the first one's bytecode
    begun = time.perf_counter()
    done = subprocess.run(line, env=env, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stderr[-500:]
    return time.perf_counter() - begun, done.stdout + done.stderr


def puts(url: str) -> int:
    """Ask the endpoint how many PUTs it has had."""
    with urllib.request.urlopen(f"{url}/_counts") as answer:  # noqa: S310 - our own server
        return json.load(answer).get("PUT", 0)


class Ranged(io.RawIOBase):
    """An object as a file: a GetObject with a range for each read, as Parquet readers do it on S3."""

    def __init__(self, s3, bucket: str, key: str, size: int) -> None:
        self.get = lambda span: s3.get_object(Bucket=bucket, Key=key, Range=span)["Body"].read()
        self.size, self.at = size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.at

    def seek(self, offset: int, whence: int = 0) -> int:
        self.at = offset + (0, self.at, self.size)[whence]
        return self.at

    def readinto(self, target) -> int:
        last = min(self.at + len(target), self.size)
        found = self.get(f"bytes={self.at}-{last - 1}") if last > self.at else b""
        target[: len(found)] = found
        self.at += len(found)
        return len(found)


def read_back(url: str, bucket: str, prefix: str) -> tuple[float, int]:
    """List and read all photographs under a prefix; returns seconds and how many."""
    import pyarrow.parquet as pq

    session = boto3.Session(CREDENTIALS["AWS_ACCESS_KEY_ID"], CREDENTIALS["AWS_SECRET_ACCESS_KEY"])
    config = Config(max_pool_connections=READERS, s3={"addressing_style": "path"})
    s3 = session.client("s3", endpoint_url=url, region_name="eu-west-3", config=config)

    def read(entry: dict) -> int:
        key = entry["Key"]
        if key.endswith(".parquet"):
            source = Ranged(s3, bucket, key, entry["Size"])
            return pq.ParquetFile(source, pre_buffer=True).read().num_rows
        s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        return 0 if key.endswith(".json") else 1

    begun = time.perf_counter()
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    entries = [entry for page in pages for entry in page.get("Contents", [])]
    with ThreadPoolExecutor(READERS) as pool:
        count = sum(pool.map(read, entries))
    return time.perf_counter() - begun, count


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photographs", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--latency", type=int, default=20, help="milliseconds")
    parser.add_argument("--s5cmd", type=Path, default=ROOT / ".venv-bench/bin/s5cmd")
    parser.add_argument("--aws", type=Path, default=ROOT / ".venv-awscli/bin/aws")
    options = parser.parse_args()
    photographs = options.photographs.resolve()
    found: dict[str, list[float]] = defaultdict(list)
    for number in range(options.rounds):
        with endpoint(options.latency) as url, tempfile.TemporaryDirectory() as home:

            def ours(bucket: str, form: str, url: str = url, home: str = home) -> float:
                settings = {"ORCHARD_HOME": home, "ORCHARD_BUCKET": bucket, "ORCHARD_DATASET": str(photographs)}
                words = [ROOT / "inv", "upload-dataset", "--target", "aws", form]
                before = puts(url)
                seconds, said = timed(*words, AWS_ENDPOINT_URL=url, **settings)
                found[f"{form} PUTs"].append(puts(url) - before)
                if inner := re.search(r" in ([\d.]+) s \(", said):
                    found[f"{form} sending alone"].append(float(inner[1]))
                return seconds

            def s5cmd(url: str = url) -> float:
                words = ["--endpoint-url", url, "--log", "error", "cp", f"{photographs}/", f"s3://s5cmd/{RAW}"]
                return timed(options.s5cmd, *words)[0]

            def aws(url: str = url) -> float:
                words = [
                    "--endpoint-url",
                    url,
                    "s3",
                    "sync",
                    "--only-show-errors",
                    photographs,
                    f"s3://awscli/{RAW}",
                ]
                return timed(options.aws, *words)[0]

            runs: list[tuple[str, Callable[[], float]]] = [
                ("s5cmd", s5cmd),
                ("upload-dataset --single", lambda: ours("single", "--single")),
                ("upload-dataset --single, second", lambda: ours("single", "--single")),
                ("upload-dataset --packed", lambda: ours("packed", "--packed")),
                ("upload-dataset --packed, second", lambda: ours("packed", "--packed")),
                ("aws s3 sync", aws),
            ]
            for name, run in runs if number % 2 == 0 else runs[1:] + runs[:1]:  # nobody is always the first
                found[name].append(run())
            for form, prefix in (("single", RAW), ("packed", PACKED)):
                seconds, count = read_back(url, form, prefix)
                found[f"list and read, {form}"].append(seconds)
    middle = {name: statistics.median(values) for name, values in found.items()}
    print(f"{count} photographs, {options.latency} ms a request, medians of {options.rounds} rounds (all in brackets)")
    for name, seconds in middle.items():
        print(f"  {name:32} {seconds:8.2f}   ({', '.join(f'{value:.2f}' for value in found[name])})")
    single, packed = middle["upload-dataset --single"], middle["upload-dataset --packed"]
    for form, first in (("single", single), ("packed", packed)):
        peers = f"{first / middle['s5cmd']:.2f} x s5cmd; aws s3 sync takes {middle['aws s3 sync'] / first:.1f} x"
        print(f"--{form}: {peers}; a second upload {middle[f'upload-dataset --{form}, second'] / first:.1%}")
    print(f"largest memory of any of them: {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
