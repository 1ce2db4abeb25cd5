"""Runs to break: a few pictures, and the two jobs as functions."""

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from whole_runs import change

import features
import pca
from fruits import progress

CLASSES = ("Apple Red", "Kiwi", "Lemon")


@pytest.fixture
def few(drawn, tmp_path) -> Path:
    """A data set of 12 pictures, a copy to damage."""
    for name in CLASSES:
        shutil.copytree(drawn / "Test" / name, tmp_path / "set" / "Test" / name)
    return tmp_path / "set"


@pytest.fixture
def output(tmp_path) -> Path:
    """Where the features go."""
    return tmp_path / "features" / "r"


@pytest.fixture
def run(spark, weights_file, few, output) -> Callable[..., None]:
    """A function that featurises the pictures."""

    def featurise(*flags: str) -> None:
        words = ["--input", str(few), "--output", str(output), "--weights", weights_file]
        features.run(spark, features.parse([*words, "--mode", "full", "--split", "Test", *flags]))

    return featurise


@pytest.fixture
def decompose(spark, output, tmp_path) -> Callable[..., Path]:
    """A function that decomposes those features and returns the PCA's directory."""

    def decompose(*flags: str) -> Path:
        words = ["--input", str(output), "--output", str(tmp_path / "pca" / "r"), *flags]
        pca.run(spark, pca.parse(words))
        return tmp_path / "pca" / "r"

    return decompose


@pytest.fixture(scope="session")
def made(spark, drawn, weights_file, tmp_path_factory) -> Path:
    """A run over the 12 pictures, made once and copied by those below."""
    home = tmp_path_factory.mktemp("made")
    for name in CLASSES:
        shutil.copytree(drawn / "Test" / name, home / "set" / "Test" / name)
    words = ["--input", str(home / "set"), "--output", str(home / "r"), "--weights", weights_file]
    features.run(spark, features.parse([*words, "--mode", "full", "--split", "Test"]))
    return home / "r"


@pytest.fixture
def complete(made, few, output) -> None:
    """A complete run over the few pictures."""
    shutil.copytree(made, output)
    for name in ("_run.json", "_manifest.json"):
        change(output / name, input=str(few))


@pytest.fixture
def unfinished(complete, output) -> None:
    """The same as a killed driver leaves it: all its part files, no manifest, a lease that has run out."""
    (output / "_manifest.json").unlink()
    change(output / progress.NAME, phase="features", elapsed=3.0, updated=time.time() - 3600)
