"""Uploads that are killed at a random request: nothing is lost, and nothing confirmed is sent again."""

import itertools
import os
import random
import signal
import subprocess
import sys
from subprocess import DEVNULL, PIPE

import pytest
from fake_s3 import FakeS3

from orchard.aws.bucket import Bucket
from orchard.photographs import upload
from tests.waiting import until

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(__file__)))  # noqa: PTH120
# Imports once, then makes a process of its own for each line, so that their time goes into uploading.
PROGRAM = """
import os, sys
from pathlib import Path
from types import SimpleNamespace
sys.path[:0] = [{root!r}, {root!r} + "/tests/support"]
import fake_s3
from orchard.aws.bucket import Bucket
from orchard.photographs import upload
from orchard.transfer import botocore_engine, crt_engine
for _ in sys.stdin:
    child = os.fork()
    if not child:
        target = fake_s3.FakeS3.target(SimpleNamespace(url={url!r}), Path({home!r}))
        print(os.getpid(), flush=True)
        upload.run(Path({data!r}), Bucket(target, "bucket"))
        os._exit(0)
    print(os.waitpid(child, 0)[1], flush=True)
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
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=PIPE, stdout=PIPE, stderr=DEVNULL, text=True
    ) as uploads:
        assert uploads.stdin
        assert uploads.stdout
        for _ in range(10):
            print("again", file=uploads.stdin, flush=True)
            kill_at(s3, int(uploads.stdout.readline()), chance.randint(1, 60))
            assert int(uploads.stdout.readline()) == signal.SIGKILL
            until(lambda: s3.connections == 0)  # else the next one lists the bucket before all has arrived
            counts.append(len(s3.objects))
    s3.fault = lambda *_: None
    store = Bucket(s3.target(tmp_path / "state"), "bucket")
    upload.run(data, store)
    assert s3.content() == {f"data/raw/Test/Kiwi é/{p.name}": p.read_bytes() for p in data.rglob("*.jpg")}
    assert max(s3.confirmed.values()) == 1
    assert counts[-1] > 0  # it was killed on its way,
    assert counts[0] < len(s3.objects)  # not before and not after


def kill_at(s3, child: int, number: int) -> None:
    """Kill the child when so many more requests have come, while others are on their way."""
    come = itertools.count(1)

    def fault(*_) -> None:
        if next(come) == number:
            os.kill(child, signal.SIGKILL)

    s3.fault = fault
