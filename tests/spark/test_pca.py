import os
import platform
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyspark.errors import PythonException
from pyspark.ml.feature import PCA, PCAModel
from pyspark.ml.functions import array_to_vector

from fruits import components, decomposition
from fruits.decomposition import Moments, decompose
from fruits.errors import JobError
from fruits.pca import DistributedPCA
from fruits.projection import project

ROWS, COLUMNS = 600, 80
NEITHER = (0, 2.5, -1, 1.0, True, "1.0", "100%", "0%", "5000%", "-5%", "nan", "inf", "fifty", "")


@pytest.mark.parametrize(
    ("given", "k"),
    [
        *((50, 50), ("50", 50), (50.0, 50), (1, 1), ("1", 1)),
        *(("95%", 0.95), ("0.95", 0.95), ("0.5 %", 0.005), ("1e-3", 0.001)),
        *((0.9999999, 0.9999999), ("99.99999%", 0.9999999)),
    ],
)
def test_a_count_is_a_count_and_a_share_a_share(given, k):
    found = components.count_or_share(given)
    assert (found, type(found)) == (k, type(k))


def frame(spark, matrix: np.ndarray, partitions: int = 5):
    rows = [([float(value) for value in row],) for row in matrix]
    return spark.createDataFrame(rows, "features array<double>").repartition(partitions)


def spectrum(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The exact answer: singular values and vectors of the centred matrix, in long double where it counts."""
    centred = (matrix.astype(np.longdouble) - matrix.astype(np.longdouble).mean(0)).astype(np.float64)
    _, singular, vectors = np.linalg.svd(centred, full_matrices=False)
    variances = singular**2 / (len(matrix) - 1)
    return variances / variances.sum(), vectors.T


@pytest.fixture(scope="module")
def data() -> np.ndarray:
    random = np.random.default_rng(1)
    return random.normal(size=(ROWS, COLUMNS)) * np.geomspace(10, 0.1, COLUMNS) @ np.linalg.qr(
        random.normal(size=(COLUMNS, COLUMNS))
    )[0] + random.normal(size=COLUMNS)


def assert_same_components(got: np.ndarray, expected: np.ndarray, k: int) -> None:
    cosines = np.abs((got[:, :k] * expected[:, :k]).sum(0))
    assert cosines.min() >= 0.999999


def test_it_agrees_with_spark_ml(spark, data):
    rows = frame(spark, data).select(array_to_vector("features").alias("features")).cache()
    ours = DistributedPCA(k=50).fit(rows)
    theirs = PCA(k=50, inputCol="features", outputCol="scores").fit(rows)
    np.testing.assert_allclose(ours.explainedVariance.toArray(), theirs.explainedVariance.toArray(), atol=1e-9)
    assert_same_components(ours.pc.toArray(), theirs.pc.toArray(), 50)
    for one, other in zip(ours.transform(rows).collect(), theirs.transform(rows).collect(), strict=True):
        np.testing.assert_allclose(np.abs(one.scores.toArray()), np.abs(other.scores.toArray()), atol=1e-6)


def test_a_large_mean_does_not_swallow_the_variance(spark):
    # Eigenvalues must be apart for single components to be defined: columns of falling variance, 1 in all on average.
    random = np.random.default_rng(2)
    scale = np.geomspace(3, 0.1, 60)
    matrix = 1e4 + random.normal(size=(2_000, 60)) * scale / np.sqrt((scale**2).mean())
    got = decompose(frame(spark, matrix))
    explained, vectors = spectrum(matrix)
    np.testing.assert_allclose(got.explained, explained, atol=1e-9)
    assert_same_components(got.components, vectors, 50)
    np.testing.assert_allclose(got.mean, matrix.mean(0), rtol=1e-12)


def test_the_merging_tree_adds_up(spark, data):
    whole = decomposition.gather(frame(spark, data, 30), cores=1)
    tree = decomposition.gather(frame(spark, data, 30), cores=20)  # 20 sums, merged to 3, merged to 1
    assert tree.rows == ROWS
    np.testing.assert_allclose(tree.mean, whole.mean, atol=1e-12)
    np.testing.assert_allclose(tree.scatter, whole.scatter, atol=1e-8)


def test_partitions_change_nothing(spark, data):
    expected, vectors = spectrum(data)
    for partitions in (1, 3, 40):
        got = decompose(frame(spark, data, partitions))
        np.testing.assert_allclose(got.explained, expected, atol=1e-9)
        assert_same_components(got.components, vectors, COLUMNS)


def test_empty_partitions_are_nothing(spark, data):
    got = decompose(frame(spark, data[:3], 7))
    assert got.rows == 3
    np.testing.assert_allclose(got.explained[:2], spectrum(data[:3])[0][:2], atol=1e-9)


def test_signs_are_fixed(spark, data):
    components = decompose(frame(spark, data)).components
    largest = np.abs(components).argmax(0)
    assert (components[largest, range(COLUMNS)] > 0).all()


def test_k_as_a_share_of_variance(spark, data):
    explained = spectrum(data)[0]
    model = DistributedPCA(k=0.9, outputCol="out").fit(frame(spark, data))
    assert model.explainedVariance.toArray().sum() >= 0.9
    assert model.explainedVariance.toArray()[:-1].sum() < 0.9
    assert model.getK() == int((np.cumsum(explained) < 0.9).sum()) + 1
    assert model.getOutputCol() == "out"


def test_floats_are_widened_before_anything_is_subtracted(spark):
    random = np.random.default_rng(3)
    matrix = (1e4 + random.normal(size=(500, 8)) * np.geomspace(3, 0.3, 8)).astype(np.float32)
    rows = spark.createDataFrame([(row.tolist(),) for row in matrix], "features array<float>")
    np.testing.assert_allclose(decompose(rows).explained, spectrum(matrix.astype(np.float64))[0], atol=1e-9)


@pytest.mark.parametrize(
    ("k", "cause"),
    [
        (COLUMNS + 1, f"k is {COLUMNS + 1}, and there are only {COLUMNS} features"),
        *((k, f"k is {k}, neither a number of components nor a share of the variance") for k in NEITHER),
    ],
)
def test_an_impossible_k(spark, data, k, cause):
    with pytest.raises(JobError) as raised:
        DistributedPCA(k=k).fit(frame(spark, data))
    assert raised.value.cause == cause
    assert raised.value.exit_code == 2


def test_k_above_the_number_of_images(spark, data):
    with pytest.raises(JobError, match="k is 50, and there are only 10 images"):
        DistributedPCA(k=50).fit(frame(spark, data[:10]))


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_nan_features_are_counted(spark, data, value):
    bad = data.copy()
    bad[[3, 300], 5] = value
    with pytest.raises(JobError, match=f"2 of {ROWS} feature rows hold NaN"):
        decompose(frame(spark, bad))


@pytest.mark.parametrize("cores", [1, 20])
def test_a_partition_of_nothing_but_nan_is_counted(spark, data, cores):
    bad = data[:40].copy()
    bad[:10] = np.nan
    sums = decomposition.gather(frame(spark, bad, 1).repartitionByRange(20, "features"), cores)
    assert (sums.rows, sums.bad) == (30, 10)
    all_bad = decomposition.gather(frame(spark, bad[:10], 3), cores)
    assert (all_bad.rows, all_bad.bad) == (0, 10)


def test_no_k_and_no_column(spark, data):
    rows = frame(spark, data[:3], 1)
    with pytest.raises(JobError, match="k is not set"):
        DistributedPCA().fit(rows)
    with pytest.raises(JobError, match=r"there is no column 'pixels' \(inputCol\) in \['features'\]"):
        DistributedPCA(k=1, inputCol="pixels").fit(rows)


def test_params_have_getters_and_setters():
    pca = DistributedPCA().setK("95%").setInputCol("x").setOutputCol("y")
    assert (pca.getK(), pca.getInputCol(), pca.getOutputCol()) == (0.95, "x", "y")


def test_null_rows(spark):
    nulls = spark.createDataFrame([([1.0, 2.0],), (None,)], "features array<double>").coalesce(1)
    with pytest.raises(PythonException, match="1 feature rows are null"):
        decompose(nulls)


@pytest.mark.parametrize("partitions", [1, 2])
def test_ragged_rows(spark, partitions):
    ragged = spark.createDataFrame([([1.0, 2.0],), ([1.0],)], "features array<double>")
    with pytest.raises((PythonException, JobError), match="differ in length"):
        decompose(ragged.repartition(partitions))


def test_too_few_rows(spark, data):
    with pytest.raises(JobError, match="at least two rows of features, and there are 1"):
        decompose(frame(spark, data[:1]))


def test_constant_rows_explain_nothing(spark):
    got = decompose(frame(spark, np.ones((10, 4))))
    assert got.explained.tolist() == [0, 0, 0, 0]
    assert got.components_for(0.9) == 4


def test_moments_merge_in_any_order(data):
    def of(rows: np.ndarray) -> Moments:
        centred = rows - rows.mean(0)
        return Moments(len(rows), 0, rows.mean(0), centred.T @ centred)

    whole = of(data)
    for cut in (1, 299, 599):
        merged = of(data[cut:]).merged(of(data[:cut]))
        assert merged.rows == ROWS
        np.testing.assert_allclose(merged.mean, whole.mean, atol=1e-12)
        np.testing.assert_allclose(merged.scatter, whole.scatter, atol=1e-8)


def test_the_model_loads_without_orchard(spark, data, tmp_path):
    """In a process whose Python finds neither this package nor the checkout."""
    rows = frame(spark, data[:20]).select(array_to_vector("features").alias("features")).coalesce(1)
    model = DistributedPCA(k=7).fit(frame(spark, data))
    model.save(str(tmp_path / "model"))
    rows.write.parquet(str(tmp_path / "rows"))
    script = tmp_path / "elsewhere.py"
    script.write_text(
        "import importlib.util, json, sys\n"
        "assert not importlib.util.find_spec('fruits') and not importlib.util.find_spec('orchard')\n"
        "from pyspark.sql import SparkSession\n"
        "from pyspark.ml.feature import PCAModel\n"
        "spark = SparkSession.builder.master('local[1]').config('spark.ui.enabled', 'false').getOrCreate()\n"
        "model = PCAModel.load(sys.argv[1] + '/model')\n"
        "rows = model.transform(spark.read.parquet(sys.argv[1] + '/rows')).collect()\n"
        "print(json.dumps([row.scores.toArray().tolist() for row in rows]))\n"
    )
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, "-P", script, tmp_path],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=environment,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    import json

    scores = np.array(json.loads(done.stdout.splitlines()[-1]))
    expected = [row.scores.toArray() for row in model.transform(spark.read.parquet(str(tmp_path / "rows"))).collect()]
    np.testing.assert_allclose(scores, expected, atol=1e-9)


def test_the_projection_gives_the_models_scores(spark, data):
    rows = frame(spark, data.astype(np.float32), 2).selectExpr("hash(features) as name", "features", "2 as last")
    fitted = DistributedPCA(k=9).decompose(rows)
    model = DistributedPCA(k=9).model(spark, fitted)
    vectors = rows.withColumn("features", array_to_vector("features"))
    expected = {row.name: row.scores.toArray() for row in model.transform(vectors).collect()}
    projected = project(rows, "features", "scores", fitted.components[:, :9])
    assert projected.columns == ["name", "scores", "last"]
    got = {row.name: row.scores for row in projected.collect()}
    assert got.keys() == expected.keys()
    for name, scores in got.items():
        np.testing.assert_allclose(scores, expected[name], atol=1e-10)


@pytest.mark.skipif(platform.machine() != "x86_64", reason="OpenBLAS for other processors is told nothing")
def test_openblas_takes_the_kernels_of_this_processor():
    """numpy's own choice may be SSE3's (Prescott) where it does not know the model."""
    flags = next(line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("flags")).split()
    if "avx2" not in flags:
        pytest.skip("no AVX2 here")
    line = [sys.executable, "-c", "import fruits, numpy"]
    place = str(Path(decomposition.__file__).parent.parent)
    environment = {name: value for name, value in os.environ.items() if name != "OPENBLAS_CORETYPE"}
    environment |= {"PYTHONPATH": place, "OPENBLAS_VERBOSE": "2"}
    told = subprocess.run(line, capture_output=True, text=True, check=True, env=environment)
    chosen = [
        line.partition(": ")[2] for line in told.stderr.splitlines() + told.stdout.splitlines() if "Core: " in line
    ]
    assert chosen[0] in ("Haswell", "Zen", "SkylakeX", "Cooperlake", "Sapphirerapids")


def test_a_batch_is_widened_in_blocks(data, monkeypatch):
    monkeypatch.setattr(decomposition, "BLOCK", 250)
    values = pa.array(data.astype(np.float32).ravel())
    column = pa.ListArray.from_arrays(pa.array(range(0, data.size + 1, COLUMNS), pa.int32()), values)
    blocks = list(decomposition.matrices(column[3:]))
    assert [block.shape for block in blocks] == [(250, COLUMNS), (250, COLUMNS), (ROWS - 503, COLUMNS)]
    np.testing.assert_array_equal(np.concatenate(blocks), data.astype(np.float32)[3:])
    assert list(decomposition.matrices(column[:0])) == []


def test_the_estimator_is_persistable(tmp_path, spark):
    DistributedPCA(k=12, inputCol="x").save(str(tmp_path / "pca"))
    loaded = DistributedPCA.load(str(tmp_path / "pca"))
    assert (loaded.getOrDefault("k"), loaded.getInputCol(), loaded.getOutputCol()) == (12, "x", "scores")


def test_a_model_survives_saving_and_loading(spark, data, tmp_path):
    model = DistributedPCA(k=4).fit(frame(spark, data))
    model.save(str(tmp_path / "model"))
    loaded = PCAModel.load(str(tmp_path / "model"))
    np.testing.assert_array_equal(loaded.pc.toArray(), model.pc.toArray())
    assert (loaded.getK(), loaded.getInputCol(), loaded.getOutputCol()) == (4, "features", "scores")
    assert Path(tmp_path / "model" / "metadata").is_dir()
