"""A third step is a job and an entry in the table of jobs: a copy of this tree with both passes the checks."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from orchard.base.places import ROOT

LEFT_OUT = (".git", ".venv*", ".orchard", "data", ".terraform", "*.tfstate*", "__pycache__", ".*_cache")
AFTER = 'options=("k", "csv"),\n        ),\n'
ENTRY = """\
        Job(
            "kmeans",
            "data/kmeans/",
            "the cluster that each photograph belongs to",
            reads="features",
            options=("k",),
        ),
"""
JOB = '''"""Groups the photographs of a run by their features."""

import argparse
from dataclasses import dataclass

from pyspark.ml.clustering import KMeans
from pyspark.ml.functions import array_to_vector
from pyspark.sql import SparkSession

from fruits import job, manifest


@dataclass(frozen=True)
class Options:
    """What it is told."""

    input: str
    output: str
    k: float
    code_hash: str


def run(spark: SparkSession, options: Options) -> None:
    """Group and write."""
    manifest.read(spark, options.input)
    parameters = {"k": options.k}
    with job.attempt(spark, options.output, "kmeans", parameters) as (progress, _):
        rows = spark.read.parquet(f"{options.input}/part-*.parquet")
        rows = rows.withColumn("features", array_to_vector("features"))
        with progress.phase("groups"):
            found = KMeans(k=max(2, int(options.k)), seed=1).fit(rows).transform(rows)
            found.select("path", "label", "prediction").write.mode("overwrite").parquet(f"{options.output}/groups")
        manifest.write(spark, options.output, {"job": "kmeans", "parameters": parameters, "code": options.code_hash})


def parse(arguments: list[str] | None = None) -> Options:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("--input", "--output"):
        parser.add_argument(name, required=True)
    parser.add_argument("--k", type=float, default=10)
    parser.add_argument("--code-hash", default="")
    return Options(**vars(parser.parse_args(arguments)))


if __name__ == "__main__":
    options = parse()
    job.main("kmeans", lambda spark: run(spark, options))
'''


# What holds Terraform, the jobs and the control plane to the table, without Spark and without AWS.
TESTS = (
    "tests/aws/test_layout.py",
    "tests/cost",
    "tests/runs/test_pieces.py::TestPackage",
    "tests/runs/test_submission.py",
    "tests/transfer/test_transfer_download.py",
)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The tree with the new step in it: one file more, and one entry."""
    place = tmp_path / "orchard"
    shutil.copytree(ROOT, place, symlinks=True, ignore=shutil.ignore_patterns(*LEFT_OUT))
    (place / "spark" / "kmeans.py").write_text(JOB)
    layout = place / "orchard" / "aws" / "layout.py"
    assert layout.read_text().count(AFTER) == 1
    layout.write_text(layout.read_text().replace(AFTER, AFTER + ENTRY))
    return place


def call(copy: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", *words], cwd=copy, capture_output=True, text=True, check=False)


def test_a_new_step_is_one_change(copy):
    before = call(copy, "invoke", "check.docs")
    assert before.returncode == 1
    stale = {line.removeprefix("stale: ") for line in before.stderr.splitlines()}
    assert {"terraform/modules/bucket/prefixes.tf", "docs/architecture.md", "docs/commands.md"} <= stale
    for words in (["check.docs", "--write"], ["check.docs", "check.formatting"]):
        after = call(copy, "invoke", *words)
        assert after.returncode == 0, after.stdout + after.stderr
    assert '    kmeans   = "data/kmeans/"' in (copy / "terraform" / "modules" / "bucket" / "prefixes.tf").read_text()
    assert "results-features --> step-kmeans --> results-kmeans" in (copy / "README.md").read_text()
    done = call(copy, "pytest", "-v", "-p", "no:cacheprovider", *TESTS)
    assert done.returncode == 0, done.stdout[-5000:]
    assert "test_each_job_understands_what_its_step_tells_it[True-kmeans] PASSED" in done.stdout
