"""The local AWS's YARN with steps that run: the executors of a cluster, waiting for room, and what a cancel reaches."""

import json
import re
from types import SimpleNamespace

import pytest

from orchard.aws.executors import promised
from orchard.aws.layout import StepName
from orchard.runs import job_code, submission
from tests.emulator.conftest import Aws, command
from tests.emulator.test_steps_spark import processes_of
from tests.support.fidelity import models
from tests.support.rendered import configurations
from tests.waiting import until

SHAPES = [  # each release with every number of nodes
    ("emr-7.5.0", "m5.xlarge", 1),
    ("emr-7.13.0", "m5.xlarge", 2),
    ("emr-7.5.0", "m5.xlarge", 5),
    ("emr-7.13.0", "m5.2xlarge", 1),
    ("emr-7.5.0", "m5.2xlarge", 2),
    ("emr-7.13.0", "m5.2xlarge", 5),
]
# Asks Spark what it was told, without starting it: starting takes three times as long.
TOLD = """
from pyspark import SparkConf, SparkContext
SparkContext._ensure_initialized()
conf = SparkConf()
print("executors", conf.get("spark.executor.instances"), "master", conf.get("spark.master"))
"""
# Claims an output as the jobs do, and goes on until it is told to stop.
HOLDING = """
import sys, time
from pyspark.sql import SparkSession
from fruits.errors import JobError
from fruits.progress import Progress
spark = SparkSession.builder.getOrCreate()
try:
    with Progress(spark, sys.argv[1], "features"):
        print("at work", flush=True)
        time.sleep(600)
except JobError as error:
    sys.exit(f"error: {error.cause}")
"""


@pytest.fixture(scope="module")
def jobs(aws: Aws, tmp_path_factory) -> SimpleNamespace:
    """The jobs' package in a bucket, beside programs that stand for jobs."""
    bucket = aws.bucket()
    package = job_code.build(tmp_path_factory.mktemp("jobs"))
    (zipped,) = (file for file in package.files if file.name == "fruits.zip")
    for folder, program in (("told/", TOLD), ("holding/", HOLDING)):
        aws.put(bucket, f"{folder}fruits.zip", zipped.read_bytes())
        aws.put(bucket, f"{folder}features.py", program)
    return SimpleNamespace(bucket=bucket, uri=f"s3://{bucket}/")


def groups(kind: str, count: int) -> dict:
    numbers = (("MASTER", 1), ("CORE", count))
    return {
        "InstanceGroups": [
            {"InstanceRole": role, "InstanceType": kind, "InstanceCount": number} for role, number in numbers
        ]
    }


def ours(shipped: str, *words: str) -> dict:
    """A step as Orchard submits it."""
    return submission._step(shipped, StepName("r", "features"), 2, list(words))


@models(
    "EMR gives a step the executors for which YARN has room on the core nodes beside its application master",
    source="EMR Release Guide, Task configuration; Spark 3.5, Running Spark on YARN",
)
def test_every_shape_gets_the_executors_that_are_promised(aws: Aws, jobs) -> None:
    step = ours(f"{jobs.uri}told/")
    clusters = {
        (release, kind, count): aws.cluster(
            step,
            bucket=jobs.bucket,
            keep=False,
            wait=False,
            groups=False,
            release=release,
            ec2=groups(kind, count),
            Configurations=configurations(instance_type=kind, core_count=count),
        )
        for release, kind, count in SHAPES
    }
    for (release, kind, count), cluster in clusters.items():
        aws.until(cluster, "TERMINATED", "TERMINATED_WITH_ERRORS")
        (ran,) = aws.emr.list_steps(ClusterId=cluster)["Steps"]
        assert ran["Status"]["State"] == "COMPLETED", ran
        said, shape = aws.log(jobs.bucket, cluster, ran["Id"], "stderr"), promised(kind, count)
        assert len(re.findall(r"Registered executor .* with ID \d+", said)) == shape.executors, (release, kind, count)
        told = aws.log(jobs.bucket, cluster, ran["Id"], "stdout")
        assert f"executors {shape.executors} master local[" in told


@models(
    "EMR shows a step as RUNNING while YARN keeps its application in ACCEPTED, and a cancel ends the waiting",
    source="EMR Management Guide, Canceling steps; Spark 3.5, org.apache.spark.deploy.yarn.Client",
)
def test_a_step_without_room_waits_in_accepted(aws: Aws, jobs) -> None:
    cluster = aws.cluster(
        bucket=jobs.bucket,
        groups=False,
        ec2=groups("m5.xlarge", 1),
        StepConcurrencyLevel=2,
        Configurations=configurations(core_count=1),
    )
    step = ours(f"{jobs.uri}holding/", f"{jobs.uri}data/features/one")
    (first,) = aws.run(cluster, step | {"ActionOnFailure": "CONTINUE"})
    aws.step_says(cluster, first, "at work")
    large = ["spark-submit", "--deploy-mode", "cluster", "--driver-memory", "4g", f"{jobs.uri}told/features.py"]
    (second,) = aws.run(cluster, command(*large))
    log = aws.home / "steps" / cluster / second / "stderr"
    until(lambda: log.exists() and log.read_text().count("(state: ACCEPTED)") > 2)
    assert "diagnostics: Application is Activated, waiting for resources to be assigned for AM." in log.read_text()
    assert aws.step(cluster, second)["State"] == "RUNNING"
    aws.emr.cancel_steps(ClusterId=cluster, StepIds=[second])
    assert aws.step_until(cluster, second)["State"] == "CANCELLED"
    assert "state: ACCEPTED" in aws.log(jobs.bucket, cluster, second, "stderr")
    aws.emr.terminate_job_flows(JobFlowIds=[cluster])


def progress(aws: Aws, bucket: str, run: str) -> dict:
    key = f"data/features/{run}/_progress.json"
    return json.loads(aws.read(bucket, key)) if key in aws.keys(bucket, "data/features/") else {}


@models(
    "EMR ends the client alone when it cancels a step in cluster mode, and the application runs on in YARN",
    source="EMR Management Guide, Canceling steps: asynchronous processes are not touched",
)
def test_a_cancelled_client_leaves_its_application_which_keeps_a_second_attempt_out(aws: Aws, jobs) -> None:
    cluster = aws.cluster(bucket=jobs.bucket)
    step = ours(f"{jobs.uri}holding/", f"{jobs.uri}data/features/two")
    in_yarn = ["cluster" if word == "client" else word for word in step["HadoopJarStep"]["Args"]]
    (first,) = aws.run(cluster, command(*in_yarn))
    until(lambda: progress(aws, jobs.bucket, "two"))
    aws.emr.cancel_steps(ClusterId=cluster, StepIds=[first])
    assert aws.step_until(cluster, first)["State"] == "CANCELLED"
    (second,) = aws.run(cluster, step)
    assert aws.step_until(cluster, second)["State"] == "FAILED"
    said = aws.log(jobs.bucket, cluster, second, "stdout")  # where Spark puts what Python says in client mode
    assert "error: the run two is going on: features" in said, said
    assert processes_of(first), "the cancelled one's driver"
    aws.emr.terminate_job_flows(JobFlowIds=[cluster])
    aws.until(cluster, "TERMINATED")
    assert not processes_of(first), "YARN ends with its cluster"


@models(
    "EMR sends SIGTERM to a step that is cancelled, which in client mode is the driver",
    source="EMR API Reference, CancelSteps (SEND_INTERRUPT); not verified: that the whole process tree gets it",
)
def test_a_cancelled_step_of_ours_ends_with_its_driver(aws: Aws, jobs) -> None:
    cluster = aws.cluster(bucket=jobs.bucket)
    (step,) = aws.run(cluster, ours(f"{jobs.uri}holding/", f"{jobs.uri}data/features/three"))
    until(lambda: progress(aws, jobs.bucket, "three"))
    aws.emr.cancel_steps(ClusterId=cluster, StepIds=[step])
    assert aws.step_until(cluster, step)["State"] == "CANCELLED"
    assert not processes_of(step)
    aws.emr.terminate_job_flows(JobFlowIds=[cluster])
