import io
import time

import numpy as np
import pytest
from PIL import Image
from pyspark.errors import PythonException
from pyspark.ml import Pipeline, PipelineModel
from pyspark.ml.feature import PCA
from pyspark.ml.linalg import DenseVector
from pyspark.sql.functions import udf

from fruits import engine
from fruits.errors import JobError
from fruits.featurizer import ImageFeaturizer
from tests.tolerance import assert_same_features, assert_same_scores, matched


@pytest.fixture(scope="module")
def images(spark, drawn):
    """40 drawn pictures in four partitions: path, content."""
    rows = [(path.name, path.read_bytes()) for path in sorted(drawn.rglob("Test/*/*.jpg"))]
    return spark.createDataFrame(rows, "path string, content binary").repartition(4).cache()


@pytest.fixture
def damaged(spark, drawn):
    good = next(drawn.rglob("*.jpg")).read_bytes()
    return spark.createDataFrame(
        [("good", good), ("empty", b""), ("null", None), ("text", b"text")], "path string, content binary"
    ).coalesce(1)


@pytest.fixture
def featurizer(weights_file) -> ImageFeaturizer:
    return ImageFeaturizer(weights=weights_file, outputType="array")


def test_it_appends_a_column_and_keeps_the_others(featurizer, images):
    result = featurizer.transform(images)
    assert result.columns == ["path", "content", "features"]
    assert dict(result.dtypes)["features"] == "array<float>"
    rows = result.collect()
    assert len(rows) == 40
    assert {len(row.features) for row in rows} == {1280}
    assert {row.path: bytes(row.content) for row in rows} == {row.path: bytes(row.content) for row in images.collect()}


def test_rows_keep_their_own_features(featurizer, images, weights_file):
    from pathlib import Path

    from fruits import preprocessing, weights

    network = engine.build(weights.parse(Path(weights_file).read_bytes(), "file"), "tensorflow")
    for row in featurizer.transform(images).collect():
        expected = engine.run(network, [preprocessing.pixels(bytes(row.content))])[0]
        assert_same_features(row.features, expected)


def test_it_works_in_a_pipeline_and_is_saved_with_it(images, weights_file, tmp_path):
    few = images.limit(12).cache()  # Spark's PCA computes the features again for every pass over them
    stages = [
        ImageFeaturizer(weights=weights_file),
        PCA(k=3, inputCol="features", outputCol="scores"),
    ]
    model = Pipeline(stages=stages).fit(few)
    first = {row.path: row.scores for row in model.transform(few).collect()}
    assert {type(scores) for scores in first.values()} == {DenseVector}
    model.save(str(tmp_path / "model"))
    loaded = PipelineModel.load(str(tmp_path / "model"))
    assert loaded.stages[0].getOrDefault("weights") == weights_file
    again = {row.path: row.scores for row in loaded.transform(few).collect()}
    assert_same_scores(*matched(again, first))


def test_a_worker_builds_one_engine_for_all_its_tasks(featurizer, images):
    @udf("string")
    def worker(_):
        import os

        return f"{os.getpid()} {engine.builds}"

    # The second UDF runs in the worker that the first job's engine was built in, or in a new one without any.
    featurizer.transform(images.repartition(12)).write.format("noop").mode("overwrite").save()
    featurizer.transform(images.repartition(12)).write.format("noop").mode("overwrite").save()
    seen = {row.w for row in images.repartition(12).select(worker("path").alias("w")).collect()}
    assert {line.split()[1] for line in seen} <= {"0", "1"}
    assert any(line.endswith(" 1") for line in seen)


def test_workers_tell_how_fast_they_are_once_warm(featurizer, images):
    assert featurizer.pace(1) is None
    began = time.time()
    rows = featurizer.transform(images.coalesce(1))  # 40 in one task: a first portion of 32, and a second one
    rows.write.format("noop").mode("overwrite").save()
    pace = featurizer.pace(1)
    assert began <= pace.first <= time.time()
    assert pace.images_per_second > 0
    featurizer.transform(images.limit(1)).write.format("noop").mode("overwrite").save()
    assert featurizer.pace(1).images_per_second is None, "there was a first portion only"


def test_the_weights_are_broadcast_once(featurizer, images):
    featurizer.transform(images)
    first = featurizer._broadcast
    featurizer.transform(images)
    assert featurizer._broadcast is first
    featurizer.release()
    assert featurizer._broadcast is None
    assert featurizer.transform(images).count() == 40


def test_a_copy_has_weights_of_its_own(featurizer, images):
    few = images.limit(1)
    first = featurizer.transform(few)
    copied = featurizer.copy({featurizer.outputCol: "other"})
    assert copied.transform(few).columns[-1] == "other"
    copied.release()
    assert first.count() == 1, "what belongs to the first is still there"
    assert featurizer.transform(few).count() == 1


def test_other_weights_are_read(featurizer, images, tmp_path):
    featurizer.transform(images)
    (tmp_path / "none.h5").write_bytes(b"none")
    with pytest.raises(JobError, match=r"none\.h5 are not a readable HDF5 file"):
        featurizer.setWeights(str(tmp_path / "none.h5")).transform(images)


def test_every_param_has_a_getter_and_a_setter(featurizer):
    for param in featurizer.params:
        name = param.name[0].upper() + param.name[1:]
        value = getattr(featurizer, f"get{name}")()
        assert getattr(featurizer, f"set{name}")(value) is featurizer
        assert featurizer.getOrDefault(param) == value


def test_exif_orientation_is_a_param(featurizer, spark, drawn):
    picture, exif = Image.open(next(drawn.rglob("*.jpg"))), Image.Exif()
    exif[0x0112] = 6
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=95, exif=exif)
    one = spark.createDataFrame([(buffer.getvalue(),)], "content binary")
    stored = featurizer.transform(one).first().features
    upright = featurizer.setExifTranspose(True).transform(one).first().features
    assert np.abs(np.array(stored) - upright).max() > 0.01


def test_keep_names_the_reason(featurizer, damaged):
    featurizer.setParams(handleInvalid="keep", errorCol="reason")
    rows = {row.path: row for row in featurizer.transform(damaged).collect()}
    assert {path: row.reason for path, row in rows.items()} == {
        "good": None,
        "empty": "empty file",
        "null": "empty file",
        "text": "not a JPEG or PNG image",
    }
    assert len(rows["good"].features) == 1280
    assert rows["text"].features is None


def test_keep_gives_null_vectors(featurizer, damaged):
    featurizer.setParams(handleInvalid="keep", outputType="vector")
    rows = {row.path: row.features for row in featurizer.transform(damaged).collect()}
    assert rows["empty"] is None
    assert isinstance(rows["good"], DenseVector)


def test_skip_drops_the_row(featurizer, damaged):
    featurizer.setParams(handleInvalid="skip")
    rows = featurizer.transform(damaged).collect()
    assert [(row.path, len(row.features)) for row in rows] == [("good", 1280)]


def test_error_fails_the_job(featurizer, damaged):
    with pytest.raises(PythonException, match="RejectedImageError: an image cannot be featurised: empty file"):
        featurizer.transform(damaged).collect()


def test_wrong_params(featurizer, images):
    with pytest.raises(ValueError, match="handleInvalid is 'drop'; it can be error, skip, keep"):
        ImageFeaturizer(handleInvalid="drop").transform(images)
    with pytest.raises(ValueError, match="no column 'bytes'"):
        ImageFeaturizer(inputCol="bytes").transform(images)
    with pytest.raises(ValueError, match="'path' exists already"):
        ImageFeaturizer(outputCol="path").transform(images)


def test_weights_that_cannot_be_read(images, tmp_path):
    with pytest.raises(JobError, match="cannot be read"):
        ImageFeaturizer(weights=str(tmp_path / "none.h5")).transform(images)
    with pytest.raises(JobError, match="cannot be read"):
        ImageFeaturizer(weights=f"file://{tmp_path}/none.h5").transform(images)


def test_weights_from_a_uri(images, weights_file):
    assert ImageFeaturizer(weights=f"file://{weights_file}").transform(images.limit(1)).count() == 1
