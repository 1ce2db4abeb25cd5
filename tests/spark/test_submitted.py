"""The jobs as spark-submit starts them: shipped as a zip, in processes of their own, one machine or two."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from orchard.runs import job_code
from tests.tolerance import assert_same_features, assert_same_scores, matched

# Nothing of the checkout on the path: what the executors import can only come from the zip.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}


@pytest.fixture(scope="module")
def code(tmp_path_factory: pytest.TempPathFactory) -> job_code.Package:
    return job_code.build(tmp_path_factory.mktemp("jobs"))


def submit(code: job_code.Package, job: str, master: str, *words: str) -> subprocess.CompletedProcess:
    spark_submit = Path(sys.executable).parent / "spark-submit"
    options = ["--master", master, "--conf", "spark.ui.enabled=false", "--py-files", str(code.file("fruits.zip"))]
    options += ["--conf", "spark.default.parallelism=4"]  # as EMR itself sets it: twice the cores
    return subprocess.run(
        [spark_submit, *options, str(code.file(f"{job}.py")), *words],
        capture_output=True,
        text=True,
        env=ENVIRONMENT | {"SPARK_LOCAL_IP": "127.0.0.1"},
        check=False,
    )


def results(spark: SparkSession, home: Path) -> tuple[dict, dict]:
    rows = spark.read.parquet(str(home / "features" / "r1" / "part-*.parquet")).collect()
    scores = spark.read.parquet(str(home / "pca" / "r1" / "scores")).collect()
    return {row.path: row.features for row in rows}, {row.path: row.scores for row in scores}


def run(code, master: str, home: Path, pictures: Path, weights_file: str) -> None:
    at_features, at_pca = str(home / "features" / "r1"), str(home / "pca" / "r1")
    words = ["--input", str(pictures), "--split", "Test", "--mode", "full", "--weights", weights_file]
    done = submit(code, "features", master, *words, "--output", at_features)
    assert done.returncode == 0, done.stderr[-3000:]
    done = submit(code, "pca", master, "--input", at_features, "--output", at_pca, "--k", "5")
    assert done.returncode == 0, done.stderr[-3000:]


def test_separate_executors_give_the_same(spark, code, drawn, weights_file, finished, tmp_path):
    """As the same jobs in this process: two threads, the package from the checkout."""
    run(code, "local-cluster[2,1,2048]", tmp_path, drawn, weights_file)
    (rows, scores), (rows_of_two, scores_of_two) = results(spark, finished), results(spark, tmp_path)
    assert len(rows) == len(scores) == 40
    for job in ("features", "pca"):
        assert json.loads((tmp_path / job / "r1" / "_manifest.json").read_text())["cores"] == 2, "counted"
    assert_same_features(*matched(rows_of_two, rows))
    assert_same_scores(*matched(scores_of_two, scores))


def test_a_canary_counts_separate_executors(code, weights_file, tmp_path):
    """With the package in its zip, as it is on a cluster."""
    words = ["--output", str(tmp_path / "shape"), "--weights", weights_file, "--executors", "2"]
    done = submit(code, "canary", "local-cluster[2,1,2048]", *words)
    assert done.returncode == 0, done.stderr[-3000:]
    assert "2 executors, 7 packages, features within" in done.stdout
    found = json.loads((tmp_path / "shape" / "_manifest.json").read_text())
    assert found["settings"]["spark.master"] == "local-cluster[2,1,2048]"


def test_a_user_error_ends_in_two_lines(code, tmp_path):
    done = submit(
        code, "features", "local[1]", "--input", str(tmp_path / "in"), "--output", str(tmp_path / "out" / "r")
    )
    assert done.returncode == 2
    assert (
        f"error: there are no photographs under file:{tmp_path}/in/Training\nremedy: put photographs" in done.stdout
    )  # spark-submit joins the two
    assert "Traceback" not in done.stdout + done.stderr


# The job, with less patience than it has once Spark is there.
IMPATIENT = """
import sys
from fruits import executors, job
sys.path.insert(0, {spark!r})
import features
def run(spark):
    executors.PATIENCE = 1.5
    features.run(spark, features.parse())
job.main("features", run)
"""


def test_a_job_without_an_executor_ends_with_its_cause(code, drawn, weights_file, tmp_path):
    """A cluster of no workers: Spark starts, and waits for ever."""
    program, output = tmp_path / "features.py", tmp_path / "out" / "r"
    program.write_text(IMPATIENT.format(spark=str(job_code.SPARK)))
    impatient = job_code.Package(code.code_hash, [code.file("fruits.zip"), program])
    words = ["--input", str(drawn), "--split", "Test", "--weights", weights_file, "--output", str(output)]
    done = submit(impatient, "features", "local-cluster[0,1,2048]", *words)
    assert done.returncode == 1
    assert "error: the job has had no executor for" in done.stdout, done.stdout + done.stderr[-3000:]
    said = json.loads((output / "_progress.json").read_text())
    assert (said["phase"], said["cause"][:31]) == ("failed", "the job has had no executor for")


def test_a_job_that_spark_does_not_start_for_ends_with_its_cause():
    """In client mode Spark's start waits until YARN has room for the application master."""
    program = (
        "import time\nfrom fruits import executors, job\nexecutors.PATIENCE = 0.2\n"
        "job.session = lambda name: time.sleep(600)\njob.main('features', None)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=job_code.SPARK, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith("error: the job has had no executor for")
    assert "\nremedy: end other notebooks" in done.stderr
