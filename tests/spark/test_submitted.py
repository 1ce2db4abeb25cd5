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


# Every job in one Spark: to start three times as many processes of it takes longer than the jobs.
ALL = """
import sys
import canary, features, pca
from fruits import job
def run(spark):
    pictures, weights, home = sys.argv[1:]
    canary.run(spark, canary.parse(["--output", f"{home}/shape", "--weights", weights, "--executors", "2"]))
    words = ["--input", pictures, "--split", "Test", "--mode", "full", "--weights", weights]
    features.run(spark, features.parse([*words, "--output", f"{home}/features/r1"]))
    pca.run(spark, pca.parse(["--input", f"{home}/features/r1", "--output", f"{home}/pca/r1", "--k", "5"]))
job.main("all", run)
"""


def submit(code: job_code.Package, program: Path, master: str, *words: str) -> subprocess.CompletedProcess:
    spark_submit = Path(sys.executable).parent / "spark-submit"
    options = ["--master", master, "--conf", "spark.ui.enabled=false", "--py-files", ",".join(map(str, code.files))]
    options += ["--conf", "spark.default.parallelism=4"]  # as EMR itself sets it: twice the cores
    return subprocess.run(
        [spark_submit, *options, str(program), *words],
        capture_output=True,
        text=True,
        env=ENVIRONMENT | {"SPARK_LOCAL_IP": "127.0.0.1"},
        check=False,
    )


def results(spark: SparkSession, home: Path) -> tuple[dict, dict]:
    rows = spark.read.parquet(str(home / "features" / "r1" / "part-*.parquet")).collect()
    scores = spark.read.parquet(str(home / "pca" / "r1" / "scores")).collect()
    return {row.path: row.features for row in rows}, {row.path: row.scores for row in scores}


@pytest.fixture(scope="module")
def of_two(code, drawn, weights_file, tmp_path_factory) -> tuple[Path, str]:
    """What all jobs left with two executors, and what they said."""
    home = tmp_path_factory.mktemp("of-two")
    program = home / "all.py"
    program.write_text(ALL)
    done = submit(code, program, "local-cluster[2,1,2048]", str(drawn), weights_file, str(home))
    assert done.returncode == 0, done.stderr[-3000:]
    return home, done.stdout


def test_separate_executors_give_the_same(spark, of_two, finished):
    """As the same jobs in this process: two threads, the package from the checkout."""
    (rows, scores), (rows_of_two, scores_of_two) = results(spark, finished), results(spark, of_two[0])
    assert len(rows) == len(scores) == 40
    for job in ("features", "pca"):
        assert json.loads((of_two[0] / job / "r1" / "_manifest.json").read_text())["cores"] == 2, "counted"
    assert_same_features(*matched(rows_of_two, rows))
    assert_same_scores(*matched(scores_of_two, scores))


def test_a_canary_counts_separate_executors(of_two):
    """With the package in its zip, as it is on a cluster."""
    home, said = of_two
    assert "2 executors, 8 packages, features within" in said
    found = json.loads((home / "shape" / "_manifest.json").read_text())
    assert found["settings"]["spark.master"] == "local-cluster[2,1,2048]"


def test_a_user_error_ends_in_two_lines(code, tmp_path):
    words = ["--input", str(tmp_path / "in"), "--output", str(tmp_path / "out" / "r")]
    done = submit(code, code.file("features.py"), "local[1]", *words)
    assert done.returncode == 2
    assert (
        f"error: there are no photographs under file:{tmp_path}/in/Training\nremedy: put photographs" in done.stdout
    )  # spark-submit joins the two
    assert "Traceback" not in done.stdout + done.stderr


# The job, with less patience than it has once Spark is there.
IMPATIENT = """
import features
from fruits import executors, job
def run(spark):
    executors.PATIENCE = 1.5
    features.run(spark, features.parse())
job.main("features", run)
"""


def test_a_job_without_an_executor_ends_with_its_cause(code, drawn, weights_file, tmp_path):
    """A cluster of no workers: Spark starts, and waits for ever."""
    program, output = tmp_path / "impatient.py", tmp_path / "out" / "r"
    program.write_text(IMPATIENT)
    words = ["--input", str(drawn), "--split", "Test", "--weights", weights_file, "--output", str(output)]
    done = submit(code, program, "local-cluster[0,1,2048]", *words)
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
