import gc
import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fruits import engine, known, weights
from fruits.errors import JobError
from fruits.preprocessing import pixels
from orchard.base.places import ROOT
from tests.tolerance import assert_same_features


@pytest.fixture(scope="module")
def tensors(weights_file) -> weights.Weights:
    return weights.parse(Path(weights_file).read_bytes(), weights_file)


@pytest.fixture(scope="module", params=engine.ENGINES)
def network(tensors, request) -> engine.Engine:
    return engine.build(tensors, request.param)


@pytest.fixture(scope="module")
def keras_model(tensors):
    import keras

    model = keras.applications.MobileNetV2(include_top=False, pooling="avg", weights=None, input_shape=(224, 224, 3))
    model.set_weights(tensors)
    return model


def keras_features(model, contents: list[bytes]) -> np.ndarray:
    """The reference: Keras's own network and preprocessing on PIL's BICUBIC."""
    import keras

    images = [
        np.asarray(Image.open(io.BytesIO(c)).convert("RGB").resize((224, 224), Image.Resampling.BICUBIC))
        for c in contents
    ]
    batch = keras.applications.mobilenet_v2.preprocess_input(np.stack(images).astype(np.float32))
    return model.predict(batch, verbose=0, batch_size=32)


@pytest.fixture(scope="module")
def of_every_class(photographs, keras_model) -> tuple[list[bytes], np.ndarray]:
    """Photographs of all 131 classes, and Keras's features of them."""
    classes = sorted((photographs / "Test").iterdir())
    assert len(classes) == 131
    contents = [path.read_bytes() for folder in classes for path in sorted(folder.glob("*.jpg"))[::15][:4]]
    assert len(contents) >= 500
    return contents, keras_features(keras_model, contents)


def assert_faithful(network, contents: list[bytes], expected: np.ndarray) -> None:
    got = engine.run(network, [pixels(content) for content in contents])
    assert got.dtype == np.float32
    assert_same_features(got, expected)


def test_the_features_that_are_known_of_a_photograph_are_keras_own(keras_model):
    (computed,) = keras_features(keras_model, [known.content(known.PHOTOGRAPH)])
    assert_same_features(np.load(io.BytesIO(known.content(known.FEATURES))), computed)


def test_features_are_keras_own_on_drawn_pictures(network, keras_model, drawn):
    contents = [path.read_bytes() for path in sorted(drawn.rglob("*.jpg"))[:20]]
    assert_faithful(network, contents, keras_features(keras_model, contents))


def test_features_are_keras_own_on_photographs_of_every_class(network, of_every_class):
    assert_faithful(network, *of_every_class)


def test_a_batch_does_not_change_an_images_features(network, drawn):
    images = [pixels(path.read_bytes()) for path in sorted(drawn.rglob("*.jpg"))[:11]]
    together = engine.run(network, images)
    alone = np.concatenate([engine.run(network, [image]) for image in images])
    assert_same_features(together, alone)


def test_no_images_give_no_rows(network):
    assert engine.run(network, []).shape == (0, 1280)


def test_a_process_builds_one_engine(tensors):
    before = engine.builds
    first = engine.cached("test", lambda: tensors, "openvino")
    assert engine.cached("test", lambda: pytest.fail("built again"), "openvino") is first
    assert engine.builds == before + 1


def test_a_worker_does_not_collect_its_libraries_after_each_task(tensors):
    gc.unfreeze()
    engine.cached("frozen", lambda: tensors, "openvino")
    assert gc.get_freeze_count() > 10_000
    gc.unfreeze()


def test_the_fastest_that_can_be_imported_is_chosen(monkeypatch, capsys):
    assert engine.choose() == "openvino"
    assert engine.choose("tensorflow") == "tensorflow"
    monkeypatch.setitem(sys.modules, "openvino", None)  # as where it has no wheel
    monkeypatch.setattr(engine, "_said", set())
    assert [engine.choose(), engine.choose()] == ["tensorflow"] * 2
    assert capsys.readouterr().out.count("TensorFlow computes the features") == 1


def test_an_engine_that_cannot_be_had_is_refused_with_what_can(monkeypatch):
    with pytest.raises(JobError, match="no engine 'onnx'") as failed:
        engine.choose("onnx")
    assert failed.value.remedy == "choose one of auto, openvino, tensorflow"
    monkeypatch.setitem(sys.modules, "openvino", None)
    with pytest.raises(JobError, match="openvino cannot be imported") as failed:
        engine.choose("openvino")
    assert failed.value.exit_code == 2


def test_a_worker_starts_without_what_takes_long_to_import(weights_file):
    code = """if True:
        import sys
        from pathlib import Path
        from types import SimpleNamespace
        import numpy as np
        import pyarrow as pa
        from fruits import featurise, weights
        photograph = Path("fruits/known/photograph.jpg").read_bytes()
        ends = pa.py_buffer(np.array([0, len(photograph)], np.int32))
        content = pa.Array.from_buffers(pa.binary(), 1, [None, ends, pa.py_buffer(photograph)])
        tensors = SimpleNamespace(value=weights.parse(Path(sys.argv[1]).read_bytes(), "file"))
        plan = featurise.Plan(0, [], ["features", "reason"], "keep", True, False, "openvino")
        batches, spans = [pa.RecordBatch.from_arrays([content], ["content"])], SimpleNamespace(aid=0, add=id)
        (result,) = featurise.featurise(iter(batches), tensors, spans, plan)
        assert not {"pandas", "pyspark.ml"} & set(sys.modules)
        expected = np.load("fruits/known/features.npy")
        assert np.allclose(result.column(0).flatten().to_numpy(), expected, atol=2e-4)
    """
    subprocess.run([sys.executable, "-c", code, weights_file], check=True, cwd=ROOT / "spark")


def test_openvino_serves_without_tensorflow(weights_file):
    code = """if True:
        import sys
        from pathlib import Path
        import numpy as np
        from fruits import engine, weights
        network = engine.build(weights.parse(Path(sys.argv[1]).read_bytes(), "file"), "openvino")
        assert engine.run(network, [np.zeros((224, 224, 3), np.uint8)] * 5).shape == (5, 1280)
        assert not {"tensorflow", "keras"} & set(sys.modules)
    """
    subprocess.run([sys.executable, "-c", code, weights_file], check=True, cwd=ROOT / "spark")
