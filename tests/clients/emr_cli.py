"""emr-cli, which packs a project, sends it and runs it on a cluster."""

import boto3
from attempts import BUCKET, PLACE, attempt, call

JOB = """
import sys
from pyspark.sql import SparkSession

print("counted", SparkSession.builder.getOrCreate().range(7).count(), sys.argv[1:])
"""
emr = boto3.client("emr")
cluster = emr.run_job_flow(
    Name="emr-cli",
    ReleaseLabel="emr-7.5.0",
    Applications=[{"Name": "Spark"}],
    Instances={"MasterInstanceType": "m5.xlarge", "InstanceCount": 1, "KeepJobFlowAliveWhenNoSteps": True},
    JobFlowRole="EMR_EC2_DefaultRole",
    ServiceRole="EMR_DefaultRole",
    LogUri=f"s3://{BUCKET}/logs/",
)["JobFlowId"]
emr.get_waiter("cluster_running").wait(ClusterId=cluster, WaiterConfig={"Delay": 1})


def run(*words: str) -> str:
    place = ("--cluster-id", cluster, "--s3-code-uri", f"s3://{BUCKET}/code/")
    return call("emr", "run", *place, "--entry-point", "main.py", "--wait", "--show-stdout", *words, cwd=PLACE)


@attempt("a single file with its arguments")
def _() -> None:
    (PLACE / "main.py").write_text(JOB)
    said = run("--build", "--job-args", "fig,apple")
    assert "counted 7 ['fig', 'apple']" in said, said


@attempt("a project of several files")
def _() -> None:
    job = JOB.replace("import sys", "import sys\nfrom lib.orchard import FRUIT")
    (PLACE / "main.py").write_text(f"{job}print(FRUIT)\n")
    (PLACE / "lib").mkdir()
    (PLACE / "lib" / "__init__.py").touch()
    (PLACE / "lib" / "orchard.py").write_text('FRUIT = "a fig from the project"\n')
    said = run("--build")
    assert "a fig from the project" in said, said


emr.terminate_job_flows(JobFlowIds=[cluster])
