"""Uploads that are killed at a random moment: nothing is lost, and nothing confirmed is sent again."""

import multiprocessing
import random
import signal
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from fake_s3 import FakeS3

from orchard.bucket import Bucket
from orchard.transfer import upload


def send(url: str, home: str, data: str, ready) -> None:
    """One upload, in a process of its own."""
    store = Bucket(FakeS3.target(SimpleNamespace(url=url), Path(home)), "bucket")
    ready.set()
    upload.run(Path(data), store)


@pytest.fixture(scope="module")
def processes():
    """Processes that have everything imported, so that their time goes into uploading."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__, "orchard.transfer.crt_engine", "orchard.transfer.botocore_engine"])
    return context


@pytest.fixture
def s3():
    server = FakeS3()
    server.latency = 0.02
    yield server
    server.server.shutdown()


@pytest.mark.parametrize("opaque", [False, True])
def test_killed_ten_times_then_run_again(s3, tmp_path, opaque, processes):
    s3.opaque = opaque
    data = tmp_path / "fruits"
    (data / "Test" / "Kiwi é").mkdir(parents=True)
    for number in range(1500):
        (data / "Test" / "Kiwi é" / f"{number}.jpg").write_bytes(f"photograph {number}".encode() * 50)
    chance = random.Random(7)  # noqa: S311
    counts = []
    for _ in range(10):
        ready = processes.Event()
        process = processes.Process(target=send, args=(s3.url, str(tmp_path / "state"), str(data), ready))
        process.start()
        assert ready.wait(60)
        time.sleep(chance.uniform(0.1, 0.4))
        process.kill()
        process.join()
        assert process.exitcode == -signal.SIGKILL
        counts.append(len(s3.objects))
    store = Bucket(s3.target(tmp_path / "state"), "bucket")
    upload.run(data, store)
    assert s3.content() == {f"data/raw/Test/Kiwi é/{p.name}": p.read_bytes() for p in data.rglob("*.jpg")}
    assert max(s3.confirmed.values()) == 1
    assert counts[0] < len(s3.objects)  # it was killed on its way
