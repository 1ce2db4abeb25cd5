"""The two entry points, from pictures on disk to results on disk."""

import argparse
import csv
import json
import shutil
from pathlib import Path

import jsonschema
import numpy as np
import pandas
import pyarrow.parquet as pq
import pyspark
import pytest
from pyspark.ml.feature import PCAModel

import features
import pca
from fruits import hadoop, job
from fruits.errors import JobError
from orchard.base import places


def featurise(spark, weights_file: str, source: Path, output: Path, *flags: str) -> None:
    words = ["--input", str(source), "--output", str(output), "--weights", weights_file, "--mode", "full", *flags]
    features.run(spark, features.parse(words))


def decompose(spark, source: Path, output: Path, *flags: str) -> None:
    pca.run(spark, pca.parse(["--input", str(source), "--output", str(output), *flags]))


@pytest.fixture
def pictures(drawn, tmp_path) -> Path:
    """The drawn Test pictures, a copy to damage."""
    shutil.copytree(drawn / "Test", tmp_path / "set" / "Test")
    return tmp_path / "set"


def test_features_layout_and_manifest(spark, finished):
    run = finished / "features" / "r1"
    written = json.loads((run / "_manifest.json").read_text())
    assert written["counts"] == {"read": 40, "featurised": 40, "rejected": 0}
    assert written["parameters"]["mode"] == "full"
    assert written["images_per_second"] > 0
    assert set(written["timings"]) == {"listing", "features"}
    assert sum(written["parts"].values()) == 40
    assert written["parts"].keys() == {path.name for path in run.glob("part-*.parquet")}
    assert written["versions"]["spark"] == pyspark.__version__
    rows = spark.read.parquet(str(run / "part-*.parquet"))
    assert dict(rows.dtypes) == {"path": "string", "label": "string", "features": "array<float>"}
    assert rows.select("path").distinct().count() == 40
    assert {row.label for row in rows.select("label").distinct().collect()} >= {"Kiwi", "Apple Red"}
    assert spark.read.parquet(str(run / "_errors")).count() == 0
    assert json.loads((run / "_progress.json").read_text())["phase"] == "complete"


def test_pca_layout_and_manifest(spark, finished):
    run = finished / "pca" / "r1"
    written = json.loads((run / "_manifest.json").read_text())
    assert written["counts"] == {"rows": 40, "columns": 1280, "components": 5}
    assert written["features"]["counts"]["featurised"] == 40
    table = list(csv.DictReader((run / "variance.csv").open()))
    assert len(table) == 1280
    np.testing.assert_allclose([float(row["explained"]) for row in table[:5]], written["explained_variance"], rtol=1e-8)
    assert float(table[-1]["cumulative"]) == pytest.approx(1)
    assert sum(written["parts"].values()) == 40
    assert written["parts"].keys() == {path.name for path in (run / "scores").glob("part-*.parquet")}
    reached = [float(row["cumulative"]) >= 0.95 for row in table].index(True) + 1
    assert written["components_for"]["0.95"] == reached
    scores = {row.path: row.scores for row in spark.read.parquet(str(run / "scores")).collect()}
    with next((run / "csv").glob("*.csv")).open() as file:
        lines = {row["path"]: [float(row[f"pc{i}"]) for i in range(1, 6)] for row in csv.DictReader(file)}
    assert lines.keys() == scores.keys()
    for path, line in lines.items():
        np.testing.assert_allclose(line, scores[path], rtol=1e-9)


def test_manifests_are_as_their_schema_says(finished):
    schema = json.loads((places.ROOT / "orchard" / "runs" / "manifest.schema.json").read_text())
    for kind in ("features", "pca"):
        written = json.loads((finished / kind / "r1" / "_manifest.json").read_text())
        jsonschema.validate(written, schema, format_checker=jsonschema.FormatChecker())
        assert written["started"] <= written["ended"]
        (attempt,) = written["attempts"]
        assert attempt["timings"] == written["timings"]


def test_a_run_is_a_table_for_every_reader_of_parquet(spark, finished):
    place = str(finished / "features" / "r1")
    tables = pandas.read_parquet(place), pq.read_table(place).to_pandas(), spark.read.parquet(place).toPandas()
    for table in tables:
        assert len(table) == table["path"].nunique() == 40
        assert {"path", "label", "features"} == set(table.columns)


def test_scores_are_centred_and_reconstructed_by_the_mean(spark, finished):
    """And are then what scikit-learn's PCA gives, but for the signs."""
    from sklearn.decomposition import PCA

    pca = finished / "pca" / "r1"
    with (pca / "mean.csv").open() as file:
        mean = np.array([float(row["mean"]) for row in csv.DictReader(file)])
    features = pandas.read_parquet(finished / "features" / "r1").sort_values("path")
    x = np.stack(features["features"]).astype(np.float64)
    np.testing.assert_allclose(mean, x.mean(0), rtol=1e-12, atol=1e-15)
    components = PCAModel.load(str(pca / "model")).pc.toArray()
    scores = np.stack(pandas.read_parquet(pca / "scores").sort_values("path")["scores"])
    centred = scores - mean @ components
    reference = PCA(n_components=5, svd_solver="full").fit(x)
    np.testing.assert_allclose(np.abs(centred), np.abs(reference.transform(x)), atol=1e-8)
    back = centred @ components.T + mean
    np.testing.assert_allclose(back, reference.inverse_transform(reference.transform(x)), atol=1e-8)


def test_the_saved_model_gives_the_saved_scores(spark, finished):
    from pyspark.ml.functions import array_to_vector

    model = PCAModel.load(str(finished / "pca" / "r1" / "model"))
    rows = spark.read.parquet(str(finished / "features" / "r1" / "part-*.parquet"))
    again = model.transform(rows.select("path", array_to_vector("features").alias("features")))
    expected = {row.path: row.scores for row in spark.read.parquet(str(finished / "pca" / "r1" / "scores")).collect()}
    for row in again.collect():
        np.testing.assert_allclose(row.scores.toArray(), expected[row.path], atol=1e-9)


def test_a_complete_run_says_so_and_is_left_alone(spark, finished, drawn, weights_file, capsys):
    before = {path: path.stat().st_mtime_ns for path in finished.rglob("*") if path.is_file()}
    featurise(spark, weights_file, drawn, finished / "features" / "r1", "--split", "Test")
    decompose(spark, finished / "features" / "r1", finished / "pca" / "r1", "--k", "5", "--csv")
    assert capsys.readouterr().out.count("the run r1 is complete already") == 2
    assert before == {path: path.stat().st_mtime_ns for path in finished.rglob("*") if path.is_file()}


def test_a_complete_run_of_other_parameters_is_refused(spark, finished, drawn, weights_file, pictures):
    for redo, said in (
        (lambda: featurise(spark, weights_file, pictures, finished / "features" / "r1", "--split", "Test"), "input"),
        (lambda: featurise(spark, weights_file, drawn, finished / "features" / "r1"), "split"),
        (lambda: decompose(spark, finished / "features" / "r1", finished / "pca" / "r1"), "k"),
    ):
        with pytest.raises(JobError, match=f"the run r1 is complete already, with {said} =") as raised:
            redo()
        assert raised.value.exit_code == 2


def test_rejected_images_are_named_and_the_rest_goes_on(spark, pictures, weights_file, tmp_path):
    (pictures / "Test" / "Kiwi" / "empty.jpg").touch()
    (pictures / "Test" / "Kiwi" / "page.jpg").write_text("<html>")
    output = tmp_path / "out" / "r"
    featurise(spark, weights_file, pictures, output, "--split", "Test", "--max-error-rate", "0.05")
    errors = {row.path: row.reason for row in spark.read.parquet(str(output / "_errors")).collect()}
    assert errors == {"Test/Kiwi/empty.jpg": "empty file", "Test/Kiwi/page.jpg": "not a JPEG or PNG image"}
    counts = json.loads((output / "_manifest.json").read_text())["counts"]
    assert counts == {"read": 42, "featurised": 40, "rejected": 2}
    assert spark.read.parquet(str(output / "part-*.parquet")).count() == 40


def test_too_many_rejected_images_fail_the_job_and_keep_the_results(spark, pictures, weights_file, tmp_path):
    (pictures / "Test" / "Kiwi" / "empty.jpg").touch()
    output = tmp_path / "out" / "r"
    with pytest.raises(JobError, match=r"1 of 41 images \(2.4%\) could not be read, more than 1.0%") as raised:
        featurise(spark, weights_file, pictures, output, "--split", "Test")
    assert raised.value.exit_code == 1
    assert "./inv run --run-name NAME --max-error-rate 0.03," in raised.value.remedy
    assert not (output / "_manifest.json").exists()
    assert spark.read.parquet(str(output / "_errors")).count() == 1
    said = json.loads((output / "_progress.json").read_text())
    assert (said["phase"], said["cause"]) == ("failed", raised.value.cause)

    # Mended, the run goes on under its name, and only the image that was missing is done.
    shutil.copy(pictures / "Test" / "Lemon" / "0_100.jpg", pictures / "Test" / "Kiwi" / "empty.jpg")
    featurise(spark, weights_file, pictures, output, "--split", "Test")
    mended = json.loads((output / "_manifest.json").read_text())
    assert mended["counts"] == {"read": 41, "featurised": 41, "rejected": 0}
    assert mended["resumed"] == 40
    assert spark.read.parquet(str(output / "part-*.parquet")).count() == 41
    assert spark.read.parquet(str(output / "_errors")).count() == 0


def test_pca_goes_on_where_it_failed(spark, finished, tmp_path):
    """The features stay, and nothing of a PCA that did not end."""
    output = tmp_path / "r1"
    shutil.copytree(finished / "pca" / "r1", output)
    (output / "_manifest.json").unlink()
    decompose(spark, finished / "features" / "r1", output, "--k", "3")
    assert json.loads((output / "_manifest.json").read_text())["counts"]["components"] == 3
    assert {len(row.scores) for row in spark.read.parquet(str(output / "scores")).collect()} == {3}


def test_an_interrupted_run_goes_on(spark, drawn, finished, weights_file, tmp_path):
    """As a killed driver leaves it: some tasks' files, no manifest, the committer's leftovers."""
    output = tmp_path / "r1"
    shutil.copytree(finished / "features" / "r1", output)
    (output / "_manifest.json").unlink()
    parts = sorted(output.glob("part-*.parquet"))
    parts[0].unlink()
    (output / f".{parts[0].name}.crc").unlink()
    (output / "_temporary" / "0").mkdir(parents=True)
    kept = spark.read.parquet(str(output / "part-*.parquet")).count()
    featurise(spark, weights_file, drawn, output, "--split", "Test")
    again = json.loads((output / "_manifest.json").read_text())
    assert again["resumed"] == kept < 40
    assert [attempt["outcome"] for attempt in again["attempts"]] == ["complete", "complete"]
    spent = [attempt["timings"]["features"] for attempt in again["attempts"]]
    assert again["timings"]["features"] == pytest.approx(sum(spent), abs=0.01)
    assert again["started"] == again["attempts"][0]["started"] < again["attempts"][1]["started"]
    rows = spark.read.parquet(str(output / "part-*.parquet"))
    assert rows.count() == rows.select("path").distinct().count() == 40


def test_wrong_input_leaves_the_name_free(spark, weights_file, tmp_path):
    with pytest.raises(JobError, match="no photographs under"):
        featurise(spark, weights_file, tmp_path / "none", tmp_path / "r")
    assert json.loads((tmp_path / "r" / "_progress.json").read_text())["phase"] == "failed"
    assert not (tmp_path / "r" / "_run.json").exists()


def test_an_unwritable_output(spark, drawn, weights_file, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(JobError, match="cannot be written") as raised:
        featurise(spark, weights_file, drawn, tmp_path / "file" / "r", "--split", "Test")
    assert "choose a place" in raised.value.remedy


def test_pca_needs_a_complete_run(spark, tmp_path):
    with pytest.raises(JobError, match="there is no complete run at"):
        decompose(spark, tmp_path / "none", tmp_path / "out")


def test_pca_with_an_impossible_k_leaves_no_manifest(spark, finished, tmp_path):
    with pytest.raises(JobError, match="k is 50, and there are only 40 images"):
        decompose(spark, finished / "features" / "r1", tmp_path / "r")
    assert not (tmp_path / "r" / "_manifest.json").exists()
    decompose(spark, finished / "features" / "r1", tmp_path / "r", "--k", "0.9")  # the name is still free
    assert (tmp_path / "r" / "_manifest.json").exists()


def test_more_components_than_images_are_refused_before_the_work(spark, drawn, weights_file, tmp_path):
    with pytest.raises(JobError, match="k is 41, and there are only 40 images") as raised:
        featurise(spark, weights_file, drawn, tmp_path / "r", "--split", "Test", "--k", "41")
    assert raised.value.exit_code == 2
    assert {path.name for path in (tmp_path / "r").iterdir() if not path.name.startswith(".")} == {"_progress.json"}


def test_help_teaches(capsys):
    for entry in (features, pca):
        with pytest.raises(SystemExit) as ended:
            entry.parse(["--help"])
        assert ended.value.code == 0
        text = capsys.readouterr().out
        assert "_manifest.json" in text
        assert "default: " in text


@pytest.mark.parametrize(
    "words",
    [["--max-error-rate", "2"], ["--max-images", "0"], ["--mode", "pears"], ["--split", "Validation"]],
)
def test_wrong_arguments(words, capsys):
    with pytest.raises(SystemExit) as ended:
        features.parse(["--input", "a", "--output", "b", *words])
    assert ended.value.code == 2
    assert words[0] in capsys.readouterr().err


class TestFailure:
    """Whatever Spark raises becomes a cause and a remedy."""

    def test_a_job_error_from_a_worker(self):
        from pyspark.errors import PythonException

        text = "\n  An exception was thrown\nfruits.errors.JobError: 3 feature rows are null\n\tat java.base/Thread.run"
        assert job.failure(PythonException(text)).cause == "3 feature rows are null"

    def test_sparks_own(self, spark, tmp_path):
        from pyspark.errors import AnalysisException

        with pytest.raises(AnalysisException) as raised:
            spark.read.parquet(str(tmp_path / "none"))
        assert "PATH_NOT_FOUND" in job.failure(raised.value).cause

    @pytest.mark.parametrize(
        ("said", "cause"),
        [
            (
                "org.apache.spark.SparkException: Python worker exited unexpectedly (crashed)",
                "a Python worker was killed",
            ),
            ("Reason: Container from a bad node: c_1 on host. Exit status: 137.", "a Python worker was killed"),
            ("numpy.core._exceptions._ArrayMemoryError: Unable to allocate 9 GiB", "memory ran out"),
            ("java.lang.OutOfMemoryError: Java heap space", "memory ran out"),
            ("ImportError: libx.so: failed to map segment from shared object", "memory ran out"),
        ],
    )
    def test_memory(self, said, cause):
        from pyspark.errors import PySparkException

        found = job.failure(
            PySparkException(f"Job aborted due to stage failure: Task 3 failed 4 times\n{said}\n\tat x")
        )
        assert found.cause.startswith(cause)
        assert "more memory for each core" in found.remedy

    def test_a_bug_stays_a_bug(self):
        with pytest.raises(ZeroDivisionError):
            job.failure(ZeroDivisionError("ours"))


def test_hadoop_files(spark, tmp_path):
    uri = f"file://{tmp_path}/a b/text.json"
    hadoop.write_text(spark, uri, "one")
    hadoop.write_text(spark, uri, "two, longer: é")
    assert hadoop.read_bytes(spark, uri).decode() == "two, longer: é"
    assert hadoop.files(spark, f"{tmp_path}/a b") == ["text.json"]
    assert hadoop.files(spark, f"{tmp_path}/none") == []
    assert hadoop.directories(spark, str(tmp_path)) == ["a b"]
    assert hadoop.read_json(spark, uri) is None, "half a file is none"
    hadoop.write_text(spark, uri, '{"one": 1}')
    assert hadoop.read_json(spark, uri) == {"one": 1}
    hadoop.delete(spark, uri)
    hadoop.delete(spark, uri)
    assert not hadoop.exists(spark, uri)


def test_a_small_file_is_written_by_one_create_alone(spark, tmp_path, monkeypatch):
    """A rename onto a file is refused by S3A; a create that replaces is one PUT there."""
    called = []

    class Watched:
        def __init__(self, system):
            self.system = system

        def __getattr__(self, name):
            called.append(name)
            return getattr(self.system, name)

    real = hadoop._path
    monkeypatch.setattr(hadoop, "_path", lambda spark, uri: (Watched(real(spark, uri)[0]), real(spark, uri)[1]))
    for text in ("one", "two"):
        hadoop.write_text(spark, f"{tmp_path}/a.json", text)
    assert called == ["create", "create"]
    assert (tmp_path / "a.json").read_text() == "two"


def test_argparse_types():
    assert job.count_or_share("95%") == 0.95
    with pytest.raises(argparse.ArgumentTypeError, match=r"k is 1\.0, neither"):
        job.count_or_share("1.0")
    assert job.share("0.5") == 0.5
    assert job.positive("3") == 3
    with pytest.raises(argparse.ArgumentTypeError):
        job.share("1.1")
