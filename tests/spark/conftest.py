"""What several files of the jobs' tests share."""

from pathlib import Path

import pytest

import features
import pca


@pytest.fixture(scope="session")
def finished(spark, drawn, weights_file, tmp_path_factory) -> Path:
    """A complete run over the 40 drawn Test pictures, in this process: features and PCA with k = 5 and CSV."""
    home = tmp_path_factory.mktemp("finished")
    rows, scores = str(home / "features" / "r1"), str(home / "pca" / "r1")
    words = ["--input", str(drawn), "--output", rows, "--weights", weights_file, "--mode", "full", "--split", "Test"]
    features.run(spark, features.parse(words))
    pca.run(spark, pca.parse(["--input", rows, "--output", scores, "--k", "5", "--csv"]))
    return home
