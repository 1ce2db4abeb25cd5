"""What several tests of the jobs share."""

from collections.abc import Callable
from pathlib import Path

import pytest

from orchard.bucket import Bucket
from orchard.transfer import upload
from tests.control.fake_s3 import FakeS3


@pytest.fixture(scope="session")
def pack(tmp_path_factory) -> Callable[[Path], Path]:
    """A function that uploads a data set in shards and returns the directory `data/packed` as the bucket holds it."""

    def make(source: Path) -> Path:
        place, s3 = tmp_path_factory.mktemp("bucket"), FakeS3()
        upload.run(source, Bucket(s3.target(tmp_path_factory.mktemp("state")), "bucket"), packed=True)
        s3.server.shutdown()
        for key, content in s3.content().items():
            (place / key).parent.mkdir(parents=True, exist_ok=True)
            (place / key).write_bytes(content)
        return place / "data" / "packed"

    return make
