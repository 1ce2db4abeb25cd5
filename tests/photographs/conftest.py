"""An S3 that is a program of the test's own, and a bucket in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fake_s3 import FakeS3

from orchard.aws.bucket import Bucket


@pytest.fixture
def s3() -> Iterator[FakeS3]:
    server = FakeS3()
    yield server
    server.server.shutdown()


@pytest.fixture
def store(s3: FakeS3, tmp_path: Path) -> Bucket:
    return Bucket(s3.target(tmp_path / "state"), "bucket")
