"""Uploads that are killed at a random moment: nothing is lost, and nothing confirmed is sent again."""

import os
import random
import signal
import subprocess
import sys
import time

import pytest
from fake_s3 import FakeS3

from orchard.bucket import Bucket
from orchard.transfer import upload

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(__file__)))  # noqa: PTH120
PROGRAM = """
import sys
from pathlib import Path
from types import SimpleNamespace
sys.path[:0] = [{root!r}, {root!r} + "/tests/control"]
import fake_s3
from orchard.bucket import Bucket
from orchard.transfer import upload
target = fake_s3.FakeS3.target(SimpleNamespace(url={url!r}), Path({home!r}))
print("ready", flush=True)
upload.run(Path({data!r}), Bucket(target, "bucket"))
"""


@pytest.fixture
def s3():
    server = FakeS3()
    server.latency = 0.02
    yield server
    server.server.shutdown()


@pytest.mark.parametrize("opaque", [False, True])
def test_killed_ten_times_then_run_again(s3, tmp_path, opaque):
    s3.opaque = opaque
    data = tmp_path / "fruits"
    (data / "Test" / "Kiwi é").mkdir(parents=True)
    for number in range(1500):
        (data / "Test" / "Kiwi é" / f"{number}.jpg").write_bytes(f"photograph {number}".encode() * 50)
    program = PROGRAM.format(root=ROOT, url=s3.url, home=str(tmp_path / "state"), data=str(data))
    chance = random.Random(7)  # noqa: S311
    counts = []
    for _ in range(10):
        process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        assert process.stdout
        assert process.stdout.readline() == b"ready\n"
        time.sleep(chance.uniform(0.1, 0.4))
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        counts.append(len(s3.objects))
    store = Bucket(s3.target(tmp_path / "state"), "bucket")
    upload.run(data, store)
    assert s3.content() == {f"data/raw/Test/Kiwi é/{p.name}": p.read_bytes() for p in data.rglob("*.jpg")}
    assert max(s3.confirmed.values()) == 1
    assert counts[0] < len(s3.objects)  # it was killed on its way
