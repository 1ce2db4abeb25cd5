"""What several files of the jobs' tests share."""

from collections.abc import Callable
from pathlib import Path

import pytest
from fake_s3 import FakeS3

import features
import pca
from orchard.aws.bucket import Bucket
from orchard.photographs import upload


@pytest.fixture(scope="session")
def finished(spark, drawn, weights_file, tmp_path_factory) -> Path:
    """A complete run over the 40 drawn Test pictures, in this process: features and PCA with k = 5 and CSV."""
    home = tmp_path_factory.mktemp("finished")
    rows, scores = str(home / "features" / "r1"), str(home / "pca" / "r1")
    words = ["--input", str(drawn), "--output", rows, "--weights", weights_file, "--mode", "full", "--split", "Test"]
    features.run(spark, features.parse(words))
    pca.run(spark, pca.parse(["--input", rows, "--output", scores, "--k", "5", "--csv"]))
    return home


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
