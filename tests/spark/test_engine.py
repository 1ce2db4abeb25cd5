import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fruits import engine, known, weights
from fruits.preprocessing import pixels
from tests.tolerance import assert_same_features


@pytest.fixture(scope="module")
def tensors(weights_file) -> weights.Weights:
    return weights.parse(Path(weights_file).read_bytes(), weights_file)


@pytest.fixture(scope="module")
def network(tensors) -> engine.Engine:
    return engine.build(tensors)


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


def assert_faithful(network, model, contents: list[bytes]) -> None:
    got = engine.run(network, [pixels(content) for content in contents])
    expected = keras_features(model, contents)
    assert got.dtype == np.float32
    assert_same_features(got, expected)


def test_the_features_that_are_known_of_a_photograph_are_keras_own(keras_model):
    (computed,) = keras_features(keras_model, [known.content(known.PHOTOGRAPH)])
    assert_same_features(np.load(io.BytesIO(known.content(known.FEATURES))), computed)


def test_features_are_keras_own_on_drawn_pictures(network, keras_model, drawn):
    assert_faithful(network, keras_model, [path.read_bytes() for path in sorted(drawn.rglob("*.jpg"))[:20]])


def test_features_are_keras_own_on_photographs_of_every_class(network, keras_model, photographs):
    classes = sorted((photographs / "Test").iterdir())
    assert len(classes) == 131
    contents = [path.read_bytes() for folder in classes for path in sorted(folder.glob("*.jpg"))[::15][:4]]
    assert len(contents) >= 500
    assert_faithful(network, keras_model, contents)


def test_a_batch_does_not_change_an_images_features(network, drawn):
    images = [pixels(path.read_bytes()) for path in sorted(drawn.rglob("*.jpg"))[:11]]
    together = engine.run(network, images)
    alone = np.concatenate([engine.run(network, [image]) for image in images])
    assert_same_features(together, alone)


def test_no_images_give_no_rows(network):
    assert engine.run(network, []).shape == (0, 1280)


def test_a_process_builds_one_engine(tensors):
    before = engine.builds
    first = engine.cached("test", lambda: tensors)
    assert engine.cached("test", lambda: pytest.fail("built again")) is first
    assert engine.builds == before + 1
